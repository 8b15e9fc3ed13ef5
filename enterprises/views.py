"""The registry of establishments: list, one establishment with its parts, entering and changing it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from core import clock, sheets
from core.errors import DomainError
from enterprises import duplicates, merging, permissions, services
from enterprises.eligibility import judge_on
from enterprises.facets import Tag, Tags, tags_of
from enterprises.forms import NONE_OF_THEM, DayFilter, EnterpriseFilter, EnterpriseForm, NewEnterpriseForm, stored
from enterprises.models import NO_TRADE, OTHER_END, Enterprise, LinkKind, Merge
from enterprises.parts import PARTS
from programmes.kinds import trade_names

PAGE_SIZE = 50


def columns(tags: Tags) -> tuple[sheets.Column, ...]:
    """Of the list as a file."""
    trades: dict[str, Any] = {**trade_names(), NO_TRADE: NONE_OF_THEM}
    return (
        sheets.Column(_lazy("Name"), lambda row: row.name, width=46),
        sheets.Column(_lazy("Tax code"), lambda row: row.tax_code, width=18),
        sheets.Column(_lazy("Kind of business"), lambda row: row.get_kind_display()),
        sheets.Column(_lazy("Place"), lambda row: row.area.full_name),
        sheets.Column(_lazy("Address"), lambda row: row.address),
        sheets.Column(_lazy("Trade by law"), lambda row: str(trades.get(row.trade, row.trade))),
        sheets.Column(_lazy("Industry (VSIC 2025)"), lambda row: row.industry_code),
        sheets.Column(_lazy("Main product"), lambda row: row.main_product),
        sheets.Column(_lazy("Technology"), lambda row: row.technology),
        sheets.Column(_lazy("Raw material"), lambda row: row.raw_material),
        sheets.Column(_lazy("Craft village"), lambda row: row.craft_village),
        sheets.Column(_lazy("Workers"), lambda row: row.headcount, "number"),
        sheets.Column(_lazy("Ceased on"), lambda row: row.ceased_on, "day"),
        sheets.Column(_lazy("Support, products, cluster"), lambda row: _said(tags.get(row.pk, ())), width=46),
    )


def _said(tags: Iterable[Tag]) -> str:
    return "; ".join(tag.text for tag in tags)


def seen(user: User, public_id: UUID) -> Enterprise:
    """The establishment, or 404."""
    rows = Enterprise.objects.visible_to(user).select_related("area", "province").with_kind()
    found: Enterprise = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Enterprise.objects.visible_to(user)
    form = EnterpriseFilter(request.GET, rows=visible, user=user)
    rows = form.narrow().select_related("area").with_kind().order_by("folded", "id")  # type: ignore[attr-defined]
    if wanted := sheets.asked(request):
        return sheets.answer(
            wanted,
            "co-so",
            _("Establishments"),
            columns(tags_of(form.narrow().order_by().values("pk"), user)),
            rows.iterator(),
            about=form.in_words,
        )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    tags = tags_of([row.pk for row in page.object_list], user)
    for row in page.object_list:
        row.tags = tags.get(row.pk, [])
    may_enter = permissions.may_enter(None, user)
    context = {
        "form": form,
        "page": page,
        "any": bool(page.object_list) or visible.exists(),
        "may_enter": may_enter,
        "alike": duplicates.open_pairs(user).count() if may_enter else 0,
    }
    return render(request, "enterprises/list.html", context)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    gone = Enterprise.objects.filter(public_id=public_id, merged_into__isnull=False).first()
    if gone is not None:
        kept = seen(user, merging.standing(gone).public_id)
        messages.info(request, _("«%(name)s» was merged into this establishment.") % {"name": gone.name})
        return redirect("enterprises:detail", kept.public_id)
    enterprise = seen(user, public_id)
    inside = permissions.sees_history(enterprise, user)
    form = DayFilter(request.GET)
    trades: dict[str, Any] = {**trade_names(), NO_TRADE: NONE_OF_THEM}
    context = {
        "enterprise": enterprise,
        "tags": tags_of([enterprise.pk], user).get(enterprise.pk, []),
        "trade": trades.get(enterprise.trade, enterprise.trade),
        "industry": services.industries().get(enterprise.industry_code, ""),
        "form": form,
        "judgement": judge_on(enterprise, form.usable().get("on") or clock.today()),
        "years": enterprise.years.all(),
        "certificates": enterprise.certificates.all(),
        "contacts": enterprise.contacts.all() if inside else [],
        "links": _links(enterprise, user),
        "former_places": enterprise.former_places.select_related("area"),
        "parts": PARTS,
        "projects_url": _projects_url(public_id),
        "may_edit": permissions.may_edit(enterprise, user),
        "inside": inside,
        "merges": _merges(enterprise) if inside else [],
        "history": merging.history_of(enterprise)[:100] if inside else [],
    }
    return render(request, "enterprises/detail.html", context)


def _links(enterprise: Enterprise, user: User) -> list[dict[str, Any]]:
    """From both ends, as this end says them; the other one is named to who may see it."""
    own = list(enterprise.links.select_related("other"))
    from_others = list(enterprise.linked_from.select_related("enterprise"))
    ends = [row.other_id for row in own] + [row.enterprise_id for row in from_others]
    visible = set(Enterprise.objects.visible_to(user).filter(pk__in=ends).values_list("pk", flat=True))
    return [
        {"row": row, "words": row.get_kind_display(), "other": row.other, "own": True}
        for row in own
        if row.other_id in visible
    ] + [
        {"row": row, "words": OTHER_END[LinkKind(row.kind)], "other": row.enterprise, "own": False}
        for row in from_others
        if row.enterprise_id in visible
    ]


def _merges(enterprise: Enterprise) -> list[dict[str, Any]]:
    rows = Merge.objects.filter(kept=enterprise).select_related("kept", "gone", "by")
    return [{"row": row, "against": merging.against_undo(row), "until": merging.last_day(row)} for row in rows]


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
        made = services.create_enterprise(form.data_of(), actor=user, said_different=form.said_different)
        messages.success(request, _("%(name)s is entered.") % {"name": made.name})
        return reverse("enterprises:detail", args=[made.public_id])

    answer, error = sent_once(request, form, act)
    if answer:
        return answer
    return _form_page(request, form, None, error)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    enterprise = seen(user, public_id)
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
                now = seen(user, public_id)
                form.take_over(now.version, stored(now))
        else:
            messages.success(request, _("Saved."))
            return redirect("enterprises:detail", public_id)
    return _form_page(request, form, enterprise, error)


def _form_page(
    request: HttpRequest, form: EnterpriseForm, enterprise: Enterprise | None, error: DomainError | None
) -> HttpResponse:
    """200 as it is first shown, 422 with faults in it, 409 where somebody was first."""
    found: list[dict[str, Any]] = error.extra.get("candidates", []) if error is not None else []
    alike = found if error is not None and error.code == "possible_duplicate" else []
    rows = {
        str(row.public_id): row
        for row in Enterprise.objects.filter(public_id__in=[one["id"] for one in alike]).select_related("area")
    }
    context = {
        "enterprise": enterprise,
        "first": [] if alike else found,
        "alike": [{"enterprise": rows[one["id"]], "reasons": one["reasons"]} for one in alike],
        "none_of_these": " ".join(one["id"] for one in alike),
    }
    return render_form(request, "enterprises/form.html", form, context, error)


def part_of(slug: str) -> Any:
    found = PARTS.get(slug)
    if found is None:
        raise Http404
    return found
