"""What tests of rosters share: classes and people of the small province."""

import datetime as dt
import itertools
from typing import Any

from projects.models import Project
from tests import factories
from training.models import Attendance, TrainingClass
from training.rosters import TraineeData, add_trainees

NUMBERS = itertools.count(1)


def class_of(project: Project, **fields: Any) -> TrainingClass:
    """A class as it stands, past the services."""
    values = {
        "kind": "new_skill",
        "subject": "Mây tre đan xuất khẩu",
        "area": project.area,
        "starts_on": dt.date(2026, 9, 1),
        "ends_on": dt.date(2026, 9, 10),
        **fields,
    }
    values.setdefault("counts_on", values["ends_on"])
    row: TrainingClass = TrainingClass.objects.create(project=project, **values)
    return row


def person(place: factories.Place, name: str = "Nguyễn Thị Hòa", **fields: Any) -> TraineeData:
    values: dict[str, Any] = {"sex": "female", "birth_year": 1985, "commune": place.commune, **fields}
    return TraineeData(name, **values)


def enter(row: TrainingClass, *people: TraineeData, actor: Any) -> list[Attendance]:
    return [one.attendance for one in add_trainees(row, list(people), actor=actor)]


def distinct(*rows: Attendance) -> int:
    """How many people these rows are."""
    return len(set(Attendance.objects.filter(pk__in=[row.pk for row in rows]).values_list("person", flat=True)))
