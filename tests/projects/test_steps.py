"""Every step of a project on its page: who takes it, from which state, with what, and what everybody else is told."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, User
from accounts.roles import Role
from audit.models import Entry
from core import clock
from core.errors import Invalid, NotAllowed
from files.models import StoredFile
from funding.models import BudgetBalance, LedgerEntry
from projects.models import Decision, Project
from projects.models import ProjectState as S
from projects.requirements import missing_for
from projects.services import DecisionData, take_step
from projects.states import PROJECT_LIFE
from tests import factories
from tests.projects.lives import browser, found_fit, in_state, national, settle, signed, texts, written
from tests.projects.step_table import ROLES, TRACKS, states_of, table

pytestmark = pytest.mark.django_db


def url(row: Project, step: str) -> str:
    return reverse("projects:step", args=[row.public_id, step])


def typed(place: factories.Place, step: str, **fields: Any) -> dict[str, Any]:
    """All that a step needs, as a person types it."""
    day = f"{clock.today():%d/%m/%Y}"
    decision = {"issuer": place.committee.pk, "number": "45/QĐ-UBND", "decided_on": day}
    needed: dict[str, dict[str, Any]] = {
        "submit": {},
        "return": {"note": "Thiếu báo giá thiết bị"},
        "approve": {**decision, "money_local": "300 triệu"},
        "start": {"on": day},
        "accept": {"on": day},
        "close": {"on": day},
        "stop": {**decision, "note": "Chủ cơ sở xin thôi"},
        "reject": {"on": day, "note": "Ngoài ngành nghề được hỗ trợ"},
        "appraise": {"on": day},
        "contract": {"on": day},
        "liquidate": {"on": day},
        "settle": {"on": day},
        "register": {"on": day, "issuer": place.department.pk, "number": "118/BC-SCT"},
    }
    if step.startswith("ministry_"):
        unit = factories.agency("ministry_department", None, "Cục")
        needed[step] = {"on": day, "issuer": unit.pk, "number": "77/CĐK", "note": "Bổ sung báo giá"}
    return {"form_key": str(factories.new_uuid()), **needed[step], **fields}


class _Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back at its end, so that the next step starts from the same state."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


@pytest.fixture
def draft(place: factories.Place, people: factories.People) -> Project:
    return in_state(S.DRAFT, place, people)


@pytest.fixture
def submitted(place: factories.Place, people: factories.People) -> Project:
    row = in_state(S.SUBMITTED, place, people)
    factories.budget(place, people, programme=row.programme)
    return row


# --- state × step × role ----------------------------------------------------------------------------------------------


ANSWERS = {"yes": 302, "state": 409, "right": 403, "hidden": 404, "none": 404}


def prepare(row: Project, place: Any, people: Any) -> None:
    """What the steps that are possible now need, beside what is typed."""
    if row.state in (S.SUBMITTED, S.REGISTERED):
        found_fit(row, people)
    if row.decided_on is None and row.state not in (S.DRAFT, S.RETURNED, S.REJECTED):
        factories.budget(place, people, programme=row.programme)
    if row.state == S.APPROVED:
        signed(row, place, people)
    if row.state in (S.ACCEPTED, S.LIQUIDATED):
        settle(row, people)


@pytest.mark.parametrize(("source", "state"), [(source, state) for source in TRACKS for state in states_of(source)])
def test_step_is_taken_by_whom_and_when_it_may(place: Any, people: Any, source: str, state: str) -> None:
    """On the pages: every step that the table allows is taken; of those it refuses, one of each kind of answer."""
    row = in_state(state, place, people, **(national(place) if source == "national" else {}))
    prepare(row, place, people)
    before = written()
    for code, step in PROJECT_LIFE.steps.items():
        tried: set[str] = set()
        for role in ROLES:
            person: User = getattr(people, role)
            relation = "author" if person.pk in (row.created_by_id, row.submitted_by_id) else "own"
            answer = table().answer(code, source, state, role, relation)
            if answer != "yes" and answer in tried:
                continue
            tried.add(answer)
            client = browser(person)
            money = {"money_national": "300 triệu", "money_local": ""} if source == "national" else {}
            asked = client.get(url(row, code))
            with undone():
                sent = client.post(url(row, code), typed(place, code, **(money if code == "approve" else {})))
                after = Project.objects.get(pk=row.pk)
                entries = list(Entry.objects.all().order_by("-id")[: written() - before])
            case = f"{role} {code} {state} {source}"
            assert sent.status_code == ANSWERS[answer], case
            assert asked.status_code == (200 if answer == "yes" else ANSWERS[answer]), case
            if answer == "yes":
                assert after.state == step.target, case
                assert any(e.action == code and str(e.actor_id) == str(person.audit_id) for e in entries), case
                continue
            assert (after.state, after.version, entries) == (row.state, row.version, []), case
            if answer == "right":
                assert str(step.may(row, person).reason) in sent.content.decode(), case
            if answer == "state":
                assert str(PROJECT_LIFE.in_state(row, step).reason) in sent.content.decode(), case


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.CENTRE, Role.COLLABORATOR])
def test_same_role_of_another_province_finds_no_step(place: Any, people: Any, role: str) -> None:
    row = in_state(S.IN_PROGRESS, place, people)
    client, before = browser(factories.stranger(role)), written()
    for code in PROJECT_LIFE.steps:
        assert client.get(url(row, code)).status_code == 404
        assert client.post(url(row, code), typed(place, code)).status_code == 404
    assert (Project.objects.get().state, written()) == (row.state, before)


def test_step_that_does_not_exist_is_no_page(people: Any, draft: Project) -> None:
    assert browser(people.officer).get(url(draft, "celebrate")).status_code == 404


def test_nobody_signed_in_is_asked_to_sign_in(place: Any, draft: Project) -> None:
    answer = Client().post(url(draft, "submit"), typed(place, "submit"))
    assert answer.status_code == 302
    assert "login" in answer["Location"] or "sign" in answer["Location"]
    assert Project.objects.get().state == S.DRAFT


def test_other_verbs_are_refused(people: Any, draft: Project) -> None:
    for verb in ("put", "patch", "delete"):
        assert getattr(browser(people.officer), verb)(url(draft, "submit")).status_code == 405


def test_centre_moves_only_what_it_implements(place: Any, people: Any) -> None:
    row = in_state(S.APPROVED, place, people)
    client = browser(people.centre)
    assert client.get(url(row, "start")).status_code == 200
    Project.objects.update(implementing_unit=place.department)
    assert client.post(url(row, "start"), typed(place, "start")).status_code == 404
    assert Project.objects.get().state == S.APPROVED


# --- submit -----------------------------------------------------------------------------------------------------------


def test_incomplete_file_is_not_submitted_and_everything_missing_is_named(place: Any, people: Any) -> None:
    row = factories.project(place, people, beneficiaries=[], activities=[], estimate={}, investment_vnd=None)
    client, before = browser(people.officer), written()
    answer = client.post(url(row, "submit"), typed(place, "submit"))
    assert answer.status_code == 422
    assert (Project.objects.get().state, Project.objects.get().submitted_at, written()) == (S.DRAFT, None, before)
    inputs = {item.url.partition("#")[2] for item in answer.context["missing"]}
    assert inputs == {"id_activities_0", "id_beneficiary_q", "id_estimate_national", "id_investment_vnd"}
    page = client.get(reverse("projects:edit", args=[row.public_id]))
    factories.activity()
    page = client.get(reverse("projects:edit", args=[row.public_id]))
    for name in inputs:  # every link of the list leads to an input that is there
        assert f'id="{name}"' in page.content.decode()


TYPES = [
    ("single", 1, 1, True),
    ("single", 0, 1, False),
    ("group", 1, 1, False),
    ("group", 2, 1, True),
    ("flagship", 2, 1, False),
    ("flagship", 1, 2, False),
    ("flagship", 2, 2, True),
    ("task", 0, 1, True),
]


@pytest.mark.parametrize(("kind", "owners", "activities", "goes"), TYPES)
def test_four_types_of_project_each_need_their_own(
    place: Any, people: Any, kind: str, owners: int, activities: int, goes: bool
) -> None:
    row = factories.project(
        place,
        people,
        type=kind,
        beneficiaries=[factories.enterprise(place, f"Cơ sở {number}") for number in range(owners)],
        activities=[factories.activity(code) for code in ("MACHINE", "DEMO")[:activities]],
        estimate={"local": 300_000_000, "counterpart": 0 if kind == "task" else 300_000_000},
        starts_on=dt.date(2026, 1, 15),
        ends_on=dt.date(2027, 6, 30),
    )
    answer = browser(people.officer).post(url(row, "submit"), typed(place, "submit"))
    assert (answer.status_code, Project.objects.get().state) == ((302, S.SUBMITTED) if goes else (422, S.DRAFT))


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("flagship", {"ends_on": dt.date(2026, 12, 31)}, "ends_on"),  # less than two years of work
        ("flagship", {"ends_on": dt.date(2029, 6, 30)}, "ends_on"),  # more than three
        ("flagship", {"starts_on": None, "ends_on": None}, "ends_on"),
        ("group", {"activities": 2}, "activities"),
        ("task", {"estimate": {"local": 300_000_000, "counterpart": 1}}, "estimate_counterpart"),
    ],
)
def test_rule_of_each_type_is_told_at_its_field(
    place: Any, people: Any, kind: str, fields: dict[str, Any], field: str
) -> None:
    count = fields.pop("activities", 2 if kind == "flagship" else 1)
    given = {
        "activities": [factories.activity(code) for code in ("MACHINE", "DEMO")[:count]],
        "beneficiaries": []
        if kind == "task"
        else [factories.enterprise(place, f"Cơ sở {number}") for number in range(2)],
        "starts_on": dt.date(2026, 1, 15),
        "ends_on": dt.date(2027, 12, 31),
        **fields,
    }
    row = factories.project(place, people, type=kind, **given)
    assert set(missing_for(row, "submit")) == {field}
    with pytest.raises(Invalid):
        take_step(row, "submit", actor=people.officer)


def test_task_may_have_no_investment_and_others_may_not(place: Any, people: Any) -> None:
    money = {"local": 300_000_000}
    task = factories.project(place, people, type="task", investment_vnd=None, estimate=money)
    single = factories.project(place, people, investment_vnd=None)
    client = browser(people.officer)
    assert client.post(url(task, "submit"), typed(place, "submit")).status_code == 302
    assert client.post(url(single, "submit"), typed(place, "submit")).status_code == 422


def test_support_of_zero_is_no_support_asked_for(place: Any, people: Any) -> None:
    row = factories.project(place, people, estimate={"local": 0, "counterpart": 5})
    assert browser(people.officer).post(url(row, "submit"), typed(place, "submit")).status_code == 422


# --- return -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["", "   ", "\u00a0"])
def test_nothing_goes_back_without_a_reason(place: Any, people: Any, submitted: Project, note: str) -> None:
    answer = browser(people.leader).post(url(submitted, "return"), typed(place, "return", note=note))
    assert answer.status_code == 422
    assert texts(answer, "note")
    assert Project.objects.get().state == S.SUBMITTED


def test_reason_is_read_by_those_who_put_it_right(place: Any, people: Any, submitted: Project) -> None:
    browser(people.leader).post(url(submitted, "return"), typed(place, "return", note="Thiếu báo giá «máy CNC»"))
    html = browser(people.centre).get(reverse("projects:detail", args=[submitted.public_id])).content.decode()
    assert "Thiếu báo giá «máy CNC»" in html
    assert reverse("projects:edit", args=[submitted.public_id]) in html


# --- approve ----------------------------------------------------------------------------------------------------------


def test_decision_is_kept_with_its_money_and_its_file(place: Any, people: Any, submitted: Project) -> None:
    file = SimpleUploadedFile("Quyết định 45.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = browser(people.leader).post(
        url(submitted, "approve"), typed(place, "approve", batch="đợt 1", note="Theo tờ trình 12", file=file)
    )
    assert answer["Location"] == reverse("projects:detail", args=[submitted.public_id])
    row, decision = Project.objects.get(), Decision.objects.get()
    assert (row.state, row.decided_on) == (S.APPROVED, clock.today())
    assert (decision.number, decision.issuer, decision.batch) == ("45/QĐ-UBND", place.committee, "đợt 1")
    assert decision.recorded_by == people.leader
    assert list(decision.money.values_list("source", "amount_vnd")) == [("local", 300_000_000)]
    assert BudgetBalance.objects.get().allocated_vnd == 300_000_000
    page = browser(people.auditor).get(answer["Location"]).content.decode()
    link = reverse("projects:file", args=[row.public_id, decision.pk])
    assert link in page
    assert browser(people.auditor).get(link).content == b"%PDF-1.4\n%%EOF\n"


WRONG_DECISIONS = [
    ("number", ""),
    ("number", "   "),
    ("number", "x" * 61),
    ("decided_on", ""),
    ("decided_on", "16/09/2026"),  # tomorrow
    ("decided_on", "31/02/2026"),
    ("issuer", ""),
    ("issuer", "abc"),
    ("issuer", "9" * 30),
    ("money_local", ""),
    ("money_local", "0"),
    ("money_local", "-5"),
    ("money_local", "ba trăm triệu"),
    ("money_local", "9" * 40),
]


@pytest.mark.parametrize(("field", "value"), WRONG_DECISIONS)
def test_no_approval_without_number_date_issuer_and_money(
    place: Any, people: Any, submitted: Project, field: str, value: str
) -> None:
    before = written()
    answer = browser(people.leader).post(
        url(submitted, "approve"), typed(place, "approve", **{field: value, "batch": "đợt 7"})
    )
    assert answer.status_code == 422
    assert texts(answer, field)
    assert 'value="đợt 7"' in answer.content.decode()
    row = Project.objects.get()
    assert (row.state, row.decided_on, written()) == (S.SUBMITTED, None, before)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("agency", ["centre", "stranger"])
def test_issuer_is_an_authority_of_the_province(place: Any, people: Any, submitted: Project, agency: str) -> None:
    issuer = place.centre if agency == "centre" else factories.Place("40", "Nghệ An").committee
    answer = browser(people.leader).post(url(submitted, "approve"), typed(place, "approve", issuer=issuer.pk))
    assert answer.status_code == 422
    assert texts(answer, "issuer")


def test_no_service_approves_past_the_page(place: Any, people: Any, submitted: Project) -> None:
    good = factories.decision(place)
    blank = DecisionData(issuer=place.committee, number=" ", decided_on=clock.today())
    for data in ({}, {"decision": None}, {"decision": blank, "money": {"local": 1}}, {"decision": good, "money": {}}):
        with pytest.raises(Invalid):
            take_step(submitted, "approve", actor=people.leader, data=data)
    for money in ({"local": 0}, {"counterpart": 5}, {"local": -1}, {"local": 10**15}):
        with pytest.raises(Invalid):
            take_step(submitted, "approve", actor=people.leader, data={"decision": good, "money": money})
    assert Project.objects.get().state == S.SUBMITTED
    take_step(submitted, "approve", actor=people.leader, data={"decision": good, "money": {"local": 1}})


def test_more_than_the_budget_holds_is_refused_with_what_is_missing(
    place: Any, people: Any, submitted: Project
) -> None:
    before = written()
    answer = browser(people.leader).post(
        url(submitted, "approve"), typed(place, "approve", money_local="1.000.000.001", batch="đợt 7")
    )
    assert answer.status_code == 409
    assert "thiếu 1" in answer.content.decode()
    assert 'value="đợt 7"' in answer.content.decode()
    assert (Project.objects.get().state, written()) == (S.SUBMITTED, before)
    assert not Decision.objects.exists()
    assert not LedgerEntry.objects.filter(account="allocated").exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90\x00" + b"\0" * 100, "qd.pdf"), (b"<html>", "qd.pdf"), (b"", "qd.pdf"), (b"\x89PNG\r\n\x1a\n", "qd.png")],
)
def test_decision_file_that_is_no_paper_is_refused(
    place: Any, people: Any, submitted: Project, content: bytes, name: str
) -> None:
    file = SimpleUploadedFile(name, content, "application/pdf")
    answer = browser(people.leader).post(url(submitted, "approve"), typed(place, "approve", file=file))
    assert answer.status_code == 422
    assert texts(answer, "file")
    assert (Project.objects.get().state, StoredFile.objects.count()) == (S.SUBMITTED, 0)


@pytest.mark.parametrize("did", ["created_by", "submitted_by"])
def test_nobody_decides_on_what_they_entered_or_submitted(
    place: Any, people: Any, submitted: Project, did: str
) -> None:
    Grant.objects.create(user=people.leader, role=Role.OFFICER, area=place.province, valid_from="2018-01-01")
    Project.objects.update(**{did: people.leader})
    before = written()
    answer = browser(people.leader).post(url(submitted, "approve"), typed(place, "approve"))
    assert answer.status_code == 403
    assert (Project.objects.get().state, written()) == (S.SUBMITTED, before)
    row = Project.objects.get()
    with pytest.raises(NotAllowed):
        take_step(row, "approve", actor=people.leader, data={"decision": factories.decision(place), "money": {}})
    Project.objects.update(**{did: people.officer})  # another one's: the same leader decides
    assert browser(people.leader).post(url(submitted, "approve"), typed(place, "approve")).status_code == 302


def test_two_clicks_record_one_decision(place: Any, people: Any, submitted: Project) -> None:
    client, data = browser(people.leader), typed(place, "approve")
    first, second = (client.post(url(submitted, "approve"), data) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert (Decision.objects.count(), BudgetBalance.objects.get().allocated_vnd) == (1, 300_000_000)


def test_form_of_one_project_does_not_move_another(place: Any, people: Any, submitted: Project) -> None:
    other = in_state(S.SUBMITTED, place, people)
    client, data = browser(people.leader), typed(place, "return")
    assert client.post(url(submitted, "return"), data).status_code == 302
    assert client.post(url(other, "return"), data).status_code == 409
    assert Project.objects.get(pk=other.pk).state == S.SUBMITTED


def test_decision_has_an_address_of_its_own_with_the_same_rules(place: Any, people: Any, submitted: Project) -> None:
    address = reverse("projects:decision", args=[submitted.public_id])
    assert browser(people.officer).post(address, typed(place, "approve")).status_code == 403
    assert browser(factories.stranger(Role.LEADER)).post(address, typed(place, "approve")).status_code == 404
    assert browser(people.leader).post(address, typed(place, "approve", number="")).status_code == 422
    assert browser(people.leader).post(address, typed(place, "approve")).status_code == 302
    assert browser(people.leader).post(address, typed(place, "approve")).status_code == 409
    assert (Project.objects.get().state, Decision.objects.count()) == (S.APPROVED, 1)


def test_form_shows_what_was_asked_for(people: Any, submitted: Project) -> None:
    assert "300.000.000" in browser(people.leader).get(url(submitted, "approve")).content.decode()


def test_national_money_needs_the_national_budget(place: Any, people: Any) -> None:
    row = in_state(S.SUBMITTED, place, people, **national(place))
    client, data = browser(people.leader), {"money_local": "", "money_national": "300 triệu"}
    answer = client.post(url(row, "approve"), typed(place, "approve", **data))
    assert answer.status_code in (409, 422)
    assert Project.objects.get().state == S.SUBMITTED
    factories.budget(place, people, programme=row.programme)
    assert client.post(url(row, "approve"), typed(place, "approve", **data)).status_code == 302


# --- start, accept, close ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "step"), [(S.APPROVED, "start"), (S.IN_PROGRESS, "accept"), (S.ACCEPTED, "close")])
@pytest.mark.parametrize("day", ["", "hôm nay", "16/09/2026", "32/01/2026", "01/01/2020"])
def test_day_is_one_that_was_and_not_before_the_step_before(
    place: Any, people: Any, state: str, step: str, day: str
) -> None:
    row = in_state(state, place, people)
    if state == S.ACCEPTED:
        settle(row, people)
    before = written()
    answer = browser(people.officer).post(url(row, step), typed(place, step, on=day, note="Biên bản số 3"))
    assert answer.status_code == 422
    assert texts(answer, "on")
    assert "Biên bản số 3" in answer.content.decode()
    assert (Project.objects.get().state, written()) == (state, before)


def test_days_are_stamped_as_typed(place: Any, people: Any, clock: Any) -> None:
    row, client = in_state(S.APPROVED, place, people), browser(people.officer)
    clock.set("2026-10-20")
    client.post(url(row, "start"), typed(place, "start", on="20-09-2026"))
    client.post(url(row, "accept"), typed(place, "accept", on="01102026"))
    row.refresh_from_db()
    assert (f"{row.started_on:%d/%m}", f"{row.accepted_on:%d/%m}") == ("20/09", "01/10")


def test_project_with_money_left_to_pay_is_not_closed(place: Any, people: Any) -> None:
    row, client = in_state(S.ACCEPTED, place, people), browser(people.officer)
    answer = client.post(url(row, "close"), typed(place, "close"))
    assert answer.status_code == 409
    assert "300.000.000" in texts(answer, None)
    assert Project.objects.get().state == S.ACCEPTED
    settle(row, people)
    assert client.post(url(row, "close"), typed(place, "close")).status_code == 302


# --- stop -------------------------------------------------------------------------------------------------------------


def test_stopping_gives_back_what_was_not_spent_by_a_decision(place: Any, people: Any) -> None:
    row, client = in_state(S.IN_PROGRESS, place, people), browser(people.leader)
    bare = typed(place, "stop", issuer="", number="", decided_on="")
    answer = client.post(url(row, "stop"), bare)
    assert answer.status_code == 422
    assert texts(answer, "number")
    assert (Project.objects.get().state, BudgetBalance.objects.get().allocated_vnd) == (S.IN_PROGRESS, 300_000_000)
    assert client.post(url(row, "stop"), typed(place, "stop")).status_code == 302
    assert (Project.objects.get().state, BudgetBalance.objects.get().allocated_vnd) == (S.STOPPED, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("note", ""), ("number", ""), ("issuer", ""), ("decided_on", ""), ("decided_on", "16/09/2026")],
)
def test_half_a_decision_stops_nothing(place: Any, people: Any, field: str, value: str) -> None:
    row = in_state(S.IN_PROGRESS, place, people)
    answer = browser(people.leader).post(url(row, "stop"), typed(place, "stop", **{field: value}))
    assert answer.status_code == 422
    assert texts(answer, field)
    assert (Project.objects.get().state, BudgetBalance.objects.get().allocated_vnd) == (S.IN_PROGRESS, 300_000_000)


def test_file_without_money_is_stopped_without_a_decision(place: Any, people: Any, submitted: Project) -> None:
    data = typed(place, "stop", issuer="", number="", decided_on="")
    assert browser(people.leader).post(url(submitted, "stop"), data).status_code == 302
    assert Project.objects.get().stopped_on == clock.today()


def test_decision_that_stops_a_file_without_money_is_in_its_history(
    place: Any, people: Any, submitted: Project
) -> None:
    browser(people.leader).post(url(submitted, "stop"), typed(place, "stop", number="77/QĐ-UBND"))
    html = browser(people.auditor).get(reverse("projects:detail", args=[submitted.public_id])).content.decode()
    assert "77/QĐ-UBND" in html
