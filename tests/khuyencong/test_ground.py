"""The ground the other tests stand on: what they rely on has to be true."""

import datetime as dt
import subprocess
import sys
import threading
from typing import Any

import pytest
from celery import current_app
from django.db import connection, connections

from core import clock as portal_clock
from core import guards
from core.snapshot import snapshot
from jobs.models import WorkerHeartbeat
from khuyencong.celery import app
from tests.clocks import Clock
from tests.processes import Worker, wait_until


def test_clock_stands_where_it_is_set_and_goes_again(clock: Clock) -> None:
    clock.set("2026-01-02 08:30")
    assert portal_clock.now() == dt.datetime(2026, 1, 2, 1, 30, tzinfo=dt.UTC)
    clock.set("2026-12-31 23:59")
    clock.move(minutes=2)
    assert portal_clock.today() == dt.date(2027, 1, 1)
    clock.reset()
    assert abs(portal_clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_clock_is_the_same_in_another_process(clock: Clock, portal_environment: dict[str, str]) -> None:
    clock.set("2031-05-06 07:08")
    code = "import django; django.setup(); from core import clock; print(clock.today())"
    told = subprocess.run(
        [sys.executable, "-c", code], env=portal_environment, capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == "2031-05-06"


@pytest.mark.django_db(transaction=True)
def test_snapshot_sees_one_moment_while_others_write() -> None:
    WorkerHeartbeat.objects.create(name="before", at=portal_clock.now())
    with snapshot() as alias:
        assert alias == "snapshot"
        assert WorkerHeartbeat.objects.using(alias).count() == 1
        WorkerHeartbeat.objects.create(name="meanwhile", at=portal_clock.now())
        assert WorkerHeartbeat.objects.using(alias).count() == 1
    with snapshot() as alias:
        assert WorkerHeartbeat.objects.using(alias).count() == 2


@pytest.mark.django_db
def test_snapshot_reads_what_the_tests_own_transaction_wrote() -> None:
    WorkerHeartbeat.objects.create(name="here", at=portal_clock.now())
    with snapshot() as alias:
        assert WorkerHeartbeat.objects.using(alias).count() == 1


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_tables_are_empty_and_guarded_for_every_transactional_test(time: int) -> None:
    """Append-only tables too: the guards are lifted for emptying and are back for the next test."""
    assert guards.registered()
    assert guards.missing() == []
    assert WorkerHeartbeat.objects.count() == 0
    WorkerHeartbeat.objects.create(name="left over", at=portal_clock.now())


@pytest.mark.needs_sqlite
@pytest.mark.django_db
def test_sqlite_waits_for_its_write_lock_from_the_beginning() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connections["default"].settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert connections["snapshot"].settings_dict["OPTIONS"]["transaction_mode"] == "DEFERRED"


def test_worker_reports_and_comes_back_after_a_kill(worker: Worker) -> None:
    process = worker.start()
    worker.kill(process)
    assert process.returncode is not None
    WorkerHeartbeat.objects.all().delete()
    worker.start(beat=True)
    assert WorkerHeartbeat.objects.count() == 1


def test_every_thread_of_the_web_server_can_ring_the_bell() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(current_app._get_current_object()))
    thread.start()
    thread.join()
    assert found == [app]


def test_broken_message_does_not_stop_the_embedded_worker(worker: Worker, settings: Any) -> None:
    if not settings.CELERY_BROKER_URL.startswith("fsatomic:"):
        pytest.skip("is about the embedded broker: run make test without REDIS_URL")
    process = worker.start()
    folder = settings.DATA_DIR / "broker" / "messages"
    broken = folder / "00000000000000000001_x.celery.msg"
    broken.with_suffix(".tmp").write_bytes(b"")
    broken.with_suffix(".tmp").rename(broken)
    wait_until(lambda: not broken.exists(), what="the broken message to be taken")
    app.send_task("jobs.tick")
    wait_until(lambda: not list(folder.glob("*.msg")), what="the next message to be taken")
    assert process.poll() is None


def _noticed(browser: Any) -> str:
    found = "\n".join(browser.wrong)
    browser.wrong.clear()
    return found


@pytest.mark.needs_browser
def test_browser_notices_what_the_content_security_policy_blocks(browser: Any) -> None:
    page = browser.page(width=390)
    page.goto("/healthz")
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s) }")
    assert "Content Security Policy" in _noticed(browser)
    # Some versions of Chromium show the request that the policy then blocks, others only say that it was blocked.
    page.evaluate("() => fetch('http://127.0.0.1:9/').catch(() => 0)")
    assert "http://127.0.0.1:9/" in _noticed(browser)


@pytest.mark.needs_browser
def test_browser_notices_a_request_to_another_host(browser: Any) -> None:
    page = browser.page(width=390)
    page.goto("/healthz")
    page.evaluate("() => { window.location = 'http://127.0.0.1:9/' }")  # no policy blocks a navigation
    wait_until(lambda: page.wait_for_timeout(50) or browser.wrong, what="the request")
    assert "asks another host: http://127.0.0.1:9/" in _noticed(browser)
