"""The parts of an establishment's record: yearly facts, certificates, contacts, links. Each is a list of rows that are
entered, changed and removed in one way; the history of the establishment tells of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.text import nfc
from enterprises.models import FIGURES, Certificate, Contact, Enterprise, EnterpriseLink, YearFacts
from enterprises.permissions import may_edit

if TYPE_CHECKING:
    from accounts.models import User

MAX_VND = 10**15 - 1
Errors = dict[str, str]


@dataclass(frozen=True)
class Part:
    slug: str
    model: type[models.Model]
    fields: tuple[str, ...]
    title: Any
    add: Any
    check: Callable[[Any, Errors], None]


def _check_year(row: YearFacts, errors: Errors) -> None:
    if not 1950 <= row.year <= clock.today().year:
        errors["year"] = _("Enter a year up to this one, for example 2025.")
    elif row.enterprise.years.filter(year=row.year).exclude(pk=row.pk).exists():
        errors["year"] = _("The figures of this year are entered already: change them there.")
    for name in FIGURES:
        value = getattr(row, name)
        if value is not None and not 0 <= value <= (MAX_VND if name.endswith("_vnd") else 1_000_000):
            errors[name] = _("This number is too large.") if value > 0 else _("This cannot be below zero.")
        if name in row.not_applicable.split() and value is not None:
            errors[name] = _("Enter a figure or say that it does not apply, not both.")
    if set(row.not_applicable.split()) - set(FIGURES):
        errors["not_applicable"] = _("Choose one of the list.")
    if row.women is not None and row.workers is not None and row.women > row.workers:
        errors["women"] = _("There cannot be more women than workers.")
    if not row.not_applicable and all(getattr(row, name) is None for name in FIGURES):
        errors.setdefault("workers", _("Enter at least one figure."))


def _check_days(row: Any, errors: Errors) -> None:
    if row.valid_from is not None and row.valid_to is not None and row.valid_to < row.valid_from:
        errors["valid_to"] = _("The last day lies before the first.")


def _check_contact(row: Contact, errors: Errors) -> None:
    if not row.phone and not row.email:
        errors.setdefault("phone", _("Enter a telephone number or an e-mail address."))
    if row.consents and not row.email:
        errors.setdefault("email", _("Enter the address at which letters are agreed to."))


def _check_link(row: EnterpriseLink, errors: Errors) -> None:
    _check_days(row, errors)
    if getattr(row, "other_id", None) is None:
        errors["other"] = _("Choose the other establishment.")
    elif row.other_id == row.enterprise_id:
        errors["other"] = _("An establishment has no link to itself.")


PARTS = {
    part.slug: part
    for part in (
        Part(
            "years",
            YearFacts,
            ("year", *FIGURES, "not_applicable"),
            gettext_lazy("Size by year"),
            gettext_lazy("Enter a year"),
            _check_year,
        ),
        Part(
            "certificates",
            Certificate,
            ("name", "number", "issuer", "valid_from", "valid_to"),
            gettext_lazy("Certificates"),
            gettext_lazy("Enter a certificate"),
            _check_days,
        ),
        Part(
            "contacts",
            Contact,
            ("person", "position", "phone", "email", "consents", "purpose"),
            gettext_lazy("Contacts"),
            gettext_lazy("Enter a contact"),
            _check_contact,
        ),
        Part(
            "links",
            EnterpriseLink,
            ("other", "kind", "what", "valid_from", "valid_to"),
            gettext_lazy("Links to other establishments"),
            gettext_lazy("Enter a link"),
            _check_link,
        ),
    )
}


def _shown(part: Part, row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in part.fields}


def _begin(enterprise: Enterprise, actor: "User") -> Enterprise:
    enterprise = lock(enterprise, "province")
    may_edit(enterprise, actor).require()
    if enterprise.merged_into_id is not None:
        raise WrongState(_("This entry was merged into another one."))
    return enterprise


def _newest_workers(enterprise: Enterprise) -> None:
    """`headcount` is that of the newest year that says a number."""
    newest = enterprise.years.filter(workers__isnull=False).order_by("-year").values_list("workers", flat=True).first()
    if newest != enterprise.headcount:
        enterprise.headcount = newest


@transaction.atomic
def save_part(enterprise: Enterprise, part: Part, values: Mapping[str, Any], *, actor: "User", row: Any = None) -> Any:
    """Enter a row of a part, or change `row`. Raises Invalid by field, Conflict where it is gone."""
    enterprise = _begin(enterprise, actor)
    if row is None:
        row, before = part.model(enterprise=enterprise), {}
    else:
        row = part.model._default_manager.select_for_update().filter(pk=row.pk, enterprise=enterprise).first()
        if row is None:
            raise Conflict(_("Somebody else has removed this in the meantime."), code="stale")
        before = _shown(part, row)
    for name in part.fields:
        value = values.get(name)
        field: Any = part.model._meta.get_field(name)
        if isinstance(value, str):
            value = nfc(value).strip()
        elif value is None and not field.null:
            value = field.get_default() if field.has_default() else ""
        setattr(row, name, None if value == "" and field.is_relation else value)
    errors: Errors = {}
    try:
        row.clean_fields(exclude=["enterprise", *(["other"] if getattr(row, "other_id", 1) is None else [])])
    except ValidationError as error:
        errors = {name: texts[0] for name, texts in error.message_dict.items()}
    else:
        part.check(row, errors)
    if errors:
        raise Invalid(fields=errors)
    after = _shown(part, row)
    changes = {
        name: (before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value and not (name not in before and value in (None, ""))
    }
    if not changes:
        return row
    row.save()
    _touch(enterprise, part)
    record(row, "change" if before else "create", actor=actor, changes=changes, within=enterprise)
    return row


@transaction.atomic
def remove_part(enterprise: Enterprise, part: Part, row: Any, *, actor: "User") -> None:
    """Take a row out; the history keeps what it said."""
    enterprise = _begin(enterprise, actor)
    row = part.model._default_manager.filter(pk=row.pk, enterprise=enterprise).first()
    if row is None:
        return
    changes = {name: (value, None) for name, value in _shown(part, row).items() if value not in (None, "")}
    record(row, "remove", actor=actor, changes=changes, within=enterprise)
    row.delete()
    _touch(enterprise, part)


def _touch(enterprise: Enterprise, part: Part) -> None:
    if part.slug == "years":
        _newest_workers(enterprise)
    enterprise.version += 1
    enterprise.updated_at = clock.now()
    enterprise.save(update_fields=["headcount", "version", "updated_at"])
