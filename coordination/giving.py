"""Tasks given by a directive, a resolution, a decision or the department itself: who, until when, what came of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Agency, AgencyKind, Grant, User, areas_below
from audit.services import changed, record
from audit.steps import Move
from coordination.models import GivenTask, TaskDocument, TaskResult, TaskState, Timing
from coordination.permissions import DOING, may_direct, may_do, may_give, may_keep_document
from coordination.states import TASK_LIFE
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock, lock_name
from core.models import Verified
from core.text import nfc
from files.models import StoredFile
from places.models import Area, AreaClosure
from programmes.models import LegalDocument, Programme
from projects.models import Project

LONGEST = 4000


@dataclass(frozen=True)
class DocumentData:
    """What is typed of a document that gives tasks; with `legal` that row says its facts."""

    legal: LegalDocument | None = None
    type: str = ""
    number: str = ""
    issuer: str = ""
    issued_on: dt.date | None = None
    subject: str = ""
    source: str = ""
    verified: str = Verified.NO


@dataclass(frozen=True)
class TaskData:
    """What is typed of a task. `areas` empty: the whole province. `due_on` with the timing «until a day» alone."""

    text: str
    timing: str
    given_on: dt.date
    document: TaskDocument | None = None
    clause: str = ""
    position: int = 0
    agency: Agency | None = None
    assigned_to: User | None = None
    supporting: Sequence[Agency] = ()
    supporting_text: str = ""
    areas: Sequence[Area] = ()
    due_on: dt.date | None = None
    project: Project | None = None
    programme: Programme | None = None
    verified: str = Verified.NO


@dataclass(frozen=True)
class ResultData:
    on: dt.date | None
    text: str
    file: StoredFile | None = None
    file_name: str = ""


def doers(province_id: int) -> "QuerySet[User]":
    """Who may be given a task: people of the department and the centre, and collaborators of the province."""
    here = Q(area_id__in=areas_below([province_id])) | Q(area__closure_down__area_id=province_id)
    grants = Grant.objects.valid_on(clock.today()).filter(here, role__in=DOING)
    found: QuerySet[User] = User.objects.people().filter(is_active=True, pk__in=grants.values("user_id"))
    return found


def agencies(province_id: int) -> "QuerySet[Agency]":
    """Whom a document may name: the agencies of the province and its units, and those above all provinces."""
    here = Q(area_id__in=areas_below([province_id])) | Q(area__isnull=True)
    found: QuerySet[Agency] = Agency.objects.filter(here).exclude(kind=AgencyKind.PROVINCIAL_COUNCIL).order_by("name")
    return found


def _fresh(row: Any, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")


# --- documents --------------------------------------------------------------------------------------------------------


def _checked_document(data: DocumentData) -> dict[str, Any]:
    names = ("type", "number", "issuer", "subject", "source")
    values: dict[str, Any] = {name: " ".join(nfc(getattr(data, name)).split()) for name in names}
    values |= {"legal": data.legal, "issued_on": data.issued_on, "verified": data.verified}
    errors: dict[str, str] = {}
    if data.legal is not None:
        # The row of the law says its facts; nothing is kept twice.
        values |= {"type": "", "number": "", "issuer": "", "subject": "", "issued_on": None}
    else:
        for name, text in (
            ("number", _("Enter the number.")),
            ("issuer", _("Say who issued it.")),
            ("type", _("Choose the kind of document.")),
        ):
            if not values[name]:
                errors[name] = text
        if data.issued_on is None:
            errors["issued_on"] = _("Enter the date.")
        elif data.issued_on > clock.today():
            errors["issued_on"] = _("This date lies in the future.")
    if data.verified not in Verified.values:
        errors["verified"] = _("Choose one of the list.")
    elif data.verified != Verified.NO and not values["source"]:
        errors["source"] = _("Say where its text was seen.")
    if errors:
        raise Invalid(fields=errors)
    return values


@transaction.atomic
def add_document(province: Area, data: DocumentData, *, actor: User) -> TaskDocument:
    """A document whose tasks are entered then. Raises Conflict where it is in the list already."""
    may_give(province, actor).require()
    values = _checked_document(data)
    lock_name("task documents")
    same = TaskDocument.objects.filter(legal=data.legal) if data.legal else TaskDocument.objects.filter(
        province=province, number=values["number"], issuer=values["issuer"]
    )  # fmt: skip
    if same.exists():
        text = _("This document is in the list already.")
        raise Conflict(text, code="duplicate", fields={"legal" if data.legal else "number": text})
    row = TaskDocument.objects.create(province=None if data.legal else province, **values)
    record(row, "create", actor=actor, changes=_told(values))
    return row


@transaction.atomic
def change_document(row: TaskDocument, data: DocumentData, *, actor: User, version: int | None = None) -> TaskDocument:
    """Change a document that was typed in."""
    row = lock(row)
    may_keep_document(row, actor).require()
    _fresh(row, version)
    values = {**_checked_document(data), "legal": None}
    same = TaskDocument.objects.filter(province=row.province, number=values["number"], issuer=values["issuer"])
    if same.exclude(pk=row.pk).exists():
        text = _("This document is in the list already.")
        raise Conflict(text, code="duplicate", fields={"number": text})
    found: TaskDocument = _changed(row, values, {}, actor)
    return found


# The trail calls them by words of their own: elsewhere a text is a question, and who is assigned answers it.
NAMES = {"text": "task", "assigned_to": "doer"}


def _told(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {NAMES.get(name, name): (None, value) for name, value in values.items() if value not in (None, "", 0)}


def _changed(row: Any, values: Mapping[str, Any], many: Mapping[str, Sequence[Any]], actor: User) -> Any:
    """Change a locked row; nothing happens where nothing differs."""
    changes = changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    for name, found in many.items():
        before, after = sorted(map(str, getattr(row, name).all())), sorted(map(str, found))
        if before != after:
            getattr(row, name).set(found)
            changes[name] = (before, after)
    if changes:
        row.version += 1
        row.save()
        named = {NAMES.get(name, name): values for name, values in changes.items()}
        record(row, "change", actor=actor, changes=named)
    return row


# --- tasks ------------------------------------------------------------------------------------------------------------


def _checked(province: Area, data: TaskData, actor: User, kept: GivenTask | None = None) -> dict[str, Any]:
    errors: dict[str, str] = {}
    text = nfc(data.text).strip()
    if not text:
        errors["text"] = _("Enter the task as the document has it.")
    elif len(text) > LONGEST:
        errors["text"] = _("This is too long.")
    if data.agency is None and data.assigned_to is None:
        errors["agency"] = _("Say which agency or which person does it.")
    elif data.agency is not None and not agencies(province.pk).filter(pk=data.agency.pk).exists():
        errors["agency"] = _("Choose an agency of the list.")
    same_person = kept is not None and data.assigned_to is not None and kept.assigned_to_id == data.assigned_to.pk
    if data.assigned_to and not same_person and not doers(province.pk).filter(pk=data.assigned_to.pk).exists():
        errors["assigned_to"] = _("Choose somebody of the province.")
    if data.timing not in Timing.values:
        errors["timing"] = _("Say until when.")
    elif data.timing == Timing.ONCE and data.due_on is None:
        errors["due_on"] = _("Enter the day.")
    elif data.timing != Timing.ONCE and data.due_on is not None:
        errors["due_on"] = _("A day belongs to the choice «until a day».")
    elif data.due_on is not None and data.due_on < data.given_on:
        errors["due_on"] = _("This is before the task was given.")
    if data.given_on > clock.today():
        errors["given_on"] = _("This date lies in the future.")
    if data.timing == Timing.UNSAID and data.document is None:
        errors["timing"] = _("A task of the department says until when.")
    if data.verified not in Verified.values:
        errors["verified"] = _("Choose one of the list.")
    inside = AreaClosure.objects.filter(ancestor=province, area__in=data.areas).values_list("area_id", flat=True)
    if {area.pk for area in data.areas} - set(inside):
        errors["areas"] = _("Choose places of the province.")
    if data.document and not TaskDocument.objects.visible_to(actor).filter(pk=data.document.pk).exists():
        errors["document"] = _("Choose a document of the list.")
    if data.project and not _projects(province, actor).filter(pk=data.project.pk).exists():
        errors["project"] = _("Choose a project of the province.")
    if errors:
        raise Invalid(fields=errors)
    names = ("timing", "due_on", "given_on", "document", "position", "agency", "assigned_to", "project", "programme")
    values = {name: getattr(data, name) for name in names}
    values |= {name: " ".join(nfc(getattr(data, name)).split()) for name in ("clause", "supporting_text")}
    # Whether somebody compared it with a document: only where there is one.
    return {**values, "text": text, "verified": data.verified if data.document else Verified.NO}


def _projects(province: Area, actor: User) -> Any:
    return Project.objects.visible_to(actor).filter(province=province)


@transaction.atomic
def give_task(province: Area, data: TaskData, *, actor: User) -> GivenTask:
    """Give a task, or enter one that a document gives."""
    may_give(province, actor).require()
    values = _checked(province, data, actor)
    row: GivenTask = GivenTask.objects.create(province=province, given_by=actor, **values)
    row.supporting.set(data.supporting)
    row.areas.set(data.areas)
    changes = _told(values)
    for name in ("supporting", "areas"):
        if getattr(data, name):
            changes[name] = (None, sorted(map(str, getattr(data, name))))
    record(row, "create", actor=actor, changes=changes, within=row.project)
    return row


@transaction.atomic
def change_task(row: GivenTask, data: TaskData, *, actor: User, version: int | None = None) -> GivenTask:
    """Change a task that is still open."""
    row = lock(row)
    may_direct(row, actor).require()
    if not row.is_open:
        raise WrongState(_("This task is closed. Open it again before it is changed."))
    _fresh(row, version)
    values = _checked(row.province, data, actor, kept=row)
    many: dict[str, Sequence[Any]] = {"supporting": list(data.supporting), "areas": list(data.areas)}
    changed_row: GivenTask = _changed(row, values, many, actor)
    return changed_row


def _checked_result(task: GivenTask, data: ResultData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    text = nfc(data.text).strip()
    if not text:
        errors["text"] = _("Say what came of it.")
    elif len(text) > LONGEST:
        errors["text"] = _("This is too long.")
    if data.on is None:
        errors["on"] = _("Enter the date.")
    elif data.on > clock.today():
        errors["on"] = _("This date lies in the future.")
    elif data.on < task.given_on:
        errors["on"] = _("This is before the task was given.")
    if errors:
        raise Invalid(fields=errors)
    return {"on": data.on, "text": text, "file": data.file, "file_name": nfc(data.file_name)}


def _keep_result(task: GivenTask, data: ResultData, actor: User) -> dict[str, tuple[Any, Any]]:
    """Store it; gives what the trail says of it."""
    values = _checked_result(task, data)
    TaskResult.objects.create(task=task, recorded_by=actor, **values)
    told = {"result": (None, values["text"]), "result_day": (None, values["on"])}
    return told | ({"file_name": (None, values["file_name"])} if values["file"] else {})


@transaction.atomic
def add_result(task: GivenTask, data: ResultData, *, actor: User) -> GivenTask:
    """Tell what was done so far. A task that had not begun is under way then."""
    task = lock(task)
    may_do(task, actor).require()
    if task.state not in (TaskState.GIVEN, TaskState.IN_PROGRESS):
        raise WrongState(_("This task waits for confirmation or is closed."))
    changes = _keep_result(task, data, actor)
    if task.state == TaskState.GIVEN:
        changes["state"] = (task.state, TaskState.IN_PROGRESS.value)
        task.state = TaskState.IN_PROGRESS
    task.version += 1
    task.save()
    record(task, "add_result", actor=actor, changes=changes, within=task.project)
    return task


@TASK_LIFE.guard("finish")
def _finished_by_a_result(task: GivenTask, move: Move) -> None:
    move.changes.update(_keep_result(task, move.data["result"], move.actor))
    task.reported_by = move.actor


@TASK_LIFE.guard("confirm")
def _done_on(task: GivenTask, move: Move) -> None:
    """Done on the day of the last result, not on that of the confirmation."""
    last = task.results.order_by("-on", "-id").first()
    if last is None:
        raise WrongState(_("No result was told of this task."))
    task.done_on = last.on
    move.changes["done_on"] = (None, last.on)


@TASK_LIFE.guard("cancel")
def _cancelled_because(task: GivenTask, move: Move) -> None:
    task.cancel_reason = move.note[:1000]


@TASK_LIFE.guard("return", "reopen")
def _to_be_finished_again(task: GivenTask, move: Move) -> None:
    task.reported_by, task.done_on, task.cancel_reason = None, None, ""


@transaction.atomic
def take_task_step(
    task: GivenTask, code: str, *, actor: User, note: str = "", result: ResultData | None = None
) -> GivenTask:
    """start; finish (with a `result`); confirm; return, cancel and reopen (with the reason as `note`).

    Raises Invalid at the field, NotAllowed, WrongState."""
    task = lock(task)
    step = TASK_LIFE.step_for(task, code)
    if step is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    data = {"result": result or ResultData(None, "")}
    TASK_LIFE.advance(task, step, actor=actor, note=nfc(note), data=data, within=task.project)
    return task


@transaction.atomic
def hand_to(task: GivenTask, person: User, *, actor: Any, reason: str = "", check: bool = True) -> GivenTask:
    """Give an open task to another person. `check` False: who hands over asked for the right before."""
    task = lock(task)
    if check:
        may_direct(task, actor).require()
    if not task.is_open:
        raise WrongState(_("This task is closed."))
    if not doers(task.province_id).filter(pk=person.pk).exists():
        text = _("%(person)s has no role in the province today.") % {"person": person.full_name}
        raise Invalid(fields={"assigned_to": text})
    if task.assigned_to_id != person.pk:
        changes = {"doer": (task.assigned_to, person)}
        task.assigned_to, task.version = person, task.version + 1
        task.save()
        record(task, "assign", actor=actor, changes=changes, note=reason, within=task.project)
    return task


def counted(rows: "QuerySet[GivenTask]", late: "QuerySet[GivenTask]") -> dict[str, int]:
    """How many there are by state, and how many are late."""
    found = dict.fromkeys(TaskState.values, 0)
    found.update(rows.order_by().values_list("state").annotate(number=Count("pk")))
    return {**found, "late": late.count(), "total": sum(found.values())}
