"""The way of a report from draft to signed, in one place for all tests."""

from typing import Any

from reports.checks import look
from reports.life import figures_alone, submit_report
from reports.models import Report
from reports.services import publish_report
from tests import factories as f
from tests.codes import given

ANSWER = "Số liệu đã được kiểm tra với hồ sơ."
REASON = "Bổ sung số liệu phát sinh sau lần báo cáo trước."


def submitted(report: Report, people: f.People) -> Report:
    """The draft as the officer hands it to the leader: every warning answered, with the reason for a new version."""
    answers = {finding.code: ANSWER for finding in look(report, figures_alone(report)) if finding.level == "warning"}
    return submit_report(report, actor=people.officer, answers=answers, reason=REASON if report.version > 1 else "")


def signed_off(report: Report, people: f.People, **options: Any) -> Report:
    """The draft as the office makes it final: submitted by the officer, approved by the leader."""
    return approved(submitted(report, people), people.leader, **options)


def approved(report: Report, leader: Any, **options: Any) -> Report:
    """What waits, approved by the leader with the code of their telephone."""
    return publish_report(report, actor=leader, code=given(leader), **options)
