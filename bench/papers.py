"""P5: a list as a workbook beside XlsxWriter alone. P6: a table of some fifty pages as PDF beside Typst alone."""

import datetime as dt
import io
from pathlib import Path
from typing import Any
from unittest import mock

import typst
import xlsxwriter

from bench.figures import Figure, beside, size
from core import sheets
from reports.documents import pdf

COLUMNS = [
    sheets.Column("Mã", lambda row: row[0]),
    sheets.Column("Tên đề án", lambda row: row[1]),
    sheets.Column("Đơn vị", lambda row: row[2]),
    sheets.Column("Năm", lambda row: row[3], "number"),
    sheets.Column("Kinh phí", lambda row: row[4], "money"),
    sheets.Column("Đã giải ngân", lambda row: row[5], "money"),
    sheets.Column("Ngày duyệt", lambda row: row[6], "day"),
    sheets.Column("Ghi chú", lambda row: row[7]),
]


def measure() -> list[Figure]:
    return [*_workbook(), *_pdf()]


def _rows(count: int) -> list[tuple[Any, ...]]:
    day = dt.date(2026, 1, 1)
    return [
        (
            f"KCDP-2026-{n:06d}",
            f"Ứng dụng máy móc số {n} trong chế biến",
            "Xã Thạch Lạc",
            2026,
            300_000_000 + n,
            n,
            day,
            "",
        )
        for n in range(count)
    ]


def _plain(rows: list[tuple[Any, ...]]) -> None:
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(number, column, dt.datetime.combine(value, dt.time()), day)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, value)
    book.close()


def _workbook() -> list[Figure]:
    count = size("BENCH_ROWS", 10_000)
    rows = _rows(count)
    work, floor = beside(lambda: sheets.workbook("Đề án", COLUMNS, rows), lambda: _plain(rows), rounds=5)
    goal = f"{count} rows: ≤ 1.5 × XlsxWriter in constant memory"
    return [Figure("P5-xlsx", work, "ms", floor, goal, work <= 1.5 * floor)]


def _pdf() -> list[Figure]:
    document = _document(1000)
    kept: list[tuple[Any, Any, dict[str, bytes]]] = []
    compile_ = typst.compile

    def look(source: str, **options: Any) -> bytes:
        folder = Path(options["root"])
        kept.append((source, options, {place.name: place.read_bytes() for place in folder.iterdir()}))
        made: bytes = compile_(source, **options)
        return made

    with mock.patch.object(typst, "compile", look):
        made = pdf.render_pdf(document, "0" * 64)
    source, options, files = kept[0]
    root = Path(options["root"])
    root.mkdir()
    for name, content in files.items():
        (root / name).write_bytes(content)
    work, floor = beside(lambda: pdf.render_pdf(document, "0" * 64), lambda: compile_(source, **options), rounds=5)
    pages = made.count(b"/Type /Page\n") or made.count(b"/Type/Page/")
    return [Figure("P6-pdf", work, "ms", floor, f"≤ 1.5 × Typst on prepared data ({pages} pages)", work <= 1.5 * floor)]


def _document(rows: int) -> dict[str, Any]:
    columns = [
        {"code": f"c{n}", "title": f"Kinh phí đợt {n}", "unit": "đồng", "kind": "money" if n else "text"}
        for n in range(6)
    ]
    cell = {"status": "reported", "coverage": None}
    return {
        "kind": "bench",
        "title": "Báo cáo kết quả thực hiện chương trình khuyến công",
        "period": {"code": "2026-Y", "label": "Năm 2026", "data_from": "2025-12-15", "data_to": "2026-12-14"},
        "area": {"uid": "p42", "code": "42", "full_name": "Tỉnh Hà Tĩnh"},
        "agency": {"parent_name": "Ủy ban nhân dân tỉnh", "name": "Sở Công Thương", "place": "Hà Tĩnh"},
        "basis": [],
        "notes": [],
        "version": 1,
        "data_as_of": "2026-12-15T08:00:00+07:00",
        "demonstration": False,
        "sections": [
            {
                "code": "bench",
                "title": "Phụ lục",
                "columns": columns,
                "rows": [
                    {
                        "code": str(n),
                        "title": f"Đề án số {n} hỗ trợ ứng dụng máy móc thiết bị",
                        "level": 0,
                        "cells": {
                            one["code"]: {**cell, "value": "Xã" if one["kind"] == "text" else n * 1_000_000}
                            for one in columns
                        },
                    }
                    for n in range(rows)
                ],
            }
        ],
    }
