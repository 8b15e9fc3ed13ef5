"""Targets of the programmes: planned, done in the period, cumulative, rate, same period of last year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from programmes.models import Comparison, Indicator, Method, PlanLine, Programme, Target
from projects.models import AchievedResult, PlannedResult, ProgressState, Project
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
from reports.measures.records import Records, Told
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
            .select_related("update__project__area")
            .order_by("update__on", "id")
        )
        if sight is not None:
            results = results.filter(update__project__in=sight)
        self.results: dict[int, list[Told]] = defaultdict(list)
        for result in results:
            project = result.update.project
            line = Line(
                f"{project_path(project.public_id)}progress/{result.update.uuid}/",
                f"{project.code} {project.name}",
                project.area.full_name,
                result.update.on,
                Decimal(result.quantity),
            )
            self.results[result.indicator_id].append(Told(project, result.update.counts_on or result.update.on, line))
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
        rows = with_rosters(classes).select_related("project", "area")
        self.classes: list[Any] = list(rows.order_by("ends_on", "id"))

    def cell(self, indicator: Indicator, first: dt.date, last: dt.date) -> Cell:
        if indicator.method == Method.NARRATIVE:
            return NOT_APPLICABLE
        if indicator.method == Method.ENTERED:
            return missing()
        counted = towards(indicator, last, self.db)
        if counted is not None:
            return self._learners(counted, first, last)
        told = [one for one in self.results[indicator.pk] if first <= one.counts_on <= last]
        reporting = {one.project.pk for one in told}
        # Due are the projects that promised it in the years asked about, and those that reported it anyway.
        promised = {pk for on, pk in self.planned[indicator.pk] if first.year <= on.year <= last.year}
        expected = len(promised | reporting)
        found = self.records.cell(indicator.code, told, first, last)
        if found is not None:
            return found
        return total([one.line for one in told], len(reporting), expected) if told else missing(expected)

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


def beginning(programme: Programme) -> dt.date:
    """Administrative years run from 15 December of the year before (Decree 09/2019/NĐ-CP, Article 12)."""
    return dt.date(programme.year_from - 1, 12, 15)


def targets_done(
    programme: Programme, area_ids: Any, until: dt.date, db: str = "default", done: Done | None = None
) -> list[tuple[Target, Cell]]:
    """Every target of a programme with what was achieved since its beginning."""
    done = done or Done(db, area_ids, until)
    rows = Target.objects.using(db).filter(programme=programme).select_related("indicator").order_by("id")
    return [(target, done.cell(target.indicator, beginning(programme), until)) for target in rows]


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
                        "done": done.cell(indicator, period.data_from, period.data_to),
                        "cumulative": cumulative,
                        "rate": percent(cumulative, target.low) if countable else NOT_APPLICABLE,
                        "last_year": done.cell(indicator, year_before(period.data_from), year_before(period.data_to)),
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
