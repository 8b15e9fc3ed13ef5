"""More workbooks as offices send them, and as nobody should: each is read as it was meant and that is told, or it gets
one clear message; nothing is stored of it, and the worker lives on."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from core.workbooks import rows_of
from enterprises.models import Enterprise
from imports.columns import Day, Money, Wrong
from tests import factories
from tests.imports.sheets import GOOD, HEADS, errors, repacked, sent, table, workbook
from tests.imports.test_hostile import PEAK, SHEET, filled, part, peak_of, with_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def entries(*names: str, count: int = 0) -> bytes:
    out = io.BytesIO(table(GOOD))
    with zipfile.ZipFile(out, "a") as package:
        for name in (*names, *(f"x{number}" for number in range(count))):
            package.writestr(name, b"")
    return out.getvalue()


def damaged() -> bytes:
    """One part whose packed bytes are no longer what was packed."""
    data = bytearray(table(*[GOOD] * 50))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        entry = package.getinfo(SHEET)
    start = entry.header_offset + 30 + sum(struct.unpack_from("<HH", data, entry.header_offset + 26))
    data[start : start + 40] = b"\xff" * 40
    return bytes(data)


def many_texts() -> bytes:
    """55 MB of texts that no cell shows."""
    more = b"".join(b"<si><t>%09d%s</t></si>" % (number, b"\xc3\xa2" * 45) for number in range(450_000))
    return part("xl/sharedStrings.xml", lambda content: content.replace(b"</sst>", more + b"</sst>"))


def deep() -> bytes:
    nested = b"<x>" * 200_000 + b"</x>" * 200_000
    return part("xl/workbook.xml", lambda content: content.replace(b"</workbook>", nested + b"</workbook>"))


def sheet(old: bytes, new: bytes) -> bytes:
    return part(SHEET, lambda content: content.replace(old, new))


# name → (the file, words of the message)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "100000-parts": (lambda: entries(count=100_000), "tệp mẫu"),
    "part-above-its-package": (lambda: entries("../../../etc/cron.d/x"), "tệp mẫu"),
    "part-at-an-address-of-the-machine": (lambda: entries("/etc/passwd"), "tệp mẫu"),
    "packed-bytes-damaged": (damaged, "*.xlsx"),
    "nested-200000-deep": (deep, "quá nhiều"),
    "text-that-is-not-there": (lambda: sheet(b"<v>0</v>", b"<v>4000000000</v>"), "*.xlsx"),
    "row-nought": (lambda: sheet(b'r="A2"', b'r="A0"'), "*.xlsx"),
    "sheet-without-its-part": (lambda: repacked(table(GOOD), lambda n, c: None if n == SHEET else c), "*.xlsx"),
    "head-in-row-25": (lambda: table(GOOD, above=24), "20"),
    "totals-only": (lambda: table(("Tổng cộng", None, None, None, 25)), "dưới dòng tiêu đề"),
    "very-hidden-sheet": (
        lambda: part("xl/workbook.xml", lambda content: content.replace(b"<sheet ", b'<sheet state="veryHidden" ')),
        "hiển thị",
    ),
    "csv-in-vietnamese": (lambda: "\ufeffTên cơ sở;Loại hình\nHTX A;HTX\n".encode("utf-16"), "*.xlsx"),
    "web-page-called-xlsx": (lambda: b"<html><table><tr><td>STT</td></tr></table></html>", "*.xlsx"),
    "comma-instead-of-columns": (lambda: table(("HTX A,HTX,X",), heads=("Tên cơ sở,Loại hình,Xã",)), "tệp mẫu"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused_in_one_message_and_little_memory(name: str, people: Any) -> None:
    make, words = REFUSED[name]
    data = make()
    row = sent(data, people.officer)
    assert row.state == "unreadable", (row.state, row.warnings, errors(row))
    assert words in row.fault, row.fault
    assert len(row.fault) < 500
    assert not Enterprise.objects.exists()
    assert row.upload is None
    if name in ("100000-parts", "nested-200000-deep"):
        assert peak_of(data) < PEAK
    assert sent(table(GOOD), people.officer).new == 1  # the worker goes on


WRONG_CELLS: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "real-fault-of-a-formula": (
        lambda: sheet(b'<c r="E2"><v>25</v></c>', b'<c r="E2" t="e"><f>Sheet9!A1</f><v>#REF!</v></c>'),
        {"E2": "#REF!"},
    ),
    "fault-in-the-name": (
        lambda: sheet(b'<c r="A2" t="s"><v>6</v></c>', b'<c r="A2" t="e"><v>#N/A</v></c>'),
        {"A2": "#N/A"},
    ),
    "number-with-a-fraction": (lambda: with_cell(4, "1.234,5"), {"E2": "1.234,5"}),
    "number-with-a-word": (lambda: with_cell(4, "12 người"), {"E2": "chữ số"}),
    "number-beyond-all-machines": (lambda: with_cell(4, 1e25), {"E2": "1.000.000"}),
    "yes-for-a-number": (lambda: with_cell(4, True), {"E2": "chữ số"}),
    "time-for-a-number": (
        lambda: filled(lambda book, at: at.write(1, 4, dt.time(7, 30), book.add_format({"num_format": "hh:mm"}))),
        {"E2": "chữ số"},
    ),
    "name-is-a-number": (lambda: with_cell(3, 12345), {"D2": "12345"}),
    "text-of-32767": (lambda: with_cell(0, "Ạ" * 32_767), {"A2": "300"}),
    "control-character": (lambda: with_cell(0, "HTX \x07 Mây"), {"A2": "ký tự"}),
    "nul": (
        lambda: sheet(b'<c r="A2" t="s"><v>6</v></c>', b'<c r="A2" t="inlineStr"><is><t>HTX_x0000_A</t></is></c>'),
        {"A2": "ký tự"},
    ),
    "text-turned-round": (lambda: with_cell(0, "HTX \u202egnoD iaM\u202c"), {"A2": "ký tự"}),
    "merged-over-columns": (
        lambda: filled(lambda book, at: at.merge_range(1, 0, 1, 1, "Hợp tác xã gộp")),
        {"A2": "A2:B2"},
    ),
}


@pytest.mark.parametrize("name", WRONG_CELLS)
def test_cell_is_named_with_its_cure(name: str, people: Any) -> None:
    make, cells = WRONG_CELLS[name]
    row = sent(make(), people.officer)
    assert row.state == "checked" and row.wrong, (row.state, row.fault, row.warnings, row.read()["rows"])
    found = errors(row)
    assert set(found) == set(cells), found
    assert all(words in found[cell] for cell, words in cells.items()), found
    assert not Enterprise.objects.exists()


def two_lines() -> bytes:
    def fill(book: Any, at: Any) -> None:
        at.merge_range(0, 0, 0, 5, "DANH SÁCH CƠ SỞ CÔNG NGHIỆP NÔNG THÔN")
        for number in (0, 1, 2, 4):
            at.merge_range(2, number, 3, number, HEADS[number])
        at.write(2, 3, "Liên hệ")
        at.write_row(3, 3, [HEADS[3]])
        at.merge_range(2, 5, 3, 5, HEADS[5])
        at.write_row(4, 0, [1, 2, 3, 4, 5, 6])
        at.write_row(5, 0, ["" if cell is None else cell for cell in GOOD])
        at.write_row(6, 0, ["Tổng cộng: 1 cơ sở", "", "", "", 25])

    return workbook(fill)


def formatted(rows: int, columns: int) -> bytes:
    """Cells that hold nothing but a border, far below and far to the right."""
    lines = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (number, number) for number in range(3, rows))
    wide = b"".join(b'<c r="%s2" s="0"/>' % name for name in (b"ZZ", b"XFD")[:columns])
    return sheet(b"</row></sheetData>", wide + b"</row>" + lines + b"</sheetData>")


def old_days() -> bytes:
    def fill(book: Any, at: Any) -> None:
        at.write_row(0, 0, HEADS)
        at.write_row(1, 0, ["" if cell is None else cell for cell in GOOD])
        at.protect("mat-khau")
        at.autofilter(0, 0, 2, 5)
        at.write_row(2, 0, ["HTX Chè Đồng Tiến", "", "HTX", "Xã Đồng Tiến", 5, ""])
        at.set_row(2, None, None, {"hidden": True})

    return workbook(fill)


# name → (the file, words that are told)
READ: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "head-of-two-lines-with-numbers-and-sum": (two_lines, ("5", "7")),
    "signed-below": (
        lambda: table(
            GOOD,
            (None, None, None, None, "Hà Tĩnh, ngày 20 tháng 11 năm 2026"),
            (None, "NGƯỜI LẬP BIỂU", None, None, None, "GIÁM ĐỐC"),
        ),
        ("3, 4",),
    ),
    "head-in-row-7": (lambda: table(GOOD, above=6), ()),
    "head-with-line-breaks-and-hard-spaces": (
        lambda: table(
            GOOD,
            heads=("Tên\ncơ\u00a0sở", "Mã số thuế *", "LOẠI HÌNH", "Xã / phường", "Số  lao động (người)", "Điện thoại"),
        ),
        (),
    ),
    "hard-spaces-in-cells": (
        lambda: table(
            ("Hợp\u00a0tác xã\u00a0Mây ", None, " Hợp tác xã\u00a0", "Xã\u00a0Đồng Tiến", "\u00a01\u00a0250 ", None)
        ),
        (),
    ),
    "spaces-nobody-sees": (lambda: with_cell(0, "\ufeffHợp tác xã\u200b Mây\u200b tre"), ()),
    "letters-in-parts": (lambda: with_cell(3, "Xã Đồng Tiến"), ()),
    "55-mb-of-texts-that-no-cell-shows": (many_texts, ()),
    "many-empty-formatted-rows": (lambda: formatted(60_000, 0), ()),
    "empty-formatted-columns-to-the-end": (lambda: formatted(5, 2), ()),
    "filtered-and-protected": (old_days, ("3",)),
    "unknown-column": (lambda: table((*GOOD, "x"), heads=(*HEADS, "Ghi chú của tôi")), ("Ghi chú của tôi",)),
    "telephone-without-its-zero": (lambda: with_cell(5, 912345678), ()),
    "claims-to-be-the-whole-sheet": (
        lambda: part(SHEET, lambda content: content.replace(b'ref="A1:F2"', b'ref="A1:XFD1048576"')),
        (),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_file_as_offices_make_it_is_read_and_what_was_done_is_told(name: str, people: Any) -> None:
    make, words = READ[name]
    row = sent(make(), people.officer)
    assert (row.state, row.wrong) == ("checked", 0), (row.fault, errors(row))
    assert row.new == (2 if name == "filtered-and-protected" else 1)
    assert all(cell == cell.strip() and "\u200b" not in cell for cell in map(str, row.read()["rows"][0]["c"]))
    if name.startswith("55-mb"):
        assert peak_of(make()) < PEAK
    told = " ".join(row.warnings)
    assert all(one in told for one in words), told


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        (Day("d", "Ngày"), "31/02/2024", "31/02/2024"),
        (Day("d", "Ngày"), "29-02-2023", "29-02-2023"),
        (Day("d", "Ngày"), 45_000, "15/03/2023"),
        (Day("d", "Ngày"), "1/2/24", "31/12/2026"),
        (Day("d", "Ngày"), "tháng 3/2024", "31/12/2026"),
        (Day("d", "Ngày"), dt.date(1900, 1, 5), "05/01/1900"),
        (Money("m", "Tiền"), "12 triệu", "12 triệu"),
        (Money("m", "Tiền"), "1,234", "1,234"),
        (Money("m", "Tiền"), "1.23.4", "1.23.4"),
        (Money("m", "Tiền"), "-5", "-5"),
    ],
)
def test_day_or_amount_that_says_two_things_or_none_is_asked_about(column: Any, cell: Any, words: str) -> None:
    with pytest.raises(Wrong) as refusal:
        column.in_unit(cell, 1_000_000) if isinstance(column, Money) else column.read(cell, {}, [])
    assert words in refusal.value.args[0]


def test_amount_in_vietnamese_figures_and_days_of_1904_are_read_as_meant() -> None:
    assert Money("m", "Tiền").in_unit("1.234,5", 1_000_000) == 1_234_500_000
    assert Money("m", "Tiền").in_unit("\u00a01\u00a0234,5", 1_000_000) == 1_234_500_000

    def fill(book: Any, at: Any) -> None:
        at.write_datetime(0, 0, dt.datetime(2024, 2, 29), book.add_format({"num_format": "dd/mm/yyyy"}))

    assert rows_of(workbook(fill, date_1904=True), 10) == [["2024-02-29"]]
