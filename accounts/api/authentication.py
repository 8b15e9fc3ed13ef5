"""Who calls the API: a program with a bearer token, or a person signed in to the pages."""

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import AccessToken, ApiClient
from core import clock

if TYPE_CHECKING:
    from accounts.models import User

REALM = 'Bearer realm="khuyencong"'


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class BearerAuthentication(BaseAuthentication):
    """An opaque token of an API client. Whatever was revoked or switched off counts from the next request on."""

    def authenticate(self, request: Request) -> "tuple[User, AccessToken] | None":
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        kind, _space, token = header.partition(" ")
        if kind.lower() != "bearer" or not token or len(token) > 200:
            raise AuthenticationFailed(_("Send «Authorization: Bearer» with an access token."))
        found = (
            AccessToken.objects.select_related("client__service_account__agency", "secret")
            .filter(hash=token_hash(token.strip()), expires_at__gt=clock.now())
            .first()
        )
        if (
            found is None
            or not found.client.is_active
            or found.secret.revoked_at is not None
            or not found.client.service_account.is_active
        ):
            raise AuthenticationFailed(_("The access token is unknown, ended or revoked. Ask for a new one."))
        self._note_use(found.client)
        return found.client.service_account, found

    def authenticate_header(self, request: Request) -> str:
        return REALM

    def _note_use(self, client: ApiClient) -> None:
        """Last use, written at most once a minute."""
        now = clock.now()
        if client.last_used_at is None or now - client.last_used_at > dt.timedelta(minutes=1):
            ApiClient.objects.filter(pk=client.pk).update(last_used_at=now)


class PageSessionAuthentication(SessionAuthentication):
    """A person's session, with CSRF for what changes something."""

    def authenticate_header(self, request: Request) -> str:
        return REALM


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        from accounts.models import SCOPES

        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": "/api/v1/oauth/token", "scopes": {scope: scope for scope in SCOPES}}
            },
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
