"""Who is one person: the rule by which a person counts once over classes, years and communes.

Nothing is compared in clear. Each attendance has up to three fingerprints (core.sealed.keyed): of the ID number; of
folded name, year of birth and sex; of folded name and telephone. Two attendances are of one person when

1. they have the same **ID number**;
2. they agree in **name, year of birth and sex, and in the commune**, as it is followed through time: both communes
   became, wholly or in part, one unit of today (a commune merged in 2025 is still the same place);
3. they agree in **name and telephone** (somebody who moved, or whose year was written wrongly);
4. an officer said so (`SamePerson`: a changed name, an old card and a new one).

What is missing agrees with nothing: without year or sex there is no (2), and a row with a name alone is a person of
its own. Chains count: if A is B and B is C, A is C. Two different ID numbers are two people, unless (4): where rows
joined by (2) and (3) have several numbers between them, each number is a person, and the rows without one are
people of their own (namesakes cannot be told apart without a number; the page shows them to the officer). An
officer who says that a row is **somebody else** (`apart`) takes (2) and (3) from it.

What goes wrong in which direction: two people of one name, year, sex and commune without numbers count as one
(seldom in a commune, common in a province: that is why the province alone is not enough). Somebody without a number
who moved and changed the telephone counts as two until an officer confirms.

The fingerprints outlive the roster. Once the roster is erased nobody can be named from them without the key, which
is not in the database; they stay because a target of several years counts a person once, which a mere number would
not. Destroying the key makes them meaningless for ever. They stand beside nothing but class, sex, age group and
commune.

A class that counts in the locked time keeps its people as they are: what is entered later joins them and never
joins two of them together (programmes/locking.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from core.locks import lock_name
from core.sealed import keyed
from core.text import fold
from places.models import AreaSuccession
from programmes.locking import locked_through
from training.models import Attendance, SamePerson


@dataclass(frozen=True)
class Keys:
    """The fingerprints of one attendance; "" where something of it is missing."""

    id_key: str = ""
    name_key: str = ""
    phone_key: str = ""


def keys_of(name: str, birth_year: int | None, sex: str, phone: str, id_number: str) -> Keys:
    plain = fold(name)
    return Keys(
        keyed("id number", id_number) if id_number else "",
        keyed("name, year, sex", plain, str(birth_year), sex) if plain and birth_year and sex else "",
        keyed("name, telephone", plain, phone) if plain and phone else "",
    )


@dataclass(frozen=True)
class Seen:
    """One attendance as the rule sees it."""

    pk: int
    id_key: str
    name_key: str
    phone_key: str
    commune_id: int | None
    apart: bool = False


class Groups:
    """Things put together, and what each belongs to."""

    def __init__(self) -> None:
        self.above: dict[Any, Any] = {}

    def of(self, one: Any) -> Any:
        self.above.setdefault(one, one)
        while self.above[one] != one:
            self.above[one] = self.above[self.above[one]]
            one = self.above[one]
        return one

    def join(self, some: Iterable[Any]) -> None:
        first, *rest = [self.of(one) for one in some]
        for one in rest:
            self.above[self.of(one)] = self.of(first)


def _by_words(rows: Iterable[Seen], places: Mapping[int, frozenset[int]]) -> Groups:
    """Rows that agree by (2) or (3)."""
    groups, alike = Groups(), dict[Any, list[int]]()
    for row in rows:
        groups.of(row.pk)
        if row.apart:
            continue
        if row.phone_key:
            alike.setdefault(row.phone_key, []).append(row.pk)
        if row.name_key and row.commune_id is not None:
            for place in places[row.commune_id]:
                alike.setdefault((row.name_key, place), []).append(row.pk)
    for found in alike.values():
        groups.join(found)
    return groups


def people_of(
    rows: Iterable[Seen], same: Iterable[tuple[int, int]], places: Mapping[int, frozenset[int]]
) -> list[list[int]]:
    """The attendances (by their keys) of each person. `same`: pairs by (4); `places`: what became of each commune."""
    known = {row.pk: row for row in rows}
    same = list(same)
    numbers = Groups()  # ID numbers that an officer said are of one person
    for one, other in same:
        pair = [key for key in (known[one].id_key, known[other].id_key) if key]
        if pair:
            numbers.join(pair)
    groups = Groups()
    by_words = _by_words(known.values(), places)
    together: dict[int, list[Seen]] = {}
    for row in known.values():
        groups.of(row.pk)
        together.setdefault(by_words.of(row.pk), []).append(row)
    for found in together.values():
        if len({numbers.of(row.id_key) for row in found if row.id_key}) <= 1:
            groups.join(row.pk for row in found)
        else:
            bare = [row for row in found if not row.id_key]
            apart = _by_words(bare, places)
            for row in bare:
                groups.join((apart.of(row.pk), row.pk))
    by_number: dict[str, list[int]] = {}
    for row in known.values():
        if row.id_key:
            by_number.setdefault(row.id_key, []).append(row.pk)
    for pks in by_number.values():
        groups.join(pks)
    for pair_of_rows in same:
        groups.join(pair_of_rows)
    people: dict[int, list[int]] = {}
    for pk in sorted(known):
        people.setdefault(groups.of(pk), []).append(pk)
    return list(people.values())


def became(commune_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The last units that each unit went into, wholly or in part; itself where it is the last."""
    after: dict[int, set[int]] = {}
    todo = set(commune_ids)
    while todo:
        found: dict[int, set[int]] = {pk: set() for pk in todo}
        for old, new in AreaSuccession.objects.filter(old__in=todo).values_list("old_id", "new_id"):
            found[old].add(new)
        after |= found
        todo = {new for news in found.values() for new in news} - set(after)

    def last(pk: int, seen: frozenset[int]) -> frozenset[int]:
        news = after[pk] - seen
        return frozenset().union(*(last(new, seen | {pk}) for new in news)) if news else frozenset({pk})

    return {pk: last(pk, frozenset()) for pk in commune_ids}


def _affected(pks: set[int], keys: set[str]) -> tuple[dict[int, Attendance], list[tuple[int, int]]]:
    """Everything that shares a fingerprint or a word of an officer with these, and with what that is found by."""
    found: dict[int, Attendance] = {}
    pairs: set[tuple[int, int]] = set()
    seen: set[str] = set()
    while pks or keys:
        same = Q(pk__in=pks) | Q(id_key__in=keys) | Q(name_key__in=keys) | Q(phone_key__in=keys)
        rows = Attendance.objects.select_related("training_class__project").filter(same).order_by("pk")
        new = [row for row in rows if row.pk not in found]
        found |= {row.pk: row for row in new}
        seen |= keys
        fresh = {row.pk for row in new}
        linked = SamePerson.objects.filter(Q(one__in=fresh) | Q(other__in=fresh)).values_list("one_id", "other_id")
        pairs |= set(linked)
        pks = {pk for pair in linked for pk in pair} - set(found)
        keys = {key for row in new for key in (row.id_key, row.name_key, row.phone_key) if key} - seen
    return found, sorted(pairs)


def settle(pks: Iterable[int], keys: Iterable[str] = ()) -> None:
    """Work out anew who is one person around these attendances, and around the fingerprints some had before."""
    lock_name("training: who is one person")
    found, same = _affected(set(pks), {key for key in keys if key})
    rows = [Seen(r.pk, r.id_key, r.name_key, r.phone_key, r.commune_id, r.apart) for r in found.values()]
    lines: dict[int, Any] = {}

    def kept(row: Attendance) -> bool:
        province = row.training_class.project.province_id
        if province not in lines:
            lines[province] = locked_through(province)
        line = lines[province]
        return line is not None and row.training_class.counts_on <= line

    held = {pk: row.person for pk, row in found.items() if row.person is not None and kept(row)}
    for pks_of_one in people_of(rows, same, became({row.commune_id for row in rows if row.commune_id is not None})):
        others = {person for pk, person in held.items() if pk not in pks_of_one}
        here = [held[pk] for pk in pks_of_one if pk in held]
        free = [pk for pk in pks_of_one if pk not in others]
        person = min(here) if here else free[0] if free else -pks_of_one[0]  # a token, not a key: only equality counts
        change = [pk for pk in pks_of_one if pk not in held and found[pk].person != person]
        Attendance.objects.filter(pk__in=change).update(person=person)


def settle_all() -> None:
    """After the units themselves have changed."""
    pks = list(Attendance.objects.values_list("pk", flat=True))
    for first in range(0, len(pks), 500):
        settle(pks[first : first + 500])
