"""The registry of establishments: list, one establishment, entering and changing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import sheets
from core.errors import DomainError
from enterprises import permissions, services
from enterprises.forms import EnterpriseFilter, EnterpriseForm, NewEnterpriseForm, stored
from enterprises.models import Enterprise

PAGE_SIZE = 50
COLUMNS = (
    sheets.Column(_lazy("Name"), lambda row: row.name, width=46),
    sheets.Column(_lazy("Tax code"), lambda row: row.tax_code, width=18),
    sheets.Column(_lazy("Kind of business"), lambda row: row.get_kind_display()),
    sheets.Column(_lazy("Place"), lambda row: row.area.full_name),
    sheets.Column(_lazy("Main product"), lambda row: row.main_product),
    sheets.Column(_lazy("Workers"), lambda row: row.headcount, "number"),
)


def _enterprise(user: User, public_id: UUID) -> Enterprise:
    rows = Enterprise.objects.visible_to(user).select_related("area", "province")
    found: Enterprise = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Enterprise.objects.visible_to(user)
    form = EnterpriseFilter(request.GET, rows=visible)
    rows = form.narrow().select_related("area").order_by("folded", "id")
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "co-so", _("Establishments"), COLUMNS, rows.iterator(), about=form.in_words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "any": bool(page.object_list) or visible.exists(),
        "may_enter": permissions.may_enter(None, user),
    }
    return render(request, "enterprises/list.html", context)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    enterprise = _enterprise(user, public_id)
    inside = permissions.sees_history(enterprise, user)
    context = {
        "enterprise": enterprise,
        "projects_url": _projects_url(public_id),
        "may_edit": permissions.may_edit(enterprise, user),
        "inside": inside,
        "history": Entry.objects.about(enterprise)[:100] if inside else [],
    }
    return render(request, "enterprises/detail.html", context)


def _projects_url(public_id: UUID) -> str:
    """The list of its projects is made by the floor above."""
    try:
        return reverse("projects:of_enterprise", args=[public_id])
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter(None, user).require()
    form = NewEnterpriseForm(request.POST or None, actor=user)

    def act() -> str:
        made = services.create_enterprise(form.data_of(), actor=user)
        messages.success(request, _("%(name)s is entered.") % {"name": made.name})
        return reverse("enterprises:detail", args=[made.public_id])

    answer, error = sent_once(request, form, act)
    if answer:
        return answer
    return _form_page(request, form, None, error)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    enterprise = _enterprise(user, public_id)
    permissions.may_edit(enterprise, user).require()
    form = EnterpriseForm(request.POST or None, actor=user, enterprise=enterprise)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_enterprise(enterprise, form.data_of(), actor=user, version=form.cleaned_data["version"])
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
            if refusal.code == "stale":
                now = _enterprise(user, public_id)
                form.take_over(now.version, stored(now))
        else:
            messages.success(request, _("Saved."))
            return redirect("enterprises:detail", public_id)
    return _form_page(request, form, enterprise, error)


def _form_page(
    request: HttpRequest, form: EnterpriseForm, enterprise: Enterprise | None, error: DomainError | None
) -> HttpResponse:
    """200 as it is first shown, 422 with faults in it, 409 where somebody was first."""
    first: list[dict[str, Any]] = error.extra.get("candidates", []) if error is not None else []
    context = {"enterprise": enterprise, "first": first}
    return render_form(request, "enterprises/form.html", form, context, error)
