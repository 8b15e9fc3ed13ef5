"""A province with many projects, written past the services: the same rows every time (fixed seed)."""

import datetime as dt
import random
from typing import Any

from django.db import connection

from core import clock
from core.models import Source
from projects.models import Project, ProjectEstimate, ProjectState
from tests import factories

SEED = 20261125
STATES = [state for state in ProjectState if state not in ("registered", "ministry_appraised")]


def fill(place: factories.Place, people: factories.People, count: int) -> None:
    """So many projects of ten years in both communes, each with a beneficiary, an activity and an estimate."""
    dice = random.Random(SEED)
    programme, activity = factories.programme(place), factories.activity()
    owners = [factories.enterprise(place, f"Cơ sở {number}") for number in range(min(count, 200))]
    submitted = clock.now()
    rows = []
    for number in range(count):
        state = dice.choice(STATES)
        rows.append(
            Project(
                code=f"KCDP-{2017 + number % 10}-{number:06d}",
                name=f"Ứng dụng máy móc số {number} trong chế biến nông sản",
                state=state,
                year=2017 + number % 10,
                programme=programme,
                area=dice.choice([place.commune, place.other]),
                province=place.province,
                implementing_unit=place.centre,
                investment_vnd=600_000_000,
                submitted_at=submitted,
                decided_on=dt.date(2017 + number % 10, 3, 1) if state in WITH_DATE else None,
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


WITH_DATE = ("approved", "contracted", "in_progress", "accepted", "liquidated", "settled", "closed", "stopped")
