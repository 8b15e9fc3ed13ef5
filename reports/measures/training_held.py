"""Measures from classes: how many were held, attendances («lượt») and people («người»).

Kinds of class are different targets (HT25_TRAIN counts workers, HT25_MGMT learners of management) and are never added
together. What counts, and from which day (`counts_on`), is this portal's definition; it was not compared
with the official tables.
"""

from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.sealed import keyed
from reports.measures.measure import Asked, Due, RateMeasure, RecordMeasure, Span, measure, part
from training.models import Attendance, TrainingClass, TrainingKind

WORKERS = (TrainingKind.NEW_SKILL, TrainingKind.UPGRADE)


def in_days(span: Span) -> Q:
    return Q(counts_on__range=(span.first, span.last))


class _Classes(RecordMeasure):
    """Classes of some kinds, on the day as of which they count, at the place where they were held."""

    kinds: ClassVar[tuple[str, ...]] = tuple(TrainingKind.values)
    on = "counts_on"
    area = "area_id"
    source = "project__programme__source"
    reads = ("public_id", "subject", "project__code")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return TrainingClass.objects.filter(kind__in=self.kinds)

    def entry(self, row: Any) -> tuple[str, str]:
        return f"/api/v1/training-classes/{row.public_id}/", f"{row.subject} · {row.project.code}"


@measure
class Held(_Classes):
    """Classes that ended (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.classes"
    title = "Lớp đào tạo, tập huấn đã tổ chức"
    unit = "lớp"


class _Attendances(_Classes):
    """Attendances: what the class says of its learners, or its roster where it says nothing. A class with neither is
    due and has not told."""

    unit = "lượt"
    amount = "came"

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        rosters = Attendance.objects.filter(training_class=OuterRef("pk")).order_by().values("training_class")
        came = Coalesce("total", Subquery(rosters.annotate(n=Count("pk")).values("n")))
        rows: QuerySet[Any] = super().rows(asked).annotate(came=came).filter(came__isnull=False)
        return rows

    def due(self, asked: Asked) -> Due:
        rows = TrainingClass.objects.filter(kind__in=self.kinds)
        return Due(rows, in_days, "area_id", "project__programme__source", "lớp")


class _People(RecordMeasure):
    """People on the rosters, each once over all classes by the rule of training/identity.py: by fingerprints, never by
    name. A class without a roster is due and has not told, unless it says that nobody came."""

    kinds: ClassVar[tuple[str, ...]] = tuple(TrainingKind.values)
    unit = "người"
    distinct = True
    on = "training_class__counts_on"
    area = "training_class__area_id"
    source = "training_class__project__programme__source"
    what = "person"
    teller = "training_class_id"
    reads = (
        "number",
        "person",
        "training_class__public_id",
        "training_class__subject",
        "training_class__project__code",
    )

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Attendance.objects.filter(training_class__kind__in=self.kinds, person__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        held = row.training_class
        return f"/api/v1/training-classes/{held.public_id}/", f"{held.subject} · {held.project.code} · № {row.number}"

    def what_of(self, row: Any) -> str:
        return keyed("person in a report", str(row.person))

    def due(self, asked: Asked) -> Due:
        rows = TrainingClass.objects.filter(kind__in=self.kinds).exclude(total=0, attendances__isnull=True)
        return Due(rows, in_days, "area_id", "project__programme__source", "lớp")


@measure
class WorkersTrained(_Attendances):
    """Attendances of new vocational training and upgrading of skills together, as indicator HT25_TRAIN (định nghĩa của
    cổng, chưa đối chiếu văn bản)."""

    code = "training.workers"
    title = "Lao động được đào tạo nghề mới, nâng cao tay nghề"
    kinds = WORKERS


@measure
class WorkersAsPeople(_People):
    """People in new vocational training and upgrading of skills, each once over all classes of the time (định nghĩa của
    cổng, chưa đối chiếu văn bản)."""

    code = "training.workers_people"
    title = "Lao động được đào tạo, mỗi người tính một lần"
    kinds = WORKERS


@measure
class NewSkill(_Attendances):
    """Attendances of new vocational training (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.new_skill"
    title = "Đào tạo nghề mới"
    kinds = (TrainingKind.NEW_SKILL,)


@measure
class Upgrade(_Attendances):
    """Attendances of upgrading of skills (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.upgrade"
    title = "Đào tạo nâng cao tay nghề"
    kinds = (TrainingKind.UPGRADE,)


@measure
class Management(_Attendances):
    """Attendances of management and energy saving (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.management"
    title = "Học viên bồi dưỡng kiến thức quản trị, tiết kiệm năng lượng"
    kinds = (TrainingKind.MANAGEMENT,)


@measure
class ManagementAsPeople(_People):
    """People in classes of management and energy saving, each once over all classes of the time (định nghĩa của cổng,
    chưa đối chiếu văn bản)."""

    code = "training.management_people"
    title = "Học viên bồi dưỡng, mỗi người tính một lần"
    kinds = (TrainingKind.MANAGEMENT,)


@measure
class Branding(_Attendances):
    """Attendances of classes on brands and trade marks (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.brand"
    title = "Học viên tập huấn xây dựng thương hiệu, nhãn hiệu"
    kinds = (TrainingKind.BRAND,)


@measure
class OtherSubjects(_Attendances):
    """Attendances of classes on other subjects (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.other"
    title = "Học viên tập huấn nội dung khác"
    kinds = (TrainingKind.OTHER,)


@measure
class WorkAfter(RateMeasure):
    """Attendances of vocational training with work afterwards, of those that were asked, on the day they were asked
    (định nghĩa của cổng, chưa đối chiếu văn bản)."""

    code = "training.work_after"
    title = "Tỷ lệ có việc làm sau đào tạo nghề, trong số đã hỏi"
    amount = part(Q(works_after=True))
    on = "works_asked_on"
    area = "training_class__area_id"
    source = "training_class__project__programme__source"
    reads = (
        "number",
        "training_class__public_id",
        "training_class__subject",
        "training_class__project__code",
    )

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return Attendance.objects.filter(training_class__kind__in=WORKERS, works_after__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        held = row.training_class
        return f"/api/v1/training-classes/{held.public_id}/", f"{held.subject} · {held.project.code} · № {row.number}"
