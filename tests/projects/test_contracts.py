"""Contracts: who signs what, never more than the support decided on, annexes, setting aside."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.errors import Invalid, WrongState
from projects.contracts import ContractData, current, missing, record_contract, void_contract
from projects.models import Contract, Project
from projects.models import ProjectState as S
from projects.services import take_step
from tests import factories
from tests.projects.lives import MONEY, browser, in_state, national, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(place: Any, people: Any) -> Project:
    return in_state(S.APPROVED, place, people)


def url(row: Project) -> str:
    return reverse("projects:contract_new", args=[row.public_id])


def typed(row: Project, **fields: Any) -> dict[str, Any]:
    owner = row.beneficiaries.get()
    values = {
        "form_key": str(factories.new_uuid()),
        "kind": "support",
        "number": "05/HĐHT",
        "signed_on": f"{clock.today():%d/%m/%Y}",
        "party_a": "Trung tâm",
        "party_b": owner.name,
        "enterprise": owner.pk,
        "value_vnd": "300 triệu",
    }
    return {**values, **fields}


def data(row: Project, number: str, value: int, **fields: Any) -> ContractData:
    owner = row.beneficiaries.first()
    kind = fields.pop("kind", "support")
    return ContractData(kind, number, clock.today(), "A", "B", value, owner, **fields)


def test_signed_contract_puts_the_project_under_contract(place: Any, people: Any, project: Project) -> None:
    step = reverse("projects:step", args=[project.public_id, "contract"])
    client = browser(people.centre)
    assert f'href="{url(project)}"' in client.get(step).content.decode()  # what is missing leads to the form
    assert client.post(url(project), typed(project)).status_code == 302
    assert missing(project) == []
    day = f"{clock.today():%d/%m/%Y}"
    assert client.post(step, {"form_key": str(factories.new_uuid()), "on": day}).status_code == 302
    assert (Project.objects.get().state, Project.objects.get().contracted_on) == (S.CONTRACTED, clock.today())
    page = browser(people.auditor).get(reverse("projects:detail", args=[project.public_id])).content.decode()
    assert "05/HĐHT" in page and "300.000.000" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"signed_on": "16/09/2099"}, "signed_on"),
        ({"party_b": " "}, "party_b"),
        ({"enterprise": ""}, "enterprise"),
        ({"value_vnd": "300.000.001"}, "value_vnd"),
        ({"value_vnd": ""}, "value_vnd"),
        ({"kind": "loan"}, "kind"),
        ({"starts_on": "02/02/2026", "ends_on": "01/02/2026"}, "ends_on"),
    ],
)
def test_contract_that_is_wrong_is_refused_at_its_field(people: Any, project: Project, fields: Any, field: str) -> None:
    answer = browser(people.officer).post(url(project), typed(project, **{"content": "Máy bào", **fields}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Máy bào" in answer.content.decode()
    assert not Contract.objects.exists()


def test_contracts_of_a_kind_never_promise_more_than_was_decided(place: Any, people: Any) -> None:
    owners = [factories.enterprise(place, f"Cơ sở {number}") for number in (1, 2)]
    row = in_state(S.APPROVED, place, people, type="group", beneficiaries=owners)
    record_contract(row, data(row, "1", 200_000_000), actor=people.officer)
    with pytest.raises(Invalid) as refused:
        record_contract(row, data(row, "2", 100_000_001), actor=people.officer)
    assert "100.000.000" in refused.value.fields["value_vnd"][0]
    record_contract(row, data(row, "2", 100_000_000), actor=people.officer)
    # the implementation contract stands beside them, one with a contractor is not support
    record_contract(row, data(row, "3", MONEY, kind="implementation"), actor=people.officer)
    record_contract(row, data(row, "4", 900_000_000, kind="contractor"), actor=people.officer)
    with pytest.raises(Invalid):
        record_contract(row, data(row, "5", 1, kind="implementation"), actor=people.officer)


def test_annex_takes_the_place_of_the_value_before(people: Any, project: Project) -> None:
    first = record_contract(project, data(project, "1", 200_000_000), actor=people.officer)
    annex = record_contract(project, data(project, "1-PL1", MONEY, annex_of=first), actor=people.officer)
    assert current(project) == [(first, MONEY)]
    with pytest.raises(Invalid):  # an annex of an annex
        record_contract(project, data(project, "1-PL2", 1, annex_of=annex), actor=people.officer)
    void_contract(annex, "Nhập nhầm", actor=people.officer)
    assert current(project) == [(first, 200_000_000)]


def test_contract_set_aside_stays_to_be_read_and_frees_its_number(people: Any, project: Project) -> None:
    row = record_contract(project, data(project, "1", MONEY), actor=people.officer)
    with pytest.raises(Invalid):
        record_contract(project, data(project, "1", 0), actor=people.officer)
    page = reverse("projects:contract_void", args=[project.public_id, row.public_id])
    client = browser(people.officer)
    assert client.post(page, {"form_key": str(factories.new_uuid()), "note": ""}).status_code == 422
    assert client.post(page, {"form_key": str(factories.new_uuid()), "note": "Nhập nhầm giá trị"}).status_code == 302
    assert missing(project) != []
    record_contract(project, data(project, "1", 250_000_000), actor=people.officer)
    shown = client.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    assert "Nhập nhầm giá trị" in shown
    with pytest.raises(WrongState):
        void_contract(row, "Lần nữa", actor=people.officer)


def test_national_project_needs_both_kinds(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people, **national(place))
    assert len(missing(row)) == 2
    with pytest.raises(Invalid) as refused:
        take_step(row, "contract", actor=people.officer)
    assert len(refused.value.fields["contracts"]) == 2  # everything missing at once
    signed(row, place, people)
    assert take_step(row, "contract", actor=people.officer).state == S.CONTRACTED


@pytest.mark.parametrize("state", [S.SUBMITTED, S.STOPPED, S.CLOSED])
def test_no_contract_where_nothing_is_decided_or_all_is_over(place: Any, people: Any, state: str) -> None:
    row = in_state(state, place, people)
    with pytest.raises(WrongState):
        record_contract(row, data(row, "1", 1), actor=people.officer)
    assert browser(people.officer).get(url(row)).status_code == 409


@pytest.mark.parametrize("role", ["leader", "accountant", "auditor", "collaborator", "ministry", "administrator"])
def test_contracts_are_entered_by_who_runs_the_project(people: Any, project: Project, role: str) -> None:
    assert browser(getattr(people, role)).post(url(project), typed(project)).status_code in (403, 404)
    assert not Contract.objects.exists()


def test_two_clicks_enter_one_contract(people: Any, project: Project) -> None:
    client, sent = browser(people.officer), typed(project)
    assert {client.post(url(project), sent).status_code for _click in range(2)} == {302}
    assert Contract.objects.count() == 1
    assert Contract.objects.get().signed_on == clock.today() != dt.date(2000, 1, 1)
