"""Reporting progress, also from a phone; confirming and returning it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Max, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User, areas_below
from accounts.roles import Role
from accounts.signed_in import render_form, user_of
from audit.models import Entry
from core.errors import DomainError, NotAllowed, WrongState
from core.once import once
from projects import permissions, progress
from projects.forms import DecideForm, ProgressForm, ReturnUpdateForm
from projects.models import OPEN_FOR_PROGRESS, ProgressPhoto, ProgressState, ProgressUpdate, Project
from projects.states import CONFIRM, PROGRESS_LIFE
from projects.views.shared import project_of
from projects.views.steps import stored_file

PAGE_SIZE = 30


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The projects the person reports on; those nobody has reported on for longest come first."""
    user = user_of(request)
    sight = user.sight
    reports_on = (
        Q(area_id__in=areas_below(sight.granted_area_ids))
        | Q(province_id__in=sight.province_roles.get(Role.OFFICER, ()))
        | Q(implementing_unit_id__in=sight.centre_ids)
    )
    rows = (
        Project.objects.visible_to(user)
        .filter(reports_on, state__in=OPEN_FOR_PROGRESS, historical=False)
        .select_related("area")
        .annotate(last_on=Max("updates__on"))
        .prefetch_related(Prefetch("updates", ProgressUpdate.objects.order_by("-id"), "newest_first"))
        .order_by(F("last_on").asc(nulls_first=True), "code")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    waiting = (
        ProgressUpdate.objects.visible_to(user)
        .filter(state=ProgressState.REPORTED)
        .exclude(reported_by=user)
        .filter(
            Q(project__province_id__in=sight.province_roles.get(Role.OFFICER, ()))
            | Q(project__implementing_unit_id__in=sight.centre_ids)
        )
        .select_related("project", "reported_by")
        .order_by("reported_at")
    )
    context = {
        "page": page,
        "waiting": waiting[:PAGE_SIZE],
        "may_remind": user.has_role(Role.OFFICER, Role.CENTRE),
    }
    return render(request, "projects/progress.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    permissions.may_report_progress(project, user).require()
    files = request.FILES if request.method == "POST" else None
    form = ProgressForm(request.POST or None, files, project=project)
    error, first = None, None
    if request.method == "POST" and form.is_valid():
        try:
            update, created = progress.report_with_photos(
                project, form.progress_data(), form.cleaned_data["photos"], actor=user
            )
        except DomainError as refusal:
            if isinstance(refusal, (NotAllowed, WrongState)) and refusal.code != "locked":
                raise
            error = refusal
            if refusal.code == "uuid_used":
                first = _sent_before(form, user, project)
            else:
                form.blame(refusal)
        else:
            if created:
                messages.success(request, _("Sent. It counts once it is confirmed."))
            return redirect("projects:update", project.public_id, update.uuid)
    elif project.state not in OPEN_FOR_PROGRESS:
        raise WrongState(
            _("Progress is reported for approved projects in progress; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )
    context = {
        "project": project,
        "last": project.updates.order_by("-on", "-id").first(),
        "choose_again": bool(files),
        "sent_before": first,
    }
    return render_form(request, "projects/report.html", form, context, error)


def _sent_before(form: ProgressForm, user: User, project: Project) -> ProgressUpdate | None:
    """Somebody went back in the browser and changed what they had sent: the first one, to look at. What stands in the
    form now gets an id of its own, so that it can be sent as another update."""
    rows = ProgressUpdate.objects.visible_to(user).filter(project=project, uuid=form.cleaned_data["uuid"])
    found: ProgressUpdate | None = rows.first()
    form.add_error(None, _("This form was sent before with other content. Send it again only if this is new progress."))
    form.retype("uuid", str(uuid4()))
    return found


# --- one update -------------------------------------------------------------------------------------------------------


def _update(user: User, public_id: UUID, uuid: UUID) -> ProgressUpdate:
    rows = ProgressUpdate.objects.visible_to(user).select_related(
        "project__area", "project__province", "reported_by", "decided_by"
    )
    found: ProgressUpdate = get_object_or_404(rows, project__public_id=public_id, uuid=uuid)
    return found


@require_safe
def update(request: HttpRequest, public_id: UUID, uuid: UUID) -> HttpResponse:
    user = user_of(request)
    return _update_page(request, user, _update(user, public_id, uuid))


def _update_page(
    request: HttpRequest, user: User, found: ProgressUpdate, form: Any = None, error: DomainError | None = None
) -> HttpResponse:
    verdict = PROGRESS_LIFE.verdict(found, CONFIRM, user)
    project = found.project
    context = {
        "project": project,
        "update": found,
        "results": found.results.select_related("indicator"),
        "may_decide": bool(verdict),
        "history": Entry.objects.about(found)[:50] if permissions.sees_working_papers(project, user) else None,
        "why_not": "" if verdict or found.state != ProgressState.REPORTED else verdict.reason,
        "confirm_form": DecideForm(),
        "may_report_again": found.state == ProgressState.RETURNED
        and project.state in OPEN_FOR_PROGRESS
        and bool(permissions.may_report_progress(project, user)),
    }
    return render_form(request, "projects/update.html", form or ReturnUpdateForm(), context, error)


def _decide(request: HttpRequest, public_id: UUID, uuid: UUID, form: Any, act: Any, done: str) -> HttpResponse:
    user = user_of(request)
    found = _update(user, public_id, uuid)
    permissions.may_confirm(found, user).require()
    if not form.is_valid():
        if not PROGRESS_LIFE.in_state(found, CONFIRM):
            raise WrongState(PROGRESS_LIFE.in_state(found, CONFIRM).reason)
        return _update_page(request, user, found, form)

    def act_and_go() -> str:
        act(found, user)
        return reverse("projects:update", args=[public_id, uuid])

    answer = once(request, form, act_and_go)
    messages.success(request, done)
    return answer


@require_POST
def confirm(request: HttpRequest, public_id: UUID, uuid: UUID) -> HttpResponse:
    form = DecideForm(request.POST)
    return _decide(
        request,
        public_id,
        uuid,
        form,
        lambda found, user: progress.confirm_progress(found, actor=user),
        _("Confirmed. Reports count it from now on."),
    )


@require_POST
def return_update(request: HttpRequest, public_id: UUID, uuid: UUID) -> HttpResponse:
    form = ReturnUpdateForm(request.POST)
    return _decide(
        request,
        public_id,
        uuid,
        form,
        lambda found, user: progress.return_progress(found, actor=user, note=form.cleaned_data["note"]),
        _("Returned with the reason."),
    )


@require_safe
def photo(request: HttpRequest, public_id: UUID, uuid: UUID, pk: int) -> HttpResponse:
    """One photo, for whoever sees the update."""
    found = _update(user_of(request), public_id, uuid)
    row = ProgressPhoto.objects.filter(update=found, pk=pk).select_related("file").first()
    if row is None:
        raise Http404
    return stored_file(row.file, f"{found.project.code}-{found.on:%Y%m%d}-{row.pk}.jpg")
