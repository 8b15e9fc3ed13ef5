from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        # Open work is what is handed over with a person's work; letters what sends them.
        import outreach.letters
        import outreach.open_work  # noqa: F401
