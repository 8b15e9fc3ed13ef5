"""What every view of the API shares: declared parameters, keyset pages, one effect a key."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api import params
from core.api.idempotency import once
from core.api.pagination import Page
from core.api.params import Param


class PortalView(APIView):
    """`scope_read` and `scope_write` name the OAuth scopes; `params` the query parameters of GET."""

    scope_read: ClassVar[str] = "records:read"
    scope_write: ClassVar[str] = "records:write"
    params: ClassVar[tuple[Param, ...]] = ()
    orderings: ClassVar[dict[str, tuple[str, ...]]] = {}
    paged: ClassVar[bool] = False
    idempotent: ClassVar[bool] = True
    lookup_field = "id"  # for the schema

    @classmethod
    def all_params(cls) -> tuple[Param, ...]:
        found = cls.params
        if cls.paged:
            found += params.PAGING
        if cls.orderings:
            found += (params.choice("ordering", list(cls.orderings), "Order of the rows."),)
        return found

    def read_params(self, request: Request) -> dict[str, Any]:
        return params.read(request._request, self.all_params())

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            params.read(request._request, ())

    def page(
        self,
        request: Request,
        rows: "QuerySet[Any]",
        show: Callable[[list[Any]], list[Any]],
        values: dict[str, Any],
        ordering: tuple[str, ...] = ("id",),
    ) -> Response:
        """One page of `rows`; `show` turns the rows of the page into their JSON, with a constant number of queries."""
        if "ordering" in values:
            ordering = self.orderings[values["ordering"]]
        page = Page(rows, ordering, values)
        found = page.rows()
        return Response(page.answer(request._request, show(found), found))

    def once(self, request: Request, act: Callable[[], Response]) -> Response:
        return once(request, str(request.user.pk), act)

    def body(self, serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
        """The body, checked by the serializer: 400 with every fault by field."""
        read = serializer(data=request.data, context={"request": request})
        read.is_valid(raise_exception=True)
        data: dict[str, Any] = read.validated_data
        return data
