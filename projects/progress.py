"""Reporting progress, and confirming or returning it."""

import datetime as dt
import hashlib
import json
import uuid as uuid_module
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from audit.steps import Move, Step
from core import clock
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from core.locks import lock
from core.money import group
from core.text import nfc
from core.verdicts import YES, Verdict, no
from files.services import Photo, check_photo, store_bytes
from programmes.locking import counting_day, is_locked, require_open
from programmes.models import Indicator
from projects import states
from projects.exceptions import PROGRESS, counting, where
from projects.exceptions import note as note_exception
from projects.models import OPEN_FOR_PROGRESS, AchievedResult, ProgressPhoto, ProgressState, ProgressUpdate, Project
from projects.permissions import may_report_progress
from projects.services import check_money

if TYPE_CHECKING:
    from accounts.models import User

MAX_PHOTOS = 10
CUMULATIVE = ("value_invested_vnd", "money_spent_vnd")  # since the project began
SAME_PERCENT = Decimal("0.5")  # a typed percentage this near to the computed one is the same


@dataclass(frozen=True)
class ProgressData:
    """One update as sent by a client, which made its `uuid`. Amounts are since the project began; results are of this
    update alone. None: not reported. `corrects_reason` sends it as a correction of an earlier figure."""

    uuid: uuid_module.UUID
    on: dt.date
    value_invested_vnd: int | None = None
    money_spent_vnd: int | None = None
    note: str = ""
    results: Sequence[tuple[Indicator, int]] = ()
    stated_percent: Decimal | None = None
    percent_reason: str = ""
    difficulties: str = ""
    proposals: str = ""
    corrects_reason: str = ""


def content_hash(project: Project, data: ProgressData) -> str:
    content = [
        project.pk,
        data.on.isoformat(),
        data.value_invested_vnd,
        data.money_spent_vnd,
        nfc(data.note).strip(),
        sorted((indicator.code, quantity) for indicator, quantity in data.results),
        str(data.stated_percent.normalize()) if data.stated_percent is not None else None,
        nfc(data.percent_reason).strip(),
    ]
    later = {name: nfc(getattr(data, name)).strip() for name in ("difficulties", "proposals", "corrects_reason")}
    if any(later.values()):  # without them it is what it always was: an update from before is still the same
        content.append(later)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def computed_percent(value_vnd: int | None, investment_vnd: int | None) -> Decimal | None:
    """Value invested of the total investment, in percent with two places. None where one of them is not known."""
    if value_vnd is None or not investment_vnd:
        return None
    return (Decimal(value_vnd) * 100 / Decimal(investment_vnd)).quantize(Decimal("0.01"))


def _same(existing: ProgressUpdate, project: Project, digest: str) -> ProgressUpdate:
    if existing.project_id == project.pk and existing.content_hash == digest:
        return existing
    raise Conflict(_("An update with this id was sent before with other content."), code="uuid_used")


def _falls(project: Project, data: ProgressData) -> dict[str, str]:
    """Field → words, for each figure since the beginning that would fall: lower than the one before it, or higher than
    one of a later day. A fall that is there already, between its neighbours, is not its doing."""
    found = {}
    counted = ProgressUpdate.objects.counted().filter(project=project).select_related("reported_by")
    for name in CUMULATIVE:
        value = getattr(data, name)
        if value is None:
            continue
        known = counted.filter(**{f"{name}__isnull": False})
        before = known.filter(on__lte=data.on).last()
        after = known.filter(on__gt=data.on).first()
        earlier = getattr(before, name) if before else 0
        if before is not None and value < earlier:
            words = _(
                "%(value)s đồng were reported as of %(day)s by %(who)s. What is counted since the beginning does not "
                "become less; if that figure was wrong, send this one as a correction with the reason."
            )
            found[name] = words % _said(before, name)
        elif after is not None and earlier <= getattr(after, name) < value:
            words = _(
                "Only %(value)s đồng were reported as of %(day)s by %(who)s, which is later. If one of the two is "
                "wrong, send this one as a correction with the reason."
            )
            found[name] = words % _said(after, name)
    return found


def _said(update: ProgressUpdate, name: str) -> dict[str, str]:
    return {
        "value": group(getattr(update, name)),
        "day": f"{update.on:%d/%m/%Y}",
        "who": update.reported_by.full_name if update.reported_by else "–",
    }


def _checked(project: Project, data: ProgressData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    if data.on > clock.today():
        errors["on"] = _("The date lies in the future.")
    elif project.decided_on and data.on < project.decided_on:
        errors["on"] = _("The date lies before the approval of the project.")
    check_money(data.value_invested_vnd, "value_invested_vnd", errors)
    check_money(data.money_spent_vnd, "money_spent_vnd", errors)
    if data.stated_percent is not None and not 0 <= data.stated_percent <= 100:
        errors["stated_percent"] = _("Enter a percentage from 0 to 100.")
    seen: set[int] = set()
    for indicator, quantity in data.results:
        if indicator.pk in seen:
            errors["results"] = _("Each result only once.")
        if not 0 <= quantity <= 10**9:
            errors["results"] = _("Enter a quantity, zero or more.")
        seen.add(indicator.pk)
    value = None if "value_invested_vnd" in errors else data.value_invested_vnd
    percent = computed_percent(value, project.investment_vnd)
    stated = data.stated_percent
    if percent is not None and stated is not None and abs(percent - stated) >= SAME_PERCENT:
        if not data.percent_reason.strip():
            errors["percent_reason"] = _(
                "The value invested makes %(computed)s %%. Say why the percentage is another."
            ) % {"computed": str(percent).replace(".", ",")}
    elif percent is not None:
        stated = None
    empty = data.value_invested_vnd is None and data.money_spent_vnd is None and stated is None
    said = any(text.strip() for text in (data.note, data.difficulties, data.proposals))
    if empty and not said and not data.results:
        errors["note"] = _("Say in a sentence what was done, or enter a figure.")
    if percent is not None and percent > Decimal("9999"):
        errors["value_invested_vnd"] = _("This is far more than the total investment. Check the digits.")
    falls = _falls(project, data)
    if not data.corrects_reason.strip():
        errors = {**falls, **errors}
    if errors:
        raise Invalid(fields=errors)
    return {
        "on": data.on,
        "value_invested_vnd": data.value_invested_vnd,
        "money_spent_vnd": data.money_spent_vnd,
        "percent": percent if percent is not None else stated,
        "stated_percent": stated,
        "percent_reason": data.percent_reason.strip() if stated is not None else "",
        "note": nfc(data.note).strip(),
        "difficulties": nfc(data.difficulties).strip(),
        "proposals": nfc(data.proposals).strip(),
        "corrects_reason": nfc(data.corrects_reason).strip() if falls else "",
    }


@transaction.atomic
def report_progress(project: Project, data: ProgressData, *, actor: "User") -> tuple[ProgressUpdate, bool]:
    """Store one update; (update, True). The same uuid with the same content is the same record: (update, False).

    Raises Conflict when the uuid was used for something else, WrongState when the project takes no progress.
    """
    project = lock(project)
    may_report_progress(project, actor).require()
    digest = content_hash(project, data)
    existing = ProgressUpdate.objects.filter(uuid=data.uuid).first()
    if existing is not None:
        return _same(existing, project, digest), False
    if project.state not in OPEN_FOR_PROGRESS:
        raise WrongState(
            _("Progress is reported for approved projects in progress; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )
    values = _checked(project, data)
    counting_day(project.province_id, data.on)
    try:
        with transaction.atomic():
            update: ProgressUpdate = ProgressUpdate.objects.create(
                uuid=data.uuid, project=project, reported_by=actor, content_hash=digest, **values
            )
    except IntegrityError:
        return _same(ProgressUpdate.objects.get(uuid=data.uuid), project, digest), False
    AchievedResult.objects.bulk_create(
        AchievedResult(update=update, indicator=indicator, quantity=quantity) for indicator, quantity in data.results
    )
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    if data.results:
        changes["results"] = (None, {indicator.code: quantity for indicator, quantity in data.results})
    record(update, "report", actor=actor, changes=changes, within=project)
    return update, True


@transaction.atomic
def confirm_progress(update: ProgressUpdate, *, actor: "User", note: str = "") -> ProgressUpdate:
    """From now on reports count it: as of its own day, or of today where its own day is locked. Never by the one who
    reported it."""
    return _decide(update, states.CONFIRM, actor, note)


@transaction.atomic
def return_progress(update: ProgressUpdate, *, actor: "User", note: str) -> ProgressUpdate:
    """Send it back with the reason. It stays as it was; a corrected one is a new update."""
    return _decide(update, states.RETURN_UPDATE, actor, note)


@states.PROGRESS_LIFE.condition
def _in_open_time(update: ProgressUpdate, step: Step) -> Verdict:
    """A decision is recorded on the day it is taken, and nothing is recorded on a locked one."""
    try:
        require_open(update.project.province_id)
    except WrongState as refusal:
        return no(refusal.message)
    return YES


@states.PROGRESS_LIFE.guard("return")
def _no_fall_without(update: ProgressUpdate, move: Move) -> None:
    """Refuse to return a correction from which a later update goes on: without it the figure would just fall."""
    if not update.corrects_reason:
        return
    rows = list(ProgressUpdate.objects.counted().filter(project=update.project_id))
    for name in CUMULATIVE:
        known = [row for row in rows if getattr(row, name) is not None]
        if update not in known:
            continue
        place = known.index(update)
        before, after = known[:place][-1:], known[place + 1 :][:1]
        if not (before and after) or after[0].corrects_reason:
            continue
        if getattr(after[0], name) < getattr(before[0], name):
            raise WrongState(
                _("It corrects an earlier figure, and the update of %(day)s goes on from it. Return that one first.")
                % {"day": f"{after[0].on:%d/%m/%Y}"}
            )


def _decide(update: ProgressUpdate, step: Any, actor: "User", note: str) -> ProgressUpdate:
    lock(update.project)  # what is returned may be what another update is just measured by
    update = lock(update)
    update.decided_by = actor
    update.decided_at = clock.now()
    if step is states.RETURN_UPDATE:
        update.return_reason = note.strip()
    changes = {}
    if step is states.CONFIRM and states.PROGRESS_LIFE.verdict(update, step, actor):
        update.counts_on, update.exception = counting(PROGRESS, where(update.project), update.on, update.reported_by)
        if update.counts_on != update.on:
            changes["counts_on"] = (None, update.counts_on)
    states.PROGRESS_LIFE.advance(update, step, actor=actor, note=note, changes=changes, within=update.project)
    if update.exception is not None:
        words = _("Progress of %(day)s, project %(project)s") % {
            "day": f"{update.on:%d/%m/%Y}", "project": update.project.code,
        }  # fmt: skip
        note_exception(update.exception, update, words, actor=actor)
    return update


def add_photo(update: ProgressUpdate, upload: Any, *, actor: "User", caption: str = "") -> ProgressPhoto:
    """check_photo and keep_photo in one."""
    return keep_photo(update, check_photo(upload), actor=actor, caption=caption)


def report_with_photos(
    project: Project, data: ProgressData, uploads: Sequence[Any], *, actor: "User"
) -> tuple[ProgressUpdate, bool]:
    """report_progress and add_photo in one: all of it is stored, or nothing. Sent twice, it is one record with each
    photo once. Raises Invalid at `photos`, naming each file that cannot be taken."""
    photos = check_photos(uploads)
    with transaction.atomic():
        update, created = report_progress(project, data, actor=actor)
        known = set(update.photos.values_list("file__sha256", flat=True))
        for photo in photos:
            if hashlib.sha256(photo.content).hexdigest() not in known:
                keep_photo(update, photo, actor=actor)
    return update, created


def check_photos(uploads: Sequence[Any]) -> list[Photo]:
    """Each as it will be stored. Raises Invalid at `photos`, naming each file that cannot be taken."""
    if len(uploads) > MAX_PHOTOS:
        raise Invalid(fields={"photos": _("At most %(count)s photos an update.") % {"count": MAX_PHOTOS}})
    photos, faults = [], []
    for upload in uploads:
        try:
            photos.append(check_photo(upload))
        except Invalid as error:
            faults += [f"{upload.name}: {text}" for texts in error.fields.values() for text in texts]
    if faults:
        raise Invalid(fields={"photos": faults})
    return photos


@transaction.atomic
def keep_photo(update: ProgressUpdate, photo: Photo, *, actor: "User", caption: str = "") -> ProgressPhoto:
    """Add a checked photo to one's own update while it is not decided. The same photo twice is one."""
    update = lock(update)
    if update.reported_by_id != actor.pk:
        raise NotAllowed(_("Only the one who reported adds photos."))
    if update.state != ProgressState.REPORTED:
        raise WrongState(_("This update has been decided; photos can no longer be added."))
    if is_locked(update.project.province_id, update.recorded_on):
        raise WrongState(
            _("Records of %(day)s are locked; send the photos with a new update.")
            % {"day": f"{update.recorded_on:%d/%m/%Y}"},
            code="locked",
        )
    stored = store_bytes(photo.content, photo.content_type)
    existing = update.photos.filter(file=stored).first()
    if existing is not None:
        return existing
    if update.photos.count() >= MAX_PHOTOS:
        raise Invalid(fields={"photo": _("At most %(count)s photos an update.") % {"count": MAX_PHOTOS}})
    row = ProgressPhoto.objects.create(update=update, file=stored, caption=nfc(caption).strip()[:200])
    record(update, "add_photo", actor=actor, changes={"photo": (None, stored.sha256)}, within=update.project)
    return row
