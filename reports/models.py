"""Periodic reports: frozen figures in versions, the files made of them, and the records behind each figure."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.models import SUPPORT_SOURCES, NfcCharField, Source, Verified, public_id_field
from files.models import StoredFile
from places.models import Area
from programmes.models import PeriodKind, ReportingPeriod
from reports.kinds.kind import KINDS
from reports.measures.measure import MEASURES


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    PUBLISHED = "published", _("Approved, figures fixed")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What may still change, and what stays and is read outside of the department too.
IN_WORK = (ReportState.DRAFT, ReportState.SUBMITTED)
FINAL = (ReportState.PUBLISHED, ReportState.SUPERSEDED, ReportState.WITHDRAWN)


class Signature(models.TextChoices):
    """What was seen of a digital signature in the PDF of the office's own system. The portal verifies none."""

    NONE = "none", _("No digital signature found in the file")
    UNCHECKED = "unchecked", _("Carries a digital signature, not checked")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: "User") -> "ReportQuerySet":
        """Province staff: also what is in work in their province. Centre: what was published in its province.
        Collaborator: none. Ministry: what was published, also if it was superseded or withdrawn since."""
        sight = user.sight
        issued = Q(state__in=FINAL)
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

    def versions_of(self, kind: str, period_id: int, area_id: int, subject: str) -> "ReportQuerySet":
        """The versions of one report."""
        return self.filter(kind=kind, period_id=period_id, area_id=area_id, subject=subject)


class Report(models.Model):
    """One version. `document` holds the exact bytes of its JSON file, `sha256` their hash. A draft has the figures
    alone; submitted, it has the texts, the checks with their answers and the reason as well, and none of it changes any
    more unless the version goes back to be a draft.

    Of a published version only the state may still go to superseded or withdrawn, and the stamp of issue (number, date,
    signed file) be noted once. `reason`: why a version after the first was made.
    """

    public_id = public_id_field()
    kind = models.CharField(max_length=30)  # of reports.kinds
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="reports")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="reports")
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    # What it is of beside area and period: public id of a project, or measures chosen («code,code»); as its kind asks.
    subject = models.CharField(max_length=1000, blank=True, default="")
    subject_name = models.CharField(max_length=500, blank=True, default="")  # as it was
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
    reason = models.TextField(blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    publish_note = models.TextField(blank=True)
    issued_no = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True)
    issued_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    issued_signature = models.CharField(max_length=10, choices=Signature.choices, blank=True)
    issued_signer = models.CharField(max_length=200, blank=True)  # as the file names them, not checked
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdraw_reason = models.TextField(blank=True)
    demonstration = models.BooleanField(default=False)

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period__data_to", "area", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "period", "area", "subject", "version"], name="report_version_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "period", "area", "subject"],
                condition=Q(state="published"),
                name="report_one_published",
            ),
            models.UniqueConstraint(
                fields=["kind", "period", "area", "subject"],
                condition=Q(state__in=["draft", "submitted"]),
                name="report_one_draft",
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], published_at__isnull=True)
                | Q(published_at__isnull=False) & ~Q(state__in=["draft", "submitted"]),
                name="report_published_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False), name="report_submitted_stamped"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(published_by=models.F("submitted_by")),
                name="report_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdraw_reason="")
                | Q(withdrawn_at__isnull=True) & ~Q(state="withdrawn"),
                name="report_withdrawn_stamped",
            ),
            models.CheckConstraint(
                condition=Q(issued_file__isnull=True) | ~Q(issued_no=""), name="report_issued_file_has_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period.code} v{self.version}"

    def versions(self) -> ReportQuerySet:
        """All versions of this report."""
        found: ReportQuerySet = Report.objects.versions_of(self.kind, self.period_id, self.area_id, self.subject)
        return found

    @property
    def kind_name(self) -> str:
        """In the language of the page; its code where the kind is not known any more."""
        kind = KINDS.get(self.kind)
        return str(kind.name) if kind else self.kind


class ReportFile(models.Model):
    """The report in one format, made from the frozen figures alone."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=5)  # pdf, docx, xlsx, json
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="report_format_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.format}"


class ReportText(models.Model):
    """What is said beside the figures, one part (`code` of reports.kinds.texts). `figures`: the figures it was written
    with, by «row column», as they stood in print: what no longer holds is told. A text nobody has edited is written
    anew with new figures."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="texts")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    figures = models.JSONField(default=dict)
    edited = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    changed_by_label = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "code"], name="report_text_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.code}"


class CheckLevel(models.TextChoices):
    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")


class CheckResult(models.Model):
    """What a check (reports.checks) had to say when the report was submitted, and what the officer answered."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="checks")
    code = models.CharField(max_length=40)
    level = models.CharField(max_length=10, choices=CheckLevel.choices)
    text = models.TextField()
    links = models.JSONField(default=list)  # [[title, path of the record in the API]]
    answer = models.TextField(blank=True)
    answered_by_label = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "code"], name="report_check_once"),
            models.CheckConstraint(condition=Q(level__in=CheckLevel.values), name="report_check_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.code}"


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


class ReportEntry(models.Model):
    """One record behind the figures of a measure, as it was. It adds `amount` to those of the columns of time named in
    `spans` («|done|year|»), of its unit and its source; a measure that counts things once counts each `what` once."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="entries")
    measure = models.CharField(max_length=60)
    record = models.CharField(max_length=120)  # API path, e.g. /api/v1/projects/<uuid>/
    title = models.CharField(max_length=500)
    area = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=30, blank=True)  # uid of the unit in whose line it stands
    source = models.CharField(max_length=20, blank=True)
    on = models.DateField(null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2)
    spans = models.CharField(max_length=100)
    what = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["report", "measure", "place", "source"], name="report_entry_figure")]

    def __str__(self) -> str:
        return f"{self.measure} {self.record}"


class ReportSchedule(models.Model):
    """Which periodic reports an area owes, and from when the portal makes them by itself."""

    kind = models.CharField(max_length=30)  # of reports.kinds
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="report_schedules")
    period_kind = models.CharField(max_length=20, choices=PeriodKind.choices)
    regime = models.CharField(max_length=20, default="administrative")
    reporting_starts_on = models.DateField(_("reporting starts on"))
    is_active = models.BooleanField(default=True)
    remind_before = models.PositiveSmallIntegerField(_("days before it is due"), null=True, default=3)  # null: never
    remind_after = models.PositiveSmallIntegerField(_("days after it was due"), null=True, default=1)

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


class LayoutQuerySet(models.QuerySet["ReportLayout"]):
    def administered_by(self, user: User) -> "LayoutQuerySet":
        return self.filter(area_id__in=user.sight.administers_ids)

    def holding(self, kind: str, area_ids: Any, day: Any) -> "ReportLayout | None":
        """The one that holds on a day: of this kind before of all, then the latest first day, then the newest row."""
        return (
            self.filter(area_id__in=area_ids, kind__in=["", kind], valid_from__lte=day)
            .order_by("-kind", "-valid_from", "-pk")
            .first()
        )


class ReportLayout(models.Model):
    """What stands at the head and the foot of a province's reports from a day on (Decree 30/2020/NĐ-CP, Appendix I).
    Rows are added, never rewritten; what is left empty is taken from the agencies and their dated names."""

    public_id = public_id_field()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="report_layouts")
    kind = models.CharField(_("report"), max_length=30, blank=True)  # of reports.kinds; empty: all
    valid_from = models.DateField(_("valid from"))
    parent_name = NfcCharField(_("authority above"), max_length=300, blank=True)
    name = NfcCharField(_("issuing office"), max_length=300, blank=True)
    place = NfcCharField(_("place"), max_length=100, blank=True)
    symbol = NfcCharField(_("symbol"), max_length=40, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    signer_titles = models.TextField(_("titles of the signer"), blank=True)  # a line each
    signer_name = NfcCharField(_("name of the signer"), max_length=200, blank=True)
    recipients = models.TextField(_("recipients"), blank=True)  # a line each
    annexed = models.BooleanField(_("tables as annexes"), default=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    reason = models.TextField(_("reason"))
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = LayoutQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-valid_from", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="report_layout_reason")]

    def __str__(self) -> str:
        return f"{self.kind or '*'} {self.valid_from:%d/%m/%Y}"


class TemplateFormat(models.TextChoices):
    DOCX = "docx", _("Word document (.docx)")
    XLSX = "xlsx", _("Excel workbook (.xlsx)")


class ReportTemplateQuerySet(models.QuerySet["ReportTemplate"]):
    def administered_by(self, user: User) -> "ReportTemplateQuerySet":
        return self.filter(area_id__in=user.sight.administers_ids)

    def holding(self, format_name: str, kind: str, area_ids: Any) -> "ReportTemplate | None":
        """The one in use: of this kind before of all, then the newest. None: the portal's own."""
        rows = self.filter(area_id__in=area_ids, format=format_name, kind__in=["", kind], withdrawn_at__isnull=True)
        return rows.order_by("-kind", "-version").select_related("file").first()


class ReportTemplate(models.Model):
    """An office's own template of its reports, one version. Rows are added and withdrawn, never rewritten."""

    public_id = public_id_field()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(_("format"), max_length=5, choices=TemplateFormat.choices)
    kind = models.CharField(_("report"), max_length=30, blank=True)  # of reports.kinds; empty: all
    title = NfcCharField(_("title"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    version = models.PositiveIntegerField()
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    note = models.TextField(_("note"), blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdraw_reason = NfcCharField(max_length=300, blank=True)

    objects: ClassVar[Any] = ReportTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["format", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["area", "format", "version"], name="report_template_version_once"),
            models.CheckConstraint(condition=Q(format__in=["docx", "xlsx"]), name="report_template_format"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdraw_reason=""), name="report_template_withdrawn_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class VerificationTry(models.Model):
    """Somebody asked on the public page of verification. The address is kept as a keyed hash, for an hour."""

    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="verification_try_when")]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y}"


class Nature(models.TextChoices):
    """An estimate (ước cả kỳ) stands until the official figure comes."""

    OFFICIAL = "official", _("Official")
    ESTIMATE = "estimate", _("Estimate for the period")


class EnteredFigureQuerySet(models.QuerySet["EnteredFigure"]):
    def visible_to(self, user: User) -> "EnteredFigureQuerySet":
        """Province staff: those of their province. Ministry: all of its provinces."""
        sight = user.sight
        return self if sight.country else self.filter(province_id__in=sight.province_ids | sight.ministry_area_ids)

    def current(self) -> "EnteredFigureQuerySet":
        """Those that no later one has put right."""
        return self.filter(replaced_by__isnull=True)


class EnteredFigure(models.Model):
    """A figure somebody entered by hand: of a measure that is not counted (industrial growth), or an estimate of one
    that is. `value` in the unit of the measure; None: it does not apply, and `not_applicable` says why. `source`: of
    which money, empty: all. `origin`: where it comes from, with the document.

    Rows are never changed (reports/guards.py): a correction is a new row that `replaces` the old one, with a reason."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)  # of reports.measures
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="entered_figures")
    source = models.CharField(
        max_length=20, choices=[(s.value, s.label) for s in Source if s in SUPPORT_SOURCES], blank=True
    )
    nature = models.CharField(max_length=10, choices=Nature.choices)
    value = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    not_applicable = NfcCharField(max_length=300, blank=True)
    origin = NfcCharField(max_length=300)
    document_no = NfcCharField(max_length=60, blank=True)
    document_on = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    reason = NfcCharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = EnteredFigureQuerySet.as_manager()

    class Meta:
        ordering = ["-period__data_to", "measure", "source", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["province", "measure", "period", "source", "nature"],
                condition=Q(replaces__isnull=True),
                name="entered_figure_first_once",
            ),
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="entered_figure_nature_known"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, not_applicable="")
                | (Q(value__isnull=True, nature="official") & ~Q(not_applicable="")),
                name="entered_figure_value_or_why_not",
            ),
            models.CheckConstraint(condition=~Q(origin=""), name="entered_figure_has_origin"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, reason="") | (Q(replaces__isnull=False) & ~Q(reason="")),
                name="entered_figure_corrected_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period.code}"

    @property
    def title(self) -> str:
        """In the words of the report; its code where the measure is not known any more."""
        return MEASURES[self.measure].title if self.measure in MEASURES else self.measure

    @property
    def unit(self) -> str:
        return MEASURES[self.measure].unit if self.measure in MEASURES else ""


class ReportReminder(models.Model):
    """Somebody was told that a report is due soon (`before`) or was due (`after`), once each. `mailed_at`: also by
    e-mail."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="reminders")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=[("before", _("before it is due")), ("after", _("overdue"))])
    sent_on = models.DateField(default=clock.today)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "period", "person", "side"], name="report_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.period.code} {self.side}"
