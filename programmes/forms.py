"""What the reference pages are narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DateField, FilterForm, NfcField
from core.models import SUPPORT_SOURCES


class TextFilter(FilterForm):
    q = NfcField(label=_("Words, number or code"), max_length=100, required=False)


class YearFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [("", "–"), *((year, year) for year in years)]  # type: ignore[attr-defined]


class NormFilter(FilterForm):
    on = DateField(label=_("In force on"), required=False)
    source = forms.ChoiceField(
        label=_("Source"),
        choices=[("", _("All sources")), *((source, source.label) for source in SUPPORT_SOURCES)],
        required=False,
    )
    all = forms.BooleanField(label=_("Also those no longer in force"), required=False)
