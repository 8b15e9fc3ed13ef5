"""The matrix of uptake with the lists behind its numbers, and the lists officials keep."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signed_in import user_of
from audit.models import Entry
from core import clock, sheets
from enterprises.models import Enterprise
from outreach import permissions, services
from outreach.forms import ItemForm, UptakeFilter
from outreach.models import ListItem, ListKind, provinces_of
from outreach.uptake import COLUMNS, Matrix
from outreach.views.shared import page_of, sent

TITLES = {
    "eligible": _lazy("Eligible"),
    "informed": _lazy("Informed"),
    "asked": _lazy("Asked"),
    "supported": _lazy("Supported"),
}


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Contents of support with their four numbers; of one content by commune; the list behind a number (`what`)."""
    user = user_of(request)
    provinces = provinces_of(user) | user.sight.granted_area_ids
    form = UptakeFilter(request.GET, columns=TITLES.items(), provinces=provinces)
    data = form.usable()
    year, area, activity, what = (data.get(name) for name in ("year", "area", "activity", "what"))
    table = Matrix(user, year or clock.today().year, area)
    context: dict[str, Any] = {"tab": "uptake", "form": form, "year": table.year, "area": area, "activity": activity}
    if activity is not None and what:
        chosen = getattr(table.rows[activity.pk], what)
        rows = (
            Enterprise.objects.visible_to(user)
            .filter(pk__in=list(chosen))
            .select_related("area")
            .order_by("folded", "id")
        )
        about = f"{TITLES[what]}; {form.in_words}"
        if wanted := sheets.asked(request):
            columns = (
                sheets.Column(_("Establishment"), lambda row: row.name, width=46),
                sheets.Column(_("Kind of business"), lambda row: row.get_kind_display()),
                sheets.Column(_("Place"), lambda row: row.area.full_name),
                sheets.Column(_("Telephone"), lambda row: row.phone),
            )
            return sheets.answer(wanted, "tiep-can", _("Establishments"), columns, rows.iterator(), about=about)
        return render(
            request, "outreach/uptake_list.html", {**context, "what": TITLES[what], "page": page_of(request, rows)}
        )
    shown = table.in_order() if activity is None else [table.rows[activity.pk]]
    if wanted := sheets.asked(request):
        numbers = (
            sheets.Column(_("Support"), lambda row: row.activity.name, width=60),
            *(sheets.Column(TITLES[name], _counter(name), "number") for name in COLUMNS),
        )
        return sheets.answer(wanted, "tiep-can", _("Uptake of policies"), numbers, shown, about=form.in_words)
    context |= {
        "rows": shown,
        "unused": sum(row.unused for row in table.rows.values()),
        "total": len(table.rows),
        "communes": table.by_commune(activity) if activity is not None else [],
    }
    return render(request, "outreach/uptake.html", context)


def _counter(name: str) -> Any:
    return lambda row: len(getattr(row, name))


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Topics of advice, channels, trades, contacts: add, change, end."""
    user = user_of(request)
    may = permissions.may_edit_lists(user)
    chosen = None
    if (wanted := request.GET.get("item", "")).isascii() and wanted.isdigit() and len(wanted) < 10:
        chosen = ListItem.objects.filter(pk=wanted).first()
    initial: dict[str, Any] = {"kind": request.GET.get("kind", "")}
    if chosen is not None:
        initial = {name: getattr(chosen, name) for name in ("kind", "name", "days", "ended_on", "version")}
        initial["item"] = chosen.pk
    form = ItemForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        may.require()

        def act() -> None:
            data = form.cleaned_data
            services.store_item(
                data["item"].kind if data["item"] else data["kind"],
                data["name"],
                data["days"],
                actor=user,
                item=data["item"],
                ended_on=data["ended_on"],
                version=(data["version"] or 0) if data["item"] else None,
            )

        answer = sent(request, form, act, reverse("outreach:lists"), _("Saved."))
        if answer:
            return answer
    found = list(ListItem.objects.order_by("id"))
    context = {
        "tab": "lists",
        "form": form,
        "chosen": chosen,
        "may_edit": may,
        "groups": [(kind, [row for row in found if row.kind == kind.value]) for kind in ListKind],
        "history": Entry.objects.about(chosen)[:30] if chosen is not None and may else [],
        "today": clock.today(),
    }
    return render(request, "outreach/lists.html", context, status=422 if form.errors else 200)
