"""Reconciliation with the State Treasury: each voucher of the ledger beside the Treasury's own list."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from funding.models import Budget, LedgerEntry
from funding.services import Voucher, correct, pay
from tests import factories as f
from tests.clocks import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(clock: Clock, db: None) -> f.People:
    """Vouchers UNC 1 (in two lines, one corrected), UNC 2 and, of the year after, UNC 3."""
    clock.set("2027-01-20 09:00")
    place = f.Place()
    people = f.People(place)
    project = f.approved(place, people)
    money: Any = lambda kind, amount, number, day: pay(  # noqa: E731
        project, "local", kind, amount, Voucher(number, day, "Nhầm"), actor=people.accountant
    )
    entry = money("advance", 100, "UNC 1", dt.date(2026, 3, 2))
    correct(entry, -10, Voucher("UNC 1", dt.date(2026, 3, 3), "Ghi nhầm"), actor=people.accountant)
    money("payment", 50, "=UNC 2", dt.date(2026, 5, 2))
    money("return", 5, "UNC 3", dt.date(2027, 1, 4))
    money("clearing", 30, "TTTU 1", dt.date(2026, 6, 1))  # moves no money of the Treasury
    return people


def url(name: str = "treasury") -> str:
    return reverse(f"funding:{name}", args=[Budget.objects.get().public_id])


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def upload(people: f.People, text: str | bytes, first: str = "01/01/2026", last: str = "31/01/2027") -> Any:
    data = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    file = SimpleUploadedFile("kho-bac.csv", data)
    return browser(people.accountant).post(url(), {"first": first, "last": last, "file": file})


def test_what_differs_is_named_and_nothing_is_stored(people: f.People) -> None:
    before = LedgerEntry.objects.count()
    rows = ["Ngày;Số tiền;Số chứng từ", "02/03/2026;90;unc  1", "02/05/2026;60;=UNC 2", ";7;UNC 9", ";;"]
    answer = upload(people, "\n".join(rows[:-1]) + "\n\n")
    assert answer.status_code == 200
    found = {one["row"].document_no: one["words"] for one in answer.context["found"]}
    assert found == {
        "UNC 1": "khớp",
        "=UNC 2": "lệch −10 đồng",
        "UNC 3": "bảng kê của Kho bạc không có",
        "UNC 9": "sổ theo dõi chưa có",
    }
    assert "3 chứng từ chưa khớp" in answer.content.decode()
    assert LedgerEntry.objects.count() == before


def test_list_of_other_days_and_money_given_back_agree(people: f.People) -> None:
    answer = upload(people, "so chung tu,ngay,so tien\nUNC 3,2027-01-04,-5\n", first="01/01/2027")
    assert "Tất cả đều khớp" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b;c\n1;2;3", "Số chứng từ"),
        ("", "Số chứng từ"),
        ("Số chứng từ;Ngày;Số tiền\nUNC 1;31/02/2026;90", "dòng 2"),
        ("Số chứng từ;Ngày;Số tiền\nUNC 1;02/03/2026;nhiều", "dòng 2"),
        ("Số chứng từ;Ngày;Số tiền\nUNC 1", "dòng 2"),
        ("Số chứng từ".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\xff\xfe", "xlsx"),
        ('Số chứng từ;Ngày;Số tiền\n"UNC', "UTF-8"),
        (b"\0" * 2_000_001, "quá lớn"),
        ("Số chứng từ;Ngày;Số tiền\n" + "\n" * 20_001, "quá nhiều"),
    ],
)
def test_list_that_cannot_be_read_says_why(people: f.People, text: Any, words: str) -> None:
    answer = upload(people, text)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors["file"])


def test_sheet_has_every_voucher_and_their_sum(people: f.People) -> None:
    answer = browser(people.auditor).get(url("treasury_sheet"), {"first": "01/01/2026", "last": "31/12/2026"})
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert "UNC 1" in words
    assert "=UNC 2" in words  # a text, never a formula
    assert "<f>" not in cells
    assert "UNC 3" not in words
    assert "TTTU 1" not in words
    assert "<v>140</v>" in cells


def test_own_sheet_sent_back_as_a_workbook_agrees(people: f.People) -> None:
    """Titles above the head and the sum below are no vouchers; days and amounts are cells of their own kind."""
    days = {"first": "01/01/2026", "last": "31/12/2026"}
    sheet = browser(people.auditor).get(url("treasury_sheet"), days).content
    answer = upload(people, sheet, **days)
    assert not answer.context["form"].errors
    assert [one["words"] for one in answer.context["found"]] == ["khớp", "khớp"]


@pytest.mark.parametrize("role", ["centre", "ministry", "collaborator"])
def test_only_the_province_reconciles(people: f.People, role: str) -> None:
    client = browser(getattr(people, role))
    assert client.get(url()).status_code == 404
    assert client.get(url("treasury_sheet"), {"first": "01/01/2026", "last": "31/12/2026"}).status_code == 404
    assert browser(people.officer).get(url()).status_code == 200
    assert browser(people.officer).get(url("treasury_sheet"), {"first": "x"}).status_code == 404
