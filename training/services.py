"""Entering and changing classes."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import changed, record
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from places.models import Area
from programmes.locking import counting_day, is_locked
from projects.models import WITH_DECISION, Project, ProjectState
from training.models import TrainingClass, TrainingKind
from training.permissions import may_enter_class

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ClassData:
    """What is typed of a class. total, women None: not reported; 0: nobody."""

    subject: str
    kind: str
    area: Area
    starts_on: dt.date
    ends_on: dt.date
    total: int | None = None
    women: int | None = None


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
    }


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


@transaction.atomic
def create_class(project: Project, data: ClassData, *, actor: "User") -> TrainingClass:
    """Enter a class of an approved project."""
    project = lock(project)
    may_enter_class(project, actor).require()
    values = _checked(data)
    require_open(project)
    counts_on = counting_day(project.province_id, data.ends_on)
    row: TrainingClass = TrainingClass.objects.create(project=project, counts_on=counts_on, **values)
    changes = {name: (None, value) for name, value in values.items() if value is not None}
    record(row, "create", actor=actor, changes=changes, within=project)
    return row


@transaction.atomic
def change_class(row: TrainingClass, data: ClassData, *, actor: "User", version: int | None = None) -> TrainingClass:
    """Change it, unless somebody else did since `version` was read."""
    row = lock(row)
    may_enter_class(row.project, actor).require()
    values = _checked(data)
    require_open(row.project)
    require_not_locked(row)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(row, values)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.counts_on = counting_day(row.project.province_id, row.ends_on)
        row.save()
        record(row, "change", actor=actor, changes=changes, within=row.project)
    return row
