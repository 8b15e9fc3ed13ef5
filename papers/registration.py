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
from projects.models import DONE, DecisionMoney, Project, ProjectState, StepPaper
from reports.registering import Row, by_group, due_on, grouped, rows_of, sums

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
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True)
class Narrative:
    results_before: str
    state_now: str
    aims_next: str


def first_words(province: Area, year: int) -> Narrative:
    """The three parts as the figures say them, to be completed by the officer."""
    before, now = year - 2, year - 1
    rows = rows_of(province, year)
    asked = sum(row.money[Source.NATIONAL] or 0 for row in rows)
    groups = "; ".join(f"{name}: {count} đề án" for name, count in by_group(rows))
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
