"""Asking for a report, watching it being made, and which reports come by themselves."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core import clock
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from jobs.models import Job
from jobs.services import cancel_job, retry_job
from places.models import Area
from programmes.models import ReportingPeriod
from projects.models import Project
from reports import due, permissions, services
from reports.forms import (
    FIRST,
    AskForm,
    ListFilter,
    RequestForm,
    ScheduleForm,
)
from reports.kinds.kind import KINDS
from reports.models import Report, ReportSchedule

PAGE_SIZE = 50
ASKED_DAYS, ASKED_MOST = dt.timedelta(days=3), 20
ASKED = ("ask", "project")  # parts of the address of the list that are about the form


@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: HttpRequest) -> HttpResponse:
    """The versions somebody may read, newest period first; for officer and leader also the form to ask for one."""
    user = user_of(request)
    may_request = bool({"officer", "leader"} & set(user.sight.roles))
    asked = request.POST.get("kind", "") if request.method == "POST" else request.GET.get("ask", "")
    kind = KINDS.get(asked, FIRST)
    form = None
    if may_request:
        project = {"project": request.GET.get("project", "")[:40]}  # a project's page names it
        form = RequestForm(request.POST or None, user=user, kind=kind, initial=project)
    if request.method == "POST":
        if form is None:
            raise NotAllowed(permissions.may_request(0, user).reason)
        if form.is_valid():
            try:
                job = _requested(form.cleaned_data, user)
            except DomainError as error:
                form.blame(error)
            else:
                return redirect("reports:watch", job.public_id)
    rows = Report.objects.visible_to(user).select_related("period", "area", "published_by")
    years = list(rows.order_by("-period__year").values_list("period__year", flat=True).distinct())
    narrow = ListFilter({name: request.GET[name] for name in request.GET if name not in ASKED}, years=years)
    chosen = narrow.usable()
    rows = rows.filter(period__year=chosen["year"]) if "year" in chosen else rows
    for name in ("kind", "state"):
        rows = rows.filter(**{name: chosen[name]}) if name in chosen else rows
    context = {
        "form": form,
        "ask": AskForm(initial={"ask": kind.code}),
        "filter": narrow,
        "filtered": bool(chosen),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "asked": asked_for(user),
        "may_register": bool(user.sight.province_ids),
    }
    return render(request, "reports/list.html", context, status=422 if form and form.errors else 200)


def asked_for(user: User) -> list[Job]:
    """What somebody asked for and waits for, and what became of the last days' requests; each with its `what`: period
    and place."""
    own = Job.objects.asked_by(user).filter(kind=services.MAKE)
    since = clock.now() - ASKED_DAYS
    found = list((own.unfinished() | own.filter(finished_at__gte=since)).order_by("-id")[:ASKED_MOST])
    _name(found)
    return found


def _name(jobs: list[Job]) -> None:
    periods = ReportingPeriod.objects.in_bulk([job.params["period"] for job in jobs if job.params.get("period")])
    areas = Area.objects.in_bulk([job.params["area"] for job in jobs if job.params.get("area")])
    for job in jobs:
        period, area = periods.get(job.params.get("period")), areas.get(job.params.get("area"))
        kind = KINDS.get(job.params.get("kind", ""))
        named: Any = job
        named.title = str(kind.name) if kind else ""
        words = (period.label if period else "", area.full_name if area else "")
        named.what = " · ".join(word for word in words if word)
        named.report_id = job.result.rstrip("/").rpartition("/")[2]


def _requested(data: dict[str, Any], user: User) -> Job:
    kind = data["kind"]
    if KINDS[kind].asks == "dates":
        days = data["data_from"], data["data_to"]
        return services.request_over_dates(kind, *days, data["area"], actor=user, measures=data["measures"])
    if KINDS[kind].asks == "project":
        project: Project = data["project"]
        return services.request_report(kind, data["period"], project.area, actor=user, subject=str(project.public_id))
    return services.request_report(kind, data["period"], data["area"], actor=user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def watch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the worker is. The page asks again every two seconds and goes on to the report when it is there. Whoever
    asked cancels it here, or asks once more when it failed."""
    user = user_of(request)
    job: Job = get_object_or_404(Job.objects.asked_by(user), public_id=public_id, kind=services.MAKE)
    if request.method == "POST":
        try:
            change = cancel_job if request.POST.get("do") == "cancel" else retry_job
            job = change(job, actor=user)
        except WrongState as refusal:  # it has gone on meanwhile: the page shows where it stands
            messages.warning(request, refusal.in_words())
        return redirect("reports:watch", job.public_id)
    if job.state == "done":
        report_id = job.result.rstrip("/").rpartition("/")[2]
        url = reverse("reports:detail", args=[report_id])
        if getattr(request, "htmx", False):
            return HttpResponse(headers={"HX-Redirect": url})
        return redirect(url)
    _name([job])
    context = {"job": job, "unfinished": job.unfinished}
    part = getattr(request, "htmx", False)
    return render(request, "reports/_watch.html" if part else "reports/watch.html", context)


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The reports of one period with their states: a part of the period's board (projects:reminders)."""
    period = get_object_or_404(ReportingPeriod, code=code)
    rows = due.reports_of(period, user_of(request).sight.province_ids)
    return render(request, "reports/_board.html", {"period": period, "rows": rows})


# --- what comes by itself ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Which reports the portal makes by itself when their period closes, as the administrator says."""
    user = user_of(request)
    permissions.may_schedule(None, user).require()
    province = Area.objects.current().filter(pk__in=user.sight.administers_ids).order_by("code").first()
    if province is None:
        raise Http404
    rows = ReportSchedule.objects.filter(area=province)
    form = ScheduleForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                for kind, period in form.lines_of:
                    _set_schedule(form, kind.code, period, province, user)
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


def _set_schedule(form: ScheduleForm, kind: str, period: str, province: Area, user: User) -> None:
    name = f"{kind}_{period}"
    on, day = form.cleaned_data[f"on_{name}"], form.cleaned_data[f"from_{name}"]
    try:
        remind = (form.cleaned_data[f"before_{name}"], form.cleaned_data[f"after_{name}"])
        services.change_schedule(province, kind, period, is_active=on, starts_on=day, remind=remind, actor=user)
    except Invalid as refusal:
        fields = {"remind_before": f"before_{name}", "remind_after": f"after_{name}"}
        refusal.fields = {fields.get(field, f"from_{name}"): texts for field, texts in refusal.fields.items()}
        raise
