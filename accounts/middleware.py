"""Every address wants a person who is signed in, unless its view says otherwise."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.shortcuts import render


class SignInMiddleware(LoginRequiredMiddleware):
    """A page leads to the sign-in. A part of a page that is asked for after the session has ended says so where it was
    to stand: a form to sign in there would take the focus from what the person types into the form around it."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and request.headers.get("HX-Request") == "true":
            return render(request, "accounts/_signed_out.html", status=401)
        return answer
