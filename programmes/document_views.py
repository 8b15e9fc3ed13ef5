"""Legal documents: the list, one with the rules that rest on it, and what administrators do with it."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core import clock, sheets
from core.models import Verified
from core.text import fold
from programmes import documents, permissions
from programmes.document_forms import (
    DocumentFilter,
    DocumentForm,
    EndDocumentForm,
    PlanReviewForm,
    RecordReviewForm,
    ReplaceForm,
)
from programmes.models import DatedRule, LegalDocument
from programmes.rule_pages import PAGES, line_of
from programmes.rules import kind_of

PAGE_SIZE = 100
COLUMNS = (
    sheets.Column(_lazy("Number"), lambda row: row.number, width=24),
    sheets.Column(_lazy("Type"), lambda row: row.type),
    sheets.Column(_lazy("Issued by"), lambda row: row.issuer, width=30),
    sheets.Column(_lazy("What it is about"), lambda row: row.subject, width=60),
    sheets.Column(_lazy("Issued on"), lambda row: row.issued_on, "day"),
    sheets.Column(_lazy("In force from"), lambda row: row.in_force_from, "day"),
    sheets.Column(_lazy("In force through"), lambda row: row.in_force_to, "day"),
    sheets.Column(_lazy("Amends"), lambda row: row.amends),
    sheets.Column(_lazy("Replaced by"), lambda row: row.replaced_by),
    sheets.Column(_lazy("Compared with the document"), lambda row: row.get_verified_display()),
    sheets.Column(_lazy("To be looked at again until"), lambda row: row.review_on, "day"),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = DocumentFilter(request.GET)
    chosen, today = form.usable(), clock.today()
    rows = LegalDocument.objects.all()
    if chosen.get("q"):
        rows = rows.filter(folded__contains=fold(chosen["q"]))
    ended = Q(in_force_to__lt=today)
    by_state = {
        "now": ~ended | Q(in_force_to__isnull=True),
        "ended": ended,
        "unverified": ~Q(verified=Verified.YES),
        "review": Q(review_on__isnull=False),
    }
    if chosen.get("state"):
        rows = rows.filter(by_state[chosen["state"]])
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "van-ban", _("Legal documents"), COLUMNS, rows.iterator(), about=form.in_words)
    context = {
        "tab": "reference",
        "form": form,
        "today": today,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_add": permissions.may_add_rule(user),
    }
    return render(request, "programmes/documents.html", context)


def told(rule: DatedRule, user: User) -> dict[str, Any]:
    """A rule as a list of several kinds of them shows it. `url`: where to correct it, for whoever may."""
    may = permissions.may_change_rule(rule.area_id, user)
    page = PAGES[kind_of(rule).slug]
    return {
        "rule": rule,
        "kind": page.title,
        "line": line_of(page, rule),
        "url": reverse("programmes:rule_correct" if may else "programmes:rule", args=[page.slug, rule.pk]),
    }


def difficulties_url(row: LegalDocument) -> str:
    """What was reported against it stands on a floor above."""
    try:
        return f"{reverse('outreach:difficulties')}?document={row.pk}"
    except NoReverseMatch:
        return ""


def _document(pk: int) -> LegalDocument:
    rows = LegalDocument.objects.select_related("area", "edited_by", "reviewer")
    found: LegalDocument = get_object_or_404(rows, pk=pk)
    return found


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    user, row, today = user_of(request), _document(pk), clock.today()
    resting = documents.resting_on(row, documents.visible_rules(user), today)
    inside = user.sight.province_ids | user.sight.administers_ids
    may_read = bool(inside) and (row.area_id is None or row.area_id in inside)
    others = LegalDocument.objects.exclude(pk=pk).exclude(number="")
    context = {
        "row": row,
        "today": today,
        "ended": row.ended_on(today),
        "linked": {one.number: one.pk for one in others if one.number in (row.amends, row.replaced_by)},
        "resting": [told(rule, user) for rule in sorted(resting, key=lambda one: (one._meta.label, one.pk))],
        "may_change": permissions.may_change_rule(row.area_id, user),
        "may_review": permissions.may_review_document(row, user),
        "may_read": may_read,
        "due": row.review_on is not None and row.review_on <= today,
        "difficulties_url": difficulties_url(row) if inside else "",
        "history": Entry.objects.about(row)[:50] if may_read else [],
    }
    return render(request, "programmes/document.html", context)


def _page(
    request: HttpRequest, form: Any, act: Callable[[], LegalDocument], row: LegalDocument | None, **words: Any
) -> HttpResponse:
    back = reverse("programmes:document", args=[row.pk]) if row else reverse("programmes:reference")
    trail = [(_("Legal documents"), reverse("programmes:reference"))]

    def now() -> tuple[int, dict[str, Any]]:
        assert row is not None
        found = _document(row.pk)
        return found.row_version, form.stored(found)

    return form_page(
        request,
        form,
        lambda: reverse("programmes:document", args=[act().pk]),
        back=back,
        crumbs=tuple([*trail, (str(row), back)] if row else trail),
        template="programmes/document_form.html",
        now=now if row else None,
        **words,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_add_rule(user).require()
    form = DocumentForm(request.POST or None, actor=user)

    def act() -> LegalDocument:
        return documents.add_document(form.values(), form.cleaned_data["reason"], actor=user)

    return _page(request, form, act, None, title=_("Enter a document"), done=_("The document is stored."))


@require_http_methods(["GET", "HEAD", "POST"])
def document_change(request: HttpRequest, pk: int, mode: str) -> HttpResponse:
    """Correct, replace or end it, plan a review, or record one."""
    user, row = user_of(request), _document(pk)
    kinds: dict[str, tuple[Any, Any, Any]] = {
        "correct": (DocumentForm, _("Correct or complete"), _("Saved.")),
        "replace": (ReplaceForm, _("Replace by a later document"), _("Both documents are stored.")),
        "end": (EndDocumentForm, _("End on a day"), _("The last day is stored.")),
        "plan": (PlanReviewForm, _("Plan a review"), _("The review is planned.")),
        "review": (RecordReviewForm, _("Record the review"), _("The review is recorded.")),
    }
    if mode not in kinds:
        raise Http404
    allowed = permissions.may_review_document(row, user) if mode == "review" else None
    (allowed or permissions.may_change_rule(row.area_id, user)).require()
    kind, title, done = kinds[mode]
    leads = {
        "replace": _(
            "The document of before ends the day before the later one begins, and names it. Rules that rest on it stay "
            "as they are: replace each of them on its own page."
        ),
        "end": _("Nothing comes in its place. Rules that rest on it stay until they are ended on their own pages."),
        "correct": _(
            "For what was entered wrongly or is known only now. If the law itself changed, replace it instead."
        ),
    }
    form = kind(request.POST or None, actor=user, row=row)

    def act() -> LegalDocument:
        data = form.cleaned_data
        given: dict[str, Any] = {"actor": user, "version": data["version"]}
        if mode == "correct":
            return documents.correct_document(row, form.values(), data["reason"], **given)
        if mode == "replace":
            return documents.replace_document(row, form.values(), data["reason"], **given)
        if mode == "end":
            return documents.end_document(row, data["in_force_to"], data["reason"], **given)
        if mode == "plan":
            return documents.plan_review(row, data["review_on"], data["reviewer"], data["review_note"], **given)
        return documents.record_review(row, data["review_note"], data["review_on"], **given)

    return _page(
        request, form, act, row, title=title, done=done, lead=leads.get(mode, ""), over=str(row), context={"row": row}
    )
