"""Keeping files: by content, checked, whole or not at all."""

import datetime as dt
import fcntl
import hashlib
import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core import clock
from core.errors import Invalid
from files.models import StoredFile
from jobs.phases import reached

PHOTO_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PHOTO_MAX_BYTES = 12 * 1024 * 1024
PHOTO_MAX_PIXELS = 40_000_000
PHOTO_SIDE = 1600
PAPER_MAX_BYTES = 20 * 1024 * 1024
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
YOUNG = dt.timedelta(hours=1)
TOO_MANY_PIXELS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Photo:
    """A checked photo: re-encoded, upright, at most 1,600 px, without EXIF (so without the place it was taken)."""

    content: bytes
    content_type: str = "image/jpeg"


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


@contextmanager
def held(folder: Path, how: int) -> Iterator[None]:
    """Many may write into a folder at a time; nobody does while files.sweeping removes something from it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def store_bytes(content: bytes, content_type: str) -> StoredFile:
    """Put the bytes in their place (temporary name, then rename) and note them. The same bytes are kept once.

    What is stored again is young again, file and row, so that files.sweeping leaves it to whoever refers to it next.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    place = path_of(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    with held(place.parent, fcntl.LOCK_SH):
        if place.exists() and place.stat().st_size == len(content):
            os.utime(place)
        else:
            temporary = place.parent / f".{uuid.uuid4().hex}.tmp"
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            reached("file")
            temporary.replace(place)
    while True:
        row, created = StoredFile.objects.get_or_create(
            sha256=sha256, defaults={"size": len(content), "content_type": content_type}
        )
        now = clock.now()
        if created or row.stored_at > now - YOUNG:
            return row
        if StoredFile.objects.filter(pk=row.pk).update(stored_at=now):
            return row


def read_bytes(stored: StoredFile) -> bytes:
    """The bytes, checked against their hash. Raises FileNotFoundError or ValueError."""
    content = path_of(stored.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise ValueError(f"file {stored.sha256} was damaged")
    return content


def _read(upload: Any, limit: int, field: str) -> bytes:
    if upload.size > limit:
        raise Invalid(fields={field: _("The file is larger than %(mb)s MB.") % {"mb": limit // 1024 // 1024}})
    content: bytes = upload.read(limit + 1)
    if len(content) > limit:
        raise Invalid(fields={field: _("The file is larger than %(mb)s MB.") % {"mb": limit // 1024 // 1024}})
    if not content:
        raise Invalid(fields={field: _("The file is empty.")})
    return content


def check_photo(upload: Any, field: str = "photo") -> Photo:
    """Judge a photo by its content and make a clean copy of it. Raises Invalid naming the cause."""
    content = _read(upload, PHOTO_MAX_BYTES, field)
    kind = filetype.guess(content)
    mime = kind.mime if kind else ""
    if mime in ("image/heic", "image/heif") or (content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS):
        raise Invalid(fields={field: _("Photos in HEIC format cannot be read here. Choose JPEG or PNG.")})
    if mime not in PHOTO_TYPES:
        raise Invalid(fields={field: _("This is not a photo. Choose a JPEG, PNG or WebP file.")})
    try:
        with Image.open(io.BytesIO(content), formats=[PHOTO_TYPES[mime]]) as image:
            if image.width * image.height > PHOTO_MAX_PIXELS:
                raise Image.DecompressionBombError
            image.draft("RGB", (PHOTO_SIDE * 2, PHOTO_SIDE * 2))
            upright = _on_white(ImageOps.exif_transpose(image))
    except TOO_MANY_PIXELS as error:
        raise Invalid(fields={field: _("The photo has too many pixels. Choose one up to 40 megapixels.")}) from error
    except Exception as error:  # a damaged file makes the decoders raise nearly anything
        raise Invalid(
            fields={field: _("The photo is broken and cannot be read. Take it again or choose another.")}
        ) from error
    upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return Photo(out.getvalue())


def small_copy(photo: Photo, side: int = 320) -> Photo:
    """A checked photo for lists: at most so many pixels wide and high."""
    with Image.open(io.BytesIO(photo.content), formats=["JPEG"]) as image:
        small = image.convert("RGB")
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80, optimize=True)
    return Photo(out.getvalue())


def _on_white(image: Image.Image) -> Image.Image:
    """In plain colours; what can be seen through (a screenshot, a drawing) lies on white, not on black."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def check_paper(upload: Any, field: str = "file") -> tuple[bytes, str]:
    """A scanned decision or another paper: PDF, JPEG or PNG by content. Raises Invalid naming the cause."""
    content = _read(upload, PAPER_MAX_BYTES, field)
    kind = filetype.guess(content)
    mime = kind.mime if kind else ""
    if mime not in ("application/pdf", "image/jpeg", "image/png"):
        raise Invalid(fields={field: _("Choose a PDF, JPEG or PNG file.")})
    if mime != "application/pdf":
        try:
            with Image.open(io.BytesIO(content), formats=[PHOTO_TYPES[mime]]) as image:
                image.verify()
        except Exception as error:
            raise Invalid(fields={field: _("The file is broken and cannot be read.")}) from error
    return content, mime
