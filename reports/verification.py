"""Is this paper, or this file, what the office signed? Asked by anybody, without an account; nothing is stored."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.crypto import salted_hmac

from core import clock
from reports.models import Report, ReportFile, ReportState, VerificationTry

PATH = "kiem-tra"
TRIES = 40  # within the time, from one address
WINDOW = dt.timedelta(minutes=15)
CHUNK = 1024 * 1024
UNSIGNED = ("draft", "submitted")


def verification_address(code: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/{PATH}/{code}/"


def knock(address: str) -> bool:
    """Note that somebody at the address asks. False: too often within the time; nothing is noted then."""
    now = clock.now()
    VerificationTry.objects.filter(at__lt=now - dt.timedelta(hours=1)).delete()
    key = salted_hmac("reports.verification", address, algorithm="sha256").hexdigest()
    if VerificationTry.objects.filter(address=key, at__gt=now - WINDOW).count() >= TRIES:
        return False
    VerificationTry.objects.create(address=key, at=now)
    return True


@dataclass(frozen=True)
class Genuine:
    """What everybody may know of a report: of a draft, that it is one."""

    code: str
    state: str
    title: str
    period: str
    area: str
    version: int
    office: str = ""
    number: str = ""
    issued_on: dt.date | None = None
    signer: str = ""
    signer_titles: list[str] = field(default_factory=list)
    approved_at: dt.datetime | None = None
    sha256: str = ""
    files: list[tuple[str, str]] = field(default_factory=list)  # format, hash
    newer: str = ""  # code of the version that took its place
    demonstration: bool = False


def genuine(public_id: UUID) -> Genuine | None:
    """None where there is no such report."""
    rows = Report.objects.select_related("period", "area", "published_by")
    report = rows.filter(public_id=public_id).first()
    if report is None:
        return None
    document: dict[str, Any] = orjson.loads(bytes(report.document))
    first: dict[str, Any] = {
        "code": str(report.public_id),
        "state": report.state,
        "title": document["title"],
        "period": document["period"]["label"],
        "area": document["area"]["full_name"],
        "version": report.version,
        "demonstration": report.demonstration,
    }
    if report.state in UNSIGNED:
        return Genuine(**first)
    later = report.versions().filter(version__gt=report.version)
    newer = later.exclude(state__in=UNSIGNED).order_by("-version").first()
    office = document.get("office", {})
    return Genuine(
        **first,
        office=office.get("name") or document["agency"]["name"],
        number=report.issued_no,
        issued_on=report.issued_on,
        signer=report.published_by.full_name if report.published_by else "",
        signer_titles=office.get("signer_titles", []),
        approved_at=report.published_at,
        sha256=report.sha256,
        files=sorted(report.files.values_list("format", "file__sha256")),
        newer=str(newer.public_id) if newer and report.state != ReportState.PUBLISHED else "",
    )


@dataclass(frozen=True)
class Matched:
    """A file that was brought: its hash, and the report whose file it is, letter for letter."""

    sha256: str
    format: str = ""
    report: Genuine | None = None


def match(upload: IO[bytes]) -> Matched:
    """Compare a file with those of reports that are signed. It is read in pieces and kept nowhere."""
    counted = hashlib.sha256()
    while piece := upload.read(CHUNK):
        counted.update(piece)
    sha256 = counted.hexdigest()
    rows = ReportFile.objects.filter(file__sha256=sha256).exclude(report__state__in=UNSIGNED)
    found = rows.select_related("report").order_by("-report__version").first()
    if found is None:
        return Matched(sha256)
    return Matched(sha256, found.format, genuine(found.report.public_id))
