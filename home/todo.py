"""What each person has to do today. Counted by the same queries that list it; history makes no tasks."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.hand_over import recent
from accounts.models import Grant, User, areas_below
from accounts.roles import Role
from accounts.staff import members
from audit.models import Entry
from coordination import exchange
from coordination.models import GivenTask, Side, TaskState, Thread
from core import clock
from core.models import Source
from files.models import FileFault
from funding.models import Pledge, ProjectBalance
from outreach.advice import overdue
from outreach.models import Advice
from places.models import Area, AreaClosure, Level
from programmes.documents import to_review as documents_to_review
from programmes.models import LegalDocument
from projects.appraisal import OPEN_FOR_OPINIONS
from projects.inspections import open_requirements
from projects.models import (
    DONE,
    OPEN_FOR_PROGRESS,
    Adjustment,
    AdjustmentState,
    InspectionRequirement,
    Opinion,
    ProgressReminder,
    ProgressState,
    ProgressUpdate,
    Project,
    ProjectState,
    Recommendation,
)
from projects.procedure import deadline_of, ready
from projects.reminders import waiting_for
from projects.states import PROJECT_LIFE
from reports import due
from reports.models import Report, ReportReminder, ReportState

SHOWN = 7
# A project whose progress was reported within this time is not asked for again.
REPORT_EVERY = dt.timedelta(days=30)


@dataclass
class Task:
    """Verb and object, where to do it, since when or until when."""

    text: str
    url: str
    note: str = ""
    tag: str = ""
    tone: str = ""


@dataclass
class Group:
    """Tasks of one kind: `rows` is what is to be done, most urgent first. At first only the beginning is shown; the
    number is that of all of them, which `?only=code` lists."""

    code: str
    title: str
    rows: "QuerySet[Any]"
    task: Callable[[Any], Task]
    shown: int | None = SHOWN
    page: str = ""  # where they are worked off one after the other

    @cached_property
    def total(self) -> int:
        return self.rows.count()

    @cached_property
    def tasks(self) -> list[Task]:
        return [self.task(row) for row in self.rows[: self.shown]] if self.total else []

    @property
    def more(self) -> int:
        return self.total - len(self.tasks)


def _since(moment: dt.datetime | None) -> int:
    return (clock.today() - timezone.localtime(moment).date()).days if moment else 0


def _waiting_words(days: int) -> str:
    if days <= 0:
        return _("since today")
    return ngettext("for %(days)s day", "for %(days)s days", days) % {"days": days}


def _live(user: User) -> "QuerySet[Project]":
    rows: QuerySet[Project] = Project.objects.visible_to(user).filter(historical=False).select_related("area")
    return rows


def _step(project: Project, step: str) -> str:
    return reverse("projects:step", args=[project.public_id, step])


def _of(user: User, role: str) -> frozenset[int]:
    """The provinces for which the person has the role."""
    found: frozenset[int] = user.sight.province_roles.get(role, frozenset())
    return found


def _works_on(user: User, path: str = "") -> Q:
    """Projects the person moves on as officer of the province or as the centre that implements them."""
    officer = {f"{path}province_id__in": _of(user, Role.OFFICER)}
    centre = {f"{path}implementing_unit_id__in": user.sight.centre_ids}
    return Q(**officer) | Q(**centre)


def _authored(user: User) -> Q:
    return Q(created_by=user) | Q(submitted_by=user)


def _by_step(
    user: User, code: str, title: str, step: str, rows: "QuerySet[Any]", note: Callable[[Project], str]
) -> Group:
    """Projects on each of which the same step is next."""
    label = PROJECT_LIFE.steps[step].label

    def task(row: Project) -> Task:
        text = _("%(step)s: %(project)s") % {"step": label, "project": row}
        return Task(text, _step(row, step), f"{row.area} · {note(row)}")

    return Group(code, title, rows, task)


# --- kinds of tasks ---------------------------------------------------------------------------------------------------


def to_decide(user: User) -> Group:
    def task(row: Project) -> Task:
        days = _since(row.submitted_at)
        return Task(
            _("Record the decision on %(project)s") % {"project": row},
            reverse("projects:decision", args=[row.public_id]),
            f"{row.area} · {_waiting_words(days)}",
        )

    rows = (
        _live(user)
        .filter(ready("approve"), province_id__in=_of(user, Role.LEADER))
        .exclude(_authored(user))
        .order_by("submitted_at", "id")
    )
    return Group("to_decide", _("Waiting for a decision"), rows, task, page=reverse("projects:inbox"))


def to_appraise(user: User) -> Group:
    """Files on which the person has given no opinion yet in this round."""

    def task(row: Project) -> Task:
        return Task(
            _("Give an opinion on %(project)s") % {"project": row},
            reverse("projects:opinion", args=[row.public_id]),
            f"{row.area} · {_waiting_words(_since(row.submitted_at))}",
        )

    given = Opinion.objects.filter(project=OuterRef("pk"), round=OuterRef("round"), appraiser=user)
    provinces = _of(user, Role.OFFICER) | _of(user, Role.LEADER) | _of(user, Role.ACCOUNTANT)
    rows = (
        _live(user)
        .filter(~Exists(given), state__in=OPEN_FOR_OPINIONS, province_id__in=provinces)
        .exclude(_authored(user))
        .order_by("submitted_at", "id")
    )
    return Group("to_appraise", _("Files to appraise"), rows, task)


def to_conclude(user: User) -> Group:
    """Files that an appraiser has found fit, so that the appraisal can be concluded."""
    fit = Opinion.objects.filter(project=OuterRef("pk"), round=OuterRef("round"), recommendation=Recommendation.APPROVE)
    provinces = _of(user, Role.OFFICER) | _of(user, Role.LEADER)
    rows = (
        _live(user)
        .filter(ready("appraise"), Exists(fit), province_id__in=provinces)
        .exclude(_authored(user))
        .order_by("submitted_at", "id")
    )
    title = _("Appraisals to conclude")
    return _by_step(user, "to_conclude", title, "appraise", rows, lambda row: _waiting_words(_since(row.submitted_at)))


def to_register(user: User) -> Group:
    def note(row: Project) -> str:
        due = deadline_of(row, "register")
        return _("due by %(day)s") % {"day": f"{due:%d/%m/%Y}"} if due else _waiting_words(_since(row.submitted_at))

    rows = (
        _live(user)
        .filter(ready("register"), province_id__in=_of(user, Role.OFFICER))
        .select_related("programme")
        .order_by("submitted_at", "id")
    )
    return _by_step(user, "to_register", _("To register with the ministry"), "register", rows, note)


def at_ministry(user: User) -> Group:
    """Appraised at base level and sent on; what the ministry says is to be recorded."""
    mine = Q(province_id__in=_of(user, Role.OFFICER))
    if user.sight.country or user.sight.ministry_area_ids:
        mine |= Q() if user.sight.country else Q(province_id__in=user.sight.ministry_area_ids)
    rows = (
        _live(user)
        .filter(mine, ready("ministry_appraise"), state=ProjectState.APPRAISED)
        .order_by("appraised_on", "id")
    )

    def note(row: Project) -> str:
        return _("appraised on %(day)s") % {"day": f"{row.appraised_on:%d/%m/%Y}"} if row.appraised_on else ""

    return _by_step(user, "at_ministry", _("With the ministry"), "ministry_appraise", rows, note)


def to_sign(user: User) -> Group:
    """Approved projects that cannot begin before their contracts are signed."""
    rows = (
        _live(user)
        .filter(_works_on(user), state=ProjectState.APPROVED)
        .exclude(ready("start"))
        .order_by("decided_on", "id")
    )
    return _by_step(user, "to_sign", _("Contracts to sign"), "contract", rows, _approved_on)


def _approved_on(row: Project) -> str:
    return _("approved on %(day)s") % {"day": f"{row.decided_on:%d/%m/%Y}"}


def to_adjust(user: User) -> Group:
    """Adjustments asked for by others, on which the person records the decision."""

    def task(row: Adjustment) -> Task:
        return Task(
            _("Decide on the adjustment of %(project)s") % {"project": row.project},
            reverse("projects:adjustment", args=[row.project.public_id, row.public_id]),
            _waiting_words(_since(row.asked_at)),
        )

    mine = Q(project__province_id__in=_of(user, Role.LEADER))
    if user.sight.country or user.sight.ministry_area_ids:
        own = Q(project__programme__source=Source.NATIONAL)
        mine |= own if user.sight.country else own & Q(project__province_id__in=user.sight.ministry_area_ids)
    rows = (
        Adjustment.objects.filter(mine, state=AdjustmentState.ASKED)
        .exclude(asked_by=user)
        .select_related("project")
        .order_by("asked_at", "id")
    )
    return Group("to_adjust", _("Adjustments to decide"), rows, task)


def to_settle(user: User) -> Group:
    """Carried out and paid to the đồng, but the law wants the settlement before the project is closed."""
    provinces = _of(user, Role.OFFICER) | _of(user, Role.ACCOUNTANT)
    rows = (
        _live(user)
        .filter(ready("settle"), ~Exists(_unsettled()), province_id__in=provinces)
        .exclude(ready("close"))
        .order_by("accepted_on", "id")
    )
    return _by_step(user, "to_settle", _("Settlements to record"), "settle", rows, lambda row: _("paid in full"))


def to_liquidate(user: User) -> Group:
    """Accepted, and the contracts have to be liquidated before the settlement."""
    rows = (
        _live(user).filter(_works_on(user), ready("liquidate")).exclude(ready("settle")).order_by("accepted_on", "id")
    )

    def note(row: Project) -> str:
        return _("accepted on %(day)s") % {"day": f"{row.accepted_on:%d/%m/%Y}"} if row.accepted_on else ""

    return _by_step(user, "to_liquidate", _("Contracts to liquidate"), "liquidate", rows, note)


def _unsettled() -> "QuerySet[ProjectBalance]":
    return ProjectBalance.objects.filter(project=OuterRef("pk")).exclude(paid_vnd=F("allocated_vnd"))


def to_complete(user: User) -> Group:
    """Returned files, each with the reason."""

    def task(row: Any) -> Task:
        note = f"{row.area} · {row.why}" if row.why else str(row.area)
        url = reverse("projects:edit", args=[row.public_id])
        return Task(_("Complete %(project)s") % {"project": row}, url, note, _("Returned"), "amber")

    returns = Entry.objects.filter(
        object_type=Project._meta.label_lower,
        object_id=Cast(OuterRef("pk"), CharField()),
        action__in=["return", "ministry_return"],
    )
    rows = (
        _live(user)
        .filter(_works_on(user), state=ProjectState.RETURNED)
        .annotate(why=Subquery(returns.order_by("-id").values("note")[:1]))
        .order_by("id")
    )
    return Group("to_complete", _("Returned for completion"), rows, task)


def to_submit(user: User) -> Group:
    def task(row: Project) -> Task:
        if row.province_id in _of(user, Role.OFFICER):
            text, url = _("Check and submit %(project)s"), _step(row, "submit")
        else:
            text, url = _("Finish %(project)s"), reverse("projects:edit", args=[row.public_id])
        return Task(text % {"project": row}, url, str(row.area))

    rows = _live(user).filter(_works_on(user), state=ProjectState.DRAFT).order_by("id")
    return Group("to_submit", _("Drafts"), rows, task)


def to_start(user: User) -> Group:
    def task(row: Project) -> Task:
        return Task(_("Start %(project)s") % {"project": row}, _step(row, "start"), _approved_on(row))

    rows = _live(user).filter(_works_on(user), ready("start")).order_by("decided_on", "id")
    return Group("to_start", _("Approved, not started"), rows, task)


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
        .filter(_works_on(user, "project__"), state=ProgressState.REPORTED, project__historical=False)
        .exclude(reported_by=user)
        .select_related("project")
        .order_by("reported_at", "id")
    )
    return Group("to_confirm", _("Progress to confirm"), rows, task)


def late(user: User) -> Group:
    """Projects past their end that run on: acceptance is to be recorded, or an extension to be asked for."""

    def task(row: Project) -> Task:
        assert row.ends_on is not None
        days = (clock.today() - row.ends_on).days
        text = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
        return Task(
            _("Bring %(project)s to acceptance") % {"project": row},
            _step(row, "accept"),
            _("was to end on %(day)s") % {"day": f"{row.ends_on:%d/%m/%Y}"},
            text,
            "red",
        )

    rows = (
        _live(user)
        .filter(_works_on(user), state=ProjectState.IN_PROGRESS, ends_on__lt=clock.today())
        .order_by("ends_on", "id")
    )
    return Group("late", _("Past their end"), rows, task)


def to_close(user: User) -> Group:
    """Accepted projects whose money is settled to the đồng."""

    def task(row: Project) -> Task:
        return Task(
            _("Close %(project)s") % {"project": row}, _step(row, "close"), str(row.area), _("Settled"), "green"
        )

    provinces = _of(user, Role.OFFICER) | _of(user, Role.ACCOUNTANT)
    rows = (
        _live(user)
        .filter(ready("close"), ~Exists(_unsettled()), province_id__in=provinces)
        .order_by("accepted_on", "id")
    )
    return Group("to_close", _("Accepted and settled"), rows, task)


def reports_due(user: User) -> Group:
    """What the portal reminded of and nobody published yet."""

    def task(row: ReportReminder) -> Task:
        late = row.period.due_on is not None and row.period.due_on < clock.today()
        words = {"report": due.name_of(row.schedule.kind), "period": row.period.label}
        day = f"{row.period.due_on:%d/%m/%Y}"
        told = due.as_collaborator(row, user)
        return Task(
            (_("Figures for: %(report)s, %(period)s") if told else _("%(report)s, %(period)s")) % words,
            reverse("coordination:thread_new") if told else reverse("reports:list"),
            _("was due on %(day)s") % {"day": day} if late else _("due on %(day)s") % {"day": day},
            _("late") if late else "",
            "red" if late else "",
        )

    return Group("reports_due", _("Reports due"), due.waiting_for(user), task)


def to_publish(user: User) -> Group:
    def task(row: Report) -> Task:
        return Task(
            _("Look at and approve: %(period)s, version %(version)s")
            % {"period": row.period.label, "version": row.version},
            reverse("reports:detail", args=[row.public_id]),
            f"{row.area} · {_waiting_words(_since(row.submitted_at))}",
        )

    rows = _reports(user, ReportState.SUBMITTED, Role.LEADER).exclude(submitted_by=user)
    return Group("to_publish", _("Reports to approve"), rows, task)


def _reports(user: User, state: ReportState, *roles: str) -> "QuerySet[Report]":
    provinces = frozenset[int]().union(*(_of(user, role) for role in roles))
    rows: QuerySet[Report] = Report.objects.visible_to(user).filter(state=state, province_id__in=provinces)
    return rows.select_related("period", "area").order_by("period__data_to", "id")


def reports_to_submit(user: User) -> Group:
    """Drafts the officer writes and submits, also those that came back."""

    def task(row: Report) -> Task:
        text = _("Check and submit the report: %(period)s, version %(version)s")
        return Task(
            text % {"period": row.period.label, "version": row.version},
            reverse("reports:detail", args=[row.public_id]),
            str(row.area),
        )

    return Group("reports_to_submit", _("Reports to submit"), _reports(user, ReportState.DRAFT, Role.OFFICER), task)


def reports_to_issue(user: User) -> Group:
    """Approved reports of which no number and date of issue are noted."""

    def task(row: Report) -> Task:
        text = _("Record the issue: %(period)s, version %(version)s")
        return Task(
            text % {"period": row.period.label, "version": row.version},
            reverse("reports:step", args=[row.public_id, "issue"]),
            str(row.area),
        )

    rows = _reports(user, ReportState.PUBLISHED, Role.OFFICER).filter(issued_no="")
    return Group("reports_to_issue", _("Reports to issue"), rows, task)


def to_pay(user: User) -> Group:
    def task(row: ProjectBalance) -> Task:
        left = f"{(row.allocated_vnd - row.paid_vnd):,}".replace(",", ".")
        done = row.project.state in DONE
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
        .filter(
            project__state__in=[ProjectState.IN_PROGRESS, *DONE],
            project__province_id__in=_of(user, Role.ACCOUNTANT),
        )
        .select_related("project", "budget")
        .order_by("project__state", "project__code", "id")
    )
    return Group("to_pay", _("Money to pay"), rows, task)


def to_report(user: User) -> Group:
    """Projects nobody has reported on for a month, and those whose last report came back; the longest silence first."""

    def task(row: Any) -> Task:
        if row.returned:
            note = row.why
        elif row.latest is None:
            note = _("no progress reported yet")
        else:
            note = _("last reported as of %(day)s") % {"day": f"{row.latest:%d/%m/%Y}"}
        if row.area_id in taken_over:
            note = f"{note} · {taken_over[row.area_id]}"
        return Task(
            _("Report the progress of %(project)s") % {"project": row},
            reverse("projects:report", args=[row.public_id]),
            f"{row.area} · {note}",
            _("Returned") if row.returned else "",
            "amber" if row.returned else "",
        )

    taken_over = _taken_over(user)
    newest = ProgressUpdate.objects.filter(project=OuterRef("pk")).order_by("-id")
    rows = (
        _reports_on(user)
        .exclude(pk__in=waiting_for(user).values("project"))
        .annotate(
            latest=Max("updates__on", filter=~Q(updates__state=ProgressState.RETURNED)),
            reported=Subquery(newest.values("reported_at")[:1]),
            newest_state=Subquery(newest.values("state")[:1]),
            why=Subquery(newest.values("return_reason")[:1]),
        )
        .annotate(returned=Case(When(newest_state=ProgressState.RETURNED, then=True), default=False))
        .filter(Q(returned=True) | Q(reported__isnull=True) | Q(reported__lt=clock.now() - REPORT_EVERY))
        .order_by("-returned", F("latest").asc(nulls_first=True), "id")
    )
    return Group("to_report", _("Projects to report on"), rows, task)


def _taken_over(user: User) -> dict[int, str]:
    """Unit and all that lies in it → from whom the person took it over of late, and when."""
    units = {unit.area_id: row for row in recent(user) for unit in row.units.all()}
    if not units:
        return {}
    found = {}
    for ancestor, area in AreaClosure.objects.filter(ancestor__in=units).values_list("ancestor_id", "area_id"):
        row = units[ancestor]
        words = {"person": row.giver.full_name, "day": f"{row.starts_on:%d/%m/%Y}"}
        found[area] = _("taken over from %(person)s on %(day)s") % words
    return found


def to_fulfil(user: User) -> Group:
    """What inspections have asked for and nobody has recorded as done, the nearest day first."""

    def task(row: InspectionRequirement) -> Task:
        inspection = row.inspection
        args = [inspection.project.public_id, inspection.public_id]
        words = _("%(project)s · inspection of %(day)s, due by %(due)s") % {
            "project": inspection.project,
            "day": f"{inspection.inspected_on:%d/%m/%Y}",
            "due": f"{row.due_on:%d/%m/%Y}",
        }
        late = row.is_late
        return Task(
            row.text,
            reverse("projects:inspection", args=args),
            words,
            _("overdue") if late else "",
            "red" if late else "",
        )

    rows = open_requirements().filter(
        _works_on(user, "inspection__project__"),
        inspection__project__historical=False,
        inspection__project__closed_on__isnull=True,
        inspection__project__stopped_on__isnull=True,
    )
    title = _("Asked for in inspections")
    return Group("to_fulfil", title, rows.select_related("inspection__project"), task)


def reminded(user: User) -> Group:
    """Projects somebody has asked the person to report on, and nobody has since."""

    def task(row: ProgressReminder) -> Task:
        words = _("%(by)s reminded you on %(day)s; figures close on %(last)s") % {
            "by": row.sent_by.full_name,
            "day": f"{row.sent_on:%d/%m/%Y}",
            "last": f"{row.period.data_to:%d/%m/%Y}",
        }
        return Task(
            _("Report the progress of %(project)s") % {"project": row.project},
            reverse("projects:report", args=[row.project.public_id]),
            f"{row.project.area} · {words}",
            _("Reminder"),
            "amber",
        )

    rows = (
        waiting_for(user)
        .filter(project__in=_reports_on(user).values("pk"))
        .select_related("project__area", "period", "sent_by")
        .order_by("period__data_to", "id")
    )
    return Group("reminded", _("You were reminded"), rows, task)


def _reports_on(user: User) -> "QuerySet[Project]":
    mine = Q(area_id__in=areas_below(user.sight.granted_area_ids)) | Q(implementing_unit_id__in=user.sight.centre_ids)
    return _live(user).filter(mine, state__in=OPEN_FOR_PROGRESS)


def late_advice(user: User) -> Group:
    """Requests for advice past the day on which their answer was due."""

    def task(row: Advice) -> Task:
        return Task(
            _("Answer %(enterprise)s: %(topic)s") % {"enterprise": row.enterprise, "topic": row.topic},
            reverse("outreach:advice_one", args=[row.public_id]),
            _("%(area)s · due on %(day)s") % {"area": row.enterprise.area, "day": f"{row.due_on:%d/%m/%Y}"},
            _("overdue"),
            "red",
        )

    return Group("advice", _("Advice that is overdue"), overdue(user), task)


def to_review(user: User) -> Group:
    """Legal documents whose day of review has come: theirs, and those of nobody that they may change."""

    def task(row: LegalDocument) -> Task:
        return Task(
            _("Look at %(document)s again") % {"document": row},
            reverse("programmes:document", args=[row.pk]),
            _("%(subject)s · until %(day)s") % {"subject": row.subject[:80], "day": f"{row.review_on:%d/%m/%Y}"},
        )

    return Group("review", _("Documents to be looked at again"), documents_to_review(user, clock.today()), task)


def late_pledges(user: User) -> Group:
    """Promises of resources past their day, in the provinces of the officer and of the projects of the centre."""

    def task(row: Pledge) -> Task:
        return Task(
            _("Ask %(giver)s for what was promised: %(what)s") % {"giver": row.by, "what": row.what},
            reverse("funding:pledge", args=[row.public_id]),
            _("%(area)s · due on %(day)s") % {"area": row.place, "day": f"{row.due_on:%d/%m/%Y}"},
            _("overdue"),
            "red",
        )

    mine = Q(province_id__in=_of(user, Role.OFFICER)) | Q(project__implementing_unit_id__in=user.sight.centre_ids)
    rows = Pledge.objects.visible_to(user).figured().overdue().filter(mine)
    rows = rows.select_related("enterprise", "project__area", "area").order_by("due_on", "id")
    return Group("pledges", _("Promises that are overdue"), rows, task)


def to_answer(user: User) -> Group:
    """Questions of the exchange the person has to answer, the longest waiting first."""

    def task(row: Thread) -> Task:
        who = _("from a collaborator") if row.waits_side == Side.OFFICE else _("from the province")
        due = _("due on %(day)s") % {"day": f"{row.due_on:%d/%m/%Y}"} if row.due_on else ""
        return Task(
            _("Answer: %(subject)s") % {"subject": row.subject},
            reverse("coordination:thread", args=[row.public_id]),
            " · ".join(filter(None, [str(row.area), who, due])),
            _("overdue") if row.is_late else "",
            "red" if row.is_late else "",
        )

    rows = exchange.waiting_for(user).select_related("area")
    return Group("to_answer", _("Questions to answer"), rows, task)


def given_to(user: User) -> Group:
    """Open tasks given to the person; those with a day first, the nearest first."""

    def task(row: GivenTask) -> Task:
        due = _("due on %(day)s") % {"day": f"{row.due_on:%d/%m/%Y}"} if row.due_on else row.get_timing_display()
        late = row.is_late
        return Task(
            str(row),
            reverse("coordination:task", args=[row.public_id]),
            f"{row.document} · {due}" if row.document else due,
            _("overdue") if late else "",
            "red" if late else "",
        )

    rows = (
        GivenTask.objects.filter(assigned_to=user, state__in=[TaskState.GIVEN, TaskState.IN_PROGRESS])
        .select_related("document__legal")
        .prefetch_related("results")
        .order_by(F("due_on").asc(nulls_last=True), "id")
    )
    return Group("given_to", _("Tasks given to you"), rows, task)


def to_confirm_task(user: User) -> Group:
    """Tasks the person gave, of which somebody else says that they are finished."""

    def task(row: GivenTask) -> Task:
        name = row.reported_by.full_name if row.reported_by else ""
        url = reverse("coordination:task", args=[row.public_id])
        return Task(_("Confirm: %(task)s") % {"task": row}, url, _("finished, says %(name)s") % {"name": name})

    own = Q(assigned_to=user, reported_by=user)
    rows = GivenTask.objects.visible_to(user).filter(state=TaskState.REPORTED, given_by=user)
    rows = rows.exclude(~own & Q(reported_by=user)).select_related("reported_by").order_by("id")
    return Group("to_confirm_task", _("Tasks to confirm"), rows, task)


def without_role(user: User) -> Group:
    def task(row: User) -> Task:
        return Task(
            _("Give %(person)s a role") % {"person": row.full_name}, reverse("accounts:grant_new", args=[row.public_id])
        )

    # A role that begins later is given already.
    given = Grant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()), user=OuterRef("pk"))
    rows = User.objects.people().visible_to(user).filter(~Exists(given), is_active=True).order_by("folded")
    return Group("without_role", _("People without a role"), rows, task)


def left_behind(user: User) -> Group:
    """Work of people who left, or whose role for its unit ended."""

    def task(row: User) -> Task:
        url = f"{reverse('accounts:hand_over_new')}?giver={row.public_id}"
        return Task(_("Hand over the work of %(person)s") % {"person": row.full_name}, url)

    left = [row.person.pk for row in members(User.objects.staff_for(user)) if row.left]
    rows = User.objects.filter(pk__in=left).order_by("folded")
    return Group("left_behind", _("Work left behind"), rows, task)


def damaged_files(user: User) -> Group:
    """What the daily reading of the stored files found."""

    def task(row: FileFault) -> Task:
        return Task(
            _("Put the file %(name)s back from a backup") % {"name": row.name[:12]},
            reverse("home:damaged_files"),
            f"{row.get_what_display()} · {_waiting_words(_since(row.found_at))}",
        )

    rows = FileFault.objects.exclude(what=FileFault.What.ORPHAN)
    return Group("damaged_files", _("Damaged or missing files"), rows, task)


def without_collaborator(user: User) -> Group:
    def task(row: Area) -> Task:
        url = f"{reverse('accounts:people')}?give={row.uid}"
        return Task(_("Find a collaborator for %(area)s") % {"area": row}, url)

    grants = Grant.objects.valid_on(clock.today()).filter(role=Role.COLLABORATOR, user__is_active=True)
    covered = AreaClosure.objects.filter(ancestor_id__in=grants.values("area_id")).values("area_id")
    below = AreaClosure.objects.filter(ancestor_id__in=user.sight.administers_ids).values("area_id")
    rows = Area.objects.current().filter(pk__in=below, level=Level.COMMUNE).exclude(pk__in=covered).order_by("folded")
    return Group("without_collaborator", _("Communes without a collaborator"), rows, task)


# fmt: off
BY_ROLE: dict[str, tuple[Callable[[User], Group], ...]] = {
    Role.COLLABORATOR: (reminded, reports_due, to_answer, given_to, to_report, late_advice),
    Role.LEADER: (
        to_decide, to_adjust, to_conclude, to_appraise, to_publish, reports_due,
        to_answer, given_to, to_confirm_task, to_review,
    ),
    Role.OFFICER: (
        reports_due, to_complete, to_submit, to_register, to_conclude, to_appraise, at_ministry,
        to_confirm, to_sign, to_start, late, to_fulfil, to_liquidate, to_settle, to_close,
        reports_to_submit, reports_to_issue,
        late_advice, late_pledges, to_answer, given_to, to_confirm_task, to_review,
    ),
    Role.CENTRE: (to_complete, to_submit, reminded, to_confirm, to_sign, to_start, late, to_fulfil, to_liquidate,
        to_report, late_advice, late_pledges, to_answer, given_to, to_confirm_task,
    ),
    Role.ACCOUNTANT: (to_appraise, to_pay, to_settle, to_close, to_answer, given_to),
    Role.MINISTRY: (at_ministry, to_adjust),
    Role.ADMINISTRATOR: (damaged_files, left_behind, without_role, without_collaborator, to_review),
}
# fmt: on


def tasks_of(user: User, only: str = "") -> list[Group]:
    """The groups of all roles of the person, each once, without the empty ones; `only` one of them, with all it has."""
    kinds = dict.fromkeys(kind for role, group in BY_ROLE.items() if user.has_role(role) for kind in group)
    groups = [group for group in (kind(user) for kind in kinds) if group.total]
    chosen = [group for group in groups if group.code == only]
    for group in chosen:
        group.shown = None
    return chosen or groups


def late_projects(user: User) -> int:
    """For the leader, who sees to it that others act: how many projects are past their end."""
    provinces = _of(user, Role.LEADER)
    return Project.objects.visible_to(user).late().filter(province_id__in=provinces).count() if provinces else 0
