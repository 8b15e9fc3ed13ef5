"""Handing a person's units and open work over to another, at once.

What was done by the giver stays theirs: entries, updates and answers keep their author. What is only typed and not
stored (accounts.drafts) is personal and stays too; a draft is no record and is gone after 30 days.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import permissions, services
from accounts.models import AgencyKind, Grant, HandOver, HandOverUnit, User, UserKind
from accounts.open_work import KINDS, OpenWork
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from places.models import Area, Level
from places.services import province_of

if TYPE_CHECKING:
    from audit.actors import Actor

AT_MOST_AHEAD = dt.timedelta(days=92)


@dataclass(frozen=True)
class Order:
    """What is asked for. `areas`: units of the giver; `everything`: all open work, not only that of the units."""

    giver: User
    taker: User
    starts_on: dt.date
    reason: str
    areas: Sequence[Area] = ()
    everything: bool = False


@dataclass
class Plan:
    """What an order would do. `units`: the giver's role for each unit; `rows`: open work by kind."""

    units: list[Grant]
    rows: list[tuple[OpenWork, list[Any]]]
    seen: str = ""

    @property
    def total(self) -> int:
        return sum(len(rows) for _kind, rows in self.rows)


@dataclass
class Unit:
    """A unit the person may hand over, by their role for it; `ended`: nothing of the role is left to end."""

    grant: Grant
    ended: bool
    covered_by: list[User] = field(default_factory=list)


def units_of(giver: User) -> list[Unit]:
    """Units of today the person answers for, will, or did, and has not handed over; the last role for each."""
    today = clock.today()
    done = HandOverUnit.objects.filter(grant_number=OuterRef("pk"))
    grants = giver.grants.filter(~Exists(done), role=Role.COLLABORATOR).select_related("area", "user")
    found: dict[int, Unit] = {}
    for grant in grants.order_by("valid_from", "id"):
        if grant.area is not None and (grant.area.valid_to is None or grant.area.valid_to >= today):
            found[grant.area.pk] = Unit(grant, grant.valid_to is not None and grant.valid_to < today)
    others = Grant.objects.valid_on(today).filter(role=Role.COLLABORATOR, area__in=found, user__is_active=True)
    for other in others.exclude(user=giver).select_related("user"):
        found[other.area_id or 0].covered_by.append(other.user)
    return sorted(found.values(), key=lambda unit: (unit.ended, str(unit.grant.area)))


def plan(order: Order) -> Plan:
    """What would move now. Units that are not the giver's are left out."""
    wanted = {area.pk for area in order.areas}
    units = [unit.grant for unit in units_of(order.giver) if unit.grant.area_id in wanted]
    areas = None if order.everything else [grant.area_id or 0 for grant in units]
    rows = [
        (kind, list(kind.rows(order.giver, areas).order_by("pk")) if areas is None or areas else [])
        for kind in KINDS.values()
    ]
    shown = [
        order.giver.pk,
        order.taker.pk,
        order.starts_on,
        order.everything,
        sorted(wanted),
        [(grant.pk, grant.valid_to) for grant in units],
        [(kind.code, [row.pk for row in found]) for kind, found in rows],
    ]
    return Plan(units, rows, hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest())


def check(order: Order, actor: "Actor") -> None:
    """Raises what stands against the order, whatever is open.

    Administrators of the province alone: whoever hands over a unit takes a role from one person and gives it to
    another, and no other role gives or takes roles (accounts.permissions).
    """
    permissions.may_hand_over(order.giver, actor).require()
    permissions.may_take_over(order.taker, actor).require()
    today = clock.today()
    errors: dict[str, str] = {}
    if order.giver.pk == order.taker.pk:
        errors["taker"] = _("Choose somebody else than the one who hands over.")
    elif not order.taker.is_active:
        errors["taker"] = _("This account is closed. Open it again first.")
    elif order.taker.kind != UserKind.PERSON:
        errors["taker"] = _("Only a person takes over.")
    if order.starts_on < today:
        errors["starts_on"] = _("The first day is today or later: what was done until now was done by the other one.")
    elif order.starts_on > today + AT_MOST_AHEAD:
        errors["starts_on"] = _("The first day lies more than three months ahead.")
    if not nfc(order.reason).strip():
        errors["reason"] = _("Enter the reason.")
    if not order.areas and not order.everything:
        errors["areas"] = _("Choose a unit, or all open work.")
    if errors:
        raise Invalid(fields=errors)


@transaction.atomic
def hand_over(order: Order, *, actor: "Actor", seen: str = "") -> HandOver:
    """Carry it out, all or nothing. `seen`: what was shown before (`Plan.seen`); Conflict where it is another by now.

    Raises:
        Conflict: A unit was handed over meanwhile, or something else would move than was shown.
        Invalid: Something typed cannot be taken, or the taker may not have one of the rows.
    """
    people = {}
    for pk in sorted({order.giver.pk, order.taker.pk}):  # always in this order: of two that cross one waits
        people[pk] = lock(User(pk=pk))
    order = Order(
        people[order.giver.pk], people[order.taker.pk], order.starts_on, nfc(order.reason).strip(),
        tuple(order.areas), order.everything,
    )  # fmt: skip
    check(order, actor)
    found = plan(order)
    _none_gone(order, found)
    if seen and seen != found.seen:
        raise Conflict(_("Something changed since this was shown. Look at it again."), code="stale")
    if not found.units and not found.total:
        raise WrongState(_("There is nothing to hand over: no unit and no open work."))
    for grant in found.units:
        _pass_on(grant, order, actor)
    order.taker.__dict__.pop("sight", None)
    for kind, rows in found.rows:
        for row in rows:
            try:
                kind.move(row, order.taker, actor=actor, reason=order.reason)
            except Invalid as refusal:  # it belongs to a form that is not shown here
                raise Invalid(fields={"taker": f"«{kind.words(row)}»: {refusal.in_words()}"}) from refusal
    return _write_down(order, found, actor)


def _none_gone(order: Order, found: Plan) -> None:
    left = {grant.area_id for grant in found.units}
    gone = [area for area in order.areas if area.pk not in left]
    if not gone:
        return
    given = HandOverUnit.objects.filter(area__in=gone, hand_over__giver=order.giver).select_related("hand_over__taker")
    last = given.order_by("-id").first()
    if last is not None:
        words = _("%(area)s was handed over already, to %(taker)s from %(day)s on.")
        raise Conflict(
            words % {"area": last.area, "taker": last.hand_over.taker.full_name, "day": _day(last.hand_over.starts_on)},
            code="handed_over",
        )
    names = ", ".join(str(area) for area in gone)
    raise Invalid(fields={"areas": _("%(person)s does not answer for %(area)s.") % _who(order.giver, names)})


def _who(person: User, area: str) -> dict[str, str]:
    return {"person": person.full_name, "area": area}


def _day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _pass_on(grant: Grant, order: Order, actor: "Actor") -> None:
    """The giver's roles for the unit end the day before, the taker's begins. One that had a last day keeps it."""
    same = order.giver.grants.filter(role=grant.role, area=grant.area)
    running = list(same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=order.starts_on)).order_by("valid_from"))
    first = max(order.starts_on, running[0].valid_from) if running else order.starts_on
    last = running[-1].valid_to if running else None
    for row in running:
        services.end_grant(row, order.starts_on - dt.timedelta(days=1), actor=actor)
    own = order.taker.grants.filter(role=grant.role, area=grant.area, valid_from__lte=first)
    if own.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=last or dt.date.max)).exists():
        return  # the taker answers for it beside the giver already
    try:
        services.grant_role(order.taker, grant.role, grant.area, first, last, actor=actor)
    except Invalid as refusal:
        raise Invalid(fields={"taker": f"{grant.area}: {refusal.in_words()}"}) from refusal


def _write_down(order: Order, found: Plan, actor: "Actor") -> HandOver:
    moved = {kind.code: [row.pk for row in rows] for kind, rows in found.rows if rows}
    row: HandOver = HandOver.objects.create(
        province=_province(order, found, actor),
        giver=order.giver,
        taker=order.taker,
        starts_on=order.starts_on,
        reason=order.reason,
        everything=order.everything,
        moved=moved,
        recorded_by=actor if isinstance(actor, User) else None,
    )
    HandOverUnit.objects.bulk_create(
        HandOverUnit(hand_over=row, area=grant.area, grant_number=grant.pk) for grant in found.units
    )
    changes: dict[str, tuple[Any, Any]] = {
        "responsible": (order.giver.full_name, order.taker.full_name),
        "valid_from": (None, order.starts_on),
    }
    if found.units:
        changes["areas"] = (None, [str(grant.area) for grant in found.units])
    if moved:
        changes["moved"] = (None, found.total)
    record(row, "hand_over", actor=actor, changes=changes, note=order.reason, within=order.giver)
    record(row, "take_over", actor=actor, changes=changes, note=order.reason, within=order.taker)
    return row


def _province(order: Order, found: Plan, actor: "Actor") -> Area:
    """Whose administrators and leaders read it."""
    if found.units and found.units[0].area is not None:
        return province_of(found.units[0].area)
    for person in (order.giver, order.taker):
        office = person.agency
        if office is not None and office.area is not None and office.kind != AgencyKind.MINISTRY:
            return office.area if office.area.level == Level.PROVINCE else province_of(office.area)
    ids = actor.sight.administers_ids if isinstance(actor, User) else ()
    return Area.objects.filter(pk__in=ids, valid_to__isnull=True).order_by("pk")[0]


def kinds_moved(row: HandOver) -> list[tuple[OpenWork, list[int]]]:
    """The kinds of what moved, each with the ids; of a kind that is no more nothing is told."""
    return [(KINDS[code], ids) for code, ids in row.moved.items() if code in KINDS]


def rows_of(kind: OpenWork, row: HandOver, ids: Sequence[int]) -> Any:
    """The rows of what moved, as they are today, with what their words need."""
    rows = kind.rows(row.taker).model._default_manager.filter(pk__in=ids)
    return rows.select_related().order_by("pk")


def recent(taker: User) -> list[HandOver]:
    """What the person took over of late: until 30 days after their first day."""
    since = clock.today() - dt.timedelta(days=30)
    rows = HandOver.objects.filter(taker=taker, starts_on__gte=since).select_related("giver")
    return list(rows.prefetch_related("units__area")[:5])
