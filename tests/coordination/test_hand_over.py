"""Tasks and questions pass on with the units of who leaves; nobody is given what they may not answer for yet."""

import datetime as dt
from typing import Any

import pytest

from accounts.hand_over import Order, hand_over
from accounts.models import Grant, HandOver
from coordination.exchange import Written, open_thread, waiting_for
from coordination.giving import TaskData, give_task
from core import clock
from core.errors import Invalid
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def begin(place: f.Place, people: f.People) -> tuple[Any, Any]:
    today, giver = clock.today(), people.collaborator
    task = TaskData("Khảo sát", "once", today, due_on=today, areas=[place.commune], assigned_to=giver)
    thread = open_thread("Ảnh xưởng", Written("Xin gửi ảnh"), actor=people.officer, area=place.commune)
    return give_task(place.province, task, actor=people.officer), thread


def test_who_takes_a_commune_over_has_its_tasks_and_questions(place: f.Place, people: f.People) -> None:
    task, thread = begin(place, people)
    taker = f.user("moi", None, None)
    order = Order(people.collaborator, taker, clock.today(), "Nghỉ hưu", [place.commune])
    row = hand_over(order, actor=people.administrator)
    task.refresh_from_db()
    assert task.assigned_to == taker and row.moved == {"given_tasks": [task.pk], "exchange": [thread.pk]}
    assert list(waiting_for(type(taker).objects.get(pk=taker.pk))) == [thread]
    assert not waiting_for(people.collaborator).exists()


def test_before_the_first_day_nothing_is_given_that_could_not_be_answered(place: f.Place, people: f.People) -> None:
    task, _thread = begin(place, people)
    taker = f.user("moi", None, None)
    later = clock.today() + dt.timedelta(days=7)
    before = Grant.objects.count()
    with pytest.raises(Invalid) as refused:
        hand_over(Order(people.collaborator, taker, later, "Nghỉ hưu", [place.commune]), actor=people.administrator)
    assert taker.full_name in str(refused.value.fields["taker"])
    task.refresh_from_db()
    assert task.assigned_to == people.collaborator
    assert Grant.objects.count() == before and not HandOver.objects.exists()
