"""«Khóa số liệu đến hết ngày …»: moved forward by a leader; nothing is recorded on a locked day."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from core import clock as portal_clock
from core.errors import Invalid, NotAllowed, WrongState
from funding.models import LedgerEntry
from funding.services import Voucher, pay
from programmes.locking import lock_through, locked_through
from programmes.models import DataLock
from tests import factories as f
from tests.clocks import Clock

URL = reverse("funding:lock")
LATE = Voucher("UNC 45", dt.date(2025, 12, 20), "Chứng từ đến muộn")


@pytest.fixture
def office(db: Any) -> tuple[f.Place, f.People]:
    place = f.Place()
    return place, f.People(place)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    return client


def test_late_voucher_keeps_its_date_and_is_recorded_in_the_open_time(office: Any, clock: Clock) -> None:
    place, people = office
    clock.set("2026-01-10 09:00")
    project = f.approved(place, people)
    clock.set("2026-02-02 09:00")
    lock_through(place.province, dt.date(2026, 2, 1), "Chốt tháng 1", actor=people.leader)
    entry = pay(project, "local", "advance", 1_000, LATE, actor=people.accountant)
    assert (entry.document_on, entry.recorded_on) == (dt.date(2025, 12, 20), dt.date(2026, 2, 2))


def test_nothing_is_recorded_on_a_locked_day(office: Any, clock: Clock) -> None:
    place, people = office
    clock.set("2026-02-02 09:00")
    project = f.approved(place, people)
    lock_through(place.province, dt.date(2026, 2, 2), "Chốt số liệu", actor=people.leader)
    with pytest.raises(WrongState, match="02/02/2026"):
        pay(project, "local", "advance", 1_000, LATE, actor=people.accountant)
    assert not LedgerEntry.objects.filter(account="paid").exists()
    clock.set("2026-02-03 00:01")
    pay(project, "local", "advance", 1_000, LATE, actor=people.accountant)


def test_lock_of_one_province_leaves_another_open(office: Any, clock: Clock) -> None:
    place, people = office
    clock.set("2026-02-02 09:00")
    project = f.approved(place, people)
    other = f.Place("40", "Nghệ An")
    leader = f.user("lanhdao40", "leader", other.province, other.department)
    lock_through(other.province, dt.date(2026, 2, 2), "Chốt", actor=leader)
    pay(project, "local", "advance", 1_000, LATE, actor=people.accountant)
    with pytest.raises(NotAllowed):
        lock_through(place.province, dt.date(2026, 2, 1), "Chốt", actor=leader)


def test_line_moves_only_forward_and_not_past_today(office: Any) -> None:
    place, people = office
    today = portal_clock.today()
    lock_through(place.province, today - dt.timedelta(days=5), "Chốt", actor=people.leader)
    for day in (today - dt.timedelta(days=5), today - dt.timedelta(days=6), today + dt.timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            lock_through(place.province, day, "Chốt", actor=people.leader)
        assert "locked_through" in refused.value.fields
    assert locked_through(place.province.pk) == today - dt.timedelta(days=5)


def test_leader_moves_it_on_the_page_and_it_is_written_down(office: Any) -> None:
    place, people = office
    day = portal_clock.today() - dt.timedelta(days=1)
    client = browser(people.leader)
    answer = client.post(URL, {"locked_through": f"{day:%d/%m/%Y}", "reason": "Chốt số liệu quý III"})
    assert answer.status_code == 302
    assert f"Đã khóa số liệu đến hết ngày {day:%d/%m/%Y}" in client.get(URL).content.decode()
    entry = Entry.objects.about(DataLock.objects.get()).get()
    assert (entry.action, entry.note) == ("lock", "Chốt số liệu quý III")


@pytest.mark.parametrize(
    "data", [{"reason": "x"}, {"locked_through": "x", "reason": "y"}, {"locked_through": "01/01/2030"}]
)
def test_wrong_entry_is_named_and_nothing_is_locked(data: dict[str, str], office: Any) -> None:
    answer = browser(office[1].leader).post(URL, data)
    assert answer.status_code == 422 and answer.context["form"].errors
    assert not DataLock.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("officer", 403),
        ("accountant", 403),
        ("auditor", 403),
        ("centre", 404),
        ("collaborator", 404),
        ("ministry", 404),
        ("administrator", 404),
    ],
)
def test_other_roles_lock_nothing(role: str, status: int, office: Any) -> None:
    client = browser(office[1].all()[role])
    day = portal_clock.today() - dt.timedelta(days=1)
    assert client.post(URL, {"locked_through": f"{day:%d/%m/%Y}", "reason": "x"}).status_code == status
    assert client.get(URL).status_code == (200 if status == 403 else 404)
    assert not DataLock.objects.exists()


@pytest.mark.needs_postgresql
def test_line_waits_for_who_is_just_recording(transactional_db: None) -> None:
    """The entry was begun first, so the line that would lock its day comes after it and is not passed unseen."""
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people)
    began, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def record() -> None:
        from django.db import transaction

        with transaction.atomic():
            pay(project, "local", "advance", 1_000, LATE, actor=people.accountant)
            began.set()
            assert go_on.wait(10)
            order.append("recorded")
        connections.close_all()

    def lock() -> None:
        lock_through(place.province, portal_clock.today(), "Chốt", actor=people.leader)
        order.append("locked")
        connections.close_all()

    first, second = threading.Thread(target=record), threading.Thread(target=lock)
    first.start()
    assert began.wait(10)
    second.start()
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _attempt in range(500):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                break
        second.join(0.02)
    go_on.set()
    first.join()
    second.join()
    assert order == ["recorded", "locked"]
