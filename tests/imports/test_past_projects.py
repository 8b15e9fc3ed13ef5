"""Projects of past years and their payments from a workbook: what was published comes back, once."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import AgencyName
from core.errors import WrongState
from core.models import Source
from enterprises.models import Enterprise
from funding.models import LedgerEntry
from funding.services import Voucher, give_budget
from home import overview
from imports import services
from programmes.models import ReportingPeriod
from projects.models import Project
from reports.measures.activities import activities_section
from reports.measures.frame import Scope
from reports.measures.money import summary
from tests import factories
from tests.imports.sheets import errors, sent, stored, table

pytestmark = pytest.mark.django_db

MILLION = 1_000_000
HEADS = (
    "Tên đề án",
    "Năm",
    "Nguồn",
    "Loại đề án",
    "Nội dung hoạt động",
    "Địa điểm",
    "Đơn vị thụ hưởng",
    "Cơ quan quyết định",
    "Số quyết định",
    "Ngày quyết định",
    "Ngày hoàn thành",
    "Kinh phí hỗ trợ (triệu đồng)",
    "Vốn đối ứng (triệu đồng)",
)
# Which activities the 57 projects of 2021–2025 had, as far as it was published; the rest is told as communication.
KINDS = [("MACHINE", 16), ("VOTE", 3), ("FAIR", 5), ("BRAND", 9), ("COMMUNICATION", 24)]
NATIONAL, LOCAL, COUNTERPART = 1_450, 6_198, 41_650  # million đồng; of counterpart «over 41,600»


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def prepared(place: factories.Place, people: factories.People) -> list[tuple[Any, ...]]:
    """A new province: agencies, activities, 25 establishments from a workbook, the budgets of five years. Gives the 57
    rows: 2 national projects, 55 local ones, 25 establishments, sums as published."""
    names = {"MACHINE": "Ứng dụng máy móc thiết bị", "VOTE": "Bình chọn sản phẩm", "FAIR": "Tham gia hội chợ"}
    names |= {"BRAND": "Xây dựng nhãn hiệu", "COMMUNICATION": "Tuyên truyền"}
    for code, name in names.items():
        row = factories.activity(code, name)
        row.needs_beneficiary = code in ("MACHINE", "BRAND")
        row.save()
    owners = [(f"Công ty TNHH Minh Họa {number:02d}", None, "DN", "Thạch Lạc", None, None) for number in range(25)]
    assert stored(sent(table(*owners), people.officer), people.officer).new == 25
    committee, owned = place.committee.name, iter(owner[0] for owner in owners)
    rows = []
    codes = [code for code, count in KINDS for _one in range(count)]
    for number, code in enumerate(codes):
        year, national = 2021 + number % 5, number < 2
        support = NATIONAL // 2 if national else _share(LOCAL, 55, number - 2)
        rows.append(
            (
                f"Đề án minh họa số {number + 1}",
                year,
                "KCQG" if national else "KCĐP",
                "Đề án đơn" if code in ("MACHINE", "BRAND") else "Nhiệm vụ",
                names[code],
                "Xã Tượng Sơn" if year < 2025 else "Huyện Thạch Hà",
                next(owned) if code in ("MACHINE", "BRAND") else None,
                committee,
                f"{number + 1}/QĐ",
                dt.datetime(year, 3, 15),
                dt.datetime(year, 11, 20),
                support,
                _share(COUNTERPART, 57, number),
            )
        )
    for source in (Source.NATIONAL, Source.LOCAL):
        short = "KCQG" if source == Source.NATIONAL else "KCĐP"
        for year in range(2021, 2026):
            amount = sum(row[11] for row in rows if row[1] == year and row[2] == short)
            if amount:
                voucher = Voucher(f"{year}/QĐ-{short}", dt.date(year, 1, 15))
                programme = factories.programme(place, source)
                give_budget(place.province, programme, source, year, amount * MILLION, voucher, actor=people.leader)
    return rows


def _year(year: int) -> ReportingPeriod:
    return factories.period(f"{year}-Y", f"{year - 1}-12-15", f"{year}-12-14")


def _share(whole: int, parts: int, number: int) -> int:
    return whole // parts + (1 if number < whole % parts else 0)


def test_published_result_comes_back_and_the_same_file_changes_nothing(place: Any, people: Any) -> None:
    data = table(*prepared(place, people), heads=HEADS)
    row = sent(data, people.leader, "past-projects")
    assert (row.new, row.wrong, errors(row)) == (57, 0, {})
    stored(row, people.leader)
    assert row.state == "stored", row.warnings
    area_ids = [area.pk for area in (place.province, place.commune, place.before, place.other, place.district)]
    found = summary(area_ids, 2021, 2025)
    assert found["projects"] == 57
    assert found["approved"]["national_vnd"] == NATIONAL * MILLION
    assert found["approved"]["local_vnd"] == LOCAL * MILLION
    assert found["approved"]["support_vnd"] == 7_648 * MILLION
    assert found["approved"]["counterpart_vnd"] == COUNTERPART * MILLION
    shown = {row["activity"].code: row for row in overview.by_activity(people.officer, 2021, 2025)}
    assert {code: row["projects"].value for code, row in shown.items()} == dict(KINDS)
    assert shown["BRAND"]["establishments"].value == 9
    scopes = [Scope("default", place.province, _year(year)) for year in range(2021, 2026)]
    sections = [activities_section(scope) for scope in scopes]
    lines = {row.code: 0 for section in sections for row in section.rows}
    for section in sections:
        for line in section.rows:
            lines[line.code] += line.cells["projects"].value
    assert lines == {"all": 57, **dict(KINDS)}
    machines = Project.objects.filter(activities__code="MACHINE")
    assert machines.count() == 16
    assert Enterprise.objects.filter(projects__isnull=False).distinct().count() == 25
    assert Enterprise.objects.filter(projects__activities__code="BRAND").distinct().count() == 9
    again = sent(data, people.leader, "past-projects")
    assert services.same_file(again) == row
    assert (again.new, again.same, again.wrong) == (0, 57, 0)
    assert Project.objects.count() == 57


def one(place: Any, **cells: Any) -> tuple[Any, ...]:
    values = {
        "name": "Ứng dụng máy cưa",
        "year": 2021,
        "source": "Địa phương",
        "type": "Đề án đơn",
        "activity": "Ứng dụng máy móc, thiết bị tiên tiến",
        "area": "Xã Tượng Sơn, huyện Thạch Hà",
        "owner": "Công ty TNHH Gỗ Thạch Lạc",
        "issuer": place.committee.name,
        "number": "15/QĐ-UBND",
        "decided": dt.datetime(2021, 3, 15),
        "finished": dt.datetime(2021, 11, 20),
        "support": 200,
        "counterpart": None,
        **cells,
    }
    return tuple(values.values())


@pytest.fixture
def ready(place: factories.Place, people: factories.People) -> None:
    factories.activity()
    factories.enterprise(place)
    factories.budget(place, people, 300 * MILLION, year=2021)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"year": 2026, "decided": dt.datetime(2026, 3, 1), "finished": dt.datetime(2026, 4, 1)}, "B2"),
        ({"activity": "Nuôi cá"}, "E2"),
        ({"area": "Xã Đồng Tiến"}, "F2"),
        ({"owner": "Công ty Không Có"}, "G2"),
        ({"owner": None}, "G2"),
        ({"issuer": "Phòng Nào Đó"}, "H2"),
        ({"decided": dt.datetime(2018, 3, 1)}, "J2"),
        ({"finished": dt.datetime(2021, 1, 1)}, "K2"),
        ({"support": 301}, "L2"),
        ({"support": 0}, "L2"),
    ],
)
def test_what_cannot_have_been_is_named_at_its_cell(
    place: Any, people: Any, ready: None, cells: Any, wrong: str
) -> None:
    row = sent(table(one(place, **cells), heads=HEADS), people.leader, "past-projects")
    assert wrong in errors(row)
    assert not Project.objects.exists()


def test_two_projects_do_not_share_one_budget_twice(place: Any, people: Any, ready: None) -> None:
    rows = [one(place), one(place, name="Ứng dụng máy bào")]
    row = sent(table(*rows, heads=HEADS), people.leader, "past-projects")
    assert set(errors(row)) == {"L3"}


def test_agency_is_known_by_what_it_was_called(place: Any, people: Any, ready: None) -> None:
    AgencyName.objects.create(agency=place.committee, name="UBND tỉnh Hà Tĩnh", short_name="UBND tỉnh")
    row = sent(table(one(place, issuer="ubnd tỉnh"), heads=HEADS), people.leader, "past-projects")
    assert row.wrong == 0


def test_past_projects_are_taken_back_with_their_money(place: Any, people: Any, ready: None) -> None:
    row = stored(sent(table(one(place), heads=HEADS), people.leader, "past-projects"), people.leader)
    assert summary([place.before.pk], 2021, 2021)["projects"] == 1
    services.undo(row, actor=people.leader)
    found = summary([place.before.pk], 2021, 2021)
    assert found["projects"] == 0
    assert sum(LedgerEntry.objects.filter(project__isnull=False).values_list("amount_vnd", flat=True)) == 0
    again = sent(table(one(place), heads=HEADS), people.leader, "past-projects")
    assert (again.new, again.wrong) == (1, 0)


PAID_HEADS = ("Mã đề án", "Loại", "Số tiền (đồng)", "Số chứng từ", "Ngày chứng từ")


def test_payments_are_recorded_once_and_within_what_was_approved(place: Any, people: Any) -> None:
    project = factories.approved(place, people, 300 * MILLION)
    today = dt.datetime.combine(project.decided_on, dt.time())
    rows = [
        (project.code, "Tạm ứng", "100.000.000", "01/UNC", today),
        (project.code, "Tạm ứng", 250 * MILLION, "02/UNC", today),
        (project.code, "Tạm ứng", "100.000.000", "01/UNC", today),
        ("KCDP-1999-001", "Tạm ứng", 1, "03/UNC", today),
    ]
    row = sent(table(*rows, heads=PAID_HEADS), people.accountant, "payments")
    assert set(errors(row)) == {"C3", "D4", "A5"}
    stored(row, people.accountant, valid_only=True)
    assert row.state == "stored", row.warnings
    again = sent(table(rows[0], heads=PAID_HEADS), people.accountant, "payments")
    assert (again.new, again.same) == (0, 1)
    services.undo(row, actor=people.accountant)
    paid = LedgerEntry.objects.filter(project=project, account="paid")
    assert [entry.amount_vnd for entry in paid.order_by("id")] == [100 * MILLION, -100 * MILLION]


def test_only_those_who_may_record_them_import_past_projects_and_payments(place: Any, people: Any) -> None:
    from imports.importers import importers_for

    kinds = {name: {one.kind for one in importers_for(person)} for name, person in people.all().items()}
    assert "past-projects" in kinds["leader"] and "payments" in kinds["accountant"]
    assert {name for name, found in kinds.items() if "past-projects" in found} == {"leader"}
    assert {name for name, found in kinds.items() if "payments" in found} == {"accountant"}
    with pytest.raises(WrongState):
        services.undo(sent(table(one(place), heads=HEADS), people.leader, "past-projects"), actor=people.leader)
