"""The job that erases rosters whose time is over. It names classes by their id and nobody."""

from django.db import transaction

from audit.actors import SYSTEM
from core import clock
from jobs.models import Job, Priority
from jobs.services import Run, enqueue, handler
from training.rosters import due_for_erasure, erase

ERASE = "training.erase"


def request_due() -> Job | None:
    """Ask for the work where there is some; None otherwise."""
    if not due_for_erasure(clock.today()):
        return None
    with transaction.atomic():
        return enqueue(ERASE, {}, actor=SYSTEM, key=ERASE, priority=Priority.SCHEDULED)


@handler(ERASE)
def erase_rosters(run: Run) -> str:
    """All rosters that are due today, in one transaction with the end of the job."""
    due = due_for_erasure(clock.today())
    run.progress(0, len(due))
    with run.publish():
        for row in due:
            erase(row, actor=SYSTEM)
        run.finish("")
    return ""
