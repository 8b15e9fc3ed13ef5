"""Programs that use the API: the administrator's pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions, services
from accounts.forms import ClientForm, DeactivateForm, NewClientForm
from accounts.models import ApiClient, ApiSecret, User
from accounts.views.once import redirect_and_show, render_once
from audit.models import Entry
from core.errors import DomainError


def _administrator(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    permissions.may_administer(request.user).require()
    return request.user


def _client(actor: User, client_id: str) -> ApiClient:
    rows = ApiClient.objects.visible_to(actor).select_related("agency", "service_account__agency")
    found: ApiClient = get_object_or_404(rows, client_id=client_id)
    return found


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    rows = ApiClient.objects.visible_to(actor).select_related("agency").order_by("-is_active", "name")
    return render(request, "accounts/clients.html", {"rows": rows})


@never_cache
@require_safe
def client(request: HttpRequest, client_id: str) -> HttpResponse:
    actor = _administrator(request)
    found = _client(actor, client_id)
    secrets = list(found.secrets.order_by("-id"))
    live = set(found.secrets.live().values_list("pk", flat=True))
    context: dict[str, object] = {
        "client": found,
        "grants": found.service_account.grants.select_related("area", "user"),
        "secrets": [{"secret": secret, "live": secret.pk in live} for secret in secrets],
        "newest": secrets[0].pk if secrets else 0,
        "room": len(live) < services.LIVE_SECRETS,
        "may_manage": permissions.may_manage_client(found, actor),
        "history": Entry.objects.about(found)[:100],
    }
    return render_once(request, "accounts/client.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    actor = _administrator(request)
    form = NewClientForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = services.create_client(**form.cleaned_data, actor=actor)
        except DomainError as error:
            form.blame(error)
        else:
            return redirect_and_show(request, reverse("accounts:client", args=[made.client_id]), secret)
    return render(request, "accounts/client_form.html", {"form": form, "client": None})


@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: HttpRequest, client_id: str) -> HttpResponse:
    actor = _administrator(request)
    found = _client(actor, client_id)
    permissions.may_manage_client(found, actor).require()
    form = ClientForm(
        request.POST or None,
        initial={"name": found.name, "scopes": found.scopes, "may_publish": found.may_publish},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_client(found, actor=actor, **form.cleaned_data)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("Saved. The program has to ask for a new token."))
            return redirect("accounts:client", client_id)
    return render(request, "accounts/client_form.html", {"form": form, "client": found})


@require_http_methods(["GET", "HEAD", "POST"])
def client_deactivate(request: HttpRequest, client_id: str) -> HttpResponse:
    actor = _administrator(request)
    found = _client(actor, client_id)
    permissions.may_manage_client(found, actor).require()
    form = DeactivateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.deactivate_client(found, actor=actor, note=form.cleaned_data["note"])
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("The program is closed for good."))
            return redirect("accounts:client", client_id)
    return render(request, "accounts/client_deactivate.html", {"form": form, "client": found})


@require_POST
def secret_new(request: HttpRequest, client_id: str) -> HttpResponse:
    """A second secret, shown once. The form says which secret was the newest, so that two clicks make one."""
    actor = _administrator(request)
    found = _client(actor, client_id)
    newest = request.POST.get("newest", "")
    _row, secret = services.add_secret(found, actor=actor, newest=int(newest) if newest.isdecimal() else None)
    return redirect_and_show(request, reverse("accounts:client", args=[client_id]), secret)


@require_POST
def secret_revoke(request: HttpRequest, client_id: str, secret_id: int) -> HttpResponse:
    actor = _administrator(request)
    found = _client(actor, client_id)
    secret = get_object_or_404(ApiSecret, client=found, pk=secret_id)
    services.revoke_secret(secret, actor=actor)
    messages.success(request, _("The secret …%(hint)s opens nothing any more.") % {"hint": secret.hint})
    return redirect("accounts:client", client_id)
