"""Audits: opened and closed by a leader; the auditors see the payments of their scope and draw samples."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.roles import Role
from accounts.signed_in import render_form, sent_once, user_of
from audit.models import Entry
from papers import archive, engagements, permissions
from papers.forms import CloseForm, EngagementForm, SampleForm
from papers.models import Engagement, Sample
from places.models import Area

PAGE_SIZE = 50


def _engagement(user: User, public_id: UUID) -> Engagement:
    rows = Engagement.objects.visible_to(user).select_related("province", "opened_by")
    found: Engagement = get_object_or_404(rows, public_id=public_id)
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    context = {
        "rows": Engagement.objects.visible_to(user).prefetch_related("auditors"),
        "may_open": permissions.may_open_engagement(None, user),
    }
    return render(request, "papers/engagements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_open_engagement(None, user).require()
    led = user.sight.province_roles.get(Role.LEADER, frozenset())
    province = Area.objects.current().filter(pk__in=led).order_by("code").first()
    if province is None:
        raise Http404
    form = EngagementForm(request.POST or None, province=province)

    def act() -> str:
        row = engagements.open_engagement(province, form.engagement_data(), actor=user)
        return reverse("papers:engagement", args=[row.public_id])

    answer, error = sent_once(request, form, act, _("The audit is open."))
    if answer:
        return answer
    return render_form(request, "papers/engagement_new.html", form, {"province": province}, error)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is audited, every payment in it, and the samples drawn so far."""
    user = user_of(request)
    row = _engagement(user, public_id)
    payments = engagements.payments_of(row)
    whole = payments.aggregate(total=Sum("amount_vnd", default=0))["total"]
    context = {
        "engagement": row,
        "projects": row.projects.all(),
        "page": Paginator(payments, PAGE_SIZE).get_page(request.GET.get("page")),
        "total": whole,
        "samples": row.samples.select_related("drawn_by"),
        "may_draw": row.is_open and bool(permissions.may_draw(row, user)),
        "may_close": row.closed_at is None and bool(permissions.may_open_engagement(row.province_id, user)),
        "history": Entry.objects.about(row)[:50],
    }
    return render(request, "papers/engagement.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _engagement(user, public_id)
    permissions.may_open_engagement(row.province_id, user).require()
    return _act(
        request,
        CloseForm(request.POST or None),
        row,
        "papers/engagement_close.html",
        lambda data: engagements.close_engagement(row, data["note"], actor=user),
        _("The audit is closed."),
        engagements.require_not_closed,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _engagement(user, public_id)
    permissions.may_draw(row, user).require()
    return _act(
        request,
        SampleForm(request.POST or None),
        row,
        "papers/sample_new.html",
        lambda data: engagements.draw_sample(row, data["size"], least_vnd=data["least_vnd"], actor=user),
        _("The sample is drawn."),
        engagements.require_open,
    )


def _act(
    request: HttpRequest, form: Any, row: Engagement, template: str, do: Any, done: str, still_possible: Any
) -> HttpResponse:
    """One form about an engagement: shown, refused with its reasons, or done."""

    def act() -> str:
        made = do(form.cleaned_data)
        name, public_id = ("papers:sample", made.public_id) if isinstance(made, Sample) else ("", row.public_id)
        return reverse(name or "papers:engagement", args=[public_id])

    answer, error = sent_once(request, form, act, done)
    if answer:
        return answer
    still_possible(row)
    return render_form(request, template, form, {"engagement": row}, error)


def _sample(user: User, public_id: UUID) -> Sample:
    rows = Sample.objects.filter(engagement__in=Engagement.objects.visible_to(user))
    found: Sample = get_object_or_404(rows.select_related("engagement", "drawn_by"), public_id=public_id)
    return found


@require_safe
def sample(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = _sample(user_of(request), public_id)
    entries = row.entries.select_related("budget", "project").order_by("document_on", "pk")
    return render(request, "papers/sample.html", {"sample": row, "entries": entries})


@never_cache
@require_safe
def sample_file(request: HttpRequest, public_id: UUID) -> FileResponse:
    row = _sample(user_of(request), public_id)
    response = FileResponse(archive.sample_file(row), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"mau-chon-{row.seed}.zip") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
