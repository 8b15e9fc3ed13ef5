"""The report as a Word document, from a template an official can replace. The template says where things stand and how
they look; tables and annexes are put in by the portal, so that every figure is there."""

import io
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from files.packages import Refused
from files.template_fields import faults_of_fields, refusal_words, sample
from files.word import fill, trial
from reports.documents.fields import FIELDS, IN_WORD
from reports.documents.office import (
    Office,
    basis_lines,
    closing_notes,
    intro,
    office_of,
    range_words,
    recipient_lines,
)
from reports.documents.paging import PrintedCell, PrintedRow, PrintedTable, printed_tables
from reports.documents.qr import address_of, qr_png
from reports.documents.words import WATERMARK, footing

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MARKS = {"tables": "⟦tables⟧", "annexes": "⟦annexes⟧", "qr": "⟦qr⟧"}
EMPTY = "Không phát sinh số liệu trong phạm vi báo cáo."


def render_docx(document: dict[str, Any], sha256: str, template: bytes) -> bytes:
    """The same document and template give the same bytes. Raises files.word.Refused."""
    office = office_of(document)
    return fill(template, _context(document, office), partial(_put, document, office, sha256))


def faults_of(content: bytes) -> list[str]:
    """Why the content cannot be a template of reports, in words; nothing when it can."""
    try:
        text = trial(content, sample(FIELDS))
        faults = faults_of_fields(text, list(IN_WORD), FIELDS)
        if not faults:
            render_docx(SAMPLE, "0" * 64, content)
            render_docx({**SAMPLE, "office": {"annexes": ["Phụ lục I"]}}, "0" * 64, content)
    except Refused as refusal:
        return [refusal_words(refusal)]
    return faults


SAMPLE: dict[str, Any] = {
    "title": "Báo cáo",
    "period": {"label": "Năm", "data_from": "2026-01-01", "data_to": "2026-12-31"},
    "area": {"full_name": "Tỉnh"},
    "agency": {"parent_name": "", "name": "", "place": ""},
    "basis": [],
    "notes": [],
    "version": 1,
    "data_as_of": "2026-01-01T00:00:00+07:00",
    "demonstration": False,
    "verify": {"url": "https://example.vn/"},
    "sections": [{"code": "one", "title": "Bảng", "columns": [], "rows": []}],
}


def _context(document: dict[str, Any], office: Office) -> dict[str, Any]:
    def lines(texts: Any) -> list[dict[str, str]]:
        return [{"line": _clean(text)} for text in texts]

    return {
        "title": office.title,
        "office": {
            "name": office.name,
            "parent": office.parent,
            "number": office.number,
            "place_date": office.place_date,
        },
        "summary": _clean(office.summary),
        "range": range_words(document),
        "intro": intro(document),
        "basis": lines(basis_lines(document)),
        "texts": [
            {"title": _clean(text["title"]), "paragraphs": lines(text["paragraphs"])}
            for text in document.get("texts", [])
            if text["paragraphs"]
        ],
        "recipients": lines(recipient_lines(office.recipients)),
        "signer": {"titles": lines(office.signer_titles), "name": office.signer_name},
        "verify": address_of(document),
        "mark": WATERMARK if document["demonstration"] else "",
        "period": document["period"]["label"],
        "area": document["area"]["full_name"],
        **MARKS,
    }


def _clean(text: str) -> str:
    """Without characters that no XML may hold."""
    return "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())


# --- what is put in ---------------------------------------------------------------------------------------------------


def _put(document: dict[str, Any], office: Office, sha256: str, word: Any) -> None:
    word.core_properties.title = _clean(f"{document['title']} - {document['period']['label']}")[:250]
    tables = printed_tables(document["sections"], annexed=bool(office.annexes))
    closing = [_paragraph(note, size=21, italic=True, before=60) for note in closing_notes(document)]
    closing.append(_paragraph(footing(document, sha256), size=19, italic=True, before=60))
    address = address_of(document)
    _at(word, "qr", (lambda found: _picture(word, found, address)) if address else _remove)
    if office.annexes:
        _at(word, "tables", _remove)
        _at(word, "annexes", partial(_annexes, word, office, tables, closing))
        return
    wide = any(table.wide for table in tables)
    parts = []
    for table in tables:
        if len(table.parts) > 1:
            parts.append(_NEW_PAGE)
        parts.append(_paragraph(table.title, bold=True, before=240, after=120, keep=True))
        parts.append(_table(table))
    _at(word, "tables", lambda found: _replace(found, [*parts, *closing]))
    _at(word, "annexes", _remove)
    if wide:
        _turn(word.element.body.sectPr, wide=True)


def _at(word: Any, name: str, act: Callable[[Any], None]) -> None:
    mark = MARKS[name]
    for found in list(word.element.body.iter(qn("w:p"))):
        text = "".join(piece.text or "" for piece in found.iter(qn("w:t")))
        if mark in text:
            if text.strip() != mark or (name != "qr" and found.getparent() is not word.element.body):
                raise Refused("alone", name)
            act(found)
            return


def _remove(found: Any) -> None:
    parent = found.getparent()
    if parent.tag == qn("w:tc") and len(parent.findall(qn("w:p"))) == 1:
        for run in found.findall(qn("w:r")):  # a cell keeps one paragraph
            found.remove(run)
        return
    parent.remove(found)


def _replace(found: Any, xml: list[str]) -> None:
    for element in list(parse_xml(f'<w:body xmlns:w="{W}">{"".join(xml)}</w:body>')):
        found.addprevious(element)
    _remove(found)


def _picture(word: Any, found: Any, address: str) -> None:
    for run in found.findall(qn("w:r")):
        found.remove(run)
    picture = Paragraph(found, word._body).add_run().add_picture(io.BytesIO(qr_png(address)), width=Mm(26))
    picture._inline.docPr.set("descr", "Mã QR dẫn tới trang kiểm tra văn bản")


def _annexes(word: Any, office: Office, tables: list[PrintedTable], closing: list[str], found: Any) -> None:
    """Each annex on pages of its own, landscape where its table is wide. A section's shape stands at its end."""
    last = word.element.body.sectPr
    ends = []
    for table in [None, *tables]:
        shape = deepcopy(last)
        if table is not None:
            for first_page in shape.findall(qn("w:titlePg")):
                shape.remove(first_page)
            _turn(shape, wide=table.wide)
        ends.append(shape)
    blocks: list[list[str]] = []
    for number, table in enumerate(tables):
        blocks.append(
            [
                _paragraph(office.annexes[number], size=28, bold=True, align="center", keep=True),
                _paragraph(table.title, size=28, bold=True, align="center", keep=True),
                _paragraph(office.annex_note, italic=True, align="center", after=120, keep=True),
                _table(table),
                *(closing if number == len(tables) - 1 else []),
            ]
        )
    for block, end in zip([[], *blocks], ends, strict=True):
        for element in list(parse_xml(f'<w:body xmlns:w="{W}">{"".join(block)}</w:body>')):
            found.addprevious(element)
        if end is not ends[-1]:
            closed = parse_xml(f'<w:p xmlns:w="{W}"><w:pPr>{_TINY}</w:pPr></w:p>')
            closed.pPr.append(end)
            found.addprevious(closed)
    last.getparent().replace(last, ends[-1])
    _remove(found)


_TINY = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr>'
_NEW_PAGE = f"<w:p><w:pPr><w:pageBreakBefore/>{_TINY}</w:pPr></w:p>"


def _turn(shape: Any, *, wide: bool) -> None:
    """A section on its side, with the same margins."""
    page = shape.find(qn("w:pgSz"))
    sides = sorted((int(page.get(qn("w:w"))), int(page.get(qn("w:h")))))
    width, height = reversed(sides) if wide else sides
    page.set(qn("w:w"), str(width))
    page.set(qn("w:h"), str(height))
    if wide:
        page.set(qn("w:orient"), "landscape")
    elif qn("w:orient") in page.attrib:
        del page.attrib[qn("w:orient")]


# --- the XML of paragraphs and tables ---------------------------------------------------------------------------------


def _run(text: str, size: int, *, bold: bool = False, italic: bool = False) -> str:
    how = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "") + f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    lines = escape(_clean(text)).split("\n")
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r><w:rPr>{how}</w:rPr>{said}</w:r>"


def _paragraph(
    text: str,
    *,
    size: int = 26,
    bold: bool = False,
    italic: bool = False,
    align: str = "left",
    before: int = 0,
    after: int = 0,
    keep: bool = False,
) -> str:
    stays = "<w:keepNext/>" if keep else ""
    return (
        f'<w:p><w:pPr>{stays}<w:spacing w:before="{before}" w:after="{after}"/><w:jc w:val="{align}"/></w:pPr>'
        f"{_run(text, size, bold=bold, italic=italic)}</w:p>"
    )


_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_MARGINS = (
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
)


def _table(table: PrintedTable) -> str:
    if not table.parts:
        return _paragraph(EMPTY, italic=True, align="center")
    widths = [round(width * 56.7) for width in table.widths]
    return _NEW_PAGE.join(_part(table, rows, widths) for rows in table.parts) + f"<w:p><w:pPr>{_TINY}</w:pPr></w:p>"


def _part(table: PrintedTable, rows: list[PrintedRow], widths: list[int]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    heads = "".join(
        _cell(_run(text, 22, bold=True), width, "center", '<w:shd w:val="clear" w:color="auto" w:fill="EDF1EE"/>')
        for text, width in zip(["TT", "Nội dung", *table.heads], widths, strict=True)
    )
    aligns = ["center", "left", *("right" if number else "left" for number in table.numbers)]
    body = "".join(_row(row, widths, aligns) for row in rows)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/>{_MARGINS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>{body}</w:tbl>"
    )


def _row(row: PrintedRow, widths: list[int], aligns: list[str]) -> str:
    texts = [
        _run(row.number, 22),
        _run(row.title, 22, bold=row.strong, italic=row.carried),
        *(_figure(cell, row) for cell in row.cells),
    ]
    cells = "".join(_cell(text, width, align) for text, width, align in zip(texts, widths, aligns, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


def _figure(cell: PrintedCell, row: PrintedRow) -> str:
    said = _run(cell.text, 22, bold=row.strong, italic=cell.estimate or row.carried)
    return said + (f"<w:r><w:br/></w:r>{_run(cell.note, 17, italic=True)}" if cell.note else "")


def _cell(runs: str, width: int, align: str, shade: str = "") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:jc w:val="{align}"/></w:pPr>{runs}</w:p></w:tc>'
    )
