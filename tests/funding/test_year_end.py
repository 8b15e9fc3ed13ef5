"""The end of the year: what will lapse and why, what is cancelled or carried over by a decision, never a đồng over."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from core.errors import CeilingExceeded, NotAllowed, WrongState
from funding.checking import differences_seen_by, trial_balance
from funding.models import Budget, BudgetBalance, LedgerEntry, ProjectBalance
from funding.services import Voucher, correct, pay
from funding.year_end import cancel, carry_over
from programmes.models import Programme
from projects.models import Project
from projects.services import take_step
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 12, 1)
VOUCHER = Voucher("07/UNC", DAY, "Theo hồ sơ")
MILLION = 1_000_000


@pytest.fixture
def place(clock: Clock, db: None) -> f.Place:
    clock.set("2026-12-10 09:00")
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def project(place: f.Place, people: f.People) -> Project:
    """Of 1.000 triệu 300 approved, 100 paid."""
    row = f.approved(place, people)
    pay(row, "local", "payment", 100 * MILLION, VOUCHER, actor=people.accountant)
    return row


@pytest.fixture
def budget(project: Project) -> Budget:
    return Budget.objects.get()


def stands(year: int) -> tuple[int, int, int]:
    row = BudgetBalance.objects.get(budget__year=year)
    return (row.given_vnd // MILLION, row.allocated_vnd // MILLION, row.paid_vnd // MILLION)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def test_unpaid_money_goes_on_in_the_next_year_for_the_same_project(people: Any, project: Any, budget: Any) -> None:
    entries = carry_over(budget, project, 200 * MILLION, VOUCHER, actor=people.leader)
    assert [(row.budget.year, row.account, row.amount_vnd // MILLION) for row in entries] == [
        (2026, "allocated", -200),
        (2026, "given", -200),
        (2027, "given", 200),
        (2027, "allocated", 200),
    ]
    assert (stands(2026), stands(2027)) == ((800, 100, 100), (200, 200, 0))
    assert sum(trial_balance().values()) == 0
    assert differences_seen_by("default") == []
    assert Entry.objects.filter(action="carry_over").count() == 4
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    pay(project, "local", "payment", 200 * MILLION, VOUCHER, actor=people.accountant, budget_year=2027)
    assert take_step(project, "close", actor=people.officer).state == "closed"


def test_not_a_dong_more_is_carried_over_than_is_left_and_nothing_half(people: Any, project: Any, budget: Any) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises(CeilingExceeded) as refused:
        carry_over(budget, project, 200 * MILLION + 1, VOUCHER, actor=people.leader)
    assert refused.value.extra["missing_vnd"] == 1
    assert LedgerEntry.objects.count() == before
    carry_over(budget, project, 150 * MILLION, VOUCHER, actor=people.accountant)
    with pytest.raises(CeilingExceeded):
        carry_over(budget, project, 50 * MILLION + 1, VOUCHER, actor=people.accountant)


def test_carried_over_at_the_very_last_entry_or_not_at_all(
    people: Any, project: Any, budget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from funding import year_end

    right, done = year_end.enter, list[str]()

    def breaks_down(action: str, **values: Any) -> Any:
        done.append(action)
        if len(done) == 4:
            raise RuntimeError("the server stops")
        return right(action, **values)

    monkeypatch.setattr(year_end, "enter", breaks_down)
    with pytest.raises(RuntimeError):
        carry_over(budget, project, 200 * MILLION, VOUCHER, actor=people.leader)
    assert not LedgerEntry.objects.filter(kind="carry_over").exists()
    assert stands(2026) == (1000, 300, 100)


def test_budget_is_cancelled_of_a_project_and_of_nobody(people: Any, project: Any, budget: Any) -> None:
    cancel(budget, 200 * MILLION, VOUCHER, actor=people.leader, project=project)
    assert stands(2026) == (800, 100, 100)
    with pytest.raises(CeilingExceeded):
        cancel(budget, 700 * MILLION + 1, VOUCHER, actor=people.accountant)
    cancel(budget, 700 * MILLION, VOUCHER, actor=people.accountant)
    assert stands(2026) == (100, 100, 100)
    with pytest.raises(WrongState):
        correct(LedgerEntry.objects.filter(kind="cancel").latest("id"), 1, VOUCHER, actor=people.accountant)


def test_only_leader_and_accountant_close_the_year(people: Any, project: Any, budget: Any) -> None:
    for person in (people.officer, people.centre, people.auditor, people.ministry, f.stranger("leader")):
        with pytest.raises(NotAllowed):
            cancel(budget, 1, VOUCHER, actor=person)
        with pytest.raises(NotAllowed):
            carry_over(budget, project, 1, VOUCHER, actor=person)


def test_programme_that_ends_hands_over_to_the_one_that_follows(
    place: Any, people: Any, project: Any, budget: Any
) -> None:
    Programme.objects.filter(pk=project.programme_id).update(year_to=2026)
    budget = Budget.objects.get()
    following = f.programme(place, code="KCDP-2027-2030", year_from=2027)
    carry_over(budget, project, MILLION, VOUCHER, actor=people.leader)
    assert Budget.objects.get(year=2027).programme == following


def test_money_of_a_stopped_project_is_not_carried_over(place: Any, people: Any, project: Any, budget: Any) -> None:
    Project.objects.filter(pk=project.pk).update(stopped_on=DAY)
    with pytest.raises(WrongState):
        carry_over(budget, project, MILLION, VOUCHER, actor=people.leader)


def test_page_names_what_will_lapse_and_the_projects_behind_it(
    place: Any, people: Any, project: Any, budget: Any, clock: Clock
) -> None:
    ends = {"late": dt.date(2026, 11, 30), "next": dt.date(2027, 3, 1), "soon": dt.date(2026, 12, 20)}
    Project.objects.filter(pk=project.pk).update(started_on=DAY, ends_on=ends["soon"])
    for name in ("late", "next"):
        row = f.approved(place, people, 10 * MILLION, beneficiaries=[f.enterprise(place, name)])
        Project.objects.filter(pk=row.pk).update(started_on=DAY, ends_on=ends[name])
    f.approved(place, people, 5 * MILLION, beneficiaries=[f.enterprise(place, "not started")])
    url = reverse("funding:year_end", args=[budget.public_id])
    answer = browser(people.auditor).get(url)
    end = answer.context["end"]
    free = 1000 - 300 - 10 - 10 - 5
    assert (end.given_vnd, end.allocated_vnd, end.paid_vnd) == (1000 * MILLION, 325 * MILLION, 100 * MILLION)
    assert (end.committed_vnd, end.unspent_vnd) == (225 * MILLION, (free + 25) * MILLION)
    html = answer.content.decode()
    for words in ("chậm: phải kết thúc ngày 30/11/2026", "01/03/2027", "chưa triển khai", "dự kiến chi hết"):
        assert words in html, words
    assert 'name="kind"' not in html
    clock.set("2027-01-05 09:00")
    assert browser(people.auditor).get(url).context["end"].unspent_vnd == 900 * MILLION
    assert browser(f.stranger("leader")).get(url).status_code == 404


def test_decision_is_recorded_on_the_page(place: Any, people: Any, project: Any, budget: Any) -> None:
    url, client = reverse("funding:year_end", args=[budget.public_id]), browser(people.leader)
    html = client.get(f"{url}?project={project.code}").content.decode()
    assert 'value="200.000.000"' in html
    typed = {"kind": "carry_over", "project": project.pk, "amount_vnd": "200.000.001", "issuer": place.committee.pk}
    typed |= {"document_no": "99/QĐ-UBND", "document_on": "09/12/2026", "form_key": str(f.new_uuid())}
    answer = client.post(url, typed)
    assert answer.status_code == 409
    assert "thiếu 1." in answer.content.decode()
    assert client.post(url, {**typed, "project": ""}).status_code == 422
    for _click in range(2):
        assert client.post(url, {**typed, "amount_vnd": "200.000.000"}).status_code == 302
    assert (stands(2026), stands(2027)) == ((800, 100, 100), (200, 200, 0))
    html = client.get(url).content.decode()
    assert "Chuyển nguồn sang năm sau" in html
    assert "99/QĐ-UBND" in html
    entry = LedgerEntry.objects.filter(kind="carry_over").earliest("id")
    assert reverse("funding:correct", args=[entry.public_id]) not in html
    assert browser(people.officer).post(url, typed).status_code == 403
    assert ProjectBalance.objects.filter(project=project).count() == 2


def test_board_tells_what_became_of_the_money_paid(people: Any, project: Any) -> None:
    money: Any = lambda kind, amount: pay(project, "local", kind, amount * MILLION, VOUCHER, actor=people.accountant)  # noqa: E731
    for kind, amount in (("advance", 90), ("clearing", 50), ("recovery", 10), ("delivery", 60), ("return", 20)):
        money(kind, amount)
    row = browser(people.officer).get(reverse("funding:board"), {"year": "2026"}).context["rows"][0]
    shown = {name: row[name] // MILLION for name in ("paid", "advanced", "open", "returned", "settled", "delivered")}
    assert shown == {"paid": 160, "advanced": 80, "open": 30, "returned": 20, "settled": 130, "delivered": 60}
