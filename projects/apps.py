from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        import projects.rule_codes  # noqa: F401  tells programmes which codes a rule may have
