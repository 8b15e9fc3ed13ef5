"""Products of establishments, their brands, the selections they enter, and what a programme calls a spearhead."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.models import SUPPORT_SOURCES, FoldedField, NfcCharField, Source, Verified, public_id_field
from enterprises.models import Enterprise
from files.models import StoredFile
from places.models import Area, AreaClosure, Level
from programmes.listed import Listed
from programmes.models import Programme
from projects.models import LockException, Project

if TYPE_CHECKING:
    from accounts.sight import Sight


def provinces_of(sight: "Sight") -> Q:
    """Records of the provinces somebody works in, the centre and a collaborator included."""
    ids = sight.province_ids | sight.province_roles.get("centre", frozenset())
    seen = Q(province_id__in=ids)
    if sight.granted_area_ids:
        above = AreaClosure.objects.filter(area_id__in=sight.granted_area_ids, ancestor__level=Level.PROVINCE)
        seen |= Q(province_id__in=above.values("ancestor_id"))
    return seen


class ProductGroup(Listed):
    """One of the groups of the selections (handicraft; processed food; machines; others)."""

    class Meta(Listed.Meta):
        pass


class SelectionLevel(Listed):
    """A level of the selections. `own_council`: its council is ours and scores here; else the result of another's
    council is recorded. `priority`: which money a certificate of the level gives priority for, «» where none is known;
    `priority_verified` says whether that was seen in the law."""

    own_council = models.BooleanField(default=False)
    priority = models.CharField(
        max_length=20, blank=True, choices=[(s.value, s.label) for s in Source if s in SUPPORT_SOURCES]
    )
    priority_verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    own = ("own_council", "priority", "priority_verified")

    class Meta(Listed.Meta):
        pass


class Criterion(Listed):
    """A criterion of a level, or of all levels (level None). `weight` in percent and `max_score` in points are None
    where no document was seen: a round then gets them from its own decision."""

    level = models.ForeignKey(SelectionLevel, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    weight = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    max_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    own = ("level", "weight", "max_score")

    class Meta(Listed.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(weight__isnull=True) | Q(weight__gt=0), name="criterion_weight"),
            models.CheckConstraint(condition=Q(max_score__isnull=True) | Q(max_score__gt=0), name="criterion_max"),
        ]


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> "ProductQuerySet":
        """Those of establishments the person sees."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def search(self, text: str) -> "ProductQuerySet":
        from core.text import fold

        return self.filter(Q(folded__contains=fold(text)) | Q(enterprise__folded__contains=fold(text)))


class OfProvince(models.QuerySet[Any]):
    def visible_to(self, user: User) -> "OfProvince":
        """Whoever works in the province, and the ministry."""
        sight = user.sight
        return self if sight.country else self.filter(provinces_of(sight) | Q(province_id__in=sight.ministry_area_ids))


class Spearhead(models.Model):
    """A kind of product that a programme names a spearhead (sản phẩm mũi nhọn), and by which document. The money and
    the establishments are those of the projects that supported it."""

    public_id = public_id_field()
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(_("name"), max_length=300)
    document_no = NfcCharField(max_length=100, blank=True)
    document_on = models.DateField(null=True, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    note = NfcCharField(max_length=1000, blank=True)
    projects = models.ManyToManyField(Project, related_name="spearheads", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = OfProvince.as_manager()

    class Meta:
        ordering = ["programme__code", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "province", "name"], name="spearhead_once"),
            models.CheckConstraint(condition=~Q(name=""), name="spearhead_has_name"),
            models.CheckConstraint(condition=Q(verified="no") | ~Q(document_no=""), name="spearhead_document"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """A product of an establishment, or a set of them that is sold as one. `consists_of`: of a set, what is in it."""

    public_id = public_id_field()
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="products")
    name = NfcCharField(_("name"), max_length=300)
    folded = FoldedField(source="name")
    group = models.ForeignKey(ProductGroup, on_delete=models.PROTECT, related_name="+")
    spearhead = models.ForeignKey(Spearhead, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    is_set = models.BooleanField(default=False)
    consists_of = NfcCharField(max_length=1000, blank=True)
    description = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="product_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="product_has_name"),
            models.CheckConstraint(
                condition=Q(is_set=False, consists_of="") | (Q(is_set=True) & ~Q(consists_of="")), name="product_set"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductPhoto(models.Model):
    """A photo of a product and its small copy; `text`: what is to be seen on it, in words."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    small = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    text = NfcCharField(_("what is to be seen"), max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "file"], name="product_photo_once"),
            models.CheckConstraint(condition=~Q(text=""), name="product_photo_has_text"),
        ]

    def __str__(self) -> str:
        return self.text


class BrandState(models.TextChoices):
    PREPARED = "prepared", _("Being prepared")
    FILED = "filed", _("Filed")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused by the office")
    EXPIRED = "expired", _("Expired")


class BrandQuerySet(models.QuerySet["Brand"]):
    def visible_to(self, user: User) -> "BrandQuerySet":
        return self.filter(product__in=Product.objects.visible_to(user))


class Brand(models.Model):
    """A brand or trade mark of a product and its registration. `project`: the one that supported it. `counts_on`: the
    day as of which reports count the product as one with a brand: that of the filing, or of its recording where that
    day was locked (programmes/locking.py); None while it is only prepared; `granted_counts_on`: the same of its
    certificate. `exception`, `exception_at`: by which it was filed, granted or changed in the locked time, and when."""

    public_id = public_id_field()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="brands")
    name = NfcCharField(_("name"), max_length=300)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="brands")
    state = models.CharField(max_length=10, choices=BrandState.choices, default=BrandState.PREPARED)
    filed_no = NfcCharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True, blank=True)
    granted_no = NfcCharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reason = NfcCharField(max_length=500, blank=True)
    counts_on = models.DateField(null=True, blank=True)
    granted_counts_on = models.DateField(null=True, blank=True)
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = BrandQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BrandState.values), name="brand_state_known"),
            models.CheckConstraint(
                condition=Q(state="prepared", counts_on__isnull=True)
                | (~Q(state="prepared") & Q(filed_on__isnull=False, counts_on__isnull=False) & ~Q(filed_no="")),
                name="brand_filed_by_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted")
                | (Q(valid_from__isnull=False, granted_counts_on__isnull=False) & ~Q(granted_no="")),
                name="brand_granted_by_number",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="brand_dates_ordered"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def runs_out(self) -> bool:
        return self.state == BrandState.GRANTED and self.valid_to is not None and self.valid_to < clock.today()


class RoundState(models.TextChoices):
    OPEN = "open", _("Open for entries")
    ENTRIES_CLOSED = "entries_closed", _("Entries closed")
    SCORING = "scoring", _("Being scored")
    DECIDED = "selected", _("Results decided")
    CERTIFIED = "certified", _("Certificates given")


DECIDED = (RoundState.DECIDED, RoundState.CERTIFIED)


class RoundQuerySet(models.QuerySet["SelectionRound"]):
    def visible_to(self, user: User) -> "RoundQuerySet":
        """Whoever works in the province; the ministry those whose results are decided."""
        sight = user.sight
        decided = Q(state__in=DECIDED)
        if sight.country:
            return self.filter(provinces_of(sight) | decided)
        return self.filter(provinces_of(sight) | (decided & Q(province_id__in=sight.ministry_area_ids)))


class SelectionRound(models.Model):
    """One selection (cuộc bình chọn). `province` is whose records these are: of a regional or national round only what
    the province entered there. `counts_on`: as of when reports count its results; `exception`, `exception_at`: by which
    they were decided into the locked time; see Brand."""

    public_id = public_id_field()
    level = models.ForeignKey(SelectionLevel, on_delete=models.PROTECT, related_name="rounds")
    year = models.PositiveSmallIntegerField(_("year"))
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(_("name"), max_length=300)
    region = NfcCharField(max_length=200, blank=True)
    organiser = NfcCharField(max_length=300)
    decision_no = NfcCharField(max_length=60, blank=True)
    decision_on = models.DateField(null=True, blank=True)
    entries_until = models.DateField(null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="rounds")
    state = models.CharField(max_length=20, choices=RoundState.choices, default=RoundState.OPEN)
    result_no = NfcCharField(max_length=60, blank=True)
    result_on = models.DateField(null=True, blank=True)
    counts_on = models.DateField(null=True, blank=True)
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "level", "year", "name"], name="round_once"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["selected", "certified"])
                | (Q(result_on__isnull=False, counts_on__isnull=False) & ~Q(result_no="")),
                name="round_decided_by_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_decided(self) -> bool:
        return self.state in DECIDED


class RoundCriterion(models.Model):
    """A criterion as this round has it, taken from the list on the day the round was entered. A weight or highest score
    that is None is not known; without all weights there is no total."""

    round = models.ForeignKey(SelectionRound, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(max_length=300)
    weight = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    max_score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "criterion"], name="round_criterion_once")]

    def __str__(self) -> str:
        return self.name


class CouncilRole(models.TextChoices):
    CHAIR = "chair", _("Chair of the council")
    MEMBER = "member", _("Member of the council")
    SECRETARY = "secretary", _("Secretary of the council")


class CouncilMember(models.Model):
    """Who sits on the council. With an account (`user`) they enter their scores themselves."""

    round = models.ForeignKey(SelectionRound, on_delete=models.CASCADE, related_name="council")
    name = NfcCharField(max_length=150)
    title = NfcCharField(max_length=200, blank=True)
    role = models.CharField(max_length=10, choices=CouncilRole.choices, default=CouncilRole.MEMBER)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="council_member_once")]

    def __str__(self) -> str:
        return self.name


class Result(models.TextChoices):
    RECOGNISED = "recognised", _("Recognised")
    NOT_RECOGNISED = "not_recognised", _("Not recognised")


class EntryQuerySet(models.QuerySet["SelectionEntry"]):
    def visible_to(self, user: User) -> "EntryQuerySet":
        return self.filter(
            round__in=SelectionRound.objects.visible_to(user), product__in=Product.objects.visible_to(user)
        )


class SelectionEntry(models.Model):
    """A product in a round. `from_certificate`: the certificate of a lower level it enters with. `score`: what its
    scores came to when the result was decided, None where there was no total. `counts_on`, `exception`, `exception_at`
    as in Brand."""

    public_id = public_id_field()
    round = models.ForeignKey(SelectionRound, on_delete=models.PROTECT, related_name="entries")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="entries")
    registered_on = models.DateField()
    from_certificate = models.ForeignKey(
        "Certificate", on_delete=models.PROTECT, null=True, blank=True, related_name="used_by"
    )
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    reason = NfcCharField(max_length=500, blank=True)
    score = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    counts_on = models.DateField()
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("entry")
        constraints = [
            models.UniqueConstraint(fields=["round", "product"], name="entry_product_once"),
            models.CheckConstraint(
                condition=~Q(result="not_recognised") | ~Q(reason=""), name="entry_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.name} ({self.round.name})"


class Score(models.Model):
    """Points a member of the council gave an entry on a criterion. No row: not given, which is not a zero."""

    entry = models.ForeignKey(SelectionEntry, on_delete=models.PROTECT, related_name="scores")
    member = models.ForeignKey(CouncilMember, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(RoundCriterion, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=6, decimal_places=2)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "member", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="score_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.member_id} {self.criterion_id}"


class Certificate(models.Model):
    """What a recognised entry is given. `valid_to` None: not reported. `counts_on`, `exception`, `exception_at` as in
    Brand."""

    entry = models.OneToOneField(SelectionEntry, on_delete=models.PROTECT, related_name="certificate")
    number = NfcCharField(max_length=60)
    issued_on = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    counts_on = models.DateField()
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="certificate_has_number"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("issued_on")),
                name="product_certificate_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def holds_on(self, day: Any) -> bool:
        """Where no last day is reported it is taken to hold; the pages say so."""
        return self.issued_on <= day and (self.valid_to is None or day <= self.valid_to)
