"""The end of a budget's year, and what is open of a project's advances."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.problems import in_terms_of_the_body
from core.api.serializers import Choice, StrictSerializer, Text, Uuid, Vnd
from core.api.views import PortalRequest, PortalView
from funding.advances import Advances, advances_of
from funding.api.life import inside
from funding.api.money import DecisionBody, decision_data, show_budget, show_entry
from funding.models import Budget, EntryKind, LedgerEntry, ProjectBalance
from funding.services import Voucher
from funding.year_end import YearEnd, cancel, carry_over, last_day, unpaid_rows
from projects.models import Project

ANY = OpenApiTypes.OBJECT
KINDS = [str(EntryKind.CANCEL), str(EntryKind.CARRY_OVER)]


class YearEndBody(StrictSerializer):
    """`kind` cancel: of `project` what was approved and not paid, without it what was approved for nobody. `kind`
    carry_over: what is left of `project` goes on in the next year."""

    kind = Choice(KINDS)
    project = Uuid(required=False)
    amount_vnd = Vnd(min_value=1)
    decision = DecisionBody()
    reason = Text(max_length=300, required=False, allow_blank=True)


def show_year_end(budget: Budget, user: Any) -> dict[str, Any]:
    shown = show_budget(budget)
    rows = unpaid_rows(budget, Project.objects.visible_to(user))
    end = YearEnd(shown["amount_vnd"], shown["allocated_vnd"], shown["paid_vnd"], rows)
    return {
        "budget": shown["id"],
        "last_day": last_day(budget),
        "given_vnd": end.given_vnd,
        "allocated_vnd": end.allocated_vnd,
        "paid_vnd": end.paid_vnd,
        "free_vnd": end.free_vnd,
        "committed_vnd": end.committed_vnd,
        "unspent_vnd": end.unspent_vnd,
        "projects": [
            {
                "project": str(row.project.public_id),
                "project_code": row.project.code,
                "left_vnd": row.amount_vnd,
                "why_unspent": row.why or None,
            }
            for row in rows
        ],
    }


class BudgetYearEnd(PortalView):
    """For the people of the province; others find nothing here."""

    def _budget(self, request: PortalRequest, budget_id: UUID) -> Budget:
        own = Budget.objects.visible_to(request.user).filter(province_id__in=request.user.sight.province_ids)
        row: Budget | None = own.select_related("programme", "province", "balance").filter(public_id=budget_id).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="year_end", responses=ANY)
    def get(self, request: PortalRequest, budget_id: UUID) -> Response:
        self.read_params(request)
        return Response(show_year_end(self._budget(request, budget_id), request.user))

    @extend_schema(operation_id="year_end_decide", request=YearEndBody, responses={201: ANY})
    def post(self, request: PortalRequest, budget_id: UUID) -> HttpResponse:
        budget = self._budget(request, budget_id)

        def act() -> Response:
            body = self.body(YearEndBody, request)
            project = self._project(budget, body)
            decision = decision_data(body["decision"], budget.province)
            voucher = Voucher(decision.number, decision.decided_on, body.get("reason", ""), decision.issuer)
            with in_terms_of_the_body(document_no="decision__number", document_on="decision__date"):
                if body["kind"] == EntryKind.CARRY_OVER:
                    assert project is not None
                    entries = carry_over(budget, project, body["amount_vnd"], voucher, actor=request.user)
                else:
                    entries = cancel(budget, body["amount_vnd"], voucher, actor=request.user, project=project)
            keys = [entry.pk for entry in entries]
            rows = LedgerEntry.objects.filter(pk__in=keys).order_by("pk")
            rows = rows.select_related("project", "budget__programme", "corrects", "establishment")
            return Response({"entries": [show_entry(row) for row in rows]}, status=201)

        return self.once(request, act)

    @staticmethod
    def _project(budget: Budget, body: dict[str, Any]) -> Project | None:
        """One with money of the budget. ValidationError where there is none, or one is needed."""
        if "project" not in body:
            if body["kind"] == EntryKind.CARRY_OVER:
                raise serializers.ValidationError({"project": [_("Choose the project whose money goes on.")]})
            return None
        balance = ProjectBalance.objects.filter(budget=budget, project__public_id=body["project"]).first()
        if balance is None:
            raise serializers.ValidationError({"project": [_("There is no such project here.")]})
        return balance.project


def show_advances(found: Advances) -> dict[str, Any]:
    """`percent` and `most_vnd` null: no tier is entered for this source, place and time."""
    limit = found.limit
    return {
        "source": found.source,
        "approved_vnd": found.approved_vnd,
        "paid_vnd": found.paid_vnd,
        "advanced_vnd": found.advanced_vnd,
        "percent": None if limit.percent is None else format(limit.percent, "f"),
        "most_vnd": found.most_vnd,
        "left_vnd": found.left_vnd,
        "verified": limit.verified,
        "basis": found.basis or None,
    }


class AdvanceList(PortalView):
    """Per source: what was advanced, what its tiers allow, and of each budget what is not yet cleared."""

    @extend_schema(operation_id="advances", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        self.read_params(request)
        project = inside(request, project_id)
        rows = ProjectBalance.objects.filter(project=project).select_related("budget").order_by("budget__year", "pk")
        sources = sorted({row.budget.source for row in rows})
        return Response(
            {
                "sources": [show_advances(advances_of(project, source)) for source in sources],
                "budgets": [
                    {
                        "budget": str(row.budget.public_id),
                        "source": row.budget.source,
                        "year": row.budget.year,
                        "advanced_vnd": row.advanced_vnd,
                        "cleared_vnd": row.cleared_vnd,
                        "outstanding_vnd": row.outstanding_vnd,
                    }
                    for row in rows
                ],
            }
        )
