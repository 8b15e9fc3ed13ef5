"""Two ways in a browser: a survey on a phone becomes a draft project, and an establishment finds out what it may ask
for with JavaScript switched off."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from core import clock
from outreach.models import SurveyRound
from programmes.models import SupportNorm
from projects.models import Project
from tests import factories as f
from tests.browsers import Browser, sideways_scroll
from tests.clocks import Clock
from tests.outreach.scene import Survey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def survey(transactional_db: None, clock: Clock) -> Survey:
    clock.set("2026-09-15")
    return Survey()


def test_survey_on_a_phone_becomes_a_draft_project(survey: Survey, browser: Browser) -> None:
    phone: Any = browser.page(user=survey.people.collaborator, width=390)
    phone.goto(f"/outreach/surveys/{SurveyRound.objects.get().public_id}/")
    with phone.expect_navigation():
        phone.get_by_role("link", name=survey.first.name).click()
    assert not sideways_scroll(phone)
    for label in phone.locator("label.form-check-label").all():
        assert label.bounding_box()["height"] >= 44
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.locator("[data-kc-errors]")).to_be_focused()  # the required question is not answered
    phone.get_by_label("Có", exact=True).check()
    phone.get_by_label("Cần bao nhiêu tiền?").fill("150 triệu")
    phone.get_by_role("button", name="Gửi phiếu").click()
    expect(phone.get_by_text("Đã lưu phiếu.")).to_be_visible()
    office: Any = browser.page(user=survey.people.officer)
    office.goto("/outreach/needs/")
    office.get_by_role("button", name=f"Tạo dự thảo đề án cho {survey.first.name}").click()
    expect(office.get_by_role("heading", level=1)).to_contain_text(survey.first.name)
    project = Project.objects.get()
    assert (project.state, project.estimates.get().amount_vnd) == ("draft", 150_000_000)
    expect(office.get_by_role("link", name=f"Nhu cầu của {survey.first.name}")).to_be_visible()


def test_enterprise_finds_out_what_it_may_ask_for_without_javascript(survey: Survey, browser: Browser) -> None:
    survey.activity.norm_code = "MACHINE"
    survey.activity.save()
    SupportNorm.objects.create(
        code="MACHINE", source="national", activity_text="Máy", unit="cơ sở", ceiling_amount_vnd=300_000_000,
        legal_basis="Điều 8", valid_from=clock.today() - dt.timedelta(days=9), verified="yes",
    )  # fmt: skip
    firm = f.enterprise(survey.place, "Công ty Mật", tax_code="0100109106")
    code = f.project(survey.place, survey.people, beneficiaries=[firm]).code
    page: Any = browser.page(width=390, java_script_enabled=False)
    page.goto("/accounts/sign-in/")
    page.get_by_role("link", name="Dành cho cơ sở").click()
    page.get_by_label("Hợp tác xã").check()
    page.get_by_label("Cơ sở ở xã, phường nào?").select_option(label=survey.place.commune.full_name)
    page.get_by_label("Cơ sở làm nghề gì?").select_option("none")
    page.get_by_label(survey.activity.name).check()
    page.get_by_role("button", name="Xem tôi được hỗ trợ gì").click()
    expect(page.get_by_text("300.000.000 đồng/cơ sở")).to_be_visible()
    expect(page.get_by_text(survey.place.centre.name)).to_be_visible()
    page.get_by_role("link", name="Hồ sơ của tôi ở đâu?").click()
    page.get_by_label("Mã hồ sơ").fill(code)
    page.get_by_label("Bốn số cuối của mã số thuế").fill("9106")
    page.get_by_role("button", name="Xem hồ sơ đang ở đâu").click()
    expect(page.get_by_role("heading", name=code)).to_be_visible()
    expect(page.get_by_text("Công ty Mật")).to_have_count(0)
