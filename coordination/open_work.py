"""What waits for a person here: tasks given to them, and questions they have to answer."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import areas_below
from accounts.open_work import OpenWork, register
from coordination.exchange import pass_on
from coordination.giving import hand_to
from coordination.models import OPEN_TASK, GivenTask, Thread, ThreadState

if TYPE_CHECKING:
    from accounts.models import User
    from audit.actors import Actor


@register
class Tasks(OpenWork):
    """Tasks given to the person and not confirmed as done. Those for the whole province belong to no unit."""

    code = "given_tasks"
    label = _("tasks given")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        rows = GivenTask.objects.filter(assigned_to__in=users, state__in=OPEN_TASK).order_by()
        return dict(rows.values_list("assigned_to_id").annotate(count=Count("id")))

    def rows(self, user: "User", areas: "Collection[int] | None" = None) -> QuerySet[Any]:
        rows = GivenTask.objects.filter(assigned_to=user, state__in=OPEN_TASK)
        if areas is not None:
            below = areas_below(areas)
            places = GivenTask.areas.through.objects.filter(area_id__in=below).values("giventask_id")
            rows = rows.filter(pk__in=places)
        return rows.order_by("id")

    def move(self, row: Any, taker: "User", *, actor: "Actor", reason: str) -> None:
        hand_to(row, taker, actor=actor, reason=reason, check=False)


@register
class Questions(OpenWork):
    """Questions of the exchange that wait for the person's answer."""

    code = "exchange"
    label = _("questions to answer")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        rows = Thread.objects.filter(waits_for__in=users, state=ThreadState.OPEN).order_by()
        return dict(rows.values_list("waits_for_id").annotate(count=Count("id")))

    def rows(self, user: "User", areas: "Collection[int] | None" = None) -> QuerySet[Any]:
        rows = Thread.objects.filter(waits_for=user, state=ThreadState.OPEN)
        if areas is not None:
            rows = rows.filter(area_id__in=areas_below(areas))
        return rows.order_by("id")

    def move(self, row: Any, taker: "User", *, actor: "Actor", reason: str) -> None:
        pass_on(row, taker, actor=actor, reason=reason, check=False)
