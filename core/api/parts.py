"""What belongs to a record and has no address of its own beside it: rows of one kind, listed, entered, put right."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from core.api.serializers import StrictSerializer
from core.api.views import PortalRequest, PortalView

ANY = OpenApiTypes.OBJECT


class PartView(PortalView):
    """`slug`: which kind of part. An app says whose parts they are, which of them are seen, and how one is stored."""

    slug: ClassVar[str]
    serializer: ClassVar[type[StrictSerializer]]

    def owner(self, request: PortalRequest, public_id: UUID) -> Any:
        """The record, or 404."""
        raise NotImplementedError

    def rows(self, request: PortalRequest, owner: Any) -> Any:
        """The rows of this part that the caller sees."""
        raise NotImplementedError

    def show(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def save(self, request: PortalRequest, owner: Any, values: dict[str, Any], row: Any = None) -> Any:
        """Store a new row, or `row`; what is left out of `values` is empty."""
        raise NotImplementedError

    def get(self, request: PortalRequest, **path: Any) -> Response:
        rows = self.rows(request, self.owner(request, *path.values()))
        return Response({"results": [self.show(row) for row in rows]})

    def post(self, request: PortalRequest, **path: Any) -> HttpResponse:
        owner = self.owner(request, *path.values())

        def act() -> Response:
            values = self.body(self.serializer, request)
            return Response(self.show(self.save(request, owner, values)), status=201)

        return self.once(request, act)

    def put(self, request: PortalRequest, part_id: int, **path: Any) -> HttpResponse:
        """Say all of it anew."""
        owner = self.owner(request, *path.values())
        row = self.rows(request, owner).filter(pk=part_id).first()
        if row is None:
            raise Http404
        self.save(request, owner, self.body(self.serializer, request), row)
        return Response(self.show(self.rows(request, owner).get(pk=part_id)))


def views_of(base: type[PartView], record: str, slug: str, body: type[StrictSerializer]) -> tuple[Any, Any]:
    """The list and the single row of one part of a kind of record."""
    name, values = f"{record}_{slug}", {"slug": slug, "serializer": body}
    several = type(f"{name}_list", (base,), {**values, "http_method_names": ["get", "head", "post"]})
    single = type(f"{name}_one", (base,), {**values, "http_method_names": ["put"]})
    described = extend_schema_view(
        get=extend_schema(operation_id=name, responses=ANY),
        post=extend_schema(operation_id=f"{name}_add", request=body, responses={201: ANY}),
    )
    one = extend_schema_view(put=extend_schema(operation_id=f"{name}_change", request=body, responses=ANY))
    return described(several), one(single)
