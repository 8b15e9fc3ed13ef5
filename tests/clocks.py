"""The clock that tests set (core.clock reads it from a file, so that worker processes see it too)."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from core import clock


class Clock:
    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: str | dt.datetime | dt.date) -> None:
        """Stop the clock at a moment; without a zone it is meant in the office's, a date means eight in the morning."""
        if isinstance(moment, str):
            moment = dt.datetime.fromisoformat(moment if len(moment) > 10 else f"{moment}T08:00")
        if not isinstance(moment, dt.datetime):
            moment = dt.datetime.combine(moment, dt.time(8))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        temporary = self.file.with_suffix(".new")
        temporary.write_text(moment.isoformat())
        temporary.replace(self.file)

    def move(self, **delta: float) -> None:
        """Stop the clock that much after now: move(days=1, hours=2)."""
        self.set(clock.now() + dt.timedelta(**delta))

    def reset(self) -> None:
        """Let the clock go again."""
        self.file.unlink(missing_ok=True)
