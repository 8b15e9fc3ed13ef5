"""Requests for advice: list, a new one, and one with everything that is done to it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import Invalid
from enterprises.models import Enterprise
from outreach import advice as services
from outreach import permissions
from outreach.forms import AdviceFilter, AnswerForm, AssignForm, NewAdviceForm, OutcomeForm, ReopenForm, VisitForm
from outreach.models import Advice, AdviceState
from outreach.states import ADVICE_LIFE
from outreach.views.shared import page_of, sent

COLUMNS = (
    sheets.Column(_lazy("Establishment"), lambda row: row.enterprise.name, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.enterprise.area.full_name),
    sheets.Column(_lazy("Topic"), lambda row: row.topic.name),
    sheets.Column(_lazy("How it came"), lambda row: row.get_channel_display()),
    sheets.Column(_lazy("Question"), lambda row: row.text, width=46),
    sheets.Column(_lazy("Asked on"), lambda row: row.asked_on, "day"),
    sheets.Column(_lazy("Answer due on"), lambda row: row.due_on, "day"),
    sheets.Column(_lazy("Who answers"), lambda row: row.assigned_to.full_name if row.assigned_to else ""),
    sheets.Column(_lazy("Answered on"), lambda row: row.answered_on, "day"),
    sheets.Column(_lazy("Days taken"), lambda row: row.days_taken, "number"),
    sheets.Column(_lazy("State"), lambda row: row.get_state_display()),
    sheets.Column(_lazy("Outcome"), lambda row: row.get_outcome_display()),
)


def _advice(user: User, public_id: UUID) -> Advice:
    rows = Advice.objects.visible_to(user).select_related(
        "enterprise__area", "enterprise__province", "topic", "assigned_to", "project"
    )
    found: Advice = get_object_or_404(rows, public_id=public_id)
    return found


def may_ask(user: User) -> bool:
    """Is there any establishment for which the person may enter a request?"""
    return bool(user.has_role(Role.OFFICER, Role.CENTRE, Role.COLLABORATOR))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Advice.objects.visible_to(user)
    form = AdviceFilter(request.GET, rows=visible)
    rows = form.narrow().select_related("enterprise__area", "topic", "assigned_to").order_by("-asked_on", "-id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "tu-van", _("Advice"), COLUMNS, rows.iterator(), about=form.in_words)
    open_rows = visible.filter(state=AdviceState.OPEN)
    context = {
        "tab": "advice",
        "form": form,
        "page": page_of(request, rows),
        "any": visible.exists(),
        "may_ask": may_ask(user),
        "waiting": open_rows.count(),
        "late": open_rows.filter(due_on__lt=clock.today()).count(),
    }
    return render(request, "outreach/advice_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if not may_ask(user):
        permissions.may_keep(None, user).require()
    chosen = None
    if (wanted := request.GET.get("enterprise", "")) and len(wanted) == 36:
        chosen = Enterprise.objects.visible_to(user).filter(public_id=wanted).first()
    form = NewAdviceForm(request.POST or None, actor=user, enterprise=chosen)

    def act() -> str:
        row = services.ask_advice(form.cleaned_data["enterprise"], form.data_of(), actor=user)
        return reverse("outreach:advice_one", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("The request is entered."))
    return answer or render_form(request, "outreach/advice_form.html", form, {}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A request, and beside it what can be done now: give it to somebody, note a visit, answer, conclude."""
    user = user_of(request)
    row = _advice(user, public_id)
    may = permissions.may_handle(row, user)
    url = reverse("outreach:advice_one", args=[public_id])
    did = request.POST.get("do", "") if request.method == "POST" else ""
    forms = _forms(request, row, did)
    if request.method == "POST":
        may.require()
        if did not in forms:
            # What is not possible now says why; what there is not, too.
            services.take_step(row, did, actor=user)
            raise Invalid(_("There is no such step."))
        answer = _do(request, row, did, forms[did], user, url)
        if answer:
            return answer
    context = {
        "row": row,
        "may": may,
        "forms": forms,
        "form": forms.get(did),
        "steps": [step for step, verdict in ADVICE_LIFE.available(row, user) if verdict],
        "visits": row.visits.all(),
        "sees_project": bool(row.project and services.projects_for(row, user).filter(pk=row.project_id).exists()),
        "history": Entry.objects.about(row)[:50],
    }
    wrong = did in forms and forms[did].errors
    return render(request, "outreach/advice.html", context, status=422 if wrong else 200)


def _forms(request: HttpRequest, row: Advice, did: str) -> dict[str, Any]:
    today = {"on": clock.today()}

    def of(code: str, kind: Any, **given: Any) -> Any:
        return kind(request.POST if did == code else None, prefix=code, **given)

    found: dict[str, Any] = {}
    if row.state == AdviceState.OPEN:
        found["answer"] = of("answer", AnswerForm, initial={**today, "answer": row.answer})
        found["assign"] = of("assign", AssignForm, advice=row, initial={"assigned_to": row.assigned_to})
    if row.state == AdviceState.ANSWERED:
        found["conclude"] = of("conclude", OutcomeForm, initial=today)
        found["conclude"].fields["project"].rows = services.projects_for(row, request.user)  # type: ignore[arg-type]
    if row.state != AdviceState.CLOSED:
        found["visit"] = of("visit", VisitForm, initial=today)
    if row.state != AdviceState.OPEN:
        found["reopen"] = of("reopen", ReopenForm)
    return found


def _do(request: HttpRequest, row: Advice, did: str, form: Any, user: User, url: str) -> HttpResponse | None:
    if did == "visit":

        def went() -> str:
            data = form.cleaned_data
            services.visit(row, data["on"], data["visitor"], data["finding"], actor=user)
            return url

        return sent_once(request, form, went, _("The visit is noted."))[0]
    if did == "assign":
        act: Any = lambda: services.assign(row, form.cleaned_data["assigned_to"], actor=user)  # noqa: E731
    else:
        act = lambda: services.take_step(  # noqa: E731
            row, did, actor=user, data=form.cleaned_data, note=form.cleaned_data.get("note", "")
        )
    return sent(request, form, act, url, _("Saved."))
