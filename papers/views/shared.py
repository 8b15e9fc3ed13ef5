"""What the pages share."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_answer(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved under this name."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
