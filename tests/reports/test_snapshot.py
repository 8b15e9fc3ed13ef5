"""Every figure of a report is of one moment, whatever is written while it is made."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connection, connections

from core import clock as portal_clock
from funding.services import Voucher, pay
from jobs.services import work_once
from reports.behind import figures_at, led
from reports.models import Report
from reports.services import request_report
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)


def paying(project: Any, people: Any, pause: float, ready: Any, stop: Any) -> None:
    """Another process of the portal: one payment after the other, `pause` seconds apart."""
    connections.close_all()
    number = 0
    while not stop.is_set():
        number += 1
        try:
            voucher = Voucher(f"UNC {number}", portal_clock.today())
            pay(project, "local", "payment", 1, voucher, actor=people.accountant)
        except OperationalError:
            continue
        ready.set()
        time.sleep(pause)
    connections.close_all()


@contextmanager
def records_are_written(project: Any, people: Any, pause: float) -> Iterator[None]:
    context = multiprocessing.get_context("fork")
    ready, stop = context.Event(), context.Event()
    connections.close_all()
    process = context.Process(target=paying, args=(project, people, pause, ready, stop), daemon=True)
    process.start()
    try:
        assert ready.wait(30), "nothing was written"
        yield
    finally:
        stop.set()
        process.join(30)
        if process.is_alive():
            process.kill()


def differing(report: Report) -> list[str]:
    """Figures whose records do not add up to them, and totals that are not the sum of their parts."""
    document = orjson.loads(bytes(report.document))
    wrong = []
    for section, row, column in led(report, document):
        figure = figures_at(report, document, row, column, section)[0]
        if figure.cell["value"] is not None and Decimal(str(figure.cell["value"])) != figure.total():
            wrong.append(f"{section} {row} {column}: {figure.cell['value']} is not {figure.total()}")
    paid = {
        cells["year"]["value"] if "year" in cells else cells["money.paid"]["value"]
        for section in document["sections"]
        for row in section["rows"]
        for cells in [row["cells"]]
        if (section["code"], row["code"]) in (("work", "money.paid"), ("units", "all"))
    }
    if len(paid) != 1:
        wrong.append(f"paid stands in two tables as {paid}")
    return wrong


def reports_made(count: int, until_wrong: bool = False) -> tuple[int, list[list[str]]]:
    """So many reports while records are written: how many really are new ones, and what is wrong with each."""
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people)
    today = portal_clock.today()
    period = f.period(f"{today.year}-Y", f"{today.year}-01-01", f"{today.year}-12-31")
    hashes, wrong = set(), []
    pause = 0.002 if count < 100 else 0.4  # every report holds all payments so far: for many reports not too many
    with records_are_written(project, people, pause):
        for _number in range(count):
            request_report("programme-progress", period, place.province, actor=people.officer)
            assert work_once()
            report = Report.objects.get()
            hashes.add(report.figures_sha256)
            wrong.append(differing(report))
            if until_wrong and wrong[-1]:
                break
    return len(hashes), wrong


def test_reports_made_while_records_are_written_add_up(capsys: Any) -> None:
    """Twenty, or SNAPSHOTS of them (make chaos: 200)."""
    count = int(os.environ.get("SNAPSHOTS", "10"))
    different, wrong = reports_made(count)
    assert [one for one in wrong if one] == []
    assert different > count / 2  # records really came in between
    with capsys.disabled():
        print(f"\n{connection.vendor}: {count} of {count} reports add up, {different} of them with other figures")


def test_control_without_a_snapshot_the_figures_are_of_different_moments(settings: Any) -> None:
    settings.SNAPSHOT_DATABASE = "default"
    _different, wrong = reports_made(60, until_wrong=True)
    assert wrong[-1]
