"""Measures that count projects by a day of their life, and the establishments they support.

The official tables of 36/2013/TT-BCT were not seen: what counts and from which day is this portal's definition.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet

from projects.models import Project
from reports.measures.frame import project_path
from reports.measures.measure import Asked, RecordMeasure, measure


class _Projects(RecordMeasure):
    """Projects that reached a step, each on its day, under the source of its programme."""

    unit = "đề án"
    area = "area_id"
    source = "programme__source"
    reads = ("public_id", "code", "name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Project.objects.filter(decided_on__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        return project_path(row.public_id), f"{row.code} {row.name}"


@measure
class Approved(_Projects):
    """Projects approved by the competent authority, on the day of the decision."""

    code = "projects.approved"
    title = "Đề án được phê duyệt"
    on = "decided_on"


@measure
class Accepted(_Projects):
    """Projects accepted, on the day of the minutes of acceptance."""

    code = "projects.accepted"
    title = "Đề án được nghiệm thu"
    on = "accepted_on"


@measure
class Stopped(_Projects):
    """Projects stopped by decision, on its day."""

    code = "projects.stopped"
    title = "Đề án ngừng triển khai"
    on = "stopped_on"


@measure
class Supported(RecordMeasure):
    """Establishments supported by approved projects; each counts once, however many projects support it, on the days of
    the decisions."""

    code = "establishments.supported"
    title = "Cơ sở công nghiệp nông thôn được hỗ trợ"
    unit = "cơ sở"
    distinct: ClassVar[bool] = True
    on = "project__decided_on"
    area = "enterprise__area_id"
    source = "project__programme__source"
    what = "enterprise_id"
    reads = ("enterprise__public_id", "enterprise__name", "project__code")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Project.beneficiaries.through.objects.filter(project__decided_on__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        path = f"/api/v1/enterprises/{row.enterprise.public_id}/"
        return path, f"{row.enterprise.name} · {row.project.code}"

    def what_of(self, row: Any) -> str:
        return f"/api/v1/enterprises/{row.enterprise.public_id}/"
