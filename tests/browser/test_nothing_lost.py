"""Whatever breaks while a project is being typed, what was typed is offered again afterwards: the network, the session,
the tab and the server are cut at thirty moments that are drawn by lot, always the same ones."""

import json
import random
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Page, Route, expect

from accounts.models import FormDraft, User
from enterprises.models import Enterprise
from places.models import Area
from projects.models import Project
from tests import factories as f
from tests.browser.desks import says
from tests.browsers import Browser, until
from tests.processes import wait_until

SIGNED_OUT = (
    "You are signed out. What you typed is kept on this machine. Sign in again in another window; then it is sent."
)
NEW = "/projects/new/"
DRAFTS = "**/accounts/drafts/"
FOUND = re.compile(r"beneficiaries/\?")
CUTS = ("network", "session", "tab", "server")
WORDS = ("Máy sấy gỗ", "xã Thạch Lạc", "3oo triệu", "công suất 2 tấn/giờ", "“đang hỏi giá”", "31/02/2026", "đ", "1.5")
FIELDS = ("name", "aim", "estimate_local", "starts_on", "repeat_reason", "investment_vnd")


@pytest.fixture
def officer(browser: Browser) -> User:
    place = f.Place()
    f.programme(place)
    return f.People(place).officer


def firm(officer: User, name: str) -> None:
    area = Area.objects.filter(level="commune", closure_up__ancestor__in=officer.sight.province_ids).first()
    assert area is not None
    Enterprise.objects.create(name=name, kind="enterprise", area=area, province_id=min(officer.sight.province_ids))


def sign_in(page: Page, user: User, url: str) -> None:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def type_something(page: Page, lot: random.Random) -> dict[str, str]:
    """Some fields in some order, right or wrong. What stands in them afterwards."""
    typed = {}
    for name in lot.sample(FIELDS, lot.randint(1, 4)):
        text = " ".join(lot.sample(WORDS, lot.randint(1, 3)))
        text = text[:10] if name == "starts_on" else text
        page.locator(f"[name='{name}']").fill(text)
        typed[name] = text
        page.wait_for_timeout(lot.choice((0, 0, 30)))
    return typed


def cut(page: Page, how: str, user: User, url: str, lot: random.Random) -> dict[str, str]:
    """Types, is cut, types on, and the window is gone. What stood in the form then."""
    typed = type_something(page, lot)
    if how == "network":
        page.context.set_offline(True)
    elif how == "session":
        Session.objects.all().delete()
    elif how == "server":
        page.route("**/*", lambda route: route.fulfill(status=503, body="down"))
    if how != "tab":
        typed |= type_something(page, lot)
    if how != "tab" and lot.random() < 0.3:
        page.evaluate("document.querySelector('main .kc-buttons .btn-primary').click()")  # and is sent into nowhere
    page.close()
    return typed


def come_back(context: Any, how: str, user: User, url: str) -> Page:
    context.set_offline(False)
    page: Page = context.new_page()
    if how == "session":
        sign_in(page, user, url)
    page.goto(NEW)
    # What was left on the machine has been sent; a draft of before the cut may be offered already.
    until(page, "() => Object.keys(localStorage).every((name) => !name.startsWith('kc-typed:'))")
    return page


def cuts_are_no_fault(browser: Browser) -> list[str]:
    """What went wrong beside requests that found no server."""
    browser.wrong = [text for text in browser.wrong if "Failed to fetch" not in text]
    return browser.wrong


def offered(page: Page, user: User, look: bool) -> dict[str, str]:
    """What the form holds when the newest draft is used again: looked at in the browser, or asked of the server."""
    link = page.locator("[data-kc-kept] a").first
    if look:
        with page.expect_navigation():
            link.click()
        return {name: text for name in FIELDS if (text := page.locator(f"[name='{name}']").input_value())}
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    form = client.get(str(link.get_attribute("href"))).context["form"]
    return {name: text for name in FIELDS if (text := form[name].value())}


def test_what_was_typed_is_there_after_thirty_cuts(browser: Browser, officer: User) -> None:
    lot = random.Random(20261125)
    context = browser.page(user=officer).context
    context.set_default_timeout(5_000)
    page = context.new_page()
    page.goto(NEW)
    for number in range(30):
        how = CUTS[number % len(CUTS)]
        typed = cut(page, how, officer, browser.url, lot)
        page = come_back(context, how, officer, browser.url)
        assert offered(page, officer, look=number < len(CUTS)) == typed, (number, how)
        FormDraft.objects.all().delete()
        if number < len(CUTS):
            page.goto(NEW)  # empty again; otherwise it is: what is offered has not been used
    assert not cuts_are_no_fault(browser)
    assert not Project.objects.exists()


def test_without_the_keeper_it_would_be_lost(browser: Browser, officer: User) -> None:
    """The control of the test above."""
    context = browser.page(user=officer).context
    for how in CUTS:
        page = context.new_page()
        page.route(
            "**/keep.js",
            lambda route: route.fulfill(content_type="text/javascript", body="export const start = () => {};"),
        )
        page.goto(NEW)
        assert cut(page, how, officer, browser.url, random.Random(7))
        page = come_back(context, how, officer, browser.url)
        page.wait_for_timeout(100)
        assert page.locator("[data-kc-kept] a").count() == 0
        page.close()
    assert not cuts_are_no_fault(browser)


def test_kept_is_said_only_after_the_server_said_so(browser: Browser, officer: User) -> None:
    page = browser.page(user=officer)
    answers: list[Route] = []
    page.route(DRAFTS, lambda route: answers.append(route))
    page.goto(NEW)
    state = page.locator("[data-kc-keep-state]")
    page.locator("[name='name']").fill("Máy sấy gỗ ván ép")
    page.keyboard.press("Control+s")
    wait_until(lambda: page.wait_for_timeout(20) or len(answers) == 1, what="the draft on its way")
    expect(state).to_have_text(says("Not kept yet …"))
    assert not FormDraft.objects.exists()
    answers.pop().fulfill(status=503)
    expect(state).to_have_text(says("Not kept on the server yet; it is kept on this machine and sent again."))
    page.unroute(DRAFTS)
    expect(state).to_contain_text(says("Draft kept at"))  # sent again by itself
    draft = FormDraft.objects.get()
    assert draft.fields["name"] == ["Máy sấy gỗ ván ép"]
    assert len(json.dumps(draft.fields, ensure_ascii=False).encode()) < 5_000
    assert page.evaluate("localStorage.length") == 0


def test_session_that_ended_is_said_and_a_new_one_goes_on_in_place(browser: Browser, officer: User) -> None:
    page = browser.page(user=officer)
    page.goto(NEW)
    Session.objects.all().delete()
    page.locator("[name='name']").fill("Máy sấy gỗ ván ép")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-kc-keep-state]")).to_contain_text(says(SIGNED_OUT))
    sign_in(page, officer, browser.url)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # the person is back from the other window
    expect(page.locator("[data-kc-keep-state]")).to_contain_text(says("Draft kept at"), timeout=15_000)
    assert FormDraft.objects.get().fields["name"] == ["Máy sấy gỗ ván ép"]


def test_session_that_ended_puts_no_sign_in_into_the_form(browser: Browser, officer: User) -> None:
    page = browser.page(user=officer)
    page.goto(NEW)
    page.wait_for_load_state("networkidle")  # the parts of the page have come
    Session.objects.all().delete()
    page.locator("[name='name']").press_sequentially("Máy sấy")
    with page.expect_response("**/projects/ceilings/"):
        page.locator("[name='aim']").press_sequentially("gỗ")  # leaving the name asks for the ceilings anew
    signed_out = page.locator("#ceilings [data-kc-signed-out]")
    expect(signed_out).to_be_visible()
    page.keyboard.type(" ván ép")
    expect(page.locator("[name='aim']")).to_have_value("gỗ ván ép")
    assert page.locator("main input[type='password']").count() == 0
    assert signed_out.locator("a").get_attribute("target") == "_blank"


def test_session_that_ended_leaves_the_chosen_establishments_where_they_are(browser: Browser, officer: User) -> None:
    firm(officer, "Cơ sở Bún")
    page = browser.page(user=officer)
    page.goto(NEW)
    page.locator("[name='beneficiary_q']").fill("Bún")
    page.locator("#id_beneficiary_find").click()
    page.locator("[name='beneficiaries']").check()
    Session.objects.all().delete()
    page.locator("#id_beneficiary_find").click()
    expect(page.locator("#beneficiary-said [data-kc-signed-out]")).to_be_visible()
    expect(page.locator("[name='beneficiaries']")).to_be_checked()
    expect(page.locator("[name='beneficiary_q']")).to_have_value("Bún")


def test_part_that_fails_leaves_what_stood_in_its_place(browser: Browser, officer: User) -> None:
    firm(officer, "Cơ sở Bún")
    page = browser.page(user=officer)
    page.goto(NEW)
    page.locator("[name='beneficiary_q']").fill("Bún")
    status = 0
    page.route(FOUND, lambda route: route.fulfill(status=status, body="hỏng"))
    for status in (403, 404, 409, 503):  # noqa: B007  the answer reads it
        with page.expect_response(FOUND):
            page.locator("#id_beneficiary_find").click()
        page.wait_for_load_state("networkidle")
        expect(page.locator("#beneficiaries")).not_to_contain_text("hỏng")
        expect(page.locator("[name='beneficiary_q']")).to_have_value("Bún")


def test_signing_out_sends_what_is_left_and_leaves_nothing_on_the_machine(browser: Browser, officer: User) -> None:
    page = browser.page(user=officer)
    page.goto(NEW)
    page.route(DRAFTS, lambda route: route.abort())
    page.locator("[name='name']").fill("Máy sấy gỗ ván ép")
    page.keyboard.press("Control+s")
    assert page.evaluate("localStorage.length") == 1
    page.unroute(DRAFTS)
    page.locator(".kc-drop summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=says("Sign out"), exact=True).click()
    assert page.evaluate("localStorage.length") == 0
    assert FormDraft.objects.get().fields["name"] == ["Máy sấy gỗ ván ép"]
