"""Entering and changing products, their brands, and what a programme calls a spearhead."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from audit.services import changed, record
from audit.steps import Move
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import Verified
from core.text import nfc
from enterprises.models import Enterprise
from places.models import Area
from products.models import (
    DECIDED,
    Brand,
    BrandState,
    Certificate,
    Product,
    ProductGroup,
    Result,
    SelectionEntry,
    Spearhead,
)
from products.permissions import may_change_brand, may_enter
from products.states import BRAND
from programmes.locking import is_locked
from programmes.models import Programme
from projects.exceptions import BRANDS, Where, counting, covering
from projects.exceptions import note as note_exception
from projects.models import LockException, Project

if TYPE_CHECKING:
    from accounts.models import User


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def same_version(row: Any, version: int | None) -> None:
    """Raise Conflict where somebody else changed it since `version` was read."""
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")


def fresh(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What the audit entry of something new holds."""
    return {name: (None, value) for name, value in values.items() if value not in (None, "", False)}


def past(day: dt.date | None, name: str, errors: dict[str, str]) -> None:
    if day is not None and day > clock.today():
        errors[name] = _("The date lies in the future.")


# --- products ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProductData:
    """What is typed of a product. `consists_of`: of a set, what is in it."""

    enterprise: Enterprise
    name: str
    group: ProductGroup
    is_set: bool = False
    consists_of: str = ""
    description: str = ""
    spearhead: Spearhead | None = None


def _product(data: ProductData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    name, parts = _line(data.name), _line(data.consists_of)
    if not name:
        errors["name"] = _("Enter the name.")
    if data.is_set and not parts:
        errors["consists_of"] = _("Say what the set consists of.")
    if not data.is_set and parts:
        errors["is_set"] = _("What it consists of is said of a set only.")
    if data.spearhead is not None and data.spearhead.province_id != data.enterprise.province_id:
        errors["spearhead"] = _("This is a spearhead product of another province.")
    if errors:
        raise Invalid(fields=errors)
    return {
        "enterprise": data.enterprise,
        "name": name,
        "group": data.group,
        "is_set": data.is_set,
        "consists_of": parts,
        "description": nfc(data.description).strip(),
        "spearhead": data.spearhead,
    }


def _twice() -> Conflict:
    text = _("The establishment has a product of this name already.")
    return Conflict(text, code="duplicate", fields={"name": text})


@transaction.atomic
def create_product(data: ProductData, *, actor: "User") -> Product:
    """Enter a product of an establishment."""
    may_enter(data.enterprise.province_id, actor).require()
    values = _product(data)
    try:
        with transaction.atomic():
            row: Product = Product.objects.create(**values)
    except IntegrityError as error:
        raise _twice() from error
    record(row, "create", actor=actor, changes=fresh(values), within=row.enterprise)
    return row


@transaction.atomic
def change_product(row: Product, data: ProductData, *, actor: "User", version: int | None = None) -> Product:
    """Change it, unless somebody else did since `version` was read. It stays with its establishment."""
    row = lock(row, "enterprise", "group", "spearhead")
    may_enter(row.enterprise.province_id, actor).require()
    values = _product(data)
    if values["enterprise"].pk != row.enterprise_id:
        raise Invalid(fields={"enterprise": _("A product stays with its establishment; enter another one there.")})
    same_version(row, version)
    changes = changed(row, values)
    first = SelectionEntry.objects.filter(product=row).aggregate(first=Min("counts_on"))["first"]
    if "group" in changes and first is not None and is_locked(row.enterprise.province_id, first):
        text = _("This product was entered into a selection in the locked time; its group stays.")
        raise Invalid(fields={"group": text})
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _twice() from error
        record(row, "change", actor=actor, changes=changes, within=row.enterprise)
    return row


# --- brands -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BrandData:
    name: str
    project: Project | None = None


def _brand(product: Product, data: BrandData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    name = _line(data.name)
    if not name:
        errors["name"] = _("Enter the name.")
    project = data.project
    if project is not None and project.province_id != product.enterprise.province_id:
        errors["project"] = _("This project is one of another province.")
    elif project is not None and project.decided_on is None:
        errors["project"] = _("This project is not approved.")
    if errors:
        raise Invalid(fields=errors)
    return {"name": name, "project": project}


@transaction.atomic
def create_brand(product: Product, data: BrandData, *, actor: "User") -> Brand:
    """Enter a brand that is being prepared; what follows are its steps."""
    product = lock(product, "enterprise")
    may_enter(product.enterprise.province_id, actor).require()
    values = _brand(product, data)
    row: Brand = Brand.objects.create(product=product, **values)
    record(row, "create", actor=actor, changes=fresh(values), within=product)
    return row


def _place(product: Product, *projects: Project | None) -> Where:
    """What an exception must be for: the area of the establishment, or the one project."""
    found = {project.pk for project in projects if project is not None}
    firm = product.enterprise
    return Where(firm.province_id, tuple(found) if len(found) == 1 else (), (firm.area_id,))


def _under(row: Brand, exception: LockException | None, actor: "User") -> None:
    if exception is not None:
        row.exception, row.exception_at = exception, clock.now()
        words = _("Brand «%(name)s» of «%(product)s»") % {"name": row.name, "product": row.product.name}
        note_exception(exception, row, words, actor=actor)


@transaction.atomic
def change_brand(row: Brand, data: BrandData, *, actor: "User", version: int | None = None) -> Brand:
    """Change its name or project. A brand that counts in the locked time keeps its project, but by an exception."""
    row = lock(row, "product__enterprise", "project")
    may_change_brand(row, actor).require()
    values = _brand(row.product, data)
    same_version(row, version)
    changes = changed(row, values)
    exception = None
    province_id, days = row.product.enterprise.province_id, (row.counts_on, row.granted_counts_on)
    if "project" in changes and any(day and is_locked(province_id, day) for day in days):
        exception = covering(BRANDS, _place(row.product, row.project, values["project"]), actor)
        if exception is None:
            raise WrongState(_("This brand counts in the locked time; its project stays."), code="locked")
    if changes:
        row.name, row.project = values["name"], values["project"]
        row.version += 1
        _under(row, exception, actor)
        row.save()
        record(row, "change", actor=actor, changes=changes, within=row.product)
    return row


@transaction.atomic
def take_brand_step(
    row: Brand, code: str, *, actor: "User", note: str = "", data: Mapping[str, Any] | None = None
) -> Brand:
    """Take a step of its registration. `data`: number and on (file), number, on and valid_to (grant), on (others)."""
    row = lock(row, "product__enterprise", "project")
    step = BRAND.step_for(row, code)
    if step is None:
        raise WrongState(_("There is no such step."))
    BRAND.advance(row, step, actor=actor, note=note, data=data, within=row.product)
    return row


@BRAND.guard("file", "grant", "refuse_brand", "expire")
def _dates_of_brand(row: Brand, move: Move) -> None:
    data, errors = move.data, {}
    on, number, last = data.get("on"), _line(data.get("number") or ""), data.get("valid_to")
    if on is None:
        errors["on"] = _("Enter the date.")
    past(on, "on", errors)
    if move.step.code in ("file", "grant") and not number:
        errors["number"] = _("Enter the number.")
    before = {"grant": row.filed_on, "refuse_brand": row.filed_on, "expire": row.valid_from}.get(move.step.code)
    if on is not None and before is not None and on < before:
        errors.setdefault("on", _("The date lies before the step before it."))
    if move.step.code == "grant" and last is not None and on is not None and last < on:
        errors["valid_to"] = _("The last day lies before the first.")
    if errors:
        raise Invalid(fields=errors)
    new: dict[str, Any]
    if move.step.code == "file":
        counts_on, exception = counting(BRANDS, _place(row.product, row.project), on, move.actor)  # type: ignore[arg-type]
        _under(row, exception, move.actor)
        new = {"filed_no": number, "filed_on": on, "counts_on": counts_on}
    elif move.step.code == "grant":
        counts_on, exception = counting(BRANDS, _place(row.product, row.project), on, move.actor)  # type: ignore[arg-type]
        _under(row, exception, move.actor)
        new = {"granted_no": number, "valid_from": on, "valid_to": last, "granted_counts_on": counts_on}
    else:
        new = {"ended_on": on, "reason": move.note[:500]}
    move.changes.update({name: (old, value) for name, (old, value) in changed(row, new).items()})
    for name, value in new.items():
        setattr(row, name, value)


def supported_brands(rows: "QuerySet[Brand]") -> "QuerySet[Brand]":
    """Filed or further, and supported by a project: what the target of brands counts, once a product."""
    return rows.filter(project__isnull=False).exclude(state=BrandState.PREPARED)


# --- spearheads -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SpearheadData:
    """`projects`: those that supported it."""

    programme: Programme
    province: Area
    name: str
    document_no: str = ""
    document_on: dt.date | None = None
    verified: str = Verified.NO
    note: str = ""
    projects: Iterable[Project] = field(default_factory=tuple)


def _spearhead(data: SpearheadData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values = {
        "programme": data.programme,
        "province": data.province,
        "name": _line(data.name),
        "document_no": _line(data.document_no),
        "document_on": data.document_on,
        "verified": data.verified,
        "note": _line(data.note),
    }
    if not values["name"]:
        errors["name"] = _("Enter the name.")
    if data.verified != Verified.NO and not values["document_no"]:
        errors["document_no"] = _("Name the document in which this was seen.")
    if data.programme.area_id not in (None, data.province.pk):
        errors["programme"] = _("This programme is one of another province.")
    if any(project.province_id != data.province.pk for project in data.projects):
        errors["projects"] = _("This project is one of another province.")
    if errors:
        raise Invalid(fields=errors)
    return values


def _known_spearhead() -> Conflict:
    text = _("The programme has a spearhead product of this name already.")
    return Conflict(text, code="duplicate", fields={"name": text})


@transaction.atomic
def create_spearhead(data: SpearheadData, *, actor: "User") -> Spearhead:
    may_enter(data.province.pk, actor).require()
    values = _spearhead(data)
    try:
        with transaction.atomic():
            row: Spearhead = Spearhead.objects.create(**values)
    except IntegrityError as error:
        raise _known_spearhead() from error
    row.projects.set(data.projects)
    codes = [project.code for project in data.projects]
    record(row, "create", actor=actor, changes=fresh(values) | ({"projects": (None, codes)} if codes else {}))
    return row


@transaction.atomic
def change_spearhead(row: Spearhead, data: SpearheadData, *, actor: "User", version: int | None = None) -> Spearhead:
    row = lock(row, "programme", "province")
    may_enter(row.province_id, actor).require()
    values = _spearhead(data)
    if data.province.pk != row.province_id:
        raise Invalid(fields={"province": _("It stays with its province.")})
    same_version(row, version)
    changes = changed(row, values)
    before = sorted(row.projects.values_list("code", flat=True))
    after = sorted(project.code for project in data.projects)
    if before != after:
        changes["projects"] = (before, after)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise _known_spearhead() from error
        row.projects.set(data.projects)
        record(row, "change", actor=actor, changes=changes)
    return row


# --- what follows from a certificate ----------------------------------------------------------------------------------


def certificates_on(day: dt.date, *, products: Any) -> list[Certificate]:
    """Certificates of these products (a query) that hold on the day, highest level first. Each level says which money
    they give priority for, and whether that was seen in the law."""
    rows = (
        Certificate.objects.filter(
            entry__product__in=products, entry__round__state__in=DECIDED, entry__result=Result.RECOGNISED
        )
        .select_related("entry__product__enterprise", "entry__round__level")
        .order_by("-entry__round__level__position", "-issued_on", "id")
    )
    return [row for row in rows if row.holds_on(day)]
