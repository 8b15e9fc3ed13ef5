"""What is typed about classes: types and formats. Rules stand in services."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import DateField, KcForm, NfcField, WholeField
from core.once import OnceForm
from places.forms import PlaceField, PlaceFilter
from places.models import AreaClosure
from projects.models import Project
from training.models import TrainingClass, TrainingKind
from training.services import ClassData

FACTS = ("subject", "kind", "area", "starts_on", "ends_on", "total", "women")


class ClassForm(KcForm):
    subject = NfcField(label=_("Subject"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind of class"), choices=[("", _("Choose")), *TrainingKind.choices])
    area = PlaceField(label=_("Place"))
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    total = WholeField(
        label=_("Learners"), max_value=100_000, required=False, help_text=_("Empty: not reported. 0: nobody came.")
    )
    women = WholeField(label=_("of them women"), max_value=100_000, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, project: Project, row: TrainingClass | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {**stored(row), "version": row.version}
        else:
            kwargs["initial"] = {"area": project.area}
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        days = {clock.today(), *([project.decided_on] if project.decided_on else [])}
        area.offer([project.province], *days, also=[project.area, *([row.area] if row else [])])

    def clean_version(self) -> int:
        """A form that does not say what it was made from saves nothing over other people's work."""
        return self.cleaned_data["version"] or 0

    def data_of(self) -> ClassData:
        return ClassData(**{name: self.cleaned_data[name] for name in FACTS})


class NewClassForm(OnceForm, ClassForm):
    version = None  # type: ignore[assignment]

    def clean_version(self) -> int:
        return 0


def stored(row: TrainingClass) -> dict[str, Any]:
    """What the form would show of it now."""
    return {name: getattr(row, name) for name in FACTS}


class ClassFilter(PlaceFilter):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of class"), choices=[("", _("All kinds")), *TrainingKind.choices], required=False
    )
    field_order = ("year", "kind", "area")

    def __init__(self, data: Any, *, rows: "QuerySet[TrainingClass]") -> None:
        super().__init__(data, area_ids=rows.order_by().values("area_id"))
        self.rows = rows
        years = rows.order_by("-starts_on__year").values_list("starts_on__year", flat=True).distinct()
        self.fields["year"].choices = [("", _("All years")), *((year, year) for year in years)]  # type: ignore[attr-defined]

    def narrow(self) -> "QuerySet[TrainingClass]":
        data, rows = self.usable(), self.rows
        if "year" in data:
            rows = rows.filter(starts_on__year=data["year"])
        if "kind" in data:
            rows = rows.filter(kind=data["kind"])
        if "area" in data:
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=data["area"]).values("area_id"))
        return rows
