"""What money has to say to the steps of a project. Registered from FundingConfig.ready."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from audit.steps import Move
from core import clock
from core.errors import Invalid, WrongState
from core.money import group
from funding.models import Account, EntryKind, ProjectBalance
from funding.services import Voucher, allocate_decision, enter, follows_the_money_to_its_end
from projects.models import Project
from projects.requirements import MONEY, check
from projects.services import DecisionData
from projects.states import PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User


@PROJECT_LIFE.effect("approve", order=90)
def allocate_what_was_decided(project: Project, move: Move) -> None:
    """The balance rows are taken last, after everything else of the step."""
    decision = project.decisions.latest("id")
    allocate_decision(project, decision, actor=move.actor)


@check(MONEY, "settle", "close")
def refuse_unsettled(project: Project, actor: "User | None") -> None:
    """Settled and closed only when what was approved is paid to the đồng (or what was not needed has been corrected),
    advances are accounted for and establishments have got what was paid for them."""
    balances = list(ProjectBalance.objects.filter(project=project).select_related("budget"))
    texts = [
        _("Not settled yet: %(approved)s đồng approved, %(paid)s paid. Pay the rest or correct the approval.")
        % {"approved": group(balance.allocated_vnd), "paid": group(balance.paid_vnd)}
        for balance in balances
        if balance.unpaid_vnd
    ]
    for balance in balances if follows_the_money_to_its_end(project, balances) else ():
        if balance.outstanding_vnd:
            text = _("Not settled yet: advances of %(amount)s đồng are neither cleared nor recovered.")
            texts.append(text % {"amount": group(balance.outstanding_vnd)})
        if balance.with_centre_vnd and project.beneficiaries.exists():
            text = _("Not settled yet: %(amount)s đồng were paid and not delivered to the establishment.")
            texts.append(text % {"amount": group(balance.with_centre_vnd)})
    if texts:
        raise WrongState(" ".join(texts), code="not_settled", fields={"money": texts})


@PROJECT_LIFE.effect("stop", order=90)
def give_back_what_was_not_spent(project: Project, move: Move) -> None:
    """Money approved and not paid goes back to the budget, by the decision that stops the project."""
    for balance in (
        ProjectBalance.objects.filter(project=project).select_related("budget").order_by("budget__source", "budget_id")
    ):  # as approvals do it, so that the two never wait for each other
        unspent = balance.unpaid_vnd
        if unspent <= 0:
            continue
        decision = move.data.get("decision")
        if not isinstance(decision, DecisionData) or not decision.number.strip():
            text = _("Enter number and date of the decision that stops the project: money is given back by it.")
            raise Invalid(text, fields={"decision": text})
        if decision.decided_on > clock.today() or decision.decided_on.year < 2000:
            raise Invalid(fields={"decision.date": _("Check the date of the document.")})
        voucher = Voucher(decision.number, decision.decided_on, move.note[:300], decision.issuer)
        first = balance.budget.entries.filter(project=project, account=Account.ALLOCATED).earliest("id")
        enter(
            "give_back",
            actor=move.actor,
            voucher=voucher,
            budget=balance.budget,
            project=project,
            account=Account.ALLOCATED,
            kind=EntryKind.CORRECTION,
            amount_vnd=-unspent,
            corrects=first,
        )
