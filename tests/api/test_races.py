"""Many at once: one establishment a tax code, one decision a project, one published version, one record an update.

Each race has its control: with what stops it taken away, the same race is lost.
"""

import datetime as dt
import uuid
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from audit.models import Entry
from core import guards
from core.errors import DomainError, WrongState
from enterprises.models import Enterprise
from enterprises.services import EnterpriseData, create_enterprise
from funding.models import BudgetBalance, LedgerEntry, ProjectBalance
from funding.services import Voucher, give_budget, pay
from projects import services
from projects.models import Decision, ProgressUpdate, Project, StepPaper
from projects.progress import ProgressData, confirm_progress, report_progress
from projects.services import take_step
from projects.states import PROJECT_LIFE
from reports.models import Report
from reports.services import publish_report
from tests import factories as f
from tests.api.conftest import Caller
from tests.api.scene import make_report
from tests.api.test_chain import decision_body, enterprise_body, tax_code
from tests.api.test_idempotency import together
from tests.codes import digits, given
from tests.projects.lives import found_fit, in_state, national, paper, settle, signed
from tests.reports.ways import signed_off, submitted

pytestmark = pytest.mark.django_db(transaction=True)

VOUCHER = Voucher("07/UNC", dt.date(2026, 3, 2), "Thử")


def person(username: str) -> User:
    found: User = User.objects.get(username=username)
    return found


def said(act: Any) -> str:
    """Its own word, or the code of the refusal."""
    try:
        return str(act() or "done")
    except DomainError as error:
        return error.code


# --- one establishment a tax code -------------------------------------------------------------------------------------


def test_twenty_enter_the_same_tax_code_and_one_is_registered(place: f.Place, people: f.People) -> None:
    code = tax_code()
    area = place.commune

    def enter(number: int) -> str:
        data = EnterpriseData(f"Cơ sở {number}", "enterprise", area, code)
        return said(lambda: create_enterprise(data, actor=person("canbo")) and None)

    assert together(20, enter) == {"done": 1, "duplicate": 19}
    assert Enterprise.objects.get().tax_code == code
    assert Entry.objects.filter(object_type="enterprises.enterprise").count() == 1


def test_twenty_by_api_are_told_the_one_who_was_first(place: f.Place, people: f.People) -> None:
    body = enterprise_body(place)

    def enter(number: int) -> str:
        answer = Caller(person("canbo")).post("/enterprises/", {**body, "name": f"Cơ sở {number}"})
        found = answer.json()
        return f"{answer.status_code} {found['candidates'][0]['id'] if answer.status_code == 409 else found['id']}"

    answers = together(20, enter)
    first = str(Enterprise.objects.get().public_id)
    assert answers == {f"201 {first}": 1, f"409 {first}": 19}


def test_control_without_the_unique_rule_all_twenty_are_registered(place: f.Place, people: f.People) -> None:
    """They look, then write: nothing but the rule of the database stands between."""
    area, code = place.commune, tax_code()
    rule = next(rule for rule in Enterprise._meta.constraints if rule.name == "enterprise_tax_code_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Enterprise, rule)
    try:

        def enter(number: int) -> str:
            Enterprise.objects.create(
                name=f"Cơ sở {number}", kind="enterprise", area=area, province=place.province, tax_code=code
            )
            return "done"

        assert together(20, enter) == {"done": 20}
    finally:
        Enterprise.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Enterprise, rule)
        guards.install()


# --- one decision a project -------------------------------------------------------------------------------------------


def test_twenty_submit_one_project_and_it_is_submitted_once(place: f.Place, people: f.People) -> None:
    project = f.project(place, people)
    submit = lambda number: said(lambda: take_step(project, "submit", actor=person("canbo")) and None)  # noqa: E731
    assert together(20, submit) == {"done": 1, "wrong_state": 19}
    assert Entry.objects.about(project).filter(action="submit").count() == 1


def test_twenty_decide_on_one_project_and_there_is_one_decision_and_one_allocation(
    place: f.Place, people: f.People
) -> None:
    f.budget(place, people)
    project = take_step(f.project(place, people), "submit", actor=people.officer)
    path = f"/projects/{project.public_id}/steps/approve/"

    def approve(number: int) -> str:
        body = {
            "decision": decision_body(number=f"{number}/QĐ"),
            "money": [{"source": "local", "amount_vnd": 10_000_000}],
        }
        answer = Caller(person("lanhdao")).post(path, body)
        return f"{answer.status_code} {answer.json().get('code') if answer.status_code >= 400 else ''}".strip()

    assert together(20, approve) == {"200": 1, "409 wrong_state": 19}
    entry = LedgerEntry.objects.get(account="allocated")
    assert entry.decision == Decision.objects.get()
    assert BudgetBalance.objects.get().allocated_vnd == ProjectBalance.objects.get().allocated_vnd == 10_000_000
    assert Entry.objects.about(project).filter(action="approve").count() == 1


def test_control_without_the_lock_one_project_gets_several_decisions(
    place: f.Place, people: f.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state was looked at before the transaction began: what the lock forbids."""
    f.budget(place, people)
    project = take_step(f.project(place, people), "submit", actor=people.officer)
    monkeypatch.setattr(services, "lock", lambda obj: obj)

    def approve(number: int) -> str:
        stale = Project.objects.get(pk=project.pk)
        BARRIER[0].wait(60)
        data = {"decision": f.decision(place, f"{number}/QĐ"), "money": {"local": 1_000}}
        return said(lambda: take_step(stale, "approve", actor=person("lanhdao"), data=data) and None)

    import multiprocessing

    BARRIER[0] = multiprocessing.get_context("fork").Barrier(5)
    assert together(5, approve) == {"done": 5}
    assert Decision.objects.count() == 5


BARRIER: list[Any] = [None]


def test_return_and_approval_of_one_file_at_once_end_in_one_of_both(place: f.Place, people: f.People) -> None:
    f.budget(place, people)
    project = take_step(f.project(place, people), "submit", actor=people.officer)

    def act(number: int) -> str:
        if number % 2:
            return said(lambda: take_step(project, "return", actor=person("canbo"), note="Thiếu") and "return")
        data = {"decision": f.decision(place, f"{number}/QĐ"), "money": {"local": 1_000}}
        return said(lambda: take_step(project, "approve", actor=person("lanhdao"), data=data) and "approve")

    words = together(20, act)
    project.refresh_from_db()
    won = {"returned": "return", "approved": "approve"}[project.state]
    assert words == {won: 1, "wrong_state": 19}
    assert Decision.objects.count() == LedgerEntry.objects.filter(account="allocated").count() == (won == "approve")


# --- every step of both lives -----------------------------------------------------------------------------------------

ROADS = [
    # state to begin with, step, who takes it, of which money
    ("draft", "submit", "canbo", "local"),
    ("submitted", "register", "canbo", "national"),
    ("submitted", "appraise", "lanhdao", "local"),
    ("submitted", "return", "lanhdao", "local"),
    ("submitted", "reject", "lanhdao", "local"),
    ("appraised", "ministry_appraise", "canbo", "national"),
    ("appraised", "ministry_return", "canbo", "national"),
    ("appraised", "ministry_reject", "canbo", "national"),
    ("approved", "contract", "trungtam", "local"),
    ("approved", "start", "trungtam", "local"),
    ("in_progress", "accept", "trungtam", "local"),
    ("accepted", "liquidate", "trungtam", "local"),
    ("accepted", "settle", "ketoan", "local"),
    ("settled", "close", "ketoan", "local"),
    ("in_progress", "stop", "lanhdao", "local"),
]


@pytest.mark.parametrize(("state", "step", "who", "source"), ROADS, ids=[road[1] for road in ROADS])
def test_twenty_take_one_step_and_it_has_one_effect(
    place: f.Place, people: f.People, state: str, step: str, who: str, source: str
) -> None:
    project = in_state(state, place, people, **(national(place) if source == "national" else {}))
    if step == "appraise":
        found_fit(project, people)
    if step == "contract":
        signed(project, place, people)
    if step == "settle":
        settle(project, people)
    data: dict[str, Any] = {"decision": f.decision(place)} if step == "stop" else {}
    if step == "register" or step.startswith("ministry_"):
        data["paper"] = paper(place, ministry=step != "register")
    before = (StepPaper.objects.count(), LedgerEntry.objects.count())

    def take(number: int) -> str:
        return said(lambda: take_step(project, step, actor=person(who), note="Lý do", data=data) and None)

    assert together(20, take) == {"done": 1, "wrong_state": 19}
    assert Entry.objects.about(project).filter(action=step, object_type="projects.project").count() == 1
    after = (StepPaper.objects.count(), LedgerEntry.objects.count())
    assert (after[0] - before[0], after[1] - before[1]) == (int("paper" in data), int(step == "stop"))


def test_steps_that_race_are_all_steps_there_are() -> None:
    assert {road[1] for road in ROADS} | {"approve"} == set(PROJECT_LIFE.steps)


# --- one published version --------------------------------------------------------------------------------------------


@pytest.fixture
def draft(place: f.Place, people: f.People) -> Report:
    f.approved(place, people)
    return make_report(place, people.officer)


def test_five_publish_one_report_and_it_is_published_once(draft: Report, people: f.People) -> None:
    submitted(draft, people)
    code = digits(person("lanhdao"))

    def publish(number: int) -> str:
        body = {"note": str(number), "code": code}
        answer = Caller(person("lanhdao")).post(f"/reports/{draft.public_id}/steps/publish/", body)
        return str(answer.status_code)

    assert together(5, publish) == {"200": 1, "409": 4}
    draft.refresh_from_db()
    assert draft.state == "published"
    assert Entry.objects.about(draft).filter(action="publish").count() == 1


def test_ten_ask_for_one_report_and_one_job_is_made_for_each_of_them(
    place: f.Place, people: f.People, draft: Report
) -> None:
    from jobs.models import Job

    body = {"kind": "programme-results", "period": draft.period.code, "area": "42"}
    jobs = together(10, lambda number: Caller(person("canbo")).post("/reports/", body)["Location"])
    assert sum(jobs.values()) == 10
    assert len(jobs) == 1
    assert Job.objects.unfinished().count() == 1


def test_two_versions_cannot_be_published_side_by_side(draft: Report, place: f.Place, people: f.People) -> None:
    signed_off(draft, people)
    f.approved(place, people, name="Một nữa")
    second = submitted(make_report(place, people.officer), people)
    leader = person("lanhdao")
    code = given(leader)
    words = together(10, lambda number: said(lambda: publish_report(second, actor=leader, code=code) and None))
    assert words == {"done": 1, "wrong_state": 9}
    assert list(Report.objects.order_by("version").values_list("state", flat=True)) == ["superseded", "published"]


# --- money ------------------------------------------------------------------------------------------------------------


def test_return_and_payment_racing_never_leave_the_room_between_nothing_and_the_approval(
    place: f.Place, people: f.People
) -> None:
    project = f.approved(place, people, 100)
    pay(project, "local", "advance", 50, VOUCHER, actor=people.accountant)

    def act(number: int) -> str:
        kind = "return" if number % 2 else "payment"
        return said(lambda: pay(project, "local", kind, 30, VOUCHER, actor=person("ketoan")) and kind)

    words = together(20, act)
    balance = ProjectBalance.objects.get()
    moved = sum(LedgerEntry.objects.filter(account="paid").values_list("amount_vnd", flat=True))
    assert balance.paid_vnd == moved == BudgetBalance.objects.get().paid_vnd
    assert moved == 50 + 30 * (words["payment"] - words["return"])
    assert 0 <= moved <= 100
    assert words["payment"] + words["return"] + words["ceiling_exceeded"] == 20
    running = 0  # also in between: replayed in the order of the ledger it never left the room
    for amount in LedgerEntry.objects.filter(account="paid").order_by("id").values_list("amount_vnd", flat=True):
        running += amount
        assert 0 <= running <= 100


def test_twenty_pay_the_rest_and_one_does(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people, 100)
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    rest = lambda number: said(lambda: pay(project, "local", "payment", 100, VOUCHER, actor=person("ketoan")) and None)  # noqa: E731
    assert together(20, rest) == {"done": 1, "ceiling_exceeded": 19}
    assert ProjectBalance.objects.get().paid_vnd == 100


def test_control_without_lock_and_guard_the_rest_is_paid_more_than_once(place: f.Place, people: f.People) -> None:
    import multiprocessing

    project = f.approved(place, people, 100)
    budget = LedgerEntry.objects.filter(account="allocated").get().budget
    BARRIER[0] = multiprocessing.get_context("fork").Barrier(10)

    def look_then_write(number: int) -> str:
        paid = sum(LedgerEntry.objects.filter(account="paid").values_list("amount_vnd", flat=True))
        BARRIER[0].wait(60)
        if paid + 100 > 100:
            return "refused"
        LedgerEntry.objects.create(
            budget=budget, project=project, account="paid", kind="payment", amount_vnd=100,
            document_no=str(number), document_on=dt.date(2026, 2, 2), recorded_by_label="x",
        )  # fmt: skip
        return "done"

    with guards.lifted():
        assert together(10, look_then_write) == {"done": 10}
        assert LedgerEntry.objects.filter(account="paid").count() == 10
        LedgerEntry.objects.filter(account="paid").delete()


def test_twenty_give_the_first_money_of_a_year_at_once_and_none_is_lost(place: f.Place, people: f.People) -> None:
    programme = f.programme(place)

    def give(number: int) -> str:
        arguments = (place.province, programme, "local", 2026, 1_000 + number, VOUCHER)
        return said(lambda: give_budget(*arguments, actor=person("lanhdao")) and None)

    assert together(20, give) == {"done": 20}
    assert BudgetBalance.objects.get().given_vnd == sum(range(1_000, 1_020))


def test_approvals_and_stops_of_both_sources_at_once_wait_for_each_other_and_end(
    place: f.Place, people: f.People
) -> None:
    """Each takes the balances of two budgets: in one order, or they would block each other for ever."""
    national = f.programme(source="national")
    f.budget(place, people, programme=national)
    f.budget(place, people)
    money = {"national": 1_000, "local": 1_000}
    projects = []
    for number in range(8):
        row = f.project(place, people, name=f"Đề án {number}", programme=national)
        row = take_step(row, "submit", actor=people.officer)
        if number % 2:
            data = {"decision": f.decision(place, f"{number}/QĐ"), "money": money}
            row = take_step(row, "approve", actor=people.leader, data=data)
        projects.append(row)

    def act(number: int) -> str:
        data = {"decision": f.decision(place, f"9{number}/QĐ"), "money": money}
        step = "stop" if number % 2 else "approve"
        return said(lambda: take_step(projects[number], step, actor=person("lanhdao"), note="Rút", data=data) and step)

    assert together(8, act) == {"approve": 4, "stop": 4}
    assert {balance.allocated_vnd for balance in BudgetBalance.objects.all()} == {4_000}


def test_stop_and_payment_at_once_keep_the_balance_whole(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people, 100)

    def act(number: int) -> str:
        if number == 0:
            data = {"decision": f.decision(place, "99/QĐ")}
            return said(lambda: take_step(project, "stop", actor=person("lanhdao"), note="Rút", data=data) and "stop")
        return said(lambda: pay(project, "local", "payment", 10, VOUCHER, actor=person("ketoan")) and "paid")

    words = together(8, act)
    balance = ProjectBalance.objects.get()
    assert words["stop"] == 1
    assert balance.paid_vnd == balance.allocated_vnd == 10 * words["paid"]
    assert words["paid"] + words["ceiling_exceeded"] == 7


# --- one record an update ---------------------------------------------------------------------------------------------


def test_one_update_sent_twenty_times_at_once_is_one_record(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    body = {"uuid": str(uuid.uuid4()), "on": str(project.decided_on), "note": "Đã lắp máy",
            "results": [{"indicator": "HT25_MACHINE", "quantity": 1}]}  # fmt: skip
    path = f"/projects/{project.public_id}/progress/"
    words = together(20, lambda number: str(Caller(person("ctv")).post(path, body).status_code))
    assert words == {"201": 1, "200": 19}
    assert ProgressUpdate.objects.get().results.count() == 1
    assert Entry.objects.filter(action="report").count() == 1


def test_one_uuid_for_two_projects_at_once_is_a_record_of_one_of_them(place: f.Place, people: f.People) -> None:
    projects = [f.approved(place, people, 1_000), f.approved(place, people, 1_000)]
    key = uuid.uuid4()

    def send(number: int) -> str:
        data = ProgressData(uuid=key, on=dt.date.today(), note="x")
        project = projects[number % 2]
        return said(lambda: f"{report_progress(project, data, actor=person('ctv'))[1]}")

    words = together(20, send)
    assert words == {"True": 1, "False": 9, "uuid_used": 10}
    assert ProgressUpdate.objects.count() == 1


def test_twenty_confirm_one_update_and_it_is_confirmed_once(place: f.Place, people: f.People) -> None:
    project = f.approved(place, people)
    data = ProgressData(uuid=uuid.uuid4(), on=dt.date.today(), note="x")
    update, _created = report_progress(project, data, actor=people.collaborator)
    words = together(20, lambda number: said(lambda: confirm_progress(update, actor=person("canbo")) and None))
    assert words == {"done": 1, "wrong_state": 19}
    assert Entry.objects.filter(action="confirm").count() == 1


def test_projects_entered_at_once_have_each_their_own_number(place: f.Place, people: f.People) -> None:
    data = f.project_data(place)
    words = together(20, lambda number: services.create_project(data, actor=person("trungtam")).code)
    year = data.year
    assert words == Counter([f"KCDP-{year}-{number:03d}" for number in range(1, 21)])


def test_lock_outside_a_transaction_is_refused(place: f.Place, people: f.People) -> None:
    """So nobody believes to hold what they do not."""
    project = f.project(place, people)
    with pytest.raises(transaction.TransactionManagementError):
        services.lock(project)
    with transaction.atomic(), pytest.raises(WrongState):
        take_step(project, "approve", actor=people.leader)
