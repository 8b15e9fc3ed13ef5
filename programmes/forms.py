"""What the reference pages are narrowed by, and what is typed of a yearly plan. Rules stand in services."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from accounts.roles import Role
from core import clock
from core.errors import DomainError
from core.forms import DateField, FilterForm, KcForm, MoneyField, NfcField, WholeField
from core.models import Source
from core.once import OnceForm
from places.models import Area
from programmes.models import Activity, AnnualPlan, Indicator, Method, Programme
from programmes.services import LineData, lines_of

MOST_LINES = 60
LINE_FIELDS = ("activity", "indicator", "quantity_low", "quantity_high", "unit", "source", "amount_vnd", "note")


class TextFilter(FilterForm):
    q = NfcField(label=_("Words, number or code"), max_length=100, required=False)


class YearFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [("", "–"), *((year, year) for year in years)]  # type: ignore[attr-defined]


# --- the yearly plan --------------------------------------------------------------------------------------------------


def plan_provinces(user: User) -> list[Area]:
    """Provinces of today whose plan the person enters."""
    keys = user.sight.province_roles.get(Role.OFFICER, ())
    return list(Area.objects.current().filter(pk__in=keys))


class PlanForm(OnceForm, KcForm):
    """The lines of a plan, named `line_<n>_<field>`. An empty line is left out; `rows` says how many are shown."""

    note = NfcField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), required=False)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, plan: AnnualPlan | None = None, more: bool = False) -> None:
        """`more`: show some empty lines more than were sent."""
        kept = lines_of(plan) if plan else []
        initial = {**stored_plan(plan, kept), "version": plan.row_version} if plan else {}
        super().__init__(data, initial=initial)
        self.plan = plan
        self.count = self._rows(len(kept) + (2 if kept else 4), 3 if more else 0)
        if self.is_bound:
            self.retype("rows", str(self.count))
        self.initial["rows"] = self.count
        self.activities = {row.code: row for row in Activity.objects.select_related("group")}
        self.indicators = {row.code: row for row in Indicator.objects.filter(method=Method.COMPUTED)}
        groups: dict[str, list[tuple[str, str]]] = {}
        for row in self.activities.values():
            groups.setdefault(row.group.name, []).append((row.code, row.name))
        choices: list[Any] = [("", _("Choose")), *groups.items()]
        targets = [("", "–"), *((row.code, row.name) for row in self.indicators.values())]
        for number in range(self.count):
            fields = {
                "activity": forms.ChoiceField(label=_("Activity"), choices=choices, required=False),
                "indicator": forms.ChoiceField(label=_("Counts towards"), choices=targets, required=False),
                "quantity_low": WholeField(label=_("Quantity from"), required=False),
                "quantity_high": WholeField(label=_("to"), required=False),
                "unit": NfcField(label=_("Unit"), max_length=60, required=False),
                "source": forms.ChoiceField(
                    label=_("Source"), choices=[("", _("As the programme")), *Source.choices], required=False
                ),
                "amount_vnd": MoneyField(label=_("Money"), required=False),
                "note": NfcField(label=_("Note"), max_length=300, required=False),
            }
            for name, field in fields.items():
                self.fields[f"line_{number}_{name}"] = field

    def _rows(self, first: int, more: int) -> int:
        text = str(self.data.get("rows", "")) if self.is_bound else ""
        sent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else first
        return max(1, min(sent + more, MOST_LINES))

    def lines_shown(self) -> list[list[forms.BoundField]]:
        return [[self[f"line_{number}_{name}"] for name in LINE_FIELDS] for number in range(self.count)]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for number in range(self.count):
            line = {name: data.get(f"line_{number}_{name}") for name in LINE_FIELDS}
            filled = any(line[name] not in (None, "") for name in LINE_FIELDS)
            if filled and not line["activity"] and f"line_{number}_activity" not in self.errors:
                self.add_error(f"line_{number}_activity", _("Choose the activity, or empty the whole line."))
        return data

    def lines(self, programme: Programme) -> list[LineData]:
        """Those that are not empty, in their order; `numbers` remembers where each stood."""
        found, self.numbers = [], []
        for number in range(self.count):
            line = {name: self.cleaned_data[f"line_{number}_{name}"] for name in LINE_FIELDS}
            if not line["activity"]:
                continue
            indicator = self.indicators.get(line["indicator"])
            unit = line["unit"] or (indicator.unit if indicator else "")
            line |= {"activity": self.activities[line["activity"]], "indicator": indicator, "unit": unit}
            found.append(LineData(**{**line, "source": line["source"] or programme.source}))
            self.numbers.append(number)
        return found

    @property
    def faults(self) -> list[dict[str, str]]:
        """In the summary a fault says which line it is in."""
        found = super().faults
        for fault in found:
            number = fault["id"].removeprefix("id_line_").partition("_")[0]
            if number.isdigit():
                fault["label"] = _("Line %(number)s: %(field)s") % {"number": int(number) + 1, "field": fault["label"]}
        return found

    def blame(self, error: DomainError) -> None:
        """The service names `lines.<index>.<field>`; here it is `line_<n>_<field>`."""
        fields = {}
        for name, texts in error.fields.items():
            if name.startswith("lines."):
                _lines, index, field = name.split(".")
                name = f"line_{self.numbers[int(index)]}_{field}"
            fields[name] = texts
        error.fields = fields
        super().blame(error)


class NewPlanForm(PlanForm):
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=_("Choose"))
    province = forms.ModelChoiceField(label=_("Province"), queryset=Area.objects.none())
    year = WholeField(label=_("Year"), max_value=2100)

    def __init__(self, data: Any = None, *, actor: User, more: bool = False) -> None:
        super().__init__(data, more=more)
        provinces = plan_provinces(actor)
        keys = [province.pk for province in provinces]
        fields: Any = self.fields
        fields["programme"].queryset = Programme.objects.filter(Q(area__isnull=True) | Q(area__in=keys))
        fields["programme"].label_from_instance = lambda row: f"{row.name} ({row.get_source_display()})"
        fields["province"].queryset = Area.objects.filter(pk__in=keys)
        if len(provinces) == 1:
            del fields["province"]
        self.only_province = provinces[0] if len(provinces) == 1 else None
        self.initial.setdefault("year", clock.today().year)

    def of_province(self) -> Area:
        found: Area = self.only_province or self.cleaned_data["province"]
        return found


def stored_plan(plan: AnnualPlan, lines: Sequence[LineData]) -> dict[str, Any]:
    """What the form would show of it now."""
    values: dict[str, Any] = {"note": plan.note}
    for number, line in enumerate(lines):
        shown = {name: getattr(line, name) for name in LINE_FIELDS}
        shown |= {"activity": line.activity.code, "indicator": line.indicator.code if line.indicator else ""}
        values |= {f"line_{number}_{name}": value for name, value in shown.items()}
    return values


class PlanDecisionForm(OnceForm, KcForm):
    issuer = forms.ModelChoiceField(label=_("Issued by"), queryset=Agency.objects.none(), empty_label=_("Choose"))
    number = NfcField(label=_("Number of the decision"), max_length=60, help_text=_("For example 45/QĐ-UBND."))
    decided_on = DateField(label=_("Date of the decision"))

    def __init__(self, *args: Any, plan: AnnualPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuer: Any = self.fields["issuer"]
        issuer.queryset = Agency.objects.deciding(plan.area_id)
