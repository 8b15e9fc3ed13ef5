"""Products with their brands, and spearhead products."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.problems import in_terms_of_the_body
from core.api.serializers import Choice, Day, Known, Reference, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.models import Verified
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from places.api.views import ON, brief, read_area
from places.models import Area
from places.services import province_of
from products.models import Brand, Product, ProductGroup, ProductPhoto, SelectionLevel, Spearhead
from products.services import (
    BrandData,
    ProductData,
    SpearheadData,
    change_brand,
    change_product,
    change_spearhead,
    create_brand,
    create_product,
    create_spearhead,
    take_brand_step,
)
from products.states import BRAND
from programmes.api.views import CodeList, names_of
from programmes.models import Programme
from projects.models import Project

ANY = OpenApiTypes.OBJECT


def _group(code: str) -> ProductGroup | None:
    found: ProductGroup | None = ProductGroup.objects.filter(code=code).first()
    return found


class ProductBody(StrictSerializer):
    """A product that consists of something is a set. `spearhead`: id of what a programme calls so; left out of a change
    it stays."""

    enterprise = Known(Enterprise.objects.visible_to)
    name = Text(max_length=300)
    group = Reference(_group, help_text="A code of /product-groups/.")
    consists_of = Text(max_length=1000, allow_blank=True, required=False)
    description = Text(max_length=4000, allow_blank=True, required=False)
    spearhead = Known(Spearhead.objects.visible_to, required=False, allow_null=True)


class ProductChange(ProductBody):
    version = Whole(min_value=1)


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
        "ended_on": row.ended_on,
        "reason": row.reason or None,
        "version": row.version,
    }


def _show(rows: list[Product], user: Any) -> list[dict[str, Any]]:
    marks: dict[int, list[Brand]] = {row.pk: [] for row in rows}
    for mark in Brand.objects.filter(product__in=rows).select_related("project").order_by("id"):
        marks[mark.product_id].append(mark)
    pictures: dict[int, list[ProductPhoto]] = {row.pk: [] for row in rows}
    for one in ProductPhoto.objects.filter(product__in=rows).select_related("file"):
        pictures[one.product_id].append(one)
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
            "photos": [{"id": one.pk, "text": one.text, "sha256": one.file.sha256} for one in pictures[row.pk]],
            "version": row.version,
        }
        for row in rows
    ]


def _rows(user: Any) -> Any:
    return Product.objects.visible_to(user).select_related("enterprise", "group", "spearhead")


def _data(body: dict[str, Any], row: Product | None = None) -> ProductData:
    body.setdefault("spearhead", row.spearhead if row else None)
    return ProductData(is_set=bool(body.get("consists_of", "").strip()), **body)


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
            data = _data(self.body(ProductBody, request))
            return Response(_show([create_product(data, actor=request.user)], request.user)[0], status=201)

        return self.once(request, act)


def one_product(request: PortalRequest, product_id: UUID) -> Product:
    row: Product | None = _rows(request.user).filter(public_id=product_id).first()
    if row is None:
        raise Http404
    return row


class ProductOne(PortalView):
    @extend_schema(operation_id="product", responses=ANY)
    def get(self, request: PortalRequest, product_id: UUID) -> Response:
        self.read_params(request)
        return Response(_show([one_product(request, product_id)], request.user)[0])

    @extend_schema(operation_id="product_change", request=ProductChange, responses=ANY)
    def put(self, request: PortalRequest, product_id: UUID) -> HttpResponse:
        row = one_product(request, product_id)
        body = self.body(ProductChange, request)
        version = body.pop("version")
        changed = change_product(row, _data(body, row), actor=request.user, version=version)
        return Response(_show([changed], request.user)[0])


# --- brands and their registration ------------------------------------------------------------------------------------


class BrandBody(StrictSerializer):
    """`project`: id of the approved project that supported it; without one it counts towards no target."""

    name = Text(max_length=300)
    project = Known(Project.objects.visible_to, required=False, allow_null=True)


class BrandChange(BrandBody):
    version = Whole(min_value=1)


class BrandStepBody(StrictSerializer):
    """file: `number`, `on`; grant: `number`, `on`, `valid_to`; refuse_brand: `on`, `note`; expire: `on`."""

    number = Text(max_length=60, required=False, allow_blank=True)
    on = Day(required=False)
    valid_to = Day(required=False, allow_null=True)
    note = Text(max_length=500, required=False, allow_blank=True)


def _brand(request: PortalRequest, brand_id: UUID) -> Brand:
    rows = Brand.objects.visible_to(request.user).select_related("product__enterprise", "project")
    row: Brand | None = rows.filter(public_id=brand_id).first()
    if row is None:
        raise Http404
    return row


def _show_brand(row: Brand, user: Any) -> dict[str, Any]:
    """One alone, with what may be done."""
    seen = set(Project.objects.visible_to(user).filter(pk=row.project_id or 0).values_list("pk", flat=True))
    return {
        **show_brand(row, seen),
        "product": str(row.product.public_id),
        "available_steps": BRAND.told(row, user),
    }


class BrandList(PortalView):
    @extend_schema(operation_id="brand_create", request=BrandBody, responses={201: ANY})
    def post(self, request: PortalRequest, product_id: UUID) -> HttpResponse:
        """Enter one that is being prepared; what follows are its steps."""
        product = one_product(request, product_id)

        def act() -> Response:
            made = create_brand(product, BrandData(**self.body(BrandBody, request)), actor=request.user)
            return Response(_show_brand(made, request.user), status=201)

        return self.once(request, act)


class BrandOne(PortalView):
    @extend_schema(operation_id="brand", responses=ANY)
    def get(self, request: PortalRequest, brand_id: UUID) -> Response:
        return Response(_show_brand(_brand(request, brand_id), request.user))

    @extend_schema(operation_id="brand_change", request=BrandChange, responses=ANY)
    def put(self, request: PortalRequest, brand_id: UUID) -> HttpResponse:
        row = _brand(request, brand_id)
        body = self.body(BrandChange, request)
        version = body.pop("version")
        return Response(
            _show_brand(change_brand(row, BrandData(**body), actor=request.user, version=version), request.user)
        )


class BrandStep(PortalView):
    @extend_schema(operation_id="brand_step", request=BrandStepBody, responses=ANY)
    def post(self, request: PortalRequest, brand_id: UUID, step: str) -> HttpResponse:
        row = _brand(request, brand_id)

        def act() -> Response:
            body = self.body(BrandStepBody, request)
            note = body.pop("note", "")
            return Response(
                _show_brand(take_brand_step(row, step, actor=request.user, note=note, data=body), request.user)
            )

        return self.once(request, act)


# --- spearhead products -----------------------------------------------------------------------------------------------


class SpearheadBody(StrictSerializer):
    """`area`: a province. `verified`: whether it was seen in the document. `projects`: those that supported it."""

    programme = Reference(lambda code: Programme.objects.filter(code=code).first())
    area = AreaField()
    name = Text(max_length=300)
    document_no = Text(max_length=100, required=False, allow_blank=True)
    document_on = Day(required=False, allow_null=True)
    verified = Choice(Verified.choices, required=False)
    note = Text(max_length=1000, required=False, allow_blank=True)
    projects = serializers.ListField(child=Known(Project.objects.visible_to), max_length=100, required=False)


class SpearheadChange(SpearheadBody):
    version = Whole(min_value=1)


def _show_spearheads(rows: list[Spearhead], user: Any) -> list[dict[str, Any]]:
    links = Project.objects.visible_to(user).filter(spearheads__in=rows).order_by("code")
    projects: dict[int, list[str]] = {row.pk: [] for row in rows}
    for spearhead, public_id in links.values_list("spearheads", "public_id"):
        if spearhead in projects:
            projects[spearhead].append(str(public_id))
    return [
        {
            "id": str(row.public_id),
            "programme": row.programme.code,
            "area": brief(row.province),
            "name": row.name,
            "document_no": row.document_no or None,
            "document_on": row.document_on,
            "verified": row.verified,
            "note": row.note or None,
            "projects": projects[row.pk],
            "version": row.version,
        }
        for row in rows
    ]


def _spearhead_data(body: dict[str, Any]) -> SpearheadData:
    return SpearheadData(province=province_of(body.pop("area")), **body)


class SpearheadList(PortalView):
    paged = True

    @extend_schema(operation_id="spearheads", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Spearhead.objects.visible_to(request.user).select_related("programme", "province")
        return self.page(request, rows, lambda found: _show_spearheads(found, request.user), self.values)

    @extend_schema(operation_id="spearhead_create", request=SpearheadBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            with in_terms_of_the_body(province="area"):
                made = create_spearhead(_spearhead_data(self.body(SpearheadBody, request)), actor=request.user)
            return Response(_show_spearheads([made], request.user)[0], status=201)

        return self.once(request, act)


class SpearheadOne(PortalView):
    def _get(self, request: PortalRequest, spearhead_id: UUID) -> Spearhead:
        rows = Spearhead.objects.visible_to(request.user).select_related("programme", "province")
        row: Spearhead | None = rows.filter(public_id=spearhead_id).first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="spearhead", responses=ANY)
    def get(self, request: PortalRequest, spearhead_id: UUID) -> Response:
        return Response(_show_spearheads([self._get(request, spearhead_id)], request.user)[0])

    @extend_schema(operation_id="spearhead_change", request=SpearheadChange, responses=ANY)
    def put(self, request: PortalRequest, spearhead_id: UUID) -> HttpResponse:
        """Projects that are left out stay linked."""
        row = self._get(request, spearhead_id)
        body = self.body(SpearheadChange, request)
        version = body.pop("version")
        body.setdefault("projects", list(row.projects.all()))
        with in_terms_of_the_body(province="area"):
            changed = change_spearhead(row, _spearhead_data(body), actor=request.user, version=version)
        return Response(_show_spearheads([changed], request.user)[0])


# --- codes ------------------------------------------------------------------------------------------------------------


@extend_schema_view(get=extend_schema(operation_id="product_groups"))
class ProductGroups(CodeList):
    codes = staticmethod(names_of(ProductGroup))


@extend_schema_view(get=extend_schema(operation_id="selection_levels"))
class SelectionLevels(CodeList):
    codes = staticmethod(names_of(SelectionLevel))
