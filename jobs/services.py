"""Asking for work, and doing it: lease, fencing, progress, one effect."""

import datetime as dt
import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext as _
from kombu.pools import producers

from audit.actors import Actor
from audit.origin import Origin, origin
from audit.services import record
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.faults import where
from core.locks import lock, lock_name
from jobs.models import Job, JobState, Priority
from jobs.phases import reached
from jobs.words import BROKEN, WITHDRAWN, WORKER_LOST, told, what_of

log = logging.getLogger(__name__)

Handler = Callable[["Run"], str]
Again = Callable[[Job, Any], Job]
_handlers: dict[str, Handler] = {}
_again: dict[str, Again] = {}


def handler(kind: str, again: Again | None = None) -> Callable[[Handler], Handler]:
    """Register what does jobs of this kind. It returns the API path of its result, or an empty string.

    `again` asks for the work of a job once more, for a person, with all that asking wants (rights first). Work of
    a kind that has it belongs to whoever asked: they may cancel it, and ask again when it failed.
    """

    def keep(function: Handler) -> Handler:
        _handlers[kind] = function
        if again is not None:
            _again[kind] = again
        return function

    return keep


def enqueue(
    kind: str,
    params: Mapping[str, Any],
    *,
    actor: Actor,
    key: str = "",
    priority: Priority = Priority.PERSON,
    lane: str = "",
) -> Job:
    """Write the job in the transaction of the change that wants it, and ring the bell once that has committed.

    With a `key`, an unfinished job of the same key is given back instead of a second one. Lanes take turns (a province,
    say); without a `lane` it is that of whoever asks.
    """
    lane = (lane or f"{actor.audit_kind}:{actor.audit_id}")[:80]
    for last in (False, False, True):
        existing: Job | None = Job.objects.unfinished().filter(key=key).first() if key else None
        if existing is not None:
            return existing
        try:
            with transaction.atomic():
                job: Job = Job.objects.create(
                    kind=kind,
                    params=dict(params),
                    key=key,
                    priority=priority,
                    lane=lane,
                    turn=_turn(priority, lane),
                    requested_by_kind=actor.audit_kind,
                    requested_by_id=actor.audit_id,
                    requested_by_label=actor.audit_label[:200],
                )
        except IntegrityError:
            if not key or last:
                raise
            continue  # somebody asked for the same at the same moment, and may have got it by now
        transaction.on_commit(ring)
        return job
    raise AssertionError("not reached")


def _turn(priority: Priority, lane: str) -> int:
    """After the last one of its own lane, and not before the turn that others wait for now: who has asked for little
    does not wait behind all that somebody else asked for before."""
    waiting = Job.objects.unfinished().filter(priority=priority)
    turns = waiting.aggregate(now=Min("turn"), mine=Max("turn", filter=Q(lane=lane)))
    first = turns["now"] or 0
    return first if turns["mine"] is None else max(first, int(turns["mine"]) + 1)


def _short() -> Any:
    """A connection whose broker has a second to answer: whoever rings is in a request or gives a tick."""
    return current_app.connection_for_write(transport_options={"socket_timeout": 1})


def ring() -> None:
    """Tell a worker that there is something to do. A lost bell costs five seconds: the tick rings again."""
    try:
        with producers[_short()].acquire(block=True) as producer:
            current_app.send_task("jobs.work", retry=False, ignore_result=True, producer=producer)
    except Exception:  # the broker is away; the row is there and the tick will find it
        log.warning("the bell could not be rung", exc_info=True)


class Fenced(Exception):
    """The lease was lost to another worker: stop, write nothing."""


class Run:
    """One attempt at a job, in the hands of its handler."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.params: dict[str, Any] = job.params
        self.token = job.token
        self.lost = threading.Event()
        self.at = ""  # the data it works on, as last told

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, token=self.token, state=JobState.RUNNING)

    def renew(self) -> None:
        """Hold the lease longer. Raises Fenced when it is no longer ours."""
        if not self._mine().update(lease_until=clock.now() + lease()):
            self.lost.set()
            raise Fenced(str(self.job))

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; true counts only. Also renews the lease. A message that names the data it begins
        with (jobs.words.told) is what a failure names."""
        self.at = what_of(message)
        updated = self._mine().update(done=done, total=total, message=message[:300], lease_until=clock.now() + lease())
        if not updated:
            self.lost.set()
            raise Fenced(str(self.job))

    @contextmanager
    def publish(self) -> Iterator[None]:
        """The one transaction in which the effect of the job becomes visible, together with its end.

        The job's row is locked first and the token compared, so that of two workers who both believe to hold the
        job only one can come through.
        """
        with transaction.atomic():
            row = Job.objects.select_for_update().filter(pk=self.job.pk).first()
            if row is None or row.token != self.token or row.state != JobState.RUNNING:
                raise Fenced(str(self.job))
            yield
            reached("before_commit")
        reached("committed")

    def finish(self, result: str) -> None:
        """Inside publish(): the job is done and this is what it made."""
        self._mine().update(
            state=JobState.DONE,
            result=result,
            finished_at=clock.now(),
            lease_until=None,
            done=F("total"),
            message="",
            error="",
        )


def lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim() -> Run | None:
    """Take the best job there is. A job whose worker died three times fails here, visibly.

    Of scheduled ones no more than settings.JOB_SCHEDULED_AT_ONCE are done at a time, so that a worker stays free for
    people however much is scheduled.
    """
    while True:
        job: Job | None = Job.objects.runnable().first()
        if job is None:
            return None
        if job.priority == Priority.PERSON:
            run = _take(job)
        else:
            with transaction.atomic():
                lock_name("jobs.scheduled")  # two who count at the same moment would both take one
                if Job.objects.held().filter(priority=Priority.SCHEDULED).count() >= settings.JOB_SCHEDULED_AT_ONCE:
                    return None
                run = _take(job)
        if run is not None:
            return run


def _take(job: Job) -> Run | None:
    """Nothing when somebody else was faster, or when it fails now."""
    same = Job.objects.filter(pk=job.pk, token=job.token, state=job.state, lease_until=job.lease_until)
    if job.state == JobState.RUNNING and job.attempt >= settings.JOB_MAX_ATTEMPTS:
        same.update(
            state=JobState.FAILED,
            token=job.token + 1,
            lease_until=None,
            finished_at=clock.now(),
            message=told(WORKER_LOST, what_of(job.message)),
            error=f"the worker ended {job.attempt} times in the middle of it",
        )
        return None
    taken = same.update(
        state=JobState.RUNNING,
        token=job.token + 1,
        attempt=job.attempt + 1,
        lease_until=clock.now() + lease(),
        started_at=job.started_at or clock.now(),
        done=0,
        message="",
    )
    if not taken:
        return None
    job.refresh_from_db()
    return Run(job)


def work_once() -> bool:
    """Claim one job and do it. False when there was none."""
    run = claim()
    if run is None:
        return False
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(run, stop), daemon=True)
    keeper.start()
    try:
        reached("claimed")
        with origin(Origin(channel="job", request_id=str(run.job.public_id))):
            result = _handlers[run.job.kind](run)
        if run._mine().exists():
            with run.publish():
                run.finish(result)
    except Fenced:
        log.warning("lost the lease of %s", run.job)
    except DomainError as error:  # asking again would be refused again
        _fail(run, error.in_words(), repr(error))
    except Exception as error:
        log.exception("job %s failed", run.job)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()  # the fault may have been the database's
        _retry(run, _data(run, error), traceback.format_exc(limit=-8))
    finally:
        stop.set()
        keeper.join(timeout=5)
    return True


def _data(run: Run, error: Exception) -> str:
    """The data it failed on: the step as last told, and in it what was noted with the fault."""
    return " › ".join(dict.fromkeys(word for word in (run.at, *where(error)) if word))


def _fail(run: Run, message: str, error: str) -> None:
    run._mine().update(
        state=JobState.FAILED,
        message=message[:300],
        error=error[:4000],
        lease_until=None,
        finished_at=clock.now(),
    )


def _retry(run: Run, data: str, error: str) -> None:
    """Back into the queue, or to its end after the last attempt."""
    if run.job.attempt >= settings.JOB_MAX_ATTEMPTS:
        _fail(run, told(BROKEN, data), error)
    elif run._mine().update(state=JobState.QUEUED, lease_until=None, error=error[:4000]):
        transaction.on_commit(ring)


def _keep_lease(run: Run, stop: threading.Event) -> None:
    """Renew the lease while the handler works, also through one long call."""
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                run.renew()
            except Fenced:
                return
            except Exception:
                log.warning("the lease could not be renewed", exc_info=True)
                connection.close()  # the next one tries on a new connection
    finally:
        connection.close()


# --- in the hands of people -------------------------------------------------------------------------------------------


def theirs(job: Job) -> bool:
    """Whether whoever asked for it may cancel it and ask again."""
    return job.kind in _again


def _require_own(job: Job, actor: Actor) -> None:
    if (job.requested_by_kind, job.requested_by_id) != (actor.audit_kind, actor.audit_id):
        raise NotAllowed(_("Only who asked for this work may do that."))
    if not theirs(job):
        raise WrongState(_("This work cannot be broken off or asked for again by hand."))


@transaction.atomic
def cancel_job(job: Job, *, actor: Actor) -> Job:
    """Break off what oneself asked for. Cancelling twice is cancelling once. A worker in the middle of it has lost the
    job and writes nothing more; one that was just storing its result was faster: then WrongState, and the result
    stands."""
    _require_own(job, actor)
    row = lock(job)  # publish() holds it while the result is stored
    if row.state == JobState.CANCELLED:
        return row
    if not row.unfinished:
        raise WrongState(_("This work is finished already."))
    row.state, row.token, row.lease_until = JobState.CANCELLED, row.token + 1, None
    row.message, row.finished_at = WITHDRAWN, clock.now()
    row.save(update_fields=["state", "token", "lease_until", "message", "finished_at"])
    record(row, "cancel", actor=actor, changes={"state": (job.state, row.state)})
    return row


@transaction.atomic
def retry_job(job: Job, *, actor: Actor) -> Job:
    """Ask once more for what failed or was cancelled, from the start; one unfinished job of its key, however often one
    asks."""
    _require_own(job, actor)
    row = lock(job)
    if row.state not in (JobState.FAILED, JobState.CANCELLED):
        raise WrongState(_("Only work that failed or was cancelled is asked for again."))
    again = _again[row.kind](row, actor)
    record(row, "retry", actor=actor, note=str(again.public_id))
    return again
