"""Query parameters: each view declares its own; unknown, repeated, malformed or out-of-range ones are refused.

The same declaration goes into the schema (core.api.schema).
"""

import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from core.api.problems import bad_parameter
from core.text import told_name


@dataclass(frozen=True)
class Param:
    """`parse` gives the value, or raises ValueError with a sentence. `schema` is its OpenAPI type."""

    name: str
    parse: Callable[[str], Any]
    schema: dict[str, Any]
    description: str = ""

    def openapi(self) -> OpenApiParameter:
        return OpenApiParameter(self.name, type=self.schema, location="query", description=self.description)


def _plain(value: str) -> str:
    """Text that any database takes: no control characters, nothing that was not UTF-8."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value) or "\ufffd" in value:
        raise ValueError(_("A character in it cannot be taken."))
    return value


def text(name: str, description: str = "", longest: int = 200) -> Param:
    def parse(value: str) -> str:
        if len(value) > longest:
            raise ValueError(_("At most %(count)s characters.") % {"count": longest})
        return _plain(value)

    return Param(name, parse, {"type": "string", "minLength": 1, "maxLength": longest}, description)


def code(name: str, description: str = "", longest: int = 40) -> Param:
    """A code or uid as the API gives it: letters, digits, dot, hyphen, underscore."""

    def parse(value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", value) or len(value) > longest:
            raise ValueError(_("Give a code as the API gave it."))
        return value

    return Param(name, parse, {"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": longest}, description)


def integer(name: str, low: int, high: int, description: str = "", default: int | None = None) -> Param:
    def parse(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII) or not low <= int(value) <= high:
            raise ValueError(_("Give a whole number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return int(value)

    schema = {"type": "integer", "minimum": low, "maximum": high}
    return Param(name, parse, schema if default is None else {**schema, "default": default}, description)


def choice(name: str, values: Sequence[str], description: str = "") -> Param:
    def parse(value: str) -> str:
        if value not in values:
            raise ValueError(_("Give one of: %(values)s.") % {"values": ", ".join(values)})
        return value

    return Param(name, parse, {"type": "string", "enum": list(values)}, description)


def boolean(name: str, description: str = "") -> Param:
    def parse(value: str) -> bool:
        if value not in ("true", "false"):
            raise ValueError(_("Give true or false."))
        return value == "true"

    return Param(name, parse, {"type": "boolean"}, description)


def parse_date(value: str) -> dt.date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
            raise ValueError
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(_("Give a date as 2026-01-31.")) from None


def date(name: str, description: str = "") -> Param:
    return Param(name, parse_date, {"type": "string", "format": "date"}, description)


def moment(name: str, description: str = "") -> Param:
    def parse(value: str) -> dt.datetime:
        try:
            if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:", value, re.ASCII):
                raise ValueError
            # A «+» that was not escaped arrives as a blank.
            found = dt.datetime.fromisoformat(value.replace(" ", "+"))
            if found.tzinfo is None or not 1900 <= found.year <= 9000:
                raise ValueError
            return found.astimezone(dt.UTC)  # any offset; PostgreSQL takes no more than 15:59 of one
        except ValueError:
            raise ValueError(_("Give a moment with its offset, as 2026-01-31T08:00:00+07:00.")) from None

    return Param(name, parse, {"type": "string", "format": "date-time"}, description)


def uuid_(name: str, description: str = "") -> Param:
    def parse(value: str) -> uuid.UUID:
        found = parse_uuid(value)
        if found is None:
            raise ValueError(_("Give an id as the API gave it."))
        return found

    return Param(name, parse, {"type": "string", "format": "uuid"}, description)


def parse_uuid(value: object) -> uuid.UUID | None:
    """A UUID in its usual spelling, or None."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        return uuid.UUID(value)
    return None


YEAR = integer("year", 1990, 2100, "Budget year.")
CHANGED_SINCE = moment("changed_since", "Only what something was done to at or after this moment.")
PAGING = (
    text("cursor", "Where the page begins, as given in `next` and `previous`.", 4000),
    integer("page_size", 1, 200, "Rows a page.", default=50),
    boolean("count", "true: the answer has the `total` number of rows."),
)


def read(query: QueryDict, declared: Sequence[Param]) -> dict[str, Any]:
    """The parameters that were given, parsed. Problem 400 for whatever is not declared, not single or not right."""
    known = {param.name: param for param in declared}
    values: dict[str, Any] = {}
    for name in query:
        if name not in known:
            raise bad_parameter(told_name(name), _("There is no such parameter here."))
        given = query.getlist(name)
        if len(given) != 1:
            raise bad_parameter(name, _("Give it once."))
        if given[0] == "":
            raise bad_parameter(name, _("Give a value or leave it out."))
        try:
            values[name] = known[name].parse(given[0])
        except ValueError as error:
            raise bad_parameter(name, str(error)) from None
    return values
