"""One's second factor: setting it up, another telephone, recovery codes, giving it up; reset by an administrator."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import permissions
from accounts import second_factor as factor
from accounts.form_pages import form_page
from accounts.forms import CodeForm, ReasonForm, SetUpForm
from accounts.models import User
from accounts.signed_in import user_of
from accounts.views.once import redirect_and_show, render_once
from core.errors import DomainError, Invalid
from core.once import OnceForm

BEGUN = "second_factor"  # in the session: {"sealed", "replaces"} until the new device is confirmed


class ResetForm(OnceForm, ReasonForm):
    pass


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where there is none, or another telephone is meant: the key and the code that confirms it. Otherwise what there
    is, and what a code of it allows."""
    user = user_of(request)
    begun: dict[str, Any] = request.session.get(BEGUN) or {}
    secret = factor.opened_secret(user, begun.get("sealed", ""))
    device = factor.device_of(user)
    replaces = bool(begun.get("replaces")) and device is not None
    if device is not None and not (secret and replaces):
        return _with_device(request, user)
    if secret is None:
        secret = _begin(request, user, replaces=False)
    form = SetUpForm(request.POST or None, replaces=replaces)
    if request.method == "POST" and "stop" in request.POST:
        request.session.pop(BEGUN, None)
        return redirect("accounts:second_factor")
    if request.method == "POST" and form.is_valid():
        try:
            code = form.attempt(user)
            if not replaces and not user.check_password(form.cleaned_data["password"]):
                raise Invalid(fields={"password": _("This is not your password.")})
            codes = factor.set_up(user, secret, code, replaces=replaces)
        except DomainError as error:
            form.blame(error)
        else:
            request.session.pop(BEGUN, None)
            messages.success(request, _("Your second factor is set up."))
            return _show(request, codes)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    svg = mark_safe(factor.picture(user, secret))
    context = {"form": form, "groups": groups, "svg": svg, "replaces": replaces, "setting_up": True}
    return _page(request, context, form)


def _with_device(request: HttpRequest, user: User) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            code = form.attempt(user)
            if "codes" in request.POST:
                return _show(request, factor.new_recovery_codes(user, code))
            if "renew" in request.POST:
                factor.vouch(user, code)
                _begin(request, user, replaces=True)
                return redirect("accounts:second_factor")
            factor.remove(user, code)
        except DomainError as error:
            form.blame(error)
        else:
            messages.success(request, _("You have no second factor any more."))
            return redirect("accounts:second_factor")
    context = {"form": form, "device": factor.device_of(user), "left": factor.codes_left(user)}
    return _page(request, context, form)


def _begin(request: HttpRequest, user: User, *, replaces: bool) -> str:
    secret = factor.new_secret()
    request.session[BEGUN] = {"sealed": factor.sealed_secret(user, secret), "replaces": replaces}
    return secret


def _show(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return redirect_and_show(request, reverse("accounts:second_factor"), " ".join(codes))


def _page(request: HttpRequest, context: dict[str, Any], form: Any) -> HttpResponse:
    answer = render_once(request, "accounts/second_factor.html", context)
    answer.status_code = 422 if form.errors else 200
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def person_reset(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Somebody lost the telephone: an administrator who knows them takes the device away."""
    actor = user_of(request)
    permissions.may_administer(actor).require()
    person = get_object_or_404(User.objects.people().visible_to(actor), public_id=public_id)
    permissions.may_reset_factor(person, actor).require()
    form = ResetForm(request.POST or None)
    back = reverse("accounts:person", args=[public_id])

    def act() -> str:
        factor.reset(person, form.cleaned_data["reason"], actor=actor)
        return back

    return form_page(
        request,
        form,
        act,
        title=_("Reset the second factor of %(person)s") % {"person": person.full_name},
        lead=_(
            "Only for somebody whose telephone is lost and whom you know or have spoken to. Their device and recovery "
            "codes are worth nothing from then on; they set up another under «Second factor»."
        ),
        back=back,
        crumbs=((person.full_name, back),),
        button=_("Reset"),
        done=_("The second factor of %(person)s is reset.") % {"person": person.full_name},
    )
