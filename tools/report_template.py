"""The Word template of reports, data/reports/report.docx:  python tools/report_template.py  writes it anew.

What an office downloads, changes in Word and uploads again. Layout of Decree 30/2020/NĐ-CP, Appendix I.
"""

import datetime as dt
import io
import os
import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "reports" / "report.docx"


def made() -> bytes:
    """The same bytes whenever it is made."""
    from files.packages import same_bytes
    from reports.documents.qr import CAPTION
    from reports.documents.words import MOTTO, NATION
    from tools.paper_templates import _add, _base, _cell, _grid, _header, _line

    document: Any = Document()
    _base(document, landscape=False)
    _header(document.sections[0])
    head = _grid(document, 2, (43, 57)).rows[0].cells
    _cell(head[0], "{{ office.parent }}", ALIGN.CENTER, size=12)
    _add(head[0], "{{ office.name }}", ALIGN.CENTER, size=12, bold=True)
    _rule(head[0].add_paragraph(), 24)
    _add(head[0], "{{ office.number }}", ALIGN.CENTER, size=13, before=6)
    _cell(head[1], NATION, ALIGN.CENTER, size=12, bold=True)
    _add(head[1], MOTTO, ALIGN.CENTER, size=13, bold=True)
    _rule(head[1].add_paragraph(), 18)
    _add(head[1], "{{ office.place_date }}", ALIGN.CENTER, size=13, italic=True, before=6)
    _line(document, "{{ title }}", ALIGN.CENTER, size=14, bold=True, before=18)
    _line(document, "{{ summary }}", ALIGN.CENTER, size=14, bold=True)
    _rule(document.add_paragraph(), 62)
    _line(document, "{{ range }}", ALIGN.CENTER, size=13, italic=True, before=6, after=8)
    _line(document, "{%p for row in basis %}", ALIGN.LEFT)
    _line(document, "{{ row.line }}", ALIGN.JUSTIFY, italic=True, indent=10, after=6)
    _line(document, "{%p endfor %}", ALIGN.LEFT)
    _line(document, "{{ intro }}", ALIGN.JUSTIFY, indent=10, after=6)
    _line(document, "{%p for text in texts %}", ALIGN.LEFT)
    _line(document, "{{ text.title }}", ALIGN.LEFT, bold=True, before=6, after=6, keep=True)
    _line(document, "{%p for row in text.paragraphs %}", ALIGN.LEFT)
    _line(document, "{{ row.line }}", ALIGN.JUSTIFY, indent=10, after=6)
    _line(document, "{%p endfor %}", ALIGN.LEFT)
    _line(document, "{%p endfor %}", ALIGN.LEFT)
    _line(document, "{{ tables }}", ALIGN.LEFT)
    _line(document, "", ALIGN.LEFT, size=8)
    signed = _grid(document, 2, (50, 50))
    signed.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    left, right = signed.rows[0].cells
    _cell(left, "{%p if recipients %}", ALIGN.LEFT)
    _add(left, "Nơi nhận:", ALIGN.LEFT, size=12, bold=True, italic=True)
    _add(left, "{%p endif %}", ALIGN.LEFT)
    _add(left, "{%p for row in recipients %}", ALIGN.LEFT)
    _add(left, "{{ row.line }}", ALIGN.LEFT, size=11)
    _add(left, "{%p endfor %}", ALIGN.LEFT)
    _add(left, "{%p if verify %}", ALIGN.LEFT)
    _add(left, "{{ qr }}", ALIGN.LEFT, before=10)
    _add(left, CAPTION + ": {{ verify }}", ALIGN.LEFT, size=9.5)
    _add(left, "{%p endif %}", ALIGN.LEFT)
    _add(left, "", ALIGN.LEFT, size=2)
    _cell(right, "{%p for row in signer.titles %}", ALIGN.CENTER)
    _add(right, "{{ row.line }}", ALIGN.CENTER, size=13, bold=True)
    _add(right, "{%p endfor %}", ALIGN.CENTER)
    for _space_to_sign in range(4):
        _add(right, "", ALIGN.CENTER)
    _add(right, "{{ signer.name }}", ALIGN.CENTER, size=13, bold=True)
    _line(document, "{{ annexes }}", ALIGN.LEFT)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "Báo cáo", "", ""
    properties.language = "vi-VN"
    properties.created = properties.modified = dt.datetime(2026, 1, 1)
    properties.last_modified_by, properties.revision = "", 1
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _rule(paragraph: Any, aside_mm: int) -> None:
    """The line beneath a block of the head: the lower border of an empty paragraph, drawn in from both sides."""
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(aside_mm)
    border = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    paragraph.paragraph_format.line_spacing = Pt(4)
    paragraph._p.get_or_add_pPr().insert_element_before(
        parse_xml(border), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.testing")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(made())
    print(FILE.relative_to(ROOT))


if __name__ == "__main__":
    main()
