import pkgutil
from importlib import import_module

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        import reports.due
        import reports.services  # noqa: F401  registers the job

        # A measure or a kind is known as soon as its file is there.
        for folder in ("reports.measures", "reports.kinds"):
            package = import_module(folder)
            for module in pkgutil.iter_modules(package.__path__):
                import_module(f"{folder}.{module.name}")
