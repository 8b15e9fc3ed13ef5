"""Entrances from Celery."""

import logging

from celery import shared_task
from django.db import close_old_connections

from files.checking import next_part, read
from files.sweeping import sweep

log = logging.getLogger(__name__)


@shared_task(name="files.sweep", ignore_result=True, expires=3000)
def sweep_files() -> None:
    """Every hour: what has been lying for a day and nothing refers to."""
    close_old_connections()
    sweep()


@shared_task(name="files.check", ignore_result=True, expires=3000)
def check_files() -> None:
    """Every hour one part, so that each file is read once a day. What is wrong stands on the administrator's page and
    in the worker's log."""
    close_old_connections()
    for fault in read(next_part()):
        log.error("stored file %s", fault)
