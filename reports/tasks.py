"""Entrances from Celery."""

from celery import shared_task
from django.db import close_old_connections

from reports import services


@shared_task(name="reports.request_due", ignore_result=True, expires=55)
def request_due() -> None:
    """Every minute: has a period closed whose report is due?"""
    close_old_connections()
    services.request_due()
