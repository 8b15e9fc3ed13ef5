"""Every stored file is read again: what is missing, changed by a bit or known to nobody is named, with its records."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from core import clock as portal_clock
from files.checking import FOLDERS, Part, check, next_part, read
from files.models import FileFault, StoredFile
from files.services import path_of, store_bytes
from files.sweeping import referring, sweep
from files.tasks import check_files
from home.damage import KINDS
from papers.models import PaperTemplate
from tests import factories as f
from tests.clocks import Clock
from tests.projects.lives import browser
from tests.reports.test_making import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, clock: Clock) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    clock.set(portal_clock.now())
    return tmp_path / "files"


def run(*options: str) -> tuple[str, str]:
    """What the command said, and the error it ended with."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("check_files", *options, stdout=out, stderr=err)
    except CommandError as error:
        assert error.returncode == 1
        return err.getvalue(), str(error)
    return out.getvalue(), ""


def flip(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)


def test_flipped_bit_missing_file_and_orphan_are_named_with_their_records(folder: Path, clock: Clock) -> None:
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    report = make(place, people.officer)
    template = store_bytes(b"template", "text/plain")
    PaperTemplate.objects.create(form="letter", file=template, version=1)
    count = StoredFile.objects.count()
    assert count >= 5 and run() == (f"{count} files, 0 MB, each the same to the byte\n", "")

    files = {row.format: row.file.sha256 for row in report.files.select_related("file")}
    flip(path_of(files["pdf"]))
    path_of(files["xlsx"]).unlink()
    path_of(template.sha256).write_bytes(b"templat")  # cut off
    unknown = [path_of("ab" + "0" * 62), folder / "copy.pdf"]
    for one in unknown:
        one.parent.mkdir(exist_ok=True)
        one.write_bytes(b"x")
    said, error = run()
    assert (
        error == f"3 of {count} files are missing, changed or known to nobody"
    )  # what is young may be just being stored
    pdf = report.files.get(format="pdf")
    lines = said.splitlines()
    assert f"changed: {files['pdf'][:2]}/{files['pdf']} (reports.ReportFile {pdf.pk}: {pdf})" in lines
    assert any(line.startswith(f"missing: {files['xlsx'][:2]}/{files['xlsx']} (reports.ReportFile") for line in lines)
    assert any(line.startswith(f"changed: {template.sha256[:2]}/{template.sha256} (papers.") for line in lines)
    clock.move(hours=25)
    said, error = run()
    assert error.startswith(f"5 of {count + 2} ")
    assert {"orphan: copy.pdf", f"orphan: ab/{unknown[0].name}"} <= set(said.splitlines())
    # Of reports alone neither the template nor what nobody knows.
    said, error = run("--app", "reports")
    assert error.startswith("2 of 4 ") and template.sha256 not in said


def test_file_just_swept_is_no_fault(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    store_bytes(b"forgotten", "text/plain")
    clock.move(hours=25)
    found = check()
    from files import checking

    really = checking.path_of

    def swept(sha256: str) -> Path:
        sweep()
        return really(sha256)

    monkeypatch.setattr(checking, "path_of", swept)
    assert [looked.fault for looked in found] == [None]


def test_parts_together_are_everything_and_each_file_is_in_one(clock: Clock) -> None:
    for number in range(40):
        store_bytes(bytes([number]), "text/plain")
    assert sum(len(list(check(Part(number, 7)))) for number in range(1, 8)) == 40
    assert sorted(name for number in range(1, 25) for name in Part(number, 24).folders()) == FOLDERS
    with pytest.raises(CommandError):
        call_command("check_files", "--part", "9/7")
    with pytest.raises(CommandError):
        call_command("check_files", "--app", "nowhere")


def test_page_of_administrators_tells_what_is_damaged_until_it_is_put_back(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.tasks.close_old_connections", lambda: None)
    place = f.Place()
    people = f.People(place)
    f.approved(place, people)
    report = make(place, people.officer)
    pdf = report.files.select_related("file").get(format="pdf")
    admin, page = browser(people.administrator), reverse("home:damaged_files")

    def day() -> str:
        for _hour in range(24):
            check_files()
            clock.move(hours=1)
        return str(admin.get(page).content.decode())

    assert "Đến nay chưa thấy tệp nào hỏng" in admin.get(page).content.decode()  # nothing was read yet
    assert "Đủ mọi tệp" in day()
    flip(path_of(pdf.file.sha256))
    shown = day()
    assert f"{pdf.file.sha256[:2]}/{pdf.file.sha256}" in shown and f"Tệp của báo cáo {pdf.pk}" in shown
    assert "Bị hỏng" in shown
    assert f"Lấy lại tệp {pdf.file.sha256[:12]} từ bản sao lưu" in admin.get("/").content.decode()
    first = FileFault.objects.get().found_at
    day()
    assert FileFault.objects.get().found_at == first  # since when stays
    flip(path_of(pdf.file.sha256))
    assert "Đủ mọi tệp" in day()
    clock.move(hours=3)
    assert "đã hơn một ngày" in admin.get(page).content.decode()
    assert browser(people.officer).get(page).status_code == 403


def test_file_with_a_name_of_other_bytes_is_told_and_stops_nothing(folder: Path, clock: Clock) -> None:
    (folder / "00").mkdir(parents=True)
    Path(os.fsdecode(os.fsencode(folder / "00") + b"/b\xe1o c\xe1o.pdf")).write_bytes(b"x")
    clock.move(hours=25)
    assert [str(fault) for fault in read(Part(1, 24))] == ["orphan: 00/b\\xe1o c\\xe1o.pdf"]
    assert FileFault.objects.get().place == "00/b\\xe1o c\\xe1o.pdf"


def test_hour_without_a_worker_is_made_up_for(clock: Clock) -> None:
    for number in range(1, 25):
        assert next_part() == Part(number, 24)
        read(next_part())
        clock.move(hours=2 if number == 5 else 1)
    assert next_part() == Part(1, 24)


def test_every_kind_of_record_that_refers_to_files_has_its_words() -> None:
    assert {relation.related_model._meta.label for relation in referring()} == set(KINDS)


def test_each_hour_of_a_day_reads_its_part_and_tells_the_log(
    clock: Clock, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.tasks.close_old_connections", lambda: None)  # the test's own would be among them
    stored = store_bytes(b"damaged", "text/plain")
    flip(path_of(stored.sha256))
    clock.set("2026-03-02 00:10")
    for _hour in range(24):
        check_files()
        clock.move(hours=1)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"stored file changed: {stored.sha256[:2]}/{stored.sha256} (nothing refers to it)"
    ]
