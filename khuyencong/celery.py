"""The Celery application. A message is only a bell: what there is to do stands in the table of jobs."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.embedded")

TRANSPORT_ALIASES["fsatomic"] = "khuyencong.fsbroker:Transport"

app = Celery("khuyencong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
