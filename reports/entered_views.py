"""Figures that are not counted, on one page: all of them, entering one, one with its corrections."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import sheets
from core.forms import KcForm
from reports import entering, permissions
from reports.entered_forms import CorrectFigureForm, FigureFilter, NewFigureForm
from reports.models import EnteredFigure

PAGE_SIZE = 50
COLUMNS = (
    sheets.Column(_lazy("Period"), lambda row: row.period.label),
    sheets.Column(_lazy("Which figure"), lambda row: row.title, width=50),
    sheets.Column(_lazy("Source of money"), lambda row: row.get_source_display()),
    sheets.Column(_lazy("Official or estimate"), lambda row: row.get_nature_display()),
    sheets.Column(_lazy("Figure"), lambda row: row.value, "number", 18),
    sheets.Column(_lazy("Unit"), lambda row: row.unit, width=12),
    sheets.Column(_lazy("Why it does not apply"), lambda row: row.not_applicable),
    sheets.Column(_lazy("Where it comes from"), lambda row: row.origin, width=40),
    sheets.Column(_lazy("Document number"), lambda row: row.document_no),
    sheets.Column(_lazy("Document date"), lambda row: row.document_on, "day"),
    sheets.Column(_lazy("Reason for the correction"), lambda row: row.reason),
    sheets.Column(_lazy("Entered by"), lambda row: row.entered_by.full_name),
    sheets.Column(_lazy("Entered at"), lambda row: row.entered_at, "moment"),
)


@require_http_methods(["GET", "HEAD", "POST"])
def entered(request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
    """The list and the form of a new figure; with an id that figure, what it was before, and the form to correct it."""
    user = user_of(request)
    visible = EnteredFigure.objects.visible_to(user)
    row: EnteredFigure | None = None
    if public_id is not None:
        row = get_object_or_404(visible.select_related("period", "province", "entered_by"), public_id=public_id)
    narrow = FigureFilter(request.GET, rows=visible)
    rows = narrow.narrow()
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "so-lieu-nhap", _("Figures entered by hand"), COLUMNS, rows, about=narrow.in_words)
    may_enter = permissions.may_enter_figure(row.province_id if row else None, user)
    if request.method == "POST":
        may_enter.require()
    chain = _chain(row) if row else []
    form: Any = None
    if may_enter and row is None:
        form = NewFigureForm(request.POST or None, user=user)
    elif may_enter and row is not None and chain[0] == row:
        form = CorrectFigureForm(request.POST or None, row=row)
    error = None
    if request.method == "POST":
        if form is None and row is not None:  # the service says why it is not corrected any more
            form = CorrectFigureForm(request.POST, row=row)

        def act() -> str:
            return _store(form, row, user)

        answer, error = sent_once(request, form, act, _("Saved."))
        if answer is not None:
            return answer
    ids = [str(one.pk) for one in chain]
    history = Entry.objects.filter(object_type=EnteredFigure._meta.label_lower, object_id__in=ids)
    context = {
        "filter": narrow,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "any": visible.exists(),
        "may_enter": may_enter,
        "row": row,
        "chain": chain,
        "history": history[:50] if row is not None and row.province_id in user.sight.province_ids else [],
    }
    return render_form(request, "reports/entered.html", form or KcForm(), {**context, "open": form is not None}, error)


def _store(form: Any, row: EnteredFigure | None, user: Any) -> str:
    data = form.cleaned_data
    if row is None:
        made = entering.enter_figure(
            data["area"],
            data["measure"],
            data["period"],
            data["nature"],
            form.figure(),
            source=data["source"],
            actor=user,
        )
    else:
        made = entering.correct_figure(row, form.figure(), data["reason"], actor=user)
    return reverse("reports:entered", args=[made.public_id])


def _chain(row: EnteredFigure) -> list[EnteredFigure]:
    """The figure as it was and is, newest first."""
    same = EnteredFigure.objects.filter(
        province=row.province, measure=row.measure, period=row.period, source=row.source, nature=row.nature
    )
    return list(same.select_related("entered_by").order_by("-id"))
