"""Importing: what there is, sending a file, looking at what was found, mending, storing, taking back."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core.errors import DomainError
from core.workbooks import XLSX, from_json
from imports import services
from imports.checking import letters
from imports.columns import shown
from imports.forms import OnceOnlyForm, SendForm, StoreForm, VersionForm
from imports.importers import CHANGED, NEW, SAME, WRONG, Importer, Row, importer_of, importers_for
from imports.models import Import, ImportState
from imports.template import template, with_faults

PAGE_SIZE = 25
PARTS = (WRONG, NEW, CHANGED, SAME)


def _importer(user: User, kind: str) -> Importer:
    importer = importer_of(kind)
    if importer is None:
        raise Http404
    importer.may(user).require()
    return importer


def _import(user: User, public_id: UUID) -> Import:
    rows = Import.objects.visible_to(user).select_related("owner", "province")
    found: Import = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What the person may import, and what they have sent."""
    user = user_of(request)
    importers = importers_for(user)
    rows = Import.objects.visible_to(user).defer("table", "upload", "receipt")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    titles = {one.kind: one.title for one in importers}
    row: Any
    for row in page.object_list:
        row.title = titles.get(row.kind, row.kind)
    return render(request, "imports/index.html", {"importers": importers, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    user = user_of(request)
    importer = _importer(user, kind)
    sent = request.method == "POST"
    initial = {"target": request.GET.get("target", "")}
    form = SendForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        importer=importer,
        actor=user,
        initial=initial,
    )

    def act() -> str:
        data = form.cleaned_data
        row = services.send(importer, data["file"], data.get("target", ""), actor=user)
        return reverse("imports:detail", args=[row.public_id])

    answer, error = sent_once(request, form, act)
    if answer:
        return answer
    columns = [(column, column.words({})) for column in importer.columns]
    return render_form(request, "imports/new.html", form, {"importer": importer, "columns": columns}, error)


@require_safe
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """The template to fill in."""
    user = user_of(request)
    importer = _importer(user, kind)
    province = next(iter(importer.provinces(user)), None)
    if province is None:
        raise Http404
    content = template(importer, importer.context(province, None, user))
    return _workbook(content, f"{importer.file}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How the import stands: being checked, what was found, what was stored. The page asks again while work goes on."""
    user = user_of(request)
    row = _import(user, public_id)
    if getattr(request, "htmx", False) and row.state not in (ImportState.WAITING, ImportState.STORING):
        return HttpResponse(headers={"HX-Redirect": reverse("imports:detail", args=[row.public_id])})
    part = "imports/_watch.html" if getattr(request, "htmx", False) else "imports/detail.html"
    return render(request, part, _context(request, user, row))


def _context(request: HttpRequest, user: User, row: Import, **more: Any) -> dict[str, Any]:
    importer = services.importer_for(row)
    context: dict[str, Any] = {"import": row, "importer": importer, "may": importer.may(user)}
    if row.state in (ImportState.WAITING, ImportState.STORING):
        context |= {"job": services.job_of(row), "stuck": services.is_stuck(row)}
        context["store_form"] = StoreForm(initial={"version": row.version})
    elif row.state == ImportState.CHECKED:
        context |= _found(request, row, importer, more.pop("typed", {}))
        context["same_file"] = services.same_file(row)
        context["store_form"] = StoreForm(initial={"version": row.version, "valid_only": bool(row.wrong)})
        context["version_form"] = VersionForm(initial={"version": row.version})
    elif row.state == ImportState.STORED:
        context |= _receipt(request, row, importer)
    context["history"] = Entry.objects.about(row)[:20]
    return {**context, **more}


def _found(request: HttpRequest, row: Import, importer: Importer, typed: dict[str, str]) -> dict[str, Any]:
    """One part of the rows (the wrong ones first), a page of them, drawn as cells."""
    table = row.read()
    counts = {WRONG: row.wrong, NEW: row.new, CHANGED: row.changed, SAME: row.same}
    asked = request.GET.get("part", "")
    part = asked if asked in PARTS else next((one for one in PARTS if counts[one]), WRONG)
    chosen = [one for one in table["rows"] if one["k"] == part]
    page = Paginator(chosen, PAGE_SIZE).get_page(request.GET.get("page"))
    columns = [column for column in importer.columns if column.code in table["columns"]]
    labels = {WRONG: _("Wrong"), NEW: _("New"), CHANGED: _("Changed"), SAME: _("Stored already")}
    return {
        "parts": [(one, labels[one], counts[one]) for one in PARTS],
        "part": part,
        "page": page,
        "columns": [(column, letters(table["columns"][column.code])) for column in columns],
        "drawn": [_drawn(one, columns, table["columns"], typed) for one in page.object_list],
    }


def _drawn(one: dict[str, Any], columns: list[Any], places: dict[str, int], typed: dict[str, str]) -> dict[str, Any]:
    cells = []
    for column in columns:
        position = places[column.code]
        name = f"cell-{one['n']}-{column.code}"
        cells.append(
            {
                "name": name,
                "label": column.label,
                "place": f"{letters(position)}{one['n']}",
                "text": typed.get(name, shown(from_json(one["c"][position]))),
                "error": one.get("e", {}).get(column.code, ""),
                "change": one.get("x", {}).get(column.code),
            }
        )
    known = {column.code for column in columns}
    loose = [message for code, message in one.get("e", {}).items() if code not in known]
    rest = [f"{cell['label']}: {cell['text']}" for cell in cells if cell["text"] and not cell["error"]]
    return {"number": one["n"], "rest": " · ".join(rest), "cells": cells, "notes": one.get("o", []), "loose": loose}


def _receipt(request: HttpRequest, row: Import, importer: Importer) -> dict[str, Any]:
    made = [(pk, True) for pk in row.receipt["created"]] + [(pk, False) for pk, _before in row.receipt["changed"]]
    page = Paginator(made, PAGE_SIZE).get_page(request.GET.get("page"))
    manager: Any = importer.model._default_manager
    found = manager.in_bulk([pk for pk, _new in page.object_list])
    records = [(found[pk], importer.url_of(found[pk]), new) for pk, new in page.object_list if pk in found]
    return {"page": page, "records": records, "why_not": services.why_not_undone(row), "undo_form": OnceOnlyForm()}


@require_POST
def mend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was typed into the wrong cells."""
    user = user_of(request)
    row = _import(user, public_id)
    form = VersionForm(request.POST)
    typed = {name: text for name, text in request.POST.items() if name.startswith("cell-") and isinstance(text, str)}
    cells: dict[int, dict[str, str]] = {}
    for name, text in typed.items():
        match = re.fullmatch(r"cell-(\d{1,7})-(\w{1,40})", name)
        if match:
            cells.setdefault(int(match[1]), {})[match[2]] = text[:2000]
    error: DomainError | None = None
    if form.is_valid():
        try:
            before = row.wrong
            row = services.mend(row, cells, actor=user, version=form.cleaned_data["version"])
        except DomainError as refusal:
            error = refusal
            form.blame(refusal)
        else:
            mended = before - row.wrong
            messages.success(
                request,
                _("Checked again: %(mended)s mended, %(wrong)s wrong.") % {"mended": mended, "wrong": row.wrong},
            )
            return redirect("imports:detail", row.public_id)
    context = _context(request, user, _import(user, public_id), typed=typed)
    return render_form(request, "imports/detail.html", form, context, error)


@require_POST
def store(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _import(user, public_id)
    form = StoreForm(request.POST)

    def act() -> str:
        data = form.cleaned_data
        services.confirm(row, valid_only=data["valid_only"], actor=user, version=data["version"])
        return reverse("imports:detail", args=[row.public_id])

    answer, error = sent_once(request, form, act, raises=())
    if answer:
        return answer
    return render_form(request, "imports/detail.html", form, _context(request, user, _import(user, public_id)), error)


@require_POST
def drop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = services.drop(_import(user_of(request), public_id), actor=user_of(request))
    messages.success(request, _("«%(file)s» is dropped; nothing of it was stored.") % {"file": row.file_name})
    return redirect("imports:index")


@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _import(user, public_id)
    form = OnceOnlyForm(request.POST)

    def act() -> str:
        services.undo(row, actor=user)
        return reverse("imports:detail", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("Taken back: what was stored of the file is removed."), raises=())
    if answer:
        return answer
    return render_form(request, "imports/detail.html", form, _context(request, user, row), error)


@require_safe
def faults(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The rows as they were sent, with what is wrong in a column of its own."""
    row = _import(user_of(request), public_id)
    table = row.read()
    if not table:
        raise Http404
    rows = [
        Row(one["n"], [from_json(cell) for cell in one["c"]], errors=one.get("e", {}), kind=one["k"])
        for one in table["rows"]
    ]
    rows.sort(key=lambda one: one.kind != WRONG)
    name = re.sub(r"\.xlsx$", "", row.file_name, flags=re.IGNORECASE)
    return _workbook(with_faults(table["heads"], table["columns"], rows), f"{name}-loi.xlsx")
