"""Opinions, contracts, adjustments and papers of a project. They stand beside the project's other paths."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import Choice, Day, Reference, StrictSerializer, Text, Uuid, Vnd
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from funding.api.money import DecisionBody, decision_data
from funding.api.projects import NoteBody, get_project
from programmes.models import Activity
from projects.adjustments import ask, take_adjustment_step
from projects.appraisal import OpinionData, give_opinion
from projects.contracts import ContractData, record_contract, void_contract
from projects.models import Adjustment, Contract, ContractKind, Mark, Opinion, Project, Recommendation, StepPaper
from projects.permissions import sees_adjustments, sees_working_papers
from projects.states import ADJUSTMENT_LIFE

ANY = OpenApiTypes.OBJECT


class MarkBody(StrictSerializer):
    criterion = Text(max_length=40)
    mark = Choice(Mark.choices)
    remark = Text(max_length=500, required=False, allow_blank=True)


class OpinionBody(StrictSerializer):
    recommendation = Choice(Recommendation.choices)
    support_vnd = Vnd(required=False, allow_null=True)
    remarks = Text(max_length=5000, required=False, allow_blank=True)
    marks = serializers.ListField(child=MarkBody(), required=False, max_length=100)


class ContractBody(StrictSerializer):
    """`enterprise` and `annex_of`: ids."""

    kind = Choice(ContractKind.choices)
    number = Text(max_length=60)
    signed_on = Day()
    party_a = Text(max_length=300)
    party_b = Text(max_length=300)
    value_vnd = Vnd()
    enterprise = Uuid(required=False, allow_null=True)
    annex_of = Uuid(required=False, allow_null=True)
    starts_on = Day(required=False, allow_null=True)
    ends_on = Day(required=False, allow_null=True)
    content = Text(max_length=5000, required=False, allow_blank=True)


class AdjustmentBody(StrictSerializer):
    """What shall become different; what is left out stays."""

    reason = Text(max_length=5000)
    area = AreaField(required=False)
    beneficiaries = serializers.ListField(child=Uuid(), required=False, max_length=200)
    activities = serializers.ListField(
        child=Reference(lambda code: Activity.objects.filter(code=code).first()), required=False, max_length=40
    )
    partner = Text(max_length=300, required=False, allow_blank=True)
    starts_on = Day(required=False, allow_null=True)
    ends_on = Day(required=False, allow_null=True)
    investment_vnd = Vnd(required=False, allow_null=True)
    support_national_vnd = Vnd(required=False)
    support_local_vnd = Vnd(required=False)


class AdjustmentStepBody(StrictSerializer):
    note = Text(max_length=5000, required=False, allow_blank=True)
    decision = DecisionBody(required=False)


def show_opinion(row: Opinion) -> dict[str, Any]:
    return {
        "appraiser": row.appraiser_name,
        "round": row.round,
        "recommendation": row.recommendation,
        "support_vnd": row.support_vnd,
        "remarks": row.remarks or None,
        "given_at": row.given_at,
        "marks": [
            {"criterion": mark.criterion.code, "mark": mark.mark, "remark": mark.remark or None}
            for mark in row.marks.all()
        ],
    }


def show_contract(row: Contract) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "kind": row.kind,
        "annex_of": str(row.annex_of.public_id) if row.annex_of else None,
        "number": row.number,
        "signed_on": row.signed_on,
        "party_a": row.party_a,
        "party_b": row.party_b,
        "enterprise": str(row.enterprise.public_id) if row.enterprise else None,
        "value_vnd": row.value_vnd,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "content": row.content or None,
        "set_aside": row.void_reason or None,
    }


def show_adjustment(row: Adjustment, user: Any) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "state": row.state,
        "kinds": [
            {
                "code": kind.code,
                "authority": kind.authority,
                "basis": kind.legal_basis or None,
                "verified": kind.verified,
            }
            for kind in row.kinds.all()
        ],
        "old": row.old,
        "new": row.new,
        "reason": row.reason,
        "asked_at": row.asked_at,
        "decision": {"issuer": row.issuer_name, "number": row.number, "date": row.decided_on} if row.number else None,
        "note": row.note or None,
        "decided_at": row.decided_at,
        "available_steps": [
            {"step": step.code, "allowed": bool(verdict), "reason": None if verdict else str(verdict.reason)}
            for step, verdict in ADJUSTMENT_LIFE.available(row, user)
        ],
    }


def inside(request: PortalRequest, project_id: UUID) -> Project:
    """The project, for those who see its working papers; others find nothing here."""
    project = get_project(request, project_id)
    if not sees_working_papers(project, request.user):
        raise Http404
    return project


class OpinionList(PortalView):
    paged = True

    @extend_schema(operation_id="opinions", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        rows = Opinion.objects.filter(project=inside(request, project_id)).prefetch_related("marks__criterion")
        return self.page(request, rows, lambda found: [show_opinion(row) for row in found], values)

    @extend_schema(operation_id="opinion_give", request=OpinionBody, responses={201: ANY})
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = inside(request, project_id)

        def act() -> Response:
            body = self.body(OpinionBody, request)
            data = OpinionData(
                recommendation=body["recommendation"],
                remarks=body.get("remarks", ""),
                support_vnd=body.get("support_vnd"),
                marks={row["criterion"]: (row["mark"], row.get("remark", "")) for row in body.get("marks", [])},
            )
            return Response(show_opinion(give_opinion(project, data, actor=request.user)), status=201)

        return self.once(request, act)


class ContractList(PortalView):
    paged = True

    @extend_schema(operation_id="contracts", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        rows = Contract.objects.filter(project=inside(request, project_id)).select_related("annex_of", "enterprise")
        return self.page(request, rows, lambda found: [show_contract(row) for row in found], values)

    @extend_schema(operation_id="contract_record", request=ContractBody, responses={201: ANY})
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = inside(request, project_id)

        def act() -> Response:
            body = self.body(ContractBody, request)
            names = ("enterprise", "annex_of", "content")
            plain = {name: value for name, value in body.items() if name not in names}
            data = ContractData(
                **plain,
                enterprise=self._enterprise(project, body.get("enterprise")),
                annex_of=self._parent(project, body.get("annex_of")),
                content=body.get("content", ""),
            )
            return Response(show_contract(record_contract(project, data, actor=request.user)), status=201)

        return self.once(request, act)

    @staticmethod
    def _enterprise(project: Project, key: UUID | None) -> Enterprise | None:
        found: Enterprise | None = project.beneficiaries.filter(public_id=key).first() if key else None
        if key and found is None:
            raise serializers.ValidationError({"enterprise": [_("There is no such establishment here.")]})
        return found

    @staticmethod
    def _parent(project: Project, key: UUID | None) -> Contract | None:
        found = project.contracts.filter(public_id=key).first() if key else None
        if key and found is None:
            raise serializers.ValidationError({"annex_of": [_("Choose a contract of this project and kind.")]})
        return found


class ContractVoid(PortalView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="contract_void", request=NoteBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, contract_id: UUID) -> HttpResponse:
        row = Contract.objects.filter(project=inside(request, project_id), public_id=contract_id).first()
        if row is None:
            raise Http404

        def act() -> Response:
            note = self.body(NoteBody, request).get("note", "")
            return Response(show_contract(void_contract(row, note, actor=request.user)))

        return self.once(request, act)


def adjustable(request: PortalRequest, project_id: UUID) -> Project:
    """The project, for those who see its adjustments; others find nothing here."""
    project = get_project(request, project_id)
    if not sees_adjustments(project, request.user):
        raise Http404
    return project


class AdjustmentList(PortalView):
    paged = True

    @extend_schema(operation_id="adjustments", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        project = adjustable(request, project_id)
        rows = project.adjustments.select_related("project__programme").prefetch_related("kinds")
        return self.page(request, rows, lambda found: [show_adjustment(row, request.user) for row in found], values)

    @extend_schema(operation_id="adjustment_ask", request=AdjustmentBody, responses={201: ANY})
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = adjustable(request, project_id)

        def act() -> Response:
            body = self.body(AdjustmentBody, request)
            new: dict[str, Any] = {}
            for name, value in body.items():
                if name == "reason":
                    continue
                if name == "area":
                    value = value.uid
                elif name == "activities":
                    value = sorted(row.code for row in value)
                elif name == "beneficiaries":
                    value = self._beneficiaries(value, request)
                elif name in ("starts_on", "ends_on"):
                    value = value.isoformat() if value else None
                new[name] = value
            row = ask(project, new, body["reason"], actor=request.user)
            return Response(show_adjustment(row, request.user), status=201)

        return self.once(request, act)

    @staticmethod
    def _beneficiaries(wanted: list[UUID], request: PortalRequest) -> list[str]:
        found = Enterprise.objects.visible_to(request.user).filter(public_id__in=wanted)
        keys = sorted(str(key) for key in found.values_list("public_id", flat=True))
        if len(keys) != len(set(wanted)):
            raise serializers.ValidationError({"beneficiaries": [_("There is no such establishment here.")]})
        return keys


class AdjustmentStep(PortalView):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="adjustment_step", request=AdjustmentStepBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, adjustment_id: UUID, step: str) -> HttpResponse:
        project = adjustable(request, project_id)
        row = project.adjustments.filter(public_id=adjustment_id).first()
        if row is None or step not in ADJUSTMENT_LIFE.steps:
            raise Http404

        def act() -> Response:
            body = self.body(AdjustmentStepBody, request)
            decision = decision_data(body["decision"], project.province) if "decision" in body else None
            moved = take_adjustment_step(row, step, actor=request.user, note=body.get("note", ""), decision=decision)
            return Response(show_adjustment(moved, request.user))

        return self.once(request, act)


class PaperList(PortalView):
    """Acts, reports and minutes that the steps of the project left."""

    paged = True

    @extend_schema(operation_id="papers", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        rows = StepPaper.objects.filter(project=inside(request, project_id))
        return self.page(request, rows, self._show, values)

    @staticmethod
    def _show(rows: list[StepPaper]) -> list[dict[str, Any]]:
        return [
            {
                "step": row.step,
                "issuer": row.issuer_name or None,
                "number": row.number or None,
                "date": row.dated_on,
                "participants": row.participants or None,
                "own_act": row.own_act,
                "recorded_at": row.recorded_at,
            }
            for row in rows
        ]
