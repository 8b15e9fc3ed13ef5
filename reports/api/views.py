"""Periodic reports: ask, read, follow every figure to its records, publish, download."""

from typing import Any
from uuid import UUID

import orjson
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_parameter
from core.api.serializers import Choice, Day, Reference, StrictSerializer, Text
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from places.api.views import AreaBrief, brief, read_area
from places.models import Area
from programmes.models import ReportingPeriod
from reports.downloads import report_file
from reports.models import Report, ReportKind, ReportLine, ReportState
from reports.services import api_path, publish_report, request_report

ANY = OpenApiTypes.OBJECT


class ReportBody(StrictSerializer):
    kind = Choice(ReportKind.choices)
    period = Reference(lambda code: ReportingPeriod.objects.filter(code=code).first())
    area = AreaField()


class PublishBody(StrictSerializer):
    note = Text(max_length=5000, required=False, allow_blank=True)
    issued_no = Text(max_length=60, required=False, allow_blank=True)
    issued_on = Day(required=False, allow_null=True)


def get_report(request: PortalRequest, report_id: UUID) -> Report:
    rows = Report.objects.visible_to(request.user).select_related(
        "period", "area", "supersedes", "superseded_by", "published_by"
    )
    row: Report | None = rows.filter(public_id=report_id).first()
    if row is None:
        raise Http404
    return row


def head(row: Report, user: Any, visible: set[int]) -> dict[str, Any]:
    """All but the figures. Links lead only to what the caller may see."""
    after = getattr(row, "superseded_by", None)
    return {
        "id": str(row.public_id),
        "kind": row.kind,
        "period": row.period.code,
        "area": brief(row.area),
        "version": row.version,
        "state": row.state,
        "data_as_of": row.data_as_of,
        "sha256": row.sha256,
        "demonstration": row.demonstration,
        "supersedes": api_path(row.supersedes) if row.supersedes and row.supersedes.pk in visible else None,
        "superseded_by": api_path(after) if after is not None and after.pk in visible else None,
        "published_by": row.published_by.full_name if row.published_by else None,
        "published_at": row.published_at,
        "issued_no": row.issued_no or None,
        "issued_on": row.issued_on,
        "files": {name: f"{api_path(row)}files/{name}/" for name in sorted(file.format for file in row.files.all())},
    }


def show_heads(rows: list[Report], user: Any) -> list[dict[str, Any]]:
    around = {row.supersedes_id for row in rows} | {
        row.superseded_by.pk for row in rows if getattr(row, "superseded_by", None) is not None
    }
    visible = set(
        Report.objects.visible_to(user).filter(pk__in=[pk for pk in around if pk]).values_list("pk", flat=True)
    )
    return [head(row, user, visible) for row in rows]


class ReportList(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"
    paged = True
    params = (
        params.choice("kind", list(ReportKind.values)),
        params.text("period", "Code of a period, as 2022-Y.", 20),
        params.text("area", "uid or code of a unit."),
        params.choice("state", list(ReportState.values)),
        params.moment("changed_since", "Made or published since."),
    )

    @extend_schema(operation_id="reports", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Report.objects.visible_to(request.user)
        if "period" in values:
            if not ReportingPeriod.objects.filter(code=values["period"]).exists():
                raise bad_parameter("period", _("There is no such period."))
            rows = rows.filter(period__code=values["period"])
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name in ("kind", "state"):
            if name in values:
                rows = rows.filter(**{name: values[name]})
        if "changed_since" in values:
            since = values["changed_since"]
            rows = rows.filter(made_at__gte=since) | rows.filter(published_at__gte=since)
        rows = rows.select_related("period", "area", "supersedes", "superseded_by", "published_by").prefetch_related(
            "files"
        )
        return self.page(request, rows, lambda found: show_heads(found, request.user), values)

    @extend_schema(operation_id="report_request", request=ReportBody, responses={202: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(ReportBody, request)
            job = request_report(body["kind"], body["period"], body["area"], actor=request.user)
            path = f"/api/v1/jobs/{job.public_id}/"
            response = Response({"job": path, "id": str(job.public_id), "state": job.state}, status=202)
            response["Location"] = path
            return response

        return self.once(request, act)


class ReportShown(serializers.Serializer[Report]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    period = serializers.CharField()
    area = AreaBrief()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(ReportState.choices)
    data_as_of = serializers.DateTimeField()
    sha256 = serializers.CharField()
    demonstration = serializers.BooleanField()
    supersedes = serializers.CharField(allow_null=True)
    superseded_by = serializers.CharField(allow_null=True)
    published_by = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    issued_no = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField(allow_null=True)
    files = serializers.DictField(child=serializers.CharField())
    sections = serializers.ListField(child=serializers.DictField())


class ReportOne(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report", responses=ReportShown)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        self.read_params(request)
        row = get_report(request, report_id)
        frozen = orjson.loads(bytes(row.document))
        return Response({**show_heads([row], request.user)[0], "sections": frozen["sections"]})


class ReportLines(PortalView):
    scope_read = "reports:read"
    paged = True
    params = (
        params.text("section", "Code of a section.", 40),
        params.text("row", "Code of a row.", 80),
        params.text("column", "Code of a column.", 40),
    )

    @extend_schema(operation_id="report_lines", responses=ANY)
    def get(self, request: PortalRequest, report_id: UUID) -> Response:
        values = self.read_params(request)
        row = get_report(request, report_id)
        for name in ("row", "column"):
            if name not in values:
                raise bad_parameter(name, _("Say which figure is meant."))
        section, cell = self._cell(row, values)
        rows = ReportLine.objects.filter(report=row, section=section, row=values["row"], column=values["column"])
        contributions = list(rows.values_list("contribution", flat=True))
        answer = self.page(request, rows, self.show, values)
        zero = not contributions and cell["value"] in (0, "0")  # reported, and nothing behind it
        answer.data["total"] = 0 if zero else bound_total(contributions)
        return answer

    @staticmethod
    def _cell(row: Report, values: dict[str, Any]) -> tuple[str, Any]:
        """The section and the cell that is meant; without `section` it must be clear."""
        found = []
        for section in orjson.loads(bytes(row.document))["sections"]:
            if values.get("section", section["code"]) != section["code"]:
                continue
            for line in section["rows"]:
                if line["code"] == values["row"] and values["column"] in line["cells"]:
                    found.append((section["code"], line["cells"][values["column"]]))
        if not found:
            raise bad_parameter("row", _("The report has no such figure."))
        if len(found) > 1:
            raise bad_parameter("section", _("Say in which section: the figure stands in several."))
        return found[0]

    @staticmethod
    def show(rows: list[ReportLine]) -> list[dict[str, Any]]:
        return [
            {
                "record": row.record,
                "title": row.title,
                "area": row.area or None,
                "date": row.on,
                "contribution": bound_total([row.contribution]),
            }
            for row in rows
        ]


def bound_total(contributions: list[Any]) -> int | str | None:
    if not contributions:
        return None
    value = sum(contributions)
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


class ReportFileView(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="report_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, report_id: UUID, format_name: str) -> HttpResponse | FileResponse:
        self.read_params(request)
        row = get_report(request, report_id)
        return report_file(row, format_name)


class PublishStep(PortalView):
    scope_write = "reports:write"

    @extend_schema(operation_id="report_publish", request=PublishBody, responses=ReportShown)
    def post(self, request: PortalRequest, report_id: UUID) -> HttpResponse:
        row = get_report(request, report_id)

        def act() -> Response:
            body = self.body(PublishBody, request)
            published = publish_report(
                row,
                actor=request.user,
                note=body.get("note", ""),
                issued_no=body.get("issued_no", ""),
                issued_on=body.get("issued_on"),
            )
            shown = get_report(request, published.public_id)
            frozen = orjson.loads(bytes(shown.document))
            return Response({**show_heads([shown], request.user)[0], "sections": frozen["sections"]})

        return self.once(request, act)
