"""Database or broker go away and come back: what was asked for is made, once, and nobody has to ask again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from core import clock as portal_clock
from jobs.models import Job
from jobs.services import ring
from reports.models import Report
from reports.services import request_report
from tests import factories as f
from tests.clocks import Clock
from tests.jobs.phases import Phases
from tests.jobs.test_crash import what_is_wrong_with
from tests.processes import Worker, database_url, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def phases() -> Iterator[Phases]:
    phases = Phases()
    yield phases
    phases.clear()


@pytest.fixture
def ask(transactional_db: None) -> Callable[[], Job]:
    """One more report by a person, each of a period of its own."""
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    year = portal_clock.today().year
    count = iter(range(100))

    def one() -> Job:
        period = f.period(f"{year}-{next(count):02d}", f"{year}-01-01", f"{year}-12-31")
        return request_report("programme-results", period, place.province, actor=people.officer)

    return one


def done(jobs: list[Job]) -> bool:
    states = set(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("state", flat=True))
    assert "failed" not in states
    return states == {"done"}


# --- the database -----------------------------------------------------------------------------------------------------


class Cluster:
    """A PostgreSQL of the test's own, with a copy of the test's database."""

    def __init__(self, folder: Path) -> None:
        self.bin = Path(sorted(glob("/usr/lib/postgresql/*/bin"))[-1])
        self.folder, self.port = folder, free_port()
        self.as_postgres: list[str] = []
        if os.getuid() == 0:  # which PostgreSQL does not run as
            self.as_postgres = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")

    def run(self, *command: str, **options: Any) -> None:
        subprocess.run([*self.as_postgres, *command], check=True, cwd="/", capture_output=True, **options)

    def control(self, *command: str) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        with open(os.devnull, "ab") as log:  # a pipe would be held open by the server
            subprocess.run(
                [
                    *self.as_postgres,
                    *(str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log")),
                    *(("-o", options) if command[0] != "stop" else ()),
                    *command,
                ],
                check=True,
                cwd="/",
                stdout=log,
                stderr=log,
            )

    def start(self) -> None:
        self.run(
            *(str(self.bin / "initdb"), "-D", str(self.folder / "data"), "-U", "khuyencong", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        self.control("start")

    def restart(self) -> None:
        """As when the machine went down: whoever was connected is thrown out, what was not committed is gone."""
        self.control("restart", "-m", "immediate")

    def copy(self, url: str) -> str:
        """The database of the test, here. Gives its address."""
        here = f"postgres://khuyencong@127.0.0.1:{self.port}/postgres"
        dump = subprocess.run(
            [str(self.bin / "pg_dump"), "--no-owner", "--no-privileges", url], check=True, capture_output=True
        ).stdout
        subprocess.run(
            [str(self.bin / "psql"), "-q", "-v", "ON_ERROR_STOP=1", here], input=dump, check=True, capture_output=True
        )
        return here


@contextmanager
def moved_to(port: int) -> Iterator[None]:
    """This process works on the copy."""
    before = {}
    for alias in ("default", "snapshot"):
        config = connections[alias].settings_dict
        before[alias] = {name: config[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        connections[alias].close()
        config.update(NAME="postgres", USER="khuyencong", PASSWORD="", HOST="127.0.0.1", PORT=str(port))
    try:
        yield
    finally:
        for alias, old in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(old)


@pytest.mark.needs_postgresql
@pytest.mark.skipif(not glob("/usr/lib/postgresql/*/bin/initdb"), reason="needs initdb: apt-get install postgresql")
def test_database_restarted_in_the_middle_of_reports_loses_and_doubles_none(
    worker: Worker, ask: Callable[[], Job], phases: Phases, clock: Clock
) -> None:
    """The worker that stood in the middle goes on with a dead connection, writes nothing and lives; the lease runs out
    and the report is made."""
    clock.set(portal_clock.now())
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="khuyencong-pg-")))
    try:
        cluster.start()
        url = cluster.copy(database_url())
        with moved_to(cluster.port):
            process = worker.start(environment={"DATABASE_URL": url})
            jobs = []
            for point in ("figures", "files", "before_commit"):
                phases.hold(point)
                jobs.append(ask())
                phases.wait_for(point)
                connections.close_all()
                cluster.restart()
                phases.clear()
                clock.move(seconds=31)

                def rung(job: Job = jobs[-1]) -> bool:
                    ring()  # as the tick does
                    return done([job])

                wait_until(rung, 30, f"the report after a restart at «{point}»")
            assert process.poll() is None
            assert [found for job in jobs if (found := what_is_wrong_with(Job.objects.get(pk=job.pk)))] == []
            assert Report.objects.count() == 3
            assert all(job.attempt > 1 for job in Job.objects.all())  # control: each was struck in the middle
            worker.kill()
    finally:
        worker.kill()
        cluster.control("stop", "-m", "immediate")
        shutil.rmtree(cluster.folder, ignore_errors=True)


# --- the broker -------------------------------------------------------------------------------------------------------


class Redis:
    """A Redis of the test's own, which forgets everything when it is stopped."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        wait_until(self.answers, 20, "Redis")

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def freeze(self) -> None:
        """It takes connections and answers nothing, as on a machine that swaps."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Asking:
    """Another process, which asks for one more report of a period of its own each time (tests.jobs.asking)."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        f.approved(self.place, self.people)
        self.jobs: list[Job] = []
        self.seconds: list[float] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.asking"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().decode().strip()

    def __call__(self) -> Job:
        year = portal_clock.today().year
        period = f.period(f"{year}-{len(self.jobs):02d}", f"{year}-01-01", f"{year}-12-31")
        assert self.process.stdin
        self.process.stdin.write(f"{period.pk} {self.place.province.pk} {self.people.officer.pk}\n".encode())
        self.process.stdin.flush()
        pk, seconds = self._answer().split()
        self.jobs.append(Job.objects.get(pk=pk))
        self.seconds.append(float(seconds))
        return self.jobs[-1]


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server: apt-get install redis-server")
@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_broker_away_delays_reports_and_loses_and_doubles_none(
    worker: Worker, phases: Phases, capsys: Any, how: str
) -> None:
    """Gone, or not answering, for five seconds or BROKER_AWAY of them (make chaos: 60). Who asks meanwhile is not kept
    waiting; the report that was in the middle goes on; once the broker is there again the tick finds the others."""
    away = float(os.environ.get("BROKER_AWAY", "5"))
    redis = Redis()
    redis.start()
    worker.environment["REDIS_URL"] = redis.url
    ask = Asking(worker.environment)
    try:
        process = worker.start(beat=True)
        beat = worker.processes[-1]
        ask()
        wait_until(lambda: done(ask.jobs), 30, "the first report")
        phases.hold("figures")
        ask()
        phases.wait_for("figures")
        redis.stop() if how == "stopped" else redis.freeze()
        begin = time.monotonic()
        ask()
        phases.clear()
        wait_until(lambda: done(ask.jobs[1:2]), 30, "the report that was in the middle")
        time.sleep(max(0, away - 1 - (time.monotonic() - begin)))
        ask()
        time.sleep(max(0, away - (time.monotonic() - begin)))
        redis.start() if how == "stopped" else redis.thaw()
        back = time.monotonic()
        wait_until(lambda: done(ask.jobs), 60, "the reports asked for while the broker was away")
        waited = time.monotonic() - back
        assert (process.poll(), beat.poll()) == (None, None)
        assert [found for job in ask.jobs if (found := what_is_wrong_with(Job.objects.get(pk=job.pk)))] == []
        assert [job.attempt for job in Job.objects.all()] == [1] * len(ask.jobs)
        assert max(ask.seconds) < 2, ask.seconds
        with capsys.disabled():
            print(
                f"\n{connection.vendor}: broker {how} for {back - begin:.0f} s, asking took {max(ask.seconds):.2f} s "
                f"at most, all made once {waited:.1f} s after its return"
            )
        # Control: it is the tick that finds them.
        worker.kill(beat)
        redis.stop()
        late = ask()
        redis.start()
        time.sleep(3)
        assert Job.objects.get(pk=late.pk).state == "queued"
        worker.start_beat()
        wait_until(lambda: done([late]), 60, "the report without a bell")
    finally:
        ask.process.kill()
        ask.process.wait()
        worker.kill()
        redis.stop()
