"""One person before the portal, in a browser of their own: signs in, follows links by their words, fills in forms."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from accounts.models import User
from tests.browsers import Browser, sideways_scroll

PASSWORD = "mật-khẩu-minh-họa-27"


def says(message: str) -> str:
    """The words that stand on a Vietnamese page."""
    with translation.override("vi"):
        return gettext(message)


class Desk:
    """One person before the portal: signs in, follows links by their words, fills in forms by their fields."""

    def __init__(self, browser: Browser, username: str, width: int = 1280) -> None:
        self.browser, self.username = browser, username
        self.page = browser.page(width=width, height=900 if width > 500 else 844, has_touch=width < 500)
        self.page.goto("/")
        self.fill(username=username, password=PASSWORD)
        self.press("Sign in")
        expect(self.page.locator(".kc-drop__name")).to_have_text(User.objects.get(username=username).full_name)

    def go(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer.status == 200, path

    def follow(self, message: str) -> None:
        """Follow the link and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("link", name=says(message), exact=True).first.click()

    def open(self, selector: str) -> None:
        """Follow the first link of main that fits, and wait for its page."""
        with self.page.expect_navigation():
            self.page.locator(f"main {selector}").first.click()

    def press(self, message: str, **values: Any) -> None:
        """Press the button and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=says(message) % values, exact=True).click()

    def fill(self, **values: Any) -> None:
        for name, value in values.items():
            found = self.page.locator(f"main [name='{name}']").first
            if found.evaluate("element => element.tagName") == "SELECT":
                found.select_option(str(value))
            else:
                found.fill(str(value))

    def tick(self, name: str, value: str) -> None:
        self.page.locator(f"main [name='{name}'][value='{value}']").check()

    def is_told(self, message: str) -> None:
        expect(self.page.locator(".kc-messages")).to_contain_text(says(message))

    def picture(self, name: str) -> None:
        """Keep what the person sees; nothing may stick out sideways."""
        assert sideways_scroll(self.page) == 0, self.page.url
        self.browser.screenshot(self.page, name)
