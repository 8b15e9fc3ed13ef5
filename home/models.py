"""Whose portal this is."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from places.models import Area


class Portal(models.Model):
    """The one row that says which province the portal belongs to. Made by `setup` or by the demonstration.

    `demonstration`: everything here is illustrative, and every page says so. From when the portal makes reports by
    itself stands in reports.ReportSchedule.
    """

    number = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("province"))
    demonstration = models.BooleanField(default=False)
    help_phone = models.CharField(_("phone for help"), max_length=20, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number=1), name="portal_only_one")]

    def __str__(self) -> str:
        return str(self.province)

    @classmethod
    def current(cls) -> "Portal | None":
        """The portal with its province; None before anybody set it up."""
        return cls.objects.select_related("province").first()
