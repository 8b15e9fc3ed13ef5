"""`make run`: the whole portal on this machine, until Ctrl-C or SIGTERM.

Prepares the database (khuyencong.prepare), then keeps a web server, a worker and the clockwork of the schedule alive:
whichever dies is started again. Says «Ready» once web and worker answer. Takes from the environment: PORT, DATA_DIR,
DEMO, DEMO_PASSWORD, DEMO_TOTP_SECRET, DEMO_CLIENT_SECRET, and what .env.example names.
"""

import contextlib
import ctypes
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOST = "127.0.0.1"
GRACE_SECONDS = 8  # after that a child is killed; a job it held comes back when its lease runs out
STEADY_SECONDS = 60  # a child that lived that long is started again at once
GIVE_UP_AFTER = 5  # quick deaths in a row before the portal was ever ready
PR_SET_PDEATHSIG = 1


class Stop(Exception):
    """Somebody asked us to end."""


def say(text: str) -> None:
    print(text, flush=True)


def die_with_parent(number: int) -> None:
    """Have the kernel send us this signal when our parent is gone, however it went (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


@dataclass
class Child:
    """A process that is to live as long as the portal, with a process group of its own."""

    name: str
    command: list[str]
    on_orphaned: signal.Signals = signal.SIGKILL
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_at: float = 0.0

    def start(self, environment: dict[str, str]) -> None:
        parent = os.getpid()

        def before_exec() -> None:
            die_with_parent(self.on_orphaned)
            if os.getppid() != parent:
                os._exit(1)

        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=before_exec,  # safe: this program has one thread
        )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def how_it_ended(self) -> str:
        code = self.process.returncode if self.process is not None else None
        if code is not None and code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"


class Portal:
    def __init__(self, *, port: int, data_dir: Path) -> None:
        self.port = port
        self.data_dir = data_dir
        self.asked_to_stop = 0
        self.ready = False
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "khuyencong.settings.embedded",
            "DATA_DIR": str(data_dir),
            "PYTHONUNBUFFERED": "1",
            "C_FORCE_ROOT": "1",  # Celery warns root about pickled messages; ours are JSON
        }
        celery = [str(BIN / "celery"), "--app", "khuyencong", "--quiet", "--skip-checks"]
        self.preparation = Child("preparation", [sys.executable, "-m", "khuyencong.prepare"], signal.SIGTERM)
        self.children = [
            Child(
                "web server",
                [
                    *(str(BIN / "gunicorn"), "khuyencong.wsgi:application", f"--bind={HOST}:{port}"),
                    *("--worker-class=gthread", "--workers=2", "--threads=4", "--preload", "--no-control-socket"),
                    *("--graceful-timeout=5", "--timeout=120", "--log-level=warning"),
                ],
                signal.SIGTERM,  # its own processes end with it
            ),
            Child(
                "worker",  # one of its two threads stays free for people (JOB_SCHEDULED_AT_ONCE)
                [
                    *(*celery, "worker", "--pool=threads", "--concurrency=2", "--loglevel=WARNING"),
                    *("--without-mingle", "--without-gossip", "--without-heartbeat", f"--hostname=worker-{port}@%h"),
                ],
            ),
            Child(
                "schedule",
                [*celery, "beat", "--loglevel=WARNING", f"--schedule={data_dir / 'beat-schedule'}", "--pidfile="],
            ),
        ]

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def pause(self, seconds: float) -> None:
        """Wait, unless somebody asks us to end."""
        until = time.monotonic() + seconds
        while not self.asked_to_stop and time.monotonic() < until:
            time.sleep(0.1)
        if self.asked_to_stop:
            raise Stop

    def prepare(self) -> None:
        self.preparation.start(self.environment)
        while self.preparation.alive():
            self.pause(0.1)
        if self.preparation.process is None or self.preparation.process.returncode != 0:
            raise SystemExit(f"The portal could not be prepared ({self.preparation.how_it_ended()}).")

    def keep_alive(self) -> None:
        """Start what does not run, each time a little later if it keeps dying at once."""
        for child in self.children:
            if child.alive():
                continue
            now = time.monotonic()
            if child.process is not None and child.start_at <= child.started:  # it has just died
                child.kill_group()
                child.quick_deaths = 0 if now - child.started > STEADY_SECONDS else child.quick_deaths + 1
                if not self.ready and child.quick_deaths >= GIVE_UP_AFTER:
                    raise SystemExit(f"The {child.name} does not start ({child.how_it_ended()}).")
                wait = min(30, 2 ** (child.quick_deaths - 1)) if child.quick_deaths > 1 else 0
                child.start_at = now + wait
                say(f"The {child.name} ended ({child.how_it_ended()}); starting it again in {wait} s.")
            if now >= child.start_at:
                child.start(self.environment)

    def not_ready_because(self) -> str:
        """Empty when web and worker answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": f"{HOST}:{self.port}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200:
                return ""
            return ", ".join(f"{part}: {why}" for part, why in json.loads(body)["failing"].items())
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return "the web server does not answer yet"
        finally:
            connection.close()

    def serve(self) -> None:
        say("Starting the web server, the worker and the schedule ...")
        patience = time.monotonic() + 30
        while True:
            self.keep_alive()
            if not self.ready:
                why = self.not_ready_because()
                if not why:
                    self.ready = True
                    say(f"Ready: http://{HOST}:{self.port}")
                    accounts = self.data_dir / "demo_accounts.txt"
                    if accounts.exists():
                        say(accounts.read_text(encoding="utf-8").rstrip())
                    say("Ctrl-C ends it.")
                elif time.monotonic() > patience:
                    say(f"Still waiting ({why}) ...")
                    patience += 30
            self.pause(0.2)

    def end(self) -> None:
        """Ask everybody to end, then kill what is left, with all that it started."""
        everybody = [self.preparation, *self.children]
        for child in everybody:
            child.send(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        while any(child.alive() for child in everybody) and time.monotonic() < until and self.asked_to_stop < 2:
            time.sleep(0.05)
        for child in everybody:
            child.kill_group()


def alone_on(data_dir: Path) -> IO[str]:
    """Hold the data folder. The lock goes with this process, however it ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = (data_dir / "run.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        raise SystemExit(
            f"The portal already runs on {data_dir} (process {handle.read().strip() or 'unknown'}). "
            "End it first, or give another folder: make run DATA_DIR=/some/where PORT=8001"
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} cannot be used ({error.strerror}). Give another: make run PORT={port + 1}"
            ) from None


def main() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SystemExit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    data_dir = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    portal = Portal(port=int(text), data_dir=data_dir)
    die_with_parent(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, portal.on_signal)
    with alone_on(data_dir):
        require_free(portal.port)
        try:
            portal.prepare()
            portal.serve()
        except Stop:
            say("Ending ...")
        finally:
            portal.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
