"""The life of a report: written, checked, submitted, approved by another, issued, withdrawn; what was signed stays."""

import datetime as dt
import hashlib
import random
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from audit.models import Entry
from core.errors import Conflict, DomainError, Invalid, NotAllowed, WrongState
from files.services import path_of, read_bytes
from funding.services import Voucher, pay
from jobs.services import work_once
from projects.contracts import ContractData, record_contract
from reports.changes import compare, compare_texts
from reports.checks import Looked, look
from reports.kinds.texts import Clause, Part, write
from reports.life import (
    figures_alone,
    issue_report,
    prepare,
    return_report,
    signature_of,
    submit_report,
    withdraw_report,
)
from reports.models import Report
from reports.services import publish_report, request_report
from reports.texts import document_of, edit_texts, parts_of, stale
from tests import factories as f
from tests.clocks import Clock
from tests.codes import digits, given
from tests.reports.ways import ANSWER, approved, signed_off, submitted

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 10)
PDF = b"%PDF-1.7\n1 0 obj <</Type /Sig /ByteRange [0 10 20 30] /Name (Nguyen Van A) >> endobj\n%%EOF"


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
def project(place: f.Place, people: f.People) -> Any:
    return f.approved(place, people)


def make(place: f.Place, people: f.People, kind: str = "programme-progress") -> Report:
    period = f.period("2026-Y", "2025-12-15", "2026-12-14")
    job = request_report(kind, period, place.province, actor=people.officer)
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


@pytest.fixture
def draft(place: f.Place, people: f.People, project: Any) -> Report:
    return make(place, people)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def text_of(report: Report, code: str = "results") -> str:
    return str(report.texts.get(code=code).text)


def more(project: Any, people: f.People, amount: int = 1_000_000) -> None:
    pay(project, "local", "payment", amount, Voucher(f"UNC {amount}", DAY), actor=people.accountant)


# --- from draft to issue ----------------------------------------------------------------------------------------------


def test_report_goes_from_draft_to_issue_by_two_people(people: f.People, draft: Report) -> None:
    with pytest.raises(WrongState):
        publish_report(draft, actor=people.leader)
    waiting = submitted(draft, people)
    assert (waiting.state, waiting.submitted_by) == ("submitted", people.officer)
    document = document_of(waiting)
    assert [text["code"] for text in document["texts"]] == [text.code for text in waiting.texts.all() if text.text]
    assert {one["answer"] for one in document["checks"]} <= {ANSWER}
    files = {row.format: row.file for row in waiting.files.select_related("file")}
    assert read_bytes(files["json"]) == bytes(waiting.document)
    assert hashlib.sha256(bytes(waiting.document)).hexdigest() == waiting.sha256 == files["json"].sha256
    published = approved(waiting, people.leader, seen_sha256=waiting.sha256)
    issued = issue_report(published, number="12/BC-SCT", day=DAY, pdf=PDF, actor=people.officer)
    assert issued.issued_file is not None and read_bytes(issued.issued_file) == PDF
    assert (issued.issued_signature, issued.issued_signer) == ("unchecked", "Nguyen Van A")
    assert [row.action for row in Entry.objects.about(draft)] == ["issue", "publish", "submit", "make"]
    with pytest.raises(Conflict):
        issue_report(issued, number="13/BC-SCT", day=DAY, actor=people.officer)


def test_signed_pdf_is_added_where_number_and_date_were_noted_before(people: f.People, draft: Report) -> None:
    published = signed_off(draft, people, issued_no="12/BC-SCT", issued_on=DAY)
    for number, pdf in (("13/BC-SCT", PDF), ("12/BC-SCT", None)):
        with pytest.raises(Conflict):
            issue_report(published, number=number, day=DAY, pdf=pdf, actor=people.officer)
    issued = issue_report(published, number="12/BC-SCT", day=DAY, pdf=PDF, actor=people.officer)
    assert issued.issued_file is not None and read_bytes(issued.issued_file) == PDF
    with pytest.raises(Conflict):
        issue_report(issued, number="12/BC-SCT", day=DAY, pdf=PDF, actor=people.officer)


def test_report_of_one_project_is_checked_by_its_own_records(place: f.Place, people: f.People, project: Any) -> None:
    other = f.approved(place, people, name="Đề án bên cạnh")
    other.refresh_from_db()
    report = make(place, people)
    report.kind, report.subject = "project-report", str(project.public_id)
    assert list(Looked(report, {"sections": []}).projects) == [project]
    report.kind, report.subject = "programme-progress", ""
    assert set(Looked(report, {"sections": []}).projects) == {project, other}


STEPS: dict[str, Any] = {
    "submit": lambda report, person: submit_report(report, actor=person, answers=ways(report)),
    "return": lambda report, person: return_report(report, actor=person, note="Sửa"),
    "publish": lambda report, person: publish_report(report, actor=person, code=given(person)),
    "issue": lambda report, person: issue_report(report, number="1", day=DAY, actor=person),
    "withdraw": lambda report, person: withdraw_report(report, actor=person, note="Sai"),
}
WHO = {
    "submit": {"officer"},
    "return": {"leader", "officer"},  # the officer is who submitted it
    "publish": {"leader"},
    "issue": {"officer", "leader"},
    "withdraw": {"leader"},
}
FROM = {"submit": "draft", "return": "submitted", "publish": "submitted", "issue": "published", "withdraw": "published"}


def ways(report: Report) -> dict[str, str]:
    return {one.code: ANSWER for one in look(report, figures_alone(report))}


def bring(report: Report, people: f.People, state: str) -> Report:
    if state == "submitted":
        return submitted(report, people)
    if state == "draft":
        return report
    published = signed_off(report, people)
    return withdraw_report(published, actor=people.leader, note="Sai") if state == "withdrawn" else published


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_by_its_people_and_by_nobody_else(people: f.People, draft: Report, step: str) -> None:
    report = bring(draft, people, FROM[step])
    roles = ["officer", "leader", "accountant", "auditor", "centre", "ministry", "collaborator", "administrator"]
    for role in sorted(set(roles) - WHO[step]):
        with pytest.raises(NotAllowed):
            STEPS[step](report, getattr(people, role))
    report.refresh_from_db()
    assert report.state == FROM[step]
    STEPS[step](report, getattr(people, min(WHO[step])))  # control


@pytest.mark.parametrize("state", ["draft", "submitted", "published", "withdrawn"])
def test_steps_start_from_their_states_alone(people: f.People, draft: Report, state: str) -> None:
    report = bring(draft, people, state)
    for step, start in FROM.items():
        if start != state:
            with pytest.raises(WrongState):
                STEPS[step](report, getattr(people, min(WHO[step])))


def test_nobody_approves_what_they_submitted(place: f.Place, people: f.People, draft: Report) -> None:
    Grant.objects.create(user=people.officer, role=Role.LEADER, area=place.province, valid_from=dt.date(2020, 1, 1))
    both = User.objects.get(pk=people.officer.pk)
    waiting = submit_report(draft, actor=both, answers=ways(draft))
    with pytest.raises(NotAllowed, match="Người khác"):
        publish_report(waiting, actor=both)
    assert approved(waiting, people.leader).state == "published"


def test_returned_report_is_submitted_again_with_the_answers_it_had(people: f.People, draft: Report) -> None:
    waiting = submitted(draft, people)
    with pytest.raises(Invalid):
        return_report(waiting, actor=people.leader, note=" ")
    back = return_report(waiting, actor=people.leader, note="Viết rõ khó khăn")
    edit_texts(back, {"difficulties": "Thiếu vốn đối ứng."}, {"difficulties": 1}, actor=people.officer)
    again = submitted(back, people)
    assert again.sha256 != waiting.sha256
    assert {
        "code": "difficulties",
        "title": "Khó khăn, vướng mắc",
        "paragraphs": ["Thiếu vốn đối ứng."],
    } in document_of(again)["texts"]
    with pytest.raises(Conflict):
        publish_report(again, actor=people.leader, seen_sha256=waiting.sha256)  # what the leader saw is not this


def test_files_made_before_are_those_of_what_is_submitted(people: f.People, draft: Report) -> None:
    made = prepare(draft, answers=ways(draft))
    assert made is not None
    edit_texts(draft, {"next": "Tiếp tục."}, {"next": 1}, actor=people.officer)  # between rendering and submitting
    waiting = submit_report(draft, actor=people.officer, answers=ways(draft), prepared=made)
    files = {row.format: row.file.sha256 for row in waiting.files.select_related("file")}
    assert files["json"] == waiting.sha256 != made.files["json"].sha256


def test_what_waits_and_is_made_again_goes_back_to_be_a_draft(
    place: f.Place, people: f.People, draft: Report, project: Any
) -> None:
    waiting = submitted(draft, people)
    more(project, people)
    again = make(place, people)
    assert (again, again.state) == (waiting, "draft")
    with pytest.raises(WrongState):
        publish_report(again, actor=people.leader)
    with pytest.raises(Conflict):
        submit_report(again, actor=people.officer, answers=ways(again), seen_sha256=waiting.sha256)


def test_withdrawn_report_stays_readable_with_its_reason_and_a_new_version_follows(
    place: f.Place, people: f.People, draft: Report
) -> None:
    withdrawn = bring(draft, people, "withdrawn")
    html = browser(people.ministry).get(reverse("reports:detail", args=[draft.public_id])).content.decode()
    assert "Sai" in html and "thu hồi" in html
    second = make(place, people)  # with the same figures
    assert (second.version, second.supersedes) == (2, withdrawn)
    with pytest.raises(Invalid) as refused:
        submit_report(second, actor=people.officer, answers=ways(second))
    assert set(refused.value.fields) == {"reason"}
    signed_off(second, people)
    withdrawn.refresh_from_db()
    assert withdrawn.state == "withdrawn"
    assert document_of(Report.objects.get(pk=second.pk))["reason"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 x", ("none", "")),
        (PDF.replace(b"/Name (Nguyen Van A)", b""), ("unchecked", "")),
        (PDF.replace(b"(Nguyen Van A)", b"<FEFF004E01102020>"), ("unchecked", "NĐ\u2020")),
        (b"%PDF /ByteRange [", ("none", "")),
    ],
)
def test_signature_is_noted_and_not_believed(content: bytes, said: tuple[str, str]) -> None:
    seen = signature_of(content)
    assert (str(seen.signature), seen.signer) == said


# --- texts ------------------------------------------------------------------------------------------------------------


def test_texts_are_written_from_the_figures_and_what_is_missing_is_said(draft: Report) -> None:
    text = text_of(draft)
    assert "Trong kỳ đã phê duyệt 1 đề án với tổng kinh phí hỗ trợ 300 triệu đồng" in text
    assert "Chưa có số liệu về giá trị đầu tư" in text
    assert "None" not in text and "…" not in text


def test_sentence_never_makes_a_zero_of_what_is_missing() -> None:
    def cell(value: Any, status: str = "reported") -> dict[str, Any]:
        return {"value": value, "status": status, "coverage": None}

    columns = [{"code": "c", "title": "c", "unit": "", "kind": "integer"}]
    rows = [("zero", cell(0)), ("silent", cell(None, "missing")), ("never", cell(None, "not_applicable"))]
    section = {
        "code": "s",
        "columns": columns,
        "rows": [{"code": code, "title": code, "level": 0, "cells": {"c": one}} for code, one in rows],
    }
    part = Part("p", "P", tuple((Clause("Có {n}", {"n": (code, "c")}, f"Thiếu {code}."),) for code, _one in rows))
    assert write(part, {"sections": [section]}).text == "Có 0.\nThiếu silent."


def test_new_figures_write_untouched_texts_anew_and_leave_edited_ones_with_a_hint(
    place: f.Place, people: f.People, draft: Report, project: Any
) -> None:
    edit_texts(draft, {"results": "Kinh phí hỗ trợ 300 triệu đồng."}, {"results": 1}, actor=people.officer)
    f.approved(place, people, 50_000_000, beneficiaries=[f.enterprise(place, "HTX Đồng Tiến")])
    again = make(place, people)
    assert again == draft
    row = again.texts.get(code="results")
    assert row.text == "Kinh phí hỗ trợ 300 triệu đồng."
    part = next(part for part in parts_of(again) if part.code == "results")
    assert ("300", "350") in [(one.was, one.now) for one in stale(row, document_of(again), part)]
    page = browser(people.officer).get(reverse("reports:texts", args=[again.public_id])).content.decode()
    assert "còn số 300; số liệu nay là 350" in page
    edit_texts(again, {"results": "Hỗ trợ 350 triệu đồng."}, {"results": row.version}, actor=people.officer)
    assert stale(again.texts.get(code="results"), document_of(again), part) == []


def test_two_who_write_at_once_see_what_both_wrote(people: f.People, draft: Report) -> None:
    client, address = browser(people.officer), reverse("reports:texts", args=[draft.public_id])
    sent = {f"text_{row.code}": row.text for row in draft.texts.all()}
    sent |= {f"version_{row.code}": row.version for row in draft.texts.all()} | {"text_next": "Của tôi"}
    edit_texts(draft, {"next": "Của người khác"}, {"next": 1}, actor=people.officer)
    answer = client.post(address, {**sent, "form_key": f.new_uuid()})
    html = answer.content.decode()
    assert answer.status_code == 409 and "Của người khác" in html and "Của tôi" in html
    assert text_of(draft, "next") == "Của người khác"
    assert client.post(address, {**sent, "version_next": 2, "form_key": f.new_uuid()}).status_code == 302
    assert text_of(draft, "next") == "Của tôi"


# --- checks -----------------------------------------------------------------------------------------------------------


def codes(report: Report) -> dict[str, str]:
    return {one.code: one.level for one in look(report, figures_alone(report))}


def test_error_blocks_and_warning_wants_a_sentence(place: f.Place, people: f.People, project: Any) -> None:
    contract = ContractData("implementation", "1/HĐ", DAY, "Sở", "Trung tâm", 100_000_000)
    record_contract(project, contract, actor=people.officer)
    draft = make(place, people)
    assert "paid_over_contract" not in codes(draft)
    more(project, people, 100_000_001)
    draft = make(place, people)
    assert codes(draft)["paid_over_contract"] == "error"
    with pytest.raises(Invalid) as refused:
        submit_report(draft, actor=people.officer, answers=ways(draft))
    assert "paid_over_contract" in refused.value.fields and draft.state == "draft"
    html = browser(people.officer).get(reverse("reports:step", args=[draft.public_id, "submit"])).content.decode()
    assert reverse("projects:detail", args=[project.public_id]) in html


def test_warnings_name_what_runs_without_word_and_what_was_accepted_without_minutes(
    place: f.Place, people: f.People, project: Any
) -> None:
    project.__class__.objects.filter(pk=project.pk).update(started_on=dt.date(2025, 11, 1))
    assert codes(make(place, people))["no_update"] == "warning"
    project.__class__.objects.filter(pk=project.pk).update(accepted_on=DAY)
    draft = make(place, people)
    assert codes(draft)["accepted_without_minutes"] == "warning"
    assert "no_update" not in codes(draft)
    with pytest.raises(Invalid) as refused:
        submit_report(draft, actor=people.officer)
    assert set(refused.value.fields) == set(codes(draft))
    assert submitted(draft, people).checks.get(code="accepted_without_minutes").answer == ANSWER


def changed_figures(report: Report, **values: tuple[str, str, Any]) -> dict[str, str]:
    """What the checks say of the document with other numbers in some cells."""
    document = figures_alone(report)
    for row, column, value in values.values():
        for section in document["sections"]:
            for line in section["rows"]:
                if line["code"] == row and column in line["cells"]:
                    line["cells"][column] = {"value": value, "status": "reported", "coverage": None}
    return {one.code: one.text for one in look(report, document)}


def test_checks_of_figures_say_which(place: f.Place, people: f.People, draft: Report, project: Any) -> None:
    assert "breakdown" not in codes(draft)
    found = changed_figures(draft, a=("money.allocated:local", "done", 299_000_000))
    assert "tổng 300, cộng các dòng 299" in found["breakdown"]
    assert "above_plan" not in changed_figures(draft, a=("money.paid", "of_plan", "120"))
    assert "120,01 %" in changed_figures(draft, a=("money.paid", "of_plan", "120.01"))["above_plan"]
    assert "jump" not in changed_figures(draft, a=("money.paid", "change", "-50"))
    assert "jump" in changed_figures(draft, a=("money.paid", "change", "-50.01"))
    signed_off(draft, people)
    more(project, people)
    second = make(place, people)
    assert "cumulative_fell" not in codes(second)
    fell = changed_figures(second, a=("money.allocated", "year", 299_999_999))["cumulative_fell"]
    assert "trước 300, nay 299,999999" in fell


# --- what changed -----------------------------------------------------------------------------------------------------


def test_versions_side_by_side_name_each_cell_that_changed(
    place: f.Place, people: f.People, draft: Report, project: Any
) -> None:
    first = signed_off(draft, people)
    more(project, people, 5_000_000)
    second = signed_off(make(place, people), people)
    old, new = document_of(first), document_of(second)
    cells = {(one.row, one.column): one for one in compare(old, new)}
    paid = cells["money.paid", "done"]
    assert (paid.old, paid.new, paid.difference, paid.kind) == ("0", "5", "+5", "changed")
    assert ("projects.approved", "done") not in cells
    assert len(compare(old, new, same=True)) > len(cells)
    assert [text.code for text in compare_texts(old, new)] == ["results"]
    old["sections"][0]["rows"] = old["sections"][0]["rows"][1:]
    assert compare(old, new)[0].kind == "added" and compare(new, old)[-1].kind in ("removed", "changed")
    client = browser(people.ministry)
    address = reverse("reports:compare", args=[second.public_id])
    html = client.get(address).content.decode()
    assert "+5" in html and "Bổ sung số liệu" in html
    assert client.get(f"{address}?format=csv").content.decode().count("\n") == len(cells) + 1
    assert client.get(reverse("reports:compare", args=[first.public_id])).status_code == 404  # nothing before it


# --- what is signed stays ---------------------------------------------------------------------------------------------


def test_thousand_changes_of_the_records_leave_a_signed_report_as_it_was(
    place: f.Place, people: f.People, project: Any
) -> None:
    """Seeded random updates of the rows behind it, by raw SQL; the control: made again, the figures are others."""
    made = [f.approved(place, people, 1_000_000, beneficiaries=[f.enterprise(place, f"Cơ sở {n}")]) for n in range(9)]
    report = signed_off(make(place, people), people)
    client, dice = browser(people.ministry), random.Random(5)
    formats = sorted(report.files.values_list("format", flat=True))

    def state() -> list[Any]:
        row = Report.objects.get(pk=report.pk)
        files = [read_bytes(one.file) for one in row.files.select_related("file").order_by("format")]
        lines = list(row.entries.values_list()) + list(row.lines.values_list()) + list(row.texts.values_list())
        shown = [client.get(reverse("reports:file", args=[row.public_id, name])) for name in formats]
        return [bytes(row.document), row.sha256, files, lines, [b"".join(one) for one in shown]]

    before = state()
    pks = [project.pk, *(one.pk for one in made)]
    owners = list(project.beneficiaries.model.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for number in range(50):  # each of 20 rows
            days = dt.date(2025, 12, 15) + dt.timedelta(days=dice.randrange(80))
            numbers = ", ".join(str(dice.choice(pks)) for _row in range(20))
            cursor.execute(f"UPDATE projects_project SET name = %s, decided_on = %s WHERE id IN ({numbers})",
                           [f"Tên {number}", days])  # fmt: skip
            some = ", ".join(str(dice.choice(owners)) for _row in range(20))
            cursor.execute(f"UPDATE enterprises_enterprise SET name = %s WHERE id IN ({some})", [f"Cơ sở {number}x"])
        cursor.execute("UPDATE projects_decisionmoney SET amount_vnd = amount_vnd + 7")
        cursor.execute("UPDATE projects_project SET decided_on = '2024-01-01' WHERE id = %s", [pks[-1]])
        cursor.execute("DELETE FROM projects_project_beneficiaries WHERE project_id = %s", [pks[0]])
    assert state() == before
    assert make(place, people).figures_sha256 != report.figures_sha256  # control


def test_one_flipped_byte_of_a_file_is_found(people: f.People, draft: Report) -> None:
    report = signed_off(draft, people)
    address = reverse("reports:file", args=[report.public_id, "pdf"])
    client = browser(people.ministry)
    assert client.get(address).status_code == 200
    place = path_of(report.files.get(format="pdf").file.sha256)
    content = place.read_bytes()
    place.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    try:
        answer = client.get(address)
        assert answer.status_code == 404 and "hỏng" in answer.content.decode()
    finally:
        place.write_bytes(content)


# --- on pages ---------------------------------------------------------------------------------------------------------


def test_office_takes_a_report_through_its_life_on_pages(people: f.People, draft: Report) -> None:
    def page(name: str, *more: str) -> str:
        return reverse(f"reports:{name}", args=[draft.public_id, *more])

    officer, leader = browser(people.officer), browser(people.leader)
    key: Any = f.new_uuid
    assert page("step", "submit") in officer.get(page("detail")).content.decode()
    assert page("step", "submit") not in leader.get(page("detail")).content.decode()
    sent = {"seen_sha256": draft.sha256, **ways(draft)}
    if ways(draft):
        assert officer.post(page("step", "submit"), {"seen_sha256": draft.sha256, "form_key": key()}).status_code == 422
    assert officer.post(page("step", "submit"), {**sent, "form_key": key()})["Location"] == page("detail")
    assert page("publish") in leader.get(page("detail")).content.decode()
    assert leader.post(page("step", "return"), {"note": "Sửa", "form_key": key()}).status_code == 302
    draft.refresh_from_db()
    sent = {"seen_sha256": draft.sha256, **ways(draft)}
    assert officer.post(page("step", "submit"), {**sent, "form_key": key()}).status_code == 302
    draft.refresh_from_db()
    sent = {"seen_sha256": draft.sha256, "form_key": key(), "code": digits(people.leader)}
    assert leader.post(page("publish"), sent).status_code == 302
    upload = SimpleUploadedFile("bc.pdf", PDF, "application/pdf")
    data = {"issued_no": "12/BC-SCT", "issued_on": "10/03/2026", "file": upload, "form_key": key()}
    assert officer.post(page("step", "issue"), data).status_code == 302
    html = browser(people.ministry).get(page("detail")).content.decode()
    assert "12/BC-SCT" in html and "chưa kiểm tra chữ ký" in html and hashlib.sha256(PDF).hexdigest() in html
    assert b"".join(browser(people.ministry).get(page("file", "issued"))) == PDF  # type: ignore[call-overload]
    assert leader.post(page("step", "withdraw"), {"note": "Sai số liệu", "form_key": key()}).status_code == 302
    assert "Sai số liệu" in browser(people.centre).get(page("detail")).content.decode()
    assert officer.get(page("step", "submit")).status_code == 409


def test_refusal_leaves_no_trace(people: f.People, draft: Report) -> None:
    before = (draft.sha256, Entry.objects.count(), sorted(draft.files.values_list("file__sha256", flat=True)))
    with pytest.raises(DomainError):
        submit_report(draft, actor=people.officer, seen_sha256="0" * 64)
    draft.refresh_from_db()
    after = (draft.sha256, Entry.objects.count(), sorted(draft.files.values_list("file__sha256", flat=True)))
    assert (draft.state, after) == ("draft", before)
    assert orjson.loads(bytes(draft.document)).keys().isdisjoint({"texts", "checks", "reason"})
