"""What can go wrong by the rules of the office. Pages and API turn these into words and status codes, once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule refused the action. `message` is a sentence for the person; `fields` names the inputs to blame.

    `code` is a short stable word for programs; `extra` goes into the API's answer.
    """

    status = 409
    code = "refused"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields: dict[str, list[str]] = {
            name: list(text) if isinstance(text, (list, tuple)) else [str(text)]
            for name, text in (fields or {}).items()
        }
        self.extra = extra

    def in_words(self) -> str:
        """What the refusal says to the person, from its fields where it has no sentence of its own."""
        return self.message or " ".join(text for texts in self.fields.values() for text in texts)


class Invalid(DomainError):
    """What was typed cannot be taken: 400."""

    status = 400
    code = "invalid"


class NotAllowed(DomainError):
    """The person may not do this: 403, with the reason."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or not for this person: 404."""

    status = 404
    code = "not_found"


class WrongState(DomainError):
    """The step is not possible now: 409."""

    code = "wrong_state"


class Conflict(DomainError):
    """Somebody else was first, or the same thing exists already: 409."""

    code = "conflict"


def of_guard() -> Conflict:
    """What a person is told where a guard of the database refused what the service had let through: what it had asked
    about changed in between."""
    return Conflict(_("Something this depends on has just changed, so nothing was stored. Look at it again."))


class CeilingExceeded(DomainError):
    """There is not enough money under a ceiling: 409. `extra` holds needed_vnd, left_vnd and missing_vnd."""

    code = "ceiling_exceeded"
