"""What the pages of replaceable templates share, those of papers and those of reports (templates/components/)."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import NotFound
from files.models import StoredFile
from files.services import read_bytes

HOW_IN_WORD = _lazy(
    "A field is written in double braces. A row of a table is repeated between a row that begins the list and a row "
    "that ends it, as in the template you download; inside it the fields begin with «row»."
)


def field_lines(whole: dict[str, Any], needed: Any) -> list[tuple[tuple[str, str], Any, bool]]:
    """(as it is written and the list it is a row of, what it is, whether a template must have it), the needed first."""
    lines = [(_written(path), words, path in needed) for path, words in whole.items()]
    return sorted(lines, key=lambda line: not line[2])


def _written(path: str) -> tuple[str, str]:
    over, found, field = path.rpartition("[].")
    return (f"row.{field}", over.replace("[]", "")) if found else (path, "")


def content_of(stored: StoredFile) -> bytes:
    """Raises NotFound where the file is gone or damaged."""
    try:
        return read_bytes(stored)
    except (OSError, ValueError) as error:
        text = _("The file of the template is missing on the server. Tell the administrator its hash: %(hash)s.")
        raise NotFound(text % {"hash": stored.sha256}) from error


def file_answer(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved under this name."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
