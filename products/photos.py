"""Photos of products: checked and cleaned like those of progress, each with a small copy and words for who cannot see
it. The first one stands for the product in lists."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from core.errors import Invalid
from core.locks import lock
from core.text import nfc
from files.services import Photo, check_photo, small_copy, store_bytes
from products.models import Product, ProductPhoto
from products.permissions import may_enter

if TYPE_CHECKING:
    from accounts.models import User

MOST = 8


def add_photo(product: Product, upload: Any, text: str, *, actor: "User") -> ProductPhoto:
    """Check a photo and keep it. `text`: what is to be seen on it. The same photo twice is one."""
    may_enter(product.enterprise.province_id, actor).require()
    return _keep(product, check_photo(upload), text, actor)


@transaction.atomic
def _keep(product: Product, photo: Photo, text: str, actor: "User") -> ProductPhoto:
    product = lock(product, "enterprise")
    text = " ".join(nfc(text).split())
    if not text:
        raise Invalid(fields={"text": _("Say in a few words what is to be seen.")})
    stored = store_bytes(photo.content, photo.content_type)
    known: ProductPhoto | None = product.photos.filter(file=stored).first()
    if known is not None:
        return known
    if product.photos.count() >= MOST:
        raise Invalid(fields={"photo": _("At most %(count)s photos of a product.") % {"count": MOST}})
    small = small_copy(photo)
    row: ProductPhoto = ProductPhoto.objects.create(
        product=product, file=stored, small=store_bytes(small.content, small.content_type), text=text[:200]
    )
    record(product, "add_photo", actor=actor, changes={"photo": (None, row.text)}, within=product.enterprise)
    return row


@transaction.atomic
def remove_photo(product: Product, pk: int, *, actor: "User") -> None:
    """Take a photo off the product; gone already is well."""
    product = lock(product, "enterprise")
    may_enter(product.enterprise.province_id, actor).require()
    row = product.photos.filter(pk=pk).first()
    if row is not None:
        record(product, "remove_photo", actor=actor, changes={"photo": (row.text, None)}, within=product.enterprise)
        row.delete()
