"""Measures: every figure of a table comes from one grouped query and equals its records."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clusters.models import Cluster, ClusterCommune, ClusterStage, StageReached, Wastewater
from core import clock
from core.models import Source
from outreach.models import Advice, ListItem
from products.models import Brand, Certificate, SelectionEntry, SelectionLevel, SelectionRound
from projects.models import AchievedResult, ProgressUpdate, Project
from reports.documents.words import coverage
from reports.figures import show_cell
from reports.measures.measure import MEASURES, Asked, Measure, RecordMeasure, Span
from tests import factories as f
from tests.products import making
from tests.training.people import class_of, enter, person
from training.models import Attendance

pytestmark = pytest.mark.django_db
YEAR = Span(dt.date(2025, 12, 15), dt.date(2026, 12, 14))
SPANS = {
    "done": Span(dt.date(2026, 6, 15), dt.date(2026, 9, 14)),
    "year": YEAR,
    "programme": Span(dt.date(2020, 12, 15), dt.date(2026, 9, 14)),
    "last_year": Span(dt.date(2025, 6, 15), dt.date(2025, 9, 14)),
}


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def asked(place: f.Place, **spans: Span) -> Asked:
    return Asked("default", place.province, spans or SPANS)


def decided(place: f.Place, people: f.People, on: str, area: Any = None, **fields: Any) -> Project:
    project = f.approved(place, people, 50_000_000, **fields)
    day = dt.date.fromisoformat(on)
    Project.objects.filter(pk=project.pk).update(decided_on=day, area=area or place.commune)
    project.refresh_from_db()
    return project


# Those whose records are made by their own tests (test_progress_kind.py, test_entered_figures.py).
NOTHING_MADE = {
    "projects.accepted", "projects.stopped", "money.paid", "money.counterpart", "progress.invested",
    "industry.growth", "industry.value",
}  # fmt: skip


def everything(place: f.Place, people: f.People) -> None:
    """Classes with and without rosters, brands, a selection, clusters, advice, new enterprises; of both sources, in the
    commune, its neighbour and the commune of before."""
    local = decided(place, people, "2026-03-01", beneficiaries=[f.enterprise(place, "Xưởng A")])
    national = f.programme(source=Source.NATIONAL)
    other = decided(place, people, "2026-03-02", place.other, beneficiaries=[f.enterprise(place, "Xưởng B")])
    Project.objects.filter(pk=other.pk).update(programme=national)
    other.refresh_from_db()
    day = dt.date(2026, 7, 10)
    first = class_of(local, ends_on=day, starts_on=day, total=None)
    enter(first, person(place, "Hòa"), person(place, "Bình", birth_year=1990), actor=people.officer)
    again = class_of(other, ends_on=day, starts_on=day, kind="upgrade")
    enter(again, person(place, "Hòa"), person(place, "Lan", birth_year=1992), actor=people.officer)
    Attendance.objects.filter(training_class=first).update(works_after=True, works_asked_on=day)
    Attendance.objects.filter(training_class=again).update(works_after=False, works_asked_on=day)
    for kind in ("management", "brand", "other", "new_skill"):
        class_of(local, kind=kind, ends_on=day, starts_on=day, total=None if kind == "new_skill" else 7)
    management = class_of(other, kind="management", ends_on=day, starts_on=day)
    enter(management, person(place, "Hòa"), actor=people.officer)
    for number, level in enumerate(("PROVINCIAL", "REGIONAL", "NATIONAL")):
        product = making.product(place, people, f"Bún {number}")
        at, _made = SelectionLevel.objects.get_or_create(code=level, defaults={"name": level})
        round_ = SelectionRound.objects.create(
            level=at, year=2026, province=place.province, name=level, organiser="x", state="open"
        )
        entry = SelectionEntry.objects.create(
            round=round_, product=product, registered_on=day, counts_on=day, result="recognised"
        )
        Certificate.objects.create(entry=entry, number=f"{number}", issued_on=day, counts_on=day)
        SelectionRound.objects.filter(pk=round_.pk).update(
            state="certified", result_no="1", result_on=day, counts_on=day
        )
        Brand.objects.create(
            product=product, name=f"Hương {number}", project=local if number else None, state="granted", filed_no="1",
            filed_on=day, counts_on=day, granted_no="2", valid_from=day, granted_counts_on=day,
        )  # fmt: skip
    stage = ClusterStage.objects.create(code="RUN", name="Hoạt động", operating=True)
    for number, (area, water) in enumerate(((place.commune, "operating"), (place.other, "none"), (place.other, ""))):
        cluster = Cluster.objects.create(code=f"C{number}", name=f"Cụm {number}", province=place.province)
        ClusterCommune.objects.create(cluster=cluster, area=area)
        StageReached.objects.create(cluster=cluster, stage=stage, on=day, counts_on=day)
        if water:
            Wastewater.objects.create(cluster=cluster, state=water, on=day, counts_on=day)
    topic = ListItem.objects.create(kind="topic", name="Vay vốn", days=5)
    firm = f.enterprise(place, "Xưởng hỏi")
    for due, answered in (("2026-07-05", "2026-07-04"), ("2026-07-05", "2026-07-09")):
        Advice.objects.create(
            enterprise=firm, topic=topic, channel="phone", text="?", asked_on=dt.date(2026, 7, 1), due_on=due,
            state="answered", answered_on=answered, answer="x",
        )  # fmt: skip
    update = ProgressUpdate.objects.create(
        uuid=f.new_uuid(), project=local, on=day, counts_on=day, state="confirmed", decided_at=clock.now()
    )
    AchievedResult.objects.create(update=update, indicator=f.indicator("HT25_NEWENT"), quantity=2)


def test_every_figure_is_the_sum_of_its_records(place: f.Place, people: f.People) -> None:
    for on, area in (("2026-07-01", place.commune), ("2026-02-01", place.other), ("2025-07-01", place.before)):
        decided(place, people, on, area)
    everything(place, people)
    for code in sorted(MEASURES):
        adds_up(code, place)


def adds_up(code: str, place: f.Place) -> None:
    """Of one measure: each column, source and line has what its records come to."""
    measure = MEASURES[code]
    ask, used = asked(place), False
    with CaptureQueriesContext(connection) as queries:
        totals = measure.totals(ask)
    assert len(queries) <= 3 * len(SPANS)  # places, and one question (of what is told anew each time one a column)
    with CaptureQueriesContext(connection) as queries:
        entries = list(measure.entries(ask))
    # However many records they are.
    assert len(queries) == 1 if isinstance(measure, RecordMeasure) else len(queries) <= 2 * len(SPANS), code
    for span in SPANS:
        for source in (None, Source.NATIONAL, Source.LOCAL):
            here = [entry for entry in entries if source in (None, entry.source)]
            cell = totals.cell(span, source=source)
            there = [entry for entry in here if span in entry.spans]
            assert Decimal(cell.value or 0) == measure.figure(there), (code, span, source)
            parts = [totals.cell(span, unit, source) for unit in totals.units(source)]
            assert measure.distinct or measure.rate or sum(one.value or 0 for one in parts) == (cell.value or 0)
            if cell.expected is not None:
                assert sum(one.expected or 0 for one in parts) == cell.expected >= (cell.reported or 0)
                assert sum(one.reported or 0 for one in parts) == cell.reported
            used |= bool(there)
    # Commune by commune: the same records, each in its own area.
    for area in (place.commune, place.other):
        ask = Asked("default", area, SPANS)
        totals, entries = measure.totals(ask), list(measure.entries(ask))
        for span in SPANS:
            value = totals.cell(span).value
            assert Decimal(value or 0) == measure.figure([one for one in entries if span in one.spans]), code
    assert used or code in NOTHING_MADE, f"no record stood behind {code}"


def test_every_measure_is_defined_in_words() -> None:
    for code, measure in MEASURES.items():
        assert isinstance(measure, Measure) and len(type(measure).__doc__ or "") > 40, code
        assert measure.title and measure.unit


def test_training_products_and_clusters_are_those_worked_out_by_hand(place: f.Place, people: f.People) -> None:
    """Workers: first class 2 on its roster, second 2 of which one was in the first; the third has told nothing:
    4 lượt and 3 people, from 2 of 3 classes. Work afterwards: 2 of 4. Clusters: 3, one treats, one does not, one has
    not said: 50 %, from 2 of 3."""
    everything(place, people)
    ask = asked(place)

    def cell(code: str, span: str = "done", **of: Any) -> tuple[Any, ...]:
        found = MEASURES[code].totals(ask).cell(span, **of)
        return found.value, found.status, found.reported, found.expected

    assert cell("training.workers") == (4, "reported", 2, 3)
    assert cell("training.workers_people") == (3, "reported", 2, 3)
    assert cell("training.workers", source=Source.NATIONAL) == (2, "reported", 1, 1)
    assert cell("training.management") == (8, "reported", 2, 2) and cell("training.management_people")[0] == 1
    assert cell("training.work_after")[:2] == (50, "reported")
    assert cell("training.work_after", "last_year")[:2] == (None, "not_applicable")  # nobody was asked
    assert cell("training.workers", "last_year")[:2] == (0, "reported")  # no class, nobody
    assert cell("selections.held")[0] == 1 and cell("products.entered")[0] == 3
    assert cell("clusters.operating")[0] == 3 and cell("clusters.treated") == (50, "reported", 2, 3)
    assert cell("advice.on_time")[:2] == (50, "reported") and cell("enterprises.new")[0] == 2
    commune = Asked("default", place.commune, SPANS)
    assert MEASURES["selections.held"].totals(commune).cell("done").status == "not_applicable"
    everywhere = MEASURES["progress.invested"].totals(ask).cell("done")
    assert (everywhere.status, everywhere.reported, everywhere.expected) == ("missing", 0, 2)
    assert show_cell(everywhere)["coverage"] == {"reported": 0, "expected": 2, "called": "đề án"}
    assert coverage(show_cell(everywhere)) == "0 trên 2 đề án"


def test_class_where_nobody_came_is_a_zero_and_one_that_told_nothing_is_not(place: f.Place, people: f.People) -> None:
    local = decided(place, people, "2026-03-01", place.before)
    day = dt.date(2026, 7, 10)
    silent = class_of(local, ends_on=day, starts_on=day)
    ask = asked(place)
    for code in ("training.workers", "training.workers_people"):
        assert MEASURES[code].totals(ask).cell("done").status == "missing"
    type(silent).objects.filter(pk=silent.pk).update(total=0)
    for code in ("training.workers", "training.workers_people"):
        cell = MEASURES[code].totals(ask).cell("done")
        assert (cell.value, cell.status) == (0, "reported")
        # The commune of before went whole into another: its classes stand in that line.
    assert MEASURES["training.workers"].totals(ask).units() == {place.commune.pk}
