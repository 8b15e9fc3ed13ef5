"""A list of projects as a workbook: every row that was found, money in đồng, text that never becomes a formula."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.models import Source
from projects.columns import Column
from projects.lines import LineData, sums
from projects.models import Project

WIDTHS = {"text": 24, "state": 20, "day": 12, "money": 18}
RISKY = ("=", "+", "-", "@", "\t", "\r")


def workbook(rows: Iterable[Project], columns: Sequence[Column], *, filters: str) -> bytes:
    """`filters`: what the rows were narrowed by, in words; it stands in the sheet with the moment of the figures."""
    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(_("Projects"))
    font = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
    text = book.add_format({**font, "border": 1, "text_wrap": True})
    quoted = book.add_format({**font, "border": 1, "text_wrap": True, "quote_prefix": True})
    styles = {
        "text": text,
        "state": text,
        "day": book.add_format({**font, "border": 1, "num_format": "dd/mm/yyyy"}),
        "money": book.add_format({**font, "border": 1, "num_format": "#,##0"}),
    }
    head = book.add_format({**font, "border": 1, "bold": True, "text_wrap": True, "bg_color": "#E8EFEA"})
    plain = book.add_format(font)

    def put(row: int, column: int, value: Any, kind: str) -> None:
        if value is None or value == "":
            sheet.write_blank(row, column, None, styles[kind])
        elif kind == "money":
            sheet.write_number(row, column, value, styles[kind])
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), styles[kind])
        else:
            sheet.write_string(row, column, str(value), quoted if str(value).startswith(RISKY) else styles[kind])

    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 22)
    for number, column in enumerate(columns, start=3):
        sheet.set_column(number, number, WIDTHS[column.kind])
    sheet.write_string(0, 0, _("Projects"), book.add_format({**font, "bold": True}))
    moment = f"{timezone.localtime(clock.now()):%H:%M %d/%m/%Y}"
    sheet.write_string(1, 0, _("Figures of %(moment)s. %(filters)s") % {"moment": moment, "filters": filters}, plain)
    titles = [_("Code"), _("Project"), _("Source"), *(_title(column) for column in columns)]
    for number, title in enumerate(titles):
        sheet.write_string(3, number, title, head)
    sheet.freeze_panes(4, 2)
    line = 3
    for line, project in enumerate(rows, start=4):
        values = [(project.code, "text"), (project.name, "text"), (project.programme.get_source_display(), "text")]
        values += [(column.value(project), column.kind) for column in columns]
        for number, (value, kind) in enumerate(values):
            put(line, number, value, kind)
    sheet.autofilter(3, 0, line, len(titles) - 1)
    book.close()
    return out.getvalue()


def lines_workbook(project: Project, lines: Sequence[LineData]) -> bytes:
    """The budget table of a project, with its sums."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Budget table"))
    font = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
    text = book.add_format({**font, "border": 1, "text_wrap": True})
    quoted = book.add_format({**font, "border": 1, "text_wrap": True, "quote_prefix": True})
    money = book.add_format({**font, "border": 1, "num_format": "#,##0"})
    amount = book.add_format({**font, "border": 1, "num_format": "#,##0.###"})
    head = book.add_format({**font, "border": 1, "bold": True, "text_wrap": True, "bg_color": "#E8EFEA"})
    sheet.write_string(0, 0, f"{project.code} {project.name}", book.add_format({**font, "bold": True}))
    moment = f"{timezone.localtime(clock.now()):%H:%M %d/%m/%Y}"
    sheet.write_string(1, 0, _("Budget table in đồng, as of %(moment)s") % {"moment": moment}, book.add_format(font))
    titles = [_("No."), _("Content"), _("Activity"), _("Unit"), _("Quantity"), _("Unit price")]
    titles += [*(str(source.label) for source in Source), _("Together")]
    for number, title in enumerate(titles):
        sheet.write_string(3, number, title, head)
    for column, width in enumerate((6, 46, 30, 12, 12, 16, 18, 18, 18, 18, 18)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(4, 2)
    row = 3
    for row, line in enumerate(lines, start=4):
        sheet.write_number(row, 0, row - 3, text)
        for column, words in enumerate((line.content, line.activity.name if line.activity else "", line.unit), start=1):
            sheet.write_string(row, column, words, quoted if words.startswith(RISKY) else text)
        amounts = [line.money.get(source) for source in Source]
        count = None if line.quantity is None else float(line.quantity)
        figures = (count, line.unit_price_vnd, *amounts, line.total_vnd)
        for column, figure in enumerate(figures, start=4):
            style = amount if column == 4 else money
            if figure is None:
                sheet.write_blank(row, column, None, style)
            else:
                sheet.write_number(row, column, figure, style)
    totals = sums(lines)
    sheet.write_string(row + 1, 1, _("Sum"), head)
    for column, source in enumerate(Source, start=6):
        sheet.write_number(row + 1, column, totals.get(source, 0), money)
    sheet.write_number(row + 1, 10, sum(totals.values()), money)
    book.close()
    return out.getvalue()


def _title(column: Column) -> str:
    return f"{column.label} ({_('đồng')})" if column.kind == "money" else str(column.label)
