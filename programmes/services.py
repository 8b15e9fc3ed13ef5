"""The yearly plan: entering it, changing its draft, recording the decision, beginning a new version."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import Source
from core.text import nfc
from places.models import Area, Level
from programmes.models import Activity, AnnualPlan, Indicator, PlanLine, PlanState, Programme
from programmes.permissions import may_approve_plan, may_enter_plan

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class LineData:
    """One line as typed. Quantity and money None: not given by the plan; a quantity with `quantity_high` is a range."""

    activity: Activity
    source: str
    indicator: Indicator | None = None
    quantity_low: int | None = None
    quantity_high: int | None = None
    unit: str = ""
    amount_vnd: int | None = None
    note: str = ""

    def words(self) -> str:
        """As the audit trail keeps it; what the plan does not give is left out, a zero is not."""
        span = "–".join(str(n) for n in (self.quantity_low, self.quantity_high) if n is not None)
        amount = "" if self.amount_vnd is None else str(self.amount_vnd)
        parts = [self.activity.code, f"{span} {self.unit}".strip(), self.source, amount]
        return " | ".join(part for part in parts if part)


def line_data(line: PlanLine) -> LineData:
    """A stored line as it would be typed."""
    return LineData(
        activity=line.activity,
        source=line.source,
        indicator=line.indicator,
        quantity_low=line.quantity_low,
        quantity_high=line.quantity_high,
        unit=line.unit,
        amount_vnd=line.amount_vnd,
        note=line.note,
    )


def lines_of(plan: AnnualPlan) -> list[LineData]:
    return [line_data(line) for line in plan.lines.select_related("activity", "indicator")]


def _check(year: int, lines: Sequence[LineData]) -> None:
    """Faults of a line are named `lines.<index>.<field>`."""
    errors: dict[str, str] = {}
    if not 1990 <= year <= 2100:
        errors["year"] = _("Enter a year, for example 2026.")
    for index, line in enumerate(lines):
        at = f"lines.{index}"
        if line.source not in Source.values:
            errors[f"{at}.source"] = _("Choose the source.")
        if line.quantity_high is not None and line.quantity_low is None:
            errors[f"{at}.quantity_low"] = _("Enter the lower end of the range too.")
        elif line.quantity_high is not None and line.quantity_high < (line.quantity_low or 0):
            errors[f"{at}.quantity_high"] = _("The upper end of the range lies below the lower one.")
        if line.amount_vnd is not None and line.amount_vnd < 0:
            errors[f"{at}.amount_vnd"] = _("This cannot be below zero.")
    if errors:
        raise Invalid(fields=errors)


def _write_lines(plan: AnnualPlan, lines: Sequence[LineData]) -> None:
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan,
            activity=line.activity,
            indicator=line.indicator,
            quantity_low=line.quantity_low,
            quantity_high=line.quantity_high,
            unit=nfc(line.unit).strip(),
            source=line.source,
            amount_vnd=line.amount_vnd,
            note=nfc(line.note).strip(),
        )
        for line in lines
    )


def _of_the_same_year(plan: AnnualPlan) -> Any:
    return AnnualPlan.objects.filter(area=plan.area_id, programme=plan.programme_id, year=plan.year)


@transaction.atomic
def create_plan(
    province: Area, programme: Programme, year: int, lines: Sequence[LineData], *, actor: "User", note: str = ""
) -> AnnualPlan:
    """The first draft of the year's plan. A plan that exists is changed or gets a new version (revise_plan)."""
    may_enter_plan(province.pk, actor).require()
    if province.level != Level.PROVINCE or (programme.area_id is not None and programme.area_id != province.pk):
        raise Invalid(fields={"programme": _("This programme belongs to another province.")})
    _check(year, lines)
    try:
        with transaction.atomic():
            plan: AnnualPlan = AnnualPlan.objects.create(
                area=province,
                programme=programme,
                year=year,
                note=nfc(note).strip(),
                entered_by_id=actor.pk,
            )
    except IntegrityError as error:
        raise Conflict(
            _("There is a plan of this year and programme already. Open it and change it, or begin a new version."),
            code="duplicate",
        ) from error
    _write_lines(plan, lines)
    record(plan, "create", actor=actor, note=note, changes={"lines": (None, [line.words() for line in lines])})
    return plan


@transaction.atomic
def change_plan(
    plan: AnnualPlan, lines: Sequence[LineData], *, actor: "User", note: str = "", version: int | None = None
) -> AnnualPlan:
    """Other lines in a draft, unless somebody else changed it since `version` was read."""
    plan = lock(plan)
    may_enter_plan(plan.area_id, actor).require()
    require_draft(plan)
    _check(plan.year, lines)
    if version is not None and version != plan.row_version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    before = lines_of(plan)
    note = nfc(note).strip()
    changes: dict[str, tuple[Any, Any]] = {}
    if before != list(lines):
        changes["lines"] = ([line.words() for line in before], [line.words() for line in lines])
    if plan.note != note:
        changes["note"] = (plan.note, note)
    if not changes:
        return plan
    plan.lines.all().delete()
    _write_lines(plan, lines)
    plan.note = note
    plan.row_version += 1
    plan.save(update_fields=["note", "row_version"])
    record(plan, "change", actor=actor, changes=changes)
    return plan


@transaction.atomic
def approve_plan(plan: AnnualPlan, issuer: Agency, number: str, decided_on: dt.date, *, actor: "User") -> AnnualPlan:
    """Record the decision that approves the plan. The version approved before is superseded and stays as it is."""
    plan = lock(plan)
    may_approve_plan(plan, actor).require()
    require_draft(plan)
    errors = {}
    if not number.strip():
        errors["number"] = _("Enter the number of the decision.")
    if decided_on > clock.today():
        errors["decided_on"] = _("This day is still to come.")
    if errors:
        raise Invalid(fields=errors)
    if not plan.lines.exists():
        raise WrongState(_("A plan without a line cannot be approved."))
    for before in _of_the_same_year(plan).filter(state=PlanState.APPROVED).select_for_update():
        before.state = PlanState.SUPERSEDED
        before.row_version += 1
        before.save(update_fields=["state", "row_version"])
        record(before, "supersede", actor=actor, changes={"state": (PlanState.APPROVED, PlanState.SUPERSEDED)})
    plan.state = PlanState.APPROVED
    plan.issuer = issuer
    plan.decision_number = nfc(number).strip()
    plan.decision_on = decided_on
    plan.row_version += 1
    plan.save()
    record(
        plan,
        "approve",
        actor=actor,
        changes={
            "state": (PlanState.DRAFT, PlanState.APPROVED),
            "issuer": (None, issuer),
            "number": (None, plan.decision_number),
            "decided_on": (None, decided_on),
        },
    )
    return plan


@transaction.atomic
def revise_plan(plan: AnnualPlan, *, actor: "User") -> AnnualPlan:
    """Begin the next version as a draft with the lines of the approved one. The draft there is, if one was begun."""
    plan = lock(plan)
    may_enter_plan(plan.area_id, actor).require()
    draft: AnnualPlan | None = _of_the_same_year(plan).filter(state=PlanState.DRAFT).first()
    if draft is not None:
        return draft
    if plan.state != PlanState.APPROVED:
        raise WrongState(_("A new version begins from the approved one."))
    latest = _of_the_same_year(plan).order_by("-version").values_list("version", flat=True)[0]
    made: AnnualPlan = AnnualPlan.objects.create(
        area_id=plan.area_id,
        programme_id=plan.programme_id,
        year=plan.year,
        version=latest + 1,
        note=plan.note,
        entered_by_id=actor.pk,
    )
    _write_lines(made, lines_of(plan))
    record(made, "create", actor=actor, changes={"version": (plan.version, made.version)})
    return made


def require_draft(plan: AnnualPlan) -> None:
    """Raise WrongState when the version has been decided on."""
    if plan.state != PlanState.DRAFT:
        raise WrongState(
            _("This version has been decided on and stays as it is. Begin a new version to change the plan.")
        )
