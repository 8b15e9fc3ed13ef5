"""What is typed about classes: types and formats. Rules stand in services."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import DateField, KcForm, NfcField, WholeField
from core.once import OnceForm
from places.forms import PlaceField, PlaceFilter
from places.models import AreaClosure
from projects.models import Project
from training.counting import towards
from training.models import TrainingClass, TrainingKind, TrainingSubject
from training.services import ClassData
from training.subjects import countable

FACTS = (
    "subject", "kind", "topic", "course", "area", "starts_on", "ends_on", "total", "women", "budget_line",
)  # fmt: skip


class ClassForm(KcForm):
    subject = NfcField(label=_("Subject"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind of class"), choices=[("", _("Choose")), *TrainingKind.choices])
    topic = forms.ModelChoiceField(
        label=_("Subject of the list"),
        queryset=TrainingSubject.objects.none(),
        required=False,
        empty_label=_("None of the list"),
        help_text=_("Targets count classes by their kind and by this subject."),
    )
    course = NfcField(
        label=_("Course"), max_length=200, required=False, help_text=_("The same name joins classes to a course.")
    )
    area = PlaceField(label=_("Place"))
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    total = WholeField(
        label=_("Learners"), max_value=100_000, required=False, help_text=_("Empty: not reported. 0: nobody came.")
    )
    women = WholeField(label=_("of them women"), max_value=100_000, required=False)
    budget_line = forms.ChoiceField(label=_("Line of the budget table"), required=False)
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
        topics: Any = self.fields["topic"]
        day = row.starts_on if row else clock.today()
        offered = TrainingSubject.objects.filter(Q(area__isnull=True) | Q(area=project.province)).valid_on(day)
        topics.queryset = offered | TrainingSubject.objects.filter(pk=(row.topic_id if row else 0) or 0)
        lines = [line.content for line in project.lines.all()]
        kept = [row.budget_line] if row and row.budget_line and row.budget_line not in lines else []
        budget_line: Any = self.fields["budget_line"]
        budget_line.choices = [("", "–"), *((text, text) for text in dict.fromkeys([*lines, *kept]))]

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
    topic = forms.ModelChoiceField(
        label=_("Subject of the list"), queryset=TrainingSubject.objects.none(), required=False, empty_label=_("All")
    )
    course = forms.ChoiceField(label=_("Course"), required=False)
    counts = forms.ModelChoiceField(
        label=_("Counts towards"),
        queryset=countable().none(),
        required=False,
        to_field_name="code",
        empty_label=_("All classes"),
    )
    field_order = ("year", "kind", "topic", "course", "counts", "area")

    def __init__(self, data: Any, *, rows: "QuerySet[TrainingClass]") -> None:
        super().__init__(data, area_ids=rows.order_by().values("area_id"))
        self.rows = rows
        topics: Any = self.fields["topic"]
        topics.queryset = TrainingSubject.objects.filter(classes__in=rows.order_by()).distinct()
        courses: Any = self.fields["course"]
        names = rows.exclude(course="").order_by("course").values_list("course", flat=True).distinct()
        courses.choices = [("", _("All")), *((name, name) for name in names)]
        counted: Any = self.fields["counts"]
        counted.queryset = countable().distinct()
        years = rows.order_by("-starts_on__year").values_list("starts_on__year", flat=True).distinct()
        self.fields["year"].choices = [("", _("All years")), *((year, year) for year in years)]  # type: ignore[attr-defined]

    def narrow(self) -> "QuerySet[TrainingClass]":
        data, rows = self.usable(), self.rows
        if "year" in data:
            rows = rows.filter(starts_on__year=data["year"])
        if "kind" in data:
            rows = rows.filter(kind=data["kind"])
        if "topic" in data:
            rows = rows.filter(topic=data["topic"])
        if "course" in data:
            rows = rows.filter(course=data["course"])
        if "counts" in data:
            found = towards(data["counts"], clock.today())
            rows = rows.filter(Q(kind__in=found.kinds) | Q(topic__in=found.topics)) if found else rows.none()
        if "area" in data:
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=data["area"]).values("area_id"))
        return rows
