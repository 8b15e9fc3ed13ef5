"""Measure the portal; print one JSON object a line.

BENCH_ONLY (papers,lists,imports,allocations,reporting) chooses parts; BENCH_PROJECTS (1000), BENCH_ROWS (10000),
BENCH_CLIENTS (50) and BENCH_ALLOCATIONS (2000) say how much. On SQLite, or on the PostgreSQL of BENCH_DATABASE_URL,
in a database of its own that is removed afterwards.
"""

import logging
import os
import sys
import tempfile
from typing import Any


def main() -> int:
    folder = tempfile.mkdtemp(prefix="khuyencong-bench-")
    os.environ["DATA_DIR"] = folder
    os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL", "")
    os.environ["DJANGO_SETTINGS_MODULE"] = "khuyencong.settings.testing"
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    logging.disable(logging.ERROR)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    old = runner.setup_databases()
    try:
        from bench import allocations, imports, lists, papers, reporting

        parts: dict[str, Any] = {
            "papers": papers.measure,
            "lists": lists.measure,
            "imports": imports.measure,
            "allocations": allocations.measure,
            "reporting": reporting.measure,
        }
        wanted = os.environ.get("BENCH_ONLY", "").split(",")
        rows = [row for name, part in parts.items() if wanted == [""] or name in wanted for row in part()]
    finally:
        runner.teardown_databases(old)
    for row in rows:
        sys.stdout.write(row.line() + "\n")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
