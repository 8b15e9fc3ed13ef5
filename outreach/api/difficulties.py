"""Difficulties with the rules."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from outreach import difficulties
from outreach.api.views import ActivityField, DocumentField
from outreach.models import Difficulty, DifficultyState, ReportedBy
from places.api.views import brief
from programmes.models import SupportNorm

ANY = OpenApiTypes.OBJECT
RELATED = ("document", "norm", "activity", "enterprise", "area", "province", "update__project")


class DifficultyBody(StrictSerializer):
    """`enterprise` of an establishment, `area` of a commune, `province` of an officer. At least one of `document` (its
    number in /legal-documents/), `norm` (its id in /norms/) and `activity` (its code)."""

    reporter = Choice(ReportedBy.choices)
    problem = Text(max_length=4000)
    proposal = Text(max_length=4000, required=False, allow_blank=True)
    reported_on = Day()
    province = AreaField(required=False, allow_null=True)
    enterprise = Uuid(required=False, allow_null=True)
    area = AreaField(required=False, allow_null=True)
    document = DocumentField(required=False, allow_null=True)
    norm = Whole(min_value=1, required=False, allow_null=True)
    activity = ActivityField(required=False, allow_null=True)


class DifficultyChange(DifficultyBody):
    version = Whole(min_value=1)


class DifficultyStepBody(StrictSerializer):
    """send: on, to, paper; answer: on, answer, paper; resolve: on, resolution; reopen: note."""

    note = Text(max_length=500, required=False, allow_blank=True)
    on = Day(required=False)
    to = Text(max_length=200, required=False, allow_blank=True)
    paper = Text(max_length=200, required=False, allow_blank=True)
    answer = Text(max_length=4000, required=False, allow_blank=True)
    resolution = Text(max_length=4000, required=False, allow_blank=True)


def show_difficulty(row: Difficulty) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "province": brief(row.province),
        "reporter": row.reporter,
        "enterprise": str(row.enterprise.public_id) if row.enterprise else None,
        "area": brief(row.area) if row.area else None,
        "project": str(row.update.project.public_id) if row.update else None,
        "document": str(row.document) if row.document else None,
        "norm": row.norm_id,
        "activity": row.activity.code if row.activity else None,
        "problem": row.problem,
        "proposal": row.proposal or None,
        "reported_on": row.reported_on,
        "state": row.state,
        "sent_on": row.sent_on,
        "sent_to": row.sent_to or None,
        "sent_paper": row.sent_paper or None,
        "answered_on": row.answered_on,
        "answer": row.answer or None,
        "answer_paper": row.answer_paper or None,
        "resolved_on": row.resolved_on,
        "resolution": row.resolution or None,
        "version": row.version,
    }


def _one(request: PortalRequest, difficulty_id: UUID) -> Difficulty:
    rows = Difficulty.objects.visible_to(request.user).select_related(*RELATED)
    row: Difficulty | None = rows.filter(public_id=difficulty_id).first()
    if row is None:
        raise Http404
    return row


def _data(body: dict[str, Any], request: PortalRequest) -> difficulties.DifficultyData:
    if body.get("enterprise") is not None:
        rows = Enterprise.objects.visible_to(request.user)
        body["enterprise"] = rows.filter(public_id=body["enterprise"]).first()
        if body["enterprise"] is None:
            raise bad_field("enterprise", _("There is no such thing here."))
    if body.get("norm") is not None:
        body["norm"] = SupportNorm.objects.visible_to(request.user).filter(pk=body["norm"]).first()
        if body["norm"] is None:
            raise bad_field("norm", _("There is no such thing here."))
    return difficulties.DifficultyData(**body)


class DifficultyList(PortalView):
    paged = True
    params = (
        params.choice("state", list(DifficultyState.values)),
        params.text("document", "Number of a legal document."),
    )

    @extend_schema(operation_id="difficulties", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Difficulty.objects.visible_to(request.user).select_related(*RELATED)
        if "state" in self.values:
            rows = rows.filter(state=self.values["state"])
        if "document" in self.values:
            rows = rows.filter(document__number=self.values["document"])
        return self.page(request, rows, lambda found: [show_difficulty(row) for row in found], self.values)

    @extend_schema(operation_id="difficulty_create", request=DifficultyBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            made = difficulties.report(_data(self.body(DifficultyBody, request), request), actor=request.user)
            return Response(show_difficulty(_one(request, made.public_id)), status=201)

        return self.once(request, act)


class DifficultyOne(PortalView):
    @extend_schema(operation_id="difficulty", responses=ANY)
    def get(self, request: PortalRequest, difficulty_id: UUID) -> Response:
        return Response(show_difficulty(_one(request, difficulty_id)))

    @extend_schema(operation_id="difficulty_change", request=DifficultyChange, responses={200: ANY})
    def put(self, request: PortalRequest, difficulty_id: UUID) -> Response:
        row = _one(request, difficulty_id)
        body = self.body(DifficultyChange, request)
        version = body.pop("version")
        difficulties.change_difficulty(row, _data(body, request), actor=request.user, version=version)
        return Response(show_difficulty(_one(request, difficulty_id)))


class DifficultyStep(PortalView):
    @extend_schema(operation_id="difficulty_step", request=DifficultyStepBody, responses={200: ANY})
    def post(self, request: PortalRequest, difficulty_id: UUID, step: str) -> HttpResponse:
        row = _one(request, difficulty_id)

        def act() -> Response:
            body = self.body(DifficultyStepBody, request)
            note = body.pop("note", "")
            difficulties.take_step(row, step, actor=request.user, data=body, note=note)
            return Response(show_difficulty(_one(request, difficulty_id)))

        return self.once(request, act)
