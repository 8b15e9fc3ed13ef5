"""The yearly plan: entered by an officer, approved by a decision, changed by a new version."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from core import clock
from programmes.models import AnnualPlan, PlanLine
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.PortalBackend")
    return client


def typed(place: factories.Place, *lines: dict[str, str], **fields: str) -> dict[str, str]:
    data = {
        "form_key": str(factories.new_uuid()),
        "programme": str(factories.programme(place).pk),
        "year": "2026",
        "note": "",
        "rows": "4",
    }
    factories.activity()
    for number, line in enumerate(lines):
        data |= {f"line_{number}_{name}": text for name, text in line.items()}
    return {**data, **fields}


MACHINES = {"activity": "MACHINE", "quantity_low": "10", "quantity_high": "12", "amount_vnd": "1.500.000.000"}


@pytest.fixture
def draft(place: factories.Place, people: factories.People) -> AnnualPlan:
    factories.indicator()
    answer = browser(people.officer).post(
        reverse("programmes:plan_new"), typed(place, {**MACHINES, "indicator": "HT25_MACHINE"})
    )
    assert answer.status_code == 302, answer.content.decode()
    plan: AnnualPlan = AnnualPlan.objects.get()
    return plan


def decision(place: factories.Place, **fields: str) -> dict[str, str]:
    return {
        "form_key": str(factories.new_uuid()),
        "issuer": str(place.committee.pk),
        "number": "12/QĐ-UBND",
        "decided_on": clock.today().strftime("%d/%m/%Y"),
        **fields,
    }


def approve(place: factories.Place, people: factories.People, plan: AnnualPlan, **fields: str) -> Any:
    return browser(people.leader).post(
        reverse("programmes:plan_approve", args=[plan.public_id]), decision(place, **fields)
    )


def texts(answer: Any, name: str) -> str:
    return " ".join(answer.context["form"].errors.get(name, []))


# --- entering ---------------------------------------------------------------------------------------------------------


def test_plan_keeps_activity_range_money_and_source_of_each_line(draft: AnnualPlan) -> None:
    line = PlanLine.objects.get(plan=draft)
    assert (line.activity.code, line.quantity_low, line.quantity_high) == ("MACHINE", 10, 12)
    assert (line.amount_vnd, line.source, line.unit) == (1_500_000_000, "local", "cơ sở")
    assert (draft.state, draft.version, draft.year) == ("draft", 1, 2026)
    assert Entry.objects.about(draft).get().action == "create"


def test_plan_sent_twice_is_one(place: Any, people: Any) -> None:
    client, data = browser(people.officer), typed(place, MACHINES)
    first = client.post(reverse("programmes:plan_new"), data)
    second = client.post(reverse("programmes:plan_new"), data)
    assert first["Location"] == second["Location"]
    assert AnnualPlan.objects.count() == PlanLine.objects.count() == 1


def test_second_plan_of_a_year_and_programme_is_refused_in_words(place: Any, people: Any, draft: AnnualPlan) -> None:
    answer = browser(people.officer).post(reverse("programmes:plan_new"), typed(place, MACHINES))
    assert answer.status_code == 409
    assert "Đã có kế hoạch của năm" in answer.content.decode()
    assert AnnualPlan.objects.count() == 1


def test_empty_line_is_left_out_and_what_is_not_given_stays_missing(place: Any, people: Any) -> None:
    lines = [{"activity": "MACHINE"}, {}, {"activity": "MACHINE", "quantity_low": "0", "amount_vnd": "0"}]
    browser(people.officer).post(reverse("programmes:plan_new"), typed(place, *lines))
    found = list(PlanLine.objects.order_by("id").values_list("quantity_low", "amount_vnd"))
    assert found == [(None, None), (0, 0)]
    kept = Entry.objects.about(AnnualPlan.objects.get()).get().changes["lines"][1]
    assert kept == ["MACHINE | local", "MACHINE | 0 | local | 0"]


def test_wrong_line_is_named_with_its_number_and_nothing_is_stored(place: Any, people: Any) -> None:
    lines = [
        {"activity": "MACHINE", "quantity_low": "12", "quantity_high": "10"},
        {"quantity_low": "3"},
        {"activity": "MACHINE", "amount_vnd": "1.234.5"},
    ]
    client = browser(people.officer)
    answer = client.post(reverse("programmes:plan_new"), typed(place, *lines))
    assert answer.status_code == 422
    assert texts(answer, "line_1_activity") and texts(answer, "line_2_amount_vnd")
    page = answer.content.decode()
    assert "Dòng 2: " in page and "<title>Lỗi:" in page and 'value="1.234.5"' in page
    assert not AnnualPlan.objects.exists()
    answer = client.post(reverse("programmes:plan_new"), typed(place, {}, lines[0]))
    assert texts(answer, "line_1_quantity_high")
    assert not AnnualPlan.objects.exists()


def test_more_lines_are_given_without_judging_or_storing(place: Any, people: Any) -> None:
    answer = browser(people.officer).post(
        reverse("programmes:plan_new"), typed(place, {"quantity_low": "abc"}, more="1")
    )
    form = answer.context["form"]
    assert (answer.status_code, form.count, form.errors) == (200, 7, {})
    assert 'value="abc"' in answer.content.decode()
    assert not AnnualPlan.objects.exists()


@pytest.mark.parametrize("rows", ["", "-1", "abc", "99999", "9" * 50, "٣"])
def test_number_of_lines_is_bounded_whatever_is_sent(rows: str, place: Any, people: Any) -> None:
    answer = browser(people.officer).post(reverse("programmes:plan_new"), typed(place, rows=rows, more="1"))
    assert answer.status_code == 200
    assert 1 <= answer.context["form"].count <= 60


@pytest.mark.parametrize("role", ["leader", "accountant", "centre", "collaborator", "auditor", "ministry"])
def test_other_roles_enter_no_plan(role: str, place: Any, people: Any, draft: AnnualPlan) -> None:
    client = browser(people.all()[role])
    assert client.post(reverse("programmes:plan_new"), typed(place, MACHINES, year="2027")).status_code == 403
    edit = client.post(reverse("programmes:plan_edit", args=[draft.public_id]), typed(place, {}))
    assert edit.status_code == (404 if role in ("collaborator", "ministry") else 403)
    assert AnnualPlan.objects.count() == PlanLine.objects.count() == 1


def test_officer_of_another_province_finds_nothing(place: Any, draft: AnnualPlan) -> None:
    client = browser(factories.stranger())
    for name in ("plan", "plan_edit", "plan_approve"):
        assert client.get(reverse(f"programmes:{name}", args=[draft.public_id])).status_code == 404
    assert client.post(reverse("programmes:plan_revise", args=[draft.public_id])).status_code == 404


# --- changing ---------------------------------------------------------------------------------------------------------


def test_second_of_two_who_change_it_sees_what_the_first_stored(place: Any, people: Any, draft: AnnualPlan) -> None:
    client, url = browser(people.officer), reverse("programmes:plan_edit", args=[draft.public_id])
    mine = typed(place, {**MACHINES, "quantity_low": "5"}, version="1")
    assert client.post(url, {**mine, "line_0_quantity_low": "7"}).status_code == 302
    answer = client.post(url, mine)
    assert answer.status_code == 409
    assert {(row["stored"], row["typed"]) for row in answer.context["form"].meanwhile} >= {("7", "5")}
    assert PlanLine.objects.get().quantity_low == 7
    assert client.post(url, {**mine, "version": "2"}).status_code == 302
    assert PlanLine.objects.get().quantity_low == 5


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_leader_records_the_decision_and_the_version_stays(place: Any, people: Any, draft: AnnualPlan) -> None:
    assert approve(place, people, draft).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.decision_number, draft.issuer) == ("approved", "12/QĐ-UBND", place.committee)
    answer = browser(people.officer).post(
        reverse("programmes:plan_edit", args=[draft.public_id]), typed(place, {}, version="2")
    )
    assert answer.status_code == 409
    assert PlanLine.objects.count() == 1
    assert approve(place, people, draft).status_code == 409


@pytest.mark.parametrize("name", ["issuer", "number", "decided_on"])
def test_decision_without_one_of_its_parts_is_not_recorded(
    name: str, place: Any, people: Any, draft: AnnualPlan
) -> None:
    answer = approve(place, people, draft, **{name: ""})
    assert answer.status_code == 422 and texts(answer, name)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_decision_of_tomorrow_is_not_recorded(place: Any, people: Any, draft: AnnualPlan) -> None:
    tomorrow = (clock.today() + dt.timedelta(days=1)).strftime("%d/%m/%Y")
    answer = approve(place, people, draft, decided_on=tomorrow)
    assert answer.status_code == 422 and texts(answer, "decided_on")


def test_plan_without_a_line_is_not_approved(place: Any, people: Any) -> None:
    browser(people.officer).post(reverse("programmes:plan_new"), typed(place))
    plan = AnnualPlan.objects.get()
    assert approve(place, people, plan).status_code == 409
    plan.refresh_from_db()
    assert plan.state == "draft"


@pytest.mark.parametrize("role", ["officer", "accountant", "centre", "auditor"])
def test_other_roles_decide_on_no_plan(role: str, place: Any, people: Any, draft: AnnualPlan) -> None:
    answer = browser(people.all()[role]).post(
        reverse("programmes:plan_approve", args=[draft.public_id]), decision(place)
    )
    assert answer.status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_entered_a_plan_does_not_decide_on_it(place: Any, people: Any, draft: AnnualPlan) -> None:
    draft.entered_by = people.leader
    draft.save()
    assert approve(place, people, draft).status_code == 403


# --- versions ---------------------------------------------------------------------------------------------------------


def test_changed_plan_is_a_new_version_and_the_old_one_stays(place: Any, people: Any, draft: AnnualPlan) -> None:
    approve(place, people, draft)
    client, url = browser(people.officer), reverse("programmes:plan_revise", args=[draft.public_id])
    assert client.get(url).status_code == 405
    first, again = client.post(url), client.post(url)
    assert first["Location"] == again["Location"]
    second = AnnualPlan.objects.get(version=2)
    assert (second.state, second.lines.get().amount_vnd) == ("draft", 1_500_000_000)
    edit = reverse("programmes:plan_edit", args=[second.public_id])
    client.post(edit, typed(place, {**MACHINES, "amount_vnd": "2.000.000.000"}, version="1"))
    assert approve(place, people, second, number="40/QĐ-UBND").status_code == 302
    draft.refresh_from_db()
    second.refresh_from_db()
    assert (draft.state, second.state) == ("superseded", "approved")
    assert (draft.lines.get().amount_vnd, second.lines.get().amount_vnd) == (1_500_000_000, 2_000_000_000)
    assert approve(place, people, draft).status_code == 409


def test_draft_of_a_plan_is_not_shown_to_the_ministry(place: Any, people: Any, draft: AnnualPlan) -> None:
    client = browser(people.ministry)
    page = reverse("programmes:plan", args=[draft.public_id])
    assert client.get(page).status_code == 404
    approve(place, people, draft)
    assert client.get(page).status_code == 200
    browser(people.officer).post(reverse("programmes:plan_revise", args=[draft.public_id]))
    assert "phiên bản 2" not in client.get(page).content.decode().lower()


def test_page_offers_what_the_person_may_do(place: Any, people: Any, draft: AnnualPlan) -> None:
    page = reverse("programmes:plan", args=[draft.public_id])
    edit, decide = (reverse(f"programmes:{name}", args=[draft.public_id]) for name in ("plan_edit", "plan_approve"))
    officer, leader = (browser(user).get(page).content.decode() for user in (people.officer, people.leader))
    assert (edit in officer, decide in officer) == (True, False)
    assert (edit in leader, decide in leader) == (False, True)
