"""A measured figure beside its floor."""

import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection


def size(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


@dataclass(frozen=True)
class Figure:
    """`ratio` is value ÷ floor; `goal` in words; `queries` None where it is not counted."""

    name: str
    value: float
    unit: str
    floor: float
    goal: str
    ok: bool
    queries: int | None = None

    def line(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return json.dumps(
            {
                "name": self.name,
                "engine": connection.vendor,
                "projects": size("BENCH_PROJECTS", 1000),
                "value": round(self.value, 2),
                "unit": self.unit,
                "floor": round(self.floor, 2),
                "ratio": round(self.value / self.floor, 2),
                "goal": self.goal,
                "ok": self.ok,
                "peak_mib": peak,
                "queries": self.queries,
            }
        )


def milliseconds(act: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000


def beside(work: Callable[[], Any], floor: Callable[[], Any], rounds: int = 15) -> tuple[float, float]:
    """Medians of both in turns, in milliseconds, after a warm-up."""
    work(), floor()
    pairs = [(milliseconds(work), milliseconds(floor)) for _round in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
