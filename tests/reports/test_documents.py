"""Papers of every kind of report: laid out as the decree asks, the same figures in every file, open to be checked."""

import datetime as dt
import io
import re
import unicodedata
from decimal import Decimal
from typing import Any

import openpyxl
import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from core.errors import Invalid, NotAllowed
from files.packages import Refused
from files.services import read_bytes
from files.word import text_of
from jobs.services import work_once
from programmes.models import ReportingPeriod
from projects.models import Project
from reports import verification
from reports.documents.filled_xlsx import BOOK, faults_of, fill_xlsx
from reports.documents.office import period_words
from reports.documents.paging import BROUGHT, CARRIED, printed_table
from reports.documents.pdf import render_pdf
from reports.documents.word import faults_of as faults_of_word
from reports.documents.word import render_docx
from reports.documents.words import grouped, sheet_names
from reports.documents.xlsx import render_xlsx
from reports.kinds.kind import KINDS
from reports.layouts import (
    LayoutData,
    ReportTemplateData,
    change_layout,
    roman,
    shipped,
    upload_report_template,
    withdraw_report_template,
)
from reports.models import Report, VerificationTry
from reports.services import request_over_dates, request_report
from tests import factories as f
from tests.clocks import Clock
from tests.papers.making import repacked
from tests.reports.ways import signed_off

pytestmark = pytest.mark.django_db
SHA = "ab" * 32
MM = 72 / 25.4
BLOCKS = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "UBND TỈNH HÀ TĨNH",
    "SỞ CÔNG THƯƠNG HÀ TĨNH",
    "Số: ……/BC-SCT",
    "ngày 10 tháng 3 năm 2026",
    "BÁO CÁO",
    "Nơi nhận:",
    "Lưu: VT.",
    "KT. GIÁM ĐỐC",
    "PHÓ GIÁM ĐỐC",
    "Phụ lục I",
    "Kèm theo Báo cáo số",
    "«0» không phát sinh; «…» chưa có số liệu; «x» không áp dụng",
    "Quét mã để kiểm tra văn bản",
)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def period() -> ReportingPeriod:
    return f.period("2026-Y", "2025-12-15", "2026-12-14")


def laid_out(place: f.Place, people: f.People, **fields: Any) -> Any:
    data: dict[str, Any] = {
        "valid_from": dt.date(2026, 3, 10),
        "reason": "Theo công văn",
        "signer_titles": "KT. Giám đốc\nPhó Giám đốc",
        "symbol": "/BC-SCT",
        "recipients": "UBND tỉnh\nLưu: VT",
        **fields,
    }
    return change_layout(place.province, LayoutData(**data), actor=people.administrator)


def made(place: f.Place, people: f.People, period: ReportingPeriod, kind: str = "programme-results") -> Report:
    if KINDS[kind].asks == "dates":
        request_over_dates(kind, period.data_from, period.data_to, place.province, actor=people.officer)
    else:
        subject = str(Project.objects.latest("pk").public_id) if KINDS[kind].asks == "project" else ""
        area = Project.objects.latest("pk").area if subject else place.province
        request_report(kind, period, area, actor=people.officer, subject=subject)
    assert work_once()
    return Report.objects.latest("pk")


def document_of(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(bytes(report.document))
    return found


def bare(text: str) -> str:
    return "".join(text.split())


def pdf_text(content: bytes) -> str:
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_paper_of_every_kind_has_its_blocks_margins_and_page_numbers(
    place: f.Place, people: f.People, period: ReportingPeriod
) -> None:
    laid_out(place, people)
    f.approved(place, people)
    for code, kind in KINDS.items():
        if kind.asks != "dates" and period.kind not in kind.periods:
            continue
        report = made(place, people, period, code)
        files = {row.format: read_bytes(row.file) for row in report.files.select_related("file")}
        assert set(files) == {"docx", "json", "pdf", "xlsx"}
        reader = PdfReader(io.BytesIO(files["pdf"]))
        pdf, word = pdf_text(files["pdf"]), bare(text_of(files["docx"]))
        for block in BLOCKS:
            assert bare(block) in pdf, (code, block)
            assert bare(block) in word, (code, block)
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()
        for number, page in enumerate(reader.pages, start=1):
            found: list[tuple[float, float, str]] = []
            page.extract_text(
                visitor_text=lambda text, cm, tm, font, size, out=found: (
                    out.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5], text)) if text.strip() else None
                )
            )
            width, height = float(page.mediabox.width), float(page.mediabox.height)
            assert {round(width), round(height)} == {595, 842}
            body = [(x, y) for x, y, text in found if height - y > 19 * MM]
            assert min(x for x, _y in body) >= 30 * MM - 1, (code, number)
            assert min(y for _x, y in body) >= 20 * MM - 1, (code, number)
            above = [text.strip() for _x, y, text in found if height - y < 19 * MM]
            assert (str(number) in above) == (number > 1), (code, number, above)
        made_of: Any = Document(io.BytesIO(files["docx"]))
        assert made_of.styles["Normal"].font.name == "Times New Roman"
        for section in made_of.sections:
            margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
            assert [round(margin.mm) for margin in margins] == [20, 20, 30, 15]
            assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [210, 297]
        assert len(made_of.sections) == 1 + len(document_of(report)["sections"])
        assert bare(f"Phụ lục {roman(len(document_of(report)['sections']))}") in pdf
        assert made_of.sections[0].different_first_page_header_footer
        assert not made_of.sections[-1].different_first_page_header_footer
        filled = [one for one in document_of(report)["sections"] if one["rows"]]
        heads = ["tblHeader" in table._tbl.xml for table in made_of.tables]
        assert sum(heads) >= len(filled), (code, heads)


def table(rows: int) -> dict[str, Any]:
    """A long list whose money adds up and whose counts of different people do not."""
    columns = [
        {"code": "money", "title": "Kinh phí", "unit": "đồng", "kind": "money"},
        {"code": "people", "title": "Cơ sở", "unit": "cơ sở", "kind": "integer"},
    ]

    def row(code: str, level: int, money: int, people: int) -> dict[str, Any]:
        values = {"money": money, "people": people}
        cells = {key: {"value": value, "status": "reported", "coverage": None} for key, value in values.items()}
        return {"code": code, "title": f"Xã {code}", "level": level, "cells": cells}

    lines = [row(str(number), 1, 1_000_000_001 + number, 1) for number in range(rows)]
    whole = sum(line["cells"]["money"]["value"] for line in lines)
    return {"code": "long", "title": "Địa bàn", "columns": columns, "rows": [row("all", 0, whole, 1), *lines]}


def test_long_table_carries_only_what_adds_up() -> None:
    printed = printed_table(table(120), wide=False)
    assert len(printed.parts) > 2
    assert [part[-1].title for part in printed.parts[:-1]] == [CARRIED] * (len(printed.parts) - 1)
    assert [part[0].title for part in printed.parts[1:]] == [BROUGHT] * (len(printed.parts) - 1)
    assert all(row.cells[1].text == "" for part in printed.parts for row in part if row.carried)
    shown = [row for row in printed.parts[0] if not row.carried]
    last = int(shown[-1].number) - 2
    so_far = sum(1_000_000_001 + number for number in range(last + 1))
    assert printed.parts[0][-1].cells[0].text == grouped(Decimal(so_far) / 10**6)


def test_every_part_of_a_long_table_fits_its_page(place: f.Place, people: f.People, period: ReportingPeriod) -> None:
    document = {**document_of(made(place, people, period)), "sections": [table(150)]}
    pages = PdfReader(io.BytesIO(render_pdf(document, SHA))).pages
    parts = printed_table(table(150), wide=False).parts
    assert len(pages) == 1 + len(parts)  # the letter, and a page each
    for page, part in zip(list(pages)[1:], parts, strict=True):
        text = bare(page.extract_text())
        assert bare(f"{part[-1].title}{part[-1].cells[0].text}") in text


def test_same_document_same_files_and_every_letter_and_figure_comes_back(
    place: f.Place, people: f.People, period: ReportingPeriod
) -> None:
    letters = "".join(
        sorted(
            {
                form
                for base in "aăâeêioôơuưy"
                for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
                for one in (unicodedata.normalize("NFC", base + tone),)
                for form in (one, one.upper())
                if not one.isascii()
            }
            | {"đ", "Đ"}
        )
    )
    assert len(letters) == 134
    document = document_of(made(place, people, period))
    document["texts"] = [{"code": "a", "title": "Chữ", "paragraphs": [" ".join(letters)]}]
    document["sections"] = [table(3)]
    document["sections"][0]["rows"][1]["cells"]["people"]["estimate"] = True
    for _again in range(2):
        files = {
            "pdf": render_pdf(document, SHA),
            "docx": render_docx(document, SHA, shipped()),
            "xlsx": render_xlsx(document, SHA),
        }
    assert files["xlsx"] == render_xlsx(document, SHA)
    assert files["docx"] == render_docx(document, SHA, shipped())
    assert pdf_text(files["pdf"]) == pdf_text(render_pdf(document, SHA))
    for text in (pdf_text(files["pdf"]), bare(text_of(files["docx"]))):
        assert letters in text
        for figure in ("1.000,000001", "1.000,000002", "1.000,000003", "3.000,000006"):
            assert figure in text
        assert bare("Số in nghiêng kèm chữ «ước»") in text
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets[0]
    found = [round(cell.value * 10**6) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, float)]
    assert found == [row["cells"]["money"]["value"] for row in table(3)["rows"]]


def test_rows_of_a_workbook_are_high_enough_for_their_words(
    place: f.Place, people: f.People, period: ReportingPeriod
) -> None:
    """No office program works it out for merged cells, and not every one for others: words would lie over words."""
    document = document_of(made(place, people, period))
    document["sections"] = [table(3)]
    document["sections"][0]["rows"][1]["title"] = "Hỗ trợ ứng dụng máy móc thiết bị tiên tiến " * 4
    document["notes"] = ["Cách tính chưa được kiểm chứng theo văn bản. " * 12]
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(document, SHA))).worksheets[0]
    high = {
        str(cell.value)[:10]: sheet.row_dimensions[cell.row].height or 15
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    }
    assert high["Hỗ trợ ứng"] >= 4 * 16 and high["Cách tính "] >= 3 * 13
    assert high["Nơi nhận:"] < 20


# --- the look, changed by an administrator ----------------------------------------------------------------------------


def test_new_head_and_foot_hold_from_their_day_and_old_reports_keep_theirs(
    place: f.Place, people: f.People, period: ReportingPeriod, clock: Clock
) -> None:
    first = document_of(made(place, people, period))["office"]
    assert (first["symbol"], first["signer_name"], first["verified"]) == ("/BC-SCT", "", "no")
    laid_out(place, people, valid_from=dt.date(2026, 3, 11), summary="Kết quả {kỳ} tại {địa bàn}", checked=True)
    assert document_of(made(place, people, period))["office"] == first
    clock.set("2026-03-11 09:00")
    second = document_of(made(place, people, period))["office"]
    assert second["signer_titles"] == ["KT. Giám đốc", "Phó Giám đốc"]
    assert second["summary"].startswith("Kết quả ") and "Hà Tĩnh" in second["summary"]
    assert second["verified"] == "yes"
    with pytest.raises(NotAllowed):
        change_layout(place.province, LayoutData(valid_from=dt.date(2026, 3, 11), reason="x"), actor=people.leader)
    with pytest.raises(Invalid) as caught:
        laid_out(place, people, reason=" ", symbol="BC")
    assert set(caught.value.fields) == {"reason", "symbol"}


def workbook(*more: str, formula: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A2"], sheet["A3"] = "{{ office.name }}", "{{ title }} {{ period }}", "{{ section }}"
    sheet["A5"], sheet["A8"], sheet["A9"] = "{{ table }}", "{{ notes }}", "{{ footing }}"
    for number, text in enumerate(more, start=11):
        sheet[f"A{number}"] = text
    if formula:
        sheet["D1"] = formula
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_from_an_office_s_template_has_the_same_figures(
    place: f.Place, people: f.People, period: ReportingPeriod
) -> None:
    data = ReportTemplateData("xlsx", "Mẫu của Sở", workbook(), "mau.xlsx")
    row = upload_report_template(place.province, data, actor=people.administrator)
    report = made(place, people, period)
    document = document_of(report)
    assert document["templates"]["xlsx"] == {"title": "Mẫu của Sở", "version": 1, "sha256": row.file.sha256}
    content = read_bytes(report.files.get(format="xlsx").file)
    assert content == fill_xlsx(document, report.sha256, workbook_of(row))
    own, plain = (
        [
            [cell.value for line in sheet.iter_rows() for cell in line if isinstance(cell.value, (int, float))]
            for sheet in openpyxl.load_workbook(io.BytesIO(made_of)).worksheets
        ]
        for made_of in (content, render_xlsx(document, report.sha256))
    )
    assert own == plain
    withdraw_report_template(row, "Mẫu sai", actor=people.administrator)
    assert "xlsx" not in document_of(made(place, people, period))["templates"]


def workbook_of(row: Any) -> bytes:
    return read_bytes(row.file)


def test_templates_that_lack_or_hide_something_are_refused_and_said_why() -> None:
    assert faults_of_word(shipped()) == []
    assert faults_of(workbook()) == []
    assert len(faults_of(workbook("{{ secret }}"))) == 1
    assert len(faults_of(workbook(formula="=1+1"))) == 1
    assert len(faults_of(b"no workbook")) == 1
    assert len(faults_of_word(b"no document")) == 1
    blank: Any = Document()
    out = io.BytesIO()
    blank.save(out)
    assert len(faults_of_word(out.getvalue())) > 5


ODD_BOOKS = {
    "macros": ({"xl/vbaProject.bin": b"x"}, "active"),
    "query": ({"xl/connections.xml": b"<x/>"}, "active"),
    "entity": ({"xl/odd.xml": b'<!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>'}, "active"),
    "picture elsewhere": (
        {"xl/worksheets/_rels/odd.xml.rels": b'<R><Relationship Target="http://x/y.png" TargetMode="External"/></R>'},
        "external",
    ),
    "formula": ({"xl/worksheets/odd.xml": b"<worksheet><c><f>1+1</f></c></worksheet>"}, "formula"),
    "name elsewhere": ({"xl/workbook.xml": lambda part: part + b"<definedName>[1]A!$A$1</definedName>"}, "external"),
    "no workbook": ({"[Content_Types].xml": lambda _part: b"<Types/>"}, "not_excel"),
    "bomb": ({"xl/media/big.bin": b"0" * (21 * 1024 * 1024)}, "too_big"),
}


@pytest.mark.parametrize(("parts", "code"), ODD_BOOKS.values(), ids=ODD_BOOKS)
def test_workbook_that_acts_or_leads_elsewhere_is_refused(parts: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        BOOK.check(repacked(workbook(), parts))
    assert caught.value.code == code


def test_template_of_the_portal_is_the_one_its_tool_makes() -> None:
    from tools.report_template import made as again

    assert again() == shipped(), "run tools/report_template.py"


def test_pages_change_the_look_and_put_templates_in_place(place: f.Place, people: f.People) -> None:
    client = Client()
    client.force_login(people.administrator, backend="accounts.backends.PortalBackend")
    page = client.get(reverse("reports:layout_new"))
    key = re.search(r'name="form_key" value="([^"]+)"', page.content.decode())
    data = {
        "valid_from": "10/03/2026",
        "symbol": "/BC-SCT",
        "reason": "Mới",
        "annexed": "on",
        "form_key": key and key[1],
    }
    assert client.post(reverse("reports:layout_new"), data).status_code == 302
    page = client.get(reverse("reports:template_new", args=["xlsx"]))
    key = re.search(r'name="form_key" value="([^"]+)"', page.content.decode())
    bad = SimpleUploadedFile("mau.xlsx", workbook(formula="=1+1"))
    sent = {"title": "Mẫu", "form_key": key and key[1], "file": bad}
    assert client.post(reverse("reports:template_new", args=["xlsx"]), sent).status_code == 422
    sent["file"] = SimpleUploadedFile("mau.xlsx", workbook())
    assert client.post(reverse("reports:template_new", args=["xlsx"]), sent).status_code == 302
    text = client.get(reverse("reports:layouts")).content.decode()
    assert "/BC-SCT" in text and "Mẫu" in text
    assert client.get(reverse("reports:template_file", args=["portal"])).content == shipped()
    client.force_login(people.leader, backend="accounts.backends.PortalBackend")
    assert client.get(reverse("reports:layouts")).status_code == 403


# --- verification -----------------------------------------------------------------------------------------------------


def test_anybody_checks_paper_and_file_and_learns_nothing_personal(
    place: f.Place, people: f.People, period: ReportingPeriod, client: Client
) -> None:
    f.approved(place, people, name="Đề án bí mật")
    report = made(place, people, period)
    address = document_of(report)["verify"]["url"]
    assert address == f"https://khuyencong.example.gov.vn/kiem-tra/{report.public_id}/"
    url = reverse("verify:report", args=[report.public_id])
    draft = client.get(url).content.decode()
    assert report.sha256 not in draft
    pdf = read_bytes(report.files.get(format="pdf").file)

    def check(content: bytes) -> Any:
        return client.post(reverse("verify:file"), {"file": SimpleUploadedFile("a.pdf", content)}).context["matched"]

    assert check(pdf).report is None  # of a draft nothing is confirmed
    report = signed_off(report, people, issued_no="12/BC-SCT", issued_on=dt.date(2026, 3, 10))
    pdf = read_bytes(report.files.get(format="pdf").file)  # with the texts
    shown = client.get(url).content.decode()
    for text in (report.sha256, "12/BC-SCT", people.leader.full_name, period.label):
        assert text in shown
    assert "bí mật" not in shown and people.leader.username not in shown
    assert check(pdf).report.code == str(report.public_id)
    assert check(pdf[:-1] + b"x").report is None
    f.approved(place, people)
    second = signed_off(made(place, people, period), people)
    assert str(second.public_id) in client.get(url).content.decode()
    assert client.get(reverse("verify:report", args=[f.new_uuid()])).status_code == 404


def test_too_many_questions_from_one_place_are_refused_for_a_while(client: Client, clock: Clock) -> None:
    url = reverse("verify:report", args=[f.new_uuid()])
    for _number in range(verification.TRIES):
        assert client.get(url).status_code == 404
    assert client.get(url).status_code == 429
    clock.set("2026-03-10 09:16")
    assert client.get(url).status_code == 404
    assert "127.0.0.1" not in "".join(VerificationTry.objects.values_list("address", flat=True))


def test_period_named_by_its_days_says_them_once() -> None:
    days = {"data_from": "2025-01-01", "data_to": "2026-03-31"}
    assert period_words({"label": "Từ 01/01/2025 đến 31/03/2026", **days}) == "Từ 01/01/2025 đến 31/03/2026"
    assert period_words({"label": "Năm 2026", **days}) == "Năm 2026 (từ ngày 01/01/2025 đến ngày 31/03/2026)"


def test_sheets_have_names_a_workbook_takes_and_no_two_alike() -> None:
    long = "Kết quả nghiệm thu, quyết toán đề án theo"
    titles = [f"{long} nguồn", f"{long} địa bàn", "Thanh lý/quyết toán"]
    names = sheet_names([{"code": f"x{number}", "title": title} for number, title in enumerate(titles)])
    assert names == ["Kết quả nghiệm thu, quyết toán", "Kết quả nghiệm thu, quyết t 2", "Thanh lý quyết toán"]
