"""How much of the approved support may be advanced: tiers are dated data (`AdvanceTier`)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Q

from core.models import Verified
from places.models import Area
from programmes.models import Activity, AdvanceTier


@dataclass(frozen=True)
class AdvanceLimit:
    """What holds for a project: the tiers of its activities. `percent` None: for one of them there is no tier, and
    nothing is measured."""

    tiers: tuple[AdvanceTier, ...]
    percent: Decimal | None

    @property
    def verified(self) -> bool:
        return self.percent is not None and all(tier.verified == Verified.YES for tier in self.tiers)

    def most_vnd(self, approved_vnd: int) -> int | None:
        """The most that may be advanced of what was approved, in đồng, rounded down."""
        if self.percent is None:
            return None
        return int((approved_vnd * self.percent / 100).to_integral_value(ROUND_FLOOR))


def advance_limit(activities: Sequence[Activity], source: str, province: Area, on: dt.date) -> AdvanceLimit:
    """Of each activity hold its own tiers, else those of its group, else those for all; of several activities the
    largest percentage, because the support is not divided between them."""
    rows = list(
        AdvanceTier.objects.filter(Q(area=province) | Q(area__isnull=True), source=source)
        .valid_on(on)
        .order_by("tier", "pk")
    )
    found: dict[int, AdvanceTier] = {}
    most: list[Decimal] = []
    for activity in activities:
        own = (
            [row for row in rows if row.activity_id == activity.pk]
            or [row for row in rows if row.group_id is not None and row.group_id == activity.group_id]
            or [row for row in rows if row.activity_id is None and row.group_id is None]
        )
        if not own:
            return AdvanceLimit((), None)
        found |= {row.pk: row for row in own}
        most.append(max(row.percent for row in own))
    return AdvanceLimit(tuple(found.values()), max(most) if most else None)
