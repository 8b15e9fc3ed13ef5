"""The reference frame: law, activities, norms, programmes, indicators, targets, periods, and the yearly plan.

All of it is dated data that officials change; a row says whether it was verified in its source.
"""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from core import clock
from core.models import FoldedField, NfcCharField, Source, Verified, money_field, public_id_field
from places.models import Area, AreaClosure, Level


class ValidQuerySet(models.QuerySet[Any]):
    def valid_on(self, day: Any) -> "ValidQuerySet":
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )

    def in_order(self) -> "ValidQuerySet":
        """A later version stands where the first of its code stood."""
        same: Any = self.model._default_manager.filter(code=OuterRef("code")).order_by("pk")
        rows: ValidQuerySet = self.annotate(first_version=Subquery(same.values("pk")[:1]))
        return rows.order_by("first_version", "pk")

    def visible_to(self, user: User) -> "ValidQuerySet":
        """Everybody reads the rules of the whole country; those of a province who works there or administers it, and
        the ministry."""
        sight = user.sight
        if sight.country:
            return self.all()
        own = sight.province_ids | sight.administers_ids | sight.ministry_area_ids
        own |= sight.province_roles.get("centre", frozenset())
        above = AreaClosure.objects.filter(area_id__in=sight.granted_area_ids, ancestor__level=Level.PROVINCE)
        return self.filter(Q(area__isnull=True) | Q(area_id__in=own) | Q(area_id__in=above.values("ancestor_id")))


class LegalDocument(models.Model):
    """A document of the law. `area`: the province it holds in; None: the whole country.

    `file_key`: the line of data/legal_documents.csv it came by, so that a corrected number is still known there; empty:
    an official entered it. `edited_at`: when an official last entered or changed it (programmes.documents).
    `review_on`: when it is to be looked at again; `reviewed_on`: when it last was; `review_note`: what was found.
    """

    number = NfcCharField(_("number"), max_length=60, blank=True)
    type = NfcCharField(_("type"), max_length=60)
    issuer = NfcCharField(_("issued by"), max_length=200)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_to = models.DateField(_("in force to"), null=True, blank=True)
    subject = NfcCharField(_("subject"), max_length=500)
    amends = NfcCharField(_("amends"), max_length=200, blank=True)
    replaced_by = NfcCharField(_("replaced by"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    folded = FoldedField(source="number subject issuer")
    file_key = NfcCharField(max_length=800, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review_note = models.TextField(blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = [F("issued_on").desc(nulls_last=True), "number"]
        constraints = [
            models.UniqueConstraint(fields=["number", "issuer", "subject"], name="legal_document_once"),
            models.CheckConstraint(
                condition=Q(in_force_from__isnull=True)
                | Q(in_force_to__isnull=True)
                | Q(in_force_to__gte=F("in_force_from")),
                name="legal_document_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.subject

    def ended_on(self, day: dt.date) -> bool:
        return self.in_force_to is not None and self.in_force_to < day


class ActivityGroup(models.Model):
    code = models.CharField(max_length=10, unique=True)
    name = NfcCharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """A kind of activity of the programme (nội dung hoạt động)."""

    code = models.CharField(max_length=40, unique=True)
    group = models.ForeignKey(ActivityGroup, on_delete=models.PROTECT, related_name="activities")
    name = NfcCharField(_("name"), max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    needs_beneficiary = models.BooleanField(default=True)
    norm_code = models.CharField(max_length=40, blank=True)
    source = NfcCharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)

    class Meta:
        ordering = ["group__code", "id"]

    def __str__(self) -> str:
        return self.name


class DatedRule(models.Model):
    """A rule of the law or of a province, in force for a time: for a source of money, everywhere or in one province.

    `edited_at`: when an official last entered or changed it (programmes.rules); None while it stands as in its file.
    """

    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = NfcCharField(_("legal basis"), max_length=200, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    row_version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ValidQuerySet.as_manager()

    class Meta:
        abstract = True

    def in_force_on(self, day: Any) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def _dates_ordered(name: str) -> models.CheckConstraint:
    open_ended = Q(valid_from__isnull=True) | Q(valid_to__isnull=True)
    return models.CheckConstraint(condition=open_ended | Q(valid_to__gte=F("valid_from")), name=f"{name}_dates_ordered")


def _of_a_code(name: str) -> list[models.BaseConstraint]:
    """Versions of one code begin on different days."""
    return [
        _dates_ordered(name),
        models.UniqueConstraint(fields=["code", "valid_from"], name=f"{name}_version_once"),
        models.UniqueConstraint(fields=["code"], condition=Q(valid_from__isnull=True), name=f"{name}_first_once"),
    ]


class SupportNorm(DatedRule):
    """A ceiling of support: the lower of a percentage of cost and an amount per unit, for a source, place and time.

    Local norms have a province."""

    code = models.CharField(max_length=40)
    activity_text = NfcCharField(_("activity"), max_length=300)
    beneficiary_text = NfcCharField(_("beneficiary"), max_length=200, blank=True)
    ceiling_amount_vnd = money_field(_("ceiling"), null=True, blank=True)
    ceiling_percent = models.DecimalField(_("percent of cost"), max_digits=6, decimal_places=2, null=True, blank=True)
    unit = NfcCharField(_("unit"), max_length=60)
    cap_scope = models.CharField(max_length=20, default="unknown")
    multiplier_of = models.CharField(max_length=40, blank=True)
    multiplier = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    evidence = models.TextField(blank=True)  # where the fact was seen

    class Meta:
        ordering = ["code", "source", F("valid_from").asc(nulls_first=True)]
        constraints = [_dates_ordered("support_norm")]

    def __str__(self) -> str:
        return f"{self.code} {self.source} {self.valid_from or ''}"


class StepRule(DatedRule):
    """What must have happened before a step of a project, and until when: `step` must be done before `before`.

    `deadline_*`: the day of the year, counted from the budget year (-1: the year before it), by which `step` is due.
    """

    code = models.CharField(max_length=40)
    step = models.CharField(max_length=20)
    before = models.CharField(max_length=20, blank=True)
    deadline_day = models.PositiveSmallIntegerField(null=True, blank=True)
    deadline_month = models.PositiveSmallIntegerField(null=True, blank=True)
    deadline_years = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("step_rule")

    def due_in(self, year: int) -> dt.date | None:
        """The last day for the step of a project of the budget year, if the rule sets one."""
        if not self.deadline_day or not self.deadline_month:
            return None
        return dt.date(year + self.deadline_years, self.deadline_month, self.deadline_day)

    def __str__(self) -> str:
        return self.code


class AppraisalCriterion(DatedRule):
    """One line of the checklist by which a file is appraised."""

    code = models.CharField(max_length=40)
    name = NfcCharField(_("criterion"), max_length=400)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("appraisal_criterion")

    def __str__(self) -> str:
        return self.name


class NeededPaper(DatedRule):
    """A paper a file needs (thành phần hồ sơ) for a step: of an activity, of a group of them or (neither) of all."""

    code = models.CharField(max_length=40)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    group = models.ForeignKey(ActivityGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="papers")
    needed_for = models.CharField(_("needed for"), max_length=20)
    name = NfcCharField(_("paper"), max_length=300)
    condition = models.TextField(_("condition"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            *_of_a_code("needed_paper"),
            models.CheckConstraint(
                condition=Q(activity__isnull=True) | Q(group__isnull=True), name="needed_paper_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AdjustmentKind(DatedRule):
    """A kind of change of a decided project and who decides it (`authority`: a kind of agency)."""

    code = models.CharField(max_length=40)
    change = models.CharField(max_length=20)  # what it is: the codes of projects/adjustments.py
    name = NfcCharField(_("kind of adjustment"), max_length=200)
    authority = models.CharField(max_length=30)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("adjustment_kind")

    def __str__(self) -> str:
        return self.name


class AdvanceTier(DatedRule):
    """How much of the approved support may be advanced: a percentage, with its conditions, for an activity, a group of
    them or (neither) all, by source, place and time. Tiers follow each other; the last says the most."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="tiers")
    group = models.ForeignKey(ActivityGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="tiers")
    tier = models.PositiveSmallIntegerField(_("tier"), default=1)
    percent = models.DecimalField(_("percent of the support"), max_digits=5, decimal_places=2)
    condition = models.TextField(_("condition"), blank=True)
    evidence = models.TextField(blank=True)  # where the fact was seen

    class Meta:
        ordering = ["source", "activity__code", "group__code", "tier", F("valid_from").asc(nulls_first=True)]
        constraints = [
            _dates_ordered("advance_tier"),
            models.CheckConstraint(condition=Q(percent__gt=0) & Q(percent__lte=100), name="advance_tier_percent"),
            models.CheckConstraint(
                condition=Q(activity__isnull=True) | Q(group__isnull=True), name="advance_tier_one_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity or self.group or ''} {self.source} {self.tier}"


class PriorityCoefficient(DatedRule):
    """How much a priority raises the amount of a norm: for one norm or (none) all, in a place or (none) everywhere.

    Circular 36/2013/TT-BCT, Article 7, speaks of such levels in an annex that was not seen: no row until it is.
    """

    code = models.CharField(max_length=40)
    norm_code = models.CharField(max_length=40, blank=True)
    place = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = NfcCharField(_("priority"), max_length=300)
    coefficient = models.DecimalField(_("coefficient"), max_digits=4, decimal_places=2)

    class Meta:
        ordering = ["id"]
        constraints = [
            *_of_a_code("priority"),
            models.CheckConstraint(condition=Q(coefficient__gte=1), name="priority_raises"),
        ]

    def __str__(self) -> str:
        return self.name


class UnsourcedRule(DatedRule):
    """A dated rule that holds for every source of money."""

    source = models.CharField(max_length=20, blank=True, default="", editable=False)

    class Meta:
        abstract = True


class EstablishmentKind(UnsourcedRule):
    """A kind of establishment (loại hình). Establishments keep its code; a later version may bear another name."""

    code = models.CharField(_("code"), max_length=40)
    name = NfcCharField(_("name"), max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("establishment_kind")

    def __str__(self) -> str:
        return self.name


class EligibleTrade(UnsourcedRule):
    """A trade that may be supported (ngành nghề). `condition`: where or when only, in words; a person judges it."""

    code = models.CharField(_("code"), max_length=40)
    name = NfcCharField(_("trade"), max_length=300)
    condition = models.TextField(_("condition"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("eligible_trade")

    def __str__(self) -> str:
        return self.name


class EligibilitySubject(models.TextChoices):
    KIND = "kind", _("Kinds that are supported")
    SIZE = "size", _("Size")
    PLACE = "place", _("Place")


class EligibilityRule(UnsourcedRule):
    """Who may be supported. `kinds`: codes of the kinds it speaks of, separated by blanks; empty: all.

    Of a size rule one limit kept is enough (Circulars say «or»); of a place rule `unit_types` are the types of unit in
    which it is kept without a further look. `condition`: what a person has to look at before it is kept.
    """

    code = models.CharField(max_length=40)
    subject = models.CharField(_("what it judges"), max_length=10, choices=EligibilitySubject.choices)
    name = NfcCharField(_("rule"), max_length=300)
    kinds = models.CharField(_("kinds of establishment"), max_length=300, blank=True)
    capital_max_vnd = money_field(_("capital at most"), null=True, blank=True)
    workers_max = models.PositiveIntegerField(_("workers at most"), null=True, blank=True)
    unit_types = NfcCharField(_("types of unit"), max_length=200, blank=True)
    condition = models.TextField(_("condition"), blank=True)

    class Meta:
        ordering = ["id"]
        constraints = _of_a_code("eligibility_rule")

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A programme of several years, of one source: the national one or a province's own."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = NfcCharField(_("name"), max_length=300)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True)  # null: the whole country
    year_from = models.PositiveSmallIntegerField()
    year_to = models.PositiveSmallIntegerField()
    legal_basis = NfcCharField(_("legal basis"), max_length=200, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-year_from", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(year_to__gte=F("year_from")), name="programme_years_ordered"),
            models.CheckConstraint(condition=Q(source__in=["national", "local"]), name="programme_source_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Method(models.TextChoices):
    COMPUTED = "computed", _("Computed from the records")
    ENTERED = "entered", _("Entered from outside")
    NARRATIVE = "narrative", _("Told in words")


class Indicator(models.Model):
    """What is counted. `unit_counted` says of what kind the things are that are counted."""

    code = models.CharField(max_length=40, unique=True)
    name = NfcCharField(_("indicator"), max_length=400)
    unit = NfcCharField(_("unit"), max_length=60, blank=True)
    unit_counted = models.CharField(max_length=40, blank=True)
    method = models.CharField(max_length=12, choices=Method.choices)
    # Kinds of class whose learners it counts, separated by blanks (training.TrainingKind); empty: results reported.
    training_kinds = models.CharField(max_length=100, blank=True)
    # Of one that officers enter: the measure whose figures they are (reports.measures); empty: nobody enters it.
    measure = models.CharField(max_length=40, blank=True, default="")
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Comparison(models.TextChoices):
    EXACT = "exact", _("exactly")
    AT_LEAST = "at_least", _("at least")
    ABOUT = "about", _("about")
    RANGE = "range", _("range")
    STRIVE = "strive", _("strive for")
    NONE = "", _("no quantity")


class Target(models.Model):
    """What a programme wants of an indicator until its end."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="targets")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    comparison = models.CharField(max_length=10, choices=Comparison.choices, blank=True)
    low = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    qualifier = NfcCharField(max_length=40, blank=True)
    source = NfcCharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["programme", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "indicator"], name="target_once"),
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(high__gte=F("low")), name="target_bounds_ordered"
            ),
        ]

    @property
    def words_before(self) -> str:
        """What is said before the amount: the programme's own words, or those of the comparison."""
        plain = self.comparison in (Comparison.EXACT, Comparison.RANGE, Comparison.NONE)
        return self.qualifier or ("" if plain else str(Comparison(self.comparison).label))

    def __str__(self) -> str:
        return f"{self.programme.code} {self.indicator.code}"


class Regime(models.TextChoices):
    ADMINISTRATIVE = "administrative", _("Administrative report")
    STATISTICAL = "statistical", _("Statistical report")


class PeriodKind(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR_1 = "half_year_1", _("First half-year")
    HALF_YEAR_2 = "half_year_2", _("Second half-year")
    NINE_MONTHS = "nine_months", _("Nine months")
    YEAR = "year", _("Year")
    PLAN_REGISTRATION = "plan_registration", _("Registration of the plan")
    FREE = "free", _("Free dates")


# Those that come round by themselves, for what is done in their days.
REGULAR = tuple(kind for kind in PeriodKind if kind not in (PeriodKind.PLAN_REGISTRATION, PeriodKind.FREE))


class PeriodQuerySet(models.QuerySet["ReportingPeriod"]):
    def offered(self) -> "PeriodQuerySet":
        """All but the free dates somebody once asked a report for: those belong to that report alone."""
        return self.exclude(kind=PeriodKind.FREE)


class ReportingPeriod(models.Model):
    """One period as a row: first and last day of its data and when the report is due (Decree 09/2019, Art. 12)."""

    code = models.CharField(max_length=20, unique=True)  # 2022-Y, 2022-H1, 2022-Q3, 2022-M09, 2022-SQ3
    kind = models.CharField(max_length=20, choices=PeriodKind.choices)
    regime = models.CharField(max_length=20, choices=Regime.choices)
    year = models.PositiveSmallIntegerField()
    label = NfcCharField(max_length=100)  # «Năm 2022», as printed
    data_from = models.DateField()
    data_to = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    basis = NfcCharField(max_length=200, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)

    objects: ClassVar[Any] = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-data_to", "kind"]
        constraints = [
            models.CheckConstraint(condition=Q(data_to__gte=F("data_from")), name="period_dates_ordered"),
        ]

    def __str__(self) -> str:
        return self.label


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")


class PlanQuerySet(models.QuerySet["AnnualPlan"]):
    def visible_to(self, user: User) -> "PlanQuerySet":
        """People of the province: all versions. The ministry: approved ones and what they superseded."""
        sight = user.sight
        own = sight.province_ids | sight.province_roles.get("centre", frozenset())
        seen = Q(area_id__in=own)
        if sight.country:
            seen |= ~Q(state=PlanState.DRAFT)
        elif sight.ministry_area_ids:
            seen |= ~Q(state=PlanState.DRAFT) & Q(area_id__in=sight.ministry_area_ids)
        return self.filter(seen)


class AnnualPlan(models.Model):
    """The yearly plan of a province for one source, in versions: a changed plan is a new version by a new decision."""

    public_id = public_id_field()
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="plans")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    issuer = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision_number = NfcCharField(_("decision number"), max_length=60, blank=True)
    decision_on = models.DateField(_("decision date"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    row_version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "programme", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["area", "programme", "year", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["area", "programme", "year"], condition=Q(state="approved"), name="plan_one_approved"
            ),
            models.UniqueConstraint(
                fields=["area", "programme", "year"], condition=Q(state="draft"), name="plan_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(decision_on__isnull=False) & ~Q(decision_number="")),
                name="plan_approved_by_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.year} v{self.version}"


class PlanLine(models.Model):
    """Activity × quantity or range × money × source."""

    plan = models.ForeignKey(AnnualPlan, on_delete=models.CASCADE, related_name="lines")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, blank=True)
    quantity_low = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    quantity_high = models.PositiveIntegerField(_("quantity up to"), null=True, blank=True)
    unit = NfcCharField(_("unit"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    amount_vnd = money_field(_("money"), null=True, blank=True)
    note = NfcCharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity_high__isnull=True) | Q(quantity_high__gte=F("quantity_low")),
                name="plan_line_range_ordered",
            ),
            models.CheckConstraint(condition=Q(amount_vnd__isnull=True) | Q(amount_vnd__gte=0), name="plan_line_money"),
        ]

    def __str__(self) -> str:
        return f"{self.activity.code} {self.plan}"


class DataLock(models.Model):
    """«Khóa số liệu đến hết ngày …»: what was recorded up to this day in the province stays as it is. Rows are only
    added, each further than the one before."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="data_locks")
    locked_through = models.DateField(_("locked through"))
    reason = NfcCharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["area", "-locked_through"]
        constraints = [
            models.UniqueConstraint(fields=["area", "locked_through"], name="data_lock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.locked_through:%d/%m/%Y}"
