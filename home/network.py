"""Who covers which unit, and how much there is in it: the network of collaborators on a day."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from accounts.models import Grant, User
from accounts.roles import Role
from coordination.exchange import last_contact
from coordination.models import Thread
from enterprises.models import Enterprise
from places.maps import commune_map
from places.models import Area, AreaClosure, Level
from places.services import report_lines
from projects.models import OPEN_FOR_PROGRESS, ProgressUpdate, Project


@dataclass
class Unit:
    """`people`: who covers it, with the first day. `updated_on`: the day of the latest progress told of a project in
    it; None: none was told. `contact_at`: the last message of the exchange on it."""

    area: Area
    people: list[tuple[User, dt.date]] = field(default_factory=list)
    establishments: int = 0
    projects: int = 0
    running: int = 0
    updated_on: dt.date | None = None
    contact_at: dt.datetime | None = None
    last_by: dict[int, dt.date] = field(default_factory=dict)  # person → the day of their own latest report, anywhere

    @property
    def last_by_them(self) -> dt.date | None:
        """The day on which somebody of those who cover it reported last."""
        return max(self.last_by.values(), default=None)

    @property
    def gap(self) -> bool:
        """Nobody covers it although there is something in it."""
        return not self.people and bool(self.establishments or self.running)


def units_on(user: User, day: dt.date) -> list[Unit]:
    """The communes of the day in the person's provinces, or the districts while there were any; gaps first, then by
    name."""
    below = AreaClosure.objects.filter(ancestor_id__in=user.sight.province_ids | user.sight.administers_ids)
    rows = Area.objects.valid_on(day).filter(pk__in=below.values("area_id")).order_by("folded", "uid")
    districts = list(rows.filter(level=Level.DISTRICT))
    units = {row.pk: Unit(row) for row in districts or rows.filter(level=Level.COMMUNE)}
    unit_of = _below(units, day) if districts else report_lines(day)
    _people(units, day)
    _counts(user, units, unit_of)
    return sorted(units.values(), key=lambda unit: (not unit.gap, bool(unit.people), unit.area.folded))


def _below(units: dict[int, Unit], day: dt.date) -> dict[int, int]:
    """{unit of the time: its district}; what lies in none is left out."""
    found = {}
    for link in AreaClosure.objects.filter(ancestor__in=units):
        if (link.valid_from is None or link.valid_from <= day) and (link.valid_to is None or link.valid_to >= day):
            found[link.area_id] = link.ancestor_id
    return found


def _people(units: dict[int, Unit], day: dt.date) -> None:
    grants: dict[int, list[Grant]] = defaultdict(list)
    for grant in (
        Grant.objects.valid_on(day).filter(role=Role.COLLABORATOR, user__is_active=True).select_related("user")
    ):
        if grant.area_id is not None:
            grants[grant.area_id].append(grant)
    links = AreaClosure.objects.filter(ancestor__in=grants, area__in=units).values_list("ancestor_id", "area_id")
    for ancestor, area in links:
        units[area].people += [(grant.user, grant.valid_from) for grant in grants[ancestor]]
    people = {person.pk for unit in units.values() for person, _since in unit.people}
    said = ProgressUpdate.objects.filter(reported_by__in=people, recorded_on__lte=day).order_by()
    last = dict(said.values_list("reported_by").annotate(last=Max("recorded_on")))
    for unit in units.values():
        unit.last_by = {person.pk: last[person.pk] for person, _since in unit.people if person.pk in last}


def _counts(user: User, units: dict[int, Unit], unit_of: dict[int, int]) -> None:
    def put(name: str, counted: Counter[int]) -> None:
        for area, count in counted.items():
            unit = units.get(unit_of.get(area, 0))
            if unit is not None:
                setattr(unit, name, getattr(unit, name) + count)

    # An administrator sees no project, but finds somebody for each unit: how many there are is told to them too.
    administered = {"province_id__in": user.sight.administers_ids}
    firms = Enterprise.objects.visible_to(user) | Enterprise.objects.filter(**administered)
    put("establishments", Counter(firms.order_by().values_list("area_id", flat=True)))
    projects = (Project.objects.visible_to(user) | Project.objects.filter(**administered)).order_by()
    projects = projects.filter(decided_on__isnull=False)
    put("projects", Counter(projects.values_list("area_id", flat=True)))
    put("running", Counter(projects.filter(state__in=OPEN_FOR_PROGRESS).values_list("area_id", flat=True)))
    told = ProgressUpdate.objects.filter(project__in=projects.values("pk")).exclude(state="returned").order_by()
    for area, last in told.values_list("project__area_id").annotate(last=Max("on")):
        unit = units.get(unit_of.get(area, 0))
        if unit is not None:
            unit.updated_on = max(last, unit.updated_on or last)

    for area, at in last_contact(Thread.objects.visible_to(user)).items():
        unit = units.get(unit_of.get(area, 0))
        if unit is not None:
            unit.contact_at = max(at, unit.contact_at or at)


def drawn(units: list[Unit]) -> dict[str, Any] | None:
    """The communes of today: covered, a gap, or nothing to cover. None where there is no map of them."""
    drawing = commune_map()
    known = {unit.area.uid: unit for unit in units}
    if drawing is None or not any(shape.uid in known for shape in drawing.shapes):
        return None
    shapes = []
    for shape in drawing.shapes:
        unit = known.get(shape.uid)
        shade = 0 if unit is None else 3 if unit.people else 4 if unit.gap else 0
        shapes.append({"shape": shape, "unit": unit, "shade": shade})
    return {"width": drawing.width, "height": drawing.height, "shapes": shapes}
