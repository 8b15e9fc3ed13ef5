"""What the law wants to have happened before a step, and until when (`programmes.StepRule`).

A rule that was verified refuses; one that was not is told and refuses nothing. What was recorded after the fact
(`historical`) is not measured: its paper may be incomplete and cannot be made up for.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.steps import Step
from core import clock
from core.models import Source, Verified
from core.verdicts import YES, Verdict, no
from programmes.models import StepRule
from projects.models import Project
from projects.states import PROJECT_LIFE

# The day on which a step was taken, where the project keeps it.
DAY_OF = {
    "register": "registered_on",
    "appraise": "appraised_on",
    "ministry_appraise": "ministry_appraised_on",
    "approve": "decided_on",
    "contract": "contracted_on",
    "start": "started_on",
    "accept": "accepted_on",
    "liquidate": "liquidated_on",
    "settle": "settled_on",
    "close": "closed_on",
    "stop": "stopped_on",
}


def preload(projects: Iterable[Project]) -> None:
    """Give each its rules with one query; what was not given asks by itself."""
    rules = list(StepRule.objects.all())
    for project in projects:
        keep = [rule for rule in rules if rule.source == project.programme.source]
        project.step_rules = [rule for rule in keep if rule.area_id in (None, project.province_id)]


def rules_of(project: Project) -> list[StepRule]:
    """The rules for the project's money and province, of all times."""
    if project.step_rules is None:
        here = Q(area__isnull=True) | Q(area=project.province_id)
        rows = StepRule.objects.filter(here, source=project.programme.source)
        project.step_rules = list(rows)
    return project.step_rules


def _done(project: Project, step: str) -> bool:
    return step not in DAY_OF or getattr(project, DAY_OF[step]) is not None


def unmet(project: Project, step: str) -> list[StepRule]:
    """Rules in force today that want something else to have happened before the step."""
    if project.historical:
        return []
    today = clock.today()
    rules = [rule for rule in rules_of(project) if rule.before == step and rule.in_force_on(today)]
    return [rule for rule in rules if not _done(project, rule.step)]


def words(rule: StepRule) -> str:
    """«Thẩm định cấp Bộ» with its basis."""
    label = PROJECT_LIFE.steps[rule.step].label
    return f"«{label}» ({rule.legal_basis})" if rule.legal_basis else f"«{label}»"


@PROJECT_LIFE.condition
def _nothing_left_out(project: Project, step: Step) -> Verdict:
    wanted = [rule for rule in unmet(project, step.code) if rule.verified == Verified.YES]
    if not wanted:
        return YES
    return no(_("Before this comes %(steps)s.") % {"steps": ", ".join(words(rule) for rule in wanted)})


def doubts(project: Project, step: str) -> list[str]:
    """What an unverified rule would want before the step: told, not held."""
    return [
        _("Usually %(steps)s comes first. The rule of the province is not verified, so it is not held.")
        % {"steps": words(rule)}
        for rule in unmet(project, step)
        if rule.verified != Verified.YES
    ]


def deadline_of(project: Project, step: str) -> dt.date | None:
    """The last day on which the step is in time, if there is one: by the rule in force on that very day."""
    for rule in rules_of(project):
        if rule.step == step and (due := rule.due_in(project.year)) is not None and rule.in_force_on(due):
            return due
    return None


def ready(step: str) -> Q:
    """Projects whose state and dated rules allow the step today, as a filter: `in_state` for a whole list."""
    found = Q(pk__in=[])
    rules = [row for row in StepRule.objects.valid_on(clock.today()) if row.before == step and row.step in DAY_OF]
    for source in (Source.NATIONAL, Source.LOCAL):
        here = Q(programme__source=source, state__in=PROJECT_LIFE.steps[step].starts(source))
        for rule in rules:
            if rule.source != source or rule.verified != Verified.YES:
                continue
            done = Q(**{f"{DAY_OF[rule.step]}__isnull": False}) | Q(historical=True)
            here &= done if rule.area_id is None else done | ~Q(province=rule.area_id)
        found |= here
    return found
