"""Names of businesses as people type them: taken apart and compared.

A name is «legal form + trade + proper name + place». Accents, the place of the tone (hoà, hòa), đ and d, i and y,
abbreviations (Cty, CTCP, HTX …), the order of words and what every business does (sản xuất, thương mại …) say nothing;
the proper name, the trade and numbers do. The words are data (data/name_words.csv).

A slip is told from another name by the syllable it makes: «Hồg» is no word, so «Hồg Hà» may be «Hồng Hà»; «Hải» is
one, so «Hồng Hải» is somebody else.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from core.reference import rows
from core.text import fold, nfc

_TELEX = re.compile(r"([aeo])\1|[wfsrxj](?=$)|w")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_SAME_SOUND = (("tr", "ch"), ("x", "s"), ("gi", "d"), ("r", "d"), ("ph", "f"))


@dataclass(frozen=True)
class Words:
    """What data/name_words.csv says. Phrases are tuples of folded syllables, the longest first."""

    abbreviations: dict[str, str]
    phrases: tuple[tuple[tuple[str, ...], str, str], ...]  # syllables, use (legal, filler, trade), meaning
    begun: dict[str, list[tuple[tuple[str, ...], str, str]]]  # the same by their first syllable
    spellings: dict[tuple[str, str, str], set[str]]  # of phrases of one syllable, with marks
    syllables: frozenset[str]
    plain: frozenset[str]
    surnames: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    found = rows("name_words.csv")
    phrases = [
        (tuple(_soft(part) for part in fold(row["text"]).split()), row["use"], row["meaning"])
        for row in found
        if row["use"] in ("legal", "filler", "trade")
    ]
    ordered = tuple(sorted(set(phrases), key=lambda one: -len(one[0])))
    begun: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for one in ordered:
        begun.setdefault(one[0][0], []).append(one)
    spellings: dict[tuple[str, str, str], set[str]] = {}
    for row in found:
        key = (row["use"], row["meaning"], _soft(fold(row["text"])))
        spellings.setdefault(key, set()).add(_marks_in_order(row["text"].lower()))
    known = {
        _marks_in_order(part)
        for row in found
        for part in (row["meaning"] if row["use"] == "abbreviation" else row["text"]).lower().split()
        if row["use"] != "abbreviation" or row["meaning"]
    }
    return Words(
        abbreviations={fold(row["text"]): row["meaning"] for row in found if row["use"] == "abbreviation"},
        phrases=ordered,
        begun=begun,
        spellings=spellings,
        syllables=frozenset(known),
        plain=frozenset(_soft(fold(part)) for part in known),
        surnames=frozenset(fold(row["text"]) for row in found if row["use"] == "surname"),
    )


def _soft(plain: str) -> str:
    """i and y are one after a consonant: kỹ, kĩ; quý, quí."""
    return f"{plain[:-1]}i" if re.search(r"(?:[bcdghklmnprstvx]|qu)y$", plain) else plain


def _marks_in_order(syllable: str) -> str:
    """The syllable with its tone at its end, so that hoà and hòa are one."""
    plain = unicodedata.normalize("NFD", syllable.replace("đ", "ₑ"))
    tones = [c for c in plain if c in "\u0300\u0301\u0303\u0309\u0323"]
    rest = "".join(c for c in plain if c not in tones).replace("ₑ", "đ")
    base = unicodedata.normalize("NFC", rest)
    if re.search(r"(?:[bcdđghklmnprstvx]|qu)y$", base):
        base = f"{base[:-1]}i"
    return base + "".join(tones)


@dataclass(frozen=True)
class Token:
    plain: str  # folded
    marked: str  # with marks, tone at the end

    @property
    def known(self) -> bool:
        """A word that occurs in names, spelt as it is."""
        return self.marked in words().syllables


@dataclass(frozen=True)
class Name:
    """A name taken apart. `trade`: groups of trades; `form`: company, cooperative …; empty where it says none."""

    proper: tuple[Token, ...]
    trade: frozenset[str]
    place: tuple[str, ...]
    numbers: tuple[str, ...]
    form: str
    branch: bool
    accented: bool
    doubtful: tuple[str, ...] = ()  # typed without marks: syllables that may be part of the proper name after all

    @property
    def core(self) -> str:
        """Proper name, trades and numbers in one order: equal for spellings of one name."""
        parts = (*sorted(token.plain for token in self.proper), *sorted(self.trade), *sorted(self.numbers))
        return " ".join(parts)

    @property
    def joined(self) -> str:
        return "".join(token.plain for token in self.proper)

    @property
    def person(self) -> bool:
        """Only the name of a person, of which there are many."""
        return len(self.proper) >= 3 and self.proper[0].plain in words().surnames and not self.trade


def _tokens(name: str) -> list[Token]:
    text = nfc(name).lower().replace("&", " và ")
    text = re.sub(r"\bc\s*\.\s*ty\b", "cty", text)
    text = re.sub(r"\b(\w)\.(?=\w\b|\w\.)", r"\1", text)  # T.M, T.N.H.H
    known, found = words().abbreviations, []
    for part in re.findall(r"\w+", text):
        plain = fold(part)
        long = known.get(plain) if part.isascii() or plain != part and part.startswith("đ") else None
        if long is None and part.isascii() and plain not in words().plain:
            long = _run_together(plain, known)
        for piece in (long or part).split():
            whole = fold(piece)
            for one in re.findall(r"\d+|[^\d\W]+", piece) if any(c.isdigit() for c in whole) else [piece]:
                found.append(Token(_soft(fold(one)), _marks_in_order(one)))
    return found


def _run_together(plain: str, known: dict[str, str]) -> str | None:
    """TMDVSX: abbreviations of two and more letters without a space."""
    match = re.fullmatch(r"(?:xnk|tnhh|mtv|cty|ctcp|vlxd|tm|dv|sx|xd|kd|cb|cp|dt)+", plain)
    if not match:
        return None
    parts = re.findall(r"xnk|tnhh|mtv|ctcp|cty|vlxd|tm|dv|sx|xd|kd|cb|cp|dt", plain)
    return " ".join(known.get(part, known.get(part.replace("dt", "đt"), "đầu tư")) for part in parts)


@lru_cache(maxsize=20_000)
def take_apart(name: str, places: frozenset[str] = frozenset(), proper_elsewhere: frozenset[str] = frozenset()) -> Name:
    """`places`: folded names of the units around, which at the end of a name say where it is. `proper_elsewhere`:
    syllables that are part of the proper name in another spelling of it: «duc» may be Đức or đúc."""
    tokens = _tokens(name)
    accented = _is_accented(name)
    tokens, place = _without_place(tokens, places)
    proper: list[Token] = []
    trade: set[str] = set()
    numbers: list[str] = []
    doubtful: list[str] = []
    form, branch, at = "", False, 0
    while at < len(tokens):
        token = tokens[at]
        if token.plain.isdigit() or token.plain in _ROMAN:
            numbers.append(_ROMAN.get(token.plain, token.plain.lstrip("0") or "0"))
            at += 1
            continue
        found = _phrase(tokens, at, single=not proper, proper=token.plain in proper_elsewhere)
        if found is None:
            proper.append(token)
            at += 1
            continue
        size, use, meaning = found
        if size == 1 and not accented:
            doubtful.append(token.plain)
        if use == "legal":
            form, branch = form or ("" if meaning == "branch" else meaning), branch or meaning == "branch"
        elif use == "trade":
            trade.add(meaning)
        at += size
    if not proper and place:
        proper, place = [Token(_soft(part), part) for one in place for part in one.split()], ()
    return Name(tuple(proper), frozenset(trade), place, tuple(numbers), form, branch, accented, tuple(doubtful))


def _is_accented(name: str) -> bool:
    """Typed with marks: at least every fourth word that is no abbreviation has one."""
    known = words().abbreviations
    found = [word for word in re.findall(r"[^\W\d]+", nfc(name).lower()) if fold(word) not in known]
    marked = sum(1 for word in found if fold(word) != word)
    return marked * 4 >= max(len(found), 1)


def _without_place(tokens: list[Token], places: frozenset[str]) -> tuple[list[Token], tuple[str, ...]]:
    found: list[str] = []
    rest = list(tokens)
    while len(rest) > 1:
        size = next((n for n in (4, 3, 2) if " ".join(t.plain for t in rest[-n:]) in places and n < len(rest)), 0)
        if not size:
            break
        found.append(" ".join(token.plain for token in rest[-size:]))
        rest = rest[:-size]
        while rest and rest[-1].plain in ("xa", "phuong", "huyen", "tinh", "tai", "thon"):
            rest.pop()
    return rest, tuple(found)


def _phrase(tokens: list[Token], at: int, *, single: bool, proper: bool) -> tuple[int, str, str] | None:
    """The longest phrase that begins here, one of its syllables perhaps with a slip. A single syllable is a trade or a
    form only before the proper name begins («mộc Hồng Hà», not «Hồng Mộc»)."""
    first = tokens[at]
    begun = words().begun
    # Only what is no word may be a slip of another beginning.
    for phrase, use, meaning in begun.get(first.plain, ()) if first.plain in words().plain else words().phrases:
        size = len(phrase)
        if size == 1 and (proper or (not single and use != "filler")):
            continue
        if at + size > len(tokens):
            continue
        slips = 0
        for token, wanted in zip(tokens[at : at + size], phrase, strict=True):
            if token.plain == wanted:
                continue
            slips += 1
            if slips > 1 or size == 1 or token.known or not _near(token.plain, wanted):
                break
        else:
            if size == 1 and not _same_word(tokens[at], use, meaning, phrase[0]):
                continue
            return size, use, meaning
    return None


def _same_word(token: Token, use: str, meaning: str, plain: str) -> bool:
    """Of one syllable also the marks count where there are any: «mây» is no «may»."""
    if token.marked == token.plain:
        return True
    return token.marked in words().spellings.get((use, meaning, plain), ())


# --- syllables --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def _near(one: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours swapped."""
    one, other = one.replace("y", "i"), other.replace("y", "i")
    if abs(len(one) - len(other)) > 1 or max(len(one), len(other)) < 2:
        return False
    if one == other:
        return True
    if len(one) == len(other):
        wrong = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (swapped and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]])
    short, long = sorted((one, other), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def _sound(plain: str) -> str:
    for written, spoken in _SAME_SOUND:
        if plain.startswith(written):
            return spoken + plain[len(written) :]
    return plain


def _typed_raw(plain: str) -> str:
    """«hoongf» as the keyboard gives it without its Vietnamese driver."""
    text = plain.removeprefix("d") if plain.startswith("dd") else plain
    text = re.sub(r"[fsrxj]$", "", text).replace("w", "")
    return re.sub(r"([aeo])\1", r"\1", text)


def _is_word(token: Token, accented: bool) -> bool:
    if token.known:
        return True
    return not accented and token.plain in words().plain


@dataclass
class Comparison:
    """What two proper names have in common and not. `slips`: syllables that are one but for a slip; `marks`: those
    that differ in their marks though both are words; `only_a`, `only_b`: those of one only; `swapped`: other order."""

    slips: list[tuple[str, str]] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    only_a: list[Token] = field(default_factory=list)
    only_b: list[Token] = field(default_factory=list)
    swapped: bool = False

    @property
    def equal(self) -> bool:
        return not (self.only_a or self.only_b or self.marks)

    @property
    def one_near(self) -> bool:
        """Only one syllable is another, and only by a letter or its marks."""
        if not self.only_a and not self.only_b:
            return len(self.marks) == 1
        lone = len(self.only_a) == len(self.only_b) == 1 and not self.marks
        return lone and _near(self.only_a[0].plain, self.only_b[0].plain)


def compare_proper(a: Name, b: Name) -> Comparison:
    result = Comparison()
    if a.joined == b.joined and len(a.proper) != len(b.proper):
        result.slips.append((a.joined, b.joined))
        return result
    left, right = list(a.proper), list(b.proper)
    order: list[tuple[int, int]] = []
    for index, token in enumerate(a.proper):
        twins = [n for n, other in enumerate(b.proper) if other in right and other.plain == token.plain]
        twins = [n for n in twins if n not in [found for _index, found in order]]
        if not twins:
            continue
        best = min(twins, key=lambda n: (b.proper[n].marked != token.marked, abs(n - index)))
        order.append((index, best))
        other = b.proper[best]
        left.remove(token)
        right.remove(other)
        if token.marked != other.marked and a.accented and b.accented:
            if token.known and other.known:
                result.marks.append((token.marked, other.marked))
            else:
                result.slips.append((token.plain, other.plain))
    for token in list(left):
        slip = next((other for other in right if _slip(token, other, a.accented, b.accented)), None)
        if slip is not None:
            order.append((a.proper.index(token), b.proper.index(slip)))
            left.remove(token)
            right.remove(slip)
            result.slips.append((token.plain, slip.plain))
    if left and right and len(left) != len(right):
        whole = ("".join(t.plain for t in left), "".join(t.plain for t in right))
        few = min(left, right, key=len)
        if len(few) == 1 and _near(*whole) and not _is_word(few[0], True):
            result.slips.append(whole)
            left, right = [], []
    result.only_a, result.only_b = left, right
    _typed_without_marks(a, b, result)
    order.sort()
    result.swapped = any(later < earlier for (_a, earlier), (_b, later) in pairwise(order))
    return result


def _typed_without_marks(a: Name, b: Name, result: Comparison) -> None:
    """Where one syllable of a proper name lacks marks that it must have, the others may lack theirs too."""
    for name, other, side in ((a, b, 0), (b, a, 1)):
        plain = {token.plain for token in name.proper if token.marked == token.plain and not token.known}
        if plain & {token.plain for token in other.proper if token.marked != token.plain}:
            bare = [pair for pair in result.marks if pair[side].isascii()]
            result.marks = [pair for pair in result.marks if pair not in bare]
            result.slips += bare


def _slip(one: Token, other: Token, one_accented: bool, other_accented: bool) -> bool:
    """Two syllables of which one is no word and nearly the other."""
    if _is_word(one, one_accented) and _is_word(other, other_accented):
        return False
    if _typed_raw(one.plain) == _typed_raw(other.plain) or _sound(one.plain) == _sound(other.plain):
        return True
    if len(one.plain) < 2 or len(other.plain) < 2:
        return False
    return _near(one.plain, other.plain)
