"""A selection from its first entry to the certificates, by the accounts that do each step, and what is kept of it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from core.errors import Invalid, NotAllowed, WrongState
from products.models import Certificate, Criterion, Score, SelectionLevel, SelectionRound
from products.permissions import may_decide
from products.selections import enter_product, give_scores, remove_entry, standings, take_round_step
from products.services import certificates_on
from tests import factories as f
from tests.clocks import Clock
from tests.products import making

pytestmark = pytest.mark.django_db


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


def send(client: Client, url: str, **typed: Any) -> Any:
    return client.post(url, {"form_key": str(f.new_uuid()), **typed})


def at(name: str, row: Any, *more: Any) -> str:
    return reverse(f"products:{name}", args=[row.public_id, *more])


def test_selection_goes_from_round_to_certificates(place: f.Place, people: f.People) -> None:
    levels = making.lists()
    first, second, third = (making.product(place, people, name) for name in ("Bún khô", "Nước mắm", "Chiếu cói"))
    officer, leader, member = browser(people.officer), browser(people.leader), browser(people.accountant)
    typed = {
        "level": levels["PROVINCIAL"].pk, "province": place.province.pk, "year": 2026, "name": "Bình chọn 2026",
        "organiser": "Sở Công Thương", "decision_no": "3/QĐ-UBND", "decision_on": "01/09/2026",
        "entries_until": "05/09/2026",
    }  # fmt: skip
    assert send(officer, reverse("products:round_new"), **typed).status_code == 302
    row = SelectionRound.objects.get()
    late = send(officer, at("round_enter", row), product=first.public_id, registered_on="06/09/2026")
    assert late.status_code == 422
    for one in (first, second, third):
        answer = send(officer, at("round_enter", row), product=one.public_id, registered_on="02/09/2026")
        assert answer.status_code == 302
    one, two = row.criteria.all()
    seats = {"name-0": "Ủy viên A", "role-0": "chair", "user-0": people.accountant.pk, "name-1": "Ủy viên B",
             "role-1": "member", f"weight-{one.pk}": "60", f"max-{one.pk}": "10", f"weight-{two.pk}": "30",
             f"max-{two.pk}": "10"}  # fmt: skip
    assert send(officer, at("round_council", row), **seats).status_code == 422  # 90 % in all
    seats[f"weight-{two.pk}"] = "40"
    assert send(officer, at("round_council", row), **seats).status_code == 302
    for step in ("close_entries", "begin_scoring"):
        assert send(leader, at("round_step", row, step)).status_code == 403
        assert send(officer, at("round_step", row, step)).status_code == 302
    entries = {entry.product.name: entry for entry in row.entries.all()}

    def sheet(**points: tuple[str, str]) -> dict[str, str]:
        found = {}
        for name, values in points.items():
            entry = entries[{"a": "Bún khô", "b": "Nước mắm", "c": "Chiếu cói"}[name]]
            found |= {f"score-{entry.pk}-{c.pk}": v for c, v in zip((one, two), values, strict=True)}
        return found

    a, b = row.council.all()
    assert send(officer, at("round_scores", row) + f"?member={a.pk}", **sheet()).status_code == 404  # has an account
    assert send(member, at("round_scores", row), **sheet(a=("11", "1"))).status_code == 422  # more than the highest
    assert send(member, at("round_scores", row), **sheet(a=("9", "8"), b=("7", "7,5"), c=("5", ""))).status_code == 302
    assert send(officer, at("round_scores", row) + f"?member={b.pk}", **sheet(a=("8", "8"))).status_code == 302
    told = {s.entry.product.name: (s.total, s.missing) for s in standings(row)}
    assert told == {"Bún khô": (Decimal(83), 0), "Nước mắm": (Decimal(72), 2), "Chiếu cói": (None, 3)}
    page = officer.get(at("round", row)).content.decode()
    assert "còn thiếu 2 điểm" in page and "không có tổng điểm" in page

    results = {"number": "9/QĐ-UBND", "on": "10/09/2026"}
    results |= {f"result-{entry.pk}": "recognised" for entry in entries.values()}
    loser = entries["Chiếu cói"]
    results[f"result-{loser.pk}"] = "not_recognised"
    decide = at("round_step", row, "decide_results")
    assert send(officer, decide, **results).status_code == 403
    assert send(leader, decide, **results).status_code == 422  # why not?
    results[f"reason-{loser.pk}"] = "Chưa đủ điểm"
    assert send(leader, decide, **results).status_code == 302
    papers = {}
    for number, name in enumerate(("Bún khô", "Nước mắm")):
        pk = entries[name].pk
        papers |= {f"number-{pk}": f"GCN {number}", f"issued_on-{pk}": "12/09/2026", f"valid_to-{pk}": "12/09/2029"}
    assert send(officer, at("round_step", row, "certify"), **papers).status_code == 302
    row.refresh_from_db()
    assert (row.state, Certificate.objects.count()) == ("certified", 2)
    assert officer.get(at("round_scores", row)).status_code == 409

    page = officer.get(reverse("products:results")).content.decode()
    for what, count in (("entered", 3), ("recognised", 2), ("certified", 2), ("with_certificate", 0)):
        url, shown = re.search(rf'href="([^"]*what={what})">(\d+)<', page).groups()  # type: ignore[union-attr]
        assert int(shown) == count
        assert officer.get(url.replace("&amp;", "&")).context["page"].paginator.count == count
    priority = officer.get(at("detail", first)).content.decode()
    assert "GCN 0" in priority and "chưa kiểm chứng" in priority.lower()


def test_missing_score_is_no_zero_and_total_is_exact(place: f.Place, people: f.People) -> None:
    row = making.scoring(place, people, making.product(place, people), weights=(70, 30))
    a, b = row.council.all()
    one, two = row.criteria.all()
    entry = row.entries.get()
    give_scores(a, {(entry, one): Decimal("7.33"), (entry, two): Decimal("0")}, actor=people.officer)
    assert standings(row)[0].total == Decimal("51.31")  # of those who scored; the zero counts
    give_scores(b, {(entry, one): Decimal("6.66")}, actor=people.officer)
    assert (standings(row)[0].total, standings(row)[0].missing) == (Decimal("48.965"), 1)
    give_scores(a, {(entry, two): None}, actor=people.officer)
    assert standings(row)[0].total is None
    assert Score.objects.count() == 2


def test_without_weights_there_is_no_total(place: f.Place, people: f.People) -> None:
    row = making.scoring(place, people, making.product(place, people), weights=None)
    member, entry = row.council.first(), row.entries.get()
    assert member is not None
    give_scores(member, {(entry, one): Decimal(9) for one in row.criteria.all()}, actor=people.officer)
    assert standings(row)[0].total is None
    assert list(standings(row)[0].means.values()) == [Decimal(9), Decimal(9)]


def test_who_scored_does_not_decide(place: f.Place, people: f.People) -> None:
    other = f.user("lanhdao2", Role.LEADER, place.province, place.department)
    row = making.scoring(place, people, making.product(place, people), user=people.leader)
    assert not may_decide(row, people.leader)
    with pytest.raises(NotAllowed):
        making.decided(row, people.leader)
    making.decided(row, other)


def test_nothing_is_scored_or_entered_after_the_decision(place: f.Place, people: f.People) -> None:
    product = making.product(place, people)
    row = making.scoring(place, people, product)
    member, entry = row.council.first(), row.entries.get()
    assert member is not None
    row = making.decided(row, people.leader)
    criterion = row.criteria.first()
    assert criterion is not None
    for act in (
        lambda: give_scores(member, {(entry, criterion): Decimal(1)}, actor=people.officer),
        lambda: enter_product(row, making.product(place, people, "Mắm"), dt.date(2026, 9, 1), actor=people.officer),
        lambda: remove_entry(entry, "x", actor=people.officer),
        lambda: take_round_step(row, "reopen_entries", actor=people.officer, note="x"),
    ):
        with pytest.raises(WrongState):
            act()


def test_level_that_ended_has_no_more_rounds(place: f.Place, people: f.People) -> None:
    making.round_(place, people, "DISTRICT", year=2024, decision_on=dt.date(2024, 5, 2))
    with pytest.raises(Invalid) as refusal:
        making.round_(place, people, "DISTRICT", decision_on=dt.date(2026, 5, 2))
    assert "level" in refusal.value.fields


def test_product_enters_the_region_with_a_certificate_that_holds(place: f.Place, people: f.People) -> None:
    product, other = making.product(place, people), making.product(place, people, "Mắm")
    making.certified(making.decided(making.scoring(place, people, product), people.leader), people.officer)
    paper = Certificate.objects.get()
    region = making.round_(place, people, "REGIONAL", region="Bắc Trung Bộ")
    for row, day in ((other, dt.date(2026, 9, 15)), (product, dt.date(2026, 9, 1))):  # not its own; not valid yet
        with pytest.raises(Invalid):
            enter_product(region, row, day, actor=people.officer, certificate=paper)
    enter_product(region, product, dt.date(2026, 9, 15), actor=people.officer, certificate=paper)
    region = take_round_step(region, "close_entries", actor=people.officer)
    with pytest.raises(WrongState):  # another council scores
        take_round_step(region, "begin_scoring", actor=people.officer)
    making.certified(making.decided(region, people.leader, dt.date(2026, 9, 15)), people.officer)
    held = certificates_on(dt.date(2026, 9, 20), products=[product.pk])
    assert [one.entry.round.level.priority for one in held] == ["national", "local"]
    assert certificates_on(dt.date(2030, 1, 1), products=[product.pk]) == []


def test_entry_taken_back_leaves_its_reason(place: f.Place, people: f.People) -> None:
    row = making.round_(place, people)
    entry = enter_product(row, making.product(place, people), dt.date(2026, 9, 1), actor=people.officer)
    client = browser(people.officer)
    assert send(client, at("entry_remove", entry), note="").status_code == 422
    assert send(client, at("entry_remove", entry), note="Cơ sở xin rút").status_code == 302
    assert not row.entries.exists()
    assert "Cơ sở xin rút" in client.get(at("round", row)).content.decode()


def test_each_sees_of_selections_what_is_theirs(place: f.Place, people: f.People) -> None:
    near = making.product(place, people)
    owner = f.enterprise(place, "Cơ sở nơi khác")
    type(owner).objects.filter(pk=owner.pk).update(area=place.other)
    owner.refresh_from_db()
    far = making.product(place, people, "Mắm", enterprise=owner)
    row = making.scoring(place, people, near, far)
    stranger = f.stranger()
    url = at("round", row)
    assert [browser(p).get(url).status_code for p in (people.auditor, people.collaborator, people.ministry, stranger)] \
        == [200, 200, 404, 404]  # fmt: skip
    text = browser(people.collaborator).get(url).content.decode()
    assert "Bún khô" in text and "Mắm" not in text and "Ủy viên A" not in text
    making.decided(row, people.leader)
    assert "Mắm" in browser(people.ministry).get(url).content.decode()
    assert browser(people.auditor).get(at("round_edit", row)).status_code == 403
    for name in ("list", "rounds", "entries", "spearheads"):
        answer = browser(people.officer).get(reverse(f"products:{name}") + "?format=xlsx")
        assert answer["Content-Disposition"].startswith("attachment"), name


def test_administrator_adds_a_criterion_that_the_next_round_has(place: f.Place, people: f.People) -> None:
    before = making.round_(place, people)
    url = reverse("products:list_row", args=["criteria", 0])
    typed = {"name": "Chuyển đổi số", "position": 90, "verified": "no", "weight": "", "max_score": "", "level": ""}
    assert send(browser(people.officer), url, **typed).status_code == 403
    admin = browser(people.administrator)
    assert send(admin, url, **typed).status_code == 302
    assert send(admin, url, **typed).status_code == 409  # the name is there
    row = Criterion.objects.get(name="Chuyển đổi số")
    assert making.round_(place, people, name="Sau").criteria.filter(criterion=row).exists()
    assert not before.criteria.filter(criterion=row).exists()
    url = reverse("products:list_row", args=["criteria", row.pk])
    assert send(admin, url, **typed, version=1, valid_to="01/09/2026").status_code == 302
    assert not making.round_(place, people, name="Sau nữa").criteria.filter(criterion=row).exists()
    assert "01/09/2026" in admin.get(url).content.decode()


def test_file_leaves_alone_what_an_official_changed(people: f.People) -> None:
    from products.loading import load_products
    from programmes.listed import change_row

    load_products()
    level = SelectionLevel.objects.get(code="PROVINCIAL")
    typed = {name: getattr(level, name) for name in ("name", "position", "source", "verified", "note", "own_council")}
    change_row(level, {**typed, "priority": "", "priority_verified": "no"}, actor=people.administrator)
    load_products()
    assert SelectionLevel.objects.get(code="PROVINCIAL").priority == ""
    assert not Criterion.objects.filter(weight__isnull=False).exists()  # no weight is invented
