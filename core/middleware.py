"""Pages: a DomainError that no view caught becomes a page with its status and its reason."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import guards
from core.errors import DomainError, of_guard

log = logging.getLogger(__name__)


class DomainErrorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            # The address of a form, opened as a page: after a new sign-in, or by changing the language.
            error = DomainError(_("Only a form leads to this address. Go back to the page with the form."))
            page = render(request, "errors/domain.html", {"error": error}, status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if guards.refusal(exception):
            log.error("a guard refused what a service let through", exc_info=exception)
            exception = of_guard()
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/domain.html", {"error": exception}, status=exception.status)
