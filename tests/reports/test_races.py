"""Approved, made again, submitted, returned and withdrawn at the same moment, on connections of their own: one
version is published, its bytes are those that were approved, and everybody else is told why not.

Each race has its control: with the lock and the guards taken away it goes wrong.
"""

import contextlib
import hashlib
import multiprocessing
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from accounts.models import CodeTries, User
from audit.models import Entry
from audit.steps import Life
from core import clock, guards
from core.errors import DomainError
from files.services import read_bytes
from funding.services import Voucher, pay
from jobs.models import Job
from jobs.services import work_once
from reports import life, services
from reports.life import return_report, submit_report, withdraw_report
from reports.models import Report
from reports.services import publish_report, request_report
from reports.texts import edit_texts
from tests import factories as f
from tests.api.conftest import Caller
from tests.api.test_idempotency import together
from tests.codes import digits, given
from tests.jobs.phases import Phases
from tests.reports.test_making import make, this_year
from tests.reports.ways import signed_off, submitted

pytestmark = pytest.mark.django_db(transaction=True)
FORK = multiprocessing.get_context("fork")
SOON = 1.5  # seconds: who waits for a lock longer than this really waits


class Office:
    """A report that waits for approval, with two leaders."""

    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.project = f.approved(self.place, self.people)
        self.second = f.user("phogiamdoc", "leader", self.place.province, self.place.department)
        self.report = submitted(make(self.place, self.people.officer), self.people)

    def new_record(self, number: int = 1) -> None:
        voucher = Voucher(f"UNC {number}", clock.today())
        pay(self.project, "local", "payment", 1_000 * number, voucher, actor=self.people.accountant)

    def approval(self, leader: User | None = None, report: Report | None = None, **options: Any) -> Callable[[], str]:
        """To be done by a process; the code is counted now."""
        who = leader or self.people.leader
        code = given(who)
        return said(lambda: publish_report(report or self.report, actor=who, code=code, **options))


@pytest.fixture
def office(transactional_db: None, phases: Phases) -> Office:
    return Office()


@pytest.fixture
def phases() -> Iterator[Phases]:
    phases = Phases()
    yield phases
    phases.clear()


def said(act: Callable[[], Any]) -> Callable[[], str]:
    """«done», or the code of the refusal."""

    def run() -> str:
        try:
            act()
        except DomainError as error:
            return error.code
        return "done"

    return run


def at_once(*acts: Callable[[], str]) -> Counter[str]:
    """Each in a process of its own."""
    return together(len(acts), lambda number: acts[number]())


def in_threads(*acts: Callable[[], str]) -> Counter[str]:
    """The same for what makes files: Typst's own threads do not outlive a fork."""
    words: list[str] = []

    def run(act: Callable[[], str]) -> None:
        try:
            words.append(act())
        except BaseException as error:
            words.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(words)


def unlocked(obj: Any, *related: str) -> Any:
    return type(obj)._default_manager.get(pk=obj.pk)


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "lock", unlocked)
    monkeypatch.setattr(life, "lock", unlocked)


def both_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has seen that the state allows the step waits until the other has seen it too, or cannot."""
    together_now, look = FORK.Barrier(2), Life.in_state

    def looked(self: Life, *args: Any) -> Any:
        verdict = look(self, *args)
        if verdict:
            with contextlib.suppress(threading.BrokenBarrierError):  # the other one waits for the lock
                together_now.wait(SOON)
        return verdict

    monkeypatch.setattr(Life, "in_state", looked)


def wrong_with(report: Report) -> list[str]:
    """What does not fit together in a version that is published."""
    wrong = []
    content = bytes(report.document)
    if hashlib.sha256(content).hexdigest() != report.sha256:
        wrong.append("hash")
    files = {row.format: row.file for row in report.files.select_related("file")}
    if set(files) != {"docx", "json", "pdf", "xlsx"} or read_bytes(files["json"]) != content:
        wrong.append("files")
    if Entry.objects.about(report).filter(action="publish").count() != 1:
        wrong.append("approved more than once")
    return wrong


def states() -> list[str]:
    return list(Report.objects.order_by("version").values_list("state", flat=True))


# --- two leaders ------------------------------------------------------------------------------------------------------


def test_two_leaders_approve_one_report_and_one_of_them_did(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    acts = [office.approval(), office.approval(office.second, seen_sha256=office.report.sha256)]
    both_look_first(monkeypatch)
    assert at_once(*acts) == {"done": 1, "wrong_state": 1}
    published = Report.objects.get(state="published")
    assert published.sha256 == office.report.sha256 and wrong_with(published) == []


@pytest.mark.needs_postgresql
def test_control_without_the_lock_both_leaders_approve(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    acts = [office.approval(), office.approval(office.second)]
    both_look_first(monkeypatch)
    without_lock(monkeypatch)
    with guards.lifted():
        assert at_once(*acts) == {"done": 2}
    assert wrong_with(Report.objects.get()) == ["approved more than once"]


def test_one_approval_sent_twice_at_once_is_one_and_no_wrong_try(office: Office) -> None:
    code, key = digits(office.people.leader), str(uuid.uuid4())
    path = f"/reports/{office.report.public_id}/steps/publish/"

    def send() -> str:
        return str(Caller(office.people.leader).post(path, {"code": code}, key=key).status_code)

    answers = at_once(send, send, send)
    assert answers["200"] >= 1 and set(answers) <= {"200", "409"}  # 409: the first is still being worked on
    assert CodeTries.objects.get(user=office.people.leader).tries == 0
    assert wrong_with(Report.objects.get(state="published")) == []


# --- approved and made again ------------------------------------------------------------------------------------------


def approve_while_it_is_stored(office: Office, phases: Phases) -> Counter[str]:
    """The worker has stored the draft with new figures and is about to commit; the leader approves what they saw."""
    office.new_record()
    job = request_report("programme-results", this_year(), office.place.province, actor=office.people.officer)
    approve = office.approval()
    phases.hold("before_commit")

    def worker() -> str:
        return "made" if work_once() else "nothing to do"

    def leader() -> str:
        phases.wait_for("before_commit")
        return approve()

    def let_go() -> str:
        phases.wait_for("before_commit")
        time.sleep(SOON)  # the leader has looked by now, or waits
        phases.clear()
        return "let go"

    words = in_threads(worker, leader, let_go)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return words


def test_what_is_made_again_just_now_is_not_approved(office: Office, phases: Phases) -> None:
    words = approve_while_it_is_stored(office, phases)
    assert words == {"made": 1, "wrong_state": 1, "let go": 1}
    assert states() == ["draft"]
    # and nothing is stuck: submitted and approved anew
    published = signed_off(Report.objects.get(), office.people)
    assert published.sha256 != office.report.sha256 and wrong_with(published) == []


@pytest.mark.needs_postgresql
def test_control_without_the_lock_old_figures_are_approved_over_new_files(
    office: Office, phases: Phases, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_lock(monkeypatch)
    with guards.lifted():
        words = approve_while_it_is_stored(office, phases)
    assert words["done"] == 1
    assert wrong_with(Report.objects.get(state="published")) == ["files"]


def test_approved_while_the_figures_are_taken_stays_and_the_new_ones_become_a_version(
    office: Office, phases: Phases
) -> None:
    office.new_record()
    job = request_report("programme-results", this_year(), office.place.province, actor=office.people.officer)
    approve = office.approval(seen_sha256=office.report.sha256)
    phases.hold("files")

    def worker() -> str:
        while work_once():  # the first attempt is overtaken, the second makes a version of its own
            pass
        return "made"

    def leader() -> str:
        phases.wait_for("files")
        word = approve()
        phases.clear()
        return word

    assert in_threads(worker, leader) == {"made": 1, "done": 1}
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 2)
    assert states() == ["published", "draft"]
    published = Report.objects.get(state="published")
    assert published.sha256 == office.report.sha256 and wrong_with(published) == []
    assert not Job.objects.unfinished().exists()


# --- approved, returned, submitted ------------------------------------------------------------------------------------


def return_and_approve(office: Office, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    back = said(lambda: return_report(office.report, actor=office.people.officer, note="Sửa lời văn"))
    approve = office.approval()
    both_look_first(monkeypatch)
    return at_once(back, approve)


def test_taken_back_and_approved_at_once_ends_in_one_of_both(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert return_and_approve(office, monkeypatch) == {"done": 1, "wrong_state": 1}
    report = Report.objects.get()
    actions = set(Entry.objects.about(report).values_list("action", flat=True)) & {"return", "publish"}
    assert (report.state, actions) in [("draft", {"return"}), ("published", {"publish"})]
    assert report.state == "draft" or wrong_with(report) == []


@pytest.mark.needs_postgresql
def test_control_without_the_lock_it_is_taken_back_and_approved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_lock(monkeypatch)
    with guards.lifted():
        assert return_and_approve(office, monkeypatch) == {"done": 2}


@pytest.mark.parametrize("looked_at", [True, False])
def test_approval_while_it_is_submitted_anew_meets_what_is_submitted(
    office: Office, monkeypatch: pytest.MonkeyPatch, looked_at: bool
) -> None:
    """The leader looked at what was submitted first; it was returned and is submitted again with another text, and
    this is not committed yet."""
    officer, before = office.people.officer, office.report
    draft = return_report(before, actor=office.people.leader, note="Sửa lời văn")
    text = draft.texts.exclude(text="").first()
    assert text is not None
    answers = {row.code: row.answer for row in before.checks.all()}
    edit_texts(draft, {text.code: "Lời văn khác."}, {text.code: text.version}, actor=officer)
    approve = office.approval(**({"seen_sha256": before.sha256} if looked_at else {}))
    submits, goes_on, compose = FORK.Event(), FORK.Event(), life.compose

    def composed(*args: Any) -> bytes:
        submits.set()
        goes_on.wait(SOON)  # the leader waits for the lock meanwhile
        return compose(*args)

    monkeypatch.setattr(life, "compose", composed)

    def leader() -> str:
        assert submits.wait(60)
        return approve()

    submit = said(lambda: submit_report(draft, actor=officer, answers=answers))
    words = in_threads(submit, leader)
    report = Report.objects.get()
    assert report.sha256 != before.sha256
    if looked_at:
        assert words == {"done": 1, "conflict": 1} and report.state == "submitted"
    else:
        assert words == {"done": 2} and report.state == "published"
        assert wrong_with(report) == []


# --- two versions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(office: Office) -> tuple[Report, Report]:
    """One version published, the next one waiting."""
    publish_report(office.report, actor=office.people.leader, code=given(office.people.leader))
    office.new_record()
    return office.report, submitted(make(office.place, office.people.officer), office.people)


def test_two_leaders_approve_two_versions_and_the_later_one_is_published(office: Office, two: Any) -> None:
    """The first leader has the page of the version before still open."""
    first, second = two
    words = at_once(office.approval(report=first), office.approval(office.second, report=second))
    assert words == {"done": 1, "wrong_state": 1}
    assert states() == ["superseded", "published"]
    assert [wrong_with(row) for row in Report.objects.all()] == [[], []]


def test_withdrawn_while_the_next_version_is_approved_both_hold(
    office: Office, two: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who approves has seen that the version before is published and waits for it while it is withdrawn."""
    first, second = two
    approve, holds, advance = office.approval(office.second, report=second), FORK.Event(), Life.advance

    def slowly(self: Life, obj: Any, step: Any, **options: Any) -> None:
        if step.code == "withdraw":
            holds.set()
            time.sleep(SOON)  # time for the other to see it published, and to wait
        advance(self, obj, step, **options)

    monkeypatch.setattr(Life, "advance", slowly)

    def leader() -> str:
        assert holds.wait(60)
        return approve()

    withdraw = said(lambda: withdraw_report(first, actor=office.people.leader, note="Sai số liệu"))
    assert at_once(withdraw, leader) == {"done": 2}
    assert states() == ["withdrawn", "published"]
    assert [wrong_with(row) for row in Report.objects.all()] == [[], []]


def test_two_workers_make_the_next_version_at_once_and_there_is_one(office: Office, two: Any, phases: Phases) -> None:
    """A person and the schedule ask for the same at once: two jobs."""
    office.new_record(2)
    publish_report(two[1], actor=office.people.leader, code=given(office.people.leader))
    for actor in (office.people.officer, office.people.leader):
        request_report("programme-results", this_year(), office.place.province, actor=actor)

    def worker() -> str:
        while work_once():
            pass
        return "done"

    assert in_threads(worker, worker) == {"done": 2}
    assert states() == ["superseded", "published", "draft"]
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
