"""Balances recomputed from nothing: what was changed behind the ledger's back is found."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from core import guards
from funding.services import Voucher, pay
from tests import factories as f

VOUCHER = Voucher("PC-01", dt.date(2026, 1, 15), "Tạm ứng")


@pytest.fixture
def office(transactional_db: None) -> None:
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people, 300_000_000)
    pay(project, "local", "advance", 120_000_000, VOUCHER, actor=people.accountant)


def check() -> str:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    return out.getvalue()


def test_ledger_in_order_is_said_to_be(office: Any) -> None:
    assert "3 entries" in check()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE funding_budgetbalance SET paid_vnd = paid_vnd - 1", "paid is stored as 119999999 đồng"),
        ("UPDATE funding_projectbalance SET allocated_vnd = allocated_vnd + 1", "allocated is stored as 300000001"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 100000000 WHERE account = 'paid'", "add up to 100000000 đồng"),
        ("DELETE FROM funding_projectbalance", "entries without a balance"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 1000 WHERE account = 'given'", "passes a ceiling"),
    ],
)
def test_row_changed_behind_its_back_is_found(statement: str, said: str, office: Any) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(CommandError, match=said):
        check()
