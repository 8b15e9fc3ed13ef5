"""What is typed of an inspection: types and formats. Rules stand in services."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from core import clock
from core.errors import DomainError
from core.forms import DateField, KcForm, NfcField
from core.once import OnceForm
from projects.forms import PaperField, PhotosField, kept_file
from projects.inspections import InspectionData
from projects.models import Inspection, Project

LINES = 6
FACTS = ("inspected_on", "inspectors", "place", "findings", "difficulties", "number", "minutes_on")


def _text(label: Any, rows: int, longest: int = 5000, **kwargs: Any) -> NfcField:
    return NfcField(
        label=label, max_length=longest, required=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


class InspectionForm(OnceForm, KcForm):
    """`row`: the draft that is changed, or (with `corrects`) the signed one a new record puts right."""

    inspected_on = DateField(label=_("Day of the inspection"))
    agency = forms.ModelChoiceField(label=_("Agency that inspects"), queryset=Agency.objects.none())
    inspectors = _text(_("Who inspected"), 3, 2000, help_text=_("One a line: name, office."))
    place = NfcField(label=_("Place of the inspection"), max_length=300, required=False)
    findings = _text(_("Findings"), 5)
    difficulties = _text(_("Difficulties"), 3)
    number = NfcField(label=_("Number of the minutes"), max_length=60, required=False)
    minutes_on = DateField(label=_("Date of the minutes"), required=False)
    file = PaperField(label=_("The minutes as a file"))
    photos = PhotosField(label=_("Photos"), help_text=_("JPEG or PNG, up to 10. They are made small before sending."))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, project: Project, user: User, row: Inspection | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"inspected_on": clock.today(), "agency": user.agency_id}
        wanted: list[Any] = []
        if row is not None:
            initial = {name: getattr(row, name) for name in FACTS}
            initial |= {"agency": row.agency_id, "version": row.version}
            wanted = list(row.requirements.all())
        for number, item in enumerate(wanted):
            initial |= {f"want_{number}": item.text, f"due_{number}": item.due_on}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        of_province = Q(area_id=project.province_id) | Q(area__isnull=True) | Q(pk=project.implementing_unit_id)
        self.fields["agency"].queryset = Agency.objects.filter(of_province | Q(pk=user.agency_id))  # type: ignore[attr-defined]
        self.lines = max(LINES, len(wanted) + 2)
        for number in range(self.lines):
            self.fields[f"want_{number}"] = NfcField(
                label=_("Requirement %(number)s") % {"number": number + 1}, max_length=500, required=False
            )
            self.fields[f"due_{number}"] = DateField(label=_("Until"), required=False)

    @property
    def facts(self) -> list[forms.BoundField]:
        return [self[name] for name in ("inspected_on", "agency", "inspectors", "place", "findings", "difficulties")]

    @property
    def minutes(self) -> list[forms.BoundField]:
        return [self[name] for name in ("number", "minutes_on", "file", "photos")]

    @property
    def wanted(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"want_{number}"], self[f"due_{number}"]) for number in range(self.lines)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        found: list[tuple[str, dt.date]] = []
        for number in range(self.lines):
            text, due = data.get(f"want_{number}"), data.get(f"due_{number}")
            if text and due:
                found.append((text, due))
            elif text and f"due_{number}" not in self.errors:
                self.add_error(f"due_{number}", _("Say until when."))
            elif due and f"want_{number}" not in self.errors:
                self.add_error(f"want_{number}", _("Say what is asked for."))
        data["requirements"] = found
        return data

    def inspection_data(self) -> InspectionData:
        """Stores the file: to be called in the transaction of the change."""
        data = self.cleaned_data
        return InspectionData(
            **{name: data[name] for name in FACTS},
            agency=data["agency"],
            requirements=data["requirements"],
            **kept_file(data["file"]),
        )

    def blame(self, error: DomainError) -> None:
        if "requirements" in error.fields:
            error.fields["want_0"] = error.fields.pop("requirements")
        super().blame(error)


class SignForm(OnceForm, KcForm):
    """Signing a draft."""


class MetForm(OnceForm, KcForm):
    on = DateField(label=_("Done on"))
    note = NfcField(label=_("How it was done"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)
