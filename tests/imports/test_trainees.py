"""The people of a class from a workbook: once, by those who may, with nothing of them left in the import."""

import datetime as dt
from typing import Any

import pytest

from audit.models import Entry
from core.errors import Invalid
from imports import services
from imports.importers import importer_of
from tests import factories
from tests.imports.sheets import errors, sent, stored, table
from training.models import Attendance, Trainee, TrainingClass
from training.rosters import change_roster
from training.services import ClassData, create_class

pytestmark = pytest.mark.django_db

HEADS = ("Họ và tên", "Giới tính", "Năm sinh", "Xã, phường", "Điện thoại", "CCCD")
HOA = ("Nguyễn Thị Hoa Mai", "Nữ", 1985, "Thạch Lạc", "0912345678", None)
NAM = ("Trần Văn Nam Sơn", "nam", "31/01/1990", "Đồng Tiến", 987654321, None)


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def lesson(place: Any, people: Any) -> TrainingClass:
    project = factories.approved(place, people)
    day = project.decided_on or dt.date.today()
    return create_class(
        project, ClassData("May công nghiệp", "new_skill", place.commune, day, day), actor=people.officer
    )


def take(lesson: TrainingClass, people: Any, *rows: Any) -> Any:
    return sent(table(*rows, heads=HEADS), people.officer, "trainees", target=str(lesson.public_id))


def test_people_are_put_on_the_roster_once(place: Any, people: Any, lesson: TrainingClass) -> None:
    row = take(lesson, people, HOA, NAM)
    assert (row.new, row.wrong) == (2, 0), errors(row)
    stored(row, people.officer)
    assert row.state == "stored", row.warnings
    found = {one.name: one for one in Trainee.objects.select_related("attendance")}
    assert found[HOA[0]].attendance.sex == "female" and found[HOA[0]].attendance.commune == place.commune
    assert (found[NAM[0]].birth_year, found[NAM[0]].phone) == (1990, "0987654321")
    again = take(lesson, people, HOA, NAM)
    assert (again.new, again.same) == (0, 2)
    services.undo(row, actor=people.officer)
    assert not Attendance.objects.exists()


def test_nothing_of_the_people_is_left_in_the_import_or_the_trail(people: Any, lesson: TrainingClass) -> None:
    row = stored(take(lesson, people, HOA, NAM, HOA), people.officer, valid_only=True)
    assert row.table is None and row.upload is None
    kept = str(row.receipt) + str(row.warnings) + str(list(Entry.objects.values()))
    assert all(word not in kept for word in ("Hoa Mai", "Nam Sơn", "0912345678", "987654321"))


def test_id_numbers_are_taken_only_where_the_class_needs_them(people: Any, lesson: TrainingClass) -> None:
    with_number = (*HOA[:5], "042085001234")
    assert set(errors(take(lesson, people, with_number))) == {"F2"}
    change_roster(lesson, needs_id=True, id_reason="Phiếu chi", differs_reason="", actor=people.officer)
    row = stored(take(lesson, people, with_number), people.officer)
    one = Trainee.objects.get()
    assert row.state == "stored" and one.id_masked and "042085001234" not in one.id_sealed


def test_class_of_others_is_no_target(people: Any, lesson: TrainingClass) -> None:
    importer = importer_of("trainees")
    assert importer is not None
    other = factories.stranger()
    assert importer.targets(other) == []
    with pytest.raises(Invalid):
        importer.target(str(lesson.public_id), other)
    with pytest.raises(Invalid):
        importer.target("x", people.officer)


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ((*HOA[:1], "khác", *HOA[2:]), "B2"),
        ((*HOA[:2], 85, *HOA[3:]), "C2"),
        ((*HOA[:3], "Xã Không Có", *HOA[4:]), "D2"),
        ((*HOA[:4], "12", None), "E2"),
    ],
)
def test_wrong_cell_of_a_person_is_named(people: Any, lesson: TrainingClass, row: Any, cell: str) -> None:
    assert set(errors(take(lesson, people, row))) == {cell}
