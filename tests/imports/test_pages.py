"""Importing on pages: the template, what was found, mending, storing once, taking back; nobody else sees it."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import User
from core.errors import WrongState
from enterprises.models import Enterprise
from imports import services
from imports.models import Import
from jobs.services import work_once
from tests import factories
from tests.imports.sheets import GOOD, HEADS, sent, stored, table, upload

pytestmark = pytest.mark.django_db

BAD = ("Cơ sở mộc Thử", "1234567890", "Hộ kinh doanh", "Thạch Lạc", "1,234", None)
NEW = reverse("imports:new", args=["enterprises"])


@pytest.fixture
def place() -> factories.Place:
    return factories.Place()


@pytest.fixture
def people(place: factories.Place) -> factories.People:
    return factories.People(place)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def page(row: Import, name: str = "detail") -> str:
    return reverse(f"imports:{name}", args=[row.public_id])


def key() -> str:
    return str(factories.new_uuid())


def send(client: Client, data: bytes, form_key: str | None = None) -> Any:
    return client.post(NEW, {"file": upload(data), "form_key": form_key or key()})


def sheets_of(answer: Any) -> dict[str, list[list[Any]]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_file_is_checked_mended_stored_and_taken_back(people: Any) -> None:
    client = browser(people.officer)
    answer = send(client, table(GOOD, BAD))
    row = Import.objects.get()
    assert answer["Location"] == page(row)
    assert "Đang kiểm tra" in client.get(page(row)).content.decode()
    assert work_once()
    html = client.get(page(row)).content.decode()
    assert "B3" in html and "E3" in html and "1 mới" in html
    row.refresh_from_db()
    mended = {"version": row.version, "cell-3-tax_code": "", "cell-3-headcount": "1234"}
    assert client.post(page(row, "mend"), mended).status_code == 302
    row.refresh_from_db()
    assert (row.new, row.wrong) == (2, 0)
    once = key()
    for _twice in range(2):
        answer = client.post(page(row, "store"), {"version": row.version, "form_key": once})
        assert answer["Location"] == page(row)
    while work_once():
        pass
    assert Enterprise.objects.count() == 2
    html = client.get(page(row)).content.decode()
    assert "Biên nhận" in html and GOOD[0] in html
    assert client.post(page(row, "undo"), {"form_key": key()}).status_code == 302
    assert not Enterprise.objects.exists()


def test_file_sent_twice_is_one_import(people: Any) -> None:
    client, once = browser(people.officer), key()
    first, second = (send(client, table(GOOD), once) for _twice in range(2))
    assert first["Location"] == second["Location"]
    assert Import.objects.count() == 1


def test_what_was_mended_from_an_old_page_changes_nothing(people: Any) -> None:
    row = sent(table(GOOD, BAD), people.officer)
    client = browser(people.officer)
    client.post(page(row, "mend"), {"version": row.version, "cell-3-tax_code": ""})
    answer = client.post(page(row, "mend"), {"version": row.version, "cell-3-headcount": "7"})
    assert answer.status_code == 409
    assert 'value="7"' in answer.content.decode()
    row.refresh_from_db()
    assert row.wrong == 1


@pytest.mark.parametrize(
    "body", [{}, {"version": "x"}, {"version": "1", "cell-99999999-name": "x", "cell-2-\x00": "y"}]
)
def test_whatever_is_sent_to_mend_is_answered(people: Any, body: dict[str, str]) -> None:
    row = sent(table(GOOD, BAD), people.officer)
    assert browser(people.officer).post(page(row, "mend"), body).status_code in (302, 409, 422)


def test_no_file_is_said_at_the_field(people: Any) -> None:
    answer = browser(people.officer).post(NEW, {"form_key": key()})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == ["Chọn tệp."]


def test_others_neither_see_nor_touch_an_import(people: Any) -> None:
    row = sent(table(GOOD, BAD), people.officer)
    for person in (people.leader, people.centre, people.administrator, factories.stranger()):
        client = browser(person)
        assert client.get(page(row)).status_code == 404
        assert client.get(page(row, "faults")).status_code == 404
        for name in ("mend", "store", "drop", "undo"):
            assert client.post(page(row, name), {"version": row.version, "form_key": key()}).status_code == 404
    row.refresh_from_db()
    assert row.state == "checked"


@pytest.mark.parametrize("role", ["leader", "accountant", "collaborator", "auditor", "ministry", "administrator"])
def test_only_those_who_enter_establishments_import_them(people: Any, role: str) -> None:
    client = browser(getattr(people, role))
    assert client.get(NEW).status_code == 403
    assert client.get(reverse("imports:blank", args=["enterprises"])).status_code == 403
    assert send(client, table(GOOD)).status_code == 403
    assert not Import.objects.exists()


def test_template_says_its_rules_and_is_read_when_filled_in(place: Any, people: Any) -> None:
    client = browser(people.officer)
    found = sheets_of(client.get(reverse("imports:blank", args=["enterprises"])))
    filled, explained, lists = found.values()
    heads = filled[0]
    assert heads[0].endswith("*") and len(heads) == 24
    assert {"Xã Thạch Lạc", "Xã Đồng Tiến"} <= {cell for line in lists for cell in line}
    assert any("10 chữ số" in str(cell) for line in explained for cell in line)
    values = {"Tên *": GOOD[0], "Xã, phường *": "Xã Đồng Tiến"}
    row = [values.get(head, "Hợp tác xã" if head.startswith("Loại") else None) for head in heads]
    assert sent(table(row, heads=heads), people.officer).new == 1


def test_file_with_faults_can_be_mended_and_sent_again(people: Any) -> None:
    row = sent(table(GOOD, BAD), people.officer)
    lines = sheets_of(browser(people.officer).get(page(row, "faults")))
    (sheet,) = lines.values()
    heads, first, second = sheet
    assert tuple(heads[:-1]) == HEADS
    assert first[0] == BAD[0] and "3" in first[-1]
    assert second[0] == GOOD[0] and second[-1] == ""
    first[1], first[4] = None, 12
    again = sent(table(first, [cell or None for cell in second], heads=heads), people.officer)
    assert (again.new, again.wrong) == (2, 0)


def test_dropped_file_leaves_no_rows(people: Any) -> None:
    row = sent(table(GOOD, BAD), people.officer)
    browser(people.officer).post(page(row, "drop"))
    row.refresh_from_db()
    assert (row.state, row.table, row.upload) == ("dropped", None, None)


def test_stored_file_leaves_no_rows_but_its_receipt(people: Any) -> None:
    row = stored(sent(table(GOOD), people.officer), people.officer)
    assert (row.table, row.upload) == (None, None)
    assert row.receipt["created"] == [Enterprise.objects.get().pk]


def test_files_nobody_stores_are_forgotten(people: Any, clock: Any) -> None:
    clock.set("2026-03-02 08:00")
    row = sent(table(GOOD, BAD), people.officer)
    clock.move(days=31)
    services.forget_old()
    row.refresh_from_db()
    assert (row.state, row.table) == ("dropped", None)


def test_work_that_failed_for_good_is_tried_again_or_dropped(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, row = browser(people.officer), sent(table(GOOD), people.officer)

    def broken(*args: Any, **kwargs: Any) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(services, "store", broken)
        client.post(page(row, "store"), {"version": row.version, "form_key": key()})
        while work_once():
            pass
    row.refresh_from_db()
    assert row.state == "storing"
    assert "Thử lại" in client.get(page(row)).content.decode()
    client.post(page(row, "store"), {"version": row.version, "form_key": key()})
    while work_once():
        pass
    assert Enterprise.objects.count() == 1


def test_work_under_way_is_not_disturbed(people: Any) -> None:
    row = sent(table(GOOD), people.officer)
    services.confirm(row, valid_only=False, actor=people.officer, version=row.version)
    with pytest.raises(WrongState):
        services.drop(row, actor=people.officer)
