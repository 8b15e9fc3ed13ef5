"""A report is made by a worker, frozen, published, superseded; every figure leads to its records."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.errors import NotAllowed, WrongState
from files.services import read_bytes
from funding.services import Voucher, pay
from jobs.models import Job
from jobs.services import work_once
from programmes.models import Target
from projects.progress import ProgressData, confirm_progress, report_progress
from reports.models import Report, ReportLine
from reports.services import publish_report, request_due, request_report
from tests import factories as f
from tests.reports.ways import approved, signed_off, submitted

pytestmark = pytest.mark.django_db
KIND = "programme-results"


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def this_year() -> Any:
    year = clock.today().year
    return f.period(f"{year}-Y", f"{year - 1}-12-15", f"{year}-12-31")


def make(place: f.Place, actor: Any, period: Any = None) -> Report:
    job = request_report(KIND, period or this_year(), place.province, actor=actor)
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


def figure(report: Report, section: str, row: str, column: str) -> Any:
    for part in orjson.loads(bytes(report.document))["sections"]:
        if part["code"] == section:
            for line in part["rows"]:
                if line["code"] == row:
                    return line["cells"][column]
    raise LookupError((section, row, column))


def confirmed(project: Any, people: f.People, value: int, quantity: int = 1) -> None:
    data = ProgressData(f.new_uuid(), clock.today(), value, note="Đã làm", results=[(f.indicator(), quantity)])
    update, _created = report_progress(project, data, actor=people.collaborator)
    confirm_progress(update, actor=people.officer)


def test_report_is_frozen_with_the_hash_of_its_bytes(place: f.Place, people: f.People) -> None:
    f.approved(place, people)
    report = make(place, people.officer)
    assert report.version == 1
    assert report.state == "draft"
    assert hashlib.sha256(bytes(report.document)).hexdigest() == report.sha256
    files = {row.format: row.file for row in report.files.select_related("file")}
    assert set(files) == {"docx", "json", "pdf", "xlsx"}
    assert read_bytes(files["json"]) == bytes(report.document)
    assert figure(report, "money", "support", "approved")["value"] == 300_000_000
    assert figure(report, "projects", "all", "total")["value"] == 1


def test_nothing_changed_means_the_existing_version(place: f.Place, people: f.People) -> None:
    f.approved(place, people)
    first = make(place, people.officer)
    assert make(place, people.leader) == first
    assert Report.objects.count() == 1


def test_second_version_shows_exactly_what_came_in_between(place: f.Place, people: f.People) -> None:
    f.approved(place, people, 1_000_000)
    first = signed_off(make(place, people.officer), people)
    before = bytes(first.document)
    project = f.approved(place, people, 300_000_000, beneficiaries=[f.enterprise(place, "HTX Mây tre Đồng Tiến")])
    pay(project, "local", "advance", 150_000_000, Voucher("UNC 1", clock.today()), actor=people.accountant)
    second = make(place, people.officer)
    signed_off(second, people)
    first.refresh_from_db()
    assert (first.state, second.version, second.supersedes) == ("superseded", 2, first)
    assert bytes(first.document) == before

    def difference(section: str, row: str, column: str) -> int:
        return figure(second, section, row, column)["value"] - figure(first, section, row, column)["value"]

    assert difference("projects", "all", "total") == 1
    assert difference("money", "support", "approved") == 300_000_000
    assert difference("money", "local", "paid") == 150_000_000
    assert difference("places", place.commune.uid, "paid") == 150_000_000


def test_every_figure_is_the_sum_of_its_records(place: f.Place, people: f.People) -> None:
    indicator = f.indicator()
    Target.objects.create(
        programme=f.programme(place), indicator=indicator, comparison="exact", low=3, high=3, verified="yes"
    )
    project = f.approved(place, people)
    pay(project, "local", "advance", 100_000_001, Voucher("UNC 1", clock.today()), actor=people.accountant)
    confirmed(project, people, 360_000_000, 2)
    report = make(place, people.officer)
    checked = 0
    for section in orjson.loads(bytes(report.document))["sections"]:
        kinds = {column["code"]: column["kind"] for column in section["columns"]}
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                lines = ReportLine.objects.filter(
                    report=report, section=section["code"], row=row["code"], column=column
                )
                if cell["status"] != "reported" or kinds[column] == "text":
                    assert not lines.exists()
                    continue
                assert sum(line.contribution for line in lines) == Decimal(str(cell["value"])), (row["code"], column)
                checked += 1
    assert checked > 25
    assert figure(report, "targets", indicator.code, "cumulative")["value"] == 2
    assert figure(report, "targets", indicator.code, "rate")["value"] == "66.67"
    assert figure(report, "progress", project.code, "percent")["value"] == "60"


def test_unconfirmed_progress_is_counted_apart_and_not_used(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    confirmed(project, people, 60_000_000)
    waiting = ProgressData(f.new_uuid(), clock.today(), 600_000_000, note="Chưa xem")
    report_progress(project, waiting, actor=people.collaborator)
    report = make(place, people.officer)
    assert figure(report, "progress", project.code, "percent")["value"] == "10"
    assert figure(report, "progress", project.code, "unconfirmed")["value"] == 1


def test_zero_missing_and_not_applicable_are_three(place: f.Place, people: f.People) -> None:
    zero, silent, told = f.indicator("ZERO"), f.indicator("SILENT"), f.indicator("TOLD", method="narrative")
    for indicator in (zero, silent, told):
        low = None if indicator is told else 5
        Target.objects.create(programme=f.programme(place), indicator=indicator, low=low, verified="yes")
    project = f.approved(place, people, planned_results=[(zero, 1), (silent, 1)])
    data = ProgressData(f.new_uuid(), clock.today(), 1, note="x", results=[(zero, 0)])
    update, _created = report_progress(project, data, actor=people.collaborator)
    confirm_progress(update, actor=people.officer)
    report = make(place, people.officer)
    cells = {code: figure(report, "targets", code, "done") for code in ("ZERO", "SILENT", "TOLD")}
    assert (cells["ZERO"]["value"], cells["ZERO"]["status"]) == (0, "reported")
    assert (cells["SILENT"]["value"], cells["SILENT"]["status"]) == (None, "missing")
    assert cells["SILENT"]["coverage"] == {"reported": 0, "expected": 1}
    assert (cells["TOLD"]["value"], cells["TOLD"]["status"]) == (None, "not_applicable")
    assert figure(report, "money", "national", "approved")["status"] == "missing"
    assert figure(report, "money", "local", "paid")["value"] == 0


def test_late_voucher_is_money_of_its_year_and_recorded_in_the_next_period(
    place: f.Place, people: f.People, clock: Any
) -> None:
    """A voucher of 20/12/2022 is money of 2022; the report of 2022 closed on 14/12, so 2023 records it."""
    old = f.period("2022-Y", "2021-12-15", "2022-12-14")
    new = f.period("2023-Y", "2022-12-15", "2023-12-14")
    clock.set("2022-11-01 08:00")
    project = f.approved(place, people, year=2022)
    pay(project, "local", "advance", 1_000, Voucher("UNC 1", dt.date(2022, 11, 1)), actor=people.accountant)
    clock.set("2022-12-21 08:00")
    pay(project, "local", "payment", 50_000, Voucher("UNC 2", dt.date(2022, 12, 20)), actor=people.accountant)
    first, second = make(place, people.officer, old), make(place, people.officer, new)
    assert figure(first, "money", "local", "paid")["value"] == 1_000
    assert figure(first, "money", "local", "paid_in_period")["value"] == 1_000
    assert figure(second, "money", "local", "paid")["status"] == "missing"  # no budget of 2023
    assert figure(second, "money", "local", "paid_in_period")["value"] == 50_000


def test_only_a_leader_publishes_and_only_once(place: f.Place, people: f.People) -> None:
    f.approved(place, people)
    report = make(place, people.officer)
    with pytest.raises(WrongState):
        publish_report(report, actor=people.leader)
    submitted(report, people)
    with pytest.raises(NotAllowed):
        publish_report(report, actor=people.officer)
    approved(report, people.leader, issued_no="12/BC-SCT", issued_on=clock.today())
    with pytest.raises(WrongState):
        publish_report(report, actor=people.leader)


def test_published_report_cannot_be_touched_by_raw_sql(place: f.Place, people: f.People) -> None:
    f.approved(place, people)
    report = signed_off(make(place, people.officer), people)
    pk = report.pk
    line, file = report.lines.first(), report.files.first()
    assert line is not None and file is not None
    statements = [
        f"UPDATE reports_report SET sha256 = 'x' WHERE id = {pk}",
        f"UPDATE reports_report SET document = '' WHERE id = {pk}",
        f"UPDATE reports_report SET version = 9 WHERE id = {pk}",
        f"UPDATE reports_report SET state = 'draft' WHERE id = {pk}",
        f"UPDATE reports_report SET published_at = NULL WHERE id = {pk}",
        f"DELETE FROM reports_report WHERE id = {pk}",
        f"UPDATE reports_reportline SET contribution = 1 WHERE id = {line.pk}",
        f"DELETE FROM reports_reportline WHERE id = {line.pk}",
        f"UPDATE reports_reportfile SET format = 'x' WHERE id = {file.pk}",
        f"DELETE FROM reports_reportfile WHERE id = {file.pk}",
        f'INSERT INTO reports_reportline (report_id, section, "row", "column", record, title, area, contribution) '
        f"VALUES ({pk}, 'a', 'b', 'c', 'd', 'e', '', 1)",
    ]
    for statement in statements:
        with pytest.raises(DatabaseError, match="guard report"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_due_reports_are_asked_for_once_and_never_for_history(place: f.Place, people: f.People, clock: Any) -> None:
    from reports.models import ReportSchedule

    for year in range(2018, 2028):
        f.period(f"{year}-Y", f"{year - 1}-12-15", f"{year}-12-14")
    ReportSchedule.objects.create(
        kind=KIND, area=place.province, period_kind="year", reporting_starts_on=dt.date(2025, 12, 15)
    )
    clock.set("2026-12-14 23:00")
    assert request_due() == []
    clock.set("2026-12-15 00:01")
    assert len(request_due()) == 1
    assert request_due() == []
    assert Job.objects.get().priority == 0
    assert Job.objects.get().params["period"] == f.period("2026-Y").pk


def test_due_report_that_could_not_be_made_is_asked_for_again_after_an_hour(
    place: f.Place, people: f.People, clock: Any
) -> None:
    from reports.models import ReportSchedule

    f.period("2026-Y")
    ReportSchedule.objects.create(
        kind=KIND, area=place.province, period_kind="year", reporting_starts_on=dt.date(2025, 12, 15)
    )
    clock.set("2026-12-15 00:01")
    (job,) = request_due()
    Job.objects.filter(pk=job.pk).update(state="failed")
    clock.set("2026-12-15 00:59")
    assert request_due() == []
    clock.set("2026-12-15 01:02")
    (again,) = request_due()
    assert again.pk != job.pk
    assert request_due() == []
    assert work_once()
    clock.set("2026-12-16 09:00")
    assert Report.objects.count() == 1
    assert request_due() == []
