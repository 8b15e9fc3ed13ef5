"""A list as a file: every row that was found, as a workbook (XLSX) or as text (CSV).

Text never becomes a formula: in a workbook cells are typed and what looks like a formula is marked as quoted, in CSV it
gets a leading apostrophe. Numbers stay numbers; what is not reported is an empty cell, zero is 0.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import clock
from core.workbooks import XLSX

CSV = "text/csv; charset=utf-8"
# Also in their full-width forms, which spreadsheets read as the plain ones.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
WIDTHS = {"text": 24, "day": 12, "moment": 18, "money": 18, "number": 12}
NUMBERS = {"money": "#,##0", "number": "#,##0.######"}


@dataclass(frozen=True)
class Column:
    """`kind`: text, day, moment, money (đồng) or number. `value`: what stands in the cell of a row; None and an empty
    text are an empty cell."""

    label: Any
    value: Callable[[Any], Any]
    kind: str = "text"
    width: int = 0

    @property
    def title(self) -> str:
        return f"{self.label} ({_('đồng')})" if self.kind == "money" else str(self.label)


def asked(request: HttpRequest) -> str:
    """«xlsx» or «csv» where a list is asked for as a file (`?format=`), else nothing."""
    wanted = request.GET.get("format", "")
    return wanted if wanted in ("xlsx", "csv") else ""


def answer(
    wanted: str, name: str, title: str, columns: Sequence[Column], rows: Iterable[Any], *, about: str = ""
) -> HttpResponse:
    """The file to be saved. `name`: of the file, without day and ending; `about`: what the rows were narrowed by, in
    words."""
    if wanted == "csv":
        response = HttpResponse(csv_bytes(columns, rows), content_type=CSV)
    else:
        response = HttpResponse(workbook(title, columns, rows, about=about), content_type=XLSX)
    file = f"{name}-{clock.today():%Y%m%d}.{wanted}"
    response["Content-Disposition"] = content_disposition_header(True, file) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Any], *, about: str = "") -> bytes:
    """One sheet: title, moment of the figures and what they were narrowed by, head, rows."""
    out = io.BytesIO()
    # A row is written away as soon as the next begins: a long list takes no more memory than a short one.
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31])
    text = book.add_format({**FONT, "border": 1, "text_wrap": True})
    quoted = book.add_format({**FONT, "border": 1, "text_wrap": True, "quote_prefix": True})
    styles = {
        "text": text,
        "day": book.add_format({**FONT, "border": 1, "num_format": "dd/mm/yyyy"}),
        "moment": book.add_format({**FONT, "border": 1, "num_format": "dd/mm/yyyy hh:mm"}),
        **{kind: book.add_format({**FONT, "border": 1, "num_format": shape}) for kind, shape in NUMBERS.items()},
    }
    head = book.add_format({**FONT, "border": 1, "bold": True, "text_wrap": True, "bg_color": "#E8EFEA"})

    def put(row: int, number: int, value: Any, kind: str) -> None:
        if value is None or value == "":
            sheet.write_blank(row, number, None, styles[kind])
        elif kind in NUMBERS and isinstance(value, (int, float, Decimal)):
            sheet.write_number(row, number, value, styles[kind])
        elif isinstance(value, dt.datetime):
            sheet.write_datetime(row, number, timezone.localtime(value).replace(tzinfo=None), styles["moment"])
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, number, dt.datetime.combine(value, dt.time()), styles["day"])
        else:
            sheet.write_string(row, number, str(value)[:32_000], quoted if str(value).startswith(RISKY) else text)

    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width or WIDTHS[column.kind])
    sheet.write_string(0, 0, title, book.add_format({**FONT, "bold": True}))
    moment = f"{timezone.localtime(clock.now()):%H:%M %d/%m/%Y}"
    said = _("Figures of %(moment)s. %(filters)s") % {"moment": moment, "filters": about}
    sheet.write_string(1, 0, said.strip(), book.add_format(FONT))
    for number, column in enumerate(columns):
        sheet.write_string(3, number, column.title, head)
    sheet.freeze_panes(4, 2)
    line = 3
    for line, row in enumerate(rows, start=4):
        for number, column in enumerate(columns):
            put(line, number, column.value(row), column.kind)
    sheet.autofilter(3, 0, line, len(columns) - 1)
    book.close()
    return out.getvalue()


def csv_bytes(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read its letters right; days as 2026-01-31."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title for column in columns])
    for row in rows:
        writer.writerow([_plain(column.value(row)) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if value is None or isinstance(value, (int, float, Decimal, dt.date)):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(RISKY) else text
