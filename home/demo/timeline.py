"""What happened when: the steps of all records, taken in the order of their days with the clock set to each."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from core import clock

Action = Callable[[], object]
MORNING = dt.time(8)


class Timeline:
    """Collect what happens, then let it happen: so ids, codes and the audit trail run with time."""

    def __init__(self) -> None:
        self._events: list[tuple[dt.date, int, Action]] = []

    def add(self, day: dt.date, action: Action) -> None:
        """On this day; of one day, in the order they are added."""
        self._events.append((day, len(self._events), action))

    def run(self) -> None:
        minute, today = 0, None
        for day, _number, action in sorted(self._events, key=lambda event: event[:2]):
            minute = minute + 1 if day == today else 0
            today = day
            moment = dt.datetime.combine(day, MORNING, timezone.get_default_timezone()) + dt.timedelta(minutes=minute)
            with clock.at(moment):
                action()
        self._events.clear()
