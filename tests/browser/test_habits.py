"""What careful and hasty people do to forms: two clicks, the way back, empty fields, no JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from enterprises.models import Enterprise
from funding.models import LedgerEntry
from jobs.services import work_once
from projects.models import ProgressUpdate, Project
from reports.models import Report
from reports.services import request_report
from tests import factories as f
from tests.browser.desks import says
from tests.browsers import Browser
from tests.codes import digits
from tests.reports.ways import submitted


@pytest.fixture
def place(browser: Browser) -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def new_firm(browser: Browser, place: f.Place, people: f.People) -> Page:
    """The form of a new establishment, filled in."""
    page: Page = browser.page(user=people.centre)
    page.goto("/enterprises/new/")
    page.locator("[name='name']").fill("Cơ sở Bún khô Thạch Lạc")
    page.locator("[name='kind']").select_option("household")
    page.locator("[name='area']").select_option(place.commune.uid)
    return page


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main .kc-buttons .btn-primary").click()


def test_two_clicks_make_one_record(new_firm: Page) -> None:
    new_firm.locator("main .kc-buttons .btn-primary").dblclick()
    expect(new_firm.get_by_role("heading", level=1)).to_have_text("Cơ sở Bún khô Thạch Lạc")
    assert Enterprise.objects.count() == 1


def test_going_back_and_sending_the_same_makes_one_record(new_firm: Page) -> None:
    send(new_firm)
    new_firm.go_back()
    send(new_firm)
    expect(new_firm.get_by_role("heading", level=1)).to_have_text("Cơ sở Bún khô Thạch Lạc")
    assert Enterprise.objects.count() == 1


def test_going_back_and_sending_something_else_asks_first(new_firm: Page) -> None:
    send(new_firm)
    new_firm.go_back()
    new_firm.locator("[name='name']").fill("Cơ sở Nước mắm Thạch Lạc")
    send(new_firm)
    expect(new_firm.locator(".kc-summary")).to_be_focused()
    assert Enterprise.objects.count() == 1
    send(new_firm)  # it was meant
    expect(new_firm.get_by_role("heading", level=1)).to_have_text("Cơ sở Nước mắm Thạch Lạc")
    assert Enterprise.objects.count() == 2


def test_faults_take_the_focus_lead_to_their_fields_and_keep_what_was_typed(
    browser: Browser, place: f.Place, people: f.People
) -> None:
    f.programme(place)
    page = browser.page(user=people.officer, width=390)
    page.goto("/projects/new/")
    page.locator("[name='name']").fill("Ứng dụng máy sấy")
    page.locator("[name='estimate_local']").fill("3oo triệu")
    page.locator("[name='starts_on']").fill("31/02/2026")
    send(page)
    summary = page.locator(".kc-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile(f"^{says('Error:')}"))
    for name in ("programme", "area", "starts_on", "estimate_local"):
        field = page.locator(f"[name='{name}']")
        summary.locator(f"a[href='#id_{name}']").click()
        expect(field).to_be_focused()
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name='estimate_local']")).to_have_value("3oo triệu")
    browser.screenshot(page, "faults")
    assert not Project.objects.exists()


def test_payment_over_the_approved_money_is_refused_at_the_amount(
    browser: Browser, place: f.Place, people: f.People
) -> None:
    project = f.approved(place, people, 300_000_000)
    entries = LedgerEntry.objects.count()
    page = browser.page(user=people.accountant)
    page.goto(f"/funding/projects/{project.public_id}/pay/")
    page.locator("[name='kind'][value='payment']").check()
    page.locator("[name='amount_vnd']").fill("300.000.001")
    page.locator("[name='document_no']").fill("UNC 7")
    page.locator("[name='document_on']").fill("01/11/2026")
    send(page)
    expect(page.locator(".kc-summary")).to_be_focused()
    expect(page.locator(".kc-field--wrong")).to_contain_text("300.000.001")
    expect(page.locator("[name='document_no']")).to_have_value("UNC 7")
    assert LedgerEntry.objects.count() == entries


def test_beneficiary_is_found_without_javascript(browser: Browser, place: f.Place, people: f.People) -> None:
    f.programme(place)
    firm = f.enterprise(place, "Hợp tác xã Mây tre Đồng Tiến")
    page = browser.page(user=people.centre, java_script_enabled=False)
    page.goto("/projects/new/")
    page.locator("[name='name']").fill("Ứng dụng máy chẻ nan")
    page.locator("[name='beneficiary_q']").fill("may tre")
    with page.expect_navigation():
        page.get_by_role("button", name=says("Find"), exact=True).click()
    expect(page.locator("[name='name']")).to_have_value("Ứng dụng máy chẻ nan")
    expect(page.locator(".kc-summary")).to_have_count(0)  # nothing is judged yet
    page.locator(f"[name='beneficiaries'][value='{firm.public_id}']").check()
    assert not Project.objects.exists()


def test_version_is_published_once_however_often_it_is_pressed(
    browser: Browser, place: f.Place, people: f.People
) -> None:
    project = f.approved(place, people)
    period = f.period(f"{project.year}-Y", f"{project.year - 1}-12-15", f"{project.year}-12-31")
    request_report("programme-results", period, place.province, actor=people.officer)
    assert work_once()
    report = submitted(Report.objects.get(), people)
    code = digits(people.leader)
    page = browser.page(user=people.leader)
    page.goto(f"/reports/{report.public_id}/publish/")
    page.locator("[name='code']").fill(code)
    page.locator("main .kc-buttons .btn-primary").dblclick()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(period.label)
    published = Report.objects.get().published_at
    answer = page.goto(f"/reports/{report.public_id}/publish/")
    assert answer.status == 409
    expect(page.locator("main")).to_contain_text(says("Approved, figures fixed"))
    assert published is not None and Report.objects.get().published_at == published


def test_progress_sent_again_with_other_content_asks_first(browser: Browser, place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    page = browser.page(user=people.collaborator, width=390)
    page.goto(f"/projects/{project.public_id}/progress/new/")
    page.locator("[name='note']").fill("Đã nhận máy")
    send(page)
    page.go_back()
    send(page)
    assert ProgressUpdate.objects.count() == 1
    page.go_back()
    page.locator("[name='note']").fill("Đã lắp máy")
    send(page)
    expect(page.locator(".kc-summary")).to_be_focused()
    assert ProgressUpdate.objects.count() == 1
    send(page)  # it was meant
    assert set(ProgressUpdate.objects.values_list("note", flat=True)) == {"Đã nhận máy", "Đã lắp máy"}
