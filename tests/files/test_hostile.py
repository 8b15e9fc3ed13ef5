"""A broken photo or paper is refused with its cause, however it is broken."""

import io
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.errors import Invalid
from files.services import check_paper, check_photo


def picture(kind: str, mode: str = "RGB", exif: bool = False) -> bytes:
    out = io.BytesIO()
    extra = {}
    if exif:
        tags = Image.Exif()
        tags[0x0112] = 6  # turned
        tags[0x8825] = {1: "N", 2: (18.0, 20.0, 33.0), 3: "E", 4: (105.0, 54.0, 1.0)}  # where it was taken
        extra["exif"] = tags
    Image.new(mode, (64, 48)).save(out, kind, **extra)
    return out.getvalue()


PICTURES = [
    picture("JPEG"), picture("PNG"), picture("WEBP"), picture("JPEG", exif=True), picture("PNG", exif=True),
    picture("WEBP", exif=True), picture("PNG", "P"), picture("PNG", "I;16"), picture("PNG", "1"),
    picture("JPEG", "CMYK"),
]  # fmt: skip


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut off or put in, behind the mark that tells the type."""
    found = bytearray(content)
    for _time in range(chance.randint(1, 6)):
        place = chance.randrange(12, len(found))
        way = chance.random()
        if way < 0.6:
            found[place] = chance.randrange(256)
        elif way < 0.8 and place > 14:
            del found[place:]
        else:
            found[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(found)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("seed", range(8))
def test_damaged_picture_is_refused_or_taken_but_never_a_fault(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for _time in range(500):
        upload = SimpleUploadedFile("x.jpg", damaged(chance.choice(PICTURES), chance))
        for check in (check_photo, check_paper):
            upload.seek(0)
            try:
                check(upload)
            except Invalid as error:
                assert list(error.fields.values())[0][0]
                refused += 1
    assert 0 < refused < 1_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_is_turned_upright_and_forgets_where_it_was_taken(kind: str) -> None:
    clean = Image.open(io.BytesIO(check_photo(SimpleUploadedFile("x", picture(kind, exif=True))).content))
    assert clean.size == (48, 64)
    assert not clean.getexif()
    assert b"Exif" not in check_photo(SimpleUploadedFile("x", picture(kind, exif=True))).content
