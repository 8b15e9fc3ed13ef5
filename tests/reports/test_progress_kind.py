"""The regular report: columns of time, sources and places, worked out by hand; each figure leads to records that come
to it, on the page and by the API, also where it is a share."""

import datetime as dt
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from core.errors import Invalid
from enterprises.models import Enterprise
from files.services import path_of
from funding.services import Voucher, pay
from jobs.services import work_once
from projects.models import ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress
from reports.behind import Figure, figures_at
from reports.models import Report, ReportEntry
from reports.services import request_report
from tests import factories as f
from tests.clocks import Clock
from tests.projects.lives import reported
from tests.reports.ways import signed_off

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def report(place: f.Place, people: f.People, clock: Clock) -> Report:
    """Quarter III/2026 (15/06–14/09), with four projects:

    A 300 triệu, 20/07/2025 (same time last year), place `before`, which went into `commune`; workshop 1
    B 200 triệu, 10/03/2026 (this year, before the quarter), commune; workshop 1
    C 100 triệu, 15/06/2026 (first day of the quarter), commune; workshop 1 again
    D  50 triệu, 14/09/2026 (last day of the quarter), other; workshop 2
    E  70 triệu, 15/09/2026 (a day late)
    Paid: B 40 on 14/06, B 60 on 15/06 of which 10 came back on 20/06, C 30 on 14/09.
    Invested in B: 500 by 01/06, 800 by 01/07; in C: 90 by 01/08; in D: nobody has said.
    """
    f.period("2026-Y", "2025-12-15", "2026-12-14")
    quarter = f.period("2026-Q3", "2026-06-15", "2026-09-14", kind="quarter")
    one, two = f.enterprise(place, "Xưởng Một"), f.enterprise(place, "Xưởng Hai")
    made: dict[str, Project] = {}
    for name, day, million, where, who in (
        ("A", "2025-07-20", 300, place.before, one),
        ("B", "2026-03-10", 200, place.commune, one),
        ("C", "2026-06-15", 100, place.commune, one),
        ("D", "2026-09-14", 50, place.other, two),
        ("E", "2026-09-15", 70, place.commune, two),
    ):
        clock.set(f"{day} 09:00")
        why = {"repeat_reason": "Mở rộng dây chuyền"}
        made[name] = f.approved(place, people, million * MILLION, beneficiaries=[who], year=int(day[:4]), **why)
        Project.objects.filter(pk=made[name].pk).update(area=where)
    paid = (("B", "2026-06-14", 40), ("B", "2026-06-15", 60), ("B", "2026-06-20", -10), ("C", "2026-09-14", 30))
    for name, day, million in paid:
        clock.set(f"{day} 23:59:59")
        kind = "advance" if million > 0 else "return"
        voucher = Voucher(f"UNC {day}", dt.date.fromisoformat(day))
        pay(made[name], "local", kind, abs(million) * MILLION, voucher, actor=people.accountant)
    Project.objects.filter(pk__in=[made["B"].pk, made["C"].pk]).update(state=S.IN_PROGRESS)
    for name, day, million in (("B", "2026-06-01", 500), ("B", "2026-07-01", 800), ("C", "2026-08-01", 90)):
        clock.set(f"{day} 09:00")
        project = Project.objects.get(pk=made[name].pk)
        confirm_progress(reported(project, people.centre, value_invested_vnd=million * MILLION), actor=people.officer)
    clock.set("2026-09-20 09:00")
    job = request_report("programme-progress", quarter, place.province, actor=people.officer)
    assert work_once()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Report.objects.get(public_id=job.result.split("/")[-2])


def document(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(bytes(report.document))
    return found


def row(report: Report, code: str, section: str = "work") -> dict[str, Any]:
    for part in document(report)["sections"]:
        for line in part["rows"]:
            if (part["code"], line["code"]) == (section, code):
                return {name: cell["value"] for name, cell in line["cells"].items()}
    raise LookupError(code)


def test_figures_are_those_worked_out_by_hand(report: Report, place: f.Place) -> None:
    assert row(report, "projects.approved") == {
        "unit": "đề án", "plan": None, "done": 2, "year": 3, "of_plan": None, "programme": 4, "last_year": 1,
        "change": "100",
    }  # fmt: skip
    # C and D; B, C and D; A to D; A. Workshop 1 counts once however often it was supported.
    supported = row(report, "establishments.supported")
    assert [supported[name] for name in ("done", "year", "programme", "last_year")] == [2, 2, 2, 1]
    money = row(report, "money.allocated")
    assert [money[name] for name in ("done", "year", "programme", "last_year", "change")] == [
        150 * MILLION, 350 * MILLION, 650 * MILLION, 300 * MILLION, "-50",
    ]  # fmt: skip
    paid = row(report, "money.paid")
    assert [paid[name] for name in ("done", "year", "last_year", "change")] == [80 * MILLION, 120 * MILLION, 0, None]
    # B 800 − 500, C 90 from nothing.
    # The budget of 2026 is 1 tỷ: B, C and D are 35 % of it, and E is not in the time.
    assert (money["plan"], money["of_plan"], paid["of_plan"]) == (1_000 * MILLION, "35", "12")
    invested = row(report, "progress.invested")
    assert [invested[name] for name in ("done", "year", "last_year")] == [390 * MILLION, 890 * MILLION, None]
    national = row(report, "projects.approved:national")
    assert [national[name] for name in ("done", "last_year")] == [0, 0]
    assert row(report, "projects.approved:local")["year"] == 3


def test_places_stand_in_the_line_of_what_they_became(report: Report, place: f.Place) -> None:
    assert row(report, "all", "units")["projects.approved"] == 3
    assert row(report, place.commune.uid, "units")["money.allocated"] == 300 * MILLION
    assert row(report, place.other.uid, "units")["projects.approved"] == 1
    with pytest.raises(LookupError):  # nothing of this year stands under the old name
        row(report, place.before.uid, "units")


def every_figure(report: Report) -> list[Figure]:
    found = document(report)
    return [
        figure
        for part in found["sections"]
        for line in part["rows"]
        for column in part["columns"]
        if column.get("behind")
        for figure in figures_at(report, found, line["code"], column["code"], part["code"])
    ]


def test_every_figure_is_the_sum_of_its_records(report: Report) -> None:
    checked = 0
    for figure in every_figure(report):
        where = (figure.row["code"], figure.column["code"])
        shown = figure.show(list(figure.rows))
        if figure.cell["status"] != "reported":
            assert not shown, where
            continue
        assert figure.cell["value"] is not None, where
        value = Decimal(str(figure.cell["value"]))
        assert sum((line.contribution for line in shown), Decimal(0)) == value == figure.total() or not shown, where
        assert shown or not value, where
        checked += bool(shown)
        # Page by page they are the same as together.
        assert [figure.show([one])[0].contribution for one in figure.rows] == [line.contribution for line in shown]
    assert checked > 40


def test_a_thing_counted_once_is_told_by_each_record_and_counts_in_the_first(report: Report) -> None:
    (figure,) = figures_at(report, document(report), "establishments.supported", "programme", "work")
    shown = [(line.title.partition(" · ")[0], int(line.contribution)) for line in figure.show(list(figure.rows))]
    assert shown == [("Xưởng Một", 1), ("Xưởng Một", 0), ("Xưởng Một", 0), ("Xưởng Hai", 1)]
    assert Enterprise.objects.count() == 2


def test_figure_leads_to_its_records_on_the_page_and_by_the_api(report: Report, people: f.People) -> None:
    client = Client()
    client.force_login(people.officer, backend="accounts.backends.PortalBackend")
    page = client.get(reverse("reports:detail", args=[report.public_id])).content.decode()
    url = f"{reverse('reports:lines', args=[report.public_id])}?section=work&row=money.paid&column=done"
    assert url.replace("&", "&amp;") in page
    lines = client.get(url).content.decode()
    assert "UNC 2026-06-15" in lines and "UNC 2026-06-14" not in lines and "-10" in lines and ">80<" in lines
    answer = client.get(f"/api/v1/reports/{report.public_id}/lines/?section=work&row=money.paid&column=done").json()
    assert [line["contribution"] for line in answer["results"]] == [60 * MILLION, -10 * MILLION, 30 * MILLION]
    assert answer["total"] == 80 * MILLION
    share = client.get(
        f"/api/v1/reports/{report.public_id}/lines/?section=work&row=money.allocated&column=change"
    ).json()
    assert share["total"] == -50 and sum(Decimal(str(line["contribution"])) for line in share["results"]) == -50


def test_files_have_the_same_figures(report: Report) -> None:
    files = {row.format: path_of(row.file.sha256) for row in report.files.select_related("file")}
    sheet = CalamineWorkbook.from_path(files["xlsx"]).get_sheet_by_name("Đề án và kinh phí").to_python()
    line = next(cells for cells in sheet if "Kinh phí hỗ trợ đã giải ngân" in cells)
    assert line[2:] == ["triệu đồng", 1000.0, 80.0, 120.0, 12.0, 120.0, 0.0, "x"]
    text = " ".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    assert "công tác khuyến công" in text and "390" in text and "890" in text


def test_what_happens_afterwards_changes_nothing(report: Report, people: f.People, clock: Clock) -> None:
    published = signed_off(report, people)
    before, entries = bytes(published.document), list(ReportEntry.objects.order_by("pk").values())
    Enterprise.objects.update(name="Tên mới")
    clock.set("2026-09-21 09:00")
    project = Project.objects.get(code=ProgressUpdate.objects.earliest("pk").project.code)
    pay(project, "local", "advance", 1, Voucher("UNC mới", dt.date(2026, 9, 21)), actor=people.accountant)
    published.refresh_from_db()
    assert bytes(published.document) == before
    assert list(ReportEntry.objects.order_by("pk").values()) == entries


def test_kind_is_made_of_its_periods_alone(place: f.Place, people: f.People) -> None:

    period = f.period("2026-R", kind="plan_registration")
    with pytest.raises(Invalid) as refused:
        request_report("programme-progress", period, place.province, actor=people.officer)
    assert "period" in refused.value.fields
