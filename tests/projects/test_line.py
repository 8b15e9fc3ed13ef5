"""«Khóa số liệu đến hết ngày …» over progress and classes: what was recorded stays, figures of the locked time too."""

import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse

from core import guards
from core.errors import WrongState
from programmes.locking import lock_through
from projects.models import AchievedResult, ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import ProgressData, add_photo, confirm_progress, report_progress, return_progress
from reports.measures.frame import Scope
from reports.measures.projects import progress_section
from reports.measures.targets import Done
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported
from training.models import TrainingClass
from training.services import ClassData, change_class, create_class

LINE = dt.date(2026, 3, 31)
MARCH = dt.date(2026, 3, 20)


@pytest.fixture
def project(place: factories.Place, people: factories.People, clock: Clock) -> Project:
    clock.set("2026-02-02 09:00")
    row = in_state(S.IN_PROGRESS, place, people)
    clock.set("2026-03-20 09:00")
    return row


def lock(place: factories.Place, people: factories.People, day: dt.date = LINE) -> None:
    lock_through(place.province, day, "Chốt quý I", actor=people.leader)


def a_class(row: Project, people: factories.People, ends_on: dt.date, total: int | None = 30) -> TrainingClass:
    data = ClassData("Mây tre đan", "new_skill", row.area, ends_on - dt.timedelta(days=5), ends_on, total)
    return create_class(row, data, actor=people.officer)


def figures(place: factories.Place) -> tuple[Any, ...]:
    """Of the first quarter: achieved, learners, invested."""
    results = factories.indicator()
    learners = factories.indicator("LEARNERS", training_kinds="new_skill")
    quarter = factories.period("2026-Q1", "2026-01-01", "2026-03-31", kind="quarter")
    done = Done("default", [place.commune.pk], quarter.data_to)
    counted = [done.cell(row, quarter.data_from, quarter.data_to).value for row in (results, learners)]
    section = progress_section(Scope("default", place.province, quarter))
    return (*counted, section.rows[0].cells["invested"].value)


@pytest.mark.django_db
def test_figures_of_the_locked_time_stay_whatever_is_decided_and_entered_later(
    place: factories.Place, people: factories.People, project: Project, clock: Clock
) -> None:
    result = [(factories.indicator(), 1)]
    first = reported(project, people.collaborator, on=MARCH, value_invested_vnd=100, results=result)
    confirm_progress(first, actor=people.officer)
    waiting = reported(project, people.collaborator, on=MARCH, value_invested_vnd=200, results=result)
    a_class(project, people, MARCH)
    clock.set("2026-04-05 09:00")
    assert figures(place) == (1, 30, 100)
    lock(place, people)
    confirm_progress(waiting, actor=people.officer)  # decided in the open time
    late = reported(project, people.collaborator, on=MARCH, value_invested_vnd=300, results=result)
    confirm_progress(late, actor=people.officer)
    held = a_class(project, people, MARCH, 25)
    assert figures(place) == (1, 30, 100)
    days = list(ProgressUpdate.objects.order_by("id").values_list("on", "counts_on"))
    assert days == [(MARCH, MARCH), (MARCH, dt.date(2026, 4, 5)), (MARCH, dt.date(2026, 4, 5))]
    assert (held.ends_on, held.counts_on) == (MARCH, dt.date(2026, 4, 5))
    done = Done("default", [place.commune.pk], dt.date(2026, 4, 30))
    assert done.cell(factories.indicator(), dt.date(2026, 4, 1), dt.date(2026, 4, 30)).value == 2
    page = browser(people.officer).get(reverse("projects:update", args=[project.public_id, waiting.uuid]))
    assert "05/04/2026" in page.content.decode()


@pytest.mark.django_db
def test_without_a_line_progress_counts_as_of_its_own_day(
    place: factories.Place, people: factories.People, project: Project, clock: Clock
) -> None:
    """Control: what the line holds back would move the quarter."""
    waiting = reported(project, people.collaborator, on=MARCH, value_invested_vnd=200)
    clock.set("2026-04-05 09:00")
    confirm_progress(waiting, actor=people.officer)
    a_class(project, people, MARCH, 25)
    assert figures(place) == (None, 25, 200)


@pytest.mark.django_db
def test_what_was_recorded_up_to_the_line_is_not_changed(
    place: factories.Place, people: factories.People, project: Project, clock: Clock
) -> None:
    update = reported(project, people.collaborator, on=MARCH)
    held, coming = a_class(project, people, MARCH), a_class(project, people, dt.date(2026, 4, 20), None)
    clock.set("2026-04-05 09:00")
    lock(place, people)
    with pytest.raises(WrongState, match="20/03/2026"):
        add_photo(update, _photo(), actor=people.collaborator)
    data = ClassData("Mây tre đan", "new_skill", project.area, MARCH, MARCH, 31)
    with pytest.raises(WrongState, match="20/03/2026"):
        change_class(held, data, actor=people.officer)
    client = browser(people.officer)
    assert client.get(reverse("training:edit", args=[held.public_id])).status_code == 409
    edit = reverse("training:edit", args=[held.public_id])
    assert edit not in client.get(reverse("training:detail", args=[held.public_id])).content.decode()
    # A class that is held after the line counts nowhere in the locked time: its learners are told when it is over.
    data = ClassData("Mây tre đan", "new_skill", project.area, MARCH, dt.date(2026, 4, 4), 28)
    assert change_class(coming, data, actor=people.officer).counts_on == dt.date(2026, 4, 4)


def _photo() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.projects.test_photos import encoded, picture

    return SimpleUploadedFile("anh.jpg", encoded(picture()), "image/jpeg")


@pytest.mark.django_db
def test_on_a_locked_day_nothing_is_reported_decided_or_entered(
    place: factories.Place, people: factories.People, project: Project, clock: Clock
) -> None:
    update = reported(project, people.collaborator, on=MARCH)
    lock(place, people, MARCH)  # today
    client = browser(people.officer)
    form = {"uuid": str(factories.new_uuid()), "on": "20/03/2026", "note": "Đã lắp máy"}
    answer = client.post(reverse("projects:report", args=[project.public_id]), form)
    assert answer.status_code == 409 and "Đã lắp máy" in answer.content.decode()  # what was typed is kept
    for act in (confirm_progress, return_progress):
        with pytest.raises(WrongState, match="20/03/2026"):
            act(update, actor=people.officer, note="Xem lại")
    with pytest.raises(WrongState, match="20/03/2026"):
        a_class(project, people, MARCH)
    clock.set("2026-03-21 00:01")
    assert client.post(reverse("projects:report", args=[project.public_id]), form).status_code == 302
    confirm_progress(update, actor=people.officer)


@pytest.mark.django_db
def test_database_refuses_a_change_behind_the_services(
    place: factories.Place, people: factories.People, project: Project, clock: Clock
) -> None:
    update = reported(project, people.collaborator, on=MARCH, results=[(factories.indicator(), 1)])
    confirm_progress(update, actor=people.officer)
    held = a_class(project, people, MARCH)
    clock.set("2026-04-05 09:00")

    def tries() -> list[Any]:
        return [
            lambda: ProgressUpdate.objects.filter(pk=update.pk).update(value_invested_vnd=1),
            lambda: ProgressUpdate.objects.filter(pk=update.pk).update(percent=Decimal(1)),
            lambda: AchievedResult.objects.filter(update=update).update(quantity=9),
            lambda: AchievedResult.objects.filter(update=update).delete(),
            lambda: TrainingClass.objects.filter(pk=held.pk).update(total=99),
            lambda: TrainingClass.objects.filter(pk=held.pk).delete(),
        ]

    lock(place, people)
    for act in tries():
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    names = ("progress_line", "progress_results_line", "classes_line")
    with transaction.atomic():  # control: without the triggers all of it is done
        with connection.cursor() as cursor:
            for guard in guards.registered():
                if guard.name in names:
                    for trigger in guard.triggers(connection.vendor):
                        on = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
                        cursor.execute(f"DROP TRIGGER {trigger}{on}")
        for act in tries():
            act()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_another_province_is_not_locked(people: Any, project: Project) -> None:
    other = factories.Place("40", "Nghệ An")
    leader = factories.user("lanhdao40", "leader", other.province, other.department)
    lock_through(other.province, MARCH, "Chốt", actor=leader)
    confirm_progress(reported(project, people.collaborator, on=MARCH), actor=people.officer)


@pytest.mark.needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_line_waits_for_who_is_just_reporting(place: Any, people: Any, project: Project) -> None:
    began, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def report() -> None:
        with transaction.atomic():
            report_progress(project, ProgressData(factories.new_uuid(), MARCH, 1), actor=people.collaborator)
            began.set()
            assert go_on.wait(10)
            order.append("reported")
        connections.close_all()

    def draw() -> None:
        lock(place, people, MARCH)
        order.append("locked")
        connections.close_all()

    first, second = threading.Thread(target=report), threading.Thread(target=draw)
    first.start()
    assert began.wait(10)
    second.start()
    for _attempt in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                break
        second.join(0.02)
    go_on.set()
    first.join()
    second.join()
    assert order == ["reported", "locked"]
