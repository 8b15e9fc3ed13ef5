"""Changing the dated rules of the programme: entering one, putting a later version in its place from a day on,
correcting a mistake, ending one.

A rule in force is not rewritten: what was decided under it keeps it, because a later version is a row of its own and
whoever asks names the day. Rows an official touched are left alone by the loader (programmes/loading.py).
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock, lock_name
from core.models import SUPPORT_SOURCES, Source, Verified
from core.text import fold, nfc
from places.models import Level
from programmes.models import (
    Activity,
    AdjustmentKind,
    AdvanceTier,
    AppraisalCriterion,
    DatedRule,
    EligibilityRule,
    EligibilitySubject,
    EligibleTrade,
    EstablishmentKind,
    NeededPaper,
    PriorityCoefficient,
    StepRule,
    SupportNorm,
)
from programmes.norms import CapScope
from programmes.permissions import may_change_rule

if TYPE_CHECKING:
    from accounts.models import User

ONE_DAY = dt.timedelta(days=1)
A_COMMON_YEAR = 2025  # a deadline is a day of every year, so 29 February is none


# --- codes of higher floors -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Code:
    """A word the portal understands in a rule: what people call it, and for which sources of money it has a meaning."""

    label: Any
    sources: frozenset[str]


_codes: dict[str, dict[str, Code]] = {}


def know(field: str, codes: Mapping[str, Code]) -> None:
    """Tell which codes a field of a rule may have, in their order. The app that acts on them does, at its start."""
    _codes[field] = dict(codes)


def codes_of(field: str) -> dict[str, Code]:
    """The codes of a field; none where it is no field of codes."""
    return _codes.get(field, {})


def said(field: str, code: str) -> str:
    """A code as people call it."""
    known = codes_of(field).get(code)
    return str(known.label) if known else code


# --- kinds of rules ---------------------------------------------------------------------------------------------------

Errors = dict[str, str]
SOURCE_FIELDS = ("source", "area")
COMMON = ("valid_from", "valid_to", "legal_basis", "verified", "note")
OF_A_VERSION = {
    "valid_from": None,
    "valid_to": None,
    "legal_basis": "",
    "verified": Verified.NO,
    "evidence": "",
    "note": "",
}


@dataclass(frozen=True)
class Kind:
    """One kind of rule. `own`: its fields beside those of every rule; `fixed`: those of them that a later version has
    too, else it is another rule; `same`: of rows that agree in source, place and one of these lists of fields only one
    is in force on a day."""

    slug: str
    model: type[DatedRule]
    own: tuple[str, ...]
    fixed: tuple[str, ...]
    same: tuple[tuple[str, ...], ...]
    check: Callable[[Any, Errors], None]
    sourced: bool = True  # of a source of money; else it holds for each

    @property
    def placed(self) -> tuple[str, ...]:
        return SOURCE_FIELDS if self.sourced else SOURCE_FIELDS[1:]

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.placed, *self.own, *COMMON)


def _known(row: DatedRule, field: str, errors: Errors) -> bool:
    code = codes_of(field).get(getattr(row, field))
    if code is None:
        errors.setdefault(field, _("Choose one of the list."))
    elif row.source not in code.sources:
        errors.setdefault(field, _("There is no such thing for this source of money."))
    return field not in errors


def _check_step(row: StepRule, errors: Errors) -> None:
    known = _known(row, "step", errors)
    if row.before:
        order = list(codes_of("before"))
        if _known(row, "before", errors) and known and order.index(row.before) <= order.index(row.step):
            errors["before"] = _("This step comes earlier in the life of a project.")
    if row.deadline_day is None and row.deadline_month is None:
        if not row.before:
            errors.setdefault("before", _("Choose what it must come before, or enter a deadline."))
    elif row.deadline_day is None or row.deadline_month is None:
        missing = "deadline_day" if row.deadline_day is None else "deadline_month"
        errors.setdefault(missing, _("Enter the day and the month of the deadline."))
    else:
        try:
            dt.date(A_COMMON_YEAR, row.deadline_month, row.deadline_day)
        except ValueError:
            errors.setdefault("deadline_day", _("There is no such day in every year."))
    if not -3 <= row.deadline_years <= 3:
        errors.setdefault("deadline_years", _("Choose one of the list."))


def _check_criterion(row: AppraisalCriterion, errors: Errors) -> None:
    """Its name is all there is."""


def _check_adjustment(row: AdjustmentKind, errors: Errors) -> None:
    _known(row, "change", errors)
    _known(row, "authority", errors)


def _check_percent(row: Any, field: str, errors: Errors) -> None:
    value = getattr(row, field)
    if value is not None and not 0 < value <= 100:
        errors[field] = _("Enter a percentage above 0, up to 100.")


def _check_one_subject(row: Any, errors: Errors) -> None:
    if row.activity_id is not None and row.group_id is not None:
        errors["group"] = _("Choose an activity or a group, not both.")


def _check_paper(row: NeededPaper, errors: Errors) -> None:
    _known(row, "needed_for", errors)
    _check_one_subject(row, errors)


def _check_tier(row: AdvanceTier, errors: Errors) -> None:
    _check_one_subject(row, errors)
    if not 1 <= row.tier <= 9:
        errors["tier"] = _("Tiers are numbered from 1 to 9.")
    _check_percent(row, "percent", errors)


def _check_priority(row: PriorityCoefficient, errors: Errors) -> None:
    if row.norm_code and row.norm_code not in norm_codes():
        errors["norm_code"] = _("Choose one of the list.")
    if row.coefficient < 1:
        errors["coefficient"] = _("A priority raises the norm: enter 1 or more, for example 1,2.")


def _check_norm(row: SupportNorm, errors: Errors) -> None:
    if row.source == Source.LOCAL and row.area_id is None:
        errors["area"] = _("A norm for local money is that of a province.")
    if row.cap_scope not in CapScope.values:
        errors["cap_scope"] = _("Choose one of the list.")
    if row.code not in norm_codes():
        errors["code"] = _("Choose one of the list.")
    if row.ceiling_amount_vnd is not None and row.ceiling_amount_vnd < 0:
        errors["ceiling_amount_vnd"] = _("This cannot be below zero.")
    _check_percent(row, "ceiling_percent", errors)
    if row.ceiling_amount_vnd is None and row.ceiling_percent is None and not row.multiplier_of:
        errors.setdefault("ceiling_amount_vnd", _("Enter an amount, a percentage, or what it is a multiple of."))
    if row.multiplier is not None and row.multiplier <= 0:
        errors["multiplier"] = _("Enter a number above zero, for example 1,5.")
    if row.multiplier_of and row.multiplier is None:
        errors["multiplier"] = _("Say how many times.")
    elif row.multiplier is not None and not row.multiplier_of:
        errors["multiplier_of"] = _("Choose the norm that it is a multiple of.")
    elif row.multiplier_of:
        base = SupportNorm.objects.filter(code=row.multiplier_of, source=row.source, area=row.area_id)
        if row.multiplier_of == row.code or not base.filter(multiplier_of="", ceiling_amount_vnd__gte=0).exists():
            errors["multiplier_of"] = _("There is no norm with an amount of this code for this source and place.")
        elif row.valid_from is not None and not base.valid_on(row.valid_from).exists():
            errors["multiplier_of"] = _("That norm is not in force on the first day of this one.")


def _check_code(row: Any, errors: Errors) -> None:
    if row.code and not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", row.code):
        errors["code"] = _("Small letters, digits and _ only, for example lien_hiep_htx.")


def _check_eligibility(row: EligibilityRule, errors: Errors) -> None:
    if row.subject == EligibilitySubject.KIND and not row.kinds:
        errors["kinds"] = _("Choose the kinds that are supported.")
    if row.subject == EligibilitySubject.SIZE and row.capital_max_vnd is None and row.workers_max is None:
        errors["workers_max"] = _("Enter a limit of capital or of workers.")
    if set(row.kinds.split()) - set(EstablishmentKind.objects.values_list("code", flat=True)):
        errors["kinds"] = _("Choose one of the list.")


def norm_codes() -> dict[str, str]:
    """Codes by which activities find their norm, with the names of the activities."""
    found: dict[str, list[str]] = {}
    for code, name in Activity.objects.exclude(norm_code="").values_list("norm_code", "name"):
        found.setdefault(code, []).append(name)
    for code, name in SupportNorm.objects.order_by("code").values_list("code", "activity_text"):
        found.setdefault(code, [name])
    return {code: "; ".join(names) for code, names in sorted(found.items())}


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "norms",
            SupportNorm,
            (
                "code",
                "activity_text",
                "beneficiary_text",
                "ceiling_amount_vnd",
                "ceiling_percent",
                "unit",
                "multiplier_of",
                "multiplier",
                "cap_scope",
                "evidence",
            ),
            ("code",),
            (("code",),),
            _check_norm,
        ),
        Kind(
            "steps",
            StepRule,
            ("code", "step", "before", "deadline_day", "deadline_month", "deadline_years"),
            ("code", "step", "before"),
            (("code",), ("step", "before")),
            _check_step,
        ),
        Kind("criteria", AppraisalCriterion, ("code", "name"), ("code",), (("code",), ("name",)), _check_criterion),
        Kind(
            "papers",
            NeededPaper,
            ("code", "name", "needed_for", "activity", "group", "condition"),
            ("code", "needed_for", "activity", "group"),
            (("code",), ("name", "needed_for", "activity", "group")),
            _check_paper,
        ),
        Kind(
            "adjustments",
            AdjustmentKind,
            ("code", "change", "name", "authority"),
            ("code", "change"),
            (("code",), ("change",)),
            _check_adjustment,
        ),
        Kind(
            "tiers",
            AdvanceTier,
            ("activity", "group", "tier", "percent", "condition", "evidence"),
            ("activity", "group", "tier"),
            (("activity", "group", "tier"),),
            _check_tier,
        ),
        Kind(
            "priorities",
            PriorityCoefficient,
            ("code", "name", "norm_code", "place", "coefficient"),
            ("code", "norm_code", "place"),
            (("code",), ("name", "norm_code", "place")),
            _check_priority,
        ),
        Kind(
            "kinds", EstablishmentKind, ("code", "name"), ("code",), (("code",), ("name",)), _check_code, sourced=False
        ),
        Kind(
            "trades",
            EligibleTrade,
            ("code", "name", "condition"),
            ("code",),
            (("code",), ("name",)),
            _check_code,
            sourced=False,
        ),
        Kind(
            "eligibility",
            EligibilityRule,
            ("code", "subject", "name", "kinds", "capital_max_vnd", "workers_max", "unit_types", "condition"),
            ("code", "subject"),
            (("code",), ("name",)),
            _check_eligibility,
            sourced=False,
        ),
    )
}


def kind_of(row: DatedRule) -> Kind:
    return next(kind for kind in KINDS.values() if isinstance(row, kind.model))


# --- what holds for each of them --------------------------------------------------------------------------------------


def _values(kind: Kind, row: DatedRule) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.fields}


def _tidy(kind: Kind, values: Mapping[str, Any], allowed: set[str]) -> dict[str, Any]:
    unknown = set(values) - allowed
    if unknown:
        raise TypeError(f"not changed here: {sorted(unknown)}")
    return {name: nfc(value).strip() if isinstance(value, str) else value for name, value in values.items()}


def _and_reason(reason: str, errors: Errors) -> str:
    reason = nfc(reason).strip()
    if not reason:
        errors["reason"] = _("Give the reason.")
    return reason


def _time(row: DatedRule) -> str:
    first = date_format(row.valid_from, "SHORT_DATE_FORMAT") if row.valid_from else "…"
    return f"{first} – {date_format(row.valid_to, 'SHORT_DATE_FORMAT') if row.valid_to else '…'}"


def _in_the_way(kind: Kind, row: DatedRule, without: tuple[int, ...]) -> DatedRule | None:
    """Another row of the same thing that is in force on some day of this one."""
    rows: Any = kind.model._default_manager.filter(source=row.source, area=row.area_id).exclude(pk__in=without)
    if row.valid_to is not None:
        rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=row.valid_to))
    if row.valid_from is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=row.valid_from))
    for names in kind.same:
        found: DatedRule | None = rows.filter(_agree(row, names)).first()
        if found is not None:
            return found
    return None


def _agree(row: DatedRule, names: tuple[str, ...]) -> Q:
    wanted = Q()
    for name in names:
        value = getattr(row, name)
        wanted &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return wanted


def _check(kind: Kind, row: DatedRule, errors: Errors, *, without: tuple[int, ...] = ()) -> None:
    """Add what is wrong with the row, by field."""
    made_later = {"code"} if not getattr(row, "code", "") and kind.slug != "norms" else set()
    try:
        row.clean_fields(exclude={"edited_by", "edited_at", "row_version", *made_later})
    except ValidationError as error:
        errors.update({name: texts[0] for name, texts in error.message_dict.items() if name not in errors})
    else:
        kind.check(row, errors)
    if kind.sourced and row.source not in SUPPORT_SOURCES:
        errors["source"] = _("Choose the source.")
    if row.source == Source.NATIONAL and row.area_id is not None:
        errors["area"] = _("Rules for national money hold in the whole country.")
    if row.area is not None and row.area.level != Level.PROVINCE:
        errors["area"] = _("Choose a province.")
    if row.valid_from is not None and row.valid_to is not None and row.valid_to < row.valid_from:
        errors["valid_to"] = _("The last day lies before the first.")
    if row.verified != Verified.NO and not row.legal_basis:
        errors["legal_basis"] = _("Name the document and the article in which this was seen.")
    if not set(errors) - {"reason"}:
        other = _in_the_way(kind, row, without)
        if other is not None:
            later = row.valid_from is None or (other.valid_from is not None and other.valid_from > row.valid_from)
            errors["valid_to" if later and row.valid_from is not None else "valid_from"] = _(
                "In these days there is a rule for the same already: «%(rule)s», %(time)s."
            ) % {"rule": str(other), "time": _time(other)}


def _store(row: DatedRule, actor: "User") -> None:
    row.edited_at, row.edited_by_id = clock.now(), actor.pk
    row.save()


def _same_version(row: DatedRule, version: int | None) -> None:
    if version is not None and version != row.row_version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")


def _begin(row: DatedRule, actor: "User", version: int | None) -> Any:
    """The row locked, after right and version."""
    lock_name(f"rules {kind_of(row).slug}")  # rows that do not exist yet cannot be locked
    row = lock(row)
    may_change_rule(row.area_id, actor).require()
    _same_version(row, version)
    return row


def _new_code(kind: Kind, row: Any) -> str:
    """What the row is called by programs: source and province, what it is about, a number where that is taken."""
    if not kind.sourced:
        return _code_by_name(kind, row)
    about = getattr(row, "step", "") or getattr(row, "change", "") or getattr(row, "needed_for", "")
    stem = "N" if row.source == Source.NATIONAL else f"L{row.area.code if row.area else ''}"
    stem = f"{stem}_{about.upper()}" if about else f"{stem}_C"
    rows: Any = kind.model._default_manager.filter(code__startswith=stem)  # type: ignore[misc]
    known = set(rows.values_list("code", flat=True))
    number = 1
    while f"{stem}_{number}" in known:
        number += 1
    return f"{stem}_{number}"


def _code_by_name(kind: Kind, row: Any) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", fold(row.name)).strip("_")[:36] or "x"
    stem = stem if stem[0].isalpha() else f"x_{stem}"[:36]
    known = set(kind.model._default_manager.values_list("code", flat=True))  # type: ignore[misc]
    return next(code for code in (stem, *(f"{stem}_{n}" for n in range(2, 1000))) if code not in known)


# --- what officials do ------------------------------------------------------------------------------------------------


@transaction.atomic
def add_rule(kind: Kind, values: Mapping[str, Any], reason: str, *, actor: "User") -> Any:
    """Enter a rule of the whole country (no `area`) or of a province. Its code is made, but for norms, whose code is
    that of their activities. Raises Invalid by field."""
    area = values.get("area")
    may_change_rule(area.pk if area is not None else None, actor).require()
    lock_name(f"rules {kind.slug}")
    errors: Errors = {}
    reason = _and_reason(reason, errors)
    row: Any = kind.model(**_tidy(kind, values, set(kind.fields)))
    if row.valid_from is None:
        errors["valid_from"] = _("Enter the first day.")
    _check(kind, row, errors)
    if errors:
        raise Invalid(fields=errors)
    if hasattr(row, "code") and not row.code:
        row.code = _new_code(kind, row)
    _store(row, actor)
    shown = {name: (None, value) for name, value in _values(kind, row).items() if value not in (None, "")}
    record(row, "create", actor=actor, note=reason, changes=shown)
    return row


@transaction.atomic
def replace_rule(
    row: DatedRule, values: Mapping[str, Any], reason: str, *, actor: "User", version: int | None = None
) -> Any:
    """A later version from `values["valid_from"]` on; the row ends the day before and stays as it is besides. What
    makes it this rule (source, place, `Kind.fixed`) is that of the row. Gives the new row."""
    row, kind = _begin(row, actor, version), kind_of(row)
    errors: Errors = {}
    reason = _and_reason(reason, errors)
    fixed = {*kind.placed, *kind.fixed}
    values = _tidy(kind, values, set(kind.fields) - fixed)
    columns = [field.attname for field in kind.model._meta.concrete_fields if not field.primary_key]
    made: Any = kind.model(**{name: getattr(row, name) for name in columns})
    for name, value in {**OF_A_VERSION, **values}.items():
        setattr(made, name, value)
    made.row_version, day = 1, made.valid_from
    if day is None:
        errors["valid_from"] = _("Enter the first day.")
    elif row.valid_from is not None and day <= row.valid_from:
        errors["valid_from"] = _("The new version begins after the one it replaces, which began on %(day)s.") % {
            "day": date_format(row.valid_from, "SHORT_DATE_FORMAT")
        }
    elif row.valid_to is not None and day > row.valid_to + ONE_DAY:
        errors["valid_from"] = _("This rule ended on %(day)s. Add a new one instead.") % {
            "day": date_format(row.valid_to, "SHORT_DATE_FORMAT")
        }
    _check(kind, made, errors, without=(row.pk,))
    if errors or day is None:
        raise Invalid(fields=errors)
    before = _values(kind, row)
    last = row.valid_to
    if last is None or last >= day:
        row.valid_to = day - ONE_DAY
    row.row_version += 1
    _store(row, actor)
    record(row, "replace_rule", actor=actor, note=reason, changes={"valid_to": (last, row.valid_to)})
    _store(made, actor)
    after = _values(kind, made)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    record(made, "create", actor=actor, note=reason, changes=changes)
    return made


@transaction.atomic
def correct_rule(
    row: DatedRule, values: Mapping[str, Any], reason: str, *, actor: "User", version: int | None = None
) -> Any:
    """Put a mistake right in the row itself: for all days on which it was in force. Source, place and code stay."""
    row, kind = _begin(row, actor, version), kind_of(row)
    errors: Errors = {}
    reason = _and_reason(reason, errors)
    values = _tidy(kind, values, set(kind.fields) - {*kind.placed, "code"})
    changes = changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    if "valid_from" in changes and row.valid_from is None:
        errors["valid_from"] = _("Enter the first day.")
    _check(kind, row, errors, without=(row.pk,))
    if errors:
        raise Invalid(fields=errors)
    if not changes:
        raise Invalid(_("Nothing is different from what is stored."), code="nothing_changes")
    row.row_version += 1
    _store(row, actor)
    record(row, "correct_rule", actor=actor, note=reason, changes=changes)
    return row


@transaction.atomic
def end_rule(row: DatedRule, last_day: dt.date, reason: str, *, actor: "User", version: int | None = None) -> Any:
    """The rule is in force until the day and no longer; nothing comes in its place."""
    row = _begin(row, actor, version)
    errors: Errors = {}
    reason = _and_reason(reason, errors)
    if row.valid_from is not None and last_day < row.valid_from:
        errors["valid_to"] = _("The last day lies before the first.")
    elif row.valid_to is not None and last_day >= row.valid_to:
        errors["valid_to"] = _("The rule ends on %(day)s already.") % {
            "day": date_format(row.valid_to, "SHORT_DATE_FORMAT")
        }
    if errors:
        raise Invalid(fields=errors)
    before, row.valid_to = row.valid_to, last_day
    row.row_version += 1
    _store(row, actor)
    record(row, "end_rule", actor=actor, note=reason, changes={"valid_to": (before, last_day)})
    return row
