"""What is typed about clusters: types and formats. Rules stand in services."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from clusters.models import Cluster, ClusterStage, WastewaterState
from clusters.services import KINDS, ClusterData, Kind, with_works
from core import clock
from core.forms import DateField, KcForm, MoneyField, NfcField, WholeField
from core.models import Source
from core.money import group
from core.once import OnceForm
from enterprises.choosing import EnterpriseByName
from places.forms import PlaceField, PlaceFilter
from places.models import Area, AreaClosure, Level
from programmes.listed import ListedForm
from projects.choosing import ProjectChoice, ProjectCodes


def provinces_of(user: User) -> "QuerySet[Area]":
    """Provinces of today in which the person enters clusters."""
    ids = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
    found: QuerySet[Area] = Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids)
    return found


class HectareField(forms.Field):
    """«35», «35,5», «1.234,56» hectares. Empty is None, not reported."""

    default_error_messages = {"invalid": _("Enter an area in hectares, for example 35,5.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "kc-input-number"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return group(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        text = str(value).strip()
        if not text:
            return None
        whole, _comma, rest = text.partition(",")
        plain = whole.replace(".", "")
        grouped = whole == plain or all(len(part) == 3 for part in whole.split(".")[1:])
        if not (plain.isascii() and plain.isdigit() and len(plain) <= 6 and grouped) or (
            rest and not (rest.isascii() and rest.isdigit() and len(rest) <= 2)
        ):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(f"{plain}.{rest or 0}")


class ClusterForm(OnceForm, KcForm):
    code = NfcField(label=_("Code"), max_length=40)
    name = NfcField(label=_("Name of the cluster"), max_length=300)
    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"))
    planned_ha = HectareField(label=_("Area of the plan (ha)"), help_text=_("Empty: not reported. 0: none."))
    industrial_ha = HectareField(label=_("Land that can be leased (ha)"))
    served_ha = HectareField(label=_("With infrastructure (ha)"))
    leased_ha = HectareField(label=_("Leased (ha)"))
    reference = NfcField(
        label=_("In the national database of clusters"),
        max_length=300,
        required=False,
        help_text=_("Its code or address there (Circular 15/2017/TT-BCT). What stands there is not entered twice."),
    )
    projects = ProjectCodes(label=_("Codes of the linked projects"), help_text=_("One code a line."))
    note = NfcField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, row: Cluster | None = None, **kwargs: Any) -> None:
        provinces = provinces_of(user)
        if row is not None:
            kwargs["initial"] = {**stored(row), "version": row.version}
        else:
            kwargs["initial"] = {"province": provinces.first()}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["province"].queryset = provinces
        fields["projects"].user = user
        if provinces.count() == 1:
            fields["province"].widget = forms.HiddenInput()

    def data_of(self) -> ClusterData:
        return ClusterData(**{name: self.cleaned_data[name] for name in ClusterData.__dataclass_fields__})


def stored(row: Cluster) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ClusterData.__dataclass_fields__}
    return {**values, "projects": list(row.projects.order_by("code"))}


_FIELDS: dict[str, Any] = {
    "stage": lambda kind: forms.ModelChoiceField(ClusterStage.objects.all(), label=_("Stage")),
    "area": lambda kind: PlaceField(label=_("Commune")),
    "name": lambda kind: NfcField(label=_("Work") if kind.slug == "works" else _("Investor"), max_length=300),
    "enterprise": lambda kind: EnterpriseByName(label=_("Establishment: tax code or name"), max_length=300),
    "area_ha": lambda kind: HectareField(label=_("Area (ha)")),
    "on": lambda kind: DateField(label=_("As of")),
    "decision_no": lambda kind: NfcField(label=_("Number of the decision"), max_length=60, required=False),
    "number": lambda kind: NfcField(label=_("Number"), max_length=60),
    "issuer": lambda kind: NfcField(label=_("Given by"), max_length=300, required=False),
    "issued_on": lambda kind: DateField(label=_("Date")),
    "valid_from": lambda kind: DateField(label=_("From"), required=False),
    "valid_to": lambda kind: DateField(label=_("Through"), required=False),
    "state": lambda kind: forms.ChoiceField(
        label=_("Central wastewater system"), choices=[("", _("Choose")), *WastewaterState.choices]
    ),
    "capacity_m3": lambda kind: WholeField(label=_("Capacity (m³ a day)"), max_value=10_000_000, required=False),
    "year": lambda kind: forms.IntegerField(label=_("Year"), min_value=1990, max_value=2100),
    "source": lambda kind: forms.ChoiceField(label=_("Source"), choices=[("", _("Choose")), *Source.choices]),
    "planned_vnd": lambda kind: MoneyField(
        label=_("Planned (đồng)"), required=False, help_text=_("Empty: not reported. 0: none.")
    ),
    "spent_vnd": lambda kind: MoneyField(label=_("Spent (đồng)"), required=False),
    "project": lambda kind: ProjectChoice(label=_("Supported by the project")),
    "note": lambda kind: NfcField(label=_("Note"), max_length=500, required=False),
}


class PartForm(OnceForm, KcForm):
    """One part of a cluster; which fields it has is told by its kind."""

    def __init__(self, *args: Any, kind: Kind, cluster: Cluster, user: User, row: Any = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {name: getattr(row, name) for name in kind.fields}
            if kwargs["initial"].get("project") is not None:
                kwargs["initial"]["project"] = row.project.public_id
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in kind.fields:
            field: Any = _FIELDS[name](kind)
            if isinstance(field, PlaceField):
                field.offer([cluster.province], clock.today(), also=[row.area] if row else [])
            elif isinstance(field, EnterpriseByName):
                field.user = user
            elif isinstance(field, ProjectChoice):
                field.offer(user, cluster.province_id)
            self.fields[name] = field

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.kind.fields}


class RemoveForm(KcForm):
    note = NfcField(label=_("Reason"), max_length=500)


class ClusterFilter(PlaceFilter):
    q = NfcField(label=_("Name or code"), max_length=100, required=False)
    stage = forms.ModelChoiceField(ClusterStage.objects.all(), label=_("Stage"), required=False, to_field_name="code")
    water = forms.ChoiceField(
        label=_("Central wastewater system"),
        choices=[("", _("All")), *WastewaterState.choices, ("not_reported", _("not reported"))],
        required=False,
    )
    operating = forms.BooleanField(label=_("Only those in operation"), required=False)
    works = forms.BooleanField(label=_("Only those with infrastructure works or projects"), required=False)
    field_order = ("q", "stage", "water", "area", "operating", "works")

    def __init__(self, data: Any, *, rows: "QuerySet[Cluster]") -> None:
        super().__init__(data, area_ids=rows.order_by().values("clustercommune_rows__area_id"))
        self.rows = rows

    def narrow(self) -> "QuerySet[Cluster]":
        """By what stands in the rows themselves; stage and wastewater are of a day, see `fits`."""
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.search(data["q"])  # type: ignore[attr-defined]
        if data.get("works"):
            rows = with_works(rows)
        if "area" in data:
            below = AreaClosure.objects.filter(ancestor=data["area"]).values("area_id")
            rows = rows.filter(clustercommune_rows__area_id__in=below).distinct()
        return rows

    def fits(self, standing: Any) -> bool:
        data = self.usable()
        if "stage" in data and standing.stage != data["stage"]:
            return False
        if data.get("operating") and not standing.operating:
            return False
        state = standing.wastewater.state if standing.wastewater else "not_reported"
        return "water" not in data or state == data["water"]


class StageForm(ListedForm):
    operating = forms.BooleanField(label=_("A cluster in this stage counts as operating"), required=False)


LISTS: dict[str, tuple[Any, Any, type[ListedForm]]] = {"stages": (_("Stages of clusters"), ClusterStage, StageForm)}
TITLES = {
    "communes": _("Communes"),
    "stages": _("Stages"),
    "investors": _("Investors of the infrastructure"),
    "occupants": _("Establishments in the cluster"),
    "licences": _("Environmental licences"),
    "wastewater": _("Central wastewater system"),
    "works": _("Infrastructure works and their money"),
}
assert set(TITLES) == set(KINDS)
