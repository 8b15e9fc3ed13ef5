"""Targets of the programmes: planned, done in the period, cumulative, rate, same period of last year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q

from programmes.models import Comparison, Indicator, Method, PeriodKind, PlanLine, Programme, Target
from projects.models import AchievedResult, PlannedResult, ProgressState, Project
from reports.measures.entered import path_of, tiles, words_of
from reports.measures.frame import (
    HUNDREDTH,
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
from reports.measures.measure import Span, shape_of, shaped, whole
from reports.measures.records import Records, Told
from reports.models import EnteredFigure
from training.counting import Towards, people_by_class, towards, with_rosters
from training.models import CountUnit, TrainingClass

COLUMNS = [
    Column("target", "Mục tiêu", kind="text"),
    Column("unit", "Đơn vị tính", kind="text"),
    Column("planned", "Kế hoạch năm"),
    Column("done", "Thực hiện trong kỳ"),
    Column("cumulative", "Lũy kế từ đầu chương trình"),
    Column("rate", "Tỷ lệ so với mục tiêu", "%", "percent"),
    Column("last_year", "Cùng kỳ năm trước"),
]


# Said before the amount where the programme's own words are not recorded.
QUALIFIERS: dict[str, str] = {
    Comparison.AT_LEAST: "ít nhất",
    Comparison.ABOUT: "khoảng",
    Comparison.STRIVE: "phấn đấu",
}

RESULT_OF = tuple(
    f"update__project__{name}" for name in ("pk", "public_id", "code", "name", "year", "province", "area__full_name")
)


def programmes_of(db: str, province_ids: Iterable[int], year: int) -> list[Programme]:
    """The programmes that run in the year: the province's own and the national ones."""
    return list(
        Programme.objects.using(db)
        .filter(Q(area__isnull=True) | Q(area_id__in=list(province_ids)), year_from__lte=year, year_to__gte=year)
        .order_by("-source", "code")
    )


def number(value: Decimal) -> str:
    """2000 → «2.000», 11.90 → «11,9»."""
    whole, _dot, rest = format(value.normalize(), "f").partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{grouped},{rest}" if rest else grouped


def target_text(target: Target, before: str | None = None) -> str:
    """The target in the words of its programme: «trên 2.000», «khoảng 20 - 30», «10». `before`: other words than those
    of a report."""
    if target.low is None:
        return ""
    words = (target.qualifier or QUALIFIERS.get(target.comparison, "")) if before is None else before
    amount = number(target.low)
    if target.comparison == Comparison.RANGE and target.high is not None:
        amount = f"{amount} - {number(target.high)}"
    return f"{words} {amount}".strip()


class Done:
    """What was achieved of indicators, from records: read once for all indicators.

    An indicator counts confirmed achieved results whose update is dated in the time asked about; or, where classes
    count towards it (training.counting.towards, by the rule in force on the last day asked about), the people or the
    attendances of classes that ended in it; a person counts in the first of them. Brands, selections and clusters have
    records of their own, which win over what projects report of them (reports/measures/records.py). What was confirmed
    or entered after its day was locked counts as of the day of that (`counts_on`), so that figures of the locked time
    stay. A class whose learners are not reported (for people: that has no roster) is expected and not counted: the
    figure says how many of how many it covers.
    """

    def __init__(
        self, db: str, area_ids: Any, until: dt.date, sight: Any = None, records: Records | None = None
    ) -> None:
        """`sight`: a queryset of projects to count within (what somebody may see); `records`: those of them."""
        self.db = db
        self.records = records or Records(db, until, area_ids=area_ids)
        results = (
            AchievedResult.objects.using(db)
            .filter(
                update__state=ProgressState.CONFIRMED,
                update__counts_on__lte=until,
                update__project__area_id__in=area_ids,
            )
            .order_by("update__on", "id")
        )
        if sight is not None:
            results = results.filter(update__project__in=sight)
        paths = ("indicator", "quantity", "update__uuid", "update__on", "update__counts_on", *RESULT_OF)
        shape = shape_of(paths)
        self.results: dict[int, list[Told]] = defaultdict(list)
        for values in results.values_list(*paths).iterator():  # plain: there are as many as projects
            result = shaped(shape, values)
            update, project = result.update, result.update.project
            line = Line(
                f"{project_path(project.public_id)}progress/{update.uuid}/",
                f"{project.code} {project.name}",
                project.area.full_name,
                update.on,
                Decimal(result.quantity),
            )
            told = Told(project.pk, project.province, project.year, update.counts_on or update.on, line)
            self.results[result.indicator].append(told)
        self.planned: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
        planned = PlannedResult.objects.using(db).filter(
            project__area_id__in=area_ids, project__decided_on__lte=until, project__stopped_on__isnull=True
        )
        if sight is not None:
            planned = planned.filter(project__in=sight)
        for indicator, year, pk in planned.values_list("indicator", "project__year", "project"):
            self.planned[indicator].append((dt.date(year, 1, 1), pk))
        classes = TrainingClass.objects.using(db).filter(project__area_id__in=area_ids, counts_on__lte=until)
        if sight is not None:
            classes = classes.filter(project__in=sight)
        with_them = with_rosters(classes).select_related("project", "area")
        self.classes: list[Any] = list(with_them.order_by("ends_on", "id"))

    def cell(self, indicator: Indicator, first: dt.date, last: dt.date, province_id: int | None = None) -> Cell:
        """`province_id`: of whose programme the target is; what officers enter is of a province."""
        if indicator.method == Method.NARRATIVE:
            return NOT_APPLICABLE
        if indicator.method == Method.ENTERED:
            return self._entered(indicator.measure, first, last, province_id)
        counted = towards(indicator, last, self.db)
        if counted is not None:
            return self._learners(counted, first, last)
        told = [one for one in self.results[indicator.pk] if first <= one.counts_on <= last]
        reporting = {one.project for one in told}
        # Due are the projects that promised it in the years asked about, and those that reported it anyway.
        promised = {pk for on, pk in self.planned[indicator.pk] if first.year <= on.year <= last.year}
        expected = len(promised | reporting)
        found = self.records.cell(indicator.code, told, first, last)
        if found is not None:
            return found
        return total([one.line for one in told], len(reporting), expected) if told else missing(expected)

    def _entered(self, measure: str, first: dt.date, last: dt.date, province_id: int | None) -> Cell:
        """The official figure of just these days; else the mean of the years that lie in them (`mean_of_years`)."""
        if not measure or province_id is None:
            return missing()
        rows = self.records.entered(measure, province_id)
        if rows is None:
            return NOT_APPLICABLE
        here = tiles(rows, Span(first, last), 1)
        if not here:
            return mean_of_years(rows, first, last)
        return total_entered(here) if here[0].value is not None else NOT_APPLICABLE

    def classes_of(self, indicator: Indicator, first: dt.date, last: dt.date) -> list[Any] | None:
        """The classes that count towards it in the time; None where no class does."""
        counted = towards(indicator, last, self.db)
        return None if counted is None else self._due(counted, first, last)

    def _due(self, counted: Towards, first: dt.date, last: dt.date) -> list[Any]:
        return [row for row in self.classes if counted.takes(row) and first <= row.counts_on <= last]

    def _learners(self, counted: Towards, first: dt.date, last: dt.date) -> Cell:
        due = self._due(counted, first, last)
        if counted.unit == CountUnit.PEOPLE:
            rosters = people_by_class([row.pk for row in due if row.on_roster], self.db)
            seen: set[int] = set()
            adds: dict[int, int] = {}
            for row in due:
                if row.pk in rosters:
                    adds[row.pk] = len(rosters[row.pk] - seen)
                    seen |= rosters[row.pk]
        else:
            adds = {row.pk: row.came for row in due if row.came is not None}
        lines = [
            Line(
                f"/api/v1/training-classes/{row.public_id}/",
                row.subject,
                row.area.full_name,
                row.ends_on,
                Decimal(adds[row.pk]),
            )
            for row in due
            if row.pk in adds
        ]
        return total(lines, len(adds), len(due)) if adds else missing(len(due))


def total_entered(rows: list[EnteredFigure]) -> Cell:
    """The arithmetic mean of entered figures, with two places; of one, the figure. Each adds its part, the last takes
    what rounding leaves."""
    values = [Decimal(row.value or 0) for row in rows]
    value = (sum(values, Decimal(0)) / len(values)).quantize(HUNDREDTH, ROUND_HALF_UP)
    parts = [(one / len(values)).quantize(HUNDREDTH, ROUND_HALF_UP) for one in values]
    parts[-1] += value - sum(parts)
    lines = [
        Line(
            path_of(row),
            f"{row.period.label}: {number(Decimal(row.value or 0))} · {words_of(row)}",
            row.province.full_name,
            row.document_on,
            part,
        )
        for row, part in zip(rows, parts, strict=True)
    ]
    return Cell(whole(value), "reported", lines)


def mean_of_years(rows: Iterable[EnteredFigure], first: dt.date, last: dt.date) -> Cell:
    """«Bình quân năm»: the arithmetic mean of the official figures of the years within the days, and of how many of
    those years there is one. How the programme averages is not known (data/targets.csv): the portal's definition,
    chưa đối chiếu văn bản, and `target_notes` says so on paper. Of a year with a figure of the calendar year and one of
    the administrative year the calendar year's counts, as statistics publish it; one that does not apply is left out.
    """
    found: dict[int, EnteredFigure] = {}
    for row in rows:
        period = row.period
        if period.kind == PeriodKind.YEAR and first <= period.data_from and period.data_to <= last:
            known = found.get(period.year)
            if known is None or known.period.data_to < period.data_to:
                found[period.year] = row
    years = {
        year
        for year in range(first.year, last.year + 1)
        if first <= dt.date(year - 1, 12, 15) and dt.date(year, 12, 14) <= last
    }
    told = [row for _year, row in sorted(found.items()) if row.value is not None]
    expected = len((years | set(found)) - {year for year, row in found.items() if row.value is None})
    if not told:
        return Cell(None, "missing", [], 0, expected, "năm") if expected or not found else NOT_APPLICABLE
    cell = total_entered(told)
    return Cell(cell.value, cell.status, cell.lines, len(told), expected, "năm")


def target_notes(scope: Scope) -> list[str]:
    """What is said of targets whose figure no record tells."""
    wanted = (
        Target.objects.using(scope.db)
        .filter(programme__in=programmes_of(scope.db, [scope.area.pk], scope.year), indicator__method=Method.ENTERED)
        .exclude(indicator__measure="")
    )
    return [
        f"{target.indicator.name}: lấy từ số liệu nhập tay có nguồn; lũy kế là trung bình cộng số liệu các năm đã có. "
        "Cách tính bình quân chưa được kiểm chứng theo văn bản của chương trình."
        for target in wanted.select_related("indicator").order_by("id")
    ]


def beginning(programme: Programme) -> dt.date:
    """Administrative years run from 15 December of the year before (Decree 09/2019/NĐ-CP, Article 12)."""
    return dt.date(programme.year_from - 1, 12, 15)


def targets_done(
    programme: Programme, area_ids: Any, until: dt.date, db: str = "default", done: Done | None = None
) -> list[tuple[Target, Cell]]:
    """Every target of a programme with what was achieved since its beginning."""
    done = done or Done(db, area_ids, until)
    rows = Target.objects.using(db).filter(programme=programme).select_related("indicator").order_by("id")
    end = min(until, dt.date(programme.year_to, 12, 31))  # the mean of its years takes in none of after it

    def cell(indicator: Indicator) -> Cell:
        last = end if indicator.method == Method.ENTERED else until
        return done.cell(indicator, beginning(programme), last, programme.area_id)

    return [(target, cell(target.indicator)) for target in rows]


def year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def planned(scope: Scope, indicator: Indicator) -> Cell:
    """What the approved plan of the year promises: the lower end where it gives a range."""
    rows = (
        PlanLine.objects.using(scope.db)
        .filter(
            plan__area__in=scope.area_ids,
            plan__year=scope.year,
            plan__state="approved",
            plan__decision_on__lte=scope.period.data_to,
            indicator=indicator,
            quantity_low__isnull=False,
        )
        .select_related("plan__programme", "plan__area", "activity")
    )
    if not scope.whole_province:
        return NOT_APPLICABLE
    lines = [
        Line(
            f"/api/v1/plans/?year={scope.year}&programme={row.plan.programme.code}",
            f"{row.plan.decision_number}: {row.activity.name}",
            row.plan.area.full_name,
            row.plan.decision_on,
            Decimal(row.quantity_low or 0),
        )
        for row in rows
    ]
    return total(lines) if lines else missing()


def targets_section(scope: Scope) -> Section:
    """Every target of the programmes that run in the year of the period."""
    period = scope.period
    done = Done(scope.db, scope.area_ids, period.data_to)
    before = year_before(period.data_from), year_before(period.data_to)
    provinces = [scope.area.pk] if scope.whole_province else _provinces(scope)
    rows = []
    for programme in programmes_of(scope.db, provinces, scope.year):
        for target, cumulative in targets_done(programme, scope.area_ids, period.data_to, scope.db, done):
            indicator = target.indicator
            countable = target.low is not None and indicator.method == Method.COMPUTED
            rows.append(
                Row(
                    indicator.code,
                    indicator.name,
                    {
                        "target": text(target_text(target)),
                        "unit": text(indicator.unit),
                        "planned": planned(scope, indicator) if countable else NOT_APPLICABLE,
                        "done": done.cell(indicator, period.data_from, period.data_to, programme.area_id),
                        "cumulative": cumulative,
                        "rate": percent(cumulative, target.low) if countable else NOT_APPLICABLE,
                        "last_year": done.cell(indicator, *before, programme.area_id),
                    },
                )
            )
    return Section("targets", "Kết quả thực hiện mục tiêu chương trình", COLUMNS, rows)


def _provinces(scope: Scope) -> list[int]:
    return list(
        Project.objects.using(scope.db)
        .filter(area_id__in=scope.area_ids)
        .order_by()
        .values_list("province_id", flat=True)
        .distinct()
    )
