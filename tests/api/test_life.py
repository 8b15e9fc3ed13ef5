"""The life of a project by API alone: opinions, papers, contracts, adjustments; and who finds nothing there."""

from typing import Any

import pytest

from accounts.roles import Role
from core import clock
from funding.models import Budget
from papers.services import load_papers
from projects.models import Contract, Opinion, Project
from tests import factories as f
from tests.api.conftest import Caller
from tests.api.test_chain import decision_body
from tests.projects.lives import MONEY, in_state, national

pytestmark = pytest.mark.django_db


def base(project: Project) -> str:
    return f"/projects/{project.public_id}"


def contract(project: Project, kind: str, number: str, **fields: Any) -> dict[str, Any]:
    body = {"kind": kind, "number": number, "signed_on": str(clock.today()), "party_a": "A", "party_b": "B"}
    return {**body, "value_vnd": MONEY, **fields}


def test_national_project_goes_to_its_archive_by_api(place: f.Place, people: f.People) -> None:
    f.agency("ministry_department", None, "Cục")
    f.criterion("N1", source="national")
    project = in_state("submitted", place, people, **national(place))
    f.budget(place, people, programme=project.programme)
    officer, leader, centre = Caller(people.officer), Caller(people.leader), Caller(people.centre)
    accountant, ministry = Caller(people.accountant), Caller(people.ministry)
    path = base(project)

    def step(caller: Caller, code: str, state: str, **body: Any) -> None:
        answer = caller.post(f"{path}/steps/{code}/", body)
        assert answer.status_code == 200, answer.content
        assert answer.json()["state"] == state

    today = str(clock.today())
    assert officer.post(f"{path}/steps/register/", {}).status_code == 400  # not without its paper
    paper = {"issuer": "department", "number": "12/BC-SCT", "date": today}
    step(officer, "register", "registered", paper=paper)
    marks = [{"criterion": "N1", "mark": "met"}]
    answer = leader.post(f"{path}/opinions/", {"recommendation": "approve", "marks": marks})
    assert (answer.status_code, answer.json()["marks"][0]["mark"]) == (201, "met")
    step(leader, "appraise", "appraised")
    step(ministry, "ministry_appraise", "ministry_appraised")  # with its own account
    money = [{"source": "national", "amount_vnd": MONEY}]
    step(leader, "approve", "approved", decision=decision_body(issuer="provincial_committee"), money=money)
    owner = str(project.beneficiaries.get().public_id)
    assert centre.post(f"{path}/contracts/", contract(project, "implementation", "1")).status_code == 201
    wrong = centre.post(f"{path}/contracts/", contract(project, "support", "9", enterprise=owner))
    assert wrong.status_code == 201
    void = centre.post(f"{path}/contracts/{wrong.json()['id']}/void/", {"note": "Nhập nhầm"})
    assert void.json()["set_aside"] == "Nhập nhầm"
    assert centre.post(f"{path}/steps/contract/", {}).status_code == 400
    assert centre.post(f"{path}/contracts/", contract(project, "support", "2", enterprise=owner)).status_code == 201
    step(centre, "contract", "contracted")
    step(centre, "start", "in_progress")
    asked = officer.post(f"{path}/adjustments/", {"reason": "Máy về chậm", "partner": "Hội Nông dân"})
    assert asked.status_code == 201
    decide = f"{path}/adjustments/{asked.json()['id']}/steps/decide/"
    assert officer.post(decide, {"decision": decision_body()}).status_code == 403
    answer = ministry.post(decide, {"decision": decision_body(issuer="ministry")})
    assert (answer.status_code, answer.json()["state"]) == (200, "decided")
    step(officer, "accept", "accepted", paper={"participants": "Sở; xã; cơ sở"})
    pay = {"project": str(project.public_id), "source": "national", "document_no": "1", "document_on": today}
    for kind in ("payment", "delivery"):
        answer = accountant.post("/payments/", {**pay, "kind": kind, "amount_vnd": MONEY})
        assert answer.status_code == 201, answer.content
    step(centre, "liquidate", "liquidated")
    step(accountant, "settle", "settled")
    step(accountant, "close", "closed")
    papers = officer.get(f"{path}/papers/").json()["results"]
    assert [row["step"] for row in papers] == ["register", "ministry_appraise", "accept"]
    assert [row["own_act"] for row in papers] == [False, True, False]
    assert Project.objects.get().partner == "Hội Nông dân"


INSIDE = ("opinions", "contracts", "papers", "adjustments")
READ_ONLY = ("papers", "advances", "forms")


@pytest.mark.parametrize("name", [*INSIDE, "advances", "forms", "file"])
def test_working_papers_are_not_there_for_who_does_not_work_on_it(place: f.Place, people: f.People, name: str) -> None:
    project = in_state("approved", place, people)
    path = f"{base(project)}/{name}/"
    for person in (people.ministry, people.administrator, f.stranger(Role.OFFICER), f.stranger(Role.LEADER)):
        assert Caller(person).get(path).status_code == 404, person
        if name not in (*READ_ONLY, "file"):
            assert Caller(person).post(path, {}).status_code == 404, person
    for role in ("officer", "leader", "accountant", "centre", "auditor"):
        assert Caller(getattr(people, role)).get(path).status_code == 200, role
    assert not Opinion.objects.exists() and not Contract.objects.exists()


def test_ministry_sees_adjustments_of_its_own_money_and_nothing_else_of_the_working_papers(
    place: f.Place, people: f.People
) -> None:
    project = in_state("approved", place, people, **national(place))
    answers = {name: Caller(people.ministry).get(f"{base(project)}/{name}/").status_code for name in INSIDE}
    assert answers == {"opinions": 404, "contracts": 404, "papers": 404, "adjustments": 200}


def test_contract_and_adjustment_of_another_project_are_not_found_under_this_one(
    place: f.Place, people: f.People
) -> None:
    one, other = in_state("approved", place, people), in_state("approved", place, people, name="Đề án khác")
    officer = Caller(people.officer)
    owner = str(one.beneficiaries.get().public_id)
    made = officer.post(f"{base(one)}/contracts/", contract(one, "support", "1", enterprise=owner)).json()
    asked = officer.post(f"{base(one)}/adjustments/", {"reason": "x", "partner": "y"}).json()
    assert officer.post(f"{base(other)}/contracts/{made['id']}/void/", {"note": "x"}).status_code == 404
    step = f"/adjustments/{asked['id']}/steps/refuse/"
    assert Caller(people.leader).post(f"{base(other)}{step}", {"note": "x"}).status_code == 404
    assert Caller(people.leader).post(f"{base(one)}{step}", {"note": "x"}).json()["state"] == "refused"


def test_papers_and_the_whole_file_of_a_project_are_taken(place: f.Place, people: f.People) -> None:
    load_papers()
    project = in_state("approved", place, people)
    path, officer = base(project), Caller(people.officer)
    rows = {row["form"]: row for row in officer.get(f"{path}/forms/").json()["results"]}
    possible = [row for row in rows.values() if row["possible"]]
    assert possible
    assert all(row["reason"] for row in rows.values() if not row["possible"])
    for kind, start in (("docx", b"PK"), ("pdf", b"%PDF")):
        answer = officer.client.get(possible[0]["files"][kind], headers={"accept": "*/*"})
        assert answer.content[: len(start)] == start, answer.content
    answer = officer.client.get(f"/api/v1{path}/file/", headers={"accept": "*/*"})
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    refused = next(row for row in rows.values() if not row["possible"])
    assert officer.get(f"{path}/forms/{refused['form']}/pdf/").status_code == 409
    assert officer.get(f"{path}/forms/{possible[0]['form']}/html/").status_code == 404
    assert officer.get(f"{path}/forms/nothing/pdf/").status_code == 404


def test_advances_say_what_is_open_and_what_no_tier_measures(place: f.Place, people: f.People) -> None:
    project = in_state("in_progress", place, people)
    accountant = Caller(people.accountant)
    pay = {"project": str(project.public_id), "source": "local", "document_on": str(clock.today())}
    for kind, amount in (("advance", 100), ("clearing", 40)):
        answer = accountant.post("/payments/", {**pay, "kind": kind, "amount_vnd": amount, "document_no": kind})
        assert answer.status_code == 201, answer.content
    found = accountant.get(f"{base(project)}/advances/").json()
    assert [(row["advanced_vnd"], row["cleared_vnd"], row["outstanding_vnd"]) for row in found["budgets"]] == [
        (100, 40, 60)
    ]
    (source,) = found["sources"]
    assert (source["source"], source["advanced_vnd"]) == ("local", 100)
    assert (source["percent"], source["most_vnd"], source["left_vnd"]) == (None, None, None)  # not known, never 0


def test_year_end_is_read_and_decided(place: f.Place, people: f.People) -> None:
    project = in_state("approved", place, people)
    budget = Budget.objects.get()
    path, leader = f"/budgets/{budget.public_id}/year-end/", Caller(people.leader)
    before = leader.get(path).json()
    assert [row["project_code"] for row in before["projects"]] == [project.code]
    assert before["given_vnd"] - before["allocated_vnd"] == before["free_vnd"]
    body = {"kind": "carry_over", "project": str(project.public_id), "amount_vnd": 7, "decision": decision_body()}
    assert leader.post(path, {name: body[name] for name in body if name != "project"}).status_code == 400
    done = leader.post(path, body)
    assert done.status_code == 201, done.content
    entries = done.json()["entries"]
    assert [(row["budget_year"] - budget.year, row["amount_vnd"]) for row in entries] == [
        (0, -7),
        (0, -7),
        (1, 7),
        (1, 7),
    ]
    done = leader.post(path, {**body, "kind": "cancel", "amount_vnd": 3})
    assert [row["account"] for row in done.json()["entries"]] == ["allocated", "given"]
    after = leader.get(path).json()
    assert before["given_vnd"] - after["given_vnd"] == 10
    assert before["projects"][0]["left_vnd"] - after["projects"][0]["left_vnd"] == 10
    over = leader.post(path, {**body, "amount_vnd": 10**12})
    assert (over.status_code, over.json()["code"]) == (409, "ceiling_exceeded")
    assert Caller(people.officer).post(path, body).status_code == 403
    for person in (people.centre, people.ministry, people.collaborator, f.stranger(Role.LEADER)):
        assert Caller(person).get(path).status_code == 404, person
        assert Caller(person).post(path, body).status_code == 404, person
