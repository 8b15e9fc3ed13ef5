"""The same request twice has one effect and one answer."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import Problem
from core.api.renderers import dumps
from core.models import IdempotencyKey


def _key(request: Request) -> uuid.UUID:
    given = request.headers.get("Idempotency-Key", "")
    try:
        if len(given) != 36:
            raise ValueError
        return uuid.UUID(given)
    except ValueError:
        text = _("Send the header Idempotency-Key with a UUID of your own, the same when you try again.")
        raise Problem(400, "idempotency_key", text, {"Idempotency-Key": text}) from None


def request_hash(request: Request) -> str:
    """Method, path and what was sent; of files their bytes."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if request.content_type and request.content_type.startswith("multipart/"):
        for name in sorted(request.data):
            value = request.data[name]
            digest.update(f"{name}=".encode())
            if hasattr(value, "chunks"):
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
            else:
                digest.update(str(value).encode())
    else:
        digest.update(json.dumps(request.data, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def once(request: Request, caller: str, act: Callable[[], Response]) -> Response:
    """Run `act` unless this caller's key was used: then give the first answer again (same request) or 422 (another).

    The key is written in the transaction of the change. A second request that comes while the first still runs waits
    for it on the unique key, or on SQLite's write lock, and then finds its answer; if the lock is not to be had in
    time it is told so (409). A refused request leaves no key: it stored nothing, and may be mended and sent again.
    """
    key, digest = _key(request), request_hash(request)
    try:
        with transaction.atomic():
            found = IdempotencyKey.objects.filter(caller=caller, key=key).first()
            if found is None:
                row = IdempotencyKey.objects.create(caller=caller, key=key, request_hash=digest)
                response = act()
                row.status = response.status_code
                row.headers = {name: response[name] for name in ("Location",) if name in response}
                row.body = dumps(response.data).decode()
                row.save()
                return response
    except IntegrityError:
        found = IdempotencyKey.objects.filter(caller=caller, key=key).first()
        if found is None:
            raise
    if found.request_hash != digest:
        raise Problem(422, "idempotency_key_reused", _("This Idempotency-Key was used for another request."))
    if found.status is None:
        raise Problem(409, "in_progress", _("The first request with this key is still being worked on."))
    return _again(found)


def _again(found: IdempotencyKey) -> Response:
    data: Any = json.loads(found.body) if found.body else None
    response = Response(data, status=found.status)
    for name, value in found.headers.items():
        response[name] = value
    return response
