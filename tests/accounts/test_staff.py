"""Who works in the programme: their roles, what they learned, what waits for each and what they did last."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import StaffTraining, User
from accounts.staff import TrainingData, keep_training, members, remove_training
from audit.models import Entry
from core import clock
from core.errors import Conflict, Invalid, NotAllowed
from projects.models import Project
from projects.progress import ProgressData, report_progress
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def report(project: Project, who: User) -> None:
    data = ProgressData(uuid=uuid.uuid4(), on=clock.today(), note="Đã lắp máy")
    report_progress(project, data, actor=who)


DATA = TrainingData("Thẩm định đề án", 2024, "Cục", 3, "12/CN")


def test_staff_are_seen_by_administrator_leader_and_auditor_others_see_themselves(place: Any, people: Any) -> None:
    stranger = f.stranger("leader")
    ours = {who.username for who in people.all().values()} - {"bo"}
    for name, who in {**people.all(), "stranger": stranger}.items():
        seen = set(User.objects.staff_for(who).values_list("username", flat=True))
        wide = name in ("administrator", "leader", "auditor")
        assert seen == (ours if wide else {who.username}), name
        page = browser(who)
        assert page.get("/accounts/staff/").status_code == 200
        answer = page.get(f"/accounts/staff/{people.officer.public_id}/")
        assert answer.status_code == (200 if wide or name == "officer" else 404)
        found = page.get("/api/v1/staff/").json()["results"]
        assert {row["name"] for row in found} == ({name.title() for name in ours} if wide else {who.full_name})


def test_each_count_of_open_work_opens_its_list(place: Any, people: Any) -> None:
    project = f.approved(place, people)
    report(project, people.collaborator)
    leader = browser(people.leader)
    html = leader.get("/accounts/staff/").content.decode()
    one = f"/accounts/staff/{people.collaborator.public_id}/"
    assert f"{one}?work=projects#work" in html and "1 đề án cần báo cáo tiến độ" in html
    for kind in ("projects", "updates"):
        html = leader.get(f"{one}?work={kind}").content.decode()
        assert project.name in html and f"/projects/{project.public_id}/" in html
    # Whoever hands over reads what it is called; its page is for those who see it anyway.
    html = browser(people.administrator).get(one).content.decode()
    assert project.name in html and f"/projects/{project.public_id}/" not in html
    row = members(User.objects.filter(pk=people.collaborator.pk))[0]
    assert row.last_at == Entry.objects.filter(actor_id=people.collaborator.pk).latest("id").at


def test_list_takes_as_many_questions_for_ten_people_as_for_one(place: Any, people: Any, count_queries: Any) -> None:
    project = f.approved(place, people)
    leader = browser(people.leader)
    few = count_queries(lambda: leader.get("/accounts/staff/"))
    for number in range(10):
        more = f.user(f"ctv{number}", "collaborator", place.commune)
        report(project, more)
        keep_training(more, DATA, actor=people.administrator)
    assert count_queries(lambda: leader.get("/accounts/staff/")) == few


def test_list_is_exported_with_a_column_for_every_kind_of_open_work(place: Any, people: Any) -> None:
    f.approved(place, people)
    keep_training(people.collaborator, DATA, actor=people.administrator)
    answer = browser(people.leader).get("/accounts/staff/?format=csv&q=ctv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Họ và tên"] for row in rows] == ["Ctv"]
    assert (rows[0]["Đề án cần báo cáo tiến độ"], rows[0]["Đào tạo đã qua"]) == ("1", "1")
    assert browser(people.leader).get("/accounts/staff/?format=xlsx").status_code == 200


def test_training_is_entered_changed_and_removed_by_the_administrator(place: Any, people: Any) -> None:
    page, admin = f"/accounts/staff/{people.officer.public_id}/", browser(people.administrator)
    sent = {"form_key": str(uuid.uuid4()), "subject": "Sản xuất sạch hơn", "year_from": "2025", "days": "2"}
    for _twice in range(2):
        assert admin.post(page, sent).status_code == 302
    row = StaffTraining.objects.get()
    assert (row.user, row.subject, row.days, row.provider) == (people.officer, "Sản xuất sạch hơn", 2, "")
    change = {**sent, "form_key": str(uuid.uuid4()), "days": "3", "version": "1"}
    assert admin.post(f"{page}?training={row.pk}", change).status_code == 302
    old = {**change, "form_key": str(uuid.uuid4()), "days": "4"}
    assert admin.post(f"{page}?training={row.pk}", old).status_code == 409
    assert StaffTraining.objects.get().days == 3
    assert "Sản xuất sạch hơn" in browser(people.officer).get(page).content.decode()
    assert browser(people.officer).post(page, sent).status_code == 403
    assert admin.post(f"{page}?training={row.pk}", {"remove": "1"}).status_code == 302
    assert not StaffTraining.objects.exists()
    actions = Entry.objects.about(people.officer).filter(object_type="accounts.stafftraining")
    assert list(actions.values_list("action", flat=True)) == ["remove", "change", "create"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("subject", {"subject": " "}),
        ("year_from", {"year_from": 2999}),
        ("year_to", {"year_to": 2020}),
        ("days", {"days": 0}),
    ],
)
def test_training_that_cannot_be_is_refused(people: Any, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        keep_training(
            people.officer, TrainingData(**{"subject": "x", "year_from": 2024, **changes}), actor=people.administrator
        )
    assert field in refused.value.fields


def test_training_is_there_once_and_nobody_else_keeps_it(people: Any) -> None:
    row = keep_training(people.officer, DATA, actor=people.administrator)
    with pytest.raises(Conflict):
        keep_training(people.officer, DATA, actor=people.administrator)
    for who in (people.officer, people.leader, f.stranger("administrator")):
        with pytest.raises(NotAllowed):
            keep_training(people.officer, DATA, actor=who)
        with pytest.raises(NotAllowed):
            remove_training(row, actor=who)


def test_program_hands_over_by_the_api(place: Any, people: Any) -> None:
    f.approved(place, people)
    taker = f.user("moi", None, None)
    admin = browser(people.administrator)
    body = {
        "giver": str(people.collaborator.public_id), "taker": str(taker.public_id), "reason": "Nghỉ hưu",
        "starts_on": str(clock.today()), "units": [place.commune.uid],
    }  # fmt: skip

    def post(**changes: Any) -> Any:
        return admin.post(
            "/api/v1/hand-overs/", {**body, **changes}, content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )  # fmt: skip

    assert post(units=["khong-co"]).status_code == 400
    made = post()
    assert (made.status_code, made.json()["moved"]) == (201, {"projects": 1})
    assert post().json()["code"] == "handed_over"
    one = f"/api/v1/hand-overs/{made.json()['id']}/"
    assert browser(people.leader).get(one).json()["units"] == [
        {"uid": place.commune.uid, "name": place.commune.full_name}
    ]
    assert browser(people.officer).get(one).status_code == 404
    assert browser(taker).get(f"/api/v1/staff/{taker.public_id}/").json()["open_work"]["projects"] == 1
