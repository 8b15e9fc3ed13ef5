"""What a template of reports can say: every name with its words, and which of them it must."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIELDS: dict[str, Any] = {
    "title": _("Kind of paper, in capitals"),
    "office.name": _("Issuing office, in capitals"),
    "office.parent": _("Authority above, in capitals"),
    "office.number": _("«Số: ……» with the symbol"),
    "office.place_date": _("Place and date"),
    "summary": _("What the report is about"),
    "range": _("First and last day of the figures"),
    "intro": _("The sentence that leads to the figures"),
    "basis[].line": _("Legal bases: a line each"),
    "texts[].title": _("Narrative parts: title"),
    "texts[].paragraphs[].line": _("Narrative parts: a paragraph each"),
    "tables": _("The tables, where they stand in the body"),
    "annexes": _("The tables, where they are annexes"),
    "recipients[].line": _("Recipients: a line each"),
    "signer.titles[].line": _("Titles of the signer: a line each"),
    "signer.name": _("Name of the signer"),
    "qr": _("The code that leads to the page of verification"),
    "verify": _("Address of the page of verification"),
    "mark": _("«SỐ LIỆU MINH HỌA» where the figures are invented"),
    "period": _("Period"),
    "area": _("Area"),
}
IN_WORD = (
    "title",
    "office.name",
    "office.parent",
    "office.number",
    "office.place_date",
    "summary",
    "texts[].paragraphs[].line",
    "tables",
    "annexes",
    "recipients[].line",
    "signer.titles[].line",
    "qr",
)

# A workbook has a sheet for each table, made of its first sheet.
SHEET_FIELDS: dict[str, Any] = {
    **{name: words for name, words in FIELDS.items() if "[]" not in name and name not in ("tables", "annexes", "qr")},
    "section": _("Title of the table"),
    "table": _("The table: begins here, with the look of this cell for its head and of the one below for its rows"),
    "basis": _("Legal bases"),
    "recipients": _("Recipients"),
    "signer.titles": _("Titles of the signer"),
    "notes": _("The legend of the signs"),
    "footing": _("Version, moment and check sum"),
}
IN_EXCEL = ("title", "section", "table", "notes", "footing", "office.name", "period")
