"""A file with mistakes in it, from the template to the stored rows and back, in a real browser with a real worker."""

from typing import Any

import pytest
from playwright.sync_api import expect

from enterprises.models import Enterprise
from imports.models import Import
from tests import factories
from tests.browser.desks import PASSWORD, Desk, says
from tests.browsers import Browser
from tests.imports.sheets import GOOD, table
from tests.processes import Worker

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]

BAD = ("Cơ sở mộc Thử", "1234567890", "Tập đoàn", "Tượng Sơn", "1,234", 912345678)


@pytest.fixture
def officer(browser: Browser) -> Any:
    people = factories.People(factories.Place())
    people.officer.set_password(PASSWORD)
    people.officer.save()
    return people.officer


def test_officer_imports_a_file_with_mistakes(browser: Browser, officer: Any, worker: Worker) -> None:
    worker.start()
    desk = Desk(browser, officer.username)
    desk.go("/imports/")
    desk.open("a[href$='/imports/new/enterprises/']")
    data = table(GOOD, BAD, above=2)
    desk.page.set_input_files("[name=file]", {"name": "co-so.xlsx", "mimeType": "application/zip", "buffer": data})
    desk.press("Send and check")
    fields = desk.page.locator(".kc-faulty input")
    expect(fields).to_have_count(3, timeout=30_000)
    desk.picture("import-wrong")
    desk.fill(**{"cell-5-tax_code": "", "cell-5-kind": "Hộ kinh doanh", "cell-5-headcount": "1.234"})
    desk.press("Check again with these values")
    expect(desk.page.locator(".kc-faulty")).to_have_count(0)
    desk.press("Store %(count)s rows", count=2)
    expect(desk.page.get_by_role("heading", name=says("Receipt"))).to_be_visible(timeout=30_000)
    desk.picture("import-receipt")
    made = {row.name: row for row in Enterprise.objects.all()}
    assert made["Cơ sở mộc Thử"].headcount == 1234
    assert made["Cơ sở mộc Thử"].phone == "0912345678"
    desk.press("Take it back")
    assert not Enterprise.objects.exists()
    assert Import.objects.get().state == "undone"
