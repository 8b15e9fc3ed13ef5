"""Classes held under a project: when, where, on what, how many people, how many women."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import NfcCharField, public_id_field
from places.models import Area
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User


class TrainingKind(models.TextChoices):
    """Kinds that are never added together: workers trained and learners are different targets."""

    NEW_SKILL = "new_skill", _("New vocational training")
    UPGRADE = "upgrade", _("Upgrading of skills")
    MANAGEMENT = "management", _("Management and energy saving")
    BRAND = "brand", _("Brands and trade marks")
    OTHER = "other", _("Other subject")


class TrainingQuerySet(models.QuerySet["TrainingClass"]):
    def visible_to(self, user: "User") -> "TrainingQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class TrainingClass(models.Model):
    """`total` and `women` null: not reported. Zero: nobody came. `counts_on`: the day as of which reports count it: its
    end, or the day it was recorded where its end was locked by then (programmes/locking.py)."""

    public_id = public_id_field()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="classes")
    kind = models.CharField(_("kind"), max_length=12, choices=TrainingKind.choices)
    subject = NfcCharField(_("subject"), max_length=300)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("place"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    total = models.PositiveIntegerField(_("learners"), null=True, blank=True)
    women = models.PositiveIntegerField(_("of them women"), null=True, blank=True)
    counts_on = models.DateField(_("counts from"))
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = TrainingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="class_dates_ordered",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(women__isnull=True) | Q(total__isnull=False, women__lte=F("total")),
                name="class_women_within_total",
                violation_error_message=_("There cannot be more women than learners."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
