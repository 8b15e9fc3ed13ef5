"""The clockwork of the schedule with real processes: a closed period has its report, once, and the history has none."""

import datetime as dt
import importlib
from collections.abc import Callable

import pytest

from audit.actors import SYSTEM
from jobs.models import Job, Priority
from khuyencong.celery import app
from programmes.models import ReportingPeriod
from reports.models import DueReport, Report, ReportSchedule
from reports.services import MAKE
from tests import factories as f
from tests.clocks import Clock
from tests.processes import Worker, wait_until

KIND = "programme-results"
STARTS = dt.date(2025, 12, 15)


@pytest.fixture
def place(transactional_db: None, clock: Clock) -> f.Place:
    """Half a year has closed since reporting started; the year is open until 14/12/2026."""
    clock.set("2026-12-14 08:00")
    place = f.Place()
    f.approved(place, f.People(place))
    for year in range(2018, 2029):
        f.period(f"{year}-Y", f"{year - 1}-12-15", f"{year}-12-14")
        f.period(f"{year}-H1", f"{year - 1}-12-15", f"{year}-06-14", kind="half_year_1")
    for kind in ("year", "half_year_1"):
        schedule(place, kind)
    return place


def schedule(place: f.Place, kind: str) -> ReportSchedule:
    row: ReportSchedule = ReportSchedule.objects.create(
        kind=KIND, area=place.province, period_kind=kind, reporting_starts_on=STARTS
    )
    return row


def made(place: f.Place) -> list[str]:
    return sorted(Report.objects.filter(area=place.province).values_list("period__code", flat=True))


@pytest.fixture
def rounds(place: f.Place, clock: Clock) -> Callable[[], None]:
    """Waits until the schedule has gone round twice from now on: another province owes a report each time."""
    other = f.Place("40", "Nghệ An")
    count = 0

    def go_round() -> None:
        nonlocal count
        schedule_of_other = ReportSchedule.objects.filter(area=other.province).first() or schedule(other, "month")
        for _time in range(2):
            count += 1
            period = f.period(f"2026-C{count}", "2026-05-15", "2026-06-14", kind="month")
            due = DueReport.objects.filter(schedule=schedule_of_other, period=period)
            wait_until(due.exists, 30, "the schedule to go round")

    return go_round


def test_scheduled_tasks_exist_and_due_reports_are_looked_for_every_minute() -> None:
    app.loader.import_default_modules()
    base = importlib.import_module("khuyencong.settings.base")
    for entry in base.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks
    assert base.CELERY_BEAT_SCHEDULE["due-reports"]["schedule"] <= 60


def test_closed_period_has_one_report_and_history_none(
    place: f.Place, clock: Clock, worker: Worker, rounds: Callable[[], None]
) -> None:
    worker.start(beat=True)
    wait_until(lambda: made(place) == ["2026-H1"], 30, "the report of the half year")
    rounds()
    assert made(place) == ["2026-H1"]  # the year is open, and what closed before reporting started is history
    clock.set("2026-12-15 00:01")
    wait_until(lambda: made(place) == ["2026-H1", "2026-Y"], 30, "the report of the year")
    report = Report.objects.get(period__code="2026-Y")
    assert (report.version, report.state, report.made_by_label) == (1, "draft", SYSTEM.audit_label)
    assert report.files.count() == 4
    clock.set("2026-12-16 08:00")
    rounds()
    assert made(place) == ["2026-H1", "2026-Y"]
    jobs = Job.objects.filter(kind=MAKE, params__area=place.province.pk)
    assert {(job.state, job.priority) for job in jobs} == {("done", Priority.SCHEDULED)}
    assert len(jobs) == 2


def test_two_beats_and_two_workers_make_each_report_once(
    place: f.Place, clock: Clock, worker: Worker, rounds: Callable[[], None]
) -> None:
    schedule(place, "quarter")
    codes = [f"2026-Q{number}" for number in range(1, 7)]
    for code in codes:
        f.period(code, "2025-12-15", "2026-12-14", kind="quarter")
    worker.start(beat=True)
    worker.start(beat=True)
    wait_until(lambda: made(place) == ["2026-H1"], 30, "the report of the half year")
    clock.set("2026-12-15 00:01")
    expected = ["2026-H1", *codes, "2026-Y"]
    wait_until(lambda: len(set(made(place))) == len(expected), 60, "the reports of what closed yesterday")
    rounds()
    assert made(place) == expected
    periods = Job.objects.filter(kind=MAKE, params__area=place.province.pk).values_list("params__period", flat=True)
    assert sorted(periods) == sorted(ReportingPeriod.objects.filter(code__in=expected).values_list("pk", flat=True))
