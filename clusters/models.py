"""Industrial clusters (cụm công nghiệp): where they are, how far they are, who is in them, and their wastewater."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import FoldedField, NfcCharField, Source, money_field, public_id_field
from enterprises.models import Enterprise
from places.models import Area, AreaClosure
from programmes.listed import Listed
from projects.models import LockException, Project

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User


class ClusterStage(Listed):
    """A stage of a cluster. `operating`: a cluster in it counts as one that has gone into operation."""

    operating = models.BooleanField(default=False)
    own = ("operating",)

    class Meta(Listed.Meta):
        pass


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def visible_to(self, user: "User") -> "ClusterQuerySet":
        """Whoever works in the province; a collaborator those that touch the granted areas; the ministry."""
        sight = user.sight
        if sight.country:
            return self
        ids = sight.province_ids | sight.ministry_area_ids | sight.province_roles.get("centre", frozenset())
        seen = Q(province_id__in=ids)
        if sight.granted_area_ids:
            below = AreaClosure.objects.filter(ancestor_id__in=sight.granted_area_ids).values("area_id")
            seen |= Q(pk__in=ClusterCommune.objects.filter(area_id__in=below).values("cluster_id"))
        return self.filter(seen)

    def search(self, text: str) -> "ClusterQuerySet":
        from core.text import fold

        return self.filter(Q(folded__contains=fold(text)))


def _hectares(label: Any = None) -> Any:
    return models.DecimalField(label, max_digits=9, decimal_places=2, null=True, blank=True)


class Cluster(models.Model):
    """Areas in hectares; None: not reported. `industrial_ha`: land that can be leased; `served_ha`: with
    infrastructure; `leased_ha`: leased. `reference`: its code or address in the national database of
    clusters, which holds the rest (Circular 15/2017/TT-BCT); it is not kept twice."""

    public_id = public_id_field()
    code = NfcCharField(_("code"), max_length=40)
    name = NfcCharField(_("name"), max_length=300)
    folded = FoldedField(source="code name")
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    planned_ha = _hectares()
    industrial_ha = _hectares()
    served_ha = _hectares()
    leased_ha = _hectares()
    reference = NfcCharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    projects = models.ManyToManyField(Project, related_name="clusters", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "code"], name="cluster_code_once"),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="cluster_has_name"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}), name=f"cluster_{name}_positive"
                )
                for name in ("planned_ha", "industrial_ha", "served_ha", "leased_ha")
            ),
            models.CheckConstraint(
                condition=Q(leased_ha__isnull=True)
                | Q(industrial_ha__isnull=True)
                | Q(leased_ha__lte=F("industrial_ha")),
                name="cluster_leased_within",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def occupancy(self) -> Decimal | None:
        """Leased land of the land that can be leased, in percent; None where one of them is not reported, or there is
        no land to lease."""
        if self.leased_ha is None or not self.industrial_ha:
            return None
        share: Decimal = self.leased_ha * 100 / self.industrial_ha
        return share.quantize(Decimal("0.1"))

    @property
    def without_land(self) -> bool:
        return self.industrial_ha is not None and not self.industrial_ha


class Part(models.Model):
    """What belongs to a cluster and has its own days."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="%(class)s_rows")
    note = NfcCharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class Lasting(Part):
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    def holds_on(self, day: "dt.date") -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def _ordered(name: str, first: str = "valid_from") -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True}) | Q(valid_to__isnull=True) | Q(valid_to__gte=F(first)), name=name
    )


class ClusterCommune(Lasting):
    """A commune it lies in; units of before stay with their days."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "area"], name="cluster_commune_once"),
            _ordered("cluster_commune_days"),
        ]

    def __str__(self) -> str:
        return self.area.full_name


class StageReached(Part):
    """A stage a cluster has reached, with the decision. `counts_on`: as of when reports count it: its day, or that of
    its recording where its day was locked (programmes/locking.py). `exception`, `exception_at`: by which it was entered
    or changed in the locked time, and when."""

    stage = models.ForeignKey(ClusterStage, on_delete=models.PROTECT, related_name="+")
    decision_no = NfcCharField(max_length=60, blank=True)
    on = models.DateField()
    counts_on = models.DateField()
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["cluster", "stage", "on"], name="cluster_stage_once")]

    def __str__(self) -> str:
        return self.stage.name


class Investor(Lasting):
    """Who builds and runs the infrastructure."""

    name = NfcCharField(max_length=300)
    decision_no = NfcCharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-valid_from", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="investor_named"), _ordered("investor_days")]

    def __str__(self) -> str:
        return self.name


class Occupant(Lasting):
    """An establishment in the cluster; `area_ha` None: not reported."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="clusters")
    area_ha = _hectares()

    class Meta:
        ordering = ["-valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "enterprise", "valid_from"], name="occupant_once"),
            models.CheckConstraint(condition=Q(area_ha__isnull=True) | Q(area_ha__gt=0), name="occupant_area"),
            _ordered("occupant_days"),
        ]

    def __str__(self) -> str:
        return self.enterprise.name


class Licence(Part):
    """An environmental licence; `valid_to` None: not reported."""

    number = NfcCharField(max_length=60)
    issuer = NfcCharField(max_length=300, blank=True)
    issued_on = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="licence_has_number"),
            _ordered("licence_days", "issued_on"),
        ]

    def __str__(self) -> str:
        return self.number


class WastewaterState(models.TextChoices):
    NONE = "none", _("No system")
    PLANNED = "planned", _("Planned only")
    BUILDING = "building", _("Being built")
    OPERATING = "operating", _("In operation")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Wastewater(Part):
    """State of the central wastewater treatment as of a day. A cluster without a row has not reported it, which is not
    «none». `capacity_m3`: m³ a day, None not reported. `counts_on` as of StageReached."""

    state = models.CharField(max_length=20, choices=WastewaterState.choices)
    on = models.DateField()
    capacity_m3 = models.PositiveIntegerField(null=True, blank=True)
    counts_on = models.DateField()
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "on"], name="wastewater_day_once"),
            models.CheckConstraint(condition=Q(state__in=WastewaterState.values), name="wastewater_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["none", "not_applicable"]) | Q(capacity_m3__isnull=True),
                name="wastewater_capacity_of_system",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_applicable") | ~Q(note=""), name="wastewater_not_applicable_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"


class Work(Part):
    """Money of one source in one year for a part of the infrastructure. None: not reported."""

    name = NfcCharField(max_length=300)
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=20, choices=Source.choices)
    planned_vnd = money_field(null=True, blank=True)
    spent_vnd = money_field(null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="cluster_works")

    class Meta:
        ordering = ["-year", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "name", "year", "source"], name="work_once"),
            models.CheckConstraint(condition=~Q(name=""), name="work_named"),
            models.CheckConstraint(
                condition=(Q(planned_vnd__isnull=True) | Q(planned_vnd__gte=0))
                & (Q(spent_vnd__isnull=True) | Q(spent_vnd__gte=0)),
                name="work_money_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.year})"


PARTS: tuple[type[Part], ...] = (ClusterCommune, StageReached, Investor, Occupant, Licence, Wastewater, Work)
