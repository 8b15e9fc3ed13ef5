"""The registry on pages: who enters and who only reads, the first of two with one tax code, what a wrong entry gets."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from enterprises.models import Enterprise
from enterprises.services import check_digit
from tests import factories

pytestmark = pytest.mark.django_db

TAX_CODE = f"999000001{check_digit('999000001')}"
LIST = "/enterprises/"


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


@pytest.fixture
def known(place: factories.Place) -> Enterprise:
    return factories.enterprise(place, tax_code=TAX_CODE, headcount=25)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def typed(place: factories.Place, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Hợp tác xã Mây tre Đồng Tiến",
        "kind": "cooperative",
        "tax_code": "",
        "area": place.other.uid,
        "headcount": "",
        "form_key": str(factories.new_uuid()),
        **fields,
    }


def change(place: factories.Place, row: Enterprise, **fields: Any) -> dict[str, Any]:
    values = {"name": row.name, "tax_code": row.tax_code or "", "area": row.area.uid, "version": row.version}
    return typed(place, **{**values, **fields})


def edit_url(row: Enterprise) -> str:
    return reverse("enterprises:edit", args=[row.public_id])


def written() -> int:
    return int(Entry.objects.count())


def texts(answer: Any, field: str) -> str:
    return " ".join(answer.context["form"].errors.get(field, []))


# --- entering ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "centre"])
def test_officer_and_centre_enter_an_establishment(place: Any, people: Any, role: str) -> None:
    answer = browser(getattr(people, role)).post(reverse("enterprises:new"), typed(place, headcount="1.200"))
    made = Enterprise.objects.get()
    assert answer["Location"] == reverse("enterprises:detail", args=[made.public_id])
    assert (made.name, made.area, made.province, made.headcount) == (
        "Hợp tác xã Mây tre Đồng Tiến",
        place.other,
        place.province,
        1200,
    )
    entry = Entry.objects.about(made).get()
    assert (entry.action, entry.channel) == ("create", "page")


READERS = ["leader", "accountant", "collaborator", "auditor", "ministry", "administrator"]


@pytest.mark.parametrize("role", READERS)
def test_others_are_told_why_they_enter_nothing(place: Any, people: Any, known: Enterprise, role: str) -> None:
    client, before = browser(getattr(people, role)), written()
    page = client.post(reverse("enterprises:new"), typed(place))
    assert page.status_code == 403
    assert client.get(reverse("enterprises:new")).status_code == 403
    expected = 404 if role == "administrator" else 403
    assert client.post(edit_url(known), change(place, known, name="Tên khác")).status_code == expected
    assert (Enterprise.objects.get().name, written()) == (known.name, before)
    assert b"kc-tasks" not in page.content  # a page with the reason, not a form


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEADER, Role.COLLABORATOR, Role.AUDITOR])
def test_another_province_finds_nothing(place: Any, people: Any, known: Enterprise, role: str) -> None:
    client = browser(factories.stranger(role))
    assert client.get(reverse("enterprises:detail", args=[known.public_id])).status_code == 404
    assert client.post(edit_url(known), change(place, known)).status_code == 404
    assert list(client.get(LIST).context["page"]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 301),
        ("kind", "vương quốc"),
        ("tax_code", "1234567890"),
        ("tax_code", "12"),
        ("area", ""),
        ("area", "p42"),
        ("area", "c42073-2020"),  # ended on 30/06/2025
        ("headcount", "-1"),
        ("headcount", "nhiều"),
        ("headcount", "1.000.001"),
        ("form_key", "không phải khóa"),
    ],
)
def test_wrong_entry_is_named_and_nothing_is_stored(place: Any, people: Any, field: str, value: str) -> None:
    before = written()
    answer = browser(people.officer).post(
        reverse("enterprises:new"), typed(place, **{field: value, "address": "Xóm 5"})
    )
    assert answer.status_code == 422
    assert texts(answer, field)
    assert (Enterprise.objects.count(), written()) == (0, before)
    html = answer.content.decode()
    assert "data-kc-errors" in html  # the summary that takes the focus
    assert 'value="Xóm 5"' in html


def test_form_sent_twice_enters_one(place: Any, people: Any) -> None:
    client, data = browser(people.officer), typed(place)
    first, second = (client.post(reverse("enterprises:new"), data) for _click in range(2))
    assert first["Location"] == second["Location"]
    assert Enterprise.objects.count() == 1


def test_same_tax_code_is_refused_with_a_link_to_the_first(place: Any, people: Any, known: Enterprise) -> None:
    answer = browser(people.officer).post(reverse("enterprises:new"), typed(place, tax_code=TAX_CODE))
    assert answer.status_code == 409
    assert known.name in texts(answer, "tax_code")
    assert f'href="{reverse("enterprises:detail", args=[known.public_id])}"' in answer.content.decode()
    assert Enterprise.objects.count() == 1


def test_first_one_is_not_named_to_who_may_not_see_it(place: Any, people: Any, known: Enterprise) -> None:
    other = factories.Place("40", "Nghệ An")
    client = browser(factories.stranger())
    answer = client.post(reverse("enterprises:new"), typed(other, tax_code=TAX_CODE))
    assert answer.status_code == 409
    assert texts(answer, "tax_code")
    assert known.name not in answer.content.decode()
    assert str(known.public_id) not in answer.content.decode()


# --- changing ---------------------------------------------------------------------------------------------------------


def test_workers_are_not_reported_none_or_a_number(place: Any, people: Any, known: Enterprise) -> None:
    client, page = browser(people.officer), reverse("enterprises:detail", args=[known.public_id])
    for text, stored, shown in (("", None, "kc-missing"), ("0", 0, "<dd>0</dd>"), ("1.234", 1234, "<dd>1.234</dd>")):
        known.refresh_from_db()
        client.post(edit_url(known), change(place, known, headcount=text))
        known.refresh_from_db()
        assert known.headcount == stored
        assert shown in client.get(page).content.decode()


def test_second_of_two_who_change_it_sees_what_the_first_stored(place: Any, people: Any, known: Enterprise) -> None:
    client = browser(people.officer)
    mine = change(place, known, kind="enterprise", main_product="Ván ép")
    browser(people.centre).post(edit_url(known), {**mine, "main_product": "Viên nén gỗ", "headcount": "30"})
    answer = client.post(edit_url(known), mine)
    assert answer.status_code == 409
    known.refresh_from_db()
    assert known.main_product == "Viên nén gỗ"
    found = {(row["stored"], row["typed"]) for row in answer.context["form"].meanwhile}
    assert found == {("Viên nén gỗ", "Ván ép"), ("30", "")}
    again = {**mine, "version": answer.context["form"]["version"].value()}
    assert client.post(edit_url(known), again).status_code == 302
    known.refresh_from_db()
    assert known.main_product == "Ván ép"


def test_form_without_version_overwrites_nothing(place: Any, people: Any, known: Enterprise) -> None:
    data = change(place, known, name="Tên khác")
    del data["version"]
    assert browser(people.officer).post(edit_url(known), data).status_code == 409
    known.refresh_from_db()
    assert known.name != "Tên khác"


def test_changed_code_of_another_one_is_refused(place: Any, people: Any, known: Enterprise) -> None:
    second = factories.enterprise(place, "Cơ sở thứ hai")
    answer = browser(people.officer).post(edit_url(second), change(place, second, tax_code=TAX_CODE))
    assert answer.status_code == 409
    assert known.name in texts(answer, "tax_code")
    second.refresh_from_db()
    assert second.tax_code is None


def test_establishment_of_a_former_commune_keeps_it(place: Any, people: Any) -> None:
    row = factories.enterprise(place)
    Enterprise.objects.update(area=place.before)
    row.refresh_from_db()
    client = browser(people.officer)
    assert place.before.full_name in client.get(edit_url(row)).content.decode()
    assert client.post(edit_url(row), change(place, row, name="Tên mới")).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.area) == ("Tên mới", place.before)


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor"])
def test_people_of_the_province_read_facts_and_history(place: Any, people: Any, known: Enterprise, role: str) -> None:
    browser(people.officer).post(edit_url(known), change(place, known, address="Thôn Bắc Lạc"))
    html = browser(getattr(people, role)).get(reverse("enterprises:detail", args=[known.public_id])).content.decode()
    assert TAX_CODE in html
    assert "Thôn Bắc Lạc" in html
    assert str(people.officer) in html
    assert (edit_url(known) in html) == (role in ("officer", "centre"))


def test_ministry_reads_facts_without_the_history(place: Any, people: Any, known: Enterprise) -> None:
    browser(people.officer).post(edit_url(known), change(place, known))
    html = browser(people.ministry).get(reverse("enterprises:detail", args=[known.public_id])).content.decode()
    assert known.name in html
    assert str(people.officer) not in html


@pytest.mark.parametrize("name", ["list", "detail"])
def test_what_is_read_is_not_posted_to(people: Any, known: Enterprise, name: str) -> None:
    args = [] if name == "list" else [known.public_id]
    assert browser(people.officer).post(reverse(f"enterprises:{name}", args=args)).status_code == 405


def found(client: Client, **query: str) -> set[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.name for row in answer.context["page"]}


@pytest.fixture
def three(place: factories.Place, known: Enterprise) -> None:
    factories.enterprise(place, "Hộ kinh doanh Nước mắm Đỉnh Bàn")
    Enterprise.objects.filter(name__startswith="Hộ").update(kind="household", area=place.other)
    factories.enterprise(place, "Xưởng mộc Tượng Sơn")
    Enterprise.objects.filter(name__startswith="Xưởng").update(area=place.before)


WOOD, SAUCE, OLD = "Công ty TNHH Gỗ Thạch Lạc", "Hộ kinh doanh Nước mắm Đỉnh Bàn", "Xưởng mộc Tượng Sơn"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {WOOD, SAUCE, OLD}),
        ({"q": "nuoc mam dinh ban"}, {SAUCE}),
        ({"q": "ĐỈNH BÀN"}, {SAUCE}),
        ({"q": "9990000"}, {WOOD}),
        ({"kind": "household"}, {SAUCE}),
        ({"area": "c42073-2025h2"}, {WOOD, OLD}),  # with what the commune was formed from
        ({"area": "d425"}, {OLD}),  # the district of before
        ({"q": "không có"}, set()),
    ],
)
def test_list_is_searched_without_accents_by_code_kind_and_place(
    people: Any, three: None, query: dict[str, str], names: set[str]
) -> None:
    assert found(browser(people.officer), **query) == names


@pytest.mark.parametrize("query", [{"kind": "vương quốc"}, {"area": "no-such"}, {"sort": "x"}, {"page": "hai"}])
def test_filter_that_cannot_be_used_is_named_and_left_out(people: Any, three: None, query: dict[str, str]) -> None:
    answer = browser(people.officer).get(LIST, query)
    assert len(answer.context["page"]) == 3
    assert bool(answer.context["form"].ignored) == ("page" not in query)


def test_collaborator_sees_the_granted_commune_and_what_it_was_formed_from(people: Any, three: None) -> None:
    assert found(browser(people.collaborator)) == {WOOD, OLD}


def test_list_costs_the_same_for_one_and_for_twenty(
    place: Any, people: Any, known: Enterprise, count_queries: Any
) -> None:
    client = browser(people.officer)
    client.get(LIST)
    few = count_queries(lambda: client.get(LIST))
    for number in range(20):
        factories.enterprise(place, f"Cơ sở {number}")
    assert count_queries(lambda: client.get(LIST)) == few


def test_long_list_has_pages(place: Any, people: Any) -> None:
    for number in range(51):
        factories.enterprise(place, f"Cơ sở {number:02}")
    client = browser(people.officer)
    assert "Cơ sở 50" not in found(client, q="cơ sở")
    assert found(client, q="cơ sở", page="2") == {"Cơ sở 50"}
    assert 'rel="next"' in client.get(LIST, {"q": "cơ sở"}).content.decode()
