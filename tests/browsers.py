"""A real browser in tests: signed-in pages of any width, that fail the test when they misbehave."""

import functools
import os
import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Error as PlaywrightError

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@functools.cache
def chromium_path() -> str | None:
    """The Chromium of this machine, if any."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


class Browser:
    """Pages against the live server. `close` fails the test for what any of them did wrong on the way."""

    def __init__(self, chromium: Any, url: str, artefacts: Path, test: str) -> None:
        self.chromium = chromium
        self.url = url
        self.artefacts = artefacts
        self.test = re.sub(r"[^\w.-]+", "_", test)
        self.contexts: list[Any] = []
        self.wrong: list[str] = []

    def page(
        self, *, user: Any = None, width: int = 1280, height: int = 900, language: str = "vi", **options: Any
    ) -> Any:
        """A page in a context of its own, with a session of `user` if given. `options` go to Playwright's context."""
        context = self.chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            locale={"vi": "vi-VN", "en": "en-GB"}[language],
            timezone_id=settings.TIME_ZONE,
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(15_000)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            client = Client()
            client.force_login(user, backend="accounts.backends.PortalBackend")
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        self.contexts.append(context)
        context.on("page", self._watch)
        return context.new_page()

    def _watch(self, page: Any) -> None:
        host = urlsplit(self.url).netloc

        def on_console(message: Any) -> None:
            # A refused form is a 4xx answer, and Chromium calls that an error of loading.
            if message.type == "error" and "Failed to load resource" not in message.text:
                self.wrong.append(f"{page.url}: {message.text}")

        def on_request(request: Any) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
                self.wrong.append(f"{page.url}: asks another host: {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("request", on_request)

    def screenshot(self, page: Any, name: str) -> Path:
        """Keep a picture of the whole page as <test>-<name>.png among the artefacts."""
        path = self.artefacts / f"{self.test}-{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        # Taking it leaves style="" behind; htmx would copy that to what it swaps in, which the policy reports.
        page.evaluate("document.querySelectorAll('[style=\"\"]').forEach(e => e.removeAttribute('style'))")
        return path

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.wrong, "\n".join(self.wrong)


def until(page: Any, expression: str, seconds: float = 20) -> Any:
    """What the JavaScript gives as soon as it is true; fails after so many seconds. The page is asked from outside: a
    second question of `wait_for_function` comes from within, where the policy of the page forbids it."""
    last = time.monotonic() + seconds
    while True:
        try:
            value = page.evaluate(expression)
        except PlaywrightError as error:  # the page went away under the question: another one comes
            if "context was destroyed" not in str(error).lower():
                raise
            value = None
        if value:
            return value
        if time.monotonic() > last:
            raise AssertionError(f"{page.url}: waited {seconds} s in vain for {expression}")
        page.wait_for_timeout(30)


def sideways_scroll(page: Any) -> int:
    """By how many pixels the page is wider than its window. Right after a link was followed it waits for the page."""
    until(page, "document.documentElement && document.readyState === 'complete'")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def axe_findings(page: Any) -> list[str]:
    """What axe finds wrong on the page, one line for each rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(_RUN_AXE, AXE_TAGS)
    return found


# Only the lines that are wanted travel back; `preload` would load the style sheets again.
_RUN_AXE = """async (tags) => {
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html }) => `${id} (${impact}): ${html.slice(0, 200)}`));
}"""
