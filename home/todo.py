"""What each person has to do today. Counted by the same queries that list it; history makes no tasks."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Grant, User
from accounts.roles import Role
from core import clock
from funding.models import ProjectBalance
from places.models import Area, AreaClosure, Level
from projects.models import OPEN_FOR_PROGRESS, ProgressState, ProgressUpdate, Project, ProjectState
from reports.models import Report, ReportState

SHOWN = 7


@dataclass
class Task:
    """Verb and object, where to do it, since when or until when. `late` in days, 0 when not late."""

    text: str
    url: str
    note: str = ""
    tag: str = ""
    tone: str = ""
    late: int = 0


@dataclass
class Group:
    """Tasks of one kind: the most urgent ones and how many there are in all, with the way to the rest."""

    title: str
    total: int
    tasks: list[Task] = field(default_factory=list)
    more_url: str = ""

    @property
    def more(self) -> int:
        return self.total - len(self.tasks)


def _since(moment: dt.datetime | None) -> int:
    return (clock.today() - timezone.localtime(moment).date()).days if moment else 0


def _waiting_words(days: int) -> str:
    if days <= 0:
        return _("since today")
    return ngettext("for %(days)s day", "for %(days)s days", days) % {"days": days}


def _detail(project: Project) -> str:
    return reverse("projects:detail", args=[project.public_id])


def _live(user: User) -> "QuerySet[Project]":
    rows: QuerySet[Project] = Project.objects.visible_to(user).filter(historical=False).select_related("area")
    return rows


def _group(title: str, rows: "QuerySet[Any]", task: Callable[[Any], Task], more_url: str = "") -> Group:
    total = rows.count()
    return Group(title, total, [task(row) for row in rows[:SHOWN]] if total else [], more_url)


# --- kinds of tasks ---------------------------------------------------------------------------------------------------


def to_decide(user: User) -> Group:
    def task(row: Project) -> Task:
        days = _since(row.submitted_at)
        return Task(
            _("Record the decision on %(project)s") % {"project": row},
            _detail(row),
            f"{row.area} · {_waiting_words(days)}",
        )

    rows = _live(user).filter(state=ProjectState.SUBMITTED).order_by("submitted_at", "id")
    return _group(_("Waiting for a decision"), rows, task, f"{reverse('projects:list')}?state=submitted")


def to_complete(user: User) -> Group:
    def task(row: Project) -> Task:
        return Task(_("Complete %(project)s") % {"project": row}, _detail(row), str(row.area), _("Returned"), "amber")

    rows = _live(user).filter(state=ProjectState.RETURNED).order_by("id")
    return _group(_("Returned for completion"), rows, task, f"{reverse('projects:list')}?state=returned")


def to_submit(user: User) -> Group:
    def task(row: Project) -> Task:
        verb = _("Check and submit %(project)s") if user.has_role(Role.OFFICER) else _("Finish %(project)s")
        return Task(verb % {"project": row}, _detail(row), str(row.area))

    rows = _live(user).filter(state=ProjectState.DRAFT).order_by("id")
    return _group(_("Drafts"), rows, task, f"{reverse('projects:list')}?state=draft")


def to_confirm(user: User) -> Group:
    def task(row: ProgressUpdate) -> Task:
        return Task(
            _("Confirm the progress of %(project)s") % {"project": row.project},
            reverse("projects:update", args=[row.project.public_id, row.uuid]),
            _("as of %(day)s, %(since)s")
            % {"day": f"{row.on:%d/%m/%Y}", "since": _waiting_words(_since(row.reported_at))},
        )

    rows = (
        ProgressUpdate.objects.visible_to(user)
        .filter(state=ProgressState.REPORTED, project__historical=False)
        .exclude(reported_by=user)
        .select_related("project")
        .order_by("reported_at", "id")
    )
    return _group(_("Progress to confirm"), rows, task)


def late(user: User) -> Group:
    def task(row: Project) -> Task:
        assert row.ends_on is not None
        days = (clock.today() - row.ends_on).days
        text = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
        return Task(
            _("Bring %(project)s to acceptance") % {"project": row},
            _detail(row),
            _("was to end on %(day)s") % {"day": f"{row.ends_on:%d/%m/%Y}"},
            text,
            "red",
            days,
        )

    rows = _live(user).filter(state__in=OPEN_FOR_PROGRESS, ends_on__lt=clock.today()).order_by("ends_on", "id")
    return _group(_("Past their end"), rows, task, f"{reverse('projects:list')}?late=1")


def to_publish(user: User) -> Group:
    def task(row: Report) -> Task:
        return Task(
            _("Look at and publish: %(period)s, version %(version)s")
            % {"period": row.period.label, "version": row.version},
            reverse("reports:detail", args=[row.public_id]),
            str(row.area),
        )

    rows = (
        Report.objects.visible_to(user)
        .filter(state=ReportState.DRAFT)
        .select_related("period", "area")
        .order_by("period__data_to", "id")
    )
    return _group(_("Reports to publish"), rows, task, f"{reverse('reports:list')}?state=draft")


def to_pay(user: User) -> Group:
    def task(row: ProjectBalance) -> Task:
        left = f"{(row.allocated_vnd - row.paid_vnd):,}".replace(",", ".")
        done = row.project.state == ProjectState.ACCEPTED
        return Task(
            (_("Pay and settle %(project)s") if done else _("Pay %(project)s")) % {"project": row.project},
            reverse("funding:pay", args=[row.project.public_id]),
            _("%(left)s đồng approved and not paid, %(source)s %(year)s")
            % {"left": left, "source": row.budget.get_source_display().lower(), "year": row.budget.year},
            _("Accepted") if done else "",
            "green" if done else "",
        )

    rows = (
        ProjectBalance.objects.filter(project__in=_live(user).values("pk"), paid_vnd__lt=F("allocated_vnd"))
        .filter(project__state__in=[ProjectState.IN_PROGRESS, ProjectState.ACCEPTED])
        .select_related("project", "budget")
        .order_by("project__state", "project__code", "id")
    )
    return _group(_("Money to pay"), rows, task, reverse("funding:board"))


def to_report(user: User) -> Group:
    """Projects to report on; those nobody has reported on for longest come first."""

    def task(row: Any) -> Task:
        returned = row.returned
        if row.latest is None:
            note = _("no progress reported yet")
        else:
            note = _("last reported as of %(day)s") % {"day": f"{row.latest:%d/%m/%Y}"}
        return Task(
            _("Report the progress of %(project)s") % {"project": row},
            reverse("projects:report", args=[row.public_id]),
            f"{row.area} · {note}",
            _("Returned: look at the reason") if returned else "",
            "amber" if returned else "",
        )

    last_state = ProgressUpdate.objects.filter(project=OuterRef("pk")).order_by("-id")
    rows = (
        _live(user)
        .filter(state__in=OPEN_FOR_PROGRESS)
        .annotate(
            latest=Max("updates__on", filter=~Q(updates__state=ProgressState.RETURNED)),
            returned=Exists(last_state.filter(pk=last_state.values("pk")[:1], state=ProgressState.RETURNED)),
        )
        .order_by("-returned", F("latest").asc(nulls_first=True), "id")
    )
    return _group(_("Projects to report on"), rows, task, reverse("projects:progress"))


def without_role(user: User) -> Group:
    def task(row: User) -> Task:
        return Task(
            _("Give %(person)s a role") % {"person": row.full_name}, reverse("accounts:person", args=[row.public_id])
        )

    valid = Grant.objects.valid_on(clock.today()).filter(user=OuterRef("pk"))
    rows = User.objects.people().visible_to(user).filter(~Exists(valid), is_active=True).order_by("folded")
    return _group(_("People without a role"), rows, task, reverse("accounts:people"))


def without_collaborator(user: User) -> Group:
    def task(row: Area) -> Task:
        return Task(_("Find a collaborator for %(area)s") % {"area": row}, reverse("accounts:coverage"))

    grants = Grant.objects.valid_on(clock.today()).filter(role=Role.COLLABORATOR, user__is_active=True)
    covered = AreaClosure.objects.filter(ancestor_id__in=grants.values("area_id")).values("area_id")
    below = AreaClosure.objects.filter(ancestor_id__in=user.sight.administers_ids).values("area_id")
    rows = Area.objects.current().filter(pk__in=below, level=Level.COMMUNE).exclude(pk__in=covered).order_by("folded")
    return _group(_("Communes without a collaborator"), rows, task, reverse("accounts:coverage"))


BY_ROLE: dict[str, tuple[Callable[[User], Group], ...]] = {
    Role.COLLABORATOR: (to_report,),
    Role.LEADER: (to_decide, to_publish, late),
    Role.OFFICER: (to_complete, to_submit, to_confirm, late),
    Role.CENTRE: (to_complete, to_submit, to_confirm, to_report),
    Role.ACCOUNTANT: (to_pay,),
    Role.ADMINISTRATOR: (without_role, without_collaborator),
}


def tasks_of(user: User) -> list[Group]:
    """The groups of all roles of the person, each once, without the empty ones."""
    kinds = dict.fromkeys(kind for role, group in BY_ROLE.items() if user.has_role(role) for kind in group)
    return [group for group in (kind(user) for kind in kinds) if group.total]
