"""A request that is sent again has one effect and one answer, whatever happened in between."""

import multiprocessing
import os
import threading
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from audit.models import Entry
from core.models import IdempotencyKey
from enterprises.models import Enterprise
from enterprises.services import create_enterprise
from funding.models import LedgerEntry
from projects.models import ProgressUpdate
from tests import factories as f
from tests.api.conftest import Caller
from tests.api.scene import photo
from tests.api.test_chain import enterprise_body
from tests.clocks import Clock
from tests.processes import wait_until

VIEW = "enterprises.api.views.create_enterprise"


@pytest.mark.django_db
def test_key_is_needed_and_must_be_a_uuid(place: f.Place, people: f.People) -> None:
    caller = Caller(people.centre)
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "1"}, {"Idempotency-Key": f"{uuid.uuid4()}x"}):
        answer = caller._send("post", "/enterprises/", enterprise_body(place), headers)
        assert answer.status_code == 400
        assert answer.json()["code"] == "idempotency_key"
        assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Enterprise.objects.exists()


@pytest.mark.django_db
def test_first_answer_comes_again_with_its_status_and_headers(place: f.Place, people: f.People) -> None:
    f.period()
    caller, key = Caller(people.officer), str(uuid.uuid4())
    body = {"kind": "programme-results", "period": "2026-Y", "area": "42"}
    first = caller.post("/reports/", body, key=key)
    second = caller.post("/reports/", {"area": "42", "period": "2026-Y", "kind": "programme-results"}, key=key)
    assert first.status_code == second.status_code == 202
    assert first["Location"] == second["Location"]
    assert first.content == second.content


@pytest.mark.django_db
def test_same_key_for_something_else_is_422_and_does_nothing(place: f.Place, people: f.People) -> None:
    caller, key = Caller(people.officer), str(uuid.uuid4())
    project = f.approved(place, people)
    assert caller.post("/enterprises/", enterprise_body(place), key=key).status_code == 201
    others = [
        ("/enterprises/", enterprise_body(place, headcount=13)),
        ("/enterprises/", enterprise_body(place, headcount=None)),
        (f"/projects/{project.public_id}/steps/start/", enterprise_body(place)),
        (f"/projects/{project.public_id}/steps/start/", {}),
    ]
    for path, body in others:
        answer = caller.post(path, body, key=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    project.refresh_from_db()
    assert project.state == "approved"
    assert Enterprise.objects.filter(tax_code__isnull=False).count() == 1


@pytest.mark.django_db
def test_another_photo_under_the_same_key_is_422(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    caller, key = Caller(people.collaborator), str(uuid.uuid4())
    path = f"/projects/{project.public_id}/progress/"
    update = {"uuid": str(uuid.uuid4()), "on": str(project.decided_on), "note": "x"}
    assert caller.post(path, update).status_code == 201

    def send(colour: str) -> int:
        body = {"progress": update["uuid"], "photo": photo(colour)}
        path = f"/api/v1/projects/{project.public_id}/evidence/"
        answer: int = caller.client.post(path, body, headers={"Idempotency-Key": key}).status_code
        return answer

    assert [send("red"), send("red"), send("blue")] == [201, 201, 422]
    assert ProgressUpdate.objects.get().photos.count() == 1


@pytest.mark.django_db
def test_keys_are_each_callers_own(place: f.Place, people: f.People) -> None:
    key = str(uuid.uuid4())
    first = Caller(people.centre).post("/enterprises/", enterprise_body(place), key=key)
    second = Caller(people.officer).post("/enterprises/", enterprise_body(place, tax_code=None), key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.django_db
def test_refused_request_leaves_no_key_and_may_be_mended(place: f.Place, people: f.People) -> None:
    caller, key = Caller(people.centre), str(uuid.uuid4())
    assert caller.post("/enterprises/", enterprise_body(place, headcount=-1), key=key).status_code == 400
    assert Caller(people.auditor).post("/enterprises/", enterprise_body(place), key=key).status_code == 403
    assert not IdempotencyKey.objects.exists()
    assert caller.post("/enterprises/", enterprise_body(place), key=key).status_code == 201


@pytest.mark.django_db
def test_key_is_kept_for_seven_days(place: f.Place, people: f.People, clock: Clock) -> None:
    from core import clock as portal_clock

    clock.set(portal_clock.now())
    caller, key = Caller(people.centre), str(uuid.uuid4())
    body = enterprise_body(place, tax_code=None)
    first = caller.post("/enterprises/", body, key=key).json()
    clock.move(days=6, hours=23)
    caller.client.force_login(people.centre, backend="accounts.backends.PortalBackend")
    assert caller.post("/enterprises/", body, key=key).json() == first
    clock.move(hours=2)
    assert caller.post("/enterprises/", body, key=key).json()["id"] != first["id"]


@pytest.mark.django_db
def test_answer_is_not_given_to_somebody_who_no_longer_sees_the_project(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    caller, key = Caller(people.officer), str(uuid.uuid4())
    path = f"/projects/{project.public_id}/steps/start/"
    assert caller.post(path, {}, key=key).status_code == 200
    assert caller.post(path, {}, key=key).json()["state"] == "in_progress"
    people.officer.grants.all().delete()
    assert caller.post(path, {}, key=key).status_code == 404


# --- at the same time -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_second_request_while_the_first_runs_has_no_effect_of_its_own(
    place: f.Place, people: f.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL: it is told so (409). SQLite, where only one can write: it waits and gets the first answer."""
    inside, go_on, calls = threading.Event(), threading.Event(), []

    def slow(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        inside.set()
        assert go_on.wait(30)
        return create_enterprise(*args, **kwargs)

    monkeypatch.setattr(VIEW, slow)
    key, answers = str(uuid.uuid4()), {}

    def send(name: str) -> None:
        try:
            answers[name] = Caller(people.centre).post("/enterprises/", enterprise_body(place), key=key)
        finally:
            connections.close_all()

    first, second = (threading.Thread(target=send, args=(name,)) for name in ("first", "second"))
    first.start()
    assert inside.wait(30)
    second.start()
    if connection.vendor == "postgresql":
        wait_until(lambda: "second" in answers, 30, "the second answer while the first still runs")
        assert answers["second"].status_code == 409
        assert answers["second"].json()["code"] == "in_progress"
    go_on.set()
    first.join(30)
    second.join(30)
    assert answers["first"].status_code == 201
    if connection.vendor == "sqlite":
        assert answers["second"].content == answers["first"].content
    assert Caller(people.centre).post("/enterprises/", enterprise_body(place), key=key).content == (
        answers["first"].content
    )
    assert len(calls) == 1
    assert Enterprise.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_processes_with_one_key_make_one_record(place: f.Place, people: f.People) -> None:
    key, body = str(uuid.uuid4()), enterprise_body(place, tax_code=None)
    said = together(20, lambda number: _post_once(body, key))
    assert set(said) <= {"201", "409 in_progress"}, said
    assert said["201"] >= 1
    assert Enterprise.objects.count() == 1
    assert IdempotencyKey.objects.count() == 1
    assert Entry.objects.filter(action="create", object_type="enterprises.enterprise").count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_twenty_processes_make_twenty_records(place: f.Place, people: f.People) -> None:
    body = enterprise_body(place, tax_code=None)
    said = together(20, lambda number: _post_once(body, str(uuid.uuid4())))
    assert said == {"201": 20}
    assert Enterprise.objects.count() == 20


def _post_once(body: dict[str, Any], key: str) -> str:
    answer = Caller(User.objects.get(username="trungtam")).post("/enterprises/", body, key=key)
    code = answer.json().get("code", "") if answer.status_code >= 400 else ""
    return f"{answer.status_code} {code}".strip()


def together(count: int, act: Any) -> Counter[str]:
    """So many processes, let loose at the same moment; what each of them said."""
    context = multiprocessing.get_context("fork")
    barrier, words = context.Barrier(count), context.Queue()

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            words.put(act(number))
        except BaseException as error:
            words.put(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    connections.close_all()  # a connection is not shared over a fork
    processes = [context.Process(target=run, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    said = Counter(words.get(timeout=120) for _process in processes)
    for process in processes:
        process.join(30)
    return said


# --- a crash in between -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the answer is kept", "after it is kept, before the commit"])
def test_process_that_dies_between_effect_and_answer_leaves_neither(
    moment: str, place: f.Place, people: f.People
) -> None:
    key, body = str(uuid.uuid4()), enterprise_body(place)
    context = multiprocessing.get_context("fork")

    def die() -> None:
        create = IdempotencyKey.objects.create

        def dying(**values: Any) -> Any:
            if moment.startswith("after"):
                create(**values)
            assert Enterprise.objects.exists()  # the effect is there, inside the transaction
            os._exit(9)

        IdempotencyKey.objects.create = dying  # type: ignore[method-assign]
        _post_once(body, key)

    connections.close_all()
    process = context.Process(target=die)
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert not Enterprise.objects.exists()
    assert not Entry.objects.filter(action="create", object_type="enterprises.enterprise").exists()
    assert not IdempotencyKey.objects.exists()
    assert _post_once(body, key) == "201"
    assert _post_once(body, key) == "201"
    assert Enterprise.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answer_lost_on_the_way_is_given_again_and_money_moves_once(place: f.Place, people: f.People) -> None:
    """The process dies after the commit, before it could answer: the caller asks again."""
    project = f.approved(place, people)
    body = {
        "project": str(project.public_id),
        "source": "local",
        "kind": "advance",
        "amount_vnd": 150_000_000,
        "document_no": "UNC 12",
        "document_on": str(project.decided_on),
    }
    key = str(uuid.uuid4())

    def die() -> None:
        Caller(User.objects.get(username="ketoan")).post("/payments/", body, key=key)
        os._exit(9)

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=die)
    process.start()
    process.join(60)
    assert process.exitcode == 9
    answers = [Caller(people.accountant).post("/payments/", body, key=key) for _time in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert LedgerEntry.objects.filter(account="paid").count() == 1
