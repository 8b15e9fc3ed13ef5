"""Lists as a person wants them again. They are the person's own, and no records: what they show is asked anew."""

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import SavedView, User
from core import clock
from core.errors import Invalid
from core.text import nfc

MAX_VIEWS = 30  # of one list
LEFT_OUT = ("page", "csrfmiddlewaretoken")


def views_of(user: User, page: str) -> list[SavedView]:
    return list(SavedView.objects.filter(user=user, page=page))


@transaction.atomic
def save_view(user: User, page: str, name: str, query: str) -> SavedView:
    """Keep the list under a name; the same name means the new one. Raises Invalid."""
    name = " ".join(nfc(name).split())
    if not name:
        raise Invalid(fields={"name": _("Give the view a name.")})
    data = QueryDict(query, mutable=True)
    for left_out in LEFT_OUT:
        data.pop(left_out, None)
    kept = "&".join(part for part in data.urlencode().split("&") if not part.endswith("="))
    if len(kept) > 2000:
        raise Invalid(fields={"name": _("There are too many filters to be kept.")})
    same = SavedView.objects.filter(user=user, page=page, name=name)
    if not same.exists() and SavedView.objects.filter(user=user, page=page).count() >= MAX_VIEWS:
        raise Invalid(fields={"name": _("Thirty views are kept; drop one first.")})
    values = {"query": kept, "saved_at": clock.now()}
    view, _created = SavedView.objects.update_or_create(user=user, page=page, name=name, defaults=values)
    return view


def drop_view(user: User, pk: int) -> SavedView | None:
    view = SavedView.objects.filter(user=user, pk=pk).first()
    if view is not None:
        view.delete()
    return view
