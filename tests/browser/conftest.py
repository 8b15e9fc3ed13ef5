"""A server that keeps its records for all tests of a file, and a browser for each of them."""

import os
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
def seen(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all processes of this test run share."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= f"seen-{request.module.__name__}"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def walk_as(
    _chromium: Any, server: LiveServer, artefacts: Path, request: pytest.FixtureRequest, seen: Path
) -> Iterator[Callable[[str | None], Walk]]:
    """walk_as("canbo"): that person in a browser. The test fails for script errors and for what the content security
    policy stopped."""
    browser = Browser(_chromium, server.url, artefacts, request.node.module.__name__.rpartition(".")[2])
    yield lambda account: Walk(browser, account, seen)
    browser.close()
