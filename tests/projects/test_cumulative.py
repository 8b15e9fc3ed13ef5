"""A figure since the beginning never falls without a correction that says why; difficulties and proposals."""

import datetime as dt
import random
import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from core.errors import DomainError, Invalid, WrongState
from projects import progress
from projects.models import ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import ProgressData, confirm_progress, report_progress, return_progress
from tests import factories
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported, texts

MARCH, APRIL, MAY, JUNE = (dt.date(2026, month, 1) for month in (3, 4, 5, 6))


@pytest.fixture
def project(place: factories.Place, people: factories.People, clock: Clock) -> Project:
    clock.set("2026-02-02 09:00")
    row = in_state(S.IN_PROGRESS, place, people)
    clock.set("2026-06-15 09:00")
    return row


def typed(on: dt.date, value: str, **fields: Any) -> dict[str, Any]:
    return {"uuid": str(factories.new_uuid()), "on": f"{on:%d/%m/%Y}", "value_invested_vnd": value, **fields}


def url(row: Project) -> str:
    return reverse("projects:report", args=[row.public_id])


@pytest.mark.django_db
def test_lower_figure_is_refused_and_says_which_one_was_earlier(people: Any, project: Project) -> None:
    reported(project, people.collaborator, on=APRIL, value_invested_vnd=400_000_000)
    answer = browser(people.officer).post(url(project), typed(MAY, "350 triệu"))
    assert answer.status_code == 422
    said = texts(answer, "value_invested_vnd")
    assert "400.000.000 đồng" in said and "01/04/2026" in said and people.collaborator.full_name in said
    assert ProgressUpdate.objects.count() == 1
    assert 'name="corrects_reason"' in answer.content.decode()


@pytest.mark.django_db
def test_higher_figure_of_an_earlier_day_is_refused(people: Any, project: Project) -> None:
    reported(project, people.collaborator, on=MAY, money_spent_vnd=100_000_000)
    with pytest.raises(Invalid) as refused:
        reported(project, people.officer, on=APRIL, money_spent_vnd=100_000_001)
    assert set(refused.value.fields) == {"money_spent_vnd"}
    assert "01/05/2026" in refused.value.fields["money_spent_vnd"][0]
    reported(project, people.officer, on=APRIL, money_spent_vnd=100_000_000)


@pytest.mark.django_db
def test_correction_with_its_reason_is_taken_shown_and_written_down(people: Any, project: Project) -> None:
    reported(project, people.collaborator, on=APRIL, value_invested_vnd=400_000_000)
    client, why = browser(people.collaborator), "Tháng 4 cộng nhầm máy chưa về"
    answer = client.post(url(project), typed(MAY, "350 triệu", corrects_reason=why))
    update = ProgressUpdate.objects.get(on=MAY)
    assert (answer.status_code, update.corrects_reason) == (302, why)
    assert Entry.objects.about(update).get().changes["corrects_reason"] == [None, why]
    assert why in client.get(answer["Location"]).content.decode()
    assert why in client.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    reported(project, people.collaborator, on=JUNE, value_invested_vnd=360_000_000)  # goes on from the correction
    # What is recorded late before the fall stands beside it and needs no reason of its own.
    reported(project, people.collaborator, on=APRIL + dt.timedelta(days=9), value_invested_vnd=400_000_000)


@pytest.mark.django_db
def test_reason_without_a_fall_is_no_correction(people: Any, project: Project) -> None:
    assert reported(project, people.officer, corrects_reason="Gõ nhầm").corrects_reason == ""


@pytest.mark.django_db
def test_returned_figure_and_one_not_reported_do_not_count(people: Any, project: Project) -> None:
    typing_error = reported(project, people.collaborator, on=APRIL, value_invested_vnd=590_000_000)
    reported(project, people.collaborator, on=APRIL, value_invested_vnd=None, note="Chưa rõ số tiền")
    with pytest.raises(Invalid):
        reported(project, people.collaborator, on=MAY, value_invested_vnd=59_000_000)
    return_progress(typing_error, actor=people.officer, note="Thừa một số 0")
    reported(project, people.collaborator, on=MAY, value_invested_vnd=59_000_000)


@pytest.mark.django_db
def test_correction_is_not_returned_under_what_goes_on_from_it(people: Any, project: Project) -> None:
    reported(project, people.collaborator, on=APRIL, value_invested_vnd=400_000_000)
    correction = reported(project, people.collaborator, on=MAY, value_invested_vnd=300_000_000, corrects_reason="Nhầm")
    later = reported(project, people.collaborator, on=JUNE, value_invested_vnd=350_000_000)
    with pytest.raises(WrongState, match="01/06/2026"):
        return_progress(correction, actor=people.officer, note="Không đúng")
    return_progress(later, actor=people.officer, note="Xem lại")
    return_progress(correction, actor=people.officer, note="Không đúng")


@pytest.mark.django_db
def test_api_holds_the_same_rule_at_the_same_field(people: Any, project: Project) -> None:
    caller, path = Caller(people.officer), f"/projects/{project.public_id}/progress/"
    body = {"on": "2026-04-01", "value_invested_vnd": 400_000_000, "money_spent_vnd": 9}
    assert caller.post(path, {"uuid": str(factories.new_uuid()), **body}).status_code == 201
    lower = {"uuid": str(factories.new_uuid()), **body, "on": "2026-05-01", "money_spent_vnd": 8}
    answer = caller.post(path, lower)
    assert answer.status_code == 400 and "money_spent_vnd" in str(answer.json())
    answer = caller.post(
        path, {**lower, "corrects_reason": "Nhầm", "difficulties": "Thiếu điện 3 pha", "proposals": "Xin kéo điện"}
    )
    shown = answer.json()
    assert (answer.status_code, shown["corrects_reason"]) == (201, "Nhầm")
    assert (shown["difficulties"], shown["proposals"]) == ("Thiếu điện 3 pha", "Xin kéo điện")


@pytest.mark.django_db
def test_difficulties_and_proposals_stand_beside_the_note(people: Any, project: Project) -> None:
    client = browser(people.collaborator)
    form = typed(MAY, "", difficulties="Máy về chậm", proposals="Đề nghị gia hạn 2 tháng")
    answer = client.post(url(project), form)  # enough to be an update
    update = ProgressUpdate.objects.get()
    assert (update.difficulties, update.proposals) == ("Máy về chậm", "Đề nghị gia hạn 2 tháng")
    for page in (answer["Location"], reverse("projects:detail", args=[project.public_id])):
        html = client.get(page).content.decode()
        assert "Máy về chậm" in html and "Đề nghị gia hạn 2 tháng" in html


@pytest.mark.django_db
def test_no_order_of_reports_and_returns_makes_a_figure_fall_unexplained(people: Any, project: Project) -> None:
    chance, taken = random.Random(2026), 0
    for _turn in range(60):
        day = MARCH + dt.timedelta(days=chance.randrange(60))
        why = "Nhầm" if chance.random() < 0.2 else ""
        try:
            reported(
                project, people.collaborator, on=day, value_invested_vnd=chance.randrange(100), corrects_reason=why
            )
            taken += 1
        except Invalid:
            pass
        waiting = list(ProgressUpdate.objects.filter(state="reported"))
        if waiting and chance.random() < 0.3:
            try:
                act: Any = chance.choice([return_progress, confirm_progress])
                act(chance.choice(waiting), actor=people.officer, note="Xem lại")
            except WrongState:
                pass
        rows = list(ProgressUpdate.objects.counted().filter(project=project))
        for before, after in zip(rows, rows[1:], strict=False):
            explained = after.corrects_reason or before.corrects_reason
            assert before.value_invested_vnd <= after.value_invested_vnd or explained
    assert taken > 10 and ProgressUpdate.objects.filter(state="returned").exists()


def two_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """400 as of April and 300 as of May, each looking before the other has stored, as far as the lock lets them."""
    looked, look, said = threading.Barrier(2), progress._falls, []

    def falls(row: Project, data: ProgressData) -> dict[str, str]:
        found = look(row, data)
        with suppress(threading.BrokenBarrierError):
            looked.wait(0.5)
        return found

    monkeypatch.setattr(progress, "_falls", falls)

    def send(on: dt.date, value: int) -> None:
        data = ProgressData(factories.new_uuid(), on, value)
        try:
            report_progress(project, data, actor=User.objects.get(username="canbo"))
            said.append("done")
        except DomainError as error:
            said.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=args) for args in ((APRIL, 400), (MAY, 300))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_each_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_at_once(project, monkeypatch) == ["done", "invalid"]


@pytest.mark.needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_figure_falls(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "lock", lambda row: row)
    assert two_at_once(project, monkeypatch) == ["done", "done"]
