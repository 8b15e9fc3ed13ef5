"""What is typed of templates and of the registration report: types and formats. Rules stand in services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DateField, KcForm, NfcField
from core.models import Source
from core.once import OnceForm
from papers import rendering
from papers.catalogue import LETTER, Form
from papers.services import TemplateData


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
        if upload.size > rendering.MAX_BYTES:
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
