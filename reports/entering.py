"""Figures that are not counted: entering one, and putting one right."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import SUPPORT_SOURCES
from core.text import nfc
from places.models import Area
from programmes.models import ReportingPeriod
from reports.measures.measure import MEASURES, Measure
from reports.models import EnteredFigure, Nature
from reports.permissions import may_enter_figure

if TYPE_CHECKING:
    from accounts.models import User

MOST = Decimal(10) ** 17


@dataclass(frozen=True)
class FigureData:
    """What is typed of a figure. `value` in the unit of the measure; None: it does not apply, `not_applicable` says
    why. `source` empty: all money. `origin`: where it comes from."""

    value: Decimal | None
    origin: str
    not_applicable: str = ""
    document_no: str = ""
    document_on: dt.date | None = None


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def measure_of(code: str) -> Measure:
    found = MEASURES.get(code)
    if found is None:
        raise Invalid(fields={"measure": _("There is no such figure.")})
    return found


def _checked(data: FigureData, measure: Measure, nature: str) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {
        "value": data.value,
        "not_applicable": _line(data.not_applicable),
        "origin": _line(data.origin),
        "document_no": _line(data.document_no),
        "document_on": data.document_on,
    }
    value, why = data.value, values["not_applicable"]
    if value is None and nature == Nature.ESTIMATE:
        errors["value"] = _("Enter the estimate.")
    elif value is None and not why:
        errors["value"] = _("Enter the figure, or say why it does not apply.")
    if why and (value is not None or nature == Nature.ESTIMATE):
        errors["not_applicable"] = _("A figure that is entered applies. Leave this empty.")
    if value is not None:
        if value < 0 and not getattr(measure, "below_zero", False):
            errors["value"] = _("This cannot be below zero.")
        elif measure.shown in ("integer", "money") and value != value.to_integral_value():
            errors["value"] = _("Enter a whole number, for example 12.")
        elif abs(value) >= MOST:
            errors["value"] = _("This number is too large.")
    if not values["origin"]:
        errors["origin"] = _("Say where the figure comes from.")
    if data.document_on is not None and data.document_on > clock.today():
        errors["document_on"] = _("The date lies in the future.")
    if errors:
        raise Invalid(fields=errors)
    return values


def _require_time(measure: Measure, period: ReportingPeriod, nature: str, province: Area) -> None:
    """An official figure is entered of what is not counted; an estimate gives way to what is known."""
    if nature == Nature.OFFICIAL:
        if not measure.manual:
            raise Invalid(fields={"nature": _("This is counted from records. Only an estimate can be entered.")})
        if period.data_to >= clock.today():
            raise Invalid(fields={"nature": _("The period has not closed yet: enter an estimate.")})
    elif measure.manual:
        known = EnteredFigure.objects.filter(
            province=province, measure=measure.code, period=period, nature=Nature.OFFICIAL
        )
        if known.exists():
            raise WrongState(_("The official figure is there; an estimate is not needed any more."))
    elif period.data_to < clock.today():
        raise WrongState(_("The period has closed; its figure is counted from records."))


@transaction.atomic
def enter_figure(
    province: Area,
    measure: str,
    period: ReportingPeriod,
    nature: str,
    data: FigureData,
    *,
    actor: "User",
    source: str = "",
) -> EnteredFigure:
    """Enter the figure of a period, once: then it is corrected. Raises Conflict where there is one already."""
    province = lock(province)  # two at once would both be the first
    may_enter_figure(province.pk, actor).require()
    kind = measure_of(measure)
    _require_time(kind, period, nature, province)
    if source and (kind.manual or source not in SUPPORT_SOURCES):
        raise Invalid(fields={"source": _("This figure is entered for all money together.")})
    values = _checked(data, kind, nature)
    key = {"province": province, "measure": measure, "period": period, "source": source, "nature": nature}
    if EnteredFigure.objects.filter(**key).exists():
        raise Conflict(_("This figure has been entered already. Correct that one."), code="duplicate")
    row: EnteredFigure = EnteredFigure.objects.create(**key, **values, entered_by=actor)
    record(row, "create", actor=actor, changes=_told(None, row), note=f"{kind.title}, {period.label}")
    return row


@transaction.atomic
def correct_figure(row: EnteredFigure, data: FigureData, reason: str, *, actor: "User") -> EnteredFigure:
    """Put a figure right: a new row in its place, with the reason. The old one stays as it was."""
    province = lock(row.province)
    may_enter_figure(province.pk, actor).require()
    kind = measure_of(row.measure)
    if EnteredFigure.objects.filter(replaces=row).exists():
        raise Conflict(_("This figure has been corrected already. Look at the new one."), code="stale")
    if row.nature == Nature.ESTIMATE:
        _require_time(kind, row.period, row.nature, province)
    values = _checked(data, kind, row.nature)
    if not _line(reason):
        raise Invalid(fields={"reason": _("Give the reason.")})
    new: EnteredFigure = EnteredFigure.objects.create(
        province=province,
        measure=row.measure,
        period=row.period,
        source=row.source,
        nature=row.nature,
        replaces=row,
        reason=_line(reason),
        entered_by=actor,
        **values,
    )
    record(new, "correct_figure", actor=actor, changes=_told(row, new), note=new.reason)
    return new


def _told(before: EnteredFigure | None, after: EnteredFigure) -> dict[str, tuple[Any, Any]]:
    """What the audit entry holds: the figure as it was and as it is."""
    changes = {}
    for name in ("nature", "value", "not_applicable", "origin", "document_no", "document_on"):
        old, new = (getattr(before, name) if before is not None else None), getattr(after, name)
        if (old or "") != (new or "") or (old is None) != (new is None):
            changes[name] = (old if old != "" else None, new if new != "" else None)
    return {name: pair for name, pair in changes.items() if pair != (None, None)}
