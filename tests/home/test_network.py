"""Who covers which unit on a day, and what there is in it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import Grant, User
from home.network import units_on
from tests import factories

pytestmark = pytest.mark.django_db

NETWORK = "/overview/network/"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def by_name(person: User, day: dt.date) -> dict[str, Any]:
    return {unit.area.name: unit for unit in units_on(person, day)}


def test_gap_is_a_unit_with_something_in_it_and_nobody_for_it(place: Any, people: Any) -> None:
    Grant.objects.filter(role="collaborator").update(area=place.commune)
    row = factories.enterprise(place)
    row.area = place.other
    row.save()
    found = by_name(people.officer, dt.date(2026, 11, 1))
    assert [one.username for one, _since in found["Thạch Lạc"].people] == [people.collaborator.username]
    assert (found["Thạch Lạc"].gap, found["Đồng Tiến"].gap) == (False, True)
    assert next(iter(found)) == "Đồng Tiến"
    html = browser(people.officer).get(NETWORK, {"on": "01/11/2026"}).content.decode()
    assert people.collaborator.full_name in html and "còn trống" in html


def test_everything_stands_in_one_unit_of_today_wherever_it_was_recorded(place: Any, people: Any) -> None:
    row = factories.enterprise(place)
    row.area = place.before
    row.save()
    factories.approved(place, people)
    found = by_name(people.officer, dt.date(2026, 11, 1))
    assert sum(unit.establishments for unit in found.values()) == 2
    assert (found["Thạch Lạc"].establishments, found["Thạch Lạc"].projects, found["Thạch Lạc"].running) == (2, 1, 1)


def test_before_the_districts_ended_it_is_told_by_district(place: Any, people: Any) -> None:
    Grant.objects.create(
        user=people.collaborator,
        role="collaborator",
        area=place.district,
        valid_from="2024-01-01",
        valid_to="2025-06-30",
    )
    row = factories.enterprise(place)
    row.area = place.before
    row.save()
    found = by_name(people.officer, dt.date(2025, 3, 1))
    assert set(found) == {"Thạch Hà"}
    assert found["Thạch Hà"].people and found["Thạch Hà"].establishments == 1


def test_handing_over_changes_who_and_no_total(place: Any, people: Any) -> None:
    factories.approved(place, people)
    before = by_name(people.officer, dt.date(2026, 11, 1))
    other = factories.user("thaythe", "collaborator", place.commune, place.department)
    Grant.objects.filter(user=people.collaborator).delete()
    after = by_name(people.officer, dt.date(2026, 11, 1))
    assert [one for one, _since in after["Thạch Lạc"].people] == [other]
    assert [(u.establishments, u.projects) for u in after.values()] == [
        (before[name].establishments, before[name].projects) for name in after
    ]


@pytest.mark.parametrize("role", ["centre", "collaborator", "ministry"])
def test_network_is_for_those_who_work_for_the_province(people: Any, role: str) -> None:
    assert browser(getattr(people, role)).get(NETWORK).status_code == 403


def test_stranger_sees_no_unit_of_ours(place: Any, people: Any) -> None:
    found = units_on(factories.stranger(), dt.date(2026, 11, 1))
    assert place.commune not in [unit.area for unit in found]


def test_file_has_every_unit(people: Any) -> None:
    answer = browser(people.officer).get(NETWORK, {"format": "csv", "on": "01/11/2026"})
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert text.decode("utf-8-sig").count("Xã ") == 2
