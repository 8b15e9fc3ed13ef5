"""The lives of a given task and of an exchange."""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from coordination.models import OPEN_TASK, TaskState, ThreadState
from coordination.permissions import may_close, may_confirm, may_direct, may_do

S, T = TaskState, ThreadState

TASK_LIFE = Life(
    "given task",
    [
        Step("start", _("Begin"), frozenset({S.GIVEN}), S.IN_PROGRESS, may_do),
        Step("finish", _("Say that it is finished"), frozenset({S.GIVEN, S.IN_PROGRESS}), S.REPORTED, may_do),
        Step("confirm", _("Confirm that it is done"), frozenset({S.REPORTED}), S.DONE, may_confirm),
        Step("return", _("Send back"), frozenset({S.REPORTED}), S.IN_PROGRESS, may_direct, note_required=True),
        Step("cancel", _("Cancel"), frozenset(OPEN_TASK), S.CANCELLED, may_direct, note_required=True, danger=True),
        Step(
            "reopen", _("Open again"), frozenset({S.DONE, S.CANCELLED}), S.IN_PROGRESS, may_direct, note_required=True
        ),
    ],
    label_of=lambda state: str(TaskState(state).label),
)

THREAD_LIFE = Life(
    "exchange",
    [
        Step("close", _("Close"), frozenset({T.OPEN, T.ANSWERED}), T.CLOSED, may_close),
        Step("reopen", _("Open again"), frozenset({T.CLOSED}), T.ANSWERED, may_close),
    ],
    label_of=lambda state: str(ThreadState(state).label),
)
