"""Figures that are not counted: append-only, with a reason for each correction; an estimate gives way; a measure by
hand leads to what was entered."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Entry as Trail
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from core.reference import rows
from programmes.models import ReportingPeriod, Target
from reports.entering import FigureData, correct_figure, enter_figure
from reports.kinds.programme_progress import PROGRAMME_PROGRESS
from reports.kinds.table import Table
from reports.measures.entered import path_of
from reports.measures.frame import Scope
from reports.measures.measure import MEASURES, Asked, Span
from reports.measures.targets import Done, targets_done, targets_section
from reports.models import EnteredFigure
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(clock: Clock) -> f.Place:
    clock.set("2026-09-20 09:00")
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def told(value: str | None = "11.9", **fields: Any) -> FigureData:
    return FigureData(None if value is None else Decimal(value), fields.pop("origin", "Cục Thống kê"), **fields)


def quarter(number: int = 3) -> ReportingPeriod:
    first, last = {1: ("2025-12-15", "2026-03-14"), 2: ("2026-03-15", "2026-06-14"), 3: ("2026-06-15", "2026-09-14"),
                   4: ("2026-09-15", "2026-12-14")}[number]  # fmt: skip
    return f.period(f"2026-Q{number}", first, last, kind="quarter")


def table(code: str, place: f.Place, period: ReportingPeriod) -> Any:
    found = next(one for one in PROGRAMME_PROGRESS.sections if isinstance(one, Table) and one.code == code)
    return found(Scope("default", place.province, period))


def test_measure_by_hand_shows_what_was_entered_and_leads_to_it(place: f.Place, people: f.People) -> None:
    period = quarter()
    row = enter_figure(place.province, "industry.growth", period, "official", told(), actor=people.officer)
    growth = next(row for row in table("industry", place, period).rows if row.code == "industry.growth")
    assert (growth.cells["done"].value, growth.cells["done"].status) == (Decimal("11.90"), "reported")
    assert growth.cells["last_year"].status == "missing" and growth.cells["change"].status == "not_applicable"
    asked = Asked("default", place.province, {"done": Span(period.data_from, period.data_to)})
    (entry,) = MEASURES["industry.growth"].entries(asked)
    assert entry.record == f"/api/v1/entered-figures/{row.public_id}/" and entry.amount == Decimal("11.90")
    commune = Asked("default", place.commune, asked.spans)  # nothing of a commune
    assert MEASURES["industry.growth"].totals(commune).cell("done").status == "not_applicable"


def test_value_of_output_adds_up_over_periods_and_growth_does_not(place: f.Place, people: f.People) -> None:
    """100 + 150 + 175,5 = 425,5 tỷ đồng in nine months; of growth there is no figure of nine months."""
    for number, value in ((1, "100"), (2, "150"), (3, "175.5")):
        for code in ("industry.value", "industry.growth"):
            enter_figure(place.province, code, quarter(number), "official", told(value), actor=people.officer)
    asked = Asked("default", place.province, {"year": Span(dt.date(2025, 12, 15), dt.date(2026, 9, 14))})
    assert MEASURES["industry.value"].totals(asked).cell("year").value == Decimal("425.50")
    assert sum(one.amount for one in MEASURES["industry.value"].entries(asked)) == Decimal("425.50")
    assert MEASURES["industry.growth"].totals(asked).cell("year").status == "missing"
    gap = Asked("default", place.province, {"year": Span(dt.date(2025, 12, 14), dt.date(2026, 9, 14))})
    assert MEASURES["industry.value"].totals(gap).cell("year").status == "missing"  # one day is told by nobody


def test_zero_missing_and_not_applicable_are_three_things(place: f.Place, people: f.People) -> None:
    enter_figure(place.province, "industry.value", quarter(1), "official", told("0"), actor=people.officer)
    why = told(None, not_applicable="Chưa có giá gốc so sánh")
    enter_figure(place.province, "industry.value", quarter(2), "official", why, actor=people.officer)
    spans = {str(number): Span(quarter(number).data_from, quarter(number).data_to) for number in (1, 2, 3)}
    totals = MEASURES["industry.value"].totals(Asked("default", place.province, spans))
    found = [(totals.cell(code).value, totals.cell(code).status) for code in ("1", "2", "3")]
    assert found == [(0, "reported"), (None, "not_applicable"), (None, "missing")]


def test_correction_replaces_with_a_reason_and_the_old_one_stays(place: f.Place, people: f.People) -> None:
    period = quarter()
    first = enter_figure(place.province, "industry.growth", period, "official", told(), actor=people.officer)
    with pytest.raises(Conflict):
        enter_figure(place.province, "industry.growth", period, "official", told("12"), actor=people.officer)
    with pytest.raises(Invalid) as refused:
        correct_figure(first, told("12.1"), " ", actor=people.officer)
    assert set(refused.value.fields) == {"reason"}
    second = correct_figure(first, told("12.1"), "Số liệu chính thức lần hai", actor=people.officer)
    with pytest.raises(Conflict):  # two do not go on from the same figure
        correct_figure(first, told("13"), "Nhầm", actor=people.officer)
    first.refresh_from_db()
    assert first.value == Decimal("11.90") and second.replaces == first
    asked = Asked("default", place.province, {"done": Span(period.data_from, period.data_to)})
    assert [one.amount for one in MEASURES["industry.growth"].entries(asked)] == [Decimal("12.10")]
    trail = Trail.objects.filter(object_type="reports.enteredfigure", object_id=str(second.pk)).get()
    assert trail.action == "correct_figure" and trail.note == "Số liệu chính thức lần hai"


def test_nobody_changes_or_removes_a_figure(place: f.Place, people: f.People) -> None:
    row = enter_figure(place.province, "industry.growth", quarter(), "official", told(), actor=people.officer)
    for change in (lambda: EnteredFigure.objects.update(value=1), lambda: EnteredFigure.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_enteredfigure SET origin = 'x'")
    row.refresh_from_db()
    assert row.value == Decimal("11.90")


def test_estimate_stands_until_the_period_has_closed(place: f.Place, people: f.People, clock: Clock) -> None:
    period = quarter(4)
    enter_figure(place.province, "projects.approved", period, "estimate", told("12"), actor=people.officer)
    local = told("5")
    enter_figure(place.province, "projects.approved", period, "estimate", local, source="local", actor=people.officer)
    shown = table("work", place, period)
    assert [column.code for column in shown.columns][2:4] == ["done", "estimate"]
    cells = {row.code: row.cells["estimate"] for row in shown.rows}
    approved = cells["projects.approved"]
    assert (approved.value, approved.estimate, approved.lines[0].contribution) == (12, True, 12)
    assert cells["projects.approved:local"].value == 5 and cells["money.paid"].status == "missing"
    clock.set("2026-12-14 23:59:59")
    assert "estimate" in shown.rows[0].cells and len(table("work", place, period).columns) == len(shown.columns)
    clock.set("2026-12-15 00:00")
    assert "estimate" not in [column.code for column in table("work", place, period).columns]
    with pytest.raises(WrongState):
        enter_figure(place.province, "money.paid", period, "estimate", told("1"), actor=people.officer)


def test_estimate_of_a_measure_by_hand_stands_until_its_official_figure(place: f.Place, people: f.People) -> None:
    period = quarter()  # has closed
    enter_figure(place.province, "industry.growth", period, "estimate", told("11"), actor=people.officer)
    cell = table("industry", place, period).rows[1].cells["estimate"]
    assert (cell.value, cell.estimate) == (11, True)
    enter_figure(place.province, "industry.growth", period, "official", told(), actor=people.officer)
    assert "estimate" not in [column.code for column in table("industry", place, period).columns]


def test_what_cannot_be_entered_is_refused_at_its_field(place: f.Place, people: f.People) -> None:
    open_, closed = quarter(4), quarter(3)
    for measure, period, nature, data, field in (
        ("projects.approved", closed, "official", told("1"), "nature"),  # is counted
        ("industry.growth", open_, "official", told(), "nature"),
        ("projects.approved", open_, "estimate", told("1.5"), "value"),
        ("projects.approved", open_, "estimate", told("-1"), "value"),
        ("projects.approved", open_, "estimate", told(None, not_applicable="x"), "value"),
        ("industry.growth", closed, "official", told(None), "value"),
        ("industry.growth", closed, "official", told("1", not_applicable="x"), "not_applicable"),
        ("industry.growth", closed, "official", told(origin=" "), "origin"),
        ("industry.growth", closed, "official", told(document_on=dt.date(2030, 1, 1)), "document_on"),
        ("không có", closed, "official", told(), "measure"),
    ):
        with pytest.raises(Invalid) as refused:
            enter_figure(place.province, measure, period, nature, data, actor=people.officer)
        assert field in refused.value.fields, (measure, nature)
    with pytest.raises(Invalid):
        enter_figure(
            place.province, "industry.growth", closed, "official", told(), source="local", actor=people.officer
        )
    enter_figure(place.province, "industry.growth", closed, "official", told("-3.2"), actor=people.officer)


def test_officer_enters_and_the_province_reads(place: f.Place, people: f.People) -> None:
    for person in (people.leader, people.accountant, people.centre, people.ministry, f.stranger()):
        with pytest.raises(NotAllowed):
            enter_figure(place.province, "industry.growth", quarter(), "official", told(), actor=person)
    enter_figure(place.province, "industry.growth", quarter(), "official", told(), actor=people.officer)
    seen = {name: EnteredFigure.objects.visible_to(one).count() for name, one in people.all().items()}
    assert {name for name, count in seen.items() if count} == {
        "officer", "leader", "accountant", "auditor", "ministry",
    }  # fmt: skip
    assert not EnteredFigure.objects.visible_to(f.stranger("leader")).exists()


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def test_figure_is_entered_and_corrected_on_the_page(place: f.Place, people: f.People) -> None:
    period, page = quarter(), reverse("reports:entered")
    officer = browser(people.officer)
    assert officer.get(page).status_code == 200
    sent = {
        "form_key": str(f.new_uuid()), "area": place.province.uid, "measure": "industry.growth", "period": period.code,
        "nature": "official", "value": "1.234,5", "origin": "Cục Thống kê", "document_no": "12/BC-CTK",
    }  # fmt: skip
    wrong = officer.post(page, {**sent, "value": "nhiều"})
    assert wrong.status_code == 422 and "11,9" in wrong.content.decode()
    answer = officer.post(page, sent)
    assert answer.status_code == 302 and officer.post(page, sent)["Location"] == answer["Location"]  # sent twice
    row = EnteredFigure.objects.get()
    assert row.value == Decimal("1234.50")
    one = reverse("reports:entered", args=[row.public_id])
    assert answer["Location"] == one
    text = officer.get(one).content.decode()
    assert "1.234,5" in text and "12/BC-CTK" in text
    fix = {"form_key": str(f.new_uuid()), "value": "11,9", "origin": "Cục Thống kê", "reason": "Gõ nhầm"}
    moved = officer.post(one, fix)
    assert moved.status_code == 302 and "Gõ nhầm" in officer.get(moved["Location"]).content.decode()
    late = officer.post(one, {**fix, "form_key": str(f.new_uuid())})
    assert late.status_code == 409
    listed = officer.get(page).content.decode()
    assert "11,9" in listed and "1.234,5" not in listed
    assert "1.234,5" in officer.get(f"{page}?replaced=on").content.decode()
    assert b"1234.50" in officer.get(f"{page}?replaced=on&format=csv").content
    leader = browser(people.leader)
    assert "form_key" not in leader.get(one).content.decode() and leader.post(page, sent).status_code == 403
    assert browser(f.stranger()).get(one).status_code == 404


# --- the target of growth ---------------------------------------------------------------------------------------------


def test_indicators_that_officers_enter_name_a_measure_by_hand() -> None:
    named = {row["code"]: row["measure"] for row in rows("indicators.csv") if row["method"] == "entered"}
    assert named == {"HT25_GROWTH": "industry.growth"}
    assert all(MEASURES[code].manual for code in named.values())


def growth_target(place: f.Place) -> Target:
    programme = f.programme(place, code="HT-KCDP-2021-2025", year_from=2021, year_to=2025)
    indicator = f.indicator(
        "HT25_GROWTH", name="Tăng trưởng bình quân", unit="%/năm", method="entered", measure="industry.growth"
    )
    row: Target = Target.objects.create(
        programme=programme, indicator=indicator, comparison="exact", low=Decimal("11.9"), verified="yes", source="x"
    )
    return row


def year(number: int, calendar: bool = False) -> ReportingPeriod:
    if calendar:
        return f.period(f"{number}-SY", f"{number}-01-01", f"{number}-12-31", regime="statistical")
    return f.period(f"{number}-Y", f"{number - 1}-12-15", f"{number}-12-14")


def target_row(place: f.Place) -> Any:
    (row,) = targets_section(Scope("default", place.province, year(2025))).rows
    return row.cells


def test_target_of_growth_reads_what_was_entered_and_says_of_how_many_years(place: f.Place, people: f.People) -> None:
    """2021 8,5; 2022 not applicable; 2023 10 for the administrative year and 12,1 for the calendar year, which counts;
    2024 missing; 2025 11: mean (8,5 + 12,1 + 11) / 3 = 10,53 of 3 in 4 years."""
    target = growth_target(place)
    told_nothing = target_row(place)
    assert [told_nothing[name].status for name in ("done", "cumulative", "last_year")] == ["missing"] * 3
    assert (told_nothing["cumulative"].reported, told_nothing["cumulative"].expected) == (0, 5)

    def entered(period: ReportingPeriod, value: str | None, **fields: Any) -> EnteredFigure:
        return enter_figure(
            place.province, "industry.growth", period, "official", told(value, **fields), actor=people.officer
        )

    kept = [entered(year(2021), "8.5")]
    entered(year(2022), None, not_applicable="Chưa có giá gốc so sánh")
    entered(year(2023), "10")
    kept.append(entered(year(2023, calendar=True), "12.1"))
    wrong = entered(year(2025), "99")
    kept.append(correct_figure(wrong, told("11"), "Gõ nhầm", actor=people.officer))
    cells = target_row(place)
    assert (cells["done"].value, cells["last_year"].status) == (11, "missing")
    assert [line.record for line in cells["done"].lines] == [path_of(kept[2])]
    mean = cells["cumulative"]
    assert (mean.value, mean.reported, mean.expected) == (Decimal("10.53"), 3, 4)
    assert [(line.record, line.contribution) for line in mean.lines] == [
        (path_of(row), Decimal(part)) for row, part in zip(kept, ("2.83", "4.03", "3.67"), strict=True)
    ]
    assert "Năm 2021: 8,5" in mean.lines[0].title and cells["rate"].status == "not_applicable"
    commune = Done("default", [place.commune.pk], dt.date(2025, 12, 14))  # of a part of the province there is none
    days = dt.date(2024, 12, 15), dt.date(2025, 12, 14)
    assert commune.cell(target.indicator, *days, place.province.pk).status == "not_applicable"
    notes = PROGRAMME_PROGRESS.notes(Scope("default", place.province, year(2025)))
    assert "trung bình cộng" in notes[0] and "chưa được kiểm chứng" in notes[0]


def test_pages_show_the_target_of_growth_to_who_sees_the_figures(place: f.Place, people: f.People) -> None:
    target = growth_target(place)
    row = enter_figure(place.province, "industry.growth", year(2025), "official", told("11.2"), actor=people.officer)
    page = Client()
    page.force_login(people.officer, backend="accounts.backends.PortalBackend")
    shown = page.get(reverse("home:target", args=[target.pk])).content.decode()
    assert "11,2" in shown and reverse("reports:entered", args=[row.public_id]) in shown
    answer = page.get(f"/api/v1/targets/?programme={target.programme.code}").json()["results"]
    assert (answer[0]["done"], answer[0]["status"]) == ("11.2", "reported")
    assert answer[0]["coverage"] == {"reported": 1, "expected": 5, "called": "năm"}
    # Years after the end of the programme are not asked about.
    ((_target, cell),) = targets_done(target.programme, [place.province.pk], dt.date(2027, 6, 1))
    assert (cell.value, cell.reported, cell.expected) == (Decimal("11.2"), 1, 5)
    page.force_login(f.stranger(), backend="accounts.backends.PortalBackend")
    assert "11,2" not in page.get(reverse("home:target", args=[target.pk])).content.decode()
