"""Projects in every state, brought there by the people who do it, and pages as somebody sees them."""

from typing import Any

from django.test import Client

from accounts.models import User
from audit.models import Entry
from core import clock
from core.models import Source
from funding.services import Voucher, pay
from projects.appraisal import OpinionData, give_opinion
from projects.contracts import ContractData, record_contract
from projects.models import Project
from projects.models import ProjectState as S
from projects.progress import ProgressData, report_progress
from projects.services import PaperData, take_step
from tests import factories

MONEY = 300_000_000


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.PortalBackend")
    return client


def written() -> int:
    """How much the trail holds: every change of every service is in it."""
    return int(Entry.objects.count())


def texts(answer: Any, field: str | None) -> str:
    """What the page says at a field (None: above the form)."""
    return " ".join(answer.context["form"].errors.get(field or "__all__", []))


def paper(place: factories.Place, number: str = "118/BC-SCT", **fields: Any) -> PaperData:
    """A paper of the department; of the ministry's unit with `ministry=True`."""
    issuer = factories.agency("ministry_department", None, "Cục") if fields.pop("ministry", False) else place.department
    return PaperData(number, fields.pop("on", clock.today()), issuer, **fields)


def found_fit(row: Project, people: factories.People) -> None:
    give_opinion(row, OpinionData("approve"), actor=people.leader)


def signed(row: Project, place: factories.Place, people: factories.People) -> None:
    """Every contract that the project needs."""
    day, unit = clock.today(), place.centre.name
    if row.programme.source == Source.NATIONAL or row.type == "task":
        record_contract(row, ContractData("implementation", "12/HĐ-KC", day, "Cục", unit, MONEY), actor=people.officer)
    owners = list(row.beneficiaries.all())
    for number, owner in enumerate(owners):
        data = ContractData("support", f"{number}/HĐHT", day, unit, owner.name, MONEY // len(owners), owner)
        record_contract(row, data, actor=people.officer)


ON_THE_WAY = (S.APPROVED, S.CONTRACTED, S.IN_PROGRESS, S.ACCEPTED, S.LIQUIDATED, S.SETTLED)


def in_state(state: str, place: factories.Place, people: factories.People, **fields: Any) -> Project:
    """A project of the centre that went to `state`, the shortest way there is."""
    row = factories.project(place, people, **fields)
    if state == S.DRAFT:
        return row
    row = take_step(row, "submit", actor=people.officer)
    if state == S.SUBMITTED:
        return row
    if state == S.RETURNED:
        return take_step(row, "return", actor=people.leader, note="Thiếu báo giá thiết bị")
    if state == S.REJECTED:
        return take_step(row, "reject", actor=people.leader, note="Ngoài ngành nghề được hỗ trợ")
    if state in (S.REGISTERED, S.APPRAISED, S.MINISTRY_APPRAISED):
        if row.programme.source == Source.NATIONAL:
            row = take_step(row, "register", actor=people.officer, data={"paper": paper(place)})
        if state == S.REGISTERED:
            return row
        found_fit(row, people)
        row = take_step(row, "appraise", actor=people.leader)
        if state == S.APPRAISED:
            return row
        data = {"paper": paper(place, "77/CĐK", ministry=True)}
        return take_step(row, "ministry_appraise", actor=people.officer, data=data)
    source = row.programme.source
    factories.budget(place, people, programme=row.programme, year=row.year)
    decided = {"decision": factories.decision(place), "money": {source: MONEY}}
    row = take_step(row, "approve", actor=people.leader, data=decided)
    if state == S.CONTRACTED:
        signed(row, place, people)
        return take_step(row, "contract", actor=people.officer)
    for now, step in zip(ON_THE_WAY, (None, None, "start", "accept", "liquidate", "settle"), strict=True):
        if step == "settle":
            settle(row, people)
        if step is not None:
            row = take_step(row, step, actor=people.officer)
        if now == state:
            return row
        if now == S.IN_PROGRESS and state == S.STOPPED:
            stopped = {"decision": factories.decision(place, "99/QĐ-UBND")}
            return take_step(row, "stop", actor=people.leader, note="Chủ cơ sở xin thôi", data=stopped)
    return take_step(row, "close", actor=people.officer)


def settle(row: Project, people: factories.People) -> None:
    """Pay all that was approved; national money goes on to the establishments, as the ledger wants it to."""
    voucher, source = Voucher("PC-01", clock.today()), row.programme.source
    pay(row, source, "payment", MONEY, voucher, actor=people.accountant)
    if source == Source.NATIONAL:
        owners = list(row.beneficiaries.all())
        for owner in owners:
            share = MONEY // len(owners)
            pay(row, source, "delivery", share, voucher, actor=people.accountant, establishment=owner)


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
