"""Reconciliation with the State Treasury (đối chiếu Kho bạc): what the ledger has of each voucher beside what the
Treasury's list has. Nothing is stored: a difference is put right by an entry."""

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from core import workbooks
from core.errors import Invalid
from core.money import group, parse_vnd
from core.text import fold
from funding.models import Account, Budget, LedgerEntry

MAX_BYTES, MAX_LINES = 2_000_000, 20_000
# Heads of the three columns that are needed, folded, as the lists of the Treasury and our own sheet name them.
HEADS = {
    "document_no": ("so chung tu", "so ct", "document_no"),
    "document_on": ("ngay chung tu", "ngay ct", "ngay", "document_on"),
    "amount_vnd": ("so tien", "amount_vnd"),
}
HEAD_WITHIN = 30  # titles, the office and the period stand above the head
SUMS = ("cong", "tong", "tong cong", "tong so")


@dataclass(frozen=True)
class Line:
    """Money out (positive) or back (negative) by one voucher, in đồng."""

    document_no: str
    document_on: dt.date | None
    amount_vnd: int
    project: str = ""
    kind: str = ""

    @property
    def key(self) -> str:
        return re.sub(r"\s+", "", fold(self.document_no))


@dataclass(frozen=True)
class Difference:
    """One voucher number; `here` or `there` None: not there."""

    document_no: str
    here: int | None
    there: int | None

    @property
    def agrees(self) -> bool:
        return self.here == self.there


def ledger_lines(budget: Budget, first: dt.date, last: dt.date) -> list[Line]:
    """What was paid and given back by vouchers dated from `first` to `last`, in their order."""
    rows = (
        LedgerEntry.objects.filter(budget=budget, document_on__range=(first, last))
        .account(Account.PAID)
        .select_related("project")
        .order_by("document_on", "id")
    )
    return [
        Line(
            row.document_no,
            row.document_on,
            row.amount_vnd,
            row.project.code if row.project else "",
            row.get_kind_display(),
        )
        for row in rows
    ]


def compare(here: Iterable[Line], there: Iterable[Line]) -> list[Difference]:
    """Voucher by voucher, several lines of one number together; what differs first."""
    sums: dict[str, list[int | None]] = defaultdict(lambda: [None, None])
    names: dict[str, str] = {}
    for side, lines in enumerate((here, there)):
        for line in lines:
            names.setdefault(line.key, line.document_no)
            sums[line.key][side] = (sums[line.key][side] or 0) + line.amount_vnd
    found = [Difference(names[key], *amounts) for key, amounts in sums.items()]
    return sorted(found, key=lambda row: row.agrees)


def read_list(data: bytes) -> list[Line]:
    """The Treasury's list from a workbook (XLSX) or a CSV file in UTF-8: columns number, date and amount in any order,
    under a head that may have titles above it; sums, and who signs below, are left out. Raises Invalid with the line
    that cannot be read."""
    if len(data) > MAX_BYTES:
        raise _unreadable(_("The file is too large."))
    rows = _of_workbook(data) if workbooks.is_workbook(data) else _of_text(data)
    if len(rows) > MAX_LINES:
        raise _unreadable(_("The list has too many lines."))
    below, places = _columns(rows)
    lines, ended = [], False
    for number, row in enumerate(rows[below:], below + 1):
        if _is_sum(row):
            ended = True
        elif any(cell.strip() for cell in row) and not (ended and _signs(row, places)):
            lines.append(_read(row, places, number))
    return lines


def _of_workbook(data: bytes) -> list[list[str]]:
    try:
        return workbooks.rows_of(data, MAX_LINES)
    except workbooks.Unreadable as error:
        if error.args[0] == "too_large":
            raise _unreadable(_("The list has too many lines.")) from error
        raise _unreadable(error.words) from error


def _of_text(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        mark = max(";\t,", key=text.count)
        return list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(_("Save the list as XLSX, or as CSV in UTF-8.")) from None


def _columns(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    """The number of lines up to and with the head, and where its columns stand."""
    for above, row in enumerate(rows[:HEAD_WITHIN], 1):
        names = [" ".join(fold(cell).split()) for cell in row]
        places = {}
        for column, words in HEADS.items():
            found = [names.index(word) for word in words if word in names]
            if found:
                places[column] = found[0]
        if len(places) == len(HEADS):
            return above, places
    raise _unreadable(_("The head of the list has to name the columns «Số chứng từ», «Ngày», «Số tiền»."))


def _is_sum(row: list[str]) -> bool:
    first = next((" ".join(fold(cell).split()).rstrip(":") for cell in row if cell.strip()), "")
    return first in SUMS


def _signs(row: list[str], places: dict[str, int]) -> bool:
    """Below the sum: who signs; no figure where day and amount stand."""
    cells = [row[place] for name, place in places.items() if name != "document_no" and place < len(row)]
    return not any(character.isdigit() for cell in cells for character in cell)


def _read(row: list[str], places: dict[str, int], number: int) -> Line:
    try:
        document_no, day, amount = (row[places[name]].strip() for name in HEADS)
        sign = -1 if amount.replace("−", "-").startswith("-") else 1
        return Line(document_no[:60], _day(day), sign * parse_vnd(amount.replace("−", "-").removeprefix("-")))
    except (IndexError, ValueError):
        raise _unreadable(_("Line %(number)s cannot be read.") % {"number": number}) from None


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    local = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
    return dt.date(*(int(part) for part in reversed(local.groups()))) if local else dt.date.fromisoformat(text)


def _unreadable(text: str) -> Invalid:
    return Invalid(text, code="unreadable", fields={"file": text})


def sheet(budget: Budget, first: dt.date, last: dt.date) -> bytes:
    """The list to lay beside the Treasury's, as XLSX, with room for both signatures."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Đối chiếu")
    font: dict[str, Any] = {"font_name": "Times New Roman", "font_size": 12}
    plain = book.add_format({**font, "border": 1, "text_wrap": True})
    head = book.add_format({**font, "border": 1, "bold": True, "text_wrap": True, "align": "center"})
    money = book.add_format({**font, "border": 1, "num_format": "#,##0"})
    date = book.add_format({**font, "border": 1, "num_format": "dd/mm/yyyy"})
    title = book.add_format({**font, "font_size": 14, "bold": True})
    text = book.add_format(font)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, f"BẢNG ĐỐI CHIẾU VỚI KHO BẠC NHÀ NƯỚC, NĂM {budget.year}", title)
    page.write_string(1, 0, f"{budget.get_source_display()} · {budget.programme.name}", text)
    page.write_string(2, 0, f"Chứng từ từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}; đơn vị: đồng", text)
    for column, (name, width) in enumerate(
        [("Số chứng từ", 22), ("Ngày", 12), ("Nội dung", 26), ("Đề án", 18), ("Số tiền", 18), ("Kho bạc", 18)]
    ):
        page.set_column(column, column, width)
        page.write_string(4, column, name, head)
    lines = ledger_lines(budget, first, last)
    for number, line in enumerate(lines, 5):
        page.write_string(number, 0, line.document_no, plain)
        page.write_datetime(number, 1, dt.datetime.combine(line.document_on or first, dt.time()), date)
        page.write_string(number, 2, line.kind, plain)
        page.write_string(number, 3, line.project, plain)
        page.write_number(number, 4, line.amount_vnd, money)
        page.write_blank(number, 5, None, money)
    below = 5 + len(lines)
    page.merge_range(below, 0, below, 3, "Cộng", head)
    page.write_number(below, 4, sum(line.amount_vnd for line in lines), money)
    page.write_blank(below, 5, None, money)
    page.write_string(below + 2, 0, "Đơn vị sử dụng ngân sách", text)
    page.write_string(below + 2, 4, "Kho bạc Nhà nước", text)
    book.close()
    return out.getvalue()


def words(difference: Difference) -> str:
    """What has to be looked at, in words."""
    if difference.agrees:
        return _("agrees")
    if difference.here is None:
        return _("missing in the ledger")
    if difference.there is None:
        return _("missing in the list of the Treasury")
    return _("differs by %(amount)s đồng") % {"amount": group(difference.here - difference.there)}
