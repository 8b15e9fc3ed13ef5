"""The money of the programme: budgets of a year, and the ledger (sổ theo dõi kinh phí).

Double entry: an entry adds its amount to one account and takes it from the counter account, so that all accounts
together are zero at every moment. What is left on an account is what may still go on; no account but the treasury's
falls below zero, and these are the ceilings:

    treasury → given → allocated → paid → delivered

that is: the budget given for the year, approved for projects, advanced and paid (first hop, to the centre), delivered
to the establishment (second hop). Clearing an advance moves nothing between them: inside of what was paid it turns an
advance still to be accounted for (`advances`) into one that is (`cleared`).

Entries are only ever added. Triggers (funding/guards.py) add them to the balance rows, whose CHECK constraints refuse
what goes over a ceiling, whoever writes it.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, areas_below
from core import clock
from core.models import NfcCharField, Source, money_field, public_id_field
from enterprises.models import Enterprise
from places.models import Area
from programmes.models import Programme
from projects.models import Decision, Project

if TYPE_CHECKING:
    from accounts.models import User


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, user: "User") -> "BudgetQuerySet":
        """Staff and auditor of the province, its centre; the ministry sees all."""
        sight = user.sight
        if sight.country:
            return self
        return self.filter(
            province_id__in=sight.province_ids
            | sight.ministry_area_ids
            | sight.province_roles.get("centre", frozenset())
        )


class Budget(models.Model):
    """The year's money of a province by source and programme (dự toán kinh phí khuyến công năm).

    What was given is the sum of its entries of account `given`.
    """

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="budgets")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="budgets")
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    year = models.PositiveSmallIntegerField(_("budget year"))
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "source", "id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "programme", "source", "year"], name="budget_once"),
            models.CheckConstraint(condition=Q(source__in=["national", "local"]), name="budget_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.programme.code}"


class Account(models.TextChoices):
    GIVEN = "given", _("Budget given")
    ALLOCATED = "allocated", _("Approved for projects")
    PAID = "paid", _("Advanced and paid")
    CLEARED = "cleared", _("Advances cleared")
    DELIVERED = "delivered", _("Delivered to establishments")


# What each account gets its money from.
COUNTER = {
    Account.GIVEN: "treasury",
    Account.ALLOCATED: "given",
    Account.PAID: "allocated",
    Account.CLEARED: "advances",
    Account.DELIVERED: "paid",
}


class EntryKind(models.TextChoices):
    BUDGET = "budget", _("Budget given")
    ALLOCATION = "allocation", _("Money approved")
    ADVANCE = "advance", _("Advance")
    PAYMENT = "payment", _("Payment")
    CLEARING = "clearing", _("Clearing of an advance")
    RECOVERY = "recovery", _("Recovery of an unspent advance")
    DELIVERY = "delivery", _("Delivery to the establishment")
    RETURN = "return", _("Returned to the budget")
    CANCEL = "cancel", _("Budget cancelled")
    CARRY_OVER = "carry_over", _("Carried over to the next year")
    CORRECTION = "correction", _("Correction")


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user: "User") -> "LedgerQuerySet":
        """Entries of visible projects, and entries without a project of visible budgets. For a collaborator: those of
        the projects they see."""
        sight = user.sight
        if sight.province_ids:
            return self.filter(budget__province_id__in=sight.province_ids)
        of_projects = Q(project__in=Project.objects.visible_to(user))
        of_budgets = Q(project__isnull=True, budget__in=Budget.objects.visible_to(user))
        return self.filter(of_projects | of_budgets)

    def account(self, account: str) -> "LedgerQuerySet":
        return self.filter(account=account)


class LedgerEntry(models.Model):
    """One line of the ledger, in đồng: positive adds to `account` what it takes from `counter`, negative gives it back
    (return, recovery, correction).

    `document_on` is the voucher's own date, `recorded_at` when it was written here; the budget year is the budget's.
    A correction names the entry it corrects. `advance_vnd` is the part of a payment's amount by which it changes the
    advances of the project: all of an advance or a recovery, of a return what was no longer covered by other payments.
    `establishment` is who money was delivered to.
    """

    public_id = public_id_field()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    account = models.CharField(max_length=10, choices=Account.choices)
    counter = models.GeneratedField(
        expression=Case(*(When(account=account, then=Value(counter)) for account, counter in COUNTER.items())),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    amount_vnd = money_field(_("amount"))
    advance_vnd = money_field(default=0, db_default=0)
    establishment = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    document_no = NfcCharField(_("document number"), max_length=60)
    document_on = models.DateField(_("document date"))
    issuer = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = NfcCharField(_("reason"), max_length=300, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_on = models.DateField(default=clock.today)
    recorded_by_label = models.CharField(max_length=200)
    recorded_by_id = models.BigIntegerField(null=True)

    objects: ClassVar[Any] = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["budget", "account"], name="ledger_budget"),
            models.Index(fields=["project", "account"], name="ledger_project"),
            models.Index(fields=["account", "recorded_on"], name="ledger_recorded"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_vnd=0), name="ledger_amount_not_zero"),
            models.CheckConstraint(condition=~Q(document_no=""), name="ledger_has_document"),
            models.CheckConstraint(
                condition=Q(account="given", project__isnull=True)
                | Q(account__in=["allocated", "paid", "cleared", "delivered"], project__isnull=False),
                name="ledger_account_project",
            ),
            models.CheckConstraint(
                condition=Q(account="given", kind__in=["budget", "cancel", "carry_over", "correction"])
                | Q(account="allocated", kind__in=["allocation", "cancel", "carry_over", "correction"])
                | Q(account="paid", kind__in=["advance", "payment", "return", "recovery", "correction"])
                | Q(account="cleared", kind__in=["clearing", "correction"])
                | Q(account="delivered", kind__in=["delivery", "correction"]),
                name="ledger_account_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advance", "payment", "clearing", "delivery"], amount_vnd__gt=0)
                | Q(kind__in=["return", "recovery", "cancel"], amount_vnd__lt=0)
                | Q(kind__in=["budget", "allocation", "carry_over", "correction"]),
                name="ledger_sign",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advance", "recovery"], advance_vnd=F("amount_vnd"))
                | Q(kind="return", advance_vnd__lte=0, advance_vnd__gte=F("amount_vnd"))
                | Q(kind="correction", account="paid", advance_vnd__gte=0, advance_vnd__lte=F("amount_vnd"))
                | Q(kind="correction", account="paid", advance_vnd__lte=0, advance_vnd__gte=F("amount_vnd"))
                | Q(~Q(kind__in=["advance", "recovery"]), advance_vnd=0),
                name="ledger_advance_part",
            ),
            models.CheckConstraint(
                condition=Q(account="delivered", establishment__isnull=False)
                | Q(~Q(account="delivered"), establishment__isnull=True),
                name="ledger_delivered_to_whom",
            ),
            models.CheckConstraint(
                condition=~Q(kind="correction") | ~Q(reason=""), name="ledger_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.document_no


class BudgetBalance(models.Model):
    """What stands of a budget, in đồng. Written by the database alone, with every entry."""

    budget = models.OneToOneField(Budget, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    given_vnd = money_field(default=0)
    allocated_vnd = money_field(default=0)
    paid_vnd = money_field(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(given_vnd__gte=0), name="balance_given_positive"),
            models.CheckConstraint(condition=Q(allocated_vnd__gte=0), name="balance_allocated_positive"),
            models.CheckConstraint(condition=Q(allocated_vnd__lte=F("given_vnd")), name="balance_within_budget"),
            models.CheckConstraint(condition=Q(paid_vnd__gte=0), name="balance_paid_positive"),
            models.CheckConstraint(condition=Q(paid_vnd__lte=F("allocated_vnd")), name="balance_paid_within_allocated"),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id}"


class ProjectBalance(models.Model):
    """What stands of one project's money from one budget, in đồng. Written by the database alone.

    `advanced_vnd`: advances, without what was recovered or returned of them.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="balances")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="project_balances")
    allocated_vnd = money_field(default=0)
    paid_vnd = money_field(default=0)
    advanced_vnd = money_field(default=0, db_default=0)
    cleared_vnd = money_field(default=0, db_default=0)
    delivered_vnd = money_field(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "budget"], name="project_balance_once"),
            models.CheckConstraint(condition=Q(allocated_vnd__gte=0), name="project_allocated_positive"),
            models.CheckConstraint(condition=Q(paid_vnd__gte=0), name="project_paid_positive"),
            models.CheckConstraint(condition=Q(paid_vnd__lte=F("allocated_vnd")), name="project_paid_within_allocated"),
            models.CheckConstraint(condition=Q(cleared_vnd__gte=0), name="project_cleared_positive"),
            models.CheckConstraint(
                condition=Q(cleared_vnd__lte=F("advanced_vnd")), name="project_cleared_within_advanced"
            ),
            models.CheckConstraint(
                condition=Q(advanced_vnd__lte=F("paid_vnd") + F("cleared_vnd")), name="project_advance_within_paid"
            ),
            models.CheckConstraint(condition=Q(delivered_vnd__gte=0), name="project_delivered_positive"),
            models.CheckConstraint(condition=Q(delivered_vnd__lte=F("paid_vnd")), name="project_delivered_within_paid"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.budget_id}"

    @property
    def unpaid_vnd(self) -> int:
        """Approved and not paid."""
        return int(self.allocated_vnd - self.paid_vnd)

    @property
    def outstanding_vnd(self) -> int:
        """Advances that are neither cleared nor given back."""
        return int(self.advanced_vnd - self.cleared_vnd)

    @property
    def settled_vnd(self) -> int:
        """Accounted for with papers: payments and cleared advances, without what was returned."""
        return int(self.paid_vnd - self.outstanding_vnd)

    @property
    def with_centre_vnd(self) -> int:
        """Paid and not yet delivered to an establishment."""
        return int(self.paid_vnd - self.delivered_vnd)


class Giver(models.TextChoices):
    BENEFICIARY = "beneficiary", _("Counterpart of the beneficiary")
    ENTERPRISE = "enterprise", _("Larger enterprise")
    OTHER = "other", _("Association, community, others")


class ResourceKind(models.TextChoices):
    MONEY = "money", _("Cash or transfer")
    EQUIPMENT = "equipment", _("Machines, equipment, materials")
    LAND = "land", _("Land, premises")
    LABOUR = "labour", _("Labour")
    OTHER = "other", _("Something else")


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def visible_to(self, user: "User") -> "PledgeQuerySet":
        """Those of a project: whoever sees the project. Those of a programme: staff, auditor and centre of the
        province, collaborators those of their areas, the ministry."""
        sight = user.sight
        own = self.filter(project__isnull=True)
        if not sight.country:
            ids = sight.province_ids | sight.ministry_area_ids | sight.province_roles.get("centre", frozenset())
            seen = Q(province_id__in=ids)
            if sight.granted_area_ids:
                seen |= Q(area_id__in=areas_below(sight.granted_area_ids))
            own = own.filter(seen)
        projects = Project.objects.visible_to(user).order_by()
        return self.filter(Q(pk__in=own.order_by().values("pk")) | Q(project__in=projects.values("pk")))

    def figured(self) -> "PledgeQuerySet":
        """With `received` (None: no receipt is recorded), `left` (None: no sum was promised) and `of_year`."""
        total = PledgeReceipt.objects.filter(pledge=OuterRef("pk")).order_by().values("pledge")
        received = Subquery(
            total.annotate(total=Sum("amount_vnd")).values("total"), output_field=models.BigIntegerField()
        )
        rows = self.annotate(received=received, of_year=Coalesce("project__year", "year"))
        return rows.annotate(
            left=Case(
                When(Q(promised_vnd__isnull=True), then=Value(None)),
                When(Q(received__isnull=True), then=F("promised_vnd")),
                When(Q(received__gte=F("promised_vnd")), then=Value(0)),
                default=F("promised_vnd") - F("received"),
                output_field=models.BigIntegerField(),
            )
        )

    def overdue(self) -> "PledgeQuerySet":
        """Of `figured` rows: past their day and not wholly received; without a sum: nothing received."""
        nothing = Q(received__isnull=True) | Q(received=0)
        short = Q(left__gt=0) | (Q(promised_vnd__isnull=True) & nothing)
        return self.filter(short, withdrawn_on__isnull=True, due_on__lt=clock.today())


class Pledge(models.Model):
    """What others promised to bring beside the support: counterpart of a beneficiary, a contribution of a larger
    enterprise or of others. It is no public money and stands in no ledger.

    For a project, whose year and place are its own, or for the programme of a year in a place. `promised_vnd` in đồng,
    things and labour in value; None: promised without a sum. Withdrawn: no longer promised, what was received stays.
    """

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    giver = models.CharField(max_length=20, choices=Giver.choices)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="pledges")
    giver_name = NfcCharField(max_length=300, blank=True)  # of whom the registry does not have
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="pledges")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, choices=ResourceKind.choices)
    what = NfcCharField(max_length=300)
    promised_vnd = money_field(null=True, blank=True)
    promised_on = models.DateField()
    paper = NfcCharField(max_length=200)
    due_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdraw_reason = NfcCharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["-promised_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(giver__in=Giver.values), name="pledge_giver_known"),
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="pledge_kind_known"),
            models.CheckConstraint(
                condition=Q(enterprise__isnull=False, giver_name="") | (Q(enterprise__isnull=True) & ~Q(giver_name="")),
                name="pledge_of_one_giver",
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=False, programme__isnull=True, year__isnull=True, area__isnull=True)
                | Q(project__isnull=True, programme__isnull=False, year__isnull=False, area__isnull=False),
                name="pledge_for_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(giver="beneficiary") | Q(project__isnull=False), name="pledge_counterpart_of_project"
            ),
            models.CheckConstraint(
                condition=Q(promised_vnd__isnull=True) | Q(promised_vnd__gt=0), name="pledge_promised_positive"
            ),
            models.CheckConstraint(condition=~Q(what="") & ~Q(paper=""), name="pledge_has_paper"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("promised_on")), name="pledge_due_after_promise"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdraw_reason="")
                | (Q(withdrawn_on__isnull=False) & ~Q(withdraw_reason="")),
                name="pledge_withdrawn_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.what}"

    @property
    def by(self) -> str:
        return self.enterprise.name if self.enterprise is not None else self.giver_name

    @property
    def place(self) -> Area:
        area = self.project.area if self.project is not None else self.area
        assert area is not None  # constraint pledge_for_one_thing
        return area


class PledgeReceipt(models.Model):
    """What was received of a promise on a day, with its paper. Never changed: a mistake is taken back by a counter-row
    of the same sum below zero (`corrects`), with the reason in `note`."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="receipts")
    amount_vnd = money_field()
    received_on = models.DateField()
    paper = NfcCharField(max_length=200)
    note = NfcCharField(max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["received_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, amount_vnd__gt=0)
                | (Q(corrects__isnull=False, amount_vnd__lt=0) & ~Q(note="")),
                name="pledge_receipt_or_counter_row",
            ),
            models.CheckConstraint(condition=~Q(paper=""), name="pledge_receipt_has_paper"),
        ]

    def __str__(self) -> str:
        return self.paper
