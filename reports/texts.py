"""The texts beside the figures: written from them, edited by officers, kept while figures change."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from reports.kinds.kind import KINDS
from reports.kinds.texts import Part, figures_of, write
from reports.models import Report, ReportState, ReportText
from reports.permissions import may_submit

if TYPE_CHECKING:
    from accounts.models import User

MAX_TEXT = 20_000


def document_of(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(bytes(report.document))
    return found


def parts_of(report: Report) -> tuple[Part, ...]:
    kind = KINDS.get(report.kind)
    return kind.texts if kind else ()


def prefill(report: Report) -> None:
    """Write the texts of a draft from its figures: those nobody has edited. A new version goes on with what was edited
    in the one before. Inside the transaction that makes the report."""
    document = document_of(report)
    known = {row.code: row for row in report.texts.all()}
    edited = {}
    if report.supersedes is not None:
        edited = {row.code: row for row in report.supersedes.texts.filter(edited=True)}
    for part in parts_of(report):
        row = known.get(part.code)
        if row is not None and row.edited:
            continue
        if row is None:
            row = ReportText(report=report, code=part.code)
            before = edited.get(part.code)
            if before is not None:
                row.title, row.text, row.figures, row.edited = before.title, before.text, before.figures, True
                row.changed_by_label, row.changed_at = before.changed_by_label, before.changed_at
                row.save()
                continue
        else:
            row.version += 1
        written = write(part, document)
        row.title, row.text, row.figures = part.title, written.text, written.figures
        row.changed_at = clock.now()
        row.save()


@dataclass(frozen=True)
class Stale:
    """A figure that stands in an edited text as it was, and what it is now."""

    was: str
    now: str


def _stands(number: str, text: str) -> bool:
    """Does the number stand in the text by itself, and not as a part of a longer one?"""
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![.,]?\d)", text) is not None


def stale(row: ReportText, document: dict[str, Any], part: Part) -> list[Stale]:
    """Figures in the text that no longer are those of the report."""
    now = figures_of(part, document)
    found = [
        Stale(was, now[key])
        for key, was in row.figures.items()
        if key in now and now[key] != was and _stands(was, row.text)
    ]
    return list(dict.fromkeys(found))


@transaction.atomic
def edit_texts(report: Report, texts: dict[str, str], versions: dict[str, int], *, actor: "User") -> Report:
    """Keep what an officer wrote, part by part (`texts` by code). `versions`: those the officer began from. Raises
    Conflict (`stale`) where somebody else wrote a part meanwhile; then nothing is kept."""
    report = lock(report)
    may_submit(report, actor).require()
    if report.state != ReportState.DRAFT:
        raise WrongState(_("Texts are written while the report is a draft."))
    rows = {row.code: row for row in report.texts.all()}
    unknown = set(texts) - set(rows)
    if unknown:
        raise Invalid(fields={min(unknown): _("The report has no such text.")})
    document, parts = document_of(report), {part.code: part for part in parts_of(report)}
    changes: dict[str, tuple[Any, Any]] = {}
    for code, text in texts.items():
        row, text = rows[code], nfc(text).replace("\r\n", "\n").strip()
        if len(text) > MAX_TEXT:
            raise Invalid(fields={code: _("At most %(count)s characters.") % {"count": MAX_TEXT}})
        if text == row.text:
            continue
        if versions.get(code) != row.version:
            raise Conflict(_("Somebody else has written here meanwhile. Compare both, then save again."), code="stale")
        changes[f"text_{code}"] = (row.text, text)
        row.figures = _now_seen(row, text, figures_of(parts[code], document) if code in parts else {})
        row.text, row.edited, row.version = text, True, row.version + 1
        row.changed_by_label, row.changed_at = actor.audit_label[:200], clock.now()
        row.save()
    if changes:
        record(report, "write_texts", actor=actor, changes=changes)
    return report


def _now_seen(row: ReportText, text: str, now: dict[str, str]) -> dict[str, str]:
    """The figures the text was written with: those of today, but for an old one that still stands in it."""
    return {
        key: row.figures[key]
        if row.figures.get(key, value) != value and _stands(row.figures[key], text) and not _stands(value, text)
        else value
        for key, value in now.items()
    }


def printed(report: Report) -> list[dict[str, Any]]:
    """The texts as they stand in the document: without the parts that say nothing."""
    rows = [(row, [line.strip() for line in row.text.split("\n") if line.strip()]) for row in report.texts.all()]
    return [{"code": row.code, "title": row.title, "paragraphs": lines} for row, lines in rows if lines]
