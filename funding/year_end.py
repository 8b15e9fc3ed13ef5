"""The end of a budget year: what will lapse, and what becomes of it — cancelled (hủy dự toán) or carried over into the
next year (chuyển nguồn), each by a decision."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from funding.models import Account, Budget, EntryKind, LedgerEntry, ProjectBalance
from funding.permissions import may_close_year
from funding.services import Voucher, check_voucher, enter
from programmes.models import Programme
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Unpaid:
    """Money approved for a project and not paid. `why` says why it will probably not be spent by 31/12; empty: it is
    expected to be."""

    balance: ProjectBalance
    why: str

    @property
    def project(self) -> Project:
        return self.balance.project

    @property
    def amount_vnd(self) -> int:
        return self.balance.unpaid_vnd


@dataclass(frozen=True)
class YearEnd:
    """One budget at the end of its year, in đồng. What was not approved for any project lapses too."""

    given_vnd: int
    allocated_vnd: int
    paid_vnd: int
    rows: tuple[Unpaid, ...]

    @property
    def free_vnd(self) -> int:
        return self.given_vnd - self.allocated_vnd

    @property
    def committed_vnd(self) -> int:
        """Approved for projects and not paid."""
        return self.allocated_vnd - self.paid_vnd

    @property
    def unspent_vnd(self) -> int:
        return self.free_vnd + sum(row.amount_vnd for row in self.rows if row.why)


def last_day(budget: Budget) -> dt.date:
    return dt.date(budget.year, 12, 31)


def unpaid_rows(budget: Budget, projects: "QuerySet[Project]") -> tuple[Unpaid, ...]:
    """Of these projects, those with money left, the ones that will probably lapse first."""
    rows = ProjectBalance.objects.filter(budget=budget, project__in=projects, allocated_vnd__gt=0)
    found = [
        Unpaid(row, why_unspent(row.project, last_day(budget)))
        for row in rows.select_related("project", "budget").order_by("project__code")
        if row.unpaid_vnd
    ]
    return tuple(sorted(found, key=lambda row: not row.why))


def why_unspent(project: Project, end: dt.date) -> str:
    """Why what is left of the project's money will probably not be paid by the day; empty when nothing speaks for it.
    Read from the dates of the project, so that everybody can follow it."""
    today = clock.today()
    if project.stopped_on is not None:
        return _("stopped")
    if today > end:
        return _("the year is over")
    if project.accepted_on is not None:
        return ""
    if project.ends_on is not None and project.ends_on > end:
        return _("ends after 31/12, on %(day)s") % {"day": f"{project.ends_on:%d/%m/%Y}"}
    if project.ends_on is not None and project.ends_on < today:
        return _("late: was to end on %(day)s") % {"day": f"{project.ends_on:%d/%m/%Y}"}
    if project.started_on is None:
        return _("not started yet")
    return ""


@transaction.atomic
def cancel(
    budget: Budget, amount_vnd: int, voucher: Voucher, *, actor: "User", project: Project | None = None
) -> list[LedgerEntry]:
    """Give up money of the budget by a decision: of a project what was approved and not paid, without one what was
    approved for nobody. CeilingExceeded when it is more."""
    if project is not None:
        project = lock(project)
    may_close_year(budget.province_id, actor).require()
    _check(budget, amount_vnd, voucher)
    entries = []
    if project is not None:
        entries.append(_enter(budget, project, EntryKind.CANCEL, -amount_vnd, voucher, actor))
    entries.append(_enter(budget, None, EntryKind.CANCEL, -amount_vnd, voucher, actor))
    return entries


@transaction.atomic
def carry_over(
    budget: Budget, project: Project, amount_vnd: int, voucher: Voucher, *, actor: "User"
) -> list[LedgerEntry]:
    """Move what was approved for the project and not paid into the budget of the next year, where it stays approved
    for the project: four entries, together or not at all. CeilingExceeded when it is more than is left."""
    project = lock(project)
    may_close_year(budget.province_id, actor).require()
    if project.closed_on is not None or project.stopped_on is not None:
        raise WrongState(_("The money of a project that is closed or stopped is not carried over."))
    _check(budget, amount_vnd, voucher)
    programme = _programme_of(budget, budget.year + 1)
    next_year, created = Budget.objects.get_or_create(
        province=budget.province, programme=programme, source=budget.source, year=budget.year + 1
    )
    if created:
        record(next_year, "create", actor=actor)
    kind = EntryKind.CARRY_OVER
    return [
        _enter(budget, project, kind, -amount_vnd, voucher, actor),
        _enter(budget, None, kind, -amount_vnd, voucher, actor),
        _enter(next_year, None, kind, amount_vnd, voucher, actor),
        _enter(next_year, project, kind, amount_vnd, voucher, actor),
    ]


def _check(budget: Budget, amount_vnd: int, voucher: Voucher) -> None:
    check_voucher(amount_vnd, voucher)
    if budget.year > clock.today().year:
        raise WrongState(_("The year %(year)s has not begun.") % {"year": budget.year})


def _programme_of(budget: Budget, year: int) -> Programme:
    """The budget's own programme while it runs, after it the only one that follows it."""
    if budget.programme.year_from <= year <= budget.programme.year_to:
        return budget.programme
    rows = Programme.objects.filter(source=budget.source, year_from__lte=year, year_to__gte=year)
    found = list(rows.filter(Q(area=budget.province) | Q(area__isnull=True))[:2])
    if len(found) != 1:
        raise Invalid(_("There is no programme of %(year)s to carry the money over to.") % {"year": year})
    return found[0]


def _enter(
    budget: Budget, project: Project | None, kind: EntryKind, amount_vnd: int, voucher: Voucher, actor: "User"
) -> LedgerEntry:
    account = Account.GIVEN if project is None else Account.ALLOCATED
    action = "cancel_budget" if kind == EntryKind.CANCEL else "carry_over"
    return enter(
        action, actor=actor, voucher=voucher, budget=budget, project=project, account=account, kind=kind,
        amount_vnd=amount_vnd,
    )  # fmt: skip
