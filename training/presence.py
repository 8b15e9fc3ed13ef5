"""Who was there at which session of a class: present, absent, or not recorded, which is neither.

Where anything is recorded of a person, the share of the sessions they attended is worked out from it and is typed no
more: those present among those recorded, in whole percent. The trail tells how many entries a class has and how a
person's share changed, never who that is. When a roster is erased the entries stay, nameless.
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from audit.services import record, record_many
from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock
from training.models import Attendance, ClassSession, Presence, TrainingClass
from training.permissions import may_keep_roster
from training.rosters import require_kept, roster_of

if TYPE_CHECKING:
    from accounts.models import User

Told = Mapping[tuple[int, int], bool | None]  # (attendance, session): present, absent, None: not recorded


def share(present: int, absent: int) -> int | None:
    """Whole percent, rounded half up; None where nothing is recorded."""
    recorded = present + absent
    return (200 * present + recorded) // (2 * recorded) if recorded else None


def with_counts(row: TrainingClass) -> list[Any]:
    """The sessions with how many were present (`came`), absent (`missed`) and are not recorded (`left`)."""
    people = row.attendances.count()
    came = Count("presences", filter=Q(presences__present=True))
    missed = Count("presences", filter=Q(presences__present=False))
    found: list[Any] = list(row.sessions.annotate(came=came, missed=missed).order_by("on", "position"))
    for one in found:
        one.left = people - one.came - one.missed
    return found


def is_recorded(row: TrainingClass) -> bool:
    return Presence.objects.filter(session__training_class=row).exists()


def stored(row: TrainingClass) -> dict[tuple[int, int], bool]:
    rows = Presence.objects.filter(session__training_class=row)
    return {(one, session): present for one, session, present in rows.values_list("attendance", "session", "present")}


@transaction.atomic
def tell_presence(row: TrainingClass, told: Told, *, actor: "User", version: int | None = None) -> int:
    """Store these entries and leave all others. Gives how many are different now. Raises Conflict where somebody else
    changed the roster's entries since `version` of it was read."""
    row = lock(row, "project")
    may_keep_roster(row.project, actor).require()
    require_kept(row)
    roster = roster_of(row)
    if version is not None and version != roster.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    sessions = {one.pk: one for one in row.sessions.all()}
    people = {one.pk: one for one in row.attendances.all()}
    known = stored(row)
    new = {place: value for place, value in told.items() if known.get(place) != value}
    if any(one not in people or session not in sessions for one, session in new):
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    early = {sessions[session].on for (_one, session), value in new.items() if value is not None} - _past(sessions)
    if early:
        raise Invalid(_("The session on %(day)s is still to come.") % {"day": f"{min(early):%d/%m/%Y}"})
    if not new:
        return 0
    for (one, session), value in new.items():
        if value is None:
            Presence.objects.filter(attendance=one, session=session).delete()
    Presence.objects.bulk_create(
        [Presence(attendance_id=a, session_id=s, present=value) for (a, s), value in new.items() if value is not None],
        update_conflicts=True, unique_fields=["attendance", "session"], update_fields=["present"],
    )  # fmt: skip
    after = {place: value for place, value in {**known, **new}.items() if value is not None}
    _work_out([people[pk] for pk in {one for one, _session in new}], after, actor)
    roster.version += 1
    roster.save()
    changes = {"presences": (len(known), len(after)), "presences_changed": (None, len(new))}
    record(row, "tell_presence", actor=actor, changes=changes, within=row.project)
    return len(new)


def _past(sessions: Mapping[int, ClassSession]) -> set[dt.date]:
    return {one.on for one in sessions.values() if one.on <= clock.today()}


def _work_out(people: list[Attendance], after: Mapping[tuple[int, int], bool], actor: "User") -> None:
    """The shares of these people anew."""
    said: dict[int, list[int]] = {}
    for (pk, _session), present in after.items():
        said.setdefault(pk, [0, 0])[0 if present else 1] += 1
    trail: list[Any] = []
    for one in people:
        percent = share(*said.get(one.pk, (0, 0)))
        if percent != one.attended_percent:
            trail.append((one, "change", {"attended_percent": (one.attended_percent, percent)}))
            one.attended_percent = percent
            one.version += 1
    Attendance.objects.bulk_update([one for one, _action, _changes in trail], ["attended_percent", "version"], 500)
    record_many(trail, actor=actor)
