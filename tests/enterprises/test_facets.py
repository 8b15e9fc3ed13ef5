"""What the list of establishments shows of projects, products and clusters, and filters by."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import Cluster
from core import clock
from enterprises.models import Enterprise
from products.models import Brand, BrandState
from tests import factories as f
from tests.products import making

pytestmark = pytest.mark.django_db
LIST = reverse("enterprises:list")


class World:
    """One with everything, one without anything."""

    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.plain = f.enterprise(self.place, "Cơ sở Chưa Có Gì")
        product = making.product(self.place, self.people)
        self.full: Enterprise = product.enterprise
        self.brand = Brand.objects.create(product=product, name="Nhãn", state=BrandState.PREPARED)
        f.approved(self.place, self.people, beneficiaries=[self.full])
        cluster = Cluster.objects.create(code="A", name="Cụm Bắc", province=self.place.province)
        cluster.occupant_rows.create(enterprise=self.full, valid_from=clock.today())

    def file(self) -> None:
        Brand.objects.update(state="filed", filed_no="1", filed_on=clock.today(), counts_on=clock.today())


@pytest.fixture
def world(db: None) -> World:
    return World()


def browser(who: Any) -> Client:
    client = Client()
    client.force_login(who, backend="accounts.backends.PortalBackend")
    return client


def found(client: Client, **query: str) -> set[str]:
    return {row.name for row in client.get(LIST, query).context["page"]}


def tags(client: Client, row: Enterprise) -> list[str]:
    page = client.get(LIST).context["page"]
    return [tag.text for one in page if one == row for tag in one.tags]


def test_list_and_page_show_what_there_is_and_lead_there(world: World) -> None:
    client = browser(world.people.officer)
    assert tags(client, world.full) == ["1 đề án", "1 sản phẩm", "Cụm Bắc"]
    world.file()
    assert tags(client, world.full) == ["1 đề án", "1 sản phẩm", "1 nhãn hiệu", "Cụm Bắc"]
    assert tags(client, world.plain) == []
    html = client.get(reverse("enterprises:detail", args=[world.full.public_id])).content.decode()
    assert reverse("clusters:detail", args=[Cluster.objects.get().public_id]) in html and "1 nhãn hiệu" in html
    file = client.get(LIST, {"format": "csv"})
    assert "1 đề án; 1 sản phẩm; 1 nhãn hiệu; Cụm Bắc" in b"".join(file).decode()


@pytest.mark.parametrize(("name", "yes"), [("supported", "yes"), ("brand", "yes"), ("cluster", "yes")])
def test_list_is_narrowed_by_them(world: World, name: str, yes: str) -> None:
    world.file()
    client = browser(world.people.officer)
    both = {world.full.name, world.plain.name}
    assert found(client, **{name: yes}) == {world.full.name}
    assert found(client, **{name: "no"}) & both == {world.plain.name}
    assert found(client) >= both
    assert client.get(LIST, {name: "maybe"}).context["form"].ignored


def test_brand_only_prepared_is_none_yet_and_filed_is_not_granted(world: World) -> None:
    client = browser(world.people.officer)
    assert world.full.name in found(client, brand="no")
    world.file()
    assert found(client, brand="yes") == {world.full.name} and not found(client, brand="granted")


def test_what_somebody_may_not_see_is_neither_shown_nor_counted(world: World) -> None:
    stranger = browser(f.stranger())
    assert found(stranger) == set() and found(stranger, supported="yes") == set()
    assert found(browser(world.people.leader), supported="yes") == {world.full.name}  # control


def test_list_costs_the_same_however_many_have_tags(world: World, count_queries: Any) -> None:
    client = browser(world.people.officer)

    def cost() -> int:
        made: int = count_queries(lambda: client.get(LIST))
        return made

    cost()
    before = cost()
    for number in range(5):
        owner = f.enterprise(world.place, f"Cơ sở {number}")
        making.product(world.place, world.people, f"Sản phẩm {number}", enterprise=owner)
        Cluster.objects.get().occupant_rows.create(enterprise=owner)
    assert cost() == before
