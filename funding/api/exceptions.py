"""The locked line opened for a while: who may record what until when, given by a leader and closed early."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import second_factor
from core import clock
from core.api import params
from core.api.problems import bad_field, in_terms_of_the_body
from core.api.serializers import Choice, Day, Known, StrictSerializer, Text
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from places.api.views import brief
from places.services import province_of
from projects.exceptions import KINDS, ExceptionData, close_exception, offices, open_exception, recorders
from projects.models import LockException, Project

ANY = OpenApiTypes.OBJECT


class ExceptionBody(StrictSerializer):
    """One of `project` and `area`, one of `person` and `agency`. `until`: the last day. `code`: the second factor."""

    project = Known(Project.objects.visible_to, required=False)
    area = AreaField(required=False)
    records = serializers.ListField(child=Choice([(kind, kind) for kind in KINDS]), max_length=len(KINDS))
    person = Known(recorders, required=False)
    agency = Known(offices, required=False)
    until = Day()
    reason = Text(max_length=300)
    code = Text(max_length=20, required=False, allow_blank=True)


class CloseBody(StrictSerializer):
    reason = Text(max_length=300)


def show(row: LockException) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "project": str(row.project.public_id) if row.project else None,
        "area": brief(row.area) if row.area else None,
        "records": [kind for kind in KINDS if getattr(row, kind)],
        "person": {"id": str(row.person.public_id), "name": row.person.full_name} if row.person else None,
        "agency": {"id": str(row.agency.public_id), "name": row.agency.name} if row.agency else None,
        "reason": row.reason,
        "open": row.is_open,
        "opened_by": row.opened_by.full_name,
        "opened_at": row.opened_at,
        "ends_at": row.ends_at,
        "closed_by": row.closed_by.full_name if row.closed_by else None,
        "closed_at": row.closed_at,
        "close_reason": row.close_reason or None,
    }


def _rows(request: PortalRequest) -> Any:
    rows = LockException.objects.visible_to(request.user)
    return rows.select_related("project", "area", "person", "agency", "opened_by", "closed_by")


class ExceptionList(PortalView):
    paged = True
    params = (params.boolean("open", "true: those that are open now."),)
    orderings = {"-id": ("-id",), "id": ("id",)}

    @extend_schema(operation_id="lock_exceptions", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        rows = _rows(request)
        if "open" in self.values:
            now = LockException.objects.open_at(clock.now()).values("pk")
            rows = rows.filter(pk__in=now) if self.values["open"] else rows.exclude(pk__in=now)
        return self.page(request, rows, lambda found: [show(row) for row in found], self.values)

    @extend_schema(operation_id="lock_exception_open", request=ExceptionBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        """A leader's, with the second factor; never for oneself, and 14 days at most."""
        code = second_factor.attempt_of(request.user, request.data, lambda: self.was_sent(request))

        def act() -> Response:
            body = self.body(ExceptionBody, request)
            body.pop("code", None)
            if "project" not in body and "area" not in body:
                raise bad_field("project", _("Choose one project or one area."))
            province = body["project"].province if "project" in body else province_of(body["area"])
            kinds: dict[str, Any] = dict.fromkeys(body.pop("records"), True)
            with in_terms_of_the_body(progress="records"):
                row = open_exception(province, ExceptionData(**body, **kinds), actor=request.user, code=code)
            return Response(show(_rows(request).get(pk=row.pk)), status=201)

        return self.once(request, act)


class ExceptionOne(PortalView):
    @extend_schema(operation_id="lock_exception", responses=ANY)
    def get(self, request: PortalRequest, exception_id: UUID) -> Response:
        return Response(show(get_object_or_404(_rows(request), public_id=exception_id)))


class ExceptionClose(PortalView):
    @extend_schema(operation_id="lock_exception_close", request=CloseBody, responses=ANY)
    def post(self, request: PortalRequest, exception_id: UUID) -> HttpResponse:
        """Before its time. What was written under it stays."""
        row = get_object_or_404(_rows(request), public_id=exception_id)

        def act() -> Response:
            reason = self.body(CloseBody, request)["reason"]
            close_exception(row, reason, actor=request.user)
            return Response(show(_rows(request).get(pk=row.pk)))

        return self.once(request, act)
