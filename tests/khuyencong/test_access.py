"""Default deny: without a sign-in nothing answers but what is listed here, neither page nor API."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.khuyencong.urlwalk import Address, addresses

# Each with its reason.
PUBLIC = {
    "healthz": "asked by machines that watch",
    "readyz": "asked by machines that watch",
    "set_language": "the sign-in page has the switch too",
    "accounts:sign_in": "the way in",
    "api:token": "the way in for programs",
    "public:policies": "what everybody may know",
    "public:policy": "only what is published",
    "public:policy_file": "only of what is published",
    "public:support": "for establishments; nothing is stored",
    "verify:file": "who holds a report asks whether it is genuine; nothing is stored; few tries",
    "verify:report": "where the code on paper leads; nothing personal but who signed; few tries",
    "public:status": "for who knows code and digits; few tries",
}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_nothing_answers_without_a_sign_in(method: str, client: Client) -> None:
    closed = [address for address in addresses() if address.name not in PUBLIC]
    assert len(closed) > 30
    wrong = []
    for address in closed:
        answer = getattr(client, method)(address.path)
        if not refused(address, answer.status_code, answer.headers.get("Location", "")):
            wrong.append(f"{method} {address.path} ({address.name}): {answer.status_code}")
    assert wrong == []


def refused(address: Address, status: int, location: str) -> bool:
    if address.is_api:
        return status == 401
    return status == 302 and location.startswith(reverse("accounts:sign_in"))


@pytest.mark.django_db
def test_a_forgotten_login_requirement_would_be_noticed() -> None:
    """The control of the test above: a page that is open counts as not refused."""
    assert not refused(Address("x", "/x/"), 200, "")
    assert not refused(Address("x", "/api/v1/x/"), 200, "")
    assert not refused(Address("x", "/api/v1/x/"), 404, "")


@pytest.mark.django_db
def test_api_says_how_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("api:schema"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_public_list_names_only_what_exists() -> None:
    assert set(PUBLIC) <= {address.name for address in addresses()}
