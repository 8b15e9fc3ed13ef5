"""How the reports of a province look: head and foot as dated rows, and the office's own templates."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.models import Agency, AgencyKind
from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import Verified
from core.text import nfc
from files.services import path_of, read_bytes, store_bytes
from places.models import Area
from reports.documents import filled_xlsx, word
from reports.documents.office import default_summary
from reports.kinds.kind import KINDS
from reports.measures.frame import Scope
from reports.models import ReportLayout, ReportTemplate, TemplateFormat
from reports.permissions import may_lay_out

if TYPE_CHECKING:
    from accounts.models import User

SHIPPED = "reports/report.docx"  # beneath the reference data
CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FAULTS_OF = {"docx": word.faults_of, "xlsx": filled_xlsx.faults_of}
MAX_LINES = 20


# --- what is frozen into a report -------------------------------------------------------------------------------------


def office_for(kind: str, scope: Scope, tables: int) -> dict[str, Any]:
    """The blocks of Decree 30/2020/NĐ-CP as they hold today. What no row says is taken from the agencies and their
    dated names; a name nobody entered stays empty. `tables`: how many the report has."""
    day = clock.today()
    agencies = Agency.objects.using(scope.db).filter(area__closure_down__area=scope.area, area__level="province")
    department = agencies.filter(kind=AgencyKind.DEPARTMENT).first()
    committee = agencies.filter(kind=AgencyKind.PROVINCIAL_COMMITTEE).first()
    row = ReportLayout.objects.using(scope.db).holding(kind, _above(scope), day)
    area, period = scope.area, scope.period
    summary = row.summary if row and row.summary else default_summary(KINDS[kind].title, "{kỳ}", "{địa bàn}")
    label = period.label[:1].lower() + period.label[1:]
    annexed = row.annexed if row else True
    found: dict[str, Any] = {
        "parent_name": committee.name_on(period.data_to) if committee else "",
        "name": department.name_on(period.data_to) if department else "",
        "place": "",
        "symbol": "/BC-SCT" if department else "",
        "signer_titles": ["Giám đốc"] if department else [],
        "signer_name": "",
        "recipients": _recipients(scope.db, committee, day),
    }
    if row:
        lists = {"signer_titles": lines_of(row.signer_titles), "recipients": lines_of(row.recipients)}
        names = ("parent_name", "name", "place", "symbol", "signer_name")
        own: dict[str, Any] = {**{name: getattr(row, name) for name in names}, **lists}
        found |= {name: value for name, value in own.items() if value}
    return {
        **found,
        "summary": summary.replace("{kỳ}", label).replace("{địa bàn}", area.full_name),
        "annexes": [f"Phụ lục {roman(number)}" for number in range(1, tables + 1)] if annexed else [],
        "verified": row.verified if row else str(Verified.NO),
    }


def _above(scope: Scope) -> Any:
    """The province of the area, itself included."""
    rows = Area.objects.using(scope.db).filter(closure_down__area=scope.area, level="province")
    return rows.values_list("pk", flat=True)


def _recipients(db: str, committee: Agency | None, day: dt.date) -> list[str]:
    """The ministry with its unit, and the committee of the province, by their names of the day."""
    offices = Agency.objects.using(db).filter(area__isnull=True)
    ministry = offices.filter(kind=AgencyKind.MINISTRY).first()
    unit = offices.filter(kind=AgencyKind.MINISTRY_DEPARTMENT).first()
    lines = []
    if ministry:
        lines.append(ministry.name_on(day) + (f" ({unit.name_on(day)})" if unit else ""))
    if committee:
        lines.append(_short(committee, day))
    return [*lines, "Lưu: VT"] if lines else []


def _short(agency: Agency, day: dt.date) -> str:
    row = (
        agency.names.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))
        .first()
    )
    return row.short_name if row and row.short_name else agency.name_on(day)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def roman(number: int) -> str:
    said = ""
    for value, letters in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        said += letters * (number // value)
        number %= value
    return said


def templates_for(kind: str, scope: Scope) -> dict[str, Any]:
    """Which templates the files are made with, by their hash. Without one of its own the workbook is the portal's."""
    found: dict[str, Any] = {"docx": {"title": "", "version": 0, "sha256": hashlib.sha256(shipped()).hexdigest()}}
    for name in TemplateFormat.values:
        row = ReportTemplate.objects.using(scope.db).holding(name, kind, _above(scope))
        if row:
            found[name] = {"title": row.title, "version": row.version, "sha256": row.file.sha256}
    return found


@cache
def shipped() -> bytes:
    """The Word template that comes with the portal."""
    return (Path(settings.REFERENCE_DATA_DIR) / SHIPPED).read_bytes()


def template_bytes(document: dict[str, Any], format_name: str) -> bytes | None:
    """The template named in a frozen document. None where it names none. Raises Conflict where it is gone."""
    named = document.get("templates", {}).get(format_name)
    if named is None:
        return shipped() if format_name == "docx" else None
    if named["version"] == 0 and hashlib.sha256(shipped()).hexdigest() == named["sha256"]:
        # Kept by its hash as well: the one that comes with a later version of the portal may be another.
        return read_bytes(store_bytes(shipped(), CONTENT_TYPES["docx"]))
    try:
        content = path_of(named["sha256"]).read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != named["sha256"]:
        raise Conflict(_("The template this draft was made with is no longer there. Make the report again."))
    return content


# --- changing the head and the foot -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LayoutData:
    """What is typed of a head and foot. Empty: as the agencies say. `recipients` and `signer_titles`: a line each."""

    valid_from: dt.date
    reason: str
    kind: str = ""
    parent_name: str = ""
    name: str = ""
    place: str = ""
    symbol: str = ""
    summary: str = ""
    signer_titles: str = ""
    signer_name: str = ""
    recipients: str = ""
    annexed: bool = True
    checked: bool = False


TEXTS = ("parent_name", "name", "place", "symbol", "summary", "signer_titles", "signer_name", "recipients")


@transaction.atomic
def change_layout(province: Area, data: LayoutData, *, actor: "User") -> ReportLayout:
    """A new head and foot from a day on. Reports that are there keep theirs; the next one made has this. Raises
    Invalid."""
    province = lock(province)
    may_lay_out(province.pk, actor).require()
    errors: dict[str, Any] = {}
    values = {name: nfc(getattr(data, name)).strip() for name in TEXTS}
    reason = nfc(data.reason).strip()
    if not reason:
        errors["reason"] = _("Give the reason.")
    if data.kind and data.kind not in KINDS:
        errors["kind"] = _("There is no such report.")
    if values["symbol"] and not values["symbol"].startswith("/"):
        errors["symbol"] = _("The symbol begins with a slash, as in «/BC-SCT»; the number is given when it is issued.")
    for name in ("signer_titles", "recipients"):
        if len(lines_of(values[name])) > MAX_LINES:
            errors[name] = _("At most %(n)s lines.") % {"n": MAX_LINES}
    if errors:
        raise Invalid(fields=errors)
    before = ReportLayout.objects.holding(data.kind, [province.pk], data.valid_from)
    row: ReportLayout = ReportLayout.objects.create(
        area=province,
        kind=data.kind,
        valid_from=data.valid_from,
        annexed=data.annexed,
        verified=Verified.YES if data.checked else Verified.NO,
        reason=reason,
        entered_by=actor,
        **values,
    )
    changes: dict[str, tuple[Any, Any]] = {"valid_from": (None, row.valid_from)}
    for name in (*TEXTS, "annexed", "verified"):
        old, new = getattr(before, name) if before else None, getattr(row, name)
        if (old or "") != (new or ""):
            changes[name] = (old, new)
    record(row, "change_layout", actor=actor, changes=changes, note=reason)
    return row


# --- templates --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportTemplateData:
    format: str
    title: str
    content: bytes
    file_name: str = ""
    kind: str = ""
    checked: bool = False
    note: str = ""


def upload_report_template(province: Area, data: ReportTemplateData, *, actor: "User") -> ReportTemplate:
    """Put an office's own template in use. It is tried out first, in a process of its own; what it lacks or may not
    hold is named. Raises Invalid."""
    may_lay_out(province.pk, actor).require()
    errors: dict[str, Any] = {}
    title = nfc(data.title).strip()
    if not title:
        errors["title"] = _("Enter a title.")
    if data.kind and data.kind not in KINDS:
        errors["kind"] = _("There is no such report.")
    if data.format not in TemplateFormat.values:
        raise Invalid(fields={"format": _("Choose Word or Excel.")})
    faults = FAULTS_OF[data.format](data.content)
    if faults:
        errors["file"] = faults
    if errors:
        raise Invalid(fields=errors)
    with transaction.atomic():
        lock(province)  # two at once would both become the same version
        before = ReportTemplate.objects.filter(area=province, format=data.format)
        row: ReportTemplate = ReportTemplate.objects.create(
            area=province,
            format=data.format,
            kind=data.kind,
            title=title[:200],
            file=store_bytes(data.content, CONTENT_TYPES[data.format]),
            file_name=nfc(data.file_name)[:200],
            version=(before.aggregate(last=Max("version"))["last"] or 0) + 1,
            verified=Verified.YES if data.checked else Verified.NO,
            note=nfc(data.note).strip(),
            uploaded_by=actor,
        )
        changes = {
            "format": (None, row.format),
            "title": (None, row.title),
            "version": (None, row.version),
            "sha256": (None, row.file.sha256),
        }
        record(row, "upload_template", actor=actor, note=row.note, changes=changes)
    return row


@transaction.atomic
def withdraw_report_template(template: ReportTemplate, reason: str, *, actor: "User") -> ReportTemplate:
    """Take a template out of use; the one before it holds again. Raises WrongState, Invalid."""
    template = lock(template)
    may_lay_out(template.area_id, actor).require()
    require_in_use(template)
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid(_("Give the reason."), fields={"note": _("Give the reason.")})
    template.withdrawn_at, template.withdraw_reason = clock.now(), reason[:300]
    template.save(update_fields=["withdrawn_at", "withdraw_reason"])
    record(template, "withdraw_template", actor=actor, note=reason, changes={"version": (template.version, None)})
    return template


def file_name_of(template: ReportTemplate) -> str:
    """The name it came with, where that ends as its format does."""
    name: str = template.file_name
    return name if name.lower().endswith(f".{template.format}") else f"mau-bao-cao.{template.format}"


def require_in_use(template: ReportTemplate) -> None:
    if template.withdrawn_at is not None:
        raise WrongState(_("This template has been withdrawn already."))
