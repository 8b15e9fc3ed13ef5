"""What nothing refers to is gone after a day; what something refers to, or was stored again, never."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import clock as portal_clock
from files.models import StoredFile
from files.services import path_of, store_bytes
from files.sweeping import referring, sweep
from papers.models import PaperTemplate
from reports.models import ReportFile
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, clock: Clock) -> Iterator[Path]:
    settings.FILES_DIR = tmp_path
    clock.set(portal_clock.now())
    yield tmp_path


def refer_to(stored: StoredFile) -> None:
    PaperTemplate.objects.create(form="letter", file=stored, version=1)


def lying(folder: Path) -> set[str]:
    return {place.name for place in folder.glob("??/*")}


def test_file_nothing_refers_to_is_gone_after_a_day_and_the_others_stay(folder: Path, clock: Clock) -> None:
    used, forgotten = store_bytes(b"used", "text/plain"), store_bytes(b"forgotten", "text/plain")
    refer_to(used)
    half = path_of(forgotten.sha256).parent / ".half.tmp"  # of a worker that died while it wrote
    half.write_bytes(b"forgot")
    without_row = path_of("ab" + "0" * 62)  # of a transaction that was never committed
    without_row.parent.mkdir(exist_ok=True)
    without_row.write_bytes(b"x")
    assert sweep() == 0  # all are young
    clock.move(hours=25)
    young = store_bytes(b"young", "text/plain")
    os.utime(path_of(young.sha256), (portal_clock.now().timestamp(),) * 2)  # by the clock of the test
    assert sweep() == 3
    assert set(StoredFile.objects.all()) == {used, young}
    assert lying(folder) == {used.sha256, young.sha256}


def test_file_stored_again_is_young_again(folder: Path, clock: Clock) -> None:
    """An attempt that died left it; the next one stores the same bytes and refers to them only at its end."""
    store_bytes(b"again", "text/plain")
    clock.move(hours=25)
    stored = store_bytes(b"again", "text/plain")
    os.utime(path_of(stored.sha256), (portal_clock.now().timestamp(),) * 2)
    assert sweep() == 0
    refer_to(stored)
    clock.move(days=30)
    assert sweep() == 0
    assert path_of(stored.sha256).read_bytes() == b"again"


def test_every_foreign_key_to_a_stored_file_is_known() -> None:
    """Also those without a way back (related_name «+»), of every app."""
    known = {relation.related_model for relation in referring()}
    assert {ReportFile, PaperTemplate} <= known
    assert len(referring()) >= 13
