"""What the pages of this app share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError, NotAllowed, WrongState
from enterprises.models import Enterprise

PAGE_SIZE = 50


def page_of(request: HttpRequest, rows: Any) -> "Page[Any]":
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def edited(
    request: HttpRequest, form: Any, act: Callable[[int], Any], url: str, fresh: Callable[[], Any]
) -> tuple[HttpResponse | None, DomainError | None]:
    """What sending the form of something that is there led to: (where to go, None), or (None, what is against it) with
    the form telling so. `fresh`: the row again, for when somebody else was first."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        act(form.cleaned_data["version"])
    except (NotAllowed, WrongState):
        raise
    except DomainError as refusal:
        form.blame(refusal)
        if refusal.code == "stale":
            now = fresh()
            form.take_over(now.version, form.stored(now))
        return None, refusal
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(url), None


def sent(request: HttpRequest, form: Any, act: Callable[[], Any], url: str, done: Any) -> HttpResponse | None:
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
    messages.success(request, str(done))
    return HttpResponseRedirect(url)


def ticked(request: HttpRequest, user: User) -> list[Enterprise]:
    """The establishments ticked in a list that the person may see."""
    ids = [text for text in request.POST.getlist("enterprises") if len(text) == 36][:500]
    return list(Enterprise.objects.visible_to(user).filter(public_id__in=ids))
