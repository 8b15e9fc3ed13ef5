"""The workbooks of an import: the template to fill in, and what was sent with a column that says what is wrong."""

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from core import sheets
from core.workbooks import Cell
from imports.columns import UNITS, Day, Digits, Money, Whole
from imports.importers import Importer, Row

FORMATS = {Day: "dd/mm/yyyy", Whole: "#,##0", Money: "#,##0.######"}
FILLED_ROWS = 1_000  # rows of the template that have their format and list
EXPLAINED_FROM = 4


def head_of(column: Any) -> str:
    """As it stands in the template: the label, the unit of money, * where it is required."""
    unit = next((f" ({name})" for name, size in UNITS.items() if isinstance(column, Money) and size == column.unit), "")
    return f"{column.label}{unit}{' *' if column.required else ''}"


def template(importer: Importer, context: dict[Any, Any]) -> bytes:
    """Two sheets: the one to fill in, with lists to choose from and the rule of each column at its head, and one that
    explains them. What it says comes from the columns that check it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({**sheets.FONT, "num_format": "@"})
    head = book.add_format({**sheets.FONT, "bold": True, "border": 1, "text_wrap": True, "bg_color": "#E8EFEA"})
    plain = book.add_format({**sheets.FONT, "text_wrap": True})
    strong = book.add_format({**sheets.FONT, "bold": True, "font_size": 14})
    sheet = book.add_worksheet(str(importer.sheet)[:31])
    help_ = book.add_worksheet(_("Explanation"))
    lists = book.add_worksheet(_("Lists"))
    for number, column in enumerate(importer.columns):
        kind = next((shape for cls, shape in FORMATS.items() if isinstance(column, cls)), None)
        cells = book.add_format({**sheets.FONT, "num_format": kind}) if kind else text
        sheet.set_column(number, number, column.width, text if isinstance(column, Digits) else cells)
        sheet.write_string(0, number, head_of(column), head)
        words = column.words(context)
        sheet.write_comment(0, number, words, {"x_scale": 2, "y_scale": 1.2, "font_name": "Times New Roman"})
        options = column.options(context)
        if options:
            for row, option in enumerate(options):
                lists.write_string(row + 1, number, option, plain)
            lists.write_string(0, number, str(column.label), head)
            lists.set_column(number, number, column.width)
            letter = xlsxwriter.utility.xl_col_to_name(number)
            source = f"='{lists.name}'!${letter}$2:${letter}${len(options) + 1}"
            sheet.data_validation(
                1,
                number,
                FILLED_ROWS,
                number,
                {
                    "validate": "list",
                    "source": source,
                    "error_type": "warning",
                    "error_title": _("Not in the list")[:32],
                    "error_message": _("Choose one of the list.")[:255],
                },
            )
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 36)
    help_.set_column(0, 0, 30)
    help_.set_column(1, 1, 12)
    help_.set_column(2, 2, 70)
    help_.set_column(3, 3, 30)
    help_.write_string(0, 0, str(importer.title), strong)
    help_.write_string(1, 0, str(importer.lead), book.add_format(sheets.FONT))
    for number, title in enumerate((_("Column"), _("Required"), _("What may stand there"), _("Example"))):
        help_.write_string(EXPLAINED_FROM - 1, number, title, head)
    for line, column in enumerate(importer.columns, start=EXPLAINED_FROM):
        help_.write_string(line, 0, head_of(column), plain)
        help_.write_string(line, 1, _("Yes") if column.required else _("No"), plain)
        help_.write_string(line, 2, column.words(context).strip(), plain)
        help_.write_string(line, 3, str(column.example), plain)
    book.close()
    return out.getvalue()


def with_faults(heads: list[str], columns: dict[str, int], rows: list[Row]) -> bytes:
    """The rows as they were sent, the wrong ones first, each with what is wrong in a column of its own, a note at the
    cell and a colour. Sent again after mending, it is read like the template: the further column is not known to it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Rows"))
    head = book.add_format({**sheets.FONT, "bold": True, "border": 1, "text_wrap": True, "bg_color": "#E8EFEA"})
    plain = book.add_format({**sheets.FONT, "text_wrap": True})
    quoted = book.add_format({**sheets.FONT, "text_wrap": True, "quote_prefix": True})
    day = book.add_format({**sheets.FONT, "num_format": "dd/mm/yyyy"})
    bad = book.add_format({**sheets.FONT, "text_wrap": True, "bg_color": "#FBE3E0"})
    last = len(heads)
    for number, words in enumerate([*heads, _("What is wrong (row of the file sent)")]):
        sheet.write_string(0, number, words, head)
        sheet.set_column(number, number, 60 if number == last else 22)
    sheet.freeze_panes(1, 1)
    for line, row in enumerate(rows, start=1):
        wrong = {columns[code]: message for code, message in row.errors.items()}
        for number, cell in enumerate(row.cells):
            _write(sheet, line, number, cell, bad if number in wrong else plain, quoted, day)
            if number in wrong:
                sheet.write_comment(line, number, wrong[number], {"x_scale": 2})
        if row.errors:
            told = "; ".join(row.errors.values())
            sheet.write_string(line, last, _("Row %(number)s: %(told)s") % {"number": row.number, "told": told}, bad)
    book.close()
    return out.getvalue()


def _write(sheet: Any, line: int, number: int, cell: Cell, plain: Any, quoted: Any, day: Any) -> None:
    if cell is None:
        sheet.write_blank(line, number, None, plain)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, number, cell, plain)
    elif isinstance(cell, (int, float)):
        sheet.write_number(line, number, cell, plain)
    elif isinstance(cell, str):
        sheet.write_string(line, number, cell, quoted if cell.startswith(sheets.RISKY) else plain)
    else:
        sheet.write_datetime(line, number, cell, day)
