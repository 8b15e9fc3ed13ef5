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
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
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
