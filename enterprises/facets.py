"""What higher floors know of establishments and their list shows: a filter, and tags that lead there.

Each app tells its facets at its start (AppConfig.ready). Tags of a page of the list are asked for all its
establishments at once, so that a facet costs one statement however long the page is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from enterprises.models import EnterpriseQuerySet


@dataclass(frozen=True)
class Tag:
    """`url` empty: only said."""

    text: str
    url: str = ""


Tags = dict[int, list[Tag]]  # by the establishment's id


@dataclass(frozen=True)
class Facet:
    """`name`: in the address; `place`: in the order of the filters and tags; `choices`: what the filter offers;
    `narrow(rows, choice, user)`; `tags(ids or a queryset of establishments, user)`: what the person may know. Without
    `narrow` it is no filter."""

    name: str
    place: int
    label: Any
    tags: Callable[[Any, "User"], Tags]
    choices: Sequence[tuple[str, Any]] = ()
    narrow: Callable[["EnterpriseQuerySet", str, "User"], "EnterpriseQuerySet"] | None = None


_known: dict[str, Facet] = {}


def register(facet: Facet) -> None:
    _known[facet.name] = facet


def facets() -> list[Facet]:
    """In their order, which does not depend on who started first."""
    return sorted(_known.values(), key=lambda one: one.place)


def tags_of(rows: Any, user: "User") -> Tags:
    """All tags of these establishments."""
    found: Tags = {}
    for facet in facets():
        for pk, tags in facet.tags(rows, user).items():
            found.setdefault(pk, []).extend(tags)
    return found
