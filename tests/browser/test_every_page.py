"""Every page × every role × phone, tablet, desk on the demonstration province: readable by everybody, in one language,
nothing sticks out, nothing breaks, and what is refused is refused with a page."""

from collections.abc import Callable
from typing import Any

import pytest

from audit import words
from audit.models import Entry
from tests.browser import worlds
from tests.browser.samples import ACCOUNTS, NO_PAGES, OFFICER, PAGES, files, refusals, samples
from tests.browser.walk import Walk
from tests.khuyencong.urlwalk import addresses

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def demonstration(server: Any) -> None:
    worlds.load_demonstration()


def test_no_page_is_forgotten() -> None:
    names = {address.name for address in addresses() if not address.is_api} | {"api:docs"}
    assert names - set(PAGES) - set(NO_PAGES) == set()
    assert (set(PAGES) | set(NO_PAGES)) - names == set()


# The officer, who sees most of nearly every page, goes two ways, so that two processes may go them.
WAYS = [(account, 0, 1) for account in ACCOUNTS if account != OFFICER] + [(OFFICER, 0, 2), (OFFICER, 1, 2)]


@pytest.mark.parametrize(("account", "first", "step"), WAYS)
def test_every_page_is_in_order_for(account: str, first: int, step: int, walk_as: Callable[[str | None], Walk]) -> None:
    walk = walk_as(account)
    seen_by_people = [sample for sample in [*samples(PAGES), *refusals()] if sample.fullest is not None]
    for sample in seen_by_people[first::step]:
        walk.visit(sample)
    walk.end(way=first)


def test_every_page_is_in_order_for_a_stranger(walk_as: Callable[[str | None], Walk]) -> None:
    walk = walk_as(None)
    for sample in samples(PAGES):
        if sample.fullest is None:
            walk.visit(sample)
    walk.end()


def test_every_entry_of_the_trail_has_words() -> None:
    entries = Entry.objects.values_list("action", "changes")
    assert {action for action, _changes in entries} - set(words.ACTIONS) == set()
    assert {name for _action, changes in entries for name in changes} - set(words.FIELDS) == set()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_file_comes_or_is_refused(account: str, walk_as: Callable[[str | None], Walk]) -> None:
    client = walk_as(account).clients["vi"]
    answers = {path: client.get(path).status_code for path in files()}
    assert set(answers.values()) <= {200, 403, 404}
    assert account != "canbo" or set(answers.values()) == {200}
