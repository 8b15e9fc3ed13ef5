"""Resources mobilised: promised and received beside the public money, each figure told for what it is."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audit import words
from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from core.models import Source
from funding.models import BudgetBalance, LedgerEntry, Pledge, PledgeReceipt, ProjectBalance
from funding.resources import (
    PledgeData,
    change_pledge,
    counterpart_of,
    counterparts,
    promise,
    receive,
    sums_of,
    take_back,
    withdraw_pledge,
)
from home.overview import mobilised
from projects.models import DecisionMoney, ProgressUpdate, Project
from reports.measures.money import summary
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
MILLION = 1_000_000


@pytest.fixture
def place(clock: Clock, db: None) -> f.Place:
    clock.set("2026-09-20 09:00")
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def project(place: f.Place, people: f.People) -> Project:
    return f.approved(place, people)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def data(**other: Any) -> PledgeData:
    values: dict[str, Any] = {
        "giver": "other", "kind": "money", "what": "Tiền mặt", "promised_on": DAY, "paper": "Thư 1",
        "giver_name": "Hội B", "promised_vnd": 100 * MILLION,
    }  # fmt: skip
    return PledgeData(**{**values, **other})


def own(project: Project, **other: Any) -> PledgeData:
    """Counterpart of the beneficiary of the project."""
    owner = project.beneficiaries.get()
    return data(**{"giver": "beneficiary", "giver_name": "", "enterprise": owner, "project": project, **other})


def figured(row: Pledge) -> Any:
    return Pledge.objects.figured().get(pk=row.pk)


def test_promise_without_a_sum_is_no_zero_and_what_is_received_counts_from_its_papers(
    project: Project, people: Any
) -> None:
    told = promise(data(project=project, promised_vnd=None), actor=people.officer)
    row = promise(data(project=project, paper="Thư 2"), actor=people.officer)
    assert (figured(told).received, figured(told).left) == (None, None)
    assert (figured(row).received, figured(row).left) == (None, 100 * MILLION)
    receive(row, 30 * MILLION, DAY, "BB 1", actor=people.accountant)
    receive(told, 5 * MILLION, DAY, "BB 2", actor=people.accountant)
    sums = sums_of(Pledge.objects.figured())
    assert (sums.count, sums.promised, sums.without_sum) == (2, 100 * MILLION, 1)
    assert (sums.received, sums.left) == (35 * MILLION, 70 * MILLION)
    receive(row, 90 * MILLION, DAY, "BB 3", actor=people.accountant)  # more than promised is no mistake
    assert figured(row).left == 0
    entries = Entry.objects.about(row)
    assert {entry.action for entry in entries} <= set(words.ACTIONS)
    assert {name for entry in entries for name in entry.changes} <= set(words.FIELDS)


def test_resources_touch_no_ledger_and_no_ceiling(project: Project, people: Any) -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (LedgerEntry, BudgetBalance, ProjectBalance)]
    row = promise(own(project), actor=people.officer)
    receive(row, 10**12, DAY, "BB 1", actor=people.officer)
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (LedgerEntry, BudgetBalance, ProjectBalance)
    ]


def test_receipt_entered_by_mistake_is_taken_back_once_and_stays_to_be_read(project: Project, people: Any) -> None:
    row = promise(data(project=project), actor=people.officer)
    receipt = receive(row, 30 * MILLION, DAY, "BB 1", actor=people.officer)
    with pytest.raises(Invalid):
        take_back(receipt, " ", actor=people.officer)
    take_back(receipt, "Ghi nhầm", actor=people.officer)
    assert figured(row).received == 0 and row.receipts.count() == 2
    with pytest.raises(WrongState):
        take_back(receipt, "Ghi nhầm", actor=people.officer)
    receive(row, 30 * MILLION, DAY, "BB 1", actor=people.officer)  # the same paper may be entered again
    with pytest.raises(Invalid) as refused:
        receive(row, 30 * MILLION, DAY, "BB 1", actor=people.officer)
    assert "paper" in refused.value.fields


def test_overdue_are_those_past_their_day_and_not_wholly_received(project: Project, people: Any, clock: Clock) -> None:
    due = dt.date(2026, 9, 30)
    whole = promise(data(project=project, due_on=due), actor=people.officer)
    part = promise(data(project=project, due_on=due, paper="Thư 2"), actor=people.officer)
    bare = promise(data(project=project, due_on=due, paper="Thư 3", promised_vnd=None), actor=people.officer)
    gone = promise(data(project=project, due_on=due, paper="Thư 4"), actor=people.officer)
    receive(whole, 100 * MILLION, DAY, "BB 1", actor=people.officer)
    receive(part, 99 * MILLION, DAY, "BB 2", actor=people.officer)
    withdraw_pledge(gone, "Doanh nghiệp dừng sản xuất", actor=people.officer)
    assert not Pledge.objects.figured().overdue().exists()
    clock.set("2026-10-01 09:00")
    assert set(Pledge.objects.figured().overdue()) == {part, bare}
    page = browser(people.officer).get(reverse("home:home")).content.decode()
    assert reverse("funding:pledge", args=[part.public_id]) in page


def test_withdrawn_promise_is_promised_no_more_and_keeps_what_was_received(project: Project, people: Any) -> None:
    row = promise(data(project=project), actor=people.officer)
    receive(row, MILLION, DAY, "BB 1", actor=people.officer)
    withdraw_pledge(row, "Nhập nhầm", actor=people.officer)
    sums = sums_of(Pledge.objects.figured())
    assert (sums.promised, sums.left, sums.received) == (None, None, MILLION)
    with pytest.raises(WrongState):
        receive(row, MILLION, DAY, "BB 2", actor=people.officer)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"giver": "state"}, "giver"),
        ({"kind": "gold"}, "kind"),
        ({"what": " "}, "what"),
        ({"paper": ""}, "paper"),
        ({"giver_name": ""}, "enterprise"),
        ({"promised_vnd": 0}, "promised_vnd"),
        ({"promised_on": dt.date(2026, 12, 1)}, "promised_on"),
        ({"due_on": dt.date(2026, 1, 1)}, "due_on"),
        ({"year": 2026}, "project"),
    ],
)
def test_wrong_promise_is_refused_at_its_field(project: Project, people: Any, other: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        promise(data(**{"project": project, **other}), actor=people.officer)
    assert set(refused.value.fields) == {field}


def test_counterpart_belongs_to_a_beneficiary_of_its_project(place: f.Place, project: Project, people: Any) -> None:
    stranger = f.enterprise(place, "Cơ sở khác")
    with pytest.raises(Invalid) as refused:
        promise(own(project, enterprise=stranger), actor=people.officer)
    assert set(refused.value.fields) == {"enterprise"}
    programme = {"programme": project.programme, "year": 2026, "area": place.commune, "project": None}
    with pytest.raises(Invalid) as refused:
        promise(data(giver="beneficiary", **programme), actor=people.officer)
    assert set(refused.value.fields) == {"project"}
    larger = promise(data(**{**programme, "giver": "enterprise"}), actor=people.officer)
    assert (figured(larger).of_year, larger.place) == (2026, place.commune)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by any other way
        Pledge.objects.filter(pk=larger.pk).update(giver="beneficiary")


def test_same_paper_is_not_entered_twice(project: Project, people: Any) -> None:
    row = promise(data(project=project), actor=people.officer)
    with pytest.raises(Conflict):
        promise(data(project=project), actor=people.officer)
    changed = change_pledge(row, data(project=project, promised_vnd=7), actor=people.officer, version=row.version)
    assert changed.promised_vnd == 7
    with pytest.raises(Conflict) as refused:
        change_pledge(row, data(project=project, promised_vnd=8), actor=people.officer, version=row.version)
    assert refused.value.code == "stale"


def test_counterpart_is_told_in_four_figures_and_where_they_differ(project: Project, people: Any) -> None:
    decision = project.decisions.get()
    DecisionMoney.objects.create(decision=decision, source=Source.COUNTERPART, amount_vnd=300 * MILLION)
    row = promise(own(project, promised_vnd=300 * MILLION), actor=people.officer)
    one = counterpart_of(project)
    assert (one.decided, one.pledges.promised, one.pledges.received, one.shown, one.says) == (
        300 * MILLION, 300 * MILLION, None, None, [],
    )  # fmt: skip
    ProgressUpdate.objects.create(
        uuid=f.new_uuid(), project=project, on=DAY, state="confirmed", value_invested_vnd=200 * MILLION,
        decided_at="2026-03-03T00:00:00Z", decided_by=people.officer, counts_on=DAY,
    )  # fmt: skip
    receive(row, 200 * MILLION, DAY, "HĐ 1", actor=people.officer)
    # Nothing is paid yet, so all of what was invested is the beneficiary's.
    assert counterpart_of(project).shown == 200 * MILLION and not counterpart_of(project).says
    receive(row, 50 * MILLION, DAY, "HĐ 2", actor=people.officer)
    assert len(counterpart_of(project).says) == 1 and "50.000.000" in counterpart_of(project).says[0]
    change_pledge(row, own(project, promised_vnd=280 * MILLION), actor=people.officer)
    assert any("20.000.000" in text for text in counterpart_of(project).says)
    assert [found.project for found in counterparts(Project.objects.all())] == [project]
    page = browser(people.officer).get(reverse("funding:counterpart")).content.decode()
    assert "20.000.000" in page
    cases = browser(people.auditor).get(reverse("home:exceptions"), {"kind": "counterpart"})
    assert [row for row, _note in cases.context["groups"][0]["rows"]] == [project]


def test_overview_tile_leads_to_the_list_that_adds_up_to_it(place: f.Place, project: Project, people: Any) -> None:
    assert mobilised(people.officer, 2021, 2030) is None
    receive(promise(own(project), actor=people.officer), 40 * MILLION, DAY, "HĐ 1", actor=people.officer)
    other = {"programme": project.programme, "year": project.year, "area": place.other, "giver": "enterprise"}
    promise(data(**other), actor=people.officer)
    tile = mobilised(people.officer, project.year, project.year)
    assert tile is not None
    answer = browser(people.officer).get(tile["url"])
    for sums in (tile["sums"], answer.context["sums"]):
        assert (sums.promised, sums.received, sums.left) == (200 * MILLION, 40 * MILLION, 160 * MILLION)
    narrowed = browser(people.officer).get(tile["url"] + f"&area={place.other.uid}&by=place")
    assert narrowed.context["sums"].count == 1
    assert mobilised(people.officer, project.year - 2, project.year - 1) is None
    assert summary([place.commune.pk], 2021, 2030)["approved"]["counterpart_vnd"] is None  # that one is of decisions
    shown = browser(people.officer).get(reverse("home:dashboard"), {"year": project.year}).content.decode()
    assert reverse("funding:pledges") in shown


def test_only_those_of_the_province_enter_and_see_resources(place: f.Place, project: Project, people: Any) -> None:
    stranger = f.stranger()
    for person in (people.leader, people.auditor, people.collaborator, stranger):
        with pytest.raises(NotAllowed):
            promise(data(project=project), actor=person)
    row = promise(data(project=project), actor=people.officer)  # the control: who may, does
    own_area = {"programme": project.programme, "year": 2026, "area": place.commune, "project": None}
    local = promise(data(**own_area), actor=people.centre)
    away = promise(data(**{**own_area, "area": place.other}), actor=people.officer)
    address = reverse("funding:pledge", args=[row.public_id])
    assert browser(people.auditor).get(address).status_code == 200
    assert browser(people.auditor).post(address, {"do": "receive"}).status_code == 403
    assert browser(stranger).get(address).status_code == 404
    seen = set(Pledge.objects.visible_to(people.collaborator))
    assert local in seen and away not in seen
    assert not PledgeReceipt.objects.exists()


def test_promise_is_entered_received_and_taken_back_on_pages(place: f.Place, project: Project, people: Any) -> None:
    client = browser(people.officer)
    address = reverse("funding:pledge_new") + f"?project={project.public_id}"
    form = client.get(address).context["form"]
    assert form["project"].value() == project.code
    sent = {
        "form_key": form["form_key"].value(), "giver": "beneficiary", "enterprise": project.beneficiaries.get().name,
        "project": project.code, "kind": "equipment", "what": "Máy sấy", "promised_vnd": "120.000.000",
        "promised_on": "02/03/2026", "paper": "Cam kết 1",
    }  # fmt: skip
    answer = client.post(address, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    again = client.post(address, sent)
    assert again["Location"] == answer["Location"] and Pledge.objects.count() == 1
    page = answer["Location"]
    key = client.get(page).context["forms"]["receive"]["form_key"].value()
    paid = {"do": "receive", "receive-form_key": key, "receive-amount_vnd": "20.000.000",
            "receive-received_on": "03/03/2026", "receive-paper": "BB 1"}  # fmt: skip
    assert client.post(page, {**paid, "receive-paper": ""}).status_code == 422
    assert client.post(page, paid).status_code == 302
    receipt = PledgeReceipt.objects.get()
    key = client.get(page).context["forms"]["take_back"]["form_key"].value()
    back = {"do": "take_back", "take_back-receipt": receipt.pk, "take_back-form_key": key}
    assert client.post(page, {**back, "take_back-note": ""}).status_code == 422
    assert client.post(page, {**back, "take_back-note": "Nhầm"}).status_code == 302
    assert figured(Pledge.objects.get()).received == 0
    file = client.get(reverse("funding:pledges"), {"format": "csv"})
    panel = client.get(reverse("funding:pledges_of_project", args=[project.public_id])).content.decode()
    assert "Máy sấy" in panel and file.status_code == 200
