"""Reports of the demonstration, made in this process instead of by a worker: until the load commits, nobody else sees
what they are about."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from home.demo.stage import Stage
from home.demo.timeline import Timeline
from jobs.models import JobState
from jobs.services import work_once
from programmes.models import ReportingPeriod
from reports.models import Report, ReportKind, ReportState
from reports.services import publish_report, request_report


@contextmanager
def _reading_what_is_being_loaded() -> Iterator[None]:
    """The second connection sees committed records only."""
    before = settings.SNAPSHOT_DATABASE
    settings.SNAPSHOT_DATABASE = "default"
    try:
        yield
    finally:
        settings.SNAPSHOT_DATABASE = before


def make_and_publish(stage: Stage, timeline: Timeline, period_code: str, day: dt.date) -> None:
    """The programme's results of a period: asked for by the officer, published by the leader."""

    def make() -> None:
        period = ReportingPeriod.objects.get(code=period_code)
        job = request_report(ReportKind.PROGRAMME_RESULTS, period, stage.province, actor=stage.person("canbo"))
        with _reading_what_is_being_loaded():
            work_once()
        job.refresh_from_db()
        if job.state != JobState.DONE:
            raise RuntimeError(f"the report of {period_code} was not made: {job.error}")

    def publish() -> None:
        report = Report.objects.get(period__code=period_code, area=stage.province, state=ReportState.DRAFT)
        number = f"MH-{period_code}/BC-SCT"
        publish_report(report, actor=stage.person("lanhdao"), issued_no=number, issued_on=day)

    timeline.add(day, make)
    timeline.add(day, publish)
