"""What each role sees: the province, what the centre implements, granted areas through time, the ministry's share."""

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import Grant, User
from accounts.roles import Role
from core.models import Source
from places.loading import load_areas
from places.models import Area
from projects.models import Project, ProjectState
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def submitted(place: factories.Place, code: str, **fields: object) -> Project:
    return factories.bare_project(
        place, code, state=ProjectState.SUBMITTED, submitted_at=factories.clock.now(), **fields
    )


def seen(person: User) -> set[str]:
    return set(Project.objects.visible_to(User.objects.get(pk=person.pk)).values_list("code", flat=True))


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "auditor"])
def test_staff_and_auditor_see_their_province_and_no_other(
    place: factories.Place, people: factories.People, role: str
) -> None:
    submitted(place, "ours")
    submitted(factories.Place("40", "Nghệ An"), "theirs")
    assert seen(getattr(people, role)) == {"ours"}


def test_centre_sees_what_it_implements(place: factories.Place, people: factories.People) -> None:
    submitted(place, "ours")
    submitted(place, "by-the-department", implementing_unit=place.department)
    assert seen(people.centre) == {"ours"}


def test_collaborator_sees_the_granted_commune_with_what_it_was_formed_from(
    place: factories.Place, people: factories.People
) -> None:
    submitted(place, "today", area=place.commune)
    submitted(place, "before", area=place.before)
    submitted(place, "next-door", area=place.other)
    submitted(place, "district", area=place.district)
    assert seen(people.collaborator) == {"today", "before"}


def test_collaborator_sees_no_draft(place: factories.Place, people: factories.People) -> None:
    factories.bare_project(place, "draft", area=place.commune)
    assert seen(people.collaborator) == set()
    assert seen(people.officer) == {"draft"}  # the control: it is there


def test_ministry_sees_national_ones_from_submission_and_local_ones_from_approval(
    place: factories.Place, people: factories.People
) -> None:
    national = factories.programme(place, Source.NATIONAL)
    factories.bare_project(place, "national-draft", programme=national)
    submitted(place, "national-submitted", programme=national)
    submitted(place, "local-submitted")
    submitted(place, "local-decided", decided_on=factories.clock.today())
    assert seen(people.ministry) == {"national-submitted", "local-decided"}


def test_administrator_sees_no_project(place: factories.Place, people: factories.People) -> None:
    submitted(place, "ours", decided_on=factories.clock.today())
    assert seen(people.administrator) == set()


def test_person_without_role_or_with_a_closed_account_sees_nothing(
    place: factories.Place, people: factories.People
) -> None:
    submitted(place, "ours")
    assert seen(factories.user("moi", None, None, place.department)) == set()
    User.objects.filter(pk=people.officer.pk).update(is_active=False)
    assert seen(people.officer) == set()


def test_district_role_that_ended_with_the_districts_opens_nothing_any_more(
    place: factories.Place, people: factories.People, clock: Clock
) -> None:
    """The demonstration's collaborator: a district until 30/06/2025, since then one commune."""
    submitted(place, "in-the-commune-today", area=place.commune)
    submitted(place, "in-the-commune-of-before", area=place.before)
    submitted(place, "at-the-district", area=place.district)
    Grant.objects.filter(user=people.collaborator).delete()
    for area, first, last in [
        (place.district, dt.date(2018, 1, 1), dt.date(2025, 6, 30)),
        (place.other, dt.date(2025, 7, 1), None),
    ]:
        Grant.objects.create(
            user=people.collaborator, role=Role.COLLABORATOR, area=area, valid_from=first, valid_to=last
        )
    clock.set("2025-06-30")
    assert seen(people.collaborator) == {"in-the-commune-of-before", "at-the-district"}
    clock.set("2025-07-01")
    assert seen(people.collaborator) == set()


@pytest.fixture
def real(db: None) -> Callable[[str], Area]:
    load_areas()
    return lambda uid: Area.objects.get(uid=uid)


def test_divided_commune_is_seen_by_the_people_of_every_successor(real: Callable[[str], Area]) -> None:
    """Đại Nài went partly to Thành Sen and partly to Hà Huy Tập."""
    place = factories.Place.__new__(factories.Place)
    place.province, place.commune = real("p42"), real("c18082-2020")
    place.centre = factories.agency("centre", place.province, "Trung tâm")
    submitted(place, "dai-nai", area=real("c18082-2020"))
    one = factories.user("mot", Role.COLLABORATOR, real("c18073-2025h2"))
    two = factories.user("hai", Role.COLLABORATOR, real("c18652-2025h2"))
    elsewhere = factories.user("ba", Role.COLLABORATOR, Area.objects.current().get(code="18754"))
    officer = factories.user("bon", Role.OFFICER, real("p42"))
    assert seen(one) == seen(two) == seen(officer) == {"dai-nai"}
    assert seen(elsewhere) == set()


def test_merged_province_sees_what_it_was_formed_from(real: Callable[[str], Area]) -> None:
    """A role for a province of today reaches the provinces it was formed from, and their places."""
    merged = Area.objects.current().filter(level="province", predecessor_links__isnull=False).first()
    assert merged is not None
    former = merged.predecessor_links.first().old
    person = factories.user("mot", Role.OFFICER, merged)
    assert {merged.pk, former.pk} <= person.sight.province_ids
