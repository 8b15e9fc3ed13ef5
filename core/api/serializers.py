"""What may stand in a body: the declared fields and no others."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.text import nfc


class StrictSerializer(serializers.Serializer[Any]):
    """Unknown and read-only fields are faults, text is kept in NFC, whole numbers are whole numbers and no strings."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            errors = {str(name)[:60]: [_("There is no such field to write.")] for name in data if name not in writable}
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A string, not a number that looks like one; NFC; no NUL."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return nfc(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON integer. A string or 1.0 is refused: an amount is never guessed."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Vnd(Whole):
    """Whole đồng."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 10**15)
        super().__init__(**kwargs)
