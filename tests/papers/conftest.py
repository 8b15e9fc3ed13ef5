"""A day, a small province, its people and the templates that come with the portal."""

import pytest

from papers.services import load_papers
from tests import factories
from tests.clocks import Clock


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    load_papers()
    return factories.People(place)
