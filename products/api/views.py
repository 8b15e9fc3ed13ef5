"""Products with their brands, selections with their entries, and spearhead products."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.serializers import Reference, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.models import Enterprise
from places.api.views import ON, brief, read_area
from places.models import Area
from products.models import (
    Brand,
    Product,
    ProductGroup,
    Result,
    RoundState,
    SelectionEntry,
    SelectionRound,
    Spearhead,
)
from products.services import ProductData, change_product, create_product
from projects.models import Project

ANY = OpenApiTypes.OBJECT


def _group(code: str) -> ProductGroup | None:
    found: ProductGroup | None = ProductGroup.objects.filter(code=code).first()
    return found


class ProductBody(StrictSerializer):
    """A product that consists of something is a set."""

    enterprise = Uuid()
    name = Text(max_length=300)
    group = Reference(_group)
    consists_of = Text(max_length=1000, allow_blank=True, required=False)
    description = Text(max_length=4000, allow_blank=True, required=False)


class ProductChange(ProductBody):
    version = Whole(min_value=1)


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def show_brand(row: Brand, seen: set[int]) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "state": row.state,
        "project": str(row.project.public_id) if row.project and row.project.pk in seen else None,
        "filed_no": row.filed_no or None,
        "filed_on": row.filed_on,
        "granted_no": row.granted_no or None,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _show(rows: list[Product], user: Any) -> list[dict[str, Any]]:
    marks: dict[int, list[Brand]] = {row.pk: [] for row in rows}
    for mark in Brand.objects.filter(product__in=rows).select_related("project").order_by("id"):
        marks[mark.product_id].append(mark)
    seen = set(Project.objects.visible_to(user).filter(brands__product__in=rows).values_list("pk", flat=True))
    return [
        {
            "id": str(row.public_id),
            "enterprise": str(row.enterprise.public_id),
            "name": row.name,
            "group": row.group.code,
            "is_set": row.is_set,
            "consists_of": row.consists_of or None,
            "description": row.description or None,
            "spearhead": str(row.spearhead.public_id) if row.spearhead else None,
            "brands": [show_brand(mark, seen) for mark in marks[row.pk]],
            "version": row.version,
        }
        for row in rows
    ]


def _rows(user: Any) -> Any:
    return Product.objects.visible_to(user).select_related("enterprise", "group", "spearhead")


def _data(request: PortalRequest, body: dict[str, Any], known: Spearhead | None = None) -> ProductData:
    enterprise = Enterprise.objects.visible_to(request.user).filter(public_id=body.pop("enterprise")).first()
    if enterprise is None:
        raise serializers.ValidationError({"enterprise": [_("There is no such establishment here.")]})
    is_set = bool(body.get("consists_of", "").strip())
    return ProductData(enterprise=enterprise, spearhead=known, is_set=is_set, **body)


class ProductList(PortalView):
    paged = True
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.code("group", "Code of a group of products."),
        params.uuid_("enterprise", "Only of this establishment."),
    )

    @extend_schema(operation_id="products", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = _rows(request.user)
        area = read_area(values)
        if area is not None:
            rows = rows.filter(enterprise__area__in=Area.objects.within(area))
        for name, column in (("group", "group__code"), ("enterprise", "enterprise__public_id")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: _show(found, request.user), values)

    @extend_schema(operation_id="product_create", request=ProductBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            data = _data(request, self.body(ProductBody, request))
            return Response(_show([create_product(data, actor=request.user)], request.user)[0], status=201)

        return self.once(request, act)


class ProductOne(PortalView):
    def _get(self, request: PortalRequest, product_id: UUID) -> Product:
        row: Product | None = _rows(request.user).filter(public_id=product_id).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="product", responses=ANY)
    def get(self, request: PortalRequest, product_id: UUID) -> Response:
        self.read_params(request)
        return Response(_show([self._get(request, product_id)], request.user)[0])

    @extend_schema(operation_id="product_change", request=ProductChange, responses=ANY)
    def put(self, request: PortalRequest, product_id: UUID) -> HttpResponse:
        row = self._get(request, product_id)
        body = self.body(ProductChange, request)
        version = body.pop("version")
        changed = change_product(row, _data(request, body, row.spearhead), actor=request.user, version=version)
        return Response(_show([changed], request.user)[0])


# --- selections -------------------------------------------------------------------------------------------------------


def show_round(row: SelectionRound) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "level": row.level.code,
        "year": row.year,
        "area": brief(row.province),
        "name": row.name,
        "organiser": row.organiser,
        "region": row.region or None,
        "decision_no": row.decision_no or None,
        "decision_on": row.decision_on,
        "entries_until": row.entries_until,
        "state": row.state,
        "result_no": row.result_no or None,
        "result_on": row.result_on,
        "version": row.version,
    }


class RoundList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.code("level", "Code of a level."),
        params.choice("state", list(RoundState.values)),
    )

    @extend_schema(operation_id="selection_rounds", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = SelectionRound.objects.visible_to(request.user).select_related("level", "province")
        for name, column in (("year", "year"), ("level", "level__code"), ("state", "state")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: [show_round(row) for row in found], values)


class RoundOne(PortalView):
    @extend_schema(operation_id="selection_round", responses=ANY)
    def get(self, request: PortalRequest, round_id: UUID) -> Response:
        self.read_params(request)
        rows = SelectionRound.objects.visible_to(request.user).select_related("level", "province")
        row = rows.filter(public_id=round_id).first()
        if row is None:
            raise Http404
        return Response(show_round(row))


def show_entry(row: SelectionEntry) -> dict[str, Any]:
    certificate = getattr(row, "certificate", None)
    return {
        "id": str(row.public_id),
        "round": str(row.round.public_id),
        "product": str(row.product.public_id),
        "registered_on": row.registered_on,
        "from_certificate": row.from_certificate.number if row.from_certificate else None,
        "result": row.result or None,
        "reason": row.reason or None,
        "score": _figure(row.score),
        "certificate": {
            "number": certificate.number,
            "issued_on": certificate.issued_on,
            "valid_to": certificate.valid_to,
        }
        if certificate
        else None,
    }


class EntryList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.code("level", "Code of a level."),
        params.uuid_("round", "Only of this round."),
        params.choice("result", list(Result.values)),
    )

    @extend_schema(operation_id="selection_entries", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = SelectionEntry.objects.visible_to(request.user)
        rows = rows.select_related("round", "product", "from_certificate", "certificate")
        columns = {
            "year": "round__year",
            "level": "round__level__code",
            "round": "round__public_id",
            "result": "result",
        }
        for name, column in columns.items():
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: [show_entry(row) for row in found], values)


class SpearheadList(PortalView):
    paged = True

    @extend_schema(operation_id="spearheads", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Spearhead.objects.visible_to(request.user).select_related("programme", "province")

        def show(found: list[Spearhead]) -> list[dict[str, Any]]:
            return [
                {
                    "id": str(row.public_id),
                    "programme": row.programme.code,
                    "area": brief(row.province),
                    "name": row.name,
                    "document_no": row.document_no or None,
                    "document_on": row.document_on,
                    "verified": row.verified,
                    "version": row.version,
                }
                for row in found
            ]

        return self.page(request, rows, show, values)
