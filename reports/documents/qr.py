"""The code on paper that leads to the public page of verification."""

import io
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M

CAPTION = "Quét mã để kiểm tra văn bản"


def address_of(document: dict[str, Any]) -> str:
    """Empty for documents frozen before there was such a page."""
    return str(document.get("verify", {}).get("url", ""))


def qr_png(address: str) -> bytes:
    """Black on white with its quiet zone; the same address gives the same bytes."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=6, border=4)
    code.add_data(address)
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image().get_image().save(out, format="PNG")
    return out.getvalue()
