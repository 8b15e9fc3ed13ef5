"""Entrances from Celery."""

from celery import shared_task
from django.db import close_old_connections

from reports import due, services


@shared_task(name="reports.request_due", ignore_result=True, expires=55)
def request_due() -> None:
    """Every minute: has a period closed whose report is due, and whom to remind of one?"""
    close_old_connections()
    services.request_due()
    due.remind_due()
