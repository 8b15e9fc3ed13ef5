"""The records behind one figure of a frozen report, as they were; they add up to it."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db.models import Min, Q, QuerySet

from reports.measures.frame import HUNDREDTH
from reports.measures.measure import MEASURES
from reports.models import Report, ReportEntry, ReportLine


@dataclass(frozen=True)
class Shown:
    record: str
    title: str
    area: str
    on: dt.date | None
    contribution: Decimal


def span_of(row: dict[str, Any], span: str) -> str:
    """How a record is marked that counts in a column of a row: by the column, in a trend with the former district."""
    return f"{span}@{row['former']}" if row.get("former") else span


class Figure:
    """A cell of a frozen document and what is behind it. `rows` are its records; `show` says what each adds."""

    def __init__(self, report: Report, section: dict[str, Any], row: dict[str, Any], column: dict[str, Any]) -> None:
        self.report, self.section, self.row, self.column = report, section, row, column
        self.cell: dict[str, Any] = row["cells"][column["code"]]
        self._parts: list[tuple[str, int]] = [(span_of(row, span), sign) for span, sign in column.get("behind") or []]
        self._measure: str = column.get("measure") or row.get("measure") or ""
        known = MEASURES.get(self._measure)
        self._distinct, self._rate = (known.distinct, known.rate) if known else (False, False)

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        if not self._parts:
            return ReportLine.objects.filter(
                report=self.report, section=self.section["code"], row=self.row["code"], column=self.column["code"]
            )
        if self.cell["status"] != "reported":
            return ReportEntry.objects.none()
        rows = ReportEntry.objects.filter(report=self.report, measure=self._measure)
        for name in ("place", "source"):
            if self.row.get(name):
                rows = rows.filter(**{name: self.row[name]})
        some = Q()
        for span, _sign in self._parts:
            some |= Q(spans__contains=f"|{span}|")
        return rows.filter(some)

    def show(self, rows: list[Any]) -> list[Shown]:
        """What each of some rows adds to the figure."""
        if not self._parts:
            return [Shown(row.record, row.title, row.area, row.on, row.contribution) for row in rows]
        if not rows:
            return []
        last = self._last_row() if self._whole is not None else None
        shown = []
        for row, amount in zip(rows, self._amounts(rows), strict=True):
            if self._whole is not None:
                amount = self._rest if row.pk == last else self._share(amount)
            shown.append(Shown(row.record, row.title, row.area, row.on, amount))
        return shown

    def total(self) -> Decimal:
        """What all of them come to."""
        if not self._parts:
            return sum((row.contribution for row in self.rows), Decimal(0))
        if not self.rows.exists():
            return Decimal(0)
        if self._whole is not None:
            return self._value
        return sum(self._amounts(list(self.rows)), Decimal(0))

    # --- what a record adds -------------------------------------------------------------------------------------------

    def _amounts(self, rows: list[Any]) -> list[Decimal]:
        signs = [sum(sign for span, sign in self._parts if f"|{span}|" in row.spans) for row in rows]
        if not self._distinct:
            return [row.amount * sign for row, sign in zip(rows, signs, strict=True)]
        return self._once(rows)

    def _once(self, rows: list[Any]) -> list[Decimal]:
        """Of things counted once the first record counts, in each column of time for itself."""
        first: dict[str, set[int]] = {}
        whats = {row.what for row in rows}
        for span, _sign in self._parts:
            here = self.rows.filter(what__in=whats, spans__contains=f"|{span}|").order_by().values("what")
            first[span] = set(here.annotate(first=Min("pk")).values_list("first", flat=True))
        return [Decimal(sum(sign for span, sign in self._parts if row.pk in first[span])) for row in rows]

    # --- shares in percent --------------------------------------------------------------------------------------------

    @property
    def _value(self) -> Decimal:
        return Decimal(str(self.cell["value"]))

    @cached_property
    def _whole(self) -> Decimal | None:
        if self._rate and self._parts:
            return Decimal(self.rows.count())
        per = self.column.get("per")
        return Decimal(str(self.row["cells"][per]["value"])) if per else None

    def _share(self, amount: Decimal) -> Decimal:
        assert self._whole is not None
        return (amount * 100 / self._whole).quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def _sharing(self) -> "QuerySet[Any]":
        """Those that add something: of a rate the part, not what is only in the whole."""
        return self.rows.exclude(amount=0) if self._rate else self.rows

    def _last_row(self) -> int | None:
        found: int | None = self._sharing.order_by("-pk").values_list("pk", flat=True).first()
        return found

    @cached_property
    def _rest(self) -> Decimal:
        """The share of the last record takes what rounding leaves, so that the shares add up to the figure."""
        every = [self._share(amount) for amount in self._amounts(list(self._sharing))]
        return self._value - sum(every[:-1], Decimal(0))


def figures_at(report: Report, document: dict[str, Any], row: str, column: str, section: str = "") -> list[Figure]:
    """The figures these codes mean: without a section there may be several."""
    return [
        Figure(report, part, line, head)
        for part in document["sections"]
        if section in ("", part["code"])
        for line in part["rows"]
        if line["code"] == row
        for head in part["columns"]
        if head["code"] == column and column in line["cells"]
    ]


def led(report: Report, document: dict[str, Any]) -> set[tuple[str, str, str]]:
    """(section, row, column) of the figures that have records behind them."""
    kept = set(ReportLine.objects.filter(report=report).order_by().values_list("section", "row", "column").distinct())
    there = set(
        ReportEntry.objects.filter(report=report)
        .order_by()
        .values_list("measure", "place", "source", "spans")
        .distinct()
    )
    index = {
        (measure, unit, money, span)
        for measure, place, source, spans in there
        for unit in {"", place}
        for money in {"", source}
        for span in spans.strip("|").split("|")
    }
    for section in document["sections"]:
        for column in section["columns"]:
            for span, _sign in column.get("behind") or []:
                for row in section["rows"]:
                    measure = column.get("measure") or row.get("measure") or ""
                    found = (measure, row.get("place", ""), row.get("source", ""), span_of(row, span)) in index
                    if found and row["cells"][column["code"]]["status"] == "reported":
                        kept.add((section["code"], row["code"], column["code"]))
    return kept
