"""Errors of the API in one shape: application/problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from core.api.renderers import JSONRenderer, dumps
from core.errors import DomainError

PROBLEM_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """A refusal by the rules of the API itself: status, code, a sentence, and faults by field."""

    def __init__(
        self, status_code: int, code: str, detail: str, errors: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status_code
        self.problem_code = code
        self.problem_errors = [{"field": name, "message": text} for name, text in (errors or {}).items()]
        self.extra = extra


def bad_parameter(name: str, message: str) -> Problem:
    return Problem(400, "invalid_parameter", _("A parameter cannot be taken."), {name: message})


TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def body(
    request: HttpRequest, status_code: int, code: str, detail: str, errors: Any = None, extra: Any = None
) -> dict[str, Any]:
    return {
        "type": f"urn:khuyencong:problem:{code}",
        "title": TITLES.get(status_code, "Error"),
        "status": status_code,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        "trace_id": getattr(request, "trace_id", ""),
        **(extra or {}),
    }


def plain_problem(request: HttpRequest, status_code: int, code: str, detail: str) -> HttpResponse:
    """For what happens outside of a view of the API: an unknown path, a fault."""
    return HttpResponse(dumps(body(request, status_code, code, detail)), status=status_code, content_type=PROBLEM_TYPE)


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested faults as a list of {field, message}."""
    if isinstance(detail, Mapping):
        found: list[dict[str, str]] = []
        for name, inner in detail.items():
            inner_path = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            found += flatten(inner, inner_path)
        return found
    if isinstance(detail, (list, tuple)):
        if all(isinstance(item, str) for item in detail):
            return [{"field": path, "message": str(item)} for item in detail]
        found = []
        for index, item in enumerate(detail):
            if item:
                found += flatten(item, f"{path}.{index}" if path else str(index))
        return found
    return [{"field": path, "message": str(detail)}]


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DomainError, DRF's and Django's own exceptions as problems. Anything else is a fault: 500, with a trace id."""
    request = context["request"]
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    if isinstance(error, DomainError):
        code, number, detail, extra = error.code, error.status, error.message, error.extra
        errors = [{"field": name, "message": str(text)} for name, texts in error.fields.items() for text in texts]
        detail = detail or (errors[0]["message"] if errors else TITLES.get(number, ""))
    elif isinstance(error, Http404):
        code, number, detail = "not_found", 404, _("There is no such thing here.")
    elif isinstance(error, PermissionDenied):
        code, number, detail = "not_allowed", 403, _("You may not do this.")
    elif isinstance(error, ValidationError):
        code, number, detail = "invalid", 400, _("What was sent cannot be taken.")
        errors = [{"field": "", "message": text} for text in error.messages]
    elif isinstance(error, Problem):
        code, number, detail = error.problem_code, error.status_code, str(error.detail)
        errors, extra = error.problem_errors, error.extra
    elif isinstance(error, exceptions.ValidationError):
        code, number, detail = "invalid", 400, _("What was sent cannot be taken.")
        errors = flatten(error.detail)
    elif isinstance(error, exceptions.APIException):
        number = error.status_code
        code = error.get_codes() if isinstance(error.get_codes(), str) else "error"  # type: ignore[assignment]
        detail = str(error.detail)
        if isinstance(error, exceptions.NotFound):
            code, detail = "not_found", _("There is no such thing here.")
        auth_header = getattr(error, "auth_header", None)
        if auth_header:
            headers["WWW-Authenticate"] = auth_header
        wait = getattr(error, "wait", None)
        if wait:
            headers["Retry-After"] = str(int(wait) + 1)
    else:
        return None
    response = Response(body(request, number, code, str(detail), errors, extra), status=number, headers=headers)
    response.content_type = PROBLEM_TYPE
    response["Content-Type"] = PROBLEM_TYPE
    if number == status.HTTP_401_UNAUTHORIZED and "WWW-Authenticate" not in response:
        response["WWW-Authenticate"] = 'Bearer realm="khuyencong"'
    return response


__all__ = ["JSONRenderer", "Problem", "bad_parameter", "exception_handler", "plain_problem"]
