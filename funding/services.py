"""Giving, approving, paying, returning and correcting money. Every đồng is an entry; nothing is ever changed.

Order of locks: the project first, the budget's balance last.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.services import record
from core import clock
from core.errors import CeilingExceeded, Invalid, WrongState
from core.locks import lock
from core.models import Source
from core.text import nfc
from funding.models import Account, Budget, BudgetBalance, EntryKind, LedgerEntry, ProjectBalance
from funding.permissions import may_allocate, may_correct, may_give_budget, may_pay
from places.models import Area
from programmes.locking import require_open
from programmes.models import Programme
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


def _check(amount: int, voucher: Voucher, *, signed: bool = False) -> None:
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


def _words(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _too_much(needed: int, left: int, text: str) -> CeilingExceeded:
    message = text % {"needed": _words(needed), "left": _words(left), "missing": _words(needed - left)}
    return CeilingExceeded(
        message, fields={"amount_vnd": message}, needed_vnd=needed, left_vnd=left, missing_vnd=needed - left
    )


def _over_budget(needed: int, left: int) -> CeilingExceeded:
    return _too_much(
        needed, left, _("Not enough in the budget: needed %(needed)s đồng, left %(left)s, missing %(missing)s.")
    )


def _over_project(needed: int, left: int) -> CeilingExceeded:
    return _too_much(
        needed,
        left,
        _("More than approved for the project: asked %(needed)s đồng, still to pay %(left)s, too much %(missing)s."),
    )


def _over_paid(needed: int, left: int) -> CeilingExceeded:
    return _too_much(
        needed,
        left,
        _("More than was paid: to give back %(needed)s đồng, paid %(left)s, too much %(missing)s."),
    )


def _over_given(needed: int, left: int) -> CeilingExceeded:
    return _too_much(
        needed,
        left,
        _("Approved money cannot lose its budget: to take away %(needed)s đồng, free %(left)s, missing %(missing)s."),
    )


def _over_approved(needed: int, left: int) -> CeilingExceeded:
    return _too_much(
        needed,
        left,
        _("Money paid cannot lose its approval: to take away %(needed)s đồng, not paid %(left)s, missing %(missing)s."),
    )


def balance_of(budget: Budget, *, locked: bool = False) -> BudgetBalance:
    """The budget's balance; with `locked` taken for the rest of the transaction."""
    rows = BudgetBalance.objects.select_for_update() if locked else BudgetBalance.objects.all()
    return rows.filter(pk=budget.pk).first() or BudgetBalance(budget=budget)


def project_balance(project: Project, budget: Budget, *, locked: bool = False) -> ProjectBalance:
    rows = ProjectBalance.objects.select_for_update() if locked else ProjectBalance.objects.all()
    return rows.filter(project=project, budget=budget).first() or ProjectBalance(project=project, budget=budget)


def _insert(refusal: Callable[[], Exception], *, actor: "User", voucher: Voucher, **values: Any) -> LedgerEntry:
    """Add the entry. When the database refuses (somebody was faster, or a rule no service asked), say why."""
    require_open(values["budget"].province_id)
    try:
        with transaction.atomic():
            entry: LedgerEntry = LedgerEntry.objects.create(
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
    except IntegrityError as error:
        require_open(values["budget"].province_id)
        raise refusal() from error
    return entry


def _audit(entry: LedgerEntry, action: str, actor: "User", voucher: Voucher) -> None:
    record(
        entry,
        action,
        actor=actor,
        within=entry.project or entry.budget,
        note=voucher.reason,
        changes={
            "amount_vnd": (None, entry.amount_vnd),
            "document_no": (None, entry.document_no),
            "document_on": (None, entry.document_on),
            "budget": (None, str(entry.budget)),
        },
    )


@transaction.atomic
def give_budget(
    province: Area, programme: Programme, source: str, year: int, amount_vnd: int, voucher: Voucher, *, actor: "User"
) -> LedgerEntry:
    """Enter money given for the year by a decision; a later decision adds to it (or, negative, takes away)."""
    may_give_budget(province.pk, actor).require()
    _check(amount_vnd, voucher, signed=True)
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
    balance = balance_of(budget, locked=True)
    if balance.given_vnd + amount_vnd < balance.allocated_vnd:
        raise _over_given(-amount_vnd, balance.given_vnd - balance.allocated_vnd)
    entry = _insert(
        lambda: _over_given(-amount_vnd, 0),
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
    rows = Budget.objects.filter(province_id=project.province_id, source=source, year=year)
    budget = choose_budget(list(rows), project.programme_id)
    if budget is None:
        text = _("No budget of %(year)s has been entered for this source. Enter it first.") % {"year": year}
        raise Invalid(text, code="no_budget", fields={f"money.{source}": text})
    return budget


def _allocate(
    project: Project, source: str, amount_vnd: int, voucher: Voucher, decision: Decision | None, actor: "User"
) -> LedgerEntry:
    budget = budget_for(project, source)

    def refusal() -> CeilingExceeded:
        balance = balance_of(budget)
        return _over_budget(amount_vnd, balance.given_vnd - balance.allocated_vnd)

    balance = balance_of(budget, locked=True)
    if balance.allocated_vnd + amount_vnd > balance.given_vnd:
        raise refusal()
    entry = _insert(
        refusal,
        actor=actor,
        voucher=voucher,
        budget=budget,
        project=project,
        decision=decision,
        account=Account.ALLOCATED,
        kind=EntryKind.ALLOCATION,
        amount_vnd=amount_vnd,
    )
    _audit(entry, "allocate", actor, voucher)
    return entry


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


@transaction.atomic
def allocate(
    project: Project, source: str, amount_vnd: int, decision: DecisionData, *, actor: "User", reason: str = ""
) -> LedgerEntry:
    """More money for an approved project, by another decision."""
    project = lock(project)
    may_allocate(project, actor).require()
    voucher = Voucher(decision.number, decision.decided_on, reason, decision.issuer)
    _check(amount_vnd, voucher)
    if source not in (Source.NATIONAL, Source.LOCAL):
        raise Invalid(fields={"source": _("Choose national or local money.")})
    require_open_for_money(project)
    kept = record_decision(project, decision, {source: amount_vnd}, actor=actor, note=reason)
    return _allocate(project, source, amount_vnd, voucher, kept, actor)


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
) -> LedgerEntry:
    """Enter an advance, a payment or a return (all as positive amounts) of one source and budget year.

    Never more than approved for the project, never less than nothing: CeilingExceeded with the missing amount.
    """
    project = lock(project)
    may_pay(project, actor).require()
    _check(amount_vnd, voucher)
    if kind not in (EntryKind.ADVANCE, EntryKind.PAYMENT, EntryKind.RETURN):
        raise Invalid(fields={"kind": _("Choose advance, payment or return.")})
    if source not in (Source.NATIONAL, Source.LOCAL):
        raise Invalid(fields={"source": _("Choose national or local money.")})
    if project.decided_on is None:
        raise WrongState(_("Money is paid for approved projects only."))
    budget = budget_for(project, source, budget_year)
    returned = kind == EntryKind.RETURN

    def refusal() -> CeilingExceeded:
        now = project_balance(project, budget)
        if returned:
            return _over_paid(amount_vnd, now.paid_vnd)
        return _over_project(amount_vnd, now.allocated_vnd - now.paid_vnd)

    balance = project_balance(project, budget, locked=True)
    room = balance.paid_vnd if returned else balance.allocated_vnd - balance.paid_vnd
    if amount_vnd > room:
        raise refusal()
    entry = _insert(
        refusal,
        actor=actor,
        voucher=voucher,
        budget=budget,
        project=project,
        account=Account.PAID,
        kind=kind,
        amount_vnd=-amount_vnd if returned else amount_vnd,
    )
    _audit(entry, "return_money" if returned else str(kind), actor, voucher)
    return entry


def _no_room_to_correct(original: LedgerEntry, amount_vnd: int) -> CeilingExceeded:
    """Which ceiling a correction would break, and by how much."""
    needed = abs(amount_vnd)
    budget = balance_of(original.budget)
    free = budget.given_vnd - budget.allocated_vnd
    if original.project is None:
        return _over_given(needed, free)
    balance = project_balance(original.project, original.budget)
    unpaid = balance.allocated_vnd - balance.paid_vnd
    if original.account == Account.PAID:
        return _over_project(needed, unpaid) if amount_vnd > 0 else _over_paid(needed, balance.paid_vnd)
    return _over_budget(needed, free) if amount_vnd > 0 else _over_approved(needed, unpaid)


@transaction.atomic
def correct(original: LedgerEntry, amount_vnd: int, voucher: Voucher, *, actor: "User") -> LedgerEntry:
    """A counter-entry to `original`: a signed amount that is added to the same account. The original stays."""
    if original.project_id:
        lock(original.project)  # type: ignore[type-var]
    may_correct(original.budget.province_id, actor).require()
    _check(amount_vnd, voucher, signed=True)
    if not voucher.reason.strip():
        raise Invalid(fields={"reason": _("Give the reason.")})

    def refusal() -> CeilingExceeded:
        return _no_room_to_correct(original, amount_vnd)

    balance_of(original.budget, locked=True)
    entry = _insert(
        refusal,
        actor=actor,
        voucher=voucher,
        budget=original.budget,
        project=original.project,
        account=original.account,
        kind=EntryKind.CORRECTION,
        amount_vnd=amount_vnd,
        corrects=original,
    )
    _audit(entry, "correct", actor, voucher)
    return entry


def recompute(budget: Budget) -> dict[str, int]:
    """The budget's balances from nothing: the sums of its entries by account."""
    sums = dict.fromkeys(Account.values, 0)
    rows = LedgerEntry.objects.filter(budget=budget).order_by().values_list("account").annotate(Sum("amount_vnd"))
    sums.update(dict(rows))
    return sums
