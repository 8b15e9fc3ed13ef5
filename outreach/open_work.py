"""Requests for advice that were given to one person."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User, areas_below
from accounts.open_work import OpenWork, register
from core.errors import Invalid
from outreach.advice import may_become_adviser, pass_on
from outreach.models import Advice, AdviceState

if TYPE_CHECKING:
    from audit.actors import Actor


@register
class AdviceToGive(OpenWork):
    code = "advice"
    label = _lazy("requests for advice")

    def counts(self, users: Collection[int]) -> dict[int, int]:
        rows = Advice.objects.exclude(state=AdviceState.CLOSED).filter(assigned_to__in=users)
        return dict(rows.order_by().values_list("assigned_to").annotate(count=Count("pk")))

    def rows(self, user: User, areas: Collection[int] | None = None) -> QuerySet[Any]:
        rows: QuerySet[Advice] = Advice.objects.exclude(state=AdviceState.CLOSED).filter(assigned_to=user)
        if areas is not None:
            rows = rows.filter(enterprise__area_id__in=areas_below(areas))
        return rows.select_related("enterprise", "topic")

    def move(self, row: Any, taker: User, *, actor: "Actor", reason: str) -> None:
        if not may_become_adviser(taker, row.enterprise.province_id):
            words = _("%(person)s works for no unit of this province.") % {"person": taker.full_name}
            raise Invalid(fields={"taker": words})
        pass_on(row, taker, actor=actor, reason=reason)

    def words(self, row: Any) -> str:
        return f"{row.enterprise} · {row.topic}"

    def url(self, row: Any) -> str:
        return reverse("outreach:advice_one", args=[row.public_id])
