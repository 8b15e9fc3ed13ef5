"""Pictures for progress updates: drawn, not taken, and saying so."""

import io
import zlib
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import reports

SIZE = (960, 720)
FONT = Path(reports.__file__).parent / "documents" / "fonts" / "LiberationSerif-Bold.ttf"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def photo(caption: str, title: str) -> bytes:
    """A JPEG of a workshop with the caption on it; another picture for another caption or title."""
    seed = zlib.crc32(f"{caption}|{title}".encode())
    shade = 150 + seed % 60
    image = Image.new("RGB", SIZE, (shade, 190, 215))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 500, 960, 720), fill=(150, 140, 120))
    draw.polygon([(120, 300), (480, 140 + seed % 60), (840, 300)], fill=(150, 60, 50))
    draw.rectangle((150, 300, 810, 560), fill=(225, 215, 195), outline=(90, 80, 70), width=4)
    for number in range(3 + seed % 2):
        left = 190 + number * 155
        draw.rectangle((left, 360, left + 110, 560), fill=(70 + 25 * number, 95, 110), outline=(40, 50, 60), width=3)
        draw.ellipse((left + 30, 390, left + 80, 440), fill=(200, 170, 60))
    draw.rectangle((0, 600, 960, 720), fill=(20, 40, 70))
    draw.text((30, 612), "ẢNH MINH HỌA", font=_font(34), fill=(255, 255, 255))
    draw.text((30, 662), caption, font=_font(28), fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
