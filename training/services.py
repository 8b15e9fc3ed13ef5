"""Entering and changing classes, their sessions and trainers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from places.models import Area
from programmes.locking import is_locked
from projects.exceptions import CLASSES, ROSTERS, counting, covering, where
from projects.exceptions import note as note_exception
from projects.models import WITH_DECISION, LockException, Project, ProjectState
from training.models import AgeGroup, ClassSession, Trainer, TrainingClass, TrainingKind, TrainingSubject
from training.permissions import may_enter_class

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ClassData:
    """What is typed of a class. total, women None: not reported; 0: nobody. topic None: no subject of the list;
    budget_line: the content of a line of the project's budget table, as it is called now."""

    subject: str
    kind: str
    area: Area
    starts_on: dt.date
    ends_on: dt.date
    total: int | None = None
    women: int | None = None
    topic: TrainingSubject | None = None
    course: str = ""
    budget_line: str = ""


@dataclass(frozen=True)
class SessionData:
    """One meeting; hours None: not reported."""

    on: dt.date
    hours: Decimal | None = None
    topic: str = ""


@dataclass(frozen=True)
class TrainerData:
    name: str
    unit: str = ""
    topic: str = ""


def _checked(data: ClassData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    subject = " ".join(nfc(data.subject).split())
    if not subject:
        errors["subject"] = _("Enter the subject of the class.")
    if data.kind not in TrainingKind.values:
        errors["kind"] = _("Choose the kind.")
    if data.ends_on < data.starts_on:
        errors["ends_on"] = _("The end lies before the start.")
    for name, value in (("total", data.total), ("women", data.women)):
        if value is not None and not 0 <= value <= 100_000:
            errors[name] = _("Enter a number of people, for example 35.")
    if data.women is not None and data.total is None:
        errors["total"] = _("Enter the number of learners too.")
    elif data.women is not None and data.total is not None and data.women > data.total:
        errors["women"] = _("There cannot be more women than learners.")
    if data.topic is not None and data.topic.kind != data.kind and "kind" not in errors:
        errors["topic"] = _("This subject is of the kind «%(kind)s».") % {"kind": data.topic.get_kind_display()}
    if errors:
        raise Invalid(fields=errors)
    return {
        "subject": subject,
        "kind": data.kind,
        "area": data.area,
        "starts_on": data.starts_on,
        "ends_on": data.ends_on,
        "total": data.total,
        "women": data.women,
        "topic": data.topic,
        "course": " ".join(nfc(data.course).split())[:200],
        "budget_line": nfc(data.budget_line).strip()[:300],
    }


def age_group(birth_year: int | None, on: dt.date) -> str:
    """The group of the age reached in the year of the day; "" where the year of birth is not known."""
    if birth_year is None:
        return ""
    age = on.year - birth_year
    if age < 30:
        return AgeGroup.UNDER_30
    if age < 45:
        return AgeGroup.FROM_30
    return AgeGroup.FROM_45 if age < 60 else AgeGroup.FROM_60


def is_open(project: Project) -> bool:
    """Classes are held once there is a decision and until the project is over."""
    return project.decided_on is not None and project.state in WITH_DECISION and project.state != ProjectState.CLOSED


def require_open(project: Project) -> None:
    """Raise WrongState, with the state in words, where is_open() says no."""
    if not is_open(project):
        raise WrongState(
            _("Classes belong to approved projects that are not closed; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


def require_not_locked(row: TrainingClass) -> None:
    """Raise WrongState where the class counts in the locked time."""
    if is_locked(row.project.province_id, row.counts_on):
        raise WrongState(
            _("This class counts as of %(day)s, and records through that day are locked.")
            % {"day": f"{row.counts_on:%d/%m/%Y}"},
            code="locked",
        )


def require_changeable(row: TrainingClass, user: "User") -> LockException | None:
    """Raise WrongState where the class counts in the locked time and no exception opens it to the person; gives it."""
    exception = None
    if is_locked(row.project.province_id, row.counts_on):
        exception = covering(CLASSES, where(row.project), user)
        if exception is None:
            require_not_locked(row)
    return exception


def may_be_changed(row: TrainingClass, user: "User") -> bool:
    """The same as an answer."""
    try:
        require_changeable(row, user)
    except WrongState:
        return False
    return True


@transaction.atomic
def create_class(project: Project, data: ClassData, *, actor: "User") -> TrainingClass:
    """Enter a class of an approved project."""
    project = lock(project)
    may_enter_class(project, actor).require()
    values = _checked(data)
    require_open(project)
    counts_on, exception = counting(CLASSES, where(project), data.ends_on, actor)
    row: TrainingClass = TrainingClass.objects.create(
        project=project,
        counts_on=counts_on,
        exception=exception,
        exception_at=clock.now() if exception else None,
        **values,
    )
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    record(row, "create", actor=actor, changes=changes, within=project)
    _tell(row, exception, actor)
    return row


def _tell(row: TrainingClass, exception: LockException | None, actor: "User") -> None:
    if exception is not None:
        words = _("Class «%(subject)s» of project %(project)s, ended on %(day)s") % {
            "subject": row.subject, "project": row.project.code, "day": f"{row.ends_on:%d/%m/%Y}",
        }  # fmt: skip
        note_exception(exception, row, words, actor=actor)


@transaction.atomic
def change_class(row: TrainingClass, data: ClassData, *, actor: "User", version: int | None = None) -> TrainingClass:
    """Change it, unless somebody else did since `version` was read."""
    row = lock(row)
    may_enter_class(row.project, actor).require()
    values = _checked(data)
    require_open(row.project)
    exception = require_changeable(row, actor)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(row, values)
    on_roster = row.attendances.count() if "total" in changes and data.total is not None else 0
    if data.total is not None and on_roster > data.total:
        raise Invalid(fields={"total": _("The roster has %(people)s people.") % {"people": on_roster}})
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.counts_on, into = counting(CLASSES, where(row.project), row.ends_on, actor)
        exception = exception or into
        if exception is not None:
            row.exception, row.exception_at = exception, clock.now()
        row.save()
        if "ends_on" in changes:
            for one in row.attendances.filter(trainee__isnull=False).select_related("trainee"):
                group = age_group(one.trainee.birth_year, row.ends_on)
                if group == one.age_group:
                    continue
                one.age_group = group
                if exception is not None:  # it opens the class; the roster needs one of its own
                    one.exception, one.exception_at = covering(ROSTERS, where(row.project), actor), clock.now()
                    if one.exception is None:
                        refusal = _("With this day people on the roster come into another age group, and it is locked.")
                        raise Invalid(fields={"ends_on": refusal})
                one.save(update_fields=["age_group", "exception", "exception_at"])
        record(row, "change", actor=actor, changes=changes, within=row.project)
        _tell(row, exception, actor)
    return row


def _meetings(row: TrainingClass, sessions: Sequence[SessionData], errors: dict[str, str]) -> None:
    for number, data in enumerate(sessions):
        if not row.starts_on <= data.on <= row.ends_on:
            errors[f"session.{number}.on"] = _("The class is held from %(first)s to %(last)s.") % {
                "first": f"{row.starts_on:%d/%m/%Y}", "last": f"{row.ends_on:%d/%m/%Y}",
            }  # fmt: skip
        if data.hours is not None and not 0 < data.hours <= 24:
            errors[f"session.{number}.hours"] = _("Enter hours above 0, up to 24.")


@transaction.atomic
def tell_course(
    row: TrainingClass, sessions: Sequence[SessionData], trainers: Sequence[TrainerData], *, actor: "User",
    version: int | None = None,
) -> TrainingClass:  # fmt: skip
    """When the class met and who taught: all of it anew. Errors by place: `session.0.on`, `trainer.1.name`."""
    row = lock(row)
    may_enter_class(row.project, actor).require()
    errors: dict[str, str] = {}
    _meetings(row, sessions, errors)
    for number, data in enumerate(trainers):
        if not data.name.strip():
            errors[f"trainer.{number}.name"] = _("Enter the name.")
    if len(sessions) > 200 or len(trainers) > 50:
        errors[""] = _("At most 200 sessions and 50 trainers.")
    if errors:
        raise Invalid(fields=errors)
    require_open(row.project)
    exception = require_changeable(row, actor)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    before = {"sessions": told_sessions(row), "trainers": told_trainers(row)}
    _bring_sessions_in_line(row, sessions)
    row.trainers.all().delete()
    Trainer.objects.bulk_create(
        Trainer(training_class=row, position=n, name=_line(d.name), unit=_line(d.unit), topic=_line(d.topic))
        for n, d in enumerate(trainers)
    )
    after = {"sessions": told_sessions(row), "trainers": told_trainers(row)}
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        row.version += 1
        if exception is not None:
            row.exception, row.exception_at = exception, clock.now()
        row.save()
        record(row, "change", actor=actor, changes=changes, within=row.project)
        _tell(row, exception, actor)
    return row


def _bring_sessions_in_line(row: TrainingClass, sessions: Sequence[SessionData]) -> None:
    """A session of a day stays that session, so that who was there is kept; one whose day was put right is told by
    what is left on both sides. Raises Invalid where one would go at which somebody's presence is recorded."""
    old, new = list(row.sessions.order_by("on", "position")), list(enumerate(sessions))
    pairs: list[tuple[ClassSession, tuple[int, SessionData]]] = []
    for same_day in (True, False):
        for one in list(old):
            fits = next((typed for typed in new if not same_day or typed[1].on == one.on), None)
            if fits is not None:
                pairs.append((one, fits))
                old.remove(one)
                new.remove(fits)
    held = [one for one in old if one.presences.exists()]
    if held:
        raise Invalid(
            _("It is recorded who was there on %(day)s. Take that out before the session.")
            % {"day": f"{held[0].on:%d/%m/%Y}"}
        )
    row.sessions.filter(pk__in=[one.pk for one in old]).delete()
    for one, (number, data) in pairs:
        one.position, one.on, one.hours, one.topic = number, data.on, data.hours, _line(data.topic)
    ClassSession.objects.bulk_update([one for one, _typed in pairs], ["position", "on", "hours", "topic"])
    ClassSession.objects.bulk_create(
        ClassSession(training_class=row, position=n, on=d.on, hours=d.hours, topic=_line(d.topic)) for n, d in new
    )


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def told_sessions(row: TrainingClass) -> list[str]:
    """Each session in one line, for the trail."""
    return [
        " ".join(str(part) for part in (f"{one.on:%d/%m/%Y}", one.hours, one.topic) if part)
        for one in row.sessions.order_by("on", "position")
    ]


def told_trainers(row: TrainingClass) -> list[str]:
    return [", ".join(part for part in (one.name, one.unit, one.topic) if part) for one in row.trainers.all()]
