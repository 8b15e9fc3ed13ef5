"""Resources mobilised: promises, what was received of them, and what was taken back."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, ReasonBody, Reference, StrictSerializer, Text, Uuid, Vnd, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from enterprises.models import Enterprise
from funding import resources
from funding.models import Giver, Pledge, PledgeReceipt, ResourceKind
from places.api.views import ON, brief, read_area
from places.models import Area
from programmes.models import Programme
from projects.models import Project

ANY = OpenApiTypes.OBJECT


class PledgeBody(StrictSerializer):
    """Either `enterprise` or `giver_name`; either `project`, or `programme`, `year` and `area`. `promised_vnd` null or
    left out: promised without a sum."""

    giver = Choice(Giver.choices)
    kind = Choice(ResourceKind.choices)
    what = Text(max_length=300)
    promised_on = Day()
    paper = Text(max_length=200)
    enterprise = Uuid(required=False, allow_null=True)
    giver_name = Text(max_length=300, required=False, allow_blank=True)
    project = Uuid(required=False, allow_null=True)
    programme = Reference(lambda code: Programme.objects.filter(code=code).first(), required=False, allow_null=True)
    year = Whole(min_value=2000, max_value=2100, required=False, allow_null=True)
    area = AreaField(required=False, allow_null=True)
    promised_vnd = Vnd(required=False, allow_null=True)
    due_on = Day(required=False, allow_null=True)
    note = Text(max_length=4000, required=False, allow_blank=True)


class PledgeChange(PledgeBody):
    version = Whole(min_value=1)


class ReceiptBody(StrictSerializer):
    amount_vnd = Vnd()
    received_on = Day()
    paper = Text(max_length=200)
    note = Text(max_length=500, required=False, allow_blank=True)


def show_pledge(row: Any) -> dict[str, Any]:
    """A figured row. `received_vnd` null: no receipt is recorded; `left_vnd` null: no sum was promised."""
    return {
        "id": str(row.public_id),
        "giver": row.giver,
        "enterprise": str(row.enterprise.public_id) if row.enterprise else None,
        "name": row.by,
        "project": str(row.project.public_id) if row.project else None,
        "programme": row.programme.code if row.programme else None,
        "year": row.of_year,
        "area": brief(row.place),
        "kind": row.kind,
        "what": row.what,
        "promised_vnd": row.promised_vnd,
        "promised_on": row.promised_on,
        "paper": row.paper,
        "due_on": row.due_on,
        "received_vnd": row.received,
        "left_vnd": row.left,
        "withdrawn_on": row.withdrawn_on,
        "withdraw_reason": row.withdraw_reason or None,
        "version": row.version,
    }


def show_receipt(row: PledgeReceipt) -> dict[str, Any]:
    return {
        "id": row.pk,
        "amount_vnd": row.amount_vnd,
        "received_on": row.received_on,
        "paper": row.paper,
        "note": row.note or None,
        "corrects": row.corrects_id,
    }


def _rows(request: PortalRequest) -> Any:
    rows = Pledge.objects.visible_to(request.user).figured()
    return rows.select_related("enterprise", "project__area", "project__province", "programme", "area")


def _one(request: PortalRequest, pledge_id: UUID) -> Any:
    row = _rows(request).filter(public_id=pledge_id).first()
    if row is None:
        raise Http404
    return row


def _data(body: dict[str, Any], request: PortalRequest) -> resources.PledgeData:
    for name, model in (("enterprise", Enterprise), ("project", Project)):
        if body.get(name) is not None:
            wanted = body[name]
            body[name] = model.objects.visible_to(request.user).filter(public_id=wanted).first()
            if body[name] is None:
                raise bad_field(name, _("There is no such thing here."))
    return resources.PledgeData(**body)


class PledgeList(PortalView):
    paged = True
    params = (
        params.text("area", "Uid or code of a unit; everything below it."),
        ON,
        params.integer("year", 1990, 2100),
        params.choice("giver", list(Giver.values)),
        params.uuid_("project"),
        params.boolean("overdue", "Only those past their day and not wholly received."),
    )

    @extend_schema(operation_id="pledges", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values, rows = self.values, _rows(request)
        if (area := read_area(values)) is not None:
            inside = Area.objects.within(area)
            rows = rows.filter(Q(area__in=inside) | Q(project__area__in=inside))
        if "year" in values:
            rows = rows.filter(of_year=values["year"])
        if "giver" in values:
            rows = rows.filter(giver=values["giver"])
        if "project" in values:
            rows = rows.filter(project__public_id=values["project"])
        if values.get("overdue"):
            rows = rows.overdue()
        return self.page(request, rows, lambda found: [show_pledge(row) for row in found], values)

    @extend_schema(operation_id="pledge_create", request=PledgeBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            row = resources.promise(_data(self.body(PledgeBody, request), request), actor=request.user)
            return Response(show_pledge(_one(request, row.public_id)), status=201)

        return self.once(request, act)


class PledgeOne(PortalView):
    @extend_schema(operation_id="pledge", responses=ANY)
    def get(self, request: PortalRequest, pledge_id: UUID) -> Response:
        row = _one(request, pledge_id)
        return Response({**show_pledge(row), "receipts": [show_receipt(one) for one in row.receipts.all()]})

    @extend_schema(operation_id="pledge_change", request=PledgeChange, responses={200: ANY})
    def put(self, request: PortalRequest, pledge_id: UUID) -> Response:
        row = _one(request, pledge_id)
        body = self.body(PledgeChange, request)
        version = body.pop("version")
        resources.change_pledge(row, _data(body, request), actor=request.user, version=version)
        return Response(show_pledge(_one(request, pledge_id)))


class PledgeReceipts(PortalView):
    @extend_schema(operation_id="pledge_receive", request=ReceiptBody, responses={201: ANY})
    def post(self, request: PortalRequest, pledge_id: UUID) -> HttpResponse:
        row = _one(request, pledge_id)

        def act() -> Response:
            made = resources.receive(row, **self.body(ReceiptBody, request), actor=request.user)
            return Response(show_receipt(made), status=201)

        return self.once(request, act)


class PledgeTakeBack(PortalView):
    @extend_schema(operation_id="pledge_take_back", request=ReasonBody, responses={201: ANY})
    def post(self, request: PortalRequest, pledge_id: UUID, receipt_id: int) -> HttpResponse:
        receipt = _one(request, pledge_id).receipts.filter(pk=receipt_id).first()
        if receipt is None:
            raise Http404

        def act() -> Response:
            made = resources.take_back(receipt, self.body(ReasonBody, request)["note"], actor=request.user)
            return Response(show_receipt(made), status=201)

        return self.once(request, act)


class PledgeWithdraw(PortalView):
    @extend_schema(operation_id="pledge_withdraw", request=ReasonBody, responses={200: ANY})
    def post(self, request: PortalRequest, pledge_id: UUID) -> HttpResponse:
        row = _one(request, pledge_id)

        def act() -> Response:
            resources.withdraw_pledge(row, self.body(ReasonBody, request)["note"], actor=request.user)
            return Response(show_pledge(_one(request, pledge_id)))

        return self.once(request, act)
