"""Reports on pages: ask for one, watch it being made, read it, follow a figure to its records, publish, download."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core.errors import DomainError, Invalid, NotAllowed
from core.once import once
from jobs.models import Job
from places.models import Area
from reports import permissions, services
from reports.documents.words import coverage, shown, unit_in_head
from reports.downloads import report_file
from reports.forms import ListFilter, PublishForm, RequestForm, ScheduleForm
from reports.models import Report, ReportKind, ReportLine, ReportSchedule

PAGE_SIZE = 50
LINES_PAGE = 200


def _report(user: User, public_id: UUID) -> Report:
    rows = Report.objects.visible_to(user).select_related("period", "area", "published_by", "supersedes")
    found: Report = get_object_or_404(rows, public_id=public_id)
    return found


# --- asking -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """The versions somebody may read, newest period first; for officer and leader also the form to ask for one."""
    user = user_of(request)
    may_request = bool({"officer", "leader"} & set(user.sight.roles))
    form = RequestForm(request.POST or None, user=user) if may_request else None
    if request.method == "POST":
        if form is None:
            raise NotAllowed(permissions.may_request(0, user).reason)
        if form.is_valid():
            data = form.cleaned_data
            try:
                job = services.request_report(ReportKind.PROGRAMME_RESULTS, data["period"], data["area"], actor=user)
            except DomainError as error:
                form.blame(error)
            else:
                return redirect("reports:watch", job.public_id)
    rows = Report.objects.visible_to(user).select_related("period", "area", "published_by")
    years = list(rows.order_by("-period__year").values_list("period__year", flat=True).distinct())
    narrow = ListFilter(request.GET, years=years)
    chosen = narrow.usable()
    rows = rows.filter(period__year=chosen["year"]) if "year" in chosen else rows
    rows = rows.filter(state=chosen["state"]) if "state" in chosen else rows
    context = {
        "form": form,
        "filter": narrow,
        "filtered": bool(chosen),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "jobs": Job.objects.asked_by(user).unfinished().filter(kind=services.MAKE),
        "may_register": bool(user.sight.province_ids),
    }
    return render(request, "reports/list.html", context, status=422 if form and form.errors else 200)


@never_cache
@require_safe
def watch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the worker is. The page asks again every two seconds and goes on to the report when it is there."""
    job: Job = get_object_or_404(Job.objects.asked_by(user_of(request)), public_id=public_id, kind=services.MAKE)
    if job.state == "done":
        report_id = job.result.rstrip("/").rpartition("/")[2]
        url = reverse("reports:detail", args=[report_id])
        if getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Redirect": url})
        return redirect(url)
    context = {"job": job, "unfinished": job.state in ("queued", "running")}
    part = getattr(request, "htmx", False)
    return render(request, "reports/_watch.html" if part else "reports/watch.html", context)


# --- reading ----------------------------------------------------------------------------------------------------------


@require_safe
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The frozen figures as they stand in every file. Each figure leads to the records behind it."""
    user = user_of(request)
    row = _report(user, public_id)
    document = orjson.loads(bytes(row.document))
    inside = row.province_id in user.sight.province_ids
    versions = Report.objects.visible_to(user).filter(kind=row.kind, period=row.period, area=row.area)
    context = {
        "report": row,
        "document": document,
        "sections": _sections(row, document),
        "versions": versions.select_related("published_by").order_by("-version"),
        "files": sorted(row.files.values_list("format", flat=True)),
        "may_publish": permissions.may_publish(row, user),
        "may_request": permissions.may_request(row.province_id, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "reports/report.html", context)


def _sections(row: Report, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document's tables in the words of print, each figure that has records with the way to them."""
    behind = set(ReportLine.objects.filter(report=row).order_by().values_list("section", "row", "column").distinct())
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
                        "text": shown(cell, column["kind"]),
                        "status": cell["status"],
                        "coverage": coverage(cell),
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
    row = _report(user, public_id)
    asked = {name: request.GET.get(name, "") for name in ("section", "row", "column")}
    document = orjson.loads(bytes(row.document))
    cell = _find(document, asked)
    if cell is None:
        raise Http404
    rows = ReportLine.objects.filter(report=row, **asked)
    total = sum((line.contribution for line in rows), Decimal(0))
    page = Paginator(rows, LINES_PAGE).get_page(request.GET.get("page"))
    kind = cell["column"]["kind"]
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
        for line in page
    ]
    context = {
        **cell,
        "report": row,
        "page": page,
        "lines": listed,
        "figure": shown(cell["cell"], kind),
        "unit": unit_in_head(cell["column"]),
        "total": _contribution(total, kind),
    }
    return render(request, "reports/lines.html", context)


def _contribution(value: Decimal, kind: str) -> str:
    return shown({"status": "reported", "value": value}, kind if kind == "money" else "decimal")


def _find(document: dict[str, Any], asked: dict[str, str]) -> dict[str, Any] | None:
    for section in document["sections"]:
        if section["code"] != asked["section"]:
            continue
        for line in section["rows"]:
            for column in section["columns"]:
                known = column["code"] in line["cells"]
                if known and (line["code"], column["code"]) == (asked["row"], asked["column"]):
                    return {"section": section, "row": line, "column": column, "cell": line["cells"][column["code"]]}
    return None


_PAGES = (
    (re.compile(r"/api/v1/projects/([0-9a-f-]{36})/progress/([0-9a-f-]{36})/"), "projects:update"),
    (re.compile(r"/api/v1/projects/([0-9a-f-]{36})/"), "projects:detail"),
    (re.compile(r"/api/v1/(?:allocations|payments)/\?project=([0-9a-f-]{36})"), "funding:project_panel"),
    (re.compile(r"/api/v1/training-classes/([0-9a-f-]{36})/"), "training:detail"),
    (re.compile(r"/api/v1/training-classes/\?project=([0-9a-f-]{36})"), "projects:detail"),
    (re.compile(r"/api/v1/products/([0-9a-f-]{36})/"), "products:detail"),
    (re.compile(r"/api/v1/selection-rounds/([0-9a-f-]{36})/"), "products:round"),
    (re.compile(r"/api/v1/clusters/([0-9a-f-]{36})/"), "clusters:detail"),
    (re.compile(r"/api/v1/budgets/\?.*"), "funding:board"),
    (re.compile(r"/api/v1/plans/\?.*"), "programmes:plans"),
)


def page_of(record: str) -> str:
    """The page of a record whose path in the API is kept in a line; nothing where there is none."""
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
    return report_file(_report(user_of(request), public_id), format_name)


# --- publishing -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Says what publishing means, and does it: from then on this version never changes."""
    user = user_of(request)
    row = _report(user, public_id)
    permissions.may_publish(row, user).require()
    form = PublishForm(request.POST or None, initial={"seen_sha256": row.sha256})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            data = {name: value for name, value in form.cleaned_data.items() if name != "form_key"}
            services.publish_report(row, actor=user, **data)
            return reverse("reports:detail", args=[row.public_id])

        try:
            answer = once(request, form, act)
        except DomainError as error:
            if not set(error.fields) & set(form.fields):
                raise
            form.blame(error)
        else:
            messages.success(request, _("Version %(version)s is published.") % {"version": row.version})
            return answer
    services.require_draft(row)
    context = {
        "report": row,
        "form": form,
        "before": Report.objects.filter(kind=row.kind, period=row.period, area=row.area, state="published").first(),
    }
    return render(request, "reports/publish.html", context, status=422 if form.errors else 200)


# --- what comes by itself ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Which reports the portal makes by itself when their period closes, as the administrator says."""
    user = user_of(request)
    permissions.may_schedule(None, user).require()
    province = Area.objects.current().filter(pk__in=user.sight.administers_ids).order_by("code").first()
    if province is None:
        raise Http404
    rows = ReportSchedule.objects.filter(kind=ReportKind.PROGRAMME_RESULTS, area=province)
    form = ScheduleForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                for kind in form.kinds:
                    _set_schedule(form, kind, province, user)
        except Invalid as refusal:
            form.blame(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:schedule")
    history = Entry.objects.filter(
        object_type=ReportSchedule._meta.label_lower, object_id__in=[str(r.pk) for r in rows]
    )
    context = {"form": form, "province": province, "history": history[:50]}
    return render(request, "reports/schedule.html", context, status=422 if form.errors else 200)


def _set_schedule(form: ScheduleForm, kind: str, province: Area, user: User) -> None:
    on, day = form.cleaned_data[f"on_{kind}"], form.cleaned_data[f"from_{kind}"]
    try:
        services.change_schedule(province, kind, is_active=on, starts_on=day, actor=user)
    except Invalid as refusal:
        refusal.fields = {f"from_{kind}": texts for texts in refusal.fields.values()}
        raise
