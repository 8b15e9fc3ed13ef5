"""Entering, changing and closing people: by an administrator of the province, written down, with nobody locked out."""

import datetime as dt

import pytest
from django.test import Client

from accounts import services
from accounts.models import AgencyName, Grant, User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from tests import factories

pytestmark = pytest.mark.django_db

GOOD = "một-câu-dài-dễ-nhớ-27"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def enter(place: factories.Place, actor: User, **values: object) -> User:
    typed = {"username": "hoa", "full_name": "Trần Thị Hoa", "agency": place.department, "password": GOOD}
    return services.create_user(**{**typed, **values}, actor=actor)  # type: ignore[arg-type]


# --- entering ---------------------------------------------------------------------------------------------------------


def test_administrator_enters_a_person_who_can_then_sign_in(
    place: factories.Place, people: factories.People, client: Client
) -> None:
    user = enter(place, people.administrator, username=" Hoa ", phone="0912 345 678")
    assert user.username == "hoa"
    assert client.login(username="hoa", password=GOOD)
    entry = Entry.objects.about(user).get()
    assert (entry.action, entry.actor_label) == ("create", str(people.administrator))
    assert entry.changes["agency"] == [None, str(place.department)]
    assert "password" not in entry.changes


def test_new_person_sees_and_does_nothing_yet(place: factories.Place, people: factories.People) -> None:
    assert enter(place, people.administrator).sight.roles == frozenset()


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
def test_other_roles_enter_nobody(place: factories.Place, people: factories.People, role: str) -> None:
    with pytest.raises(NotAllowed):
        enter(place, getattr(people, role))
    assert not User.objects.filter(username="hoa").exists()
    assert not Entry.objects.exists()


def test_administrator_of_another_province_enters_nobody_here(place: factories.Place) -> None:
    with pytest.raises(NotAllowed):
        enter(place, factories.stranger(Role.ADMINISTRATOR))


def test_administrator_whose_role_has_ended_enters_nobody(place: factories.Place) -> None:
    former = factories.user("cu", Role.ADMINISTRATOR, place.province, valid_to=dt.date(2020, 1, 1))
    with pytest.raises(NotAllowed):
        enter(place, former)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": "tên có dấu"}, "username"),
        ({"username": "x"}, "username"),
        ({"username": "canbo"}, "username"),
        ({"username": " CANBO"}, "username"),
        ({"full_name": "   "}, "full_name"),
        ({"email": "không phải thư"}, "email"),
        ({"phone": "hỏi ở cổng"}, "phone"),
        ({"password": "ngắn"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "tranthihoa-tranthihoa", "username": "tranthihoa-tranthihoa"}, "password"),
    ],
)
def test_wrong_entry_names_its_field_and_stores_nothing(
    place: factories.Place, people: factories.People, values: dict[str, object], field: str
) -> None:
    before = User.objects.count()
    with pytest.raises(Invalid) as refused:
        enter(place, people.administrator, **values)
    assert list(refused.value.fields) == [field]
    assert User.objects.count() == before


def test_first_passwords_differ_and_pass_the_rules(place: factories.Place, people: factories.People) -> None:
    made = {services.new_password() for _n in range(50)}
    assert len(made) == 50
    enter(place, people.administrator, password=made.pop())


# --- changing ---------------------------------------------------------------------------------------------------------


def test_change_is_written_old_to_new(people: factories.People) -> None:
    services.change_user(people.officer, actor=people.administrator, position="Chuyên viên", phone="")
    people.officer.refresh_from_db()
    assert people.officer.position == "Chuyên viên"
    assert Entry.objects.about(people.officer).get().changes == {"position": ["", "Chuyên viên"]}


def test_change_of_nothing_writes_nothing(people: factories.People) -> None:
    services.change_user(people.officer, actor=people.administrator, full_name=people.officer.full_name)
    assert not Entry.objects.exists()


def test_second_of_two_who_change_is_told(people: factories.People) -> None:
    version = people.officer.version
    services.change_user(people.officer, actor=people.administrator, version=version, position="Phó phòng")
    with pytest.raises(Conflict):
        services.change_user(people.officer, actor=people.administrator, version=version, position="Trưởng phòng")
    people.officer.refresh_from_db()
    assert people.officer.position == "Phó phòng"


@pytest.mark.parametrize("role", ["officer", "leader", "collaborator", "ministry"])
def test_nobody_else_changes_people_not_even_themselves(people: factories.People, role: str) -> None:
    person = getattr(people, role)
    with pytest.raises(NotAllowed):
        services.change_user(person, actor=person, full_name="Một tên khác")


def test_people_of_another_province_are_not_changed(people: factories.People) -> None:
    with pytest.raises(NotAllowed):
        services.change_user(factories.stranger(), actor=people.administrator, position="x")


def test_account_that_reaches_beyond_the_province_is_not_taken_over(
    place: factories.Place, people: factories.People
) -> None:
    """Whoever sets its password could act as it, in the other province too."""
    with pytest.raises(NotAllowed):
        services.set_password(people.ministry, GOOD, actor=people.administrator)
    other = factories.Place("40", "Nghệ An")
    Grant.objects.create(user=people.officer, role=Role.OFFICER, area=other.province, valid_from=dt.date(2020, 1, 1))
    with pytest.raises(NotAllowed):
        services.set_password(people.officer, GOOD, actor=people.administrator)


def test_person_is_not_moved_into_another_province(people: factories.People) -> None:
    other = factories.Place("40", "Nghệ An")
    with pytest.raises(Invalid) as refused:
        services.change_user(people.officer, actor=people.administrator, agency=other.department)
    assert "agency" in refused.value.fields


def test_centre_role_stays_with_people_of_a_centre(place: factories.Place, people: factories.People) -> None:
    """Otherwise their centre role would open what their new agency implements."""
    with pytest.raises(Invalid) as refused:
        services.change_user(people.centre, actor=people.administrator, agency=place.department)
    assert "agency" in refused.value.fields


# --- passwords --------------------------------------------------------------------------------------------------------


def test_own_password_may_be_set_by_anybody(people: factories.People, client: Client) -> None:
    services.set_password(people.collaborator, GOOD, actor=people.collaborator)
    assert client.login(username="ctv", password=GOOD)


def test_password_of_somebody_else_only_by_the_administrator(people: factories.People) -> None:
    with pytest.raises(NotAllowed):
        services.set_password(people.collaborator, GOOD, actor=people.officer)
    services.set_password(people.collaborator, GOOD, actor=people.administrator)


def test_new_password_ends_every_session(people: factories.People) -> None:
    browser = Client()
    browser.force_login(people.officer)
    services.set_password(people.officer, GOOD, actor=people.administrator)
    assert "_auth_user_id" not in signed_in(browser)


def signed_in(browser: Client) -> dict[str, object]:
    """What the session still holds after one more request."""
    browser.get("/accounts/password/")
    return dict(browser.session)


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_leaver_loses_sign_in_sessions_and_roles_at_once(people: factories.People) -> None:
    browser = Client()
    browser.force_login(people.officer)
    assert "_auth_user_id" in signed_in(browser)
    services.deactivate_user(people.officer, actor=people.administrator, note="Chuyển công tác")
    assert browser.get("/accounts/password/")["Location"].startswith("/accounts/sign-in/")
    assert not Client().login(username="canbo", password=factories.PASSWORD)
    person = User.objects.get(username="canbo")
    assert person.sight.roles == frozenset()
    assert person.grants.filter(valid_to__isnull=True).count() == 0
    actions = list(Entry.objects.about(person).values_list("action", flat=True))
    assert actions == ["end_grant", "deactivate"]


def test_old_session_does_not_come_back_when_the_account_is_opened_again(people: factories.People) -> None:
    browser = Client()
    browser.force_login(people.officer)
    gone = services.deactivate_user(people.officer, actor=people.administrator)
    services.reactivate_user(gone, password=GOOD, actor=people.administrator)
    assert "_auth_user_id" not in signed_in(browser)
    assert User.objects.get(username="canbo").sight.roles == frozenset()


def test_role_that_would_begin_later_is_withdrawn_with_the_leaver(
    place: factories.Place, people: factories.People
) -> None:
    later = factories.clock.today() + dt.timedelta(days=30)
    services.grant_role(people.officer, Role.LEADER, place.province, later, actor=people.administrator)
    services.deactivate_user(people.officer, actor=people.administrator)
    assert [grant.role for grant in people.officer.grants.all()] == [Role.OFFICER]
    assert Entry.objects.about(people.officer).filter(action="withdraw_grant").count() == 1


def test_closed_account_is_not_closed_again(people: factories.People) -> None:
    gone = services.deactivate_user(people.officer, actor=people.administrator)
    with pytest.raises(WrongState):
        services.deactivate_user(gone, actor=people.administrator)
    with pytest.raises(WrongState):
        services.set_password(gone, GOOD, actor=people.administrator)


def test_last_administrator_cannot_leave(place: factories.Place, people: factories.People) -> None:
    with pytest.raises(WrongState):
        services.deactivate_user(people.administrator, actor=people.administrator)
    factories.user("quantri2", Role.ADMINISTRATOR, place.province, valid_to=dt.date(2030, 1, 1))
    with pytest.raises(WrongState):  # the other one ends some day: that is no successor
        services.deactivate_user(people.administrator, actor=people.administrator)
    factories.user("quantri3", Role.ADMINISTRATOR, place.province)
    services.deactivate_user(people.administrator, actor=people.administrator)


def test_closed_administrator_does_not_count_as_a_successor(place: factories.Place, people: factories.People) -> None:
    second = factories.user("quantri2", Role.ADMINISTRATOR, place.province)
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(WrongState):
        services.deactivate_user(people.administrator, actor=people.administrator)


# --- who is seen ------------------------------------------------------------------------------------------------------


def test_administrator_sees_the_people_of_the_province_and_no_others(people: factories.People) -> None:
    foreign = factories.stranger()
    seen = set(User.objects.visible_to(people.administrator))
    assert set(people.all().values()) <= seen
    assert foreign not in seen


@pytest.mark.parametrize("role", ["officer", "leader", "collaborator", "ministry", "auditor"])
def test_everybody_else_sees_only_themselves(people: factories.People, role: str) -> None:
    person = getattr(people, role)
    assert list(User.objects.visible_to(person)) == [person]


def test_search_finds_names_without_accents(place: factories.Place, people: factories.People) -> None:
    user = enter(place, SYSTEM, full_name="Đặng Thị Quý")  # type: ignore[arg-type]
    assert list(User.objects.search("dang thi quy")) == [user]


def test_agency_is_called_what_it_was_called_on_the_day(place: factories.Place) -> None:
    office = place.centre
    AgencyName.objects.create(agency=office, name="Trung tâm Khuyến công", valid_to=dt.date(2016, 12, 31))
    AgencyName.objects.create(agency=office, name="Trung tâm mới", valid_from=dt.date(2017, 1, 1))
    assert office.name_on(dt.date(2016, 12, 31)) == "Trung tâm Khuyến công"
    assert office.name_on(dt.date(2017, 1, 1)) == "Trung tâm mới"
