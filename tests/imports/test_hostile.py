"""Forty workbooks that are broken, misleading or made to harm: each gets one clear message, the worker lives on, and
other work goes on."""

import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from core.apart import ROOT
from enterprises.models import Enterprise
from imports.checking import MAX_ROWS
from tests import factories
from tests.imports.sheets import GOOD, HEADS, errors, repacked, sent, table, workbook

pytestmark = pytest.mark.django_db

SHEET = "xl/worksheets/sheet1.xml"
PEAK = 600 << 20


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def filled(fill: Callable[[Any, Any], None]) -> bytes:
    """A good head and row, then whatever `fill(book, sheet)` does."""

    def both(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ["" if cell is None else cell for cell in GOOD])
        fill(book, sheet)

    return workbook(both)


def with_cell(number: int, value: Any) -> bytes:
    return table([value if position == number else cell for position, cell in enumerate(GOOD)])


def part(name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    return repacked(table(GOOD), lambda found, content: change(content) if found == name else content)


def more(**parts: bytes) -> bytes:
    return repacked(table(GOOD), lambda _name, content: content, **parts)


def in_zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in names:
            package.writestr(name, b"x")
    return out.getvalue()


def bomb() -> bytes:
    return part(SHEET, lambda content: content.replace(b"<sheetData>", b"<sheetData><!--" + b" " * (80 << 20) + b"-->"))


def quiet_bomb() -> bytes:
    """Says of itself that it is small."""
    data = bytearray(bomb())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        entry = package.getinfo(SHEET)
    size = entry.file_size.to_bytes(4, "little")
    return bytes(data.replace(size, (1000).to_bytes(4, "little")))


def laughing() -> bytes:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    kind = f"<!DOCTYPE x [{laughs}]>".encode()
    return part("xl/sharedStrings.xml", lambda content: content.replace(b"<sst", kind + b"<sst", 1))


def reading_files() -> bytes:
    kind = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return part("xl/workbook.xml", lambda content: content.replace(b"<workbook", kind + b"<workbook", 1))


def far_away() -> bytes:
    return filled(lambda book, sheet: sheet.write(1_048_575, 16_383, "x"))


def merged(rows: int) -> bytes:
    return filled(lambda book, sheet: sheet.merge_range(1, 0, rows, 0, "Hợp tác xã gộp"))


def hidden_only() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        book.add_worksheet("Trống").activate()
        sheet.hide()

    return filled(fill)


# name → (the file, words of the message), for files that are refused as a whole.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "text": (lambda: b"STT;T\xc3\xaan\n1;A", "*.xlsx"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 200, "*.xlsx"),
    "program": (lambda: b"MZ" + b"\0" * 200, "*.xlsx"),
    "old-excel-or-password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "*.xlsx"),
    "cut-off": (lambda: table(GOOD)[:3000], "*.xlsx"),
    "word": (lambda: in_zip("[Content_Types].xml", "word/document.xml"), "*.xlsx"),
    "open-document": (lambda: in_zip("mimetype", "content.xml"), "*.xlsx"),
    "empty-package": (lambda: in_zip("xl/workbook.xml"), "*.xlsx"),
    "broken-sheet": (lambda: part(SHEET, lambda content: content[: len(content) // 2]), "*.xlsx"),
    "no-relations": (lambda: part("xl/_rels/workbook.xml.rels", lambda content: b"<broken"), "*.xlsx"),
    "macros": (lambda: more(xl__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "macro"),
    "macro-type": (
        lambda: part(
            "[Content_Types].xml",
            lambda content: content.replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            ),
        ),
        "macro",
    ),
    "doctype-laughs": (laughing, "tệp mẫu"),
    "doctype-reads-files": (reading_files, "tệp mẫu"),
    "utf-16-part": (
        lambda: part("xl/sharedStrings.xml", lambda content: content.decode().encode("utf-16")),
        "tệp mẫu",
    ),
    "too-many-parts": (lambda: more(**{f"xl__x{number}": b"x" for number in range(250)}), "tệp mẫu"),
    "part-twice": (lambda: twice(), "tệp mẫu"),
    "bomb": (bomb, "quá nhiều"),
    "bomb-that-lies": (quiet_bomb, ""),
    "cell-far-away": (far_away, "quá nhiều"),
    "too-many-columns": (lambda: filled(lambda book, sheet: sheet.write(1, 300, "x")), "quá nhiều"),
    "hidden-sheet-only": (hidden_only, "hiển thị"),
    "nothing": (lambda: workbook(lambda book, sheet: None), "hiển thị"),
    "head-only": (lambda: table(), "dưới dòng tiêu đề"),
    "another-list": (lambda: table(("1", "2"), heads=("STT", "Ghi chú")), "Tên"),
    "column-missing": (lambda: table(GOOD[:3], heads=HEADS[:3]), "Xã"),
    "column-twice": (lambda: table((*GOOD, "x"), heads=(*HEADS, "Tên cơ sở")), "A, G"),
    "rows-over-the-limit": (lambda: table(*([GOOD] * (MAX_ROWS + 1))), "10.001"),
}

# name → (the file, {cell: words of its message}), for files that are read.
WRONG_CELLS: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "number-as-text-in-two-ways": (lambda: with_cell(4, "1,234"), {"E2": "1234"}),
    "decimal": (lambda: with_cell(4, 1.234), {"E2": "1.234"}),
    "words-for-a-number": (lambda: with_cell(4, "hai mươi"), {"E2": "chữ số"}),
    "negative": (lambda: with_cell(4, -5), {"E2": "0"}),
    "too-large": (lambda: with_cell(4, 10**12), {"E2": "1.000.000"}),
    "long-text": (lambda: with_cell(0, "x" * 5000), {"A2": "300"}),
    "fault-of-a-formula": (lambda: with_cell(4, "#REF!"), {"E2": "#REF!"}),
    "tax-code-does-not-add-up": (lambda: with_cell(1, "1234567890"), {"B2": "10"}),
    "day-for-a-number": (
        lambda: filled(
            lambda book, sheet: sheet.write(1, 4, dt.date(2026, 1, 2), book.add_format({"num_format": "dd/mm"}))
        ),
        {"E2": "02/01/2026"},
    ),
    "merged-rows": (lambda: merged(2), {"A2": "A2:A3"}),
    "formula-without-result": (
        lambda: part(SHEET, lambda content: content.replace(b"<v>25</v>", b"<f>20+5</f>")),
        {"E2": "Excel"},
    ),
    "unknown-commune": (lambda: with_cell(3, "Xã Không Có"), {"D2": "Xã Không Có"}),
}


def twice() -> bytes:
    out = io.BytesIO(table(GOOD))
    with zipfile.ZipFile(out, "a") as package, pytest.warns(UserWarning):
        package.writestr(SHEET, b"<worksheet/>")
    return out.getvalue()


def test_there_are_forty() -> None:
    assert len(REFUSED) + len(WRONG_CELLS) >= 40


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_cannot_be_imported_says_why_in_one_message(name: str, people: Any) -> None:
    make, words = REFUSED[name]
    row = sent(make(), people.officer)
    assert row.state == "unreadable"
    assert words in row.fault
    assert len(row.fault) < 500
    assert not Enterprise.objects.exists()
    assert row.upload is None
    assert sent(table(GOOD), people.officer).new == 1  # the worker goes on


@pytest.mark.parametrize("name", WRONG_CELLS)
def test_wrong_cell_is_named_with_its_cure(name: str, people: Any) -> None:
    make, cells = WRONG_CELLS[name]
    row = sent(make(), people.officer)
    assert row.state == "checked" and row.wrong
    found = errors(row)
    assert set(found) == set(cells)
    assert all(words in found[cell] for cell, words in cells.items())


def test_formulas_hidden_rows_and_hidden_sheets_are_told(people: Any) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 4, "=20+5", None, 25)
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column(5, 5, 10, None, {"hidden": True})
        other = book.add_worksheet("Nháp")
        other.write(0, 0, "x")
        other.hide()

    row = sent(filled(fill), people.officer)
    assert (row.new, row.wrong) == (1, 0)
    told = " ".join(row.warnings)
    assert all(words in told for words in ("E", "2", "Nháp", "F"))
    assert row.read()["rows"][0]["c"][4] == 25


MEASURED = """
import core.workbooks, sys
try:
    core.workbooks._main()
finally:
    sys.stderr.write(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak_of(data: bytes) -> int:
    """Bytes of memory that the process apart took at most; none where its limit ended it before it could tell."""
    command = [sys.executable, "-c", MEASURED, str(MAX_ROWS)]
    done = subprocess.run(command, input=data, capture_output=True, cwd=ROOT, check=False)
    found = re.search(rb"VmHWM:\s*(\d+) kB", done.stderr)
    assert found or done.returncode
    return int(found[1]) * 1024 if found else 0


@pytest.mark.parametrize("name", ["bomb", "bomb-that-lies", "doctype-laughs", "cell-far-away", "rows-over-the-limit"])
def test_no_file_takes_much_memory(name: str) -> None:
    assert peak_of(REFUSED[name][0]()) < PEAK
