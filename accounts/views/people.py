"""People, their roles and the areas they answer for: the administrator's pages."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions, second_factor, services
from accounts.forms import DeactivateForm, EndGrantForm, GrantForm, NewPersonForm, PeopleFilter, PersonForm
from accounts.models import Grant, User
from accounts.roles import ABILITIES, Role
from accounts.staff import open_counts
from accounts.views.once import redirect_and_show, render_once
from audit.models import Entry
from core import clock
from core.errors import DomainError
from places.models import Area, AreaClosure, Level

PAGE_SIZE = 50


def _administrator(request: HttpRequest) -> User:
    """Whoever asks, if they may use these pages at all."""
    assert isinstance(request.user, User)
    permissions.may_administer(request.user).require()
    return request.user


def _person(actor: User, public_id: UUID) -> User:
    person: User = get_object_or_404(
        User.objects.people().visible_to(actor).select_related("agency__area"), public_id=public_id
    )
    return person


# --- lists ------------------------------------------------------------------------------------------------------------


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    rows: QuerySet[User] = User.objects.people().visible_to(actor)
    form = PeopleFilter(request.GET, actor=actor)
    current = Grant.objects.valid_on(clock.today()).select_related("area")
    rows = form.narrow(rows).select_related("agency").prefetch_related(Prefetch("grants", current, "current_grants"))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    communes = _communes(actor)
    context = {
        "form": form,
        "page": page,
        "holders": second_factor.holders([row.pk for row in page]),
        "communes": communes.count(),
        "covered": communes.filter(pk__in=_covered()).count(),
        "give": communes.filter(uid=request.GET.get("give", "")[:40]).first(),
    }
    return render(request, "accounts/people.html", context)


def _communes(actor: User) -> "QuerySet[Area]":
    """Communes of today in the provinces the person administers."""
    below = AreaClosure.objects.filter(ancestor_id__in=actor.sight.administers_ids).values("area_id")
    rows: QuerySet[Area] = Area.objects.current().filter(pk__in=below, level=Level.COMMUNE)
    return rows


def _collaborating() -> "QuerySet[Grant]":
    rows: QuerySet[Grant] = Grant.objects.valid_on(clock.today()).filter(role=Role.COLLABORATOR, user__is_active=True)
    return rows


def _covered() -> Any:
    """Ids of units somebody answers for today."""
    return AreaClosure.objects.filter(ancestor_id__in=_collaborating().values("area_id")).values("area_id")


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Every commune of today with the collaborators who answer for it; those without anybody first."""
    actor = _administrator(request)
    by_area: dict[int, list[User]] = {}
    areas_of = dict[int, list[User]]()
    for grant in _collaborating().select_related("user"):
        if grant.area_id is not None:
            areas_of.setdefault(grant.area_id, []).append(grant.user)
    for link in AreaClosure.objects.filter(ancestor_id__in=areas_of, area__in=_communes(actor)):
        by_area.setdefault(link.area_id, []).extend(areas_of[link.ancestor_id])
    rows = [{"area": area, "people": by_area.get(area.pk, [])} for area in _communes(actor).order_by("folded")]
    rows.sort(key=lambda row: bool(row["people"]))  # stable: by name within
    context = {"rows": rows, "without": sum(1 for row in rows if not row["people"])}
    return render(request, "accounts/coverage.html", context)


# --- one person -------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = _administrator(request)
    found = _person(actor, public_id)
    grants = list(found.grants.select_related("area").order_by("-valid_from", "-id"))
    for grant in grants:
        grant.user = found
    context: dict[str, object] = {
        "person": found,
        "grants": grants,
        "may_manage": permissions.may_manage(found, actor),
        "may_grant": permissions.may_grant(found, actor),
        "device": second_factor.device_of(found),
        "may_reset_factor": permissions.may_reset_factor(found, actor),
        "history": Entry.objects.about(found)[:100],
    }
    return render_once(request, "accounts/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    form = NewPersonForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        password = services.new_password()
        try:
            made = services.create_user(**form.cleaned_data, password=password, actor=actor)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("%(person)s is entered. Now give a role.") % {"person": made.full_name})
            return redirect_and_show(request, reverse("accounts:person", args=[made.public_id]), password)
    return render(request, "accounts/person_form.html", {"form": form, "person": None})


@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = _administrator(request)
    found = _person(actor, public_id)
    permissions.may_manage(found, actor).require()
    form = PersonForm(request.POST or None, actor=actor, person=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_user(found, actor=actor, **form.cleaned_data)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:person", public_id)
    return render(request, "accounts/person_form.html", {"form": form, "person": found})


@require_POST
def person_password(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new first password, shown once. Also opens the lock after too many attempts."""
    actor = _administrator(request)
    found = _person(actor, public_id)
    password = services.new_password()
    services.set_password(found, password, actor=actor)
    messages.success(request, _("%(person)s has a new password and is signed out everywhere.") % {"person": found})
    return redirect_and_show(request, reverse("accounts:person", args=[public_id]), password)


@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Somebody leaves: asks first, because every role ends."""
    actor = _administrator(request)
    found = _person(actor, public_id)
    permissions.may_manage(found, actor).require()
    form = DeactivateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.deactivate_user(found, actor=actor, note=form.cleaned_data["note"])
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("The account of %(person)s is closed.") % {"person": found.full_name})
            left = sum(count for _kind, count in open_counts([found.pk])[found.pk])
            if left:
                words = ngettext(
                    "%(count)s piece of open work stays behind. Hand it over.",
                    "%(count)s pieces of open work stay behind. Hand them over.",
                    left,
                )
                messages.warning(request, words % {"count": left})
                return redirect("accounts:staff_one", public_id)
            return redirect("accounts:person", public_id)
    context = {
        "form": form,
        "person": found,
        "grants": found.grants.valid_on(clock.today()).select_related("area"),
        "open": [pair for pair in open_counts([found.pk])[found.pk] if pair[1]],
    }
    return render(request, "accounts/person_deactivate.html", context)


@require_POST
def person_reactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = _administrator(request)
    found = _person(actor, public_id)
    password = services.new_password()
    services.reactivate_user(found, password=password, actor=actor)
    messages.success(
        request, _("The account of %(person)s is open again, without any role.") % {"person": found.full_name}
    )
    return redirect_and_show(request, reverse("accounts:person", args=[public_id]), password)


# --- roles ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def grant_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A role for an area and a time. The areas offered are those of the first day: from today there is no district."""
    actor = _administrator(request)
    found = _person(actor, public_id)
    permissions.may_grant(found, actor).require()
    refreshing = request.method == "POST" and "refresh" in request.POST
    if refreshing:  # the areas of another day; nothing is judged yet
        form = GrantForm(actor=actor, initial=request.POST.dict())
    else:
        asked = {name: request.GET[name] for name in ("role", "area") if name in request.GET}
        form = GrantForm(request.POST or None, actor=actor, initial=asked)
    if request.method == "POST" and not refreshing and form.is_valid():
        try:
            made = services.grant_role(found, **form.cleaned_data, actor=actor)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, made.in_words())
            return redirect("accounts:person", public_id)
    context = {
        "form": form,
        "person": found,
        "abilities": [(Role(role).label, text) for role, text in ABILITIES.items()],
    }
    return render(request, "accounts/grant_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def grant_end(request: HttpRequest, public_id: UUID, grant_id: int) -> HttpResponse:
    actor = _administrator(request)
    found = _person(actor, public_id)
    grant = get_object_or_404(Grant.objects.select_related("user", "area"), user=found, pk=grant_id)
    permissions.may_end_grant(grant, actor).require()
    form = EndGrantForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        on: dt.date = form.cleaned_data["on"]
        try:
            ended = services.end_grant(grant, on, actor=actor)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, ended.in_words() if ended else _("The role is withdrawn; it had not begun."))
            return redirect("accounts:person", public_id)
    return render(request, "accounts/grant_end.html", {"form": form, "person": found, "grant": grant})
