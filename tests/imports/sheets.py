"""Workbooks as offices make them, and as nobody should."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from imports import services
from imports.importers import importer_of
from imports.models import Import
from jobs.services import work_once

HEADS = ("Tên cơ sở", "Mã số thuế", "Loại hình", "Xã/phường", "Số lao động", "Điện thoại")
GOOD = ("Hợp tác xã Mây tre Đồng Tiến", None, "Hợp tác xã", "Xã Đồng Tiến", 25, "0912345678")


def workbook(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy", **options})
    sheet = book.add_worksheet("Danh sách")
    fill(book, sheet)
    book.close()
    return out.getvalue()


def table(*rows: Iterable[Any], heads: Iterable[Any] = HEADS, above: int = 0) -> bytes:
    """Rows below a head, as somebody would fill them in."""

    def fill(book: Any, sheet: Any) -> None:
        for line, row in enumerate([heads, *rows], start=above):
            for number, cell in enumerate(row):
                if cell is not None:
                    sheet.write(line, number, cell)

    return workbook(fill)


def repacked(data: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """The package with some of its parts changed, dropped (None) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in more.items():
            new.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def upload(data: bytes, name: str = "danh-sach.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def sent(data: bytes, actor: User, kind: str = "enterprises", name: str = "danh-sach.xlsx", target: str = "") -> Import:
    """Sent and checked by the worker's own code."""
    importer = importer_of(kind)
    assert importer is not None
    row = services.send(importer, upload(data, name), target, actor=actor)
    while work_once():
        pass
    row.refresh_from_db()
    return row


def stored(row: Import, actor: User, *, valid_only: bool = False) -> Import:
    services.confirm(row, valid_only=valid_only, actor=actor, version=row.version)
    while work_once():
        pass
    row.refresh_from_db()
    return row


def errors(row: Import) -> dict[str, str]:
    """{place of the cell: what is wrong with it}"""
    from imports.checking import letters

    found = row.read()
    return {
        f"{letters(found['columns'][code])}{one['n']}": message
        for one in found["rows"]
        for code, message in one.get("e", {}).items()
    }
