"""`manage.py find_duplicates`: compare the whole register with itself, for entries that came in past the pages."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from enterprises.duplicates import index, look_again
from enterprises.models import DuplicatePair, Enterprise, PairState


class Command(BaseCommand):
    help = "Look for entries that may be one establishment and put the pairs into the queue."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        rows = Enterprise.objects.filter(merged_into__isnull=True).select_related("province", "area").order_by("pk")
        index(rows.filter(match_keys__isnull=True))
        for row in rows:
            look_again(row)
        waiting = DuplicatePair.objects.filter(state=PairState.OPEN).count()
        self.stdout.write(f"{rows.count()} establishments, {waiting} pairs to look at")
