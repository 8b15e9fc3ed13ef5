"""What is left of the year's budgets once a project gets what it asks for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import Invalid
from core.models import SUPPORT_SOURCES
from funding.models import Budget
from funding.services import balance_of, budget_for
from projects.models import DecisionMoney, Project

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Effect:
    """In đồng. `left_vnd` now, None where no budget of the year is entered; `asked_vnd` is what would be taken."""

    label: str
    asked_vnd: int
    left_vnd: int | None

    @property
    def after_vnd(self) -> int | None:
        return None if self.left_vnd is None else self.left_vnd - self.asked_vnd

    @property
    def short_vnd(self) -> int:
        """By how much the budget is too small."""
        return max(-(self.after_vnd or 0), 0)


def effects(project: Project, user: "User") -> list[Effect]:
    """For each source the project asks money from, without what is decided already. Budgets the person may not see are
    left out."""
    asked = {row.source: row.amount_vnd for row in project.estimates.filter(source__in=SUPPORT_SOURCES)}
    for row in DecisionMoney.objects.filter(decision__project=project, source__in=asked):
        asked[row.source] -= row.amount_vnd
    seen = set(Budget.objects.visible_to(user).filter(year=project.year).values_list("pk", flat=True))
    found = []
    for source in SUPPORT_SOURCES:
        if asked.get(source, 0) <= 0:
            continue
        try:
            budget = budget_for(project, source)
        except Invalid:
            found.append(Effect(str(source.label), asked[source], None))
            continue
        if budget.pk in seen:
            balance = balance_of(budget)
            found.append(Effect(str(source.label), asked[source], balance.given_vnd - balance.allocated_vnd))
    return found
