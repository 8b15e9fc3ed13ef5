"""The report as a tagged PDF by Typst, laid out as Decree 30/2020/NĐ-CP, Appendix I asks: A4, Times, margins, page
number centred in the top margin from the second page on."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import orjson
import typst

from reports.documents.words import (
    MOTTO,
    NATION,
    WATERMARK,
    coverage,
    date_words,
    footing,
    place_and_date,
    shown,
    unit_in_head,
)

HERE = Path(__file__).resolve().parent


def render_pdf(document: dict[str, Any], sha256: str) -> bytes:
    """Data travels as a JSON file and stays data: nothing in it is read as markup."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes((HERE / "report.typ").read_bytes())
        (root / "data.json").write_bytes(orjson.dumps(_printed(document, sha256)))
        made: bytes = typst.compile(
            str(root / "report.typ"),
            root=str(root),
            font_paths=[str(HERE / "fonts")],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=int(dt.datetime.fromisoformat(document["data_as_of"]).timestamp()),
        )
    return made


def _printed(document: dict[str, Any], sha256: str) -> dict[str, Any]:
    period = document["period"]
    return {
        "nation": NATION,
        "motto": MOTTO,
        "parent": document["agency"]["parent_name"].upper(),
        "agency": document["agency"]["name"].upper(),
        "place_date": place_and_date(document),
        "title": document["title"].upper(),
        "subtitle": f"{document['area']['full_name']} - {period['label']}",
        "range": f"(Số liệu từ ngày {date_words(period['data_from'])} đến ngày {date_words(period['data_to'])})",
        "basis": document["basis"],
        "notes": document["notes"],
        "footing": footing(document, sha256),
        "mark": WATERMARK if document["demonstration"] else "",
        "sections": [_section(section) for section in document["sections"]],
    }


def _section(section: dict[str, Any]) -> dict[str, Any]:
    columns = section["columns"]
    levelled = any(row["level"] for row in section["rows"])
    return {
        "title": section["title"],
        "wide": len(columns) > 5,
        "columns": [
            {
                "title": column["title"],
                "unit": unit_in_head(column),
                "number": column["kind"] not in ("text", "date"),
                "wide": column["kind"] == "text",
            }
            for column in columns
        ],
        "rows": [
            {
                "title": row["title"],
                "strong": levelled and row["level"] == 0,
                "cells": [
                    {
                        "text": shown(row["cells"][column["code"]], column["kind"]),
                        "note": coverage(row["cells"][column["code"]]),
                    }
                    for column in columns
                ],
            }
            for row in section["rows"]
        ],
    }
