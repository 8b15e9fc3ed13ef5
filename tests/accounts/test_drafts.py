"""Drafts of forms: what was typed is kept for the one who typed it, whatever it is, until the form is stored."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from accounts import drafts
from accounts.models import FormDraft
from audit.models import Entry
from projects.models import Project
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import browser

pytestmark = pytest.mark.django_db

NEW = "/projects/new/"
KEEP = "/accounts/drafts/"


@pytest.fixture
def people() -> factories.People:
    place = factories.Place()
    factories.programme(place)
    return factories.People(place)


def send(client: Client, key: Any, *, turn: int = 1, window: str = "w", page: str = NEW, **fields: Any) -> Any:
    typed = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    body = {"key": str(key), "page": page, "window": window, "turn": turn, "fields": typed}
    return client.post(KEEP, json.dumps(body), content_type="application/json")


def test_draft_may_be_wrong_and_comes_back_as_it_was_typed(people: factories.People) -> None:
    client, key = browser(people.officer), factories.new_uuid()
    answer = send(client, key, name="Máy sấy", estimate_local="3oo triệu", starts_on="31/02/2026", version="1")
    assert (answer.status_code, set(answer.json())) == (200, {"at"})
    page = client.get(NEW)
    assert f"?draft={key}" in page.content.decode()
    again = client.get(NEW, {"draft": str(key)})
    form = again.context["form"]
    assert (form["estimate_local"].value(), form["starts_on"].value()) == ("3oo triệu", "31/02/2026")
    assert "data-kc-errors" not in again.content.decode()  # not judged yet
    assert (Project.objects.count(), Entry.objects.filter(object_type__contains="draft").count()) == (0, 0)


def test_nobody_sees_or_drops_the_draft_of_another(people: factories.People) -> None:
    key = factories.new_uuid()
    send(browser(people.officer), key, name="Máy sấy")
    other = browser(people.centre)
    assert str(key) not in other.get(NEW).content.decode()
    assert str(key) not in other.get(KEEP, {"page": NEW}).content.decode()
    assert other.get(NEW, {"draft": str(key)}).context["form"]["name"].value() is None
    other.post(f"{KEEP}drop/", {"draft_key": str(key), "page": NEW})
    send(other, key, name="Khác")  # the same key of somebody else is another draft
    assert FormDraft.objects.get(user=people.officer).fields == {"name": ["Máy sấy"]}


def test_stored_form_has_no_draft_and_what_arrives_late_makes_none(people: factories.People) -> None:
    client, key, place = browser(people.officer), factories.new_uuid(), factories.Place()
    send(client, key, name="Máy sấy")
    form = {
        "form_key": str(factories.new_uuid()),
        "draft_key": str(key),
        "name": "Máy sấy",
        "type": "single",
        "year": "2026",
        "programme": factories.programme(place).pk,
        "area": place.commune.uid,
        "implementing_unit": place.centre.pk,
    }
    refused = client.post(NEW, {**form, "area": ""})
    assert (refused.status_code, refused.context["draft_key"]) == (422, key)
    assert drafts.find(people.officer, NEW, key) is not None
    assert client.post(NEW, form).status_code == 302
    assert drafts.kept(people.officer, NEW) == []
    assert send(client, key, turn=9, name="Máy sấy gỗ").json() == {"stored": True}
    assert drafts.kept(people.officer, NEW) == []


def test_sending_that_was_held_up_does_not_come_after_a_later_one(people: factories.People) -> None:
    client, key = browser(people.officer), factories.new_uuid()
    send(client, key, turn=2, name="Máy sấy gỗ ván ép")
    send(client, key, turn=1, name="Máy")
    assert FormDraft.objects.get().fields["name"] == ["Máy sấy gỗ ván ép"]
    send(client, key, turn=1, window="another", name="Máy bào")  # a page opened since, also with another clock
    assert FormDraft.objects.get().fields["name"] == ["Máy bào"]


def test_dropped_draft_is_not_offered_again(people: factories.People) -> None:
    client, key = browser(people.officer), factories.new_uuid()
    send(client, key, name="Máy sấy")
    answer = client.post(f"{KEEP}drop/", {"draft_key": str(key), "page": NEW})
    assert answer["Location"] == NEW
    assert not FormDraft.objects.exists()


WRONG = [
    {"page": "https://example.com/projects/new/"},
    {"page": "//example.com/"},
    {"page": "/no-such-page/"},
    {"key": "x"},
    {"fields": ["name"]},
    {"fields": {"aim": ["x" * drafts.MAX_BYTES]}},
    {"turn": "soon"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:40])
def test_what_is_no_draft_is_refused(people: factories.People, wrong: dict[str, Any]) -> None:
    body = {"key": str(factories.new_uuid()), "page": NEW, "window": "w", "turn": 1, "fields": {"name": ["a"]}, **wrong}
    answer = browser(people.officer).post(KEEP, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    assert not FormDraft.objects.exists()


def test_drop_leads_to_no_other_host(people: factories.People) -> None:
    client = browser(people.officer)
    for page in ("https://example.com/", "//example.com/projects/new/", "x"):
        answer = client.post(f"{KEEP}drop/", {"draft_key": str(factories.new_uuid()), "page": page})
        assert answer.status_code == 404


def test_drafts_are_forgotten_after_thirty_days_and_beyond_fifty(people: factories.People, clock: Clock) -> None:
    clock.set("2026-09-15 08:00")
    client = browser(people.officer)
    for number in range(drafts.MAX_DRAFTS + 2):
        clock.move(minutes=1)
        send(client, factories.new_uuid(), name=str(number))
    names = {draft.fields["name"][0] for draft in FormDraft.objects.all()}
    assert len(names) == drafts.MAX_DRAFTS and "0" not in names
    clock.move(days=29)
    drafts.clean()
    assert FormDraft.objects.count() == drafts.MAX_DRAFTS
    clock.move(days=1, minutes=60)
    drafts.clean()
    assert not FormDraft.objects.exists()
    assert dt.timedelta(days=30) == drafts.KEPT
