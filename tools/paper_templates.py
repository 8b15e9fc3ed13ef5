"""The Word templates in data/papers/, from papers/layouts.py:  python tools/paper_templates.py  writes them anew.

They are what an office downloads, changes in Word and uploads again. Layout of Decree 30/2020/NĐ-CP, Appendix I: A4,
Times, margins 20/20/30/15 mm, page number centred in the top margin from the second page on.
"""

import datetime as dt
import io
import os
import re
import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "papers"
FONT = "Times New Roman"
SIDES = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "right": ALIGN.RIGHT}
NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
WATERMARK = (
    f'<w:r {NS}><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
    '</v:shapetype><v:shape id="kcDraft{n}" o:spid="_x0000_s20{n}" type="#_x0000_t136" '
    'style="position:absolute;margin-left:0;margin-top:0;width:380pt;height:95pt;rotation:315;z-index:-251658752;'
    "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e3e3e3" stroked="f">'
    '<v:textpath style="font-family:&quot;Times New Roman&quot;;font-size:1pt" string="{{{{ mark }}}}"/></v:shape>'
    "</w:pict></w:r>"
)


def made(form: Any) -> bytes:
    """The template of a form: the same bytes whenever it is made."""
    from files.packages import same_bytes
    from papers import layouts
    from reports.documents.words import MOTTO, NATION

    layout = form.layout
    document: Any = Document()
    _base(document, layout.landscape)
    _header(document.sections[0])
    if layout.head == "agency":
        head = _grid(document, 2, (45, 55))
        _cell(head.cell(0, 0), "{{ paper.parent }}", ALIGN.CENTER, size=12)
        _add(head.cell(0, 0), "{{ paper.agency }}", ALIGN.CENTER, size=12, bold=True)
        _add(head.cell(0, 0), "Số: {{ paper.number }}", ALIGN.CENTER, size=13, before=8)
        nation, date_at = head.cell(0, 1), head.cell(0, 1)
        _cell(nation, NATION, ALIGN.CENTER, size=12, bold=True)
        _add(nation, MOTTO, ALIGN.CENTER, size=13, bold=True, underline=True)
        _add(date_at, "{{ paper.place_date }}", ALIGN.CENTER, size=13, italic=True, before=8)
    else:
        _line(document, NATION, ALIGN.CENTER, size=12, bold=True)
        _line(document, MOTTO, ALIGN.CENTER, size=13, bold=True, underline=True)
    _line(document, layout.title, ALIGN.CENTER, size=14, bold=True, before=14)
    _line(document, layout.subtitle, ALIGN.CENTER, size=14, bold=True, after=8)
    for block in layout.blocks:
        match block:
            case layouts.Heading(text):
                _line(document, text, ALIGN.LEFT, bold=True, before=6, keep=True)
            case layouts.Text(text, italic):
                _line(document, text, ALIGN.JUSTIFY, italic=italic, indent=10, after=4)
            case layouts.Facts(rows):
                for label, value in rows:
                    _line(document, f"{label}: {value}", ALIGN.JUSTIFY, indent=10, after=3)
            case layouts.Table():
                _table(document, block)
            case layouts.Signatures(columns):
                _signatures(document, columns)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = layout.title, "", ""
    properties.created = properties.modified = dt.datetime(2026, 1, 1)
    properties.last_modified_by, properties.revision = "", 1
    out = io.BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _base(document: Any, landscape: bool) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)


def _header(section: Any) -> None:
    """Page number from the second page on; on every page «DỰ THẢO» while it is a draft, in words and across."""
    section.different_first_page_header_footer = True
    for number, header in enumerate((section.first_page_header, section.header), start=49):
        header.is_linked_to_previous = False
        first = header.paragraphs[0]
        first.alignment = ALIGN.CENTER
        if header is section.header or number == 50:
            for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
                inner = f'<w:fldChar w:fldCharType="{kind}"/>' if kind else f"<w:instrText>{text}</w:instrText>"
                first._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))
        header.add_paragraph("{%p if mark %}")
        draft = header.add_paragraph()
        draft.alignment = ALIGN.RIGHT
        run = draft.add_run("{{ mark }}")
        run.bold, run.font.size, run.font.color.rgb = True, Pt(11), RGBColor(0xB0, 0, 0x20)
        draft._p.append(parse_xml(WATERMARK.format(n=number)))
        header.add_paragraph("{%p endif %}")


def _format(paragraph: Any, text: str, align: Any, **how: Any) -> Any:
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.bold, run.italic = how.get("bold"), how.get("italic")
    run.underline = how.get("underline")
    if "size" in how:
        run.font.size = Pt(how["size"])
    paragraph.paragraph_format.space_before = Pt(how.get("before", 0))
    paragraph.paragraph_format.space_after = Pt(how.get("after", 0))
    paragraph.paragraph_format.keep_with_next = how.get("keep")
    if how.get("indent"):
        paragraph.paragraph_format.first_line_indent = Mm(how["indent"])
    return paragraph


def _line(document: Any, text: str, align: Any, **how: Any) -> Any:
    return _format(document.add_paragraph(), text, align, **how)


def _cell(cell: Any, text: str, align: Any, **how: Any) -> None:
    _format(cell.paragraphs[0], text, align, **how)


def _add(cell: Any, text: str, align: Any, **how: Any) -> None:
    _format(cell.add_paragraph(), text, align, **how)


def _grid(document: Any, columns: int, parts: tuple[int, ...], rows: int = 1) -> Any:
    table = document.add_table(rows=rows, cols=columns)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    for number, part in enumerate(parts):
        width = int(whole * part / sum(parts))
        table.columns[number].width = width
        for row in table.rows:
            row.cells[number].width = width
    return table


def _table(document: Any, block: Any) -> None:
    """Head, a loop over the rows, and the last line. The loop's marks stand in rows of their own, which vanish."""
    columns = block.columns
    rows = 4 + bool(block.last)
    table = _grid(document, len(columns), tuple(column.width for column in columns), rows)
    table.style = "Table Grid"
    head = table.rows[0]
    head._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for cell, column in zip(head.cells, columns, strict=True):
        _cell(cell, column.title, ALIGN.CENTER, bold=True, size=11)
    _cell(table.rows[1].cells[0], f"{{%tr for row in {block.over} %}}", ALIGN.LEFT)
    for cell, column in zip(table.rows[2].cells, columns, strict=True):
        _cell(cell, column.cell, SIDES[column.align], size=11)
    _cell(table.rows[3].cells[0], "{%tr endfor %}", ALIGN.LEFT)
    if block.last:
        for cell, column, text in zip(table.rows[4].cells, columns, block.last, strict=True):
            _cell(cell, text, SIDES[column.align], bold=True, size=11)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    _line(document, "", ALIGN.LEFT, size=6)


def _signatures(document: Any, columns: Any) -> None:
    _line(document, "", ALIGN.LEFT, size=8)
    table = _grid(document, len(columns), (1,) * len(columns))
    for cell, (title, under) in zip(table.rows[0].cells, columns, strict=True):
        receivers = title.startswith("Nơi nhận")
        align = ALIGN.LEFT if receivers else ALIGN.CENTER
        size = 12 if len(columns) < 3 else 11
        _cell(cell, title, align, bold=True, italic=receivers, size=size)
        for line in under.split("\n"):
            _add(cell, line, align, italic=not receivers, size=11)
        for _line_to_sign_on in range(0 if receivers else 4):
            _add(cell, "", align)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.testing")
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    from papers.catalogue import FORMS

    FOLDER.mkdir(exist_ok=True)
    for form in FORMS.values():
        (FOLDER / f"{form.code}.docx").write_bytes(made(form))
        print(re.sub(r"^.*/data/", "data/", str(FOLDER / f"{form.code}.docx")))


if __name__ == "__main__":
    main()
