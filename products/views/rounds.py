"""Selections: rounds, their entries, council, scores and results, and the numbers that come out of them."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core import clock, sheets
from core.errors import WrongState
from products import permissions, selections
from products.forms import (
    CouncilForm,
    EntryFilter,
    EntryForm,
    ReasonForm,
    RoundFilter,
    RoundForm,
    RoundStepForm,
    ScoreForm,
    counted,
    stored_round,
)
from products.models import DECIDED, RoundState, SelectionEntry, SelectionLevel, SelectionRound
from products.states import ROUND
from products.views.shared import PAGE_SIZE, round_of
from projects.models import Project

ROUND_COLUMNS = (
    sheets.Column(_lazy("Selection"), lambda row: row.name, width=46),
    sheets.Column(_lazy("Level"), lambda row: row.level.name),
    sheets.Column(_lazy("Year"), lambda row: row.year, "number"),
    sheets.Column(_lazy("State"), lambda row: row.get_state_display()),
    sheets.Column(_lazy("Organised by"), lambda row: row.organiser),
    sheets.Column(_lazy("Products entered"), lambda row: row.entered, "number"),
    sheets.Column(_lazy("Recognised"), lambda row: row.recognised if row.is_decided else None, "number"),
    sheets.Column(_lazy("Decision on the results"), lambda row: row.result_no),
    sheets.Column(_lazy("Date"), lambda row: row.result_on, "day"),
)
ENTRY_COLUMNS = (
    sheets.Column(_lazy("Product"), lambda row: row.product.name, width=46),
    sheets.Column(_lazy("Establishment"), lambda row: row.product.enterprise.name, width=46),
    sheets.Column(_lazy("Selection"), lambda row: row.round.name, width=40),
    sheets.Column(_lazy("Level"), lambda row: row.round.level.name),
    sheets.Column(_lazy("Year"), lambda row: row.round.year, "number"),
    sheets.Column(_lazy("Entered on"), lambda row: row.registered_on, "day"),
    sheets.Column(_lazy("Result"), lambda row: row.get_result_display() if row.result else ""),
    sheets.Column(_lazy("Reason"), lambda row: row.reason),
    sheets.Column(_lazy("Score"), lambda row: row.score, "number"),
    sheets.Column(_lazy("Certificate"), lambda row: row.certificate.number if _certified(row) else ""),
    sheets.Column(_lazy("Given on"), lambda row: row.certificate.issued_on if _certified(row) else None, "day"),
    sheets.Column(_lazy("Valid through"), lambda row: row.certificate.valid_to if _certified(row) else None, "day"),
)


def _certified(row: SelectionEntry) -> bool:
    return hasattr(row, "certificate")


def _seen(user: User) -> Any:
    return SelectionEntry.objects.visible_to(user).select_related(
        "round__level", "product__enterprise__area", "certificate", "from_certificate"
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = SelectionRound.objects.visible_to(user)
    form = RoundFilter(request.GET)
    mine = Q(entries__in=SelectionEntry.objects.visible_to(user))
    rows = (
        form.narrow(visible)
        .select_related("level")
        .annotate(
            entered=Count("entries", filter=mine, distinct=True),
            recognised=Count("entries", filter=mine & Q(entries__result="recognised"), distinct=True),
        )
        .order_by("-year", "-id")
    )
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "binh-chon", _("Selections"), ROUND_COLUMNS, rows.iterator(), about=form.in_words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "any": bool(page.object_list) or visible.exists(),
        "may_enter": permissions.may_enter(None, user),
        "tab": "rounds",
    }
    return render(request, "products/rounds.html", context)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A round: how far it is, what comes next, who entered, what they got."""
    user = user_of(request)
    row = round_of(user, public_id)
    inside = permissions.sees_history(row.province_id, user)
    seat = selections.my_seat(row, user)
    entries = _seen(user).filter(round=row)
    standings = selections.standings(row, entries)
    if row.is_decided:
        standings.sort(key=lambda s: (s.entry.result != "recognised", -(s.entry.score or 0), s.entry.pk))
    members = list(row.council.select_related("user").annotate(given=Count("scores")))
    wanted = row.entries.count() * row.criteria.count()
    context = {
        "row": row,
        "standings": standings,
        "scored": inside and bool(members) and row.state not in (RoundState.OPEN, RoundState.ENTRIES_CLOSED),
        "criteria": row.criteria.all(),
        "unknown_weights": row.criteria.filter(Q(weight__isnull=True) | Q(max_score__isnull=True)).exists(),
        "members": members if inside or seat else [],
        "wanted": wanted,
        "own_council": row.level.own_council,
        "steps": ROUND.available(row, user),
        "may_run": permissions.may_run(row, user),
        "may_score": row.state == RoundState.SCORING and (seat is not None or bool(permissions.may_run(row, user))),
        "sees_project": row.project and Project.objects.visible_to(user).filter(pk=row.project_id or 0).exists(),
        "inside": inside,
        "history": Entry.objects.about(row)[:100] if inside else [],
    }
    return render(request, "products/round.html", context)


def _above(row: SelectionRound | None = None) -> tuple[tuple[str, str], ...]:
    first = (_("Selections"), reverse("products:rounds"))
    return (first, (row.name, _at(row))) if row else (first,)


def _at(row: SelectionRound) -> str:
    return reverse("products:round", args=[row.public_id])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter(None, user).require()
    form = RoundForm(request.POST or None, user=user)

    def act() -> str:
        return _at(selections.create_round(form.data_of(), actor=user))

    return form_page(
        request, form, act, title=_("Enter a selection"), back=reverse("products:rounds"), crumbs=_above(),
        done=_("The selection is entered. Enter products, then the council."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = round_of(user, public_id)
    permissions.may_run(row, user).require()
    if request.method != "POST" and row.is_decided:
        raise WrongState(_("The results of this round are decided; it stays as it is."))
    form = RoundForm(request.POST or None, user=user, row=row)

    def act() -> str:
        return _at(selections.change_round(row, form.data_of(), actor=user, version=form.cleaned_data["version"] or 0))

    def now() -> "tuple[int, dict[str, Any]]":
        found = round_of(user, public_id)
        return found.version, stored_round(found)

    return form_page(
        request, form, act, title=_("Change the selection"), back=_at(row), crumbs=_above(row), done=_("Saved."),
        now=now,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Register one product after another."""
    user = user_of(request)
    row = round_of(user, public_id)
    permissions.may_run(row, user).require()
    if request.method != "POST" and row.state != RoundState.OPEN:
        raise WrongState(_("Entries are closed. Open them again first."))
    form = EntryForm(request.POST or None, row=row, user=user)

    def act() -> str:
        data = form.cleaned_data
        selections.enter_product(
            row, data["product"], data["registered_on"], actor=user, certificate=data["certificate"]
        )
        return reverse("products:round_enter", args=[public_id])

    return form_page(
        request, form, act, title=_("Enter a product for the selection"), back=_at(row), crumbs=_above(row),
        over=row.name, done=_("The product is entered. Enter the next one, or go back."),
        lead=_("Products are entered on the page of their establishment first."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an entry back while entries are open."""
    user = user_of(request)
    entry: SelectionEntry = get_object_or_404(_seen(user), public_id=public_id)
    row = round_of(user, entry.round.public_id)
    permissions.may_run(row, user).require()
    if request.method != "POST" and row.state != RoundState.OPEN:
        raise WrongState(_("Entries are closed. Open them again first."))
    form = ReasonForm(request.POST or None)

    def act() -> str:
        selections.remove_entry(entry, form.cleaned_data["note"], actor=user)
        return _at(row)

    return form_page(
        request, form, act, title=_("Take back"), back=_at(row), crumbs=_above(row), over=entry.product.name,
        done=_("Done."), lead=_("The history keeps that it was entered, and why it went."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def council(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = round_of(user, public_id)
    permissions.may_run(row, user).require()
    if request.method != "POST" and (row.state not in selections.BEFORE_SCORING or not row.level.own_council):
        raise WrongState(_("Council and weights are set before scoring begins."))
    form = CouncilForm(request.POST or None, row=row, people=selections.people_for(row))

    def act() -> str:
        selections.set_council(row, form.members(), form.criteria_data(), actor=user)
        return _at(row)

    return form_page(
        request, form, act, title=_("Council and weights"), back=_at(row), crumbs=_above(row), over=row.name,
        done=_("Saved."), template="products/council.html", context={"wide": True},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The sheet of one member: one's own, or that of a member without an account (`?member=`)."""
    user = user_of(request)
    row = round_of(user, public_id)
    selections.require_may_see_scores(row, user)
    members = [one for one in row.council.all() if permissions.may_score_for(_in(one, row), user)]
    wanted = request.GET.get("member", "")
    member = next((one for one in members if str(one.pk) == wanted), None)
    if member is None and wanted:
        raise Http404
    if member is None:
        member = next(iter(members), None)
    if member is None or row.state != RoundState.SCORING:
        raise WrongState(_("Scores are entered while the round is being scored."))
    entries = row.entries.select_related("product__enterprise")
    form = ScoreForm(request.POST or None, member=member, entries=entries)

    def act() -> str:
        selections.give_scores(member, form.scores(), actor=user)
        return _at(row)

    return form_page(
        request, form, act, title=_("Scores of %(name)s") % {"name": member.name}, back=_at(row), crumbs=_above(row),
        over=row.name, done=_("The scores are stored."), template="products/scores.html",
        lead=_("Empty: not given. 0 is a score."),
        context={"wide": True, "members": members, "member": member, "row": row},
    )  # fmt: skip


def _in(member: Any, row: SelectionRound) -> Any:
    member.round = row
    return member


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, public_id: UUID, code: str) -> HttpResponse:
    user = user_of(request)
    row = round_of(user, public_id)
    found = ROUND.step_for(row, code)
    if found is None:
        raise Http404
    found.may(row, user).require()
    verdict = ROUND.in_state(row, found)
    if request.method != "POST" and not verdict:
        raise WrongState(verdict.reason)
    standings = selections.standings(row) if code in ("decide_results", "certify") else []
    form = RoundStepForm(request.POST or None, code=code, standings=standings)

    def act() -> str:
        note = form.cleaned_data.get("note", "")
        return _at(selections.take_round_step(row, code, actor=user, note=note, data=form.data_of()))

    return form_page(
        request, form, act, title=str(found.label), back=_at(row), crumbs=_above(row), over=row.name,
        done=_("Done."), button=str(found.label), template="products/round_step.html",
        context={"wide": bool(standings), "row": row, "code": code},
    )  # fmt: skip


# --- numbers ----------------------------------------------------------------------------------------------------------

NUMBERS = ("entered", "with_certificate", "recognised", "certified")


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Entered, recognised and certified by level and year; each number leads to its entries."""
    user = user_of(request)
    form = EntryFilter(request.GET)
    form.fields.pop("what")
    rows = form.narrow(_seen(user))
    numbers: dict[tuple[int, int], dict[str, int]] = {}
    for name in NUMBERS:
        found = counted(rows, name).order_by().values_list("round__level", "round__year").annotate(n=Count("pk"))
        for level, year, count in found:
            numbers.setdefault((level, year), dict.fromkeys(NUMBERS, 0))[name] = count
    undecided = {
        (level, year)
        for level, year in SelectionRound.objects.visible_to(user)
        .exclude(state__in=DECIDED)
        .values_list("level", "year")
    }
    at = reverse("products:entries")
    levels = {row.pk: row for row in SelectionLevel.objects.all()}
    blocks = []
    for level in levels.values():
        years = sorted((year for pk, year in numbers if pk == level.pk), reverse=True)
        if not years:
            continue
        lines = []
        for year in years:
            query = f"?level={level.code}&first={year}&last={year}&what="
            cells = [(name, numbers[level.pk, year][name], f"{at}{query}{name}") for name in NUMBERS]
            lines.append({"year": year, "cells": cells, "open": (level.pk, year) in undecided})
        query = f"?level={level.code}&first={years[-1]}&last={years[0]}&what="
        sums = [(name, sum(numbers[level.pk, y][name] for y in years), f"{at}{query}{name}") for name in NUMBERS]
        blocks.append({"level": level, "lines": lines, "sums": sums, "years": (years[-1], years[0])})
    return render(request, "products/results.html", {"form": form, "blocks": blocks, "tab": "results"})


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries behind a number of the results."""
    user = user_of(request)
    form = EntryFilter(request.GET)
    rows = form.narrow(_seen(user)).order_by("-round__year", "round__level__position", "product__folded", "id")
    if wanted := sheets.asked(request):
        title = _("Entries of selections")
        return sheets.answer(wanted, "san-pham-du-thi", title, ENTRY_COLUMNS, rows.iterator(), about=form.in_words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "products/entries.html", {"form": form, "page": page, "today": clock.today()})
