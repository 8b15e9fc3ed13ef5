"""Signing in and out: one message for every wrong pair, a lock after ten, back to the page that was asked for."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def people() -> factories.People:
    return factories.People(factories.Place())


@pytest.fixture
def lockout(settings: Any) -> None:
    settings.AXES_ENABLED = True


def try_in(client: Client, username: str, password: str, **more: str) -> Any:
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def test_right_pair_opens_the_page_that_was_asked_for(people: factories.People, client: Client) -> None:
    asked = reverse("accounts:password")
    answer = client.get(asked)
    assert answer.status_code == 302
    assert answer["Location"] == f"{SIGN_IN}?next={asked}"
    answer = try_in(client, "canbo", factories.PASSWORD, next=asked)
    assert (answer.status_code, answer["Location"]) == (302, asked)


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/", "javascript:alert(1)", "\\\\example.com"])
def test_sign_in_leads_to_no_other_host(people: factories.People, client: Client, target: str) -> None:
    answer = try_in(client, "canbo", factories.PASSWORD, next=target)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))


def test_account_may_be_typed_with_capitals_and_spaces(people: factories.People, client: Client) -> None:
    """A telephone begins every field with a capital."""
    assert try_in(client, " Canbo ", factories.PASSWORD).status_code == 302


def message(answer: Any) -> str:
    text: str = " ".join(answer.context["form"].non_field_errors())
    assert text
    return text


def test_unknown_account_wrong_password_and_closed_account_sound_alike(
    people: factories.People, client: Client
) -> None:
    wrong = try_in(client, "canbo", "không phải mật khẩu này")
    unknown = try_in(client, "khongcoai", "không phải mật khẩu này")
    User.objects.filter(username="ctv").update(is_active=False)
    closed = try_in(client, "ctv", factories.PASSWORD)
    assert message(wrong) == message(unknown) == message(closed)
    assert wrong.status_code == unknown.status_code == closed.status_code
    assert "canbo" in wrong.content.decode()  # what was typed is kept
    assert "không phải mật khẩu này" not in wrong.content.decode()


def test_password_managers_and_pasting_work(client: Client) -> None:
    html = client.get(SIGN_IN).content.decode()
    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert "onpaste" not in html


def test_tenth_wrong_attempt_locks_also_for_the_right_password(
    people: factories.People, client: Client, lockout: None
) -> None:
    for _attempt in range(9):
        assert try_in(client, "canbo", "sai").status_code == 200
    assert try_in(client, "canbo", "sai").status_code == 429
    answer = try_in(client, "canbo", factories.PASSWORD)
    assert answer.status_code == 429
    assert "15" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_lock_is_the_same_for_an_account_that_does_not_exist(
    people: factories.People, client: Client, lockout: None
) -> None:
    for _attempt in range(9):
        assert try_in(client, "khongcoai", "sai").status_code == 200
    assert try_in(client, "khongcoai", "sai").status_code == 429


def test_capitals_do_not_get_around_the_lock(people: factories.People, client: Client, lockout: None) -> None:
    for name in ["canbo", "Canbo", "CANBO", " canbo", "caNbo"] * 2:
        answer = try_in(client, name, "sai")
    assert answer.status_code == 429


def test_others_still_get_in_while_one_is_locked(people: factories.People, client: Client, lockout: None) -> None:
    for _attempt in range(10):
        try_in(client, "canbo", "sai")
    assert try_in(Client(), "ketoan", factories.PASSWORD).status_code == 302


def test_new_password_from_the_administrator_opens_the_lock(
    people: factories.People, client: Client, lockout: None
) -> None:
    from accounts.services import set_password

    for _attempt in range(10):
        try_in(client, "canbo", "sai")
    set_password(people.officer, "một-câu-dài-dễ-nhớ-27", actor=people.administrator)
    assert try_in(client, "canbo", "một-câu-dài-dễ-nhớ-27").status_code == 302


def test_signing_out_ends_the_session_and_needs_a_click(people: factories.People, client: Client) -> None:
    client.force_login(people.officer)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    answer = client.post(reverse("accounts:sign_out"))
    assert (answer.status_code, answer["Location"]) == (302, SIGN_IN)
    assert "_auth_user_id" not in client.session


def test_somebody_signed_in_is_not_asked_again(people: factories.People, client: Client) -> None:
    client.force_login(people.officer)
    assert client.get(SIGN_IN).status_code == 302


def test_program_cannot_sign_in_with_its_secret(people: factories.People, client: Client) -> None:
    from accounts.services import create_client
    from audit.actors import SYSTEM

    place = factories.Place()
    made, secret = create_client(
        "Chương trình", place.department, ["records:read"], "officer", place.province, actor=SYSTEM
    )
    assert try_in(client, made.client_id, secret).status_code == 200


# --- one's own password -----------------------------------------------------------------------------------------------

NEW = "một-câu-dài-dễ-nhớ-27"


def test_own_password_is_changed_and_other_sessions_end(people: factories.People, client: Client) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(people.officer)
    url = reverse("accounts:password")
    answer = client.post(url, {"old_password": factories.PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert answer.status_code == 302
    assert client.get(url).status_code == 200  # one stays where one is
    assert elsewhere.get(url).status_code == 302
    assert Client().login(username="canbo", password=NEW)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old_password": "sai"}, "old_password"),
        ({"new_password2": "khác"}, "new_password2"),
        ({"new_password1": "ngắn", "new_password2": "ngắn"}, None),
    ],
)
def test_wrong_own_password_changes_nothing(
    people: factories.People, client: Client, typed: dict[str, str], field: str | None
) -> None:
    client.force_login(people.officer)
    whole = {"old_password": factories.PASSWORD, "new_password1": NEW, "new_password2": NEW, **typed}
    answer = client.post(reverse("accounts:password"), whole)
    assert answer.context["form"].errors
    assert field is None or field in answer.context["form"].errors
    assert Client().login(username="canbo", password=factories.PASSWORD)
