"""What classes and their rosters come to: attendances (lượt học viên) and people (số người), side by side.

Attendances of a class are what it says, or its roster where it says nothing; a class with neither is not reported.
People are those of rosters, each once (training/identity.py); a class without a roster reports attendances and no
people. Every breakdown adds up to its whole: what is not known stands under «unspecified».
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.models import Indicator
from training.models import AgeGroup, Attendance, CountingRule, CountUnit, Sex, TrainingClass, TrainingKind


@dataclass(frozen=True)
class Counts:
    """`attendances`, `people` None: no class reported any. `reported`, `rosters`: of how many `classes` they are."""

    classes: int
    reported: int
    attendances: int | None
    women_reported: int
    women: int | None
    rosters: int
    people: int | None


@dataclass(frozen=True)
class Part:
    """One line of a breakdown. `people` None: no class has a roster."""

    label: Any
    attendances: int
    people: int | None


def with_rosters(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Classes with `on_roster`, how many people their rosters have, and `came`, their attendances."""
    counted = rows.annotate(on_roster=Count("attendances"))
    rows = counted.annotate(came=Coalesce("total", NullIf("on_roster", 0)))
    return rows


def _plain(rows: QuerySet[Any]) -> Any:
    return TrainingClass.objects.filter(pk__in=rows.order_by().values("pk")).order_by()


def counts(rows: QuerySet[Any]) -> Counts:
    """Of all classes of a query together."""
    found = with_rosters(_plain(rows)).aggregate(
        classes=Count("pk"),
        reported=Count("came"),
        attendances=Sum("came"),
        women_reported=Count("women"),
        women=Sum("women"),
        rosters=Count("pk", filter=Q(on_roster__gt=0)),
    )
    people = Attendance.objects.filter(training_class__in=rows.order_by().values("pk"))
    number = people.aggregate(people=Count("person", distinct=True))["people"]
    return Counts(**found, people=number if found["rosters"] else None)


def by_kind(rows: QuerySet[Any]) -> list[tuple[str, str, Counts]]:
    """(code, words, counts) of each kind there is: kinds are different targets and are not added together."""
    kinds = set(rows.order_by().values_list("kind", flat=True))
    return [(kind.value, str(kind.label), counts(rows.filter(kind=kind))) for kind in TrainingKind if kind in kinds]


UNSPECIFIED = gettext_lazy("Unspecified")


def breakdowns(rows: QuerySet[Any]) -> list[tuple[str, list[Part]]]:
    """By sex, age and commune of origin; each adds up to the attendances and to the people of `counts`. A person who
    said different things counts under what the latest class has."""
    classes = list(with_rosters(_plain(rows)).values_list("total", "women", "on_roster"))
    facts = list(
        Attendance.objects.filter(training_class__in=rows.order_by().values("pk"))
        .order_by("training_class__ends_on", "pk")
        .values_list("person", "sex", "age_group", "commune__full_name")
    )
    sexes: Counter[str] = Counter(sex for _person, sex, _age, _commune in facts)
    ages: Counter[str] = Counter(age for _person, _sex, age, _commune in facts)
    places: Counter[str] = Counter(commune or "" for *_rest, commune in facts)
    for total, women, on_roster in classes:
        rest = max(0, (total or 0) - on_roster)
        ages[""] += rest
        places[""] += rest
        if not on_roster and women is not None:
            sexes[Sex.FEMALE] += women
            sexes[Sex.MALE] += rest - women
        else:
            sexes[""] += rest
    latest = {person: (sex, age, commune or "") for person, sex, age, commune in facts}
    of_people = [Counter(said[number] for said in latest.values()) for number in range(3)]
    communes = sorted({*places, *of_people[2]} - {""})
    known = bool(facts)
    return [
        (_("Sex"), _parts([(sex.value, sex.label) for sex in Sex], sexes, of_people[0], known)),
        (_("Age"), _parts([(age.value, age.label) for age in AgeGroup], ages, of_people[1], known)),
        (_("Commune"), _parts([(name, name) for name in communes], places, of_people[2], known)),
    ]


def _parts(labels: Iterable[tuple[str, Any]], came: Counter[str], people: Counter[str], known: bool) -> list[Part]:
    found = [Part(label, came[code], people[code] if known else None) for code, label in labels]
    return [*found, Part(UNSPECIFIED, came[""], people[""] if known else None)]


# --- towards a target -------------------------------------------------------------------------------------------------


def rule_on(indicator: Indicator, day: dt.date, db: str = "default") -> CountingRule | None:
    """The rule in force, the latest where there are several."""
    rows = CountingRule.objects.using(db).filter(indicator=indicator).valid_on(day).order_by("valid_from", "pk")
    found: CountingRule | None = rows.last()
    return found


@dataclass(frozen=True)
class Towards:
    """What counts towards an indicator on a day."""

    unit: str
    kinds: frozenset[str]
    topics: frozenset[int]

    def takes(self, row: TrainingClass) -> bool:
        return row.kind in self.kinds or row.topic_id in self.topics


def towards(indicator: Indicator, day: dt.date, db: str = "default") -> Towards | None:
    """By the rule in force, else by the reference data; None where no class counts towards it."""
    rule = rule_on(indicator, day, db)
    if rule is not None:
        topics = frozenset(rule.subjects.using(db).values_list("pk", flat=True))
        return Towards(rule.unit, frozenset(rule.kinds.split()), topics)
    if indicator.training_kinds:
        return Towards(CountUnit.ATTENDANCES, frozenset(indicator.training_kinds.split()), frozenset())
    return None


def people_by_class(class_ids: Iterable[int], db: str = "default") -> dict[int, set[int]]:
    """Who was in which class; a class without a roster is not there."""
    found: dict[int, set[int]] = {}
    rows = Attendance.objects.using(db).filter(training_class__in=list(class_ids))
    for pk, person in rows.values_list("training_class_id", "person"):
        assert person is not None
        found.setdefault(pk, set()).add(person)
    return found
