"""Clusters: what is said of them and since when, and the rate of those in operation that treat their wastewater."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from clusters.models import Cluster, ClusterStage, Wastewater
from clusters.services import KINDS, ClusterData, add_part, change_part, create_cluster, rate, remove_part, standings
from core.errors import Invalid, WrongState
from programmes.locking import lock_through
from programmes.models import Target
from reports.figures import show_section
from reports.measures.frame import Scope
from reports.measures.targets import Done, targets_section
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 15)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def stage(code: str) -> ClusterStage:
    values = {"name": code, "operating": code == "OPERATING"}
    row: ClusterStage = ClusterStage.objects.get_or_create(code=code, defaults=values)[0]
    return row


def cluster(place: f.Place, people: f.People, code: str = "A", water: str = "", **fields: Any) -> Cluster:
    """In operation since 2020, in the commune of the collaborator."""
    reached = fields.pop("stage", "OPERATING")
    data = ClusterData(code, f"Cụm {code}", place.province, **fields)
    row = create_cluster(data, actor=people.officer)
    add_part(KINDS["stages"], row, {"stage": stage(reached), "on": dt.date(2020, 1, 1)}, actor=people.officer)
    add_part(KINDS["communes"], row, {"area": place.commune}, actor=people.officer)
    if water:
        values = {"state": water, "on": dt.date(2024, 1, 1), "note": "x" if water == "not_applicable" else ""}
        add_part(KINDS["wastewater"], row, values, actor=people.officer)
    return row


def figure(place: f.Place, last: dt.date = TODAY) -> Any:
    areas = [place.province.pk, place.commune.pk]
    indicator = f.indicator("HT25_CCN", unit_counted="percent")
    return Done("default", areas, last).cell(indicator, dt.date(2020, 1, 1), last)


def test_rate_leaves_out_what_is_not_reported_and_tells_it(place: f.Place, people: f.People) -> None:
    assert figure(place).status == "missing"
    for code, water in (("A", "operating"), ("B", "building"), ("C", "operating"), ("D", ""), ("E", "not_applicable")):
        cluster(place, people, code, water)
    cluster(place, people, "F", "none", stage="INVESTING")  # not in operation
    found = rate(standings(Cluster.objects.all(), TODAY))
    counts = [len(rows) for rows in (found.operating, found.treating, found.not_treating, found.not_reported)]
    assert (counts, found.percent) == ([5, 2, 1, 1], Decimal("66.67"))
    cell = figure(place)
    assert (cell.value, cell.reported, cell.expected) == (Decimal("66.67"), 3, 4)
    assert sum(line.contribution for line in cell.lines) == cell.value
    assert figure(place, dt.date(2023, 12, 31)).status == "missing"  # before anybody said it
    page = browser(people.officer).get(reverse("clusters:list")).content.decode()
    assert "66,67 %" in page or "66.67" in page
    rows = browser(people.officer).get(reverse("clusters:list") + "?operating=on&water=not_reported").context["page"]
    assert [one.cluster.code for one in rows] == ["D"]


def test_cluster_is_entered_on_pages_part_by_part(place: f.Place, people: f.People) -> None:
    client = browser(people.centre)
    typed = {"form_key": str(f.new_uuid()), "code": "CCN-1", "name": "Cụm Một", "province": place.province.pk,
             "planned_ha": "50", "industrial_ha": "35,5", "leased_ha": "40", "projects": ""}  # fmt: skip
    assert browser(people.leader).get(reverse("clusters:new")).status_code == 403
    assert client.post(reverse("clusters:new"), typed).status_code == 422  # more leased than there is
    assert client.post(reverse("clusters:new"), {**typed, "leased_ha": "7,1"}).status_code == 302
    row = Cluster.objects.get()
    assert (row.occupancy, row.served_ha) == (Decimal("20.0"), None)
    owner = f.enterprise(place, "Cơ sở A")
    stage("OPERATING")
    said: dict[str, dict[str, Any]] = {
        "communes": {"area": place.commune.uid},
        "stages": {"stage": stage("OPERATING").pk, "on": "01/01/2024", "decision_no": "1/QĐ"},
        "investors": {"name": "Công ty hạ tầng"},
        "occupants": {"enterprise": "co so a", "area_ha": "1,25", "valid_from": "01/01/2024"},
        "licences": {"number": "GP-1", "issued_on": "01/02/2024", "valid_to": "01/02/2025"},
        "wastewater": {"state": "building", "on": "01/03/2024", "capacity_m3": "1.500"},
        "works": {"name": "Đường", "year": 2024, "source": "local", "planned_vnd": "1 tỷ", "spent_vnd": ""},
    }
    assert set(said) == set(KINDS)
    for slug, fields in said.items():
        url = reverse("clusters:part", args=[row.public_id, slug, 0])
        assert client.post(url, {"form_key": str(f.new_uuid()), **fields}).status_code == 302, slug
        assert browser(people.auditor).get(url).status_code == 403
    page = client.get(reverse("clusters:detail", args=[row.public_id])).content.decode()
    for text in (owner.name, "GP-1", "Công ty hạ tầng", "1,25", "Hết hiệu lực", "1.500"):
        assert text in page, text
    water = Wastewater.objects.get()
    url = reverse("clusters:part", args=[row.public_id, "wastewater", water.pk])
    assert client.post(url, {"remove": "1", "why-note": ""}).status_code in (200, 422)
    assert client.post(url, {"remove": "1", "why-note": "Nhập nhầm cụm"}).status_code == 302
    assert not Wastewater.objects.exists()
    assert Entry.objects.filter(action="remove_part", note="Nhập nhầm cụm").exists()
    sheet = client.get(reverse("clusters:list") + "?format=csv").content.decode("utf-8-sig")
    assert "CCN-1" in sheet and "7.10" in sheet


def test_state_of_the_locked_time_stays(place: f.Place, people: f.People) -> None:
    row = cluster(place, people, water="building")
    lock_through(place.province, dt.date(2026, 8, 31), "Chốt", actor=people.leader)
    water = Wastewater.objects.get()
    values = {"state": "operating", "on": dt.date(2024, 1, 1)}
    for act in (
        lambda: change_part(KINDS["wastewater"], water, values, actor=people.officer),
        lambda: remove_part(KINDS["wastewater"], water, "x", actor=people.officer),
    ):
        with pytest.raises(WrongState):
            act()
    add_part(KINDS["wastewater"], row, {"state": "operating", "on": dt.date(2026, 8, 1)}, actor=people.officer)
    assert figure(place, dt.date(2026, 8, 31)).value == 0  # as it was told then
    assert figure(place).value == 100


def test_no_system_has_no_capacity_and_why_it_does_not_apply_is_said(place: f.Place, people: f.People) -> None:
    row = cluster(place, people)
    for values in ({"state": "none", "capacity_m3": 5}, {"state": "not_applicable"}, {"state": ""}):
        with pytest.raises(Invalid):
            add_part(KINDS["wastewater"], row, {"on": dt.date(2024, 1, 1), **values}, actor=people.officer)
    with pytest.raises(Invalid):  # of the province itself
        add_part(KINDS["communes"], row, {"area": place.province}, actor=people.officer)


def test_each_sees_clusters_of_theirs(place: f.Place, people: f.People) -> None:
    row = cluster(place, people)
    far = create_cluster(ClusterData("Z", "Cụm Z", place.province), actor=people.officer)
    seen = {name: list(Cluster.objects.visible_to(person)) for name, person in people.all().items()}
    assert seen["collaborator"] == [row]
    assert seen["ministry"] == seen["auditor"] == seen["centre"] == [row, far]
    assert seen["administrator"] == [] == list(Cluster.objects.visible_to(f.stranger()))
    linked = f.approved(place, people)
    far.projects.add(linked)
    page = browser(people.officer).get(reverse("clusters:of_project", args=[linked.public_id])).content.decode()
    assert "Cụm Z" in page


def test_administrator_adds_a_stage(place: f.Place, people: f.People) -> None:
    url = reverse("clusters:list_row", args=["stages", 0])
    typed = {"form_key": str(f.new_uuid()), "name": "Mở rộng", "position": 80, "verified": "no", "operating": "on"}
    assert browser(people.officer).post(url, typed).status_code == 403
    assert browser(people.administrator).post(url, typed).status_code == 302
    assert ClusterStage.objects.get(name="Mở rộng").operating


def test_report_has_the_rate_with_its_decimals(place: f.Place, people: f.People) -> None:
    """In a column of whole numbers; the target is told against it."""
    for code, water in (("A", "operating"), ("B", "building"), ("C", "operating")):
        cluster(place, people, code, water)
    indicator = f.indicator("HT25_CCN", name="Xử lý nước thải", unit="%", unit_counted="percent")
    Target.objects.create(
        programme=f.programme(place), indicator=indicator, comparison="strive", low=100, verified="yes", source="x"
    )
    scope = Scope("default", place.province, f.period("2026-Q3", "2026-07-01", "2026-09-14"))
    (row,) = show_section(targets_section(scope))["rows"]
    cells = row["cells"]
    assert (cells["cumulative"]["value"], cells["rate"]["value"]) == ("66.67", "66.67")
    assert cells["cumulative"]["coverage"] == {"reported": 3, "expected": 3}
    assert cells["last_year"]["value"] == "66.67"


def test_works_of_clusters_are_listed_for_their_target(place: f.Place, people: f.People) -> None:
    row = cluster(place, people)
    cluster(place, people, "B")
    work = {"name": "Quy hoạch chi tiết", "year": 2024, "source": "local", "planned_vnd": 0}
    add_part(KINDS["works"], row, work, actor=people.officer)
    programme = f.programme(place)
    indicator = f.indicator("HT25_CCN_INFRA", method="narrative")
    Target.objects.create(programme=programme, indicator=indicator, verified="yes", source="x")
    page = browser(people.officer).get(reverse("home:dashboard") + f"?programme={programme.code}").content.decode()
    url = reverse("clusters:list") + "?works=on"
    assert url in page
    found = browser(people.officer).get(url).context["page"]
    assert [one.cluster for one in found] == [row]
