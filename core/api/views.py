"""What every view of the API shares: declared parameters, keyset pages, one effect a key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api import params
from core.api.idempotency import once, was_sent
from core.api.pagination import Ordering, Page
from core.api.params import Param
from core.api.problems import Problem, bad_field
from core.text import told_name

if TYPE_CHECKING:

    class PortalRequest(Request):
        """Past the gates the user is an accounts.User, which this floor does not know."""

        user: Any
        data: Any
else:
    PortalRequest = Request


class PortalView(APIView):
    """`scope_read` and `scope_write` name the OAuth scopes a program needs; `params` the query parameters of GET (no
    other method has any). `paged` lists take `cursor`, `page_size` and `count`; the first of `orderings` holds when
    none is asked for. Every POST is `idempotent`: it answers through `once`."""

    scope_read: ClassVar[str] = "records:read"
    scope_write: ClassVar[str] = "records:write"
    params: ClassVar[tuple[Param, ...]] = ()
    paged: ClassVar[bool] = False
    orderings: ClassVar[dict[str, Ordering]] = {}
    idempotent: ClassVar[bool] = True
    values: dict[str, Any]

    @classmethod
    def all_params(cls) -> tuple[Param, ...]:
        found = cls.params
        if cls.paged:
            found += params.PAGING
        if cls.orderings:
            found += (params.choice("ordering", list(cls.orderings), "The first one unless said otherwise."),)
        return found

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who is it (401), may the program (403), and then the parameters (400) into `self.values`."""
        super().initial(request, *args, **kwargs)
        declared = self.all_params() if request.method in ("GET", "HEAD") else ()
        self.values = params.read(request.query_params, declared)

    @property
    def allowed_methods(self) -> list[str]:
        """For the header Allow; OPTIONS is not answered."""
        return [name for name in super().allowed_methods if name != "OPTIONS"]

    def read_params(self, request: Request) -> dict[str, Any]:
        """What was given, by name; a parameter that was not given is not there."""
        return self.values

    def page(
        self,
        request: Request,
        rows: "QuerySet[Any]",
        show: Callable[[list[Any]], list[Any]],
        values: dict[str, Any],
        ordering: Ordering = ("id",),
    ) -> Response:
        """One page of `rows`; `show` turns the rows of the page into their JSON, with a constant number of queries."""
        if self.orderings:
            ordering = self.orderings[values.get("ordering", next(iter(self.orderings)))]
        page = Page(rows, ordering, values)
        found = page.rows()
        return Response(page.answer(request._request, show(found), found))

    def once(self, request: Request, act: Callable[[], Response]) -> HttpResponse:
        return once(request, str(request.user.pk), act)

    def was_sent(self, request: Request) -> bool:
        return was_sent(request, str(request.user.pk))

    def body(self, serializer: type[Serializer[Any]], request: Request, *, partial: bool = False) -> dict[str, Any]:
        """The body, checked by the serializer: 400 with every fault by field."""
        read = serializer(data=request.data, context={"request": request}, partial=partial)
        read.is_valid(raise_exception=True)
        data: dict[str, Any] = read.validated_data
        return data

    def form(self, serializer: type[Serializer[Any]], request: Request, file: str, missing: str) -> tuple[Any, Any]:
        """(the fields, the file) of a form that was uploaded, as strict as any body: each field at most once, and none
        that nobody knows. `file`: the name of the file's field; `missing`: what is said where it is not there."""
        data: Any = request.data
        if not hasattr(data, "lists"):
            raise bad_field(file, missing)
        known = {file, *serializer().fields}
        for name, values in data.lists():
            if name not in known:
                raise bad_field(told_name(name), _("There is no such field to write."))
            if len(values) > 1:
                raise bad_field(name, _("Give it once."))
        upload = request.FILES.get(file)
        if upload is None:
            raise bad_field(file, missing)
        read = serializer(data={name: value for name, value in data.items() if name != file})
        read.is_valid(raise_exception=True)
        return read.validated_data, upload


class Unknown(PortalView):
    """Whatever address nobody else answers: 404 as a problem, also where only the final slash is missing."""

    scope_read = scope_write = ""
    schema = None

    @extend_schema(exclude=True)
    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.path.endswith("/"):
            raise Problem(404, "not_found", _("There is no such address. Addresses end with a slash."))
        raise Http404

    get = post = put = patch = delete = _refuse

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        APIView.initial(self, request, *args, **kwargs)
