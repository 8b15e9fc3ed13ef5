"""The Word templates of the papers: those that come with the portal, and those an office puts in their place."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.models import NfcCharField, Verified, public_id_field
from files.models import StoredFile
from papers.catalogue import FORMS
from places.models import Area


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
