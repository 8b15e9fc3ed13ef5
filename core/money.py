"""Amounts of money as offices read and type them. Inside, money is always whole đồng."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

MAX_VND = 10**15
_UNITS = {
    "": 1,
    "d": 1,
    "dong": 1,
    "vnd": 1,
    "nghin": 1_000,
    "ngan": 1_000,
    "trieu": 1_000_000,
    "tr": 1_000_000,
    "ty": 1_000_000_000,
    "ti": 1_000_000_000,
}
_AMOUNT = re.compile(r"(?P<number>[\d.,\s]*\d)\s*(?P<unit>[a-z]*)(?:\s+(?:dong|vnd))?", re.ASCII)


def group(number: int | Decimal) -> str:
    """1234567 → «1.234.567»; a Decimal keeps its decimals after a comma, without trailing zeros."""
    text = f"{abs(number):,f}" if isinstance(number, Decimal) else f"{abs(number):,}"
    whole, _dot, rest = text.partition(".")
    rest = rest.rstrip("0")
    sign = "−" if number < 0 else ""
    return sign + whole.replace(",", ".") + (f",{rest}" if rest else "")


def million(amount_vnd: int) -> str:
    """In triệu đồng, exactly: 15973000000 → «15.973», 1500000 → «1,5»."""
    return group(Decimal(amount_vnd) / 1_000_000)


def parse_vnd(text: str) -> int:
    """What a person typed, in whole đồng. «1.234.567», «300 triệu», «1,5 tỷ». Raises ValueError with what to do.

    A dot groups thousands and a comma begins the decimals; anything else could mean two amounts and is refused,
    never guessed.
    """
    from core.text import fold

    found = _AMOUNT.fullmatch(fold(text.replace("\u00a0", " ").replace("₫", "đ")).strip())
    unit = _UNITS.get(found["unit"]) if found else None
    if not found or unit is None:
        raise ValueError(_("Enter an amount, for example 300.000.000 or 300 triệu."))
    number = re.sub(r"\s+", " ", found["number"].strip())
    if not re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+|\d{1,3}( \d{3})+|(\d+|\d{1,3}(\.\d{3})+),\d+", number) or (
        number.startswith("0") and not re.fullmatch(r"0+|0,\d+", number)
    ):
        raise ValueError(_("This can be read in two ways. Write thousands with dots, for example 1.234.567."))
    if unit == 1 and "," in number:
        raise ValueError(_("An amount has whole đồng. Write thousands with dots, for example 1.234.567."))
    # «1.500 tỷ» may be one and a half, «1,500 triệu» may be fifteen hundred: both are written by offices.
    grouped_billions = unit == 1_000_000_000 and re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", number)
    if grouped_billions or re.fullmatch(r"[1-9]\d{0,2},\d{3}", number):
        raise ValueError(_("This can be read in two ways. Write the whole amount, for example 1.500.000.000."))
    try:
        amount = Decimal(number.replace(".", "").replace(" ", "").replace(",", ".")) * unit
    except InvalidOperation:
        raise ValueError(_("Enter an amount, for example 300.000.000 or 300 triệu.")) from None
    if amount != amount.to_integral_value():
        raise ValueError(_("This is not a whole number of đồng."))
    if amount >= MAX_VND:
        raise ValueError(_("This is more than the portal can hold. Check the number of zeros."))
    return int(amount)
