"""The registry of establishments."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from core import clock
from core.api import params
from core.api.problems import bad_parameter
from core.api.serializers import Day, Reference, StrictSerializer, Text, Uuid, Vnd, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import Invalid
from enterprises.eligibility import NO, UNKNOWN, YES, judge_on
from enterprises.merging import standing
from enterprises.models import FIGURES, NO_TRADE, Enterprise, YearFacts
from enterprises.parts import PARTS, save_part
from enterprises.services import EnterpriseData, change_enterprise, create_enterprise
from places.api.views import ON, AreaBrief, brief, read_area
from places.models import Area
from places.services import resolve_area
from programmes.api.views import CodeList
from programmes.kinds import kind_names, kinds_on, trade_names, trades_on


def _find_area(text: str) -> Area | None:
    try:
        return resolve_area(text)
    except Invalid:
        return None


class AreaField(Reference):
    """A unit by uid or by code of today."""

    default_error_messages = {"unknown": _("There is no unit with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_find_area, **kwargs)


def _kind(code: str) -> str | None:
    return code if code in kind_names() else None


def _trade(code: str) -> str | None:
    return code if code == NO_TRADE or code in trade_names() else None


class EnterpriseBody(StrictSerializer):
    name = Text(max_length=300)
    kind = Reference(_kind, help_text="A code of /enterprise-kinds/.")
    tax_code = Text(max_length=20, allow_null=True, required=False)
    area = AreaField()
    headcount = Whole(min_value=0, max_value=1_000_000, allow_null=True, required=False)
    phone = Text(max_length=20, allow_blank=True, required=False)
    address = Text(max_length=300, allow_blank=True, required=False)
    representative = Text(max_length=150, allow_blank=True, required=False)
    main_product = Text(max_length=300, allow_blank=True, required=False)
    technology = Text(max_length=500, allow_blank=True, required=False)
    raw_material = Text(max_length=500, allow_blank=True, required=False)
    craft_village = Text(max_length=200, allow_blank=True, required=False)
    trade = Reference(_trade, required=False, help_text="A code of /enterprise-trades/, or «none».")
    industry_code = Text(max_length=6, allow_blank=True, required=False)
    ceased_on = Day(required=False, allow_null=True)


class NewEnterpriseBody(EnterpriseBody):
    """`different`: ids of establishments that look the same and are others. Where it is given, one that looks the same
    and is not named is 409 with the candidates; without it, whatever looks the same waits under /duplicates/."""

    different = serializers.ListField(child=Uuid(), max_length=50, required=False)


# Those that came later: a change that does not speak of them leaves them.
LATER = ("technology", "raw_material", "craft_village", "trade", "industry_code", "industry_version", "ceased_on")


class EnterpriseChange(EnterpriseBody):
    """`moved_on`: its first day at another place, so that the one before is kept (/former-places/)."""

    moved_on = Day(required=False, allow_null=True)
    version = Whole(min_value=1)


class EnterpriseShown(serializers.Serializer[Enterprise]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    tax_code = serializers.CharField(allow_null=True)
    area = AreaBrief()
    headcount = serializers.IntegerField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_null=True)
    representative = serializers.CharField(allow_null=True)
    main_product = serializers.CharField(allow_null=True)
    technology = serializers.CharField(allow_null=True)
    raw_material = serializers.CharField(allow_null=True)
    craft_village = serializers.CharField(allow_null=True)
    trade = serializers.CharField(allow_null=True)
    industry_code = serializers.CharField(allow_null=True)
    industry_version = serializers.CharField(allow_null=True)
    ceased_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


def show(row: Enterprise) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "kind": row.kind,
        "tax_code": row.tax_code,
        "area": brief(row.area),
        "headcount": row.headcount,
        "phone": row.phone or None,
        "address": row.address or None,
        "representative": row.representative or None,
        "main_product": row.main_product or None,
        "technology": row.technology or None,
        "raw_material": row.raw_material or None,
        "craft_village": row.craft_village or None,
        "trade": row.trade or None,
        "industry_code": row.industry_code or None,
        "industry_version": row.industry_version or None,
        "ceased_on": row.ceased_on,
        "version": row.version,
    }


class EnterpriseList(PortalView):
    paged = True
    orderings = {"name": ("name", "id"), "-id": ("-id",), "id": ("id",)}
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.code("kind", "A code of /enterprise-kinds/."),
        params.code("trade", "A code of /enterprise-trades/, or «none»."),
        params.text("q", "Part of the name (accents do not matter) or the beginning of the tax code."),
        params.moment("changed_since"),
    )

    @extend_schema(operation_id="enterprises", responses=EnterpriseShown(many=True))
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Enterprise.objects.visible_to(request.user).select_related("area")
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name, find in (("kind", _kind), ("trade", _trade)):
            if name in values:
                if find(values[name]) is None:
                    raise bad_parameter(name, _text("There is no such code."))
                rows = rows.filter(**{name: values[name]})
        if "q" in values:
            rows = rows.search(values["q"])
        if "changed_since" in values:
            rows = rows.filter(updated_at__gte=values["changed_since"])
        return self.page(request, rows, lambda found: [show(row) for row in found], values)

    @extend_schema(operation_id="enterprise_create", request=NewEnterpriseBody, responses={201: EnterpriseShown})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(NewEnterpriseBody, request)
            different = body.pop("different", None)
            said = None if different is None else [str(one) for one in different]
            made = create_enterprise(EnterpriseData(**body), actor=request.user, said_different=said)
            return Response(show(made), status=201)

        return self.once(request, act)


def one_enterprise(request: PortalRequest, enterprise_id: UUID) -> Enterprise:
    rows = Enterprise.objects.visible_to(request.user).select_related("area", "province")
    row: Enterprise | None = rows.filter(public_id=enterprise_id).first()
    if row is None:
        raise Http404
    return row


class EnterpriseOne(PortalView):
    @extend_schema(operation_id="enterprise", responses=EnterpriseShown)
    def get(self, request: PortalRequest, enterprise_id: UUID) -> HttpResponse:
        """One that was merged into another leads there (302)."""
        self.read_params(request)
        gone = Enterprise.objects.filter(public_id=enterprise_id, merged_into__isnull=False).first()
        if gone is not None:
            kept = one_enterprise(request, standing(gone).public_id)
            return HttpResponseRedirect(reverse("api:enterprise", args=[kept.public_id]))
        return Response(show(one_enterprise(request, enterprise_id)))

    @extend_schema(operation_id="enterprise_change", request=EnterpriseChange, responses=EnterpriseShown)
    def put(self, request: PortalRequest, enterprise_id: UUID) -> HttpResponse:
        row = one_enterprise(request, enterprise_id)
        data = self.body(EnterpriseChange, request)
        version = data.pop("version")
        for name in LATER:
            data.setdefault(name, getattr(row, name))
        data["industry_version"] = data["industry_version"] or "2025"
        changed = change_enterprise(row, EnterpriseData(**data), actor=request.user, version=version)
        return Response(show(changed))


# --- what is known of it by year; whether it may be supported ---------------------------------------------------------


class YearBody(StrictSerializer):
    capital_vnd = Vnd(required=False, allow_null=True)
    workers = Whole(min_value=0, max_value=1_000_000, required=False, allow_null=True)
    women = Whole(min_value=0, max_value=1_000_000, required=False, allow_null=True)
    revenue_vnd = Vnd(required=False, allow_null=True)
    tax_paid_vnd = Vnd(required=False, allow_null=True)
    not_applicable = serializers.ListField(child=Text(max_length=20), required=False, max_length=5)


class YearShown(serializers.Serializer[YearFacts]):
    """null: not reported; what does not apply stands in `not_applicable`."""

    year = serializers.IntegerField()
    capital_vnd = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField(allow_null=True)
    women = serializers.IntegerField(allow_null=True)
    revenue_vnd = serializers.IntegerField(allow_null=True)
    tax_paid_vnd = serializers.IntegerField(allow_null=True)
    not_applicable = serializers.ListField(child=serializers.CharField())


def show_year(row: YearFacts) -> dict[str, Any]:
    figures = {name: getattr(row, name) for name in FIGURES}
    return {"year": row.year, **figures, "not_applicable": row.not_applicable.split()}


class EnterpriseYears(PortalView):
    @extend_schema(operation_id="enterprise_years", responses=YearShown(many=True))
    def get(self, request: PortalRequest, enterprise_id: UUID) -> Response:
        self.read_params(request)
        return Response({"results": [show_year(row) for row in one_enterprise(request, enterprise_id).years.all()]})


class EnterpriseYear(PortalView):
    @extend_schema(operation_id="enterprise_year_set", request=YearBody, responses=YearShown)
    def put(self, request: PortalRequest, enterprise_id: UUID, year: int) -> HttpResponse:
        """Enter the figures of a year, or say them anew: what is left out is not reported."""
        enterprise = one_enterprise(request, enterprise_id)
        data = self.body(YearBody, request)
        values = {**data, "year": year, "not_applicable": " ".join(data.get("not_applicable", []))}
        row = enterprise.years.filter(year=year).first()
        return Response(show_year(save_part(enterprise, PARTS["years"], values, actor=request.user, row=row)))


class ReasonShown(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField([YES, NO, UNKNOWN])
    title = serializers.CharField()
    text = serializers.CharField()
    legal_basis = serializers.CharField(allow_null=True)
    verified = serializers.CharField(allow_null=True)
    missing = serializers.CharField(allow_null=True)


class EligibilityShown(serializers.Serializer[Any]):
    on = serializers.DateField()
    verdict = serializers.ChoiceField([YES, NO, UNKNOWN])
    reasons = ReasonShown(many=True)


class EnterpriseEligibility(PortalView):
    params = (params.date("on", "The day it is judged on; today without it."),)

    @extend_schema(operation_id="enterprise_eligibility", responses=EligibilityShown)
    def get(self, request: PortalRequest, enterprise_id: UUID) -> Response:
        """May it be supported on the day? `unknown` where a fact is missing or a person has to look."""
        values = self.read_params(request)
        found = judge_on(one_enterprise(request, enterprise_id), values.get("on") or clock.today())
        reasons = [
            {
                "verdict": one.verdict,
                "title": one.title,
                "text": one.text,
                "legal_basis": one.legal_basis or None,
                "verified": one.verified or None,
                "missing": one.missing or None,
            }
            for one in found.reasons
        ]
        return Response({"on": found.on, "verdict": found.verdict, "reasons": reasons})


@extend_schema_view(get=extend_schema(operation_id="enterprise_kinds"))
class EnterpriseKinds(CodeList):
    codes = staticmethod(kinds_on)


@extend_schema_view(get=extend_schema(operation_id="enterprise_trades"))
class EnterpriseTrades(CodeList):
    codes = staticmethod(trades_on)
