"""The administrator's pages: each action by whom it may be done, what a wrong entry gets, one record for two clicks."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import ApiClient, ApiSecret, Grant, User
from accounts.roles import Role
from audit.models import Entry
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def program(place: factories.Place, people: factories.People) -> ApiClient:
    made, _secret = services.create_client(
        "Hệ thống tỉnh", place.department, ["records:read"], Role.OFFICER, place.province, actor=people.administrator
    )
    return made


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


class Action:
    """One thing an administrator does on a page: its address, what is typed, and how to see that it happened."""

    def __init__(self, place: factories.Place, people: factories.People, program: ApiClient) -> None:
        officer, ctv = people.officer, people.collaborator
        person, grant = [ctv.public_id], ctv.grants.get()
        client, secret = [program.client_id], program.secrets.get()
        self.known: dict[str, tuple[str, list[Any], dict[str, Any]]] = {
            "person_new": (
                "accounts:person_new",
                [],
                {"full_name": "Trần Thị Hoa", "username": "hoa", "agency": place.department.pk},
            ),
            "person_edit": (
                "accounts:person_edit",
                [officer.public_id],
                {"full_name": "Tên mới", "agency": place.department.pk, "version": officer.version},
            ),
            "person_password": ("accounts:person_password", person, {}),
            "person_deactivate": ("accounts:person_deactivate", person, {"note": "Nghỉ việc"}),
            "grant_new": (
                "accounts:grant_new",
                person,
                {"role": "collaborator", "area": place.other.uid, "valid_from": "10/03/2026"},
            ),
            "grant_end": ("accounts:grant_end", [*person, grant.pk], {"on": "10/03/2026"}),
            "client_new": (
                "accounts:client_new",
                [],
                {
                    "name": "Kho dữ liệu",
                    "agency": place.department.pk,
                    "role": "auditor",
                    "area": place.province.uid,
                    "scopes": ["records:read"],
                },
            ),
            "client_edit": ("accounts:client_edit", client, {"name": "Tên mới", "scopes": ["reports:read"]}),
            "client_deactivate": ("accounts:client_deactivate", client, {"note": ""}),
            "secret_new": ("accounts:secret_new", client, {"newest": secret.pk}),
            "secret_revoke": ("accounts:secret_revoke", [*client, secret.pk], {}),
        }

    def url(self, name: str) -> str:
        view, args, _typed = self.known[name]
        return reverse(view, args=args)

    def typed(self, name: str) -> dict[str, Any]:
        return dict(self.known[name][2])


ACTIONS = [
    "person_new",
    "person_edit",
    "person_password",
    "person_deactivate",
    "grant_new",
    "grant_end",
    "client_new",
    "client_edit",
    "client_deactivate",
    "secret_new",
    "secret_revoke",
]
WITHOUT_FORM = ["person_password", "secret_new", "secret_revoke"]
WITH_FORM = [name for name in ACTIONS if name not in WITHOUT_FORM]


@pytest.fixture
def action(place: factories.Place, people: factories.People, program: ApiClient) -> Action:
    return Action(place, people, program)


def written() -> int:
    return int(Entry.objects.count())


# --- the ladder of every action ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIONS)
def test_administrator_does_it_and_it_is_written_down(people: factories.People, action: Action, name: str) -> None:
    before = written()
    answer = browser(people.administrator).post(action.url(name), action.typed(name))
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    assert written() > before
    assert Entry.objects.last().channel == "page"


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
@pytest.mark.parametrize("name", ACTIONS)
def test_other_roles_are_told_why_not_and_nothing_is_written(
    people: factories.People, action: Action, name: str, role: str
) -> None:
    before = written()
    client = browser(getattr(people, role))
    assert client.post(action.url(name), action.typed(name)).status_code == 403
    if name in WITH_FORM:
        assert client.get(action.url(name)).status_code == 403
    assert written() == before


@pytest.mark.parametrize("name", [name for name in ACTIONS if name not in ("person_new", "client_new")])
def test_administrator_of_another_province_finds_nothing(people: factories.People, action: Action, name: str) -> None:
    before = written()
    answer = browser(factories.stranger(Role.ADMINISTRATOR)).post(action.url(name), action.typed(name))
    assert answer.status_code == 404
    assert written() == before


@pytest.mark.parametrize("name", WITHOUT_FORM)
def test_what_changes_something_is_not_done_by_a_link(people: factories.People, action: Action, name: str) -> None:
    before = written()
    answer = browser(people.administrator).get(action.url(name))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert b"kc-card" in answer.content  # a page that says so, not a blank one
    assert written() == before


@pytest.mark.parametrize("name", WITH_FORM)
def test_form_is_shown_and_changes_nothing(people: factories.People, action: Action, name: str) -> None:
    before = written()
    assert browser(people.administrator).get(action.url(name)).status_code == 200
    assert written() == before


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("person_new", "username", "có dấu"),
        ("person_new", "username", "canbo"),
        ("person_new", "full_name", ""),
        ("person_new", "agency", "999999"),
        ("person_new", "email", "không phải thư"),
        ("person_edit", "full_name", "  "),
        ("person_edit", "phone", "gọi ở cổng"),
        ("grant_new", "role", "vua"),
        ("grant_new", "area", "d425"),
        ("grant_new", "area", ""),
        ("grant_new", "valid_from", "31/02/2026"),
        ("grant_new", "valid_to", "09/03/2026"),
        ("grant_end", "on", "hôm qua"),
        ("grant_end", "on", "01/01/2026"),
        ("client_new", "name", ""),
        ("client_new", "role", "administrator"),
        ("client_new", "scopes", "everything"),
        ("client_edit", "scopes", ""),
    ],
)
def test_wrong_entry_is_shown_at_its_field_with_everything_typed_kept(
    people: factories.People, action: Action, name: str, field: str, value: str
) -> None:
    before = written()
    typed = {**action.typed(name), field: value}
    answer = browser(people.administrator).post(action.url(name), typed)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert written() == before
    html = answer.content.decode()
    for kept, text in typed.items():
        if kept in ("full_name", "username", "position", "valid_from", "on", "name") and str(text).strip():
            assert f'value="{text}"' in html


# --- a person ---------------------------------------------------------------------------------------------------------


def test_first_password_is_shown_once_and_works(people: factories.People, action: Action) -> None:
    client = browser(people.administrator)
    answer = client.post(action.url("person_new"), action.typed("person_new"), follow=True)
    password = answer.context["shown_once"]
    assert password in answer.content.decode()
    assert Client().login(username="hoa", password=password)
    again = client.get(answer.redirect_chain[-1][0])
    assert "shown_once" not in again.context
    assert password not in again.content.decode()
    assert password not in str(list(client.session.items()))


def test_second_click_enters_no_second_person(people: factories.People, action: Action) -> None:
    client = browser(people.administrator)
    for _click in range(2):
        client.post(action.url("person_new"), action.typed("person_new"))
    assert User.objects.filter(username="hoa").count() == 1


def test_second_of_two_who_change_a_person_is_told(people: factories.People, action: Action) -> None:
    client = browser(people.administrator)
    client.post(action.url("person_edit"), action.typed("person_edit"))
    answer = client.post(action.url("person_edit"), {**action.typed("person_edit"), "full_name": "Tên khác"})
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    people.officer.refresh_from_db()
    assert people.officer.full_name == "Tên mới"


def test_person_page_says_in_a_sentence_what_they_may_do_and_what_was_done(
    place: factories.Place, people: factories.People
) -> None:
    client = browser(people.administrator)
    client.post(
        reverse("accounts:grant_new", args=[people.collaborator.public_id]),
        {"role": "collaborator", "area": place.other.uid, "valid_from": "01/04/2026", "valid_to": "31/12/2026"},
    )
    html = client.get(reverse("accounts:person", args=[people.collaborator.public_id])).content.decode()
    grant = people.collaborator.grants.get(area=place.other)
    assert grant.in_words() in html
    assert "01/04/2026" in grant.in_words()
    assert str(people.administrator) in html  # the history


def test_own_page_offers_no_role_for_oneself(people: factories.People) -> None:
    client = browser(people.administrator)
    url = reverse("accounts:grant_new", args=[people.administrator.public_id])
    assert url not in client.get(reverse("accounts:person", args=[people.administrator.public_id])).content.decode()
    assert client.get(url).status_code == 403


def test_service_accounts_are_no_people(people: factories.People, program: ApiClient) -> None:
    client = browser(people.administrator)
    account = program.service_account
    assert client.get(reverse("accounts:person", args=[account.public_id])).status_code == 404
    assert account.full_name not in client.get(reverse("accounts:people")).content.decode()


def test_closed_account_is_opened_again_with_a_new_password(people: factories.People, action: Action) -> None:
    client = browser(people.administrator)
    client.post(action.url("person_deactivate"), action.typed("person_deactivate"))
    url = reverse("accounts:person_reactivate", args=[people.collaborator.public_id])
    answer = client.post(url, follow=True)
    assert Client().login(username="ctv", password=answer.context["shown_once"])


# --- roles ------------------------------------------------------------------------------------------------------------


def offered(answer: Any) -> set[str]:
    return {uid for _group, rows in answer.context["form"].fields["area"].choices[1:] for uid, _name in rows}


def test_role_from_today_offers_no_district_and_one_of_2024_does(
    place: factories.Place, people: factories.People, action: Action
) -> None:
    client = browser(people.administrator)
    url = action.url("grant_new")
    today = {place.province.uid, place.commune.uid, place.other.uid}
    assert offered(client.get(url)) == today
    other_day = {"role": "collaborator", "valid_from": "01/01/2024", "area": "", "refresh": "1"}
    answer = client.post(url, other_day)
    assert offered(answer) == {place.province.uid, place.before.uid, place.district.uid}
    assert not answer.context["form"].errors
    assert 'value="01/01/2024"' in answer.content.decode()
    gone = {"role": "collaborator", "area": place.district.uid, "valid_from": "01/01/2024", "valid_to": "30/06/2025"}
    assert client.post(url, gone).status_code == 302
    assert Grant.objects.filter(area=place.district).exists()


# --- lists ------------------------------------------------------------------------------------------------------------


def names(answer: Any) -> set[str]:
    return {person.username for person in answer.context["page"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ctv"}, {"ctv"}),
        ({"q": "không ai"}, set()),
        ({"role": "officer"}, {"canbo"}),
        ({"role": "collaborator"}, {"ctv"}),
        ({"role": "vua"}, None),
        ({"area": "no-such-area"}, None),
        ({"state": "closed"}, set()),
        ({"unknown": "1"}, None),
        ({"page": "hai"}, None),
        ({"page": "99999"}, None),
    ],
)
def test_list_is_narrowed_and_ignores_what_it_does_not_know(
    people: factories.People, query: dict[str, str], found: set[str] | None
) -> None:
    answer = browser(people.administrator).get(reverse("accounts:people"), query)
    assert answer.status_code == 200
    everybody = {person.username for person in people.all().values()}
    assert names(answer) == (everybody if found is None else found)


def test_list_by_area_finds_who_answers_for_it(place: factories.Place, people: factories.People) -> None:
    answer = browser(people.administrator).get(
        reverse("accounts:people"), {"area": place.commune.uid, "role": "collaborator"}
    )
    assert names(answer) == {"ctv"}
    answer = browser(people.administrator).get(
        reverse("accounts:people"), {"area": place.other.uid, "role": "collaborator"}
    )
    assert names(answer) == set()


def test_list_costs_the_same_for_one_and_for_twenty(
    place: factories.Place, people: factories.People, count_queries: Any
) -> None:
    client = browser(people.administrator)
    url = reverse("accounts:people")
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for number in range(20):
        factories.user(f"nguoi{number}", Role.COLLABORATOR, place.commune, place.department)
    assert count_queries(lambda: client.get(url)) == few


def test_coverage_names_the_communes_without_collaborator(place: factories.Place, people: factories.People) -> None:
    client = browser(people.administrator)
    answer = client.get(reverse("accounts:people"))
    assert (answer.context["covered"], answer.context["communes"]) == (1, 2)
    rows = client.get(reverse("accounts:coverage")).context["rows"]
    assert [(row["area"].uid, [person.username for person in row["people"]]) for row in rows] == [
        (place.other.uid, []),
        (place.commune.uid, ["ctv"]),
    ]
    services.deactivate_user(people.collaborator, actor=people.administrator)
    assert client.get(reverse("accounts:people")).context["covered"] == 0


@pytest.mark.parametrize("name", ["people", "coverage", "clients"])
@pytest.mark.parametrize("role", ["officer", "leader", "collaborator", "auditor", "ministry"])
def test_lists_are_for_the_administrator(people: factories.People, name: str, role: str) -> None:
    assert browser(getattr(people, role)).get(reverse(f"accounts:{name}")).status_code == 403


# --- programs ---------------------------------------------------------------------------------------------------------


def test_secret_is_shown_once(people: factories.People, action: Action) -> None:
    client = browser(people.administrator)
    answer = client.post(action.url("client_new"), action.typed("client_new"), follow=True)
    secret = answer.context["shown_once"]
    assert secret in answer.content.decode()
    made = ApiClient.objects.get(name="Kho dữ liệu")
    assert made.secrets.get().hash == services.secret_hash(made.client_id, secret)
    assert secret not in client.get(reverse("accounts:client", args=[made.client_id])).content.decode()
    assert answer.headers["Cache-Control"].count("no-store") == 1


def test_second_click_makes_no_second_secret(people: factories.People, action: Action, program: ApiClient) -> None:
    client = browser(people.administrator)
    typed = action.typed("secret_new")
    assert client.post(action.url("secret_new"), typed).status_code == 302
    assert client.post(action.url("secret_new"), typed).status_code == 409
    assert program.secrets.count() == 2


def test_rotation_ends_with_one_live_secret(people: factories.People, action: Action, program: ApiClient) -> None:
    client = browser(people.administrator)
    client.post(action.url("secret_new"), action.typed("secret_new"))
    client.post(action.url("secret_revoke"))
    assert ApiSecret.objects.live().filter(client=program).count() == 1
    third = client.get(reverse("accounts:client", args=[program.client_id]))
    assert third.context["room"]


def test_dates_are_stored_as_they_were_meant(people: factories.People, action: Action) -> None:
    browser(people.administrator).post(
        action.url("grant_new"), {**action.typed("grant_new"), "valid_from": "05/04/2026"}
    )
    assert people.collaborator.grants.filter(valid_from=dt.date(2026, 4, 5)).exists()
