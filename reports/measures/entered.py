"""Figures entered by hand: measures that are not counted, and estimates of those that are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar

from core import clock
from reports.measures.frame import Cell, Line, Scope, Status
from reports.measures.measure import MEASURES, Asked, Entry, ListedMeasure, Span, Total, Totals, whole
from reports.models import EnteredFigure, Nature


def path_of(row: EnteredFigure) -> str:
    return f"/api/v1/entered-figures/{row.public_id}/"


def words_of(row: EnteredFigure) -> str:
    return " · ".join(part for part in (row.origin, row.document_no) if part)


def tiles(rows: Iterable[EnteredFigure], span: Span, most: int) -> list[EnteredFigure]:
    """The figures whose periods fill the days of the span, longest first, at most so many; none where a day is left."""
    beginning = defaultdict(list)
    for row in rows:
        if row.period.data_to <= span.last:
            beginning[row.period.data_from].append(row)
    found: list[EnteredFigure] = []
    day = span.first
    while day <= span.last:
        here = beginning.get(day)
        if not here or len(found) == most:
            return []
        found.append(max(here, key=lambda row: (row.period.data_to, row.pk)))
        day = found[-1].period.data_to + dt.timedelta(days=1)
    return found


class ManualMeasure(ListedMeasure):
    """One that no record of the portal tells: an officer enters it for each period of the province, with where it
    comes from. Its figure is that of the period with just these days; where `adds`, also the sum of the figures of
    periods that fill them. «Does not apply» is entered too, with its reason."""

    manual: ClassVar[bool] = True
    adds: ClassVar[bool] = False
    below_zero: ClassVar[bool] = False

    def _found(self, asked: Asked) -> dict[str, list[EnteredFigure]]:
        """What stands in each column."""
        rows = list(
            EnteredFigure.objects.using(asked.db)
            .current()
            .filter(measure=self.code, nature=Nature.OFFICIAL, province_id=asked.area.pk)
            .select_related("period")
            .order_by("id")
        )
        return {code: tiles(rows, span, 1000 if self.adds else 1) for code, span in asked.spans.items()}

    def entries(self, asked: Asked) -> Iterator[Entry]:
        kept: dict[int, tuple[EnteredFigure, set[str]]] = {}
        for code, rows in self._found(asked).items():
            for row in rows:
                if row.value is not None:
                    kept.setdefault(row.pk, (row, set()))[1].add(code)
        for _pk, (row, spans) in sorted(kept.items()):
            value = Decimal(row.value or 0)
            yield Entry(
                path_of(row), words_of(row), row.province_id, row.source, row.document_on, value, frozenset(spans)
            )

    def totals(self, asked: Asked) -> Totals:
        found = self.added(asked, self.entries(asked))
        for code, rows in self._found(asked).items():
            for row in rows:
                if row.value is None:
                    found.put(code, row.province_id, row.source, Total(refused=True))
        return found

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "missing" if asked.area.level == "province" and unit is None else "not_applicable"


def estimates_of(scope: Scope, codes: Iterable[str]) -> dict[tuple[str, str], Cell]:
    """{(measure, source): «ước cả kỳ»} as far as they still stand: of what is counted until the period has closed, of
    what is entered until its official figure is."""
    rows = (
        EnteredFigure.objects.using(scope.db)
        .current()
        .filter(province_id=scope.area.pk, period_id=scope.period.pk, measure__in=list(codes))
        .select_related("province")
        .order_by("id")
    )
    open_ = clock.today() <= scope.period.data_to
    official = {row.measure for row in rows if row.nature == Nature.OFFICIAL}
    found = {}
    for row in rows:
        stands = row.measure not in official if MEASURES[row.measure].manual else open_
        if row.nature == Nature.ESTIMATE and row.value is not None and stands:
            line = Line(path_of(row), words_of(row), row.province.full_name, row.document_on, Decimal(row.value))
            found[row.measure, row.source] = Cell(whole(row.value), "reported", [line], estimate=True)
    return found
