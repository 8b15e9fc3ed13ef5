"""What each role, each program and a stranger sees of every list, object, count, file, hint and error text."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import ApiClient, Grant
from accounts.roles import Role
from accounts.services import change_client, deactivate_client, revoke_secret
from audit.actors import SYSTEM
from core import clock
from enterprises.services import EnterpriseData, create_enterprise
from reports.checks import look
from reports.life import figures_alone
from tests import factories as f
from tests.api.conftest import Caller, ask_for_token
from tests.api.scene import SCOPES, SECRET, Scene, as_program, photo, program, report
from tests.api.test_chain import decision_body, enterprise_body, project_body, tax_code
from tests.codes import digits

pytestmark = pytest.mark.django_db

ALL = {
    "local_draft", "national_draft", "local_submitted", "national_submitted", "local", "national", "elsewhere",
}  # fmt: skip
DECIDED = {"local", "national", "elsewhere"}
MINISTRY = DECIDED | {"national_submitted"}

# Who sees which projects; progress nobody has confirmed; budgets; plans (approved, draft); reports (published, draft).
SIGHT: dict[str, tuple[set[str], bool, bool, set[str], set[str]]] = {
    "officer": (ALL, True, True, {"plan", "plan_draft"}, {"published", "draft"}),
    "leader": (ALL, True, True, {"plan", "plan_draft"}, {"published", "draft"}),
    "accountant": (ALL, True, True, {"plan", "plan_draft"}, {"published", "draft"}),
    "auditor": (ALL, True, True, {"plan", "plan_draft"}, {"published", "draft"}),
    "demo-province": (ALL, True, True, {"plan", "plan_draft"}, {"published", "draft"}),
    "centre": (ALL - {"elsewhere"}, True, True, {"plan", "plan_draft"}, {"published"}),
    "collaborator": (
        {"local_submitted", "national_submitted", "local", "national"}, True, False, set(), set(),
    ),
    "ministry": (MINISTRY, False, True, {"plan"}, {"published"}),
    "demo-ministry": (MINISTRY, False, True, {"plan"}, {"published"}),
    "administrator": (set(), False, False, set(), set()),
    "nobody": (set(), False, False, set(), set()),
    **{f"stranger {role}": (set(), False, False, set(), set()) for role in Role.values if role != Role.MINISTRY},
}  # fmt: skip


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
def callers(scene: Scene) -> dict[str, Caller]:
    found = {name: Caller(person) for name, person in scene.people.all().items()}
    found |= {name: as_program(client) for name, client in scene.programs().items()}
    found["nobody"] = Caller(f.user("khongai", None, None))
    for role in Role.values:
        if role != Role.MINISTRY:
            found[f"stranger {role}"] = Caller(f.stranger(role))
    assert set(found) == set(SIGHT)
    return found


def listed(caller: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    """All pages; and the count says the same."""
    answer = caller.get(path, count="true", page_size=2, **query).json()
    rows = answer["results"]
    total = answer["total"]
    while answer["next"]:
        answer = caller.client.get(answer["next"], headers=caller.headers).json()
        rows += answer["results"]
    assert total == len(rows)
    return rows


def names(scene: Scene, rows: list[dict[str, Any]]) -> set[str]:
    by_id = {str(row.public_id): name for name, row in scene.names().items()}
    return {by_id[row["id"]] for row in rows}


def test_projects_are_seen_as_the_office_says(scene: Scene, callers: dict[str, Caller]) -> None:
    found = {who: names(scene, listed(caller, "/projects/")) for who, caller in callers.items()}
    assert found == {who: sight[0] for who, sight in SIGHT.items()}


def test_what_is_not_listed_is_404_in_the_same_words_as_what_does_not_exist(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    wrong = []
    for who, caller in callers.items():
        nothing = caller.get(f"/projects/{uuid.uuid4()}/")
        assert nothing.status_code == 404
        for name, row in scene.names().items():
            seen = name in SIGHT[who][0]
            for path in ("", "lines/", "history/", "progress/", "evidence/"):
                answer = caller.get(f"/projects/{row.public_id}/{path}")
                if answer.status_code != (200 if seen else 404):
                    wrong.append((who, name, path, answer.status_code))
                if not seen and {**answer.json(), "trace_id": ""} != {**nothing.json(), "trace_id": ""}:
                    wrong.append((who, name, path, answer.json()))
    assert wrong == []


def test_no_step_no_progress_no_payment_on_what_is_not_seen(scene: Scene, callers: dict[str, Caller]) -> None:
    wrong = []
    for who, caller in callers.items():
        for name, row in scene.names().items():
            if name in SIGHT[who][0] or who == "demo-ministry":
                continue
            base = f"/projects/{row.public_id}"
            posts = {
                f"{base}/steps/submit/": {},
                f"{base}/steps/approve/": {"decision": decision_body(), "money": []},
                f"{base}/progress/": {"uuid": str(uuid.uuid4()), "on": str(clock.today()), "note": "x"},
                f"{base}/evidence/": {},
            }
            wrong += [(who, name, path) for path, body in posts.items() if caller.post(path, body).status_code != 404]
            body = {
                "project": str(row.public_id),
                "source": "local",
                "amount_vnd": 1,
                "kind": "advance",
                "document_no": "1",
                "document_on": str(clock.today()),
            }
            answer = caller.post("/payments/", body)
            if answer.status_code != 400 or answer.json()["errors"][0]["field"] != "project":
                wrong.append((who, name, "payments"))
    assert wrong == []


def test_progress_nobody_confirmed_is_for_those_who_work_on_it(scene: Scene, callers: dict[str, Caller]) -> None:
    found, photos = {}, {}
    base = f"/projects/{scene.local.public_id}"
    for who, caller in callers.items():
        if "local" not in SIGHT[who][0]:
            continue
        rows = listed(caller, f"{base}/progress/")
        found[who] = {row["uuid"] for row in rows}
        photos[who] = {row["id"] for row in listed(caller, f"{base}/evidence/")}
    both, one = {str(scene.confirmed.uuid), str(scene.unconfirmed.uuid)}, {str(scene.confirmed.uuid)}
    assert found == {who: both if SIGHT[who][1] else one for who in found}
    shots = {scene.photo.pk, scene.hidden_photo.pk}
    assert photos == {who: shots if SIGHT[who][1] else {scene.photo.pk} for who in found}


def test_updates_and_photos_out_of_sight_are_404_also_through_another_project(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    wrong = []
    for who, caller in callers.items():
        for project in (scene.local, scene.national):
            base = f"/projects/{project.public_id}"
            right = project == scene.local and "local" in SIGHT[who][0]
            expected = {
                f"{base}/progress/{scene.confirmed.uuid}/": right,
                f"{base}/progress/{scene.unconfirmed.uuid}/": right and SIGHT[who][1],
                f"{base}/evidence/{scene.photo.pk}/file/": right,
                f"{base}/evidence/{scene.hidden_photo.pk}/file/": right and SIGHT[who][1],
            }
            for path, seen in expected.items():
                status = caller.get(path).status_code
                if status != (200 if seen else 404):
                    wrong.append((who, path, status))
    assert wrong == []


def test_somebody_of_the_ministry_who_collaborates_in_one_commune_sees_unconfirmed_progress_there_alone(
    scene: Scene,
) -> None:
    person = scene.people.ministry
    Grant.objects.create(user=person, role=Role.COLLABORATOR, area=scene.place.other, valid_from=dt.date(2018, 1, 1))
    there = report(scene.elsewhere, scene.people.officer, "Ở nơi khác")
    caller = Caller(person)
    assert len(listed(caller, f"/projects/{scene.local.public_id}/progress/")) == 1
    assert [row["uuid"] for row in listed(caller, f"/projects/{scene.elsewhere.public_id}/progress/")] == [
        str(there.uuid)
    ]
    actions = {row["action"] for row in listed(caller, f"/projects/{scene.local.public_id}/history/")}
    assert "create" not in actions
    assert "report" in {row["action"] for row in listed(caller, f"/projects/{scene.elsewhere.public_id}/history/")}


def test_ministry_reads_decisions_in_the_history_but_no_opinion_and_no_draft(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    for who in ("ministry", "demo-ministry"):
        rows = listed(callers[who], f"/projects/{scene.national_submitted.public_id}/history/")
        assert {row["action"] for row in rows} == {"submit"}
        assert {row["note"] for row in rows} == {None}
        rows = listed(callers[who], f"/projects/{scene.local.public_id}/history/")
        assert {row["action"] for row in rows} == {"submit", "approve"}
    rows = listed(callers["officer"], f"/projects/{scene.national_submitted.public_id}/history/")
    assert "Ý kiến khi trình" in {row["note"] for row in rows}


def test_money_is_seen_with_the_projects_it_is_for(scene: Scene, callers: dict[str, Caller]) -> None:
    ids = {str(row.public_id): name for name, row in scene.names().items()}
    for who, caller in callers.items():
        projects, _unconfirmed, budgets, _plans, _reports = SIGHT[who]
        assert {ids[row["project"]] for row in listed(caller, "/allocations/")} == projects & DECIDED, who
        assert {ids[row["project"]] for row in listed(caller, "/payments/")} == projects & {"local"}, who
        assert len(listed(caller, "/budgets/")) == (2 if budgets else 0), who


def test_plans_and_reports_are_seen_as_the_office_says(scene: Scene, callers: dict[str, Caller]) -> None:
    plans = {str(scene.plan.public_id): "plan", str(scene.plan_draft.public_id): "plan_draft"}
    reports = {str(scene.published.public_id): "published", str(scene.draft.public_id): "draft"}
    # What waits for approval is seen by the same.
    reports |= {str(row.public_id): "draft" for row in (scene.waiting, scene.small_draft)}
    for who, caller in callers.items():
        assert {plans[row["id"]] for row in listed(caller, "/plans/")} == SIGHT[who][3], who
        assert {reports[row["id"]] for row in listed(caller, "/reports/")} == SIGHT[who][4], who
        for key, name in reports.items():
            row = ("all", "total")
            for path in ("", f"lines/?section=projects&row={row[0]}&column={row[1]}", "files/json/", "files/pdf/"):
                answer = caller.client.get(f"/api/v1/reports/{key}/{path}", headers=caller.headers)
                assert answer.status_code == (200 if name in SIGHT[who][4] else 404), (who, name, path)


def test_ministry_does_not_learn_of_a_draft_version_from_the_published_one(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    path = f"/reports/{scene.published.public_id}/"
    assert callers["officer"].get(path).json()["superseded_by"] == f"/api/v1/reports/{scene.draft.public_id}/"
    for who in ("ministry", "demo-ministry", "centre"):
        assert callers[who].get(path).json()["superseded_by"] is None


def test_no_figure_of_a_published_report_rests_on_a_project_the_ministry_does_not_see(scene: Scene) -> None:
    text = bytes(scene.published.document).decode()
    records = " ".join(scene.published.lines.values_list("record", flat=True))
    for name in ("local_draft", "national_draft", "local_submitted", "national_submitted"):
        row = scene.names()[name]
        assert row.name not in text
        assert row.code not in text
        assert str(row.public_id) not in records
    for word in ("Chưa ai xác nhận", "Ý kiến"):
        assert word not in text


def test_training_and_summary_and_targets_count_only_what_the_caller_sees(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    for who, caller in callers.items():
        projects = SIGHT[who][0]
        assert len(listed(caller, "/training-classes/")) == ("local" in projects), who
        found = caller.get("/summary/", area="42").json()
        assert found["projects"] == len(projects & DECIDED), who
        assert (found["approved"]["support_vnd"] or 0) == 300_000_000 * len(projects & DECIDED), who
        assert (found["paid"]["support_vnd"] or 0) == (150_000_000 if "local" in projects else 0), who
        assert found["coverage"]["expected"] == len(projects & DECIDED), who


def test_search_and_filters_find_nothing_out_of_sight(scene: Scene, callers: dict[str, Caller]) -> None:
    for who, caller in callers.items():
        seen = SIGHT[who][0]
        for query in (
            {"q": "ban nhap"},
            {"state": "draft"},
            {"q": scene.local_draft.code},
            {"source": "local", "state": "draft"},
            {"activity": "MACHINE", "state": "draft"},
            {"area": scene.place.commune.uid, "state": "draft"},
            {"changed_since": "2020-01-01T00:00:00Z", "state": "draft"},
        ):
            drafts = names(scene, listed(caller, "/projects/", **query))
            assert drafts <= seen & {"local_draft", "national_draft"}, (who, query)


def test_changed_since_does_not_tell_the_ministry_of_progress_nobody_confirmed(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    moment = clock.now().isoformat()
    report(scene.local, scene.people.collaborator, "Lại chưa xác nhận")
    assert names(scene, listed(callers["officer"], "/projects/", changed_since=moment)) == {"local"}
    assert listed(callers["ministry"], "/projects/", changed_since=moment) == []


def test_duplicate_tax_code_of_another_province_is_refused_without_its_name(scene: Scene) -> None:
    create_enterprise(
        EnterpriseData("Công ty của tỉnh", "enterprise", scene.place.commune, tax_code()), actor=scene.people.officer
    )
    stranger = Caller(f.stranger())
    body = enterprise_body(scene.place, area="c40073-2025h2", name="Của Nghệ An")
    answer = stranger.post("/enterprises/", body)
    assert answer.status_code == 409, answer.content
    assert answer.json()["candidates"] == []
    assert "Công ty của tỉnh" not in answer.content.decode()


@pytest.mark.parametrize("field", ["beneficiaries", "plan_line", "implementing_unit"])
def test_another_provinces_rows_are_as_unknown_as_none(scene: Scene, field: str) -> None:
    """In a body too: the answer does not tell a foreign id from one that does not exist."""
    stranger = Caller(f.stranger())
    foreign, none = {
        "beneficiaries": ([str(scene.enterprise.public_id)], [str(uuid.uuid4())]),
        "plan_line": (scene.plan_line.pk, 999_999_999),
        "implementing_unit": (str(scene.place.centre.public_id), str(uuid.uuid4())),
    }[field]
    base = project_body(scene.place, "x", area="c40073-2025h2", programme="KCQG-2021-2030", beneficiaries=[])
    answers = []
    for value in (foreign, none):
        answer = stranger.post("/projects/", {**base, field: value})
        assert answer.status_code == 400, answer.content
        answers.append({**answer.json(), "trace_id": ""})
    assert answers[0] == answers[1]


def test_line_of_a_draft_plan_is_not_for_the_ministry(scene: Scene, callers: dict[str, Caller]) -> None:
    rows = listed(callers["demo-ministry"], "/plans/")
    assert [[line["id"] for line in row["lines"]] for row in rows] == [[scene.plan_line.pk]]


def test_jobs_are_seen_by_those_who_asked(scene: Scene, callers: dict[str, Caller]) -> None:
    from jobs.models import Job

    job = Job.objects.asked_by(scene.people.officer).first()
    found = {who for who, caller in callers.items() if caller.get(f"/jobs/{job.public_id}/").status_code == 200}
    assert found == {"officer"}
    for step in ("cancel", "retry"):  # what is done already is neither
        told = {who: caller.post(f"/jobs/{job.public_id}/{step}/", {}).status_code for who, caller in callers.items()}
        assert told == {who: 409 if who == "officer" else told[who] for who in callers}
        assert {told[who] for who in callers if who != "officer"} <= {403, 404}


def test_reference_data_is_open_to_everybody_signed_in(scene: Scene, callers: dict[str, Caller]) -> None:
    for who, caller in callers.items():
        for path in ("areas", "programmes", "indicators", "periods", "activities", "norms", "targets"):
            assert caller.get(f"/{path}/").status_code == 200, (who, path)


# --- rights -----------------------------------------------------------------------------------------------------------

WRITERS = {
    "enterprise": {"officer", "centre", "demo-province"},
    "project": {"officer", "centre", "demo-province"},
    "submit": {"officer", "demo-province"},
    "return": {"officer", "leader", "demo-province"},
    "approve": {"leader"},
    "budget": {"officer", "leader", "accountant", "demo-province"},
    "allocate": {"leader"},
    "pay": {"accountant"},
    "progress": {"officer", "centre", "collaborator", "demo-province"},
    "confirm": {"officer", "centre", "demo-province"},
    "class": {"officer", "centre", "demo-province"},
    "roster": {"officer", "centre", "demo-province"},
    "look": {"officer", "centre", "auditor", "demo-province"},
    "contact": {"officer", "centre", "demo-province"},
    "round": {"officer", "centre", "demo-province"},
    "brand": {"officer", "centre", "demo-province"},
    "work": {"officer", "centre", "demo-province"},
    "question": {"officer", "centre", "demo-province"},
    "advice": {"officer", "centre", "collaborator", "demo-province"},
    "report": {"officer", "leader", "demo-province"},
    "submit_report": {"officer", "demo-province"},
    "return_report": {"leader", "officer"},  # who submitted it takes it back
    "publish": {"leader"},
    "issue": {"officer", "leader", "demo-province"},
    "withdraw": {"leader"},
    "write_text": {"officer", "demo-province"},
}


def _requests(scene: Scene) -> dict[str, tuple[str, dict[str, Any]]]:
    today = str(clock.today())
    base = f"/projects/{scene.local.public_id}"
    pay = {"project": str(scene.local.public_id), "source": "local", "amount_vnd": 1}
    return {
        "enterprise": ("/enterprises/", enterprise_body(scene.place, tax_code=None)),
        "project": (
            "/projects/",
            project_body(
                scene.place,
                str(scene.enterprise.public_id),
                implementing_unit=str(scene.place.centre.public_id),
            ),
        ),
        "submit": (f"/projects/{scene.local_draft.public_id}/steps/submit/", {}),
        "return": (f"/projects/{scene.local_submitted.public_id}/steps/return/", {"note": "Thiếu hồ sơ"}),
        "approve": (
            f"/projects/{scene.local_submitted.public_id}/steps/approve/",
            {"decision": decision_body(), "money": [{"source": "local", "amount_vnd": 1}]},
        ),
        "budget": (
            "/budgets/",
            {"programme": "KCDP-2021-2030", "source": "local", "year": 2026, "amount_vnd": 1,
             "decision": decision_body()},
        ),
        "allocate": ("/allocations/", {**pay, "decision": decision_body()}),
        "pay": ("/payments/", {**pay, "kind": "payment", "document_no": "2", "document_on": today}),
        "progress": (f"{base}/progress/", {"uuid": str(uuid.uuid4()), "on": today, "note": "Thêm"}),
        "confirm": (f"{base}/progress/{scene.unconfirmed.uuid}/confirm/", {}),
        "class": (
            "/training-classes/",
            {"project": pay["project"], "subject": "Lớp", "area": scene.place.commune.uid,
             "starts_on": today, "ends_on": today},
        ),
        "roster": (
            f"/training-classes/{scene.training.public_id}/trainees/",
            {"trainees": [{"name": "Trần Văn Nam", "birth_year": 1990}]},
        ),
        "look": (f"/training-classes/{scene.training.public_id}/trainees/look/", {"reason": "Đối chiếu"}),
        "contact": (
            f"/enterprises/{scene.enterprise.public_id}/contacts/", {"person": "A", "phone": "1", "purpose": "x"},
        ),
        "round": (
            "/selection-rounds/",
            {"level": "PROVINCIAL", "year": 2026, "area": "42", "name": "Đợt khác", "organiser": "Sở"},
        ),
        "brand": (f"/products/{scene.product.public_id}/brands/", {"name": "Nhãn"}),
        "work": (f"/clusters/{scene.cluster.public_id}/works/", {"name": "Đường", "year": 2026, "source": "local"}),
        "question": (
            f"/survey-rounds/{scene.survey.public_id}/questions/", {"text": "Gì?", "kind": "text", "position": 2},
        ),
        "advice": (
            "/advice/",
            {"enterprise": str(scene.enterprise.public_id), "topic": scene.advice.topic.name, "channel": "phone",
             "text": "x", "asked_on": today},
        ),
        "report": ("/reports/", {"kind": "programme-results", "period": f"{clock.today().year}-Y", "area": "42"}),
        "submit_report": (
            f"/reports/{scene.draft.public_id}/steps/submit/",
            {"answers": [{"code": one.code, "answer": "x"} for one in look(scene.draft, figures_alone(scene.draft))],
             "reason": "x"},
        ),
        "return_report": (f"/reports/{scene.waiting.public_id}/steps/return/", {"note": "x"}),
        "publish": (f"/reports/{scene.waiting.public_id}/steps/publish/", {"code": digits(scene.people.leader)}),
        "issue": (f"/reports/{scene.published.public_id}/steps/issue/", {"issued_no": "1", "issued_on": today}),
        "withdraw": (f"/reports/{scene.published.public_id}/steps/withdraw/", {"note": "x"}),
        "write_text": (f"/reports/{scene.draft.public_id}/texts/", {"code": "next", "text": "x", "version": 1}),
    }  # fmt: skip


@pytest.mark.parametrize("action", sorted(WRITERS))
def test_each_writing_is_done_by_those_it_is_for_and_by_nobody_else(
    scene: Scene, callers: dict[str, Caller], action: str
) -> None:
    path, body = _requests(scene)[action]
    done = {}
    for who, caller in callers.items():
        savepoint = transaction.savepoint()
        answer = (caller.patch if path.endswith("/texts/") else caller.post)(path, body)
        transaction.savepoint_rollback(savepoint)
        done[who] = answer.status_code
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.status_code in (400, 403, 404), (who, answer.content)
    assert {who for who, status in done.items() if status < 300} == WRITERS[action]


# --- programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
def test_program_does_what_its_scope_names_and_nothing_else(scene: Scene, scope: str) -> None:
    client = program("phan-mem", scene.place.department, Role.OFFICER, scene.place.province, [scope])
    caller = as_program(client)
    expected = {"reports:read": "/reports/", "records:read": "/projects/"}
    for name, path in expected.items():
        answer = caller.get(path)
        assert answer.status_code == (200 if name == scope else 403)
        if name != scope:
            assert (answer.json()["code"], answer.json()["required_scope"]) == ("insufficient_scope", name)
    requests = _requests(scene)
    for name, action in (("reports:write", "report"), ("records:write", "enterprise")):
        path, body = requests[action]
        assert caller.post(path, body).status_code == (
            {"report": 202, "enterprise": 201}[action] if name == scope else 403
        )


def test_scope_is_judged_before_sight(scene: Scene) -> None:
    client = program("phan-mem", scene.place.department, Role.OFFICER, scene.place.province, ["reports:read"])
    caller = as_program(client)
    assert caller.get(f"/projects/{uuid.uuid4()}/").status_code == 403
    assert caller.post(f"/projects/{uuid.uuid4()}/steps/submit/", {}).status_code == 403


def test_program_of_the_province_publishes_only_when_it_was_allowed_to(scene: Scene) -> None:
    clients = scene.programs()
    path = f"/reports/{scene.waiting.public_id}/steps/publish/"
    assert as_program(clients["demo-province"]).post(path, {}).status_code == 403
    change_client(
        clients["demo-province"], actor=SYSTEM, name="x", scopes=clients["demo-province"].scopes, may_publish=True
    )
    reader = program("kiem-toan", scene.place.department, Role.AUDITOR, scene.place.province, may_publish=True)
    assert as_program(reader).post(path, {}).status_code == 403  # an auditor only reads, whatever it runs on
    assert as_program(ApiClient.objects.get(client_id="demo-province")).post(path, {}).status_code == 200


def test_revoked_secret_closed_client_and_ended_grant_are_refused_with_the_next_request(scene: Scene) -> None:
    clients = scene.programs()
    province, ministry = clients["demo-province"], clients["demo-ministry"]
    one, other = as_program(province), as_program(ministry)
    form = {"grant_type": "client_credentials", "client_id": "demo-province", "client_secret": SECRET}
    assert ask_for_token(form).status_code == 200
    assert one.get("/projects/").status_code == other.get("/projects/").status_code == 200
    revoke_secret(province.secrets.get(), actor=SYSTEM)
    answer = one.get("/projects/")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert ask_for_token(form).status_code == 401
    deactivate_client(ministry, actor=SYSTEM)
    assert other.get("/projects/").status_code == 401
    person = Caller(scene.people.officer)
    assert person.get("/projects/", count="true").json()["total"] == len(ALL)
    Grant.objects.filter(user=scene.people.officer).update(valid_to=clock.today() - dt.timedelta(days=1))
    assert person.get("/projects/", count="true").json()["total"] == 0


def test_token_ends_after_its_hour_and_after_a_scope_was_taken_away(scene: Scene, clock: Any) -> None:
    from core import clock as portal_clock

    clock.set(portal_clock.now())
    client = scene.programs()["demo-province"]
    caller = as_program(client)
    change_client(client, actor=SYSTEM, name="x", scopes=["records:read"], may_publish=False)
    assert caller.get("/projects/").status_code == 401
    caller = as_program(ApiClient.objects.get(pk=client.pk))
    assert caller.get("/projects/").status_code == 200
    assert caller.get("/reports/").status_code == 403
    clock.move(seconds=3601)
    assert caller.get("/projects/").status_code == 401


def test_program_and_person_do_not_share_what_they_may(scene: Scene) -> None:
    """A token goes before the session of a browser, and a bad token is not healed by a session."""
    caller = Caller(scene.people.officer)
    caller.headers = {"Authorization": "Bearer nonsense"}
    assert caller.get("/projects/").status_code == 401
    caller.headers = as_program(scene.programs()["demo-ministry"]).headers
    assert names(scene, listed(caller, "/projects/")) == MINISTRY


def test_upload_to_ones_own_update_only(scene: Scene, callers: dict[str, Caller]) -> None:
    path = f"/api/v1/projects/{scene.local.public_id}/evidence/"
    done = set()
    for who, caller in callers.items():
        if who.startswith("demo-"):
            continue
        body = {"progress": str(scene.unconfirmed.uuid), "photo": photo("green"), "caption": "Ảnh"}
        answer = caller.client.post(path, body, headers={"Idempotency-Key": str(uuid.uuid4())})
        if answer.status_code == 201:
            done.add(who)
    assert done == {"collaborator"}


def test_products_selections_and_clusters_are_seen_by_those_they_are_for(
    scene: Scene, callers: dict[str, Caller]
) -> None:
    seen = {
        who: tuple(len(listed(caller, path)) for path in ("/products/", "/selection-rounds/", "/clusters/"))
        for who, caller in callers.items()
    }
    inside = {"officer", "leader", "accountant", "auditor", "centre", "collaborator", "demo-province"}
    for who, found in seen.items():
        expected = (1, 1, 1) if who in inside else (1, 0, 1) if "ministry" in who else (0, 0, 0)
        assert found == expected, who


def test_nothing_said_to_a_stranger_names_anything_of_ours(scene: Scene) -> None:
    """Every list, filter, object and refusal, read as one text."""
    stranger = Caller(f.stranger())
    said = []
    for path in ("projects", "enterprises", "budgets", "allocations", "payments", "plans", "reports",
                 "training-classes", "products", "selection-rounds", "selection-entries", "spearheads",
                 "clusters", "entered-figures", "pledges", "difficulties", "duplicates", "imports", "survey-rounds",
                 "survey-answers",
                 "needs", "advice", "policies", "report-layouts", "report-templates", "lock-exceptions",
                 "campaigns"):  # fmt: skip
        said.append(stranger.get(f"/{path}/", count="true").content)
    for row in scene.names().values():
        said.append(stranger.get(f"/projects/{row.public_id}/").content)
        said.append(stranger.post(f"/projects/{row.public_id}/steps/approve/", {"money": 1}).content)
    for _action, (path, body) in _requests(scene).items():
        said.append(stranger.post(path, body).content)
    for path in (f"entered-figures/{scene.entered.public_id}", f"products/{scene.product.public_id}",
                 f"selection-rounds/{scene.round.public_id}",
                 f"clusters/{scene.cluster.public_id}", f"pledges/{scene.pledge.public_id}",
                 f"difficulties/{scene.difficulty.public_id}", f"clusters/{scene.cluster.public_id}/communes",
                 f"training-classes/{scene.training.public_id}/trainees", f"policies/{scene.policy.public_id}",
                 f"training-classes/{scene.training.public_id}/course", f"campaigns/{scene.campaign.public_id}/reached",
                 f"survey-rounds/{scene.survey.public_id}/coverage",
                 f"enterprises/{scene.enterprise.public_id}/contacts",
                 f"enterprises/{scene.enterprise.public_id}/merges"):  # fmt: skip
        answer = stranger.get(f"/{path}/")
        assert answer.status_code == 404
        said.append(answer.content)
    text = b" ".join(said).decode()
    secret = [row.name for row in scene.names().values()] + [row.code for row in scene.names().values()]
    secret += [scene.product.name, scene.round.name, scene.cluster.name, scene.survey.name, scene.policy.title]
    secret += ["Cục Thống kê", scene.enterprise.name, "UNC 7", "Đã lắp máy", "Vận hành máy sấy", "canbo", "lanhdao"]
    assert [word for word in secret if word in text] == []
    assert json.loads(said[0])["total"] == 0
