"""Who has not reported by the closing day of a period, and reminding them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Grant, User
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from jobs.services import Run, enqueue, handler
from places.models import AreaClosure
from programmes.models import REGULAR, Regime, ReportingPeriod
from projects.models import OPEN_FOR_PROGRESS, ProgressReminder, ProgressState, ProgressUpdate, Project
from projects.permissions import may_remind

if TYPE_CHECKING:
    from places.models import Area

MAIL = "mail_reminders"
NOT_RETURNED = ~Q(state=ProgressState.RETURNED)


@dataclass(frozen=True)
class Due:
    """One project as the list shows it. `people`: each who reports on it, with their latest reminder of the period."""

    project: Any  # annotated with `reported` and `last_on`
    people: list[tuple[User, ProgressReminder | None]]

    @property
    def state(self) -> str:
        if not self.project.reported:
            return _("not reported yet")
        return _("confirmed") if self.project.confirmed else _("reported")


def periods() -> "QuerySet[ReportingPeriod]":
    """Those that have begun, the latest closing day first."""
    rows: QuerySet[ReportingPeriod] = ReportingPeriod.objects.filter(kind__in=REGULAR)
    return rows.filter(data_from__lte=clock.today()).order_by("-data_to", "regime", "kind")


def period_now() -> ReportingPeriod | None:
    """The administrative period that closes next; where there is none, the last one."""
    rows = periods().filter(regime=Regime.ADMINISTRATIVE)
    return rows.filter(data_to__gte=clock.today()).order_by("data_to", "id").first() or rows.first()


def due(user: User, period: ReportingPeriod, area: "Area | None" = None) -> Any:
    """Open projects the person answers for, those without a report of the period first. An update counts when its day
    lies in the period and it was not returned."""
    sight = user.sight
    mine = Q(province_id__in=sight.province_roles.get(Role.OFFICER, ())) | Q(implementing_unit_id__in=sight.centre_ids)
    counted = ProgressUpdate.objects.filter(NOT_RETURNED, project=OuterRef("pk"))
    rows: QuerySet[Project] = Project.objects.visible_to(user).filter(
        mine, state__in=OPEN_FOR_PROGRESS, historical=False, decided_on__lte=period.data_to
    )
    if area is not None:
        rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor=area).values("area_id"))
    return rows.annotate(
        reported=Exists(counted.filter(on__range=(period.data_from, period.data_to))),
        confirmed=Exists(counted.filter(on__range=(period.data_from, period.data_to), state=ProgressState.CONFIRMED)),
        last_on=Max("updates__on", filter=~Q(updates__state=ProgressState.RETURNED)),
    ).order_by("reported", "area__folded", "code", "id")


@dataclass
class Unit:
    """A commune on the board: how many of its open projects are due, reported and confirmed in the period, who answers
    for it, and when somebody was last reminded."""

    area: "Area"
    due: int = 0
    reported: int = 0
    confirmed: int = 0
    reminded: int = 0
    last: "dt.date | None" = None

    @property
    def done(self) -> bool:
        return self.reported == self.due


def units(user: User, period: ReportingPeriod) -> list[Unit]:
    """Every commune with open projects, those that have not reported first."""
    found: dict[int, Unit] = {}
    area_of: dict[int, int] = {}
    for project in due(user, period).select_related("area"):
        unit = found.setdefault(project.area_id, Unit(project.area))
        area_of[project.pk] = project.area_id
        unit.due += 1
        unit.reported += project.reported
        unit.confirmed += project.confirmed
    sent = ProgressReminder.objects.filter(period=period, project__in=list(area_of))
    for pk, day in sent.order_by("sent_on").values_list("project", "sent_on"):
        unit = found[area_of[pk]]
        unit.reminded, unit.last = unit.reminded + 1, day
    return sorted(found.values(), key=lambda unit: (unit.done, unit.area.folded))


def reporters(projects: Iterable[Project]) -> dict[int, list[User]]:
    """Project → the collaborators of its place and the people of its centre, today."""
    rows = list(projects)
    grants = Grant.objects.valid_on(clock.today()).filter(user__in=User.objects.people(), user__is_active=True)
    answering: dict[int, list[User]] = defaultdict(list)  # place → collaborators
    collaborators = list(grants.filter(role=Role.COLLABORATOR).select_related("user").order_by("user__folded"))
    links = AreaClosure.objects.filter(
        ancestor_id__in={grant.area_id for grant in collaborators}, area_id__in={row.area_id for row in rows}
    ).values_list("ancestor_id", "area_id")
    below = defaultdict(set)
    for ancestor, area in links:
        below[ancestor].add(area)
    for grant in collaborators:
        for area in below[grant.area_id or 0]:
            answering[area].append(grant.user)
    units = {row.implementing_unit_id for row in rows}
    at_centre: dict[int, list[User]] = defaultdict(list)
    for person in User.objects.filter(
        pk__in=grants.filter(role=Role.CENTRE, user__agency__in=units).values("user")
    ).order_by("folded"):
        at_centre[person.agency_id].append(person)
    return {
        row.pk: list(dict.fromkeys([*answering[row.area_id], *at_centre[row.implementing_unit_id]])) for row in rows
    }


def with_people(rows: Iterable[Project], period: ReportingPeriod) -> list[Due]:
    projects = list(rows)
    people = reporters(projects)
    sent: dict[tuple[int, int], ProgressReminder] = {}
    reminders = ProgressReminder.objects.filter(project__in=projects, period=period).select_related("sent_by")
    for reminder in reminders.order_by("id"):
        sent[reminder.project_id, reminder.person_id] = reminder
    return [
        Due(project, [(person, sent.get((project.pk, person.pk))) for person in people[project.pk]])
        for project in projects
    ]


@transaction.atomic
def remind(project: Project, person: User, period: ReportingPeriod, *, actor: User) -> tuple[ProgressReminder, bool]:
    """Ask the person to report; (reminder, True). Asked already today: that one, and False."""
    found, new = _remind(project, person, period, actor, reporters([project])[project.pk])
    if new:
        _mail([found], actor)
    return found, new


def remind_all(
    user: User, period: ReportingPeriod, area: "Area | None" = None, *, actor: User
) -> tuple[list[ProgressReminder], int]:
    """Ask everybody who reports on a project without a report of the period: (new reminders, how many people and
    projects were asked already today). All or nothing."""
    made, before = [], 0
    with transaction.atomic():
        projects = list(due(user, period, area).filter(reported=False).order_by("id"))
        people = reporters(projects)
        for project in projects:
            for person in people[project.pk]:
                if person.pk == actor.pk:
                    continue
                reminder, new = _remind(project, person, period, actor, people[project.pk])
                made += [reminder] if new else []
                before += not new
        _mail(made, actor)
    return made, before


def _remind(
    project: Project, person: User, period: ReportingPeriod, actor: User, people: list[User]
) -> tuple[ProgressReminder, bool]:
    project = lock(project)
    may_remind(project, actor).require()
    if project.state not in OPEN_FOR_PROGRESS:
        raise WrongState(
            _("Progress is reported for approved projects in progress; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )
    if period.data_from > clock.today():
        raise Invalid(fields={"period": _("This period has not begun.")})
    if person not in people:
        raise Invalid(
            fields={"person": _("%(person)s does not report on this project.") % {"person": person.full_name}}
        )
    if project.updates.filter(NOT_RETURNED, on__range=(period.data_from, period.data_to)).exists():
        raise WrongState(_("Progress of this period has been reported already."), code="reported")
    today = clock.today()
    known = ProgressReminder.objects.filter(project=project, person=person, sent_on=today).first()
    if known is not None:
        return known, False
    row = ProgressReminder.objects.create(project=project, person=person, period=period, sent_on=today, sent_by=actor)
    changes = {"person": (None, person.full_name), "period": (None, period.label)}
    record(row, "remind", actor=actor, changes=changes, within=project)
    return row, True


def waiting_for(user: User) -> "QuerySet[ProgressReminder]":
    """Reminders of the person that no update has answered; of each project the last."""
    answer = ProgressUpdate.objects.filter(
        NOT_RETURNED, project=OuterRef("project"), reported_at__gte=OuterRef("sent_at")
    )
    later = ProgressReminder.objects.filter(person=user, project=OuterRef("project"), pk__gt=OuterRef("pk"))
    rows: QuerySet[ProgressReminder] = ProgressReminder.objects.filter(~Exists(answer), ~Exists(later), person=user)
    return rows


# --- by e-mail --------------------------------------------------------------------------------------------------------


def _mail(reminders: list[ProgressReminder], actor: User) -> None:
    """One job for each person who has an address, where the portal can send."""
    if not settings.EMAIL_HOST:
        return
    of_person: dict[int, list[int]] = defaultdict(list)
    for reminder in reminders:
        if reminder.person.email:
            of_person[reminder.person_id].append(reminder.pk)
    for keys in of_person.values():
        enqueue(MAIL, {"reminders": keys}, actor=actor)


@handler(MAIL)
def mail_reminders(run: Run) -> str:
    """One letter with the projects of one person. Done twice, it is the same letter: its id is that of the job."""
    rows = list(
        ProgressReminder.objects.filter(pk__in=run.params["reminders"], mailed_at__isnull=True)
        .select_related("project__area", "period", "person", "sent_by")
        .order_by("id")
    )
    if not rows or not rows[0].person.email:
        return ""
    letter(rows, str(run.job.public_id)).send()
    with run.publish():
        ProgressReminder.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=clock.now())
        run.finish("")
    return ""


def letter(rows: list[ProgressReminder], key: str) -> EmailMessage:
    first = rows[0]
    with override("vi"):
        lines = "\n".join(f"- {row.project.code} {row.project.name} ({row.project.area.full_name})" for row in rows)
        text = _(
            "%(by)s asks you to report the progress of these projects for «%(period)s», whose figures close on "
            "%(day)s:\n\n%(projects)s\n\nOpen the portal and choose «Today»."
        ) % {
            "by": first.sent_by.full_name,
            "period": first.period.label,
            "day": f"{first.period.data_to:%d/%m/%Y}",
            "projects": lines,
        }
        subject = _("Reminder: report the progress of projects")
    return EmailMessage(
        subject, text, to=[first.person.email], headers={"Message-ID": f"<{key}@{settings.EMAIL_DOMAIN}>"}
    )
