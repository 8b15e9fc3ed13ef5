"""Entering and changing establishments."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.reference import rows
from core.text import nfc
from enterprises import duplicates
from enterprises.models import NO_TRADE, Enterprise, FormerPlace, YearFacts
from enterprises.permissions import may_edit, may_enter
from places.models import Area
from places.services import province_of
from programmes.kinds import kinds_on, trades_on

if TYPE_CHECKING:
    from accounts.models import User

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclass(frozen=True)
class EnterpriseData:
    """What is typed of an establishment. None: not reported. `trade`: a code of programmes.EligibleTrade, or NO_TRADE;
    `industry_code`: of the classification `industry_version`. `moved_on`: its first day at another place, so that the
    one before is kept; without it another place puts a mistake right."""

    name: str
    kind: str
    area: Area
    tax_code: str | None = None
    headcount: int | None = None
    address: str = ""
    phone: str = ""
    representative: str = ""
    main_product: str = ""
    technology: str = ""
    raw_material: str = ""
    craft_village: str = ""
    trade: str = ""
    industry_code: str = ""
    industry_version: str = "2025"
    ceased_on: dt.date | None = None
    moved_on: dt.date | None = None


@lru_cache(maxsize=1)
def industries() -> dict[str, str]:
    """{code: name} of the classification of 2025, section C (data/vsic2025_manufacturing.csv)."""
    return {row["code"]: row["name_vi"] for row in rows("vsic2025_manufacturing.csv")}


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


def _checked(data: EnterpriseData, known: Enterprise | None = None) -> dict[str, Any]:
    """Values to store. Kind and trade are those of today, or stay what they were."""
    errors: dict[str, str] = {}
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name.")
    province = province_of(data.area)
    if data.kind not in kinds_on(None, province) and (known is None or data.kind != known.kind):
        errors["kind"] = _("Choose the kind.")
    if data.area.level == "province":
        errors["area"] = _("Choose a commune, not a whole province.")
    if data.trade not in {"", NO_TRADE, known.trade if known else ""} and data.trade not in trades_on(None, province):
        errors["trade"] = _("Choose one of the list.")
    code = data.industry_code.strip()
    if code and data.industry_version == "2025" and code not in industries():
        errors["industry_code"] = _("There is no such code in the classification of 2025.")
    elif code and not re.fullmatch(r"[A-Z]|\d{1,5}", code):
        errors["industry_code"] = _("A code of the classification has up to five digits.")
    today = clock.today()
    if data.ceased_on is not None and data.ceased_on > today:
        errors["ceased_on"] = _("This day has not come yet.")
    if data.moved_on is not None and data.moved_on > today:
        errors["moved_on"] = _("This day has not come yet.")
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
        "province": province,
        "address": data.address.strip(),
        "headcount": data.headcount,
        "phone": data.phone.strip(),
        "representative": data.representative.strip(),
        "main_product": data.main_product.strip(),
        "technology": data.technology.strip(),
        "raw_material": data.raw_material.strip(),
        "craft_village": data.craft_village.strip(),
        "trade": data.trade,
        "industry_code": code,
        "industry_version": data.industry_version if code else "",
        "ceased_on": data.ceased_on,
    }


def _duplicate(tax_code: object, actor: "User") -> Conflict:
    """The first establishment with this code, or what it was merged into. Named only to those who may see it."""
    known = Enterprise.objects.filter(tax_code=tax_code).first()
    while known is not None and known.merged_into_id is not None:
        known = known.merged_into
    first = Enterprise.objects.visible_to(actor).filter(pk=known.pk).first() if known is not None else None
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


def _ask(found: list[duplicates.Candidate], said_different: Collection[str], actor: "User") -> None:
    """Refuse until the person has said of each candidate they may see that it is another one."""
    visible = set(Enterprise.objects.visible_to(actor).filter(pk__in=[one.enterprise.pk for one in found]))
    asked = [one for one in found if one.enterprise in visible][: duplicates.MOST]
    if all(str(one.enterprise.public_id) in said_different for one in asked):
        return
    raise Conflict(
        _("Look whether it is entered already."),
        code="possible_duplicate",
        candidates=[
            {"id": str(one.enterprise.public_id), "name": one.enterprise.name, "reasons": one.reasons} for one in asked
        ],
    )


@transaction.atomic
def create_enterprise(
    data: EnterpriseData, *, actor: "User", said_different: Collection[str] | None = None
) -> Enterprise:
    """Register an establishment. The same tax code twice is refused with the first one named.

    `said_different`: ids of establishments of which the person said that they are others; where one that looks the
    same is not among them, Conflict «possible_duplicate» names it. None asks nobody: what looks the same goes into
    the queue of pairs to be looked at.
    """
    values = _checked(data)
    may_enter(values["province"], actor).require()
    if values["tax_code"] and Enterprise.objects.filter(tax_code=values["tax_code"]).exists():
        raise _duplicate(values["tax_code"], actor)
    if said_different is not None:
        _ask(duplicates.candidates(Enterprise(**values), values["province"]), said_different, actor)
    try:
        with transaction.atomic():
            enterprise: Enterprise = Enterprise.objects.create(**values)
    except IntegrityError as error:
        raise _duplicate(values["tax_code"], actor) from error
    if data.headcount is not None:
        YearFacts.objects.create(enterprise=enterprise, year=clock.today().year, workers=data.headcount)
    record(enterprise, "create", actor=actor, changes={k: (None, v) for k, v in values.items() if v not in (None, "")})
    for one in duplicates.look_again(enterprise):
        if said_different is not None and str(one.enterprise.public_id) in said_different:
            duplicates.call_different(enterprise, one.enterprise, actor=actor)
    return enterprise


@transaction.atomic
def change_enterprise(
    enterprise: Enterprise, data: EnterpriseData, *, actor: "User", version: int | None = None
) -> Enterprise:
    """Change it, unless somebody else did since `version` was read. Its workers are those of this year."""
    enterprise = lock(enterprise, "area", "province")
    may_edit(enterprise, actor).require()
    if enterprise.merged_into_id is not None:
        raise WrongState(_("This entry was merged into another one."))
    values = _checked(data, enterprise)
    if version is not None and version != enterprise.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    changes = changed(enterprise, values)
    if not changes:
        return enterprise
    if data.moved_on is not None:
        _keep_former_place(enterprise, data.moved_on, changes)
    if "headcount" in changes:
        _workers_of_this_year(enterprise, data.headcount)
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
    if changes.keys() & {"name", "kind", "phone", "area", "tax_code"}:
        duplicates.look_again(enterprise)
    return enterprise


def _keep_former_place(enterprise: Enterprise, moved_on: dt.date, changes: dict[str, Any]) -> None:
    if not changes.keys() & {"area", "address"}:
        raise Invalid(fields={"moved_on": _("It has moved, but the place is the same: enter the new one.")})
    last = moved_on - dt.timedelta(days=1)
    if enterprise.former_places.filter(valid_to__gte=last).exists():
        raise Invalid(fields={"moved_on": _("It moved later than that already.")})
    FormerPlace.objects.create(enterprise=enterprise, area=enterprise.area, address=enterprise.address, valid_to=last)
    changes["moved_on"] = (None, moved_on)


def _workers_of_this_year(enterprise: Enterprise, workers: int | None) -> None:
    year = clock.today().year
    row = enterprise.years.filter(year=year).first()
    if row is None and workers is None:
        return
    row = row or YearFacts(enterprise=enterprise, year=year)
    row.workers = workers
    row.not_applicable = " ".join(name for name in row.not_applicable.split() if name != "workers")
    if row.women is not None and workers is not None and row.women > workers:
        raise Invalid(fields={"headcount": _("There are more women than workers in the figures of this year.")})
    row.save()
