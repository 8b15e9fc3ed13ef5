"""Exchange between the province and its collaborators: questions, answers, how long they took, last contact."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.roles import Role
from audit.services import record
from audit.steps import Move
from coordination.models import DayOff, Message, ReplyTime, Side, Thread, ThreadState
from coordination.permissions import GIVING, may_exchange, may_pass_on, may_write, side_of
from coordination.states import THREAD_LIFE
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from core.text import nfc
from files.models import StoredFile
from places.models import Area, AreaClosure, Level
from places.services import province_of
from projects.models import EDITABLE, Project

LONGEST = 4000


@dataclass(frozen=True)
class Written:
    """A message with what is attached to it."""

    text: str
    file: StoredFile | None = None
    file_name: str = ""


@dataclass(frozen=True)
class ReplyFigure:
    """How long the first answers of somebody took: how many there were, and the median in minutes."""

    who: str
    answers: int
    minutes: int


def _grants(roles: Iterable[str], area_id: int) -> "QuerySet[Grant]":
    """Roles of today for a unit or for one it lies in."""
    above = AreaClosure.objects.filter(area_id=area_id).values("ancestor_id")
    rows: QuerySet[Grant] = Grant.objects.valid_on(clock.today()).filter(role__in=roles, area_id__in=above)
    return rows


def people_of(side: str, province_id: int, area_id: int, project: Project | None = None) -> "QuerySet[User]":
    """Who may answer on a side: collaborators of the place; or the department, and the centre unless it does not
    implement the project."""
    if side == Side.NETWORK:
        ids = Q(pk__in=_grants([Role.COLLABORATOR], area_id).values("user_id"))
    else:
        ids = Q(pk__in=_grants([Role.OFFICER, Role.LEADER], province_id).values("user_id"))
        centre = Q(pk__in=_grants([Role.CENTRE], province_id).values("user_id"))
        ids |= centre if project is None else centre & Q(agency_id=project.implementing_unit_id)
    found: QuerySet[User] = User.objects.people().filter(ids, is_active=True)
    return found


def candidates(thread: Thread) -> "QuerySet[User]":
    """Who may be asked to answer what is open."""
    return people_of(thread.waits_side, thread.province_id, thread.area_id, thread.project)


def working_day_after(day: dt.date, days: int) -> dt.date:
    """The day that many working days later: without Saturdays, Sundays and the days off of the list."""
    off = list(DayOff.objects.filter(valid_to__gt=day).values_list("valid_from", "valid_to"))
    while days:
        day += dt.timedelta(days=1)
        if day.weekday() < 5 and not any(first <= day <= last for first, last in off):
            days -= 1
    return day


def due_after(day: dt.date) -> dt.date | None:
    """Until when what is asked on a day is to be answered; None where no rule is in force on it."""
    rule = ReplyTime.objects.valid_on(day).order_by("-valid_from", "-id").first()
    return working_day_after(day, rule.days) if rule else None


def _checked(text: str, subject: str | None = None) -> tuple[str, str]:
    errors: dict[str, str] = {}
    text, title = nfc(text).strip(), " ".join(nfc(subject or "").split())
    if not text:
        errors["text"] = _("Write what you want to say.")
    elif len(text) > LONGEST:
        errors["text"] = _("This is too long.")
    if subject is not None and not title:
        errors["subject"] = _("Say in a few words what it is about.")
    elif len(title) > 200:
        errors["subject"] = _("This is too long.")
    if errors:
        raise Invalid(fields=errors)
    return text, title


def _other(side: str) -> str:
    return Side.OFFICE if side == Side.NETWORK else Side.NETWORK


def _whom(people: "QuerySet[User]", side: str, wanted: User | None) -> User | None:
    """Whom a question waits for. The province answers as a whole unless somebody is named; of the collaborators one
    is, so that somebody knows that it is up to them."""
    if wanted is not None:
        if not people.filter(pk=wanted.pk).exists():
            raise Invalid(fields={"waits_for": _("Choose somebody of the list.")})
        return wanted
    if side == Side.OFFICE:
        return None
    found = list(people[:2])
    if not found:
        raise Invalid(fields={"waits_for": _("No collaborator covers this place today; ask an administrator.")})
    if len(found) > 1:
        raise Invalid(fields={"waits_for": _("Several collaborators cover this place: say who answers.")})
    return found[0]


@transaction.atomic
def open_thread(
    subject: str,
    first: Written,
    *,
    actor: User,
    project: Project | None = None,
    area: Area | None = None,
    waits_for: User | None = None,
) -> Thread:
    """Begin an exchange with a question, on a project or on a place. Raises Invalid at the field, NotAllowed."""
    if project is not None:
        province, place = project.province, project.area
    elif area is not None and area.level != Level.PROVINCE:
        province, place = province_of(area), area
    else:
        raise Invalid(fields={"area": _("Choose the place.")})
    may_exchange(province.pk, place.pk, actor).require()
    text, title = _checked(first.text, subject)
    side = side_of(province.pk, place.pk, actor)
    waits = _other(side)
    if project is not None and project.state in EDITABLE and waits == Side.NETWORK:
        raise Invalid(
            fields={"subject": _("A collaborator sees the project once it is submitted; ask about the place instead.")}
        )
    person = _whom(people_of(waits, province.pk, place.pk, project), waits, waits_for)
    now = clock.now()
    thread: Thread = Thread.objects.create(
        province=province,
        area=place,
        project=project,
        subject=title,
        opened_by=actor,
        opened_at=now,
        waits_side=waits,
        waits_for=person,
        asked_at=now,
        due_on=due_after(clock.today()),
        last_at=now,
    )
    _write(thread, actor, side, Written(text, first.file, first.file_name), asks=True)
    changes = {
        "subject": (None, title),
        "area": (None, place),
        "waits_for": (None, person),
        "due_on": (None, thread.due_on),
    }
    record(thread, "create", actor=actor, changes={k: v for k, v in changes.items() if v[1]}, within=project)
    return thread


def _write(
    thread: Thread, actor: User, side: str, written: Written, *, asks: bool, answers: Message | None = None
) -> Message:
    return Message.objects.create(
        thread=thread,
        author=actor,
        unit=actor.agency,
        side=side,
        at=clock.now(),
        text=written.text,
        asks=asks,
        answers=answers,
        file=written.file,
        file_name=nfc(written.file_name),
    )


def require_open(thread: Thread) -> None:
    """Raises WrongState where nothing is written any more."""
    if thread.state == ThreadState.CLOSED:
        raise WrongState(_("This exchange is closed. Open it again to write."))


@transaction.atomic
def write(
    thread: Thread, written: Written, *, actor: User, asks: bool = False, waits_for: User | None = None
) -> Message:
    """Write into an exchange. What the side that has to answer writes is the answer; `asks`: then the other side has
    to answer this. What is added to one's own question leaves it as it is."""
    thread = lock(thread)
    may_write(thread, actor).require()
    require_open(thread)
    text, _title = _checked(written.text)
    side = side_of(thread.province_id, thread.area_id, actor)
    question = None
    if thread.state == ThreadState.OPEN and side == thread.waits_side:
        question = thread.messages.filter(asks=True).order_by("-id").first()
    own_is_open = thread.state == ThreadState.OPEN and question is None
    asks = asks and not own_is_open
    changes: dict[str, tuple[Any, Any]] = {}
    if asks:
        waits = _other(side)
        people = people_of(waits, thread.province_id, thread.area_id, thread.project)
        last = thread.messages.filter(side=waits).order_by("-id").first()
        if waits_for is None and last is not None and people.filter(pk=last.author_id).exists():
            waits_for = last.author
        person = _whom(people, waits, waits_for)
        thread.waits_side, thread.waits_for = waits, person
        thread.asked_at, thread.due_on = clock.now(), due_after(clock.today())
        changes = {"waits_for": (None, person), "due_on": (None, thread.due_on)}
    state = ThreadState.OPEN if asks or own_is_open else ThreadState.ANSWERED
    if state != thread.state:
        changes["state"] = (thread.state, state.value)
    if state == ThreadState.ANSWERED:
        thread.waits_for = None
    message = _write(thread, actor, side, Written(text, written.file, written.file_name), asks=asks, answers=question)
    thread.state, thread.last_at, thread.version = state, message.at, thread.version + 1
    thread.save()
    code = "answer" if question else "ask" if asks else "write"
    record(thread, code, actor=actor, changes={k: v for k, v in changes.items() if v[1]}, within=thread.project)
    return message


@transaction.atomic
def pass_on(thread: Thread, person: User, *, actor: Any, reason: str = "", check: bool = True) -> Thread:
    """Say who answers what is open. `check` False: who hands over asked for the right before."""
    thread = lock(thread)
    if check:
        may_pass_on(thread, actor).require()
    if thread.state != ThreadState.OPEN:
        raise WrongState(_("Nothing waits for an answer here."))
    if not candidates(thread).filter(pk=person.pk).exists():
        text = _("%(person)s does not answer for this place today.") % {"person": person.full_name}
        raise Invalid(fields={"waits_for": text})
    if thread.waits_for_id != person.pk:
        changes = {"waits_for": (thread.waits_for, person)}
        thread.waits_for, thread.version = person, thread.version + 1
        thread.save()
        record(thread, "assign", actor=actor, changes=changes, note=reason, within=thread.project)
    return thread


@THREAD_LIFE.guard("close")
def _closed_unanswered(thread: Thread, move: Move) -> None:
    if thread.state == ThreadState.OPEN and not move.note:
        text = _("The question has no answer yet: say why it is closed.")
        raise Invalid(text, fields={"note": text})
    thread.waits_for = None


@transaction.atomic
def take_thread_step(thread: Thread, code: str, *, actor: User, note: str = "") -> Thread:
    """close (with a reason where the question has no answer), reopen. Raises Invalid, NotAllowed, WrongState."""
    thread = lock(thread)
    step = THREAD_LIFE.step_for(thread, code)
    if step is None:
        raise Invalid(_("There is no such step."), code="unknown_step")
    THREAD_LIFE.advance(thread, step, actor=actor, note=nfc(note), within=thread.project)
    return thread


# --- what is read off it ----------------------------------------------------------------------------------------------


def waiting_for(user: User) -> "QuerySet[Thread]":
    """Open questions the person has to answer: theirs, and those the province has to answer without anybody named, for
    officers and the centre. The longest waiting first."""
    provinces = [pk for role in GIVING if role != Role.LEADER for pk in user.sight.province_roles.get(role, ())]
    mine = Q(waits_for=user) | Q(waits_for__isnull=True, waits_side=Side.OFFICE, province_id__in=provinces)
    rows: QuerySet[Thread] = Thread.objects.visible_to(user).filter(mine, state=ThreadState.OPEN)
    return rows.exclude(opened_by=user, waits_for__isnull=True).order_by("asked_at", "id")


def reply_figures(threads: "QuerySet[Thread]", by: str) -> list[ReplyFigure]:
    """How long the first answers in these took, by the `unit` of who gave them or by `author`; the slowest first."""
    rows = Message.objects.filter(thread__in=threads.order_by().values("pk"), answers__isnull=False)
    found: dict[str, list[int]] = defaultdict(list)
    collaborators = _("Collaborators")
    for unit, author, side, at, asked in rows.values_list(
        "unit__name", "author__full_name", "side", "at", "answers__at"
    ):
        who = author if by == "author" else collaborators if side == Side.NETWORK else unit or _("Province")
        found[who].append(round((at - asked).total_seconds() / 60))
    figures = [ReplyFigure(who, len(minutes), round(median(minutes))) for who, minutes in found.items()]
    return sorted(figures, key=lambda row: (-row.minutes, row.who))


def last_contact(threads: "QuerySet[Thread]") -> dict[int, dt.datetime]:
    """{unit: the moment of the last message on it}, in one question; units of before stand for themselves."""
    rows = threads.order_by().values("area_id").annotate(at=Max("last_at"))
    return {row["area_id"]: row["at"] for row in rows}
