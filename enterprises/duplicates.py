"""Entries that may be one establishment: found by keys kept with each row, judged by name, phone and place, told with
reasons. A person decides.

Nobody is a candidate only because of a name that many bear: another proper name, another number («Số 2») or another
trade is another establishment, unless phone and commune are the same. Two known and different tax codes are two
establishments. Keys are looked up through an index; only what shares one is compared.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import WrongState
from core.locks import lock
from core.text import fold
from enterprises.models import DuplicatePair, Enterprise, MatchKey, PairState
from enterprises.naming import Name, apart, compare_proper, take_apart
from enterprises.permissions import may_edit
from places.models import Area, AreaClosure, Level

if TYPE_CHECKING:
    from accounts.models import User

MOST = 12  # candidates shown at once
LONGEST_KEY = 80
MANY = 500  # entries of one place that share a key with another: more are not all looked at
COMMON = 200  # a key of more entries than these says nothing then


@dataclass(frozen=True)
class Entry:
    """What is compared of an establishment."""

    name: str
    kind: str
    phone: str
    area_id: int
    tax_code: str | None = None


@dataclass(frozen=True)
class Candidate:
    enterprise: Enterprise
    reasons: list[str]


def entry_of(row: Any) -> Entry:
    return Entry(row.name, row.kind, row.phone, row.area_id, row.tax_code)


def phones(text: str) -> frozenset[str]:
    """The numbers in a field, without country code and first zero."""
    found = set()
    for part in re.split(r"[/;,]|\s-\s|(?<=\d{9})\s+(?=0)", text):
        digits = re.sub(r"\D", "", part)
        digits = re.sub(r"^(?:(?:00|0)?84|0)", "", digits)
        if len(digits) >= 8:
            found.add(digits)
    return frozenset(found)


def _phone(a: Entry, b: Entry) -> str:
    """same, other, or unknown: not reported, or but for one digit the same."""
    one, other = phones(a.phone), phones(b.phone)
    if not one or not other:
        return "unknown"
    if one & other:
        return "same"
    close = any(len(x) == len(y) and sum(p != q for p, q in zip(x, y, strict=True)) == 1 for x in one for y in other)
    return "unknown" if close else "other"


def judge(a: Entry, b: Entry, *, near: bool, places: frozenset[str] = frozenset()) -> list[str]:
    """Why the two may be one establishment; nothing where they are not taken for one. `near`: the same commune, or one
    that the other was formed from."""
    if a.tax_code and b.tax_code and a.tax_code != b.tax_code:
        return []
    one, other = apart(a.name, b.name, places)
    found, phone = compare_proper(one, other), _phone(a, b)
    both = near and phone == "same"
    forms = {one.form, other.form}
    if sorted(one.numbers) != sorted(other.numbers) or one.branch != other.branch:
        return []
    if len(forms - {""}) > 1 and phone != "same":
        return []
    if not one.proper and not other.proper and not one.trade & other.trade:
        return []
    trades_apart = bool(one.trade and other.trade and not one.trade & other.trade)
    trade_missing = one.trade != other.trade and not trades_apart and not (one.trade & other.trade)
    places_apart = bool(one.place and other.place and set(one.place).isdisjoint(other.place))
    if not found.equal:
        # Another name: the same only where phone and commune say so and hardly anything differs.
        short = bool(one.proper and other.proper) and (not found.only_a or not found.only_b) and not found.marks
        if _brand_and_owner(one, other):
            if not both:
                return []
        elif (
            found.mark_lost
            and near
            and phone == "unknown"
            and one.trade & other.trade
            and not (one.person or other.person)
        ):
            pass  # the same trade in one commune: «Tiến Thành», «Tiến Thanh»
        elif not both or trades_apart or not (found.one_near or short):
            return []
    elif trades_apart or places_apart:
        if not both or not one.proper:
            return []
    elif found.swapped and phone != "same" and (phone == "other" or len(one.proper) == len(other.proper) == 2):
        return []  # «Minh Đức» is not «Đức Minh»
    elif trade_missing and (phone == "other" or not (near or phone == "same")):
        return []
    elif not near and phone != "same":
        whole = one.form == other.form == "company" and phone == "unknown" and not found.slips and not found.swapped
        if not whole or _phone_known(a, b):
            return []
    elif phone == "other" and one.person and other.person:
        return []  # many people of one name live in a commune
    return _in_words(one, other, found, phone, near)


def _brand_and_owner(one: Name, other: Name) -> bool:
    """One entry bears the name of a person, the other a brand: «Hộ kinh doanh Đặng Thị Vân», «Bún Cô Vân»."""
    return one.owner != other.owner and bool(one.proper and other.proper)


def _phone_known(a: Entry, b: Entry) -> bool:
    """Both have a number, and they differ by a digit only: too little in another commune."""
    return bool(phones(a.phone) and phones(b.phone))


def _in_words(one: Name, other: Name, found: Any, phone: str, near: bool) -> list[str]:
    said = []
    if found.equal and not found.slips and not found.swapped:
        said.append(_("The same name, but for spelling, abbreviations or legal form."))
    if found.swapped:
        said.append(_("The same name with its words in another order."))
    for a, b in found.slips:
        said.append(_("«%(one)s» and «%(other)s» may be a slip of the pen.") % {"one": a, "other": b})
    if not found.equal:
        said.append(_("The names differ little."))
    if one.trade != other.trade:
        said.append(_("The trade is written in one name only, or another way."))
    if phone == "same":
        said.append(_("The same telephone number."))
    if near:
        said.append(_("The same commune."))
    if phone == "other":
        said.append(_("The telephone numbers differ: look closely."))
    return said


# --- keys -------------------------------------------------------------------------------------------------------------


def keys_of(entry: Entry, places: frozenset[str] = frozenset()) -> tuple[set[str], set[str]]:
    """(keys that count anywhere in the province, keys that count in the same place). Every pair that `judge` takes for
    one shares a key."""
    name = take_apart(entry.name, places)
    anywhere = {f"p:{number}" for number in phones(entry.phone)}
    if name.proper:
        anywhere.add(f"c:{name.core}"[:LONGEST_KEY])
    parts = (*(token.plain for token in name.proper), *name.doubtful)
    here = {f"w:{plain}"[:LONGEST_KEY] for plain in parts if len(plain) > 1}
    joined = name.joined
    if not name.proper:
        here |= {f"t:{trade}" for trade in name.trade} | {f"n:{fold(entry.name)}"[:LONGEST_KEY]}
    if joined:  # syllables written together
        here.add(f"j:{joined}"[:LONGEST_KEY])
    if len(name.proper) == 1:  # with a letter less: a slip in the only one
        here |= {f"j:{joined[:n]}{joined[n + 1 :]}"[:LONGEST_KEY] for n in range(len(joined))}
    return anywhere, here


def places_around(province: Area | None) -> frozenset[str]:
    """Folded names of the units of a province, and its own."""
    if province is None:
        return frozenset()
    return _places(province.pk)


@lru_cache(maxsize=64)
def _place_names(pk: int, count: int) -> frozenset[str]:
    names = Area.objects.filter(closure_up__ancestor_id=pk).values_list("folded", "name", "level")
    return frozenset(fold(name) for _folded, name, _level in names)


def _places(pk: int) -> frozenset[str]:
    return _place_names(pk, AreaClosure.objects.filter(ancestor_id=pk).count())


def near_areas(area_id: int) -> set[int]:
    """The unit, what it was formed from and what it became (communes only)."""
    links = AreaClosure.objects.filter(Q(area_id=area_id, ancestor__level=Level.COMMUNE) | Q(ancestor_id=area_id))
    return {area_id, *(pk for pair in links.values_list("area_id", "ancestor_id") for pk in pair)}


def store_keys(enterprise: Enterprise) -> None:
    anywhere, here = keys_of(entry_of(enterprise), places_around(enterprise.province))
    wanted = anywhere | here
    known = set(MatchKey.objects.filter(enterprise=enterprise).values_list("key", flat=True))
    MatchKey.objects.filter(enterprise=enterprise, key__in=known - wanted).delete()
    MatchKey.objects.bulk_create(MatchKey(enterprise=enterprise, key=key) for key in sorted(wanted - known))


def index(rows: Iterable[Enterprise]) -> None:
    """Keys for many establishments that have none yet."""
    made, places = [], {}
    for row in rows:
        if row.province_id not in places:
            places[row.province_id] = places_around(row.province)
        anywhere, here = keys_of(entry_of(row), places[row.province_id])
        made += [MatchKey(enterprise=row, key=key) for key in sorted(anywhere | here)]
    MatchKey.objects.bulk_create(made, batch_size=2000)


def _sharing(rows: Any, keys: set[str]) -> set[int]:
    """Establishments among `rows` that share a key. Where they are very many, as when hundreds of one place are called
    alike but for a number, a key that says nothing is left out: the rarer ones find the entry."""
    # One plain question of the index of keys: with an «or» over two tables PostgreSQL reads both whole.
    found = list(rows.filter(key__in=keys).values_list("enterprise_id", flat=True)[: MANY + 1])
    if len(found) <= MANY:
        return set(found)
    each = (list(rows.filter(key=key).values_list("enterprise_id", flat=True)[: COMMON + 1]) for key in sorted(keys))
    return {pk for ids in each if len(ids) <= COMMON for pk in ids}


def candidates(data: Any, province: Area, *, without: Iterable[int] = ()) -> list[Candidate]:
    """Establishments of the province that may be this one, the surest first. `data`: an establishment or what was
    typed of one (name, kind, phone, area, tax_code)."""
    area_id = data.area.pk
    entry = Entry(data.name, data.kind, data.phone, area_id, data.tax_code)
    places, near = places_around(province), near_areas(area_id)
    anywhere, here = keys_of(entry, places)
    shared = _sharing(MatchKey.objects.order_by(), anywhere)
    shared |= _sharing(MatchKey.objects.filter(enterprise__area_id__in=near).order_by(), here)
    rows = (
        Enterprise.objects.filter(pk__in=shared, province=province, merged_into__isnull=True)
        .exclude(pk__in=list(without))
        .select_related("area")
        .with_kind()
    )
    found = []
    for row in rows:
        reasons = judge(entry, entry_of(row), near=row.area_id in near, places=places)
        if reasons:
            found.append(Candidate(row, reasons))
    same_phone = phones(data.phone)
    found.sort(key=lambda one: (not same_phone & phones(one.enterprise.phone), one.enterprise.area_id not in near))
    return found


# --- pairs ------------------------------------------------------------------------------------------------------------


def _pair(a: Enterprise, b: Enterprise) -> tuple[Enterprise, Enterprise]:
    return (a, b) if a.pk < b.pk else (b, a)


def note_pairs(enterprise: Enterprise, found: Sequence[Candidate]) -> None:
    """Put the pairs into the queue, unless somebody has looked at them already."""
    pairs = [_pair(enterprise, one.enterprise) for one in found[:MOST]]
    DuplicatePair.objects.bulk_create([DuplicatePair(first=a, second=b) for a, b in pairs], ignore_conflicts=True)


def look_again(enterprise: Enterprise) -> list[Candidate]:
    """After a change of what is compared: new keys, new pairs; pairs that nobody decided and no longer fit are gone."""
    store_keys(enterprise)
    found = candidates(enterprise, enterprise.province, without=[enterprise.pk])
    fits = {one.enterprise.pk for one in found}
    for pair in DuplicatePair.objects.filter(Q(first=enterprise) | Q(second=enterprise), state=PairState.OPEN):
        if (pair.second_id if pair.first_id == enterprise.pk else pair.first_id) not in fits:
            pair.delete()
    note_pairs(enterprise, found)
    return found


@transaction.atomic
def call_different(a: Enterprise, b: Enterprise, *, actor: "User") -> DuplicatePair:
    """Remember that the two are not one establishment, with who said so and when."""
    may_edit(a, actor).require()
    may_edit(b, actor).require()
    first, second = _pair(a, b)
    pair, _made = DuplicatePair.objects.get_or_create(first=first, second=second)
    pair = lock(pair)
    if pair.state == PairState.MERGED:
        raise WrongState(_("The two were merged already."))
    if pair.state == PairState.DIFFERENT:
        return pair
    pair.state, pair.decided_at, pair.decided_by_id = PairState.DIFFERENT, clock.now(), actor.pk
    pair.save()
    record(first, "call_different", actor=actor, changes={"other_entry": (None, second)})
    return pair


def open_pairs(user: "User") -> Any:
    """Suspected pairs of which the person sees both."""
    visible = Enterprise.objects.visible_to(user).values("pk")
    return (
        DuplicatePair.objects.filter(state=PairState.OPEN, first__in=visible, second__in=visible)
        .select_related("first__area", "second__area", "first__province")
        .order_by("-id")
    )


def reasons_of(pair: DuplicatePair) -> list[str]:
    return reasons_of_each([pair])[0]


def reasons_of_each(pairs: Sequence[DuplicatePair]) -> list[list[str]]:
    """Why the two of each pair may be one, with as many statements for many pairs as for one (and province)."""
    wanted = {pair.first.area_id for pair in pairs}
    links = AreaClosure.objects.filter(
        Q(area_id__in=wanted, ancestor__level=Level.COMMUNE) | Q(ancestor_id__in=wanted)
    ).values_list("area_id", "ancestor_id")
    near: dict[int, set[int]] = {area: {area} for area in wanted}
    for area, ancestor in links:
        for one, other in ((area, ancestor), (ancestor, area)):
            if one in near:
                near[one].add(other)
    places = {pair.first.province_id: pair.first.province for pair in pairs}
    known = {pk: places_around(province) for pk, province in places.items()}
    return [
        judge(
            entry_of(pair.first),
            entry_of(pair.second),
            near=pair.second.area_id in near[pair.first.area_id],
            places=known[pair.first.province_id],
        )
        for pair in pairs
    ]
