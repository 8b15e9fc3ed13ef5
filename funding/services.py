"""Giving, approving, paying, returning and correcting money. Every đồng is an entry; nothing is ever changed.

Order of locks: the project first, the budget's balance last.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agency
from audit.services import record
from core import clock
from core.errors import CeilingExceeded, Conflict, Invalid, WrongState
from core.locks import lock
from core.models import Source
from core.money import group
from core.text import nfc
from enterprises.models import Enterprise
from funding.advances import require_acceptance, require_within_tier
from funding.models import Account, Budget, BudgetBalance, EntryKind, LedgerEntry, ProjectBalance
from funding.permissions import may_allocate, may_correct, may_give_budget, may_pay
from places.models import Area
from programmes.locking import require_open
from programmes.models import Programme
from projects.ceilings import require_within_norms
from projects.models import Decision, Project
from projects.services import MAX_VND, DecisionData, record_decision

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Voucher:
    """The paper behind an entry: its number and its own date, and why."""

    document_no: str
    document_on: dt.date
    reason: str = ""
    issuer: Agency | None = None


def check_voucher(amount: int, voucher: Voucher, *, signed: bool = False) -> None:
    """Raises Invalid unless amount and paper can be what they say."""
    errors: dict[str, str] = {}
    if amount == 0 or abs(amount) >= MAX_VND or (amount < 0 and not signed):
        errors["amount_vnd"] = _("Enter an amount in đồng above zero.")
    if not voucher.document_no.strip():
        errors["document_no"] = _("Enter the number of the document.")
    if voucher.document_on > clock.today():
        errors["document_on"] = _("The date of the document lies in the future.")
    elif voucher.document_on.year < 2000:
        errors["document_on"] = _("Check the date of the document.")
    if errors:
        raise Invalid(fields=errors)


OVER_BUDGET = gettext_lazy("Not enough in the budget: needed %(needed)s đồng, left %(left)s, missing %(missing)s.")
OVER_GIVEN = gettext_lazy(
    "Approved money cannot lose its budget: to take away %(needed)s đồng, free %(left)s, missing %(missing)s."
)
OVER_APPROVED = gettext_lazy(
    "Money paid cannot lose its approval: to take away %(needed)s đồng, not paid %(left)s, missing %(missing)s."
)
OVER_PROJECT = gettext_lazy(
    "More than approved for the project: asked %(needed)s đồng, still to pay %(left)s, too much %(missing)s."
)
OVER_PAID = gettext_lazy("More than was paid: to give back %(needed)s đồng, paid %(left)s, too much %(missing)s.")
OVER_NOT_DELIVERED = gettext_lazy(
    "Delivered money is not given back before the delivery is corrected: to give back %(needed)s đồng, "
    "not delivered %(left)s, missing %(missing)s."
)
OVER_CLEARED = gettext_lazy(
    "More than was cleared: to take away %(needed)s đồng, cleared %(left)s, too much %(missing)s."
)
OVER_CENTRE = gettext_lazy(
    "More than was paid and not yet delivered: to deliver %(needed)s đồng, there are %(left)s, too much %(missing)s."
)
OVER_DELIVERED = gettext_lazy(
    "More than the establishment got: to take back %(needed)s đồng, delivered %(left)s, too much %(missing)s."
)
OVER_ADVANCE = gettext_lazy(
    "More than is open of advances: asked %(needed)s đồng, not yet cleared %(left)s, too much %(missing)s."
)
OVER_SETTLED = gettext_lazy(
    "Money of an open advance is not taken away this way: to take away %(needed)s đồng, beside open advances %(left)s, "
    "too much %(missing)s."
)


def _too_much(needed: int, left: int, text: Any) -> CeilingExceeded:
    message = str(text) % {"needed": group(needed), "left": group(left), "missing": group(needed - left)}
    return CeilingExceeded(
        message, fields={"amount_vnd": message}, needed_vnd=needed, left_vnd=left, missing_vnd=needed - left
    )


def balance_of(budget: Budget, *, locked: bool = False) -> BudgetBalance:
    """The budget's balance; with `locked` taken for the rest of the transaction."""
    rows = BudgetBalance.objects.select_for_update() if locked else BudgetBalance.objects.all()
    return rows.filter(pk=budget.pk).first() or BudgetBalance(budget=budget)


def project_balance(project: Project, budget: Budget, *, locked: bool = False) -> ProjectBalance:
    rows = ProjectBalance.objects.select_for_update() if locked else ProjectBalance.objects.all()
    return rows.filter(project=project, budget=budget).first() or ProjectBalance(project=project, budget=budget)


def delivered_to(project: Project, budget: Budget, establishment: Enterprise) -> int:
    """What the establishment got of the project's money from the budget, in đồng."""
    rows = LedgerEntry.objects.filter(project=project, budget=budget, establishment=establishment)
    return int(rows.account(Account.DELIVERED).aggregate(total=Sum("amount_vnd", default=0))["total"])


def _over(entry: LedgerEntry, *, locked: bool = False) -> CeilingExceeded | None:
    """The ceiling that the entry would pass, in words with the missing amount. With `locked` the balance it is
    measured by is taken for the rest of the transaction."""
    amount = entry.amount_vnd
    if entry.account in (Account.GIVEN, Account.ALLOCATED):
        whole = balance_of(entry.budget, locked=locked)
        free = whole.given_vnd - whole.allocated_vnd
        if entry.account == Account.GIVEN and -amount > free:
            return _too_much(-amount, free, OVER_GIVEN)
        if entry.account == Account.ALLOCATED and amount > free:
            return _too_much(amount, free, OVER_BUDGET)
    if entry.project is None:
        return None
    now = project_balance(entry.project, entry.budget, locked=locked)
    for passed, left, words in _ceilings(entry, now):
        if passed > left:
            return _too_much(passed, left, words)
    return None


def _ceilings(entry: LedgerEntry, now: ProjectBalance) -> Iterator[tuple[int, int, Any]]:
    """(what the entry asks of it, what is left of it, words for too much) of each limit of the project's money."""
    amount = entry.amount_vnd
    if entry.account == Account.ALLOCATED:
        yield -amount, now.unpaid_vnd, OVER_APPROVED
    if entry.account == Account.PAID:
        if entry.advance_vnd == amount and entry.kind != EntryKind.RETURN:
            yield -amount, now.outstanding_vnd, OVER_ADVANCE
        yield amount, now.unpaid_vnd, OVER_PROJECT
        yield -amount, now.paid_vnd, OVER_PAID
        yield -amount, now.with_centre_vnd, OVER_NOT_DELIVERED
        yield entry.advance_vnd - amount, now.settled_vnd, OVER_SETTLED
    if entry.account == Account.CLEARED:
        yield amount, now.outstanding_vnd, OVER_ADVANCE
        yield -amount, now.cleared_vnd, OVER_CLEARED
        yield -amount, now.settled_vnd, OVER_SETTLED
    if entry.account == Account.DELIVERED and entry.project is not None and entry.establishment is not None:
        yield amount, now.with_centre_vnd, OVER_CENTRE
        yield -amount, delivered_to(entry.project, entry.budget, entry.establishment), OVER_DELIVERED


def _insert(*, actor: "User", voucher: Voucher, **values: Any) -> LedgerEntry:
    """Add the entry, measured by the ceilings first. When the database refuses (somebody was faster, or a rule no
    service asked), say why."""
    entry = LedgerEntry(
        document_no=nfc(voucher.document_no).strip(),
        document_on=voucher.document_on,
        reason=nfc(voucher.reason).strip(),
        issuer=voucher.issuer,
        recorded_at=clock.now(),
        recorded_on=clock.today(),
        recorded_by_label=actor.audit_label[:200],
        recorded_by_id=actor.audit_id,
        **values,
    )
    refusal = _over(entry, locked=True)
    if refusal is not None:
        raise refusal
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError as error:
        require_open(entry.budget.province_id)
        raise _over(entry) or Conflict() from error
    return entry


def _audit(entry: LedgerEntry, action: str, actor: "User", voucher: Voucher) -> None:
    changes = {
        "amount_vnd": (None, entry.amount_vnd),
        "document_no": (None, entry.document_no),
        "document_on": (None, entry.document_on),
        "budget": (None, str(entry.budget)),
    }
    if entry.establishment is not None:
        changes["establishment"] = (None, entry.establishment.name)
    record(entry, action, actor=actor, within=entry.project or entry.budget, note=voucher.reason, changes=changes)


def enter(action: str, *, actor: "User", voucher: Voucher, **values: Any) -> LedgerEntry:
    """Add an entry and its line in the trail. For the functions that asked rights and rules first."""
    entry = _insert(actor=actor, voucher=voucher, **values)
    _audit(entry, action, actor, voucher)
    return entry


@transaction.atomic
def give_budget(
    province: Area, programme: Programme, source: str, year: int, amount_vnd: int, voucher: Voucher, *, actor: "User"
) -> LedgerEntry:
    """Enter money given for the year by a decision; a later decision adds to it (or, negative, takes away)."""
    may_give_budget(province.pk, actor).require()
    check_voucher(amount_vnd, voucher, signed=True)
    errors: dict[str, str] = {}
    if source != programme.source:
        errors["source"] = _("This programme has another source of money.")
    if not programme.year_from <= year <= programme.year_to:
        errors["year"] = _("The programme does not run in this year.")
    if programme.area_id is not None and programme.area_id != province.pk:
        errors["programme"] = _("This programme belongs to another province.")
    if errors:
        raise Invalid(fields=errors)
    budget, created = Budget.objects.get_or_create(province=province, programme=programme, source=source, year=year)
    entry = _insert(
        actor=actor,
        voucher=voucher,
        budget=budget,
        account=Account.GIVEN,
        kind=EntryKind.BUDGET,
        amount_vnd=amount_vnd,
    )
    if created:
        record(budget, "create", actor=actor)
    _audit(entry, "give_budget", actor, voucher)
    return entry


def choose_budget(budgets: list[Budget], programme_id: int) -> Budget | None:
    """Of the budgets of one province, source and year: that of the programme, or the only one there is."""
    own = [row for row in budgets if row.programme_id == programme_id]
    found = own or budgets
    return found[0] if len(found) == 1 else None


def budget_for(project: Project, source: str, year: int | None = None) -> Budget:
    """The budget a project's money of a source comes from. Raises Invalid when none was entered for the year."""
    year = year or project.year
    rows = Budget.objects.filter(province_id=project.province_id, source=source, year=year).select_related("programme")
    budget = choose_budget(list(rows), project.programme_id)
    if budget is None:
        text = _("No budget of %(year)s has been entered for this source. Enter it first.") % {"year": year}
        raise Invalid(text, code="no_budget", fields={f"money.{source}": text})
    return budget


def _allocate(
    project: Project, source: str, amount_vnd: int, voucher: Voucher, decision: Decision | None, actor: "User"
) -> LedgerEntry:
    return enter(
        "allocate",
        actor=actor,
        voucher=voucher,
        budget=budget_for(project, source),
        project=project,
        decision=decision,
        account=Account.ALLOCATED,
        kind=EntryKind.ALLOCATION,
        amount_vnd=amount_vnd,
    )


def allocate_decision(project: Project, decision: Decision, *, actor: "User") -> list[LedgerEntry]:
    """Turn the support money of a recorded decision into entries. Runs inside the step `approve`."""
    voucher = Voucher(decision.number, decision.decided_on, "", decision.issuer)
    return [
        _allocate(project, row.source, row.amount_vnd, voucher, decision, actor)
        for row in decision.money.filter(source__in=[Source.NATIONAL, Source.LOCAL], amount_vnd__gt=0).order_by(
            "source"
        )
    ]


def require_open_for_money(project: Project) -> None:
    """Raises WrongState unless money may still be approved for the project."""
    if project.decided_on is None or project.state in ("closed", "stopped"):
        raise WrongState(
            _("Money is approved for approved projects that are not closed; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


def _require_within_norms(project: Project, source: str, amount_vnd: int, on: dt.date) -> None:
    """As at approval: all that was approved from the source so far, with what is added."""
    rows = LedgerEntry.objects.filter(project=project, budget__source=source).account(Account.ALLOCATED)
    approved = rows.aggregate(total=Sum("amount_vnd", default=0))["total"]
    try:
        require_within_norms(project, on, {source: approved + amount_vnd}, "money.{source}")
    except Invalid as error:
        texts = [text for found in error.fields.values() for text in found]
        raise Invalid(error.message, code=error.code, fields={"amount_vnd": texts}) from None


@transaction.atomic
def allocate(
    project: Project, source: str, amount_vnd: int, decision: DecisionData, *, actor: "User", reason: str = ""
) -> LedgerEntry:
    """More money for an approved project, by another decision."""
    project = lock(project, "programme", "province")
    may_allocate(project, actor).require()
    voucher = Voucher(decision.number, decision.decided_on, reason, decision.issuer)
    check_voucher(amount_vnd, voucher)
    if source not in (Source.NATIONAL, Source.LOCAL):
        raise Invalid(fields={"source": _("Choose national or local money.")})
    require_open_for_money(project)
    _require_within_norms(project, source, amount_vnd, decision.decided_on)
    kept = record_decision(project, decision, {source: amount_vnd}, actor=actor, note=reason)
    return _allocate(project, source, amount_vnd, voucher, kept, actor)


# (account, sign) of what is recorded of money that was approved
MOVES = {
    EntryKind.ADVANCE: (Account.PAID, 1),
    EntryKind.PAYMENT: (Account.PAID, 1),
    EntryKind.CLEARING: (Account.CLEARED, 1),
    EntryKind.RECOVERY: (Account.PAID, -1),
    EntryKind.DELIVERY: (Account.DELIVERED, 1),
    EntryKind.RETURN: (Account.PAID, -1),
}
_ACTIONS = {EntryKind.RETURN: "return_money"}


@transaction.atomic
def pay(
    project: Project,
    source: str,
    kind: str,
    amount_vnd: int,
    voucher: Voucher,
    *,
    actor: "User",
    budget_year: int | None = None,
    establishment: Enterprise | None = None,
) -> LedgerEntry:
    """An advance, a payment, its clearing, its recovery, its delivery to an establishment, or money given back to the
    budget; `amount_vnd` is positive in each case. `budget_year` when it is not the project's; `establishment` of a
    delivery when the project has several beneficiaries.

    An advance stays within its verified tier, and the last đồng is paid after acceptance (funding/advances.py). Never
    more than approved for the project, cleared never more than is open of advances, delivered never more than
    was paid, never less than nothing: CeilingExceeded with the missing amount.
    """
    project = lock(project)
    may_pay(project, actor).require()
    check_voucher(amount_vnd, voucher)
    if kind not in MOVES:
        raise Invalid(fields={"kind": _("Choose one of the kinds.")})
    if source not in (Source.NATIONAL, Source.LOCAL):
        raise Invalid(fields={"source": _("Choose national or local money.")})
    if project.decided_on is None:
        raise WrongState(_("Money is paid for approved projects only."))
    kind = EntryKind(kind)
    budget = budget_for(project, source, budget_year)
    if kind == EntryKind.ADVANCE:
        require_within_tier(project, source, amount_vnd, voucher.document_on)
    if kind == EntryKind.PAYMENT:
        require_acceptance(project, source, amount_vnd)
    account, sign = MOVES[kind]
    return enter(
        _ACTIONS.get(kind, str(kind)),
        actor=actor,
        voucher=voucher,
        budget=budget,
        project=project,
        account=account,
        kind=kind,
        amount_vnd=sign * amount_vnd,
        advance_vnd=_advance_part(project, budget, kind, sign * amount_vnd),
        establishment=_receiver(project, establishment) if kind == EntryKind.DELIVERY else None,
    )


def _receiver(project: Project, establishment: Enterprise | None) -> Enterprise:
    """Whom money of the project is delivered to: the one named, or its only beneficiary."""
    found = list(project.beneficiaries.all())
    if not found:
        raise Invalid(fields={"kind": _("There is no establishment to deliver to: the project has no beneficiary.")})
    if establishment is None and len(found) == 1:
        return found[0]
    if establishment not in found:
        raise Invalid(fields={"establishment": _("Choose a beneficiary of the project.")})
    return establishment


def _advance_part(project: Project, budget: Budget, kind: EntryKind, amount_vnd: int) -> int:
    """By how much it changes the advances. A return takes first what is accounted for, then what is not."""
    if kind in (EntryKind.ADVANCE, EntryKind.RECOVERY):
        return amount_vnd
    if kind == EntryKind.RETURN:
        return int(min(project_balance(project, budget, locked=True).settled_vnd + amount_vnd, 0))
    return 0


def _first_of(entry: LedgerEntry) -> LedgerEntry:
    """What a correction, or a correction of one, corrects in the end."""
    while entry.corrects is not None:
        entry = entry.corrects
    return entry


def _require_rules_of(first: LedgerEntry, amount_vnd: int, on: dt.date) -> None:
    """A correction upwards is held by the rules of what it corrects; otherwise it would be a way around them."""
    if first.project is None or amount_vnd < 0:
        return
    source = first.budget.source
    if first.kind == EntryKind.ALLOCATION:
        _require_within_norms(first.project, source, amount_vnd, first.document_on)
    if first.kind == EntryKind.ADVANCE:
        require_within_tier(first.project, source, amount_vnd, on)
    if first.kind == EntryKind.PAYMENT:
        require_acceptance(first.project, source, amount_vnd)


def _advance_part_corrected(first: LedgerEntry, amount_vnd: int) -> int:
    """Of a correction: as of what it corrects. Of a return corrected downwards, the advance comes back first."""
    kind = EntryKind(first.kind)
    if kind == EntryKind.RETURN and amount_vnd > 0 and first.project is not None:
        chain, found = [first.pk], first.advance_vnd
        while chain:
            rows = list(LedgerEntry.objects.filter(corrects__in=chain).values_list("pk", "advance_vnd"))
            chain, found = [pk for pk, _part in rows], found + sum(part for _pk, part in rows)
        return int(min(amount_vnd, -found))
    return 0 if first.project is None else _advance_part(first.project, first.budget, kind, amount_vnd)


@transaction.atomic
def correct(original: LedgerEntry, amount_vnd: int, voucher: Voucher, *, actor: "User") -> LedgerEntry:
    """A counter-entry to `original`: a signed amount that is added to the same account. The original stays."""
    if original.project_id:
        lock(original.project)  # type: ignore[type-var]
    may_correct(original.budget.province_id, actor).require()
    check_voucher(amount_vnd, voucher, signed=True)
    if not voucher.reason.strip():
        raise Invalid(fields={"reason": _("Give the reason.")})
    if original.kind in (EntryKind.CANCEL, EntryKind.CARRY_OVER):
        raise WrongState(_("What was cancelled or carried over is put right by another decision, not by a correction."))
    first = _first_of(original)
    _require_rules_of(first, amount_vnd, voucher.document_on)
    return enter(
        "correct",
        actor=actor,
        voucher=voucher,
        budget=original.budget,
        project=original.project,
        establishment=original.establishment,
        account=original.account,
        kind=EntryKind.CORRECTION,
        amount_vnd=amount_vnd,
        advance_vnd=_advance_part_corrected(first, amount_vnd),
        corrects=original,
    )


def follows_the_money_to_its_end(project: Project, balances: list[ProjectBalance]) -> bool:
    """Whether advances must be cleared and money delivered before the project closes: always with national money, and
    where either was recorded once. Otherwise what was paid is all that is known, as in records from before, and the
    page of its money says so."""
    if project.historical:
        return False
    if any(balance.budget.source == Source.NATIONAL for balance in balances):
        return True
    ends = (EntryKind.CLEARING, EntryKind.RECOVERY, EntryKind.DELIVERY)
    return LedgerEntry.objects.filter(project=project, kind__in=ends).exists()


def recompute(budget: Budget) -> dict[str, int]:
    """The budget's balances from nothing: the sums of its entries by account."""
    sums = dict.fromkeys(Account.values, 0)
    rows = LedgerEntry.objects.filter(budget=budget).order_by().values_list("account").annotate(Sum("amount_vnd"))
    sums.update(dict(rows))
    return sums
