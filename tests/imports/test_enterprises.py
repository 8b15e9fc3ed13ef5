"""Establishments from a workbook: found, previewed, mended, stored, recognised, taken back."""

import datetime as dt
from typing import Any

import pytest

from audit.models import Entry
from core.errors import WrongState
from enterprises.models import Enterprise
from enterprises.services import check_digit
from imports import services
from imports.models import Import
from programmes.models import EligibleTrade
from tests import factories
from tests.clocks import Clock
from tests.imports.sheets import GOOD, HEADS, errors, sent, stored, table

pytestmark = pytest.mark.django_db

TAX_CODE = f"999000001{check_digit('999000001')}"
ZERO_CODE = f"012345678{check_digit('012345678')}"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def found(row: Import) -> tuple[str, int, int, int, int]:
    return row.state, row.new, row.changed, row.same, row.wrong


def test_good_rows_are_stored_with_their_history(place: Any, people: Any) -> None:
    row = sent(table(GOOD, ("Công ty TNHH Cơ khí Thử", TAX_CODE, "DN", "Thạch Lạc", None, None)), people.officer)
    assert found(row) == ("checked", 2, 0, 0, 0)
    assert not Enterprise.objects.exists()
    stored(row, people.officer)
    weaver, smith = Enterprise.objects.order_by("id")
    assert (weaver.name, weaver.kind, weaver.area, weaver.headcount, weaver.phone) == (
        "Hợp tác xã Mây tre Đồng Tiến",
        "cooperative",
        place.other,
        25,
        "0912345678",
    )
    assert (smith.tax_code, smith.area, smith.headcount, smith.province) == (
        TAX_CODE,
        place.commune,
        None,
        place.province,
    )
    assert Enterprise.objects.search("may tre").get() == weaver
    entry = Entry.objects.about(weaver).get()
    assert entry.action == "create" and "danh-sach.xlsx" in entry.note and entry.actor_id == people.officer.pk
    assert entry.changes["headcount"] == [None, 25]


def test_same_file_again_is_recognised_and_changes_nothing(place: Any, people: Any) -> None:
    data = table(GOOD)
    first = stored(sent(data, people.officer), people.officer)
    second = sent(data, people.officer)
    assert services.same_file(second) == first
    assert found(second) == ("checked", 0, 0, 1, 0)
    with pytest.raises(WrongState):
        services.confirm(second, valid_only=False, actor=people.officer, version=second.version)
    assert Enterprise.objects.count() == 1


def test_known_establishment_gets_what_the_file_knows_and_keeps_what_it_does_not(place: Any, people: Any) -> None:
    known = factories.enterprise(place, tax_code=TAX_CODE, headcount=25, phone="0987654321")
    row = sent(table((known.name, TAX_CODE, "DN", known.area.full_name, 30, None)), people.officer)
    assert found(row) == ("checked", 0, 1, 0, 0)
    assert row.read()["rows"][0]["x"]["headcount"] == [25, 30]
    stored(row, people.officer)
    known.refresh_from_db()
    assert (known.headcount, known.phone, known.version) == (30, "0987654321", 2)
    assert Entry.objects.about(known).first().changes["headcount"] == [25, 30]


def test_zero_that_excel_dropped_is_put_back_and_told(place: Any, people: Any) -> None:
    row = sent(table(("Xưởng mộc Thử", int(ZERO_CODE), "HKD", "Thạch Lạc", 0, 912345678)), people.officer)
    assert row.wrong == 0
    assert len(row.read()["rows"][0]["o"]) == 2
    stored(row, people.officer)
    made = Enterprise.objects.get()
    assert (made.tax_code, made.phone, made.headcount) == (ZERO_CODE, "0912345678", 0)


def test_commune_of_before_is_understood_where_it_became_one(place: Any, people: Any) -> None:
    row = sent(table(("Xưởng mộc Thử", None, "Hộ", "Tượng Sơn, huyện Thạch Hà", None, None)), people.officer)
    assert row.wrong == 0
    assert "Thạch Lạc" in row.read()["rows"][0]["o"][0]
    stored(row, people.officer)
    assert Enterprise.objects.get().area == place.commune


def test_every_wrong_cell_is_named_and_the_good_rows_wait(place: Any, people: Any) -> None:
    bad = ("", "1234567890", "Tập đoàn", "Nơi khác", "1.234,5", "0912345678")
    row = sent(table(GOOD, bad, above=3), people.officer)
    assert found(row) == ("checked", 1, 0, 0, 1)
    assert set(errors(row)) == {"A6", "B6", "C6", "D6", "E6"}
    with pytest.raises(WrongState, match="1"):
        services.confirm(row, valid_only=False, actor=people.officer, version=row.version)
    stored(row, people.officer, valid_only=True)
    assert Enterprise.objects.count() == 1
    assert row.receipt["left"] == [[6, ""]]


def test_wrong_cells_are_mended_in_place(place: Any, people: Any) -> None:
    row = sent(table(GOOD, ("Xưởng mộc Thử", None, "Tập đoàn", "Thạch Lạc", 3, None)), people.officer)
    row = services.mend(row, {3: {"kind": "Hộ kinh doanh"}}, actor=people.officer, version=row.version)
    assert found(row) == ("checked", 2, 0, 0, 0)
    stored(row, people.officer)
    assert Enterprise.objects.filter(kind="household").count() == 1


def test_one_establishment_twice_in_a_file_is_wrong_the_second_time(place: Any, people: Any) -> None:
    row = sent(table(GOOD, GOOD), people.officer)
    assert found(row) == ("checked", 1, 0, 0, 1)
    assert "2" in errors(row)["A3"]


def test_tax_code_of_another_province_is_refused(place: Any, people: Any) -> None:
    factories.enterprise(factories.Place("40", "Nghệ An"), tax_code=TAX_CODE)
    row = sent(table(("Công ty TNHH Cơ khí Thử", TAX_CODE, "DN", "Thạch Lạc", None, None)), people.officer)
    assert set(errors(row)) == {"B2"}


def test_what_others_registered_meanwhile_is_not_registered_twice(place: Any, people: Any) -> None:
    row = sent(table(("Công ty TNHH Cơ khí Thử", TAX_CODE, "DN", "Thạch Lạc", 5, None)), people.officer)
    factories.enterprise(place, tax_code=TAX_CODE, name="Công ty TNHH Cơ khí Thử", headcount=9)
    stored(row, people.officer)
    assert row.state == "stored"
    assert Enterprise.objects.get().headcount == 5
    assert (row.new, row.changed) == (0, 1)


# --- taking back ------------------------------------------------------------------------------------------------------


def test_import_is_taken_back_whole(place: Any, people: Any) -> None:
    known = factories.enterprise(place, tax_code=TAX_CODE, headcount=25)
    data = table(GOOD, (known.name, TAX_CODE, "DN", known.area.full_name, 30, None))
    row = stored(sent(data, people.officer), people.officer)
    assert Enterprise.objects.count() == 2
    services.undo(row, actor=people.officer)
    known.refresh_from_db()
    assert list(Enterprise.objects.all()) == [known]
    assert known.headcount == 25
    again = sent(data, people.officer)
    assert services.same_file(again) is None
    assert found(again) == ("checked", 1, 1, 0, 0)


def test_taking_back_leaves_no_figure_of_a_year_that_nobody_reported(place: Any, people: Any) -> None:
    known = factories.enterprise(place, tax_code=TAX_CODE, headcount=25)
    known.years.create(year=2024, workers=25)
    row = sent(table((known.name, TAX_CODE, "DN", known.area.full_name, 30, None)), people.officer)
    stored(row, people.officer)
    assert known.years.count() == 2
    services.undo(row, actor=people.officer)
    assert [(one.year, one.workers) for one in known.years.all()] == [(2024, 25)]


def test_import_is_not_taken_back_once_something_depends_on_it(place: Any, people: Any) -> None:
    row = stored(sent(table(GOOD), people.officer), people.officer)
    project = factories.bare_project(place, "KCDP-2026-001")
    project.beneficiaries.add(Enterprise.objects.get())
    with pytest.raises(WrongState):
        services.undo(row, actor=people.officer)
    assert Enterprise.objects.count() == 1


def test_import_is_not_taken_back_over_the_work_of_others(place: Any, people: Any) -> None:
    row = stored(sent(table(GOOD), people.officer), people.officer)
    Enterprise.objects.update(version=2)
    with pytest.raises(WrongState):
        services.undo(row, actor=people.officer)


def test_import_is_taken_back_for_a_day_only(place: Any, people: Any, clock: Clock) -> None:
    clock.set("2026-03-02 08:00")
    row = stored(sent(table(GOOD), people.officer), people.officer)
    clock.move(hours=25)
    with pytest.raises(WrongState):
        services.undo(row, actor=people.officer)


# --- whose -----------------------------------------------------------------------------------------------------------


def test_import_is_seen_by_its_sender_alone(place: Any, people: Any) -> None:
    row = sent(table(GOOD), people.officer)
    assert list(Import.objects.visible_to(people.officer)) == [row]
    for person in (people.leader, people.centre, people.ministry, people.collaborator, people.administrator):
        assert not Import.objects.visible_to(person).exists()


def test_head_is_found_below_a_title_and_in_any_order(place: Any, people: Any) -> None:
    heads = (HEADS[3], "Ghi chú", HEADS[0], HEADS[2])
    row = sent(table((GOOD[3], "x", GOOD[0], GOOD[2]), heads=heads, above=5), people.officer)
    assert found(row) == ("checked", 1, 0, 0, 0)
    assert any("Ghi chú" in warning for warning in row.warnings)


# --- figures of a year, trade, industry, certificates -----------------------------------------------------------------

MORE = ("Ngành nghề", "Mã ngành", "Năm", "Lao động nữ", "Vốn (triệu đồng)", "Doanh thu (tỷ đồng)", "Nộp thuế (đồng)",
        "Chứng nhận", "Số chứng nhận", "Chứng nhận có giá trị đến")  # fmt: skip
EMPTY = (None,) * len(MORE)


def more(*cells: Any, first: Any = GOOD) -> bytes:
    return table((*first, *cells), heads=(*HEADS, *MORE))


def figures(obj: Enterprise) -> list[tuple[Any, ...]]:
    names = ("year", "workers", "women", "capital_vnd", "revenue_vnd", "tax_paid_vnd", "not_applicable")
    return list(obj.years.values_list(*names))


def test_figures_of_a_year_keep_unknown_none_and_not_applicable_apart(place: Any, people: Any) -> None:
    EligibleTrade.objects.create(code="agro", name="Chế biến nông sản", verified="yes")
    cells = ("agro", 1610, 2025, 12, "1.500", 0, "x", "ISO 9001", "A-1", "31/12/2027")
    stored(sent(more(*cells), people.officer), people.officer)
    made = Enterprise.objects.get()
    assert figures(made) == [(2025, 25, 12, 1_500_000_000, 0, None, "tax_paid_vnd")]
    assert (made.headcount, made.trade, made.industry_code, made.industry_version) == (25, "agro", "1610", "2025")
    certificate = made.certificates.get()
    assert (certificate.name, certificate.number, f"{certificate.valid_to}") == ("ISO 9001", "A-1", "2027-12-31")
    changes = Entry.objects.about(made).get().changes
    assert changes["capital_vnd"] == [None, 1_500_000_000] and changes["certificate"] == [None, "ISO 9001"]
    assert "tax_paid_vnd" in changes and "women" in changes
    stored(
        sent(more("Không thuộc ngành nghề nào được hưởng chính sách", *EMPTY[1:]), people.officer, name="2"),
        people.officer,
    )
    made.refresh_from_db()
    assert made.trade == "none" and made.industry_code == "1610"  # an empty cell leaves what is stored


def test_figures_of_an_earlier_year_leave_the_present_number_of_workers(place: Any, people: Any) -> None:
    known = factories.enterprise(place, tax_code=TAX_CODE, headcount=30)
    known.years.create(year=2025, workers=30)
    first = (known.name, TAX_CODE, "DN", known.area.full_name, 20, None)
    row = sent(more(None, None, 2023, None, 900, None, None, None, None, None, first=first), people.officer)
    assert row.read()["rows"][0]["x"] == {"headcount": [None, 20], "capital_vnd": [None, "900.000.000 đồng"]}
    stored(row, people.officer)
    known.refresh_from_db()
    assert known.headcount == 30
    assert [found[:4] for found in figures(known)] == [(2025, 30, None, None), (2023, 20, None, 900_000_000)]


def test_taking_back_puts_figures_and_certificates_as_they_were(place: Any, people: Any) -> None:
    known = factories.enterprise(place, tax_code=TAX_CODE, headcount=30)
    known.years.create(year=2025, workers=30, revenue_vnd=5, not_applicable="tax_paid_vnd")
    known.certificates.create(name="ISO 9001", number="A-1", valid_to=dt.date(2026, 1, 1))
    before = figures(known)
    first = (known.name, TAX_CODE, "DN", known.area.full_name, 20, None)
    cells = (None, "1610", 2025, 7, "x", None, 300, "iso 9001", "A-1", "31/12/2027")
    data = table((*first, *cells), (*GOOD, *EMPTY[:7], "HACCP", None, None), heads=(*HEADS, *MORE))
    row = stored(sent(data, people.officer), people.officer)
    assert figures(known) == [(2025, 20, 7, None, 5, 300, "capital_vnd")]
    assert f"{known.certificates.get().valid_to}" == "2027-12-31"
    assert sent(data, people.officer).same == 2  # nothing is left to be told
    services.undo(row, actor=people.officer)
    known.refresh_from_db()
    assert (figures(known), known.headcount, known.industry_code, known.industry_version) == (before, 30, "", "")
    one = known.certificates.get()
    assert (one.name, f"{one.valid_to}") == ("ISO 9001", "2026-01-01")
    assert list(Enterprise.objects.all()) == [known]


@pytest.mark.parametrize(
    ("cells", "place_of_fault"),
    [
        ((None, None, None, 5, *EMPTY[4:]), "I2"),  # of which year?
        ((None, None, 2999, *EMPTY[3:]), "I2"),
        ((None, None, 2025, 26, *EMPTY[4:]), "J2"),  # more women than workers
        ((None, 9999, *EMPTY[2:]), "H2"),
        (("Buôn bán", *EMPTY[1:]), "G2"),
        ((*EMPTY[:8], "A-1", None), "N2"),
        ((None, None, 2025, None, "hai tỷ", *EMPTY[5:]), "K2"),
    ],
)
def test_wrong_figure_is_named_at_its_cell(place: Any, people: Any, cells: Any, place_of_fault: str) -> None:
    row = sent(more(*cells), people.officer)
    assert set(errors(row)) == {place_of_fault}
