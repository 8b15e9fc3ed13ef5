"""Clusters as they stand today."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from clusters.models import Cluster, WastewaterState
from clusters.services import ClusterData, change_cluster, create_cluster, standings
from core import clock
from core.api import params
from core.api.serializers import StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from places.api.views import ON, brief, read_area
from places.models import Area
from places.services import province_of

ANY = OpenApiTypes.OBJECT
AREAS = ("planned_ha", "industrial_ha", "served_ha", "leased_ha")


class Hectares(serializers.DecimalField):
    """«35.50» as a decimal string. null: not reported."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=8, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True, **kwargs
        )

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ClusterBody(StrictSerializer):
    code = Text(max_length=40)
    name = Text(max_length=300)
    area = AreaField()
    planned_ha = Hectares()
    industrial_ha = Hectares()
    served_ha = Hectares()
    leased_ha = Hectares()
    reference = Text(max_length=300, allow_blank=True, required=False)
    note = Text(max_length=4000, allow_blank=True, required=False)


class ClusterChange(ClusterBody):
    version = Whole(min_value=1)


def show(rows: list[Cluster]) -> list[dict[str, Any]]:
    found = {
        one.cluster.pk: one for one in standings(Cluster.objects.filter(pk__in=[r.pk for r in rows]), clock.today())
    }
    shown = []
    for row in rows:
        standing = found[row.pk]
        water = standing.wastewater
        shown.append(
            {
                "id": str(row.public_id),
                "code": row.code,
                "name": row.name,
                "area": brief(row.province),
                **{name: None if getattr(row, name) is None else f"{getattr(row, name):.2f}" for name in AREAS},
                "stage": standing.stage.code if standing.stage else None,
                "operating": standing.operating,
                "wastewater": water.state if water else None,
                "wastewater_on": water.on if water else None,
                "capacity_m3": water.capacity_m3 if water else None,
                "reference": row.reference or None,
                "note": row.note or None,
                "version": row.version,
            }
        )
    return shown


def _data(body: dict[str, Any], row: Cluster | None = None) -> ClusterData:
    """Of a change the links to projects stay."""
    projects = list(row.projects.all()) if row else ()
    return ClusterData(province=province_of(body.pop("area")), projects=projects, **body)


class ClusterList(PortalView):
    paged = True
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.choice("wastewater", [*WastewaterState.values, "not_reported"], "State as of today."),
    )

    @extend_schema(operation_id="clusters", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Cluster.objects.visible_to(request.user).select_related("province")
        area = read_area(values)
        if area is not None and area.level == "province":
            rows = rows.filter(province__in=Area.objects.within(area))
        elif area is not None:
            rows = rows.filter(clustercommune_rows__area__in=Area.objects.within(area)).distinct()
        if "wastewater" in values:
            fits = [
                one.cluster.pk
                for one in standings(rows, clock.today())
                if (one.wastewater.state if one.wastewater else "not_reported") == values["wastewater"]
            ]
            rows = rows.filter(pk__in=fits)
        return self.page(request, rows, show, values)

    @extend_schema(operation_id="cluster_create", request=ClusterBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            made = create_cluster(_data(self.body(ClusterBody, request)), actor=request.user)
            return Response(show([made])[0], status=201)

        return self.once(request, act)


class ClusterOne(PortalView):
    def _get(self, request: PortalRequest, cluster_id: UUID) -> Cluster:
        rows = Cluster.objects.visible_to(request.user).select_related("province")
        row: Cluster | None = rows.filter(public_id=cluster_id).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="cluster", responses=ANY)
    def get(self, request: PortalRequest, cluster_id: UUID) -> Response:
        self.read_params(request)
        return Response(show([self._get(request, cluster_id)])[0])

    @extend_schema(operation_id="cluster_change", request=ClusterChange, responses=ANY)
    def put(self, request: PortalRequest, cluster_id: UUID) -> HttpResponse:
        row = self._get(request, cluster_id)
        body = self.body(ClusterChange, request)
        version = body.pop("version")
        return Response(show([change_cluster(row, _data(body, row), actor=request.user, version=version)])[0])
