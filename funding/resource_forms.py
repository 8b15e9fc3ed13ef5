"""What is typed of resources mobilised. Rules stand in funding/resources.py."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import DateField, KcForm, MoneyField, NfcField
from core.once import OnceForm
from core.text import fold
from enterprises.choosing import EnterpriseByName
from funding.models import Giver, Pledge, ResourceKind
from funding.resources import PledgeData
from places.forms import PlaceField, PlaceFilter
from places.models import Area, AreaClosure, Level
from programmes.models import Programme
from projects.choosing import ProjectByCode
from projects.models import Project

ROLES = (Role.OFFICER, Role.CENTRE, Role.ACCOUNTANT)


def provinces_of(user: User) -> list[Area]:
    """Provinces of today in which the person enters resources."""
    ids = {pk for role in ROLES for pk in user.sight.province_roles.get(role, ())}
    return list(Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids))


class PledgeForm(OnceForm, KcForm):
    giver = forms.ChoiceField(
        label=_("Kind of source"),
        choices=[("", _("Choose")), *Giver.choices],
        help_text=_("Counterpart is what the beneficiary of a project brings itself."),
    )
    enterprise = EnterpriseByName(
        label=_("Establishment of the registry: tax code or name"), max_length=300, required=False
    )
    giver_name = NfcField(label=_("Or a name outside of the registry"), max_length=300, required=False)
    project = ProjectByCode(
        label=_("Code of the project"),
        max_length=40,
        required=False,
        help_text=_("Empty: for the programme of a year."),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, empty_label="–", to_field_name="code"
    )
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100, required=False)
    area = PlaceField(label=_("Place"), required=False)
    kind = forms.ChoiceField(label=_("Form of the contribution"), choices=[("", _("Choose")), *ResourceKind.choices])
    what = NfcField(label=_("In words"), max_length=300, help_text=_("For example one wood dryer, 200 m² of workshop."))
    promised_vnd = MoneyField(
        label=_("Value promised (đồng)"),
        required=False,
        help_text=_("Things, land and labour in value. Empty: promised without a sum."),
    )
    promised_on = DateField(label=_("Promised on"))
    paper = NfcField(
        label=_("Paper"), max_length=200, help_text=_("Kind, number and date, for example the letter of commitment.")
    )
    due_on = DateField(label=_("To be received until"), required=False)
    note = NfcField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, user: User, row: Pledge | None = None, project: Project | None = None, **kwargs: Any
    ) -> None:
        if row is not None:
            kwargs["initial"] = {**stored(row), "version": row.version}
        elif project is not None:
            kwargs["initial"] = {"project": project}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["enterprise"].user = fields["project"].user = user
        provinces = provinces_of(user)
        fields["area"].offer(provinces, clock.today(), also=[row.area] if row and row.area else [])
        rows = {area.uid: area for area in provinces}
        fields["area"].rows.update(rows)
        fields["area"].choices = [
            fields["area"].choices[0],
            (_("The whole province"), [(uid, area.full_name) for uid, area in rows.items()]),
            *fields["area"].choices[1:],
        ]
        here = Q(area__isnull=True) | Q(area__in=provinces)
        fields["programme"].queryset = Programme.objects.filter(here)

    def data_of(self) -> PledgeData:
        return PledgeData(**{name: self.cleaned_data[name] for name in PledgeData.__dataclass_fields__})


def stored(row: Pledge) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in PledgeData.__dataclass_fields__}
    return {**values, "programme": row.programme.code if row.programme else None}


class ReceiptForm(OnceForm, KcForm):
    amount_vnd = MoneyField(label=_("Received (đồng)"))
    received_on = DateField(label=_("Received on"))
    paper = NfcField(
        label=_("Paper"), max_length=200, help_text=_("For example the minutes of handing over, the invoice.")
    )
    note = NfcField(label=_("Note"), max_length=500, required=False)


class TakeBackForm(OnceForm, KcForm):
    receipt = forms.IntegerField(widget=forms.HiddenInput)
    note = NfcField(label=_("Reason"), max_length=500)


class WithdrawForm(KcForm):
    withdraw_reason = NfcField(
        label=_("Reason"), max_length=500, help_text=_("Nothing more is expected; what was received stays.")
    )


class PledgeFilter(PlaceFilter):
    STATES = (
        ("", _("All")),
        ("open", _("Not received yet")),
        ("overdue", _("Overdue")),
        ("nosum", _("Promised without a sum")),
        ("whole", _("Wholly received")),
        ("withdrawn", _("Withdrawn")),
    )
    BY = (
        ("giver", _("kind of source")),
        ("year", _("year")),
        ("place", _("commune")),
        ("kind", _("form of the contribution")),
    )
    q = NfcField(label=_("Who, what, project or paper"), max_length=100, required=False)
    giver = forms.ChoiceField(label=_("Kind of source"), choices=[("", _("All")), *Giver.choices], required=False)
    kind = forms.ChoiceField(
        label=_("Form of the contribution"), choices=[("", _("All")), *ResourceKind.choices], required=False
    )
    first = forms.IntegerField(label=_("From year"), min_value=1990, max_value=2100, required=False)
    last = forms.IntegerField(label=_("Through year"), min_value=1990, max_value=2100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    by = forms.ChoiceField(label=_("Sums by"), choices=BY, required=False)
    field_order = ("q", "giver", "kind", "first", "last", "area", "state", "by")

    def __init__(self, data: Any, *, rows: "QuerySet[Pledge]") -> None:
        places = Area.objects.filter(
            Q(pk__in=rows.order_by().values("area_id")) | Q(pk__in=rows.order_by().values("project__area_id"))
        )
        super().__init__(data, area_ids=places.values("pk"))
        self.rows: Any = rows

    def narrow(self) -> "QuerySet[Pledge]":
        """Of figured rows."""
        data, rows = self.usable(), self.rows
        for name in ("giver", "kind"):
            if data.get(name):
                rows = rows.filter(**{name: data[name]})
        if data.get("first"):
            rows = rows.filter(of_year__gte=data["first"])
        if data.get("last"):
            rows = rows.filter(of_year__lte=data["last"])
        if data.get("area"):
            below = AreaClosure.objects.filter(ancestor=data["area"]).values("area_id")
            rows = rows.filter(Q(area_id__in=below) | Q(project__area_id__in=below))
        if text := data.get("q"):
            known = Q(enterprise__folded__contains=fold(text)) | Q(project__folded__contains=fold(text))
            typed = Q(giver_name__icontains=text) | Q(what__icontains=text) | Q(paper__icontains=text)
            rows = rows.filter(known | typed)
        state = data.get("state")
        if state == "open":
            rows = rows.filter(withdrawn_on__isnull=True).filter(Q(left__gt=0) | Q(left__isnull=True))
        elif state == "overdue":
            rows = rows.overdue()
        elif state == "nosum":
            rows = rows.filter(promised_vnd__isnull=True)
        elif state == "whole":
            rows = rows.filter(left=0)
        elif state == "withdrawn":
            rows = rows.filter(withdrawn_on__isnull=False)
        found: QuerySet[Pledge] = rows
        return found
