"""Which fields a step needs: a table that an official can read. (field, from which step, for whom, words)"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.models import SUPPORT_SOURCES, Source
from projects.models import ProjectType

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class Facts:
    """What requirements ask of a project, stored or only typed. `estimate` in đồng by source."""

    type: str
    activities: int
    beneficiaries: int
    estimate: Mapping[str, int]
    investment_vnd: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None

    @property
    def is_task(self) -> bool:
        return self.type == ProjectType.TASK

    @property
    def is_flagship(self) -> bool:
        return self.type == ProjectType.FLAGSHIP

    @property
    def lasts_two_or_three_years(self) -> bool:
        """More than one year from first to last day, and three at most."""
        if self.starts_on is None or self.ends_on is None:
            return False
        years = (self.ends_on - self.starts_on).days / 365.25
        return 1 < years <= 3.01


def facts_of(project: "Project") -> Facts:
    return Facts(
        type=project.type,
        activities=len(project.activities.all()),
        beneficiaries=len(project.beneficiaries.all()),
        estimate={row.source: row.amount_vnd for row in project.estimates.all()},
        investment_vnd=project.investment_vnd,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
    )


@dataclass(frozen=True)
class Requirement:
    field: str
    step: str
    missing: Callable[[Facts], bool]
    words: Any


REQUIREMENTS = (
    Requirement("activities", "submit", lambda f: not f.activities, _("Choose at least one activity.")),
    Requirement(
        "beneficiaries",
        "submit",
        lambda f: not f.is_task and not f.beneficiaries,
        _("Choose the beneficiary. Only a task has none."),
    ),
    Requirement(
        "beneficiaries",
        "submit",
        lambda f: f.type in (ProjectType.GROUP, ProjectType.FLAGSHIP) and f.beneficiaries == 1,
        _("A group or flagship project has at least two beneficiaries."),
    ),
    Requirement(
        "activities",
        "submit",
        lambda f: f.is_flagship and f.activities == 1,
        _("A flagship project has at least two kinds of activity (Circular 17/2018/TT-BCT, Article 1.1)."),
    ),
    Requirement(
        "estimate",
        "submit",
        lambda f: not any(f.estimate.get(source) for source in SUPPORT_SOURCES),
        _("Enter the support asked for, by source."),
    ),
    Requirement(
        "ends_on",
        "submit",
        lambda f: f.is_flagship and not f.lasts_two_or_three_years,
        _("A flagship project lasts 2 to 3 years: enter first and last day (Circular 17/2018/TT-BCT, Article 1.1)."),
    ),
    Requirement(
        "activities",
        "submit",
        lambda f: f.type == ProjectType.GROUP and f.activities > 1,
        _("A group project has one activity for several beneficiaries."),
    ),
    Requirement(
        "estimate_counterpart",
        "submit",
        lambda f: f.is_task and bool(f.estimate.get(Source.COUNTERPART)),
        _("A task has no counterpart: leave it empty or enter 0."),
    ),
    Requirement(
        "investment_vnd",
        "submit",
        lambda f: f.investment_vnd is None and not f.is_task,
        _("Enter the total investment."),
    ),
)


def missing_of(facts: Facts, step: str) -> dict[str, list[str]]:
    """Everything the step still needs: {field: [what to do, …]}, all at once."""
    result: dict[str, list[str]] = {}
    for requirement in REQUIREMENTS:
        if requirement.step == step and requirement.missing(facts):
            result.setdefault(requirement.field, []).append(str(requirement.words))
    return result


def missing_for(project: "Project", step: str) -> dict[str, list[str]]:
    """As `missing_of`, of a stored project."""
    return missing_of(facts_of(project), step)


def require_complete(project: "Project", step: str) -> None:
    """Raise Invalid with every missing thing."""
    missing = missing_for(project, step)
    if missing:
        raise Invalid(gettext("The project is not complete yet."), code="incomplete", fields=missing)
