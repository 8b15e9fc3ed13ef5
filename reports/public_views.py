"""For everybody, without an account: is this report genuine? Nothing personal but who signed; no file is kept."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.middleware import client_address
from reports import verification
from reports.layout_forms import CheckForm


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, public_id: UUID | None = None) -> HttpResponse:
    """The report of the code, and whether a file is one of a report, letter for letter."""
    posted = request.method == "POST"
    form = CheckForm(request.POST if posted else None, request.FILES if posted else None)
    context: dict[str, Any] = {"form": form, "asked": public_id is not None}
    status = 200
    if (posted or public_id) and not verification.knock(client_address(request)):
        context["refused"] = _("That were many questions. Try again in a quarter of an hour.")
        return render(request, "public/verify.html", context, status=429)
    if public_id is not None:
        context["found"] = verification.genuine(public_id)
        status = 200 if context["found"] else 404
    if posted:
        if form.is_valid():
            context["matched"] = verification.match(form.cleaned_data["file"])
        else:
            status = 422
    return render(request, "public/verify.html", context, status=status)
