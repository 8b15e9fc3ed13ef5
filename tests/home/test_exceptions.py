"""What an auditor asks for is found in the records, and only there."""

import datetime as dt
from typing import Any

import pytest

from core.models import Source
from home import exceptions
from projects.models import Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported

pytestmark = pytest.mark.django_db

URL = "/overview/cases/"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15 08:00")


def found(person: Any, **query: str) -> dict[str, list[str]]:
    groups = browser(person).get(URL, query).context["groups"]
    return {group["code"]: [row.name for row, _note in group["rows"]] for group in groups if group["rows"]}


def test_project_in_order_is_no_case(place: Any, people: Any) -> None:
    in_state(S.IN_PROGRESS, place, people)
    in_state(S.DRAFT, place, people)
    assert found(people.auditor) == {}


def test_late_and_quiet_projects_are_found(place: Any, people: Any, clock: Clock) -> None:
    row = in_state(S.IN_PROGRESS, place, people, name="Máy sấy", ends_on=dt.date(2026, 9, 30))
    clock.set("2026-12-10 08:00")
    assert found(people.auditor) == {"late": ["Máy sấy"]}
    clock.set("2026-12-20 08:00")
    assert found(people.auditor) == {"late": ["Máy sấy"], "quiet": ["Máy sấy"]}
    confirm_progress(reported(row, people.collaborator), actor=people.officer)
    assert found(people.auditor) == {"late": ["Máy sấy"]}


def test_second_support_for_the_same_is_found_with_its_reason(place: Any, people: Any, clock: Clock) -> None:
    owner = [factories.enterprise(place)]
    in_state(S.APPROVED, place, people, name="Lần đầu", beneficiaries=owner)
    in_state(S.APPROVED, place, people, name="Cơ sở khác")
    clock.set("2026-09-20 08:00")
    in_state(S.APPROVED, place, people, name="Lần hai", beneficiaries=owner, repeat_reason="Mở rộng công suất")
    assert found(people.auditor) == {"repeated": ["Lần hai"]}
    assert "Mở rộng công suất" in browser(people.auditor).get(URL).content.decode()


def test_decision_on_what_one_entered_is_found(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people, name="Máy sấy")
    assert found(people.auditor) == {}
    Project.objects.filter(pk=row.pk).update(created_by=people.leader)  # as records of before may have it
    assert found(people.auditor) == {"own": ["Máy sấy"]}


def test_approval_above_an_unverified_norm_is_found_for_its_year(
    place: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = in_state(S.APPROVED, place, people, name="Máy sấy")

    class Over:
        over_vnd = 50_000_000

    monkeypatch.setattr(exceptions, "ceilings_of", lambda project, on, asked: [Over()] if asked else [])
    assert browser(people.auditor).get(URL).context["over"] is None
    over = browser(people.auditor).get(URL, {"year": "2026"}).context["over"]
    assert [(one.pk, note) for one, note in over] == [(row.pk, "50.000.000 đồng")]
    assert row.decisions.get().money.filter(source=Source.LOCAL).exists()


def test_each_case_leads_to_its_project_and_one_kind_is_listed_whole(place: Any, people: Any, clock: Clock) -> None:
    rows = [in_state(S.APPROVED, place, people, name=f"Máy {number}") for number in range(3)]
    clock.set("2026-12-20 08:00")
    answer = browser(people.auditor).get(URL, {"kind": "quiet"})
    assert [group["code"] for group in answer.context["groups"]] == ["quiet"]
    assert all(f"/projects/{row.public_id}/" in answer.content.decode() for row in rows)
    assert found(people.auditor, year="2020") == {}


@pytest.mark.parametrize("role", ["officer", "accountant", "collaborator", "centre", "ministry", "administrator"])
def test_others_see_no_cases(people: Any, role: str) -> None:
    assert browser(getattr(people, role)).get(URL).status_code == 403


def test_auditor_of_another_province_finds_none_of_ours(place: Any, people: Any, clock: Clock) -> None:
    in_state(S.APPROVED, place, people)
    clock.set("2026-12-20 08:00")
    assert found(factories.stranger("auditor")) == {}
    assert found(people.auditor) != {}
