"""What is looked at before a report is submitted, in plain words with the records it is about.

One function a check, made known by `@check`. An error has to be put right before the report is submitted; a warning
wants a sentence that explains it, which stays with the report. The words stand in the report and are Vietnamese.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import orjson
from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Sum

from funding.models import Account, LedgerEntry
from places.models import AreaClosure
from projects.models import Contract, ProgressUpdate, Project, StepPaper
from reports.documents.words import grouped, kind_of, shown
from reports.kinds.kind import KINDS
from reports.kinds.time import DONE, PROGRAMME, YEAR
from reports.measures.frame import project_path
from reports.measures.measure import MEASURES
from reports.models import Report, ReportEntry, ReportState
from training.models import Attendance, TrainingClass

# In percent of the plan of the year. The law names no limit; our design: a plan is a round figure, and what lies a
# fifth above it has either been entered twice or is worth a word.
FAR_ABOVE_PLAN = Decimal(120)
JUMP = Decimal(50)  # percent up or down, as the department's own rule of thumb has it
SAME_LENGTH_DAYS = 5  # two months, two quarters: of nearly the same length
NAMED = 5  # records and figures that stand in the words; the rest is counted
LINKED = 20

Level = Literal["error", "warning"]
Link = tuple[str, str]  # what it is called, its path in the API


@dataclass(frozen=True)
class Finding:
    """`todo`: what the officer can do about it."""

    code: str
    level: Level
    text: str
    links: tuple[Link, ...] = ()
    todo: str = ""


@dataclass(frozen=True)
class Figure:
    """A cell of a document that holds a number, and where it stands."""

    section: dict[str, Any]
    row: dict[str, Any]
    column: dict[str, Any]
    cell: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.section["code"], self.row["code"], self.column["code"]

    @property
    def value(self) -> Decimal:
        return Decimal(str(self.cell["value"]))

    @property
    def words(self) -> str:
        return f"{self.row['title']}, {self.column['title'].lower()}"

    @property
    def text(self) -> str:
        return shown(self.cell, kind_of(self.row, self.column))


def numbers(document: dict[str, Any]) -> Iterator[Figure]:
    """Every reported number of a document."""
    for section in document["sections"]:
        for row in section["rows"]:
            for column in section["columns"]:
                cell = row["cells"].get(column["code"])
                if cell and cell["status"] == "reported" and kind_of(row, column) not in ("text", "date"):
                    yield Figure(section, row, column, cell)


def spans(figure: Figure) -> list[str]:
    """The columns of time a plain figure is told of; none of a share."""
    if figure.column.get("per"):
        return []
    return [span for span, sign in figure.column.get("behind") or [] if sign > 0]


@dataclass
class Looked:
    """What the checks look at."""

    report: Report
    document: dict[str, Any]
    figures: list[Figure] = field(init=False)

    def __post_init__(self) -> None:
        self.figures = list(numbers(self.document))

    @property
    def areas(self) -> "QuerySet[AreaClosure, int]":
        return AreaClosure.objects.filter(ancestor_id=self.report.area_id).values_list("area_id", flat=True)

    @property
    def projects(self) -> "QuerySet[Project]":
        rows: QuerySet[Project] = Project.objects.filter(area_id__in=self.areas, historical=False)
        kind = KINDS.get(self.report.kind)
        return rows.filter(public_id=self.report.subject) if kind and kind.asks == "project" else rows

    @property
    def days(self) -> tuple[Any, Any]:
        return self.report.period.data_from, self.report.period.data_to

    @cached_property
    def version_before(self) -> dict[str, Any] | None:
        before = self.report.supersedes
        return orjson.loads(bytes(before.document)) if before is not None else None

    @cached_property
    def earlier(self) -> list[Report]:
        """Published reports of the same kind, area and regime on times before this one, the latest first."""
        period = self.report.period
        return list(
            Report.objects.filter(
                kind=self.report.kind,
                area=self.report.area,
                subject=self.report.subject,
                state=ReportState.PUBLISHED,
                period__regime=period.regime,
                period__data_to__lt=period.data_to,
            )
            .select_related("period")
            .order_by("-period__data_to", "period__data_from")[:24]
        )

    @cached_property
    def period_before(self) -> dict[str, Any] | None:
        """The report on the time of the same length before this one."""
        first, last = self.days
        length = (last - first).days
        for report in self.earlier:
            period = report.period
            if (
                abs((period.data_to - period.data_from).days - length) <= SAME_LENGTH_DAYS
                and abs((first - period.data_to).days) <= SAME_LENGTH_DAYS
            ):
                return orjson.loads(bytes(report.document))  # type: ignore[no-any-return]
        return None

    @cached_property
    def year_so_far(self) -> dict[str, Any] | None:
        found = next((row for row in self.earlier if row.period.year == self.report.period.year), None)
        return orjson.loads(bytes(found.document)) if found else None

    @cached_property
    def latest(self) -> dict[str, Any] | None:
        return orjson.loads(bytes(self.earlier[0].document)) if self.earlier else None


Check = Callable[[Looked], Finding | None]
CHECKS: dict[str, Check] = {}


def check(code: str) -> Callable[[Check], Check]:
    """Makes a check known under its code."""

    def keep(function: Check) -> Check:
        assert code not in CHECKS, code
        CHECKS[code] = function
        return function

    return keep


def look(report: Report, document: dict[str, Any]) -> list[Finding]:
    """What all checks say of the figures and of the records as they are now; errors first."""
    looked = Looked(report, document)
    found = [finding for one in CHECKS.values() if (finding := one(looked)) is not None]
    return sorted(found, key=lambda finding: finding.level)  # "error" before "warning"


def listed(names: list[str], what: str) -> str:
    """«a; b; và 3 … khác»."""
    more = len(names) - NAMED
    return "; ".join(names[:NAMED]) + (f"; và {more} {what} khác" if more > 0 else "")


def _projects(rows: list[Project]) -> tuple[str, tuple[Link, ...]]:
    names = listed([row.code for row in rows], "đề án")
    return names, tuple((f"{row.code} {row.name}", project_path(row.public_id)) for row in rows[:LINKED])


def _figures(looked: Looked, found: list[tuple[Figure, str]]) -> tuple[str, tuple[Link, ...]]:
    """Figures with what is said of each, and the way to the records behind them."""
    base = f"/api/v1/reports/{looked.report.public_id}/lines/?"
    words = listed([f"{figure.words}: {said}" for figure, said in found], "số liệu")
    links = tuple(
        (figure.words, base + "&".join(f"{name}={code}" for name, code in zip(NAMES, figure.key, strict=True)))
        for figure, _said in found[:LINKED]
    )
    return words, links


NAMES = ("section", "row", "column")


# --- the records ------------------------------------------------------------------------------------------------------


@check("paid_over_contract")
def paid_over_contract(looked: Looked) -> Finding | None:
    """Of projects with a payment in the period: more paid, all in all, than the contracts in force say."""
    first, last = looked.days
    paid = LedgerEntry.objects.filter(account=Account.PAID, project__in=looked.projects, recorded_on__lte=last)
    rows = paid.order_by().values("project").annotate(total=Sum("amount_vnd"), newest=Max("recorded_on"))
    totals = {row["project"]: row["total"] for row in rows if row["newest"] >= first}
    contracted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    contracts = Contract.objects.filter(
        project__in=list(totals), voided_at__isnull=True, kind__in=["implementation", "support"]
    ).order_by("signed_on", "id")
    value: dict[int, int] = {}
    of: dict[int, tuple[int, str]] = {}
    for row in contracts:
        value[row.annex_of_id or row.pk] = row.value_vnd  # that of the latest annex
        if row.annex_of_id is None:
            of[row.pk] = row.project_id, row.kind
    for pk, (project, kind) in of.items():
        contracted[project][kind] += value[pk]
    over = {
        project: (total, max(contracted[project].values()))
        for project, total in totals.items()
        if project in contracted and total > max(contracted[project].values())
    }
    if not over:
        return None
    projects = list(Project.objects.filter(pk__in=over).order_by("code"))
    _names, links = _projects(projects)
    said = [f"{row.code}: {_million(over[row.pk][0])}/{_million(over[row.pk][1])} triệu đồng" for row in projects]
    return Finding(
        "paid_over_contract",
        "error",
        f"Đã chi nhiều hơn giá trị hợp đồng: {listed(said, 'đề án')}.",
        links,
        "Ghi phụ lục hợp đồng còn thiếu, hoặc sửa khoản chi bằng bút toán điều chỉnh; rồi lập lại báo cáo.",
    )


def _million(value: int) -> str:
    return grouped(Decimal(value) / 1_000_000)


@check("accepted_without_minutes")
def accepted_without_minutes(looked: Looked) -> Finding | None:
    """Projects accepted in the period of which no minutes of the acceptance are recorded."""
    minutes = StepPaper.objects.filter(project=OuterRef("pk"), step="accept")
    rows = looked.projects.filter(~Exists(minutes), accepted_on__range=looked.days).order_by("code")
    found = list(rows)
    if not found:
        return None
    names, links = _projects(found)
    return Finding(
        "accepted_without_minutes",
        "warning",
        f"Đã nghiệm thu trong kỳ nhưng chưa ghi biên bản nghiệm thu: {names}.",
        links,
        "Nói rõ biên bản đang ở đâu hoặc khi nào có.",
    )


@check("no_update")
def no_update(looked: Looked) -> Finding | None:
    """Projects that ran through the whole period and of which no confirmed progress speaks of a day in it."""
    first, last = looked.days
    told = ProgressUpdate.objects.confirmed().filter(project=OuterRef("pk"), on__range=(first, last))
    rows = (
        looked.projects.filter(~Exists(told), started_on__lt=first)
        .exclude(accepted_on__lte=last)
        .exclude(stopped_on__lte=last)
        .exclude(closed_on__lte=last)
        .order_by("code")
    )
    found = list(rows[: LINKED + 1])
    if not found:
        return None
    total = rows.count()
    _names, links = _projects(found)
    names = "; ".join(row.code for row in found[:NAMED]) + (f"; và {total - NAMED} đề án khác" if total > NAMED else "")
    return Finding(
        "no_update",
        "warning",
        f"{total} đề án đang thực hiện không có cập nhật tiến độ nào trong kỳ: {names}.",
        links,
        "Nhắc người phụ trách báo cáo tiến độ, hoặc nói vì sao chưa có.",
    )


@check("counted_twice")
def counted_twice(looked: Looked) -> Finding | None:
    """People who stand on the rosters of two classes that count in the period."""
    classes = TrainingClass.objects.filter(project__in=looked.projects, counts_on__range=looked.days)
    there = Attendance.objects.filter(training_class__in=classes, person__isnull=False).order_by()
    twice = there.values("person").annotate(times=Count("training_class", distinct=True)).filter(times__gt=1)
    people = twice.count()
    if not people:
        return None
    found = classes.filter(attendances__person__in=twice.values("person")).distinct().order_by("starts_on", "id")
    links = tuple((str(row), f"/api/v1/training-classes/{row.public_id}/") for row in found[:LINKED])
    return Finding(
        "counted_twice",
        "warning",
        f"{people} người có tên trong từ hai lớp trở lên của kỳ: tổng số lượt của các lớp lớn hơn số người.",
        links,
        "Xem danh sách các lớp: nếu là một người nhập hai lần thì sửa, nếu học hai lớp thì nói rõ.",
    )


# --- the figures ------------------------------------------------------------------------------------------------------


@check("above_plan")
def above_plan(looked: Looked) -> Finding | None:
    """Shares of the plan far above the whole (FAR_ABOVE_PLAN)."""
    found = [
        (figure, f"{figure.text} %")
        for figure in looked.figures
        if figure.column["code"] in ("of_plan", "rate") and figure.value > FAR_ABOVE_PLAN
    ]
    if not found:
        return None
    words, links = _figures(looked, found)
    return Finding(
        "above_plan",
        "warning",
        f"Vượt xa kế hoạch (trên {FAR_ABOVE_PLAN} %): {words}.",
        links,
        "Kiểm tra có nhập trùng không; nếu đúng, nói vì sao vượt.",
    )


def _cumulative(figure: Figure) -> str:
    """Of what the figure is cumulative: year, programme, or nothing."""
    told = spans(figure)
    if figure.column["code"] == "cumulative" or told == [PROGRAMME]:
        return PROGRAMME
    return YEAR if told == [YEAR] else ""


@check("cumulative_fell")
def cumulative_fell(looked: Looked) -> Finding | None:
    """What only grows is lower than in the version before, or than in the report on the time before."""
    others = {
        YEAR: (looked.version_before, looked.year_so_far),
        PROGRAMME: (looked.version_before, looked.latest),
    }
    known: dict[int, dict[tuple[str, str, str], Figure]] = {}
    found = []
    for figure in looked.figures:
        for other in others.get(_cumulative(figure), ()):
            if other is None:
                continue
            there = known.setdefault(id(other), {one.key: one for one in numbers(other)})
            before = there.get(figure.key)
            if before is not None and figure.value < before.value:
                found.append((figure, f"trước {before.text}, nay {figure.text}"))
                break
    if not found:
        return None
    words, links = _figures(looked, found)
    return Finding(
        "cumulative_fell",
        "warning",
        f"Số lũy kế thấp hơn lần báo cáo trước: {words}.",
        links,
        "Nói bản ghi nào đã được sửa, bỏ hoặc chuyển kỳ.",
    )


@check("jump")
def jump(looked: Looked) -> Finding | None:
    """More than JUMP percent up or down against the same time last year; where nobody says it, against the period
    before. Rows of a breakdown are left out: their total says it."""
    found: list[tuple[Figure, str]] = []
    told = set()
    for figure in looked.figures:
        if figure.row["level"] == 0 and len(figure.column.get("behind") or []) == 2 and figure.column.get("per"):
            told.add((figure.section["code"], figure.row["code"]))
            if abs(figure.value) > JUMP:
                found.append((figure, f"{figure.text} % so với cùng kỳ năm trước"))
    before = {one.key: one for one in numbers(looked.period_before)} if looked.period_before else {}
    for figure in looked.figures:
        if (
            figure.row["level"]
            or (spans(figure) != [DONE] and figure.column["code"] not in ("done", "paid_in_period"))
            or (figure.section["code"], figure.row["code"]) in told
        ):
            continue
        other = before.get(figure.key)
        if other is not None and other.value and abs(figure.value - other.value) * 100 > JUMP * abs(other.value):
            found.append((figure, f"kỳ trước {other.text}, kỳ này {figure.text}"))
    if not found:
        return None
    words, links = _figures(looked, found)
    return Finding(
        "jump",
        "warning",
        f"Tăng hoặc giảm trên {JUMP} %: {words}.",
        links,
        "Nói nguyên nhân của mức tăng, giảm.",
    )


@check("breakdown")
def breakdown(looked: Looked) -> Finding | None:
    """The lines of a breakdown do not come to their total: sources of money, units. Where something is counted once,
    the lines may come to more than the total, never to less."""
    parts: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    totals: dict[tuple[str, str, str], Figure] = {}
    for figure in looked.figures:
        measure = figure.column.get("measure") or figure.row.get("measure") or ""
        if not measure or figure.column.get("per") or figure.cell.get("estimate"):
            continue
        key = (figure.section["code"], measure, figure.column["code"])
        if figure.row.get("source") or figure.row.get("place") or figure.row.get("former"):
            parts[key].append(figure)
        else:
            totals[key] = figure
    found = []
    # A product without a project belongs to no source: the sources may then come to less than the whole.
    records = ReportEntry.objects.filter(report=looked.report, source="").order_by()
    without_source = set(records.values_list("measure", flat=True).distinct())
    for key, figures in parts.items():
        whole = totals.get(key)
        if whole is None or not whole.column.get("behind"):
            continue
        known = MEASURES.get(key[1])
        if known is not None and known.rate:
            continue
        together = sum((figure.value for figure in figures), Decimal(0))
        distinct = known is not None and known.distinct
        if figures[0].row.get("source") and key[1] in without_source:
            wrong = together > whole.value and not distinct
        else:
            wrong = together < whole.value if distinct else together != whole.value
        if wrong and not _silent(looked, key):
            kind = kind_of(whole.row, whole.column)
            text = shown({"status": "reported", "value": together}, kind)
            found.append((whole, f"tổng {whole.text}, cộng các dòng {text}"))
    if not found:
        return None
    words, links = _figures(looked, found)
    return Finding(
        "breakdown",
        "error",
        f"Cộng các dòng không bằng tổng: {words}.",
        links,
        "Lập lại báo cáo; nếu vẫn vậy, báo người quản trị: các bản ghi của số liệu này cần được xem.",
    )


def _silent(looked: Looked, key: tuple[str, str, str]) -> bool:
    """Is one of the lines not reported? Then they need not come to the total."""
    for section in looked.document["sections"]:
        if section["code"] == key[0]:
            for row in section["rows"]:
                cell = row["cells"].get(key[2])
                part = row.get("source") or row.get("place") or row.get("former")
                if part and row.get("measure", "") in ("", key[1]) and cell and cell["status"] == "missing":
                    return True
    return False
