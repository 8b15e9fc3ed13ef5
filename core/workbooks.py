"""Reading a workbook (XLSX) that somebody uploaded: its cells as they were typed, and what in it misleads.

What comes from outside may be made to harm. It is read in a process of its own with little time and memory, and the
package is looked at before any library opens it: how many parts, how much is in them when unpacked, no macros, no
document type definitions, no sheet that claims millions of cells.
"""

import datetime as dt
import io
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import orjson
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from core.apart import TooMuch, limit, run_apart

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # the type of the file
SECONDS, MEMORY = 20, 512 << 20
MAX_COLUMNS = 200
MAX_CELLS = 200_000
MAX_PARTS = 200
MAX_MERGED = 2_000
MAX_UNPACKED = 60 << 20
MAX_RATIO, RATIO_FROM = 100, 1 << 20

Cell = str | int | float | bool | dt.date | None


class Unreadable(Exception):
    """`args[0]`: why, a key of said()."""

    @property
    def words(self) -> str:
        return said(self.args[0])


def said(code: str) -> str:
    """Why a workbook cannot be used, and what to do about it."""
    words = {
        "no_workbook": _("This is not an Excel workbook that can be read. Save it anew as «Excel Workbook (*.xlsx)»."),
        "old_or_locked": _(
            "The file is in the old Excel format or has a password. Remove the password and save it as «Excel Workbook "
            "(*.xlsx)»."
        ),
        "macros": _("The workbook holds macros, which are not accepted. Save it as «Excel Workbook (*.xlsx)»."),
        "unsafe": _(
            "The workbook holds parts that Excel does not make. Copy the rows into the template and send that."
        ),
        "too_large": _(
            "The sheet holds too much. Delete what is no data (also far to the right and far below), or split it."
        ),
        "empty": _("There is nothing in the visible sheets of the workbook. Enter at least one row."),
    }
    return words[code]


@dataclass(frozen=True)
class Sheet:
    """One visible sheet. Rows and columns count from 0. `merged`: (first row, first column, last row, last column).
    `unworked`: cells with a formula whose result is not stored. Hidden rows are among the rows all the same."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]
    formulas: list[tuple[int, int]]
    unworked: list[tuple[int, int]]
    hidden_rows: list[int]
    hidden_columns: list[int]


@dataclass(frozen=True)
class Book:
    """The visible sheets that hold anything; names of hidden ones; whether it refers to other files."""

    sheets: list[Sheet]
    hidden: list[str]
    linked: bool


def to_json(cell: Cell) -> Any:
    """A cell for storing; from_json() gives it back."""
    return {"day": cell.isoformat()} if isinstance(cell, dt.date) else cell


def from_json(cell: Any) -> Cell:
    return dt.date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def book_of(data: bytes, most: int) -> Book:
    """What is in the workbook. Raises Unreadable; a sheet with more than `most` rows is too large."""
    try:
        answer = run_apart("core.workbooks", data, str(most), seconds=SECONDS)
    except TooMuch as error:
        raise Unreadable("too_large") from error
    if "fault" in answer:
        raise Unreadable(answer["fault"])
    for sheet in answer["sheets"]:
        for row in sheet["rows"]:
            for number, cell in enumerate(row):
                if isinstance(cell, dict):
                    row[number] = from_json(cell)
    return Book([Sheet(**sheet) for sheet in answer["sheets"]], answer["hidden"], answer["linked"])


def rows_of(data: bytes, most: int) -> list[list[str]]:
    """The rows of the first visible sheet that has any, as texts: whole numbers without a point, days as 2026-01-31, a
    formula's result as it was stored, nothing for an empty cell. Raises Unreadable as book_of()."""
    return [[_text(cell) for cell in row] for row in book_of(data, most).sheets[0].rows]


def _text(value: Cell) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value).strip()


# --- in the process apart ---------------------------------------------------------------------------------------------


BROKEN = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError),
    *(ValueError, KeyError, RuntimeError, NotImplementedError, EOFError),
)


class _Fault(Exception):
    """`args[0]`: a key of said()."""


_FULL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/]>')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(<(?:\w+:)?v>[^<])?'
)
_ERROR = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]{1,3})([1-9]\d{0,6})"[^>]* t="e"[^>]*>(?:\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?'
    rb"\s*<(?:\w+:)?v>(#[^<]{1,20})<"
)
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0xAD))  # spaces and hyphens without width
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row r="(\d{1,7})"[^>]* hidden="(?:1|true)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col ([^>]*)>")
_NAMES = {
    "main": "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "strict": "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts of the package, unpacked with a hard limit: what a part says of its size may be a lie."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _Fault("old_or_locked")
    if not is_workbook(data):
        raise _Fault("no_workbook")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entries = package.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > MAX_PARTS or len(set(names)) < len(names):
            raise _Fault("unsafe")
        if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
            raise _Fault("unsafe")
        if any(entry.flag_bits & 1 for entry in entries):
            raise _Fault("old_or_locked")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise _Fault("macros")
        if "xl/workbook.xml" not in names:
            raise _Fault("no_workbook")
        left, found = MAX_UNPACKED, {}
        for entry in entries:
            with package.open(entry) as part:
                content = part.read(left + 1)
            left -= len(content)
            packed = max(entry.compress_size, 1)
            if left < 0 or (len(content) > RATIO_FROM and len(content) > MAX_RATIO * packed):
                raise _Fault("too_large")
            found[entry.filename] = content
    for name, content in found.items():
        if name.endswith((".xml", ".rels")):
            # Without a definition of its type a document can name no entity; in UTF-16 the words would hide.
            if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:200]:
                raise _Fault("unsafe")
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise _Fault("unsafe")
        if name == "[Content_Types].xml" and b"macroEnabled" in content:
            raise _Fault("macros")
    return found


def _sheets(parts: dict[str, bytes]) -> list[tuple[str, bool, bytes]]:
    """(name, whether it is visible, its XML) in the order of the tabs."""
    links = ElementTree.fromstring(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = []
    root = ElementTree.fromstring(parts["xl/workbook.xml"])
    for space in _NAMES.values():
        for sheet in root.iter(f"{space}sheet"):
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found.append((sheet.get("name", ""), sheet.get("state", "visible") == "visible", parts.get(path, b"")))
    return found


def _hidden_columns(xml: bytes) -> list[int]:
    found: list[int] = []
    for match in _COLUMN.finditer(xml):
        said_of = dict(re.findall(rb'(\w+)="([^"]*)"', match[1]))
        if said_of.get(b"hidden") in (b"1", b"true"):
            first, last = int(said_of.get(b"min", b"1")), int(said_of.get(b"max", b"1"))
            found.extend(range(first - 1, min(last, MAX_COLUMNS)))
    return found


def _scan(xml: bytes, most: int) -> dict[str, Any]:
    """What the library does not tell, and whether the sheet claims more than there may be."""
    rows = columns = cells = 0
    for match in _FULL.finditer(xml):
        rows, columns, cells = max(rows, int(match[2])), max(columns, _column(match[1]) + 1), cells + 1
    if rows > most or columns > MAX_COLUMNS or cells > MAX_CELLS:
        raise _Fault("too_large")
    formulas: list[tuple[int, int]] = []
    unworked: list[tuple[int, int]] = []
    for match in _FORMULA.finditer(xml):
        (formulas if match[3] else unworked).append((int(match[2]) - 1, _column(match[1])))
    merged = [(int(m[2]) - 1, _column(m[1]), int(m[4]) - 1, _column(m[3])) for m in _MERGED.finditer(xml)]
    if len(merged) > MAX_MERGED:
        raise _Fault("too_large")
    hidden = [int(match[1]) - 1 for match in _HIDDEN_ROW.finditer(xml)]
    return {
        "merged": merged,
        "formulas": formulas,
        "unworked": unworked,
        "hidden_rows": hidden,
        "hidden_columns": _hidden_columns(xml),
    }


def _show_faults(rows: list[list[Any]], xml: bytes) -> None:
    """The library leaves a cell empty where a formula went wrong. It is not: its fault stands in it, as in Excel."""
    for match in _ERROR.finditer(xml):
        row, column = int(match[2]) - 1, _column(match[1])
        if row < MAX_CELLS and column < MAX_COLUMNS:
            rows.extend([] for _line in range(row + 1 - len(rows)))
            rows[row].extend(None for _cell in range(column + 1 - len(rows[row])))
            rows[row][column] = match[3].decode("utf-8", "replace")
    width = max((len(row) for row in rows), default=0)
    for line in rows:
        line.extend(None for _cell in range(width - len(line)))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_UNSEEN).strip() or None
    if isinstance(value, float):
        if abs(value) >= 1e15:  # more than a cell shows exactly, and than JSON holds
            return format(Decimal(repr(value)), "f")
        return int(value) if value.is_integer() else value
    if isinstance(value, dt.datetime):
        return {"day": value.date().isoformat()} if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return value if isinstance(value, (bool, int)) or value is None else str(value)


def _read(data: bytes, most: int) -> dict[str, Any]:
    try:
        parts = _parts(data)
        seen = _sheets(parts)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for name, visible, xml in seen:
            if not visible:
                continue
            if not xml:
                raise _Fault("no_workbook")
            traps = _scan(xml, most)
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > most or sheet.total_width > MAX_COLUMNS:
                raise _Fault("too_large")
            rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            _show_faults(rows, xml)
            if any(cell is not None for row in rows for cell in row):
                sheets.append({"name": name, "rows": rows, **traps})
        if not sheets:
            raise _Fault("empty")
    except _Fault as fault:
        return {"fault": fault.args[0]}
    except BROKEN:
        return {"fault": "no_workbook"}
    linked = any(name.startswith("xl/externalLinks/") for name in parts)
    return {"sheets": sheets, "hidden": [name for name, visible, _xml in seen if not visible], "linked": linked}


def _main() -> None:
    limit(SECONDS, MEMORY)
    sys.stdout.buffer.write(orjson.dumps(_read(sys.stdin.buffer.read(), int(sys.argv[1]))))


if __name__ == "__main__":
    _main()
