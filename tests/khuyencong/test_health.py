"""What a supervisor or a load balancer is told."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from core import clock
from jobs.models import WorkerHeartbeat
from khuyencong import health


def test_healthz_answers_without_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_is_200_with_a_live_worker(client: Client) -> None:
    WorkerHeartbeat.objects.create(name="w", at=clock.now() - dt.timedelta(seconds=29))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_the_worker_that_was_never_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json()["failing"]) == {"worker"}


@pytest.mark.django_db
def test_readyz_names_the_worker_that_went_silent(client: Client) -> None:
    WorkerHeartbeat.objects.create(name="w", at=clock.now() - dt.timedelta(seconds=31))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "31 s ago" in answer.json()["failing"]["worker"]


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["database", "broker"])
def test_readyz_names_the_part_that_fails_and_not_its_secrets(
    part: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise DatabaseError("password authentication failed for user portal")

    WorkerHeartbeat.objects.create(name="w", at=clock.now())
    monkeypatch.setitem(health.PARTS, part, broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {part: "does not answer"}


@pytest.mark.django_db
def test_readyz_tells_when_the_broker_is_away(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import Celery

    WorkerHeartbeat.objects.create(name="w", at=clock.now())
    monkeypatch.setattr(health, "app", Celery("elsewhere", broker="redis://127.0.0.1:1/0", set_as_current=False))
    answer = client.get("/readyz")
    assert answer.json()["failing"] == {"broker": "does not answer"}


def test_probes_refuse_to_change_anything(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
