"""Periodic reports: frozen figures in versions, the files made of them, and the records behind each figure."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.models import public_id_field
from files.models import StoredFile
from places.models import Area
from programmes.models import PeriodKind, ReportingPeriod


class ReportKind(models.TextChoices):
    PROGRAMME_RESULTS = "programme-results", _("Results of the industrial-extension programme")


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: "User") -> "ReportQuerySet":
        """Province staff: also drafts of their province. Centre: published ones of its province. Collaborator: none.
        Ministry: published ones (and what they were superseded by)."""
        sight = user.sight
        issued = Q(state__in=[ReportState.PUBLISHED, ReportState.SUPERSEDED])
        seen = Q(pk__in=[])
        if sight.province_ids:
            seen |= Q(province_id__in=sight.province_ids)
        centre = sight.province_roles.get("centre", frozenset())
        if centre:
            seen |= issued & Q(province_id__in=centre)
        if sight.country:
            seen |= issued
        if sight.ministry_area_ids:
            seen |= issued & Q(province_id__in=sight.ministry_area_ids)
        return self.filter(seen)


class Report(models.Model):
    """One version. `document` holds the exact bytes of its JSON file, `sha256` their hash; neither ever changes.

    Of a published version only the state may still go to superseded, and the number and date of issue be noted once.
    """

    public_id = public_id_field()
    kind = models.CharField(max_length=30, choices=ReportKind.choices)
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="reports")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="reports")
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.DRAFT)
    data_as_of = models.DateTimeField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    figures_sha256 = models.CharField(max_length=64)  # of the figures alone: has anything changed since?
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    made_by_label = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=clock.now)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    publish_note = models.TextField(blank=True)
    issued_no = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True)
    demonstration = models.BooleanField(default=False)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period__data_to", "area", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "period", "area", "version"], name="report_version_once"),
            models.UniqueConstraint(
                fields=["kind", "period", "area"], condition=Q(state="published"), name="report_one_published"
            ),
            models.UniqueConstraint(
                fields=["kind", "period", "area"], condition=Q(state="draft"), name="report_one_draft"
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(published_at__isnull=False) & ~Q(state="draft"),
                name="report_published_stamped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period.code} v{self.version}"


class ReportFile(models.Model):
    """The report in one format, made from the frozen figures alone."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=5)  # pdf, xlsx, json
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="report_format_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.format}"


class ReportLine(models.Model):
    """One record behind one figure, as it was. The contributions of a cell add up to its value."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="lines")
    section = models.CharField(max_length=40)
    row = models.CharField(max_length=80)
    column = models.CharField(max_length=40)
    record = models.CharField(max_length=120)  # API path, e.g. /api/v1/projects/<uuid>/
    title = models.CharField(max_length=500)
    area = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True)
    contribution = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["report", "section", "row", "column"], name="report_line_cell")]

    def __str__(self) -> str:
        return f"{self.section} {self.row} {self.column}"


class ReportSchedule(models.Model):
    """Which periodic reports an area owes, and from when the portal makes them by itself."""

    kind = models.CharField(max_length=30, choices=ReportKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="report_schedules")
    period_kind = models.CharField(max_length=20, choices=PeriodKind.choices)
    regime = models.CharField(max_length=20, default="administrative")
    reporting_starts_on = models.DateField(_("reporting starts on"))
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "area", "period_kind", "regime"], name="report_schedule_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period_kind}"


class DueReport(models.Model):
    """The portal has asked for the report of this period, once: whatever the clock or the beat do afterwards."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="requested")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "period"], name="due_report_once")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.period.code}"
