"""Word documents for the tests: plain ones, and such as should not be taken."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from docx import Document

from papers.catalogue import FORMS


def shipped(code: str = "contract") -> bytes:
    return (Path(settings.REFERENCE_DATA_DIR) / "papers" / f"{code}.docx").read_bytes()


def document(*paragraphs: str) -> bytes:
    """A Word document with these lines."""
    made: Any = Document()
    for text in paragraphs:
        made.add_paragraph(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def whole(code: str, *more: str, without: str = "") -> bytes:
    """A plain template with all that the paper must hold (but one), and some lines more."""
    lines = []
    for path in FORMS[code].holds:
        if path == without:
            continue
        over, found, field = path.partition("[].")
        lines.append(f"{{% for row in {over} %}}{{{{ row.{field} }}}}{{% endfor %}}" if found else f"{{{{ {path} }}}}")
    return document("Mẫu của tỉnh", *lines, *more)


def repacked(content: bytes, changes: Mapping[str, Any]) -> bytes:
    """The same package with some parts put in, or changed by a function of the part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as box, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in box.namelist():
            change = changes.get(name)
            new.writestr(name, box.read(name) if change is None else change(box.read(name)))
        for name, part in changes.items():
            if isinstance(part, bytes):
                new.writestr(name, part)
    return out.getvalue()


def with_body(content: bytes, xml: str) -> bytes:
    """XML put at the beginning of the document's body."""
    place = b"<w:body>"
    return repacked(content, {"word/document.xml": lambda part: part.replace(place, place + xml.encode(), 1)})
