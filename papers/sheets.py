"""A plain workbook of one table, made the same way whenever the same is put in."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from reports.documents.words import MOTTO, NATION

FONT = "Times New Roman"
Cell = str | int | float | None


def table_book(
    name: str,
    title: Sequence[str],
    heads: Sequence[tuple[str, int]],
    rows: Sequence[tuple[Sequence[Cell], bool]],
    *,
    made_at: dt.datetime,
    office: str = "",
    mark: str = "",
    notes: Sequence[str] = (),
) -> bytes:
    """`heads`: words and width of each column; `rows`: cells and whether the line is a total. Text stays text whatever
    it begins with; numbers stay numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title[0], "created": made_at.replace(tzinfo=None)})

    def style(**values: Any) -> Any:
        return book.add_format({"font_name": FONT, "font_size": 12, "valign": "vcenter", "text_wrap": True, **values})

    centre, strong = style(align="center"), style(align="center", bold=True)
    big = style(align="center", bold=True, font_size=14)
    head = style(align="center", bold=True, border=1, bg_color="#E8EFEA")
    text = {bold: style(border=1, bold=bold) for bold in (False, True)}
    number = {bold: style(border=1, bold=bold, num_format="#,##0.######") for bold in (False, True)}
    whole = {bold: style(border=1, bold=bold, num_format="#,##0") for bold in (False, True)}
    sheet = book.add_worksheet(name[:31])
    last = len(heads) - 1
    for column, (_words, width) in enumerate(heads):
        sheet.set_column(column, column, width)
    here = 0
    for line, format_ in [(office, strong), (f"{NATION}\n{MOTTO}", strong), (mark, strong)]:
        if line:
            _across(sheet, here, last, line, format_)
            sheet.set_row(here, 34 if "\n" in line else 18)
            here += 1
    for number_of, line in enumerate(title):
        _across(sheet, here, last, line, big if number_of == 0 else centre)
        sheet.set_row(here, 20)
        here += 1
    here += 1
    for column, (words, _width) in enumerate(heads):
        sheet.write_string(here, column, words, head)
    sheet.repeat_rows(here)
    sheet.freeze_panes(here + 1, 0)
    for cells, bold in rows:
        here += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, (int, float)):
                sheet.write_number(here, column, cell, (whole if cell == int(cell) else number)[bold])
            else:
                sheet.write_string(here, column, cell or "", text[bold])
    here += 1
    for note in notes:
        here += 1
        _across(sheet, here, last, note, style(italic=True, font_size=10))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=1.2, right=0.6, top=0.8, bottom=0.8)
    book.close()
    return out.getvalue()


def _across(sheet: Any, row: int, last: int, text: str, style: Any) -> None:
    sheet.merge_range(row, 0, row, last, "", style)
    sheet.write_string(row, 0, text, style)
