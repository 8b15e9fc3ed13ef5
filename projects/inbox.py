"""What waits for somebody's decision: files under examination that the person can move forward now.

Which steps these are is read from the life (`projects/states.py`): a state is under examination where a file can be
sent back from it with a reason; a step leads forward where it needs no reason.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from audit.models import Entry
from audit.steps import Step
from core import clock
from core.models import SUPPORT_SOURCES
from projects.models import Project
from projects.procedure import doubts, preload
from projects.requirements import missing_for
from projects.states import PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User

LIMIT = 300  # files looked at, the oldest first


def _starts(step: Step) -> frozenset[str]:
    """The states the step starts from, for whatever source of money."""
    return frozenset().union(*(step.starts(source) for source in SUPPORT_SOURCES))


def _sends_back(step: Step) -> bool:
    return step.note_required and not step.danger


def under_examination() -> frozenset[str]:
    return frozenset().union(*(_starts(step) for step in PROJECT_LIFE.steps.values() if _sends_back(step)))


@dataclass
class Waiting:
    """One file: since when it is in its state, and the steps the person can take now, forward ones first. `inside`:
    whether the person sees its working papers."""

    project: Project
    inside: bool
    since: dt.datetime
    steps: list[Step]

    @property
    def days(self) -> int:
        return max((clock.today() - timezone.localtime(self.since).date()).days, 0)

    @property
    def forward(self) -> list[Step]:
        return [step for step in self.steps if not step.note_required]

    @property
    def back(self) -> list[Step]:
        return [step for step in self.steps if _sends_back(step)]

    @property
    def others(self) -> list[Step]:
        """Those that end it."""
        return [step for step in self.steps if step.note_required and step.danger]


def _with_since(rows: "QuerySet[Project]") -> Any:
    """Adds `since`: when the project came into its state, by the trail."""
    moves = Entry.objects.filter(
        object_type=Project._meta.label_lower,
        object_id=Cast(OuterRef("pk"), CharField()),
        changes__has_key="state",
    )
    return rows.annotate(since=Coalesce(Subquery(moves.order_by("-id").values("at")[:1]), "submitted_at", "created_at"))


def queue(user: "User") -> list[Waiting]:
    """The files that wait for this person, those that wait longest first."""
    open_files = Project.objects.visible_to(user).filter(historical=False, state__in=under_examination())
    inside = Exists(Project.objects.worked_on_by(user).filter(pk=OuterRef("pk")))
    rows = (
        _with_since(open_files)
        .annotate(inside=inside)
        .select_related("programme", "area", "province", "implementing_unit")
    )
    found, ordered = [], list(rows.order_by("since", "pk")[:LIMIT])
    preload(ordered)
    for project in ordered:
        steps = [step for step, verdict in PROJECT_LIFE.available(project, user) if verdict]
        if any(not step.note_required for step in steps):
            steps.sort(key=lambda step: step.note_required)
            found.append(Waiting(project, project.inside, project.since, steps))
    return found


@dataclass
class Paper:
    """What a decision needs to know of a file from its trail. `back`: when it was sent back last; None: never."""

    back: Entry | None
    changes: list[dict[str, str]]
    remarks: list[Entry]
    missing: list[str]
    doubts: list[str]


def paper(waiting: Waiting) -> Paper:
    """Who does not see the working papers is told nothing of changes and remarks."""
    project = waiting.project
    entries = list(reversed(Entry.objects.about(project)[:200])) if waiting.inside else []
    own = [entry for entry in entries if entry.object_type == Project._meta.label_lower]
    returns = {step.code for step in PROJECT_LIFE.steps.values() if _sends_back(step)}
    back = next((entry for entry in reversed(own) if entry.action in returns), None)
    changes = _together([entry for entry in own if back is not None and entry.pk > back.pk])
    missing: list[str] = []
    unsure: list[str] = []
    for step in waiting.forward:
        missing += [text for texts in missing_for(project, step.code).values() for text in texts]
        unsure += [text for text in doubts(project, step.code) if text not in unsure]
    return Paper(back, changes, [entry for entry in reversed(entries) if entry.note], missing, unsure)


def _together(entries: list[Entry]) -> list[dict[str, str]]:
    """Of several changes the first old and the last new value of each field, in words."""
    found: dict[str, list[Any]] = {}
    for entry in entries:
        for name, (old, new) in entry.changes.items():
            if name != "state":
                found[name] = [found[name][0] if name in found else old, new]
    kept = {name: pair for name, pair in found.items() if pair[0] != pair[1]}
    return Entry(object_type=Project._meta.label_lower, changes=kept).changes_words


def last_move(project: Project) -> Entry | None:
    """Who brought the project into the state it has."""
    own = Entry.objects.filter(object_type=Project._meta.label_lower, object_id=str(project.pk))
    return own.filter(changes__has_key="state").order_by("-id").first()


def done_today(user: "User") -> list[Entry]:
    """The steps of projects the person took today, latest first."""
    midnight = timezone.make_aware(dt.datetime.combine(clock.today(), dt.time()))
    rows = Entry.objects.filter(
        object_type=Project._meta.label_lower, actor_kind=user.audit_kind, actor_id=user.audit_id, at__gte=midnight
    )
    return list(rows.filter(changes__has_key="state").order_by("-id")[:20])
