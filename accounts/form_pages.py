"""A page that is one form and nothing else (templates/components/form_page.html)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.signed_in import render_form, sent_once
from core.errors import NotAllowed


def form_page(
    request: HttpRequest,
    form: Any,
    act: Callable[[], str],
    *,
    title: str,
    back: str,
    done: str = "",
    lead: str = "",
    over: str = "",
    crumbs: tuple[tuple[str, str], ...] = (),
    button: str = "",
    template: str = "components/form_page.html",
    now: Callable[[], tuple[int, dict[str, Any]]] | None = None,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the form; sent and in order, `act` stores and gives the address to go to, once. `crumbs`: (words, address)
    of the pages above; `now`: version and values stored meanwhile, for a form that somebody else was faster with."""
    answer, error = sent_once(request, form, act, done, raises=(NotAllowed,))
    if answer:
        return answer
    if error is not None and error.code == "stale" and now is not None:
        form.take_over(*now())
    more = {"title": title, "back": back, "lead": lead, "over": over, "trail": crumbs, "button": button}
    return render_form(request, template, form, {**more, **(context or {})}, error)
