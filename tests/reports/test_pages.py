"""Reports on pages: who asks, reads and publishes; the same numbers on the page and in every file; nothing of a
published version ever changes."""

import datetime as dt
import hashlib
import io
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from core.models import Source
from enterprises.models import Enterprise
from files.services import path_of
from funding.services import Voucher, correct, pay
from jobs.models import Job
from jobs.services import Run, work_once
from jobs.words import told
from programmes.models import Target
from projects.models import Project
from projects.progress import ProgressData, confirm_progress, report_progress
from reports.documents.words import shown
from reports.documents.xlsx import render_xlsx
from reports.models import Report, ReportLine
from reports.services import request_report
from tests import factories
from tests.clocks import Clock
from tests.codes import digits
from tests.reports.ways import signed_off, submitted

pytestmark = pytest.mark.django_db

KIND = "programme-results"
LIST = "/reports/"
MARK = "SỐ LIỆU MINH HỌA"
DAY = dt.date(2026, 3, 10)
ROLES = ["officer", "leader", "accountant", "auditor", "centre", "ministry", "collaborator", "administrator"]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def period() -> Any:
    return factories.period("2026-Y", "2025-12-15", "2026-12-14")


@pytest.fixture
def project(place: factories.Place, people: factories.People) -> Project:
    return factories.approved(place, people)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def made(place: factories.Place, people: factories.People, period: Any) -> Report:
    job = request_report(KIND, period, place.province, actor=people.officer)
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


@pytest.fixture
def draft(place: Any, people: Any, period: Any, project: Project) -> Report:
    return made(place, people, period)


@pytest.fixture
def waiting(people: Any, draft: Report) -> Report:
    return submitted(draft, people)


@pytest.fixture
def published(people: Any, draft: Report) -> Report:
    return signed_off(draft, people)


def url(name: str, report: Report, *more: Any) -> str:
    return reverse(f"reports:{name}", args=[report.public_id, *more])


def asked(place: factories.Place, **fields: Any) -> dict[str, Any]:
    return {"kind": KIND, "period": "2026-Y", "area": place.province.uid, **fields}


def publishing(report: Report, leader: Any = None, **fields: Any) -> dict[str, Any]:
    code = {"code": digits(leader)} if leader else {}
    return {"seen_sha256": report.sha256, "form_key": str(factories.new_uuid()), **code, **fields}


def stored() -> tuple[int, int, int]:
    about = Entry.objects.filter(object_type=Report._meta.label_lower)
    return Report.objects.count(), Job.objects.count(), about.count()


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "leader"])
def test_officer_and_leader_ask_and_watch(place: Any, people: Any, period: Any, project: Any, role: str) -> None:
    client = browser(getattr(people, role))
    assert "id_period" in client.get(LIST).content.decode()
    answer = client.post(LIST, asked(place))
    job = Job.objects.get()
    assert answer["Location"] == reverse("reports:watch", args=[job.public_id])
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("officer", "leader")])
def test_others_are_told_why_they_ask_for_nothing(place: Any, people: Any, period: Any, role: str) -> None:
    client, before = browser(getattr(people, role)), stored()
    answer = client.post(LIST, asked(place))
    assert answer.status_code == 403
    assert "Chỉ" in answer.content.decode()
    assert stored() == before
    assert "id_period" not in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("period", ""),
        ("period", "no-such"),
        ("period", "2030-Y"),  # has not begun
        ("area", ""),
        ("area", "p40"),  # another province
        ("area", "d425"),  # no district today
    ],
)
def test_wrong_question_is_named_and_nothing_is_begun(
    place: Any, people: Any, period: Any, field: str, value: str
) -> None:
    factories.period("2030-Y", "2029-12-15", "2030-12-14")
    factories.Place("40", "Nghệ An")
    before = stored()
    answer = browser(people.officer).post(LIST, asked(place, **{field: value}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    html = answer.content.decode()
    assert "data-kc-errors" in html
    assert f'id="id_{field}_error"' in html
    assert 'value="2026-Y" selected' in html or field == "period"
    assert stored() == before


def test_asking_twice_is_one_job(place: Any, people: Any, period: Any) -> None:
    client = browser(people.officer)
    first, second = (client.post(LIST, asked(place)) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_stranger_cannot_ask_for_ours(place: Any, people: Any, period: Any) -> None:
    before = stored()
    assert browser(factories.stranger()).post(LIST, asked(place)).status_code == 422
    assert stored() == before


# --- watching ---------------------------------------------------------------------------------------------------------


def test_progress_is_true_and_survives_leaving(
    place: Any, people: Any, period: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page says at each point of the making is what the worker has done; nobody has to stay on the page."""
    client = browser(people.officer)
    watch = client.post(LIST, asked(place))["Location"]
    seen: list[tuple[int, int]] = []
    told = Run.progress

    def look(run: Run, done: int, total: int, message: str = "") -> None:
        told(run, done, total, message)
        page = client.get(watch)
        html = page.content.decode()
        assert f"{done}" in html
        assert f"{total}" in html
        assert (page.context["job"].done, page.context["job"].total) == (done, total)
        assert page.context["job"].state == "running"
        assert 'hx-trigger="every 2s"' in html  # looks again by itself
        assert f'href="{watch}"' in html  # and without JavaScript by a link
        assert f'href="{watch}"' in client.get(LIST).content.decode()  # found again from the list
        seen.append((done, total))

    monkeypatch.setattr(Run, "progress", look)
    html = client.get(watch).content.decode()
    assert "<progress" in html
    assert work_once()
    assert [done for done, _total in seen] == sorted(done for done, _total in seen)
    assert seen[-1][0] == seen[-1][1]
    report = Report.objects.get()
    assert client.get(watch)["Location"] == url("detail", report)
    part = client.get(watch, headers={"hx-request": "true"})
    assert part.headers["HX-Redirect"] == url("detail", report)
    assert url("detail", report) in client.get(LIST).content.decode()
    assert watch not in client.get(LIST).content.decode()


def test_report_that_was_not_made_says_so(
    place: Any, people: Any, period: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(people.officer)
    watch = client.post(LIST, asked(place))["Location"]
    Job.objects.update(state="failed")
    html = client.get(watch).content.decode()
    assert LIST in html
    assert "hx-trigger" not in html


def test_report_is_cancelled_and_asked_for_again_from_its_page(
    place: Any, people: Any, period: Any, project: Any
) -> None:
    client = browser(people.officer)
    watch = client.post(LIST, asked(place))["Location"]
    assert 'value="cancel"' in client.get(watch).content.decode()
    for _twice in range(2):
        assert client.post(watch, {"do": "cancel"})["Location"] == watch
    assert not work_once()
    html = client.get(watch).content.decode()
    assert "hx-trigger" not in html and 'value="retry"' in html
    assert watch in client.get(LIST).content.decode()  # found again
    again = client.post(watch, {"do": "retry"})["Location"]
    assert again != watch
    assert client.post(watch, {"do": "retry"})["Location"] == again
    assert work_once()
    assert not work_once()
    assert client.get(again)["Location"] == url("detail", Report.objects.get())
    assert client.post(again, {"do": "cancel"}, follow=True).redirect_chain[-1][0] == url(
        "detail", Report.objects.get()
    )
    assert client.get(watch).status_code == 200  # still to be read
    assert browser(people.leader).post(watch, {"do": "retry"}).status_code == 404


def test_failed_report_says_what_failed_and_offers_another_try(
    place: Any, people: Any, period: Any, project: Any
) -> None:
    client = browser(people.officer)
    watch = client.post(LIST, asked(place))["Location"]
    Job.objects.update(state="failed", message=told("broken", "Kinh phí › KCDP-2022-0001"), error="Traceback")
    html = client.get(watch).content.decode()
    assert "Kinh phí › KCDP-2022-0001" in html and "Traceback" not in html
    assert 'value="retry"' in html


def test_refresh_of_the_progress_is_at_most_two_kilobytes(
    place: Any, people: Any, period: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every two seconds, by everybody who waits; and only while somebody looks (data-kc-while-seen)."""
    client = browser(people.officer)
    watch = client.post(LIST, asked(place))["Location"]
    parts = [client.get(watch, headers={"hx-request": "true"})]
    progress = Run.progress

    def look(run: Run, done: int, total: int, message: str = "") -> None:
        progress(run, done, total, message)
        parts.append(client.get(watch, headers={"hx-request": "true"}))

    monkeypatch.setattr(Run, "progress", look)
    assert work_once()
    html = [part.content.decode() for part in parts]
    assert len(html) > 8
    assert max(len(part.content) for part in parts) <= 2048
    assert all("data-kc-while-seen" in part and "csrfmiddlewaretoken" in part for part in html)
    assert any("Đang ghi tệp PDF" in part for part in html)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "officer"])
def test_nobody_watches_what_another_asked_for(place: Any, people: Any, period: Any, role: str) -> None:
    watch = browser(people.officer).post(LIST, asked(place))["Location"]
    assert browser(getattr(people, role)).get(watch).status_code == 404


# --- who reads what ---------------------------------------------------------------------------------------------------

STAFF = ["officer", "leader", "accountant", "auditor"]
READERS = [*STAFF, "centre", "ministry"]


def pages(report: Report) -> list[str]:
    query = urlencode({"section": "money", "row": "support", "column": "approved"})
    files = [url("file", report, name) for name in ("json", "pdf", "docx", "xlsx")]
    return [url("detail", report), f"{url('lines', report)}?{query}", *files]


@pytest.mark.parametrize("role", ROLES)
def test_draft_is_read_by_the_department_alone(people: Any, draft: Report, role: str) -> None:
    client = browser(getattr(people, role))
    expected = 200 if role in STAFF else 404
    assert [client.get(page).status_code for page in pages(draft)] == [expected] * 6
    assert len(client.get(LIST).context["page"]) == (role in STAFF)
    assert len(client.get(LIST, {"state": "draft"}).context["page"]) == (role in STAFF)
    assert (url("detail", draft) in client.get(LIST).content.decode()) == (role in STAFF)


@pytest.mark.parametrize("role", ROLES)
def test_published_report_is_read_by_centre_and_ministry_too(people: Any, published: Report, role: str) -> None:
    client = browser(getattr(people, role))
    expected = 200 if role in READERS else 404
    assert [client.get(page).status_code for page in pages(published)] == [expected] * 6
    assert len(client.get(LIST).context["page"]) == (role in READERS)


def test_ministry_counts_and_finds_published_versions_only(
    place: Any, people: Any, period: Any, published: Report, project: Project
) -> None:
    pay(project, "local", "advance", 1_000, Voucher("UNC 1", DAY), actor=people.accountant)
    second = made(place, people, period)
    client = browser(people.ministry)
    assert second.state == "draft"
    answer = client.get(LIST)
    assert answer.context["page"].paginator.count == 1
    page = client.get(url("detail", published))
    assert [row.version for row in page.context["versions"]] == [1]
    html = page.content.decode()
    assert str(second.public_id) not in html
    assert str(people.officer) not in html  # no trail of who worked on it
    assert page.context["history"] == []
    assert browser(people.auditor).get(url("detail", published)).context["history"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.AUDITOR, Role.CENTRE, Role.COLLABORATOR])
def test_stranger_finds_neither_drafts_nor_published_ones(people: Any, published: Report, role: str) -> None:
    client = browser(factories.stranger(role))
    assert {client.get(page).status_code for page in [*pages(published), url("publish", published)]} == {404}
    assert client.post(url("publish", published), publishing(published, people.leader)).status_code == 404
    assert len(client.get(LIST).context["page"]) == 0


def test_unconfirmed_progress_is_counted_for_the_ministry_and_not_linked(
    place: Any, people: Any, period: Any, project: Project
) -> None:
    data = ProgressData(factories.new_uuid(), DAY, 1_000, note="Chưa xem")
    report_progress(project, data, actor=people.collaborator)
    report = signed_off(made(place, people, period), people)
    page = f"{url('lines', report)}?section=progress&row={project.code}&column=unconfirmed"
    assert "/progress/" not in browser(people.ministry).get(page).content.decode()
    assert "/progress/" in browser(people.officer).get(page).content.decode()


@pytest.mark.parametrize("name", ["detail", "lines", "file"])
def test_what_is_read_is_not_posted_to(people: Any, published: Report, name: str) -> None:
    args = ["json"] if name == "file" else []
    assert browser(people.leader).post(url(name, published, *args)).status_code == 405


# --- publishing -------------------------------------------------------------------------------------------------------


def test_leader_publishes_and_it_is_written_down(people: Any, waiting: Report) -> None:
    client = browser(people.leader)
    assert url("publish", waiting) in client.get(url("detail", waiting)).content.decode()
    assert client.get(url("publish", waiting)).status_code == 200
    data = publishing(waiting, people.leader, issued_no="12/BC-SCT", issued_on="09/03/2026", note="Bản chính thức")
    answer = client.post(url("publish", waiting), data)
    assert answer["Location"] == url("detail", waiting)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.published_by, waiting.issued_no, waiting.issued_on) == (
        "published",
        people.leader,
        "12/BC-SCT",
        dt.date(2026, 3, 9),
    )
    entry = Entry.objects.about(waiting).first()
    assert (entry.action, entry.note, entry.channel) == ("publish", "Bản chính thức", "page")
    html = client.get(url("detail", waiting)).content.decode()
    assert "12/BC-SCT" in html
    assert url("publish", waiting) not in html


@pytest.mark.parametrize("role", [role for role in ROLES if role != "leader"])
def test_others_publish_nothing(people: Any, waiting: Report, role: str) -> None:
    client, before = browser(getattr(people, role)), stored()
    expected = 403 if role in STAFF else 404
    assert client.get(url("publish", waiting)).status_code == expected
    answer = client.post(url("publish", waiting), publishing(waiting, people.leader))
    assert answer.status_code == expected
    if expected == 403:
        assert "Chỉ lãnh đạo" in answer.content.decode()
    waiting.refresh_from_db()
    assert (waiting.state, stored()) == ("submitted", before)


def test_form_sent_twice_publishes_once(people: Any, waiting: Report) -> None:
    client, data = browser(people.leader), publishing(waiting, people.leader)
    first, second = (client.post(url("publish", waiting), data) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert Entry.objects.about(waiting).filter(action="publish").count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"issued_no": "12/BC-SCT"}, "issued_no"),
        ({"issued_on": "09/03/2026"}, "issued_no"),
        ({"issued_no": "12", "issued_on": "31/02/2026"}, "issued_on"),
        ({"issued_no": "x" * 61, "issued_on": "09/03/2026"}, "issued_no"),
        ({"note": "x" * 2001}, "note"),
        ({"seen_sha256": ""}, "seen_sha256"),
        ({"form_key": "x"}, "form_key"),
    ],
)
def test_wrong_entry_is_named_and_nothing_is_published(
    people: Any, waiting: Report, fields: dict[str, str], wrong: str
) -> None:
    before = stored()
    answer = browser(people.leader).post(url("publish", waiting), publishing(waiting, people.leader, **fields))
    assert answer.status_code == 422
    assert answer.context["form"].errors[wrong]
    html = answer.content.decode()
    assert "data-kc-errors" in html
    assert fields.get("issued_no", "")[:61] in html
    waiting.refresh_from_db()
    assert (waiting.state, stored()) == ("submitted", before)


def test_figures_nobody_looked_at_are_not_published(
    place: Any, people: Any, period: Any, waiting: Report, project: Project
) -> None:
    """The leader has the page open; meanwhile the officer has the draft made again with another payment."""
    data = publishing(waiting, people.leader)
    pay(project, "local", "advance", 1_000, Voucher("UNC 1", DAY), actor=people.accountant)
    assert made(place, people, period) == waiting
    answer = browser(people.leader).post(url("publish", waiting), data)
    assert answer.status_code == 409
    waiting.refresh_from_db()
    assert waiting.state == "draft"


def test_published_report_has_no_way_to_change_it(people: Any, published: Report) -> None:
    before, document = stored(), bytes(published.document)
    for person in (people.leader, people.officer, people.administrator):
        client = browser(person)
        html = client.get(url("detail", published)).content.decode()
        main = html[html.index("<main") : html.index("</main>")]
        assert "<form" not in main
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(url("detail", published)).status_code == 405
    client = browser(people.leader)
    assert client.get(url("publish", published)).status_code == 409
    answer = client.post(
        url("publish", published), publishing(published, people.leader, issued_no="1", issued_on="09/03/2026")
    )
    assert answer.status_code == 409
    published.refresh_from_db()
    assert (stored(), bytes(published.document), published.issued_no) == (before, document, "")
    from reports.urls import urlpatterns

    names = {str(row.pattern.name) for row in urlpatterns}
    of_versions = {name for name in names if not name.startswith(("template_", "layout"))}
    assert not [name for name in of_versions if re.search("edit|change|delete|remove|withdraw", name)]


def test_old_version_stays_byte_for_byte(
    place: Any, people: Any, period: Any, published: Report, project: Project
) -> None:
    client = browser(people.ministry)

    def files() -> list[bytes]:
        return [_bytes(client.get(url("file", published, name))) for name in ("json", "pdf", "docx", "xlsx")]

    before, page = files(), figures_of(client.get(url("detail", published)))
    pay(project, "local", "advance", 150_000_000, Voucher("UNC 1", DAY), actor=people.accountant)
    Enterprise.objects.update(name="Tên mới")
    Project.objects.update(name="Tên đề án mới")
    second = signed_off(made(place, people, period), people)
    published.refresh_from_db()
    assert (published.state, second.version) == ("superseded", 2)
    assert files() == before
    assert figures_of(client.get(url("detail", published))) == page
    assert hashlib.sha256(before[0]).hexdigest() == published.sha256
    assert url("detail", second) in client.get(url("detail", published)).content.decode()
    assert figures_of(client.get(url("detail", second))) != page


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "count", "ignored"),
    [
        ({}, 1, 0),
        ({"year": "2026"}, 1, 0),
        ({"state": "draft"}, 1, 0),
        ({"state": "published"}, 0, 0),
        ({"year": "1999"}, 1, 1),
        ({"state": "secret"}, 1, 1),
        ({"sort": "x"}, 1, 1),
        ({"page": "hai"}, 1, 0),
        ({"page": "999"}, 1, 0),
    ],
)
def test_list_is_narrowed_and_names_what_it_cannot_use(
    people: Any, draft: Report, query: dict[str, str], count: int, ignored: int
) -> None:
    answer = browser(people.officer).get(LIST, query)
    assert answer.status_code == 200
    assert len(answer.context["page"]) == count
    assert len(answer.context["filter"].ignored) == ignored
    for text in query.values() if ignored else ():
        assert text in answer.content.decode()


def test_list_costs_the_same_for_one_and_for_twenty(place: Any, people: Any, draft: Report, count_queries: Any) -> None:
    client = browser(people.leader)
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    values = {"kind": KIND, "area": place.province, "province": place.province, "document": b"{}", "sha256": "x"}
    for number in range(20):
        Report.objects.create(
            **values,
            period=factories.period(f"2025-M{number:02}", "2025-01-01", "2025-01-31"),
            version=1,
            state="published",
            data_as_of=draft.data_as_of,
            published_at=draft.data_as_of,
            published_by=people.leader,
        )
    assert count_queries(lambda: client.get(LIST)) == few


def test_report_costs_the_same_for_one_and_for_twenty_projects(
    place: Any, people: Any, period: Any, draft: Report, count_queries: Any
) -> None:
    client = browser(people.leader)
    client.get(url("detail", draft))
    few = count_queries(lambda: client.get(url("detail", draft)))
    for number in range(20):
        owner = factories.enterprise(place, f"Cơ sở {number}")
        factories.approved(place, people, 1_000_000, beneficiaries=[owner])
    again = made(place, people, period)
    assert count_queries(lambda: client.get(url("detail", again))) == few


# --- the same numbers everywhere --------------------------------------------------------------------------------------

EVIL = '=HYPERLINK("http://x","a")'


@pytest.fixture
def rich(place: Any, people: Any, period: Any) -> Report:
    """Amounts to the đồng, decimals, a correction, zero, missing and not applicable, names that look like formulas."""
    wanted = (("DONE", {"low": 3}), ("ZERO", {"low": 7}), ("SILENT", {"low": 5}), ("TOLD", {"method": "narrative"}))
    for code, fields in wanted:
        low = fields.pop("low", None)
        row = factories.indicator(code, name=f"+Chỉ tiêu {code}", unit="@cơ sở", **fields)
        Target.objects.create(
            programme=factories.programme(place), indicator=row, comparison="at_least", low=low, verified="yes"
        )
    results = [(factories.indicator(code), 1) for code in ("DONE", "ZERO", "SILENT")]
    wood = factories.approved(place, people, name=EVIL, planned_results=results, investment_vnd=700_000_003)
    pay(wood, "local", "advance", 100_000_001, Voucher("=1+1", DAY), actor=people.accountant)
    entry = pay(wood, "local", "payment", 50_000, Voucher("-5", DAY), actor=people.accountant)
    correct(entry, -49_999, Voucher("@x", DAY, "Nhầm"), actor=people.accountant)
    data = ProgressData(
        factories.new_uuid(),
        DAY,
        360_000_001,
        note="Đã lắp",
        results=[(factories.indicator("DONE"), 2), (factories.indicator("ZERO"), 0)],
    )
    update, _created = report_progress(wood, data, actor=people.collaborator)
    confirm_progress(update, actor=people.officer)
    national = factories.programme(place, Source.NATIONAL)
    factories.budget(place, people, 1_234_567_891, programme=national)
    factories.approved(
        place,
        people,
        400_000_000,
        name="-2+3 Mây tre & <b>tre</b>",
        programme=national,
        area=place.other,
        estimate={Source.NATIONAL: 400_000_000},
        beneficiaries=[factories.enterprise(place, "HTX Mây tre")],
    )
    return made(place, people, period)


class _Tables(HTMLParser):
    """The tables of a page as rows of texts, without the small notes beneath figures."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.notes = 0
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        css = dict(attrs).get("class") or ""
        if tag == "article":
            self.inside = True
        elif tag == "table" and self.inside:
            self.tables.append([])
        elif tag == "tr" and self.inside:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.inside:
            self.cell = []
        elif tag == "span" and self.notes:
            self.notes += 1
        elif tag == "span" and ("kc-table__note" in css or "kc-table__unit" in css):
            self.notes = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside = False
        elif tag in ("td", "th") and self.cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self.cell).split()))
            self.cell = None
        elif tag == "span" and self.notes:
            self.notes -= 1

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.notes:
            self.cell.append(data)


def figures_of(answer: Any) -> list[list[list[str]]]:
    """The tables of a report's page: rows of [title, cell, cell …], without the heads."""
    parser = _Tables()
    parser.feed(answer.content.decode())
    return [table[1:] for table in parser.tables]


def _bytes(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def printed(document: dict[str, Any]) -> list[list[list[str]]]:
    """What the JSON file says, in the words of print."""
    return [
        [
            [" ".join(row["title"].split()), *(shown(row["cells"][c["code"]], c["kind"]) for c in section["columns"])]
            for row in section["rows"]
        ]
        for section in document["sections"]
    ]


def sheets(content: bytes, document: dict[str, Any]) -> list[list[list[str]]]:
    """The figures of a workbook, with its numbers printed as the report prints them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = []
    for name, section in zip(book.sheet_names, document["sections"], strict=True):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        head = next(number for number, row in enumerate(rows) if row[0] == "TT")
        body = []
        for row in rows[head + 1 : head + 1 + len(section["rows"])]:
            cells = []
            for value, column in zip(row[2:], section["columns"], strict=False):
                if isinstance(value, float):
                    assert column["kind"] != "text"
                    value = shown({"status": "reported", "value": Decimal(repr(value))}, "decimal")
                else:
                    assert column["kind"] == "text" or value in ("…", "x"), (name, value)
                cells.append(value)
            body.append([" ".join(row[1].split()), *cells])
        found.append(body)
    return found


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_pdf_xlsx_and_json_say_the_same(people: Any, rich: Report, language: str) -> None:
    """Every cell of every section, and always in Vietnamese."""
    client = browser(people.officer)
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    content = {name: _bytes(client.get(url("file", rich, name))) for name in ("json", "pdf", "docx", "xlsx")}
    assert hashlib.sha256(content["json"]).hexdigest() == rich.sha256
    document = orjson.loads(content["json"])
    expected = printed(document)
    assert sum(len(row) for table in expected for row in table) > 100
    assert figures_of(client.get(url("detail", rich))) == expected
    assert sheets(content["xlsx"], document) == expected
    text = words("".join(page.extract_text() for page in PdfReader(io.BytesIO(content["pdf"])).pages))
    position = 0
    for section, table in zip(document["sections"], expected, strict=True):
        position = text.index(words(section["title"]), position)
        for number, row in enumerate(table, start=1):
            # Row by row in the order of print; only a note on coverage may stand between the cells.
            pattern = r"(?:\d+/\d+báocáo)?".join(re.escape(words(cell)) for cell in row)
            match = re.compile(f"{number}{pattern}").search(text, position)
            assert match, (section["code"], row, text[position : position + 600])
            position = match.end()
    for format_text in (text, words(content["json"].decode())):
        assert words("Kinh phí khuyến công hỗ trợ") in format_text
        assert "Approved" not in format_text


def test_report_asked_for_in_english_is_in_vietnamese(place: Any, people: Any, period: Any, project: Any) -> None:
    client = browser(people.officer)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    client.post(LIST, asked(place))
    with translation.override("en"):
        assert work_once()
    report = Report.objects.get()
    text = bytes(report.document).decode()
    for vietnamese, english in (("Đã phê duyệt", "Approved"), ("Khuyến công địa phương", "Local")):
        assert vietnamese in text
        assert english not in text
    html = client.get(url("detail", report)).content.decode()
    assert '<html lang="en">' in html
    assert '<article class="kc-report" lang="vi">' in html


def test_every_cell_opens_records_that_add_up_to_it(people: Any, rich: Report) -> None:
    client = browser(people.officer)
    page = client.get(url("detail", rich)).content.decode()
    document = orjson.loads(bytes(rich.document))
    checked = 0
    for section in document["sections"]:
        for row in section["rows"]:
            for column in section["columns"]:
                cell = row["cells"][column["code"]]
                query = urlencode({"section": section["code"], "row": row["code"], "column": column["code"]})
                answer = client.get(f"{url('lines', rich)}?{query}")
                assert answer.status_code == 200
                listed = ReportLine.objects.filter(
                    report=rich, section=section["code"], row=row["code"], column=column["code"]
                )
                assert (f"{url('lines', rich)}?{query}".replace("&", "&amp;") in page) == listed.exists()
                if cell["status"] == "reported" and column["kind"] != "text":
                    assert sum(line.contribution for line in listed) == Decimal(str(cell["value"])), query
                    assert answer.context["total"] == shown(cell, column["kind"]) == answer.context["figure"], query
                    assert len(answer.context["lines"]) == listed.count()
                    checked += 1
                else:
                    assert not listed.exists(), query
    assert checked > 50


@pytest.mark.parametrize(
    "query",
    ["", "section=money", "section=money&row=support&column=secret", "section=x&row=support&column=paid"],
)
def test_records_of_no_figure_are_not_there(people: Any, draft: Report, query: str) -> None:
    assert browser(people.officer).get(f"{url('lines', draft)}?{query}").status_code == 404


def test_links_behind_a_figure_open(people: Any, rich: Report) -> None:
    client = browser(people.officer)
    found = set()
    for section, row, column in (
        ("money", "support", "plan"),
        ("money", "local", "paid"),
        ("targets", "DONE", "cumulative"),
        ("places", "all", "projects"),
    ):
        query = urlencode({"section": section, "row": row, "column": column})
        found |= {line["url"] for line in client.get(f"{url('lines', rich)}?{query}").context["lines"]}
    assert len(found) >= 5
    for link in found:
        assert client.get(link).status_code == 200, link


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["json", "pdf", "docx", "xlsx"])
def test_download_has_a_plain_name_and_its_type(people: Any, draft: Report, name: str) -> None:
    answer = browser(people.auditor).get(url("file", draft, name))
    assert answer["Content-Disposition"] == f'attachment; filename="programme-results-2026-Y-42-v1.{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"].split(";")[0] in (
        "application/json",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    assert _bytes(answer)[:4] in (b'{"ag', b"%PDF", b"PK\x03\x04")


@pytest.mark.parametrize("name", ["odt", "exe", "json-x", "PDF"])
def test_format_there_is_not_is_said(people: Any, draft: Report, name: str) -> None:
    assert browser(people.officer).get(f"/reports/{draft.public_id}/files/{name}/").status_code == 404


def test_file_that_is_gone_is_named_by_its_hash(people: Any, draft: Report) -> None:
    stored_file = draft.files.get(format="pdf").file
    content = path_of(stored_file.sha256).read_bytes()
    path_of(stored_file.sha256).unlink()
    try:
        answer = browser(people.officer).get(url("file", draft, "pdf"))
        assert answer.status_code == 404
        assert stored_file.sha256 in answer.content.decode()
    finally:
        path_of(stored_file.sha256).write_bytes(content)


def test_workbook_has_numbers_and_inert_text(people: Any, rich: Report) -> None:
    content = _bytes(browser(people.officer).get(url("file", rich, "xlsx")))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    sheets_xml = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets_xml) == 6
    for text in sheets_xml:
        assert "<f>" not in text and "<f " not in text  # no formula anywhere
        assert "<hyperlink" not in text
        assert 'paperSize="9"' in text  # A4, all columns on one page, the head on every page
        assert 'fitToHeight="0"' in text
        assert "<pane " in text
    assert "=HYPERLINK" in parts["xl/sharedStrings.xml"]
    assert "_xlnm.Print_Titles" in parts["xl/workbook.xml"]
    assert "NaN" not in "".join(sheets_xml)
    # As many decimals as the number has: «#,##0.##» would print 85 as «85,».
    formats = re.findall(r'formatCode="([^"]*)"', parts["xl/styles.xml"])
    assert formats
    assert [code for code in formats if not re.fullmatch(r"#,##0(\.0{1,6})?", code)] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1+1}", "http://x.example", "\t=1", "00123"])
def test_text_of_any_beginning_stays_text(people: Any, draft: Report, text: str) -> None:
    document = orjson.loads(bytes(draft.document))
    document["agency"] = {"parent_name": text, "name": text, "place": text}
    document["title"] = document["period"]["label"] = document["area"]["full_name"] = text
    document["notes"] = [text]
    for section in document["sections"]:
        for row in section["rows"]:
            row["title"] = text
    content = render_xlsx(document, "0" * 64)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(r"<f[ >]|<hyperlink", book.read(name).decode())
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_index(1).to_python()
    assert text.upper() in [row[0] for row in rows]
    assert [row[1] for row in rows].count(text) == len(document["sections"][1]["rows"])


@pytest.mark.parametrize("demonstration", [True, False])
def test_illustrative_figures_are_marked_in_every_file_and_nowhere_else(
    place: Any, people: Any, period: Any, project: Project, demonstration: bool
) -> None:
    """Also the report of a commune in which no invented project lies."""
    Project.objects.filter(pk=project.pk).update(demonstration=demonstration)
    job = request_report(KIND, period, place.other, actor=people.officer)
    assert work_once()
    job.refresh_from_db()
    report = Report.objects.get()
    assert (report.area, report.demonstration) == (place.other, demonstration)
    client = browser(people.officer)
    files = {name: _bytes(client.get(url("file", report, name))) for name in ("json", "pdf", "docx", "xlsx")}
    assert (MARK in files["json"].decode()) == demonstration
    pages = PdfReader(io.BytesIO(files["pdf"])).pages
    assert [words(MARK) in words(page.extract_text()) for page in pages] == [demonstration] * len(pages)
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"]))
    marked = [
        any(cell == MARK for row in book.get_sheet_by_name(name).to_python() for cell in row)
        for name in book.sheet_names
    ]
    assert marked == [demonstration] * 6
    html = client.get(url("detail", report)).content.decode()
    assert (MARK in html) == demonstration


def test_pdf_is_a4_with_agency_block_and_national_title(people: Any, rich: Report) -> None:
    reader = PdfReader(io.BytesIO(_bytes(browser(people.officer).get(url("file", rich, "pdf")))))
    sides = {
        tuple(sorted((round(float(page.mediabox.width)), round(float(page.mediabox.height))))) for page in reader.pages
    }
    assert sides == {(595, 842)}
    first = words(reader.pages[0].extract_text())
    for text in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "UBND TỈNH HÀ TĨNH",
        "SỞ CÔNG THƯƠNG HÀ TĨNH",
        "ngày 10 tháng 3 năm 2026",
    ):
        assert words(text) in first, text
    assert rich.sha256 in words(reader.pages[-1].extract_text())
