"""Who was at which session: present, absent or not recorded, and the share that follows from it."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from tests import factories as f
from tests.clocks import Clock
from tests.training.people import class_of, enter, person
from tests.training.test_rosters import browser
from training import presence, rosters, services
from training.models import Attendance, ClassSession, Presence, RosterRetention, TrainingClass, TrainingSubject
from training.services import SessionData

pytestmark = pytest.mark.django_db
SEPTEMBER = [dt.date(2026, 9, day) for day in (1, 2, 3)]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


class World:
    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.held: TrainingClass = class_of(f.approved(self.place, self.people))
        self.actor = self.people.officer
        self.sessions = self.meet(*SEPTEMBER)
        named = [person(self.place, name, phone=f"01000000{n}0") for n, name in enumerate(("Lê Sen", "Võ Đào"))]
        self.sen, self.dao = enter(self.held, *named, actor=self.actor)

    def meet(self, *days: dt.date) -> list[ClassSession]:
        services.tell_course(self.held, [SessionData(day) for day in days], [], actor=self.actor)
        return list(self.held.sessions.order_by("on", "position"))

    def tell(self, *said: tuple[Attendance, int, bool | None], **more: Any) -> int:
        told = {(one.pk, self.sessions[number].pk): value for one, number, value in said}
        return presence.tell_presence(self.held, told, actor=more.pop("actor", self.actor), **more)

    @property
    def shares(self) -> list[int | None]:
        return list(self.held.attendances.order_by("number").values_list("attended_percent", flat=True))

    @property
    def url(self) -> str:
        return reverse("training:presence", args=[self.held.public_id])

    def cell(self, one: Attendance, number: int) -> str:
        return f"p-{one.pk}-{self.sessions[number].pk}"


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_share_is_worked_out_from_what_is_recorded(world: World) -> None:
    assert world.tell((world.sen, 0, True), (world.sen, 1, True), (world.sen, 2, False), (world.dao, 0, False)) == 4
    assert world.shares == [67, 0]
    counted = [(one.came, one.missed, one.left) for one in presence.with_counts(world.held)]
    assert counted == [(1, 1, 0), (1, 0, 1), (0, 1, 1)]
    assert world.tell((world.dao, 0, None), (world.sen, 2, None), (world.sen, 0, True)) == 2
    assert world.shares == [100, None]  # not recorded is not absent
    entry = Entry.objects.filter(action="tell_presence").latest("pk")
    assert entry.changes == {"presences": [4, 2], "presences_changed": [None, 2]}
    assert not any(name in str(list(Entry.objects.values())) for name in ("Sen", "Đào"))


def test_recorded_share_is_not_typed_over(world: World) -> None:
    one = world.sen
    rosters.change_trainee(
        one, person(world.place, "Lê Sen", phone="0100000000", attended_percent=50), actor=world.actor
    )
    assert world.shares[0] == 50  # typed, as long as no session is recorded
    world.tell((one, 0, True))
    assert world.shares[0] == 100
    with pytest.raises(Invalid) as refused:
        typed = person(world.place, "Lê Sen", phone="0100000000", attended_percent=50)
        rosters.change_trainee(one, typed, actor=world.actor)
    assert list(refused.value.fields) == ["attended_percent"]
    page = browser(world.actor).get(reverse("training:trainee", args=[world.held.public_id, one.public_id]))
    assert page.context["forms"]["edit"].fields["attended_percent"].disabled


def test_sessions_told_anew_keep_who_was_there(world: World) -> None:
    world.tell((world.sen, 0, True), (world.dao, 1, False))
    kept = world.meet(SEPTEMBER[0], dt.date(2026, 9, 4))  # the second put right, the third taken out
    assert [one.pk for one in kept] == [one.pk for one in world.sessions[:2]]
    assert Presence.objects.count() == 2
    with pytest.raises(Invalid, match="01/09/2026|04/09/2026"):
        world.meet(SEPTEMBER[0])
    assert world.held.sessions.count() == 2


def test_session_still_to_come_and_stale_or_foreign_cells_are_refused(world: World, clock: Clock) -> None:
    clock.set("2026-09-02 12:00")
    with pytest.raises(Invalid, match="03/09/2026"):
        world.tell((world.sen, 2, False))
    version = rosters.roster_of(world.held).version
    world.tell((world.sen, 0, True), version=version)
    with pytest.raises(Conflict):
        world.tell((world.sen, 0, False), version=version)
    other = class_of(world.held.project, subject="Lớp khác")
    (stranger,) = enter(other, person(world.place, "Hồ Cúc"), actor=world.actor)
    with pytest.raises(Conflict):
        world.tell((stranger, 0, True))
    assert Presence.objects.count() == 1


@pytest.mark.parametrize("role", ["leader", "auditor", "collaborator", "administrator", "ministry"])
def test_only_those_who_work_on_the_project_record(world: World, role: str) -> None:
    who = world.people.all()[role]
    with pytest.raises(NotAllowed):
        world.tell((world.sen, 0, True), actor=who)
    assert browser(who).get(world.url).status_code in (403, 404)
    assert world.tell((world.sen, 0, True), actor=world.people.centre) == 1  # control


def test_erased_roster_keeps_its_counts_and_takes_no_more(world: World) -> None:
    world.tell((world.sen, 0, True), (world.dao, 0, False))
    RosterRetention.objects.create(pk=1, months=1, verified="no")
    rosters.erase(world.held, actor=world.actor)
    assert [(one.came, one.missed) for one in presence.with_counts(world.held)][0] == (1, 1)
    assert world.shares == [100, 0]
    with pytest.raises(WrongState):
        world.tell((world.sen, 1, True))
    assert browser(world.actor).get(world.url).status_code == 409


def test_table_is_typed_with_letters_and_a_wrong_one_is_named(world: World) -> None:
    client = browser(world.actor)
    page = client.get(world.url)
    assert "Lê Sen" in page.content.decode() and page["Cache-Control"].startswith("max-age=0")
    typed = {"version": str(rosters.roster_of(world.held).version), world.cell(world.sen, 0): "X",
             world.cell(world.sen, 1): "v", world.cell(world.dao, 0): "muộn"}  # fmt: skip
    wrong = client.post(world.url, typed)
    assert wrong.status_code == 422 and f'id="id_{world.cell(world.dao, 0)}_error"' in wrong.content.decode()
    assert not Presence.objects.exists()
    assert client.post(world.url, typed | {world.cell(world.dao, 0): ""}).status_code == 302
    assert world.shares == [50, None]
    shown = client.get(reverse("training:detail", args=[world.held.public_id])).content.decode()
    assert "Chưa ghi" in shown and "Lê Sen" not in shown


def test_one_session_is_recorded_on_a_phone_with_one_button_for_the_rest(world: World) -> None:
    client, url = browser(world.people.centre), f"{world.url}?session={world.sessions[1].pk}"
    page = client.get(url).content.decode()
    assert page.count('type="radio"') == 6
    data = {"version": "1", world.cell(world.sen, 1): "v", world.cell(world.dao, 1): "", "all": "1"}
    assert client.post(url, data).status_code == 302
    assert presence.stored(world.held) == {
        (world.sen.pk, world.sessions[1].pk): False,
        (world.dao.pk, world.sessions[1].pk): True,
    }


def test_rule_of_a_subject_refuses_a_certificate_only_where_it_is_verified(world: World) -> None:
    topic = TrainingSubject.objects.create(
        code="T", name="Nghề", kind="new_skill", certificate_percent=80, verified="no"
    )
    TrainingClass.objects.filter(pk=world.held.pk).update(topic=topic)
    world.held.refresh_from_db()
    world.tell((world.sen, 0, True), (world.sen, 1, False))
    assert "chưa đủ để cấp chứng chỉ" in browser(world.actor).get(world.url).content.decode()
    same = {"phone": "0100000000", "attended_percent": 50, "certificate_on": dt.date(2026, 9, 10)}
    TrainingSubject.objects.update(verified="yes")
    with pytest.raises(Invalid) as refused:
        rosters.change_trainee(fresh(world.sen), person(world.place, "Lê Sen", **same), actor=world.actor)
    assert list(refused.value.fields) == ["certificate_on"]
    TrainingSubject.objects.update(verified="partial")
    rosters.change_trainee(fresh(world.sen), person(world.place, "Lê Sen", **same), actor=world.actor)


def fresh(one: Attendance) -> Attendance:
    found: Attendance = Attendance.objects.select_related("training_class__topic").get(pk=one.pk)
    return found


def test_file_of_the_roster_has_a_column_for_each_session(world: World) -> None:
    world.tell((world.sen, 0, True), (world.dao, 0, False))
    answer = browser(world.actor).get(reverse("training:roster", args=[world.held.public_id]), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert "01/09/2026" in text
