"""Appraisal: a checklist that is data, several appraisers, opinions that are kept, four eyes."""

from typing import Any

import pytest
from django.urls import reverse

from core.errors import Invalid, NotAllowed, WrongState
from projects.appraisal import OpinionData, give_opinion, latest
from projects.models import Opinion, Project
from projects.models import ProjectState as S
from projects.services import take_step
from tests import factories
from tests.projects.lives import browser, in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(place: Any, people: Any) -> Project:
    factories.criterion("L1", name="Phù hợp với chương trình")
    factories.criterion("L2", name="Có vốn đối ứng", verified="no")
    factories.criterion("N1", name="Của trung ương", source="national")
    return in_state(S.SUBMITTED, place, people)


def url(row: Project) -> str:
    return reverse("projects:opinion", args=[row.public_id])


def typed(**fields: Any) -> dict[str, Any]:
    return {"form_key": str(factories.new_uuid()), "recommendation": "approve", "mark_L1": "met", **fields}


def test_appraiser_fills_the_checklist_of_the_day(people: Any, file: Project) -> None:
    client = browser(people.accountant)
    page = client.get(url(file)).content.decode()
    assert "Phù hợp với chương trình" in page and "Của trung ương" not in page
    assert "chưa kiểm chứng" in page
    answer = client.post(url(file), typed(mark_L2="not_met", remark_L2="Chưa có cam kết", remarks="Bổ sung sau"))
    assert answer.status_code == 302
    opinion = Opinion.objects.get()
    marks = {row.criterion.code: (row.mark, row.remark) for row in opinion.marks.all()}
    assert marks == {"L1": ("met", ""), "L2": ("not_met", "Chưa có cam kết")}
    assert (opinion.round, opinion.appraiser_name.split(" ")[0]) == (1, "Ketoan")
    seen = browser(people.leader).get(reverse("projects:detail", args=[file.public_id])).content.decode()
    assert "Chưa có cam kết" in seen and "Đủ điều kiện hỗ trợ" in seen


@pytest.mark.parametrize(
    "fields",
    [
        {"recommendation": ""},
        {"recommendation": "maybe"},
        {"recommendation": "complete"},
        {"recommendation": "reject"},
        {"mark_L1": "perhaps"},
        {"mark_L1": "not_met"},
        {"support_vnd": "-5"},
        {"support_vnd": "nhiều"},
    ],
)
def test_opinion_that_says_nothing_is_asked_again_with_what_was_typed(people: Any, file: Project, fields: Any) -> None:
    answer = browser(people.leader).post(url(file), typed(remark_L2="đã gọi điện", **fields))
    assert answer.status_code == 422
    assert "đã gọi điện" in answer.content.decode()
    assert not Opinion.objects.exists()


@pytest.mark.parametrize("did", ["created_by", "submitted_by"])
def test_nobody_appraises_what_they_entered_or_submitted(people: Any, file: Project, did: str) -> None:
    Project.objects.update(created_by=people.centre, submitted_by=people.officer)
    Project.objects.update(**{did: people.leader})
    assert browser(people.leader).post(url(file), typed()).status_code == 403
    with pytest.raises(NotAllowed):
        give_opinion(Project.objects.get(), OpinionData("approve"), actor=people.leader)
    Project.objects.update(**{did: people.centre})  # the control: another one's
    assert browser(people.leader).post(url(file), typed()).status_code == 302


@pytest.mark.parametrize("role", ["centre", "collaborator", "auditor", "ministry", "administrator"])
def test_only_people_of_the_department_appraise(people: Any, file: Project, role: str) -> None:
    assert browser(getattr(people, role)).post(url(file), typed()).status_code in (403, 404)
    assert not Opinion.objects.exists()


def test_later_opinion_counts_and_the_earlier_stays(people: Any, file: Project) -> None:
    give_opinion(file, OpinionData("reject", "Ngoài đối tượng"), actor=people.leader)
    with pytest.raises(Invalid):
        take_step(file, "appraise", actor=people.leader)
    give_opinion(file, OpinionData("approve", "Đã bổ sung"), actor=people.leader)
    assert [row.recommendation for row in latest(file)] == ["approve"]
    assert Opinion.objects.count() == 2
    assert take_step(file, "appraise", actor=people.leader).state == S.APPRAISED


@pytest.mark.parametrize("said", [None, "complete"])
def test_nothing_is_concluded_before_somebody_found_the_file_fit(people: Any, file: Project, said: str | None) -> None:
    if said:
        give_opinion(file, OpinionData(said, "Thiếu báo giá"), actor=people.accountant)
    with pytest.raises(Invalid) as refused:
        take_step(file, "appraise", actor=people.leader, note="Vẫn kết luận")
    assert refused.value.code == "no_opinion"
    assert Project.objects.get().state == S.SUBMITTED


def test_conclusion_against_an_opinion_says_why(people: Any, file: Project) -> None:
    give_opinion(file, OpinionData("approve"), actor=people.leader)
    give_opinion(file, OpinionData("complete", "Thiếu báo giá"), actor=people.accountant)
    with pytest.raises(Invalid, match="Ketoan"):
        take_step(file, "appraise", actor=people.leader)
    assert take_step(file, "appraise", actor=people.leader, note="Báo giá đã nộp").state == S.APPRAISED


def test_no_opinion_before_submission_and_after_the_conclusion(place: Any, people: Any, file: Project) -> None:
    give_opinion(file, OpinionData("approve"), actor=people.leader)
    take_step(file, "appraise", actor=people.leader)
    with pytest.raises(WrongState):
        give_opinion(file, OpinionData("approve"), actor=people.leader)
    assert browser(people.leader).get(url(file)).status_code == 409
    with pytest.raises(WrongState):
        give_opinion(factories.project(place, people), OpinionData("approve"), actor=people.leader)


def test_step_without_an_opinion_leads_to_the_form(people: Any, file: Project) -> None:
    page = browser(people.leader).get(reverse("projects:step", args=[file.public_id, "appraise"])).content.decode()
    assert f'href="{url(file)}"' in page
