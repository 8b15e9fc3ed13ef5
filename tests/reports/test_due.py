"""A report that is due is told of before and after, once each, by e-mail and at home, until it is published."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.urls import reverse

from accounts.models import Grant
from core.errors import Invalid
from jobs.services import work_once
from programmes.models import ReportingPeriod
from reports.due import remind_due, waiting_for
from reports.models import ReportReminder, ReportSchedule
from reports.services import change_schedule
from tests import factories as f
from tests.clocks import Clock
from tests.projects.lives import browser
from tests.reports.test_making import make
from tests.reports.ways import signed_off

KIND = "programme-results"
pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def period(place: f.Place, people: f.People, clock: Clock) -> ReportingPeriod:
    """Due on 20 June; the portal reminds three days before and one day after."""
    clock.set("2026-06-16 09:00")
    row = f.period("2026-H1", "2025-12-15", "2026-06-14", kind="half_year_1")
    row.due_on = dt.date(2026, 6, 20)
    row.save()
    ReportSchedule.objects.create(
        kind=KIND, area=place.province, period_kind="half_year_1", reporting_starts_on=dt.date(2026, 1, 1)
    )
    return row


def told() -> list[tuple[str, str]]:
    return sorted(ReportReminder.objects.values_list("person__username", "side"))


def test_officer_and_leader_are_told_before_and_after_once_each(
    period: ReportingPeriod, people: f.People, clock: Clock
) -> None:
    Grant.objects.filter(user=people.collaborator).delete()
    assert remind_due() == []
    clock.set("2026-06-17 00:00")
    assert len(remind_due()) == 2
    clock.set("2026-06-19 10:00")
    assert remind_due() == []
    assert told() == [("canbo", "before"), ("lanhdao", "before")]
    clock.set("2026-06-20 23:59")
    assert remind_due() == []
    clock.set("2026-06-21 00:00")
    assert len(remind_due()) == 2 and remind_due() == []
    assert told() == [("canbo", "after"), ("canbo", "before"), ("lanhdao", "after"), ("lanhdao", "before")]
    assert waiting_for(people.leader).get().side == "after"
    assert "20/06/2026" in browser(people.officer).get("/").content.decode()


def test_report_published_in_time_is_not_asked_for(
    period: ReportingPeriod, place: f.Place, people: f.People, clock: Clock
) -> None:
    clock.set("2026-06-17 09:00")
    remind_due()
    f.approved(place, people)
    signed_off(make(place, people.officer, period), people)
    assert not waiting_for(people.leader).exists()
    clock.set("2026-06-22 09:00")
    assert remind_due() == []


def test_letter_is_sent_once(period: ReportingPeriod, people: f.People, clock: Clock, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    people.leader.email = "lanhdao@example.vn"
    people.leader.save()
    clock.set("2026-06-17 09:00")
    remind_due()
    while work_once():
        pass
    remind_due()
    while work_once():
        pass
    assert [letter.to for letter in mail.outbox] == [["lanhdao@example.vn"]]
    assert "20/06/2026" in mail.outbox[0].body
    assert ReportReminder.objects.get(person=people.leader).mailed_at is not None


def of_collaborators() -> list[tuple[str, str]]:
    return [pair for pair in told() if pair[0].startswith("ctv")]


def test_collaborator_whose_place_has_no_project_is_asked_for_its_figures(
    period: ReportingPeriod, place: f.Place, people: f.People, clock: Clock, settings: Any
) -> None:
    """The one whose place has an open project is asked by its project; of another province nobody is."""
    settings.EMAIL_HOST = "mail.example"
    bare = f.user("ctv-xa", "collaborator", place.other)
    bare.email = "ctv-xa@example.vn"
    bare.save()
    f.stranger("collaborator")
    gone = f.user("ctv-cu", "collaborator", place.other)
    Grant.objects.filter(user=gone).update(valid_to="2026-06-16")
    clock.set("2026-06-10 09:00")
    f.approved(place, people)  # in the commune of the other collaborator, within the period
    clock.set("2026-06-16 23:59")
    assert remind_due() == []
    for moment in ("2026-06-17 00:00", "2026-06-17 00:01", "2026-06-20 23:59"):
        clock.set(moment)
        remind_due()
    assert of_collaborators() == [("ctv-xa", "before")]
    home = browser(bare).get("/").content.decode()
    assert "Số liệu cho" in home and reverse("coordination:thread_new") in home
    assert "Số liệu cho" not in browser(people.collaborator).get("/").content.decode()
    for moment in ("2026-06-21 00:00", "2026-06-22 09:00"):
        clock.set(moment)
        remind_due()
    assert of_collaborators() == [("ctv-xa", "after"), ("ctv-xa", "before")]
    while work_once():
        pass
    assert [letter.to for letter in mail.outbox] == [["ctv-xa@example.vn"]] * 2
    assert "Trao đổi" in mail.outbox[0].body and "20/06/2026" in mail.outbox[1].body
    assert waiting_for(bare).get().side == "after"
    signed_off(make(place, people.officer, period), people)
    assert not waiting_for(bare).exists()


def test_collaborator_is_asked_again_once_the_last_project_is_over(
    period: ReportingPeriod, place: f.Place, people: f.People, clock: Clock
) -> None:
    clock.set("2026-06-10 09:00")
    project = f.approved(place, people)
    clock.set("2026-06-17 09:00")
    remind_due()
    assert of_collaborators() == []
    type(project).objects.filter(pk=project.pk).update(state="closed")
    remind_due()
    assert of_collaborators() == [("ctv", "before")]
    Grant.objects.filter(user=people.collaborator).update(valid_to="2026-06-17")
    clock.set("2026-06-18 09:00")
    assert not waiting_for(type(people.collaborator).objects.get(username="ctv")).exists()  # answers for it no more


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_everybody_once(period: ReportingPeriod, people: f.People, clock: Clock) -> None:
    clock.set("2026-06-17 09:00")
    made: list[Any] = []

    def beat() -> None:
        try:
            made.extend(remind_due())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=beat) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 3 and ReportReminder.objects.count() == 3  # officer, leader, collaborator


def test_administrator_says_how_many_days(
    period: ReportingPeriod, place: f.Place, people: f.People, clock: Clock
) -> None:
    row = ReportSchedule.objects.get()
    values = {"is_active": True, "starts_on": row.reporting_starts_on, "actor": people.administrator}
    with pytest.raises(Invalid) as refused:
        change_schedule(place.province, KIND, "half_year_1", **values, remind=(31, None))
    assert list(refused.value.fields) == ["remind_before"]
    change_schedule(place.province, KIND, "half_year_1", **values, remind=(None, 5))
    clock.set("2026-06-18 09:00")
    assert remind_due() == []
    clock.set("2026-06-25 09:00")
    assert {row.side for row in remind_due()} == {"after"}


def test_board_of_the_period_shows_the_report_and_when_it_is_due(
    period: ReportingPeriod, people: f.People, clock: Clock
) -> None:
    text = browser(people.officer).get(reverse("reports:board", args=[period.code])).content.decode()
    assert "20/06/2026" in text and "chưa lập" in text
    assert "chưa lập" not in browser(f.stranger()).get(reverse("reports:board", args=[period.code])).content.decode()
