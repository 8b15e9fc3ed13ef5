"""Tasks given: entered as the document has them, closed by a result that somebody else confirms, late when they are."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.open_work import KINDS
from audit.models import Entry
from coordination import giving
from coordination.giving import TaskData, change_task, give_task, hand_to, take_task_step
from coordination.models import GivenTask, TaskDocument
from core.errors import Conflict, DomainError, Invalid, NotAllowed, WrongState
from home.todo import tasks_of
from tests import factories as f
from tests.clocks import Clock
from tests.coordination.scene import DAY, Desk, fresh, signed_in, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-07")


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def late() -> set[int]:
    """Both ways of asking say the same."""
    found = set(GivenTask.objects.all().late().values_list("pk", flat=True))
    assert found == {row.pk for row in GivenTask.objects.all() if row.is_late}
    return found


def waiting(user: Any, code: str) -> set[int]:
    return {row.pk for group in tasks_of(fresh(user)) if group.code == code for row in group.rows}


def test_task_is_closed_by_a_result_that_who_gave_it_confirms(desk: Desk) -> None:
    people = desk.people
    row = desk.task()
    assert waiting(people.collaborator, "given_to") == {row.pk}
    row = giving.add_result(row, told(), actor=people.collaborator)
    assert row.state == "in_progress"
    with pytest.raises(Invalid):
        take_task_step(row, "finish", actor=people.collaborator)  # nothing is told
    row = take_task_step(row, "finish", actor=people.collaborator, result=told("Xong", dt.date(2026, 9, 6)))
    assert (row.state, row.results.count()) == ("reported", 2)
    assert waiting(people.officer, "to_confirm_task") == {row.pk} and not waiting(people.collaborator, "given_to")
    with pytest.raises(WrongState):
        giving.add_result(row, told(), actor=people.collaborator)
    with pytest.raises(Invalid):
        take_task_step(row, "return", actor=people.officer)  # without a reason
    row = take_task_step(row, "return", actor=people.officer, note="Thiếu danh sách")
    row = take_task_step(row, "finish", actor=people.collaborator, result=told("Đủ", dt.date(2026, 9, 7)))
    row = take_task_step(row, "confirm", actor=people.officer)
    assert (row.state, row.done_on) == ("done", dt.date(2026, 9, 7))
    with pytest.raises(WrongState):
        take_task_step(row, "cancel", actor=people.officer, note="x")
    row = take_task_step(row, "reopen", actor=people.leader, note="Làm tiếp")
    assert (row.state, row.done_on, row.reported_by) == ("in_progress", None, None)
    assert [entry.action for entry in Entry.objects.about(row)][::-1] == [
        "create", "add_result", "finish", "return", "finish", "confirm", "reopen",
    ]  # fmt: skip


def test_who_says_that_it_is_finished_does_not_confirm_it(desk: Desk) -> None:
    officer = desk.people.officer
    row = take_task_step(desk.task(), "finish", actor=officer, result=told())
    with pytest.raises(NotAllowed):
        take_task_step(row, "confirm", actor=officer)
    for person in (desk.people.collaborator, desk.people.auditor, desk.people.accountant):
        with pytest.raises(NotAllowed):
            take_task_step(row, "confirm", actor=person)
    assert take_task_step(row, "confirm", actor=desk.other_officer).state == "done"  # control
    own = take_task_step(desk.task(assigned_to=officer), "finish", actor=officer, result=told())
    assert take_task_step(own, "confirm", actor=officer).state == "done"  # given to oneself: nobody else to ask


def test_only_those_who_do_it_tell_results_and_only_the_office_gives(desk: Desk) -> None:
    people = desk.people
    row = desk.task(assigned_to=None, agency=desk.place.centre)
    for person in (people.collaborator, people.auditor, people.accountant, people.ministry, f.stranger()):
        with pytest.raises(NotAllowed):
            giving.add_result(row, told(), actor=person)
        data = TaskData("Việc", "regular", DAY, agency=desk.place.centre)
        with pytest.raises(NotAllowed):
            give_task(desk.place.province, data, actor=person)
    giving.add_result(row, told(), actor=people.centre)  # control: a person of the agency does
    giving.add_result(row, told("Sở ghi"), actor=people.leader)
    with pytest.raises(NotAllowed):
        take_task_step(row, "cancel", actor=people.centre, note="x")
    with pytest.raises(Invalid):
        take_task_step(row, "cancel", actor=people.officer)
    row = take_task_step(row, "cancel", actor=people.officer, note="Hết cần")
    assert (row.state, row.cancel_reason) == ("cancelled", "Hết cần")


def test_task_needs_somebody_and_a_time_that_fits(desk: Desk) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "text": {"text": " "}, "agency": {"assigned_to": None}, "timing": {"timing": "bao giờ", "due_on": None},
        "due_on": {"due_on": None}, "given_on": {"given_on": dt.date(2026, 9, 8)}, "assigned_to": {
            "assigned_to": f.stranger()},
        "areas": {"areas": [f.Place("40", "Nghệ An").commune]},
    }  # fmt: skip
    for field, change in wrong.items():
        with pytest.raises(Invalid) as refused:
            desk.task(**change)
        assert set(refused.value.fields) == {field}, field
    for change in ({"timing": "regular"}, {"due_on": dt.date(2026, 8, 1)}):
        with pytest.raises(Invalid):
            desk.task(**change)
    with pytest.raises(Invalid):  # the department says until when; a document may not
        desk.task(timing="unsaid", due_on=None)
    assert desk.task(timing="unsaid", due_on=None, document=desk.document).verified == "no"


def test_late_is_past_its_day_or_a_year_without_a_result(desk: Desk, clock: Clock) -> None:
    once = desk.task()
    regular = desk.task(timing="regular", due_on=None)
    yearly = desk.task(timing="yearly", due_on=None)
    assert late() == set()
    clock.set("2026-10-01")
    assert late() == {once.pk}
    giving.add_result(yearly, told("Năm 2026"), actor=fresh(desk.people.collaborator))
    clock.set("2027-12-31")
    assert late() == {once.pk}  # this year has still a day
    clock.set("2028-01-01")
    assert late() == {once.pk, yearly.pk}
    giving.add_result(yearly, told("Năm 2027", dt.date(2027, 12, 1)), actor=fresh(desk.people.collaborator))
    assert late() == {once.pk} and regular.state == "given"
    take_task_step(once, "cancel", actor=fresh(desk.people.officer), note="Thôi")
    assert late() == set()


def test_task_is_seen_by_the_province_whom_it_is_given_to_and_its_places(desk: Desk) -> None:
    people = desk.people
    whole = desk.task(assigned_to=None, agency=desk.place.centre)
    mine = desk.task(text="Của cộng tác viên")
    of_place = desk.task(text="Của xã", assigned_to=None, agency=desk.place.centre, areas=[desk.place.commune])
    elsewhere = desk.task(text="Xã khác", assigned_to=None, agency=desk.place.centre, areas=[desk.place.other])
    everything = {whole.pk, mine.pk, of_place.pk, elsewhere.pk}

    def seen(user: Any) -> set[int]:
        return set(GivenTask.objects.visible_to(fresh(user)).values_list("pk", flat=True))

    for person in (people.officer, people.leader, people.accountant, people.auditor, people.centre):
        assert seen(person) == everything
    assert seen(people.collaborator) == {mine.pk, of_place.pk}
    for person in (people.ministry, people.administrator, f.stranger(), f.user("khongvai", None, None)):
        assert seen(person) == set()
    url = reverse("coordination:task", args=[elsewhere.public_id])
    assert signed_in(people.collaborator).get(url).status_code == 404
    assert signed_in(people.auditor).get(url).status_code == 200


def test_hand_over_moves_open_tasks_of_a_person_and_of_a_commune(desk: Desk) -> None:
    people, taker = desk.people, f.user("ctv2", "collaborator", desk.place.commune)
    of_place = desk.task(areas=[desk.place.commune])
    whole, elsewhere = desk.task(), desk.task(areas=[desk.place.other])
    take_task_step(desk.task(), "cancel", actor=people.officer, note="Thôi")
    kind = KINDS["given_tasks"]
    leaver = people.collaborator
    assert kind.counts([leaver.pk, taker.pk]) == {leaver.pk: 3}
    assert list(kind.rows(leaver, [desk.place.commune.pk])) == [of_place]
    assert list(kind.rows(leaver)) == [of_place, whole, elsewhere]
    kind.move(of_place, taker, actor=people.administrator, reason="Chuyển xã")
    assert kind.counts([leaver.pk, taker.pk]) == {leaver.pk: 2, taker.pk: 1}
    entry = Entry.objects.about(of_place)[0]
    assert (entry.action, entry.note) == ("assign", "Chuyển xã")
    with pytest.raises(DomainError):
        kind.move(whole, f.stranger("collaborator"), actor=people.administrator, reason="x")
    with pytest.raises(NotAllowed):  # on the page the right is asked for
        hand_to(whole, taker, actor=people.collaborator)


def test_document_is_entered_once_and_says_that_its_tasks_are_not_loaded(desk: Desk) -> None:
    office = signed_in(desk.people.officer)
    page = reverse("coordination:document", args=[desk.document.public_id])
    assert "chưa được nạp" in office.get(page).content.decode()
    with pytest.raises(Conflict):
        giving.add_document(
            desk.place.province,
            giving.DocumentData(None, "chỉ thị", "9/CT-MH", "Cơ quan minh họa", DAY),
            actor=desk.people.officer,
        )
    body = {
        "type": "", "number": "", "issuer": "", "issued_on": "", "form_key": str(f.new_uuid()), "verified": "no",
    }  # fmt: skip
    assert office.post(reverse("coordination:documents"), body).status_code == 422
    assert TaskDocument.objects.count() == 1
    assert signed_in(desk.people.auditor).post(reverse("coordination:documents"), body).status_code == 403


def test_paper_list_of_a_document_has_its_tasks_in_order_with_dated_names(desk: Desk) -> None:
    place = desk.place
    place.centre.names.create(name="Trung tâm cũ", valid_to=dt.date(2026, 9, 2))
    place.centre.names.create(name="Trung tâm mới", valid_from=dt.date(2026, 9, 3))
    second = {"document": desk.document, "position": 2, "timing": "regular", "due_on": None}
    desk.task(text="Việc thứ hai", assigned_to=None, agency=place.centre, **second)
    first = desk.task(text="Việc thứ nhất", document=desk.document, position=1, supporting=[place.centre])
    giving.add_result(first, told("=Đã làm"), actor=desk.people.collaborator)
    office = signed_in(desk.people.officer)
    url = reverse("coordination:document", args=[desk.document.public_id])
    page = office.get(url).content.decode()
    assert page.index("Việc thứ nhất") < page.index("Việc thứ hai")
    assert "Trung tâm cũ" in page and "Trung tâm mới" not in page  # as it was called when the task was given
    assert "SỞ CÔNG THƯƠNG HÀ TĨNH" in page and "Thường xuyên" in page and "30/09/2026" in page
    file = office.get(url, {"format": "csv"}).content.decode("utf-8-sig")
    assert "Việc thứ nhất" in file and "Trung tâm cũ" in file
    seen = signed_in(desk.people.collaborator).get(url).content.decode()
    assert "Việc thứ nhất" in seen and "Việc thứ hai" not in seen


def test_task_is_given_told_and_confirmed_on_pages(desk: Desk) -> None:
    office, phone = signed_in(desk.people.officer), signed_in(desk.people.collaborator)
    body = {
        "document": str(desk.document.public_id), "clause": "khoản 1", "text": "Việc mới", "timing": "once",
        "due_on": "30/09/2026", "given_on": "01/09/2026", "assigned_to": str(desk.people.collaborator.pk),
        "areas": [desk.place.commune.uid], "form_key": str(f.new_uuid()), "verified": "partial",
    }  # fmt: skip
    new = reverse("coordination:task_new")
    assert office.post(new, {**body, "due_on": ""}).status_code == 422 and not GivenTask.objects.exists()
    first, again = office.post(new, body), office.post(new, body)
    row = GivenTask.objects.get()
    url = reverse("coordination:task", args=[row.public_id])
    assert first["Location"] == again["Location"] == url
    edit = reverse("coordination:task_edit", args=[row.public_id])
    changed = {**body, "text": "Việc đã sửa", "version": str(row.version)}
    assert office.post(edit, changed).status_code == 302
    assert office.post(edit, {**changed, "text": "Muộn"}).status_code == 409
    assert phone.get(edit).status_code == 403 and phone.get(new).status_code == 403
    paper = SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.4 x", "application/pdf")
    result = {
        "do": "result", "result-on": "06/09/2026", "result-text": "Xong", "result-final": "on", "result-file": paper,
        "result-form_key": str(f.new_uuid()),
    }  # fmt: skip
    assert phone.post(url, {**result, "result-text": ""}).status_code == 422
    paper.seek(0)
    assert phone.post(url, result).status_code == 302
    kept = row.results.get()
    answer = phone.get(reverse("coordination:task_paper", args=[row.public_id, kept.pk]))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert phone.post(url, {"do": "confirm"}).status_code == 403
    assert "Xong" in office.get(url).content.decode()
    assert office.post(url, {"do": "confirm"}).status_code == 302
    assert office.post(url, {"do": "confirm"}).status_code == 409
    assert office.post(url, result).status_code == 409
    assert office.get(edit).status_code == 409
    found = office.get(reverse("coordination:tasks"), {"state": "done", "document": str(desk.document.public_id)})
    assert "Việc đã sửa" in found.content.decode()
    export = office.get(reverse("coordination:tasks"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "Việc đã sửa" in export


def test_list_asks_the_database_no_more_for_more_tasks(desk: Desk, django_assert_max_num_queries: Any) -> None:
    office = signed_in(desk.people.officer)
    for number in range(12):
        desk.task(text=f"Việc {number}", agency=desk.place.centre, supporting=[desk.place.department])
    office.get(reverse("coordination:tasks"))
    with django_assert_max_num_queries(30):
        office.get(reverse("coordination:tasks"))


def test_change_says_what_differs_and_refuses_what_is_old(desk: Desk) -> None:
    row = desk.task()
    data = TaskData("Khảo sát kỹ hơn", "regular", DAY, assigned_to=desk.people.collaborator)
    row = change_task(row, data, actor=desk.people.officer, version=row.version)
    entry = Entry.objects.about(row)[0]
    assert set(entry.changes) == {"task", "timing", "due_on"}
    with pytest.raises(Conflict):
        change_task(row, data, actor=desk.people.officer, version=1)


def test_documents_come_as_a_file_and_one_without_tasks_has_no_zero(desk: Desk) -> None:
    paper = giving.DocumentData(None, "chỉ thị", "9/CT", "UBND", DAY, "Đẩy mạnh khuyến công")
    giving.add_document(desk.place.province, paper, actor=desk.people.officer)
    answer = signed_in(desk.people.officer).get(reverse("coordination:documents"), {"format": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    row = next(line for line in lines if "9/CT" in line)
    assert "Đẩy mạnh khuyến công" in row and not row.rstrip().endswith("0")
