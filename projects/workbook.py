"""Projects as files: the columns of their list, and the budget table of one."""

import io
from collections.abc import Sequence

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock, sheets
from core.models import Source
from projects.columns import Column
from projects.lines import LineData, sums
from projects.models import Project

KINDS = {"state": "text"}


def sheet_columns(columns: Sequence[Column]) -> list[sheets.Column]:
    """Code, name and source, then those chosen."""
    first = [
        sheets.Column(_("Code"), lambda project: project.code, width=16),
        sheets.Column(_("Project"), lambda project: project.name, width=46),
        sheets.Column(_("Source"), lambda project: project.programme.get_source_display(), width=22),
    ]
    rest = [sheets.Column(one.label, one.value, KINDS.get(one.kind, one.kind)) for one in columns]
    return [*first, *rest]


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
            sheet.write_string(row, column, words, quoted if words.startswith(sheets.RISKY) else text)
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
