"""The main job by API: enter, submit, decide, pay, report, confirm; and the rules that every address keeps."""

import datetime as dt
import uuid
from typing import Any

import pytest

from core import clock
from enterprises.models import Enterprise
from enterprises.services import check_digit
from funding.models import LedgerEntry
from projects.models import ProgressUpdate, Project
from tests import factories as f
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db


def tax_code(first_nine: str = "999000001") -> str:
    digit = check_digit(first_nine)
    assert digit is not None
    return f"{first_nine}{digit}"


def enterprise_body(place: f.Place, **fields: Any) -> dict[str, Any]:
    body = {
        "name": "Công ty TNHH Bún khô Thạch Lạc",
        "kind": "enterprise",
        "tax_code": tax_code(),
        "area": place.commune.uid,
        "headcount": 12,
        "phone": "0912000000",
    }
    return {**body, **fields}


def project_body(place: f.Place, enterprise: str, **fields: Any) -> dict[str, Any]:
    f.activity(), f.indicator(), f.programme(place)
    body = {
        "name": "Ứng dụng máy sấy bún khô",
        "type": "single",
        "year": 2026,
        "programme": "KCDP-2021-2030",
        "area": place.commune.uid,
        "beneficiaries": [enterprise],
        "activities": ["MACHINE"],
        "estimate": {"local_vnd": 300_000_000, "counterpart_vnd": 300_000_000},
        "investment_vnd": 600_000_000,
        "planned_results": [{"indicator": "HT25_MACHINE", "quantity": 1}],
    }
    return {**body, **fields}


def decision_body(**fields: Any) -> dict[str, Any]:
    return {"issuer": "provincial_committee", "number": "45/QĐ-UBND", "date": clock.today().isoformat(), **fields}


def test_the_whole_chain_by_api(place: f.Place, people: f.People) -> None:
    centre, officer, leader = Caller(people.centre), Caller(people.officer), Caller(people.leader)
    answer = centre.post("/enterprises/", enterprise_body(place))
    assert answer.status_code == 201, answer.content
    answer = centre.post("/projects/", project_body(place, answer.json()["id"]))
    assert answer.status_code == 201, answer.content
    project = answer.json()
    assert project["code"] == "KCDP-2026-001"
    assert project["approved"]["local_vnd"] is None  # not decided is not zero
    steps = f"/projects/{project['id']}/steps"
    budget = {"programme": "KCDP-2021-2030", "source": "local", "year": 2026, "amount_vnd": 1_000_000_000}
    assert leader.post("/budgets/", {**budget, "decision": decision_body()}).status_code == 201
    assert officer.post(f"{steps}/submit/", {"note": ""}).json()["state"] == "submitted"
    money = [{"source": "local", "amount_vnd": 300_000_000}]
    answer = leader.post(f"{steps}/approve/", {"decision": decision_body(batch="Đợt 1"), "money": money})
    assert answer.status_code == 200, answer.content
    assert answer.json()["approved"]["support_vnd"] == 300_000_000
    payment = {
        "project": project["id"],
        "source": "local",
        "kind": "advance",
        "amount_vnd": 150_000_000,
        "document_no": "UNC 12",
        "document_on": clock.today().isoformat(),
    }
    answer = Caller(people.accountant).post("/payments/", payment)
    assert answer.status_code == 201, answer.content
    collaborator = Caller(people.collaborator)
    update = {
        "uuid": str(uuid.uuid4()),
        "on": clock.today().isoformat(),
        "value_invested_vnd": 360_000_000,
        "note": "Đã lắp máy sấy",
        "results": [{"indicator": "HT25_MACHINE", "quantity": 1}],
    }
    answer = collaborator.post(f"/projects/{project['id']}/progress/", update)
    assert answer.status_code == 201, answer.content
    assert answer.json()["percent"] == 60
    again = collaborator.post(f"/projects/{project['id']}/progress/", update)
    assert again.status_code == 200
    other = collaborator.post(f"/projects/{project['id']}/progress/", {**update, "note": "khác"})
    assert other.status_code == 409
    answer = officer.post(f"/projects/{project['id']}/progress/{update['uuid']}/confirm/", {})
    assert answer.json()["state"] == "confirmed"
    shown = officer.get(f"/projects/{project['id']}/").json()
    assert shown["progress_percent"] == 60
    assert shown["paid"]["support_vnd"] == 150_000_000
    assert [row["action"] for row in officer.get(f"/projects/{project['id']}/history/").json()["results"]][
        0
    ] == "confirm"
    assert ProgressUpdate.objects.count() == 1


def test_same_key_twice_is_one_record_and_the_same_answer(place: f.Place, people: f.People) -> None:
    caller, key, body = Caller(people.centre), str(uuid.uuid4()), enterprise_body(place)
    first, second = caller.post("/enterprises/", body, key=key), caller.post("/enterprises/", body, key=key)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Enterprise.objects.count() == 1
    other = caller.post("/enterprises/", enterprise_body(place, name="Khác"), key=key)
    assert other.status_code == 422
    assert caller.post("/enterprises/", body, key="1").status_code == 400


def test_duplicate_tax_code_names_the_first(place: f.Place, people: f.People) -> None:
    caller = Caller(people.centre)
    first = caller.post("/enterprises/", enterprise_body(place)).json()
    answer = caller.post("/enterprises/", enterprise_body(place, name="Khác"))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["candidates"][0]["id"] == first["id"]
    assert answer.json()["errors"][0]["field"] == "tax_code"


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"headcount": "12"},
        {"headcount": -1},
        {"kind": "x"},
        {"area": "c0"},
        {"tax_code": "9990000011"},
        {"name": "  "},
        {"name": 5},
    ],
)
def test_bad_body_is_refused_by_field_and_stores_nothing(place: f.Place, people: f.People, change: Any) -> None:
    answer = Caller(people.centre).post("/enterprises/", enterprise_body(place, **change))
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == next(iter(change))
    assert not Enterprise.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "x=1",
        "year=0",
        "year=2026&year=2027",
        "year=abc",
        "page_size=0",
        "page_size=201",
        "cursor=abc",
        "cursor=W10",
        "state=none",
        "area=zzz",
        "ordering=name",
        "changed_since=2026",
        "q=%00",
        "year=",
        "count=1",
    ],
)
def test_bad_parameter_is_400_and_never_ignored(people: f.People, query: str) -> None:
    answer = Caller(people.officer).client.get(f"/api/v1/projects/?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "invalid_parameter"


def test_without_sign_in_is_401_and_foreign_project_404(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    assert Caller().get("/projects/").status_code == 401
    assert "WWW-Authenticate" in Caller().get("/projects/")
    other = Caller(f.stranger())
    assert other.get(f"/projects/{project.public_id}/").status_code == 404
    assert other.get("/projects/", count="true").json()["total"] == 0
    assert other.post(f"/projects/{project.public_id}/steps/start/", {}).status_code == 404


def test_right_before_state(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    path = f"/projects/{project.public_id}/steps/submit/"
    assert Caller(people.auditor).post(path, {}).status_code == 403
    assert Caller(people.officer).post(path, {}).status_code == 409


def test_ministry_sees_local_projects_from_approval_on(place: f.Place, people: f.People) -> None:
    draft = f.project(place, people)
    ministry = Caller(people.ministry)
    assert ministry.get("/projects/").json()["results"] == []
    f.budget(place, people)
    from projects.services import take_step

    take_step(draft, "submit", actor=people.officer)
    assert ministry.get("/projects/").json()["results"] == []
    data = {"decision": f.decision(place), "money": {"local": 1_000}}
    take_step(draft, "approve", actor=people.leader, data=data)
    assert len(ministry.get("/projects/").json()["results"]) == 1


def test_pages_hold_every_row_once(place: f.Place, people: f.People) -> None:
    for number in range(7):
        f.bare_project(place, f"KCDP-2026-{number:03d}")
    caller = Caller(people.officer)
    for ordering in ("id", "-id", "-year", "code"):
        seen: list[str] = []
        path = f"/api/v1/projects/?page_size=3&ordering={ordering}"
        while path:
            answer = caller.client.get(path).json()
            seen += [row["code"] for row in answer["results"]]
            path = answer["next"]
        assert sorted(seen) == [f"KCDP-2026-{number:03d}" for number in range(7)]


def test_list_asks_the_same_number_of_queries_for_one_and_for_twenty(
    place: f.Place, people: f.People, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    caller = Caller(people.officer)
    f.bare_project(place, "KCDP-2026-900")
    with CaptureQueriesContext(
        connection,
    ) as one:
        caller.get("/projects/")
    for number in range(19):
        f.bare_project(place, f"KCDP-2026-{number:03d}")
    with CaptureQueriesContext(connection) as twenty:
        assert len(caller.get("/projects/").json()["results"]) == 20
    assert len(one) == len(twenty)


def test_ledger_is_listed_with_its_three_dates(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    from funding.services import Voucher, pay

    voucher = Voucher("UNC 1", dt.date(2026, 1, 2))
    pay(project, "local", "payment", 5, voucher, actor=people.accountant)
    row = Caller(people.officer).get("/payments/").json()["results"][0]
    assert (row["document_on"], row["recorded_on"], row["budget_year"]) == (
        "2026-01-02",
        clock.today().isoformat(),
        2026,
    )
    assert LedgerEntry.objects.count() == 3
    assert Project.objects.count() == 1
