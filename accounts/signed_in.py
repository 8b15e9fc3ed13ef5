"""Who is in front of a page, and how its form comes back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from core.once import once


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


def sent_once(
    request: HttpRequest,
    form: Any,
    act: Callable[[], str],
    done: str = "",
    *,
    raises: tuple[type[DomainError], ...] = (NotAllowed, WrongState),
) -> tuple[HttpResponse | None, DomainError | None]:
    """What sending the form (a OnceForm) led to: (where to go, None) after `act`, which stores and gives the address;
    `done` is said there. Otherwise (None, what is against it): told in the form, which is shown again; None where the
    form itself has faults or nothing was sent. `raises`: what no change of the form can mend has a page of its own."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        answer = once(request, form, act)
    except DomainError as refusal:
        if isinstance(refusal, raises):
            raise
        form.blame(refusal)
        return None, refusal
    if done:
        messages.success(request, done)
    return answer, None
