"""The message catalogue's tool."""

import json
import shutil
from pathlib import Path

import polib
import pytest

from tools import i18n

CODE = """from django.utils.translation import gettext as _, ngettext, pgettext
a = _("One of %(name)s") % {"name": 1}
b = ngettext("%(n)d row", "%(n)d rows", 2)
c = pgettext("money", "Left")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not shutil.which("xgettext"):
        pytest.skip("needs xgettext: apt-get install gettext")
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "code.py").write_text(CODE)
    (tmp_path / "app" / "templates" / "page.html").write_text('{% load i18n %}{% translate "Hello" %}')
    folder = tmp_path / "locale" / "vi" / "LC_MESSAGES"
    for name, value in {
        "ROOT": tmp_path,
        "FOLDER": folder,
        "PO": folder / "django.po",
        "MO": folder / "django.mo",
    }.items():
        monkeypatch.setattr(i18n, name, value)
    return tmp_path


def put(project: Path, translations: dict[str, object]) -> bool:
    file = project / "given.json"
    file.write_text(json.dumps(translations))
    return i18n.put(file)


COMPLETE = {
    "One of %(name)s": "Một của %(name)s",
    "%(n)d row": ["%(n)d dòng"],
    "money\x04Left": "Còn lại",
    "Hello": "Xin chào",
}


def test_todo_lists_messages_of_the_given_paths(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    i18n.todo(["app/templates"])
    assert json.loads(capsys.readouterr().out) == {"Hello": ""}
    i18n.todo([])
    assert set(json.loads(capsys.readouterr().out)) == set(COMPLETE)


def test_complete_catalogue_passes_and_is_compiled(project: Path) -> None:
    assert put(project, COMPLETE)
    assert i18n.check() == []
    compiled = {entry.msgid: entry for entry in polib.mofile(str(i18n.MO))}
    assert compiled["Hello"].msgstr == "Xin chào"
    assert compiled["%(n)d row"].msgstr_plural == {0: "%(n)d dòng"}


def test_check_names_what_is_untranslated_stale_fuzzy_or_not_compiled(project: Path) -> None:
    assert put(project, {key: value for key, value in COMPLETE.items() if key != "Hello"})
    assert i18n.check() == ["no Vietnamese: 'Hello'"]
    put(project, COMPLETE)
    (project / "app" / "code.py").write_text(CODE + 'd = _("New")\n')
    assert i18n.check() == ["not in the catalogue, run make messages: 'New'"]
    (project / "app" / "code.py").write_text(CODE.replace('c = pgettext("money", "Left")', ""))
    assert i18n.check() == ["not in the source, run make messages: 'Left'"]
    (project / "app" / "code.py").write_text(CODE)
    i18n.PO.write_text(i18n.PO.read_text().replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'))
    assert "fuzzy: 'Hello'" in i18n.check()
    i18n.PO.write_text(i18n.PO.read_text().replace("#, fuzzy\n", "").replace("Xin chào", "Chào"))
    assert len(i18n.check()) == 1 and "is not made from the .po" in i18n.check()[0]


def test_translation_that_loses_a_placeholder_is_refused(project: Path) -> None:
    assert put(project, COMPLETE)
    assert not put(project, {"One of %(name)s": "Một của %(nam)s"})
    assert i18n.check() == []


def test_translation_survives_while_its_message_is_away(project: Path) -> None:
    assert put(project, COMPLETE)
    page = project / "app" / "templates" / "page.html"
    text = page.read_text()
    page.write_text("")
    i18n.update(prune=False)
    page.write_text(text)
    i18n.update(prune=False)
    assert i18n.check() == []
