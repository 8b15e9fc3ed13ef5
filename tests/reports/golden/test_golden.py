"""Figures worked out by hand and by a program of its own (program.py) against reports as they are made; periods tile.

The units are the real ones of Hà Tĩnh with their changes of 01/01 and 01/07/2025 (data/area*.csv), each record made at
a unit there was on its day. Money in triệu đồng. Year 2025 in the days of Decree 09/2019: 15/12/2024 – 14/12/2025.

| | decided | approved | made at | paid (day of recording) |
|---|---|---|---|---|
| A | 14/12/2024 23:59:59 | 100 | xã Thạch Đài | a second before the year: in none of its periods |
| B | 15/12/2024 00:00 | 200 | phường Bắc Hà | 50 on 14/01/2025 23:59:59 (M01), 30 on 15/01/2025 00:00 (M02) |
| I | 20/12/2024 | 150 | phường Trần Phú | – |
| M | 20/12/2024 | 120 | huyện Lộc Hà | – |
| C | 10/03/2025 | 300 | phường Đại Nài | 120 on 20/03/2025, of which 20 came back on 20/06/2025 |
| D | 14/06/2025 | 400 | huyện Thạch Hà | 40 on 30/06/2025, entered by mistake, taken out on 02/07/2025 |
| E | 01/07/2025 | 500 | phường Sông Trí of today | 70 on 14/09/2025 |
| J | 20/08/2025 | 250 | phường Hà Huy Tập of today | – (supports the same establishment as E) |
| F | never (draft), G: refused, K: given up before a decision, H: of another province, 10/03/2025 | | | count nowhere |

Approved  M01 = B + I + M = 3; Q1 = + C = 4; H1 = + D = 5; nine months and year = + E + J = 7; stopped: none (0)
Allocated M01 = 200 + 150 + 120 = 470; Q1 = 470 + 300 = 770; H1 = 770 + 400 = 1.170; N = Y = 1.170 + 500 + 250 = 1.920
Paid      M01 = 50; Q1 = 50 + 30 = 80; H1 = 80 + 120 = 200; N = Y = 200 + 40 − 40 − 20 + 70 = 250
Supported M01 = 3; Q1 = 4; H1 = 5; N = Y = 6, because E and J support one establishment
Invested  M01 nobody said (of A, B, I, M: 0 of 4 told); Q1: B 0 by 01/02/2025, a zero (1 of 5); H1: B 150 by 01/04 from
          a collaborator, put right to 90 on 20/05 by the one who took the commune over on 10/04 → 90 (1 of 6);
          N = Y: C 60 by 01/08 → 90 + 60 = 150 (2 of 8). 500 of C by 15/08 was returned: it counts nowhere
Output    entered: M01 0 (a zero), Q1 100, Q2 150, Q3 175,5 tỷ đồng; H1 = 100 + 150 = 250; N = 250 + 175,5 = 425,5;
          Y: nobody entered the last quarter
Growth    entered: M01 does not apply; Q1 11,9 %; Y 12,3 corrected to 11,7 %; of H1 and N nobody entered one

Lines by commune, as of the last day of the period:
- B: Bắc Hà of before went whole into Bắc Hà of 01/01/2025, and that whole into Thành Sen on 01/07/2025.
- I: Trần Phú of before was divided on 01/01/2025 between Bắc Hà and Trần Phú: a line of its own; both went whole into
  Thành Sen on 01/07/2025: from then on in the line of Thành Sen.
- M: Lộc Hà was divided between two districts on 01/01/2025 and stays its own line; D: Thạch Hà ended on 30/06/2025.
- C: Đại Nài was divided on 01/07/2025 between Thành Sen and Hà Huy Tập: its own line before and after.
- E, J: at units of today.

Former districts, of the last day there were any (30/06/2025):
- Thành phố Hà Tĩnh: A, because Thạch Đài went from huyện Thạch Hà to the city on 01/01/2025; B; I; C; J, because all
  that Hà Huy Tập was formed from lay in the city.
- Thạch Hà: D. Lộc Hà: M, its own line. Sông Trí: E, its own line, formed from units of two districts.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.hand_over import Order, hand_over
from accounts.roles import Role
from enterprises.models import Enterprise
from funding.models import Budget, LedgerEntry
from funding.services import Voucher, correct, pay
from jobs.services import work_once
from places.loading import load_areas
from places.models import Area, AreaClosure, AreaParent, AreaSuccession
from programmes.loading import day_by_rule
from programmes.models import ReportingPeriod
from projects.models import ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress, return_progress
from projects.services import take_step
from reports.behind import figures_at, led
from reports.checks import look
from reports.entering import FigureData, correct_figure, enter_figure
from reports.figures import take_figures
from reports.measures.frame import Scope
from reports.measures.measure import MEASURES, Asked, RecordMeasure, Span
from reports.models import EnteredFigure, Report
from reports.services import request_over_dates, request_report
from tests import factories as f
from tests.clocks import Clock
from tests.projects.lives import reported
from tests.reports.golden import program
from tests.reports.test_kinds import lead_to_their_records

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
PERIODS = {
    "2025-M01": ("2024-12-15", "2025-01-14", "month"),
    "2025-Q1": ("2024-12-15", "2025-03-14", "quarter"),
    "2025-H1": ("2024-12-15", "2025-06-14", "half_year_1"),
    "2025-N": ("2024-12-15", "2025-09-14", "nine_months"),
    "2025-Y": ("2024-12-15", "2025-12-14", "year"),
}
PARTS = {"2025-Q2": ("2025-03-15", "2025-06-14", "quarter"), "2025-Q3": ("2025-06-15", "2025-09-14", "quarter")}
BY_HAND = {  # approved, allocated, paid, supported, invested, told of due, output, growth; see above
    "2025-M01": (3, 470, 50, 3, None, (0, 4), 0, "x"),
    "2025-Q1": (4, 770, 80, 4, 0, (1, 5), 100, Decimal("11.9")),
    "2025-H1": (5, 1170, 200, 5, 90, (1, 6), 250, None),
    "2025-N": (7, 1920, 250, 6, 150, (2, 8), Decimal("425.5"), None),
    "2025-Y": (7, 1920, 250, 6, 150, (2, 8), None, Decimal("11.7")),
}
BAC_HA, BAC_HA_25, TRAN_PHU, THANH_SEN = "c18076-2020", "c18077-2025h1", "c18070-2020", "c18073-2025h2"
DAI_NAI, SONG_TRI, HA_HUY_TAP, THACH_DAI = "c18082-2020", "c18754-2025h2", "c18652-2025h2", "c18643-2020"
CITY, THACH_HA, LOC_HA = "d436", "d445", "d448"
LINES = {  # approved, by place
    "2025-M01": {BAC_HA_25: 1, TRAN_PHU: 1, LOC_HA: 1},
    "2025-Q1": {BAC_HA_25: 1, TRAN_PHU: 1, LOC_HA: 1, DAI_NAI: 1},
    "2025-H1": {BAC_HA_25: 1, TRAN_PHU: 1, LOC_HA: 1, DAI_NAI: 1, THACH_HA: 1},
    "2025-N": {THANH_SEN: 2, LOC_HA: 1, DAI_NAI: 1, THACH_HA: 1, SONG_TRI: 1, HA_HUY_TAP: 1},
    "2025-Y": {THANH_SEN: 2, LOC_HA: 1, DAI_NAI: 1, THACH_HA: 1, SONG_TRI: 1, HA_HUY_TAP: 1},
}
YEARS = {  # approved, by former district: administrative years of the programme
    "y2024": {CITY: 1},  # A
    "y2025": {CITY: 4, LOC_HA: 1, THACH_HA: 1, SONG_TRI: 1},  # B, I, C, J; M; D; E
}
DISTRICTS = {  # approved, by former district: calendar years, of the last one as long as there were districts
    "y2024": {CITY: 3, LOC_HA: 1},  # A, B, I; M
    "y2025": {CITY: 1, THACH_HA: 1},  # C; D
}
FIGURES = (
    "projects.approved",
    "money.allocated",
    "money.paid",
    "establishments.supported",
    "progress.invested",
    "told",
    "industry.value",
    "industry.growth",
)


class HaTinh(f.Place):
    """The whole province as it is, with all its changes."""

    def __init__(self) -> None:
        load_areas()
        self.province = Area.objects.get(uid="p42")
        self.commune, self.other = (Area.objects.get(uid=uid) for uid in (THANH_SEN, SONG_TRI))
        self.before, self.district = (Area.objects.get(uid=uid) for uid in (BAC_HA_25, THACH_HA))
        f.kinds()
        self.department = f.agency("department", self.province, "Sở Công Thương Hà Tĩnh")
        self.centre = f.agency("centre", self.province, "Trung tâm Khuyến công Hà Tĩnh")
        self.committee = f.agency("provincial_committee", self.province, "UBND tỉnh Hà Tĩnh")


@pytest.fixture
def place() -> f.Place:
    return HaTinh()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def records(place: f.Place, people: f.People, clock: Clock) -> dict[str, Project]:
    made: dict[str, Project] = {}
    why = {"repeat_reason": "Mở rộng"}

    def at(uid: str) -> Area:
        found: Area = Area.objects.get(uid=uid)
        return found

    def owner(name: str, uid: str) -> Enterprise:
        values = {"kind": "enterprise", "area": at(uid), "province": place.province}
        return Enterprise.objects.get_or_create(name=f"Cơ sở {name}", defaults=values)[0]

    def decided(name: str, moment: str, million: int, uid: str, owned_by: str = "") -> None:
        clock.set(moment)
        owners = [owner(owned_by or name, uid)]
        made[name] = f.approved(place, people, million * MILLION, year=2025, area=at(uid), beneficiaries=owners, **why)

    def paid(name: str, moment: str, million: int) -> LedgerEntry:
        clock.set(moment)
        day = dt.date.fromisoformat(moment[:10])
        kind = "advance" if million > 0 else "return"
        voucher = Voucher(f"UNC {day}", day)
        return pay(made[name], "local", kind, abs(million) * MILLION, voucher, actor=people.accountant)

    def told(name: str, day: str, million: int, person: Any, **fields: Any) -> ProgressUpdate:
        clock.set(f"{day} 09:00")
        Project.objects.filter(pk=made[name].pk).update(state=S.IN_PROGRESS)
        update: ProgressUpdate = reported(
            Project.objects.get(pk=made[name].pk), person, value_invested_vnd=million * MILLION, **fields
        )
        return update

    decided("A", "2024-12-14 23:59:59", 100, THACH_DAI)
    decided("B", "2024-12-15 00:00:00", 200, BAC_HA)
    decided("I", "2024-12-20 09:00", 150, TRAN_PHU)
    decided("M", "2024-12-20 10:00", 120, LOC_HA)
    paid("B", "2025-01-14 23:59:59", 50)
    paid("B", "2025-01-15 00:00:00", 30)
    giver = f.user("ctv-bacha", Role.COLLABORATOR, at(BAC_HA_25), valid_to=dt.date(2025, 6, 30))
    confirm_progress(told("B", "2025-02-01", 0, giver), actor=people.officer)
    clock.set("2025-03-01 09:00")
    f.budget(place, people, 3_000 * MILLION, year=2025)
    decided("C", "2025-03-10 09:00", 300, DAI_NAI)
    there = f.Place("40", "Nghệ An")
    over_there = {"programme": f.programme(there, code="NA"), "beneficiaries": [f.enterprise(there, "Cơ sở H")]}
    made["H"] = f.approved(there, _staff(there), 300 * MILLION, year=2025, **over_there, **why)
    for name in "FGK":
        made[name] = f.project(place, people, year=2025, area=at(DAI_NAI), beneficiaries=[owner(name, DAI_NAI)], **why)
    for name, step in (("G", "reject"), ("K", "stop")):
        made[name] = take_step(made[name], "submit", actor=people.officer)
        made[name] = take_step(made[name], step, actor=people.leader, note="Cơ sở không còn nhu cầu")
    paid("C", "2025-03-20 09:00", 120)
    confirm_progress(told("B", "2025-04-01", 150, giver), actor=people.officer)
    clock.set("2025-04-10 09:00")
    taker = f.user("ctv-moi", None, None)
    order = Order(giver, taker, dt.date(2025, 4, 10), "Chuyển địa bàn", [at(BAC_HA_25)])
    hand_over(order, actor=people.administrator)
    taker.__dict__.pop("sight", None)
    confirm_progress(told("B", "2025-05-20", 90, taker, corrects_reason="Ghi nhầm"), actor=people.officer)
    decided("D", "2025-06-14 23:59:59", 400, THACH_HA)
    paid("C", "2025-06-20 09:00", -20)
    mistaken = paid("D", "2025-06-30 09:00", 40)
    decided("E", "2025-07-01 09:00", 500, SONG_TRI)
    clock.set("2025-07-02 09:00")
    correct(
        mistaken, -40 * MILLION, Voucher("BB 02", dt.date(2025, 7, 2), reason="Ghi nhầm đề án"), actor=people.accountant
    )
    confirm_progress(told("C", "2025-08-01", 60, people.centre), actor=people.officer)
    return_progress(told("C", "2025-08-15", 500, people.centre), actor=people.officer, note="Thiếu hóa đơn")
    decided("J", "2025-08-20 09:00", 250, HA_HUY_TAP, owned_by="E")
    paid("E", "2025-09-14 23:59:59", 70)
    clock.set("2026-01-10 09:00")
    return made


def enter(place: f.Place, people: f.People) -> None:
    """Figures typed by an officer, after their periods have closed."""

    def entered(measure: str, code: str, value: str | None) -> EnteredFigure:
        first, last, kind = (PERIODS | PARTS)[code]
        number = None if value is None else Decimal(value)
        data = FigureData(number, "Cục Thống kê", "" if value else "Chưa có giá gốc so sánh")
        period = f.period(code, first, last, kind=kind)
        return enter_figure(place.province, measure, period, "official", data, actor=people.officer)

    for code, value in (("2025-M01", "0"), ("2025-Q1", "100"), ("2025-Q2", "150"), ("2025-Q3", "175.5")):
        entered("industry.value", code, value)
    entered("industry.growth", "2025-M01", None)
    entered("industry.growth", "2025-Q1", "11.9")
    row = entered("industry.growth", "2025-Y", "12.3")
    correct_figure(row, FigureData(Decimal("11.7"), "Cục Thống kê"), "Số liệu chính thức", actor=people.officer)


def _staff(place: f.Place) -> Any:
    class Staff:
        officer = f.user("cb40", Role.OFFICER, place.province, place.department)
        leader = f.user("ld40", Role.LEADER, place.province, place.department)
        centre = f.user("tt40", Role.CENTRE, place.province, place.centre)

    return Staff


def dump() -> dict[str, list[dict[str, Any]]]:
    return {
        "areas": list(Area.objects.values()),
        "parents": list(AreaParent.objects.values()),
        "successions": list(AreaSuccession.objects.values()),
        "projects": list(Project.objects.values()),
        "owners": list(Project.beneficiaries.through.objects.values()),
        "ledger": list(LedgerEntry.objects.values()),
        "budgets": list(Budget.objects.values()),
        "updates": list(ProgressUpdate.objects.values()),
        "periods": list(ReportingPeriod.objects.values()),
        "entered": list(EnteredFigure.objects.values()),
    }


def document(job: Any) -> dict[str, Any]:
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    found: dict[str, Any] = orjson.loads(bytes(Report.objects.get(public_id=job.result.split("/")[-2]).document))
    return found


def made(period: ReportingPeriod, place: f.Place, people: f.People) -> dict[str, Any]:
    """The report as it is made; of shorter periods its figures alone, without the files."""
    if period.kind == "year":
        return document(request_report("programme-progress", period, place.province, actor=people.officer))
    scope = Scope("default", place.province, period)
    return {"sections": take_figures("programme-progress", scope, lambda _done, _step: None).shown()}


def cells(document: dict[str, Any], section: str, column: str) -> dict[str, Any]:
    """{row: value}: None where nobody reported, «x» where it does not apply; who told under «… told»."""
    found: dict[str, Any] = {}
    for part in document["sections"]:
        for row in part["rows"] if part["code"] == section else []:
            cell = row["cells"][column]
            value = "x" if cell["status"] == "not_applicable" else cell["value"]
            found[row["code"]] = Decimal(value) if isinstance(value, str) and value != "x" else value
            if cell["coverage"]:
                found[f"{row['code']} told"] = cell["coverage"]["reported"], cell["coverage"]["expected"]
    return found


def in_figures(code: str) -> list[Any]:
    by_hand = list(BY_HAND[code])
    for number in (1, 2, 4):
        by_hand[number] = by_hand[number] * MILLION if by_hand[number] is not None else None
    return by_hand


def test_reports_say_what_hand_and_another_program_say(
    records: dict[str, Project], place: f.Place, people: f.People
) -> None:
    enter(place, people)
    rows, uid = dump(), {area.pk: area.uid for area in Area.objects.all()}
    for code, (first, last, kind) in PERIODS.items():
        period = f.period(code, first, last, kind=kind)
        found = made(period, place, people)
        done = cells(found, "work", "done") | cells(found, "industry", "done")
        done["told"] = done["progress.invested told"]
        here = program.figures(place.province.pk, period.data_from, period.data_to, rows)
        here["told"] = here["told"], here["due"]
        assert [here[name] for name in FIGURES] == in_figures(code), code
        assert [done[name] for name in FIGURES] == in_figures(code), code
        assert done["projects.stopped"] == here["projects.stopped"] == 0
        places = {uid[key[1]]: count for key, count in here.items() if isinstance(key, tuple)}
        lines = {
            unit: count for unit, count in cells(found, "units", "projects.approved").items() if unit in uid.values()
        }
        assert {unit: count for unit, count in lines.items() if count} == places == LINES[code], code


def test_trend_by_former_district_says_what_hand_and_another_program_say(
    records: dict[str, Project], place: f.Place, people: f.People
) -> None:
    days = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
    job = request_over_dates("free-dates", *days, place.province, actor=people.officer, measures=["projects.approved"])
    found = document(job)
    rows = dump()
    for column, last in (("y2024", dt.date(2024, 12, 31)), ("y2025", dt.date(2025, 6, 30))):
        first = dt.date(last.year, 1, 1)
        stands_by_district(found, column, first, last, DISTRICTS[column], rows)
    mapping = cells_of_text(found, "district-mapping")
    assert {mapping[unit].partition(" (")[0] for unit in (THACH_DAI, BAC_HA, TRAN_PHU, DAI_NAI)} == {
        "Thành phố Hà Tĩnh"
    }


def test_yearly_report_goes_on_by_former_district(
    records: dict[str, Project], place: f.Place, people: f.People
) -> None:
    """Each year of the programme, also what was done at communes of today; every figure leads to its records."""
    period = f.period("2025-Y", *PERIODS["2025-Y"][:2])
    found = made(period, place, people)
    rows = dump()
    (part,) = [part for part in found["sections"] if part["code"] == "districts"]
    years = [f"y{year}" for year in range(2018, 2026)]  # the programme of the tests began in 2018
    assert [column["code"] for column in part["columns"]] == ["unit", *years]
    for column in years:
        year = int(column[1:])
        days = dt.date(year - 1, 12, 15), dt.date(year, 12, 14)
        stands_by_district(found, column, *days, YEARS.get(column, {}), rows)
    supported = cells(found, "districts", "y2025")
    assert supported["establishments.supported"] == 6  # E and J support one, which lies in Sông Trí
    report = Report.objects.get()
    assert lead_to_their_records(report, "districts") == len(years) * len(part["rows"])
    (city,) = figures_at(report, found, f"projects.approved:{CITY}", "y2025", "districts")
    assert [row.title[:13] for row in city.rows] == [records[name].code for name in "BICJ"]
    assert ("districts", f"projects.approved:{CITY}", "y2025") in led(report, found)
    assert not [finding for finding in look(report, found) if finding.code == "breakdown"]
    shorter = f.period("2025-N", *PERIODS["2025-N"][:2], kind="nine_months")
    assert "districts" not in {part["code"] for part in made(shorter, place, people)["sections"]}


def stands_by_district(
    found: dict[str, Any], column: str, first: dt.date, last: dt.date, by_hand: dict[str, int], rows: Any
) -> None:
    """Approved projects of a column: report, program and hand say the same."""
    uid, ended = {area["id"]: area["uid"] for area in rows["areas"]}, dt.date(2025, 6, 30)
    province = next(pk for pk, name in uid.items() if name == "p42")
    here = program.by_district(province, first, last, ended, rows)
    shown = {
        code.removeprefix("projects.approved").removeprefix(":"): value
        for code, value in cells(found, "districts", column).items()
        if code.startswith("projects.approved")
    }
    assert shown.pop("") == sum(here.values()), column
    assert {unit: count for unit, count in shown.items() if count} == by_hand, column
    assert {uid[pk]: count for pk, count in here.items()} == by_hand, column


def cells_of_text(document: dict[str, Any], section: str) -> dict[str, str]:
    (part,) = [part for part in document["sections"] if part["code"] == section]
    return {row["code"]: row["cells"]["district"]["value"] for row in part["rows"]}


def test_payment_after_the_year_is_of_its_budget_year_and_of_the_period_of_its_day(
    place: f.Place, people: f.People, clock: Clock
) -> None:
    """20/12/2021, budget year 2021: in the summary of 2021 by budget year, in period 2022-Y by its day."""
    clock.set("2021-03-10 09:00")
    project = f.approved(place, people, 300 * MILLION, year=2021)
    clock.set("2021-12-20 09:00")
    pay(project, "local", "advance", 90 * MILLION, Voucher("UNC", dt.date(2021, 12, 20)), actor=people.accountant)
    clock.set("2022-12-20 09:00")
    rows, until = dump(), dt.date(2022, 12, 20)
    assert program.paid_of_budget_year(place.province.pk, 2021, until, rows) == 90 * MILLION
    from reports.measures.money import summary

    ids = AreaClosure.objects.filter(ancestor=place.province).values("area_id")
    by_year = {row["year"]: row["paid"]["local_vnd"] for row in summary(ids, 2021, 2022)["by_year"]}
    assert by_year == {2021: 90 * MILLION, 2022: None}
    for code, days, paid in (("2021-Y", ("2020-12-15", "2021-12-14"), 0), ("2022-Y", ("2021-12-15", "2022-12-14"), 90)):
        period = f.period(code, *days)
        assert cells(made(period, place, people), "work", "done")["money.paid"] == paid * MILLION


RULES: dict[str, tuple[Callable[[int], str], Callable[[int], str]]] = {
    "M": (lambda n: f"Y/({n - 1})/15", lambda n: f"Y/({n})/14"),
    "Q": (lambda n: f"Y/({3 * n - 3})/15", lambda n: f"Y/({3 * n})/14"),
    "H": (lambda n: f"Y/({6 * n - 6})/15", lambda n: f"Y/({6 * n})/14"),
}


def span(kind: str, number: int, year: int) -> Span:
    if kind == "Y":
        return Span(dt.date(year - 1, 12, 15), dt.date(year, 12, 14))
    first, last = (day_by_rule(rule(number), Y=year) for rule in RULES[kind])
    return Span(first, last)


@settings(max_examples=3, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 364), st.integers(1, 10**9)), min_size=1, max_size=6))
def tiles(place: f.Place, sample: list[Project], days: list[tuple[int, int]]) -> None:
    """Decisions on any days: parts of a year come to the year, for every measure that is a sum."""
    for number, project in enumerate(sample):
        offset = days[number % len(days)][0]
        day = dt.date(2024, 12, 15) + dt.timedelta(days=offset)
        Project.objects.filter(pk=project.pk).update(decided_on=day)
    names = [("M", n) for n in range(1, 13)] + [("Q", n) for n in range(1, 5)] + [("H", 1), ("H", 2), ("Y", 1)]
    asked = Asked("default", place.province, {f"{kind}{n}": span(kind, n, 2025) for kind, n in names})
    for measure in MEASURES.values():
        if not isinstance(measure, RecordMeasure) or measure.distinct:
            continue
        totals = measure.totals(asked)

        def value(code: str, totals: Any = totals) -> Decimal:
            return Decimal(totals.cell(code).value or 0)

        for quarter in range(1, 5):
            months = [value(f"M{3 * quarter - 2 + n}") for n in range(3)]
            assert sum(months) == value(f"Q{quarter}"), measure.code
        assert value("Q1") + value("Q2") == value("H1") and value("Q3") + value("Q4") == value("H2"), measure.code
        assert value("H1") + value("H2") == value("Y1"), measure.code


def test_months_come_to_quarters_halves_and_the_year(records: dict[str, Project], place: f.Place) -> None:
    tiles(place, [records[name] for name in "ABCDE"])
