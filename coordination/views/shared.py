"""What the pages of this app share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.errors import DomainError, NotAllowed, WrongState

PAGE_SIZE = 50


def page_of(request: HttpRequest, rows: Any) -> "Page[Any]":
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def sent(request: HttpRequest, form: Any, act: Callable[[], Any], url: str, done: str) -> HttpResponse | None:
    """One of several small forms of a page: where to go after `act`, or None with the form telling what is wrong."""
    if not form.is_valid():
        return None
    try:
        act()
    except (NotAllowed, WrongState):
        raise
    except DomainError as refusal:
        form.blame(refusal)
        return None
    messages.success(request, done)
    return HttpResponseRedirect(url)
