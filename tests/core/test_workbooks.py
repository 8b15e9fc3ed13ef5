"""Workbooks that people upload are read to texts, whatever is in them; what is made to harm harms nothing."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
import xlsxwriter

from core import workbooks


def book(fill: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, options)
    fill(made)
    made.close()
    return out.getvalue()


def test_cells_become_texts() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Ẩn").write(0, 0, "ẩn")
        sheet = made.add_worksheet("Danh sách")
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Số", "Nguyễn Thị Bưởi ", 1234567, 12.5, True])
        sheet.write_datetime(1, 0, dt.datetime(2026, 3, 2), day)
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_string(1, 2, "1.234")
        sheet.activate()
        made.get_worksheet_by_name("Ẩn").hide()

    assert workbooks.rows_of(book(fill), 10) == [
        ["Số", "Nguyễn Thị Bưởi", "1234567", "12.5", "true"],
        ["2026-03-02", "2", "1.234", "", ""],
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (book(lambda made: made.add_worksheet()), "empty"),
        (book(lambda made: made.add_worksheet().write(11, 0, 1)), "too_large"),
        (book(lambda made: made.add_worksheet().write(0, 300, 1)), "too_large"),
        (b"PK\x03\x04", "no_workbook"),
        (b"Ng\xc3\xa0y;1", "no_workbook"),
    ],
)
def test_what_cannot_be_used_says_why(data: bytes, fault: str) -> None:
    with pytest.raises(workbooks.Unreadable, match=fault):
        workbooks.rows_of(data, 10)


def test_bomb_ends_in_its_own_process() -> None:
    """One cell that fills all the memory there may be, packed small."""
    out = io.BytesIO()
    small = io.BytesIO(book(lambda made: made.add_worksheet().write(0, 0, "x")))
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/sharedStrings.xml", "w") as part:
            part.write(b"<sst><si><t>")
            for _block in range(workbooks.MEMORY >> 24):
                part.write(b"x" * (1 << 24))
            part.write(b"</t></si></sst>")
    with pytest.raises(workbooks.Unreadable):
        workbooks.rows_of(out.getvalue(), 10)
