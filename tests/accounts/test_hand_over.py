"""A person's units and open work pass to another at once: nothing is lost, nothing done changes its author, no total
changes."""

import contextlib
import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts import hand_over as handing
from accounts.hand_over import Order, hand_over, plan, units_of
from accounts.models import Grant, HandOver, User
from accounts.open_work import KINDS
from accounts.services import deactivate_user, end_grant
from accounts.staff import members
from audit.models import Entry
from core import clock
from core.errors import Conflict, DomainError, Invalid, NotAllowed, WrongState
from home.network import units_on
from home.overview import by_place
from outreach.advice import AdviceData, ask_advice
from outreach.models import Advice, ListItem
from places.models import Area
from projects.models import ProgressReminder, ProgressUpdate, Project
from projects.progress import ProgressData, report_progress, return_progress
from projects.reminders import remind
from reports.figures import take_figures
from reports.measures.frame import Scope
from reports.measures.money import summary
from tests import factories as f

DAY = dt.timedelta(days=1)


def update(project: Project, who: User, value: int) -> ProgressUpdate:
    data = ProgressData(uuid=uuid.uuid4(), on=clock.today(), value_invested_vnd=value, note="Đã lắp máy")
    return report_progress(project, data, actor=who)[0]


class Office:
    """A commune with a project that was reported, returned and asked for, and a request for advice; somebody new."""

    def __init__(self) -> None:
        self.place = place = f.Place()
        self.people = people = f.People(place)
        self.giver, self.admin = people.collaborator, people.administrator
        self.taker = f.user("moi", None, None)
        self.project = f.approved(place, people)
        update(self.project, self.giver, 100_000_000)
        self.returned = update(self.project, self.giver, 120_000_000)
        return_progress(self.returned, actor=people.officer, note="Thiếu ảnh")
        self.period = f.period(f"{clock.today().year}-Y", f"{clock.today().year}-01-01", f"{clock.today().year}-12-31")
        topic = ListItem.objects.create(kind="topic", name="Máy móc", days=5)
        data = AdviceData(topic, "phone", "Nên mua máy nào?", clock.today(), assigned_to=self.giver)
        self.advice = ask_advice(self.project.beneficiaries.get(), data, actor=people.officer)

    def order(self, **changes: Any) -> Order:
        values = {"giver": self.giver, "taker": self.taker, "starts_on": clock.today(), "reason": "QĐ 12"}
        return Order(**{**values, "areas": [self.place.commune], **changes})

    def do(self, **changes: Any) -> HandOver:
        return hand_over(self.order(**changes), actor=self.admin)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def fresh(person: User) -> User:
    found: User = User.objects.get(pk=person.pk)
    return found


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def totals(office: Office) -> dict[str, Any]:
    """What the province has and did, and who did it."""
    user, year = fresh(office.people.officer), clock.today().year
    figures = take_figures(
        "programme-results", Scope("default", office.place.province, office.period), lambda _done, _step: None
    )
    units = units_on(user, clock.today())
    latest = ProgressUpdate.objects.counted().filter(project=office.project).last()
    return {
        "report": [(row.section, row.row, row.column, row.record, row.contribution) for row in figures.lines()],
        "summary": summary(Area.objects.values("pk"), year, year),
        "places": [str(vars(line)) for line in by_place(user, year, year, clock.today())],
        "network": [sum(getattr(unit, name) for unit in units) for name in ("establishments", "projects", "running")],
        "so far": latest and latest.value_invested_vnd,
        "by whom": list(ProgressUpdate.objects.order_by("pk").values_list("pk", "reported_by", "state", "on")),
        "advice": Advice.objects.count(),
    }


# --- what moves -------------------------------------------------------------------------------------------------------


def test_units_and_every_kind_of_open_work_pass_on_in_one_step(office: Office) -> None:
    row = office.do()
    today = clock.today()
    assert Grant.objects.get(user=office.giver).valid_to == today - DAY
    made = Grant.objects.get(user=office.taker)
    assert (made.role, made.area, made.valid_from, made.valid_to) == ("collaborator", office.place.commune, today, None)
    assert {code: len(ids) for code, ids in row.moved.items()} == {"projects": 1, "updates": 2, "advice": 1}
    assert row.moved["advice"] == [office.advice.pk]
    office.advice.refresh_from_db()
    assert office.advice.assigned_to == office.taker
    for kind in KINDS.values():
        assert not kind.rows(fresh(office.giver)).exists(), kind.code
        assert kind.counts([office.giver.pk, office.taker.pk]).get(office.giver.pk, 0) == 0
        assert kind.rows(fresh(office.taker)).count() == kind.counts([office.taker.pk]).get(office.taker.pk, 0)
    entry = Entry.objects.about(office.giver).filter(action="hand_over").get()
    assert (entry.note, entry.actor_id) == ("QĐ 12", office.admin.pk)
    assert Entry.objects.about(office.taker).filter(action="take_over").exists()
    assert Entry.objects.about(office.project).filter(action="hand_over").count() == 2


def test_no_total_and_no_author_changes(office: Office) -> None:
    before = totals(office)
    office.do()
    assert totals(office) == before
    # And it goes on from where it stood: 150 since the beginning, not 100 + 150.
    update(office.project, fresh(office.taker), 150_000_000)
    assert totals(office)["so far"] == 150_000_000


@pytest.mark.parametrize("wrong", ["author", "dropped", "total"])
def test_a_hand_over_that_changed_a_figure_would_be_noticed(
    office: Office, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move(row: Any, taker: User, **more: Any) -> None:
        if wrong == "author":
            ProgressUpdate.objects.filter(pk=row.pk).update(reported_by=taker)
        elif wrong == "dropped":
            ProgressUpdate.objects.filter(pk=row.pk).delete()
        else:
            Project.objects.filter(pk=row.project_id).update(area=office.place.other)

    before = totals(office)
    monkeypatch.setattr(KINDS["updates"], "move", move)
    office.do()
    assert totals(office) != before


def test_taker_sees_the_returned_update_and_reports_anew_the_giver_no_longer_does(office: Office) -> None:
    office.do()
    taker, giver = browser(office.taker), browser(office.giver)
    page = f"/projects/{office.project.public_id}/progress/{office.returned.uuid}/"
    html = taker.get(page).content.decode()
    assert "Thiếu ảnh" in html and "Báo cáo lại" in html
    home = taker.get("/").content.decode()
    assert f"nhận bàn giao từ {office.giver.full_name}" in home and "Nhận bàn giao từ" in home
    assert giver.get(page).status_code == 404
    with pytest.raises(NotAllowed):
        update(office.project, fresh(office.giver), 130_000_000)
    update(office.project, fresh(office.taker), 130_000_000)
    assert KINDS["updates"].rows(office.taker).filter(state="returned").count() == 0


def test_reminder_not_answered_is_asked_of_the_taker(office: Office) -> None:
    ProgressUpdate.objects.update(state="returned", return_reason="x", decided_at=clock.now(), counts_on=None)
    remind(office.project, office.giver, office.period, actor=office.people.officer)
    assert office.do().moved["reminders"] == [ProgressReminder.objects.get().pk]
    assert ProgressReminder.objects.get().person == office.taker
    assert "nhắc" in browser(office.taker).get("/").content.decode()


def test_only_the_chosen_units_pass_on(office: Office) -> None:
    Grant.objects.create(
        user=office.giver, role="collaborator", area=office.place.other, valid_from=clock.today() - 9 * DAY
    )
    row = office.do(areas=[office.place.other])
    assert row.moved == {}
    assert [unit.grant.area for unit in units_of(fresh(office.giver))] == [office.place.commune]
    assert office.advice.assigned_to == office.giver
    # All open work, without a unit: the taker must be able to go on with each row.
    with pytest.raises(Invalid) as refused:
        office.do(areas=[], everything=True)
    assert "taker" in refused.value.fields
    assert Advice.objects.get().assigned_to == office.giver


def test_first_day_may_lie_ahead_and_a_last_day_is_kept(office: Office) -> None:
    today = clock.today()
    Grant.objects.filter(user=office.giver).update(valid_to=today + 40 * DAY)
    office.do(starts_on=today + 10 * DAY)
    assert Grant.objects.get(user=office.giver).valid_to == today + 9 * DAY
    made = Grant.objects.get(user=office.taker)
    assert (made.valid_from, made.valid_to) == (today + 10 * DAY, today + 40 * DAY)
    assert fresh(office.giver).sight.granted_area_ids and not fresh(office.taker).sight.granted_area_ids


def test_who_covers_the_unit_already_keeps_their_own_role(office: Office) -> None:
    Grant.objects.create(
        user=office.taker, role="collaborator", area=office.place.commune, valid_from=clock.today() - 9 * DAY
    )
    office.do()
    assert Grant.objects.filter(user=office.taker).count() == 1


# --- who leaves -------------------------------------------------------------------------------------------------------


def test_who_left_is_told_first_until_the_work_is_handed_over(office: Office) -> None:
    assert not any(row.left for row in members(User.objects.filter(pk=office.giver.pk)))
    admin = browser(office.admin)
    page = admin.get(f"/accounts/people/{office.giver.public_id}/close/").content.decode()
    assert "Bàn giao trước" in page and "1 yêu cầu tư vấn" in page
    deactivate_user(office.giver, actor=office.admin)
    rows = members(User.objects.staff_for(fresh(office.admin)))
    assert (rows[0].person, rows[0].left) == (office.giver, True)
    html = admin.get("/accounts/staff/").content.decode()
    assert f"/accounts/hand-overs/new/?giver={office.giver.public_id}" in html
    assert "Bàn giao việc của Ctv" in admin.get("/").content.decode()
    assert [(unit.grant.area, unit.ended) for unit in units_of(office.giver)] == [(office.place.commune, True)]
    office.do()
    assert not any(row.left for row in members(User.objects.filter(pk=office.giver.pk)))
    assert Grant.objects.get(user=office.taker).area == office.place.commune


def test_role_that_ended_with_work_left_in_its_unit_is_told_although_another_goes_on(office: Office) -> None:
    grant = Grant.objects.get(user=office.giver)
    Grant.objects.create(user=office.giver, role="collaborator", area=office.place.other, valid_from=grant.valid_from)
    end_grant(grant, clock.today() - DAY, actor=office.admin)
    assert members(User.objects.filter(pk=office.giver.pk))[0].left
    office.do()
    assert not members(User.objects.filter(pk=office.giver.pk))[0].left


# --- refused ----------------------------------------------------------------------------------------------------------


def test_only_an_administrator_of_the_province_hands_over(office: Office) -> None:
    stranger = f.stranger("administrator")
    for who in (office.people.officer, office.people.leader, office.giver, stranger):
        with pytest.raises(NotAllowed):
            hand_over(office.order(), actor=who)
        assert browser(who).get(f"/accounts/hand-overs/new/?giver={office.giver.public_id}").status_code in (403, 404)
    with pytest.raises(NotAllowed):  # nobody gives themselves a right
        office.do(taker=office.admin)
    with pytest.raises(NotAllowed):  # nor takes the work of another province
        office.do(giver=f.stranger("collaborator"), areas=[], everything=True)
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("taker", {"taker": "giver"}),
        ("reason", {"reason": " "}),
        ("starts_on", {"starts_on": -1}),
        ("starts_on", {"starts_on": 120}),
        ("areas", {"areas": []}),
        ("areas", {"areas": ["other"]}),
    ],
)
def test_what_cannot_be_taken_is_named(office: Office, field: str, changes: dict[str, Any]) -> None:
    if "taker" in changes:
        changes = {"taker": office.giver}
    if "starts_on" in changes:
        changes = {"starts_on": clock.today() + changes["starts_on"] * DAY}
    if changes.get("areas"):
        changes = {"areas": [office.place.other]}
    with pytest.raises(Invalid) as refused:
        office.do(**changes)
    assert field in refused.value.fields
    assert not HandOver.objects.exists()


def test_what_changed_since_it_was_shown_is_not_handed_over(office: Office) -> None:
    seen = plan(office.order()).seen
    update(office.project, office.giver, 125_000_000)
    with pytest.raises(Conflict) as refused:
        hand_over(office.order(), actor=office.admin, seen=seen)
    assert refused.value.code == "stale"
    assert hand_over(office.order(), actor=office.admin, seen=plan(office.order()).seen)


def test_refused_row_refuses_the_whole_hand_over(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise WrongState("No.")

    monkeypatch.setattr(KINDS["advice"], "move", refuse)
    with pytest.raises(WrongState):
        office.do()
    assert Grant.objects.get(user=office.giver).valid_to is None
    assert not Grant.objects.filter(user=office.taker).exists() and not HandOver.objects.exists()


# --- at once ----------------------------------------------------------------------------------------------------------


def both(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two administrators give the same unit to two people. Who has looked what would move waits a moment for the
    other to have looked too."""
    office = Office()
    other = f.user("khac", None, None)
    together, look, ends = threading.Barrier(2), handing.plan, []

    def looked(order: Order) -> Any:
        found = look(order)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        return found

    monkeypatch.setattr(handing, "plan", looked)

    def act(taker: User) -> None:
        try:
            hand_over(office.order(taker=taker), actor=fresh(office.admin))
            ends.append("done")
        except (DomainError, DatabaseError) as refused:
            ends.append(getattr(refused, "code", type(refused).__name__))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[taker]) for taker in (office.taker, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(ends)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_hand_over_one_unit_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert both(monkeypatch) == ["done", "handed_over"]
    assert HandOver.objects.count() == 1
    assert Grant.objects.valid_on(clock.today()).filter(role="collaborator").count() == 1


@pytest.mark.needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_refuses_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.models import User as Person

    monkeypatch.setattr(handing, "lock", lambda row: Person.objects.get(pk=row.pk))
    assert both(monkeypatch) != ["done", "handed_over"]


# --- pages ------------------------------------------------------------------------------------------------------------


def test_what_would_move_is_shown_before_it_is_done(office: Office) -> None:
    admin = browser(office.admin)
    url = f"/accounts/hand-overs/new/?giver={office.giver.public_id}&unit={office.place.commune.uid}"
    first = admin.get(url)
    assert first.context["form"]["areas"].value() == [office.place.commune.uid]
    sent = {
        "form_key": str(uuid.uuid4()),
        "areas": [office.place.commune.uid],
        "taker": str(office.taker.public_id),
        "starts_on": f"{clock.today():%d/%m/%Y}",
        "reason": "Quyết định 12",
    }
    shown = admin.post(url, sent)
    assert shown.status_code == 200 and not HandOver.objects.exists()
    html = shown.content.decode()
    assert office.project.name in html and "2" in html
    assert f"/projects/{office.project.public_id}/" not in html, "an administrator has no page of a project"
    done = admin.post(url, {**sent, "confirm": "1", "seen": shown.context["plan"].seen})
    row = HandOver.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/accounts/hand-overs/{row.public_id}/")
    again = admin.post(url, {**sent, "form_key": str(uuid.uuid4()), "confirm": "1", "seen": "x"})
    assert again.status_code in (409, 422)
    # Who reads what: administrator and leader all of it, giver and taker theirs, nobody else.
    page = f"/accounts/hand-overs/{row.public_id}/"
    sees = {who.username: browser(who).get(page).status_code for who in office.people.all().values()}
    seen = {"quantri", "lanhdao", "kiemtoan", "ctv"}
    assert sees == {name: 200 if name in seen else 404 for name in sees}
    assert f"/projects/{office.project.public_id}/" in browser(office.people.leader).get(page).content.decode()
    assert browser(office.taker).get(page).status_code == 200
    answer = browser(office.people.leader).get("/accounts/hand-overs/?format=csv")
    assert "Quyết định 12" in answer.content.decode()


def test_gap_leads_to_giving_the_unit_and_a_unit_to_its_hand_over(office: Office) -> None:
    office.project.beneficiaries.update(area=office.place.other)
    admin = browser(office.admin)
    html = admin.get("/overview/network/").content.decode()
    assert f"?giver={office.giver.public_id}&amp;unit={office.place.commune.uid}" in html
    assert f"?give={office.place.other.uid}" in html and "báo cáo gần nhất ngày" in html
    assert "còn trống" in html and "/enterprises/?area=" not in html, "a gap is told without leading to records"
    html = admin.get(f"/accounts/people/?give={office.place.other.uid}").content.decode()
    link = f"/accounts/people/{office.taker.public_id}/roles/new/?role=collaborator&amp;area={office.place.other.uid}"
    assert link in html
    form = admin.get(link.replace("&amp;", "&")).context["form"]
    assert (form["role"].value(), form["area"].value()) == ("collaborator", office.place.other.uid)


def test_hand_over_stays_as_it_was_written(office: Office) -> None:
    row = office.do()
    with pytest.raises(DatabaseError), transaction.atomic():
        HandOver.objects.filter(pk=row.pk).update(reason="x")


def test_form_without_a_person_says_what_is_missing(office: Office) -> None:
    client = browser(office.admin)
    assert client.get("/accounts/hand-overs/new/").status_code == 200
    answer = client.get("/accounts/hand-overs/new/?giver=")
    assert answer.status_code == 422 and answer.context["form"].errors["giver"]
