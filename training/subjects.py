"""The reference data of training, changed by officials: subjects, what counts towards a target, how long rosters are
kept. Each change has its reason in the audit trail; a rule for a target begins on a day that is not locked, so that no
figure of the locked time changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from audit.services import changed, record
from core.errors import Conflict, Invalid
from core.locks import lock, lock_name
from core.models import Verified
from core.text import fold, nfc
from places.models import Area
from programmes.models import DataLock, Indicator, Method
from programmes.permissions import may_change_rule
from training.models import CountingRule, CountUnit, RosterRetention, TrainingKind, TrainingSubject

if TYPE_CHECKING:
    from accounts.models import User

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class SubjectData:
    """A subject; area None: of the whole country; valid_from, valid_to None: open."""

    name: str
    kind: str
    area: Area | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    certificate_percent: int | None = None
    verified: str = Verified.NO
    note: str = ""


@dataclass(frozen=True)
class CountingData:
    """What counts towards an indicator from a day on: all classes of `kinds`, and those of `subjects`."""

    indicator: Indicator
    unit: str
    kinds: Sequence[str]
    subjects: Sequence[TrainingSubject]
    valid_from: dt.date
    verified: str = Verified.NO
    note: str = ""


def _reason(reason: str, errors: dict[str, str]) -> str:
    reason = nfc(reason).strip()
    if not reason:
        errors["reason"] = _("Give the reason.")
    return reason


def _stale(row: Any, version: int | None) -> None:
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")


def _subject(data: SubjectData, errors: dict[str, str], without: int | None = None) -> dict[str, Any]:
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the subject.")
    if data.kind not in TrainingKind.values:
        errors["kind"] = _("Choose the kind.")
    if data.valid_from and data.valid_to and data.valid_to < data.valid_from:
        errors["valid_to"] = _("The last day lies before the first.")
    if data.certificate_percent is not None and not 1 <= data.certificate_percent <= 100:
        errors["certificate_percent"] = _("Enter a percentage from 1 to 100.")
    near = Q(area__isnull=True) if data.area is None else Q(area__isnull=True) | Q(area=data.area)
    same = TrainingSubject.objects.filter(near).exclude(pk=without).values_list("name", flat=True)
    if name and fold(name) in {fold(one) for one in same}:
        errors["name"] = _("There is a subject of this name already.")
    return vars(replace(data, name=name, note=nfc(data.note).strip()))


@transaction.atomic
def add_subject(data: SubjectData, reason: str, *, actor: "User") -> TrainingSubject:
    """A new subject for classes, with the kind under which it is counted."""
    may_change_rule(data.area.pk if data.area else None, actor).require()
    errors: dict[str, str] = {}
    reason = _reason(reason, errors)
    values = _subject(data, errors)
    if errors:
        raise Invalid(fields=errors)
    lock_name("training: subjects")
    code = f"S{(TrainingSubject.objects.aggregate(last=Max('pk'))['last'] or 0) + 1}"
    row: TrainingSubject = TrainingSubject.objects.create(code=code, **values)
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    record(row, "create", actor=actor, note=reason, changes=changes)
    return row


@transaction.atomic
def change_subject(
    row: TrainingSubject, data: SubjectData, reason: str, *, actor: "User", version: int | None = None
) -> TrainingSubject:
    """Name, days, note of a subject. Its place stays, and its kind once classes have it."""
    row = lock(row)
    may_change_rule(row.area_id, actor).require()
    _stale(row, version)
    errors: dict[str, str] = {}
    reason = _reason(reason, errors)
    values = _subject(replace(data, area=row.area), errors, without=row.pk)
    if values["kind"] != row.kind and row.classes.exists():
        errors["kind"] = _("Classes have this subject: its kind stays. End it and add another one.")
    if errors:
        raise Invalid(fields=errors)
    changes = changed(row, values)
    if not changes:
        raise Invalid(_("Nothing is different from what is stored."), code="nothing_changes")
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    record(row, "change", actor=actor, note=reason, changes=changes)
    return row


def countable() -> Any:
    """Indicators that are computed and may count classes."""
    return Indicator.objects.filter(method=Method.COMPUTED).filter(~Q(training_kinds="") | Q(counting__isnull=False))


@transaction.atomic
def count_from(data: CountingData, reason: str, *, actor: "User") -> CountingRule:
    """From a day on these classes count towards the indicator, as people or attendances. The rule before ends the day
    before; figures of days before keep it."""
    may_change_rule(None, actor).require()
    errors: dict[str, str] = {}
    reason = _reason(reason, errors)
    if data.unit not in CountUnit.values:
        errors["unit"] = _("Choose one of the list.")
    if set(data.kinds) - set(TrainingKind.values):
        errors["kinds"] = _("Choose one of the list.")
    elif not data.kinds and not data.subjects:
        errors["kinds"] = _("Choose at least one kind or subject.")
    line = DataLock.objects.aggregate(last=Max("locked_through"))["last"]
    if line is not None and data.valid_from <= line:
        errors["valid_from"] = _("Records through %(day)s are locked: choose a later day.") % {
            "day": f"{line:%d/%m/%Y}"
        }
    lock_name(f"training: counting {data.indicator.pk}")
    before: CountingRule | None = CountingRule.objects.filter(indicator=data.indicator, valid_to__isnull=True).first()
    if before is not None and before.valid_from is not None and before.valid_from >= data.valid_from:
        errors["valid_from"] = _("The rule in force begins on %(day)s: choose a later day.") % {
            "day": f"{before.valid_from:%d/%m/%Y}"
        }
    if errors:
        raise Invalid(fields=errors)
    kinds = " ".join(kind for kind in TrainingKind.values if kind in data.kinds)
    if before is not None:
        before.valid_to = data.valid_from - ONE_DAY
        before.version += 1
        before.save()
        record(before, "end_rule", actor=actor, note=reason, changes={"valid_to": (None, before.valid_to)})
    row: CountingRule = CountingRule.objects.create(
        indicator=data.indicator, unit=data.unit, kinds=kinds, valid_from=data.valid_from, verified=data.verified,
        note=nfc(data.note).strip(),
    )  # fmt: skip
    row.subjects.set(data.subjects)
    was: tuple[Any, Any, list[str]] = (None, None, [])
    if before is not None:
        was = (before.unit, before.kinds.split(), [str(one) for one in before.subjects.all()])
    changes = {
        "unit": (was[0], row.unit),
        "kinds": (was[1], kinds.split()),
        "subjects": (was[2], [str(one) for one in data.subjects]),
        "valid_from": (None, row.valid_from),
    }
    record(row, "create", actor=actor, note=reason, changes={k: v for k, v in changes.items() if v[0] != v[1]})
    return row


@transaction.atomic
def keep_rosters_for(months: int, verified: str, note: str, reason: str, *, actor: "User") -> RosterRetention:
    """How long rosters are kept after the end of class and project."""
    may_change_rule(None, actor).require()
    errors: dict[str, str] = {}
    reason = _reason(reason, errors)
    if not 1 <= months <= 600:
        errors["months"] = _("Enter a number of months from 1 to 600.")
    if errors:
        raise Invalid(fields=errors)
    row: RosterRetention | None = RosterRetention.objects.select_for_update().first()
    new = {"months": months, "verified": verified, "note": nfc(note).strip()}
    if row is None:
        row = RosterRetention(pk=1, **new)
        changes: dict[str, Any] = {name: (None, value) for name, value in new.items() if value}
    else:
        changes = changed(row, new)
        for name, value in new.items():
            setattr(row, name, value)
        row.version += 1
    if not changes:
        raise Invalid(_("Nothing is different from what is stored."), code="nothing_changes")
    row.save()
    record(row, "change", actor=actor, note=reason, changes=changes)
    return row
