"""A day, a small province and its people for the tests of projects."""

import pytest

from tests import factories
from tests.clocks import Clock

DAY = "2026-09-15"


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    """The middle of September 2026: the budget year runs, the former districts are gone."""
    clock.set(DAY)


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)
