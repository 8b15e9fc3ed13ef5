"""`manage.py load_demo`: the demonstration province, on an empty database, never with production settings."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from home.demo.loading import load_demonstration
from programmes.models import ReportingPeriod


class Command(BaseCommand):
    help = (
        "Fill an empty database with the demonstration province: invented records that add up to published figures, "
        "marked as illustrative everywhere. DEMO_PASSWORD, DEMO_TOTP_SECRET and DEMO_CLIENT_SECRET, or made at random."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not ReportingPeriod.objects.exists():
            call_command("load_reference", verbosity=0)
        try:
            file = load_demonstration()
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["verbosity"] >= 1:
            self.stdout.write(f"The demonstration province is loaded. Accounts: {file}")
