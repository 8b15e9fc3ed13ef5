"""Classes and their counts, with breakdowns of each. Nothing personal: that is in rosters.py."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_field
from core.api.serializers import Choice, Day, Known, Reference, StrictSerializer, Text, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from places.api.views import ON, brief, read_area
from places.models import Area
from programmes.api.views import CodeList, names_of
from projects.models import Project
from training import presence
from training.counting import breakdowns, with_rosters
from training.models import TrainingClass, TrainingKind, TrainingSubject
from training.services import ClassData, change_class, create_class

ANY = OpenApiTypes.OBJECT


def _topic(code: str) -> TrainingSubject | None:
    return TrainingSubject.objects.filter(code=code).first()


class ClassFacts(StrictSerializer):
    """`topic`: the subject of the list, by which targets count; `budget_line`: the content of a line of the project's
    budget table; `course`: the same name joins classes."""

    subject = Text(max_length=300)
    kind = Choice(TrainingKind.choices, required=False)
    topic = Reference(_topic, required=False, allow_null=True, help_text="A code of /training-subjects/.")
    course = Text(max_length=200, required=False, allow_blank=True)
    budget_line = Text(max_length=300, required=False, allow_blank=True)
    area = AreaField()
    starts_on = Day()
    ends_on = Day()
    total = Whole(min_value=0, max_value=100_000, required=False, allow_null=True)
    women = Whole(min_value=0, max_value=100_000, required=False, allow_null=True)


class ClassBody(ClassFacts):
    project = Known(Project.objects.visible_to)


class ClassChange(ClassFacts):
    version = Whole(min_value=1)


def _facts(body: dict[str, Any], project: Project) -> ClassData:
    topic = body.get("topic")
    if topic is not None and topic.area_id not in (None, project.province_id):
        raise bad_field("topic", _("There is no such code."))
    body.setdefault("kind", TrainingKind.OTHER)
    return ClassData(**body)


def show(row: TrainingClass) -> dict[str, Any]:
    return {
        "id": str(row.public_id),
        "project": str(row.project.public_id),
        "subject": row.subject,
        "kind": row.kind,
        "area": brief(row.area),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "total": row.total,
        "women": row.women,
        "topic": row.topic.code if row.topic else None,
        "course": row.course or None,
        "budget_line": row.budget_line or None,
        "attendances": row.came if hasattr(row, "came") else row.total,
        "people": getattr(row, "people", 0) or None,
        "version": row.version,
    }


def _counted(rows: Any) -> Any:
    return with_rosters(rows).annotate(people=Count("attendances__person", distinct=True))


class ClassList(PortalView):
    paged = True
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.YEAR,
        params.uuid_("project", "Only of this project."),
        params.choice("kind", list(TrainingKind.values)),
    )

    @extend_schema(operation_id="training_classes", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = TrainingClass.objects.visible_to(request.user).select_related("project", "area", "topic")
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name, column in (("year", "project__year"), ("project", "project__public_id"), ("kind", "kind")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, _counted(rows), lambda found: [show(row) for row in found], values)

    @extend_schema(operation_id="training_class_create", request=ClassBody, responses={201: ANY})
    def post(self, request: PortalRequest) -> HttpResponse:
        def act() -> Response:
            body = self.body(ClassBody, request)
            project = body.pop("project")
            return Response(show(create_class(project, _facts(body, project), actor=request.user)), status=201)

        return self.once(request, act)


def one_class(request: PortalRequest, class_id: UUID) -> TrainingClass:
    rows = TrainingClass.objects.visible_to(request.user)
    found: TrainingClass = get_object_or_404(
        rows.select_related("project__province", "area", "topic"), public_id=class_id
    )
    return found


class ClassDetail(PortalView):
    """One class with its breakdowns, each of which adds up to its attendances and its people, and its sessions with
    how many were there."""

    @extend_schema(operation_id="training_class", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID) -> Response:
        visible = TrainingClass.objects.visible_to(request.user)
        row = get_object_or_404(_counted(visible).select_related("project", "area", "topic"), public_id=class_id)
        parts = zip(("sex", "age", "commune"), breakdowns(TrainingClass.objects.filter(pk=row.pk)), strict=True)
        told = {
            code: [{"label": str(part.label), "attendances": part.attendances, "people": part.people} for part in found]
            for code, (_title, found) in parts
        }
        sessions = [
            {
                "on": one.on, "hours": str(one.hours) if one.hours is not None else None, "topic": one.topic or None,
                "present": one.came, "absent": one.missed, "not_recorded": one.left,
            }
            for one in presence.with_counts(row)
        ]  # fmt: skip
        return Response({**show(row), "breakdowns": told, "sessions": sessions})

    @extend_schema(operation_id="training_class_change", request=ClassChange, responses=ANY)
    def put(self, request: PortalRequest, class_id: UUID) -> HttpResponse:
        """It stays with its project. What is left out is not reported any more."""
        row = one_class(request, class_id)
        body = self.body(ClassChange, request)
        version = body.pop("version")
        change_class(row, _facts(body, row.project), actor=request.user, version=version)
        rows = _counted(TrainingClass.objects.filter(pk=row.pk))
        return Response(show(rows.select_related("project", "area", "topic").get()))


@extend_schema_view(get=extend_schema(operation_id="training_subjects"))
class SubjectList(CodeList):
    codes = staticmethod(names_of(TrainingSubject))
