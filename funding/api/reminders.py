"""Who has not reported in a period, and reminding them."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.models import User
from accounts.roles import Role
from core.api import params
from core.api.problems import bad_field, bad_parameter
from core.api.serializers import Reference, StrictSerializer, Uuid
from core.api.views import PortalRequest, PortalView
from core.errors import NotAllowed
from enterprises.api.views import AreaField
from places.api.views import ON, brief, read_area
from programmes.models import ReportingPeriod
from projects import reminders
from projects.models import ProgressReminder, Project

ANY = OpenApiTypes.OBJECT


def _period(code: str) -> ReportingPeriod | None:
    return reminders.periods().filter(code=code).first()


class ReminderBody(StrictSerializer):
    """`project` and `person`: one; neither: everybody who has not reported, in the area where one is given."""

    period = Reference(_period)
    project = Uuid(required=False)
    person = Uuid(required=False)
    area = AreaField(required=False)


def _show(reminder: ProgressReminder | None) -> dict[str, Any] | None:
    if reminder is None:
        return None
    return {
        "on": reminder.sent_on,
        "at": reminder.sent_at,
        "by": reminder.sent_by.full_name,
        "mailed_at": reminder.mailed_at,
    }


def _made(reminder: ProgressReminder) -> dict[str, Any]:
    return {
        "project": str(reminder.project.public_id),
        "person": str(reminder.person.public_id),
        "reminded": _show(reminder),
    }


class ReminderList(PortalView):
    paged = True
    params = (
        params.code("period", "Code of a reporting period that has begun; otherwise the one that closes next."),
        params.text("area", "uid or code of a unit."),
        ON,
        params.boolean("reported", "Only those with a report of the period, or only those without."),
    )

    @staticmethod
    def _require(user: User) -> None:
        if not user.has_role(Role.OFFICER, Role.CENTRE):
            raise NotAllowed(_("Only an officer of the department or the implementing centre reminds of progress."))

    @extend_schema(operation_id="progress_reminders", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        self._require(request.user)
        period = _period(values["period"]) if "period" in values else reminders.period_now()
        if period is None:
            raise bad_parameter("period", _("There is no such reporting period yet."))
        rows = reminders.due(request.user, period, read_area(values)).select_related("area")
        if "reported" in values:
            rows = rows.filter(reported=values["reported"])

        def show(found: list[Project]) -> list[dict[str, Any]]:
            return [
                {
                    "project": str(row.project.public_id),
                    "code": row.project.code,
                    "name": row.project.name,
                    "area": brief(row.project.area),
                    "period": period.code,
                    "closes_on": period.data_to,
                    "reported": row.project.reported,
                    "last_on": row.project.last_on,
                    "people": [
                        {"id": str(person.public_id), "name": person.full_name, "reminded": _show(reminder)}
                        for person, reminder in row.people
                    ],
                }
                for row in reminders.with_people(found, period)
            ]

        return self.page(request, rows, show, values)

    @extend_schema(operation_id="progress_remind", request=ReminderBody, responses={200: ANY, 201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        self._require(request.user)

        def act() -> Response:
            body = self.body(ReminderBody, request)
            if ("project" in body) != ("person" in body):
                raise bad_field("person" if "project" in body else "project", _("Give project and person, or neither."))
            if "project" not in body:
                made, before = reminders.remind_all(request.user, body["period"], body.get("area"), actor=request.user)
                return Response({"sent": [_made(row) for row in made], "sent_before": before}, status=201)
            project = Project.objects.visible_to(request.user).filter(public_id=body["project"]).first()
            if project is None:
                raise bad_field("project", _("There is no such project here."))
            person = User.objects.people().filter(public_id=body["person"]).first()
            if person is None:
                raise bad_field("person", _("There is no such person here."))
            reminder, new = reminders.remind(project, person, body["period"], actor=request.user)
            sent = [_made(reminder)] if new else []
            return Response({"sent": sent, "sent_before": int(not new)}, status=201 if new else 200)

        return self.once(request, act)
