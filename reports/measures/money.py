"""Money by source. All of it comes from the ledger, except what others promised to bring (counterpart, other)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from core.models import Source
from funding.models import Account, LedgerEntry
from projects.models import DecisionMoney, Project
from reports.measures.frame import (
    NOT_APPLICABLE,
    Cell,
    Column,
    Line,
    Row,
    Scope,
    Section,
    missing,
    percent,
    project_path,
    together,
    total,
)

COLUMNS = [
    Column("plan", "Dự toán được giao năm", "đồng", "money"),
    Column("approved", "Kinh phí được phê duyệt", "đồng", "money"),
    Column("paid", "Đã giải ngân của năm", "đồng", "money"),
    Column("rate", "Tỷ lệ giải ngân", "%", "percent"),
    Column("paid_in_period", "Giải ngân ghi nhận trong kỳ", "đồng", "money"),
]
SUPPORT = (Source.NATIONAL, Source.LOCAL)
LABELS = {
    Source.NATIONAL: "Khuyến công quốc gia",
    Source.LOCAL: "Khuyến công địa phương",
    Source.COUNTERPART: "Vốn đối ứng",
    Source.OTHER: "Nguồn khác",
}


def _line(entry: LedgerEntry) -> Line:
    if entry.project is None:
        return Line(
            f"/api/v1/budgets/?year={entry.budget.year}&source={entry.budget.source}",
            f"{entry.document_no} {entry.budget.programme.name}",
            entry.budget.province.full_name,
            entry.document_on,
            Decimal(entry.amount_vnd),
        )
    kind = "allocations" if entry.account == Account.ALLOCATED else "payments"
    return Line(
        f"/api/v1/{kind}/?project={entry.project.public_id}",
        f"{entry.document_no} {entry.project.code} {entry.project.name}",
        entry.project.area.full_name,
        entry.document_on,
        Decimal(entry.amount_vnd),
    )


def money_section(scope: Scope) -> Section:
    """Three dates meet here. The first four columns are money of the *budget year* of the period, as far as it was
    recorded by the end of the period; a voucher of 20/12/2022 recorded after 14/12/2022 is money of 2022 that the
    report of 2022 does not have yet. The last column is what was *recorded in the period*, of whatever budget year,
    so that the voucher stands in 2023 there. Every voucher is recorded in exactly one period."""
    period = scope.period
    here = Q(project__area_id__in=scope.area_ids)
    if scope.whole_province:
        here |= Q(project__isnull=True, budget__province_id__in=scope.area_ids)
    entries = (
        LedgerEntry.objects.using(scope.db)
        .filter(here, recorded_on__lte=period.data_to)
        .filter(Q(budget__year=scope.year) | Q(account=Account.PAID, recorded_on__gte=period.data_from))
        .select_related("project__area", "budget__programme", "budget__province")
        .order_by("id")
    )
    of_year: dict[tuple[str, str], list[Line]] = defaultdict(list)
    in_period: dict[str, list[Line]] = defaultdict(list)
    for entry in entries:
        if entry.budget.year == scope.year:
            of_year[entry.budget.source, entry.account].append(_line(entry))
        if entry.account == Account.PAID and period.data_from <= entry.recorded_on:
            in_period[entry.budget.source].append(_line(entry))
    rows = []
    for source in SUPPORT:
        plan = of_year[source, Account.GIVEN]
        approved = of_year[source, Account.ALLOCATED]
        # Without a budget nothing is known of the source; with one, nothing approved or paid is a zero.
        known = bool(plan or approved)
        cells = {
            "plan": (total(plan) if plan else missing()) if scope.whole_province else NOT_APPLICABLE,
            "approved": total(approved) if known or not scope.whole_province else missing(),
            "paid": total(of_year[source, Account.PAID]) if known or not scope.whole_province else missing(),
            "paid_in_period": total(in_period[source]) if known or in_period[source] else missing(),
        }
        rows.append(Row(source, LABELS[source], cells, 1))
    support = {
        name: NOT_APPLICABLE
        if name == "plan" and not scope.whole_province
        else together(*(r.cells[name] for r in rows))
        for name in ("plan", "approved", "paid", "paid_in_period")
    }
    rows.insert(0, Row("support", "Kinh phí khuyến công hỗ trợ", support))
    for row in rows:
        whole = row.cells["approved"].value
        row.cells["rate"] = percent(row.cells["paid"], whole if isinstance(whole, int) else None)
    rows += [_promised(scope, source) for source in (Source.COUNTERPART, Source.OTHER)]
    return Section("money", "Kinh phí thực hiện theo nguồn", COLUMNS, rows)


def given(scope: Scope, source: str | None) -> Cell:
    """Budget given for the year, of one source or of both: what the year planned to spend. No commune has one."""
    if not scope.whole_province:
        return NOT_APPLICABLE
    sources = [source] if source else list(SUPPORT)
    entries = (
        LedgerEntry.objects.using(scope.db)
        .filter(
            account=Account.GIVEN,
            project__isnull=True,
            budget__province_id__in=scope.area_ids,
            budget__year=scope.year,
            budget__source__in=sources,
            recorded_on__lte=scope.period.data_to,
        )
        .select_related("budget__programme", "budget__province")
        .order_by("id")
    )
    lines = [_line(entry) for entry in entries]
    return total(lines) if lines else missing()


def _promised(scope: Scope, source: str) -> Row:
    """Counterpart and other money as decided for projects of the year. It is not in the ledger: paid makes no sense."""
    decided = (
        DecisionMoney.objects.using(scope.db)
        .filter(
            source=source,
            decision__project__in=scope.projects().filter(year=scope.year),
            decision__decided_on__lte=scope.period.data_to,
        )
        .select_related("decision__project__area")
        .order_by("id")
    )
    lines = [
        Line(
            project_path(row.decision.project.public_id),
            f"{row.decision.project.code} {row.decision.project.name}",
            row.decision.project.area.full_name,
            row.decision.decided_on,
            Decimal(row.amount_vnd),
        )
        for row in decided
    ]
    cells: dict[str, Cell] = dict.fromkeys(("plan", "paid", "rate", "paid_in_period"), NOT_APPLICABLE)
    cells["approved"] = total(lines) if lines else missing()
    return Row(source, LABELS[Source(source)], cells)


def summary(area_ids: Any, first: int, last: int, db: str = "default", sight: Any = None) -> dict[str, Any]:
    """Projects, money approved and money paid by budget year, as /summary/ and the dashboard show them.

    `approved` of a support source: net allocations of the ledger; of counterpart and other: what was decided. `null`
    where nothing was reported. `sight`: a queryset of projects to count within (what the caller may see).
    """
    projects = Project.objects.using(db).filter(area_id__in=area_ids, decided_on__isnull=False)
    if sight is not None:
        projects = projects.filter(pk__in=sight)
    counts: dict[int, int] = defaultdict(int)
    for year in projects.filter(year__range=(first, last)).order_by().values_list("year", flat=True):
        counts[year] += 1
    approved: dict[int, dict[str, int]] = defaultdict(dict)
    paid: dict[int, dict[str, int]] = defaultdict(dict)
    entries = LedgerEntry.objects.using(db).filter(
        project__in=projects.values("pk"), budget__year__range=(first, last), account__in=["allocated", "paid"]
    )
    for year, account, source, amount in (
        entries.order_by().values_list("budget__year", "account", "budget__source").annotate(total=Sum("amount_vnd"))
    ):
        (approved if account == Account.ALLOCATED else paid)[year][source] = amount
    promised = DecisionMoney.objects.using(db).filter(
        decision__project__in=projects.filter(year__range=(first, last)).values("pk"),
        source__in=[Source.COUNTERPART, Source.OTHER],
    )
    for year, source, amount in (
        promised.order_by().values_list("decision__project__year", "source").annotate(total=Sum("amount_vnd"))
    ):
        approved[year][source] = amount
    years = [
        {
            "year": year,
            "projects": counts[year],
            "approved": money_shape(approved[year]),
            "paid": money_shape(paid[year]),
        }
        for year in range(first, last + 1)
    ]
    return {
        "projects": sum(counts.values()),
        "approved": money_shape(_over(approved)),
        "paid": money_shape(_over(paid)),
        "by_year": years,
    }


def _over(years: dict[int, dict[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for amounts in years.values():
        for source, amount in amounts.items():
            sums[source] = sums.get(source, 0) + amount
    return sums


def money_shape(amounts: dict[str, int]) -> dict[str, int | None]:
    support = [amounts[source] for source in SUPPORT if source in amounts]
    return {
        "national_vnd": amounts.get(Source.NATIONAL),
        "local_vnd": amounts.get(Source.LOCAL),
        "support_vnd": sum(support) if support else None,
        "counterpart_vnd": amounts.get(Source.COUNTERPART),
        "other_vnd": amounts.get(Source.OTHER),
    }
