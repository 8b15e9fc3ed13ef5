"""Who could, knows of, asked for and got each content of support, in a year. Establishments are counted, each once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core import clock
from enterprises.eligibility import refused_kinds
from enterprises.models import Enterprise
from outreach.models import Advice, Need, Policy, Reached
from places.models import Area, AreaClosure
from places.services import report_lines
from programmes.models import Activity
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

COLUMNS = ("eligible", "informed", "asked", "supported")


@dataclass
class Uptake:
    """The establishments (ids) of each column for one content."""

    activity: Activity
    eligible: set[int] = field(default_factory=set)
    informed: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    supported: set[int] = field(default_factory=set)

    @property
    def unused(self) -> bool:
        return not (self.asked or self.supported)


class Matrix:
    """Everything of a year the person sees, in a constant number of queries.

    Eligible: of a kind that no verified rule of the year's end refuses, and of the kinds and communes of the published
    policies that name the content, where any does.
    Informed: told in the year of a policy that names it, or of one that names no content in particular. Asked: a need
    of a survey round of the year, or advice of the year that led to a project with it. Supported: beneficiary of a
    project of the budget year with a decision. Contents without beneficiaries (tasks of the office) are left out.
    """

    def __init__(self, user: "User", year: int, area: Area | None = None) -> None:
        self.year = year
        rows = Enterprise.objects.visible_to(user)
        if area is not None:
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=area).values("area_id"))
        self.places: dict[int, int] = {}
        kinds: dict[int, str] = {}
        for pk, area_id, kind in rows.values_list("pk", "area_id", "kind").order_by():
            self.places[pk], kinds[pk] = area_id, kind
        found = Activity.objects.filter(needs_beneficiary=True).order_by("group__code", "id")
        self.rows = {row.pk: Uptake(row) for row in found}
        self._eligible(user, kinds)
        self._informed(user)
        self._asked(user)
        self._supported(user)

    def _put(self, column: str, pairs: Iterable[tuple[int | None, int | None]]) -> None:
        """(content, establishment) pairs; a content of None is all of them."""
        for activity, enterprise in pairs:
            if enterprise not in self.places:
                continue
            for row in self.rows.values() if activity is None else filter(None, [self.rows.get(activity)]):
                getattr(row, column).add(enterprise)

    def _eligible(self, user: "User", kinds: dict[int, str]) -> None:
        policies = Policy.objects.visible_to(user).public().prefetch_related("activities", "communes")
        below: dict[int, set[int]] = defaultdict(set)
        named: dict[int, list[Policy]] = defaultdict(list)
        for policy in policies:
            for activity in policy.activities.all():
                named[activity.pk].append(policy)
        wanted = {area.pk for rows in named.values() for policy in rows for area in policy.communes.all()}
        for ancestor, area in AreaClosure.objects.filter(ancestor_id__in=wanted).values_list("ancestor_id", "area_id"):
            below[ancestor].add(area)
        refused = refused_kinds(dt.date(self.year, 12, 31), None)
        kinds = {one: kind for one, kind in kinds.items() if kind not in refused}
        for pk, row in self.rows.items():
            if pk not in named:
                row.eligible = set(kinds)
                continue
            for policy in named[pk]:
                places = set().union(*(below[area.pk] for area in policy.communes.all()))
                row.eligible |= {
                    one
                    for one, kind in kinds.items()
                    if (not policy.kinds or kind in policy.kinds)
                    and (not policy.communes.all() or self.places[one] in places)
                }

    def _informed(self, user: "User") -> None:
        told = Reached.objects.visible_to(user).filter(on__year=self.year)
        self._put(
            "informed", told.filter(policy__isnull=False).values_list("policy__activities", "enterprise_id").distinct()
        )

    def _asked(self, user: "User") -> None:
        needs = Need.objects.visible_to(user).live().filter(sheet__round__starts_on__year=self.year)
        self._put("asked", needs.values_list("activity_id", "enterprise_id"))
        advice = Advice.objects.visible_to(user).filter(asked_on__year=self.year, project__isnull=False)
        pairs = advice.values_list("project__activities", "enterprise_id")
        self._put("asked", ((activity, one) for activity, one in pairs if activity is not None))

    def _supported(self, user: "User") -> None:
        projects = Project.objects.visible_to(user).filter(decided_on__isnull=False, year=self.year)
        pairs = projects.values_list("activities", "beneficiaries")
        self._put("supported", ((activity, one) for activity, one in pairs if activity is not None))

    def in_order(self) -> list[Uptake]:
        """Contents nobody asked for or got stand first."""
        return sorted(self.rows.values(), key=lambda row: not row.unused)

    def by_commune(self, activity: Activity) -> list[tuple[Area, dict[str, int]]]:
        """The four numbers of one content by commune of today, those with fewest supported first."""
        row, line = self.rows[activity.pk], report_lines(clock.today())
        counts: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
        for column in COLUMNS:
            for one in getattr(row, column):
                counts[line[self.places[one]]][column] += 1
        areas: dict[int, Any] = Area.objects.in_bulk(list(counts))
        found = [(areas[pk], numbers) for pk, numbers in counts.items()]
        return sorted(found, key=lambda pair: (pair[1]["supported"], pair[1]["asked"], pair[0].folded))
