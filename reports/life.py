"""Submitting, returning, issuing and withdrawing a report. Approving it stands in `services.publish_report`."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock
from core.text import nfc
from files.models import StoredFile
from files.services import store_bytes
from reports import services
from reports.checks import Finding, look
from reports.documents.frozen import canonical_json
from reports.models import CheckResult, Report, ReportFile, ReportState, Signature
from reports.states import REPORT_LIFE
from reports.texts import document_of, printed

if TYPE_CHECKING:
    from accounts.models import User

COMPOSED = ("texts", "checks", "reason")  # what a submitted document has beside the figures


# --- submitting -------------------------------------------------------------------------------------------------------


def figures_alone(report: Report) -> dict[str, Any]:
    """The document as it was made, before anything was written beside the figures."""
    return {key: value for key, value in document_of(report).items() if key not in COMPOSED}


def document_now(report: Report) -> dict[str, Any]:
    """The document as it reads today: of a draft with the texts as they were last written."""
    if report.state != ReportState.DRAFT:
        return document_of(report)
    return {**figures_alone(report), "texts": printed(report)}


def compose(report: Report, found: list[Finding], answers: Mapping[str, str], reason: str) -> bytes:
    """The document that is approved: figures, texts, checks with their answers, and why it is a new version."""
    document = figures_alone(report)
    document["texts"] = printed(report)
    document["checks"] = [
        {"level": finding.level, "text": finding.text, "answer": answers.get(finding.code, "")} for finding in found
    ]
    if reason:
        document["reason"] = reason
    return canonical_json(document)


@dataclass(frozen=True)
class Prepared:
    """The files of a composed document, made before the transaction that needs them."""

    content: bytes
    files: dict[str, StoredFile]


def prepare(report: Report, *, answers: Mapping[str, str], reason: str = "") -> Prepared | None:
    """Make the files of what is about to be submitted, outside of any transaction. Files nobody refers to do no harm.
    None where the report cannot be submitted: then `submit_report` says why."""
    found = look(report, figures_alone(report))
    answers, reason = _clean(answers), nfc(reason).strip()
    if _faults(report, found, answers, reason):
        return None
    content = compose(report, found, answers, reason)
    return Prepared(content, services.write_files(orjson.loads(content), content))


def _clean(answers: Mapping[str, str]) -> dict[str, str]:
    return {code: nfc(text).strip() for code, text in answers.items()}


def _faults(report: Report, found: list[Finding], answers: Mapping[str, str], reason: str) -> dict[str, str]:
    faults = {}
    for finding in found:
        if finding.level == "error":
            faults[finding.code] = finding.text
        elif not answers.get(finding.code):
            faults[finding.code] = _("Say in a sentence why this is so.")
    if report.version > 1 and not reason:
        faults["reason"] = _("Say why a new version is made: it stands in the report.")
    return faults


@transaction.atomic
def submit_report(
    report: Report,
    *,
    actor: "User",
    answers: Mapping[str, str] | None = None,
    reason: str = "",
    seen_sha256: str = "",
    prepared: Prepared | None = None,
) -> Report:
    """Hand the draft to the leader. Errors of the checks refuse it, each warning wants its answer (`answers` by code of
    the check), a version after the first its reason. `prepared`: the files, where they were made before; whatever
    changed since is looked at again, and made again here. `seen_sha256`: the draft the officer looked at."""
    report = lock(report, "supersedes", "period")
    step = REPORT_LIFE.steps["submit"]
    step.may(report, actor).require()
    services.require_step(report, "submit")
    if seen_sha256 and seen_sha256 != report.sha256:
        raise Conflict(_("The report was made again meanwhile, with other figures. Look at it before you submit it."))
    answers, reason = _clean(answers or {}), nfc(reason).strip()
    found = look(report, figures_alone(report))
    unknown = set(answers) - {finding.code for finding in found}
    faults = _faults(report, found, answers, reason)
    if faults:
        blocked = any(finding.level == "error" for finding in found)
        text = _("Put the errors right before you submit the report.") if blocked else ""
        raise Invalid(text, fields=faults)
    answers = {code: text for code, text in answers.items() if code not in unknown}
    content = compose(report, found, answers, reason)
    if prepared is None or prepared.content != content:
        prepared = Prepared(content, services.write_files(orjson.loads(content), content))
    report.checks.all().delete()
    now = clock.now()
    CheckResult.objects.bulk_create(
        CheckResult(
            report=report,
            code=finding.code,
            level=finding.level,
            text=finding.text,
            links=[list(link) for link in finding.links],
            answer=answers.get(finding.code, ""),
            answered_by_label=actor.audit_label[:200],
            answered_at=now,
        )
        for finding in found
    )
    report.files.all().delete()
    for name, stored in prepared.files.items():
        ReportFile.objects.create(report=report, format=name, file=stored)
    old = report.sha256
    report.document, report.sha256 = content, hashlib.sha256(content).hexdigest()
    report.reason = reason
    report.submitted_by, report.submitted_at = actor, now
    REPORT_LIFE.advance(report, step, actor=actor, note=reason, changes={"sha256": (old, report.sha256)})
    return report


@transaction.atomic
def return_report(report: Report, *, actor: "User", note: str = "") -> Report:
    """Back to the draft, with the reason: texts can be written again, and figures made again."""
    report = lock(report)
    REPORT_LIFE.advance(report, REPORT_LIFE.steps["return"], actor=actor, note=note)
    return report


@transaction.atomic
def withdraw_report(report: Report, *, actor: "User", note: str = "") -> Report:
    """Take back what was published, with the reason. It stays as it is, is read by everybody who could read it, and is
    marked. A new version may follow."""
    report = lock(report)
    report.withdrawn_by, report.withdrawn_at, report.withdraw_reason = actor, clock.now(), nfc(note).strip()
    REPORT_LIFE.advance(report, REPORT_LIFE.steps["withdraw"], actor=actor, note=note)
    return report


# --- issuing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signed:
    """What a PDF shows of a digital signature, read and not verified."""

    signature: Signature
    signer: str = ""


def signature_of(content: bytes) -> Signed:
    """Is there a signature in the PDF (a /ByteRange with its /Contents), and whom does it name? The name is read only
    where it stands in the open; a certificate is not opened and nothing is verified."""
    if re.search(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]", content) is None:
        return Signed(Signature.NONE)
    for place in re.finditer(rb"/ByteRange", content):
        last = content.find(b"endobj", place.start())
        around = content[content.rfind(b" obj", 0, place.start()) : last if last >= 0 else None]
        if (found := re.search(rb"/Name\s*\(((?:[^()\\]|\\.)*)\)", around)) or (
            found := re.search(rb"/Name\s*<([0-9A-Fa-f\s]+)>", around)
        ):
            return Signed(Signature.UNCHECKED, _pdf_text(found.group(1), hexadecimal=b"<" in found.group(0)))
    return Signed(Signature.UNCHECKED)


def _pdf_text(raw: bytes, *, hexadecimal: bool) -> str:
    content = bytes.fromhex(re.sub(rb"\s", b"", raw).decode()) if hexadecimal else re.sub(rb"\\(.)", rb"\1", raw)
    if content.startswith(b"\xfe\xff"):
        text = content[2:].decode("utf-16-be", "replace")
    elif content.startswith(b"\xef\xbb\xbf"):
        text = content[3:].decode("utf-8", "replace")
    else:
        text = content.decode("latin-1")
    return nfc("".join(letter for letter in text if letter.isprintable())).strip()[:200]


@transaction.atomic
def issue_report(
    report: Report, *, number: str, day: dt.date | None, pdf: bytes | None = None, actor: "User"
) -> Report:
    """Note, once, number and date the office's own document system gave the report, and the PDF it signed there."""
    report = lock(report)
    step = REPORT_LIFE.steps["issue"]
    step.may(report, actor).require()
    services.require_step(report, "issue")
    number = nfc(number).strip()
    same = (number, day) == (report.issued_no, report.issued_on)
    if report.issued_no and (report.issued_file_id or pdf is None or not same):
        raise Conflict(_("Number and date of issue are noted already; they are noted once."))
    faults = {}
    if not number:
        faults["issued_no"] = _("Enter the number.")
    if day is None:
        faults["issued_on"] = _("Enter the date.")
    elif day > clock.today():
        faults["issued_on"] = _("The date of issue lies in the future.")
    if pdf is not None and not pdf.startswith(b"%PDF"):
        faults["file"] = _("Choose the signed PDF.")
    if faults:
        raise Invalid(fields=faults)
    changes: dict[str, tuple[Any, Any]] = {"issued_no": (None, number), "issued_on": (None, day)}
    report.issued_no, report.issued_on = number, day
    if pdf is not None:
        seen = signature_of(pdf)
        report.issued_file = store_bytes(pdf, "application/pdf")
        report.issued_signature, report.issued_signer = seen.signature, seen.signer
        changes["issued_file"] = (None, report.issued_file.sha256)
    REPORT_LIFE.advance(report, step, actor=actor, changes=changes)
    return report
