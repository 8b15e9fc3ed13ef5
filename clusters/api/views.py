"""Clusters as they stand today, and what belongs to them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from clusters.models import Cluster, ClusterStage, WastewaterState
from clusters.services import (
    KINDS,
    ClusterData,
    add_part,
    change_cluster,
    change_part,
    create_cluster,
    remove_part,
    standings,
)
from core import clock
from core.api import params
from core.api.parts import PartView, views_of
from core.api.problems import in_terms_of_the_body
from core.api.serializers import (
    Choice,
    Day,
    DecimalText,
    Known,
    ReasonBody,
    Reference,
    StrictSerializer,
    Text,
    Vnd,
    Whole,
)
from core.api.views import PortalRequest, PortalView
from core.models import Source
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from places.api.views import ON, brief, read_area
from places.models import Area
from places.services import province_of
from programmes.api.views import CodeList, names_of
from projects.models import Project

ANY = OpenApiTypes.OBJECT
AREAS = ("planned_ha", "industrial_ha", "served_ha", "leased_ha")


class Hectares(DecimalText):
    """«35.50». null: not reported."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(8, 2, required=False, allow_null=True, **kwargs)


class ClusterBody(StrictSerializer):
    """`projects`: ids of those linked to it; left out of a change they stay."""

    code = Text(max_length=40)
    name = Text(max_length=300)
    area = AreaField()
    planned_ha = Hectares()
    industrial_ha = Hectares()
    served_ha = Hectares()
    leased_ha = Hectares()
    reference = Text(max_length=300, allow_blank=True, required=False)
    note = Text(max_length=4000, allow_blank=True, required=False)
    projects = serializers.ListField(child=Known(Project.objects.visible_to), max_length=200, required=False)


class ClusterChange(ClusterBody):
    version = Whole(min_value=1)


def show(rows: list[Cluster], user: Any) -> list[dict[str, Any]]:
    found = {
        one.cluster.pk: one for one in standings(Cluster.objects.filter(pk__in=[r.pk for r in rows]), clock.today())
    }
    linked: dict[int, list[str]] = {row.pk: [] for row in rows}
    projects = Project.objects.visible_to(user).filter(clusters__in=rows).order_by("code")
    for cluster, public_id in projects.values_list("clusters", "public_id"):
        if cluster in linked:
            linked[cluster].append(str(public_id))
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
                "projects": linked[row.pk],
                "version": row.version,
            }
        )
    return shown


def _data(body: dict[str, Any], row: Cluster | None = None) -> ClusterData:
    body.setdefault("projects", list(row.projects.all()) if row else ())
    return ClusterData(province=province_of(body.pop("area")), **body)


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
        return self.page(request, rows, lambda found: show(found, request.user), values)

    @extend_schema(operation_id="cluster_create", request=ClusterBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            made = create_cluster(_data(self.body(ClusterBody, request)), actor=request.user)
            return Response(show([made], request.user)[0], status=201)

        return self.once(request, act)


def one_cluster(request: PortalRequest, cluster_id: UUID) -> Cluster:
    rows = Cluster.objects.visible_to(request.user).select_related("province")
    row: Cluster | None = rows.filter(public_id=cluster_id).first()
    if row is None:
        raise Http404
    return row


class ClusterOne(PortalView):
    @extend_schema(operation_id="cluster", responses=ANY)
    def get(self, request: PortalRequest, cluster_id: UUID) -> Response:
        return Response(show([one_cluster(request, cluster_id)], request.user)[0])

    @extend_schema(operation_id="cluster_change", request=ClusterChange, responses=ANY)
    def put(self, request: PortalRequest, cluster_id: UUID) -> HttpResponse:
        row = one_cluster(request, cluster_id)
        body = self.body(ClusterChange, request)
        version = body.pop("version")
        with in_terms_of_the_body(province="area"):
            row = change_cluster(row, _data(body, row), actor=request.user, version=version)
        return Response(show([row], request.user)[0])


@extend_schema_view(get=extend_schema(operation_id="cluster_stages_known"))
class StageCodes(CodeList):
    codes = staticmethod(names_of(ClusterStage))


# --- what belongs to it -----------------------------------------------------------------------------------------------


class Noted(StrictSerializer):
    note = Text(max_length=500, required=False, allow_blank=True)


class Dated(Noted):
    valid_from = Day(required=False, allow_null=True)
    valid_to = Day(required=False, allow_null=True)


class ClusterCommuneBody(Dated):
    area = AreaField()


class StageBody(Noted):
    stage = Reference(lambda code: ClusterStage.objects.filter(code=code).first(),
                      help_text="A code of /cluster-stages/.")  # fmt: skip
    on = Day()
    decision_no = Text(max_length=60, required=False, allow_blank=True)


class InvestorBody(Dated):
    name = Text(max_length=300)
    decision_no = Text(max_length=60, required=False, allow_blank=True)


class OccupantBody(Dated):
    enterprise = Known(Enterprise.objects.visible_to)
    area_ha = Hectares()


class LicenceBody(Noted):
    number = Text(max_length=60)
    issuer = Text(max_length=300, required=False, allow_blank=True)
    issued_on = Day()
    valid_to = Day(required=False, allow_null=True)


class WastewaterBody(Noted):
    """As of a day. `note` is needed where it does not apply."""

    state = Choice(WastewaterState.choices)
    on = Day()
    capacity_m3 = Whole(min_value=0, max_value=10_000_000, required=False, allow_null=True)


class WorkBody(Noted):
    """Money of one source in one year; null: not reported. `project`: id of the one that supported it."""

    name = Text(max_length=300)
    year = Whole(min_value=1990, max_value=2100)
    source = Choice(Source.choices)  # type: ignore[assignment]
    planned_vnd = Vnd(required=False, allow_null=True)
    spent_vnd = Vnd(required=False, allow_null=True)
    project = Known(Project.objects.visible_to, required=False, allow_null=True)


class OfCluster(PartView):
    def owner(self, request: PortalRequest, public_id: UUID) -> Cluster:
        return one_cluster(request, public_id)

    def rows(self, request: PortalRequest, owner: Cluster) -> Any:
        """Establishments that the caller does not see are left out, as on the page; a foreign project is not named."""
        kind = KINDS[self.slug]
        related = [name for name in ("area", "stage", "enterprise", "project") if name in kind.fields]
        rows: Any = kind.model._default_manager.filter(cluster=owner).select_related("cluster", *related)
        if self.slug == "occupants":
            rows = rows.filter(enterprise__in=Enterprise.objects.visible_to(request.user))
        if self.slug == "works":
            seen = Project.objects.visible_to(request.user).filter(pk=OuterRef("project"))
            rows = rows.annotate(project_seen=Exists(seen))
        return rows

    def show(self, row: Any) -> dict[str, Any]:
        return {"id": row.pk, **{name: self._told(row, name) for name in KINDS[self.slug].fields}}

    def _told(self, row: Any, name: str) -> Any:
        value = getattr(row, name)
        if isinstance(value, Area):
            return brief(value)
        if isinstance(value, ClusterStage):
            return value.code
        if isinstance(value, Project):
            return str(value.public_id) if getattr(row, "project_seen", True) else None
        if isinstance(value, Enterprise):
            return str(value.public_id)
        if isinstance(value, Decimal):
            return f"{value:.2f}"
        return None if value == "" else value

    def save(self, request: PortalRequest, owner: Cluster, values: dict[str, Any], row: Any = None) -> Any:
        kind = KINDS[self.slug]
        if row is None:
            return add_part(kind, owner, values, actor=request.user)
        if self.slug == "works" and "project" not in values and not row.project_seen:
            values["project"] = row.project  # what the caller does not see they cannot take away either
        return change_part(kind, row, values, actor=request.user)


CommuneList, CommuneOne = views_of(OfCluster, "cluster", "communes", ClusterCommuneBody)
StageList, StageOne = views_of(OfCluster, "cluster", "stages", StageBody)
InvestorList, InvestorOne = views_of(OfCluster, "cluster", "investors", InvestorBody)
OccupantList, OccupantOne = views_of(OfCluster, "cluster", "occupants", OccupantBody)
LicenceList, LicenceOne = views_of(OfCluster, "cluster", "licences", LicenceBody)
WastewaterList, WastewaterOne = views_of(OfCluster, "cluster", "wastewater", WastewaterBody)
WorkList, WorkOne = views_of(OfCluster, "cluster", "works", WorkBody)


class PartRemove(PortalView):
    @extend_schema(operation_id="cluster_part_remove", request=ReasonBody, responses=ANY)
    def post(self, request: PortalRequest, cluster_id: UUID, part: str, part_id: int) -> HttpResponse:
        """What was entered by mistake; the history keeps it with the reason."""
        cluster, kind = one_cluster(request, cluster_id), KINDS.get(part)
        if kind is None:
            raise Http404

        def act() -> Response:
            row: Any = get_object_or_404(kind.model, cluster=cluster, pk=part_id)
            remove_part(kind, row, self.body(ReasonBody, request)["note"], actor=request.user)
            return Response({"removed": part_id})

        return self.once(request, act)
