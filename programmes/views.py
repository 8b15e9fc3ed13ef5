"""The reference frame, read-only, and the yearly plans: entering, deciding, beginning a new version."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from core import clock
from core.errors import DomainError, Invalid, NotAllowed, WrongState
from core.once import once
from places.models import Area, AreaSuccession, Level
from programmes import permissions, services
from programmes.forms import NewPlanForm, PlanDecisionForm, PlanForm, TextFilter, YearFilter, stored_plan
from programmes.models import (
    ActivityGroup,
    AnnualPlan,
    PlanLine,
    PlanState,
    Programme,
    ReportingPeriod,
    Target,
)

PAGE_SIZE = 100


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    groups = ActivityGroup.objects.prefetch_related("activities")
    return render(request, "programmes/activities.html", {"tab": "activities", "groups": groups})


@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.select_related("area").prefetch_related(
        Prefetch("targets", Target.objects.select_related("indicator").order_by("id"))
    )
    return render(request, "programmes/targets.html", {"tab": "targets", "programmes": programmes})


@require_safe
def periods(request: HttpRequest) -> HttpResponse:
    years = list(ReportingPeriod.objects.offered().order_by("-year").values_list("year", flat=True).distinct())
    form = YearFilter(request.GET, years=years)
    today = clock.today().year
    year = form.usable().get("year") or (today if today in years else max(years, default=today))
    rows = ReportingPeriod.objects.offered().filter(year=year).order_by("regime", "data_from", "-data_to")
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
    user = user_of(request)
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
    may_enter = permissions.may_enter_plan(None, user)
    return render(request, "programmes/plans.html", {"form": form, "page": page, "may_enter": may_enter})


@require_safe
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One version of a plan: its decision, its lines, the other versions."""
    user = user_of(request)
    row = _plan(user, public_id)
    visible = AnnualPlan.objects.visible_to(user)
    lines = PlanLine.objects.filter(plan=row).select_related("activity", "indicator")
    versions = visible.filter(Q(area=row.area) & Q(programme=row.programme) & Q(year=row.year)).order_by("-version")
    inside = row.area_id in user.sight.province_ids
    context = {
        "plan": row,
        "lines": lines,
        "money": lines.aggregate(total=Sum("amount_vnd"))["total"],
        "versions": versions,
        "inside": inside,
        "may_enter": permissions.may_enter_plan(row.area_id, user),
        "may_approve": permissions.may_approve_plan(row, user),
        "draft_begun": versions.filter(state=PlanState.DRAFT).exists(),
        "history": Entry.objects.about(row)[:50] if inside else [],
        "needs_url": _needs_url(public_id),
    }
    return render(request, "programmes/plan.html", context)


def _needs_url(public_id: UUID) -> str:
    """The needs that surveys found are counted by a floor above."""
    try:
        return reverse("outreach:plan_needs", args=[public_id])
    except NoReverseMatch:
        return ""


def _plan(user: User, public_id: UUID) -> AnnualPlan:
    rows = AnnualPlan.objects.visible_to(user).select_related("programme", "area", "issuer")
    row: AnnualPlan = get_object_or_404(rows, public_id=public_id)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter_plan(None, user).require()
    more = "more" in request.POST
    form = NewPlanForm(request.POST or None, actor=user, more=more)

    def act() -> str:
        data = form.cleaned_data
        lines = form.lines(data["programme"])
        made = services.create_plan(
            form.of_province(), data["programme"], data["year"], lines, actor=user, note=data["note"]
        )
        return reverse("programmes:plan", args=[made.public_id])

    answer, error = None, None
    if not more:
        answer, error = sent_once(request, form, act, _("The draft of the plan is stored."), raises=(NotAllowed,))
    if answer:
        return answer
    return _plan_form(request, form, None, error)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _plan(user, public_id)
    permissions.may_enter_plan(row.area_id, user).require()
    services.require_draft(row)
    more = "more" in request.POST
    form = PlanForm(request.POST or None, plan=row, more=more)
    error = None
    if request.method == "POST" and not more and form.is_valid():
        try:
            services.change_plan(
                row,
                form.lines(row.programme),
                actor=user,
                note=form.cleaned_data["note"],
                version=form.cleaned_data["version"] or 0,
            )
        except (NotAllowed, WrongState):
            raise
        except DomainError as refusal:
            form.blame(refusal)
            error = refusal
            if refusal.code == "stale":
                now = _plan(user, public_id)
                form.take_over(now.row_version, stored_plan(now, services.lines_of(now)))
        else:
            messages.success(request, _("Saved."))
            return redirect("programmes:plan", public_id)
    return _plan_form(request, form, row, error)


def _plan_form(request: HttpRequest, form: PlanForm, row: AnnualPlan | None, error: DomainError | None) -> HttpResponse:
    """200 as it is first shown or with more lines, 422 with faults in it, 409 where somebody was first."""
    if "more" in request.POST:  # nothing was judged
        form.judge_nothing()
    return render_form(request, "programmes/plan_form.html", form, {"plan": row}, error)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The decision of the competent authority, as a leader records it."""
    user = user_of(request)
    row = _plan(user, public_id)
    permissions.may_approve_plan(row, user).require()
    form = PlanDecisionForm(request.POST or None, plan=row)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            data = form.cleaned_data
            services.approve_plan(row, data["issuer"], data["number"], data["decided_on"], actor=user)
            return reverse("programmes:plan", args=[public_id])

        try:
            answer = once(request, form, act)
        except Invalid as refusal:
            form.blame(refusal)
        else:
            messages.success(request, _("The decision is recorded; the plan is in force."))
            return answer
    elif request.method != "POST":
        services.require_draft(row)
    context = {"form": form, "plan": row, "lines": row.lines.count()}
    return render(request, "programmes/plan_approve.html", context, status=422 if form.errors else 200)


@require_POST
def plan_revise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin the next version, or go on with the one that was begun."""
    made = services.revise_plan(_plan(user_of(request), public_id), actor=user_of(request))
    return redirect("programmes:plan_edit", made.public_id)
