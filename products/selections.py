"""Selections: entering a round, its council and entries, scoring, deciding, certificates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import changed, record
from audit.steps import Move
from core import clock
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from core.locks import lock
from core.money import group
from core.text import nfc
from places.models import Area
from products.models import (
    Certificate,
    CouncilMember,
    CouncilRole,
    Criterion,
    Product,
    Result,
    RoundCriterion,
    RoundState,
    Score,
    SelectionEntry,
    SelectionLevel,
    SelectionRound,
)
from products.permissions import may_enter, may_run, may_score_for
from products.services import fresh, past, same_version
from products.states import ROUND
from programmes.locking import is_locked
from projects.exceptions import SELECTIONS, Where, counting
from projects.exceptions import note as note_exception
from projects.models import LockException, Project

BEFORE_SCORING = (RoundState.OPEN, RoundState.ENTRIES_CLOSED)


@dataclass(frozen=True)
class RoundData:
    """What is typed of a round. `project`: the one that paid for it."""

    level: SelectionLevel
    year: int
    province: Area
    name: str
    organiser: str
    region: str = ""
    decision_no: str = ""
    decision_on: dt.date | None = None
    entries_until: dt.date | None = None
    project: Project | None = None


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def _round(data: RoundData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: getattr(data, name) for name in RoundData.__dataclass_fields__}
    values |= {name: _line(values[name]) for name in ("name", "organiser", "region", "decision_no")}
    for name, text in (("name", _("Enter the name.")), ("organiser", _("Say who organises it."))):
        if not values[name]:
            errors[name] = text
    if not 2010 <= data.year <= 2100:
        errors["year"] = _("Enter a year, for example 2026.")
    past(data.decision_on, "decision_on", errors)
    day = data.decision_on or data.entries_until or dt.date(min(max(data.year, 2010), 2100), 1, 1)
    if not data.level.in_force_on(day):
        errors["level"] = _("There are no selections of this level on %(day)s.") % {"day": f"{day:%d/%m/%Y}"}
    if data.project is not None and data.project.province_id != data.province.pk:
        errors["project"] = _("This project is one of another province.")
    elif data.project is not None and data.project.decided_on is None:
        errors["project"] = _("This project is not approved.")
    if errors:
        raise Invalid(fields=errors)
    return values


def _known() -> Conflict:
    text = _("There is a round of this level, year and name already.")
    return Conflict(text, code="duplicate", fields={"name": text})


@transaction.atomic
def create_round(data: RoundData, *, actor: "User") -> SelectionRound:
    """Enter a round. It takes the criteria in force on its day with their weights, as far as they are known."""
    may_enter(data.province.pk, actor).require()
    values = _round(data)
    try:
        with transaction.atomic():
            row: SelectionRound = SelectionRound.objects.create(**values)
    except IntegrityError as error:
        raise _known() from error
    day = data.decision_on or clock.today()
    criteria = Criterion.objects.valid_on(day).filter(Q(level__isnull=True) | Q(level=data.level))
    if data.level.own_council:
        RoundCriterion.objects.bulk_create(
            RoundCriterion(round=row, criterion=one, name=one.name, weight=one.weight, max_score=one.max_score)
            for one in criteria
        )
    record(row, "create", actor=actor, changes=fresh(values))
    return row


@transaction.atomic
def change_round(row: SelectionRound, data: RoundData, *, actor: "User", version: int | None = None) -> SelectionRound:
    """Change it until its results are decided. With entries it keeps its level."""
    row = lock(row, "level", "province", "project")
    may_run(row, actor).require()
    _require_undecided(row)
    values = _round(data)
    same_version(row, version)
    changes = changed(row, values)
    if {"level", "province"} & set(changes):
        raise Invalid(fields={"level": _("A round keeps its level; enter another round.")})
    first = row.entries.aggregate(first=Min("counts_on"))["first"]
    if "project" in changes and first is not None and is_locked(row.province_id, first):
        raise Invalid(fields={"project": _("Entries of this round count in the locked time; its project stays.")})
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _known() from error
        record(row, "change", actor=actor, changes=changes)
    return row


def _require_undecided(row: SelectionRound) -> None:
    if row.is_decided:
        raise WrongState(_("The results of this round are decided; it stays as it is."))


# --- council and criteria ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MemberData:
    name: str
    title: str = ""
    role: str = CouncilRole.MEMBER
    user: User | None = None


@dataclass(frozen=True)
class CriterionData:
    """Weight and highest score of one criterion in this round. None: not known."""

    row: RoundCriterion
    weight: Decimal | None
    max_score: Decimal | None


def people_for(row: SelectionRound) -> "QuerySet[User]":
    """Whose accounts may sit on the council: people of the province."""
    rows: QuerySet[User] = User.objects.filter(is_active=True, grants__area=row.province, kind="person").distinct()
    return rows.order_by("full_name")


@transaction.atomic
def set_council(
    row: SelectionRound,
    members: Sequence[MemberData],
    criteria: Iterable[CriterionData] = (),
    *,
    actor: "User",
    version: int | None = None,
) -> SelectionRound:
    """Who sits on the council, and the weights of this round. Before scoring begins."""
    row = lock(row, "level")
    may_run(row, actor).require()
    same_version(row, version)
    if row.state not in BEFORE_SCORING or not row.level.own_council:
        raise WrongState(_("Council and weights are set before scoring begins."))
    errors: dict[str, str] = {}
    names = [_line(member.name) for member in members]
    if any(not name for name in names):
        errors["members"] = _("Enter the name of each member.")
    if len(set(names)) != len(names):
        errors["members"] = _("The same name stands there twice.")
    criteria = list(criteria)
    for one in criteria:
        if one.weight is not None and not 0 < one.weight <= 100:
            errors["criteria"] = _("A weight lies above 0 and is at most 100.")
        if one.max_score is not None and not 0 < one.max_score <= 1000:
            errors["criteria"] = _("A highest score lies above 0 and is at most 1000.")
    weights = [one.weight for one in criteria]
    total = sum(w for w in weights if w is not None)
    if weights and None not in weights and total != 100:
        said = _("The weights must add up to 100; they add up to %(total)s.") % {"total": group(total)}
        errors.setdefault("criteria", said)
    if errors:
        raise Invalid(fields=errors)
    before = [str(member) for member in row.council.all()]
    old = [f"{one.name}: {one.weight}, {one.max_score}" for one in row.criteria.all()]
    row.council.all().delete()
    CouncilMember.objects.bulk_create(
        CouncilMember(round=row, name=name, title=_line(member.title), role=member.role, user=member.user)
        for name, member in zip(names, members, strict=True)
    )
    for one in criteria:
        if one.row.round_id != row.pk:
            raise Invalid(fields={"criteria": _("Choose one of the list.")})
        RoundCriterion.objects.filter(pk=one.row.pk).update(weight=one.weight, max_score=one.max_score)
    new = [f"{one.name}: {one.weight}, {one.max_score}" for one in row.criteria.all()]
    changes: dict[str, tuple[Any, Any]] = {}
    if before != names:
        changes["council"] = (before, names)
    if old != new:
        changes["criteria"] = (old, new)
    if changes:
        row.version += 1
        row.save()
        record(row, "set_council", actor=actor, changes=changes)
    return row


# --- entries ----------------------------------------------------------------------------------------------------------


def lower_certificates(row: SelectionRound, products: Any = None) -> "Any":
    """Certificates of a lower level, with which a product may enter this round."""
    found = Certificate.objects.filter(
        entry__round__level__position__lt=row.level.position, entry__round__province=row.province_id
    )
    if products is not None:
        found = found.filter(entry__product__in=products)
    return found.select_related("entry__product", "entry__round__level").order_by("-issued_on", "id")


def _where(row: SelectionRound, product: Product | None = None) -> Where:
    """What an entry or a certificate belongs to; the results of the round where no product is named."""
    area = row.province_id if product is None else product.enterprise.area_id
    return Where(row.province_id, (row.project_id,) if row.project_id else (), (area,))


def _tell(exception: LockException | None, row: SelectionRound, what: str, actor: "User") -> None:
    if exception is not None:
        note_exception(exception, row, f"{row.name}: {what}", actor=actor)


@transaction.atomic
def enter_product(
    row: SelectionRound,
    product: Product,
    registered_on: dt.date,
    *,
    actor: "User",
    certificate: Certificate | None = None,
) -> SelectionEntry:
    """Register a product for the round, with the certificate of a lower level where it has one."""
    row = lock(row, "level", "province")
    may_run(row, actor).require()
    if row.state != RoundState.OPEN:
        raise WrongState(_("Entries are closed. Open them again first."))
    errors: dict[str, str] = {}
    past(registered_on, "registered_on", errors)
    if row.entries_until is not None and registered_on > row.entries_until:
        errors["registered_on"] = _("The deadline was %(day)s.") % {"day": f"{row.entries_until:%d/%m/%Y}"}
    if product.enterprise.province_id != row.province_id:
        errors["product"] = _("This product is one of another province.")
    elif SelectionEntry.objects.filter(round=row, product=product).exists():
        errors["product"] = _("This product is entered already.")
    if certificate is not None:
        known = lower_certificates(row, [product.pk]).filter(pk=certificate.pk).exists()
        if not known:
            errors["certificate"] = _("Choose a certificate of this product from a lower level.")
        elif not certificate.holds_on(registered_on):
            errors["certificate"] = _("This certificate is not valid on the day of the entry.")
    if errors:
        raise Invalid(fields=errors)
    counts_on, exception = counting(SELECTIONS, _where(row, product), registered_on, actor)
    values = {"product": product, "registered_on": registered_on, "from_certificate": certificate}
    entry: SelectionEntry = SelectionEntry.objects.create(
        round=row, counts_on=counts_on, exception=exception, exception_at=clock.now() if exception else None, **values
    )
    _tell(exception, row, _("Entry of «%(name)s»") % {"name": product.name}, actor)
    record(entry, "enter_product", actor=actor, changes=fresh(values), within=row)
    return entry


@transaction.atomic
def remove_entry(entry: SelectionEntry, note: str, *, actor: "User") -> None:
    """Take an entry back while entries are open. The trail keeps that it was there, and why it went."""
    row = lock(entry.round, "level")
    entry = lock(entry, "product")
    may_run(row, actor).require()
    if row.state != RoundState.OPEN:
        raise WrongState(_("Entries are closed. Open them again first."))
    if is_locked(row.province_id, entry.counts_on):
        raise WrongState(_("This entry counts in the locked time and stays."), code="locked")
    if entry.scores.exists():
        raise WrongState(_("This entry has scores and stays."))
    if not note.strip():
        raise Invalid(fields={"note": _("Give the reason.")})
    record(
        entry, "remove_entry", actor=actor, note=note.strip(), within=row, changes={"product": (entry.product, None)}
    )
    entry.delete()


# --- scores -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_scores(
    member: CouncilMember,
    scores: Mapping[tuple[SelectionEntry, RoundCriterion], Decimal | None],
    *,
    actor: "User",
) -> int:
    """Store what a member gave. None takes a score away: it is missing then, not zero. Gives how many changed."""
    row = lock(member.round, "level")
    member.round = row
    may_score_for(member, actor).require()
    if row.state != RoundState.SCORING:
        raise WrongState(_("Scores are entered while the round is being scored."))
    known = {(one.entry_id, one.criterion_id): one for one in Score.objects.filter(member=member)}
    errors: dict[str, str] = {}
    changes: dict[str, tuple[Any, Any]] = {}
    for (entry, criterion), value in scores.items():
        if entry.round_id != row.pk or criterion.round_id != row.pk:
            raise Invalid(fields={"scores": _("Choose one of the list.")})
        where = f"score-{entry.pk}-{criterion.pk}"
        highest = criterion.max_score if criterion.max_score is not None else Decimal(1000)
        if value is not None and not 0 <= value <= highest:
            errors[where] = _("Points lie between 0 and %(max)s.") % {"max": f"{highest.normalize():f}"}
            continue
        old = known.get((entry.pk, criterion.pk))
        if (old.value if old else None) == value:
            continue
        if old is None:
            assert value is not None
            Score.objects.create(entry=entry, member=member, criterion=criterion, value=value, recorded_by=actor)
        elif value is None:
            old.delete()
        else:
            old.value, old.recorded_by, old.recorded_at = value, actor, clock.now()
            old.save()
        changes[f"{entry.product.name}: {criterion.name}"] = (old.value if old else None, value)
    if errors:
        raise Invalid(fields=errors)
    if changes:
        said = [f"{name} = {new if new is not None else '–'}" for name, (_old, new) in changes.items()]
        record(row, "give_scores", actor=actor, changes={"scores": (None, said), "council": (None, member.name)})
    return len(changes)


@dataclass
class Standing:
    """An entry with what its scores come to: the mean of each criterion over those who scored it, and the total out of
    100, None where a weight, a highest score or all scores of a criterion are missing. `missing`: scores not given."""

    entry: SelectionEntry
    means: dict[int, Decimal | None] = field(default_factory=dict)
    total: Decimal | None = None
    missing: int = 0


def _rounded(value: Fraction) -> Decimal:
    """To four places, halves up, without a step in between."""
    return Decimal((2 * value.numerator * 10_000 + value.denominator) // (2 * value.denominator)).scaleb(-4)


def standings(row: SelectionRound, entries: Any = None) -> list[Standing]:
    """Entries with their totals, the highest first, those without a total last. Fractions are exact until the last
    step: the total is Σ weight × mean ÷ highest score, rounded to four places."""
    rows = list((row.entries.all() if entries is None else entries).select_related("product__enterprise"))
    criteria, members = list(row.criteria.all()), row.council.count()
    given: dict[tuple[int, int], list[Fraction]] = defaultdict(list)
    for entry_id, criterion_id, value in Score.objects.filter(entry__round=row).values_list(
        "entry", "criterion", "value"
    ):
        given[entry_id, criterion_id].append(Fraction(value))
    found = []
    for entry in rows:
        standing = Standing(entry)
        total: Fraction | None = Fraction(0) if criteria else None
        for one in criteria:
            values = given[entry.pk, one.pk]
            standing.missing += members - len(values)
            mean = sum(values, Fraction(0)) / len(values) if values else None
            standing.means[one.pk] = _rounded(mean) if mean is not None else None
            if mean is None or one.weight is None or one.max_score is None:
                total = None
            elif total is not None:
                total += Fraction(one.weight) * mean / Fraction(one.max_score)
        standing.total = _rounded(total) if total is not None else None
        found.append(standing)
    return sorted(found, key=lambda s: (s.total is None, -(s.total or 0), s.entry.pk))


# --- steps ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_round_step(
    row: SelectionRound, code: str, *, actor: "User", note: str = "", data: Mapping[str, Any] | None = None
) -> SelectionRound:
    """Take a step. `data`: number, on and results {entry id: (result, reason)} to decide; certificates {entry id:
    (number, issued_on, valid_to)} to certify."""
    row = lock(row, "level", "province", "project")
    step = ROUND.step_for(row, code)
    if step is None:
        raise WrongState(_("This kind of round has no such step."))
    ROUND.advance(row, step, actor=actor, note=note, data=data)
    return row


@ROUND.guard("close_entries")
def _some_entries(row: SelectionRound, move: Move) -> None:
    if not row.entries.exists():
        raise Invalid(_("No product is entered yet."))


@ROUND.guard("begin_scoring")
def _council_sits(row: SelectionRound, move: Move) -> None:
    if not row.council.exists() or not row.criteria.exists():
        raise Invalid(_("Enter the council and its criteria first."))


@ROUND.guard("decide_results")
def _results(row: SelectionRound, move: Move) -> None:
    """Each entry gets a result, those not recognised with the reason, in the same moment as the decision."""
    number, on, results = _line(move.data.get("number") or ""), move.data.get("on"), move.data.get("results") or {}
    errors: dict[str, str] = {}
    if not number:
        errors["number"] = _("Enter the number.")
    if on is None:
        errors["on"] = _("Enter the date.")
    past(on, "on", errors)
    told = standings(row)
    for standing in told:
        result, reason = results.get(standing.entry.pk, ("", ""))
        if result not in Result.values:
            errors[f"result-{standing.entry.pk}"] = _("Choose the result.")
        elif result == Result.NOT_RECOGNISED and not reason.strip():
            errors[f"reason-{standing.entry.pk}"] = _("Give the reason.")
        if on is not None and standing.entry.registered_on > on:
            errors.setdefault("on", _("The date lies before an entry."))
    if errors:
        raise Invalid(fields=errors)
    for standing in told:
        entry = standing.entry
        entry.result, entry.reason = results[entry.pk][0], _line(results[entry.pk][1])[:500]
        entry.score = standing.total
        entry.save()
    recognised = [s.entry.product.name for s in told if s.entry.result == Result.RECOGNISED]
    row.result_no, row.result_on = number, on
    row.counts_on, exception = counting(SELECTIONS, _where(row), on, move.actor)  # type: ignore[arg-type]
    if exception is not None:
        row.exception, row.exception_at = exception, clock.now()
        _tell(exception, row, _("Results decided"), move.actor)
    move.changes["result_no"] = (None, number)
    move.changes["result_on"] = (None, on)
    move.changes["recognised"] = (None, recognised)


@ROUND.guard("certify")
def _certificates(row: SelectionRound, move: Move) -> None:
    """Every recognised entry gets its certificate."""
    given, errors = move.data.get("certificates") or {}, {}
    entries = list(row.entries.filter(result=Result.RECOGNISED).select_related("product__enterprise"))
    numbers: list[str] = []
    for entry in entries:
        number, issued_on, valid_to = given.get(entry.pk, ("", None, None))
        number = _line(number or "")
        if not number or issued_on is None:
            errors[f"number-{entry.pk}"] = _("Enter number and date of the certificate.")
        elif number in numbers:
            errors[f"number-{entry.pk}"] = _("The same number stands there twice.")
        elif issued_on > clock.today():
            errors[f"issued_on-{entry.pk}"] = _("The date lies in the future.")
        elif row.result_on is not None and issued_on < row.result_on:
            errors[f"issued_on-{entry.pk}"] = _("The date lies before the decision on the results.")
        elif valid_to is not None and valid_to < issued_on:
            errors[f"valid_to-{entry.pk}"] = _("The last day lies before the first.")
        numbers.append(number)
    if errors:
        raise Invalid(fields=errors)
    made = []
    known: dict[tuple[int, dt.date], tuple[dt.date, LockException | None]] = {}  # one question for a place and a day
    for entry in entries:
        number, issued_on, valid_to = given[entry.pk]
        place = entry.product.enterprise.area_id, issued_on
        if place not in known:
            known[place] = counting(SELECTIONS, _where(row, entry.product), issued_on, move.actor)
        counts_on, exception = known[place]
        one = Certificate(
            entry=entry, number=_line(number), issued_on=issued_on, valid_to=valid_to, counts_on=counts_on,
            exception=exception, exception_at=clock.now() if exception else None,
        )  # fmt: skip
        _tell(exception, row, _("Certificate %(number)s") % {"number": one.number}, move.actor)
        made.append(one)
    Certificate.objects.bulk_create(made)
    move.changes["certificates"] = (None, numbers)


def my_seat(row: SelectionRound, user: "User") -> CouncilMember | None:
    """The member of the council this person is."""
    found: CouncilMember | None = row.council.filter(user=user).first()
    return found


def require_may_see_scores(row: SelectionRound, user: "User") -> None:
    """Scores are for those who work in the province and for the council."""
    if not (may_run(row, user) or my_seat(row, user) or row.province_id in user.sight.province_ids):
        raise NotAllowed(_("Scores are read by the department, the centre and the council."))
