"""The reference frame, read-only, and the yearly plans."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from audit.models import Entry
from core import clock
from core.text import fold
from places.models import Area, AreaSuccession, Level
from programmes.forms import NormFilter, TextFilter, YearFilter
from programmes.models import (
    ActivityGroup,
    AnnualPlan,
    LegalDocument,
    PlanLine,
    Programme,
    ReportingPeriod,
    SupportNorm,
    Target,
)

PAGE_SIZE = 100


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    form = TextFilter(request.GET)
    rows = LegalDocument.objects.all()
    text = form.usable().get("q", "")
    if text:
        rows = rows.filter(folded__contains=fold(text))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "programmes/documents.html", {"tab": "reference", "form": form, "page": page})


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    groups = ActivityGroup.objects.prefetch_related("activities")
    return render(request, "programmes/activities.html", {"tab": "activities", "groups": groups})


@require_safe
def norms(request: HttpRequest) -> HttpResponse:
    """The norms in force on a day (today unless another is asked for), or all of them."""
    form = NormFilter(request.GET)
    chosen = form.usable()
    day: dt.date = chosen.get("on") or clock.today()
    rows = SupportNorm.objects.select_related("area")
    if not chosen.get("all"):
        rows = rows.valid_on(day)
    if chosen.get("source"):
        rows = rows.filter(source=chosen["source"])
    context = {"tab": "norms", "form": form, "rows": rows, "day": day, "all": bool(chosen.get("all"))}
    return render(request, "programmes/norms.html", context)


@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.select_related("area").prefetch_related(
        Prefetch("targets", Target.objects.select_related("indicator").order_by("id"))
    )
    return render(request, "programmes/targets.html", {"tab": "targets", "programmes": programmes})


@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    years = list(ReportingPeriod.objects.order_by("-year").values_list("year", flat=True).distinct())
    form = YearFilter(request.GET, years=years)
    today = clock.today().year
    year = form.usable().get("year") or (today if today in years else max(years, default=today))
    rows = ReportingPeriod.objects.filter(year=year).order_by("regime", "data_from", "-data_to")
    context = {"tab": "periods", "form": form, "rows": rows, "year": year, "today": clock.today()}
    return render(request, "programmes/periods.html", context)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Units of today and of before, with what became of them."""
    form = TextFilter(request.GET)
    text = form.usable().get("q", "")
    rows = Area.objects.prefetch_related(
        Prefetch("successor_links", AreaSuccession.objects.select_related("new")),
        Prefetch("predecessor_links", AreaSuccession.objects.select_related("old")),
    )
    rows = rows.search(text) | rows.filter(code=text.strip()) if text else rows.filter(valid_to__isnull=True)
    rows = rows.order_by("-level", "valid_to", "folded", "uid") if text else rows.order_by("level", "folded", "uid")
    page = Paginator(rows.distinct(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "programmes/places.html", {"tab": "places", "form": form, "page": page, "levels": dict(Level.choices)}
    )


# --- yearly plans -----------------------------------------------------------------------------------------------------


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    visible = AnnualPlan.objects.visible_to(user)
    years = list(visible.order_by("-year").values_list("year", flat=True).distinct())
    form = YearFilter(request.GET, years=years)
    rows = visible.select_related("programme", "area", "issuer").annotate(money=Sum("lines__amount_vnd"))
    rows = rows.order_by("-year", "programme", "-version")  # sums drop the order of the model
    year = form.usable().get("year")
    if year:
        rows = rows.filter(year=year)
    if form.ignored:
        messages.warning(request, _("The filter in the address is not understood; everything is shown."))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "programmes/plans.html", {"form": form, "page": page})


@require_safe
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One version of a plan: its decision, its lines, the other versions."""
    user = _user(request)
    visible = AnnualPlan.objects.visible_to(user)
    row: AnnualPlan = get_object_or_404(visible.select_related("programme", "area", "issuer"), public_id=public_id)
    lines = PlanLine.objects.filter(plan=row).select_related("activity", "indicator")
    versions = visible.filter(Q(area=row.area) & Q(programme=row.programme) & Q(year=row.year)).order_by("-version")
    inside = row.area_id in user.sight.province_ids
    context = {
        "plan": row,
        "lines": lines,
        "money": lines.aggregate(total=Sum("amount_vnd"))["total"],
        "versions": versions,
        "inside": inside,
        "history": Entry.objects.about(row)[:50] if inside else [],
    }
    return render(request, "programmes/plan.html", context)
