"""Which fields a step needs: a table that an official can read. (field, from which step, for whom, words)"""

from collections.abc import Callable
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
class Requirement:
    field: str
    step: str
    missing: "Callable[[Project], bool]"
    words: Any


def _no_beneficiary(project: "Project") -> bool:
    return project.type != ProjectType.TASK and not project.beneficiaries.exists()


def _counterpart(project: "Project") -> int:
    return sum(row.amount_vnd for row in project.estimates.all() if row.source == Source.COUNTERPART)


def _lasts_two_or_three_years(project: "Project") -> bool:
    """More than one year from first to last day, and three at most."""
    if project.starts_on is None or project.ends_on is None:
        return False
    years = (project.ends_on - project.starts_on).days / 365.25
    return 1 < years <= 3.01


REQUIREMENTS = (
    Requirement("activities", "submit", lambda p: not p.activities.exists(), _("Choose at least one activity.")),
    Requirement(
        "beneficiaries",
        "submit",
        _no_beneficiary,
        _("Choose the beneficiary. Only a task has none."),
    ),
    Requirement(
        "beneficiaries",
        "submit",
        lambda p: p.type in (ProjectType.GROUP, ProjectType.FLAGSHIP) and 0 < p.beneficiaries.count() < 2,
        _("A group or flagship project has at least two beneficiaries."),
    ),
    Requirement(
        "activities",
        "submit",
        lambda p: p.type == ProjectType.FLAGSHIP and p.activities.count() == 1,
        _("A flagship project has at least two kinds of activity (Circular 17/2018/TT-BCT, Article 1.1)."),
    ),
    Requirement(
        "estimate",
        "submit",
        lambda p: not p.estimates.filter(source__in=SUPPORT_SOURCES, amount_vnd__gt=0).exists(),
        _("Enter the support asked for, by source."),
    ),
    Requirement(
        "ends_on",
        "submit",
        lambda p: p.type == ProjectType.FLAGSHIP and not _lasts_two_or_three_years(p),
        _("A flagship project lasts 2 to 3 years: enter first and last day (Circular 17/2018/TT-BCT, Article 1.1)."),
    ),
    Requirement(
        "activities",
        "submit",
        lambda p: p.type == ProjectType.GROUP and p.activities.count() > 1,
        _("A group project has one activity for several beneficiaries."),
    ),
    Requirement(
        "estimate_counterpart",
        "submit",
        lambda p: p.type == ProjectType.TASK and _counterpart(p) > 0,
        _("A task has no counterpart: leave it empty or enter 0."),
    ),
    Requirement(
        "investment_vnd",
        "submit",
        lambda p: p.investment_vnd is None and p.type != ProjectType.TASK,
        _("Enter the total investment."),
    ),
)


def missing_for(project: "Project", step: str) -> dict[str, list[str]]:
    """Everything the step still needs: {field: [what to do, …]}, all at once."""
    result: dict[str, list[str]] = {}
    for requirement in REQUIREMENTS:
        if requirement.step == step and requirement.missing(project):
            result.setdefault(requirement.field, []).append(str(requirement.words))
    return result


def require_complete(project: "Project", step: str) -> None:
    """Raise Invalid with every missing thing."""
    missing = missing_for(project, step)
    if missing:
        raise Invalid(gettext("The project is not complete yet."), code="incomplete", fields=missing)
