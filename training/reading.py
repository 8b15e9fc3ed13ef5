"""What offices write about people, read: sex, year of birth, telephone, ID number. None or "" where nothing stands;
ValueError with the cure, never with what was written."""

import re

from django.utils.translation import gettext as _

from core import clock
from core.text import fold, nfc
from places.models import Area

_FEMALE, _MALE = {"nu", "female", "f", "x nu"}, {"nam", "male", "m"}


def read_sex(text: str) -> str:
    word = fold(text)
    if not word:
        return ""
    if word in _FEMALE:
        return "female"
    if word in _MALE:
        return "male"
    raise ValueError(_("Write nam or nữ, or leave it empty."))


def read_birth_year(text: str) -> int | None:
    """«1985», also out of a date: «31/01/1985», «1985-01-31»."""
    text = text.strip()
    if not text:
        return None
    found = re.fullmatch(r"(?:\d{1,2}[/.-]\d{1,2}[/.-])?(\d{4})|(\d{4})-\d\d-\d\d", text, re.ASCII)
    year = int(found[1] or found[2]) if found else 0
    if not 1900 <= year <= clock.today().year:
        raise ValueError(_("Enter the year of birth with four digits, for example 1985."))
    return year


def read_phone(text: str) -> str:
    """Ten or eleven digits from 0. +84 is 0; a spreadsheet that took the number for an amount lost the 0."""
    digits = re.sub(r"[\s.()-]", "", text)
    if not digits:
        return ""
    digits = re.sub(r"^(\+|00)84", "0", digits)
    if re.fullmatch(r"[1-9]\d{8}", digits, re.ASCII):
        digits = f"0{digits}"
    if not re.fullmatch(r"0\d{9,10}", digits, re.ASCII):
        raise ValueError(_("Enter a telephone number with 10 digits, or leave it empty."))
    return digits


def read_id_number(text: str) -> str:
    """12 digits, or the 9 of the cards of before. Twelve always begin with 0, which spreadsheets drop."""
    digits = re.sub(r"[\s.-]", "", text)
    if not digits:
        return ""
    if re.fullmatch(r"\d{11}", digits, re.ASCII):
        digits = f"0{digits}"
    if not re.fullmatch(r"\d{12}|\d{9}", digits, re.ASCII):
        raise ValueError(_("An ID number has 12 digits, an old one 9."))
    return digits


def masked(digits: str) -> str:
    """«0**…**123»: enough to tell two rows apart on paper."""
    return f"{digits[0]}**…**{digits[-3:]}" if digits else ""


def initials(name: str) -> str:
    """«N. T. H.»: enough to tell rows of a list apart."""
    return " ".join(f"{part[0]}." for part in name.split())


class Communes:
    """Communes by what a list calls them: «Xã Thạch Lạc», «thach lac», or their code."""

    def __init__(self, rows: "list[Area]") -> None:
        self.by_word: dict[str, set[int]] = {}
        self.rows = {row.pk: row for row in rows}
        for row in rows:
            for word in (row.full_name, row.name, row.code, row.uid):
                self.by_word.setdefault(fold(word), set()).add(row.pk)

    def read(self, text: str) -> Area | None:
        word = fold(nfc(text))
        if not word:
            return None
        found = self.by_word.get(word) or self.by_word.get(re.sub(r"^(x|p|tt)\.? ", "", word)) or set()
        if len(found) == 1:
            return self.rows[next(iter(found))]
        if found:
            raise ValueError(_("Several places have this name. Write «xã», «phường» or «thị trấn» before it."))
        raise ValueError(_("There is no commune of this name in the province. Choose one of the list."))
