"""Classes held under a project: when, where, on what, how many people, how many women; their rosters, and which
subjects and classes count towards which target.

What is counted of a roster (`Attendance`: one person in one class, nameless) and who that is (`Trainee`) are two rows:
the second is erased when its time is over, and no figure changes.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import NfcCharField, Verified, public_id_field
from places.models import Area
from programmes.models import Indicator, ValidQuerySet
from projects.models import LockException, Project

if TYPE_CHECKING:
    from accounts.models import User


class TrainingKind(models.TextChoices):
    """Kinds that are never added together: workers trained and learners are different targets."""

    NEW_SKILL = "new_skill", _("New vocational training")
    UPGRADE = "upgrade", _("Upgrading of skills")
    MANAGEMENT = "management", _("Management and energy saving")
    BRAND = "brand", _("Brands and trade marks")
    OTHER = "other", _("Other subject")


def _dates_ordered(name: str) -> models.CheckConstraint:
    open_ended = Q(valid_from__isnull=True) | Q(valid_to__isnull=True)
    return models.CheckConstraint(condition=open_ended | Q(valid_to__gte=F("valid_from")), name=f"{name}_dates_ordered")


class TrainingSubject(models.Model):
    """A subject of classes, as data: of the whole country (no area) or of a province, offered for classes that begin
    between its days. `certificate_percent`: the least share of the sessions for its certificate; None: no rule is
    known. It refuses where the subject is verified and is told otherwise."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = NfcCharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=TrainingKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    certificate_percent = models.PositiveSmallIntegerField(_("attended for a certificate"), null=True, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ValidQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [
            _dates_ordered("training_subject"),
            models.CheckConstraint(
                condition=Q(certificate_percent__isnull=True) | Q(certificate_percent__lte=100),
                name="training_subject_percent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CountUnit(models.TextChoices):
    """What a target counts: each person once, or each time somebody attends."""

    PEOPLE = "people", _("People, each once")
    ATTENDANCES = "attendances", _("Attendances")


class CountingRule(models.Model):
    """Which classes count towards an indicator, and whether people or attendances: those of the `kinds` (codes of
    TrainingKind, separated by blanks; also classes without a subject of the list) and those of the `subjects`. The row
    in force on the day asked about holds; before the first one Indicator.training_kinds does, as attendances."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="counting")
    unit = models.CharField(_("what is counted"), max_length=12, choices=CountUnit.choices)
    kinds = models.CharField(_("kinds of class"), max_length=100, blank=True)
    subjects = models.ManyToManyField(TrainingSubject, blank=True, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ValidQuerySet.as_manager()

    class Meta:
        ordering = ["indicator", F("valid_from").asc(nulls_first=True)]
        constraints = [
            _dates_ordered("counting_rule"),
            models.UniqueConstraint(fields=["indicator", "valid_from"], name="counting_rule_once"),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(valid_from__isnull=True), name="counting_rule_first_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.indicator)


class RosterRetention(models.Model):
    """How many months after the last day of a class, or of its project where that is later, its roster is kept: one
    row. `verified`: whether a document says so."""

    months = models.PositiveSmallIntegerField(_("months"))
    verified = models.CharField(max_length=10, choices=Verified.choices)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="retention_one_row"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=600), name="retention_months"),
        ]

    def __str__(self) -> str:
        return str(_("Time for which rosters are kept"))


class TrainingQuerySet(models.QuerySet["TrainingClass"]):
    def visible_to(self, user: "User") -> "TrainingQuerySet":
        return self.filter(project__in=Project.objects.visible_to(user))


class TrainingClass(models.Model):
    """`total` and `women` null: not reported. Zero: nobody came. `subject`: what the class is called; `topic`: of the
    list of subjects. `counts_on`: the day as of which reports count it: its end, or the day it was recorded where its
    end was locked by then (programmes/locking.py). `exception`, `exception_at`: by which it was entered or changed in
    the locked time (projects/exceptions.py), and when."""

    public_id = public_id_field()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="classes")
    kind = models.CharField(_("kind"), max_length=12, choices=TrainingKind.choices)
    subject = NfcCharField(_("subject"), max_length=300)
    topic = models.ForeignKey(
        TrainingSubject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="classes",
        verbose_name=_("subject"),
    )
    course = NfcCharField(_("course"), max_length=200, blank=True)
    budget_line = NfcCharField(_("line of the budget table"), max_length=300, blank=True)  # as it was called then
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("place"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    total = models.PositiveIntegerField(_("learners"), null=True, blank=True)
    women = models.PositiveIntegerField(_("of them women"), null=True, blank=True)
    counts_on = models.DateField(_("counts from"))
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="classes_written")
    exception_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = TrainingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="class_dates_ordered",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(women__isnull=True) | Q(total__isnull=False, women__lte=F("total")),
                name="class_women_within_total",
                violation_error_message=_("There cannot be more women than learners."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class ClassSession(models.Model):
    """One meeting of a class: day, hours, what was taught."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.CASCADE, related_name="sessions")
    position = models.PositiveSmallIntegerField()
    on = models.DateField(_("day"))
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1, null=True, blank=True)
    topic = NfcCharField(_("what is taught"), max_length=300, blank=True)

    class Meta:
        ordering = ["on", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0, hours__lte=24), name="session_hours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class Trainer(models.Model):
    """Who taught what. Name and unit, no other personal data."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.CASCADE, related_name="trainers")
    position = models.PositiveSmallIntegerField()
    name = NfcCharField(_("name"), max_length=200)
    unit = NfcCharField(_("unit"), max_length=200, blank=True)
    topic = NfcCharField(_("what is taught"), max_length=300, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Roster(models.Model):
    """What is said of a class's roster. `needs_id`: ID numbers are kept, for the voucher of `id_reason`.
    `differs_reason`: why it has other counts than the class. `erased_at`: since when it names nobody any more."""

    training_class = models.OneToOneField(TrainingClass, on_delete=models.CASCADE, related_name="roster")
    needs_id = models.BooleanField(default=False)
    id_reason = NfcCharField(max_length=300, blank=True)
    differs_reason = NfcCharField(max_length=500, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(needs_id=False) | ~Q(id_reason=""), name="roster_id_reason"),
        ]

    def __str__(self) -> str:
        return str(self.training_class)


class Sex(models.TextChoices):
    FEMALE = "female", _("Women")
    MALE = "male", _("Men")


class AgeGroup(models.TextChoices):
    UNDER_30 = "under_30", _("Under 30")
    FROM_30 = "30_44", _("30 to 44")
    FROM_45 = "45_59", _("45 to 59")
    FROM_60 = "60_up", _("60 and over")


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, user: "User") -> "AttendanceQuerySet":
        return self.filter(training_class__in=TrainingClass.objects.visible_to(user))


class Attendance(models.Model):
    """One person in one class, without a name: what every figure counts. Empty sex and age group and no commune:
    unspecified. `person` is equal for all attendances of one person (training/identity.py, which also says what the
    keys are). `works_after`: work after the training; None: not known. `exception`, `exception_at`: by which it was
    entered or changed in the locked time, and when."""

    public_id = public_id_field()
    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="attendances")
    number = models.PositiveIntegerField()
    person = models.BigIntegerField(null=True, db_index=True)
    id_key = models.CharField(max_length=64, blank=True, db_index=True)
    name_key = models.CharField(max_length=64, blank=True, db_index=True)
    phone_key = models.CharField(max_length=64, blank=True, db_index=True)
    apart = models.BooleanField(default=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    age_group = models.CharField(_("age"), max_length=8, choices=AgeGroup.choices, blank=True)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    attended_percent = models.PositiveSmallIntegerField(_("attended"), null=True, blank=True)
    certificate_on = models.DateField(_("certificate given on"), null=True, blank=True)
    works_after = models.BooleanField(_("work after the training"), null=True, blank=True)
    works_asked_on = models.DateField(_("asked on"), null=True, blank=True)
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, related_name="+")
    exception_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["training_class", "number"], name="attendance_number_once"),
            models.CheckConstraint(
                condition=Q(attended_percent__isnull=True) | Q(attended_percent__lte=100), name="attendance_percent"
            ),
            models.CheckConstraint(
                condition=Q(works_after__isnull=True) | Q(works_asked_on__isnull=False), name="attendance_asked_on"
            ),
        ]

    def __str__(self) -> str:
        """Never who it is: this stands in the audit trail."""
        return f"№ {self.number}"


class Trainee(models.Model):
    """Who attended: the least that is needed, until the roster is erased. The ID number only where the class needs it,
    sealed (core.sealed) and masked."""

    attendance = models.OneToOneField(Attendance, on_delete=models.CASCADE, related_name="trainee")
    name = NfcCharField(_("name"), max_length=200)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    id_sealed = models.CharField(max_length=200, blank=True)
    id_masked = models.CharField(max_length=20, blank=True)
    certificate_no = NfcCharField(_("number of the certificate"), max_length=60, blank=True)

    class Meta:
        ordering = ["attendance__number"]

    def __str__(self) -> str:
        """Never the name: this stands in the audit trail and in logs."""
        return str(self.attendance)


class Presence(models.Model):
    """That a person was at a session of their class, or was not. No row: not recorded. It names nobody and stays when
    the roster is erased."""

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="presences")
    session = models.ForeignKey(ClassSession, on_delete=models.PROTECT, related_name="presences")
    present = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attendance", "session"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.attendance_id} {self.session_id}"


class SamePerson(models.Model):
    """An officer's word that two attendances are of one person, though nothing they have in common says so."""

    one = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="+")
    reason = NfcCharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="same_person_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="same_person_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} = {self.other_id}"
