"""The whole file of a project as one ZIP with an index: every stored paper and photo, the portal's own papers as PDF,
and the history. The same project gives the same bytes, whenever it is packed."""

import datetime as dt
import hashlib
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit import words as trail
from audit.models import Entry
from core.errors import Invalid
from core.text import nfc
from files.models import StoredFile
from files.services import read_bytes
from funding.models import LedgerEntry
from papers.catalogue import OF_PROJECT
from papers.content import Known
from papers.models import Sample
from papers.services import pdf_of
from papers.sheets import table_book
from papers.words import day
from projects.models import InspectionState, ProgressPhoto, Project
from projects.states import PROJECT_LIFE

MAX_BYTES = 300 * 1024 * 1024
INDEX = "00 Mục lục hồ sơ.xlsx"
HISTORY = "07 Lịch sử.json"
LOST = "Tệp không có trên máy chủ"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
HEADS = (
    ("TT", 6),
    ("Giấy tờ", 40),
    ("Số", 22),
    ("Ngày", 13),
    ("Tên tệp", 60),
    ("SHA-256", 70),
    ("Ghi chú", 30),
)


@dataclass(frozen=True)
class Paper:
    """One line of the index. `content` for what the portal makes itself; neither file nor content: noted, no scan."""

    folder: str
    title: str
    number: str
    on: dt.date | None
    stored: StoredFile | None = None
    content: bytes | None = None
    ending: str = "pdf"


@dataclass(frozen=True)
class Line:
    paper: Paper
    name: str
    sha256: str
    note: str


def size_of(project: Project) -> int:
    """Bytes of all stored files of the project."""
    return sum(paper.stored.size for paper in _stored(project) if paper.stored)


def whole_file(project: Project) -> IO[bytes]:
    """The ZIP, as an open file at its beginning. Raises Invalid where it would be too large to be made at once."""
    size = size_of(project)
    if size > MAX_BYTES:
        text = _("The files of this project are %(size)s MB together; at most %(most)s MB are packed at once.")
        raise Invalid(text % {"size": size // 1024**2, "most": MAX_BYTES // 1024**2}, code="too_large")
    made_at = state_of(project)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(out, "w") as box, override("vi"):
        lines = list(_pack(box, [*_stored(project), *_own(project, made_at)], made_at))
        history = _history(project)
        _write(box, HISTORY, history, made_at)
        lines.append(
            Line(
                Paper("", "Lịch sử của đề án", "", timezone.localtime(made_at).date()),
                HISTORY,
                hashlib.sha256(history).hexdigest(),
                "",
            )
        )
        _write(box, INDEX, _index(project, lines, made_at), made_at)
    out.seek(0)
    return out


def state_of(project: Project) -> dt.datetime:
    """When something of the project changed last: the moment every part of the ZIP is dated by."""
    last = Entry.objects.about(project).first()
    found: dt.datetime = last.at if last else project.created_at
    return found.replace(microsecond=0)


def _stored(project: Project) -> Iterator[Paper]:
    """What officials put in, in the order of the life of a project."""
    for decision in project.decisions.select_related("file"):
        title = f"Quyết định của {decision.issuer_name}"
        yield Paper("01 Quyết định", title, decision.number, decision.decided_on, decision.file)
    for step in project.papers.select_related("file").order_by("dated_on", "pk"):
        with override("vi"):
            label = str(PROJECT_LIFE.steps[step.step].label)
        yield Paper("02 Giấy tờ các bước", label, step.number, step.dated_on, step.file)
    for contract in project.contracts.select_related("file"):
        with override("vi"):
            label = str(contract.get_kind_display())
        label = f"Phụ lục: {label}" if contract.annex_of_id else label
        label = f"{label} (đã hủy ghi nhận)" if contract.voided_at else label
        yield Paper("03 Hợp đồng", label, contract.number, contract.signed_on, contract.file)
    for adjustment in project.adjustments.select_related("file").order_by("pk"):
        yield Paper("04 Điều chỉnh", "Điều chỉnh đề án", adjustment.number, adjustment.decided_on, adjustment.file)
    inspections = project.inspections.filter(state=InspectionState.SIGNED).select_related("file", "corrected_by")
    for row in inspections.order_by("inspected_on", "pk"):
        replaced = getattr(row, "corrected_by", None)
        title = f"Biên bản kiểm tra ngày {row.inspected_on:%d/%m/%Y}"
        title = f"{title} (đã có bản đính chính)" if replaced and replaced.state == InspectionState.SIGNED else title
        yield Paper("08 Kiểm tra", title, row.number, row.minutes_on or row.inspected_on, row.file)
        for picture in row.photos.select_related("file"):
            yield Paper("08 Kiểm tra", "Ảnh kiểm tra", "", row.inspected_on, picture.file)
    photos = ProgressPhoto.objects.filter(update__project=project).select_related("file", "update")
    for photo in photos.order_by("update__on", "update_id", "pk"):
        yield Paper("05 Ảnh", photo.caption or "Ảnh tiến độ", "", photo.update.on, photo.file)


def _own(project: Project, made_at: dt.datetime) -> Iterator[Paper]:
    """The papers the portal makes, those that are possible by now."""
    known = Known(project)
    for form in OF_PROJECT:
        if not form.available(project):
            continue
        people: list[Any] = [None]
        if form.per_beneficiary:
            people = list(known.beneficiaries)
        for person in people:
            context = known.context(form, person)
            title = f"{form.title}: {person.name}" if person and len(people) > 1 else str(form.title)
            title = f"{title} (dự thảo)" if context["mark"] else title
            yield Paper("06 Biểu mẫu từ cổng", title, "", None, content=pdf_of(form, context, made_at))


def _pack(box: zipfile.ZipFile, papers: list[Paper], made_at: dt.datetime, above: str = "") -> Iterator[Line]:
    count: dict[str, int] = {}
    for paper in papers:
        if paper.stored is None and paper.content is None:
            yield Line(paper, "", "", "Không có tệp đính kèm")
            continue
        try:
            content = paper.content if paper.stored is None else read_bytes(paper.stored)
        except (OSError, ValueError):
            yield Line(paper, "", paper.stored.sha256 if paper.stored else "", LOST)
            continue
        assert content is not None
        count[paper.folder] = count.get(paper.folder, 0) + 1
        name = above + _name(paper, count[paper.folder])
        _write(box, name, content, paper.stored.stored_at if paper.stored else made_at)
        yield Line(paper, name, hashlib.sha256(content).hexdigest(), "")


def _name(paper: Paper, number: int) -> str:
    """«01 Quyết định/02 45-QĐ-UBND 15-09-2026.pdf»: Vietnamese letters stay, what no system takes becomes a dash."""
    ending = ENDINGS.get(paper.stored.content_type, "bin") if paper.stored else paper.ending
    parts = [f"{number:02d}", paper.number or paper.title]
    if paper.on:
        parts.append(f"{paper.on:%d-%m-%Y}")
    stem = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in " ".join(parts))
    return f"{paper.folder}/{nfc(stem)[:100].rstrip(' .')}.{ending}"


def _write(box: zipfile.ZipFile, name: str, content: bytes, moment: dt.datetime) -> None:
    local = timezone.localtime(moment)
    info = zipfile.ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    info.external_attr = 0o644 << 16
    packed = name.endswith((".jpg", ".png", ".xlsx"))
    box.writestr(info, content, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)


def _index(project: Project, lines: list[Line], made_at: dt.datetime) -> bytes:
    title = ("MỤC LỤC HỒ SƠ", f"{project.code} – {project.name}")
    return table_book("Mục lục hồ sơ", title, HEADS, _index_rows(lines), made_at=made_at)


def _index_rows(lines: list[Line]) -> list[tuple[tuple[Any, ...], bool]]:
    return [
        (
            (
                number,
                line.paper.title,
                line.paper.number,
                day(line.paper.on) if line.paper.on else "",
                line.name,
                line.sha256,
                line.note,
            ),
            False,
        )
        for number, line in enumerate(lines, 1)
    ]


# --- a sample of payments ---------------------------------------------------------------------------------------------

PAYMENTS = "00 Chứng từ được chọn.xlsx"
FILES = "01 Mục lục tệp.xlsx"
PAYMENT_HEADS = (
    ("TT", 6),
    ("Số chứng từ", 22),
    ("Ngày chứng từ", 14),
    ("Ngày ghi nhận", 14),
    ("Nội dung", 18),
    ("Nguồn", 24),
    ("Năm ngân sách", 12),
    ("Số tiền (đồng)", 18),
    ("Đề án", 40),
    ("Thư mục", 20),
)


def sample_file(sample: Sample) -> IO[bytes]:
    """The payments drawn, and of each project among them every stored paper, as one ZIP. Raises Invalid as above."""
    entries = list(sample.entries.select_related("budget", "project").order_by("document_on", "pk"))
    projects = sorted({row.project for row in entries if row.project}, key=lambda project: project.code)
    size = sum(size_of(project) for project in projects)
    if size > MAX_BYTES:
        text = _("The files of this sample are %(size)s MB together; at most %(most)s MB are packed at once.")
        raise Invalid(text % {"size": size // 1024**2, "most": MAX_BYTES // 1024**2}, code="too_large")
    made_at = sample.drawn_at.replace(microsecond=0)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(out, "w") as box, override("vi"):
        lines: list[Line] = []
        for project in projects:
            lines += _pack(box, list(_stored(project)), made_at, f"{project.code}/")
        rows = [(_payment(number, row), False) for number, row in enumerate(entries, 1)]
        title = (
            "CHỨNG TỪ ĐƯỢC CHỌN NGẪU NHIÊN",
            sample.engagement.name,
            f"Chọn {len(entries)} trong {sample.drawn_from} chứng từ; mã chọn {sample.seed}",
        )
        _write(box, PAYMENTS, table_book("Chứng từ", title, PAYMENT_HEADS, rows, made_at=made_at), made_at)
        names = ("MỤC LỤC TỆP", sample.engagement.name)
        _write(box, FILES, table_book("Mục lục tệp", names, HEADS, _index_rows(lines), made_at=made_at), made_at)
    out.seek(0)
    return out


def _payment(number: int, row: LedgerEntry) -> tuple[Any, ...]:
    project = row.project
    return (
        number,
        row.document_no,
        day(row.document_on),
        day(row.recorded_on),
        str(row.get_kind_display()),
        str(row.budget.get_source_display()),
        str(row.budget.year),
        row.amount_vnd,
        f"{project.code} – {project.name}" if project else "",
        f"{project.code}/" if project else "",
    )


def _history(project: Project) -> bytes:
    """Who did what, as the trail has it; without addresses and devices of the people."""
    entries = [
        {
            "at": entry.at.isoformat(),
            "who": entry.actor_words,
            "channel": entry.channel,
            "action": entry.action,
            "action_words": trail.action(entry.action),
            "what": entry.object_label,
            "changes": entry.changes,
            "note": entry.note,
        }
        for entry in Entry.objects.about(project).order_by("id")
    ]
    head = {"code": project.code, "name": project.name, "state": project.state, "entries": entries}
    return orjson.dumps(head, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
