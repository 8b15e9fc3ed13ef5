"""The support asked for or decided on, measured by the norms of the day; and support given before for the same."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core import clock
from core.errors import Invalid
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from enterprises.models import Enterprise
from places.models import Area
from programmes.models import Activity
from programmes.norms import CapScope, NormFound, Priority, norm_for, priority_for
from projects.lines import LineData, asked_for, cost_of, lines_of, sums
from projects.models import AdjustmentState, DecisionMoney, Project, ProjectState

if TYPE_CHECKING:
    from accounts.models import User

NOT_GIVEN = (ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.STOPPED, ProjectState.REJECTED)


@dataclass(frozen=True)
class Given:
    """What an establishment was given before, in another project, for what the same norm measures.

    `amount_vnd` None: how much of that project's support it was is not known. `counts`: whether the norm counts it.
    """

    enterprise: Enterprise
    year: int
    source: str
    amount_vnd: int | None
    counts: bool | None = None  # None: the scope of the norm is not known

    @property
    def label(self) -> str:
        return str(Source(self.source).label)


@dataclass(frozen=True)
class Limit:
    """What one activity may be supported with. `most_vnd` None: nothing can be said."""

    found: NormFound
    units: int
    most_vnd: int | None
    cost_vnd: int | None = None
    own_cost: bool = False  # that of its lines; otherwise the whole investment
    asked_vnd: int | None = None  # what its lines ask for, where they say how the money is divided
    priority: Priority | None = None
    given: tuple[Given, ...] = ()

    @property
    def over_vnd(self) -> int:
        """What its lines ask for beyond the norm."""
        if self.asked_vnd is None or self.most_vnd is None:
            return 0
        return max(self.asked_vnd - self.most_vnd, 0)

    @property
    def verified(self) -> bool:
        """Whether the norm and all that changes it were seen in their source."""
        return self.found.verified and (self.priority is None or self.priority.verified)


@dataclass(frozen=True)
class Ceiling:
    """The support from one source, in đồng, beside what the norms of all its activities allow together."""

    source: str
    asked_vnd: int | None
    limits: tuple[Limit, ...]

    @property
    def most_vnd(self) -> int | None:
        """None where one of the activities has no norm: then no remainder is shown."""
        known = [limit.most_vnd for limit in self.limits if limit.most_vnd is not None]
        return sum(known) if known and len(known) == len(self.limits) else None

    @property
    def label(self) -> str:
        return str(Source(self.source).label)

    @property
    def verified(self) -> bool:
        return all(limit.verified for limit in self.limits)

    @property
    def left_vnd(self) -> int | None:
        """Still to be asked for; below zero: too much."""
        return None if self.most_vnd is None else self.most_vnd - (self.asked_vnd or 0)

    @property
    def over_vnd(self) -> int:
        return max(-(self.left_vnd or 0), 0)

    @property
    def within(self) -> bool:
        """Neither all together nor an activity by its lines asks for too much."""
        return not self.over_vnd and not any(limit.over_vnd for limit in self.limits)


@dataclass(frozen=True)
class Measured:
    """What is measured: a project as it is stored, as it is typed, or as an adjustment would make it.

    `area`: where it lies, for priority. `project`: itself, which is not support given before.
    """

    province: Area
    area: Area
    activities: Sequence[Activity]
    beneficiaries: Sequence[Enterprise]
    investment_vnd: int | None
    project: Project | None = None
    lines: Sequence[LineData] = ()


def measured_of(project: Project) -> Measured:
    activities = list(project.activities.all())
    by_lines = any(activity.norm_code for activity in activities) and not _changed_since(project)
    return Measured(
        project.province,
        project.area,
        activities,
        list(project.beneficiaries.all()),
        project.investment_vnd,
        project,
        lines_of(project) if by_lines else [],
    )


def _changed_since(project: Project) -> bool:
    """Whether the content was adjusted after the lines were entered: then they no longer say what it costs."""
    if project.decided_on is None:
        return False
    decided = project.adjustments.filter(state=AdjustmentState.DECIDED).values_list("new", flat=True)
    return any({"activities", "investment_vnd"} & set(new) for new in decided)


def ceilings(what: Measured, sources: Sequence[str], on: dt.date, asked: Mapping[str, int | None]) -> list[Ceiling]:
    """For each source of support. The amount of a norm counts for each beneficiary, its percentage for what the lines
    of the activity cost, without lines for the whole investment. Where the amount counts for an establishment over
    time, what it was given before is taken off."""
    only, divided = len(what.activities) == 1, sums(what.lines)
    units = max(len(what.beneficiaries), 1)
    before = given_before(what, on)
    found = []
    for source in sources:
        limits = []
        for activity in what.activities:
            norm = norm_for(activity, source, what.province, on)
            priority = priority_for(norm, what.province, what.area, on)
            given = _counted(norm, source, before.get(activity.norm_code, ()))
            own = cost_of(what.lines, activity, only)
            cost = what.investment_vnd if own is None else own
            most = norm.most_vnd(
                cost,
                units,
                priority.coefficient if priority else Decimal(1),
                used_vnd=_used(given),
            )
            told = bool(divided) and divided.get(source, 0) == (asked.get(source) or 0)
            mine = asked_for(what.lines, activity, only, source) if told else None
            limits.append(Limit(norm, units, most, cost, own is not None, mine, priority, given))
        found.append(Ceiling(source, asked.get(source), tuple(limits)))
    return found


def _counted(norm: NormFound, source: str, before: Sequence[Given]) -> tuple[Given, ...]:
    """What was given before, with whether the amount of the norm counts it. None of it, where the amount is that of a
    project or there is no amount."""
    if norm.norm is None or norm.amount_vnd is None or norm.scope == CapScope.PROJECT:
        return ()
    if norm.scope == CapScope.UNKNOWN:
        return tuple(before)
    every = norm.scope == CapScope.ESTABLISHMENT_ALL
    return tuple(replace(given, counts=every or given.source == source) for given in before)


def _used(given: Sequence[Given]) -> dict[int, int]:
    """Đồng by establishment that are taken off its amount."""
    used: dict[int, int] = {}
    for row in given:
        if row.counts and row.amount_vnd:
            used[row.enterprise.pk] = used.get(row.enterprise.pk, 0) + row.amount_vnd
    return used


def given_before(what: Measured, on: dt.date) -> dict[str, list[Given]]:
    """By code of the norm: support decided on until the day for the same establishments in other projects.

    A project with one beneficiary and one norm gave it all of its money; of several, each what its support contract
    says. Anything else, and what is left of a project that was stopped, is not known and told as that.
    """
    codes = {activity.norm_code for activity in what.activities if activity.norm_code}
    if not codes or not what.beneficiaries:
        return {}
    mine = {row.pk: row for row in what.beneficiaries}
    rows = (
        Project.objects.filter(
            beneficiaries__in=list(mine), activities__norm_code__in=codes, decided_on__isnull=False, decided_on__lte=on
        )
        .exclude(pk=what.project.pk if what.project is not None else 0)
        .distinct()
        .prefetch_related("beneficiaries", "activities", "contracts")
        .order_by("decided_on", "pk")
    )
    decided = decided_support([project.pk for project in rows])
    found: dict[str, list[Given]] = {}
    for project in rows:
        money = decided.get(project.pk, {})
        owners = [row.pk for row in project.beneficiaries.all()]
        measured_by = {activity.norm_code for activity in project.activities.all()}
        for key in owners:
            for source, amount in money.items():
                known: int | None = amount
                if project.stopped_on or len(measured_by) > 1:
                    known = None
                elif len(owners) > 1:
                    known = _by_contract(project, key) if len(money) == 1 else None
                if key in mine:
                    for code in codes & measured_by:
                        found.setdefault(code, []).append(Given(mine[key], project.year, source, known))
    return found


def decided_support(projects: Sequence[int]) -> dict[int, dict[str, int]]:
    """By project, support that all its decisions together give, by source, without what is zero."""
    rows = DecisionMoney.objects.filter(decision__project__in=projects, source__in=SUPPORT_SOURCES).order_by()
    found: dict[int, dict[str, int]] = {}
    for project, source, total in rows.values_list("decision__project", "source").annotate(total=Sum("amount_vnd")):
        if total:
            found.setdefault(project, {})[source] = total
    return found


def _by_contract(project: Project, enterprise: int) -> int | None:
    """What the support contracts with the establishment promise today; None without one."""
    rows = [row for row in project.contracts.all() if row.voided_at is None and row.kind == "support"]
    values = [
        next((annex.value_vnd for annex in reversed(rows) if annex.annex_of_id == row.pk), row.value_vnd)
        for row in rows
        if row.annex_of_id is None and row.enterprise_id == enterprise
    ]
    return sum(values) if values else None


def day_of(project: Project) -> dt.date:
    """Whose norms hold: the day of the decision, before it the day of submission, before that today."""
    if project.decided_on is not None:
        return project.decided_on
    return clock.local_day(project.submitted_at) if project.submitted_at else clock.today()


def sources_asked(asked: Mapping[str, int | None], first: str) -> list[str]:
    """The sources that support is asked from; before anything is, the programme's own."""
    return [str(source) for source in SUPPORT_SOURCES if asked.get(source)] or [first]


def ceilings_of(project: Project, on: dt.date | None = None, asked: Mapping[str, int] | None = None) -> list[Ceiling]:
    """Of a stored project, for the sources it asks support from; `asked` instead of its estimate."""
    if asked is None:
        asked = {row.source: row.amount_vnd for row in project.estimates.all()}
    first = project.programme.source
    return ceilings(measured_of(project), sources_asked(asked, first), on or day_of(project), asked)


def require_within_norms(project: Project, on: dt.date, asked: Mapping[str, int], field: str) -> None:
    """As `require_allowed`, of a stored project."""
    require_allowed(measured_of(project), project.programme.source, on, asked, field)


def require_allowed(what: Measured, first: str, on: dt.date, asked: Mapping[str, int], field: str) -> None:
    """Raise Invalid at `field`, in which «{source}» stands for the source, where verified norms are passed. One that is
    not verified refuses nothing. `first`: the source of the programme."""
    if transaction.get_connection().in_atomic_block:
        # Of two projects for one establishment the second sees what the first was given.
        keys = [row.pk for row in what.beneficiaries]
        list(Enterprise.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    faults: dict[str, list[str]] = {}
    for ceiling in ceilings(what, sources_asked(asked, first), on, asked):
        if ceiling.over_vnd and ceiling.verified:
            basis = "; ".join(sorted({limit.found.norm.legal_basis for limit in ceiling.limits if limit.found.norm}))
            text = _("The norm allows at most %(most)s đồng (%(basis)s): %(over)s too much.") % {
                "most": group(ceiling.most_vnd or 0),
                "basis": basis,
                "over": group(ceiling.over_vnd),
            }
            faults[field.format(source=ceiling.source)] = [" ".join([text, *_earlier_words(ceiling)])]
        for limit in ceiling.limits:
            if limit.over_vnd and limit.verified and not (ceiling.over_vnd and ceiling.verified):
                text = _(
                    "«%(activity)s»: at most %(most)s đồng by the norm (%(basis)s); its lines ask for %(over)s more."
                )
                faults.setdefault(field.format(source=ceiling.source), []).append(
                    text
                    % {
                        "activity": limit.found.activity.name,
                        "most": group(limit.most_vnd or 0),
                        "basis": limit.found.norm.legal_basis if limit.found.norm else "",
                        "over": group(limit.over_vnd),
                    }
                )
    if faults:
        raise Invalid(_("More support than the norm allows."), code="over_norm", fields=faults)


def _earlier_words(ceiling: Ceiling) -> list[str]:
    return [
        _("%(name)s was given %(amount)s đồng before (%(year)s), which counts.")
        % {"name": row.enterprise.name, "amount": group(row.amount_vnd), "year": row.year}
        for limit in ceiling.limits
        for row in limit.given
        if row.counts and row.amount_vnd
    ]


@dataclass(frozen=True)
class Repeat:
    """The same establishment was supported for the same activity in another project."""

    enterprise: Enterprise
    activity: Activity
    project: Project


def repeats(
    beneficiaries: Sequence[Enterprise], activities: Sequence[Activity], without: Project | None = None
) -> list[Repeat]:
    """Other projects, of any year and source, submitted and not stopped, that support the same for the same."""
    rows = (
        Project.objects.filter(beneficiaries__in=beneficiaries, activities__in=activities)
        .exclude(state__in=NOT_GIVEN)
        .exclude(pk=without.pk if without is not None else 0)
        .distinct()
        .prefetch_related("beneficiaries", "activities")
        .order_by("-year", "code")
    )
    wanted, kinds = {row.pk for row in beneficiaries}, {row.pk for row in activities}
    return [
        Repeat(enterprise, activity, project)
        for project in rows
        for enterprise in project.beneficiaries.all()
        if enterprise.pk in wanted
        for activity in project.activities.all()
        if activity.pk in kinds
    ]


def repeats_of(project: Project) -> list[Repeat]:
    return repeats(list(project.beneficiaries.all()), list(project.activities.all()), without=project)


def repeats_shown(found: Sequence[Repeat], user: "User") -> list[tuple[Repeat, bool]]:
    """Each with whether the person may see the other project; what they may not see is told without its name."""
    keys = {repeat.project.pk for repeat in found}
    visible = set(Project.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return [(repeat, repeat.project.pk in visible) for repeat in found]
