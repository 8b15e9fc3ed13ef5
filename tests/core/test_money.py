"""What offices type as money: one reading or a question, never a guess."""

import pytest

from core.money import group, million, parse_vnd

READ = {
    "0": 0,
    "1": 1,
    "999": 999,
    "1.234.567": 1_234_567,
    "300.000.000": 300_000_000,
    "1.000.000.000": 1_000_000_000,
    "300000000": 300_000_000,
    "300 000 000": 300_000_000,
    "300\u00a0000\u00a0000": 300_000_000,
    "300\u202f000\u202f000": 300_000_000,
    "  300.000.000  ": 300_000_000,
    "300.000.000đ": 300_000_000,
    "300.000.000 đ": 300_000_000,
    "300.000.000 ₫": 300_000_000,
    "300.000.000 đồng": 300_000_000,
    "300.000.000 Đồng": 300_000_000,
    "300.000.000 VND": 300_000_000,
    "300 triệu": 300_000_000,
    "300triệu": 300_000_000,
    "300 TRIỆU": 300_000_000,
    "300 trieu": 300_000_000,
    "300 tr": 300_000_000,
    "300tr": 300_000_000,
    "300 triệu đồng": 300_000_000,
    "150 trie\u0323\u0302u": 150_000_000,  # typed with marks of their own
    "1,5 triệu": 1_500_000,
    "0,5 triệu": 500_000,
    "0,001 triệu": 1_000,
    "1234,5 triệu": 1_234_500_000,
    "15.973 triệu": 15_973_000_000,
    "15.973,25 triệu": 15_973_250_000,
    "15.973,250 triệu": 15_973_250_000,
    "1 tỷ": 1_000_000_000,
    "1 tỉ": 1_000_000_000,
    "1,5 tỷ": 1_500_000_000,
    "2,25 tỷ đồng": 2_250_000_000,
    "500 nghìn": 500_000,
    "500 ngàn": 500_000,
    "1.500 nghìn": 1_500_000,
}

ASKED = [
    # may be read in two ways
    "1234.5",
    "1,234.5",
    "1.5",
    "1.50",
    "1.2345",
    "1,234",
    "1,234,567",
    "300,000,000",
    "1.234.56",
    "1.234.5678",
    "1234.567",
    "12.34.567",
    "1.234,567.890",
    "1.234 567",
    "1 23",
    "12 34",
    "1. 234",
    "1.5 triệu",
    "1.5 tỷ",
    "1.500 tỷ",
    "1,500 tỷ",
    "1,500 triệu",
    "300,000 triệu",
    "1.234,5.6",
    "007",
    "0.300.000",
    "00,5 triệu",
    # not whole đồng
    "1,5",
    "300.000.000,50",
    "0,0000001 triệu",
    "1,2345 nghìn",
    # not an amount
    "",
    " ",
    "đ",
    "triệu",
    "ba trăm triệu",
    "1 tỷ 200 triệu",
    "1 tỷ rưỡi",
    "1tr5",
    "300k",
    "300 USD",
    "$300",
    "3e8",
    "0x10",
    "1_000",
    "1'000'000",
    "300 triệu triệu",
    "khoảng 300 triệu",
    "300-400 triệu",
    "=300",
    "NaN",
    "٣٠٠",
    "３００",
    # too large
    "1000000000000000",
    "1.000.000.000.000.000",
    "9" * 400,
]


@pytest.mark.parametrize("text", READ)
def test_amount_is_read_to_the_dong(text: str) -> None:
    assert parse_vnd(text) == READ[text]


@pytest.mark.parametrize("text", ASKED)
def test_what_may_mean_two_things_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_vnd(text)


@pytest.mark.parametrize("amount", [0, 1, 999, 1_000, 1_234_567, 300_000_000, 15_973_000_000, 999_999_999_999_999])
def test_amount_as_shown_can_be_typed_again(amount: int) -> None:
    assert parse_vnd(group(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0"),
        (1, "0,000001"),
        (1_500_000, "1,5"),
        (300_000_000, "300"),
        (15_973_000_000, "15.973"),
        (1_234_567_891, "1.234,567891"),
        (-50_000_000, "−50"),
    ],
)
def test_million_is_exact(amount: int, shown: str) -> None:
    assert million(amount) == shown
