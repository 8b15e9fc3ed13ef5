"""The appraisal at base level: a checklist that is data, several appraisers, opinions that are kept, one conclusion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.services import record
from audit.steps import Move
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from core.text import nfc
from programmes.models import AppraisalCriterion
from projects.models import Mark, Opinion, OpinionMark, Project, ProjectState, Recommendation
from projects.permissions import may_give_opinion
from projects.requirements import OPINION, check
from projects.services import check_money
from projects.states import PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User

OPEN_FOR_OPINIONS = (ProjectState.SUBMITTED, ProjectState.REGISTERED)


@dataclass(frozen=True)
class OpinionData:
    """`marks`: by code of the criterion what was found and a remark; a criterion left out was not looked at."""

    recommendation: str
    remarks: str = ""
    support_vnd: int | None = None
    marks: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def criteria(project: Project) -> "QuerySet[AppraisalCriterion]":
    """The checklist in force today for the project's money and province."""
    rows = AppraisalCriterion.objects.valid_on(clock.today()).filter(
        Q(area__isnull=True) | Q(area=project.province_id), source=project.programme.source
    )
    found: QuerySet[AppraisalCriterion] = rows.in_order()
    return found


def latest(project: Project) -> list[Opinion]:
    """The opinion of each appraiser that counts in this round."""
    by_person: dict[int, Opinion] = {}
    for row in project.opinions.filter(round=project.round):
        by_person[row.appraiser_id] = row
    return list(by_person.values())


def found_fit(project: Project) -> bool:
    """Does any appraiser of this round recommend the support?"""
    return any(row.recommendation == Recommendation.APPROVE for row in latest(project))


def require_open_for_opinions(project: Project) -> None:
    """Raises WrongState unless the file is under appraisal."""
    if project.state not in OPEN_FOR_OPINIONS:
        raise WrongState(
            _("Opinions are given while a file is under appraisal; this one is in state «%(state)s».")
            % {"state": project.get_state_display()}
        )


@transaction.atomic
def give_opinion(project: Project, data: OpinionData, *, actor: "User") -> Opinion:
    """Keep what an appraiser says. A later opinion of the same person counts instead; the earlier one stays."""
    project = lock(project)
    may_give_opinion(project, actor).require()
    require_open_for_opinions(project)
    errors: dict[str, str] = {}
    if data.recommendation not in Recommendation.values:
        errors["recommendation"] = _("Choose what you recommend.")
    remarks = nfc(data.remarks).strip()
    if data.recommendation in (Recommendation.COMPLETE, Recommendation.REJECT) and not remarks:
        errors["remarks"] = _("Say what is missing or why not.")
    check_money(data.support_vnd, "support_vnd", errors)
    known = {row.code: row for row in criteria(project)}
    for code, (mark, _remark) in data.marks.items():
        if code not in known or mark not in Mark.values:
            errors["marks"] = _("Mark the lines of the checklist only.")
    if data.recommendation == Recommendation.APPROVE and not errors:
        failed = [known[code].name for code, (mark, remark) in data.marks.items() if mark == Mark.NOT_MET]
        if failed and not remarks:
            errors["remarks"] = _("Say why the file is fit although this is not met: %(names)s.") % {
                "names": "; ".join(failed)
            }
    if errors:
        raise Invalid(fields=errors)
    row: Opinion = Opinion.objects.create(
        project=project,
        round=project.round,
        appraiser=actor,
        appraiser_name=actor.audit_label[:200],
        recommendation=data.recommendation,
        support_vnd=data.support_vnd,
        remarks=remarks,
    )
    OpinionMark.objects.bulk_create(
        OpinionMark(opinion=row, criterion=known[code], mark=mark, remark=nfc(remark).strip()[:500])
        for code, (mark, remark) in data.marks.items()
    )
    record(
        row,
        "give_opinion",
        actor=actor,
        within=project,
        note=remarks,
        changes={"recommendation": (None, row.recommendation), "support_vnd": (None, row.support_vnd)},
    )
    return row


@check(OPINION, "appraise")
def _somebody_found_it_fit(project: Project, actor: "User | None") -> None:
    """The conclusion rests on opinions of this round."""
    if not found_fit(project):
        text = _("No appraiser has found the file fit yet. Give an opinion first, or return the file.")
        raise Invalid(text, code="no_opinion", fields={"opinion": text})


@PROJECT_LIFE.guard("appraise", order=20)
def _against_with_a_reason(project: Project, move: Move) -> None:
    """Who concludes against an opinion says why."""
    opinions = latest(project)
    against = [row.appraiser_name for row in opinions if row.recommendation != Recommendation.APPROVE]
    if against and not move.note:
        text = _("Say why it is concluded although %(names)s said otherwise.") % {"names": ", ".join(against)}
        raise Invalid(text, fields={"note": text})
