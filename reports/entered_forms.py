"""What is typed of a figure that is not counted. Rules stand in entering.py."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import DateField, FilterForm, KcForm, NfcField
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from core.once import OnceForm
from core.text import nfc
from places.models import Area, Level
from programmes.models import ReportingPeriod
from reports.entering import FigureData
from reports.measures.measure import MEASURES
from reports.models import EnteredFigure, Nature


def provinces_of(user: User) -> "QuerySet[Area]":
    """Provinces of today whose figures the person enters."""
    ids = user.sight.province_roles.get(Role.OFFICER, frozenset())
    found: QuerySet[Area] = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids)
    return found


def measure_choices() -> list[tuple[Any, Any]]:
    """Those that are not counted first: of them an official figure can be entered."""
    by_hand = [(code, f"{one.title} ({one.unit})") for code, one in MEASURES.items() if one.manual]
    counted = [(code, f"{one.title} ({one.unit})") for code, one in sorted(MEASURES.items()) if not one.manual]
    return [("", _("Choose")), (_("Entered by hand"), by_hand), (_("Counted: only an estimate"), counted)]


class FigureField(forms.Field):
    """«12», «11,9», «-1.234,56». Empty is None, not reported."""

    default_error_messages = {"invalid": _("Enter a number, for example 11,9.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "kc-input-number"}
        super().__init__(widget=forms.TextInput(attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return group(value).replace("−", "-") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        text = nfc(str(value)).strip().replace("−", "-")
        if not text:
            return None
        below = text.startswith("-")
        whole, comma, rest = text.removeprefix("-").partition(",")
        plain = whole.replace(".", "")
        grouped = whole == plain or (
            1 <= len(whole.split(".")[0]) <= 3 and all(len(x) == 3 for x in whole.split(".")[1:])
        )
        digits = plain.isascii() and plain.isdigit() and len(plain) <= 17 and grouped
        decimals = rest.isascii() and rest.isdigit() and len(rest) <= 2 if comma else True
        if not digits or not decimals:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        amount = Decimal(f"{plain}.{rest or 0}")
        return -amount if below else amount


class FigureForm(OnceForm, KcForm):
    """The figure itself and where it comes from; of a new one also which it is (NewFigureForm)."""

    value = FigureField(label=_("Figure"), required=False, help_text=_("In the unit of the figure; money in đồng."))
    not_applicable = NfcField(
        label=_("Why it does not apply"),
        max_length=300,
        required=False,
        help_text=_("Only where there cannot be a figure: then the reports print «x»."),
    )
    origin = NfcField(
        label=_("Where it comes from"), max_length=300, help_text=_("For example: statistics office of the province.")
    )
    document_no = NfcField(label=_("Document number"), max_length=60, required=False)
    document_on = DateField(label=_("Document date"), required=False)

    def figure(self) -> FigureData:
        data = self.cleaned_data
        return FigureData(
            data["value"], data["origin"], data["not_applicable"], data["document_no"], data["document_on"]
        )


class NewFigureForm(FigureForm):
    area = forms.ModelChoiceField(
        label=_("Province"), queryset=Area.objects.none(), to_field_name="uid", empty_label=None
    )
    measure = forms.ChoiceField(label=_("Which figure"), choices=measure_choices)
    period = forms.ModelChoiceField(label=_("Period"), queryset=ReportingPeriod.objects.none(), to_field_name="code")
    nature = forms.ChoiceField(
        label=_("Official or estimate"),
        choices=Nature.choices,
        help_text=_("An estimate stands in the reports until the official figure comes."),
    )
    source = forms.ChoiceField(
        label=_("Source of money"),
        required=False,
        choices=[("", _("All together")), *((s.value, s.label) for s in Source if s in SUPPORT_SOURCES)],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        area.queryset = provinces_of(user).order_by("code")
        if area.queryset.count() == 1:
            area.initial = area.queryset[0].uid
            area.widget = forms.HiddenInput()
        periods = (
            ReportingPeriod.objects.offered().filter(data_from__lte=clock.today()).exclude(kind="plan_registration")
        )
        period: Any = self.fields["period"]
        period.queryset = periods.order_by("-data_to", "-data_from")
        period.label_from_instance = lambda row: f"{row.label}: {row.data_from:%d/%m/%Y} – {row.data_to:%d/%m/%Y}"


class CorrectFigureForm(FigureForm):
    reason = NfcField(label=_("Reason for the correction"), max_length=300)

    def __init__(self, *args: Any, row: EnteredFigure, **kwargs: Any) -> None:
        names = ("value", "not_applicable", "origin", "document_no", "document_on")
        super().__init__(*args, initial={name: getattr(row, name) for name in names}, **kwargs)


class FigureFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False, empty_value=None)
    measure = forms.ChoiceField(label=_("Which figure"), required=False)
    nature = forms.ChoiceField(label=_("Official or estimate"), required=False)
    replaced = forms.BooleanField(label=_("Also those corrected since"), required=False)

    def __init__(self, data: Any, *, rows: "QuerySet[EnteredFigure]") -> None:
        super().__init__(data)
        self.rows = rows
        years = rows.order_by("-period__year").values_list("period__year", flat=True).distinct()
        codes = rows.order_by("measure").values_list("measure", flat=True).distinct()
        titles = [(code, MEASURES[code].title if code in MEASURES else code) for code in codes]
        for name, every, choices in (
            ("year", _("All years"), [(year, year) for year in years]),
            ("measure", _("All figures"), titles),
            ("nature", _("Both"), Nature.choices),
        ):
            self.fields[name].choices = [("", every), *choices]  # type: ignore[attr-defined]

    def narrow(self) -> "QuerySet[EnteredFigure]":
        chosen = self.usable()
        rows = self.rows if chosen.get("replaced") else self.rows.current()  # type: ignore[attr-defined]
        for name, path in (("year", "period__year"), ("measure", "measure"), ("nature", "nature")):
            rows = rows.filter(**{path: chosen[name]}) if name in chosen else rows
        return rows.select_related("period", "province", "entered_by", "replaced_by")
