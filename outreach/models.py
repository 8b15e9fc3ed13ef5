"""How the programme and its establishments find each other: surveys of needs, advice, and spreading of policies."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User, areas_below
from core import clock
from core.models import FoldedField, NfcCharField, money_field, public_id_field
from enterprises.models import Enterprise
from files.models import StoredFile
from places.models import Area
from programmes.models import Activity, LegalDocument, SupportNorm
from projects.models import ProgressUpdate, Project


def provinces_of(user: User) -> frozenset[int]:
    """Provinces whose surveys, advice and campaigns the person works with or reads."""
    found: frozenset[int] = user.sight.province_ids | user.sight.province_roles.get("centre", frozenset())
    return found


class OfProvince(models.QuerySet[Any]):
    """Rows with a `province`: read by who works there, and by collaborators of any place in it."""

    def visible_to(self, user: User) -> Any:
        seen = Q(province_id__in=provinces_of(user))
        if user.sight.granted_area_ids:
            above = Area.objects.filter(level="province", closure_down__area_id__in=user.sight.granted_area_ids)
            seen |= Q(province__in=above)
        return self.filter(seen)


class OfEnterprise(models.QuerySet[Any]):
    """Rows of an `enterprise`: read by who works in its province, and by the collaborator of its place."""

    def visible_to(self, user: User) -> Any:
        seen = Q(enterprise__province_id__in=provinces_of(user))
        if user.sight.granted_area_ids:
            seen |= Q(enterprise__area_id__in=areas_below(user.sight.granted_area_ids))
        return self.filter(seen)


class ListKind(models.TextChoices):
    TOPIC = "topic", _("Topic of advice")
    CHANNEL = "channel", _("Channel of information")
    CONTACT = "contact", _("Whom establishments call")


class ListItem(models.Model):
    """One line of a list officials keep: a topic of advice (`days`: calendar days until an answer is due), a channel,
    or whom establishments call. `ended_on`: offered no more from that day; what used it keeps it."""

    kind = models.CharField(_("list"), max_length=10, choices=ListKind.choices)
    name = NfcCharField(_("name"), max_length=200)
    days = models.PositiveSmallIntegerField(_("days until an answer is due"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="list_item_once"),
            models.CheckConstraint(condition=Q(kind__in=ListKind.values), name="list_item_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind="topic") | Q(days__isnull=False, days__gte=1), name="list_item_topic_has_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name


# --- surveys ----------------------------------------------------------------------------------------------------------


class SurveyRound(models.Model):
    """A survey of needs in a province. `kinds` and `communes` empty: all. Answers are taken until `closes_on`."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(_("name"), max_length=200)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    closes_on = models.DateField(_("answers are taken until"))
    kinds: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    communes = models.ManyToManyField(Area, related_name="+", blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = OfProvince.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "name"], name="survey_round_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) & Q(closes_on__gte=F("ends_on")),
                name="survey_round_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return bool(self.starts_on <= clock.today() <= self.closes_on)

    @property
    def has_begun(self) -> bool:
        return bool(self.starts_on <= clock.today())


class QuestionKind(models.TextChoices):
    YES_NO = "yes_no", _("Yes or no")
    ONE = "one", _("One choice")
    SEVERAL = "several", _("Several choices")
    NUMBER = "number", _("Number with unit")
    MONEY = "money", _("Money")
    TEXT = "text", _("Text")


class SurveyQuestion(models.Model):
    """A question of a round. With an `activity`, a «yes» is a need for that support, and a sum of money is what it
    would take. `ended_on`: asked no more from that day; what was answered stays."""

    public_id = public_id_field()
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField(_("position"))
    text = NfcCharField(_("question"), max_length=300)
    help = NfcCharField(_("help"), max_length=300, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=QuestionKind.choices)
    choices: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    unit = NfcCharField(_("unit"), max_length=40, blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="survey_question_kind_known"),
            models.CheckConstraint(
                condition=Q(activity__isnull=True) | Q(kind__in=["yes_no", "money"]),
                name="survey_question_need_is_yes_or_money",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def asked(self) -> bool:
        return self.ended_on is None or self.ended_on > clock.today()


class SurveySheet(models.Model):
    """What one establishment answered in one round. `values`: {question's id: answer}; a question that is not in it
    was not answered, which is not «no». Each saving is kept as a SheetVersion."""

    public_id = public_id_field()
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="sheets")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="survey_sheets")
    values: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    complete = models.BooleanField()  # every required question is answered; otherwise it is to be gone on with
    version = models.PositiveIntegerField(default=1)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = OfEnterprise.as_manager()

    class Meta:
        ordering = ["-answered_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["round", "enterprise"], name="survey_sheet_once")]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.round}"


class SheetVersion(models.Model):
    """The answers as they were saved once. Never changed (outreach/guards.py)."""

    sheet = models.ForeignKey(SurveySheet, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    values: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="sheet_version_once")]

    def __str__(self) -> str:
        return f"{self.sheet} v{self.number}"


class NeedQuerySet(OfEnterprise):
    def live(self) -> Any:
        """Those the establishment still has; one it took back counts nowhere."""
        return self.filter(taken_back=False)

    def met(self) -> Any:
        """With a project that has a decision."""
        return self.filter(project__decided_on__isnull=False)


class Need(models.Model):
    """That an establishment wants an activity's support, as it said in a round. `project`: the draft made from it.
    `amount_vnd` null: not said. A need whose answer was changed is `taken_back`; it keeps its project."""

    public_id = public_id_field()
    sheet = models.ForeignKey(SurveySheet, on_delete=models.PROTECT, related_name="needs")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="needs")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="needs")
    amount_vnd = money_field(_("money"), null=True, blank=True)
    taken_back = models.BooleanField(default=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="needs")
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "activity"], name="need_once")]

    def __str__(self) -> str:
        return f"{self.enterprise}: {self.activity}"


# --- advice -----------------------------------------------------------------------------------------------------------


class AskedBy(models.TextChoices):
    PHONE = "phone", _("By telephone")
    VISIT = "visit", _("At a visit")
    FORM = "form", _("In writing")


class AdviceState(models.TextChoices):
    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    CONTRACT = "contract", _("A contract was signed")
    PURCHASE = "purchase", _("Something was bought")
    PROJECT = "project", _("A project came of it")
    NONE = "none", _("Nothing came of it")


class Advice(models.Model):
    """A question of an establishment, and what became of it. `due_on` was worked out from the topic when it came."""

    public_id = public_id_field()
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="advice")
    topic = models.ForeignKey(ListItem, on_delete=models.PROTECT, related_name="+")
    asker = NfcCharField(_("who asked"), max_length=150, blank=True)
    channel = models.CharField(_("how"), max_length=10, choices=AskedBy.choices)
    text = models.TextField(_("question"))
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("answer due on"))
    state = models.CharField(max_length=10, choices=AdviceState.choices, default=AdviceState.OPEN)
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="advice")
    answer = models.TextField(_("answer"), blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    outcome_on = models.DateField(_("date of the outcome"), null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="advice")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = OfEnterprise.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AdviceState.values) & Q(channel__in=AskedBy.values), name="advice_codes_known"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("asked_on")), name="advice_due_after_asked"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(answered_on__isnull=False, answered_on__gte=F("asked_on")),
                name="advice_answered_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                name="advice_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="project", project__isnull=False)
                | (~Q(outcome="project") & Q(project__isnull=True)),
                name="advice_project_is_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.enterprise}"

    @property
    def days_taken(self) -> int | None:
        """Calendar days from question to answer; None while there is none."""
        return (self.answered_on - self.asked_on).days if self.answered_on else None

    @property
    def is_late(self) -> bool:
        return bool(self.state == AdviceState.OPEN and self.due_on < clock.today())


class AdviceVisit(models.Model):
    """Somebody went there."""

    advice = models.ForeignKey(Advice, on_delete=models.PROTECT, related_name="visits")
    on = models.DateField(_("date"))
    visitor = NfcCharField(_("who went"), max_length=150)
    finding = models.TextField(_("what was found"))

    class Meta:
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"


# --- policies and their spreading -------------------------------------------------------------------------------------


class ReportedBy(models.TextChoices):
    ESTABLISHMENT = "establishment", _("An establishment")
    COMMUNE = "commune", _("A commune")
    OFFICER = "officer", _("An officer")


class DifficultyState(models.TextChoices):
    NOTED = "noted", _("Noted")
    SENT = "sent", _("Sent upward")
    ANSWERED = "answered", _("Answered")
    RESOLVED = "resolved", _("Resolved")


class DifficultyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> "DifficultyQuerySet":
        """Who works in the province; collaborators those of their areas; the ministry what was sent upward."""
        sight = user.sight
        seen = Q(province_id__in=provinces_of(user))
        if sight.granted_area_ids:
            below = areas_below(sight.granted_area_ids)
            seen |= Q(enterprise__area_id__in=below) | Q(area_id__in=below)
        if sight.country or sight.ministry_area_ids:
            sent = ~Q(state=DifficultyState.NOTED) & Q(sent_on__isnull=False)
            seen |= sent if sight.country else sent & Q(province_id__in=sight.ministry_area_ids)
        return self.filter(seen)


class Difficulty(models.Model):
    """A difficulty somebody has with a rule: with a document, a norm or a content of support (at least one of them),
    told by an establishment, a commune or an officer, perhaps with a report of progress (`update`).

    It is sent upward with a paper where the province cannot change the rule itself, answered, and resolved."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    reporter = models.CharField(max_length=20, choices=ReportedBy.choices)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="difficulties"
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    update = models.ForeignKey(
        ProgressUpdate, on_delete=models.PROTECT, null=True, blank=True, related_name="policy_difficulties"
    )
    document = models.ForeignKey(
        LegalDocument, on_delete=models.PROTECT, null=True, blank=True, related_name="difficulties"
    )
    norm = models.ForeignKey(SupportNorm, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    problem = models.TextField()
    proposal = models.TextField(blank=True)
    reported_on = models.DateField()
    state = models.CharField(max_length=10, choices=DifficultyState.choices, default=DifficultyState.NOTED)
    sent_on = models.DateField(null=True, blank=True)
    sent_to = NfcCharField(max_length=200, blank=True)
    sent_paper = NfcCharField(max_length=200, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answer_paper = NfcCharField(max_length=200, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    resolution = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = DifficultyQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DifficultyState.values) & Q(reporter__in=ReportedBy.values),
                name="difficulty_codes_known",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(norm__isnull=False) | Q(activity__isnull=False),
                name="difficulty_against_something",
            ),
            models.CheckConstraint(
                condition=Q(reporter="establishment", enterprise__isnull=False, area__isnull=True)
                | Q(reporter="commune", area__isnull=False, enterprise__isnull=True)
                | Q(reporter="officer", enterprise__isnull=True, area__isnull=True),
                name="difficulty_of_one_reporter",
            ),
            models.CheckConstraint(condition=~Q(problem=""), name="difficulty_in_words"),
            models.CheckConstraint(
                condition=~Q(state="sent") | (Q(sent_on__isnull=False) & ~Q(sent_paper="")),
                name="difficulty_sent_with_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="difficulty_answered_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state="resolved") | (Q(resolved_on__isnull=False) & ~Q(resolution="")),
                name="difficulty_resolved_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.against}: {self.problem[:60]}"

    @property
    def against(self) -> str:
        """What it is about, shortly."""
        if self.document is not None:
            return str(self.document)
        return str(self.norm.activity_text if self.norm is not None else self.activity)

    @property
    def by(self) -> str:
        if self.enterprise is not None:
            return self.enterprise.name
        return self.area.full_name if self.area is not None else str(self.get_reporter_display())


class PolicyQuerySet(OfProvince):
    def public(self) -> Any:
        return self.filter(published=True)


class Policy(models.Model):
    """A legal document in plain words: for whom it is and what it gives. `kinds`, `communes`, `activities` empty: all.
    Whether it holds is what the document says."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(LegalDocument, on_delete=models.PROTECT, related_name="policies")
    title = NfcCharField(_("title"), max_length=200)
    summary = models.TextField(_("what it says, in plain words"))
    kinds: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    activities = models.ManyToManyField(Activity, related_name="policies", blank=True)
    communes = models.ManyToManyField(Area, related_name="+", blank=True)
    published = models.BooleanField(_("shown to everybody"), default=False)
    folded = FoldedField(source="title summary", max_length=4000)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["province", "title"], name="policy_title_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def validity(self) -> str:
        """«future», «past», «now», or «unknown» where the document does not say since when it holds."""
        today, document = clock.today(), self.document
        if document.in_force_to is not None and document.in_force_to < today:
            return "past"
        if document.in_force_from is None:
            return "unknown"
        return "future" if document.in_force_from > today else "now"


class PolicyFile(models.Model):
    """A file that goes with a policy: the document itself, a form, a leaflet. Everybody may read it once the policy is
    shown to everybody."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="files")
    title = NfcCharField(_("what it is"), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "file"], name="policy_file_once"),
            models.CheckConstraint(condition=~Q(title=""), name="policy_file_titled"),
        ]

    def __str__(self) -> str:
        return self.title


class Campaign(models.Model):
    """A campaign or an event that spreads a policy. `held_on` null: not held yet."""

    public_id = public_id_field()
    province = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = NfcCharField(_("name"), max_length=200)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    channel = models.ForeignKey(ListItem, on_delete=models.PROTECT, related_name="+")
    kinds: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    communes = models.ManyToManyField(Area, related_name="+", blank=True)
    planned_on = models.DateField(_("planned for"))
    held_on = models.DateField(_("held on"), null=True, blank=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = OfProvince.as_manager()

    class Meta:
        ordering = ["-planned_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["province", "name", "planned_on"], name="campaign_once")]

    def __str__(self) -> str:
        return self.name


class Reached(models.Model):
    """One establishment that was told of a policy: at a campaign (then policy, day and channel are the campaign's), or
    by itself (`campaign` null)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="reached")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="reached")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, blank=True, related_name="reached")
    channel = models.ForeignKey(ListItem, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("told on"))
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = OfEnterprise.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "enterprise"], name="reached_by_campaign_once"),
            models.UniqueConstraint(
                fields=["policy", "enterprise"], condition=Q(campaign__isnull=True), name="reached_by_itself_once"
            ),
            models.CheckConstraint(
                condition=Q(campaign__isnull=False) | Q(policy__isnull=False), name="reached_of_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.on:%d/%m/%Y}"


class HeadCount(models.Model):
    """How many further people a campaign reached in a commune; without one: nobody wrote down where they are from."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="counts")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        ordering = ["area__folded", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "area"], name="head_count_once"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(area__isnull=True), name="head_count_unspecified_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.people}"


class StatusQuery(models.Model):
    """That somebody asked for the state of a file from an address: kept an hour, as a hash, to count them."""

    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["address", "at"], name="status_query_address")]

    def __str__(self) -> str:
        return self.address[:8]


class PolicyLetter(models.Model):
    """A letter about a policy to an establishment that was asked for, once; `sent_at` None: not sent yet. What it did
    is noted in `Reached` (outreach/letters.py)."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="letters")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="letters")
    channel = models.ForeignKey(ListItem, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["policy", "enterprise"], name="policy_letter_once")]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.policy}"
