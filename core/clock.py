"""The one clock. Everything that asks for the time asks here, so that a test can set it, also in other processes."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The moment, aware, in UTC. With settings.CLOCK_FILE (tests only) the moment written there, if any."""
    file = settings.CLOCK_FILE
    if file is not None and file.exists():
        text = file.read_text().strip()
        if text:
            return datetime.fromisoformat(text).astimezone(timezone.get_fixed_timezone(0))
    return timezone.now()


def today() -> date:
    """The day in the office (settings.TIME_ZONE)."""
    return timezone.localtime(now(), timezone.get_default_timezone()).date()
