"""The people of the province with their roles, training and open work; and hand-overs of units and open work."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import hand_over as handing
from accounts import permissions
from accounts.models import HandOver, StaffTraining, User
from accounts.staff import Member, TrainingData, keep_training, members
from core.api import params
from core.api.serializers import Day, Flag, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from places.models import Area

ANY = OpenApiTypes.OBJECT


class TrainingBody(StrictSerializer):
    subject = Text(max_length=200)
    provider = Text(max_length=200, required=False, allow_blank=True)
    year_from = Whole(min_value=1960, max_value=2100)
    year_to = Whole(min_value=1960, max_value=2100, required=False, allow_null=True)
    days = Whole(min_value=1, max_value=3000, required=False, allow_null=True)
    certificate_no = Text(max_length=60, required=False, allow_blank=True)


class HandOverBody(StrictSerializer):
    giver = Uuid()
    taker = Uuid()
    starts_on = Day()
    reason = Text(max_length=500)
    units = serializers.ListField(child=Text(max_length=40), required=False, max_length=200, help_text="uid of each.")
    everything = Flag(required=False, help_text="All open work of the giver, not only that of the units.")


def _unit(area: Area | None) -> dict[str, str] | None:
    return {"uid": area.uid, "name": area.full_name} if area is not None else None


def _person(row: User) -> dict[str, str]:
    return {"id": str(row.public_id), "name": row.full_name}


def show_training(row: StaffTraining) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "provider": row.provider,
        "year_from": row.year_from,
        "year_to": row.year_to,
        "days": row.days,
        "certificate_no": row.certificate_no,
    }


def show_member(row: Member) -> dict[str, Any]:
    person = row.person
    return {
        **_person(person),
        "agency": person.agency.name if person.agency else None,
        "position": person.position,
        "phone": person.phone,
        "email": person.email,
        "active": person.is_active,
        "roles": [
            {"role": one.role, "area": _unit(one.area), "valid_from": one.valid_from, "valid_to": one.valid_to}
            for one in row.grants
        ],
        "trainings": row.trainings,
        "open_work": {kind.code: count for kind, count in row.open},
        "work_left_behind": row.left,
        "last_activity": row.last_at,
    }


def show_hand_over(row: HandOver) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "giver": _person(row.giver),
        "taker": _person(row.taker),
        "starts_on": row.starts_on,
        "units": [_unit(unit.area) for unit in row.units.all()],
        "everything": row.everything,
        "moved": {code: len(ids) for code, ids in row.moved.items()},
        "reason": row.reason,
        "recorded_at": row.recorded_at,
    }


def _hand_overs(user: User) -> Any:
    return HandOver.objects.visible_to(user).select_related("giver", "taker").prefetch_related("units__area")


class StaffList(PortalView):
    """Who reads no province's staff finds themselves alone."""

    paged = True
    params = (params.text("q", "Part of the name or account."),)

    @extend_schema(operation_id="staff", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = User.objects.staff_for(request.user)
        if "q" in values:
            rows = rows.search(values["q"])

        def show(found: list[User]) -> list[dict[str, Any]]:
            of = {row.person.pk: row for row in members(User.objects.filter(pk__in=[person.pk for person in found]))}
            return [show_member(of[person.pk]) for person in found]

        return self.page(request, rows, show, values)


class StaffOne(PortalView):
    @extend_schema(operation_id="staff_one", responses=ANY)
    def get(self, request: PortalRequest, person_id: UUID) -> Response:
        self.read_params(request)
        person = get_object_or_404(User.objects.staff_for(request.user), public_id=person_id)
        row = members(User.objects.filter(pk=person.pk))[0]
        return Response({**show_member(row), "training": [show_training(one) for one in person.trainings.all()]})


class StaffTrainings(PortalView):
    @extend_schema(operation_id="staff_training_create", request=TrainingBody, responses={201: ANY})
    def post(self, request: PortalRequest, person_id: UUID) -> HttpResponse:
        def act() -> Response:
            person = get_object_or_404(User.objects.staff_for(request.user), public_id=person_id)
            permissions.may_keep_training(person, request.user).require()
            row = keep_training(person, TrainingData(**self.body(TrainingBody, request)), actor=request.user)
            return Response(show_training(row), status=201)

        return self.once(request, act)


class HandOverList(PortalView):
    paged = True

    @extend_schema(operation_id="hand_overs", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = _hand_overs(request.user)
        return self.page(request, rows, lambda found: [show_hand_over(row) for row in found], values)

    @extend_schema(operation_id="hand_over_create", request=HandOverBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            permissions.may_administer(request.user).require()
            body = self.body(HandOverBody, request)
            people = {}
            for name in ("giver", "taker"):
                people[name] = User.objects.people().visible_to(request.user).filter(public_id=body[name]).first()
                if people[name] is None:
                    raise serializers.ValidationError({name: [_("There is no such person here.")]})
            wanted = body.get("units", [])
            areas = list(Area.objects.filter(uid__in=wanted))
            if len(areas) != len(set(wanted)):
                raise serializers.ValidationError({"units": [_("There is no unit with this code.")]})
            order = handing.Order(
                people["giver"],
                people["taker"],
                body["starts_on"],
                body["reason"],
                areas,
                body.get("everything", False),
            )
            row = handing.hand_over(order, actor=request.user)
            return Response(show_hand_over(row), status=201)

        return self.once(request, act)


class HandOverOne(PortalView):
    @extend_schema(operation_id="hand_over", responses=ANY)
    def get(self, request: PortalRequest, hand_over_id: UUID) -> Response:
        self.read_params(request)
        return Response(show_hand_over(get_object_or_404(_hand_overs(request.user), public_id=hand_over_id)))
