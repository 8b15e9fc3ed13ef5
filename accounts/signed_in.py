"""Who is in front of a page, and how its form comes back."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from core.errors import DomainError, Invalid


def user_of(request: HttpRequest) -> User:
    """The person signed in: every page wants one unless its view says otherwise."""
    assert isinstance(request.user, User)
    return request.user


def render_form(
    request: HttpRequest, template: str, form: BaseForm, context: dict[str, Any], error: DomainError | None = None
) -> HttpResponse:
    """A form's page: 200 as it is first shown, 422 with faults in it, 409 where others were first or the state or a
    ceiling is against it."""
    status = 422 if form.errors else 200
    if error is not None and not isinstance(error, Invalid):
        status = error.status
    return render(request, template, {**context, "form": form}, status=status)
