"""Every page of a portal that has just begun: lists without a row say so, and what to do about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from tests.browser import worlds
from tests.browser.samples import ACCOUNTS, ADMINISTRATOR, LEADER, OFFICER, PAGES, Sample
from tests.browser.walk import Walk

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def beginning(server: Any) -> None:
    worlds.begin()


def pages_without_records() -> list[Sample]:
    found = []
    for name in PAGES:
        if name in ("accounts:sign_in", "home:records", "api:docs"):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        administered = (
            name.startswith("accounts:")
            and name not in ("accounts:password", "accounts:second_factor")
            or name in OF_ADMINISTRATORS
        )
        fullest = ADMINISTRATOR if administered else LEADER if name in OF_LEADERS else OFFICER
        found.append(Sample(name, "", path, fullest))
    return found


OF_ADMINISTRATORS = (
    "home:damaged_files",
    "reports:schedule",
    "reports:layouts",
    "reports:layout_new",
    "reports:template_new",
    "papers:templates",
    "programmes:document_new",
)
OF_LEADERS = (
    "home:exceptions",
    "funding:exception_open",
    "funding:batch",
    "papers:engagements",
    "papers:engagement_new",
)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_empty_page_is_in_order_for(account: str, walk_as: Callable[[str | None], Walk]) -> None:
    walk = walk_as(account)
    for sample in pages_without_records():
        walk.visit(sample)
    walk.end()
