"""What is typed of a project's appraisal, contracts and adjustments: types and formats. Rules stand in services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from core import clock
from core.errors import DomainError
from core.forms import DateField, KcForm, MoneyField, NfcField
from core.models import Source
from core.once import OnceForm
from enterprises.models import Enterprise
from places.services import choices_on
from programmes.models import Activity
from projects.adjustments import values_of
from projects.appraisal import OpinionData, criteria
from projects.contracts import ContractData, current
from projects.forms import BeneficiaryField, CodesField, PaperField, kept_file
from projects.models import Contract, ContractKind, Mark, Opinion, Project, Recommendation
from projects.services import DecisionData


class OpinionForm(OnceForm, KcForm):
    """An opinion with the checklist; a line without a mark was not looked at."""

    recommendation = forms.ChoiceField(
        label=_("What I recommend"), choices=Recommendation.choices, widget=forms.RadioSelect
    )
    support_vnd = MoneyField(label=_("Support recommended"), required=False, help_text=_("In đồng."))
    remarks = NfcField(
        label=_("Remarks"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed unless everything is met and the file is fit."),
    )

    def __init__(self, *args: Any, project: Project, before: Opinion | None = None, **kwargs: Any) -> None:
        if before is not None:
            kwargs["initial"] = {
                "recommendation": before.recommendation,
                "support_vnd": before.support_vnd,
                "remarks": before.remarks,
                **{f"mark_{row.criterion.code}": row.mark for row in before.marks.all()},
                **{f"remark_{row.criterion.code}": row.remark for row in before.marks.all()},
            }
        super().__init__(*args, **kwargs)
        self.lines = list(criteria(project))
        for line in self.lines:
            self.fields[f"mark_{line.code}"] = forms.ChoiceField(
                label=line.name, choices=[("", _("Not looked at")), *Mark.choices], required=False
            )
            self.fields[f"remark_{line.code}"] = NfcField(label=_("Remark"), max_length=500, required=False)

    @property
    def checklist(self) -> list[dict[str, Any]]:
        """Each line with its two fields."""
        return [
            {"line": line, "mark": self[f"mark_{line.code}"], "remark": self[f"remark_{line.code}"]}
            for line in self.lines
        ]

    def opinion_data(self) -> OpinionData:
        data = self.cleaned_data
        return OpinionData(
            recommendation=data["recommendation"],
            remarks=data["remarks"],
            support_vnd=data["support_vnd"],
            marks={
                line.code: (data[f"mark_{line.code}"], data[f"remark_{line.code}"])
                for line in self.lines
                if data[f"mark_{line.code}"]
            },
        )


class ContractForm(OnceForm, KcForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContractKind.choices)
    annex_of = forms.ModelChoiceField(
        label=_("Annex to"),
        queryset=Contract.objects.none(),
        required=False,
        help_text=_("Only for an annex; the value is then that of the contract after it."),
    )
    enterprise = forms.ModelChoiceField(
        label=_("Beneficiary"),
        queryset=Enterprise.objects.none(),
        required=False,
        help_text=_("With whom a support contract is signed."),
    )
    number = NfcField(label=_("Number"), max_length=60)
    signed_on = DateField(label=_("Signed on"))
    party_a = NfcField(label=_("Party A"), max_length=300)
    party_b = NfcField(label=_("Party B"), max_length=300)
    value_vnd = MoneyField(label=_("Value"), help_text=_("In đồng, for example 300.000.000 or 300 triệu."))
    starts_on = DateField(label=_("Starts on"), required=False)
    ends_on = DateField(label=_("Ends on"), required=False)
    content = NfcField(label=_("Content"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = PaperField(label=_("The contract as a file"))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        rows = [row for row, _value in current(project)]
        fields["annex_of"].queryset = Contract.objects.filter(pk__in=[row.pk for row in rows])
        fields["annex_of"].label_from_instance = lambda row: f"{row.get_kind_display()} {row.number}"
        if not rows:
            del fields["annex_of"]
        fields["enterprise"].queryset = project.beneficiaries.order_by("folded", "pk")
        fields["party_b"].initial = project.implementing_unit.name
        if not project.beneficiaries.exists():
            del fields["enterprise"]

    def contract_data(self) -> ContractData:
        """Stores the file: to be called in the transaction."""
        data = self.cleaned_data
        names = ("kind", "number", "signed_on", "party_a", "party_b", "value_vnd", "starts_on", "ends_on", "content")
        return ContractData(
            **{name: data[name] for name in names},
            enterprise=data.get("enterprise"),
            annex_of=data.get("annex_of"),
            **kept_file(data["file"]),
        )


class ReasonForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class AdjustmentForm(OnceForm, KcForm):
    """The project as it is, to be changed into what is asked for."""

    reason = NfcField(label=_("Reason"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    starts_on = DateField(label=_("Starts on"), required=False)
    ends_on = DateField(label=_("Ends on"), required=False)
    area = forms.ChoiceField(label=_("Place"))
    partner = NfcField(label=_("Partner unit"), max_length=300, required=False)
    beneficiaries = BeneficiaryField(label=_("Beneficiaries"), required=False)
    activities = CodesField(
        label=_("Activities"),
        queryset=Activity.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    investment_vnd = MoneyField(label=_("Total investment"), required=False)
    support_national_vnd = MoneyField(label=_("National support in all"), required=False)
    support_local_vnd = MoneyField(label=_("Local support in all"), required=False)

    def __init__(self, *args: Any, project: Project, actor: User, **kwargs: Any) -> None:
        self.stored = values_of(project)
        initial: dict[str, Any] = dict(self.stored)
        initial |= {"starts_on": project.starts_on, "ends_on": project.ends_on}
        super().__init__(*args, initial=initial, **kwargs)
        fields: Any = self.fields
        rows = {row.uid: row for row in choices_on(project.province, clock.today())}
        rows.setdefault(project.area.uid, project.area)
        ordered = sorted(rows.values(), key=lambda row: (row.folded, row.uid))
        fields["area"].choices = [(row.uid, row.full_name) for row in ordered]
        fields["activities"].queryset = Activity.objects.select_related("group")
        fields["beneficiaries"].queryset = Enterprise.objects.visible_to(actor)
        if project.type == "task":
            del fields["beneficiaries"]
        for source in (Source.NATIONAL, Source.LOCAL):
            if source != project.programme.source and not self.stored[f"support_{source}_vnd"]:
                del fields[f"support_{source}_vnd"]

    def new_values(self) -> dict[str, Any]:
        """What is typed, in the terms of adjustments.values_of."""
        data = self.cleaned_data
        new: dict[str, Any] = {"area": data["area"], "partner": data["partner"]}
        new |= {name: data[name].isoformat() if data[name] else None for name in ("starts_on", "ends_on")}
        if "beneficiaries" in self.fields:
            new["beneficiaries"] = sorted(str(row.public_id) for row in data["beneficiaries"])
        new["activities"] = sorted(row.code for row in data["activities"])
        new["investment_vnd"] = data["investment_vnd"]
        for name in ("support_national_vnd", "support_local_vnd"):
            if name in self.fields:
                new[name] = data[name] or 0
        return new


class DecideAdjustmentForm(OnceForm, KcForm):
    issuer = forms.ModelChoiceField(label=_("Issued by"), queryset=Agency.objects.none())
    number = NfcField(label=_("Number of the decision"), max_length=60, help_text=_("For example 45/QĐ-UBND."))
    decided_on = DateField(label=_("Date of the decision"))
    file = PaperField(label=_("The decision as a file"))
    note = NfcField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issuer: Any = self.fields["issuer"]
        issuer.queryset = Agency.objects.deciding(project.province_id)

    def decision_data(self) -> DecisionData:
        data = self.cleaned_data
        return DecisionData(
            issuer=data["issuer"],
            number=data["number"],
            decided_on=data["decided_on"],
            **kept_file(data["file"]),
        )

    def blame(self, error: DomainError) -> None:
        names = {
            "decision": "number",
            "decision.number": "number",
            "decision.date": "decided_on",
            "decision.issuer": "issuer",
        }
        error.fields = {names.get(name, name): texts for name, texts in error.fields.items()}
        super().blame(error)
