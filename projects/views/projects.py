"""The list of projects and the page of one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.saved_views import views_of
from accounts.signed_in import user_of
from accounts.views.saved import SavedViewForm
from audit.models import Entry
from core import clock
from core.models import SUPPORT_SOURCES, Source
from core.workbooks import XLSX
from places.models import Level
from places.services import district_on
from projects import appraisal, permissions
from projects.available import offers
from projects.ceilings import ceilings_of, repeats_of, repeats_shown
from projects.columns import COLUMNS
from projects.filters import ProjectFilter
from projects.lines import lines_of
from projects.models import (
    EDITABLE,
    OPEN_FOR_PROGRESS,
    AdjustmentState,
    Decision,
    DecisionMoney,
    ProgressState,
    ProgressUpdate,
    Project,
    ProjectState,
)
from projects.procedure import deadline_of
from projects.states import PROJECT_LIFE
from projects.views.lists import may_move
from projects.views.shared import page_of, project_of, support_totals
from projects.workbook import lines_workbook


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Project.objects.visible_to(user)
    form = ProjectFilter(request.GET, rows=visible)
    rows = form.narrow()
    totals, columns = support_totals(rows), form.shown_columns
    page = page_of(rows, request.GET.get("page"), totals["count"])
    for row in cast("list[Any]", page.object_list):
        row.cells = [(column, column.value(row)) for column in columns]
    context = {
        "form": form,
        "page": page,
        "columns": columns,
        "columns_offered": COLUMNS,
        "sums": [(column, totals.get(column.total)) for column in columns],
        "totals": totals,
        "views": views_of(user, request.path),
        "save_form": SavedViewForm(initial={"page": request.path, "query": request.GET.urlencode()}),
        "query": request.GET.urlencode(),
        "may_move": may_move(user),
        "any": bool(page.object_list) or visible.exists(),
        "may_create": permissions.may_create(user),
    }
    return render(request, "projects/list.html", context)


# --- one project ------------------------------------------------------------------------------------------------------


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    project = project_of(user, public_id)
    inside = permissions.sees_working_papers(project, user)
    decisions = list(project.decisions.select_related("issuer", "file").prefetch_related("money"))
    updates = list(
        ProgressUpdate.objects.visible_to(user)
        .filter(project=project)
        .select_related("reported_by", "decided_by")
        .prefetch_related("photos", "results__indicator")
    )
    entries = list(Entry.objects.about(project)[:100]) if inside else []
    confirmed = [update for update in updates if update.state == ProgressState.CONFIRMED]
    steps = offers(project, user)
    context = {
        "project": project,
        "inside": inside,
        "district": district_on(project.area, _day_of(project)) if project.area.level == Level.COMMUNE else None,
        "next": _next_step(project),
        "returned": _reason_of_return(project, entries),
        "activities": project.activities.all(),
        "beneficiaries": project.beneficiaries.select_related("area"),
        "money": _money(project, decisions),
        "lines": lines_of(project),
        "ceilings": ceilings_of(project) if inside and project.decided_on is None else [],
        "repeats": repeats_shown(repeats_of(project), user) if inside else [],
        "results": _results(project, confirmed),
        "updates": updates,
        "latest": next((update for update in confirmed if update.percent is not None), None),
        "unconfirmed": sum(1 for update in updates if update.state == ProgressState.REPORTED),
        "decisions": decisions,
        "possible": [offer.step for offer in steps if offer.verdict],
        "nearly": [offer for offer in steps if offer.nearly],
        "refused": [(offer.step, offer.verdict.reason) for offer in steps if not offer.verdict and not offer.nearly],
        "may_edit": project.state in EDITABLE and bool(permissions.may_edit(project, user)),
        "may_report": project.state in OPEN_FOR_PROGRESS and bool(permissions.may_report_progress(project, user)),
        "history": entries,
        "papers": _papers(project),
        **_life(project, user, inside),
    }
    return render(request, "projects/detail.html", context)


def _life(project: Project, user: User, inside: bool) -> dict[str, Any]:
    """Appraisal, contracts and adjustments, for those who work on the project."""
    if not permissions.sees_adjustments(project, user):
        return {}
    asked = list(project.adjustments.prefetch_related("kinds"))
    if not inside:
        return {"adjustments": asked, "show_adjustments": bool(asked)}
    opinions = list(project.opinions.prefetch_related("marks__criterion"))
    signed = list(project.contracts.select_related("annex_of"))
    open_for_opinions = project.state in appraisal.OPEN_FOR_OPINIONS
    decided = project.decided_on is not None
    ended = project.closed_on or project.stopped_on
    return {
        "opinions": opinions,
        "contracts": signed,
        "adjustments": asked,
        "show_appraisal": bool(opinions) or open_for_opinions,
        "show_contracts": decided,
        "show_adjustments": decided,
        "may_ask_report": decided and bool(user.sight.role_for(project.province_id, Role.OFFICER, Role.LEADER)),
        "show_inspections": decided,
        "inspections": project.inspections.prefetch_related("requirements", "photos").select_related("corrected_by"),
        "may_inspect": decided and not ended and bool(permissions.may_inspect(project, user)),
        "may_opine": open_for_opinions and bool(permissions.may_give_opinion(project, user)),
        "may_contract": decided and not ended and bool(permissions.may_run(project, user)),
        "may_adjust": decided
        and not ended
        and project.settled_on is None
        and not any(row.state == AdjustmentState.ASKED for row in asked)
        and bool(permissions.may_ask_adjustment(project, user)),
    }


def _papers(project: Project) -> list[dict[str, Any]]:
    """What steps left on paper, each with the words of its step."""
    rows = project.papers.select_related("recorded_by", "file")
    return [{"paper": row, "label": PROJECT_LIFE.steps[row.step].label} for row in rows]


def _day_of(project: Project) -> dt.date:
    """The day whose districts are shown: of the decision, of the start, or of the entry, and no later than its budget
    year and the last day of a former commune: what is recorded after the fact still says where it lay."""
    entered = min(timezone.localtime(project.created_at).date(), dt.date(project.year, 12, 31))
    day: dt.date = project.decided_on or project.starts_on or entered
    return min(day, project.area.valid_to) if project.area.valid_to else day


def _next_step(project: Project) -> dict[str, Any] | None:
    """What comes next and who holds it. Nothing for what is over."""
    unit = project.implementing_unit.name
    national = project.programme.source == Source.NATIONAL
    department = _("Officer of the department")
    ministry = _("The ministry; officer of the department for its paper")
    leader = _("Leader of the department")
    close = _("Officer and accountant of the department")
    words = {
        ProjectState.DRAFT: (_("Complete the file and submit it."), department),
        ProjectState.RETURNED: (
            _("Complete what was asked for and submit it again."),
            _("Officer of the department with %(unit)s") % {"unit": unit},
        ),
        ProjectState.SUBMITTED: (
            (_("Register it with the ministry and appraise it, or return the file."), department)
            if national
            else (_("Appraise it, then record the decision of the competent authority, or return the file."), leader)
        ),
        ProjectState.REGISTERED: (_("Appraise the file at base level."), department),
        ProjectState.APPRAISED: (
            (_("Record the ministry's appraisal when it has come."), ministry)
            if national
            else (_("Record the decision of the competent authority, or return the file."), leader)
        ),
        ProjectState.MINISTRY_APPRAISED: (_("Record the decision of the Minister when it is signed."), leader),
        ProjectState.APPROVED: (_("Sign the contracts, then start the project."), unit),
        ProjectState.CONTRACTED: (_("Start the project."), unit),
        ProjectState.IN_PROGRESS: (_("Report progress; when everything is done, record acceptance."), unit),
        ProjectState.ACCEPTED: (_("Liquidate the contracts, pay what is left and settle."), close),
        ProjectState.LIQUIDATED: (_("Pay what is left, then record the settlement."), close),
        ProjectState.SETTLED: (_("File the papers and close the project."), close),
    }
    found = words.get(ProjectState(project.state))
    if not found:
        return None
    following = {ProjectState.DRAFT: "register", ProjectState.SUBMITTED: "register"}.get(
        ProjectState(project.state), ""
    )
    due = deadline_of(project, following) if following else None
    return {"what": found[0], "who": found[1], "due": due, "late": due is not None and clock.today() > due}


def _reason_of_return(project: Project, entries: Iterable[Entry]) -> Entry | None:
    """Why the file came back, while it is back."""
    if project.state != ProjectState.RETURNED:
        return None
    label = project._meta.label_lower
    returns = ("return", "ministry_return")
    return next((entry for entry in entries if entry.action in returns and entry.object_type == label), None)


def _money(project: Project, decisions: Iterable[Decision]) -> dict[str, Any]:
    """By source: asked for (None: not reported) against decided on (None: no decision yet), and the support of both."""
    asked = {row.source: row.amount_vnd for row in project.estimates.all()}
    decided: dict[str, int] = {}
    for decision in decisions:
        for row in decision.money.all():
            decided[row.source] = decided.get(row.source, 0) + row.amount_vnd

    def support(amounts: dict[str, int]) -> int | None:
        found = [amounts[source] for source in SUPPORT_SOURCES if source in amounts]
        return sum(found) if found else None

    return {
        "rows": [{"source": source, "asked": asked.get(source), "decided": decided.get(source)} for source in Source],
        "asked": support(asked),
        "decided": support(decided),
    }


def _results(project: Project, confirmed: Iterable[ProgressUpdate]) -> list[dict[str, Any]]:
    """Planned against achieved, by indicator. Only confirmed updates count."""
    rows: dict[int, dict[str, Any]] = {}
    for plan in project.planned_results.select_related("indicator"):
        rows[plan.indicator_id] = {"indicator": plan.indicator, "planned": plan.quantity, "achieved": None}
    for update in confirmed:
        for result in update.results.all():
            row = rows.setdefault(
                result.indicator_id, {"indicator": result.indicator, "planned": None, "achieved": None}
            )
            row["achieved"] = (row["achieved"] or 0) + result.quantity
    return list(rows.values())


@require_safe
def lines_sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The budget table as a workbook, for whoever sees the project."""
    project = project_of(user_of(request), public_id)
    rows = lines_of(project)
    if not rows:
        raise Http404
    answer = HttpResponse(lines_workbook(project, rows), content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{project.code}.xlsx") or "attachment"
    return answer


@require_safe
def of_enterprise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The support an establishment had and asked for over years and sources, as far as the person sees it: a part of
    its page. A project with several beneficiaries counts with its whole sum, and says how many they are."""
    projects = (
        Project.objects.visible_to(user_of(request))
        .filter(beneficiaries__public_id=public_id)
        .select_related("area")
        .order_by("-year", "code")
    )
    rows = list(projects.prefetch_related("beneficiaries"))
    keys = [row.pk for row in rows]
    decided = DecisionMoney.objects.filter(decision__project__in=keys, source__in=SUPPORT_SOURCES).order_by()
    given: dict[int, dict[str, int]] = {}
    for project, source, total in decided.values_list("decision__project", "source").annotate(total=Sum("amount_vnd")):
        given.setdefault(project, {})[source] = total
    found = [{"project": row, "given": given.get(row.pk, {}), "owners": len(row.beneficiaries.all())} for row in rows]
    sums = {source: sum(one.get(source, 0) for one in given.values()) for source in SUPPORT_SOURCES}
    part = getattr(request, "htmx", False)
    template = "projects/_of_enterprise.html" if part else "projects/of_enterprise.html"
    years = sorted({row.year for row in rows if row.pk in given})
    span = "–".join(str(year) for year in sorted({*years[:1], *years[-1:]}))
    context = {"rows": found, "sums": sums, "total": sum(sums.values()), "span": span, "supported": len(given)}
    return render(request, template, context)
