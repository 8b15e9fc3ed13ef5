"""A commune is handed over in a real browser: the administrator gives it to somebody new, who goes on with it on a
phone; nothing is lost and no figure of the overview changes."""

import io
import re
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import HandOver, User
from accounts.services import create_user
from audit.actors import SYSTEM
from projects.models import ProgressUpdate
from projects.progress import return_progress
from tests.browser.desks import PASSWORD, Desk, says
from tests.browsers import Browser
from tests.clocks import Clock

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def returned(browser: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> ProgressUpdate:
    """The demonstration, in which the collaborator's last update came back."""
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    clock.set("2026-11-25 08:00")
    call_command("load_demo", stdout=io.StringIO())
    update = ProgressUpdate.objects.filter(state="reported", reported_by__username="ctv").latest("pk")
    return return_progress(update, actor=User.objects.get(username="canbo"), note="Thiếu ảnh máy đã lắp")


def figures(desk: Desk) -> list[str]:
    """Every number of the overview."""
    desk.go("/overview/")
    return re.findall(r"\d[\d.,]*", desk.page.locator("main").inner_text())


def test_commune_is_handed_over(browser: Browser, returned: ProgressUpdate) -> None:
    giver = User.objects.get(username="ctv")
    create_user(username="ctvmoi", full_name="Lê Văn Mới", agency=giver.agency, password=PASSWORD, actor=SYSTEM)
    project = returned.project
    page_of = f"/projects/{project.public_id}/"
    officer = Desk(browser, "canbo")
    before = figures(officer)

    admin = Desk(browser, "quantri")
    admin.go("/overview/network/")
    admin.open(f"a[href*='giver={giver.public_id}']")
    admin.fill(taker=User.objects.get(username="ctvmoi").public_id, reason="Quyết định 12/QĐ-UBND ngày 20/11/2026")
    admin.press("Show what would happen")
    expect(admin.page.locator("#plan-card")).to_contain_text(project.name)
    admin.picture("hand-over-shown")
    admin.press("Hand over")
    admin.is_told("Handed over.")
    admin.picture("hand-over-done")
    row = HandOver.objects.latest("pk")
    assert returned.pk in row.moved["updates"] and project.pk in row.moved["projects"]

    phone = Desk(browser, "ctvmoi", width=390)
    expect(phone.page.get_by_role("heading", name=says("You took over"))).to_be_visible()
    expect(phone.page.locator("main")).to_contain_text("Thiếu ảnh máy đã lắp")
    phone.picture("hand-over-home")
    phone.open(f"a[href='/accounts/hand-overs/{row.public_id}/']")
    phone.picture("hand-over-phone")
    phone.open(f"a[href='{page_of}progress/{returned.uuid}/']")
    expect(phone.page.locator("main")).to_contain_text("Thiếu ảnh máy đã lắp")
    phone.follow("Report again")
    phone.fill(note="Đã đấu điện và chạy thử, gửi lại kèm ảnh.")
    phone.page.locator("main form button:not([name])").last.click()
    phone.is_told("Sent. It counts once it is confirmed.")
    newest = ProgressUpdate.objects.latest("pk")
    assert (newest.project, newest.reported_by.username) == (project, "ctvmoi")
    returned.refresh_from_db()
    assert returned.reported_by == giver

    old = Desk(browser, "ctv", width=390)
    answer: Any = old.page.goto(page_of)
    assert answer.status == 404
    assert figures(officer) == before
