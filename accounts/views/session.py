"""Signing in and out, and one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.forms import OwnPasswordForm, SignInForm
from core.errors import DomainError


class SignIn(LoginView):
    """Leads back to the page that was asked for, on this host only (Django checks `next`)."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """By POST only, so that no link of somebody else signs a person out."""


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """One's own password. Every other session of the person ends."""
    user = request.user
    assert user.is_authenticated
    form = OwnPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.set_password(user, form.cleaned_data["new_password1"], actor=user)
        except DomainError as error:
            form.blame(error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Everywhere else you have to sign in again."))
            return redirect("accounts:password")
    return render(request, "accounts/password.html", {"form": form})
