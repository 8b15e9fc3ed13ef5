"""The lives of a request for advice and of a difficulty."""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from outreach.models import AdviceState, DifficultyState
from outreach.permissions import may_handle, may_send_up

S = AdviceState
D = DifficultyState

ADVICE_LIFE = Life(
    "advice",
    [
        Step("answer", _("Answer"), frozenset({S.OPEN}), S.ANSWERED, may_handle),
        Step("conclude", _("Record the outcome"), frozenset({S.ANSWERED}), S.CLOSED, may_handle),
        Step("reopen", _("Open again"), frozenset({S.ANSWERED, S.CLOSED}), S.OPEN, may_handle, note_required=True),
    ],
    label_of=lambda state: str(AdviceState(state).label),
)

DIFFICULTY_LIFE = Life(
    "difficulty",
    [
        Step("send", _("Send upward"), frozenset({D.NOTED}), D.SENT, may_send_up),
        Step("answer", _("Record the answer"), frozenset({D.SENT}), D.ANSWERED, may_send_up),
        Step("resolve", _("Resolve"), frozenset({D.NOTED, D.SENT, D.ANSWERED}), D.RESOLVED, may_send_up),
        Step("reopen", _("Open again"), frozenset({D.RESOLVED}), D.NOTED, may_send_up, note_required=True),
    ],
    label_of=lambda state: str(DifficultyState(state).label),
)
