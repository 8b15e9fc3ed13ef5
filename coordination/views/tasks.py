"""Tasks given: the list, one with everything that is done to it, the documents they come from and their paper list."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency, AgencyKind, User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from coordination import giving, permissions
from coordination.forms import (
    DocumentForm,
    HandForm,
    NewDocumentForm,
    NewTaskForm,
    NothingForm,
    ReasonForm,
    ResultForm,
    TaskFilter,
    TaskForm,
)
from coordination.models import (
    OPEN_TASK,
    GivenTask,
    TaskDocument,
    TaskResult,
    TaskState,
    Timing,
    named_on,
    provinces_of,
)
from coordination.states import TASK_LIFE
from coordination.views.shared import page_of, sent
from core import clock, sheets
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from core.forms import KcForm
from places.models import Area, Level
from projects.models import Project
from projects.views.steps import stored_file

WORKING = (TaskState.GIVEN, TaskState.IN_PROGRESS)


def due_words(row: GivenTask) -> str:
    return f"{row.due_on:%d/%m/%Y}" if row.due_on else str(Timing(row.timing).label)


def results_words(row: GivenTask) -> str:
    return "\n".join(f"{result.on:%d/%m/%Y}: {result.text}" for result in row.results.all())


def doer_words(row: GivenTask) -> str:
    return "; ".join(filter(None, [row.agency_name, row.assigned_to.full_name if row.assigned_to else ""]))


def support_words(row: GivenTask) -> str:
    named = [named_on(agency, row.given_on) for agency in row.supporting.all()]
    return "; ".join(filter(None, [*named, row.supporting_text]))


def state_words(row: GivenTask) -> str:
    if row.state == TaskState.CANCELLED:
        return f"{row.get_state_display()}: {row.cancel_reason}"
    late = f" ({_('overdue')})" if row.is_late else ""
    return f"{row.get_state_display()}{late}"


DOCUMENT_COLUMNS = (
    sheets.Column(_lazy("Document"), str, width=40),
    sheets.Column(_lazy("Subject"), lambda row: row.paper.subject, width=60),
    sheets.Column(_lazy("Issued by"), lambda row: row.paper.issuer, width=30),
    sheets.Column(_lazy("Date"), lambda row: row.paper.issued_on, "day"),
    # A document whose text nobody has seen has no tasks here: that is no zero.
    sheets.Column(_lazy("Tasks"), lambda row: row.count or None, "number"),
    sheets.Column(_lazy("Open tasks"), lambda row: row.open_count if row.count else None, "number"),
)
PAPER = (
    sheets.Column(_lazy("Task"), lambda row: row.text, width=60),
    sheets.Column(_lazy("Agency that does it"), doer_words, width=30),
    sheets.Column(_lazy("Who supports"), support_words, width=30),
    sheets.Column(_lazy("Until when"), due_words),
    sheets.Column(_lazy("Result"), results_words, width=50),
    sheets.Column(_lazy("How it stands"), state_words),
)
COLUMNS = (
    sheets.Column(_lazy("Document that gives it"), lambda row: str(row.document) if row.document else ""),
    sheets.Column(_lazy("Clause"), lambda row: row.clause),
    *PAPER[:3],
    sheets.Column(_lazy("Communes"), lambda row: "; ".join(area.full_name for area in row.areas.all()), width=30),
    sheets.Column(_lazy("Task given on"), lambda row: row.given_on, "day"),
    *PAPER[3:],
    sheets.Column(_lazy("Done on"), lambda row: row.done_on, "day"),
    sheets.Column(_lazy("Project"), lambda row: row.project.code if row.project else ""),
    sheets.Column(_lazy("Compared with the document"), lambda row: row.get_verified_display() if row.document else ""),
)


def with_all(rows: Any) -> Any:
    """With what a list shows of each, in a constant number of questions."""
    names = Prefetch("agency__names")
    return rows.select_related("document__legal", "agency", "assigned_to", "project").prefetch_related(
        "results", "areas", "supporting__names", names
    )


def _task(user: User, public_id: UUID) -> GivenTask:
    rows = GivenTask.objects.visible_to(user).select_related(
        "province", "document__legal", "agency", "assigned_to", "project", "programme", "given_by", "reported_by"
    )
    found: GivenTask = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = GivenTask.objects.visible_to(user)
    form = TaskFilter(request.GET, rows=visible, actor=user)
    rows = with_all(form.narrow().order_by("document_id", "position", "id"))
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "nhiem-vu", _("Tasks given"), COLUMNS, rows, about=form.in_words)
    context = {
        "tab": "tasks",
        "form": form,
        "page": page_of(request, rows),
        "counts": giving.counted(visible, visible.late()),
        "may_give": permissions.may_give(None, user),
    }
    return render(request, "coordination/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_give(None, user).require()
    initial: dict[str, Any] = {"given_on": clock.today(), "position": None}
    chosen = _named(TaskDocument.objects.visible_to(user), request.GET.get("document", ""))
    if chosen is not None:
        last = chosen.tasks.order_by("-position").first()
        initial |= {
            "document": chosen.public_id,
            "given_on": chosen.paper.issued_on or clock.today(),
            "position": last.position + 1 if last else 1,
        }
    form = NewTaskForm(request.POST or None, actor=user, initial=initial)

    def act() -> str:
        row = giving.give_task(form.of_province(), form.data_of(), actor=user)
        return reverse("coordination:task", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("The task is given."))
    return answer or render_form(request, "coordination/task_form.html", form, {"document": chosen}, error)


def _named(rows: Any, text: str) -> Any:
    return rows.filter(public_id=text).first() if len(text) == 36 and text.count("-") == 4 and _is_uuid(text) else None


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _task(user, public_id)
    permissions.may_direct(row, user).require()
    form = TaskForm(request.POST or None, actor=user, row=row)
    answer, error = _edited(
        request,
        form,
        lambda version: giving.change_task(row, form.data_of(), actor=user, version=version),
        reverse("coordination:task", args=[public_id]),
        lambda: _task(user, public_id),
    )
    if answer:
        return answer
    if error is None and not row.is_open:
        raise WrongState(_("This task is closed. Open it again before it is changed."))
    return render_form(request, "coordination/task_form.html", form, {"row": row}, error)


def _edited(
    request: HttpRequest, form: Any, act: Any, url: str, fresh: Any
) -> tuple[HttpResponse | None, DomainError | None]:
    """As `sent`, for a form of something that is there: who comes second is shown what is stored now."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        act(form.cleaned_data["version"] or 0)
    except (NotAllowed, WrongState):
        raise
    except DomainError as refusal:
        form.blame(refusal)
        if refusal.code == "stale":
            now = fresh()
            form.take_over(now.version, form.stored(now))
        return None, refusal
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(url), None


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A task with its results, and what can be done with it now: tell a result, confirm, hand on, cancel."""
    user = user_of(request)
    row = _task(user, public_id)
    url = reverse("coordination:task", args=[public_id])
    did = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, row, user, did)
    if request.method == "POST":
        if did not in forms:
            # What is not possible now says why; what there is not, too.
            if did == "result":
                giving.add_result(row, giving.ResultData(None, ""), actor=user)
            elif did == "assign":
                permissions.may_direct(row, user).require()
                raise WrongState(_("This task is closed."))
            giving.take_task_step(row, did, actor=user)
            raise Invalid(_("There is no such step."))
        answer = _do(request, row, did, forms[did], user, url)
        if answer:
            return answer
    confirm = TASK_LIFE.verdict(row, TASK_LIFE.steps["confirm"], user)
    context = {
        "row": row,
        "tab": "tasks",
        "forms": forms,
        "form": forms.get(did),
        "results": row.results.select_related("file", "recorded_by"),
        "supporting": support_words(row),
        "areas": row.areas.all(),
        "sees_project": _sees(user, row),
        "may_direct": permissions.may_direct(row, user),
        "why_not": "" if confirm or row.state != TaskState.REPORTED else confirm.reason,
        "history": Entry.objects.about(row)[:50],
    }
    wrong = did in forms and forms[did].errors
    return render(request, "coordination/task.html", context, status=422 if wrong else 200)


def _sees(user: User, row: GivenTask) -> bool:
    """Whether the person sees its project."""
    return row.project is not None and Project.objects.visible_to(user).filter(pk=row.project.pk).exists()


def _forms(request: HttpRequest, row: GivenTask, user: User, did: str) -> dict[str, Any]:
    """The forms of what the person may do with it now."""
    files = request.FILES if did == "result" else None

    def sent_to(code: str) -> Any:
        return request.POST if did == code else None

    found: dict[str, Any] = {}
    if row.state in WORKING and permissions.may_do(row, user):
        found["result"] = ResultForm(sent_to("result"), files, prefix="result")
    possible = {step.code for step, verdict in TASK_LIFE.available(row, user) if verdict}
    for code, kind in (
        ("start", NothingForm),
        ("confirm", NothingForm),
        ("return", ReasonForm),
        ("cancel", ReasonForm),
        ("reopen", ReasonForm),
    ):
        if code in possible:
            found[code] = kind(sent_to(code), prefix=code)
    if row.state in OPEN_TASK and permissions.may_direct(row, user):
        people, initial = giving.doers(row.province_id), {"assigned_to": row.assigned_to_id}
        found["assign"] = HandForm(sent_to("assign"), prefix="assign", people=people, initial=initial)
    return found


def _do(request: HttpRequest, row: GivenTask, did: str, form: Any, user: User, url: str) -> HttpResponse | None:
    if did == "result":

        def tell() -> str:
            data = form.data_of()
            if form.cleaned_data["final"]:
                giving.take_task_step(row, "finish", actor=user, result=data)
            else:
                giving.add_result(row, data, actor=user)
            return url

        return sent_once(request, form, tell, _("The result is recorded."))[0]
    if did == "assign":
        return sent(
            request, form, lambda: giving.hand_to(row, form.cleaned_data["assigned_to"], actor=user), url, _("Saved.")
        )
    return sent(
        request,
        form,
        lambda: giving.take_task_step(row, did, actor=user, note=form.cleaned_data.get("note", "")),
        url,
        _("Saved."),
    )


@require_safe
def paper(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """The paper or photo of a result."""
    row = _task(user_of(request), public_id)
    found: TaskResult = get_object_or_404(row.results.select_related("file"), pk=pk)
    if found.file is None:
        raise Http404
    return stored_file(found.file, found.file_name or str(found))


# --- documents --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """Documents that give tasks, with how many are entered; one more is added here."""
    user = user_of(request)
    may = permissions.may_give(None, user)
    if request.method == "POST":
        may.require()
    form = NewDocumentForm(request.POST or None, actor=user) if may else NothingForm()
    error = None
    if isinstance(form, NewDocumentForm):
        typed = form

        def act() -> str:
            row = giving.add_document(typed.of_province(), typed.data_of(), actor=user)
            return reverse("coordination:document", args=[row.public_id])

        answer, error = sent_once(request, typed, act, _("The document is in the list. Now enter its tasks."))
        if answer:
            return answer
    tasks = GivenTask.objects.visible_to(user)
    mine = Q(tasks__in=tasks.order_by().values("pk"))
    rows = TaskDocument.objects.visible_to(user).select_related("legal", "province")
    rows = rows.annotate(
        count=Count("tasks", filter=mine),
        open_count=Count("tasks", filter=mine & Q(tasks__state__in=OPEN_TASK)),
    )
    found = sorted(rows, key=_fullest)
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "van-ban-giao-nhiem-vu", _("Documents that give tasks"), DOCUMENT_COLUMNS, found)
    context = {"tab": "documents", "rows": found, "may_give": may}
    return render_form(request, "coordination/documents.html", form, context, error)


@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list of a document's tasks as a paper: on A4 across when printed, and as a file."""
    user = user_of(request)
    row: TaskDocument = get_object_or_404(
        TaskDocument.objects.visible_to(user).select_related("legal", "province"), public_id=public_id
    )
    rows = with_all(GivenTask.objects.visible_to(user).filter(document=row).order_by("position", "id"))
    if wanted := sheets.asked(request):
        number = sheets.Column(_("No."), lambda task: task.number, "number")
        clause = sheets.Column(_("Clause"), lambda task: task.clause)
        return sheets.answer(
            wanted, "danh-muc-nhiem-vu", str(row).replace("/", "-"), (number, clause, *PAPER), numbered(rows),
            about=title_of(row),
        )  # fmt: skip
    may_change = permissions.may_keep_document(row, user)
    if request.method == "POST":
        may_change.require()
    form: KcForm = NothingForm()
    error = None
    if may_change:
        form = typed = DocumentForm(request.POST or None, actor=user, row=row)
        answer, error = _edited(
            request,
            form,
            lambda version: giving.change_document(row, typed.data_of(), actor=user, version=version),
            request.path,
            lambda: TaskDocument.objects.get(pk=row.pk),
        )
        if answer:
            return answer
    province = _province_of(user, row)
    context = {
        "row": row,
        "tab": "documents",
        "title": title_of(row),
        "tasks": numbered(rows),
        "heads": _heads(province),
        "province": province,
        "today": clock.today(),
        "may_give": permissions.may_give(province, user) if province else permissions.may_give(None, user),
        "may_change": may_change,
        "history": Entry.objects.about(row)[:50],
    }
    return render_form(request, "coordination/document.html", form, context, error)


def _fullest(row: Any) -> tuple[int, int]:
    return -row.count, -row.pk


def title_of(row: TaskDocument) -> str:
    paper = row.paper
    words = _("Tasks of %(document)s") % {"document": f"{paper.type} số {paper.number}".strip()}
    if paper.issued_on:
        words += _(" of %(day)s") % {"day": f"{paper.issued_on:%d/%m/%Y}"}
    return words + (f", {paper.issuer}" if paper.issuer else "")


def numbered(rows: Any) -> list[GivenTask]:
    found = list(rows)
    for number, task in enumerate(found, 1):
        task.number = number
        task.words = {
            "who": doer_words(task),
            "support": support_words(task),
            "due": due_words(task),
            "state": state_words(task),
        }
    return found


def _province_of(user: User, row: TaskDocument) -> Area | None:
    """Whose paper it is: the province of the document, or the person's first one."""
    if row.province is not None:
        return row.province
    ids = provinces_of(user)
    seen = Q(pk__in=ids) if ids else Q(closure_down__area_id__in=user.sight.granted_area_ids)
    return Area.objects.current().filter(seen, level=Level.PROVINCE).order_by("folded").distinct().first()


def _heads(province: Area | None) -> dict[str, str]:
    """The head of the paper: the names the offices have today."""
    today = clock.today()
    found = {
        agency.kind: agency.name_on(today)
        for agency in Agency.objects.filter(
            area=province, kind__in=[AgencyKind.PROVINCIAL_COMMITTEE, AgencyKind.DEPARTMENT]
        )
    } if province else {}  # fmt: skip
    return {
        "above": found.get(AgencyKind.PROVINCIAL_COMMITTEE, ""),
        "office": found.get(AgencyKind.DEPARTMENT, ""),
    }
