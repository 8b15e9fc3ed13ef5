"""Pairs of names in a register of 5.000: which are found, which are not taken for one; what a person is asked."""

import csv
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core.errors import Conflict
from core.text import fold
from enterprises import duplicates
from enterprises.duplicates import Entry, candidates, index, judge, keys_of, phones
from enterprises.models import DuplicatePair, Enterprise
from enterprises.naming import take_apart
from enterprises.services import EnterpriseData, check_digit, create_enterprise
from places.models import AreaClosure, AreaParent
from tests import factories as f

pytestmark = pytest.mark.django_db
SIZE = 5_000
HERE = Path(__file__).parent
SETS = ("pairs", "pairs_second", "pairs_third")  # the second and third without knowing the method
BEGINNINGS = (
    ("Công ty TNHH", "enterprise"), ("Công ty Cổ phần", "enterprise"), ("Hợp tác xã", "cooperative"),
    ("Hộ kinh doanh", "household"), ("Cơ sở", "household"), ("DNTN", "enterprise"), ("Tổ hợp tác", "cooperative_group"),
)  # fmt: skip
TRADES = (
    "Mộc", "Chế biến gỗ", "Nước mắm", "Bún khô", "May mặc", "Cơ khí", "Xây dựng", "Chè", "Mây tre đan", "Dược liệu",
    "Gạch không nung", "Thực phẩm", "Nông sản", "Thương mại Dịch vụ", "Bánh kẹo", "Hải sản", "",
)  # fmt: skip
PROPER = re.findall(
    r"\w+",
    "An Bình Cường Dũng Đạt Đức Giang Hà Hải Hiền Hoa Hòa Hoàng Hồng Hùng Hưng Hương Khánh Kim Lan Linh Long Lợi Mai "
    "Minh Nam Nga Ngọc Nhung Phát Phong Phú Phúc Phương Quang Quý Sơn Tâm Tân Thái Thanh Thành Thắng Thịnh Thu Thủy "
    "Tiến Toàn Trung Trường Tuấn Tùng Việt Vinh Xuân Yến",
)


def beginning(name: str) -> str:
    plain = fold(name)
    known = {"hop tac xa": "cooperative", "htx": "cooperative", "ho ": "household", "hkd": "household"}
    known |= {"to hop": "cooperative_group", "tht": "cooperative_group", "co so": "household", "xuong": "household"}
    return next((kind for start, kind in known.items() if plain.startswith(start)), "enterprise")


class Register:
    """The first entry of each pair among 5.000 of other names, in the communes of the pairs."""

    def __init__(self, pairs: list[dict[str, str]]) -> None:
        place = f.Place()
        self.province, dice = place.province, random.Random(20)
        names = sorted({row[side] for row in pairs for side in ("first_commune", "second_commune")})
        self.communes = {name: f.area(f"c999{n:02}-2025h2", name=name) for n, name in enumerate(names)}
        links = [(self.province, row) for row in self.communes.values()]
        AreaParent.objects.bulk_create(AreaParent(parent=top, area=row) for top, row in links)
        closure = [*links, *((row, row) for row in self.communes.values())]
        AreaClosure.objects.bulk_create(AreaClosure(ancestor=a, area=b, via="parent") for a, b in closure)
        self.firsts = [self.row(pair, "first") for pair in pairs]
        proper = {" ".join(part) for part in zip(*[iter(dice.choices(PROPER, k=60_000))] * 3, strict=False)}
        rows = list(self.firsts)
        for name in sorted(proper)[: SIZE - len(rows)]:
            form, kind = dice.choice(BEGINNINGS)
            where = dice.choice(list(self.communes.values()))
            phone = f"0{dice.randrange(3, 10)}{dice.randrange(10**7, 10**8)}" if dice.random() < 0.7 else ""
            whole = " ".join(f"{form} {dice.choice(TRADES)} {name}".split())
            rows.append(Enterprise(name=whole, kind=kind, area=where, province=self.province, phone=phone))
        Enterprise.objects.bulk_create(rows, batch_size=1000)
        index(rows)

    def row(self, pair: dict[str, str], side: str) -> Enterprise:
        name, where = pair[side], self.communes[pair[f"{side}_commune"]]
        return Enterprise(
            name=name, kind=beginning(name), area=where, province=self.province, phone=pair[f"{side}_phone"]
        )


def test_pairs_in_a_register_of_5000_are_nearly_all_found_and_hardly_any_wrongly(capsys: Any) -> None:
    sets = {name: list(csv.DictReader((HERE / f"{name}.csv").open(encoding="utf-8"))) for name in SETS}
    register = Register([pair for pairs in sets.values() for pair in pairs])
    assert (Enterprise.objects.count(), [len(pairs) for pairs in sets.values()]) == (SIZE, [200, 210, 80])
    firsts = iter(register.firsts)
    for name, pairs in sets.items():
        found, wrong, missed, others, started = 0, [], [], 0, time.monotonic()
        for pair, first in zip(pairs, [next(firsts) for _pair in pairs], strict=True):
            answer = [one.enterprise for one in candidates(register.row(pair, "second"), register.province)]
            others += len([row for row in answer if row not in register.firsts])
            same, said = pair["same"] == "yes", first in answer
            found += same and said
            if same != said:
                (missed if same else wrong).append(f"{pair['first']} | {pair['second']}")
        took = (time.monotonic() - started) / len(pairs)
        real = sum(pair["same"] == "yes" for pair in pairs)
        recall, precision = found / real, found / (found + len(wrong) + others)
        with capsys.disabled():
            print(f"\n{name}: {real} of {len(pairs)} are one: {recall:.1%} found, precision {precision:.1%}", end=", ")
            print(f"{others} others, {took * 1000:.0f} ms")
            print("\n".join([*(f"missed: {row}" for row in missed), *(f"wrong: {row}" for row in wrong)]))
        assert recall >= 0.95
        assert precision >= 0.95
        assert took < 0.2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Công ty TNHH Hồng Hà", "Cty TNHH Hồg Hà", True),  # no word: a slip
        ("Công ty TNHH Hồng Hà", "Công ty TNHH Hồng Hải", False),  # a word: another one
        ("CTCP Hoà Phát", "Công ty Cổ phần Hòa Phát", True),
        ("HTX Đức Tài", "HOP TAC XA DUC TAI", True),
        ("Xưởng may Số 1 Ba Đồn", "Xưởng may Số 2 Ba Đồn", False),
        ("Cơ sở mộc Hải Hà", "Cơ sở bún Hải Hà", False),
        ("Hợp tác xã Bình Minh", "Công ty TNHH Bình Minh", False),
        ("Công ty TNHH SX & TM Lam Sơn", "Công ty TNHH Thương mại Sản xuất Lam Sơn", True),
        ("Công ty TNHH Tư vấn Thiết kế Hoàng Hà", "Cty TNHH TVTK Hoàng Hà", True),  # initials
        ("Công ty TNHH Thawngs Lowij", "Công ty TNHH Thắng Lợi", True),  # Telex
        ("Công ty TNHH Minh Đức", "Công ty TNHH Đức Minh", False),
        ("Công ty TNHH Gỗ Hoàng Hà", "Công ty TNHH Hoàng Hà Gỗ", True),
        ("Công ty TNHH Trung Hiếu Phát", "Công ty TNHH Chung Hiếu Phát", True),  # spoken alike
        ("Công ty TNHH Hồng Lam", "Công ty TNHH Hồng Nam", False),
        ("Công tyTNHH Hải Phong", "CÔNG TY TNHH HẢI PHONG", True),
        ("Hộ kinh doanh Đậu Thị Nhàn", "Hộ KD Đậu Thị Nhàn (Nhàn Đậu)", True),  # a surname, not beans
    ],
)
def test_name_is_told_by_its_proper_part(one: str, other: str, same: bool) -> None:
    def entry(name: str) -> Entry:
        return Entry(name, "enterprise", "", 1)

    for a, b in ((one, other), (other, one)):
        assert bool(judge(entry(a), entry(b), near=True)) == same
    if same:
        assert keys_of(entry(one))[1] & keys_of(entry(other))[1]


def test_telephone_numbers_are_one_however_they_are_written() -> None:
    assert phones("0912 345 678") == phones("+84 912.345.678") == phones("0912345678") == {"912345678"}
    assert phones("0912345678 / 02393 855 111") == {"912345678", "2393855111"}
    assert phones("") == phones("không có") == frozenset()


def test_name_in_marks_or_without_has_one_core() -> None:
    assert take_apart("Công ty TNHH Quý Hoà").core == take_apart("CONG TY TNHH QUI HOA").core


# --- what a person is asked -------------------------------------------------------------------------------------------


@pytest.fixture
def place() -> f.Place:
    return f.Place()


@pytest.fixture
def people(place: f.Place) -> f.People:
    return f.People(place)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def enter(place: f.Place, people: f.People, name: str, **fields: Any) -> Enterprise:
    return create_enterprise(EnterpriseData(name, "enterprise", place.commune, **fields), actor=people.officer)


def test_who_enters_one_that_looks_alike_is_asked_once(place: Any, people: Any) -> None:
    known = enter(place, people, "Công ty TNHH Mộc Tân Hợp")
    client, url = browser(people.officer), reverse("enterprises:new")
    data = {"name": "Cty TNHH mộc Tân Hợp", "kind": "enterprise", "area": place.commune.uid, "form_key": f.new_uuid()}
    answer = client.post(url, data)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Có phải là" in html and known.name in html and "Cùng xã, phường." in html
    assert Enterprise.objects.count() == 1
    assert client.post(url, {**data, "different": str(f.new_uuid())}).status_code == 409  # it was not asked about
    answer = client.post(url, {**data, "different": answer.context["none_of_these"]})
    assert answer.status_code == 302
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.decided_by) == ("different", people.officer)
    assert pair.decided_at is not None


def test_one_whom_the_person_may_not_see_is_not_named(place: Any, people: Any) -> None:
    enter(place, people, "Công ty TNHH Mộc Tân Hợp")
    other = f.Place("40", "Nghệ An")
    data = {"name": "Công ty TNHH Mộc Tân Hợp", "kind": "enterprise", "area": other.commune.uid}
    answer = browser(f.stranger()).post(reverse("enterprises:new"), {**data, "form_key": f.new_uuid()})
    assert answer.status_code == 302


def test_two_known_tax_codes_are_two_and_one_alone_is_asked_about(place: Any, people: Any) -> None:
    codes = [f"{nine}{check_digit(nine)}" for nine in ("999000001", "999000003")]
    enter(place, people, "Công ty TNHH Mộc Tân Hợp", tax_code=codes[0])
    enter(place, people, "Công ty TNHH Mộc Tân Hợp", tax_code=codes[1])
    assert not DuplicatePair.objects.exists()
    data = EnterpriseData("Công ty TNHH Mộc Tân Hợp", "enterprise", place.commune)
    with pytest.raises(Conflict) as refusal:
        create_enterprise(data, actor=people.officer, said_different=())
    assert (refusal.value.code, len(refusal.value.extra["candidates"])) == ("possible_duplicate", 2)


def test_former_commune_is_the_same_place(place: Any, people: Any) -> None:
    known = f.enterprise(place, "Cơ sở mộc Hải Hà")
    Enterprise.objects.update(area=place.before)
    call_command("find_duplicates", verbosity=0)
    data = EnterpriseData("Cơ sở mộc Hải Hà", "household", place.commune)
    assert [one.enterprise for one in candidates(data, place.province)] == [known]
    data = EnterpriseData("Cơ sở mộc Hải Hà", "household", place.other)
    assert candidates(data, place.province) == []


def test_register_is_compared_with_itself_and_pairs_that_no_longer_fit_leave(place: Any, people: Any) -> None:
    f.enterprise(place, "Công ty TNHH Mộc Tân Hợp")
    second = f.enterprise(place, "Công ty TNHH Mộc Tân Hợpp")
    call_command("find_duplicates", verbosity=0)
    assert DuplicatePair.objects.get().state == "open"
    data = {"name": "Hợp tác xã Chè Sơn Lộc", "kind": "cooperative", "area": place.commune.uid, "version": 1}
    assert browser(people.officer).post(reverse("enterprises:edit", args=[second.public_id]), data).status_code == 302
    assert not DuplicatePair.objects.exists()


def test_hundreds_called_alike_do_not_hide_the_one_that_is_meant(place: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(duplicates, "MANY", 50)
    monkeypatch.setattr(duplicates, "COMMON", 20)
    rows = [f.enterprise(place, f"Công ty TNHH Thử Nghiệm số {n}", phone=f"09{n:08d}") for n in range(80)]
    index([*rows, f.enterprise(place, "HTX Mây tre Phúc Khánh")])
    looked_at: list[int] = []
    monkeypatch.setattr(duplicates, "judge", lambda a, b, **more: looked_at.append(1) or judge(a, b, **more))

    def found(name: str, phone: str = "") -> list[str]:
        looked_at.clear()
        data = EnterpriseData(name, "enterprise", place.commune, phone=phone)
        return [one.enterprise.name for one in candidates(data, place.province)]

    assert found("Cty Thử nghiệm 7", "0900000007") == ["Công ty TNHH Thử Nghiệm số 7"]
    assert len(looked_at) <= 40
    assert found("HTX Mây tre Phúc Khánh.") == ["HTX Mây tre Phúc Khánh"]


@pytest.mark.parametrize(
    ("one", "other", "phones", "same"),
    [
        ("Công ty TNHH May Vũng Áng Hải Long", "Cty TNHH may Hải Long Vũng Áng", ("", ""), True),
        ("Công ty TNHH Vũng Áng Hải Long", "Công ty TNHH Hải Vân Vũng Áng", ("", ""), False),
        ("HTX Dầu lạc Vũng Áng Tâm An", "HTX dầu lạc Tâm An", ("", ""), True),
        ("HTX Dầu lạc Phúc Hậu Tâm An", "HTX dầu lạc Tâm An", ("", ""), False),
        ("HTX Mây tre đan Tiến Thành", "HTX mây tre đan Tiến Thanh", ("", "0912555666"), True),
        ("HTX Mây tre đan Tiến Thành", "HTX mây tre đan Tiến Thanh", ("0912555111", "0983555666"), False),
        ("Hộ kinh doanh Trần Văn Đoàn", "Hộ kinh doanh Trần Văn Đoan", ("", ""), False),
    ],
)
def test_place_within_a_name_and_a_mark_that_was_lost(
    one: str, other: str, phones: tuple[str, str], same: bool
) -> None:
    a, b = (Entry(name, "enterprise", phone, 1) for name, phone in zip((one, other), phones, strict=True))
    assert bool(judge(a, b, near=True, places=frozenset({"vung ang"}))) is same
