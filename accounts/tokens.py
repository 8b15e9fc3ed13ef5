"""Access tokens of programs: opaque, of 256 random bits, kept as SHA-256, good for an hour."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from accounts.models import AccessToken, ApiClient, ApiSecret
from accounts.services import secret_hash
from core import clock

LIFETIME = dt.timedelta(hours=1)
NOTED_EVERY = dt.timedelta(minutes=1)  # how often last use is written


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_secret(client_id: str, secret: str) -> ApiSecret | None:
    """The living secret of an open client whose service account is open, or None."""
    found: ApiSecret | None = (
        ApiSecret.objects.live()
        .select_related("client__service_account")
        .filter(hash=secret_hash(client_id, secret), client__client_id=client_id)
        .filter(client__service_account__is_active=True)
        .first()
    )
    return found


def issue(secret: ApiSecret, scopes: Iterable[str]) -> str:
    """A new token. It is kept nowhere in clear; those of the client that have ended go."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        AccessToken.objects.filter(client=secret.client, expires_at__lte=now).delete()
        AccessToken.objects.create(
            client=secret.client,
            secret=secret,
            hash=token_hash(token),
            scopes=list(scopes),
            expires_at=now + LIFETIME,
            created_at=now,
        )
        note_use(secret)
    return token


def find_token(token: str) -> AccessToken | None:
    """The token, if it and everything it hangs on still holds: a revoked secret, a closed client or account ends it
    with the next request."""
    now = clock.now()
    found: AccessToken | None = (
        AccessToken.objects.select_related("client__service_account__agency", "secret")
        .filter(hash=token_hash(token), expires_at__gt=now)
        .filter(client__is_active=True, client__service_account__is_active=True, secret__revoked_at__isnull=True)
        .filter(Q(secret__expires_at__isnull=True) | Q(secret__expires_at__gt=now))
        .first()
    )
    return found


def note_use(secret: ApiSecret) -> None:
    """Last use of the secret and its client, written at most once a minute."""
    now = clock.now()
    before = now - NOTED_EVERY
    due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    if secret.client.last_used_at is None or secret.client.last_used_at <= before:
        ApiClient.objects.filter(due, pk=secret.client_id).update(last_used_at=now)
    if secret.last_used_at is None or secret.last_used_at <= before:
        ApiSecret.objects.filter(due, pk=secret.pk).update(last_used_at=now)
