"""Kinds of establishment and trades that are supported, as rows in force on a day."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import F

from core import clock
from places.models import Area
from programmes.models import EligibleTrade, EstablishmentKind


def _on(
    model: type[EstablishmentKind] | type[EligibleTrade], day: dt.date | None, province: Area | None
) -> dict[str, str]:
    rows = model.objects.valid_on(day or clock.today()).in_order()
    of_place = [None] if province is None else [None, province.pk]
    return {row.code: row.name for row in rows if row.area_id in of_place}


def kinds_on(day: dt.date | None = None, province: Area | None = None) -> dict[str, str]:
    """{code: name} of the kinds in force on the day (today), in their order; with those of a province."""
    return _on(EstablishmentKind, day, province)


def trades_on(day: dt.date | None = None, province: Area | None = None) -> dict[str, str]:
    return _on(EligibleTrade, day, province)


def kind_names() -> dict[str, str]:
    """{code: latest name} of all kinds there ever were."""
    return dict(
        EstablishmentKind.objects.order_by(F("valid_from").asc(nulls_first=True), "pk").values_list("code", "name")
    )


def kinds_in_words(codes: Iterable[str]) -> list[str]:
    """Names of these kinds, as last called."""
    names = kind_names()
    return [names.get(code, code) for code in codes]


def trade_names() -> dict[str, str]:
    return dict(EligibleTrade.objects.order_by(F("valid_from").asc(nulls_first=True), "pk").values_list("code", "name"))
