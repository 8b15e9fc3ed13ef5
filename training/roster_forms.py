"""What is typed about rosters, courses and the reference data of training: types and formats, no rules."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import DateField, KcForm, NfcField, WholeField
from core.models import Verified
from core.once import OnceForm
from core.text import fold
from places.forms import PlaceField
from places.models import Area, Level
from places.services import choices_on
from programmes.permissions import may_change_rule
from training import reading
from training.grid import ID_COL, ROSTER_COLS, SESSION_COLS, TRAINER_COLS, GridForm
from training.models import (
    Attendance,
    ClassSession,
    CountingRule,
    CountUnit,
    Roster,
    RosterRetention,
    Sex,
    Trainee,
    TrainingClass,
    TrainingKind,
    TrainingSubject,
)
from training.rosters import TraineeData, data_of
from training.services import SessionData, TrainerData
from training.subjects import CountingData, SubjectData, countable

YES_NO = (("", gettext_lazy("Not known")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


def communes_for(row: TrainingClass) -> list[list[Area]]:
    """Communes of the day of the class, then those of today: a list may use either name."""
    days = dict.fromkeys((row.starts_on, clock.today()))
    return [list(choices_on(row.project.province, day).filter(level=Level.COMMUNE)) for day in days]


class RosterForm(OnceForm, GridForm):
    """People to be put on the roster: typed or pasted as a table."""

    def __init__(self, data: Any = None, *, row: TrainingClass, roster: Roster) -> None:
        columns = (*ROSTER_COLS, ID_COL) if roster.needs_id else ROSTER_COLS
        super().__init__(data, tables={"row": columns}, auto_id="id_add_%s")
        self.days = communes_for(row)
        self.rows: list[TraineeData] = []

    @property
    def communes(self) -> list[str]:
        return sorted({area.full_name for rows in self.days for area in rows})

    def clean(self) -> dict[str, Any]:
        known = [reading.Communes(rows) for rows in self.days]

        def commune(text: str) -> Area | None:
            for place, one in enumerate(known):
                try:
                    return one.read(text)
                except ValueError:
                    if place == len(known) - 1:
                        raise
            return None

        parse = {
            "sex": reading.read_sex,
            "birth_year": reading.read_birth_year,
            "commune": commune,
            "phone": reading.read_phone,
            "id_number": reading.read_id_number,
        }
        rows = self.read("row", parse)
        if not self.errors:
            self.rows = [TraineeData(**cells) for cells in rows]
        return self.cleaned_data


class RosterSettingsForm(KcForm):
    needs_id = forms.BooleanField(label=gettext_lazy("The voucher needs ID numbers"), required=False)
    id_reason = NfcField(
        label=gettext_lazy("Which voucher, by which document"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Without this need no ID number is kept; taking the tick away wipes those that are."),
    )
    differs_reason = NfcField(
        label=gettext_lazy("Why the roster has other counts than the class"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For example: three people left no telephone and are not on the list. No names."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, roster: Roster) -> None:
        names = ("needs_id", "id_reason", "differs_reason", "version")
        super().__init__(data, initial={name: getattr(roster, name) for name in names}, auto_id="id_settings_%s")


class ReasonForm(KcForm):
    """A reason before something is seen, removed or decided."""

    reason = NfcField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=gettext_lazy("It is kept in the history for ever: no names, no numbers of people."),
    )

    def __init__(self, data: Any = None, *, what: str) -> None:
        super().__init__(data, auto_id=f"id_{what}_%s")


class SameForm(ReasonForm):
    other = forms.ChoiceField(label=gettext_lazy("Is the same person as"), choices=())
    field_order = ("other", "reason")

    def __init__(self, data: Any = None, *, rows: list[Attendance]) -> None:
        super().__init__(data, what="same")
        self.rows = {str(row.public_id): row for row in rows}
        self.fields["other"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((key, f"{row.training_class.subject} ({row.training_class.starts_on:%m/%Y}), {row}") for key, row in
              self.rows.items()),
        ]  # fmt: skip


class TraineeForm(KcForm):
    """One row of a roster."""

    name = NfcField(label=gettext_lazy("Full name"), max_length=200)
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[
            ("", gettext_lazy("Unspecified")),
            (Sex.FEMALE, gettext_lazy("Female")),
            (Sex.MALE, gettext_lazy("Male")),
        ],
        required=False,
    )
    birth_year = WholeField(label=gettext_lazy("Year of birth"), max_value=2200, required=False)
    commune = PlaceField(label=gettext_lazy("Commune"), required=False)
    phone = NfcField(label=gettext_lazy("Telephone"), max_length=20, required=False)
    id_number = NfcField(
        label=gettext_lazy("ID number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Empty: what is stored stays."),
    )
    attended_percent = WholeField(
        label=gettext_lazy("Attended, in percent of the sessions"), max_value=100, required=False
    )
    certificate_no = NfcField(label=gettext_lazy("Number of the certificate"), max_length=60, required=False)
    certificate_on = DateField(label=gettext_lazy("Day of the certificate"), required=False)
    works_after = forms.ChoiceField(label=gettext_lazy("Has work after the training"), choices=YES_NO, required=False)
    works_asked_on = DateField(label=gettext_lazy("Asked on"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, person: Trainee, roster: Roster) -> None:
        row = person.attendance
        super().__init__(data, initial={**stored_trainee(person), "version": row.version})
        field: Any = self.fields["commune"]
        held = row.training_class
        also = [row.commune] if row.commune else []
        field.offer([held.project.province], held.starts_on, clock.today(), also=also)
        field.choices = [("", _("Unspecified")), *field.choices[1:]]
        if not roster.needs_id:
            del self.fields["id_number"]
        if row.presences.exists():
            share = self.fields["attended_percent"]
            share.disabled, share.help_text = True, _("Worked out from the sessions.")

    def data_of(self) -> TraineeData:
        values = {name: self.cleaned_data[name] for name in self.fields if name != "version"}
        values["works_after"] = {"yes": True, "no": False}.get(values["works_after"])
        return TraineeData(**values)


def stored_trainee(person: Trainee) -> dict[str, Any]:
    values = dict(vars(data_of(person)))
    works = values["works_after"]
    return {**values, "id_number": "", "works_after": "" if works is None else "yes" if works else "no"}


class PresenceForm(KcForm):
    """Present, absent or not recorded, for the people and sessions shown: `p-<attendance>-<session>`."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    SAID: ClassVar[dict[bool | None, str]] = {True: "x", False: "v", None: ""}
    READ: ClassVar[dict[str, bool | None]] = {
        "": None, "-": None, "–": None, "x": True, "c": True, "co": True, "1": True, "p": True,
        "v": False, "k": False, "vang": False, "khong": False, "0": False, "a": False,
    }  # fmt: skip

    def __init__(
        self, data: Any = None, *, people: list[Trainee], sessions: list[ClassSession],
        stored: dict[tuple[int, int], bool], version: int,
    ) -> None:  # fmt: skip
        super().__init__(data, initial={"version": version})
        self.people, self.sessions, self.known = people, sessions, stored
        self.told: dict[tuple[int, int], bool | None] = {}
        self.cell_errors: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        for person in self.people:
            for session in self.sessions:
                place = (person.attendance_id, session.pk)
                name = f"p-{place[0]}-{place[1]}"
                if name not in self.data:
                    continue
                word = fold(str(self.data[name]).strip())
                if word in self.READ:
                    self.told[place] = self.READ[word]
                else:
                    self.cell_errors[name] = _("Type x (present), v (absent) or nothing.")
        if self.cell_errors:
            self.add_error(None, _("Some cells of the table have to be put right."))
        return self.cleaned_data

    @property
    def faults(self) -> list[dict[str, str]]:
        cells = [{"id": f"id_{name}", "label": "", "text": text} for name, text in self.cell_errors.items()]
        return super().faults + cells

    @property
    def lines(self) -> list[tuple[Trainee, list[dict[str, Any]]]]:
        """Each person with their cells."""
        found = []
        for person in self.people:
            cells = []
            for session in self.sessions:
                name = f"p-{person.attendance_id}-{session.pk}"
                kept = self.SAID[self.known.get((person.attendance_id, session.pk))]
                value = str(self.data.get(name, kept)) if self.is_bound else kept
                error = self.cell_errors.get(name, "")
                cells.append({"session": session, "name": name, "value": value, "error": error})
            found.append((person, cells))
        return found


# --- sessions and trainers --------------------------------------------------------------------------------------------


def _hours(text: str) -> Decimal | None:
    text = text.replace(",", ".").strip()
    if not text:
        return None
    whole, _dot, rest = text.partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(whole) > 2 or len(rest) > 1:
        raise ValueError(_("Enter hours, for example 4 or 3,5."))
    return Decimal(text)


def _day(text: str) -> dt.date:
    try:
        found: dt.date = DateField().clean(text)
    except forms.ValidationError:
        raise ValueError(str(DateField.default_error_messages["invalid"])) from None
    return found


class CourseForm(GridForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, row: TrainingClass) -> None:
        tables = {"session": SESSION_COLS, "trainer": TRAINER_COLS}
        super().__init__(data, tables=tables, initial={"version": row.version})
        self.stored["session"] = [
            {
                "on": f"{one.on:%d/%m/%Y}",
                "hours": f"{one.hours:g}".replace(".", ",") if one.hours is not None else "",
                "topic": one.topic,
            }
            for one in row.sessions.all()
        ]
        self.stored["trainer"] = [{"name": o.name, "unit": o.unit, "topic": o.topic} for o in row.trainers.all()]
        self.sessions: list[SessionData] = []
        self.trainers: list[TrainerData] = []

    def clean(self) -> dict[str, Any]:
        sessions, trainers = self.read("session", {"on": _day, "hours": _hours}), self.read("trainer", {})
        if not self.errors:
            self.sessions = [SessionData(**cells) for cells in sessions]
            self.trainers = [TrainerData(**cells) for cells in trainers]
        return self.cleaned_data


# --- reference data ---------------------------------------------------------------------------------------------------


def _why(**kwargs: Any) -> NfcField:
    return NfcField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Why this is entered or changed. It is kept in the history."),
        **kwargs,
    )


def _verified() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Compared with the document"),
        choices=[("", gettext_lazy("Choose")), *Verified.choices],
        help_text=gettext_lazy("Whether a document says so; name it in the note."),
    )


def _note() -> NfcField:
    return NfcField(label=gettext_lazy("Note"), max_length=500, required=False)


class SubjectForm(OnceForm, KcForm):
    """A subject: a new one, or `row`."""

    name = NfcField(label=gettext_lazy("Subject"), max_length=200)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of class"), choices=[("", gettext_lazy("Choose")), *TrainingKind.choices]
    )
    area = forms.ModelChoiceField(label=gettext_lazy("Place"), queryset=Area.objects.none())
    valid_from = DateField(label=gettext_lazy("For classes from"), required=False)
    valid_to = DateField(label=gettext_lazy("For classes through"), required=False)
    certificate_percent = WholeField(
        label=gettext_lazy("Attended for a certificate, in percent"),
        max_value=100,
        required=False,
        help_text=gettext_lazy("The least share of the sessions. Empty: no rule is known."),
    )
    verified = _verified()
    note = _note()
    reason = _why()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, actor: Any, row: TrainingSubject | None = None) -> None:
        super().__init__(data, initial={} if row is None else stored_subject(row), auto_id="id_subject_%s")
        if row is not None:
            del self.fields["area"]
            return
        country = bool(may_change_rule(None, actor))
        field: Any = self.fields["area"]
        field.queryset = Area.objects.current().filter(pk__in=actor.sight.administers_ids)
        field.required, field.empty_label = not country, _("The whole country") if country else _("Choose")

    def data_of(self) -> SubjectData:
        names = ("name", "kind", "area", "valid_from", "valid_to", "certificate_percent", "verified", "note")
        return SubjectData(**{name: self.cleaned_data.get(name) for name in names})  # type: ignore[arg-type]


def stored_subject(row: TrainingSubject) -> dict[str, Any]:
    names = ("name", "kind", "valid_from", "valid_to", "certificate_percent", "verified", "note", "version")
    return {name: getattr(row, name) for name in names}


class CountingForm(OnceForm, KcForm):
    """From a day on: what counts towards a target."""

    indicator = forms.ModelChoiceField(label=gettext_lazy("Target"), queryset=countable().none())
    unit = forms.ChoiceField(
        label=gettext_lazy("What it counts"), choices=[("", gettext_lazy("Choose")), *CountUnit.choices]
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("All classes of these kinds"),
        choices=TrainingKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    subjects = forms.ModelMultipleChoiceField(
        label=gettext_lazy("And classes of these subjects"),
        queryset=TrainingSubject.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    valid_from = DateField(label=gettext_lazy("From the day"))
    verified = _verified()
    note = _note()
    reason = _why()

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_counting_%s")
        self.fields["indicator"].queryset = countable().distinct()  # type: ignore[attr-defined]

    def data_of(self) -> CountingData:
        names = ("indicator", "unit", "kinds", "subjects", "valid_from", "verified", "note")
        values = {name: self.cleaned_data[name] for name in names}
        return CountingData(**{**values, "subjects": list(values["subjects"])})


class RetentionForm(KcForm):
    months = WholeField(label=gettext_lazy("Months"), max_value=600)
    verified = _verified()
    note = _note()
    reason = _why()

    def __init__(self, data: Any = None, *, row: RosterRetention | None) -> None:
        names = ("months", "verified", "note")
        initial = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(data, initial=initial, auto_id="id_retention_%s")


def words_of(rule: CountingRule) -> str:
    """What a rule takes, in words."""
    kinds = [str(TrainingKind(code).label) for code in rule.kinds.split()]
    return "; ".join([*kinds, *(str(one) for one in rule.subjects.all())])
