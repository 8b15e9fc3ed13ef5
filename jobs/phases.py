"""Points in the middle of a job at which a test may stop the worker. Does nothing unless settings.PHASES_DIR is set,
which only the testing settings know."""

import time
from pathlib import Path

from django.conf import settings


def reached(name: str) -> None:
    """With a file `<name>.hold` in the folder: say so by `<name>.here` and wait until the hold is taken away."""
    folder: Path | None = getattr(settings, "PHASES_DIR", None)
    if folder is None:
        return
    hold = folder / f"{name}.hold"
    if hold.exists():
        (folder / f"{name}.here").touch()
        while hold.exists():
            time.sleep(0.02)
