"""The report as a workbook: one sheet a section, numbers as numbers, money in triệu đồng and still exact."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from reports.documents.office import Office, basis_lines, closing_notes, office_of, period_words, recipient_lines
from reports.documents.paging import wrapped
from reports.documents.words import (
    MILLION,
    MISSING,
    MOTTO,
    NATION,
    NOT_APPLICABLE,
    WATERMARK,
    coverage,
    footing,
    kind_of,
    sheet_names,
    unit_in_head,
)

FONT = "Times New Roman"
MAX_DECIMALS = 6  # a đồng is a millionth of a triệu
WIDTHS = {"": 18, "text": 26, "money": 18, "integer": 14, "percent": 12, "decimal": 14, "date": 13}


def render_xlsx(document: dict[str, Any], sha256: str) -> bytes:
    """The same document gives the same bytes: the file's dates are the data's."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    created = dt.datetime.fromisoformat(document["data_as_of"]).replace(tzinfo=None)
    book.set_properties(
        {
            "title": f"{document['title']} - {document['period']['label']}",
            "company": office_of(document).plain_name,
            "created": created,
            "comments": WATERMARK if document["demonstration"] else "",
        }
    )
    styles = _Styles(book)
    for section, name in zip(document["sections"], sheet_names(document["sections"]), strict=True):
        _sheet(book.add_worksheet(name), styles, document, section, sha256)
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
        self.place = make(italic=True, align="center", text_wrap=True)
        self.receivers = make(bold=True, italic=True)
        self.mark = make(bold=True, align="center", font_color="#B00020")
        self.small = make(italic=True, font_size=10, text_wrap=True, valign="top")
        self.head = make(bold=True, align="center", bg_color="#E8EFEA", **cell)
        self.text = make(**cell)
        self.strong = make(bold=True, **cell)
        self.sign = make(align="right", **cell)
        # One format for each number of decimals: «#,##0.##» would print «85,» with a comma and nothing after it.
        self.numbers = {
            (places, bold, italic): make(
                num_format="#,##0" + (f".{'0' * places}" if places else ""),
                align="right",
                bold=bold,
                italic=italic,
                **cell,
            )
            for places in range(MAX_DECIMALS + 1)
            for bold in (False, True)
            for italic in (False, True)
        }


def _sheet(sheet: Any, styles: _Styles, document: dict[str, Any], section: dict[str, Any], sha256: str) -> None:
    columns = section["columns"]
    last = len(columns) + 1
    widths = [6, 46, *(WIDTHS[column["kind"]] for column in columns)]
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)
    rows = _Rows(sheet, widths)
    office = office_of(document)
    _text(rows, 0, 0, 1, office.parent, styles.centre)
    _text(rows, 1, 0, 1, office.name, styles.agency)
    _text(rows, 0, 2, last, NATION, styles.agency)
    _text(rows, 1, 2, last, MOTTO, styles.agency)
    _text(rows, 2, 0, 1, office.number, styles.centre)
    _text(rows, 2, 2, last, office.place_date, styles.place)
    if document["demonstration"]:
        _text(rows, 3, 0, last, WATERMARK, styles.mark)
    _text(rows, 4, 0, last, document["title"].upper(), styles.title)
    _text(rows, 5, 0, last, section["title"], styles.title)
    _text(rows, 6, 0, last, f"{document['area']['full_name']} - {period_words(document['period'])}", styles.centre)
    top = 8
    rows.fit(top, "Nội dung", 1, 1)
    sheet.write_string(top, 0, "TT", styles.head)
    sheet.write_string(top, 1, "Nội dung", styles.head)
    for number, column in enumerate(columns, start=2):
        unit = unit_in_head(column)
        head = f"{column['title']} ({unit})" if unit else column["title"]
        sheet.write_string(top, number, head, styles.head)
        rows.fit(top, head, number, number)
    here = top + 1
    levelled = any(row["level"] for row in section["rows"])
    for index, row in enumerate(section["rows"], start=1):
        strong = levelled and row["level"] == 0
        sheet.write_number(here, 0, index, styles.text)
        sheet.write_string(here, 1, row["title"], styles.strong if strong else styles.text)
        rows.fit(here, row["title"], 1, 1)
        for number, column in enumerate(columns, start=2):
            if column["kind"] == "text":
                rows.fit(here, str(row["cells"][column["code"]]["value"] or ""), number, number)
            _cell(sheet, styles, here, number, row["cells"][column["code"]], kind_of(row, column), strong)
        here += 1
    if not section["rows"]:
        _text(rows, here, 0, last, "Không phát sinh số liệu trong phạm vi báo cáo.", styles.centre)
        here += 1
    here = _signed(rows, styles, office, here, last)
    for text in [*closing_notes(document), *basis_lines(document), footing(document, sha256)]:
        here += 1
        _text(rows, here, 0, last, text, styles.small)
    rows.set()
    sheet.freeze_panes(top + 1, 2)
    sheet.repeat_rows(top)
    sheet.set_paper(9)
    if last > 4:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=1.2, right=0.7, top=0.8, bottom=0.8)
    sheet.set_header(f"&C&13&P{'  &10' + WATERMARK if document['demonstration'] else ''}")


def _signed(rows: "_Rows", styles: _Styles, office: Office, here: int, last: int) -> int:
    """Recipients on the left, the signer on the right; gives the last row used."""
    left = ["Nơi nhận:", *recipient_lines(office.recipients)] if office.recipients else []
    right = [*office.signer_titles, *([""] * 4 + [office.signer_name] if office.signer_name else [])]
    for number in range(max(len(left), len(right))):
        here += 1
        if number < len(left):
            _text(rows, here, 0, 1, left[number], styles.small if number else styles.receivers)
        if number < len(right):
            _text(rows, here, 2, last, right[number], styles.agency)
    return here + 1


def _text(rows: "_Rows", row: int, first: int, last: int, text: str, style: Any) -> None:
    """Text across some columns, as text whatever it begins with: `merge_range` alone would guess its type."""
    if last > first:
        rows.sheet.merge_range(row, first, row, last, "", style)
    rows.sheet.write_string(row, first, text, style)
    rows.fit(row, text, first, last, style.font_size)


class _Rows:
    """How high rows must be for their words. Nobody works it out for merged cells, and LibreOffice for none."""

    def __init__(self, sheet: Any, widths: list[int]) -> None:
        self.sheet, self._widths = sheet, widths
        self._lines: dict[int, float] = {}

    def fit(self, row: int, text: str, first: int, last: int, points: float = 12) -> None:
        # Widths are in digits of 11 points; letters of the fonts that stand in where this one is missing are wider.
        room = sum(self._widths[first : last + 1]) * 11 / points * (0.7 if text.isupper() else 0.9)
        self._lines[row] = max(self._lines.get(row, 0), wrapped(text, max(1, int(room))) * points * 1.35)

    def set(self) -> None:
        for row, height in self._lines.items():
            if height > 17:
                self.sheet.set_row(row, height)


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
        sheet.write_number(
            row, column, float(value), styles.numbers[_decimals(value), strong, bool(cell.get("estimate"))]
        )
    note = coverage(cell)
    if note:
        sheet.write_comment(row, column, note)


def _decimals(value: Decimal) -> int:
    """How many decimals it needs: 85 → 0, 66.50 → 1."""
    exponent = value.normalize().as_tuple().exponent
    return min(max(0, -int(exponent)), MAX_DECIMALS)
