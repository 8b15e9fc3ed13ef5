"""Measures from confirmed progress of projects, told as it stands since the beginning of each."""

from typing import Any

from django.db.models import Q, QuerySet

from projects.models import ProgressState, ProgressUpdate, Project
from reports.measures.frame import project_path
from reports.measures.measure import Asked, Due, LatestMeasure, Span, measure


def open_in(span: Span) -> Q:
    """Projects that were open for progress on some day: decided by its last, not ended before its first."""
    ended = Q()
    for name in ("accepted_on", "stopped_on", "closed_on"):
        ended |= Q(**{f"{name}__lt": span.first})
    return Q(decided_on__lte=span.last) & ~ended


@measure
class Invested(LatestMeasure):
    """Value of the investment carried out, as last confirmed of each project, whoever reported it. One confirmed after
    its day was locked counts as of the confirmation. Due are the projects open for progress on some day of the time;
    one counts as told by a confirmed figure of the time itself."""

    code = "progress.invested"
    title = "Giá trị đầu tư đã thực hiện"
    unit = "đồng"
    shown = "money"
    amount = "value_invested_vnd"
    on = "counts_on"
    of = "project_id"
    area = "project__area_id"
    source = "project__programme__source"
    reads = ("uuid", "project__public_id", "project__code", "project__name")
    teller = "project_id"

    def due(self, asked: Asked) -> Due:
        return Due(Project.objects.filter(decided_on__isnull=False), open_in, "area_id", "programme__source", "đề án")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return ProgressUpdate.objects.filter(state=ProgressState.CONFIRMED, counts_on__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        path = f"{project_path(row.project.public_id)}progress/{row.uuid}/"
        return path, f"{row.project.code} {row.project.name}"
