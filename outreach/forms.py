"""What is typed about surveys, advice and policies: types and formats. Rules stand in services."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.errors import DomainError
from core.forms import DateField, FilterForm, KcForm, MoneyField, NfcField, WholeField
from core.money import group
from core.once import OnceForm
from enterprises.forms import provinces_entered_by
from enterprises.models import NO_TRADE, Enterprise
from outreach.advice import AdviceData, advisers
from outreach.letters import without_address
from outreach.models import (
    Advice,
    AdviceState,
    AskedBy,
    Campaign,
    ListItem,
    ListKind,
    Outcome,
    Policy,
    QuestionKind,
    SurveyQuestion,
    SurveyRound,
)
from outreach.services import QuestionData, RoundData, offered
from outreach.spreading import CampaignData, PolicyData
from places.forms import PlaceFilter
from places.models import Area, AreaClosure, Level
from places.services import choices_on
from programmes.kinds import kind_names, kinds_on, trades_on
from programmes.models import Activity, LegalDocument
from projects.models import Project

EMPTY_IS_ALL = _("Nothing chosen: all of them.")


def _wide() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4})


def communes_of(province: Area) -> list[Area]:
    """Communes of today, by name."""
    rows = choices_on(province, clock.today()).filter(level=Level.COMMUNE)
    return sorted(rows, key=lambda row: (row.folded, row.uid))


class CommunesField(forms.MultipleChoiceField):
    """Any number of communes of today, by uid; gives the Areas."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, rows: Iterable[Area]) -> None:
        self.rows = {row.uid: row for row in rows}
        self.choices = [(uid, row.full_name) for uid, row in self.rows.items()]

    def clean(self, value: Any) -> Any:
        return [self.rows[uid] for uid in super().clean(value)]

    def prepare_value(self, value: Any) -> Any:
        return [row.uid if isinstance(row, Area) else row for row in value or []]


class VersionedForm(KcForm):
    """A form of something that may be there already (`row`), or is to be made."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_version(self) -> int:
        """A form that does not say what it was made from saves nothing over other people's work."""
        return self.cleaned_data["version"] or 0


class AudienceForm(VersionedForm):
    """With a province, kinds and communes."""

    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"), to_field_name="uid")
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of business"),
        choices=lambda: list(kinds_on().items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=EMPTY_IS_ALL,
    )
    communes = CommunesField(label=_("Communes"), required=False, help_text=EMPTY_IS_ALL)

    def __init__(self, *args: Any, actor: User, row: Any = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {**self.stored(row), "version": row.version, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.actor = actor
        found = [row.province] if row is not None else list(provinces_entered_by(actor))
        self.only = found[0] if len(found) == 1 else None
        if self.only is not None:
            del self.fields["province"]
        else:
            province: Any = self.fields["province"]
            province.queryset = provinces_entered_by(actor)
        communes: Any = self.fields["communes"]
        also = list(row.communes.all()) if row is not None else []
        shown = {area.pk: area for province in found for area in communes_of(province)}
        communes.offer({**shown, **{area.pk: area for area in also}}.values())

    def of_province(self) -> Area:
        found: Area = self.only or self.cleaned_data["province"]
        return found

    @classmethod
    def stored(cls, row: Any) -> dict[str, Any]:
        """What the form would show of it now."""
        raise NotImplementedError


# --- surveys ----------------------------------------------------------------------------------------------------------


class RoundForm(AudienceForm):
    name = NfcField(label=_("Name"), max_length=200, help_text=_("For example «Khảo sát nhu cầu năm 2027»."))
    starts_on = DateField(label=_("First day"))
    ends_on = DateField(label=_("Last day"))
    closes_on = DateField(label=_("Answers are taken until"))
    note = NfcField(label=_("Note"), max_length=2000, required=False, widget=_wide())

    @classmethod
    def stored(cls, row: SurveyRound) -> dict[str, Any]:
        names = ("name", "starts_on", "ends_on", "closes_on", "kinds", "note")
        return {**{name: getattr(row, name) for name in names}, "communes": list(row.communes.all())}

    def data_of(self) -> RoundData:
        names = ("name", "starts_on", "ends_on", "closes_on", "kinds", "communes", "note")
        return RoundData(**{name: self.cleaned_data[name] for name in names})


class NewRoundForm(OnceForm, RoundForm):
    version = None  # type: ignore[assignment]
    like = forms.ModelChoiceField(
        SurveyRound.objects.none(),
        label=_("Begin with the questions of"),
        required=False,
        help_text=_("Questions that have ended are left out. More can be added afterwards."),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        like: Any = self.fields["like"]
        like.queryset = SurveyRound.objects.visible_to(actor)


class QuestionForm(VersionedForm):
    text = NfcField(label=_("Question"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=[("", _("Choose")), *QuestionKind.choices])
    position = WholeField(label=_("Position"), max_value=1000, help_text=_("Questions stand in the order of these."))
    choices = NfcField(
        label=_("Choices"), required=False, max_length=4000, widget=_wide(), help_text=_("One on each line.")
    )
    unit = NfcField(label=_("Unit"), max_length=40, required=False, help_text=_("Of a number, for example «people»."))
    help = NfcField(label=_("Help"), max_length=300, required=False)
    activity = forms.ModelChoiceField(
        Activity.objects.select_related("group"),
        label=_("Support it asks for"),
        required=False,
        help_text=_("A «yes» is then a need for this support; a sum of money is what it would take."),
    )
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    ended_on = DateField(
        label=_("Asked no more from"), required=False, help_text=_("What was answered until then stays.")
    )

    def __init__(self, *args: Any, row: SurveyQuestion | None = None, position: int = 1, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.stored(row), "version": row.version} if row else {"position": position}
        super().__init__(*args, **kwargs)

    @staticmethod
    def stored(row: SurveyQuestion) -> dict[str, Any]:
        names = ("text", "kind", "position", "unit", "help", "activity", "required", "ended_on")
        return {**{name: getattr(row, name) for name in names}, "choices": "\n".join(row.choices)}

    def data_of(self) -> QuestionData:
        names = ("text", "kind", "position", "unit", "help", "activity", "required", "ended_on")
        values = {name: self.cleaned_data[name] for name in names}
        return QuestionData(**values, choices=self.cleaned_data["choices"].splitlines())


class NewQuestionForm(OnceForm, QuestionForm):
    version = None  # type: ignore[assignment]


YES_NO = [("yes", _("Yes")), ("no", _("No")), ("", _("Not answered"))]


class SheetForm(VersionedForm):
    """The questions of a round, each a field named by its id (`q-…`). What is not answered is left out of `given`."""

    def __init__(
        self, *args: Any, questions: Iterable[SurveyQuestion], values: Mapping[str, Any], keep: bool, **kwargs: Any
    ) -> None:
        self.questions = [question for question in questions if question.asked]
        kwargs["initial"] = {
            **kwargs.get("initial", {}),
            **{f"q-{row.public_id}": _typed(row, values.get(str(row.public_id))) for row in self.questions},
        }
        super().__init__(*args, **kwargs)
        for question in self.questions:
            self.fields[f"q-{question.public_id}"] = _field(question, question.required and not keep)

    def blame(self, error: DomainError) -> None:
        """The service names a question by its id."""
        names = {name: f"q-{name}" for name in error.fields if f"q-{name}" in self.fields}
        error.fields = {names.get(name, name): texts for name, texts in error.fields.items()}
        super().blame(error)

    def given(self) -> dict[str, Any]:
        found = {}
        for question in self.questions:
            key = str(question.public_id)
            value = self.cleaned_data.get(f"q-{key}")
            if question.kind == QuestionKind.YES_NO and value:
                value = value == "yes"
            if value not in (None, "", []):
                found[key] = value
        return found


def _typed(question: SurveyQuestion, value: Any) -> Any:
    if question.kind == QuestionKind.YES_NO:
        return {True: "yes", False: "no"}.get(value, "")
    if question.kind == QuestionKind.NUMBER and value is not None:
        return str(value).replace(".", ",")
    return value


def _field(question: SurveyQuestion, required: bool) -> forms.Field:
    label = f"{question.text} ({question.unit})" if question.unit else question.text
    common: dict[str, Any] = {"label": label, "required": required, "help_text": question.help}
    choices = [(choice, choice) for choice in question.choices]
    if question.kind == QuestionKind.YES_NO:
        answers = YES_NO[:2] if required else YES_NO
        return forms.ChoiceField(choices=answers, widget=forms.RadioSelect, **common)
    if question.kind == QuestionKind.ONE:
        offered_too = [] if required else [("", _("Not answered"))]
        return forms.ChoiceField(choices=[*choices, *offered_too], widget=forms.RadioSelect, **common)
    if question.kind == QuestionKind.SEVERAL:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
    if question.kind == QuestionKind.MONEY:
        return MoneyField(**common)
    if question.kind == QuestionKind.NUMBER:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "kc-input-number"}
        return NfcField(max_length=20, widget=forms.TextInput(attrs), **common)
    return NfcField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **common)


def in_words(question: SurveyQuestion, value: Any) -> str:
    """An answer as people read it; nothing where there is none."""
    if value is None:
        return ""
    if question.kind == QuestionKind.YES_NO:
        return str(_("Yes") if value else _("No"))
    if question.kind == QuestionKind.MONEY:
        return f"{group(value)} đồng"
    if question.kind == QuestionKind.NUMBER:
        return f"{str(value).replace('.', ',')} {question.unit}".strip()
    return "; ".join(value) if isinstance(value, list) else str(value)


class AskedFilter(PlaceFilter):
    """Of the establishments a round asks."""

    STATES = (("left", _("Not answered yet")), ("begun", _("Begun")), ("done", _("Answered")))
    q = NfcField(label=_("Name or tax code"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *STATES], required=False)
    field_order = ("q", "state", "area")

    def __init__(self, data: Any, *, rows: Any, survey: SurveyRound) -> None:
        super().__init__(data, area_ids=rows.order_by().values("area_id"))
        self.rows, self.survey = rows, survey

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        sheets = self.survey.sheets
        if "q" in data:
            rows = rows.search(data["q"])
        if data.get("state") == "done":
            rows = rows.filter(pk__in=sheets.filter(complete=True).values("enterprise"))
        elif data.get("state") == "begun":
            rows = rows.filter(pk__in=sheets.filter(complete=False).values("enterprise"))
        elif data.get("state") == "left":
            rows = rows.exclude(pk__in=sheets.filter(complete=True).values("enterprise"))
        return _at(rows, data, "area_id")


def _at(rows: Any, data: Mapping[str, Any], column: str) -> Any:
    if "area" not in data:
        return rows
    return rows.filter(**{f"{column}__in": AreaClosure.objects.filter(ancestor=data["area"]).values("area_id")})


class NeedFilter(PlaceFilter):
    MET = (("open", _("No draft yet")), ("draft", _("Has a project")), ("met", _("Met: project decided")))
    activity = forms.ModelChoiceField(
        Activity.objects.none(), label=_("Support"), required=False, to_field_name="code", empty_label=_("All")
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *MET], required=False)
    field_order = ("year", "activity", "state", "area")

    def __init__(self, data: Any, *, rows: Any) -> None:
        super().__init__(data, area_ids=rows.order_by().values("enterprise__area_id"))
        self.rows = rows
        activity: Any = self.fields["activity"]
        activity.queryset = Activity.objects.filter(pk__in=rows.order_by().values("activity_id"))
        found = rows.order_by("-sheet__round__starts_on__year")
        years = found.values_list("sheet__round__starts_on__year", flat=True).distinct()
        self.fields["year"].choices = [("", _("All years")), *((year, year) for year in years)]  # type: ignore[attr-defined]

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        if "activity" in data:
            rows = rows.filter(activity=data["activity"])
        if "year" in data:
            rows = rows.filter(sheet__round__starts_on__year=data["year"])
        if data.get("state") == "open":
            rows = rows.filter(project__isnull=True)
        elif data.get("state") == "draft":
            rows = rows.filter(project__isnull=False)
        elif data.get("state") == "met":
            rows = rows.met()
        return _at(rows, data, "enterprise__area_id")


# --- advice -----------------------------------------------------------------------------------------------------------


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} ({obj.agency})" if obj.agency else obj.full_name


class ProjectField(forms.CharField):
    """A project by its code; gives the Project, or None where nothing was typed."""

    default_error_messages = {"unknown": _("There is no project with this code here.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, required=False, **kwargs)
        self.rows: Any = Project.objects.none()

    def clean(self, value: Any) -> Any:
        code = super().clean(value).strip().upper()
        if not code:
            return None
        found = self.rows.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown")
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Project) else value


class NewAdviceForm(OnceForm, KcForm):
    enterprise = forms.CharField(
        label=_("Establishment"), max_length=100, help_text=_("Its tax code, or a part of its name that only it has.")
    )
    topic = forms.ModelChoiceField(ListItem.objects.none(), label=_("Topic"))
    text = NfcField(label=_("Question"), max_length=4000, widget=_wide())
    channel = forms.ChoiceField(label=_("How it came"), choices=[("", _("Choose")), *AskedBy.choices])
    asker = NfcField(label=_("Who asked"), max_length=150, required=False)
    asked_on = DateField(label=_("Asked on"))
    assigned_to = PersonField(User.objects.none(), label=_("Who answers"), required=False, to_field_name="username")

    def __init__(self, *args: Any, actor: User, enterprise: Enterprise | None = None, **kwargs: Any) -> None:
        name = enterprise.tax_code or enterprise.name if enterprise else ""
        kwargs["initial"] = {"asked_on": clock.today(), "enterprise": name}
        super().__init__(*args, **kwargs)
        self.actor = actor
        topic: Any = self.fields["topic"]
        topic.queryset = offered(ListKind.TOPIC)
        person: Any = self.fields["assigned_to"]
        provinces = {area.pk for area in provinces_entered_by(actor)}
        rows = [advisers(pk).values("pk") for pk in provinces]
        person.queryset = User.objects.filter(pk__in=rows[0]) if rows else User.objects.filter(pk=actor.pk)
        person.queryset = person.queryset.select_related("agency")

    def clean_enterprise(self) -> Enterprise:
        rows = Enterprise.objects.visible_to(self.actor)
        found = list(rows.search(self.cleaned_data["enterprise"])[:6])
        same = [row for row in found if row.name == self.cleaned_data["enterprise"].strip()]
        if len(found) == 1 or len(same) == 1:
            return (same or found)[0]
        if not found:
            raise forms.ValidationError(_("There is no such establishment here. Enter it first."))
        names = "; ".join(row.name for row in found[:5])
        raise forms.ValidationError(_("Several fit: %(names)s. Enter more of the name, or the tax code.") % {
            "names": names
        })  # fmt: skip

    def data_of(self) -> AdviceData:
        names = ("topic", "channel", "text", "asked_on", "asker", "assigned_to")
        return AdviceData(**{name: self.cleaned_data[name] for name in names})


class AssignForm(KcForm):
    assigned_to = PersonField(User.objects.none(), label=_("Who answers"), to_field_name="username")

    def __init__(self, *args: Any, advice: Advice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["assigned_to"]
        person.queryset = advisers(advice.enterprise.province_id).select_related("agency")


class VisitForm(OnceForm, KcForm):
    on = DateField(label=_("Date of the visit"))
    visitor = NfcField(label=_("Who went"), max_length=150)
    finding = NfcField(label=_("What was found"), max_length=4000, widget=_wide())


class AnswerForm(KcForm):
    answer = NfcField(label=_("Answer"), max_length=8000, widget=_wide())
    on = DateField(label=_("Answered on"))


class OutcomeForm(KcForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("Choose")), *Outcome.choices])
    on = DateField(label=_("Date of the outcome"))
    project = ProjectField(label=_("Code of the project"), help_text=_("Only where a project came of it."))


class ReopenForm(KcForm):
    note = NfcField(label=_("Why it is opened again"), max_length=1000)


class AdviceFilter(PlaceFilter):
    LATE = "late"
    q = NfcField(label=_("Name or tax code"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *AdviceState.choices, (LATE, _("Overdue"))], required=False
    )
    topic = forms.ModelChoiceField(
        ListItem.objects.filter(kind=ListKind.TOPIC), label=_("Topic"), required=False, empty_label=_("All")
    )
    field_order = ("q", "state", "topic", "area")

    def __init__(self, data: Any, *, rows: Any) -> None:
        super().__init__(data, area_ids=rows.order_by().values("enterprise__area_id"))
        self.rows = rows

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.filter(enterprise__in=Enterprise.objects.all().search(data["q"]))
        if data.get("state") == self.LATE:
            rows = rows.filter(state=AdviceState.OPEN, due_on__lt=clock.today())
        elif "state" in data:
            rows = rows.filter(state=data["state"])
        if "topic" in data:
            rows = rows.filter(topic=data["topic"])
        return _at(rows, data, "enterprise__area_id")


# --- policies and campaigns -------------------------------------------------------------------------------------------


class DocumentField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} – {obj.subject}"[:140] if obj.number else str(obj.subject)[:140]


class PolicyForm(AudienceForm):
    title = NfcField(label=_("Title"), max_length=200, help_text=_("As somebody who never read the document says it."))
    document = DocumentField(LegalDocument.objects.all(), label=_("Legal document"))
    summary = NfcField(label=_("What it says, in plain words"), max_length=6000, widget=forms.Textarea({"rows": 8}))
    activities = forms.ModelMultipleChoiceField(
        Activity.objects.all(),
        label=_("Contents of support"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=EMPTY_IS_ALL,
    )
    published = forms.BooleanField(label=_("Shown to everybody, without account"), required=False)

    @classmethod
    def stored(cls, row: Policy) -> dict[str, Any]:
        names = ("title", "document", "summary", "kinds", "published")
        many = {"communes": list(row.communes.all()), "activities": list(row.activities.all())}
        return {**{name: getattr(row, name) for name in names}, **many}

    def data_of(self) -> PolicyData:
        names = ("title", "document", "summary", "kinds", "activities", "communes", "published")
        return PolicyData(**{name: self.cleaned_data[name] for name in names})


class NewPolicyForm(OnceForm, PolicyForm):
    version = None  # type: ignore[assignment]


class CampaignForm(AudienceForm):
    name = NfcField(label=_("Name"), max_length=200)
    policy = forms.ModelChoiceField(Policy.objects.none(), label=_("Policy it spreads"), required=False)
    channel = forms.ModelChoiceField(ListItem.objects.none(), label=_("Channel"))
    planned_on = DateField(label=_("Planned for"))
    held_on = DateField(label=_("Held on"), required=False, help_text=_("Empty: not held yet."))
    project = ProjectField(label=_("Code of the project that pays for it"))

    def __init__(self, *args: Any, actor: User, row: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, row=row, **kwargs)
        policy: Any = self.fields["policy"]
        policy.queryset = Policy.objects.visible_to(actor)
        channel: Any = self.fields["channel"]
        channel.queryset = offered(ListKind.CHANNEL)
        if row is not None:
            channel.queryset |= ListItem.objects.filter(pk=row.channel_id)
        project: Any = self.fields["project"]
        project.rows = Project.objects.visible_to(actor)

    @classmethod
    def stored(cls, row: Campaign) -> dict[str, Any]:
        names = ("name", "policy", "channel", "kinds", "planned_on", "held_on", "project")
        return {**{name: getattr(row, name) for name in names}, "communes": list(row.communes.all())}

    def data_of(self) -> CampaignData:
        names = ("name", "policy", "channel", "kinds", "communes", "planned_on", "held_on", "project")
        return CampaignData(**{name: self.cleaned_data[name] for name in names})


class NewCampaignForm(OnceForm, CampaignForm):
    version = None  # type: ignore[assignment]


class FileForm(OnceForm, KcForm):
    """A file that goes with a policy."""

    title = NfcField(label=_("What it is"), max_length=200, help_text=_("For example: toàn văn nghị quyết, mẫu đơn."))
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("PDF, JPEG or PNG, up to 20 MB."),
    )


class LettersForm(OnceForm, KcForm):
    """As what letters are noted."""

    channel = forms.ModelChoiceField(ListItem.objects.none(), label=_("Noted as"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_letters_%s", **kwargs)  # the list below has a channel too
        channel: Any = self.fields["channel"]
        channel.queryset = offered(ListKind.CHANNEL)


class ToldForm(KcForm):
    """How and when the establishments ticked in the list were told."""

    channel = forms.ModelChoiceField(ListItem.objects.none(), label=_("Channel"))
    on = DateField(label=_("Told on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        channel.queryset = offered(ListKind.CHANNEL)


class CountForm(KcForm):
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune"), required=False, to_field_name="uid", empty_label=_("not specified")
    )
    people = WholeField(label=_("People"), max_value=100_000)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        rows = choices_on(campaign.province, clock.today()).filter(level=Level.COMMUNE)
        area.queryset = rows.order_by("folded")


class MatchFilter(FilterForm):
    """Of the establishments a policy or a campaign is for."""

    STATES = (
        ("left", _("Not reached yet")),
        ("call", _("To be called: no e-mail agreed to")),
        ("done", _("Reached")),
    )
    q = NfcField(label=_("Name or tax code"), max_length=100, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *STATES], required=False)

    def narrow(self, rows: Any, reached: Any) -> Any:
        """`reached`: ids of who was reached."""
        data = self.usable()
        if "q" in data:
            rows = rows.search(data["q"])
        if data.get("state") == "done":
            rows = rows.filter(pk__in=reached)
        elif data.get("state") in ("left", "call"):
            rows = rows.exclude(pk__in=reached)
            rows = without_address(rows) if data["state"] == "call" else rows
        return rows


# --- lists, uptake, public --------------------------------------------------------------------------------------------


class ItemForm(KcForm):
    """One line of a list, new or known (`item`)."""

    item = forms.ModelChoiceField(ListItem.objects.all(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("List"), choices=[("", _("Choose")), *ListKind.choices])
    name = NfcField(label=_("Name"), max_length=200)
    days = WholeField(label=_("Days until an answer is due"), max_value=365, required=False,
                      help_text=_("Only of topics of advice."))  # fmt: skip
    ended_on = DateField(label=_("Offered no more from"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class UptakeFilter(FilterForm):
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune"), required=False, to_field_name="uid", empty_label=_("All places")
    )
    activity = forms.ModelChoiceField(
        Activity.objects.filter(needs_beneficiary=True),
        label=_("Support"),
        required=False,
        to_field_name="code",
        empty_label=_("All"),
    )
    what = forms.ChoiceField(required=False, widget=forms.HiddenInput, label=_("Column"))

    def __init__(self, data: Any, *, columns: Iterable[tuple[str, Any]], provinces: Iterable[int]) -> None:
        super().__init__(data)
        year = clock.today().year
        self.fields["year"].choices = [("", year), *((one, one) for one in range(year + 1, 2017, -1) if one != year)]  # type: ignore[attr-defined]
        self.fields["what"].choices = [("", ""), *columns]  # type: ignore[attr-defined]
        area: Any = self.fields["area"]
        below = AreaClosure.objects.filter(ancestor_id__in=provinces).values("area_id")
        area.queryset = Area.objects.current().filter(level=Level.COMMUNE, pk__in=below).order_by("folded")


class SupportForm(KcForm):
    """The five questions. Sent by GET, so that the answer can be kept as a link; nothing personal is asked."""

    kind = forms.ChoiceField(
        label=_("What is your business?"), choices=lambda: list(kinds_on().items()), widget=forms.RadioSelect
    )
    commune = forms.CharField(label=_("In which commune?"), widget=forms.Select)
    trade = forms.CharField(label=_("What do you make?"), widget=forms.Select)
    wants = forms.ModelMultipleChoiceField(
        Activity.objects.filter(needs_beneficiary=True).select_related("group"),
        label=_("What do you want to do?"),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose one or several."),
    )
    workers = WholeField(
        label=_("How many people work there?"),
        required=False,
        max_value=1_000_000,
        help_text=_("An estimate is enough."),
    )

    def __init__(self, data: Any, *, communes: Iterable[Area], provinces: Iterable[Area]) -> None:
        """`provinces`: those of the communes; their trades are offered."""
        super().__init__(data)
        self.communes: dict[str, Area] = {row.uid: row for row in communes}
        self.trades: dict[str, str] = {}
        for province in provinces:
            self.trades |= trades_on(None, province)
        commune: Any = self.fields["commune"].widget
        commune.choices = [("", _("Choose")), *((uid, row.full_name) for uid, row in self.communes.items())]
        trade: Any = self.fields["trade"].widget
        trade.choices = [
            ("", _("Choose")),
            *self.trades.items(),
            (NO_TRADE, _("Something else")),
        ]

    def clean_commune(self) -> Area:
        found = self.communes.get(self.cleaned_data["commune"])
        if found is None:
            raise forms.ValidationError(_("Choose the commune."))
        return found

    def clean_trade(self) -> str:
        code: str = self.cleaned_data["trade"]
        if code != NO_TRADE and code not in self.trades:
            raise forms.ValidationError(_("Choose what you make."))
        return code


class StatusForm(KcForm):
    code = NfcField(
        label=_("Code of the file"), max_length=40, help_text=_("As on the papers you got, for example KCDP-2026-001.")
    )
    digits = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("Last four digits of the tax code"),
        error_messages={"invalid": _("Enter four digits.")},
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "maxlength": 4, "class": "kc-input-number"}
        ),
    )


class LibraryFilter(FilterForm):
    q = NfcField(label=_("Search"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of business"), choices=lambda: [("", _("All kinds")), *kind_names().items()], required=False
    )
