"""POST /api/v1/oauth/token: OAuth 2 client credentials (RFC 6749, 4.4), opaque tokens."""

import datetime as dt
import secrets
from base64 import b64decode

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.api.authentication import token_hash
from accounts.models import AccessToken, ApiClient, ApiSecret
from accounts.services import secret_hash
from core import clock

LIFETIME = dt.timedelta(hours=1)


def _error(code: str, text: str, status: int = 400) -> JsonResponse:
    response = JsonResponse({"error": code, "error_description": text}, status=status)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="khuyencong"'
    return response


def _credentials(request: HttpRequest) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("basic "):
        try:
            client_id, _colon, secret = b64decode(header[6:], validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return client_id, secret
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class TokenView(View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> JsonResponse:
        if request.POST.get("grant_type") != "client_credentials":
            return _error("unsupported_grant_type", "grant_type must be client_credentials")
        client_id, secret = _credentials(request)
        now = clock.now()
        with transaction.atomic():
            found = (
                ApiSecret.objects.select_related("client__service_account")
                .filter(hash=secret_hash(client_id, secret), client__client_id=client_id, revoked_at__isnull=True)
                .first()
            )
            live = found is not None and (found.expires_at is None or found.expires_at > now)
            if found is None or not live or not found.client.is_active or not found.client.service_account.is_active:
                return _error("invalid_client", "unknown client, wrong or ended secret", 401)
            client: ApiClient = found.client
            asked = request.POST.get("scope", "").split() or list(client.scopes)
            if not set(asked) <= set(client.scopes):
                return _error("invalid_scope", "this client may have: " + " ".join(client.scopes))
            token = secrets.token_urlsafe(32)
            AccessToken.objects.filter(client=client, expires_at__lt=now).delete()
            AccessToken.objects.create(
                client=client, secret=found, hash=token_hash(token), scopes=asked, expires_at=now + LIFETIME
            )
            ApiSecret.objects.filter(pk=found.pk).update(last_used_at=now)
        response = JsonResponse(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": int(LIFETIME.total_seconds()),
                "scope": " ".join(asked),
            }
        )
        response["Cache-Control"] = "no-store"
        return response
