"""What is typed about establishments: types and formats. Rules stand in services."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import KcForm, NfcField, WholeField
from core.once import OnceForm
from enterprises.models import Enterprise, EnterpriseKind
from enterprises.services import EnterpriseData
from places.forms import PlaceField, PlaceFilter
from places.models import Area, AreaClosure, Level

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
)


def provinces_entered_by(user: User) -> Iterable[Area]:
    """Provinces of today in which the person enters establishments."""
    ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
    found: QuerySet[Area] = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids)
    return found


class EnterpriseForm(KcForm):
    name = NfcField(label=_("Name"), max_length=300, help_text=_("As on the registration of the business."))
    kind = forms.ChoiceField(label=_("Kind of business"), choices=[("", _("Choose")), *EnterpriseKind.choices])
    tax_code = NfcField(
        label=_("Tax code"),
        max_length=20,
        required=False,
        help_text=_("10 digits, 10-3 for a dependent unit, or 12 for a household business. Empty: not reported."),
    )
    area = PlaceField(label=_("Commune"))
    address = NfcField(label=_("Address"), max_length=300, required=False)
    headcount = WholeField(
        label=_("Workers"),
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: not reported. 0: nobody works there now."),
    )
    representative = NfcField(label=_("Legal representative"), max_length=150, required=False)
    phone = NfcField(label=_("Telephone"), max_length=20, required=False)
    main_product = NfcField(label=_("Main product"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, enterprise: Enterprise | None = None, **kwargs: Any) -> None:
        if enterprise is not None:
            kwargs["initial"] = {**stored(enterprise), "version": enterprise.version}
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        area.offer(provinces_entered_by(actor), clock.today(), also=[enterprise.area] if enterprise else [])
        for name in ("tax_code", "phone"):
            self.fields[name].widget.attrs.update(inputmode="tel" if name == "phone" else "numeric", autocomplete="off")
        self.fields["tax_code"].widget.attrs["class"] = "kc-input-money"

    def clean_version(self) -> int:
        """A form that does not say what it was made from saves nothing over other people's work."""
        return self.cleaned_data["version"] or 0

    def data_of(self) -> EnterpriseData:
        data = {name: self.cleaned_data[name] for name in FACTS}
        return EnterpriseData(**{**data, "tax_code": data["tax_code"] or None})


class NewEnterpriseForm(OnceForm, EnterpriseForm):
    version = None  # type: ignore[assignment]


def stored(enterprise: Enterprise) -> dict[str, Any]:
    """What the form would show of it now."""
    return {name: getattr(enterprise, name) for name in FACTS}


class EnterpriseFilter(PlaceFilter):
    q = NfcField(label=_("Name or tax code"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of business"), choices=[("", _("All kinds")), *EnterpriseKind.choices], required=False
    )
    field_order = ("q", "kind", "area")

    def __init__(self, data: Any, *, rows: "QuerySet[Enterprise]") -> None:
        """`rows`: the establishments the person may see."""
        super().__init__(data, area_ids=rows.order_by().values("area_id"))
        self.rows = rows

    def narrow(self) -> "QuerySet[Enterprise]":
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        if "kind" in data:
            rows = rows.filter(kind=data["kind"])
        if "area" in data:
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=data["area"]).values("area_id"))
        return rows
