"""The đề án: what is proposed, decided, done and achieved."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User, areas_below
from core import clock
from core.models import FoldedField, NfcCharField, Source, money_field, public_id_field
from enterprises.models import Enterprise
from files.models import StoredFile
from places.models import Area
from programmes.models import (
    Activity,
    AdjustmentKind,
    AppraisalCriterion,
    Indicator,
    PlanLine,
    Programme,
    ReportingPeriod,
    StepRule,
)


class ProjectType(models.TextChoices):
    SINGLE = "single", _("Single project")
    GROUP = "group", _("Group project")
    FLAGSHIP = "flagship", _("Flagship project")
    TASK = "task", _("Task")


class ProjectState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned for completion")
    REGISTERED = "registered", _("Registered with the ministry")
    APPRAISED = "appraised", _("Appraised at base level")
    MINISTRY_APPRAISED = "ministry_appraised", _("Appraised by the ministry")
    APPROVED = "approved", _("Approved")
    CONTRACTED = "contracted", _("Under contract")
    IN_PROGRESS = "in_progress", _("In progress")
    ACCEPTED = "accepted", _("Accepted")
    LIQUIDATED = "liquidated", _("Contract liquidated")
    SETTLED = "settled", _("Settled")
    CLOSED = "closed", _("Closed")
    STOPPED = "stopped", _("Stopped")
    REJECTED = "rejected", _("Rejected")


WAITING = (  # submitted, and nobody has decided yet
    ProjectState.SUBMITTED,
    ProjectState.REGISTERED,
    ProjectState.APPRAISED,
    ProjectState.MINISTRY_APPRAISED,
)
EDITABLE = (ProjectState.DRAFT, ProjectState.RETURNED)
OPEN_FOR_PROGRESS = (ProjectState.APPROVED, ProjectState.CONTRACTED, ProjectState.IN_PROGRESS)
DONE = (ProjectState.ACCEPTED, ProjectState.LIQUIDATED, ProjectState.SETTLED)  # carried out, not closed yet
WITH_DECISION = (*OPEN_FOR_PROGRESS, *DONE, ProjectState.CLOSED)


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: "User") -> "ProjectQuerySet":
        """Province staff and auditor: their province. Centre: what it implements. Collaborator: granted areas, once
        submitted. Ministry: national projects from submission on, local ones from approval on. Nobody else."""
        return self.filter(self._worked_on(user) | self._of_ministry(user))

    def worked_on_by(self, user: "User") -> "ProjectQuerySet":
        """Without what only the ministry's sight shows: those whose working papers the person sees."""
        return self.filter(self._worked_on(user))

    @staticmethod
    def _worked_on(user: "User") -> Q:
        sight = user.sight
        seen = Q(pk__in=[])
        if sight.province_ids:
            seen |= Q(province_id__in=sight.province_ids)
        if sight.centre_ids:
            seen |= Q(implementing_unit_id__in=sight.centre_ids)
        if sight.granted_area_ids:
            below = Q(area_id__in=areas_below(sight.granted_area_ids))
            seen |= below & ~Q(state__in=[ProjectState.DRAFT, ProjectState.RETURNED])
        return seen

    @staticmethod
    def _of_ministry(user: "User") -> Q:
        sight = user.sight
        if not (sight.country or sight.ministry_area_ids):
            return Q(pk__in=[])
        seen = Q(decided_on__isnull=False) | (Q(programme__source=Source.NATIONAL) & Q(submitted_at__isnull=False))
        return seen if sight.country else seen & Q(province_id__in=sight.ministry_area_ids)

    def approved(self) -> "ProjectQuerySet":
        """Those with a decision of the competent authority, also when stopped later."""
        return self.filter(decided_on__isnull=False)

    def search(self, text: str) -> "ProjectQuerySet":
        from core.text import fold

        return self.filter(Q(folded__contains=fold(text)))

    def late(self) -> "ProjectQuerySet":
        """Approved or in progress although their last day is over. Historical records are never late."""
        return self.filter(state__in=OPEN_FOR_PROGRESS, ends_on__lt=clock.today(), historical=False)


class Project(models.Model):
    """One đề án, or one task without beneficiary (nhiệm vụ).

    `year` is the budget year. `province` is the province that manages it. `historical` rows were recorded after the
    fact: they make no tasks, reminders or reports by themselves. `decided_on` is the date of the first decision that
    approved it, null before; `submitted_at` the last submission. `round` counts how often the file was examined: one
    that comes back completed is appraised anew.
    """

    public_id = public_id_field()
    code = models.CharField(_("code"), max_length=40)
    name = NfcCharField(_("name"), max_length=400)
    folded = FoldedField(source="code name")
    type = models.CharField(_("type"), max_length=10, choices=ProjectType.choices, default=ProjectType.SINGLE)
    state = models.CharField(max_length=20, choices=ProjectState.choices, default=ProjectState.DRAFT)
    year = models.PositiveSmallIntegerField(_("budget year"))
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, verbose_name=_("programme"))
    plan_line = models.ForeignKey(
        PlanLine, on_delete=models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("plan line")
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="projects", verbose_name=_("place"))
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    implementing_unit = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="projects", verbose_name=_("implementing unit")
    )
    partner = NfcCharField(_("partner unit"), max_length=300, blank=True)
    activities = models.ManyToManyField(Activity, related_name="projects", verbose_name=_("activities"))
    beneficiaries = models.ManyToManyField(
        Enterprise, related_name="projects", blank=True, verbose_name=_("beneficiaries")
    )
    investment_vnd = money_field(_("total investment"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    aim = models.TextField(_("aim and main content"), blank=True)
    repeat_reason = models.TextField(_("why supported again"), blank=True)  # of the same content as another project
    historical = models.BooleanField(default=False)
    demonstration = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    round = models.PositiveSmallIntegerField(default=1)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    registered_on = models.DateField(null=True)
    appraised_on = models.DateField(null=True)
    ministry_appraised_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    contracted_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    liquidated_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    stopped_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    # The dated rules of its life, once somebody read them (projects.procedure).
    step_rules: list[StepRule] | None = None

    objects: ClassVar[Any] = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "code"]
        indexes = [
            models.Index(fields=["province", "year", "state"], name="project_province_year"),
            models.Index(fields=["area"], name="project_area"),
            models.Index(fields=["province", "-year", "-code", "id"], name="project_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["province", "code"], name="project_code_once"),
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_known"),
            models.CheckConstraint(condition=Q(type__in=ProjectType.values), name="project_type_known"),
            models.CheckConstraint(
                condition=Q(investment_vnd__isnull=True) | Q(investment_vnd__gte=0), name="project_investment_positive"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="project_dates_ordered",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        "approved",
                        "contracted",
                        "in_progress",
                        "accepted",
                        "liquidated",
                        "settled",
                        "closed",
                    ]
                )
                | Q(decided_on__isnull=False),
                name="project_approved_by_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | Q(submitted_at__isnull=False),
                name="project_submitted_at_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_late(self) -> bool:
        """As ProjectQuerySet.late()."""
        late = self.ends_on is not None and self.ends_on < clock.today()
        return late and not self.historical and self.state in OPEN_FOR_PROGRESS


class ProjectEstimate(models.Model):
    """Money by source as proposed. No row for a source: not reported. Zero: none."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="estimates")
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    amount_vnd = money_field(_("money"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "source"], name="estimate_source_once"),
            models.CheckConstraint(condition=Q(amount_vnd__gte=0), name="estimate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.source}"


class BudgetLine(models.Model):
    """One line of the budget table: what it is for, and the money for it by source. Null: nothing from that source."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    content = NfcCharField(_("content"), max_length=300)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = NfcCharField(_("unit"), max_length=60, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, null=True, blank=True)
    unit_price_vnd = money_field(_("unit price"), null=True, blank=True)
    national_vnd = money_field(null=True, blank=True)
    local_vnd = money_field(null=True, blank=True)
    counterpart_vnd = money_field(null=True, blank=True)
    other_vnd = money_field(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["project", "position"], name="budget_line_position_once"),
            models.CheckConstraint(condition=~Q(content=""), name="budget_line_has_content"),
            models.CheckConstraint(condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="budget_line_quantity"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_vnd__isnull": True}) | Q(**{f"{name}_vnd__gte": 0}),
                    name=f"budget_line_{name}_positive",
                )
                for name in ("unit_price", "national", "local", "counterpart", "other")
            ),
        ]

    def __str__(self) -> str:
        return self.content


class PlannedResult(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="planned_results")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "indicator"], name="planned_result_once")]

    def __str__(self) -> str:
        return f"{self.project.code} {self.indicator.code}"


class Decision(models.Model):
    """A decision of the competent authority on a project: who issued it, number, date, batch, file, money.

    Approval makes the first; more money later is another one.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="decisions")
    issuer = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("issued by"))
    issuer_name = NfcCharField(max_length=300)  # its name on the day
    number = NfcCharField(_("number"), max_length=60)
    decided_on = models.DateField(_("date"))
    batch = NfcCharField(_("batch"), max_length=40, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["decided_on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(number=""), name="decision_has_number")]

    def __str__(self) -> str:
        return f"{self.number} ({self.issuer_name})"


class DecisionMoney(models.Model):
    """Money of a decision, in đồng; below zero where a later decision lowers what an earlier one gave."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="money")
    source = models.CharField(max_length=20, choices=Source.choices)
    amount_vnd = money_field()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "source"], name="decision_source_once"),
        ]

    def __str__(self) -> str:
        return f"{self.decision.number} {self.source}"


class StepPaper(models.Model):
    """The paper by which a step was taken: an act of an outside authority, a registration report, minutes.

    `own_act`: the authority took the step with its own account; otherwise an officer recorded it.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="papers")
    step = models.CharField(max_length=20)
    issuer = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    issuer_name = NfcCharField(max_length=300, blank=True)  # its name on the day
    number = NfcCharField(_("number"), max_length=60, blank=True)
    dated_on = models.DateField(_("date"))
    participants = models.TextField(_("who took part"), blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    own_act = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.number or self.step} ({self.dated_on:%d/%m/%Y})"


class Recommendation(models.TextChoices):
    APPROVE = "approve", _("Fit to be supported")
    COMPLETE = "complete", _("To be completed")
    REJECT = "reject", _("Not to be supported")


class Opinion(models.Model):
    """What one appraiser says of the file in one round. Opinions are kept; the latest of a person counts."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="opinions")
    round = models.PositiveSmallIntegerField()
    appraiser = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    appraiser_name = NfcCharField(max_length=200)  # on the day
    recommendation = models.CharField(_("recommendation"), max_length=10, choices=Recommendation.choices)
    support_vnd = money_field(_("support recommended"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["project", "round"], name="opinion_project")]
        constraints = [
            models.CheckConstraint(condition=Q(recommendation__in=Recommendation.values), name="opinion_known"),
            models.CheckConstraint(
                condition=Q(recommendation="approve") | ~Q(remarks=""), name="opinion_against_has_remarks"
            ),
            models.CheckConstraint(
                condition=Q(support_vnd__isnull=True) | Q(support_vnd__gte=0), name="opinion_support_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.appraiser_name}"


class Mark(models.TextChoices):
    MET = "met", _("Met")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Does not apply")


class OpinionMark(models.Model):
    """One line of the checklist as the appraiser found it. No row: not looked at."""

    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(AppraisalCriterion, on_delete=models.PROTECT)
    mark = models.CharField(max_length=15, choices=Mark.choices)
    remark = NfcCharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["opinion", "criterion"], name="opinion_mark_once"),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="opinion_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code} {self.mark}"


class ContractKind(models.TextChoices):
    IMPLEMENTATION = "implementation", _("Implementation contract")
    SUPPORT = "support", _("Support contract")
    CONTRACTOR = "contractor", _("Contract with a contractor")


class Contract(models.Model):
    """A signed contract of a project, or an annex that changes one (then `value_vnd` is the value after it).

    The implementation contract is between the authority and the implementing unit, the support contract between the
    implementing unit and a beneficiary. A row entered wrongly is set aside with the reason, never changed.
    """

    public_id = public_id_field()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contracts")
    kind = models.CharField(_("kind"), max_length=15, choices=ContractKind.choices)
    annex_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="annexes", verbose_name=_("annex to")
    )
    number = NfcCharField(_("number"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    party_a = NfcCharField(_("party A"), max_length=300)
    party_b = NfcCharField(_("party B"), max_length=300)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    value_vnd = money_field(_("value"))
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    content = models.TextField(_("content"), blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    void_reason = NfcCharField(max_length=300, blank=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["signed_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "number"], condition=Q(voided_at__isnull=True), name="contract_number_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=ContractKind.values), name="contract_kind_known"),
            models.CheckConstraint(condition=Q(value_vnd__gte=0), name="contract_value_positive"),
            models.CheckConstraint(condition=~Q(number=""), name="contract_has_number"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="contract_dates_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(kind="support") | Q(enterprise__isnull=False), name="contract_support_has_beneficiary"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""), name="contract_void_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class AdjustmentState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    DECIDED = "decided", _("Decided")
    REFUSED = "refused", _("Refused")


class Adjustment(models.Model):
    """A change of a decided project: asked for with its reason, then decided or refused by who may decide it.

    `old` and `new` hold each changed field as it was and as it becomes, in the terms of `projects/adjustments.py`.
    `kinds` are the kinds of change in it; the highest authority among them decides.
    """

    public_id = public_id_field()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="adjustments")
    kinds = models.ManyToManyField(AdjustmentKind, related_name="+")
    state = models.CharField(max_length=10, choices=AdjustmentState.choices, default=AdjustmentState.ASKED)
    old = models.JSONField()
    new = models.JSONField()
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    issuer = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    issuer_name = NfcCharField(max_length=300, blank=True)
    number = NfcCharField(_("number"), max_length=60, blank=True)
    decided_on = models.DateField(_("date"), null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=Q(state="asked"), name="adjustment_one_open"),
            models.CheckConstraint(condition=Q(state__in=AdjustmentState.values), name="adjustment_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="decided") | (Q(decided_on__isnull=False) & ~Q(number="")),
                name="adjustment_decided_by_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.pk}"


class ProgressState(models.TextChoices):
    REPORTED = "reported", _("Reported")
    CONFIRMED = "confirmed", _("Confirmed")
    RETURNED = "returned", _("Returned")


class ProgressQuerySet(models.QuerySet["ProgressUpdate"]):
    def visible_to(self, user: "User") -> "ProgressQuerySet":
        """Those of visible projects; of what only the ministry's sight shows, confirmed ones alone."""
        confirmed = Q(state=ProgressState.CONFIRMED, project__in=Project.objects.visible_to(user))
        return self.filter(confirmed | Q(project__in=Project.objects.worked_on_by(user)))

    def confirmed(self) -> "ProgressQuerySet":
        return self.filter(state=ProgressState.CONFIRMED)

    def counted(self) -> "ProgressQuerySet":
        """Reported or confirmed, in the order of the days they speak of: what was returned counts for nothing."""
        return self.exclude(state=ProgressState.RETURNED).order_by("on", "id")


class LockExceptionQuerySet(models.QuerySet["LockException"]):
    def visible_to(self, user: "User") -> "LockExceptionQuerySet":
        """Who sees the line of the province."""
        return self.filter(province_id__in=user.sight.province_ids)

    def open_at(self, moment: Any) -> "LockExceptionQuerySet":
        return self.filter(closed_at__isnull=True, opened_at__lte=moment, ends_at__gt=moment)


class LockException(models.Model):
    """The locked line of a province opened for a while (projects/exceptions.py): one person or office may record on
    their true days what was late, for one project or one area. Never changed, but closed early once
    (projects/guards.py)."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey("Project", on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    progress = models.BooleanField(_("progress"))
    classes = models.BooleanField(_("classes"))
    rosters = models.BooleanField(_("rosters"), default=False)
    brands = models.BooleanField(_("brands"), default=False)
    selections = models.BooleanField(_("selections"), default=False)
    clusters = models.BooleanField(_("clusters"), default=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    reason = NfcCharField(_("reason"), max_length=300)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(_("until"))
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    close_reason = NfcCharField(max_length=300, blank=True)

    objects: ClassVar[Any] = LockExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=True, area__isnull=False) | Q(project__isnull=False, area__isnull=True),
                name="lock_exception_for_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True, agency__isnull=False) | Q(person__isnull=False, agency__isnull=True),
                name="lock_exception_of_one_recorder",
            ),
            models.CheckConstraint(
                condition=Q(progress=True)
                | Q(classes=True)
                | Q(rosters=True)
                | Q(brands=True)
                | Q(selections=True)
                | Q(clusters=True),
                name="lock_exception_opens_something",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="lock_exception_times_ordered"),
            models.CheckConstraint(condition=~Q(reason=""), name="lock_exception_has_reason"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(close_reason=""),
                name="lock_exception_closed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project or self.area} ({self.ends_at:%d/%m/%Y})"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.opened_at <= clock.now() < self.ends_at

    @property
    def records(self) -> str:
        """What is opened, in words."""
        kinds = {
            "progress": _("Progress and results"), "classes": _("Classes"), "rosters": _("Rosters"),
            "brands": _("Brands"), "selections": _("Selections of products"), "clusters": _("Industrial clusters"),
        }  # fmt: skip
        return "; ".join(str(words) for name, words in kinds.items() if getattr(self, name))

    @property
    def recorder(self) -> str:
        """Who may record."""
        return self.person.full_name if self.person else str(self.agency)


class ProgressUpdate(models.Model):
    """One report of progress. Figures are «so far»: since the project began, not since the last update.

    `uuid` is made by the client: the same uuid is the same record, however often it is sent. `percent` is value
    invested of total investment, computed; `stated_percent` is what was typed when it differs, with the reason.
    `corrects_reason`: why a figure is lower than an earlier one, which it corrects; empty where none falls.
    `counts_on`: the day from which reports count it, once it is confirmed: its own, or that of the confirmation where
    its own was locked by then (programmes/locking.py). `exception`: by which its own day counts although it is locked.
    """

    uuid = models.UUIDField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="updates")
    on = models.DateField(_("as of"))
    value_invested_vnd = money_field(_("value invested so far"), null=True, blank=True)
    money_spent_vnd = money_field(_("money spent so far"), null=True, blank=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    stated_percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=2, null=True, blank=True)
    percent_reason = NfcCharField(_("reason for another percentage"), max_length=300, blank=True)
    note = models.TextField(_("what was done"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)
    proposals = models.TextField(_("proposals"), blank=True)
    corrects_reason = NfcCharField(_("reason for the correction"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=ProgressState.choices, default=ProgressState.REPORTED)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(default=clock.now)
    recorded_on = models.DateField(default=clock.today)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    counts_on = models.DateField(_("counts from"), null=True)
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="updates")
    return_reason = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, default="")
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ProgressQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["project", "state", "on"], name="progress_project")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProgressState.values), name="progress_state_known"),
            models.CheckConstraint(
                condition=Q(value_invested_vnd__isnull=True) | Q(value_invested_vnd__gte=0),
                name="progress_value_positive",
            ),
            models.CheckConstraint(
                condition=Q(money_spent_vnd__isnull=True) | Q(money_spent_vnd__gte=0), name="progress_spent_positive"
            ),
            models.CheckConstraint(
                condition=Q(state="reported", decided_at__isnull=True)
                | Q(decided_at__isnull=False) & ~Q(state="reported"),
                name="progress_decision_stamped",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="progress_return_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", counts_on__isnull=False)
                | ~Q(state="confirmed") & Q(counts_on__isnull=True),
                name="progress_counts_once_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.on:%d/%m/%Y}"


class AchievedResult(models.Model):
    """What the update says was achieved of an indicator, in this update alone (not cumulative)."""

    update = models.ForeignKey(ProgressUpdate, on_delete=models.CASCADE, related_name="results")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["update", "indicator"], name="achieved_result_once")]

    def __str__(self) -> str:
        return f"{self.update} {self.indicator.code}"


class ProgressPhoto(models.Model):
    update = models.ForeignKey(ProgressUpdate, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = NfcCharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["update", "file"], name="progress_photo_once")]

    def __str__(self) -> str:
        return f"{self.update} {self.file}"


class ProgressKeeper(models.Model):
    """Who sees to an update instead of the one who reported it, since that one's work was handed over. The update
    itself stays as it was said."""

    update = models.OneToOneField(ProgressUpdate, on_delete=models.CASCADE, related_name="keeper")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.update} {self.person.full_name}"


class ProgressReminder(models.Model):
    """Somebody who reports on a project was asked to, for a period. One a day per person and project; it is answered
    by an update. Shown to the person at home; `mailed_at`: also sent by e-mail."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reminders")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(default=clock.today)
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "sent_at"], name="progress_reminder_person")]
        constraints = [
            models.UniqueConstraint(fields=["project", "person", "sent_on"], name="progress_reminder_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.person.full_name}"


class InspectionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed and closed")


class Inspection(models.Model):
    """A visit to a project: who came, what they found, what they ask for until when. Once signed it stays as it is; a
    fault is put right by another record that names it (`corrects`), and then the other one counts."""

    public_id = public_id_field()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="inspections")
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    state = models.CharField(max_length=10, choices=InspectionState.choices, default=InspectionState.DRAFT)
    inspected_on = models.DateField(_("day of the inspection"))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    agency_name = NfcCharField(max_length=300)  # its name on the day
    inspectors = models.TextField(_("who inspected"), blank=True)
    place = NfcCharField(_("place"), max_length=300, blank=True)
    findings = models.TextField(_("findings"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)
    number = NfcCharField(_("number of the minutes"), max_length=60, blank=True)
    minutes_on = models.DateField(_("date of the minutes"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-inspected_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=InspectionState.values), name="inspection_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft", signed_at__isnull=True)
                | Q(state="signed", signed_at__isnull=False) & ~Q(findings="") & ~Q(inspectors=""),
                name="inspection_signed_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.code} {self.inspected_on:%d/%m/%Y}"


class InspectionRequirement(models.Model):
    """One thing asked for in an inspection, with its day. `done_on`: met, as somebody recorded."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="requirements")
    text = NfcCharField(_("what is asked for"), max_length=500)
    due_on = models.DateField(_("until"))
    done_on = models.DateField(_("done on"), null=True)
    done_note = NfcCharField(_("how"), max_length=500, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_late(self) -> bool:
        return self.done_on is None and self.due_on < clock.today()


class InspectionPhoto(models.Model):
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "file"], name="inspection_photo_once")]

    def __str__(self) -> str:
        return f"{self.inspection} {self.pk}"
