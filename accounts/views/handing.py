"""Handing units and open work over: the list, one of them, and a new one, shown before it is done."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import permissions
from accounts.forms import GiverForm, HandOverFilter, HandOverForm
from accounts.hand_over import Plan, check, kinds_moved, plan, rows_of, units_of
from accounts.hand_over import hand_over as carry_out
from accounts.models import FormDraft, HandOver, User, staff_read_in
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import DomainError

PAGE_SIZE = 50
LISTED = 200  # rows of one kind on the page of a hand-over

COLUMNS = (
    sheets.Column(_lazy("First day"), lambda row: row.starts_on, "day"),
    sheets.Column(_lazy("Handed over by"), lambda row: row.giver.full_name),
    sheets.Column(_lazy("Taken over by"), lambda row: row.taker.full_name),
    sheets.Column(
        _lazy("Areas of responsibility"), lambda row: ", ".join(str(unit.area) for unit in row.units.all()), width=40
    ),
    sheets.Column(_lazy("Open work"), lambda row: row.total, "number"),
    sheets.Column(_lazy("Reason"), lambda row: row.reason, width=40),
    sheets.Column(_lazy("Recorded by"), lambda row: row.recorded_by.full_name if row.recorded_by else ""),
    sheets.Column(_lazy("Recorded at"), lambda row: row.recorded_at, "moment", width=18),
)


def _rows(user: User) -> Any:
    rows = HandOver.objects.visible_to(user).select_related("giver", "taker", "recorded_by")
    return rows.prefetch_related("units__area")


@require_safe
def hand_overs(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = HandOverFilter(request.GET, provinces=staff_read_in(user))
    rows = form.narrow(_rows(user))
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "ban-giao", _("Hand-overs"), COLUMNS, rows, about=form.in_words)
    context = {
        "form": form,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "any": bool(form.used) or rows.exists(),
        "may": permissions.may_administer(user),
    }
    return render(request, "accounts/hand_overs.html", context)


@require_safe
def hand_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row: HandOver = get_object_or_404(_rows(user), public_id=public_id)
    groups = []
    for kind, ids in kinds_moved(row):
        every = rows_of(kind, row, ids[:LISTED])
        seen = set(kind.seen_by(every, user).values_list("pk", flat=True))
        rows = [(kind.words(one), kind.url(one) if one.pk in seen else "") for one in every]
        groups.append({"kind": kind, "count": len(ids), "rows": rows})
    context = {
        "row": row,
        "groups": groups,
        "reads": bool(staff_read_in(user)),
        "history": Entry.objects.about(row).filter(action="hand_over"),
    }
    return render(request, "accounts/hand_over.html", context)


def _giver(actor: User, text: str) -> User:
    try:
        found: User = get_object_or_404(
            User.objects.people().visible_to(actor).select_related("agency"), public_id=text
        )
    except ValidationError:
        raise Http404 from None
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_new(request: HttpRequest) -> HttpResponse:
    """Whose (`?giver=`), then what to whom; what would move is shown first, and only that is done."""
    actor = user_of(request)
    permissions.may_administer(actor).require()
    if not request.GET.get("giver"):
        asked = GiverForm(request.GET if "giver" in request.GET else None, actor=actor)
        return render(request, "accounts/hand_over_giver.html", {"form": asked}, status=422 if asked.errors else 200)
    giver = _giver(actor, request.GET["giver"])
    permissions.may_hand_over(giver, actor).require()
    units = units_of(giver)
    wanted = request.GET.getlist("unit")
    first = [unit.grant.area.uid for unit in units if unit.grant.area and (not wanted or unit.grant.area.uid in wanted)]
    live = [unit.grant.area.uid for unit in units if unit.grant.area and not unit.ended]
    initial = {"starts_on": clock.today(), "areas": first if wanted else live or first}
    form = HandOverForm(request.POST or None, actor=actor, giver=giver, units=units, initial=initial)
    shown: Plan | None = None
    error: DomainError | None = None
    seen = request.POST.get("seen", "")
    if request.method == "POST" and form.is_valid():
        order = form.order()
        if "confirm" in request.POST and seen:

            def act() -> str:
                row = carry_out(order, actor=actor, seen=seen)
                return reverse("accounts:hand_over", args=[row.public_id])

            answer, error = sent_once(request, form, act, _("Handed over."), raises=())
            if answer:
                return answer
        try:
            check(order, actor)
        except DomainError as refusal:
            if error is None:
                form.blame(refusal)
                error = refusal
        else:
            shown = plan(order)
    context = {
        "giver": giver,
        "units": units,
        "plan": shown,
        "groups": _groups(shown, actor) if shown else [],
        "drafts": FormDraft.objects.filter(user=giver, done=False).count(),
        "order": form.order() if shown else None,
        "ahead": shown is not None and form.order().starts_on > clock.today(),
    }
    return render_form(request, "accounts/hand_over_new.html", form, context, error)


def _groups(shown: Plan, actor: User) -> list[dict[str, Any]]:
    """What would move by kind; the page of a row only for those who see it."""
    found = []
    for kind, rows in shown.rows:
        if rows:
            every = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
            seen = set(kind.seen_by(every, actor).values_list("pk", flat=True))
            told = [(kind.words(row), kind.url(row) if row.pk in seen else "") for row in rows[:LISTED]]
            found.append({"kind": kind, "count": len(rows), "rows": told})
    return found
