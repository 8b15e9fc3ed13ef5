"""The registry of establishments."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.serializers import Choice, Reference, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from enterprises.models import Enterprise, EnterpriseKind
from enterprises.services import EnterpriseData, change_enterprise, create_enterprise
from places.api.views import ON, AreaBrief, brief, read_area
from places.models import Area
from places.services import resolve_area


def _find_area(text: str) -> Area | None:
    try:
        return resolve_area(text)
    except Invalid:
        return None


class AreaField(Reference):
    """A unit by uid or by code of today."""

    default_error_messages = {"unknown": _("There is no unit with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_find_area, **kwargs)


class EnterpriseBody(StrictSerializer):
    name = Text(max_length=300)
    kind = Choice(EnterpriseKind.choices)
    tax_code = Text(max_length=20, allow_null=True, required=False)
    area = AreaField()
    headcount = Whole(min_value=0, max_value=1_000_000, allow_null=True, required=False)
    phone = Text(max_length=20, allow_blank=True, required=False)
    address = Text(max_length=300, allow_blank=True, required=False)
    representative = Text(max_length=150, allow_blank=True, required=False)
    main_product = Text(max_length=300, allow_blank=True, required=False)


class EnterpriseChange(EnterpriseBody):
    version = Whole(min_value=1)


class EnterpriseShown(serializers.Serializer[Enterprise]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(EnterpriseKind.choices)
    tax_code = serializers.CharField(allow_null=True)
    area = AreaBrief()
    headcount = serializers.IntegerField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    representative = serializers.CharField(allow_null=True)
    main_product = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()


def show(row: Enterprise) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "kind": row.kind,
        "tax_code": row.tax_code,
        "area": brief(row.area),
        "headcount": row.headcount,
        "phone": row.phone or None,
        "address": row.address or None,
        "representative": row.representative or None,
        "main_product": row.main_product or None,
        "version": row.version,
    }


class EnterpriseList(PortalView):
    paged = True
    orderings = {"name": ("name", "id"), "-id": ("-id",), "id": ("id",)}
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.choice("kind", list(EnterpriseKind.values)),
        params.text("q", "Part of the name (accents do not matter) or the beginning of the tax code."),
        params.moment("changed_since"),
    )

    @extend_schema(operation_id="enterprises", responses=EnterpriseShown(many=True))
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Enterprise.objects.visible_to(request.user).select_related("area")
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        if "kind" in values:
            rows = rows.filter(kind=values["kind"])
        if "q" in values:
            rows = rows.search(values["q"])
        if "changed_since" in values:
            rows = rows.filter(updated_at__gte=values["changed_since"])
        return self.page(request, rows, lambda found: [show(row) for row in found], values)

    @extend_schema(operation_id="enterprise_create", request=EnterpriseBody, responses={201: EnterpriseShown})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            data = EnterpriseData(**self.body(EnterpriseBody, request))
            return Response(show(create_enterprise(data, actor=request.user)), status=201)

        return self.once(request, act)


class EnterpriseOne(PortalView):
    def _get(self, request: PortalRequest, enterprise_id: UUID) -> Enterprise:
        rows = Enterprise.objects.visible_to(request.user).select_related("area")
        row: Enterprise | None = rows.filter(public_id=enterprise_id).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="enterprise", responses=EnterpriseShown)
    def get(self, request: PortalRequest, enterprise_id: UUID) -> Response:
        self.read_params(request)
        return Response(show(self._get(request, enterprise_id)))

    @extend_schema(operation_id="enterprise_change", request=EnterpriseChange, responses=EnterpriseShown)
    def put(self, request: PortalRequest, enterprise_id: UUID) -> HttpResponse:
        row = self._get(request, enterprise_id)
        data = self.body(EnterpriseChange, request)
        version = data.pop("version")
        changed = change_enterprise(row, EnterpriseData(**data), actor=request.user, version=version)
        return Response(show(changed))
