"""What is typed of a difficulty with the rules. Rules stand in outreach/difficulties.py."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from core import clock
from core.forms import DateField, FilterForm, KcForm, NfcField
from core.once import OnceForm
from enterprises.choosing import EnterpriseByName
from outreach.difficulties import DifficultyData
from outreach.forms import DocumentField
from outreach.models import Difficulty, DifficultyState, ReportedBy
from outreach.review import OPEN
from places.forms import PlaceField, PlaceFilter
from places.models import Area, AreaClosure, Level
from places.services import province_of
from programmes.models import Activity, LegalDocument, SupportNorm
from projects.models import ProgressUpdate


def provinces_of(user: User) -> list[Area]:
    """Provinces of today of which the person notes difficulties."""
    ids = {pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())}
    rows = Area.objects.current().filter(level=Level.PROVINCE)
    if user.sight.granted_area_ids:
        ids |= set(
            Area.objects.filter(
                level=Level.PROVINCE, closure_down__area_id__in=user.sight.granted_area_ids
            ).values_list("pk", flat=True)
        )
    return list(rows.filter(pk__in=ids))


class NormField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} · {obj.get_source_display()} – {obj.activity_text}"[:140]


def _long(label: Any, rows: int = 3, **kwargs: Any) -> NfcField:
    return NfcField(label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class DifficultyForm(OnceForm, KcForm):
    problem = _long(_("Difficulty"), 4)
    proposal = _long(_("What should be changed"), required=False)
    document = DocumentField(
        LegalDocument.objects.all(),
        label=_("Legal document"),
        required=False,
        help_text=_("Document, norm or content: one is enough."),
    )
    norm = NormField(SupportNorm.objects.none(), label=_("Norm"), required=False)
    activity = forms.ModelChoiceField(
        Activity.objects.all(), label=_("Content of support"), required=False, to_field_name="code"
    )
    reporter = forms.ChoiceField(label=_("Told by"), choices=[("", _("Choose")), *ReportedBy.choices])
    enterprise = EnterpriseByName(
        label=_("Establishment: tax code or name"),
        max_length=300,
        required=False,
        help_text=_("Where one reported it."),
    )
    area = PlaceField(label=_("Commune"), required=False)
    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"), required=False)
    reported_on = DateField(label=_("Reported on"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        row: Difficulty | None = None,
        update: ProgressUpdate | None = None,
        document: LegalDocument | None = None,
        **kwargs: Any,
    ) -> None:
        provinces = provinces_of(user)
        if row is not None:
            kwargs["initial"] = {**stored(row), "version": row.version}
        else:
            kwargs["initial"] = {"reported_on": clock.today(), "document": document, **_of_update(update)}
            if len(provinces) == 1:
                kwargs["initial"].setdefault("province", provinces[0])
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["enterprise"].user = user
        fields["area"].offer(provinces, clock.today(), also=[row.area] if row and row.area else [])
        fields["province"].queryset = Area.objects.filter(pk__in=[area.pk for area in provinces])
        norms = SupportNorm.objects.visible_to(user).valid_on(clock.today())
        fields["norm"].queryset = (
            norms if row is None else SupportNorm.objects.filter(Q(pk__in=norms.values("pk")) | Q(pk=row.norm_id))
        )
        if len(provinces) <= 1:
            fields["province"].widget = forms.HiddenInput()

    def data_of(self) -> DifficultyData:
        return DifficultyData(**{name: self.cleaned_data[name] for name in DifficultyData.__dataclass_fields__})


def stored(row: Difficulty) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in DifficultyData.__dataclass_fields__}
    return {**values, "activity": row.activity.code if row.activity else None}


def _of_update(update: ProgressUpdate | None) -> dict[str, Any]:
    """What a report of progress says already."""
    if update is None:
        return {}
    project = update.project
    owners = list(project.beneficiaries.all()[:2])
    found: dict[str, Any] = {
        "problem": update.difficulties or update.proposals,
        "proposal": update.proposals if update.difficulties else "",
        "reported_on": update.on,
        "activity": next((row.code for row in project.activities.all()), None),
        "province": province_of(project.province),
    }
    if len(owners) == 1:
        return {**found, "reporter": ReportedBy.ESTABLISHMENT, "enterprise": owners[0]}
    return {**found, "reporter": ReportedBy.OFFICER}


class DifficultyFilter(PlaceFilter):
    STATES = (("", _("All")), ("open", _("Not resolved")), *DifficultyState.choices)
    q = NfcField(label=_("Words of the difficulty or the proposal"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    reporter = forms.ChoiceField(label=_("Told by"), choices=[("", _("All")), *ReportedBy.choices], required=False)
    document = DocumentField(
        LegalDocument.objects.none(), label=_("Legal document"), required=False, empty_label=_("All")
    )
    activity = forms.ModelChoiceField(
        Activity.objects.none(),
        label=_("Content of support"),
        required=False,
        to_field_name="code",
        empty_label=_("All"),
    )
    field_order = ("q", "state", "document", "activity", "reporter", "area")

    def __init__(self, data: Any, *, rows: Any) -> None:
        plain = rows.order_by()
        places = Area.objects.filter(Q(pk__in=plain.values("area_id")) | Q(pk__in=plain.values("enterprise__area_id")))
        super().__init__(data, area_ids=places.values("pk"))
        self.rows = rows
        fields: Any = self.fields
        fields["document"].queryset = LegalDocument.objects.all()
        fields["activity"].queryset = Activity.objects.all()

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        if data.get("q"):
            rows = rows.filter(Q(problem__icontains=data["q"]) | Q(proposal__icontains=data["q"]))
        if data.get("state") == "open":
            rows = rows.filter(state__in=OPEN)
        elif data.get("state"):
            rows = rows.filter(state=data["state"])
        for name in ("reporter", "document", "activity"):
            if data.get(name):
                rows = rows.filter(**{name: data[name]})
        if data.get("area"):
            below = AreaClosure.objects.filter(ancestor=data["area"]).values("area_id")
            rows = rows.filter(Q(area_id__in=below) | Q(enterprise__area_id__in=below))
        return rows


class ReviewFilter(FilterForm):
    AHEAD = ((90, _("90 days")), (30, _("30 days")), (180, _("180 days")), (365, _("a year")))
    days = forms.TypedChoiceField(label=_("Look ahead"), coerce=int, choices=AHEAD, required=False, empty_value=None)


class SendForm(KcForm):
    on = DateField(label=_("Sent on"))
    to = NfcField(label=_("To whom"), max_length=200, help_text=_("The agency that can change the rule."))
    paper = NfcField(label=_("Number of the paper"), max_length=200)


class AnsweredForm(KcForm):
    on = DateField(label=_("Answered on"))
    answer = _long(_("Answer"))
    paper = NfcField(label=_("Number of the paper"), max_length=200, required=False)


class ResolveForm(KcForm):
    on = DateField(label=_("Resolved on"))
    resolution = _long(_("How it was resolved"), help_text=_("The document that changed it, or why it ends without."))


class ReopenDifficultyForm(KcForm):
    note = NfcField(label=_("Reason"), max_length=500)
