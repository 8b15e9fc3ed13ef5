"""Keyset pages: a page begins after the last row of the one before, however many rows came in between."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.api.problems import bad_parameter

DEFAULT_SIZE = 50
Ordering = tuple[str, ...]

# Signed, so that a cursor holds what a page put into it and nothing else.
_signer = Signer(salt="core.api.cursor")


def both_ways(**orderings: Ordering) -> dict[str, Ordering]:
    """Each named ordering and its reverse: {"code": ("code", "id")} also gives "-code"."""
    found: dict[str, Ordering] = {}
    for name, columns in orderings.items():
        found[name] = columns
        found[f"-{name}"] = _reverse(columns)
    return found


def _reverse(ordering: Ordering) -> Ordering:
    return tuple(column[1:] if column.startswith("-") else f"-{column}" for column in ordering)


class Page:
    """One page of a queryset in a fixed ordering. The last column of the ordering must be unique; none may be null."""

    def __init__(self, rows: "QuerySet[Any]", ordering: Ordering, values: dict[str, Any]) -> None:
        self.base = rows
        self.ordering = ordering
        self.size: int = values.get("page_size", DEFAULT_SIZE)
        self.count: bool = values.get("count", False)
        self.edge: list[Any] | None
        self.backwards, self.edge = self._read(values["cursor"]) if "cursor" in values else (False, None)

    def _read(self, cursor: str) -> tuple[bool, list[Any]]:
        try:
            ordering, backwards, edge = _signer.unsign_object(cursor)
            if ordering != list(self.ordering):
                raise ValueError
        except (BadSignature, ValueError, TypeError):
            raise bad_parameter("cursor", _("Use a cursor as the API gave it, with the same ordering.")) from None
        return backwards, edge

    def rows(self) -> list[Model]:
        """The rows of the page; tells whether there are more on either side."""
        ordering = _reverse(self.ordering) if self.backwards else self.ordering
        rows = self.base.order_by(*ordering)
        if self.edge is not None:
            rows = rows.filter(_after(ordering, self.edge))
        found = list(rows[: self.size + 1])
        further = len(found) > self.size
        found = found[: self.size]
        if self.backwards:
            found.reverse()
            self.has_next, self.has_previous = True, further
        else:
            self.has_next, self.has_previous = further, self.edge is not None
        return found

    def answer(self, request: HttpRequest, results: list[Any], rows: list[Any]) -> dict[str, Any]:
        """`results` are the rows as shown; the links are paths, as everywhere in the API."""
        answer: dict[str, Any] = {
            "results": results,
            "next": self._link(request, rows[-1], False) if rows and self.has_next else None,
            "previous": self._link(request, rows[0], True) if rows and self.has_previous else None,
        }
        if self.count:
            answer["total"] = self.base.order_by().count()
        return answer

    def _link(self, request: HttpRequest, row: Any, backwards: bool) -> str:
        edge = [_value(row, column.lstrip("-")) for column in self.ordering]
        cursor = _signer.sign_object([list(self.ordering), backwards, edge])
        return f"{request.path}?{urlencode({**request.GET.dict(), 'cursor': cursor})}"


def _after(ordering: Ordering, edge: list[Any]) -> Q:
    """(a, b) after (x, y) is: a after x, or a = x and b after y."""
    condition, equal = Q(), Q()
    for column, value in zip(ordering, edge, strict=True):
        name, direction = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{direction}": value})
        equal &= Q(**{name: value})
    return condition


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row.isoformat() if isinstance(row, (dt.date, dt.datetime)) else row
