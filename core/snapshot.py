"""Long reads see one moment of the data, through a second connection; progress is written on the first.

PostgreSQL: REPEATABLE READ READ ONLY. SQLite: a plain BEGIN under WAL.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, transaction


@contextmanager
def snapshot() -> Iterator[str]:
    """Gives the database alias to read from (`.using(alias)`); everything read inside is of one moment."""
    alias: str = settings.SNAPSHOT_DATABASE
    if alias == "default":  # inside a test's own transaction there is nothing to separate
        yield alias
        return
    connection = connections[alias]
    with transaction.atomic(using=alias):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")  # the moment is that of the first read
            cursor.fetchall()
        yield alias
