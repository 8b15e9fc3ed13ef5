"""May an establishment be supported on a day? Judged by the rules in force on that day (programmes.EligibilityRule,
EligibleTrade): its kind, its size, its place, its trade.

The answer is yes, no, or unknown. Only a rule that was verified in its document refuses; one that was not is told, and
the answer is unknown, as it is where a fact of the establishment is missing or a person has to look.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.models import Verified
from core.money import million
from enterprises.models import NO_TRADE, Enterprise, place_on
from places.models import Area
from programmes.kinds import kind_names, kinds_in_words
from programmes.models import EligibilityRule, EligibilitySubject, EligibleTrade

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True)
class Reason:
    """One thing that was looked at. `missing`: the fact of the establishment that is not reported."""

    verdict: str
    title: str
    text: str
    legal_basis: str = ""
    verified: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Judgement:
    on: dt.date
    verdict: str
    reasons: list[Reason]

    @property
    def missing(self) -> list[str]:
        return [reason.missing for reason in self.reasons if reason.missing]


@dataclass(frozen=True)
class Facts:
    """What the rules ask for. `figures`: {year: {capital_vnd, workers}}, what is not reported left out or None.
    `trade`: a code, NO_TRADE where none of the law's trades is its own, "" where it is not known."""

    kind: str
    province_id: int
    area: Area
    trade: str = ""
    figures: Mapping[int, Mapping[str, int | None]] = field(default_factory=dict)


def judge_on(enterprise: Enterprise, day: dt.date) -> Judgement:
    """Look at each rule in force on the day."""
    area, _address = place_on(enterprise, day)
    figures = {row.year: {"capital_vnd": row.capital_vnd, "workers": row.workers} for row in enterprise.years.all()}
    return judge(Facts(enterprise.kind, enterprise.province_id, area, enterprise.trade, figures), day)


def judge(facts: Facts, day: dt.date) -> Judgement:
    """judge_on() for somebody who is not registered."""
    here = [None, facts.province_id]
    rules = [row for row in EligibilityRule.objects.valid_on(day).in_order() if row.area_id in here]
    if not any(row.subject == EligibilitySubject.KIND for row in rules):
        text = _("No rule of this day says who is supported.")
        return Judgement(day, UNKNOWN, [Reason(UNKNOWN, _("Kind of business"), text)])
    reasons = [_kind(facts.kind, [row for row in rules if row.subject == EligibilitySubject.KIND])]
    for row in rules:
        if row.kinds and facts.kind not in row.kinds.split():
            continue
        if row.subject == EligibilitySubject.SIZE:
            reasons.append(_size(facts, row, day))
        elif row.subject == EligibilitySubject.PLACE:
            reasons.append(_place(facts.area, row))
    reasons.append(_trade(facts, day))
    found = {reason.verdict for reason in reasons}
    verdict = NO if NO in found else UNKNOWN if UNKNOWN in found else YES
    return Judgement(day, verdict, reasons)


def refused_kinds(day: dt.date, province_id: int | None) -> set[str]:
    """Kinds that a verified rule of the day does not support."""
    rows = EligibilityRule.objects.valid_on(day).in_order()
    rules = [row for row in rows if row.area_id in (None, province_id) and row.subject == EligibilitySubject.KIND]
    return {kind for kind in kind_names() if rules and _kind(kind, rules).verdict == NO}


def _refused(rule: Any) -> str:
    return NO if rule.verified == Verified.YES else UNKNOWN


def _reason(verdict: str, title: str, text: str, rule: Any, missing: str = "") -> Reason:
    return Reason(verdict, title, text, rule.legal_basis, rule.verified, missing)


def _kind(kind: str, rules: list[EligibilityRule]) -> Reason:
    title, name = _("Kind of business"), kinds_in_words([kind])[0]
    for row in rules:
        if kind in row.kinds.split():
            text = _("%(kind)s: %(rule)s.") % {"kind": name, "rule": row.name}
            if row.condition:
                return _reason(UNKNOWN, title, f"{text} {_to_look_at(row.condition)}", row)
            return _reason(YES, title, text, row)
    doubtful = next((row for row in rules if row.verified != Verified.YES), None)
    row = doubtful or rules[0]
    text = _("%(kind)s is not named among those who are supported.") % {"kind": name}
    if doubtful is not None:
        text = " ".join((text, _("The document was not compared in full: look at it.")))
    return _reason(_refused(row), title, text, row)


def _to_look_at(condition: str) -> str:
    return _("To be looked at: %(condition)s.") % {"condition": condition.rstrip(".")}


def _latest(facts: Facts, name: str, day: dt.date) -> tuple[int | None, int | None]:
    """The newest figure up to the year of the day, and its year."""
    for year in sorted(facts.figures, reverse=True):
        value = facts.figures[year].get(name)
        if year <= day.year and value is not None:
            return value, year
    return None, None


def _size(facts: Facts, rule: EligibilityRule, day: dt.date) -> Reason:
    title, said, missing, kept = _("Size"), [], [], False
    limits = (
        ("capital_vnd", rule.capital_max_vnd, _("capital"), million, _("million đồng")),
        ("workers", rule.workers_max, _("workers"), str, ""),
    )
    for name, limit, word, show, unit in limits:
        if limit is None:
            continue
        value, year = _latest(facts, name, day)
        if value is None:
            missing.append(word)
            continue
        within = value <= limit
        kept = kept or within
        pattern = _("%(what)s of %(year)s: %(value)s %(unit)s, at most %(limit)s")
        found = {"what": word, "year": year, "value": show(value), "unit": unit, "limit": show(limit)}
        said.append(" ".join((pattern % found).replace(" ,", ",").split()))
    text = "; ".join([*said, *(_("%(what)s: not reported") % {"what": word} for word in missing)])
    text = f"{text[:1].upper()}{text[1:]}."
    if len(said) + len(missing) > 1:
        text = " ".join((text, _("One limit kept is enough.")))
    if kept:
        return _reason(YES, title, text, rule)
    if missing:
        return _reason(UNKNOWN, title, text, rule, ", ".join(missing))
    return _reason(_refused(rule), title, text, rule)


def _place(area: Area, rule: EligibilityRule) -> Reason:
    title = _("Place")
    types = [part.strip().casefold() for part in rule.unit_types.split(";") if part.strip()]
    if not types or area.type.casefold() in types:
        return _reason(YES, title, f"{area.full_name}: {rule.name}.", rule)
    text = f"{area.full_name}. {rule.name}."
    if rule.condition:
        text = f"{text} {_to_look_at(rule.condition)}"
    return _reason(UNKNOWN, title, text, rule)


def _trade(facts: Facts, day: dt.date) -> Reason:
    title = _("Trade")
    here = [None, facts.province_id]
    rows = [row for row in EligibleTrade.objects.valid_on(day).in_order() if row.area_id in here]
    if not facts.trade:
        text = _("It is not entered to which trade of the law it belongs.")
        return Reason(UNKNOWN, title, text, missing=_("trade"))
    for row in rows:
        if row.code == facts.trade:
            if row.condition:
                return _reason(UNKNOWN, title, f"{row.name}. {_to_look_at(row.condition)}", row)
            return _reason(YES, title, f"{row.name}.", row)
    doubtful = next((row for row in rows if row.verified != Verified.YES), None)
    law = doubtful or (rows[0] if rows else None)
    if facts.trade == NO_TRADE:
        text = _("It belongs to none of the trades of the law.")
    else:
        text = _("Its trade is not among those that are supported on this day.")
    if law is None:
        return Reason(UNKNOWN, title, text)
    return Reason(_refused(law), title, text, law.legal_basis.rpartition(" điểm ")[0] or law.legal_basis, law.verified)
