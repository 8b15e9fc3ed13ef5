"""Progress: reported once, computed from the investment, by those who answer for the place, confirmed by another."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from audit.models import Entry
from core import clock as portal_clock
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from projects.models import AchievedResult, ProgressState, ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.permissions import may_confirm
from projects.progress import ProgressData, computed_percent, confirm_progress, report_progress, return_progress
from tests import factories
from tests.clocks import Clock
from tests.projects.lives import browser, in_state, reported, texts, written

pytestmark = pytest.mark.django_db

MINE = "/projects/progress/"
CLOSED = [S.DRAFT, S.SUBMITTED, S.RETURNED, S.ACCEPTED, S.CLOSED, S.STOPPED]


@pytest.fixture
def project(place: factories.Place, people: factories.People) -> Project:
    """In progress in the collaborator's commune; total investment 600 triệu."""
    return in_state(S.IN_PROGRESS, place, people)


def report_url(row: Project) -> str:
    return reverse("projects:report", args=[row.public_id])


def update_url(update: ProgressUpdate, name: str = "update") -> str:
    return reverse(f"projects:{name}", args=[update.project.public_id, update.uuid])


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "uuid": str(factories.new_uuid()),
        "on": f"{portal_clock.today():%d/%m/%Y}",
        "value_invested_vnd": "360 triệu",
        "note": "Đã lắp xong máy bào",
        **fields,
    }


def data(**fields: Any) -> ProgressData:
    return ProgressData(
        **{"uuid": factories.new_uuid(), "on": portal_clock.today(), "value_invested_vnd": 360_000_000, **fields}
    )


# --- who reports ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["collaborator", "centre", "officer"])
def test_progress_is_reported_by_those_who_work_on_it(people: Any, project: Project, role: str) -> None:
    client = browser(getattr(people, role))
    assert client.get(report_url(project)).status_code == 200
    answer = client.post(report_url(project), typed(money_spent_vnd="120.000.000"))
    update = ProgressUpdate.objects.get()
    assert answer["Location"] == update_url(update)
    assert (update.state, update.reported_by, update.percent) == ("reported", getattr(people, role), Decimal(60))
    assert (update.value_invested_vnd, update.money_spent_vnd) == (360_000_000, 120_000_000)
    assert Entry.objects.about(update).get().action == "report"
    assert "60 %" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("leader", 403), ("accountant", 403), ("auditor", 403), ("ministry", 403), ("administrator", 404)],
)
def test_others_are_told_why_they_do_not_report(people: Any, project: Project, role: str, status: int) -> None:
    client, before = browser(getattr(people, role)), written()
    assert client.get(report_url(project)).status_code == status
    assert client.post(report_url(project), typed()).status_code == status
    assert (ProgressUpdate.objects.count(), written()) == (0, before)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CENTRE, Role.COLLABORATOR])
def test_another_province_finds_nothing_to_report_on(people: Any, project: Project, role: str) -> None:
    client = browser(factories.stranger(role))
    assert client.post(report_url(project), typed()).status_code == 404
    assert ProgressUpdate.objects.count() == 0
    assert project.name not in client.get(MINE).content.decode()


@pytest.mark.parametrize("state", CLOSED)
def test_only_an_approved_project_in_progress_takes_reports(place: Any, people: Any, state: str) -> None:
    row, client = in_state(state, place, people), browser(people.officer)
    before = written()
    assert client.get(report_url(row)).status_code == 409
    assert client.post(report_url(row), typed()).status_code == 409
    assert (ProgressUpdate.objects.count(), written()) == (0, before)


# --- granted areas through time ---------------------------------------------------------------------------------------


def collaborator(*grants: tuple[Any, str, str | None]) -> User:
    row = factories.user("ctv-khac", None, None)
    for area, first, last in grants:
        Grant.objects.create(user=row, role=Role.COLLABORATOR, area=area, valid_from=first, valid_to=last)
    return row


def reports(person: User, row: Project) -> bool:
    """Do they see it in their list, get the form, and is what they send taken? All three or none."""
    person = User.objects.get(pk=person.pk)
    client = browser(person)
    listed = report_url(row) in client.get(MINE).content.decode()
    form = client.get(report_url(row)).status_code == 200
    sent = client.post(report_url(row), typed()).status_code == 302
    assert listed == form == sent
    return sent


def test_collaborator_answers_for_places_and_times(place: Any, people: Any, project: Project, clock: Clock) -> None:
    """A district until 30/06/2025, one commune of it since."""
    person = collaborator((place.district, "2023-01-01", "2025-06-30"), (place.commune, "2025-07-01", None))
    Project.objects.update(decided_on="2024-03-01")
    assert reports(person, project)  # the commune of today
    Project.objects.update(area=place.before)
    assert reports(person, project)  # what it was formed from, today
    Project.objects.update(area=place.other)
    assert not reports(person, project)  # next door
    Project.objects.update(area=place.district)
    assert not reports(person, project)  # the district is no longer theirs
    clock.set("2025-06-30 23:00")
    assert reports(person, project)
    Project.objects.update(area=place.before)
    assert reports(person, project)
    Project.objects.update(area=place.commune)
    assert not reports(person, project)  # not yet


def test_grant_that_ended_or_has_not_begun_counts_for_nothing(place: Any, project: Project, clock: Clock) -> None:
    person = collaborator((place.commune, "2026-09-16", "2026-09-20"))
    assert not reports(person, project)
    clock.set("2026-09-16 00:01")
    assert reports(person, project)
    clock.set("2026-09-20 23:59")
    assert reports(person, project)
    clock.set("2026-09-21 00:01")
    assert not reports(person, project)


def test_collaborator_does_not_decide_on_reports(people: Any, project: Project) -> None:
    update = reported(project, people.officer)
    client = browser(people.collaborator)
    assert client.post(update_url(update, "confirm"), {"form_key": factories.new_uuid()}).status_code == 403
    assert ProgressUpdate.objects.get().state == "reported"


# --- one uuid, one record ---------------------------------------------------------------------------------------------


def test_same_report_sent_again_is_the_same_record(people: Any, project: Project) -> None:
    client, form = browser(people.collaborator), typed()
    first, second = (client.post(report_url(project), form) for _click in range(2))
    assert first["Location"] == second["Location"]
    entries = written()
    same = data(note="Đã lắp")
    made, created = report_progress(project, same, actor=people.collaborator)
    again, created_again = report_progress(project, same, actor=people.collaborator)
    assert (created, created_again, again.pk) == (True, False, made.pk)
    assert (ProgressUpdate.objects.count(), written()) == (2, entries + 1)


def test_same_report_is_still_the_same_after_it_was_decided_and_the_project_is_over(
    people: Any, project: Project
) -> None:
    same = data()
    made, _created = report_progress(project, same, actor=people.collaborator)
    confirm_progress(made, actor=people.officer)
    Project.objects.update(state=S.ACCEPTED)
    again, created = report_progress(project, same, actor=people.collaborator)
    assert (again.pk, created) == (made.pk, False)
    with pytest.raises(WrongState):
        report_progress(project, data(), actor=people.collaborator)


@pytest.mark.parametrize(
    "change",
    [
        {"value_invested_vnd": 360_000_001},
        {"value_invested_vnd": 0},
        {"money_spent_vnd": 0},
        {"note": "khác"},
        {"on": dt.date(2026, 9, 15)},
        {"results": True},
    ],
)
def test_same_uuid_with_other_content_is_refused(
    people: Any, project: Project, change: dict[str, Any], clock: Clock
) -> None:
    clock.set("2026-09-16")
    first: dict[str, Any] = {
        "uuid": factories.new_uuid(),
        "on": dt.date(2026, 9, 16),
        "value_invested_vnd": 360_000_000,
    }
    report_progress(project, ProgressData(**first), actor=people.collaborator)
    if change.get("results"):
        change = {"results": [(factories.indicator(), 1)]}
    with pytest.raises(Conflict):
        report_progress(project, ProgressData(**{**first, **change}), actor=people.collaborator)
    assert ProgressUpdate.objects.count() == 1


def test_same_uuid_on_another_project_is_refused(place: Any, people: Any, project: Project) -> None:
    other = in_state(S.DRAFT, place, people)
    Project.objects.filter(pk=other.pk).update(
        state=S.IN_PROGRESS, decided_on="2026-01-01", submitted_at=portal_clock.now()
    )
    same = data()
    report_progress(project, same, actor=people.collaborator)
    with pytest.raises(Conflict):
        report_progress(Project.objects.get(pk=other.pk), same, actor=people.collaborator)


def test_page_says_that_it_was_sent_before_and_keeps_what_was_typed(people: Any, project: Project) -> None:
    client, form = browser(people.collaborator), typed()
    client.post(report_url(project), form)
    answer = client.post(report_url(project), {**form, "note": "Đã chạy thử máy bào"})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Đã chạy thử máy bào" in html
    assert ProgressUpdate.objects.get().note == "Đã lắp xong máy bào"
    # What was typed can be sent as an update of its own, and the first one can be looked at.
    assert update_url(ProgressUpdate.objects.get()) in html
    again = {**form, "note": "Đã chạy thử máy bào", "uuid": answer.context["form"]["uuid"].value()}
    assert client.post(report_url(project), again).status_code == 302
    assert ProgressUpdate.objects.count() == 2


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "investment", "percent"),
    [
        (0, 600, "0.00"),
        (600, 600, "100.00"),
        (200, 600, "33.33"),
        (1, 3_000_000, "0.00"),
        (750, 600, "125.00"),
        (None, 600, None),
        (5, None, None),
        (5, 0, None),
    ],
)
def test_percentage_is_value_invested_of_total_investment(value: Any, investment: Any, percent: Any) -> None:
    found = computed_percent(value, investment)
    assert (None if found is None else str(found)) == percent


@pytest.mark.parametrize(
    ("stated", "asks"), [("60", False), ("60,4", False), ("59,6", False), ("70", True), ("0", True)]
)
def test_typed_percentage_that_differs_asks_why(people: Any, project: Project, stated: str, asks: bool) -> None:
    client = browser(people.collaborator)
    answer = client.post(report_url(project), typed(stated_percent=stated))
    if not asks:
        update = ProgressUpdate.objects.get()
        assert (answer.status_code, update.percent, update.stated_percent) == (302, Decimal(60), None)
        return
    assert (answer.status_code, ProgressUpdate.objects.count()) == (422, 0)
    assert "60,00" in texts(answer, "percent_reason") or "60 %" in texts(answer, "percent_reason")
    assert f'value="{stated}"' in answer.content.decode()
    why = "Nhà xưởng đã xong, máy chưa về"
    assert client.post(report_url(project), typed(stated_percent=stated, percent_reason=why)).status_code == 302
    update = ProgressUpdate.objects.get()
    assert (update.percent, update.percent_reason) == (Decimal(60), why)
    assert update.stated_percent == Decimal(stated.replace(",", "."))
    assert why in client.get(update_url(update)).content.decode()


def test_percentage_is_the_typed_one_where_none_can_be_computed(people: Any, project: Project) -> None:
    Project.objects.update(investment_vnd=None)
    browser(people.collaborator).post(report_url(project), typed(stated_percent="62,5 %"))
    update = ProgressUpdate.objects.get()
    assert (update.percent, update.stated_percent) == (Decimal("62.5"), Decimal("62.5"))


def test_nothing_reported_and_zero_are_two_things(people: Any, project: Project) -> None:
    client = browser(people.collaborator)
    client.post(report_url(project), typed(value_invested_vnd="", money_spent_vnd="0"))
    update = ProgressUpdate.objects.get()
    assert (update.value_invested_vnd, update.money_spent_vnd, update.percent) == (None, 0, None)
    html = client.get(update_url(update)).content.decode()
    assert "kc-missing" in html
    assert "<dd>0 đồng</dd>" in html


def test_results_are_counted_by_indicator(people: Any, project: Project) -> None:
    made = factories.indicator()
    other = factories.indicator("HT25_DEMO", name="Mô hình trình diễn")
    form = typed(**{f"result_{made.pk}": "1", f"result_{other.pk}": "0"})
    assert browser(people.collaborator).post(report_url(project), form).status_code == 302
    found = dict(AchievedResult.objects.values_list("indicator__code", "quantity"))
    assert found == {"HT25_MACHINE": 1, "HT25_DEMO": 0}


WRONG = [
    ("on", ""),
    ("on", "16/09/2026"),  # tomorrow
    ("on", "14/09/2026"),  # before the decision
    ("on", "30/02/2026"),
    ("value_invested_vnd", "-1"),
    ("value_invested_vnd", "nhiều"),
    ("value_invested_vnd", "1.5"),
    ("value_invested_vnd", "9" * 40),
    ("value_invested_vnd", "999.999.999.999.999"),  # more than a hundred times the investment
    ("money_spent_vnd", "-1"),
    ("stated_percent", "101"),
    ("stated_percent", "-5"),
    ("stated_percent", "sáu mươi"),
    ("stated_percent", "1e1"),
    ("stated_percent", "9" * 500),
    ("uuid", ""),
    ("uuid", "không phải"),
    ("note", "x" * 2001),
    ("percent_reason", "x" * 301),
    ("result", "-1"),
    ("result", "1,5"),
    ("result", "99999999999999999999"),
]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_wrong_figure_is_named_and_nothing_is_stored(people: Any, project: Project, field: str, value: str) -> None:
    if field == "result":
        field = f"result_{factories.indicator().pk}"
    before = written()
    typed_in = {"money_spent_vnd": "120 triệu", field: value}
    answer = browser(people.collaborator).post(report_url(project), typed(**typed_in))
    assert answer.status_code == 422
    assert texts(answer, field)
    assert (ProgressUpdate.objects.count(), written()) == (0, before)
    html = answer.content.decode()
    assert "data-kc-errors" in html
    assert "Đã lắp xong máy bào" in html or field == "note"


def test_report_without_anything_in_it_is_refused(people: Any, project: Project) -> None:
    answer = browser(people.collaborator).post(report_url(project), typed(value_invested_vnd="", note="  "))
    assert answer.status_code == 422
    assert texts(answer, "note")


def test_service_takes_no_impossible_figure(people: Any, project: Project) -> None:
    made = factories.indicator()
    wrong: list[dict[str, Any]] = [
        {"value_invested_vnd": -1},
        {"value_invested_vnd": 10**40},
        {"money_spent_vnd": 10**15},
        {"stated_percent": Decimal(101)},
        {"results": [(made, -1)]},
        {"results": [(made, 1), (made, 2)]},
        {"on": dt.date(2027, 1, 1)},
    ]
    for fields in wrong:
        with pytest.raises(Invalid):
            report_progress(project, data(**fields), actor=people.collaborator)
    assert ProgressUpdate.objects.count() == 0


# --- confirming and returning -----------------------------------------------------------------------------------------


@pytest.fixture
def update(people: factories.People, project: Project) -> ProgressUpdate:
    found: ProgressUpdate = reported(
        project, people.collaborator, note="Đã lắp máy", results=[(factories.indicator(), 1)]
    )
    return found


def decide(person: User, update: ProgressUpdate, name: str, **fields: Any) -> Any:
    form = {"form_key": str(factories.new_uuid()), "note": "Thiếu biên bản nghiệm thu máy", **fields}
    return browser(person).post(update_url(update, name), form)


@pytest.mark.parametrize("role", ["officer", "centre"])
@pytest.mark.parametrize(("name", "state"), [("confirm", "confirmed"), ("return_update", "returned")])
def test_report_is_decided_by_officer_or_centre(people: Any, update: Any, role: str, name: str, state: str) -> None:
    person = getattr(people, role)
    assert decide(person, update, name).status_code == 302
    update.refresh_from_db()
    assert (update.state, update.decided_by, update.decided_at is not None) == (state, person, True)
    assert update.return_reason == ("Thiếu biên bản nghiệm thu máy" if state == "returned" else "")
    assert {entry.action for entry in Entry.objects.about(update)} == {"report", name.removesuffix("_update")}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("leader", 403),
        ("accountant", 403),
        ("auditor", 403),
        ("collaborator", 403),
        ("ministry", 404),
        ("administrator", 404),
    ],
)
@pytest.mark.parametrize("name", ["confirm", "return_update"])
def test_others_decide_on_no_report(people: Any, update: Any, role: str, status: int, name: str) -> None:
    before = written()
    assert decide(getattr(people, role), update, name).status_code == status
    assert decide(factories.stranger(), update, name).status_code == 404
    update.refresh_from_db()
    assert (update.state, written()) == ("reported", before)


@pytest.mark.parametrize("role", ["officer", "centre"])
def test_nobody_decides_on_their_own_report(people: Any, project: Project, role: str) -> None:
    person, other = getattr(people, role), people.officer if role == "centre" else people.centre
    update = reported(project, person)
    for name in ("confirm", "return_update"):
        answer = decide(person, update, name)
        assert answer.status_code == 403
        assert str(may_confirm(update, person).reason) in answer.content.decode()
    with pytest.raises(NotAllowed):
        confirm_progress(update, actor=person)
    update.refresh_from_db()
    assert (update.state, update.decided_by) == ("reported", None)
    assert update_url(update, "confirm") not in browser(person).get(update_url(update)).content.decode()
    assert decide(other, update, "confirm").status_code == 302


@pytest.mark.parametrize("name", ["confirm", "return_update"])
@pytest.mark.parametrize("first", ["confirm", "return_update"])
def test_what_is_decided_stays_decided(people: Any, update: Any, first: str, name: str) -> None:
    decide(people.officer, update, first)
    update.refresh_from_db()
    state, before = update.state, written()
    assert decide(people.centre, update, name).status_code == 409
    assert decide(people.centre, update, name, note="").status_code == 409
    update.refresh_from_db()
    assert (update.state, update.decided_by, written()) == (state, people.officer, before)


@pytest.mark.parametrize("note", ["", "  ", "x" * 1001])
def test_nothing_goes_back_without_a_reason(people: Any, update: Any, note: str) -> None:
    answer = decide(people.officer, update, "return_update", note=note)
    assert answer.status_code == 422
    assert texts(answer, "note")
    with pytest.raises(Invalid):
        return_progress(update, actor=people.officer, note=" ")
    update.refresh_from_db()
    assert (update.state, update.return_reason) == ("reported", "")


def test_reason_is_read_by_the_one_who_reports_again(people: Any, project: Project, update: Any) -> None:
    decide(people.officer, update, "return_update")
    client = browser(people.collaborator)
    html = client.get(update_url(update)).content.decode()
    assert "Thiếu biên bản nghiệm thu máy" in html
    assert report_url(project) in html
    assert client.post(report_url(project), typed()).status_code == 302
    assert ProgressUpdate.objects.filter(state=ProgressState.REPORTED).count() == 1


def test_two_clicks_decide_once(people: Any, update: Any) -> None:
    client, form = browser(people.officer), {"form_key": str(factories.new_uuid())}
    before = written()
    for _click in range(2):
        assert client.post(update_url(update, "confirm"), form)["Location"] == update_url(update)
    assert written() == before + 1


@pytest.mark.parametrize("name", ["confirm", "return_update"])
def test_nothing_is_decided_by_a_link(people: Any, update: Any, name: str) -> None:
    assert browser(people.officer).get(update_url(update, name)).status_code == 405
    assert browser(people.officer).post(update_url(update)).status_code == 405


def test_update_of_another_project_is_not_reached_through_this_one(place: Any, people: Any, update: Any) -> None:
    other = factories.project(place, people)
    borrowed = reverse("projects:update", args=[other.public_id, update.uuid])
    assert browser(people.officer).get(borrowed).status_code == 404


# --- what is not confirmed --------------------------------------------------------------------------------------------


def test_unconfirmed_is_shown_inside_and_counted_nowhere(people: Any, project: Project, update: Any) -> None:
    answer = browser(people.auditor).get(reverse("projects:detail", args=[project.public_id]))
    assert "Đã lắp máy" in answer.content.decode()
    assert (answer.context["latest"], answer.context["unconfirmed"]) == (None, 1)
    assert [row["achieved"] for row in answer.context["results"]] == [None]
    confirm_progress(update, actor=people.officer)
    answer = browser(people.auditor).get(reverse("projects:detail", args=[project.public_id]))
    assert (answer.context["latest"].percent, answer.context["unconfirmed"]) == (Decimal(60), 0)
    assert [row["achieved"] for row in answer.context["results"]] == [1]


@pytest.mark.parametrize("decision", [None, "return_update", "confirm"])
def test_ministry_sees_confirmed_progress_only(
    people: Any, project: Project, update: Any, decision: str | None
) -> None:
    if decision:
        decide(people.officer, update, decision)
    client = browser(people.ministry)
    html = client.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    status = client.get(update_url(update)).status_code
    shown = decision == "confirm"
    assert ("Đã lắp máy" in html, status) == (shown, 200 if shown else 404)
    assert "Thiếu biên bản nghiệm thu máy" not in html
    assert "chưa được xác nhận" not in html


def test_role_elsewhere_opens_no_working_papers_here(people: Any, project: Project, update: Any) -> None:
    """Somebody of the ministry who is also a collaborator in another province reads ours as the ministry does."""
    elsewhere = factories.Place("40", "Nghệ An")
    Grant.objects.create(
        user=people.ministry, role=Role.COLLABORATOR, area=elsewhere.commune, valid_from=dt.date(2018, 1, 1)
    )
    client = browser(people.ministry)
    answer = client.get(reverse("projects:detail", args=[project.public_id]))
    assert answer.status_code == 200
    assert (answer.context["updates"], answer.context["history"]) == ([], [])
    assert client.get(update_url(update)).status_code == 404


# --- the list on the phone --------------------------------------------------------------------------------------------


def test_list_begins_with_what_nobody_reported_on_for_longest(
    place: Any, people: Any, project: Project, clock: Clock
) -> None:
    rows = [project]
    for number in (2, 3):
        rows.append(
            factories.bare_project(
                place,
                f"KCDP-2026-90{number}",
                name=f"Đề án {number}",
                state=S.IN_PROGRESS,
                decided_on="2026-01-01",
                submitted_at=portal_clock.now(),
            )
        )
    reported(rows[0], people.officer, on=portal_clock.today())
    reported(rows[1], people.officer, on=dt.date(2026, 3, 1))
    page = browser(people.collaborator).get(MINE)
    assert [row.pk for row in page.context["page"]] == [rows[2].pk, rows[1].pk, rows[0].pk]


def test_list_offers_what_waits_for_confirmation_but_not_ones_own(people: Any, project: Project, update: Any) -> None:
    own = reported(project, people.officer, note="của tôi")
    assert list(browser(people.officer).get(MINE).context["waiting"]) == [update]
    assert list(browser(people.centre).get(MINE).context["waiting"]) == [update, own]
    assert list(browser(people.collaborator).get(MINE).context["waiting"]) == []
    assert list(browser(people.ministry).get(MINE).context["waiting"]) == []
    assert list(browser(people.auditor).get(MINE).context["page"]) == []


def test_list_costs_the_same_for_one_and_for_twenty(
    place: Any, people: Any, project: Project, count_queries: Any
) -> None:
    reported(project, people.collaborator)
    client = browser(people.officer)
    client.get(MINE)
    few = count_queries(lambda: client.get(MINE))
    for number in range(20):
        row = factories.bare_project(
            place, f"X-{number}", state=S.IN_PROGRESS, decided_on="2026-01-01", submitted_at=portal_clock.now()
        )
        reported(row, people.collaborator)
    assert count_queries(lambda: client.get(MINE)) == few


def test_page_of_a_project_costs_the_same_for_one_update_and_for_twenty(
    people: Any, project: Project, update: Any, count_queries: Any
) -> None:
    client, url = browser(people.officer), reverse("projects:detail", args=[project.public_id])
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for number in range(20):
        reported(project, people.collaborator, note=f"Lần {number}", results=[(factories.indicator(), 1)])
    assert count_queries(lambda: client.get(url)) == few


@pytest.mark.parametrize("page", ["0", "-1", "hai", "999"])
def test_page_of_the_list_that_is_not_there_is_the_nearest(people: Any, project: Project, page: str) -> None:
    assert browser(people.collaborator).get(MINE, {"page": page}).status_code == 200
