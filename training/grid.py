"""Tables that are typed or pasted into a page: plain inputs `<table>-<number>-<column>`, drawn by
training/_grid.html and helped by static/js/grid.js. What is wrong with a cell stands at the cell and in the summary."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from core.forms import KcForm
from core.text import nfc

Row = dict[str, str]
MOST_ROWS, FREE, MORE = 300, 5, 20
_OF_ROW = re.compile(r"(?:([a-z]+)\.)?(\d+)\.([a-z_]+)", re.ASCII)


@dataclass(frozen=True)
class Col:
    """`kind`: text, number or list; `options`: of a list."""

    code: str
    label: Any
    most: int = 200
    kind: str = "text"
    options: str = ""


class GridForm(KcForm):
    """`tables`: name → columns. `typed[table]`: the rows in which something stands, by their number on the page."""

    free = FREE

    def __init__(self, data: Any = None, *, tables: Mapping[str, tuple[Col, ...]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.tables = dict(tables)
        self.cell_errors: dict[tuple[str, int, str], list[str]] = {}
        self.stored: dict[str, list[Row]] = {name: [] for name in tables}
        self.typed = {name: self._typed(name) for name in tables} if self.is_bound else {}

    def _typed(self, name: str) -> list[tuple[int, Row]]:
        pattern, known = re.compile(rf"{name}-(\d{{1,4}})-([a-z_]+)", re.ASCII), {col.code for col in self.tables[name]}
        rows: dict[int, Row] = {}
        for key in self.data:
            found = pattern.fullmatch(key)
            if found and found[2] in known and (text := nfc(str(self.data[key])).replace("\0", "").strip()):
                rows.setdefault(int(found[1]), {})[found[2]] = text
        return sorted(rows.items())

    def read(self, name: str, parse: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows with their cells parsed (None and "" where nothing stands); faults are kept at their cells."""
        if len(self.typed[name]) > MOST_ROWS:
            self.add_error(None, _("At most %(most)s rows at once.") % {"most": MOST_ROWS})
            return []
        rows = []
        for number, row in self.typed[name]:
            cells: dict[str, Any] = {}
            for col in self.tables[name]:
                try:
                    cells[col.code] = parse.get(col.code, str)(row.get(col.code, ""))
                except ValueError as error:
                    self.wrong(name, number, col.code, str(error))
            rows.append(cells)
        return rows

    def wrong(self, name: str, number: int, column: str, text: str) -> None:
        if not self.cell_errors:
            self.add_error(None, _("Some cells of the table have to be put right."))
        self.cell_errors.setdefault((name, number, column), []).append(text)

    def blame(self, error: DomainError) -> None:
        """Errors by row and field of a service stand at the rows they came from."""
        rest: dict[str, list[str]] = {}
        for field, texts in error.fields.items():
            found = _OF_ROW.fullmatch(field)
            name = (found[1] or next(iter(self.tables))) if found else ""
            if found and name in self.tables and int(found[2]) < len(self.typed[name]):
                for text in texts:
                    self.wrong(name, self.typed[name][int(found[2])][0], found[3], text)
            else:
                rest[field] = texts
        if rest or not error.fields:
            super().blame(DomainError(error.message, fields=rest))

    @property
    def faults(self) -> list[dict[str, str]]:
        cells = [
            {
                "id": f"id_{name}-{number}-{column}",
                "label": "",
                "text": _("Row %(number)s, %(column)s: %(text)s")
                % {"number": number + 1, "column": self._label(name, column), "text": text},
            }
            for (name, number, column), texts in sorted(self.cell_errors.items())
            for text in texts
        ]
        return super().faults + cells

    def _label(self, name: str, column: str) -> str:
        return next((str(col.label) for col in self.tables[name] if col.code == column), column)

    def drawn(self, name: str) -> list[list[dict[str, Any]]]:
        """Each row as its cells, with empty ones at the end."""
        rows = dict(self.typed[name]) if self.is_bound else dict(enumerate(self.stored[name]))
        last = max(rows, default=-1)
        numbers = sorted(set(range(last + 1)) | set(range(last + 1 + self.free)))
        return [self._cells(name, number, rows.get(number, {})) for number in numbers[:MOST_ROWS]]

    def _cells(self, name: str, number: Any, row: Row) -> list[dict[str, Any]]:
        return [
            {
                "col": col,
                "name": f"{name}-{number}-{col.code}",
                "value": row.get(col.code, ""),
                "errors": self.cell_errors.get((name, number, col.code), ()),
            }
            for col in self.tables[name]
        ]

    @property
    def grids(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "rows": self.drawn(name), "pattern": self._cells(name, "__n__", {}), "cols": cols}
            for name, cols in self.tables.items()
        ]

    def show_more(self) -> None:
        """The button «more rows» without JavaScript: what was typed stands there again, unjudged."""
        self.free = MORE
        self.judge_nothing()
        self.cell_errors = {}


SESSION_COLS = (
    Col("on", gettext_lazy("Day"), 10),
    Col("hours", gettext_lazy("Hours"), 5, "number"),
    Col("topic", gettext_lazy("What is taught"), 300),
)
TRAINER_COLS = (
    Col("name", gettext_lazy("Name"), 200),
    Col("unit", gettext_lazy("Unit"), 200),
    Col("topic", gettext_lazy("What is taught"), 300),
)
ROSTER_COLS = (
    Col("name", gettext_lazy("Full name"), 200),
    Col("sex", gettext_lazy("Sex"), 10, options="grid-sexes"),
    Col("birth_year", gettext_lazy("Year of birth"), 10, "number"),
    Col("commune", gettext_lazy("Commune"), 100, options="grid-communes"),
    Col("phone", gettext_lazy("Telephone"), 20, "number"),
)
ID_COL = Col("id_number", gettext_lazy("ID number"), 20, "number")
