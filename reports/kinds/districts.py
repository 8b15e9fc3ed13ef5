"""Trend lines by former district: records keep their place, and the mapping that puts them there is shown.

Over free dates the calendar years until the last day there were districts (`trend_sections`); in a yearly report the
years of the programme, also those after it (`DistrictTable`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from django.db.models import Max

from places.models import Area, Level
from places.services import district_lines
from programmes.models import PeriodKind
from reports.kinds.table import UNIT, line_name, line_order
from reports.kinds.time import programme_from, year_begins
from reports.measures.frame import Cell, Column, Line, Row, Scope, Section, text
from reports.measures.measure import MEASURES, Asked, Entry, LatestMeasure, Measure, RecordMeasure, Span, Totals


@dataclass(frozen=True)
class AskedByDistrict(Asked):
    """Units stand in the lines of former districts."""

    lines: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def unit_of(self) -> dict[int, int]:
        return dict(self.lines)


def districts_ended(scope: Scope) -> dt.date | None:
    """The last day on which there were districts; None where none has ended."""
    districts = Area.objects.using(scope.db).filter(level=Level.DISTRICT)
    found: dt.date | None = districts.aggregate(on=Max("valid_to"))["on"]
    return found


def trend_sections(scope: Scope, codes: Iterable[str]) -> list[Section]:
    """«Theo huyện cũ»: measures × districts × calendar years, until the last day there were districts; and the mapping
    of the places that have records. Nothing where the days asked about lie after that."""
    ended = districts_ended(scope)
    first, last = scope.period.data_from, min(scope.period.data_to, ended or dt.date.min)
    # A rate is no sum of its lines.
    codes = [
        code for code in codes if isinstance(MEASURES[code], (RecordMeasure, LatestMeasure)) and not MEASURES[code].rate
    ]
    if last < first or not codes:
        return []
    spans = {
        f"y{year}": Span(max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31)))
        for year in range(first.year, last.year + 1)
    }
    asked = AskedByDistrict(scope.db, scope.area, spans, district_lines(ended or last, scope.db))
    entries = {code: list(MEASURES[code].entries(asked)) for code in codes}
    places = {entry.area_id for found in entries.values() for entry in found if entry.area_id is not None}
    areas = Area.objects.using(scope.db).in_bulk(places | {asked.unit_of[pk] for pk in places})
    columns = [UNIT, *(Column(code, _head(span), kind="") for code, span in spans.items())]
    rows = []
    for code in codes:
        units = {asked.unit_of[entry.area_id] for entry in entries[code] if entry.area_id is not None}
        totals = MEASURES[code].totals(asked)
        rows.append(_row(asked, totals, entries[code], areas, None))
        rows += [
            _row(asked, totals, entries[code], areas, area)
            for area in sorted((areas[pk] for pk in units), key=line_order)
        ]
    return [
        Section("districts", f"Theo huyện cũ (đến hết ngày {last:%d/%m/%Y})", columns, rows),
        mapping_section(asked, places, areas),
    ]


def mapping_section(asked: Asked, places: Iterable[int], areas: Mapping[int, Area]) -> Section:
    """In whose line each place with records stands, as far as it is not its own."""
    moved = sorted((areas[pk] for pk in places if asked.unit_of[pk] != pk), key=line_order)
    rows = [
        Row(place.uid, line_name(place), {"district": text(line_name(areas[asked.unit_of[place.pk]]))})
        for place in moved
    ]
    to = [Column("district", "Đứng trong dòng của", kind="text")]
    return Section("district-mapping", "Ánh xạ địa bàn đã áp dụng", to, rows)


# --- the years of the programme ---------------------------------------------------------------------------------------


def years_of(scope: Scope) -> dict[str, Span]:
    """«y2024» and its days, for each year of the programme to that of the report. Only in the yearly report of a
    province whose programme began while there were districts: else there is no line to go on."""
    if scope.period.kind != PeriodKind.YEAR or not scope.whole_province:
        return {}
    years = range(programme_from(scope), scope.year + 1)
    begins = [year_begins(scope, year) for year in years]
    ends = [day - dt.timedelta(days=1) for day in begins[1:]] + [scope.period.data_to]
    ended = districts_ended(scope)
    if ended is None or begins[0] > ended:
        return {}
    return {f"y{year}": Span(first, last) for year, first, last in zip(years, begins, ends, strict=True)}


def lines_of(scope: Scope) -> dict[int, int]:
    return district_lines(districts_ended(scope) or scope.period.data_to, scope.db)


def in_years(entry: Entry, years: Mapping[str, Span], districts: Mapping[int, str]) -> Entry:
    """The record with its year of the programme, alone and with its former district («y2024@d436»)."""
    here = {code for code, span in years.items() if entry.on is not None and entry.on in span}
    if entry.area_id is not None:
        here |= {f"{code}@{districts[entry.area_id]}" for code in here}
    return replace(entry, spans=entry.spans | here)


@dataclass(frozen=True)
class DistrictTable:
    """Measures × former districts over the years of the programme, and the mapping of the places that have records.
    Measures of records alone: the trend reads the records behind the programme's column once more, by their day."""

    code: str
    title: str
    measures: tuple[str, ...]

    def __call__(self, scope: Scope) -> list[Section]:
        if not scope.years:
            return []
        asked = AskedByDistrict(scope.db, scope.area, scope.years, scope.districts)
        ended = districts_ended(scope)
        found = {code: MEASURES[code].totals(asked) for code in self.measures}
        places = {pk for totals in found.values() for pk in totals.places}
        areas = Area.objects.using(scope.db).in_bulk(places | {asked.unit_of[pk] for pk in places})
        columns = [UNIT, *(Column(code, f"Năm {code[1:]}", kind="", behind=((code, 1),)) for code in scope.years)]
        rows = []
        for totals in found.values():
            units = sorted(
                (areas[pk] for pk in totals.units()), key=lambda area: (area.level != "district", *line_order(area))
            )
            rows += [self._row(totals, area, scope.years, ended) for area in (None, *units)]
        title = f"{self.title} (cấp huyện đến {ended:%d/%m/%Y})"
        return [Section(self.code, title, columns, rows), mapping_section(asked, places, areas)]

    def _row(self, totals: Totals, area: Area | None, years: Iterable[str], ended: dt.date | None) -> Row:
        measure = totals.measure
        cells = {code: totals.cell(code, area.pk if area else None) for code in years}
        cells["unit"] = text("triệu đồng" if measure.shown == "money" else measure.unit)
        if area is None:
            return Row(measure.code, measure.title, cells, 0, measure.shown, measure.code)
        code = f"{measure.code}:{area.uid}"
        title = area.full_name if area.valid_to == ended else line_name(area)
        return Row(code, title, cells, 1, measure.shown, measure.code, former=area.uid)


def district_notes(scope: Scope) -> list[str]:
    """How a trend of years puts places into former districts."""
    ended = districts_ended(scope)
    if not scope.years or ended is None:
        return []
    return [
        f"Theo huyện cũ: mỗi bản ghi đứng ở huyện mà nơi của nó thuộc về vào ngày {ended:%d/%m/%Y}, ngày cuối còn cấp "
        "huyện; xã lập sau ngày đó đứng ở huyện của mọi đơn vị hợp thành, xã gồm nhiều huyện cũ đứng thành dòng riêng."
    ]


def _head(span: Span) -> str:
    whole = (span.first.month, span.first.day, span.last.month, span.last.day) == (1, 1, 12, 31)
    return f"Năm {span.first.year}" if whole else f"{span.first:%d/%m/%Y} – {span.last:%d/%m/%Y}"


def _row(asked: Asked, totals: Totals, entries: list[Entry], areas: dict[int, Area], area: Area | None) -> Row:
    measure = totals.measure
    cells: dict[str, Cell] = {"unit": text("triệu đồng" if measure.shown == "money" else measure.unit)}
    unit = area.pk if area else None
    for span in asked.spans:
        cell = totals.cell(span, unit)
        here = [
            entry
            for entry in entries
            if span in entry.spans and unit in (None, asked.unit_of.get(entry.area_id or 0, entry.area_id))
        ]
        cells[span] = Cell(cell.value, cell.status, _lines(measure, here, areas) if cell.status == "reported" else [])
    title = measure.title if area is None else line_name(area)
    code = measure.code if area is None else f"{measure.code}:{area.uid}"
    return Row(code, title, cells, int(area is not None), measure.shown)


def _lines(measure: Measure, entries: list[Entry], areas: dict[int, Area]) -> list[Line]:
    """Of things counted once the first record counts."""
    seen: dict[str, bool] = defaultdict(bool)
    lines = []
    for entry in entries:
        amount = Decimal(not seen[entry.what]) if measure.distinct else entry.amount
        seen[entry.what] = True
        place = areas[entry.area_id].full_name if entry.area_id is not None else ""
        lines.append(Line(entry.record, entry.title, place, entry.on, amount))
    return lines
