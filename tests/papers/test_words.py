"""Amounts and days as papers say them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.words import BILLION, DATE_DOTS, DOTS, in_words, long_day, said, vnd, vnd_words

SAID = {
    0: "không",
    1: "một",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    25: "hai mươi lăm",
    31: "ba mươi mốt",
    55: "năm mươi lăm",
    100: "một trăm",
    101: "một trăm linh một",
    105: "một trăm linh năm",
    110: "một trăm mười",
    111: "một trăm mười một",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    555: "năm trăm năm mươi lăm",
    1000: "một nghìn",
    1001: "một nghìn không trăm linh một",
    1010: "một nghìn không trăm mười",
    1015: "một nghìn không trăm mười lăm",
    1100: "một nghìn một trăm",
    10_000: "mười nghìn",
    21_000: "hai mươi mốt nghìn",
    1_000_000: "một triệu",
    1_000_005: "một triệu không trăm linh năm",
    1_050_000: "một triệu không trăm năm mươi nghìn",
    300_000_000: "ba trăm triệu",
    182_500_000: "một trăm tám mươi hai triệu năm trăm nghìn",
    1_234_567_891: "một tỷ hai trăm ba mươi bốn triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi mốt",
    1_000_000_001: "một tỷ không trăm linh một",
    15_973_000_000: "mười lăm tỷ chín trăm bảy mươi ba triệu",
    10**12: "một nghìn tỷ",
    1_005_000_000_000: "một nghìn không trăm linh năm tỷ",
    1_000_005_000_000: "một nghìn tỷ không trăm linh năm triệu",
    -15: "âm mười lăm",
}


@pytest.mark.parametrize(("number", "words"), SAID.items())
def test_an_amount_is_said_as_an_accountant_says_it(number: int, words: str) -> None:
    assert in_words(number) == words


DIGITS = {w: n for n, w in enumerate(("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"))}


def read(words: str) -> int:
    """Back to the number, by another way than it was said."""
    if " tỷ" in words:
        before, _tỷ, after = words.rpartition(" tỷ")
        return read(before) * BILLION + (read(after.strip()) if after.strip() else 0)
    total = three = 0
    for word in words.split():
        if word in ("nghìn", "triệu"):
            total += three * (1000 if word == "nghìn" else 10**6)
            three = 0
        elif word == "trăm":
            three *= 100
        elif word == "mười":
            three += 10
        elif word == "mươi":
            three += three % 10 * 9
        elif word != "linh":
            three += {"mốt": 1, "lăm": 5, **DIGITS}[word]
    return total + three


@settings(derandomize=True, max_examples=300)
@given(st.integers(0, 10**15 - 1))
def test_what_is_said_means_the_amount(number: int) -> None:
    assert read(in_words(number)) == number
    assert "  " not in in_words(number)


def test_an_amount_too_large_to_be_said_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        in_words(10**18)


def test_what_is_not_known_is_dots_and_zero_is_zero() -> None:
    assert (vnd(None), vnd_words(None), said(None), said(" ")) == (DOTS,) * 4
    assert (vnd(0), vnd_words(0)) == ("0", "Không đồng")
    assert long_day(None) == DATE_DOTS
    assert vnd_words(300_000_000) == "Ba trăm triệu đồng"


def test_a_day_has_a_zero_where_the_decree_wants_it() -> None:
    assert long_day(dt.date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert long_day(dt.date(2026, 9, 15)) == "ngày 15 tháng 9 năm 2026"


def test_control_characters_do_not_get_into_a_paper() -> None:
    assert said("Gỗ\x0b\x00\a Thạch\f\nLạc") == "Gỗ Thạch\nLạc"
