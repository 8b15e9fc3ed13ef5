"""The money of the programme: budgets of a year, and the ledger (sổ theo dõi kinh phí).

Entries are only ever added. Each names the account it moves; triggers (funding/guards.py) add it to the balance rows,
whose CHECK constraints refuse what goes over a ceiling, whoever writes it.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core import clock
from core.models import NfcCharField, Source, money_field, public_id_field
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


class EntryKind(models.TextChoices):
    BUDGET = "budget", _("Budget given")
    ALLOCATION = "allocation", _("Money approved")
    ADVANCE = "advance", _("Advance")
    PAYMENT = "payment", _("Payment")
    RETURN = "return", _("Returned to the budget")
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
    """One line of the ledger, in đồng; positive adds to its account, negative takes away (return, correction).

    `document_on` is the voucher's own date, `recorded_at` when it was written here; the budget year is the budget's.
    A correction names the entry it corrects.
    """

    public_id = public_id_field()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger")
    account = models.CharField(max_length=10, choices=Account.choices)
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    amount_vnd = money_field(_("amount"))
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
                | Q(account__in=["allocated", "paid"], project__isnull=False),
                name="ledger_account_project",
            ),
            models.CheckConstraint(
                condition=Q(account="given", kind__in=["budget", "correction"])
                | Q(account="allocated", kind__in=["allocation", "correction"])
                | Q(account="paid", kind__in=["advance", "payment", "return", "correction"]),
                name="ledger_account_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advance", "payment"], amount_vnd__gt=0)
                | Q(kind="return", amount_vnd__lt=0)
                | Q(kind__in=["budget", "allocation", "correction"]),
                name="ledger_sign",
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
    """What stands of one project's money from one budget, in đồng. Written by the database alone."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="balances")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="project_balances")
    allocated_vnd = money_field(default=0)
    paid_vnd = money_field(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "budget"], name="project_balance_once"),
            models.CheckConstraint(condition=Q(allocated_vnd__gte=0), name="project_allocated_positive"),
            models.CheckConstraint(condition=Q(paid_vnd__gte=0), name="project_paid_positive"),
            models.CheckConstraint(condition=Q(paid_vnd__lte=F("allocated_vnd")), name="project_paid_within_allocated"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.budget_id}"
