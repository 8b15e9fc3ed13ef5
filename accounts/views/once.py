"""A password or secret that is shown once.

It must survive the redirect after the POST and be stored nowhere on the server, so it travels in a cookie that only
the page behind the redirect gets, for two minutes, and that page takes it away.
"""

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

COOKIE = "shown_once"
SECONDS = 120


def redirect_and_show(request: HttpRequest, url: str, value: str) -> HttpResponseRedirect:
    response = HttpResponseRedirect(url)
    response.set_signed_cookie(
        COOKIE, value, max_age=SECONDS, path=url, secure=request.is_secure(), httponly=True, samesite="Strict"
    )
    return response


def render_once(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """The page, with `shown_once` in its context if there is something, and for this time only."""
    try:
        value = request.get_signed_cookie(COOKIE, max_age=SECONDS)
    except (KeyError, BadSignature):
        return render(request, template, context)
    response = render(request, template, {**context, "shown_once": value})
    response.delete_cookie(COOKIE, path=request.path, samesite="Strict")
    return response
