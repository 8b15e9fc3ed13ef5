"""Reminding officers and leaders of a periodic report: some days before it is due and some days after, once each; and
collaborators whose places stand in it and whom no project asks for its figures (projects/reminders.py asks the others).

Whom, when and how far the letter got is a row (`ReportReminder`); that there is one is what makes it once, also with
two beats at a time. A report that is published is not asked for.
"""

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Grant, User
from accounts.roles import Role
from audit.actors import SYSTEM
from core import clock
from jobs.models import Priority
from jobs.services import Run, enqueue, handler
from places.models import AreaClosure
from programmes.models import ReportingPeriod
from projects.models import OPEN_FOR_PROGRESS, Project
from reports.kinds.kind import KINDS
from reports.models import Report, ReportReminder, ReportSchedule, ReportState

if TYPE_CHECKING:
    from places.models import Area

MAIL = "mail_report_due"
BEFORE, AFTER = "before", "after"
AT_THE_LATEST = dt.timedelta(days=30)  # after that it is no reminder any more


def name_of(kind: str) -> str:
    return str(KINDS[kind].name) if kind in KINDS else kind


def finished(schedule: ReportSchedule, period: ReportingPeriod) -> bool:
    made = Report.objects.filter(kind=schedule.kind, area=schedule.area, period=period)
    return made.filter(state=ReportState.PUBLISHED).exists()


def remind_due(today: dt.date | None = None) -> list[ReportReminder]:
    """What is to be said today and was not said yet. Safe to run at any time and as often as wanted."""
    today = today or clock.today()
    made = []
    for schedule in ReportSchedule.objects.filter(is_active=True).select_related("area"):
        periods = ReportingPeriod.objects.filter(
            kind=schedule.period_kind,
            regime=schedule.regime,
            data_to__gte=schedule.reporting_starts_on,
            due_on__range=(today - AT_THE_LATEST, today + AT_THE_LATEST),
        )
        for period in periods:
            side = _side(schedule, period, today)
            if side and not finished(schedule, period):
                people = [*_people(schedule.area), *_collaborators(schedule.area, period)]
                made += [row for person in dict.fromkeys(people) if (row := _say(schedule, period, person, side))]
    return made


def _side(schedule: ReportSchedule, period: ReportingPeriod, today: dt.date) -> str:
    """Which reminder belongs to the day."""
    due, before, after = period.due_on, schedule.remind_before, schedule.remind_after
    assert due is not None
    if after is not None and due + dt.timedelta(days=after) <= today and today > due:
        return AFTER
    if before is not None and due - dt.timedelta(days=before) <= today <= due:
        return BEFORE
    return ""


def _people(province: "Area") -> "QuerySet[User]":
    grants = Grant.objects.valid_on(clock.today()).filter(role__in=[Role.OFFICER, Role.LEADER], area=province)
    rows: QuerySet[User] = User.objects.people().filter(is_active=True, pk__in=grants.values("user")).order_by("pk")
    return rows


def _collaborators(area: "Area", period: ReportingPeriod) -> list[User]:
    """Those who answer for a place of the area and have no project there on which they would be asked to report."""
    grants = Grant.objects.valid_on(clock.today()).filter(
        role=Role.COLLABORATOR, user__in=User.objects.people(), user__is_active=True
    )
    inside = AreaClosure.objects.filter(ancestor=area).values("area_id")
    places: dict[User, set[int]] = defaultdict(set)
    for grant in grants.filter(area_id__in=inside).select_related("user").order_by("user_id"):
        places[grant.user].add(grant.area_id)  # type: ignore[arg-type]
    projects = Project.objects.filter(state__in=OPEN_FOR_PROGRESS, historical=False, decided_on__lte=period.data_to)
    asked = set(
        AreaClosure.objects.filter(
            ancestor_id__in=set().union(*places.values()), area_id__in=projects.values("area_id")
        ).values_list("ancestor_id", flat=True)
    )
    return [person for person, answers_for in places.items() if not answers_for & asked]


def as_collaborator(row: ReportReminder, person: User) -> bool:
    """Reminded of the figures of a place, not of the report itself, which others make."""
    roles = person.sight.province_roles
    return not any(row.schedule.area_id in roles.get(role, ()) for role in (Role.OFFICER, Role.LEADER))


def _say(schedule: ReportSchedule, period: ReportingPeriod, person: User, side: str) -> ReportReminder | None:
    which = {"schedule": schedule, "period": period, "person": person, "side": side}
    if ReportReminder.objects.filter(**which).exists():
        return None
    try:
        with transaction.atomic():
            row: ReportReminder = ReportReminder.objects.create(**which)
            if settings.EMAIL_HOST and person.email:
                enqueue(MAIL, {"reminder": row.pk}, actor=SYSTEM, priority=Priority.SCHEDULED)
    except IntegrityError:  # another beat was faster
        return None
    return row


@handler(MAIL)
def mail_report_due(run: Run) -> str:
    """One letter. Done twice, it is the same letter: its id is that of the job."""
    row = (
        ReportReminder.objects.filter(pk=run.params["reminder"], mailed_at__isnull=True)
        .select_related("schedule__area", "period", "person")
        .first()
    )
    if row is None or not row.person.email:
        return ""
    with override("vi"):
        words = {
            "report": name_of(row.schedule.kind),
            "period": row.period.label,
            "area": row.schedule.area.full_name,
            "day": f"{row.period.due_on:%d/%m/%Y}",
        }
        subject = _("Report due: %(report)s, %(period)s") % words
        if row.side == AFTER:
            text = _("«%(report)s» of %(area)s for %(period)s was due on %(day)s and is not published yet.") % words
        else:
            text = _("«%(report)s» of %(area)s for %(period)s is due on %(day)s and is not published yet.") % words
        if as_collaborator(row, row.person):
            text += "\n\n" + _(
                "You answer for a place of it in which no project asks you for figures. Tell the department what "
                "happened there in this time, or that there was nothing: open the portal and choose «Exchange»."
            )
        else:
            text += "\n\n" + _("Open the portal and choose «Reports».")
    key = f"<{run.job.public_id}@{settings.EMAIL_DOMAIN}>"
    EmailMessage(subject, text, to=[row.person.email], headers={"Message-ID": key}).send()
    with run.publish():
        ReportReminder.objects.filter(pk=row.pk).update(mailed_at=clock.now())
        run.finish("")
    return ""


def waiting_for(user: User) -> "QuerySet[ReportReminder]":
    """What the person was reminded of and is not published; of a report the latest."""
    published = Report.objects.filter(
        kind=OuterRef("schedule__kind"),
        area=OuterRef("schedule__area"),
        period=OuterRef("period"),
        state=ReportState.PUBLISHED,
    )
    later = ReportReminder.objects.filter(
        person=user, schedule=OuterRef("schedule"), period=OuterRef("period"), pk__gt=OuterRef("pk")
    )
    roles = user.sight.province_roles
    mine = roles.get(Role.OFFICER, frozenset()) | roles.get(Role.LEADER, frozenset())
    above = AreaClosure.objects.filter(area_id__in=user.sight.granted_area_ids).values("ancestor_id")
    rows: QuerySet[ReportReminder] = ReportReminder.objects.filter(
        Q(schedule__area_id__in=mine) | Q(schedule__area_id__in=above),
        ~Exists(published), ~Exists(later), person=user, schedule__is_active=True,
    )  # fmt: skip
    return rows.select_related("schedule__area", "period").order_by("period__due_on", "id")


def reports_of(period: ReportingPeriod, province_ids: set[int] | frozenset[int]) -> list[dict[str, Any]]:
    """Each report that comes by itself for the period: its name, latest version and reminders, for the board."""
    rows: list[dict[str, Any]] = []
    wanted = Q(period_kind=period.kind, regime=period.regime, area_id__in=province_ids, is_active=True)
    for schedule in ReportSchedule.objects.filter(wanted, reporting_starts_on__lte=period.data_to):
        made = Report.objects.filter(kind=schedule.kind, area=schedule.area_id, period=period)
        reminded = ReportReminder.objects.filter(schedule=schedule, period=period).order_by("-id").first()
        latest = made.order_by("-version").first()
        rows.append({"name": name_of(schedule.kind), "latest": latest, "reminded": reminded})
    return rows
