"""Live figures: targets of the programmes, and the summary a dashboard shows."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core import clock
from core.api import params
from core.api.problems import bad_parameter
from core.api.views import PortalRequest, PortalView
from places.api.views import ON, brief, read_area
from places.models import Area
from programmes.models import Programme, Target
from projects.models import ProgressUpdate, Project
from reports.figures import plain, show_cell
from reports.measures.money import summary
from reports.measures.records import Records
from reports.measures.targets import Done, targets_done

ANY = OpenApiTypes.OBJECT


def bound(value: Decimal | None) -> int | str | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else plain(value)


class TargetList(PortalView):
    paged = True
    params = (
        params.text("programme", "Code of a programme.", 40),
        params.text("area", "uid or code: what was done there."),
        params.date("on", "Done until this day; today unless said."),
    )

    @extend_schema(operation_id="targets", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        rows = Target.objects.select_related("programme__area", "indicator")
        if "programme" in values:
            if not Programme.objects.filter(code=values["programme"]).exists():
                raise bad_parameter("programme", _("There is no such programme."))
            rows = rows.filter(programme__code=values["programme"])
        area = read_area({name: value for name, value in values.items() if name == "area"})
        until = values.get("on", clock.today())
        seen = Area.objects.within(area).values_list("pk", flat=True) if area else self._seen(request)
        # What the caller may not see is not counted for them.
        mine = list(
            Project.objects.visible_to(request.user)
            .filter(area_id__in=seen)
            .order_by()
            .values_list("area_id", flat=True)
            .distinct()
        )
        sight = Project.objects.visible_to(request.user).order_by().values("pk")
        records = Records("default", until, user=request.user, area_ids=list(seen) if area else None)
        done = Done("default", mine, until, sight=sight, records=records)

        def show(found: list[Target]) -> list[dict[str, Any]]:
            cells: dict[int, Any] = {}
            for programme in {row.programme for row in found}:
                cells |= {t.pk: cell for t, cell in targets_done(programme, mine, until, done=done)}
            return [self._show(row, cells[row.pk]) for row in found]

        return self.page(request, rows, show, values)

    @staticmethod
    def _seen(request: PortalRequest) -> Any:
        return Project.objects.visible_to(request.user).order_by().values_list("area_id", flat=True).distinct()

    @staticmethod
    def _show(row: Target, cell: Any) -> dict[str, Any]:
        shown = show_cell(cell)
        return {
            "code": row.indicator.code,
            "programme": row.programme.code,
            "title": row.indicator.name,
            "unit": row.indicator.unit or None,
            "comparison": row.comparison or None,
            "target_low": bound(row.low),
            "target_high": bound(row.high),
            "qualifier": row.qualifier or None,
            "done": shown["value"],
            "status": shown["status"],
            "coverage": shown["coverage"],
            "verified": row.verified,
        }


class SummaryView(PortalView):
    params = (
        params.text("area", "uid or code of a unit."),
        ON,
        params.integer("year_from", 1990, 2100, "First budget year."),
        params.integer("year_to", 1990, 2100, "Last budget year."),
    )

    @extend_schema(operation_id="summary", responses=ANY)
    def get(self, request: PortalRequest) -> Response:
        values = self.read_params(request)
        this_year = clock.today().year
        first = values.get("year_from", values.get("year_to", this_year))
        last = values.get("year_to", max(first, this_year))
        if first > last:
            raise bad_parameter("year_to", _("The last year lies before the first."))
        area = read_area(values)
        visible = Project.objects.visible_to(request.user)
        inside = Area.objects.within(area) if area else Area.objects.all()
        found = summary(inside.values("pk"), first, last, sight=visible.values("pk"))
        due = visible.filter(area__in=inside, decided_on__isnull=False, year__range=(first, last))
        reported = ProgressUpdate.objects.confirmed().filter(project__in=due.values("pk"))
        return Response(
            {
                "area": brief(area) if area else None,
                "year_from": first,
                "year_to": last,
                **found,
                "coverage": {
                    "reported": reported.order_by().values("project").distinct().count(),
                    "expected": due.count(),
                },
            }
        )
