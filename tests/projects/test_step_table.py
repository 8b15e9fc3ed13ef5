"""The code beside the table of who may take which step when: no cell differs, none is missing, no row is idle."""

from typing import Any

import pytest

from accounts.models import Grant, User
from projects import permissions
from projects.models import Project
from projects.models import ProjectState as S
from projects.states import PROJECT_LIFE
from tests import factories
from tests.projects.lives import in_state, national
from tests.projects.step_table import RELATIONS, ROLES, TRACKS, Table, states_of

pytestmark = pytest.mark.django_db


def code_says(row: Project, step: str, person: User) -> str:
    if not Project.objects.visible_to(person).filter(pk=row.pk).exists():
        return "hidden"
    found = PROJECT_LIFE.step_for(row, step)
    if found is None:
        return "none"
    if not found.may(row, person):
        return "right"
    return "yes" if PROJECT_LIFE.in_state(row, found) else "state"


def people_of(relation: str, people: Any, elsewhere: Any) -> dict[str, User]:
    if relation == "foreign":
        away = {role: getattr(elsewhere, role) for role in ROLES}
        Grant.objects.filter(user=away["ministry"]).update(area=elsewhere.province)  # looks after that one only
        return away
    return {role: getattr(people, role) for role in ROLES}


@pytest.fixture
def elsewhere() -> Any:
    place = factories.Place("40", "Nghệ An")
    found = factories.People.__new__(factories.People)
    for role in ROLES:
        area = {"collaborator": place.commune}.get(role, place.province)
        office = {"centre": place.centre}.get(role, place.department)
        setattr(found, role, factories.user(f"{role}-40", role, area, office))
    found.province = place.province  # type: ignore[attr-defined]
    return found


def wrong_cells(place: Any, people: Any, elsewhere: Any, source: str, state: str, table: Table) -> list[str]:
    row = in_state(state, place, people, **(national(place) if source == "national" else {}))
    wrong = []
    for relation in RELATIONS:
        for role, person in people_of(relation, people, elsewhere).items():
            row.created_by_id = person.pk if relation == "author" else people.centre.pk
            row.submitted_by_id = people.officer.pk if relation != "own" or role != "officer" else people.centre.pk
            for step in PROJECT_LIFE.steps:
                expected, found = table.answer(step, source, state, role, relation), code_says(row, step, person)
                if expected != found:
                    wrong.append(f"{step} {source} {state} {role} {relation}: table {expected}, code {found}")
    return wrong


CASES = [(source, state) for source in TRACKS for state in states_of(source)]


@pytest.mark.parametrize(("source", "state"), CASES)
def test_code_allows_what_the_table_allows(place: Any, people: Any, elsewhere: Any, source: str, state: str) -> None:
    assert wrong_cells(place, people, elsewhere, source, state, Table()) == []


def test_table_has_no_idle_row_and_a_basis_for_each() -> None:
    table = Table()
    for source, state in CASES:
        for role in ROLES:
            for relation in RELATIONS:
                for step in PROJECT_LIFE.steps:
                    table.answer(step, source, state, role, relation)
    idle = [row for number, row in enumerate(table.rows) if not table.used[number]]
    assert (idle, [row for row in table.rows if not row["basis"]]) == ([], [])


PREDICATES = sorted({step.may.__name__ for step in PROJECT_LIFE.steps.values()})


@pytest.mark.parametrize("name", PREDICATES)
def test_flipped_predicate_is_found_out(
    place: Any, people: Any, elsewhere: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The control: a right that says yes to everybody, and one that says no, differ from the table."""
    for code, step in PROJECT_LIFE.steps.items():
        if step.may.__name__ != name:
            continue
        for verdict in (permissions.YES, permissions.no("không")):
            flipped = type(step)(
                step.code, step.label, step.sources, step.target, lambda row, user, verdict=verdict: verdict
            )
            with monkeypatch.context() as patch:
                patch.setitem(PROJECT_LIFE.steps, code, flipped)
                source = "national" if step.starts("national") else "local"
                state = sorted(step.starts(source))[0]
                assert wrong_cells(place, people, elsewhere, source, state, Table()), (code, bool(verdict))


def test_states_of_both_lives_are_those_the_model_knows() -> None:
    reached = {step.target for step in PROJECT_LIFE.steps.values()} | {S.DRAFT}
    assert reached == set(S.values)
