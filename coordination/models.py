"""What keeps a province working together: tasks given by a document or by the department, and the exchange between
the province and its collaborators."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User, areas_below
from core import clock
from core.models import FoldedField, NfcCharField, Verified, public_id_field
from core.text import fold
from files.models import StoredFile
from places.models import Area
from programmes.listed import Listed
from programmes.models import LegalDocument, Programme
from projects.models import Project


def provinces_of(user: User) -> frozenset[int]:
    """Provinces whose tasks and exchange the person works with or reads."""
    found: frozenset[int] = user.sight.province_ids | user.sight.province_roles.get("centre", frozenset())
    return found


# --- lists officials keep ---------------------------------------------------------------------------------------------


class DocumentKind(Listed):
    """A kind of document that gives tasks, for those that are typed in."""

    class Meta(Listed.Meta):
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="document_kind_has_name")]


class ReplyTime(Listed):
    """How many working days a question of the exchange may wait for its first answer, from a day on."""

    days = models.PositiveSmallIntegerField(_("working days"))
    own: ClassVar[tuple[str, ...]] = ("days",)

    class Meta(Listed.Meta):
        constraints = [models.CheckConstraint(condition=Q(days__gte=1, days__lte=60), name="reply_time_days_sensible")]


class DayOff(Listed):
    """Days from `valid_from` to `valid_to` on which the office does not work, beside Saturdays and Sundays."""

    class Meta(Listed.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=False, valid_to__isnull=False, valid_to__gte=F("valid_from")),
                name="day_off_has_days",
            )
        ]


def named_on(agency: Agency, day: dt.date) -> str:
    """As Agency.name_on, from the names that were read already: for the many of a list."""
    for row in agency.names.all():
        if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or row.valid_to >= day):
            return str(row.name)
    return agency.name


# --- documents and tasks ----------------------------------------------------------------------------------------------


class TaskDocumentQuerySet(models.QuerySet["TaskDocument"]):
    def visible_to(self, user: User) -> "TaskDocumentQuerySet":
        """Documents of the law for everybody who works with tasks; those a province typed in, for its people."""
        provinces = provinces_of(user)
        granted = user.sight.granted_area_ids
        if not (provinces or granted):
            return self.none()
        seen = Q(province__isnull=True) | Q(province_id__in=provinces)
        if granted:
            above = Area.objects.filter(level="province", closure_down__area_id__in=granted)
            seen |= Q(province__in=above)
        return self.filter(seen)


class TaskDocument(models.Model):
    """A document that gives tasks: a row of the law (`legal`, which says its facts), or one typed in by a province.
    `source`, `verified`: where its tasks can be read, and whether somebody saw them there."""

    public_id = public_id_field()
    legal = models.OneToOneField(LegalDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    province = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    type = NfcCharField(_("kind of document"), max_length=60, blank=True)
    number = NfcCharField(_("number"), max_length=60, blank=True)
    issuer = NfcCharField(_("issued by"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    subject = NfcCharField(_("subject"), max_length=500, blank=True)
    source = NfcCharField(max_length=300, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = TaskDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["province", "number", "issuer"], condition=Q(legal__isnull=True), name="task_document_once"
            ),
            models.CheckConstraint(
                condition=Q(legal__isnull=False, province__isnull=True, number="")
                | (Q(legal__isnull=True, province__isnull=False) & ~Q(number="")),
                name="task_document_is_one_of_two",
            ),
            models.CheckConstraint(condition=Q(verified__in=Verified.values), name="task_document_verified_known"),
        ]

    def __str__(self) -> str:
        paper = self.paper
        return f"{paper.type[:1].upper()}{paper.type[1:]} {paper.number}".strip() or paper.subject

    @property
    def paper(self) -> Any:
        """What says number, type, issuer, issued_on and subject: the row of the law, or this row itself."""
        return self.legal or self


class Timing(models.TextChoices):
    ONCE = "once", _("Until a day")
    REGULAR = "regular", _("Regularly")
    YEARLY = "yearly", _("Each year")
    UNSAID = "unsaid", _("The document does not say")


class TaskState(models.TextChoices):
    GIVEN = "given", _("Given")
    IN_PROGRESS = "in_progress", _("Under way")
    REPORTED = "reported", _("Waiting for confirmation")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_TASK = (TaskState.GIVEN, TaskState.IN_PROGRESS, TaskState.REPORTED)


class TaskQuerySet(models.QuerySet["GivenTask"]):
    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of the person's provinces; a collaborator's own, and those for places they answer for; those of the
        agency somebody with a role works for, as the one that does or supports them."""
        seen = Q(province_id__in=provinces_of(user))
        if user.sight.roles:
            seen |= Q(assigned_to=user)
            if user.agency_id and not user.has_role("administrator"):
                mine = GivenTask.supporting.through.objects.filter(agency_id=user.agency_id).values("giventask_id")
                seen |= Q(agency_id=user.agency_id) | Q(pk__in=mine)
        if user.sight.granted_area_ids:
            below = areas_below(user.sight.granted_area_ids)
            places = GivenTask.areas.through.objects.filter(area_id__in=below).values("giventask_id")
            seen |= Q(pk__in=places)
        return self.filter(seen)

    def open(self) -> "TaskQuerySet":
        return self.filter(state__in=OPEN_TASK)

    def late(self) -> "TaskQuerySet":
        """Open and past their day. One of each year is late once a whole year in which it held brought no result."""
        today = clock.today()
        rows = self.open().annotate(told_on=Max("results__on"))
        silent = Q(told_on__isnull=True) | Q(told_on__lt=dt.date(today.year - 1, 1, 1))
        yearly = Q(timing=Timing.YEARLY, given_on__lt=dt.date(today.year, 1, 1)) & silent
        return rows.filter(Q(due_on__lt=today) | yearly)

    def search(self, text: str) -> "TaskQuerySet":
        return self.filter(folded__contains=fold(text))


class GivenTask(models.Model):
    """A task as its document has it, or as the department gave it (`document` null). `areas` none: the whole province.

    `supporting_text`: who supports beside the agencies of the list, as the document names them. `given_on`: the day
    from which it holds; `given_by`: who gave or entered it and confirms that it is done; `reported_by`: who said so.
    """

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(TaskDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    position = models.PositiveSmallIntegerField(_("order in the document"), default=0)
    clause = NfcCharField(_("clause"), max_length=100, blank=True)
    text = models.TextField(_("task"))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="given_tasks")
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="given_tasks")
    supporting = models.ManyToManyField(Agency, related_name="supported_tasks", blank=True)
    supporting_text = NfcCharField(_("others who support"), max_length=300, blank=True)
    areas = models.ManyToManyField(Area, related_name="+", blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="given_tasks")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    timing = models.CharField(_("until when"), max_length=10, choices=Timing.choices)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    given_on = models.DateField(_("given on"))
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    state = models.CharField(max_length=12, choices=TaskState.choices, default=TaskState.GIVEN)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_on = models.DateField(_("done on"), null=True, blank=True)
    cancel_reason = models.TextField(_("why cancelled"), blank=True)
    folded = FoldedField(source="clause text supporting_text", max_length=4000)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["document_id", "position", "id"]
        indexes = [models.Index(fields=["province", "state"], name="given_task_province_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TaskState.values, timing__in=Timing.values, verified__in=Verified.values),
                name="given_task_codes_known",
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | Q(assigned_to__isnull=False), name="given_task_has_somebody"
            ),
            models.CheckConstraint(
                condition=Q(timing="once", due_on__isnull=False, due_on__gte=F("given_on"))
                | (~Q(timing="once") & Q(due_on__isnull=True)),
                name="given_task_due_as_timed",
            ),
            models.CheckConstraint(
                condition=(Q(state="done") & Q(done_on__isnull=False, reported_by__isnull=False))
                | (~Q(state="done") & Q(done_on__isnull=True)),
                name="given_task_done_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="given_task_cancelled_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="reported") | Q(reported_by__isnull=False), name="given_task_reported_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        text = " ".join(self.text.split())
        return text if len(text) <= 90 else f"{text[:89]}…"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASK

    @property
    def agency_name(self) -> str:
        """As the agency was called on the day the task was given."""
        return named_on(self.agency, self.given_on) if self.agency else ""

    @property
    def last_result(self) -> "TaskResult | None":
        """From the results that were read already."""
        return max(self.results.all(), key=lambda row: (row.on, row.pk), default=None)

    @property
    def is_late(self) -> bool:
        """As TaskQuerySet.late(); of the rows of a list, whose results are read already."""
        today = clock.today()
        if not self.is_open:
            return False
        if self.due_on is not None:
            return bool(self.due_on < today)
        if self.timing != Timing.YEARLY or self.given_on.year >= today.year:
            return False
        last = self.last_result
        return bool(last is None or last.on.year < today.year - 1)


class TaskResult(models.Model):
    """What was done, on which day, with its paper. Never changed; a mistake is put right by another row."""

    task = models.ForeignKey(GivenTask, on_delete=models.PROTECT, related_name="results")
    on = models.DateField(_("date"))
    text = models.TextField(_("result"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="task_result_says_something")]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"


# --- exchange ---------------------------------------------------------------------------------------------------------


class Side(models.TextChoices):
    OFFICE = "office", _("Province")
    NETWORK = "network", _("Collaborator")


class ThreadState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> "ThreadQuerySet":
        """On a project: who works on it. On a place: who works in its province, and the collaborators of the place."""
        of_place = Q(province_id__in=provinces_of(user))
        if user.sight.granted_area_ids:
            of_place |= Q(area_id__in=areas_below(user.sight.granted_area_ids))
        projects = Project.objects.worked_on_by(user).values("pk")
        return self.filter(Q(project__isnull=True) & of_place | Q(project_id__in=projects))

    def late(self) -> "ThreadQuerySet":
        return self.filter(state=ThreadState.OPEN, due_on__lt=clock.today())


class Thread(models.Model):
    """Questions and answers on one matter of a project or a place. `area` is that of the project, too.

    While it is open, `waits_side` has to answer, `waits_for` if it is somebody in particular; `asked_at` is the moment
    of the question and `due_on` the day until which the answer is due (None: no rule was in force).
    """

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    subject = NfcCharField(_("subject"), max_length=200)
    folded = FoldedField(source="subject")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=ThreadState.choices, default=ThreadState.OPEN)
    waits_side = models.CharField(max_length=10, choices=Side.choices)
    waits_for = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="threads_waiting")
    asked_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    last_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-id"]
        indexes = [
            models.Index(fields=["province", "state"], name="thread_province_state"),
            models.Index(fields=["area", "last_at"], name="thread_area_last_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ThreadState.values, waits_side__in=Side.values), name="thread_codes_known"
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="thread_has_subject"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_late(self) -> bool:
        return bool(self.state == ThreadState.OPEN and self.due_on and self.due_on < clock.today())


class Message(models.Model):
    """What one side wrote; never changed. `asks`: the other side has to answer it; `answers`: the question whose first
    answer it is; `unit`: the agency its author worked for then."""

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    at = models.DateTimeField(default=clock.now)
    text = models.TextField(_("message"))
    asks = models.BooleanField(default=False)
    answers = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="first_answer")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file_name = NfcCharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="message_side_known"),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.thread} {self.pk}"

    @property
    def is_picture(self) -> bool:
        return bool(self.file and self.file.content_type.startswith("image/"))
