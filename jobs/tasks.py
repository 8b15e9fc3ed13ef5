"""Entrances from Celery: the bell, the tick, and the heartbeat of a worker."""

import os
import socket
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import close_old_connections, connection

from core import clock
from jobs.models import Job, WorkerHeartbeat
from jobs.services import ring, work_once

HEARTBEAT_SECONDS = 10
_stopping = threading.Event()


@shared_task(name="jobs.work", ignore_result=True)
def work() -> None:
    """The bell was rung: do what there is to do, best first."""
    close_old_connections()
    while not _stopping.is_set() and work_once():
        pass


@shared_task(name="jobs.tick", ignore_result=True, expires=30)
def tick() -> None:
    """Every five seconds: is there something that no bell announced, or whose worker died?"""
    close_old_connections()
    if Job.objects.runnable().exists():
        ring()


def beat_heart(name: str) -> None:
    """One statement and no transaction around it: a worker that freezes in the middle of one keeps SQLite's only
    write lock from everybody for as long as it is frozen."""
    if not WorkerHeartbeat.objects.filter(name=name).update(at=clock.now()):
        WorkerHeartbeat.objects.get_or_create(name=name, defaults={"at": clock.now()})


@worker_ready.connect
def start_heartbeat(**kwargs: Any) -> None:
    name = f"{socket.gethostname()}:{os.getpid()}"

    def run() -> None:
        while True:
            try:
                beat_heart(name)
            except Exception:
                connection.close()
            if _stopping.wait(HEARTBEAT_SECONDS):
                connection.close()
                return

    threading.Thread(target=run, daemon=True).start()
    ring()


@worker_shutting_down.connect
def stop_heartbeat(**kwargs: Any) -> None:
    _stopping.set()
