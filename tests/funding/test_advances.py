"""Advances by their tiers, the last payment by the acceptance, more money by the norm."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.errors import CeilingExceeded, DomainError, Invalid
from core.models import Source
from funding.models import LedgerEntry, ProjectBalance
from funding.services import Voucher, allocate, correct, pay
from programmes.models import Activity, AdvanceTier, SupportNorm
from projects.models import Project
from projects.services import take_step
from tests import factories as f
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

VOUCHER = Voucher("07/UNC", dt.date(2026, 3, 2), "Theo hồ sơ")
MILLION = 1_000_000


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def approved(place: f.Place, people: f.People, *codes: str, source: Source = Source.NATIONAL) -> Project:
    """1.000 triệu for these activities."""
    programme = f.programme(place, source)
    f.budget(place, people, 1_000 * MILLION, programme=programme)
    return f.approved(
        place,
        people,
        1_000 * MILLION,
        programme=programme,
        estimate={source: 1_000 * MILLION, Source.COUNTERPART: 9_000 * MILLION},
        activities=[f.activity(code) for code in codes],
        investment_vnd=10_000 * MILLION,
    )


@pytest.fixture
def tiers(place: f.Place) -> None:
    """As in data/advance_tiers.csv."""
    basis = {"source": "national", "legal_basis": "36/2013/TT-BCT Điều 13"}
    for code in ("CLUSTER_INFRA", "CLUSTER_POLLUTION"):
        AdvanceTier.objects.create(activity=f.activity(code), percent=30, verified="yes", **basis)
    AdvanceTier.objects.create(percent=50, verified="no", **basis)
    AdvanceTier.objects.create(percent=70, tier=2, verified="no", **basis)


def test_files_have_one_verified_tier_for_clusters_and_unverified_ones_for_the_rest() -> None:
    call_command("load_reference", verbosity=0)
    rows = AdvanceTier.objects.order_by("activity__code", "tier").values_list("activity__code", "percent", "verified")
    assert sorted((code or "", int(percent), verified) for code, percent, verified in rows) == [
        ("", 50, "no"),
        ("", 70, "no"),
        ("CLUSTER_INFRA", 30, "yes"),
        ("CLUSTER_POLLUTION", 30, "yes"),
    ]


@pytest.mark.usefixtures("tiers")
@pytest.mark.parametrize("codes", [["CLUSTER_INFRA"], ["CLUSTER_POLLUTION"], ["CLUSTER_INFRA", "CLUSTER_POLLUTION"]])
def test_advance_above_its_verified_tier_is_refused_with_the_sum(place: Any, people: Any, codes: list[str]) -> None:
    project = approved(place, people, *codes)
    pay(project, "national", "advance", 200 * MILLION, VOUCHER, actor=people.accountant)
    with pytest.raises(CeilingExceeded, match="30%") as refused:
        pay(project, "national", "advance", 100 * MILLION + 1, VOUCHER, actor=people.accountant)
    assert (refused.value.code, refused.value.extra["missing_vnd"]) == ("over_tier", 1)
    pay(project, "national", "advance", 100 * MILLION, VOUCHER, actor=people.accountant)  # to the last đồng
    with pytest.raises(CeilingExceeded):  # cleared or not, it was advanced
        pay(project, "national", "clearing", 300 * MILLION, VOUCHER, actor=people.accountant)
        pay(project, "national", "advance", 1, VOUCHER, actor=people.accountant)


@pytest.mark.usefixtures("tiers")
def test_advance_above_an_unverified_tier_is_taken_with_a_warning(place: Any, people: Any) -> None:
    project, caller = approved(place, people, "MACHINE"), Caller(people.accountant)
    body = {"project": str(project.public_id), "source": "national", "kind": "advance", "amount_vnd": 700 * MILLION}
    body |= {"document_no": "UNC 1", "document_on": "2026-03-02"}
    assert caller.post("/payments/", body).json()["warnings"] == []
    answer = caller.post("/payments/", {**body, "amount_vnd": 1})
    assert answer.status_code == 201
    assert "chưa kiểm chứng" in answer.json()["warnings"][0]
    assert caller.post("/payments/", {**body, "kind": "payment", "amount_vnd": 1}).json()["warnings"] == []


@pytest.mark.usefixtures("tiers")
def test_activity_without_verified_tier_beside_one_with_it_refuses_nothing(place: Any, people: Any) -> None:
    project = approved(place, people, "CLUSTER_INFRA", "MACHINE")
    pay(project, "national", "advance", 900 * MILLION, VOUCHER, actor=people.accountant)
    assert ProjectBalance.objects.get().advanced_vnd == 900 * MILLION


@pytest.mark.usefixtures("tiers")
def test_page_shows_the_tier_and_says_where_there_is_none(place: Any, people: Any) -> None:
    client = Client()
    client.force_login(people.accountant, backend="accounts.backends.PortalBackend")

    def page(project: Project) -> str:
        return client.get(reverse("funding:pay", args=[project.public_id])).content.decode()

    html = page(approved(place, people, "CLUSTER_INFRA"))
    assert "30%" in html
    assert "300.000.000" in html
    assert "36/2013/TT-BCT Điều 13" in html
    assert "chưa kiểm chứng" not in html
    html = page(approved(place, people, "MACHINE"))
    assert "70%" in html
    assert "chưa kiểm chứng" in html
    local = approved(place, people, "MACHINE", source=Source.LOCAL)
    assert "Chưa có mức tạm ứng" in page(local)
    data = {"kind": "advance", "budget": ProjectBalance.objects.get(project=local).budget_id, "amount_vnd": "1 triệu"}
    data |= {"document_no": "1", "document_on": "02/03/2026", "form_key": str(f.new_uuid())}
    answer = client.post(reverse("funding:pay", args=[local.public_id]), data, follow=True)
    assert "Chưa có mức tạm ứng" in answer.content.decode()


@pytest.mark.usefixtures("tiers")
def test_tier_of_another_time_or_province_does_not_hold(place: Any, people: Any) -> None:
    AdvanceTier.objects.filter(percent=30).update(valid_from=dt.date(2026, 3, 3))
    elsewhere = f.Place("40", "Nghệ An").province
    AdvanceTier.objects.create(percent=1, source="local", area=elsewhere, verified="yes")
    project = approved(place, people, "CLUSTER_INFRA")
    pay(project, "national", "advance", 500 * MILLION, VOUCHER, actor=people.accountant)  # of 02/03, by 70 %
    with pytest.raises(CeilingExceeded):
        paper = Voucher("08/UNC", dt.date(2026, 3, 3))
        pay(project, "national", "advance", 1, paper, actor=people.accountant)
    local = approved(place, people, "MACHINE", source=Source.LOCAL)
    pay(local, "local", "advance", 500 * MILLION, VOUCHER, actor=people.accountant)


@pytest.mark.usefixtures("tiers")
def test_records_from_before_are_taken_as_they_were(place: Any, people: Any) -> None:
    project = approved(place, people, "CLUSTER_INFRA")
    Project.objects.filter(pk=project.pk).update(historical=True)
    pay(project, "national", "advance", 500 * MILLION, VOUCHER, actor=people.accountant)
    pay(project, "national", "payment", 500 * MILLION, VOUCHER, actor=people.accountant)


# --- the final payment ------------------------------------------------------------------------------------------------


def test_last_dong_is_paid_only_after_acceptance(place: Any, people: Any) -> None:
    project = f.approved(place, people)
    pay(project, "local", "payment", 100 * MILLION, VOUCHER, actor=people.accountant)
    with pytest.raises(DomainError, match="biên bản nghiệm thu") as refused:
        pay(project, "local", "payment", 200 * MILLION, VOUCHER, actor=people.accountant)
    assert refused.value.code == "not_accepted"
    with pytest.raises(CeilingExceeded):
        pay(project, "local", "payment", 200 * MILLION + 1, VOUCHER, actor=people.accountant)
    pay(project, "local", "payment", 200 * MILLION - 1, VOUCHER, actor=people.accountant)
    for step in ("start", "accept"):
        project = take_step(project, step, actor=people.officer)
    pay(project, "local", "payment", 1, VOUCHER, actor=people.accountant)


def test_page_says_why_the_final_payment_is_refused(place: Any, people: Any) -> None:
    project, client = f.approved(place, people), Client()
    client.force_login(people.accountant, backend="accounts.backends.PortalBackend")
    data = {"kind": "payment", "budget": ProjectBalance.objects.get().budget_id, "amount_vnd": "300 triệu"}
    data |= {"document_no": "1", "document_on": "02/03/2026", "form_key": str(f.new_uuid())}
    answer = client.post(reverse("funding:pay", args=[project.public_id]), data)
    assert answer.status_code == 409
    assert "hỉ thanh toán hết sau khi có biên bản nghiệm thu" in answer.content.decode()
    assert 'value="300 triệu"' in answer.content.decode()


# --- more money by the norm -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verified", "refused"), [("yes", True), ("no", False)])
def test_further_decision_is_measured_by_the_norm_with_all_before_it(
    place: Any, people: Any, verified: str, refused: bool
) -> None:
    project = f.approved(place, people)
    Activity.objects.update(norm_code="MACHINE")
    SupportNorm.objects.create(
        code="MACHINE", source="local", area=place.province, ceiling_amount_vnd=350 * MILLION, unit="cơ sở",
        legal_basis="23/2025/NQ-HĐND", verified=verified,
    )  # fmt: skip
    decision = f.decision(place, "46/QĐ-UBND")
    if refused:
        with pytest.raises(Invalid, match="hỗ trợ") as error:
            allocate(project, "local", 50 * MILLION + 1, decision, actor=people.leader)
        assert error.value.code == "over_norm"
        assert "23/2025/NQ-HĐND" in error.value.fields["amount_vnd"][0]
        allocate(project, "local", 50 * MILLION, decision, actor=people.leader)
        given = LedgerEntry.objects.filter(account="allocated").earliest("id")
        correct(given, -10 * MILLION, VOUCHER, actor=people.accountant)  # what was taken away makes room again
        allocate(project, "local", 10 * MILLION, decision, actor=people.leader)
    else:
        allocate(project, "local", 50 * MILLION + 1, decision, actor=people.leader)


@pytest.mark.usefixtures("tiers")
def test_correction_upwards_is_no_way_around_the_rules(place: Any, people: Any) -> None:
    project = approved(place, people, "CLUSTER_INFRA")
    advance = pay(project, "national", "advance", 300 * MILLION, VOUCHER, actor=people.accountant)
    payment = pay(project, "national", "payment", 600 * MILLION, VOUCHER, actor=people.accountant)
    allocation = LedgerEntry.objects.get(account="allocated")
    with pytest.raises(CeilingExceeded, match="30%"):
        correct(advance, 1, VOUCHER, actor=people.accountant)
    lower = correct(payment, -10 * MILLION, VOUCHER, actor=people.accountant)
    for entry in (payment, lower):
        with pytest.raises(DomainError, match="biên bản nghiệm thu"):
            correct(entry, 110 * MILLION, VOUCHER, actor=people.accountant)
    Activity.objects.update(norm_code="CLUSTER_INFRA")
    SupportNorm.objects.create(
        code="CLUSTER_INFRA", source="national", ceiling_amount_vnd=1_000 * MILLION, unit="cụm", verified="yes"
    )
    f.budget(place, people, 1_000 * MILLION, programme=project.programme)
    with pytest.raises(Invalid):
        correct(allocation, 1, VOUCHER, actor=people.accountant)
    correct(payment, 10 * MILLION, VOUCHER, actor=people.accountant)  # control: within them it is taken
