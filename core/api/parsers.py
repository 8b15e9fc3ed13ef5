"""Bodies of requests: strict JSON, and forms with files."""

import json
from typing import IO, Any

import orjson
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.parsers import BaseParser

from core.api.problems import Problem
from core.text import told_name

DEEPEST = 20  # objects and lists inside one another


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(_("The field «%(name)s» stands there twice.") % {"name": told_name(name)})
        result[name] = value
    return result


def _too_deep(data: Any) -> bool:
    """Whether something is nested deeper than any body of the API needs. Walks without recursion."""
    level: list[Any] = [data]
    for _depth in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _too_large() -> Problem:
    return Problem(413, "too_large", _("More was sent than can be taken at once."))


class JSONParser(BaseParser):
    """An object of UTF-8 JSON: no field twice, no NaN, no half characters, nothing nested without end."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 5 * 1024 * 1024
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise _too_large()
        try:
            orjson.loads(raw)  # stricter than the standard library in all but repeated names
            data = json.loads(raw, object_pairs_hook=_no_twice)
        except (ValueError, RecursionError) as error:
            raise Problem(400, "malformed", _("The body is not JSON: %(why)s") % {"why": error}) from error
        if not isinstance(data, dict):
            raise Problem(400, "malformed", _("The body must be a JSON object."))
        if _too_deep(data):
            raise Problem(400, "malformed", _("The body is nested too deeply."))
        return data


class FormParser(parsers.FormParser):
    """application/x-www-form-urlencoded, no larger than any other body."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 5 * 1024 * 1024
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise _too_large()
        return QueryDict(raw, encoding="utf-8")


class UploadParser(parsers.MultiPartParser):
    """A form with a file. What is far too large is refused before it fills the disk."""

    longest = 25 * 1024 * 1024

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        assert parser_context is not None
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > self.longest:
            raise _too_large()
        return super().parse(stream, media_type, parser_context)
