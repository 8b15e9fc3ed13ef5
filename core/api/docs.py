"""The description of the API: its schema, and pages to read and try it, without any other host."""

from functools import cache

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import params
from core.api.problems import bad_parameter
from core.api.renderers import dumps
from core.text import told_name


@cache
def schema_bytes(language: str | None) -> bytes:
    """The same for everybody, so it is made once a process and language."""
    schema: object = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return dumps(schema)


class SchemaView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        params.read(request.query_params, ())
        return HttpResponse(schema_bytes(get_language()), content_type="application/vnd.oai.openapi+json")


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI in two requests, the page and its script, so that nothing stands inline."""

    permission_classes = (IsAuthenticated,)
    url_name = "api:schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        for name in request.query_params:
            if name != "script":
                raise bad_parameter(told_name(name), "")
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return response
