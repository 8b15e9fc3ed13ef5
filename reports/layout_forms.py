"""What is typed of the look of reports, and on the page of verification. Rules stand in services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DateField, KcForm, NfcField
from core.once import OnceForm
from files.packages import MAX_BYTES
from reports.forms import kind_choices
from reports.layouts import LayoutData, ReportTemplateData
from reports.models import TemplateFormat

OF_THE_AGENCY = _("Empty: the agency's own name.")


def _all_kinds() -> list[tuple[str, Any]]:
    return [("", _("All reports")), *kind_choices()]


class LayoutForm(OnceForm, KcForm):
    kind = forms.ChoiceField(label=_("For which report"), required=False, choices=_all_kinds)
    valid_from = DateField(label=_("Valid from"))
    parent_name = NfcField(label=_("Authority above"), max_length=300, required=False, help_text=OF_THE_AGENCY)
    name = NfcField(label=_("Issuing office"), max_length=300, required=False, help_text=OF_THE_AGENCY)
    place = NfcField(label=_("Place"), max_length=100, required=False, help_text=_("Empty: the name of the area."))
    symbol = NfcField(
        label=_("Symbol"),
        max_length=40,
        required=False,
        help_text=_("After the number, for example /BC-SCT. The number is given when the report is issued."),
    )
    summary = NfcField(
        label=_("Summary"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "What the report is about. {kỳ} and {địa bàn} stand for period and area. Empty: made from its title."
        ),
    )
    signer_titles = NfcField(
        label=_("Titles of the signer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A line each, for example KT. GIÁM ĐỐC and below it PHÓ GIÁM ĐỐC."),
    )
    signer_name = NfcField(
        label=_("Name of the signer"), max_length=200, required=False, help_text=_("Empty: space to sign.")
    )
    recipients = NfcField(
        label=_("Recipients"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A line each, without dashes. Empty: the ministry's unit and the people's committee."),
    )
    annexed = forms.BooleanField(
        label=_("The tables are annexes, each on pages of its own"),
        required=False,
        help_text=_("Otherwise they stand in the body, before the signature."),
    )
    checked = forms.BooleanField(
        label=_("I compared it with the office's own papers, and it agrees."),
        required=False,
        help_text=_("Otherwise it is shown as not verified."),
    )
    reason = NfcField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def layout_data(self) -> LayoutData:
        return LayoutData(**{name: value for name, value in self.cleaned_data.items() if name != "form_key"})


class ReportTemplateForm(OnceForm, KcForm):
    file = forms.FileField(label=_("File"))
    title = NfcField(label=_("Title"), max_length=200, help_text=_("How people tell it from the others."))
    kind = forms.ChoiceField(label=_("For which report"), required=False, choices=_all_kinds)
    checked = forms.BooleanField(
        label=_("I compared it with the official form, and it agrees."),
        required=False,
        help_text=_("Otherwise it is shown as not verified."),
    )
    note = NfcField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, of: TemplateFormat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        self.fields["file"].label = of.label
        self.fields["file"].widget.attrs["accept"] = f".{of.value}"
        self.fields["file"].help_text = _("A file of at most 5 MB without macros, objects and links.")

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return upload

    def template_data(self) -> ReportTemplateData:
        data = self.cleaned_data
        return ReportTemplateData(
            format=self.of.value,
            title=data["title"],
            content=data["file"].read(),
            file_name=data["file"].name or "",
            kind=data["kind"],
            checked=data["checked"],
            note=data["note"],
        )


class WithdrawTemplateForm(OnceForm, KcForm):
    note = NfcField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class CheckForm(KcForm):
    file = forms.FileField(
        label=_("File to be checked"),
        help_text=_("The PDF, Word, Excel or JSON file as you received it. It is compared and not kept."),
    )
