"""Report of one project over a period: facts, money by source, results, progress, acceptance and settlement. What is
dated after the last day of the period does not stand in it."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.models import SUPPORT_SOURCES, Source
from funding.models import Account, LedgerEntry
from programmes.models import REGULAR
from projects.models import (
    AchievedResult,
    DecisionMoney,
    PlannedResult,
    ProgressState,
    ProgressUpdate,
    Project,
    ProjectEstimate,
    StepPaper,
)
from reports.kinds.kind import Kind, register
from reports.measures.frame import (
    NOT_APPLICABLE,
    Cell,
    Column,
    Line,
    Row,
    Scope,
    Section,
    missing,
    percent,
    project_path,
    text,
    total,
)
from reports.measures.money import LABELS
from reports.subjects import project_of

# The day of each step, the latest first, and what a project is from then on.
STANDS = (
    ("stopped_on", "Ngừng triển khai"),
    ("closed_on", "Đã đóng"),
    ("settled_on", "Đã quyết toán"),
    ("liquidated_on", "Đã thanh lý hợp đồng"),
    ("accepted_on", "Đã nghiệm thu"),
    ("started_on", "Đang thực hiện"),
    ("contracted_on", "Đã ký hợp đồng"),
    ("decided_on", "Đã phê duyệt"),
)
STEPS = {
    "register": "Đăng ký với Bộ Công Thương",
    "appraise": "Thẩm định cấp cơ sở",
    "ministry_appraise": "Thẩm định của Bộ Công Thương",
    "contract": "Ký hợp đồng",
    "accept": "Biên bản nghiệm thu",
    "liquidate": "Biên bản thanh lý hợp đồng",
    "settle": "Quyết toán",
    "close": "Đóng hồ sơ",
    "stop": "Quyết định ngừng triển khai",
}
VALUE = [Column("value", "Thông tin", kind="text")]
MONEY = [
    Column("planned", "Dự toán đề nghị", "đồng", "money"),
    Column("decided", "Được phê duyệt", "đồng", "money"),
    Column("paid", "Giải ngân trong kỳ", "đồng", "money"),
    Column("paid_so_far", "Giải ngân lũy kế", "đồng", "money"),
    Column("rate", "Tỷ lệ giải ngân", "%", "percent"),
]
RESULTS = [
    Column("unit", "Đơn vị tính", kind="text"),
    Column("planned", "Kế hoạch"),
    Column("done", "Thực hiện trong kỳ"),
    Column("so_far", "Lũy kế"),
    Column("rate", "So với kế hoạch", "%", "percent"),
]
PROGRESS = [
    Column("percent", "Tiến độ", "%", "percent"),
    Column("invested", "Giá trị đầu tư đã thực hiện", "đồng", "money"),
    Column("spent", "Kinh phí đã sử dụng", "đồng", "money"),
    Column("note", "Nội dung đã thực hiện; khó khăn", kind="text"),
]
PAPERS = [
    Column("number", "Số", kind="text"),
    Column("dated", "Ngày", kind="text"),
    Column("issuer", "Cơ quan", kind="text"),
]


def _day(on: dt.date | None) -> Cell:
    return text(f"{on:%d/%m/%Y}") if on else missing()


def _about(project: Project, on: dt.date | None, amount: Any = 1, path: str = "") -> Line:
    title = f"{project.code} {project.name}"
    return Line(path or project_path(project.public_id), title, project.area.full_name, on, Decimal(amount))


def facts_section(scope: Scope) -> Section:
    """What the project is; its state at the end of the period, from its own days."""
    project, last = project_of(scope), scope.period.data_to
    stands = ((title, getattr(project, day)) for day, title in STANDS)
    state = next((f"{title} ({on:%d/%m/%Y})" for title, on in stands if on is not None and on <= last), "")
    people = [
        f"{one.name} ({one.area.full_name})" for one in project.beneficiaries.select_related("area").order_by("id")
    ]
    decisions = project.decisions.filter(decided_on__lte=last).order_by("decided_on", "id")
    named = [f"{one.number} ngày {one.decided_on:%d/%m/%Y} của {one.issuer_name}" for one in decisions]
    days = [f"{day:%d/%m/%Y}" if day else "…" for day in (project.starts_on, project.ends_on)]
    facts = (
        ("code", "Mã đề án", text(project.code)),
        ("name", "Tên đề án", text(project.name)),
        ("programme", "Chương trình", text(project.programme.name)),
        ("year", "Năm kế hoạch", text(str(project.year))),
        ("place", "Địa điểm", text(project.area.full_name)),
        ("unit", "Đơn vị thực hiện", text(project.implementing_unit.name_on(last))),
        ("people", "Đơn vị thụ hưởng", text("; ".join(people)) if people else NOT_APPLICABLE),
        ("time", "Thời gian thực hiện", text(" – ".join(days)) if project.starts_on or project.ends_on else missing()),
        ("aim", "Mục tiêu, nội dung", text(project.aim) if project.aim else missing()),
        ("decision", "Quyết định", text("; ".join(named)) if named else missing()),
        ("state", "Tình trạng cuối kỳ", text(state) if state else missing()),
    )
    return Section(
        "facts", "Thông tin đề án", VALUE, [Row(code, title, {"value": cell}) for code, title, cell in facts]
    )


def money_section(scope: Scope) -> Section:
    """By source: as estimated, as decided, and paid (in the days of the period and until its last). Only support money
    is paid from the ledger; what others bring is decided and not paid."""
    project, first, last = project_of(scope), scope.period.data_from, scope.period.data_to
    planned = {row.source: row for row in ProjectEstimate.objects.using(scope.db).filter(project=project)}
    decided: dict[str, list[Line]] = defaultdict(list)
    for row in (
        DecisionMoney.objects.using(scope.db)
        .filter(decision__project=project, decision__decided_on__lte=last)
        .select_related("decision")
        .order_by("decision__decided_on", "id")
    ):
        decided[row.source].append(_about(project, row.decision.decided_on, row.amount_vnd))
    paid: dict[str, list[Line]] = defaultdict(list)
    in_period: dict[str, list[Line]] = defaultdict(list)
    for entry in (
        LedgerEntry.objects.using(scope.db)
        .filter(project=project, account=Account.PAID, recorded_on__lte=last)
        .select_related("budget")
        .order_by("recorded_on", "id")
    ):
        path = f"/api/v1/payments/?project={project.public_id}"
        line = Line(
            path, f"{entry.document_no} {project.code}", project.area.full_name, entry.document_on,
            Decimal(entry.amount_vnd),
        )  # fmt: skip
        paid[entry.budget.source].append(line)
        if entry.recorded_on >= first:
            in_period[entry.budget.source].append(line)
    rows = []
    for source in Source:
        whole = total(decided[source]) if decided[source] else missing()
        cells = {
            "planned": total([_about(project, None, planned[source].amount_vnd)]) if source in planned else missing(),
            "decided": whole,
            **dict.fromkeys(("paid", "paid_so_far", "rate"), NOT_APPLICABLE),
        }
        if source in SUPPORT_SOURCES and (decided[source] or paid[source]):
            cells["paid"], cells["paid_so_far"] = total(in_period[source]), total(paid[source])
            cells["rate"] = percent(cells["paid_so_far"], whole.value if isinstance(whole.value, int) else None)
        rows.append(Row(source, LABELS[source], cells, 1))
    sums = {}
    for name in ("planned", "decided", "paid", "paid_so_far"):
        known = [row.cells[name] for row in rows if row.cells[name].status == "reported"]
        sums[name] = total([line for cell in known for line in cell.lines]) if known else missing()
    sums["rate"] = NOT_APPLICABLE  # of support money alone: in its own lines
    return Section("project-money", "Kinh phí theo nguồn", MONEY, [Row("all", "Tổng cộng", sums), *rows])


def results_section(scope: Scope) -> Section:
    """What was planned, and confirmed as achieved: counted as of the day of the report on it."""
    project, first, last = project_of(scope), scope.period.data_from, scope.period.data_to
    planned = {
        row.indicator: row
        for row in PlannedResult.objects.using(scope.db).filter(project=project).select_related("indicator")
    }
    found: dict[Any, list[tuple[dt.date, Line]]] = defaultdict(list)
    for row in (
        AchievedResult.objects.using(scope.db)
        .filter(update__project=project, update__state=ProgressState.CONFIRMED, update__counts_on__lte=last)
        .select_related("update", "indicator")
        .order_by("update__on", "id")
    ):
        path = f"{project_path(project.public_id)}progress/{row.update.uuid}/"
        line = _about(project, row.update.on, row.quantity, path)
        found[row.indicator].append((row.update.counts_on or row.update.on, line))
    rows = []
    for indicator in sorted({*planned, *found}, key=lambda one: one.code):
        lines = found[indicator]
        so_far = total([line for _on, line in lines]) if lines else missing()
        of = planned.get(indicator)
        done = [line for on, line in lines if on >= first]
        cells = {
            "unit": text(indicator.unit),
            "planned": total([_about(project, None, of.quantity)]) if of else NOT_APPLICABLE,
            "done": total(done) if done else missing(),
            "so_far": so_far,
            "rate": percent(so_far, of.quantity) if of else NOT_APPLICABLE,
        }
        rows.append(Row(indicator.code, indicator.name, cells))
    return Section("results", "Kết quả so với kế hoạch", RESULTS, rows)


def progress_section(scope: Scope) -> Section:
    """Every confirmed report on its progress until the last day of the period, as it stood since the beginning."""
    project = project_of(scope)
    rows = []
    for update in (
        ProgressUpdate.objects.using(scope.db)
        .filter(project=project, state=ProgressState.CONFIRMED, counts_on__lte=scope.period.data_to)
        .order_by("on", "id")
    ):
        path = f"{project_path(project.public_id)}progress/{update.uuid}/"

        def cell(amount: Any, path: str = path, on: dt.date = update.on) -> Cell:
            return missing() if amount is None else total([_about(project, on, amount, path)])

        stated = update.stated_percent if update.stated_percent is not None else update.percent
        words = [update.note, f"Khó khăn: {update.difficulties}" if update.difficulties else ""]
        words.append(f"Đính chính: {update.corrects_reason}" if update.corrects_reason else "")
        share = missing() if stated is None else Cell(stated, "reported", [_about(project, update.on, stated, path)])
        cells = {
            "percent": share,
            "invested": cell(update.value_invested_vnd),
            "spent": cell(update.money_spent_vnd),
            "note": text("; ".join(word for word in words if word)),
        }
        rows.append(Row(str(update.uuid), f"Ngày {update.on:%d/%m/%Y}", cells))
    return Section("project-progress", "Tiến độ qua các lần báo cáo đã xác nhận", PROGRESS, rows)


def papers_section(scope: Scope) -> Section:
    """The papers of its steps until the last day of the period: acceptance, liquidation, settlement and those before.
    Acceptance and settlement stand there also while they are still to come."""
    project = project_of(scope)
    last = scope.period.data_to
    papers = StepPaper.objects.using(scope.db).filter(project=project, dated_on__lte=last)
    rows, seen = [], set()
    for paper in papers.order_by("dated_on", "id"):
        seen.add(paper.step)
        cells = {
            "number": text(paper.number) if paper.number else missing(),
            "dated": _day(paper.dated_on),
            "issuer": text(paper.issuer_name) if paper.issuer_name else missing(),
        }
        rows.append(Row(f"{paper.step}-{paper.pk}", STEPS.get(paper.step, paper.step), cells))
    for step, on in (("accept", project.accepted_on), ("settle", project.settled_on)):
        if step not in seen:
            dated = _day(on if on is not None and on <= last else None)
            rows.append(Row(step, STEPS[step], {"number": missing(), "dated": dated, "issuer": missing()}))
    return Section("papers", "Nghiệm thu, thanh lý, quyết toán và văn bản khác", PAPERS, rows)


PROJECT_REPORT = register(
    Kind(
        code="project-report",
        title="Báo cáo tình hình thực hiện đề án",
        name=_("Report of one project"),
        sections=(facts_section, money_section, results_section, progress_section, papers_section),
        periods=REGULAR,
        asks="project",
    )
)
