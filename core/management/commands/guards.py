"""`manage.py guards --check`: are all guards in the database? Without --check: make them again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import guards


class Command(BaseCommand):
    help = "Make the guards (triggers) again, or only check that all are there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            guards.install()
        absent = guards.missing()
        if absent:
            raise CommandError("guards missing: " + ", ".join(absent))
        self.stdout.write(f"{len(guards.registered())} guards in place")
