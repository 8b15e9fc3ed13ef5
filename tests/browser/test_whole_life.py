"""Two projects from their entry to their archive in a real browser: a national flagship project with an adjustment for
the ministry and one for its unit, and a local group project with a refused line over the norm, a duplicate support, an
advance and its clearing, a return of unspent money, and the end of the year."""

import io
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Agency
from enterprises.models import Enterprise
from funding.checking import differences
from funding.models import Budget, ProjectBalance
from programmes.models import Indicator, Programme
from projects.models import Adjustment, Project
from projects.models import ProjectState as S
from tests.browser.desks import PASSWORD, Desk, says
from tests.browsers import Browser
from tests.clocks import Clock

pytestmark = [pytest.mark.needs_browser, pytest.mark.django_db(transaction=True)]
TODAY, DAY = "2026-11-25", "25/11/2026"
MILLION = 1_000_000


@pytest.fixture
def province(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        pytest.skip("is walked on SQLite; the rules it passes are tested on both")
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    monkeypatch.setenv("DEMO_CLIENT_SECRET", "secret-of-the-program-2027")
    clock.set(f"{TODAY} 08:00")
    call_command("load_demo", stdout=io.StringIO())


class Office:
    """The people of the province, each before a browser of their own."""

    def __init__(self, browser: Browser) -> None:
        names = ("trungtam", "canbo", "lanhdao", "ketoan")
        self.centre, self.officer, self.leader, self.accountant = (Desk(browser, name) for name in names)


def page_of(project: Project) -> str:
    return f"/projects/{project.public_id}/"


def step(desk: Desk, project: Project, code: str, button: str, **values: Any) -> None:
    """The page of a step, filled in and sent; the project is in the state it leads to afterwards."""
    desk.go(f"{page_of(project)}steps/{code}/")
    desk.fill(**values)
    desk.press(button)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(project.name)


def office(kind: str) -> int:
    return int(Agency.objects.get(kind=kind, area=None).pk)


def enter(
    desk: Desk, name: str, kind: str, code: str, activities: list[str], firms: list[str], money: int, **fields: Any
) -> Project:
    programme = Programme.objects.get(code=code)
    desk.go("/projects/new/")
    desk.fill(name=name, type=kind, programme=programme.pk, year="2026", area="c18352-2025h2")
    desk.fill(starts_on="01/12/2026", ends_on=fields.pop("ends_on"))
    for firm in firms:
        desk.fill(beneficiary_q=firm)
        desk.page.get_by_role("button", name=says("Find"), exact=True).click()
        row = Enterprise.objects.get(name=firm)
        desk.page.locator(f"[name='beneficiaries'][value='{row.public_id}']").check()
    for activity in activities:
        desk.tick("activities", activity)
    desk.fill(aim="Đầu tư dây chuyền mới, nâng công suất.", investment_vnd="2 tỷ", estimate_counterpart="1 tỷ")
    desk.fill(**{f"estimate_{programme.source}": str(money)})
    desk.fill(**{f"planned_{Indicator.objects.get(code='MACHINE_EST').pk}": "2"})
    desk.press("Save the draft")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)
    found: Project = Project.objects.get(name=name)
    return found


def contract(desk: Desk, project: Project, kind: str, number: str, money: int, firm: str = "") -> None:
    desk.go(f"{page_of(project)}contracts/new/")
    desk.fill(kind=kind, number=number, signed_on=DAY, party_a="Bên A", party_b=firm or "Trung tâm", value_vnd=money)
    if firm:
        desk.fill(enterprise=Enterprise.objects.get(name=firm).pk)
    desk.press("Record the contract")
    desk.is_told("The contract is recorded.")


def money(desk: Desk, project: Project, kind: str, amount: int, number: str, firm: str = "") -> None:
    desk.go(f"/funding/projects/{project.public_id}/pay/")
    desk.tick("kind", kind)
    desk.fill(amount_vnd=str(amount), document_no=number, document_on=DAY)
    if firm:
        desk.fill(establishment=Enterprise.objects.get(name=firm).pk)
    desk.press("Record the voucher")
    desk.is_told("The voucher is recorded.")


def adjust(office_: Office, project: Project, issuers: list[str], reason: str, **values: Any) -> None:
    """Asked for by the officer; decided by the last of `issuers`, the others are refused."""
    officer, leader = office_.officer, office_.leader
    officer.go(f"{page_of(project)}adjustments/new/")
    officer.fill(reason=reason, **values)
    officer.press("Ask for it")
    asked = Adjustment.objects.filter(project=project).latest("id")
    leader.go(f"{page_of(project)}adjustments/{asked.public_id}/")
    leader.picture(f"adjustment-{asked.pk}")
    leader.follow("Record the decision on the adjustment")
    for issuer in issuers:
        leader.fill(issuer=office(issuer), number="77/QĐ-BCT", decided_on=DAY)
        leader.press("Record the decision on the adjustment")
        asked.refresh_from_db()
        assert (asked.state == "decided") == (issuer == issuers[-1])
    project.refresh_from_db()


def finish(office_: Office, project: Project) -> None:
    """Liquidated, settled, closed; the whole file is one ZIP whose index leads to every paper."""
    step(office_.centre, project, "liquidate", "Record the liquidation", number="9/BBTL", on=DAY)
    step(office_.accountant, project, "settle", "Record the settlement", number="5/TB-SCT", on=DAY)
    step(office_.officer, project, "close", "Close", on=DAY)
    project.refresh_from_db()
    assert project.state == S.CLOSED
    assert differences() == []
    office_.officer.go(f"/papers/projects/{project.public_id}/")
    office_.officer.picture(f"papers-{project.code}")
    with office_.officer.page.expect_download() as waiting:
        office_.officer.page.locator(f"main a[href='/papers/projects/{project.public_id}/file.zip']").first.click()
    with zipfile.ZipFile(waiting.value.path()) as file:
        names = file.namelist()
        assert file.testzip() is None
    assert sum(name.endswith(".pdf") for name in names) >= 8
    assert len(names) == len(set(names))


def test_national_flagship_project_from_registration_to_archive(province: None, browser: Browser) -> None:
    people = Office(browser)
    centre, officer, leader, accountant = people.centre, people.officer, people.leader, people.accountant
    firms = ["Hợp tác xã Hải sản Minh Họa A8", "Công ty TNHH Nước ép Minh Họa B5"]
    source = Programme.objects.get(source="national", year_from__lte=2026, year_to__gte=2026).code
    project = enter(centre, "Chuỗi chế biến hải sản (đề án điểm)", "flagship", source, ["MACHINE", "BRAND"], firms,
                    600 * MILLION, ends_on="30/11/2028")  # fmt: skip
    officer.go(f"{page_of(project)}steps/submit/")  # the same was supported before: it has to be explained
    assert Project.objects.get(pk=project.pk).state == S.DRAFT
    officer.picture("flagship-repeated")
    officer.go(f"{page_of(project)}edit/")
    officer.fill(repeat_reason="Giai đoạn hai, thiết bị khác với lần trước.")
    officer.press("Save the draft")
    step(officer, project, "submit", "Submit for approval")
    department = Agency.objects.get(kind="department", area=project.province).pk
    step(officer, project, "register", "Register with the ministry", issuer=department, number="12/BC-SCT", on=DAY,
         note="Bổ sung ngoài đợt đăng ký.")  # fmt: skip
    leader.go(f"{page_of(project)}opinion/")
    leader.tick("recommendation", "approve")
    leader.fill(remarks="Đủ điều kiện.")
    leader.picture("flagship-opinion")
    leader.press("Give the opinion")
    step(leader, project, "appraise", "Conclude the base appraisal", number="3/BB-SCT", on=DAY, participants="Sở")
    leader.go(page_of(project))
    assert leader.page.locator(f"main a[href='{page_of(project)}steps/approve/']").count() == 0  # the ministry first
    step(officer, project, "ministry_appraise", "Record the ministry's appraisal", issuer=office("ministry_department"),
         number="44/CV", on=DAY)  # fmt: skip
    leader.go(f"{page_of(project)}steps/approve/")
    leader.fill(issuer=office("ministry"), number="901/QĐ-BCT", decided_on=DAY, money_national="600 triệu")
    leader.press("Record the decision")
    contract(centre, project, "implementation", "1/HĐTH", 600 * MILLION)
    for place, firm in enumerate(firms, 2):
        contract(centre, project, "support", f"{place}/HĐHT", 300 * MILLION, firm)
    step(centre, project, "contract", "Record that the contracts are signed", on=DAY)
    step(centre, project, "start", "Start", on=DAY)
    centre.picture("flagship-running")

    adjust(people, project, ["ministry_department", "ministry"], "Máy nhập khẩu về chậm.", ends_on="30/04/2029")
    assert project.ends_on is not None and project.ends_on.year == 2029
    adjust(people, project, ["ministry_department"], "Thêm đơn vị phối hợp.", partner="Hội Nông dân tỉnh")
    assert project.partner == "Hội Nông dân tỉnh"

    money(accountant, project, "advance", 180 * MILLION, "UNC 1")
    money(accountant, project, "clearing", 180 * MILLION, "TT 1")
    step(officer, project, "accept", "Record acceptance", number="8/BB", on=DAY, participants="Sở, xã, cơ sở")
    money(accountant, project, "payment", 420 * MILLION, "UNC 2")
    for place, firm in enumerate(firms):
        money(accountant, project, "delivery", 300 * MILLION, f"UNC 3-{place}", firm)
    accountant.go(page_of(project))
    accountant.picture("flagship-paid")
    finish(people, project)


def test_local_group_project_from_entry_to_archive(province: None, browser: Browser) -> None:
    people = Office(browser)
    centre, officer, leader, accountant = people.centre, people.officer, people.leader, people.accountant
    firms = ["Hợp tác xã Mật ong Minh Họa C5", "Hộ kinh doanh Gia vị Minh Họa C6"]
    source = Programme.objects.get(source="local", year_from__lte=2026, year_to__gte=2026).code
    project = enter(centre, "Máy sấy cho hai cơ sở (nhóm)", "group", source, ["CP_PILOT"], firms, 400 * MILLION,
                    ends_on="31/12/2026")  # fmt: skip
    officer.go(page_of(project))
    step(officer, project, "submit", "Submit for approval")
    leader.go(f"/projects/inbox/?project={project.public_id}")
    leader.picture("group-inbox")
    leader.go("/funding/batch/")
    leader.page.locator(f"[name='chosen'][value='{project.pk}']").check()
    leader.fill(**{f"money_{project.pk}": "9 tỷ"})
    expect(leader.page.locator("#effects")).to_contain_text(says("Missing"))
    leader.picture("group-batch-too-much")
    leader.fill(**{f"money_{project.pk}": "400 triệu"})
    expect(leader.page.locator("#effects")).to_contain_text(says("Left afterwards"))
    committee = Agency.objects.get(kind="provincial_committee", area=project.province).pk
    leader.fill(issuer=committee, number="88/QĐ-UBND", decided_on=DAY, batch="đợt 4")
    leader.press("Record the decision")
    for place, firm in enumerate(firms):
        contract(centre, project, "support", f"{place}/HĐHT", 200 * MILLION, firm)
    step(centre, project, "contract", "Record that the contracts are signed", on=DAY)
    step(centre, project, "start", "Start", on=DAY)
    money(accountant, project, "advance", 120 * MILLION, "UNC 1")
    money(accountant, project, "clearing", 100 * MILLION, "TT 1")
    money(accountant, project, "recovery", 20 * MILLION, "UNC 2")
    accountant.go(f"/funding/projects/{project.public_id}/pay/")  # the last đồng before the acceptance
    accountant.tick("kind", "payment")
    accountant.fill(amount_vnd="300000000", document_no="UNC 3", document_on=DAY)
    accountant.press("Record the voucher")
    expect(accountant.page.locator("main")).to_contain_text(
        says("The whole support is paid only after the minutes of acceptance.")
    )
    accountant.picture("group-last-payment-refused")
    budget = Budget.objects.get(province=project.province, source="local", year=2026, programme=project.programme)
    accountant.go(f"/funding/budgets/{budget.public_id}/year-end/")
    accountant.picture("year-end")
    expect(accountant.page.locator("main")).to_contain_text(project.code)
    step(officer, project, "accept", "Record acceptance", number="8/BB", on=DAY, participants="Sở, xã, cơ sở")
    money(accountant, project, "payment", 300 * MILLION, "UNC 3")
    money(accountant, project, "return", 10 * MILLION, "UNC 4")
    balance = ProjectBalance.objects.get(project=project, budget=budget)
    assert (balance.paid_vnd, balance.allocated_vnd) == (390 * MILLION, 400 * MILLION)
    adjust_down(people, project, committee, 390 * MILLION)
    for place, firm in enumerate(firms):
        money(accountant, project, "delivery", 195 * MILLION, f"UNC 5-{place}", firm)
    finish(people, project)


def adjust_down(people: Office, project: Project, issuer: int, amount: int) -> None:
    """Unspent money that was given back goes back to the budget by a decision."""
    people.officer.go(f"{page_of(project)}adjustments/new/")
    people.officer.fill(reason="Kinh phí không sử dụng hết.", support_local_vnd=str(amount))
    people.officer.press("Ask for it")
    asked = Adjustment.objects.filter(project=project).latest("id")
    people.leader.go(f"{page_of(project)}adjustments/{asked.public_id}/decide/")
    people.leader.fill(issuer=issuer, number="99/QĐ-UBND", decided_on=DAY)
    people.leader.press("Record the decision on the adjustment")
    asked.refresh_from_db()
    assert asked.state == "decided"
