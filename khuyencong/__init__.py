"""The site: settings, urls, Celery. No business."""

from khuyencong.celery import app as celery_app

__all__ = ["celery_app"]
