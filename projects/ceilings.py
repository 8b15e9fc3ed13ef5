"""The support asked for or decided on, measured by the norms of the day; and support given before for the same."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import clock
from core.errors import Invalid
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from enterprises.models import Enterprise
from places.models import Area
from programmes.models import Activity
from programmes.norms import NormFound, norm_for
from projects.models import Project, ProjectState

if TYPE_CHECKING:
    from accounts.models import User

NOT_GIVEN = (ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.STOPPED, ProjectState.REJECTED)


@dataclass(frozen=True)
class Limit:
    """What one activity may be supported with. `most_vnd` None: nothing can be said."""

    found: NormFound
    units: int
    most_vnd: int | None


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
        return all(limit.found.verified for limit in self.limits)

    @property
    def left_vnd(self) -> int | None:
        """Still to be asked for; below zero: too much."""
        return None if self.most_vnd is None else self.most_vnd - (self.asked_vnd or 0)

    @property
    def over_vnd(self) -> int:
        return max(-(self.left_vnd or 0), 0)


def ceilings(
    sources: Sequence[str],
    province: Area,
    on: dt.date,
    activities: Sequence[Activity],
    beneficiaries: int,
    investment_vnd: int | None,
    asked: Mapping[str, int | None],
) -> list[Ceiling]:
    """For each source of support. The amount of a norm counts for each beneficiary, its percentage for the whole
    investment, in which several activities share."""
    units = max(beneficiaries, 1)
    found = []
    for source in sources:
        limits = []
        for activity in activities:
            norm = norm_for(activity, source, province, on)
            limits.append(Limit(norm, units, norm.most_vnd(investment_vnd, units)))
        found.append(Ceiling(source, asked.get(source), tuple(limits)))
    return found


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
    return ceilings(
        sources_asked(asked, project.programme.source),
        project.province,
        on or day_of(project),
        list(project.activities.all()),
        project.beneficiaries.count(),
        project.investment_vnd,
        asked,
    )


def require_within_norms(project: Project, on: dt.date, asked: Mapping[str, int], field: str) -> None:
    """Raise Invalid at `<field>.<source>` where verified norms are passed. One that is not verified refuses nothing."""
    faults = {}
    for ceiling in ceilings_of(project, on, asked):
        if ceiling.over_vnd and ceiling.verified:
            basis = "; ".join(sorted({limit.found.norm.legal_basis for limit in ceiling.limits if limit.found.norm}))
            faults[f"{field}.{ceiling.source}"] = _(
                "The norm allows at most %(most)s đồng (%(basis)s): %(over)s too much."
            ) % {"most": group(ceiling.most_vnd or 0), "basis": basis, "over": group(ceiling.over_vnd)}
    if faults:
        raise Invalid(_("More support than the norm allows."), code="over_norm", fields=faults)


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
