"""One decision that approves many projects (đợt phê duyệt): its effect on the budgets before, then all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid
from core.locks import lock
from core.models import SUPPORT_SOURCES, Source
from funding.models import Budget
from funding.services import balance_of, choose_budget
from projects.models import Project
from projects.procedure import ready
from projects.services import DecisionData, take_step

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200


@dataclass(frozen=True)
class Effect:
    """What approving the chosen projects would do to one budget, in đồng. `budget` None: none was entered."""

    source: str
    year: int
    budget: Budget | None
    given_vnd: int
    allocated_vnd: int
    chosen_vnd: int
    count: int

    @property
    def label(self) -> str:
        return str(Source(self.source).label)

    @property
    def before_vnd(self) -> int:
        return self.given_vnd - self.allocated_vnd

    @property
    def left_vnd(self) -> int:
        """Still to be approved afterwards; below zero: so much is missing."""
        return self.before_vnd - self.chosen_vnd

    @property
    def missing_vnd(self) -> int:
        return max(-self.left_vnd, 0)


def deciding(user: "User") -> "QuerySet[Project]":
    """Projects that wait for a decision which the person may record, oldest first."""
    from accounts.roles import Role

    rows: QuerySet[Project] = (
        Project.objects.visible_to(user)
        .filter(ready("approve"), province_id__in=user.sight.province_roles.get(Role.LEADER, ()), historical=False)
        .exclude(created_by=user)
        .exclude(submitted_by=user)
        .order_by("submitted_at", "pk")
    )
    return rows


def effects(chosen: Sequence[tuple[Project, int]]) -> list[Effect]:
    """By budget, for projects with the support each would get from its programme's source. Nothing is stored."""
    sums: dict[tuple[int, str, int, int], list[int]] = {}
    for project, amount in chosen:
        key = (project.province_id, project.programme.source, project.year, project.programme_id)
        sums.setdefault(key, []).append(amount)
    by_budget: dict[tuple[int | None, str, int], tuple[Budget | None, list[int]]] = {}
    for (province, source, year, programme), amounts in sums.items():
        budget = choose_budget(list(Budget.objects.filter(province_id=province, source=source, year=year)), programme)
        place = (budget.pk if budget else None, source, year)
        by_budget.setdefault(place, (budget, []))[1].extend(amounts)
    found = []
    for (_pk, source, year), (budget, amounts) in sorted(by_budget.items(), key=lambda item: item[0][1:]):
        balance = balance_of(budget) if budget else None
        found.append(
            Effect(
                source,
                year,
                budget,
                balance.given_vnd if balance else 0,
                balance.allocated_vnd if balance else 0,
                sum(amounts),
                len(amounts),
            )
        )
    return found


@transaction.atomic
def approve_batch(money: Mapping[int, int], decision: DecisionData, *, actor: "User", note: str = "") -> list[Project]:
    """Record one decision on several projects: `money` is the support of each by its key, in đồng; its counterpart is
    that of its estimate. One that is refused refuses all, named; then nothing is stored.

    All projects are locked before any budget, so that two batches never wait for each other.
    """
    if not money:
        raise Invalid(_("Choose at least one project."))
    if len(money) > MOST:
        raise Invalid(_("Approve at most %(most)s projects at once.") % {"most": MOST})
    rows = [lock(row) for row in Project.objects.filter(pk__in=money).order_by("pk")]
    done = []
    for row in rows:
        by_source = {row.programme.source: money[row.pk]}
        for estimate in row.estimates.exclude(source__in=SUPPORT_SOURCES):
            by_source[estimate.source] = estimate.amount_vnd
        data = {"decision": decision, "money": by_source}
        try:
            done.append(take_step(row, "approve", actor=actor, note=note, data=data))
        except DomainError as error:
            raise _named(error, row) from None
    return done


def _named(error: DomainError, project: Project) -> DomainError:
    """The refusal with the project it is about; what is wrong with the decision itself stays at its field."""
    of_decision = {name: texts for name, texts in error.fields.items() if name.startswith("decision")}
    texts = [str(error.message), *(text for texts in error.fields.values() for text in texts)]
    error.message = f"{project.code}: {' '.join(dict.fromkeys(filter(None, texts)))}"
    error.fields = of_decision or {f"money_{project.pk}": [error.message]}
    return error
