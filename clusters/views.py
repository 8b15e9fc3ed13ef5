"""Clusters: the list with the rate of the target, one cluster with all that belongs to it, entering."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.form_pages import form_page
from accounts.models import User
from accounts.signed_in import user_of
from audit.models import Entry
from clusters import permissions, services
from clusters.forms import LISTS, TITLES, ClusterFilter, ClusterForm, PartForm, RemoveForm, stored
from clusters.models import Cluster, Work
from clusters.services import KINDS, Kind
from core import clock, sheets
from core.errors import DomainError, NotAllowed
from core.models import Source
from enterprises.models import Enterprise
from programmes.listed_pages import lists_page, row_page
from projects.models import Project

PAGE_SIZE = 50
COLUMNS = (
    sheets.Column(_lazy("Code"), lambda row: row.cluster.code, width=16),
    sheets.Column(_lazy("Cluster"), lambda row: row.cluster.name, width=40),
    sheets.Column(_lazy("Communes"), lambda row: "; ".join(map(str, row.cluster.clustercommune_rows.all())), width=30),
    sheets.Column(_lazy("Stage"), lambda row: row.stage and row.stage.name),
    sheets.Column(_lazy("Area of the plan (ha)"), lambda row: row.cluster.planned_ha, "number"),
    sheets.Column(_lazy("Land that can be leased (ha)"), lambda row: row.cluster.industrial_ha, "number"),
    sheets.Column(_lazy("With infrastructure (ha)"), lambda row: row.cluster.served_ha, "number"),
    sheets.Column(_lazy("Leased (ha)"), lambda row: row.cluster.leased_ha, "number"),
    sheets.Column(_lazy("Occupancy (%)"), lambda row: row.cluster.occupancy, "number"),
    sheets.Column(
        _lazy("Central wastewater system"), lambda row: row.wastewater and row.wastewater.get_state_display()
    ),
    sheets.Column(_lazy("Capacity (m³ a day)"), lambda row: row.wastewater and row.wastewater.capacity_m3, "number"),
)


def _cluster(user: User, public_id: UUID) -> Cluster:
    rows = Cluster.objects.visible_to(user).select_related("province")
    found: Cluster = get_object_or_404(rows, public_id=public_id)
    return found


def _at(row: Cluster) -> str:
    return reverse("clusters:detail", args=[row.public_id])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    visible = Cluster.objects.visible_to(user)
    form = ClusterFilter(request.GET, rows=visible)
    rows = form.narrow().prefetch_related("clustercommune_rows__area")
    found = [standing for standing in services.standings(rows, clock.today()) if form.fits(standing)]
    if wanted := sheets.asked(request):
        return sheets.answer(wanted, "cum-cong-nghiep", _("Clusters"), COLUMNS, found, about=form.in_words)
    context = {
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "any": bool(found) or visible.exists(),
        "rate": services.rate(found),
        "may_enter": permissions.may_enter(None, user),
    }
    return render(request, "clusters/list.html", context)


@require_safe
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _cluster(user, public_id)
    today = clock.today()
    inside = permissions.sees_history(row.province_id, user)
    seen = Enterprise.objects.visible_to(user)
    occupants = list(row.occupant_rows.filter(enterprise__in=seen).select_related("enterprise"))
    present = [one for one in occupants if one.holds_on(today)]
    known = [one.area_ha for one in present if one.area_ha is not None]
    works = list(row.work_rows.select_related("project"))
    context = {
        "row": row,
        "standing": services.standings(Cluster.objects.filter(pk=row.pk), today)[0],
        "communes": row.clustercommune_rows.select_related("area"),
        "stages": row.stagereached_rows.select_related("stage"),
        "investors": row.investor_rows.all(),
        "occupants": [(one, one.holds_on(today)) for one in occupants],
        "present": len(present),
        "hidden": row.occupant_rows.count() - len(occupants),
        "occupied_ha": sum(known, Decimal(0)) if known else None,
        "occupied_known": len(known),
        "licences": [(one, one.valid_to is not None and one.valid_to < today) for one in row.licence_rows.all()],
        "water": row.wastewater_rows.all(),
        "works": works,
        "sums": _sums(works),
        "projects": Project.objects.visible_to(user).filter(clusters=row).select_related("area"),
        "seen_projects": set(
            Project.objects.visible_to(user)
            .filter(pk__in=[one.project_id for one in works if one.project_id])
            .values_list("pk", flat=True)
        ),
        "titles": TITLES,
        "may_edit": permissions.may_enter(row.province_id, user),
        "inside": inside,
        "history": Entry.objects.about(row)[:100] if inside else [],
    }
    return render(request, "clusters/detail.html", context)


def _sums(works: list[Work]) -> list[dict[str, Any]]:
    """Planned and spent by source, with how many works said so. None where none did."""
    found = []
    for source in Source:
        rows = [work for work in works if work.source == source]
        if not rows:
            continue
        line: dict[str, Any] = {"label": source.label, "works": len(rows)}
        for name in ("planned", "spent"):
            known = [value for row in rows if (value := getattr(row, f"{name}_vnd")) is not None]
            line[name] = sum(known) if known else None
            line[f"{name}_known"] = len(known)
        found.append(line)
    return found


def _form(request: HttpRequest, user: User, row: Cluster | None) -> HttpResponse:
    form = ClusterForm(request.POST or None, user=user, row=row)

    def act() -> str:
        if row is None:
            return _at(services.create_cluster(form.data_of(), actor=user))
        version = form.cleaned_data["version"] or 0
        return _at(services.change_cluster(row, form.data_of(), actor=user, version=version))

    def now() -> tuple[int, dict[str, Any]]:
        assert row is not None
        found = _cluster(user, row.public_id)
        return found.version, stored(found)

    above = reverse("clusters:list")
    return form_page(
        request, form, act, title=_("Change the cluster") if row else _("Enter a cluster"), now=now,
        back=_at(row) if row else above, crumbs=((_("Clusters"), above),), done=_("Saved."),
        lead="" if row else _("Code, name and area first; stage, establishments and wastewater follow on its page."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.may_enter(None, user).require()
    return _form(request, user, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    row = _cluster(user, public_id)
    permissions.may_enter(row.province_id, user).require()
    return _form(request, user, row)


@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, public_id: UUID, slug: str, pk: int) -> HttpResponse:
    """One part of a cluster: a new one (number 0), one put right, one entered by mistake and removed."""
    user = user_of(request)
    cluster = _cluster(user, public_id)
    kind: Kind | None = KINDS.get(slug)
    if kind is None:
        raise Http404
    permissions.may_enter(cluster.province_id, user).require()
    row: Any = get_object_or_404(kind.model, cluster=cluster, pk=pk) if pk else None
    back = f"{_at(cluster)}#{slug}"
    remove = RemoveForm(request.POST if request.POST.get("remove") else None, prefix="why")
    if row is not None and request.POST.get("remove") and remove.is_valid():
        try:
            services.remove_part(kind, row, remove.cleaned_data["note"], actor=user)
        except NotAllowed:
            raise
        except DomainError as refusal:
            remove.blame(refusal)
        else:
            return redirect(back)
    sent = None if request.POST.get("remove") else request.POST or None
    form = PartForm(sent, kind=kind, cluster=cluster, user=user, row=row)

    def act() -> str:
        if row is None:
            services.add_part(kind, cluster, form.values(), actor=user)
        else:
            services.change_part(kind, row, form.values(), actor=user)
        return back

    return form_page(
        request, form, act, title=str(TITLES[slug]), back=back, over=cluster.name, done=_("Saved."),
        crumbs=((_("Clusters"), reverse("clusters:list")), (cluster.name, _at(cluster))),
        template="clusters/part.html", context={"row": row, "remove": remove},
    )  # fmt: skip


@require_safe
def of_project(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The clusters a project is linked to: a part of its page, or a page."""
    user = user_of(request)
    project: Project = get_object_or_404(Project.objects.visible_to(user), public_id=public_id)
    rows = Cluster.objects.visible_to(user)
    linked = rows.filter(projects=project) | rows.filter(work_rows__project=project)
    context: dict[str, Any] = {
        "project": project,
        "standings": services.standings(linked.distinct(), clock.today()),
    }
    template = "clusters/_project.html" if getattr(request, "htmx", False) else "clusters/project.html"
    return render(request, template, context)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The stages of clusters."""
    return lists_page(request, LISTS, "clusters/lists.html")


@require_http_methods(["GET", "HEAD", "POST"])
def list_row(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return row_page(request, LISTS, slug, pk, back="clusters:lists", above=_("Stages of clusters"))
