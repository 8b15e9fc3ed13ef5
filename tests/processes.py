"""Real processes in tests: a Celery worker and the schedule, on the test's database."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from khuyencong.celery import app


def wait_until(condition: Callable[[], Any], seconds: float = 20, what: str = "it") -> Any:
    """What the condition gives as soon as it is true; fails after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


def database_url() -> str:
    """The test database, as another process is told of it."""
    config = connections["default"].settings_dict
    if config["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{config['NAME']}"
    who = f"{config['USER']}:{config['PASSWORD']}@" if config["USER"] else ""
    return f"postgres://{who}{config['HOST'] or '127.0.0.1'}:{config['PORT'] or 5432}/{config['NAME']}"


def process_environment() -> dict[str, str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "khuyencong.settings.testing",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "C_FORCE_ROOT": "1",
    }
    environment.pop("PYTEST_XDIST_WORKER", None)  # DATA_DIR is this test process's own already
    return environment


def forget_messages() -> None:
    """Empty the broker."""
    with app.connection_for_write() as connection, contextlib.suppress(Exception):
        connection.default_channel.queue_purge("celery")


@dataclass(frozen=True)
class Kept:
    """A worker that was forked, and is nobody's child here."""

    pid: int

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        wait_until(lambda: not self.alive(), 10, "the end of the worker")


class Worker:
    """Worker processes of one test."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.processes: list[subprocess.Popen[bytes]] = []
        self.keeper: subprocess.Popen[bytes] | None = None
        self.kept: list[Kept] = []
        self.count = 0
        self.beats = 0

    def _spawn(
        self, *arguments: str, app: str = "khuyencong", environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        celery = [str(Path(sys.executable).parent / "celery"), f"--app={app}", "--quiet", "--skip-checks"]
        process = subprocess.Popen(
            [*celery, *arguments],
            cwd=settings.BASE_DIR,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        self.processes.append(process)
        return process

    def start(
        self,
        *,
        beat: bool = False,
        pool: str = "threads",
        app: str = "khuyencong",
        environment: dict[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it has reported; with `beat` the schedule too. `app` is a module that gives
        the Celery application, for a worker in which a test has taken something away."""
        from jobs.models import WorkerHeartbeat

        self.count += 1
        before = set(WorkerHeartbeat.objects.values_list("name", "at"))
        process = self._spawn(
            *("worker", f"--pool={pool}", "--concurrency=2", "--loglevel=WARNING", f"--hostname=test{self.count}@%h"),
            *("--without-mingle", "--without-gossip", "--without-heartbeat"),
            app=app,
            environment=environment,
        )
        if beat:
            self.start_beat()

        def reported() -> bool:
            assert process.poll() is None, f"the worker ended with {process.returncode}"
            return bool(set(WorkerHeartbeat.objects.values_list("name", "at")) - before)

        wait_until(reported, 60, "the worker's heartbeat")
        return process

    def start_kept(self) -> "Kept":
        """A worker forked off a process that has loaded the portal already: there in no time (tests.jobs.kept)."""
        from jobs.models import WorkerHeartbeat

        if self.keeper is None:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "tests.jobs.kept"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,
            )
            assert self.keeper.stdout and self.keeper.stdout.readline() == b"ready\n"
        assert self.keeper.stdin and self.keeper.stdout
        self.count += 1
        self.keeper.stdin.write(f"{self.count}\n".encode())
        self.keeper.stdin.flush()
        kept = Kept(int(self.keeper.stdout.readline()))
        self.kept.append(kept)
        name = f"{socket.gethostname()}:{kept.pid}"
        wait_until(WorkerHeartbeat.objects.filter(name=name).exists, 60, "the worker's heartbeat")
        return kept

    def start_beat(self) -> subprocess.Popen[bytes]:
        """The schedule alone. Each beat of a test keeps its own file."""
        self.beats += 1
        schedule = Path(settings.DATA_DIR) / f"beat-schedule-{self.beats}"
        return self._spawn("beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile=")

    def kill(self, process: subprocess.Popen[bytes] | None = None) -> None:
        """SIGKILL, as if the power had gone: the process and all that it started."""
        for victim in [process] if process else self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()

    def stop(self) -> None:
        """End everything, first politely; forked ones at once."""
        for kept in self.kept:
            kept.kill()
        self.kept.clear()
        if self.keeper is not None:
            self.keeper.kill()
            self.keeper.communicate()
            self.keeper = None
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + 5
        while any(process.poll() is None for process in self.processes) and time.monotonic() < until:
            time.sleep(0.05)
        self.kill()
        self.processes.clear()
