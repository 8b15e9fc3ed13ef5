"""A server that keeps its records for all tests of a file, and a browser for each of them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.walk import Walk
from tests.browsers import Browser


@pytest.fixture(scope="module")
def server(records_stay: None) -> Iterator[LiveServer]:
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def seen() -> set[str]:
    return set()


@pytest.fixture
def walk_as(
    _chromium: Any, server: LiveServer, artefacts: Path, request: pytest.FixtureRequest, seen: set[str]
) -> Iterator[Callable[[str | None], Walk]]:
    """walk_as("canbo"): that person in a browser. The test fails for script errors and for what the content security
    policy stopped."""
    browser = Browser(_chromium, server.url, artefacts, request.node.module.__name__.rpartition(".")[2])
    yield lambda account: Walk(browser, account, seen)
    browser.close()
