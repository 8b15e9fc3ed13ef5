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
from django.db.models import F

from audit.actors import Actor
from audit.origin import Origin, origin
from core import clock
from core.errors import DomainError
from jobs.models import Job, JobState, Priority
from jobs.phases import reached
from jobs.words import BROKEN, WORKER_LOST

log = logging.getLogger(__name__)

Handler = Callable[["Run"], str]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register what does jobs of this kind. It returns the API path of its result, or an empty string."""

    def keep(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return keep


def enqueue(
    kind: str,
    params: Mapping[str, Any],
    *,
    actor: Actor,
    key: str = "",
    priority: Priority = Priority.PERSON,
) -> Job:
    """Write the job in the transaction of the change that wants it, and ring the bell once that has committed.

    With a `key`, an unfinished job of the same key is given back instead of a second one.
    """
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


def ring() -> None:
    """Tell a worker that there is something to do. A lost bell costs five seconds: the tick rings again."""
    try:
        current_app.send_task("jobs.work", retry=False, ignore_result=True)
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

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, token=self.token, state=JobState.RUNNING)

    def renew(self) -> None:
        """Hold the lease longer. Raises Fenced when it is no longer ours."""
        if not self._mine().update(lease_until=clock.now() + lease()):
            self.lost.set()
            raise Fenced(str(self.job))

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; true counts only. Also renews the lease."""
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
    """Take the best job there is. A job whose worker died three times fails here, visibly."""
    while True:
        job: Job | None = Job.objects.runnable().first()
        if job is None:
            return None
        same = Job.objects.filter(pk=job.pk, token=job.token, state=job.state, lease_until=job.lease_until)
        if job.state == JobState.RUNNING and job.attempt >= settings.JOB_MAX_ATTEMPTS:
            same.update(
                state=JobState.FAILED,
                token=job.token + 1,
                lease_until=None,
                finished_at=clock.now(),
                message=WORKER_LOST,
                error=f"the worker ended {job.attempt} times in the middle of it",
            )
            continue
        taken = same.update(
            state=JobState.RUNNING,
            token=job.token + 1,
            attempt=job.attempt + 1,
            lease_until=clock.now() + lease(),
            started_at=job.started_at or clock.now(),
            done=0,
            message="",
        )
        if taken:
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
    except Exception:
        log.exception("job %s failed", run.job)
        _retry(run, traceback.format_exc(limit=8))
    finally:
        stop.set()
        keeper.join(timeout=5)
    return True


def _fail(run: Run, message: str, error: str) -> None:
    run._mine().update(
        state=JobState.FAILED,
        message=message[:300],
        error=error[:4000],
        lease_until=None,
        finished_at=clock.now(),
    )


def _retry(run: Run, error: str) -> None:
    """Back into the queue, or to its end after the last attempt."""
    if run.job.attempt >= settings.JOB_MAX_ATTEMPTS:
        _fail(run, BROKEN, error)
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
    finally:
        connection.close()


def retry_job(job: Job, *, actor: Actor) -> Job:
    """Try a failed job again from the start, as asked for by a person."""
    return enqueue(job.kind, job.params, actor=actor, key=job.key)
