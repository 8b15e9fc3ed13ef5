"""A commune goes to another collaborator: no figure of a report changes, and the work goes on from where it stood."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from accounts.services import deactivate_user, end_grant, grant_role
from core import clock as portal_clock
from core.errors import Invalid, NotAllowed
from programmes.models import Target
from projects.models import ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import confirm_progress
from reports.figures import Figures, take_figures
from reports.measures.frame import Scope
from reports.measures.money import summary
from tests import factories as f
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported
from training.services import ClassData, create_class

pytestmark = pytest.mark.django_db

PERIOD = ("2026-Y", "2025-12-15", "2026-12-14")


def figures(place: f.Place) -> Figures:
    """The whole report of the province."""
    return take_figures(
        "programme-results", Scope("default", place.province, f.period(*PERIOD)), lambda _done, _step: None
    )


def lines(found: Figures) -> list[tuple[Any, ...]]:
    return [(row.section, row.row, row.column, row.record, row.contribution) for row in found.lines()]


@pytest.fixture
def project(clock: Clock) -> Project:
    clock.set("2026-02-02 09:00")
    place = f.Place()
    people = f.People(place)
    learners = f.indicator("LEARNERS", training_kinds="new_skill")
    for indicator in (f.indicator(), learners):
        Target.objects.create(programme=f.programme(place), indicator=indicator, low=5, verified="yes")
    row = in_state(S.IN_PROGRESS, place, people)
    clock.set("2026-05-04 09:00")
    first = reported(row, people.collaborator, value_invested_vnd=200_000_000, results=[(f.indicator(), 2)])
    confirm_progress(first, actor=people.officer)
    data = ClassData("Mây tre đan", "new_skill", place.commune, dt.date(2026, 4, 1), dt.date(2026, 4, 9), 30, 12)
    create_class(row, data, actor=people.officer)
    reported(
        row, people.collaborator, value_invested_vnd=250_000_000, results=[(f.indicator(), 1)]
    )  # not confirmed yet
    row.place, row.people = place, people  # type: ignore[attr-defined]
    return row


def hand_over(place: f.Place, people: f.People) -> User:
    """The commune goes from the old collaborator, whose account is closed, to a new one, today."""
    today = portal_clock.today()
    new = f.user("ctv-moi", None, None)
    grant_role(new, Role.COLLABORATOR, place.commune, today, actor=people.administrator)
    grant = people.collaborator.grants.get()
    end_grant(grant, today - dt.timedelta(days=1), actor=people.administrator)
    deactivate_user(User.objects.get(pk=people.collaborator.pk), actor=people.administrator)
    return User.objects.get(pk=new.pk)


def test_handing_a_commune_over_changes_no_total(project: Any, clock: Clock) -> None:
    place, people = project.place, project.people
    clock.set("2026-07-01 09:00")
    before, overview = figures(place), summary([place.commune.pk], 2026, 2026)
    assert sum(len(row.cells) for section in before.sections for row in section.rows) > 20
    hand_over(place, people)
    after = figures(place)
    assert after.sha256() == before.sha256()
    assert lines(after) == lines(before)
    assert summary([place.commune.pk], 2026, 2026) == overview
    # What the old collaborator has reported is decided on as before, and counts as theirs.
    waiting = ProgressUpdate.objects.get(state="reported")
    confirm_progress(waiting, actor=people.officer)
    assert [row.reported_by_id for row in ProgressUpdate.objects.confirmed()] == [people.collaborator.pk] * 2


def test_new_collaborator_goes_on_from_what_the_old_one_reported(project: Any, clock: Clock) -> None:
    place, people = project.place, project.people
    clock.set("2026-07-01 09:00")
    new = hand_over(place, people)
    page = browser(new).get(f"/projects/{project.public_id}/").content.decode()
    assert people.collaborator.full_name in page
    with pytest.raises(Invalid):  # what was invested before is not lost: the figure is of the project
        reported(project, new, value_invested_vnd=50_000_000)
    confirm_progress(
        reported(project, new, value_invested_vnd=300_000_000, results=[(f.indicator(), 1)]), actor=people.officer
    )
    cells = {
        (section.code, row.code): row.cells
        for section in figures(place).sections
        for row in section.rows
        if section.code in ("targets", "progress")
    }
    assert cells["targets", f.indicator().code]["cumulative"].value == 3  # two of before, one of now; one waits
    assert cells["progress", project.code]["invested"].value == 300_000_000
    with pytest.raises(NotAllowed):
        reported(project, User.objects.get(pk=people.collaborator.pk), value_invested_vnd=300_000_000)
