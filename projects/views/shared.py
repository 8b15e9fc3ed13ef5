"""What every page of a project needs."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from accounts.models import User
from core.models import SUPPORT_SOURCES
from projects.models import DecisionMoney, Project, ProjectEstimate

PAGE_SIZE = 50


def in_order(rows: Any) -> Any:
    """The newest budget year first, then by code."""
    return rows.select_related("programme", "area", "province", "implementing_unit").order_by("-year", "-code", "pk")


def project_of(user: User, public_id: UUID) -> Project:
    """The project, if the person may see it; otherwise 404."""
    rows = Project.objects.visible_to(user).select_related("programme", "area", "province", "implementing_unit")
    project: Project = get_object_or_404(rows, public_id=public_id)
    return project


def with_support(rows: "QuerySet[Project]") -> "QuerySet[Project]":
    """Adds `support_vnd`, the support asked for (None: not reported), and `approved_vnd`, the support decided on."""

    def total(model: Any, path: str) -> Subquery:
        found = model.objects.filter(**{path: OuterRef("pk")}, source__in=SUPPORT_SOURCES).order_by()
        return Subquery(
            found.values(path).annotate(total=Sum("amount_vnd")).values("total"), output_field=BigIntegerField()
        )

    return rows.annotate(
        support_vnd=total(ProjectEstimate, "project"), approved_vnd=total(DecisionMoney, "decision__project")
    )


def support_totals(rows: "QuerySet[Project]") -> dict[str, int]:
    """Of all the rows, by the database in one statement: how many, support asked for, support decided on."""

    def total(name: str, found: Any) -> Any:
        return found.order_by().values_list(Value(name)).annotate(total=Coalesce(Sum("amount_vnd"), 0))

    keys = rows.order_by().values("pk")
    found = rows.order_by().values_list(Value("count")).annotate(total=Count("pk"))
    asked = ProjectEstimate.objects.filter(project__in=keys, source__in=SUPPORT_SOURCES)
    decided = DecisionMoney.objects.filter(decision__project__in=keys, source__in=SUPPORT_SOURCES)
    sums = dict(found.union(total("support_vnd", asked), total("approved_vnd", decided), all=True))
    return {name: int(sums.get(name, 0)) for name in ("count", "support_vnd", "approved_vnd")}


def page_of(rows: "QuerySet[Project]", number: str | None, count: int) -> "Page[Project]":
    """Fifty of the `count` rows in the usual order, with what a list shows of each. First the keys of the page are
    found, so that what lies before it is not worked out."""
    paginator: Paginator[Project] = Paginator(in_order(rows).values("pk"), PAGE_SIZE)
    paginator.count = count
    page = paginator.get_page(number)
    keys: Any = page.object_list
    shown = in_order(with_support(Project.objects.filter(pk__in=keys)))
    page.object_list = list(shown.prefetch_related("beneficiaries"))
    return page
