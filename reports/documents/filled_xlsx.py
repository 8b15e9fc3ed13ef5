"""The report as a workbook made from a template an official put in place. Its first sheet is the pattern: a sheet for
each table, the fields said, and at `{{ table }}` the figures, with the same numbers as in the portal's own workbook.

What was uploaded is read in a process of its own first (`trial`), with little time and memory.
"""

import datetime as dt
import io
import json
import re
import sys
from copy import copy
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.cell_range import CellRange

from core.apart import TooMuch, limit, run_apart
from files.packages import Package, Refused, same_bytes
from files.word import TRIAL_MEMORY, TRIAL_SECONDS
from reports.documents.office import basis_lines, closing_notes, intro, office_of, range_words, recipient_lines
from reports.documents.qr import address_of
from reports.documents.words import (
    MILLION,
    MISSING,
    NOT_APPLICABLE,
    WATERMARK,
    coverage,
    footing,
    kind_of,
    sheet_names,
    unit_in_head,
)

MAIN_PART = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTIVE = ("vbaproject", "activex", "embeddings", "externallinks", "connections", "querytable", "customui", "ctrlprops")
_FIELD = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
TABLE = "table"
MAX_ROW, MAX_COLUMN = 200, 60  # of the pattern
MAX_DECIMALS = 6


# --- what was uploaded ------------------------------------------------------------------------------------------------


def _check_part(name: str, content: bytes) -> None:
    low = name.lower()
    if low.startswith("xl/worksheets/") and _FORMULA.search(content):
        raise Refused("formula", name)
    if low == "xl/workbook.xml" and b"definedName" in content and b"[" in content.partition(b"definedName")[2]:
        raise Refused("external", name)


# A workbook without anything that acts: no macros, links to elsewhere, objects or formulas.
BOOK = Package("not_excel", MAIN_PART, "xl/workbook.xml", _ACTIVE, _check_part)


def trial(content: bytes) -> list[str]:
    """The fields the first sheet names, read where nothing can be harmed. Raises Refused."""
    BOOK.check(content)
    try:
        answer = run_apart("reports.documents.filled_xlsx", content, seconds=TRIAL_SECONDS)
    except TooMuch as error:
        raise Refused("too_slow") from error
    if "code" in answer:
        raise Refused(answer["code"], answer["detail"])
    return list(answer["fields"])


def faults_of(content: bytes) -> list[str]:
    """Why the content cannot be a template of workbooks, in words; nothing when it can."""
    from django.utils.translation import gettext as _

    from files.template_fields import refusal_words
    from reports.documents.fields import IN_EXCEL, SHEET_FIELDS

    try:
        named = trial(content)
    except Refused as refusal:
        return [refusal_words(refusal)]
    faults = [refusal_words(Refused("unknown", name)) for name in named if name not in SHEET_FIELDS]
    return faults + [
        _("The template lacks «%(item)s»: put {{ %(name)s }} where it belongs.")
        % {"item": SHEET_FIELDS[name], "name": name}
        for name in IN_EXCEL
        if name not in named
    ]


def _open(content: bytes) -> Any:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.worksheets[0]
    except Exception as error:  # what a broken workbook makes the library raise
        raise Refused("broken", type(error).__name__) from error
    if sheet.max_row > MAX_ROW or sheet.max_column > MAX_COLUMN:
        raise Refused("too_long")
    return book


def _named(sheet: Any) -> list[str]:
    found: dict[str, None] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                names = _FIELD.findall(cell.value)
                if TABLE in names and _FIELD.sub("", cell.value).strip():
                    raise Refused("alone", TABLE)
                found |= dict.fromkeys(names)
    return list(found)


def _main() -> None:
    limit(TRIAL_SECONDS, TRIAL_MEMORY)
    try:
        answer: dict[str, Any] = {"fields": _named(_open(sys.stdin.buffer.read()).worksheets[0])}
    except Refused as refusal:
        answer = {"code": refusal.code, "detail": refusal.detail}
    sys.stdout.write(json.dumps(answer))


# --- filling in -------------------------------------------------------------------------------------------------------


def fill_xlsx(document: dict[str, Any], sha256: str, template: bytes) -> bytes:
    """The same document and template give the same bytes. Raises Refused."""
    book = _open(template)
    for other in book.worksheets[1:]:
        book.remove(other)
    pattern = book.worksheets[0]
    fields = _fields(document, sha256)
    for section, name in zip(document["sections"], sheet_names(document["sections"]), strict=True):
        sheet = book.copy_worksheet(pattern)
        sheet.title = name
        sheet.page_setup = copy(pattern.page_setup)
        sheet.page_margins = copy(pattern.page_margins)
        sheet.sheet_properties.pageSetUpPr = copy(pattern.sheet_properties.pageSetUpPr)
        _sheet(sheet, {**fields, "section": section["title"]}, section)
    book.remove(pattern)
    moment = dt.datetime.fromisoformat(document["data_as_of"]).replace(tzinfo=None)
    book.properties.title = f"{document['title']} - {document['period']['label']}"
    book.properties.creator = office_of(document).plain_name
    book.properties.lastModifiedBy = None
    book.properties.created = moment
    out = io.BytesIO()
    book.save(out)
    return _same(out.getvalue(), moment)


def _fields(document: dict[str, Any], sha256: str) -> dict[str, str]:
    office = office_of(document)
    return {
        "title": document["title"].upper(),
        "office.name": office.name,
        "office.parent": office.parent,
        "office.number": office.number,
        "office.place_date": office.place_date,
        "summary": office.summary,
        "range": range_words(document),
        "intro": intro(document),
        "basis": "\n".join(basis_lines(document)),
        "recipients": "\n".join(recipient_lines(office.recipients)),
        "signer.titles": "\n".join(office.signer_titles),
        "signer.name": office.signer_name,
        "verify": address_of(document),
        "mark": WATERMARK if document["demonstration"] else "",
        "period": document["period"]["label"],
        "area": document["area"]["full_name"],
        "notes": "\n".join(closing_notes(document)),
        "footing": footing(document, sha256),
    }


def _sheet(sheet: Any, fields: dict[str, str], section: dict[str, Any]) -> None:
    """Everything below the table moves down by the length of it; then the fields are said."""
    mark = next(
        (
            cell
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and TABLE in _FIELD.findall(cell.value)
        ),
        None,
    )
    if mark is None:
        raise Refused("unknown", TABLE)
    top, left = mark.row, mark.column
    head, body = copy(mark._style), copy(sheet.cell(top + 1, left)._style)
    added = max(len(section["rows"]), 1) - 1
    _move_down(sheet, top + 2, added)
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and _FIELD.search(cell.value):
                _text(cell, _FIELD.sub(lambda found: fields.get(found[1], ""), cell.value))
    columns = section["columns"]
    heads = ["TT", "Nội dung", *(_head(column) for column in columns)]
    for place, words in enumerate(heads):
        cell = sheet.cell(top, left + place)
        cell._style = copy(head)
        _text(cell, words)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    levelled = any(row["level"] for row in section["rows"])
    for number, row in enumerate(section["rows"], 1):
        strong = levelled and not row["level"]
        here = top + number
        first, title = sheet.cell(here, left), sheet.cell(here, left + 1)
        for cell in (first, title):
            cell._style = copy(body)
        first.value = number
        _text(title, row["title"])
        title.alignment = Alignment(vertical="center", wrap_text=True)
        _strong(title, strong)
        for place, column in enumerate(columns, 2):
            cell = sheet.cell(here, left + place)
            cell._style = copy(body)
            _strong(cell, strong)
            _figure(cell, row["cells"][column["code"]], kind_of(row, column))
    if not section["rows"]:
        _text(sheet.cell(top + 1, left), "Không phát sinh số liệu trong phạm vi báo cáo.")
    sheet.print_title_rows = f"{top}:{top}"


def _head(column: dict[str, Any]) -> str:
    unit = unit_in_head(column)
    return f"{column['title']} ({unit})" if unit else str(column["title"])


def _move_down(sheet: Any, first: int, by: int) -> None:
    if by <= 0 or first > sheet.max_row:
        return
    heights = {row: sheet.row_dimensions[row].height for row in range(first, sheet.max_row + 1)}
    merged = [area for area in list(sheet.merged_cells.ranges) if area.min_row >= first]
    moved = [CellRange(area.coord) for area in merged]
    for area in merged:
        sheet.unmerge_cells(area.coord)
    sheet.move_range(f"A{first}:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}", rows=by)
    for area in moved:
        area.shift(row_shift=by)
        sheet.merge_cells(area.coord)
    for row, height in heights.items():
        sheet.row_dimensions[row].height = None
        sheet.row_dimensions[row + by].height = height


def _text(cell: Any, text: str) -> None:
    """Text stays text whatever it begins with."""
    cell.value = text or None
    if text:
        cell.data_type = "s"


def _strong(cell: Any, strong: bool) -> None:
    if strong:
        font = copy(cell.font)
        cell.font = Font(name=font.name, size=font.size, bold=True, italic=font.italic, color=font.color)


def _figure(cell: Any, figure: dict[str, Any], kind: str) -> None:
    cell.alignment = Alignment(horizontal="right", vertical="center", wrap_text=True)
    if figure["status"] == "missing":
        _text(cell, MISSING)
    elif figure["status"] == "not_applicable":
        _text(cell, NOT_APPLICABLE)
    elif kind in ("text", "date"):
        _text(cell, str(figure["value"]))
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    else:
        value = Decimal(str(figure["value"]))
        value = value / MILLION if kind == "money" else value
        places = min(max(0, -int(value.normalize().as_tuple().exponent)), MAX_DECIMALS)
        cell.value = float(value)
        cell.number_format = "#,##0" + (f".{'0' * places}" if places else "")
        if figure.get("estimate"):
            font = copy(cell.font)
            cell.font = Font(name=font.name, size=font.size, bold=font.bold, italic=True, color=font.color)
    note = coverage(figure)
    if note:
        cell.comment = Comment(note, "")


def _same(content: bytes, moment: dt.datetime) -> bytes:
    """Without the moment of saving, which the library writes into the file."""
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()

    def change(name: str, part: bytes) -> bytes:
        if name != "docProps/core.xml":
            return part
        return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)

    return same_bytes(content, change)


if __name__ == "__main__":
    _main()
