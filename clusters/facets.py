"""What the list of establishments shows of clusters: in which one it is today."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Occupant
from core import clock
from enterprises.facets import Facet, Tag, Tags, register

if TYPE_CHECKING:
    from accounts.models import User


def _today(user: "User") -> Any:
    """Who is in a cluster today that the person sees."""
    day = clock.today()
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return Occupant.objects.filter(begun, lasts, cluster__in=Cluster.objects.visible_to(user)).order_by()


def _narrow(rows: Any, choice: str, user: "User") -> Any:
    inside = _today(user).values("enterprise")
    return rows.filter(pk__in=inside) if choice == "yes" else rows.exclude(pk__in=inside)


def _tags(rows: Any, user: "User") -> Tags:
    found: Tags = {}
    for row in _today(user).filter(enterprise__in=rows).select_related("cluster").order_by("cluster__folded"):
        tag = Tag(row.cluster.name, reverse("clusters:detail", args=[row.cluster.public_id]))
        if tag not in found.setdefault(row.enterprise_id, []):
            found[row.enterprise_id].append(tag)
    return found


register(
    Facet(
        "cluster",
        30,
        _("Industrial cluster"),
        _tags,
        (("yes", _("In a cluster")), ("no", _("In no cluster"))),
        _narrow,
    )
)
