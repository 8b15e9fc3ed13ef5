"""Rosters: entering people, changing and removing one, seeing an ID number, who is the same person, erasing.

The audit trail says what was done to which row of a roster, never a name, year, telephone or number: it is kept for
ever and the roster is not. Nothing of a person is in an error's text either.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.locks import lock
from core.models import Verified
from core.sealed import seal, unseal
from core.text import fold, nfc
from places.models import Area, AreaClosure, Level
from programmes.locking import is_locked
from projects.exceptions import ROSTERS, covering, where
from projects.exceptions import note as note_exception
from projects.models import LockException
from training.identity import Keys, keys_of, settle
from training.models import Attendance, Roster, RosterRetention, SamePerson, Sex, Trainee, TrainingClass
from training.permissions import may_keep_roster, may_look_at_roster
from training.reading import masked, read_id_number, read_phone
from training.services import age_group, require_not_locked, require_open

if TYPE_CHECKING:
    from accounts.models import User

MOST = 1_000  # people of one class
HIDDEN = "…"  # stands in the trail for what was and what is
_MANY_DIGITS = re.compile(r"(?:\d[ .\-]?){7,}\d")
_TOLD = ("attended_percent", "certificate_on", "works_after", "works_asked_on")  # may still be told of a locked class


@dataclass(frozen=True)
class TraineeData:
    """What is typed of a person in a class. `sex`: female, male or "" (unspecified); birth_year, commune None and
    phone, id_number "": not known. attended_percent: share of the sessions; works_after None: not known."""

    name: str
    sex: str = ""
    birth_year: int | None = None
    commune: Area | None = None
    phone: str = ""
    id_number: str = ""
    attended_percent: int | None = None
    certificate_no: str = ""
    certificate_on: dt.date | None = None
    works_after: bool | None = None
    works_asked_on: dt.date | None = None


def roster_of(row: TrainingClass) -> Roster:
    """Its roster; one not stored yet where nothing was said of it."""
    found: Roster | None = Roster.objects.filter(training_class=row).first()
    return found or Roster(training_class=row)


@contextmanager
def _quiet() -> Iterator[None]:
    """A database that refuses a row tells what stood in it: that goes into no log and no answer."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:
        raise Conflict(_("This could not be stored. Load the page again.")) from None


def plain_reason(text: str, *people: Trainee, field: str = "reason") -> str:
    """A reason goes into the trail: it may hold no number and no name of a person. Raises Invalid."""
    text = " ".join(nfc(text).split())
    if not text:
        raise Invalid(fields={field: _("Give the reason.")})
    if _MANY_DIGITS.search(text) or any(fold(person.name) in fold(text) for person in people):
        raise Invalid(fields={field: _("Leave out names and numbers of people: the reason is kept for ever.")})
    return text[:500]


def _checked(data: TraineeData, *, needs_id: bool, keeps_id: bool = False) -> tuple[TraineeData, dict[str, str]]:
    errors: dict[str, str] = {}

    def read(name: str, parse: Any) -> str:
        try:
            return str(parse(getattr(data, name)))
        except ValueError as error:
            errors[name] = str(error)
            return ""

    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name.")
    elif len(name) > 200 or any(char.isdigit() for char in name):
        errors["name"] = _("A name has letters only, 200 at most.")
    if data.sex not in ("", *Sex.values):
        errors["sex"] = _("Write nam or nữ, or leave it empty.")
    if data.birth_year is not None and not 1900 <= data.birth_year <= clock.today().year:
        errors["birth_year"] = _("Enter the year of birth with four digits, for example 1985.")
    if data.commune is not None and data.commune.level != Level.COMMUNE:
        errors["commune"] = _("Choose a commune.")
    phone, number = read("phone", read_phone), read("id_number", read_id_number)
    if number and not needs_id:
        errors["id_number"] = _("This class keeps no ID numbers. Say first which voucher needs them.")
    elif needs_id and not number and not keeps_id and "id_number" not in errors:
        errors["id_number"] = _("The voucher of this class needs the ID number.")
    if data.attended_percent is not None and not 0 <= data.attended_percent <= 100:
        errors["attended_percent"] = _("Enter a percentage from 0 to 100.")
    if data.works_after is not None and data.works_asked_on is None:
        errors["works_asked_on"] = _("Enter the day on which this was asked.")
    for field in ("certificate_on", "works_asked_on"):
        day = getattr(data, field)
        if day is not None and day > clock.today():
            errors[field] = _("This day is still to come.")
    certificate = " ".join(nfc(data.certificate_no).split())
    if certificate and data.certificate_on is None:
        errors["certificate_on"] = _("Enter the day of the certificate.")
    return replace(data, name=name, phone=phone, id_number=number, certificate_no=certificate[:60]), errors


def _elsewhere(row: TrainingClass, rows: Sequence[TraineeData]) -> set[int]:
    """Communes among these that never lay in the province of the class."""
    wanted = {data.commune.pk for data in rows if data.commune is not None}
    inside = AreaClosure.objects.filter(ancestor_id=row.project.province_id, area_id__in=wanted)
    return wanted - set(inside.values_list("area_id", flat=True)) if wanted else set()


def _keys(data: TraineeData) -> Keys:
    return keys_of(data.name, data.birth_year, data.sex, data.phone, data.id_number)


def _is_there(row: TrainingClass, data: TraineeData, keys: Keys, without: int | None = None) -> Attendance | None:
    """The same person in the same class: same number, or same name with the same year and sex and place, or telephone.
    With different ID numbers they are namesakes."""
    same = Q(pk__in=[])
    if keys.id_key:
        same |= Q(id_key=keys.id_key)
    others = Q(id_key="") if keys.id_key else Q()
    if keys.phone_key:
        same |= others & Q(phone_key=keys.phone_key, apart=False)
    if keys.name_key and data.commune is not None:
        same |= others & Q(name_key=keys.name_key, commune=data.commune, apart=False)
    if not keys.phone_key and not keys.name_key and not keys.id_key:
        same |= Q(trainee__name=data.name, name_key="", phone_key="", id_key="")
    found: Attendance | None = row.attendances.filter(same).exclude(pk=without or 0).order_by("number").first()
    return found


def find_trainee(row: TrainingClass, data: TraineeData) -> Trainee | None:
    """Who stands on the roster of this class already with the same identity; for lists that are taken in twice."""
    clean, errors = _checked(data, needs_id=True, keeps_id=True)
    if errors:
        return None
    found = _is_there(row, clean, _keys(clean))
    return Trainee.objects.select_related("attendance").filter(attendance=found).first() if found else None


def require_kept(row: TrainingClass) -> None:
    """Raise WrongState once the roster was erased."""
    if roster_of(row).erased_at is not None:
        raise WrongState(_("This roster was erased when its time was over. Its counts stay."), code="erased")


def _begin(row: TrainingClass, actor: "User") -> TrainingClass:
    row = lock(row, "project")
    may_keep_roster(row.project, actor).require()
    require_kept(row)
    return row


def _require_countable(row: TrainingClass, actor: "User") -> LockException | None:
    """As `_exception_for`, in a project in which classes are still entered."""
    require_open(row.project)
    return _exception_for(row, actor)


def _exception_for(row: TrainingClass, actor: "User") -> LockException | None:
    """Raise WrongState where the class counts in the locked time and no exception opens its roster to the person; gives
    it."""
    if not is_locked(row.project.province_id, row.counts_on):
        return None
    exception = covering(ROSTERS, where(row.project), actor)
    if exception is None:
        require_not_locked(row)
    return exception


def roster_is_closed(row: TrainingClass, user: "User") -> bool:
    """Who is counted of the class stays as it is for this person."""
    locked = is_locked(row.project.province_id, row.counts_on)
    return locked and covering(ROSTERS, where(row.project), user) is None


def _take_in_hand(attendance: Attendance, exception: LockException | None) -> None:
    """Within an exception a row may be changed, removed or given another person. Its person is open until `settle`."""
    if exception is not None:
        attendance.person, attendance.exception, attendance.exception_at = None, exception, clock.now()
        attendance.save(update_fields=["apart", "person", "exception", "exception_at"])


def _tell(exception: LockException | None, row: TrainingClass, what: str, actor: "User") -> None:
    """Who it was stands in no history."""
    if exception is not None:
        words = _("Roster of class «%(subject)s» of project %(project)s: %(what)s") % {
            "subject": row.subject, "project": row.project.code, "what": what,
        }  # fmt: skip
        note_exception(exception, row, words, actor=actor)


def _require_room(row: TrainingClass, more: int) -> None:
    people = row.attendances.count() + more
    if people > MOST:
        raise Invalid(_("A class has at most %(most)s people on its roster.") % {"most": MOST}, code="too_many")
    if row.total is not None and people > row.total:
        raise Invalid(
            _("The class counts %(total)s learners; the roster would have %(people)s people. Correct the count first.")
            % {"total": row.total, "people": people},
            code="more_than_counted",
        )


@transaction.atomic
def add_trainees(training_class: TrainingClass, rows: Sequence[TraineeData], *, actor: "User") -> list[Trainee]:
    """Put people on the roster, all of them or none. Raises Invalid with errors by row and field (`0.name`: the name of
    the first row), also for somebody who stands on it already (`find_trainee` tells before)."""
    row = _begin(training_class, actor)
    roster = roster_of(row)
    clean: list[TraineeData] = []
    errors: dict[str, str] = {}
    for place, typed in enumerate(rows):
        data, wrong = _checked(typed, needs_id=roster.needs_id)
        clean.append(data)
        errors |= {f"{place}.{field}": text for field, text in wrong.items()}
    if elsewhere := _elsewhere(row, clean):
        errors |= {
            f"{place}.commune": _("Choose a commune of the province.")
            for place, data in enumerate(clean)
            if data.commune is not None and data.commune.pk in elsewhere
        }
    if not rows:
        raise Invalid(_("Enter at least one person."), code="empty")
    if errors:
        raise Invalid(fields=errors)
    exception = _require_countable(row, actor)
    _require_room(row, len(clean))
    before = row.attendances.count()
    number = row.attendances.aggregate(last=Max("number"))["last"] or 0
    made: list[Trainee] = []
    for place, data in enumerate(clean):
        keys = _keys(data)
        there = _is_there(row, data, keys)
        if there is not None:
            errors[f"{place}.name"] = _("This person stands in row %(number)s already.") % {"number": there.number}
            continue
        number += 1
        with _quiet():
            attendance = Attendance.objects.create(
                training_class=row, number=number, **vars(keys), **_counted(row, data),
                exception=exception, exception_at=clock.now() if exception else None,
            )  # fmt: skip
            made.append(Trainee.objects.create(attendance=attendance, **_named(attendance, data)))
    if errors:
        raise Invalid(fields=errors)
    settle([one.attendance_id for one in made])
    _tell(exception, row, _("%(count)s people added") % {"count": len(made)}, actor)
    record(row, "add_trainees", actor=actor, changes={"roster": (before, before + len(made))}, within=row.project)
    return made


def _counted(row: TrainingClass, data: TraineeData) -> dict[str, Any]:
    facts = {name: getattr(data, name) for name in _TOLD}
    return {"sex": data.sex, "age_group": age_group(data.birth_year, row.ends_on), "commune": data.commune, **facts}


def _too_seldom(row: TrainingClass, data: TraineeData) -> dict[str, str]:
    """Against a certificate: less of the sessions attended than a verified subject wants."""
    topic, came = row.topic, data.attended_percent
    least = topic.certificate_percent if topic is not None and topic.verified == Verified.YES else None
    if least is None or came is None or came >= least:
        return {}
    said = {"least": least, "came": came}
    return {"certificate_on": _("This subject wants %(least)s %% of the sessions; %(came)s %% were attended.") % said}


def _named(attendance: Attendance, data: TraineeData) -> dict[str, Any]:
    number = data.id_number
    hidden = {"id_sealed": seal(number, str(attendance.public_id)), "id_masked": masked(number)} if number else {}
    named = {name: getattr(data, name) for name in ("name", "birth_year", "phone", "certificate_no")}
    return {**named, **hidden}


def _trainee(attendance: Attendance) -> Trainee:
    found: Trainee | None = Trainee.objects.filter(attendance=attendance).first()
    if found is None:
        raise NotFound()
    return found


def data_of(person: Trainee) -> TraineeData:
    """What is stored of it, without the ID number."""
    row = person.attendance
    told = {name: getattr(row, name) for name in _TOLD}
    named = {name: getattr(person, name) for name in ("name", "birth_year", "phone", "certificate_no")}
    return TraineeData(sex=row.sex, commune=row.commune, **named, **told)


@transaction.atomic
def change_trainee(
    attendance: Attendance, data: TraineeData, *, actor: "User", version: int | None = None
) -> Attendance:
    """Correct one row. An empty ID number keeps the stored one. Who the person is is worked out anew. Of a class that
    counts in the locked time only telephone, certificate, attendance and work may still be told, unless an exception
    opens the roster."""
    row = _begin(attendance.training_class, actor)
    attendance = lock(attendance)
    person = _trainee(attendance)
    if version is not None and version != attendance.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    clean, errors = _checked(data, needs_id=roster_of(row).needs_id, keeps_id=True)
    if clean.commune != attendance.commune and _elsewhere(row, [clean]):
        errors["commune"] = _("Choose a commune of the province.")
    if attendance.presences.exists() and clean.attended_percent != attendance.attended_percent:
        errors["attended_percent"] = _("It is worked out from the sessions. Change it there.")
    if clean.certificate_on is not None and clean.certificate_on != attendance.certificate_on:
        errors |= _too_seldom(row, clean)
    if errors:
        raise Invalid(fields=errors)
    keys = _keys(clean)
    if not clean.id_number:  # the fingerprint also outlives the need of a voucher
        keys = replace(keys, id_key=attendance.id_key)
    who = {"sex", "age_group", "commune"}
    counted, named = changed(attendance, _counted(row, clean)), _named(attendance, clean)
    other = changed(person, {name: named[name] for name in ("name", "birth_year", "phone", "certificate_no")})
    renumbered = keys.id_key != attendance.id_key
    if not counted and not other and not renumbered:
        return attendance
    exception = None
    if is_locked(row.project.province_id, row.counts_on):
        if who & set(counted) or {"name", "birth_year"} & set(other) or renumbered:
            exception = _exception_for(row, actor)
        if exception is None:
            keys = Keys(attendance.id_key, attendance.name_key, attendance.phone_key)
    there = _is_there(row, clean, keys, without=attendance.pk)
    if there is not None:
        raise Invalid(fields={"name": _("This person stands in row %(number)s already.") % {"number": there.number}})
    before = (attendance.id_key, attendance.name_key, attendance.phone_key)
    for name, (_old, new) in {**counted, **{key: (None, value) for key, value in vars(keys).items()}}.items():
        setattr(attendance, name, new)
    for name, value in named.items():
        setattr(person, name, value)
    attendance.version += 1
    if exception is not None:
        attendance.person, attendance.exception, attendance.exception_at = None, exception, clock.now()
    with _quiet():
        attendance.save()
        person.save()
    settle([attendance.pk], before)
    secret = dict.fromkeys((*other, *(["id_number"] if renumbered else [])), (HIDDEN, HIDDEN))
    shown = {name: pair for name, pair in counted.items() if name not in who}
    secret |= {name: (HIDDEN, HIDDEN) for name in counted if name in who}
    record(attendance, "change", actor=actor, changes={**shown, **secret}, within=row)
    _tell(exception, row, _("row %(number)s put right") % {"number": attendance.number}, actor)
    return attendance


@transaction.atomic
def remove_trainee(attendance: Attendance, reason: str, *, actor: "User") -> None:
    """Take somebody off the roster who is on it by mistake."""
    row = _begin(attendance.training_class, actor)
    attendance = lock(attendance)
    reason = plain_reason(reason, _trainee(attendance))
    exception = _require_countable(row, actor)
    before, keys = row.attendances.count(), (attendance.id_key, attendance.name_key, attendance.phone_key)
    linked = SamePerson.objects.filter(Q(one=attendance) | Q(other=attendance)).values_list("one_id", "other_id")
    around = {pk for pair in linked for pk in pair} - {attendance.pk}
    label, number = str(attendance), attendance.number
    _take_in_hand(attendance, exception)
    attendance.delete()
    settle(around, keys)
    changes = {"roster": (before, before - 1), "number": (label, None)}
    record(row, "remove_trainee", actor=actor, note=reason, changes=changes, within=row.project)
    _tell(exception, row, _("row %(number)s removed") % {"number": number}, actor)


@transaction.atomic
def change_roster(
    training_class: TrainingClass, *, needs_id: bool, id_reason: str, differs_reason: str, actor: "User",
    version: int | None = None,
) -> Roster:  # fmt: skip
    """Whether ID numbers are kept and for which voucher; why the roster has other counts than the class. Without the
    need the numbers that are kept are wiped."""
    row = _begin(training_class, actor)
    roster = roster_of(row)
    if version is not None and version != roster.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    id_reason = plain_reason(id_reason, field="id_reason") if id_reason.strip() else ""
    differs_reason = plain_reason(differs_reason, field="differs_reason") if differs_reason.strip() else ""
    if needs_id and not id_reason:
        raise Invalid(fields={"id_reason": _("Say which voucher needs the ID numbers.")})
    changes = changed(roster, {"needs_id": needs_id, "id_reason": id_reason, "differs_reason": differs_reason})
    if not changes:
        return roster
    for name, (_old, new) in changes.items():
        setattr(roster, name, new)
    roster.version += 1 if roster.pk else 0
    roster.save()
    if not needs_id:
        Trainee.objects.filter(attendance__training_class=row).update(id_sealed="", id_masked="")
    record(row, "change_roster", actor=actor, changes=changes, within=row.project)
    return roster


@transaction.atomic
def look_at_id(attendance: Attendance, reason: str, *, actor: "User") -> str:
    """The ID number in full, after a reason; who looked at which row and why is recorded, the number is not."""
    row: TrainingClass = attendance.training_class
    may_look_at_roster(row.project, actor).require()
    person = _trainee(attendance)
    reason = plain_reason(reason, person)
    if not person.id_sealed:
        raise WrongState(_("No ID number is kept of this person."))
    record(attendance, "look_at_id", actor=actor, note=reason, within=row)
    return unseal(person.id_sealed, str(attendance.public_id))


@transaction.atomic
def look_at_roster(row: TrainingClass, reason: str, *, actor: "User") -> None:
    """An auditor opens a roster: recorded with the reason."""
    may_look_at_roster(row.project, actor).require()
    require_kept(row)
    record(row, "look_at_roster", actor=actor, note=plain_reason(reason), within=row.project)


@transaction.atomic
def export_roster(row: TrainingClass, *, actor: "User") -> None:
    """Somebody takes the roster away as a file (without ID numbers): recorded."""
    may_keep_roster(row.project, actor).require()
    require_kept(row)
    record(row, "export_roster", actor=actor, changes={"roster": (None, row.attendances.count())}, within=row.project)


# --- who is the same --------------------------------------------------------------------------------------------------


def candidates(attendance: Attendance, user: "User") -> list[Attendance]:
    """Rows the person may work with that look like this one and are counted as somebody else, and those counted as the
    same: what an officer may decide."""
    same = Q(person=attendance.person)
    if attendance.name_key:
        same |= Q(name_key=attendance.name_key)
    if attendance.phone_key:
        same |= Q(phone_key=attendance.phone_key)
    rows = Attendance.objects.visible_to(user).filter(same).exclude(pk=attendance.pk)
    rows = rows.select_related("training_class__project", "trainee", "commune").order_by("training_class__starts_on")
    return [row for row in rows[:20] if may_keep_roster(row.training_class.project, user)]


@transaction.atomic
def say_same(one: Attendance, other: Attendance, reason: str, *, actor: "User") -> None:
    """An officer confirms that two rows are one person."""
    row = _begin(one.training_class, actor)
    may_keep_roster(other.training_class.project, actor).require()
    reason = plain_reason(reason, *Trainee.objects.filter(attendance__in=[one, other]))
    if one.pk == other.pk:
        raise Invalid(fields={"reason": _("Choose another row.")})
    exception = _exception_for(row, actor)
    first, second = sorted((one.pk, other.pk))
    if exception is None:
        Attendance.objects.filter(pk=one.pk, apart=True).update(apart=False)
    else:
        one.apart = False
        _take_in_hand(one, exception)
    SamePerson.objects.get_or_create(one_id=first, other_id=second, defaults={"reason": reason})
    settle([first, second])
    record(one, "say_same", actor=actor, note=reason, changes={"same_as": (None, other.public_id)}, within=row)
    _tell(exception, row, _("row %(number)s is the same person as another") % {"number": one.number}, actor)


@transaction.atomic
def say_apart(one: Attendance, reason: str, *, actor: "User") -> None:
    """An officer says that a row is somebody else than it looks like: only its ID number joins it to others."""
    row = _begin(one.training_class, actor)
    one = lock(one)
    reason = plain_reason(reason, _trainee(one))
    exception = _exception_for(row, actor)
    linked = SamePerson.objects.filter(Q(one=one) | Q(other=one))
    around = {pk for pair in linked.values_list("one_id", "other_id") for pk in pair}
    linked.delete()
    one.apart = True
    one.version += 1
    if exception is not None:
        one.person, one.exception, one.exception_at = None, exception, clock.now()
    one.save()
    settle(around | {one.pk}, (one.id_key, one.name_key, one.phone_key))
    record(one, "say_apart", actor=actor, note=reason, changes={"apart": (False, True)}, within=row)
    _tell(exception, row, _("row %(number)s is another person") % {"number": one.number}, actor)


# --- the end of a roster ----------------------------------------------------------------------------------------------


def kept_until(row: TrainingClass, months: int | None) -> dt.date | None:
    """The last day on which the roster is kept; None where no time is set."""
    if months is None:
        return None
    last = max(day for day in (row.ends_on, row.project.ends_on, row.project.stopped_on) if day is not None)
    year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
    return dt.date(year, month + 1, min(last.day, calendar.monthrange(year, month + 1)[1]))


def retention_months() -> int | None:
    """Months for which rosters are kept; None where nobody set a time."""
    found: int | None = RosterRetention.objects.values_list("months", flat=True).first()
    return found


def due_for_erasure(today: dt.date) -> list[TrainingClass]:
    """Classes whose roster still names people and has had its time."""
    months = retention_months()
    rows = TrainingClass.objects.filter(attendances__trainee__isnull=False).select_related("project").distinct()
    due = [(kept_until(row, months), row) for row in rows.order_by("pk")]
    return [row for until, row in due if until is not None and until < today]


@transaction.atomic
def erase(row: TrainingClass, *, actor: Actor) -> int:
    """Nobody is named any more: the rows with names go, the counted ones stay as they are. One entry in the trail
    proves it. Gives how many."""
    row = lock(row, "project")
    people = Trainee.objects.filter(attendance__training_class=row)
    count = people.count()
    if not count:
        return 0
    people.delete()
    Roster.objects.update_or_create(training_class=row, defaults={"erased_at": clock.now()})
    SamePerson.objects.filter(Q(one__training_class=row) | Q(other__training_class=row)).update(reason=HIDDEN)
    until = kept_until(row, retention_months())
    changes = {"roster": (count, 0), "kept_until": (until, None)}
    record(row, "erase_roster", actor=actor, changes=changes, within=row.project)
    return count


# --- does it agree with what the class says ---------------------------------------------------------------------------


def disagreement(row: TrainingClass) -> str:
    """In words, where roster and counts of the class differ; "" where they agree or one of them is missing."""
    found = row.attendances.aggregate(
        people=Count("pk"), women=Count("pk", filter=Q(sex=Sex.FEMALE)), unknown=Count("pk", filter=Q(sex=""))
    )
    if not found["people"] or row.total is None:
        return ""
    said = []
    if found["people"] != row.total:
        said.append(
            _("the class counts %(total)s learners, the roster has %(people)s people")
            % {"total": row.total, "people": found["people"]}
        )
    missing = row.total - found["people"] + found["unknown"]
    if row.women is not None and not found["women"] <= row.women <= found["women"] + missing:
        said.append(
            _("the class counts %(total)s women, the roster %(people)s")
            % {"total": row.women, "people": found["women"]}
        )
    return "; ".join(said)
