"""Making and changing a record of this app: one way for all of them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from audit.services import changed, record
from core.errors import Conflict
from core.locks import lock

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


def _told(rows: Iterable[Any]) -> list[str]:
    return sorted(str(row) for row in rows)


def make(
    model: type[M],
    values: Mapping[str, Any],
    many: Mapping[str, Iterable[Any]] | None = None,
    *,
    actor: "User",
    within: models.Model | None = None,
) -> M:
    """Store a new row with what it points to (`many`), and say so in the trail. Rights and rules were asked before."""
    row: M = model._default_manager.create(**values)
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "", [])}
    for name, found in (many or {}).items():
        getattr(row, name).set(found)
        if found:
            changes[name] = (None, _told(found))
    record(row, "create", actor=actor, changes=changes, within=within)
    return row


def locked(row: M, version: int | None = None) -> M:
    """The row as it is now, unless somebody else changed it since `version` was read."""
    row = lock(row)
    if version is not None and version != row.version:  # type: ignore[attr-defined]
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    return row


def change(
    row: M,
    values: Mapping[str, Any],
    many: Mapping[str, Iterable[Any]] | None = None,
    *,
    actor: "User",
    within: models.Model | None = None,
) -> M:
    """Change a locked row; nothing happens where nothing differs."""
    changes = changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    for name, found in (many or {}).items():
        before, after = _told(getattr(row, name).all()), _told(found)
        if before != after:
            getattr(row, name).set(found)
            changes[name] = (before, after)
    if changes:
        row.version += 1  # type: ignore[attr-defined]
        row.save()
        record(row, "change", actor=actor, changes=changes, within=within)
    return row
