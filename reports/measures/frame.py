"""What every section shares: the scope that is asked about, cells, and the records behind them."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, Literal

from django.db.models import QuerySet

from places.models import Area, AreaClosure
from programmes.models import ReportingPeriod
from projects.models import Project

Status = Literal["reported", "missing", "not_applicable"]
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One record and what it adds to a figure. `record` is its path in the API."""

    record: str
    title: str
    area: str
    on: dt.date | None
    contribution: Decimal


@dataclass
class Cell:
    """value None with status missing: nobody reported it; not_applicable: the question makes no sense here. `reported`
    of `expected` told it, `called` («đề án»). `estimate`: an estimate (ước), until the official figure comes."""

    value: int | Decimal | str | None
    status: Status
    lines: list[Line] = field(default_factory=list)
    reported: int | None = None
    expected: int | None = None
    called: str = ""
    estimate: bool = False


NOT_APPLICABLE = Cell(None, "not_applicable")


def missing(expected: int | None = None) -> Cell:
    return Cell(None, "missing", reported=0 if expected is not None else None, expected=expected)


def text(value: str) -> Cell:
    return Cell(value, "reported") if value else NOT_APPLICABLE


def total(lines: list[Line], reported: int | None = None, expected: int | None = None) -> Cell:
    """The sum of whole numbers, with its records."""
    return Cell(int(sum(line.contribution for line in lines)), "reported", lines, reported, expected)


def together(*cells: Cell) -> Cell:
    """The sum of cells of one kind: missing where none is reported."""
    known = [cell for cell in cells if cell.status == "reported"]
    if not known:
        return missing()
    return total([line for cell in known for line in cell.lines])


def percent(part: Cell, whole: int | Decimal | None) -> Cell:
    """`part` of `whole` in percent with two places. Its records share it out; the last takes what rounding leaves."""
    if part.status != "reported" or part.value is None:
        return missing() if part.status == "missing" else NOT_APPLICABLE
    if not whole:
        return NOT_APPLICABLE
    assert not isinstance(part.value, str)
    value = (Decimal(part.value) * 100 / Decimal(whole)).quantize(HUNDREDTH, ROUND_HALF_UP)
    shares = [(line.contribution * 100 / Decimal(whole)).quantize(HUNDREDTH, ROUND_HALF_UP) for line in part.lines]
    if shares:
        shares[-1] += value - sum(shares)
    lines = [
        Line(line.record, line.title, line.area, line.on, share) for line, share in zip(part.lines, shares, strict=True)
    ]
    return Cell(value, "reported", lines, part.reported, part.expected)


@dataclass(frozen=True)
class Column:
    """`kind` empty: each row says what its figures are. `behind`: whose records are behind a figure, as columns of time
    with what they count (+1, −1), and `per`: the column it is a share of, in percent; empty where the records are kept
    with each cell (`Cell.lines`). `measure`, where the column says it and not the row."""

    code: str
    title: str
    unit: str = ""
    kind: Literal["", "text", "integer", "money", "percent", "decimal", "date"] = "integer"
    behind: tuple[tuple[str, int], ...] = ()
    per: str = ""
    measure: str = ""


@dataclass
class Row:
    """`measure`, `place` and `source`: whose records are behind its figures (reports.measures.measure). `former`: uid
    of the former district they stand in, in columns of years (reports.kinds.districts)."""

    code: str
    title: str
    cells: dict[str, Cell]
    level: int = 0
    kind: str = ""
    measure: str = ""
    place: str = ""
    source: str = ""
    former: str = ""


@dataclass
class Section:
    code: str
    title: str
    columns: list[Column]
    rows: list[Row]


@dataclass(frozen=True)
class Scope:
    """An area and a period, read through one connection (`db`, a snapshot). `subject`: what else the report is of, as
    its kind says (reports.kinds.kind.Kind.asks)."""

    db: str
    area: Area
    period: ReportingPeriod
    subject: str = ""

    @property
    def year(self) -> int:
        return self.period.year

    @cached_property
    def area_ids(self) -> "QuerySet[AreaClosure, int]":
        return AreaClosure.objects.using(self.db).filter(ancestor_id=self.area.pk).values_list("area_id", flat=True)

    @cached_property
    def whole_province(self) -> bool:
        return self.area.level == "province"

    @cached_property
    def asked(self) -> Any:
        """What is asked of the measures (reports.measures.measure.Asked)."""
        from reports.kinds.time import asked_of

        return asked_of(self)

    @cached_property
    def years(self) -> dict[str, Any]:
        """Columns of the years of the programme, beside those of `asked`, where a trend is shown."""
        from reports.kinds.districts import years_of

        return years_of(self)

    @cached_property
    def districts(self) -> dict[int, int]:
        """{unit: the former district in whose line a trend shows it}."""
        from reports.kinds.districts import lines_of

        return lines_of(self)

    def projects(self) -> "QuerySet[Project]":
        """Decided projects of the area, at the end of the period."""
        rows: QuerySet[Project] = Project.objects.using(self.db).filter(
            area_id__in=self.area_ids, decided_on__lte=self.period.data_to
        )
        return rows


def project_path(public_id: Any) -> str:
    return f"/api/v1/projects/{public_id}/"
