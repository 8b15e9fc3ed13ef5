"""Never a đồng over a ceiling: through the services by fifty processes, and past them by raw SQL."""

import datetime as dt
import multiprocessing
from collections import Counter
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Sum

from accounts.models import Agency, User
from core import guards
from core.errors import CeilingExceeded, WrongState
from funding.models import Budget, BudgetBalance, LedgerEntry, ProjectBalance
from funding.services import Voucher, allocate, correct, give_budget, pay, recompute
from projects.models import Project
from projects.services import DecisionData, take_step
from tests import factories as f

VOUCHER = Voucher("07/UNC", dt.date(2026, 3, 2))


@pytest.fixture
def office() -> tuple[f.Place, f.People]:
    place = f.Place()
    return place, f.People(place)


@pytest.mark.django_db
def test_approval_over_the_budget_is_refused_with_the_missing_amount(office: Any) -> None:
    place, people = office
    f.budget(place, people, 298_000_000)
    project = take_step(f.project(place, people), "submit", actor=people.officer)
    data = {"decision": f.decision(place), "money": {"local": 300_000_000}}
    with pytest.raises(CeilingExceeded) as refused:
        take_step(project, "approve", actor=people.leader, data=data)
    assert refused.value.extra == {"needed_vnd": 300_000_000, "left_vnd": 298_000_000, "missing_vnd": 2_000_000}
    project.refresh_from_db()
    assert project.state == "submitted"
    assert not project.decisions.exists()
    assert not LedgerEntry.objects.filter(project=project).exists()


@pytest.mark.django_db
def test_the_last_dong_can_be_approved(office: Any) -> None:
    place, people = office
    f.budget(place, people, 300_000_000)
    f.approved(place, people, 300_000_000)
    balance = BudgetBalance.objects.get()
    assert (balance.given_vnd, balance.allocated_vnd) == (300_000_000, 300_000_000)


@pytest.mark.django_db
def test_payment_over_the_approval_is_refused_and_a_return_makes_room(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    pay(project, "local", "advance", 150_000_000, VOUCHER, actor=people.accountant)
    with pytest.raises(CeilingExceeded) as refused:
        pay(project, "local", "payment", 150_000_001, VOUCHER, actor=people.accountant)
    assert refused.value.extra["missing_vnd"] == 1
    pay(project, "local", "return", 50_000_000, VOUCHER, actor=people.accountant)
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    pay(project, "local", "payment", 200_000_000, VOUCHER, actor=people.accountant)
    balance = ProjectBalance.objects.get(project=project)
    assert balance.paid_vnd == balance.allocated_vnd == 300_000_000


@pytest.mark.django_db
def test_more_cannot_be_returned_than_was_paid(office: Any) -> None:
    place, people = office
    project = f.approved(place, people)
    pay(project, "local", "advance", 10, VOUCHER, actor=people.accountant)
    with pytest.raises(CeilingExceeded):
        pay(project, "local", "return", 11, VOUCHER, actor=people.accountant)


@pytest.mark.django_db
def test_budget_cannot_sink_below_what_was_approved(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    with pytest.raises(CeilingExceeded):
        give_budget(place.province, project.programme, "local", 2026, -700_000_001, VOUCHER, actor=people.leader)
    give_budget(place.province, project.programme, "local", 2026, -700_000_000, VOUCHER, actor=people.leader)
    with pytest.raises(CeilingExceeded):
        allocate(project, "local", 1, f.decision(place, "46/QĐ-UBND"), actor=people.leader)


@pytest.mark.django_db
def test_correction_is_a_counter_entry_and_balances_can_be_recomputed(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    entry = pay(project, "local", "payment", 120_000_000, VOUCHER, actor=people.accountant)
    counter = correct(
        entry, -20_000_000, Voucher("08/ĐC", dt.date(2026, 3, 3), "Ghi nhầm số tiền"), actor=people.accountant
    )
    entry.refresh_from_db()
    assert entry.amount_vnd == 120_000_000
    assert counter.corrects == entry
    balance = BudgetBalance.objects.get()
    assert balance.paid_vnd == 100_000_000
    assert recompute(Budget.objects.get()) == {
        "given": 1_000_000_000,
        "allocated": 300_000_000,
        "paid": 100_000_000,
        "cleared": 0,
        "delivered": 0,
    }


@pytest.mark.django_db
def test_project_closes_only_when_settled(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    with pytest.raises(WrongState):
        take_step(project, "close", actor=people.officer)
    pay(project, "local", "payment", 300_000_000, VOUCHER, actor=people.accountant)
    assert take_step(project, "close", actor=people.officer).state == "closed"


@pytest.mark.django_db
def test_stopping_gives_unspent_money_back_to_the_budget(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    pay(project, "local", "advance", 100_000_000, VOUCHER, actor=people.accountant)
    data = {"decision": f.decision(place, "99/QĐ-UBND")}
    take_step(project, "stop", actor=people.leader, note="Cơ sở xin rút", data=data)
    assert BudgetBalance.objects.get().allocated_vnd == 100_000_000


# --- nobody may bypass it ---------------------------------------------------------------------------------------------


def _insert(budget: int, project: int | None, account: str, kind: str, amount: int, verb: str = "INSERT") -> str:
    owner = project if project is not None else "NULL"
    return (
        f"{verb} INTO funding_ledgerentry (public_id, budget_id, project_id, account, kind, amount_vnd, document_no, "
        f"document_on, reason, recorded_at, recorded_on, recorded_by_label) VALUES "
        f"('{f.new_uuid().hex}', {budget}, {owner}, '{account}', '{kind}', {amount}, 'x', '2026-01-01', 'x', "
        f"'2026-01-01 00:00:00+00', '2026-01-01', 'sql')"
    )


def _refused(*statements: str) -> None:
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_raw_sql_cannot_go_over_a_ceiling_or_touch_the_ledger(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 300_000_000)
    entry = pay(project, "local", "advance", 100, VOUCHER, actor=people.accountant)
    budget = entry.budget_id
    _refused(
        _insert(budget, project.pk, "allocated", "allocation", 700_000_001),
        _insert(budget, project.pk, "paid", "payment", 299_999_901),
        _insert(budget, project.pk, "paid", "return", -101),
        _insert(budget, None, "given", "budget", -700_000_001),
        f"UPDATE funding_ledgerentry SET amount_vnd = 1 WHERE id = {entry.pk}",
        f"UPDATE funding_ledgerentry SET document_on = '2026-01-01' WHERE id = {entry.pk}",
        f"DELETE FROM funding_ledgerentry WHERE id = {entry.pk}",
        f"UPDATE funding_budgetbalance SET allocated_vnd = 0 WHERE budget_id = {budget}",
        f"DELETE FROM funding_budgetbalance WHERE budget_id = {budget}",
        f"UPDATE funding_projectbalance SET paid_vnd = 0 WHERE project_id = {project.pk}",
        f"DELETE FROM funding_projectbalance WHERE project_id = {project.pk}",
    )
    if connection.vendor == "sqlite":
        _refused(
            _insert(budget, project.pk, "allocated", "allocation", 700_000_001, "INSERT OR IGNORE"),
            f"INSERT OR REPLACE INTO funding_ledgerentry SELECT * FROM funding_ledgerentry WHERE id = {entry.pk}",
        )
    else:
        _refused("TRUNCATE funding_ledgerentry CASCADE", "TRUNCATE funding_budgetbalance")
    with connection.cursor() as cursor:  # control: what is within the ceiling is taken, to the last đồng
        cursor.execute(_insert(budget, project.pk, "allocated", "allocation", 700_000_000))
    assert BudgetBalance.objects.get().allocated_vnd == 1_000_000_000


# --- fifty at once ----------------------------------------------------------------------------------------------------

PROCESSES = 50
SHARE = 30_000_000


def _guarded(project: Project, number: int, barrier: Any) -> str:
    leader = User.objects.get(username="lanhdao")
    decision = DecisionData(issuer=Agency.objects.first(), number=f"{number}/QĐ", decided_on=dt.date(2026, 2, 2))
    barrier.wait(60)
    try:
        allocate(project, "local", SHARE, decision, actor=leader)
    except CeilingExceeded as error:
        return f"missing {error.extra['missing_vnd']}"
    return "accepted"


def _unguarded(project: Project, number: int, barrier: Any) -> str:
    """Look, then write, with nothing in between that stops another."""
    total = sum(LedgerEntry.objects.filter(account="allocated").values_list("amount_vnd", flat=True))
    barrier.wait(60)
    if total + SHARE > 1_000_000_000:
        return "refused"
    LedgerEntry.objects.create(
        budget=Budget.objects.get(),
        project=project,
        account="allocated",
        kind="allocation",
        amount_vnd=SHARE,
        document_no=str(number),
        document_on=dt.date(2026, 2, 2),
        recorded_by_label="x",
    )
    return "accepted"


def _ask_together(project: Project, ask: Any) -> list[str]:
    """Fifty processes, let loose at the same moment; the last word of each."""
    context = multiprocessing.get_context("fork")
    barrier, words = context.Barrier(PROCESSES), context.Queue()

    def run(number: int) -> None:
        try:
            words.put(ask(project, number, barrier))
        except BaseException as error:
            words.put(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    connections.close_all()  # a connection is not shared over a fork
    processes = [context.Process(target=run, args=(number,)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    said = [words.get(timeout=120) for _process in processes]
    for process in processes:
        process.join(30)
    return said


@pytest.mark.django_db(transaction=True)
def test_fifty_processes_share_a_budget_to_the_last_full_share(office: Any) -> None:
    place, people = office
    project = f.approved(place, people, 1)  # of 1.000.000.001 given, so that exactly 1.000.000.000 are left
    give_budget(place.province, project.programme, "local", 2026, 1, VOUCHER, actor=people.leader)
    words = Counter(_ask_together(project, _guarded))
    assert words == {"accepted": 33, "missing 20000000": 17}
    total = LedgerEntry.objects.filter(account="allocated").aggregate(total=Sum("amount_vnd"))["total"]
    assert total == 33 * SHARE + 1 == BudgetBalance.objects.get().allocated_vnd


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_the_budget_is_overdrawn(office: Any) -> None:
    """The same race with look and write apart and the guards lifted goes over: the test above can fail."""
    place, people = office
    project = f.approved(place, people, 1)
    with guards.lifted():
        words = _ask_together(project, _unguarded)
        total = LedgerEntry.objects.filter(account="allocated").aggregate(total=Sum("amount_vnd"))["total"]
    assert words.count("accepted") == PROCESSES
    assert total > 1_000_000_000
