"""Adjustments: every kind of change with who may decide it; old and new kept; money and plan follow."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Agency
from audit.models import Entry
from core import clock
from core.errors import CeilingExceeded, Conflict, Invalid, NotAllowed, WrongState
from funding.models import BudgetBalance, LedgerEntry, ProjectBalance
from funding.services import Voucher, pay
from programmes.loading import load_programmes
from programmes.models import StepRule, SupportNorm
from projects.adjustments import ask, take_adjustment_step, values_of
from projects.models import Adjustment, Project
from projects.models import ProjectState as S
from projects.services import DecisionData, take_step
from tests import factories
from tests.projects.lives import MONEY, browser, in_state, national

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinds(place: Any) -> None:
    """The rules as they are loaded."""
    factories.area("p42")
    load_programmes()
    StepRule.objects.all().delete()  # the way to a decision and its norm are not what is asked here
    SupportNorm.objects.all().delete()


def office(kind: str, place: Any) -> Agency:
    """An authority of that kind: above the provinces or in this one."""
    above = kind.startswith("ministry")
    return factories.agency(kind, None if above else place.province, f"Cơ quan {kind}")


def decide(row: Adjustment, issuer: Agency, people: Any) -> Adjustment:
    decision = DecisionData(issuer=issuer, number="9/QĐ", decided_on=clock.today())
    return take_adjustment_step(row, "decide", actor=people.leader, decision=decision)


def approved(place: Any, people: Any, **fields: Any) -> Project:
    """A national project, decided on by the ministry."""
    row = in_state(S.SUBMITTED, place, people, **fields, **national(place))
    factories.budget(place, people, programme=row.programme)
    data = {
        "decision": DecisionData(office("ministry", place), "1/QĐ-BCT", clock.today()),
        "money": {"national": MONEY},
    }
    return take_step(row, "approve", actor=people.leader, data=data)


def change(name: str, row: Project, place: Any) -> dict[str, Any]:
    """What is asked for, by kind of change."""
    return {
        "more_money": {"support_national_vnd": MONEY + 50_000_000},
        "less_money": {"support_national_vnd": MONEY - 50_000_000},
        "content": {"activities": [factories.activity("DEMO").code]},
        "next_year": {"ends_on": f"{row.year + 1}-03-31"},
        "dates": {"ends_on": f"{row.year}-12-15"},
        "place": {"area": place.other.uid},
        "beneficiary": {"beneficiaries": [str(factories.enterprise(place, "Cơ sở mới").public_id)]},
        "partner": {"partner": "Hội Nông dân tỉnh"},
    }[name]


# Circular 36/2013/TT-BCT, Article 11: what its unit may decide; everything else is the ministry's.
OF_THE_UNIT = {"less_money", "dates", "place", "beneficiary", "partner"}
ALL = sorted({"more_money", "less_money", "content", "next_year", "dates", "place", "beneficiary", "partner"})


@pytest.mark.parametrize("issuer", ["ministry", "ministry_department", "provincial_committee", "department"])
@pytest.mark.parametrize("name", ALL)
def test_national_change_is_decided_by_who_may(place: Any, people: Any, kinds: None, name: str, issuer: str) -> None:
    row = approved(place, people, ends_on=clock.today())
    asked = ask(row, change(name, row, place), "Thay đổi thực tế", actor=people.officer)
    assert [kind.change for kind in asked.kinds.all()] == [name]
    allowed = issuer == "ministry" or (issuer == "ministry_department" and name in OF_THE_UNIT)
    if allowed:
        assert decide(asked, office(issuer, place), people).state == "decided"
        assert {key: values_of(Project.objects.get())[key] for key in asked.new} == asked.new
    else:
        with pytest.raises(Invalid) as refused:
            decide(asked, office(issuer, place), people)
        assert "decision.issuer" in refused.value.fields
        assert {key: values_of(Project.objects.get())[key] for key in asked.old} == asked.old


def test_local_change_of_unverified_rule_is_not_held(place: Any, people: Any, kinds: None) -> None:
    row = in_state(S.APPROVED, place, people)
    asked = ask(row, {"partner": "Hội Nông dân"}, "Phối hợp", actor=people.officer)
    assert [kind.verified for kind in asked.kinds.all()] == ["no"]
    assert decide(asked, place.department, people).state == "decided"


def test_of_several_changes_the_highest_authority_decides(place: Any, people: Any, kinds: None) -> None:
    row = approved(place, people)
    both = {**change("place", row, place), **change("next_year", row, place)}
    asked = ask(row, both, "Hai việc", actor=people.officer)
    with pytest.raises(Invalid):
        decide(asked, office("ministry_department", place), people)
    assert decide(asked, office("ministry", place), people).state == "decided"


@pytest.mark.parametrize("issuer", ["ministry", "ministry_department", "provincial_committee"])
def test_national_money_is_approved_by_the_ministry_alone(place: Any, people: Any, kinds: None, issuer: str) -> None:
    row = in_state(S.SUBMITTED, place, people, **national(place))
    factories.budget(place, people, programme=row.programme)
    data = {"decision": DecisionData(office(issuer, place), "9/QĐ", clock.today()), "money": {"national": 1_000}}
    if issuer == "ministry":
        assert take_step(row, "approve", actor=people.leader, data=data).state == S.APPROVED
        return
    with pytest.raises(Invalid) as refused:
        take_step(row, "approve", actor=people.leader, data=data)
    assert "decision.issuer" in refused.value.fields


@pytest.mark.parametrize("issuer", ["ministry", "ministry_department"])
def test_decided_national_project_is_stopped_by_the_ministry_alone(
    place: Any, people: Any, kinds: None, issuer: str
) -> None:
    row = approved(place, people)
    data = {"decision": DecisionData(office(issuer, place), "9/QĐ", clock.today())}
    if issuer == "ministry":
        assert take_step(row, "stop", actor=people.leader, data=data, note="Thôi").state == S.STOPPED
        return
    with pytest.raises(Invalid):
        take_step(row, "stop", actor=people.leader, data=data, note="Thôi")


# --- money ------------------------------------------------------------------------------------------------------------


def test_more_money_is_taken_from_the_budget_by_the_same_decision(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    asked = ask(row, {"support_local_vnd": MONEY + 1}, "Thêm", actor=people.officer)
    decide(asked, place.committee, people)
    assert BudgetBalance.objects.get().allocated_vnd == MONEY + 1
    entry = LedgerEntry.objects.latest("id")
    assert (entry.amount_vnd, entry.document_no, entry.decision) == (1, "9/QĐ", row.decisions.latest("id"))


def test_more_money_than_the_budget_holds_changes_nothing(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    new = {"support_local_vnd": 1_000_000_001, "partner": "Hội"}
    asked = ask(row, new, "Thêm", actor=people.officer)
    with pytest.raises(CeilingExceeded):
        decide(asked, place.committee, people)
    assert Project.objects.get().partner == ""
    assert Adjustment.objects.get().state == "asked"
    assert ProjectBalance.objects.get().allocated_vnd == MONEY


def test_less_money_goes_back_to_the_budget_but_not_what_was_paid(place: Any, people: Any) -> None:
    row = in_state(S.IN_PROGRESS, place, people)
    pay(row, "local", "advance", 100_000_000, Voucher("1", clock.today()), actor=people.accountant)
    asked = ask(row, {"support_local_vnd": 99_999_999}, "Bớt", actor=people.officer)
    with pytest.raises(CeilingExceeded):
        decide(asked, place.committee, people)
    take_adjustment_step(asked, "refuse", actor=people.leader, note="Đã chi nhiều hơn")
    asked = ask(row, {"support_local_vnd": 100_000_000}, "Bớt", actor=people.officer)
    decide(asked, place.committee, people)
    assert ProjectBalance.objects.get().allocated_vnd == 100_000_000
    assert values_of(Project.objects.get())["support_local_vnd"] == 100_000_000


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"beneficiaries": []}, "beneficiaries"),
        ({"activities": []}, "activities"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-01"}, "ends_on"),
        ({"area": "c-none"}, "area"),
        ({"support_local_vnd": -1}, "support_local_vnd"),
    ],
)
def test_what_no_project_may_be_is_not_asked_for(place: Any, people: Any, new: Any, field: str) -> None:
    row = in_state(S.APPROVED, place, people)
    with pytest.raises(Invalid) as refused:
        ask(row, new, "Thử", actor=people.officer)
    assert field in refused.value.fields
    assert not Adjustment.objects.exists()


def test_nothing_changed_and_no_reason_are_refused(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    for new, reason in ((values_of(row), "Thử"), ({"partner": "Hội"}, " ")):
        with pytest.raises(Invalid):
            ask(row, new, reason, actor=people.officer)


def test_second_request_waits_for_the_first(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    ask(row, {"partner": "Hội"}, "Thử", actor=people.officer)
    with pytest.raises(Conflict):
        ask(row, {"partner": "Đoàn"}, "Thử", actor=people.centre)


@pytest.mark.parametrize("state", [S.SUBMITTED, S.SETTLED, S.CLOSED, S.STOPPED])
def test_only_a_decided_project_that_is_not_over_is_adjusted(place: Any, people: Any, state: str) -> None:
    row = in_state(state, place, people)
    with pytest.raises(WrongState):
        ask(row, {"partner": "Hội"}, "Thử", actor=people.officer)
    assert browser(people.officer).get(reverse("projects:adjust", args=[row.public_id])).status_code == 409


def test_who_asked_does_not_decide(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    asked = ask(row, {"partner": "Hội"}, "Thử", actor=people.officer)
    Adjustment.objects.update(asked_by=people.leader)
    with pytest.raises(NotAllowed):
        decide(Adjustment.objects.get(), place.committee, people)
    Adjustment.objects.update(asked_by=people.officer)  # the control
    assert decide(asked, place.committee, people).state == "decided"
    with pytest.raises(WrongState):
        decide(asked, place.committee, people)


def test_project_that_changed_meanwhile_is_asked_for_again(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    asked = ask(row, {"partner": "Hội"}, "Thử", actor=people.officer)
    Project.objects.update(partner="Đoàn")
    with pytest.raises(Conflict):
        decide(asked, place.committee, people)


# --- pages ------------------------------------------------------------------------------------------------------------


def form_of(client: Any, url: str) -> dict[str, Any]:
    """The form as it is shown, to be changed and sent."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    for name in ("starts_on", "ends_on"):
        data[name] = f"{data[name]:%d/%m/%Y}" if data[name] else ""
    return {name: "" if value is None else value for name, value in data.items()}


def test_officer_asks_and_leader_decides_on_pages(place: Any, people: Any, kinds: None) -> None:
    row = in_state(S.IN_PROGRESS, place, people, ends_on=clock.today())
    client, url = browser(people.officer), reverse("projects:adjust", args=[row.public_id])
    sent = form_of(client, url)
    answer = client.post(url, {**sent, "reason": ""})
    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    answer = client.post(url, {**sent, "reason": "Máy về chậm", "ends_on": f"31/12/{row.year}"})
    assert answer.status_code == 302
    asked = Adjustment.objects.get()
    assert asked.new == {"ends_on": f"{row.year}-12-31"}
    page = browser(people.leader).get(answer["Location"]).content.decode()
    assert f"31/12/{row.year}" in page and "Thay đổi thời gian trong năm" in page and "Máy về chậm" in page
    step = reverse("projects:adjustment_step", args=[row.public_id, asked.public_id, "decide"])
    assert browser(people.officer).get(step).status_code == 403
    leader = browser(people.leader)
    day = f"{clock.today():%d/%m/%Y}"
    data = {"form_key": str(factories.new_uuid()), "issuer": place.committee.pk, "number": "", "decided_on": day}
    assert leader.post(step, data).status_code == 422
    data |= {"number": "88/QĐ-UBND"}
    assert [leader.post(step, data).status_code for _click in range(2)] == [302, 302]
    assert Project.objects.get().ends_on.isoformat() == f"{row.year}-12-31"
    shown = leader.get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "88/QĐ-UBND" in shown
    trail = Entry.objects.filter(action="adjust").get()
    assert trail.changes["ends_on"] == [clock.today().isoformat(), f"{row.year}-12-31"]


def test_ministry_decides_on_its_own_money_with_its_own_account(place: Any, people: Any, kinds: None) -> None:
    row = approved(place, people)
    asked = ask(row, {"partner": "Hội"}, "Phối hợp", actor=people.officer)
    page = reverse("projects:adjustment", args=[row.public_id, asked.public_id])
    client = browser(people.ministry)
    assert "Phối hợp" in client.get(page).content.decode()
    step = reverse("projects:adjustment_step", args=[row.public_id, asked.public_id, "decide"])
    day = f"{clock.today():%d/%m/%Y}"
    issuer = office("ministry", place)
    data = {"form_key": str(factories.new_uuid()), "issuer": issuer.pk, "number": "3/QĐ-BCT", "decided_on": day}
    assert client.post(step, data).status_code == 302
    assert Adjustment.objects.get().decided_by == people.ministry
    local = in_state(S.APPROVED, place, people, name="Của tỉnh")
    other = ask(local, {"partner": "Hội"}, "Phối hợp", actor=people.officer)
    hidden = reverse("projects:adjustment", args=[local.public_id, other.public_id])
    assert client.get(hidden).status_code == 404
