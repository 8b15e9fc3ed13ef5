"""What is typed about establishments: types and formats. Rules stand in services."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import DateField, FilterForm, KcForm, MoneyField, NfcField, WholeField
from core.once import OnceForm
from enterprises.facets import facets
from enterprises.merging import CHOICES
from enterprises.models import FIGURES, NO_TRADE, Enterprise, LinkKind
from enterprises.parts import Part
from enterprises.services import EnterpriseData, industries
from places.forms import PlaceField, PlaceFilter
from places.models import Area, AreaClosure, Level
from programmes.kinds import kind_names, kinds_on, trade_names, trades_on

FACTS = (
    "name",
    "kind",
    "tax_code",
    "area",
    "address",
    "headcount",
    "representative",
    "phone",
    "main_product",
    "technology",
    "raw_material",
    "craft_village",
    "trade",
    "industry_code",
    "ceased_on",
)
NONE_OF_THEM = _("None of the trades of the law")


def provinces_entered_by(user: User) -> Iterable[Area]:
    """Provinces of today in which the person enters establishments."""
    ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
    found: QuerySet[Area] = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids)
    return found


class EnterpriseForm(KcForm):
    name = NfcField(label=_("Name"), max_length=300, help_text=_("As on the registration of the business."))
    kind = forms.ChoiceField(label=_("Kind of business"))
    tax_code = NfcField(
        label=_("Tax code"),
        max_length=20,
        required=False,
        help_text=_("10 digits, 10-3 for a dependent unit, or 12 for a household business. Empty: not reported."),
    )
    area = PlaceField(label=_("Commune"))
    address = NfcField(label=_("Address"), max_length=300, required=False)
    moved_on = DateField(
        label=_("Moved there on"),
        required=False,
        help_text=_("Only where it has moved: the place before is kept. Empty: the place is put right."),
    )
    trade = forms.ChoiceField(
        label=_("Trade by law"),
        required=False,
        help_text=_("By it and by kind, size and place it is judged whether it may be supported."),
    )
    industry_code = NfcField(
        label=_("Industry (VSIC 2025)"),
        max_length=6,
        required=False,
        widget=forms.TextInput(attrs={"list": "industries", "autocomplete": "off", "class": "kc-input-number"}),
        help_text=_("Two or four digits, for example 1610. Type a word to find the code."),
    )
    main_product = NfcField(label=_("Main product"), max_length=300, required=False)
    technology = NfcField(label=_("Technology"), max_length=500, required=False)
    raw_material = NfcField(label=_("Raw material"), max_length=500, required=False)
    craft_village = NfcField(label=_("Craft village"), max_length=200, required=False)
    headcount = WholeField(
        label=_("Workers"),
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: not reported. 0: nobody works there now."),
    )
    representative = NfcField(label=_("Legal representative"), max_length=150, required=False)
    phone = NfcField(label=_("Telephone"), max_length=20, required=False)
    ceased_on = DateField(label=_("Ceased on"), required=False, help_text=_("Empty: it works."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, enterprise: Enterprise | None = None, **kwargs: Any) -> None:
        if enterprise is not None:
            kwargs["initial"] = {**stored(enterprise), "version": enterprise.version}
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        provinces = list(provinces_entered_by(actor))
        around: list[Area | None] = [*provinces] or [None]
        fields["area"].offer(provinces, clock.today(), also=[enterprise.area] if enterprise else [])
        kinds = {code: name for place in around for code, name in kinds_on(None, place).items()}
        trades = {code: name for place in around for code, name in trades_on(None, place).items()}
        if enterprise is not None:  # what is no longer offered stays what it is
            kinds.setdefault(enterprise.kind, enterprise.get_kind_display())
            if enterprise.trade and enterprise.trade != NO_TRADE:
                trades.setdefault(enterprise.trade, trade_names().get(enterprise.trade, enterprise.trade))
        fields["kind"].choices = [("", _("Choose")), *kinds.items()]
        fields["trade"].choices = [("", _("Not reported")), *trades.items(), (NO_TRADE, NONE_OF_THEM)]
        for name in ("tax_code", "phone"):
            fields[name].widget.attrs.update(inputmode="tel" if name == "phone" else "numeric", autocomplete="off")
        fields["tax_code"].widget.attrs["class"] = "kc-input-money"

    @property
    def industries(self) -> list[tuple[str, str]]:
        """Codes to choose from while typing."""
        return list(industries().items())

    def clean_version(self) -> int:
        """A form that does not say what it was made from saves nothing over other people's work."""
        return self.cleaned_data["version"] or 0

    def data_of(self) -> EnterpriseData:
        data = {name: self.cleaned_data[name] for name in FACTS}
        moved_on = self.cleaned_data.get("moved_on")
        return EnterpriseData(**{**data, "tax_code": data["tax_code"] or None, "moved_on": moved_on})


class NewEnterpriseForm(OnceForm, EnterpriseForm):
    """`different`: ids, separated by blanks, of the establishments shown as alike of which the person said that this is
    none of them."""

    version = None  # type: ignore[assignment]
    moved_on = None  # type: ignore[assignment]
    different = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    @property
    def said_different(self) -> list[str]:
        return str(self.cleaned_data.get("different", "")).split()


def stored(enterprise: Enterprise) -> dict[str, Any]:
    """What the form would show of it now."""
    return {name: getattr(enterprise, name) for name in FACTS}


class EnterpriseFilter(PlaceFilter):
    q = NfcField(label=_("Name or tax code"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind of business"), required=False)
    trade = forms.ChoiceField(label=_("Trade"), required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), ("working", _("At work")), ("ceased", _("Ceased"))], required=False
    )
    field_order = ("q", "kind", "trade", "area", "state")

    def __init__(self, data: Any, *, rows: "QuerySet[Enterprise]", user: User) -> None:
        """`rows`: the establishments the person may see."""
        super().__init__(data, area_ids=rows.order_by().values("area_id"))
        for one in facets():
            if one.narrow is not None:
                choices = [("", _("All")), *one.choices]
                self.fields[one.name] = forms.ChoiceField(label=one.label, choices=choices, required=False)
                self.used |= {one.name} if str(data.get(one.name, "")).strip() else set()
        self.user = user
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [("", _("All kinds")), *kind_names().items()]
        fields["trade"].choices = [("", _("All trades")), *trade_names().items(), (NO_TRADE, NONE_OF_THEM)]
        self.rows = rows

    def narrow(self) -> "QuerySet[Enterprise]":
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        for name in ("kind", "trade"):
            if name in data:
                rows = rows.filter(**{name: data[name]})
        if "state" in data:
            rows = rows.filter(ceased_on__isnull=data["state"] == "working")
        if "area" in data:
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=data["area"]).values("area_id"))
        for one in facets():
            if one.narrow is not None and one.name in data:
                rows = one.narrow(rows, data[one.name], self.user)  # type: ignore[arg-type]
        return rows

    @property
    def of_facets(self) -> list[Any]:
        return [self[one.name] for one in facets() if one.narrow is not None]


class DayFilter(FilterForm):
    on = DateField(label=_("On the day"), required=False)


# --- parts of the record ----------------------------------------------------------------------------------------------

LABELS = {
    "capital_vnd": _("Capital"),
    "workers": _("Workers"),
    "women": _("Women among them"),
    "revenue_vnd": _("Revenue"),
    "tax_paid_vnd": _("Tax paid"),
}


class OtherField(NfcField):
    """Another establishment by its tax code or name; gives the Enterprise."""

    rows: Any = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = list(self.rows.search(text)[:6])
        exact = [row for row in found if text in (row.tax_code, row.name)]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("No establishment has this name or tax code. Enter it first."))
        names = "; ".join(f"{row.name} ({row.tax_code or row.area})" for row in found[:5])
        raise forms.ValidationError(
            _("Several fit. Type the tax code or the whole name: %(names)s."), params={"names": names}
        )

    def prepare_value(self, value: Any) -> Any:
        return (value.tax_code or value.name) if isinstance(value, Enterprise) else value


def _fields_of(part: Part) -> dict[str, forms.Field]:
    days = {
        "valid_from": DateField(label=_("From"), required=False),
        "valid_to": DateField(label=_("Through"), required=False, help_text=_("Empty: until further notice.")),
    }
    if part.slug == "years":
        figures: dict[str, forms.Field] = {
            name: (MoneyField if name.endswith("_vnd") else WholeField)(label=LABELS[name], required=False)
            for name in FIGURES
        }
        return {
            "year": WholeField(label=_("Year"), max_value=9999),
            **figures,
            "not_applicable": forms.MultipleChoiceField(
                label=_("Does not apply"),
                choices=list(LABELS.items()),
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=_("An empty figure is «not reported»; 0 is none."),
            ),
        }
    if part.slug == "certificates":
        return {
            "name": NfcField(
                label=_("Certificate"), max_length=200, help_text=_("For example ISO 22000, HACCP, OCOP.")
            ),
            "number": NfcField(label=_("Number"), max_length=60, required=False),
            "issuer": NfcField(label=_("Issued by"), max_length=200, required=False),
            **days,
        }
    if part.slug == "contacts":
        return {
            "person": NfcField(label=_("Name"), max_length=150),
            "position": NfcField(label=_("Position"), max_length=100, required=False),
            "phone": NfcField(label=_("Telephone"), max_length=20, required=False),
            "email": forms.EmailField(label=_("E-mail"), required=False),
            "consents": forms.BooleanField(
                label=_("Agrees to get letters about policies by e-mail"),
                required=False,
                help_text=_("Only where the person said so. Without it nothing is sent."),
            ),
            "purpose": NfcField(
                label=_("What for"), max_length=200, help_text=_("Only whoever is needed for it is kept here.")
            ),
        }
    return {
        "kind": forms.ChoiceField(label=_("Kind of link"), choices=[("", _("Choose")), *LinkKind.choices]),
        "other": OtherField(
            label=_("The other establishment"), max_length=300, help_text=_("Its tax code, or its name as registered.")
        ),
        "what": NfcField(label=_("What"), max_length=200, required=False),
        **days,
    }


class PartForm(OnceForm, KcForm):
    def __init__(self, data: Any = None, *, part: Part, actor: User, row: Any = None) -> None:
        initial = {} if row is None else {name: getattr(row, name) for name in part.fields}
        if "not_applicable" in initial:
            initial["not_applicable"] = initial["not_applicable"].split()
        super().__init__(data, initial=initial)
        self.fields = {**_fields_of(part), **self.fields}
        self.part = part
        for field in self.fields.values():
            if isinstance(field, OtherField):
                field.rows = Enterprise.objects.visible_to(actor).select_related("area")

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data.get(name) for name in self.part.fields}
        if "not_applicable" in values:
            values["not_applicable"] = " ".join(values["not_applicable"] or [])
        return values


# --- merging ----------------------------------------------------------------------------------------------------------

CHOICE_LABELS = {
    "name": _("Name"),
    "kind": _("Kind of business"),
    "tax_code": _("Tax code"),
    "place": _("Place"),
    "headcount": _("Workers"),
    "phone": _("Telephone"),
    "representative": _("Legal representative"),
    "main_product": _("Main product"),
    "technology": _("Technology"),
    "raw_material": _("Raw material"),
    "craft_village": _("Craft village"),
    "trade": _("Trade"),
    "industry": _("Industry (VSIC 2025)"),
    "ceased_on": _("Ceased on"),
}


class MergeForm(OnceForm, KcForm):
    """Which entry stays, and of each field in which the two differ whose value holds. A value that one lacks is that of
    the other at first."""

    keep = forms.ChoiceField(label=_("Which entry stays"), widget=forms.RadioSelect)
    note = NfcField(
        label=_("Note"), max_length=500, required=False, help_text=_("How it is known that the two are one.")
    )

    def __init__(self, data: Any = None, *, first: Enterprise, second: Enterprise) -> None:
        super().__init__(data)
        ids = [str(first.public_id), str(second.public_id)]
        fields: dict[str, Any] = self.fields
        stays = 1 if second.tax_code and not first.tax_code else 0
        fields["keep"].choices = [(one, row.name) for one, row in zip(ids, (first, second), strict=True)]
        fields["keep"].initial = ids[stays]
        self.different: list[str] = []
        for choice, names in CHOICES.items():
            values = [[getattr(row, name) for name in names] for row in (first, second)]
            if values[0] == values[1]:
                continue
            empty = [values[n][0] in (None, "") for n in (0, 1)]
            fields[choice] = forms.ChoiceField(
                label=CHOICE_LABELS[choice],
                choices=[(one, _said(row, choice)) for one, row in zip(ids, (first, second), strict=True)],
                initial=ids[1 - stays] if empty[stays] and not empty[1 - stays] else ids[stays],
                widget=forms.RadioSelect,
            )
            self.different.append(choice)

    @property
    def rows(self) -> list[forms.BoundField]:
        return [self[name] for name in ("keep", *self.different)]

    def take(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.different}


def _said(row: Enterprise, choice: str) -> str:
    """A value as the page shows it."""
    if choice == "kind":
        return row.get_kind_display()
    if choice == "place":
        return ", ".join(part for part in (row.address, row.area.full_name) if part)
    if choice == "trade":
        known: dict[str, Any] = {**trade_names(), NO_TRADE: NONE_OF_THEM}
        return str(known.get(row.trade, row.trade or "–"))
    value = getattr(row, CHOICES[choice][0])
    if choice == "ceased_on":
        return f"{value:%d/%m/%Y}" if value else "–"
    return str(value) if value not in (None, "") else "–"
