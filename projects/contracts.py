"""Contracts of a project: the implementation contract, the support contract with each beneficiary, their annexes.

They follow each other (Circular 36/2013/TT-BCT, Articles 13 and 15 name both in the papers of advance and settlement).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from core.models import SUPPORT_SOURCES, Source
from core.money import group
from core.text import nfc
from enterprises.models import Enterprise
from files.models import StoredFile
from projects.models import Contract, ContractKind, DecisionMoney, Project, ProjectType
from projects.permissions import may_run
from projects.requirements import CONTRACTS, check
from projects.services import check_money

if TYPE_CHECKING:
    from accounts.models import User

OF_SUPPORT = (ContractKind.IMPLEMENTATION, ContractKind.SUPPORT)


@dataclass(frozen=True)
class ContractData:
    """What is typed of a contract. `value_vnd` of an annex is the value of the contract after it, in đồng."""

    kind: str
    number: str
    signed_on: dt.date
    party_a: str
    party_b: str
    value_vnd: int
    enterprise: Enterprise | None = None
    annex_of: Contract | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    content: str = ""
    file: StoredFile | None = None
    file_name: str = ""


def current(project: Project) -> list[tuple[Contract, int]]:
    """Contracts in force (no annexes), each with its value today: that of its latest annex."""
    rows = list(project.contracts.filter(voided_at__isnull=True).select_related("enterprise"))
    return [
        (row, next((annex.value_vnd for annex in reversed(rows) if annex.annex_of_id == row.pk), row.value_vnd))
        for row in rows
        if row.annex_of_id is None
    ]


def approved_support(project: Project) -> int:
    """National and local support decided on, in đồng."""
    rows = DecisionMoney.objects.filter(decision__project=project, source__in=SUPPORT_SOURCES)
    return int(rows.aggregate(total=Sum("amount_vnd", default=0))["total"])


def require_open(project: Project) -> None:
    """Raises WrongState unless contracts may still be recorded."""
    if project.decided_on is None or project.closed_on or project.stopped_on:
        raise WrongState(
            _("Contracts are recorded for approved projects that are not closed; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


@transaction.atomic
def record_contract(project: Project, data: ContractData, *, actor: "User") -> Contract:
    """Enter a signed contract or annex. Support contracts together, and implementation contracts together, never
    promise more than the support decided on."""
    project = lock(project)
    may_run(project, actor).require()
    require_open(project)
    errors: dict[str, str] = {}
    number = nfc(data.number).strip()
    if data.kind not in ContractKind.values:
        errors["kind"] = _("Choose the kind.")
    if not number:
        errors["number"] = _("Enter the number.")
    if data.signed_on > clock.today():
        errors["signed_on"] = _("The date lies in the future.")
    elif data.signed_on.year < 2000:
        errors["signed_on"] = _("Check the date of the document.")
    for name in ("party_a", "party_b"):
        if not getattr(data, name).strip():
            errors[name] = _("Enter who signs.")
    check_money(data.value_vnd, "value_vnd", errors)
    if data.starts_on and data.ends_on and data.ends_on < data.starts_on:
        errors["ends_on"] = _("The end lies before the start.")
    if data.kind == ContractKind.SUPPORT and (
        data.enterprise is None or not project.beneficiaries.filter(pk=data.enterprise.pk).exists()
    ):
        errors["enterprise"] = _("Choose the beneficiary with whom it is signed.")
    if data.annex_of is not None:
        parent = data.annex_of
        if parent.project_id != project.pk or parent.kind != data.kind or parent.annex_of_id or parent.voided_at:
            errors["annex_of"] = _("Choose a contract of this project and kind.")
    if project.contracts.filter(kind=data.kind, number=number, voided_at__isnull=True).exists():
        errors.setdefault("number", _("This contract has been entered already."))
    if not errors and data.kind in OF_SUPPORT:
        others = sum(
            value
            for row, value in current(project)
            if row.kind == data.kind and (data.annex_of is None or row.pk != data.annex_of.pk)
        )
        left = approved_support(project) - others
        if data.value_vnd > left:
            errors["value_vnd"] = _("More than the support decided on: at most %(left)s đồng are left for it.") % {
                "left": group(max(left, 0))
            }
    if errors:
        raise Invalid(fields=errors)
    row: Contract = Contract.objects.create(
        project=project,
        kind=data.kind,
        annex_of=data.annex_of,
        number=number,
        signed_on=data.signed_on,
        party_a=nfc(data.party_a).strip(),
        party_b=nfc(data.party_b).strip(),
        enterprise=data.enterprise,
        value_vnd=data.value_vnd,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        content=data.content.strip(),
        file=data.file,
        file_name=data.file_name,
        recorded_by=actor,
    )
    changes = {
        "kind": (None, row.kind),
        "document_no": (None, row.number),
        "document_on": (None, row.signed_on),
        "party_a": (None, row.party_a),
        "party_b": (None, row.party_b),
        "value_vnd": (None, row.value_vnd),
    }
    if row.annex_of:
        changes["annex_of"] = (None, row.annex_of.number)
    record(row, "create", actor=actor, within=project, changes=changes)
    return row


@transaction.atomic
def void_contract(contract: Contract, reason: str, *, actor: "User") -> Contract:
    """Set a contract aside that was entered wrongly, with all its annexes. The row and its file stay."""
    project = lock(contract.project)
    may_run(project, actor).require()
    require_open(project)
    contract = lock(contract)
    if contract.voided_at is not None:
        raise WrongState(_("This contract has been set aside already."))
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid(_("Give the reason."), fields={"note": _("Give the reason.")})
    for row in (contract, *contract.annexes.filter(voided_at__isnull=True)):
        row.void_reason, row.voided_at = reason[:300], clock.now()
        row.save()
        record(row, "void", actor=actor, within=project, note=reason, changes={"document_no": (row.number, None)})
    return contract


def missing(project: Project) -> list[str]:
    """What is still to be signed before the project is under contract, in words."""
    rows = [row for row, _value in current(project)]
    wanted = []
    national = project.programme.source == Source.NATIONAL
    if (national or project.type == ProjectType.TASK) and not _has(rows, ContractKind.IMPLEMENTATION):
        wanted.append(_("The implementation contract is missing."))
    if project.type != ProjectType.TASK:
        signed = {row.enterprise_id for row in rows if row.kind == ContractKind.SUPPORT}
        wanted += [
            _("The support contract with %(name)s is missing.") % {"name": enterprise.name}
            for enterprise in project.beneficiaries.order_by("folded", "pk")
            if enterprise.pk not in signed
        ]
    return wanted


def _has(rows: Iterable[Contract], kind: str) -> bool:
    return any(row.kind == kind for row in rows)


@check(CONTRACTS, "contract")
def _all_signed(project: Project, actor: "User | None") -> None:
    wanted = missing(project)
    if wanted:
        raise Invalid(_("Not everything is signed yet."), code="incomplete", fields={"contracts": wanted})
