"""The reference data of training on pages: subjects, what counts towards a target, how long rosters are kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import DomainError, NotAllowed
from core.templatetags import kc
from programmes.permissions import may_add_rule, may_change_rule
from training import subjects
from training.models import CountingRule, RosterRetention, TrainingClass, TrainingSubject
from training.roster_forms import CountingForm, RetentionForm, SubjectForm, stored_subject, words_of


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All of it on one page, with the forms of those who change it."""
    user = user_of(request)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    sent: Any = request.POST if request.method == "POST" else None
    retention = RosterRetention.objects.first()
    forms: dict[str, Any] = {
        "subject": SubjectForm(sent if what == "subject" else None, actor=user),
        "counting": CountingForm(sent if what == "counting" else None),
        "retention": RetentionForm(sent if what == "retention" else None, row=retention),
    }
    may_country, may_add = may_change_rule(None, user), may_add_rule(user)
    form = forms.get(what, forms["subject"])
    error: DomainError | None = None
    if what in forms:
        (may_add if what == "subject" else may_country).require()
        here = reverse("training:subjects")
        if what == "retention":
            if form.is_valid():
                data = form.cleaned_data
                try:
                    subjects.keep_rosters_for(
                        data["months"], data["verified"], data["note"], data["reason"], actor=user
                    )
                except DomainError as refusal:
                    form.blame(refusal)
                    error = refusal
                else:
                    messages.success(request, _("Saved."))
                    return redirect(here)
        else:

            def act() -> str:
                make: Any = subjects.add_subject if what == "subject" else subjects.count_from
                make(form.data_of(), form.cleaned_data["reason"], actor=user)
                return here

            answer, error = sent_once(request, form, act, _("Saved."), raises=(NotAllowed,))
            if answer:
                return answer
    inside = bool(user.sight.province_ids or user.sight.administers_ids)
    context = {
        "tab": "training",
        "tables": {"subjects": _subjects(user), "counting": _counting()},
        "retention": retention,
        "history": Entry.objects.about(retention)[:20] if retention and inside else [],
        "may_add": may_add,
        "may_country": may_country,
        "forms": forms,
        "open": what,
    }
    return render_form(request, "training/subjects.html", form, context, error)


Cell = tuple[Any, Any, str, Any]  # head, words, where a link leads, its words


def _days(row: Any, always: str) -> str:
    if row.valid_from is None and row.valid_to is None:
        return always
    first, last = (kc.day(day) if day is not None else "…" for day in (row.valid_from, row.valid_to))
    return f"{first} – {last}"


def _table(id_: str, title: str, heads: list[str], lines: list[tuple[Any, str, str, list[Cell]]], empty: str) -> Any:
    drawn = [
        {"url": url, "name": name, "verified": row.verified, "note": row.note, "cells": cells}
        for row, name, url, cells in lines
    ]
    return {"id": id_, "title": title, "heads": heads, "lines": drawn, "empty": empty}


def _subjects(user: User) -> Any:
    heads = [_("Subject"), _("Kind of class"), _("Place"), _("For classes"), _("For a certificate")]
    lines = []
    for row in TrainingSubject.objects.visible_to(user).select_related("area"):
        least = row.certificate_percent
        cells: list[Cell] = [
            (heads[1], row.get_kind_display(), "", ""),
            (heads[2], row.area.full_name if row.area else _("The whole country"), "", ""),
            (heads[3], _days(row, _("of any day")), "", ""),
            (heads[4], "–" if least is None else kc.percent(least), "", ""),
        ]
        lines.append((row, row.name, reverse("training:subject", args=[row.pk]), cells))
    return _table(
        "subjects", _("Subjects"), heads, lines, _("There is no subject yet. Classes are counted by their kind.")
    )


def _counting() -> Any:
    heads = [_("Target"), _("What it counts"), _("Which classes"), _("In force")]
    today, lines = clock.today(), []
    for rule in CountingRule.objects.select_related("indicator").prefetch_related("subjects"):
        past = rule.valid_to is not None and rule.valid_to < today
        time = _days(rule, "… – …")
        shown = f"{reverse('training:list')}?counts={rule.indicator.code}"
        cells: list[Cell] = [
            (heads[1], rule.get_unit_display(), "", ""),
            (heads[2], words_of(rule), shown, _("Show the classes")),
            (heads[3], f"{time} ({_('no longer in force')})" if past else time, "", ""),
        ]
        lines.append((rule, rule.indicator.name, reverse("training:counting", args=[rule.pk]), cells))
    return _table(
        "counting", _("What counts towards a target"), heads, lines,
        _("No rule is entered. Targets count attendances by the kind of class."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def subject(request: HttpRequest, pk: int) -> HttpResponse:
    """One subject: what it is, its history, and changing it."""
    user = user_of(request)
    row: TrainingSubject = get_object_or_404(TrainingSubject.objects.visible_to(user).select_related("area"), pk=pk)
    may_change = may_change_rule(row.area_id, user)
    if request.method == "POST":
        may_change.require()
    form = SubjectForm(request.POST or None, actor=user, row=row)

    def act() -> str:
        data = form.cleaned_data
        subjects.change_subject(row, form.data_of(), data["reason"], actor=user, version=data["version"] or 0)
        return reverse("training:subject", args=[row.pk])

    answer, error = sent_once(request, form, act, _("Saved."), raises=(NotAllowed,))
    if answer:
        return answer
    if error is not None and error.code == "stale":
        now = TrainingSubject.objects.get(pk=pk)
        form.take_over(now.version, stored_subject(now))
    inside = bool(user.sight.province_ids or user.sight.administers_ids)
    context = {
        "row": row,
        "may_change": may_change,
        "history": Entry.objects.about(row)[:50] if inside else [],
        "classes": TrainingClass.objects.visible_to(user).filter(topic=row).count(),
    }
    return render_form(request, "training/subject.html", form, context, error)


@require_safe
def counting(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule of what counts towards a target, with the others of the same target."""
    user = user_of(request)
    row = get_object_or_404(CountingRule.objects.select_related("indicator"), pk=pk)
    inside = bool(user.sight.province_ids or user.sight.administers_ids)
    context = {
        "row": row,
        "words": words_of(row),
        "versions": row.indicator.counting.order_by("-valid_from", "-pk"),
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "training/counting.html", context)
