"""The steps of a project, each with its own page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signed_in import render_form, sent_once, user_of
from audit.steps import Step
from core import clock
from core.errors import NotAllowed, NotFound, WrongState
from files.services import read_bytes
from projects.available import missing_with_pages
from projects.forms import ApproveForm, DayStepForm, PaperStepForm, StepForm, StopForm
from projects.models import Adjustment, Contract, Decision, Project, StepPaper
from projects.permissions import sees_adjustments, sees_working_papers
from projects.procedure import deadline_of, doubts
from projects.services import take_step
from projects.states import PROJECT_LIFE
from projects.views.shared import project_of

FORMS: dict[str, type[StepForm]] = {
    "approve": ApproveForm,
    "contract": DayStepForm,
    "start": DayStepForm,
    "close": DayStepForm,
    "stop": StopForm,
}


# What will happen, said before it does.
EXPLAINED = {
    "submit": gettext_lazy("The file goes to the leader, who records the decision. Until then it cannot be changed."),
    "register": gettext_lazy(
        "You record the registration report that the department sent to the ministry's unit, with its number and day."
    ),
    "appraise": gettext_lazy(
        "You conclude the appraisal of the department. It rests on the opinions given; enter the minutes, if any."
    ),
    "reject": gettext_lazy("The file ends here, with your reason. It cannot be taken up again."),
    "ministry_appraise": gettext_lazy(
        "You record what the ministry's appraisal said, with who issued it, number and day. Somebody of the ministry "
        "does it with their own account."
    ),
    "ministry_return": gettext_lazy(
        "The ministry wants the file completed: enter its paper and what is missing. Then the file is examined again."
    ),
    "ministry_reject": gettext_lazy("The ministry does not support the project: enter its paper and the reason."),
    "contract": gettext_lazy("From this day the project is under contract. All contracts have been entered before."),
    "liquidate": gettext_lazy("You record that the contracts are liquidated, with the minutes."),
    "settle": gettext_lazy(
        "You record that the settlement is approved. It is possible when all money is paid, cleared or given back."
    ),
    "return": gettext_lazy("The file goes back to whoever entered it, with your reason, and can be changed again."),
    "approve": gettext_lazy(
        "You record a decision that is signed. The money is taken from the year's budget at once; if there is not "
        "enough left, nothing is stored and you are told how much is missing."
    ),
    "start": gettext_lazy("From this day the project is carried out."),
    "accept": gettext_lazy("You record that the result was accepted. After that no progress is reported any more."),
    "close": gettext_lazy("The project is settled. It can only be closed when the money approved is paid."),
    "stop": gettext_lazy(
        "The project ends here. Money approved and not spent goes back to the budget; enter the decision that stops it."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    found = PROJECT_LIFE.step_for(project, step)
    if found is None:
        raise Http404
    found.may(project, user).require()
    files = request.FILES if request.method == "POST" else None
    more = {"step": step} if step in PaperStepForm.ASKED else {}
    kind = PaperStepForm if more else FORMS.get(step, StepForm)
    form = kind(request.POST or None, files, project=project, note_required=found.note_required, **more)
    of_inbox = request.GET.get("back") == "inbox"
    back = reverse("projects:inbox") if of_inbox else reverse("projects:detail", args=[project.public_id])

    def act() -> str:
        take_step(project, found.code, actor=user, note=form.cleaned_data["note"], data=form.data_for())
        return back

    done = _("«%(step)s» is recorded: %(code)s.") % {"step": found.label, "code": project.code}
    answer, error = sent_once(request, form, act, done, raises=(NotAllowed,))
    if answer:
        return answer
    _require_state(project_of(user, public_id) if error else project, found)  # somebody else may have moved it
    context = {
        "project": project,
        "step": found,
        "explained": EXPLAINED[found.code],
        "back": back,
        "missing": missing_with_pages(project, step, user),
        "doubts": doubts(project, step),
        "due": deadline_of(project, step),
        "late": (due := deadline_of(project, step)) is not None and clock.today() > due,
    }
    return render_form(request, "projects/step.html", form, context, error)


def _require_state(project: Project, step: Step) -> None:
    verdict = PROJECT_LIFE.in_state(project, step)
    if not verdict:
        raise WrongState(verdict.reason)


@require_safe
def paper(request: HttpRequest, public_id: UUID, kind: str, pk: int) -> HttpResponse:
    """The scan of a step's paper, a contract or an adjustment, for those who work on the project."""
    user = user_of(request)
    project = project_of(user, public_id)
    models: dict[str, Any] = {"step": StepPaper, "contract": Contract, "adjustment": Adjustment}
    seen = sees_adjustments if kind == "adjustment" else sees_working_papers
    if kind not in models or not seen(project, user):
        raise Http404
    row = models[kind].objects.filter(project=project, pk=pk, file__isnull=False).select_related("file").first()
    if row is None:
        raise Http404
    return stored_file(row.file, row.file_name or str(row))


@require_safe
def decision_file(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """The scanned decision, for whoever sees the project."""
    project = project_of(user_of(request), public_id)
    decision = Decision.objects.filter(project=project, pk=pk, file__isnull=False).select_related("file").first()
    if decision is None:
        raise Http404
    return stored_file(decision.file, decision.file_name or decision.number)


def stored_file(stored: Any, name: str) -> HttpResponse:
    """The bytes with their true type; kept by the person's browser only. 404 with the hash where they are missing."""
    try:
        content = read_bytes(stored)
    except (OSError, ValueError) as error:
        text = _("The file is missing on the server. Tell the administrator: %(name)s, %(hash)s.")
        raise NotFound(text % {"name": name, "hash": stored.sha256}) from error
    response = HttpResponse(content, content_type=stored.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Disposition"] = _disposition(name, stored.content_type)
    return response


ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}


def _disposition(name: str, content_type: str) -> str:
    """Shown in the browser. Saved, it ends as what it is: a PDF that calls itself a page would be opened as one."""
    right = ENDINGS.get(content_type, (".bin",))
    if not name.lower().endswith(right):
        stem, dot, ending = name.rpartition(".")
        name = (stem if dot and ending.isalpha() else name) + right[0]
    return content_disposition_header(False, name) or "inline"
