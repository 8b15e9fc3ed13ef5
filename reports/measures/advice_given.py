"""Measures of advice to establishments, and of new enterprises that projects report."""

from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet

from outreach.models import Advice
from projects.models import AchievedResult, PlannedResult, ProgressState, Project
from reports.measures.frame import project_path
from reports.measures.measure import Asked, Due, RateMeasure, RecordMeasure, measure, part
from reports.measures.progress_told import open_in

NEW_ENTERPRISES = "HT25_NEWENT"  # data/indicators.csv


class _Answered:
    """Questions of establishments that were answered, on the day of the answer."""

    on = "answered_on"
    area = "enterprise__area_id"
    reads: ClassVar[tuple[str, ...]] = ("public_id", "enterprise__name", "topic__name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Advice.objects.filter(answered_on__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        return f"/api/v1/advice/{row.public_id}/", f"{row.topic.name}: {row.enterprise.name}"


@measure
class Answered(_Answered, RecordMeasure):
    """Questions of establishments answered, on the day of the answer (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "advice.answered"
    title = "Lượt tư vấn đã trả lời"
    unit = "lượt"


@measure
class OnTime(_Answered, RateMeasure):
    """Of the questions answered in the time, those answered by the day they were due (định nghĩa của cổng, chưa đối
    chiếu văn bản)."""

    code = "advice.on_time"
    title = "Tỷ lệ tư vấn trả lời đúng hạn"
    amount = part(Q(answered_on__lte=F("due_on")))


@measure
class NewEnterprises(RecordMeasure):
    """Rural industrial enterprises newly founded with support, as confirmed progress of projects reports them
    (indicator HT25_NEWENT; định nghĩa của cổng, chưa đối chiếu văn bản). Due are the projects open for progress that
    promised some."""

    code = "enterprises.new"
    title = "Doanh nghiệp CNNT được hỗ trợ thành lập mới"
    unit = "doanh nghiệp"
    amount = "quantity"
    on = "update__counts_on"
    area = "update__project__area_id"
    source = "update__project__programme__source"
    teller = "update__project_id"
    reads = ("update__uuid", "update__project__public_id", "update__project__code", "update__project__name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return AchievedResult.objects.filter(
            indicator__code=NEW_ENTERPRISES, update__state=ProgressState.CONFIRMED, update__counts_on__isnull=False
        )

    def entry(self, row: Any) -> tuple[str, str]:
        project = row.update.project
        return f"{project_path(project.public_id)}progress/{row.update.uuid}/", f"{project.code} {project.name}"

    def due(self, asked: Asked) -> Due:
        promised = PlannedResult.objects.filter(indicator__code=NEW_ENTERPRISES).values("project")
        rows = Project.objects.filter(decided_on__isnull=False)
        return Due(rows, lambda span: open_in(span) & Q(pk__in=promised), "area_id", "programme__source", "đề án")
