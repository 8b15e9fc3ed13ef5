"""The codes that dated rules may have, told to `programmes.rules` at the start: what a rule says must be something the
life of a project knows."""

from accounts.models import AgencyKind
from core.models import SUPPORT_SOURCES, Source
from programmes.rules import Code, know
from projects.adjustments import CHANGES, RANK
from projects.procedure import DAY_OF
from projects.states import PROJECT_LIFE

BOTH = frozenset(map(str, SUPPORT_SOURCES))
OF_MINISTRY = (AgencyKind.MINISTRY, AgencyKind.MINISTRY_DEPARTMENT)

_steps = {
    step.code: Code(step.label, frozenset(source for source in BOTH if step.starts(source)))
    for step in PROJECT_LIFE.steps.values()
}
know("before", _steps)
know("needed_for", _steps)
know("step", {code: step for code, step in _steps.items() if code in DAY_OF})  # whose day a project keeps
know("change", {code: Code(label, BOTH) for code, label in CHANGES.items()})
know(
    "authority",
    {
        str(kind): Code(kind.label, frozenset({str(Source.NATIONAL if kind in OF_MINISTRY else Source.LOCAL)}))
        for kind in RANK
    },
)
