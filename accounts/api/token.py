"""POST /api/v1/oauth/token: OAuth 2 client credentials (RFC 6749, 4.4), opaque tokens."""

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote_plus

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import SCOPES
from accounts.tokens import LIFETIME, find_secret, issue
from core.api.parsers import FormParser

VISIBLE = re.compile(r"[\x20-\x7e]{1,200}")


class TokenBody(serializers.Serializer[Any]):
    grant_type = serializers.ChoiceField(["client_credentials"])
    client_id = serializers.CharField(required=False, help_text="Or both by HTTP Basic.")
    client_secret = serializers.CharField(required=False)
    scope = serializers.CharField(required=False, help_text="Separated by blanks; all that the client has if left out.")


class TokenShown(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.ChoiceField(["Bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds.")
    scope = serializers.CharField()


class TokenError(serializers.Serializer[Any]):
    error = serializers.ChoiceField(["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"])
    error_description = serializers.CharField()


class Refused(Exception):
    def __init__(self, error: str, text: str, status: int = 400) -> None:
        self.error, self.text, self.status = error, text, status


def _single(form: Any, name: str) -> str:
    given = form.getlist(name)
    if len(given) > 1:
        raise Refused("invalid_request", f"{name} is there more than once")
    return str(given[0]) if given else ""


def _credentials(request: Request, form: Any) -> tuple[str, str]:
    """From the form, or by HTTP Basic; never both."""
    client_id, secret = _single(form, "client_id"), _single(form, "client_secret")
    header = request.headers.get("Authorization", "")
    if header:
        kind, _space, value = header.partition(" ")
        if kind.lower() != "basic":
            raise Refused("invalid_client", "use the form or HTTP Basic", 401)
        if secret:
            raise Refused("invalid_request", "the secret is there twice: in the form and in the header")
        try:
            basic_id, _colon, basic_secret = base64.b64decode(value, validate=True).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            raise Refused("invalid_client", "the Authorization header cannot be read", 401) from None
        if client_id and client_id != unquote_plus(basic_id):
            raise Refused("invalid_request", "two different clients in one request")
        client_id, secret = unquote_plus(basic_id), unquote_plus(basic_secret)
    if not client_id or not secret:
        raise Refused("invalid_request", "client_id and client_secret are needed")
    if not VISIBLE.fullmatch(client_id) or not VISIBLE.fullmatch(secret):
        raise Refused("invalid_client", "unknown client, or a secret that is wrong, ended or revoked", 401)
    return client_id, secret


def _scopes(form: Any, allowed: list[str]) -> list[str]:
    asked = _single(form, "scope").split()
    if not set(asked) <= set(allowed):
        raise Refused("invalid_scope", "this client may have: " + " ".join(allowed))
    return [scope for scope in SCOPES if scope in (asked or allowed)]


class TokenView(APIView):
    """A program shows its secret and gets an access token for an hour."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (FormParser,)

    @extend_schema(
        operation_id="token",
        request={"application/x-www-form-urlencoded": TokenBody},
        responses={
            200: TokenShown,
            400: OpenApiResponse(TokenError, "RFC 6749, 5.2"),
            401: OpenApiResponse(TokenError, "RFC 6749, 5.2"),
        },
    )
    def post(self, request: Request) -> Response:
        try:
            if request.query_params:  # what stands in an address ends in logs
                raise Refused("invalid_request", "send everything in the form, nothing in the address")
            try:
                form = request.data
            except UnsupportedMediaType as error:
                raise Refused("invalid_request", "send application/x-www-form-urlencoded") from error
            if not hasattr(form, "getlist"):  # nothing was sent at all
                raise Refused("invalid_request", "grant_type is needed")
            response = Response(self._token(request, form))
        except Refused as refused:
            response = Response({"error": refused.error, "error_description": refused.text}, status=refused.status)
            if refused.status == 401:
                response["WWW-Authenticate"] = 'Basic realm="khuyencong"'
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        return response

    def _token(self, request: Request, form: Any) -> dict[str, object]:
        grant = _single(form, "grant_type")
        if not grant:
            raise Refused("invalid_request", "grant_type is needed")
        if grant != "client_credentials":
            raise Refused("unsupported_grant_type", "grant_type must be client_credentials")
        secret = find_secret(*_credentials(request, form))
        if secret is None:
            raise Refused("invalid_client", "unknown client, or a secret that is wrong, ended or revoked", 401)
        scopes = _scopes(form, secret.client.scopes)
        return {
            "access_token": issue(secret, scopes),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(scopes),
        }
