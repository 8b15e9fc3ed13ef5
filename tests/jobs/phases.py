"""Stopping a worker process at a named point in the middle of its work (jobs.phases)."""

import time
from pathlib import Path

from django.conf import settings

from tests.processes import wait_until


class Phases:
    """A worker that reaches a held point waits there until it is let go."""

    def __init__(self) -> None:
        self.folder = Path(settings.PHASES_DIR)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clear()

    def hold(self, name: str) -> None:
        (self.folder / f"{name}.here").unlink(missing_ok=True)
        (self.folder / f"{name}.hold").touch()

    def wait_for(self, name: str, seconds: float = 30) -> None:
        """Until a worker stands at the point."""
        wait_until((self.folder / f"{name}.here").exists, seconds, f"a worker to reach «{name}»")

    def forget(self, name: str) -> None:
        """Who stands there is known; wait_for() then waits for the next one."""
        (self.folder / f"{name}.here").unlink(missing_ok=True)

    def let_go(self, name: str) -> None:
        (self.folder / f"{name}.hold").unlink(missing_ok=True)

    def clear(self) -> None:
        for file in self.folder.iterdir():
            file.unlink()


def pause(milliseconds: float) -> None:
    """So far a worker may go on after it was let go: a kill then falls between two named points."""
    time.sleep(milliseconds / 1000)
