"""The policy library, campaigns, who was reached, and the matrix of uptake."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, WrongState
from outreach import services, spreading
from outreach.models import Campaign, Need, Policy, Reached
from outreach.spreading import CampaignData, PolicyData
from outreach.uptake import Matrix
from programmes.models import LegalDocument
from tests import factories as f
from tests.clocks import Clock
from tests.outreach.scene import Survey, channel, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def survey(db: None) -> Survey:
    return Survey()


def document(**fields: Any) -> LegalDocument:
    values = {"number": "01/2026/NQ-HĐND", "type": "Nghị quyết", "issuer": "HĐND tỉnh", "subject": "Khuyến công",
              "in_force_from": dt.date(2026, 1, 1), "verified": "no", **fields}  # fmt: skip
    row: LegalDocument = LegalDocument.objects.create(**values)
    return row


def policy_of(survey: Survey, **fields: Any) -> Policy:
    paper = fields.pop("document", None) or document()
    values: dict[str, Any] = {"document": paper, "title": "Hỗ trợ máy móc", "summary": "Hỗ trợ mua máy", **fields}
    return spreading.create_policy(survey.place.province, PolicyData(**values), actor=survey.people.officer)


def campaign_of(survey: Survey, **fields: Any) -> Campaign:
    values: dict[str, Any] = {
        "name": "Hội nghị phổ biến", "channel": channel("Hội nghị"), "planned_on": dt.date(2026, 9, 10), **fields
    }  # fmt: skip
    return spreading.create_campaign(survey.place.province, CampaignData(**values), actor=survey.people.officer)


def test_published_policy_is_found_by_everybody_without_accents(survey: Survey) -> None:
    row = policy_of(survey, published=True)
    hidden = policy_of(survey, title="Chưa công bố", document=document(number="02/NQ"))
    stranger = Client()
    url = reverse("public:policies")
    assert row.title in stranger.get(url, {"q": "ho tro MAY"}).content.decode()
    assert row.title in stranger.get(url, {"q": "nq-hđnd"}).content.decode()
    assert row.title not in stranger.get(url, {"q": "bò sữa"}).content.decode()
    assert hidden.title not in stranger.get(url).content.decode()
    assert stranger.get(reverse("public:policy", args=[row.public_id])).status_code == 200
    assert stranger.get(reverse("public:policy", args=[hidden.public_id])).status_code == 404


def test_validity_is_what_the_document_says(survey: Survey, clock: Clock) -> None:
    row = policy_of(survey, document=document(in_force_to=dt.date(2026, 9, 15)))
    assert row.validity == "now"
    clock.set("2026-09-16")
    assert row.validity == "past"
    clock.set("2025-12-31")
    assert row.validity == "future"
    assert policy_of(survey, title="Khác", document=document(number="x", in_force_from=None)).validity == "unknown"


def test_reminder_is_noted_once_with_day_and_channel(survey: Survey) -> None:
    row = policy_of(survey, kinds=["enterprise"])
    assert set(spreading.concerned(row)) == {survey.first, survey.second}
    told = (channel(), dt.date(2026, 9, 14))
    assert spreading.tell(row, [survey.first], *told, actor=survey.people.collaborator) == 1
    assert spreading.tell(row, [survey.first, survey.second], *told, actor=survey.people.officer) == 1
    assert Reached.objects.count() == 2
    with pytest.raises(NotAllowed):
        spreading.tell(row, [survey.third], *told, actor=survey.people.collaborator)
    with pytest.raises(Invalid):
        spreading.tell(row, [survey.first], channel(), dt.date(2026, 9, 16), actor=survey.people.officer)
    office = signed_in(survey.people.officer)
    page = office.get(reverse("outreach:policy", args=[row.public_id]))
    assert (page.context["total"], page.context["reached"], page.context["missed"]) == (2, 2, 0)


def test_campaign_says_who_was_reached_and_who_was_not(survey: Survey) -> None:
    officer = survey.people.officer
    row = campaign_of(survey, policy=policy_of(survey))
    with pytest.raises(WrongState):  # nobody takes part in what was not held
        spreading.reach(row, [survey.first], actor=officer)
    data = CampaignData(row.name, row.channel, row.planned_on, row.policy, held_on=dt.date(2026, 9, 10))
    row = spreading.change_campaign(row, data, actor=officer)
    assert spreading.reach(row, [survey.first], actor=officer) == 1
    spreading.count_people(row, survey.place.other, 0, actor=officer)
    spreading.count_people(row, None, 12, actor=officer)
    spread = {line.area: line for line in spreading.spread_of(row, spreading.aimed_at(row))}
    here, other, nowhere = spread[survey.place.commune], spread[survey.place.other], spread[None]
    assert (here.aimed, here.reached, here.missed, here.people) == (2, 1, 1, None)  # None: nobody counted
    assert (other.aimed, other.reached, other.people) == (1, 0, 0)
    assert nowhere.people == 12
    with pytest.raises(Invalid):
        spreading.change_campaign(row, CampaignData(row.name, row.channel, row.planned_on), actor=officer)


def test_campaign_and_policy_are_kept_on_pages(survey: Survey) -> None:
    office = signed_in(survey.people.officer)
    body = {"title": "Vay ưu đãi", "document": str(document().pk), "summary": "Lãi thấp", "published": "on",
            "kinds": ["household"], "form_key": str(f.new_uuid())}  # fmt: skip
    made = office.post(reverse("outreach:policy_new"), body)
    policy = Policy.objects.get()
    assert made["Location"] == reverse("outreach:policy", args=[policy.public_id])
    body = {"name": "Phát thanh", "channel": str(channel().pk), "planned_on": "10/09/2026", "held_on": "10/09/2026",
            "policy": str(policy.pk), "form_key": str(f.new_uuid())}  # fmt: skip
    url = office.post(reverse("outreach:campaign_new"), body)["Location"]
    assert office.post(url, {"enterprises": [str(survey.third.public_id)]}).status_code == 302
    assert office.post(url, {"area": "", "people": "7"}).status_code == 302
    assert office.post(url, {"area": "", "people": "bảy"}).status_code == 422
    page = office.get(url).content.decode()
    assert survey.third.name in page
    tell = reverse("outreach:policy", args=[policy.public_id])
    body = {"enterprises": [str(survey.third.public_id)], "channel": str(channel().pk), "on": "15/09/2026"}
    assert office.post(tell, {**body, "enterprises": []}).status_code == 422
    assert office.post(tell, body).status_code == 302
    for name in ("policies", "campaigns", "rounds", "needs", "advice", "uptake", "lists"):
        for person in (survey.people.officer, survey.people.collaborator, survey.people.auditor):
            assert signed_in(person).get(reverse(f"outreach:{name}")).status_code == 200
    for name in ("policies", "campaigns", "rounds", "needs", "advice", "uptake"):
        assert office.get(reverse(f"outreach:{name}"), {"format": "csv"}).status_code == 200


def test_list_is_changed_on_a_page_and_its_lines_end(survey: Survey, clock: Clock) -> None:
    url = reverse("outreach:lists")
    office = signed_in(survey.people.officer)
    assert office.post(url, {"kind": "topic", "name": "Môi trường"}).status_code == 422  # no days
    assert office.post(url, {"kind": "topic", "name": "Môi trường", "days": "15"}).status_code == 302
    item = services.offered("topic").get()
    with pytest.raises(Conflict):
        services.store_item("topic", "Môi trường", 5, actor=survey.people.officer)
    ended = {
        "item": item.pk,
        "kind": "topic",
        "name": "Môi trường",
        "days": "15",
        "ended_on": "15/09/2026",
        "version": 1,
    }
    assert office.post(url, ended).status_code == 302
    assert not services.offered("topic").exists()
    assert signed_in(survey.people.collaborator).post(url, {"kind": "channel", "name": "Loa"}).status_code == 403


def test_matrix_counts_each_establishment_once_and_unused_contents_stand_first(survey: Survey) -> None:
    officer = survey.people.officer
    unused = f.activity("BRAND", "Xây dựng nhãn hiệu")
    policy = policy_of(survey, kinds=["enterprise"], activities=[survey.activity], published=True)
    for on in (dt.date(2026, 9, 1), dt.date(2026, 9, 2)):
        spreading.tell(policy, [survey.first, survey.third], channel(), on, actor=officer)
    services.save_sheet(survey.round, survey.second, survey.answers(True), actor=officer)
    f.approved(survey.place, survey.people, beneficiaries=[survey.first])
    found = Matrix(officer, 2026)
    assert [row.activity for row in found.in_order()] == [unused, survey.activity]
    row = found.rows[survey.activity.pk]
    first, second, third = survey.first.pk, survey.second.pk, survey.third.pk
    assert row.eligible == {first, second}
    assert row.informed == {first, third}
    assert (row.asked, row.supported) == ({second}, {first})
    assert found.rows[unused.pk].eligible == {first, second, third}
    assert Matrix(officer, 2025).rows[survey.activity.pk].supported == set()
    assert Matrix(officer, 2026, survey.place.other).rows[survey.activity.pk].informed == {third}
    numbers = dict(found.by_commune(survey.activity))
    assert numbers[survey.place.commune] == {"eligible": 2, "informed": 1, "asked": 1, "supported": 1}
    office = signed_in(officer)
    query = {"activity": "MACHINE", "what": "asked", "year": 2026}
    listed = office.get(reverse("outreach:uptake"), query).content.decode()
    assert survey.second.name in listed and survey.first.name not in listed
    assert office.get(reverse("outreach:uptake"), {**query, "format": "xlsx"}).status_code == 200


def test_matrix_asks_as_much_of_many_as_of_few(survey: Survey) -> None:
    policy_of(survey, activities=[survey.activity], communes=[survey.place.commune], published=True)
    officer = survey.people.officer
    Matrix(officer, 2026)
    with CaptureQueriesContext(connection) as few:
        Matrix(officer, 2026)
    for number in range(5):
        one = f.activity(f"A{number}", f"Nội dung {number}")
        policy_of(survey, title=f"P{number}", document=document(number=str(number)), activities=[one], published=True)
        f.enterprise(survey.place, f"Cơ sở {number}")
    with CaptureQueriesContext(connection) as many:
        Matrix(officer, 2026)
    assert len(many) == len(few) <= 12
    assert Need.objects.count() == 0
