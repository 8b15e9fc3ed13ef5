"""The step engine: how a record moves through its life.

A life is a list of declared steps (`projects/states.py`). Higher apps register guards and effects of a step in their
`AppConfig.ready`; all run inside `advance`, after the caller's lock, in a declared order, so that page, API and
command behave alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.services import record
from core.errors import Invalid, WrongState
from core.verdicts import Verdict, no

May = Callable[[Any, Any], Verdict]
Hook = Callable[[Any, "Move"], None]


@dataclass(frozen=True)
class Step:
    """`code` is a verb; `sources` the states it starts from, of a life with several tracks those of each track that has
    it; `target` where it leads; `may` who may take it."""

    code: str
    label: Any
    sources: frozenset[str] | Mapping[str, frozenset[str]]
    target: str
    may: May
    note_required: bool = False
    danger: bool = False

    def starts(self, track: str = "") -> frozenset[str]:
        """The states it starts from on a track; none where the track does not have it."""
        return self.sources if isinstance(self.sources, frozenset) else self.sources.get(track, frozenset())


@dataclass
class Move:
    """One step being taken, as guards and effects see it. `changes` lands in the audit entry."""

    step: Step
    actor: Any
    note: str
    data: Mapping[str, Any]
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)


class Life:
    """All steps of one kind of record. `label_of` gives the word for a state, `track_of` which of several tracks a
    record is on; `counter` names the field that counts its changes, empty where it has none."""

    def __init__(
        self,
        name: str,
        steps: list[Step],
        label_of: Callable[[str], str],
        track_of: Callable[[Any], str] = lambda obj: "",
        counter: str = "version",
    ) -> None:
        self.name, self.counter = name, counter
        self.steps = {step.code: step for step in steps}
        self.label_of = label_of
        self.track_of = track_of
        self._conditions: list[Callable[[Any, Step], Verdict]] = []
        self._guards: list[tuple[int, frozenset[str], Hook]] = []
        self._effects: list[tuple[int, frozenset[str], Hook]] = []

    def guard(self, *codes: str, order: int = 50) -> Callable[[Hook], Hook]:
        """Register a check: it raises a DomainError to refuse."""
        return self._register(self._guards, codes, order)

    def effect(self, *codes: str, order: int = 50) -> Callable[[Hook], Hook]:
        """Register what else happens, in the same transaction, after the state has changed."""
        return self._register(self._effects, codes, order)

    def _register(
        self, where: list[tuple[int, frozenset[str], Hook]], codes: tuple[str, ...], order: int
    ) -> Callable[[Hook], Hook]:
        unknown = set(codes) - set(self.steps)
        if unknown:
            raise ValueError(f"{self.name} has no step {sorted(unknown)}")

        def keep(hook: Hook) -> Hook:
            where.append((order, frozenset(codes), hook))
            where.sort(key=lambda item: item[0])
            return hook

        return keep

    def condition(self, condition: Callable[[Any, Step], Verdict]) -> Callable[[Any, Step], Verdict]:
        """Register what must have happened before a step, beside its state; told before anybody tries."""
        self._conditions.append(condition)
        return condition

    def step_for(self, obj: Any, code: str) -> Step | None:
        """The step, if the track of the record has it."""
        step = self.steps.get(code)
        return step if step is not None and step.starts(self.track_of(obj)) else None

    def in_state(self, obj: Any, step: Step) -> Verdict:
        if obj.state in step.starts(self.track_of(obj)):
            for condition in self._conditions:
                verdict = condition(obj, step)
                if not verdict:
                    return verdict
            return Verdict(True)
        return no(
            _("«%(step)s» is not possible while the state is «%(state)s».")
            % {"step": step.label, "state": self.label_of(obj.state)}
        )

    def verdict(self, obj: Any, step: Step, actor: Any) -> Verdict:
        """May the step be taken now? First the right, then the state."""
        may = step.may(obj, actor)
        return may if not may else self.in_state(obj, step)

    def available(self, obj: Any, actor: Any) -> list[tuple[Step, Verdict]]:
        """Every step of its track with its verdict, for buttons and `available_steps`."""
        track = self.track_of(obj)
        return [(step, self.verdict(obj, step, actor)) for step in self.steps.values() if step.starts(track)]

    def told(self, obj: Any, actor: Any) -> list[dict[str, Any]]:
        """`available` for programs."""
        return [
            {"step": step.code, "allowed": bool(verdict), "reason": verdict.reason or None}
            for step, verdict in self.available(obj, actor)
        ]

    def advance(
        self,
        obj: models.Model,
        step: Step,
        *,
        actor: Actor,
        note: str = "",
        data: Mapping[str, Any] | None = None,
        changes: Mapping[str, tuple[Any, Any]] | None = None,
        within: models.Model | None = None,
    ) -> None:
        """Take the step on an object the caller has locked: right → state → note → guards → change → audit → effects.

        Raises NotAllowed, WrongState, Invalid, or what a guard raises; then nothing is stored.
        """
        step.may(obj, actor).require()
        verdict = self.in_state(obj, step)
        if not verdict:
            raise WrongState(verdict.reason)
        note = note.strip()
        if step.note_required and not note:
            raise Invalid(_("Give the reason."), fields={"note": _("Give the reason.")})
        move = Move(step=step, actor=actor, note=note, data=data or {}, changes=dict(changes or {}))
        for _order, codes, hook in self._guards:
            if step.code in codes:
                hook(obj, move)
        old = obj.state  # type: ignore[attr-defined]
        if old != step.target:
            move.changes["state"] = (old, step.target)
        obj.state = step.target  # type: ignore[attr-defined]
        if self.counter:
            setattr(obj, self.counter, getattr(obj, self.counter) + 1)
        obj.save()
        for _order, codes, hook in self._effects:
            if step.code in codes:
                hook(obj, move)
        record(obj, step.code, actor=actor, changes=move.changes, note=note, within=within)
