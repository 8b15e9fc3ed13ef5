"""The money of an adjustment: more is taken from the year's budget, less goes back to it, by the same decision."""

from audit.steps import Move
from core.models import SUPPORT_SOURCES
from funding.models import Account, EntryKind
from funding.services import Voucher, budget_for, enter
from projects.models import Adjustment
from projects.services import record_decision
from projects.states import ADJUSTMENT_LIFE


@ADJUSTMENT_LIFE.effect("decide", order=90)
def move_what_was_adjusted(adjustment: Adjustment, move: Move) -> None:
    """Entries for the difference of each source, after everything else of the step. CeilingExceeded when the budget
    does not hold it, or when less is left than was paid already."""
    project, decision = adjustment.project, move.data["decision"]
    deltas = {
        str(source): adjustment.new[f"support_{source}_vnd"] - adjustment.old[f"support_{source}_vnd"]
        for source in SUPPORT_SOURCES
        if f"support_{source}_vnd" in adjustment.new
    }
    if not deltas:
        return
    kept = record_decision(project, decision, deltas, actor=move.actor, note=adjustment.reason)
    voucher = Voucher(decision.number, decision.decided_on, adjustment.reason[:300], decision.issuer)
    for source, delta in sorted(deltas.items()):
        if not delta:
            continue
        budget = budget_for(project, source)
        values = {"budget": budget, "project": project, "decision": kept, "account": Account.ALLOCATED}
        if delta > 0:
            enter("allocate", actor=move.actor, voucher=voucher, kind=EntryKind.ALLOCATION, amount_vnd=delta, **values)
            continue
        first = budget.entries.filter(project=project, account=Account.ALLOCATED).earliest("id")
        kind = EntryKind.CORRECTION
        enter("give_back", actor=move.actor, voucher=voucher, kind=kind, amount_vnd=delta, corrects=first, **values)
