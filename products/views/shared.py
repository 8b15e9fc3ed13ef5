"""Finding what a page is about, among what the person sees."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from products.models import Brand, Product, SelectionRound, Spearhead

PAGE_SIZE = 50


def product_of(user: User, public_id: UUID) -> Product:
    rows = Product.objects.visible_to(user).select_related("enterprise__area", "group", "spearhead")
    found: Product = get_object_or_404(rows, public_id=public_id)
    return found


def brand_of(user: User, public_id: UUID) -> Brand:
    rows = Brand.objects.visible_to(user).select_related("product__enterprise", "project")
    found: Brand = get_object_or_404(rows, public_id=public_id)
    return found


def round_of(user: User, public_id: UUID) -> SelectionRound:
    rows = SelectionRound.objects.visible_to(user).select_related("level", "province", "project")
    found: SelectionRound = get_object_or_404(rows, public_id=public_id)
    return found


def spearhead_of(user: User, public_id: UUID) -> Spearhead:
    rows: Any = Spearhead.objects.visible_to(user).select_related("programme", "province")
    found: Spearhead = get_object_or_404(rows, public_id=public_id)
    return found
