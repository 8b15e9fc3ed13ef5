"""Spearhead products, and the lists that officials keep: groups, levels, criteria."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from core import sheets
from core.models import Source
from enterprises.models import Enterprise
from products import permissions, services
from products.forms import LISTS, SpearheadForm, stored_spearhead
from products.models import Product, Spearhead
from products.views.shared import PAGE_SIZE, spearhead_of
from programmes.listed_pages import lists_page, row_page
from projects.models import DecisionMoney, Project

SPEARHEAD_COLUMNS = (
    sheets.Column(_lazy("Spearhead product"), lambda row: row.name, width=46),
    sheets.Column(_lazy("Programme"), lambda row: row.programme.name, width=46),
    sheets.Column(_lazy("Named by the document"), lambda row: row.document_no),
    sheets.Column(_lazy("Date"), lambda row: row.document_on, "day"),
    sheets.Column(_lazy("Verified"), lambda row: row.get_verified_display()),
    sheets.Column(_lazy("Projects"), lambda row: row.supported, "number"),
    sheets.Column(_lazy("Products"), lambda row: row.made, "number"),
)


def money_of(projects: Any) -> dict[str, int | None]:
    """Decided money of these projects by source, in đồng. A source of which nothing was decided is None."""
    rows = DecisionMoney.objects.filter(decision__project__in=projects).order_by().values_list("source")
    found: dict[str, int | None] = dict.fromkeys(Source.values)
    found.update(dict(rows.annotate(total=Sum("amount_vnd"))))
    return found


@require_safe
def spearheads(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    rows = (
        Spearhead.objects.visible_to(user)
        .select_related("programme")
        .annotate(supported=Count("projects", distinct=True), made=Count("products", distinct=True))
        .order_by("programme__code", "name", "id")
    )
    if wanted := sheets.asked(request):
        title = _("Spearhead products")
        return sheets.answer(wanted, "san-pham-mui-nhon", title, SPEARHEAD_COLUMNS, rows.iterator())
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_enter": permissions.may_enter(None, user),
        "tab": "spearheads",
    }
    return render(request, "products/spearheads.html", context)


@require_safe
def spearhead(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Which document names it, the projects and their money, and who makes it. Only projects the person sees count."""
    user = user_of(request)
    row = spearhead_of(user, public_id)
    projects = Project.objects.visible_to(user).filter(spearheads=row).select_related("area").order_by("-year", "code")
    products = Product.objects.visible_to(user).filter(spearhead=row).select_related("enterprise__area")
    makers = Enterprise.objects.visible_to(user).filter(products__spearhead=row)
    makers |= Enterprise.objects.visible_to(user).filter(projects__in=projects.values("pk"))
    inside = permissions.sees_history(row.province_id, user)
    context = {
        "row": row,
        "projects": projects,
        "hidden": row.projects.count() - projects.count(),
        "products": products,
        "makers": makers.distinct().select_related("area"),
        "money": [(Source(source).label, amount) for source, amount in money_of(projects.values("pk")).items()],
        "may_edit": permissions.may_enter(row.province_id, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "products/spearhead.html", context)


def _spearhead_form(request: HttpRequest, user: User, row: Spearhead | None) -> HttpResponse:
    form = SpearheadForm(request.POST or None, user=user, row=row)

    def act() -> str:
        if row is None:
            made = services.create_spearhead(form.data_of(), actor=user)
        else:
            version = form.cleaned_data["version"] or 0
            made = services.change_spearhead(row, form.data_of(), actor=user, version=version)
        return reverse("products:spearhead", args=[made.public_id])

    def now() -> tuple[int, dict[str, Any]]:
        assert row is not None
        found = spearhead_of(user, row.public_id)
        return found.version, stored_spearhead(found)

    above = reverse("products:spearheads")
    return form_page(
        request, form, act, title=_("Change a spearhead product") if row else _("Name a spearhead product"),
        back=reverse("products:spearhead", args=[row.public_id]) if row else above, done=_("Saved."),
        crumbs=((_("Spearhead products"), above),), now=now,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def spearhead_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter(None, user).require()
    return _spearhead_form(request, user, None)


@require_http_methods(["GET", "HEAD", "POST"])
def spearhead_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = spearhead_of(user, public_id)
    permissions.may_enter(row.province_id, user).require()
    return _spearhead_form(request, user, row)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Groups, levels and criteria."""
    return lists_page(request, LISTS, "products/lists.html", tab="lists")


@require_http_methods(["GET", "HEAD", "POST"])
def list_row(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    above = _("Lists of products and selections")
    lead = _("Rounds that are entered already keep what they took from the list.")
    return row_page(request, LISTS, slug, pk, back="products:lists", above=above, lead=lead)
