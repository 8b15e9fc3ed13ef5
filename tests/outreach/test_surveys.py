"""Needs are asked one establishment at a time, «not answered» is not «no», and a need becomes one draft."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from core.errors import Conflict, Invalid, NotAllowed, WrongState
from outreach import services
from outreach.models import Need, SheetVersion, SurveySheet
from outreach.services import QuestionData, RoundData
from projects.models import Project
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import Survey, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def survey(db: None) -> Survey:
    return Survey()


def test_question_not_answered_is_not_no(survey: Survey) -> None:
    officer = survey.people.officer
    services.save_sheet(survey.round, survey.first, survey.answers(wants=False), actor=officer)
    kept = services.save_sheet(survey.round, survey.second, survey.answers(None), actor=officer, send=False)
    key = str(survey.wants.public_id)
    assert SurveySheet.objects.get(enterprise=survey.first).values == {key: False}
    assert kept.values == {} and not kept.complete
    covered = {row.area: row for row in services.coverage(survey.round, services.asked_in(survey.round))}
    here = covered[survey.place.commune]
    assert (here.asked, here.answered, here.begun, here.left) == (2, 1, 1, 1)
    assert covered[survey.place.other].left == 1
    assert here.people == [survey.people.collaborator.full_name]


def test_required_question_holds_what_is_sent_but_not_what_is_kept(survey: Survey) -> None:
    officer = survey.people.officer
    with pytest.raises(Invalid) as refused:
        services.save_sheet(survey.round, survey.first, survey.answers(None), actor=officer)
    assert set(refused.value.fields) == {str(survey.wants.public_id)}
    services.save_sheet(survey.round, survey.first, survey.answers(None, workers="5"), actor=officer, send=False)
    sheet = services.save_sheet(survey.round, survey.first, survey.answers(True, workers="5"), actor=officer)
    assert (sheet.complete, sheet.version) == (True, 2)
    with pytest.raises(Invalid):  # once sent, it stays whole
        services.save_sheet(survey.round, survey.first, survey.answers(None), actor=officer, send=False)


def test_every_saving_is_kept_and_the_same_answers_again_change_nothing(survey: Survey) -> None:
    collaborator = survey.people.collaborator
    given = survey.answers(True, 200_000_000, "12,5")
    first = services.save_sheet(survey.round, survey.first, given, actor=collaborator, version=0)
    again = services.save_sheet(survey.round, survey.first, given, actor=collaborator, version=0)
    assert (again.pk, again.version) == (first.pk, 1)
    changed = survey.answers(False, workers="13")
    with pytest.raises(Conflict):
        services.save_sheet(survey.round, survey.first, changed, actor=collaborator, version=0)
    services.save_sheet(survey.round, survey.first, changed, actor=survey.people.officer, version=1)
    old, new = SheetVersion.objects.order_by("number")
    assert old.values[str(survey.workers.public_id)] == "12.5"
    assert new.values[str(survey.wants.public_id)] is False
    assert old.answered_by == collaborator
    assert Entry.objects.filter(action="answer_survey").count() == 2


@pytest.mark.parametrize("day", ["2026-08-31", "2026-10-11"])
def test_round_takes_no_answer_outside_of_its_days(survey: Survey, clock: Clock, day: str) -> None:
    clock.set(day)
    with pytest.raises(WrongState):
        services.save_sheet(survey.round, survey.first, survey.answers(), actor=survey.people.officer)
    clock.set("2026-10-10")
    services.save_sheet(survey.round, survey.first, survey.answers(), actor=survey.people.officer)


def test_only_the_collaborator_of_the_commune_answers_for_it(survey: Survey) -> None:
    services.save_sheet(survey.round, survey.first, survey.answers(), actor=survey.people.collaborator)
    for enterprise, person in ((survey.third, survey.people.collaborator), (survey.first, survey.people.auditor)):
        with pytest.raises(NotAllowed):
            services.save_sheet(survey.round, enterprise, survey.answers(), actor=person)


def test_round_asks_only_its_kinds_and_communes(survey: Survey) -> None:
    data = RoundData(
        "Chỉ hộ kinh doanh", dt.date(2026, 9, 1), dt.date(2026, 9, 30), dt.date(2026, 9, 30),
        ["household"], [survey.place.other],
    )  # fmt: skip
    row = services.create_round(survey.place.province, data, actor=survey.people.officer, like=survey.round)
    assert list(services.asked_in(row)) == [survey.third]
    assert [one.text for one in row.questions.all()] == [one.text for one in survey.round.questions.all()]
    with pytest.raises(WrongState):
        services.save_sheet(row, survey.first, {}, actor=survey.people.officer, send=False)


def test_answer_of_the_wrong_kind_is_refused_at_its_question(survey: Survey) -> None:
    one = survey.ask("Công nghệ nào?", "one", choices=["A", "B"])
    several = survey.ask("Những gì?", "several", choices=["A", "B"])
    wrong = {
        survey.wants: "yes", survey.cost: -1, survey.workers: "nhiều", one: "C", several: ["A", "C"],
    }  # fmt: skip
    given = {str(question.public_id): value for question, value in wrong.items()}
    with pytest.raises(Invalid) as refused:
        services.save_sheet(survey.round, survey.first, given, actor=survey.people.officer)
    assert set(refused.value.fields) == set(given)


def test_meaning_of_a_question_stays_once_there_are_answers(survey: Survey) -> None:
    officer = survey.people.officer
    money = QuestionData("Muốn vay bao nhiêu?", "money", 1)
    services.change_question(survey.wants, money, actor=officer)
    back = QuestionData("Có muốn đầu tư máy mới?", "yes_no", 1, activity=survey.activity)
    services.change_question(survey.wants, back, actor=officer)
    services.save_sheet(survey.round, survey.first, survey.answers(), actor=officer)
    with pytest.raises(Invalid):
        services.change_question(survey.wants, money, actor=officer)
    ended = QuestionData("Có muốn đầu tư máy?", "yes_no", 9, activity=survey.activity, ended_on=dt.date(2026, 9, 15))
    services.change_question(survey.wants, ended, actor=officer)
    services.save_sheet(survey.round, survey.first, survey.answers(None, workers="3"), actor=officer)
    kept = SurveySheet.objects.get()
    assert kept.values[str(survey.wants.public_id)] is True  # what was answered stays
    assert Need.objects.get().taken_back is False


def test_same_need_twice_leads_to_the_same_draft(survey: Survey) -> None:
    services.save_sheet(survey.round, survey.first, survey.answers(True, 200_000_000), actor=survey.people.officer)
    need = Need.objects.get()
    project = services.draft_from_need(need, actor=survey.people.officer)
    again = services.draft_from_need(Need.objects.get(), actor=survey.people.centre)
    assert again.pk == project.pk and Project.objects.count() == 1
    assert (project.state, project.area, project.name) == (
        "draft", survey.place.commune, f"{survey.activity.name}: {survey.first.name}",
    )  # fmt: skip
    assert list(project.beneficiaries.all()) == [survey.first] and list(project.activities.all()) == [survey.activity]
    assert project.estimates.get(source="local").amount_vnd == 200_000_000
    assert project.implementing_unit == survey.place.centre
    assert project.needs.get() == need
    with pytest.raises(NotAllowed):
        services.draft_from_need(need, actor=survey.people.collaborator)


def test_same_need_of_a_later_round_leads_to_the_draft_that_is_there(survey: Survey, clock: Clock) -> None:
    officer = survey.people.officer
    data = RoundData("Khảo sát sau", dt.date(2026, 9, 1), dt.date(2026, 9, 30), dt.date(2026, 9, 30))
    later = services.create_round(survey.place.province, data, actor=officer, like=survey.round)
    services.save_sheet(survey.round, survey.first, survey.answers(True), actor=officer)
    services.save_sheet(later, survey.first, {str(later.questions.all()[0].public_id): True}, actor=officer)
    first, second = Need.objects.order_by("pk")
    project = services.draft_from_need(first, actor=officer)
    assert services.draft_from_need(second, actor=officer) == project
    assert Project.objects.count() == 1 and project.needs.count() == 2


def test_need_taken_back_keeps_its_project_and_makes_none(survey: Survey) -> None:
    officer = survey.people.officer
    for enterprise in (survey.first, survey.second):
        services.save_sheet(survey.round, enterprise, survey.answers(True), actor=officer)
    drafted = Need.objects.get(enterprise=survey.first)
    project = services.draft_from_need(drafted, actor=officer)
    assert not project.estimates.exists()  # money was not said: not reported, not zero
    for enterprise in (survey.first, survey.second):
        services.save_sheet(survey.round, enterprise, survey.answers(False), actor=officer)
    assert services.draft_from_need(drafted, actor=officer) == project
    with pytest.raises(WrongState):
        services.draft_from_need(Need.objects.get(enterprise=survey.second), actor=officer)
    assert Need.objects.live().count() == 0


def test_survey_on_a_phone_leads_to_a_draft_project(survey: Survey) -> None:
    phone, office = signed_in(survey.people.collaborator), signed_in(survey.people.officer)
    round_page = phone.get(reverse("outreach:round", args=[survey.round.public_id])).content.decode()
    assert survey.first.name in round_page and survey.third.name not in round_page
    url = reverse("outreach:sheet", args=[survey.round.public_id, survey.first.public_id])
    assert phone.get(url).status_code == 200
    wants, cost = f"q-{survey.wants.public_id}", f"q-{survey.cost.public_id}"
    empty = phone.post(url, {"version": 0})
    assert empty.status_code == 422 and not SurveySheet.objects.exists()
    assert phone.post(url, {"version": 0, cost: "150 triệu", "keep": 1}).status_code == 302
    assert phone.post(url, {"version": 1, wants: "yes", cost: "150.000.000"}).status_code == 302
    need = Need.objects.get()
    assert need.amount_vnd == 150_000_000
    made = office.post(reverse("outreach:need_draft", args=[need.public_id]))
    project = Project.objects.get()
    assert made["Location"] == reverse("projects:detail", args=[project.public_id])
    panel = office.get(reverse("outreach:of_project", args=[project.public_id])).content.decode()
    assert survey.first.name in panel
    listed = office.get(reverse("outreach:needs")).content.decode()
    assert project.code in listed
    assert (
        phone.get(reverse("outreach:sheet", args=[survey.round.public_id, survey.third.public_id])).status_code == 404
    )
    assert signed_in(f.stranger()).get(url).status_code == 404


def test_official_adds_and_ends_a_question_on_pages(survey: Survey) -> None:
    office = signed_in(survey.people.officer)
    url = reverse("outreach:question_new", args=[survey.round.public_id])
    body = {"text": "Có cần tư vấn?", "kind": "yes_no", "position": "4", "form_key": str(f.new_uuid())}
    assert office.post(url, body).status_code == 302
    added = survey.round.questions.get(text="Có cần tư vấn?")
    change = reverse("outreach:question_edit", args=[survey.round.public_id, added.public_id])
    body = {"text": "Có cần tư vấn?", "kind": "yes_no", "position": "2", "ended_on": "15/09/2026", "version": "1"}
    assert office.post(change, body).status_code == 302
    added.refresh_from_db()
    assert not added.asked and Entry.objects.about(added).count() == 2
    assert office.post(change, body).status_code == 409  # made from an older version
    assert signed_in(survey.people.collaborator).get(url).status_code == 403


def test_plan_shows_needs_met_and_unmet(survey: Survey) -> None:
    officer = survey.people.officer
    for enterprise in (survey.first, survey.third):
        services.save_sheet(survey.round, enterprise, survey.answers(True), actor=officer)
    project = services.draft_from_need(Need.objects.get(enterprise=survey.first), actor=officer)
    Project.objects.filter(pk=project.pk).update(
        state="approved", decided_on=dt.date(2026, 9, 10), submitted_at="2026-09-01T00:00Z"
    )
    from programmes.models import AnnualPlan

    plan = AnnualPlan.objects.create(area=survey.place.province, programme=f.programme(survey.place), year=2026)
    answer = signed_in(officer).get(reverse("outreach:plan_needs", args=[plan.public_id]))
    row = answer.context["rows"][0]
    assert survey.activity.name in answer.content.decode()
    assert (row["needs"], row["drafts"], row["met"], row["unmet"]) == (2, 1, 1, 1)


def test_coverage_asks_as_much_of_many_as_of_few(survey: Survey) -> None:
    rows = services.asked_in(survey.round)
    with CaptureQueriesContext(
        connection,
    ) as few:
        services.coverage(survey.round, rows)
    for number in range(20):
        f.enterprise(survey.place, f"Cơ sở số {number}")
    with CaptureQueriesContext(connection) as many:
        services.coverage(survey.round, rows)
    assert len(many) == len(few) <= 10
