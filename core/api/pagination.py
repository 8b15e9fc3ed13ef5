"""Keyset pages: a page begins after the last row of the one before, however many rows came in between."""

import base64
import binascii
import datetime as dt
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.api.problems import bad_parameter

DEFAULT_SIZE = 50


def _encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")


def _decode(cursor: str, ordering: tuple[str, ...]) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = orjson.loads(raw)
        if not isinstance(values, list) or len(values) != len(ordering) + 1 or values[0] != ",".join(ordering):
            raise ValueError
        if not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values[1:]):
            raise ValueError
        if isinstance(values[-1], int) and abs(values[-1]) > 2**62:
            raise ValueError
        return values[1:]
    except (ValueError, binascii.Error):
        raise bad_parameter("cursor", _("Use a cursor as the API gave it, with the same ordering.")) from None


class Page:
    """One page of a queryset in a fixed ordering. The last column of the ordering must be unique; none may be null."""

    def __init__(self, rows: "QuerySet[Any]", ordering: tuple[str, ...], values: dict[str, Any]) -> None:
        self.base = rows
        self.ordering = ordering
        self.size = values.get("page_size", DEFAULT_SIZE)
        self.cursor = values.get("cursor")
        self.count = values.get("count", False)

    def rows(self) -> list[Model]:
        rows = self.base.order_by(*self.ordering)
        if self.cursor:
            rows = rows.filter(self._after(_decode(self.cursor, self.ordering)))
        try:
            found = list(rows[: self.size + 1])
        except (ValueError, TypeError, OverflowError):  # a cursor whose values are of another kind
            raise bad_parameter("cursor", _("Use a cursor as the API gave it, with the same ordering.")) from None
        self.more = len(found) > self.size
        return found[: self.size]

    def _after(self, values: list[Any]) -> Q:
        """(a, b) after (x, y) is: a after x, or a = x and b after y."""
        condition, equal = Q(pk__in=[]), Q()
        for name, value in zip(self.ordering, values, strict=True):
            field, direction = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
            condition |= equal & Q(**{f"{field}__{direction}": value})
            equal &= Q(**{field: value})
        return condition

    def answer(self, request: HttpRequest, results: list[Any], rows: list[Any]) -> dict[str, Any]:
        following = None
        if self.more and rows:
            last = [_value(rows[-1], name.lstrip("-")) for name in self.ordering]
            query = {**request.GET.dict(), "cursor": _encode([",".join(self.ordering), *last])}
            following = f"{request.path}?{urlencode(query)}"
        previous = None
        if self.cursor:
            query = {name: value for name, value in request.GET.dict().items() if name != "cursor"}
            previous = f"{request.path}?{urlencode(query)}" if query else request.path
        answer = {"results": results, "next": following, "previous": previous}
        if self.count:
            answer["count"] = self.base.order_by().count()
        return answer


def _value(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row.isoformat() if isinstance(row, (dt.date, dt.datetime)) else row
