"""How papers say things, always in Vietnamese: amounts with their words, days, and dots for what is not known."""

import datetime as dt

from core.money import group

DOTS = "…………"
DATE_DOTS = "ngày …… tháng …… năm ……"
DRAFT = "DỰ THẢO"

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ((10**6, "triệu"), (10**3, "nghìn"), (1, ""))
BILLION = 10**9


def in_words(number: int) -> str:
    """1234005 → «một triệu hai trăm ba mươi bốn nghìn không trăm linh năm». Raises ValueError from 10^18 on."""
    if abs(number) >= BILLION**2:
        raise ValueError("too large to be said")
    if number < 0:
        return "âm " + in_words(-number)
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, BILLION)
    said = []
    if billions:
        said.append(f"{in_words(billions)} tỷ")
    said += _below_billion(rest, after_more=bool(billions))
    return " ".join(said)


def _below_billion(number: int, *, after_more: bool) -> list[str]:
    said = []
    for scale, name in _SCALES:
        three, number = divmod(number, scale)
        if three:
            said.append(f"{_three(three, full=after_more)} {name}".strip())
            after_more = True
    return said


def _three(number: int, *, full: bool) -> str:
    """Up to 999. `full`: something stands before it, so that hundreds are said also where there are none."""
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    said = [f"{_DIGITS[hundreds]} trăm"] if hundreds or full else []
    if tens == 0 and units and said:
        said.append("linh")
    elif tens == 1:
        said.append("mười")
    elif tens > 1:
        said.append(f"{_DIGITS[tens]} mươi")
    if units == 1 and tens > 1:
        said.append("mốt")
    elif units == 5 and tens >= 1:
        said.append("lăm")
    elif units:
        said.append(_DIGITS[units])
    return " ".join(said)


def vnd_words(amount_vnd: int | None) -> str:
    """«Ba trăm triệu đồng»; dots where the amount is not known."""
    if amount_vnd is None:
        return DOTS
    said = in_words(amount_vnd)
    return f"{said[0].upper()}{said[1:]} đồng"


def vnd(amount_vnd: int | None) -> str:
    """«300.000.000»; dots where the amount is not known, «0» where there is none."""
    return DOTS if amount_vnd is None else group(amount_vnd).replace("−", "-")


def day(value: dt.date | None) -> str:
    return DOTS if value is None else f"{value:%d/%m/%Y}"


def long_day(value: dt.date | None) -> str:
    """«ngày 05 tháng 9 năm 2026», as Decree 30/2020/NĐ-CP writes it: a zero before days below 10 and months 1 and 2."""
    if value is None:
        return DATE_DOTS
    month = f"{value.month:02d}" if value.month < 3 else str(value.month)
    return f"ngày {value.day:02d} tháng {month} năm {value.year}"


def span(first: dt.date | None, last: dt.date | None) -> str:
    return DOTS if first is None and last is None else f"từ {day(first)} đến {day(last)}"


def said(text: object) -> str:
    """Text as it can stand in a file: without control characters; dots for nothing."""
    clean = "".join(c for c in str(text if text is not None else "") if c == "\n" or c.isprintable())
    return clean.strip() or DOTS
