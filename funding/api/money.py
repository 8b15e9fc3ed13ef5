"""Budgets, money approved for projects, and payments. Rows are only ever added."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Agency
from core.api import params
from core.api.params import Param
from core.api.problems import Problem, in_terms_of_the_body
from core.api.serializers import Choice, Day, Reference, SignedVnd, StrictSerializer, Text, Uuid, Vnd, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from funding.advances import warnings_of_advance
from funding.models import Account, Budget, EntryKind, LedgerEntry
from funding.services import MOVES, Voucher, allocate, correct, give_budget, pay
from places.api.views import ON, brief, read_area
from places.models import Area
from programmes.models import Programme
from projects.models import Project
from projects.services import DecisionData

ANY = OpenApiTypes.OBJECT
SUPPORT = ["national", "local"]
PAYMENT_KINDS = [*(str(kind) for kind in MOVES), str(EntryKind.CORRECTION)]


class DecisionBody(StrictSerializer):
    """`issuer`: the id of an agency, its exact name, or its kind in the province (provincial_committee, …)."""

    issuer = Text(max_length=300)
    number = Text(max_length=60)
    date = Day()
    batch = Text(max_length=40, required=False, allow_blank=True)


def find_agency(text: str, province: Area, field: str = "decision") -> Agency:
    """An agency of the province or of the country, by id, name or kind. ValidationError at <field>.issuer."""
    rows = Agency.objects.filter(area=province) | Agency.objects.filter(area__isnull=True)
    for name in ("public_id", "name", "kind"):
        try:
            found = rows.filter(**{name: text}).first()
        except (ValueError, TypeError, ValidationError):
            continue
        if found is not None:
            return found
    raise serializers.ValidationError({field: {"issuer": [_("There is no such agency here.")]}})


def decision_data(body: dict[str, Any], province: Area) -> DecisionData:
    return DecisionData(
        issuer=find_agency(body["issuer"], province),
        number=body["number"],
        decided_on=body["date"],
        batch=body.get("batch", ""),
    )


def find_programme(code: str) -> Programme | None:
    row: Programme | None = Programme.objects.filter(code=code).first()
    return row


class BudgetBody(StrictSerializer):
    programme = Reference(find_programme)
    source = Choice(SUPPORT)  # type: ignore[assignment]
    year = Whole(min_value=1990, max_value=2100)
    amount_vnd = SignedVnd()
    decision = DecisionBody()
    area = AreaField(required=False)


class AllocationBody(StrictSerializer):
    project = Uuid()
    source = Choice(SUPPORT)  # type: ignore[assignment]
    amount_vnd = Vnd(min_value=1)
    decision = DecisionBody()
    reason = Text(max_length=300, required=False, allow_blank=True)


class PaymentBody(StrictSerializer):
    """`kind` correction: `corrects` names the entry, `amount_vnd` is signed. `establishment`: whom a delivery goes to,
    when the project has several beneficiaries."""

    project = Uuid()
    source = Choice(SUPPORT)  # type: ignore[assignment]
    kind = Choice(PAYMENT_KINDS)
    amount_vnd = SignedVnd()
    document_no = Text(max_length=60)
    document_on = Day()
    budget_year = Whole(min_value=1990, max_value=2100, required=False)
    reason = Text(max_length=300, required=False, allow_blank=True)
    corrects = Uuid(required=False)
    establishment = Uuid(required=False)


def show_entry(row: LedgerEntry) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "project": str(row.project.public_id) if row.project else None,
        "project_code": row.project.code if row.project else None,
        "programme": row.budget.programme.code,
        "source": row.budget.source,
        "budget_year": row.budget.year,
        "kind": row.kind,
        "account": row.account,
        "counter_account": row.counter,
        "amount_vnd": row.amount_vnd,
        "establishment": str(row.establishment.public_id) if row.establishment else None,
        "document_no": row.document_no,
        "document_on": row.document_on,
        "recorded_on": row.recorded_on,
        "recorded_at": row.recorded_at,
        "reason": row.reason or None,
        "corrects": str(row.corrects.public_id) if row.corrects else None,
    }


def show_budget(row: Budget) -> dict[str, Any]:
    balance = getattr(row, "balance", None)
    return {
        "id": str(row.public_id),
        "area": brief(row.province),
        "programme": row.programme.code,
        "source": row.source,
        "year": row.year,
        "amount_vnd": balance.given_vnd if balance else 0,
        "allocated_vnd": balance.allocated_vnd if balance else 0,
        "paid_vnd": balance.paid_vnd if balance else 0,
        "left_vnd": balance.given_vnd - balance.allocated_vnd if balance else 0,
    }


FILTERS = (
    params.text("area", "uid or code of a unit."),
    ON,
    params.YEAR,
    params.choice("source", SUPPORT),
    params.text("programme", "Code of a programme.", 40),
)


def visible_project(request: PortalRequest, public_id: Any) -> Project:
    row: Project | None = Project.objects.visible_to(request.user).filter(public_id=public_id).first()
    if row is None:
        raise serializers.ValidationError({"project": [_("There is no such project here.")]})
    return row


class BudgetList(PortalView):
    paged = True
    params = FILTERS

    @extend_schema(operation_id="budgets", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Budget.objects.visible_to(request.user).select_related("programme", "province", "balance")
        area = read_area(values)
        if area is not None:
            rows = rows.filter(province__closure_up__ancestor=area)
        for name, column in (("year", "year"), ("source", "source"), ("programme", "programme__code")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: [show_budget(row) for row in found], values)

    @extend_schema(operation_id="budget_give", request=BudgetBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(BudgetBody, request)
            programme = body["programme"]
            province = self._province(request, programme, body.get("area"))
            decision = decision_data(body["decision"], province)
            voucher = Voucher(decision.number, decision.decided_on, issuer=decision.issuer)
            with in_terms_of_the_body(document_no="decision__number", document_on="decision__date"):
                entry = give_budget(
                    province,
                    programme,
                    body["source"],
                    body["year"],
                    body["amount_vnd"],
                    voucher,
                    actor=request.user,
                )
            budget = Budget.objects.select_related("programme", "province", "balance").get(pk=entry.budget_id)
            return Response(show_budget(budget), status=201)

        return self.once(request, act)

    @staticmethod
    def _province(request: PortalRequest, programme: Programme, area: Area | None) -> Area:
        """The one asked for, the programme's own, or the caller's only one."""
        if area is not None:
            if area.level == "province":
                return area
            raise serializers.ValidationError({"area": [_("Choose a province.")]})
        if programme.area is not None:
            return programme.area
        ids = request.user.sight.province_ids
        found = list(Area.objects.filter(pk__in=ids, valid_to__isnull=True)[:2])
        if len(found) != 1:
            raise serializers.ValidationError({"area": [_("Choose a province.")]})
        return found[0]


class _Entries(PortalView):
    paged = True
    params: ClassVar[tuple[Param, ...]] = (
        *FILTERS,
        params.uuid_("project", "Only of this project."),
        params.moment("changed_since", "Recorded since."),
    )
    account: str

    def account_of(self, values: dict[str, Any]) -> str:
        return self.account

    def rows(self, request: PortalRequest, values: dict[str, Any]) -> Any:
        rows = (
            LedgerEntry.objects.visible_to(request.user)
            .account(self.account_of(values))
            .select_related("project", "budget__programme", "corrects", "establishment")
        )
        area = read_area(values)
        if area is not None:
            rows = rows.filter(project__area__in=Area.objects.within(area))
        columns = {
            "year": "budget__year",
            "source": "budget__source",
            "programme": "budget__programme__code",
            "project": "project__public_id",
            "changed_since": "recorded_at__gte",
            "kind": "kind",
        }
        for name, column in columns.items():
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return rows

    def listed(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        return self.page(request, self.rows(request, values), lambda found: [show_entry(row) for row in found], values)


class AllocationList(_Entries):
    account = Account.ALLOCATED

    @extend_schema(operation_id="allocations", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        return self.listed(request)

    @extend_schema(operation_id="allocate", request=AllocationBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(AllocationBody, request)
            project = visible_project(request, body["project"])
            decision = decision_data(body["decision"], project.province)
            with in_terms_of_the_body(document_no="decision__number", document_on="decision__date"):
                entry = allocate(
                    project,
                    body["source"],
                    body["amount_vnd"],
                    decision,
                    actor=request.user,
                    reason=body.get("reason", ""),
                )
            return Response(show_entry(entry), status=201)

        return self.once(request, act)


class PaymentList(_Entries):
    account = Account.PAID
    params = (
        *_Entries.params,
        params.choice("kind", PAYMENT_KINDS),
        params.choice("account", ["paid", "cleared", "delivered"]),
    )

    def account_of(self, values: dict[str, Any]) -> str:
        """What was paid, so that the rows add up to it; the others when they are asked for."""
        kind = values.get("kind")
        own = str(MOVES[EntryKind(kind)][0]) if kind in MOVES else self.account
        return str(values.get("account", own))

    @extend_schema(operation_id="payments", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        return self.listed(request)

    @extend_schema(operation_id="pay", request=PaymentBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(PaymentBody, request)
            project = visible_project(request, body["project"])
            voucher = Voucher(body["document_no"], body["document_on"], body.get("reason", ""))
            if body["kind"] == EntryKind.CORRECTION:
                entry = self._correct(request, project, body, voucher)
            else:
                entry = pay(
                    project,
                    body["source"],
                    body["kind"],
                    body["amount_vnd"],
                    voucher,
                    actor=request.user,
                    budget_year=body.get("budget_year"),
                    establishment=self._establishment(project, body),
                )
            advance = entry.kind == EntryKind.ADVANCE
            warnings = warnings_of_advance(project, entry.budget.source, entry.document_on) if advance else []
            return Response({**show_entry(entry), "warnings": warnings}, status=201)

        return self.once(request, act)

    @staticmethod
    def _establishment(project: Project, body: dict[str, Any]) -> Enterprise | None:
        if "establishment" not in body:
            return None
        found: Enterprise | None = project.beneficiaries.filter(public_id=body["establishment"]).first()
        if found is None or body["kind"] != EntryKind.DELIVERY:
            text = _("Name a beneficiary of the project, for a delivery only.")
            raise Problem(400, "invalid", text, {"establishment": text})
        return found

    @staticmethod
    def _correct(request: PortalRequest, project: Project, body: dict[str, Any], voucher: Voucher) -> LedgerEntry:
        original = (
            LedgerEntry.objects.visible_to(request.user)
            .filter(project=project, public_id=body.get("corrects"))  # type: ignore[misc]
            .exclude(account=Account.ALLOCATED)
            .first()
        )
        if original is None:
            text = _("Name the entry that is corrected.")
            raise Problem(400, "invalid", text, {"corrects": text})
        if body["source"] != original.budget.source or body.get("budget_year", original.budget.year) != (
            original.budget.year
        ):
            text = _("A correction has the source and the budget year of the entry it corrects.")
            raise Problem(400, "invalid", text, {"source": text})
        return correct(original, body["amount_vnd"], voucher, actor=request.user)
