"""The whole life of a đề án on one screen."""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from projects import permissions as p
from projects.models import ProgressState, ProjectState
from projects.models import ProjectState as S

SUBMIT = Step("submit", _("Submit for approval"), frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED, p.may_submit)
RETURN = Step(
    "return", _("Return for completion"), frozenset({S.SUBMITTED}), S.RETURNED, p.may_return, note_required=True
)
APPROVE = Step("approve", _("Record the decision"), frozenset({S.SUBMITTED}), S.APPROVED, p.may_approve)
START = Step("start", _("Start"), frozenset({S.APPROVED}), S.IN_PROGRESS, p.may_run)
ACCEPT = Step("accept", _("Record acceptance"), frozenset({S.IN_PROGRESS}), S.ACCEPTED, p.may_run)
CLOSE = Step("close", _("Close"), frozenset({S.ACCEPTED}), S.CLOSED, p.may_close)
STOP = Step(
    "stop",
    _("Stop the project"),
    frozenset({S.SUBMITTED, S.APPROVED, S.IN_PROGRESS}),
    S.STOPPED,
    p.may_stop,
    note_required=True,
    danger=True,
)

PROJECT_LIFE = Life(
    "project", [SUBMIT, RETURN, APPROVE, START, ACCEPT, CLOSE, STOP], lambda state: str(ProjectState(state).label)
)

CONFIRM = Step("confirm", _("Confirm"), frozenset({ProgressState.REPORTED}), ProgressState.CONFIRMED, p.may_confirm)
RETURN_UPDATE = Step(
    "return",
    _("Return with a reason"),
    frozenset({ProgressState.REPORTED}),
    ProgressState.RETURNED,
    p.may_confirm,
    note_required=True,
)

PROGRESS_LIFE = Life("progress", [CONFIRM, RETURN_UPDATE], lambda state: str(ProgressState(state).label))
