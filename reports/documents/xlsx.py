"""The report as a workbook: one sheet a section, numbers as numbers, money in triệu đồng and still exact."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from reports.documents.words import (
    MILLION,
    MISSING,
    MOTTO,
    NATION,
    NOT_APPLICABLE,
    SHEETS,
    WATERMARK,
    coverage,
    date_words,
    footing,
    unit_in_head,
)

FONT = "Times New Roman"
MAX_DECIMALS = 6  # a đồng is a millionth of a triệu
WIDTHS = {"text": 26, "money": 18, "integer": 14, "percent": 12, "decimal": 14, "date": 13}


def render_xlsx(document: dict[str, Any], sha256: str) -> bytes:
    """The same document gives the same bytes: the file's dates are the data's."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    created = dt.datetime.fromisoformat(document["data_as_of"]).replace(tzinfo=None)
    book.set_properties(
        {
            "title": f"{document['title']} - {document['period']['label']}",
            "company": document["agency"]["name"],
            "created": created,
            "comments": WATERMARK if document["demonstration"] else "",
        }
    )
    styles = _Styles(book)
    for section in document["sections"]:
        _sheet(book, styles, document, section, sha256)
    book.close()
    return out.getvalue()


class _Styles:
    def __init__(self, book: Any) -> None:
        def make(**values: Any) -> Any:
            return book.add_format({"font_name": FONT, "font_size": 12, "valign": "vcenter", **values})

        cell = {"border": 1, "text_wrap": True}
        self.plain = make()
        self.agency = make(bold=True, align="center", text_wrap=True)
        self.title = make(bold=True, font_size=14, align="center", text_wrap=True)
        self.centre = make(align="center", text_wrap=True)
        self.mark = make(bold=True, align="center", font_color="#B00020")
        self.small = make(italic=True, font_size=10, text_wrap=True, valign="top")
        self.head = make(bold=True, align="center", bg_color="#E8EFEA", **cell)
        self.text = make(**cell)
        self.strong = make(bold=True, **cell)
        self.sign = make(align="right", **cell)
        # One format for each number of decimals: «#,##0.##» would print «85,» with a comma and nothing after it.
        self.numbers = {
            (places, bold): make(
                num_format="#,##0" + (f".{'0' * places}" if places else ""), align="right", bold=bold, **cell
            )
            for places in range(MAX_DECIMALS + 1)
            for bold in (False, True)
        }


def _sheet(book: Any, styles: _Styles, document: dict[str, Any], section: dict[str, Any], sha256: str) -> None:
    sheet = book.add_worksheet(SHEETS.get(section["code"], section["title"][:31]))
    columns = section["columns"]
    last = len(columns) + 1
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 46)
    for number, column in enumerate(columns, start=2):
        sheet.set_column(number, number, WIDTHS[column["kind"]])
    agency, period = document["agency"], document["period"]
    _text(sheet, 0, 0, 1, agency["parent_name"].upper(), styles.centre)
    _text(sheet, 1, 0, 1, agency["name"].upper(), styles.agency)
    _text(sheet, 0, 2, last, NATION, styles.agency)
    _text(sheet, 1, 2, last, MOTTO, styles.agency)
    if document["demonstration"]:
        _text(sheet, 2, 0, last, WATERMARK, styles.mark)
    _text(sheet, 3, 0, last, document["title"].upper(), styles.title)
    _text(sheet, 4, 0, last, section["title"], styles.title)
    dates = f"(từ {date_words(period['data_from'])} đến {date_words(period['data_to'])})"
    _text(sheet, 5, 0, last, f"{document['area']['full_name']} - {period['label']} {dates}", styles.centre)
    top = 7
    sheet.set_row(top, 48)
    sheet.write_string(top, 0, "TT", styles.head)
    sheet.write_string(top, 1, "Nội dung", styles.head)
    for number, column in enumerate(columns, start=2):
        unit = unit_in_head(column)
        sheet.write_string(top, number, f"{column['title']} ({unit})" if unit else column["title"], styles.head)
    here = top + 1
    for index, row in enumerate(section["rows"], start=1):
        strong = row["level"] == 0 and any(other["level"] for other in section["rows"])
        sheet.write_number(here, 0, index, styles.text)
        sheet.write_string(here, 1, row["title"], styles.strong if strong else styles.text)
        for number, column in enumerate(columns, start=2):
            _cell(sheet, styles, here, number, row["cells"][column["code"]], column["kind"], strong)
        here += 1
    if not section["rows"]:
        _text(sheet, here, 0, last, "Không phát sinh số liệu trong phạm vi báo cáo.", styles.centre)
        here += 1
    basis = [f"Căn cứ {text}." for text in document["basis"]]
    for text in [*document["notes"], *basis, footing(document, sha256)]:
        here += 1
        _text(sheet, here, 0, last, text, styles.small)
        sheet.set_row(here, 28)
    sheet.freeze_panes(top + 1, 2)
    sheet.repeat_rows(top)
    sheet.set_paper(9)
    if last > 4:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=1.2, right=0.7, top=0.8, bottom=0.8)
    sheet.set_header(f"&C&13&P{'  &10' + WATERMARK if document['demonstration'] else ''}")


def _text(sheet: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    """Text across some columns, as text whatever it begins with: `merge_range` alone would guess its type."""
    sheet.merge_range(row, first, row, last, "", style)
    sheet.write_string(row, first, text, style)


def _cell(sheet: Any, styles: _Styles, row: int, column: int, cell: dict[str, Any], kind: str, strong: bool) -> None:
    if cell["status"] == "missing":
        sheet.write_string(row, column, MISSING, styles.sign)
    elif cell["status"] == "not_applicable":
        sheet.write_string(row, column, NOT_APPLICABLE, styles.sign)
    elif kind in ("text", "date"):
        sheet.write_string(row, column, str(cell["value"]), styles.text)
    else:
        value = Decimal(str(cell["value"]))
        value = value / MILLION if kind == "money" else value
        sheet.write_number(row, column, float(value), styles.numbers[_decimals(value), strong])
    note = coverage(cell)
    if note:
        sheet.write_comment(row, column, note)


def _decimals(value: Decimal) -> int:
    """How many decimals it needs: 85 → 0, 66.50 → 1."""
    exponent = value.normalize().as_tuple().exponent
    return min(max(0, -int(exponent)), MAX_DECIMALS)
