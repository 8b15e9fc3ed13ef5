"""Rosters: who is on them, who may see them, what of them counts, and their end."""

import datetime as dt
import importlib
import io
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.roles import Role
from audit.models import Entry
from core import sealed
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from jobs.models import Job
from jobs.services import work_once
from programmes.locking import lock_through
from projects.models import Project
from reports.measures.targets import Done
from tests import factories as f
from tests.clocks import Clock
from tests.training.people import class_of, distinct, enter, person
from training import counting, erasing, rosters, subjects
from training.loading import load_training
from training.models import Attendance, CountingRule, RosterRetention, Trainee, TrainingClass, TrainingSubject

pytestmark = pytest.mark.django_db
NUMBER = "042085000111"
# What the first format made of it with the key «a key of the test» in this row.
FIRST_FORMAT_ROW = "0193a5c2-7b1e-7000-8000-0000000000aa"
FIRST_FORMAT = "1.LUduwkeK7IHhcjIDuyV8NEQ70RDbkq0KxpLOVLtGMTvruObukd5IANk7J8Mdroh8waaBW_PdnTc4s6Yw"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def project(place: f.Place, people: f.People) -> Project:
    return f.approved(place, people)


@pytest.fixture
def held(project: Project) -> TrainingClass:
    return class_of(project)


def browser(who: Any) -> Client:
    client = Client()
    client.force_login(who, backend="accounts.backends.PortalBackend")
    return client


def roster_url(row: TrainingClass) -> str:
    return reverse("training:roster", args=[row.public_id])


def trainee_url(one: Attendance) -> str:
    return reverse("training:trainee", args=[one.training_class.public_id, one.public_id])


def table(*rows: tuple[str, ...], **fields: str) -> dict[str, str]:
    names = ("name", "sex", "birth_year", "commune", "phone", "id_number")
    cells = {f"row-{n}-{name}": text for n, row in enumerate(rows) for name, text in zip(names, row, strict=False)}
    return {"what": "add", "form_key": str(f.new_uuid()), **cells, **fields}


def with_numbers(row: TrainingClass, people: f.People) -> None:
    rosters.change_roster(row, needs_id=True, id_reason="Bảng kê chi", differs_reason="", actor=people.officer)


# --- typed or pasted ------------------------------------------------------------------------------------------------


def test_pasted_list_is_read_as_offices_write_it(place: Any, people: Any, held: TrainingClass) -> None:
    answer = browser(people.centre).post(
        roster_url(held),
        table(
            ("Nguyễn Thị Hoà", "Nữ", "20/05/1985", "thach lac", "0912 345 678"),
            ("Trần Văn Bình", "nam", "1990", "Xã Đồng Tiến", "912345679"),
            ("Lê Đào", "", "", "", ""),
        ),
    )
    assert answer.status_code == 302
    found = [
        (o.name, o.attendance.sex, o.birth_year, o.attendance.commune, o.phone, o.attendance.age_group)
        for o in Trainee.objects.select_related("attendance__commune")
    ]
    assert found == [
        ("Nguyễn Thị Hoà", "female", 1985, place.commune, "0912345678", "30_44"),
        ("Trần Văn Bình", "male", 1990, place.other, "0912345679", "30_44"),
        ("Lê Đào", "", None, None, "", ""),
    ]
    entry = Entry.objects.about(held).get()
    assert (entry.action, entry.changes) == ("add_trainees", {"roster": [0, 3]})


def test_wrong_cell_is_named_with_its_row_and_nothing_is_stored(people: Any, held: TrainingClass) -> None:
    client = browser(people.officer)
    rows = (("Nguyễn Thị Hòa", "nữ", "1985"), ("", "x", "85", "Xã Không Có", "12", "1"))
    answer = client.post(roster_url(held), table(*rows))
    html = answer.content.decode()
    assert answer.status_code == 422
    for column in ("sex", "birth_year", "commune", "phone"):
        assert f'href="#id_row-1-{column}"' in html
        assert f'id="id_row-1-{column}_error"' in html
    assert 'value="Nguyễn Thị Hòa"' in html
    assert (Trainee.objects.count(), Attendance.objects.count()) == (0, 0)


def test_more_rows_come_without_javascript(people: Any, held: TrainingClass) -> None:
    answer = browser(people.officer).post(roster_url(held), table(("Nguyễn Thị Hòa", "?"), more="1"))
    html = answer.content.decode()
    assert 'name="row-20-name"' in html and 'value="Nguyễn Thị Hòa"' in html
    assert "_error" not in html


def test_all_or_nothing_and_errors_by_row_and_field(place: Any, people: Any, held: TrainingClass) -> None:
    with pytest.raises(Invalid) as refused:
        enter(held, person(place), person(place, "Lê Văn Tám", phone="12"), person(place, ""), actor=people.officer)
    assert set(refused.value.fields) == {"1.phone", "2.name"}
    assert not Attendance.objects.exists()


def test_same_list_again_changes_nothing(place: Any, people: Any, held: TrainingClass) -> None:
    rows = [person(place), person(place, "Trần Văn Bình", sex="male", phone="0912000001"), person(place, "Lê Đào")]
    made = enter(held, *rows, actor=people.officer)
    assert [rosters.find_trainee(held, row).attendance for row in rows] == made  # type: ignore[union-attr]
    with pytest.raises(Invalid) as refused:
        enter(held, *rows, actor=people.officer)
    assert set(refused.value.fields) == {"0.name", "1.name", "2.name"}
    assert held.attendances.count() == 3
    assert rosters.find_trainee(held, person(place, "Người khác")) is None


def test_twice_in_one_list_is_refused_and_namesakes_with_numbers_are_not(
    place: Any, people: Any, held: TrainingClass
) -> None:
    with pytest.raises(Invalid):
        enter(held, person(place), person(place), actor=people.officer)
    with_numbers(held, people)
    rows = enter(held, person(place, id_number=NUMBER), person(place, id_number="042085000222"), actor=people.officer)
    assert distinct(*rows) == 2


# --- a person counts once ---------------------------------------------------------------------------------------------


def both(place: Any, people: Any, project: Project, first: dict[str, Any], second: dict[str, Any]) -> int:
    rows = []
    for fields, year in ((first, 2024), (second, 2026)):
        held = class_of(project, starts_on=dt.date(year, 3, 1), ends_on=dt.date(year, 3, 2))
        if fields.get("id_number"):
            with_numbers(held, people)
        rows += enter(held, person(place, **fields), actor=people.officer)
    return distinct(*rows)


def test_person_is_known_again(place: Any, people: Any, project: Project) -> None:
    known = [
        ({"name": "NGUYỄN THỊ HOÀ"}, {}),
        ({"commune": place.before}, {}),  # merged into it in 2025
        ({"commune": place.other, "phone": "0912000001"}, {"phone": "+84 912 000 001"}),
        ({"id_number": NUMBER, "name": "Tên Cũ"}, {"id_number": NUMBER, "commune": None}),
        ({"id_number": NUMBER, "phone": "0912000009"}, {}),
    ]
    assert [both(place, people, project, *pair) for pair in known] == [1] * len(known)


def test_namesake_is_somebody_else(place: Any, people: Any, project: Project) -> None:
    others = [
        ({"name": "Phan Thị Một"}, {"name": "Phan Thị Một", "commune": place.other}),
        ({"name": "Phan Thị Hai"}, {"name": "Phan Thị Hai", "birth_year": 1986}),
        ({"name": "Phan Thị Ba"}, {"name": "Phan Thị Ba", "birth_year": None}),
        ({"name": "Phan Thị Tư", "id_number": "042085000333"}, {"name": "Phan Thị Tư", "id_number": "042085000444"}),
    ]
    assert [both(place, people, project, *pair) for pair in others] == [2] * len(others)


def test_correction_and_word_of_an_officer_count_anew(place: Any, people: Any, project: Project) -> None:
    one, two = (enter(class_of(project), person(place, name), actor=people.officer)[0]
                for name in ("Nguyễn Thị Hòa", "Nguyễn Thị Hào"))  # fmt: skip
    assert distinct(one, two) == 2
    two.refresh_from_db()
    rosters.change_trainee(two, person(place), actor=people.officer)
    assert distinct(one, two) == 1
    rosters.say_apart(two, "Hai chị em họ", actor=people.officer)
    assert distinct(one, two) == 2
    rosters.say_same(one, two, "Hỏi lại thì là một người", actor=people.officer)
    assert distinct(one, two) == 1


def test_attendances_and_people_stand_side_by_side(place: Any, people: Any, project: Project) -> None:
    for kind, total in (("new_skill", None), ("upgrade", 3), ("management", 40)):
        held = class_of(project, kind=kind, total=total, women=20 if kind == "management" else None)
        if kind != "management":
            enter(held, person(place), person(place, f"Người {'AB'[kind == 'upgrade']}", sex=""), actor=people.officer)
    rows = TrainingClass.objects.all()
    found = counting.counts(rows)
    assert (found.classes, found.reported, found.attendances, found.rosters, found.people) == (3, 3, 45, 2, 3)
    for _title, parts in counting.breakdowns(rows):
        assert sum(part.attendances for part in parts) == 45
        assert sum(part.people or 0 for part in parts) == 3
    sexes = {str(part.label): part.attendances for part in counting.breakdowns(rows)[0][1]}
    assert list(sexes.values()) == [22, 20, 3]
    html = browser(people.officer).get(reverse("training:list")).content.decode()
    assert "−1" in html  # one person attended two kinds


# --- roster and class -------------------------------------------------------------------------------------------------


def test_roster_and_counts_agree_or_say_why(place: Any, people: Any, project: Project) -> None:
    held = class_of(project, total=2, women=0)
    enter(held, person(place), actor=people.officer)
    assert "2 học viên" in rosters.disagreement(held) and "0 nữ" in rosters.disagreement(held)
    assert (
        "kc-card--warn"
        in browser(people.leader).get(reverse("training:detail", args=[held.public_id])).content.decode()
    )
    rosters.change_roster(
        held, needs_id=False, id_reason="", differs_reason="Một người không khai", actor=people.officer
    )
    html = browser(people.leader).get(reverse("training:detail", args=[held.public_id])).content.decode()
    assert "Một người không khai" in html and "kc-card--warn" not in html
    with pytest.raises(Invalid) as refused:
        enter(held, person(place, "Hai"), person(place, "Ba"), actor=people.officer)
    assert refused.value.code == "more_than_counted"


# --- numbers, and who sees what ---------------------------------------------------------------------------------------


def test_id_number_is_sealed_masked_and_seen_with_a_reason(place: Any, people: Any, held: TrainingClass) -> None:
    with pytest.raises(Invalid) as refused:
        enter(held, person(place, id_number=NUMBER), actor=people.officer)
    assert "0.id_number" in refused.value.fields
    with_numbers(held, people)
    (one,) = enter(held, person(place, id_number=NUMBER), actor=people.officer)
    stored = Trainee.objects.get()
    assert NUMBER not in stored.id_sealed and stored.id_masked == "0**…**111"
    client = browser(people.officer)
    page = client.get(trainee_url(one)).content.decode()
    assert "0**…**111" in page and NUMBER not in page
    for reason in ("", "vì 042085000111", "xem nguyễn thị hoa"):
        answer = client.post(trainee_url(one), {"what": "look", "reason": reason})
        assert answer.status_code == 422 and NUMBER not in answer.content.decode().replace(f'value="{reason}"', "")
    before = Entry.objects.count()
    answer = client.post(trainee_url(one), {"what": "look", "reason": "Đối chiếu bảng kê chi"})
    assert NUMBER in answer.content.decode() and "no-store" in answer["Cache-Control"]
    entry = Entry.objects.latest("id")
    assert (Entry.objects.count(), entry.action, entry.note) == (before + 1, "look_at_id", "Đối chiếu bảng kê chi")
    rosters.change_roster(held, needs_id=False, id_reason="", differs_reason="", actor=people.officer)
    assert not Trainee.objects.exclude(id_sealed="", id_masked="").exists()


def test_sealed_number_opens_only_in_its_row_and_with_its_key(settings: Any) -> None:
    hidden = sealed.seal(NUMBER, "row 1")
    assert sealed.seal(NUMBER, "row 1") != hidden  # equal numbers do not look equal
    assert sealed.unseal(hidden, "row 1") == NUMBER
    changed = hidden[:20] + ("A" if hidden[20] != "A" else "B") + hidden[21:]
    for text, context in (
        (hidden, "row 2"),
        (changed, "row 1"),
        ("2.AAAA", "row 1"),
        ("2.\u00e2", "row 1"),
        ("", "row 1"),
    ):
        with pytest.raises(sealed.Broken):
            sealed.unseal(text, context)
    mark = sealed.keyed("id number", NUMBER)
    settings.PERSONAL_DATA_KEY = "another"
    assert sealed.keyed("id number", NUMBER) != mark
    with pytest.raises(sealed.Broken):
        sealed.unseal(hidden, "row 1")


def test_number_of_the_first_format_is_sealed_anew(place: Any, people: Any, held: TrainingClass, settings: Any) -> None:
    with_numbers(held, people)
    two = person(place, id_number=NUMBER), person(place, "Hai", id_number="042085000222")
    rows = enter(held, *two, actor=people.officer)
    settings.PERSONAL_DATA_KEY = "a key of the test"
    Attendance.objects.filter(pk=rows[0].pk).update(public_id=FIRST_FORMAT_ROW)
    Trainee.objects.filter(attendance=rows[0]).update(id_sealed=FIRST_FORMAT)
    Trainee.objects.filter(attendance=rows[1]).update(id_sealed=FIRST_FORMAT)  # moved from the other row
    migration = importlib.import_module("training.migrations.0004_sealed_anew")
    migration.seal_anew(apps, connection.schema_editor())
    anew, moved = (Trainee.objects.get(attendance=row).id_sealed for row in rows)
    assert sealed.unseal(anew, FIRST_FORMAT_ROW) == NUMBER
    assert moved == FIRST_FORMAT  # it did not open before either
    migration.seal_anew(apps, connection.schema_editor())
    assert Trainee.objects.get(attendance=rows[0]).id_sealed == anew


@pytest.mark.parametrize("role", ["leader", "accountant", "collaborator", "ministry", "administrator", "auditor"])
def test_only_those_who_work_on_the_project_see_a_roster(
    place: Any, people: Any, held: TrainingClass, role: str
) -> None:
    (one,) = enter(held, person(place, phone="0912345678"), actor=people.officer)
    client = browser(getattr(people, role))
    status = {"administrator": 404, "auditor": 200}.get(role, 403)
    answer = client.get(roster_url(held))
    assert answer.status_code == status
    assert "Nguyễn Thị Hòa" not in answer.content.decode()
    for url, form in ((roster_url(held), table(("Người Mới",))), (trainee_url(one), {"what": "look", "reason": "x"})):
        assert client.post(url, form).status_code in (403, 404)
    assert client.get(trainee_url(one)).status_code in (403, 404)
    assert client.get(roster_url(held), {"format": "xlsx"}).status_code in (403, 404)
    detail = client.get(reverse("training:detail", args=[held.public_id])).content.decode()
    assert "Nguyễn Thị Hòa" not in detail and "0912345678" not in detail
    assert held.attendances.count() == 1


def test_auditor_reads_names_after_a_reason_that_is_recorded(place: Any, people: Any, held: TrainingClass) -> None:
    enter(held, person(place), actor=people.officer)
    client = browser(people.auditor)
    assert client.post(roster_url(held), {"what": "look", "reason": ""}).status_code == 422
    answer = client.post(roster_url(held), {"what": "look", "reason": "Kiểm tra mẫu số 3"})
    assert "Nguyễn Thị Hòa" in answer.content.decode()
    assert Entry.objects.latest("id").action == "look_at_roster"


def test_stranger_finds_nothing(place: Any, people: Any, held: TrainingClass) -> None:
    (one,) = enter(held, person(place), actor=people.officer)
    for role in (Role.OFFICER, Role.CENTRE, Role.AUDITOR):
        client = browser(f.user(f"la_{role}", role, f.Place("40", "Nghệ An").province))
        assert client.get(roster_url(held)).status_code == client.get(trainee_url(one)).status_code == 404


def test_file_has_no_id_numbers_and_taking_it_is_recorded(place: Any, people: Any, held: TrainingClass) -> None:
    with_numbers(held, people)
    enter(held, person(place, "=Nguyễn Thị Hòa", id_number=NUMBER), actor=people.officer)
    answer = browser(people.officer).get(roster_url(held), {"format": "xlsx"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    text = str(rows)
    assert "=Nguyễn Thị Hòa" in text and NUMBER not in text and "0**" not in text
    assert Entry.objects.latest("id").action == "export_roster"


def test_row_is_corrected_told_of_and_removed_with_a_reason(place: Any, people: Any, held: TrainingClass) -> None:
    one, _two = enter(held, person(place), person(place, "Hai"), actor=people.officer)
    client, fields = browser(people.officer), {"what": "edit", "name": "Nguyễn Thị Hoa", "sex": "female"}
    told = {"birth_year": "1985", "commune": place.commune.uid, "certificate_no": "12", "works_after": "no"}
    assert client.post(trainee_url(one), {**fields, **told, "version": "1"}).status_code == 422  # days are missing
    days = {"certificate_on": "12/09/2026", "works_asked_on": "15/09/2026", "attended_percent": "90"}
    assert client.post(trainee_url(one), {**fields, **told, **days, "version": "1"}).status_code == 302
    one.refresh_from_db()
    assert (one.trainee.name, one.works_after, one.attended_percent) == ("Nguyễn Thị Hoa", False, 90)
    assert client.post(trainee_url(one), {**fields, **told, **days, "version": "1"}).status_code == 409
    entry = Entry.objects.about(one).get()
    assert entry.changes["name"] == ["…", "…"] and entry.changes["works_after"] == [None, False]
    assert client.post(trainee_url(one), {"what": "remove", "reason": ""}).status_code == 422
    assert client.post(trainee_url(one), {"what": "remove", "reason": "Ghi nhầm lớp"}).status_code == 302
    assert held.attendances.count() == Trainee.objects.count() == 1


# --- locked, closed, erased -------------------------------------------------------------------------------------------


def test_locked_class_keeps_its_people_and_still_hears_of_them(place: Any, people: Any, held: TrainingClass) -> None:
    (one,) = enter(held, person(place), actor=people.officer)
    lock_through(place.province, dt.date(2026, 9, 14), "Chốt", actor=people.leader)
    one.refresh_from_db()
    refused = [
        lambda: enter(held, person(place, "Hai"), actor=people.officer),
        lambda: rosters.change_trainee(one, person(place, "Tên Khác"), actor=people.officer),
        lambda: rosters.change_trainee(one, person(place, sex="male"), actor=people.officer),
        lambda: rosters.remove_trainee(one, "Nhầm", actor=people.officer),
        lambda: rosters.say_apart(one, "Người khác", actor=people.officer),
    ]
    for act in refused:
        with pytest.raises(WrongState):
            act()
    told = person(place, phone="0912345678", works_after=True, works_asked_on=dt.date(2026, 9, 15))
    assert rosters.change_trainee(one, told, actor=people.officer).works_after is True


def test_people_of_the_locked_time_are_never_joined_later(place: Any, people: Any, project: Project) -> None:
    rows = [
        enter(class_of(project), person(place, commune=commune), actor=people.officer)[0]
        for commune in (place.commune, place.other)
    ]
    lock_through(place.province, dt.date(2026, 9, 14), "Chốt", actor=people.leader)
    late = class_of(project, starts_on=dt.date(2026, 9, 15), ends_on=dt.date(2026, 9, 15))
    (new,) = enter(late, person(place), actor=people.officer)
    rosters.say_same(new, rows[1], "Cùng một người", actor=people.officer)
    assert distinct(*rows) == 2
    assert distinct(*rows, new) == 2


def test_roster_is_erased_when_its_time_is_over_and_counts_stay(
    place: Any, people: Any, project: Project, clock: Clock
) -> None:
    keep_for(24)
    held = class_of(project)
    with_numbers(held, people)
    one, _two = enter(held, person(place, id_number=NUMBER), person(place, "Hai", id_number="042085000222"),
                      actor=people.officer)  # fmt: skip
    before = counting.counts(TrainingClass.objects.all()), counting.breakdowns(TrainingClass.objects.all())
    lock_through(place.province, dt.date(2026, 9, 14), "Chốt", actor=people.leader)
    clock.set("2028-09-10")
    assert erasing.request_due() is None
    clock.set("2028-09-11")
    job = erasing.request_due()
    assert job is not None and job.params == {}
    assert work_once()
    assert Job.objects.get().state == "done"
    assert not Trainee.objects.exists()
    assert (counting.counts(TrainingClass.objects.all()), counting.breakdowns(TrainingClass.objects.all())) == before
    proof = Entry.objects.get(action="erase_roster")
    assert proof.changes["roster"] == [2, 0] and proof.actor_kind == "system"
    assert erasing.request_due() is None
    with pytest.raises(WrongState):
        enter(held, person(place, "Ba", id_number="042085000333"), actor=people.officer)
    assert browser(people.officer).get(trainee_url(one)).status_code == 404
    assert browser(people.officer).get(roster_url(held)).status_code == 200


def keep_for(months: int) -> None:
    RosterRetention.objects.update_or_create(pk=1, defaults={"months": months, "verified": "no"})


# --- what counts towards a target -------------------------------------------------------------------------------------


def test_official_says_what_a_target_counts(place: Any, people: Any, project: Project, clock: Clock) -> None:
    trained = f.indicator("HT25_TRAIN", training_kinds="new_skill upgrade")
    skill, brand = class_of(project, total=30), class_of(project, kind="brand", total=10)
    late = class_of(project, kind="upgrade", total=5, starts_on=dt.date(2026, 9, 11), ends_on=dt.date(2026, 9, 12))
    enter(skill, person(place), person(place, "Hai"), actor=people.officer)
    enter(late, person(place), actor=people.officer)

    def cell(day: dt.date) -> Any:
        return Done("default", [place.commune.pk], day).cell(trained, dt.date(2026, 1, 1), day)

    found = cell(dt.date(2026, 9, 15))
    assert (found.value, found.reported, found.expected) == (35, 2, 2)
    subject = subjects.add_subject(subjects.SubjectData("Nhãn hiệu tập thể", "brand"), "QĐ", actor=people.administrator)
    TrainingClass.objects.filter(pk=brand.pk).update(topic=subject)
    data = subjects.CountingData(trained, "people", ["new_skill", "upgrade"], [subject], dt.date(2026, 9, 16))
    with pytest.raises(NotAllowed):
        subjects.count_from(data, "QĐ", actor=people.officer)
    rule = subjects.count_from(data, "Theo hướng dẫn mới", actor=people.administrator)
    assert cell(dt.date(2026, 9, 15)).value == 35  # the day before keeps its rule
    found = cell(dt.date(2026, 9, 16))
    assert (found.value, found.reported, found.expected) == (2, 2, 3)  # the class on brands counts, without a roster
    assert [int(line.contribution) for line in found.lines] == [2, 0]
    assert Entry.objects.about(rule).get().note == "Theo hướng dẫn mới"
    lock_through(place.province, dt.date(2026, 9, 15), "Chốt", actor=people.leader)
    with pytest.raises(DomainError):
        subjects.count_from(
            subjects.CountingData(trained, "people", ["other"], [], dt.date(2026, 9, 15)),
            "x",
            actor=people.administrator,
        )
    assert Decimal(found.value) == 2


def test_reference_data_of_training_stays_as_officials_set_it(place: Any, people: Any) -> None:
    for code in ("HT25_TRAIN", "HT25_MGMT"):
        f.indicator(code, training_kinds="new_skill")
    load_training()
    brand = TrainingSubject.objects.get(code="BRAND")
    management = CountingRule.objects.get(indicator__code="HT25_MGMT")
    assert brand.kind not in management.kinds.split()
    client = browser(people.administrator)
    url = reverse("training:subject", args=[brand.pk])
    typed = {"form_key": str(f.new_uuid()), "name": "Thương hiệu", "kind": "brand", "verified": "yes", "reason": "QĐ 1"}
    assert client.post(url, {**typed, "version": "1"}).status_code == 302
    new = {"what": "subject", "name": "An toàn lao động", "kind": "other", "verified": "no", "reason": "QĐ 2"}
    assert client.post(reverse("training:subjects"), {**typed, **new, "form_key": str(f.new_uuid())}).status_code == 302
    keep = {"what": "retention", "months": "36", "verified": "no", "reason": "Quy chế"}
    assert client.post(reverse("training:subjects"), keep).status_code == 302
    load_training()
    brand.refresh_from_db()
    assert (brand.name, TrainingSubject.objects.filter(name="An toàn lao động").count()) == ("Thương hiệu", 1)
    assert RosterRetention.objects.get().months == 36
    assert Entry.objects.filter(note__in=["QĐ 1", "QĐ 2", "Quy chế"]).count() == 3
    assert browser(people.officer).post(reverse("training:subjects"), keep).status_code == 403


def test_sessions_and_trainers_are_told_and_kept(people: Any, held: TrainingClass) -> None:
    client, url = browser(people.centre), reverse("training:course", args=[held.public_id])
    typed = {
        "version": "1", "session-0-on": "01/09/2026", "session-0-hours": "3,5", "session-0-topic": "An toàn",
        "session-1-on": "12/09/2026", "trainer-0-unit": "Trường nghề",
    }  # fmt: skip
    answer = client.post(url, typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_session-1-on_error"' in html and 'id="id_trainer-0-name_error"' in html
    typed |= {"session-1-on": "02/09/2026", "trainer-0-name": "Phan Văn Giảng"}
    assert client.post(url, typed).status_code == 302
    assert [(s.on.day, s.hours, s.topic) for s in held.sessions.all()] == [
        (1, Decimal("3.5"), "An toàn"),
        (2, None, ""),
    ]
    assert client.post(url, typed).status_code == 409
    assert Entry.objects.about(held).latest("id").changes["trainers"] == [[], ["Phan Văn Giảng, Trường nghề"]]
