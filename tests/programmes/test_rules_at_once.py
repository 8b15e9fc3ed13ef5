"""Two administrators who enter the same rule at the same moment."""

import contextlib
import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from core.errors import Invalid
from programmes import rules
from programmes.models import AdvanceTier
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def both_add(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What becomes of each. Who has looked for rules in the way waits a moment for the other to have looked too."""
    place = factories.Place()
    people = factories.People(place)
    together, look, ends = threading.Barrier(2), rules._in_the_way, []

    def looked(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        return found

    monkeypatch.setattr(rules, "_in_the_way", looked)

    def add(first: dt.date) -> None:
        values = {"source": "local", "area": place.province, "tier": 1, "percent": Decimal(30)}
        values |= {"valid_from": first, "legal_basis": "Điều 4", "verified": "yes"}
        try:
            rules.add_rule(rules.KINDS["tiers"], values, "Quy chế mới", actor=people.administrator)
            ends.append("stored")
        except Invalid as refused:
            ends.append(next(iter(refused.fields)))
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[dt.date(2026, month, 1)]) for month in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(ends)


def test_only_one_of_two_who_enter_the_same_at_once_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = both_add(monkeypatch)
    assert "stored" in ends and len(set(ends)) == 2
    assert AdvanceTier.objects.count() == 1


@pytest.mark.needs_postgresql
def test_without_the_lock_both_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "lock_name", lambda name: None)
    assert both_add(monkeypatch) == ["stored", "stored"]
