"""A person counts once, against a small model that compares names and numbers in clear, pair by pair, and knows nothing
of fingerprints: random classes of several years and communes, moves, corrections, removals, words of officers, erasure.

ROSTER_RUNS says how many lives of forty steps are tried; `make model` tries 300.
"""

import contextlib
import datetime as dt
import os
import random
from dataclasses import replace
from typing import Any

import pytest

from audit.actors import SYSTEM
from core.errors import DomainError
from core.text import fold
from places.models import Area, AreaClosure, AreaSuccession
from tests import factories as f
from tests.clocks import Clock
from tests.training.people import class_of
from training import counting, rosters
from training.models import Attendance, TrainingClass

pytestmark = pytest.mark.django_db

RUNS, STEPS = int(os.environ.get("ROSTER_RUNS", "6")), 40
NAMES = ("Nguyễn Thị Hòa", "nguyễn thị hoà", "NGUYỄN THỊ HOÀ", "Lê Thị Đào")
PHONES = ("", "", "0912000001", "0912000002")
NUMBERS = ("", "", "", "042085000111", "042085000222", "183456789")


class Model:
    """Rows in clear: name, year, sex, commune, phone, number, apart; pairs an officer joined."""

    def __init__(self, became: dict[int, set[int]]) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.same: set[frozenset[int]] = set()
        self.became = became

    def alike(self, a: int, b: int) -> bool:
        one, other = self.rows[a], self.rows[b]
        if one["apart"] or other["apart"] or fold(one["name"]) != fold(other["name"]):
            return False
        if one["phone"] and one["phone"] == other["phone"]:
            return True
        known = all((one["year"], one["sex"], one["commune"], other["commune"]))
        return bool(
            known
            and (one["year"], one["sex"]) == (other["year"], other["sex"])
            and self.became[one["commune"]] & self.became[other["commune"]]
        )

    @staticmethod
    def parts(things: list[Any], joined: Any) -> list[set[Any]]:
        """By walking from neighbour to neighbour."""
        left, found = set(things), []
        while left:
            part, edge = set(), {left.pop()}
            while edge:
                part |= edge
                edge = {other for other in left if any(joined(one, other) for one in edge)}
                left -= edge
            found.append(part)
        return found

    def people(self) -> set[frozenset[int]]:
        number = {pk: row["number"] for pk, row in self.rows.items()}
        pairs = [tuple(pair) for pair in self.same]
        told = {frozenset((number[a], number[b])) for a, b in pairs if number[a] and number[b]}
        numbers = self.parts(sorted({n for n in number.values() if n}), lambda a, b: frozenset((a, b)) in told)
        joined: set[frozenset[int]] = set(self.same)
        for part in self.parts(sorted(self.rows), self.alike):
            whose = [one for one in numbers if one & {number[pk] for pk in part}]
            some = [pk for pk in part if len(whose) <= 1 or not number[pk]]
            joined |= {frozenset((a, b)) for a in some for b in some if len(whose) <= 1 or self.alike(a, b)}
        near = lambda a, b: frozenset((a, b)) in joined or bool(number[a] and number[a] == number[b])  # noqa: E731
        return {frozenset(part) for part in self.parts(sorted(self.rows), near)}


class Life:
    def __init__(self, seed: int, people: f.People, project: Any, communes: list[Area], became: Any) -> None:
        self.dice, self.people, self.project = random.Random(seed), people, project
        self.communes, self.model, self.seed = communes, Model(became), seed
        self.classes: list[TrainingClass] = []

    def data(self) -> rosters.TraineeData:
        pick = self.dice.choice
        return rosters.TraineeData(
            pick(NAMES), pick(("female", "female", "female", "male", "")), pick((1985, 1985, 1985, 1990, None)),
            pick((*self.communes, None)), pick(PHONES), pick(NUMBERS),
        )  # fmt: skip

    def keep(self, row: Attendance, data: rosters.TraineeData, number: str) -> None:
        commune = data.commune.pk if data.commune else None
        before = self.model.rows.get(row.pk, {})
        self.model.rows[row.pk] = {
            "name": data.name, "year": data.birth_year, "sex": data.sex, "commune": commune, "phone": data.phone,
            "number": number, "apart": before.get("apart", False), "class": row.training_class_id,
        }  # fmt: skip

    def step(self) -> None:
        act = self.dice.choice([*["open"] * 4, *["add"] * 12, *["correct"] * 4, "remove", "same", "apart", "erase"])
        with contextlib.suppress(DomainError):  # who stands there already, whose roster is erased: nothing changed
            getattr(self, act)()

    def open(self) -> None:
        year, kind = self.dice.choice((2023, 2024, 2025, 2026)), self.dice.choice(("new_skill", "upgrade", "brand"))
        day = dt.date(year, self.dice.randint(1, 8), 1)
        row = class_of(self.project, kind=kind, starts_on=day, ends_on=day)
        self.classes.append(row)
        if len(self.classes) % 2:
            rosters.change_roster(
                row, needs_id=True, id_reason="Chứng từ chi", differs_reason="", actor=self.people.officer
            )

    def named(self) -> Attendance | None:
        rows = list(Attendance.objects.filter(trainee__isnull=False).order_by("pk"))
        return self.dice.choice(rows) if rows else None

    def add(self) -> None:
        row, data = self.dice.choice(self.classes), self.data()
        if not rosters.roster_of(row).needs_id:
            data = replace(data, id_number="")
        (made,) = rosters.add_trainees(row, [data], actor=self.people.officer)
        self.keep(made.attendance, data, data.id_number)

    def correct(self) -> None:
        row = self.named()
        if row is None:
            return
        data = self.data()
        if not rosters.roster_of(row.training_class).needs_id:
            data = replace(data, id_number="")
        rosters.change_trainee(row, data, actor=self.people.officer)
        self.keep(row, data, data.id_number or self.model.rows[row.pk]["number"])

    def remove(self) -> None:
        row = self.named()
        if row is None:
            return
        pk = row.pk
        rosters.remove_trainee(row, "Ghi nhầm lớp", actor=self.people.officer)
        del self.model.rows[pk]
        self.model.same = {pair for pair in self.model.same if pk not in pair}

    def same(self) -> None:
        one, other = self.named(), self.named()
        if one is None or other is None or one == other:
            return
        rosters.say_same(one, other, "Đã hỏi lại học viên", actor=self.people.officer)
        self.model.same.add(frozenset((one.pk, other.pk)))
        self.model.rows[one.pk]["apart"] = False

    def apart(self) -> None:
        one = self.named()
        if one is None:
            return
        rosters.say_apart(one, "Hai người trùng tên", actor=self.people.officer)
        self.model.rows[one.pk]["apart"] = True
        self.model.same = {pair for pair in self.model.same if one.pk not in pair}

    def erase(self) -> None:
        if self.dice.random() < 0.3:
            rosters.erase(self.dice.choice(self.classes), actor=SYSTEM)

    def compare(self) -> None:
        wanted = self.model.people()
        found: dict[Any, set[int]] = {}
        for pk, token in Attendance.objects.values_list("pk", "person"):
            found.setdefault(token, set()).add(pk)
        assert {frozenset(one) for one in found.values()} == wanted, f"seed {self.seed}"
        some = self.dice.sample(self.classes, self.dice.randint(0, len(self.classes)))
        rows = TrainingClass.objects.filter(pk__in=[row.pk for row in some])
        mine = {pk for pk, row in self.model.rows.items() if row["class"] in {one.pk for one in some}}
        counted = counting.counts(rows)
        assert (counted.people or 0) == len([one for one in wanted if one & mine])
        assert (counted.attendances or 0) == len(mine)
        for _title, parts in counting.breakdowns(rows):
            assert sum(part.attendances for part in parts) == len(mine)
            assert sum(part.people or 0 for part in parts) == (counted.people or 0)


@pytest.mark.parametrize("seed", range(RUNS))
def test_person_counts_once_whatever_happens(clock: Clock, seed: int) -> None:
    clock.set("2026-09-15")
    place = f.Place()
    divided = f.area("c42074-2020", name="Cẩm Bình")  # one part went into each of two communes of today
    AreaClosure.objects.create(ancestor=place.province, area=divided, via="mixed")
    for new in (place.commune, place.other):
        AreaSuccession.objects.create(
            old=divided, new=new, on=dt.date(2025, 7, 1), kind="split", whole=False, verified="yes"
        )
    people = f.People(place)
    project = f.approved(place, people)
    one, two = place.commune.pk, place.other.pk
    became = {one: {one}, two: {two}, place.before.pk: {one}, divided.pk: {one, two}}
    life = Life(seed, people, project, [place.commune, place.other, place.before, divided], became)
    life.open()
    life.open()
    for number in range(STEPS):
        life.step()
        if number % 4 == 3:
            life.compare()
    life.compare()
    assert len(life.model.rows) > 5
