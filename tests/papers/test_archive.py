"""The whole file of a project: everything that was stored, the portal's papers, the history and a true index."""

import hashlib
import io
import zipfile
from typing import Any

import orjson
import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from core.errors import Invalid
from files.services import path_of, store_bytes
from papers import archive
from projects.models import Contract, Decision, ProgressPhoto, Project, StepPaper
from tests import factories
from tests.papers.test_papers import whole_life
from tests.projects import lives


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def index_of(box: zipfile.ZipFile) -> list[dict[str, Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(box.read(archive.INDEX)))
    rows = book.get_sheet_by_index(0).to_python()
    top = next(number for number, row in enumerate(rows) if row[0] == "TT")
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :] if row[0]]


@pytest.fixture
def full(place: factories.Place, people: factories.People) -> Project:
    row = whole_life(place, people)
    photo = store_bytes(b"\xff\xd8\xff photo", "image/jpeg")
    ProgressPhoto.objects.create(update=row.updates.first(), file=photo, caption="Máy bào: mặt trước/sau")
    return row


@pytest.mark.django_db
def test_the_zip_holds_every_stored_file_and_an_index_that_is_true(full: Project) -> None:
    box = opened(archive.whole_file(full).read())
    names = box.namelist()
    assert box.testzip() is None and len(set(names)) == len(names)
    assert "01 Quyết định/01 45-QĐ-UBND 15-09-2026.pdf" in names
    assert "05 Ảnh/01 Máy bào- mặt trước-sau 15-09-2026.jpg" in names
    assert all(info.flag_bits & 0x800 for info in box.infolist() if not info.filename.isascii())  # UTF-8 names
    stored = {hashlib.sha256(box.read(name)).hexdigest() for name in names}
    for model in (Decision, StepPaper, Contract):
        for row in model.objects.filter(project=full, file__isnull=False):
            assert row.file.sha256 in stored
    index = index_of(box)
    listed = {line["Tên tệp"]: line["SHA-256"] for line in index if line["Tên tệp"]}
    assert set(listed) == set(names) - {archive.INDEX}
    for name, sha256 in listed.items():
        assert hashlib.sha256(box.read(name)).hexdigest() == sha256
    without = [line for line in index if not line["Tên tệp"]]
    assert without and {line["Ghi chú"] for line in without} == {"Không có tệp đính kèm"}
    assert sum(name.startswith("06 ") for name in names) == 8


@pytest.mark.django_db
def test_the_same_project_is_packed_to_the_same_bytes_also_another_day(full: Project, clock: Any) -> None:
    first = archive.whole_file(full).read()
    clock.set("2026-09-20")
    assert archive.whole_file(full).read() == first


@pytest.mark.django_db
def test_the_history_tells_every_step_and_no_address_of_a_person(full: Project) -> None:
    history = orjson.loads(opened(archive.whole_file(full).read()).read(archive.HISTORY))
    actions = [entry["action"] for entry in history["entries"]]
    assert actions[0] == "create" and {"submit", "appraise", "approve", "settle"} <= set(actions)
    assert not {"address", "device"} & set(history["entries"][0])


@pytest.mark.django_db
def test_a_file_that_is_lost_is_named_and_does_not_hide_the_others(full: Project) -> None:
    lost = Decision.objects.get(project=full).file
    assert lost is not None
    path_of(lost.sha256).write_bytes(b"damaged")
    box = opened(archive.whole_file(full).read())
    (line,) = [line for line in index_of(box) if line["Ghi chú"] == archive.LOST]
    assert line["SHA-256"] == lost.sha256 and not line["Tên tệp"]
    assert any(name.startswith("03 ") for name in box.namelist())


@pytest.mark.django_db
def test_a_file_too_large_to_be_packed_is_said_before(
    full: Project, people: factories.People, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = lives.browser(people.officer)
    url = reverse("papers:whole_file", args=[full.public_id])
    answer = client.get(url)
    assert answer.status_code == 200 and opened(answer.getvalue()).testzip() is None
    monkeypatch.setattr(archive, "MAX_BYTES", 5)
    assert client.get(reverse("papers:project", args=[full.public_id])).context["too_large"]
    with pytest.raises(Invalid):
        archive.whole_file(full)
    assert client.get(url).status_code == 400
