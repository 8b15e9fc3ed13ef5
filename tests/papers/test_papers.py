"""The papers of a project: each holds its items in Word and in PDF, says nothing that is not known, and is a draft
until its step is taken."""

import io
import re
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.models import Source
from files.services import store_bytes
from files.template_fields import sample, values
from files.word import fill, text_of
from funding.services import Voucher, pay
from papers.catalogue import FORMS, LETTER, OF_PROJECT, Form
from papers.content import missing, project_context
from papers.fields import FIELDS, LETTER_FIELDS
from papers.services import TemplateData, pdf_of, upload_template, word_of
from papers.words import DOTS, DRAFT
from programmes.models import AppraisalCriterion
from projects.appraisal import OpinionData, give_opinion
from projects.contracts import ContractData, record_contract
from projects.models import Project
from projects.progress import confirm_progress
from projects.services import take_step
from tests import factories
from tests.papers import making
from tests.projects import lives


def words(pdf: bytes) -> str:
    """All words of a PDF, one blank between them."""
    return squeezed(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def scan(name: str) -> dict[str, Any]:
    return {"file": store_bytes(f"%PDF-1.7 {name}".encode(), "application/pdf"), "file_name": f"{name}.pdf"}


def whole_life(place: factories.Place, people: factories.People, state: str = "settled", **fields: Any) -> Project:
    """A project with everything a paper could want to know."""
    owner = factories.enterprise(
        place, tax_code="3000123456", address="Thôn 3", representative="Nguyễn Thị Mận", phone="0912"
    )
    row = factories.project(
        place,
        people,
        beneficiaries=[owner],
        aim="Đầu tư máy bào bốn mặt\nvà hệ thống hút bụi",
        starts_on=clock.today(),
        ends_on=clock.today().replace(month=11),
        partner="Hội Nông dân xã",
        **fields,
    )
    row = take_step(row, "submit", actor=people.officer)
    AppraisalCriterion.objects.create(
        code="L_NORM", source=Source.LOCAL, name="Mức hỗ trợ trong định mức", verified="no"
    )
    opinion = OpinionData("approve", "Hồ sơ đầy đủ", 300_000_000, {"L_NORM": ("met", "đã tính lại")})
    give_opinion(row, opinion, actor=people.leader)
    minutes = lives.paper(place, "07/BB-SCT", participants="Ông A, Sở Công Thương\nBà B, UBND xã", **scan("biên bản"))
    row = take_step(row, "appraise", actor=people.leader, data={"paper": minutes}, note="Đủ điều kiện hỗ trợ")
    factories.budget(place, people)
    decision = factories.decision(place, **scan("quyết định"))
    decided = {"decision": decision, "money": {Source.LOCAL: lives.MONEY}}
    row = take_step(row, "approve", actor=people.leader, data=decided)
    if state == "approved":
        return row
    day = clock.today()
    contract = ContractData(
        "support",
        "05/HĐHT",
        day,
        place.centre.name,
        owner.name,
        lives.MONEY,
        owner,
        None,
        day,
        day,
        "Máy bào bốn mặt",
        **scan("hợp đồng"),
    )
    record_contract(row, contract, actor=people.officer)
    row = take_step(row, "contract", actor=people.officer)
    row = take_step(row, "start", actor=people.officer)
    if state == "in_progress":
        return row
    update = lives.reported(row, people.centre, results=[(factories.indicator(), 1)])
    confirm_progress(update, actor=people.officer)
    accepted = lives.paper(place, "09/BB-NT", participants="Đại diện UBND xã")
    row = take_step(row, "accept", actor=people.officer, data={"paper": accepted}, note="Đạt yêu cầu")
    row = take_step(row, "liquidate", actor=people.officer, data={"paper": lives.paper(place, "11/BB-TL")})
    lives.settle(row, people)
    return take_step(row, "settle", actor=people.accountant, data={"paper": lives.paper(place, "13/QT")})


def told(row: Project, code: str) -> dict[str, Any]:
    form = FORMS[code]
    return project_context(row, form, row.beneficiaries.first() if form.per_beneficiary else None)


# --- what stands in them ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_paper_shows_each_of_its_items_in_word_and_pdf(form: Form) -> None:
    """Every item filled with a mark of its own is found again in both."""
    context = sample(form.whole)
    word = squeezed(text_of(fill(making.shipped(form.code), context)))
    pdf = words(pdf_of(form, context, clock.now()))
    for path in form.holds:
        (mark,) = values(context, path)
        assert mark in word, path
        assert mark in pdf, path


@pytest.mark.django_db
@pytest.mark.parametrize("form", OF_PROJECT, ids=[form.code for form in OF_PROJECT])
def test_a_paper_of_a_whole_life_is_complete_and_reads_the_same_in_both(
    form: Form, place: factories.Place, people: factories.People
) -> None:
    row = whole_life(place, people)
    context = told(row, form.code)
    lacks = missing(context, form.holds)
    assert lacks == (["paper.number", "paper.place_date"] if form.code == "submission" else [])  # nobody records it
    word = squeezed(text_of(word_of(form, context, place.province.pk, Source.LOCAL)))
    pdf = words(pdf_of(form, context))
    for path in form.holds:
        for text in values(context, path):
            assert squeezed(text) in word, path
            assert squeezed(text) in pdf, path
    assert DRAFT not in word and squeezed(DRAFT) not in pdf


@pytest.mark.django_db
def test_figures_of_the_papers_are_those_of_the_records(place: factories.Place, people: factories.People) -> None:
    row = whole_life(place, people)
    settled = told(row, "settlement")
    assert settled["support"] == [
        {
            "no": "1",
            "source": "Khuyến công địa phương",
            "support": "1",
            "estimated": "300.000.000",
            "decided": "300.000.000",
            "advanced": "0",
            "paid": "300.000.000",
            "left": "0",
        }
    ]
    assert settled["totals"]["paid_words"] == "Ba trăm triệu đồng"
    assert [line["number"] for line in settled["ledger"]] == ["PC-01"]
    done = told(row, "completion")
    assert [(line["planned"], line["achieved"], line["rate"]) for line in done["results"]] == [("1", "1", "100")]
    assert done["progress"]["invested"] == "360.000.000"
    assert [line["paid"] for line in done["sources"]] == ["300.000.000", DOTS]  # counterpart: not in the ledger
    ended = told(row, "liquidation")
    assert (ended["contract"]["paid"], ended["contract"]["left_words"]) == ("300.000.000", "Không đồng")
    assert ended["acceptance"]["number"] == "09/BB-NT"


@pytest.mark.django_db
def test_what_is_not_known_is_dots_and_never_a_zero(place: factories.Place, people: factories.People) -> None:
    row = factories.project(place, people, estimate={Source.LOCAL: 0}, investment_vnd=None, planned_results=[])
    context = told(row, "summary")
    assert context["project"]["investment"] == DOTS
    assert context["project"]["time"] == context["project"]["partner"] == DOTS
    assert [line["planned"] for line in context["results"]] == [DOTS]
    assert context["money"]["support"] == "0"
    assert told(row, "settlement")["totals"]["paid"] == DOTS
    lacks = missing(context, FORMS["summary"].holds)
    assert lacks == ["project.time", "project.aim", "results[].planned"]


@pytest.mark.django_db
def test_several_beneficiaries_have_a_contract_each_and_no_invented_share(
    place: factories.Place, people: factories.People
) -> None:
    owners = [factories.enterprise(place, name) for name in ("Cơ sở A", "Cơ sở B")]
    row = lives.in_state("contracted", place, people, beneficiaries=owners, type="group")
    form = FORMS["contract"]
    contexts = [project_context(row, form, owner) for owner in owners]
    assert [context["contract"]["number"] for context in contexts] == ["0/HĐHT", "1/HĐHT"]
    assert [context["beneficiary"]["name"] for context in contexts] == ["Cơ sở A", "Cơ sở B"]
    assert [context["contract"]["paid"] for context in contexts] == [DOTS, DOTS]
    for kind, amount, owner in (("payment", 100_000_000, None), ("delivery", 40_000_000, owners[0])):
        voucher = Voucher(f"PC-{kind}", clock.today())
        pay(row, Source.LOCAL, kind, amount, voucher, actor=people.accountant, establishment=owner)
    contexts = [project_context(row, form, owner) for owner in owners]
    assert [context["contract"]["paid"] for context in contexts] == ["40.000.000", "0"]
    assert [context["contract"]["left"] for context in contexts] == ["110.000.000", "150.000.000"]


@pytest.mark.django_db
def test_the_whole_dictionary_of_fields_is_filled(place: factories.Place, people: factories.People) -> None:
    row = factories.project(place, people)
    for form in OF_PROJECT:
        context = project_context(row, form)
        for path in FIELDS:
            assert all(isinstance(text, str) for text in values(context, path)), path
    assert set(FORMS[LETTER].whole) == set(LETTER_FIELDS)


# --- draft or not -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_paper_is_a_draft_until_its_step_is_taken(place: factories.Place, people: factories.People) -> None:
    def drafts(row: Project) -> set[str]:
        return {form.code for form in OF_PROJECT if told(row, form.code)["mark"] == DRAFT}

    everything = {form.code for form in OF_PROJECT}
    draft = factories.project(place, people, beneficiaries=[factories.enterprise(place, "Cơ sở C")])
    assert drafts(draft) == everything
    running = whole_life(place, people, "in_progress")
    assert drafts(running) == {"acceptance", "completion", "liquidation", "settlement"}
    context = told(running, "acceptance")
    form = FORMS["acceptance"]
    assert DRAFT in text_of(word_of(form, context, place.province.pk, Source.LOCAL))
    pages = PdfReader(io.BytesIO(pdf_of(form, context))).pages
    assert all(squeezed(DRAFT) in squeezed(page.extract_text()) for page in pages)


# --- layout of Decree 30 ----------------------------------------------------------------------------------------------


def test_a_paper_is_a4_in_times_with_national_title_and_page_numbers_from_the_second_page() -> None:
    from docx import Document
    from docx.shared import Mm

    form = FORMS["acceptance"]
    context = sample(form.whole)
    context["mark"] = ""
    context["paper"]["participants"] = "\n".join(f"Ông {number}" for number in range(90))
    reader = PdfReader(io.BytesIO(pdf_of(form, context, clock.now())))
    first, second = reader.pages[0], reader.pages[1]
    assert [round(float(side)) for side in first.mediabox[2:]] == [595, 842]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in first.extract_text()
    assert "Độc lập - Tự do - Hạnh phúc" in first.extract_text()
    assert second.extract_text().split()[0] == "2"
    resources: Any = first["/Resources"]
    fonts = {str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()}
    assert fonts and all("LiberationSerif" in font for font in fonts)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert len(reader.pages) > 1

    section = Document(io.BytesIO(making.shipped("acceptance"))).sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side / Mm(1)) for side in margins] == [20, 20, 30, 15]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    assert section.different_first_page_header_footer


# --- on the page ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_says_what_can_be_made_and_what_is_missing(place: factories.Place, people: factories.People) -> None:
    row = whole_life(place, people, "approved")
    page = lives.browser(people.officer).get(reverse("papers:project", args=[row.public_id]))
    lines = {line["form"].code: line for line in page.context["papers"]}
    assert [code for code, line in lines.items() if line["copies"]] == [
        "summary",
        "appraisal",
        "submission",
        "contract",
        "settlement",
    ]
    assert "Số hợp đồng" in lines["contract"]["copies"][0]["lacks"]
    assert lines["acceptance"]["verdict"].reason in page.text
    assert (
        reverse("papers:project", args=[row.public_id])
        in lives.browser(people.officer).get(reverse("projects:detail", args=[row.public_id])).text
    )


@pytest.mark.django_db
def test_papers_come_as_files_with_their_name(place: factories.Place, people: factories.People) -> None:
    row = whole_life(place, people, "in_progress")
    client = lives.browser(people.officer)
    url = reverse("papers:paper", args=[row.public_id, "summary", "pdf"])
    answer = client.get(url)
    assert answer.content[:5] == b"%PDF-" and row.code in answer["Content-Disposition"]
    owner = row.beneficiaries.first()
    url = reverse("papers:paper", args=[row.public_id, "contract", "docx"])
    assert "05/HĐHT" in text_of(client.get(f"{url}?of={owner.public_id}").content)
    assert client.get(f"{url}?of={factories.new_uuid()}").status_code == 404
    assert client.get(url.replace("docx", "exe")).status_code == 404
    assert client.get(url.replace("contract", LETTER)).status_code == 404
    assert client.get(url.replace("contract", "liquidation")).status_code == 409


@pytest.mark.django_db
def test_papers_are_for_those_who_see_the_working_papers(
    place: factories.Place, people: factories.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papers.archive.pdf_of", lambda *_args: b"%PDF-1.7")  # made once for each person otherwise
    row = whole_life(place, people, "in_progress")
    urls = [
        reverse("papers:project", args=[row.public_id]),
        reverse("papers:paper", args=[row.public_id, "summary", "pdf"]),
        reverse("papers:whole_file", args=[row.public_id]),
    ]
    may = {"canbo", "lanhdao", "ketoan", "trungtam", "ctv", "kiemtoan"}
    for person in [*people.all().values(), factories.stranger()]:
        expected = 200 if person.username in may else 404
        for url in urls:
            assert lives.browser(person).get(url).status_code == expected, (person.username, url)


@pytest.mark.django_db
def test_a_paper_follows_the_office_s_own_template(place: factories.Place, people: factories.People) -> None:
    row = whole_life(place, people, "in_progress")
    own = TemplateData("contract", "Mẫu của Sở", making.whole("contract", "Mẫu riêng của tỉnh"))
    url = reverse("papers:paper", args=[row.public_id, "contract", "docx"])
    client = lives.browser(people.officer)
    assert "Mẫu riêng của tỉnh" not in text_of(client.get(url).content)
    upload_template(place.province, own, actor=people.administrator)
    made = text_of(client.get(url).content)
    assert "Mẫu riêng của tỉnh" in made and "Ba trăm triệu đồng" in made


@pytest.mark.django_db
def test_hostile_words_in_a_record_stay_words(place: factories.Place, people: factories.People) -> None:
    name = "{{ ''.__class__ }} #import \"x\" <w:p> & $x$ *a* \\ //"
    row = factories.project(place, people, name=name)
    context = told(row, "summary")
    assert name in text_of(word_of(FORMS["summary"], context, place.province.pk, Source.LOCAL))
    assert squeezed(name) in words(pdf_of(FORMS["summary"], context))
