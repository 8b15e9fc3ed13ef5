"""What has to be true before the portal serves: `python -m khuyencong.prepare`, run by tools/run.py at every start.

Migrations, reference data, and on an empty database the demonstration province (unless DEMO=0). Each step is left out
when there is nothing for it to do, so that a second start is quick.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import django
from django.conf import settings


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a program at a terminal


def migrate() -> bool:
    """Whether anything had to be done."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from core import guards

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        if guards.missing():
            guards.install()
        return False
    say(f"Bringing the database up to date ({len(plan)} migrations) ...")
    call_command("migrate", interactive=False, verbosity=0)
    return True


def reference_data_stamp() -> str:
    """Changes whenever the reference data or any code of ours that could read it does."""
    digest = hashlib.sha256()
    root: Path = settings.BASE_DIR
    for path in sorted([*root.glob("data/*"), *root.glob("[a-z]*/**/*.py")]):
        if path.is_file() and not path.is_relative_to(root / "tests") and not path.is_relative_to(settings.DATA_DIR):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def load_reference_data(*, needed: bool) -> None:
    from django.core.management import call_command

    file: Path = settings.DATA_DIR / "reference_data.stamp"
    stamp = reference_data_stamp()
    if not needed and file.exists() and file.read_text() == stamp:
        return
    say("Loading the reference data ...")
    call_command("load_reference", verbosity=0)
    file.write_text(stamp)


def load_demonstration() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if os.environ.get("DEMO", "1") == "0" or get_user_model().objects.exists():
        return
    say("Loading the demonstration province ...")
    call_command("load_demo", verbosity=0)


def forget_last_run() -> None:
    """Messages and heartbeats of workers that are gone. The jobs themselves are rows and stay."""
    from jobs.models import WorkerHeartbeat
    from khuyencong.celery import app

    WorkerHeartbeat.objects.all().delete()
    if app.conf.broker_url.startswith("fsatomic:"):
        for folder in ("data_folder_in", "control_folder"):
            path = Path(app.conf.broker_transport_options[folder])
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True, exist_ok=True)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings.embedded")
    django.setup()
    changed = migrate()
    load_reference_data(needed=changed)
    load_demonstration()
    forget_last_run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
