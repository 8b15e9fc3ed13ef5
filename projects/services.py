"""Entering a đề án and moving it through its life."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.services import changed, record
from audit.steps import Move
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock
from core.models import SUPPORT_SOURCES, Source
from core.text import nfc
from enterprises.models import Enterprise
from files.models import StoredFile
from places.models import Area
from places.services import province_of
from programmes.models import Activity, Indicator, PlanLine, Programme
from projects import states
from projects.ceilings import repeats_of, repeats_shown, require_within_norms
from projects.lines import LineData, faults_in, lines_of, store_lines, with_sums, words_of
from projects.models import (
    EDITABLE,
    Decision,
    DecisionMoney,
    PlannedResult,
    Project,
    ProjectEstimate,
    ProjectType,
    StepPaper,
)
from projects.permissions import acts_as_ministry, may_create, may_edit
from projects.procedure import DAY_OF
from projects.requirements import FORM, require_complete
from projects.requirements import check as check_before

if TYPE_CHECKING:
    from accounts.models import User

MAX_VND = 10**15  # a thousand times the largest programme: a slip of the keyboard, not a figure


@dataclass(frozen=True)
class ProjectData:
    """What is typed of a project. `estimate`: đồng by source; a source left out is not reported, 0 is none.

    `implementing_unit` None: the actor's own agency, if it is a centre. `lines` None: the budget table stays as it is.
    """

    name: str
    type: str
    year: int
    programme: Programme
    area: Area
    activities: Sequence[Activity] = ()
    beneficiaries: Sequence[Enterprise] = ()
    estimate: Mapping[str, int] = field(default_factory=dict)
    investment_vnd: int | None = None
    planned_results: Sequence[tuple[Indicator, int]] = ()
    implementing_unit: Agency | None = None
    plan_line: PlanLine | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    aim: str = ""
    repeat_reason: str = ""
    partner: str = ""
    lines: Sequence[LineData] | None = None


@dataclass(frozen=True)
class PaperData:
    """The paper of a step: an act of an outside authority, a report, minutes. `issuer` None: the office itself."""

    number: str = ""
    dated_on: dt.date | None = None
    issuer: Agency | None = None
    participants: str = ""
    file: StoredFile | None = None
    file_name: str = ""


@dataclass(frozen=True)
class DecisionData:
    """A decision of the competent authority."""

    issuer: Agency
    number: str
    decided_on: dt.date
    batch: str = ""
    file: StoredFile | None = None
    file_name: str = ""


def check_money(amount: int | None, field_name: str, errors: dict[str, str]) -> None:
    if amount is not None and not 0 <= amount < MAX_VND:
        errors[field_name] = _("Enter an amount in đồng, zero or more.")


def check(data: ProjectData, actor: "User") -> dict[str, Any]:
    """The plain columns, after the rules that hold in every state. Raises Invalid with every fault at once."""
    errors: dict[str, str] = {}
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name of the project.")
    if data.type not in ProjectType.values:
        errors["type"] = _("Choose the type.")
    if not data.programme.year_from <= data.year <= data.programme.year_to:
        errors["year"] = _("The programme runs from %(from)s to %(to)s.") % {
            "from": data.programme.year_from,
            "to": data.programme.year_to,
        }
    province = province_of(data.area)
    if data.programme.area_id is not None and data.programme.area_id != province.pk:
        errors["programme"] = _("This programme belongs to another province.")
    if data.type == ProjectType.TASK and data.beneficiaries:
        errors["beneficiaries"] = _("A task has no beneficiary.")
    if data.type == ProjectType.SINGLE and len(data.beneficiaries) > 1:
        errors["beneficiaries"] = _("A single project has one beneficiary. Choose the type «group» for several.")
    if data.starts_on and data.ends_on and data.ends_on < data.starts_on:
        errors["ends_on"] = _("The end lies before the start.")
    check_money(data.investment_vnd, "investment_vnd", errors)
    for source, amount in data.estimate.items():
        if source not in Source.values:
            errors["estimate"] = _("Unknown source of money.")
        else:
            check_money(amount, f"estimate.{source}", errors)
    for name, text in faults_in(data.lines or (), data.activities, data.estimate).items():
        errors.setdefault(name, text)
    if len({indicator.pk for indicator, _quantity in data.planned_results}) < len(data.planned_results):
        errors["planned_results"] = _("Each result only once.")
    for _indicator, quantity in data.planned_results:
        if not 0 <= quantity <= 10**9:
            errors["planned_results"] = _("Enter a quantity, zero or more.")
    unit = data.implementing_unit or (actor.agency if actor.agency_id in actor.sight.centre_ids else None)
    if unit is None:
        errors["implementing_unit"] = _("Choose the implementing unit.")
    elif unit.area_id != province.pk:
        errors["implementing_unit"] = _("Choose an implementing unit of the province.")
    if data.plan_line is not None and (
        data.plan_line.plan.area_id != province.pk or data.plan_line.plan.year != data.year
    ):
        errors["plan_line"] = _("Choose a line of the plan of the same year.")
    if errors:
        raise Invalid(fields=errors)
    return {
        "name": name,
        "type": data.type,
        "year": data.year,
        "programme": data.programme,
        "plan_line": data.plan_line,
        "area": data.area,
        "province": province,
        "implementing_unit": unit,
        "investment_vnd": data.investment_vnd,
        "starts_on": data.starts_on,
        "ends_on": data.ends_on,
        "aim": data.aim.strip(),
        "repeat_reason": data.repeat_reason.strip(),
        "partner": " ".join(nfc(data.partner).split()),
    }


def whole(data: ProjectData, project: Project | None = None) -> ProjectData:
    """With the lines that stay as they are stored; a source left out of the estimate takes the sum of the lines."""
    lines = data.lines if data.lines is not None else lines_of(project) if project is not None else ()
    return replace(data, lines=lines, estimate=with_sums(data.estimate, lines))


def _check_owner(values: Mapping[str, Any], actor: "User") -> None:
    """The officer enters for the whole province; the centre only what it implements itself."""
    probe = Project(province=values["province"], implementing_unit=values["implementing_unit"])
    may_edit(probe, actor).require()


def next_code(province: Area, source: str, year: int) -> str:
    """KCQG-2026-001, KCDP-2026-003: the next free number of the province, source and year. Needs a transaction."""
    lock(province)
    prefix = f"{'KCQG' if source == Source.NATIONAL else 'KCDP'}-{year}-"
    codes = Project.objects.filter(province=province, code__startswith=prefix).values_list("code", flat=True)
    numbers = [int(code.removeprefix(prefix)) for code in codes if code.removeprefix(prefix).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:03d}"


def _children(project: Project) -> dict[str, Any]:
    return {
        "activities": sorted(a.code for a in project.activities.all()),
        "beneficiaries": sorted(str(b) for b in project.beneficiaries.all()),
        "estimate": {e.source: e.amount_vnd for e in project.estimates.all()},
        "planned_results": {r.indicator.code: r.quantity for r in project.planned_results.select_related("indicator")},
        "budget_lines": words_of(lines_of(project)),
    }


def _store_children(project: Project, data: ProjectData) -> None:
    project.activities.set(data.activities)
    project.beneficiaries.set(data.beneficiaries)
    project.estimates.all().delete()
    ProjectEstimate.objects.bulk_create(
        ProjectEstimate(project=project, source=source, amount_vnd=amount) for source, amount in data.estimate.items()
    )
    project.planned_results.all().delete()
    PlannedResult.objects.bulk_create(
        PlannedResult(project=project, indicator=indicator, quantity=quantity)
        for indicator, quantity in data.planned_results
    )
    store_lines(project, data.lines or ())


@transaction.atomic
def create_project(data: ProjectData, *, actor: "User") -> Project:
    """Enter a draft. It may be incomplete; what is there must be right."""
    may_create(actor).require()
    data = whole(data)
    values = check(data, actor)
    _check_owner(values, actor)
    project: Project = Project.objects.create(
        code=next_code(values["province"], data.programme.source, data.year), created_by=actor, **values
    )
    _store_children(project, data)
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    changes |= {name: (None, value) for name, value in _children(project).items() if value}
    record(project, "create", actor=actor, changes=changes)
    return project


@transaction.atomic
def change_project(project: Project, data: ProjectData, *, actor: "User", version: int | None = None) -> Project:
    """Change a draft or a returned file, unless somebody else did since `version` was read."""
    project = lock(project)
    may_edit(project, actor).require()
    require_editable(project)
    if version is not None and version != project.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    data = whole(data, project)
    values = check(data, actor)
    _check_owner(values, actor)
    before = _children(project)
    changes = changed(project, values)
    numbered_by = (project.programme.source, project.year)
    for name, value in values.items():
        setattr(project, name, value)
    if numbered_by != (data.programme.source, data.year):
        old = project.code
        project.code = next_code(values["province"], data.programme.source, data.year)
        changes["code"] = (old, project.code)
    _store_children(project, data)
    after = _children(project)
    changes |= {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    if changes:
        project.version += 1
        project.save()
        record(project, "change", actor=actor, changes=changes)
    return project


def require_editable(project: Project) -> None:
    """Only a draft or a returned file may be changed; afterwards only by an adjustment."""
    if project.state not in EDITABLE:
        raise WrongState(
            _("A project in state «%(state)s» can no longer be changed.") % {"state": project.get_state_display()}
        )


@transaction.atomic
def take_step(
    project: Project, step_code: str, *, actor: "User", note: str = "", data: Mapping[str, Any] | None = None
) -> Project:
    """Move the project one step. `data` holds what the step needs:

    approve: {"decision": DecisionData, "money": {source: đồng}}; stop of a project with unspent money:
    {"decision": DecisionData}; steps that have a day: {"on": date}; steps that leave a paper: {"paper": PaperData}.
    Raises Invalid, NotAllowed, WrongState, CeilingExceeded.
    """
    project = lock(project)
    step = states.PROJECT_LIFE.step_for(project, step_code)
    if step is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    step.may(project, actor).require()
    if states.PROJECT_LIFE.in_state(project, step):
        _stamp(project, step_code, actor, data or {})
    states.PROJECT_LIFE.advance(project, step, actor=actor, note=note, data=data)
    return project


def _stamp(project: Project, step: str, actor: "User", data: Mapping[str, Any]) -> None:
    """The days and names that the row itself keeps of a step."""
    decision, paper = data.get("decision"), data.get("paper")
    if step == "submit":
        project.submitted_at, project.submitted_by = clock.now(), actor
    elif step in ("return", "ministry_return"):
        project.round += 1
        project.appraised_on = project.ministry_appraised_on = None
    elif step == "approve":
        if isinstance(decision, DecisionData):
            project.decided_on = decision.decided_on
    elif step in DAY_OF:
        dated = paper.dated_on if isinstance(paper, PaperData) else None
        setattr(project, DAY_OF[step], _day(data.get("on") or dated, _day_before(project, step)))


def _day_before(project: Project, step: str) -> dt.date | None:
    """The latest day of the steps before this one."""
    names = list(DAY_OF)
    if step == "stop":
        return project.decided_on
    days = [getattr(project, DAY_OF[name]) for name in names[: names.index(step)]]
    return max((day for day in days if day is not None), default=None)


def _day(day: dt.date | None, before: dt.date | None) -> dt.date:
    """The day of a step: today where none is given, never in the future, never earlier than the step before it."""
    day = day or clock.today()
    if day > clock.today():
        raise Invalid(fields={"on": _("The date lies in the future.")})
    if before is not None and day < before:
        text = _("The date lies before that of the step before, %(day)s.")
        raise Invalid(fields={"on": text % {"day": f"{before:%d/%m/%Y}"}})
    return day


# --- papers -----------------------------------------------------------------------------------------------------------

# Acts that nobody knows without their paper, unless the authority takes the step with its own account.
PAPER_NEEDED = ("register", "ministry_appraise", "ministry_return", "ministry_reject")
PAPER_POSSIBLE = (*PAPER_NEEDED, "appraise", "reject", "accept", "liquidate", "settle")


@states.PROJECT_LIFE.guard(*PAPER_POSSIBLE, order=10)
def _paper_right(project: Project, move: Move) -> None:
    paper = move.data.get("paper")
    errors: dict[str, str] = {}
    own = move.step.code.startswith("ministry_") and acts_as_ministry(project, move.actor)
    needed = move.step.code in PAPER_NEEDED and not own
    if not isinstance(paper, PaperData):
        if needed:
            errors["paper"] = _("Enter the paper: issuing body, number and date.")
    else:
        if needed and not paper.number.strip():
            errors["paper.number"] = _("Enter the number of the paper.")
        if needed and paper.issuer is None:
            errors["paper.issuer"] = _("Choose who issued it.")
        if needed and paper.dated_on is None:
            errors["paper.date"] = _("Enter the date.")
        elif paper.dated_on is not None and paper.dated_on > clock.today():
            errors["paper.date"] = _("The date lies in the future.")
        elif paper.dated_on is not None and paper.dated_on.year < 2000:
            errors["paper.date"] = _("Check the date of the document.")
    if errors:
        raise Invalid(fields=errors)


@states.PROJECT_LIFE.effect(*PAPER_POSSIBLE, order=10)
def _keep_paper(project: Project, move: Move) -> None:
    paper = move.data.get("paper")
    own = move.step.code.startswith("ministry_") and acts_as_ministry(project, move.actor)
    if not isinstance(paper, PaperData):
        if not own:
            return
        paper = PaperData()
    dated = paper.dated_on or clock.today()
    issuer = paper.issuer or (move.actor.agency if own else None)
    row = StepPaper.objects.create(
        project=project,
        step=move.step.code,
        issuer=issuer,
        issuer_name=issuer.name_on(dated) if issuer else "",
        number=nfc(paper.number).strip(),
        dated_on=dated,
        participants=paper.participants.strip(),
        file=paper.file,
        file_name=paper.file_name,
        note=move.note,
        own_act=own,
        recorded_by=move.actor,
    )
    move.changes["paper"] = (None, ", ".join(filter(None, (row.number, f"{dated:%d/%m/%Y}", row.issuer_name))))


@states.PROJECT_LIFE.guard(*states.PROJECT_LIFE.steps, order=15)
def _complete(project: Project, move: Move) -> None:
    require_complete(project, move.step.code, move.actor)


@check_before(FORM, "submit")
def _asked_within_norms(project: Project, actor: "User | None") -> None:
    asked = {row.source: row.amount_vnd for row in project.estimates.filter(source__in=SUPPORT_SOURCES)}
    require_within_norms(project, clock.today(), asked, "estimate.{source}")


@check_before(FORM, "submit")
def _repeat_explained(project: Project, actor: "User | None") -> None:
    """No second support for the same content: one that is found must be explained."""
    found = repeats_of(project)
    if found and not project.repeat_reason.strip():
        shown = repeats_shown(found, actor) if actor is not None else []
        codes = ", ".join(sorted({repeat.project.code for repeat, seen in shown if seen}))
        text = _("This was supported before%(where)s. Say why it is supported again.") % {
            "where": f" ({codes})" if codes else ""
        }
        raise Invalid(text, code="repeated_support", fields={"repeat_reason": text})


@states.PROJECT_LIFE.guard("approve", order=20)
def _decided_within_norms(project: Project, move: Move) -> None:
    money = {source: amount for source, amount in move.data["money"].items() if source in SUPPORT_SOURCES}
    require_within_norms(project, move.data["decision"].decided_on, money, "money.{source}")


@states.PROJECT_LIFE.guard("approve", order=10)
def _decision_complete(project: Project, move: Move) -> None:
    """Not possible without issuing body, number and date, and money for the project."""
    errors: dict[str, str] = {}
    decision = move.data.get("decision")
    if not isinstance(decision, DecisionData):
        errors["decision"] = _("Enter the decision: issuing body, number and date.")
    else:
        if not decision.number.strip():
            errors["decision.number"] = _("Enter the number of the decision.")
        if decision.decided_on > clock.today():
            errors["decision.date"] = _("The date of the decision lies in the future.")
        elif decision.decided_on.year < 2000:
            errors["decision.date"] = _("Check the date of the document.")
    money: Mapping[str, int] = move.data.get("money") or {}
    if not any(money.get(source) for source in SUPPORT_SOURCES):
        errors["money"] = _("Enter the money approved, by source.")
    for source, amount in money.items():
        check_money(amount, f"money.{source}", errors)
    if errors:
        raise Invalid(fields=errors)


@states.PROJECT_LIFE.guard("stop", order=10)
def _stop_decision_right(project: Project, move: Move) -> None:
    """A file may be stopped without a decision; one that is named has a number and a day that was."""
    decision = move.data.get("decision")
    if not isinstance(decision, DecisionData):
        return
    errors: dict[str, str] = {}
    if not decision.number.strip():
        errors["decision.number"] = _("Enter the number of the decision.")
    if decision.decided_on > clock.today():
        errors["decision.date"] = _("The date of the decision lies in the future.")
    if errors:
        raise Invalid(fields=errors)
    move.changes["decision"] = (None, _decision_words(decision, decision.issuer.name_on(decision.decided_on)))


def _decision_words(decision: DecisionData | Decision, issuer_name: str) -> str:
    return f"{decision.number.strip()}, {decision.decided_on:%d/%m/%Y}, {issuer_name}"


@states.PROJECT_LIFE.effect("approve", order=10)
def _keep_decision(project: Project, move: Move) -> None:
    decision = record_decision(project, move.data["decision"], move.data["money"], actor=move.actor, note=move.note)
    move.changes["decision"] = (None, _decision_words(decision, decision.issuer_name))
    move.changes["money"] = (None, dict(move.data["money"]))


def record_decision(
    project: Project, data: DecisionData, money: Mapping[str, int], *, actor: "User", note: str = ""
) -> Decision:
    """Keep a decision with its money. The ledger is moved by funding, in the same transaction."""
    decision = Decision.objects.create(
        project=project,
        issuer=data.issuer,
        issuer_name=data.issuer.name_on(data.decided_on),
        number=data.number.strip(),
        decided_on=data.decided_on,
        batch=data.batch.strip(),
        file=data.file,
        file_name=data.file_name,
        note=note,
        recorded_by=actor,
    )
    DecisionMoney.objects.bulk_create(
        DecisionMoney(decision=decision, source=source, amount_vnd=amount) for source, amount in money.items()
    )
    return decision
