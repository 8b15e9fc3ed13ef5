"""The locked line opened for a while: what the one person records of the one project counts on its own day, and the
report of that time made again has it; nobody and nothing else, and no longer than it is open."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import CodeTries
from accounts.roles import Role
from audit.models import Entry
from clusters.models import ClusterStage
from clusters.services import KINDS, ClusterData, add_part, change_part, create_cluster, remove_part
from core import guards
from core.errors import Invalid, NotAllowed, WrongState
from products.models import Brand, Certificate, ProductGroup
from products.selections import (
    MemberData,
    RoundData,
    change_round,
    enter_product,
    remove_entry,
    set_council,
    take_round_step,
)
from products.services import BrandData, ProductData, change_brand, change_product, create_brand, take_brand_step
from programmes.locking import lock_through
from programmes.models import DataLock
from projects.exceptions import ExceptionData, close_exception, covering, open_exception, where
from projects.models import LockException, ProgressUpdate, Project
from projects.progress import confirm_progress
from tests import factories as f
from tests.api.conftest import Caller
from tests.clocks import Clock
from tests.codes import digits, given
from tests.products import making
from tests.projects.lives import browser, in_state, reported
from tests.projects.test_line import LINE, MARCH, a_class, figures
from training.models import Attendance, TrainingClass
from training.rosters import TraineeData, add_trainees, change_trainee, remove_trainee, say_apart, say_same
from training.services import ClassData, SessionData, TrainerData, change_class, tell_course

pytestmark = pytest.mark.django_db
APRIL = dt.date(2026, 4, 5)


@pytest.fixture
def project(place: f.Place, people: f.People, clock: Clock) -> Project:
    """With a class of March; the first quarter is locked."""
    clock.set("2026-02-02 09:00")
    row = in_state("in_progress", place, people)
    clock.set("2026-04-05 09:00")
    a_class(row, people, MARCH, 30)
    lock_through(place.province, LINE, "Chốt quý I", actor=people.leader)
    return row


def opened(of: Project, people: f.People, **more: Any) -> LockException:
    values: dict[str, Any] = {
        "until": APRIL + dt.timedelta(days=3), "reason": "Xã gửi muộn vì lũ", "project": of,
        "person": people.collaborator, "progress": True, "classes": False,
    }  # fmt: skip
    return open_exception(
        of.province, ExceptionData(**{**values, **more}), actor=people.leader, code=given(people.leader)
    )


def late(project: Project, people: f.People, value: int) -> ProgressUpdate:
    row = reported(project, people.collaborator, on=MARCH, value_invested_vnd=value)
    return confirm_progress(row, actor=people.officer)


def test_progress_counts_on_its_own_day_while_the_line_is_open_and_not_before_or_after(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    assert late(project, people, 100).counts_on == APRIL
    row = opened(project, people)
    within = late(project, people, 200)
    assert (within.counts_on, within.exception) == (MARCH, row)
    assert figures(place)[2] == 200
    written = Entry.objects.about(row).get(action="write_under_exception")
    assert "20/03/2026" in written.note
    clock.set("2026-04-09 00:00")
    assert late(project, people, 300).counts_on == dt.date(2026, 4, 9)
    assert figures(place)[2] == 200


def test_exception_is_for_its_recorder_project_and_kind_alone(
    place: f.Place, people: f.People, project: Project
) -> None:
    opened(project, people, person=people.centre)
    opened(project, people, progress=False, classes=True)
    opened(project, people, project=None, area=place.other)
    assert late(project, people, 100).counts_on == APRIL
    opened(project, people, project=None, area=project.area)
    assert late(project, people, 200).counts_on == MARCH


def test_class_is_entered_and_put_right_in_the_locked_time_by_the_office_named(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    held = project.classes.get()
    data = ClassData("Mây tre đan", "new_skill", project.area, MARCH, MARCH, 31)
    with pytest.raises(WrongState):
        change_class(held, data, actor=people.officer)
    row = opened(project, people, person=None, agency=people.officer.agency, classes=True)
    assert a_class(project, people, MARCH, 25).counts_on == MARCH
    assert change_class(held, data, actor=people.officer).counts_on == MARCH
    assert figures(place)[1] == 31 + 25
    assert Entry.objects.about(row).filter(action="write_under_exception").count() == 2
    close_exception(row, "Đã xong", actor=people.leader)
    with pytest.raises(WrongState):
        change_class(held, ClassData("x", "new_skill", project.area, MARCH, MARCH, 1), actor=people.officer)
    assert a_class(project, people, MARCH, 9).counts_on == APRIL


def test_sessions_and_trainers_of_the_locked_time_are_told_within_the_exception_of_the_class(
    project: Project, people: f.People, clock: Clock
) -> None:
    held, told = project.classes.get(), ([SessionData(MARCH, Decimal(8))], [TrainerData("Trần Thị Lan")])
    with pytest.raises(WrongState):
        tell_course(held, *told, actor=people.officer)
    page = reverse("training:course", args=[held.public_id])
    assert browser(people.officer).get(page).status_code == 409
    row = opened(project, people, person=people.officer, classes=True)
    assert browser(people.officer).get(page).status_code == 200
    clock.move(seconds=1)
    assert tell_course(held, *told, actor=people.officer).exception == row
    assert (held.sessions.count(), held.trainers.count(), written(row)) == (1, 1, 1)
    close_exception(row, "Đã xong", actor=people.leader)
    with pytest.raises(WrongState):
        tell_course(held, [], [], actor=people.officer)
    assert held.sessions.count() == 1


def test_database_lets_nothing_count_in_the_locked_time_without_an_open_exception(
    place: f.Place, people: f.People, project: Project
) -> None:
    """Raw SQL: without one, with one of another kind, with one that was closed; the control is one that is open."""
    waiting = reported(project, people.collaborator, on=MARCH, value_invested_vnd=200)
    other = opened(project, people, progress=False, classes=True)
    closed = close_exception(opened(project, people), "x", actor=people.leader)
    fits = opened(project, people)

    def confirm(exception: int | None, moment: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE projects_progressupdate SET state = 'confirmed', decided_at = %s, counts_on = %s, "
                "exception_id = %s WHERE id = %s",
                [moment, MARCH, exception, waiting.pk],
            )

    now = "2026-04-05 02:30:00"
    for exception, moment in ((None, now), (other.pk, now), (closed.pk, now), (fits.pk, "2026-04-09 02:00:00")):
        with pytest.raises(DatabaseError, match="locked"):
            confirm(exception, moment)
    confirm(fits.pk, now)
    with pytest.raises(DatabaseError, match="locked"):
        confirm(fits.pk, now)  # it counts now, and stays


def test_leader_alone_opens_with_a_code_for_others_and_14_days_at_most(
    place: f.Place, people: f.People, project: Project
) -> None:
    for wrong in (
        {"until": APRIL + dt.timedelta(days=15)}, {"until": APRIL - dt.timedelta(days=1)}, {"reason": " "},
        {"area": place.other}, {"agency": place.department}, {"progress": False}, {"person": people.leader},
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            opened(project, people, **wrong)
        assert "code" not in refused.value.fields
    data = ExceptionData(APRIL, "x", project=project, person=people.collaborator, progress=True)
    with pytest.raises(Invalid) as refused:
        open_exception(place.province, data, actor=people.leader, code=None)
    assert list(refused.value.fields) == ["code"]
    with pytest.raises(NotAllowed):
        open_exception(place.province, data, actor=people.officer, code=given(people.officer))
    assert not LockException.objects.exists()


def test_page_opens_shows_and_closes_it(place: f.Place, people: f.People, project: Project) -> None:
    client = browser(people.leader)
    url = reverse("funding:exception_open")
    code = digits(people.leader)
    page = client.get(url)
    data = {
        "form_key": page.context["form"]["form_key"].value(), "project": project.code, "progress": "on",
        "person": str(people.collaborator.public_id), "until": "08/04/2026", "reason": "Xã gửi muộn", "code": "000001",
    }  # fmt: skip
    assert client.post(url, data).status_code == 422
    shown = client.post(url, {**data, "code": code})
    assert shown.status_code == 302
    again = client.post(url, {**data, "code": code})  # the same once more: its answer, and no wrong try
    assert again["Location"] == shown["Location"] and LockException.objects.count() == 1
    assert CodeTries.objects.get(user=people.leader).tries == 0
    late(project, people, 200)
    page = client.get(shown["Location"])
    assert "20/03/2026" in page.content.decode()
    assert project.code in browser(people.auditor).get(reverse("funding:lock")).content.decode()
    assert browser(people.officer).get(url).status_code == 403
    key = page.context["form"]["form_key"].value()
    assert client.post(shown["Location"], {"form_key": key, "reason": "Đã đủ"}).status_code == 302
    assert not LockException.objects.get().is_open


def test_office_named_does_not_open_the_line_for_the_leader_who_opened_it(
    place: f.Place, people: f.People, project: Project
) -> None:
    opened(project, people, person=None, agency=people.officer.agency, classes=True)
    assert people.leader.agency == people.officer.agency
    assert covering("classes", where(project), people.officer) is not None
    assert covering("classes", where(project), people.leader) is None


def test_class_written_under_an_exception_is_not_changed_after_it(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    held = project.classes.get()
    opened(project, people, person=None, agency=people.officer.agency, classes=True)
    change_class(held, ClassData("Mây tre đan", "new_skill", project.area, MARCH, MARCH, 31), actor=people.officer)
    clock.set("2026-04-20 09:00")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE training_trainingclass SET total = 99 WHERE id = {held.pk}")


# --- rosters, brands, clusters ----------------------------------------------------------------------------------------

WHO = TraineeData("Nguyễn Thị Hòa", "female", 1985)
OFFICE = {"project": None, "person": None, "progress": False}


@pytest.fixture
def held(project: Project, people: f.People, clock: Clock) -> TrainingClass:
    """The class of March, with one person on its roster."""
    row = project.classes.get()
    clock.set("2026-03-25 09:00")
    with guards.lifted():
        DataLock.objects.all().delete()
    add_trainees(row, [WHO], actor=people.officer)
    clock.set("2026-04-05 09:00")
    lock_through(project.province, LINE, "Chốt quý I", actor=people.leader)
    return row


def written(row: LockException) -> int:
    return Entry.objects.about(row).filter(action="write_under_exception").count()


def test_roster_of_the_locked_time_is_put_right_within_its_exception_alone(
    place: f.Place, people: f.People, project: Project, held: TrainingClass, clock: Clock
) -> None:
    officer, first = people.officer, held.attendances.get()
    other = replace(WHO, name="Trần Văn Nam", sex="male")
    acts: list[Callable[[], Any]] = [
        lambda: add_trainees(held, [other], actor=officer),
        lambda: change_trainee(first, replace(WHO, name="Nguyễn Thị Hoà Bình", birth_year=1986), actor=officer),
        lambda: say_apart(first, "Trùng tên", actor=officer),
        lambda: say_same(first, held.attendances.last(), "Hai giấy tờ", actor=officer),
        lambda: remove_trainee(held.attendances.last(), "Ghi nhầm", actor=officer),
    ]

    def refused() -> bool:
        for act in (acts[0], lambda: change_trainee(first, replace(WHO, sex="male"), actor=officer), acts[2]):
            with pytest.raises(WrongState):
                act()
        return True

    opened(project, people, person=officer, classes=True)  # the class, not its roster
    assert refused()
    row = opened(project, people, person=officer, progress=False, rosters=True)
    for act in acts:
        clock.move(seconds=1)
        act()
        assert not Attendance.objects.filter(person=None).exists()  # who it is is settled again
    first.refresh_from_db()
    assert held.attendances.get() == first and first.exception == row and not first.apart
    assert written(row) == len(acts)
    notes = " ".join(Entry.objects.about(row).values_list("note", flat=True))
    assert not [name for name in ("Nguyễn", "Hòa", "Trần", "Nam") if name in notes]
    close_exception(row, "Đã xong", actor=people.leader)
    assert refused()
    with pytest.raises(DatabaseError), transaction.atomic():  # nor what was in hand while it was open
        first.delete()


def test_class_and_roster_opened_together_bring_people_into_the_age_of_the_right_day(
    place: f.Place, people: f.People, project: Project, held: TrainingClass, clock: Clock
) -> None:
    data = ClassData("Mây tre đan", "new_skill", project.area, dt.date(2025, 12, 1), dt.date(2025, 12, 31), 30)
    Attendance.objects.filter(pk=held.attendances.get().pk).update(works_asked_on=APRIL)  # not counted: still told
    opened(project, people, person=people.officer, classes=True, rosters=True)
    assert change_class(held, data, actor=people.officer).counts_on == data.ends_on


def test_brand_is_filed_and_its_project_put_right_in_the_locked_time(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    officer, product = people.officer, making.product(place, people)
    number = iter(range(9))

    def filed(of: Project | None) -> Brand:
        clock.move(seconds=1)
        row = create_brand(product, BrandData("Hương quê", of), actor=officer)
        return take_brand_step(row, "file", actor=officer, data={"number": str(next(number)), "on": MARCH})

    assert filed(project).counts_on == APRIL
    opened(project, people, person=officer, progress=False, rosters=True)
    assert filed(project).counts_on == APRIL  # of another kind
    row = opened(project, people, person=officer, progress=False, brands=True)
    within, bare = filed(project), filed(None)
    assert (within.counts_on, within.exception, bare.counts_on) == (MARCH, row, APRIL)
    clock.move(seconds=1)
    change_brand(within, BrandData("Hương quê", None), actor=officer)  # the exception is for the project it had
    other = f.approved(place, people, name="Đề án khác")
    with pytest.raises(WrongState):
        change_brand(within, BrandData("Hương quê", other), actor=officer)  # and not for this one
    clock.move(seconds=1)
    assert change_brand(within, BrandData("Hương quê", project), actor=officer).project == project
    opened(project, people, **{**OFFICE, "area": place.province, "agency": officer.agency, "brands": True})
    clock.move(seconds=1)
    assert change_brand(within, BrandData("Hương quê", other), actor=officer).project == other
    assert written(row) == 3
    clock.set("2026-04-20 09:00")
    with pytest.raises(WrongState):
        change_brand(within, BrandData("Hương quê", project), actor=officer)


def test_selection_of_the_locked_time_is_entered_late_within_its_exception_alone(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    officer, leader = people.officer, people.leader
    goods = [making.product(place, people, name) for name in ("Bún", "Mắm", "Bánh")]
    row = making.round_(place, people, name="Bình chọn 2026", project=project)
    assert enter_product(row, goods[0], MARCH, actor=officer).counts_on == APRIL
    other = opened(project, people, person=officer, progress=False, brands=True)
    assert enter_product(row, goods[1], MARCH, actor=officer).counts_on == APRIL  # of another kind
    exception = opened(project, people, person=officer, progress=False, selections=True)
    late = enter_product(row, goods[2], MARCH, actor=officer)
    assert (late.counts_on, late.exception) == (MARCH, exception)
    with pytest.raises(WrongState):
        remove_entry(late, "Nhầm", actor=officer)  # entered, not removed
    row = set_council(row, [MemberData("Ủy viên A")], actor=officer)
    for step in ("close_entries", "begin_scoring"):
        row = take_round_step(row, step, actor=officer)
    # The leader who decides has none of their own: nobody opens the line for themselves.
    row = making.decided(row, leader, MARCH)
    assert (row.counts_on, row.exception) == (APRIL, None)
    row = making.certified(row, officer, MARCH)
    assert set(Certificate.objects.values_list("counts_on", "exception")) == {(MARCH, exception.pk)}
    assert (written(exception), written(other)) == (4, 0)
    clock.set("2026-04-20 09:00")
    again = making.round_(place, people, name="Sau đó", project=project)
    assert enter_product(again, goods[0], MARCH, actor=officer).counts_on == dt.date(2026, 4, 20)


def test_results_are_decided_into_the_locked_time_within_an_exception_of_another_leader(
    place: f.Place, people: f.People, project: Project
) -> None:
    second = f.user("lanhdao2", Role.LEADER, place.province)
    row = making.scoring(place, people, making.product(place, people), on=MARCH, project=project)
    exception = opened(project, people, person=second, progress=False, selections=True)
    row = making.decided(row, second, MARCH)
    assert (row.counts_on, row.exception, written(exception)) == (MARCH, exception, 1)


def test_what_a_locked_entry_is_counted_by_stays(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    officer, product = people.officer, making.product(place, people)
    row = making.round_(place, people, name="Bình chọn", project=project)
    opened(project, people, person=officer, progress=False, selections=True)
    enter_product(row, product, MARCH, actor=officer)
    data = RoundData(row.level, 2026, place.province, "Bình chọn", "Sở Công Thương", project=project)
    assert change_round(row, replace(data, organiser="Sở"), actor=officer).organiser == "Sở"
    with pytest.raises(Invalid) as refused:
        change_round(row, replace(data, project=None), actor=officer)
    assert set(refused.value.fields) == {"project"}
    other = ProductGroup.objects.create(code="CRAFT", name="Thủ công", verified="no")
    with pytest.raises(Invalid) as refused:
        change_product(product, ProductData(product.enterprise, product.name, other), actor=officer)
    assert set(refused.value.fields) == {"group"}
    change_product(product, ProductData(product.enterprise, "Tên khác", product.group), actor=officer)


def test_guard_that_refuses_what_a_service_let_through_is_told_in_words(
    place: f.Place, people: f.People, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the line is drawn between the question and the writing; on PostgreSQL it cannot be (below)."""
    row = create_brand(making.product(place, people), BrandData("A", project), actor=people.officer)
    take_brand_step(row, "file", actor=people.officer, data={"number": "1", "on": APRIL})
    with guards.lifted():
        Brand.objects.update(counts_on=MARCH)
    row.refresh_from_db()
    monkeypatch.setattr("products.services.is_locked", lambda province, day: False)
    body = {"name": "A", "project": None, "version": row.version}
    answer = Caller(people.officer).put(f"/brands/{row.public_id}/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.content
    form = {"step": "change", "name": "A", "project": "", "version": row.version, "form_key": f.new_uuid()}
    page = browser(people.officer).post(reverse("products:brand", args=[row.public_id]), form)
    assert page.status_code == 409 and "vừa thay đổi" in page.content.decode()
    row.refresh_from_db()
    assert row.project == project


def test_grant_of_a_brand_counts_in_the_locked_time_within_an_exception_alone(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    officer, product = people.officer, making.product(place, people)
    rows = [create_brand(product, BrandData(name, project), actor=officer) for name in ("A", "B")]
    for row in rows:
        take_brand_step(row, "file", actor=officer, data={"number": row.name, "on": MARCH})
    grant: dict[str, Any] = {"number": "1", "on": MARCH}
    assert take_brand_step(rows[0], "grant", actor=officer, data=grant).granted_counts_on == APRIL
    exception = opened(project, people, person=officer, progress=False, brands=True)
    clock.move(seconds=1)
    row = take_brand_step(rows[1], "grant", actor=officer, data=grant)
    assert (row.granted_counts_on, row.counts_on, row.exception) == (MARCH, APRIL, exception)
    close_exception(exception, "Xong", actor=people.leader)
    with pytest.raises(WrongState):  # it was filed in the open time, and its grant counts in the locked one
        change_brand(row, BrandData(row.name, None), actor=officer)


def test_cluster_reaches_its_stage_in_the_locked_time_within_an_exception(
    place: f.Place, people: f.People, project: Project, clock: Clock
) -> None:
    officer = people.officer
    cluster = create_cluster(ClusterData("C1", "Cụm", place.province), actor=officer)
    water, told = KINDS["wastewater"], {"state": "building", "on": MARCH}
    opened(project, people, person=officer, progress=False, clusters=True)  # not linked to the cluster
    late = add_part(water, cluster, told, actor=officer)
    assert late.counts_on == APRIL
    row = opened(project, people, **{**OFFICE, "area": place.province, "agency": officer.agency, "clusters": True})
    clock.move(seconds=1)
    assert change_part(water, late, {**told, "state": "operating"}, actor=officer).counts_on == MARCH
    clock.move(seconds=1)
    assert change_part(water, late, {**told, "state": "planned"}, actor=officer).exception == row
    stage = ClusterStage.objects.create(code="OPERATING", name="Hoạt động", operating=True)
    assert add_part(KINDS["stages"], cluster, {"stage": stage, "on": MARCH}, actor=officer).counts_on == MARCH
    with pytest.raises(WrongState):
        remove_part(water, late, "Nhầm", actor=officer)  # put right, not removed
    assert written(row) == 3
    close_exception(row, "Xong", actor=people.leader)
    with pytest.raises(WrongState):
        change_part(water, late, told, actor=officer)
    cluster.projects.add(project)  # linked: the first exception is for it
    clock.move(seconds=1)
    assert change_part(water, late, told, actor=officer).counts_on == MARCH


def test_exception_is_given_read_and_closed_by_api(place: f.Place, people: f.People, project: Project) -> None:
    leader = Caller(people.leader)
    body = {
        "project": str(project.public_id), "records": ["progress", "rosters"], "until": str(APRIL), "reason": "Lũ",
        "person": str(people.collaborator.public_id),
    }  # fmt: skip
    path, reasons = "/lock-exceptions/", {"until": "2026-05-01", "records": [], "area": place.commune.uid}

    def fields(answer: Any) -> set[str]:
        assert answer.status_code == 400, answer.content
        return {error["field"] for error in answer.json()["errors"]}

    assert fields(leader.post(path, body)) == {"code"}
    wrong = {**body, **reasons, "code": digits(people.leader), "agency": str(people.officer.agency.public_id)}
    assert fields(leader.post(path, wrong)) == {"until", "records", "project", "person"}
    me = {**body, "person": str(people.leader.public_id), "code": digits(people.leader)}
    assert fields(leader.post(path, me)) == {"person"}
    for person in (people.officer, people.administrator, people.ministry, people.collaborator):
        answer = Caller(person).post(path, {**body, "code": digits(person)})
        assert answer.status_code in (400, 403), person
    assert not LockException.objects.exists()
    key, good = str(f.new_uuid()), {**body, "code": digits(people.leader)}
    first, again = (leader.post(path, good, key=key) for _time in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    shown = first.json()
    assert (shown["records"], shown["open"], shown["area"]) == (["progress", "rosters"], True, None)
    assert LockException.objects.get().rosters and not LockException.objects.get().classes
    one = f"{path}{shown['id']}/"
    assert Caller(people.auditor).get(one).json() == shown == leader.get(path, open="true").json()["results"][0]
    for person in (f.stranger(), people.ministry, people.collaborator):
        assert Caller(person).get(one).status_code == Caller(person).post(f"{one}close/", {"reason": "x"}).status_code
        assert Caller(person).get(one).status_code == 404
    assert Caller(people.officer).post(f"{one}close/", {"reason": "x"}).status_code == 403
    assert fields(leader.post(f"{one}close/", {})) == {"reason"}
    assert leader.post(f"{one}close/", {"reason": "Đủ"}).json()["close_reason"] == "Đủ"
    assert leader.post(f"{one}close/", {"reason": "Đủ"}).status_code == 409
    assert leader.get(path, open="true").json()["results"] == []
