"""The house's own rules that no other tool checks."""

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def floors() -> list[set[str]]:
    """From the top down, as import-linter is told."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return [set(re.split(r"\s*[|:]\s*", layer)) for layer in layers]


HEIGHT = {app: -number for number, floor in enumerate(floors()) for app in floor}
OURS = sorted(set(HEIGHT) - {"khuyencong"})


def test_every_app_has_a_floor() -> None:
    own = {app.label for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
    assert own == set(OURS)


@pytest.mark.parametrize("label", OURS)
def test_foreign_keys_point_down(label: str) -> None:
    wrong = [
        f"{model.__name__}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        for target in [field.related_model._meta.app_label]
        if target in HEIGHT and target != label and HEIGHT[target] >= HEIGHT[label]
    ]
    assert wrong == []


INLINE = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style\b|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE)


def test_templates_hold_no_inline_script_or_style() -> None:
    """The content security policy would block it, so it would be dead in the browser only."""
    templates = [path for path in ROOT.glob("**/templates/**/*.html") if ".venv" not in path.parts]
    assert templates
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in templates
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if INLINE.search(line)
    ]
    assert wrong == []


def test_our_apps_do_not_talk_by_signals() -> None:
    """A lower app does not tell a higher one; only Django's post_migrate and Celery's own are listened to."""
    allowed = {"core/apps.py", "jobs/tasks.py"}
    wrong = [
        str(path.relative_to(ROOT))
        for label in OURS
        for path in (ROOT / label).rglob("*.py")
        if str(path.relative_to(ROOT)) not in allowed
        and re.search(r"^from django\.(db\.models\.|core\.|test\.)?(signals|dispatch)", path.read_text(), re.MULTILINE)
    ]
    assert wrong == []
