"""The figures of the overview, each with the records behind it, within what the person may see."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.urls import reverse

from accounts.models import User
from clusters.models import Cluster
from clusters.services import with_works
from core.models import Source
from enterprises.models import Enterprise
from funding.models import Account, LedgerEntry
from funding.resources import of_years, sums_of
from places.maps import commune_map
from places.models import Area
from places.services import report_lines
from programmes.models import Activity, Comparison, Method, Programme, Target
from projects.models import DecisionMoney, Project
from reports.measures.frame import Cell
from reports.measures.records import Records
from reports.measures.targets import Done, beginning, target_text, targets_done
from training.counting import counts, towards
from training.models import CountUnit, TrainingClass

# Upper ends of the shades of the map, in projects.
SHADES = (0, 1, 3, 6)


@dataclass
class Line:
    """One place, its projects and their money, in đồng."""

    area: Area
    projects: int = 0
    approved: int = 0
    paid: int = 0
    years: tuple[int, int] = (0, 0)

    @property
    def linked(self) -> dict[str, "Figure"]:
        make = Figures(*self.years, place=self.area.uid)
        return {name: make(getattr(self, name), name) for name in ("projects", "approved", "paid")}


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


# What a figure of the overview counts, and of which source it may be asked for.
FIGURES = {
    "projects": ("",),
    "establishments": ("",),
    "approved": ("", Source.NATIONAL, Source.LOCAL, Source.COUNTERPART),
    "paid": ("", Source.NATIONAL, Source.LOCAL),
}
_ACCOUNTS = {"approved": Account.ALLOCATED, "paid": Account.PAID}


def behind(user: User, figure: str, source: str, first: int, last: int) -> "QuerySet[Project]":
    """The projects whose `amount` adds up to a figure: 1 each, or đồng of these budget years (None: no such money)."""
    rows = decided(user, first, last)
    if figure in ("projects", "establishments"):
        return rows.filter(year__range=(first, last)).annotate(amount=Value(1))
    if source == Source.COUNTERPART:
        money: QuerySet[Any] = DecisionMoney.objects.filter(source=source, decision__project=OuterRef("pk"))
        rows, path = rows.filter(year__range=(first, last)), "decision__project"
    else:
        money = LedgerEntry.objects.filter(
            project=OuterRef("pk"), account=_ACCOUNTS[figure], budget__year__range=(first, last)
        )
        money, path = money.filter(budget__source=source) if source else money, "project"
    total = money.order_by().values(path).annotate(total=Sum("amount_vnd")).values("total")
    return rows.annotate(amount=Subquery(total, output_field=BigIntegerField())).filter(amount__isnull=False)


def mobilised(user: User, first: int, last: int) -> dict[str, Any] | None:
    """Promised and received of resources that are no public money, for these budget years, with the list that adds up
    to both; None where nothing was promised. What decisions say of counterpart is another figure (`behind`)."""
    sums = sums_of(of_years(user, first, last))
    url = f"{reverse('funding:pledges')}?{urlencode({'first': first, 'last': last})}"
    return {"sums": sums, "url": url} if sums.count else None


def supported(projects: "QuerySet[Project]", user: User) -> "QuerySet[Enterprise]":
    """The establishments that these projects support, each once, with how many of them do."""
    rows: QuerySet[Enterprise] = (
        Enterprise.objects.visible_to(user)
        .filter(projects__in=projects.values("pk"))
        .annotate(amount=Count("projects", distinct=True))
        .order_by("folded", "id")
    )
    return rows


def by_activity(user: User, first: int, last: int) -> list[dict[str, Any]]:
    """Each activity with its projects and the establishments they support. Rows overlap: a project may do several
    things."""
    projects = behind(user, "projects", "", first, last).order_by().values("pk")
    owned = Project.beneficiaries.through.objects.filter(
        project__in=projects, enterprise__in=Enterprise.objects.visible_to(user).values("pk")
    )
    owners: dict[int, set[int]] = defaultdict(set)
    for project, enterprise in owned.values_list("project_id", "enterprise_id"):
        owners[project].add(enterprise)
    found: dict[int, list[int]] = defaultdict(list)
    doing = Project.activities.through.objects.filter(project__in=projects)
    for kind, project in doing.values_list("activity_id", "project_id"):
        found[kind].append(project)
    lines = []
    for activity in Activity.objects.filter(pk__in=list(found)).order_by("group__code", "id"):
        make = Figures(first, last, activity=activity.code)
        count = len(set().union(*(owners[pk] for pk in found[activity.pk])))
        lines.append(
            {
                "activity": activity,
                "projects": make(len(found[activity.pk]), "projects"),
                "establishments": make(count, "establishments"),
            }
        )
    return lines


@dataclass(frozen=True)
class Figure:
    """A number of the overview with the address of the list that adds up to it. None: not reported."""

    value: int | None
    url: str


class Figures:
    """Figures of one range of budget years, and of one place or activity if given."""

    def __init__(self, first: int, last: int, place: str = "", activity: str = "") -> None:
        narrowed = {"place": place, "activity": activity}
        self.query = {"from": first, "to": last, **{name: value for name, value in narrowed.items() if value}}

    def __call__(self, value: int | None, figure: str, source: str = "") -> Figure:
        query = {**self.query, "figure": figure, **({"source": source} if source else {})}
        return Figure(value, f"{reverse('home:records')}?{urlencode(query)}")

    def money(self, amounts: dict[str, int | None], figure: str) -> dict[str, Figure]:
        """Of the shape of reports.measures.money.money_shape."""
        return {
            source or "support": self(amounts[f"{source or 'support'}_vnd"], figure, source)
            for source in FIGURES[figure]
        }


def linked(figures: dict[str, Any], first: int, last: int) -> dict[str, Any]:
    """What `summary` gives, each number with its list."""

    def one(row: dict[str, Any], make: Figures) -> dict[str, Any]:
        return {
            "projects": make(row["projects"], "projects"),
            "approved": make.money(row["approved"], "approved"),
            "paid": make.money(row["paid"], "paid"),
        }

    years = [{"year": row["year"], **one(row, Figures(row["year"], row["year"]))} for row in figures["by_year"]]
    return {**one(figures, Figures(first, last)), "by_year": years}


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
            (first, last),
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
        url = line.linked["projects"].url if line else ""
        shapes.append({"shape": shape, "count": count, "shade": shade(count), "url": url})
    on_map = {shape.uid for shape in drawing.shapes}
    return {
        "width": drawing.width,
        "height": drawing.height,
        "shapes": shapes,
        "elsewhere": [line for line in lines if line.area.uid not in on_map],
    }


def targets(programme: Programme, user: User, until: dt.date) -> list[dict[str, Any]]:
    """Each target with what was achieved since the programme began, and how much of it that is."""
    rows = achieved(programme, user, until)
    return [{**show_target(target, cell), "told": told(target, user)} for target, cell in rows]


def told(target: Target, user: User) -> dict[str, Any] | None:
    """Of the target of cluster planning and infrastructure, which has no number of its own: how many clusters have
    works or projects, and the list that says which."""
    if target.indicator.code != "HT25_CCN_INFRA":
        return None
    count = with_works(Cluster.objects.visible_to(user)).count()
    return {"count": count, "url": f"{reverse('clusters:list')}?works=on"} if count else None


def achieved(programme: Programme, user: User, until: dt.date) -> list[tuple[Target, Cell]]:
    """From the projects the person sees, and no others in the same places."""
    return targets_done(programme, (), until, done=_done(user, until))


def _done(user: User, until: dt.date) -> Done:
    seen = Project.objects.visible_to(user).order_by()
    records = Records("default", until, user=user)
    return Done("default", seen.values("area_id"), until, sight=seen.values("pk"), records=records)


def training_of(target: Target, user: User, until: dt.date) -> dict[str, Any] | None:
    """Attendances and people of the classes that count towards a target, side by side; None where no class does."""
    rows = _done(user, until).classes_of(target.indicator, beginning(target.programme), until)
    counted = towards(target.indicator, until)
    if rows is None or counted is None:
        return None
    sums = counts(TrainingClass.objects.filter(pk__in=[row.pk for row in rows]))
    return {"sums": sums, "unit": CountUnit(counted.unit).label, "code": target.indicator.code}


def show_target(target: Target, cell: Cell) -> dict[str, Any]:
    rate = None
    computed = target.indicator.method == Method.COMPUTED  # there is no percentage of a percentage entered
    if computed and target.low and isinstance(cell.value, int | Decimal):
        rate = int(100 * cell.value / target.low)
    return {
        "target": target,
        "words": target_text(target, target.words_before),
        "exact": target.comparison == Comparison.EXACT,
        "cell": cell,
        "rate": rate,
    }
