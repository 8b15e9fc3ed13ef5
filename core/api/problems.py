"""Errors of the API in one shape: application/problem+json (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from core import guards
from core.api.renderers import dumps
from core.errors import DomainError, of_guard

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
REALM = 'Bearer realm="khuyencong"'

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


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


def bad_field(name: str, message: str) -> Problem:
    return Problem(400, "invalid", _("What was sent cannot be taken."), {name: message})


def not_there() -> str:
    """The same words for what does not exist and for what the caller may not see."""
    return _("There is no such thing here.")


def body(
    request: HttpRequest, status: int, code: str, detail: str, errors: Any = None, extra: Any = None
) -> dict[str, Any]:
    return {
        "type": f"urn:khuyencong:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        "trace_id": getattr(request, "trace_id", ""),
        **(extra or {}),
    }


@contextmanager
def in_terms_of_the_body(**names: str) -> Iterator[None]:
    """A service calls its inputs by its own names; the caller is told those of the body."""
    try:
        yield
    except DomainError as error:
        error.fields = {names.get(name, name).replace("__", "."): texts for name, texts in error.fields.items()}
        raise


def plain_problem(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """For what happens outside of a view of the API: a malformed request, a fault."""
    return HttpResponse(dumps(body(request, status, code, detail)), status=status, content_type=PROBLEM_TYPE)


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested faults as a list of {field, message}; a list's items by their place: planned_results.0.quantity."""
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


def _of_domain(error: DomainError) -> tuple[int, str, str, list[dict[str, str]], dict[str, Any]]:
    errors = [{"field": name, "message": str(text)} for name, texts in error.fields.items() for text in texts]
    detail = str(error.message) or (errors[0]["message"] if errors else "")
    if not detail:
        detail = not_there() if error.status == 404 else TITLES[error.status]
    return error.status, error.code, detail, errors, error.extra


def _of_framework(error: exceptions.APIException) -> tuple[int, str, str, list[dict[str, str]]]:
    """What Django REST framework itself refuses."""
    if isinstance(error, exceptions.ValidationError):
        return 400, "invalid", _("What was sent cannot be taken."), flatten(error.detail)
    if isinstance(error, exceptions.MethodNotAllowed):
        return 405, "method_not_allowed", _("This is not done here."), []
    if isinstance(error, exceptions.UnsupportedMediaType):
        return 415, "unsupported_media_type", _("A body of this type is not taken here."), []
    if isinstance(error, exceptions.NotAuthenticated):
        return error.status_code, "not_authenticated", _("Sign in, or send an access token."), []
    if isinstance(error, exceptions.PermissionDenied):
        return 403, "not_allowed", _("You may not do this."), []
    if isinstance(error, exceptions.NotFound):
        return 404, "not_found", not_there(), []
    codes = error.get_codes()
    return error.status_code, codes if isinstance(codes, str) else "refused", str(error.detail), []


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DomainError, DRF's and Django's own exceptions as problems. Anything else is a fault: None, so it becomes a 500
    with a trace id (home.errors.server_error)."""
    request = context["request"]
    extra: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    headers: dict[str, str] = {}
    if guards.refusal(error):
        log.error("a guard refused what a service let through", exc_info=error)
        error = of_guard()
    if isinstance(error, DomainError):
        status, code, detail, errors, extra = _of_domain(error)
    elif isinstance(error, Problem):
        status, code, detail = error.status_code, error.problem_code, str(error.detail)
        errors, extra = error.problem_errors, error.extra
    elif isinstance(error, exceptions.APIException):
        status, code, detail, errors = _of_framework(error)
    elif isinstance(error, Http404):
        status, code, detail = 404, "not_found", not_there()
    elif isinstance(error, PermissionDenied):
        status, code, detail = 403, "not_allowed", _("You may not do this.")
    elif isinstance(error, ValidationError):
        status, code, detail = 400, "invalid", _("What was sent cannot be taken.")
        errors = [{"field": "", "message": text} for text in error.messages]
    elif isinstance(error, RequestDataTooBig):
        status, code, detail = 413, "too_large", _("More was sent than can be taken at once.")
    elif isinstance(error, SuspiciousOperation):
        status, code, detail = 400, "malformed", _("The request was not understood.")
    elif isinstance(error, OperationalError):  # a lock that was not to be had in time, a database that is away
        log.warning("the database could not be used", exc_info=True)
        status, code, detail = 503, "busy", _("The portal is busy. Nothing was stored; send it again.")
        headers["Retry-After"] = "1"
    else:
        return None
    problem = dumps(body(request, status, code, detail, errors, extra))
    response = HttpResponse(problem, status=status, headers=headers, content_type=PROBLEM_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = getattr(error, "challenge", REALM)
    elif status == 405:
        response["Allow"] = ", ".join(_methods(context["view"]))
    elif (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _methods(view: Any) -> list[str]:
    return [name.upper() for name in view.http_method_names if name != "options" and hasattr(view, name)]
