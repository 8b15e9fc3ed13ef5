"""Administrative units through time. A unit is its `uid`; its code and its name are no keys."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import FoldedField, NfcCharField, Verified
from core.text import fold


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")


class AreaQuerySet(models.QuerySet["Area"]):
    def valid_on(self, day: dt.date) -> "AreaQuerySet":
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )

    def current(self) -> "AreaQuerySet":
        return self.valid_on(clock.today())

    def within(self, area: "Area") -> "AreaQuerySet":
        """The unit, what it was formed from, and everything that was ever below any of them."""
        return self.filter(pk__in=AreaClosure.objects.filter(ancestor=area).values("area_id"))

    def search(self, text: str) -> "AreaQuerySet":
        return self.filter(folded__contains=fold(text))


class Area(models.Model):
    """One version of a unit. A change of name, type or make-up makes a new version; a change of parent does not."""

    uid = models.CharField(max_length=30, unique=True)
    code = models.CharField(_("code"), max_length=10, db_index=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    type = NfcCharField(max_length=30)
    name = NfcCharField(_("name"), max_length=100)
    full_name = NfcCharField(max_length=150)
    folded = FoldedField(source="full_name")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)  # null: before the data
    valid_to = models.DateField(_("valid to"), null=True, blank=True)  # last day; null: still valid
    legal_basis = NfcCharField(max_length=300, blank=True)
    source = NfcCharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    main_former_district = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    main_former_district_2024 = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    commune_units = models.PositiveIntegerField(null=True, blank=True)
    name_variants = NfcCharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    objects: ClassVar[Any] = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["level", "code", "uid"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="area_level_known"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="area_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class AreaParent(models.Model):
    """Which unit belonged to which, and when."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="parent_links")
    parent = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="child_links")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "parent", "valid_from"], name="area_parent_once")]

    def __str__(self) -> str:
        return f"{self.area.uid} < {self.parent.uid}"


class AreaSuccession(models.Model):
    """Which unit became which, from the day `on`. `whole`: all of the old unit went there."""

    old = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="successor_links")
    new = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="predecessor_links")
    on = models.DateField()
    kind = models.CharField(max_length=20)
    whole = models.BooleanField()
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = NfcCharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="area_succession_once")]

    def __str__(self) -> str:
        return f"{self.old.uid} > {self.new.uid}"


class AreaClosure(models.Model):
    """Everything that a unit holds: itself, what it was formed from, and what was ever below any of these.

    `divided`: only a part of the area went into the ancestor. Worked out by places.services.rebuild_closure.
    """

    ancestor = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="closure_down")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="closure_up")
    via = models.CharField(max_length=12)
    divided = models.BooleanField(default=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ancestor", "area"], name="area_closure_once")]

    def __str__(self) -> str:
        return f"{self.ancestor.uid} ⊇ {self.area.uid}"
