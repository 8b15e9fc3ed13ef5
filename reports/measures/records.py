"""Indicators counted from records of their own: brands, selections, clusters.

Some of them were reported by projects before there were such records, and may still be. What is told twice counts once,
and the record wins:

- HT25_BRAND, BRAND_EST: a project with brands of its own counts by them; the result another project reported stays.
- HT25_VOTE, REGIONAL_ENTRIES: a province and year with a round of the level counts by it; results of projects of other
  provinces and years stay.
- HT25_CCN: only clusters say it; no project reports it.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import User
from clusters.models import Cluster
from clusters.services import rate, standings
from products.models import DECIDED, Brand, Product, SelectionEntry, SelectionRound
from products.services import supported_brands
from reports.measures.frame import Cell, Line, missing, percent, total
from reports.models import EnteredFigure, Nature

PROVINCIAL, REGIONAL = "PROVINCIAL", "REGIONAL"  # codes of data/selection_levels.csv
ONE = Decimal(1)


@dataclass(frozen=True)
class Told:
    """A result that a project reported: which one (its id, province and year), as of when, and the record."""

    project: int
    province: int
    year: int
    counts_on: dt.date
    line: Line


class Records:
    """What lies in `area_ids` (None: anywhere) and, where there is a `user`, what this person sees of it."""

    def __init__(self, db: str, until: dt.date, *, area_ids: Any = None, user: User | None = None) -> None:
        self.db, self.area_ids, self.until, self.user = db, area_ids, until, user
        self._of: dict[str, Callable[[list[Told], dt.date, dt.date], Cell | None]] = {
            "HT25_BRAND": lambda told, first, last: self._branded(told, first, last, "product"),
            "BRAND_EST": lambda told, first, last: self._branded(told, first, last, "establishment"),
            "HT25_VOTE": self._rounds,
            "REGIONAL_ENTRIES": self._regional_entries,
            "HT25_CCN": self._treating,
        }

    def cell(self, code: str, told: list[Told], first: dt.date, last: dt.date) -> Cell | None:
        """The figure of an indicator over days (HT25_CCN: as of the last), with what projects reported of it (`told`,
        of the same days). None where no record has a say: then what projects reported is all there is."""
        count = self._of.get(code)
        return count(told, first, last) if count is not None else None

    def entered(self, measure: str, province_id: int) -> list[EnteredFigure] | None:
        """Official figures of a measure by hand, as far as the person sees them. None where less than the province is
        asked about: of a part of it there is none."""
        if self.area_ids is not None and province_id not in set(self.area_ids):
            return None
        rows = EnteredFigure.objects.using(self.db).current().filter(measure=measure, province_id=province_id)
        if self.user is not None:
            rows = rows.filter(pk__in=EnteredFigure.objects.visible_to(self.user).values("pk"))
        return list(rows.filter(nature=Nature.OFFICIAL).select_related("period", "province").order_by("id"))

    # --- brands -------------------------------------------------------------------------------------------------------

    @cached_property
    def _brands(self) -> list[Brand]:
        """Brands filed or further and supported by a project, in the order of counting."""
        rows = supported_brands(Brand.objects.using(self.db)).filter(counts_on__lte=self.until)
        if self.user is not None:
            rows = rows.filter(product__in=Product.objects.visible_to(self.user).values("pk"))
        if self.area_ids is not None:
            rows = rows.filter(product__enterprise__area_id__in=self.area_ids)
        return list(rows.select_related("product__enterprise__area", "project").order_by("counts_on", "id"))

    def _branded(self, told: list[Told], first: dt.date, last: dt.date, unit: str) -> Cell | None:
        """Each product, or each establishment, once: on the day its first supported brand counts."""
        lines, known = [], set()
        for brand in self._brands:
            product = brand.product
            key = product.pk if unit == "product" else product.enterprise_id
            if key in known:
                continue
            known.add(key)
            if brand.counts_on is not None and first <= brand.counts_on <= last:
                name = product.name if unit == "product" else product.enterprise.name
                lines.append(
                    Line(
                        f"/api/v1/products/{product.public_id}/",
                        f"{name} · {brand.name}",
                        product.enterprise.area.full_name,
                        brand.filed_on,
                        ONE,
                    )
                )
        own = {brand.project_id for brand in self._brands}
        return _with(lines, [one for one in told if one.project not in own], told)

    # --- selections ---------------------------------------------------------------------------------------------------

    def _rounds_of(self, level: str) -> Any:
        rows = SelectionRound.objects.using(self.db).filter(level__code=level)
        if self.user is not None:
            rows = rows.filter(pk__in=SelectionRound.objects.visible_to(self.user).values("pk"))
        return rows if self.area_ids is None else rows.filter(province_id__in=self.area_ids)

    def _rounds(self, told: list[Told], first: dt.date, last: dt.date) -> Cell | None:
        """Selections of the province whose results are decided."""
        rows = self._rounds_of(PROVINCIAL).filter(state__in=DECIDED, counts_on__lte=self.until)
        known = set()
        lines = []
        for row in rows.select_related("province").order_by("counts_on", "id"):
            known.add((row.province_id, row.year))
            if first <= row.counts_on <= last:
                lines.append(
                    Line(
                        f"/api/v1/selection-rounds/{row.public_id}/",
                        row.name,
                        row.province.full_name,
                        row.result_on,
                        ONE,
                    )
                )
        return _with(lines, _of_other_years(told, known), told)

    def _regional_entries(self, told: list[Told], first: dt.date, last: dt.date) -> Cell | None:
        """Products entered for the selection of the region, by the day of their entry."""
        rounds = self._rounds_of(REGIONAL)
        entries = SelectionEntry.objects.using(self.db).filter(
            round__in=rounds.values("pk"), counts_on__range=(first, last)
        )
        if self.user is not None:
            entries = entries.filter(product__in=Product.objects.visible_to(self.user).values("pk"))
        lines = [
            Line(
                f"/api/v1/selection-rounds/{entry.round.public_id}/",
                f"{entry.product.name} · {entry.product.enterprise.name}",
                entry.product.enterprise.area.full_name,
                entry.registered_on,
                ONE,
            )
            for entry in entries.select_related("round", "product__enterprise__area").order_by("counts_on", "id")
        ]
        with_entries = rounds.filter(entries__counts_on__lte=self.until)
        known = set(with_entries.values_list("province", "year"))
        return _with(lines, _of_other_years(told, known), told)

    # --- clusters -----------------------------------------------------------------------------------------------------

    def _treating(self, told: list[Told], first: dt.date, last: dt.date) -> Cell:
        """Operating clusters with central wastewater treatment in operation ÷ operating clusters that said whether they
        have it × 100, as of the last day. Those that have not reported are expected and neither yes nor no; those it
        does not apply to are left out."""
        rows = Cluster.objects.using(self.db)
        if self.user is not None:
            rows = rows.filter(pk__in=Cluster.objects.visible_to(self.user).values("pk"))
        if self.area_ids is not None:
            there = Q(province_id__in=self.area_ids) | Q(clustercommune_rows__area_id__in=self.area_ids)
            rows = rows.filter(there)
        found = rate(standings(rows.distinct().select_related("province"), last, db=self.db))
        reported = len(found.treating) + len(found.not_treating)
        expected = reported + len(found.not_reported)
        if not reported:
            return missing(expected)
        lines = [
            Line(
                f"/api/v1/clusters/{one.cluster.public_id}/",
                f"{one.cluster.code} {one.cluster.name}",
                one.cluster.province.full_name,
                one.wastewater.on if one.wastewater else None,
                Decimal(bool(one.treats)),
            )
            for one in (*found.not_treating, *found.treating)
        ]
        return percent(total(lines, reported, expected), reported)


def _of_other_years(told: Iterable[Told], known: set[tuple[int, int]]) -> list[Told]:
    return [one for one in told if (one.province, one.year) not in known]


def _with(lines: list[Line], kept: list[Told], told: list[Told]) -> Cell | None:
    """Records and what projects reported beside them, as one figure; missing where the records take everything away."""
    if not lines and len(kept) == len(told):
        return None
    every = [*lines, *(one.line for one in kept)]
    return total(every) if every else missing()
