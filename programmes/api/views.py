"""The reference frame and the yearly plans."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core import clock
from core.api import params
from core.api.views import PortalRequest, PortalView
from core.models import Source
from core.text import fold
from places.api.views import ON, brief, read_area
from programmes.models import (
    Activity,
    AnnualPlan,
    Indicator,
    LegalDocument,
    PeriodKind,
    Programme,
    Regime,
    ReportingPeriod,
    SupportNorm,
)

ANY = OpenApiTypes.OBJECT


def each(show: Callable[[Any], dict[str, Any]]) -> Callable[[Iterable[Any]], list[dict[str, Any]]]:
    return lambda rows: [show(row) for row in rows]


class CodeShown(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class CodeList(PortalView):
    """Codes that stand in bodies, with what they are called. `codes`: of a day (None: today), {code: name}."""

    params = (params.date("on", "The day they are in force; today without it."),)
    codes: Callable[[dt.date | None], dict[str, str]]

    @extend_schema(responses=CodeShown(many=True))
    def get(self, request: PortalRequest) -> Response:
        found = self.codes(self.values.get("on"))
        return Response({"results": [{"code": code, "name": name} for code, name in found.items()]})


def names_of(model: Any) -> Callable[[dt.date | None], dict[str, str]]:
    """What stands in a list of dated rows on a day."""
    return lambda on: dict(model.objects.valid_on(on or clock.today()).values_list("code", "name"))


class ProgrammeList(PortalView):
    paged = True
    params = (params.choice("source", ["national", "local"]),)

    @extend_schema(operation_id="programmes", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Programme.objects.select_related("area")
        if "source" in values:
            rows = rows.filter(source=values["source"])
        return self.page(request, rows, each(self.show), values)

    @staticmethod
    def show(row: Programme) -> dict[str, Any]:
        return {
            "code": row.code,
            "name": row.name,
            "source": row.source,
            "area": brief(row.area) if row.area else None,
            "year_from": row.year_from,
            "year_to": row.year_to,
            "legal_basis": row.legal_basis or None,
            "verified": row.verified,
        }


class IndicatorList(PortalView):
    paged = True

    @extend_schema(operation_id="indicators", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        return self.page(request, Indicator.objects.all(), each(self.show), self.read_params(request))

    @staticmethod
    def show(row: Indicator) -> dict[str, Any]:
        return {
            "code": row.code,
            "title": row.name,
            "unit": row.unit or None,
            "unit_counted": row.unit_counted or None,
            "method": row.method,
            "verified": row.verified,
        }


class PeriodList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.choice("kind", [kind for kind in PeriodKind.values if kind != PeriodKind.FREE]),
        params.choice("regime", list(Regime.values)),
    )

    @extend_schema(operation_id="periods", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = ReportingPeriod.objects.offered()
        for name in ("year", "kind", "regime"):
            if name in values:
                rows = rows.filter(**{name: values[name]})
        return self.page(request, rows, each(self.show), values)

    @staticmethod
    def show(row: ReportingPeriod) -> dict[str, Any]:
        return {
            "code": row.code,
            "kind": row.kind,
            "regime": row.regime,
            "year": row.year,
            "label": row.label,
            "data_from": row.data_from,
            "data_to": row.data_to,
            "due_on": row.due_on,
            "basis": row.basis or None,
            "verified": row.verified,
        }


class ActivityList(PortalView):
    paged = True

    @extend_schema(operation_id="activities", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = Activity.objects.select_related("group")
        return self.page(request, rows, each(self.show), self.read_params(request))

    @staticmethod
    def show(row: Activity) -> dict[str, Any]:
        return {
            "code": row.code,
            "title": row.name,
            "group": row.group.code,
            "group_title": row.group.name,
            "needs_beneficiary": row.needs_beneficiary,
            "norm_code": row.norm_code or None,
            "verified": row.verified,
        }


class DocumentList(PortalView):
    """Legal documents; they are entered and changed on pages."""

    paged = True
    params = (
        ON,
        params.text("q", "Words of number, subject or issuer; accents do not matter."),
        params.text("number", "The number as it is written.", 60),
    )

    @extend_schema(operation_id="legal_documents", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = LegalDocument.objects.select_related("area")
        if "on" in values:
            day = values["on"]
            rows = rows.filter(Q(in_force_from__isnull=True) | Q(in_force_from__lte=day))
            rows = rows.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=day))
        if "q" in values:
            rows = rows.filter(folded__contains=fold(values["q"]))
        if "number" in values:
            rows = rows.filter(number=values["number"])
        return self.page(request, rows, each(self.show), values)

    @staticmethod
    def show(row: LegalDocument) -> dict[str, Any]:
        return {
            "id": row.pk,
            "number": row.number or None,
            "type": row.type,
            "issuer": row.issuer,
            "subject": row.subject,
            "area": brief(row.area) if row.area else None,
            "issued_on": row.issued_on,
            "in_force_from": row.in_force_from,
            "in_force_to": row.in_force_to,
            "amends": row.amends or None,
            "replaced_by": row.replaced_by or None,
            "verified": row.verified,
            "review_on": row.review_on,
        }


class NormList(PortalView):
    paged = True
    params = (ON, params.choice("source", list(Source.values)), params.text("code", longest=40))

    @extend_schema(operation_id="norms", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = SupportNorm.objects.select_related("area")
        if "on" in values:
            rows = rows.valid_on(values["on"])
        for name in ("source", "code"):
            if name in values:
                rows = rows.filter(**{name: values[name]})
        return self.page(request, rows, each(self.show), values)

    @staticmethod
    def show(row: SupportNorm) -> dict[str, Any]:
        return {
            "id": row.pk,
            "code": row.code,
            "activity": row.activity_text,
            "beneficiary": row.beneficiary_text or None,
            "ceiling_vnd": row.ceiling_amount_vnd,
            "ceiling_percent": row.ceiling_percent,
            "unit": row.unit,
            "source": row.source,
            "area": brief(row.area) if row.area else None,
            "multiplier_of": row.multiplier_of or None,
            "multiplier": row.multiplier,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "legal_basis": row.legal_basis or None,
            "verified": row.verified,
        }


class PlanList(PortalView):
    paged = True
    params = (
        params.YEAR,
        params.text("area", "uid or code of a province."),
        ON,
        params.text("programme", "Code of a programme.", 40),
    )

    @extend_schema(operation_id="plans", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = AnnualPlan.objects.visible_to(request.user)
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__closure_up__ancestor=area)
        if "year" in values:
            rows = rows.filter(year=values["year"])
        if "programme" in values:
            rows = rows.filter(programme__code=values["programme"])
        rows = rows.select_related("area", "programme", "issuer").prefetch_related(
            "lines__activity", "lines__indicator"
        )
        return self.page(request, rows, each(self.show), values)

    @staticmethod
    def show(row: AnnualPlan) -> dict[str, Any]:
        return {
            "id": str(row.public_id),
            "area": brief(row.area),
            "programme": row.programme.code,
            "year": row.year,
            "version": row.version,
            "state": row.state,
            "decision": {"issuer": str(row.issuer), "number": row.decision_number, "date": row.decision_on}
            if row.decision_on
            else None,
            "lines": [
                {
                    "id": line.pk,
                    "activity": line.activity.code,
                    "indicator": line.indicator.code if line.indicator else None,
                    "quantity_low": line.quantity_low,
                    "quantity_high": line.quantity_high,
                    "unit": line.unit or None,
                    "source": line.source,
                    "amount_vnd": line.amount_vnd,
                }
                for line in row.lines.all()
            ],
        }
