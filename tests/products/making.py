"""Lists, products and rounds for tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from products.models import Criterion, Product, ProductGroup, SelectionLevel, SelectionRound
from products.selections import (
    CriterionData,
    MemberData,
    RoundData,
    create_round,
    enter_product,
    set_council,
    take_round_step,
)
from products.services import ProductData, create_product
from tests import factories as f


def lists() -> dict[str, SelectionLevel]:
    """Four levels as in data/, one group, two criteria without weights."""
    f_ = {"verified": "no"}
    ProductGroup.objects.get_or_create(code="FOOD", defaults={"name": "Thực phẩm", **f_})
    rows = (
        ("DISTRICT", "Cấp huyện", 10, True, "", dt.date(2025, 6, 30)),
        ("PROVINCIAL", "Cấp tỉnh", 20, True, "local", None),
        ("REGIONAL", "Cấp khu vực", 30, False, "national", None),
    )
    for code, name, position, own, priority, last in rows:
        values = {"name": name, "position": position, "own_council": own, "priority": priority, "valid_to": last}
        SelectionLevel.objects.get_or_create(code=code, defaults=values)
    for number, name in enumerate(("Thị trường", "Thẩm mỹ")):
        Criterion.objects.get_or_create(code=f"C{number}", defaults={"name": name, "position": number})
    return {row.code: row for row in SelectionLevel.objects.all()}


def product(place: f.Place, people: f.People, name: str = "Bún khô", **fields: Any) -> Product:
    lists()
    owner = fields.pop("enterprise", None) or f.enterprise(place, f"Cơ sở {name}", **fields.pop("owner", {}))
    data = ProductData(owner, name, ProductGroup.objects.get(code="FOOD"), **fields)
    return create_product(data, actor=people.officer)


def round_(place: f.Place, people: f.People, level: str = "PROVINCIAL", **fields: Any) -> SelectionRound:
    values: dict[str, Any] = {"year": 2026, "name": f"Bình chọn {level}", "organiser": "Sở Công Thương", **fields}
    return create_round(RoundData(lists()[level], values.pop("year"), place.province, **values), actor=people.officer)


def scoring(
    place: f.Place,
    people: f.People,
    *products: Product,
    weights: tuple[int, int] | None = (60, 40),
    user: Any = None,
    on: dt.date = dt.date(2026, 9, 1),
    **fields: Any,
) -> SelectionRound:
    """A round of the province with two members (the first with an account, if given), being scored."""
    row = round_(place, people, **fields)
    for one in products:
        enter_product(row, one, on, actor=people.officer)
    members = [MemberData("Ủy viên A", user=user), MemberData("Ủy viên B")]
    criteria = []
    if weights:
        criteria = [
            CriterionData(one, Decimal(weight), Decimal(10))
            for one, weight in zip(row.criteria.all(), weights, strict=True)
        ]
    row = set_council(row, members, criteria, actor=people.officer)
    row = take_round_step(row, "close_entries", actor=people.officer)
    return take_round_step(row, "begin_scoring", actor=people.officer)


def decided(row: SelectionRound, leader: User, on: dt.date = dt.date(2026, 9, 10)) -> SelectionRound:
    results = {entry.pk: ("recognised", "") for entry in row.entries.all()}
    data = {"number": "7/QĐ-UBND", "on": on, "results": results}
    return take_round_step(row, "decide_results", actor=leader, data=data)


def certified(row: SelectionRound, officer: User, on: dt.date = dt.date(2026, 9, 15)) -> SelectionRound:
    papers = {
        entry.pk: (f"GCN-{row.pk}-{entry.pk}", on, on.replace(year=on.year + 3))
        for entry in row.entries.filter(result="recognised")
    }
    return take_round_step(row, "certify", actor=officer, data={"certificates": papers})
