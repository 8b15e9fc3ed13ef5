"""Figures entered by hand of the demonstration, all invented: growth and output of two past years, one of them put
right, and estimates of the year that runs."""

import datetime as dt
from decimal import Decimal

from core import clock
from home.demo.stage import Stage
from home.demo.timeline import Timeline
from programmes.models import PeriodKind, Regime, ReportingPeriod
from reports.entering import FigureData, correct_figure, enter_figure

ORIGIN = "Số liệu minh họa"


def tell_figures(stage: Stage, timeline: Timeline) -> None:
    officer = stage.person("canbo")

    def past() -> None:
        for code, growth, value in (("2021-Y", "6.4", "41500"), ("2022-Y", "7.1", "44450")):
            period = ReportingPeriod.objects.get(code=code)
            for measure, figure in (("industry.growth", growth), ("industry.value", value)):
                data = FigureData(Decimal(figure), ORIGIN, document_no=f"MH-{code}")
                row = enter_figure(stage.province, measure, period, "official", data, actor=officer)
        data = FigureData(Decimal("44500.5"), ORIGIN, document_no="MH-2022-Y/2")
        correct_figure(row, data, "Số liệu chính thức thay số sơ bộ", actor=officer)

    def running() -> None:
        today = clock.today()
        years = ReportingPeriod.objects.filter(
            kind=PeriodKind.YEAR, regime=Regime.ADMINISTRATIVE, data_from__lte=today, data_to__gte=today
        )
        period = years.first()
        if period is not None:
            for measure, figure in (("industry.growth", "7.5"), ("projects.approved", "12")):
                enter_figure(
                    stage.province, measure, period, "estimate", FigureData(Decimal(figure), ORIGIN), actor=officer
                )

    timeline.add(dt.date(2022, 12, 20), past)
    timeline.add(clock.today(), running)
