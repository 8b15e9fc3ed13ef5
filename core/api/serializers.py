"""What may stand in a body: the declared fields and no others, each of exactly its type."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import Serializer, ValidationError

from core.api.params import parse_date, parse_uuid
from core.api.renderers import figure
from core.text import nfc, told_name

MAX_VND = 10**15 - 1  # as the services have it
# What XML, and so every workbook, refuses: control characters other than tab and line ends, halves of characters.
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FIRST_YEAR, LAST_YEAR = 1900, 2100


class StrictSerializer(Serializer[Any]):
    """Unknown and read-only fields are faults."""

    default_error_messages = {"invalid": _("This must be a JSON object.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            errors = {told_name(name): [_("There is no such field to write.")] for name in data if name not in writable}
            if errors:
                raise ValidationError(errors)
        return super().to_internal_value(data)


# --- what is read -----------------------------------------------------------------------------------------------------


class Text(serializers.CharField):
    """A string, not a number that looks like one; NFC; no character that no file could show."""

    default_error_messages = {"control": _("A character in it cannot be taken.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if UNSHOWABLE.search(data):
            self.fail("control")
        return nfc(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON integer. A string or 1.0 is refused: an amount is never guessed."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Vnd(Whole):
    """Whole đồng, none below zero."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", MAX_VND)
        super().__init__(**kwargs)


class SignedVnd(Vnd):
    """Whole đồng; below zero takes away."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", -MAX_VND)
        super().__init__(**kwargs)


class Day(serializers.DateField):
    """2026-01-31 and no other spelling."""

    default_error_messages = {"far": _("Check the year of this date.")}

    def to_internal_value(self, value: Any) -> dt.date:
        try:
            found = parse_date(value if isinstance(value, str) else "")
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.fail("far")
        return found


class DecimalText(serializers.DecimalField):
    """«35.50», never a JSON number: no digit is lost on the way."""

    def __init__(self, max_digits: int, decimal_places: int, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of the codes, as a string. A refusal tells what may stand there and not what did."""

    default_error_messages = {"invalid_choice": _("Give one of: %(values)s.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            words = self.error_messages["invalid_choice"] % {"values": ", ".join(map(str, self.choices))}
            raise ValidationError(words, code="invalid_choice")
        return data


class Flag(serializers.BooleanField):
    """true or false; no word or number that stands for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:60])
        return data


class Uuid(serializers.UUIDField):
    """An id as the API gives it, in no other spelling."""

    def to_internal_value(self, data: Any) -> Any:
        found = parse_uuid(data)
        if found is None:
            self.fail("invalid", value=str(data)[:60])
        return found


@extend_schema_field({"type": "string"})
class Reference(serializers.Field[Any, Any, Any, Any]):
    """A code that stands for a row: `find` gives the row, or None when there is none (or none that the caller sees)."""

    default_error_messages = {"invalid": _("Give a code as the API gave it."), "unknown": _("There is no such code.")}

    def __init__(self, find: Callable[[str], Any], **kwargs: Any) -> None:
        self.find = find
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", data):
            self.fail("invalid")
        found = self.find(data)
        if found is None:
            self.fail("unknown")
        return found


class Known(Uuid):
    """The id of a row that the caller sees: gives the row. `rows`: of a user, which rows those are. One of others is
    refused in the words of one that does not exist."""

    default_error_messages = {"unknown": _("There is no such thing here.")}

    def __init__(self, rows: Callable[[Any], Any], **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        public_id = super().to_internal_value(data)
        found = self.rows(self.context["request"].user).filter(public_id=public_id).first()
        if found is None:
            self.fail("unknown")
        return found


class EmptyBody(StrictSerializer):
    """Nothing is said."""


class ReasonBody(StrictSerializer):
    """`note`: the reason, kept in the history."""

    note = Text(max_length=500)


# --- what is shown ----------------------------------------------------------------------------------------------------


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "decimal"}]})
class Figure(serializers.Field[Any, Any, Any, Any]):
    """A number that may have decimals: an integer, or a decimal string."""

    def to_representation(self, value: Any) -> int | str:
        return figure(value)


class Coverage(Serializer[Any]):
    """How many have reported, of how many that should."""

    reported = serializers.IntegerField()
    expected = serializers.IntegerField()


class ProblemError(Serializer[Any]):
    field = serializers.CharField(help_text="Which input is to blame; of nested ones the path, as results.0.quantity.")
    message = serializers.CharField()


class ProblemShown(Serializer[Any]):
    """What went wrong (RFC 9457). `code` is a stable word for programs; some codes bring more members, as
    `missing_vnd` with `ceiling_exceeded` and `candidates` with `duplicate`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for a person, in the language asked for.")
    code = serializers.CharField()
    errors = ProblemError(many=True)  # type: ignore[assignment]
    trace_id = serializers.CharField(help_text="Under this id the portal's log knows the request.")
