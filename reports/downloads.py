"""Giving out the files of a report, exactly as they were made."""

import hashlib
import io
from typing import TypeVar

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from core.errors import NotFound
from files.models import StoredFile
from files.services import read_bytes
from reports.models import Report
from reports.services import CONTENT_TYPES

R = TypeVar("R", HttpResponse, FileResponse)


def report_file(report: Report, format_name: str) -> HttpResponse | FileResponse:
    """A file of the report. JSON comes from the frozen row itself; «issued» is the signed PDF of the office's own
    system. A file that is not as it was stored is not given out. Raises NotFound."""
    if format_name == "issued" and report.issued_file is not None:
        return _kept(report, report.issued_file, "pdf", "application/pdf", "-ban-hanh")
    found = report.files.select_related("file").filter(format=format_name).first()
    if found is None:
        raise NotFound(_("The report has no file of this format."))
    if format_name == "json":
        if hashlib.sha256(bytes(report.document)).hexdigest() != report.sha256:
            raise _damaged(report.sha256)
        response = HttpResponse(bytes(report.document), content_type=CONTENT_TYPES[format_name])
        return _named(response, report, found.file, format_name)
    return _kept(report, found.file, format_name, CONTENT_TYPES[format_name])


def _kept(report: Report, stored: StoredFile, ending: str, content_type: str, more: str = "") -> FileResponse:
    try:
        content = read_bytes(stored)
    except FileNotFoundError:
        text = _("The file is not in its place. Tell the administrator its hash: %(sha256)s.")
        raise NotFound(text % {"sha256": stored.sha256}, code="file_missing") from None
    except ValueError:
        raise _damaged(stored.sha256) from None
    return _named(FileResponse(io.BytesIO(content), content_type=content_type), report, stored, ending, more)


def _damaged(sha256: str) -> NotFound:
    text = _("The file is not what was stored: it was damaged. Tell the administrator its hash: %(sha256)s.")
    return NotFound(text % {"sha256": sha256}, code="file_damaged")


def _named(response: R, report: Report, stored: StoredFile, ending: str, more: str = "") -> R:
    name = f"{report.kind}-{report.period.code}-{report.area.code}-v{report.version}{more}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{stored.sha256}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
