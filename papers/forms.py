"""What is typed of templates and of the registration report: types and formats. Rules stand in services."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import DomainError
from core.forms import DateField, KcForm, MoneyField, NfcField, WholeField
from core.models import Source
from core.once import OnceForm
from files import packages
from papers.catalogue import LETTER, Form
from papers.engagements import EngagementData, auditors_of
from papers.services import TemplateData
from places.models import Area
from projects.models import Project


class TemplateForm(OnceForm, KcForm):
    file = forms.FileField(
        label=_("Word document"),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx"}),
        help_text=_("A .docx file of at most 5 MB without macros, objects and links."),
    )
    title = NfcField(label=_("Title"), max_length=200, help_text=_("How people tell it from the others."))
    source = forms.ChoiceField(
        label=_("For which money"),
        required=False,
        choices=[
            ("", _("All sources")),
            (Source.NATIONAL.value, Source.NATIONAL.label),
            (Source.LOCAL.value, Source.LOCAL.label),
        ],
    )
    valid_from = DateField(label=_("Valid from"), required=False, help_text=_("Empty: from now on."))
    valid_to = DateField(label=_("Valid to"), required=False, help_text=_("Empty: until another takes its place."))
    checked = forms.BooleanField(
        label=_("I compared it with the official form, and it agrees."),
        required=False,
        help_text=_("Otherwise it is shown as not verified."),
    )
    note = NfcField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = form
        if form.code == LETTER:
            del self.fields["source"]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > packages.MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return upload

    def template_data(self) -> TemplateData:
        data = self.cleaned_data
        upload = data["file"]
        return TemplateData(
            form=self.of.code,
            title=data["title"],
            content=upload.read(),
            file_name=upload.name or "",
            source=data.get("source", ""),
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
            checked=data["checked"],
            note=data["note"],
        )


class WithdrawForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class NarrativeForm(KcForm):
    """The three parts of the registration report, completed by the officer before it is printed. Nothing is stored."""

    results_before = NfcField(
        label=_("Results of the year before"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )
    state_now = NfcField(label=_("State of this year"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))
    aims_next = NfcField(label=_("Aims of the plan year"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))


class EngagementForm(OnceForm, KcForm):
    name = NfcField(label=_("Name of the audit"), max_length=300)
    document_no = NfcField(label=_("Number of the decision"), max_length=60, required=False)
    auditors = forms.ModelMultipleChoiceField(
        label=_("Auditors"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People who have the role of an inspector or auditor today."),
    )
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("To"))
    year_from = forms.IntegerField(label=_("First budget year"), min_value=2000, max_value=2100)
    year_to = forms.IntegerField(label=_("Last budget year"), min_value=2000, max_value=2100)
    codes = NfcField(
        label=_("Only these projects"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Codes, separated by blanks or commas. Empty: all projects of these years."),
    )

    def __init__(self, *args: Any, province: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.province = province
        auditors: Any = self.fields["auditors"]
        auditors.queryset = auditors_of(province)
        auditors.label_from_instance = lambda person: person.full_name

    def clean_codes(self) -> list[Project]:
        asked = {code.upper() for code in re.split(r"[\s,;]+", self.cleaned_data["codes"]) if code}
        found = {row.code.upper(): row for row in Project.objects.filter(province=self.province, code__in=asked)}
        unknown = sorted(asked - set(found))
        if unknown:
            raise forms.ValidationError(_("There is no such project: %(codes)s.") % {"codes": ", ".join(unknown[:10])})
        return list(found.values())

    def engagement_data(self) -> EngagementData:
        data = self.cleaned_data
        return EngagementData(
            name=data["name"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            year_from=data["year_from"],
            year_to=data["year_to"],
            auditors=list(data["auditors"]),
            projects=data["codes"],
            document_no=data["document_no"],
        )

    def blame(self, error: DomainError) -> None:
        error.fields = {("codes" if name == "projects" else name): texts for name, texts in error.fields.items()}
        super().blame(error)


class CloseForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SampleForm(OnceForm, KcForm):
    size = WholeField(label=_("How many payments"), help_text=_("At most 200."))
    least_vnd = MoneyField(
        label=_("Only of at least"), required=False, help_text=_("In đồng. Empty: payments of every size.")
    )
