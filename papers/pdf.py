"""A paper as a tagged PDF by Typst, from the same layout and the same text as its Word template."""

import datetime as dt
import re
import tempfile
from pathlib import Path
from typing import Any

import orjson
import typst

from papers.layouts import Block, Facts, Heading, Layout, Signatures, Table, Text
from reports.documents.words import MOTTO, NATION

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "reports" / "documents" / "fonts"
_FIELD = re.compile(r"\{\{ ([\w.]+) \}\}")


def render_pdf(layout: Layout, context: dict[str, Any], made_at: dt.datetime) -> bytes:
    """Data travels as a JSON file and stays data: nothing in it is read as markup. `made_at` is noted in the file."""
    data = {
        "nation": NATION,
        "motto": MOTTO,
        "mark": context["mark"],
        "author": context["paper"]["agency"],
        "head": layout.head,
        "landscape": layout.landscape,
        "paper": {
            name: text.upper() if name in ("parent", "agency") else text for name, text in context["paper"].items()
        },
        "title": layout.title,
        "subtitle": say(layout.subtitle, context),
        "blocks": _blocks(layout, context),
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "paper.typ").write_bytes((HERE / "paper.typ").read_bytes())
        (root / "data.json").write_bytes(orjson.dumps(data))
        made: bytes = typst.compile(
            str(root / "paper.typ"),
            root=str(root),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=int(made_at.timestamp()),
        )
    return made


def say(text: str, context: dict[str, Any]) -> str:
    """The text with its fields filled in."""

    def look_up(found: re.Match[str]) -> str:
        value: Any = context
        for name in found[1].split("."):
            value = value[name]
        return str(value)

    return _FIELD.sub(look_up, text)


def _blocks(layout: Layout, context: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands before the signatures (`last`) is kept on their page: nobody signs an empty one."""
    following = [*layout.blocks[1:], None]
    return [
        {**_block(block, context), "last": isinstance(after, Signatures)}
        for block, after in zip(layout.blocks, following, strict=True)
    ]


def _block(block: Block, context: dict[str, Any]) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": say(block.text, context)}
        case Text():
            return {"kind": "text", "text": say(block.text, context), "italic": block.italic}
        case Facts():
            return {"kind": "facts", "rows": [[label, say(value, context)] for label, value in block.rows]}
        case Signatures():
            columns = [
                {"title": title, "under": under, "receivers": title.startswith("Nơi nhận")}
                for title, under in block.columns
            ]
            return {"kind": "signatures", "columns": columns}
        case Table():
            return _table(block, context)


def _table(block: Table, context: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {
            "cells": [say(column.cell, {**context, "row": row}) for column in block.columns],
            "strong": bool(row.get("strong")),
        }
        for row in context[block.over]
    ]
    if block.last:
        rows.append({"cells": [say(text, context) for text in block.last], "strong": True})
    return {
        "kind": "table",
        "widths": [column.width for column in block.columns],
        "aligns": [column.align for column in block.columns],
        "titles": [column.title for column in block.columns],
        "rows": rows,
    }
