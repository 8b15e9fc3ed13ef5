"""What is typed of tasks and of the exchange: types and formats. Rules stand in services."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Grant, User
from coordination.exchange import people_of
from coordination.giving import DocumentData, ResultData, TaskData, agencies, doers
from coordination.models import (
    DayOff,
    DocumentKind,
    GivenTask,
    ReplyTime,
    Side,
    TaskDocument,
    TaskState,
    Thread,
    ThreadState,
    Timing,
    provinces_of,
)
from coordination.permissions import GIVING
from core import clock
from core.errors import DomainError
from core.forms import DateField, KcForm, NfcField, WholeField
from core.models import Verified
from core.once import OnceForm
from core.text import fold
from files.services import check_paper, check_photo, store_bytes
from places.forms import PlaceField, PlaceFilter
from places.models import Area, Level
from places.services import choices_on
from programmes.listed import ListedForm
from programmes.models import LegalDocument, Programme
from projects.models import Project

ATTACHED = _("A photo (JPEG, PNG) or a PDF, up to 12 MB for a photo and 20 MB for a PDF.")


def _wide(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody, by name and office."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.full_name} – {obj.agency}" if obj.agency else obj.full_name


class AttachmentField(forms.FileField):
    """A photo or a paper. Cleaned: (bytes, content type, name), or None; a photo is made anew, without the place where
    it was taken."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})
        super().__init__(required=False, widget=widget, help_text=ATTACHED, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return None
        is_paper = upload.read(5) == b"%PDF-"
        upload.seek(0)
        name = PurePath(upload.name).name[-190:]
        try:
            if is_paper:
                content, mime = check_paper(upload)
                return content, mime, name
            photo = check_photo(upload)
        except DomainError as error:
            raise forms.ValidationError([text for texts in error.fields.values() for text in texts]) from None
        return photo.content, photo.content_type, f"{PurePath(name).stem}.jpg"


def kept(attached: Any) -> dict[str, Any]:
    """What AttachmentField gave, stored: to be called in the transaction of the change."""
    return {"file": store_bytes(attached[0], attached[1]), "file_name": attached[2]} if attached else {}


def provinces_of_giver(user: User) -> Any:
    ids = [pk for role in GIVING for pk in user.sight.province_roles.get(role, ())]
    return Area.objects.current().filter(level=Level.PROVINCE, pk__in=ids).order_by("folded")


# --- tasks ------------------------------------------------------------------------------------------------------------


class DocumentForm(KcForm):
    """`row`: the typed document that is changed."""

    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"), to_field_name="uid")
    legal = forms.ModelChoiceField(
        LegalDocument.objects.order_by("-issued_on", "number"),
        label=_("Document of the reference data"),
        required=False,
        help_text=_("Chosen here, nothing more has to be typed."),
    )
    type = forms.ChoiceField(label=_("Kind of document"), required=False)
    number = NfcField(label=_("Number"), max_length=60, required=False)
    issued_on = DateField(label=_("Issued on"), required=False)
    issuer = NfcField(label=_("Issued by"), max_length=200, required=False)
    subject = NfcField(label=_("Subject"), max_length=500, required=False, widget=_wide(2))
    source = NfcField(
        label=_("Where its text was seen"), max_length=300, required=False, help_text=_("An address or a file number.")
    )
    verified = forms.ChoiceField(label=_("Verified"), choices=Verified.choices, initial=Verified.NO, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    TYPED = ("type", "number", "issued_on", "issuer", "subject", "source", "verified")

    def __init__(self, *args: Any, actor: User, row: TaskDocument | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {**self.stored(row), "version": row.version}
        super().__init__(*args, **kwargs)
        found = [row.province] if row is not None else list(provinces_of_giver(actor))
        self.only = found[0] if len(found) == 1 else None
        if self.only is not None:
            del self.fields["province"]
        else:
            self.fields["province"].queryset = provinces_of_giver(actor)  # type: ignore[attr-defined]
        names = list(DocumentKind.objects.valid_on(clock.today()).values_list("name", flat=True))
        if row is not None:
            del self.fields["legal"]
            names += [row.type] if row.type not in names else []
        else:
            taken = TaskDocument.objects.filter(legal__isnull=False).values("legal_id")
            legal: Any = self.fields["legal"]
            legal.queryset = legal.queryset.exclude(pk__in=taken)
        self.fields["type"].choices = [("", _("Choose")), *((name, name) for name in names)]  # type: ignore[attr-defined]

    @classmethod
    def stored(cls, row: TaskDocument) -> dict[str, Any]:
        return {name: getattr(row, name) for name in cls.TYPED}

    def of_province(self) -> Area:
        found: Area = self.only or self.cleaned_data["province"]
        return found

    def data_of(self) -> DocumentData:
        values = {name: self.cleaned_data[name] for name in self.TYPED}
        values["verified"] = values["verified"] or Verified.NO
        return DocumentData(legal=self.cleaned_data.get("legal"), **values)


class NewDocumentForm(OnceForm, DocumentForm):
    version = None  # type: ignore[assignment]


class AreasField(forms.MultipleChoiceField):
    """Any number of communes of today, by uid; gives the Areas."""

    widget = forms.CheckboxSelectMultiple

    def offer(self, rows: Any) -> None:
        self.rows = {row.uid: row for row in sorted(rows, key=lambda row: (row.folded, row.uid))}
        self.choices = [(uid, row.full_name) for uid, row in self.rows.items()]

    def clean(self, value: Any) -> Any:
        return [self.rows[uid] for uid in super().clean(value)]

    def prepare_value(self, value: Any) -> Any:
        return [row.uid if isinstance(row, Area) else row for row in value or []]


class ProjectCodeField(NfcField):
    """A project by its code; gives the row among `rows`, or None."""

    rows: Any = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        found = self.rows.filter(code__iexact=text).order_by("-year", "-id").first()
        if found is None:
            raise forms.ValidationError(_("There is no such project."))
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Project) else value


class TaskForm(KcForm):
    province = forms.ModelChoiceField(Area.objects.none(), label=_("Province"), to_field_name="uid")
    document = forms.ModelChoiceField(
        TaskDocument.objects.none(),
        label=_("Document that gives it"),
        required=False,
        empty_label=_("None: the department gives it itself"),
        to_field_name="public_id",
    )
    clause = NfcField(label=_("Clause"), max_length=100, required=False, help_text=_("For example «khoản 2, mục II»."))
    position = WholeField(label=_("Order in the document"), max_value=9999, required=False)
    text = NfcField(label=_("Task"), max_length=4000, widget=_wide(5), help_text=_("Word for word."))
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency that does it"), required=False)
    assigned_to = PersonField(User.objects.none(), label=_("Person who does it"), required=False)
    supporting = forms.ModelMultipleChoiceField(
        Agency.objects.none(), label=_("Agencies that support"), required=False, widget=forms.CheckboxSelectMultiple
    )
    supporting_text = NfcField(label=_("Others who support"), max_length=300, required=False)
    areas = AreasField(label=_("Communes"), required=False, help_text=_("Nothing chosen: the whole province."))
    timing = forms.ChoiceField(label=_("Until when"), choices=[("", _("Choose")), *Timing.choices])
    due_on = DateField(label=_("Day"), required=False, help_text=_("With «Until a day» alone."))
    given_on = DateField(label=_("Task given on"))
    project = ProjectCodeField(label=_("Code of the project"), max_length=40, required=False)
    programme = forms.ModelChoiceField(Programme.objects.all(), label=_("Programme"), required=False)
    verified = forms.ChoiceField(
        label=_("Compared with the document"), choices=Verified.choices, initial=Verified.NO, required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    NAMES = (
        "document", "clause", "position", "text", "agency", "assigned_to", "supporting_text", "timing", "due_on",
        "given_on", "project", "programme", "verified",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: User, row: GivenTask | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {**self.stored(row), "version": row.version}
        super().__init__(*args, **kwargs)
        found = [row.province] if row is not None else list(provinces_of_giver(actor))
        self.only = found[0] if len(found) == 1 else None
        fields: dict[str, Any] = self.fields
        if self.only is not None:
            del fields["province"]
        else:
            fields["province"].queryset = provinces_of_giver(actor)
        ids = [province.pk for province in found]
        people, offices = User.objects.none(), Agency.objects.none()
        for pk in ids:
            people, offices = people | doers(pk), offices | agencies(pk)
        if row is not None and row.assigned_to_id:
            people = people | User.objects.filter(pk=row.assigned_to_id)
        fields["assigned_to"].queryset = people.distinct().select_related("agency")
        fields["agency"].queryset = fields["supporting"].queryset = offices.distinct()
        fields["document"].queryset = TaskDocument.objects.visible_to(actor).select_related("legal")
        fields["project"].rows = Project.objects.visible_to(actor)
        communes = {area.pk: area for p in found for area in choices_on(p, clock.today()).filter(level=Level.COMMUNE)}
        also = {area.pk: area for area in row.areas.all()} if row is not None else {}
        fields["areas"].offer({**communes, **also}.values())

    @classmethod
    def stored(cls, row: GivenTask) -> dict[str, Any]:
        found = {name: getattr(row, name) for name in cls.NAMES}
        document = row.document.public_id if row.document else None
        return {**found, "document": document, "areas": list(row.areas.all()), "supporting": list(row.supporting.all())}

    def of_province(self) -> Area:
        found: Area = self.only or self.cleaned_data["province"]
        return found

    def data_of(self) -> TaskData:
        data = self.cleaned_data
        values = {name: data[name] for name in self.NAMES}
        values |= {"position": data["position"] or 0, "verified": data["verified"] or Verified.NO}
        return TaskData(**values, supporting=list(data["supporting"]), areas=data["areas"])


class NewTaskForm(OnceForm, TaskForm):
    version = None  # type: ignore[assignment]


class TaskFilter(PlaceFilter):
    q = NfcField(label=_("Words of the task"), max_length=100, required=False)
    document = forms.ModelChoiceField(
        TaskDocument.objects.none(),
        label=_("Document that gives it"),
        required=False,
        empty_label=_("All documents"),
        to_field_name="public_id",
    )
    who = PersonField(User.objects.none(), label=_("Who does it"), required=False, to_field_name="public_id")
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=_("Agency that does it"),
        required=False,
        empty_label=_("All agencies"),
        to_field_name="public_id",
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All states")), ("open", _("Open")), ("late", _("Overdue")), *TaskState.choices],
        required=False,
    )
    due_to = DateField(label=_("Due until"), required=False)

    def __init__(self, data: Any, *, rows: Any, actor: User, **kwargs: Any) -> None:
        through = GivenTask.areas.through.objects.filter(giventask_id__in=rows.order_by().values("pk"))
        super().__init__(data, area_ids=through.values("area_id"), **kwargs)
        self.rows = rows
        fields: dict[str, Any] = self.fields
        fields["document"].queryset = TaskDocument.objects.visible_to(actor).select_related("legal")
        fields["who"].queryset = User.objects.filter(pk__in=rows.order_by().values("assigned_to_id"))
        fields["who"].empty_label = _("Everybody")
        fields["agency"].queryset = Agency.objects.filter(pk__in=rows.order_by().values("agency_id"))

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.search(data["q"])
        if "document" in data:
            rows = rows.filter(document=data["document"])
        if "who" in data:
            rows = rows.filter(assigned_to=data["who"])
        if "agency" in data:
            rows = rows.filter(agency=data["agency"])
        if "due_to" in data:
            rows = rows.filter(due_on__lte=data["due_to"])
        if "area" in data:
            within = Area.objects.within(data["area"])
            of_place = GivenTask.areas.through.objects.filter(area_id__in=within).values("giventask_id")
            rows = rows.filter(pk__in=of_place)
        state = data.get("state")
        if state == "open":
            rows = rows.open()
        elif state == "late":
            rows = rows.late()
        elif state:
            rows = rows.filter(state=state)
        return rows


class ResultForm(OnceForm, KcForm):
    on = DateField(label=_("Date"))
    text = NfcField(label=_("What came of it"), max_length=4000, widget=_wide())
    file = AttachmentField(label=_("Paper or photo"))
    final = forms.BooleanField(
        label=_("With this the task is finished"),
        required=False,
        help_text=_("Who gave it confirms that, or sends it back."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)

    def data_of(self) -> ResultData:
        """Stores the file: to be called in the transaction of the change."""
        data = self.cleaned_data
        return ResultData(data["on"], data["text"], **kept(data["file"]))


class ReasonForm(KcForm):
    note = NfcField(label=_("Reason"), max_length=1000, widget=_wide(2))


class NothingForm(KcForm):
    """A step that asks nothing."""


class HandForm(KcForm):
    assigned_to = PersonField(User.objects.none(), label=_("Person who does it"))

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assigned_to"]
        field.queryset = people.select_related("agency")


# --- exchange ---------------------------------------------------------------------------------------------------------


class ThreadFilter(PlaceFilter):
    q = NfcField(label=_("Words of the subject"), max_length=100, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("All states")), ("mine", _("Waiting for me")), ("late", _("Overdue")), *ThreadState.choices],
        required=False,
    )
    side = forms.ChoiceField(
        label=_("Who has to answer"), choices=[("", _("Either side")), *Side.choices], required=False
    )

    def __init__(self, data: Any, *, rows: Any, mine: Any, **kwargs: Any) -> None:
        super().__init__(data, area_ids=rows.order_by().values("area_id"), **kwargs)
        self.rows, self.mine = rows, mine

    def narrow(self) -> Any:
        data, rows = self.usable(), self.rows
        if "q" in data:
            rows = rows.filter(folded__contains=fold(data["q"]))
        if "area" in data:
            rows = rows.filter(area_id__in=Area.objects.within(data["area"]))
        if "side" in data:
            rows = rows.filter(state=ThreadState.OPEN, waits_side=data["side"])
        state = data.get("state")
        if state == "mine":
            rows = rows.filter(pk__in=self.mine.order_by().values("pk"))
        elif state == "late":
            rows = rows.late()
        elif state:
            rows = rows.filter(state=state)
        return rows


class NewThreadForm(OnceForm, KcForm):
    """On a project (named in the address, kept in a hidden field) or on a place."""

    project = forms.UUIDField(widget=forms.HiddenInput, required=False)
    area = PlaceField(label=_("Place"))
    subject = NfcField(label=_("What it is about"), max_length=200)
    text = NfcField(label=_("Question"), max_length=4000, widget=_wide(7))
    file = AttachmentField(label=_("Photo or paper"))
    waits_for = PersonField(User.objects.none(), label=_("Who answers"), required=False)

    def __init__(self, *args: Any, actor: User, project: Project | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = project
        fields: dict[str, Any] = self.fields
        sight = actor.sight
        provinces = Area.objects.current().filter(level=Level.PROVINCE, pk__in=provinces_of(actor))
        if project is not None:
            del fields["area"]
        else:
            fields["area"].offer(provinces, clock.today())
            if not provinces:
                granted = Area.objects.filter(closure_up__ancestor_id__in=sight.granted_area_ids)
                fields["area"].offer([], also=granted.filter(level=Level.COMMUNE, valid_to__isnull=True).distinct())
                if len(fields["area"].rows) == 1:
                    fields["area"].initial = next(iter(fields["area"].rows))
        people = User.objects.none()
        if provinces:
            here = Grant.objects.valid_on(clock.today()).filter(role="collaborator")
            if project is not None:
                people = people_of(Side.NETWORK, project.province_id, project.area_id, project)
            else:
                below = Area.objects.filter(closure_up__ancestor__in=provinces)
                people = User.objects.people().filter(
                    is_active=True, pk__in=here.filter(area__in=below).values("user_id")
                )
            fields["waits_for"].empty_label = _("The collaborator of the place")
        else:
            places = Area.objects.filter(level="province", closure_down__area_id__in=sight.granted_area_ids)
            for province_id in set(places.values_list("pk", flat=True)):
                found = people_of(Side.OFFICE, province_id, province_id, project)
                people = people | found
            fields["waits_for"].empty_label = _("The province: whoever deals with it")
        fields["waits_for"].queryset = people.distinct().select_related("agency")


class MessageForm(OnceForm, KcForm):
    text = NfcField(label=_("Message"), max_length=4000, widget=_wide(6))
    file = AttachmentField(label=_("Photo or paper"))
    asks = forms.BooleanField(
        label=_("The other side has to answer this"), required=False, help_text=_("A date for the answer is set then.")
    )

    def __init__(self, *args: Any, may_ask: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_ask:
            del self.fields["asks"]


class CloseForm(KcForm):
    note = NfcField(label=_("Reason"), max_length=1000, required=False, widget=_wide(2))


def waiting_form(thread: Thread, people: Any, data: Any, prefix: str) -> HandForm:
    form = HandForm(data, prefix=prefix, people=people, initial={"assigned_to": thread.waits_for_id})
    form.fields["assigned_to"].label = _("Who answers")
    return form


# --- lists ------------------------------------------------------------------------------------------------------------


class ReplyTimeForm(ListedForm):
    days = forms.IntegerField(label=_("Working days"), min_value=1, max_value=60)


class DayOffForm(ListedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("valid_from", "valid_to"):
            self.fields[name].required = True
        self.fields["valid_to"].help_text = ""


LISTS: dict[str, tuple[Any, Any, type[ListedForm]]] = {
    "reply-times": (_("Time for an answer"), ReplyTime, ReplyTimeForm),
    "days-off": (_("Days off"), DayOff, DayOffForm),
    "document-kinds": (_("Kinds of documents"), DocumentKind, ListedForm),
}
