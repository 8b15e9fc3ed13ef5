"""Projects and supported establishments by kind of activity."""

from collections import defaultdict
from decimal import Decimal

from programmes.models import Activity
from projects.models import Project
from reports.measures.frame import Column, Line, Row, Scope, Section, project_path, total


def activities_section(scope: Scope) -> Section:
    """Decided projects of the budget year by what they do, and the establishments they support. A project with several
    activities stands in each of their rows, an establishment with several projects is counted once in a row: the rows
    do not add up to the first one, which counts each project and each establishment once."""
    columns = [Column("projects", "Số đề án", "đề án"), Column("establishments", "Số cơ sở được hỗ trợ", "cơ sở")]
    projects = {
        row.pk: row for row in scope.projects().filter(year=scope.year).select_related("area").order_by("code", "id")
    }
    doing = Project.activities.through.objects.using(scope.db).filter(project__in=list(projects)).order_by("id")
    found: dict[int, list[int]] = defaultdict(list)
    for activity, project in doing.values_list("activity_id", "project_id"):
        found[activity].append(project)
    owned = Project.beneficiaries.through.objects.using(scope.db).filter(project__in=list(projects)).order_by("id")
    owners: dict[int, list[Line]] = defaultdict(list)
    for link in owned.select_related("enterprise__area"):
        path = f"/api/v1/enterprises/{link.enterprise.public_id}/"
        line = Line(path, link.enterprise.name, link.enterprise.area.full_name, None, Decimal(1))
        owners[link.project_id].append(line)

    def row(code: str, title: str, keys: list[int], level: int) -> Row:
        lines = [
            Line(project_path(one.public_id), str(one), one.area.full_name, one.decided_on, Decimal(1))
            for one in (projects[key] for key in keys)
        ]
        once = {line.record: line for key in keys for line in owners[key]}
        cells = {"projects": total(lines), "establishments": total(list(once.values()))}
        return Row(code, title, cells, level)

    activities = Activity.objects.using(scope.db).filter(pk__in=list(found)).order_by("group__code", "id")
    rows = [row("all", "Đề án đã phê duyệt", list(projects), 0)]
    rows += [row(one.code, one.name, found[one.pk], 1) for one in activities]
    return Section("activities", "Đề án và cơ sở được hỗ trợ theo nội dung hoạt động", columns, rows)
