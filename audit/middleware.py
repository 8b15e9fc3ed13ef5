"""Notes for every request where it came from (audit.origin)."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from audit.origin import Origin, origin


def client_address(request: HttpRequest) -> str:
    """The caller's address. X-Forwarded-For counts only as far as our own proxies wrote it (TRUSTED_PROXIES)."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    trusted: int = settings.TRUSTED_PROXIES
    if trusted:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(chain) >= trusted:
            address = chain[-trusted]
    return address[:64]


class OriginMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        channel = "api" if request.path.startswith("/api/") else "page"
        request_id = uuid.uuid4().hex
        # So the log knows the id that the caller gets, and no id that a caller made up.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        request.__dict__.pop("headers", None)  # they are kept once read
        request.trace_id = request_id  # type: ignore[attr-defined]
        device = request.headers.get("User-Agent", "")[:200]
        with origin(Origin(channel, client_address(request), device, request_id)):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
