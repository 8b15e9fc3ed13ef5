"""Difficulties with the rules: noted, sent upward, answered, resolved; and those told with progress that nobody tied to
a rule yet."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import changed
from core import clock
from core.errors import Invalid, WrongState
from core.text import nfc
from enterprises.models import Enterprise
from outreach.models import Difficulty, DifficultyState, ReportedBy
from outreach.permissions import may_answer_for, may_keep, may_report_from
from outreach.states import DIFFICULTY_LIFE
from outreach.storing import change, locked, make
from places.models import Area, Level
from places.services import province_of
from programmes.documents import document_named
from programmes.models import Activity, LegalDocument, SupportNorm
from projects.models import ProgressState, ProgressUpdate, Project

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class DifficultyData:
    """What is typed of a difficulty. `province`: of what an officer reports; else it is that of the establishment or
    the commune. Of a norm without document the one its legal basis names is taken."""

    reporter: str
    problem: str
    reported_on: dt.date
    province: Area | None = None
    enterprise: Enterprise | None = None
    area: Area | None = None
    document: LegalDocument | None = None
    norm: SupportNorm | None = None
    activity: Activity | None = None
    proposal: str = ""


def _checked(data: DifficultyData, actor: User) -> dict[str, Any]:
    """The columns, after right and rules. Raises NotAllowed and Invalid."""
    errors: dict[str, str] = {}
    province: Area | None = None
    enterprise = area = None
    if data.reporter == ReportedBy.ESTABLISHMENT:
        enterprise = data.enterprise
        if enterprise is None:
            errors["enterprise"] = _("Enter the establishment.")
        else:
            may_answer_for(enterprise, actor).require()
            province = enterprise.province
    elif data.reporter == ReportedBy.COMMUNE:
        area = data.area
        if area is None or area.level == Level.PROVINCE:
            errors["area"] = _("Choose the commune.")
        else:
            may_report_from(area, actor).require()
            province = province_of(area)
    elif data.reporter == ReportedBy.OFFICER:
        province = data.province
        if province is None:
            errors["province"] = _("Choose the province.")
        else:
            may_keep(province, actor).require()
    else:
        errors["reporter"] = _("Choose who reported it.")
    problem = nfc(data.problem).strip()
    if not problem:
        errors["problem"] = _("Enter the difficulty.")
    if data.reported_on > clock.today():
        errors["reported_on"] = _("The date lies in the future.")
    document = data.document
    if document is None and data.norm is not None:
        document = document_named(data.norm.legal_basis, LegalDocument.objects.exclude(number=""))
    if document is None and data.norm is None and data.activity is None:
        errors["document"] = _("Choose the document, the norm or the content it is about.")
    if errors:
        raise Invalid(fields=errors)
    return {
        "province": province,
        "reporter": data.reporter,
        "enterprise": enterprise,
        "area": area,
        "document": document,
        "norm": data.norm,
        "activity": data.activity,
        "problem": problem,
        "proposal": nfc(data.proposal).strip(),
        "reported_on": data.reported_on,
    }


@transaction.atomic
def report(data: DifficultyData, *, actor: User, update: ProgressUpdate | None = None) -> Difficulty:
    """Note a difficulty; `update`: the report of progress that told it."""
    values = _checked(data, actor)
    if update is not None:
        if not told_with_progress(actor).filter(pk=update.pk).exists():
            raise WrongState(_("This report of progress is tied to a rule already, or tells no difficulty."))
        if update.project.province_id != values["province"].pk:
            raise Invalid(fields={"enterprise": _("This establishment is one of another province.")})
        values["update"] = update
    return make(Difficulty, values, actor=actor, within=update.project if update is not None else None)


@transaction.atomic
def change_difficulty(row: Difficulty, data: DifficultyData, *, actor: User, version: int | None = None) -> Difficulty:
    """Put right what was typed, until it is sent upward."""
    row = locked(row, version)
    if row.state != DifficultyState.NOTED:
        raise WrongState(_("It was sent upward or resolved: what it said then stays."))
    values = _checked(data, actor)
    if values["province"].pk != row.province_id:
        raise Invalid(fields={"enterprise": _("It stays in its province.")})
    return change(row, values, actor=actor)


@transaction.atomic
def take_step(
    row: Difficulty, code: str, *, actor: User, data: Mapping[str, Any] | None = None, note: str = ""
) -> Difficulty:
    """send: {"on", "to", "paper"}; answer: {"on", "answer", "paper"}; resolve: {"on", "resolution"}; reopen: a note.

    Raises Invalid at the field, NotAllowed, WrongState."""
    row = locked(row)
    step = DIFFICULTY_LIFE.step_for(row, code)
    if step is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    step.may(row, actor).require()
    changes: dict[str, tuple[Any, Any]] = {}
    if DIFFICULTY_LIFE.in_state(row, step):
        new = _stamped(row, code, data or {})
        changes = changed(row, new)
        for name, value in new.items():
            setattr(row, name, value)
    DIFFICULTY_LIFE.advance(row, step, actor=actor, note=note, changes=changes)
    return row


def _stamped(row: Difficulty, code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}

    def words(name: str, missing: Any = "") -> str:
        text = nfc(data.get(name) or "").strip()
        if missing and not text:
            errors[name] = str(missing)
        return text

    on, earliest = data.get("on"), row.sent_on if code == "answer" and row.sent_on else row.reported_on
    if code != "reopen":
        if on is None:
            errors["on"] = _("Enter the date.")
        elif on > clock.today():
            errors["on"] = _("The date lies in the future.")
        elif on < earliest:
            errors["on"] = _("This is before the day of %(day)s.") % {"day": f"{earliest:%d/%m/%Y}"}
    new: dict[str, Any] = {}
    if code == "send":
        new = {
            "sent_on": on,
            "sent_to": words("to", _("Enter to whom it is sent.")),
            "sent_paper": words("paper", _("Enter the number of the paper.")),
        }
    elif code == "answer":
        new = {"answered_on": on, "answer": words("answer", _("Enter the answer.")), "answer_paper": words("paper")}
    elif code == "resolve":
        new = {"resolved_on": on, "resolution": words("resolution", _("Enter how it was resolved, or why it ends."))}
    elif code == "reopen":  # what was said stays to be read
        new = {"resolved_on": None}
    if errors:
        raise Invalid(fields=errors)
    return new


def told_with_progress(user: User) -> "QuerySet[ProgressUpdate]":
    """Reports of progress that tell a difficulty or a proposal and are not tied to a rule, of projects the person works
    on as officer or centre of the province."""
    rows: QuerySet[ProgressUpdate] = (
        ProgressUpdate.objects.filter(project__in=Project.objects.worked_on_by(user).order_by().values("pk"))
        .exclude(state=ProgressState.RETURNED)
        .exclude(difficulties="", proposals="")
        .filter(policy_difficulties__isnull=True)
    )
    return rows.select_related("project__area").order_by("-on", "-id")
