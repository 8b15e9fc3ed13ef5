"""Every shape that clients rely on, field by field, and that the figures in them are right."""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import clock
from programmes.models import Target
from tests import factories as f
from tests.api.addresses import document, operations
from tests.api.conftest import Caller, ask_for_token
from tests.api.scene import SCOPES, SECRET, Scene
from tests.api.test_chain import decision_body, enterprise_body, project_body
from tests.codes import digits
from tests.reports.ways import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Made once for the module, in a transaction that is never committed; each test has a savepoint in it."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        from django.conf import settings

        patch.setattr(settings, "SNAPSHOT_DATABASE", "default")
        with transaction.atomic():
            yield Scene()
            transaction.set_rollback(True)


@pytest.fixture
def scene(_scene: Scene, db: None) -> Scene:
    return _scene


@pytest.fixture
def officer(scene: Scene) -> Caller:
    return Caller(scene.people.officer)


# --- what a value may be ----------------------------------------------------------------------------------------------

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def whole(value: Any) -> bool:
    return type(value) is int


def number(value: Any) -> bool:
    """An integer, or a decimal string; never a float."""
    return whole(value) or (isinstance(value, str) and re.fullmatch(r"-?\d+\.\d+", value) is not None)


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def identity(value: Any) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def moment(value: Any) -> bool:
    """With its offset."""
    return isinstance(value, str) and dt.datetime.fromisoformat(value).tzinfo is not None


def path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/api/v1/")


class Null:
    """Or null: not reported."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


def faults(value: Any, shape: Any, where: str = "") -> list[str]:
    """Everything in which a value differs from its shape; fields too many are faults too."""
    if isinstance(shape, Null):
        return [] if value is None else faults(value, shape.shape, where)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where}: {value!r} is no object"]
        found = [f"{where}.{name}: missing" for name in shape if name not in value]
        found += [f"{where}.{name}: not in the contract" for name in value if name not in shape]
        for name in shape:
            if name in value:
                found += faults(value[name], shape[name], f"{where}.{name}")
        return found
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        return [fault for index, item in enumerate(value) for fault in faults(item, shape[0], f"{where}.{index}")]
    if isinstance(shape, (str, int)) or shape is None:
        return [] if value == shape else [f"{where}: {value!r} is not {shape!r}"]
    return [] if shape(value) else [f"{where}: {value!r} is no {shape.__name__}"]


AREA = {"uid": text, "code": text, "name": text, "valid_from": Null(day), "valid_to": Null(day)}
ESTIMATE = {f"{source}_vnd": Null(whole) for source in ("national", "local", "counterpart", "other")}
MONEY = {**ESTIMATE, "support_vnd": Null(whole)}
COVERAGE = {"reported": whole, "expected": whole}
PROJECT = {
    "id": identity,
    "code": text,
    "name": text,
    "type": text,
    "state": text,
    "year": whole,
    "programme": text,
    "source": text,
    "plan_line": Null(whole),
    "area": AREA,
    "implementing_unit": {"id": identity, "name": text},
    "beneficiaries": [identity],
    "activities": [text],
    "estimate": ESTIMATE,
    "approved": MONEY,
    "paid": MONEY,
    "investment_vnd": Null(whole),
    "progress_percent": Null(number),
    "planned_results": [{"indicator": text, "quantity": whole}],
    "achieved_results": [{"indicator": text, "quantity": whole, "on": day}],
    "starts_on": Null(day),
    "ends_on": Null(day),
    "decided_on": Null(day),
    "accepted_on": Null(day),
    "closed_on": Null(day),
    "historical": boolean,
    "demonstration": boolean,
    "available_steps": [
        {
            "step": text,
            "allowed": boolean,
            "reason": Null(text),
            "missing": Null([{"field": text, "message": text, "page": text}]),
        }
    ],
    "version": whole,
}
UPDATE = {
    "uuid": identity,
    "on": day,
    "value_invested_vnd": Null(whole),
    "money_spent_vnd": Null(whole),
    "percent": Null(number),
    "stated_percent": Null(number),
    "percent_reason": Null(text),
    "note": Null(text),
    "difficulties": Null(text),
    "proposals": Null(text),
    "corrects_reason": Null(text),
    "results": [{"indicator": text, "quantity": whole}],
    "state": text,
    "reported_at": moment,
    "decided_at": Null(moment),
    "counts_on": Null(day),
    "return_reason": Null(text),
    "photos": [{"id": whole, "caption": Null(text), "sha256": text, "file": path}],
}
ENTRY = {
    "id": identity,
    "project": identity,
    "project_code": text,
    "programme": text,
    "source": text,
    "budget_year": whole,
    "kind": text,
    "account": text,
    "counter_account": text,
    "amount_vnd": whole,
    "establishment": Null(identity),
    "document_no": text,
    "document_on": day,
    "recorded_on": day,
    "recorded_at": moment,
    "reason": Null(text),
    "corrects": Null(identity),
}
HEAD = {
    "id": identity,
    "kind": "programme-results",
    "period": text,
    "area": AREA,
    "subject": Null({"key": text, "name": text}),
    "version": whole,
    "state": text,
    "data_as_of": moment,
    "sha256": text,
    "demonstration": boolean,
    "supersedes": Null(path),
    "superseded_by": Null(path),
    "published_by": Null(text),
    "published_at": Null(moment),
    "issued_no": Null(text),
    "issued_on": Null(day),
    "issued_file": Null(path),
    "reason": Null(text),
    "withdrawn_at": Null(moment),
    "withdraw_reason": Null(text),
    "files": {"docx": path, "json": path, "pdf": path, "xlsx": path},
}
LISTS: dict[str, Any] = {
    "/areas/": {
        "uid": text,
        "code": text,
        "level": text,
        "type": text,
        "name": text,
        "full_name": text,
        "valid_from": Null(day),
        "valid_to": Null(day),
        "verified": text,
        "legal_basis": lambda value: isinstance(value, str),
        "parents": [{"uid": text, "name": text, "from": Null(day), "to": Null(day)}],
        "predecessors": [text],
        "successors": [text],
    },
    "/programmes/": {
        "code": text,
        "name": text,
        "source": text,
        "area": Null(AREA),
        "year_from": whole,
        "year_to": whole,
        "legal_basis": Null(text),
        "verified": text,
    },
    "/indicators/": {
        "code": text,
        "title": text,
        "unit": Null(text),
        "unit_counted": Null(text),
        "method": text,
        "verified": text,
    },
    "/periods/": {
        "code": text,
        "kind": text,
        "regime": text,
        "year": whole,
        "label": text,
        "data_from": day,
        "data_to": day,
        "due_on": Null(day),
        "basis": Null(text),
        "verified": text,
    },
    "/activities/": {
        "code": text,
        "title": text,
        "group": text,
        "group_title": text,
        "needs_beneficiary": boolean,
        "norm_code": Null(text),
        "verified": text,
    },
    "/legal-documents/": {
        "id": whole,
        "number": Null(text),
        "type": text,
        "issuer": text,
        "subject": text,
        "area": Null(AREA),
        "issued_on": Null(day),
        "in_force_from": Null(day),
        "in_force_to": Null(day),
        "amends": Null(text),
        "replaced_by": Null(text),
        "verified": text,
        "review_on": Null(day),
    },
    "/plans/": {
        "id": identity,
        "area": AREA,
        "programme": text,
        "year": whole,
        "version": whole,
        "state": text,
        "decision": Null({"issuer": text, "number": text, "date": day}),
        "lines": [
            {
                "id": whole,
                "activity": text,
                "indicator": Null(text),
                "quantity_low": Null(whole),
                "quantity_high": Null(whole),
                "unit": Null(text),
                "source": text,
                "amount_vnd": Null(whole),
            }
        ],
    },
    "/enterprises/": {
        "id": identity,
        "name": text,
        "kind": text,
        "tax_code": Null(text),
        "area": AREA,
        "headcount": Null(whole),
        "phone": Null(text),
        "address": Null(text),
        "representative": Null(text),
        "main_product": Null(text),
        "technology": Null(text),
        "raw_material": Null(text),
        "craft_village": Null(text),
        "trade": Null(text),
        "industry_code": Null(text),
        "industry_version": Null(text),
        "ceased_on": Null(text),
        "version": whole,
    },
    "/projects/": PROJECT,
    "/budgets/": {
        "id": identity,
        "area": AREA,
        "programme": text,
        "source": text,
        "year": whole,
        "amount_vnd": whole,
        "allocated_vnd": whole,
        "paid_vnd": whole,
        "left_vnd": whole,
    },
    "/allocations/": ENTRY,
    "/payments/": ENTRY,
    "/training-classes/": {
        "id": identity,
        "project": identity,
        "subject": text,
        "kind": text,
        "area": AREA,
        "starts_on": day,
        "ends_on": day,
        "total": Null(whole),
        "women": Null(whole),
        "topic": Null(text),
        "course": Null(text),
        "budget_line": Null(text),
        "attendances": Null(whole),
        "people": Null(whole),
        "version": whole,
    },
    "/survey-rounds/": {
        "id": identity,
        "province": AREA,
        "name": text,
        "starts_on": day,
        "ends_on": day,
        "closes_on": day,
        "kinds": [text],
        "communes": [text],
        "note": Null(text),
        "questions": [
            {
                "id": identity,
                "position": whole,
                "text": text,
                "help": Null(text),
                "kind": text,
                "choices": [text],
                "unit": Null(text),
                "required": boolean,
                "activity": Null(text),
                "ended_on": Null(day),
                "version": whole,
            }
        ],
        "version": whole,
    },
    "/survey-answers/": {
        "id": identity,
        "round": identity,
        "enterprise": identity,
        "answers": [{"question": identity, "value": lambda value: value is True}],
        "complete": boolean,
        "answered_at": moment,
        "version": whole,
    },
    "/needs/": {
        "id": identity,
        "round": identity,
        "enterprise": identity,
        "activity": text,
        "amount_vnd": Null(whole),
        "project": Null(text),
        "drafted": boolean,
        "area": AREA,
    },
    "/advice/": {
        "id": identity,
        "enterprise": identity,
        "topic": text,
        "channel": text,
        "asker": Null(text),
        "text": text,
        "asked_on": day,
        "due_on": day,
        "state": text,
        "answer": Null(text),
        "answered_on": Null(day),
        "days_taken": Null(whole),
        "outcome": Null(text),
        "outcome_on": Null(day),
        "assigned_to": Null(text),
        "project": Null(identity),
        "version": whole,
    },
    "/difficulties/": {
        "id": identity,
        "province": AREA,
        "reporter": text,
        "enterprise": Null(identity),
        "area": Null(AREA),
        "project": Null(identity),
        "document": Null(text),
        "norm": Null(whole),
        "activity": Null(text),
        "problem": text,
        "proposal": Null(text),
        "reported_on": day,
        "state": text,
        "sent_on": Null(day),
        "sent_to": Null(text),
        "sent_paper": Null(text),
        "answered_on": Null(day),
        "answer": Null(text),
        "answer_paper": Null(text),
        "resolved_on": Null(day),
        "resolution": Null(text),
        "version": whole,
    },
    "/pledges/": {
        "id": identity,
        "giver": text,
        "enterprise": Null(identity),
        "name": text,
        "project": Null(identity),
        "programme": Null(text),
        "year": whole,
        "area": AREA,
        "kind": text,
        "what": text,
        "promised_vnd": Null(whole),
        "promised_on": day,
        "paper": text,
        "due_on": Null(day),
        "received_vnd": Null(whole),
        "left_vnd": Null(whole),
        "withdrawn_on": Null(day),
        "withdraw_reason": Null(text),
        "version": whole,
    },
    "/policies/": {
        "id": identity,
        "province": AREA,
        "title": text,
        "document": text,
        "in_force_from": Null(day),
        "in_force_to": Null(day),
        "summary": text,
        "kinds": [text],
        "activities": [text],
        "communes": [text],
        "published": boolean,
        "version": whole,
    },
    "/campaigns/": {
        "id": identity,
        "province": AREA,
        "name": text,
        "channel": text,
        "policy": Null(identity),
        "kinds": [text],
        "communes": [text],
        "planned_on": day,
        "held_on": Null(day),
        "project": Null(text),
        "reached": whole,
        "people": [{"area": Null(text), "people": whole}],
        "version": whole,
    },
    "/task-documents/": {
        "id": identity,
        "type": text,
        "number": text,
        "issued_on": Null(day),
        "issuer": text,
        "subject": Null(text),
        "province": Null(text),
        "source": Null(text),
        "verified": text,
    },
    "/given-tasks/": {
        "id": identity,
        "province": AREA,
        "document": Null(identity),
        "clause": Null(text),
        "position": whole,
        "text": text,
        "agency": Null(identity),
        "agency_name": Null(text),
        "assigned_to": Null(text),
        "supporting": [identity],
        "supporting_text": Null(text),
        "areas": [text],
        "timing": text,
        "due_on": Null(day),
        "given_on": day,
        "project": Null(identity),
        "programme": Null(text),
        "state": text,
        "late": boolean,
        "done_on": Null(day),
        "cancel_reason": Null(text),
        "results": [{"on": day, "text": text, "file": boolean}],
        "verified": Null(text),
        "version": whole,
    },
    "/threads/": {
        "id": identity,
        "subject": text,
        "area": AREA,
        "project": Null(identity),
        "opened_by": text,
        "opened_at": moment,
        "state": text,
        "waits_side": Null(text),
        "waits_for": Null(text),
        "asked_at": Null(moment),
        "due_on": Null(day),
        "late": boolean,
        "last_at": moment,
        "version": whole,
    },
    "/reports/": HEAD,
}


@pytest.mark.parametrize("address", sorted(LISTS))
def test_list_has_its_shape_and_a_total_only_when_asked_for(scene: Scene, officer: Caller, address: str) -> None:
    answer = officer.get(address)
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == {"results", "next", "previous"}
    counted = officer.get(address, count="true").json()
    assert set(counted) == {"results", "next", "previous", "total"}
    assert counted["results"], "nothing to look at"
    assert faults(counted["results"], [LISTS[address]]) == []
    assert counted["total"] == len(counted["results"])


@pytest.mark.parametrize("address", sorted(LISTS))
def test_list_goes_forward_and_back_over_every_row_once(scene: Scene, officer: Caller, address: str) -> None:
    whole_list = officer.get(address, page_size=200).json()["results"]
    forward, link = [], f"/api/v1{address}?page_size=1"
    last = link
    while link:
        answer = officer.client.get(link).json()
        assert len(answer["results"]) == 1
        forward += answer["results"]
        last, link = link, answer["next"]
        assert link is None or link.startswith(f"/api/v1{address}?")
    assert forward == whole_list
    back, link = [], last
    while link:
        answer = officer.client.get(link).json()
        back += answer["results"]
        link = answer["previous"]
    assert back == whole_list[::-1]


@pytest.mark.parametrize("address", sorted(LISTS))
def test_list_asks_no_more_of_the_database_for_many_rows_than_for_one(
    scene: Scene, officer: Caller, address: str
) -> None:
    asked = []
    for size in (1, 200):
        with CaptureQueriesContext(connection) as queries:
            officer.get(address, page_size=size)
        asked.append(len(queries))
    assert asked[1] <= asked[0]


def test_page_is_fifty_rows_unless_asked_otherwise(scene: Scene, officer: Caller) -> None:
    for index in range(55):
        f.activity(f"A{index:03d}", f"Việc {index}")
    assert len(officer.get("/activities/").json()["results"]) == 50
    assert len(officer.get("/activities/", page_size=200).json()["results"]) == 56


# --- single things ----------------------------------------------------------------------------------------------------


def test_area_by_uid_code_and_day(scene: Scene, officer: Caller) -> None:
    today = officer.get(f"/areas/{scene.place.commune.code}/").json()
    assert faults(today, LISTS["/areas/"]) == []
    assert today["uid"] == scene.place.commune.uid
    assert today["predecessors"] == [scene.place.before.uid]
    then = officer.get(f"/areas/{scene.place.commune.code}/", on="2024-06-01").json()
    assert then["uid"] == scene.place.before.uid
    assert then["successors"] == [scene.place.commune.uid]
    assert [parent["uid"] for parent in then["parents"]] == [scene.place.district.uid]
    assert officer.get("/areas/99999/").status_code == 404


def test_project_shows_money_by_source_with_null_for_what_was_not_reported(scene: Scene, officer: Caller) -> None:
    shown = officer.get(f"/projects/{scene.local.public_id}/").json()
    assert faults(shown, PROJECT) == []
    none = dict.fromkeys(MONEY)
    assert shown["estimate"] == {
        "national_vnd": None,
        "local_vnd": 300_000_000,
        "counterpart_vnd": 300_000_000,
        "other_vnd": None,
    }
    assert shown["approved"] == {**none, "local_vnd": 300_000_000, "support_vnd": 300_000_000}
    assert shown["paid"] == {**none, "local_vnd": 150_000_000, "support_vnd": 150_000_000}
    assert shown["progress_percent"] == 60
    assert shown["achieved_results"] == [{"indicator": "HT25_MACHINE", "quantity": 1, "on": str(clock.today())}]
    draft = officer.get(f"/projects/{scene.local_draft.public_id}/").json()
    assert faults(draft, PROJECT) == []
    assert draft["approved"] == draft["paid"] == none
    steps = {row["step"]: row for row in draft["available_steps"]}
    of_local_money = {"submit", "return", "approve", "start", "accept", "close", "stop"}
    of_local_money |= {"appraise", "reject", "contract", "liquidate", "settle"}
    assert set(steps) == of_local_money
    assert steps["submit"] == {"step": "submit", "allowed": True, "reason": None, "missing": []}
    assert not steps["approve"]["allowed"] and steps["approve"]["reason"]


def test_percentage_with_decimals_is_a_decimal_string(scene: Scene, officer: Caller) -> None:
    body = {"uuid": str(uuid.uuid4()), "on": str(clock.today()), "value_invested_vnd": 400_000_000}
    shown = officer.post(f"/projects/{scene.local.public_id}/progress/", body).json()
    assert shown["percent"] == "66.67"


def test_progress_history_and_evidence_have_their_shapes(scene: Scene, officer: Caller) -> None:
    base = f"/projects/{scene.local.public_id}"
    rows = officer.get(f"{base}/progress/").json()["results"]
    assert len(rows) == 2
    assert faults(rows, [UPDATE]) == []
    assert faults(officer.get(f"{base}/progress/{scene.confirmed.uuid}/").json(), UPDATE) == []
    history = officer.get(f"{base}/history/").json()["results"]
    shape = {
        "at": moment,
        "by": text,
        "by_kind": text,
        "action": text,
        "object": text,
        "changes": lambda value: all(len(pair) == 2 for pair in value.values()),
        "note": Null(text),
    }
    assert faults(history, [shape]) == []
    assert {"create", "submit", "approve", "report", "confirm", "add_photo", "advance"} <= {
        row["action"] for row in history
    }
    evidence = officer.get(f"{base}/evidence/").json()["results"]
    shape = {"id": whole, "progress": identity, "caption": Null(text), "size": whole, "sha256": text, "file": path}
    assert faults(evidence, [shape]) == []
    file = officer.client.get(evidence[0]["file"])
    assert file["Content-Type"] == "image/jpeg"
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == evidence[0]["sha256"]


def test_every_write_answers_with_the_object_in_the_shape_of_its_list(scene: Scene) -> None:
    officer, leader, accountant = (
        Caller(person) for person in (scene.people.officer, scene.people.leader, scene.people.accountant)
    )
    today = str(clock.today())
    enterprise = officer.post("/enterprises/", enterprise_body(scene.place))
    assert (enterprise.status_code, faults(enterprise.json(), LISTS["/enterprises/"])) == (201, [])
    changed = officer.put(
        f"/enterprises/{enterprise.json()['id']}/", enterprise_body(scene.place, headcount=0, version=1)
    )
    assert (changed.status_code, faults(changed.json(), LISTS["/enterprises/"])) == (200, [])
    assert (changed.json()["headcount"], changed.json()["version"]) == (0, 2)
    unit = str(scene.place.centre.public_id)
    body = project_body(scene.place, enterprise.json()["id"], implementing_unit=unit)
    project = officer.post("/projects/", body)
    assert (project.status_code, faults(project.json(), PROJECT)) == (201, [])
    base = f"/projects/{project.json()['id']}"
    changed = officer.put(f"{base}/", {**body, "version": 1, "estimate": {"local_vnd": 0}})
    assert (changed.status_code, faults(changed.json(), PROJECT)) == (200, [])
    assert changed.json()["estimate"]["local_vnd"] == 0
    stale = officer.put(f"{base}/", {**body, "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    officer.put(f"{base}/", {**body, "version": 2})
    moved = officer.post(f"{base}/steps/submit/", {"note": ""})
    assert (moved.status_code, faults(moved.json(), PROJECT)) == (200, [])
    budget = {"programme": "KCDP-2021-2030", "source": "local", "year": 2026, "amount_vnd": 5}
    given = leader.post("/budgets/", {**budget, "decision": decision_body()})
    assert (given.status_code, faults(given.json(), LISTS["/budgets/"])) == (201, [])
    money = [{"source": "local", "amount_vnd": 1_000}, {"source": "counterpart", "amount_vnd": 7}]
    approved = leader.post(f"{base}/steps/approve/", {"decision": decision_body(), "money": money})
    assert (approved.status_code, faults(approved.json(), PROJECT)) == (200, [])
    assert approved.json()["approved"] == {
        "national_vnd": None, "local_vnd": 1_000, "counterpart_vnd": 7, "other_vnd": None, "support_vnd": 1_000,
    }  # fmt: skip
    entry = {"project": project.json()["id"], "source": "local", "amount_vnd": 1}
    more = leader.post("/allocations/", {**entry, "decision": decision_body(number="46/QĐ-UBND")})
    assert (more.status_code, faults(more.json(), ENTRY)) == (201, [])
    voucher = {"kind": "advance", "document_no": "UNC 1", "document_on": today, "reason": ""}
    paid = accountant.post("/payments/", {**entry, **voucher})
    assert (paid.status_code, faults(paid.json(), {**ENTRY, "warnings": [text]})) == (201, [])
    assert (paid.json()["budget_year"], paid.json()["recorded_on"]) == (2026, today)
    returned = accountant.post("/payments/", {**entry, **voucher, "kind": "return"})
    assert returned.json()["amount_vnd"] == -1
    training = {"project": entry["project"], "subject": "Lớp", "area": scene.place.commune.uid,
                "starts_on": today, "ends_on": today}  # fmt: skip
    made = officer.post("/training-classes/", training)
    assert (made.status_code, faults(made.json(), LISTS["/training-classes/"])) == (201, [])
    assert made.json()["total"] is None


# --- figures ----------------------------------------------------------------------------------------------------------


def test_summary_adds_up_by_year_and_one_dong_more_raises_it_by_one(scene: Scene) -> None:
    leader = Caller(scene.people.leader)
    asked = {"area": "42", "year_from": 2025, "year_to": 2027}
    shown = leader.get("/summary/", **asked).json()
    year = {"year": whole, "projects": whole, "approved": MONEY, "paid": MONEY}
    shape = {
        "area": AREA, "year_from": 2025, "year_to": 2027, "projects": whole, "approved": MONEY, "paid": MONEY,
        "by_year": [year], "coverage": COVERAGE,
    }  # fmt: skip
    assert faults(shown, shape) == []
    assert (shown["approved"]["national_vnd"], shown["approved"]["local_vnd"]) == (300_000_000, 600_000_000)
    assert shown["approved"]["support_vnd"] == 900_000_000
    assert shown["paid"]["support_vnd"] == 150_000_000
    assert shown["projects"] == 3 == sum(row["projects"] for row in shown["by_year"])
    for part in ("approved", "paid"):
        for name in MONEY:
            assert sum(row[part][name] or 0 for row in shown["by_year"]) == (shown[part][name] or 0)
    assert [row["year"] for row in shown["by_year"]] == [2025, 2026, 2027]
    assert shown["coverage"] == {"reported": 2, "expected": 3}
    body = {"project": str(scene.local.public_id), "source": "local", "amount_vnd": 1}
    assert leader.post("/allocations/", {**body, "decision": decision_body(number="50/QĐ")}).status_code == 201
    after = leader.get("/summary/", **asked).json()
    assert after["approved"]["support_vnd"] == shown["approved"]["support_vnd"] + 1
    assert after["approved"]["national_vnd"] == shown["approved"]["national_vnd"]


def test_targets_say_their_bounds_as_they_were_set(scene: Scene, officer: Caller) -> None:
    programme = f.programme(scene.place)
    bounds = {
        "EXACT": (Decimal(10), Decimal(10)), "ABOUT": (Decimal("15.5"), Decimal("15.5")),
        "MORE": (Decimal(2000), None), "RANGE": (Decimal(3), Decimal(5)), "NONE": (None, None),
    }  # fmt: skip
    for code, (low, high) in bounds.items():
        indicator = f.indicator(code, method="reported")
        Target.objects.create(programme=programme, indicator=indicator, low=low, high=high, verified="yes")
    rows = officer.get("/targets/", programme=programme.code).json()["results"]
    shape = {
        "code": text, "programme": programme.code, "title": text, "unit": Null(text), "comparison": Null(text),
        "target_low": Null(number), "target_high": Null(number), "qualifier": Null(text), "done": Null(number),
        "status": lambda value: value in ("reported", "missing", "not_applicable"), "coverage": Null(COVERAGE),
        "verified": text,
    }  # fmt: skip
    assert faults(rows, [shape]) == []
    found = {row["code"]: (row["target_low"], row["target_high"]) for row in rows}
    assert found == {
        "EXACT": (10, 10), "ABOUT": ("15.5", "15.5"), "MORE": (2000, None), "RANGE": (3, 5), "NONE": (None, None),
    }  # fmt: skip


# --- reports ----------------------------------------------------------------------------------------------------------


def test_report_is_asked_for_followed_and_read(scene: Scene) -> None:
    from jobs.services import work_once

    leader = Caller(scene.people.leader)
    body = {"kind": "programme-results", "period": f"{clock.today().year}-Y", "area": "42"}
    asked = leader.post("/reports/", body)
    assert asked.status_code == 202
    words = lambda value: isinstance(value, str)  # noqa: E731
    shape = {"id": identity, "state": text, "done": whole, "total": whole, "message": words, "result": Null(path)}
    job = leader.client.get(asked["Location"]).json()
    assert faults(job, shape) == []
    assert (job["state"], job["result"]) == ("queued", None)
    assert work_once()
    job = leader.client.get(asked["Location"]).json()
    assert faults(job, shape) == []
    assert (job["state"], job["result"]) == ("done", f"/api/v1/reports/{scene.draft.public_id}/")  # nothing changed
    report = leader.client.get(job["result"]).json()
    cell = {
        "value": Null(lambda value: number(value) or isinstance(value, str)),
        "status": lambda value: value in ("reported", "missing", "not_applicable"),
        "coverage": Null(COVERAGE),
    }
    for section in report["sections"]:
        assert {"code", "title", "columns", "rows"} <= set(section)
        columns = {column["code"] for column in section["columns"]}
        assert all({"code", "title", "unit"} <= set(column) for column in section["columns"])
        for row in section["rows"]:
            assert set(row["cells"]) == columns
            assert [fault for found in row["cells"].values() for fault in faults(found, cell)] == []
    for part in ("sections", "texts", "available_steps"):
        del report[part]
    assert faults(report, HEAD) == []


def test_published_report_is_read_with_files_whose_hash_it_names(scene: Scene) -> None:
    ministry = Caller(scene.people.ministry)
    shown = ministry.get(f"/reports/{scene.published.public_id}/").json()
    assert (shown["state"], shown["version"], shown["published_by"]) == ("published", 1, scene.people.leader.full_name)
    file = ministry.client.get(shown["files"]["json"])
    assert hashlib.sha256(file.content).hexdigest() == shown["sha256"]
    frozen = file.json()
    assert frozen["sections"] == shown["sections"]
    assert (frozen["kind"], frozen["version"]) == (shown["kind"], shown["version"])
    assert not {"state", "published_at", "superseded_by"} & set(frozen)
    for name, kind in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")):
        content = b"".join(ministry.client.get(shown["files"][name]).streaming_content)
        assert content.startswith(kind)
    assert ministry.get(f"/reports/{scene.published.public_id}/files/odt/").status_code == 404


def test_lines_behind_every_figure_add_up_to_it(scene: Scene) -> None:
    leader = Caller(scene.people.leader)
    base = f"/reports/{scene.draft.public_id}"
    shape = {"record": path, "title": text, "area": Null(text), "date": Null(day), "contribution": number}
    checked = 0
    for section in leader.get(f"{base}/").json()["sections"]:
        kinds = {column["code"]: column["kind"] for column in section["columns"]}
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                if kinds[column] == "text":
                    continue
                query = {"section": section["code"], "row": row["code"], "column": column}
                answer = leader.get(f"{base}/lines/", **query).json()
                assert faults(answer["results"], [shape]) == []
                if cell["status"] == "reported" and cell["value"]:
                    total = sum(Decimal(line["contribution"]) for line in answer["results"])
                    assert answer["total"] is not None, (query, cell, answer)
                    assert total == Decimal(cell["value"]) == Decimal(answer["total"]), query
                    checked += 1
    assert checked > 20


def test_publishing_moves_the_old_version_aside_and_changes_no_byte_of_it(scene: Scene) -> None:
    leader = Caller(scene.people.leader)
    old = f"/reports/{scene.published.public_id}"
    before = leader.get(f"{old}/files/json/").content
    submitted(scene.draft, scene.people)
    answer = leader.post(f"/reports/{scene.draft.public_id}/steps/publish/",
                         {"note": "", "issued_no": "12/BC-SCT", "issued_on": str(clock.today()),
                          "code": digits(scene.people.leader)})  # fmt: skip
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["state"], shown["version"], shown["issued_no"]) == ("published", 2, "12/BC-SCT")
    assert shown["supersedes"] == f"/api/v1{old}/"
    superseded = leader.get(f"{old}/").json()
    assert (superseded["state"], superseded["superseded_by"]) == ("superseded", f"/api/v1/reports/{shown['id']}/")
    assert leader.get(f"{old}/files/json/").content == before


# --- token and schema -------------------------------------------------------------------------------------------------


def test_token_has_the_shape_of_the_standard(scene: Scene) -> None:
    scene.programs()
    form = {"grant_type": "client_credentials", "client_id": "demo-province", "client_secret": SECRET}
    answer = ask_for_token(form)
    assert answer.status_code == 200
    shape = {"access_token": text, "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(SCOPES)}
    assert faults(answer.json(), shape) == []
    assert ask_for_token({**form, "scope": "records:read"}).json()["scope"] == "records:read"
    caller = Caller(token=answer.json()["access_token"])
    assert caller.get("/projects/").status_code == 200


def test_schema_names_every_resource_of_the_contract(scene: Scene, officer: Caller) -> None:
    assert officer.get("/schema/").status_code == 200
    assert officer.get("/docs/").status_code == 200
    expected = """GET /areas/|GET /areas/{code}/|GET /programmes/|GET /indicators/|GET /targets/|GET /periods/|
    GET /activities/|GET /norms/|GET /summary/|GET /enterprises/|POST /enterprises/|GET /enterprises/{enterprise_id}/|
    PUT /enterprises/{enterprise_id}/|GET /projects/|POST /projects/|GET /projects/{project_id}/|
    PUT /projects/{project_id}/|GET /projects/{project_id}/history/|POST /projects/{project_id}/steps/{step}/|
    GET /projects/{project_id}/progress/|POST /projects/{project_id}/progress/|
    POST /projects/{project_id}/progress/{uuid}/confirm/|POST /projects/{project_id}/progress/{uuid}/return/|
    GET /projects/{project_id}/evidence/|POST /projects/{project_id}/evidence/|GET /plans/|GET /budgets/|POST /budgets/|
    GET /allocations/|POST /allocations/|GET /payments/|POST /payments/|GET /training-classes/|POST /training-classes/|
    GET /training-classes/{class_id}/|
    GET /reports/|POST /reports/|GET /jobs/{job_id}/|GET /reports/{report_id}/|GET /reports/{report_id}/lines/|
    GET /reports/{report_id}/files/{format_name}/|POST /reports/{report_id}/steps/publish/|POST /oauth/token"""
    wanted = {" ".join(line.split()) for line in expected.split("|")}
    assert wanted - {str(operation) for operation in operations()} == set()
    assert document()["openapi"].startswith("3.")
