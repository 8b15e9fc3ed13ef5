"""The life of a request for advice."""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from outreach.models import AdviceState
from outreach.permissions import may_handle

S = AdviceState

ADVICE_LIFE = Life(
    "advice",
    [
        Step("answer", _("Answer"), frozenset({S.OPEN}), S.ANSWERED, may_handle),
        Step("conclude", _("Record the outcome"), frozenset({S.ANSWERED}), S.CLOSED, may_handle),
        Step("reopen", _("Open again"), frozenset({S.ANSWERED, S.CLOSED}), S.OPEN, may_handle, note_required=True),
    ],
    label_of=lambda state: str(AdviceState(state).label),
)
