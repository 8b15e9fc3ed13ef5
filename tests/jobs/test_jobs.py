"""A job is a row: written with the change, done once, in order, with true progress and words at its end."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from audit.actors import SYSTEM
from audit.models import Entry
from core import clock as portal_clock
from core.errors import Invalid, NotAllowed, WrongState
from jobs import services
from jobs.models import Job, JobState, Priority
from jobs.services import Fenced, Run, claim, enqueue, work_once
from jobs.words import WORDS
from reports.measures.measure import MEASURES
from reports.models import Report
from reports.services import request_report
from tests import factories as f
from tests.clocks import Clock
from tests.jobs.phases import Phases
from tests.processes import Worker, wait_until

KIND = "tests.work"


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Run], str]], None]:
    """Say what jobs of the tests' kind do."""
    return lambda function: monkeypatch.setitem(services._handlers, KIND, function)


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of the tests' kind are cancelled and asked for again by whoever asked for them."""

    def again(job: Job, actor: Any) -> Job:
        return enqueue(job.kind, job.params, actor=actor, key=job.key)

    monkeypatch.setitem(services._again, KIND, again)


@pytest.fixture
def phases() -> Iterator[Phases]:
    phases = Phases()
    yield phases
    phases.clear()


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """One element for every time the bell was rung."""
    rung: list[None] = []
    monkeypatch.setattr(services, "ring", lambda: rung.append(None))
    yield rung


def a_job(**fields: Any) -> Job:
    return enqueue(KIND, {}, actor=SYSTEM, **fields)


def after(job: Job) -> Job:
    job.refresh_from_db()
    return job


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_job_comes_and_goes_with_the_change_that_wants_it(bells: list[None]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        a_job()
        raise ZeroDivisionError
    assert not Job.objects.exists()
    assert bells == []
    with transaction.atomic():
        a_job()
        assert bells == []  # a worker that heard it now would not find the row
    assert Job.objects.get().state == "queued"
    assert bells == [None]


@pytest.mark.django_db
def test_same_request_is_the_same_job_while_it_is_not_finished(does: Any) -> None:
    does(lambda run: "")
    first = a_job(key="k")
    assert a_job(key="k") == first
    assert a_job(key="other") != first
    run = claim()
    assert run is not None and run.job == first
    assert a_job(key="k") == first
    with run.publish():
        run.finish("")
    again = a_job(key="k")
    assert again != first
    assert again.state == "queued"


@pytest.mark.django_db
def test_request_of_a_person_goes_before_scheduled_ones() -> None:
    scheduled = [a_job(priority=Priority.SCHEDULED), a_job(priority=Priority.SCHEDULED)]
    persons = [a_job(), a_job()]
    order = []
    while (run := claim()) is not None:
        order.append(run.job)
        run.finish("")
    assert order == [*persons, *scheduled]


# --- lease and fencing ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_job_has_one_owner_until_its_lease_runs_out(clock: Clock) -> None:
    clock.set("2026-03-02 08:00")
    a_job()
    first = claim()
    assert first is not None
    clock.move(seconds=settings.JOB_LEASE_SECONDS - 1)
    assert claim() is None
    first.renew()
    clock.move(seconds=settings.JOB_LEASE_SECONDS - 1)
    assert claim() is None
    clock.move(seconds=2)
    second = claim()
    assert second is not None
    assert (second.job, second.job.attempt) == (first.job, 2)


@pytest.mark.django_db
def test_worker_that_lost_its_lease_can_write_nothing(clock: Clock) -> None:
    clock.set("2026-03-02 08:00")
    a_job()
    late = claim()
    clock.move(minutes=1)
    owner = claim()
    assert late is not None and owner is not None
    before = Job.objects.values().get()
    with pytest.raises(Fenced):
        late.renew()
    with pytest.raises(Fenced):
        late.progress(5, 10)
    with pytest.raises(Fenced), late.publish():
        raise AssertionError("came through")
    late.finish("/late/")
    services._fail(late, "late", "late")
    services._retry(late, "late", "late")
    assert Job.objects.values().get() == before
    owner.progress(1, 2)  # control: the owner can
    with owner.publish():
        owner.finish("/result/")
    assert Job.objects.get().result == "/result/"


@pytest.mark.django_db
def test_lease_renewed_at_the_last_moment_is_not_taken_away(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look for work and the taking of it the owner may have renewed."""
    clock.set("2026-03-02 08:00")
    job = a_job()
    owner = claim()
    assert owner is not None
    clock.move(minutes=1)
    found = Job.objects.get()
    owner.renew()
    seen = iter([found, None])

    class Seen:
        def first(self) -> Job | None:
            return next(seen)

    with monkeypatch.context() as patch:
        patch.setattr(type(Job.objects.all()), "runnable", lambda self: Seen())
        patch.setattr(type(Job.objects), "runnable", lambda self: Seen())
        assert claim() is None
    assert after(job).attempt == 1
    owner.renew()


# --- doing ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_fault_is_tried_three_times_and_then_told_in_words(does: Any) -> None:
    tried = []

    def broken(run: Run) -> str:
        tried.append(run.job.attempt)
        raise ZeroDivisionError("secret detail")

    does(broken)
    job = a_job()
    while work_once():
        pass
    assert tried == [1, 2, 3]
    assert after(job).state == "failed"
    assert "secret detail" in job.error  # for support
    for language, words in (("en", "Ask for it again"), ("vi", "Hãy yêu cầu lại")):
        with translation.override(language):
            assert words in job.words
            assert "secret" not in job.words and "Traceback" not in job.words


@pytest.mark.django_db
def test_fault_that_passes_is_forgotten(does: Any) -> None:
    def once(run: Run) -> str:
        run.progress(3, 4, "figures")
        if run.job.attempt == 1:
            raise ZeroDivisionError
        return "/done/"

    does(once)
    job = a_job()
    while work_once():
        pass
    assert (after(job).state, job.attempt, job.result, job.error, job.words) == ("done", 2, "/done/", "", "")


@pytest.mark.django_db
def test_worker_that_dies_three_times_fails_the_job_in_words(clock: Clock) -> None:
    clock.set("2026-03-02 08:00")
    job = a_job()
    for _attempt in range(3):
        assert claim() is not None
        clock.move(minutes=1)
    assert claim() is None
    assert after(job).state == "failed"
    with translation.override("en"):
        assert "tell the administrator" in job.words


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refusal", [WrongState("Kỳ này đã khóa."), Invalid(fields={"period": "Kỳ này đã khóa."})], ids=["sentence", "field"]
)
def test_refusal_is_told_at_once_and_not_tried_again(does: Any, refusal: Exception) -> None:
    def refused(run: Run) -> str:
        raise refusal

    does(refused)
    job = a_job()
    assert work_once()
    assert not work_once()
    assert (after(job).state, job.attempt, job.words) == ("failed", 1, "Kỳ này đã khóa.")


@pytest.mark.django_db
def test_failed_job_can_be_asked_for_again_once_at_a_time(does: Any, theirs: None) -> None:
    does(lambda run: "/done/")
    job = a_job(key="k")
    with pytest.raises(WrongState):
        services.retry_job(job, actor=SYSTEM)  # it still waits
    Job.objects.update(state=JobState.FAILED)
    again = services.retry_job(job, actor=SYSTEM)
    assert again != job
    assert services.retry_job(job, actor=SYSTEM) == again
    assert work_once()
    assert (after(again).state, after(job).state) == ("done", "failed")
    with pytest.raises(WrongState):
        services.retry_job(again, actor=SYSTEM)


# --- cancelling -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_cancelled_job_is_not_done_and_cancelling_twice_is_cancelling_once(does: Any, theirs: None) -> None:
    does(lambda run: "/done/")
    job = a_job(key="k")
    services.cancel_job(job, actor=SYSTEM)
    services.cancel_job(job, actor=SYSTEM)
    assert not work_once()
    assert (after(job).state, job.attempt, Entry.objects.about(job).count()) == ("cancelled", 0, 1)
    again = services.retry_job(job, actor=SYSTEM)
    assert work_once()
    assert (after(again).state, after(job).state) == ("done", "cancelled")
    with pytest.raises(WrongState):
        services.cancel_job(again, actor=SYSTEM)


@pytest.mark.django_db
def test_job_is_cancelled_by_who_asked_for_it_and_only_of_a_kind_that_is_theirs(does: Any) -> None:
    job = a_job()
    with pytest.raises(WrongState):
        services.cancel_job(job, actor=SYSTEM)
    with pytest.raises(NotAllowed):
        services.cancel_job(job, actor=f.user("lan", "officer", f.Place().province))
    assert after(job).state == "queued"


@pytest.mark.django_db
@pytest.mark.parametrize("notices", ["progress", "renew", "publish"])
def test_worker_in_the_middle_of_a_cancelled_job_notices_and_writes_nothing(
    notices: str, does: Any, theirs: None
) -> None:
    came_through = []

    def work(run: Run) -> str:
        services.cancel_job(run.job, actor=SYSTEM)
        if notices == "publish":
            with run.publish():
                came_through.append("published")
        elif notices == "progress":
            run.progress(1, 2, "figures")
        else:
            run.renew()
        came_through.append("went on")
        return "/done/"

    does(work)
    job = a_job()
    assert work_once()
    assert not work_once()
    assert came_through == []
    assert (after(job).state, job.result, job.done, job.words) == ("cancelled", "", 0, str(WORDS["withdrawn"]))


def cancel_at(point: str, worker: Worker, phases: Phases, app: str = "khuyencong") -> tuple[Job, list[str], Any]:
    """A worker stands in the middle of a report, somebody cancels it, the worker goes on. What became of it, what the
    person was told, and how to ask for another report."""
    place = f.Place()
    people = f.People(place)
    year = portal_clock.today().year

    def ask(code: str) -> Job:
        period = f.period(f"{year}-{code}", f"{year}-01-01", f"{year}-12-31")
        return request_report("programme-results", period, place.province, actor=people.officer)

    worker.start(app=app)
    phases.hold(point)
    job = ask("Y")
    phases.wait_for(point)
    told: list[str] = []

    def cancel() -> None:
        try:
            services.cancel_job(job, actor=people.officer)
            told.append("cancelled")
        except WrongState:
            told.append("too late")
        finally:
            connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    if point == "before_commit":
        time.sleep(0.3)  # the person waits for the end of the commit
    else:
        thread.join(30)
    phases.let_go(point)
    thread.join(30)
    return job, told, ask


def test_job_cancelled_at_its_commit_is_finished_and_the_person_told_so(worker: Worker, phases: Phases) -> None:
    job, told, _ask = cancel_at("before_commit", worker, phases)
    assert told == ["too late"]
    assert (after(job).state, Report.objects.count()) == ("done", 1)


def test_report_cancelled_while_a_worker_makes_it_is_not_made(worker: Worker, phases: Phases) -> None:
    job, told, ask = cancel_at("files", worker, phases)
    following = ask("H1")
    wait_until(lambda: after(following).state == "done", 30, "the next report")
    assert told == ["cancelled"]
    assert (after(job).state, job.result) == ("cancelled", "")
    assert [report.period.code for report in Report.objects.all()] == [f"{portal_clock.today().year}-H1"]


def test_control_without_fencing_a_cancelled_report_is_made_all_the_same(worker: Worker, phases: Phases) -> None:
    _job, told, _ask = cancel_at("files", worker, phases, "tests.jobs.unfenced")
    assert told == ["cancelled"]
    wait_until(Report.objects.exists, 30, "the report nobody wants")


@pytest.mark.django_db
def test_failure_names_the_data_in_plain_words_and_keeps_the_traceback_for_support(monkeypatch: Any) -> None:
    """Section, figure and record; the person is told what to do, and nothing of the program."""
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people)
    today = portal_clock.today()
    period = f.period(f"{today.year}-Y", f"{today.year}-01-01", f"{today.year}-12-31")

    def broken(self: Any, row: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(MEASURES["money.allocated"]), "entry", broken)
    job = request_report("programme-progress", period, place.province, actor=people.officer)
    while work_once():
        pass
    assert after(job).state == "failed"
    assert "secret detail" in job.error and "Traceback" in job.error
    with translation.override("vi"):
        for words in ("Kinh phí hỗ trợ được phê duyệt", project.code, "Chưa có gì được lưu"):
            assert words in job.words
        assert "secret" not in job.words
    assert not Report.objects.exists()

    def broken_totals(self: Any, asked: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(type(MEASURES["money.paid"]), "totals", broken_totals)
    again = services.retry_job(job, actor=people.officer)
    while work_once():
        pass
    with translation.override("vi"):
        assert "Đề án và kinh phí › Kinh phí hỗ trợ đã giải ngân" in after(again).words


# --- turns ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_asks_for_little_does_not_wait_behind_who_asked_for_much() -> None:
    much = [a_job(lane="a") for _number in range(4)]
    first = claim()
    assert first is not None and first.job == much[0]
    little, later = a_job(lane="b"), a_job(lane="b")
    order = []
    while (run := claim()) is not None:
        order.append(run.job)
    assert order == [little, much[1], later, much[2], much[3]]


@pytest.mark.django_db
def test_scheduled_ones_leave_a_worker_free(settings: Any) -> None:
    scheduled = [a_job(priority=Priority.SCHEDULED) for _number in range(3)]
    first = claim()
    assert first is not None and first.job == scheduled[0]
    assert claim() is None  # a second worker stays free
    person = a_job()
    second = claim()
    assert second is not None and second.job == person
    first.finish("")
    third = claim()
    assert third is not None and third.job == scheduled[1]
    settings.JOB_SCHEDULED_AT_ONCE = 2  # control
    assert claim() is not None


def test_person_is_served_at_once_while_a_year_of_34_provinces_is_queued(worker: Worker, phases: Phases) -> None:
    """With every worker busy as it may be with scheduled reports, one that a person asks for is made before any other
    of them is finished."""
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    today = portal_clock.today()
    periods = [
        f.period(f"{today.year}-{number:02d}", f"{today.year}-01-01", f"{today.year}-01-{number:02d}")
        for number in range(1, 8)
    ]
    for number in range(34):
        for period in periods[:6]:
            params = {"kind": "programme-results", "period": period.pk, "area": place.province.pk, "n": number}
            enqueue("reports.make", params, actor=SYSTEM, priority=Priority.SCHEDULED, lane=f"province:{number}")
    assert Job.objects.unfinished().count() == 204
    phases.hold("figures")
    worker.start(environment={"JOB_SCHEDULED_AT_ONCE": "1"})
    phases.wait_for("figures")  # a scheduled one is in the middle of its work, and goes no further
    wait_until(lambda: Job.objects.filter(state="running").count() == 1, what="the first scheduled one")
    phases.forget("figures")
    job = request_report("programme-results", periods[6], place.province, actor=people.officer)
    phases.wait_for("figures")  # the person's has come as far beside it
    assert after(job).state == "running"
    phases.clear()
    wait_until(lambda: after(job).state == "done", 30, "the person's report")
    ahead = Job.objects.filter(priority=Priority.SCHEDULED, finished_at__lt=job.finished_at).count()
    assert ahead <= 1  # no more than the one that was being made
    # Provinces take turns: none has its second before each has its first.
    worker.kill()
    turns = list(Job.objects.filter(priority=Priority.SCHEDULED).order_by("turn", "id").values_list("lane", flat=True))
    assert len(set(turns[:34])) == 34


@pytest.mark.django_db
def test_half_done_effect_of_a_failed_attempt_is_not_there(does: Any) -> None:
    from jobs.models import WorkerHeartbeat

    def half(run: Run) -> str:
        with run.publish():
            WorkerHeartbeat.objects.create(name=f"effect {run.job.attempt}", at=portal_clock.now())
            if run.job.attempt == 1:
                raise ZeroDivisionError
            run.finish("")
        return ""

    does(half)
    a_job()
    while work_once():
        pass
    assert list(WorkerHeartbeat.objects.values_list("name", flat=True)) == ["effect 2"]


@pytest.mark.django_db
def test_progress_of_a_report_only_grows_and_ends_at_its_total(monkeypatch: pytest.MonkeyPatch) -> None:
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    today = portal_clock.today()
    period = f.period(f"{today.year}-Y", f"{today.year}-01-01", f"{today.year}-12-31")
    told: list[tuple[int, int, str]] = []
    tell = Run.progress

    def listen(self: Run, done: int, total: int, message: str = "") -> None:
        tell(self, done, total, message)
        job = Job.objects.get(pk=self.job.pk)
        told.append((job.done, job.total, job.words))

    monkeypatch.setattr(Run, "progress", listen)
    job = request_report("programme-results", period, place.province, actor=people.officer)
    assert (job.done, job.total) == (0, 0)
    assert work_once()
    done = [step for step, _total, _words in told]
    assert done == sorted(set(done))
    assert {total for _done, total, _words in told} == {done[-1]}
    assert all(words for _done, _total, words in told)
    assert (after(job).done, job.state) == (job.total, "done")
    # Nothing has changed: the second job has nothing to write, and still ends at its total.
    again = request_report("programme-results", period, place.province, actor=people.officer)
    assert work_once()
    assert (after(again).result, again.done) == (job.result, again.total)


@pytest.mark.django_db
def test_progress_of_a_second_attempt_begins_again(clock: Clock) -> None:
    clock.set("2026-03-02 08:00")
    job = a_job()
    run = claim()
    assert run is not None
    run.progress(7, 8, "files")
    clock.move(minutes=1)
    assert claim() is not None
    assert after(job).done == 0


# --- a real worker ----------------------------------------------------------------------------------------------------


def test_job_is_taken_up_again_within_a_minute_after_its_worker_died(worker: Worker, clock: Clock) -> None:
    """Lease and tick together stay under a minute, and the tick really finds what no bell announces."""
    tick = settings.CELERY_BEAT_SCHEDULE["tick"]["schedule"]
    assert settings.JOB_LEASE_SECONDS + 2 * tick < 60
    clock.set(portal_clock.now())
    place = f.Place()
    people = f.People(place)
    phases = Phases()
    phases.hold("claimed")
    first = worker.start()
    period = f.period("2026-Y", "2025-12-15", str(portal_clock.today()))
    job = request_report("programme-results", period, place.province, actor=people.officer)
    phases.wait_for("claimed")
    worker.kill(first)
    phases.clear()
    worker.start(beat=True)  # its first bell rings while the lease still holds
    wait_until(lambda: Job.objects.get(pk=job.pk).state == "running", what="the job")
    clock.move(seconds=settings.JOB_LEASE_SECONDS + 1)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == "done", 20, "the tick")
    assert (after(job).attempt, job.started_at is not None) == (2, True)
    assert job.finished_at is not None and job.finished_at - job.created_at < dt.timedelta(seconds=60)


def test_lost_bell_delays_a_job_and_does_not_lose_it(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.start(beat=True)
    place = f.Place()
    people = f.People(place)
    period = f.period("2026-Y", "2025-12-15", str(portal_clock.today()))

    def away(*args: Any, **kwargs: Any) -> None:
        raise OSError("the broker is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(services.current_app._get_current_object()), "send_task", away)
        job = request_report("programme-results", period, place.province, actor=people.officer)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == "done", 20, "the tick")
