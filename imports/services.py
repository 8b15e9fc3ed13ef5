"""The life of an import: sent, checked, mended, stored, taken back, forgotten."""

import datetime as dt
import hashlib
from typing import Any

from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record, record_many
from core import clock, workbooks
from core.errors import Conflict, DomainError, Invalid, WrongState
from core.locks import lock, lock_name
from core.models import bulk_change
from imports import checking
from imports.columns import shown
from imports.importers import CHANGED, NEW, SAME, WRONG, Importer, Row, importer_of, in_parts
from imports.models import KEPT_DAYS, Import, ImportState
from jobs.models import Job, JobState
from jobs.services import enqueue

CHECK, STORE = "imports.check", "imports.store"
MAX_BYTES = 10 << 20
SHEET_ROWS = checking.MAX_ROWS + checking.HEAD_WITHIN + 1_000  # with a title, empty rows and sums


def importer_for(row: Import) -> Importer:
    importer = importer_of(row.kind)
    assert importer is not None, row.kind
    return importer


@transaction.atomic
def send(importer: Importer, upload: Any, target: str, *, actor: User) -> Import:
    """Take a file in; a worker checks it."""
    importer.may(actor).require()
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Invalid(fields={"file": _("The file is larger than %(mb)s MB.") % {"mb": MAX_BYTES >> 20}})
    if not content:
        raise Invalid(fields={"file": _("The file is empty.")})
    found = importer.target(target, actor)
    row: Import = Import.objects.create(
        kind=importer.kind,
        target=target if importer.asks_target else "",
        target_label=str(found or "")[:300],
        province=importer.province_of(found, actor),
        owner=actor,
        file_name=str(upload.name)[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        language=translation.get_language() or "vi",
        upload=content,
    )
    record(row, "import_send", actor=actor)
    enqueue(CHECK, {"import": str(row.public_id)}, actor=actor, key=f"{CHECK} {row.public_id}")
    return row


def same_file(row: Import) -> Import | None:
    """An import of the very same file that was stored and not taken back."""
    rows = Import.objects.filter(kind=row.kind, target=row.target, sha256=row.sha256, province=row.province_id)
    found: Import | None = rows.filter(state=ImportState.STORED).exclude(pk=row.pk).first()
    return found


def check_file(row: Import) -> dict[str, Any]:
    """What is in the file of an import, judged: the fields of the row to be set, none of them stored yet."""
    importer = importer_for(row)
    try:
        book = workbooks.book_of(bytes(row.upload or b""), SHEET_ROWS)
        sheet, head, columns, warnings = checking.find_table(book, importer)
        heads = sheet.rows[head]
        units = checking.units_of(heads, importer, columns)
        rows, more = checking.rows_of(sheet, head, columns, importer, importer.max_rows)
    except workbooks.Unreadable as error:
        return {"state": ImportState.UNREADABLE, "fault": error.words, "upload": None}
    except checking.NotUsable as error:
        return {"state": ImportState.UNREADABLE, "fault": error.args[0], "upload": None}
    checking.judge(rows, importer, columns, units, _context(importer, row))
    table = {
        "heads": [shown(cell) for cell in heads],
        "columns": columns,
        "units": units,
        "rows": [_packed(one) for one in rows],
    }
    row.keep(table)
    return {
        "state": ImportState.CHECKED,
        "upload": None,
        "table": row.table,
        "warnings": [*warnings, *more],
        "checked_at": clock.now(),
        **_counted(rows),
    }


def _context(importer: Importer, row: Import) -> dict[Any, Any]:
    return importer.context(row.province, importer.target(row.target, row.owner), row.owner)


def _packed(row: Row) -> dict[str, Any]:
    packed: dict[str, Any] = {"n": row.number, "c": [workbooks.to_json(cell) for cell in row.cells], "k": row.kind}
    for key, value in (
        ("s", row.given),
        ("e", row.errors),
        ("o", row.notes),
        ("p", row.pk),
        ("l", row.label),
        ("x", row.changes),
    ):
        if value:
            packed[key] = value
    return packed


def _counted(rows: list[Row]) -> dict[str, int]:
    found = checking.counts(rows)
    return {"new": found[NEW], "changed": found[CHANGED], "same": found[SAME], "wrong": found[WRONG]}


def _unpacked(table: dict[str, Any]) -> list[Row]:
    return [
        Row(one["n"], [workbooks.from_json(cell) for cell in one["c"]], given=one.get("s", {})) for one in table["rows"]
    ]


def job_of(row: Import) -> Job | None:
    """The work that goes on for it now, or failed."""
    kind = {ImportState.WAITING: CHECK, ImportState.STORING: STORE}.get(ImportState(row.state))
    return None if kind is None else Job.objects.filter(key=f"{kind} {row.public_id}").order_by("-id").first()


def is_stuck(row: Import) -> bool:
    """Its work failed for good: it may be dropped, or stored once more."""
    job = job_of(row)
    return job is not None and job.state == JobState.FAILED


def _require(row: Import, *states: ImportState) -> None:
    if row.state not in states and not is_stuck(row):
        raise WrongState(_("The import is in state «%(state)s».") % {"state": row.get_state_display()})


@transaction.atomic
def mend(row: Import, typed: dict[int, dict[str, str]], *, actor: User, version: int) -> Import:
    """Put what was typed into cells ({row of the sheet: {column: text}}) and judge everything anew."""
    row = lock(row)
    importer = importer_for(row)
    importer.may(actor).require()
    if row.state != ImportState.CHECKED:
        raise WrongState(_("The import is in state «%(state)s».") % {"state": row.get_state_display()})
    if version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    table = row.read()
    for one in table["rows"]:
        for code, text in typed.get(one["n"], {}).items():
            if code in table["columns"]:
                one["c"][table["columns"][code]] = text.strip() or None
                one.get("s", {}).pop(code, None)
    _judge_anew(row, importer, table)
    row.version += 1
    row.save()
    return row


def _judge_anew(row: Import, importer: Importer, table: dict[str, Any]) -> list[Row]:
    rows = _unpacked(table)
    checking.judge(rows, importer, table["columns"], table["units"], _context(importer, row))
    row.keep({**table, "rows": [_packed(one) for one in rows]})
    for name, value in _counted(rows).items():
        setattr(row, name, value)
    return rows


@transaction.atomic
def drop(row: Import, *, actor: User) -> Import:
    """Forget what was sent; nothing was stored."""
    row = lock(row)
    _require(row, ImportState.CHECKED, ImportState.UNREADABLE)
    row.state, row.table, row.upload = ImportState.DROPPED, None, None
    row.save()
    record(row, "import_drop", actor=actor)
    return row


@transaction.atomic
def confirm(row: Import, *, valid_only: bool, actor: User, version: int) -> Import:
    """Have a worker store it: everything, or with `valid_only` the rows that are right, leaving the others."""
    row = lock(row)
    importer_for(row).may(actor).require()
    _require(row, ImportState.CHECKED)
    if version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    if row.wrong and not valid_only:
        raise WrongState(checking.faults_in_words(row.wrong) + " " + _("Mend them, or store the others only."))
    if not row.new + row.changed:
        raise WrongState(_("There is nothing to store: no row is new or changed."))
    row.state = ImportState.STORING
    row.version += 1
    row.save()
    enqueue(
        STORE,
        {"import": str(row.public_id), "valid_only": valid_only},
        actor=actor,
        key=f"{STORE} {row.public_id}",
    )
    return row


def store(row: Import, *, valid_only: bool) -> bool:
    """Inside the transaction of the job: judge once more, as others go on working, and store. False, with the import
    back before the reader, where rows that were right are so no more and everything was to be stored."""
    importer = importer_for(row)
    lock_name(f"import {row.kind} {row.province_id}")
    promised = row.wrong
    rows = _judge_anew(row, importer, row.read())
    if row.wrong > promised and not valid_only or not row.new + row.changed:
        _back_to_reader(row, _("Nothing was stored: others changed records meanwhile. Look at the rows again."))
        return False
    note = _("Import of «%(file)s»") % {"file": row.file_name}
    good = [one for one in rows if one.kind in (NEW, CHANGED)]
    try:
        with transaction.atomic():
            stored = importer.store(good, _context(importer, row), note)
    except DomainError as refusal:
        _back_to_reader(row, _("Nothing was stored: %(reason)s") % {"reason": refusal.in_words()})
        return False
    row.receipt = {
        "created": [obj.pk for obj in stored.created],
        "changed": [[obj.pk, before] for obj, before in stored.changed],
        "versions": {str(obj.pk): getattr(obj, "version", 0) for obj in _all(stored)},
        "rest": stored.rest,
        "left": [[one.number, one.label] for one in rows if one.kind == WRONG][:200],
    }
    row.state, row.stored_at = ImportState.STORED, clock.now()
    row.table = None  # what was stored stands in its records; what was wrong was taken along as a file or is sent again
    row.version += 1
    row.save()
    record(row, "import_store", actor=row.owner, changes={"created": (None, row.new), "changed": (None, row.changed)})
    return True


def _back_to_reader(row: Import, reason: str) -> None:
    row.state = ImportState.CHECKED
    row.warnings = [*row.warnings, reason]
    row.version += 1
    row.save()


def _all(stored: Any) -> list[models.Model]:
    return [*stored.created, *(obj for obj, _before in stored.changed)]


# --- taking back ------------------------------------------------------------------------------------------------------


def why_not_undone(row: Import) -> str:
    """What is against taking it back; empty where nothing is."""
    if row.state != ImportState.STORED or row.undo_until is None:
        return _("Nothing is stored of it.")
    if clock.now() > row.undo_until:
        return _("The time to take it back was over at %(moment)s.") % {"moment": _moment(row.undo_until)}
    model = importer_for(row).model
    versions = {int(pk): version for pk, version in row.receipt["versions"].items()}
    now = {obj.pk: obj for obj in _in_parts(model, list(versions))}
    touched = [obj for pk, obj in now.items() if getattr(obj, "version", 0) != versions[pk]]
    if touched or len(now) < len(versions):
        names = ", ".join(str(obj) for obj in touched[:3])
        return _("Since then others have changed %(count)s of the records: %(names)s.") % {
            "count": len(touched) + len(versions) - len(now),
            "names": names,
        }
    leaning = importer_for(row).leaning_on(row.receipt["created"], row.stored_at or row.created_at)
    if leaning:
        return _("%(count)s other records depend on it by now.") % {"count": leaning}
    return ""


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"


def _in_parts(model: Any, pks: list[int]) -> list[Any]:
    return [obj for part in in_parts(pks) for obj in model.objects.filter(pk__in=part)]


def _said(obj: Any, attribute: str, old: Any) -> tuple[str, tuple[Any, Any]]:
    """(field, (what stands there, what stood there)) for the trail."""
    field = next(one for one in obj._meta.concrete_fields if one.attname == attribute)
    if field.is_relation:
        related = field.related_model._base_manager.filter(pk=old).first()
        return field.name, (getattr(obj, field.name), related)
    return field.name, (getattr(obj, field.name), old)


@transaction.atomic
def undo(row: Import, *, actor: User) -> Import:
    """Take back what was stored: what was made is removed, what was changed gets its values of before."""
    row = lock(row)
    importer = importer_for(row)
    importer.may(actor).require()
    reason = why_not_undone(row)
    if reason:
        raise WrongState(reason)
    model: Any = importer.model
    before = {int(pk): fields for pk, fields in row.receipt["changed"]}
    changed = _in_parts(model, list(before))
    trail: list[tuple[models.Model, str, dict[str, tuple[Any, Any]]]] = []
    for obj in changed:
        old = before[obj.pk]
        trail.append((obj, "change", dict(_said(obj, name, value) for name, value in old.items())))
        for name, value in old.items():
            setattr(obj, name, value)
        obj.version += 1
    bulk_change(model, changed, {"version", *(name for values in before.values() for name in values)})
    note = _("Import of «%(file)s» taken back") % {"file": row.file_name}
    record_many(trail, actor=actor, note=note)
    importer.taken_back(changed, before, row.receipt.get("rest", {}))
    importer.take_back(_in_parts(model, row.receipt["created"]), actor, note)
    row.state = ImportState.UNDONE
    row.receipt = {**row.receipt, "created": [], "changed": [], "versions": {}, "rest": {}}
    row.version += 1
    row.save()
    record(row, "import_undo", actor=actor)
    return row


def forget_old() -> int:
    """Imports that nobody stored within KEPT_DAYS are dropped with their rows. Gives how many."""
    old = Import.objects.filter(
        state__in=[ImportState.CHECKED, ImportState.UNREADABLE, ImportState.WAITING],
        created_at__lt=clock.now() - dt.timedelta(days=KEPT_DAYS),
    )
    return old.update(state=ImportState.DROPPED, table=None, upload=None)


def handler_of(job: Job) -> Import:
    """The import a job is about."""
    return Import.objects.select_related("owner", "province").get(public_id=job.params["import"])
