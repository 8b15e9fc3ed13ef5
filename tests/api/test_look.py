"""How reports look, by the API: the administrator of the province alone, errors by field, one effect a key."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from audit.models import Entry
from reports.layouts import shipped
from reports.models import ReportLayout, ReportTemplate
from tests import factories as f
from tests.api.conftest import Caller
from tests.reports.test_documents import workbook

pytestmark = pytest.mark.django_db
LAYOUT = {"area": "42", "valid_from": "2026-01-01", "reason": "Phân công ký", "signer_titles": ["KT. GIÁM ĐỐC", "PGĐ"]}


def upload(caller: Caller, content: bytes, key: str = "", name: str = "mau.docx", **fields: Any) -> Any:
    body = {"area": "42", "format": "docx", "title": "Mẫu của Sở", **fields}
    file = SimpleUploadedFile(name, content)
    path, headers = "/api/v1/report-templates/", {"Idempotency-Key": key or str(uuid.uuid4())}
    return caller.client.post(path, {**body, "file": file}, headers=headers)


def test_layout_is_added_read_and_holds_until_the_next_one(place: f.Place, people: f.People) -> None:
    caller = Caller(people.administrator)
    first = caller.post("/report-layouts/", LAYOUT).json()
    assert (first["in_force"], first["signer_titles"], first["kind"]) == (True, ["KT. GIÁM ĐỐC", "PGĐ"], None)
    assert (first["verified"], first["annexed"], first["name"]) == ("no", True, None)
    later = caller.post("/report-layouts/", {**LAYOUT, "checked": True, "symbol": "/BC-X", "annexed": False}).json()
    alone = caller.post("/report-layouts/", {**LAYOUT, "kind": "programme-results"}).json()
    coming = caller.post("/report-layouts/", {**LAYOUT, "valid_from": "2099-01-01"}).json()
    found = {row["id"]: row["in_force"] for row in caller.get("/report-layouts/").json()["results"]}
    assert found == {first["id"]: False, later["id"]: True, alone["id"]: True, coming["id"]: False}
    assert caller.get(f"/report-layouts/{later['id']}/").json() == later
    kinds = caller.get("/report-layouts/", kind="programme-results").json()["results"]
    assert [row["id"] for row in kinds] == [alone["id"]]


def test_faults_of_a_layout_are_told_by_field(place: f.Place, people: f.People) -> None:
    caller = Caller(people.administrator)
    wrong = caller.post("/report-layouts/", {**LAYOUT, "symbol": "BC", "reason": "x"})
    assert (wrong.status_code, [e["field"] for e in wrong.json()["errors"]]) == (400, ["symbol"])
    wrong = caller.post("/report-layouts/", {"kind": "none", "recipients": ["x"] * 21})
    fields = {e["field"] for e in wrong.json()["errors"]}
    assert fields == {"area", "valid_from", "reason", "kind", "recipients"}
    assert not ReportLayout.objects.exists()


def test_template_is_tried_out_taken_once_downloaded_and_withdrawn(place: f.Place, people: f.People) -> None:
    caller, key = Caller(people.administrator), str(uuid.uuid4())
    refused = upload(caller, b"no document")
    assert (refused.status_code, {e["field"] for e in refused.json()["errors"]}) == (400, {"file"})
    assert [e["field"] for e in upload(caller, shipped(), format="odt").json()["errors"]] == ["format"]
    assert [e["field"] for e in upload(caller, shipped(), version="9").json()["errors"]] == ["version"]
    assert upload(caller, b"x" * (5 * 1024 * 1024 + 1)).status_code == 400
    answers = [upload(caller, shipped(), key) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert ReportTemplate.objects.count() == 1 and answers[0].content == answers[1].content
    word = answers[0].json()
    second = upload(caller, shipped()).json()
    sheet = upload(caller, workbook(), name="mau.xlsx", format="xlsx", checked="true").json()
    assert (word["version"], second["version"], sheet["version"], sheet["verified"]) == (1, 2, 1, "yes")
    file = caller.client.get(second["file"])
    assert file.content == shipped() and file["ETag"] == f'"{second["sha256"]}"'
    assert "mau.docx" in file["Content-Disposition"]

    def used() -> set[str]:
        return {row["id"] for row in caller.get("/report-templates/").json()["results"] if row["in_force"]}

    assert used() == {second["id"], sheet["id"]}
    path = f"/report-templates/{second['id']}/withdraw/"
    assert [e["field"] for e in caller.post(path, {}).json()["errors"]] == ["note"]
    assert caller.post(path, {"note": "Mẫu sai"}).json()["withdraw_reason"] == "Mẫu sai"
    assert caller.post(path, {"note": "Mẫu sai"}).status_code == 409
    assert used() == {word["id"], sheet["id"]}
    told = Entry.objects.filter(object_type="reports.reporttemplate").order_by("id").values_list("action", flat=True)
    assert list(told) == ["upload_template"] * 3 + ["withdraw_template"]


def test_administrator_of_the_province_alone_reads_and_changes_it(place: f.Place, people: f.People) -> None:
    mine = Caller(people.administrator)
    layout, template = mine.post("/report-layouts/", LAYOUT).json(), upload(mine, shipped()).json()
    one, end = f"/report-layouts/{layout['id']}/", f"/report-templates/{template['id']}/"
    told = {}
    others = {name: getattr(people, name) for name in ("officer", "leader", "accountant", "centre", "ministry")}
    others["stranger"] = f.stranger(Role.ADMINISTRATOR)
    for name, person in others.items():
        caller = Caller(person)
        told[name] = (
            caller.get("/report-layouts/", count="true").json()["total"],
            caller.get("/report-templates/", count="true").json()["total"],
            caller.get(one).status_code,
            caller.get(end).status_code,
            caller.get(f"{end}file/").status_code,
            caller.post(f"{end}withdraw/", {"note": "x"}).status_code,
            caller.post("/report-layouts/", LAYOUT).status_code,
            upload(caller, shipped()).status_code,
        )
    assert told == dict.fromkeys(others, (0, 0, 404, 404, 404, 404, 403, 403))
    assert (ReportLayout.objects.count(), ReportTemplate.objects.count()) == (1, 1)


def test_lists_ask_no_more_of_the_database_for_many_rows(place: f.Place, people: f.People, count_queries: Any) -> None:
    caller = Caller(people.administrator)
    for _n in range(3):
        caller.post("/report-layouts/", LAYOUT)
        upload(caller, shipped())
    asked = [
        [count_queries(lambda path=path, size=size: caller.get(path, page_size=size)) for size in (1, 200)]
        for path in ("/report-layouts/", "/report-templates/")
    ]
    assert all(many <= one for one, many in asked), asked
