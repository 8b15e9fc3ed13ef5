"""A province with many projects, written past the services: the same rows every time (fixed seed)."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection

from bench.figures import size
from core import clock
from core.models import Source
from funding.models import Budget, LedgerEntry
from places.models import Area, AreaClosure, AreaParent
from programmes.models import Indicator
from projects.models import (
    AchievedResult,
    Decision,
    DecisionMoney,
    PlannedResult,
    ProgressUpdate,
    Project,
    ProjectEstimate,
    ProjectState,
)
from tests import factories

SEED = 20261125
UNITS = 69  # communes of Hà Tĩnh since 01/07/2025
STATES = [state for state in ProjectState if state not in ("registered", "ministry_appraised")]


@cache
def filled() -> tuple[factories.Place, factories.People]:
    """The province with BENCH_PROJECTS projects, made once for all parts."""
    place = factories.Place()
    people = factories.People(place)
    fill(place, people, size("BENCH_PROJECTS", 1000), communes(place, UNITS))
    return place, people


def communes(place: factories.Place, count: int) -> list[Area]:
    """So many more communes of today."""
    begin = dt.date(2025, 7, 1)
    rows = [factories.area(f"c{43000 + n}-2025h2", name=f"Xã số {n}", valid_from=begin) for n in range(count)]
    AreaParent.objects.bulk_create(AreaParent(area=row, parent=place.province, valid_from=begin) for row in rows)
    AreaClosure.objects.bulk_create(AreaClosure(ancestor=place.province, area=row, via="mixed") for row in rows)
    AreaClosure.objects.bulk_create(AreaClosure(ancestor=row, area=row, via="self") for row in rows)
    return rows


def fill(place: factories.Place, people: factories.People, count: int, areas: Sequence[Area]) -> None:
    """So many projects of ten years, each with a beneficiary, an activity, an estimate and the days of its life."""
    dice = random.Random(SEED)
    programme, activity = factories.programme(place), factories.activity()
    owners = [factories.enterprise(place, f"Cơ sở {number}") for number in range(min(count, 200))]
    submitted = clock.now()
    rows = []
    for number in range(count):
        state = dice.choice(STATES)
        decided = dt.date(2017 + number % 10, 1, 15) + dt.timedelta(days=dice.randrange(300))
        accepted = decided + dt.timedelta(days=dice.randrange(30, 300))
        rows.append(
            Project(
                code=f"KCDP-{2017 + number % 10}-{number:06d}",
                name=f"Ứng dụng máy móc số {number} trong chế biến nông sản",
                state=state,
                year=2017 + number % 10,
                programme=programme,
                area=dice.choice(areas),
                province=place.province,
                implementing_unit=place.centre,
                investment_vnd=600_000_000,
                submitted_at=submitted,
                decided_on=decided if state in WITH_DATE else None,
                accepted_on=accepted if state in ACCEPTED else None,
                stopped_on=accepted if state == "stopped" else None,
                created_by=people.centre,
                submitted_by=people.officer,
            )
        )
    for row in rows:
        row.folded = f"{row.code} {row.name}".lower()
    Project.objects.bulk_create(rows, batch_size=500)
    ProjectEstimate.objects.bulk_create(
        (ProjectEstimate(project=row, source=Source.LOCAL, amount_vnd=300_000_000) for row in rows), batch_size=1000
    )
    link: Any = Project.beneficiaries.through
    link.objects.bulk_create(
        (link(project_id=row.pk, enterprise_id=dice.choice(owners).pk) for row in rows), batch_size=1000
    )
    link = Project.activities.through
    link.objects.bulk_create((link(project_id=row.pk, activity_id=activity.pk) for row in rows), batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself after some minutes


ACCEPTED = ("accepted", "liquidated", "settled", "closed")
WITH_DATE = ("approved", "contracted", "in_progress", "accepted", "liquidated", "settled", "closed", "stopped")


def money_and_progress(place: factories.Place, indicator: Indicator) -> None:
    """For every decided project a decision, 300 million allocated, two payments, three confirmed updates and a result
    of `indicator`."""
    dice = random.Random(SEED)
    projects = list(Project.objects.filter(province=place.province, decided_on__isnull=False).order_by("pk"))
    budgets = {}
    for year in sorted({project.year for project in projects}):
        budgets[year], _made = Budget.objects.get_or_create(
            province=place.province, programme=projects[0].programme, source=Source.LOCAL, year=year
        )
        of_year = sum(project.year == year for project in projects)
        LedgerEntry.objects.create(
            budget=budgets[year],
            account="given",
            kind="budget",
            amount_vnd=300_000_000 * of_year,
            document_no=f"QĐ {year}",
            document_on=dt.date(year, 1, 1),
            recorded_on=dt.date(year, 1, 1),
            recorded_by_label="",
        )
    decisions = [
        Decision(
            project=project,
            issuer=place.committee,
            issuer_name=place.committee.name,
            number=f"{n}/QĐ-UBND",
            decided_on=project.decided_on,
        )
        for n, project in enumerate(projects)
    ]
    Decision.objects.bulk_create(decisions, batch_size=500)
    DecisionMoney.objects.bulk_create(
        (
            DecisionMoney(decision=one, source=source, amount_vnd=300_000_000)
            for one in decisions
            for source in (Source.LOCAL, Source.COUNTERPART)
        ),
        batch_size=1000,
    )
    entries, updates = [], []
    for project in projects:
        for account, kind, amount, days in (
            ("allocated", "allocation", 300_000_000, 0),
            ("paid", "payment", 100_000_000 + dice.randrange(50_000_000), dice.randrange(10, 90)),
            ("paid", "payment", 100_000_000 + dice.randrange(50_000_000), dice.randrange(90, 200)),
        ):
            day = project.decided_on + dt.timedelta(days=days)
            entries.append(
                LedgerEntry(
                    budget=budgets[project.year],
                    project=project,
                    account=account,
                    kind=kind,
                    amount_vnd=amount,
                    document_no=f"UNC {len(entries)}",
                    document_on=day,
                    recorded_on=day,
                    recorded_by_label="",
                )
            )
        for part in (1, 2, 3):
            day = project.decided_on + dt.timedelta(days=60 * part)
            updates.append(
                ProgressUpdate(
                    uuid=uuid.UUID(int=dice.getrandbits(128)),
                    project=project,
                    on=day,
                    recorded_on=day,
                    value_invested_vnd=200_000_000 * part,
                    state="confirmed",
                    decided_at=clock.now(),
                    counts_on=day,
                )
            )
    for first in range(0, len(entries), 500):  # a transaction each: in one, PostgreSQL keeps every state of a balance
        LedgerEntry.objects.bulk_create(entries[first : first + 500])
    ProgressUpdate.objects.bulk_create(updates, batch_size=500)
    AchievedResult.objects.bulk_create(
        (AchievedResult(update=one, indicator=indicator, quantity=dice.randrange(9)) for one in updates[2::3]),
        batch_size=1000,
    )
    PlannedResult.objects.bulk_create(
        (PlannedResult(project=project, indicator=indicator, quantity=5) for project in projects), batch_size=1000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
