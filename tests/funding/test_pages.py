"""Money on pages: who enters it, what stands behind each figure, what is refused and in which words."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from core.models import Source
from funding.models import Budget, LedgerEntry, ProjectBalance
from funding.services import Voucher, correct, pay
from projects.models import Project
from projects.services import take_step
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db

BOARD = "/funding/"
ACTIONS = ["give", "pay", "allocate", "correct"]
ALLOWED = {
    "give": ["officer", "leader", "accountant"],
    "pay": ["accountant"],
    "allocate": ["leader"],
    "correct": ["accountant"],
}
ROLES = ["officer", "leader", "accountant", "centre", "collaborator", "auditor", "administrator", "ministry"]


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def project(place: factories.Place, people: factories.People) -> Project:
    """300 triệu approved of a budget of 1 tỷ, 100 triệu and one đồng advanced."""
    row = factories.approved(place, people)
    pay(row, "local", "advance", 100_000_001, Voucher("UNC 1", dt.date(2026, 3, 2)), actor=people.accountant)
    return row


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def advance(project: Project) -> LedgerEntry:
    return LedgerEntry.objects.get(project=project, account="paid")


class Money:
    """The four things done with money on a page: their addresses and what is typed."""

    def __init__(self, place: factories.Place, project: Project) -> None:
        budget = Budget.objects.get()
        self.urls = {
            "give": reverse("funding:give"),
            "pay": reverse("funding:pay", args=[project.public_id]),
            "allocate": reverse("funding:allocate", args=[project.public_id]),
            "correct": reverse("funding:correct", args=[advance(project).public_id]),
        }
        paper = {"document_no": "UNC 45", "document_on": "09/03/2026", "reason": "Theo hồ sơ"}
        decided = {**paper, "document_no": "77/QĐ-UBND", "issuer": str(place.committee.pk)}
        self.typed = {
            "give": {**decided, "programme": str(budget.programme_id), "year": "2026", "amount_vnd": "500.000.000"},
            "pay": {**paper, "kind": "payment", "budget": str(budget.pk), "amount_vnd": "50.000.000"},
            "allocate": {**decided, "source": "local", "amount_vnd": "20 triệu"},
            "correct": {**paper, "amount_vnd": "-100.000.001"},
        }

    def send(self, person: User, name: str, **fields: Any) -> Any:
        data = {**self.typed[name], "form_key": str(factories.new_uuid()), **fields}
        return browser(person).post(self.urls[name], data)


@pytest.fixture
def money(place: factories.Place, project: Project) -> Money:
    return Money(place, project)


def stored() -> tuple[int, int]:
    return LedgerEntry.objects.count(), Entry.objects.count()


def texts(answer: Any, field: str | None = None) -> str:
    errors = answer.context["form"].errors
    found = errors.get(field, []) if field else [text for group in errors.values() for text in group]
    return " ".join(found)


def actor_of(people: factories.People, name: str) -> User:
    person: User = getattr(people, ALLOWED[name][0])
    return person


# --- the ladder of every action ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "role"), [(name, role) for name in ACTIONS for role in ALLOWED[name]])
def test_who_may_records_it_with_its_paper(people: Any, money: Money, name: str, role: str) -> None:
    before = stored()
    answer = money.send(getattr(people, role), name)
    assert answer.status_code == 302, answer.context and texts(answer)
    entries, trail = stored()
    assert (entries, trail > before[1]) == (before[0] + 1, True)
    entry, typed = LedgerEntry.objects.latest("id"), money.typed[name]
    amounts = {"give": 500_000_000, "pay": 50_000_000, "allocate": 20_000_000, "correct": -100_000_001}
    assert (entry.amount_vnd, entry.document_no, entry.document_on) == (
        amounts[name],
        typed["document_no"],
        dt.date(2026, 3, 9),
    )
    assert (entry.reason, entry.recorded_on) == ("Theo hồ sơ", dt.date(2026, 3, 10))
    assert Entry.objects.latest("id").channel == "page"


@pytest.mark.parametrize(("name", "role"), [(name, role) for name in ACTIONS for role in ROLES])
def test_other_roles_are_told_why_not_and_nothing_is_stored(people: Any, money: Money, name: str, role: str) -> None:
    if role in ALLOWED[name]:
        return
    person, before = getattr(people, role), stored()
    shown = browser(person).get(money.urls[name])
    sent = money.send(person, name)
    hidden = name != "give" and role == "administrator"  # an administrator touches no project
    hidden |= name == "correct" and role == "collaborator" and shown.status_code == 404
    assert (shown.status_code, sent.status_code) == ((404, 404) if hidden else (403, 403))
    if not hidden:
        assert "Chỉ" in sent.content.decode()  # who may is said in words
        assert "kc-form" not in sent.content.decode()
    assert stored() == before


@pytest.mark.parametrize("name", ["pay", "allocate", "correct"])
def test_another_province_finds_nothing(people: Any, money: Money, name: str) -> None:
    before = stored()
    person = factories.stranger({"allocate": Role.LEADER}.get(name, Role.ACCOUNTANT))
    assert browser(person).get(money.urls[name]).status_code == 404
    assert money.send(person, name).status_code == 404
    assert stored() == before


def test_budget_is_given_to_ones_own_province_only(place: Any, people: Any, money: Money) -> None:
    person, before = factories.stranger(Role.ACCOUNTANT), stored()
    answer = money.send(person, "give")  # with the programme and the committee of ours
    assert answer.status_code == 422
    assert texts(answer, "programme")
    assert texts(answer, "issuer")
    assert stored() == before


@pytest.mark.parametrize("name", ACTIONS)
def test_form_is_shown_and_changes_nothing(people: Any, money: Money, name: str) -> None:
    before = stored()
    assert browser(actor_of(people, name)).get(money.urls[name]).status_code == 200
    assert stored() == before


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(people: Any, money: Money, name: str, method: str) -> None:
    assert getattr(browser(actor_of(people, name)), method)(money.urls[name]).status_code == 405


@pytest.mark.parametrize("name", ["board", "budget", "project_panel"])
def test_what_is_read_is_not_posted_to(people: Any, project: Project, name: str) -> None:
    args = {"board": [], "budget": [Budget.objects.get().public_id], "project_panel": [project.public_id]}[name]
    assert browser(people.accountant).post(reverse(f"funding:{name}", args=args)).status_code == 405


WRONG = [
    *(
        (name, field, value)
        for name in ACTIONS
        for field, value in [
            ("amount_vnd", ""),
            ("amount_vnd", "0"),
            ("amount_vnd", "nhiều"),
            ("amount_vnd", "1234.5"),
            ("amount_vnd", "1,234.5"),
            ("amount_vnd", "1.5 tỷ"),
            ("amount_vnd", "1,500 triệu"),
            ("amount_vnd", "1.000.000.000.000.000"),
            ("document_no", ""),
            ("document_no", "   "),
            ("document_no", "x" * 61),
            ("document_on", ""),
            ("document_on", "31/02/2026"),
            ("document_on", "11/03/2026"),  # tomorrow
            ("document_on", "01/01/1999"),
            ("form_key", "không phải khóa"),
        ]
    ),
    ("give", "programme", "999999"),
    ("give", "year", "2017"),
    ("give", "year", "hai nghìn"),
    ("give", "issuer", ""),
    ("pay", "kind", "quà"),
    ("pay", "kind", ""),
    ("pay", "budget", "999999"),
    ("pay", "amount_vnd", "-5"),
    ("allocate", "source", "counterpart"),
    ("allocate", "amount_vnd", "-5"),
    ("correct", "reason", "  "),
]


@pytest.mark.parametrize(("name", "field", "value"), WRONG)
def test_wrong_entry_is_named_and_nothing_is_stored(
    people: Any, money: Money, name: str, field: str, value: str
) -> None:
    before = stored()
    answer = money.send(actor_of(people, name), name, **{field: value})
    assert answer.status_code == 422
    assert texts(answer, field)
    assert stored() == before
    html = answer.content.decode()
    assert "data-kc-errors" in html  # the summary that takes the focus
    if field != "form_key":
        assert f'id="id_{field}_error"' in html
    for kept in ("document_no", "amount_vnd", "reason"):
        if kept != field:
            assert f'value="{money.typed[name][kept]}"' in html
    if field == "amount_vnd" and value:
        assert f'value="{value}"' in html


@pytest.mark.parametrize("name", ACTIONS)
def test_form_sent_twice_is_one_voucher(people: Any, money: Money, name: str) -> None:
    client, before = browser(actor_of(people, name)), stored()
    data = {**money.typed[name], "form_key": str(factories.new_uuid())}
    first, second = (client.post(money.urls[name], data) for _click in range(2))
    assert first.status_code == 302
    assert first["Location"] == second["Location"]
    assert stored()[0] == before[0] + 1


@pytest.mark.parametrize(
    ("text", "amount"),
    [("50.000.001", 50_000_001), ("50 triệu", 50_000_000), ("50000000", 50_000_000), ("1,5 triệu", 1_500_000)],
)
def test_amount_is_stored_as_it_was_meant(people: Any, money: Money, text: str, amount: int) -> None:
    assert money.send(people.accountant, "pay", amount_vnd=text).status_code == 302
    assert LedgerEntry.objects.latest("id").amount_vnd == amount


# --- ceilings and states ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fields", "missing"),
    [
        ("pay", {"amount_vnd": "200.000.000"}, "1"),  # 199.999.999 are left of what was approved
        ("pay", {"kind": "return", "amount_vnd": "100.000.012"}, "11"),
        ("allocate", {"amount_vnd": "700.000.123"}, "123"),  # 700 triệu are left of the budget
        ("give", {"amount_vnd": "-700.000.045"}, "45"),
        ("correct", {"amount_vnd": "200.000.009"}, "10"),
        ("correct", {"amount_vnd": "-100.000.003"}, "2"),
    ],
)
def test_refusal_over_a_ceiling_names_the_missing_amount(
    people: Any, money: Money, name: str, fields: dict[str, str], missing: str
) -> None:
    before = stored()
    answer = money.send(actor_of(people, name), name, **fields)
    assert answer.status_code == 409
    assert re.search(rf"(thiếu|vượt) {missing}\.", texts(answer, "amount_vnd")), texts(answer)
    html = answer.content.decode()
    assert texts(answer, "amount_vnd") in html
    assert f'value="{fields["amount_vnd"]}"' in html
    assert stored() == before


def test_approval_that_is_paid_cannot_be_corrected_away(people: Any, project: Project) -> None:
    entry = LedgerEntry.objects.get(project=project, account="allocated")
    data = {"amount_vnd": "-300.000.000", "document_no": "9", "document_on": "09/03/2026", "reason": "Nhầm"}
    url = reverse("funding:correct", args=[entry.public_id])
    answer = browser(people.accountant).post(url, {**data, "form_key": str(factories.new_uuid())})
    assert answer.status_code == 409
    assert "thiếu 100.000.001." in texts(answer, "amount_vnd")


def test_money_for_a_project_without_a_decision_is_refused(place: Any, people: Any, money: Money) -> None:
    draft = factories.project(place, people, beneficiaries=[factories.enterprise(place, "HTX Mới")])
    before = stored()
    for name, person in (("pay", people.accountant), ("allocate", people.leader)):
        money.urls[name] = reverse(f"funding:{name}", args=[draft.public_id])
        assert browser(person).get(money.urls[name]).status_code == 409
        answer = money.send(person, name)
        assert answer.status_code == 409
        assert "kc-form" not in answer.content.decode()
    assert stored() == before


def test_stopped_project_gets_no_more_money(place: Any, people: Any, project: Project, money: Money) -> None:
    data = {"decision": factories.decision(place, "90/QĐ-UBND")}
    take_step(project, "stop", actor=people.leader, note="Cơ sở xin ngừng", data=data)
    before = stored()
    assert browser(people.leader).get(money.urls["allocate"]).status_code == 409
    assert money.send(people.leader, "allocate").status_code == 409
    assert stored() == before
    # What was spent may still come back.
    assert money.send(people.accountant, "pay", kind="return", amount_vnd="100.000.001").status_code == 302
    assert ProjectBalance.objects.get().paid_vnd == 0


def test_money_without_a_budget_of_the_source_is_refused(people: Any, money: Money) -> None:
    before = stored()
    answer = money.send(people.leader, "allocate", source="national")
    assert answer.status_code == 422
    assert "2026" in texts(answer)
    assert stored() == before


# --- dates, corrections -----------------------------------------------------------------------------------------------


def test_voucher_of_december_is_money_of_its_year_recorded_in_the_next(place: Any, people: Any, clock: Clock) -> None:
    """Voucher of 20/12/2022, budget year 2022, entered on 05/01/2023: three dates, three places."""
    clock.set("2022-11-01 08:00")
    row = factories.approved(place, people, year=2022)
    clock.set("2023-01-05 08:00")
    factories.budget(place, people, year=2023)
    budget = Budget.objects.get(year=2022)
    data = {"kind": "payment", "budget": budget.pk, "amount_vnd": "50.000.000", "document_no": "UNC 9"}
    data |= {"document_on": "20/12/2022", "form_key": str(factories.new_uuid())}
    client = browser(people.accountant)
    assert client.post(reverse("funding:pay", args=[row.public_id]), data).status_code == 302
    entry = LedgerEntry.objects.get(account="paid")
    assert (entry.budget.year, entry.document_on, entry.recorded_on) == (
        2022,
        dt.date(2022, 12, 20),
        dt.date(2023, 1, 5),
    )
    html = client.get(reverse("funding:budget", args=[budget.public_id])).content.decode()
    assert "20/12/2022" in html
    assert "05/01/2023" in html
    boards = [client.get(BOARD, {"year": str(year)}).context["total"]["paid"] for year in (2022, 2023)]
    assert boards == [50_000_000, 0]


def test_correction_stands_beside_the_entry_with_its_reason(people: Any, project: Project, money: Money) -> None:
    entry = advance(project)
    assert money.send(people.accountant, "correct", reason="Ghi nhầm số tiền").status_code == 302
    counter = LedgerEntry.objects.get(kind="correction")
    entry.refresh_from_db()
    assert (counter.corrects, counter.amount_vnd, entry.amount_vnd) == (entry, -100_000_001, 100_000_001)
    html = browser(people.accountant).get(reverse("funding:budget", args=[entry.budget.public_id])).content.decode()
    assert "Ghi nhầm số tiền" in html
    assert "UNC 1" in html
    assert "−100.000.001" in html


def test_correction_offers_what_is_left_of_the_entry(people: Any, project: Project, money: Money) -> None:
    entry, client = advance(project), browser(people.accountant)
    assert 'value="-100.000.001"' in client.get(money.urls["correct"]).content.decode()
    correct(entry, -1, Voucher("UNC 2", dt.date(2026, 3, 9), "Thừa 1 đồng"), actor=people.accountant)
    html = client.get(money.urls["correct"]).content.decode()
    assert 'value="-100.000.000"' in html
    assert "Thừa 1 đồng" in html


def test_there_is_no_page_that_changes_or_removes_an_entry() -> None:
    from funding.urls import urlpatterns

    # A promise of resources that are no public money is no entry; what was received of it is kept by its own guard.
    names = {str(row.pattern.name) for row in urlpatterns} - {"pledge_edit"}
    assert {"give", "pay", "allocate", "correct"} <= names
    assert not [name for name in names if re.search("edit|change|delete|remove", name)]


# --- the board --------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(place: Any, people: Any, project: Project) -> Project:
    """A second budget (national), a project of another agency in it, a correction, and a file that waits."""
    national = factories.programme(place, Source.NATIONAL)
    estimate = {Source.NATIONAL: 400_000_003, Source.COUNTERPART: 1}
    other = factories.approved(
        place,
        people,
        400_000_003,
        programme=national,
        estimate=estimate,
        beneficiaries=[factories.enterprise(place, "HTX Mây tre")],
    )
    Project.objects.filter(pk=other.pk).update(implementing_unit=place.department)
    pay(other, "national", "payment", 123_456_789, Voucher("UNC 7", dt.date(2026, 3, 3)), actor=people.accountant)
    correct(
        LedgerEntry.objects.latest("id"),
        -23_456_788,
        Voucher("UNC 7a", dt.date(2026, 3, 4), "Ghi thừa"),
        actor=people.accountant,
    )
    waiting = factories.project(place, people, beneficiaries=[factories.enterprise(place, "Cơ sở chờ duyệt")])
    take_step(waiting, "submit", actor=people.officer)
    other.refresh_from_db()
    return other


def cells(answer: Any) -> list[tuple[Budget, str, int]]:
    return [
        (row["budget"], account, row[name])
        for row in answer.context["rows"]
        for name, account in (("given", "given"), ("allocated", "allocated"), ("paid", "paid"))
    ]


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "auditor", "centre", "ministry"])
def test_each_figure_is_the_sum_of_the_entries_it_leads_to(people: Any, mixed: Project, role: str) -> None:
    client = browser(getattr(people, role))
    board = client.get(BOARD, {"year": "2026"})
    found = cells(board)
    assert len(found) == 6
    for budget, account, amount in found:
        url = f"{reverse('funding:budget', args=[budget.public_id])}?account={account}"
        assert f'href="{url}"' in board.content.decode()
        page = client.get(url)
        listed = [entry.amount_vnd for entry in page.context["page"]]
        assert sum(listed) == amount == (page.context["sums"]["total"] or 0), (budget, account)
        assert page.context["sums_of"][account] == amount
    for name in ("given", "allocated", "paid"):
        assert board.context["total"][name] == sum(row[name] for row in board.context["rows"])


def test_board_figures_to_the_dong(people: Any, mixed: Project) -> None:
    rows = {row["budget"].source: row for row in browser(people.officer).get(BOARD).context["rows"]}
    assert [rows["local"][name] for name in ("given", "waiting", "allocated", "left", "paid", "unpaid")] == [
        1_000_000_000,
        300_000_000,
        300_000_000,
        700_000_000,
        100_000_001,
        199_999_999,
    ]
    assert [rows["national"][name] for name in ("given", "waiting", "allocated", "left", "paid", "unpaid")] == [
        1_000_000_000,
        0,
        400_000_003,
        599_999_997,
        100_000_001,
        300_000_002,
    ]
    html = browser(people.officer).get(BOARD).content.decode()
    assert "400,000003" in html  # million, and still exact


def test_waiting_figure_leads_to_the_files_that_wait(people: Any, mixed: Project) -> None:
    client = browser(people.leader)
    html = client.get(BOARD).content.decode()
    url = "/projects/?state=waiting&year=2026&source=local"
    assert f'href="{url.replace("&", "&amp;")}"' in html
    listed = client.get(url)
    assert listed.context["totals"]["support_vnd"] == 300_000_000


def test_waiting_money_of_another_source_stands_at_its_own_budget(place: Any, people: Any, mixed: Project) -> None:
    estimate = {Source.LOCAL: 10_000_000, Source.NATIONAL: 30_000_000}
    both = factories.project(
        place, people, estimate=estimate, beneficiaries=[factories.enterprise(place, "Cơ sở hai nguồn")]
    )
    take_step(both, "submit", actor=people.officer)
    rows = {row["budget"].source: row["waiting"] for row in browser(people.officer).get(BOARD).context["rows"]}
    assert rows == {"local": 310_000_000, "national": 30_000_000}


def test_centre_sees_the_money_of_its_own_projects(people: Any, project: Project, mixed: Project) -> None:
    answer = browser(people.centre).get(BOARD)
    rows = {row["budget"].source: row for row in answer.context["rows"]}
    assert (rows["national"]["allocated"], rows["national"]["left"]) == (0, None)
    assert rows["local"]["allocated"] == 300_000_000
    html = answer.content.decode()
    assert project.code in html
    assert mixed.code not in html
    page = browser(people.centre).get(reverse("funding:budget", args=[rows["national"]["budget"].public_id]))
    assert mixed.code not in page.content.decode()
    assert str(people.accountant) not in page.content.decode()


def test_ministry_sees_no_local_money_before_its_decision(people: Any, mixed: Project) -> None:
    answer = browser(people.ministry).get(BOARD)
    rows = {row["budget"].source: row["waiting"] for row in answer.context["rows"]}
    assert rows == {"local": None, "national": 0}


def test_trail_of_a_budget_is_for_the_province(people: Any, project: Project) -> None:
    url = reverse("funding:budget", args=[Budget.objects.get().public_id])
    assert browser(people.auditor).get(url).context["history"]
    for role in ("centre", "ministry"):
        assert not browser(getattr(people, role)).get(url).context["history"]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ACCOUNTANT, Role.AUDITOR, Role.CENTRE])
def test_stranger_sees_no_money_of_ours(people: Any, project: Project, role: str) -> None:
    client = browser(factories.stranger(role))
    assert client.get(BOARD).context["rows"] == []
    assert client.get(reverse("funding:budget", args=[Budget.objects.get().public_id])).status_code == 404
    assert client.get(reverse("funding:project_panel", args=[project.public_id])).status_code == 404


@pytest.mark.parametrize("year", ["1999", "abc", "20261", "-2026", "２０２６", "99999999999999999999"])
def test_year_without_money_is_named_and_another_shown(people: Any, project: Project, year: str) -> None:
    answer = browser(people.officer).get(BOARD, {"year": year})
    assert answer.status_code == 200
    assert answer.context["year"] == 2026
    assert year[:10] in answer.content.decode()


def test_unknown_account_is_named_and_everything_shown(people: Any, project: Project) -> None:
    url = reverse("funding:budget", args=[Budget.objects.get().public_id])
    answer = browser(people.officer).get(url, {"account": "secret"})
    assert answer.status_code == 200
    assert len(answer.context["page"]) == 3


def test_empty_board_says_what_to_do(people: Any) -> None:
    html = browser(people.accountant).get(BOARD).content.decode()
    assert reverse("funding:give") in html
    assert reverse("funding:give") not in browser(people.auditor).get(BOARD).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_panel_offers_only_what_the_person_may_do(people: Any, project: Project, role: str) -> None:
    answer = browser(getattr(people, role)).get(reverse("funding:project_panel", args=[project.public_id]))
    if role == "administrator":
        assert answer.status_code == 404
        return
    html = answer.content.decode()
    assert "100.000.001" in html
    assert "199.999.999" in html
    for name in ("pay", "allocate"):
        assert (reverse(f"funding:{name}", args=[project.public_id]) in html) == (role in ALLOWED[name])
    assert (reverse("funding:correct", args=[advance(project).public_id]) in html) == (role == "accountant")


def test_who_recorded_it_is_for_the_province(people: Any, project: Project) -> None:
    for role, told in (("auditor", True), ("officer", True), ("ministry", False), ("collaborator", False)):
        page = browser(getattr(people, role)).get(reverse("funding:project_panel", args=[project.public_id]))
        main = page.content.decode().partition("<main")[2]
        assert (str(people.accountant) in main) == told, role


def test_panel_is_a_part_for_the_projects_page(people: Any, project: Project) -> None:
    url = reverse("funding:project_panel", args=[project.public_id])
    part = browser(people.officer).get(url, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert "100.000.001" in part


@pytest.mark.parametrize("name", ["board", "budget", "project_panel"])
def test_page_costs_the_same_for_one_and_for_twenty(
    place: Any, people: Any, project: Project, name: str, count_queries: Any
) -> None:
    args = {"board": [], "budget": [Budget.objects.get().public_id], "project_panel": [project.public_id]}[name]
    url, client = reverse(f"funding:{name}", args=args), browser(people.accountant)
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for number in range(20):
        if name == "project_panel":
            voucher = Voucher(f"UNC {number}", dt.date(2026, 3, 3))
            pay(project, "local", "payment", 1_000, voucher, actor=people.accountant)
        else:
            owner = factories.enterprise(place, f"Cơ sở {number}")
            factories.approved(place, people, 1_000_000, beneficiaries=[owner])
    assert count_queries(lambda: client.get(url)) == few


def test_long_ledger_has_pages_and_one_sum(people: Any, project: Project) -> None:
    for number in range(55):
        voucher = Voucher(f"UNC {number}", dt.date(2026, 3, 3))
        pay(project, "local", "payment", 1_000, voucher, actor=people.accountant)
    url = reverse("funding:budget", args=[Budget.objects.get().public_id])
    client = browser(people.accountant)
    first = client.get(url, {"account": "paid"})
    second = client.get(url, {"account": "paid", "page": "2"})
    assert (len(first.context["page"]), len(second.context["page"])) == (50, 6)
    total = LedgerEntry.objects.filter(account="paid").aggregate(total=Sum("amount_vnd"))["total"]
    assert first.context["sums"] == second.context["sums"] == {"total": total, "count": 56}
    assert 'rel="next"' in first.content.decode()
    assert "account=paid" in first.content.decode()
