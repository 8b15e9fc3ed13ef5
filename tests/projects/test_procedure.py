"""What the law wants before a step: held where it was verified, told where it was not; acts of outside authorities."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Grant
from audit.models import Entry
from core import clock
from core.errors import Invalid, WrongState
from projects.models import Project, StepPaper
from projects.models import ProjectState as S
from projects.procedure import deadline_of, doubts
from projects.services import PaperData, take_step
from projects.states import PROJECT_LIFE
from tests import factories
from tests.projects.lives import browser, found_fit, in_state, national, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules() -> None:
    for code, step, before in (
        ("N1", "register", "appraise"),
        ("N2", "appraise", "ministry_appraise"),
        ("N3", "ministry_appraise", "approve"),
        ("N4", "contract", "start"),
    ):
        factories.step_rule(code, step, before)


def decided(place: Any, source: str = "national") -> dict[str, Any]:
    return {"decision": factories.decision(place), "money": {source: 300_000_000}}


def test_national_file_is_not_decided_before_the_ministry_appraised_it(place: Any, people: Any, rules: None) -> None:
    row = in_state(S.SUBMITTED, place, people, **national(place))
    factories.budget(place, people, programme=row.programme)
    with pytest.raises(WrongState, match="Điều 6"):
        take_step(row, "approve", actor=people.leader, data=decided(place))
    page = browser(people.leader).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "Ghi nhận thẩm định cấp Bộ» (Điều 6)" in page
    take_step(row, "register", actor=people.officer, data={"paper": paper(place)})
    found_fit(row, people)
    take_step(row, "appraise", actor=people.leader)
    take_step(row, "ministry_appraise", actor=people.officer, data={"paper": paper(place, ministry=True)})
    assert take_step(row, "approve", actor=people.leader, data=decided(place)).state == S.APPROVED


def test_rule_that_was_not_verified_is_told_and_holds_nothing(place: Any, people: Any) -> None:
    factories.step_rule("L1", "appraise", "approve", source="local", verified="no")
    row = in_state(S.SUBMITTED, place, people)
    factories.budget(place, people, programme=row.programme)
    page = browser(people.leader).get(reverse("projects:step", args=[row.public_id, "approve"])).content.decode()
    assert "chưa được xác minh" in page
    assert take_step(row, "approve", actor=people.leader, data=decided(place, "local")).state == S.APPROVED


@pytest.mark.parametrize(
    "fields",
    [{"valid_to": dt.date(2020, 1, 1)}, {"valid_from": dt.date(2099, 1, 1)}, {"source": "local"}, {"elsewhere": True}],
)
def test_rule_of_another_time_source_or_province_holds_nothing(place: Any, people: Any, fields: Any) -> None:
    if fields.pop("elsewhere", False):
        fields["area"] = factories.Place("40", "Nghệ An").province
    factories.step_rule("N3", "ministry_appraise", "approve", **fields)
    row = in_state(S.SUBMITTED, place, people, **national(place))
    assert PROJECT_LIFE.in_state(row, PROJECT_LIFE.steps["approve"])


def test_what_was_recorded_after_the_fact_is_not_measured(place: Any, people: Any, rules: None) -> None:
    row = in_state(S.SUBMITTED, place, people, **national(place))
    assert not PROJECT_LIFE.in_state(row, PROJECT_LIFE.steps["approve"])
    row.historical = True
    assert PROJECT_LIFE.in_state(row, PROJECT_LIFE.steps["approve"])
    assert doubts(row, "approve") == []


def test_registration_is_due_on_the_day_that_is_data(place: Any, people: Any) -> None:
    factories.step_rule("N1", "register", "appraise", deadline_day=20, deadline_month=6, deadline_years=-1)
    row = in_state(S.SUBMITTED, place, people, year=2027, **national(place))
    assert deadline_of(row, "register") == dt.date(2026, 6, 20)
    page = browser(people.officer).get(reverse("projects:step", args=[row.public_id, "register"])).content.decode()
    assert "20/06/2026" in page and "nêu lý do chậm" in page  # today is later


# --- acts of outside authorities --------------------------------------------------------------------------------------


def at_ministry(place: Any, people: Any) -> Project:
    return in_state(S.APPRAISED, place, people, **national(place))


def test_officer_records_the_ministrys_act_with_its_paper(place: Any, people: Any) -> None:
    row = at_ministry(place, people)
    unit = factories.agency("ministry_department", None, "Cục")
    day = f"{clock.today():%d/%m/%Y}"
    url = reverse("projects:step", args=[row.public_id, "ministry_appraise"])
    typed = {"form_key": str(factories.new_uuid()), "on": day}
    answer = browser(people.officer).post(url, typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() >= {"number"}
    answer = browser(people.officer).post(url, {**typed, "issuer": unit.pk, "number": "77/CĐK-KC"})
    assert answer.status_code == 302
    kept = StepPaper.objects.get(step="ministry_appraise")
    assert (kept.number, kept.issuer_name, kept.own_act, kept.recorded_by) == (
        "77/CĐK-KC",
        "Cục",
        False,
        people.officer,
    )
    assert Project.objects.get().ministry_appraised_on == clock.today()
    page = browser(people.auditor).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "77/CĐK-KC" in page and "Canbo ghi nhận" in page


def test_ministry_acts_with_its_own_account_and_the_history_tells(place: Any, people: Any) -> None:
    row = at_ministry(place, people)
    url = reverse("projects:step", args=[row.public_id, "ministry_appraise"])
    day = f"{clock.today():%d/%m/%Y}"
    answer = browser(people.ministry).post(url, {"form_key": str(factories.new_uuid()), "on": day})
    assert answer.status_code == 302
    kept = StepPaper.objects.get(step="ministry_appraise")
    assert (kept.own_act, kept.issuer_name, kept.recorded_by) == (True, "Bộ Công Thương", people.ministry)
    assert Entry.objects.filter(action="ministry_appraise").get().actor_label.startswith("Bo")
    page = browser(people.auditor).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "do chính cơ quan có thẩm quyền thực hiện" in page


@pytest.mark.parametrize("step", ["ministry_return", "ministry_reject"])
def test_ministry_returns_and_rejects_with_a_reason_only(place: Any, people: Any, step: str) -> None:
    row = at_ministry(place, people)
    data = {"paper": paper(place, ministry=True)}
    with pytest.raises(Invalid):
        take_step(row, step, actor=people.officer, data=data)
    moved = take_step(row, step, actor=people.officer, data=data, note="Thiếu báo giá")
    assert moved.state == (S.RETURNED if step == "ministry_return" else S.REJECTED)


def test_file_that_came_back_is_examined_anew(place: Any, people: Any) -> None:
    row = at_ministry(place, people)
    row = take_step(
        row, "ministry_return", actor=people.officer, data={"paper": paper(place, ministry=True)}, note="Bổ sung"
    )
    assert (row.round, row.appraised_on) == (2, None)
    page = browser(people.officer).get(reverse("projects:detail", args=[row.public_id])).content.decode()
    assert "Bổ sung" in page
    row = take_step(row, "submit", actor=people.officer)
    with pytest.raises(Invalid):  # the opinion of the first round does not count
        take_step(row, "appraise", actor=people.leader)
    found_fit(row, people)
    assert take_step(row, "appraise", actor=people.leader).state == S.APPRAISED
    assert row.opinions.count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": " "}, "paper.number"),
        ({"dated_on": None}, "paper.date"),
        ({"dated_on": dt.date(2099, 1, 1)}, "paper.date"),
        ({"dated_on": dt.date(1999, 1, 1)}, "paper.date"),
        ({"issuer": None}, "paper.issuer"),
    ],
)
def test_paper_of_the_ministry_is_whole(place: Any, people: Any, fields: Any, field: str) -> None:
    row = at_ministry(place, people)
    unit = factories.agency("ministry_department", None, "Cục")
    values = {"number": "77", "dated_on": clock.today(), "issuer": unit, **fields}
    with pytest.raises(Invalid) as refused:
        take_step(
            row, "ministry_appraise", actor=people.officer, data={"paper": PaperData(**values), "on": clock.today()}
        )
    assert field in refused.value.fields
    assert Project.objects.get().state == S.APPRAISED
    assert not StepPaper.objects.filter(step="ministry_appraise").exists()


def test_scan_of_a_paper_is_for_those_who_work_on_the_project(place: Any, people: Any) -> None:
    from files.services import store_bytes

    row = in_state(S.SUBMITTED, place, people, **national(place))
    file = store_bytes(b"%PDF-1.4 x", "application/pdf")
    data = {"paper": paper(place, file=file, file_name="bao-cao.pdf")}
    take_step(row, "register", actor=people.officer, data=data)
    url = reverse("projects:paper", args=[row.public_id, "step", row.papers.get().pk])
    assert browser(people.auditor).get(url).status_code == 200
    assert browser(people.ministry).get(url).status_code == 404
    Grant.objects.filter(user=people.auditor).update(area=factories.Place("40", "Nghệ An").province)
    assert browser(people.auditor).get(url).status_code == 404
    assert browser(people.officer).get(url.replace("/step/", "/other/")).status_code == 404
