"""What to do today, and the overview of the programme with the records behind every figure."""

import re
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from accounts.hand_over import recent
from accounts.models import User, staff_read_in
from accounts.permissions import may_administer
from accounts.roles import Role
from accounts.signed_in import user_of
from core import clock, sheets
from core.errors import NotAllowed
from core.models import Source
from files.models import FileFault
from home import damage, overview, todo
from home import exceptions as cases
from home import network as coverage
from home.effect import effects
from home.forms import NetworkFilter
from places.models import Area
from places.services import report_lines
from programmes.models import Activity, Programme, Target
from projects.models import Project
from projects.views.shared import project_of
from reports.measures.money import summary
from reports.views.reading import page_of

PAGE_SIZE = 50


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The tasks of the person's roles. Who only reads goes on to the overview."""
    user = user_of(request)
    roles = user.sight.roles
    if roles and not roles & set(todo.BY_ROLE):
        return redirect("home:dashboard")
    groups = todo.tasks_of(user, request.GET.get("only", ""))
    if roles == {Role.MINISTRY} and not groups:  # its tasks are few; most of the time it only reads
        return redirect("home:dashboard")
    late = todo.late_projects(user)
    context = {
        "groups": groups,
        "total": sum(group.total for group in groups),
        "only": request.GET.get("only", "") if len(groups) == 1 and groups[0].shown is None else "",
        "late": late,
        "taken_over": recent(user),
        "today": clock.today(),
        "phone": user.sight.roles == {Role.COLLABORATOR},
    }
    return render(request, "home/home.html", context)


def _programmes(user: User) -> list[Programme]:
    """Programmes with targets, the one that runs now first, then the latest."""
    year = clock.today().year
    rows = list(Programme.objects.filter(targets__isnull=False).distinct().order_by("-year_from", "code"))
    return sorted(rows, key=lambda row: not row.year_from <= year <= row.year_to)


def _years(request: HttpRequest, programme: Programme | None) -> tuple[int, int, int | None]:
    """First and last budget year shown, and the single year chosen."""
    this_year = clock.today().year
    first = programme.year_from if programme else this_year
    last = programme.year_to if programme else this_year
    asked = _year_in(request.GET.get("year", ""))
    return (first, last, None) if asked is None else (asked, asked, asked)


def _year_in(text: str) -> int | None:
    """A year as four digits that can mean one; None for anything else."""
    return int(text) if re.fullmatch(r"(199\d|20\d\d)", text, re.ASCII) else None


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    programmes = _programmes(user)
    chosen = next((row for row in programmes if row.code == request.GET.get("programme")), None)
    programme = chosen or (programmes[0] if programmes else None)
    first, last, year = _years(request, programme)
    today = clock.today()
    seen = Project.objects.visible_to(user)
    figures = summary(Area.objects.values("pk"), first, last, sight=seen.values("pk"))
    lines = overview.by_place(user, first, last, today)
    all_years = seen.filter(decided_on__isnull=False).order_by("-year").values_list("year", flat=True).distinct()
    context = {
        "programme": programme,
        "programmes": programmes,
        "year": year,
        "years": sorted({*all_years}, reverse=True),
        "first": first,
        "last": last,
        "figures": overview.linked(figures, first, last),
        "mobilised": overview.mobilised(user, first, last),
        "lines": lines,
        "activities": overview.by_activity(user, first, last),
        "supported": overview.Figures(first, last)(
            overview.supported(overview.behind(user, "projects", "", first, last), user).count(), "establishments"
        ),
        "drawing": overview.drawn(lines),
        "targets": overview.targets(programme, user, today) if programme else [],
    }
    return render(request, "home/dashboard.html", context)


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The projects behind one figure of the overview. What they add is the figure."""
    user = user_of(request)
    first, last = (_year_in(request.GET.get(name, "")) for name in ("from", "to"))
    figure, source = request.GET.get("figure", "projects"), request.GET.get("source", "")
    if first is None or last is None or source not in overview.FIGURES.get(figure, ()):
        raise Http404
    rows = overview.behind(user, figure, source, first, last)
    uid = request.GET.get("place", "")
    area = None
    if uid:
        area = get_object_or_404(Area, uid=uid)
        line_of = report_lines(clock.today())
        rows = rows.filter(area_id__in=[pk for pk, line in line_of.items() if line == area.pk])
    activity = None
    if request.GET.get("activity"):
        activity = get_object_or_404(Activity, code=request.GET["activity"][:40])
        doing = Project.activities.through.objects.filter(activity=activity)
        rows = rows.filter(pk__in=doing.values("project_id"))
    shown: Any = rows.select_related("area", "programme").order_by("-year", "code")
    if figure == "establishments":
        shown = overview.supported(rows, user).select_related("area")
    context = {
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "area": area,
        "activity": activity,
        "first": first,
        "last": last,
        "figure": figure,
        "counterpart": source == Source.COUNTERPART,
        "source": Source(source).label if source else "",
        "count": (count := shown.count()),
        "total": count if figure == "establishments" else rows.aggregate(total=Sum("amount"))["total"] or 0,
    }
    return render(request, "home/records.html", context)


@require_safe
def target(request: HttpRequest, target_id: int) -> HttpResponse:
    """What was achieved of one target, record by record."""
    user = user_of(request)
    row = get_object_or_404(Target.objects.select_related("programme", "indicator"), pk=target_id)
    cell = next(cell for found, cell in overview.achieved(row.programme, user, clock.today()) if found.pk == row.pk)
    lines: list[dict[str, Any]] = [
        {"line": line, "url": page_of(line.record)} for line in sorted(cell.lines, key=lambda line: str(line.on))
    ]
    context = {
        **overview.show_target(row, cell),
        "lines": lines,
        "training": overview.training_of(row, user, clock.today()),
    }
    return render(request, "home/target.html", context)


@require_safe
def money_effect(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A part of the approval inbox: the budgets before and after the project gets what it asks for."""
    user = user_of(request)
    project = project_of(user, public_id)
    part = getattr(request, "htmx", False)
    template = "home/_money_effect.html" if part else "home/money_effect.html"
    return render(request, template, {"project": project, "effects": effects(project, user)})


@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    """What an auditor asks for, by kind; `?kind=` lists all of one, `?year=` narrows to a budget year."""
    user = user_of(request)
    if not user.has_role(Role.AUDITOR, Role.LEADER):
        raise NotAllowed(_("Only an auditor or a leader of the department sees the cases to look at."))
    year = _year_in(request.GET.get("year", ""))
    only = next((kind for kind in cases.KINDS if kind.code == request.GET.get("kind")), None)
    groups = []
    for kind in (only,) if only else cases.KINDS:
        rows = cases.rows_of(kind, user, year)
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")) if only else None
        shown = list(page.object_list if page else rows[: cases.SHOWN])
        total = page.paginator.count if page else rows.count()
        groups.append(
            {
                "code": kind.code,
                "title": kind.title,
                "meaning": kind.meaning,
                "rows": [(row, kind.note(row)) for row in shown],
                "total": total,
                "more": total > len(shown) and not only,
                "page": page,
            }
        )
    seen = Project.objects.worked_on_by(user)
    decided = seen.filter(decided_on__isnull=False).select_related("programme", "area", "province").order_by("code")
    context = {
        "groups": groups,
        "only": only.code if only else "",
        "year": year,
        "years": seen.order_by("-year").values_list("year", flat=True).distinct(),
        "over": cases.over_norm(decided.filter(year=year)) if year and not only else None,
    }
    return render(request, "home/exceptions.html", context)


@require_safe
def damaged_files(request: HttpRequest) -> HttpResponse:
    """What is wrong with stored files, and how far their daily reading is."""
    may_administer(user_of(request)).require()
    page = Paginator(FileFault.objects.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    records = damage.records_of(page.object_list)
    context = {
        "page": page,
        "rows": [(fault, records.get(fault.name, [])) for fault in page.object_list],
        "damaged": FileFault.objects.exclude(what=FileFault.What.ORPHAN).count(),
        "reading": damage.reading(),
    }
    return render(request, "home/damaged_files.html", context)


NETWORK_COLUMNS = (
    sheets.Column(_lazy("Place"), lambda unit: unit.area.full_name, width=30),
    sheets.Column(_lazy("Covered by"), lambda unit: ", ".join(one.full_name for one, _since in unit.people), width=40),
    sheets.Column(_lazy("Latest progress told"), lambda unit: unit.updated_on, "day"),
    sheets.Column(_lazy("Last report of the person"), lambda unit: unit.last_by_them, "day"),
    sheets.Column(_lazy("Last contact"), lambda unit: unit.contact_at and clock.local_day(unit.contact_at), "day"),
    sheets.Column(_lazy("Establishments"), lambda unit: unit.establishments, "number"),
    sheets.Column(_lazy("Projects"), lambda unit: unit.projects, "number"),
    sheets.Column(_lazy("under way"), lambda unit: unit.running, "number"),
)


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """Who covers each commune, or each district of before, on a day, and what there is in it."""
    user = user_of(request)
    if not (user.sight.province_ids | user.sight.administers_ids):
        raise NotAllowed(_("The network of collaborators is seen by those who work for the whole province."))
    form = NetworkFilter(request.GET)
    day = form.usable().get("on") or clock.today()
    units = coverage.units_on(user, day)
    if wanted := sheets.asked(request):
        return sheets.answer(
            wanted, "mang-luoi", _("Network of collaborators"), NETWORK_COLUMNS, units, about=form.in_words
        )
    context = {
        "form": form,
        "on": day,
        "units": units,
        "total": len(units),
        "covered": sum(1 for unit in units if unit.people),
        "gaps": sum(1 for unit in units if unit.gap),
        "may_give": may_administer(user) and day == clock.today(),
        "reads_staff": bool(staff_read_in(user)),
        "drawing": coverage.drawn(units),
        "works": bool(user.sight.province_ids),
    }
    return render(request, "home/network.html", context)
