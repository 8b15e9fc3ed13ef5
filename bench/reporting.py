"""P4: the figures of the yearly report beside the same figures as SQL written by hand, and the whole report beside its
two seconds; the records behind the figures apart."""

import datetime as dt
import statistics
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench import province
from bench.figures import Figure, beside, milliseconds, size
from core import clock
from places.models import Area
from programmes.models import ReportingPeriod
from reports.documents.frozen import canonical_json
from reports.figures import Figures, head, records_behind
from reports.kinds.kind import KINDS
from reports.kinds.time import asked_of
from reports.measures.frame import Scope, Section
from reports.models import Report, ReportEntry
from reports.services import write_files
from tests import factories

MEASURED = ("work", "units")  # the tables of the regular report whose records every project has


def measure() -> list[Figure]:
    place, _people = province.filled()
    period = factories.period()
    province.money_and_progress(place, factories.indicator())
    kind = KINDS["programme-progress"]
    tables: Any = [table for table in kind.sections if getattr(table, "code", "") in MEASURED]

    def scope() -> Scope:
        return Scope("default", place.province, period)

    def work() -> list[Section]:
        one = scope()
        return [table(one) for table in tables]

    def floor() -> None:
        for statement, values in _by_hand(place.province, scope()):
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                cursor.fetchall()

    rounds = 3 if size("BENCH_PROJECTS", 1000) > 20_000 else 7
    took, plain = beside(work, floor, rounds=rounds)
    with CaptureQueriesContext(connection) as captured:
        work()
    goal = f"≤ 1.5 × grouped SQL by hand ({province.UNITS} units)"
    found = [Figure("P4-figures", took, "ms", plain, goal, took <= 1.5 * plain, len(captured))]

    made: dict[str, Figures] = {}

    def whole() -> None:
        """Everything the worker does for the three papers but keeping the records behind the figures."""
        one = scope()
        sections: list[Section] = []
        for make in kind.sections:
            built = make(one)
            sections += [built] if isinstance(built, Section) else built
        made["report"] = Figures(sections, head(kind.code, one, len(sections)), demonstration=False)
        document = made["report"].document(1, clock.now(), "0" * 32)
        write_files(document, canonical_json(document))

    whole()
    took = statistics.median(milliseconds(whole) for _round in range(3))
    goal = "yearly report with PDF, Word and Excel: ≤ 2,000 ms of work"
    found.append(Figure("P4-report", took, "ms", 2000, goal, took <= 2000))

    figures, one = made["report"], scope()
    read = milliseconds(lambda: figures.behind.extend(records_behind(figures.sections, one)))
    write = milliseconds(lambda: _keep(figures, period, place.province))
    goal = f"{len(figures.behind)} records behind the figures read and kept, beside keeping them alone"
    found.append(Figure("P4-freeze", read + write, "ms", write, goal, ok=True))
    return found


def _keep(figures: Figures, period: ReportingPeriod, area: Area) -> None:
    with transaction.atomic():
        report = Report.objects.create(
            kind="bench", period=period, area=area, province=area, version=1, data_as_of=clock.now(), document=b""
        )
        rows = figures.entries()
        for row in rows:
            row.report = report
        ReportEntry.objects.bulk_create(rows, batch_size=500)
        transaction.set_rollback(True)


# --- by hand ----------------------------------------------------------------------------------------------------------

Statement = tuple[str, list[Any]]
_AREAS = "(SELECT area_id FROM places_areaclosure WHERE ancestor_id = %s)"


def _by_hand(area: Area, scope: Scope) -> list[Statement]:
    """The same figures, a statement a measure: every unit, source and column of time at once."""
    asked = asked_of(scope)
    spans = [(span.first, span.last) for span in asked.spans.values()]
    widest = (min(first for first, _last in spans), max(last for _first, last in spans))
    project = "projects_project p JOIN programmes_programme g ON g.id = p.programme_id"

    def grouped(amount: str, on: str, unit: str, source: str, tables: str, where: str, what: str = "") -> Statement:
        columns = ", ".join(
            f"COUNT(*) FILTER (WHERE {on} BETWEEN %s AND %s), SUM({amount}) FILTER (WHERE {on} BETWEEN %s AND %s)"
            for _span in spans
        )
        keys = f"{unit}, {source}" + (f", {what}" if what else "")
        text = (
            f"SELECT {keys}, {columns} FROM {tables} WHERE {where} AND {on} BETWEEN %s AND %s "
            f"AND {unit} IN {_AREAS} GROUP BY {keys}"
        )
        return text, [*(day for span in spans for day in (*span, *span)), *widest, area.pk]

    def counted(on: str) -> Statement:
        return grouped("1", f"p.{on}", "p.area_id", "g.source", project, "p.decided_on IS NOT NULL")

    def ledger(account: str) -> Statement:
        tables = (
            "funding_ledgerentry e JOIN funding_budget b ON b.id = e.budget_id JOIN projects_project p "
            "ON p.id = e.project_id"
        )
        return grouped("e.amount_vnd", "e.recorded_on", "p.area_id", "b.source", tables, f"e.account = '{account}'")

    decided = f"projects_decisionmoney m JOIN projects_decision d ON d.id = m.decision_id JOIN {project}"
    decided = decided.replace("projects_project p", "projects_project p ON p.id = d.project_id", 1)
    helped = (
        "projects_project_beneficiaries l JOIN enterprises_enterprise o ON o.id = l.enterprise_id "
        f"JOIN {project.replace('projects_project p', 'projects_project p ON p.id = l.project_id', 1)}"
    )
    return [
        counted("decided_on"),
        counted("accepted_on"),
        counted("stopped_on"),
        grouped("1", "p.decided_on", "o.area_id", "g.source", helped, "p.decided_on IS NOT NULL", "o.id"),
        ledger("allocated"),
        ledger("paid"),
        grouped("m.amount_vnd", "d.decided_on", "p.area_id", "g.source", decided, "m.source = 'counterpart'"),
        *_invested(area, list(asked.spans.items())),
        _told(area, spans),
    ]


def _invested(area: Area, spans: list[tuple[str, Any]]) -> list[Statement]:
    """The latest confirmed figure of each project at the end of each column of time, and before its beginning."""
    begins: dict[dt.date, list[dt.date]] = {}  # the day a figure stands at: first days of what is told in its columns
    for code, span in spans:
        begins.setdefault(span.last, []).append(span.first)
        if code != "programme":
            begins.setdefault(span.first - dt.timedelta(days=1), []).append(span.first)
    found = []
    for day, firsts in begins.items():
        told = ", ".join("COUNT(*) FILTER (WHERE counts_on >= %s)" for _first in firsts)
        text = (
            f"SELECT area_id, source, {told}, SUM(value_invested_vnd) FROM ("
            "SELECT p.area_id, g.source, u.counts_on, u.value_invested_vnd, "
            "ROW_NUMBER() OVER (PARTITION BY u.project_id ORDER BY u.counts_on DESC, u.id DESC) AS place "
            "FROM projects_progressupdate u JOIN projects_project p ON p.id = u.project_id "
            "JOIN programmes_programme g ON g.id = p.programme_id "
            "WHERE u.state = 'confirmed' AND u.value_invested_vnd IS NOT NULL AND u.counts_on <= %s "
            f"AND p.area_id IN {_AREAS}) one WHERE place = 1 GROUP BY area_id, source"
        )
        found.append((text, [*firsts, day, area.pk]))
    return found


def _told(area: Area, spans: list[tuple[dt.date, dt.date]]) -> Statement:
    """How many projects had to tell of their investment, and how many did."""
    told = (
        "EXISTS (SELECT 1 FROM projects_progressupdate u WHERE u.project_id = p.id AND u.state = 'confirmed' "
        "AND u.value_invested_vnd IS NOT NULL AND u.counts_on BETWEEN %s AND %s)"
    )
    columns, values = [], []
    for first, last in spans:
        ended = " OR ".join(f"p.{name} < %s" for name in ("accepted_on", "stopped_on", "closed_on"))
        due = f"p.decided_on <= %s AND ({ended}) IS NOT TRUE"
        columns.append(f"COUNT(*) FILTER (WHERE {told}), COUNT(*) FILTER (WHERE {told} OR ({due}))")
        values += [first, last, first, last, last, first, first, first]
    text = (
        f"SELECT p.area_id, g.source, {', '.join(columns)} FROM projects_project p "
        "JOIN programmes_programme g ON g.id = p.programme_id WHERE p.decided_on IS NOT NULL "
        f"AND p.area_id IN {_AREAS} GROUP BY p.area_id, g.source"
    )
    return text, [*values, area.pk]
