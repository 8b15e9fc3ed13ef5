"""While something is being recorded, the line is not drawn and its exception not closed: whoever asked the service is
never refused by a trigger a moment later. On PostgreSQL; on SQLite one transaction writes at a time.

The control takes the lock away: then nobody waits."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from core import clock
from programmes.locking import is_locked, lock_through
from projects.exceptions import PROGRESS, ExceptionData, close_exception, covering, open_exception, where
from tests import factories as f
from tests.codes import given

pytestmark = [pytest.mark.needs_postgresql, pytest.mark.django_db(transaction=True)]
SOON = 1.5  # seconds: who waits longer than this waits for a lock


def apart(work: Callable[[], Any], failed: list[BaseException]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def waits(record: Callable[[], Any], leader: Callable[[], Any]) -> bool:
    """Whether the leader's act waits for who is just recording."""
    asked, stored, failed = threading.Event(), threading.Event(), []  # type: ignore[var-annotated]

    def recording() -> None:
        with transaction.atomic():
            record()
            asked.set()
            stored.wait(20)

    one = apart(recording, failed)
    asked.wait(20)
    two = apart(leader, failed)
    two.join(SOON)
    waited = two.is_alive()
    stored.set()
    for thread in (one, two):
        thread.join(20)
        assert not thread.is_alive()
    assert not failed, failed
    return waited


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("act", ["draw the line", "close the exception"])
def test_leader_waits_for_who_is_recording(act: str, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people)
    yesterday = clock.today() - dt.timedelta(days=1)
    lock_through(place.province, yesterday - dt.timedelta(days=1), "Chốt", actor=people.leader)
    data = ExceptionData(clock.today(), "Muộn", project=project, person=people.officer, progress=True)
    row = open_exception(place.province, data, actor=people.leader, code=given(people.leader))
    if not guarded:
        for module in ("programmes.locking", "projects.exceptions"):
            monkeypatch.setattr(f"{module}.lock_number", lambda *args, **options: None)

    def draw() -> None:
        lock_through(place.province, yesterday, "Chốt", actor=people.leader)

    def close() -> None:
        close_exception(row, "Xong", actor=people.leader)

    if act == "draw the line":
        assert waits(lambda: is_locked(place.province.pk, yesterday), draw) is guarded
    else:
        assert waits(lambda: covering(PROGRESS, where(project), people.officer), close) is guarded
