"""Taking a row for oneself. Fixed order everywhere: the aggregate first, money balances last."""

import hashlib
from typing import TypeVar

from django.db import models, transaction

from core.errors import NotFound

M = TypeVar("M", bound=models.Model)


def lock(obj: M, *related: str) -> M:
    """The row again, as it is now, locked until the transaction ends; with rows it points to, not locked.

    On SQLite the transaction itself holds the write lock (BEGIN IMMEDIATE). Raises outside a transaction, and
    NotFound when the row is gone.
    """
    connection = transaction.get_connection(obj._state.db or "default")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("lock() needs a transaction")
    manager = obj.__class__._default_manager  # request.user is a wrapper of another type
    rows = manager.using(connection.alias).select_for_update(of=("self",), no_key=True)
    row = (rows.select_related(*related) if related else rows).filter(pk=obj.pk).first()
    if row is None:
        raise NotFound()
    return row


def lock_number(kind: int, number: int, *, shared: bool = False) -> None:
    """On PostgreSQL: nobody else holds the number of this kind (shared: but others that share it) until the transaction
    ends. Nothing outside a transaction. On SQLite the transaction itself sees to that."""
    connection = transaction.get_connection()
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s, %s)", [kind, number])


def lock_name(name: str) -> None:
    """Nobody else works on this name until the transaction ends: for what has no row yet. On SQLite the transaction
    itself sees to that."""
    connection = transaction.get_connection()
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
