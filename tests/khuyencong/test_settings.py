"""The settings of a real installation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
GIVEN = {
    "SECRET_KEY": "x" * 60,
    "PERSONAL_DATA_KEY": "y" * 60,
    "ALLOWED_HOSTS": "portal.example, other.example",
    "CSRF_TRUSTED_ORIGINS": "https://portal.example",
    "DATABASE_URL": "postgres://someone:secret@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def load(code: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if name not in GIVEN and name != "PYTEST_XDIST_WORKER"}
    return subprocess.run(
        [sys.executable, "-c", f"from khuyencong.settings import production as s\n{code}"],
        cwd=ROOT,
        env={
            **base,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "khuyencong.settings.production",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(GIVEN))
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_production_refuses_to_start_without_a_variable(name: str, how: str, tmp_path: Path) -> None:
    environment = {key: value for key, value in GIVEN.items() if key != name} | ({name: " "} if how == "empty" else {})
    result = load("", tmp_path, **environment)
    assert result.returncode != 0
    assert f"{name} is not set" in result.stderr


def test_production_starts_with_all_variables_and_has_no_switch_for_tests(tmp_path: Path) -> None:
    code = """
assert s.ALLOWED_HOSTS == ["portal.example", "other.example"], s.ALLOWED_HOSTS
assert not hasattr(s, "GUARDS_MAY_BE_LIFTED")
assert s.CLOCK_FILE is None
assert s.DEBUG is False
assert s.DATABASES["default"]["CONN_MAX_AGE"] == 600
assert s.DATABASES["snapshot"]["NAME"] == "none"
policy = str(s.CONTENT_SECURITY_POLICY)
assert "unsafe" not in policy, policy
"""
    result = load(code, tmp_path, **GIVEN)
    assert result.returncode == 0, result.stderr


def test_every_variable_of_the_compose_file_is_explained() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    explained = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == explained
    assert set(yaml.safe_load(text)["services"]) == {"prepare", "web", "worker", "beat", "postgres", "redis"}
