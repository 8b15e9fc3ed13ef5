"""The figures of the overview, each with the records behind it, within what the person may see."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from funding.models import Account, LedgerEntry
from places.maps import commune_map
from places.models import Area
from places.services import report_lines
from programmes.models import Comparison, Programme, Target
from projects.models import Project
from reports.measures.frame import Cell
from reports.measures.targets import target_text, targets_done

# Upper ends of the shades of the map, in projects.
SHADES = (0, 1, 3, 6)


@dataclass
class Line:
    """One place, its projects and their money, in đồng."""

    area: Area
    projects: int = 0
    approved: int = 0
    paid: int = 0


def decided(user: User, first: int, last: int) -> "QuerySet[Project]":
    """Projects with a decision that the person may see: of these years, or with money of these budget years."""
    money = LedgerEntry.objects.filter(project=OuterRef("pk"), budget__year__range=(first, last))
    rows: QuerySet[Project] = (
        Project.objects.visible_to(user)
        .filter(decided_on__isnull=False)
        .filter(Q(year__range=(first, last)) | Exists(money))
    )
    return rows


def money_of(projects: "QuerySet[Project]", first: int, last: int) -> dict[int, dict[str, int]]:
    """{project: {"allocated": đồng, "paid": đồng}}, net, of these budget years, as `summary` counts it."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: {"allocated": 0, "paid": 0})
    rows = (
        LedgerEntry.objects.filter(
            project__in=projects.values("pk"),
            account__in=[Account.ALLOCATED, Account.PAID],
            budget__year__range=(first, last),
        )
        .order_by()
        .values_list("project", "account")
        .annotate(total=Sum("amount_vnd"))
    )
    for project, account, total in rows:
        sums[project][account] = total
    return sums


def by_place(user: User, first: int, last: int, on: dt.date) -> list[Line]:
    """Every project in exactly one line: the unit of `on` it lies in, or the former unit where that was divided."""
    projects = decided(user, first, last)
    money = money_of(projects, first, last)
    line_of = report_lines(on)
    found: dict[int, list[int]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    for pk, area_id, year in projects.order_by().values_list("pk", "area_id", "year"):
        found[line_of[area_id]].append(pk)
        counts[line_of[area_id]] += first <= year <= last
    areas = Area.objects.in_bulk(list(found))
    lines = [
        Line(
            areas[area_id],
            counts[area_id],
            sum(money[pk]["allocated"] for pk in ids),
            sum(money[pk]["paid"] for pk in ids),
        )
        for area_id, ids in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.projects, line.area.folded))


def shade(projects: int) -> int:
    """0 to 4: how dark a place is drawn."""
    return sum(1 for end in SHADES if projects > end)


def drawn(lines: list[Line]) -> dict[str, Any] | None:
    """The communes of today with their number of projects, or None where there is no map of the province."""
    drawing = commune_map()
    if drawing is None:
        return None
    known = {line.area.uid: line for line in lines}
    shapes = []
    for shape in drawing.shapes:
        line = known.get(shape.uid)
        count = line.projects if line else 0
        shapes.append({"shape": shape, "count": count, "shade": shade(count)})
    on_map = {shape.uid for shape in drawing.shapes}
    return {
        "width": drawing.width,
        "height": drawing.height,
        "shapes": shapes,
        "elsewhere": [line for line in lines if line.area.uid not in on_map],
    }


def targets(programme: Programme, user: User, until: dt.date) -> list[dict[str, Any]]:
    """Each target with what was achieved since the programme began, and how much of it that is."""
    areas = list(Project.objects.visible_to(user).order_by().values_list("area_id", flat=True).distinct())
    return [show_target(target, cell) for target, cell in targets_done(programme, areas, until)]


def show_target(target: Target, cell: Cell) -> dict[str, Any]:
    rate = None
    if cell.status == "reported" and target.low and not isinstance(cell.value, str) and cell.value is not None:
        rate = int(100 * cell.value / target.low)
    return {
        "target": target,
        "words": target_text(target),
        "exact": target.comparison == Comparison.EXACT,
        "cell": cell,
        "rate": rate,
    }
