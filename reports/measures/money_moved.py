"""Measures of money, from the ledger: what was recorded in the time, whatever its budget year. A voucher of 20/12/2021
of budget year 2021 stands in the administrative period of 2022, in whose days it was recorded."""

from typing import Any

from django.db.models import QuerySet

from core.models import Source
from funding.models import Account, LedgerEntry
from projects.models import DecisionMoney
from reports.measures.frame import Status, project_path
from reports.measures.measure import Asked, RecordMeasure, measure


class _Money(RecordMeasure):
    """Entries of one account, on the day they were recorded, under the source of their budget."""

    unit = "đồng"
    shown = "money"
    amount = "amount_vnd"
    on = "recorded_on"
    area = "project__area_id"
    source = "budget__source"
    reads = ("document_no", "project__public_id", "project__code", "project__name")
    account: str
    path: str

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return LedgerEntry.objects.filter(account=self.account, project__isnull=False)

    def entry(self, row: Any) -> tuple[str, str]:
        path = f"/api/v1/{self.path}/?project={row.project.public_id}"
        return path, f"{row.document_no} {row.project.code} {row.project.name}"


@measure
class Allocated(_Money):
    """Support money allocated to projects by decisions, less what later decisions took back."""

    code = "money.allocated"
    title = "Kinh phí hỗ trợ được phê duyệt"
    account = Account.ALLOCATED
    path = "allocations"


@measure
class Paid(_Money):
    """Support money paid for projects, less what was returned or corrected."""

    code = "money.paid"
    title = "Kinh phí hỗ trợ đã giải ngân"
    account = Account.PAID
    path = "payments"


@measure
class Counterpart(RecordMeasure):
    """Money of their own that establishments bring, as the decisions on their projects say. It is not in the ledger."""

    code = "money.counterpart"
    title = "Vốn đối ứng của cơ sở công nghiệp nông thôn"
    unit = "đồng"
    shown = "money"
    amount = "amount_vnd"
    on = "decision__decided_on"
    area = "decision__project__area_id"
    source = "decision__project__programme__source"
    reads = ("decision__project__public_id", "decision__project__code", "decision__project__name")

    def rows(self, asked: Asked) -> "QuerySet[Any]":
        return DecisionMoney.objects.filter(source=Source.COUNTERPART)

    def entry(self, row: Any) -> tuple[str, str]:
        project = row.decision.project
        return project_path(project.public_id), f"{project.code} {project.name}"

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "missing"
