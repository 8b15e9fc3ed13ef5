"""The same request twice has one effect and one answer."""

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.params import parse_uuid
from core.api.problems import Problem
from core.api.renderers import dumps
from core.models import IdempotencyKey

KEPT = dt.timedelta(days=7)


def _key(request: Request) -> uuid.UUID:
    key = parse_uuid(request.headers.get("Idempotency-Key"))
    if key is None:
        text = _("Send the header Idempotency-Key with a UUID of your own, the same when you try again.")
        raise Problem(400, "idempotency_key", text, {"Idempotency-Key": text})
    return key


def request_hash(request: Request) -> str:
    """Method, path and what was sent, whatever its spelling; of files their bytes. Keyed, so that a number of a person
    that was sent cannot be tried out against what is kept."""
    said = f"{request.method} {request.path}\n".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256)
    if hasattr(request.data, "lists"):  # a form
        for name, values in sorted(request.data.lists()):
            for value in values:
                digest.update(f"\n{name}=".encode())
                if hasattr(value, "chunks"):
                    for chunk in value.chunks():
                        digest.update(chunk)
                    value.seek(0)
                else:
                    digest.update(str(value).encode())
    else:
        digest.update(json.dumps(request.data, sort_keys=True).encode())
    return digest.hexdigest()


def once(request: Request, caller: str, act: Callable[[], Response]) -> HttpResponse:
    """Run `act` unless this caller's key was used: then give the first answer again (same request) or 422 (another).

    The key is written in the transaction of the change, so that one cannot be without the other. While the first
    request still runs a second one is told so (409); on SQLite it waits for the write lock and then finds the answer.
    A refused request leaves no key: it stored nothing, and may be mended and sent again.
    """
    key, digest = _key(request), request_hash(request)
    with transaction.atomic():
        if not _alone(f"{caller} {key}"):
            raise Problem(409, "in_progress", _("The first request with this key is still being worked on."))
        rows = IdempotencyKey.objects.filter(caller=caller, key=key)
        rows.filter(created_at__lt=clock.now() - KEPT).delete()
        found = rows.first()
        if found is None:
            response = act()
            IdempotencyKey.objects.create(
                caller=caller,
                key=key,
                request_hash=digest,
                status=response.status_code,
                headers={name: response[name] for name in ("Location",) if name in response},
                body=dumps(response.data).decode(),
            )
            return response
    if found.request_hash != digest:
        raise Problem(422, "idempotency_key_reused", _("This Idempotency-Key was used for another request."))
    return HttpResponse(found.body, status=found.status, headers=found.headers, content_type="application/json")


def was_sent(request: Request, caller: str) -> bool:
    """Whether `once` would answer this request without acting."""
    rows = IdempotencyKey.objects.filter(caller=caller, key=_key(request), created_at__gte=clock.now() - KEPT)
    return rows.exists()


def _alone(name: str) -> bool:
    """Nobody else works on this name until the transaction ends. On SQLite the transaction itself sees to that."""
    if connection.vendor != "postgresql":
        return True
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def forget_old_keys() -> int:
    """Remove what is older than seven days; gives the number of rows."""
    count, _by_model = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEPT).delete()
    return count
