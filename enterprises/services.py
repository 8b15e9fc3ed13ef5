"""Entering and changing establishments."""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock
from core.text import nfc
from enterprises.models import Enterprise, EnterpriseKind
from enterprises.permissions import may_edit, may_enter
from places.models import Area
from places.services import province_of

if TYPE_CHECKING:
    from accounts.models import User

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclass(frozen=True)
class EnterpriseData:
    """What is typed of an establishment. None: not reported."""

    name: str
    kind: str
    area: Area
    tax_code: str | None = None
    headcount: int | None = None
    address: str = ""
    phone: str = ""
    representative: str = ""
    main_product: str = ""


def check_digit(first_nine: str) -> int | None:
    """The tenth digit of a tax code; None where no code with these nine is ever issued (it would be ten)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_nine, strict=True))
    digit = 10 - total % 11
    return None if digit == 10 else digit


def valid_tax_code(text: str) -> bool:
    """10 digits with check digit; NNNNNNNNNN-NNN for dependent units (never 000); or the 12 digits of a person's
    identification number, which replaces the tax code of household businesses since 01/07/2025."""
    match = re.fullmatch(r"(\d{9})(\d)(?:-(\d{3}))?", text, re.ASCII)
    if match:
        return check_digit(match[1]) == int(match[2]) and match[3] != "000"
    return re.fullmatch(r"\d{12}", text, re.ASCII) is not None


def clean_tax_code(text: str | None) -> str | None:
    """The code in its one spelling, or None when nothing was typed. Raises Invalid at `tax_code`."""
    plain = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", text or ""))
    if not plain:
        return None
    if re.fullmatch(r"\d{13}", plain, re.ASCII):
        plain = f"{plain[:10]}-{plain[10:]}"
    if not valid_tax_code(plain):
        raise Invalid(
            fields={
                "tax_code": _(
                    "The tax code does not add up. Check the digits: 10 digits, 10-3 for a dependent unit, "
                    "or 12 for a household business."
                )
            }
        )
    return plain


def _checked(data: EnterpriseData) -> dict[str, object]:
    errors: dict[str, str] = {}
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name.")
    if data.kind not in EnterpriseKind.values:
        errors["kind"] = _("Choose the kind.")
    if data.area.level == "province":
        errors["area"] = _("Choose a commune, not a whole province.")
    tax_code = None
    try:
        tax_code = clean_tax_code(data.tax_code)
    except Invalid as error:
        errors.update({field: texts[0] for field, texts in error.fields.items()})
    if data.headcount is not None and not 0 <= data.headcount <= 1_000_000:
        errors["headcount"] = _("Enter the number of workers, for example 25.")
    if errors:
        raise Invalid(fields=errors)
    return {
        "name": name,
        "kind": data.kind,
        "tax_code": tax_code,
        "area": data.area,
        "province": province_of(data.area),
        "address": data.address.strip(),
        "headcount": data.headcount,
        "phone": data.phone.strip(),
        "representative": data.representative.strip(),
        "main_product": data.main_product.strip(),
    }


def _duplicate(tax_code: object, actor: "User") -> Conflict:
    """The first establishment with this code. It is named only to those who may see it."""
    first = Enterprise.objects.visible_to(actor).filter(tax_code=tax_code).first()
    text = _("This tax code is registered already.")
    if first is None:
        return Conflict(text, code="duplicate", fields={"tax_code": text}, candidates=[])
    text = _("This tax code is registered already: %(name)s.") % {"name": first.name}
    return Conflict(
        text,
        code="duplicate",
        fields={"tax_code": text},
        candidates=[{"id": str(first.public_id), "name": first.name, "tax_code": first.tax_code}],
    )


@transaction.atomic
def create_enterprise(data: EnterpriseData, *, actor: "User") -> Enterprise:
    """Register an establishment. The same tax code twice is refused with the first one named."""
    values = _checked(data)
    may_enter(values["province"], actor).require()  # type: ignore[arg-type]
    if values["tax_code"] and Enterprise.objects.filter(tax_code=values["tax_code"]).exists():
        raise _duplicate(values["tax_code"], actor)
    try:
        with transaction.atomic():
            enterprise: Enterprise = Enterprise.objects.create(**values)
    except IntegrityError as error:
        raise _duplicate(values["tax_code"], actor) from error
    record(enterprise, "create", actor=actor, changes={k: (None, v) for k, v in values.items() if v not in (None, "")})
    return enterprise


@transaction.atomic
def change_enterprise(
    enterprise: Enterprise, data: EnterpriseData, *, actor: "User", version: int | None = None
) -> Enterprise:
    """Change it, unless somebody else did since `version` was read."""
    enterprise = lock(enterprise)
    may_edit(enterprise, actor).require()
    values = _checked(data)
    if version is not None and version != enterprise.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(enterprise, values)
    if not changes:
        return enterprise
    for name, value in values.items():
        setattr(enterprise, name, value)
    enterprise.version += 1
    enterprise.updated_at = clock.now()
    try:
        with transaction.atomic():
            enterprise.save()
    except IntegrityError as error:
        raise _duplicate(values["tax_code"], actor) from error
    record(enterprise, "change", actor=actor, changes=changes)
    return enterprise
