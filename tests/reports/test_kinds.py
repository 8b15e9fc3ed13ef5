"""Kinds made on request: the registration report, one project, selections, free dates; how each is asked for."""

import datetime as dt
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Invalid
from core.models import Source
from funding.services import Voucher, pay
from jobs.models import Job
from jobs.services import work_once
from places.models import AreaSuccession
from places.services import district_lines
from programmes.locking import lock_through
from programmes.models import LegalDocument, ReportingPeriod
from projects import reminders
from projects.models import Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress
from reports.behind import figures_at
from reports.measures.measure import MEASURES
from reports.models import Report, ReportSchedule
from reports.services import change_schedule, request_due, request_over_dates, request_report
from tests import factories as f
from tests.clocks import Clock
from tests.products import making
from tests.projects import lives
from tests.reports.ways import signed_off

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
FREE = "free-dates"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-20 09:00")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def made(job: Job) -> Report:
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


def document(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(bytes(report.document))
    return found


def table(report: Report, section: str) -> dict[str, dict[str, Any]]:
    """{title of the row: {column: value, or how it is marked}}."""
    (part,) = [part for part in document(report)["sections"] if part["code"] == section]
    return {
        row["title"]: {
            name: cell["value"] if cell["status"] == "reported" else cell["status"]
            for name, cell in row["cells"].items()
        }
        for row in part["rows"]
    }


def lead_to_their_records(report: Report, section: str = "") -> int:
    """Every number of a table whose records are kept is their sum."""
    found, checked = document(report), 0
    for part in [part for part in found["sections"] if section in ("", part["code"])]:
        for row in part["rows"]:
            for column in part["columns"]:
                cell = row["cells"][column["code"]]
                if column["kind"] == "text" or cell["status"] != "reported" or isinstance(cell["value"], str):
                    continue
                if column["code"] == "unit":
                    continue
                (figure,) = figures_at(report, found, row["code"], column["code"], part["code"])
                assert figure.total() == cell["value"], (row["code"], column["code"])
                checked += 1
    return checked


# --- registration -----------------------------------------------------------------------------------------------------


def test_registration_holds_what_was_registered_by_source_and_what_this_year_did(
    place: f.Place, people: f.People, clock: Clock
) -> None:
    clock.set("2026-06-10 09:00")
    both = {Source.NATIONAL: 200 * MILLION, Source.COUNTERPART: 0}
    for state, year, estimate in (
        ("submitted", 2027, both),
        ("submitted", 2027, {Source.NATIONAL: 150_500_000, Source.OTHER: 1}),
        ("draft", 2027, both),
        ("returned", 2027, both),
        ("submitted", 2028, both),
    ):
        owner = f.enterprise(place, f"Cơ sở {f.new_uuid()}")
        fields = {**lives.national(place), "year": year, "estimate": estimate, "beneficiaries": [owner]}
        lives.in_state(state, place, people, **fields)
    now = f.approved(place, people, 300 * MILLION)
    period = f.period("2027-R", "2025-12-15", "2026-06-19", kind="plan_registration", year=2027)
    report = made(request_report("plan-registration", period, place.province, actor=people.officer))
    rows = table(report, "registered")
    whole = rows["Tổng cộng: 2 đề án, nhiệm vụ"]
    money = ("national", "local", "counterpart", "other", "total")
    # 200 + 150,5; nobody speaks of local money; a counterpart of 0 is reported, of one project
    assert [whole[name] for name in money] == [350_500_000, "missing", 0, 1, 350_500_001]
    assert len(rows) == 4  # all, one group, two projects
    assert table(report, "this-year")["Đề án được phê duyệt"]["done"] == 1
    assert now.decided_on == dt.date(2026, 6, 10)
    assert any("chưa đối chiếu với Mẫu số 2" in note for note in document(report)["notes"])
    assert lead_to_their_records(report) > 10
    with pytest.raises(Invalid) as refused:
        request_report("plan-registration", period, place.commune, actor=people.officer)
    assert "area" in refused.value.fields


# --- one project ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(place: f.Place, people: f.People, clock: Clock) -> list[Project]:
    """Both decided on 10/03/2026 with 300 triệu. Of the first 100 were paid in June and 50 on 20/09; 200 of 600 triệu
    were invested by 01/08, and 250 by 15/09 (confirmed) and 260 by 16/09 (not confirmed)."""
    clock.set("2026-03-10 09:00")
    rows = [f.approved(place, people, 300 * MILLION, beneficiaries=[f.enterprise(place, name)]) for name in "AB"]
    first = rows[0]
    for day, million in (("2026-06-20", 100), ("2026-09-20", 50)):
        clock.set(f"{day} 09:00")
        voucher = Voucher(f"UNC {day}", dt.date.fromisoformat(day))
        pay(first, "local", "advance", million * MILLION, voucher, actor=people.accountant)
    Project.objects.filter(pk=first.pk).update(state=S.IN_PROGRESS, started_on=dt.date(2026, 4, 1))
    first.refresh_from_db()
    for day, million in (("2026-08-01", 200), ("2026-09-15", 250), ("2026-09-16", 260)):
        clock.set(f"{day} 09:00")
        update = lives.reported(
            first, people.centre, value_invested_vnd=million * MILLION, results=[(f.indicator(), 1)]
        )
        if million < 260:
            confirm_progress(update, actor=people.officer)
    clock.set("2026-09-20 09:00")
    return rows


def of_project(project: Project, people: f.People) -> Report:
    period = f.period("2026-Q3", "2026-06-15", "2026-09-14", kind="quarter")
    key = str(project.public_id)
    return made(request_report("project-report", period, project.area, actor=people.officer, subject=key))


def test_report_of_a_project_says_what_was_so_at_the_end_of_the_period(two: list[Project], people: f.People) -> None:
    report = of_project(two[0], people)
    facts = table(report, "facts")
    assert facts["Tình trạng cuối kỳ"]["value"] == "Đang thực hiện (01/04/2026)"
    assert "45/QĐ-UBND ngày 10/03/2026" in facts["Quyết định"]["value"]
    money = table(report, "project-money")
    local = money["Khuyến công địa phương"]
    assert local == {
        "planned": 300 * MILLION, "decided": 300 * MILLION, "paid": 100 * MILLION, "paid_so_far": 100 * MILLION,
        "rate": "33.33",
    }  # fmt: skip
    # Nobody decided on national money, so none can be paid; what the establishment brings is not in the ledger.
    assert money["Khuyến công quốc gia"]["paid"] == money["Vốn đối ứng"]["paid"] == "not_applicable"
    assert money["Khuyến công quốc gia"]["decided"] == "missing"
    progress = table(report, "project-progress")
    assert list(progress) == ["Ngày 01/08/2026"] and progress["Ngày 01/08/2026"]["invested"] == 200 * MILLION
    assert table(report, "results")[f.indicator().name]["done"] == 1
    assert table(report, "papers")["Biên bản nghiệm thu"]["dated"] == "missing"
    assert two[0].code in document(report)["title"] and two[0].code in report.subject_name
    assert lead_to_their_records(report) > 6


def test_reports_of_two_projects_of_one_place_are_two_reports(two: list[Project], people: f.People) -> None:
    first, second = (signed_off(of_project(project, people), people) for project in two)
    assert (first.version, second.version, first.state, second.state) == (1, 1, "published", "published")
    assert of_project(two[0], people) == first  # nothing has changed
    assert list(first.versions()) == [first]


def test_report_of_a_project_is_asked_for_from_its_page(two: list[Project], people: f.People) -> None:
    client, project = lives.browser(people.officer), two[0]
    f.period("2026-Q3", "2026-06-15", "2026-09-14", kind="quarter")
    way = f"{reverse('reports:list')}?ask=project-report&project={project.code}"
    assert way.replace("&", "&amp;") in client.get(reverse("projects:detail", args=[project.public_id])).text
    page = client.get(way)
    assert (
        f'value="{project.code}"' in page.text and "id_area" not in page.text and "kc-message--warning" not in page.text
    )
    body = {"kind": "project-report", "project": project.code, "period": "2026-Q3"}
    refused = client.post(reverse("reports:list"), {**body, "project": "KCDP-0000-000"})
    assert refused.status_code == 422 and refused.context["form"].errors["project"] and not Job.objects.exists()
    assert client.post(reverse("reports:list"), body).status_code == 302
    report = made(Job.objects.get())
    assert project.name in client.get(reverse("reports:list")).text
    assert project.name in client.get(reverse("reports:detail", args=[report.public_id])).text
    again = client.post(
        "/api/v1/reports/",
        {"kind": "project-report", "period": "2026-Q3", "project": str(project.public_id)},
        content_type="application/json",
        headers={"Idempotency-Key": str(f.new_uuid())},
    )
    assert again.status_code == 202, again.text
    made(Job.objects.get(public_id=again.json()["id"]))
    shown = client.get(f"/api/v1/reports/{report.public_id}/").json()
    assert shown["subject"] == {"key": str(project.public_id), "name": report.subject_name}


def test_project_of_others_or_one_not_approved_has_no_report(place: f.Place, people: f.People) -> None:
    period = f.period("2026-Q3", "2026-06-15", "2026-09-14", kind="quarter")
    draft = f.project(place, people)
    for key in (str(draft.public_id), str(f.new_uuid()), "", "x"):
        with pytest.raises(Invalid) as refused:
            request_report("project-report", period, draft.area, actor=people.officer, subject=key)
        assert "project" in refused.value.fields, key
    with pytest.raises(Invalid):  # a report of a period is of nothing else
        request_report("programme-results", period, place.province, actor=people.officer, subject=str(draft.public_id))


# --- selections -------------------------------------------------------------------------------------------------------


def test_selection_results_by_level_and_group(place: f.Place, people: f.People, clock: Clock) -> None:
    clock.set("2026-09-20 09:00")
    round_ = making.scoring(place, people, making.product(place, people, "Bún"), making.product(place, people, "Miến"))
    making.certified(making.decided(round_, people.leader), people.officer)
    month = f.period("2026-M09", "2026-08-15", "2026-09-14", kind="month")
    report = made(request_report("selection-results", month, place.province, actor=people.officer))
    rows = table(report, "selections")
    # Entered on 01/09, decided on 10/09, certified on 15/09: a day after the month.
    assert rows["Cấp tỉnh"] == {"unit": "sản phẩm", "registered": 2, "recognised": 2, "certified": 0}
    assert rows["Thực phẩm"] == rows["Cấp tỉnh"]
    assert rows["Cấp khu vực"]["registered"] == "missing"  # no round of it: nobody has said that nothing arose
    assert "Cấp huyện" not in rows  # there are none any more, and there was none
    year = f.period("2026-Y")
    whole = made(request_report("selection-results", year, place.province, actor=people.officer))
    assert table(whole, "selections")["Cấp tỉnh"]["certified"] == 2
    assert set(table(whole, "certified")) == {"Bún", "Miến"}
    assert lead_to_their_records(whole) == 6
    nowhere = made(request_report("selection-results", year, place.other, actor=people.officer))
    assert table(nowhere, "selections")["Cấp tỉnh"]["registered"] == 0


def test_certificates_entered_late_leave_the_locked_month_as_it_was(
    place: f.Place, people: f.People, clock: Clock
) -> None:
    clock.set("2026-09-20 09:00")
    round_ = making.decided(making.scoring(place, people, making.product(place, people)), people.leader)
    lock_through(place.province, dt.date(2026, 9, 19), "Chốt", actor=people.leader)
    making.certified(round_, people.officer)  # of 15/09
    months = [f.period("2026-M09", "2026-08-15", "2026-09-19", kind="month"),
              f.period("2026-M10", "2026-09-20", "2026-10-14", kind="month")]  # fmt: skip
    before, after = (
        made(request_report("selection-results", month, place.province, actor=people.officer)) for month in months
    )
    assert [table(row, "selections")["Cấp tỉnh"]["certified"] for row in (before, after)] == [0, 1]
    assert [len(table(row, "certified")) for row in (before, after)] == [0, 1]


# --- free dates -------------------------------------------------------------------------------------------------------


def test_free_dates_are_made_once_and_offered_nowhere_else(place: f.Place, people: f.People) -> None:
    f.period("2026-Y")
    days = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
    reports = [made(request_over_dates(FREE, *days, place.province, actor=people.officer, measures=codes))
               for codes in ((), ("money.paid",), ("projects.approved", "money.paid"), tuple(MEASURES))]  # fmt: skip
    period = ReportingPeriod.objects.get(kind="free")
    assert (period.code, period.year, period.label) == ("F20260101-20260630", 2026, "Từ 01/01/2026 đến 30/06/2026")
    # Chosen measures are a report of their own; all of them are the same as none.
    assert reports[0] == reports[3] and len({report.pk for report in reports}) == 3
    assert len(table(reports[2], "units-1")["Tổng cộng"]) == 2
    client = lives.browser(people.officer)
    assert period.code not in client.get(reverse("reports:list")).text
    assert period.code not in client.get(reverse("programmes:periods")).text
    assert period.code not in str(client.get("/api/v1/periods/?year=2026").json())
    assert period not in reminders.periods()
    with pytest.raises(Invalid):
        change_schedule(
            place.province, FREE, "free", is_active=True, starts_on=dt.date(2027, 1, 1), actor=people.administrator
        )
    assert request_due(dt.date(2027, 1, 1)) == [] and not ReportSchedule.objects.exists()
    with pytest.raises(Invalid):
        request_report("programme-results", period, place.province, actor=people.officer)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"data_from": "2026-10-01"}, "data_from"),  # still to come
        ({"data_from": "1999-01-01"}, "data_from"),
        ({"data_to": "2025-12-31"}, "data_to"),  # before the first
        ({"data_from": "", "data_to": ""}, "data_from"),
        ({"area": "d425"}, "area"),  # the district had ended
        ({"measures": ["no.such"]}, "measures"),
    ],
)
def test_free_dates_that_cannot_be_are_named_on_the_page_and_by_the_api(
    place: f.Place, people: f.People, fields: dict[str, Any], wrong: str
) -> None:
    client = lives.browser(people.officer)
    body = {"data_from": "2026-01-01", "data_to": "2026-06-30", "area": "p42", "kind": FREE, **fields}
    page = client.post(reverse("reports:list"), body)
    assert page.status_code == 422 and wrong in page.context["form"].errors
    answer = send(client, {name: value for name, value in body.items() if value != ""})
    assert answer.status_code == 400 and wrong in str(answer.json()), answer.text
    assert not Job.objects.exists() and not ReportingPeriod.objects.filter(kind="free").exists()


def send(client: Client, body: dict[str, Any]) -> Any:
    headers = {"Idempotency-Key": str(f.new_uuid())}
    return client.post("/api/v1/reports/", body, content_type="application/json", headers=headers)


def test_api_asks_by_what_the_kind_wants_and_by_nothing_else(place: f.Place, people: f.People) -> None:
    f.period("2026-Y")
    client = lives.browser(people.officer)
    body = {"kind": FREE, "data_from": "2026-01-01", "data_to": "2026-06-30", "area": "42", "measures": ["money.paid"]}
    assert send(client, body).status_code == 202
    assert made(Job.objects.get()).subject == "money.paid"
    for wrong, name in (
        ({**body, "period": "2026-Y"}, "period"),
        ({"kind": "programme-results", "period": "2026-Y"}, "area"),
        ({"kind": "programme-results", "period": "2026-Y", "area": "42", "measures": []}, "measures"),
        ({"kind": "project-report", "period": "2026-Y", "area": "42"}, "project"),
    ):
        answer = send(client, wrong)
        assert answer.status_code == 400 and name in str(answer.json()["errors"]), answer.text


# --- former districts -------------------------------------------------------------------------------------------------


def test_old_records_stand_in_their_former_district_and_the_mapping_is_shown(
    place: f.Place, people: f.People, clock: Clock
) -> None:
    """2024: A in the old commune, B in the district itself, C in the commune of today (entered later); 2025: D on the
    last day of the district; E a day later."""
    for day, area in (
        ("2024-03-01", place.before), ("2024-05-01", place.district), ("2024-12-31", place.commune),
        ("2025-06-30", place.before), ("2025-07-01", place.commune),
    ):  # fmt: skip
        clock.set(f"{day} 09:00")
        owner = f.enterprise(place, f"Cơ sở {day}")
        row = f.approved(place, people, 10 * MILLION, beneficiaries=[owner], year=int(day[:4]))
        Project.objects.filter(pk=row.pk).update(area=area)
    clock.set("2026-09-20 09:00")
    days = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
    codes = ("projects.approved", "money.allocated")
    report = made(request_over_dates(FREE, *days, place.province, actor=people.officer, measures=codes))
    (part,) = [part for part in document(report)["sections"] if part["code"] == "districts"]
    assert [column["title"] for column in part["columns"]][1:] == ["Năm 2024", "01/01/2025 – 30/06/2025"]
    rows = {row["code"]: [row["cells"][name]["value"] for name in ("y2024", "y2025")] for row in part["rows"]}
    assert rows == {
        "projects.approved": [3, 1],
        f"projects.approved:{place.district.uid}": [3, 1],
        "money.allocated": [30 * MILLION, 10 * MILLION],
        f"money.allocated:{place.district.uid}": [30 * MILLION, 10 * MILLION],
    }
    mapping = table(report, "district-mapping")
    assert {title.partition(" (")[0] for title in mapping} == {place.before.full_name, place.commune.full_name}
    assert {row["district"] for row in mapping.values()} == {f"{place.district.full_name} (đến 30/06/2025)"}
    assert any("30/06/2025, ngày cuối còn cấp huyện" in note for note in document(report)["notes"])
    assert lead_to_their_records(report) > 8
    # Of the district alone: what its places had; what is of the commune of today is not in it.
    alone = made(request_over_dates(FREE, *days, place.district, actor=people.officer, measures=codes))
    assert table(alone, "work")["Đề án được phê duyệt"]["done"] == 3
    # After the last day of the districts there is no such table.
    after = dt.date(2025, 7, 1), dt.date(2025, 12, 31)
    late = made(request_over_dates(FREE, *after, place.province, actor=people.officer, measures=codes))
    assert [part["code"] for part in document(late)["sections"]] == ["work", "units-1"]


def test_unit_of_two_districts_stands_as_its_own_line(place: f.Place) -> None:
    on = dt.date(2025, 6, 30)
    assert district_lines(on)[place.commune.pk] == place.district.pk
    assert district_lines(on)[place.other.pk] == place.other.pk  # nobody says what it was formed from
    second = f.area("d426", name="Cẩm Xuyên", valid_to=on)
    AreaSuccession.objects.create(
        old=second, new=place.commune, on=dt.date(2025, 7, 1), kind="part", whole=False, verified="yes"
    )
    assert district_lines(on)[place.commune.pk] == place.commune.pk
    assert district_lines(on)[place.before.pk] == place.district.pk


def test_free_dates_cite_no_document_that_has_no_number(place: f.Place, people: f.People) -> None:
    LegalDocument.objects.create(number="", type="nghị quyết", issuer="X", subject="Y", verified="partial")
    report = made(
        request_over_dates(FREE, dt.date(2026, 1, 1), dt.date(2026, 3, 31), place.province, actor=people.officer)
    )
    assert document(report)["basis"] == []
