"""P7: 10,000 establishments from a workbook, from the upload to the stored records, beside reading the same file,
turning its cells into records and inserting them in bulk."""

import io
import time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from bench.figures import Figure, size
from enterprises.models import DuplicatePair, Enterprise, MatchKey, YearFacts
from enterprises.services import check_digit
from imports import services
from imports.importers import importer_of
from jobs.models import Job
from jobs.services import work_once
from tests import factories
from tests.imports.sheets import table


def measure() -> list[Figure]:
    count = size("BENCH_ROWS", 10_000)
    place = factories.Place("38", "Thanh Hóa")
    officer = factories.user("bench-importer", "officer", place.province, place.department)
    data = table(*(_row(number) for number in range(count)))
    begin = time.perf_counter()
    with CaptureQueriesContext(connection) as statements:
        _import(data, officer)
    taken = time.perf_counter() - begin
    done = Enterprise.objects.filter(province=place.province).count() == count
    queued = Job.objects.unfinished().count()
    begin = time.perf_counter()
    while work_once():
        pass
    pairs = time.perf_counter() - begin
    assert queued
    allowed = count * 0.02
    for model in (DuplicatePair, MatchKey, YearFacts):
        model._default_manager.all().delete()
    Enterprise.objects.filter(province=place.province).delete()
    begin = time.perf_counter()
    _plainly(data, place)
    floor = time.perf_counter() - begin
    goal = f"≤ 4 × reading, checking and inserting in bulk; all {count} rows there"
    return [
        Figure("P7-import", taken, "s", floor, goal, done and taken <= 4 * floor, len(statements)),
        # All of them in one commune and called alike but for a number: the worst there is.
        Figure(
            "P7-pairs",
            pairs,
            "s",
            allowed,
            "who is registered twice, in the background: ≤ 20 ms an entry",
            pairs <= allowed,
        ),
    ]


def _row(number: int) -> tuple[Any, ...]:
    first = f"{400_000_000 + number}"
    digit = check_digit(first)
    code = None if digit is None else f"{first}{digit}"
    return f"Công ty TNHH Cơ khí Thử số {number}", code, "Doanh nghiệp", "Xã Đồng Tiến", number % 300, f"09{number:08d}"


def _import(data: bytes, officer: Any) -> None:
    importer = importer_of("enterprises")
    assert importer is not None
    row = services.send(importer, SimpleUploadedFile("bench.xlsx", data), "", actor=officer)
    while work_once():
        pass
    row.refresh_from_db()
    services.confirm(row, valid_only=False, actor=officer, version=row.version)
    while row.state != "stored" and work_once():
        row.refresh_from_db()


def _plainly(data: bytes, place: factories.Place) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    found = []
    for name, code, kind, commune, headcount, phone in rows[1:]:
        assert kind == "Doanh nghiệp" and commune == "Xã Đồng Tiến"
        found.append(
            Enterprise(
                name=str(name).strip(),
                tax_code=str(code) or None,
                kind="enterprise",
                area=place.other,
                province=place.province,
                headcount=int(float(headcount)),
                phone=str(phone),
            )
        )
    Enterprise.objects.bulk_create(found, batch_size=1000)
