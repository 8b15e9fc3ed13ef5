"""What a file needs: the papers of its steps in force on a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from core.models import Source
from places.models import Area
from programmes.models import Activity, NeededPaper
from programmes.rules import codes_of, said


@dataclass
class Needed:
    """The papers of one step, for one source of money."""

    source: str
    step: str
    rows: list[NeededPaper] = field(default_factory=list)

    @property
    def label(self) -> str:
        return said("needed_for", self.step)

    @property
    def source_label(self) -> str:
        return str(Source(self.source).label)


def papers_for(
    activities: Iterable[Activity], province: Area | None, on: dt.date, sources: Iterable[str] | None = None
) -> list[Needed]:
    """What a file with these activities needs, by source and step in their order; those of the province too."""
    chosen = list(activities)
    about = Q(activity__isnull=True, group__isnull=True) | Q(activity__in=chosen)
    about |= Q(group__in={activity.group_id for activity in chosen})
    here = Q(area__isnull=True) if province is None else Q(area__isnull=True) | Q(area=province)
    rows = NeededPaper.objects.valid_on(on).filter(about, here).select_related("activity", "group").in_order()
    if sources is not None:
        rows = rows.filter(source__in=list(sources))
    found: dict[tuple[str, str], Needed] = {}
    for row in rows:
        key = (row.source, row.needed_for)
        found.setdefault(key, Needed(*key)).rows.append(row)
    order = list(codes_of("needed_for"))
    last = len(order)

    def place(part: Needed) -> tuple[str, int]:
        return part.source, order.index(part.step) if part.step in order else last

    return sorted(found.values(), key=place)
