"""The đề án with its money. It stands here because the answer shows the ledger, which projects do not know."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Agency
from audit.models import Entry
from core.api import params
from core.api.parsers import UploadParser
from core.api.problems import bad_field, in_terms_of_the_body
from core.api.serializers import Choice, Day, Reference, StrictSerializer, Text, Uuid, Vnd, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import NotFound
from core.models import Source
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from files.services import check_photo, path_of
from funding.api.money import DecisionBody, decision_data, find_agency, find_programme
from funding.models import Account, LedgerEntry
from places.api.views import ON, brief, read_area
from places.models import Area
from programmes.models import Activity, AnnualPlan, Indicator, PlanLine
from projects.available import offers
from projects.lines import LineData, lines_of, sums
from projects.models import (
    AchievedResult,
    DecisionMoney,
    ProgressPhoto,
    ProgressState,
    ProgressUpdate,
    Project,
    ProjectState,
    ProjectType,
)
from projects.permissions import sees_working_papers
from projects.procedure import preload
from projects.progress import ProgressData, confirm_progress, keep_photo, report_progress, return_progress
from projects.services import PaperData, ProjectData, change_project, create_project, take_step
from projects.states import PROJECT_LIFE

ANY = OpenApiTypes.OBJECT
SOURCES = list(Source.values)


# --- showing ----------------------------------------------------------------------------------------------------------


def _by_source(rows: dict[str, int], support: bool = False) -> dict[str, int | None]:
    shown: dict[str, int | None] = {f"{source}_vnd": rows.get(source) for source in SOURCES}
    if support:
        known = [rows[source] for source in ("national", "local") if source in rows]
        shown["support_vnd"] = sum(known) if known else None
    return shown


def show_projects(rows: list[Project], user: Any) -> list[dict[str, Any]]:
    """Any number of projects with a constant number of queries. `null`: not reported; 0: zero."""
    ids = [row.pk for row in rows]
    approved: dict[int, dict[str, int]] = defaultdict(dict)
    paid: dict[int, dict[str, int]] = defaultdict(dict)
    money = LedgerEntry.objects.filter(project__in=ids, account__in=[Account.ALLOCATED, Account.PAID]).order_by()
    for pk, account, source, total in money.values_list("project", "account", "budget__source").annotate(
        total=Sum("amount_vnd")
    ):
        (approved if account == Account.ALLOCATED else paid)[pk][source] = total
    promised = DecisionMoney.objects.filter(
        decision__project__in=ids, source__in=[Source.COUNTERPART, Source.OTHER]
    ).order_by()
    for pk, source, total in promised.values_list("decision__project", "source").annotate(total=Sum("amount_vnd")):
        approved[pk][source] = total
    latest: dict[int, ProgressUpdate] = {}
    known = ProgressUpdate.objects.confirmed().filter(percent__isnull=False)
    for update in known.filter(project__in=ids).order_by("project", "on", "id"):
        latest[update.project_id] = update
    achieved: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for result in (
        AchievedResult.objects.filter(update__project__in=ids, update__state=ProgressState.CONFIRMED)
        .select_related("indicator", "update")
        .order_by("update__on", "id")
    ):
        achieved[result.update.project_id].append(
            {"indicator": result.indicator.code, "quantity": result.quantity, "on": result.update.on}
        )
    preload(rows)
    return [
        {
            "id": str(row.public_id),
            "code": row.code,
            "name": row.name,
            "type": row.type,
            "state": row.state,
            "year": row.year,
            "programme": row.programme.code,
            "source": row.programme.source,
            "plan_line": row.plan_line_id,
            "area": brief(row.area),
            "implementing_unit": {"id": str(row.implementing_unit.public_id), "name": row.implementing_unit.name},
            "beneficiaries": [str(item.public_id) for item in row.beneficiaries.all()],
            "activities": [item.code for item in row.activities.all()],
            "estimate": _by_source({item.source: item.amount_vnd for item in row.estimates.all()}),
            "approved": _by_source(approved[row.pk], support=True),
            "paid": _by_source(paid[row.pk], support=True),
            "investment_vnd": row.investment_vnd,
            "progress_percent": latest[row.pk].percent if row.pk in latest else None,
            "planned_results": [
                {"indicator": item.indicator.code, "quantity": item.quantity} for item in row.planned_results.all()
            ],
            "achieved_results": achieved[row.pk],
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "decided_on": row.decided_on,
            "accepted_on": row.accepted_on,
            "closed_on": row.closed_on,
            "historical": row.historical,
            "demonstration": row.demonstration,
            "available_steps": [
                {"step": step.code, "allowed": verdict.allowed, "reason": str(verdict.reason) or None, "missing": None}
                for step, verdict in PROJECT_LIFE.available(row, user)
            ],
            "version": row.version,
        }
        for row in rows
    ]


def with_relations(rows: Any) -> Any:
    return rows.select_related("programme", "area", "implementing_unit", "province").prefetch_related(
        "beneficiaries", "activities", "estimates", "planned_results__indicator"
    )


def get_project(request: PortalRequest, project_id: UUID) -> Project:
    row: Project | None = with_relations(Project.objects.visible_to(request.user)).filter(public_id=project_id).first()
    if row is None:
        raise Http404
    return row


def show_one(row: Project, user: Any) -> dict[str, Any]:
    """One project; what a step still needs is looked for here alone, not in lists (there `missing` is null)."""
    fresh = with_relations(Project.objects.all()).get(pk=row.pk)
    shown = show_projects([fresh], user)[0]
    shown["available_steps"] = [
        {
            "step": offer.step.code,
            "allowed": offer.verdict.allowed,
            "reason": str(offer.verdict.reason) or None,
            "missing": [{"field": row.field, "message": row.text, "page": row.url} for row in offer.missing],
        }
        for offer in offers(fresh, user)
    ]
    return shown


def show_update(row: ProgressUpdate) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "on": row.on,
        "value_invested_vnd": row.value_invested_vnd,
        "money_spent_vnd": row.money_spent_vnd,
        "percent": row.percent,
        "stated_percent": row.stated_percent,
        "percent_reason": row.percent_reason or None,
        "note": row.note or None,
        "difficulties": row.difficulties or None,
        "proposals": row.proposals or None,
        "corrects_reason": row.corrects_reason or None,
        "results": [{"indicator": item.indicator.code, "quantity": item.quantity} for item in row.results.all()],
        "state": row.state,
        "reported_at": row.reported_at,
        "decided_at": row.decided_at,
        "counts_on": row.counts_on,
        "return_reason": row.return_reason or None,
        "photos": [
            {
                "id": photo.pk,
                "caption": photo.caption or None,
                "sha256": photo.file.sha256,
                "file": f"/api/v1/projects/{row.project.public_id}/evidence/{photo.pk}/file/",
            }
            for photo in row.photos.all()
        ],
    }


# --- bodies -----------------------------------------------------------------------------------------------------------


class EstimateBody(StrictSerializer):
    national_vnd = Vnd(required=False, allow_null=True)
    local_vnd = Vnd(required=False, allow_null=True)
    counterpart_vnd = Vnd(required=False, allow_null=True)
    other_vnd = Vnd(required=False, allow_null=True)


class ResultBody(StrictSerializer):
    indicator = Reference(lambda code: Indicator.objects.filter(code=code).first())
    quantity = Whole(min_value=0, max_value=10**9)


def find_activity(code: str) -> Activity | None:
    return Activity.objects.filter(code=code).first()


class LineBody(StrictSerializer):
    """One line of the budget table; a source left out pays nothing of it."""

    content = Text(max_length=300)
    activity = Reference(find_activity, required=False, allow_null=True)
    unit = Text(max_length=60, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3, required=False, allow_null=True)
    unit_price_vnd = Vnd(required=False, allow_null=True)
    national_vnd = Vnd(required=False, allow_null=True)
    local_vnd = Vnd(required=False, allow_null=True)
    counterpart_vnd = Vnd(required=False, allow_null=True)
    other_vnd = Vnd(required=False, allow_null=True)


def line_data(body: dict[str, Any]) -> LineData:
    return LineData(
        content=body["content"],
        activity=body.get("activity"),
        unit=body.get("unit", ""),
        quantity=body.get("quantity"),
        unit_price_vnd=body.get("unit_price_vnd"),
        money={source: body[f"{source}_vnd"] for source in SOURCES if body.get(f"{source}_vnd") is not None},
    )


def show_line(line: LineData) -> dict[str, Any]:
    return {
        "content": line.content,
        "activity": line.activity.code if line.activity else None,
        "unit": line.unit or None,
        "quantity": f"{line.quantity.normalize():f}" if line.quantity is not None else None,
        "unit_price_vnd": line.unit_price_vnd,
        **_by_source(dict(line.money)),
    }


class ProjectBody(StrictSerializer):
    name = Text(max_length=400)
    type = Choice(ProjectType.choices, required=False)
    year = Whole(min_value=1990, max_value=2100)
    programme = Reference(find_programme)
    area = AreaField()
    beneficiaries = serializers.ListField(child=Uuid(), required=False, max_length=200)
    activities = serializers.ListField(
        child=Reference(find_activity),
        required=False,
        max_length=40,
    )
    estimate = EstimateBody(required=False)
    investment_vnd = Vnd(required=False, allow_null=True)
    planned_results = serializers.ListField(child=ResultBody(), required=False, max_length=100)
    implementing_unit = Uuid(required=False)
    plan_line = Whole(min_value=1, max_value=2**63 - 1, required=False, allow_null=True)
    starts_on = Day(required=False, allow_null=True)
    ends_on = Day(required=False, allow_null=True)
    aim = Text(max_length=5000, required=False, allow_blank=True)
    repeat_reason = Text(max_length=2000, required=False, allow_blank=True)
    partner = Text(max_length=300, required=False, allow_blank=True)
    lines = serializers.ListField(child=LineBody(), required=False)


class ProjectChange(ProjectBody):
    version = Whole(min_value=1)


class MoneyBody(StrictSerializer):
    source = Choice(SOURCES)  # type: ignore[assignment]
    amount_vnd = Vnd()


class PaperBody(StrictSerializer):
    """`issuer`: as of a decision."""

    issuer = Text(max_length=300, required=False, allow_blank=True)
    number = Text(max_length=60, required=False, allow_blank=True)
    date = Day(required=False, allow_null=True)
    participants = Text(max_length=2000, required=False, allow_blank=True)


def paper_data(body: dict[str, Any], province: Area) -> PaperData:
    issuer = find_agency(body["issuer"], province, "paper") if body.get("issuer") else None
    return PaperData(body.get("number", ""), body.get("date"), issuer, body.get("participants", ""))


class StepBody(StrictSerializer):
    note = Text(max_length=5000, required=False, allow_blank=True)
    on = Day(required=False)
    decision = DecisionBody(required=False)
    money = serializers.ListField(child=MoneyBody(), required=False, max_length=len(SOURCES))
    paper = PaperBody(required=False)


class ProgressBody(StrictSerializer):
    uuid = Uuid()
    on = Day()
    value_invested_vnd = Vnd(required=False, allow_null=True)
    money_spent_vnd = Vnd(required=False, allow_null=True)
    note = Text(max_length=5000, required=False, allow_blank=True)
    results = serializers.ListField(child=ResultBody(), required=False, max_length=100)
    percent = serializers.DecimalField(max_digits=6, decimal_places=2, required=False, allow_null=True)
    percent_reason = Text(max_length=300, required=False, allow_blank=True)
    difficulties = Text(max_length=5000, required=False, allow_blank=True)
    proposals = Text(max_length=5000, required=False, allow_blank=True)
    corrects_reason = Text(max_length=300, required=False, allow_blank=True)


class EvidenceBody(StrictSerializer):
    progress = Uuid()
    caption = Text(max_length=200, required=False, allow_blank=True)


class NoteBody(StrictSerializer):
    note = Text(max_length=5000, required=False, allow_blank=True)


def project_data(body: dict[str, Any], request: PortalRequest) -> ProjectData:
    estimate = {
        name.removesuffix("_vnd"): amount for name, amount in body.get("estimate", {}).items() if amount is not None
    }
    wanted = body.get("beneficiaries", [])
    found = list(Enterprise.objects.visible_to(request.user).filter(public_id__in=wanted))
    if len(found) != len(set(wanted)):
        raise serializers.ValidationError({"beneficiaries": [_("There is no such establishment here.")]})
    unit = None
    if "implementing_unit" in body:
        sight = request.user.sight
        mine = sight.province_ids | sight.province_roles.get("centre", frozenset())
        unit = Agency.objects.filter(public_id=body["implementing_unit"], area__in=mine).first()
        if unit is None:
            raise serializers.ValidationError({"implementing_unit": [_("There is no such agency here.")]})
    else:
        unit = default_unit(request, body["area"])
    line = None
    if body.get("plan_line") is not None:
        plans = AnnualPlan.objects.visible_to(request.user)
        line = PlanLine.objects.filter(plan__in=plans, pk=body["plan_line"]).first()
        if line is None:
            raise serializers.ValidationError({"plan_line": [_("There is no such line of a plan here.")]})
    return ProjectData(
        name=body["name"],
        type=body.get("type", ProjectType.SINGLE),
        year=body["year"],
        programme=body["programme"],
        area=body["area"],
        activities=body.get("activities", []),
        beneficiaries=found,
        estimate=estimate,
        investment_vnd=body.get("investment_vnd"),
        planned_results=[(item["indicator"], item["quantity"]) for item in body.get("planned_results", [])],
        implementing_unit=unit,
        plan_line=line,
        starts_on=body.get("starts_on"),
        ends_on=body.get("ends_on"),
        aim=body.get("aim", ""),
        repeat_reason=body.get("repeat_reason", ""),
        partner=body.get("partner", ""),
        lines=[line_data(line) for line in body["lines"]] if "lines" in body else None,
    )


def default_unit(request: PortalRequest, area: Area) -> Agency | None:
    """The contract names no implementing unit: it is the caller's own centre, or the only centre of the province."""
    if request.user.agency_id in request.user.sight.centre_ids:
        return None
    found = list(Agency.objects.filter(kind="centre", area__closure_down__area=area)[:2])
    return found[0] if len(found) == 1 else None


# --- views ------------------------------------------------------------------------------------------------------------


class ProjectList(PortalView):
    paged = True
    orderings = {"id": ("id",), "-id": ("-id",), "-year": ("-year", "code", "id"), "code": ("code", "id")}
    params = (
        params.text("area", "uid or code of a unit; everything below it and all that it was formed from."),
        ON,
        params.YEAR,
        params.choice("source", SOURCES, "Has money of this source in its estimate or approval."),
        params.choice("state", list(ProjectState.values)),
        params.choice("type", list(ProjectType.values)),
        params.text("activity", "Code of an activity.", 40),
        params.text("programme", "Code of a programme.", 40),
        params.text("q", "Part of code or name; accents do not matter."),
        params.moment("changed_since", "Something was done to it since."),
    )

    def rows(self, request: PortalRequest, values: dict[str, Any]) -> Any:
        rows = Project.objects.visible_to(request.user)
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name, column in (
            ("year", "year"),
            ("state", "state"),
            ("type", "type"),
            ("programme", "programme__code"),
        ):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        if "source" in values:
            rows = rows.filter(
                Q(pk__in=Project.objects.filter(estimates__source=values["source"]).values("pk"))
                | Q(pk__in=LedgerEntry.objects.filter(budget__source=values["source"]).values("project"))
            )
        if "activity" in values:
            rows = rows.filter(
                pk__in=Activity.projects.through.objects.filter(activity__code=values["activity"]).values("project")
            )
        if "q" in values:
            rows = rows.search(values["q"])
        if "changed_since" in values:
            rows = rows.filter(pk__in=changed_since(values["changed_since"], request.user))
        return rows

    @extend_schema(operation_id="projects", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = with_relations(self.rows(request, values))
        return self.page(request, rows, lambda found: show_projects(found, request.user), values)

    @extend_schema(operation_id="project_create", request=ProjectBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            data = project_data(self.body(ProjectBody, request), request)
            row = create_project(data, actor=request.user)
            return Response(show_one(row, request.user), status=201)

        return self.once(request, act)


def changed_since(moment: dt.datetime, user: Any) -> list[int]:
    """Projects to which, or inside which, something was done since: told by the audit trail. To the ministry an update
    of progress is something only once it is confirmed."""
    rows = Entry.objects.filter(at__gte=moment).filter(
        Q(object_type="projects.project") | Q(within_type="projects.project")
    )
    sight = user.sight
    if not (sight.province_ids or sight.centre_ids or sight.granted_area_ids):
        rows = rows.exclude(Q(object_type="projects.progressupdate") & ~Q(action="confirm"))
    found = set()
    for object_type, object_id, within_id in rows.values_list("object_type", "object_id", "within_id"):
        found.add(int(object_id if object_type == "projects.project" else within_id))
    return sorted(found)


class ProjectOne(PortalView):
    @extend_schema(operation_id="project", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        self.read_params(request)
        return Response(show_one(get_project(request, project_id), request.user))

    @extend_schema(operation_id="project_change", request=ProjectChange, responses=ANY)
    def put(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        row = get_project(request, project_id)
        body = self.body(ProjectChange, request)
        changed = change_project(row, project_data(body, request), actor=request.user, version=body["version"])
        return Response(show_one(changed, request.user))


class ProjectLines(PortalView):
    """The budget table. It is written with the project: `lines` of its body; left out, it stays as it is."""

    @extend_schema(operation_id="project_lines", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        self.read_params(request)
        rows = lines_of(get_project(request, project_id))
        return Response({"lines": [show_line(row) for row in rows], "sums": _by_source(sums(rows))})


class ProjectHistory(PortalView):
    paged = True

    @extend_schema(operation_id="project_history", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        row = get_project(request, project_id)
        rows = Entry.objects.about(row)
        inside = sees_working_papers(row, request.user)
        if not inside:
            # Outside the province: what was decided and moved, not the words of those who worked on it.
            rows = rows.filter(object_type="projects.project").exclude(action__in=["create", "change", "return"])
        return self.page(request, rows, lambda found: self.show(found, inside), values, ordering=("-id",))

    @staticmethod
    def show(rows: list[Entry], inside: bool) -> list[dict[str, Any]]:
        return [
            {
                "at": row.at,
                "by": row.actor_label,
                "by_kind": row.actor_kind,
                "action": row.action,
                "object": row.object_type,
                "changes": row.changes,
                "note": (row.note or None) if inside else None,
            }
            for row in rows
        ]


class ProjectStep(PortalView):
    @extend_schema(operation_id="project_step", request=StepBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, step: str) -> HttpResponse:
        row = get_project(request, project_id)
        if PROJECT_LIFE.step_for(row, step) is None:
            raise Http404

        def act() -> Response:
            body = self.body(StepBody, request)
            data: dict[str, Any] = {}
            if "on" in body:
                data["on"] = body["on"]
            if "decision" in body:
                data["decision"] = decision_data(body["decision"], row.province)
            if "money" in body:
                data["money"] = self._money(body["money"])
            if "paper" in body:
                data["paper"] = paper_data(body["paper"], row.province)
            moved = take_step(row, step, actor=request.user, note=body.get("note", ""), data=data)
            return Response(show_one(moved, request.user))

        return self.once(request, act)

    @staticmethod
    def _money(rows: list[dict[str, Any]]) -> dict[str, int]:
        money: dict[str, int] = {}
        for row in rows:
            if row["source"] in money:
                raise serializers.ValidationError({"money": [_("Each source only once.")]})
            money[row["source"]] = row["amount_vnd"]
        return money


class ProgressList(PortalView):
    paged = True
    params = (params.choice("state", list(ProgressState.values)),)

    @extend_schema(operation_id="progress", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        project = get_project(request, project_id)
        rows = ProgressUpdate.objects.visible_to(request.user).filter(project=project)
        if "state" in values:
            rows = rows.filter(state=values["state"])
        rows = rows.select_related("project").prefetch_related("results__indicator", "photos__file")
        return self.page(request, rows, lambda found: [show_update(row) for row in found], values)

    @extend_schema(operation_id="progress_report", request=ProgressBody, responses={200: ANY, 201: ANY})
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = get_project(request, project_id)

        def act() -> Response:
            body = self.body(ProgressBody, request)
            data = ProgressData(
                uuid=body["uuid"],
                on=body["on"],
                value_invested_vnd=body.get("value_invested_vnd"),
                money_spent_vnd=body.get("money_spent_vnd"),
                note=body.get("note", ""),
                results=[(item["indicator"], item["quantity"]) for item in body.get("results", [])],
                stated_percent=Decimal(body["percent"]) if body.get("percent") is not None else None,
                percent_reason=body.get("percent_reason", ""),
                difficulties=body.get("difficulties", ""),
                proposals=body.get("proposals", ""),
                corrects_reason=body.get("corrects_reason", ""),
            )
            with in_terms_of_the_body(stated_percent="percent"):
                update, created = report_progress(project, data, actor=request.user)
            return Response(show_update(update), status=201 if created else 200)

        return self.once(request, act)


class ProgressOne(PortalView):
    def _get(self, request: PortalRequest, project_id: UUID, uuid: UUID) -> ProgressUpdate:
        rows = ProgressUpdate.objects.visible_to(request.user).filter(project__public_id=project_id, uuid=uuid)
        row: ProgressUpdate | None = rows.select_related("project").first()
        if row is None:
            raise Http404
        return row

    @extend_schema(operation_id="progress_one", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID, uuid: UUID) -> Response:
        self.read_params(request)
        return Response(show_update(self._get(request, project_id, uuid)))


class ProgressConfirm(ProgressOne):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="progress_confirm", request=NoteBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, uuid: UUID) -> HttpResponse:
        row = self._get(request, project_id, uuid)

        def act() -> Response:
            note = self.body(NoteBody, request).get("note", "")
            return Response(show_update(confirm_progress(row, actor=request.user, note=note)))

        return self.once(request, act)


class ProgressReturn(ProgressOne):
    http_method_names = ["post", "options"]

    @extend_schema(operation_id="progress_return", request=NoteBody, responses=ANY)
    def post(self, request: PortalRequest, project_id: UUID, uuid: UUID) -> HttpResponse:
        row = self._get(request, project_id, uuid)

        def act() -> Response:
            note = self.body(NoteBody, request).get("note", "")
            return Response(show_update(return_progress(row, actor=request.user, note=note)))

        return self.once(request, act)


class Evidence(PortalView):
    parser_classes = [UploadParser]
    paged = True

    @extend_schema(operation_id="evidence", responses=ANY)
    def get(self, request: PortalRequest, project_id: UUID) -> Response:
        values = self.read_params(request)
        project = get_project(request, project_id)
        updates = ProgressUpdate.objects.visible_to(request.user).filter(project=project)
        rows = ProgressPhoto.objects.filter(update__in=updates).select_related("file", "update")

        def show(found: list[ProgressPhoto]) -> list[dict[str, Any]]:
            return [
                {
                    "id": photo.pk,
                    "progress": str(photo.update.uuid),
                    "caption": photo.caption or None,
                    "size": photo.file.size,
                    "sha256": photo.file.sha256,
                    "file": f"/api/v1/projects/{project.public_id}/evidence/{photo.pk}/file/",
                }
                for photo in found
            ]

        return self.page(request, rows, show, values)

    @extend_schema(
        operation_id="evidence_add",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "progress": {"type": "string", "format": "uuid"},
                    "photo": {"type": "string", "format": "binary"},
                    "caption": {"type": "string"},
                },
                "required": ["progress", "photo"],
            }
        },
        responses={201: ANY},
    )
    def post(self, request: PortalRequest, project_id: UUID) -> HttpResponse:
        project = get_project(request, project_id)

        fields, upload = self.form(EvidenceBody, request, "photo", _("Send the photo as a file."))
        photo = check_photo(upload)  # opening a picture takes its time, so not inside the transaction

        def act() -> Response:
            update = (
                ProgressUpdate.objects.visible_to(request.user)
                .select_related("project")
                .filter(project=project, uuid=fields["progress"])
                .first()
            )
            if update is None:
                raise bad_field("progress", _("There is no such update of this project."))
            keep_photo(update, photo, actor=request.user, caption=fields.get("caption", ""))
            return Response(show_update(update), status=201)

        return self.once(request, act)


class EvidenceFile(PortalView):
    @extend_schema(operation_id="evidence_file", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: PortalRequest, project_id: UUID, photo_id: int) -> HttpResponse | FileResponse:
        self.read_params(request)
        updates = ProgressUpdate.objects.visible_to(request.user).filter(project__public_id=project_id)
        photo = ProgressPhoto.objects.filter(update__in=updates, pk=photo_id).select_related("file").first()
        if photo is None:
            raise Http404
        file = path_of(photo.file.sha256)
        if not file.exists():
            text = _("The file is not in its place. Tell the administrator its hash: %(sha256)s.")
            raise NotFound(text % {"sha256": photo.file.sha256}, code="file_missing")
        response = FileResponse(file.open("rb"), content_type=photo.file.content_type)
        response["ETag"] = f'"{photo.file.sha256}"'
        return response
