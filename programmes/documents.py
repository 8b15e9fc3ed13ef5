"""Legal documents as administrators keep them: entering one, correcting a mistake, ending it, putting a later document
in its place, and looking at it again on a day.

A document is named in rules by its number (`legal_basis`); nothing of a rule changes with its document. What still
rests on one that ended is told (`resting_on`), and a person decides.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.roles import Role
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock, lock_name
from core.models import Verified
from core.text import nfc
from places.models import Level
from programmes.models import DatedRule, LegalDocument
from programmes.permissions import may_change_rule, may_review_document
from programmes.rules import KINDS, ONE_DAY

if TYPE_CHECKING:
    from django.db.models import QuerySet

Errors = dict[str, str]
OWN = (
    "number",
    "type",
    "issuer",
    "issued_on",
    "in_force_from",
    "in_force_to",
    "subject",
    "amends",
    "replaced_by",
    "note",
    "verified",
)
FIELDS = (*OWN, "area")


def _tidy(values: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    unknown = set(values) - set(allowed)
    if unknown:
        raise TypeError(f"not changed here: {sorted(unknown)}")
    tidy = {name: nfc(value).strip() if isinstance(value, str) else value for name, value in values.items()}
    return {name: " ".join(v.split()) if isinstance(v, str) and name != "note" else v for name, v in tidy.items()}


def _reason(reason: str, errors: Errors) -> str:
    reason = nfc(reason).strip()
    if not reason:
        errors["reason"] = _("Give the reason.")
    return reason


def _begin(row: LegalDocument, actor: User, version: int | None) -> LegalDocument:
    lock_name("legal documents")  # a document that does not exist yet cannot be locked
    row = lock(row)
    may_change_rule(row.area_id, actor).require()
    _same_version(row, version)
    return row


def _same_version(row: LegalDocument, version: int | None) -> None:
    if version is not None and version != row.row_version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")


def _check(row: LegalDocument, errors: Errors) -> None:
    """Add what is wrong with the document, by field."""
    try:
        row.clean_fields(exclude={"edited_by", "edited_at", "row_version", "file_key", "folded"})
    except ValidationError as error:
        errors.update({name: texts[0] for name, texts in error.message_dict.items() if name not in errors})
    if row.area is not None and row.area.level != Level.PROVINCE:
        errors["area"] = _("Choose a province.")
    if row.verified != Verified.NO and not row.number:
        errors["number"] = _("A document that was seen has a number.")
    if row.issued_on is not None and row.issued_on > clock.today():
        errors["issued_on"] = _("The date lies in the future.")
    if row.in_force_from is not None and row.in_force_to is not None and row.in_force_to < row.in_force_from:
        errors["in_force_to"] = _("The last day lies before the first.")
    if row.replaced_by and row.replaced_by == row.number:
        errors["replaced_by"] = _("A document does not replace itself.")
    same = LegalDocument.objects.filter(number=row.number, issuer=row.issuer).exclude(pk=row.pk)
    if not row.number:
        same = same.filter(subject=row.subject)
    if not errors and same.exists():
        errors["number"] = _("This document is in the list already.")


def _store(row: LegalDocument, actor: User) -> None:
    row.edited_at, row.edited_by_id = clock.now(), actor.pk
    row.save()


# --- what administrators do -------------------------------------------------------------------------------------------


@transaction.atomic
def add_document(values: Mapping[str, Any], reason: str, *, actor: User) -> LegalDocument:
    """Enter a document of the whole country (no `area`) or of a province. Raises Invalid by field."""
    area = values.get("area")
    may_change_rule(area.pk if area is not None else None, actor).require()
    lock_name("legal documents")
    errors: Errors = {}
    reason = _reason(reason, errors)
    row = LegalDocument(**_tidy(values, FIELDS))
    _check(row, errors)
    if errors:
        raise Invalid(fields=errors)
    _store(row, actor)
    shown = {name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name) not in (None, "")}
    record(row, "create", actor=actor, note=reason, changes=shown)
    return row


@transaction.atomic
def correct_document(
    row: LegalDocument, values: Mapping[str, Any], reason: str, *, actor: User, version: int | None = None
) -> LegalDocument:
    """Put right or complete what is known of it, also that it was compared with its text. Its place stays."""
    row = _begin(row, actor, version)
    errors: Errors = {}
    reason = _reason(reason, errors)
    values = _tidy(values, OWN)
    changes = changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row, errors)
    if errors:
        raise Invalid(fields=errors)
    if not changes:
        raise Invalid(_("Nothing is different from what is stored."), code="nothing_changes")
    row.row_version += 1
    _store(row, actor)
    record(row, "correct_rule", actor=actor, note=reason, changes=changes)
    return row


def _end(row: LegalDocument, last_day: dt.date, replaced_by: str, errors: Errors, field: str) -> dict[str, Any]:
    if row.in_force_from is not None and last_day < row.in_force_from:
        errors[field] = _("The last day lies before the first.")
    elif row.in_force_to is not None and last_day >= row.in_force_to:
        errors[field] = _("The document ends on %(day)s already.") % {
            "day": date_format(row.in_force_to, "SHORT_DATE_FORMAT")
        }
    changes = {"in_force_to": (row.in_force_to, last_day)}
    row.in_force_to = last_day
    if replaced_by and replaced_by != row.replaced_by:
        changes["replaced_by"] = (row.replaced_by, replaced_by)  # type: ignore[assignment]
        row.replaced_by = replaced_by
    return changes


@transaction.atomic
def end_document(
    row: LegalDocument, last_day: dt.date, reason: str, *, actor: User, version: int | None = None
) -> LegalDocument:
    """It is in force until the day and no longer; nothing comes in its place."""
    row = _begin(row, actor, version)
    errors: Errors = {}
    reason = _reason(reason, errors)
    changes = _end(row, last_day, "", errors, "in_force_to")
    if errors:
        raise Invalid(fields=errors)
    row.row_version += 1
    _store(row, actor)
    record(row, "end_rule", actor=actor, note=reason, changes=changes)
    return row


@transaction.atomic
def replace_document(
    row: LegalDocument, values: Mapping[str, Any], reason: str, *, actor: User, version: int | None = None
) -> LegalDocument:
    """A later document takes its place from `values["in_force_from"]` on; this one ends the day before and names it.
    Where the later one is in the list already (number and issuer), it is taken. Gives the later one."""
    row = _begin(row, actor, version)
    errors: Errors = {}
    reason = _reason(reason, errors)
    tidy = _tidy(values, OWN)
    later = LegalDocument.objects.filter(
        number=tidy.get("number", ""), issuer=tidy.get("issuer", ""), area=row.area_id
    ).first()
    known = later is not None and bool(later.number)
    if later is None or not known:
        later = LegalDocument(area=row.area, **tidy)
        _check(later, errors)
        if not later.number:
            errors["number"] = _("Enter the number of the later document.")
    elif later.pk == row.pk:
        errors["number"] = _("A document does not replace itself.")
    first = tidy.get("in_force_from") or later.in_force_from
    changes: dict[str, Any] = {}
    if first is None:
        errors["in_force_from"] = _("Enter the first day.")
    elif known and later.in_force_from is not None and first != later.in_force_from:
        errors["in_force_from"] = _("This document is in the list; it is in force from %(day)s.") % {
            "day": date_format(later.in_force_from, "SHORT_DATE_FORMAT")
        }
    else:
        changes = _end(row, first - ONE_DAY, later.number, errors, "in_force_from")
    if errors:
        raise Invalid(fields=errors)
    row.row_version += 1
    _store(row, actor)
    record(row, "replace_rule", actor=actor, note=reason, changes=changes)
    if not known:
        _store(later, actor)
        shown = {name: (None, getattr(later, name)) for name in FIELDS if getattr(later, name) not in (None, "")}
        record(later, "create", actor=actor, note=reason, changes=shown)
    elif later.in_force_from is None:  # its first day is known now
        later.in_force_from = first
        later.row_version += 1
        _store(later, actor)
        record(later, "correct_rule", actor=actor, note=reason, changes={"in_force_from": (None, first)})
    return later


# --- looking at it again ----------------------------------------------------------------------------------------------


def reviewers(actor: User) -> "QuerySet[User]":
    """Who may be asked to look at a document: people of the departments the person works in or administers."""
    ids = actor.sight.province_ids | actor.sight.administers_ids
    today = Grant.objects.valid_on(clock.today()).filter(
        role__in=[Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR], area_id__in=ids
    )
    found: QuerySet[User] = User.objects.people().filter(is_active=True, pk__in=today.values("user_id"))
    return found.order_by("full_name", "pk")


@transaction.atomic
def plan_review(
    row: LegalDocument,
    review_on: dt.date | None,
    reviewer: User | None,
    note: str,
    *,
    actor: User,
    version: int | None = None,
) -> LegalDocument:
    """Say until when it is to be looked at again, by whom and for what. No day: no review is planned."""
    row = lock(row)
    may_change_rule(row.area_id, actor).require()
    _same_version(row, version)
    errors: Errors = {}
    if review_on is not None and review_on < clock.today():
        errors["review_on"] = _("Choose a day to come.")
    if reviewer is not None and not reviewers(actor).filter(pk=reviewer.pk).exists():
        errors["reviewer"] = _("Choose somebody of the list.")
    if review_on is None and reviewer is not None:
        errors["review_on"] = _("Enter the day of the review.")
    if errors:
        raise Invalid(fields=errors)
    return _reviewed(
        row, {"review_on": review_on, "reviewer": reviewer, "review_note": nfc(note).strip()}, actor, "plan"
    )


@transaction.atomic
def record_review(
    row: LegalDocument, finding: str, next_on: dt.date | None, *, actor: User, version: int | None = None
) -> LegalDocument:
    """What somebody found who looked at it today, and when it is to be looked at next (None: not planned)."""
    row = lock(row)
    may_review_document(row, actor).require()
    _same_version(row, version)
    errors: Errors = {}
    finding = nfc(finding).strip()
    if not finding:
        errors["review_note"] = _("Enter what was found.")
    if next_on is not None and next_on <= clock.today():
        errors["review_on"] = _("Choose a day to come.")
    if errors:
        raise Invalid(fields=errors)
    values = {"review_note": finding, "review_on": next_on, "reviewed_on": clock.today()}
    return _reviewed(row, values, actor, "review")


def _reviewed(row: LegalDocument, values: dict[str, Any], actor: User, action: str) -> LegalDocument:
    """`edited_at` stays: the text of the document is as its file has it."""
    changes = changed(row, values)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.row_version += 1
        row.save()
        record(row, "plan_review" if action == "plan" else "record_review", actor=actor, changes=changes)
    return row


def to_review(user: User, until: dt.date) -> "QuerySet[LegalDocument]":
    """Documents to be looked at until the day: those of the person, and those of nobody that they may change."""
    mine = Q(reviewer=user)
    if may_change_rule(None, user):
        mine |= Q(reviewer__isnull=True, area__isnull=True)
    mine |= Q(reviewer__isnull=True, area_id__in=user.sight.administers_ids)
    return LegalDocument.objects.filter(mine, review_on__lte=until).order_by("review_on", "number")


# --- rules that rest on it --------------------------------------------------------------------------------------------


def names(text: str, number: str) -> bool:
    """Does a legal basis name this document? «8/2018/TT-BTC» is not in «28/2018/TT-BTC»."""
    return bool(number) and re.search(rf"(?<![\w/-]){re.escape(number)}(?![\w/-])", text) is not None


def visible_rules(user: User) -> list[DatedRule]:
    """Every dated rule that the person sees."""
    found: list[DatedRule] = []
    for kind in KINDS.values():
        rows: Any = kind.model._default_manager
        found += rows.visible_to(user).select_related("area")
    return found


def document_named(text: str, documents: Iterable[LegalDocument]) -> LegalDocument | None:
    """The first document that a legal basis names."""
    at: list[tuple[int, LegalDocument]] = [
        (text.index(row.number), row) for row in documents if names(text, row.number)
    ]
    return min(at, key=lambda pair: pair[0])[1] if at else None


def resting_on(row: LegalDocument, rules: Iterable[DatedRule], day: dt.date) -> list[DatedRule]:
    """The rules that name it and are in force on the day or later."""
    return [
        rule
        for rule in rules
        if (rule.valid_to is None or rule.valid_to >= day) and names(rule.legal_basis, row.number)
    ]
