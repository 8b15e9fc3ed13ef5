"""The line «khóa số liệu đến hết ngày …» of a province.

What was *recorded* up to the day is locked, whatever date its paper has: a late voucher keeps its own date and is
recorded in the open time. The line is moved forward by a leader and never back. It holds for money, progress and
classes alike; what of these is said late counts in reports from the day it is recorded (`counting_day`).
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock_number
from core.text import nfc
from places.models import Area
from programmes.models import DataLock
from programmes.permissions import may_lock

if TYPE_CHECKING:
    from accounts.models import User

LINE = 1801  # of the advisory locks, with the id of the province; the triggers name it too


def locked_through(province_id: int) -> dt.date | None:
    """The last locked day; None where nothing is locked."""
    day: dt.date | None = (
        DataLock.objects.filter(area=province_id)
        .order_by("-locked_through")
        .values_list("locked_through", flat=True)
        .first()
    )
    return day


def _wait_for_the_line(province_id: int) -> None:
    """On PostgreSQL: a line that is just being drawn is waited for, and none is drawn until the transaction ends. The
    triggers do the same; asked before, it is told in words and not by their refusal."""
    lock_number(LINE, province_id, shared=True)


def is_locked(province_id: int, day: dt.date) -> bool:
    """Inside the transaction that stores something: also until its end."""
    _wait_for_the_line(province_id)
    line = locked_through(province_id)
    return line is not None and day <= line


def counting_day(province_id: int, day: dt.date) -> dt.date:
    """The day from which reports count what is recorded now: its own, or today where its own is locked already.
    Called inside the transaction that stores it."""
    _wait_for_the_line(province_id)
    require_open(province_id)
    line = locked_through(province_id)
    return clock.today() if line is not None and day <= line else day


def require_open(province_id: int, day: dt.date | None = None) -> None:
    """Raise WrongState when nothing more is recorded on the day (today)."""
    line = locked_through(province_id)
    if line is not None and (day or clock.today()) <= line:
        raise WrongState(
            _("Records are locked through %(day)s. What comes later is recorded from the next day on.")
            % {"day": f"{line:%d/%m/%Y}"},
            code="locked",
        )


@transaction.atomic
def lock_through(province: Area, day: dt.date, reason: str, *, actor: "User") -> DataLock:
    """Move the line forward to the end of the day, today at the latest."""
    may_lock(province.pk, actor).require()
    errors: dict[str, str] = {}
    line = locked_through(province.pk)
    if day > clock.today():
        errors["locked_through"] = _("Lock up to today at the latest.")
    elif line is not None and day <= line:
        errors["locked_through"] = _("The line only moves forward; it stands at %(day)s.") % {"day": f"{line:%d/%m/%Y}"}
    if not reason.strip():
        errors["reason"] = _("Give the reason.")
    if errors:
        raise Invalid(fields=errors)
    try:
        with transaction.atomic():
            row: DataLock = DataLock.objects.create(
                area=province, locked_through=day, reason=nfc(reason).strip(), set_by_id=actor.pk
            )
    except IntegrityError as error:  # somebody moved it at the same moment
        raise Conflict(_("Somebody else has just moved the line. Look at it again.")) from error
    record(row, "lock", actor=actor, changes={"locked_through": (line, day)}, note=row.reason)
    return row
