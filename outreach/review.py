"""What of the rules is to be looked at: documents due for a review, documents that ended with rules resting on them,
rules nobody verified, rules that end soon, difficulties reported against them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from core import clock
from core.models import Verified
from outreach.models import Difficulty, DifficultyState
from programmes.document_views import told
from programmes.documents import document_named, resting_on, visible_rules
from programmes.models import LegalDocument
from programmes.rules import ONE_DAY

OPEN = (DifficultyState.NOTED, DifficultyState.SENT, DifficultyState.ANSWERED)


@dataclass
class OfDocument:
    """What concerns one document; None: rules that name none the portal has."""

    document: LegalDocument | None
    rules: list[dict[str, Any]] = field(default_factory=list)
    difficulties: int = 0


@dataclass
class Review:
    """As of today, looking `days` ahead."""

    days: int
    due: list[LegalDocument]
    ended: list[OfDocument]
    unverified: list[OfDocument]
    expiring: list[dict[str, Any]]
    difficulties: list[OfDocument]

    @property
    def unverified_rules(self) -> int:
        return sum(len(one.rules) for one in self.unverified)

    @property
    def open_difficulties(self) -> int:
        return sum(one.difficulties for one in self.difficulties)


def review(user: User, days: int) -> Review:
    """Everything the person sees of it. A rule that is no longer in force is nobody's work; one that is still to come
    is."""
    today = clock.today()
    until = today + dt.timedelta(days=days)
    documents = list(LegalDocument.objects.select_related("reviewer"))
    rules = [rule for rule in visible_rules(user) if rule.valid_to is None or rule.valid_to >= today]
    numbered = [row for row in documents if row.number]
    # «28/2018/TT-BTC, before it 26/2014/TTLT»: the rule rests on the first it names.
    first = {id(rule): document_named(rule.legal_basis, numbered) for rule in rules}
    due = [row for row in documents if row.review_on is not None and row.review_on <= until]
    ended = [
        OfDocument(row, [told(rule, user) for rule in found])
        for row in documents
        if row.in_force_to is not None
        and row.in_force_to <= until
        and (
            found := [rule for rule in resting_on(row, rules, row.in_force_to + ONE_DAY) if first.get(id(rule)) == row]
        )
    ]
    by_document: dict[int | None, OfDocument] = {}
    for rule in rules:
        if rule.verified == Verified.YES:
            continue
        named = first[id(rule)]
        key = named.pk if named else None
        by_document.setdefault(key, OfDocument(named)).rules.append(told(rule, user))
    expiring = [told(rule, user) for rule in rules if rule.valid_to is not None and rule.valid_to <= until]
    return Review(
        days,
        sorted(due, key=lambda row: (row.review_on or today, row.number)),
        sorted(ended, key=lambda one: one.document.in_force_to if one.document else today),  # type: ignore[arg-type, return-value]
        sorted(by_document.values(), key=lambda one: (one.document is None, -len(one.rules))),
        sorted(expiring, key=lambda one: one["rule"].valid_to),
        _difficulties(user),
    )


def _difficulties(user: User) -> list[OfDocument]:
    """Open ones by the document they speak of; those of a content alone under none."""
    found: dict[int | None, OfDocument] = {}
    counts: dict[int | None, int] = defaultdict(int)
    rows = Difficulty.objects.visible_to(user).filter(state__in=OPEN).select_related("document")
    for row in rows:
        found.setdefault(row.document_id, OfDocument(row.document))
        counts[row.document_id] += 1
    for key, one in found.items():
        one.difficulties = counts[key]
    return sorted(found.values(), key=lambda one: -one.difficulties)
