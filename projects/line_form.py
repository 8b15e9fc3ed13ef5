"""The budget table as it is typed: plain inputs `line-<number>-<column>`, drawn by projects/_lines_form.html."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import group, parse_vnd
from core.text import fold, nfc
from programmes.models import Activity
from projects.lines import MAX_LINES, LineData, parse_quantity

SOURCES = ("national", "local", "counterpart", "other")
# Column → its head, the most characters, the kind of its input.
COLUMNS: dict[str, tuple[Any, int, str]] = {
    "content": (gettext_lazy("Content"), 300, "text"),
    "activity": (gettext_lazy("Activity"), 300, "text"),
    "unit": (gettext_lazy("Unit"), 60, "text"),
    "quantity": (gettext_lazy("Quantity"), 20, "number"),
    "unit_price": (gettext_lazy("Unit price"), 30, "money"),
    "national": (gettext_lazy("National"), 30, "money"),
    "local": (gettext_lazy("Local"), 30, "money"),
    "counterpart": (gettext_lazy("Counterpart"), 30, "money"),
    "other": (gettext_lazy("Other"), 30, "money"),
}
SHOWN = "lines_shown"  # a form without it says nothing of the table
FREE, MORE = 3, 10  # empty rows offered at the end; those that the button adds
_NAME = re.compile(r"line-(\d{1,4})-([a-z_]+)", re.ASCII)
Row = dict[str, str]


class LinesInput(forms.Widget):
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row] | None:
        """The rows in which something stands, in their order."""
        if SHOWN not in data:
            return None
        rows: dict[int, Row] = {}
        for key in data:
            found = _NAME.fullmatch(key)
            if found and found[2] in COLUMNS and (text := nfc(str(data[key])).replace("\0", "").strip()):
                rows.setdefault(int(found[1]), {})[found[2]] = text
        return [rows[number] for number in sorted(rows)]


class LinesField(forms.Field):
    """Cleaned: a list of LineData, or None where the form does not have the table. `cell_errors`: by row and column."""

    widget = LinesInput

    def clean(self, value: list[Row] | None) -> list[LineData] | None:
        self.cell_errors: dict[tuple[int, str], list[str]] = {}
        if value is None:
            return None
        if len(value) > MAX_LINES:
            text = _("At most %(most)s lines; these are %(count)s. Put small items together.")
            raise forms.ValidationError(text % {"most": MAX_LINES, "count": len(value)})
        known = _activities() if any("activity" in row for row in value) else {}
        lines = [self._line(number, row, known) for number, row in enumerate(value)]
        if self.cell_errors:
            raise forms.ValidationError(self.told())
        return lines

    def _line(self, number: int, row: Row, known: Mapping[str, Activity]) -> LineData:
        def read(column: str, parse: Any) -> Any:
            try:
                return parse(row[column]) if column in row else None
            except ValueError as error:
                self.wrong(number, column, str(error))
                return None

        activity = known.get(fold(row.get("activity", "")))
        if "activity" in row and activity is None:
            self.wrong(number, "activity", _("There is no activity of this name. Choose one of the list."))
        if not row.get("content"):
            self.wrong(number, "content", _("Say what the line is for."))
        amounts = {source: read(source, parse_vnd) for source in SOURCES}
        return LineData(
            content=row.get("content", ""),
            activity=activity,
            unit=row.get("unit", ""),
            quantity=read("quantity", parse_quantity),
            unit_price_vnd=read("unit_price", parse_vnd),
            money={source: amount for source, amount in amounts.items() if amount is not None},
        )

    def wrong(self, number: int, column: str, text: str) -> None:
        self.cell_errors.setdefault((number, column), []).append(text)

    def told(self) -> list[str]:
        return [told(number, column, text) for (number, column), texts in self.cell_errors.items() for text in texts]


def told(number: int, column: str, text: str) -> str:
    """A fault with its place, for the summary."""
    place = {"number": number + 1, "column": COLUMNS[column][0], "text": text}
    return _("Line %(number)s, %(column)s: %(text)s") % place


def column_of(field: str) -> str:
    """The column of a service's name of a field."""
    name = field.removesuffix("_vnd")
    return name if name in COLUMNS else "national"


def _activities() -> dict[str, Activity]:
    """By name and by code, folded."""
    rows = list(Activity.objects.all())
    return {**{fold(row.name): row for row in rows}, **{fold(row.code): row for row in rows}}


def typed_rows(lines: Iterable[LineData]) -> list[Row]:
    """Stored lines as the form shows them."""
    return [_row(line) for line in lines]


def _row(line: LineData) -> Row:
    texts = {
        "content": line.content,
        "activity": line.activity.name if line.activity else "",
        "unit": line.unit,
        "quantity": group(line.quantity) if line.quantity is not None else "",
        "unit_price": group(line.unit_price_vnd) if line.unit_price_vnd is not None else "",
        **{source: group(amount) for source, amount in line.money.items()},
    }
    return {column: text for column, text in texts.items() if text}


def in_words(rows: Iterable[Row] | None) -> str:
    """The table as one sentence, to compare two versions of it."""
    return "; ".join(" ".join(row[column] for column in COLUMNS if column in row) for row in rows or ())


def drawn(
    rows: list[Row] | None, errors: Mapping[tuple[int, str], list[str]], free: int = FREE
) -> list[list[dict[str, Any]]]:
    """Each row as its cells, with empty rows at the end."""
    typed = list(rows or ())
    most = max(MAX_LINES, len(typed))
    typed += [{} for _free in range(min(free, most - len(typed)))]
    return [
        [
            {
                "id": f"id_line-{number}-{column}",
                "name": f"line-{number}-{column}",
                "column": column,
                "label": label,
                "most": most_letters,
                "kind": kind,
                "value": row.get(column, ""),
                "errors": errors.get((number, column), ()),
            }
            for column, (label, most_letters, kind) in COLUMNS.items()
        ]
        for number, row in enumerate(typed)
    ]
