"""The budget table in the form of a project: typed, wrong, stored, copied, exported; without JavaScript too."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from projects.lines import LineData, lines_of
from projects.models import Project
from projects.services import change_project
from tests import factories as f
from tests.projects.lives import browser
from tests.projects.test_lines import norm
from tests.projects.test_pages import NEW, change, typed

pytestmark = pytest.mark.django_db
MILLION = 1_000_000


def cells(*rows: dict[str, str], first: int = 0) -> dict[str, str]:
    found = {f"line-{number}-{name}": text for number, row in enumerate(rows, first) for name, text in row.items()}
    return {"lines_shown": "1", **found}


SAW = {"content": "Máy cưa", "unit": "cái", "quantity": "2", "unit_price": "150.000.000", "local": "300.000.000"}
HALL = {"content": "Nhà xưởng", "counterpart": "300 triệu"}


@pytest.fixture
def draft(place: f.Place, people: f.People) -> Project:
    return f.project(place, people)


def post(people: Any, draft: Project, place: Any, *rows: dict[str, str], **fields: Any) -> Any:
    address = reverse("projects:edit", args=[draft.public_id])
    return browser(people.officer).post(address, {**change(place, draft, **fields), **cells(*rows)})


def test_lines_are_typed_into_the_form_and_shown_again(place: Any, people: Any, draft: Project) -> None:
    saw = {**SAW, "activity": "ỨNG DỤNG MÁY MÓC, thiết bị tiên tiến"}
    assert post(people, draft, place, saw, {}, HALL).status_code == 302
    kept = lines_of(draft)
    assert [line.content for line in kept] == ["Máy cưa", "Nhà xưởng"]
    assert kept[0].activity is not None and kept[0].activity.code == "MACHINE"
    client = browser(people.officer)
    page = client.get(reverse("projects:edit", args=[draft.public_id])).content.decode()
    assert 'value="150.000.000"' in page and 'value="Máy cưa"' in page
    shown = client.get(reverse("projects:detail", args=[draft.public_id])).content.decode()
    assert "Bảng dự toán: 2 dòng" in shown and "Nhà xưởng" in shown


def test_form_without_the_table_leaves_the_lines(place: Any, people: Any, draft: Project) -> None:
    post(people, draft, place, SAW, HALL)
    draft.refresh_from_db()
    address = reverse("projects:edit", args=[draft.public_id])
    assert browser(people.officer).post(address, change(place, draft, name="Tên khác")).status_code == 302
    assert len(lines_of(draft)) == 2
    draft.refresh_from_db()
    assert browser(people.officer).post(address, {**change(place, draft), **cells()}).status_code == 302
    assert lines_of(draft) == []


@pytest.mark.parametrize(
    ("wrong", "cell"),
    [
        ({**SAW, "local": "1,234"}, "local"),
        ({**SAW, "local": "300.000.000,5"}, "local"),
        ({**SAW, "unit_price": "150,000,000"}, "unit_price"),
        ({**SAW, "quantity": "1,234"}, "quantity"),
        ({**SAW, "quantity": "3"}, "national"),  # times the price is not what the sources add up to
        ({**SAW, "content": ""}, "content"),
        ({**SAW, "activity": "Không có"}, "activity"),
        ({"content": "Chưa có tiền"}, "national"),
    ],
)
def test_wrong_cell_is_named_with_its_line_and_linked(
    place: Any, people: Any, draft: Project, wrong: dict[str, str], cell: str
) -> None:
    answer = post(people, draft, place, HALL, wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and lines_of(draft) == []
    assert f'href="#id_line-1-{cell}"' in page and f'id="id_line-1-{cell}_error"' in page and "Dòng 2, " in page
    assert 'value="300 triệu"' in page  # what was typed stays


def test_sum_that_differs_is_named_at_the_estimate(place: Any, people: Any, draft: Project) -> None:
    answer = post(people, draft, place, SAW, {**HALL, "counterpart": "299.000.000"})
    assert answer.status_code == 422
    (text,) = answer.context["form"].errors["estimate_counterpart"]
    assert "299.000.000" in text and "1.000.000" in text


def test_more_than_two_hundred_lines_are_refused_whole(place: Any, people: Any, draft: Project) -> None:
    answer = post(people, draft, place, *[{"content": "x", "local": "1"}] * 201)
    assert answer.status_code == 422
    assert "200" in answer.context["form"].errors["lines"][0] and lines_of(draft) == []


def test_more_rows_are_offered_without_javascript(place: Any, people: Any, draft: Project) -> None:
    answer = post(people, draft, place, SAW, {}, {"content": "dở dang"}, more_lines="1")
    page = answer.content.decode()
    assert answer.status_code == 200 and lines_of(draft) == []
    assert 'name="line-11-content"' in page and 'value="dở dang"' in page
    assert "errorsummary" not in page and 'aria-invalid="true"' not in page


def test_new_project_takes_the_estimate_from_its_lines(place: Any, people: Any) -> None:
    f.enterprise(place), f.activity()
    answer = browser(people.centre).post(NEW, {**typed(place), **cells(SAW, HALL)})
    assert answer.status_code == 302
    row = Project.objects.get()
    assert {one.source: one.amount_vnd for one in row.estimates.all()} == {
        "local": 300 * MILLION,
        "counterpart": 300 * MILLION,
    }


def test_copy_of_a_project_brings_its_lines(place: Any, people: Any, draft: Project) -> None:
    post(people, draft, place, SAW, HALL)
    page = browser(people.centre).get(NEW, {"copy": str(draft.public_id)}).content.decode()
    assert 'value="Máy cưa"' in page and 'name="line-1-content" id="id_line-1-content" value="Nhà xưởng"' in page


def test_two_editors_see_both_tables(place: Any, people: Any, draft: Project) -> None:
    old = change(place, draft)
    data = f.project_data(
        place,
        beneficiaries=list(draft.beneficiaries.all()),
        lines=[LineData("Máy bào", money={"local": 300 * MILLION, "counterpart": 300 * MILLION})],
    )
    change_project(draft, data, actor=people.centre)
    address = reverse("projects:edit", args=[draft.public_id])
    answer = browser(people.officer).post(address, {**old, **cells(SAW, HALL)})
    assert answer.status_code == 409
    rows = {row["label"]: row for row in answer.context["unlike"]}
    assert "Máy bào" in rows["Bảng dự toán"]["stored"] and "Máy cưa" in rows["Bảng dự toán"]["typed"]


def test_norm_is_measured_by_the_lines_while_typing(place: Any, people: Any, draft: Project) -> None:
    machines = norm(place, "MACHINE")
    row = {**SAW, "quantity": "", "unit_price": "", "activity": "MACHINE", "counterpart": "100.000.000"}
    values = {
        **change(place, draft, activities=[machines.code], estimate_local="", estimate_counterpart=""),
        **cells(row),
    }
    client = browser(people.officer)
    page = " ".join(client.post(reverse("projects:ceilings"), values).content.decode().split())
    assert "mức hỗ trợ tối đa 200 triệu đồng; đã đề nghị 300" in page and "của 400 triệu đồng" in page
    assert "Đã đủ để trình duyệt" in client.post(reverse("projects:completeness"), values).content.decode()
    wrong = {**values, **cells({**row, "content": ""})}
    page = client.post(reverse("projects:ceilings"), wrong).content.decode()
    assert "của 400 triệu đồng" not in page  # what cannot be read yet is left out
    side = client.post(reverse("projects:completeness"), {**wrong, "estimate_local": "1"}).content.decode()
    assert "kc-sections" in side


def test_table_is_exported_as_a_workbook_that_counts_nothing_as_a_formula(
    place: Any, people: Any, draft: Project
) -> None:
    address = reverse("projects:lines_sheet", args=[draft.public_id])
    client = browser(people.officer)
    assert client.get(address).status_code == 404  # nothing to export yet
    post(people, draft, place, {**SAW, "content": "=1+1"}, HALL)
    answer = client.get(address)
    assert answer["Content-Disposition"] == f'attachment; filename="{draft.code}.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet, strings = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    assert "=1+1" in strings and "Nhà xưởng" in strings and "<f>" not in sheet
    figures = [int(text) for text in re.findall(r'<c r="[E-K]\d+" s="\d+"><v>(\d+)</v>', sheet)]
    assert figures == [2, *(amount * MILLION for amount in (150, 300, 300, 300, 300, 0, 300, 300, 0, 600))]
    assert browser(f.stranger()).get(address).status_code == 404
