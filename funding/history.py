"""Projects of the past, recorded after the fact with their decision, money and results, and taken back.

They are no projects under way: nobody appraises or submits them again, they make no tasks and no reminders
(`Project.historical`). Their money is money all the same: it comes out of the budget of its year and never passes it.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Invalid, NotAllowed
from core.locks import lock
from core.text import nfc
from core.verdicts import YES, Verdict, no
from enterprises.models import Enterprise
from funding.models import Account, EntryKind, LedgerEntry
from funding.services import Voucher, allocate_decision, budget_for, check_voucher, enter
from places.models import Area
from programmes.locking import counting_day
from programmes.models import Activity, Indicator, Programme
from projects.models import AchievedResult, ProgressState, ProgressUpdate, Project, ProjectEstimate, ProjectState
from projects.services import DecisionData, next_code, record_decision

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class PastProject:
    """`money`: đồng by source as decided (support, counterpart, other); a source left out is not reported, 0 is none.
    `paid_vnd` None: not reported. `results`: what was achieved, by indicator."""

    name: str
    type: str
    year: int
    programme: Programme
    area: Area
    unit: Agency
    decision: DecisionData
    finished_on: dt.date
    money: Mapping[str, int]
    activities: Sequence[Activity] = ()
    beneficiaries: Sequence[Enterprise] = ()
    code: str = ""
    investment_vnd: int | None = None
    paid_vnd: int | None = None
    voucher: Voucher | None = None
    results: Sequence[tuple[Indicator, int]] = field(default_factory=tuple)


def may_record_past(province_id: int | None, user: "User") -> Verdict:
    """`province_id` None asks whether there is any province where they may."""
    if user.sight.role_for(province_id, Role.LEADER) if province_id is not None else user.has_role(Role.LEADER):
        return YES
    return no(_("Only a leader of the department records decided projects of the past with their money."))


@transaction.atomic
def record_past_project(data: PastProject, province: Area, *, actor: "User", note: str = "") -> Project:
    """Record a project of a budget year that is over, as finished. Raises CeilingExceeded where its money passes the
    budget of that year, Invalid where no budget is entered."""
    may_record_past(province.pk, actor).require()
    if data.year >= clock.today().year:
        raise Invalid(fields={"year": _("Only projects of budget years that are over are recorded so.")})
    lock(province)
    code = data.code or next_code(province, data.programme.source, data.year)
    if Project.objects.filter(province=province, code=code).exists():
        raise Invalid(fields={"code": _("There is a project with this code already.")})
    project: Project = Project.objects.create(
        code=code,
        name=" ".join(nfc(data.name).split()),
        type=data.type,
        state=ProjectState.CLOSED,
        year=data.year,
        programme=data.programme,
        area=data.area,
        province=province,
        implementing_unit=data.unit,
        investment_vnd=data.investment_vnd,
        historical=True,
        created_by=actor,
        submitted_by=actor,
        submitted_at=clock.now(),
        decided_on=data.decision.decided_on,
        accepted_on=data.finished_on,
        closed_on=data.finished_on,
        ends_on=data.finished_on,
    )
    project.activities.set(data.activities)
    project.beneficiaries.set(data.beneficiaries)
    ProjectEstimate.objects.bulk_create(
        ProjectEstimate(project=project, source=source, amount_vnd=amount) for source, amount in data.money.items()
    )
    decision = record_decision(project, data.decision, data.money, actor=actor, note=note)
    changes: dict[str, tuple[Any, Any]] = {
        "code": (None, code),
        "name": (None, project.name),
        "state": (None, project.state),
        "decision": (None, f"{decision.number}, {decision.decided_on:%d/%m/%Y}, {decision.issuer_name}"),
        "estimate": (None, dict(data.money)),
    }
    record(project, "record_past", actor=actor, changes=changes, note=note)
    allocate_decision(project, decision, actor=actor)
    if data.paid_vnd:
        _pay(project, data, actor)
    if data.results:
        _achieve(project, data, actor)
    return project


def _pay(project: Project, data: PastProject, actor: "User") -> None:
    if data.voucher is None or data.paid_vnd is None:
        raise Invalid(fields={"document_no": _("Enter the number of the document.")})
    check_voucher(data.paid_vnd, data.voucher)
    source = data.programme.source
    enter(
        "payment",
        actor=actor,
        voucher=data.voucher,
        budget=budget_for(project, source),
        project=project,
        account=Account.PAID,
        kind=EntryKind.PAYMENT,
        amount_vnd=data.paid_vnd,
    )


def _achieve(project: Project, data: PastProject, actor: "User") -> None:
    """What was achieved, as a confirmed update of the day the project was finished."""
    update = ProgressUpdate.objects.create(
        uuid=uuid.uuid4(),
        project=project,
        on=data.finished_on,
        note=_("Recorded after the fact."),
        state=ProgressState.CONFIRMED,
        reported_by=actor,
        decided_by=actor,
        decided_at=clock.now(),
        counts_on=counting_day(project.province_id, data.finished_on),
    )
    AchievedResult.objects.bulk_create(
        AchievedResult(update=update, indicator=indicator, quantity=quantity) for indicator, quantity in data.results
    )


@transaction.atomic
def withdraw_past_project(project: Project, *, actor: "User", note: str) -> Project:
    """It was recorded by mistake: its money goes back by counter-entries, and it counts nowhere any more. The record
    stays, as refused."""
    project = lock(project)
    may_record_past(project.province_id, actor).require()
    if not project.historical:
        raise NotAllowed(_("Only a project recorded after the fact is taken back so."))
    voucher = Voucher(_("Taken back"), clock.today(), note[:300])
    entries = list(LedgerEntry.objects.filter(project=project).select_related("budget").order_by("-id"))
    for entry in entries:
        enter(
            "correct",
            actor=actor,
            voucher=voucher,
            budget=entry.budget,
            project=project,
            account=entry.account,
            kind=EntryKind.CORRECTION,
            amount_vnd=-entry.amount_vnd,
            corrects=entry,
        )
    before = project.state
    project.updates.filter(state=ProgressState.CONFIRMED).update(
        state=ProgressState.RETURNED, return_reason=note[:300], counts_on=None
    )
    project.state, project.decided_on, project.closed_on, project.accepted_on = ProjectState.REJECTED, None, None, None
    project.version += 1
    project.save()
    record(project, "withdraw_past", actor=actor, changes={"state": (before, project.state)}, note=note)
    return project
