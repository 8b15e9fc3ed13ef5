"""A measure: one figure of the programme, told by the records that make it up.

A measure says which records count, from which day, in which unit, for which source of money, and how much each adds.
Two things follow from that one description and therefore agree: `totals`, every figure of a table (all units, all
sources, all columns of time) in one grouped query, and `entries`, the records behind them. Pages, files and the API
take both from here.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import RowNumber

from core.faults import note
from places.models import Area, AreaClosure
from places.services import report_lines
from reports.measures.frame import HUNDREDTH, Cell, Status

Amount = int | Decimal
Shown = Literal["integer", "money", "decimal", "percent"]


@dataclass(frozen=True)
class Span:
    """Days, both ends included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Asked:
    """What is asked of the measures of a report: of whose records, and of which days. `spans`: each column of time by
    its code."""

    db: str
    area: Area
    spans: Mapping[str, Span]

    @property
    def area_ids(self) -> "QuerySet[AreaClosure, int]":
        return AreaClosure.objects.using(self.db).filter(ancestor_id=self.area.pk).values_list("area_id", flat=True)

    @property
    def last(self) -> dt.date:
        return max(span.last for span in self.spans.values())

    @cached_property
    def unit_of(self) -> dict[int, int]:
        """{unit: the one in whose line it stands}: of the last day of the period, past units with what they became."""
        return report_lines(self.last, self.db)

    @cached_property
    def _totals(self) -> dict[str, "Totals"]:
        return {}

    def totals(self, code: str) -> "Totals":
        """All figures of a measure, asked of the database once for all tables of the report."""
        if code not in self._totals:
            self._totals[code] = MEASURES[code].totals(self)
        return self._totals[code]


@dataclass(frozen=True)
class Entry:
    """What one record adds to the figures of the columns named in `spans`. `what`: what a distinct measure counts once
    (its path in the API), however many records tell of it."""

    record: str
    title: str
    area_id: int | None
    source: str
    on: dt.date | None
    amount: Decimal
    spans: frozenset[str]
    what: str = ""


@dataclass(frozen=True)
class Due:
    """Who should have told: `rows` with the paths of their unit and source, and which of them were due in some days.
    `called` is what they are in print: «9 trên 12 đề án»."""

    rows: "QuerySet[Any]"
    on: Callable[[Span], Q]
    area: str
    source: str
    called: str


@dataclass
class Total:
    """A figure before it is shown: what was added, by how many records, and the things they tell of. `told` of `due`:
    how many of those who should have told did. `refused`: somebody said that the question makes no sense here."""

    amount: Amount = 0
    records: int = 0
    whats: set[Any] = field(default_factory=set)
    told: int = 0
    due: int = 0
    refused: bool = False

    def add(self, other: "Total") -> None:
        self.amount += other.amount
        self.records += other.records
        self.whats |= other.whats
        self.told += other.told
        self.due += other.due
        self.refused |= other.refused


Key = tuple[int | None, str | None]  # the unit of a line (None: all), the source (None: all)


class Totals:
    """All figures of a measure for one `Asked`: by column of time, by unit and by source."""

    def __init__(self, measure: "Measure", asked: Asked) -> None:
        self.measure, self._asked = measure, asked
        self._found: dict[tuple[str, Key], Total] = defaultdict(Total)
        self.called = ""  # who had to tell; empty where nobody has
        self.places: set[int] = set()  # units as the records name them

    def put(self, span: str, area_id: int | None, source: str, total: Total) -> None:
        unit = self._asked.unit_of.get(area_id, area_id) if area_id is not None else None
        if area_id is not None:
            self.places.add(area_id)
        keys: set[Key] = {(None, None), (unit, None), (None, source), (unit, source)}
        for key in keys:
            self._found[span, key].add(total)

    def units(self, source: str | None = None) -> set[int]:
        """Lines that have anything in them in any column, or of which somebody should have told."""
        return {
            key[0]
            for (_span, key), total in self._found.items()
            if key[0] is not None and key[1] == source and (total.records or total.due)
        }

    def cell(self, span: str, unit: int | None = None, source: str | None = None) -> Cell:
        total = self._found.get((span, (unit, source)), Total())
        told: tuple[int | None, int | None, str] = (
            (total.told, total.due, self.called) if self.called else (None, None, "")
        )
        if total.records:
            return Cell(self._value(total), "reported", [], *told)
        status: Status = "missing" if total.due else self.measure.nothing(self._asked, unit, source)
        if total.refused:
            status = "not_applicable"
        return Cell(0 if status == "reported" else None, status, [], *told)

    def _value(self, total: Total) -> Amount:
        if self.measure.distinct:
            return len(total.whats)
        if self.measure.rate:
            return whole((Decimal(total.amount) * 100 / total.records).quantize(HUNDREDTH, ROUND_HALF_UP))
        return whole(total.amount)


def whole(value: Amount) -> Amount:
    """Whole numbers are whole: 3.00 → 3."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


class Measure(ABC):
    """Its docstring is the definition of the figure, with document and article."""

    code: ClassVar[str]
    title: ClassVar[str]  # in the words of the report, Vietnamese
    unit: ClassVar[str]
    shown: ClassVar[Shown] = "integer"
    distinct: ClassVar[bool] = False
    rate: ClassVar[bool] = False  # records add 1 or 0; the figure is their sum in percent of how many they are
    manual: ClassVar[bool] = False  # entered by hand, not counted

    def figure(self, entries: Iterable[Entry]) -> Decimal:
        """What entries of one column come to."""
        found = list(entries)
        if self.distinct:
            return Decimal(len({entry.what for entry in found}))
        amount = sum((entry.amount for entry in found), Decimal(0))
        return (amount * 100 / len(found)).quantize(HUNDREDTH, ROUND_HALF_UP) if self.rate and found else amount

    @abstractmethod
    def totals(self, asked: Asked) -> Totals:
        """All its figures."""

    @abstractmethod
    def entries(self, asked: Asked) -> Iterator[Entry]:
        """The records behind them, in a lasting order; those of a figure add up to it."""

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        """What it means that no record counts and nobody had to tell: a zero, unless the measure says that nobody
        reported, or that the question makes no sense here."""
        return "reported"


MEASURES: dict[str, Measure] = {}


def measure(kind: type[Measure]) -> type[Measure]:
    """Makes a measure known under its code."""
    assert kind.code not in MEASURES and kind.__doc__, kind.code
    MEASURES[kind.code] = kind()
    return kind


class ToldMeasure(Measure):
    """One that is told by records of a table: paths say where day, unit, source stand. `reads`: paths of the fields
    that `entry` reads; it gets plain objects with these alone, for the records are many. `due`, if given, is who
    should have told, compared with `teller` of the records: then each figure says how many of them did, nobody is
    «missing» and not zero."""

    on: ClassVar[str]
    area: ClassVar[str]
    source: ClassVar[str] = ""
    reads: ClassVar[tuple[str, ...]]
    teller: ClassVar[str] = "pk"

    @abstractmethod
    def rows(self, asked: Asked) -> "QuerySet[Any]":
        """Records that may count."""

    @abstractmethod
    def entry(self, row: Any) -> tuple[str, str]:
        """Path of the record in the API, and what it is called. `row` has what `reads` names."""

    def _read(self, rows: "QuerySet[Any]", amount: Combinable) -> Iterator[Any]:
        """The records as `entry` needs them, with day, unit, source and amount. Models would take most of the time of
        a report: they are made of every field."""
        source = F(self.source) if self.source else Value("")
        rows = rows.annotate(_on=F(self.on), _area=F(self.area), _source=source, _amount=amount)
        paths = ("pk", "_on", "_area", "_source", "_amount", *self.reads)
        shape = shape_of(paths)
        for values in rows.values_list(*paths).iterator(chunk_size=2000):
            yield shaped(shape, values)

    def _named(self, row: Any) -> tuple[str, str]:
        """Path and title of a record; a fault says which record it was."""
        try:
            return self.entry(row)
        except Exception as error:
            note(error, getattr(getattr(row, "project", row), "code", None) or f"{self.code} {row.pk}")
            raise

    def due(self, asked: Asked) -> Due | None:
        return None

    def _telling(self, asked: Asked) -> "QuerySet[Any]":
        """The records by which somebody told."""
        return self.rows(asked).using(asked.db)

    def _cover(self, found: Totals, asked: Asked) -> Totals:
        """Notes who should have told and who did, all units and sources in one question. Who told was due."""
        due = self.due(asked)
        if due is None:
            return found
        found.called = due.called
        told_by = self._telling(asked).filter(**{f"{self.teller}__isnull": False}).order_by()
        rows = due.rows.using(asked.db).filter(**{f"{due.area}__in": asked.area_ids}).order_by()
        asks: dict[str, Any] = {}
        for number, span in enumerate(asked.spans.values()):
            # Not EXISTS for each of them: PostgreSQL would read a table without an index as often.
            here = told_by.filter(**{f"{self.on}__range": (span.first, span.last)})
            told = Q(pk__in=here.values(self.teller))
            asks |= {f"_t{number}": Count("pk", filter=told), f"_d{number}": Count("pk", filter=told | due.on(span))}
        for row in rows.values(_area=F(due.area), _source=F(due.source) if due.source else Value("")).annotate(**asks):
            for number, code in enumerate(asked.spans):
                if row[f"_d{number}"]:
                    total = Total(told=row[f"_t{number}"], due=row[f"_d{number}"])
                    found.put(code, row["_area"], row["_source"] or "", total)
        return found


Shape = dict[str, "int | Shape"]


def shape_of(paths: Iterable[str]) -> Shape:
    """("pk", "project__code") → {"pk": 0, "project": {"code": 1}}: which value stands where."""
    whole: Shape = {}
    for place, path in enumerate(paths):
        *relations, name = path.split("__")
        part = whole
        for relation in relations:
            part = part.setdefault(relation, {})  # type: ignore[assignment]
        part[name] = place
    return whole


def shaped(shape: Shape, values: Sequence[Any]) -> SimpleNamespace:
    """One record: `row.project.code`."""
    return SimpleNamespace(
        **{name: values[at] if isinstance(at, int) else shaped(at, values) for name, at in shape.items()}
    )


class RecordMeasure(ToldMeasure):
    """Records of one table, each counting from a day of its own: a sum over the span, or things counted once.

    `rows` gives every record that may ever count; the paths say where day, unit, source and (for a distinct measure)
    the thing counted stand; `amount` is what a record adds.
    """

    amount: ClassVar[str | Combinable] = Value(1)
    what: ClassVar[str] = ""  # distinct measures: path of what counts once

    def what_of(self, row: Any) -> str:
        return ""

    # --- both from one description ------------------------------------------------------------------------------------

    def _within(self, asked: Asked) -> "QuerySet[Any]":
        some = Q()
        for span in asked.spans.values():
            some |= Q(**{f"{self.on}__range": (span.first, span.last)})
        return self.rows(asked).using(asked.db).filter(some, **{f"{self.area}__in": asked.area_ids}).order_by()

    def totals(self, asked: Asked) -> Totals:
        found = Totals(self, asked)
        keys = {"_area": F(self.area), "_source": F(self.source) if self.source else Value("")}
        if self.what:
            keys["_what"] = F(self.what)
        asks: dict[str, Any] = {}
        for number, span in enumerate(asked.spans.values()):
            here = Q(**{f"{self.on}__range": (span.first, span.last)})
            asks[f"_n{number}"] = Count("pk", filter=here)
            if not self.what:
                asks[f"_s{number}"] = Sum(self.amount, filter=here)
        for row in self._within(asked).values(**keys).annotate(**asks):
            for number, code in enumerate(asked.spans):
                if row[f"_n{number}"]:
                    whats = {row["_what"]} if self.what else set()
                    total = Total(row.get(f"_s{number}", 0), row[f"_n{number}"], whats=whats)
                    found.put(code, row["_area"], row["_source"] or "", total)
        return self._cover(found, asked)

    def entries(self, asked: Asked) -> Iterator[Entry]:
        for row in self._read(self._within(asked).order_by(self.on, "pk"), _expression(self.amount)):
            record, title = self._named(row)
            spans = frozenset(code for code, span in asked.spans.items() if row._on in span)
            yield Entry(
                record, title, row._area, row._source or "", row._on, Decimal(row._amount), spans, self.what_of(row)
            )


def _expression(amount: str | Combinable) -> Combinable:
    return F(amount) if isinstance(amount, str) else amount


def part(which: Q) -> Combinable:
    """1 for the records of the part, 0 for the rest of the whole."""
    return Case(When(which, then=Value(1)), default=Value(0))


class RateMeasure(RecordMeasure):
    """A part of a whole in percent: `rows` are the whole, `amount = part(Q(…))` says which of them are the part. Both
    stand behind the figure: each of the part adds its share, the others nothing. Without records there is nothing to
    divide. It has no share of a plan and no change in percent of itself."""

    shown: ClassVar[Shown] = "percent"
    unit: ClassVar[str] = "%"
    rate: ClassVar[bool] = True

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "not_applicable"


class ListedMeasure(Measure):
    """Few records, worked out one by one (`entries`): the figures are added up from them."""

    def totals(self, asked: Asked) -> Totals:
        return self.added(asked, self.entries(asked))

    def added(self, asked: Asked, entries: Iterable[Entry]) -> Totals:
        found = Totals(self, asked)
        for entry in entries:
            for span in entry.spans:
                found.put(span, entry.area_id, entry.source, Total(entry.amount, 1, {entry.what}))
        return found


class LatestMeasure(ToldMeasure):
    """What is told again and again as it stands since the beginning («giá trị đầu tư đã thực hiện»): of each thing the
    latest figure of its day counts. Over a time, the figure at its end less that before its beginning. It is asked of
    the thing, never of who told it: another collaborator goes on where the one before ended."""

    amount: ClassVar[str]
    of: ClassVar[str]  # path of the thing

    def _telling(self, asked: Asked) -> "QuerySet[Any]":
        return super()._telling(asked).filter(**{f"{self.amount}__isnull": False})

    def _latest(self, asked: Asked, until: dt.date) -> "QuerySet[Any]":
        """Of each thing the record that stands at the end of the day."""
        told = self._telling(asked).filter(**{f"{self.on}__lte": until, f"{self.area}__in": asked.area_ids}).order_by()
        place = Window(RowNumber(), partition_by=F(self.of), order_by=[F(self.on).desc(), F("pk").desc()])
        return told.filter(pk__in=told.annotate(_place=place).filter(_place=1).values("pk"))

    def _asks(self, asked: Asked) -> dict[dt.date, list[tuple[str, int, dt.date]]]:
        """{day: (column, +1 or −1, first day of what is told in the column)}. A column that begins with the programme
        has nothing to take off."""
        found: dict[dt.date, list[tuple[str, int, dt.date]]] = defaultdict(list)
        for code, span in asked.spans.items():
            found[span.last].append((code, 1, span.first))
            if code not in SINCE_THE_BEGINNING:
                found[span.first - dt.timedelta(days=1)].append((code, -1, span.first))
        return found

    def totals(self, asked: Asked) -> Totals:
        found = Totals(self, asked)
        keys = {"_area": F(self.area), "_source": F(self.source) if self.source else Value("")}
        for day, asks in self._asks(asked).items():
            # What was told before the first day is no report in the time.
            told = {
                f"_n{number}": Count("pk", filter=Q(**{f"{self.on}__gte": first}))
                for number, (_code, _sign, first) in enumerate(asks)
            }
            for row in self._latest(asked, day).values(**keys).annotate(**told, _s=Sum(self.amount)):
                for number, (code, sign, _first) in enumerate(asks):
                    total = Total(sign * row["_s"], row[f"_n{number}"])
                    found.put(code, row["_area"], row["_source"] or "", total)
        return self._cover(found, asked)

    def entries(self, asked: Asked) -> Iterator[Entry]:
        signed: dict[tuple[int, int], set[str]] = defaultdict(set)
        rows: dict[int, Any] = {}
        for day, asks in self._asks(asked).items():
            for row in self._read(self._latest(asked, day), F(self.amount)):
                rows[row.pk] = row
                for code, sign, _first in asks:
                    signed[row.pk, sign].add(code)
        for (pk, sign), spans in sorted(signed.items(), key=lambda item: (rows[item[0][0]]._on, item[0])):
            row = rows[pk]
            both = spans & signed.get((pk, -sign), set())  # neither adds nor takes away
            if spans - both:
                record, title = self._named(row)
                amount = sign * Decimal(row._amount)
                yield Entry(record, title, row._area, row._source or "", row._on, amount, frozenset(spans - both))

    def nothing(self, asked: Asked, unit: int | None, source: str | None) -> Status:
        return "missing"


SINCE_THE_BEGINNING = frozenset({"programme"})
