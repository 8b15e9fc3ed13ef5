"""Periods somebody chooses: a report over free dates is over a period like any other, made when it is asked for."""

import datetime as dt

from django.utils.translation import gettext as _

from core import clock
from core.errors import Invalid
from programmes.models import PeriodKind, Regime, ReportingPeriod

EARLIEST = dt.date(2004, 1, 1)  # nothing of the programme is older


def free_period(data_from: dt.date, data_to: dt.date) -> ReportingPeriod:
    """The period of these days, both included; made once. Its year is that of the last day. Raises Invalid at
    `data_from` or `data_to`."""
    errors = {}
    if data_from < EARLIEST:
        errors["data_from"] = _("The first day is %(day)s or later.") % {"day": f"{EARLIEST:%d/%m/%Y}"}
    elif data_from > clock.today():
        errors["data_from"] = _("This day is still to come.")
    if data_to < data_from:
        errors["data_to"] = _("The last day lies before the first.")
    elif data_to.year > clock.today().year + 1:
        errors["data_to"] = _("This day is too far ahead.")
    if errors:
        raise Invalid(fields=errors)
    row, _new = ReportingPeriod.objects.get_or_create(
        code=f"F{data_from:%Y%m%d}-{data_to:%Y%m%d}",
        defaults={
            "kind": PeriodKind.FREE,
            "regime": Regime.STATISTICAL,
            "year": data_to.year,
            "label": f"Từ {data_from:%d/%m/%Y} đến {data_to:%d/%m/%Y}",
            "data_from": data_from,
            "data_to": data_to,
            "verified": "no",
            "note": "days somebody chose",
        },
    )
    found: ReportingPeriod = row
    return found
