"""The report as a tagged PDF/A by Typst, laid out as Decree 30/2020/NĐ-CP, Appendix I asks: A4, Times, margins, page
number centred in the top margin from the second page on."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import orjson
import typst

from reports.documents.office import basis_lines, closing_notes, intro, office_of, range_words, recipient_lines
from reports.documents.paging import PrintedRow, PrintedTable, printed_tables
from reports.documents.qr import CAPTION, address_of, qr_png
from reports.documents.words import MOTTO, NATION, WATERMARK, footing

HERE = Path(__file__).resolve().parent
STANDARDS: list[Any] = ["a-2a", "ua-1"]  # kept for good, and readable by a screen reader


def render_pdf(document: dict[str, Any], sha256: str) -> bytes:
    """Data travels as a JSON file and stays data: nothing in it is read as markup."""
    address = address_of(document)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes((HERE / "report.typ").read_bytes())
        (root / "data.json").write_bytes(orjson.dumps(_printed(document, sha256)))
        if address:
            (root / "qr.png").write_bytes(qr_png(address))
        made: bytes = typst.compile(
            str(root / "report.typ"),
            root=str(root),
            font_paths=[str(HERE / "fonts")],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=int(dt.datetime.fromisoformat(document["data_as_of"]).timestamp()),
        )
    return made


def _printed(document: dict[str, Any], sha256: str) -> dict[str, Any]:
    office = office_of(document)
    tables = printed_tables(document["sections"], annexed=bool(office.annexes))
    return {
        "nation": NATION,
        "motto": MOTTO,
        "parent": office.parent,
        "agency": office.name,
        "author": office.plain_name or "-",
        "number": office.number,
        "place_date": office.place_date,
        "title": office.title,
        "subtitle": office.summary,
        "range": range_words(document),
        "basis": basis_lines(document),
        "intro": intro(document),
        "texts": [text for text in document.get("texts", []) if text["paragraphs"]],
        "notes": closing_notes(document),
        "recipients": recipient_lines(office.recipients),
        "signer_titles": office.signer_titles,
        "signer_name": office.signer_name,
        "annexes": office.annexes,
        "annex_note": office.annex_note,
        "verify": address_of(document),
        "caption": CAPTION,
        "footing": footing(document, sha256),
        "mark": WATERMARK if document["demonstration"] else "",
        # Tables in the body: all pages as the widest wants them. Annexes: each page as its own table wants it.
        "flipped": not office.annexes and any(table.wide for table in tables),
        "sections": [_section(table) for table in tables],
    }


def _section(table: PrintedTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "wide": table.wide,
        "heads": table.heads,
        "numbers": table.numbers,
        "widths": table.widths,
        "parts": [[_row(row) for row in part] for part in table.parts],
    }


def _row(row: PrintedRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "strong": row.strong,
        "carried": row.carried,
        "cells": [
            {"text": cell.text, "note": cell.note, "estimate": cell.estimate}
            if cell.note or cell.estimate
            else cell.text
            for cell in row.cells
        ],
    }
