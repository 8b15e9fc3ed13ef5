"""What every page of a project needs."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.fields import BigIntegerField
from django.shortcuts import get_object_or_404

from accounts.models import User
from core.models import SUPPORT_SOURCES
from projects.models import DecisionMoney, Project, ProjectEstimate


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
    """Of all the rows, by the database: how many, support asked for, support decided on."""
    keys = rows.order_by().values("pk")
    asked = ProjectEstimate.objects.filter(project__in=keys, source__in=SUPPORT_SOURCES)
    decided = DecisionMoney.objects.filter(decision__project__in=keys, source__in=SUPPORT_SOURCES)
    return {
        "count": rows.count(),
        "support_vnd": asked.aggregate(total=Sum("amount_vnd", default=0))["total"],
        "approved_vnd": decided.aggregate(total=Sum("amount_vnd", default=0))["total"],
    }
