"""Writing the audit trail."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from audit import origin
from audit.actors import Actor
from audit.models import Entry


def _plain(value: Any) -> Any:
    """A value as the trail keeps it: readable for ever, without needing the row it once pointed to."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return [_plain(item) for item in value]
    return str(value)


def record(
    obj: models.Model,
    action: str,
    *,
    actor: Actor,
    changes: Mapping[str, tuple[Any, Any] | list[Any]] | None = None,
    note: str = "",
    within: models.Model | None = None,
) -> Entry:
    """Write that `actor` did `action` to `obj`. Belongs in the transaction of the change and refuses to run outside
    one. `changes` maps a field to (old, new); `within` is the larger thing whose history shows it too."""
    entry = _entry(obj, action, actor, changes, note, within)
    entry.save(force_insert=True)
    return entry


def record_many(
    done: Iterable[tuple[models.Model, str, Mapping[str, tuple[Any, Any] | list[Any]]]], *, actor: Actor, note: str = ""
) -> None:
    """record() for many objects at once: (object, action, changes) each, in a number of statements that grows with the
    thousands only."""
    entries = [_entry(obj, action, actor, changes, note, None) for obj, action, changes in done]
    Entry.objects.bulk_create(entries, batch_size=1000)


def _entry(
    obj: models.Model,
    action: str,
    actor: Actor,
    changes: Mapping[str, tuple[Any, Any] | list[Any]] | None,
    note: str,
    within: models.Model | None,
) -> Entry:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("record() needs the transaction of the change")
    here = origin.current()
    return Entry(
        actor_kind=actor.audit_kind,
        actor_id=actor.audit_id,
        actor_label=actor.audit_label[:200],
        channel=here.channel,
        address=here.address,
        device=here.device,
        request_id=here.request_id,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:300],
        within_type=within._meta.label_lower if within is not None else "",
        within_id=str(within.pk) if within is not None else "",
        changes={name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items()},
        note=note,
    )


def changed(obj: models.Model, new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Which of the `new` values differ from the object's: {field: (old, new)}; foreign keys by their object."""
    result = {}
    for name, value in new.items():
        old = getattr(obj, name)
        if old != value:
            result[name] = (old, value)
    return result
