"""Asking for a report, making it, publishing it."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import second_factor
from audit.actors import SYSTEM, Actor
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.snapshot import snapshot
from core.text import nfc
from files.models import StoredFile
from files.services import store_bytes
from jobs.models import Job, Priority
from jobs.phases import reached
from jobs.services import Run, enqueue, handler
from jobs.words import FILES, SAVING, told
from places.models import Area
from places.services import province_of
from programmes.models import PeriodKind, ReportingPeriod
from programmes.periods import free_period
from reports import subjects
from reports.documents.filled_xlsx import fill_xlsx
from reports.documents.frozen import canonical_json
from reports.documents.pdf import render_pdf
from reports.documents.word import render_docx
from reports.documents.xlsx import render_xlsx
from reports.figures import Figures, take_figures
from reports.kinds.kind import KINDS
from reports.kinds.programme_results import PROGRAMME_RESULTS
from reports.layouts import shipped, template_bytes
from reports.measures.frame import Scope
from reports.models import (
    IN_WORK,
    DueReport,
    Report,
    ReportEntry,
    ReportFile,
    ReportLine,
    ReportSchedule,
    ReportState,
)
from reports.permissions import may_request, may_schedule
from reports.states import REPORT_LIFE
from reports.texts import prefill

if TYPE_CHECKING:
    from accounts.models import User

MAKE = "reports.make"
ASK_AGAIN = dt.timedelta(hours=1)
CONTENT_TYPES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def api_path(report: Report) -> str:
    return f"/api/v1/reports/{report.public_id}/"


# --- asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_report(kind: str, period: ReportingPeriod, area: Area, *, actor: "User", subject: str = "") -> Job:
    """Ask for a report on a period that has begun. The worker makes it; nothing changed since the latest version
    means that the job ends with that one. `subject`: what else it is of, where the kind asks for it."""
    may_request(province_of(area).pk, actor).require()
    if kind not in KINDS:
        raise Invalid(fields={"kind": _("There is no such report.")})
    if period.kind not in KINDS[kind].periods:
        raise Invalid(fields={"period": _("This report is not made of such a period.")})
    if period.data_from > clock.today():
        raise Invalid(fields={"period": _("This period has not begun yet.")})
    subject = subjects.check(KINDS[kind], period, area, subject, actor)
    return _enqueue(kind, period, area, actor, Priority.PERSON, subject)


@transaction.atomic
def request_over_dates(
    kind: str, data_from: dt.date, data_to: dt.date, area: Area, *, actor: "User", measures: Sequence[str] = ()
) -> Job:
    """Ask for a report over any days of one area; `measures`: codes of those wanted, none for all."""
    may_request(province_of(area).pk, actor).require()
    if kind not in KINDS or KINDS[kind].asks != "dates":
        raise Invalid(fields={"kind": _("This report is not made over free dates.")})
    subject = subjects.measures_subject(measures)
    return request_report(kind, free_period(data_from, data_to), area, actor=actor, subject=subject)


def _enqueue(
    kind: str, period: ReportingPeriod, area: Area, actor: Actor, priority: Priority, subject: str = ""
) -> Job:
    of = f":{hashlib.sha256(subject.encode()).hexdigest()[:16]}" if subject else ""
    return enqueue(
        MAKE,
        {"kind": kind, "period": period.pk, "area": area.pk, "subject": subject},
        actor=actor,
        key=f"{MAKE}:{kind}:{period.pk}:{area.pk}{of}:{actor.audit_kind}:{actor.audit_id}",
        priority=priority,
        lane=f"province:{province_of(area).pk}" if priority == Priority.SCHEDULED else "",
    )


def request_due(today: dt.date | None = None) -> list[Job]:
    """Ask for the report of every period that has closed, once each, from the day reporting starts on. What lies
    before (the recorded history) is nobody's duty. One that could not be made is asked for again every hour."""
    today = today or clock.today()
    asked = []
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("area"):
        closed = ReportingPeriod.objects.filter(
            kind=schedule.period_kind,
            regime=schedule.regime,
            data_to__gte=schedule.reporting_starts_on,
            data_to__lt=today,
        ).exclude(pk__in=DueReport.objects.filter(schedule=schedule).values("period"))
        for period in closed.order_by("data_to"):
            with transaction.atomic():
                _due, first = DueReport.objects.get_or_create(schedule=schedule, period=period)
                if first:
                    asked.append(_enqueue(schedule.kind, period, schedule.area, SYSTEM, Priority.SCHEDULED))
    return asked + _ask_again()


def _ask_again() -> list[Job]:
    asked = []
    made = Report.objects.filter(
        kind=OuterRef("schedule__kind"), area=OuterRef("schedule__area"), period=OuterRef("period")
    )
    late = DueReport.objects.filter(~Exists(made), schedule__is_active=True, requested_at__lt=clock.now() - ASK_AGAIN)
    for due in late.select_related("schedule__area", "period"):
        with transaction.atomic():
            mine = DueReport.objects.filter(pk=due.pk, requested_at=due.requested_at)
            if mine.update(requested_at=clock.now()):  # another schedule may have been faster
                schedule = due.schedule
                asked.append(_enqueue(schedule.kind, due.period, schedule.area, SYSTEM, Priority.SCHEDULED))
    return asked


def first_schedule(province: Area) -> None:
    """What a new portal begins with: the half-year and the yearly report of the programme, from today on."""
    for period_kind in (PeriodKind.HALF_YEAR_1, PeriodKind.YEAR):
        ReportSchedule.objects.create(
            kind=PROGRAMME_RESULTS.code,
            area=province,
            period_kind=period_kind,
            reporting_starts_on=clock.today(),
        )


@transaction.atomic
def change_schedule(
    province: Area,
    kind: str,
    period_kind: str,
    *,
    is_active: bool,
    starts_on: dt.date | None,
    actor: "User",
    remind: tuple[int | None, int | None] = (3, 1),
) -> ReportSchedule | None:
    """Say whether the report of this kind of period comes by itself, and from which day on. The day is never moved
    back, and never before today where there was none: what lies before is history and nobody's duty. `remind`: so many
    days before and after it is due, None never. Gives the row, if there is one."""
    province = lock(province)  # two at once would both make the row
    may_schedule(province.pk, actor).require()
    if KINDS[kind].asks != "period":
        raise Invalid(fields={"starts_on": _("This report is made on request alone.")})
    if is_active and starts_on is None:
        raise Invalid(fields={"starts_on": _("Enter the first day.")})
    note = f"{KINDS[kind].name}: {PeriodKind(period_kind).label}"
    which = {"kind": kind, "area": province, "period_kind": period_kind}
    row: ReportSchedule | None = ReportSchedule.objects.select_for_update().filter(**which).first()
    reminding = dict(zip(("remind_before", "remind_after"), remind, strict=True))
    for name, days in reminding.items():
        if days is not None and days > 30:
            raise Invalid(fields={name: _("30 days at the most.")})
    if row is None:
        if not is_active or starts_on is None:
            return None
        if starts_on < clock.today():
            raise Invalid(fields={"starts_on": _("The first day is today or later.")})
        row = ReportSchedule.objects.create(**which, **reminding, reporting_starts_on=starts_on)
        record(row, "create", actor=actor, changes={"reporting_starts_on": (None, starts_on)}, note=note)
        return row
    day = starts_on or row.reporting_starts_on
    changes = changed(row, {"is_active": is_active, "reporting_starts_on": day, **reminding})
    if not changes:
        return row
    if day < row.reporting_starts_on:
        text = _("The first day is not moved back; it is %(day)s.") % {"day": f"{row.reporting_starts_on:%d/%m/%Y}"}
        raise Invalid(fields={"starts_on": text})
    row.is_active, row.reporting_starts_on = is_active, day
    row.remind_before, row.remind_after = remind
    row.save(update_fields=["is_active", "reporting_starts_on", *reminding])
    record(row, "change", actor=actor, changes=changes, note=note)
    return row


class Overtaken(Exception):
    """Another version was made or published meanwhile: the job is tried again on what is there now."""


# --- making -----------------------------------------------------------------------------------------------------------


def _ask_again_by_hand(job: Job, actor: "User") -> Job:
    """The same report once more, for whoever asked for it and still may."""
    area = Area.objects.get(pk=job.params["area"])
    may_request(province_of(area).pk, actor).require()
    return enqueue(MAKE, job.params, actor=actor, key=job.key, lane=job.lane)


@handler(MAKE, again=_ask_again_by_hand)
def make_report(run: Run) -> str:
    """Figures from one snapshot, then the files, then one transaction in which all of it becomes visible."""
    kind = run.params["kind"]
    before = len(KINDS[kind].sections) + 1  # steps until the files
    total = before + len(RENDERERS)
    with snapshot() as db:
        scope = Scope(
            db,
            Area.objects.using(db).get(pk=run.params["area"]),
            ReportingPeriod.objects.using(db).get(pk=run.params["period"]),
            run.params.get("subject", ""),
        )
        as_of = clock.now().replace(microsecond=0)
        figures = take_figures(kind, scope, lambda done, step: run.progress(done, total, step))
        latest = _latest(kind, scope)
    reached("figures")
    sha256 = figures.sha256()
    if latest is not None and latest.figures_sha256 == sha256 and latest.state != ReportState.WITHDRAWN:
        return api_path(latest)
    version = 1 if latest is None else latest.version + (latest.state not in IN_WORK)
    # A draft made again keeps its id, and so the code on its paper.
    public_id = latest.public_id if latest is not None and latest.state in IN_WORK else uuid.uuid4()
    document = figures.document(version, as_of, str(public_id))
    content = canonical_json(document)
    files = write_files(document, content, lambda done, step: run.progress(before + done, total, step))
    run.progress(total, total, SAVING)
    reached("files")
    with run.publish():
        report = _store(kind, scope, version, latest, figures, content, as_of, run, public_id)
        for name, stored in files.items():
            ReportFile.objects.create(report=report, format=name, file=stored)
        result = api_path(report)
        run.finish(result)
    return result


def _latest(kind: str, scope: Scope) -> Report | None:
    rows = Report.objects.versions_of(kind, scope.period.pk, scope.area.pk, scope.subject)
    found: Report | None = rows.order_by("-version").first()
    return found


def write_files(
    document: dict[str, Any], content: bytes, tell: Callable[[int, str], None] | None = None
) -> dict[str, StoredFile]:
    """All formats from the same frozen figures. Written under their hash: a file nobody refers to does no harm. `tell`
    is called before each: how many are written, and what comes now."""
    sha256 = hashlib.sha256(content).hexdigest()
    files = {"json": store_bytes(content, CONTENT_TYPES["json"])}
    for number, (name, render) in enumerate(RENDERERS.items()):
        if tell:
            tell(number, told(FILES, FORMAT_NAMES[name]))
        files[name] = store_bytes(render(document, sha256), CONTENT_TYPES[name])
    return files


def _xlsx(document: dict[str, Any], sha256: str) -> bytes:
    template = template_bytes(document, "xlsx")
    return render_xlsx(document, sha256) if template is None else fill_xlsx(document, sha256, template)


def _docx(document: dict[str, Any], sha256: str) -> bytes:
    return render_docx(document, sha256, template_bytes(document, "docx") or shipped())


FORMAT_NAMES = {"xlsx": "Excel", "docx": "Word", "pdf": "PDF"}
RENDERERS: dict[str, Callable[[dict[str, Any], str], bytes]] = {"xlsx": _xlsx, "docx": _docx, "pdf": render_pdf}


def _store(
    kind: str,
    scope: Scope,
    version: int,
    latest: Report | None,
    figures: Figures,
    content: bytes,
    as_of: dt.datetime,
    run: Run,
    public_id: uuid.UUID,
) -> Report:
    """The new draft, or the old one with the new figures; inside publish(). What waits for approval goes back to be a
    draft: nobody approves figures that are no longer those of the records."""
    now = _latest(kind, scope)
    now = lock(now) if now is not None else None  # against submitting and approving at the same moment
    if (now and (now.pk, now.version, now.state)) != (latest and (latest.pk, latest.version, latest.state)):
        raise Overtaken(str(now))
    values: dict[str, Any] = {
        "version": version,
        "data_as_of": as_of,
        "document": content,
        "sha256": hashlib.sha256(content).hexdigest(),
        "figures_sha256": figures.sha256(),
        "made_by_label": run.job.requested_by_label,
        "made_at": clock.now(),
        "demonstration": figures.demonstration,
        "subject_name": figures.subject_name,
    }
    changes: dict[str, tuple[Any, Any]]
    if now is not None and now.state in IN_WORK:
        report = now
        if now.state == ReportState.SUBMITTED:
            now.state = ReportState.DRAFT
            now.save(update_fields=["state"])  # of what is submitted no line is removed
        report.lines.all().delete()
        report.entries.all().delete()
        report.files.all().delete()
        old = report.sha256
        for name, value in values.items():
            setattr(report, name, value)
        report.save()
        action, changes = "make_again", {"sha256": (old, report.sha256)}
        if latest is not None and latest.state == ReportState.SUBMITTED:
            changes["state"] = ("submitted", "draft")
    else:
        report = Report.objects.create(
            kind=kind,
            period_id=scope.period.pk,
            area_id=scope.area.pk,
            province=province_of(scope.area),
            subject=scope.subject,
            supersedes=now,
            public_id=public_id,
            **values,
        )
        action, changes = "make", {"version": (None, version), "sha256": (None, report.sha256)}
    lines = figures.lines()
    for line in lines:
        line.report = report
    ReportLine.objects.bulk_create(lines, batch_size=500)
    entries = figures.entries()
    for entry in entries:
        entry.report = report
    ReportEntry.objects.bulk_create(entries, batch_size=500)
    prefill(report)
    record(report, action, actor=_Requester(run.job), changes=changes)
    return report


class _Requester:
    """Who asked for the job, as the trail names them."""

    def __init__(self, job: Job) -> None:
        self.audit_kind = job.requested_by_kind
        self.audit_id = job.requested_by_id
        self.audit_label = job.requested_by_label


# --- publishing -------------------------------------------------------------------------------------------------------


def require_step(report: Report, step: str) -> None:
    """Raises WrongState where the step does not start from the state of the report."""
    verdict = REPORT_LIFE.in_state(report, REPORT_LIFE.steps[step])
    if not verdict:
        raise WrongState(verdict.reason)


@transaction.atomic
def publish_report(
    report: Report,
    *,
    actor: "User",
    note: str = "",
    issued_no: str = "",
    issued_on: dt.date | None = None,
    seen_sha256: str = "",
    code: second_factor.Attempt | None = None,
) -> Report:
    """Approve what was submitted: from now on the version never changes. The one published before becomes superseded,
    and stays byte for byte.

    `seen_sha256`: the document the leader looked at. It may have been returned, written and submitted again meanwhile:
    then Conflict. Number and date of issue may be noted with it where the office has them already.
    `code`: the second factor every person gives at this moment; a program that may publish has none.
    """
    report = lock(report)
    step = REPORT_LIFE.steps["publish"]
    step.may(report, actor).require()
    require_step(report, "publish")
    if seen_sha256 and seen_sha256 != report.sha256:
        raise Conflict(_("The report was made again meanwhile, with other figures. Look at it before you approve it."))
    if bool(issued_no.strip()) != (issued_on is not None):
        raise Invalid(fields={"issued_no": _("Number and date of issue belong together.")})
    if issued_on is not None and issued_on > clock.today():
        raise Invalid(fields={"issued_on": _("The date of issue lies in the future.")})
    if actor.audit_kind != "client":
        second_factor.check(actor, code)
    before = report.versions().filter(state=ReportState.PUBLISHED).first()
    if before is not None:
        before = lock(before)
    if before is not None and before.state == ReportState.PUBLISHED:  # or it was withdrawn just now
        before.state = ReportState.SUPERSEDED
        before.save(update_fields=["state"])
        record(before, "supersede", actor=actor, changes={"state": ("published", "superseded")})
    report.published_by = actor
    report.published_at = clock.now()
    report.publish_note = note.strip()
    report.issued_no = nfc(issued_no).strip()
    report.issued_on = issued_on
    changes = {"sha256": (None, report.sha256)}
    REPORT_LIFE.advance(report, step, actor=actor, note=note, changes=changes)
    return report
