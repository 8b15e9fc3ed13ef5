"""One step for many projects: what would happen, and then each of them on its own."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from audit.steps import Step
from core.errors import DomainError
from core.models import SUPPORT_SOURCES, IdempotencyKey
from projects.models import Project
from projects.procedure import preload
from projects.requirements import missing_for
from projects.services import take_step
from projects.states import PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User

LIMIT = 200


@dataclass
class Preview:
    """What a step would do with the chosen projects. `cannot`: each with the reasons."""

    step: Step
    can: list[Project] = field(default_factory=list)
    cannot: list[tuple[Project, list[str]]] = field(default_factory=list)

    @property
    def asked_vnd(self) -> int:
        """The support asked for by those that can take the step, in đồng."""
        return sum(sum(asked(project).values()) for project in self.can)


def asked(project: Project) -> dict[str, int]:
    """Support asked for by source, in đồng; what is not reported or zero is left out."""
    rows = project.estimates.all()
    return {row.source: row.amount_vnd for row in rows if row.source in SUPPORT_SOURCES and row.amount_vnd}


def counts(projects: Sequence[Project], user: "User") -> list[tuple[Step, int]]:
    """Which steps some of the projects can take by right and state, each with how many."""
    found: dict[str, int] = {}
    preload(projects)
    for project in projects:
        for step, verdict in PROJECT_LIFE.available(project, user):
            if verdict:
                found[step.code] = found.get(step.code, 0) + 1
    return [(step, found[code]) for code, step in PROJECT_LIFE.steps.items() if code in found]


def preview(projects: Sequence[Project], step: Step, user: "User") -> Preview:
    """By right, state and what is required; the rules that need a typed value are asked when the step is taken."""
    result = Preview(step)
    preload(projects)
    for project in projects:
        verdicts = {one.code: verdict for one, verdict in PROJECT_LIFE.available(project, user)}
        verdict = verdicts.get(step.code)
        if verdict is None or not verdict:
            why = [verdict.reason] if verdict is not None else []
        else:
            why = [text for texts in missing_for(project, step.code, user).values() for text in texts]
        if verdict and not why:
            result.can.append(project)
        else:
            result.cannot.append((project, why))
    return result


@dataclass
class Result:
    """What became of one project; `why` is empty where the step is recorded."""

    project: Project
    why: list[str] = field(default_factory=list)


def take_for_all(
    projects: Sequence[Project],
    step: Step,
    *,
    actor: "User",
    form_key: uuid.UUID,
    note: str,
    data_for: Callable[[Project], Mapping[str, Any]],
) -> list[Result]:
    """Each project in a transaction of its own: one that is refused keeps back no other, and sending the same form
    again takes no step twice. `data_for` gives what the step needs, inside that transaction."""
    return [_take(project, step, actor, form_key, note, data_for) for project in projects]


def _take(
    project: Project,
    step: Step,
    actor: "User",
    form_key: uuid.UUID,
    note: str,
    data_for: Callable[[Project], Mapping[str, Any]],
) -> Result:
    caller, key = f"bulk:{actor.pk}", uuid.uuid5(form_key, f"{project.public_id} {step.code}")
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    IdempotencyKey.objects.create(caller=caller, key=key, request_hash=key.hex, status=200)
            except IntegrityError:
                return Result(project)  # recorded when the form came the first time
            take_step(project, step.code, actor=actor, note=note, data=data_for(project))
    except DomainError as refusal:
        texts = [text for texts in refusal.fields.values() for text in texts]
        return Result(project, texts or [str(refusal.message)])
    return Result(project)
