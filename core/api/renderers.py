"""JSON by orjson. The API speaks JSON and nothing else, so what a caller says it accepts is not asked."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def figure(value: Decimal) -> int | str:
    """A number that may have decimals: a whole one as an integer, any other as a decimal string, never a float."""
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return figure(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def dumps(value: Any) -> bytes:
    return orjson.dumps(value, default=_other)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class Negotiation(DefaultContentNegotiation):
    """The first renderer of the view, whatever «Accept» says: a file is a file, everything else is JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
