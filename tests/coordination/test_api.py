"""Tasks and the exchange through the API: the same rules, the same sight, one effect of one key."""

import uuid

import pytest

from coordination.models import GivenTask, Thread
from tests import factories as f
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.coordination.scene import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-07T08:00")


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_task_is_given_told_and_confirmed_through_the_api(desk: Desk) -> None:
    people = desk.people
    officer, collaborator, stranger = Caller(people.officer), Caller(people.collaborator), Caller(f.stranger())
    body = {
        "province": "42", "text": "Khảo sát", "timing": "once", "given_on": "2026-09-01", "due_on": "2026-09-30",
        "document": str(desk.document.public_id), "assigned_to": str(people.collaborator.public_id),
        "areas": [desk.place.commune.uid],
    }  # fmt: skip
    key = str(uuid.uuid4())
    first, again = officer.post("/given-tasks/", body, key=key), officer.post("/given-tasks/", body, key=key)
    assert first.status_code == again.status_code == 201 and GivenTask.objects.count() == 1
    one = f"/given-tasks/{first.json()['id']}"
    assert collaborator.post("/given-tasks/", body).status_code == 403
    assert stranger.get(f"{one}/").status_code == 404 and stranger.get("/given-tasks/").json()["results"] == []
    assert stranger.post(f"{one}/results/", {"on": "2026-09-02", "text": "x"}).status_code == 404
    told = collaborator.post(f"{one}/steps/finish/", {"on": "2026-09-02", "text": "Xong"})
    assert told.status_code == 200 and told.json()["state"] == "reported"
    assert collaborator.post(f"{one}/steps/confirm/", {}).status_code == 403
    assert officer.post(f"{one}/steps/confirm/", {}).json()["done_on"] == "2026-09-02"
    assert [row["id"] for row in officer.get("/given-tasks/", state="done").json()["results"]] == [first.json()["id"]]


def test_question_is_asked_and_answered_through_the_api(desk: Desk) -> None:
    people = desk.people
    officer, collaborator = Caller(people.officer), Caller(people.collaborator)
    body = {"subject": "Máy", "text": "Bao giờ lắp?", "area": desk.place.commune.uid}
    asked = collaborator.post("/threads/", body)
    assert asked.status_code == 201 and asked.json()["waits_side"] == "office"
    one = f"/threads/{asked.json()['id']}"
    for caller, status in ((Caller(people.auditor), 403), (Caller(f.stranger()), 404), (Caller(people.ministry), 404)):
        assert caller.post(f"{one}/messages/", {"text": "x"}).status_code == status
    assert officer.post(f"{one}/messages/", {"text": "Thứ sáu"}).json()["answer_minutes"] == 0
    written = collaborator.get(f"{one}/messages/").json()["results"]
    assert [row["text"] for row in written] == ["Bao giờ lắp?", "Thứ sáu"]
    assert collaborator.post(f"{one}/steps/close/", {}).json()["state"] == "closed"
    assert officer.post(f"{one}/messages/", {"text": "Muộn"}).status_code == 409
    assert Thread.objects.get().messages.count() == 2
