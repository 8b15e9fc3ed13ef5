"""Photos of progress: judged by what is in them, cleaned of where they were taken, shown to whom they concern."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from core import clock
from core.errors import Invalid, NotAllowed, WrongState
from files.models import StoredFile
from files.services import PHOTO_MAX_BYTES, PHOTO_SIDE, check_photo, path_of, store_bytes
from projects.models import Decision, ProgressPhoto, ProgressUpdate, Project
from projects.models import ProjectState as S
from projects.progress import MAX_PHOTOS, add_photo, confirm_progress
from tests import factories
from tests.projects.lives import browser, in_state, national, reported, texts, written

pytestmark = pytest.mark.django_db

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


@pytest.fixture
def project(place: factories.Place, people: factories.People) -> Project:
    return in_state(S.IN_PROGRESS, place, people)


def picture(size: tuple[int, int] = (64, 48), colour: str = "#2a6", mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def taken_in_thach_ha(kind: str) -> bytes:
    """As a phone saves it: lying on its side (left half red, right half blue), with place and maker."""
    image = picture((64, 48), "#e11")
    image.paste("#11e", (32, 0, 64, 48))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "Dien thoai"  # 6: turn it clockwise to see it upright
    exif.get_ifd(GPS).update({1: "N", 2: (18.0, 21.0, 30.0), 3: "E", 4: (105.0, 54.0, 12.0)})
    options: dict[str, Any] = {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    content = encoded(image, kind, exif=exif, **options)
    with Image.open(io.BytesIO(content)) as again:
        assert again.getexif().get_ifd(GPS)[2], "the test's own photo knows its place"
    return content


def png_that_claims(width: int, height: int) -> bytes:
    """A few hundred bytes that would unpack to width × height pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def upload(content: bytes, name: str = "anh.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def typed(*photos: SimpleUploadedFile, **fields: Any) -> dict[str, Any]:
    return {
        "uuid": str(factories.new_uuid()),
        "on": f"{clock.today():%d/%m/%Y}",
        "value_invested_vnd": "360 triệu",
        "note": "Đã lắp máy",
        "photos": list(photos),
        **fields,
    }


def report_url(row: Project) -> str:
    return reverse("projects:report", args=[row.public_id])


def photo_url(photo: ProgressPhoto) -> str:
    update = photo.update
    return reverse("projects:photo", args=[update.project.public_id, update.uuid, photo.pk])


# --- what is no photo -------------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "renamed program": (lambda: b"MZ\x90\x00\x03" + b"\0" * 500, "không phải là ảnh"),
    "SVG": (lambda: SVG, "không phải là ảnh"),
    "SVG with a head": (lambda: b'<?xml version="1.0"?>' + SVG, "không phải là ảnh"),
    "HTML": (lambda: b"<!DOCTYPE html><html><body>hi</body></html>", "không phải là ảnh"),
    "PDF": (lambda: b"%PDF-1.4\n%%EOF", "không phải là ảnh"),
    "ZIP": (lambda: b"PK\x03\x04" + b"\0" * 100, "không phải là ảnh"),
    "GIF": (lambda: encoded(picture(), "GIF"), "không phải là ảnh"),
    "TIFF": (lambda: encoded(picture(), "TIFF"), "không phải là ảnh"),
    "BMP": (lambda: encoded(picture(), "BMP"), "không phải là ảnh"),
    "HEIC": (lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 100, "HEIC"),
    "HEIC of another brand": (lambda: b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"\0" * 100, "HEIC"),
    "HEIC of ten bits": (lambda: b"\x00\x00\x00\x18ftypheix\x00\x00\x00\x00mif1heix" + b"\0" * 100, "HEIC"),
    "nothing": (lambda: b"", "rỗng"),
    "truncated JPEG": (lambda: encoded(picture((400, 300)), quality=95)[:-900], "hỏng"),
    "half a JPEG head": (lambda: encoded(picture())[:40], "hỏng"),
    "truncated PNG": (lambda: encoded(Image.effect_noise((300, 300), 90), "PNG")[:-9000], "hỏng"),
    "truncated WebP": (lambda: encoded(Image.effect_noise((300, 300), 90).convert("RGB"), "WEBP")[:-9000], "hỏng"),
    "PNG of noise": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x7f" * 300, "hỏng"),
    "bomb": (lambda: png_that_claims(60_000, 60_000), "megapixel"),
    "smaller bomb": (lambda: png_that_claims(12_000, 12_000), "megapixel"),
    "just too many pixels": (lambda: png_that_claims(40_001, 1_000), "megapixel"),
    "too large": (lambda: encoded(picture()) + b"\0" * PHOTO_MAX_BYTES, "12 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_readable_photo_is_refused_with_its_cause(people: Any, project: Project, what: str) -> None:
    make, cause = REFUSED[what]
    before, files = written(), StoredFile.objects.count()
    answer = browser(people.collaborator).post(report_url(project), typed(upload(make(), "cua-toi.jpg")))
    assert answer.status_code == 422
    said = texts(answer, "photos")
    assert "cua-toi.jpg" in said
    assert cause in said
    assert (ProgressUpdate.objects.count(), StoredFile.objects.count(), written()) == (0, files, before)
    html = answer.content.decode()
    assert "data-kc-errors" in html
    assert "Đã lắp máy" in html


def test_one_bad_photo_among_good_ones_stores_nothing_and_is_named(people: Any, project: Project) -> None:
    good, bad = upload(encoded(picture()), "tot.jpg"), upload(SVG, "xau.svg", "image/svg+xml")
    answer = browser(people.collaborator).post(report_url(project), typed(good, bad))
    assert "xau.svg" in texts(answer, "photos")
    assert "tot.jpg" not in texts(answer, "photos")
    assert (ProgressUpdate.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_eleven_photos_are_too_many_and_ten_are_not(people: Any, project: Project) -> None:
    client = browser(people.collaborator)
    many = [upload(encoded(picture((60 + number, 40))), f"{number}.jpg") for number in range(MAX_PHOTOS + 1)]
    assert client.post(report_url(project), typed(*many)).status_code == 422
    assert ProgressUpdate.objects.count() == 0
    for file in many:
        file.seek(0)
    assert client.post(report_url(project), typed(*many[:-1])).status_code == 302
    assert ProgressPhoto.objects.count() == MAX_PHOTOS


# --- what is one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_kept_upright_and_without_its_place(people: Any, project: Project, kind: str) -> None:
    content = taken_in_thach_ha(kind)
    answer = browser(people.collaborator).post(report_url(project), typed(upload(content, f"anh.{kind.lower()}")))
    assert answer.status_code == 302
    stored = ProgressPhoto.objects.get().file
    kept = path_of(stored.sha256).read_bytes()
    assert b"Dien thoai" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (48, 64), {})
        top, bottom = image.getpixel((24, 8)), image.getpixel((24, 56))
    assert top[0] > 180 > 80 > top[2]  # type: ignore[index]  # red
    assert bottom[2] > 180 > 80 > bottom[0]  # type: ignore[index]  # blue


def test_large_photo_is_made_small(people: Any, project: Project) -> None:
    browser(people.collaborator).post(report_url(project), typed(upload(encoded(picture((4000, 3000))))))
    with Image.open(path_of(ProgressPhoto.objects.get().file.sha256)) as image:
        assert image.size == (PHOTO_SIDE, PHOTO_SIDE * 3 // 4)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "CMYK", "I;16"])
def test_photo_of_any_kind_of_colour_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("I;16", (64, 48)) if mode == "I;16" else picture().convert(mode)
    photo = check_photo(upload(encoded(image, kind), "a.bin", "application/octet-stream"))
    with Image.open(io.BytesIO(photo.content)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (64, 48))


def test_what_is_see_through_becomes_white() -> None:
    photo = check_photo(upload(encoded(Image.new("RGBA", (64, 48), (0, 0, 0, 0)), "PNG")))
    with Image.open(io.BytesIO(photo.content)) as kept:
        assert kept.getpixel((30, 20)) == (255, 255, 255)


def test_type_the_sender_claims_does_not_matter(people: Any, project: Project) -> None:
    photo = upload(encoded(picture(), "PNG"), "bao-cao.exe", "text/html")
    assert browser(people.collaborator).post(report_url(project), typed(photo)).status_code == 302
    assert ProgressPhoto.objects.get().file.content_type == "image/jpeg"


def test_report_sent_twice_keeps_each_photo_once(people: Any, project: Project) -> None:
    client, key = browser(people.collaborator), str(factories.new_uuid())
    for _click in range(2):
        photos = [upload(encoded(picture(colour=colour)), f"{colour}.jpg") for colour in ("red", "blue")]
        assert client.post(report_url(project), typed(*photos, uuid=key)).status_code == 302
    assert (ProgressUpdate.objects.count(), ProgressPhoto.objects.count()) == (1, 2)


def test_only_the_one_who_reported_adds_photos_and_only_before_it_is_decided(people: Any, project: Project) -> None:
    update = reported(project, people.collaborator)
    with pytest.raises(NotAllowed):
        add_photo(update, upload(encoded(picture())), actor=people.officer)
    add_photo(update, upload(encoded(picture())), actor=people.collaborator)
    confirm_progress(update, actor=people.officer)
    with pytest.raises(WrongState):
        add_photo(update, upload(encoded(picture(colour="red"))), actor=people.collaborator)
    assert ProgressPhoto.objects.count() == 1


def test_eleventh_photo_is_not_added_later(people: Any, project: Project) -> None:
    update = reported(project, people.collaborator)
    for number in range(MAX_PHOTOS):
        add_photo(update, upload(encoded(picture((60 + number, 40)))), actor=people.collaborator)
    with pytest.raises(Invalid):
        add_photo(update, upload(encoded(picture((200, 40)))), actor=people.collaborator)


# --- who sees it ------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(people: factories.People, project: Project) -> ProgressPhoto:
    return add_photo(
        reported(project, people.collaborator), upload(encoded(picture()), 'a"b.html'), actor=people.collaborator
    )


@pytest.mark.parametrize("role", ["officer", "leader", "accountant", "centre", "collaborator", "auditor"])
def test_photo_is_served_as_a_photo_and_nothing_else(people: Any, photo: ProgressPhoto, role: str) -> None:
    answer = browser(getattr(people, role)).get(photo_url(photo))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert answer["Content-Disposition"].endswith('.jpg"')
    assert "private" in answer["Cache-Control"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    Image.open(io.BytesIO(answer.content)).verify()


@pytest.mark.parametrize("role", ["ministry", "administrator"])
def test_unconfirmed_photo_is_not_for_those_outside(people: Any, photo: ProgressPhoto, role: str) -> None:
    assert browser(getattr(people, role)).get(photo_url(photo)).status_code == 404


def test_ministry_sees_a_photo_once_it_is_confirmed(people: Any, photo: ProgressPhoto) -> None:
    confirm_progress(photo.update, actor=people.officer)
    assert browser(people.ministry).get(photo_url(photo)).status_code == 200


def test_photo_is_not_for_another_province_nor_through_another_project(
    place: Any, people: Any, photo: ProgressPhoto
) -> None:
    assert browser(factories.stranger()).get(photo_url(photo)).status_code == 404
    other = in_state(S.IN_PROGRESS, place, people, **national(place))
    update = reported(other, people.collaborator)
    for row, found in ((other, photo.update), (other, update), (photo.update.project, update)):
        borrowed = reverse("projects:photo", args=[row.public_id, found.uuid, photo.pk])
        assert browser(people.officer).get(borrowed).status_code == 404


def test_photo_whose_bytes_are_gone_is_said_to_be_missing(people: Any, photo: ProgressPhoto) -> None:
    path_of(photo.file.sha256).unlink()
    answer = browser(people.officer).get(photo_url(photo))
    assert answer.status_code == 404
    assert photo.file.sha256 in answer.content.decode()


def test_photo_page_is_not_posted_to(people: Any, photo: ProgressPhoto) -> None:
    assert browser(people.officer).post(photo_url(photo)).status_code == 405


def test_decision_is_saved_under_the_ending_of_what_it_is(place: Any, people: Any, project: Project) -> None:
    stored = store_bytes(b"%PDF-1.4\n<script>alert(1)</script>", "application/pdf")
    Decision.objects.update(file=stored, file_name="quyết định.html")
    link = reverse("projects:file", args=[project.public_id, Decision.objects.get().pk])
    answer = browser(people.auditor).get(link)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf"
    assert browser(factories.stranger()).get(link).status_code == 404
    assert browser(people.administrator).get(link).status_code == 404
    assert browser(people.ministry).get(link).status_code == 200
