"""The whole life of a đề án on one screen: each step, the states it starts from for national and for local money, and
where it leads.

The states say what is possible. What the law wants to have happened before a step, and until when, is dated data
(`programmes.StepRule`), read by `projects/procedure.py`. National: Circular 36/2013/TT-BCT, Articles 5, 6, 11 to 15, as
amended by 17/2018/TT-BCT. Local: the plan of the year, then decisions of UBND tỉnh in batches.
"""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, May, Step
from core.models import Source
from projects import permissions as p
from projects.models import AdjustmentState, ProgressState, ProjectState
from projects.models import ProjectState as S

WORDS = {
    "submit": _("Submit for approval"),
    "register": _("Register with the ministry"),
    "appraise": _("Conclude the base appraisal"),
    "return": _("Return for completion"),
    "reject": _("Reject"),
    "ministry_appraise": _("Record the ministry's appraisal"),
    "ministry_return": _("The ministry asks for completion"),
    "ministry_reject": _("The ministry rejects"),
    "approve": _("Record the decision"),
    "contract": _("Record that the contracts are signed"),
    "start": _("Start"),
    "accept": _("Record acceptance"),
    "liquidate": _("Record the liquidation"),
    "settle": _("Record the settlement"),
    "close": _("Close"),
    "stop": _("Stop the project"),
}
Sources = tuple[str, ...]
NEVER: Sources = ()


def _step(code: str, national: Sources, local: Sources, target: str, may: May, **flags: bool) -> Step:
    sources = {str(Source.NATIONAL): frozenset(national), str(Source.LOCAL): frozenset(local)}
    return Step(code, WORDS[code], sources, target, may, **flags)


WHY = {"note_required": True}
END = {"note_required": True, "danger": True}
EXAMINED, AT_HOME = (S.SUBMITTED, S.REGISTERED, S.APPRAISED), (S.SUBMITTED, S.APPRAISED)
AT_MINISTRY = (S.REGISTERED, S.APPRAISED, S.MINISTRY_APPRAISED)
BEGUN = (S.APPROVED, S.CONTRACTED, S.IN_PROGRESS)
OVER = (S.ACCEPTED, S.LIQUIDATED, S.SETTLED)

# fmt: off
PROJECT_STEPS = [
    #      step                 from: national money         local money              to
    _step("submit",            (S.DRAFT, S.RETURNED),       (S.DRAFT, S.RETURNED),   S.SUBMITTED, p.may_submit),
    _step("register",          (S.SUBMITTED,),              NEVER,                   S.REGISTERED, p.may_register),
    _step("appraise",          (S.SUBMITTED, S.REGISTERED), (S.SUBMITTED,),          S.APPRAISED, p.may_appraise),
    _step("return",            EXAMINED,                    AT_HOME,                 S.RETURNED, p.may_return, **WHY),
    _step("reject",            EXAMINED,                    AT_HOME,                 S.REJECTED, p.may_reject, **END),
    _step("ministry_appraise", (S.REGISTERED, S.APPRAISED), NEVER,     S.MINISTRY_APPRAISED, p.may_act_for_ministry),
    _step("ministry_return",   AT_MINISTRY,                 NEVER,           S.RETURNED, p.may_act_for_ministry, **WHY),
    _step("ministry_reject",   AT_MINISTRY,                 NEVER,           S.REJECTED, p.may_act_for_ministry, **END),
    _step("approve",           (*EXAMINED, S.MINISTRY_APPRAISED), AT_HOME,           S.APPROVED, p.may_approve),
    _step("contract",          (S.APPROVED,),               (S.APPROVED,),           S.CONTRACTED, p.may_run),
    _step("start",             (S.APPROVED, S.CONTRACTED),  (S.APPROVED, S.CONTRACTED), S.IN_PROGRESS, p.may_run),
    _step("accept",            (S.IN_PROGRESS,),            (S.IN_PROGRESS,),        S.ACCEPTED, p.may_run),
    _step("liquidate",         (S.ACCEPTED,),               (S.ACCEPTED,),           S.LIQUIDATED, p.may_run),
    _step("settle",            (S.ACCEPTED, S.LIQUIDATED),  (S.ACCEPTED, S.LIQUIDATED), S.SETTLED, p.may_close),
    _step("close",             OVER,                        OVER,                    S.CLOSED, p.may_close),
    _step("stop", (*EXAMINED, S.MINISTRY_APPRAISED, *BEGUN), (*AT_HOME, *BEGUN),     S.STOPPED, p.may_stop, **END),
]
# fmt: on

PROJECT_LIFE = Life(
    "project",
    PROJECT_STEPS,
    lambda state: str(ProjectState(state).label),
    track_of=lambda project: project.programme.source,
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

ADJUSTMENT_LIFE = Life(
    "adjustment",
    [
        Step(
            "decide",
            _("Record the decision on the adjustment"),
            frozenset({AdjustmentState.ASKED}),
            AdjustmentState.DECIDED,
            p.may_decide_adjustment,
        ),
        Step(
            "refuse",
            _("Refuse the adjustment"),
            frozenset({AdjustmentState.ASKED}),
            AdjustmentState.REFUSED,
            p.may_decide_adjustment,
            note_required=True,
            danger=True,
        ),
    ],
    lambda state: str(AdjustmentState(state).label),
)
