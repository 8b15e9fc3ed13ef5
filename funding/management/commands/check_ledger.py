"""`manage.py check_ledger`: recompute every balance from its entries and say where one differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funding.checking import differences
from funding.models import LedgerEntry


class Command(BaseCommand):
    help = "Recompute all balances from the entries of the ledger. Ends with an error when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{LedgerEntry.objects.count()} entries, every balance is their sum")
