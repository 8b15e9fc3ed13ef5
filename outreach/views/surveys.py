"""Survey rounds, their questions, the sheet of an establishment, and needs."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import sheets
from core.errors import DomainError, NotAllowed, WrongState
from enterprises.models import Enterprise
from outreach import permissions, services
from outreach.forms import (
    AskedFilter,
    NeedFilter,
    NewQuestionForm,
    NewRoundForm,
    QuestionForm,
    RoundForm,
    SheetForm,
    in_words,
)
from outreach.models import Need, SurveyQuestion, SurveyRound, SurveySheet
from outreach.views.shared import edited, page_of
from programmes.kinds import kinds_in_words
from programmes.models import Activity, AnnualPlan
from projects.models import Project


def _round(user: User, public_id: UUID) -> SurveyRound:
    rows = SurveyRound.objects.visible_to(user).select_related("province")
    found: SurveyRound = get_object_or_404(rows, public_id=public_id)
    return found


def _at(row: SurveyRound) -> str:
    return reverse("outreach:round", args=[row.public_id])


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    rows = SurveyRound.objects.visible_to(user).annotate(
        answered=Count("sheets", filter=Q(sheets__complete=True), distinct=True)
    )
    columns = (
        sheets.Column(_("Survey"), lambda row: row.name, width=46),
        sheets.Column(_("First day"), lambda row: row.starts_on, "day"),
        sheets.Column(_("Last day"), lambda row: row.ends_on, "day"),
        sheets.Column(_("Answers are taken until"), lambda row: row.closes_on, "day"),
        sheets.Column(_("Answered"), lambda row: row.answered, "number"),
    )
    rows = rows.order_by("-starts_on", "-id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "khao-sat", _("Surveys of needs"), columns, rows.iterator())
    context = {"tab": "rounds", "page": page_of(request, rows), "may_keep": permissions.may_keep(None, user)}
    return render(request, "outreach/rounds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_keep(None, user).require()
    form = NewRoundForm(request.POST or None, actor=user)

    def act() -> str:
        like = form.cleaned_data["like"]
        return _at(services.create_round(form.of_province(), form.data_of(), actor=user, like=like))

    answer, error = sent_once(request, form, act, _("The round is there. Now its questions."))
    return answer or render_form(request, "outreach/round_form.html", form, {"row": None}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _round(user, public_id)
    permissions.may_keep(row.province, user).require()
    form = RoundForm(request.POST or None, actor=user, row=row)
    answer, error = edited(
        request,
        form,
        lambda version: services.change_round(row, form.data_of(), actor=user, version=version),
        _at(row),
        lambda: _round(user, public_id),
    )
    return answer or render_form(request, "outreach/round_form.html", form, {"row": row}, error)


@require_safe
def round_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is asked, how far each commune is, and the establishments with who answered."""
    user = user_of(request)
    row = _round(user, public_id)
    asked = services.asked_in(row) & Enterprise.objects.visible_to(user)
    covered = services.coverage(row, asked)
    form = AskedFilter(request.GET, rows=asked, survey=row)
    rows = form.narrow().select_related("area").order_by("area__folded", "folded", "id")
    done = {sheet.enterprise_id: sheet for sheet in SurveySheet.objects.filter(round=row)}

    def state(one: Enterprise) -> str:
        sheet = done.get(one.pk)
        names = dict(AskedFilter.STATES)
        return str(names["left"] if sheet is None else names["done"] if sheet.complete else names["begun"])

    if wanted := sheets.asked(request):
        questions = list(row.questions.all())
        columns = [
            sheets.Column(_("Establishment"), lambda one: one.name, width=46),
            sheets.Column(_("Place"), lambda one: one.area.full_name),
            sheets.Column(_("Telephone"), lambda one: one.phone),
            sheets.Column(_("State"), state),
            *(_answers_column(question, done) for question in questions),
        ]
        about = "; ".join(filter(None, (row.name, form.in_words)))
        return sheets.answer(wanted, "phieu-khao-sat", _("Answers"), columns, rows.iterator(), about=about)
    page = page_of(request, rows)
    for one in page:
        one.sheet = done.get(one.pk)
    keeps = permissions.may_keep(row.province, user)
    context = {
        "row": row,
        "tab": "rounds",
        "covered": covered,
        "asked": sum(line.asked for line in covered),
        "answered": sum(line.answered for line in covered),
        "left": sum(line.left for line in covered),
        "questions": row.questions.select_related("activity"),
        "kinds": kinds_in_words(row.kinds),
        "communes": row.communes.order_by("folded"),
        "form": form,
        "page": page,
        "any": bool(covered),
        "may_keep": keeps,
        "needs": Need.objects.visible_to(user).live().filter(sheet__round=row).count(),
        "history": Entry.objects.about(row)[:50] if keeps else [],
    }
    return render(request, "outreach/round.html", context)


def _answers_column(question: SurveyQuestion, done: dict[int, SurveySheet]) -> sheets.Column:
    def value(one: Enterprise) -> str:
        sheet = done.get(one.pk)
        return in_words(question, sheet.values.get(str(question.public_id))) if sheet is not None else ""

    return sheets.Column(question.text, value)


@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _round(user, public_id)
    permissions.may_keep(row.province, user).require()
    last = row.questions.order_by("-position").values_list("position", flat=True).first()
    form = NewQuestionForm(request.POST or None, position=(last or 0) + 1)

    def act() -> str:
        services.add_question(row, form.data_of(), actor=user)
        return _at(row)

    answer, error = sent_once(request, form, act, _("The question is added."))
    return answer or render_form(request, "outreach/question_form.html", form, {"row": row, "question": None}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: HttpRequest, public_id: UUID, question_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _round(user, public_id)
    permissions.may_keep(row.province, user).require()

    def fresh() -> SurveyQuestion:
        found: SurveyQuestion = get_object_or_404(row.questions.all(), public_id=question_id)
        return found

    question = fresh()
    form = QuestionForm(request.POST or None, row=question)
    answer, error = edited(
        request,
        form,
        lambda version: services.change_question(question, form.data_of(), actor=user, version=version),
        _at(row),
        fresh,
    )
    context = {"row": row, "question": question, "history": Entry.objects.about(question)[:50]}
    return answer or render_form(request, "outreach/question_form.html", form, context, error)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, public_id: UUID, enterprise_id: UUID) -> HttpResponse:
    """The questions of a round for one establishment, made for a phone: to answer while it is open, to read after."""
    user = user_of(request)
    row = _round(user, public_id)
    found = Enterprise.objects.visible_to(user).select_related("area")
    enterprise: Enterprise = get_object_or_404(found, public_id=enterprise_id)
    stored = SurveySheet.objects.filter(round=row, enterprise=enterprise).select_related("answered_by").first()
    if stored is None and not services.asked_in(row).filter(pk=enterprise.pk).exists():
        raise Http404
    questions = list(row.questions.select_related("activity"))
    may = permissions.may_answer_for(enterprise, user)
    values = stored.values if stored is not None else {}
    keep = "keep" in request.POST
    form = SheetForm(
        request.POST or None,
        questions=questions,
        values=values,
        keep=keep,
        initial={"version": stored.version if stored else 0},
    )
    error = None
    if request.method == "POST":
        may.require()
        if form.is_valid():
            try:
                services.save_sheet(
                    row, enterprise, form.given(), actor=user, send=not keep, version=form.cleaned_data["version"]
                )
            except (NotAllowed, WrongState):
                raise
            except DomainError as refusal:
                form.blame(refusal)
                error = refusal
                if refusal.code == "stale" and (now := SurveySheet.objects.filter(round=row, enterprise=enterprise)):
                    form.retype("version", str(now[0].version))
            else:
                done = (
                    _("Kept. Go on with it any time until the round closes.") if keep else _("The answers are stored.")
                )
                messages.success(request, done)
                return redirect(_at(row) if not keep else request.path)
    context = {
        "row": row,
        "enterprise": enterprise,
        "sheet": stored,
        "may_answer": bool(may) and row.is_open,
        "why_not": "" if may else may.reason,
        "answers": [(one, in_words(one, values.get(str(one.public_id)))) for one in questions],
        "needs": Need.objects.filter(sheet=stored).select_related("activity", "project") if stored else [],
        "may_keep": permissions.may_keep(row.province, user),
        "versions": _versions(stored, questions) if stored else [],
    }
    return render_form(request, "outreach/sheet.html", form, context, error)


def _versions(stored: SurveySheet, questions: list[SurveyQuestion]) -> list[dict[str, Any]]:
    """Each saving with what differed from the one before, the latest first."""
    rows = list(stored.versions.select_related("answered_by"))
    found = []
    for number, row in enumerate(rows):
        before = rows[number + 1].values if number + 1 < len(rows) else {}
        changes = [
            (one.text, in_words(one, before.get(key)), in_words(one, row.values.get(key)))
            for one in questions
            for key in [str(one.public_id)]
            if before.get(key) != row.values.get(key)
        ]
        found.append({"row": row, "changes": changes})
    return found


# --- needs ------------------------------------------------------------------------------------------------------------

NEED_COLUMNS = (
    sheets.Column(_lazy("Establishment"), lambda row: row.enterprise.name, width=46),
    sheets.Column(_lazy("Place"), lambda row: row.enterprise.area.full_name),
    sheets.Column(_lazy("Support"), lambda row: row.activity.name, width=40),
    sheets.Column(_lazy("Money"), lambda row: row.amount_vnd, "money"),
    sheets.Column(_lazy("Survey"), lambda row: row.sheet.round.name),
    sheets.Column(_lazy("Project"), lambda row: row.project.code if row.project else ""),
)


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Need.objects.visible_to(user).live()
    form = NeedFilter(request.GET, rows=visible)
    rows = form.narrow().select_related("enterprise__area", "activity", "project", "sheet__round")
    rows = rows.order_by("-sheet__round__starts_on", "activity_id", "enterprise__folded", "id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "nhu-cau", _("Needs"), NEED_COLUMNS, rows.iterator(), about=form.in_words)
    page = page_of(request, rows)
    seen = set(Project.objects.visible_to(user).filter(needs__in=list(page)).values_list("pk", flat=True))
    for row in page:
        row.sees_project = row.project_id in seen
        row.may_draft = row.project_id is None and permissions.may_keep(row.enterprise.province_id, user)
    context = {"tab": "needs", "form": form, "page": page, "any": visible.exists()}
    return render(request, "outreach/needs.html", context)


@require_POST
def need_draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A draft from a need; the same need leads to the same draft."""
    user = user_of(request)
    need: Need = get_object_or_404(Need.objects.visible_to(user), public_id=public_id)
    project = services.draft_from_need(need, actor=user)
    if not Project.objects.visible_to(user).filter(pk=project.pk).exists():
        messages.info(request, _("This need has the draft %(code)s already.") % {"code": project.code})
        return redirect("outreach:needs")
    messages.success(request, _("Here is the draft from this need. Complete it, then submit it."))
    return redirect("projects:detail", project.public_id)


@require_safe
def plan_needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Needs by content for a yearly plan: of rounds begun in its year or the year before, and how many are met."""
    user = user_of(request)
    plan: AnnualPlan = get_object_or_404(AnnualPlan.objects.visible_to(user), public_id=public_id)
    since, until = dt.date(plan.year - 1, 1, 1), dt.date(plan.year, 12, 31)
    found = Need.objects.visible_to(user).live().filter(
        sheet__round__starts_on__range=(since, until), enterprise__province=plan.area
    )  # fmt: skip
    counts = {row["activity"]: row for row in found.order_by().values("activity").annotate(
        needs=Count("id"),
        drafts=Count("id", filter=Q(project__isnull=False, project__year=plan.year)),
        met=Count("id", filter=Q(project__decided_on__isnull=False, project__year=plan.year)),
    )}  # fmt: skip
    planned = set(plan.lines.values_list("activity_id", flat=True))
    rows = [
        {**counts.get(activity.pk, _NONE), "activity": activity, "planned": activity.pk in planned}
        for activity in Activity.objects.filter(pk__in=planned | set(counts))
    ]
    for row in rows:
        row["unmet"] = row["needs"] - row["met"]
    rows.sort(key=lambda row: -row["unmet"])
    part = getattr(request, "htmx", False)
    context = {"plan": plan, "rows": rows}
    return render(request, "outreach/_plan_needs.html" if part else "outreach/plan_needs.html", context)


_NONE = {"needs": 0, "drafts": 0, "met": 0}


@require_safe
def of_enterprise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What an establishment said it needs, asked and was told."""
    user = user_of(request)
    enterprise: Enterprise = get_object_or_404(Enterprise.objects.visible_to(user), public_id=public_id)
    context = {
        "enterprise": enterprise,
        "sheets": enterprise.survey_sheets.all().visible_to(user).select_related("round"),
        "advice": enterprise.advice.all().visible_to(user).select_related("topic"),
        "told": enterprise.reached.all().visible_to(user).select_related("policy", "campaign", "channel"),
        "may_ask": permissions.may_answer_for(enterprise, user),
    }
    part = getattr(request, "htmx", False)
    return render(request, "outreach/_of_enterprise.html" if part else "outreach/of_enterprise.html", context)


@require_safe
def of_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a project came from: needs and advice."""
    user = user_of(request)
    project: Project = get_object_or_404(Project.objects.visible_to(user), public_id=public_id)
    context = {
        "project": project,
        "needs": project.needs.all().visible_to(user).select_related("enterprise", "activity", "sheet__round"),
        "advice": project.advice.all().visible_to(user).select_related("enterprise", "topic"),
        "campaigns": project.campaigns.all().visible_to(user),
    }
    part = getattr(request, "htmx", False)
    return render(request, "outreach/_of_project.html" if part else "outreach/of_project.html", context)
