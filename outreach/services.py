"""Surveys of needs: rounds, questions, the answers of an establishment, and drafts made from needs."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Agency, AgencyKind, Grant
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock, lock_name
from core.models import Source
from core.text import nfc
from enterprises.models import Enterprise
from outreach.models import (
    ListItem,
    ListKind,
    Need,
    QuestionKind,
    SheetVersion,
    SurveyQuestion,
    SurveyRound,
    SurveySheet,
)
from outreach.permissions import may_answer_for, may_edit_lists, may_keep
from outreach.storing import change, locked, make
from places.models import Area, AreaClosure, Level
from places.services import choices_on, report_lines
from programmes.kinds import kind_names
from programmes.models import Activity, Programme
from projects.models import EDITABLE, Project, ProjectType
from projects.services import ProjectData, create_project

if TYPE_CHECKING:
    from accounts.models import User

MAX_VND = 10**15
LONGEST = 2000


@dataclass(frozen=True)
class RoundData:
    """What is typed of a round. `kinds`, `communes` empty: all."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    closes_on: dt.date
    kinds: Sequence[str] = ()
    communes: Sequence[Area] = ()
    note: str = ""


@dataclass(frozen=True)
class QuestionData:
    """What is typed of a question. `ended_on`: asked no more from that day."""

    text: str
    kind: str
    position: int
    choices: Sequence[str] = ()
    unit: str = ""
    help: str = ""
    required: bool = False
    activity: Activity | None = None
    ended_on: dt.date | None = None


def check_audience(kinds: Sequence[str], communes: Sequence[Area], province: Area, errors: dict[str, str]) -> None:
    """Kinds the portal knows, and communes of today in the province."""
    if set(kinds) - set(kind_names()):
        errors["kinds"] = _("Choose kinds of the list.")
    within = set(choices_on(province, clock.today()).values_list("pk", flat=True)) if communes else set()
    if any(area.level != Level.COMMUNE or area.pk not in within for area in communes):
        errors["communes"] = _("Choose communes of the province.")


def audience(province_id: int, kinds: Sequence[str], communes: Sequence[Area]) -> Any:
    """Establishments of these kinds in these communes of the province, also where they are registered at a unit of
    before."""
    rows = Enterprise.objects.filter(province_id=province_id)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if communes:
        rows = rows.filter(area_id__in=AreaClosure.objects.filter(ancestor__in=communes).values("area_id"))
    return rows


# --- rounds and questions ---------------------------------------------------------------------------------------------


def _checked_round(data: RoundData, province: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    errors: dict[str, str] = {}
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name.")
    if data.ends_on < data.starts_on:
        errors["ends_on"] = _("The end lies before the start.")
    elif data.closes_on < data.ends_on:
        errors["closes_on"] = _("Answers are taken at least until the end.")
    check_audience(data.kinds, data.communes, province, errors)
    if errors:
        raise Invalid(fields=errors)
    values = {
        "name": name,
        "starts_on": data.starts_on,
        "ends_on": data.ends_on,
        "closes_on": data.closes_on,
        "kinds": sorted(data.kinds),
        "note": data.note.strip(),
    }
    return values, {"communes": list(data.communes)}


def taken(rows: Any, message: str, field_name: str = "name") -> None:
    """Raise Conflict at the field where there is such a row already."""
    if rows.exists():
        raise Conflict(message, code="duplicate", fields={field_name: message})


@transaction.atomic
def create_round(province: Area, data: RoundData, *, actor: "User", like: SurveyRound | None = None) -> SurveyRound:
    """A new round. `like`: it begins with the questions that round still asks."""
    may_keep(province, actor).require()
    values, many = _checked_round(data, province)
    lock_name(f"survey {province.pk}")
    taken(SurveyRound.objects.filter(province=province, name=values["name"]), _("There is a round of this name."))
    row = make(SurveyRound, {"province": province, **values}, many, actor=actor)
    for question in like.questions.all() if like is not None else ():
        if question.asked:
            copied = {
                name: getattr(question, name)
                for name in ("position", "text", "help", "kind", "choices", "unit", "required", "activity")
            }
            make(SurveyQuestion, {"round": row, **copied}, actor=actor, within=row)
    return row


@transaction.atomic
def change_round(row: SurveyRound, data: RoundData, *, actor: "User", version: int | None = None) -> SurveyRound:
    row = locked(row, version)
    may_keep(row.province_id, actor).require()
    values, many = _checked_round(data, row.province)
    same = SurveyRound.objects.filter(province=row.province, name=values["name"]).exclude(pk=row.pk)
    taken(same, _("There is a round of this name."))
    return change(row, values, many, actor=actor)


def _checked_question(data: QuestionData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    text = " ".join(nfc(data.text).split())
    choices = [line for line in (" ".join(nfc(choice).split()) for choice in data.choices) if line]
    if not text:
        errors["text"] = _("Enter the question.")
    if data.kind not in QuestionKind.values:
        errors["kind"] = _("Choose the kind of answer.")
    if data.kind in (QuestionKind.ONE, QuestionKind.SEVERAL):
        if len(set(choices)) < 2 or len(set(choices)) != len(choices):
            errors["choices"] = _("Enter at least two different choices, one on each line.")
    elif choices:
        errors["choices"] = _("Only questions with choices have them.")
    if data.kind == QuestionKind.NUMBER and not data.unit.strip():
        errors["unit"] = _("Enter the unit, for example «people».")
    if data.activity is not None and data.kind not in (QuestionKind.YES_NO, QuestionKind.MONEY):
        errors["activity"] = _("Only «yes or no» and «money» belong to a support.")
    if not 0 <= data.position <= 1000:
        errors["position"] = _("Enter a number up to 1000.")
    if errors:
        raise Invalid(fields=errors)
    return {
        "text": text,
        "kind": data.kind,
        "position": data.position,
        "choices": choices,
        "unit": data.unit.strip(),
        "help": " ".join(nfc(data.help).split()),
        "required": data.required,
        "activity": data.activity,
        "ended_on": data.ended_on,
    }


def _not_closed(row: SurveyRound) -> None:
    if row.closes_on < clock.today():
        raise WrongState(
            _("This round was closed on %(day)s; nothing in it is changed any more.")
            % {"day": f"{row.closes_on:%d/%m/%Y}"}
        )


@transaction.atomic
def add_question(row: SurveyRound, data: QuestionData, *, actor: "User") -> SurveyQuestion:
    row = lock(row)
    may_keep(row.province_id, actor).require()
    _not_closed(row)
    values = _checked_question(data)
    return make(SurveyQuestion, {"round": row, **values}, actor=actor, within=row)


@transaction.atomic
def change_question(
    question: SurveyQuestion, data: QuestionData, *, actor: "User", version: int | None = None
) -> SurveyQuestion:
    """Words, order, help, end. Once somebody has answered the round, what an answer means stays: its kind, its unit,
    its support and the choices that are there."""
    survey = lock(question.round)
    question = locked(question, version)
    may_keep(survey.province_id, actor).require()
    _not_closed(survey)
    values = _checked_question(data)
    fixed = [name for name in ("kind", "unit", "activity") if values[name] != getattr(question, name)]
    if set(question.choices) - set(values["choices"]):
        fixed.append("choices")
    if fixed and survey.sheets.exists():
        told = _("There are answers already. End this question and add a new one.")
        raise Invalid(fields=dict.fromkeys(fixed, told))
    return change(question, values, actor=actor, within=survey)


# --- answers ----------------------------------------------------------------------------------------------------------


def asked_in(row: SurveyRound) -> Any:
    """The establishments a round asks."""
    return audience(row.province_id, row.kinds, list(row.communes.all()))


def read_answer(question: SurveyQuestion, given: Any) -> Any:
    """The answer as it is kept, None where there is none. Raises ValueError with what to do.

    Yes or no: a boolean. Number: text of a decimal («12.5»). Money: whole đồng."""
    if given is None or given == "" or given == []:
        return None
    kind = question.kind
    if kind == QuestionKind.YES_NO:
        if not isinstance(given, bool):
            raise ValueError(_("Answer yes or no."))
        return given
    if kind == QuestionKind.ONE:
        if given not in question.choices:
            raise ValueError(_("Choose one of the list."))
        return given
    if kind == QuestionKind.SEVERAL:
        if not isinstance(given, list) or any(choice not in question.choices for choice in given):
            raise ValueError(_("Choose from the list."))
        return [choice for choice in question.choices if choice in given]
    if kind == QuestionKind.MONEY:
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < MAX_VND:
            raise ValueError(_("Enter an amount in đồng, zero or more."))
        return given
    if kind == QuestionKind.NUMBER:
        return _number(given)
    if not isinstance(given, str) or len(given) > LONGEST:
        raise ValueError(_("At most %(count)s characters.") % {"count": LONGEST})
    return nfc(given).strip() or None


def _number(given: Any) -> str:
    words = _("Enter a number, for example 12 or 12,5.")
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise ValueError(words)
    try:
        found = Decimal(str(given).strip().replace(",", "."))
    except InvalidOperation:
        raise ValueError(words) from None
    if not found.is_finite() or not 0 <= found < 10**12 or found != round(found, 3):
        raise ValueError(words)
    return f"{found.normalize():f}"


@transaction.atomic
def save_sheet(
    survey: SurveyRound,
    enterprise: Enterprise,
    given: Mapping[str, Any],
    *,
    actor: "User",
    send: bool = True,
    version: int | None = None,
) -> SurveySheet:
    """Keep what an establishment answered: `given` by the question's id; one that is left out is not answered.

    `send` wants every required question; without it the sheet may be gone on with. The same answers sent again change
    nothing. `version` 0: there was no sheet when the form was shown. Raises WrongState before the first and after the
    closing day, Invalid at the question, Conflict.
    """
    survey = lock(survey)
    may_answer_for(enterprise, actor).require()
    if not survey.is_open:
        raise WrongState(
            _("This round takes answers from %(from)s to %(to)s.")
            % {"from": f"{survey.starts_on:%d/%m/%Y}", "to": f"{survey.closes_on:%d/%m/%Y}"}
        )
    if not asked_in(survey).filter(pk=enterprise.pk).exists():
        raise WrongState(_("This round does not ask establishments of this kind or place."))
    sheet: SurveySheet | None = SurveySheet.objects.filter(round=survey, enterprise=enterprise).first()
    before = sheet.values if sheet is not None else {}
    every = list(survey.questions.select_related("activity"))
    questions = [row for row in every if row.asked]
    values = {key: value for key, value in before.items() if key not in {str(row.public_id) for row in questions}}
    errors: dict[str, str] = {}
    unknown = set(given) - {str(row.public_id) for row in questions}
    if unknown:
        errors["answers"] = _("There is no such question in this round.")
    must = send or (sheet is not None and sheet.complete)
    for question in questions:
        key = str(question.public_id)
        try:
            answer = read_answer(question, given.get(key))
        except ValueError as error:
            errors[key] = str(error)
            continue
        if answer is not None:
            values[key] = answer
        elif must and question.required:
            errors[key] = _("Answer this question.")
    if errors:
        raise Invalid(fields=errors)
    complete = not any(row.required and str(row.public_id) not in values for row in questions) and must
    if sheet is not None and sheet.values == values and sheet.complete == complete:
        return sheet
    if version is not None and version != (sheet.version if sheet is not None else 0):
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    if sheet is None:
        sheet = SurveySheet(round=survey, enterprise=enterprise, version=0)
    old = sheet.complete if sheet.pk else None
    sheet.values, sheet.complete, sheet.version = values, complete, sheet.version + 1
    sheet.answered_by, sheet.answered_at = actor, clock.now()
    sheet.save()
    SheetVersion.objects.create(
        sheet=sheet, number=sheet.version, values=values, answered_by=actor, answered_at=sheet.answered_at
    )
    _needs_of(sheet, every)
    changes: dict[str, tuple[Any, Any]] = {"answers": (len(before) or None, len(values))}
    if old != complete:
        changes["complete"] = (old, complete)
    record(sheet, "answer_survey", actor=actor, changes=changes, within=enterprise)
    return sheet


def _needs_of(sheet: SurveySheet, questions: Sequence[SurveyQuestion]) -> None:
    """Bring the needs in line with the answers: each «yes» to a support is one; another answer takes it back."""
    wanted: dict[int, int | None] = {}
    for question in questions:
        answer = sheet.values.get(str(question.public_id))
        if question.activity_id is not None and question.kind == QuestionKind.YES_NO and answer is True:
            wanted[question.activity_id] = None
    for question in questions:
        answer = sheet.values.get(str(question.public_id))
        if question.kind == QuestionKind.MONEY and question.activity_id in wanted and answer is not None:
            wanted[question.activity_id] = (wanted[question.activity_id] or 0) + answer
    for need in Need.objects.filter(sheet=sheet):
        gone = need.activity_id not in wanted
        amount = wanted.pop(need.activity_id, None) if not gone else need.amount_vnd
        if (need.taken_back, need.amount_vnd) != (gone, amount):
            need.taken_back, need.amount_vnd = gone, amount
            need.save()
    Need.objects.bulk_create(
        Need(sheet=sheet, enterprise=sheet.enterprise, activity_id=activity, amount_vnd=amount)
        for activity, amount in wanted.items()
    )


# --- coverage ---------------------------------------------------------------------------------------------------------


@dataclass
class Covered:
    """One commune of today, or a unit of before that went into several. `left` is who has not answered yet."""

    area: Area
    asked: int = 0
    answered: int = 0
    begun: int = 0
    people: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.asked - self.answered


def collaborators_of(area_ids: Sequence[int]) -> dict[int, list[str]]:
    """Names of who answers for each of the units today."""
    grants = Grant.objects.valid_on(clock.today()).filter(role=Role.COLLABORATOR, user__is_active=True)
    found: dict[int, list[str]] = {}
    links = AreaClosure.objects.filter(ancestor_id__in=grants.values("area_id"), area_id__in=area_ids)
    names: dict[int | None, list[str]] = {}
    for grant in grants.select_related("user").order_by("user__folded"):
        names.setdefault(grant.area_id, []).append(grant.user.full_name)
    for ancestor, area in links.values_list("ancestor_id", "area_id"):
        found.setdefault(area, []).extend(name for name in names[ancestor] if name not in found.get(area, []))
    return found


def coverage(survey: SurveyRound, rows: Any) -> list[Covered]:
    """By commune of today, those with most still to do first. `rows`: the establishments asked that the person sees."""
    line = report_lines(clock.today())
    done = dict(SurveySheet.objects.filter(round=survey).values_list("enterprise_id", "complete"))
    found: dict[int, Covered] = {}
    areas = {area.pk: area for area in Area.objects.filter(level__in=[Level.COMMUNE, Level.DISTRICT])}
    for pk, area_id in rows.order_by().values_list("pk", "area_id"):
        here = line[area_id]
        row = found.setdefault(here, Covered(areas.get(here) or Area.objects.get(pk=here)))
        row.asked += 1
        row.answered += done.get(pk) is True
        row.begun += done.get(pk) is False
    people = collaborators_of(list(found))
    for here, row in found.items():
        row.people = people.get(here, [])
    return sorted(found.values(), key=lambda row: (-row.left, row.area.folded))


# --- from need to draft -----------------------------------------------------------------------------------------------


def programme_for(province_id: int, year: int) -> Programme | None:
    """Of the province where there is one that runs in the year, otherwise the national one."""
    own = Q(area_id=province_id) | Q(area__isnull=True)
    rows = Programme.objects.filter(own, year_from__lte=year, year_to__gte=year)
    return min(rows, key=lambda row: (row.area_id is None, row.source != Source.LOCAL, row.code), default=None)


@transaction.atomic
def draft_from_need(need: Need, *, actor: "User") -> Project:
    """The draft made from a need: once; asked for again it gives the same one, and so does the same need of another
    round while that draft is not submitted."""
    need = lock(need)
    enterprise = need.enterprise
    may_keep(enterprise.province_id, actor).require()
    if need.project is not None:
        return need.project
    if need.taken_back:
        raise WrongState(_("The establishment no longer says that it needs this."))
    lock_name(f"need {enterprise.pk} {need.activity_id}")
    same = Need.objects.filter(enterprise=enterprise, activity=need.activity_id, project__state__in=EDITABLE)
    if (other := same.select_related("project").first()) is not None and other.project is not None:
        return _linked(need, other.project, actor)
    year = clock.today().year
    programme = programme_for(enterprise.province_id, year)
    if programme is None:
        raise WrongState(_("There is no programme of %(year)s to enter the project under.") % {"year": year})
    centre = Agency.objects.filter(kind=AgencyKind.CENTRE, area_id=enterprise.province_id).order_by("pk").first()
    project = create_project(
        ProjectData(
            name=f"{need.activity.name}: {enterprise.name}"[:400],
            type=ProjectType.SINGLE,
            year=year,
            programme=programme,
            area=enterprise.area,
            activities=[need.activity],
            beneficiaries=[enterprise],
            estimate={programme.source: need.amount_vnd} if need.amount_vnd is not None else {},
            implementing_unit=None if actor.agency_id in actor.sight.centre_ids else centre,
            aim=_("From the survey «%(round)s».") % {"round": need.sheet.round.name},
        ),
        actor=actor,
    )
    return _linked(need, project, actor)


def _linked(need: Need, project: Project, actor: "User") -> Project:
    need.project = project
    need.save(update_fields=["project"])
    record(need, "draft_project", actor=actor, changes={"project": (None, project)}, within=need.enterprise)
    return project


# --- lists ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def store_item(
    kind: str,
    name: str,
    days: int | None,
    *,
    actor: "User",
    item: ListItem | None = None,
    ended_on: dt.date | None = None,
    version: int | None = None,
) -> ListItem:
    """Add a line to a list, or change or end one."""
    may_edit_lists(actor).require()
    name = " ".join(nfc(name).split())
    errors: dict[str, str] = {}
    if kind not in ListKind.values:
        errors["kind"] = _("Choose the list.")
    if not name:
        errors["name"] = _("Enter the name.")
    if kind == ListKind.TOPIC and not (days and 1 <= days <= 365):
        errors["days"] = _("Enter the number of days until an answer is due.")
    if kind != ListKind.TOPIC and days is not None:
        errors["days"] = _("Only topics of advice have days.")
    if errors:
        raise Invalid(fields=errors)
    lock_name(f"list {kind}")
    same = ListItem.objects.filter(kind=kind, name=name)
    taken(same.exclude(pk=item.pk) if item else same, _("This line is there already."))
    values = {"name": name, "days": days, "ended_on": ended_on}
    if item is None:
        return make(ListItem, {"kind": kind, **values}, actor=actor)
    return change(locked(item, version), values, actor=actor)


def offered(kind: str) -> Any:
    """The lines of a list that may be chosen today."""
    today = clock.today()
    return ListItem.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=today), kind=kind).order_by("id")
