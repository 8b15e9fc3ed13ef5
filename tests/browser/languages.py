"""Finding words of the other language on a page."""

import csv
import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
from django.conf import settings

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
LETTERS = re.compile(r"[^\W\d_]")
# Words that both languages' offices write, or names that stand in the data.
# English that comes from the data or from a library and not from the catalogue.
ENGLISH = re.compile(r"\b(the|of|and|is|are|not|was|from|with|before|only|this|by|also)\b", re.IGNORECASE)
SHARED = {"Hà Tĩnh", "triệu đồng"}


def _pieces(text: str) -> list[str]:
    """The parts between placeholders that are long enough to mean something: two words and ten letters."""
    found = []
    for piece in PLACEHOLDER.split(" ".join(text.split())):
        piece = piece.strip(" .,:;()«»·")
        if len(piece.split()) >= 2 and len(LETTERS.findall(piece)) >= 10:
            found.append(piece)
    return found


@cache
def _catalogue() -> list[tuple[str, str]]:
    """(English, Vietnamese) of every message whose words differ."""
    file = Path(settings.BASE_DIR) / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    pairs = []
    for entry in polib.pofile(str(file)):
        if entry.obsolete:
            continue
        translated = entry.msgstr or next(iter(entry.msgstr_plural.values()), "")
        for english in filter(None, [entry.msgid, entry.msgid_plural]):
            if english.casefold() != translated.casefold():
                pairs.append((english, translated))
    return pairs


@cache
def _long(wanted: str) -> tuple[str, ...]:
    """Pieces of messages of a language that do not also stand in some message of the other."""
    other = 1 if wanted == "en" else 0
    mine = 1 - other
    theirs = "\n".join(" ".join(pair[other].split()) for pair in _catalogue())
    pieces = {piece for pair in _catalogue() for piece in _pieces(pair[mine])}
    return tuple(sorted(piece for piece in pieces if piece not in theirs and piece not in SHARED))


@cache
def _whole(wanted: str) -> frozenset[str]:
    """Whole messages of a language, also single words, that are no message of the other."""
    other = 1 if wanted == "en" else 0
    theirs = {pair[other].strip() for pair in _catalogue()}
    mine = {pair[1 - other].strip() for pair in _catalogue()}
    return frozenset(text for text in mine - theirs - SHARED if len(LETTERS.findall(text)) >= 3)


@cache
def _data() -> frozenset[str]:
    """Words of the reference data, which is Vietnamese in every language."""
    cells: set[str] = set()
    for file in (Path(settings.BASE_DIR) / "data").glob("*.csv"):
        with file.open(encoding="utf-8") as lines:
            cells.update(cell.strip() for row in csv.reader(lines) for cell in row)
    return frozenset(cells)


def foreign(texts: list[str], language: str, known: Iterable[str] = ()) -> list[str]:
    """Messages of the other language than the page's among the texts of a page. On English pages data is Vietnamese:
    there only whole texts count, and not those that are `known` to be data."""
    other = "en" if language == "vi" else "vi"
    lines = [" ".join(text.split()) for text in texts]
    found = {line for line in lines if line in _whole(other)} - _data() - set(known)
    if language == "vi":
        everything = "\n".join(lines)
        found |= {piece for piece in _long(other) if piece in everything}
        found |= {line for line in lines if ENGLISH.search(line)}
    return sorted(found)


VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _Texts(HTMLParser):
    """Texts of an English page as it is sent: what stands between tags, and what is said through attributes. Without
    parts that say of themselves to be Vietnamese: a report, the switch of the language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent: list[str] = []  # open tags from the one that is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in VOID:
            pass
        elif self._silent or tag in ("script", "style") or values.get("lang") == "vi":
            self._silent.append(tag)
        if self._silent:
            return
        for name in ("aria-label", "title", "placeholder", "alt", "data-label"):
            if values.get(name):
                self.texts.append(str(values[name]))

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(data.strip())


def texts_of(html: str) -> list[str]:
    parser = _Texts()
    parser.feed(html)
    return parser.texts
