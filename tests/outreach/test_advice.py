"""A request for advice: due by its topic, answered, visited, concluded; overdue ones are on the home page."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from core.errors import Invalid, NotAllowed, WrongState
from home.todo import tasks_of
from outreach import advice as services
from outreach.advice import AdviceData
from outreach.models import Advice
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import signed_in, topic

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.enterprise = f.enterprise(self.place, tax_code="0100109106")

    def ask(self, **fields: Any) -> Advice:
        data = AdviceData(topic(), "phone", "Chọn máy sấy nào?", dt.date(2026, 9, 1), **fields)
        return services.ask_advice(self.enterprise, data, actor=self.people.officer)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-05")


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_request_is_due_as_many_days_later_as_its_topic_says(desk: Desk) -> None:
    row = desk.ask()
    assert row.due_on == dt.date(2026, 9, 11)
    answered = {"answer": "Máy sấy nhiệt độ thấp", "on": dt.date(2026, 9, 4)}
    row = services.take_step(row, "answer", actor=desk.people.officer, data=answered)
    assert (row.state, row.days_taken) == ("answered", 3)
    assert row.assigned_to == desk.people.officer  # it was given to nobody
    row = desk.ask(assigned_to=desk.people.collaborator)
    row = services.take_step(row, "answer", actor=desk.people.officer, data=answered)
    assert row.assigned_to == desk.people.collaborator


def test_overdue_request_stands_on_the_home_page_of_who_answers(desk: Desk, clock: Clock) -> None:
    mine = desk.ask(assigned_to=desk.people.collaborator)
    unassigned = desk.ask()

    def waiting(user: Any) -> set[int]:
        user.__dict__.pop("sight", None)
        return {row.pk for group in tasks_of(user) if group.code == "advice" for row in group.rows}

    assert waiting(desk.people.officer) == waiting(desk.people.collaborator) == set()
    clock.set("2026-09-12")
    assert waiting(desk.people.collaborator) == {mine.pk}
    assert waiting(desk.people.officer) == {unassigned.pk}
    assert reverse("outreach:advice_one", args=[unassigned.public_id]) in (
        signed_in(desk.people.officer).get("/").content.decode()
    )


def test_life_of_a_request_goes_in_order_and_can_be_opened_again(desk: Desk) -> None:
    row, officer = desk.ask(), desk.people.officer
    today = dt.date(2026, 9, 5)
    with pytest.raises(WrongState):
        services.take_step(row, "conclude", actor=officer, data={"outcome": "purchase", "on": today})
    services.visit(row, today, "Trần Văn Bình", "Xưởng chật", actor=officer)
    row = services.take_step(row, "answer", actor=officer, data={"answer": "Đã gửi báo giá", "on": today})
    project = f.project(desk.place, desk.people, beneficiaries=[desk.enterprise])
    foreign = f.project(desk.place, desk.people, name="Đề án khác")
    for wrong in ({"outcome": "project"}, {"outcome": "none", "project": project},
                  {"outcome": "project", "project": foreign}):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            services.take_step(row, "conclude", actor=officer, data={"on": today, **wrong})
        assert set(refused.value.fields) == {"project"}
    row = services.take_step(
        row, "conclude", actor=officer, data={"outcome": "project", "on": today, "project": project}
    )
    assert project.advice.get() == row
    with pytest.raises(WrongState):
        services.visit(row, today, "Ai đó", "Muộn rồi", actor=officer)
    with pytest.raises(Invalid):
        services.take_step(row, "reopen", actor=officer)
    row = services.take_step(row, "reopen", actor=officer, note="Hỏi thêm")
    assert (row.state, row.outcome, row.project, row.answer) == ("open", "", None, "Đã gửi báo giá")
    assert [entry.action for entry in Entry.objects.about(row)][::-1] == [
        "create", "visit", "answer", "conclude", "reopen",
    ]  # fmt: skip


def test_only_those_who_deal_with_it_answer(desk: Desk) -> None:
    row = desk.ask()
    data = {"answer": "Không", "on": dt.date(2026, 9, 5)}
    for person in (desk.people.collaborator, desk.people.auditor, desk.people.leader):
        with pytest.raises(NotAllowed):
            services.take_step(row, "answer", actor=person, data=data)
    services.assign(row, desk.people.collaborator, actor=desk.people.officer)
    row = services.take_step(row, "answer", actor=desk.people.collaborator, data=data)
    assert row.state == "answered"
    with pytest.raises(WrongState):
        services.assign(row, desk.people.officer, actor=desk.people.officer)
    with pytest.raises(Invalid):
        services.assign(desk.ask(), f.stranger(), actor=desk.people.officer)


def test_request_is_entered_and_answered_on_pages(desk: Desk) -> None:
    office = signed_in(desk.people.officer)
    body = {
        "enterprise": "go thach lac", "topic": str(topic().pk), "text": "Máy nào?", "channel": "visit",
        "asked_on": "01/09/2026", "form_key": str(f.new_uuid()),
    }  # fmt: skip
    new = reverse("outreach:advice_new")
    wrong = office.post(new, {**body, "enterprise": "không có ai"})
    assert wrong.status_code == 422 and not Advice.objects.exists()
    first, again = office.post(new, body), office.post(new, body)
    row = Advice.objects.get()
    assert first["Location"] == again["Location"] == reverse("outreach:advice_one", args=[row.public_id])
    url = first["Location"]
    assert office.post(url, {"do": "answer", "answer-answer": "", "answer-on": "05/09/2026"}).status_code == 422
    visit = {"do": "visit", "visit-on": "05/09/2026", "visit-visitor": "Bình", "visit-finding": "Tốt",
             "visit-form_key": str(f.new_uuid())}  # fmt: skip
    assert office.post(url, visit).status_code == 302
    assert office.post(url, visit).status_code == 302
    assert row.visits.count() == 1
    assert office.post(url, {"do": "answer", "answer-answer": "Loại A", "answer-on": "05/09/2026"}).status_code == 302
    assert "Loại A" in office.get(url).content.decode()
    assert office.post(url, {"do": "answer", "answer-answer": "B", "answer-on": "05/09/2026"}).status_code == 409
    assert signed_in(desk.people.auditor).post(url, {"do": "reopen", "reopen-note": "x"}).status_code == 403
    assert signed_in(f.stranger()).get(url).status_code == 404
