"""Tables of a report, built from measures: rows × columns of time, and units × measures."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from core.faults import at
from core.models import SUPPORT_SOURCES
from places.models import Area
from reports.kinds.time import DONE, LAST_YEAR, PROGRAMME, YEAR
from reports.measures.entered import estimates_of
from reports.measures.frame import HUNDREDTH, NOT_APPLICABLE, Cell, Column, Row, Scope, Section, missing, text
from reports.measures.measure import MEASURES, Totals
from reports.measures.money import LABELS

UNIT = Column("unit", "Đơn vị tính", kind="text")
PLAN = Column("plan", "Kế hoạch năm", kind="")
IN_PERIOD = Column("done", "Thực hiện trong kỳ", kind="", behind=((DONE, 1),))
# It stands only in a report where some estimate still does: its figure lies with the cell.
ESTIMATED = Column("estimate", "Ước thực hiện cả kỳ", kind="")
SINCE_YEAR = Column("year", "Lũy kế từ đầu năm", kind="", behind=((YEAR, 1),))
SINCE_PROGRAMME = Column("programme", "Lũy kế từ đầu chương trình", kind="", behind=((PROGRAMME, 1),))
OF_PLAN = Column("of_plan", "So với kế hoạch", "%", "percent", behind=((YEAR, 1),), per="plan")
YEAR_BEFORE = Column("last_year", "Cùng kỳ năm trước", kind="", behind=((LAST_YEAR, 1),))
CHANGE = Column("change", "So với cùng kỳ", "%", "percent", behind=((DONE, 1), (LAST_YEAR, -1)), per="last_year")
ALL_COLUMNS = (UNIT, PLAN, IN_PERIOD, SINCE_YEAR, OF_PLAN, SINCE_PROGRAMME, YEAR_BEFORE, CHANGE)


@dataclass(frozen=True)
class Of:
    """A row: a measure, with a row for each source of money below it where `by_source`. `plan`: what the plan of the
    year says of it (scope, source or None → cell)."""

    measure: str
    by_source: bool = False
    plan: Callable[[Scope, str | None], Cell] | None = None


@dataclass(frozen=True)
class Table:
    """Measures × columns of time."""

    code: str
    title: str
    rows: tuple[Of, ...]
    columns: tuple[Column, ...] = ALL_COLUMNS

    def __call__(self, scope: Scope) -> Section:
        estimates = estimates_of(scope, [of.measure for of in self.rows])
        columns = list(self.columns)
        if estimates and IN_PERIOD in columns:
            columns.insert(columns.index(IN_PERIOD) + 1, ESTIMATED)
        rows = []
        for of in self.rows:
            with at(MEASURES[of.measure].title):
                totals = scope.asked.totals(of.measure)
            for source in (None, *SUPPORT_SOURCES) if of.by_source else (None,):
                row = self._row(scope, of, totals, source)
                if ESTIMATED in columns:
                    row.cells[ESTIMATED.code] = estimates.get((of.measure, source or ""), missing())
                rows.append(row)
        return Section(self.code, self.title, columns, rows)

    def _row(self, scope: Scope, of: Of, totals: Totals, source: str | None) -> Row:
        measure = MEASURES[of.measure]
        cells: dict[str, Cell] = {}
        for column in self.columns:
            if column is UNIT:
                cells[column.code] = text("triệu đồng" if measure.shown == "money" else measure.unit)
            elif column is PLAN:
                cells[column.code] = of.plan(scope, source) if of.plan else NOT_APPLICABLE
            elif not column.per:
                cells[column.code] = totals.cell(column.behind[0][0], source=source)
        for column in self.columns:
            if column.per and measure.shown == "percent":
                cells[column.code] = NOT_APPLICABLE  # no percentage of a percentage
            elif column.per:
                parts = [(totals.cell(span, source=source), sign) for span, sign in column.behind]
                cells[column.code] = share(parts, cells.get(column.per, missing()))
        title = measure.title if source is None else f"Trong đó: {LABELS[source]}"  # type: ignore[index]
        code = of.measure if source is None else f"{of.measure}:{source}"
        return Row(code, title, cells, int(source is not None), measure.shown, of.measure, "", source or "")


def share(parts: list[tuple[Cell, int]], whole: Cell) -> Cell:
    """The signed parts in percent of `whole`, with two places. What is not known of one part is not known."""
    if any(cell.status == "not_applicable" for cell, _sign in parts) or whole.status == "not_applicable":
        return NOT_APPLICABLE
    if any(cell.value is None for cell, _sign in parts) or whole.value is None:
        return missing()
    if not whole.value:
        return NOT_APPLICABLE
    amount = sum((Decimal(str(cell.value)) * sign for cell, sign in parts), Decimal(0))
    value = (amount * 100 / Decimal(str(whole.value))).quantize(HUNDREDTH, ROUND_HALF_UP)
    return Cell(value, "reported")


@dataclass(frozen=True)
class UnitTable:
    """Units × measures over one column of time. Each record stands in exactly one line: that of the unit into which its
    place went whole, or its place itself where it was divided or was a district (places.services.report_lines)."""

    code: str
    title: str
    measures: tuple[str, ...]
    span: str = YEAR

    def __call__(self, scope: Scope) -> Section:
        columns = [
            Column(
                code, MEASURES[code].title, MEASURES[code].unit, MEASURES[code].shown, ((self.span, 1),), measure=code
            )
            for code in self.measures
        ]
        totals = {code: scope.asked.totals(code) for code in self.measures}
        units = {unit for one in totals.values() for unit in one.units() if _told(one.cell(self.span, unit))}
        areas = sorted(Area.objects.using(scope.db).in_bulk(units).values(), key=line_order)
        cells = partial(self._cells, totals)
        rows = [Row("all", "Tổng cộng", cells(None))]
        rows += [Row(area.uid, line_name(area), cells(area.pk), 1, place=area.uid) for area in areas]
        return Section(self.code, self.title, columns, rows)

    def _cells(self, totals: dict[str, Totals], unit: int | None) -> dict[str, Cell]:
        return {code: one.cell(self.span, unit) for code, one in totals.items()}


def _told(cell: Cell) -> bool:
    """A unit has a line where there is something, or where somebody should have told and did not."""
    return bool(cell.value or cell.expected)


def line_order(area: Area) -> tuple[Any, ...]:
    """Communes before the districts of former times, units of today before past ones."""
    return area.level != "commune", area.valid_to is not None, area.name, area.uid


def line_name(area: Area) -> str:
    return area.full_name if area.valid_to is None else f"{area.full_name} (đến {area.valid_to:%d/%m/%Y})"
