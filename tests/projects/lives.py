"""Projects in every state, brought there by the people who do it, and pages as somebody sees them."""

from typing import Any

from django.test import Client

from accounts.models import User
from audit.models import Entry
from core import clock
from core.models import Source
from funding.services import Voucher, pay
from projects.models import Project
from projects.models import ProjectState as S
from projects.progress import ProgressData, report_progress
from projects.services import take_step
from tests import factories

MONEY = 300_000_000


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def written() -> int:
    """How much the trail holds: every change of every service is in it."""
    return int(Entry.objects.count())


def texts(answer: Any, field: str | None) -> str:
    """What the page says at a field (None: above the form)."""
    return " ".join(answer.context["form"].errors.get(field or "__all__", []))


def in_state(state: str, place: factories.Place, people: factories.People, **fields: Any) -> Project:
    """A project of the centre that went all the way to `state`."""
    row = factories.project(place, people, **fields)
    if state == S.DRAFT:
        return row
    row = take_step(row, "submit", actor=people.officer)
    if state == S.SUBMITTED:
        return row
    if state == S.RETURNED:
        return take_step(row, "return", actor=people.leader, note="Thiếu báo giá thiết bị")
    source = row.programme.source
    factories.budget(place, people, programme=row.programme, year=row.year)
    decided = {"decision": factories.decision(place), "money": {source: MONEY}}
    row = take_step(row, "approve", actor=people.leader, data=decided)
    if state == S.APPROVED:
        return row
    row = take_step(row, "start", actor=people.officer)
    if state == S.IN_PROGRESS:
        return row
    if state == S.STOPPED:
        stopped = {"decision": factories.decision(place, "99/QĐ-UBND")}
        return take_step(row, "stop", actor=people.leader, note="Chủ cơ sở xin thôi", data=stopped)
    row = take_step(row, "accept", actor=people.officer)
    if state == S.ACCEPTED:
        return row
    settle(row, people)
    return take_step(row, "close", actor=people.officer)


def settle(row: Project, people: factories.People) -> None:
    """Pay all that was approved."""
    voucher = Voucher("PC-01", clock.today())
    pay(row, row.programme.source, "payment", MONEY, voucher, actor=people.accountant)


def reported(row: Project, person: User, **fields: Any) -> Any:
    """An update of the project by `person`; only the uuid has to be new."""
    values = {"uuid": factories.new_uuid(), "on": clock.today(), "value_invested_vnd": 360_000_000, **fields}
    update, _created = report_progress(row, ProgressData(**values), actor=person)
    return update


def national(place: factories.Place) -> dict[str, Any]:
    """Fields of a project of the national programme."""
    return {
        "programme": factories.programme(source=Source.NATIONAL),
        "estimate": {Source.NATIONAL: MONEY, Source.COUNTERPART: MONEY},
    }
