"""The dated rules: lists, a row with its versions and history, and what administrators do with them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import NotAllowed, NotFound
from programmes import permissions, rules
from programmes.models import DatedRule
from programmes.rule_forms import EndForm, RuleFilter, RuleForm, stored_rule
from programmes.rule_pages import PAGES, RulePage, line_of


def _page(slug: str) -> RulePage:
    page = PAGES.get(slug)
    if page is None:
        raise Http404
    return page


def _rows(page: RulePage, user: User) -> Any:
    return page.kind.model.objects.visible_to(user).select_related("area", "edited_by", *page.related)


def _row(page: RulePage, user: User, pk: int) -> Any:
    return get_object_or_404(_rows(page, user), pk=pk)


@require_safe
def rules_of(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules in force on a day (today unless another is asked for), those still to come, and those of before."""
    user, page = user_of(request), _page(slug)
    if request.path != page.url:
        return redirect(page.url)
    form = RuleFilter(request.GET)
    if not page.kind.sourced:
        del form.fields["source"]
    chosen = form.usable()
    day = chosen.get("on") or clock.today()
    rows = _rows(page, user)
    if "code" in page.kind.fixed and page.slug != "norms":  # norms stand in the order of their codes
        rows = rows.in_order()
    if chosen.get("source") and page.kind.sourced:
        rows = rows.filter(source=chosen["source"])
    found: dict[str, list[Any]] = {"now": [], "future": [], "past": []}
    for row in rows:
        ended = row.valid_to is not None and row.valid_to < day
        found["now" if row.in_force_on(day) else "past" if ended else "future"].append(row)
    titles = {"now": _("In force"), "future": _("Still to come"), "past": _("No longer in force")}
    sections = [
        {"key": key, "title": titles[key], "lines": [line_of(page, row) for row in found[key]]}
        for key in ("now", "future", "past")
    ]
    context = {
        "tab": slug,
        "page": page,
        "form": form,
        "day": day,
        "rows": found["now"],
        "sections": sections,
        "may_add": permissions.may_add_rule(user),
    }
    return render(request, "programmes/rules.html", context)


@require_safe
def rule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, page = user_of(request), _page(slug)
    row = _row(page, user, pk)
    kind = page.kind
    same: dict[str, Any] = {name: getattr(row, name) for name in ("source", "area", *kind.same[0])}
    empty = {f"{name}__isnull": True for name, value in same.items() if value is None}
    versions = _rows(page, user).filter(**{k: v for k, v in same.items() if v is not None}, **empty)
    sight = user.sight
    inside = sight.province_ids | sight.administers_ids
    may_read = bool(inside) and (row.area_id is None or row.area_id in inside)
    context = {
        "page": page,
        "row": row,
        "line": line_of(page, row),
        "when": _when(row),
        "versions": [line_of(page, one) for one in sorted(versions, key=_first_day, reverse=True)],
        "may_change": permissions.may_change_rule(row.area_id, user),
        "ended": row.valid_to is not None and row.valid_to < clock.today(),
        "may_read": may_read,
        "history": Entry.objects.about(row)[:50] if may_read else [],
    }
    return render(request, "programmes/rule.html", context)


def _first_day(row: DatedRule) -> dt.date:
    return row.valid_from or dt.date.min


def _when(row: DatedRule) -> str:
    today = clock.today()
    if row.in_force_on(today):
        return _("in force")
    return _("no longer in force") if row.valid_to is not None and row.valid_to < today else _("still to come")


def _changing(
    request: HttpRequest,
    page: RulePage,
    form: Any,
    act: Callable[[], Any],
    done: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The form once sent: where it leads, or itself with what was refused."""

    def store() -> str:
        return reverse("programmes:rule", args=[page.slug, act().pk])

    answer, error = sent_once(request, form, store, done, raises=(NotAllowed, NotFound))
    if answer:
        return answer
    if error is not None and error.code == "stale":
        now = context["row"].__class__.objects.get(pk=context["row"].pk)
        form.take_over(now.row_version, stored_rule(page.kind, now))
    return render_form(request, "programmes/rule_form.html", form, {"page": page, **context}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest, slug: str) -> HttpResponse:
    user, page = user_of(request), _page(slug)
    permissions.may_add_rule(user).require()
    form = RuleForm(request.POST or None, kind=page.kind, mode="add", actor=user)

    def act() -> Any:
        return rules.add_rule(page.kind, form.values(), form.cleaned_data["reason"], actor=user)

    context = {"title": _("Add a rule"), "lead": page.lead, "back": page.url}
    return _changing(request, page, form, act, _("The rule is stored."), context)


def _may_change(user: User, page: RulePage, pk: int) -> Any:
    row = _row(page, user, pk)
    permissions.may_change_rule(row.area_id, user).require()
    return row


def _of_row(page: RulePage, row: Any, title: str, lead: str) -> dict[str, Any]:
    back = reverse("programmes:rule", args=[page.slug, row.pk])
    return {"row": row, "line": line_of(page, row), "title": title, "lead": lead, "back": back}


@require_http_methods(["GET", "HEAD", "POST"])
def rule_replace(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A later version from a day on."""
    user, page = user_of(request), _page(slug)
    row = _may_change(user, page, pk)
    form = RuleForm(request.POST or None, kind=page.kind, mode="replace", actor=user, row=row)

    def act() -> Any:
        data = form.cleaned_data
        return rules.replace_rule(row, form.values(), data["reason"], actor=user, version=data["version"])

    lead = _(
        "The rule of today ends the day before and stays as it is. What was decided before the first day of the new "
        "one keeps the old one."
    )
    context = _of_row(page, row, _("Replace from a day"), lead)
    return _changing(request, page, form, act, _("The new rule is stored; the old one has its last day."), context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A mistake in the row itself."""
    user, page = user_of(request), _page(slug)
    row = _may_change(user, page, pk)
    form = RuleForm(request.POST or None, kind=page.kind, mode="correct", actor=user, row=row)

    def act() -> Any:
        data = form.cleaned_data
        return rules.correct_rule(row, form.values(), data["reason"], actor=user, version=data["version"])

    lead = _(
        "Only for what was entered wrongly: the corrected rule holds for all days since its first one. If the rule "
        "itself has changed, replace it from a day."
    )
    context = _of_row(page, row, _("Correct a mistake"), lead)
    return _changing(request, page, form, act, _("The mistake is put right."), context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Nothing comes in its place."""
    user, page = user_of(request), _page(slug)
    row = _may_change(user, page, pk)
    form = EndForm(request.POST or None, initial={"version": row.row_version})

    def act() -> Any:
        data = form.cleaned_data
        return rules.end_rule(row, data["valid_to"], data["reason"], actor=user, version=data["version"])

    lead = _("From the next day on there is no such rule any more. If another takes its place, replace it instead.")
    context = _of_row(page, row, _("End on a day"), lead)
    return _changing(request, page, form, act, _("The last day is stored."), context)
