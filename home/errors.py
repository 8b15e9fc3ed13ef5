"""Pages for what went wrong. Programs under /api/ get problem documents instead."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.api.problems import plain_problem


def _answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        code = {400: "invalid", 403: "not_allowed", 404: "not_found"}.get(status, "failed")
        return plain_problem(request, status, code, text)
    context = {"status": status, "title": title, "text": text, "trace_id": getattr(request, "trace_id", "")}
    return render(request, "errors/error.html", context, status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 400, _("This request was not understood"), _("Go back, look at what was entered and try again.")
    )


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request,
        403,
        _("You may not do this"),
        _("Your role does not include it. An administrator of the province can tell who may."),
    )


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request,
        404,
        _("There is no such page"),
        _("The address is wrong, or what was here is not open to you."),
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours broke. If even the page cannot be drawn, a plain sentence."""
    title = _("Something went wrong in the portal")
    text = _("What you sent was not stored. Try again; if it happens again, tell us the code below.")
    try:
        return _answer(request, 500, title, text)
    except Exception:
        return HttpResponse(f"{title}. {text}", status=500, content_type="text/plain; charset=utf-8")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    return _answer(
        request,
        403,
        _("This page had been open too long"),
        _("Nothing was stored. Go back, load the page again and send it once more. Cookies must be allowed."),
    )
