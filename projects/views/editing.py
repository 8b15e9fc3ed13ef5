"""Entering a project and changing its draft."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import drafts
from accounts.models import FormDraft, User
from accounts.signed_in import render_form, sent_once, user_of
from accounts.views.drafts import key_in
from core import clock
from places.services import province_of
from programmes.papers import papers_for
from projects import permissions, services
from projects.ceilings import Measured, repeats, repeats_shown, sources_asked
from projects.ceilings import ceilings as measure
from projects.forms import FOUND_AT_ONCE, ProjectForm, chosen_beneficiaries, find_beneficiaries
from projects.lines import with_sums
from projects.models import Project
from projects.requirements import missing_for
from projects.sections import FIRST_STEP, copied_values, sections
from projects.views.shared import project_of


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_create(user).require()
    if "find" in request.POST or "more_lines" in request.POST:
        return _find(request, user, None)
    again = _typed_before(request, user)
    source = _copied_from(request, user) if again is None else None
    form = _form(request, user, None, again, copied_values(source) if source else None)

    def act() -> str:
        project = services.create_project(form.project_data(), actor=user)
        drafts.stored(user, key_in(request.POST))
        return reverse("projects:detail", args=[project.public_id])

    answer, error = sent_once(request, form, act, _("The draft is stored. Complete it, then submit it."))
    if answer:
        return answer
    return _form_page(request, user, form, None, error=error, again=again, source=source)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    permissions.may_edit(project, user).require()
    if "find" in request.POST or "more_lines" in request.POST:
        services.require_editable(project)
        return _find(request, user, project)
    again = _typed_before(request, user)
    form = _form(request, user, project, again)

    def act() -> str:
        version = form.cleaned_data["version"] or 0  # a form that does not say overwrites nobody's work
        services.change_project(project, form.project_data(), actor=user, version=version)
        drafts.stored(user, key_in(request.POST))
        return reverse("projects:detail", args=[project.public_id])

    answer, error = sent_once(request, form, act, _("Saved."))
    if answer:
        return answer
    if error is None:
        services.require_editable(project)
    unlike = _take_up(form, user, public_id) if error is not None and error.code == "stale" else []
    return _form_page(request, user, form, project, error=error, unlike=unlike, again=again)


def _typed_before(request: HttpRequest, user: User) -> FormDraft | None:
    """The draft that is to be used again: `?draft=` with its key."""
    key = key_in(request.GET, "draft") if request.method != "POST" else None
    return drafts.find(user, request.path, key) if key else None


def _copied_from(request: HttpRequest, user: User) -> Project | None:
    """The project whose content a new one takes over: `?copy=` with its id."""
    key = key_in(request.GET, "copy") if request.method != "POST" else None
    return project_of(user, key) if key else None


def _form(
    request: HttpRequest,
    user: User,
    project: Project | None,
    again: FormDraft | None,
    first: dict[str, Any] | None = None,
) -> ProjectForm:
    """What was sent; or what was typed before, as it was typed; or what is stored, and `first` of a new one."""
    if again is None:
        return ProjectForm(request.POST or None, actor=user, project=project, initial=first or {})
    form = ProjectForm(drafts.as_sent(again), actor=user, project=project)
    form.judge_nothing()
    return form


def _take_up(form: ProjectForm, user: User, public_id: UUID) -> list[dict[str, str]]:
    """What was typed stays; what was stored meanwhile is shown beside it. Sent again, what was typed holds."""
    fresh = project_of(user, public_id)
    form.data = form.data.copy()
    form.data["version"] = str(fresh.version)
    return form.unlike(ProjectForm(actor=user, project=fresh))


def _find(request: HttpRequest, user: User, project: Project | None) -> HttpResponse:
    """The buttons for a search and for more rows without JavaScript: the same page with what was typed. Nothing is
    judged or stored."""
    form = ProjectForm(request.POST, actor=user, project=project)
    form.judge_nothing()
    return _form_page(request, user, form, project)


def _form_page(
    request: HttpRequest, user: User, form: ProjectForm, project: Project | None, **context: Any
) -> HttpResponse:
    error, again = context.pop("error", None), context.get("again")
    values = form["beneficiaries"].value() or []
    key = again.key if again else key_in(request.POST) or uuid4()
    stored = project is not None and not form.is_bound
    missing = missing_for(project, FIRST_STEP) if project is not None and stored else {}
    context |= {
        "project": project,
        "picker": picker_for(user, form.data.get("beneficiary_q", ""), values),
        "draft_key": key,
        "sections": sections(form, missing),
        "count": sum(map(len, missing.values())),
        "known": stored,
        "drafts": drafts.kept(user, request.path, without=key),
    }
    return render_form(request, "projects/form.html", form, context, error)


def picker_for(user: User, text: str, values: Any) -> dict[str, Any]:
    text = text[:100].replace("\0", "")
    chosen = chosen_beneficiaries(user, values)
    found, count = find_beneficiaries(user, text, chosen)
    return {"text": text, "chosen": chosen, "found": found, "count": count, "more": count > FOUND_AT_ONCE}


@require_safe
def beneficiaries(request: HttpRequest) -> HttpResponse:
    """The part of the form that picks beneficiaries: those chosen, and those that fit the search."""
    user = user_of(request)
    permissions.may_create(user).require()
    picker = picker_for(user, request.GET.get("beneficiary_q", ""), request.GET.getlist("beneficiaries"))
    return render(request, "projects/_beneficiaries.html", {"picker": picker})


@require_http_methods(["GET", "HEAD", "POST"])
def ceilings(request: HttpRequest) -> HttpResponse:
    """The part of the form that measures the support asked for by the norms, from what is typed so far. What cannot be
    read yet is left out; nothing is judged or stored here (sent by POST because of the length of a budget table)."""
    user = user_of(request)
    permissions.may_create(user).require()
    typed = request.POST if request.method == "POST" else request.GET
    form = ProjectForm(typed, actor=user)
    form.is_valid()
    data = form.cleaned_data
    chosen = chosen_beneficiaries(user, typed.getlist("beneficiaries"))
    activities = list(data.get("activities") or [])
    programme, area = data.get("programme"), data.get("area")
    key = request.GET.get("without", "")
    is_key = key.isascii() and key.isdigit() and len(key) < 19
    project = Project.objects.visible_to(user).filter(pk=int(key)).first() if is_key else None
    measured, papers = [], []
    if programme is not None and area is not None and activities:
        lines = data.get("lines") or []
        known: dict[str, int] = {
            source: data[name] for name, source in form.amounts.items() if data.get(name) is not None
        }
        asked: dict[str, int | None] = {**with_sums(known, lines)}
        what = Measured(province_of(area), area, activities, chosen, data.get("investment_vnd"), project, lines)
        papers = papers_for(activities, what.province, clock.today(), [programme.source])
        measured = measure(what, sources_asked(asked, programme.source), clock.today(), asked)
    found = repeats_shown(repeats(chosen, activities, without=project), user)
    context = {"ceilings": measured, "repeats": found, "papers": papers, "programme": programme}
    context["ready"] = bool(area and activities)
    return render(request, "projects/_ceilings.html", context)
