"""OpenAPI: operations named by what they do; parameters as declared; every operation knows the problems it may give."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter


class PortalAutoSchema(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        view = self.view
        found: list[Any] = list(super().get_override_parameters())
        if self.method == "GET":
            found += [param.openapi() for param in getattr(view, "all_params", lambda: ())()]
        if self.method == "POST" and getattr(view, "idempotent", True):
            found.append(
                OpenApiParameter(
                    "Idempotency-Key", str, "header", required=True, description="A UUID made by the caller."
                )
            )
        return found

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "code": {"type": "string"},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
                "trace_id": {"type": "string"},
            },
        }
        codes = ["400", "401", "403", "404"] + (["409", "422"] if self.method == "POST" else [])
        for code in codes:
            bodies.setdefault(
                code, {"content": {"application/problem+json": {"schema": problem}}, "description": "Problem"}
            )
        return bodies
