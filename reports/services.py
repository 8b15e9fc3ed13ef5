"""Asking for a report, making it, publishing it."""

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from audit.actors import SYSTEM, Actor
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.snapshot import snapshot
from files.models import StoredFile
from files.services import store_bytes
from jobs.models import Job, Priority
from jobs.phases import reached
from jobs.services import Run, enqueue, handler
from jobs.words import FIGURES, FILES
from places.models import Area
from places.services import province_of
from programmes.models import PeriodKind, ReportingPeriod
from reports.documents.frozen import canonical_json
from reports.documents.pdf import render_pdf
from reports.documents.xlsx import render_xlsx
from reports.figures import SECTIONS, Figures, take_figures
from reports.measures.frame import Scope
from reports.models import DueReport, Report, ReportFile, ReportKind, ReportLine, ReportSchedule, ReportState
from reports.permissions import may_publish, may_request, may_schedule

if TYPE_CHECKING:
    from accounts.models import User

MAKE = "reports.make"
ASK_AGAIN = dt.timedelta(hours=1)
CONTENT_TYPES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def api_path(report: Report) -> str:
    return f"/api/v1/reports/{report.public_id}/"


# --- asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def request_report(kind: str, period: ReportingPeriod, area: Area, *, actor: "User") -> Job:
    """Ask for a report on a period that has begun. The worker makes it; nothing changed since the latest version
    means that the job ends with that one."""
    may_request(province_of(area).pk, actor).require()
    if kind not in ReportKind.values:
        raise Invalid(fields={"kind": _("There is no such report.")})
    if period.data_from > clock.today():
        raise Invalid(fields={"period": _("This period has not begun yet.")})
    return _enqueue(kind, period, area, actor, Priority.PERSON)


def _enqueue(kind: str, period: ReportingPeriod, area: Area, actor: Actor, priority: Priority) -> Job:
    return enqueue(
        MAKE,
        {"kind": kind, "period": period.pk, "area": area.pk},
        actor=actor,
        key=f"{MAKE}:{kind}:{period.pk}:{area.pk}:{actor.audit_kind}:{actor.audit_id}",
        priority=priority,
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
            kind=ReportKind.PROGRAMME_RESULTS,
            area=province,
            period_kind=period_kind,
            reporting_starts_on=clock.today(),
        )


@transaction.atomic
def change_schedule(
    province: Area, period_kind: str, *, is_active: bool, starts_on: dt.date | None, actor: "User"
) -> ReportSchedule | None:
    """Say whether the report of this kind of period comes by itself, and from which day on. The day is never moved
    back, and never before today where there was none: what lies before is history and nobody's duty. Gives the row, if
    there is one."""
    province = lock(province)  # two at once would both make the row
    may_schedule(province.pk, actor).require()
    if is_active and starts_on is None:
        raise Invalid(fields={"starts_on": _("Enter the first day.")})
    which = {"kind": ReportKind.PROGRAMME_RESULTS, "area": province, "period_kind": period_kind}
    row: ReportSchedule | None = ReportSchedule.objects.select_for_update().filter(**which).first()
    if row is None:
        if not is_active or starts_on is None:
            return None
        if starts_on < clock.today():
            raise Invalid(fields={"starts_on": _("The first day is today or later.")})
        row = ReportSchedule.objects.create(**which, reporting_starts_on=starts_on)
        note = str(PeriodKind(period_kind).label)
        record(row, "create", actor=actor, changes={"reporting_starts_on": (None, starts_on)}, note=note)
        return row
    day = starts_on or row.reporting_starts_on
    changes = changed(row, {"is_active": is_active, "reporting_starts_on": day})
    if not changes:
        return row
    if day < row.reporting_starts_on:
        text = _("The first day is not moved back; it is %(day)s.") % {"day": f"{row.reporting_starts_on:%d/%m/%Y}"}
        raise Invalid(fields={"starts_on": text})
    row.is_active, row.reporting_starts_on = is_active, day
    row.save(update_fields=["is_active", "reporting_starts_on"])
    record(row, "change", actor=actor, changes=changes, note=str(PeriodKind(period_kind).label))
    return row


class Overtaken(Exception):
    """Another version was made or published meanwhile: the job is tried again on what is there now."""


# --- making -----------------------------------------------------------------------------------------------------------


@handler(MAKE)
def make_report(run: Run) -> str:
    """Figures from one snapshot, then the files, then one transaction in which all of it becomes visible."""
    kind, total = run.params["kind"], len(SECTIONS[run.params["kind"]]) + 3
    with snapshot() as db:
        scope = Scope(
            db,
            Area.objects.using(db).get(pk=run.params["area"]),
            ReportingPeriod.objects.using(db).get(pk=run.params["period"]),
        )
        as_of = clock.now().replace(microsecond=0)
        figures = take_figures(kind, scope, lambda done: run.progress(done, total, FIGURES))
        latest = _latest(kind, scope.period, scope.area)
    reached("figures")
    sha256 = figures.sha256()
    if latest is not None and latest.figures_sha256 == sha256:
        return api_path(latest)
    version = 1 if latest is None else latest.version + (latest.state != ReportState.DRAFT)
    document = figures.document(version, as_of)
    content = canonical_json(document)
    files = _write_files(run, document, content, total)
    reached("files")
    with run.publish():
        report = _store(kind, scope, version, latest, figures, content, as_of, run)
        for name, stored in files.items():
            ReportFile.objects.create(report=report, format=name, file=stored)
        result = api_path(report)
        run.finish(result)
    return result


def _latest(kind: str, period: ReportingPeriod, area: Area) -> Report | None:
    found: Report | None = (
        Report.objects.filter(kind=kind, period_id=period.pk, area_id=area.pk).order_by("-version").first()
    )
    return found


def _write_files(run: Run, document: dict[str, Any], content: bytes, total: int) -> dict[str, StoredFile]:
    """All formats from the same frozen figures. Written under their hash: a file nobody refers to does no harm."""
    sha256 = hashlib.sha256(content).hexdigest()
    files = {"json": store_bytes(content, CONTENT_TYPES["json"])}
    run.progress(total - 2, total, FILES)
    files["xlsx"] = store_bytes(render_xlsx(document, sha256), CONTENT_TYPES["xlsx"])
    run.progress(total - 1, total, FILES)
    files["pdf"] = store_bytes(render_pdf(document, sha256), CONTENT_TYPES["pdf"])
    run.progress(total, total, FILES)
    return files


def _store(
    kind: str,
    scope: Scope,
    version: int,
    latest: Report | None,
    figures: Figures,
    content: bytes,
    as_of: dt.datetime,
    run: Run,
) -> Report:
    """The new draft, or the old draft with the new figures; inside publish()."""
    now = _latest(kind, scope.period, scope.area)
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
    }
    changes: dict[str, tuple[Any, Any]]
    if now is not None and now.state == ReportState.DRAFT:
        report = now
        report.lines.all().delete()
        report.files.all().delete()
        old = report.sha256
        for name, value in values.items():
            setattr(report, name, value)
        report.save()
        action, changes = "make_again", {"sha256": (old, report.sha256)}
    else:
        report = Report.objects.create(
            kind=kind,
            period_id=scope.period.pk,
            area_id=scope.area.pk,
            province=province_of(scope.area),
            supersedes=now,
            **values,
        )
        action, changes = "make", {"version": (None, version), "sha256": (None, report.sha256)}
    lines = figures.lines()
    for line in lines:
        line.report = report
    ReportLine.objects.bulk_create(lines, batch_size=500)
    record(report, action, actor=_Requester(run.job), changes=changes)
    return report


class _Requester:
    """Who asked for the job, as the trail names them."""

    def __init__(self, job: Job) -> None:
        self.audit_kind = job.requested_by_kind
        self.audit_id = job.requested_by_id
        self.audit_label = job.requested_by_label


# --- publishing -------------------------------------------------------------------------------------------------------


def require_draft(report: Report) -> None:
    """Raises WrongState once the version is published: nothing of it is changed any more."""
    if report.state != ReportState.DRAFT:
        raise WrongState(_("This version has been published already."))


@transaction.atomic
def publish_report(
    report: Report,
    *,
    actor: "User",
    note: str = "",
    issued_no: str = "",
    issued_on: dt.date | None = None,
    seen_sha256: str = "",
) -> Report:
    """From now on the version never changes. The one published before becomes superseded, and stays byte for byte.

    `seen_sha256`: the figures the person looked at. A draft may have been made again meanwhile: then Conflict.
    """
    report = lock(report)
    may_publish(report, actor).require()
    require_draft(report)
    if seen_sha256 and seen_sha256 != report.sha256:
        raise Conflict(_("The report was made again meanwhile, with other figures. Look at it before you publish it."))
    if bool(issued_no.strip()) != (issued_on is not None):
        raise Invalid(fields={"issued_no": _("Number and date of issue belong together.")})
    before = Report.objects.filter(
        kind=report.kind, period=report.period, area=report.area, state=ReportState.PUBLISHED
    ).first()
    if before is not None:
        before = lock(before)
        before.state = ReportState.SUPERSEDED
        before.save(update_fields=["state"])
        record(before, "supersede", actor=actor, changes={"state": ("published", "superseded")})
    report.state = ReportState.PUBLISHED
    report.published_by = actor
    report.published_at = clock.now()
    report.publish_note = note.strip()
    report.issued_no = issued_no.strip()
    report.issued_on = issued_on
    report.save()
    record(
        report,
        "publish",
        actor=actor,
        note=note.strip(),
        changes={"state": ("draft", "published"), "sha256": (None, report.sha256)},
    )
    return report
