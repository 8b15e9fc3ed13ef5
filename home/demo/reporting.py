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
from reports.checks import look
from reports.kinds.programme_results import PROGRAMME_RESULTS
from reports.life import figures_alone, issue_report, submit_report
from reports.models import Report, ReportState
from reports.services import publish_report, request_report

ANSWER = "Đã đối chiếu với hồ sơ đề án; số liệu đúng như ghi."
ANSWERS = {
    "above_plan": "Cơ sở hoàn thành sớm hơn kế hoạch nên kết quả cả năm vượt mức giao.",
    "jump": "Năm trước ít đề án được phê duyệt; các đề án năm nay triển khai tập trung trong kỳ.",
    "no_update": "Đề án đang chờ lắp đặt thiết bị, chưa phát sinh khối lượng trong kỳ.",
    "accepted_without_minutes": "Biên bản nghiệm thu là bản giấy, lưu tại phòng chuyên môn.",
}


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
    """The programme's results of a period: asked for and submitted by the officer, approved by the leader, issued."""

    def make() -> None:
        period = ReportingPeriod.objects.get(code=period_code)
        job = request_report(PROGRAMME_RESULTS.code, period, stage.province, actor=stage.person("canbo"))
        with _reading_what_is_being_loaded():
            work_once()
        job.refresh_from_db()
        if job.state != JobState.DONE:
            raise RuntimeError(f"the report of {period_code} was not made: {job.error}")

    def publish() -> None:
        report = Report.objects.get(period__code=period_code, area=stage.province, state=ReportState.DRAFT)
        found = look(report, figures_alone(report))
        answers = {one.code: ANSWERS.get(one.code, ANSWER) for one in found if one.level == "warning"}
        submit_report(report, actor=stage.person("canbo"), answers=answers)
        leader = stage.person("lanhdao")
        publish_report(report, actor=leader, code=stage.code(leader))
        issue_report(report, number=f"MH-{period_code}/BC-SCT", day=day, actor=leader)

    timeline.add(day, make)
    timeline.add(day, publish)
