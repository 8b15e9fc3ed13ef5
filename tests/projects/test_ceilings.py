"""Support is measured by the norm of the day, and support for the same twice has to be explained."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Invalid
from core.models import Source
from programmes.models import Activity, NeededPaper, SupportNorm
from projects.models import Project
from projects.services import take_step
from tests import factories as f

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def machines(place: f.Place) -> Activity:
    row = f.activity()
    row.norm_code = "MACHINE"
    row.save()
    return row


def norm(source: str = "national", verified: str = "yes", **fields: Any) -> SupportNorm:
    values: dict[str, Any] = {
        "code": "MACHINE",
        "activity_text": "Ứng dụng máy móc",
        "ceiling_amount_vnd": 300 * MILLION,
        "ceiling_percent": 50,
        "unit": "cơ sở",
        "legal_basis": "28/2018/TT-BTC Điều 8",
        "valid_from": dt.date(2018, 5, 11),
        **fields,
    }
    row: SupportNorm = SupportNorm.objects.create(source=source, verified=verified, **values)
    return row


def national(place: f.Place, people: f.People, million: int, cost: int = 1_000, **fields: Any) -> Project:
    values = {
        "programme": f.programme(source=Source.NATIONAL),
        "estimate": {Source.NATIONAL: million * MILLION, Source.COUNTERPART: 500 * MILLION},
        "investment_vnd": cost * MILLION,
        **fields,
    }
    return f.project(place, people, **values)


# --- norms ------------------------------------------------------------------------------------------------------------


def test_more_than_the_norm_is_not_submitted_and_says_how_much(place: Any, people: Any, machines: Activity) -> None:
    norm()
    project = national(place, people, 301)
    with pytest.raises(Invalid) as refused:
        take_step(project, "submit", actor=people.officer)
    text = refused.value.fields["estimate.national"][0]
    assert "300.000.000" in text and "1.000.000" in text and "28/2018/TT-BTC" in text
    project.refresh_from_db()
    assert project.state == "draft"


def test_exactly_the_norm_is_submitted(place: Any, people: Any, machines: Activity) -> None:
    norm()
    assert take_step(national(place, people, 300), "submit", actor=people.officer).state == "submitted"


def test_percentage_of_a_small_investment_is_the_lower_limit(place: Any, people: Any, machines: Activity) -> None:
    norm()
    with pytest.raises(Invalid):
        take_step(national(place, people, 251, cost=500), "submit", actor=people.officer)


def test_norm_that_is_not_verified_refuses_nothing(place: Any, people: Any, machines: Activity) -> None:
    norm(verified="partial")
    assert take_step(national(place, people, 400), "submit", actor=people.officer).state == "submitted"


def test_national_norm_does_not_measure_local_money(place: Any, people: Any, machines: Activity) -> None:
    norm()
    local = f.project(place, people, estimate={Source.LOCAL: 400 * MILLION}, investment_vnd=500 * MILLION)
    assert take_step(local, "submit", actor=people.officer).state == "submitted"


def test_local_norm_of_the_province_measures_local_money(place: Any, people: Any, machines: Activity) -> None:
    norm("local", area=place.province, ceiling_amount_vnd=150 * MILLION)
    local = f.project(place, people, estimate={Source.LOCAL: 151 * MILLION})
    with pytest.raises(Invalid):
        take_step(local, "submit", actor=people.officer)


def test_decision_over_the_norm_of_its_day_is_not_recorded(place: Any, people: Any, machines: Activity) -> None:
    norm()
    f.budget(place, people, programme=f.programme(source=Source.NATIONAL))
    project = take_step(national(place, people, 300), "submit", actor=people.officer)
    data = {"decision": f.decision(place), "money": {Source.NATIONAL: 301 * MILLION}}
    with pytest.raises(Invalid) as refused:
        take_step(project, "approve", actor=people.leader, data=data)
    assert "money.national" in refused.value.fields
    project.refresh_from_db()
    assert project.state == "submitted"
    data["money"] = {Source.NATIONAL: 300 * MILLION}
    assert take_step(project, "approve", actor=people.leader, data=data).state == "approved"


# --- support for the same, twice --------------------------------------------------------------------------------------


def test_second_support_for_the_same_has_to_be_explained(place: Any, people: Any, machines: Activity) -> None:
    first = f.approved(place, people)
    known = list(first.beneficiaries.all())
    second = f.project(place, people, beneficiaries=known, year=2027)
    with pytest.raises(Invalid) as refused:
        take_step(second, "submit", actor=people.officer)
    assert first.code in refused.value.fields["repeat_reason"][0]
    explained = f.project(place, people, beneficiaries=known, repeat_reason="Giai đoạn 2 của dây chuyền.")
    assert take_step(explained, "submit", actor=people.officer).state == "submitted"


def test_draft_stopped_or_other_activity_is_no_second_support(place: Any, people: Any, machines: Activity) -> None:
    known = [f.enterprise(place)]
    f.project(place, people, beneficiaries=known)
    stopped = take_step(f.project(place, people, beneficiaries=known), "submit", actor=people.officer)
    take_step(stopped, "stop", actor=people.leader, note="Cơ sở xin rút.")
    other = f.activity("BRAND", "Nhãn hiệu")
    take_step(f.project(place, people, beneficiaries=known, activities=[other]), "submit", actor=people.officer)
    last = f.project(place, people, beneficiaries=known)
    assert take_step(last, "submit", actor=people.officer).state == "submitted"


# --- while typing -----------------------------------------------------------------------------------------------------


def ask(user: Any, **fields: Any) -> str:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    answer = client.get(reverse("projects:ceilings"), fields)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_form_says_what_may_still_be_asked_for(place: Any, people: Any, machines: Activity) -> None:
    norm()
    typed = {
        "programme": f.programme(source=Source.NATIONAL).pk,
        "area": place.commune.uid,
        "type": "single",
        "activities": ["MACHINE"],
        "investment_vnd": "800 triệu",
        "estimate_national": "182.000.000",
    }
    text = ask(people.officer, **typed)
    assert "mức hỗ trợ tối đa 300 triệu đồng; đã đề nghị 182, còn được đề nghị 118 triệu đồng" in text
    assert "28/2018/TT-BTC" in text
    text = ask(people.officer, **{**typed, "estimate_national": "350.000.000"})
    assert "vượt 50 triệu đồng" in text and "kc-ceiling--over" in text


def test_local_money_without_a_norm_never_shows_a_remainder(place: Any, people: Any, machines: Activity) -> None:
    norm()
    text = ask(
        people.officer,
        programme=f.programme(place).pk,
        area=place.commune.uid,
        activities=["MACHINE"],
        estimate_local="100.000.000",
    )
    assert "Chưa có định mức của tỉnh cho thời điểm này; mức trung ương chỉ để tham khảo" in text
    assert "còn được đề nghị" not in text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"programme": "x", "area": "y", "activities": ["z"], "investment_vnd": "1234.5", "beneficiaries": "no-id"},
        {"without": "99999999999999999999999"},
        {"without": "٣"},
    ],
)
def test_what_cannot_be_read_yet_is_left_out(fields: Any, place: Any, people: Any) -> None:
    assert "kc-ceiling" not in ask(people.officer, **fields)


def test_project_of_another_province_is_told_without_its_name(place: Any, people: Any, machines: Activity) -> None:
    first = f.approved(place, people)
    known = list(first.beneficiaries.all())
    assert first.code in ask(people.officer, activities=["MACHINE"], beneficiaries=[known[0].public_id])
    stranger = f.stranger()
    # Control: who may not see the establishment cannot even name it in the question.
    assert ask(stranger, activities=["MACHINE"], beneficiaries=[known[0].public_id]) == ""


def test_unverified_norm_is_marked(place: Any, people: Any, machines: Activity) -> None:
    norm(verified="no")
    project = national(place, people, 400)
    client = Client()
    client.force_login(people.officer, backend="accounts.backends.PortalBackend")
    page = client.get(reverse("projects:detail", args=[project.public_id])).content.decode()
    assert "chưa kiểm chứng" in page and "vượt 100 triệu đồng" in " ".join(page.split())


def test_form_shows_the_papers_of_its_source_place_and_activities(place: Any, people: Any, machines: Activity) -> None:
    elsewhere = f.Place("40", "Nghệ An").province
    for code, source, area in (("A", "national", None), ("B", "local", place.province), ("C", "local", elsewhere)):
        NeededPaper.objects.create(
            code=code, name=f"Giấy {code}", source=source, area=area, needed_for="appraise", verified="no"
        )
    typed = {"programme": f.programme(place).pk, "area": place.commune.uid, "activities": [machines.code]}
    shown = ask(people.officer, **typed)
    assert "Giấy B" in shown and "Giấy A" not in shown and "Giấy C" not in shown
    assert "Giấy" not in ask(people.officer, programme=typed["programme"]).replace("Giấy tờ", "")
