"""Reading every stored file again: is it there, whole, and the same to the byte; and is there one that nobody knows?

Rows and folders are gone through one after the other, so a store of any size needs little memory. What is being written
or swept meanwhile is no fault.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core import clock
from files.models import FileFault, PartRead, StoredFile
from files.services import path_of
from files.sweeping import KEPT, referring

PARTS = 24  # one an hour: each file is read once a day
FOLDERS = [f"{number:02x}" for number in range(256)]
AT_ONCE = 500  # rows
NAMED = 5  # records named for a file, of one kind


@dataclass(frozen=True)
class Part:
    """So much of the store: the `number`-th of `of` parts, all of them together everything."""

    number: int = 1
    of: int = 1

    def folders(self) -> list[str]:
        return FOLDERS[self.number - 1 :: self.of]


@dataclass(frozen=True)
class Fault:
    """`what`: missing, changed or orphan; `name`: of the file in its folder; `records`: who refers to it."""

    what: str
    name: str
    records: tuple[str, ...] = ()

    def __str__(self) -> str:
        who = "; ".join(self.records) or "nothing refers to it"
        return f"{self.what}: {self.name[:2]}/{self.name} ({who})" if self.what != "orphan" else f"orphan: {self.name}"


@dataclass(frozen=True)
class Looked:
    """One file that was looked at, and what is wrong with it."""

    size: int
    fault: Fault | None = None


def rows(part: Part, app: str = "") -> Any:
    """What is known of this part; with `app` only what records of that app refer to."""
    found = StoredFile.objects.order_by("sha256")
    if part.of > 1:
        wanted = Q()
        for folder in part.folders():
            wanted |= Q(sha256__startswith=folder)
        found = found.filter(wanted)
    if app:
        apps.get_app_config(app)
        used = Q(pk__in=[])
        for relation in referring():
            if relation.related_model._meta.app_label == app:
                users = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
                used |= Q(Exists(users))
        found = found.filter(used)
    return found


def check(part: Part = Part(), app: str = "") -> Iterator[Looked]:
    """Each file of the part, as it is looked at. Files that nobody knows are looked for only without `app`."""
    known, last = rows(part, app), ""
    while some := list(known.filter(sha256__gt=last)[:AT_ONCE]):  # no cursor is held open for as long as it takes
        yield from map(_look_at, some)
        last = some[-1].sha256
    if not app:
        yield from (Looked(0, fault) for fault in _orphans(part))


def _look_at(row: StoredFile) -> Looked:
    try:
        with path_of(row.sha256).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            same = size == row.size and hashlib.file_digest(file, "sha256").hexdigest() == row.sha256
        what = "" if same else "changed"
    except OSError:  # also a disk that cannot be read there
        size, what = 0, "missing"
    if not what or not StoredFile.objects.filter(pk=row.pk).exists():  # swept just now
        return Looked(size)
    return Looked(size, Fault(what, row.sha256, records_of(row)))


def records_of(row: StoredFile) -> tuple[str, ...]:
    """Who refers to the file, in words for whoever has to mend it."""
    found = []
    for relation in referring():
        model = relation.related_model
        users = model._base_manager.filter(**{relation.field.name: row}).order_by("pk")
        found += [f"{model._meta.label} {user.pk}: {user}" for user in users[:NAMED]]
    return tuple(found)


def next_part() -> Part:
    """The one never read, else the one read longest ago: an hour without a worker is made up for at once."""
    read_already = dict(PartRead.objects.order_by("read_at", "part").values_list("part", "read_at"))
    never = [number for number in range(1, PARTS + 1) if number not in read_already]
    return Part(never[0] if never else next(iter(read_already)), PARTS)


def read(part: Part) -> list[Fault]:
    """Look at the part and keep what is wrong there now, for the page of the administrator."""
    files, faults = 0, []
    for looked in check(part):
        if looked.fault:
            faults.append(looked.fault)
        if looked.fault is None or looked.fault.what != "orphan":
            files += 1
    now = clock.now()
    with transaction.atomic():
        for fault in faults:
            told = {"part": part.number, "seen_at": now}
            FileFault.objects.update_or_create(what=fault.what, name=fault.name[:255], defaults=told)
        FileFault.objects.filter(part=part.number, seen_at__lt=now).delete()  # mended
        PartRead.objects.update_or_create(part=part.number, defaults={"read_at": now, "files": files})
    return faults


def _orphans(part: Part) -> Iterator[Fault]:
    """Files no row knows, older than what files.sweeping leaves to whoever is writing just now."""
    root, limit = Path(settings.FILES_DIR), clock.now() - KEPT
    for folder in part.folders():
        if (root / folder).is_dir():
            known = StoredFile.objects.filter(sha256__startswith=folder).values_list("sha256", flat=True)
            yield from _unknown(root, folder, set(known), limit)
    if part.number == 1 and root.is_dir():
        yield from _unknown(root, "", set(FOLDERS), limit)


def _unknown(root: Path, folder: str, known: set[str], limit: dt.datetime) -> Iterator[Fault]:
    for name in sorted(set(os.listdir(root / folder)) - known):
        try:
            old = (root / folder / name).stat().st_mtime < limit.timestamp()
        except FileNotFoundError:  # swept just now
            continue
        if old:
            shown = os.fsencode(name).decode("utf-8", "backslashreplace")  # a name of another system's bytes
            yield Fault("orphan", f"{folder}/{shown}".lstrip("/"))
