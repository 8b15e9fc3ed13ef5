"""Keeping what is typed into a long form (static/js/keep.js), and offering it again."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import drafts
from accounts.signed_in import user_of
from core.errors import Invalid

KEPT_IN = "draft_key"  # the hidden input of a form that is kept


def key_in(data: Mapping[str, Any], name: str = KEPT_IN) -> UUID | None:
    """The key of a draft in what was sent; None where there is none."""
    try:
        return UUID(str(data.get(name, "")))
    except ValueError:
        return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """POST keeps a draft and says when, by the server's clock. GET gives the drafts of a page as a part of it, and in
    a header the key against forged forms, which changes with every sign-in."""
    if request.method == "POST":
        return _keep(request)
    page = request.GET.get("page", "")[:300].replace("\0", "")
    found = drafts.kept(user_of(request), page, key_in(request.GET, "without"))
    answer = render(request, "accounts/_drafts.html", {"drafts": found})
    answer.headers["X-CSRFToken"] = get_token(request)
    return answer


def _keep(request: HttpRequest) -> JsonResponse:
    try:
        sent = json.loads(request.body[: 2 * drafts.MAX_BYTES])
        key, page, window, turn, fields = (sent[name] for name in ("key", "page", "window", "turn", "fields"))
        typed = {str(name): [str(text).replace("\0", "") for text in texts] for name, texts in fields.items()}
        key, page, window, turn = UUID(key), page_of_ours(page), str(window)[:40], min(max(int(turn), 0), 2**31 - 1)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Invalid(_("This cannot be kept as a draft.")) from error
    found = drafts.keep(user_of(request), key, page, typed, window=window, turn=turn)
    if found is None:
        return JsonResponse({"stored": True})
    return JsonResponse({"at": f"{timezone.localtime(found.kept_at):%H:%M}"})


def page_of_ours(text: Any) -> str:
    """The address of a page of ours, without anything behind it. Raises ValueError."""
    parts = urlsplit(str(text))
    if parts.netloc or parts.scheme or not parts.path.startswith("/") or len(parts.path) > 300:
        raise ValueError("no page of ours")
    try:
        resolve(parts.path)
    except Resolver404 as error:
        raise ValueError("no page of ours") from error
    return parts.path


@require_POST
def draft_drop(request: HttpRequest) -> HttpResponse:
    """«Bỏ»: the person does not want it any more."""
    key = key_in(request.POST)
    if key is None:
        raise Http404
    drafts.drop(user_of(request), key)
    try:
        return HttpResponseRedirect(page_of_ours(request.POST.get("page", "")))
    except ValueError as error:
        raise Http404 from error
