"""Today and the overview: nobody is shown a task they may not do, each leads to its action and goes away with it, and
every number of the overview opens a list that adds up to it."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from core.models import Source
from funding.models import Budget, LedgerEntry
from funding.services import Voucher, correct, pay
from home.models import Portal
from jobs.services import work_once
from places.models import AreaClosure
from programmes.models import Target
from projects.models import DecisionMoney, ProgressUpdate, Project
from projects.progress import ProgressData, confirm_progress, report_progress, return_progress
from projects.services import take_step
from reports.life import issue_report
from reports.models import Report
from reports.services import request_report
from tests import factories
from tests.clocks import Clock
from tests.reports.ways import approved, submitted

pytestmark = pytest.mark.django_db

HOME, OVERVIEW, RECORDS = "/", "/overview/", "/overview/projects/"
DAY = dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


# --- a province where something is waiting for everybody --------------------------------------------------------------


class Busy:
    """One project in each state, one report to publish, one person without a role."""

    def __init__(self, place: factories.Place, people: factories.People) -> None:
        self.place, self.people = place, people
        factories.budget(place, people, 10_000_000_000)
        self.draft = self.new("Bản thảo")
        self.submitted = self.submit(self.new("Chờ quyết định"))
        self.returned = take_step(
            self.submit(self.new("Bị trả lại")), "return", actor=people.officer, note="Thiếu báo giá"
        )
        self.approved = self.decided("Đã duyệt")
        self.running = self.started("Đang làm", ends_on=dt.date(2026, 2, 1))
        self.update = self.report(self.running)
        self.accepted = self.accept(self.started("Đã nghiệm thu"))
        self.settled = self.accept(self.started("Đã quyết toán"))
        voucher = Voucher("UNC 9", DAY)
        pay(self.settled, "local", "payment", 300_000_000, voucher, actor=people.accountant)
        self.nobody = factories.user("moi", None, None, place.department)
        request_report(
            "programme-results",
            factories.period("2026-Y", "2025-12-15", "2026-12-14"),
            place.province,
            actor=people.officer,
        )
        assert work_once()
        self.report_draft = Report.objects.get()

    def new(self, name: str, **fields: Any) -> Project:
        owner = factories.enterprise(self.place, f"Cơ sở {name}")
        return factories.project(self.place, self.people, name=name, beneficiaries=[owner], **fields)

    def submit(self, row: Project) -> Project:
        return take_step(row, "submit", actor=self.people.officer)

    def decided(self, name: str, **fields: Any) -> Project:
        data = {"decision": factories.decision(self.place, f"QĐ {name}"), "money": {Source.LOCAL: 300_000_000}}
        return take_step(self.submit(self.new(name, **fields)), "approve", actor=self.people.leader, data=data)

    def started(self, name: str, **fields: Any) -> Project:
        return take_step(self.decided(name, **fields), "start", actor=self.people.officer)

    def accept(self, row: Project) -> Project:
        return take_step(row, "accept", actor=self.people.officer)

    def report(self, row: Project) -> ProgressUpdate:
        data = ProgressData(factories.new_uuid(), DAY, 100_000_000, note="Đã lắp máy")
        return report_progress(row, data, actor=self.people.collaborator)[0]


@pytest.fixture
def busy(place: factories.Place, people: factories.People) -> Busy:
    return Busy(place, people)


def todo(person: User, only: str = "") -> dict[str, list[str]]:
    """{kind of task: addresses} as the person's page shows it."""
    answer = browser(person).get(HOME, {"only": only} if only else {})
    assert answer.status_code == 200
    html = answer.content.decode()
    for group in answer.context["groups"]:
        for task in group.tasks:
            assert f'href="{task.url}"' in html
    return {group.code: [task.url for task in group.tasks] for group in answer.context["groups"]}


EXPECTED = {
    "officer": {
        "reports_to_submit": "",
        "to_complete": "returned edit",
        "to_submit": "draft submit",
        "to_confirm": "running update",
        "to_start": "approved start",
        "late": "running accept",
        "to_close": "settled close",
    },
    "centre": {
        "to_complete": "returned edit",
        "to_submit": "draft edit",
        "to_confirm": "running update",
        "to_start": "approved start",
        "late": "running accept",
        "to_report": "approved report",
    },
    "leader": {"to_decide": "submitted decision", "to_appraise": "submitted opinion"},
    "accountant": {"to_appraise": "submitted opinion", "to_pay": "", "to_close": "settled close"},
    "collaborator": {"to_report": "approved report"},
    "administrator": {"without_role": "", "without_collaborator": ""},
}


def address(busy: Busy, words: str) -> str:
    name, action = words.split()
    row = getattr(busy, name)
    if action == "update":
        return reverse("projects:update", args=[row.public_id, busy.update.uuid])
    if action in ("edit", "decision", "opinion", "report"):
        return reverse(f"projects:{action}", args=[row.public_id])
    return reverse("projects:step", args=[row.public_id, action])


@pytest.mark.parametrize("role", EXPECTED)
def test_each_role_is_shown_its_own_tasks(people: Any, busy: Busy, role: str) -> None:
    found = todo(getattr(people, role))
    assert set(found) == set(EXPECTED[role])
    for code, words in EXPECTED[role].items():
        if words:
            assert found[code] == [address(busy, words)], code
    if role == "officer":
        assert found["reports_to_submit"] == [reverse("reports:detail", args=[busy.report_draft.public_id])]
    if role == "accountant":
        pages = {reverse("funding:pay", args=[row.public_id]) for row in (busy.running, busy.accepted)}
        assert set(found["to_pay"]) == pages
    if role == "administrator":
        assert found["without_role"] == [reverse("accounts:grant_new", args=[busy.nobody.public_id])]
        assert len(found["without_collaborator"]) == 1  # the other commune


@pytest.mark.parametrize("role", EXPECTED)
def test_every_task_opens_for_whoever_is_shown_it(people: Any, busy: Busy, role: str) -> None:
    person = getattr(people, role)
    client = browser(person)
    for urls in todo(person).values():
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200, url
            offered = "kc-form" in answer.content.decode() or "btn-primary" in answer.content.decode()
            assert offered or "coverage" in url, url


@pytest.mark.parametrize("role", ["auditor", "ministry"])
def test_who_only_reads_goes_on_to_the_overview(people: Any, busy: Busy, role: str) -> None:
    assert browser(getattr(people, role)).get(HOME)["Location"] == OVERVIEW


@pytest.mark.parametrize("role", list(EXPECTED))
def test_another_province_has_no_task_of_ours(people: Any, busy: Busy, role: str) -> None:
    found = todo(factories.stranger(role))
    ours = {"without_collaborator"} if role == "administrator" else set()
    assert set(found) == ours  # its own communes


def test_task_goes_away_when_it_is_done(people: Any, busy: Busy, place: Any) -> None:
    """Each action once, by the person who is shown it."""
    officer, leader, accountant = people.officer, people.leader, people.accountant

    def gone(person: User, code: str, words: str) -> bool:
        return address(busy, words) not in todo(person).get(code, [])

    take_step(busy.draft, "submit", actor=officer)
    assert gone(officer, "to_submit", "draft submit")
    take_step(busy.returned, "submit", actor=officer)
    assert gone(officer, "to_complete", "returned edit")
    confirm_progress(busy.update, actor=officer)
    assert gone(officer, "to_confirm", "running update")
    assert gone(people.centre, "to_confirm", "running update")
    take_step(busy.approved, "start", actor=officer)
    assert gone(officer, "to_start", "approved start")
    take_step(busy.running, "accept", actor=officer)
    assert gone(officer, "late", "running accept")
    take_step(busy.settled, "close", actor=officer)
    assert gone(officer, "to_close", "settled close")
    assert gone(accountant, "to_close", "settled close")
    data = {"decision": factories.decision(place, "QĐ cuối"), "money": {Source.LOCAL: 1_000_000}}
    take_step(busy.submitted, "approve", actor=leader, data=data)
    assert gone(leader, "to_decide", "submitted decision")
    page = reverse("reports:detail", args=[busy.report_draft.public_id])
    submitted(busy.report_draft, people)
    assert "reports_to_submit" not in todo(officer)
    assert todo(leader)["to_publish"] == [page]
    approved(busy.report_draft, leader)
    assert "to_publish" not in todo(leader)
    assert todo(officer)["reports_to_issue"] == [reverse("reports:step", args=[busy.report_draft.public_id, "issue"])]
    issue_report(busy.report_draft, number="1/BC-SCT", day=DAY, actor=officer)
    assert "reports_to_issue" not in todo(officer)
    pay(busy.accepted, "local", "payment", 300_000_000, Voucher("UNC 10", DAY), actor=accountant)
    assert reverse("funding:pay", args=[busy.accepted.public_id]) not in todo(accountant)["to_pay"]
    assert todo(accountant)["to_close"] == [address(busy, "accepted close")]
    busy.report(busy.approved)
    assert todo(people.collaborator)["to_report"] == [address(busy, "submitted report")]  # approved above
    Grant.objects.create(user=busy.nobody, role=Role.AUDITOR, area=place.province, valid_from=dt.date(2026, 5, 1))
    assert "without_role" not in todo(people.administrator)


def test_progress_is_asked_for_again_after_a_month_and_when_it_came_back(people: Any, busy: Busy, clock: Clock) -> None:
    assert todo(people.collaborator)["to_report"] == [address(busy, "approved report")]
    return_progress(busy.update, actor=people.officer, note="Chưa có ảnh")
    assert todo(people.collaborator)["to_report"] == [
        address(busy, "running report"),  # the returned one first
        address(busy, "approved report"),
    ]
    assert "Chưa có ảnh" in browser(people.collaborator).get(HOME).content.decode()
    busy.report(busy.running)
    assert todo(people.collaborator)["to_report"] == [address(busy, "approved report")]
    clock.move(days=31)
    assert address(busy, "running report") in todo(people.collaborator)["to_report"]


def test_nobody_decides_on_or_confirms_their_own(place: Any, people: Any, busy: Busy) -> None:
    Grant.objects.create(user=people.officer, role=Role.LEADER, area=place.province, valid_from=dt.date(2020, 1, 1))
    Grant.objects.create(
        user=people.collaborator, role=Role.OFFICER, area=place.province, valid_from=dt.date(2020, 1, 1)
    )
    assert "to_decide" not in todo(User.objects.get(pk=people.officer.pk))  # the officer submitted it
    assert "to_confirm" not in todo(User.objects.get(pk=people.collaborator.pk))


def test_reason_of_a_return_stands_at_the_task(people: Any, busy: Busy) -> None:
    assert "Thiếu báo giá" in browser(people.centre).get(HOME).content.decode()


def test_leader_is_told_what_is_late_without_being_asked_to_do_it(people: Any, busy: Busy) -> None:
    client = browser(people.leader)
    answer = client.get(HOME)
    assert answer.context["late"] == 1
    listed = client.get(reverse("projects:list"), {"late": "1"})
    assert f"{reverse('projects:list')}?late=1" in answer.content.decode()
    assert len(listed.context["page"]) == 1
    assert browser(people.officer).get(HOME).context["late"] == 0


def test_history_makes_no_tasks(people: Any, busy: Busy) -> None:
    Project.objects.update(historical=True)
    for role in ("leader", "centre", "collaborator"):
        assert todo(getattr(people, role)) == {}
    assert set(todo(people.officer)) == {"reports_to_submit"}
    assert todo(people.accountant) == {}


@pytest.mark.parametrize("count", [3, 9])
def test_number_is_that_of_the_list(people: Any, busy: Busy, count: int) -> None:
    for number in range(count - 1):
        busy.new(f"Thêm {number}")
    answer = browser(people.officer).get(HOME)
    group = next(group for group in answer.context["groups"] if group.code == "to_submit")
    assert (group.total, len(group.tasks)) == (count, min(count, 7))
    assert ('href="?only=to_submit"' in answer.content.decode()) == (count > 7)
    assert answer.context["total"] == sum(group.total for group in answer.context["groups"])
    assert len(todo(people.officer, only="to_submit")["to_submit"]) == count
    assert set(todo(people.officer, only="to_submit")) == {"to_submit"}


@pytest.mark.parametrize("only", ["no-such", "to_pay", "../x", "x" * 500])
def test_unknown_kind_shows_everything(people: Any, busy: Busy, only: str) -> None:
    assert todo(people.officer, only=only) == todo(people.officer)


def test_home_costs_the_same_for_one_and_for_seven(people: Any, busy: Busy, count_queries: Any) -> None:
    client = browser(people.officer)
    client.get(HOME)
    few = count_queries(lambda: client.get(HOME))
    for number in range(6):
        busy.new(f"Bản thảo {number}")
        busy.report(busy.running)
        take_step(busy.submit(busy.new(f"Trả lại {number}")), "return", actor=people.officer, note="Thiếu")
    assert count_queries(lambda: client.get(HOME)) == few


def test_person_without_a_role_is_told_whom_to_ask(place: Any, people: Any) -> None:
    person = factories.user("moi", None, None, place.department)
    answer = browser(person).get(HOME)
    assert answer.status_code == 200
    assert "quản trị" in answer.content.decode()


def test_without_signing_in_nothing_is_shown() -> None:
    for url in (HOME, OVERVIEW, RECORDS):
        answer = Client().get(url)
        assert answer.status_code == 302
        assert "next=" in answer["Location"]


@pytest.mark.parametrize("url", [HOME, OVERVIEW, RECORDS])
def test_what_is_read_is_not_posted_to(people: Any, url: str) -> None:
    assert browser(people.officer).post(url).status_code == 405


# --- the overview -----------------------------------------------------------------------------------------------------


@pytest.fixture
def story(place: factories.Place, people: factories.People) -> None:
    """Two sources, three places (a commune of before among them), two budget years, a correction, money of 2025 for a
    project of 2026, a project of another agency."""
    national = factories.programme(place, Source.NATIONAL)
    for year in (2025, 2026):
        factories.budget(place, people, 5_000_000_000, year=year)
    factories.budget(place, people, 5_000_000_000, programme=national)

    def project(name: str, amount: int, **fields: Any) -> Project:
        fields.setdefault("beneficiaries", [factories.enterprise(place, f"Cơ sở {name}")])
        return factories.approved(place, people, amount, name=name, **fields)

    wood = project("Gỗ", 300_000_001)
    project("Mây tre", 120_000_000, area=place.other)
    project("Nước mắm", 99_999_999, year=2025)
    old = project("Mộc", 40_000_000, year=2025)
    former = project("Bún", 10_000_000, year=2025)
    fair = project("Hội chợ", 450_000_000, programme=national, estimate={Source.NATIONAL: 450_000_000})
    DecisionMoney.objects.create(decision=fair.decisions.get(), source=Source.COUNTERPART, amount_vnd=7)
    Project.objects.filter(pk=old.pk).update(area=place.before)
    Project.objects.filter(pk=former.pk).update(area=place.district)
    Project.objects.filter(pk=fair.pk).update(implementing_unit=place.department)
    voucher = Voucher("UNC 1", DAY)
    pay(wood, "local", "advance", 150_000_000, voucher, actor=people.accountant)
    pay(old, "local", "advance", 40_000_000, voucher, actor=people.accountant)
    entry = pay(fair, "national", "advance", 450_000_000, voucher, actor=people.accountant)
    correct(entry, -50_000_000, Voucher("UNC 1a", DAY, "Chi thừa"), actor=people.accountant)
    with transaction.atomic():  # an allocation of another budget year than the project's
        LedgerEntry.objects.create(
            budget=Budget.objects.get(year=2025, source="local"),
            project=wood,
            account="allocated",
            kind="allocation",
            amount_vnd=5_000_000,
            document_no="46/QĐ-UBND",
            document_on=DAY,
            recorded_by_label="x",
        )


def listed(client: Client, url: str) -> tuple[int, int]:
    """How many projects a list behind a figure holds over all its pages, and what they add up to."""
    count, total, number = 0, 0, 1
    while True:
        answer = client.get(f"{url}&page={number}")
        assert answer.status_code == 200, url
        rows = list(answer.context["page"])
        count, total = count + len(rows), total + sum(row.amount for row in rows)
        assert answer.context["count"] >= count
        if not answer.context["page"].has_next():
            assert (answer.context["count"], answer.context["total"]) == (count, total)
            return count, total
        number += 1


def shown(cell: str) -> int:
    """«1.234,567891» triệu as đồng, «12» as 12."""
    whole, _comma, rest = cell.strip().replace("−", "-").partition(",")
    return int(whole.replace(".", "") + rest.ljust(6, "0"))


LINK = re.compile(r'<a(?: class="kc-stat__value")? href="(/overview/projects/[^"]+)">([\d.,−]+)</a>')


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "auditor", "centre", "ministry", "collaborator"])
@pytest.mark.parametrize("query", [{}, {"year": "2026"}, {"year": "2025"}])
def test_every_number_opens_a_list_that_sums_to_it(
    place: Any, people: Any, story: None, role: str, query: dict[str, str]
) -> None:
    Target.objects.create(programme=factories.programme(place), indicator=factories.indicator(), verified="yes")
    client = browser(getattr(people, role))
    html = client.get(OVERVIEW, query).content.decode()
    links = [(unescape(url), text) for url, text in LINK.findall(html)]
    assert len(links) > 6
    for url, text in links:
        count, total = listed(client, url)
        counted = "figure=projects" in url or "figure=establishments" in url
        assert total == (int(text) if counted else shown(text)), url
        assert not counted or count == total
    # No figure stands there without a list.
    bare = re.findall(r'<td class="kc-number"[^>]*>\s*(?:<span>)?\s*([\d.,]+)\s*(?:</span>)?\s*</td>', html)
    assert bare == []
    assert re.findall(r'<span class="kc-stat__value">\s*[\d.,]+', html) == []


def test_figures_are_those_of_the_ledger(people: Any, story: None) -> None:
    figures = browser(people.officer).get(OVERVIEW, {"year": "2026"}).context["figures"]
    assert {name: figure.value for name, figure in figures["approved"].items()} == {
        "support": 870_000_001,
        "national": 450_000_000,
        "local": 420_000_001,
        "counterpart": 7,
    }
    assert figures["paid"]["national"].value == 400_000_000
    assert figures["projects"].value == 3


def test_sums_over_the_places_are_those_of_the_whole(people: Any, story: None, place: Any) -> None:
    context = browser(people.officer).get(OVERVIEW, {"year": "2025"}).context
    lines = {line.area: line for line in context["lines"]}
    assert set(lines) == {place.commune, place.district}  # the commune of before stands in its successor
    assert (lines[place.commune].projects, lines[place.commune].approved) == (2, 144_999_999)
    assert sum(line.projects for line in lines.values()) == context["figures"]["projects"].value == 3
    assert sum(line.approved for line in lines.values()) == context["figures"]["approved"]["support"].value
    assert sum(line.paid for line in lines.values()) == context["figures"]["paid"]["support"].value


def test_map_has_all_communes_and_leads_to_their_projects(place: Any, people: Any, story: None) -> None:
    real = factories.area("c18352-2025h2", name="Thạch Hà", valid_from=dt.date(2025, 7, 1))
    for ancestor in (place.province, real):
        AreaClosure.objects.get_or_create(ancestor=ancestor, area=real, defaults={"via": "self"})
    Project.objects.filter(name="Gỗ").update(area=real)
    client = browser(people.officer)
    answer = client.get(OVERVIEW, {"year": "2026"})
    shapes = answer.context["drawing"]["shapes"]
    assert len(shapes) == 69
    drawn = {shape["shape"].uid: shape for shape in shapes if shape["count"]}
    assert set(drawn) == {real.uid}
    assert listed(client, drawn[real.uid]["url"])[0] == drawn[real.uid]["count"] == 1
    assert f'href="{drawn[real.uid]["url"].replace("&", "&amp;")}"' in answer.content.decode()
    on_map = sum(shape["count"] for shape in shapes)
    elsewhere = sum(line.projects for line in answer.context["drawing"]["elsewhere"])
    assert on_map + elsewhere == answer.context["figures"]["projects"].value


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026",
        "from=2026&to=x",
        "from=1&to=2",
        "from=2026&to=99999",
        "from=2026&to=２０２６",
        "from=2026&to=2026&figure=secret",
        "from=2026&to=2026&figure=paid&source=counterpart",
        "from=2026&to=2026&figure=projects&source=local",
        "from=2026&to=2026&place=no-such",
    ],
)
def test_list_of_no_figure_is_not_there(people: Any, story: None, query: str) -> None:
    assert browser(people.officer).get(f"{RECORDS}?{query}").status_code == 404


@pytest.mark.parametrize("year", ["abc", "1", "99999", "-2026", "２０２６", "0020265", "2026 ", "9" * 50])
def test_odd_year_shows_the_whole_programme(people: Any, story: None, year: str) -> None:
    answer = browser(people.officer).get(OVERVIEW, {"year": year, "programme": "no-such"})
    assert answer.status_code == 200
    assert answer.context["year"] is None


def test_stranger_sees_none_of_it(people: Any, story: None) -> None:
    client = browser(factories.stranger())
    context = client.get(OVERVIEW, {"year": "2026"}).context
    assert context["lines"] == []
    assert (context["figures"]["projects"].value, context["figures"]["approved"]["support"].value) == (0, None)
    assert listed(client, f"{RECORDS}?from=2025&to=2026&figure=approved") == (0, 0)


def test_administrator_touches_no_project(people: Any, story: None) -> None:
    assert browser(people.administrator).get(OVERVIEW).context["lines"] == []


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def targets(place: factories.Place) -> dict[str, Target]:
    wanted = {"ZERO": "yes", "SILENT": "yes", "DONE": "no"}
    return {
        code: Target.objects.create(
            programme=factories.programme(place),
            indicator=factories.indicator(code, name=f"Chỉ tiêu {code}"),
            comparison="at_least",
            low=4,
            verified=verified,
        )
        for code, verified in wanted.items()
    }


def confirmed(project: Project, people: factories.People, **results: int) -> None:
    found = [(factories.indicator(code), quantity) for code, quantity in results.items()]
    data = ProgressData(factories.new_uuid(), DAY, 1_000_000, note="Đã làm", results=found)
    update, _created = report_progress(project, data, actor=people.collaborator)
    confirm_progress(update, actor=people.officer)


@pytest.fixture
def achieved(place: factories.Place, people: factories.People, targets: dict[str, Target]) -> Project:
    planned = [(factories.indicator(code), 1) for code in targets]
    row = factories.approved(place, people, planned_results=planned)
    confirmed(row, people, ZERO=0, DONE=2)
    confirmed(row, people, DONE=1)
    return row


def test_target_nobody_reported_on_is_missing_and_not_zero(people: Any, targets: Any, achieved: Project) -> None:
    answer = browser(people.officer).get(OVERVIEW)
    cells = {row["target"].indicator.code: row for row in answer.context["targets"]}
    assert (cells["ZERO"]["cell"].status, cells["ZERO"]["cell"].value, cells["ZERO"]["rate"]) == ("reported", 0, 0)
    silent = cells["SILENT"]["cell"]
    assert (silent.status, silent.value, cells["SILENT"]["rate"]) == ("missing", None, None)
    assert (cells["DONE"]["cell"].value, cells["DONE"]["rate"]) == (3, 75)
    html = answer.content.decode()
    row = html[html.index("Chỉ tiêu SILENT") :]
    assert "chưa có số liệu" in row[: row.index("</tr>")]
    page = browser(people.officer).get(reverse("home:target", args=[targets["SILENT"].pk])).content.decode()
    assert "chưa có số liệu" in page


def test_target_opens_records_that_add_up(people: Any, targets: Any, achieved: Project) -> None:
    client = browser(people.officer)
    for code, count, value in (("DONE", 2, 3), ("ZERO", 1, 0)):
        url = reverse("home:target", args=[targets[code].pk])
        assert f'href="{url}"' in client.get(OVERVIEW).content.decode()
        page = client.get(url)
        lines = page.context["lines"]
        assert (len(lines), sum(row["line"].contribution for row in lines)) == (count, value)
        for row in lines:
            assert client.get(row["url"]).status_code == 200


def test_unverified_target_is_shown_as_such(people: Any, targets: Any) -> None:
    html = browser(people.officer).get(OVERVIEW).content.decode()
    row = html[html.index("Chỉ tiêu DONE") :]
    assert "chưa kiểm chứng" in row[: row.index("</tr>")]
    row = html[html.index("Chỉ tiêu ZERO") :]
    assert "chưa kiểm chứng" not in row[: row.index("</tr>")]
    page = browser(people.officer).get(reverse("home:target", args=[targets["DONE"].pk])).content.decode()
    assert "chưa kiểm chứng" in page


def test_results_of_projects_one_does_not_see_are_not_counted(
    place: Any, people: Any, targets: Any, achieved: Project
) -> None:
    """The centre reads what it implements, and not what another agency does in the same commune."""
    Project.objects.filter(pk=achieved.pk).update(implementing_unit=place.department)
    owner = factories.enterprise(place, "Cơ sở khác")
    mine = factories.approved(place, people, beneficiaries=[owner])
    confirmed(mine, people, DONE=5)
    page = browser(people.centre).get(reverse("home:target", args=[targets["DONE"].pk]))
    assert page.context["cell"].value == 5
    assert achieved.code not in page.content.decode()
    assert browser(people.officer).get(page.wsgi_request.path).context["cell"].value == 8


def test_unknown_target_is_not_there(people: Any) -> None:
    assert browser(people.officer).get(reverse("home:target", args=[999_999])).status_code == 404


def test_overview_costs_the_same_for_one_and_for_twenty(place: Any, people: Any, count_queries: Any) -> None:
    factories.approved(place, people, 1_000_000)
    client = browser(people.officer)
    urls = (OVERVIEW, f"{RECORDS}?from=2026&to=2026&figure=approved")
    for url in urls:
        client.get(url)
    few = [count_queries(lambda url=url: client.get(url)) for url in urls]
    for number in range(20):
        owner = factories.enterprise(place, f"Cơ sở {number}")
        factories.approved(place, people, 1_000_000, beneficiaries=[owner])
    assert [count_queries(lambda url=url: client.get(url)) for url in urls] == few


# --- language, marks, errors ------------------------------------------------------------------------------------------


def test_vietnamese_unless_english_is_chosen_and_back_to_the_same_page(people: Any) -> None:
    client = browser(people.officer)
    assert "Hôm nay" in client.get(HOME).content.decode()
    answer = client.post(reverse("set_language"), {"language": "en", "next": f"{OVERVIEW}?year=2026"})
    assert answer["Location"] == f"{OVERVIEW}?year=2026"
    english = client.get(HOME).content.decode()
    assert '<html lang="en">' in english
    assert "Hôm nay" not in english
    client.post(reverse("set_language"), {"language": "vi", "next": HOME})
    assert '<html lang="vi">' in client.get(HOME).content.decode()


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_language_leads_nowhere_else(people: Any, target: str) -> None:
    answer = browser(people.officer).post(reverse("set_language"), {"language": "en", "next": target})
    assert "elsewhere" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_language_is_not_changed_by_a_link(people: Any) -> None:
    client = browser(people.officer)
    client.get(reverse("set_language"), {"language": "en"})
    assert '<html lang="vi">' in client.get(HOME).content.decode()


PAGES = [HOME, OVERVIEW, "/funding/", "/reports/", "/programmes/", "/projects/", "/no-such-page/", "/accounts/sign-in/"]


@pytest.mark.parametrize("demonstration", [True, False])
def test_illustrative_figures_are_marked_on_every_page_and_nowhere_else(
    place: Any, people: Any, demonstration: bool
) -> None:
    Portal.objects.create(province=place.province, demonstration=demonstration)
    clients = [Client(), browser(people.officer)]
    for client in clients:
        for url in PAGES:
            html = client.get(url, follow=True).content.decode()
            assert ("SỐ LIỆU MINH HỌA" in html) == demonstration, url


def test_missing_page_says_so_and_shows_the_way_back(people: Any) -> None:
    answer = browser(people.officer).get("/no-such-page/")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert 'href="/"' in html
    assert '<html lang="vi">' in html


def test_broken_page_is_said_in_words_without_details(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("home.todo.tasks_of", broken)
    client = browser(people.officer)
    client.raise_request_exception = False
    answer = client.get(HOME)
    assert answer.status_code == 500
    html = answer.content.decode()
    assert "secret detail" not in html
    assert "<code>" in html  # the code for whoever helps


def test_form_without_its_token_is_refused_with_what_to_do(people: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.officer, backend="accounts.backends.PortalBackend")
    answer = client.post(reverse("set_language"), {"language": "en"})
    assert answer.status_code == 403
    assert "kc-card" in answer.content.decode()


@pytest.mark.parametrize("role", list(EXPECTED))
def test_navigation_leads_only_where_the_person_may_go(people: Any, busy: Busy, role: str) -> None:
    client = browser(getattr(people, role))
    nav = client.get(HOME).context["portal"].nav
    assert nav
    for entry in nav:
        assert client.get(entry["url"]).status_code == 200, entry["url"]
