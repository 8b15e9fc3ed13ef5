"""Rosters, sessions and trainers of a class. Pages with names are kept by no cache."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import DomainError, NotAllowed
from training import permissions, presence, rosters, services
from training.models import Attendance, Trainee, TrainingClass
from training.roster_forms import (
    CourseForm,
    PresenceForm,
    ReasonForm,
    RosterForm,
    RosterSettingsForm,
    SameForm,
    TraineeForm,
    stored_trainee,
)

# A list taken away has no ID numbers.
COLUMNS = (
    sheets.Column(gettext_lazy("No."), lambda one: one.attendance.number, "number", 6),
    sheets.Column(gettext_lazy("Full name"), lambda one: one.name, width=30),
    sheets.Column(gettext_lazy("Sex"), lambda one: sex_words(one.attendance.sex), width=10),
    sheets.Column(gettext_lazy("Year of birth"), lambda one: one.birth_year, "number"),
    sheets.Column(gettext_lazy("Commune"), lambda one: one.attendance.commune),
    sheets.Column(gettext_lazy("Telephone"), lambda one: one.phone, width=14),
    sheets.Column(gettext_lazy("Attended (%)"), lambda one: one.attendance.attended_percent, "number"),
    sheets.Column(gettext_lazy("Number of the certificate"), lambda one: one.certificate_no),
    sheets.Column(gettext_lazy("Day of the certificate"), lambda one: one.attendance.certificate_on, "day"),
    sheets.Column(gettext_lazy("Has work after the training"), lambda one: works_words(one.attendance.works_after)),
)


def sex_words(code: str) -> str:
    return {"female": _("Female"), "male": _("Male")}.get(code, "")


def works_words(value: bool | None) -> str:
    return {True: _("Yes"), False: _("No")}.get(value, "") if value is not None else ""


def _columns(row: TrainingClass) -> tuple[sheets.Column, ...]:
    """With who was at which session, as it is typed: x present, v absent, empty: not recorded."""
    known = presence.stored(row)

    def at(session: int) -> Any:
        return lambda one: PresenceForm.SAID[known.get((one.attendance_id, session))]

    sessions = row.sessions.all() if known else ()
    return (*COLUMNS, *(sheets.Column(f"{one.on:%d/%m/%Y}", at(one.pk), width=11) for one in sessions))


def class_of(user: User, public_id: UUID) -> TrainingClass:
    rows = TrainingClass.objects.visible_to(user).select_related("area", "topic", "project__area", "project__province")
    found: TrainingClass = get_object_or_404(rows, public_id=public_id)
    return found


def _people(row: TrainingClass) -> Any:
    return Trainee.objects.filter(attendance__training_class=row).select_related("attendance__commune")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list of people; an auditor gives a reason before names are shown."""
    user = user_of(request)
    row = class_of(user, public_id)
    may_keep = permissions.may_keep_roster(row.project, user)
    permissions.may_look_at_roster(row.project, user).require()
    found = rosters.roster_of(row)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    if what in ("add", "settings"):
        may_keep.require()
    if wanted := sheets.asked(request):
        rosters.export_roster(row, actor=user)
        return sheets.answer(wanted, "danh-sach-hoc-vien", _("Roster"), _columns(row), _people(row).iterator())
    sent = request.POST if request.method == "POST" else None
    add = RosterForm(sent if what == "add" else None, row=row, roster=found)
    settings = RosterSettingsForm(sent if what == "settings" else None, roster=found)
    look = ReasonForm(sent if what == "look" else None, what="look")
    here = reverse("training:roster", args=[row.public_id])
    error: DomainError | None = None
    named = bool(may_keep)
    if what == "add" and "more" in request.POST:
        add.show_more()
    elif what == "add":

        def act() -> str:
            made = rosters.add_trainees(row, add.rows, actor=user)
            messages.success(request, _("%(count)s people are on the roster now.") % {"count": len(made)})
            return here

        answer, error = sent_once(request, add, act)
        if answer:
            return answer
    elif what == "settings" and settings.is_valid():
        data = settings.cleaned_data
        try:
            rosters.change_roster(
                row, needs_id=data["needs_id"], id_reason=data["id_reason"], differs_reason=data["differs_reason"],
                actor=user, version=data["version"],
            )  # fmt: skip
        except DomainError as refusal:
            settings.blame(refusal)
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect(here)
    elif what == "look" and look.is_valid():
        try:
            rosters.look_at_roster(row, look.cleaned_data["reason"], actor=user)
            named = True
        except DomainError as refusal:
            look.blame(refusal)
            error = refusal
    locked = rosters.roster_is_closed(row, user)
    context = {
        "row": row,
        "roster": found,
        "count": row.attendances.count(),
        "named": named and found.erased_at is None,
        "may_keep": may_keep and found.erased_at is None,
        "may_add": may_keep and found.erased_at is None and not locked and services.is_open(row.project),
        "locked": locked,
        "people": list(_people(row)) if named and found.erased_at is None else [],
        "disagreement": rosters.disagreement(row),
        "until": rosters.kept_until(row, rosters.retention_months()),
        "add": add,
        "settings_form": settings,
        "look": look,
    }
    form: Any = {"add": add, "settings": settings}.get(what, look)
    return render_form(request, "training/roster.html", form, context, error)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def trainee(request: HttpRequest, public_id: UUID, trainee_id: UUID) -> HttpResponse:
    """One row of a roster, with everything that is done to it: correct, see the ID number, decide, remove."""
    user = user_of(request)
    row = class_of(user, public_id)
    permissions.may_keep_roster(row.project, user).require()
    person = Trainee.objects.select_related("attendance__commune", "attendance__training_class__project").filter(
        attendance__public_id=trainee_id, attendance__training_class=row
    ).first()  # fmt: skip
    if person is None:
        raise Http404
    one: Attendance = person.attendance
    found, alike = rosters.roster_of(row), rosters.candidates(one, user)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    sent: Any = request.POST if request.method == "POST" else None
    forms: dict[str, Any] = {
        "edit": TraineeForm(sent if what == "edit" else None, person=person, roster=found),
        "look": ReasonForm(sent if what == "look" else None, what="look"),
        "remove": ReasonForm(sent if what == "remove" else None, what="remove"),
        "apart": ReasonForm(sent if what == "apart" else None, what="apart"),
        "same": SameForm(sent if what == "same" else None, rows=alike),
    }
    form = forms.get(what, forms["edit"])
    error: DomainError | None = None
    number = ""
    if what in forms and form.is_valid():
        data = form.cleaned_data
        try:
            if what == "look":
                number = rosters.look_at_id(one, data["reason"], actor=user)
            else:
                _do(what, one, form, user)
                messages.success(request, _("Saved."))
                back = "training:roster" if what == "remove" else "training:trainee"
                return redirect(back, row.public_id, *([] if what == "remove" else [trainee_id]))
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
            if refusal.code == "stale":
                one.refresh_from_db()
                person.refresh_from_db()
                form.take_over(one.version, stored_trainee(person))
    locked = rosters.roster_is_closed(row, user)
    context = {
        "row": row,
        "person": person,
        "one": one,
        "sex": sex_words(one.sex),
        "works": works_words(one.works_after),
        "roster": found,
        "number": number,
        "locked": locked,
        "may_remove": not locked and services.is_open(row.project),
        "alike": [(other, other.person == one.person) for other in alike],
        "forms": forms,
        "history": Entry.objects.about(one)[:50],
    }
    return render_form(request, "training/trainee.html", form, context, error)


def _do(what: str, one: Attendance, form: Any, user: User) -> None:
    data = form.cleaned_data
    if what == "edit":
        rosters.change_trainee(one, form.data_of(), actor=user, version=data["version"] or 0)
    elif what == "remove":
        rosters.remove_trainee(one, data["reason"], actor=user)
    elif what == "apart":
        rosters.say_apart(one, data["reason"], actor=user)
    else:
        rosters.say_same(one, form.rows[data["other"]], data["reason"], actor=user)


PEOPLE_AT_ONCE, SESSIONS_AT_ONCE = 50, 12


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def present(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who was at which session: people beside sessions, or one session with three buttons for each person."""
    user = user_of(request)
    row = class_of(user, public_id)
    permissions.may_keep_roster(row.project, user).require()
    rosters.require_kept(row)
    every = presence.with_counts(row)
    asked = request.GET.get("session", "")
    one = next((found for found in every if str(found.pk) == asked), None)
    columns = Paginator(every, SESSIONS_AT_ONCE).get_page(request.GET.get("sessions"))
    page = Paginator(_people(row).order_by("attendance__number"), PEOPLE_AT_ONCE).get_page(request.GET.get("page"))
    shown = [one] if one is not None else list(columns.object_list)
    form = PresenceForm(
        request.POST if request.method == "POST" else None,
        people=list(page.object_list), sessions=shown, stored=presence.stored(row),
        version=rosters.roster_of(row).version,
    )  # fmt: skip
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        told = form.told
        if one is not None and "all" in request.POST:  # who is not told of was there
            told = {**told, **{place: True for place, value in told.items() if value is None}}
        try:
            count = presence.tell_presence(row, told, actor=user, version=form.cleaned_data["version"] or 0)
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
        else:
            messages.success(request, _("Saved; %(count)s entries are different now.") % {"count": count})
            return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    least = row.topic.certificate_percent if row.topic is not None else None
    context = {
        "row": row, "every": every, "one": one, "columns": columns, "page": page, "least": least,
        "people_on_it": row.attendances.count(), "today": clock.today(),
    }  # fmt: skip
    return render_form(request, "training/presence.html", form, context, error)


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """When the class meets and who teaches."""
    user = user_of(request)
    row = class_of(user, public_id)
    permissions.may_enter_class(row.project, user).require()
    form = CourseForm(request.POST or None, row=row)
    error: DomainError | None = None
    if request.method == "POST" and "more" in request.POST:
        form.show_more()
    elif request.method == "POST" and form.is_valid():
        try:
            services.tell_course(
                row, form.sessions, form.trainers, actor=user, version=form.cleaned_data["version"] or 0
            )
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
        else:
            messages.success(request, _("Saved."))
            return redirect("training:detail", public_id)
    else:
        services.require_open(row.project)
        services.require_changeable(row, user)
    titles = {"session": _("Sessions"), "trainer": _("Trainers")}
    context = {"row": row, "grids": [{**grid, "title": titles[grid["name"]]} for grid in form.grids]}
    return render_form(request, "training/course.html", form, context, error)
