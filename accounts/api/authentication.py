"""Who calls the API: a program with a bearer token, or a person signed in to the pages."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from accounts.models import SCOPES, AccessToken
from accounts.tokens import find_token, note_use
from core.api.problems import REALM, Problem

if TYPE_CHECKING:
    from accounts.models import User


class BadToken(exceptions.AuthenticationFailed):
    """RFC 6750: the challenge says that it was the token."""

    challenge = f'{REALM}, error="invalid_token"'


class BearerAuthentication(BaseAuthentication):
    """An opaque token of an API client, which acts as its own service account."""

    def authenticate(self, request: Request) -> "tuple[User, AccessToken] | None":
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        kind, _space, token = header.partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token.isascii() or not token or len(token) > 200:
            raise BadToken(_("Send «Authorization: Bearer» with an access token."))
        found = find_token(token)
        if found is None:
            raise BadToken(_("The access token is unknown, ended or revoked. Ask for a new one."))
        note_use(found.secret)
        return found.client.service_account, found

    def authenticate_header(self, request: Request) -> str:
        return REALM


class PageSessionAuthentication(SessionAuthentication):
    """A person's session, with CSRF for what changes something."""

    def authenticate_header(self, request: Request) -> str:
        return REALM

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise Problem(403, "csrf_failed", _("The header X-CSRFToken is missing or wrong.")) from None


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": {scope: scope for scope in SCOPES}}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: object) -> dict[str, list[str]]:
        view = auto_schema.view  # type: ignore[attr-defined]
        scope = getattr(view, "scope_read" if auto_schema.method == "GET" else "scope_write", "")  # type: ignore[attr-defined]
        return {self.name: [scope] if scope else []}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.authentication.PageSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, object]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "What a browser has after signing in. What changes something also needs X-CSRFToken.",
        }
