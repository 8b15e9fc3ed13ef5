"""Working by keyboard: the approval inbox."""

import re

from playwright.sync_api import expect

from projects.models import Project
from tests import factories as f
from tests.browsers import Browser


def test_inbox_is_walked_by_keys_and_no_key_decides(browser: Browser) -> None:
    place = f.Place()
    people = f.People(place)
    for name in ("Máy sấy", "Máy bào"):
        f.take_step(f.project(place, people, name=name), "submit", actor=people.officer)
    page = browser.page(user=people.leader)
    page.goto("/projects/inbox/")
    file = page.locator("#file")
    expect(file).to_have_text("Máy sấy")
    page.keyboard.press("j")
    expect(file).to_have_text("Máy bào")
    page.keyboard.press("k")
    expect(file).to_have_text("Máy sấy")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile(r"/steps/return/\?back=inbox$"))
    page.locator("[name='note']").press_sequentially("j k a r")  # in a field they are letters
    expect(page.locator("[name='note']")).to_have_value("j k a r")
    page.go_back()
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile(r"/steps/appraise/\?back=inbox$"))
    page.go_back()
    page.keyboard.press("?")
    expect(page.locator("dialog[data-kc-keys]")).to_be_visible()
    browser.screenshot(page, "keys")
    page.locator("[data-kc-keys-on]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(file).to_have_text("Máy sấy")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-kc-keys]")).to_be_hidden()
    assert set(Project.objects.values_list("state", flat=True)) == {"submitted"}
