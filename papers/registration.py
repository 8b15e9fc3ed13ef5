"""The registration report: which projects of the national programme a province registers for a year.

Sent to the ministry's unit before 20 June of the year before (Circular 36/2013/TT-BCT, Article 6, as amended by
17/2018/TT-BCT, Article 1.9): result of last year, state of this year, aims of next year, and a table by source. The
official table (form 2) was not seen; its columns are ours.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import override

from accounts.models import AgencyKind
from core.models import Source
from core.money import million
from funding.models import Account, LedgerEntry
from papers.content import NO_NUMBER, ministry_unit, name_of, office
from papers.sheets import table_book
from papers.words import DRAFT, day, long_day, said, span
from places.models import Area
from programmes.models import StepRule
from projects.models import DONE, DecisionMoney, Project, ProjectState, StepPaper

HEADS = (
    ("TT", 6),
    ("Tên đề án, nhiệm vụ", 44),
    ("Đơn vị thực hiện; thụ hưởng", 34),
    ("Địa điểm", 22),
    ("Thời gian", 24),
    ("KCQG (triệu đồng)", 13),
    ("KCĐP (triệu đồng)", 13),
    ("Đối ứng (triệu đồng)", 13),
    ("Nguồn khác (triệu đồng)", 13),
    ("Tổng (triệu đồng)", 13),
)
LEFT_OUT = (ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.REJECTED, ProjectState.STOPPED)
SEVERAL = "Đề án gồm nhiều nhóm nội dung"
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True)
class Row:
    """One project, its money by source in đồng; a source nobody reported is None."""

    project: Project
    group: str
    money: dict[str, int | None]

    @property
    def total(self) -> int | None:
        known = [amount for amount in self.money.values() if amount is not None]
        return sum(known) if known else None


@dataclass(frozen=True)
class Narrative:
    results_before: str
    state_now: str
    aims_next: str


def rows_of(province: Area, year: int) -> list[Row]:
    """Projects of the national programme that the province submitted or registered for the year, by group of activity.
    Without what was recorded after the fact, sent back, rejected or stopped."""
    projects = (
        Project.objects.filter(province=province, year=year, programme__source=Source.NATIONAL, historical=False)
        .filter(submitted_at__isnull=False)
        .exclude(state__in=LEFT_OUT)
        .select_related("area", "implementing_unit", "programme")
        .prefetch_related("estimates", "activities__group", "beneficiaries")
    )
    rows = []
    for project in projects:
        groups = sorted({activity.group for activity in project.activities.all()}, key=lambda group: group.code)
        amounts = {row.source: row.amount_vnd for row in project.estimates.all()}
        rows.append(
            Row(
                project,
                groups[0].name if len(groups) == 1 else SEVERAL,
                {source.value: amounts.get(source) for source in Source},
            )
        )
    return sorted(rows, key=lambda row: (row.group == SEVERAL, row.group, row.project.code))


def due_on(year: int) -> tuple[dt.date | None, StepRule | None]:
    """The last day for a year's registration, and the rule that says so: the one in force on that day."""
    for rule in StepRule.objects.filter(step="register", source=Source.NATIONAL):
        due = rule.due_in(year)
        if due is not None and rule.in_force_on(due):
            return due, rule
    return None, None


def first_words(province: Area, year: int) -> Narrative:
    """The three parts as the figures say them, to be completed by the officer."""
    before, now = year - 2, year - 1
    rows = rows_of(province, year)
    asked = sum(row.money[Source.NATIONAL] or 0 for row in rows)
    groups = "; ".join(f"{name}: {count} đề án" for name, count in _by_group(rows))
    aims = f"Năm {year} tỉnh đăng ký {len(rows)} đề án, nhiệm vụ khuyến công quốc gia"
    aims += f", đề nghị kinh phí khuyến công quốc gia {million(asked)} triệu đồng" if rows else ""
    aims += f" ({groups})." if groups else "."
    return Narrative(_told(province, before), _told(province, now), aims)


def _told(province: Area, year: int) -> str:
    """What the portal holds of a year's national projects; nothing that it does not hold."""
    projects = Project.objects.filter(province=province, year=year, programme__source=Source.NATIONAL)
    decided = projects.filter(decided_on__isnull=False)
    count = decided.count()
    if not count:
        return f"Năm {year}: cổng chưa có đề án khuyến công quốc gia được phê duyệt."
    done = decided.filter(state__in=[*DONE, ProjectState.CLOSED]).count()
    stopped = decided.filter(state=ProjectState.STOPPED).count()
    money = DecisionMoney.objects.filter(decision__project__in=decided, source=Source.NATIONAL)
    approved = money.aggregate(total=Sum("amount_vnd", default=0))["total"]
    paid = LedgerEntry.objects.filter(
        Q(account=Account.PAID), project__in=decided, budget__source=Source.NATIONAL
    ).aggregate(total=Sum("amount_vnd", default=0))["total"]
    told = (
        f"Năm {year}: {count} đề án, nhiệm vụ được phê duyệt, kinh phí khuyến công quốc gia {million(approved)} triệu "
        f"đồng; đã nghiệm thu {done} đề án; đã tạm ứng, thanh toán {million(paid)} triệu đồng."
    )
    return f"{told} Ngừng triển khai {stopped} đề án." if stopped else told


def _by_group(rows: list[Row]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.group] = counts.get(row.group, 0) + 1
    return list(counts.items())


def letter_context(province: Area, year: int, words: Narrative) -> dict[str, Any]:
    """Every field of `papers.fields.LETTER_FIELDS`. Money in triệu đồng."""
    with override("vi"):
        rows = rows_of(province, year)
        whole = sums(rows)
        papers = StepPaper.objects.filter(step="register", project__in=[row.project for row in rows])
        letters = {(paper.number, paper.dated_on) for paper in papers if paper.number}
        sent = bool(rows) and all(row.project.registered_on for row in rows) and len(letters) == 1
        number, on = next(iter(letters)) if sent else ("", None)
        due, _rule = due_on(year)
        return {
            "mark": "" if sent else DRAFT,
            "paper": {
                "parent": name_of(office(province, AgencyKind.PROVINCIAL_COMMITTEE)),
                "agency": name_of(office(province, AgencyKind.DEPARTMENT)),
                "receiver": name_of(ministry_unit()),
                "number": number or NO_NUMBER,
                "place_date": f"{said(province.name)}, {long_day(on)}",
                "day": day(on),
                "participants": said(""),
                "conclusion": said(""),
            },
            "year": str(year),
            "due": day(due),
            "results_before": said(words.results_before),
            "state_now": said(words.state_now),
            "aims_next": said(words.aims_next),
            "projects": _printed(rows),
            "sums": {"count": str(len(rows)), **{name: _shown(amount) for name, amount in whole.items()}},
        }


def _shown(amount: int | None) -> str:
    return "…" if amount is None else million(amount)


def sums(rows: list[Row]) -> dict[str, int | None]:
    """By source and in all; None where no project reports the source."""

    def total(amounts: list[int | None]) -> int | None:
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known else None

    by_source = {source.value: total([row.money[source] for row in rows]) for source in Source}
    return {**by_source, "total": total([row.total for row in rows])}


def grouped(rows: list[Row]) -> list[tuple[str, list[Row], dict[str, int | None]]]:
    """Group of activity, its projects and its sums."""
    return [
        (name, mine, sums(mine)) for name, _count in _by_group(rows) for mine in [[r for r in rows if r.group == name]]
    ]


def _words(row: Row) -> dict[str, str]:
    project = row.project
    people = "; ".join(enterprise.name for enterprise in project.beneficiaries.all())
    unit = name_of(project.implementing_unit)
    return {
        "name": said(f"{project.name} ({project.code})"),
        "unit": said(f"{unit}; {people}" if people else unit),
        "place": said(project.area.full_name),
        "time": span(project.starts_on, project.ends_on),
    }


def _printed(rows: list[Row]) -> list[dict[str, Any]]:
    printed: list[dict[str, Any]] = []
    for number, (name, mine, amounts) in enumerate(grouped(rows)):
        head = {"no": ROMAN[number % len(ROMAN)], "name": said(name), "unit": "", "place": "", "time": ""}
        printed.append({**head, **{key: _shown(amount) for key, amount in amounts.items()}, "strong": "1"})
        for index, row in enumerate(mine, 1):
            money = {source: _shown(amount) for source, amount in row.money.items()}
            printed.append({"no": str(index), **_words(row), **money, "total": _shown(row.total), "strong": ""})
    return printed


def workbook(province: Area, year: int, made_at: dt.datetime) -> bytes:
    """The table alone, numbers as numbers, in triệu đồng and exact."""

    def cells(money: dict[str, int | None]) -> list[Any]:
        return [_number(money[name]) for name in (*Source.values, "total")]

    with override("vi"):
        rows = rows_of(province, year)
        lines: list[tuple[list[Any], bool]] = []
        for number, (name, mine, amounts) in enumerate(grouped(rows)):
            lines.append(([ROMAN[number % len(ROMAN)], name, "", "", "", *cells(amounts)], True))
            for index, row in enumerate(mine, 1):
                words = _words(row)
                texts = [words["name"], words["unit"], words["place"], words["time"]]
                lines.append(([index, *texts, *cells({**row.money, "total": row.total})], False))
        lines.append((["", f"Tổng cộng: {len(rows)} đề án", "", "", "", *cells(sums(rows))], True))
        return table_book(
            "Đăng ký kế hoạch",
            (f"TỔNG HỢP ĐĂNG KÝ KẾ HOẠCH KHUYẾN CÔNG QUỐC GIA NĂM {year}", said(province.full_name)),
            HEADS,
            lines,
            made_at=made_at,
            office=name_of(office(province, AgencyKind.DEPARTMENT)).upper(),
            notes=("Ký hiệu: «…» chưa có số liệu. Bố cục biểu do cổng thiết kế, chưa đối chiếu với Mẫu số 2.",),
        )


def _number(amount: int | None) -> float | int | str:
    if amount is None:
        return "…"
    return amount // 1_000_000 if amount % 1_000_000 == 0 else amount / 1_000_000
