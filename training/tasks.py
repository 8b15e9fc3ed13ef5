"""Entrances from Celery."""

from celery import shared_task
from django.db import close_old_connections

from training import erasing


@shared_task(name="training.erase_due", ignore_result=True, expires=3000)
def erase_due() -> None:
    """Every hour: has a roster had its time?"""
    close_old_connections()
    erasing.request_due()
