"""The exchange: who has to answer, until when, how long it took; nobody writes twice or changes what is written."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import drafts
from accounts.models import FormDraft
from accounts.open_work import KINDS
from audit.models import Entry
from coordination import exchange
from coordination.exchange import Written, last_contact, open_thread, pass_on, reply_figures, take_thread_step, write
from coordination.models import DayOff, Message, ReplyTime, Thread
from core import clock
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from home.network import units_on
from home.todo import tasks_of
from tests import factories as f
from tests.api.scene import photo
from tests.clocks import Clock
from tests.coordination.scene import Desk, fresh, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-07T08:00")  # a Monday


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def asked_by_office(desk: Desk, **fields: Any) -> Thread:
    return open_thread(
        "Ảnh xưởng", Written("Xin gửi ảnh"), actor=desk.people.officer, area=desk.place.commune, **fields
    )


def asked_by_collaborator(desk: Desk, **fields: Any) -> Thread:
    fields = fields or {"area": desk.place.commune}
    return open_thread("Hỏi máy", Written("Bao giờ lắp?"), actor=fresh(desk.people.collaborator), **fields)


def waiting(user: Any) -> set[int]:
    return {row.pk for group in tasks_of(fresh(user)) if group.code == "to_answer" for row in group.rows}


def test_question_waits_for_the_other_side_until_it_answers(desk: Desk, clock: Clock) -> None:
    people = desk.people
    row = asked_by_office(desk)
    assert (row.state, row.waits_side, row.waits_for) == ("open", "network", people.collaborator)
    assert waiting(people.collaborator) == {row.pk} and waiting(people.officer) == set()
    clock.move(hours=2)
    more = write(row, Written("Cả mặt sau"), actor=fresh(people.officer), asks=True)
    row.refresh_from_db()
    assert (more.asks, more.answers, row.state) == (False, None, "open")  # added to one's own question
    clock.move(hours=3)
    answer = write(row, Written("Đây ạ", None), actor=fresh(people.collaborator))
    row.refresh_from_db()
    assert (row.state, row.waits_for, answer.answers) == ("answered", None, row.messages.first())
    assert waiting(people.collaborator) == set()
    back = write(row, Written("Còn bao nhiêu lao động?"), actor=fresh(people.officer), asks=True)
    row.refresh_from_db()
    assert (back.asks, row.state, row.waits_for) == (True, "open", people.collaborator)
    both = write(row, Written("Năm người. Bao giờ xuống?"), actor=fresh(people.collaborator), asks=True)
    row.refresh_from_db()
    assert both.answers == back and (row.state, row.waits_side, row.waits_for) == ("open", "office", people.officer)
    assert [entry.action for entry in Entry.objects.about(row)][::-1] == ["create", "write", "answer", "ask", "answer"]


def test_question_to_the_province_waits_for_officers_and_the_centre_until_somebody_takes_it(desk: Desk) -> None:
    people = desk.people
    row = asked_by_collaborator(desk)
    assert (row.waits_side, row.waits_for) == ("office", None)
    for person in (people.officer, people.centre, desk.other_officer):
        assert waiting(person) == {row.pk}
    for person in (people.leader, people.accountant, people.auditor, people.collaborator):
        assert waiting(person) == set()
    with pytest.raises(Invalid):
        pass_on(row, f.stranger(), actor=people.officer)
    with pytest.raises(NotAllowed):
        pass_on(row, people.officer, actor=people.auditor)
    pass_on(row, people.leader, actor=people.officer)
    assert waiting(people.leader) == {row.pk} and waiting(people.officer) == set()


def test_answer_is_due_after_working_days_of_the_list(desk: Desk, clock: Clock) -> None:
    assert asked_by_office(desk).due_on == dt.date(2026, 9, 10)
    clock.set("2026-09-11T08:00")  # a Friday
    assert asked_by_office(desk).due_on == dt.date(2026, 9, 16)
    day = dt.date(2026, 9, 14)
    DayOff.objects.create(code="X1", name="Nghỉ bù", valid_from=day, valid_to=day)
    row = asked_by_office(desk)
    assert row.due_on == dt.date(2026, 9, 17) and not row.is_late
    ReplyTime.objects.update(valid_to=dt.date(2026, 9, 12))
    ReplyTime.objects.create(code="X2", name="Nhanh hơn", days=1, valid_from=dt.date(2026, 9, 13))
    clock.set("2026-09-21T08:00")
    assert asked_by_office(desk).due_on == dt.date(2026, 9, 22)
    row.refresh_from_db()
    assert row.is_late and row in Thread.objects.all().late()
    ReplyTime.objects.all().delete()
    unruled = asked_by_office(desk)
    assert unruled.due_on is None and not unruled.is_late


def test_exchange_is_seen_by_who_sees_the_place_or_works_on_the_project(desk: Desk) -> None:
    people, place = desk.people, desk.place
    of_place = asked_by_office(desk)
    far = f.user("ctv-xa", "collaborator", place.other)
    elsewhere = open_thread("Xã khác", Written("Hỏi"), actor=people.officer, area=place.other)
    project = f.approved(place, people)
    of_project = open_thread("Đề án", Written("Hỏi"), actor=fresh(people.officer), project=project)

    def seen(user: Any) -> set[int]:
        return set(Thread.objects.visible_to(fresh(user)).values_list("pk", flat=True))

    everything = {of_place.pk, elsewhere.pk, of_project.pk}
    for person in (people.officer, people.leader, people.accountant, people.auditor, people.centre):
        assert seen(person) == everything
    assert seen(people.collaborator) == {of_place.pk, of_project.pk}
    assert seen(far) == {elsewhere.pk}
    other_centre = f.user("tt2", "centre", place.province, f.agency("centre", place.province, "Trung tâm khác"))
    assert seen(other_centre) == everything - {of_project.pk}  # another centre implements it
    for person in (people.ministry, people.administrator, f.stranger(), f.user("khongvai", None, None)):
        assert seen(person) == set()
    url = reverse("coordination:thread", args=[elsewhere.public_id])
    assert signed_in(people.collaborator).get(url).status_code == 404
    assert signed_in(far).get(url).status_code == 200


def test_only_the_two_sides_write_and_only_while_it_is_open(desk: Desk) -> None:
    people = desk.people
    row = asked_by_office(desk)
    for person in (people.auditor, people.ministry, f.user("ctv-xa", "collaborator", desk.place.other)):
        with pytest.raises(NotAllowed):
            write(row, Written("Tôi nói"), actor=person)
        with pytest.raises(NotAllowed):
            open_thread("Tôi hỏi", Written("Hỏi"), actor=person, area=desk.place.commune)
    with pytest.raises(NotAllowed):
        take_thread_step(row, "close", actor=people.collaborator)
    with pytest.raises(Invalid):  # unanswered: not without a reason
        take_thread_step(row, "close", actor=people.officer)
    row = take_thread_step(row, "close", actor=people.officer, note="Hỏi nhầm")
    assert waiting(people.collaborator) == set()
    with pytest.raises(WrongState):
        write(row, Written("Muộn"), actor=people.collaborator)
    row = take_thread_step(row, "reopen", actor=people.officer)
    assert write(row, Written("Được"), actor=people.collaborator).pk  # control


def test_question_needs_somebody_who_can_answer_it(desk: Desk) -> None:
    officer, place = desk.people.officer, desk.place
    with pytest.raises(Invalid):  # nobody covers it
        open_thread("Hỏi", Written("Hỏi"), actor=officer, area=place.other)
    second = f.user("ctv2", "collaborator", place.commune)
    with pytest.raises(Invalid):  # two do
        asked_by_office(desk)
    assert asked_by_office(desk, waits_for=second).waits_for == second
    with pytest.raises(Invalid):
        asked_by_office(desk, waits_for=desk.people.leader)
    with pytest.raises(Invalid):  # a collaborator does not see a draft
        open_thread("Hỏi", Written("Hỏi"), actor=officer, project=f.project(place, desk.people), waits_for=second)
    for text, subject in (("", "Hỏi"), ("Hỏi", " ")):
        with pytest.raises(Invalid):
            open_thread(subject, Written(text), actor=officer, area=place.commune, waits_for=second)


def test_reply_time_runs_from_the_question_to_the_first_answer(desk: Desk, clock: Clock) -> None:
    people = desk.people
    for hours in (1, 5, 49):
        row = asked_by_collaborator(desk)
        clock.move(hours=hours)
        write(row, Written("Trả lời"), actor=fresh(people.officer))
        clock.move(hours=100)
        write(row, Written("Nói thêm"), actor=fresh(people.officer))  # not the first answer
    row = asked_by_office(desk)
    clock.move(minutes=30)
    write(row, Written("Ngay"), actor=fresh(people.collaborator))
    asked_by_office(desk)  # not answered yet: counts nowhere
    by_unit = {one.who: (one.answers, one.minutes) for one in reply_figures(Thread.objects.all(), "unit")}
    assert by_unit == {desk.place.department.name: (3, 300), "Cộng tác viên": (1, 30)}
    by_person = {one.who: one.minutes for one in reply_figures(Thread.objects.all(), "author")}
    assert by_person == {people.officer.full_name: 300, people.collaborator.full_name: 30}
    page = signed_in(people.officer).get(reverse("coordination:exchange")).content.decode()
    assert "5 giờ" in page and "30 phút" in page


def test_last_contact_of_a_commune_is_the_last_message_on_it_or_its_projects(desk: Desk, clock: Clock) -> None:
    people, place = desk.people, desk.place
    row = asked_by_office(desk)
    clock.move(days=2)
    write(row, Written("Đây"), actor=fresh(people.collaborator))
    row.refresh_from_db()
    assert last_contact(Thread.objects.all()) == {place.commune.pk: row.last_at}
    units = {unit.area.pk: unit.contact_at for unit in units_on(fresh(people.officer), exchange.clock.today())}
    assert units == {place.commune.pk: row.last_at, place.other.pk: None}
    page = signed_in(people.officer).get(reverse("home:network")).content.decode()
    url = reverse("coordination:of_area", args=[place.commune.uid])
    assert url in page and "09/09/2026" in page
    panel = signed_in(people.officer).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Ảnh xưởng" in panel and "09/09/2026" in panel and "<html" not in panel
    assert signed_in(f.stranger()).get(url).status_code == 404
    assert (
        signed_in(people.collaborator).get(reverse("coordination:of_area", args=[place.other.uid])).status_code == 404
    )


def test_hand_over_moves_the_questions_of_a_commune_to_who_covers_it(desk: Desk) -> None:
    people, place = desk.people, desk.place
    row = asked_by_office(desk)
    taker, far = f.user("ctv2", "collaborator", place.commune), f.user("ctv3", "collaborator", place.other)
    kind = KINDS["exchange"]
    assert kind.counts([people.collaborator.pk, taker.pk]) == {people.collaborator.pk: 1}
    assert list(kind.rows(people.collaborator, [place.other.pk])) == []
    assert list(kind.rows(people.collaborator, [place.commune.pk])) == [row]
    with pytest.raises(DomainError):
        kind.move(row, far, actor=people.administrator, reason="x")
    kind.move(row, taker, actor=people.administrator, reason="Bàn giao")
    assert waiting(taker) == {row.pk} and waiting(people.collaborator) == set()


def test_collaborator_writes_on_a_phone_once_with_a_photo_and_loses_nothing(desk: Desk) -> None:
    people = desk.people
    project = f.approved(desk.place, people)
    phone, office = signed_in(people.collaborator), signed_in(people.officer)
    new = reverse("coordination:thread_new")
    page = phone.get(new, {"project": str(project.public_id)}).content.decode()
    assert "data-kc-keep" in page and project.code in page
    key = f.new_uuid()
    fields = {"project": [str(project.public_id)], "subject": ["Lắp máy"], "text": ["Bao giờ"], "form_key": [str(key)]}
    drafts.keep(people.collaborator, key, new, fields, window="w", turn=1)
    again = phone.get(new, {"draft": str(key)}).content.decode()
    assert "Lắp máy" in again and "Bao giờ" in again and project.code in again
    body = {name: texts[0] for name, texts in fields.items()} | {"draft_key": str(key)}
    assert phone.post(new, {**body, "text": ""}).status_code == 422 and not Thread.objects.exists()
    first, second = phone.post(new, body), phone.post(new, body)
    row = Thread.objects.get()
    url = reverse("coordination:thread", args=[row.public_id])
    assert first["Location"] == second["Location"] == url and row.project == project
    assert FormDraft.objects.get(key=key).done
    answer = {"do": "write", "write-text": "Thứ sáu", "write-form_key": str(f.new_uuid()), "write-file": photo()}
    assert office.post(url, answer).status_code == 302
    answer["write-file"] = photo()
    assert office.post(url, answer).status_code == 302 and row.messages.count() == 2
    message = row.messages.latest("id")
    assert message.answers and message.file and message.file.content_type == "image/jpeg"
    shot = reverse("coordination:attached", args=[row.public_id, message.pk])
    assert phone.get(shot).status_code == 200 and signed_in(f.stranger()).get(shot).status_code == 404
    wrong = SimpleUploadedFile("a.jpg", b"khong phai anh", "image/jpeg")
    bad = {"do": "write", "write-text": "x", "write-form_key": str(f.new_uuid()), "write-file": wrong}
    assert office.post(url, bad).status_code == 422
    assert "Thứ sáu" in phone.get(url).content.decode()
    assert signed_in(people.auditor).post(url, answer).status_code == 403
    assert office.post(url, {"do": "close", "close-note": ""}).status_code == 302
    assert office.post(url, {**answer, "write-file": ""}).status_code == 409
    assert office.post(url, {"do": "reopen"}).status_code == 302
    panel = reverse("coordination:of_project", args=[project.public_id])
    assert "Lắp máy" in phone.get(panel).content.decode()
    outside = signed_in(people.ministry).get(panel).content.decode()
    assert "Lắp máy" not in outside and "Người làm việc với đề án" in outside
    detail = office.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    assert panel in detail
    found = office.get(reverse("coordination:exchange"), {"q": "lap may", "state": "answered"}).content.decode()
    assert "Lắp máy" in found
    assert "Lắp máy" in office.get(reverse("coordination:exchange"), {"format": "csv"}).content.decode("utf-8-sig")


def test_time_for_an_answer_is_changed_on_a_page_with_its_history(desk: Desk) -> None:
    row = ReplyTime.objects.get()
    url = reverse("coordination:list_row", args=["reply-times", row.pk])
    body = {
        "name": "Trả lời", "position": "10", "days": "5", "verified": "no", "version": "1",
        "form_key": str(f.new_uuid()),
    }  # fmt: skip
    assert signed_in(desk.people.officer).post(url, body).status_code == 403
    assert signed_in(desk.people.administrator).post(url, body).status_code == 302
    row.refresh_from_db()
    assert row.days == 5 and Entry.objects.about(row)[0].changes["days"] == [3, 5]
    assert asked_by_office(desk).due_on == dt.date(2026, 9, 14)
    assert Message.objects.get().at == clock.now()
