"""Photos of a product: cleaned, small in lists, with words, seen by who sees the product."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from audit.models import Entry
from core.errors import Invalid, NotAllowed
from products import photos
from products.models import Product, ProductPhoto
from tests import factories as f
from tests.products import making

pytestmark = pytest.mark.django_db
GPS = 0x8825


def taken(shade: int = 90) -> SimpleUploadedFile:
    """A photo that knows where it was taken."""
    image, out = Image.new("RGB", (1900, 1200), (shade, 120, 60)), io.BytesIO()
    exif = Image.Exif()
    exif.get_ifd(GPS)[2] = (18.0, 20.0, 30.0)
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("anh.jpg", out.getvalue(), "image/jpeg")


class World:
    def __init__(self) -> None:
        self.place = f.Place()
        self.people = f.People(self.place)
        self.product: Product = making.product(self.place, self.people)
        self.url = reverse("products:detail", args=[self.product.public_id])

    def add(self, **fields: Any) -> ProductPhoto:
        values = {"upload": taken(), "text": "Gói bún khô, mặt trước", "actor": self.people.centre, **fields}
        return photos.add_photo(self.product, **values)


@pytest.fixture
def world(db: None) -> World:
    return World()


def browser(who: Any) -> Client:
    client = Client()
    client.force_login(who, backend="accounts.backends.PortalBackend")
    return client


def picture(client: Client, url: str) -> Image.Image:
    answer = client.get(url)
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    return Image.open(io.BytesIO(answer.content))


def test_photo_is_added_on_the_page_cleaned_and_small_in_the_list(world: World) -> None:
    client = browser(world.people.officer)
    key = str(f.new_uuid())
    typed = {"add": "1", "form_key": key, "photo": taken(), "text": "Gói bún khô, mặt trước"}
    assert client.post(world.url, typed).status_code == 302
    row = ProductPhoto.objects.get()
    here = reverse("products:photo", args=[world.product.public_id, row.pk])
    large, small = picture(client, here), picture(client, f"{here}?small=1")
    assert max(large.size) == 1600 and max(small.size) == 320
    assert not large.getexif() and not small.getexif()
    for page in (world.url, reverse("products:list")):
        html = client.get(page).content.decode()
        assert f"{here}?small=1" in html and 'alt="Gói bún khô, mặt trước"' in html
    entry = Entry.objects.about(world.product).latest("pk")
    assert (entry.action, entry.changes) == ("add_photo", {"photo": [None, "Gói bún khô, mặt trước"]})
    assert client.post(world.url, {"remove": str(row.pk)}).status_code == 302
    assert not ProductPhoto.objects.exists()
    assert client.get(here).status_code == 404


def test_same_photo_is_one_and_there_are_not_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.add() == world.add()
    monkeypatch.setattr(photos, "MOST", 1)
    with pytest.raises(Invalid):
        world.add(upload=taken(10))


def test_what_is_no_photo_or_has_no_words_is_refused_at_its_field(world: World) -> None:
    client = browser(world.people.officer)
    for wrong, field in (({"photo": SimpleUploadedFile("a.jpg", b"MZ" * 99), "text": "x"}, "photo"),
                         ({"photo": taken(), "text": ""}, "text")):  # fmt: skip
        answer = client.post(world.url, {"add": "1", "form_key": str(f.new_uuid()), **wrong})
        assert answer.status_code == 422 and set(answer.context["photo_form"].errors) == {field}
    assert not ProductPhoto.objects.exists()


def test_photo_is_seen_by_who_sees_the_product_and_changed_by_who_enters_products(world: World) -> None:
    row = world.add()
    here = reverse("products:photo", args=[world.product.public_id, row.pk])
    assert browser(world.people.leader).get(here).status_code == 200
    assert browser(f.stranger()).get(here).status_code == 404
    assert Client().get(here).status_code == 302
    with pytest.raises(NotAllowed):
        world.add(actor=world.people.leader)
    refused = browser(world.people.leader).post(world.url, {"remove": str(row.pk)})
    assert refused.status_code == 403 and ProductPhoto.objects.exists()


def test_list_costs_the_same_with_photos(world: World, count_queries: Any) -> None:
    client = browser(world.people.officer)

    def cost() -> int:
        found: int = count_queries(lambda: client.get(reverse("products:list")))
        return found

    cost()
    before = cost()
    for number in range(6):
        world.product = making.product(world.place, world.people, f"Sản phẩm {number}")
        world.add(upload=taken(number))
    assert cost() == before
