"""The approval inbox: what waits for whom, what a decision needs to know, and who was faster."""

from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from core.models import Source
from projects import inbox
from projects.models import ProjectState as S
from projects.services import change_project, take_step
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import MONEY, browser, in_state, national, paper

pytestmark = pytest.mark.django_db

INBOX = "/projects/inbox/"


def waiting_for(person: User) -> list[str]:
    return [row.project.name for row in inbox.queue(person)]


def test_leader_finds_what_waits_longest_first(place: Any, people: Any, clock: Clock) -> None:
    clock.set("2026-09-01 08:00")
    old = in_state(S.SUBMITTED, place, people, name="Máy sấy")
    clock.set("2026-09-10 08:00")
    in_state(S.SUBMITTED, place, people, name="Máy bào")
    clock.set("2026-09-15 08:00")
    for state in (S.DRAFT, S.RETURNED, S.APPROVED, S.IN_PROGRESS):
        in_state(state, place, people, name=f"Không chờ {state}")
    assert waiting_for(people.leader) == ["Máy sấy", "Máy bào"]
    row = inbox.queue(people.leader)[0]
    assert (row.project, row.days) == (old, 14)
    assert [step.code for step in row.forward] == ["appraise", "approve"]
    assert [step.code for step in row.back] == ["return"]
    html = browser(people.leader).get(INBOX).content.decode()
    assert "đã chờ 14 ngày" in html and "đã chờ 5 ngày" in html


def test_officer_finds_what_they_may_appraise_and_the_ministry_what_is_registered(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people, name="Máy sấy", **national(place))
    other = factories.user("canbo2", "officer", place.province, place.department)
    steps = {person: [step.code for step in inbox.queue(person)[0].forward] for person in (people.officer, other)}
    assert steps == {people.officer: ["register"], other: ["register", "appraise"]}  # the first one submitted it
    assert waiting_for(people.ministry) == []
    take_step(row, "register", actor=other, data={"paper": paper(place)})
    assert waiting_for(people.ministry) == ["Máy sấy"]
    answer = browser(people.ministry).get(INBOX)
    assert answer.context["paper"].remarks == [] and not answer.context["inside"]  # no working papers


@pytest.mark.parametrize("role", ["accountant", "collaborator", "auditor", "ministry", "administrator"])
def test_nothing_waits_for_who_decides_nothing(place: Any, people: Any, role: str) -> None:
    in_state(S.SUBMITTED, place, people)
    answer = browser(getattr(people, role)).get(INBOX)
    assert answer.context["waiting"] == []
    assert "Hết việc" in answer.content.decode()


def test_nobody_finds_what_they_entered_themselves(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    assert waiting_for(people.leader) == [row.name]
    row.created_by = people.leader
    row.save()
    assert waiting_for(people.leader) == []


def test_nothing_of_another_province_waits(place: Any, people: Any) -> None:
    in_state(S.SUBMITTED, place, people)
    assert waiting_for(factories.stranger("leader")) == []


def test_file_that_came_back_shows_what_changed_and_why_it_was_returned(place: Any, people: Any) -> None:
    row = in_state(S.RETURNED, place, people, name="Máy sấy")
    fields = {"beneficiaries": [*row.beneficiaries.all()], "activities": [*row.activities.all()]}
    for name in ("Máy sấy gỗ", "Máy sấy gỗ ván ép"):
        row = change_project(row, factories.project_data(place, name=name, **fields), actor=people.officer)
    take_step(row, "submit", actor=people.officer)
    answer = browser(people.leader).get(INBOX)
    found = answer.context["paper"]
    assert found.back.note == "Thiếu báo giá thiết bị"
    changed = {change["field"]: (change["old"], change["new"]) for change in found.changes}
    assert changed["Tên"] == ("Máy sấy", "Máy sấy gỗ ván ép")  # first to last, not every step between
    assert [entry.note for entry in found.remarks] == ["Thiếu báo giá thiết bị"]
    html = answer.content.decode()
    assert "Thiếu báo giá thiết bị" in html and "Máy sấy gỗ ván ép" in html


def test_file_that_comes_first_has_not_been_returned(place: Any, people: Any) -> None:
    in_state(S.SUBMITTED, place, people)
    found = browser(people.leader).get(INBOX).context["paper"]
    assert (found.back, found.changes) == (None, [])


def test_who_was_faster_and_when_is_told(place: Any, people: Any, clock: Clock) -> None:
    row = in_state(S.SUBMITTED, place, people)
    client = browser(people.leader)
    assert client.get(INBOX, {"project": str(row.public_id)}).context["chosen"]
    clock.set("2026-09-15 09:15")
    other = factories.user("lanhdao2", "leader", place.province, place.department)
    take_step(row, "return", actor=other, note="Thiếu báo giá")
    html = client.get(INBOX, {"project": str(row.public_id)}).content.decode()
    assert other.full_name in html and "09:15 15/09/2026" in html
    for asked in ("00000000-0000-4000-8000-000000000000", "abc"):
        assert client.get(INBOX, {"project": asked}).status_code == 404


def test_end_of_the_work_says_what_was_done_today(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    take_step(row, "return", actor=people.leader, note="Thiếu báo giá")
    answer = browser(people.leader).get(INBOX)
    assert [entry.action for entry in answer.context["done"]] == ["return"]


def test_money_says_what_is_left_after_the_approval_and_what_is_missing(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    client, url = browser(people.leader), f"/overview/money/{row.public_id}/"
    assert f'hx-get="{url}"' in client.get(INBOX).content.decode()
    assert "Chưa nhập dự toán năm 2026" in client.get(url).content.decode()
    factories.budget(place, people, MONEY + 1_000_000)
    assert "Còn lại của dự toán sau khi phê duyệt: 1.000.000" in client.get(url).content.decode()
    in_another = {Source.LOCAL: MONEY + 2_000_000}
    too_much = in_state(S.DRAFT, place, people, estimate=in_another)
    assert "thiếu 1.000.000" in client.get(f"/overview/money/{too_much.public_id}/").content.decode()


def test_inbox_of_many_files_asks_little_of_the_database(place: Any, people: Any, count_queries: Any) -> None:
    client = browser(people.leader)
    in_state(S.SUBMITTED, place, people)
    client.get(INBOX)
    few = count_queries(lambda: client.get(INBOX))
    assert few <= 15
    for _number in range(5):
        in_state(S.SUBMITTED, place, people)
    assert count_queries(lambda: client.get(INBOX)) == few


def test_page_is_vietnamese(place: Any, people: Any) -> None:
    with translation.override("vi"):
        assert "Chờ duyệt" in browser(people.leader).get("/").content.decode()  # in the navigation


def test_decision_taken_from_the_inbox_leads_back_to_what_waits_next(place: Any, people: Any) -> None:
    for name in ("Máy sấy", "Máy bào"):
        in_state(S.SUBMITTED, place, people, name=name)
    client = browser(people.leader)
    first = client.get(INBOX).context["project"]
    path = f"/projects/{first.public_id}/steps/return/?back=inbox"
    assert path in client.get(INBOX).content.decode()
    page = client.get(path)
    assert f'href="{INBOX}"' in page.content.decode()  # also where the person cancels
    sent = {"form_key": page.context["form"]["form_key"].value(), "note": "Thiếu báo giá"}
    answer = client.post(path, sent, follow=True)
    assert answer.redirect_chain[-1][0] == INBOX
    assert f"«Yêu cầu bổ sung»: {first.code}" in answer.content.decode()
    assert answer.context["project"] != first and answer.context["count"] == 1
