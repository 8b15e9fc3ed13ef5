"""The main job in a real browser, with a real worker: what six people do between two versions of a report is exactly
the difference of the two, on the page, in every file and in what a program of the ministry gets."""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from django.core.management import call_command
from PIL import Image
from PIL.ExifTags import IFD
from playwright.sync_api import expect
from pypdf import PdfReader, PdfWriter
from python_calamine import CalamineWorkbook

from accounts.models import User
from core import clock as portal_clock
from enterprises.services import check_digit
from files.services import read_bytes
from programmes.models import Indicator, Programme, ReportingPeriod
from projects.models import ProgressPhoto, ProgressUpdate, Project
from reports.models import Report
from tests.browser.desks import PASSWORD, Desk, says
from tests.browsers import Browser
from tests.clocks import Clock
from tests.codes import SECRET as TOTP
from tests.codes import digits
from tests.jobs.phases import Phases
from tests.processes import Worker

SECRET = "secret-of-the-program-2027"
TODAY = "2026-11-25"  # in the open period of 2026: 15/12/2025 to 14/12/2026
TAX_CODE = f"999000777{check_digit('999000777')}"
FIRM, PROJECT = "Hợp tác xã Nước mắm Cương Gián", "Ứng dụng máy chiết rót và đóng nắp tự động trong sản xuất nước mắm"
COMMUNE = "c18352-2025h2"  # the demonstration's collaborator looks after it
FORMATS = ("docx", "json", "pdf", "xlsx")


@pytest.fixture
def province(browser: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration province as it stands on the day."""
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    monkeypatch.setenv("DEMO_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("DEMO_TOTP_SECRET", TOTP)
    clock.set(f"{TODAY} 08:00")
    call_command("load_demo", stdout=io.StringIO())


@pytest.fixture
def phases() -> Iterator[Phases]:
    phases = Phases()
    yield phases
    phases.clear()


# --- what reports say -------------------------------------------------------------------------------------------------

# section, row, column as they are printed → code of each in the document
FIGURES = {
    "projects": (
        ("Đề án theo trạng thái", "Đề án đã phê duyệt", "Tổng số đề án"),
        ("projects", "all", "total"),
    ),
    "approved": (
        ("Kinh phí thực hiện theo nguồn", "Kinh phí khuyến công hỗ trợ", "Kinh phí được phê duyệt"),
        ("money", "support", "approved"),
    ),
    "paid": (
        ("Kinh phí thực hiện theo nguồn", "Kinh phí khuyến công hỗ trợ", "Đã giải ngân của năm"),
        ("money", "support", "paid"),
    ),
}
ADDED = {"projects": 1, "approved": 300_000_000, "paid": 150_000_000}


@dataclass
class Version:
    """A version of the report with its figures as read back out of each place."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    figures: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def row(self) -> Report:
        found: Report = Report.objects.get(public_id=self.url.rstrip("/").rpartition("/")[2])
        return found

    @property
    def hashes(self) -> dict[str, str]:
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}


def printed(text: str, name: str) -> int:
    """«1.234,5» as it is printed: money in triệu đồng, the others as they are."""
    number = Decimal(text.strip().replace(".", "").replace(",", "."))
    value = number if name == "projects" else number * 1_000_000
    assert value == value.to_integral_value(), text
    return int(value)


def on_page(page: Any) -> dict[str, int]:
    found = {}
    for name, ((section, row, column), _codes) in FIGURES.items():
        table = page.get_by_role("region", name=section, exact=True).locator("table")
        line = table.locator("tbody tr").filter(has=page.get_by_role("rowheader", name=row, exact=True))
        found[name] = printed(line.locator(f"td[data-label='{column}'] > span").inner_text(), name)
    return found


def in_document(document: Any) -> dict[str, int]:
    return {name: cells(document)[codes] for name, (_titles, codes) in FIGURES.items()}


def cells(document: Any) -> dict[tuple[str, str, str], Any]:
    """Every figure of a document, also of the answer of the API."""
    return {
        (section["code"], row["code"], column): cell["value"]
        for section in document["sections"]
        for row in section["rows"]
        for column, cell in row["cells"].items()
    }


def in_workbook(content: bytes) -> dict[str, int]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = {}
    for name, ((section, row, column), _codes) in FIGURES.items():
        sheets = [book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names]
        lines = next(lines for lines in sheets if any(section in map(str, line) for line in lines))
        top = next(index for index, line in enumerate(lines) if line[0] == "TT")
        place = next(index for index, title in enumerate(lines[top]) if str(title).split(" (")[0] == column)
        value = next(line[place] for line in lines[top:] if line[1] == row)
        number = Decimal(repr(value)) * (1 if name == "projects" else 1_000_000)
        assert number == number.to_integral_value()
        found[name] = int(number)
    return found


def in_pdf(content: bytes) -> dict[str, int]:
    """From the lines of the printed page: the row's words, then its figures in the order of the columns."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    text = re.sub(r"\s+", " ", text)
    found = {}
    for name, ((section, row, _column), (_section, _row, code)) in FIGURES.items():
        after = text[text.index(section) :]
        figures = after[after.index(f" {row} ") + len(row) + 2 :].split()
        found[name] = printed(figures[{"total": 0, "approved": 1, "paid": 2}[code]], name)
    return found


class Program:
    """A program of the ministry: gets a token for its secret, then asks over HTTP."""

    def __init__(self, url: str) -> None:
        answer = httpx.post(
            f"{url}/api/v1/oauth/token",
            data={"grant_type": "client_credentials", "scope": "reports:read"},
            auth=("demo-ministry", SECRET),
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        self.client = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {answer.json()['access_token']}"}, trust_env=False
        )

    def get(self, path: str, **query: str) -> httpx.Response:
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer


# --- the job, in the order of the office ------------------------------------------------------------------------------


def ask_for_report(officer: Desk) -> None:
    officer.go("/reports/")
    today = portal_clock.today()
    chosen = ReportingPeriod.objects.get(code=officer.page.locator("[name='period']").input_value())
    assert chosen.data_from <= today <= chosen.data_to  # the open one is offered first
    officer.picture("reports")
    officer.press("Make the report")
    expect(officer.page.get_by_role("progressbar")).to_be_visible()


def arrive(officer: Desk) -> Version:
    """The page of the worker's progress goes on to the report by itself."""
    officer.page.wait_for_url(re.compile(r"/reports/[0-9a-f-]{36}/$"), timeout=60_000)
    return Version(officer.page.url)


def submit(officer: Desk, version: Version) -> None:
    """Every warning explained; a second version says why there is one."""
    officer.go(version.url)
    officer.follow("Submit for approval")
    for answer in officer.page.locator("main form textarea").all():
        answer.fill("Đã đối chiếu với hồ sơ.")
    officer.picture(f"submit-v{version.row.version}")
    with officer.page.expect_navigation():
        officer.page.locator("main form .kc-buttons .btn-primary").click()
    expect(officer.page.locator(".kc-over")).to_contain_text(says("Submitted"))


def publish(leader: Desk, version: Version, number: str) -> None:
    leader.go("/reports/")
    leader.open(f"a[href='{httpx.URL(version.url).path}']")
    leader.follow("Approve and fix the figures")
    leader.fill(
        issued_no=number,
        issued_on=f"{portal_clock.today():%d/%m/%Y}",
        code=digits(User.objects.get(username="lanhdao")),
    )
    leader.picture(f"publish-v{version.row.version}")
    leader.press("Approve version %(version)s", version=version.row.version)
    expect(leader.page.locator(".kc-over")).to_contain_text(says("Approved, figures fixed"))


def download(desk: Desk, version: Version) -> None:
    """Every file through the page, and the figures of page and files."""
    desk.go(version.url)
    version.figures["page"] = on_page(desk.page)
    for name in FORMATS:
        with desk.page.expect_download() as waiting:
            desk.page.get_by_role("link", name=name.upper(), exact=True).click()
        assert waiting.value.suggested_filename.endswith(f"-v{version.row.version}.{name}")
        version.files[name] = Path(waiting.value.path()).read_bytes()
    version.figures["json"] = in_document(orjson.loads(version.files["json"]))
    version.figures["xlsx"] = in_workbook(version.files["xlsx"])
    version.figures["pdf"] = in_pdf(version.files["pdf"])


def pull(program: Program, version: Version) -> None:
    """The ministry takes the published version of the year, its figures and its files."""
    heads = program.get("/api/v1/reports/", period="2026-Y", area="42", state="published").json()["results"]
    assert [row["version"] for row in heads] == [version.row.version]
    shown = program.get(f"/api/v1/reports/{heads[0]['id']}/").json()
    version.figures["api"] = in_document(shown)
    for name, path in shown["files"].items():
        assert program.get(path).content == version.files[name]
    assert shown["sha256"] == version.hashes["json"]


def enter_firm(centre: Desk) -> None:
    centre.go("/enterprises/")
    centre.follow("Enter an establishment")
    centre.fill(name=FIRM, kind="cooperative", tax_code=TAX_CODE, area=COMMUNE, headcount="18")
    centre.fill(main_product="Nước mắm", representative="Hoàng Thị Mận")
    centre.picture("establishment-form")
    centre.press("Enter the establishment")
    expect(centre.page.get_by_role("heading", level=1)).to_have_text(FIRM)
    centre.picture("establishment")


def enter_project(centre: Desk) -> Project:
    centre.go("/projects/")
    centre.follow("Enter a project")
    programme = Programme.objects.get(code="HT-KCDP-2026-2030")
    centre.fill(name=PROJECT, type="single", programme=programme.pk, year="2026", area=COMMUNE)
    centre.fill(starts_on="01/12/2026", ends_on="30/06/2027")
    centre.fill(beneficiary_q="cuong gian")
    centre.page.get_by_role("button", name=says("Find"), exact=True).click()
    centre.page.get_by_label(re.compile(FIRM)).check()
    centre.tick("activities", "MACHINE")
    centre.fill(aim="Đầu tư dây chuyền chiết rót, đóng nắp 1.200 chai/giờ thay lao động thủ công.")
    centre.fill(investment_vnd="600 triệu", estimate_local="300.000.000", estimate_counterpart="300.000.000")
    centre.fill(**{f"planned_{Indicator.objects.get(code='MACHINE_EST').pk}": "1"})
    centre.picture("project-form")
    centre.press("Save the draft")
    expect(centre.page.get_by_role("heading", level=1)).to_have_text(PROJECT)
    centre.picture("project-draft")
    project: Project = Project.objects.get(name=PROJECT)
    assert list(project.beneficiaries.values_list("name", flat=True)) == [FIRM]
    return project


def take_step(desk: Desk, project: Project, label: str, **values: Any) -> None:
    desk.go(f"/projects/{project.public_id}/")
    desk.follow(label)
    desk.fill(**values)
    desk.picture(f"step-{desk.username}")
    desk.press(label)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(project.name)


def record_decision(leader: Desk, project: Project) -> None:
    leader.go("/")
    leader.picture("leader-today")
    leader.go(f"/projects/{project.public_id}/")
    leader.follow("Record the decision")
    issuer = leader.page.locator("[name='issuer'] option").filter(has_text="Ủy ban nhân dân tỉnh Hà Tĩnh")
    leader.fill(issuer=issuer.first.get_attribute("value"), number="2755/QĐ-UBND", decided_on="25/11/2026")
    leader.fill(batch="Đợt 3", money_local="300.000.000", money_counterpart="300.000.000")
    paper = PdfWriter()
    paper.add_blank_page(595, 842)
    scan = io.BytesIO()
    paper.write(scan)
    leader.page.locator("[name='file']").set_input_files(
        {"name": "QD-2755.pdf", "mimeType": "application/pdf", "buffer": scan.getvalue()}
    )
    leader.picture("decision-form")
    leader.press("Record the decision")
    leader.picture("project-approved")
    decision = project.decisions.get()
    assert decision.file is not None and read_bytes(decision.file) == scan.getvalue()
    with leader.page.expect_download() as waiting:
        leader.page.evaluate(
            "url => { const a = document.createElement('a'); a.href = url; a.download = ''; a.click() }",
            f"/projects/{project.public_id}/decisions/{decision.pk}/file/",
        )
    assert Path(waiting.value.path()).read_bytes() == scan.getvalue()


def pay(accountant: Desk, project: Project) -> None:
    accountant.go(f"/projects/{project.public_id}/")
    accountant.follow("Record a payment")
    accountant.tick("kind", "advance")
    accountant.fill(amount_vnd="150.000.000", document_no="UNC 118", document_on="25/11/2026")
    expect(accountant.page.locator(".kc-money-words")).to_have_text("= 150 triệu đồng")
    accountant.picture("payment-form")
    accountant.press("Record the voucher")
    accountant.is_told("The voucher is recorded.")
    expect(accountant.page.locator(".kc-history li").first).to_contain_text(f"{says('Advance recorded')} · UNC 118")
    accountant.picture("project-paid")


def photo_with_place() -> bytes:
    """A photo as a phone takes it: large, and with where it was taken."""
    exif = Image.Exif()
    exif[0x0110] = "Phone"
    exif.get_ifd(IFD.GPSInfo).update({1: "N", 2: (18.0, 39.0, 41.5), 3: "E", 4: (105.0, 45.0, 12.25)})
    out = io.BytesIO()
    Image.radial_gradient("L").resize((2400, 1800)).convert("RGB").save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(out.getvalue())) as kept:
        assert kept.getexif().get_ifd(IFD.GPSInfo)  # a photo without a place would prove nothing
    return out.getvalue()


def report_progress(collaborator: Desk, project: Project) -> ProgressUpdate:
    collaborator.picture("collaborator-today")
    collaborator.go("/projects/progress/")
    collaborator.picture("collaborator-projects")
    collaborator.open(f"a[href='/projects/{project.public_id}/progress/new/']")
    collaborator.fill(value_invested_vnd="360 triệu", note="Máy đã lắp xong, đang chạy thử.")
    photo = {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": photo_with_place()}
    collaborator.page.locator("[name='photos']").set_input_files(photo)
    expect(collaborator.page.locator(".kc-photo-list img")).to_be_visible()
    collaborator.fill(**{f"result_{Indicator.objects.get(code='MACHINE_EST').pk}": "1"})
    collaborator.picture("progress-form")
    collaborator.press("Send")
    collaborator.is_told("Sent. It counts once it is confirmed.")
    expect(collaborator.page.locator(".kc-photos img, main img").first).to_be_visible()
    collaborator.picture("progress-sent")
    update: ProgressUpdate = ProgressUpdate.objects.get(project=project)
    assert update.percent == 60
    return update


def confirm(officer: Desk, update: ProgressUpdate) -> None:
    officer.go("/")
    officer.picture("officer-today")
    officer.open(f"a[href*='{update.uuid}']")
    officer.picture("progress-to-confirm")
    officer.press("Confirm")
    officer.is_told("Confirmed. Reports count it from now on.")


def what_the_six_did(browser: Browser, clock: Clock, officer: Desk, leader: Desk) -> Project:
    """An establishment, a project, its decision, a payment, 60 % of it built: entered and confirmed."""
    centre = Desk(browser, "trungtam")
    enter_firm(centre)
    project = enter_project(centre)
    clock.move(minutes=10)
    take_step(officer, project, "Submit for approval")
    record_decision(leader, project)
    clock.move(minutes=10)
    take_step(centre, project, "Start")
    pay(Desk(browser, "ketoan"), project)
    update = report_progress(Desk(browser, "ctv", width=390), project)
    confirm(officer, update)
    return project


def test_two_versions_differ_by_exactly_what_six_people_did(
    province: None, browser: Browser, worker: Worker, clock: Clock, phases: Phases
) -> None:
    officer, leader = Desk(browser, "canbo"), Desk(browser, "lanhdao")
    ask_for_report(officer)
    officer.picture("watch-queued")
    worker.start()
    first = arrive(officer)
    officer.picture("report-v1")
    submit(officer, first)
    publish(leader, first, "118/BC-SCT")
    download(officer, first)
    pull(Program(browser.url), first)
    clock.move(minutes=30)

    project = what_the_six_did(browser, clock, officer, leader)

    clock.move(minutes=30)
    phases.hold("figures")
    ask_for_report(officer)
    phases.wait_for("figures")
    expect(officer.page.get_by_role("progressbar")).to_have_attribute("value", re.compile(r"^[1-9]\d$"))
    officer.picture("watch-running")
    phases.let_go("figures")
    second = arrive(officer)
    submit(officer, second)
    publish(leader, second, "121/BC-SCT")
    download(officer, second)
    officer.picture("report-v2")
    pull(Program(browser.url), second)

    for place in ("page", "json", "xlsx", "pdf", "api"):
        before, after = first.figures[place], second.figures[place]
        assert {name: after[name] - before[name] for name in ADDED} == ADDED, place
        assert before == first.figures["json"], place
    assert first.figures["json"]["projects"] >= 5  # a difference between two empty reports would prove little

    old, new = cells(orjson.loads(first.files["json"])), cells(orjson.loads(second.files["json"]))
    changed = {key for key in new if key[0] in ("money", "projects") and new[key] != old[key] and key[2] != "rate"}
    assert changed == {
        *(("projects", row, column) for row in ("all", "in_progress") for column in ("total", "local")),
        *(("money", row, column) for row in ("support", "local") for column in ("approved", "paid", "paid_in_period")),
        ("money", "counterpart", "approved"),
    }
    assert new["progress", project.code, "percent"] == "60"
    assert new["targets", "MACHINE_EST", "done"] == old["targets", "MACHINE_EST", "done"] + 1

    hashes = first.hashes
    download(officer, first)
    assert first.hashes == hashes
    assert [row.state for row in (first.row, second.row)] == ["superseded", "published"]
    assert second.row.supersedes == first.row
    officer.picture("report-v1-superseded")

    photo = ProgressPhoto.objects.get(update__project=project)
    with Image.open(io.BytesIO(read_bytes(photo.file))) as kept:
        assert kept.format == "JPEG" and not kept.getexif()
