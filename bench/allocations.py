"""P10: many clients allocating from many budgets, beside pgbench doing the same inserts in one transaction."""

import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from glob import glob
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.models import F

from bench.figures import Figure, size
from core.errors import DomainError
from funding.checking import differences
from funding.models import Account, BudgetBalance, LedgerEntry
from funding.services import allocate
from projects.services import take_step
from tests import factories

BUDGETS = 34


def measure() -> list[Figure]:
    """Each budget has room for half of what is asked of it: the other half must be refused, to the đồng."""
    clients, count = size("BENCH_CLIENTS", 50), size("BENCH_ALLOCATIONS", 2000)
    room = max(count // BUDGETS // 2, 1)
    place, people, projects = _provinces(room)
    rate, words = _together(clients, count, projects, people, place)
    over = BudgetBalance.objects.filter(allocated_vnd__gt=F("given_vnd")).count()
    lost = int(LedgerEntry.objects.account(Account.ALLOCATED).count() != words["done"] + BUDGETS)
    found = differences()
    sound = not over and not lost and not found and set(words) <= {"done", "ceiling_exceeded"}
    for project in projects:  # the floor repeats the last entry, which needs room
        factories.budget(place, people, 10**9, programme=project.programme)
    floor = _pgbench(clients) if connection.vendor == "postgresql" else _raw()
    said = f"{over} budgets over, {lost + len(found)} differences, {dict(words)}"
    goal = f"never a đồng over ({said}); ≥ 50 % of the floor"
    return [Figure("P10-allocations", rate, "1/s", floor, goal, sound and rate >= floor / 2)]


def _provinces(room: int) -> tuple[factories.Place, factories.People, list[Any]]:
    """One approved project of one đồng in each of 34 budgets that has room for so many more."""
    place = factories.Place("40", "Nghệ An")
    people = factories.People.__new__(factories.People)
    for name, role in (("officer", "officer"), ("leader", "leader"), ("centre", "centre")):
        office = place.centre if name == "centre" else place.department
        setattr(people, name, factories.user(f"bench-{name}", role, place.province, office))
    projects = []
    for number in range(BUDGETS):
        row = factories.programme(place, code=f"BENCH-{number}")
        factories.budget(place, people, 1 + room, programme=row)
        one = factories.project(place, people, programme=row, name=f"Đề án {number}")
        one = take_step(one, "submit", actor=people.officer)
        data = {"decision": factories.decision(place), "money": {"local": 1}}
        projects.append(take_step(one, "approve", actor=people.leader, data=data))
    return place, people, projects


def _together(
    clients: int, count: int, projects: list[Any], people: factories.People, place: factories.Place
) -> tuple[float, Counter[str]]:
    """Allocations asked for and answered a second by so many processes, and what they were told."""
    context = multiprocessing.get_context("fork")
    barrier, said = context.Barrier(clients + 1), context.Queue()
    decision = factories.decision(place, "9/QĐ-UBND")

    def work(number: int) -> None:
        words: Counter[str] = Counter()
        connection.ensure_connection()
        barrier.wait(60)
        for turn in range(count // clients):
            project = projects[(number + turn) % len(projects)]
            try:
                allocate(project, "local", 1, decision, actor=people.leader)
                words["done"] += 1
            except DomainError as error:
                words[error.code] += 1
        said.put(words)
        connections.close_all()

    connections.close_all()
    processes = [context.Process(target=work, args=(number,)) for number in range(clients)]
    for process in processes:
        process.start()
    barrier.wait(60)
    begin = time.perf_counter()
    total: Counter[str] = Counter()
    for _process in processes:
        total += said.get(timeout=1800)
    seconds = time.perf_counter() - begin
    for process in processes:
        process.join()
    return total.total() / seconds, total


def _statements() -> list[str]:
    """The rows that one allocation writes, as SQL: copies of those of the last one."""
    tables = ("projects_decision", "projects_decisionmoney", "audit_entry", "funding_ledgerentry")
    last_row = {"funding_ledgerentry": f"account = '{Account.ALLOCATED}'"}
    found = []
    postgresql = connection.vendor == "postgresql"
    last = "currval(pg_get_serial_sequence('projects_decision', 'id'))" if postgresql else "last_insert_rowid()"
    with connection.cursor() as cursor:
        for table in tables:
            names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            kept = [name for name in names if name not in ("id", "public_id", "counter")]
            fresh = ["public_id"] if "public_id" in names else []
            unique = "gen_random_uuid()" if postgresql else "lower(hex(randomblob(16)))"
            chosen = [last if (table, name) == ("projects_decisionmoney", "decision_id") else name for name in kept]
            into, values = ", ".join([*fresh, *kept]), ", ".join([*([unique] if fresh else []), *chosen])
            found.append(
                f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} WHERE id = "
                f"(SELECT max(id) FROM {table} WHERE {last_row.get(table, '1 = 1')});"
            )
    return found


def _pgbench(clients: int) -> float:
    """Transactions a second that PostgreSQL itself does."""
    program = shutil.which("pgbench") or next(iter(glob("/usr/lib/postgresql/*/bin/pgbench")), None)
    assert program, "pgbench comes with Debian's postgresql"
    script = Path(tempfile.mkdtemp()) / "allocate.sql"
    script.write_text("\n".join(["BEGIN;", *_statements(), "COMMIT;"]))
    config = connection.settings_dict
    command = [program, "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-T", "10"]
    command += ["-h", config["HOST"], "-p", str(config["PORT"]), "-U", config["USER"], config["NAME"]]
    connections.close_all()
    done = subprocess.run(
        command, env={**os.environ, "PGPASSWORD": config["PASSWORD"]}, capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def _raw() -> float:
    """The same rows by raw statements on SQLite, one writer: it has no more than one."""
    statements, begin, count = _statements(), time.perf_counter(), 300
    for _turn in range(count):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("COMMIT")
    return count / (time.perf_counter() - begin)
