"""What a norm allows, on the norms as they are loaded."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from places.models import Area
from programmes.models import Activity, SupportNorm
from programmes.norms import NormFound, norm_for

pytestmark = pytest.mark.django_db
MILLION = 1_000_000
DAY = dt.date(2022, 6, 1)


@pytest.fixture
def reference(db: Any) -> Area:
    call_command("load_reference", verbosity=0)
    province: Area = Area.objects.get(uid="p42")
    return province


def found(code: str, province: Area, source: str = "national", on: dt.date = DAY) -> NormFound:
    return norm_for(Activity.objects.get(code=code), source, province, on)


@pytest.mark.parametrize(
    ("code", "cost", "most", "verified"),
    [
        ("DEMO_NEW", 2_000, 600, True),
        ("DEMO_NEW", 5_000, 1_000, True),
        ("MACHINE", 800, 300, True),
        ("MACHINE", 500, 250, True),
        ("MACHINE_LINE", 800, 400, False),
        ("MACHINE_LINE", 1_200, 450, False),
    ],
)
def test_lower_of_percentage_and_amount_wins(code: str, cost: int, most: int, verified: bool, reference: Area) -> None:
    norm = found(code, reference)
    assert (norm.most_vnd(cost * MILLION), norm.verified) == (most * MILLION, verified)


def test_norm_is_that_of_the_day(reference: Area) -> None:
    before, after = dt.date(2018, 5, 10), dt.date(2018, 5, 11)
    assert found("MACHINE", reference, on=before).amount_vnd == 200 * MILLION
    assert found("MACHINE", reference, on=after).amount_vnd == 300 * MILLION
    assert found("DEMO_NEW", reference, on=before).most_vnd(5_000 * MILLION) == 500 * MILLION
    assert found("DEMO_NEW", reference, on=dt.date(2014, 4, 7)).norm is None


def test_amount_counts_for_each_establishment_and_the_percentage_for_all(reference: Area) -> None:
    norm = found("MACHINE", reference)
    assert norm.most_vnd(10_000 * MILLION, units=3) == 900 * MILLION
    assert norm.most_vnd(1_000 * MILLION, units=3) == 500 * MILLION


def test_line_follows_the_amount_of_machines(reference: Area) -> None:
    SupportNorm.objects.filter(code="MACHINE", source="national").update(ceiling_amount_vnd=400 * MILLION)
    assert found("MACHINE_LINE", reference).amount_vnd == 600 * MILLION


def test_local_money_without_a_norm_of_the_province_is_measured_by_nothing(reference: Area) -> None:
    norm = found("MACHINE", reference, "local")
    assert norm.norm is None and norm.most_vnd(800 * MILLION) is None and not norm.verified
    assert norm.reference is not None and norm.reference.ceiling_amount_vnd == 300 * MILLION


def test_local_norm_without_a_figure_is_none(reference: Area) -> None:
    assert SupportNorm.objects.filter(code="TRAINING", source="local").exists()
    assert found("TRAINING", reference, "local").norm is None


def test_norm_of_one_province_does_not_hold_in_another(reference: Area) -> None:
    other = Area.objects.get(uid="p40")
    national = SupportNorm.objects.get(code="MACHINE", source="national", valid_to=None)
    SupportNorm.objects.create(
        code="MACHINE",
        activity_text=national.activity_text,
        ceiling_amount_vnd=150 * MILLION,
        unit="cơ sở",
        source="local",
        area=reference,
        valid_from=dt.date(2020, 1, 1),
        verified="yes",
    )
    assert found("MACHINE", reference, "local").most_vnd(None) == 150 * MILLION
    assert found("MACHINE", other, "local").norm is None


def test_percentage_of_an_unknown_cost_says_nothing(reference: Area) -> None:
    assert found("FAIR_ABROAD", reference).most_vnd(None) is None
    assert found("FAIR_ABROAD", reference).most_vnd(70 * MILLION) == 70 * MILLION


def test_coefficient_of_priority_raises_the_amount_but_not_the_percentage(reference: Area) -> None:
    norm = found("MACHINE", reference)
    assert norm.most_vnd(800 * MILLION, coefficient=Decimal("1.2")) == 360 * MILLION
    assert norm.most_vnd(600 * MILLION, coefficient=Decimal("1.2")) == 300 * MILLION


def test_activity_without_a_norm_is_measured_by_nothing(reference: Area) -> None:
    assert found("SURVEY", reference).norm is None
