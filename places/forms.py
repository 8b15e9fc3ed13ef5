"""Choosing a place: in a filter among those that hold something, in a form among those of a day."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.forms import FilterForm
from places.models import Area, Level
from places.services import choices_on, resolve_area

GROUPS = ((Level.COMMUNE, _("Communes")), (Level.DISTRICT, _("Districts of before")))


def grouped(rows: Iterable[Area]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Choices of a select: communes, then districts, each by name."""
    found = sorted(rows, key=lambda row: (row.folded, row.uid))
    choices = [(title, [(row.uid, row.full_name) for row in found if row.level == level]) for level, title in GROUPS]
    return [group for group in choices if group[1]]


class PlaceFilter(FilterForm):
    """A filter with a place: a unit holds what lies in it, in what it was formed from and in what was below it."""

    area = forms.CharField(label=_("Place"), max_length=30, widget=forms.Select, required=False)

    def __init__(self, data: Any, *, area_ids: Any, **kwargs: Any) -> None:
        """`area_ids`: where there is something (a query); only what holds one of these is offered."""
        super().__init__(data, **kwargs)
        holding = Area.objects.filter(closure_down__area_id__in=area_ids)
        rows = holding.filter(Q(level=Level.DISTRICT) | Q(level=Level.COMMUNE, valid_to__isnull=True)).distinct()
        self.fields["area"].widget.choices = [("", _("All places")), *grouped(rows)]

    def clean_area(self) -> Area | None:
        """A unit by its uid or code, also one that the list does not offer."""
        text = self.cleaned_data["area"]
        if not text:
            return None
        try:
            area = resolve_area(text)
        except Invalid as error:
            raise forms.ValidationError(error.fields["area"]) from None
        choices = self.fields["area"].widget.choices
        if all(area.uid != uid for _title, group in choices[1:] for uid, _name in group):
            choices.append((area.uid, area.full_name))
        if text != area.uid:
            self.retype("area", area.uid)
        return area


class PlaceField(forms.ChoiceField):
    """One unit out of those offered, by its uid; gives the Area."""

    default_error_messages = {"required": _("Choose the place."), "invalid_choice": _("Choose a place of the list.")}

    def offer(self, provinces: Iterable[Area], *days: dt.date, also: Iterable[Area] = ()) -> None:
        """The units of the days, and those that are chosen already."""
        rows = {row.pk: row for province in provinces for day in days for row in choices_on(province, day)}
        rows.update({row.pk: row for row in also if row.level != Level.PROVINCE})
        self.rows = {row.uid: row for row in rows.values()}
        self.choices = [("", _("Choose")), *grouped(rows.values())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return value.uid if isinstance(value, Area) else value
