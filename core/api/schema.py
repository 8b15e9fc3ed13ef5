"""OpenAPI: parameters as the view declares them, keyset pages, and the problems that every operation may give."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from core.api.problems import PROBLEM_TYPE
from core.api.serializers import ProblemShown

PROBLEMS = {
    400: "A parameter, a header or the body cannot be taken.",
    401: "Not signed in, or the token is not good.",
    403: "The scope or the right is missing.",
    404: "There is no such thing, or not for the caller.",
    409: "Not possible now: state, ceiling, duplicate, or the same key is still being worked on.",
    422: "This Idempotency-Key was used for another request.",
}

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    "header",
    required=True,
    description="A UUID made by the caller; the same when it tries again.",
)
LOCATION = OpenApiParameter(
    "Location", str, "header", response=["202"], description="Where to look after it: a path under /api/v1/."
)


class PageShape:
    """How a keyset page looks (core.api.pagination)."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "description": "Path of that page, or null."}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
                "total": {"type": "integer", "description": "Only with count=true."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []  # declared by the view like all others


class PortalAutoSchema(AutoSchema):
    def _keyed(self) -> bool:
        return self.method == "POST" and bool(getattr(self.view, "idempotent", False))

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = list(super().get_override_parameters())
        if self.method == "GET":
            found += [param.openapi() for param in getattr(self.view, "all_params", lambda: ())()]
        if self._keyed():
            found += [KEY, LOCATION]
        return found

    def _get_paginator(self) -> PageShape | None:
        return PageShape() if getattr(self.view, "paged", False) else None

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if (
            any(PROBLEM_TYPE in (body.get("content") or {}) for body in bodies.values())
            or not self.view.permission_classes
        ):
            return bodies
        for code, text in PROBLEMS.items():
            if code == 422 and not self._keyed() or code == 409 and self.method == "GET":
                continue
            answer = OpenApiResponse(ProblemShown, text)
            body = self._get_response_for_code(answer, str(code), (PROBLEM_TYPE,), direction)  # type: ignore[no-untyped-call]
            bodies.setdefault(str(code), body)
        return bodies
