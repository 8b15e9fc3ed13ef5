"""A form of a page that is sent twice (a double click, a bad network) has one effect."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.locks import lock_name
from core.models import IdempotencyKey

SENT_BEFORE = _(
    "You have sent this form already, with other content; that is stored. What stands here now is not. "
    "Send it again if it is to be stored as well."
)


class OnceForm(forms.Form):
    """Mixin of forms that make something new: a key made when the form is shown and sent back with it."""

    form_key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={
            "required": _("This page is incomplete. Load it again."),
            "invalid": _("This page is incomplete. Load it again."),
        },
    )


def once(request: HttpRequest, form: forms.Form, act: Callable[[], str]) -> HttpResponseRedirect:
    """Run `act`, which gives the address to go to, unless this person sent this form already: then go where it led.

    The key is written in the transaction of the change. A DomainError from `act` leaves neither. Raises Conflict when
    the key was used on another page, or with other content: somebody went back, changed what stood there and sent it.
    Then the form has a new key, so that sending it once more is meant.
    """
    key: Any = form.cleaned_data["form_key"]
    caller, page = _caller(request.user.pk), hashlib.sha256(request.path.encode()).hexdigest()
    digest = page[:32] + _content(request)[:32]
    with transaction.atomic():
        lock_name(f"{caller} {key}")
        found = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if found is None:
            url = act()
            IdempotencyKey.objects.create(
                caller=caller, key=key, request_hash=digest, status=302, headers={"Location": url}
            )
            return HttpResponseRedirect(url)
    if found.request_hash[:32] != digest[:32]:
        raise Conflict(str(_("This page is incomplete. Load it again.")))
    if found.request_hash != digest:
        sent: Any = form
        sent.data = sent.data.copy()
        sent.data["form_key"] = str(uuid.uuid4())
        raise Conflict(str(SENT_BEFORE), code="sent_before")
    return HttpResponseRedirect(found.headers["Location"])


def _caller(user_id: Any) -> str:
    return f"page:{user_id}"


def was_sent(user_id: int, key: uuid.UUID) -> bool:
    """Whether `once` knows this key of this person, so that it would answer without acting."""
    return IdempotencyKey.objects.filter(caller=_caller(user_id), key=key).exists()


def _content(request: HttpRequest) -> str:
    """A hash of what was typed and chosen."""
    typed = [
        (name, values) for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "draft_key")
    ]
    files = [(name, [(file.name, file.size) for file in found]) for name, found in request.FILES.lists()]
    return hashlib.sha256(repr((sorted(typed), sorted(files))).encode()).hexdigest()
