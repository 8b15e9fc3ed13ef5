"""The demonstration province: it adds up to what was published, says what it is, and comes only where it may."""

import datetime as dt
import io
import os
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.test import Client

from accounts.models import ApiClient, User
from accounts.roles import Role
from accounts.tokens import find_secret, issue
from audit import words
from audit.models import Entry
from core import clock
from core.models import Source
from enterprises.models import Enterprise
from enterprises.services import valid_tax_code
from files.services import check_photo, read_bytes
from funding.models import Budget, LedgerEntry
from funding.services import allocate
from home.models import Portal
from jobs.models import Job
from programmes.models import AnnualPlan, ReportingPeriod, SupportNorm, Target
from projects.models import AchievedResult, ProgressPhoto, ProgressUpdate, Project, ProjectState
from projects.services import DecisionData
from reports.models import DueReport, Report, ReportSchedule
from reports.services import request_due
from tests.clocks import Clock
from training.models import TrainingClass

pytestmark = pytest.mark.django_db

MILLION = 1_000_000
PASSWORD, SECRET = "mật-khẩu-minh-họa-27", "bí-mật-của-chương-trình-27"
EXEMPT = {"DEMO_NEW", "DEMO_EXISTING", "CLUSTER_INFRA", "CLUSTER_PLAN", "CLUSTER_POLLUTION", "LINKAGE_CLUSTER"}
YEARS = range(2018, 2022)


def load() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Loaded once for the module, in a transaction that is never committed; each test has a savepoint in it."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        patch.setenv("DEMO_CLIENT_SECRET", SECRET)
        with transaction.atomic():
            yield load()
            transaction.set_rollback(True)


def history() -> Any:
    return Project.objects.filter(historical=True)


def support(project: Project, account: str = "allocated") -> int:
    return project.ledger.filter(account=account).aggregate(total=Sum("amount_vnd"))["total"] or 0


def money(account: str, source: str, years: Any = YEARS) -> int:
    entries = LedgerEntry.objects.filter(account=account, budget__source=source, budget__year__in=years)
    return entries.aggregate(total=Sum("amount_vnd"))["total"] or 0


def program(client_id: str) -> Any:
    """Asks the API as the program of that name."""
    secret = find_secret(client_id, SECRET)
    assert secret is not None
    token = issue(secret, secret.client.scopes)
    return lambda path, **query: Client().get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {token}"})


def summary() -> Any:
    answer = program("demo-province")("/summary/", area="42", year_from=2018, year_to=2021)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_trail_is_in_words(demo: str) -> None:
    """An action or a field without words of its own would be shown as its code."""
    assert set(Entry.objects.values_list("action", flat=True)) <= set(words.ACTIONS)
    assert {name for changes in Entry.objects.values_list("changes", flat=True) for name in changes} <= set(
        words.FIELDS
    )


# --- history ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", ["allocated", "paid"])
def test_history_adds_up_to_the_published_support(demo: str, account: str) -> None:
    assert money(account, Source.NATIONAL) == 9_450 * MILLION
    assert money(account, Source.LOCAL) == 6_523 * MILLION


def test_summary_of_the_api_gives_the_published_support(demo: str) -> None:
    body = summary()
    for side in ("approved", "paid"):
        assert body[side]["national_vnd"] == 9_450_000_000
        assert body[side]["local_vnd"] == 6_523_000_000
        assert body[side]["support_vnd"] == 15_973_000_000
        for name in ("national_vnd", "local_vnd", "support_vnd"):
            assert sum(year[side][name] for year in body["by_year"]) == body[side][name]
    assert [year["year"] for year in body["by_year"]] == list(YEARS)
    assert sum(year["projects"] for year in body["by_year"]) == body["projects"]
    projects = Project.objects.filter(year__in=YEARS)
    assert body["projects"] == projects.count()
    assert sum(support(project) for project in projects) == body["approved"]["support_vnd"]
    assert sum(support(project, "paid") for project in projects) == body["paid"]["support_vnd"]


@pytest.mark.parametrize("source", [Source.NATIONAL, Source.LOCAL])
def test_one_more_đồng_approved_raises_the_summary_by_one(demo: str, source: Source) -> None:
    before = summary()
    project = Project.objects.filter(year=2021, programme__source=source, state="accepted").first()
    assert project is not None
    issuer = project.decisions.get().issuer
    decision = DecisionData(issuer=issuer, number="MH-99/QĐ", decided_on=clock.today())
    allocate(project, source, 1, decision, actor=User.objects.get(username="lanhdao"))
    after = summary()
    assert after["approved"]["support_vnd"] == before["approved"]["support_vnd"] + 1
    assert after["approved"][f"{source}_vnd"] == before["approved"][f"{source}_vnd"] + 1
    assert after["paid"] == before["paid"]


def test_history_has_at_least_sixty_projects_over_twenty_places(demo: str) -> None:
    assert history().count() >= 60
    assert history().values("area").distinct().count() >= 20
    for year in YEARS:
        assert history().filter(year=year, decided_on__isnull=False).count() >= 5


def test_history_gives_no_project_more_than_forty_percent_of_its_year_and_source(demo: str) -> None:
    looked_at = 0
    for project in history().filter(year__in=YEARS):
        if set(project.activities.values_list("code", flat=True)) & EXEMPT:
            continue
        for source in (Source.NATIONAL, Source.LOCAL):
            own = project.ledger.filter(account="allocated", budget__source=source)
            amount = own.aggregate(total=Sum("amount_vnd"))["total"] or 0
            whole = money("allocated", source, [project.year])
            assert amount * 10 <= whole * 4, project
            looked_at += bool(amount)
    assert looked_at > 40


def test_history_keeps_every_project_within_the_norm_of_its_date(demo: str) -> None:
    """The ceilings of the national norms, by unit, for local money too: those of the province were not found."""
    held_to_amount = held_to_percent = 0
    for project in history():
        units = max(project.beneficiaries.count(), 1)
        for activity in project.activities.all():
            norms = SupportNorm.objects.filter(code=activity.norm_code, source="national").valid_on(project.decided_on)
            norm = norms.first() if activity.norm_code else None
            if norm is None:
                continue
            if norm.ceiling_amount_vnd is not None:
                held_to_amount += 1
                assert support(project) <= norm.ceiling_amount_vnd * units, project
            if norm.ceiling_percent is not None and project.investment_vnd is not None:
                held_to_percent += 1
                assert support(project) * 100 <= project.investment_vnd * norm.ceiling_percent, project
    assert held_to_amount > 35
    assert held_to_percent > 30


def test_history_stays_within_the_other_published_figures(demo: str) -> None:
    assert 0 < money("allocated", Source.NATIONAL, [2021]) <= 450 * MILLION
    assert 0 < money("allocated", Source.LOCAL, [2021]) <= 4_698 * MILLION
    national = Project.objects.filter(programme__source=Source.NATIONAL)
    assert 0 < national.filter(year__range=(2016, 2020)).count() <= 10
    assert Project.objects.filter(programme__source=Source.LOCAL, year__range=(2016, 2020)).count() <= 99
    second = Project.objects.filter(decisions__batch="Đợt 2/2018")
    assert second.count() == 6
    assert sum(support(project) for project in second) == 860 * MILLION
    assert second.aggregate(total=Sum("investment_vnd"))["total"] == 5_168 * MILLION
    assert Budget.objects.get(source="local", year=2019).balance.given_vnd == 2_740 * MILLION
    assert Budget.objects.get(source="national", year=2022).balance.given_vnd == 1_000 * MILLION
    since = Project.objects.filter(year__range=(2021, 2022))
    assert since.filter(activities__code="MACHINE").count() <= 16
    assert Enterprise.objects.filter(projects__in=since).distinct().count() <= 25
    assert since.count() <= 57


def test_history_lies_in_units_of_its_time(demo: str) -> None:
    districts = 0
    for project in history().select_related("area"):
        area, day = project.area, project.decided_on
        assert area.valid_from is None or area.valid_from <= day, project
        assert area.valid_to is None or day <= area.valid_to, project
        districts += area.level == "district"
        if day < dt.date(2020, 1, 1):  # the communes of before 2020 are not known
            assert area.level in ("district", "province"), project
    assert districts >= 20


def test_national_project_of_2022_stood_at_85_percent_and_was_settled_later(demo: str) -> None:
    project = Project.objects.get(year=2022, programme__source=Source.NATIONAL)
    assert support(project) == 1_000 * MILLION
    update = ProgressUpdate.objects.get(project=project, percent=Decimal(85))
    assert update.state == "confirmed"
    assert dt.date(2022, 10, 15) <= update.on <= dt.date(2022, 11, 30)
    assert update.decided_at is not None
    assert dt.date(2022, 10, 15) <= update.decided_at.date() <= dt.date(2022, 11, 30)
    assert project.state == "closed"
    assert project.closed_on is not None
    assert project.closed_on > update.on
    assert support(project, "paid") == 1_000 * MILLION
    late = project.ledger.get(account="paid", document_on=dt.date(2022, 12, 20))
    assert late.budget.year == 2022
    period = ReportingPeriod.objects.get(code="2023-Y")
    assert period.data_from <= late.recorded_on <= period.data_to


def test_brand_classes_of_2022_have_neither_learners_nor_money(demo: str) -> None:
    classes = TrainingClass.objects.filter(starts_on__year=2022)
    assert [(row.kind, row.total, row.women) for row in classes] == [("brand", None, None)] * 2
    (task,) = {row.project for row in classes}
    assert (task.type, task.historical) == ("task", True)
    assert task.decisions.count() == 1
    assert not task.ledger.exists()
    assert not task.decisions.get().money.exists()
    assert not task.estimates.exists()
    assert not Budget.objects.filter(source="local", year=2022).exists()
    assert Entry.objects.filter(object_type="projects.project", object_id=str(task.pk), action="approve").exists()


def test_products_entered_for_the_region_in_2022_are_an_achieved_result(demo: str) -> None:
    results = AchievedResult.objects.filter(indicator__code="REGIONAL_ENTRIES", update__on__year=2022)
    assert [(row.quantity, row.update.state) for row in results] == [(22, "confirmed")]


def test_targets_nobody_reported_on_are_missing_not_zero(demo: str) -> None:
    assert Target.objects.filter(programme__code="HT-KCDP-2021-2025").count() == 12
    answer = program("demo-province")("/targets/", programme="HT-KCDP-2021-2025", area="42")
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert len(results) == 12
    recorded = {row["code"]: row["done"] for row in results if row["done"] is not None}
    # From records of their own; growth as it was entered for 2021 and 2022, of five years: (6,4 + 7,1) / 2.
    assert set(recorded) == {"HT25_BRAND", "HT25_VOTE", "HT25_CCN", "HT25_GROWTH"}
    (growth,) = [row for row in results if row["code"] == "HT25_GROWTH"]
    assert (growth["done"], growth["coverage"]["reported"], growth["coverage"]["expected"]) == ("6.75", 2, 5)
    rest = [row for row in results if row["done"] is None]
    assert {row["status"] for row in rest} == {"missing", "not_applicable"}


def test_published_selections_of_2021_and_2022_come_out_of_the_records(demo: str) -> None:
    """41 certificates of the province, 22 products entered for the region with one, 6 recognised; each number opens
    its list."""
    client = Client()
    client.force_login(User.objects.get(username="canbo"), backend="accounts.backends.PortalBackend")
    page = client.get("/products/results/?first=2021&last=2022").content.decode()
    for level, year, what, count in (
        ("PROVINCIAL", 2021, "certified", 41),
        ("REGIONAL", 2022, "entered", 22),
        ("REGIONAL", 2022, "with_certificate", 22),
        ("REGIONAL", 2022, "recognised", 6),
    ):
        url = f"/products/entries/?level={level}&first={year}&last={year}&what={what}"
        assert f'href="{url.replace("&", "&amp;")}">{count}<' in page
        assert client.get(url).context["page"].paginator.count == count


def test_history_makes_no_duty_of_today(demo: str, clock: Clock) -> None:
    assert ReportSchedule.objects.exists()
    assert request_due() == []
    assert not DueReport.objects.exists()
    schedule = ReportSchedule.objects.get(period_kind="year")
    period = ReportingPeriod.objects.filter(
        kind="year", regime="administrative", data_to__gte=schedule.reporting_starts_on
    ).earliest("data_to")
    clock.set(period.data_to + dt.timedelta(days=1))
    assert [job.params["period"] for job in request_due() if job.params["period"] == period.pk] == [period.pk]
    assert not DueReport.objects.filter(period__data_to__lt=schedule.reporting_starts_on).exists()


# --- reports ----------------------------------------------------------------------------------------------------------


def cell(report: Report, section: str, row: str, column: str) -> Any:
    import json

    document = json.loads(bytes(report.document))
    rows = {r["code"]: r for s in document["sections"] if s["code"] == section for r in s["rows"]}
    return rows[row]["cells"][column]


@pytest.mark.parametrize("code", ["2021-Y", "2022-Y"])
def test_reports_of_history_are_published_with_their_files(demo: str, code: str) -> None:
    report = Report.objects.get(period__code=code)
    assert (report.state, report.area.uid, report.kind, report.version) == ("published", "p42", "programme-results", 1)
    assert report.published_by == User.objects.get(username="lanhdao")
    assert report.demonstration is True
    assert report.data_as_of.date() <= dt.date(int(code[:4]), 12, 31)
    assert set(report.files.values_list("format", flat=True)) == {"docx", "json", "xlsx", "pdf"}
    for file in report.files.all():
        assert read_bytes(file.file)
    assert not Job.objects.exclude(state="done").exists()


def test_report_of_2022_shows_85_for_the_national_project(demo: str) -> None:
    report = Report.objects.get(period__code="2022-Y")
    assert cell(report, "progress", "KCQG-2022-001", "percent")["value"] in (85, "85")
    assert cell(report, "money", "national", "approved")["value"] == 1_000 * MILLION
    assert cell(report, "money", "national", "paid")["value"] == 500 * MILLION  # the rest came after 14/12
    assert cell(report, "money", "local", "approved") == {"value": None, "status": "missing", "coverage": None}
    assert cell(report, "targets", "HT25_MACHINE", "cumulative")["status"] == "missing"


def test_ministry_reads_the_published_reports(demo: str) -> None:
    answer = program("demo-ministry")("/reports/")
    assert answer.status_code == 200, answer.content
    assert {
        row["period"]["code"] if isinstance(row["period"], dict) else row["period"] for row in answer.json()["results"]
    } == {"2021-Y", "2022-Y"}


# --- this year --------------------------------------------------------------------------------------------------------


def this_year() -> Any:
    return Project.objects.filter(historical=False)


def test_this_year_has_projects_in_every_state(demo: str) -> None:
    assert 18 <= this_year().count() <= 24
    assert {row.year for row in this_year()} == {clock.today().year}
    states = dict(this_year().order_by().values_list("state").annotate(Count("id")))
    assert set(states) == set(ProjectState.values)
    assert states["in_progress"] >= 4
    assert {row.programme.source for row in this_year()} == {Source.NATIONAL, Source.LOCAL}


def test_this_year_has_something_late_and_something_to_decide(demo: str) -> None:
    today = clock.today()
    assert this_year().filter(state="in_progress", ends_on__lt=today).exists()
    assert this_year().filter(state="approved", starts_on__lt=today).exists()
    silent = this_year().filter(state="in_progress").annotate(count=Count("updates")).filter(count=0)
    assert silent.exists()
    states = set(ProgressUpdate.objects.filter(project__in=this_year()).values_list("state", flat=True))
    assert states == {"reported", "confirmed", "returned"}
    assert not ProgressUpdate.objects.filter(on__gt=today).exists()


def test_photos_of_this_year_are_photos(demo: str) -> None:
    photos = list(ProgressPhoto.objects.select_related("file"))
    assert len(photos) >= 3
    for photo in photos:
        content = read_bytes(photo.file)
        upload = io.BytesIO(content)
        upload.size = len(content)  # type: ignore[attr-defined]
        assert check_photo(upload).content_type == "image/jpeg"


def test_this_year_has_budgets_and_an_approved_plan(demo: str) -> None:
    year = clock.today().year
    budgets = {row.source: row.balance for row in Budget.objects.filter(year=year)}
    assert set(budgets) == {"national", "local"}
    for balance in budgets.values():
        assert balance.given_vnd - balance.allocated_vnd >= 500 * MILLION
    plan = AnnualPlan.objects.get(year=year)
    assert plan.state == "approved"
    assert plan.lines.count() >= 5
    stopped = this_year().get(state="stopped")
    assert support(stopped) == 0
    assert stopped.ledger.filter(account="allocated").count() == 2


# --- who, and that it is a demonstration ------------------------------------------------------------------------------


def test_everything_says_that_it_is_a_demonstration(demo: str) -> None:
    portal = Portal.current()
    assert portal is not None
    assert (portal.province.uid, portal.demonstration) == ("p42", True)
    assert not Project.objects.filter(demonstration=False).exists()
    assert not Report.objects.filter(demonstration=False).exists()


def test_companies_are_invented(demo: str) -> None:
    assert Enterprise.objects.count() >= 60
    twice = Enterprise.objects.filter(tax_code=None)  # entered again, to be found out
    assert twice.count() == 2
    for company in Enterprise.objects.exclude(pk__in=twice):
        assert "Minh Họa" in company.name
        assert company.tax_code is not None
        assert valid_tax_code(company.tax_code)
        assert company.tax_code.startswith("99")


@pytest.mark.parametrize(
    ("username", "role"),
    [
        ("canbo", Role.OFFICER),
        ("lanhdao", Role.LEADER),
        ("ketoan", Role.ACCOUNTANT),
        ("trungtam", Role.CENTRE),
        ("ctv", Role.COLLABORATOR),
        ("bo", Role.MINISTRY),
        ("kiemtoan", Role.AUDITOR),
        ("quantri", Role.ADMINISTRATOR),
    ],
)
def test_account_has_its_role_and_password(demo: str, username: str, role: Role) -> None:
    user = User.objects.get(username=username)
    assert user.check_password(PASSWORD)
    assert user.has_role(role)
    assert user.sight.roles == {role}


def test_collaborator_had_a_district_and_has_a_commune(demo: str) -> None:
    grants = list(User.objects.get(username="ctv").grants.order_by("valid_from"))
    assert [(grant.area.level, grant.valid_to) for grant in grants if grant.area] == [
        ("district", dt.date(2025, 6, 30)),
        ("commune", None),
    ]
    assert grants[1].valid_from == dt.date(2025, 7, 1)
    assert Project.objects.visible_to(User.objects.get(username="ctv")).filter(state="in_progress").exists()


def test_programs_have_their_scopes(demo: str) -> None:
    ministry = ApiClient.objects.get(client_id="demo-ministry")
    province = ApiClient.objects.get(client_id="demo-province")
    assert set(ministry.scopes) == {"reports:read", "records:read"}
    assert ministry.service_account.sight.country
    assert set(province.scopes) == {"reports:read", "reports:write", "records:read", "records:write"}
    assert province.service_account.sight.roles == {Role.OFFICER}
    assert not ministry.may_publish
    assert not province.may_publish


def test_accounts_are_written_for_the_owner_alone(demo: str) -> None:
    file = Path(settings.DATA_DIR) / "demo_accounts.txt"
    text = file.read_text(encoding="utf-8")
    assert str(file) in demo
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    for word in ("canbo", "quantri", "demo-ministry", "demo-province", PASSWORD, SECRET):
        assert word in text


def test_records_were_made_in_the_order_of_time(demo: str) -> None:
    for model, field in ((Entry, "at"), (LedgerEntry, "recorded_at")):
        moments = list(model.objects.filter(~Q(**{field: None})).order_by("id").values_list(field, flat=True))
        of_records = [moment for moment in moments if clock.local_day(moment) < clock.today()]
        assert of_records == sorted(of_records)
        assert len(of_records) > 200


# --- where it may come ------------------------------------------------------------------------------------------------


def test_second_load_is_refused_and_changes_nothing(demo: str) -> None:
    before = (Project.objects.count(), User.objects.count(), Entry.objects.count())
    with pytest.raises(CommandError):
        load()
    assert (Project.objects.count(), User.objects.count(), Entry.objects.count()) == before
