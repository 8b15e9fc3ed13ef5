"""What the list of establishments shows of projects: whether one was supported, and how often."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from enterprises.facets import Facet, Tag, Tags, register
from projects.models import Project, ProjectState

if TYPE_CHECKING:
    from accounts.models import User


def _supporting(user: "User") -> Any:
    """Projects with a decision that were not stopped, as far as the person sees them."""
    return Project.objects.visible_to(user).filter(decided_on__isnull=False).exclude(state=ProjectState.STOPPED)


def _narrow(rows: Any, choice: str, user: "User") -> Any:
    supported = _supporting(user).filter(beneficiaries__isnull=False).order_by().values("beneficiaries")
    return rows.filter(pk__in=supported) if choice == "yes" else rows.exclude(pk__in=supported)


def _tags(rows: Any, user: "User") -> Tags:
    counted = (
        _supporting(user).filter(beneficiaries__in=rows).order_by().values("beneficiaries", "beneficiaries__public_id")
    )
    return {
        row["beneficiaries"]: [
            Tag(
                ngettext("%(count)s project", "%(count)s projects", row["count"]) % {"count": row["count"]},
                reverse("projects:of_enterprise", args=[row["beneficiaries__public_id"]]),
            )
        ]
        for row in counted.annotate(count=Count("pk", distinct=True))
    }


register(
    Facet(
        "supported",
        10,
        _("Support"),
        _tags,
        (("yes", _("Has been supported")), ("no", _("Never supported"))),
        _narrow,
    )
)
