"""Changes of a decided project: asked for with the reason, decided by who may decide them, then carried out.

Who decides is data (`programmes.AdjustmentKind`). National (Circular 36/2013/TT-BCT, Article 11): the ministry for more
money, other content, extension into the next year, adding and stopping; its unit for place, beneficiary, partner, dates
within the year and money that stays or falls.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AgencyKind
from audit.services import record
from audit.steps import Move
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import SUPPORT_SOURCES, Source, Verified
from core.text import nfc
from enterprises.merging import standing_of
from places.models import Area
from places.services import province_of
from programmes.models import Activity, AdjustmentKind
from projects.ceilings import Ceiling, Measured, ceilings, measured_of, require_allowed, sources_asked
from projects.models import Adjustment, AdjustmentState, DecisionMoney, Project, ProjectType
from projects.permissions import may_ask_adjustment
from projects.services import DecisionData, check_money
from projects.states import ADJUSTMENT_LIFE, PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = (
    "area",
    "beneficiaries",
    "activities",
    "partner",
    "starts_on",
    "ends_on",
    "investment_vnd",
    "support_national_vnd",
    "support_local_vnd",
)
# What an adjustment, or a decision like one, can be: the codes of `AdjustmentKind.change`.
CHANGES = {
    "more_money": gettext_lazy("More support"),
    "less_money": gettext_lazy("Support that stays or falls"),
    "content": gettext_lazy("Other content"),
    "next_year": gettext_lazy("Extension into the next year"),
    "dates": gettext_lazy("Other dates within the year"),
    "place": gettext_lazy("Another place"),
    "beneficiary": gettext_lazy("Another beneficiary"),
    "partner": gettext_lazy("Another partner unit"),
    "approve": gettext_lazy("Approval of a project"),
    "add": gettext_lazy("Adding a project"),
    "stop": gettext_lazy("Stopping a project"),
}
# Which may decide in the place of which: the higher may always.
RANK = {
    AgencyKind.MINISTRY_DEPARTMENT: 1,
    AgencyKind.MINISTRY: 2,
    AgencyKind.DEPARTMENT: 1,
    AgencyKind.PROVINCIAL_COMMITTEE: 2,
}


def values_of(project: Project) -> dict[str, Any]:
    """What an adjustment can change, as it stands: ids, codes, ISO days and đồng, so that it can be kept as JSON."""
    money = decided_money(project)
    return {
        "area": project.area.uid,
        "beneficiaries": sorted(str(key) for key in project.beneficiaries.values_list("public_id", flat=True)),
        "activities": sorted(project.activities.values_list("code", flat=True)),
        "partner": project.partner,
        "starts_on": project.starts_on.isoformat() if project.starts_on else None,
        "ends_on": project.ends_on.isoformat() if project.ends_on else None,
        "investment_vnd": project.investment_vnd,
        "support_national_vnd": money.get(Source.NATIONAL, 0),
        "support_local_vnd": money.get(Source.LOCAL, 0),
    }


def decided_money(project: Project) -> dict[str, int]:
    """Support by source that all decisions together give, in đồng."""
    rows = DecisionMoney.objects.filter(decision__project=project, source__in=SUPPORT_SOURCES).order_by()
    return dict(rows.values_list("source").annotate(total=Sum("amount_vnd")))


def said(name: str, value: Any) -> Any:
    """A value of `values_of` as the trail keeps it: names instead of ids."""
    if name == "area":
        area = Area.objects.filter(uid=value).first()
        return area.full_name if area else value
    if name == "beneficiaries":
        return sorted(str(row) for row in standing_of(value))
    return value


def changes_in(project: Project, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What kinds of change lie between the two, by the codes of `AdjustmentKind.change`."""
    found = []
    before = (old.get("support_national_vnd") or 0) + (old.get("support_local_vnd") or 0)
    after = (new.get("support_national_vnd") or 0) + (new.get("support_local_vnd") or 0)
    if "support_national_vnd" in new or "support_local_vnd" in new:
        found.append("more_money" if after > before else "less_money")
    if "activities" in new or "investment_vnd" in new:
        found.append("content")
    found += [
        change
        for name, change in (("area", "place"), ("beneficiaries", "beneficiary"), ("partner", "partner"))
        if name in new
    ]
    if "starts_on" in new or "ends_on" in new:
        last = max(filter(None, (old.get("ends_on"), f"{project.year}-12-31")))
        ends = new.get("ends_on")
        found.append("next_year" if ends is not None and ends[:4] > last[:4] else "dates")
    return found


def kinds_for(project: Project, changes: list[str], on: dt.date) -> list[AdjustmentKind]:
    """The rules in force on the day for these changes of the project."""
    here = Q(area__isnull=True) | Q(area=project.province_id)
    rows = AdjustmentKind.objects.valid_on(on).filter(here, source=project.programme.source, change__in=changes)
    return list(rows.order_by("pk"))


def decider(kinds: list[AdjustmentKind]) -> AdjustmentKind | None:
    """Of several kinds the one whose authority is the highest."""
    return max(kinds, key=lambda row: RANK.get(AgencyKind(row.authority), 0), default=None)


def require_authority(project: Project, changes: list[str], decision: DecisionData, field: str) -> None:
    """Raise Invalid where a verified rule wants a higher authority than the one that decided."""
    held = [row for row in kinds_for(project, changes, decision.decided_on) if row.verified == Verified.YES]
    rule = decider(held)
    if rule is None:
        return
    given = RANK.get(AgencyKind(decision.issuer.kind), 0)
    same_side = (decision.issuer.area_id is None) == (rule.authority in ("ministry", "ministry_department"))
    if not same_side or given < RANK[AgencyKind(rule.authority)]:
        text = _("«%(kind)s» is decided by: %(authority)s (%(basis)s).") % {
            "kind": rule.name,
            "authority": AgencyKind(rule.authority).label,
            "basis": rule.legal_basis,
        }
        raise Invalid(text, code="wrong_authority", fields={field: text})


def require_adjustable(project: Project) -> None:
    """Raises WrongState unless the project may still be adjusted."""
    if project.decided_on is None or project.closed_on or project.stopped_on or project.settled_on:
        raise WrongState(
            _("Approved projects that are not settled yet are adjusted; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


def _check(project: Project, new: Mapping[str, Any]) -> None:
    """The rules that hold for a project in every state, on what it is to become."""
    errors: dict[str, str] = {}
    after = {**values_of(project), **new}
    if set(new) - set(FIELDS):
        raise Invalid(_("This cannot be adjusted."))
    area = Area.objects.filter(uid=after["area"]).first()
    if area is None or province_of(area).pk != project.province_id:
        errors["area"] = _("Choose a place of the province.")
    owners = standing_of(after["beneficiaries"])
    if len(owners) != len(after["beneficiaries"]):
        errors["beneficiaries"] = _("There is no such establishment here.")
    elif project.type == ProjectType.TASK and after["beneficiaries"]:
        errors["beneficiaries"] = _("A task has no beneficiary.")
    elif project.type == ProjectType.SINGLE and len(after["beneficiaries"]) != 1:
        errors["beneficiaries"] = _("A single project has one beneficiary. Choose the type «group» for several.")
    elif project.type in (ProjectType.GROUP, ProjectType.FLAGSHIP) and len(after["beneficiaries"]) < 2:
        errors["beneficiaries"] = _("A group or flagship project has at least two beneficiaries.")
    if not after["activities"] or Activity.objects.filter(code__in=after["activities"]).count() != len(
        after["activities"]
    ):
        errors["activities"] = _("Choose at least one activity.")
    if after["starts_on"] and after["ends_on"] and after["ends_on"] < after["starts_on"]:
        errors["ends_on"] = _("The end lies before the start.")
    for name in ("investment_vnd", "support_national_vnd", "support_local_vnd"):
        check_money(after[name], name, errors)
    if errors:
        raise Invalid(fields=errors)


# What of a change is measured by the norms; place decides on priority.
MEASURED = {"support_national_vnd", "support_local_vnd", "activities", "beneficiaries", "investment_vnd", "area"}


def _measured(project: Project, new: Mapping[str, Any]) -> tuple[Measured, dict[str, int]]:
    """The project as it is to become, and its support by source in all."""
    what = measured_of(project)
    if "area" in new:
        what = replace(what, area=Area.objects.get(uid=new["area"]))
    if "activities" in new:
        what = replace(what, activities=list(Activity.objects.filter(code__in=new["activities"])))
    if "beneficiaries" in new:
        what = replace(what, beneficiaries=standing_of(new["beneficiaries"]))
    if "investment_vnd" in new:
        what = replace(what, investment_vnd=new["investment_vnd"])
    if {"activities", "investment_vnd"} & set(new):
        what = replace(what, lines=())  # they no longer say what it costs
    money = decided_money(project)
    for source in SUPPORT_SOURCES:
        if f"support_{source}_vnd" in new:
            money[source] = new[f"support_{source}_vnd"]
    return what, {source: amount for source, amount in money.items() if amount}


def _require_norms(project: Project, new: Mapping[str, Any], on: dt.date, field: str) -> None:
    if MEASURED & set(new):
        what, asked = _measured(project, new)
        require_allowed(what, project.programme.source, on, asked, field)


def ceilings_asked(row: Adjustment) -> list[Ceiling]:
    """What the norms of today say of the project as an open adjustment would make it; nothing where it changes nothing
    that is measured."""
    if row.state != AdjustmentState.ASKED or not MEASURED & set(row.new):
        return []
    what, asked = _measured(row.project, row.new)
    return ceilings(what, sources_asked(asked, row.project.programme.source), clock.today(), asked)


@transaction.atomic
def ask(project: Project, new: Mapping[str, Any], reason: str, *, actor: "User") -> Adjustment:
    """Ask for a change. `new` holds the fields that change (see `values_of`); what stays as it is is left out."""
    project = lock(project)
    may_ask_adjustment(project, actor).require()
    require_adjustable(project)
    stored = values_of(project)
    new = {name: value for name, value in new.items() if value != stored.get(name, object())}
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid(_("Give the reason."), fields={"reason": _("Give the reason.")})
    if not new:
        raise Invalid(_("Nothing is different from what is stored."), code="nothing_changes")
    _check(project, new)
    _require_norms(project, new, clock.today(), "support_{source}_vnd")
    old = {name: stored[name] for name in new}
    try:
        with transaction.atomic():
            row: Adjustment = Adjustment.objects.create(
                project=project, old=old, new=dict(new), reason=reason, asked_by=actor
            )
    except IntegrityError as error:
        raise Conflict(_("Another adjustment of this project is still open. It is decided first.")) from error
    row.kinds.set(kinds_for(project, changes_in(project, old, new), clock.today()))
    record(
        row,
        "ask_adjustment",
        actor=actor,
        within=project,
        note=reason,
        changes={name: (said(name, old[name]), said(name, new[name])) for name in new},
    )
    return row


@transaction.atomic
def take_adjustment_step(
    adjustment: Adjustment, step: str, *, actor: "User", note: str = "", decision: DecisionData | None = None
) -> Adjustment:
    """Decide or refuse. Deciding needs the decision of the authority, and changes the project in the same moment."""
    lock(adjustment.project)
    adjustment = lock(adjustment)
    found = ADJUSTMENT_LIFE.steps.get(step)
    if found is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    found.may(adjustment, actor).require()
    if ADJUSTMENT_LIFE.in_state(adjustment, found):
        adjustment.decided_by, adjustment.decided_at, adjustment.note = actor, clock.now(), note.strip()
        if step == "decide" and isinstance(decision, DecisionData):
            adjustment.issuer = decision.issuer
            adjustment.issuer_name = decision.issuer.name_on(decision.decided_on)
            adjustment.number, adjustment.decided_on = decision.number.strip(), decision.decided_on
            adjustment.file, adjustment.file_name = decision.file, decision.file_name
    ADJUSTMENT_LIFE.advance(
        adjustment, found, actor=actor, note=note, data={"decision": decision}, within=adjustment.project
    )
    return adjustment


@ADJUSTMENT_LIFE.guard("decide", order=10)
def _decision_right(adjustment: Adjustment, move: Move) -> None:
    decision = move.data.get("decision")
    if not isinstance(decision, DecisionData):
        raise Invalid(fields={"decision": _("Enter the decision: issuing body, number and date.")})
    errors: dict[str, str] = {}
    if not decision.number.strip():
        errors["decision.number"] = _("Enter the number of the decision.")
    if decision.decided_on > clock.today():
        errors["decision.date"] = _("The date of the decision lies in the future.")
    elif decision.decided_on.year < 2000:
        errors["decision.date"] = _("Check the date of the document.")
    if errors:
        raise Invalid(fields=errors)
    project = adjustment.project
    require_adjustable(project)
    stored = values_of(project)
    if any(stored[name] != value for name, value in adjustment.old.items()):
        raise Conflict(_("The project has changed since this was asked for. Refuse it and ask again."))
    _check(project, adjustment.new)
    require_authority(project, changes_in(project, adjustment.old, adjustment.new), decision, field="decision.issuer")
    _require_norms(project, adjustment.new, decision.decided_on, "support.{source}")


@ADJUSTMENT_LIFE.effect("decide", order=10)
def _carry_out(adjustment: Adjustment, move: Move) -> None:
    """The project becomes what was decided. Its money is moved by funding, in the same transaction."""
    project, new = adjustment.project, adjustment.new
    if "area" in new:
        project.area = Area.objects.get(uid=new["area"])
    for name in ("starts_on", "ends_on"):
        if name in new:
            setattr(project, name, dt.date.fromisoformat(new[name]) if new[name] else None)
    for name in ("partner", "investment_vnd"):
        if name in new:
            setattr(project, name, new[name])
    if "beneficiaries" in new:
        project.beneficiaries.set(standing_of(new["beneficiaries"]))
    if "activities" in new:
        project.activities.set(Activity.objects.filter(code__in=new["activities"]))
    project.version += 1
    project.save()
    record(
        project,
        "adjust",
        actor=move.actor,
        note=adjustment.reason,
        changes={name: (said(name, adjustment.old[name]), said(name, new[name])) for name in new},
    )


@PROJECT_LIFE.guard("approve", order=15)
def _approved_by_who_may(project: Project, move: Move) -> None:
    """National money is decided on by the ministry (a row of the same table, `approve`)."""
    if not project.historical:
        require_authority(project, ["approve"], move.data["decision"], field="decision.issuer")


@PROJECT_LIFE.guard("stop", order=20)
def _stopped_by_who_may(project: Project, move: Move) -> None:
    decision = move.data.get("decision")
    if project.decided_on is not None and isinstance(decision, DecisionData) and not project.historical:
        require_authority(project, ["stop"], decision, field="decision.issuer")
