"""The pages of the dated rules: read by everybody, changed by the administrator of the place."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from programmes.models import AdvanceTier, StepRule, SupportNorm
from programmes.rules import KINDS
from tests import factories
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
SLUGS = sorted(KINDS)
FIRST = dt.date(2026, 1, 1)


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-03-10 09:00")


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    row = factories.activity()
    row.norm_code = "MACHINE"
    row.save()
    return factories.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def tier(place: factories.Place | None, **fields: Any) -> AdvanceTier:
    values = {
        "source": "local" if place else "national",
        "area": place.province if place else None,
        "percent": 30,
        "valid_from": FIRST,
        "verified": "no",
        "legal_basis": "12/2025/QĐ-UBND Điều 4",
        **fields,
    }
    row: AdvanceTier = AdvanceTier.objects.create(**values)
    return row


def url(name: str, row: Any = None, slug: str = "tiers") -> str:
    return reverse(f"programmes:{name}", args=[slug, row.pk] if row is not None else [slug])


def typed(client: Client, path: str, **other: Any) -> dict[str, Any]:
    """The form as the page shows it, with something else typed into it."""
    form = client.get(path).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    shown |= {name: form[name].field.prepare_value(value) for name, value in shown.items()}
    days = {name: f"{value:%d/%m/%Y}" for name, value in shown.items() if isinstance(value, dt.date)}
    found = {**shown, **days, **other}
    return {
        name: value if isinstance(value, list) else "" if value is None else str(value) for name, value in found.items()
    }


NEW = {
    "norms": {"code": "MACHINE", "activity_text": "Máy móc", "ceiling_percent": "50 %", "unit": "cơ sở"},
    "steps": {"step": "contract", "before": "start"},
    "criteria": {"name": "Phù hợp với kế hoạch"},
    "papers": {"name": "Văn bản đề nghị", "needed_for": "appraise"},
    "adjustments": {"change": "stop", "name": "Ngừng đề án", "authority": "provincial_committee"},
    "tiers": {"tier": "1", "percent": "37,5"},
    "priorities": {"name": "Địa bàn khó khăn", "coefficient": "1,2"},
    "kinds": {"name": "Liên hiệp hợp tác xã"},
    "trades": {"name": "Chế biến lâm sản"},
    "eligibility": {"subject": "kind", "name": "Ai được hỗ trợ", "kinds": ["enterprise"]},
}


def new(client: Client, slug: str, place: factories.Place, **other: Any) -> dict[str, Any]:
    values = {"source": "local", "area": place.province.pk, **NEW[slug], "valid_from": "01/04/2026"}
    values |= {"legal_basis": "9/2026/QĐ-UBND Điều 2", "verified": "yes", "reason": "Quy chế mới của tỉnh", **other}
    return typed(client, url("rule_new", slug=slug), **values)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_lists_show_what_is_in_force_what_comes_and_what_was(place: Any, people: Any) -> None:
    rows = [
        tier(None, valid_from=None, valid_to=dt.date(2025, 12, 31)),
        tier(None, verified="yes"),
        tier(place, verified="partial", valid_from=dt.date(2026, 7, 1)),
    ]
    client = browser(people.officer)
    answer = client.get(url("rules"))
    found = {part["key"]: [line.row for line in part["lines"]] for part in answer.context["sections"]}
    assert found == {"past": [rows[0]], "now": [rows[1]], "future": [rows[2]]}
    html = answer.content.decode()
    for text in ("Cả nước", place.province.full_name, "30 %", "12/2025/QĐ-UBND", "01/07/2026", "31/12/2025"):
        assert text in html
    assert html.count("chưa kiểm chứng") == html.count("kiểm chứng một phần") == 1
    answer = client.get(url("rules"), {"on": "01/07/2026", "source": "local"})
    assert [row.pk for row in answer.context["rows"]] == [rows[2].pk]


def test_deadline_and_what_has_none(people: Any) -> None:
    factories.step_rule("N1", "register", "appraise", deadline_day=20, deadline_month=6, deadline_years=-1)
    factories.step_rule("N2", "appraise", "ministry_appraise")
    html = browser(people.officer).get(url("rules", slug="steps")).content.decode()
    cells = re.findall(r'data-label="Thời hạn"><span>(.*?)</span>', html)
    assert cells == ["20/06 năm trước năm kế hoạch", "–"]


@pytest.mark.parametrize("slug", SLUGS)
def test_everybody_reads_the_lists_and_nobody_changes_them_there(people: Any, slug: str) -> None:
    path = reverse("programmes:norms") if slug == "norms" else url("rules", slug=slug)
    for person in people.all().values():
        answer = browser(person).get(path)
        assert answer.status_code == 200
        assert (url("rule_new", slug=slug) in answer.content.decode()) == (person == people.administrator)
        assert browser(person).post(path).status_code == 405
    assert Client().get(path).status_code == 302
    assert browser(people.officer).get("/programmes/rules/vua/").status_code == 404
    assert browser(people.officer).get("/programmes/rules/norms/").url == reverse("programmes:norms")


def test_rules_of_another_province_are_not_there_and_those_of_the_country_are(place: Any, people: Any) -> None:
    ours, law = tier(place), tier(None)
    there = factories.Place("40", "Nghệ An")
    for role in (Role.OFFICER, Role.ADMINISTRATOR):
        client = browser(factories.user(f"la_{role}", role, there.province))
        listed = [line.row for part in client.get(url("rules")).context["sections"] for line in part["lines"]]
        assert listed == [law]
        for name in ("rule", "rule_replace", "rule_correct", "rule_end"):
            assert client.get(url(name, ours)).status_code == 404, (role, name)
            assert client.post(url(name, ours)).status_code in (404, 405), (role, name)
        assert client.get(url("rule", law)).status_code == 200
    for person in people.all().values():  # the collaborator of a commune too, and the ministry
        assert browser(person).get(url("rule", ours)).status_code == 200, person.username


def test_history_is_for_the_people_of_the_place(place: Any, people: Any) -> None:
    client = browser(people.administrator)
    row = tier(place)
    client.post(url("rule_correct", row), typed(client, url("rule_correct", row), percent="31", reason="Nhập nhầm số"))
    for person in people.all().values():
        html = browser(person).get(url("rule", row)).content.decode()
        inside = person not in (people.ministry, people.centre, people.collaborator)
        assert ("Nhập nhầm số" in html) == inside, person.username


# --- changing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_administrator_adds_a_rule_once(place: Any, people: Any, slug: str) -> None:
    client = browser(people.administrator)
    data = new(client, slug, place)
    answers = [client.post(url("rule_new", slug=slug), data) for _time in range(2)]
    row = KINDS[slug].model.objects.exclude(edited_at=None).get()
    assert [answer.url for answer in answers] == [url("rule", row, slug)] * 2
    assert (row.valid_from, row.verified, row.area) == (dt.date(2026, 4, 1), "yes", place.province)
    html = client.get(url("rule", row, slug)).content.decode()
    for text in ("chưa đến ngày hiệu lực", "9/2026/QĐ-UBND Điều 2", "Quy chế mới của tỉnh", "Quantri"):
        assert text in html


def test_rule_is_replaced_corrected_and_ended_by_its_page(place: Any, people: Any) -> None:
    client, row = browser(people.administrator), tier(place, verified="yes")
    data = typed(
        client,
        url("rule_replace", row),
        percent="40",
        valid_from="01/06/2026",
        verified="yes",
        legal_basis="9/2026/QĐ-UBND Điều 2",
        reason="Quy chế mới",
    )
    answer = client.post(url("rule_replace", row), data)
    made = AdvanceTier.objects.exclude(pk=row.pk).get()
    assert answer.url == url("rule", made)
    row.refresh_from_db()
    assert (row.valid_to, row.percent, made.percent, made.valid_to) == (dt.date(2026, 5, 31), 30, 40, None)
    html = client.get(url("rule", row)).content.decode()
    assert url("rule", made) in html and "Đã được thay thế" in html
    client.post(url("rule_correct", made), typed(client, url("rule_correct", made), percent="45", reason="Nhập nhầm"))
    client.post(url("rule_end", made), typed(client, url("rule_end", made), valid_to="31/12/2026", reason="Bãi bỏ"))
    made.refresh_from_db()
    assert (made.percent, made.valid_to) == (45, dt.date(2026, 12, 31))
    html = client.get(url("rule", made)).content.decode()
    assert [html.count(text) > 0 for text in ("Đã sửa sai sót", "Đã ghi ngày hết hiệu lực", "Nhập nhầm", "Bãi bỏ")] == [
        True
    ] * 4


def test_wrong_form_says_so_at_its_field_and_keeps_what_was_typed(place: Any, people: Any) -> None:
    client = browser(people.administrator)
    tier(place)
    path = url("rule_new")
    data = new(client, "tiers", place, legal_basis="", percent="abc")
    answer = client.post(path, data)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["percent"]
    assert 'value="abc"' in answer.content.decode()
    answer = client.post(path, {**data, "percent": "40"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"legal_basis"}
    answer = client.post(path, {**data, "percent": "40", "legal_basis": "Điều 1"})
    assert answer.status_code == 422 and "đã có quy định về cùng nội dung" in answer.content.decode()
    assert AdvanceTier.objects.count() == 1 and not Entry.objects.exists()


def test_who_was_second_sees_what_the_first_stored(place: Any, people: Any) -> None:
    client, row = browser(people.administrator), tier(place)
    mine = typed(client, url("rule_correct", row), percent="45", reason="Nhập nhầm")
    hers = typed(client, url("rule_correct", row), percent="40", reason="Sửa")
    assert client.post(url("rule_correct", row), hers).status_code == 302
    answer = client.post(url("rule_correct", row), mine)
    assert answer.status_code == 409
    assert [(line["stored"], line["typed"]) for line in answer.context["form"].meanwhile] == [("40", "45")]
    row.refresh_from_db()
    assert row.percent == 40
    again = {**mine, "form_key": str(uuid.uuid4()), "version": str(row.row_version)}
    assert client.post(url("rule_correct", row), again).status_code == 302
    row.refresh_from_db()
    assert row.percent == 45


@pytest.mark.parametrize("where", ["country", "province"])
def test_pages_of_change_are_for_the_administrator(place: Any, people: Any, where: str) -> None:
    row = tier(place if where == "province" else None)
    forms = [url("rule_new"), *(url(f"rule_{name}", row) for name in ("replace", "correct", "end"))]
    for person in people.all().values():
        client, allowed = browser(person), person == people.administrator
        for path in forms:
            assert client.get(path).status_code == (200 if allowed else 403), (person.username, path)
        answer = client.post(forms[1], {"reason": ""})
        assert answer.status_code == (422 if allowed else 403), person.username
        assert (forms[1] in client.get(url("rule", row)).content.decode()) == allowed


def test_administrator_of_one_of_two_provinces_offers_no_rule_of_the_country(place: Any, people: Any) -> None:
    factories.user("quantri40", Role.ADMINISTRATOR, factories.Place("40", "Nghệ An").province)
    client, law = browser(people.administrator), tier(None)
    for name in ("replace", "correct", "end"):
        assert client.get(url(f"rule_{name}", law)).status_code == 403
    field = client.get(url("rule_new")).context["form"].fields["area"]
    assert field.required and [area.pk for area in field.queryset] == [place.province.pk]
    for area in ("", "40"):
        answer = client.post(url("rule_new"), new(client, "tiers", place, area=area))
        assert answer.status_code == 422 and list(answer.context["form"].errors) == ["area"]
    assert client.post(url("rule_new"), new(client, "tiers", place)).status_code == 302


def test_codes_offered_are_those_of_the_source(people: Any) -> None:
    rule = factories.step_rule("L1", "contract", "start", source="local", verified="no")
    form = browser(people.administrator).get(url("rule_correct", rule, "steps")).context["form"]
    offered = [code for code, _label in form.fields["before"].choices]
    assert "settle" in offered and "register" not in offered and "ministry_return" not in offered
    assert StepRule.objects.get().step in [code for code, _label in form.fields["step"].choices]


def test_norm_shows_what_it_is_a_multiple_of(people: Any) -> None:
    row = SupportNorm.objects.create(
        code="LINE",
        activity_text="Dây chuyền",
        unit="cơ sở",
        source="national",
        multiplier_of="MACHINE",
        multiplier="1.5",
        verified="yes",
    )
    html = browser(people.officer).get(url("rule", row, "norms")).content.decode()
    assert "Bằng 1,5 lần định mức MACHINE" in html and "kc-missing" in html  # no legal basis is reported
