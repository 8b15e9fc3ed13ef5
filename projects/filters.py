"""What the list of projects is narrowed by. What cannot be used is named and left out."""

from typing import Any

from django import forms
from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.forms import KcForm, told
from core.models import SUPPORT_SOURCES
from enterprises.models import Enterprise
from places.models import Area, AreaClosure, Level
from places.services import resolve_area
from programmes.models import Activity
from projects.columns import COLUMNS, Column, columns
from projects.forms import CodeField
from projects.models import WAITING, Project, ProjectState

SOURCES = [(source, source.label) for source in SUPPORT_SOURCES]


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += list(label) if isinstance(label, (list, tuple)) else [(key, label)]
    return found


class ProjectFilter(KcForm):
    """`rows`: the projects the person may see; only years, places and activities that occur among them are offered."""

    q = forms.CharField(label=_("Name, code, beneficiary or tax code"), max_length=100, required=False)
    year = forms.TypedChoiceField(label=_("Budget year"), coerce=int, empty_value=None, required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("", _("All sources")), *SOURCES], required=False)
    activity = CodeField(
        label=_("Activity"),
        queryset=Activity.objects.all(),
        to_field_name="code",
        empty_label=_("All activities"),
        required=False,
    )
    area = forms.CharField(label=_("Place"), max_length=30, widget=forms.Select, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All states")), ("waiting", _("Waiting for a decision")), *ProjectState.choices],
        required=False,
    )
    late = forms.BooleanField(label=_("Late only"), required=False)
    columns = forms.MultipleChoiceField(
        label=_("Columns"),
        choices=[(column.code, column.label) for column in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: Any, *, rows: "QuerySet[Project]") -> None:
        super().__init__(data)
        self.rows = rows
        self.used = {name for name, value in data.items() if str(value).strip() and name in self.fields} - {"columns"}
        fields: Any = self.fields
        offered = self._offered()
        fields["year"].choices = [("", _("All years")), *((key, key) for key, _name, _level in offered["year"][::-1])]
        fields["activity"].choices = [
            ("", _("All activities")),
            *((key, name) for key, name, _level in offered["activity"]),
        ]
        groups = ((Level.COMMUNE, _("Communes")), (Level.DISTRICT, _("Districts of before")))
        places = [(title, [(key, name) for key, name, of in offered["area"] if of == level]) for level, title in groups]
        fields["area"].widget.choices = [("", _("All places")), *(group for group in places if group[1])]

    def _offered(self) -> dict[str, list[tuple[str, str, str]]]:
        """Years, activities and places that occur, as (key, name, level of the place), in order; one statement for all.

        Places are the communes of today with something in them or in what they were formed from, and the districts of
        before.
        """
        rows = self.rows.order_by()

        def part(kind: str, found: Any, key: Any, name: Any, level: Any, first: Any, second: Any) -> Any:
            texts = [Cast(text, CharField()) for text in (Value(kind), key, name, level, first)]
            return found.order_by().values_list(*texts, Cast(second, IntegerField()))

        none = Value("")
        doing = Project.activities.through.objects.filter(activity=OuterRef("pk"), project__in=rows.values("pk"))
        activities = Activity.objects.filter(Exists(doing))
        below = AreaClosure.objects.filter(ancestor=OuterRef("pk"), area__projects__in=rows.values("pk"))
        today = Q(level=Level.COMMUNE, valid_to__isnull=True)
        areas = Area.objects.filter(Q(level=Level.DISTRICT) | today).filter(Exists(below))
        statement = part("year", rows.values("year").distinct(), F("year"), none, none, none, F("year")).union(
            part("activity", activities, F("code"), F("name"), none, F("group__code"), F("pk")),
            part("area", areas, F("uid"), F("full_name"), F("level"), F("folded"), F("pk")),
        )
        found: dict[str, list[tuple[str, str, str]]] = {"year": [], "activity": [], "area": []}
        for kind, key, name, level, _first, _second in sorted(statement, key=lambda row: row[4:]):
            found[kind].append((key, name, level))
        return found

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
            self.data = self.data.copy()
            self.data["area"] = area.uid
        return area

    def clean_late(self) -> bool:
        """A tick box takes any word for a yes; an address with another word in it is not understood."""
        if self.data.get("late", "") not in ("", "1", "on", "true", "0", "false"):
            raise forms.ValidationError(_("Tick it, or leave it."))
        return bool(self.cleaned_data["late"]) and self.data["late"] != "0"

    def narrow(self) -> "QuerySet[Project]":
        """The rows that fit everything that can be used."""
        self.is_valid()
        data, rows = self.cleaned_data, self.rows
        if data.get("q"):
            owners = Enterprise.objects.search(data["q"])
            linked = Project.beneficiaries.through.objects.filter(enterprise__in=owners).values("project_id")
            rows = rows.filter(Q(pk__in=Project.objects.search(data["q"]).values("pk")) | Q(pk__in=linked))
        if data.get("year"):
            rows = rows.filter(year=data["year"])
        if data.get("source"):
            rows = rows.filter(programme__source=data["source"])
        if data.get("activity"):
            doing = Project.activities.through.objects.filter(activity=data["activity"]).values("project_id")
            rows = rows.filter(pk__in=doing)
        if data.get("area"):
            rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=data["area"]).values("area_id"))
        if data.get("state"):
            rows = rows.filter(state__in=WAITING if data["state"] == "waiting" else [data["state"]])
        if data.get("late"):
            rows = rows.late()  # type: ignore[attr-defined]
        return rows

    @property
    def shown_columns(self) -> list[Column]:
        """Those that were chosen, otherwise the usual ones."""
        self.is_valid()
        return columns(self.cleaned_data.get("columns") or ())

    @property
    def in_words(self) -> str:
        """«Budget year: 2026; State: Draft», of what is used."""
        self.is_valid()
        return told(self)

    @property
    def ignored(self) -> list[str]:
        """«Budget year: abc» for each part of the address that could not be used."""
        known = {*self.fields, "page", "format", "all", "step"}
        wrong = [f"{self.fields[name].label}: {self.data.get(name, '')[:40]}" for name in self.errors]
        return wrong + [f"{name[:20]}: {self.data.get(name, '')[:40]}" for name in self.data if name not in known]
