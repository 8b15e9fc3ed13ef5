"""Columns of time: which days stand under «trong kỳ», «lũy kế từ đầu năm» …"""

import datetime as dt

from django.db.models import Q

from programmes.models import PeriodKind, Programme, ReportingPeriod
from reports.measures.frame import Scope
from reports.measures.measure import Asked, Span
from reports.measures.targets import year_before

DONE, YEAR, PROGRAMME, LAST_YEAR = "done", "year", "programme", "last_year"


def asked_of(scope: Scope) -> Asked:
    """All of them; of free dates only those that say something: the days themselves, and the same a year before."""
    period = scope.period
    spans = {
        DONE: Span(period.data_from, period.data_to),
        LAST_YEAR: Span(year_before(period.data_from), year_before(period.data_to)),
    }
    if period.kind != PeriodKind.FREE:
        spans |= {
            YEAR: Span(min(year_begins(scope, scope.year), period.data_from), period.data_to),
            PROGRAMME: Span(programme_begins(scope), period.data_to),
        }
    return Asked(scope.db, scope.area, spans)


def year_begins(scope: Scope, year: int) -> dt.date:
    """First day of a year in the regime of the period: as its row says; 15 December of the year before where there is
    none (09/2019/NĐ-CP, Article 12), 1 January for statistics."""
    rows = ReportingPeriod.objects.using(scope.db).filter(kind=PeriodKind.YEAR, regime=scope.period.regime, year=year)
    found: dt.date | None = rows.values_list("data_from", flat=True).first()
    if found is not None:
        return found
    return dt.date(year, 1, 1) if scope.period.regime == "statistical" else dt.date(year - 1, 12, 15)


def programme_begins(scope: Scope) -> dt.date:
    """First day of the first year of the programmes that run in the year."""
    return year_begins(scope, programme_from(scope))


def programme_from(scope: Scope) -> int:
    """First year of the programmes that run in the year, the area's own before the country's."""
    rows = Programme.objects.using(scope.db).filter(year_from__lte=scope.year, year_to__gte=scope.year)
    of_area = rows.filter(Q(area__isnull=True) | Q(area__closure_down__area=scope.area))
    own = of_area.filter(area__isnull=False).order_by("year_from").first()
    first = own or of_area.order_by("year_from").first()
    return first.year_from if first else scope.year
