"""Roles for an area and a time."""

import datetime as dt

import pytest

from accounts import services
from accounts.models import Grant, User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.models import Entry
from core.errors import Invalid, NotAllowed, WrongState
from places.models import Area
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set(TODAY)


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def newcomer(place: factories.Place) -> User:
    return factories.user("moi", None, None, place.department)


def test_role_is_given_for_an_area_and_a_time(place: factories.Place, people: factories.People, newcomer: User) -> None:
    grant = services.grant_role(
        newcomer, Role.COLLABORATOR, place.commune, TODAY, dt.date(2026, 12, 31), actor=people.administrator
    )
    assert User.objects.get(pk=newcomer.pk).sight.granted_area_ids == {place.commune.pk}
    entry = Entry.objects.about(newcomer).get()
    assert entry.action == "grant_role"
    assert entry.object_id == str(grant.pk)
    assert entry.changes["area"] == [None, str(place.commune)]
    assert entry.changes["valid_to"] == [None, "2026-12-31"]


def test_role_begins_on_its_first_and_ends_after_its_last_day(
    place: factories.Place, people: factories.People, newcomer: User, clock: Clock
) -> None:
    first, last = dt.date(2026, 4, 1), dt.date(2026, 4, 30)
    services.grant_role(newcomer, Role.OFFICER, place.province, first, last, actor=people.administrator)
    for day, has in [(TODAY, False), (first, True), (last, True), (dt.date(2026, 5, 1), False)]:
        clock.set(day)
        assert User.objects.get(pk=newcomer.pk).has_role(Role.OFFICER) is has


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
def test_other_roles_give_none(place: factories.Place, people: factories.People, newcomer: User, role: str) -> None:
    with pytest.raises(NotAllowed):
        services.grant_role(newcomer, Role.OFFICER, place.province, TODAY, actor=getattr(people, role))
    assert not newcomer.grants.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR])
def test_nobody_gives_themselves_a_right(place: factories.Place, people: factories.People, role: str) -> None:
    with pytest.raises(NotAllowed):
        services.grant_role(people.administrator, role, place.province, TODAY, actor=people.administrator)


def test_roles_are_given_for_the_own_province_only(people: factories.People, newcomer: User) -> None:
    other = factories.Place("40", "Nghệ An")
    with pytest.raises(Invalid) as refused:
        services.grant_role(newcomer, Role.OFFICER, other.province, TODAY, actor=people.administrator)
    assert "area" in refused.value.fields


def test_whole_country_is_not_given_by_a_province(people: factories.People) -> None:
    ministry = factories.agency("ministry", None, "Bộ Công Thương")
    person = factories.user("bo2", None, None, ministry)
    with pytest.raises(Invalid):
        services.grant_role(person, Role.MINISTRY, None, TODAY, actor=people.administrator)
    services.grant_role(person, Role.MINISTRY, None, TODAY, actor=SYSTEM)


def test_ministry_is_given_sight_of_the_own_province(place: factories.Place, people: factories.People) -> None:
    ministry = factories.agency("ministry", None, "Bộ Công Thương")
    person = factories.user("bo2", None, None, ministry)
    services.grant_role(person, Role.MINISTRY, place.province, TODAY, actor=people.administrator)
    sight = User.objects.get(pk=person.pk).sight
    assert not sight.country
    assert sight.ministry_area_ids == {place.province.pk}


# --- areas through time -----------------------------------------------------------------------------------------------


def test_role_from_today_knows_no_district(place: factories.Place, people: factories.People, newcomer: User) -> None:
    with pytest.raises(Invalid) as refused:
        services.grant_role(newcomer, Role.COLLABORATOR, place.district, TODAY, actor=people.administrator)
    assert "area" in refused.value.fields
    offered = services.areas_for_grant(people.administrator, Role.COLLABORATOR, TODAY)
    assert set(offered) == {place.commune, place.other}


def test_role_of_before_is_given_for_the_district_until_it_ended(
    place: factories.Place, people: factories.People, newcomer: User
) -> None:
    before, last = dt.date(2024, 1, 1), dt.date(2025, 6, 30)
    assert place.district in services.areas_for_grant(people.administrator, Role.COLLABORATOR, before)
    with pytest.raises(Invalid) as refused:
        services.grant_role(newcomer, Role.COLLABORATOR, place.district, before, actor=people.administrator)
    assert "valid_to" in refused.value.fields
    services.grant_role(newcomer, Role.COLLABORATOR, place.district, before, last, actor=people.administrator)


def test_areas_of_another_province_are_not_offered(people: factories.People) -> None:
    other = factories.Place("40", "Nghệ An")
    offered = services.areas_for_grant(people.administrator, Role.COLLABORATOR, TODAY)
    assert other.commune not in offered


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.OFFICER, "commune"), (Role.AUDITOR, "commune"), (Role.COLLABORATOR, "province"), (Role.OFFICER, None)],
)
def test_role_wants_the_right_kind_of_area(
    place: factories.Place, people: factories.People, newcomer: User, role: str, where: str | None
) -> None:
    area: Area | None = getattr(place, where) if where else None
    with pytest.raises(Invalid) as refused:
        services.grant_role(newcomer, role, area, TODAY, actor=people.administrator)
    assert "area" in refused.value.fields


# --- what goes together -----------------------------------------------------------------------------------------------


def test_dates_in_the_wrong_order_are_refused(place: factories.Place, people: factories.People, newcomer: User) -> None:
    with pytest.raises(Invalid) as refused:
        services.grant_role(
            newcomer, Role.OFFICER, place.province, TODAY, TODAY - dt.timedelta(1), actor=people.administrator
        )
    assert "valid_to" in refused.value.fields


def test_same_role_twice_at_one_time_is_refused(
    place: factories.Place, people: factories.People, newcomer: User
) -> None:
    give = {"actor": people.administrator}
    services.grant_role(newcomer, Role.OFFICER, place.province, TODAY, dt.date(2026, 12, 31), **give)
    with pytest.raises(Invalid):
        services.grant_role(newcomer, Role.OFFICER, place.province, dt.date(2026, 12, 31), **give)
    services.grant_role(newcomer, Role.OFFICER, place.province, dt.date(2027, 1, 1), **give)
    assert newcomer.grants.count() == 2


def test_administrator_touches_no_project(place: factories.Place, people: factories.People, newcomer: User) -> None:
    second = factories.user("quantri2", Role.ADMINISTRATOR, place.province, place.department)
    with pytest.raises(Invalid):
        services.grant_role(people.administrator, Role.OFFICER, place.province, TODAY, actor=second)
    with pytest.raises(Invalid):
        services.grant_role(people.officer, Role.ADMINISTRATOR, place.province, TODAY, actor=people.administrator)
    services.grant_role(newcomer, Role.ADMINISTRATOR, place.province, TODAY, actor=people.administrator)


def test_only_people_of_a_centre_work_for_it(place: factories.Place, people: factories.People, newcomer: User) -> None:
    with pytest.raises(Invalid) as refused:
        services.grant_role(newcomer, Role.CENTRE, place.province, TODAY, actor=people.administrator)
    assert "role" in refused.value.fields


def test_closed_account_gets_no_role(place: factories.Place, people: factories.People, newcomer: User) -> None:
    gone = services.deactivate_user(newcomer, actor=people.administrator)
    with pytest.raises(WrongState):
        services.grant_role(gone, Role.OFFICER, place.province, TODAY, actor=people.administrator)


# --- ending -----------------------------------------------------------------------------------------------------------


def test_role_ends_after_its_last_day_and_stays_on_record(people: factories.People, clock: Clock) -> None:
    grant = people.officer.grants.get()
    services.end_grant(grant, TODAY, actor=people.administrator)
    assert User.objects.get(username="canbo").has_role(Role.OFFICER)
    clock.move(days=1)
    assert not User.objects.get(username="canbo").has_role(Role.OFFICER)
    entry = Entry.objects.about(people.officer).get()
    assert (entry.action, entry.changes) == ("end_grant", {"valid_to": [None, TODAY.isoformat()]})


def test_role_that_ends_yesterday_is_gone_at_once(people: factories.People) -> None:
    services.end_grant(people.officer.grants.get(), TODAY - dt.timedelta(1), actor=people.administrator)
    assert not User.objects.get(username="canbo").has_role(Role.OFFICER)


def test_past_is_not_rewritten(people: factories.People) -> None:
    grant = people.officer.grants.get()
    with pytest.raises(Invalid) as refused:
        services.end_grant(grant, TODAY - dt.timedelta(2), actor=people.administrator)
    assert "on" in refused.value.fields
    services.end_grant(grant, TODAY - dt.timedelta(1), actor=people.administrator)
    with pytest.raises(WrongState):
        services.end_grant(grant, TODAY, actor=people.administrator)


def test_role_that_has_not_begun_is_withdrawn(place: factories.Place, people: factories.People, newcomer: User) -> None:
    grant = services.grant_role(newcomer, Role.OFFICER, place.province, dt.date(2026, 6, 1), actor=people.administrator)
    assert services.end_grant(grant, TODAY, actor=people.administrator) is None
    assert not newcomer.grants.exists()
    assert Entry.objects.about(newcomer).filter(action="withdraw_grant").exists()


@pytest.mark.parametrize("role", ["officer", "leader", "ministry"])
def test_other_roles_end_none(people: factories.People, role: str) -> None:
    with pytest.raises(NotAllowed):
        services.end_grant(people.collaborator.grants.get(), TODAY, actor=getattr(people, role))


def test_last_administrator_keeps_the_role(place: factories.Place, people: factories.People) -> None:
    grant = people.administrator.grants.get()
    with pytest.raises(WrongState):
        services.end_grant(grant, TODAY, actor=people.administrator)
    factories.user("quantri2", Role.ADMINISTRATOR, place.province)
    services.end_grant(grant, TODAY, actor=people.administrator)


def test_grant_for_no_area_is_refused_by_the_database_too(people: factories.People) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=people.officer, role=Role.OFFICER, area=None, valid_from=TODAY)
