"""The budget table: lines are the estimate in detail, agree with it, and are what a percentage is taken of."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from audit.models import Entry
from core.errors import Invalid
from core.models import Source
from programmes.models import Activity, SupportNorm
from projects.adjustments import ask, take_adjustment_step
from projects.ceilings import ceilings_of
from projects.lines import LineData, lines_of, parse_quantity
from projects.models import BudgetLine, Project
from projects.services import change_project, take_step
from tests import factories as f
from tests.api.conftest import Caller
from tests.api.test_chain import enterprise_body

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


def line(content: str = "Máy cưa", activity: Activity | None = None, **money: int) -> LineData:
    """Money in million đồng."""
    return LineData(content, activity, money={source: amount * MILLION for source, amount in money.items()})


def project(place: Any, people: Any, *lines: LineData, **fields: Any) -> Project:
    return f.project(place, people, lines=list(lines), **fields)


def faults(place: Any, people: Any, *lines: LineData, **fields: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        project(place, people, *lines, **fields)
    assert not Project.objects.exists()
    return refused.value.fields


# --- lines and the estimate -------------------------------------------------------------------------------------------


def test_lines_are_stored_in_their_order_and_told_by_the_trail(place: Any, people: Any) -> None:
    priced = LineData("Máy  bào", f.activity(), "cái", Decimal("2.5"), 100 * MILLION, {"local": 250 * MILLION})
    row = project(place, people, priced, line("Lắp đặt", local=50, counterpart=300))
    kept = lines_of(row)
    assert [one.content for one in kept] == ["Máy bào", "Lắp đặt"]
    assert kept[0] == dataclasses.replace(priced, content="Máy bào")
    told = Entry.objects.about(row).get(action="create").changes["budget_lines"]
    assert "Máy bào" in str(told) and "250000000" in str(told)


def test_estimate_left_out_takes_the_sums_of_the_lines(place: Any, people: Any) -> None:
    row = project(place, people, line(local=100), line(local=200, counterpart=400), estimate={})
    assert {one.source: one.amount_vnd for one in row.estimates.all()} == {
        "local": 300 * MILLION,
        "counterpart": 400 * MILLION,
    }


def test_sums_that_differ_from_the_estimate_are_refused_at_the_source_with_the_difference(
    place: Any, people: Any
) -> None:
    found = faults(place, people, line(local=299, counterpart=300))
    assert set(found) == {"estimate.local"}
    assert all(text in found["estimate.local"][0] for text in ("299.000.000", "300.000.000", "1.000.000"))


def test_source_without_a_line_is_refused_where_the_estimate_has_money(place: Any, people: Any) -> None:
    assert set(faults(place, people, line(local=300))) == {"estimate.counterpart"}


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"content": " "}, "content"),
        ({"content": "x" * 301}, "content"),
        ({"money": {}}, "money"),
        ({"quantity": Decimal(3), "unit_price_vnd": 100 * MILLION + 1}, "money"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("1.0001")}, "quantity"),
        ({"unit_price_vnd": -1}, "unit_price_vnd"),
        ({"money": {"local": -1}}, "local_vnd"),
        ({"money": {"moon": 1}}, "moon_vnd"),
    ],
)
def test_wrong_line_is_refused_at_its_cell(place: Any, people: Any, wrong: Any, column: str) -> None:
    good = line(local=300, counterpart=300)
    found = faults(place, people, good, dataclasses.replace(good, **wrong))
    assert f"lines.1.{column}" in found and not any(name.startswith("lines.0") for name in found)


def test_activity_of_a_line_is_one_of_the_project(place: Any, people: Any) -> None:
    other = f.activity("BRAND", "Nhãn hiệu")
    assert "lines.0.activity" in faults(place, people, line(activity=other, local=300, counterpart=300))


def test_price_times_quantity_is_rounded_to_whole_dong(place: Any, people: Any) -> None:
    third = LineData("Vật tư", None, "kg", Decimal("0.333"), 100, {"local": 33})
    assert project(place, people, third, estimate={}).estimates.get().amount_vnd == 33


def test_two_hundred_lines_are_taken_and_one_more_is_not(place: Any, people: Any) -> None:
    assert set(faults(place, people, *[line(local=1)] * 201, estimate={})) == {"lines"}
    assert project(place, people, *[line(local=1)] * 200, estimate={}).lines.count() == 200


def test_lines_not_named_stay_and_still_have_to_agree(place: Any, people: Any) -> None:
    row = project(place, people, line(local=300, counterpart=300))
    same = f.project_data(place, beneficiaries=list(row.beneficiaries.all()), name="Tên khác")
    change_project(row, same, actor=people.officer)
    assert len(lines_of(row)) == 1
    less = dataclasses.replace(same, estimate={Source.LOCAL: 1, Source.COUNTERPART: 300 * MILLION})
    with pytest.raises(Invalid) as refused:
        change_project(row, less, actor=people.officer)
    assert set(refused.value.fields) == {"estimate.local"}
    change_project(row, dataclasses.replace(less, lines=[]), actor=people.officer)
    assert not BudgetLine.objects.exists()


@pytest.mark.parametrize(
    ("text", "value"), [("1.234", 1234), ("1,5", "1.5"), ("1.234,5", "1234.5"), ("12", 12), ("0,25", "0.25")]
)
def test_quantity_is_read_as_offices_write_it(text: str, value: Any) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1,234", "1234.5", "1.23", "012", "1,234,567", "x", "", "-1", "٣"])
def test_quantity_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_quantity(text)


# --- what the norm takes a percentage of ------------------------------------------------------------------------------


def norm(place: Any, code: str, **fields: Any) -> Activity:
    """Half of the cost, 300 million at most, of local money."""
    values = {"ceiling_amount_vnd": 300 * MILLION, "ceiling_percent": 50, "verified": "yes", **fields}
    SupportNorm.objects.create(
        code=code,
        activity_text=code,
        unit="cơ sở",
        source="local",
        area=place.province,
        legal_basis="23/2025/NQ-HĐND",
        valid_from=dt.date(2018, 5, 11),
        **values,
    )
    row = f.activity(code, code)
    row.norm_code = code
    row.save()
    return row


def test_percentage_is_of_what_the_lines_of_the_activity_cost(place: Any, people: Any) -> None:
    machines, brand = norm(place, "MACHINE"), norm(place, "BRAND")
    lines = [line("Máy", machines, local=200, counterpart=200), line("Nhãn hiệu", brand, local=20, counterpart=60)]
    row = project(place, people, *lines, activities=[machines, brand], estimate={}, investment_vnd=900 * MILLION)
    limits = {limit.found.activity.code: limit for limit in ceilings_of(row)[0].limits}
    assert (limits["MACHINE"].most_vnd, limits["BRAND"].most_vnd) == (200 * MILLION, 40 * MILLION)
    assert all(limit.own_cost for limit in limits.values())
    assert take_step(row, "submit", actor=people.officer).state == "submitted"


def test_activity_over_its_own_norm_is_refused_although_the_sum_is_not(place: Any, people: Any) -> None:
    machines, brand = norm(place, "MACHINE"), norm(place, "BRAND")
    lines = [line("Máy", machines, local=100, counterpart=300), line("Nhãn hiệu", brand, local=50, counterpart=30)]
    row = project(place, people, *lines, activities=[machines, brand], estimate={}, investment_vnd=900 * MILLION)
    with pytest.raises(Invalid) as refused:
        take_step(row, "submit", actor=people.officer)
    (text,) = refused.value.fields["estimate.local"]
    assert "BRAND" in text and "40.000.000" in text and "10.000.000" in text


def test_without_lines_each_activity_has_its_share_of_the_whole_investment(place: Any, people: Any) -> None:
    machines, brand = norm(place, "MACHINE"), norm(place, "BRAND")
    row = project(place, people, activities=[machines, brand], investment_vnd=400 * MILLION)
    limits = ceilings_of(row)[0].limits
    assert [limit.most_vnd for limit in limits] == [200 * MILLION, 200 * MILLION]
    assert not any(limit.own_cost for limit in limits)


def test_lines_without_activity_belong_to_the_only_one(place: Any, people: Any) -> None:
    machines = norm(place, "MACHINE")
    row = project(place, people, line(local=250, counterpart=150), estimate={}, activities=[machines])
    assert ceilings_of(row)[0].limits[0].most_vnd == 200 * MILLION  # of 400, not of the 600 invested
    with pytest.raises(Invalid):
        take_step(row, "submit", actor=people.officer)


def test_unverified_norm_of_one_activity_refuses_nothing_by_its_lines(place: Any, people: Any) -> None:
    machines, brand = norm(place, "MACHINE"), norm(place, "BRAND", verified="no")
    lines = [line("Máy", machines, local=100, counterpart=300), line("Nhãn hiệu", brand, local=50, counterpart=30)]
    row = project(place, people, *lines, activities=[machines, brand], estimate={}, investment_vnd=900 * MILLION)
    assert not ceilings_of(row)[0].within
    assert take_step(row, "submit", actor=people.officer).state == "submitted"


def test_adjusted_content_is_no_longer_measured_by_the_lines(place: Any, people: Any) -> None:
    machines = norm(place, "MACHINE")
    row = f.approved(
        place, people, 200 * MILLION, lines=[line(local=200, counterpart=200)], estimate={}, activities=[machines]
    )
    asked = ask(row, {"investment_vnd": 500 * MILLION}, "Giảm quy mô", actor=people.officer)
    take_adjustment_step(asked, "decide", actor=people.leader, decision=f.decision(place))
    row.refresh_from_db()
    limit = ceilings_of(row)[0].limits[0]
    assert (limit.own_cost, limit.cost_vnd) == (False, 500 * MILLION)


# --- API --------------------------------------------------------------------------------------------------------------


def test_lines_are_written_and_read_by_api(place: Any, people: Any) -> None:
    officer = Caller(people.officer)
    owner = officer.post("/enterprises/", enterprise_body(place)).json()
    f.programme(place)
    f.activity()
    body = {
        "name": "Máy móc",
        "type": "single",
        "year": 2026,
        "programme": "KCDP-2021-2030",
        "area": place.commune.uid,
        "beneficiaries": [owner["id"]],
        "activities": ["MACHINE"],
        "investment_vnd": 600_000_000,
        "lines": [
            {
                "content": "Máy bào",
                "activity": "MACHINE",
                "unit": "cái",
                "quantity": "2.5",
                "unit_price_vnd": 100,
                "local_vnd": 150,
                "counterpart_vnd": 100,
            }
        ],
    }
    made = officer.post("/projects/", body)
    assert made.status_code == 201, made.json()
    shown = made.json()
    none = dict.fromkeys(("national_vnd", "other_vnd"))
    assert shown["estimate"] == {**none, "local_vnd": 150, "counterpart_vnd": 100}
    address = f"/projects/{shown['id']}/lines/"
    assert officer.get(address).json() == {
        "lines": [
            {
                "content": "Máy bào",
                "activity": "MACHINE",
                "unit": "cái",
                "quantity": "2.5",
                "unit_price_vnd": 100,
                **none,
                "local_vnd": 150,
                "counterpart_vnd": 100,
            }
        ],
        "sums": {**none, "local_vnd": 150, "counterpart_vnd": 100},
    }
    change = {**body, "version": shown["version"]}
    change["lines"] = [{**body["lines"][0], "local_vnd": 149}]  # type: ignore[dict-item]
    wrong = officer.put(f"/projects/{shown['id']}/", change)
    assert wrong.status_code == 400
    assert [one["field"] for one in wrong.json()["errors"]] == ["lines.0.money"]
    del change["lines"]  # left out: they stay
    assert officer.put(f"/projects/{shown['id']}/", {**change, "name": "Tên khác"}).status_code == 200
    assert len(officer.get(address).json()["lines"]) == 1
