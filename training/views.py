"""Training classes: all of them, those of a project, entering and changing one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, user_of
from audit.models import Entry
from core import sheets
from core.errors import DomainError
from core.once import once
from projects.models import Project
from training import counting, permissions, presence, rosters, services
from training.counting import with_rosters
from training.forms import ClassFilter, ClassForm, NewClassForm, stored
from training.models import Attendance, TrainingClass

PAGE_SIZE = 50
COLUMNS = (
    sheets.Column(_lazy("Subject"), lambda row: row.subject, width=46),
    sheets.Column(_lazy("Kind"), lambda row: row.get_kind_display()),
    sheets.Column(_lazy("Subject of the list"), lambda row: row.topic),
    sheets.Column(_lazy("Course"), lambda row: row.course),
    sheets.Column(_lazy("Project"), lambda row: row.project.code, width=16),
    sheets.Column(_lazy("Place"), lambda row: row.area.full_name),
    sheets.Column(_lazy("Starts on"), lambda row: row.starts_on, "day"),
    sheets.Column(_lazy("Ends on"), lambda row: row.ends_on, "day"),
    sheets.Column(_lazy("Learners"), lambda row: row.total, "number"),
    sheets.Column(_lazy("Of them women"), lambda row: row.women, "number"),
    sheets.Column(_lazy("Attendances"), lambda row: row.came, "number"),
    sheets.Column(_lazy("People on the roster"), lambda row: row.on_roster or None, "number"),
)


def _project(user: User, public_id: UUID) -> Project:
    rows = Project.objects.visible_to(user).select_related("area", "province")
    found: Project = get_object_or_404(rows, public_id=public_id)
    return found


def _class(user: User, public_id: UUID) -> TrainingClass:
    rows = TrainingClass.objects.visible_to(user).select_related("area", "topic", "project__area", "project__province")
    found: TrainingClass = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All classes the person may see, with sums of the whole selection and how many classes they cover."""
    visible = TrainingClass.objects.visible_to(user_of(request))
    form = ClassFilter(request.GET, rows=visible)
    found = form.narrow()
    rows = with_rosters(found).select_related("area", "project", "topic").order_by("-starts_on", "-id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "lop", _("Training classes"), COLUMNS, rows.iterator(), about=form.in_words)
    context = {
        "form": form,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "sums": counting.counts(found),
        "kinds": counting.by_kind(found),
        "more_kinds": more_kinds(found),
        "any": visible.exists(),
    }
    return render(request, "training/list.html", context)


def more_kinds(rows: Any) -> int:
    """How many people attended classes of several kinds: they stand under each, and once in the sum."""
    people = Attendance.objects.filter(training_class__in=rows.order_by().values("pk"))
    each = people.values("training_class__kind").annotate(people=Count("person", distinct=True)).order_by()
    total = people.aggregate(people=Count("person", distinct=True))["people"]
    return int(sum(row["people"] for row in each) - total)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _class(user, public_id)
    may_edit = permissions.may_enter_class(row.project, user)
    inside = row.project.province_id in user.sight.province_ids or bool(may_edit)
    this = TrainingClass.objects.filter(pk=row.pk)
    context = {
        "row": row,
        "sums": counting.counts(this),
        "breakdowns": counting.breakdowns(this),
        "roster": rosters.roster_of(row),
        "disagreement": rosters.disagreement(row),
        "sessions": presence.with_counts(row),
        "on_roster": row.attendances.count(),
        "recorded": presence.is_recorded(row),
        "may_tell": permissions.may_keep_roster(row.project, user),
        "hours": row.sessions.aggregate(hours=Sum("hours"))["hours"],
        "trainers": row.trainers.all(),
        "may_look": permissions.may_look_at_roster(row.project, user),
        "may_edit": may_edit and services.is_open(row.project) and services.may_be_changed(row, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "training/detail.html", context)


@require_safe
def project_panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The classes of one project: as a part of its page, or as a page of its own."""
    user = user_of(request)
    project = _project(user, public_id)
    may_enter = permissions.may_enter_class(project, user)
    rows = TrainingClass.objects.visible_to(user).filter(project=project)
    context = {
        "project": project,
        "rows": with_rosters(rows).select_related("area", "topic").order_by("-starts_on", "-id"),
        "sums": counting.counts(rows),
        "may_enter": may_enter and services.is_open(project),
    }
    part = getattr(request, "htmx", False)
    return render(request, "training/_project.html" if part else "training/project.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = _project(user, public_id)
    permissions.may_enter_class(project, user).require()
    form = NewClassForm(request.POST or None, project=project)
    error = None
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            row = services.create_class(project, form.data_of(), actor=user)
            messages.success(request, _("The class is entered."))
            return reverse("training:detail", args=[row.public_id])

        try:
            return once(request, form, act)
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
    else:
        services.require_open(project)
    return _form_page(request, form, project, None, error)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _class(user, public_id)
    permissions.may_enter_class(row.project, user).require()
    form = ClassForm(request.POST or None, project=row.project, row=row)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_class(row, form.data_of(), actor=user, version=form.cleaned_data["version"])
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
            if refusal.code == "stale":
                now = _class(user, public_id)
                form.take_over(now.version, stored(now))
        else:
            messages.success(request, _("Saved."))
            return redirect("training:detail", public_id)
    else:
        services.require_open(row.project)
        services.require_changeable(row, user)
    return _form_page(request, form, row.project, row, error)


def _form_page(
    request: HttpRequest, form: ClassForm, project: Project, row: TrainingClass | None, error: DomainError | None
) -> HttpResponse:
    """200 as it is first shown, 422 with faults in it, 409 where somebody was first."""
    return render_form(request, "training/form.html", form, {"project": project, "row": row}, error)
