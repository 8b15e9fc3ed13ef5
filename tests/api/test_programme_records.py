"""What pages of establishments, training, products, clusters and outreach do, done by the API alone."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from clusters.models import Cluster, ClusterStage
from clusters.services import rate, standings
from core import clock
from core.models import IdempotencyKey
from core.text import told_name
from enterprises.models import DuplicatePair, Enterprise
from jobs.services import work_once
from products.models import Certificate, SelectionRound
from projects.models import Project
from tests import factories as f
from tests.api.conftest import Caller
from tests.imports.sheets import HEADS, table, upload
from tests.products import making
from training.counting import breakdowns, counts
from training.models import Attendance, RosterRetention, Trainee, TrainingClass
from training.rosters import erase

pytestmark = pytest.mark.django_db
TODAY = str(clock.today())


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def officer(people: f.People) -> Caller:
    return Caller(people.officer)


# --- selections -------------------------------------------------------------------------------------------------------


def test_selection_goes_from_its_first_entry_to_the_certificates(
    place: f.Place, people: f.People, officer: Caller
) -> None:
    making.lists()
    leader, member = Caller(people.leader), Caller(people.accountant)
    owner = str(f.enterprise(place).public_id)
    products = [
        made(officer.post("/products/", {"enterprise": owner, "name": name, "group": "FOOD"}))["id"]
        for name in ("Bún khô", "Nước mắm", "Mứt gừng")
    ]
    body = {"level": "PROVINCIAL", "year": 2026, "area": "42", "name": "Bình chọn", "organiser": "Sở Công Thương"}
    row = made(officer.post("/selection-rounds/", body))
    at = f"/selection-rounds/{row['id']}"
    entries = [
        made(officer.post("/selection-entries/", {"round": row["id"], "product": one, "registered_on": TODAY}))["id"]
        for one in products
    ]
    made(officer.post(f"/selection-entries/{entries.pop()}/remove/", {"note": "Cơ sở xin rút"}), 200)
    one, two = row["criteria"]
    seats: list[dict[str, Any]] = [
        {"name": "Ủy viên A", "role": "chair", "account": people.accountant.username},
        {"name": "Ủy viên B"},
    ]
    weights = [
        {"id": one["id"], "weight": "60", "max_score": "10"},
        {"id": two["id"], "weight": "30", "max_score": "10"},
    ]
    council = {"members": seats, "criteria": weights, "version": 1}
    assert officer.put(f"{at}/council/", council).json()["errors"][0]["field"] == "criteria"  # 90 % in all
    weights[1]["weight"] = "40"
    told = made(officer.put(f"{at}/council/", council), 200)
    assert officer.put(f"{at}/council/", council).json()["code"] == "stale"
    for step in ("close_entries", "begin_scoring"):
        assert leader.post(f"{at}/steps/{step}/", {}).status_code == 403
        made(officer.post(f"{at}/steps/{step}/", {}), 200)
    first, second = (one["id"] for one in told["members"])

    def sheet(member: int, value: str) -> dict[str, Any]:
        scores = [{"entry": e, "criterion": c["id"], "value": value} for e in entries for c in row["criteria"]]
        return {"member": member, "scores": scores}

    assert officer.put(f"{at}/scores/", sheet(first, "8")).status_code == 403  # who has an account scores alone
    wrong = member.put(f"{at}/scores/", sheet(first, "10.5"))
    assert [error["field"] for error in wrong.json()["errors"]] == [f"scores.{n}.value" for n in range(4)]
    made(member.put(f"{at}/scores/", sheet(first, "8")), 200)
    found = made(officer.put(f"{at}/scores/", sheet(second, "9")), 200)
    assert [(one["total"], one["missing"]) for one in found["standings"]] == [("85", 0), ("85", 0)]
    results = [{"entry": entries[0], "result": "recognised"}, {"entry": entries[1], "result": "not_recognised"}]
    decide = {"number": "7/QĐ-UBND", "on": TODAY, "results": results}
    refused = leader.post(f"{at}/steps/decide_results/", decide).json()
    assert [error["field"] for error in refused["errors"]] == ["results.1.reason"]
    results[1]["reason"] = "Thiếu hồ sơ"
    assert member.post(f"{at}/steps/decide_results/", decide).status_code == 403
    made(leader.post(f"{at}/steps/decide_results/", decide), 200)
    assert officer.put(f"{at}/", {**body, "version": 5}).json()["code"] == "wrong_state"
    papers = [{"entry": entries[0], "number": "01/GCN", "issued_on": TODAY}]
    ended = made(officer.post(f"{at}/steps/certify/", {"certificates": papers}), 200)
    assert ended["state"] == "certified" and not any(step["allowed"] for step in ended["available_steps"])
    assert Certificate.objects.get().entry.product.name == "Bún khô"
    above = made(officer.post("/selection-rounds/", {**body, "level": "REGIONAL", "name": "Khu vực"}))["id"]
    lower = {"round": above, "product": products[0], "registered_on": TODAY, "from_entry": entries[1]}
    assert officer.post("/selection-entries/", lower).json()["errors"][0]["field"] == "from_entry"
    assert (
        made(officer.post("/selection-entries/", {**lower, "from_entry": entries[0]}))["from_certificate"] == "01/GCN"
    )
    assert Caller(f.stranger()).put(f"{at}/council/", council).status_code == 404
    assert SelectionRound.objects.count() == 2


def test_brand_goes_through_its_registration_and_counts_with_its_project(
    place: f.Place, people: f.People, officer: Caller
) -> None:
    product, project = making.product(place, people), f.approved(place, people)
    body = {"name": "Hương quê", "project": str(project.public_id)}
    row = made(officer.post(f"/products/{product.public_id}/brands/", body))
    at = f"/brands/{row['id']}/"
    assert officer.post(f"{at}steps/grant/", {"number": "1", "on": TODAY}).status_code == 409
    for step, more in (("file", {}), ("grant", {"valid_to": "2036-01-01"})):
        row = made(officer.post(f"{at}steps/{step}/", {"number": "4-1", "on": TODAY, **more}), 200)
    assert (row["state"], row["valid_to"], row["project"]) == ("granted", "2036-01-01", body["project"])
    assert officer.put(at, {"name": "Khác", "version": 1}).json()["code"] == "stale"
    shown = officer.get("/products/").json()["results"][0]["brands"]
    assert [one["granted_no"] for one in shown] == ["4-1"]


# --- rosters ----------------------------------------------------------------------------------------------------------

NUMBER, PHONE = "042085123456", "0912345678"


def person(place: f.Place, **fields: Any) -> dict[str, Any]:
    facts = {"name": "Nguyễn Thị Hoa", "sex": "female", "birth_year": 1985, "commune": place.commune.uid}
    return {**facts, "phone": PHONE, "id_number": NUMBER, **fields}


def lesson(place: f.Place, people: f.People) -> TrainingClass:
    caller = Caller(people.officer)
    project = str(f.approved(place, people).public_id)
    body = {"project": project, "subject": "Mây tre", "kind": "new_skill", "area": place.commune.uid,
            "starts_on": TODAY, "ends_on": TODAY, "total": 3}  # fmt: skip
    row = TrainingClass.objects.get(public_id=made(caller.post("/training-classes/", body))["id"])
    settings = {"needs_id": True, "id_reason": "Bảng kê chi trả", "version": 1}
    made(caller.put(f"/training-classes/{row.public_id}/roster/", settings), 200)
    return row


def test_roster_is_kept_by_api_and_its_counts_are_those_of_the_page(
    place: f.Place, people: f.People, officer: Caller
) -> None:
    row = lesson(place, people)
    at = f"/training-classes/{row.public_id}/"
    men = person(place, name="Trần Văn Nam", sex="male", phone="0987654321", id_number="042090654321", birth_year=1960)
    wrong = officer.post(f"{at}trainees/", {"trainees": [men, {"name": "Lê 9"}]}).json()
    assert {error["field"] for error in wrong["errors"]} == {"trainees.1.name", "trainees.1.id_number"}
    far = {**men, "commune": "c40073-2025h2"}
    assert officer.post(f"{at}trainees/", {"trainees": [far]}).json()["errors"][0]["field"] == "trainees.0.commune"
    assert not Attendance.objects.exists()
    people_in = made(officer.post(f"{at}trainees/", {"trainees": [person(place), men, person(place, name="Lê Thị Ba",
                     phone="", id_number="042085000001", sex=None)]}))["results"]  # fmt: skip
    again = officer.post(f"{at}trainees/", {"trainees": [men]}).json()
    assert again["status"] == 400 and not again["errors"]  # more than the class counts
    one = f"{at}trainees/{people_in[0]['id']}/"
    told = {"version": 1, "attended_percent": 90, "certificate_no": "CC 1", "certificate_on": TODAY,
            "works_after": True, "works_asked_on": TODAY}  # fmt: skip
    changed = made(officer.patch(one, told), 200)
    assert (changed["attended_percent"], changed["works_after"], changed["version"]) == (90, True, 2)
    assert officer.patch(one, told).json()["code"] == "stale"
    assert Trainee.objects.get(attendance__public_id=people_in[0]["id"]).name == "Nguyễn Thị Hoa"
    third = f"{at}trainees/{people_in[2]['id']}/steps/remove/"
    assert officer.post(third, {"reason": "Lê Thị Ba nhầm lớp"}).json()["errors"][0]["field"] == "reason"
    made(officer.post(third, {"reason": "Nhầm lớp"}), 200)
    shown = officer.get(at).json()
    for code, (_title, parts) in zip(("sex", "age", "commune"), breakdowns(TrainingClass.objects.all()), strict=True):
        lines = [(str(part.label), part.attendances, part.people) for part in parts]
        assert [(part["label"], part["attendances"], part["people"]) for part in shown["breakdowns"][code]] == lines
    page = counts(TrainingClass.objects.all())
    assert (shown["attendances"], shown["people"]) == (page.attendances, page.people) == (3, 2)
    roster = officer.get(f"{at}roster/").json()
    assert roster["attendances"] == 2 and "3" in roster["disagreement"]
    course = {"sessions": [{"on": TODAY, "hours": "3.5"}], "trainers": [{"name": "Cô Lan"}], "version": 1}
    assert made(officer.put(f"{at}course/", course), 200)["sessions"][0]["hours"] == "3.5"
    late = {**course, "sessions": [{"on": "2099-01-01"}], "version": 2}
    assert officer.put(f"{at}course/", late).json()["errors"][0]["field"] == "sessions.0.on"


def test_names_are_given_after_a_reason_and_id_numbers_never(
    place: f.Place, people: f.People, officer: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    row = lesson(place, people)
    at, auditor, key = f"/training-classes/{row.public_id}/trainees/", Caller(people.auditor), str(uuid.uuid4())
    said = [officer.post(at, {"trainees": [person(place)]}, key=key)]
    said.append(officer.post(at, {"trainees": [person(place)]}, key=key))
    assert said[0].content == said[1].content and Attendance.objects.count() == 1
    trainee = said[0].json()["results"][0]["id"]
    for field in ("sex", "birth_year", "commune", "phone", "certificate_on", "works_after", NUMBER, "name"):
        said.append(officer.post(at, {"trainees": [person(place, **{field: NUMBER})]}))
        assert said[-1].status_code == 400, field
        said.append(officer.patch(f"{at}{trainee}/", {"version": 1, field: f"{NUMBER}x"}))
    said.append(officer.post(f"{at}look/", {"reason": f"số {NUMBER}"}))
    said += [caller.get(path) for caller in (officer, auditor) for path in (at, f"{at}{trainee}/", f"{at[:-9]}roster/")]
    listed = auditor.get(at).json()["results"][0]
    assert (listed["name_masked"], listed["id_number_masked"]) == ("N. T. H.", "0**…**456")
    assert auditor.get(f"{at}{trainee}/").status_code == 403
    looked = auditor.post(f"{at}look/", {"reason": "Kiểm toán năm 2026"})
    assert looked.json()["results"][0]["name"] == "Nguyễn Thị Hoa" and looked["Cache-Control"] == "no-store"
    entry = Entry.objects.get(action="look_at_roster")
    assert (entry.note, entry.actor_id) == ("Kiểm toán năm 2026", people.auditor.pk)
    for caller in (Caller(people.leader), Caller(people.collaborator), Caller(people.ministry)):
        for answer in (caller.get(at), caller.post(f"{at}look/", {"reason": "Xem"})):
            assert answer.status_code in (403, 404)
            said.append(answer)
    text = "".join(answer.content.decode() for answer in said) + caplog.text
    kept = "".join(IdempotencyKey.objects.values_list("body", flat=True))
    assert NUMBER not in text + looked.content.decode() + kept
    assert not [word for word in ("Nguyễn Thị Hoa", PHONE) if word in text + kept]
    RosterRetention.objects.create(pk=1, months=1, verified="no")
    erase(row, actor=people.officer)
    assert auditor.get(at).json()["results"][0]["name_masked"] is None
    assert auditor.post(f"{at}look/", {"reason": "Kiểm toán"}).json()["code"] == "erased"


# --- establishments ---------------------------------------------------------------------------------------------------


def test_establishment_is_kept_with_its_parts_and_its_moves(place: f.Place, people: f.People, officer: Caller) -> None:
    body = {"name": "Hợp tác xã Mây tre", "kind": "cooperative", "area": place.commune.uid, "address": "Thôn 1"}
    row = made(officer.post("/enterprises/", body))
    at = f"/enterprises/{row['id']}/"
    moved = {**body, "address": "Cụm công nghiệp", "moved_on": TODAY, "version": 1}
    made(officer.put(at, moved), 200)
    before = officer.get(f"{at}former-places/").json()["results"]
    assert [(one["address"], one["valid_to"]) for one in before] == [
        ("Thôn 1", str(clock.today() - dt.timedelta(days=1)))
    ]
    paper = made(officer.post(f"{at}certificates/", {"name": "HACCP", "valid_to": "2030-01-01"}))
    days = {"name": "HACCP", "valid_from": "2031-01-01", "valid_to": "2030-01-01"}
    wrong = officer.put(f"{at}certificates/{paper['id']}/", days)
    assert wrong.json()["errors"][0]["field"] == "valid_to"
    contact = officer.post(f"{at}contacts/", {"person": "Lê Thị B", "purpose": "Hồ sơ"})
    assert contact.json()["errors"][0]["field"] == "phone"
    made(officer.post(f"{at}contacts/", {"person": "Lê Thị B", "purpose": "Hồ sơ", "phone": "0911"}))
    made(officer.put(f"{at}years/2025/", {"workers": 3}), 200)
    made(officer.post(f"{at}years/2025/remove/", {}), 200)
    made(officer.post(f"{at}certificates/{paper['id']}/remove/", {}), 200)
    assert [officer.get(f"{at}{part}/").json()["results"] for part in ("years", "certificates")] == [[], []]
    ministry, stranger = Caller(people.ministry), Caller(f.stranger())
    assert ministry.get(f"{at}contacts/").status_code == 403
    assert ministry.post(f"{at}certificates/", {"name": "X"}).status_code == 403
    assert stranger.get(f"{at}contacts/").status_code == 404


def test_two_entries_are_found_merged_and_taken_apart_again(place: f.Place, people: f.People, officer: Caller) -> None:
    body = {"name": "Công ty TNHH Gỗ Hòa Bình", "kind": "enterprise", "area": place.commune.uid, "phone": "0912000001"}
    first = made(officer.post("/enterprises/", body))["id"]
    stranger = Caller(f.stranger())
    asked = officer.post("/enterprises/", {**body, "name": "Cty TNHH gỗ Hoà Bình", "different": []})
    assert (asked.status_code, asked.json()["candidates"][0]["id"]) == (409, first)
    second = made(officer.post("/enterprises/", {**body, "name": "Cty TNHH gỗ Hoà Bình"}))["id"]
    pair = officer.get("/duplicates/").json()["results"][0]
    assert {pair["first"]["id"], pair["second"]["id"]} == {first, second} and pair["reasons"]
    assert Caller(people.auditor).get("/duplicates/").status_code == 403
    assert stranger.post(f"/duplicates/{pair['id']}/different/", {}).status_code == 404
    made(officer.post(f"/enterprises/{first}/merges/", {"gone": second, "take": ["name"]}))
    assert officer.get(f"/enterprises/{second}/").status_code == 302
    assert officer.get(f"/enterprises/{first}/").json()["name"] == "Cty TNHH gỗ Hoà Bình"
    assert officer.get(f"/enterprises/{first}/merges/").json()["results"][0]["against_undo"] is None
    assert stranger.post(f"/enterprises/{second}/undo-merge/", {}).status_code == 404
    made(officer.post(f"/enterprises/{second}/undo-merge/", {}), 200)
    assert officer.get(f"/enterprises/{first}/").json()["name"] == body["name"]
    again = officer.get("/duplicates/").json()["results"][0]["id"]
    made(officer.post(f"/duplicates/{again}/different/", {}), 200)
    assert officer.get("/duplicates/").json()["results"] == []
    assert DuplicatePair.objects.get().state == "different"


# --- clusters ---------------------------------------------------------------------------------------------------------


def test_parts_of_a_cluster_make_its_standing_and_the_rate(place: f.Place, people: f.People, officer: Caller) -> None:
    ClusterStage.objects.create(code="OPERATING", name="Hoạt động", operating=True)
    row = made(officer.post("/clusters/", {"code": "C1", "name": "Cụm", "area": "42"}))
    at = f"/clusters/{row['id']}/"
    assert officer.get("/cluster-stages/").json()["results"] == [{"code": "OPERATING", "name": "Hoạt động"}]
    made(officer.post(f"{at}stages/", {"stage": "OPERATING", "on": "2026-01-01"}))
    water = made(officer.post(f"{at}wastewater/", {"state": "building", "on": "2026-01-01"}))
    twice = officer.post(f"{at}wastewater/", {"state": "operating", "on": "2026-01-01"})
    assert twice.json()["code"] == "duplicate"
    made(officer.put(f"{at}wastewater/{water['id']}/", {"state": "operating", "on": "2026-01-01"}), 200)
    found = rate(standings(Cluster.objects.all(), clock.today()))
    assert (found.percent, officer.get(at).json()["wastewater"]) == (100, "operating")
    wrong = officer.post(f"{at}occupants/", {"enterprise": str(uuid.uuid4())})
    assert wrong.json()["errors"][0]["field"] == "enterprise"
    work = made(officer.post(f"{at}works/", {"name": "Đường", "year": 2026, "source": "local", "planned_vnd": 5}))
    assert (work["planned_vnd"], work["spent_vnd"]) == (5, None)
    assert officer.post(f"{at}works/{work['id']}/remove/", {"note": " "}).status_code == 400
    made(officer.post(f"{at}works/{work['id']}/remove/", {"note": "Nhập nhầm"}), 200)
    assert officer.get(f"{at}works/").json()["results"] == []
    assert Caller(people.auditor).post(f"{at}stages/", {"stage": "OPERATING", "on": TODAY}).status_code == 403
    assert Caller(f.stranger()).get(f"{at}works/").status_code == 404


# --- outreach ---------------------------------------------------------------------------------------------------------


def test_survey_goes_from_its_questions_to_a_draft_project(place: f.Place, people: f.People, officer: Caller) -> None:
    f.programme(place)
    enterprise, year = f.enterprise(place), clock.today().year
    days = {"starts_on": TODAY, "ends_on": TODAY, "closes_on": TODAY}
    row = made(officer.post("/survey-rounds/", {"province": "42", "name": f"Nhu cầu {year}", **days}))
    at = f"/survey-rounds/{row['id']}/"
    ask = {"text": "Cần máy?", "kind": "yes_no", "position": 1, "activity": f.activity().code}
    question = made(officer.post(f"{at}questions/", ask))
    answer = {"round": row["id"], "enterprise": str(enterprise.public_id),
              "answers": [{"question": question["id"], "value": True}]}  # fmt: skip
    made(Caller(people.collaborator).post("/survey-answers/", answer))
    fixed = officer.put(f"{at}questions/{question['id']}/", {**ask, "kind": "text", "activity": None, "version": 1})
    assert {error["field"] for error in fixed.json()["errors"]} == {"kind", "activity"}
    covered = officer.get(f"{at}coverage/").json()["results"]
    assert [(one["asked"], one["answered"], one["left"]) for one in covered] == [(1, 1, 0)]
    need = officer.get("/needs/").json()["results"][0]
    assert Caller(people.collaborator).post(f"/needs/{need['id']}/draft/", {}).status_code == 403
    drafts = {made(officer.post(f"/needs/{need['id']}/draft/", {}))["project"] for _again in range(2)}
    assert drafts == {Project.objects.get().code}
    assert Caller(f.stranger()).post(f"/needs/{need['id']}/draft/", {}).status_code == 404


def test_advice_and_policies_are_worked_on_by_api(place: f.Place, people: f.People, officer: Caller) -> None:
    for kind, name, days in (("topic", "Công nghệ", 10), ("channel", "Hội nghị", None)):
        made(officer.post("/outreach-lists/", {"kind": kind, "name": name, "days": days}))
    assert officer.post("/outreach-lists/", {"kind": "topic", "name": "X"}).json()["errors"][0]["field"] == "days"
    enterprise = str(f.enterprise(place).public_id)
    helper = Caller(people.collaborator)
    ask = {"enterprise": enterprise, "topic": "Công nghệ", "channel": "phone", "text": "Máy nào?", "asked_on": TODAY}
    row = made(officer.post("/advice/", ask))
    at = f"/advice/{row['id']}/"
    assert helper.post(f"{at}visits/", {"on": TODAY, "visitor": "A", "finding": "x"}).status_code == 403
    given = made(officer.post(f"{at}steps/assign/", {"assigned_to": people.collaborator.username}), 200)
    assert given["assigned_to"] == people.collaborator.username
    made(helper.post(f"{at}visits/", {"on": TODAY, "visitor": "A", "finding": "Máy cũ"}))
    made(helper.post(f"{at}steps/answer/", {"answer": "Máy sấy", "on": TODAY}), 200)
    done = made(helper.post(f"{at}steps/conclude/", {"outcome": "purchase", "on": TODAY}), 200)
    assert (done["state"], len(done["visits"])) == ("closed", 1)
    campaign = {"province": "42", "name": "Hội nghị", "channel": "Hội nghị", "planned_on": TODAY}
    row = made(officer.post("/campaigns/", campaign))
    at = f"/campaigns/{row['id']}/"
    assert officer.post(f"{at}reached/", {"enterprises": [enterprise]}).status_code == 409  # not held yet
    held = {name: value for name, value in campaign.items() if name != "province"}
    made(officer.put(at, {**held, "held_on": TODAY, "version": 1}), 200)
    assert [made(officer.post(f"{at}reached/", {"enterprises": [enterprise]}))["new"] for _again in "ab"] == [1, 0]
    shown = made(officer.put(f"{at}people/", {"area": None, "people": 0}), 200)
    assert (shown["reached"], shown["people"]) == (1, [{"area": None, "people": 0}])
    assert Caller(f.stranger()).get(f"{at}reached/").status_code == 404


# --- imports ----------------------------------------------------------------------------------------------------------


def send(caller: Caller, kind: str, data: bytes, key: str, **fields: str) -> Any:
    body = {"kind": kind, "file": upload(data), **fields}
    return caller.client.post("/api/v1/imports/", body, headers={"Idempotency-Key": key})


def test_workbook_is_sent_mended_stored_and_taken_back(place: f.Place, people: f.People, officer: Caller) -> None:
    kinds = officer.get("/import-kinds/").json()["results"]
    assert "enterprises" in {one["kind"] for one in kinds}
    assert officer.get("/import-kinds/enterprises/template/").content[:2] == b"PK"
    data, key = table(("Cơ sở mới", None, "Không rõ", "Xã Đồng Tiến", 5, "0912345679"), heads=HEADS), str(uuid.uuid4())
    first, second = (send(officer, "enterprises", data, key) for _again in "ab")
    assert (first.status_code, first.content) == (202, second.content)
    at = first["Location"].removeprefix("/api/v1")
    while work_once():
        pass
    row = officer.get(at).json()
    assert (row["state"], row["rows"]) == ("checked", {"new": 0, "changed": 0, "same": 0, "wrong": 1})
    fault = officer.get(f"{at}rows/").json()["results"][0]
    assert [(error["column"], error["place"]) for error in fault["errors"]] == [("kind", "C2")]
    assert officer.post(f"{at}steps/confirm/", {"version": 1}).json()["code"] == "wrong_state"
    cells = [{"row": fault["row"], "column": "kind", "text": "Hợp tác xã"}]
    row = made(officer.post(f"{at}steps/mend/", {"version": 1, "cells": cells}), 200)
    assert row["rows"]["new"] == 1
    assert officer.post(f"{at}steps/confirm/", {"version": 1}).json()["code"] == "stale"
    made(officer.post(f"{at}steps/confirm/", {"version": row["version"]}), 200)
    while work_once():
        pass
    assert officer.get(at).json()["state"] == "stored" and Enterprise.objects.count() == 1
    assert Caller(people.leader).get(at).status_code == 404  # who sent it alone
    made(officer.post(f"{at}steps/undo/", {}), 200)
    assert not Enterprise.objects.exists()
    assert send(Caller(people.auditor), "enterprises", data, str(uuid.uuid4())).status_code == 403


def test_people_of_a_workbook_are_in_no_answer(place: f.Place, people: f.People, officer: Caller) -> None:
    row = lesson(place, people)
    heads = ("Họ và tên", "Giới tính", "Năm sinh", "Xã, phường", "Điện thoại", "CCCD")
    rows = [
        ("Nguyễn Thị Hoa", NUMBER, NUMBER, NUMBER, NUMBER, f"{NUMBER}9"),
        ("Lê Thị Ba", "nữ", 1985, None, None, NUMBER),
    ]
    sent = send(officer, "trainees", table(*rows, heads=heads), str(uuid.uuid4()), target=str(row.public_id))
    at = made(sent, 202)["id"]
    while work_once():
        pass
    said = [officer.get(f"/imports/{at}/"), *(officer.get(f"/imports/{at}/rows/", part=p) for p in ("wrong", "new"))]
    assert len(said[1].json()["results"][0]["errors"]) == 4
    text = "".join(answer.content.decode() for answer in said)
    assert not [word for word in (NUMBER, "Nguyễn Thị Hoa", "Lê Thị Ba") if word in text]


# --- what holds for all -----------------------------------------------------------------------------------------------


def test_lists_ask_no_more_of_the_database_for_many_rows(place: f.Place, people: f.People, officer: Caller) -> None:
    row = lesson(place, people)
    three = [
        person(place, name=name, phone="", id_number=f"04208512345{n}") for n, name in enumerate(("A B", "C D", "E F"))
    ]
    made(officer.post(f"/training-classes/{row.public_id}/trainees/", {"trainees": three}))
    for n in range(3):
        body = {"name": "Hợp tác xã Mây tre Đồng Tiến", "kind": "cooperative", "area": place.commune.uid}
        owner = made(officer.post("/enterprises/", {**body, "phone": "0912000009"}))["id"]
        making.product(place, people, f"Bún {n}", enterprise=Enterprise.objects.get(public_id=owner))
        making.round_(place, people, name=f"Đợt {n}", project=row.project)
        made(officer.post("/spearheads/", {"programme": row.project.programme.code, "area": "42", "name": f"Bún {n}",
                                           "projects": [str(row.project.public_id)]}))  # fmt: skip
        made(officer.post("/clusters/", {"code": f"C{n}", "name": "Cụm", "area": "42",
                                         "projects": [str(row.project.public_id)]}))  # fmt: skip
    wrong = {}
    for path in (f"/training-classes/{row.public_id}/trainees/", "/duplicates/", "/products/", "/selection-rounds/",
                 "/spearheads/", "/clusters/"):  # fmt: skip
        asked = []
        for size in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                found = officer.get(path, page_size=size).json()["results"]
            asked.append((len(queries), len(found)))
        if asked[0][0] < asked[1][0] or asked[1][1] < 3:
            wrong[path] = asked
    assert wrong == {}


def test_unknown_field_is_told_by_its_name_without_what_should_not_stand_there() -> None:
    told = {
        "colour": "colour",
        "é": "é",
        "": "",
        "x" * 500: "x" * 60,
        "a\x07\u202eb\nc": "abc",
        NUMBER: "…",
        "số 042 085 123 456": "số …",
        "year2026": "year2026",
    }
    assert {name: told_name(name) for name in told} == told
