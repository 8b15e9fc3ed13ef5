"""What every test may use: services that may be missing, the clock, a real worker, a real browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

# Playwright's event loop runs in the test's thread; the tests still use the ORM there, on purpose.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase

from core import guards
from tests.browsers import Browser, chromium_path
from tests.clocks import Clock
from tests.processes import Worker, forget_messages, process_environment

TRANSACTIONAL = {"transactional_db", "live_server", "worker", "browser"}


# --- which tests can run here -----------------------------------------------------------------------------------------


def reasons_to_skip() -> dict[str, str]:
    """Marker → why its tests cannot run here, and what would make them run."""
    reasons = {}
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        reasons["needs_postgresql"] = (
            "needs PostgreSQL: apt-get install postgresql, then DATABASE_URL=postgres://user:password@127.0.0.1/name "
            "make test (the user may create databases)"
        )
    else:
        reasons["needs_sqlite"] = "is about SQLite: run make test without DATABASE_URL"
    if not os.environ.get("REDIS_URL"):
        reasons["needs_redis"] = "needs Redis: apt-get install redis-server, then REDIS_URL=redis://127.0.0.1:6379/9"
    if chromium_path() is None:
        reasons["needs_browser"] = "needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it"
    return reasons


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = reasons_to_skip()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "browser" in fixtures:
            item.add_marker("needs_browser")
        for name, reason in reasons.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))
        mark = item.get_closest_marker("django_db")
        if fixtures & TRANSACTIONAL or (mark is not None and mark.kwargs.get("transaction")):
            # Such a test writes for good, so that the second connection can read it.
            kwargs = {**(mark.kwargs if mark else {}), "transaction": True, "databases": ["default", "snapshot"]}
            item.add_marker(pytest.mark.django_db(**kwargs), append=False)


# --- the database -----------------------------------------------------------------------------------------------------

_empty_tables = TransactionTestCase._fixture_teardown
_records_stay = False


def _empty_tables_without_guards(self: TransactionTestCase) -> None:
    if _records_stay:
        return
    with guards.lifted():
        _empty_tables(self)


TransactionTestCase._fixture_teardown = _empty_tables_without_guards  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def records_stay(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a file of tests commits at its beginning stays for all of them (they are marked `transaction=True`) and is
    gone after the last one."""
    global _records_stay
    with django_db_blocker.unblock():
        _records_stay = True
        try:
            yield
        finally:
            _records_stay = False
            with guards.lifted():
                call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def _snapshot_reads(request: pytest.FixtureRequest, settings: Any) -> None:
    """Inside the test's own transaction the second connection would see nothing: there reports read on the first."""
    mark = request.node.get_closest_marker("django_db")
    if mark is None or not mark.kwargs.get("transaction"):
        settings.SNAPSHOT_DATABASE = "default"


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Set the portal's clock, also for worker processes: clock.set("2026-01-02 08:00"), clock.move(days=3)."""
    assert settings.CLOCK_FILE is not None
    clock = Clock(settings.CLOCK_FILE)
    yield clock
    clock.reset()


@pytest.fixture(autouse=True, scope="session")
def _clean_folder() -> None:
    """Nothing of an earlier run."""
    if settings.CLOCK_FILE is not None:
        settings.CLOCK_FILE.unlink(missing_ok=True)
    if settings.CELERY_BROKER_URL.startswith("fsatomic:"):
        forget_messages()


# --- processes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def portal_environment(transactional_db: None) -> dict[str, str]:
    """Environment for a process (manage.py, worker) that works on the test's database, files, broker and clock."""
    return process_environment()


@pytest.fixture
def worker(portal_environment: dict[str, str]) -> Iterator[Worker]:
    """Real worker processes: worker.start(), worker.start(beat=True), worker.kill(). All are gone after the test."""
    forget_messages()
    worker = Worker(portal_environment)
    try:
        yield worker
    finally:
        worker.stop()
        forget_messages()


# --- browser ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots and the like of this run are kept."""
    folder = Path(settings.BASE_DIR) / "test-artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)  # what is expected comes at once, but not on a machine that is busy

    # With Playwright's loop running Django keeps other connections for this thread. Those of before would stay open
    # unseen: a forked process, which has no loop, would find them and share them with its sisters.
    connections.close_all()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--no-proxy-server",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def browser(_chromium: Any, live_server: Any, artefacts: Path, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Pages of a real browser: page = browser.page(user=officer, width=390). The test fails if a page broke the
    content security policy, raised a script error or asked another host for something."""
    browser = Browser(_chromium, live_server.url, artefacts, request.node.name)
    yield browser
    browser.close()


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call makes: count_queries(lambda: client.get(url))."""
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            call()
        return len(queries)

    return count
