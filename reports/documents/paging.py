"""A section as the rows that are printed: numbered, in groups, and long ones in parts with subtotals carried over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reports.documents.words import MILLION, coverage, grouped, kind_of, shown, unit_in_head

WIDE = 5  # columns from which a table stands on a landscape page
CARRIED = "Cộng chuyển trang sau"
BROUGHT = "Cộng trang trước mang sang"
# What one line of text needs, and how much of a page a table may fill: cautious, so that a part never runs over.
LINE_MM, PADDING_MM = 4.75, 1.9
HEIGHT_MM = {False: 248.0, True: 162.0}
WIDTH_MM = {False: 165.0, True: 252.0}
NUMBER_MM = 11.0
SHORT = 12
LETTER_MM = 1.95  # of 11 pt Times, on the average


@dataclass(frozen=True)
class PrintedCell:
    text: str
    note: str = ""
    estimate: bool = False


@dataclass
class PrintedRow:
    number: str
    title: str
    cells: list[PrintedCell]
    strong: bool = False
    carried: bool = False


@dataclass
class PrintedTable:
    """`parts`: what stands on one page each; a table that fits anywhere has one part."""

    code: str
    title: str
    wide: bool
    heads: list[str]
    numbers: list[bool]
    widths: list[float]  # mm: number, words, then a column each
    parts: list[list[PrintedRow]] = field(default_factory=list)


def printed_tables(sections: list[dict[str, Any]], *, annexed: bool) -> list[PrintedTable]:
    """Annexes lie each as its own table wants it; in the body all pages lie as the widest table wants them."""
    wide = [len(section["columns"]) >= WIDE for section in sections]
    return [printed_table(section, own if annexed else any(wide)) for section, own in zip(sections, wide, strict=True)]


def printed_table(section: dict[str, Any], wide: bool) -> PrintedTable:
    columns = section["columns"]
    levelled = any(row["level"] for row in section["rows"])
    rows = [
        PrintedRow(str(number), row["title"], [_cell(row, column) for column in columns], levelled and not row["level"])
        for number, row in enumerate(section["rows"], 1)
    ]
    units = [unit_in_head(column) for column in columns]
    table = PrintedTable(
        section["code"],
        section["title"],
        wide,
        [
            f"{column['title']} ({unit})" if unit else column["title"]
            for column, unit in zip(columns, units, strict=True)
        ],
        [column["kind"] not in ("text", "date") for column in columns],
        _widths(columns, rows, WIDTH_MM[wide]),
    )
    table.parts = list(_parts(section, table, rows)) if rows else []
    return table


def _cell(row: dict[str, Any], column: dict[str, Any]) -> PrintedCell:
    cell = row["cells"].get(column["code"])
    if cell is None:
        return PrintedCell("")
    return PrintedCell(shown(cell, kind_of(row, column)), coverage(cell), bool(cell.get("estimate")))


def _widths(columns: list[dict[str, Any]], rows: list[PrintedRow], whole: float) -> list[float]:
    """Each column as wide as its longest word or number needs, the rest for the words of the rows."""
    needed = []
    for place, column in enumerate(columns):
        texts = [row.cells[place].text for row in rows]
        if column["kind"] in ("text", ""):  # short texts («triệu đồng») stay on one line
            texts = [word for text in texts for word in ([text] if len(text) <= SHORT else text.split())]
        longest = max(map(len, [*texts, *column["title"].split(), "xxxx"]))
        needed.append(max(15.0, longest * 2.25 + 5))
    weights = [1.6 if column["kind"] == "text" else 1.0 for column in columns]
    least = min(75.0, whole * 0.3)
    free = whole - NUMBER_MM - least - sum(needed)
    if free > 0:
        share = free * 0.55 / sum(weights) if weights else 0
        needed = [width + share * weight for width, weight in zip(needed, weights, strict=True)]
    else:  # more than fits: every column gives way alike
        fit = (whole - NUMBER_MM - least) / sum(needed)
        needed = [width * fit for width in needed]
    return [NUMBER_MM, whole - NUMBER_MM - sum(needed), *needed]


def _parts(section: dict[str, Any], table: PrintedTable, rows: list[PrintedRow]) -> Iterator[list[PrintedRow]]:
    room = HEIGHT_MM[table.wide] - 22  # its title and the head of an annex stand above the first part
    height = [_height(table, row) for row in rows]
    head = max((_lines(text, width) for text, width in zip(table.heads, table.widths[2:], strict=True)), default=1)
    room_first = room - head * LINE_MM - PADDING_MM
    if sum(height) <= room_first:
        yield rows
        return
    additive = _additive(section)
    top, _total = _group(section)
    part: list[PrintedRow] = []
    used, here = 0.0, room_first
    columns = section["columns"]
    sums: list[Decimal | None] = [Decimal(0) if one else None for one in additive]
    carries = any(additive)
    spare = LINE_MM + PADDING_MM if carries else 0.0
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        if part and used + height[number] + (0 if last else spare) > here:
            if carries:
                yield [*part, _sum_row(CARRIED, sums, table)]
                part = [_sum_row(BROUGHT, sums, table)]
            else:
                yield part
                part = []
            used, here = spare, room_first + 22
        part.append(row)
        used += height[number]
        if carries and number >= top:
            for place, column in enumerate(columns):
                value = section["rows"][number]["cells"][column["code"]]["value"]
                if sums[place] is not None and value is not None:
                    sums[place] = (sums[place] or Decimal(0)) + _printed_value(value, column["kind"])
    if part:
        yield part


def _printed_value(value: Any, kind: str) -> Decimal:
    return Decimal(str(value)) / MILLION if kind == "money" else Decimal(str(value))


def _group(section: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """Where the rows of a long list begin, and the total above them."""
    rows = section["rows"]
    if rows and rows[0]["level"] == 0 and all(row["level"] for row in rows[1:]):
        return 1, rows[0]
    return 0, None


def _additive(section: dict[str, Any]) -> list[bool]:
    """For each column: do its rows add up to the total that stands above them? Only then is a subtotal told: things
    counted once, rates and gaps do not add up."""
    top, total = _group(section)
    if total is None:
        return [False] * len(section["columns"])
    found = []
    for column in section["columns"]:
        if column["kind"] not in ("money", "integer", "decimal"):
            found.append(False)
            continue
        cells = [row["cells"][column["code"]] for row in section["rows"]]
        values = [cell["value"] for cell in cells[top:] if cell["status"] == "reported"]
        whole = cells[0]["value"] if cells[0]["status"] == "reported" else None
        found.append(whole is not None and sum(Decimal(str(value)) for value in values) == Decimal(str(whole)))
    return found


def _sum_row(title: str, sums: list[Decimal | None], table: PrintedTable) -> PrintedRow:
    cells = [PrintedCell("" if value is None else grouped(value)) for value in sums]
    return PrintedRow("", title, cells, strong=True, carried=True)


def _height(table: PrintedTable, row: PrintedRow) -> float:
    lines = [_lines(row.title, table.widths[1])]
    for cell, width in zip(row.cells, table.widths[2:], strict=True):
        lines.append(_lines(cell.text, width) + (1 if cell.note else 0))
    return max(lines) * LINE_MM + PADDING_MM


def _lines(text: str, width: float) -> int:
    """How many lines a text takes at most, wrapped at words."""
    return wrapped(text, max(1, int((width - 3) / LETTER_MM)))


def wrapped(text: str, room: int) -> int:
    """How many lines a text takes with so many letters to a line."""
    if len(text) <= room:  # most figures
        return 1
    lines, used = 1, 0
    for word in text.split():
        size = len(word)
        if used and used + 1 + size > room:
            lines, used = lines + 1, 0
        used += size + (1 if used else 0)
        while used > room:
            lines, used = lines + 1, used - room
    return lines
