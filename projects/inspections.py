"""Inspections of a project: a draft, then signed and kept; what they ask for is followed until it is done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from files.models import StoredFile
from files.services import Photo, store_bytes
from projects.models import (
    Inspection,
    InspectionPhoto,
    InspectionRequirement,
    InspectionState,
    Project,
)
from projects.permissions import may_inspect

if TYPE_CHECKING:
    from accounts.models import User

MAX_REQUIREMENTS = 20


@dataclass(frozen=True)
class InspectionData:
    """What is typed of an inspection. `requirements`: what is asked for and until when. A file of None keeps the one
    that is there."""

    inspected_on: dt.date
    agency: Agency
    inspectors: str = ""
    place: str = ""
    findings: str = ""
    difficulties: str = ""
    number: str = ""
    minutes_on: dt.date | None = None
    requirements: Sequence[tuple[str, dt.date]] = ()
    file: StoredFile | None = None
    file_name: str = ""


def require_open(project: Project) -> None:
    """Raises WrongState unless inspections may still be recorded."""
    if project.decided_on is None or project.closed_on or project.stopped_on:
        raise WrongState(
            _("Inspections are recorded for approved projects that are not closed; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


def standing(rows: "QuerySet[Inspection]") -> "QuerySet[Inspection]":
    """Signed ones that no other signed one has put right."""
    return rows.filter(state=InspectionState.SIGNED).exclude(corrected_by__state=InspectionState.SIGNED)


def open_requirements() -> "QuerySet[InspectionRequirement]":
    """Asked for in inspections that stand, and not done."""
    rows: QuerySet[InspectionRequirement] = InspectionRequirement.objects.filter(
        inspection__in=standing(Inspection.objects.all()).values("pk"), done_on__isnull=True
    )
    return rows.order_by("due_on", "id")


def _checked(project: Project, data: InspectionData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    today = clock.today()
    for name in ("inspected_on", "minutes_on"):
        day = getattr(data, name)
        if day is not None and day > today:
            errors[name] = _("The date lies in the future.")
    if project.decided_on and data.inspected_on < project.decided_on:
        errors["inspected_on"] = _("The date lies before the approval of the project.")
    elif data.minutes_on is not None and data.minutes_on < data.inspected_on:
        errors["minutes_on"] = _("The minutes are older than the inspection.")
    if len(data.requirements) > MAX_REQUIREMENTS:
        errors["requirements"] = _("At most %(count)s requirements.") % {"count": MAX_REQUIREMENTS}
    for text, due in data.requirements:
        if not text.strip():
            errors["requirements"] = _("Say what is asked for.")
        elif due < data.inspected_on:
            errors["requirements"] = _("A requirement is due after the inspection.")
    if errors:
        raise Invalid(fields=errors)
    values = {
        "inspected_on": data.inspected_on,
        "agency": data.agency,
        "agency_name": data.agency.name_on(data.inspected_on),
        "inspectors": nfc(data.inspectors).strip(),
        "place": nfc(data.place).strip(),
        "findings": nfc(data.findings).strip(),
        "difficulties": nfc(data.difficulties).strip(),
        "number": nfc(data.number).strip(),
        "minutes_on": data.minutes_on,
    }
    if data.file is not None:
        values |= {"file": data.file, "file_name": data.file_name}
    return values


@transaction.atomic
def record_inspection(
    project: Project,
    data: InspectionData,
    *,
    actor: "User",
    photos: Sequence[Photo] = (),
    corrects: Inspection | None = None,
) -> Inspection:
    """Enter an inspection as a draft; `corrects` names the signed one it puts right, `photos` were checked before."""
    project = lock(project)
    may_inspect(project, actor).require()
    require_open(project)
    if corrects is not None:
        corrects = lock(corrects)
        if corrects.project_id != project.pk or corrects.state != InspectionState.SIGNED:
            raise WrongState(_("Only a signed inspection of this project is corrected; a draft is changed."))
        if Inspection.objects.filter(corrects=corrects).exists():
            raise Conflict(_("A correction of this inspection has been entered already."), code="corrected")
    values = _checked(project, data)
    row: Inspection = Inspection.objects.create(project=project, corrects=corrects, recorded_by=actor, **values)
    wanted = _requirements(row, data)
    pictures = _keep_photos(row, photos)
    changes = {name: (None, value) for name, value in values.items() if value and name not in ("agency_name", "file")}
    changes |= {"requirements": (None, wanted)} if wanted else {}
    changes |= {"photo": (None, pictures)} if pictures else {}
    changes |= {"corrects": (None, str(corrects))} if corrects else {}
    record(row, "create", actor=actor, within=project, changes=changes)
    return row


@transaction.atomic
def change_inspection(
    row: Inspection, data: InspectionData, *, actor: "User", photos: Sequence[Photo] = (), version: int | None = None
) -> Inspection:
    """Change a draft, unless somebody else did since `version` was read. Photos are added."""
    project = lock(row.project)
    row = lock(row)
    may_inspect(project, actor).require()
    require_open(project)
    _require_draft(row)
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    values = _checked(project, data)
    changes = changed(row, values)
    before = [f"{item.text} ({item.due_on:%d/%m/%Y})" for item in row.requirements.all()]
    row.requirements.all().delete()
    wanted = _requirements(row, data)
    if wanted != before:
        changes["requirements"] = (before, wanted)
    pictures = _keep_photos(row, photos)
    if pictures:
        changes["photo"] = (None, pictures)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    changes = {name: value for name, value in changes.items() if name not in ("agency_name", "file")}
    if changes:
        record(row, "change", actor=actor, within=project, changes=changes)
    return row


@transaction.atomic
def sign_inspection(row: Inspection, *, actor: "User") -> Inspection:
    """From now on it stays as it is, and what it asks for is followed. It says who inspected and what they found."""
    project = lock(row.project)
    row = lock(row)
    may_inspect(project, actor).require()
    require_open(project)
    _require_draft(row)
    missing = {
        "inspectors": "" if row.inspectors else _("Say who inspected."),
        "findings": "" if row.findings else _("Say what was found."),
    }
    if any(missing.values()):
        raise Invalid(
            " ".join(text for text in missing.values() if text),
            fields={name: text for name, text in missing.items() if text},
        )
    row.state, row.signed_by, row.signed_at = InspectionState.SIGNED, actor, clock.now()
    row.version += 1
    row.save()
    record(row, "sign", actor=actor, within=project, changes={"state": ("draft", "signed")})
    return row


@transaction.atomic
def meet_requirement(
    row: InspectionRequirement, on: dt.date, note: str = "", *, actor: "User"
) -> InspectionRequirement:
    """Record once that what was asked for is done."""
    inspection = row.inspection
    project = lock(inspection.project)
    row = lock(row)
    may_inspect(project, actor).require()
    require_waiting(row)
    if on > clock.today():
        raise Invalid(fields={"on": _("The date lies in the future.")})
    if on < inspection.inspected_on:
        raise Invalid(fields={"on": _("The date lies before the inspection.")})
    row.done_on, row.done_note, row.done_by = on, nfc(note).strip()[:500], actor
    row.save()
    record(
        inspection, "meet", actor=actor, within=project, note=row.done_note,
        changes={"requirements": (None, row.text), "done_on": (None, on)},
    )  # fmt: skip
    return row


def require_waiting(row: InspectionRequirement) -> None:
    """Raises WrongState unless it is still to be recorded that it is done."""
    if not standing(Inspection.objects.filter(pk=row.inspection_id)).exists():
        raise WrongState(_("The inspection is not signed, or was put right by another one."))
    if row.done_on is not None:
        raise WrongState(_("This was recorded as done already."))


def _require_draft(row: Inspection) -> None:
    if row.state != InspectionState.DRAFT:
        raise WrongState(_("This inspection is signed; another record that names it puts it right."))


def _requirements(row: Inspection, data: InspectionData) -> list[str]:
    made = InspectionRequirement.objects.bulk_create(
        InspectionRequirement(inspection=row, text=" ".join(nfc(text).split())[:500], due_on=due)
        for text, due in data.requirements
    )
    return [f"{item.text} ({item.due_on:%d/%m/%Y})" for item in sorted(made, key=lambda item: (item.due_on, item.pk))]


def _keep_photos(row: Inspection, photos: Sequence[Photo]) -> list[str]:
    found = []
    for photo in photos:
        stored = store_bytes(photo.content, photo.content_type)
        _photo, new = InspectionPhoto.objects.get_or_create(inspection=row, file=stored)
        found += [stored.sha256] if new else []
    return found
