"""The locked line opened for a while, for one project or one area, to one person or office.

What is recorded within it counts on its own day although that is locked; a report of that time made again then has
another figure, as a corrected version. Nothing that was said is changed or removed by it: progress is corrected by a
further update, and money is never dated back (a late voucher is recorded in the open time). A class, who is counted of
its roster, a brand and what a cluster reached are put right in their rows, with the trail of it; of a selection what is
late is entered. The database knows the exception: a row counts in the locked time only with the one it names, and while
that is open (`guards.py` of each app).
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import Agency, Grant, User, areas_below
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock, lock_number
from core.text import nfc
from places.models import Area, AreaClosure
from programmes.locking import counting_day, locked_through
from programmes.permissions import may_lock
from projects.models import LockException, Project

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

LONGEST = 14  # days
HELD = 1802  # of the advisory locks: an exception by which somebody is recording
PROGRESS, CLASSES, ROSTERS, BRANDS, SELECTIONS, CLUSTERS = KINDS = (
    "progress", "classes", "rosters", "brands", "selections", "clusters",
)  # fmt: skip


@dataclass(frozen=True)
class ExceptionData:
    """One of project and area, one of person and agency. `until`: the last day."""

    until: dt.date
    reason: str
    project: Project | None = None
    area: Area | None = None
    person: User | None = None
    agency: Agency | None = None
    progress: bool = False
    classes: bool = False
    rosters: bool = False
    brands: bool = False
    selections: bool = False
    clusters: bool = False


RECORDERS = (Role.OFFICER, Role.CENTRE, Role.COLLABORATOR)


def recorders(user: User) -> "QuerySet[User]":
    """Whom the person may open the line to: those who record in the person's provinces, without the person."""
    rows: QuerySet[User] = User.objects.people().filter(is_active=True, pk__in=_today(user).values("user"))
    return rows.exclude(pk=user.pk)


def offices(user: User) -> "QuerySet[Agency]":
    """The offices of those who record there."""
    return Agency.objects.filter(pk__in=_today(user).values("user__agency"))


def _today(user: User) -> "QuerySet[Grant]":
    below = areas_below(user.sight.province_ids)
    return Grant.objects.valid_on(clock.today()).filter(role__in=RECORDERS, area__in=below)


@dataclass(frozen=True)
class Where:
    """What a record belongs to: an exception for one of these projects, or for a place above one of these areas, opens
    the line for it."""

    province_id: int
    projects: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()


def where(project: Project) -> Where:
    return Where(project.province_id, (project.pk,), (project.area_id,))


@transaction.atomic
def open_exception(
    province: Area, data: ExceptionData, *, actor: User, code: second_factor.Attempt | None
) -> LockException:
    """From now to the end of the day. A leader's, with the second factor; never for oneself."""
    may_lock(province.pk, actor).require()
    errors: dict[str, str] = {}
    today = clock.today()
    if locked_through(province.pk) is None:
        raise WrongState(_("Nothing is locked yet, so there is nothing to open."))
    if not today <= data.until <= today + dt.timedelta(days=LONGEST):
        errors["until"] = _("Choose a day from today on, %(days)s days ahead at the most.") % {"days": LONGEST}
    if (data.project is None) == (data.area is None):
        errors["project"] = _("Choose one project or one area.")
    elif data.project is not None and data.project.province_id != province.pk:
        errors["project"] = _("This project lies in another province.")
    elif data.area is not None and not AreaClosure.objects.filter(ancestor=province, area=data.area).exists():
        errors["area"] = _("This place lies in another province.")
    if (data.person is None) == (data.agency is None):
        errors["person"] = _("Choose one person or one office.")
    elif data.person is not None and data.person.pk == actor.pk:
        errors["person"] = _("Nobody opens the line for themselves.")
    kinds = {kind: getattr(data, kind) for kind in KINDS}
    if not any(kinds.values()):
        errors["progress"] = _("Choose what is opened.")
    if not data.reason.strip():
        errors["reason"] = _("Give the reason.")
    if errors:
        raise Invalid(fields=errors)
    second_factor.check(actor, code)
    end = dt.datetime.combine(data.until + dt.timedelta(days=1), dt.time(), timezone.get_default_timezone())
    row: LockException = LockException.objects.create(
        province=province, project=data.project, area=data.area, **kinds,
        person=data.person, agency=data.agency, reason=nfc(data.reason).strip(), opened_by_id=actor.pk, ends_at=end,
    )  # fmt: skip
    told = {
        "project": data.project and data.project.code,
        "area": data.area and data.area.full_name,
        "person": data.person and data.person.full_name,
        "agency": data.agency and data.agency.name,
        "until": data.until,
    }
    changes: dict[str, Any] = {name: (None, value) for name, value in told.items() if value}
    record(row, "open_exception", actor=actor, changes=changes, note=row.reason)
    return row


@transaction.atomic
def close_exception(row: LockException, reason: str, *, actor: User) -> LockException:
    """Before its time. What was written under it stays."""
    may_lock(row.province_id, actor).require()
    lock_number(HELD, row.pk)
    row = lock(row)
    if not row.is_open:
        raise WrongState(_("This exception is over."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("Give the reason.")})
    row.closed_by_id, row.closed_at, row.close_reason = actor.pk, clock.now(), nfc(reason).strip()
    row.save(update_fields=["closed_by", "closed_at", "close_reason"])
    record(row, "close_exception", actor=actor, note=row.close_reason)
    return row


def covering(kind: str, place: Where, who: User | None) -> LockException | None:
    """The exception by which the person may record this kind (of KINDS) in the locked time now, if any."""
    if who is None:
        return None
    above = AreaClosure.objects.filter(area__in=place.areas).values("ancestor_id")
    office = Q(agency=who.agency_id) if who.agency_id else Q(pk__in=[])
    rows = LockException.objects.open_at(clock.now()).filter(province=place.province_id, **{kind: True})
    rows = rows.exclude(opened_by=who.pk)  # nobody opens the line for themselves, by their office neither
    rows = rows.filter(Q(project__in=place.projects) | Q(area__in=above)).filter(Q(person=who.pk) | office)
    for found in rows.order_by("id"):
        lock_number(HELD, found.pk, shared=True)  # until what is recorded by it is stored, nobody closes it
        if rows.filter(pk=found.pk).exists():
            return found
    return None


def counting(kind: str, place: Where, day: dt.date, who: User | None) -> tuple[dt.date, LockException | None]:
    """The day from which reports count what is recorded now, as `counting_day`; its own day, and the exception, where
    that is locked and opened."""
    counted = counting_day(place.province_id, day)
    if counted == day:
        return day, None
    exception = covering(kind, place, who)
    return (day, exception) if exception else (counted, None)


def note(exception: LockException, row: "Model", words: str, *, actor: User) -> None:
    """Tell in the history of the exception what was written under it."""
    record(exception, "write_under_exception", actor=actor, note=words, within=getattr(row, "project", None))
