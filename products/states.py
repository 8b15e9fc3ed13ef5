"""The lives of a brand's registration and of a selection round."""

from django.utils.translation import gettext_lazy as _

from audit.steps import Life, Step
from products import permissions as p
from products.models import BrandState as B
from products.models import RoundState as R
from products.models import SelectionRound

BRAND = Life(
    "brand",
    [
        Step("file", _("Record the filing"), frozenset({B.PREPARED}), B.FILED, p.may_change_brand),
        Step("grant", _("Record the registration granted"), frozenset({B.FILED}), B.GRANTED, p.may_change_brand),
        Step(
            "refuse_brand",
            _("Record that it was refused"),
            frozenset({B.FILED}),
            B.REFUSED,
            p.may_change_brand,
            note_required=True,
            danger=True,
        ),
        Step("expire", _("Record that it has expired"), frozenset({B.GRANTED}), B.EXPIRED, p.may_change_brand),
    ],
    lambda state: str(B(state).label),
)

OWN, OUTSIDE = "own", "outside"


def track_of(round_: SelectionRound) -> str:
    """Scored by a council of ours, or by another's, whose result is recorded."""
    return OWN if round_.level.own_council else OUTSIDE


def _both(*states: str) -> dict[str, frozenset[str]]:
    return {OWN: frozenset(states), OUTSIDE: frozenset(states)}


ROUND = Life(
    "selection round",
    [
        Step("close_entries", _("Close the entries"), _both(R.OPEN), R.ENTRIES_CLOSED, p.may_run),
        Step(
            "reopen_entries",
            _("Open the entries again"),
            _both(R.ENTRIES_CLOSED),
            R.OPEN,
            p.may_run,
            note_required=True,
        ),
        Step("begin_scoring", _("Begin scoring"), {OWN: frozenset({R.ENTRIES_CLOSED})}, R.SCORING, p.may_run),
        Step(
            "decide_results",
            _("Decide on the results"),
            {OWN: frozenset({R.SCORING}), OUTSIDE: frozenset({R.ENTRIES_CLOSED})},
            R.DECIDED,
            p.may_decide,
        ),
        Step("certify", _("Record the certificates"), _both(R.DECIDED), R.CERTIFIED, p.may_run),
    ],
    lambda state: str(R(state).label),
    track_of,
)
