"""Background work that people can see. The row is the truth; a message to the worker is only a bell."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import public_id_field
from jobs.words import in_words


class JobState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Priority(models.IntegerChoices):
    """Who waits for it: people's requests go before scheduled ones."""

    SCHEDULED = 0, _("Scheduled")
    PERSON = 10, _("Asked for by a person or a program")


class JobQuerySet(models.QuerySet["Job"]):
    def runnable(self) -> "JobQuerySet":
        """Waiting, or running under a lease that has run out, best first."""
        expired = Q(state=JobState.RUNNING, lease_until__lt=clock.now())
        return self.filter(Q(state=JobState.QUEUED) | expired).order_by("-priority", "turn", "id")

    def held(self) -> "JobQuerySet":
        """In the hands of a worker that still renews its lease."""
        return self.filter(state=JobState.RUNNING, lease_until__gte=clock.now())

    def unfinished(self) -> "JobQuerySet":
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])

    def asked_by(self, actor: Any) -> "JobQuerySet":
        return self.filter(requested_by_kind=actor.audit_kind, requested_by_id=actor.audit_id)


class Job(models.Model):
    """One piece of work. `token` is the fencing token: it grows with every claim, and a worker whose token is no
    longer the row's has lost the job and may write nothing more."""

    public_id = public_id_field()
    kind = models.CharField(max_length=60)
    params: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)  # one unfinished job a key
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.PERSON)
    lane = models.CharField(max_length=80, blank=True)  # whose turn it is: a province, or who asked
    turn = models.PositiveBigIntegerField(default=0)  # lanes take turns: the n-th of each before the n+1-th of any
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)  # told() of jobs.words, or a sentence for the person
    error = models.TextField(blank=True)  # for support alone
    result = models.CharField(max_length=300, blank=True)  # API path of what was made
    requested_by_kind = models.CharField(max_length=10)
    requested_by_id = models.BigIntegerField(null=True)
    requested_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "-priority", "turn", "id"], name="job_runnable")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) | ~Q(state="running"), name="job_running_leased"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["queued", "running"]) & ~Q(key=""), name="job_one_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def words(self) -> str:
        """What the person who asked is told of it; empty when there is nothing to say."""
        return in_words(self.message)

    @property
    def unfinished(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)


class WorkerHeartbeat(models.Model):
    """A worker process says that it lives, every ten seconds."""

    name = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
