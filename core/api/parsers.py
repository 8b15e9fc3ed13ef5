"""Bodies of requests: strict JSON."""

import json
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from core.api.problems import Problem


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(_("The field «%(name)s» stands there twice.") % {"name": name[:60]})
        result[name] = value
    return result


def _no_constant(text: str) -> Any:
    raise ValueError(_("%(text)s is not a number.") % {"text": text})


class JSONParser(BaseParser):
    """An object; no field twice, no NaN, no lone surrogates."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            text = stream.read().decode("utf-8")
            data = json.loads(text, object_pairs_hook=_no_twice, parse_constant=_no_constant)
            text.encode("utf-8")
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except RecursionError as error:
            raise Problem(400, "malformed", _("The body is nested too deeply.")) from error
        except (ValueError, UnicodeError) as error:
            raise Problem(400, "malformed", _("The body is not JSON: %(why)s") % {"why": error}) from error
        if not isinstance(data, dict):
            raise Problem(400, "malformed", _("The body must be a JSON object."))
        return data
