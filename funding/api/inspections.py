"""Inspections of a project and what they ask for, for those who work on it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Agency
from core.api.problems import bad_field
from core.api.serializers import Day, EmptyBody, StrictSerializer, Text, Uuid
from core.api.views import PortalRequest, PortalView
from funding.api.life import inside
from projects.inspections import InspectionData, meet_requirement, record_inspection, sign_inspection
from projects.models import Inspection, InspectionState, Project

ANY = OpenApiTypes.OBJECT


class RequirementBody(StrictSerializer):
    text = Text(max_length=500)
    due_on = Day()


class InspectionBody(StrictSerializer):
    """`agency`: id of the agency that inspects, otherwise that of the caller. `corrects`: id of the signed inspection
    it puts right."""

    inspected_on = Day()
    agency = Uuid(required=False)
    inspectors = Text(max_length=2000, required=False, allow_blank=True)
    place = Text(max_length=300, required=False, allow_blank=True)
    findings = Text(max_length=5000, required=False, allow_blank=True)
    difficulties = Text(max_length=5000, required=False, allow_blank=True)
    number = Text(max_length=60, required=False, allow_blank=True)
    minutes_on = Day(required=False, allow_null=True)
    requirements = serializers.ListField(child=RequirementBody(), required=False, max_length=20)
    corrects = Uuid(required=False, allow_null=True)


class DoneBody(StrictSerializer):
    on = Day()
    note = Text(max_length=500, required=False, allow_blank=True)


def show_inspection(row: Inspection) -> dict[str, Any]:
    later = getattr(row, "corrected_by", None)
    return {
        "id": str(row.public_id),
        "state": row.state,
        "inspected_on": row.inspected_on,
        "agency": row.agency_name,
        "inspectors": row.inspectors or None,
        "place": row.place or None,
        "findings": row.findings or None,
        "difficulties": row.difficulties or None,
        "number": row.number or None,
        "minutes_on": row.minutes_on,
        "requirements": [
            {
                "id": item.pk,
                "text": item.text,
                "due_on": item.due_on,
                "done_on": item.done_on,
                "done_note": item.done_note or None,
            }
            for item in row.requirements.all()
        ],
        "photos": [photo.file.sha256 for photo in row.photos.all()],
        "corrects": str(row.corrects.public_id) if row.corrects else None,
        "corrected": bool(later and later.state == InspectionState.SIGNED),
        "signed_at": row.signed_at,
        "version": row.version,
    }


def _one(project: Project, inspection_id: UUID) -> Inspection:
    row: Inspection | None = project.inspections.filter(public_id=inspection_id).first()
    if row is None:
        raise Http404
    return row


class InspectionList(PortalView):
    paged = True

    @extend_schema(operation_id="inspections", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        rows = inside(request, project_id).inspections.select_related("corrects", "corrected_by")
        rows = rows.prefetch_related("requirements", "photos__file")
        return self.page(request, rows, lambda found: [show_inspection(row) for row in found], values)

    @extend_schema(operation_id="inspection_create", request=InspectionBody, responses={201: ANY})
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = inside(request, project_id)

        def act() -> Response:
            body = self.body(InspectionBody, request)
            agency = request.user.agency
            if "agency" in body:
                agency = Agency.objects.filter(public_id=body.pop("agency")).first()
            if agency is None:
                raise bad_field("agency", _("There is no such agency here."))
            corrects = None
            if (wanted := body.pop("corrects", None)) is not None:
                corrects = project.inspections.filter(public_id=wanted).first()
                if corrects is None:
                    raise bad_field("corrects", _("There is no such inspection of this project."))
            asked = [(item["text"], item["due_on"]) for item in body.pop("requirements", [])]
            data = InspectionData(**body, agency=agency, requirements=asked)
            row = record_inspection(project, data, actor=request.user, corrects=corrects)
            return Response(show_inspection(row), status=201)

        return self.once(request, act)


class InspectionSign(PortalView):
    @extend_schema(operation_id="inspection_sign", request=EmptyBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, inspection_id: UUID) -> HttpResponse:
        row = _one(inside(request, project_id), inspection_id)

        def act() -> Response:
            self.body(EmptyBody, request)
            return Response(show_inspection(sign_inspection(row, actor=request.user)))

        return self.once(request, act)


class RequirementDone(PortalView):
    @extend_schema(operation_id="inspection_requirement_done", request=DoneBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, inspection_id: UUID, requirement_id: int) -> HttpResponse:
        inspection = _one(inside(request, project_id), inspection_id)
        row = inspection.requirements.filter(pk=requirement_id).first()
        if row is None:
            raise Http404

        def act() -> Response:
            body = self.body(DoneBody, request)
            meet_requirement(row, body["on"], body.get("note", ""), actor=request.user)
            return Response(show_inspection(_one(inspection.project, inspection_id)))

        return self.once(request, act)
