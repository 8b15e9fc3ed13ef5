"""The message catalogue: English messages in the code, Vietnamese in locale/vi/LC_MESSAGES/django.po.

    python tools/i18n.py todo [PATH ...]    messages still without Vietnamese, as JSON to fill in (only those of PATH)
    python tools/i18n.py set FILE.json      put translations in: {"english": "vietnamese", "one thing": ["vietnamese"]}
    python tools/i18n.py update [--prune]   bring the catalogue up to the source (--prune: forget what is gone)
    python tools/i18n.py compile            write the .mo beside the .po
    python tools/i18n.py check              complete, no fuzzy entry, fresh against the source, .mo equal to the .po

The catalogue names no source lines, so that a moved line changes nothing; it is sorted, so that two people's new
messages rarely meet. Commands that write take a lock and may run at the same time. A message with a context is
written in the JSON as "context\\u0004message", one with a plural by its singular.
"""

import argparse
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "vi" / "LC_MESSAGES"
PO = FOLDER / "django.po"
MO = FOLDER / "django.mo"

SKIPPED = {".venv", ".git", "var", "node_modules", "tests", "tools", "migrations", "static", "docs", "locale", "data"}
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-zA-Z]|%[sd]|\{(\w*)\}")
HEAD = "The Vietnamese messages. Written by tools/i18n.py, which keeps them sorted and complete."
HEADER = {
    "Project-Id-Version": "khuyencong",
    "Language": "vi",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str, str]  # context, message


class Trouble(Exception):
    """Something the person at the command line has to put right."""


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid)


def written(key: Key) -> str:
    """The key as it stands in a JSON file."""
    context, message = key
    return f"{context}\x04{message}" if context else message


# --- what the source says ---------------------------------------------------------------------------------------------


def sources(suffix: tuple[str, ...]) -> Iterator[Path]:
    for folder, names, files in os.walk(ROOT):
        names[:] = sorted(name for name in names if name not in SKIPPED and not name.startswith("."))
        for name in sorted(files):
            path = (Path(folder) / name).relative_to(ROOT)
            if path.suffix in suffix and (path.suffix == ".py" or "templates" in path.parts):
                yield path


def extract(*, strict: bool = False) -> dict[Key, polib.POEntry]:
    """Every message of the source, with the places it occurs at (entry.occurrences). A file that cannot be read is
    told and left out, or is an error if strict."""
    if not shutil.which("xgettext"):
        raise Trouble("xgettext is missing: install the package gettext (apt-get install gettext)")
    with tempfile.TemporaryDirectory() as temporary:
        # Everything is laid out once more as Python, templates included, so that xgettext names the true paths.
        copy = Path(temporary)
        names = []
        for path in sources((".py", ".html", ".txt")):
            try:
                text = (ROOT / path).read_text(encoding="utf-8")
                if path.suffix != ".py":
                    text = templatize(text, origin=str(path))
            except (SyntaxError, OSError) as error:
                if strict:
                    raise Trouble(f"{path}: {error}") from error
                print(f"left out: {path}: {error}", file=sys.stderr)
                continue
            if "gettext" not in text and "_(" not in text:
                continue
            target = copy / (str(path) if path.suffix == ".py" else f"{path}.py")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            names.append(str(target.relative_to(copy)))
        if not names:
            return {}
        (copy / "names").write_text("\n".join(names))
        command = ["xgettext", "--from-code=UTF-8", "--language=Python", "--files-from=names", "--output=all.pot"]
        command += ["--add-comments=Translators", *(f"--keyword={keyword}" for keyword in KEYWORDS)]
        run = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Trouble(run.stderr)
        pot = (copy / "all.pot").read_text(encoding="utf-8").replace("charset=CHARSET", "charset=UTF-8")
        found = polib.pofile(pot)
    for entry in found:
        entry.occurrences = [
            (path.removesuffix(".py") if path.endswith((".html.py", ".txt.py")) else path, line)
            for path, line in entry.occurrences
        ]
    return {key_of(entry): entry for entry in found}


# --- the catalogue ----------------------------------------------------------------------------------------------------


@contextmanager
def locked() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    handle = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def load() -> polib.POFile:
    catalogue = polib.pofile(str(PO), wrapwidth=110) if PO.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(HEADER)
    catalogue.header = HEAD
    return catalogue


def merged(catalogue: polib.POFile, found: dict[Key, polib.POEntry], *, prune: bool = False) -> polib.POFile:
    """The catalogue as it should stand for these messages. What is gone stays as obsolete unless pruned: it may be
    a template that somebody is just rewriting."""
    kept = {key_of(entry): entry for entry in catalogue}
    result = polib.POFile(wrapwidth=110)
    result.metadata, result.header = dict(HEADER), HEAD
    for key in sorted(set(found) | set(kept), key=lambda key: (key[1], key[0])):
        new, old = found.get(key), kept.get(key)
        if new is None:
            assert old is not None
            if not prune and (old.msgstr or old.msgstr_plural):
                old.obsolete = True
                result.append(old)
            continue
        plural = {0: (old.msgstr_plural.get(0) or old.msgstr) if old else ""} if new.msgid_plural else {}
        result.append(
            polib.POEntry(
                msgctxt=new.msgctxt,
                msgid=new.msgid,
                msgid_plural=new.msgid_plural,
                msgstr="" if new.msgid_plural or old is None else old.msgstr or old.msgstr_plural.get(0, ""),
                msgstr_plural=plural,
                comment=new.comment,
                flags=[flag for flag in new.flags if flag != "fuzzy"],
            )
        )
    return result


def save(catalogue: polib.POFile) -> None:
    for path, content in ((PO, f"{catalogue}\n".encode()), (MO, catalogue.to_binary())):
        if path.exists() and path.read_bytes() == content:
            continue
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(content)
        temporary.replace(path)


def translation(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def wrong_placeholders(entry: polib.POEntry) -> bool:
    """Whether the translation names something the message does not give, or leaves out what it gives. A plural's
    singular may do without its number."""
    if not translation(entry) or not {"python-format", "python-brace-format"} & set(entry.flags):
        return False
    has = placeholders(translation(entry))
    return has != placeholders(entry.msgid_plural or entry.msgid)


# --- commands ---------------------------------------------------------------------------------------------------------


def update(*, prune: bool) -> None:
    with locked():
        catalogue = merged(load(), extract(), prune=prune)
        save(catalogue)
    left = sum(1 for entry in catalogue if not entry.obsolete and not translation(entry))
    print(f"{sum(not entry.obsolete for entry in catalogue)} messages, {left} without Vietnamese")


def todo(prefixes: list[str]) -> None:
    found = extract()
    with locked():
        catalogue = merged(load(), found)
        save(catalogue)
    wanted = tuple(str(Path(prefix)) for prefix in prefixes)
    result: dict[str, str | list[str]] = {}
    for entry in catalogue:
        if entry.obsolete or translation(entry):
            continue
        places = [path for path, _line in found[key_of(entry)].occurrences]
        if wanted and not any(place == prefix or place.startswith(prefix) for place in places for prefix in wanted):
            continue
        result[written(key_of(entry))] = [""] if entry.msgid_plural else ""
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()


def put(file: Path) -> bool:
    """Put the translations of a JSON file in. False when some could not be."""
    given: dict[str, str | list[str]] = json.loads(file.read_text(encoding="utf-8"))
    good = True
    with locked():
        catalogue = merged(load(), extract())
        entries = {written(key_of(entry)): entry for entry in catalogue if not entry.obsolete}
        for message, value in given.items():
            text = value[0] if isinstance(value, list) and value else value
            entry = entries.get(message)
            if not isinstance(text, str) or not text.strip():
                print(f"empty: {message!r}")
                continue
            if entry is None:
                print(f"not in the source: {message!r}")
                good = False
                continue
            before = translation(entry)
            if entry.msgid_plural:
                entry.msgstr_plural = {0: text}
            else:
                entry.msgstr = text
            if wrong_placeholders(entry):
                print(f"placeholders differ, left as it was: {message!r} → {text!r}")
                good = False
                if entry.msgid_plural:
                    entry.msgstr_plural = {0: before}
                else:
                    entry.msgstr = before
            elif before and before != text:
                print(f"changed: {message!r}: {before!r} → {text!r}")
        save(catalogue)
    return good


def compile_catalogue() -> None:
    with locked():
        save(load())


def check() -> list[str]:
    """What is wrong, one line each."""
    if not PO.exists():
        return [f"{PO.relative_to(ROOT)} is missing"]
    catalogue = load()
    living = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    wrong = [f"no Vietnamese: {entry.msgid!r}" for entry in living.values() if not translation(entry)]
    wrong += [f"fuzzy: {entry.msgid!r}" for entry in living.values() if entry.fuzzy]
    wrong += [f"placeholders differ: {entry.msgid!r}" for entry in living.values() if wrong_placeholders(entry)]
    if not MO.exists() or MO.read_bytes() != catalogue.to_binary():
        wrong.append(f"{MO.relative_to(ROOT)} is not made from the .po: run make messages")
    if not shutil.which("xgettext"):
        print("Not checked against the source: xgettext is missing (apt-get install gettext).")
        return wrong
    found = extract(strict=True)
    wrong += [f"not in the catalogue, run make messages: {key[1]!r}" for key in found if key not in living]
    wrong += [f"not in the source, run make messages: {key[1]!r}" for key in living if key not in found]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="The message catalogue.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("todo").add_argument("prefixes", nargs="*")
    commands.add_parser("set").add_argument("file", type=Path)
    commands.add_parser("update").add_argument("--prune", action="store_true")
    commands.add_parser("compile")
    commands.add_parser("check")
    options = parser.parse_args()
    try:
        if options.command == "todo":
            todo(options.prefixes)
        elif options.command == "set":
            return 0 if put(options.file) else 1
        elif options.command == "update":
            update(prune=options.prune)
        elif options.command == "compile":
            compile_catalogue()
        else:
            wrong = check()
            print("\n".join(wrong) if wrong else "The catalogue is complete and fresh.")
            return 1 if wrong else 0
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
