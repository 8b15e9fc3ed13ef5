"""Advances are cleared or recovered, money reaches the establishment: never more than there is, and on both ends the
accounts together are zero."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import CeilingExceeded, Invalid, WrongState
from core.models import Source
from funding.checking import trial_balance
from funding.models import COUNTER, Account, LedgerEntry, ProjectBalance
from funding.services import Voucher, correct, pay
from projects.models import Project
from projects.services import take_step
from tests import factories as f
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

VOUCHER = Voucher("07/UNC", dt.date(2026, 3, 2))
WRONG = Voucher("08/ĐC", dt.date(2026, 3, 3), "Ghi nhầm")
MILLION = 1_000_000


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def project(place: f.Place, people: f.People) -> Project:
    """300 triệu approved, 150 advanced."""
    row = f.approved(place, people)
    pay(row, "local", "advance", 150 * MILLION, VOUCHER, actor=people.accountant)
    return row


class Money:
    """What the accountant records of one project."""

    def __init__(self, project: Project, people: f.People, source: str = "local") -> None:
        self.project, self.people, self.source = project, people, source

    def __call__(self, kind: str, amount: int, **more: Any) -> LedgerEntry:
        return pay(self.project, self.source, kind, amount, VOUCHER, actor=self.people.accountant, **more)

    def correct(self, entry: LedgerEntry, amount: int) -> LedgerEntry:
        return correct(entry, amount, WRONG, actor=self.people.accountant)

    @property
    def stands(self) -> tuple[int, int, int, int]:
        """(paid, open advances, settled, delivered) in triệu đồng."""
        row = ProjectBalance.objects.get(project=self.project)
        return tuple(  # type: ignore[return-value]
            amount // MILLION for amount in (row.paid_vnd, row.outstanding_vnd, row.settled_vnd, row.delivered_vnd)
        )


@pytest.fixture
def money(project: Project, people: f.People) -> Money:
    return Money(project, people)


def test_every_entry_stands_between_two_accounts_and_all_are_zero_together(money: Money) -> None:
    money("payment", 100 * MILLION)
    money("clearing", 90 * MILLION)
    money("recovery", 60 * MILLION)
    money("delivery", 120 * MILLION)
    money("return", 20 * MILLION)
    for entry in LedgerEntry.objects.all():
        assert entry.counter == COUNTER[Account(entry.account)]
    sums = {account: amount // MILLION for account, amount in trial_balance().items()}
    assert sums == {
        "treasury": -1000,
        "given": 700,
        "allocated": 130,
        "paid": 50,
        "delivered": 120,
        "cleared": 90,
        "advances": -90,
    }
    assert sum(sums.values()) == 0


def test_advance_is_cleared_never_beyond_what_is_open(money: Money) -> None:
    money("clearing", 100 * MILLION)
    assert money.stands == (150, 50, 100, 0)
    with pytest.raises(CeilingExceeded) as refused:
        money("clearing", 50 * MILLION + 7)
    assert refused.value.extra["missing_vnd"] == 7
    money("clearing", 50 * MILLION)
    assert money.stands == (150, 0, 150, 0)


def test_unspent_advance_is_recovered_and_may_be_paid_again(money: Money) -> None:
    money("clearing", 100 * MILLION)
    with pytest.raises(CeilingExceeded) as refused:
        money("recovery", 50 * MILLION + 1)
    assert refused.value.extra["missing_vnd"] == 1
    entry = money("recovery", 50 * MILLION)
    assert (entry.amount_vnd, entry.account) == (-50 * MILLION, "paid")
    assert money.stands == (100, 0, 100, 0)
    money("payment", 199 * MILLION)
    with pytest.raises(CeilingExceeded):
        money("clearing", 1)  # a payment is no advance


def test_return_takes_what_is_accounted_for_before_the_advance(money: Money) -> None:
    money("payment", 40 * MILLION)
    entry = money("return", 60 * MILLION)
    assert entry.advance_vnd == -20 * MILLION
    assert money.stands == (130, 130, 0, 0)
    back = money.correct(entry, 30 * MILLION)
    assert back.advance_vnd == 20 * MILLION
    assert money.stands == (160, 150, 10, 0)
    assert money.correct(entry, 10 * MILLION).advance_vnd == 0


def test_correction_of_an_advance_changes_what_is_open(money: Money) -> None:
    advance = LedgerEntry.objects.get(kind="advance")
    money.correct(advance, -30 * MILLION)
    assert money.stands == (120, 120, 0, 0)
    money("clearing", 100 * MILLION)
    with pytest.raises(CeilingExceeded):
        money.correct(advance, -21 * MILLION)  # it is cleared


def test_payment_cannot_be_corrected_out_of_an_open_advance(money: Money) -> None:
    payment = money("payment", 50 * MILLION)
    money("return", 50 * MILLION)
    with pytest.raises(CeilingExceeded):
        money.correct(payment, -1)


def test_money_reaches_the_only_establishment_without_naming_it(money: Money) -> None:
    entry = money("delivery", 100 * MILLION)
    assert entry.establishment == money.project.beneficiaries.get()
    with pytest.raises(CeilingExceeded) as refused:
        money("delivery", 50 * MILLION + 3)
    assert refused.value.extra["missing_vnd"] == 3
    with pytest.raises(CeilingExceeded) as refused:
        money("return", 50 * MILLION + 4)
    assert refused.value.extra["missing_vnd"] == 4
    money.correct(entry, -10 * MILLION)
    money("return", 60 * MILLION)
    assert money.stands == (90, 90, 0, 90)


def test_each_of_several_establishments_has_its_own(place: f.Place, people: f.People) -> None:
    first, second = f.enterprise(place, "HTX Mây tre"), f.enterprise(place, "HTX Chiếu cói")
    row = f.approved(place, people, type="group", beneficiaries=[first, second])
    money = Money(row, people)
    money("payment", 200 * MILLION)
    with pytest.raises(Invalid):
        money("delivery", 1)
    with pytest.raises(Invalid):
        money("delivery", 1, establishment=f.enterprise(place, "Cơ sở ngoài đề án"))
    one = money("delivery", 120 * MILLION, establishment=first)
    money("delivery", 50 * MILLION, establishment=second)
    money.correct(one, -120 * MILLION)
    with pytest.raises(CeilingExceeded):
        money.correct(one, -1)  # though the second still has 50 triệu
    assert money.stands[3] == 50


def test_task_without_beneficiary_has_no_second_hop(place: f.Place, people: f.People) -> None:
    estimate = {"local": 300 * MILLION}
    money = Money(f.approved(place, people, type="task", beneficiaries=[], estimate=estimate), people)
    money("payment", 10 * MILLION)
    with pytest.raises(Invalid):
        money("delivery", 1)


# --- closing ----------------------------------------------------------------------------------------------------------


def to_acceptance(project: Project, people: f.People) -> Project:
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    return project


def test_project_whose_clearing_is_recorded_closes_at_its_end(money: Money, people: f.People) -> None:
    project = money.project = to_acceptance(money.project, people)
    money("clearing", 100 * MILLION)
    money("payment", 150 * MILLION)
    with pytest.raises(WrongState, match="50.000.000"):
        take_step(project, "close", actor=people.officer)
    money("clearing", 50 * MILLION)
    with pytest.raises(WrongState, match="300.000.000"):
        take_step(project, "close", actor=people.officer)
    money("delivery", 300 * MILLION)
    assert take_step(project, "close", actor=people.officer).state == "closed"


def test_project_of_which_only_payments_are_known_closes_and_its_page_says_so(money: Money, people: f.People) -> None:
    project = money.project = to_acceptance(money.project, people)
    money("payment", 150 * MILLION)
    assert take_step(project, "close", actor=people.officer).state == "closed"
    client = Client()
    client.force_login(people.officer, backend="accounts.backends.PortalBackend")
    html = client.get(reverse("funding:project_panel", args=[project.public_id])).content.decode()
    assert "đề án này mới biết số đã giải ngân" in html


def test_national_project_is_followed_to_the_establishment(place: f.Place, people: f.People) -> None:
    national = f.programme(place, Source.NATIONAL)
    estimate = {Source.NATIONAL: 300 * MILLION, Source.COUNTERPART: 300 * MILLION}
    project = to_acceptance(f.approved(place, people, programme=national, estimate=estimate), people)
    money = Money(project, people, "national")
    money("payment", 300 * MILLION)
    with pytest.raises(WrongState):
        take_step(project, "close", actor=people.officer)
    money("delivery", 300 * MILLION)
    assert take_step(project, "close", actor=people.officer).state == "closed"


# --- the page ---------------------------------------------------------------------------------------------------------


def send(people: f.People, project: Project, **typed: str) -> Any:
    client = Client()
    client.force_login(people.accountant, backend="accounts.backends.PortalBackend")
    budget = ProjectBalance.objects.get(project=project).budget_id
    data = {"budget": budget, "amount_vnd": "1 triệu", "document_no": "UNC 9", "document_on": "02/03/2026"}
    data |= {"form_key": str(f.new_uuid()), **typed}
    return client.post(reverse("funding:pay", args=[project.public_id]), data)


def test_accountant_records_clearing_recovery_and_delivery_on_one_page(people: f.People, project: Project) -> None:
    for kind in ("clearing", "recovery", "delivery"):
        assert send(people, project, kind=kind).status_code == 302, kind
    client = Client()
    client.force_login(people.accountant, backend="accounts.backends.PortalBackend")
    html = client.get(reverse("funding:project_panel", args=[project.public_id])).content.decode()
    for words in ("Thanh toán tạm ứng", "Thu hồi tạm ứng", "Chi trả cho cơ sở thụ hưởng", "148.000.000"):
        assert words in html, words
    assert project.beneficiaries.get().name in html


def test_page_names_the_establishment_that_is_missing(place: f.Place, people: f.People) -> None:
    two = [f.enterprise(place, "HTX Mây tre"), f.enterprise(place, "HTX Chiếu cói")]
    project = f.approved(place, people, type="group", beneficiaries=two)
    assert send(people, project, kind="payment").status_code == 302
    answer = send(people, project, kind="delivery")
    assert answer.status_code == 422
    assert "establishment" in answer.context["form"].errors
    assert send(people, project, kind="payment", establishment=str(two[0].pk)).status_code == 422
    assert send(people, project, kind="delivery", establishment=str(two[0].pk)).status_code == 302


# --- the API ----------------------------------------------------------------------------------------------------------


def test_api_takes_the_new_kinds_and_keeps_what_was_paid_apart(people: f.People, project: Project) -> None:
    caller = Caller(people.accountant)
    body = {"project": str(project.public_id), "source": "local", "document_no": "UNC 9", "document_on": "2026-03-02"}
    posted = {
        kind: caller.post("/payments/", {**body, "kind": kind, "amount_vnd": MILLION})
        for kind in ("clearing", "recovery", "delivery")
    }
    assert {answer.status_code for answer in posted.values()} == {201}
    shown = {kind: answer.json() for kind, answer in posted.items()}
    assert [(row["account"], row["counter_account"], row["amount_vnd"]) for row in shown.values()] == [
        ("cleared", "advances", MILLION),
        ("paid", "allocated", -MILLION),
        ("delivered", "paid", MILLION),
    ]
    assert shown["delivery"]["establishment"] == str(project.beneficiaries.get().public_id)
    listed = caller.get("/payments/", project=str(project.public_id)).json()["results"]
    assert sum(row["amount_vnd"] for row in listed) == ProjectBalance.objects.get().paid_vnd
    for query in ({"kind": "delivery"}, {"account": "delivered"}):
        found = caller.get("/payments/", **query).json()["results"]
        assert [row["id"] for row in found] == [shown["delivery"]["id"]]
    answer = caller.post("/payments/", {**body, "kind": "clearing", "amount_vnd": 149 * MILLION})
    assert (answer.status_code, answer.json()["code"]) == (409, "ceiling_exceeded")
    correction = {**body, "kind": "correction", "reason": "Nhầm", "amount_vnd": -1, "corrects": shown["delivery"]["id"]}
    assert caller.post("/payments/", correction).json()["account"] == "delivered"
    stranger = {**body, "kind": "delivery", "amount_vnd": 1, "establishment": str(f.new_uuid())}
    assert caller.post("/payments/", stranger).status_code == 400
