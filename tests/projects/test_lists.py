"""The list of projects as a tool: columns, saved views, one step for many, everything as a workbook."""

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import SavedView
from core.models import IdempotencyKey
from projects import bulk
from projects.models import Project
from projects.models import ProjectState as S
from tests import factories
from tests.projects.lives import MONEY, browser, in_state

pytestmark = pytest.mark.django_db

LIST, BULK, EXPORT = "/projects/", "/projects/bulk/", "/projects/export/"
SAVE = "/accounts/views/save/"


def states() -> dict[str, str]:
    return dict(Project.objects.values_list("name", "state"))


# --- columns ----------------------------------------------------------------------------------------------------------


def shown(answer: Any) -> list[str]:
    return [column.code for column in answer.context["columns"]]


def test_columns_are_chosen_in_the_address(place: Any, people: Any) -> None:
    in_state(S.APPROVED, place, people)
    client = browser(people.officer)
    assert shown(client.get(LIST)) == ["place", "year", "state", "asked", "approved"]
    answer = client.get(f"{LIST}?columns=approved&columns=type&year=2026")
    assert shown(answer) == ["type", "approved"]
    assert "columns=approved" in answer.content.decode()  # for the workbook and what else keeps the address
    wrong = client.get(f"{LIST}?columns=salary")
    assert len(shown(wrong)) == 5
    assert any("salary" in text for text in wrong.context["form"].ignored)


# --- saved views ------------------------------------------------------------------------------------------------------


def save(client: Any, name: str, query: str, **more: Any) -> Any:
    form = {"form_key": str(factories.new_uuid()), "page": LIST, "name": name, "query": query, **more}
    return client.post(SAVE, form)


def test_view_is_kept_with_filters_and_columns_and_dropped(place: Any, people: Any) -> None:
    client = browser(people.officer)
    answer = save(client, "Trễ hạn", "late=1&columns=ends&q=&page=3")
    assert answer["Location"] == f"{LIST}?late=1&columns=ends"
    in_state(S.DRAFT, place, people)
    assert "?late=1&amp;columns=ends" in client.get(LIST).content.decode()
    save(client, "Trễ hạn", "late=1")  # the same name: the new one
    view = SavedView.objects.get()
    assert view.query == "late=1"
    assert client.post(reverse("accounts:view_drop", args=[view.pk]))["Location"] == LIST
    assert not SavedView.objects.exists()


def test_view_is_its_owner_s_alone(place: Any, people: Any) -> None:
    save(browser(people.officer), "Trễ hạn", "late=1")
    view, other = SavedView.objects.get(), browser(people.leader)
    in_state(S.DRAFT, place, people)
    assert "Trễ hạn" not in other.get(LIST).content.decode()
    assert other.post(reverse("accounts:view_drop", args=[view.pk])).status_code == 404
    assert SavedView.objects.exists()


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"name": "x" * 61}, {"query": "q=" + "x" * 3000}])
def test_view_that_cannot_be_kept_is_refused(people: Any, wrong: dict[str, str]) -> None:
    answer = save(browser(people.officer), **{"name": "Trễ hạn", "query": "late=1", **wrong})
    assert (answer.status_code, SavedView.objects.count()) == (422, 0)


def test_view_leads_to_no_other_host(people: Any) -> None:
    for page in ("https://example.com/", "//example.com/projects/", "/no-such-page/"):
        assert save(browser(people.officer), "x", "", page=page).status_code == 404
    assert not SavedView.objects.exists()


# --- one step for many ------------------------------------------------------------------------------------------------


@pytest.fixture
def three(place: Any, people: Any) -> list[Project]:
    """Two complete drafts, and one that lacks its investment."""
    rows = [in_state(S.DRAFT, place, people, name=name) for name in ("Máy sấy", "Máy bào")]
    return [*rows, in_state(S.DRAFT, place, people, name="Thiếu vốn", investment_vnd=None)]


def ids(rows: list[Project]) -> list[str]:
    return [str(row.public_id) for row in rows]


def test_steps_are_offered_with_their_numbers(place: Any, people: Any, three: list[Project]) -> None:
    in_state(S.APPROVED, place, people, name="Đã duyệt")
    answer = browser(people.officer).get(BULK, {"all": "1"})
    offered = {step.code: count for step, count in answer.context["steps"]}
    assert (offered["submit"], offered["start"]) == (3, 1)
    assert "approve" not in offered
    only = browser(people.officer).get(BULK, {"all": "1", "q": "may say"})
    assert [row.name for row in only.context["projects"]] == ["Máy sấy"]


def test_effect_is_said_before_and_the_result_of_each_after(place: Any, people: Any, three: list[Project]) -> None:
    client = browser(people.officer)
    before = client.get(BULK, {"project": ids(three), "step": "submit"})
    seen = before.context["preview"]
    assert {row.name for row in seen.can} == {"Máy sấy", "Máy bào"}
    assert [(row.name, len(why)) for row, why in seen.cannot] == [("Thiếu vốn", 1)]
    assert seen.asked_vnd == 2 * MONEY
    assert set(states().values()) == {S.DRAFT}  # looking stores nothing
    form = {"form_key": str(factories.new_uuid()), "step": "submit", "project": ids(three), "note": ""}
    after = client.post(BULK, form)
    results = {result.project.name: bool(result.why) for result in after.context["results"]}
    assert results == {"Máy sấy": False, "Máy bào": False, "Thiếu vốn": True}
    assert states() == {"Máy sấy": S.SUBMITTED, "Máy bào": S.SUBMITTED, "Thiếu vốn": S.DRAFT}


def test_form_sent_twice_takes_each_step_once(place: Any, people: Any, three: list[Project]) -> None:
    client = browser(people.officer)
    form = {"form_key": str(factories.new_uuid()), "step": "submit", "project": ids(three[:2]), "note": ""}
    first = client.post(BULK, form)
    versions = dict(Project.objects.values_list("pk", "version"))
    second = client.post(BULK, form)
    assert (first.context["done"], second.context["done"], second.context["failed"]) == (2, 2, 0)
    assert dict(Project.objects.values_list("pk", "version")) == versions
    IdempotencyKey.objects.all().delete()  # the control: without the memory of it the steps would be tried again
    assert client.post(BULK, form).context["failed"] == 2


def test_batch_is_approved_by_one_decision_until_the_money_is_out(place: Any, people: Any) -> None:
    rows = [in_state(S.SUBMITTED, place, people, name=f"Máy {number}") for number in range(3)]
    factories.budget(place, people, 2 * MONEY)
    decision = factories.decision(place)
    form = {
        "form_key": str(factories.new_uuid()),
        "step": "approve",
        "project": ids(rows),
        "issuer": decision.issuer.pk,
        "number": "45/QĐ-UBND",
        "decided_on": "15/09/2026",
        "note": "",
    }
    page = browser(people.leader).get(BULK, {"project": ids(rows), "step": "approve"})
    assert not any(name.startswith("money_") for name in page.context["form"].fields)
    after = browser(people.leader).post(BULK, form)
    assert (after.context["done"], after.context["failed"]) == (2, 1)
    assert sorted(states().values()) == [S.APPROVED, S.APPROVED, S.SUBMITTED]
    refused = next(result for result in after.context["results"] if result.why)
    assert any("300.000.000" in text for text in refused.why)
    approved = Project.objects.filter(state=S.APPROVED)
    assert {row.decisions.get().number for row in approved} == {"45/QĐ-UBND"}


def test_each_asks_for_its_own_right(place: Any, people: Any) -> None:
    rows = [in_state(S.SUBMITTED, place, people, name=name) for name in ("Của người khác", "Của mình")]
    Project.objects.filter(pk=rows[1].pk).update(created_by=people.leader)
    form = {"form_key": str(factories.new_uuid()), "step": "return", "project": ids(rows), "note": "Thiếu báo giá"}
    assert browser(people.auditor).post(BULK, form).status_code == 403
    stranger = browser(factories.stranger("leader")).post(BULK, form)
    assert stranger.context.get("results") is None  # sees none of them
    assert set(states().values()) == {S.SUBMITTED}
    seen = browser(people.leader).get(BULK, {"project": ids(rows), "step": "approve"}).context["preview"]
    assert [row.name for row in seen.can] == ["Của người khác"]
    assert "Nobody" not in str(seen.cannot[0][1]) and seen.cannot[0][1]


def test_reason_is_asked_once_for_all(place: Any, people: Any) -> None:
    rows = [in_state(S.SUBMITTED, place, people) for _number in range(2)]
    form = {"form_key": str(factories.new_uuid()), "step": "return", "project": ids(rows), "note": ""}
    refused = browser(people.leader).post(BULK, form)
    assert refused.status_code == 422 and "note" in refused.context["form"].errors
    assert browser(people.leader).post(BULK, {**form, "note": "Thiếu báo giá"}).context["done"] == 2


def test_at_most_two_hundred_at_once_and_that_is_said(
    place: Any, people: Any, three: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.views.lists.LIMIT", 2)
    answer = browser(people.officer).get(BULK, {"all": "1"})
    assert (len(answer.context["projects"]), answer.context["found"]) == (2, 3)
    assert "nhiều nhất 2" in answer.content.decode()
    assert bulk.LIMIT == 200


def test_who_only_reads_is_offered_no_ticks(place: Any, people: Any, three: list[Project]) -> None:
    assert 'name="project"' in browser(people.officer).get(LIST).content.decode()
    for person in (people.auditor, people.collaborator):
        assert 'name="project"' not in browser(person).get(LIST).content.decode()


@pytest.mark.parametrize("step", ["fly", "confirm"])
def test_unknown_step_is_no_page(people: Any, step: str) -> None:
    assert browser(people.officer).get(BULK, {"step": step}).status_code == 404


# --- workbook ---------------------------------------------------------------------------------------------------------


def sheet(answer: Any) -> tuple[str, str]:
    """The cells and the texts of the workbook."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
        return book.read("xl/worksheets/sheet1.xml").decode(), strings


def test_workbook_has_every_row_found_and_the_columns_shown(place: Any, people: Any) -> None:
    for number in range(53):
        factories.bare_project(place, f"KCDP-2026-{number:03d}")
    cells, strings = sheet(browser(people.officer).get(f"{EXPORT}?columns=year&q=KCDP"))
    everything = cells + strings
    assert all(f"KCDP-2026-{number:03d}" in everything for number in range(53))
    assert "Niên độ" in everything or "Năm" in everything
    assert "Địa bàn" not in everything.replace("Tên, mã", "")
    assert "KCDP" in everything


def test_workbook_holds_what_the_person_sees(place: Any, people: Any) -> None:
    in_state(S.DRAFT, place, people, name="Bản nháp của tỉnh")
    other = browser(factories.stranger()).get(EXPORT)
    assert "Bản nháp" not in "".join(sheet(other))
    assert "Bản nháp" in "".join(sheet(browser(people.officer).get(EXPORT)))


@pytest.mark.parametrize("name", ["=1+1", '=HYPERLINK("http://x")', "+84", "-5", "@SUM(A1)", "http://x.example/"])
def test_text_never_becomes_a_formula_or_a_link(place: Any, people: Any, name: str) -> None:
    in_state(S.DRAFT, place, people, name=name)
    answer = browser(people.officer).get(EXPORT)
    cells, strings = sheet(answer)
    assert "<f>" not in cells and "<hyperlink" not in cells
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        quoted = "quotePrefix" in book.read("xl/styles.xml").decode()
    assert quoted == (name[0] in "=+-@")


def test_money_of_the_workbook_is_a_number_in_dong(place: Any, people: Any) -> None:
    in_state(S.DRAFT, place, people)
    cells, _strings = sheet(browser(people.officer).get(f"{EXPORT}?columns=asked"))
    assert f"<v>{MONEY}</v>" in cells
