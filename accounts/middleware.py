"""Every address wants a person who is signed in, unless its view says otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render


class SignInMiddleware(LoginRequiredMiddleware):
    """A page leads to the sign-in. A part of a page that is asked for after the session has ended says so where it was
    to stand: a form to sign in there would take the focus from what the person types into the form around it."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:
        if request.headers.get("HX-Request") == "true":
            return _part(request)
        return super().handle_no_permission(request, view_func)


def _part(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/_signed_out.html", status=401)
