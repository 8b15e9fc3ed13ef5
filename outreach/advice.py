"""Advice on machines, technology, markets and cleaner production: requests, visits, answers, outcomes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Grant, User, areas_below
from accounts.roles import Role
from audit.services import changed, record
from core import clock
from core.errors import Invalid, WrongState
from core.text import nfc
from enterprises.models import Enterprise
from outreach.models import Advice, AdviceState, AdviceVisit, AskedBy, ListItem, ListKind, Outcome
from outreach.permissions import may_answer_for, may_handle
from outreach.states import ADVICE_LIFE
from outreach.storing import locked, make
from projects.models import Project

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from audit.actors import Actor


@dataclass(frozen=True)
class AdviceData:
    """What is typed of a request. `asker`: who spoke for the establishment."""

    topic: ListItem
    channel: str
    text: str
    asked_on: dt.date
    asker: str = ""
    assigned_to: User | None = None


ADVISING = (Role.OFFICER, Role.LEADER, Role.CENTRE, Role.COLLABORATOR)


def advisers(province_id: int) -> "QuerySet[User]":
    """Who may be given a request: people of the department and the centre, and collaborators of the province."""
    today = Grant.objects.valid_on(clock.today()).filter(role__in=ADVISING, area_id__in=areas_below([province_id]))
    found: QuerySet[User] = User.objects.people().filter(is_active=True, pk__in=today.values("user_id"))
    return found


def may_become_adviser(person: User, province_id: int) -> bool:
    """Has the person a role by which they may be given a request, today or from a later day on?"""
    grants = person.grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))
    return grants.filter(role__in=ADVISING, area_id__in=areas_below([province_id])).exists()


def _day(on: dt.date | None, not_before: dt.date, field: str, errors: dict[str, str]) -> None:
    if on is None:
        errors[field] = _("Enter the date.")
    elif on > clock.today():
        errors[field] = _("This date lies in the future.")
    elif on < not_before:
        errors[field] = _("This is before the question came.")


@transaction.atomic
def ask_advice(enterprise: Enterprise, data: AdviceData, *, actor: User) -> Advice:
    """Enter what an establishment asks. The answer is due as many days later as the topic says."""
    may_answer_for(enterprise, actor).require()
    errors: dict[str, str] = {}
    text = nfc(data.text).strip()
    if not text:
        errors["text"] = _("Enter the question.")
    if data.channel not in AskedBy.values:
        errors["channel"] = _("Choose how it came.")
    ended = data.topic.ended_on is not None and data.topic.ended_on <= clock.today()
    if data.topic.kind != ListKind.TOPIC or ended:
        errors["topic"] = _("Choose a topic of the list.")
    if data.asked_on > clock.today():
        errors["asked_on"] = _("This date lies in the future.")
    if data.assigned_to and not advisers(enterprise.province_id).filter(pk=data.assigned_to.pk).exists():
        errors["assigned_to"] = _("Choose somebody of the province.")
    if errors:
        raise Invalid(fields=errors)
    values = {
        "enterprise": enterprise,
        "topic": data.topic,
        "asker": " ".join(nfc(data.asker).split()),
        "channel": data.channel,
        "text": text,
        "asked_on": data.asked_on,
        "due_on": data.asked_on + dt.timedelta(days=data.topic.days or 0),
        "assigned_to": data.assigned_to,
    }
    return make(Advice, values, actor=actor, within=enterprise)


@transaction.atomic
def assign(advice: Advice, person: User, *, actor: User) -> Advice:
    """Give a request that waits for an answer to somebody."""
    advice = locked(advice)
    may_handle(advice, actor).require()
    if advice.state != AdviceState.OPEN:
        raise WrongState(_("This request is answered already."))
    if not advisers(advice.enterprise.province_id).filter(pk=person.pk).exists():
        raise Invalid(fields={"assigned_to": _("Choose somebody of the province.")})
    if advice.assigned_to_id != person.pk:
        changes = {"assigned_to": (advice.assigned_to, person)}
        advice.assigned_to, advice.version = person, advice.version + 1
        advice.save()
        record(advice, "assign", actor=actor, changes=changes, within=advice.enterprise)
    return advice


def pass_on(advice: Advice, person: User, *, actor: "Actor", reason: str) -> None:
    """A request that is not closed goes to another person with all the work of the one who had it. The right to that
    is asked where the work is handed over (accounts.hand_over)."""
    advice = locked(advice)
    changes = {"assigned_to": (advice.assigned_to, person)}
    advice.assigned_to, advice.version = person, advice.version + 1
    advice.save()
    record(advice, "hand_over", actor=actor, changes=changes, note=reason, within=advice.enterprise)


@transaction.atomic
def visit(advice: Advice, on: dt.date | None, visitor: str, finding: str, *, actor: User) -> AdviceVisit:
    """Note that somebody went there, and what was found."""
    advice = locked(advice)
    may_handle(advice, actor).require()
    if advice.state == AdviceState.CLOSED:
        raise WrongState(_("This request is closed."))
    errors: dict[str, str] = {}
    _day(on, advice.asked_on, "on", errors)
    visitor, finding = " ".join(nfc(visitor).split()), nfc(finding).strip()
    if not visitor:
        errors["visitor"] = _("Enter who went.")
    if not finding:
        errors["finding"] = _("Enter what was found.")
    if errors:
        raise Invalid(fields=errors)
    assert on is not None
    row: AdviceVisit = AdviceVisit.objects.create(advice=advice, on=on, visitor=visitor, finding=finding)
    changes = {"visited_on": (None, on), "visitor": (None, visitor), "finding": (None, finding)}
    record(advice, "visit", actor=actor, changes=changes, within=advice.enterprise)
    return row


@transaction.atomic
def take_step(
    advice: Advice, code: str, *, actor: User, data: Mapping[str, Any] | None = None, note: str = ""
) -> Advice:
    """answer: {"answer", "on"}; conclude: {"outcome", "on", "project"}; reopen: a note with the reason.

    Raises Invalid at the field, NotAllowed, WrongState."""
    advice = locked(advice)
    data = data or {}
    step = ADVICE_LIFE.step_for(advice, code)
    if step is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    step.may(advice, actor).require()
    changes: dict[str, tuple[Any, Any]] = {}
    if ADVICE_LIFE.in_state(advice, step):
        new = _stamped(advice, code, data, actor)
        changes = changed(advice, new)
        for name, value in new.items():
            setattr(advice, name, value)
    ADVICE_LIFE.advance(advice, step, actor=actor, note=note, changes=changes, within=advice.enterprise)
    return advice


def _stamped(advice: Advice, code: str, data: Mapping[str, Any], actor: User) -> dict[str, Any]:
    errors: dict[str, str] = {}
    new: dict[str, Any] = {}
    if code == "answer":
        answer = nfc(data.get("answer") or "").strip()
        if not answer:
            errors["answer"] = _("Enter the answer.")
        _day(data.get("on"), advice.asked_on, "on", errors)
        # Who answers what was given to nobody is who deals with it from then on.
        new = {"answer": answer, "answered_on": data.get("on"), "assigned_to": advice.assigned_to or actor}
    elif code == "conclude":
        outcome, project = data.get("outcome"), data.get("project")
        if outcome not in Outcome.values:
            errors["outcome"] = _("Choose the outcome.")
        _day(data.get("on"), advice.asked_on, "on", errors)
        if outcome == Outcome.PROJECT and project is None:
            errors["project"] = _("Choose the project that came of it.")
        elif outcome != Outcome.PROJECT and project is not None:
            errors["project"] = _("Only the outcome «project» names one.")
        elif project is not None and not projects_for(advice, actor).filter(pk=project.pk).exists():
            errors["project"] = _("Choose a project of this establishment.")
        new = {"outcome": outcome, "outcome_on": data.get("on"), "project": project}
    elif code == "reopen":
        # What was answered stays to be read; only what closed it is taken back.
        new = {"outcome": "", "outcome_on": None, "project": None}
    if errors:
        raise Invalid(fields=errors)
    return new


def projects_for(advice: Advice, actor: User) -> Any:
    """Projects of the establishment that the person sees."""
    return Project.objects.visible_to(actor).filter(beneficiaries=advice.enterprise)


def overdue(user: User) -> Any:
    """Requests past their day that the person deals with: those given to them, and those of nobody in the provinces
    where they are officer or centre."""
    provinces = [pk for role in (Role.OFFICER, Role.CENTRE) for pk in user.sight.province_roles.get(role, ())]
    mine = Q(assigned_to=user) | Q(assigned_to__isnull=True, enterprise__province_id__in=provinces)
    rows = Advice.objects.visible_to(user).filter(mine, state=AdviceState.OPEN, due_on__lt=clock.today())
    return rows.select_related("enterprise__area", "topic").order_by("due_on", "id")
