"""`manage.py load_reference`: bring the reference data in line with data/. Safe to run again at any time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.agencies import ensure_ministry
from clusters.loading import load_clusters
from coordination.loading import load_coordination
from outreach.loading import load_lists
from papers.services import load_papers
from places.loading import load_areas
from products.loading import load_products
from programmes.loading import load_programmes
from training.loading import load_training


class Command(BaseCommand):
    help = (
        "Load units, the ministry's offices, law, norms, programmes, indicators, periods, training subjects and "
        "templates from data/."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        left: list[str] = []
        with transaction.atomic():
            counts = {"units": load_areas()}
            ensure_ministry()
            counts |= load_programmes(left.append) | load_products() | load_clusters()
            counts |= load_training()
            counts["templates of papers"] = load_papers()
            counts |= load_lists() | load_coordination()
        if options["verbosity"] >= 1:
            for name, count in counts.items():
                self.stdout.write(f"{count:5} {name}")
            for text in left:
                self.stdout.write(text)
