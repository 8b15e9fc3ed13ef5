"""What differs between two versions of a report, cell by cell, and in the texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.documents.words import kind_of, shown, unit_in_head


@dataclass(frozen=True)
class Change:
    """A cell of the two versions. `old` and `new` as they are printed, empty where the version has no such row or
    column; `difference` where both are numbers. `kind`: same, changed, added (only in the new one), removed."""

    section: str
    section_title: str
    row: str
    row_title: str
    column: str
    column_title: str
    unit: str
    kind: str
    old: str
    new: str
    difference: str = ""
    old_value: Any = None
    new_value: Any = None


@dataclass(frozen=True)
class TextChange:
    code: str
    title: str
    old: list[str]
    new: list[str]


def _pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Things of both by their codes, in the order of the new ones, with what is gone at the end."""
    before = {one["code"]: one for one in old}
    for one in new:
        yield before.pop(one["code"], None), one
    for one in before.values():
        yield one, None


def compare(old: dict[str, Any], new: dict[str, Any], *, same: bool = False) -> list[Change]:
    """The cells that differ, in the order of the tables; with `same` all cells."""
    found = []
    for before, after in _pairs(old["sections"], new["sections"]):
        section = after or before
        columns = list(_pairs(before["columns"] if before else [], after["columns"] if after else []))
        for was, now in _pairs(before["rows"] if before else [], after["rows"] if after else []):
            for old_column, new_column in columns:
                change = _cell(section, was, now, old_column, new_column)
                if change is not None and (same or change.kind != "same"):
                    found.append(change)
    return found


def _cell(section: Any, was: Any, now: Any, old_column: Any, new_column: Any) -> Change | None:
    column, row = new_column or old_column, now or was
    old = was["cells"].get(old_column["code"]) if was and old_column else None
    new = now["cells"].get(new_column["code"]) if now and new_column else None
    if old is None and new is None:
        return None
    old_text = shown(old, kind_of(was, old_column)) if old else ""
    new_text = shown(new, kind_of(now, new_column)) if new else ""
    kind = "changed"
    if old is None:
        kind = "added"
    elif new is None:
        kind = "removed"
    elif (old["value"], old["status"]) == (new["value"], new["status"]):
        kind = "same"
    unit = unit_in_head(column) or ("triệu đồng" if kind_of(row, column) == "money" else "")
    return Change(
        section["code"],
        section["title"],
        row["code"],
        row["title"],
        column["code"],
        column["title"],
        unit,
        kind,
        old_text,
        new_text,
        _difference(old, new, kind_of(row, column)),
        old["value"] if old else None,
        new["value"] if new else None,
    )


def _difference(old: Any, new: Any, kind: str) -> str:
    """New less old, with its sign; nothing where one of them is no number."""
    if not old or not new or kind in ("text", "date") or old["status"] != "reported" or new["status"] != "reported":
        return ""
    value = Decimal(str(new["value"])) - Decimal(str(old["value"]))
    if not value:
        return ""
    text = shown({"status": "reported", "value": value}, kind if kind == "money" else "decimal")
    return f"+{text}" if value > 0 else text


def compare_texts(old: dict[str, Any], new: dict[str, Any]) -> list[TextChange]:
    return [
        TextChange((after or before)["code"], (after or before)["title"], _lines(before), _lines(after))
        for before, after in _pairs(old.get("texts", []), new.get("texts", []))
        if _lines(before) != _lines(after)
    ]


def _lines(text: dict[str, Any] | None) -> list[str]:
    return list(text["paragraphs"]) if text else []
