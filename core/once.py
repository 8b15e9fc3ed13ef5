"""A form of a page that is sent twice (a double click, a bad network) has one effect."""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.models import IdempotencyKey


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
    the key was used on another page.
    """
    key: Any = form.cleaned_data["form_key"]
    caller, digest = f"page:{request.user.pk}", hashlib.sha256(request.path.encode()).hexdigest()
    with transaction.atomic():
        _wait_for(f"{caller} {key}")
        found = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if found is None:
            url = act()
            IdempotencyKey.objects.create(
                caller=caller, key=key, request_hash=digest, status=302, headers={"Location": url}
            )
            return HttpResponseRedirect(url)
    if found.request_hash != digest:
        raise Conflict(str(_("This page is incomplete. Load it again.")))
    return HttpResponseRedirect(found.headers["Location"])


def _wait_for(name: str) -> None:
    """Nobody else works on this name until the transaction ends. On SQLite the transaction itself sees to that."""
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
