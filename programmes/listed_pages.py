"""Pages of the short lists (programmes.listed): what is in force and what was, and one row with its history. An app
gives its lists as {slug: (title, model, form)}."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.form_pages import form_page
from accounts.signed_in import user_of
from audit.models import Entry
from core import clock
from programmes import listed
from programmes.permissions import may_change_rule

Lists = Mapping[str, tuple[Any, Any, Any]]


def lists_page(request: HttpRequest, lists: Lists, template: str, **more: Any) -> HttpResponse:
    """All rows of each list, each with whether it is in force today."""
    today = clock.today()
    found = [
        {"slug": slug, "title": title, "rows": [(row, row.in_force_on(today)) for row in model.objects.all()]}
        for slug, (title, model, _form) in lists.items()
    ]
    context = {"lists": found, "may_change": may_change_rule(None, user_of(request)), **more}
    return render(request, template, context)


def row_page(
    request: HttpRequest, lists: Lists, slug: str, pk: int, *, back: str, above: str, lead: str = ""
) -> HttpResponse:
    """One row of a list with its history; number 0 is a new one. `back`: name of the page of the lists, called
    `above`."""
    user = user_of(request)
    if slug not in lists:
        raise Http404
    may_change_rule(None, user).require()
    title, model, form_class = lists[slug]
    row = get_object_or_404(model, pk=pk) if pk else None
    form = form_class(request.POST or None, row=row)
    url = reverse(back)

    def act() -> str:
        if row is None:
            listed.add_row(model, form.values(), actor=user)
        else:
            listed.change_row(row, form.values(), actor=user, version=form.cleaned_data["version"] or 0)
        return f"{url}#{slug}"

    def now() -> tuple[int, dict[str, Any]]:
        found = model.objects.get(pk=pk)
        return found.version, {name: getattr(found, name) for name in form.fields if hasattr(found, name)}

    history = Entry.objects.about(row)[:50] if row is not None else []
    return form_page(
        request, form, act, title=row.name if row else _("Add a row"), back=url, over=str(title), done=_("Saved."),
        crumbs=((above, url),), now=now, template="components/listed_row.html", lead=lead, context={"history": history},
    )  # fmt: skip
