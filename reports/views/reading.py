"""A report on its page: the paper, the records behind each figure, its files, two versions side by side."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core import sheets
from reports import life, permissions, texts
from reports.behind import figures_at, led
from reports.changes import Change, compare, compare_texts
from reports.checks import Finding, look
from reports.documents.words import MOTTO, NATION, coverage, kind_of, place_and_date, shown, unit_in_head
from reports.downloads import report_file
from reports.models import Report, ReportState
from reports.states import REPORT_LIFE

LINES_PAGE = 200
COMPARED = 300


def report_of(user: User, public_id: UUID) -> Report:
    rows = Report.objects.visible_to(user).select_related(
        "period", "area", "published_by", "submitted_by", "withdrawn_by", "supersedes", "issued_file"
    )
    found: Report = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The report as it stands on paper: agency, title, texts, tables. Each figure leads to the records behind it.
    Beside it what is to be done next, what the checks say, versions and history."""
    user = user_of(request)
    row = report_of(user, public_id)
    document = orjson.loads(bytes(row.document))
    inside = row.province_id in user.sight.province_ids
    versions = row.versions().visible_to(user)
    listed = list(versions.select_related("published_by").order_by("-version"))
    draft = row.state == ReportState.DRAFT
    context = {
        "paper": _paper(document),
        "texts": texts_now(row, document),
        "draft": draft,
        "found": [found_words(one) for one in findings(row, document)] if inside else [],
        "steps": [(step, verdict) for step, verdict in REPORT_LIFE.available(row, user) if _offered(row, step.code)],
        "may_write": draft and permissions.may_submit(row, user),
        "newer": next((one for one in listed if one.version > row.version), None),
        "older": next((one for one in listed if one.version < row.version), None),
        "report": row,
        "document": document,
        "sections": _sections(row, document),
        "versions": listed,
        "files": sorted(row.files.values_list("format", flat=True)),
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "reports/report.html", context)


def _offered(row: Report, step: str) -> bool:
    """Steps that start from where the report is; the issue is recorded once."""
    return row.state in REPORT_LIFE.steps[step].starts() and not (step == "issue" and row.issued_file_id)


def _paper(document: dict[str, Any]) -> dict[str, str]:
    """The head of the paper, as Decree 30/2020/NĐ-CP has it."""
    return {
        "nation": NATION,
        "motto": MOTTO,
        "parent": document["agency"]["parent_name"],
        "agency": document["agency"]["name"],
        "place_date": place_and_date(document),
    }


def texts_now(row: Report, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a draft the texts as they are now, with the figures in them that hold no longer; else those of the paper."""
    if row.state != ReportState.DRAFT:
        return [{**text, "stale": []} for text in document.get("texts", [])]
    parts = {part.code: part for part in texts.parts_of(row)}
    return [
        {
            "code": text.code,
            "title": text.title,
            "paragraphs": [line for line in text.text.split("\n") if line.strip()],
            "stale": texts.stale(text, document, parts[text.code]) if text.edited and text.code in parts else [],
        }
        for text in row.texts.all()
    ]


def findings(row: Report, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a draft what the checks say now; else what they said at submission, with the answers."""
    if row.state == ReportState.DRAFT:
        return [_finding(one) for one in look(row, life.figures_alone(row))]
    return [
        {"level": one.level, "text": one.text, "links": one.links, "answer": one.answer, "todo": ""}
        for one in row.checks.all()
    ]


def _finding(one: Finding) -> dict[str, Any]:
    return {"level": one.level, "text": one.text, "links": one.links, "answer": "", "todo": one.todo}


def found_words(one: dict[str, Any]) -> dict[str, Any]:
    """With the pages of the records it is about."""
    return {**one, "links": [(title, page_of(path)) for title, path in one["links"]]}


def _sections(row: Report, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document's tables in the words of print, each figure that has records with the way to them."""
    behind = led(row, document)
    sections = []
    for section in document["sections"]:
        columns = [{**column, "unit": unit_in_head(column)} for column in section["columns"]]
        rows = []
        levelled = any(line["level"] for line in section["rows"])
        for line in section["rows"]:
            cells = []
            for column in section["columns"]:
                cell = line["cells"].get(column["code"])
                if cell is None:
                    cells.append({"column": column, "text": "", "url": ""})
                    continue
                url = ""
                if (section["code"], line["code"], column["code"]) in behind:
                    names = {"section": section["code"], "row": line["code"], "column": column["code"]}
                    url = f"?{urlencode(names)}"
                cells.append(
                    {
                        "column": column,
                        "text": shown(cell, kind_of(line, column)),
                        "status": cell["status"],
                        "coverage": coverage(cell),
                        "estimate": cell.get("estimate", False),
                        "url": url,
                    }
                )
            rows.append({"title": line["title"], "strong": levelled and not line["level"], "cells": cells})
        sections.append({"code": section["code"], "title": section["title"], "columns": columns, "rows": rows})
    return sections


@require_safe
def lines(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The records behind one figure, as they were when the report was made; they add up to it."""
    user = user_of(request)
    row = report_of(user, public_id)
    asked = {name: request.GET.get(name, "") for name in ("section", "row", "column")}
    document = orjson.loads(bytes(row.document))
    found = figures_at(row, document, asked["row"], asked["column"], asked["section"] or "?")
    if not found:
        raise Http404
    figure = found[0]
    page = Paginator(figure.rows, LINES_PAGE).get_page(request.GET.get("page"))
    kind = kind_of(figure.row, figure.column)
    # Progress nobody has confirmed is counted for all, and read by the province alone.
    closed = asked["column"] == "unconfirmed" and row.province_id not in user.sight.province_ids
    listed = [
        {
            "title": line.title,
            "area": line.area,
            "on": line.on,
            "text": _contribution(line.contribution, kind),
            "url": "" if closed else page_of(line.record),
        }
        for line in figure.show(list(page))
    ]
    context = {
        "section": figure.section,
        "row": figure.row,
        "column": figure.column,
        "cell": figure.cell,
        "report": row,
        "page": page,
        "lines": listed,
        "figure": shown(figure.cell, kind),
        "unit": "triệu đồng" if kind == "money" else figure.column["unit"],
        "total": _contribution(figure.total(), kind),
    }
    return render(request, "reports/lines.html", context)


def _contribution(value: Decimal, kind: str) -> str:
    return shown({"status": "reported", "value": value}, kind if kind == "money" else "decimal")


_LINES = re.compile(r"/api/v1/reports/([0-9a-f-]{36})/lines/\?(.*)")
_PAGES = (
    (re.compile(r"/api/v1/projects/([0-9a-f-]{36})/progress/([0-9a-f-]{36})/"), "projects:update"),
    (re.compile(r"/api/v1/projects/([0-9a-f-]{36})/"), "projects:detail"),
    (re.compile(r"/api/v1/(?:allocations|payments)/\?project=([0-9a-f-]{36})"), "funding:project_panel"),
    (re.compile(r"/api/v1/training-classes/([0-9a-f-]{36})/"), "training:detail"),
    (re.compile(r"/api/v1/training-classes/\?project=([0-9a-f-]{36})"), "projects:detail"),
    (re.compile(r"/api/v1/products/([0-9a-f-]{36})/"), "products:detail"),
    (re.compile(r"/api/v1/selection-rounds/([0-9a-f-]{36})/"), "products:round"),
    (re.compile(r"/api/v1/clusters/([0-9a-f-]{36})/"), "clusters:detail"),
    (re.compile(r"/api/v1/enterprises/([0-9a-f-]{36})/"), "enterprises:detail"),
    (re.compile(r"/api/v1/entered-figures/([0-9a-f-]{36})/"), "reports:entered"),
    (re.compile(r"/api/v1/advice/([0-9a-f-]{36})/"), "outreach:advice_one"),
    (re.compile(r"/api/v1/budgets/\?.*"), "funding:board"),
    (re.compile(r"/api/v1/plans/\?.*"), "programmes:plans"),
)


def page_of(record: str) -> str:
    """The page of a record whose path in the API is kept in a line; nothing where there is none."""
    if of_figure := _LINES.fullmatch(record):
        return f"{reverse('reports:lines', args=[of_figure[1]])}?{of_figure[2]}"
    for pattern, name in _PAGES:
        found = pattern.fullmatch(record)
        if found:
            try:
                return reverse(name, args=found.groups())
            except NoReverseMatch:
                continue
    return ""


@require_safe
def download(request: HttpRequest, public_id: UUID, format_name: str) -> HttpResponse | FileResponse:
    return report_file(report_of(user_of(request), public_id), format_name)


# --- versions side by side --------------------------------------------------------------------------------------------

WHAT: dict[str, Any] = {
    "same": _lazy("same"),
    "changed": _lazy("changed"),
    "added": _lazy("added"),
    "removed": _lazy("removed"),
}
CHANGE_COLUMNS = (
    sheets.Column(_lazy("Table"), lambda change: change.section_title, width=32),
    sheets.Column(_lazy("Row"), lambda change: change.row_title, width=40),
    sheets.Column(_lazy("Column"), lambda change: change.column_title, width=28),
    sheets.Column(_lazy("Unit"), lambda change: change.unit, width=12),
    sheets.Column(_lazy("Before"), lambda change: change.old),
    sheets.Column(_lazy("Now"), lambda change: change.new),
    sheets.Column(_lazy("Difference"), lambda change: change.difference),
    sheets.Column(_lazy("What happened"), lambda change: str(WHAT[change.kind])),
)


def other_version(user: User, row: Report, against: str) -> Report | None:
    """The version to compare with: the one named by its id, else the one before. None where there is none to read."""
    rows = row.versions().visible_to(user).exclude(pk=row.pk)
    if against:
        try:
            found: Report | None = rows.filter(public_id=UUID(against)).first()
        except ValueError:
            return None
        return found
    return rows.filter(version__lt=row.version).order_by("-version").first()


@require_safe
def compare_versions(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Two versions side by side, cell by cell: what changed, or (`?all=1`) everything."""
    user = user_of(request)
    row = report_of(user, public_id)
    other = other_version(user, row, request.GET.get("against", ""))
    if other is None:
        raise Http404
    old, new = (life.document_now(one) for one in (other, row))
    every = request.GET.get("all") == "1"
    changes = compare(old, new, same=every)
    if wanted := sheets.asked(request):
        title = _("What changed: %(period)s, version %(old)s to %(new)s") % {
            "period": row.period.label, "old": other.version, "new": row.version
        }  # fmt: skip
        return sheets.answer(wanted, "thay-doi-bao-cao", title, CHANGE_COLUMNS, changes)
    page = Paginator(changes, COMPARED).get_page(request.GET.get("page"))
    sections: dict[str, tuple[str, list[tuple[Change, Any]]]] = {}
    for change in page:
        sections.setdefault(change.section, (change.section_title, []))[1].append((change, WHAT[change.kind]))
    others = row.versions().visible_to(user).exclude(pk=row.pk)
    context = {
        "report": row,
        "other": other,
        "others": others.order_by("-version"),
        "sections": sections.values(),
        "page": page,
        "every": every,
        "count": sum(change.kind != "same" for change in changes),
        "texts": compare_texts(old, new),
    }
    return render(request, "reports/compare.html", context)
