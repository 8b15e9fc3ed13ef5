"""Entrances from Celery."""

from celery import shared_task
from django.db import close_old_connections

from accounts import drafts


@shared_task(name="accounts.clean_drafts", ignore_result=True, expires=3000)
def clean_drafts() -> None:
    """Every hour: what was typed and never stored is forgotten after 30 days."""
    close_old_connections()
    drafts.clean()
