"""What is typed of a dated rule. Rules stand in programmes/rules.py; here are types, formats and lists."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import DateField, FilterForm, KcForm, MoneyField, NfcField, WholeField
from core.models import SUPPORT_SOURCES, Verified
from core.money import group
from core.once import OnceForm
from places.models import Area, Level
from programmes.kinds import kind_names
from programmes.models import (
    Activity,
    ActivityGroup,
    DatedRule,
    EligibilitySubject,
    LegalDocument,
)
from programmes.norms import CapScope
from programmes.permissions import may_change_rule
from programmes.rules import COMMON, OF_A_VERSION, Kind, codes_of, norm_codes

YEARS = [
    (0, _("in the year of the plan")),
    (-1, _("in the year before the plan")),
    (-2, _("two years before the plan")),
    (1, _("in the year after the plan")),
    (2, _("two years after the plan")),
]
PAST_DAY = _(
    "On a day that has passed: what was decided since then is compared with the rules as they are now entered."
)
SOURCES = [(source, source.label) for source in SUPPORT_SOURCES]


class RuleFilter(FilterForm):
    on = DateField(label=_("In force on"), required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("All sources")), *SOURCES], required=False)


class FractionField(forms.Field):
    """«50», «1,5», «50 %». Empty is None."""

    default_error_messages = {"invalid": _("Enter a number, for example 50 or 1,5.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "kc-input-number"}
        super().__init__(widget=forms.TextInput(attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return group(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        text = str(value).replace("%", "").strip()
        if not text:
            return None
        whole, _comma, rest = text.replace(".", ",").partition(",")
        digits = whole + rest
        if not whole or len(whole) > 4 or len(rest) > 2 or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(f"{whole}.{rest or 0}")


class CodeField(forms.TypedChoiceField):
    """One of the codes the portal knows; of one source where that is settled."""

    def __init__(self, field: str, source: str, *, empty: Any = None, **kwargs: Any) -> None:
        known = [
            (code, found.label) for code, found in codes_of(field).items() if not source or source in found.sources
        ]
        first = _("Choose") if kwargs.get("required", True) else (empty or "–")
        super().__init__(choices=[("", first), *known], **kwargs)


def _long(label: Any, **kwargs: Any) -> NfcField:
    return NfcField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), required=False, **kwargs)


class KindsField(forms.MultipleChoiceField):
    """Codes of kinds of establishment, separated by blanks."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        names = kind_names()
        super().__init__(choices=list(names.items()), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    def clean(self, value: Any) -> Any:
        return " ".join(super().clean(value))


def _norm_codes() -> list[tuple[str, str]]:
    return [(code, f"{code} – {names}") for code, names in norm_codes().items()]


def _grouped_activities() -> Any:
    field: Any = forms.ModelChoiceField(
        label=_("Activity"),
        queryset=Activity.objects.select_related("group"),
        required=False,
        empty_label=_("All activities"),
    )
    return field


def _group_field() -> Any:
    return forms.ModelChoiceField(
        label=_("Group of activities"),
        queryset=ActivityGroup.objects.all(),
        required=False,
        empty_label="–",
        help_text=_("Instead of a single activity."),
    )


# Each field of a kind, made for a source of money («»: not settled yet).
FIELDS: dict[str, dict[str, Callable[[str], forms.Field]]] = {
    "norms": {
        "code": lambda source: forms.ChoiceField(
            label=_("Kind of norm"),
            choices=[("", _("Choose")), *_norm_codes()],
            help_text=_("The activities that are measured by it."),
        ),
        "activity_text": lambda source: NfcField(label=_("What is supported"), max_length=300),
        "beneficiary_text": lambda source: NfcField(label=_("Who is supported"), max_length=200, required=False),
        "ceiling_amount_vnd": lambda source: MoneyField(
            label=_("Ceiling"),
            required=False,
            help_text=_("For each unit. The lower of amount and percentage holds. Empty: not set."),
        ),
        "ceiling_percent": lambda source: FractionField(label=_("Percent of cost"), required=False),
        "unit": lambda source: NfcField(
            label=_("Per"), max_length=60, help_text=_("For example: cơ sở, mô hình, gian hàng.")
        ),
        "multiplier_of": lambda source: forms.ChoiceField(
            label=_("Multiple of the norm"), choices=[("", "–"), *_norm_codes()], required=False
        ),
        "multiplier": lambda source: FractionField(label=_("Times"), required=False, help_text=_("For example 1,5.")),
        "cap_scope": lambda source: forms.ChoiceField(
            label=_("The amount counts for"), choices=CapScope.choices, initial=CapScope.UNKNOWN
        ),
    },
    "steps": {
        "step": lambda source: CodeField("step", source, label=_("What must be done")),
        "before": lambda source: CodeField(
            "before", source, label=_("Before"), empty=_("Only a deadline"), required=False
        ),
        "deadline_day": lambda source: WholeField(label=_("Day of the deadline"), max_value=31, required=False),
        "deadline_month": lambda source: WholeField(label=_("Month of the deadline"), max_value=12, required=False),
        "deadline_years": lambda source: forms.TypedChoiceField(
            label=_("Year of the deadline"), choices=YEARS, coerce=int, initial=0
        ),
    },
    "criteria": {
        "name": lambda source: NfcField(label=_("What is checked"), max_length=400),
    },
    "papers": {
        "name": lambda source: NfcField(label=_("Paper"), max_length=300),
        "needed_for": lambda source: CodeField("needed_for", source, label=_("Needed for")),
        "activity": lambda source: _grouped_activities(),
        "group": lambda source: _group_field(),
        "condition": lambda source: _long(_("Condition"), help_text=_("Only where not every file needs it.")),
    },
    "adjustments": {
        "change": lambda source: CodeField("change", source, label=_("What changes")),
        "name": lambda source: NfcField(
            label=_("Name"), max_length=200, help_text=_("As the document calls this kind of adjustment.")
        ),
        "authority": lambda source: CodeField("authority", source, label=_("Decided by")),
    },
    "tiers": {
        "activity": lambda source: _grouped_activities(),
        "group": lambda source: _group_field(),
        "tier": lambda source: WholeField(label=_("Tier"), max_value=9, help_text=_("1 for the first advance.")),
        "percent": lambda source: FractionField(
            label=_("Percent of the support"), help_text=_("How much may be advanced in all up to this tier.")
        ),
        "condition": lambda source: _long(_("Condition")),
    },
    "priorities": {
        "name": lambda source: NfcField(label=_("Priority"), max_length=300),
        "norm_code": lambda source: forms.ChoiceField(
            label=_("Norm that it raises"), choices=[("", _("All norms")), *_norm_codes()], required=False
        ),
        "place": lambda source: forms.ModelChoiceField(
            label=_("Place with priority"),
            queryset=Area.objects.current().exclude(level=Level.DISTRICT).order_by("level", "folded"),
            required=False,
            empty_label=_("Everywhere"),
        ),
        "coefficient": lambda source: FractionField(
            label=_("Coefficient"), help_text=_("How many times the amount of the norm, for example 1,2.")
        ),
    },
}
FIELDS |= {
    "kinds": {
        "name": lambda source: NfcField(
            label=_("Name"), max_length=200, help_text=_("As people call this kind of establishment.")
        ),
    },
    "trades": {
        "name": lambda source: NfcField(label=_("Trade"), max_length=300),
        "condition": lambda source: _long(_("Condition"), help_text=_("Only where it is not supported everywhere.")),
    },
    "eligibility": {
        "subject": lambda source: forms.ChoiceField(
            label=_("What it judges"), choices=[("", _("Choose")), *EligibilitySubject.choices]
        ),
        "name": lambda source: NfcField(label=_("Rule in words"), max_length=300),
        "kinds": lambda source: KindsField(label=_("Kinds of establishment"), required=False),
        "capital_max_vnd": lambda source: MoneyField(label=_("Capital at most"), required=False),
        "workers_max": lambda source: WholeField(
            label=_("Workers at most"), required=False, help_text=_("One of the two limits kept is enough.")
        ),
        "unit_types": lambda source: NfcField(
            label=_("Types of unit in which it is kept"),
            max_length=200,
            required=False,
            help_text=_("Of a rule on places, for example: Xã; Thị trấn. Elsewhere a person has to look."),
        ),
        "condition": lambda source: _long(
            _("Condition"), help_text=_("What a person has to look at before the answer is yes.")
        ),
    },
}
SEEN = {"evidence": lambda source: NfcField(label=_("Where it was seen"), max_length=500, required=False)}
FIELDS["norms"] |= SEEN
FIELDS["tiers"] |= SEEN


class RuleForm(OnceForm, KcForm):
    """A rule: `add`, `replace` or `correct`. `row` is the one that is replaced or corrected."""

    reason = NfcField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why this is entered or changed. It is kept in the history."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, kind: Kind, mode: str, actor: User, row: DatedRule | None = None) -> None:
        self.kind, self.mode, self.row = kind, mode, row
        initial = {} if row is None else {**stored_rule(kind, row), "version": row.row_version}
        if mode == "replace":  # its time and what it was compared with are its own
            initial = {name: value for name, value in initial.items() if name not in OF_A_VERSION}
        super().__init__(data, initial=initial)
        source = row.source if row is not None else ""
        made: dict[str, forms.Field] = {}
        if row is None and kind.sourced:
            made |= {"source": forms.ChoiceField(label=_("Source"), choices=[("", _("Choose")), *SOURCES])}
        if row is None:
            made |= {"area": area_field(actor)}
        made |= {name: make(source) for name, make in FIELDS[kind.slug].items() if name not in self._fixed()}
        made |= {
            "valid_from": DateField(label=_("In force from"), required=row is None or row.valid_from is not None),
            "valid_to": DateField(
                label=_("In force through"), required=False, help_text=_("Empty: in force until further notice.")
            ),
            "legal_basis": NfcField(
                label=_("Legal basis"),
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"list": "legal-documents", "autocomplete": "off"}),
                help_text=_("Document and article, for example 28/2018/TT-BTC Điều 8 khoản 4."),
            ),
            "verified": forms.ChoiceField(
                label=_("Compared with the document"),
                choices=[("", _("Choose")), *Verified.choices],
                help_text=_("Only a verified rule refuses; another one is told as a warning."),
            ),
            "note": _long(_("Note")),
        }
        if mode == "replace":
            made["valid_from"].required = True
            made["valid_from"].help_text = PAST_DAY
        self.fields = {**made, **self.fields}

    def _fixed(self) -> set[str]:
        if self.mode == "replace":
            return set(self.kind.fixed)
        return {"code"} if self.mode == "correct" else set()

    @property
    def documents(self) -> list[str]:
        """Numbers of documents, to choose from while typing."""
        return list(LegalDocument.objects.exclude(number="").values_list("number", flat=True))

    def values(self) -> dict[str, Any]:
        """What was typed, by field of the rule."""
        known = {*self.kind.placed, *self.kind.own, *COMMON}
        return {name: value for name, value in self.cleaned_data.items() if name in known}


def stored_rule(kind: Kind, row: DatedRule) -> dict[str, Any]:
    """What the form would show of it now; of a list from which nothing is chosen the empty choice."""
    shown = {name: getattr(row, name) for name in (*kind.own, *COMMON)}
    lists = {field.name for field in kind.model._meta.concrete_fields if field.is_relation}
    return {name: "" if value is None and name in lists else value for name, value in shown.items()}


def area_field(actor: User) -> forms.Field:
    """Where it holds: the provinces of the administrator, and the whole country where that is theirs too."""
    country = bool(may_change_rule(None, actor))
    provinces = Area.objects.current().filter(pk__in=actor.sight.administers_ids)
    field: forms.Field = forms.ModelChoiceField(
        label=_("Place"),
        queryset=provinces,
        required=not country,
        empty_label=_("The whole country") if country else _("Choose"),
    )
    return field


class EndForm(OnceForm, KcForm):
    valid_to = DateField(label=_("In force through"), help_text=PAST_DAY)
    reason = NfcField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why it ends, with the document that says so. It is kept in the history."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
