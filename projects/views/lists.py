"""What is done with a list of projects: taking a step for many of them, and the workbook."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import render_form, user_of
from audit.steps import Step
from core import sheets
from core.errors import NotAllowed
from projects.bulk import LIMIT, asked, counts, preview, take_for_all
from projects.filters import ProjectFilter
from projects.forms import PaperStepForm, StepForm
from projects.models import Project
from projects.states import PROJECT_LIFE
from projects.views.shared import in_order, with_support
from projects.views.steps import EXPLAINED, FORMS
from projects.workbook import sheet_columns

# Who moves projects at all; each step asks for its own right.
MOVING = (Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.CENTRE, Role.MINISTRY)


def may_move(user: User) -> bool:
    return user.has_role(*MOVING)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Every row that was found, with the columns that are shown."""
    visible = Project.objects.visible_to(user_of(request))
    form = ProjectFilter(request.GET, rows=visible)
    rows = in_order(with_support(form.narrow())).prefetch_related("beneficiaries")
    columns = sheet_columns(form.shown_columns)
    wanted = sheets.asked(request) or "xlsx"
    return sheets.answer(wanted, "de-an", _("Projects"), columns, rows.iterator(chunk_size=1000), about=form.in_words)


# --- one step for many ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """GET with `project` (several) or `all` and the filters of the list: which steps they can take; with `step` what
    that would do. POST takes it, and answers with what became of each."""
    user = user_of(request)
    if not may_move(user):
        raise NotAllowed(_("Only those who work on projects move them."))
    data = request.POST if request.method == "POST" else request.GET
    projects, found = _chosen(user, data)
    context: dict[str, Any] = {"projects": projects, "found": found, "limit": LIMIT, "chosen": _query(data)}
    step = PROJECT_LIFE.steps.get(data.get("step", ""))
    if step is None:
        if data.get("step"):
            raise Http404
        return render(request, "projects/bulk.html", {**context, "steps": counts(projects, user)})
    return _step(request, user, projects, step, context)


def _chosen(user: User, data: QueryDict) -> tuple[list[Project], int]:
    """At most 200 of the projects that were ticked or found, and how many these were."""
    visible: Any = Project.objects.visible_to(user)
    if data.get("all"):
        rows = ProjectFilter(data, rows=visible).narrow()
    else:
        rows = visible.filter(public_id__in=[key for key in map(_uuid, data.getlist("project")[:LIMIT]) if key])
    ordered = in_order(rows).prefetch_related("estimates", "activities", "beneficiaries")
    return list(ordered[:LIMIT]), rows.count()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _query(data: QueryDict) -> str:
    """What was chosen, for the links of the page."""
    kept = data.copy()
    for name in ("step", "page", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    return kept.urlencode()


def _step(
    request: HttpRequest, user: User, projects: list[Project], step: Step, context: dict[str, Any]
) -> HttpResponse:
    sent = request.method == "POST"
    found = preview(projects, step, user)
    # A form that comes a second time finds nothing that could take the step: it is answered from its key.
    ordered = [*found.can, *projects]
    form = _form(request, ordered[0], step) if ordered else None
    context |= {"step": step, "preview": found, "explained": EXPLAINED.get(step.code, "")}
    if form is None or not (found.can or sent):
        return render(request, "projects/bulk_step.html", context)
    if not sent or not form.is_valid():
        return render_form(request, "projects/bulk_step.html", form, context)

    def data_for(project: Project) -> dict[str, Any]:
        needed = form.data_for()
        return {**needed, "money": asked(project)} if "money" in needed else needed

    results = take_for_all(
        projects,
        step,
        actor=user,
        form_key=form.cleaned_data["form_key"],
        note=form.cleaned_data["note"],
        data_for=data_for,
    )
    done = [result for result in results if not result.why]
    context |= {"results": results, "done": len(done), "failed": len(results) - len(done)}
    return render(request, "projects/bulk_done.html", context)


def _form(request: HttpRequest, project: Project, step: Step) -> StepForm:
    """The form of the step, once for all. Money differs from project to project: each gets what it asks for."""
    sent = request.method == "POST"
    more: dict[str, Any] = {"step": step.code} if step.code in PaperStepForm.ASKED else {}
    kind: Any = PaperStepForm if more else FORMS.get(step.code, StepForm)
    form: StepForm = kind(
        request.POST if sent else None,
        request.FILES if sent else None,
        project=project,
        note_required=step.note_required,
        **more,
    )
    for name in getattr(form, "amounts", {}):
        del form.fields[name]
    return form
