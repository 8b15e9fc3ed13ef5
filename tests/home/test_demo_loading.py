"""Where the demonstration may come, and when. Each of these loads it, or tries to, on an empty database."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Sum

from accounts.models import User
from funding.models import LedgerEntry
from home.models import Portal
from projects.models import Project
from tests.clocks import Clock

pytestmark = pytest.mark.django_db

MILLION = 1_000_000


def load() -> None:
    call_command("load_demo", stdout=io.StringIO())


def test_load_is_refused_where_somebody_works_already() -> None:
    User.objects.create(username="ai-do", full_name="Ai Đó")
    with pytest.raises(CommandError):
        load()
    assert not Project.objects.exists()
    assert not Portal.objects.exists()


def test_load_is_refused_where_real_records_belong(settings: Any) -> None:
    settings.DEMONSTRATION_ALLOWED = False
    with pytest.raises(CommandError):
        load()
    assert not User.objects.exists()
    assert not Portal.objects.exists()


def test_production_settings_do_not_allow_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    for name in ("SECRET_KEY", "PERSONAL_DATA_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"):
        monkeypatch.setenv(name, "https://khuyencong.example")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db.example/n")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    production = importlib.import_module("khuyencong.settings.production")
    assert production.DEMONSTRATION_ALLOWED is False


def test_load_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("home.demo.story.confirm_progress", broken)
    with pytest.raises(RuntimeError):
        load()
    assert not User.objects.exists()
    assert not Project.objects.exists()
    assert not Portal.objects.exists()


@pytest.mark.parametrize("day", ["2027-01-02", "2028-02-29"])
def test_load_works_on_any_day(clock: Clock, day: str) -> None:
    clock.set(day)
    load()
    paid = LedgerEntry.objects.filter(account="paid", budget__year__range=(2018, 2021)).aggregate(s=Sum("amount_vnd"))[
        "s"
    ]
    assert paid == 15_973 * MILLION
    assert {row.year for row in Project.objects.filter(historical=False)} == {int(day[:4])}
    assert Project.objects.filter(historical=False).filter(state="stopped").exists()
