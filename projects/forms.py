"""What is typed about projects, their steps and their progress: types and formats. Rules stand in services."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, AgencyKind, User
from accounts.roles import Role
from core import clock
from core.errors import DomainError
from core.forms import DateField, KcForm, MoneyField, NfcField, WholeField
from core.models import SUPPORT_SOURCES, Source
from core.once import OnceForm
from core.text import fold
from enterprises.merging import standing_of
from enterprises.models import Enterprise
from files.services import check_paper, store_bytes
from places.forms import PlaceFilter
from places.models import Area, Level
from places.services import choices_on
from programmes.models import Activity, Indicator, Method, PlanLine, PlanState, Programme, ReportingPeriod
from projects.line_form import FREE, MORE, LinesField, column_of, drawn, in_words, told, typed_rows
from projects.lines import lines_of
from projects.models import Project, ProjectType
from projects.progress import ProgressData
from projects.reminders import periods
from projects.services import DecisionData, PaperData, ProjectData

FOUND_AT_ONCE = 20  # beneficiaries shown of a search


class CodeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row by its code. A code with a null character is in no list, and PostgreSQL would not even look it up."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value).replace("\0", "\ufffd") if value else value)


class CodesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows by their codes, as CodeField."""

    def clean(self, value: Any) -> Any:
        return super().clean([str(code).replace("\0", "\ufffd") for code in value or ()])


def countable() -> "QuerySet[Indicator]":
    """What a project can plan and achieve itself. Learners are counted from the classes."""
    return Indicator.objects.filter(method=Method.COMPUTED, training_kinds="").exclude(unit_counted="percent")


class _CountForm(KcForm):
    """A form with one count for each indicator, named `<prefix>_<pk>`."""

    def add_counts(self, prefix: str, indicators: Iterable[Indicator]) -> None:
        self.indicators = {f"{prefix}_{indicator.pk}": indicator for indicator in indicators}
        for name, indicator in self.indicators.items():
            self.fields[name] = WholeField(label=indicator.name, required=False, help_text=indicator.unit)

    def counts(self) -> list[tuple[Indicator, int]]:
        """Those that were typed; an empty one is not reported."""
        found = ((indicator, self.cleaned_data.get(name)) for name, indicator in self.indicators.items())
        return [(indicator, quantity) for indicator, quantity in found if quantity is not None]


class _MoneyForm(KcForm):
    """A form with one amount for each source, named `<prefix>_<source>`."""

    def add_amounts(self, prefix: str) -> None:
        self.amounts = {f"{prefix}_{source}": source for source in Source}
        for name, source in self.amounts.items():
            self.fields[name] = MoneyField(label=source.label, required=False)

    def by_source(self) -> dict[str, int]:
        """Those that were typed; an empty one is not reported, «0» is none."""
        found = {source: self.cleaned_data.get(name) for name, source in self.amounts.items()}
        return {source: amount for source, amount in found.items() if amount is not None}


# --- beneficiaries ----------------------------------------------------------------------------------------------------


class BeneficiaryField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Establishments of the registry, by their public ids. Drawn by templates/projects/_beneficiaries.html."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": _("Choose establishments of the registry; search for them again.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Enterprise.objects.none(), to_field_name="public_id", **kwargs)

    def clean(self, value: Any) -> Any:
        if any(_uuid(key) is None for key in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)


def chosen_beneficiaries(user: User, public_ids: Iterable[Any]) -> list[Enterprise]:
    """Those of the ids that the person may see; what is no id is left out."""
    keys = {key for key in map(_uuid, public_ids) if key is not None}
    known = [row.pk for row in standing_of(keys)] if keys else []
    rows: QuerySet[Enterprise] = Enterprise.objects.visible_to(user).filter(pk__in=known)
    return list(rows.select_related("area"))


def find_beneficiaries(user: User, text: str, without: Sequence[Enterprise]) -> tuple[list[Enterprise], int]:
    """The first that fit by name, tax code or place, and how many fit; none for an empty text."""
    if not text.strip():
        return [], 0
    visible: QuerySet[Enterprise] = Enterprise.objects.visible_to(user).exclude(pk__in=[row.pk for row in without])
    fits = Q(pk__in=Enterprise.objects.search(text).values("pk")) | Q(area__folded__contains=fold(text))
    rows = visible.filter(fits).select_related("area").order_by("folded", "pk")
    return list(rows[:FOUND_AT_ONCE]), rows.count()


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


# --- a project --------------------------------------------------------------------------------------------------------


class ProjectForm(OnceForm, _CountForm, _MoneyForm):
    """A draft. What is needed to submit may still be missing; what is there must be right.

    The places offered are those of today: a project entered today lies in a commune of today, never in a district.
    """

    name = NfcField(label=_("Name of the project"), max_length=400)
    type = forms.ChoiceField(
        label=_("Type"),
        choices=ProjectType.choices,
        help_text=_("Single: one beneficiary. Group, flagship: at least two. Task: none."),
    )
    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none())
    year = WholeField(label=_("Budget year"), max_value=2100)
    plan_line = forms.ModelChoiceField(label=_("Line of the yearly plan"), queryset=PlanLine.objects.none())
    area = forms.ChoiceField(label=_("Place"))
    implementing_unit = forms.ModelChoiceField(label=_("Implementing unit"), queryset=Agency.objects.none())
    starts_on = DateField(label=_("Starts on"), required=False)
    ends_on = DateField(label=_("Ends on"), required=False)
    activities = CodesField(
        label=_("Activities"),
        queryset=Activity.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    aim = NfcField(
        label=_("Aim and main content"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), required=False
    )
    repeat_reason = NfcField(
        label=_("Why it is supported again"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Only where the same establishment was supported for the same activity before."),
    )
    partner = NfcField(label=_("Partner unit"), max_length=300, required=False)
    beneficiaries = BeneficiaryField(label=_("Beneficiaries"), required=False)
    investment_vnd = MoneyField(
        label=_("Total investment"),
        required=False,
        help_text=_("In đồng, for example 600.000.000 or 600 triệu. Empty: not reported."),
    )
    lines = LinesField(label=_("Budget table"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: User, project: Project | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **(stored_values(project) if project else _first_values()),
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.actor, self.project = actor, project
        fields: Any = self.fields
        provinces = self._provinces()
        keys = [province.pk for province in provinces]
        fields["plan_line"].required = False
        fields["programme"].queryset = Programme.objects.filter(Q(area__isnull=True) | Q(area__in=keys))
        fields["programme"].label_from_instance = lambda row: f"{row.name} ({row.get_source_display()})"
        lines = PlanLine.objects.filter(plan__area__in=keys, plan__state=PlanState.APPROVED)
        if project is not None and project.plan_line_id:
            lines |= PlanLine.objects.filter(pk=project.plan_line_id)
        fields["plan_line"].queryset = lines.select_related("plan", "activity").order_by("-plan__year", "id")
        fields["plan_line"].label_from_instance = _line_words
        if not lines.exists():
            del fields["plan_line"]
        fields["area"].choices = [("", _("Choose")), *self._places(provinces)]
        fields["area"].error_messages["invalid_choice"] = _("This place does not exist today. Choose another one.")
        if self._officer():
            kinds = [AgencyKind.CENTRE, AgencyKind.DEPARTMENT, AgencyKind.COMMUNE, AgencyKind.OTHER]
            fields["implementing_unit"].queryset = Agency.objects.filter(area__in=keys, kind__in=kinds)
        else:
            del fields["implementing_unit"]
        fields["activities"].queryset = Activity.objects.select_related("group")
        fields["beneficiaries"].queryset = Enterprise.objects.visible_to(actor)
        self.add_amounts("estimate")
        planned = countable()
        if project is not None:
            planned = planned | Indicator.objects.filter(plannedresult__project=project)
        self.add_counts("planned", planned.distinct())

    def _officer(self) -> bool:
        return bool(self.actor.sight.province_roles.get(Role.OFFICER))

    def _provinces(self) -> list[Area]:
        roles = self.actor.sight.province_roles
        keys = roles.get(Role.OFFICER, frozenset()) | roles.get(Role.CENTRE, frozenset())
        return list(Area.objects.current().filter(pk__in=keys))

    def _places(self, provinces: Sequence[Area]) -> list[tuple[str, str]]:
        rows = {row.uid: row for province in provinces for row in choices_on(province, clock.today())}
        if self.project is not None:  # the place it was entered with stays, also when it has ended since
            rows.setdefault(self.project.area.uid, self.project.area)
        ordered = sorted(rows.values(), key=lambda row: (row.level != Level.COMMUNE, row.folded, row.uid))
        return [(row.uid, row.full_name) for row in ordered]

    def clean_area(self) -> Area:
        return Area.objects.get(uid=self.cleaned_data["area"])

    def project_data(self) -> ProjectData:
        data = self.cleaned_data
        return ProjectData(
            name=data["name"],
            type=data["type"],
            year=data["year"],
            programme=data["programme"],
            area=data["area"],
            activities=list(data["activities"]),
            beneficiaries=list(data["beneficiaries"]),
            estimate=self.by_source(),
            investment_vnd=data["investment_vnd"],
            planned_results=self.counts(),
            implementing_unit=data.get("implementing_unit")
            or (self.project.implementing_unit if self.project else None),
            plan_line=data.get("plan_line"),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            aim=data["aim"],
            repeat_reason=data["repeat_reason"],
            partner=data["partner"],
            lines=data["lines"],
        )

    def blame(self, error: DomainError) -> None:
        """The service names `estimate.local`, `planned_results`; here they are `estimate_local`, `planned_7`."""
        fields: dict[str, list[str]] = {}
        for name, texts in error.fields.items():
            if name.startswith("lines."):
                self._blame_cell(name, texts)
            else:
                fields[name.replace(".", "_")] = texts
        error.fields = fields
        if fields or not self.errors:
            super().blame(error)

    def _blame_cell(self, name: str, texts: list[str]) -> None:
        """`lines.3.unit_price_vnd`, at the cell and in the summary."""
        _lines, number, field = name.split(".")
        lines: Any = self.fields["lines"]
        for text in texts:
            lines.wrong(int(number), column_of(field), text)
            self.add_error("lines", told(int(number), column_of(field), text))

    @property
    def cell_errors(self) -> dict[tuple[int, str], list[str]]:
        """What is wrong in the budget table, by row and column; nothing while nothing is judged."""
        found: dict[tuple[int, str], list[str]] = getattr(self.fields["lines"], "cell_errors", {})
        return found if "lines" in self.errors else {}

    @property
    def line_rows(self) -> list[list[dict[str, Any]]]:
        """The budget table as it is drawn."""
        return drawn(self["lines"].value(), self.cell_errors, MORE if "more_lines" in self.data else FREE)

    @property
    def empty_row(self) -> list[dict[str, Any]]:
        """The pattern from which static/js/lines.js makes a row."""
        (row,) = drawn([], {}, 1)
        return [{**cell, "name": f"line-__n__-{cell['column']}"} for cell in row]

    @property
    def line_activities(self) -> "QuerySet[Activity]":
        found: QuerySet[Activity] = Activity.objects.order_by("pk")
        return found

    @property
    def faults(self) -> list[dict[str, str]]:
        """Of the budget table each fault leads to its cell."""
        cells = [
            {"id": f"id_line-{number}-{column}", "label": "", "text": told(number, column, text)}
            for (number, column), texts in self.cell_errors.items()
            for text in texts
        ]
        found, told_at_cells = [], {fault["text"] for fault in cells}
        for fault in super().faults:
            if fault["id"] == "id_lines":
                if fault["text"] in told_at_cells:
                    continue
                fault = {**fault, "id": "id_line-0-content"}
            found.append(fault)
        return found + cells

    def unlike(self, stored: "ProjectForm") -> list[dict[str, str]]:
        """Where what was typed differs from what is stored by now: label, typed, stored, in words."""
        rows = []
        for name, field in self.fields.items():
            if name in ("form_key", "version"):
                continue
            typed, kept = _in_words(self[name]), _in_words(stored[name]) if name in stored.fields else ""
            if typed != kept:
                rows.append({"label": str(field.label), "typed": typed, "stored": kept})
        return rows


def _first_values() -> dict[str, Any]:
    return {"year": clock.today().year, "type": ProjectType.SINGLE}


def stored_values(project: Project) -> dict[str, Any]:
    """What the form shows of a stored project."""
    plain = (
        "name",
        "type",
        "year",
        "aim",
        "repeat_reason",
        "partner",
        "investment_vnd",
        "starts_on",
        "ends_on",
        "version",
    )
    values: dict[str, Any] = {name: getattr(project, name) for name in plain}
    values |= {
        "programme": project.programme_id,
        "plan_line": project.plan_line_id,
        "area": project.area.uid,
        "implementing_unit": project.implementing_unit_id,
        "activities": [activity.code for activity in project.activities.all()],
        "beneficiaries": [enterprise.public_id for enterprise in project.beneficiaries.all()],
    }
    values |= {f"estimate_{row.source}": row.amount_vnd for row in project.estimates.all()}
    values |= {f"planned_{row.indicator_id}": row.quantity for row in project.planned_results.all()}
    values["lines"] = typed_rows(lines_of(project))
    return values


def _line_words(line: PlanLine) -> str:
    return f"{line.plan.year} · {line.activity.name} · {line.get_source_display()}"


def _in_words(bound: forms.BoundField) -> str:
    """A field's value as a person reads it."""
    value = bound.value()
    if isinstance(bound.field, LinesField):
        return in_words(value)
    if isinstance(bound.field, BeneficiaryField):
        return ", ".join(row.name for row in standing_of(key for key in map(_uuid, value or []) if key))
    if isinstance(bound.field, forms.ChoiceField):
        choices: Any = bound.field.choices
        chosen = {str(item) for item in (value if isinstance(value, (list, tuple)) else [value]) if item is not None}
        return ", ".join(str(label) for key, label in _flat(choices) if str(key) in chosen and str(key))
    if isinstance(bound.field, (MoneyField, WholeField, DateField)):
        try:
            value = bound.field.to_python(value)
        except forms.ValidationError:
            return str(value)
    return "" if value is None else str(bound.field.prepare_value(bound.field.widget.format_value(value)) or "").strip()


def _flat(choices: Iterable[Any]) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for key, label in choices:
        found += list(label) if isinstance(label, (list, tuple)) else [(key, label)]
    return found


# --- steps ------------------------------------------------------------------------------------------------------------


class StepForm(OnceForm, KcForm):
    """What a step needs. `data_for` gives what take_step expects."""

    note = NfcField(label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)
    field_order: Sequence[str] | None = None

    def __init__(self, *args: Any, project: Project, note_required: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        if note_required:
            self.fields["note"].required = True
            self.fields["note"].label = _("Reason")

    def data_for(self) -> dict[str, Any]:
        return {}


class DayStepForm(StepForm):
    on = DateField(label=_("Date"), help_text=_("The day it happened; today or before."))
    field_order: Sequence[str] | None = ("on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)

    def data_for(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"]}


PAPER_HELP = _("PDF, JPEG or PNG, up to 20 MB.")


class PaperField(forms.FileField):
    """A scanned paper. Cleaned: (bytes, content type, name) of a readable one, or None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"})
        super().__init__(required=False, help_text=PAPER_HELP, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            content, mime = check_paper(upload)
        except DomainError as error:
            raise forms.ValidationError([text for texts in error.fields.values() for text in texts]) from None
        return content, mime, upload.name[-200:]


def kept_file(paper: Any) -> dict[str, Any]:
    """What `PaperField` gave, stored: to be called in the transaction of the step."""
    return {"file": store_bytes(paper[0], paper[1]), "file_name": paper[2]} if paper else {}


class PaperStepForm(DayStepForm):
    """A step that leaves a paper: who issued it, number, day, who took part, the scan. `step` says which are asked."""

    issuer = forms.ModelChoiceField(label=_("Issued by"), queryset=Agency.objects.none(), required=False)
    number = NfcField(label=_("Number of the paper"), max_length=60, required=False)
    participants = NfcField(
        label=_("Who took part"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: name, office."),
    )
    file = PaperField(label=_("The paper as a file"))
    field_order: Sequence[str] | None = ("issuer", "number", "on", "participants", "file", "note")
    # step: (kinds of agency that issue it, is there a list of those who took part)
    ASKED: dict[str, tuple[tuple[str, ...], bool]] = {
        "register": ((AgencyKind.DEPARTMENT,), False),
        "appraise": ((), True),
        "reject": ((), False),
        "ministry_appraise": ((AgencyKind.MINISTRY, AgencyKind.MINISTRY_DEPARTMENT), False),
        "ministry_return": ((AgencyKind.MINISTRY, AgencyKind.MINISTRY_DEPARTMENT), False),
        "ministry_reject": ((AgencyKind.MINISTRY, AgencyKind.MINISTRY_DEPARTMENT), False),
        "accept": ((), True),
        "liquidate": ((), True),
        "settle": ((AgencyKind.MINISTRY, AgencyKind.MINISTRY_DEPARTMENT, AgencyKind.DEPARTMENT), False),
    }

    def __init__(self, *args: Any, project: Project, step: str = "", **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        kinds, took_part = self.ASKED[step]
        issuer: Any = self.fields["issuer"]
        issuer.queryset = Agency.objects.deciding(project.province_id).filter(kind__in=kinds)
        if not kinds:
            del self.fields["issuer"]
        elif len(found := list(issuer.queryset[:2])) == 1:
            issuer.initial = found[0].pk
        if not took_part:
            del self.fields["participants"]

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        paper = PaperData(
            number=data["number"],
            dated_on=data["on"],
            issuer=data.get("issuer"),
            participants=data.get("participants", ""),
            **kept_file(data["file"]),
        )
        said = paper.number or paper.participants or paper.file or ("issuer" in self.changed_data)
        return {"on": data["on"], **({"paper": paper} if said else {})}

    def blame(self, error: DomainError) -> None:
        names = {"paper": "number", "paper.number": "number", "paper.issuer": "issuer", "paper.date": "on"}
        _rename(error, names)
        super().blame(error)


class _DecisionFields(forms.Form):
    issuer = forms.ModelChoiceField(label=_("Issued by"), queryset=Agency.objects.none())
    number = NfcField(label=_("Number of the decision"), max_length=60, help_text=_("For example 45/QĐ-UBND."))
    decided_on = DateField(label=_("Date of the decision"))


class ApproveForm(_DecisionFields, StepForm, _MoneyForm):
    batch = NfcField(label=_("Batch"), max_length=40, required=False, help_text=_("For example: đợt 1."))
    file = PaperField(label=_("The decision as a file"))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        self.fields["issuer"].queryset = Agency.objects.deciding(project.province_id)  # type: ignore[attr-defined]
        self.add_amounts("money")
        self.order_fields(["issuer", "number", "decided_on", "batch", "file", *self.amounts, "note"])
        asked = {row.source: row.amount_vnd for row in project.estimates.all()}
        from core.templatetags.kc import vnd

        for name, source in self.amounts.items():
            if source in asked:
                self.fields[name].help_text = _("Asked for: %(amount)s đồng") % {"amount": vnd(asked[source])}

    def data_for(self) -> dict[str, Any]:
        """Stores the file: to be called in the transaction of the step."""
        data = self.cleaned_data
        decision = DecisionData(
            issuer=data["issuer"],
            number=data["number"],
            decided_on=data["decided_on"],
            batch=data["batch"],
            **kept_file(data["file"]),
        )
        return {"decision": decision, "money": self.by_source()}

    def blame(self, error: DomainError) -> None:
        first = f"money_{self.project.programme.source}"
        names = {"decision": "number", "decision.number": "number", "decision.date": "decided_on", "money": first}
        names |= {"decision.issuer": "issuer"}
        typed = [
            name for name, source in self.amounts.items() if source in SUPPORT_SOURCES and self.by_source().get(source)
        ]
        if len(typed) == 1:  # of two, the ceiling does not say which of them is too high
            names["amount_vnd"] = typed[0]
        _rename(error, names | {f"money.{source}": f"money_{source}" for source in Source})
        super().blame(error)


class StopForm(_DecisionFields, StepForm):
    """A project with money that was not spent needs the decision that stops it; others may do without."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        self.fields["issuer"].queryset = Agency.objects.deciding(project.province_id)  # type: ignore[attr-defined]
        for name in ("issuer", "number", "decided_on"):
            self.fields[name].required = False
        self.order_fields(["note", "issuer", "number", "decided_on"])

    def clean(self) -> dict[str, Any]:
        """All three, or none."""
        data = self.cleaned_data
        names = ("issuer", "number", "decided_on")
        if any(data.get(name) for name in names):
            for name in names:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return data

    def data_for(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data["number"]:
            return {}
        return {"decision": DecisionData(issuer=data["issuer"], number=data["number"], decided_on=data["decided_on"])}

    def blame(self, error: DomainError) -> None:
        names = {"decision": "number", "decision.number": "number", "decision.date": "decided_on"}
        _rename(error, names | {"decision.issuer": "issuer"})
        super().blame(error)


def _rename(error: DomainError, names: dict[str, str]) -> None:
    """The service's names of fields as the form's."""
    error.fields = {names.get(name, name): texts for name, texts in error.fields.items()}


# --- progress ---------------------------------------------------------------------------------------------------------


class PercentField(forms.Field):
    """«60», «60,5», «60 %». Empty is None."""

    default_error_messages = {"invalid": _("Enter a percentage from 0 to 100, for example 60 or 62,5.")}

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "kc-input-number"}
        super().__init__(widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").replace("%", "").strip()
        if not text:
            return None
        whole, _comma, rest = text.replace(".", ",").partition(",")
        if not (whole.isascii() and whole.isdigit() and (not rest or (rest.isascii() and rest.isdigit()))):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            number = Decimal(f"{whole}.{rest or 0}")
        except InvalidOperation:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if number > 100 or len(rest) > 2:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class _PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of files; each is judged by the service, by its content."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"multiple": True, "accept": "image/jpeg,image/png", "data-kc-photos": ""}
        super().__init__(widget=_PhotosInput(attrs), required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        uploads = data if isinstance(data, (list, tuple)) else [data]
        return [upload for upload in uploads if upload]


class ProgressForm(_CountForm):
    """One update. Its `uuid` is made when the form is shown: however often it is sent, it is one record."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    on = DateField(label=_("As of"))
    value_invested_vnd = MoneyField(
        label=_("Value invested so far"),
        required=False,
        help_text=_("Since the project began, in đồng, for example 360 triệu."),
    )
    stated_percent = PercentField(
        label=_("Percent done"), required=False, help_text=_("Only if you know it; otherwise it is worked out.")
    )
    percent_reason = NfcField(label=_("Why is the percentage another one?"), max_length=300, required=False)
    money_spent_vnd = MoneyField(
        label=_("Support money spent so far"), required=False, help_text=_("Since the project began, in đồng.")
    )
    note = NfcField(
        label=_("What was done"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence is enough."),
    )
    difficulties = NfcField(
        label=_("Difficulties"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    proposals = NfcField(
        label=_("Proposals"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    corrects_reason = NfcField(
        label=_("Reason for the correction"),
        max_length=300,
        required=False,
        help_text=_("Only where a figure reported before was wrong. The earlier one stays in the record."),
    )
    photos = PhotosField(label=_("Photos"), help_text=_("JPEG or PNG, up to 10. They are made small before sending."))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)
        planned = [row.indicator for row in project.planned_results.select_related("indicator")]
        keys = {indicator.pk for indicator in planned}
        self.planned_count = len(planned)
        self.add_counts("result", [*planned, *countable().exclude(pk__in=keys)])

    @property
    def planned_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in list(self.indicators)[: self.planned_count]]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in list(self.indicators)[self.planned_count :]]

    @property
    def correcting(self) -> bool:
        """A figure was refused, or the reason of a correction typed: the reason is asked for beside the figure."""
        asked = self.errors.keys() & {"value_invested_vnd", "money_spent_vnd", "corrects_reason"}
        return bool(asked or self["corrects_reason"].value())

    @property
    def more_open(self) -> bool:
        """Something was typed, or is wrong, in the part that is folded at first."""
        names = ("money_spent_vnd", "stated_percent", "percent_reason")
        folded = [*(self[name] for name in names), *self.other_fields]
        return any(bound.value() or bound.errors for bound in folded)

    def progress_data(self) -> ProgressData:
        data = self.cleaned_data
        on: dt.date = data["on"]
        return ProgressData(
            uuid=data["uuid"],
            on=on,
            value_invested_vnd=data["value_invested_vnd"],
            money_spent_vnd=data["money_spent_vnd"],
            note=data["note"],
            results=self.counts(),
            stated_percent=data["stated_percent"],
            percent_reason=data["percent_reason"],
            difficulties=data["difficulties"],
            proposals=data["proposals"],
            corrects_reason=data["corrects_reason"],
        )


class ReminderFilter(PlaceFilter):
    """Which period is asked about, and where; `all`: also what was reported."""

    period = CodeField(
        label=_("Reporting period"),
        queryset=ReportingPeriod.objects.none(),
        to_field_name="code",
        empty_label=_("The one that closes next"),
        required=False,
    )
    all = forms.BooleanField(label=_("Also those that have reported"), required=False)
    field_order = ("period", "area", "all")

    def __init__(self, data: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = periods()
        self.fields["period"].queryset = rows  # type: ignore[attr-defined]


class RemindForm(OnceForm, KcForm):
    """`who`: «all», or the project and the person, as the button says."""

    who = forms.CharField(max_length=80)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        who = data.get("who", "")
        if who and who != "all":
            try:
                data["project"], data["person"] = (uuid.UUID(part) for part in who.split(":"))
            except ValueError:
                raise forms.ValidationError(_("This page is incomplete. Load it again.")) from None
        return data


class DecideForm(OnceForm, KcForm):
    """Confirming an update."""


class ReturnUpdateForm(OnceForm, KcForm):
    note = NfcField(label=_("What has to be put right"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
