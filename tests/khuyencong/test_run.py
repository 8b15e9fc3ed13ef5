"""`make run`: it comes up, what dies comes back, and nothing is left when it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes import wait_until

NOT_FOR_IT = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER", "DATA_DIR", "MAKEFLAGS"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One `make run` without the demonstration, in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.output = ""
        environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_IT}
        self.process = subprocess.Popen(
            # The packages are there already: the tests run with them.
            ["make", "run", "INSTALL=true", f"PY={sys.executable}"],
            cwd=settings.BASE_DIR,
            env={**environment, "DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def said(self, text: str, times: int = 1) -> bool:
        assert self.process.poll() is None or self.output.count(text) >= times, self.output
        return self.output.count(text) >= times

    def wait_ready(self) -> None:
        wait_until(lambda: self.said("Ready: "), 120, "«Ready»")

    def status(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return int(answer.status)

    def processes(self) -> dict[int, str]:
        """Everything that lives with this DATA_DIR: pid → command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if f"DATA_DIR={self.folder}\0" in (entry / "environ").read_text(errors="replace"):
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    command = (entry / "cmdline").read_text().replace("\0", " ").strip()
                    if state != "Z" and command:
                        found[int(entry.name)] = command
        return found

    def one(self, word: str) -> int:
        pids = [pid for pid, command in self.processes().items() if word in command]
        assert len(pids) == 1, self.processes()
        return pids[0]

    def end(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept from one test to the next, as an office's data are from one day to the next."""
    return tmp_path_factory.mktemp("portal")


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    run = Run(folder, free_port())
    try:
        run.wait_ready()
        yield run
    finally:
        run.end()


@pytest.mark.xdist_group("run")
class TestRun:
    def test_ready_means_that_web_and_worker_answer(self, run: Run) -> None:
        assert run.status() == 200
        assert f"Ready: http://127.0.0.1:{run.port}" in run.output
        assert run.one(" worker ") != run.one(" beat ")

    def test_a_second_portal_on_the_same_data_or_port_is_refused_in_words(self, run: Run, tmp_path: Path) -> None:
        same_data = Run(run.folder, free_port())
        assert same_data.process.wait(30) != 0
        same_data.reader.join(5)
        assert "already runs on" in same_data.output
        same_port = Run(tmp_path, run.port)
        assert same_port.process.wait(30) != 0
        same_port.reader.join(5)
        assert f"Port {run.port} cannot be used" in same_port.output
        assert run.status() == 200

    def test_a_worker_that_dies_is_started_again(self, run: Run) -> None:
        worker = run.one(" worker ")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: run.said("The worker ended (signal SIGKILL)"), 10, "the notice")
        wait_until(
            lambda: [pid for pid, command in run.processes().items() if " worker " in command and pid != worker],
            10,
            "another worker",
        )

    @pytest.mark.parametrize("to_whom", ["make", "everybody in the terminal"])
    def test_nothing_is_left_after_the_end(self, run: Run, to_whom: str) -> None:
        os.kill(run.one(" worker "), signal.SIGSTOP)  # busy with something that does not end
        if to_whom == "make":
            run.process.send_signal(signal.SIGTERM)
        else:
            os.killpg(run.process.pid, signal.SIGINT)  # what Ctrl-C does
        run.process.wait(15)
        wait_until(lambda: not run.processes(), 1, "the processes to end")

    def test_nothing_is_left_when_the_supervisor_is_killed(self, run: Run) -> None:
        assert len(run.processes()) > 4
        os.kill(run.one("tools/run.py"), signal.SIGKILL)
        wait_until(lambda: not run.processes(), 15, "the processes to end")
