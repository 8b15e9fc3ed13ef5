"""Vietnamese text: one normal form, and a form without accents for search."""

import re
import unicodedata


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case, no marks, đ as d, single spaces."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def told_name(name: object) -> str:
    """The name of a field that nobody knows, as it is told to whoever sent it: their own text helps to find the slip,
    but it may come from anywhere (a column of a sheet). Short, without control and format characters, and without
    digits that may be somebody's number, so that no answer and no log behind it keeps what was never meant to be there.
    """
    plain = "".join(letter for letter in str(name)[:60] if unicodedata.category(letter)[0] != "C")
    return re.sub(r"(?:\d[ .-]?){6,}", "…", plain)
