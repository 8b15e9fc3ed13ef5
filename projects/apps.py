from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        # Reminders register what sends the letters; rule codes tell programmes which codes a rule may have.
        import projects.reminders
        import projects.rule_codes  # noqa: F401
