"""Query parameters: each view declares its own; unknown, repeated, malformed or out-of-range ones are refused."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import bad_parameter


@dataclass(frozen=True)
class Param:
    """`parse` gives the value or raises ValueError with a sentence."""

    name: str
    parse: Callable[[str], Any]
    schema: Any = str
    description: str = ""

    def openapi(self) -> OpenApiParameter:
        kwargs: dict[str, Any] = {"enum": self.schema} if isinstance(self.schema, list) else {"type": self.schema}
        return OpenApiParameter(self.name, location="query", required=False, description=self.description, **kwargs)


def text(name: str, description: str = "", longest: int = 200) -> Param:
    def parse(value: str) -> str:
        if len(value) > longest:
            raise ValueError(_("At most %(count)s characters.") % {"count": longest})
        if "\x00" in value:
            raise ValueError(_("A character cannot be taken."))
        return value

    return Param(name, parse, str, description)


def integer(name: str, low: int, high: int, description: str = "") -> Param:
    def parse(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(_("Give a whole number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return int(value)

    return Param(name, parse, int, description)


def choice(name: str, values: list[str], description: str = "") -> Param:
    def parse(value: str) -> str:
        if value not in values:
            raise ValueError(_("Give one of: %(values)s.") % {"values": ", ".join(values)})
        return value

    return Param(name, parse, list(values), description)


def boolean(name: str, description: str = "") -> Param:
    def parse(value: str) -> bool:
        if value not in ("true", "false"):
            raise ValueError(_("Give true or false."))
        return value == "true"

    return Param(name, parse, bool, description)


def parse_date(value: str) -> dt.date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(_("Give a date as 2026-01-31.")) from None


def date(name: str, description: str = "") -> Param:
    return Param(name, parse_date, dt.date, description)


def moment(name: str, description: str = "") -> Param:
    def parse(value: str) -> dt.datetime:
        try:
            found = dt.datetime.fromisoformat(value.replace(" ", "+"))
            if found.tzinfo is None or not 1900 <= found.year <= 9000:
                raise ValueError
            return found
        except ValueError:
            raise ValueError(_("Give a moment with its offset, as 2026-01-31T08:00:00+07:00.")) from None

    return Param(name, parse, dt.datetime, description)


def uuid_(name: str, description: str = "") -> Param:
    def parse(value: str) -> uuid.UUID:
        try:
            if len(value) != 36:
                raise ValueError
            return uuid.UUID(value)
        except ValueError:
            raise ValueError(_("Give an id as the API gave it.")) from None

    return Param(name, parse, uuid.UUID, description)


YEAR = integer("year", 1990, 2100, "Budget year.")
PAGING = (
    text("cursor", "Where the next page begins, as given by the page before.", 500),
    integer("page_size", 1, 200, "Rows a page; 50 unless said."),
    boolean("count", "true: also the total number of rows."),
)


def read(request: HttpRequest, declared: tuple[Param, ...]) -> dict[str, Any]:
    """The parameters that were given, parsed. Problem 400 for whatever is not declared, not single or not right."""
    known = {param.name: param for param in declared}
    values: dict[str, Any] = {}
    for name in request.GET:
        if name not in known:
            raise bad_parameter(name[:60], _("There is no such parameter here."))
        given = request.GET.getlist(name)
        if len(given) != 1:
            raise bad_parameter(name, _("Give it once."))
        if given[0] == "":
            raise bad_parameter(name, _("Give a value or leave it out."))
        try:
            values[name] = known[name].parse(given[0])
        except ValueError as error:
            raise bad_parameter(name, str(error)) from None
    return values
