"""Reading a workbook (XLSX) that somebody uploaded: its first visible sheet, as texts.

What comes from outside may be made to harm: it is read in a process of its own, with little time and memory.
"""

import datetime as dt
import io
import json
import sys
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from core.apart import TooMuch, limit, run_apart

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # the type of the file
SECONDS, MEMORY = 20, 768 << 20
MAX_COLUMNS = 200


class Unreadable(Exception):
    """`args[0]`: «no_workbook» (another kind of file, broken, or with a password), «too_large» or «empty»."""


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def rows_of(data: bytes, most: int) -> list[list[str]]:
    """The rows of the first visible sheet that has any, as texts: whole numbers without a point, days as 2026-01-31, a
    formula's result as it was stored, nothing for an empty cell. Raises Unreadable; more than `most` rows are too
    large."""
    try:
        answer = run_apart("core.workbooks", data, str(most), seconds=SECONDS)
    except TooMuch as error:
        raise Unreadable("too_large") from error
    if "fault" in answer:
        raise Unreadable(answer["fault"])
    rows: list[list[str]] = answer["rows"]
    return rows


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def _read(data: bytes, most: int) -> dict[str, Any]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.total_height > most or sheet.total_width > MAX_COLUMNS:
                return {"fault": "too_large"}
            rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            if any(any(row) for row in rows):
                return {"rows": rows}
    except (CalamineError, ValueError, KeyError):
        return {"fault": "no_workbook"}
    return {"fault": "empty"}


def _main() -> None:
    limit(SECONDS, MEMORY)
    sys.stdout.write(json.dumps(_read(sys.stdin.buffer.read(), int(sys.argv[1]))))


if __name__ == "__main__":
    _main()
