"""How reports look: heads and feet as dated rows, and an office's own templates. Of use to administrators alone: others
find nothing there."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core import clock
from core.api import params
from core.api.parsers import UploadParser
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, Flag, StrictSerializer, Text
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from files.packages import MAX_BYTES
from files.template_pages import content_of, file_answer
from places.api.views import brief
from places.services import province_of
from reports import layouts
from reports.kinds.kind import KINDS
from reports.models import ReportLayout, ReportTemplate, TemplateFormat

ANY = OpenApiTypes.OBJECT
BINARY = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
KIND = params.choice("kind", list(KINDS), "Those made for this report alone.")
VALUES = ("parent_name", "name", "place", "symbol", "summary", "signer_name")
LISTS = ("signer_titles", "recipients")


def _lines() -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=300), required=False, max_length=layouts.MAX_LINES)


def _text(longest: int) -> Text:
    return Text(max_length=longest, required=False, allow_blank=True)


class LayoutBody(StrictSerializer):
    """What is left out is taken from the agencies and their dated names. Without `kind`: of all reports."""

    area = AreaField()
    valid_from = Day()
    reason = Text(max_length=1000)
    kind = Choice([(code, code) for code in KINDS], required=False)
    parent_name = _text(300)
    name = _text(300)
    place = _text(100)
    symbol = _text(40)
    summary = _text(500)
    signer_titles = _lines()
    signer_name = _text(200)
    recipients = _lines()
    annexed = Flag(required=False)
    checked = Flag(required=False, help_text="Compared with the office's own papers, and it agrees.")


class TemplateBody(StrictSerializer):
    """The fields beside the file. `checked`: compared with the official form, and it agrees."""

    area = AreaField()
    format = Choice(TemplateFormat.choices)
    title = Text(max_length=200)
    kind = Choice([(code, code) for code in KINDS], required=False)
    checked = Choice([("true", "true"), ("false", "false")], required=False)
    note = _text(2000)


class EndBody(StrictSerializer):
    note = Text(max_length=300)


def show_layout(row: ReportLayout, holding: set[int]) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "area": brief(row.area),
        "kind": row.kind or None,
        "valid_from": row.valid_from,
        **{name: getattr(row, name) or None for name in VALUES},
        **{name: layouts.lines_of(getattr(row, name)) for name in LISTS},
        "annexed": row.annexed,
        "verified": row.verified,
        "in_force": row.pk in holding,
        "reason": row.reason,
        "entered_by": row.entered_by.full_name if row.entered_by else None,
        "entered_at": row.entered_at,
    }


def show_template(row: ReportTemplate, holding: set[int]) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "area": brief(row.area),
        "format": row.format,
        "kind": row.kind or None,
        "title": row.title,
        "version": row.version,
        "verified": row.verified,
        "note": row.note or None,
        "in_force": row.pk in holding,
        "size": row.file.size,
        "sha256": row.file.sha256,
        "file": f"/api/v1/report-templates/{row.public_id}/file/",
        "uploaded_by": row.uploaded_by.full_name if row.uploaded_by else None,
        "uploaded_at": row.uploaded_at,
        "withdrawn_at": row.withdrawn_at,
        "withdraw_reason": row.withdraw_reason or None,
    }


def _layouts(request: PortalRequest) -> Any:
    return ReportLayout.objects.administered_by(request.user).select_related("area", "entered_by")


def _templates(request: PortalRequest) -> Any:
    return ReportTemplate.objects.administered_by(request.user).select_related("area", "file", "uploaded_by")


def _layouts_in_force(request: PortalRequest) -> set[int]:
    """Of each report of each province the one that holds today."""
    rows = ReportLayout.objects.administered_by(request.user).filter(valid_from__lte=clock.today())
    found = rows.order_by("valid_from", "pk").values_list("area", "kind", "pk")
    return set({(area, kind): pk for area, kind, pk in found}.values())


def _templates_in_force(request: PortalRequest) -> set[int]:
    rows = ReportTemplate.objects.administered_by(request.user).filter(withdrawn_at__isnull=True)
    found = rows.order_by("version").values_list("area", "kind", "format", "pk")
    return set({(area, kind, one): pk for area, kind, one, pk in found}.values())


class LayoutList(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"
    paged = True
    params = (KIND,)

    @extend_schema(operation_id="report_layouts", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = _layouts(request)
        if "kind" in self.values:
            rows = rows.filter(kind=self.values["kind"])
        holding = _layouts_in_force(request)
        return self.page(request, rows, lambda found: [show_layout(row, holding) for row in found], self.values)

    @extend_schema(operation_id="report_layout_add", request=LayoutBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        """From its day on it stands in the place of the one before, which stays. The next report made looks like it."""

        def act() -> Response:
            body = self.body(LayoutBody, request)
            province = province_of(body.pop("area"))
            data: dict[str, Any] = {name: "\n".join(value) if name in LISTS else value for name, value in body.items()}
            row = layouts.change_layout(province, layouts.LayoutData(**data), actor=request.user)
            return Response(show_layout(row, _layouts_in_force(request)), status=201)

        return self.once(request, act)


class LayoutOne(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_layout", responses=ANY)
    def get(self, request: PortalRequest, layout_id: UUID) -> Response:
        row = get_object_or_404(_layouts(request), public_id=layout_id)
        return Response(show_layout(row, _layouts_in_force(request)))


class TemplateList(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"
    parser_classes = [UploadParser]
    paged = True
    params = (KIND, params.choice("format", list(TemplateFormat.values)))

    @extend_schema(operation_id="report_templates", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = _templates(request).filter(**{n: self.values[n] for n in ("kind", "format") if n in self.values})
        holding = _templates_in_force(request)
        return self.page(request, rows, lambda found: [show_template(row, holding) for row in found], self.values)

    @extend_schema(
        operation_id="report_template_upload",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "area": {"type": "string"},
                    "format": {"type": "string", "enum": list(TemplateFormat.values)},
                    "title": {"type": "string", "maxLength": 200},
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "checked": {"type": "string", "enum": ["true", "false"]},
                    "note": {"type": "string", "maxLength": 2000},
                    "file": {"type": "string", "format": "binary"},
                },
                "required": ["area", "format", "title", "file"],
            }
        },
        responses={201: ANY},
    )
    def post(self, request: PortalRequest) -> HttpResponse:
        """It is tried out before it is taken; what it lacks or may not hold is said of `file`."""
        body, upload = self.form(TemplateBody, request, "file", _("Send the template as a file."))
        if upload.size > MAX_BYTES:
            raise bad_field("file", _("The file is larger than 5 MB."))

        def act() -> Response:
            upload.seek(0)
            data = layouts.ReportTemplateData(
                format=body["format"],
                title=body["title"],
                content=upload.read(),
                file_name=upload.name or "",
                kind=body.get("kind", ""),
                checked=body.get("checked") == "true",
                note=body.get("note", ""),
            )
            row = layouts.upload_report_template(province_of(body["area"]), data, actor=request.user)
            return Response(show_template(row, _templates_in_force(request)), status=201)

        return self.once(request, act)


class TemplateOne(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_template", responses=ANY)
    def get(self, request: PortalRequest, template_id: UUID) -> Response:
        row = get_object_or_404(_templates(request), public_id=template_id)
        return Response(show_template(row, _templates_in_force(request)))


class TemplateFile(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_template_file", responses=BINARY)
    def get(self, request: PortalRequest, template_id: UUID) -> HttpResponse:
        row = get_object_or_404(_templates(request), public_id=template_id)
        answer = file_answer(content_of(row.file), layouts.CONTENT_TYPES[row.format], layouts.file_name_of(row))
        answer["ETag"] = f'"{row.file.sha256}"'
        return answer


class TemplateWithdraw(PortalView):
    scope_write = "reports:write"

    @extend_schema(operation_id="report_template_withdraw", request=EndBody, responses=ANY)
    def post(self, request: PortalRequest, template_id: UUID) -> HttpResponse:
        """Out of use; the one before it holds again, and reports made with it keep it."""
        row = get_object_or_404(_templates(request), public_id=template_id)

        def act() -> Response:
            note = self.body(EndBody, request)["note"]
            gone = layouts.withdraw_report_template(row, note, actor=request.user)
            return Response(show_template(gone, _templates_in_force(request)))

        return self.once(request, act)
