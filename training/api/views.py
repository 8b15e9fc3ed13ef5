"""Classes and their counts, with breakdowns of each. No personal data: rosters are on pages only."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api import params
from core.api.serializers import Choice, Day, StrictSerializer, Text, Uuid, Whole
from core.api.views import PortalRequest, PortalView
from enterprises.api.views import AreaField
from places.api.views import ON, brief, read_area
from places.models import Area
from projects.models import Project
from training.counting import breakdowns, with_rosters
from training.models import TrainingClass, TrainingKind
from training.services import ClassData, create_class

ANY = OpenApiTypes.OBJECT


class ClassBody(StrictSerializer):
    project = Uuid()
    subject = Text(max_length=300)
    kind = Choice(TrainingKind.choices, required=False)
    area = AreaField()
    starts_on = Day()
    ends_on = Day()
    total = Whole(min_value=0, max_value=100_000, required=False, allow_null=True)
    women = Whole(min_value=0, max_value=100_000, required=False, allow_null=True)


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
            project = Project.objects.visible_to(request.user).filter(public_id=body.pop("project")).first()
            if project is None:
                raise serializers.ValidationError({"project": [_("There is no such project here.")]})
            body.setdefault("kind", TrainingKind.OTHER)
            return Response(show(create_class(project, ClassData(**body), actor=request.user)), status=201)

        return self.once(request, act)


class ClassDetail(PortalView):
    """One class with its breakdowns, each of which adds up to its attendances and its people."""

    @extend_schema(operation_id="training_class", responses=ANY)
    def get(self, request: PortalRequest, class_id: UUID) -> Response:
        self.read_params(request)
        visible = TrainingClass.objects.visible_to(request.user)
        row = get_object_or_404(_counted(visible).select_related("project", "area", "topic"), public_id=class_id)
        parts = zip(("sex", "age", "commune"), breakdowns(TrainingClass.objects.filter(pk=row.pk)), strict=True)
        told = {
            code: [{"label": str(part.label), "attendances": part.attendances, "people": part.people} for part in found]
            for code, (_title, found) in parts
        }
        return Response({**show(row), "breakdowns": told})
