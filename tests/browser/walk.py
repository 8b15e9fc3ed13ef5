"""Going through the portal as one person in a real browser, and what must be true of every page."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.test import Client

from accounts.models import User
from tests.browser.languages import foreign, texts_of
from tests.browser.samples import Sample
from tests.browsers import Browser, axe_findings, sideways_scroll, until

WIDTHS = (1280, 768, 390)
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
# A page looks the same whatever lies below: pictures, axe and what others see of it on SQLite; on PostgreSQL only who
# sees most of it opens and reads it.
LOOKS = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
REFUSALS = (403, 404, 409)
# What differs from one answer to the next without meaning anything.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
)
# What a page is made of: a tag with its class, without addresses and words.
PART = re.compile(r'<\w+(?=[ >])(?:[^>]*? class="[^"]*")?')
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)


@dataclass
class Walk:
    """One person's way. `seen` is a folder with a file for each answer that was looked at already, by anybody, also in
    other test processes: the same is not looked at twice. `findings` say what is wrong, each with its address."""

    browser: Browser
    account: str | None
    seen: Path
    findings: list[str] = field(default_factory=list)
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.user = User.objects.get(username=self.account) if self.account else None
        self.page = self.browser.page(user=self.user)
        self.clients = {language: self._client(language) for language in ("vi", "en")}

    def _client(self, language: str) -> Client:
        client = Client()
        if self.user is not None:
            client.force_login(self.user, backend="accounts.backends.PortalBackend")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    def wrong(self, sample: Sample, width: int | str, *texts: str) -> None:
        self.findings += [f"{sample.picture} {sample.path} as {self.account} at {width}: {text}" for text in texts]

    def look_here(self, sample: Sample, note: str) -> None:
        """The page as it stands now, on the phone and at the desk, with a picture."""
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            if too_wide := sideways_scroll(self.page):
                self.wrong(sample, width, f"{note}: {too_wide} px wider than the window")
            self.wrong(sample, width, *(f"{note}: {text}" for text in axe_findings(self.page)))
        texts = self.page.evaluate(f"({LOOK}).texts()")
        self.wrong(sample, note, *(f"English: {text}" for text in foreign(texts, "vi")))
        self.browser.screenshot(self.page, f"{sample.picture}-{note}")

    def end(self, *, looked: bool = True, way: int = 0) -> None:
        """Fails with everything found, also kept among the artefacts. `way`: which of several of the same person."""
        name = f"{self.browser.test}-findings-{self.account}{way or ''}.txt"
        (self.browser.artefacts / name).write_text("\n".join(self.findings), encoding="utf-8")
        shown = "\n".join(self.findings[:50])
        assert not self.findings, f"{len(self.findings)} findings, all in {name}:\n{shown}"
        assert self.looked_at or not (looked and LOOKS)

    def visit(self, sample: Sample) -> None:
        fullest = self.account == sample.fullest
        if not LOOKS and not fullest:
            return
        answer = self.clients["vi"].get(sample.path, follow=False)
        if answer.status_code == 302 and sample.name == "home:home":
            return  # who only reads is led to the overview
        if fullest and answer.status_code != sample.status:
            self.wrong(sample, "vi", f"answers {answer.status_code} instead of {sample.status}")
        elif answer.status_code not in (200, *REFUSALS):
            self.wrong(sample, "vi", f"answers {answer.status_code}")
        html = answer.content.decode()
        if sample.ours and "None" in texts_of(html):
            self.wrong(sample, "vi", "says None where nothing is")
        has_new_parts = LOOKS and self._has_new_parts(sample, html)
        if not LOOKS or not (fullest or has_new_parts):
            if sample.ours:
                self.wrong(sample, "vi", *(f"English: {text}" for text in foreign(texts_of(html), "vi")))
        elif self._is_new(answer.status_code, html):
            self._look(sample, picture=fullest)
            if sample.ours:
                self._read_in_english(sample)
        elif fullest:  # looked at with somebody who sees the same
            self._go(sample)
            for width in sample.pictured:
                self.page.set_viewport_size({"width": width, "height": 900})
                self.browser.screenshot(self.page, f"{sample.picture}-{width}")

    def _has_new_parts(self, sample: Sample, html: str) -> bool:
        """Whether the page holds anything for this person that nobody saw on it: the same parts with other words, or
        fewer of them, look as they did. What they say is read all the same."""
        if not self.looked_at:
            return True  # the first page shows the frame of this person
        main = MAIN.search(html)
        new = False
        for part in {f"{sample.name} {tag}" for tag in PART.findall(main[0] if main else html)}:
            try:
                (self.seen / sha256(part.encode()).hexdigest()).touch(exist_ok=False)
                new = True
            except FileExistsError:
                pass
        return new

    def _is_new(self, status: int, html: str) -> bool:
        main = MAIN.search(html)
        mark = sha256(f"{status} {CHANGING.sub('', main[0] if main else html)}".encode()).hexdigest()
        try:
            (self.seen / mark).touch(exist_ok=False)
        except FileExistsError:
            return not self.looked_at  # the first page shows the frame of this person: always looked at
        return True

    def _go(self, sample: Sample) -> None:
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        self.page.goto(sample.path)
        until(self.page, PANELS_ARE_THERE)

    def _look(self, sample: Sample, *, picture: bool) -> None:
        self.looked_at += 1
        page = self.page
        self._go(sample)
        if sample.ours:
            self.wrong(sample, "any", *page.evaluate(f"({LOOK}).whole()"))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if too_wide := sideways_scroll(page):
                self.wrong(sample, width, f"{too_wide} px wider than the window")
            if sample.ours:
                self.wrong(sample, width, *page.evaluate(f"({LOOK}).outside()"))
                self.wrong(sample, width, *page.evaluate(f"({LOOK}).targets({44 if width == 390 else 24})"))
            if picture and width in sample.pictured:
                self.browser.screenshot(page, f"{sample.picture}-{width}")
        if not sample.ours:
            return
        page.evaluate(f"({LOOK}).unfold()")
        texts = page.evaluate(f"({LOOK}).texts()")
        self.wrong(sample, 390, *(f"English: {text}" for text in foreign(texts, "vi")))
        self.wrong(sample, 390, *axe_findings(page))
        # Others see the same page with other buttons, a further sample other rows: for them the phone is enough.
        if picture and WIDTHS[0] in sample.pictured:
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            self.wrong(sample, WIDTHS[0], *axe_findings(page))

    def _read_in_english(self, sample: Sample) -> None:
        html = self.clients["en"].get(sample.path).content.decode()
        if '<html lang="en"' not in html:
            self.wrong(sample, "en", "the English page does not say that it is English")
        positions = User.objects.values_list("position", flat=True)
        self.wrong(sample, "en", *(f"Vietnamese: {text}" for text in foreign(texts_of(html), "en", positions)))


# A panel of another app is loaded into a box that holds nothing but a link to it.
PANELS_ARE_THERE = """() => document.readyState === "complete" && [...document.querySelectorAll('[hx-trigger="load"]')]
  .every((box) => !(box.children.length === 1 && box.firstElementChild.tagName === "A"))"""
