"""The registry of rural-industry establishments (cơ sở công nghiệp nông thôn)."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import FoldedField, NfcCharField, public_id_field
from places.models import Area, AreaClosure

if TYPE_CHECKING:
    from accounts.models import User


class EnterpriseKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    COOPERATIVE = "cooperative", _("Cooperative")
    COOPERATIVE_GROUP = "cooperative_group", _("Cooperative group")
    HOUSEHOLD = "household", _("Household business")
    ARTISAN = "artisan", _("Artisan")


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def visible_to(self, user: "User") -> "EnterpriseQuerySet":
        """Province staff and centre: the province. Collaborator: granted areas. Ministry: the country."""
        sight = user.sight
        if sight.country:
            return self
        seen = Q(province_id__in=sight.province_ids | sight.ministry_area_ids)
        if sight.centre_ids:
            seen |= Q(province_id__in=sight.province_roles.get("centre", ()))
        if sight.granted_area_ids:
            below = AreaClosure.objects.filter(ancestor_id__in=sight.granted_area_ids).values("area_id")
            seen |= Q(area_id__in=below)
        return self.filter(seen)

    def search(self, text: str) -> "EnterpriseQuerySet":
        from core.text import fold

        return self.filter(Q(folded__contains=fold(text)) | Q(tax_code__startswith=text.strip()))


class Enterprise(models.Model):
    public_id = public_id_field()
    name = NfcCharField(_("name"), max_length=300)
    folded = FoldedField(source="name")
    kind = models.CharField(_("kind"), max_length=20, choices=EnterpriseKind.choices)
    # Null, never empty: that is how a unique column says «not reported».
    tax_code = models.CharField(_("tax code"), max_length=14, null=True, blank=True)  # noqa: DJ001
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="enterprises", verbose_name=_("commune"))
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    address = NfcCharField(_("address"), max_length=300, blank=True)
    headcount = models.PositiveIntegerField(_("workers"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    representative = NfcCharField(_("legal representative"), max_length=150, blank=True)
    main_product = NfcCharField(_("main product"), max_length=300, blank=True)
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
            models.CheckConstraint(condition=Q(kind__in=EnterpriseKind.values), name="enterprise_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name
