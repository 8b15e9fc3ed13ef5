"""What is typed about an import: the file, the choice before storing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import KcForm
from core.once import OnceForm
from imports.importers import Importer


class SendForm(OnceForm, KcForm):
    target = forms.ChoiceField(label=_("Belongs to"))
    file = forms.FileField(
        label=_("Workbook (XLSX)"),
        help_text=_("At most 10 MB and 10,000 rows. Nothing is stored before you have seen what was found."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, importer: Importer, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target: Any = self.fields["target"]
        if importer.asks_target:
            target.choices = [("", _("Choose")), *importer.targets(actor)]
        else:
            del self.fields["target"]


class VersionForm(KcForm):
    """A step for the rows as they were shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class StoreForm(OnceForm, VersionForm):
    valid_only = forms.BooleanField(required=False, widget=forms.HiddenInput)


class OnceOnlyForm(OnceForm, KcForm):
    """Nothing is typed."""
