"""Inspections of a project: entering, changing, signing, putting right; what they ask for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core.errors import DomainError, Invalid, WrongState
from files.services import Photo
from projects import inspections, permissions
from projects.inspection_forms import InspectionForm, MetForm, SignForm
from projects.models import Inspection, InspectionState, Project
from projects.progress import check_photos
from projects.views.shared import project_of
from projects.views.steps import stored_file


def _seen(user: User, public_id: UUID, inspection_id: UUID) -> Inspection:
    project = project_of(user, public_id)
    if not permissions.sees_working_papers(project, user):
        raise Http404
    rows = Inspection.objects.select_related("file", "recorded_by", "signed_by", "corrects")
    found: Inspection = get_object_or_404(rows, project=project, public_id=inspection_id)
    found.project = project
    return found


def _at(row: Inspection) -> str:
    return reverse("projects:inspection", args=[row.project.public_id, row.public_id])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    return _enter(request, user, project_of(user, public_id))


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, public_id: UUID, inspection_id: UUID) -> HttpResponse:
    """Another record that names a signed one and begins with what it says."""
    user = user_of(request)
    row = _seen(user, public_id, inspection_id)
    return _enter(request, user, row.project, corrects=row)


def _enter(request: HttpRequest, user: User, project: Project, corrects: Inspection | None = None) -> HttpResponse:
    permissions.may_inspect(project, user).require()
    files = request.FILES if request.method == "POST" else None
    form = InspectionForm(request.POST or None, files, project=project, user=user, row=corrects)

    def store(photos: list[Photo]) -> Inspection:
        return inspections.record_inspection(
            project, form.inspection_data(), actor=user, photos=photos, corrects=corrects
        )

    done = _("The inspection is stored as a draft. Check it, then sign it.")
    answer, error = _sent(request, form, store, done)
    if answer:
        return answer
    inspections.require_open(project)
    if corrects is not None and corrects.state != InspectionState.SIGNED:
        raise WrongState(_("Only a signed inspection of this project is corrected; a draft is changed."))
    return render_form(
        request, "projects/inspection_form.html", form, {"project": project, "corrects": corrects}, error
    )


def _sent(
    request: HttpRequest, form: InspectionForm, store: Callable[[list[Photo]], Inspection], done: str
) -> tuple[HttpResponse | None, DomainError | None]:
    """As `sent_once`; photos are checked before, as that takes its time."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        photos = check_photos(form.cleaned_data["photos"])
    except Invalid as refusal:
        form.blame(refusal)
        return None, refusal
    return sent_once(request, form, lambda: _at(store(photos)), done)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID, inspection_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _seen(user, public_id, inspection_id)
    permissions.may_inspect(row.project, user).require()
    files = request.FILES if request.method == "POST" else None
    form = InspectionForm(request.POST or None, files, project=row.project, user=user, row=row)

    def store(photos: list[Photo]) -> Inspection:
        version = form.cleaned_data["version"]
        return inspections.change_inspection(row, form.inspection_data(), actor=user, photos=photos, version=version)

    answer, error = _sent(request, form, store, _("Saved."))
    if answer:
        return answer
    if error is None and row.state != InspectionState.DRAFT:
        raise WrongState(_("This inspection is signed; another record that names it puts it right."))
    return render_form(request, "projects/inspection_form.html", form, {"project": row.project, "row": row}, error)


@require_safe
def detail(request: HttpRequest, public_id: UUID, inspection_id: UUID) -> HttpResponse:
    user = user_of(request)
    return _page(request, user, _seen(user, public_id, inspection_id))


def _page(
    request: HttpRequest, user: User, row: Inspection, form: Any = None, error: DomainError | None = None
) -> HttpResponse:
    may = bool(permissions.may_inspect(row.project, user))
    later = Inspection.objects.filter(corrects=row).first()
    stands = row.state == InspectionState.SIGNED and not (later and later.state == InspectionState.SIGNED)
    context = {
        "project": row.project,
        "row": row,
        "requirements": row.requirements.select_related("done_by"),
        "photos": row.photos.all(),
        "later": later,
        "may_change": may and row.state == InspectionState.DRAFT,
        "may_correct": may and row.state == InspectionState.SIGNED and later is None,
        "may_meet": may and stands,
        "sign_form": SignForm(),
        "history": Entry.objects.about(row)[:50],
    }
    return render_form(request, "projects/inspection.html", form or SignForm(), context, error)


@require_POST
def sign(request: HttpRequest, public_id: UUID, inspection_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _seen(user, public_id, inspection_id)
    permissions.may_inspect(row.project, user).require()
    form = SignForm(request.POST)

    def act() -> str:
        inspections.sign_inspection(row, actor=user)
        return _at(row)

    answer, error = sent_once(request, form, act, _("Signed. What it asks for is followed from now on."))
    if answer:
        return answer
    return _page(request, user, row, form, error)


@require_http_methods(["GET", "HEAD", "POST"])
def met(request: HttpRequest, public_id: UUID, inspection_id: UUID, pk: int) -> HttpResponse:
    """Recording that what was asked for is done."""
    user = user_of(request)
    row = _seen(user, public_id, inspection_id)
    wanted = get_object_or_404(row.requirements, pk=pk)
    permissions.may_inspect(row.project, user).require()
    form = MetForm(request.POST or None)

    def act() -> str:
        inspections.meet_requirement(wanted, form.cleaned_data["on"], form.cleaned_data["note"], actor=user)
        return _at(row)

    answer, error = sent_once(request, form, act, _("Recorded as done."))
    if answer:
        return answer
    if error is None:
        inspections.require_waiting(wanted)
    context = {"project": row.project, "row": row, "wanted": wanted}
    return render_form(request, "projects/inspection_met.html", form, context, error)


@require_safe
def file(request: HttpRequest, public_id: UUID, inspection_id: UUID) -> HttpResponse:
    """The scanned minutes."""
    row = _seen(user_of(request), public_id, inspection_id)
    if row.file is None:
        raise Http404
    return stored_file(row.file, row.file_name or str(row))


@require_safe
def photo(request: HttpRequest, public_id: UUID, inspection_id: UUID, pk: int) -> HttpResponse:
    row = _seen(user_of(request), public_id, inspection_id)
    found = get_object_or_404(row.photos.select_related("file"), pk=pk)
    return stored_file(found.file, f"{row.project.code}-{row.inspected_on:%Y%m%d}-{found.pk}.jpg")
