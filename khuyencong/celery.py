"""The Celery application. A message is only a bell: what there is to do stands in the table of jobs."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.embedded")

# Celery warns root about messages that could hold code; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)
TRANSPORT_ALIASES["fsatomic"] = "khuyencong.fsbroker:Transport"
for _scheme in ("redis", "rediss"):
    TRANSPORT_ALIASES[_scheme] = "khuyencong.redisbroker:Transport"

app = Celery("khuyencong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
