"""One decision on many projects: its effect shown before, all of them or none, nothing over the budget."""

from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.errors import CeilingExceeded, NotAllowed
from funding import batches
from funding.batches import approve_batch, deciding, effects
from funding.models import BudgetBalance, LedgerEntry
from projects.models import Decision, Project
from projects.models import ProjectState as S
from projects.services import take_step
from tests import factories
from tests.projects.lives import browser, in_state, national

pytestmark = pytest.mark.django_db
URL, EFFECT = reverse("funding:batch"), reverse("funding:batch_effect")


@pytest.fixture
def waiting(place: Any, people: Any) -> list[Project]:
    factories.budget(place, people, 700_000_000)
    rows = [
        factories.project(place, people, beneficiaries=[factories.enterprise(place, f"Cơ sở {number}")])
        for number in range(3)
    ]
    return [take_step(row, "submit", actor=people.officer) for row in rows]


def typed(place: Any, rows: list[Project], amount: str = "200 triệu", **fields: Any) -> dict[str, Any]:
    values = {
        "form_key": str(factories.new_uuid()),
        "issuer": place.committee.pk,
        "number": "12/QĐ-UBND",
        "decided_on": f"{clock.today():%d/%m/%Y}",
        "batch": "đợt 2",
        "chosen": [str(row.pk) for row in rows],
        **{f"money_{row.pk}": amount for row in rows},
    }
    return {**values, **fields}


def test_many_are_approved_by_one_decision(place: Any, people: Any, waiting: list[Project]) -> None:
    client = browser(people.leader)
    page = client.get(URL).content.decode()
    assert all(row.code in page for row in waiting)
    data = typed(place, waiting)
    assert [client.post(URL, data).status_code for _click in range(2)] == [302, 302]
    assert set(Project.objects.values_list("state", flat=True)) == {S.APPROVED}
    assert set(Decision.objects.values_list("number", "batch")) == {("12/QĐ-UBND", "đợt 2")}
    assert Decision.objects.count() == 3
    assert BudgetBalance.objects.get().allocated_vnd == 600_000_000
    assert dict(Decision.objects.first().money.values_list("source", "amount_vnd")) == {
        "local": 200_000_000,
        "counterpart": 300_000_000,
    }


def test_effect_on_the_budget_is_shown_before_anything_is_stored(
    place: Any, people: Any, waiting: list[Project]
) -> None:
    client = browser(people.leader)
    query = {"chosen": [row.pk for row in waiting], **{f"money_{row.pk}": "300 triệu" for row in waiting}}
    html = client.get(EFFECT, query).content.decode()
    assert "900" in html and "200" in html and "Còn thiếu" in html
    two = client.get(EFFECT, {**query, "chosen": [row.pk for row in waiting[:2]]}).content.decode()
    assert "600" in two and "100" in two and "Còn thiếu" not in two
    assert not Decision.objects.exists()
    found = effects([(row, 300_000_000) for row in waiting])
    assert [(row.left_vnd, row.missing_vnd, row.count) for row in found] == [(-200_000_000, 200_000_000, 3)]


def test_one_over_the_budget_refuses_all_and_is_named(place: Any, people: Any, waiting: list[Project]) -> None:
    answer = browser(people.leader).post(URL, typed(place, waiting, "300 triệu"))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert waiting[2].code in " ".join(text for texts in answer.context["form"].errors.values() for text in texts)
    assert "đợt 2" in html and "300 triệu" in html
    assert set(Project.objects.values_list("state", flat=True)) == {S.SUBMITTED}
    assert not LedgerEntry.objects.filter(account="allocated").exists()
    money = {row.pk: 300_000_000 for row in waiting}
    with pytest.raises(CeilingExceeded):
        approve_batch(money, factories.decision(place), actor=people.leader)
    money[waiting[2].pk] = 100_000_000
    assert len(approve_batch(money, factories.decision(place), actor=people.leader)) == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"chosen": []}, "chosen"),
        ({"chosen": ["999999"]}, "chosen"),
        ({"number": ""}, "number"),
        ({"decided_on": "01/01/2099"}, "decided_on"),
        ({"issuer": ""}, "issuer"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    place: Any, people: Any, waiting: list[Project], fields: Any, field: str
) -> None:
    answer = browser(people.leader).post(URL, typed(place, waiting, **fields))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Decision.objects.exists()
    if field == "chosen":  # the summary leads to the first box
        html = answer.content.decode()
        assert 'href="#id_chosen_0"' in html and 'id="id_chosen_0"' in html


def test_amount_that_is_missing_or_no_amount_is_said_at_it(place: Any, people: Any, waiting: list[Project]) -> None:
    for amount in ("", "0", "nhiều", "-5"):
        answer = browser(people.leader).post(URL, typed(place, waiting, **{f"money_{waiting[0].pk}": amount}))
        assert answer.status_code == 422
        assert f"money_{waiting[0].pk}" in answer.context["form"].errors, amount
    assert not Decision.objects.exists()


@pytest.mark.parametrize("role", ["officer", "accountant", "centre", "auditor", "collaborator", "ministry"])
def test_only_a_leader_records_a_batch(place: Any, people: Any, waiting: list[Project], role: str) -> None:
    person = getattr(people, role)
    assert browser(person).get(URL).status_code == 403
    assert browser(person).get(EFFECT).status_code == 403
    assert browser(person).post(URL, typed(place, waiting)).status_code == 403
    with pytest.raises(NotAllowed):
        approve_batch({waiting[0].pk: 1}, factories.decision(place), actor=person)


def test_own_file_and_one_that_the_law_holds_are_not_offered(place: Any, people: Any, waiting: list[Project]) -> None:
    Project.objects.filter(pk=waiting[0].pk).update(created_by=people.leader)
    held = in_state(S.SUBMITTED, place, people, **national(place))
    assert {row.pk for row in deciding(people.leader)} == {waiting[1].pk, waiting[2].pk, held.pk}
    factories.step_rule("N3", "ministry_appraise", "approve")
    assert {row.pk for row in deciding(people.leader)} == {waiting[1].pk, waiting[2].pk}
    with pytest.raises(NotAllowed):
        approve_batch({waiting[0].pk: 1}, factories.decision(place), actor=people.leader)


def test_all_files_are_locked_before_the_first_takes_money(
    place: Any, people: Any, waiting: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a batch holds the budget while it waits for a file whose own decision waits for the budget."""
    order: list[str] = []
    locked, taken = batches.lock, batches.take_step
    monkeypatch.setattr(batches, "lock", lambda row: order.append(f"lock {row.code}") or locked(row))
    monkeypatch.setattr(
        batches, "take_step", lambda row, *args, **more: order.append(f"step {row.code}") or taken(row, *args, **more)
    )
    approve_batch(dict.fromkeys((row.pk for row in reversed(waiting)), 1_000), factories.decision(place),
                  actor=people.leader)  # fmt: skip
    codes = sorted(row.code for row in waiting)
    assert order == [*(f"lock {code}" for code in codes), *(f"step {code}" for code in codes)]


def test_batch_of_another_province_is_empty(place: Any, people: Any, waiting: list[Project]) -> None:
    from accounts.roles import Role

    client = browser(factories.stranger(Role.LEADER))
    assert waiting[0].code not in client.get(URL).content.decode()
    assert client.post(URL, typed(place, waiting)).status_code == 422
    assert not Decision.objects.exists()
