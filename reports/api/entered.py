"""Figures entered by hand: official ones of what is not counted, estimates of what is."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_field, bad_parameter, in_terms_of_the_body
from core.api.serializers import Choice, Day, DecimalText, Known, Reference, StrictSerializer, Text
from core.api.views import PortalRequest, PortalView
from core.models import SUPPORT_SOURCES
from enterprises.api.views import AreaField
from places.api.views import brief
from places.services import province_of
from programmes.models import ReportingPeriod
from reports.entering import FigureData, correct_figure, enter_figure
from reports.measures.entered import path_of
from reports.models import EnteredFigure, Nature

ANY = OpenApiTypes.OBJECT


class Amount(DecimalText):
    """«11.90», in the unit of the measure. null: it does not apply."""

    def __init__(self) -> None:
        super().__init__(19, 2, min_value=None, required=False, allow_null=True)


class EnteredBody(StrictSerializer):
    """`replaces`: the figure that is put right, with `reason`; it must be of the same measure, period, source and
    nature, which are then left out."""

    area = AreaField(required=False)
    measure = Text(max_length=60, required=False)
    period = Reference(lambda code: ReportingPeriod.objects.offered().filter(code=code).first(), required=False)
    source = Choice([source.value for source in SUPPORT_SOURCES], required=False)  # type: ignore[assignment]
    nature = Choice(Nature.choices, required=False)
    value = Amount()
    not_applicable = Text(max_length=300, required=False, allow_blank=True)
    origin = Text(max_length=300)
    document_no = Text(max_length=60, required=False, allow_blank=True)
    document_on = Day(required=False, allow_null=True)
    replaces = Known(EnteredFigure.objects.visible_to, required=False)
    reason = Text(max_length=300, required=False, allow_blank=True)


def show(row: EnteredFigure) -> dict[str, Any]:
    after = getattr(row, "replaced_by", None)
    return {
        "id": str(row.public_id),
        "area": brief(row.province),
        "measure": row.measure,
        "period": row.period.code,
        "source": row.source or None,
        "nature": row.nature,
        "value": None if row.value is None else f"{row.value:.2f}",
        "unit": row.unit,
        "not_applicable": row.not_applicable or None,
        "origin": row.origin,
        "document_no": row.document_no or None,
        "document_on": row.document_on,
        "replaces": path_of(row.replaces) if row.replaces else None,
        "replaced_by": path_of(after) if after else None,
        "reason": row.reason or None,
        "entered_by": row.entered_by.full_name,
        "entered_at": row.entered_at,
    }


def _rows(request: PortalRequest) -> Any:
    rows = EnteredFigure.objects.visible_to(request.user)
    return rows.select_related("period", "province", "entered_by", "replaces", "replaced_by")


class EnteredList(PortalView):
    scope_read, scope_write = "reports:read", "reports:write"
    paged = True
    params = (
        params.text("measure", "Code of a measure.", 60),
        params.text("period", "Code of a period, as 2022-Y.", 20),
        params.choice("nature", list(Nature.values)),
        params.boolean("current", "true: without those that were corrected."),
    )

    @extend_schema(operation_id="entered_figures", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = _rows(request)
        if "period" in values and not ReportingPeriod.objects.filter(code=values["period"]).exists():
            raise bad_parameter("period", _("There is no such period."))
        for name, path in (("measure", "measure"), ("period", "period__code"), ("nature", "nature")):
            rows = rows.filter(**{path: values[name]}) if name in values else rows
        if "current" in values:
            rows = rows.filter(replaced_by__isnull=values["current"])
        return self.page(request, rows, lambda found: [show(row) for row in found], values)

    @extend_schema(operation_id="entered_figure_create", request=EnteredBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            return Response(show(_store(self.body(EnteredBody, request), request.user)), status=201)

        return self.once(request, act)


KEY = ("area", "measure", "period", "nature")


def _store(body: dict[str, Any], user: Any) -> EnteredFigure:
    names = ("value", "origin", "not_applicable", "document_no", "document_on")
    data = FigureData(**{"value": None, **{name: body[name] for name in names if name in body}})
    old = body.get("replaces")
    for name in (*KEY, "source"):
        if old is not None and name in body:
            raise bad_field(name, _("It stays that of the figure it replaces."))
        if old is None and name != "source" and name not in body:
            raise bad_field(name, _("This is missing."))
    if old is not None:
        return correct_figure(old, data, body.get("reason", ""), actor=user)
    if body.get("reason"):
        raise bad_field("reason", _("Only a correction has a reason."))
    with in_terms_of_the_body(province="area"):
        return enter_figure(
            province_of(body["area"]),
            body["measure"],
            body["period"],
            body["nature"],
            data,
            source=body.get("source", ""),
            actor=user,
        )


class EnteredOne(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="entered_figure", responses=ANY)
    def get(self, request: PortalRequest, figure_id: UUID) -> Response:
        self.read_params(request)
        return Response(show(get_object_or_404(_rows(request), public_id=figure_id)))
