"""The table of who may take which step when (steps.csv), written by hand and read here.

One row a group of cells; the first row that fits a cell gives its answer. `*` is everything, `!a|b` everything but.
Answers: yes; state (not now); right (not this person); hidden (they do not see the project); none (this life has
no such step).
"""

import csv
import functools
from collections import Counter
from pathlib import Path

from projects.models import ProjectState as S

FILE = Path(__file__).with_name("steps.csv")
ROLES = ("officer", "leader", "accountant", "centre", "auditor", "collaborator", "ministry", "administrator")
RELATIONS = ("own", "author", "foreign")
TRACKS = ("national", "local")
COLUMNS = ("step", "source", "state", "role", "relation")


def states_of(source: str) -> list[str]:
    """The states a project of this money can be in."""
    away = () if source == "national" else (S.REGISTERED, S.MINISTRY_APPRAISED)
    return [str(state) for state in S if state not in away]


def _fits(pattern: str, value: str) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("!"):
        return value not in pattern[1:].split("|")
    return value in pattern.split("|")


class Table:
    def __init__(self) -> None:
        with FILE.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file, strict=True))
        self.used: Counter[int] = Counter()

    def answer(self, *cell: str) -> str:
        """What the table says of (step, source, state, role, relation). KeyError where no row fits."""
        for number, row in enumerate(self.rows):
            if all(_fits(row[column], value) for column, value in zip(COLUMNS, cell, strict=True)):
                self.used[number] += 1
                return row["answer"]
        raise KeyError(cell)


@functools.cache
def table() -> Table:
    return Table()
