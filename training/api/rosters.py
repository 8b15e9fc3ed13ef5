"""Rosters, sessions and trainers of a class.

A roster names people. Lists show who is on it masked; names are given after a reason, which is recorded, to those who
read them on the page too. ID numbers are only written: no answer, fault or log has one. What is kept of an answer for
the same request again (core.api.idempotency) names nobody either.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.problems import bad_field
from core.api.serializers import Choice, Day, DecimalText, Flag, Known, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from core.errors import DomainError, WrongState
from enterprises.api.views import AreaField
from training import rosters, services
from training.api.views import one_class
from training.models import Attendance, Sex, Trainee, TrainingClass
from training.permissions import may_keep_roster, may_look_at_roster
from training.reading import initials, masked
from training.rosters import TraineeData
from training.services import SessionData, TrainerData

ANY = OpenApiTypes.OBJECT


@contextmanager
def _named(pattern: str, instead: str) -> Iterator[None]:
    """Faults of a service under the names of the body."""
    try:
        yield
    except DomainError as error:
        error.fields = {re.sub(pattern, instead, name): texts for name, texts in error.fields.items()}
        raise


# --- sessions and trainers --------------------------------------------------------------------------------------------


class SessionBody(StrictSerializer):
    """`hours` null: not reported."""

    on = Day()
    hours = DecimalText(4, 1, required=False, allow_null=True)
    topic = Text(max_length=300, required=False, allow_blank=True)


class TrainerBody(StrictSerializer):
    name = Text(max_length=200)
    unit = Text(max_length=200, required=False, allow_blank=True)
    topic = Text(max_length=300, required=False, allow_blank=True)


class CourseBody(StrictSerializer):
    """All of it anew. `version`: that of the class."""

    sessions = serializers.ListField(child=SessionBody(), max_length=200)
    trainers = serializers.ListField(child=TrainerBody(), max_length=50)
    version = Whole(min_value=1)


def _show_course(row: TrainingClass) -> dict[str, Any]:
    return {
        "sessions": [
            {"on": one.on, "hours": f"{one.hours:.1f}" if one.hours is not None else None, "topic": one.topic or None}
            for one in row.sessions.all()
        ],
        "trainers": [
            {"name": one.name, "unit": one.unit or None, "topic": one.topic or None} for one in row.trainers.all()
        ],
        "version": row.version,
    }


class ClassCourse(PortalView):
    """When the class met and who taught."""

    @extend_schema(operation_id="training_course", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID) -> Response:
        return Response(_show_course(one_class(request, class_id)))

    @extend_schema(operation_id="training_course_set", request=CourseBody, responses=ANY)
    def put(self, request: PortalRequest, class_id: UUID) -> HttpResponse:
        row = one_class(request, class_id)
        body = self.body(CourseBody, request)
        sessions = [SessionData(**one) for one in body["sessions"]]
        trainers = [TrainerData(**one) for one in body["trainers"]]
        with _named(r"^(session|trainer)\.", r"\1s."):
            row = services.tell_course(row, sessions, trainers, actor=request.user, version=body["version"])
        return Response(_show_course(row))


# --- the roster -------------------------------------------------------------------------------------------------------


class RosterBody(StrictSerializer):
    """`needs_id`: a voucher needs ID numbers, named in `id_reason`; false wipes those that are kept."""

    needs_id = Flag()
    id_reason = Text(max_length=300, required=False, allow_blank=True)
    differs_reason = Text(max_length=500, required=False, allow_blank=True)
    version = Whole(min_value=1)


class TraineeFacts(StrictSerializer):
    """null, empty or left out: not known. `id_number` is written and never given out; left out of a change it stays."""

    sex = Choice(Sex.choices, required=False, allow_null=True)
    birth_year = Whole(min_value=1900, max_value=2200, required=False, allow_null=True)
    commune = AreaField(required=False, allow_null=True)
    phone = Text(max_length=20, required=False, allow_blank=True)
    id_number = Text(max_length=20, required=False, allow_blank=True)
    attended_percent = Whole(min_value=0, max_value=100, required=False, allow_null=True)
    certificate_no = Text(max_length=60, required=False, allow_blank=True)
    certificate_on = Day(required=False, allow_null=True)
    works_after = Flag(required=False, allow_null=True)
    works_asked_on = Day(required=False, allow_null=True)


class TraineeBody(TraineeFacts):
    name = Text(max_length=200)


class TraineesBody(StrictSerializer):
    """All of them are taken, or none."""

    trainees = serializers.ListField(child=TraineeBody(), min_length=1, max_length=300)


class TraineeChange(TraineeFacts):
    """What is left out stays as it is."""

    name = Text(max_length=200, required=False)
    version = Whole(min_value=1)


class LookBody(StrictSerializer):
    """`reason` is kept for ever: no names and no numbers in it."""

    reason = Text(max_length=500)


class TraineeStepBody(LookBody):
    """same: is the same person as `other`, a row that the trainee's `alike` names."""

    other = Known(Attendance.objects.visible_to, required=False)


def _seen_class(request: PortalRequest, class_id: UUID) -> TrainingClass:
    row = one_class(request, class_id)
    may_look_at_roster(row.project, request.user).require()
    return row


def _show_roster(row: TrainingClass) -> dict[str, Any]:
    found = rosters.roster_of(row)
    return {
        "needs_id": found.needs_id,
        "id_reason": found.id_reason or None,
        "differs_reason": found.differs_reason or None,
        "attendances": row.attendances.count(),
        "disagreement": rosters.disagreement(row) or None,
        "kept_until": rosters.kept_until(row, rosters.retention_months()),
        "erased_at": found.erased_at,
        "version": found.version,
    }


class ClassRoster(PortalView):
    @extend_schema(operation_id="training_roster", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID) -> Response:
        """What is said of the roster as a whole, and whether it agrees with the counts of the class."""
        return Response(_show_roster(_seen_class(request, class_id)))

    @extend_schema(operation_id="training_roster_set", request=RosterBody, responses=ANY)
    def put(self, request: PortalRequest, class_id: UUID) -> HttpResponse:
        row = one_class(request, class_id)
        body = {"id_reason": "", "differs_reason": "", **self.body(RosterBody, request)}
        rosters.change_roster(row, **body, actor=request.user)
        return Response(_show_roster(row))


def _masked(one: Attendance) -> dict[str, Any]:
    """Enough to find a row again. Nobody is named."""
    person: Trainee | None = getattr(one, "trainee", None)
    return {
        "id": str(one.public_id),
        "number": one.number,
        "name_masked": initials(person.name) if person else None,
        "phone_masked": masked(person.phone) if person and person.phone else None,
        "id_number_masked": person.id_masked or None if person else None,
        "sex": one.sex or None,
        "age_group": one.age_group or None,
        "commune": one.commune.uid if one.commune else None,
        "attended_percent": one.attended_percent,
        "certificate_on": one.certificate_on,
        "works_after": one.works_after,
        "works_asked_on": one.works_asked_on,
        "version": one.version,
    }


def _unstored(data: Any) -> Response:
    """Kept by no cache on the way."""
    return Response(data, headers={"Cache-Control": "no-store"})


def _people(row: TrainingClass) -> Any:
    return row.attendances.select_related("trainee", "commune")


class TraineeList(PortalView):
    paged = True

    @extend_schema(operation_id="trainees", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID) -> Response:
        """Masked; once the roster was erased only what is counted is there."""
        rows = _people(_seen_class(request, class_id))
        return self.page(request, rows, lambda found: [_masked(one) for one in found], self.values, ("number", "id"))

    @extend_schema(operation_id="trainees_add", request=TraineesBody, responses={201: ANY})
    def post(self, request: PortalRequest, class_id: UUID) -> HttpResponse:
        row = one_class(request, class_id)

        def act() -> Response:
            given = self.body(TraineesBody, request)["trainees"]
            rows = [TraineeData(**{**one, "sex": one.get("sex") or ""}) for one in given]
            with _named(r"^(\d+)\.", r"trainees.\1."):
                made = rosters.add_trainees(row, rows, actor=request.user)
            told = [{"id": str(one.attendance.public_id), "number": one.attendance.number} for one in made]
            return Response({"results": told}, status=201)

        return self.once(request, act)


class TraineeLook(PortalView):
    """Reading with a reason: asked twice, it is recorded twice, and no answer is kept."""

    idempotent = False

    @extend_schema(operation_id="trainees_look", request=LookBody, responses=ANY)
    def post(self, request: PortalRequest, class_id: UUID) -> HttpResponse:
        """Who is on the roster, by name. Who looked and why is recorded."""
        row = one_class(request, class_id)
        body = self.body(LookBody, request)
        rosters.look_at_roster(row, body["reason"], actor=request.user)
        people = [
            {
                **{name: value for name, value in _masked(one).items() if name not in ("name_masked", "phone_masked")},
                "name": one.trainee.name,
                "birth_year": one.trainee.birth_year,
                "phone": one.trainee.phone or None,
                "certificate_no": one.trainee.certificate_no or None,
            }
            for one in _people(row).filter(trainee__isnull=False)
        ]
        return _unstored({"results": people})


def _trainee(request: PortalRequest, class_id: UUID, trainee_id: UUID) -> Attendance:
    row = one_class(request, class_id)
    may_keep_roster(row.project, request.user).require()
    rows = _people(row).select_related("training_class__project__province")
    one: Attendance | None = rows.filter(public_id=trainee_id, trainee__isnull=False).first()
    if one is None:
        raise Http404
    return one


class TraineeOne(PortalView):
    @extend_schema(operation_id="trainee", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID, trainee_id: UUID) -> Response:
        """Masked, with `alike`: rows of other classes that may be the same person."""
        one = _trainee(request, class_id, trainee_id)
        alike = [
            {
                "id": str(other.public_id),
                "class": str(other.training_class.public_id),
                "counted_as_same": other.person == one.person,
            }
            for other in rosters.candidates(one, request.user)
        ]
        return _unstored({**_masked(one), "alike": alike})

    @extend_schema(operation_id="trainee_change", request=TraineeChange, responses=ANY)
    def patch(self, request: PortalRequest, class_id: UUID, trainee_id: UUID) -> HttpResponse:
        one = _trainee(request, class_id, trainee_id)
        body = self.body(TraineeChange, request)
        version = body.pop("version")
        if "sex" in body:
            body["sex"] = body["sex"] or ""
        data = replace(rosters.data_of(one.trainee), **body)
        rosters.change_trainee(one, data, actor=request.user, version=version)
        return _unstored(_masked(_trainee(request, class_id, trainee_id)))


class TraineeStep(PortalView):
    @extend_schema(operation_id="trainee_step", request=TraineeStepBody, responses=ANY)
    def post(self, request: PortalRequest, class_id: UUID, trainee_id: UUID, step: str) -> HttpResponse:
        """remove: is on the roster by mistake; same, apart: who is counted as one person."""

        def act() -> Response:
            one = _trainee(request, class_id, trainee_id)
            body = self.body(TraineeStepBody, request)
            other = body.get("other")
            if (step == "same") != (other is not None):
                raise bad_field("other", _("Only «same» names another row, and it must."))
            if step == "remove":
                rosters.remove_trainee(one, body["reason"], actor=request.user)
            elif step == "same":
                if other not in rosters.candidates(one, request.user):
                    raise bad_field("other", _("Choose one of the list."))
                rosters.say_same(one, other, body["reason"], actor=request.user)
            elif step == "apart":
                rosters.say_apart(one, body["reason"], actor=request.user)
            else:
                raise WrongState(_("There is no such step."), code="unknown_step")
            return Response({"id": str(trainee_id), "step": step})

        return self.once(request, act)
