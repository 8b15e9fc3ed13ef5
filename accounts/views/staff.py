"""The people of the department, the centre and the communes: what waits for each, and what they learned."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import hand_over, permissions
from accounts.forms import StaffFilter, TrainingForm
from accounts.models import HandOver, User, staff_read_in
from accounts.open_work import KINDS, OpenWork
from accounts.signed_in import render_form, sent_once, user_of
from accounts.staff import Member, keep_training, members, open_counts, remove_training
from audit.models import Entry
from core import clock, sheets

PAGE_SIZE = 50
SHOWN = 5  # of each kind of open work, until one is asked for

COLUMNS = (
    sheets.Column(_lazy("Full name"), lambda row: row.person.full_name),
    sheets.Column(_lazy("Agency"), lambda row: row.person.agency, width=36),
    sheets.Column(_lazy("Position"), lambda row: row.person.position),
    sheets.Column(_lazy("Roles"), lambda row: "; ".join(grant.in_words() for grant in row.grants), width=60),
    sheets.Column(_lazy("Telephone"), lambda row: row.person.phone),
    sheets.Column(_lazy("E-mail"), lambda row: row.person.email),
    sheets.Column(_lazy("Training taken"), lambda row: row.trainings, "number"),
)
LAST_COLUMNS = (
    sheets.Column(_lazy("Last activity"), lambda row: row.last_at, "moment", width=18),
    sheets.Column(_lazy("May sign in"), lambda row: _("yes") if row.person.is_active else _("account closed")),
    sheets.Column(_lazy("To hand over"), lambda row: _("yes") if row.left else ""),
)


def _columns() -> tuple[sheets.Column, ...]:
    def waiting(kind: OpenWork) -> sheets.Column:
        label = str(kind.label)
        title = label[:1].upper() + label[1:]
        return sheets.Column(
            title, lambda row: next(count for found, count in row.open if found.code == kind.code), "number", width=16
        )

    return (*COLUMNS, *map(waiting, KINDS.values()), *LAST_COLUMNS)


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Those who left work behind stand first. Who reads no province's staff finds themselves alone."""
    user = user_of(request)
    provinces = staff_read_in(user)
    form = StaffFilter(request.GET, provinces=provinces)
    rows = members(form.narrow(User.objects.staff_for(user)))
    if not ({"q", "role", "at"} & set(form.usable())):  # whoever has left is looked for by name
        rows = [row for row in rows if row.person.is_active or row.left]
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "nhan-su", _("Staff"), _columns(), rows, about=form.in_words)
    context = {
        "form": form,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "left": sum(1 for row in rows if row.left),
        "kinds": list(KINDS.values()),
        "waiting": sum(row.total for row in rows),
        "may_hand_over": permissions.may_administer(user),
        "reads": bool(provinces),
    }
    return render(request, "accounts/staff.html", context)


def _work(person: User, viewer: User, only: str, page: Any) -> list[dict[str, Any]]:
    """Open work by kind: the first rows of each, or a page of one kind. The title of each row is told to whoever reads
    the staff, because they answer for who does it; its page only to those who see it anyway."""
    found = []
    for kind, count in open_counts([person.pk])[person.pk]:
        if not count:
            continue
        every = kind.rows(person).order_by("pk")
        chosen = only == kind.code
        paged = Paginator(every, PAGE_SIZE).get_page(page) if chosen else None
        rows = list(paged.object_list if paged else every[:SHOWN])
        seen = set(kind.seen_by(kind.rows(person), viewer).values_list("pk", flat=True)) if rows else set()
        found.append(
            {
                "kind": kind,
                "count": count,
                "page": paged,
                "more": 0 if chosen else count - len(rows),
                "rows": [(kind.words(row), kind.url(row) if row.pk in seen else "") for row in rows],
            }
        )
    return [group for group in found if not only or group["page"]] if only in KINDS else found


@require_http_methods(["GET", "HEAD", "POST"])
def staff_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    rows = User.objects.staff_for(user).select_related("agency__area")
    person: User = get_object_or_404(rows, public_id=public_id)
    may_keep = permissions.may_keep_training(person, user)
    here = reverse("accounts:staff_one", args=[public_id])
    trainings = {row.pk: row for row in person.trainings.all()}
    asked = request.GET.get("training", "")
    chosen = trainings.get(int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None
    form, error = None, None
    if request.method == "POST":
        may_keep.require()
        if "remove" in request.POST:
            if chosen is not None:
                remove_training(chosen, actor=user)
                messages.success(request, _("Removed. The history keeps it."))
            return redirect(here)
        form = TrainingForm(request.POST, row=chosen)

        def act() -> str:
            assert form is not None
            version = form.cleaned_data["version"] if chosen else None
            keep_training(person, form.training(), actor=user, row=chosen, version=version)
            return f"{here}#training"

        answer, error = sent_once(request, form, act, _("Saved."))
        if answer:
            return answer
    elif may_keep:
        form = TrainingForm(row=chosen)
    member: Member = members(User.objects.filter(pk=person.pk))[0]
    only = request.GET.get("work", "")
    context = {
        "person": person,
        "member": member,
        "own": person.pk == user.pk,
        "past": [grant for grant in person.grants.select_related("area") if grant.time == "past"],
        "work": _work(person, user, only, request.GET.get("page")),
        "only": only if only in KINDS else "",
        "trainings": trainings.values(),
        "chosen": chosen,
        "may_keep": may_keep,
        "may_hand_over": permissions.may_hand_over(person, user),
        "units": hand_over.units_of(person),
        "hand_overs": HandOver.objects.visible_to(user)
        .filter(
            pk__in=[*person.given_over.values_list("pk", flat=True), *person.taken_over.values_list("pk", flat=True)]
        )
        .select_related("giver", "taker")
        .prefetch_related("units__area")[:10],
        "history": Entry.objects.about(person)[:50],
        "today": clock.today(),
    }
    if form is None:
        return render(request, "accounts/staff_one.html", context)
    return render_form(request, "accounts/staff_one.html", form, context, error)
