"""Reading the files of reference data (data/*.csv)."""

import csv
import datetime as dt
from pathlib import Path

from django.conf import settings


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a file, each a dictionary by the names of its head. Empty text: not known or does not apply."""
    with (Path(settings.REFERENCE_DATA_DIR) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
