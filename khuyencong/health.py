"""Is the portal there (/healthz), and can it work (/readyz)? For supervisors and load balancers: no sign-in."""

import datetime as dt
from collections.abc import Callable

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from jobs.models import WorkerHeartbeat
from khuyencong.celery import app

HEARTBEAT_MAX_AGE = dt.timedelta(seconds=30)

log = structlog.get_logger(__name__)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    with app.connection_for_write(connect_timeout=3) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    return ""


def _worker() -> str:
    last = WorkerHeartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return "no worker has reported yet"
    age = clock.now() - last
    return f"last heard of a worker {int(age.total_seconds())} s ago" if age > HEARTBEAT_MAX_AGE else ""


PARTS: dict[str, Callable[[], str]] = {"database": _database, "broker": _broker, "worker": _worker}


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and a worker heard of in the last 30 s. 503 names each part that fails; the log says why."""
    failing: dict[str, str] = {}
    for name, check in PARTS.items():
        try:
            trouble = check()
        except Exception:
            log.exception("not ready", part=name)
            trouble = "does not answer"
        if trouble:
            failing[name] = trouble
    if failing:
        return JsonResponse({"status": "not ready", "failing": failing}, status=503)
    return JsonResponse({"status": "ok"})
