"""What a kind of report is, and where it is found by its code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from programmes.models import PeriodKind
from reports.kinds.texts import STANDARD, Part
from reports.measures.frame import Scope, Section

Asks = Literal["period", "project", "dates"]


def no_notes(scope: Scope) -> list[str]:
    return []


@dataclass(frozen=True)
class Kind:
    """`title` stands on the paper, `name` (translated) on the pages. `sections`: what makes its tables, each one or
    several. `periods`: of which periods it is made.

    `asks`: what one is asked for beside the area. «period»: one of `periods`. «project»: a project and a period; the
    report is one of the project's place. «dates»: two days and the measures wanted (none: all). `whole_province`: it is
    made of provinces alone. `notes`: what is said below the tables of it.
    `texts`: what is said beside the figures (reports.kinds.texts).
    """

    code: str
    title: str
    name: Any
    sections: tuple[Callable[[Scope], Section | list[Section]], ...]
    periods: tuple[PeriodKind, ...]
    asks: Asks = "period"
    whole_province: bool = False
    notes: Callable[[Scope], list[str]] = no_notes
    texts: tuple[Part, ...] = STANDARD


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    assert kind.code not in KINDS, kind.code
    KINDS[kind.code] = kind
    return kind
