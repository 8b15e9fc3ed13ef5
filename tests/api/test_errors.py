"""What goes wrong is said in one shape, in a fixed order, and never with a 5xx."""

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import ApiClient
from accounts.roles import Role
from audit.models import Entry
from core import clock
from enterprises.models import Enterprise
from funding.models import Budget, LedgerEntry
from jobs.models import Job
from jobs.services import enqueue
from projects.adjustments import ask
from projects.contracts import ContractData, record_contract
from projects.inspections import InspectionData, record_inspection, sign_inspection
from projects.models import Inspection, Project
from reports.checks import look
from reports.life import figures_alone
from tests import factories as f
from tests.api.addresses import Operation, filled, operations
from tests.api.conftest import Caller, ask_for_token
from tests.api.more import More
from tests.api.scene import SECRET, Scene, as_program, photo, program
from tests.api.test_chain import decision_body, enterprise_body, project_body
from tests.codes import digits

pytestmark = pytest.mark.django_db

MORE: list[More] = []  # what belongs to the scene of this module
MEMBERS = {"type", "title", "status", "detail", "code", "errors", "trace_id"}


@pytest.fixture(scope="module")
def _scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Made once for the module, in a transaction that is never committed; each test has a savepoint in it."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        from django.conf import settings

        patch.setattr(settings, "SNAPSHOT_DATABASE", "default")
        with transaction.atomic():
            made = Scene()
            MORE.append(More(made))
            yield made
            transaction.set_rollback(True)
            MORE.clear()


@pytest.fixture
def scene(_scene: Scene, db: None) -> Scene:
    return _scene


def ids(scene: Scene) -> dict[str, Any]:
    return {
        "project_id": scene.local.public_id,
        "enterprise_id": scene.enterprise.public_id,
        "report_id": scene.published.public_id,
        "uuid": scene.unconfirmed.uuid,
        "photo_id": scene.photo.pk,
        "budget_id": budget_of(scene),
        "survey_id": scene.survey.public_id,
        "advice_id": scene.advice.public_id,
        "task_id": scene.task.public_id,
        "thread_id": scene.thread.public_id,
        "form_code": "letter",
        "product_id": scene.product.public_id,
        "round_id": scene.round.public_id,
        "cluster_id": scene.cluster.public_id,
        "pledge_id": scene.pledge.public_id,
        "receipt_id": scene.receipt.pk,
        "difficulty_id": scene.difficulty.public_id,
        "figure_id": scene.entered.public_id,
        **MORE[0].ids(),
        "person_id": scene.people.officer.public_id,
    }


def findings(report: Any) -> list[Any]:
    return look(report, figures_alone(report))


def budget_of(scene: Scene) -> Any:
    return Budget.objects.get(source="local", year=scene.local.year, province=scene.place.province).public_id


def problem(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """The answer is a problem of this status, whole."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert set(found) >= MEMBERS
    assert found["status"] == status
    assert found["detail"] and found["title"]
    assert found["type"] == f"urn:khuyencong:problem:{found['code']}"
    assert found["trace_id"] == answer["X-Request-Id"]
    for error in found["errors"]:
        assert set(error) == {"field", "message"}
        assert error["message"]
    if code:
        assert found["code"] == code
    return found


# --- the shape --------------------------------------------------------------------------------------------------------


def test_each_kind_of_refusal_has_the_same_shape(scene: Scene) -> None:
    officer, auditor = Caller(scene.people.officer), Caller(scene.people.auditor)
    limited = as_program(
        program("chi-doc", scene.place.department, Role.OFFICER, scene.place.province, ["reports:read"])
    )
    local = f"/projects/{scene.local.public_id}"
    key = str(uuid.uuid4())
    assert officer.post("/enterprises/", enterprise_body(scene.place), key=key).status_code == 201
    problem(officer.get("/projects/", x=1), 400, "invalid_parameter")
    problem(officer.post("/enterprises/", {}), 400, "invalid")
    problem(officer.post("/enterprises/", "{"), 400, "malformed")
    problem(Caller().get("/projects/"), 401, "not_authenticated")
    problem(limited.get("/projects/"), 403, "insufficient_scope")
    problem(auditor.post(f"{local}/steps/start/", {}), 403, "not_allowed")
    problem(officer.get(f"/projects/{uuid.uuid4()}/"), 404, "not_found")
    problem(officer.get("/nowhere/"), 404, "not_found")
    problem(officer.get("/projects"), 404, "not_found")
    problem(officer.client.delete(f"/api/v1{local}/"), 405, "method_not_allowed")
    problem(officer.post(f"{local}/steps/submit/", {}), 409, "wrong_state")
    problem(officer.post("/enterprises/", enterprise_body(scene.place)), 409, "duplicate")
    problem(officer.client.post("/api/v1/enterprises/", b"x", content_type="text/plain",
                                headers={"Idempotency-Key": key}), 415, "unsupported_media_type")  # fmt: skip
    problem(officer.post("/enterprises/", enterprise_body(scene.place, headcount=1), key=key), 422)


def test_callers_own_request_id_is_not_taken_for_ours(scene: Scene) -> None:
    answer = Caller().client.get("/api/v1/projects/", headers={"X-Request-Id": "made-up\r\nnoise"})
    assert answer["X-Request-Id"] == answer.json()["trace_id"]
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])


def test_log_knows_a_request_by_the_id_the_caller_was_told(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="django_structlog"):
        answer = Caller(scene.people.officer).get("/projects/")
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert {line["event"] for line in lines} >= {"request_started", "request_finished"}
    assert {line["request_id"] for line in lines} == {answer["X-Request-Id"]}


def test_fault_of_a_decision_is_named_where_it_stands_in_the_body(scene: Scene) -> None:
    leader = Caller(scene.people.leader)
    late = decision_body(date="2099-01-01")
    body = {"project": str(scene.local.public_id), "source": "local", "amount_vnd": 1, "decision": late}
    found = problem(leader.post("/allocations/", body), 400)
    assert [error["field"] for error in found["errors"]] == ["decision.date"]
    body = {"programme": "KCDP-2021-2030", "source": "local", "year": 2026, "amount_vnd": 1, "decision": late}
    found = problem(leader.post("/budgets/", body), 400)
    assert [error["field"] for error in found["errors"]] == ["decision.date"]
    body = {"uuid": str(uuid.uuid4()), "on": str(clock.today()), "note": "x", "percent": 101}
    found = problem(Caller(scene.people.officer).post(f"/projects/{scene.local.public_id}/progress/", body), 400)
    assert [error["field"] for error in found["errors"]] == ["percent"]


def test_401_says_how_to_sign_in_and_405_what_is_possible(scene: Scene) -> None:
    assert Caller().get("/projects/")["WWW-Authenticate"].startswith("Bearer realm=")
    answer = Caller(scene.people.officer).client.delete("/api/v1/projects/")
    assert answer["Allow"] == "GET, POST, HEAD"


def test_nested_fault_is_named_by_its_path(scene: Scene) -> None:
    body = project_body(scene.place, str(scene.enterprise.public_id))
    body["planned_results"] = [{"indicator": "HT25_MACHINE", "quantity": 1}, {"indicator": "NONE", "quantity": -1}]
    body["estimate"] = {"local_vnd": -1, "x": 1}
    found = problem(Caller(scene.people.officer).post("/projects/", body), 400)
    fields = {error["field"] for error in found["errors"]}
    assert fields == {"planned_results.1.indicator", "planned_results.1.quantity", "estimate.x"}


def test_words_come_in_the_language_asked_for(scene: Scene) -> None:
    officer = Caller(scene.people.officer)
    path = f"/api/v1/projects/{uuid.uuid4()}/"
    words = {
        language: officer.client.get(path, headers={"Accept-Language": language}).json()["detail"]
        for language in ("vi", "en", "fr")
    }
    assert words["en"] == "There is no such thing here."
    assert words["vi"] == words["fr"] != words["en"]


def test_a_fault_of_ours_is_a_problem_with_its_trace_and_without_its_cause(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("enterprises.api.views.create_enterprise", broken)
    officer = Caller(scene.people.officer)
    officer.client.raise_request_exception = False
    answer = officer.post("/enterprises/", enterprise_body(scene.place))
    problem(answer, 500)
    assert "secret of the house" not in answer.content.decode()


# --- the order --------------------------------------------------------------------------------------------------------


def test_order_of_checks_401_scope_sight_body_right_state(scene: Scene) -> None:
    path = f"/projects/{scene.local.public_id}/steps/approve/"
    bad = {"x": 1}
    good = {"decision": decision_body(), "money": [{"source": "local", "amount_vnd": 1}]}
    reader = program("chi-doc", scene.place.department, Role.OFFICER, scene.place.province, ["records:read"])
    problem(Caller().post(path, bad), 401)
    problem(as_program(reader).post(path, bad), 403, "insufficient_scope")
    problem(Caller(f.stranger()).post(path, bad), 404)
    problem(Caller(scene.people.auditor).post(path, bad), 400)
    problem(Caller(scene.people.auditor).post(path, good), 403, "not_allowed")
    problem(Caller(scene.people.leader).post(path, good), 409, "wrong_state")


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_nobody_comes_in_without_signing_in(scene: Scene, operation: Operation) -> None:
    if operation.path == "/oauth/token":
        return
    answer = getattr(Caller().client, operation.method)(f"/api/v1{filled(operation.path, **ids(scene))}?x=1")
    problem(answer, 401)


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_program_without_scopes_comes_nowhere(scene: Scene, operation: Operation) -> None:
    if operation.path == "/oauth/token":
        return
    client = program("khong", scene.place.department, Role.OFFICER, scene.place.province)
    caller = as_program(client, scopes=[])
    path = f"/api/v1{filled(operation.path)}?x=1"
    answer = getattr(caller.client, operation.method)(path, headers=caller.headers)
    found = problem(answer, 403, "insufficient_scope")
    kind = "reports" if operation.path.startswith(("/report", "/jobs", "/entered-figures")) else "records"
    assert found["required_scope"] == f"{kind}:{'read' if operation.method == 'get' else 'write'}"


def test_session_without_csrf_token_changes_nothing(scene: Scene) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.people.officer, backend="accounts.backends.PortalBackend")
    answer = client.post(
        "/api/v1/enterprises/",
        json.dumps(enterprise_body(scene.place)),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    problem(answer, 403, "csrf_failed")


# --- query parameters -------------------------------------------------------------------------------------------------


def _sample(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") in ("date", "date-time", "uuid"):
        return {
            "date": "2026-01-31",
            "date-time": "2026-01-31T08:00:00+07:00",
            "uuid": "00000000-0000-4000-8000-000000000000",
        }[schema["format"]]
    return {"integer": str(schema.get("minimum", 1)), "boolean": "true"}.get(schema["type"], "42")


def _bad(name: str, schema: dict[str, Any]) -> list[str]:
    """Values that the declared type does not know."""
    found = ["", "\x00", "a\x07b", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1") * 5000]
    if "enum" in schema:
        found += [str(schema["enum"][0]).upper() + "x", " " + str(schema["enum"][0])]
    elif schema.get("format") == "date":
        found += [
            "2026-02-30",
            "2026-13-01",
            "31/01/2026",
            "20260131",
            "2026-W05-1",
            "today",
            "-2026-01-01",
            "٢٠٢٦-01-01",
        ]
    elif schema.get("format") == "date-time":
        found += ["2026-01-31", "2026-01-31T08:00:00", "2026-01-31T25:00:00Z", "0001-01-01T00:00:00Z",
                  "9999-12-31T23:59:59-14:00", "2026-01-31T08:00:00+99:00", "1e400000"]  # fmt: skip
    elif schema.get("format") == "uuid":
        found += ["1", "0" * 32, "{00000000-0000-4000-8000-000000000000}", "x" * 36]
    elif schema["type"] == "integer":
        found += [str(schema["minimum"] - 1), str(schema["maximum"] + 1), "1.0", "1e3", "+1", "٣", "0x1", "NaN",
                  "9" * 400, "1e400000", " 1", "--1"]  # fmt: skip
    elif schema["type"] == "boolean":
        found += ["1", "yes", "True", "null"]
    elif name == "cursor":
        found += ["x", "W10=", "WyJpZCJd:1:abc", "eyJhIjoxfQ:sig"]
    elif name == "area":
        found += ["zzz", "p42'", "p42 OR 1=1", "42;--", "4" * 41, "Hà Tĩnh"]
    return found


@pytest.mark.parametrize("operation", operations("get"), ids=str)
def test_unknown_repeated_malformed_and_out_of_range_parameters_are_400(scene: Scene, operation: Operation) -> None:
    caller = Caller(scene.people.officer)
    path = filled(operation.path, **ids(scene))
    always = {"section": "projects", "row": "all", "column": "total"} if path.endswith("/lines/") else {}
    for name in ("x", "Page_size", "year__gte", "_connector", "é"):
        found = problem(caller.get(path, **{name: "1"}), 400, "invalid_parameter")
        assert found["errors"][0]["field"] == name
    for parameter in operation.query:
        name, schema = parameter["name"], parameter["schema"]
        good = _sample(schema)
        found = problem(caller.get(path, **{**always, name: [good, good]}), 400, "invalid_parameter")
        assert found["errors"][0]["field"] == name
        for value in _bad(name, schema):
            found = problem(caller.get(path, **{**always, name: value}), 400, "invalid_parameter")
            assert found["errors"][0]["field"] == name, value


@pytest.mark.parametrize("operation", [o for o in operations("get") if o.is_list], ids=str)
def test_every_declared_parameter_is_taken_with_a_good_value(scene: Scene, operation: Operation) -> None:
    """Control: what was refused above was refused for its value."""
    caller = Caller(scene.people.officer)
    path = filled(operation.path, **ids(scene))
    for parameter in operation.query:
        name, schema = parameter["name"], parameter["schema"]
        if name == "cursor" or (
            name == "on" and operation.path not in ("/areas/", "/norms/", "/legal-documents/", "/targets/")
        ):
            continue
        values = [_sample(schema), *map(str, schema.get("enum", []))]
        if name == "programme":
            values = ["KCDP-2021-2030"]
        if name == "period":
            values = [f"{clock.today().year}-Y"]
        if operation.path == "/enterprises/" and name in ("kind", "trade"):
            values = ["cooperative"] if name == "kind" else ["none"]
        if operation.path.endswith("/lines/"):
            continue
        for value in values:
            assert caller.get(path, **{name: value}).status_code == 200, (name, value)


@pytest.mark.parametrize("operation", [o for o in operations() if o.method != "get"], ids=str)
def test_what_writes_takes_no_query_parameter(scene: Scene, operation: Operation) -> None:
    path = filled(operation.path, **ids(scene))
    if operation.path == "/oauth/token":
        form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": SECRET}
        answer = ask_for_token(form, "/api/v1/oauth/token?client_secret=x")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        return
    caller = Caller(scene.people.officer)
    found = problem(caller._send(operation.method, f"{path}?year=2026", {}, {}), 400, "invalid_parameter")
    assert found["errors"][0]["field"] == "year"


def test_on_without_area_is_refused_where_it_says_which_unit_a_code_means(scene: Scene) -> None:
    caller = Caller(scene.people.officer)
    for path in (
        "projects",
        "enterprises",
        "plans",
        "budgets",
        "allocations",
        "payments",
        "training-classes",
        "products",
        "clusters",
        "summary",
    ):
        problem(caller.get(f"/{path}/", on="2024-06-01"), 400, "invalid_parameter")
        assert caller.get(f"/{path}/", on="2024-06-01", area="42").status_code == 200


def test_cursor_of_another_ordering_or_touched_is_refused(scene: Scene) -> None:
    caller = Caller(scene.people.officer)
    link = caller.get("/projects/", page_size=1, ordering="code").json()["next"]
    problem(caller.client.get(link.replace("ordering=code", "ordering=-id")), 400)
    problem(caller.client.get(link.replace("cursor=", "cursor=x")), 400)
    assert caller.client.get(link).status_code == 200


def test_search_ignores_accents_and_takes_any_script(scene: Scene) -> None:
    caller = Caller(scene.people.officer)
    assert caller.get("/projects/", q="DUOC DUYET", count="true").json()["total"] == 2
    assert caller.get("/projects/", q="Đươ\u0323c duyê\u0323t", count="true").json()["total"] == 2  # typed as NFD
    for text in ("😀", "%", "_", "\\", "'", '"', "𝔸", "नमस्ते", "\u202e", "a" * 200):
        assert caller.get("/projects/", q=text, count="true").json()["total"] == 0, text


# --- bodies -----------------------------------------------------------------------------------------------------------


def signed_contract(scene: Scene) -> str:
    row = scene.local.contracts.first()
    if row is None:
        data = ContractData("support", "1/HĐ", clock.today(), "A", "B", 1, scene.enterprise)
        row = record_contract(scene.local, data, actor=scene.people.officer)
    return str(row.public_id)


def asked_adjustment(scene: Scene) -> str:
    row = scene.local.adjustments.first()
    return str((row or ask(scene.local, {"partner": "x"}, "x", actor=scene.people.officer)).public_id)


def inspection(scene: Scene, signed: bool = False) -> Inspection:
    state = "signed" if signed else "draft"
    row: Inspection | None = scene.local.inspections.filter(state=state).first()
    if row is None:
        today, actor = clock.today(), scene.people.officer
        data = InspectionData(today, scene.place.department, "x", findings="x", requirements=[("x", today)])
        row = record_inspection(scene.local, data, actor=actor)
        row = sign_inspection(row, actor=actor) if signed else row
    return row


def outreach_bodies(scene: Scene) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    today, officer = str(clock.today()), scene.people.officer
    audience = {"province": "42", "kinds": ["enterprise"], "communes": [scene.place.commune.uid]}
    answers = [{"question": str(scene.question.public_id), "value": False}]
    return {
        "POST /survey-rounds/": (
            "/survey-rounds/", officer,
            {**audience, "name": "Đợt mới", "starts_on": today, "ends_on": today, "closes_on": today, "note": "x"},
        ),
        "POST /survey-answers/": (
            "/survey-answers/", officer,
            {"round": str(scene.survey.public_id), "enterprise": str(scene.enterprise.public_id), "answers": answers,
             "send": True, "version": 1},
        ),
        "POST /advice/": (
            "/advice/", officer,
            {"enterprise": str(scene.enterprise.public_id), "topic": scene.advice.topic.name, "channel": "phone",
             "text": "x", "asked_on": today, "asker": "x", "assigned_to": officer.username},
        ),
        "POST /advice/{advice_id}/steps/{step}/": (
            f"/advice/{scene.advice.public_id}/steps/answer/", officer, {"answer": "x", "on": today, "note": "x"},
        ),
        "POST /policies/": (
            "/policies/", officer,
            {**audience, "title": "Chính sách mới", "document": "1/NQ", "summary": "x", "published": True,
             "activities": [f.activity().code]},
        ),
        "POST /difficulties/": (
            "/difficulties/", officer,
            {"reporter": "officer", "problem": "x", "proposal": "x", "reported_on": today, "province": "42",
             "document": "1/NQ", "activity": f.activity().code},
        ),
        "PUT /difficulties/{difficulty_id}/": (
            f"/difficulties/{scene.difficulty.public_id}/", officer,
            {"reporter": "officer", "problem": "y", "proposal": "x", "reported_on": today, "province": "42",
             "document": "1/NQ", "version": 1},
        ),
        "POST /difficulties/{difficulty_id}/steps/{step}/": (
            f"/difficulties/{scene.difficulty.public_id}/steps/send/", officer,
            {"on": today, "to": "x", "paper": "x", "note": "x"},
        ),
        "POST /pledges/": (
            "/pledges/", officer,
            {"giver": "other", "kind": "land", "what": "x", "promised_on": today, "paper": "x", "giver_name": "x",
             "project": str(scene.local.public_id), "promised_vnd": 5, "due_on": today, "note": "x"},
        ),
        "PUT /pledges/{pledge_id}/": (
            f"/pledges/{scene.pledge.public_id}/", officer,
            {"giver": "other", "kind": "land", "what": "x", "promised_on": today, "paper": "x", "giver_name": "x",
             "project": str(scene.local.public_id), "promised_vnd": 5, "due_on": today, "version": 1},
        ),
        "POST /pledges/{pledge_id}/receipts/": (
            f"/pledges/{scene.pledge.public_id}/receipts/", officer,
            {"amount_vnd": 3, "received_on": today, "paper": "x", "note": "x"},
        ),
        "POST /pledges/{pledge_id}/receipts/{receipt_id}/take-back/": (
            f"/pledges/{scene.pledge.public_id}/receipts/{scene.receipt.pk}/take-back/", officer, {"note": "x"},
        ),
        "POST /pledges/{pledge_id}/withdraw/": (
            f"/pledges/{scene.pledge.public_id}/withdraw/", officer, {"note": "x"},
        ),
        "POST /campaigns/": (
            "/campaigns/", officer,
            {**audience, "name": "Hội nghị mới", "channel": "Hội nghị", "planned_on": today, "held_on": today,
             "policy": str(scene.policy.public_id), "project": str(scene.local.public_id)},
        ),
    }  # fmt: skip


def coordination_bodies(scene: Scene) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    today, officer, place = str(clock.today()), scene.people.officer, scene.place
    task = {
        "text": "Việc mới", "timing": "once", "given_on": today, "due_on": today, "clause": "x", "position": 1,
        "document": str(scene.paper.public_id), "agency": str(place.centre.public_id), "supporting_text": "x",
        "assigned_to": str(scene.people.collaborator.public_id), "supporting": [str(place.department.public_id)],
        "areas": [place.commune.uid], "project": str(scene.local.public_id), "programme": "KCDP-2021-2030",
        "verified": "partial",
    }  # fmt: skip
    one, thread = f"/given-tasks/{scene.task.public_id}", f"/threads/{scene.thread.public_id}"
    return {
        "POST /given-tasks/": ("/given-tasks/", officer, {**task, "province": "42"}),
        "PUT /given-tasks/{task_id}/": (f"{one}/", officer, {**task, "version": scene.task.version + 1}),
        "POST /given-tasks/{task_id}/results/": (f"{one}/results/", officer, {"on": today, "text": "x"}),
        "POST /given-tasks/{task_id}/steps/{step}/": (
            f"{one}/steps/finish/", officer, {"on": today, "text": "x", "note": "x"},
        ),
        "POST /threads/": (
            "/threads/", officer,
            {"subject": "x", "text": "x", "area": place.commune.uid,
             "waits_for": str(scene.people.collaborator.public_id)},
        ),
        "POST /threads/{thread_id}/messages/": (f"{thread}/messages/", officer, {"text": "x", "asks": True}),
        "POST /threads/{thread_id}/steps/{step}/": (f"{thread}/steps/close/", officer, {"note": "x"}),
    }  # fmt: skip


def bodies(scene: Scene) -> dict[str, tuple[str, Any, dict[str, Any]]]:
    """Of every writing a caller who may do it and a body that is taken."""
    today = str(clock.today())
    people, place = scene.people, scene.place
    local = {"project": str(scene.local.public_id), "source": "local"}
    project = project_body(
        place, str(scene.enterprise.public_id), implementing_unit=str(place.centre.public_id), aim="Mục tiêu",
        starts_on=today, ends_on=today, plan_line=scene.plan_line.pk,
    )  # fmt: skip
    made = {"enterprise": str(scene.enterprise.public_id), "name": "Bún", "group": "FOOD",
            "consists_of": "x", "description": "x", "spearhead": str(MORE[0].spearhead.public_id)}  # fmt: skip
    cluster = {"code": "CCN-1", "name": "Cụm", "area": "42", "planned_ha": "50.00", "industrial_ha": "35",
               "served_ha": "1.5", "leased_ha": "0", "reference": "x", "note": "x",
               "projects": [str(scene.local.public_id)]}  # fmt: skip
    full = enterprise_body(
        place, address="Thôn 1", representative="Nguyễn Văn A", main_product="Bún khô", technology="x",
        raw_material="x", craft_village="x", trade="none", industry_code="10", ceased_on="2026-01-01",
    )  # fmt: skip
    progress = {
        "uuid": str(uuid.uuid4()), "on": today, "value_invested_vnd": 1, "money_spent_vnd": 1, "note": "x",
        "results": [{"indicator": "HT25_MACHINE", "quantity": 1}], "percent": "50", "percent_reason": "y",
        "difficulties": "x", "proposals": "x", "corrects_reason": "x",
    }  # fmt: skip
    return {
        "POST /enterprises/": (
            "/enterprises/", people.officer, {**full, "different": [str(scene.enterprise.public_id)]},
        ),
        "PUT /enterprises/{enterprise_id}/": (
            f"/enterprises/{scene.enterprise.public_id}/", people.officer,
            {**full, "moved_on": today, "version": Enterprise.objects.get(pk=scene.enterprise.pk).version},
        ),
        "PUT /enterprises/{enterprise_id}/years/{year}/": (
            f"/enterprises/{scene.enterprise.public_id}/years/2025/", people.officer,
            {"capital_vnd": 1, "workers": 2, "women": 1, "revenue_vnd": 1, "not_applicable": ["tax_paid_vnd"],
             "tax_paid_vnd": None},
        ),
        "POST /projects/": ("/projects/", people.officer, project),
        "PUT /projects/{project_id}/": (
            f"/projects/{scene.local_draft.public_id}/", people.officer,
            {**project, "version": scene.local_draft.version},
        ),
        "POST /projects/{project_id}/steps/{step}/": (
            f"/projects/{scene.local_submitted.public_id}/steps/approve/", people.leader,
            {"note": "x", "on": today, "decision": decision_body(batch="Đợt 1"),
             "money": [{"source": "local", "amount_vnd": 1_000}, {"source": "counterpart", "amount_vnd": 0}]},
        ),
        "POST /projects/{project_id}/opinions/": (
            f"/projects/{scene.local_submitted.public_id}/opinions/", people.leader,
            {"recommendation": "approve", "support_vnd": 1, "remarks": "x",
             "marks": [{"criterion": f.criterion().code, "mark": "met", "remark": "x"}]},
        ),
        "POST /projects/{project_id}/contracts/": (
            f"/projects/{scene.local.public_id}/contracts/", people.officer,
            {"kind": "support", "number": "2/HĐ", "signed_on": today, "party_a": "A", "party_b": "B", "value_vnd": 1,
             "enterprise": str(scene.enterprise.public_id), "starts_on": today, "ends_on": today, "content": "x"},
        ),
        "POST /projects/{project_id}/contracts/{contract_id}/void/": (
            f"/projects/{scene.local.public_id}/contracts/{signed_contract(scene)}/void/", people.officer,
            {"note": "x"},
        ),
        "POST /projects/{project_id}/adjustments/": (
            f"/projects/{scene.national.public_id}/adjustments/", people.officer,
            {"reason": "x", "area": place.commune.uid, "beneficiaries": [str(scene.enterprise.public_id)],
             "activities": [f.activity().code], "partner": "x", "starts_on": today, "ends_on": today,
             "investment_vnd": 1, "support_national_vnd": 1, "support_local_vnd": 0},
        ),
        "POST /projects/{project_id}/adjustments/{adjustment_id}/steps/{step}/": (
            f"/projects/{scene.local.public_id}/adjustments/{asked_adjustment(scene)}/steps/decide/", people.leader,
            {"note": "x", "decision": decision_body(batch="")},
        ),
        "POST /projects/{project_id}/inspections/": (
            f"/projects/{scene.local.public_id}/inspections/", people.officer,
            {"inspected_on": today, "agency": str(place.department.public_id), "inspectors": "x", "place": "x",
             "findings": "x", "difficulties": "x", "number": "1/BB", "minutes_on": today,
             "requirements": [{"text": "x", "due_on": today}]},
        ),
        "POST /projects/{project_id}/inspections/{inspection_id}/sign/": (
            f"/projects/{scene.local.public_id}/inspections/{inspection(scene).public_id}/sign/", people.officer, {},
        ),
        "POST /projects/{project_id}/inspections/{inspection_id}/requirements/{requirement_id}/done/": (
            f"/projects/{scene.local.public_id}/inspections/{inspection(scene, signed=True).public_id}/requirements/"
            f"{inspection(scene, signed=True).requirements.get().pk}/done/", people.officer, {"on": today, "note": "x"},
        ),
        "POST /projects/{project_id}/progress/": (
            f"/projects/{scene.local.public_id}/progress/", people.officer, progress,
        ),
        "POST /projects/{project_id}/progress/{uuid}/confirm/": (
            f"/projects/{scene.local.public_id}/progress/{scene.unconfirmed.uuid}/confirm/", people.officer,
            {"note": "x"},
        ),
        "POST /projects/{project_id}/progress/{uuid}/return/": (
            f"/projects/{scene.local.public_id}/progress/{scene.unconfirmed.uuid}/return/", people.officer,
            {"note": "x"},
        ),
        "POST /progress-reminders/": (
            "/progress-reminders/", people.officer,
            {"period": f"{clock.today().year}-Y", "area": place.commune.uid},
        ),
        "POST /budgets/": (
            "/budgets/", people.leader,
            {"programme": "KCDP-2021-2030", "source": "local", "year": 2026, "amount_vnd": 1,
             "decision": decision_body(batch=""), "area": "42"},
        ),
        "POST /budgets/{budget_id}/year-end/": (
            f"/budgets/{budget_of(scene)}/year-end/", people.leader,
            {"kind": "cancel", "project": local["project"], "amount_vnd": 1, "decision": decision_body(batch=""),
             "reason": "x"},
        ),
        "POST /allocations/": (
            "/allocations/", people.leader, {**local, "amount_vnd": 1, "decision": decision_body(), "reason": "x"},
        ),
        "POST /payments/": (
            "/payments/", people.accountant,
            {**local, "kind": "payment", "amount_vnd": 1, "document_no": "2", "document_on": today,
             "budget_year": 2026, "reason": "x"},
        ),
        "POST /training-classes/": (
            "/training-classes/", people.officer,
            {"project": local["project"], "subject": "Lớp", "kind": "other", "area": place.commune.uid,
             "starts_on": today, "ends_on": today, "total": 2, "women": 1, "topic": "S1", "course": "x",
             "budget_line": "x"},
        ),
        **outreach_bodies(scene),
        **MORE[0].bodies(),
        **coordination_bodies(scene),
        "POST /products/": ("/products/", people.officer, {**made, "name": "Mắm"}),
        "PUT /products/{product_id}/": (
            f"/products/{scene.product.public_id}/", people.officer, {**made, "version": 1},
        ),
        "POST /clusters/": ("/clusters/", people.officer, {**cluster, "code": "CCN-2"}),
        "PUT /clusters/{cluster_id}/": (
            f"/clusters/{scene.cluster.public_id}/", people.officer,
            {"code": "CCN-1", "name": "Cụm", "area": "42", "version": 1},
        ),
        "POST /staff/{person_id}/trainings/": (
            f"/staff/{people.officer.public_id}/trainings/", people.administrator,
            {"subject": "x", "provider": "x", "year_from": 2024, "year_to": 2025, "days": 3, "certificate_no": "1"},
        ),
        "POST /hand-overs/": (
            "/hand-overs/", people.administrator,
            {"giver": str(people.collaborator.public_id), "taker": str(scene.newcomer.public_id), "starts_on": today,
             "reason": "x", "units": [place.commune.uid], "everything": True},
        ),
        "POST /entered-figures/": (
            "/entered-figures/", people.officer,
            {"value": "12.10", "origin": "x", "replaces": str(scene.entered.public_id), "reason": "x"},
        ),
        "POST /reports/": (
            "/reports/", people.officer,
            {"kind": "programme-results", "period": f"{clock.today().year}-Y", "area": "42"},
        ),
        "POST /jobs/{job_id}/cancel/": (f"/jobs/{job_of(people.officer, 'queued')}/cancel/", people.officer, {}),
        "POST /jobs/{job_id}/retry/": (f"/jobs/{job_of(people.officer, 'failed')}/retry/", people.officer, {}),
        "POST /reports/{report_id}/steps/submit/": (
            f"/reports/{scene.small_draft.public_id}/steps/submit/", people.officer,
            {"answers": [{"code": one.code, "answer": "x"} for one in findings(scene.small_draft)], "reason": "x"},
        ),
        "POST /reports/{report_id}/steps/return/": (
            f"/reports/{scene.waiting.public_id}/steps/return/", people.leader, {"note": "x"},
        ),
        "POST /reports/{report_id}/steps/issue/": (
            f"/reports/{scene.published.public_id}/steps/issue/", people.leader,
            {"issued_no": "1/BC", "issued_on": today},
        ),
        "POST /reports/{report_id}/steps/withdraw/": (
            f"/reports/{scene.published.public_id}/steps/withdraw/", people.leader, {"note": "x"},
        ),
        "PATCH /reports/{report_id}/texts/": (
            f"/reports/{scene.draft.public_id}/texts/", people.officer,
            {"code": "next", "text": "x", "version": scene.draft.texts.get(code="next").version},
        ),
        "POST /reports/{report_id}/steps/publish/": (
            f"/reports/{scene.waiting.public_id}/steps/publish/", people.leader,
            {"note": "x", "issued_no": "1/BC", "issued_on": today, "code": digits(people.leader)},
        ),
    }  # fmt: skip


def job_of(person: Any, state: str) -> uuid.UUID:
    """Somebody's report that waits, or that could not be made."""
    done = Job.objects.asked_by(person).filter(kind="reports.make", state="done").first()
    job = enqueue(done.kind, done.params, actor=person, key=f"{done.key}:{state}")
    Job.objects.filter(pk=job.pk).update(state=state)
    found: uuid.UUID = job.public_id
    return found


WRITINGS = [str(o) for o in operations() if o.method != "get" and o.path not in ("/oauth/token",)]
UPLOADS = ("POST /projects/{project_id}/evidence/", "POST /imports/", "POST /report-templates/")
JSON_WRITINGS = [name for name in WRITINGS if name not in UPLOADS]

# What is never text, number, date, list and object at once. Two of them must be refused wherever they stand.
HOSTILE: list[Any] = [
    None, True, 0, -1, 1.0, 1.5, -0.0, 1e15, 10**15 + 1, 2**63, 2**64, -(2**63) - 1, "", " ", "x", "1", "0x1", "NaN",
    "1e400000", "\x00", "a\x00b", "\x1b[31m", "\x07", "\u202e", "e\u0302\u0323", "😀" * 50, "x" * 10_000, "\ufffe",
    "2026-02-30", "0001-01-01", "9999-12-31", "20260101", "2026-W01-1", "2026-01-01T00:00:00Z",
    "00000000-0000-4000-8000-000000000000", "urn:uuid:00000000-0000-4000-8000-000000000000", "{}",
    [], [[]], [None], [0], [{}], ["\x00"], ["x"] * 300, {}, {"a": 1}, {"": None},
    {"issuer": "x", "number": "x", "date": "2026-01-01"}, [{"source": "local", "amount_vnd": 2**63}],
    [{"indicator": "HT25_MACHINE", "quantity": 1}] * 2, [{"source": "local", "amount_vnd": 1}] * 2,
]  # fmt: skip


def _try(caller: Caller, name: str, path: str, body: Any) -> Any:
    """Send it and forget what it did."""
    savepoint = transaction.savepoint()
    try:
        verb = name.split()[0].lower()
        return getattr(caller, verb)(path, body)
    finally:
        transaction.savepoint_rollback(savepoint)


def _places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body where a value stands."""
    found = [path] if path else []
    if isinstance(body, dict):
        for name, inner in body.items():
            found += _places(inner, (*path, name))
    if isinstance(body, list):
        for index, inner in enumerate(body):
            found += _places(inner, (*path, index))
    return found


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(body))
    inner = copy
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return copy


@pytest.mark.parametrize("name", JSON_WRITINGS)
def test_good_body_is_taken_and_one_unknown_or_read_only_field_more_is_400(scene: Scene, name: str) -> None:
    path, person, body = bodies(scene)[name]
    caller = Caller(person)
    assert _try(caller, name, path, body).status_code < 300, _try(caller, name, path, body).content
    for extra in ("x", "id", "state", "code", "created_at", "created_by", "province", "approved", "paid", "sha256", ""):
        if extra in body:
            continue
        found = problem(_try(caller, name, path, {**body, extra: "x"}), 400, "invalid")
        assert [error["field"] for error in found["errors"]] == [extra], extra
    for place in _places(body):
        inner = body
        for part in place:
            inner = inner[part]
        if isinstance(inner, dict):
            problem(_try(caller, name, path, _with(body, (*place, "x"), 1)), 400, "invalid")


@pytest.mark.parametrize("name", JSON_WRITINGS)
def test_hostile_value_in_any_place_is_refused_or_taken_but_never_a_fault(scene: Scene, name: str) -> None:
    path, person, body = bodies(scene)[name]
    caller, places = Caller(person), _places(body)
    tried = refused = 0
    step = min(6, len(places))
    for number, place in enumerate(places):
        # Each value in every sixth place, in a small body in one: the time of all tests is limited.
        here = 0
        for value in HOSTILE[number % step :: step]:
            answer = _try(caller, name, path, _with(body, place, value))
            assert answer.status_code < 500, (place, value, answer.content)
            tried += 1
            if answer.status_code >= 300:
                assert answer.status_code in (400, 403, 409), (place, value, answer.content)
                problem(answer, answer.status_code)
                here += 1
            elif isinstance(value, str):
                assert "\x00" not in value and "\x07" not in value and "\x1b" not in value, (place, value)
        assert here, place
        refused += here
    assert refused > tried / 2 or not tried


@pytest.mark.parametrize("name", WRITINGS)
def test_writing_is_404_to_another_province_and_403_to_who_only_reads(scene: Scene, name: str) -> None:
    """Where the path names something; what a body names is as unknown as what does not exist."""
    path = name.split()[1]
    good = bodies(scene).get(name)
    here = good[0] if good is not None else filled(path, **ids(scene))
    body = good[2] if good is not None else {}
    scopes = ["records:read", "reports:read"]
    reader = program("chi-doc", scene.place.department, Role.OFFICER, scene.place.province, scopes)
    problem(_try(as_program(reader), name, here, body), 403, "insufficient_scope")
    if "{" in path and "/outreach-lists/" not in path and name not in UPLOADS:  # those lists are everybody's
        answer = _try(Caller(f.stranger()), name, here, body)
        problem(answer, 404)
        assert scene.enterprise.name not in answer.content.decode()


@pytest.mark.parametrize("name", [name for name in JSON_WRITINGS if name.startswith("POST") and "look" not in name])
def test_same_request_again_stores_nothing_and_gives_the_first_answer(scene: Scene, name: str) -> None:
    path, person, body = bodies(scene)[name]
    caller, key = Caller(person), str(uuid.uuid4())
    first = caller.post(path, body, key=key)
    told = Entry.objects.count()
    second = caller.post(path, body, key=key)
    assert (first.status_code < 300, first.content) == (True, second.content)
    assert Entry.objects.count() == told
    problem(caller._send("post", path, body, {}), 400, "idempotency_key")


@pytest.mark.parametrize("name", JSON_WRITINGS)
def test_number_as_text_or_as_fraction_is_not_guessed(scene: Scene, name: str) -> None:
    path, person, body = bodies(scene)[name]
    for place in _places(body):
        inner = body
        for part in place:
            inner = inner[part]
        if isinstance(inner, int) and not isinstance(inner, bool):
            for value in (str(inner), float(inner), inner + 0.5, True, f"{inner}.0", [inner], {"": inner}):
                answer = _try(Caller(person), name, path, _with(body, place, value))
                assert answer.status_code == 400, (place, value, answer.content)
        elif isinstance(inner, bool):
            for value in (str(inner).lower(), int(inner), float(inner), [inner]):
                answer = _try(Caller(person), name, path, _with(body, place, value))
                assert answer.status_code == 400, (place, value, answer.content)


@pytest.mark.parametrize("name", JSON_WRITINGS)
def test_every_field_may_be_left_out_without_a_fault(scene: Scene, name: str) -> None:
    path, person, body = bodies(scene)[name]
    for field in body:
        answer = _try(Caller(person), name, path, {key: value for key, value in body.items() if key != field})
        assert answer.status_code < 500
        if answer.status_code == 400:
            assert problem(answer, 400)["errors"]


MALFORMED: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("half", b'{"name": '),
    ("not UTF-8", b'{"name": "\xff\xfe"}'),
    ("UTF-16", '{"name": "x"}'.encode("utf-16")),
    ("latin-1", '{"name": "Công"}'.encode("latin-1", "replace").replace(b"?", b"\xf4")),
    ("half a character", b'{"name": "\\ud800"}'),
    ("NaN", b'{"headcount": NaN}'),
    ("infinity", b'{"headcount": 1e999}'),
    ("field twice", b'{"name": "a", "name": "b"}'),
    ("list", b"[]"),
    ("text", b'"x"'),
    ("number", b"1"),
    ("null", b"null"),
    ("two", b"{}{}"),
    ("comment", b"{} // x"),
    ("NUL", b'{"name": "\x00"}'),
    ("long number", b'{"headcount": ' + b"9" * 5000 + b"}"),
    *[(f"{depth} deep", b'{"name":' * depth + b"1" + b"}" * depth) for depth in (21, 500, 850, 990, 1023, 100_000)],
    *[(f"{depth} lists deep", b'{"name":' + b"[" * depth + b"]" * depth + b"}") for depth in (21, 850, 990, 100_000)],
]


@pytest.mark.parametrize(("what", "raw"), MALFORMED, ids=[what for what, _raw in MALFORMED])
def test_body_that_is_no_json_object_is_400(scene: Scene, what: str, raw: bytes) -> None:
    answer = Caller(scene.people.officer).client.post(
        "/api/v1/enterprises/", raw, content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    found = problem(answer, 400)
    assert found["code"] == ("invalid" if what == "nothing" else "malformed")


def test_body_deeper_than_any_is_refused_and_one_as_deep_as_needed_is_not(scene: Scene) -> None:
    raw = b'{"name":' + b"[" * 10 + b"]" * 10 + b"}"
    answer = Caller(scene.people.officer).post("/enterprises/", raw)
    assert problem(answer, 400)["code"] == "invalid"  # read, and then refused for what it is


def test_body_larger_than_is_taken_is_413(scene: Scene, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem(Caller(scene.people.officer).post("/enterprises/", {"name": "x" * 2000}), 413, "too_large")


@pytest.mark.parametrize("name", WRITINGS)
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "x",
        "image/png",
    ],
)
def test_other_content_types_are_415(scene: Scene, name: str, content_type: str) -> None:
    path = filled(name.split()[1], **ids(scene)) if name in UPLOADS else bodies(scene)[name][0]
    look = "/report-templates/" in name  # seen by the administrator alone
    send = Caller(scene.people.administrator if look else scene.people.officer).client.generic
    answer = send(name.split()[0], f"/api/v1{path}", b"<x/>", content_type=content_type,
                  headers={"Idempotency-Key": str(uuid.uuid4())})  # fmt: skip
    problem(answer, 415)


# --- uploads ----------------------------------------------------------------------------------------------------------


def upload(scene: Scene, body: dict[str, Any]) -> Any:
    caller = Caller(scene.people.collaborator)
    path = f"/api/v1/projects/{scene.local.public_id}/evidence/"
    return caller.client.post(path, body, headers={"Idempotency-Key": str(uuid.uuid4())})


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("caption", {"caption": "x" * 201}),
        ("caption", {"caption": "a\x00b"}),
        ("caption", {"caption": "a\x07b"}),
        ("caption", {"caption": ["a", "b"]}),
        ("progress", {"progress": "\x00"}),
        ("progress", {"progress": "1"}),
        ("progress", {"progress": "00000000-0000-4000-8000-000000000000"}),
        ("photo", {"photo": "x"}),
        ("x", {"x": "1"}),
    ],
)
def test_upload_form_is_as_strict_as_any_body(scene: Scene, field: str, change: dict[str, Any]) -> None:
    body = {"progress": str(scene.unconfirmed.uuid), "photo": photo("green"), "caption": "Ảnh", **change}
    found = problem(upload(scene, body), 400)
    assert found["errors"][0]["field"] == field


def test_upload_without_a_whole_form_is_refused(scene: Scene) -> None:
    client = Caller(scene.people.collaborator).client
    path = f"/api/v1/projects/{scene.local.public_id}/evidence/"
    for content_type in (
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "é",
    ):
        for raw in (
            b"",
            b"--x",
            b"--x\r\n\r\nx",
            b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--x--',
        ):
            answer = client.generic("POST", path, raw, content_type=content_type.encode().decode("latin-1"),
                                    headers={"Idempotency-Key": str(uuid.uuid4())})  # fmt: skip
            problem(answer, 400)


# --- the rules of the office by API -----------------------------------------------------------------------------------


def test_same_result_planned_twice_is_a_fault_of_the_field(scene: Scene) -> None:
    body = project_body(
        scene.place, str(scene.enterprise.public_id), implementing_unit=str(scene.place.centre.public_id)
    )
    body["planned_results"] *= 2
    found = problem(Caller(scene.people.officer).post("/projects/", body), 400)
    assert [error["field"] for error in found["errors"]] == ["planned_results"]


def test_tax_code_in_other_digits_is_the_same_code(scene: Scene) -> None:
    officer = Caller(scene.people.officer)
    body = enterprise_body(scene.place)
    assert officer.post("/enterprises/", body).status_code == 201
    wide = "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in body["tax_code"])
    problem(officer.post("/enterprises/", {**body, "tax_code": wide}), 409, "duplicate")
    arabic = "".join(chr(ord(digit) - ord("0") + 0x0660) for digit in body["tax_code"])
    problem(officer.post("/enterprises/", {**body, "tax_code": arabic}), 400)
    assert Enterprise.objects.filter(tax_code=body["tax_code"]).count() == 1


def test_decision_of_another_age_or_of_tomorrow_is_refused(scene: Scene) -> None:
    path = f"/projects/{scene.local_submitted.public_id}/steps/approve/"
    money = [{"source": "local", "amount_vnd": 1}]
    for day in ("1999-12-31", "2099-01-01"):
        found = problem(
            Caller(scene.people.leader).post(path, {"decision": decision_body(date=day), "money": money}), 400
        )
        assert [error["field"] for error in found["errors"]] == ["decision.date"]
    stop = f"/projects/{scene.local.public_id}/steps/stop/"
    for day in ("1999-12-31", "2099-01-01"):
        body = {"note": "Cơ sở xin rút", "decision": decision_body(date=day)}
        problem(Caller(scene.people.leader).post(stop, body), 400)


def test_long_reason_of_a_stop_is_kept_whole_in_the_history(scene: Scene) -> None:
    note = "Cơ sở xin rút. " * 300
    body = {"note": note, "decision": decision_body()}
    leader = Caller(scene.people.leader)
    answer = leader.post(f"/projects/{scene.local.public_id}/steps/stop/", body)
    assert answer.status_code == 200, answer.content
    notes = [row["note"] for row in leader.get(f"/projects/{scene.local.public_id}/history/").json()["results"]]
    assert note.strip() in notes


def test_correction_says_what_stands_in_the_way_and_by_how_much(scene: Scene) -> None:
    accountant = Caller(scene.people.accountant)
    paid = scene.payment
    body = {
        "project": str(scene.local.public_id), "source": "local", "kind": "correction", "document_no": "ĐC 1",
        "document_on": str(clock.today()), "reason": "Ghi nhầm", "corrects": str(paid.public_id),
    }  # fmt: skip
    more = problem(accountant.post("/payments/", {**body, "amount_vnd": 150_000_001}), 409, "ceiling_exceeded")
    assert (more["needed_vnd"], more["left_vnd"], more["missing_vnd"]) == (150_000_001, 150_000_000, 1)
    less = problem(accountant.post("/payments/", {**body, "amount_vnd": -150_000_001}), 409, "ceiling_exceeded")
    assert (less["needed_vnd"], less["left_vnd"], less["missing_vnd"]) == (150_000_001, 150_000_000, 1)
    for wrong in ({"source": "national"}, {"budget_year": 2025}):
        problem(accountant.post("/payments/", {**body, **wrong, "amount_vnd": 1}), 400)
    before = LedgerEntry.objects.count()
    assert accountant.post("/payments/", {**body, "amount_vnd": -150_000_000}).status_code == 201
    assert LedgerEntry.objects.count() == before + 1


def test_refused_approval_leaves_nothing_behind(scene: Scene) -> None:
    before = (Project.objects.count(), LedgerEntry.objects.count())
    path = f"/projects/{scene.local_submitted.public_id}/steps/approve/"
    money = [{"source": "local", "amount_vnd": 999_000_000_000}]
    found = problem(
        Caller(scene.people.leader).post(path, {"decision": decision_body(), "money": money}), 409, "ceiling_exceeded"
    )
    assert found["missing_vnd"] == found["needed_vnd"] - found["left_vnd"] > 0
    scene.local_submitted.refresh_from_db()
    assert scene.local_submitted.state == "submitted"
    assert not scene.local_submitted.decisions.exists()
    assert (Project.objects.count(), LedgerEntry.objects.count()) == before


# --- the token endpoint -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "\x00"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "ă" * 20}, 401, "invalid_client"),
        ({"client_secret": "x" * 100_000}, 401, "invalid_client"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"scope": "records:read\x00"}, 400, "invalid_scope"),
    ],
)
def test_token_is_refused_as_the_standard_says(scene: Scene, change: dict[str, str], status: int, error: str) -> None:
    scene.programs()
    form = {"grant_type": "client_credentials", "client_id": "demo-province", "client_secret": SECRET, **change}
    answer = ask_for_token(form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Cache-Control"] == "no-store"
    assert SECRET not in answer.content.decode()


def test_unknown_client_and_wrong_secret_are_told_alike(scene: Scene) -> None:
    scene.programs()
    form = {"grant_type": "client_credentials", "client_secret": "x"}
    answers = [ask_for_token({**form, "client_id": name}) for name in ("demo-province", "nobody")]
    assert answers[0].content == answers[1].content


def test_closed_client_gets_no_token(scene: Scene) -> None:
    scene.programs()
    ApiClient.objects.filter(client_id="demo-province").update(is_active=False)
    form = {"grant_type": "client_credentials", "client_id": "demo-province", "client_secret": SECRET}
    assert ask_for_token(form).status_code == 401
