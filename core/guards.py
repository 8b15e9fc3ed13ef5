"""Guards: triggers for what nobody may bypass, neither page nor API, import, admin, shell or raw SQL.

Each app declares its own in `<app>/guards.py`. They are all dropped and made again after every migration, on both
engines, because Django rebuilds a SQLite table for many changes and its triggers vanish without a word.
`manage.py guards --check` tells whether all are there.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, router, transaction

PREFIX = "kc_"


@dataclass(frozen=True)
class Guard:
    """One rule on one table.

    `sqlite` and `postgresql` hold statements that create what enforces it; every trigger is named
    `kc_<name>` or `kc_<name>_<more>`. `{name}` in a statement becomes `kc_<name>`.
    """

    name: str
    table: str
    purpose: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]

    def statements(self, vendor: str) -> list[str]:
        """What creates it on the engine (sqlite, postgresql)."""
        return [text.replace("{name}", PREFIX + self.name) for text in getattr(self, vendor)]

    def triggers(self, vendor: str) -> set[str]:
        """Names of its triggers on the engine."""
        return {name for text in self.statements(vendor) for name in re.findall(r"^CREATE TRIGGER (\w+)", text)}


_registry: dict[str, Guard] = {}


def register(guard: Guard) -> None:
    if guard.name in _registry and _registry[guard.name] != guard:
        raise ValueError(f"two guards named {guard.name}")
    _registry[guard.name] = guard


def registered() -> list[Guard]:
    return [_registry[name] for name in sorted(_registry)]


# --- the usual kinds -------------------------------------------------------------------------------------------


def append_only(name: str, table: str, purpose: str, unique: tuple[str, ...] = ("id",)) -> Guard:
    """Rows may be added, never changed and never removed.

    `unique` names the unique columns: «INSERT OR REPLACE» on SQLite would remove the row that stands in the way
    without firing its delete trigger.
    """
    same = " OR ".join(f"{column} = NEW.{column}" for column in unique)
    return Guard(
        name=name,
        table=table,
        purpose=purpose,
        sqlite=(
            f"CREATE TRIGGER {{name}}_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: rows are never replaced'); END",
            f"CREATE TRIGGER {{name}}_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: rows are never changed'); END",
            f"CREATE TRIGGER {{name}}_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {name}: rows are never removed'); END",
        ),
        postgresql=(
            f"CREATE TRIGGER {{name}}_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION kc_refuse('guard {name}: rows are never changed or removed')",
            f"CREATE TRIGGER {{name}}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION kc_refuse('guard {name}: rows are never removed')",
        ),
    )


def refuse_when(
    name: str,
    table: str,
    purpose: str,
    *,
    event: str,
    condition: str,
    message: str,
    of: tuple[str, ...] = (),
    displaced: str = "",
) -> Guard:
    """Refuse `event` (INSERT, UPDATE or DELETE) on a row where the SQL `condition` on OLD/NEW is true.

    The condition is written for PostgreSQL, where it runs inside a function, so that sub-selects are allowed; for
    SQLite IS DISTINCT FROM becomes IS NOT. Everything else in it must be known to both. `displaced`: when the row would
    take the place of another one; that is for SQLite alone, where «OR REPLACE» removes it without its DELETE trigger.
    """
    on_sqlite = f"({condition}) OR ({displaced})" if displaced else condition
    columns = f" OF {', '.join(of)}" if of and event == "UPDATE" else ""
    text = f"guard {name}: {message}".replace("'", "''")
    result = "OLD" if event == "DELETE" else "NEW"
    return Guard(
        name=name,
        table=table,
        purpose=purpose,
        sqlite=(
            f"CREATE TRIGGER {{name}} BEFORE {event}{columns} ON {table} "
            f"WHEN {on_sqlite.replace('IS DISTINCT FROM', 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END",
        ),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {{name}}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '%', '{text}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {result}; END $$",
            f"CREATE TRIGGER {{name}} BEFORE {event}{columns} ON {table} FOR EACH ROW EXECUTE FUNCTION {{name}}_fn()",
        ),
    )


def row_rules(
    name: str,
    table: str,
    purpose: str,
    *,
    message: str,
    insert: str,
    update: str,
    delete: str,
    before: tuple[str, str] = ("", ""),
) -> Guard:
    """Refuse each event where its SQL condition on OLD/NEW is true, written as for refuse_when, and TRUNCATE always.

    `before`: what PostgreSQL does first, with NEW in it and, for DELETE, with OLD.
    """
    text = f"guard {name}: {message}".replace("'", "''")
    events = {"INSERT": insert, "UPDATE": update, "DELETE": delete}
    sqlite, postgresql = [], []
    for event, condition in events.items():
        own = f"{{name}}_{event.lower()}"
        sqlite.append(
            f"CREATE TRIGGER {own} BEFORE {event} ON {table} "
            f"WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} BEGIN SELECT RAISE(ABORT, '{text}'); END"
        )
        first, result = (before[1], "OLD") if event == "DELETE" else (before[0], "NEW")
        postgresql.append(
            f"CREATE OR REPLACE FUNCTION {own}_fn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {first} "
            f"IF {condition} THEN RAISE EXCEPTION '%', '{text}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {result}; END $$"
        )
        postgresql.append(f"CREATE TRIGGER {own} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {own}_fn()")
    postgresql.append(
        f"CREATE TRIGGER {{name}}_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION kc_refuse('guard {name}: rows are never removed at once')"
    )
    return Guard(name, table, purpose, tuple(sqlite), tuple(postgresql))


def refusal(error: BaseException) -> str | None:
    """The name of the guard by which the database refused, if that is what the error is."""
    found = re.search(r"\bguard (\w+): ", str(error)) if isinstance(error, DatabaseError) else None
    return found[1] if found else None


# --- putting them in place -------------------------------------------------------------------------------------

_REFUSE = (
    "CREATE OR REPLACE FUNCTION kc_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$"
)


def _present(alias: str) -> set[tuple[str, str]]:
    """(trigger, table) of our triggers in the database."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND t.tgname LIKE 'kc\\_%%' AND n.nspname = current_schema()"
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'kc\\_%' ESCAPE '\\'"
            )
        return {(row[0], row[1]) for row in cursor.fetchall()}


def _drop(alias: str) -> None:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for trigger, table in _present(alias):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")


def install(alias: str = "default") -> None:
    """Drop all guards and make them again, in one transaction. Guards of tables that do not exist yet are left out."""
    connection = connections[alias]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=alias):
        _drop(alias)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(_REFUSE)
            for guard in registered():
                if guard.table in tables:
                    for statement in guard.statements(connection.vendor):
                        cursor.execute(statement)


def missing(alias: str = "default") -> list[str]:
    """Names of guards of which a trigger is not in the database, or not on its table."""
    present = _present(alias)
    vendor = connections[alias].vendor
    return [g.name for g in registered() if {(name, g.table) for name in g.triggers(vendor)} - present]


def lift_before_migrate(using: str = "default", plan: list[Any] | None = None, **kwargs: Any) -> None:
    """SQLite cannot rename the table it has rebuilt while a trigger of another table speaks of it. Only where there
    is something to migrate, and made again by reinstall_after_migrate."""
    if using == "default" and plan and connections[using].vendor == "sqlite" and router.allow_migrate(using, "core"):
        _drop(using)


def lift_from(*tables: str) -> Callable[[Any, Any], None]:
    """For `RunPython` before a migration that fills a column a guard speaks of: guards of this version may be in place
    already, when another app was migrated before. They are made again after the migration."""

    def lift(apps: Any, schema_editor: Any) -> None:
        for trigger, table in _present(schema_editor.connection.alias):
            if table in tables:
                on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
                schema_editor.execute(f"DROP TRIGGER {trigger}{on}")

    return lift


def reinstall_after_migrate(using: str = "default", **kwargs: Any) -> None:
    if using == "default" and router.allow_migrate(using, "core"):
        install(using)


@contextmanager
def lifted(alias: str = "default") -> Iterator[None]:
    """Without guards, for emptying tables between tests. Refused unless settings.GUARDS_MAY_BE_LIFTED (tests only)."""
    if not getattr(settings, "GUARDS_MAY_BE_LIFTED", False):
        raise PermissionError("guards are never lifted outside the test suite")
    _drop(alias)
    try:
        yield
    finally:
        install(alias)
