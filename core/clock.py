"""The one clock. Everything that asks for the time asks here, so that a test can set it, also in other processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The moment, aware, in UTC. With settings.CLOCK_FILE (tests only) the moment written there, if any."""
    held = _held.get()
    if held is not None:
        return held
    file = settings.CLOCK_FILE
    if file is not None and file.exists():
        text = file.read_text().strip()
        if text:
            return datetime.fromisoformat(text).astimezone(timezone.get_fixed_timezone(0))
    return timezone.now()


def today() -> date:
    """The day in the office (settings.TIME_ZONE)."""
    return timezone.localtime(now(), timezone.get_default_timezone()).date()


def local_day(moment: datetime) -> date:
    """The day in the office of a stored moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, the clock of this thread stands at `moment` (aware). Only for loading records of the past, so that the
    services that make them stamp the days they tell of: no request and no job may ask for it."""
    token = _held.set(moment.astimezone(timezone.get_fixed_timezone(0)))
    try:
        yield
    finally:
        _held.reset(token)
