"""Saying which data a fault struck, so that a person learns more than that something broke."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MARK = "at: "


def note(error: Exception, what: Any) -> None:
    """Remember with the fault what was being worked on: words, or a record (its code, or that of its project)."""
    error.add_note(f"{_MARK}{what if isinstance(what, str) else _name(what)}")


def _name(record: Any) -> str:
    for owner in (record, getattr(record, "project", None)):
        if code := getattr(owner, "code", None):
            return str(code)
    return f"{record._meta.label} {record.pk}"


@contextmanager
def at(what: str) -> Iterator[None]:
    """A fault inside is told with these words: the outer ones first."""
    try:
        yield
    except Exception as error:
        note(error, what)
        raise


def where(error: BaseException) -> list[str]:
    """What was noted, from the whole to the part."""
    notes = [text.removeprefix(_MARK) for text in getattr(error, "__notes__", []) if text.startswith(_MARK)]
    return list(dict.fromkeys(reversed(notes)))
