from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"

    def ready(self) -> None:
        import funding.adjusting
        import funding.imports
        import funding.steps  # noqa: F401  registers guards and effects of project steps
