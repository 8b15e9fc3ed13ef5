"""What an establishment may ask for, and where its file stands: for everybody, without an account."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from core import clock
from core.models import Source
from enterprises.eligibility import Facts, Judgement, judge
from outreach.models import ListItem, ListKind, Policy, StatusQuery
from outreach.services import offered
from places.models import Area, AreaClosure, Level
from programmes.models import Activity, AppraisalCriterion, StepRule, SupportNorm
from programmes.papers import Needed, papers_for
from projects.models import DONE, EDITABLE, OPEN_FOR_PROGRESS, Project, ProjectState
from projects.procedure import deadline_of

TRIES = 10  # within WINDOW, from one address
WINDOW = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Answers:
    """The five answers: what it is, where, its trade (a code, NO_TRADE: another one), what it wants to do (contents of
    support), and how many people work there (None: not said)."""

    kind: str
    commune: Area
    trade: str
    activities: list[Activity]
    workers: int | None = None


@dataclass(frozen=True)
class Content:
    """One content of support with the norms in force today for it and the policies that tell of it."""

    activity: Activity
    norms: list[SupportNorm]
    policies: list[Policy]


@dataclass(frozen=True)
class Deadline:
    """Until when a step is due for the budget year."""

    rule: StepRule
    on: dt.date
    year: int


def _here(province: Area) -> Q:
    return Q(area__isnull=True) | Q(area=province)


def province_above(commune: Area) -> Area | None:
    """The province of today that a commune lies in."""
    rows = Area.objects.current().filter(level=Level.PROVINCE, closure_down__area=commune)
    found: Area | None = rows.first()
    return found


def judgement_of(answers: Answers) -> Judgement | None:
    """Whether the conditions of today fit, as far as five answers tell."""
    province, today = province_above(answers.commune), clock.today()
    if province is None:
        return None
    figures = {} if answers.workers is None else {today.year: {"workers": answers.workers}}
    return judge(Facts(answers.kind, province.pk, answers.commune, answers.trade, figures), today)


def contents_for(answers: Answers) -> tuple[list[Content], list[Activity]]:
    """(what it may ask for, what it may not): a content is left out only where the published policies that name it are
    all for other kinds or other communes."""
    province = province_above(answers.commune)
    above = set(AreaClosure.objects.filter(area=answers.commune).values_list("ancestor_id", flat=True))
    policies = list(Policy.objects.filter(province=province).public().select_related("document").prefetch_related(
        "activities", "communes"
    ))  # fmt: skip
    norms: dict[str, list[SupportNorm]] = {}
    rules = SupportNorm.objects.valid_on(clock.today())
    for norm in rules.filter(_here(province)) if province is not None else rules.filter(area__isnull=True):
        norms.setdefault(norm.code, []).append(norm)
    may, not_for = [], []
    for activity in answers.activities:
        named = [row for row in policies if row.validity != "past" and activity in row.activities.all()]
        fitting = [
            row
            for row in named
            if (not row.kinds or answers.kind in row.kinds)
            and (not row.communes.all() or any(area.pk in above for area in row.communes.all()))
        ]
        if named and not fitting:
            not_for.append(activity)
        else:
            may.append(Content(activity, norms.get(activity.norm_code, []) if activity.norm_code else [], fitting))
    return may, not_for


def criteria_for(province: Area | None) -> list[AppraisalCriterion]:
    """By what a file is judged today: what its papers must show."""
    here = _here(province) if province is not None else Q(area__isnull=True)
    return list(AppraisalCriterion.objects.valid_on(clock.today()).filter(here).order_by("source", "pk"))


def papers_of(answers: Answers, may: list[Content]) -> list[Needed]:
    """The papers of a file for what it may ask for, of every source."""
    return papers_for([row.activity for row in may], province_above(answers.commune), clock.today()) if may else []


def next_deadlines(province: Area | None) -> list[Deadline]:
    """The next day on which each step that has one is due, soonest first."""
    today = clock.today()
    here = _here(province) if province is not None else Q(area__isnull=True)
    found = []
    for rule in StepRule.objects.filter(here, deadline_day__isnull=False):
        for year in range(today.year - 1, today.year + 3):
            due = rule.due_in(year)
            if due is not None and due >= today and rule.in_force_on(due):
                found.append(Deadline(rule, due, year))
                break
    return sorted(found, key=lambda row: row.on)


def contacts() -> list[ListItem]:
    return list(offered(ListKind.CONTACT))


# --- where a file stands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """Nothing personal: the code, the state, the office that has it, until when it is due (None: no day is set)."""

    code: str
    state: str
    holder: str
    due_on: dt.date | None


def knock(address: str) -> bool:
    """Note that somebody at the address asks. False: too often within the time; nothing is noted then."""
    now = clock.now()
    StatusQuery.objects.filter(at__lt=now - dt.timedelta(hours=1)).delete()
    key = salted_hmac("outreach.status", address, algorithm="sha256").hexdigest()
    if StatusQuery.objects.filter(address=key, at__gt=now - WINDOW).count() >= TRIES:
        return False
    StatusQuery.objects.create(address=key, at=now)
    return True


def status_of(code: str, digits: str) -> Status | None:
    """Where the file of this code stands, for who knows the last four digits of the tax code of a beneficiary. None
    alike for a code that is not there and for other digits; both are looked up by the same one query."""
    rows = Project.objects.filter(code__in={code.strip(), code.strip().upper()}).values_list(
        "pk", "beneficiaries__tax_code"
    )
    found = None
    for pk, tax_code in rows:
        last = re.sub(r"\D", "", tax_code or "")[-4:]
        if constant_time_compare(last, digits) and len(last) == 4:
            found = pk
    if found is None:
        return None
    project = Project.objects.select_related("programme", "province", "implementing_unit").get(pk=found)
    holder, due_on = _holder(project)
    return Status(project.code, str(ProjectState(project.state).label), holder, due_on)


def _holder(project: Project) -> tuple[str, Any]:
    """(the office that has to do the next thing, until when)"""
    department = project.province.agencies.filter(kind="department").first()
    office = department.name if department is not None else _("The department of industry and trade")
    national = project.programme.source == Source.NATIONAL
    if project.state in (ProjectState.CLOSED, ProjectState.STOPPED, ProjectState.REJECTED):
        return _("Nobody: it is over"), None
    if project.state in EDITABLE:
        return project.implementing_unit.name, None
    if project.state in OPEN_FOR_PROGRESS:
        return project.implementing_unit.name, project.ends_on
    if project.state in DONE:
        return project.implementing_unit.name, None
    if national and project.state in (ProjectState.REGISTERED, ProjectState.APPRAISED):
        return (office if project.state == ProjectState.REGISTERED else _("Ministry of industry and trade")), None
    return office, deadline_of(project, "register") if project.state == ProjectState.SUBMITTED else None
