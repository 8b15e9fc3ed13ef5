"""What each step needs: the code beside a table written by hand, and the refusals beside the code."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from core.errors import DomainError, Invalid, WrongState
from core.models import Source
from funding.services import allocate
from projects import requirements
from projects.available import offers
from projects.models import Project
from projects.models import ProjectState as S
from projects.requirements import REQUIREMENTS, STEP, lacking
from projects.services import PaperData, take_step
from projects.states import PROJECT_LIFE
from tests import factories as f
from tests.api.conftest import Caller
from tests.projects.lives import browser, found_fit, in_state, national

pytestmark = pytest.mark.django_db
SOURCES = ("national", "local")
NOT_STEPS = {"advance", "pay"}  # payments
NOTHING = {"start"}  # needs right, state and a day, which is today unless another is typed


def test_table_of_the_code_is_the_one_written_by_hand() -> None:
    with Path(__file__).with_name("requirements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    by_hand = Counter(tuple(row.values()) for row in rows)
    of_code = Counter(
        (
            row.step,
            row.field,
            row.when,
            row.where,
            "yes" if row.held else "no",
            row.national or "",
            row.local or "",
        )
        for row in REQUIREMENTS
    )
    assert of_code == by_hand


@pytest.mark.parametrize("source", SOURCES)
def test_every_step_of_each_life_has_its_rows_and_no_row_is_of_another_life(source: str) -> None:
    named = {row.step for row in REQUIREMENTS if row.basis(source) is not None} - NOT_STEPS
    of_life = {step.code for step in PROJECT_LIFE.steps.values() if step.starts(source)}
    assert named == of_life - NOTHING


def row_in(source: str, state: str, place: Any, people: Any, **fields: Any) -> Project:
    return in_state(state, place, people, **(national(place) if source == "national" else {}), **fields)


FROM = {
    "register": S.SUBMITTED,
    "return": S.SUBMITTED,
    "reject": S.SUBMITTED,
    "ministry_appraise": S.APPRAISED,
    "ministry_return": S.APPRAISED,
    "ministry_reject": S.APPRAISED,
    "approve": S.SUBMITTED,
    "stop": S.APPROVED,
}


def named_by(row: Project, step: str, people: Any, note: str = "", **data: Any) -> set[str]:
    who = people.leader if step in ("approve", "stop", "return", "reject") else people.officer
    with pytest.raises(Invalid) as refused:
        take_step(row, step, actor=who, note=note, data=data)
    return set(refused.value.fields)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("step", FROM)
def test_what_is_typed_with_a_step_is_named_all_at_once(place: Any, people: Any, source: str, step: str) -> None:
    rows = [row for row in REQUIREMENTS if row.step == step and row.where == STEP and row.basis(source) is not None]
    if not rows:
        return
    project = row_in(source, FROM[step], place, people)
    wanted = {row.field for row in rows}
    if "note" in wanted:
        assert named_by(project, step, people, paper=PaperData()) == {"note"}
        wanted.discard("note")
    if wanted:
        assert named_by(project, step, people, note="Vì", paper=PaperData()) == wanted
    project.refresh_from_db()
    assert project.state == FROM[step]


def test_everything_on_the_form_is_named_at_once_with_norm_and_repeat(place: Any, people: Any) -> None:
    first = f.approved(place, people)
    known = list(first.beneficiaries.all())
    row = f.project(place, people, beneficiaries=known, investment_vnd=None, estimate={})
    with pytest.raises(Invalid) as refused:
        take_step(row, "submit", actor=people.officer)
    assert set(refused.value.fields) == {"investment_vnd", "estimate", "repeat_reason"}
    assert {lack.field for lack in lacking(row, "submit", people.officer)} == set(refused.value.fields)


# Elsewhere: (step, the state it starts from, where, the page).
ELSEWHERE = [
    ("appraise", S.SUBMITTED, "opinion", "projects:opinion"),
    ("contract", S.APPROVED, "contracts", "projects:contract_new"),
    ("settle", S.ACCEPTED, "money", "funding:project_panel"),
    ("close", S.ACCEPTED, "money", "funding:project_panel"),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("step", "state", "where", "page"), ELSEWHERE)
def test_what_stands_elsewhere_is_linked_and_refused(
    place: Any, people: Any, source: str, step: str, state: str, where: str, page: str
) -> None:
    row = row_in(source, state, place, people)
    who = {"money": people.accountant, "opinion": people.leader}.get(where, people.officer)
    (offer,) = [offer for offer in offers(row, who) if offer.step.code == step]
    assert not offer.verdict and {one.url for one in offer.missing} == {reverse(page, args=[row.public_id])}
    assert all(one.text in offer.verdict.reason for one in offer.missing)
    html = browser(who).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert all(one.text in html for one in offer.missing) and offer.missing[0].url in html
    with pytest.raises(DomainError) as refused:
        take_step(row, step, actor=who)
    assert where in refused.value.fields or isinstance(refused.value, WrongState)
    assert [text for texts in refused.value.fields.values() for text in texts] == [one.text for one in offer.missing]


def test_step_is_offered_once_nothing_is_missing(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people)
    found_fit(row, people)
    (offer,) = [offer for offer in offers(row, people.leader) if offer.step.code == "appraise"]
    assert offer.verdict and not offer.missing


def test_without_its_check_a_step_would_be_taken(place: Any, people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: it is the registered check that refuses."""
    row = in_state(S.SUBMITTED, place, people)
    monkeypatch.setattr(requirements, "_CHECKS", [])
    assert take_step(row, "appraise", actor=people.leader).state == S.APPRAISED


def test_settling_names_every_open_amount_at_once(place: Any, people: Any) -> None:
    """Of two sources neither is paid: both are named."""
    row = in_state(S.ACCEPTED, place, people)
    f.budget(place, people, programme=f.programme(source=Source.NATIONAL))
    allocate(row, "national", 1_000_000, f.decision(place, "46/QĐ"), actor=people.leader)
    assert len(lacking(row, "settle", people.accountant)) == 2


def test_api_tells_what_is_missing_of_one_project_and_not_in_lists(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    officer = Caller(people.officer)
    shown = {step["step"]: step for step in officer.get(f"/projects/{row.public_id}/").json()["available_steps"]}
    contract = shown["contract"]
    assert contract["allowed"] is False and contract["reason"]
    assert [one["field"] for one in contract["missing"]] == ["contracts"]
    assert contract["missing"][0]["page"].endswith("/contracts/new/")
    assert shown["close"]["missing"] == [] and shown["start"]["allowed"]
    listed = officer.get("/projects/").json()["results"][0]["available_steps"]
    assert {step["missing"] for step in listed} == {None}
