"""What the list of establishments shows of products: how many, their brands, their certificates of selections."""

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from enterprises.facets import Facet, Tag, Tags, register
from products.models import Brand, BrandState, Product

if TYPE_CHECKING:
    from accounts.models import User

HELD = (BrandState.FILED, BrandState.GRANTED)


def _narrow(rows: Any, choice: str, user: "User") -> Any:
    states = [BrandState.GRANTED] if choice == "granted" else HELD
    with_brand = Brand.objects.visible_to(user).filter(state__in=states).order_by().values("product__enterprise")
    return rows.exclude(pk__in=with_brand) if choice == "no" else rows.filter(pk__in=with_brand)


def _tags(rows: Any, user: "User") -> Tags:
    counted = (
        Product.objects.visible_to(user)
        .filter(enterprise__in=rows)
        .order_by()
        .values("enterprise", "enterprise__public_id")
        .annotate(
            made=Count("pk", distinct=True),
            held=Count("brands", filter=Q(brands__state__in=HELD), distinct=True),
            given=Count("entries__certificate", distinct=True),
        )
    )
    return {row["enterprise"]: _said(row) for row in counted}


def _said(row: Any) -> list[Tag]:
    url = reverse("products:of_enterprise", args=[row["enterprise__public_id"]])
    words = [ngettext("%(count)s product", "%(count)s products", row["made"]) % {"count": row["made"]}]
    if row["held"]:
        words.append(ngettext("%(count)s brand", "%(count)s brands", row["held"]) % {"count": row["held"]})
    if row["given"]:
        count = row["given"]
        words.append(
            ngettext("%(count)s certificate of a selection", "%(count)s certificates of selections", count)
            % {"count": count}
        )
    return [Tag(text, url) for text in words]


register(
    Facet(
        "brand",
        20,
        _("Brand"),
        _tags,
        (("yes", _("Filed or granted")), ("granted", _("Granted")), ("no", _("No brand"))),
        _narrow,
    )
)
