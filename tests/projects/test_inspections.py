"""Inspections: a draft, signed and kept, put right by another record; what they ask for is followed until done."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import Entry
from core import clock as portal_clock
from core.errors import Conflict, Invalid, WrongState
from papers.archive import INDEX, whole_file
from projects.inspections import (
    InspectionData,
    change_inspection,
    meet_requirement,
    open_requirements,
    record_inspection,
    sign_inspection,
)
from projects.models import Inspection, InspectionRequirement, Project
from projects.models import ProjectState as S
from tests import factories
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, texts
from tests.projects.test_photos import encoded, picture

pytestmark = pytest.mark.django_db

VISIT = dt.date(2026, 9, 1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def project(place: factories.Place, people: factories.People, clock: Clock) -> Project:
    clock.set("2026-02-02 09:00")
    row = in_state(S.IN_PROGRESS, place, people)
    clock.set("2026-09-10 09:00")
    return row


def url(name: str, *args: Any) -> str:
    return reverse(f"projects:inspection{name}", args=args)


def at(row: Inspection, name: str = "", *more: Any) -> str:
    return url(name, row.project.public_id, row.public_id, *more)


def typed(people: Any, **fields: Any) -> dict[str, Any]:
    return {
        "form_key": str(factories.new_uuid()),
        "inspected_on": "01/09/2026",
        "agency": people.officer.agency_id,
        "inspectors": "Trần Văn Bình, Sở Công Thương",
        "place": "Xưởng của cơ sở",
        "findings": "Đã lắp 2 máy bào, chưa chạy thử.",
        "difficulties": "Điện 3 pha chưa kéo xong",
        "number": "05/BB-KT",
        "minutes_on": "01/09/2026",
        "want_0": "Chạy thử máy và lập biên bản",
        "due_0": "05/09/2026",
        "want_1": "Hoàn thiện hồ sơ",
        "due_1": "30/09/2026",
        **fields,
    }


def data(people: Any, **fields: Any) -> InspectionData:
    values = {"inspectors": "Trần Văn Bình", "findings": "Đã lắp máy", "requirements": [("Chạy thử", VISIT)]}
    return InspectionData(VISIT, people.officer.agency, **{**values, **fields})


def signed(project: Project, people: Any, **fields: Any) -> Inspection:
    corrects = fields.pop("corrects", None)
    row = record_inspection(project, data(people, **fields), actor=people.officer, corrects=corrects)
    return sign_inspection(row, actor=people.officer)


@pytest.mark.parametrize("role", ["officer", "centre"])
def test_inspection_is_entered_signed_and_stands_on_the_project(people: Any, project: Project, role: str) -> None:
    client = browser(getattr(people, role))
    minutes = SimpleUploadedFile("bien-ban.pdf", PDF, "application/pdf")
    photo = SimpleUploadedFile("anh.jpg", encoded(picture()), "image/jpeg")
    answer = client.post(
        url("_new", project.public_id), typed(people, agency=people.officer.agency_id, file=minutes, photos=photo)
    )
    row = Inspection.objects.get()
    assert (answer.status_code, answer["Location"], row.state) == (302, at(row), "draft")
    assert client.get(answer["Location"]).status_code == 200
    assert not open_requirements().exists()  # a draft asks for nothing
    assert client.post(at(row, "_sign"), {"form_key": str(factories.new_uuid())}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.number, row.file_name, row.photos.count()) == ("signed", "05/BB-KT", "bien-ban.pdf", 1)
    html = client.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    assert "01/09/2026" in html and "chưa chạy thử" in html and "quá hạn" in html
    assert client.get(at(row, "_file")).content == PDF
    assert client.get(at(row, "_photo", row.photos.get().pk))["Content-Type"] == "image/jpeg"
    assert {"create", "sign"} <= set(Entry.objects.about(project).values_list("action", flat=True))


def test_what_is_asked_for_is_told_at_home_until_it_is_done(people: Any, project: Project) -> None:
    signed(project, people, requirements=[("Chạy thử máy", dt.date(2026, 9, 5)), ("Nộp hồ sơ", dt.date(2026, 9, 30))])
    for person in (people.officer, people.centre):
        home = browser(person).get("/").content.decode()
        assert home.index("Chạy thử máy") < home.index("Nộp hồ sơ")
    assert "Chạy thử máy" not in browser(people.collaborator).get("/").content.decode()
    first = open_requirements()[0]
    client, form = browser(people.centre), {"form_key": str(factories.new_uuid()), "on": "11/09/2026"}
    page = at(first.inspection, "_met", first.pk)
    assert client.get(page).status_code == 200
    assert client.post(page, form).status_code == 422  # tomorrow
    done = {"form_key": str(factories.new_uuid()), "on": "08/09/2026", "note": "Biên bản chạy thử 08/9"}
    assert client.post(page, done).status_code == 302
    assert client.post(page, done).status_code == 302  # twice clicked
    first.refresh_from_db()
    assert (first.done_on, first.done_by) == (dt.date(2026, 9, 8), people.centre)
    assert [row.text for row in open_requirements()] == ["Nộp hồ sơ"]
    assert client.get(page).status_code == 409
    entry = Entry.objects.get(action="meet")
    assert (entry.note, entry.changes["requirements"][1]) == ("Biên bản chạy thử 08/9", "Chạy thử máy")


def test_signed_one_is_kept_and_put_right_by_another(people: Any, project: Project) -> None:
    row = signed(project, people)
    with pytest.raises(WrongState):
        change_inspection(row, data(people, findings="Khác"), actor=people.officer)
    with pytest.raises(WrongState):
        sign_inspection(row, actor=people.officer)
    client = browser(people.officer)
    assert client.get(at(row, "_edit")).status_code == 409
    page = client.get(at(row, "_correct"))
    assert page.context["form"].initial["findings"] == "Đã lắp máy"
    form = typed(people, findings="Đã lắp 1 máy, không phải 2")
    assert client.post(at(row, "_correct"), form).status_code == 302
    later = Inspection.objects.get(corrects=row)
    assert [item.inspection_id for item in open_requirements()] == [row.pk]  # until the other one is signed
    sign_inspection(later, actor=people.officer)
    assert {item.inspection_id for item in open_requirements()} == {later.pk}
    with pytest.raises(WrongState):
        meet_requirement(row.requirements.get(), VISIT, actor=people.officer)
    with pytest.raises(Conflict):
        record_inspection(project, data(people), actor=people.officer, corrects=row)
    html = client.get(at(row)).content.decode()
    assert "Đã lắp máy" in html and at(later) in html


@pytest.mark.parametrize("field", ["inspectors", "findings"])
def test_incomplete_one_is_not_signed(people: Any, project: Project, field: str) -> None:
    row = record_inspection(project, data(people, **{field: " "}), actor=people.officer)
    with pytest.raises(Invalid) as refused:
        sign_inspection(row, actor=people.officer)
    assert set(refused.value.fields) == {field}
    answer = browser(people.officer).post(at(row, "_sign"), {"form_key": str(factories.new_uuid())})
    assert answer.status_code == 422 and texts(answer, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inspected_on", "11/09/2026"),
        ("inspected_on", "01/02/2026"),
        ("inspected_on", ""),
        ("minutes_on", "31/08/2026"),
        ("agency", "999999"),
        ("due_0", ""),
        ("want_1", ""),
        ("findings", "x" * 5001),
    ],
)
def test_wrong_entry_is_named_at_its_field(people: Any, project: Project, field: str, value: str) -> None:
    answer = browser(people.officer).post(url("_new", project.public_id), typed(people, **{field: value}))
    assert answer.status_code == 422 and texts(answer, field)
    assert not Inspection.objects.exists()


def test_draft_is_changed_and_two_editors_do_not_overwrite(people: Any, project: Project) -> None:
    row = record_inspection(project, data(people), actor=people.officer)
    client = browser(people.officer)
    assert client.post(at(row, "_edit"), typed(people, version=row.version)).status_code == 302
    assert client.post(at(row, "_edit"), typed(people, version=row.version, place="Khác")).status_code == 409
    row.refresh_from_db()
    assert (row.place, row.requirements.count()) == ("Xưởng của cơ sở", 2)


@pytest.mark.parametrize(
    ("role", "sees", "enters"),
    [("leader", 200, 403), ("accountant", 200, 403), ("auditor", 200, 403), ("collaborator", 200, 403),
     ("ministry", 404, 403), ("administrator", 404, 404)],
)  # fmt: skip
def test_others_read_or_find_nothing(people: Any, project: Project, role: str, sees: int, enters: int) -> None:
    row, client = signed(project, people), browser(getattr(people, role))
    assert client.get(at(row)).status_code == sees
    assert client.post(url("_new", project.public_id), typed(people)).status_code == enters
    assert client.post(at(row, "_met", row.requirements.get().pk), {"on": "01/09/2026"}).status_code != 302
    assert Inspection.objects.count() == 1 and open_requirements().count() == 1


def test_another_province_finds_nothing(people: Any, project: Project) -> None:
    row = signed(project, people)
    stranger = factories.stranger()
    assert browser(stranger).get(at(row)).status_code == 404
    assert Caller(stranger).get(f"/projects/{project.public_id}/inspections/").status_code == 404


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.CLOSED, S.STOPPED])
def test_only_approved_projects_that_are_not_over_are_inspected(place: Any, people: Any, state: str) -> None:
    row = in_state(state, place, people)
    assert browser(people.officer).get(url("_new", row.public_id)).status_code == 409
    with pytest.raises(WrongState):
        record_inspection(row, InspectionData(portal_clock.today(), people.officer.agency), actor=people.officer)


def test_api_records_signs_and_follows(people: Any, project: Project) -> None:
    caller, path = Caller(people.officer), f"/projects/{project.public_id}/inspections/"
    body = {
        "inspected_on": "2026-09-01",
        "inspectors": "Trần Văn Bình",
        "findings": "Đã lắp máy",
        "requirements": [{"text": "Chạy thử", "due_on": "2026-09-20"}],
    }
    made = caller.post(path, body)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    one = f"{path}{made.json()['id']}/"
    assert caller.post(f"{one}sign/", {}).json()["state"] == "signed"
    item = made.json()["requirements"][0]["id"]
    done = caller.post(f"{one}requirements/{item}/done/", {"on": "2026-09-09", "note": "Xong"})
    assert done.json()["requirements"][0]["done_on"] == "2026-09-09"
    assert caller.post(f"{one}sign/", {}).status_code == 409
    assert caller.post(path, {**body, "corrects": made.json()["id"]}).status_code == 201
    (first, second) = caller.get(path).json()["results"]
    assert (first["corrected"], second["corrects"]) == (False, first["id"])
    assert Caller(people.leader).post(path, body).status_code == 403


def test_minutes_are_in_the_file_of_the_project_and_its_index(people: Any, project: Project) -> None:
    client = browser(people.officer)
    minutes = SimpleUploadedFile("bien-ban.pdf", PDF, "application/pdf")
    photo = SimpleUploadedFile("anh.jpg", encoded(picture()), "image/jpeg")
    client.post(url("_new", project.public_id), typed(people, file=minutes, photos=photo))
    sign_inspection(Inspection.objects.get(), actor=people.officer)
    record_inspection(project, data(people), actor=people.officer)  # a draft is no paper
    with zipfile.ZipFile(whole_file(project)) as box:
        names = [name for name in box.namelist() if name.startswith("08 Kiểm tra/")]
        assert len(names) == 2 and any("05-BB-KT" in name for name in names)
        with zipfile.ZipFile(io.BytesIO(box.read(INDEX))) as book:
            sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Biên bản kiểm tra ngày 01/09/2026" in sheets


def test_database_keeps_what_was_signed(people: Any, project: Project) -> None:
    """The case of each guard alone, with its control, is in tests/core/test_guards.py."""
    row = signed(project, people)
    for act in (
        lambda: Inspection.objects.filter(pk=row.pk).update(findings="x"),
        lambda: Inspection.objects.filter(pk=row.pk).update(state="draft", signed_at=None),
        lambda: InspectionRequirement.objects.update(due_on="2027-01-01"),
        lambda: InspectionRequirement.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
