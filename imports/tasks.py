"""Entrances from Celery."""

from celery import shared_task
from django.db import close_old_connections

from imports import services


@shared_task(name="imports.forget", ignore_result=True, expires=3000)
def forget() -> None:
    """Every hour: rows that nobody stored in time are dropped."""
    close_old_connections()
    services.forget_old()
