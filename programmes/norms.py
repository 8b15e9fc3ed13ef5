"""How much support a norm allows: the lower of a percentage of the eligible cost and an amount per unit.

Norms are dated rows (`SupportNorm`) for a source and, for local money, a province. A row can be a multiple of another
one: a technology line has 1.5 times the amount of machines (Circular 28/2018/TT-BTC, Article 8).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import Source, Verified
from places.models import Area, AreaClosure
from programmes.models import Activity, PriorityCoefficient, SupportNorm


class CapScope(models.TextChoices):
    """What the amount of a norm counts for, as its text says (`SupportNorm.cap_scope`)."""

    PROJECT = "project", _("each project anew")
    ESTABLISHMENT = "establishment", _("an establishment over time, from the source of the norm")
    ESTABLISHMENT_ALL = "establishment_all", _("an establishment over time, from national and local money together")
    UNKNOWN = "unknown", _("not known: its text was not seen")


@dataclass(frozen=True)
class NormFound:
    """What holds for an activity. `norm` None: there is none for this source, place and day; then `reference`, the
    national one of the day, may be shown for orientation and nothing is measured by it."""

    activity: Activity
    norm: SupportNorm | None
    reference: SupportNorm | None = None
    base: SupportNorm | None = None  # what the norm is a multiple of

    @property
    def amount_vnd(self) -> int | None:
        """The amount per unit, in đồng; None where the norm sets none."""
        if self.norm is None:
            return None
        if self.base is not None and self.base.ceiling_amount_vnd is not None and self.norm.multiplier is not None:
            return int(self.base.ceiling_amount_vnd * self.norm.multiplier)
        amount: int | None = self.norm.ceiling_amount_vnd
        return amount

    @property
    def percent(self) -> Decimal | None:
        """Of the eligible cost; None where the norm sets none."""
        return None if self.norm is None else self.norm.ceiling_percent

    @property
    def scope(self) -> CapScope:
        """What the amount counts for; what the data do not say is not known."""
        known = self.norm is not None and self.norm.cap_scope in CapScope.values
        return CapScope(self.norm.cap_scope) if known and self.norm else CapScope.UNKNOWN

    @property
    def verified(self) -> bool:
        """Whether every part of it was seen in its source. One that was not warns and refuses nothing."""
        return self.norm is not None and self.norm.verified == Verified.YES

    def most_vnd(
        self,
        eligible_cost_vnd: int | None,
        units: int = 1,
        coefficient: Decimal = Decimal(1),
        used_vnd: Mapping[int, int] | None = None,
    ) -> int | None:
        """The most support, in đồng, rounded down. `units`: models, establishments, … that share in it;
        `coefficient`: of priority, raises the amount per unit; `used_vnd`: by unit what was given of its amount before.
        None where the norm sets nothing that can be computed: no norm, or a percentage of a cost that is not known and
        no amount."""
        amount, percent = self.amount_vnd, self.percent
        limits = []
        if amount is not None:
            each = amount * coefficient
            used = sum((min(Decimal(vnd), each) for vnd in (used_vnd or {}).values()), Decimal(0))
            limits.append((each * units - used).to_integral_value(ROUND_FLOOR))
        if percent is not None and eligible_cost_vnd is not None:
            limits.append((eligible_cost_vnd * percent / 100).to_integral_value(ROUND_FLOOR))
        return int(min(limits)) if limits else None


@dataclass(frozen=True)
class Priority:
    """The coefficient that raises the amount per unit, with its rule."""

    rule: PriorityCoefficient

    @property
    def coefficient(self) -> Decimal:
        return Decimal(self.rule.coefficient)

    @property
    def verified(self) -> bool:
        return self.rule.verified == Verified.YES


def priority_for(found: NormFound, province: Area, area: Area, on: dt.date) -> Priority | None:
    """The priority in force on the day for the norm and the place; of several the highest, never one on the other.
    None where no row says so."""
    if found.norm is None:
        return None
    around = AreaClosure.objects.filter(area=area).values("ancestor")
    rows = PriorityCoefficient.objects.valid_on(on).filter(
        Q(area__isnull=True) | Q(area=province),
        Q(place__isnull=True) | Q(place__in=around),
        norm_code__in=("", found.norm.code),
        source=found.norm.source,
    )
    rule = rows.order_by("-coefficient", "pk").first()
    return None if rule is None else Priority(rule)


def norm_for(activity: Activity, source: str, province: Area, on: dt.date) -> NormFound:
    """The norm in force on the day for the activity, the source of money and, if that is local, the province."""
    if not activity.norm_code:
        return NormFound(activity, None)
    national = _in_force(activity.norm_code, on, source=Source.NATIONAL)
    if source == Source.NATIONAL:
        norm = national
    else:
        norm = _in_force(activity.norm_code, on, source=Source.LOCAL, area=province)
    if norm is None or (norm.ceiling_amount_vnd is None and norm.ceiling_percent is None and not norm.multiplier_of):
        return NormFound(activity, None, reference=national if source != Source.NATIONAL else None)
    base = None
    if norm.multiplier_of:
        same: dict[str, Any] = {"source": norm.source, "area": norm.area}
        base = _in_force(norm.multiplier_of, on, **same)
    return NormFound(activity, norm, base=base)


def _in_force(code: str, on: dt.date, **where: Any) -> SupportNorm | None:
    rows = SupportNorm.objects.filter(code=code, **where).valid_on(on)
    found: SupportNorm | None = rows.order_by(F("valid_from").desc(nulls_last=True), "pk").first()
    return found
