"""Balances recomputed from nothing: what was changed behind the ledger's back is found."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from core import guards
from funding.services import Voucher, correct, pay
from tests import factories as f

VOUCHER = Voucher("PC-01", dt.date(2026, 1, 15), "Tạm ứng")


@pytest.fixture
def office(transactional_db: None) -> None:
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people, 300_000_000)
    pay(project, "local", "advance", 120_000_000, VOUCHER, actor=people.accountant)
    pay(project, "local", "clearing", 50_000_000, VOUCHER, actor=people.accountant)
    pay(project, "local", "delivery", 40_000_000, VOUCHER, actor=people.accountant)
    payment = pay(project, "local", "payment", 10_000_000, VOUCHER, actor=people.accountant)
    correct(payment, -1_000_000, VOUCHER, actor=people.accountant)


def check() -> str:
    out = io.StringIO()
    call_command("check_ledger", stdout=out)
    return out.getvalue()


def test_ledger_in_order_is_said_to_be(office: Any) -> None:
    assert "7 entries" in check()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE funding_budgetbalance SET paid_vnd = paid_vnd - 1", "paid is stored as 128999999 đồng"),
        ("UPDATE funding_projectbalance SET allocated_vnd = allocated_vnd + 1", "allocated is stored as 300000001"),
        ("UPDATE funding_projectbalance SET advanced_vnd = advanced_vnd + 1", "advanced is stored as 120000001"),
        ("UPDATE funding_projectbalance SET cleared_vnd = cleared_vnd - 1", "cleared is stored as 49999999"),
        ("UPDATE funding_projectbalance SET delivered_vnd = delivered_vnd - 1", "delivered is stored as 39999999"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 9000000 WHERE kind = 'payment'", "add up to 128000000 đồng"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 1 WHERE kind = 'clearing'", "cleared is stored as 50000000"),
        ("UPDATE funding_ledgerentry SET kind = 'payment', advance_vnd = 0 WHERE kind = 'advance'", "passes a ceiling"),
        ("DELETE FROM funding_projectbalance", "entries without a balance"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 1000 WHERE account = 'given'", "passes a ceiling"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 1000 WHERE account = 'given'", "given is -299999000 đồng"),
        ("UPDATE funding_ledgerentry SET amount_vnd = 200000000 WHERE kind = 'delivery'", "paid is -71000000 đồng"),
        (
            "UPDATE funding_ledgerentry SET corrects_id = (SELECT id FROM funding_ledgerentry WHERE kind = 'clearing') "
            "WHERE kind = 'correction'",
            "is of another account, project or budget than what it corrects",
        ),
    ],
)
def test_row_changed_behind_its_back_is_found(statement: str, said: str, office: Any) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(CommandError, match=said):
        check()
