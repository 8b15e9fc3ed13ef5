"""Two administrators who leave at the same moment: one of them stays."""

import threading
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from accounts import permissions, services
from accounts.models import Grant, User
from accounts.roles import Role
from core.errors import WrongState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def leave_together(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both ask to be closed; each waits, after looking whether somebody stays, until the other has looked too (or
    cannot). Gives what became of each."""
    place = factories.Place()
    both = [factories.user(name, Role.ADMINISTRATOR, place.province, place.department) for name in ("mot", "hai")]
    looked = threading.Barrier(2)
    really = permissions.other_administrators

    def look(*args: Any) -> bool:
        found = really(*args)
        with suppress(threading.BrokenBarrierError):
            looked.wait(timeout=1.5)
        return found

    monkeypatch.setattr(permissions, "other_administrators", look)
    outcome: list[str] = []

    def leave(person: User) -> None:
        try:
            services.deactivate_user(person, actor=person)
            outcome.append("left")
        except WrongState:
            outcome.append("refused")
        except Exception as error:
            outcome.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=(person,)) for person in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcome)


def test_one_of_two_who_leave_together_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert leave_together(monkeypatch) == ["left", "refused"]
    assert User.objects.filter(is_active=True).count() == 1


@pytest.mark.needs_postgresql
def test_without_the_lock_nobody_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above notices when the province is not locked. (SQLite has one writer anyway.)"""

    def unlocked(user: User) -> list[Any]:
        return [grant.area for grant in Grant.objects.filter(user=user).select_related("area")]

    monkeypatch.setattr(services, "_lock_administered", unlocked)
    assert leave_together(monkeypatch) == ["left", "left"]
