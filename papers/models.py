"""The Word templates of the papers, and the engagements of auditors with their samples."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.models import NfcCharField, Verified, money_field, public_id_field
from files.models import StoredFile
from funding.models import LedgerEntry
from papers.catalogue import FORMS
from places.models import Area
from projects.models import Project


class TemplateQuerySet(models.QuerySet["PaperTemplate"]):
    def administered_by(self, user: User) -> "TemplateQuerySet":
        """Those of the provinces the person administers, and those that come with the portal."""
        return self.filter(Q(area__isnull=True) | Q(area_id__in=user.sight.administers_ids))

    def holding(self, form: str, province_id: int, source: str, day: dt.date) -> "PaperTemplate | None":
        """The one to be used on a day: the province's own before the portal's, for this money before for any, then
        the newest."""
        return (
            self.filter(Q(area__isnull=True) | Q(area_id=province_id), form=form, source__in=["", source])
            .filter(withdrawn_at__isnull=True)
            .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
            .order_by(F("area").desc(nulls_last=True), "-source", "-version", "-pk")
            .first()
        )


class PaperTemplate(models.Model):
    """One version of a template. Without an area it came with the portal. Rows are added and
    withdrawn, never rewritten."""

    public_id = public_id_field()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    form = models.CharField(_("paper"), max_length=20, choices=[(form.code, form.title) for form in FORMS.values()])
    source = models.CharField(_("source of money"), max_length=20, blank=True)  # empty: whatever the money
    title = NfcCharField(_("title"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    version = models.PositiveIntegerField()
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    note = models.TextField(_("note"), blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdraw_reason = NfcCharField(max_length=300, blank=True)

    objects: ClassVar[Any] = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["form", "-version", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "form", "source", "version"], name="paper_template_version_once"),
            models.CheckConstraint(condition=Q(source__in=["", "national", "local"]), name="paper_template_source"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="paper_template_dates_ordered",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdraw_reason=""), name="paper_template_withdrawn_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, user: User) -> "EngagementQuerySet":
        """Staff of the province; of the auditors, those who are named in it."""
        sight = user.sight
        staff = frozenset[int]()
        for role in (Role.OFFICER, Role.LEADER, Role.ACCOUNTANT):
            staff |= sight.province_roles.get(role, frozenset())
        own = Q(pk__in=Engagement.auditors.through.objects.filter(user=user).values("engagement_id"))
        return self.filter(
            Q(province_id__in=staff) | own & Q(province_id__in=sight.province_roles.get(Role.AUDITOR, frozenset()))
        )


class Engagement(models.Model):
    """An audit or inspection: who audits, from when to when, which budget years and projects (none named: all).

    It says where to work and keeps the samples; what an auditor sees at all follows from their role."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(_("name"), max_length=300)
    document_no = NfcCharField(_("document number"), max_length=60, blank=True)
    auditors = models.ManyToManyField(User, related_name="engagements", verbose_name=_("auditors"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    year_from = models.PositiveSmallIntegerField(_("first budget year"))
    year_to = models.PositiveSmallIntegerField(_("last budget year"))
    projects = models.ManyToManyField(Project, related_name="+", blank=True, verbose_name=_("projects"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    close_reason = NfcCharField(max_length=300, blank=True)

    objects: ClassVar[Any] = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="engagement_dates_ordered"),
            models.CheckConstraint(condition=Q(year_to__gte=F("year_from")), name="engagement_years_ordered"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.starts_on <= clock.today() <= self.ends_on


class Sample(models.Model):
    """Payments drawn by chance, kept as they were drawn. `seed` and the ordered list they were drawn from (`drawn_from`
    of them) let anybody draw the same again."""

    public_id = public_id_field()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="samples")
    seed = models.CharField(max_length=32)
    size = models.PositiveIntegerField(_("how many"))
    drawn_from = models.PositiveIntegerField()
    least_vnd = money_field(_("at least"), null=True, blank=True)
    entries = models.ManyToManyField(LedgerEntry, related_name="+")
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.engagement.name} {self.seed}"
