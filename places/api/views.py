"""Administrative units through time. Public facts: every caller sees them all."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import params
from core.api.problems import bad_parameter
from core.api.views import PortalView
from core.errors import Invalid
from places.models import Area, AreaParent, AreaSuccession, Level
from places.services import resolve_area

ON = params.date("on", "As of this day.")


def read_area(values: dict[str, Any], *, on_alone: bool = False) -> Area | None:
    """The unit of the parameter `area` (with `on`), if it was given. Problem 400 when there is none.

    `on` says which unit a code means; without `area` it is refused, unless it means something else too (`on_alone`).
    """
    if "area" not in values:
        if "on" in values and not on_alone:
            raise bad_parameter("on", _("It belongs to «area»: give both."))
        return None
    try:
        return resolve_area(values["area"], values.get("on"))
    except Invalid:
        raise bad_parameter("area", _("There is no unit with this code.")) from None


def brief(area: Area) -> dict[str, Any]:
    """A unit as it stands inside other records."""
    return {
        "uid": area.uid,
        "code": area.code,
        "name": area.full_name,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
    }


class AreaBrief(serializers.Serializer[Area]):
    uid = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class AreaShown(serializers.Serializer[Area]):
    uid = serializers.CharField()
    code = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    type = serializers.CharField()
    name = serializers.CharField()
    full_name = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    verified = serializers.CharField()
    legal_basis = serializers.CharField()
    parents = serializers.ListField(child=serializers.DictField())
    predecessors = serializers.ListField(child=serializers.CharField())
    successors = serializers.ListField(child=serializers.CharField())


def show(areas: Iterable[Area]) -> list[dict[str, Any]]:
    rows = list(areas)
    ids = [row.pk for row in rows]
    parents: dict[int, list[dict[str, Any]]] = {}
    for link in AreaParent.objects.filter(area__in=ids).select_related("parent").order_by("valid_from"):
        parents.setdefault(link.area_id, []).append(
            {"uid": link.parent.uid, "name": link.parent.full_name, "from": link.valid_from, "to": link.valid_to}
        )
    before: dict[int, list[str]] = {}
    after: dict[int, list[str]] = {}
    for succession in AreaSuccession.objects.filter(new__in=ids).select_related("old").order_by("old__uid"):
        before.setdefault(succession.new_id, []).append(succession.old.uid)
    for succession in AreaSuccession.objects.filter(old__in=ids).select_related("new").order_by("new__uid"):
        after.setdefault(succession.old_id, []).append(succession.new.uid)
    return [
        {
            "uid": row.uid,
            "code": row.code,
            "level": row.level,
            "type": row.type,
            "name": row.name,
            "full_name": row.full_name,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
            "verified": row.verified,
            "legal_basis": row.legal_basis,
            "parents": parents.get(row.pk, []),
            "predecessors": before.get(row.pk, []),
            "successors": after.get(row.pk, []),
        }
        for row in rows
    ]


class AreaList(PortalView):
    paged = True
    params = (
        ON,
        params.choice("level", list(Level.values)),
        params.text("area", "Only what lies in this unit (uid or code)."),
        params.text("q", "Part of the name; accents do not matter."),
    )

    @extend_schema(operation_id="areas", responses=AreaShown(many=True))
    def get(self, request: Request) -> Response:
        values = self.read_params(request)
        rows = Area.objects.all()
        if "on" in values:
            rows = rows.valid_on(values["on"])
        if "level" in values:
            rows = rows.filter(level=values["level"])
        inside = read_area(values, on_alone=True)
        if inside is not None:
            rows = rows.within(inside)
        if "q" in values:
            rows = rows.search(values["q"])
        return self.page(request, rows, show, values)


class AreaOne(PortalView):
    params = (ON,)

    @extend_schema(operation_id="area", responses=AreaShown)
    def get(self, request: Request, code: str) -> Response:
        values = self.read_params(request)
        try:
            area = resolve_area(code, values.get("on"))
        except Invalid:
            raise Http404 from None
        return Response(show([area])[0])
