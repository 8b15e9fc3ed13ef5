"""Classes and their counts. No personal data."""

from typing import Any

from django.http import HttpResponse
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
        "version": row.version,
    }


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
        rows = TrainingClass.objects.visible_to(request.user).select_related("project", "area")
        area = read_area(values)
        if area is not None:
            rows = rows.filter(area__in=Area.objects.within(area))
        for name, column in (("year", "project__year"), ("project", "project__public_id"), ("kind", "kind")):
            if name in values:
                rows = rows.filter(**{column: values[name]})
        return self.page(request, rows, lambda found: [show(row) for row in found], values)

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
