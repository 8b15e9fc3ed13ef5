"""From a workbook to rows that are judged: which sheet, which line is the head, what stands in each cell."""

import re
from collections import Counter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.money import group
from core.text import fold
from core.workbooks import Book, Cell, Sheet
from imports.columns import UNITS, Column, Money, Wrong, shown
from imports.importers import WRONG, Importer, Row

MAX_ROWS = 10_000
_SUM = re.compile(r"(tong cong|tong so)\b(?! ty\b)")  # «Tổng công ty …» is a name
HEAD_WITHIN = 20  # rows above the data may hold a title
TOTALS = ("tong", "tong cong", "cong", "tong so", "cong tong")


class NotUsable(Exception):
    """`args[0]`: why the file as a whole cannot be imported, and what to do, in words."""


def letters(number: int) -> str:
    """0 → A, 26 → AA"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _plain(text: str) -> str:
    """A head without its unit, mark of a required column, and accents."""
    text = re.sub(r"\([^)]*\)", " ", text.replace("*", " "))
    return re.sub(r"[^a-z0-9 ]", " ", fold(text)).strip()


def _heads(column: Column) -> set[str]:
    """What may stand above the column: its label in every language, and what else people write."""
    found = {" ".join(_plain(text).split()) for text in column.also}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(" ".join(_plain(str(column.label)).split()))
    return found


def _matches(row: list[Cell], wanted: dict[str, str]) -> dict[str, list[int]]:
    """{column: positions of its head in the row}"""
    found: dict[str, list[int]] = {}
    for position, cell in enumerate(row):
        code = wanted.get(" ".join(_plain(str(cell)).split())) if isinstance(cell, str) else None
        if code is not None:
            found.setdefault(code, []).append(position)
    return found


def find_table(book: Book, importer: Importer) -> tuple[Sheet, int, dict[str, int], list[str]]:
    """The sheet, the row of its head, {column: position}, and what the sender should know. Raises NotUsable."""
    wanted = {head: column.code for column in importer.columns for head in _heads(column)}
    best: tuple[int, Sheet, int, dict[str, list[int]]] | None = None
    two: tuple[int, list[Cell]] | None = None  # a head of two lines, as one
    for sheet in book.sheets:
        for number, row in enumerate(sheet.rows[:HEAD_WITHIN]):
            above = sheet.rows[number - 1] if number else []
            both = [cell if cell is not None else over for cell, over in zip(row, above, strict=False)]
            for line, cells in ((None, row), (number, both)):
                found = _matches(cells, wanted)
                if found and (best is None or len(found) > best[0]):
                    best, two = (len(found), sheet, number, found), None if line is None else (line, both)
    needed = [column for column in importer.columns if column.required]
    missing = [column for column in needed if best is None or column.code not in best[3]]
    if best is None or missing:
        names = ", ".join(f"«{column.label}»" for column in missing or needed)
        seen = next((row for sheet in book.sheets for row in sheet.rows if any(cell is not None for cell in row)), [])
        heads = ", ".join(f"«{shown(cell)[:30]}»" for cell in seen if cell is not None)[:300]
        raise NotUsable(
            _("The first %(most)s rows have no head with the columns %(names)s. Found: %(heads)s. Use the template.")
            % {"names": names, "most": HEAD_WITHIN, "heads": heads}
        )
    _count, sheet, head, found = best
    if two is not None:
        sheet.rows[head] = two[1]
    twice = [column for column in importer.columns if len(found.get(column.code, [])) > 1]
    if twice:
        places = ", ".join(letters(position) for position in found[twice[0].code])
        raise NotUsable(
            _("The column «%(column)s» stands there twice (%(places)s). Delete one.")
            % {"column": twice[0].label, "places": places}
        )
    return sheet, head, {code: positions[0] for code, positions in found.items()}, _warnings(book, sheet, head, found)


def _warnings(book: Book, sheet: Sheet, head: int, found: dict[str, list[int]]) -> list[str]:
    said = []
    others = [one.name for one in book.sheets if one is not sheet]
    if others:
        said.append(
            _("Read: sheet «%(sheet)s». Not read: %(others)s.") % {"sheet": sheet.name, "others": ", ".join(others)}
        )
    if book.hidden:
        said.append(_("Hidden sheets are not read: %(names)s.") % {"names": ", ".join(book.hidden[:5])})
    if book.linked:
        said.append(_("The workbook refers to other files; their values are read as they were last stored."))
    used = {position for positions in found.values() for position in positions}
    unknown = [
        f"{letters(position)} «{shown(cell)[:40]}»"
        for position, cell in enumerate(sheet.rows[head])
        if cell is not None and position not in used
    ]
    if unknown:
        said.append(_("Columns that are not known are not read: %(names)s.") % {"names": ", ".join(unknown[:10])})
    if sheet.formulas:
        columns = sorted({column for row, column in sheet.formulas if column in used and row > head})
        if columns:
            names = ", ".join(map(letters, columns))
            said.append(
                _("Formulas in column %(names)s: their results are read as they were stored.") % {"names": names}
            )
    hidden = [row + 1 for row in sheet.hidden_rows if row > head and row < len(sheet.rows)]
    if hidden:
        rows = ", ".join(map(str, hidden[:10])) + (" …" if len(hidden) > 10 else "")
        said.append(_("Hidden rows are read too: %(rows)s.") % {"rows": rows})
    concealed = [letters(column) for column in sheet.hidden_columns if column in used]
    if concealed:
        said.append(_("Hidden columns are read too: %(names)s.") % {"names": ", ".join(concealed)})
    return said


def _counts_columns(cells: list[Cell]) -> bool:
    """«(1) (2) (3)» or «A B 1 2» below the head, as forms of the state have it."""
    texts = [shown(cell).strip("() ") for cell in cells if cell is not None]
    numbers = [int(text) for text in texts if text.isdigit()]
    letters_first = all(re.fullmatch(r"[A-E]", text) for text in texts if not text.isdigit())
    return len(numbers) > 2 and letters_first and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def rows_of(
    sheet: Sheet, head: int, columns: dict[str, int], importer: Importer, most: int = MAX_ROWS
) -> tuple[list[Row], list[str]]:
    """The rows below the head that hold anything, with what is wrong with the cells as such. Raises NotUsable."""
    rows, totals, numbering = [], [], 0
    required = [columns[column.code] for column in importer.columns if column.required]
    width = len(sheet.rows[head])
    for number, cells in enumerate(sheet.rows[head + 1 :], start=head + 2):
        if all(cells[position] is None for position in columns.values()):
            continue
        first = next(shown(cell) for cell in cells if cell is not None)
        lacking = any(cells[position] is None for position in required)
        if _plain(first) in TOTALS or lacking and _SUM.match(_plain(first)):
            totals.append(number)
            continue
        if number == head + 2 and _counts_columns(cells):
            numbering = number
            continue
        rows.append(Row(number, [*cells[:width]]))
    unworked = {line + 1 for line, _position in sheet.unworked}
    below = []  # «Người lập biểu …»: who signed, behind the last row in which anything stands that a row must have
    while (
        len(rows) > 1
        and rows[-1].number not in unworked
        and not any(rows[-1].cells[position] is not None for position in required)
    ):
        below.append(rows.pop().number)
    if not rows:
        raise NotUsable(_("There is no row below the head. Enter at least one."))
    if len(rows) > most:
        raise NotUsable(
            _("The sheet has %(count)s rows; at most %(most)s are read at once. Split the file.")
            % {"count": group(len(rows)), "most": group(most)}
        )
    _blame_merged(sheet, head, columns, rows)
    by_position = {position: code for code, position in columns.items()}
    by_number = {row.number: row for row in rows}
    for line, position in sheet.unworked:
        row = by_number.get(line + 1)
        if row is not None and position in by_position:
            row.given.setdefault(
                by_position[position],
                _("The formula has no stored result. Save the file in Excel and send it anew, or enter the value."),
            )
    said = []
    if numbering:
        said.append(_("Row %(row)s numbers the columns and is not read.") % {"row": numbering})
    if below:
        numbers = ", ".join(map(str, sorted(below)[:5]))
        said.append(_("What stands below the table is not read: row %(rows)s.") % {"rows": numbers})
    if totals:
        numbers = ", ".join(map(str, totals[:5]))
        said.append(_("Rows with sums are not read: %(rows)s.") % {"rows": numbers})
    return rows, said


def _blame_merged(sheet: Sheet, head: int, columns: dict[str, int], rows: list[Row]) -> None:
    """A value that stands over several rows belongs to the first of them only: nobody knows what the others mean."""
    by_number = {row.number: row for row in rows}
    codes = {position: code for code, position in columns.items()}
    for top, left, bottom, right in sheet.merged:
        if bottom <= head:
            continue
        place = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
        message = _("The cells %(place)s are merged. Take the merge apart and fill in each row.") % {"place": place}
        touched = [codes[position] for position in range(left, min(right, left + 200) + 1) if position in codes]
        for number in range(max(top, head + 1), min(bottom, len(sheet.rows)) + 1):
            row = by_number.get(number + 1)
            if row is not None and touched:
                row.given.setdefault(touched[0], message)


def units_of(heads: list[Cell], importer: Importer, columns: dict[str, int]) -> dict[str, int]:
    """{column of money: what one of its numbers is in đồng}. Raises NotUsable where the head does not say."""
    units = {}
    for column in importer.columns:
        if not isinstance(column, Money) or column.code not in columns:
            continue
        found = re.search(r"\(([^)]*)\)", str(heads[columns[column.code]]))
        words = fold(found[1]) if found else ""
        unit = next((size for name, size in UNITS.items() if fold(name) == words), None)
        if unit is None:
            raise NotUsable(
                _("The head of column %(letter)s does not say the unit. Write «%(label)s (triệu đồng)» or «(đồng)».")
                % {"letter": letters(columns[column.code]), "label": column.label}
            )
        units[column.code] = unit
    return units


def judge(
    rows: list[Row], importer: Importer, columns: dict[str, int], units: dict[str, int], context: dict[Any, Any]
) -> None:
    """Read every cell and let the importer judge the rows that can be read."""
    used = [(column, columns[column.code]) for column in importer.columns if column.code in columns]
    for row in rows:
        for code, message in row.given.items():
            row.blame(code, message)
        for column, position in used:
            if column.code in row.errors:
                continue
            try:
                cell = row.cells[position]
                if isinstance(column, Money) and cell is not None:
                    row.values[column.code] = column.in_unit(cell, units[column.code])
                else:
                    row.values[column.code] = column.read(cell, context, row.notes)
            except Wrong as wrong:
                row.blame(column.code, wrong.args[0])
    good = [row for row in rows if row.kind != WRONG]
    importer.judge(good, context)


def counts(rows: list[Row]) -> Counter[str]:
    return Counter(row.kind for row in rows)


def faults_in_words(count: int) -> str:
    return ngettext("%(count)s row is wrong.", "%(count)s rows are wrong.", count) % {"count": count}
