from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        # Open work is what is handed over with a person's work; facets what the list of establishments shows; reminders
        # register what sends the letters; rule codes tell programmes which codes a rule may have.
        import projects.facets
        import projects.open_work
        import projects.reminders
        import projects.rule_codes  # noqa: F401
