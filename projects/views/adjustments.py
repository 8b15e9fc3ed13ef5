"""Asking for a change of a decided project, and deciding on it."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import AgencyKind, User
from accounts.signed_in import render_form, sent_once, user_of
from core.errors import WrongState
from core.money import group
from enterprises.merging import standing_of
from places.models import Area
from programmes.models import Activity
from projects import adjustments, permissions
from projects.life_forms import AdjustmentForm, DecideAdjustmentForm, ReasonForm
from projects.models import Adjustment, Project
from projects.states import ADJUSTMENT_LIFE
from projects.views.editing import picker_for
from projects.views.shared import project_of

LABELS = {
    "area": gettext_lazy("Place"),
    "beneficiaries": gettext_lazy("Beneficiaries"),
    "activities": gettext_lazy("Activities"),
    "partner": gettext_lazy("Partner unit"),
    "starts_on": gettext_lazy("Starts on"),
    "ends_on": gettext_lazy("Ends on"),
    "investment_vnd": gettext_lazy("Total investment"),
    "support_national_vnd": gettext_lazy("National support in all"),
    "support_local_vnd": gettext_lazy("Local support in all"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    permissions.may_ask_adjustment(project, user).require()
    form = AdjustmentForm(request.POST or None, project=project, actor=user)

    def act() -> str:
        row = adjustments.ask(project, form.new_values(), form.cleaned_data["reason"], actor=user)
        return reverse("projects:adjustment", args=[project.public_id, row.public_id])

    answer, error = None, None
    if "find" in request.POST:
        form.judge_nothing()
    else:
        done = _("The adjustment is asked for. Who decides is told on this page.")
        answer, error = sent_once(request, form, act, done)
    if answer:
        return answer
    adjustments.require_adjustable(project)
    picker = None
    if "beneficiaries" in form.fields:
        picker = picker_for(user, form.data.get("beneficiary_q", ""), form["beneficiaries"].value() or [])
    return render_form(request, "projects/adjust.html", form, {"project": project, "picker": picker}, error)


def adjustment_of(user: User, public_id: UUID, adjustment_id: UUID) -> Adjustment:
    project = project_of(user, public_id)
    if not permissions.sees_adjustments(project, user):
        raise Http404
    row: Adjustment = get_object_or_404(
        Adjustment.objects.select_related("asked_by", "decided_by", "file"), project=project, public_id=adjustment_id
    )
    row.project = project
    return row


@require_safe
def detail(request: HttpRequest, public_id: UUID, adjustment_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = adjustment_of(user, public_id, adjustment_id)
    steps = ADJUSTMENT_LIFE.available(row, user)
    kinds = list(row.kinds.all())
    context = {
        "project": row.project,
        "row": row,
        "differences": differences(row),
        "kinds": [(kind, AgencyKind(kind.authority).label) for kind in kinds],
        "decider": _decider_words(row),
        "ceilings": adjustments.ceilings_asked(row),
        "possible": [step for step, verdict in steps if verdict],
        "refused": [(step, verdict.reason) for step, verdict in steps if not verdict],
    }
    return render(request, "projects/adjustment.html", context)


def _decider_words(row: Adjustment) -> str:
    kind = adjustments.decider(list(row.kinds.all()))
    return str(AgencyKind(kind.authority).label) if kind else ""


def differences(row: Adjustment) -> list[dict[str, str]]:
    """Each changed field in words: as it was, as it becomes."""
    return [
        {"label": str(LABELS[name]), "old": _words(name, row.old.get(name)), "new": _words(name, value)}
        for name, value in row.new.items()
    ]


def _words(name: str, value: Any) -> str:
    if name == "area":
        area = Area.objects.filter(uid=value).first()
        return area.full_name if area else str(value)
    if name == "beneficiaries":
        return ", ".join(row.name for row in standing_of(value)) or "–"
    if name == "activities":
        return ", ".join(row.name for row in Activity.objects.filter(code__in=value)) or "–"
    if value is None or value == "":
        return "–"
    if name in ("starts_on", "ends_on"):
        return f"{dt.date.fromisoformat(value):%d/%m/%Y}"
    if name in ("investment_vnd", "support_national_vnd", "support_local_vnd"):
        return _("%(amount)s đồng") % {"amount": group(value)}
    return str(value)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: UUID, adjustment_id: UUID, step: str) -> HttpResponse:
    user = user_of(request)
    row = adjustment_of(user, public_id, adjustment_id)
    project: Project = row.project
    found = ADJUSTMENT_LIFE.steps.get(step)
    if found is None:
        raise Http404
    found.may(row, user).require()
    files = request.FILES if request.method == "POST" else None
    form: Any
    if step == "decide":
        form = DecideAdjustmentForm(request.POST or None, files, project=project)
    else:
        form = ReasonForm(request.POST or None)

    def act() -> str:
        decision = form.decision_data() if step == "decide" else None
        adjustments.take_adjustment_step(row, step, actor=user, note=form.cleaned_data["note"], decision=decision)
        return reverse("projects:adjustment", args=[project.public_id, row.public_id])

    answer, error = sent_once(request, form, act, _("«%(step)s» is recorded.") % {"step": found.label})
    if answer:
        return answer
    verdict = ADJUSTMENT_LIFE.in_state(row, found)
    if not verdict:
        raise WrongState(verdict.reason)
    context = {
        "project": project,
        "row": row,
        "step": found,
        "differences": differences(row),
        "decider": _decider_words(row),
    }
    return render_form(request, "projects/adjustment_step.html", form, context, error)
