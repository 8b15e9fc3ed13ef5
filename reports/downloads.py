"""Giving out the files of a report, exactly as they were made."""

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from core.errors import NotFound
from files.services import path_of
from reports.models import Report
from reports.services import CONTENT_TYPES


def report_file(report: Report, format_name: str) -> HttpResponse | FileResponse:
    """A file of the report. JSON comes from the frozen row itself. Raises NotFound."""
    found = report.files.select_related("file").filter(format=format_name).first()
    if found is None:
        raise NotFound(_("The report has no file of this format."))
    if format_name == "json":
        response: HttpResponse | FileResponse = HttpResponse(
            bytes(report.document), content_type=CONTENT_TYPES[format_name]
        )
    else:
        file = path_of(found.file.sha256)
        if not file.exists():
            text = _("The file is not in its place. Tell the administrator its hash: %(sha256)s.")
            raise NotFound(text % {"sha256": found.file.sha256}, code="file_missing")
        response = FileResponse(file.open("rb"), content_type=CONTENT_TYPES[format_name])
    name = f"{report.kind}-{report.period.code}-{report.area.code}-v{report.version}.{format_name}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = f'"{found.file.sha256}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
