"""Removing stored files that nothing refers to: what an attempt wrote that did not come to its end.

A file is written before the record that refers to it, so a worker that dies between the two leaves one behind. It does
no harm, and is gone a day later.
"""

import datetime as dt
import fcntl
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.db.utils import IntegrityError

from core import clock
from files.models import StoredFile
from files.services import held

KEPT = dt.timedelta(days=1)  # far longer than any job or request takes to refer to what it stored


def referring() -> list[Any]:
    """Every foreign key to a stored file, of whatever app, also those without a way back."""
    return [
        field for field in StoredFile._meta.get_fields(include_hidden=True) if field.one_to_many or field.one_to_one
    ]


def unused(limit: dt.datetime) -> Any:
    """Rows that nothing refers to and that nobody has stored again since."""
    rows = StoredFile.objects.filter(stored_at__lt=limit)
    for relation in referring():
        users = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        rows = rows.filter(~Exists(users))
    return rows


def sweep() -> int:
    """Remove what nothing refers to and is older than a day; gives how many files went. Safe beside everything else:
    whoever stores the same bytes again makes them young first."""
    limit = clock.now() - KEPT
    for pk in list(unused(limit).values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                row = unused(limit).select_for_update(of=("self",)).filter(pk=pk).first()
                if row is not None:
                    row.delete()
        except (ProtectedError, IntegrityError):  # somebody refers to it now
            continue
    root = Path(settings.FILES_DIR)
    return sum(_sweep_folder(folder, limit) for folder in sorted(root.glob("??")) if folder.is_dir())


def _sweep_folder(folder: Path, limit: dt.datetime) -> int:
    names = {place.name for place in folder.iterdir()}
    names -= set(StoredFile.objects.filter(sha256__startswith=folder.name).values_list("sha256", flat=True))
    gone = 0
    for name in sorted(names):
        place = folder / name
        try:
            with held(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                if place.stat().st_mtime < limit.timestamp():
                    place.unlink()
                    gone += 1
        except BlockingIOError:  # somebody writes here just now: next time
            break
        except FileNotFoundError:
            continue
    return gone
