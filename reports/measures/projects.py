"""Projects by state, by place, and how far each is."""

from collections import defaultdict
from decimal import Decimal

from core.models import Source
from funding.models import Account, LedgerEntry
from places.models import Area
from places.services import report_lines
from projects.models import ProgressState, ProgressUpdate, Project, ProjectState
from reports.measures.frame import Cell, Column, Line, Row, Scope, Section, missing, project_path, text, total

STATES = {
    ProjectState.APPROVED: "Đã phê duyệt",
    ProjectState.IN_PROGRESS: "Đang thực hiện",
    ProjectState.ACCEPTED: "Đã nghiệm thu",
    ProjectState.CLOSED: "Đã đóng",
    ProjectState.STOPPED: "Ngừng triển khai",
}


def state_on(project: Project, day: object) -> ProjectState:
    """The state of a decided project at the end of a day, from its own dates: later steps do not change it."""
    stamps = (
        (ProjectState.STOPPED, project.stopped_on),
        (ProjectState.CLOSED, project.closed_on),
        (ProjectState.ACCEPTED, project.accepted_on),
        (ProjectState.IN_PROGRESS, project.started_on),
    )
    for state, on in stamps:
        if on is not None and on <= day:  # type: ignore[operator]
            return state
    return ProjectState.APPROVED


def _one(project: Project) -> Line:
    return Line(
        project_path(project.public_id),
        f"{project.code} {project.name}",
        project.area.full_name,
        project.decided_on,
        Decimal(1),
    )


def states_section(scope: Scope) -> Section:
    """Decided projects of the budget year by their state at the end of the period, by source."""
    columns = [
        Column("total", "Tổng số đề án", "đề án"),
        Column("national", "Khuyến công quốc gia", "đề án"),
        Column("local", "Khuyến công địa phương", "đề án"),
    ]
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    rows = scope.projects().filter(year=scope.year).select_related("programme", "area").order_by("code", "id")
    for project in rows:
        state = state_on(project, scope.period.data_to)
        for key in (state, "all"):
            lines[key, "total"].append(_one(project))
            lines[key, project.programme.source].append(_one(project))

    def row(code: str, title: str, level: int) -> Row:
        cells = {name: total(lines[code, name]) for name in ("total", Source.NATIONAL, Source.LOCAL)}
        return Row(code, title, {str(name): cell for name, cell in cells.items()}, level)

    return Section(
        "projects",
        "Đề án theo trạng thái",
        columns,
        [row("all", "Đề án đã phê duyệt", 0), *(row(state, title, 1) for state, title in STATES.items())],
    )


def places_section(scope: Scope) -> Section:
    """Each project of the year in exactly one line: that of the unit into which its place went whole, or the place
    itself where it was divided or was a district (places.services.report_lines)."""
    columns = [
        Column("projects", "Số đề án", "đề án"),
        Column("approved", "Kinh phí được phê duyệt", "đồng", "money"),
        Column("paid", "Đã giải ngân", "đồng", "money"),
    ]
    period = scope.period
    projects = {
        project.pk: project
        for project in scope.projects().filter(year=scope.year).select_related("area").order_by("code", "id")
    }
    line_of = report_lines(period.data_to, scope.db)
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for project in projects.values():
        found[line_of[project.area_id], "projects"].append(_one(project))
    entries = (
        LedgerEntry.objects.using(scope.db)
        .filter(
            project__in=list(projects),
            account__in=[Account.ALLOCATED, Account.PAID],
            budget__year=scope.year,
            recorded_on__lte=period.data_to,
        )
        .order_by("id")
    )
    for entry in entries:
        project = projects[entry.project_id or 0]
        paid = entry.account == Account.PAID
        line = Line(
            f"/api/v1/{'payments' if paid else 'allocations'}/?project={project.public_id}",
            f"{entry.document_no} {project.code} {project.name}",
            project.area.full_name,
            entry.document_on,
            Decimal(entry.amount_vnd),
        )
        found[line_of[project.area_id], "paid" if paid else "approved"].append(line)
    areas = Area.objects.using(scope.db).in_bulk({key for key, _name in found})
    rows = [
        Row(
            area.uid,
            area.full_name if area.valid_to is None else f"{area.full_name} (đến {area.valid_to:%d/%m/%Y})",
            {name: total(found[area.pk, name]) for name in ("projects", "approved", "paid")},
            1,
        )
        for area in sorted(areas.values(), key=lambda a: (a.level != "commune", a.valid_to is not None, a.name, a.uid))
    ]
    all_lines = {
        name: total([line for row in rows for line in row.cells[name].lines])
        for name in ("projects", "approved", "paid")
    }
    return Section("places", "Đề án theo địa bàn", columns, [Row("all", "Tổng cộng", all_lines), *rows])


def progress_section(scope: Scope) -> Section:
    """The latest confirmed progress of each project of the year, dated within the period or before: of each figure the
    last one that was reported, so that an update without it takes nothing away. One confirmed after its day was locked
    counts as of the confirmation. Updates that wait for confirmation are counted and not used."""
    columns = [
        Column("place", "Địa bàn", kind="text"),
        Column("state", "Trạng thái", kind="text"),
        Column("investment", "Tổng mức đầu tư", "đồng", "money"),
        Column("invested", "Giá trị đầu tư đã thực hiện", "đồng", "money"),
        Column("percent", "Tiến độ", "%", "percent"),
        Column("unconfirmed", "Cập nhật chưa xác nhận", "bản ghi"),
    ]
    last = scope.period.data_to
    projects = list(scope.projects().filter(year=scope.year).select_related("area", "programme").order_by("code", "id"))
    updates = ProgressUpdate.objects.using(scope.db).filter(project__in=projects, on__lte=last).order_by("on", "id")
    latest: dict[tuple[int, str], ProgressUpdate] = {}
    waiting: dict[int, list[ProgressUpdate]] = defaultdict(list)
    for update in updates:
        if update.counts_on is not None and update.counts_on <= last:
            for name in ("value_invested_vnd", "percent"):
                if getattr(update, name) is not None:
                    latest[update.project_id, name] = update
        elif update.state == ProgressState.REPORTED:
            waiting[update.project_id].append(update)
    rows = []
    for project in projects:
        path = project_path(project.public_id)

        def cell(value: int | Decimal | None, update: ProgressUpdate | None, project: Project = project) -> Cell:
            if value is None:
                return missing()
            suffix = f"progress/{update.uuid}/" if update else ""
            line = Line(
                f"{project_path(project.public_id)}{suffix}",
                f"{project.code} {project.name}",
                project.area.full_name,
                update.on if update else project.decided_on,
                Decimal(value),
            )
            return Cell(value, "reported", [line])

        invested, percent = (latest.get((project.pk, name)) for name in ("value_invested_vnd", "percent"))
        rows.append(
            Row(
                project.code,
                f"{project.code} {project.name}",
                {
                    "place": text(project.area.full_name),
                    "state": text(STATES[state_on(project, last)]),
                    "investment": cell(project.investment_vnd, None),
                    "invested": cell(invested.value_invested_vnd if invested else None, invested),
                    "percent": cell(percent.percent if percent else None, percent),
                    "unconfirmed": total(
                        [
                            Line(
                                f"{path}progress/{row.uuid}/",
                                f"{project.code} {row.on:%d/%m/%Y}",
                                project.area.full_name,
                                row.on,
                                Decimal(1),
                            )
                            for row in waiting[project.pk]
                        ]
                    ),
                },
            )
        )
    return Section("progress", "Tiến độ từng đề án", columns, rows)
