"""Products, their brands and how far these are, spearhead products, and what reports count of them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from core.errors import Invalid, WrongState
from home.overview import achieved
from products.models import Brand, Product, ProductGroup
from products.selections import enter_product
from products.services import (
    BrandData,
    SpearheadData,
    change_brand,
    create_brand,
    create_spearhead,
    take_brand_step,
)
from programmes.locking import lock_through
from programmes.models import Target
from projects.models import AchievedResult, ProgressUpdate, Project
from reports.measures.targets import Done
from tests import factories as f
from tests.clocks import Clock
from tests.products import making

pytestmark = pytest.mark.django_db
ALL = (dt.date(2020, 1, 1), dt.date(2026, 12, 31))


@pytest.fixture(autouse=True)
def today(clock: Clock) -> None:
    clock.set("2026-09-15")


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


@pytest.fixture
def project(place: f.Place, people: f.People) -> Project:
    return f.approved(place, people)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def filed(product: Product, people: f.People, project: Project | None, on: str = "2026-09-01") -> Brand:
    brand = create_brand(product, BrandData(f"Nhãn {product.name}", project), actor=people.officer)
    data = {"number": "4-2026-1", "on": dt.date.fromisoformat(on)}
    return take_brand_step(brand, "file", actor=people.officer, data=data)


def told(project: Project, code: str, quantity: int, on: str = "2026-09-02") -> None:
    day = dt.date.fromisoformat(on)
    update = ProgressUpdate.objects.create(
        project=project,
        uuid=f.new_uuid(),
        on=day,
        state="confirmed",
        counts_on=day,
        recorded_on=day,
        decided_at=clock.now(),
    )
    indicator = f.indicator(code)
    AchievedResult.objects.create(update=update, indicator=indicator, quantity=quantity)


def figure(place: f.Place, code: str, first: dt.date = ALL[0], last: dt.date = ALL[1]) -> Any:
    areas = [row.pk for row in (place.province, place.commune, place.other, place.before, place.district)]
    return Done("default", areas, last).cell(f.indicator(code), first, last)


def test_product_and_its_brand_are_entered_on_pages(place: f.Place, people: f.People, project: Project) -> None:
    making.lists()
    owner, client = f.enterprise(place, "Cơ sở A"), browser(people.centre)
    group = ProductGroup.objects.get()
    typed = {"form_key": str(f.new_uuid()), "name": "Bộ quà", "group": group.pk, "is_set": "on", "consists_of": ""}
    url = reverse("products:new", args=[owner.public_id])
    assert client.post(url, typed).status_code == 422  # a set of what?
    assert client.post(url, {**typed, "consists_of": "Ba loại bánh"}).status_code == 302
    product = Product.objects.get()
    assert browser(people.leader).get(url).status_code == 403
    url = reverse("products:brand_new", args=[product.public_id])
    typed = {"form_key": str(f.new_uuid()), "name": "Nhãn A", "project": project.public_id}
    assert client.post(url, typed).status_code == 302
    brand = Brand.objects.get()
    here = reverse("products:brand", args=[brand.public_id])

    def step(code: str, **fields: Any) -> int:
        body = {f"{code}-{name}": value for name, value in fields.items()}
        return client.post(here, {"step": code, f"{code}-form_key": str(f.new_uuid()), **body}).status_code

    assert step("grant", number="1", on="01/09/2026") == 409  # not filed yet
    assert step("file", number="4-1", on="16/09/2026") == 422  # tomorrow
    assert step("file", number="4-1", on="01/09/2026") == 302
    assert step("grant", number="77", on="10/09/2026", valid_to="10/09/2036") == 302
    brand.refresh_from_db()
    assert (brand.state, brand.filed_no, brand.granted_no, brand.valid_to) == (
        "granted", "4-1", "77", dt.date(2036, 9, 10),
    )  # fmt: skip
    page = browser(people.collaborator).get(reverse("products:detail", args=[product.public_id])).content.decode()
    assert "Nhãn A" in page
    assert browser(f.stranger()).get(here).status_code == 404
    for name, row in (("of_enterprise", owner), ("of_project", project)):
        assert "Nhãn A" in client.get(reverse(f"products:{name}", args=[row.public_id])).content.decode()


def test_target_of_brands_counts_products_and_each_once(place: f.Place, people: f.People, project: Project) -> None:
    owner = f.enterprise(place, "Cơ sở A")
    first, second, third = (making.product(place, people, name, enterprise=owner) for name in ("A", "B", "C"))
    filed(first, people, project)
    filed(first, people, project)  # a second mark of the same product
    filed(second, people, project)
    filed(third, people, None)  # nobody supported it
    create_brand(third, BrandData("Đang làm", project), actor=people.officer)  # only prepared
    products, establishments = figure(place, "HT25_BRAND"), figure(place, "BRAND_EST")
    assert (products.value, len(products.lines), establishments.value) == (2, 2, 1)


def test_record_wins_over_what_its_project_reported(place: f.Place, people: f.People, project: Project) -> None:
    other = f.approved(place, people, name="Đề án nhãn hiệu khác")
    told(project, "HT25_BRAND", 5)
    told(other, "HT25_BRAND", 3)
    assert figure(place, "HT25_BRAND").value == 8
    filed(making.product(place, people, "A"), people, project)
    assert figure(place, "HT25_BRAND").value == 1 + 3
    assert figure(place, "HT25_BRAND", last=dt.date(2026, 8, 31)).status == "missing"  # neither by then


def test_selections_and_entries_of_a_year_win_over_projects(place: f.Place, people: f.People, project: Project) -> None:
    told(project, "HT25_VOTE", 1)
    told(project, "REGIONAL_ENTRIES", 22)
    assert (figure(place, "HT25_VOTE").value, figure(place, "REGIONAL_ENTRIES").value) == (1, 22)
    product = making.product(place, people)
    row = making.scoring(place, people, product)
    assert figure(place, "HT25_VOTE").value == 1  # still what the project said: not decided
    making.certified(making.decided(row, people.leader), people.officer)
    votes = figure(place, "HT25_VOTE")
    assert (votes.value, votes.lines[0].record) == (1, f"/api/v1/selection-rounds/{row.public_id}/")
    enter_product(making.round_(place, people, "REGIONAL"), product, dt.date(2026, 9, 12), actor=people.officer)
    assert figure(place, "REGIONAL_ENTRIES").value == 1
    told(f.approved(place, people, name="Năm khác", year=2025), "REGIONAL_ENTRIES", 4, "2026-09-03")
    assert figure(place, "REGIONAL_ENTRIES").value == 1 + 4


def test_dashboard_counts_what_the_person_sees_and_leads_to_it(
    place: f.Place, people: f.People, project: Project
) -> None:
    programme = f.programme(place)
    target = Target.objects.create(
        programme=programme, indicator=f.indicator("HT25_BRAND", name="Nhãn hiệu"), comparison="exact", low=15,
        verified="yes", source="x",
    )  # fmt: skip
    product = making.product(place, people, "A")
    filed(product, people, project)
    (found,) = achieved(programme, people.officer, dt.date(2026, 9, 15))
    assert found[1].value == 1
    assert achieved(programme, f.stranger(), dt.date(2026, 9, 15))[0][1].status == "missing"
    page = browser(people.leader).get(reverse("home:target", args=[target.pk])).content.decode()
    assert reverse("products:detail", args=[product.public_id]) in page


def test_brand_of_the_locked_time_keeps_its_project(place: f.Place, people: f.People, project: Project) -> None:
    brand = filed(making.product(place, people, "A"), people, project, "2026-08-01")
    lock_through(place.province, dt.date(2026, 8, 31), "Chốt", actor=people.leader)
    with pytest.raises(WrongState):
        change_brand(brand, BrandData("Tên mới", None), actor=people.officer)
    change_brand(brand, BrandData("Tên mới", project), actor=people.officer)
    late = filed(making.product(place, people, "B"), people, project, "2026-08-02")
    assert late.counts_on == dt.date(2026, 9, 15)  # in the open time


def test_spearhead_tells_its_document_and_money_that_is_seen(
    place: f.Place, people: f.People, project: Project
) -> None:
    data = SpearheadData(f.programme(place), place.province, "Bưởi", projects=[project])
    row = create_spearhead(data, actor=people.officer)
    with pytest.raises(Invalid):  # verified by which document?
        create_spearhead(SpearheadData(f.programme(place), place.province, "Cam", verified="yes"), actor=people.officer)
    making.product(place, people, "Bưởi sấy", spearhead=row)
    url = reverse("products:spearhead", args=[row.public_id])
    text = browser(people.officer).get(url).content.decode()
    assert "300" in text and "Bưởi sấy" in text and project.code in text
    assert browser(people.leader).get(reverse("products:spearhead_edit", args=[row.public_id])).status_code == 403
    other = browser(f.stranger())
    assert other.get(url).status_code == 404
    assert row.name not in other.get(reverse("products:spearheads")).content.decode()
    client = browser(people.officer)
    typed = {"form_key": str(f.new_uuid()), "programme": f.programme(place).pk, "province": place.province.pk,
             "name": "Bưởi Phúc Trạch", "verified": "no", "projects": f"{project.code}, X-1", "version": 1}  # fmt: skip
    url = reverse("products:spearhead_edit", args=[row.public_id])
    assert client.post(url, typed).status_code == 422  # no project X-1
    assert client.post(url, {**typed, "projects": ""}).status_code == 302
    assert (
        client.post(url, {**typed, "projects": "", "name": "Khác", "form_key": str(f.new_uuid())}).status_code == 409
    )  # stale
