"""Who has not reported by the closing day, and one click to remind them."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from accounts.models import Grant, User
from audit.models import Entry
from core.errors import Invalid, NotAllowed, WrongState
from jobs.models import Job
from jobs.services import work_once
from projects.models import ProgressReminder, Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress, return_progress
from projects.reminders import due, period_now, remind, remind_all, reporters
from tests import factories
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported

pytestmark = pytest.mark.django_db

URL, HOME = "/projects/progress/reminders/", "/"


@pytest.fixture
def project(place: factories.Place, people: factories.People, clock: Clock) -> Project:
    clock.set("2026-02-02 09:00")
    row = in_state(S.IN_PROGRESS, place, people)
    clock.set("2026-09-10 09:00")
    return row


@pytest.fixture
def period() -> Any:
    factories.period("2026-H1", "2025-12-15", "2026-06-14", kind="half_year_1")
    return factories.period("2026-Q3", "2026-06-15", "2026-09-14", kind="quarter")


def click(client: Client, who: str, query: str = "", **fields: Any) -> Any:
    return client.post(URL + query, {"form_key": str(factories.new_uuid()), "who": who, **fields})


def pair(project: Project, person: User) -> str:
    return f"{project.public_id}:{person.public_id}"


def test_period_that_closes_next_is_asked_about(period: Any, project: Project) -> None:
    assert period_now() == period


def test_list_says_who_reports_and_what_is_missing(people: Any, project: Project, period: Any) -> None:
    reported(project, people.collaborator, on=dt.date(2026, 6, 1))
    client = browser(people.officer)
    html = client.get(URL).content.decode()
    assert project.code in html and "01/06/2026" in html
    assert people.collaborator.full_name in html and people.centre.full_name in html
    assert project.code not in client.get(URL, {"period": "2026-H1"}).content.decode()  # it has reported
    assert project.code in client.get(URL, {"period": "2026-H1", "all": "1"}).content.decode()
    update = reported(project, people.collaborator, on=dt.date(2026, 9, 9))
    assert project.code not in client.get(URL).content.decode()
    return_progress(update, actor=people.officer, note="Xem lại")  # what was returned is no report
    assert project.code in client.get(URL).content.decode()


def test_commune_narrows_the_list(place: Any, people: Any, project: Project, period: Any) -> None:
    client = browser(people.officer)
    assert project.code in client.get(URL, {"area": place.commune.uid}).content.decode()
    assert project.code not in client.get(URL, {"area": place.other.uid}).content.decode()


def test_one_click_is_a_message_at_home_until_it_is_answered(people: Any, project: Project, period: Any) -> None:
    answer = click(browser(people.officer), pair(project, people.collaborator))
    assert answer["Location"] == URL
    home = browser(people.collaborator).get(HOME).content.decode()
    assert people.officer.full_name in home and "14/09/2026" in home and project.name in home
    entry = Entry.objects.about(project).get(action="remind")
    assert entry.changes["person"][1] == people.collaborator.full_name
    assert "10/09/2026" in browser(people.officer).get(URL).content.decode()
    assert people.officer.full_name not in browser(people.centre).get(HOME).content.decode()  # not reminded
    reported(project, people.centre, on=dt.date(2026, 9, 10))
    assert "14/09/2026" not in browser(people.collaborator).get(HOME).content.decode()


def test_double_click_and_second_click_of_the_day_are_one(
    people: Any, project: Project, period: Any, clock: Any
) -> None:
    client, who = browser(people.officer), pair(project, people.collaborator)
    form = {"form_key": str(factories.new_uuid()), "who": who}
    assert [client.post(URL, form).status_code for _click in range(2)] == [302, 302]
    click(client, who)
    assert (ProgressReminder.objects.count(), Entry.objects.filter(action="remind").count()) == (1, 1)
    clock.set("2026-09-11 09:00")
    click(client, who)
    assert ProgressReminder.objects.count() == 2


def test_all_are_reminded_each_once(place: Any, people: Any, project: Project, period: Any) -> None:
    second = factories.user("ctv2", "collaborator", place.commune)
    remind(project, second, period, actor=people.officer)
    click(browser(people.officer), "all")
    asked = set(ProgressReminder.objects.values_list("person__username", flat=True))
    assert asked == {"ctv", "ctv2", "trungtam"} and ProgressReminder.objects.count() == 3
    made, before = remind_all(people.officer, period, actor=people.officer)
    assert (made, before) == ([], 3)
    reported(project, people.centre, on=dt.date(2026, 9, 10))
    assert remind_all(people.officer, period, actor=people.officer) == ([], 0)


def test_nobody_is_asked_for_what_they_do_not_report_on(
    place: Any, people: Any, project: Project, period: Any, clock: Any
) -> None:
    away = factories.user("ctv-xa", "collaborator", place.other)
    with pytest.raises(Invalid):
        remind(project, away, period, actor=people.officer)
    Grant.objects.filter(user=people.collaborator).update(valid_to="2026-09-09")
    assert [person.username for person in reporters([project])[project.pk]] == ["trungtam"]
    later = factories.period("2026-Q4", "2026-09-15", "2026-12-14", kind="quarter")
    with pytest.raises(Invalid):
        remind(project, people.centre, later, actor=people.officer)
    reported(project, people.officer, on=dt.date(2026, 9, 10))
    with pytest.raises(WrongState):
        remind(project, people.centre, period, actor=people.officer)


@pytest.mark.parametrize("role", ["leader", "accountant", "collaborator", "auditor", "ministry", "administrator"])
def test_other_roles_remind_nobody(people: Any, project: Project, period: Any, role: str) -> None:
    person = getattr(people, role)
    client = browser(person)
    assert client.get(URL).status_code == 403
    assert click(client, "all").status_code == 403
    assert Caller(person).get("/progress-reminders/").status_code == 403
    assert Caller(person).post("/progress-reminders/", {"period": period.code}).status_code == 403
    with pytest.raises(NotAllowed):
        remind(project, people.centre, period, actor=person)
    assert not ProgressReminder.objects.exists()


def test_officer_of_another_province_reaches_nothing(people: Any, project: Project, period: Any) -> None:
    stranger = factories.stranger()
    client = browser(stranger)
    assert project.code not in client.get(URL).content.decode()
    assert click(client, pair(project, people.collaborator)).status_code == 404
    click(client, "all")
    assert list(due(stranger, period)) == [] and not ProgressReminder.objects.exists()


def test_api_lists_and_reminds(people: Any, project: Project, period: Any) -> None:
    caller = Caller(people.officer)
    row = caller.get("/progress-reminders/", reported="false").json()["results"][0]
    assert (row["code"], row["reported"], row["closes_on"]) == (project.code, False, "2026-09-14")
    person = row["people"][0]
    body = {"period": "2026-Q3", "project": row["project"], "person": person["id"]}
    assert caller.post("/progress-reminders/", body).status_code == 201
    again = caller.post("/progress-reminders/", body)
    assert (again.status_code, again.json()) == (200, {"sent": [], "sent_before": 1})
    rest = caller.post("/progress-reminders/", {"period": "2026-Q3"}).json()
    assert (len(rest["sent"]), rest["sent_before"]) == (1, 1)
    assert caller.post("/progress-reminders/", {"period": "2026-Q3", "project": row["project"]}).status_code == 400
    row = caller.get("/progress-reminders/").json()["results"][0]
    assert {person["reminded"]["by"] for person in row["people"]} == {people.officer.full_name}


def test_letter_goes_out_once_to_who_has_an_address(people: Any, project: Project, period: Any, settings: Any) -> None:
    User.objects.filter(pk=people.collaborator.pk).update(email="ctv@example.vn")
    remind(project, people.centre, period, actor=people.officer)
    assert not Job.objects.exists()  # no mail server: no letter
    settings.EMAIL_HOST = "mail.example.vn"
    remind_all(people.officer, period, actor=people.officer)
    job = Job.objects.get()
    assert work_once() and not work_once()
    (letter,) = mail.outbox
    assert letter.to == ["ctv@example.vn"] and project.code in letter.body and "14/09/2026" in letter.body
    assert ProgressReminder.objects.get(person=people.collaborator).mailed_at is not None
    Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)  # done a second time
    assert work_once() and len(mail.outbox) == 1


def test_list_takes_the_same_number_of_queries_for_many(
    place: Any, people: Any, project: Project, period: Any, count_queries: Any
) -> None:
    client = browser(people.officer)
    client.get(URL)
    one = count_queries(lambda: client.get(URL))
    for _number in range(3):
        row = factories.project(place, people)
        Project.objects.filter(pk=row.pk).update(
            state=S.IN_PROGRESS, decided_on="2026-02-02", submitted_at="2026-02-01T08:00+07:00"
        )
    assert count_queries(lambda: client.get(URL)) == one


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_are_one_reminder(people: Any, project: Project, period: Any) -> None:
    def act() -> None:
        remind(project, people.collaborator, period, actor=people.officer)
        connections.close_all()

    threads = [threading.Thread(target=act) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ProgressReminder.objects.count(), Entry.objects.filter(action="remind").count()) == (1, 1)


def test_board_counts_communes_that_have_reported_and_is_a_file(people: Any, project: Project, period: Any) -> None:
    client = browser(people.officer)
    assert "0 trên 1 xã đã báo cáo" in client.get(URL).content.decode()
    remind(project, people.collaborator, period, actor=people.officer)
    update = reported(project, people.collaborator, on=dt.date(2026, 9, 1))
    html = client.get(URL).content.decode()
    assert "1 trên 1 xã đã báo cáo" in html and "10/09/2026" in html
    text = client.get(URL + "?all=on&format=csv").content.decode("utf-8-sig")
    assert project.code in text and "đã báo cáo" in text and people.collaborator.full_name in text
    confirm_progress(update, actor=people.officer)
    assert "đã xác nhận" in client.get(URL + "?all=on&format=csv").content.decode("utf-8-sig")
