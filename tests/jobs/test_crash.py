"""A worker may die or hang at any moment: every report is still finished, and each once."""

import datetime as dt
import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from audit.models import Entry
from core import clock as portal_clock
from files.services import read_bytes
from files.sweeping import referring, sweep
from jobs.models import Job, WorkerHeartbeat
from jobs.services import ring
from programmes.models import ReportingPeriod
from reports.models import Report, ReportLine
from reports.services import request_report
from tests import factories as f
from tests.clocks import Clock
from tests.jobs.phases import Phases, pause
from tests.processes import Worker, wait_until

LEASE_AND_A_BIT = 31  # seconds by the portal's clock, which the tests move on instead of waiting

# Where the worker is killed: at a named point, or so many milliseconds after it went on from there.
POINTS = [
    *[("claimed", after) for after in (0, 5, 20, 60)],
    *[("figures", after) for after in (0, 5, 20, 60)],
    *[("file", after) for after in (0, 20, 100)],  # bytes written, not yet under their name
    ("files", 0),
    *[("before_commit", after) for after in (0, 1, 3, 10)],
    *[("committed", after) for after in (0, 1, 5, 20)],
]

MOST_AFTER = {"claimed": 120, "figures": 150, "file": 250, "files": 8, "before_commit": 12, "committed": 20}


@pytest.fixture
def office(transactional_db: None, clock: Clock) -> tuple[f.Place, f.People]:
    clock.set(portal_clock.now())
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    return place, people


@pytest.fixture
def phases() -> Any:
    phases = Phases()
    yield phases
    phases.clear()


def a_period(number: int) -> ReportingPeriod:
    today = portal_clock.today()
    return f.period(f"{today.year}-{number:02d}", f"{today.year}-01-01", str(today - dt.timedelta(days=number % 7)))


def ask(office: tuple[f.Place, f.People], number: int) -> Job:
    place, people = office
    return request_report("programme-results", a_period(number), place.province, actor=people.officer)


def finished(job: Job) -> bool:
    job.refresh_from_db()
    assert job.state != "failed", job.error
    return job.state == "done"


def wait_finished(job: Job) -> None:
    wait_until(lambda: finished(job), 30, f"{job} ({job.params})")


def what_is_wrong_with(job: Job) -> list[str]:
    """Everything in which the result differs from one whole report, made once."""
    wrong = []
    reports = list(Report.objects.filter(period_id=job.params["period"]))
    if len(reports) != 1:
        return [f"{len(reports)} reports"]
    report = reports[0]
    if job.result != f"/api/v1/reports/{report.public_id}/":
        wrong.append(f"the job leads to {job.result}")
    if (report.version, report.state) != (1, "draft"):
        wrong.append(f"version {report.version} {report.state}")
    actions = list(Entry.objects.about(report).values_list("action", flat=True))
    if actions != ["make"]:
        wrong.append(f"audit says {actions}")
    files = {row.format: read_bytes(row.file) for row in report.files.select_related("file")}
    if set(files) != {"docx", "json", "pdf", "xlsx"}:
        wrong.append(f"files {sorted(files)}")
    elif hashlib.sha256(files["json"]).hexdigest() != report.sha256 or files["json"] != bytes(report.document):
        wrong.append("the file is not the document")
    for section in orjson.loads(bytes(report.document))["sections"]:
        kinds = {column["code"]: column["kind"] for column in section["columns"]}
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                if cell["status"] != "reported" or kinds[column] == "text":
                    continue
                lines = ReportLine.objects.filter(
                    report=report, section=section["code"], row=row["code"], column=column
                )
                if sum(line.contribution for line in lines) != Decimal(str(cell["value"])):
                    wrong.append(f"{section['code']} {row['code']} {column} does not add up")
    return wrong


def kills(count: int) -> list[tuple[str, float]]:
    """The twenty points, and as many more as asked for: as often in each phase, so many milliseconds after it as fall
    into the work that follows (also the commit, and the writing of each file), the same every time."""
    dice = random.Random(20261126)
    phases = list(MOST_AFTER)
    more = [phases[number % len(phases)] for number in range(count - len(POINTS))]
    return [*POINTS, *((name, dice.uniform(0, MOST_AFTER[name])) for name in more)][:count]


def test_kills_at_many_points_and_every_report_is_made_once(
    office: Any, worker: Worker, phases: Phases, clock: Clock, capsys: Any
) -> None:
    """The worker is killed in each report (twenty, or KILLS of them); the next worker finishes it after the lease has
    run out, and by the portal's clock nothing takes longer than a minute. What the attempts that died left behind is
    gone a day later, and nothing else."""
    points = kills(int(os.environ.get("KILLS", "20")))
    jobs: list[Job] = []
    begin = time.monotonic()
    process = worker.start_kept()
    for number, (name, after) in enumerate(points):
        phases.hold(name)
        jobs.append(ask(office, number))
        phases.wait_for(name)
        if after:
            phases.let_go(name)
            pause(after)
        process.kill()
        phases.clear()
        clock.move(seconds=LEASE_AND_A_BIT)
        process = worker.start_kept()
        wait_finished(jobs[-1])
    seconds = time.monotonic() - begin
    assert [(points[n], found) for n, job in enumerate(jobs) if (found := what_is_wrong_with(job))] == []
    assert Report.objects.count() == len(points)
    assert not Job.objects.unfinished().exists()
    slowest = max((job.finished_at - job.created_at).total_seconds() for job in jobs if job.finished_at)
    assert slowest < 60
    # Control: the kills struck in the middle of the work, not before it or after it.
    attempts = {
        name: {job.attempt for job, (at, after) in zip(jobs, points, strict=True) if at == name and not after}
        for name in dict(POINTS)
    }
    assert attempts == {
        "claimed": {2},
        "figures": {2},
        "file": {2},
        "files": {2},
        "before_commit": {2},
        "committed": {1},
    }
    twice = sum(job.attempt == 2 for job in jobs)
    left = orphans()
    clock.move(days=2)
    gone = sweep()
    assert orphans() == set()
    assert [job for job in jobs if what_is_wrong_with(job)] == []
    with capsys.disabled():
        print(
            f"\n{connection.vendor}: {len(points)} kills, {len(jobs)} reports made once, {twice} in a second attempt, "
            f"slowest {slowest:.0f} s by the portal's clock; {len(left)} files left behind, {gone} swept, none after; "
            f"{seconds:.0f} s"
        )


def orphans() -> set[str]:
    """Files on disk that no record refers to."""
    used = {
        sha256
        for relation in referring()
        for sha256 in relation.related_model._base_manager.values_list(f"{relation.field.name}__sha256", flat=True)
    }
    return {place.name for place in Path(settings.FILES_DIR).glob("??/*") if place.is_file()} - used


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Stop it where it stands. Its other threads (heartbeat, lease) write now and then; frozen in the middle of that
    on SQLite it would hold the only write lock, and nobody could do anything at all: then it goes on for a moment."""

    def stopped_without_the_write_lock() -> bool:
        os.kill(process.pid, signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)  # until it has stopped
        try:
            with transaction.atomic():  # the first statement takes the lock, or waits for it in vain
                WorkerHeartbeat.objects.filter(name="nobody").update(at=portal_clock.now())
        except OperationalError:
            os.kill(process.pid, signal.SIGCONT)
            return False
        return True

    with impatient():
        wait_until(stopped_without_the_write_lock, 30, "a moment in which the worker writes nothing")


@contextmanager
def impatient() -> Iterator[None]:
    """On SQLite the test itself waits for the write lock a second, not twenty."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1000")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {connection.settings_dict['OPTIONS']['timeout'] * 1000}")


def hang_past_the_lease(
    office: Any, worker: Worker, phases: Phases, clock: Clock, point: str, app: str
) -> tuple[Job, subprocess.Popen[bytes]]:
    """A worker stops in the middle of its job (a machine that swaps, a paused container), another one does the job,
    then the first wakes up and goes on where it was."""
    first = worker.start(app=app)
    phases.hold(point)
    job = ask(office, 1)
    phases.wait_for(point)
    freeze(first)
    phases.clear()
    clock.move(seconds=LEASE_AND_A_BIT)
    second = worker.start(app=app)
    ring()  # as the tick does: the one that hangs may have been handed the first bell
    wait_finished(job)
    assert job.attempt == 2
    worker.kill(second)
    os.kill(first.pid, signal.SIGCONT)
    return job, first


@pytest.mark.parametrize("point", ["claimed", "figures", "file", "files"])
def test_worker_that_hung_past_its_lease_writes_nothing(
    point: str, office: Any, worker: Worker, phases: Phases, clock: Clock
) -> None:
    job, first = hang_past_the_lease(office, worker, phases, clock, point, "khuyencong")
    before = Job.objects.filter(pk=job.pk).values().get()
    # The one that hung is well and takes the next job, so it has come past the point where it was fenced off.
    phases.hold("claimed")
    ring()
    following = ask(office, 2)
    phases.wait_for("claimed")
    phases.let_go("claimed")
    wait_finished(following)
    assert first.poll() is None
    assert what_is_wrong_with(job) == []
    assert Job.objects.filter(pk=job.pk).values().get() == before


def test_control_without_fencing_the_worker_that_hung_writes_a_second_time(
    office: Any, worker: Worker, phases: Phases, clock: Clock
) -> None:
    job, _first = hang_past_the_lease(office, worker, phases, clock, "files", "tests.jobs.unfenced")
    wait_until(lambda: what_is_wrong_with(job), 30, "the late write")
    assert "audit says ['make_again', 'make']" in what_is_wrong_with(job)
