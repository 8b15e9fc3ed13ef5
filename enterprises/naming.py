"""Names of businesses as people type them: taken apart and compared.

A name is «legal form + trade + proper name + place». Accents, the place of the tone (hoà, hòa), đ and d, i and y,
abbreviations (Cty, CTCP, HTX …), the order of words and what every business does (sản xuất, thương mại …) say nothing;
the proper name, the trade and numbers do. The words are data (data/name_words.csv).

A slip is told from another name by the syllable it makes: «Hồg» is no word, so «Hồg Hà» may be «Hồng Hà»; «Hải» is
one, so «Hồng Hải» is somebody else.

Two names are read in the light of each other (`apart`): initials of words that the other writes out («TVTK», «tư vấn
thiết kế»), a word that the other writes in pieces, a trade that the other puts in front («Hoàng Gỗ», «gỗ Hoàng»).
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from core.reference import rows
from core.text import fold, nfc

_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_SAME_SOUND = (("tr", "ch"), ("x", "s"), ("gi", "d"), ("r", "d"), ("ph", "f"))
_SPOKEN_ALIKE = (("tr", "ch"), ("x", "s"), ("gi", "d"))  # confused even where both are words
_INITIALS = "ngh|ng|nh|th|tr|ch|kh|ph|gh|gi|qu|dd|[bcdghklmnpqrstvx]"
_TONES = dict(zip("sfrxj12345", "\u0301\u0300\u0309\u0303\u0323" * 2, strict=True))
_HATS = {"aa": "â", "ee": "ê", "oo": "ô", "a6": "â", "e6": "ê", "o6": "ô", "a8": "ă", "d9": "đ"}
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_MIDDLE_NAMES = ("thi\u0323", "văn", "thi", "van", "hưu\u0303", "đinh\u0300", "xuân", "đưc\u0301", "ba\u0301", "công")
_PLACE_WORDS = ("xa", "phuong", "huyen", "tinh", "tai", "thon", "xom")


@dataclass(frozen=True)
class Words:
    """What data/name_words.csv says. Phrases are tuples of folded syllables, the longest first."""

    abbreviations: dict[str, str]
    phrases: tuple[tuple[tuple[str, ...], str, str], ...]  # syllables, use (legal, filler, trade), meaning
    begun: dict[str, list[tuple[tuple[str, ...], str, str]]]  # the same by their first syllable
    spellings: dict[tuple[str, str, str], set[str]]  # of phrases of one syllable, with marks
    syllables: frozenset[str]
    plain: frozenset[str]
    names: frozenset[str]  # syllables of proper names, with marks and without
    surnames: frozenset[str]
    joined: dict[str, str]  # phrases of two syllables written in one


@lru_cache(maxsize=1)
def words() -> Words:
    found = rows("name_words.csv")
    phrases = [
        (tuple(_soft(part) for part in fold(row["text"]).split()), row["use"], row["meaning"])
        for row in found
        if row["use"] in ("legal", "filler", "trade")
    ]
    # Of two that are equal without marks the first of the file: unmarked «may» sews and is no «mây».
    ordered = tuple(sorted(dict.fromkeys(phrases), key=lambda one: -len(one[0])))
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
        names=frozenset(
            form
            for row in found
            if row["use"] == "syllable"
            for form in (_marks_in_order(row["text"].lower()), _soft(fold(row["text"])))
        ),
        surnames=frozenset(fold(row["text"]) for row in found if row["use"] == "surname"),
        joined={
            fold(row["text"]).replace(" ", ""): row["text"]
            for row in found
            if row["use"] in ("legal", "filler", "trade") and row["text"].count(" ") == 1
        },
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
    said: frozenset[str] = frozenset()  # trades of one syllable

    @property
    def core(self) -> str:
        """Proper name, trades and numbers in one order: equal for spellings of one name."""
        parts = (*sorted(token.plain for token in self.proper), *sorted(self.trade), *sorted(self.numbers))
        return " ".join(parts)

    @property
    def joined(self) -> str:
        return "".join(token.plain for token in self.proper)

    @property
    def owner(self) -> bool:
        """The proper name is that of a person with surname and middle name."""
        return len(self.proper) >= 3 and self.proper[0].plain in words().surnames

    @property
    def person(self) -> bool:
        """Only the name of a person, of which there are many."""
        return self.owner and not self.trade


def _as_typed(word: str) -> str | None:
    """A word as the keyboard gives it without its Vietnamese driver («Thawngs», «lie65u»): what was meant, its tone
    at the end. None where nothing known comes of it."""
    match = re.fullmatch(rf"({_INITIALS})?([a-z0-9]+)", word)
    if not match or not re.search(r"[wfsrxj]|[aeo]{2}|dd|[1-9]", word) or not re.search(r"[aeiouy]", match[2]):
        return None
    first, rest = match[1] or "", match[2]
    if first == "dd" or first == "d" and "9" in rest:
        first, rest = "đ", rest.replace("9", "")
    tones = [c for c in rest if c in _TONES]
    rest = "".join(c for c in rest if c not in _TONES)
    for typed, meant in _HATS.items():
        rest = rest.replace(typed, meant, 1)
    if re.search("[w7]", rest):
        rest = re.sub("[w7]", "", rest)
        for typed, meant in (("uo", "ươ"), ("u", "ư"), ("o", "ơ"), ("a", "ă")):
            if typed in rest:
                rest = rest.replace(typed, meant, 1)
                break
    if len(tones) > 1 or re.search(r"[\d]", rest):
        return None
    meant = _marks_in_order(first + rest) + "".join(_TONES[c] for c in tones)
    return meant if meant in words().syllables and meant != word else None


@lru_cache(maxsize=20_000)
def _readable(name: str) -> str:
    """The name in small letters, with the spaces, abbreviations and marks that were meant, its form in front."""
    text = nfc(name)
    text = "".join(  # Công tyTNHH
        f" {c}" if at > 1 and c.isupper() and text[at - 1].islower() and text[at - 2].isalpha() else c
        for at, c in enumerate(text)
    )
    text = text.lower().replace("&", " và ").replace("_", " ")
    text = re.sub(r"^\s*cn\b", "chi nhánh", text)
    text = re.sub(r"\bô\.", "ông ", text)
    text = re.sub(r"(\d+) tháng (\d+)", r"\1/\2", text)
    text = re.sub(r"\b1 (?=th[àa]nh vi[êe]n|tv\b)", "một ", text)
    segments = re.split(r"\s+[-–—]\s+|[,;]\s+", text)
    if len(segments) > 1:  # «Cô Tuyết - Xưởng may»
        text = " - ".join(sorted(segments, key=lambda one: not _begins_with_form(one)))
    return re.sub(r"\w+", lambda found: _meant(found[0]), text)


def _begins_with_form(text: str) -> bool:
    first = [_soft(fold(part)) for part in re.findall(r"\w+", text)][:4]
    long = words().abbreviations.get(first[0], "") if first else ""
    first = [_soft(fold(part)) for part in long.split()] or first
    begun = words().begun.get(first[0], ()) if first else ()
    return any(use == "legal" and tuple(first[: len(phrase)]) == phrase for phrase, use, _meaning in begun)


def _meant(word: str) -> str:
    known = words()
    if word.isdigit() or word in known.abbreviations or _marks_in_order(word) in known.syllables:
        return word
    plain = fold(word)
    if _soft(plain) not in known.plain:
        if plain in known.joined:  # ôtô, côngty
            return known.joined[plain]
        if word.isascii():
            return _as_typed(word) or _abbreviation_meant(word) or word
    elif word.isascii():
        return word
    other = {"l": "n", "n": "l"}.get(word[0], "") + word[1:]  # «lấm» for «nấm»: many speak l and n alike
    return other if word[0] in "ln" and _marks_in_order(other) in known.syllables else word


def _abbreviation_meant(word: str) -> str | None:
    """«TNHHH»: nothing that can be spoken, and an abbreviation but for a letter."""
    if len(word) < 4 or re.search(r"[aeiou]", word):
        return None
    known = [one for one in words().abbreviations if len(one) >= 4 and _near(word, one)]
    return next((one for one in known if sorted(one) == sorted(word) or len(one) != len(word)), None)


def _tokens(name: str) -> list[Token]:
    text = _readable(name)
    text = re.sub(r"\bc\s*\.\s*ty\b", "cty", text)
    text = re.sub(r"\b(\w)\.(?=\w\b|\w\.)", r"\1", text)  # T.M, T.N.H.H
    known, found = words().abbreviations, []
    for part in re.findall(r"[\w\u0300-\u0323]+", text):
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
def take_apart(
    name: str,
    places: frozenset[str] = frozenset(),
    proper_elsewhere: frozenset[str] = frozenset(),
    trade_elsewhere: frozenset[str] = frozenset(),
) -> Name:
    """`places`: folded names of the units around, which at the end of a name say where it is. `proper_elsewhere`:
    syllables that are part of the proper name in another spelling of it: «duc» may be Đức or đúc. `trade_elsewhere`:
    those that are a trade in it, wherever they stand."""
    name, aside = _without_brackets(name)
    accented = _is_accented(name)
    whole = _tokens(name)
    tokens, place = _without_place(whole, places)
    behind = whole[len(tokens) :]
    tokens += aside
    proper: list[Token] = []
    trade: set[str] = set()
    numbers: list[str] = []
    doubtful: list[str] = []
    said: list[str] = []
    form, branch, at, after_form = "", False, 0, False
    while at < len(tokens):
        token = tokens[at]
        last = "1" if token.plain == "i" and at and at == len(tokens) - 1 else ""  # «Tân Phú I»
        if token.plain.isdigit() or token.plain in _ROMAN or last:
            numbers.append(last or _ROMAN.get(token.plain, token.plain.lstrip("0") or "0"))
            at += 1
            continue
        free = not proper or after_form or token.plain in trade_elsewhere
        kept = token.plain in proper_elsewhere or _begins_person(tokens, at)
        kept = kept or bool(trade) and token.marked in words().names  # «Xây dựng Nhung Long»: the trade was said
        found = _phrase(tokens, at, single=free, proper=kept, accented=accented)
        after_form = found is not None and found[1] == "legal"
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
            said += [token.plain] if size == 1 else []
        at += size
    if not proper and place:
        proper, place = [token for token in behind if token.plain not in _PLACE_WORDS], ()  # «HTX Hương Sơn»
    return Name(
        tuple(proper), frozenset(trade), place, tuple(numbers), form, branch, accented, tuple(doubtful), frozenset(said)
    )


def _begins_person(tokens: list[Token], at: int) -> bool:
    """«Đậu Thị …»: a surname, whatever it means otherwise."""
    return tokens[at].plain in words().surnames and at + 2 < len(tokens) and tokens[at + 1].marked in _MIDDLE_NAMES


def _without_brackets(name: str) -> tuple[str, list[Token]]:
    """What stands in brackets says the form and numbers, not the name («… (hộ kinh doanh)», «(Bính Mộc)»)."""
    found = re.findall(r"\(([^()]*)\)", name)
    rest = re.sub(r"\([^()]*\)", " ", name)
    if not found or not take_apart(rest).proper:
        return name.replace("(", " ").replace(")", " "), []
    aside: list[Token] = []
    for text in found:
        tokens, at = _tokens(text), 0
        while at < len(tokens):
            phrase = _phrase(tokens, at, single=False, proper=False)
            if phrase and phrase[1] in ("legal", "trade"):
                aside += tokens[at : at + phrase[0]]
            elif tokens[at].plain.isdigit():
                aside.append(tokens[at])
            at += phrase[0] if phrase else 1
    return rest, aside


def _is_accented(name: str) -> bool:
    """Typed with marks: at least every fourth word that is no abbreviation has one."""
    known = words().abbreviations
    found = [word for word in re.findall(r"[^\W\d]+", nfc(_readable(name))) if fold(word) not in known]
    marked = sum(1 for word in found if fold(word) != word)
    return marked * 4 >= max(len(found), 1)


def _without_place(tokens: list[Token], places: frozenset[str]) -> tuple[list[Token], tuple[str, ...]]:
    found: list[str] = []
    rest = list(tokens)
    places = _soft_places(places)
    for at in range(2, len(rest)):
        # «… tại Kỳ Anh», «… thôn Đông Sơn»: where, whatever the unit is called; «hợp tác xã» ends in no place.
        where, before = rest[at].plain in ("tai", "thon", "xom", "huyen", "tinh"), rest[at - 1]
        if where and at + 1 < len(rest) and before.plain not in ("hien", "ton") and _is_place_word(rest[at]):
            found.append(" ".join(token.plain for token in rest[at + 1 :]))
            rest = rest[:at]
            break
    while len(rest) > 1:
        size = next((n for n in (4, 3, 2) if " ".join(t.plain for t in rest[-n:]) in places and n < len(rest)), 0)
        if not size:
            break
        found.append(" ".join(token.plain for token in rest[-size:]))
        rest = rest[:-size]
        while rest and rest[-1].plain in _PLACE_WORDS and [t.plain for t in rest[-2:]] != ["tac", "xa"]:
            rest.pop()
    return rest, tuple(found)


@lru_cache(maxsize=64)
def _soft_places(places: frozenset[str]) -> frozenset[str]:
    return frozenset(" ".join(_soft(part) for part in place.split()) for place in places)


def _is_place_word(token: Token) -> bool:
    """One of these words and no other: «tài», «tình» and «tính» are names."""
    return token.marked in [_marks_in_order(word) for word in ("tại", "thôn", "xóm", "huyện", "tỉnh")]


def _phrase(
    tokens: list[Token], at: int, *, single: bool, proper: bool, accented: bool = True
) -> tuple[int, str, str] | None:
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
            if slips > 1 or size == 1 or _is_word(token, accented) or not _near(token.plain, wanted):
                break
        else:
            if size == 1 and not _same_word(tokens[at], use, meaning, phrase[0], accented):
                continue
            return size, use, meaning
    return None


def _same_word(token: Token, use: str, meaning: str, plain: str, accented: bool) -> bool:
    """Of one syllable also the marks count where there are any: «mây» is no «may», «Lam» in «Lam Sơn» no «làm»."""
    if token.marked == token.plain and not (accented and token.known):
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


def apart(a: str, b: str, places: frozenset[str] = frozenset()) -> tuple[Name, Name]:
    """Both names taken apart, each in the light of the other."""
    a, b = _written_like(a, b), _written_like(b, a)
    one, other = take_apart(a, places), take_apart(b, places)
    if one.accented and not other.accented:
        other = take_apart(b, places, frozenset(token.plain for token in one.proper))
    elif other.accented and not one.accented:
        one = take_apart(a, places, frozenset(token.plain for token in other.proper))
    elif other.said & {token.plain for token in one.proper}:
        one = take_apart(a, places, frozenset(), other.said)
    elif one.said & {token.plain for token in other.proper}:
        other = take_apart(b, places, frozenset(), one.said)
    if one.place or other.place:
        return _place_within(one, other.place), _place_within(other, one.place)
    return _place_left_out(one, other, places), _place_left_out(other, one, places)


def _place_left_out(name: Name, other: Name, places: frozenset[str]) -> Name:
    """«Dầu lạc Cẩm Nhượng Tâm An» beside «Dầu lạc Tâm An»: the other does not say where it is."""
    plain, wanted = [token.plain for token in name.proper], [token.plain for token in other.proper]
    size = len(plain) - len(wanted)
    if size < 2 or not wanted:
        return name
    for at in range(len(wanted) + 1):
        place = " ".join(plain[at : at + size])
        if plain[:at] + plain[at + size :] == wanted and place in _soft_places(places):
            return replace(name, proper=(*name.proper[:at], *name.proper[at + size :]), place=(place,))
    return name


def _place_within(name: Name, places: tuple[str, ...]) -> Name:
    """«May Vũng Áng Hải Long» beside «May Hải Long Vũng Áng»: where it is may stand before the proper name too."""
    plain = [token.plain for token in name.proper]
    for place in () if name.place else places:
        size = len(place.split())
        for at in range(len(plain) - size + 1):
            if " ".join(plain[at : at + size]) == place and size < len(plain):
                rest = (*name.proper[:at], *name.proper[at + size :])
                return replace(name, proper=rest, place=(place,))
    return name


@lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words as they stand, and with their abbreviations written out."""
    return tuple(re.findall(r"[\w\u0300-\u0323]+", _readable(name))), tuple(t.marked for t in _tokens(name))


def _written_like(name: str, other: str) -> str:
    """The name with words that are no syllables written as the other name writes them out: initials («TVTK», «LN»)
    and words in one («VINAHA», «Vina Hà»)."""
    parts, whole = _parts(name)[0], _parts(other)[1]
    odd = [
        word
        for word in parts
        if 1 < len(word) < 12 and word.isalpha() and _soft(fold(word)) not in words().plain
        if fold(word) not in words().abbreviations
    ]
    if not odd:
        return name
    plain = [fold(word) for word in whole]
    text, shown = _readable(name), whole if _is_accented(name) else plain
    for word in odd:
        letters = fold(word)
        for start in range(len(whole)):
            if plain[start][:1] != letters[0]:
                continue
            ends = range(start + 2, min(len(whole), start + len(letters)) + 1)
            for end in ends:
                window = plain[start:end]
                rest = [part for part in window if part != "va"]
                if "".join(part[0] for part in rest) == letters or "".join(window) == letters and len(letters) > 3:
                    text = re.sub(rf"\b{re.escape(word)}\b", " ".join(shown[start:end]), text)
                    break
            else:
                continue
            break
    return text


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
    def mark_lost(self) -> bool:
        """One syllable lacks its tone or its marks, and nothing else differs."""
        if len(self.marks) != 1 or self.only_a or self.only_b:
            return False
        one, other = self.marks[0]
        return _lost(one, other) or _lost(other, one)

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
            if token.known and other.known and not _hook_or_tilde(token.marked, other.marked):
                result.marks.append((token.marked, other.marked))
            else:
                result.slips.append((token.plain, other.plain))
    for token in list(left):
        slip = next((other for other in right if _slip(token, other, a.accented, b.accented)), None)
        slip = slip or next((other for other in right if _spoken_alike(token, other)), None)
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
    """Where one syllable of a proper name lacks marks that it must have, or several have lost theirs and none keeps
    any, the others may lack theirs too."""
    for name, other, side in ((a, b, 0), (b, a, 1)):
        # What lacks its tone, though it needs one, and what lacks tone and all.
        less = {token.plain for token in name.proper if not token.known and not _TONE.search(token.marked)}
        lost = [pair for pair in result.marks if _lost(pair[side], pair[1 - side])]
        all_lost = len(lost) > 1 and not any(_TONE.search(token.marked) for token in name.proper)
        if all_lost or less & {token.plain for token in other.proper if token.marked != token.plain}:
            bare = [pair for pair in result.marks if _lost(pair[side], pair[1 - side])]
            result.marks = [pair for pair in result.marks if pair not in bare]
            result.slips += bare


def _lost(bare: str, whole: str) -> bool:
    """The first is the second without its tone, or without any mark."""
    return bare in (_TONE.sub("", whole), _soft(fold(whole)))


def _hook_or_tilde(one: str, other: str) -> bool:
    """Hỏi and ngã, which half of the country speaks alike."""
    return one.replace("\u0309", "\u0303") == other.replace("\u0309", "\u0303")


def _spoken_alike(one: Token, other: Token) -> bool:
    """Trung, Chung: two words that many speak alike."""

    def sound(marked: str) -> str:
        for written, spoken in _SPOKEN_ALIKE:
            if marked.startswith(written):
                return spoken + marked[len(written) :]
        return marked

    return len(one.plain) > 2 and sound(one.marked) == sound(other.marked)


def _slip(one: Token, other: Token, one_accented: bool, other_accented: bool) -> bool:
    """Two syllables of which one is no word and nearly the other."""
    if _is_word(one, one_accented) and _is_word(other, other_accented):
        return False
    if _typed_raw(one.plain) == _typed_raw(other.plain) or _sound(one.plain) == _sound(other.plain):
        return True
    if len(one.plain) < 2 or len(other.plain) < 2:
        return False
    return _near(one.plain, other.plain)
