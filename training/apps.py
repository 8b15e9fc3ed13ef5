from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        import training.erasing
        import training.imports  # noqa: F401  registers what erases rosters, and what can be imported
