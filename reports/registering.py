"""Which projects of the national programme a province registers for a year: of the letter to the ministry's unit
(papers.registration) and of the yearly report alike."""

import datetime as dt
from dataclasses import dataclass

from core.models import Source
from places.models import Area
from programmes.models import StepRule
from projects.models import Project, ProjectState

LEFT_OUT = (ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.REJECTED, ProjectState.STOPPED)
SEVERAL = "Đề án gồm nhiều nhóm nội dung"


@dataclass(frozen=True)
class Row:
    """One project, its money by source in đồng; a source nobody reported is None."""

    project: Project
    group: str
    money: dict[str, int | None]

    @property
    def total(self) -> int | None:
        known = [amount for amount in self.money.values() if amount is not None]
        return sum(known) if known else None


def rows_of(province: Area, year: int, db: str = "default") -> list[Row]:
    """Projects of the national programme that the province submitted or registered for the year, by group of activity.
    Without what was recorded after the fact, sent back, rejected or stopped."""
    projects = (
        Project.objects.using(db)
        .filter(province=province, year=year, programme__source=Source.NATIONAL, historical=False)
        .filter(submitted_at__isnull=False)
        .exclude(state__in=LEFT_OUT)
        .select_related("area", "implementing_unit", "programme")
        .prefetch_related("estimates", "activities__group", "beneficiaries")
    )
    rows = []
    for project in projects:
        groups = sorted({activity.group for activity in project.activities.all()}, key=lambda group: group.code)
        amounts = {row.source: row.amount_vnd for row in project.estimates.all()}
        rows.append(
            Row(
                project,
                groups[0].name if len(groups) == 1 else SEVERAL,
                {source.value: amounts.get(source) for source in Source},
            )
        )
    return sorted(rows, key=lambda row: (row.group == SEVERAL, row.group, row.project.code))


def due_on(year: int, db: str = "default") -> tuple[dt.date | None, StepRule | None]:
    """The last day for a year's registration, and the rule that says so: the one in force on that day."""
    for rule in StepRule.objects.using(db).filter(step="register", source=Source.NATIONAL):
        due = rule.due_in(year)
        if due is not None and rule.in_force_on(due):
            return due, rule
    return None, None


def by_group(rows: list[Row]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.group] = counts.get(row.group, 0) + 1
    return list(counts.items())


def sums(rows: list[Row]) -> dict[str, int | None]:
    """By source and in all; None where no project reports the source."""

    def total(amounts: list[int | None]) -> int | None:
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known else None

    by_source = {source.value: total([row.money[source] for row in rows]) for source in Source}
    return {**by_source, "total": total([row.total for row in rows])}


def grouped(rows: list[Row]) -> list[tuple[str, list[Row], dict[str, int | None]]]:
    """Group of activity, its projects and its sums."""
    return [
        (name, mine, sums(mine)) for name, _count in by_group(rows) for mine in [[r for r in rows if r.group == name]]
    ]
