"""The record in depth: parts, moves, figures by year; kinds as data; may it be supported on a day."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from core.errors import Invalid
from enterprises.eligibility import Judgement, judge_on
from enterprises.models import NO_TRADE, Contact, Enterprise, EnterpriseLink, YearFacts, place_on
from enterprises.services import EnterpriseData, change_enterprise, create_enterprise
from programmes.models import EligibilityRule, EligibleTrade, EstablishmentKind
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db
BILLION = 1_000_000_000
BEFORE, SINCE = dt.date(2025, 10, 14), dt.date(2025, 10, 15)


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def enter(place: f.Place, people: f.People, name: str = "Hợp tác xã Mây tre Đồng Tiến", **fields: Any) -> Enterprise:
    data = EnterpriseData(name, fields.pop("kind", "cooperative"), fields.pop("area", place.commune), **fields)
    return create_enterprise(data, actor=people.officer)


def page(row: Enterprise) -> str:
    return reverse("enterprises:detail", args=[row.public_id])


def part(row: Enterprise, slug: str, pk: int | None = None) -> str:
    if pk is None:
        return reverse("enterprises:part_new", args=[row.public_id, slug])
    return reverse("enterprises:part", args=[row.public_id, slug, pk])


# --- kinds as data ----------------------------------------------------------------------------------------------------


def test_kind_that_an_official_adds_is_offered_kept_and_ended(place: Any, people: Any, clock: Clock) -> None:
    clock.set("2026-03-10 09:00")
    official, client = browser(people.administrator), browser(people.officer)
    add = reverse("programmes:rule_new", args=["kinds"])
    data = {"area": place.province.pk, "name": "Liên hiệp hợp tác xã", "valid_from": "01/03/2026", "verified": "no"}
    assert official.post(add, {**data, "reason": "Luật Hợp tác xã", "form_key": f.new_uuid()}).status_code == 302
    kind = EstablishmentKind.objects.get(name="Liên hiệp hợp tác xã")
    assert Entry.objects.about(kind).get().note == "Luật Hợp tác xã"
    assert kind.name in client.get(reverse("enterprises:new")).content.decode()
    row = enter(place, people, "Liên hiệp Hợp tác xã Ngàn Phố", kind=kind.code)
    html = client.get(page(row)).content.decode()
    assert kind.name in html
    assert kind.name in client.get("/enterprises/", {"kind": kind.code}).content.decode()
    end = reverse("programmes:rule_end", args=["kinds", kind.pk])
    official.post(end, {"valid_to": "31/03/2026", "reason": "Bỏ", "version": 1, "form_key": f.new_uuid()})
    clock.set("2026-04-01 09:00")
    assert kind.name not in client.get(reverse("enterprises:new")).content.decode()
    with pytest.raises(Invalid):
        enter(place, people, "Liên hiệp khác", kind=kind.code)
    data_now = EnterpriseData(row.name, kind.code, row.area, phone="0912345678")
    assert change_enterprise(row, data_now, actor=people.officer).kind == kind.code  # what it was it stays


def test_codes_of_before_are_loaded_with_their_names() -> None:
    call_command("load_reference", verbosity=0)
    codes = ["enterprise", "cooperative", "cooperative_group", "household", "artisan"]
    assert list(EstablishmentKind.objects.values_list("code", flat=True)) == codes
    assert EligibleTrade.objects.count() == 7


# --- may it be supported ----------------------------------------------------------------------------------------------


@pytest.fixture
def law(place: f.Place) -> None:
    """The rules of the file of reference data that these tests need."""
    from programmes import loading

    def tell(text: str) -> None:
        raise AssertionError(text)

    rules = loading._eligibility_rules()
    loading._bring_in_rules(EligibilityRule, ("code",), rules, tell)
    trades = loading._unsourced("eligible_trades.csv", "code", "name", "condition")
    loading._bring_in_rules(EligibleTrade, ("code",), trades, tell)
    place.other.type = "Phường"
    place.other.save()


def words(found: Judgement) -> dict[str, str]:
    return {reason.title: reason.verdict for reason in found.reasons}


def test_verdict_follows_the_version_of_the_law(place: Any, people: Any, law: None) -> None:
    group = enter(place, people, "Tổ hợp tác Nấm Xuân Lộc", kind="cooperative_group", trade="agro_food")
    assert judge_on(group, BEFORE).verdict == "yes"
    later = judge_on(group, SINCE)  # not named in what newspapers told of the decree, whose text was not seen
    assert later.verdict == "unknown"
    assert "235/2025/NĐ-CP" in later.reasons[0].legal_basis and later.reasons[0].verified == "partial"
    artisan = enter(place, people, "Nghệ nhân Nguyễn Thị Minh Họa", kind="artisan", trade="handicraft")
    assert judge_on(artisan, BEFORE).verdict == "no"  # the list of Decree 45/2012 was verified
    assert words(judge_on(artisan, SINCE))["Loại hình"] == "unknown"  # somebody looks whether there is the title


def test_verdict_says_which_fact_is_missing(place: Any, people: Any, law: None) -> None:
    firm = enter(place, people, "Công ty TNHH Gỗ Minh Họa", kind="enterprise", trade="agro_food")
    found = judge_on(firm, SINCE)
    assert (found.verdict, found.missing) == ("unknown", ["vốn, số lao động"])
    YearFacts.objects.create(enterprise=firm, year=2024, capital_vnd=150 * BILLION)
    firm = Enterprise.objects.get(pk=firm.pk)
    assert judge_on(firm, SINCE).missing == ["số lao động"]  # one limit kept is enough: workers may still be
    YearFacts.objects.filter(enterprise=firm).update(workers=80)
    assert judge_on(Enterprise.objects.get(pk=firm.pk), SINCE).verdict == "yes"
    YearFacts.objects.filter(enterprise=firm).update(workers=400)
    large = judge_on(Enterprise.objects.get(pk=firm.pk), SINCE)
    assert (large.verdict, large.missing) == ("unknown", [])  # the limits were not verified: they do not refuse
    EligibilityRule.objects.filter(code="SIZE").update(verified="yes", legal_basis="x")
    assert judge_on(Enterprise.objects.get(pk=firm.pk), SINCE).verdict == "no"


def test_trade_and_place_are_judged_as_of_the_day(place: Any, people: Any, law: None) -> None:
    row = enter(place, people)
    assert judge_on(row, SINCE).missing == ["ngành nghề"]
    for trade, verdict in (("handicraft", "yes"), ("mining", "unknown"), (NO_TRADE, "no")):
        Enterprise.objects.update(trade=trade)
        row.refresh_from_db()
        assert words(judge_on(row, SINCE))["Ngành nghề"] == verdict
    Enterprise.objects.update(trade="handicraft")
    row.refresh_from_db()
    data = EnterpriseData(row.name, row.kind, place.other, trade="handicraft", moved_on=dt.date(2026, 1, 1))
    row = change_enterprise(row, data, actor=people.officer)
    assert words(judge_on(row, dt.date(2025, 12, 31)))["Địa bàn"] == "yes"
    assert words(judge_on(row, dt.date(2026, 1, 1)))["Địa bàn"] == "unknown"  # now in a ward


def test_page_tells_the_verdict_of_the_day_asked_for(place: Any, people: Any, law: None) -> None:
    row = enter(place, people, "Tổ hợp tác Nấm Xuân Lộc", kind="cooperative_group", trade="agro_food")
    client = browser(people.collaborator)
    html = client.get(page(row), {"on": "14/10/2025"}).content.decode()
    assert "45/2012/NĐ-CP Điều 5 điểm a" in html and "theo quy định có hiệu lực ngày 14/10/2025" in html
    answer = browser(people.officer).get(f"/api/v1/enterprises/{row.public_id}/eligibility/", {"on": "2025-10-14"})
    assert answer.json()["verdict"] == "yes"


def test_without_rules_nothing_is_claimed(place: Any, people: Any) -> None:
    assert judge_on(enter(place, people), SINCE).verdict == "unknown"


# --- places and figures -----------------------------------------------------------------------------------------------


def test_establishment_that_moves_keeps_its_past(place: Any, people: Any) -> None:
    row = enter(place, people, address="Thôn 1", area=place.commune)
    data = EnterpriseData(row.name, row.kind, place.other, address="Thôn 9", moved_on=dt.date(2026, 2, 1))
    row = change_enterprise(row, data, actor=people.officer)
    assert place_on(row, dt.date(2026, 1, 31)) == (place.commune, "Thôn 1")
    assert place_on(row, dt.date(2026, 2, 1)) == (place.other, "Thôn 9")
    assert "Thôn 1" in browser(people.officer).get(page(row)).content.decode()
    with pytest.raises(Invalid) as refusal:
        change_enterprise(
            row, EnterpriseData(row.name, row.kind, place.commune, moved_on=dt.date(2025, 1, 1)), actor=people.officer
        )
    assert "moved_on" in refusal.value.fields
    right = EnterpriseData(row.name, row.kind, place.other, address="Thôn 10")
    assert change_enterprise(row, right, actor=people.officer).former_places.count() == 1  # a mistake put right


def test_figures_are_not_reported_zero_or_do_not_apply(place: Any, people: Any) -> None:
    row, client = enter(place, people, headcount=5), browser(people.officer)
    assert row.years.get().workers == 5
    data = {"year": "2024", "workers": "0", "revenue_vnd": "1.500.000.000", "not_applicable": ["tax_paid_vnd"]}
    assert client.post(part(row, "years"), {**data, "form_key": f.new_uuid()}).status_code == 302
    facts = row.years.get(year=2024)
    assert (facts.workers, facts.women, facts.revenue_vnd, facts.tax_paid_vnd) == (0, None, 1_500_000_000, None)
    assert facts.not_applicable == "tax_paid_vnd"
    html = client.get(page(row)).content.decode()
    assert "1.500" in html and "kc-missing" in html
    row.refresh_from_db()
    assert row.headcount == 5  # of the newest year
    wrong = {"year": "2023", "workers": "3", "women": "4", "form_key": f.new_uuid()}
    answer = client.post(part(row, "years"), wrong)
    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"women"}
    both = {"year": "2023", "workers": "3", "not_applicable": ["workers"], "form_key": f.new_uuid()}
    assert client.post(part(row, "years"), both).status_code == 422
    again = client.post(part(row, "years"), {**data, "form_key": f.new_uuid()})
    assert again.context["form"].errors.keys() == {"year"}
    newest = row.years.order_by("-year").first()
    client.post(part(row, "years", newest.pk), {"remove": "1"})
    row.refresh_from_db()
    assert row.headcount == 0
    assert {entry.action for entry in Entry.objects.about(row)} == {"create", "remove"}


def test_parts_are_entered_changed_and_seen(place: Any, people: Any) -> None:
    row, other = enter(place, people), enter(place, people, "Công ty TNHH Gỗ Minh Họa", kind="enterprise")
    client = browser(people.officer)
    link = {"kind": "supplies", "other": other.name, "what": "Nan tre", "valid_from": "01/01/2025"}
    assert client.post(part(row, "links"), {**link, "form_key": f.new_uuid()}).status_code == 302
    assert "bán cho" not in client.get(page(other)).content.decode()
    assert "được cung cấp bởi" in client.get(page(other)).content.decode()
    made = EnterpriseLink.objects.get()
    assert (
        client.post(part(row, "links", made.pk), {**link, "kind": "buys", "form_key": f.new_uuid()}).status_code == 302
    )
    assert "bán cho" in client.get(page(other)).content.decode()
    itself = client.post(part(row, "links"), {**link, "other": row.name, "form_key": f.new_uuid()})
    assert itself.context["form"].errors.keys() == {"other"}
    paper = {"name": "OCOP 4 sao", "number": "12/QĐ", "valid_from": "01/01/2025", "valid_to": "31/12/2024"}
    late = client.post(part(row, "certificates"), {**paper, "form_key": f.new_uuid()})
    assert late.context["form"].errors.keys() == {"valid_to"}
    contact = {"person": "Người liên hệ minh họa", "purpose": "Hồ sơ đề án", "phone": "0900000000"}
    client.post(part(row, "contacts"), {**contact, "form_key": f.new_uuid()})
    assert Contact.objects.get().purpose == "Hồ sơ đề án"
    assert contact["person"] in client.get(page(row)).content.decode()
    assert contact["person"] not in browser(people.ministry).get(page(row)).content.decode()
    for person, status in ((people.leader, 403), (f.stranger(), 404)):
        assert browser(person).get(part(row, "contacts")).status_code == status
    assert client.get(part(row, "nothing")).status_code == 404
    assert client.get(part(other, "links", made.pk)).status_code == 404


def test_list_is_narrowed_by_trade_and_state_and_goes_into_a_file(place: Any, people: Any, law: None) -> None:
    enter(place, people, trade="handicraft", technology="Máy chẻ nan", industry_code="1629")
    enter(place, people, "Cơ sở mộc Minh Họa", kind="household", ceased_on=dt.date(2026, 1, 1))
    client = browser(people.officer)

    def names(**query: str) -> set[str]:
        return {row.name for row in client.get("/enterprises/", query).context["page"]}

    assert names(trade="handicraft") == names(state="working") == {"Hợp tác xã Mây tre Đồng Tiến"}
    assert names(state="ceased") == {"Cơ sở mộc Minh Họa"}
    text = client.get("/enterprises/", {"format": "csv"}).content.decode("utf-8-sig")
    for word in ("Máy chẻ nan", "1629", "Sản xuất hàng tiểu thủ công nghiệp", "2026-01-01"):
        assert word in text


def test_api_tells_and_takes_figures_by_year(place: Any, people: Any) -> None:
    row, client = enter(place, people), browser(people.officer)
    url = f"/api/v1/enterprises/{row.public_id}/years/"
    answer = client.put(
        f"{url}2024/", {"workers": 12, "not_applicable": ["tax_paid_vnd"]}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    shown = client.get(url).json()["results"]
    assert shown == [
        {
            "year": 2024,
            "capital_vnd": None,
            "workers": 12,
            "women": None,
            "revenue_vnd": None,
            "tax_paid_vnd": None,
            "not_applicable": ["tax_paid_vnd"],
        }
    ]
    assert client.get(f"/api/v1/enterprises/{row.public_id}/").json()["headcount"] == 12
    assert {one["code"] for one in client.get("/api/v1/enterprise-kinds/").json()["results"]} == set(f.KINDS)
    assert client.get("/api/v1/enterprises/", {"kind": "vương"}).status_code == 400
    assert client.get("/api/v1/enterprises/", {"kind": "vuong"}).status_code == 400
