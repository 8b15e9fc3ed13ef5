"""The registry of rural-industry establishments (cơ sở công nghiệp nông thôn)."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User as Account
from core import clock
from core.models import FoldedField, NfcCharField, money_field, public_id_field
from places.models import Area, AreaClosure
from programmes.models import EstablishmentKind

if TYPE_CHECKING:
    from accounts.models import User

NO_TRADE = "none"  # known to be none of the trades of the law; empty: not reported


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def visible_to(self, user: "User") -> "EnterpriseQuerySet":
        """Province staff and centre: the province. Collaborator: granted areas. Ministry: the country. An
        establishment that was merged into another is seen through that one only (merging.standing)."""
        sight, here = user.sight, self.filter(merged_into__isnull=True)
        if sight.country:
            return here
        seen = Q(province_id__in=sight.province_ids | sight.ministry_area_ids)
        if sight.centre_ids:
            seen |= Q(province_id__in=sight.province_roles.get("centre", ()))
        if sight.granted_area_ids:
            below = AreaClosure.objects.filter(ancestor_id__in=sight.granted_area_ids).values("area_id")
            seen |= Q(area_id__in=below)
        return here.filter(seen)

    def search(self, text: str) -> "EnterpriseQuerySet":
        from core.text import fold

        return self.filter(Q(folded__contains=fold(text)) | Q(tax_code__startswith=text.strip()))

    def with_kind(self) -> "EnterpriseQuerySet":
        """Each with the name of its kind (`kind_label`), for lists."""
        names = EstablishmentKind.objects.filter(code=OuterRef("kind")).order_by(F("valid_from").desc(nulls_last=True))
        return self.annotate(kind_label=Subquery(names.values("name")[:1]))


class Enterprise(models.Model):
    """`kind` and `trade` are codes of programmes.EstablishmentKind and EligibleTrade. `headcount` is that of the newest
    year. `merged_into`: the establishment it turned out to be; then nothing is added to it any more."""

    public_id = public_id_field()
    name = NfcCharField(_("name"), max_length=300)
    folded = FoldedField(source="name")
    kind = models.CharField(_("kind"), max_length=40)
    # Null, never empty: that is how a unique column says «not reported».
    tax_code = models.CharField(_("tax code"), max_length=14, null=True, blank=True)  # noqa: DJ001
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="enterprises", verbose_name=_("commune"))
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = NfcCharField(_("address"), max_length=300, blank=True)
    headcount = models.PositiveIntegerField(_("workers"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    representative = NfcCharField(_("legal representative"), max_length=150, blank=True)
    main_product = NfcCharField(_("main product"), max_length=300, blank=True)
    technology = NfcCharField(_("technology"), max_length=500, blank=True)
    raw_material = NfcCharField(_("raw material"), max_length=500, blank=True)
    craft_village = NfcCharField(_("craft village"), max_length=200, blank=True)
    trade = models.CharField(_("trade"), max_length=40, blank=True)
    industry_version = models.CharField(max_length=10, blank=True)
    industry_code = models.CharField(_("industry"), max_length=6, blank=True)
    ceased_on = models.DateField(_("ceased on"), null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tax_code"], condition=Q(tax_code__isnull=False), name="enterprise_tax_code_once"
            ),
            models.CheckConstraint(condition=~Q(tax_code=""), name="enterprise_tax_code_not_empty"),
            models.CheckConstraint(condition=~Q(kind=""), name="enterprise_has_kind"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="enterprise_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(industry_code="") | ~Q(industry_version=""), name="enterprise_industry_has_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_kind_display(self) -> str:
        """The name of its kind: as last called; the code where no official ever told one."""
        known: str | None = getattr(self, "kind_label", None)
        if known is None:
            rows = EstablishmentKind.objects.filter(code=self.kind).order_by(F("valid_from").desc(nulls_last=True))
            known = rows.values_list("name", flat=True).first()
        return known or self.kind


FIGURES = ("capital_vnd", "workers", "women", "revenue_vnd", "tax_paid_vnd")


class YearFacts(models.Model):
    """What an establishment reported for a year. A figure is null (not reported), a number, or named in
    `not_applicable` (names separated by blanks)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    capital_vnd = money_field(_("capital"), null=True, blank=True)
    workers = models.PositiveIntegerField(_("workers"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    revenue_vnd = money_field(_("revenue"), null=True, blank=True)
    tax_paid_vnd = money_field(_("tax paid"), null=True, blank=True)
    not_applicable = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "year"], name="year_facts_once"),
            models.CheckConstraint(condition=Q(year__gte=1950, year__lte=2200), name="year_facts_year"),
            models.CheckConstraint(
                condition=Q(women__isnull=True) | Q(workers__isnull=True) | Q(women__lte=F("workers")),
                name="year_facts_women_among_workers",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


def _in_order(name: str) -> models.CheckConstraint:
    open_ended = Q(valid_from__isnull=True) | Q(valid_to__isnull=True)
    return models.CheckConstraint(condition=open_ended | Q(valid_to__gte=F("valid_from")), name=f"{name}_dates_ordered")


class Certificate(models.Model):
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="certificates")
    name = NfcCharField(_("name"), max_length=200)
    number = NfcCharField(_("number"), max_length=60, blank=True)
    issuer = NfcCharField(_("issued by"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering = [F("valid_from").desc(nulls_last=True), "id"]
        constraints = [_in_order("certificate")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """Somebody to speak to, with no more than is needed for the purpose. `consents`: agreed to get letters about
    policies by e-mail."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="contacts")
    person = NfcCharField(_("name"), max_length=150)
    position = NfcCharField(_("position"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    consents = models.BooleanField(_("agrees to letters about policies"), default=False)
    purpose = NfcCharField(_("what for"), max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(consents=False) | ~Q(email=""), name="contact_consents_to_an_address")
        ]

    def __str__(self) -> str:
        return self.person


class LinkKind(models.TextChoices):
    SUPPLIES = "supplies", _("supplies")
    BUYS = "buys", _("buys from")
    SHARES = "shares", _("shares equipment with")


# What the same link is called from the other end.
OTHER_END = {
    LinkKind.SUPPLIES: _("is supplied by"),
    LinkKind.BUYS: _("sells to"),
    LinkKind.SHARES: _("shares equipment with"),
}


class EnterpriseLink(models.Model):
    """`enterprise` supplies, buys from or shares equipment with `other`."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(_("kind of link"), max_length=10, choices=LinkKind.choices)
    what = NfcCharField(_("what"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(enterprise=F("other")), name="enterprise_link_not_to_itself"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="enterprise_link_kind_known"),
            _in_order("enterprise_link"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} – {self.other}"


class FormerPlace(models.Model):
    """Where an establishment was until the day it moved."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="former_places")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = NfcCharField(max_length=300, blank=True)
    valid_to = models.DateField()  # the last day there

    class Meta:
        ordering = ["-valid_to"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "valid_to"], name="former_place_once")]

    def __str__(self) -> str:
        return f"{self.address} {self.area}".strip()


def place_on(enterprise: Enterprise, day: dt.date) -> tuple[Area, str]:
    """Where it was on the day: unit and address."""
    row = enterprise.former_places.filter(valid_to__gte=day).select_related("area").order_by("valid_to").first()
    return (row.area, row.address) if row is not None else (enterprise.area, enterprise.address)


class MatchKey(models.Model):
    """A key under which other entries of the same establishment are looked for (duplicates.keys_of)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="match_keys")
    key = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "enterprise"], name="match_key_once")]

    def __str__(self) -> str:
        return self.key


class PairState(models.TextChoices):
    OPEN = "open", _("to be looked at")
    DIFFERENT = "different", _("not the same")
    MERGED = "merged", _("merged")


class DuplicatePair(models.Model):
    """Two entries that may be one establishment. Reasons are told anew whenever it is looked at."""

    first = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PairState.choices, default=PairState.OPEN)
    found_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
            models.CheckConstraint(condition=Q(state__in=PairState.values), name="duplicate_pair_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    @property
    def both(self) -> tuple[Enterprise, Enterprise]:
        return self.first, self.second


class Merge(models.Model):
    """One entry that was merged into another, with all that is needed to undo it (merging.py). Undone, it is gone; the
    audit trail keeps both."""

    kept = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    gone = models.OneToOneField(Enterprise, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"
