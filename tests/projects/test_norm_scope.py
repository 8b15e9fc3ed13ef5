"""The fine points of norms: what an amount counts for, priority, and what an adjustment asks for."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.errors import Invalid
from core.models import Source
from programmes.models import Activity, PriorityCoefficient, SupportNorm
from projects.adjustments import ask, take_adjustment_step
from projects.ceilings import ceilings_of
from projects.contracts import ContractData, record_contract
from projects.models import Adjustment, Project
from projects.services import take_step
from tests import factories as f
from tests.projects.lives import browser

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
LOCAL = {"counterpart": 900 * MILLION}


@pytest.fixture
def machines() -> Activity:
    row = f.activity()
    row.norm_code = "MACHINE"
    row.save()
    return row


@pytest.fixture
def norm(place: Any, machines: Activity) -> SupportNorm:
    """300 million for an establishment, 50 % of the cost, of local money."""
    row: SupportNorm = SupportNorm.objects.create(
        code="MACHINE",
        activity_text="Ứng dụng máy móc",
        ceiling_amount_vnd=300 * MILLION,
        ceiling_percent=50,
        unit="cơ sở",
        source="local",
        area=place.province,
        legal_basis="23/2025/NQ-HĐND",
        valid_from=dt.date(2018, 5, 11),
        cap_scope="establishment",
        verified="yes",
    )
    return row


def second(place: Any, people: Any, first: Project, million: int, **fields: Any) -> Project:
    """Another project for the same establishments, said why."""
    values = {
        "beneficiaries": list(first.beneficiaries.all()),
        "estimate": {Source.LOCAL: million * MILLION, Source.COUNTERPART: 900 * MILLION},
        "investment_vnd": 2_000 * MILLION,
        "repeat_reason": "Giai đoạn 2",
        **fields,
    }
    return f.project(place, people, **values)


# --- what the amount counts for ---------------------------------------------------------------------------------------


def test_what_an_establishment_was_given_before_is_taken_off(place: Any, people: Any, norm: SupportNorm) -> None:
    first = f.approved(place, people, 200 * MILLION)
    with pytest.raises(Invalid) as refused:
        take_step(second(place, people, first, 101), "submit", actor=people.officer)
    text = refused.value.fields["estimate.local"][0]
    assert "100.000.000" in text and "200.000.000" in text and "1.000.000" in text
    assert take_step(second(place, people, first, 100), "submit", actor=people.officer).state == "submitted"


@pytest.mark.parametrize("scope", ["project", "unknown", "nonsense"])
def test_amount_of_a_project_or_of_unknown_scope_takes_nothing_off(
    place: Any, people: Any, norm: SupportNorm, scope: str
) -> None:
    first = f.approved(place, people, 200 * MILLION)
    SupportNorm.objects.update(cap_scope=scope)
    assert take_step(second(place, people, first, 300), "submit", actor=people.officer).state == "submitted"


def test_unknown_scope_is_told_with_what_was_given(place: Any, people: Any, norm: SupportNorm) -> None:
    first = f.approved(place, people, 200 * MILLION)
    SupportNorm.objects.update(cap_scope="unknown")
    row = second(place, people, first, 300)
    page = browser(people.officer).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "200 triệu đồng" in page and "chưa biết có tính vào hay không" in " ".join(page.split())
    SupportNorm.objects.update(cap_scope="project")
    page = browser(people.officer).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "chưa biết có tính vào hay không" not in " ".join(page.split())


def test_other_source_counts_only_where_the_norm_says_so(place: Any, people: Any, norm: SupportNorm) -> None:
    first = f.approved(place, people, 200 * MILLION, programme=f.programme(source=Source.NATIONAL))
    row = second(place, people, first, 300)
    assert ceilings_of(row)[0].most_vnd == 300 * MILLION
    SupportNorm.objects.update(cap_scope="establishment_all")
    assert ceilings_of(row)[0].most_vnd == 100 * MILLION


def test_project_decided_later_takes_nothing_off_an_earlier_one(place: Any, people: Any, norm: SupportNorm) -> None:
    first = f.approved(place, people, 200 * MILLION)
    row = second(place, people, first, 100)
    assert ceilings_of(row, clock.today() - dt.timedelta(days=1))[0].most_vnd == 300 * MILLION
    assert ceilings_of(row)[0].most_vnd == 100 * MILLION


def test_group_project_counts_for_each_by_its_support_contract(place: Any, people: Any, norm: SupportNorm) -> None:
    owners = [f.enterprise(place, "Cơ sở A"), f.enterprise(place, "Cơ sở B")]
    first = f.approved(place, people, 250 * MILLION, type="group", beneficiaries=owners)
    row = second(place, people, first, 100, beneficiaries=owners[:1])
    told = ceilings_of(row)[0].limits[0].given
    assert [(given.amount_vnd, given.counts) for given in told] == [(None, True)]  # not known: told, nothing taken off
    assert ceilings_of(row)[0].most_vnd == 300 * MILLION
    data = ContractData("support", "1/HĐ", clock.today(), "Trung tâm", "A", 180 * MILLION, owners[0])
    record_contract(first, data, actor=people.officer)
    assert ceilings_of(row)[0].most_vnd == 120 * MILLION
    both = second(place, people, first, 100, type="group")
    assert ceilings_of(both)[0].most_vnd == 420 * MILLION


def test_two_decisions_together_never_pass_the_amount(place: Any, people: Any, norm: SupportNorm) -> None:
    """Both were submitted while nothing was given yet; the second decision sees the first."""
    one = f.project(place, people, estimate={Source.LOCAL: 300 * MILLION, **LOCAL}, investment_vnd=2_000 * MILLION)
    two = second(place, people, one, 300)
    f.budget(place, people)
    rows = [take_step(row, "submit", actor=people.officer) for row in (one, two)]
    data = {"decision": f.decision(place), "money": {Source.LOCAL: 300 * MILLION}}
    take_step(rows[0], "approve", actor=people.leader, data=data)
    with pytest.raises(Invalid) as refused:
        take_step(rows[1], "approve", actor=people.leader, data=data)
    assert "money.local" in refused.value.fields


# --- priority ---------------------------------------------------------------------------------------------------------


def priority(**fields: Any) -> PriorityCoefficient:
    values = {"code": "P1", "name": "Địa bàn khó khăn", "source": "local", "coefficient": Decimal("1.5"), **fields}
    row: PriorityCoefficient = PriorityCoefficient.objects.create(**{"verified": "yes", **values})
    return row


def most(place: Any, people: Any, **fields: Any) -> int | None:
    row = f.project(place, people, investment_vnd=2_000 * MILLION, **fields)
    return ceilings_of(row)[0].most_vnd


def test_priority_of_the_place_raises_the_amount(place: Any, people: Any, norm: SupportNorm) -> None:
    priority(place=place.commune)
    assert most(place, people) == 450 * MILLION
    assert most(place, people, area=place.other) == 300 * MILLION


@pytest.mark.parametrize(
    "fields", [{"source": "national"}, {"norm_code": "DEMO_NEW"}, {"valid_to": dt.date(2026, 9, 14)}]
)
def test_priority_of_something_else_raises_nothing(place: Any, people: Any, norm: SupportNorm, fields: Any) -> None:
    priority(**fields)
    assert most(place, people) == 300 * MILLION


def test_of_several_priorities_the_highest_holds(place: Any, people: Any, norm: SupportNorm) -> None:
    priority(norm_code="MACHINE", coefficient=Decimal("1.2"))
    priority(code="P2", place=place.commune)
    assert most(place, people) == 450 * MILLION


def test_unverified_priority_warns_and_refuses_nothing(place: Any, people: Any, norm: SupportNorm) -> None:
    priority(verified="no")
    row = f.project(place, people, estimate={Source.LOCAL: 500 * MILLION}, investment_vnd=2_000 * MILLION)
    assert ceilings_of(row)[0].over_vnd == 50 * MILLION and not ceilings_of(row)[0].verified
    page = browser(people.officer).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "Địa bàn khó khăn" in page and "1,5" in page
    assert take_step(row, "submit", actor=people.officer).state == "submitted"


# --- an adjustment ----------------------------------------------------------------------------------------------------


def test_adjustment_over_the_norm_is_refused_when_it_is_asked_for(place: Any, people: Any, norm: SupportNorm) -> None:
    row = f.approved(place, people, 200 * MILLION)
    with pytest.raises(Invalid) as refused:
        ask(row, {"support_local_vnd": 301 * MILLION}, "Thêm", actor=people.officer)
    assert "300.000.000" in refused.value.fields["support_local_vnd"][0]
    assert not Adjustment.objects.exists()
    asked = ask(row, {"support_local_vnd": 300 * MILLION}, "Thêm", actor=people.officer)
    assert asked.state == "asked"


def test_adjustment_is_measured_as_the_project_is_to_become(place: Any, people: Any, norm: SupportNorm) -> None:
    row = f.approved(place, people, 300 * MILLION)
    with pytest.raises(Invalid):  # half of what it is to cost
        ask(row, {"investment_vnd": 500 * MILLION}, "Giảm quy mô", actor=people.officer)
    both = {"investment_vnd": 500 * MILLION, "support_local_vnd": 250 * MILLION}
    assert ask(row, both, "Giảm quy mô", actor=people.officer).state == "asked"
    row.refresh_from_db()
    assert row.investment_vnd == 600 * MILLION  # asking changes nothing


def test_unverified_norm_lets_an_adjustment_be_asked_for_and_warns(place: Any, people: Any, norm: SupportNorm) -> None:
    SupportNorm.objects.update(verified="partial")
    row = f.approved(place, people, 200 * MILLION)
    asked = ask(row, {"support_local_vnd": 350 * MILLION}, "Thêm", actor=people.officer)
    address = reverse("projects:adjustment", args=[row.public_id, asked.public_id])
    assert "vượt 50 triệu đồng" in " ".join(browser(people.officer).get(address).content.decode().split())


def test_norm_of_the_day_of_decision_is_asked_again(place: Any, people: Any, norm: SupportNorm) -> None:
    row = f.approved(place, people, 200 * MILLION)
    asked = ask(row, {"support_local_vnd": 300 * MILLION}, "Thêm", actor=people.officer)
    SupportNorm.objects.update(ceiling_amount_vnd=250 * MILLION)
    with pytest.raises(Invalid):
        take_adjustment_step(asked, "decide", actor=people.leader, decision=f.decision(place))
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_form_shows_the_refusal_at_the_amount(place: Any, people: Any, norm: SupportNorm) -> None:
    row = f.approved(place, people, 200 * MILLION)
    client, address = browser(people.officer), reverse("projects:adjust", args=[row.public_id])
    form = client.get(address).context["form"]
    typed = {
        "form_key": form["form_key"].value(),
        "reason": "Thêm",
        "area": row.area.uid,
        "activities": ["MACHINE"],
        "beneficiaries": [str(key) for key in row.beneficiaries.values_list("public_id", flat=True)],
        "investment_vnd": "600.000.000",
        "support_local_vnd": "301.000.000",
    }
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "300.000.000" in answer.context["form"].errors["support_local_vnd"][0]
