"""What is typed to ask for a report and to publish it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.forms import DateField, FilterForm, KcForm, NfcField
from core.once import OnceForm
from places.models import Area, AreaClosure, Level
from programmes.models import PeriodKind, Regime, ReportingPeriod
from reports.models import ReportSchedule, ReportState


class RequestForm(KcForm):
    period = forms.ModelChoiceField(
        label=_("Period"),
        queryset=ReportingPeriod.objects.none(),
        to_field_name="code",
        help_text=_("A period that has begun. One that is open shows what is recorded so far."),
    )
    area = forms.ModelChoiceField(
        label=_("Area"),
        queryset=Area.objects.none(),
        to_field_name="uid",
        help_text=_("The whole province, or one commune."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = user.sight.province_roles
        provinces = roles.get("officer", frozenset()) | roles.get("leader", frozenset())
        below = AreaClosure.objects.filter(ancestor_id__in=provinces).values("area_id")
        areas = Area.objects.current().filter(pk__in=below).exclude(level=Level.DISTRICT).order_by("-level", "folded")
        periods = ReportingPeriod.objects.filter(data_from__lte=clock.today()).order_by("-data_to", "-data_from")
        area: Any = self.fields["area"]
        area.queryset = areas
        area.empty_label = None
        period: Any = self.fields["period"]
        period.queryset = periods
        period.label_from_instance = self._words
        current = periods.filter(regime=Regime.ADMINISTRATIVE, kind="year", data_to__gte=clock.today()).first()
        period.initial = current.code if current else None

    @staticmethod
    def _words(period: ReportingPeriod) -> str:
        regime = "" if period.regime == Regime.ADMINISTRATIVE else f" ({period.get_regime_display().lower()})"
        return f"{period.label}{regime}: {period.data_from:%d/%m/%Y} – {period.data_to:%d/%m/%Y}"


class ScheduleForm(KcForm):
    """For each kind of period: does its report come by itself, and from which day on."""

    def __init__(self, data: Any = None, *, rows: Iterable[ReportSchedule]) -> None:
        self.kinds = [kind for kind in PeriodKind if kind != PeriodKind.PLAN_REGISTRATION]
        initial: dict[str, Any] = {}
        for row in rows:
            initial |= {f"on_{row.period_kind}": row.is_active, f"from_{row.period_kind}": row.reporting_starts_on}
        super().__init__(data, initial=initial)
        for kind in self.kinds:
            self.fields[f"on_{kind}"] = forms.BooleanField(label=_("Comes by itself"), required=False)
            self.fields[f"from_{kind}"] = DateField(
                label=_("for periods that end on this day or later"), required=False
            )

    def lines(self) -> list[dict[str, Any]]:
        return [{"title": kind.label, "on": self[f"on_{kind}"], "day": self[f"from_{kind}"]} for kind in self.kinds]


class ListFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [("", _("All years")), *((year, year) for year in years)]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All states")), *ReportState.choices]  # type: ignore[attr-defined]


class PublishForm(OnceForm, KcForm):
    seen_sha256 = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _("This page is incomplete. Load it again.")}
    )
    issued_no = NfcField(
        label=_("Number"),
        max_length=60,
        required=False,
        help_text=_("Number and date of the report in the office's document system, if it has them already."),
    )
    issued_on = DateField(label=_("Date"), required=False)
    note = NfcField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
