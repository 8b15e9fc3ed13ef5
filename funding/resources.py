"""Resources mobilised beside the support: promises, what was received of them, and where that disagrees with what
projects say of their counterpart.

Four figures speak of the counterpart of a project, and none is added to another:

- *decided*: by source in the decision (`DecisionMoney`); reports, the overview and the published result count this one;
- *promised*: by the beneficiary in a paper (`Pledge` of the beneficiary);
- *received*: what papers prove of that promise (`PledgeReceipt`);
- *shown by progress*: the value invested as last confirmed, without the public money paid for the project.

`counterparts` puts them side by side and says where they differ; a person decides which paper is wrong.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.locks import lock, lock_name
from core.models import Source
from core.money import group
from core.text import nfc
from enterprises.models import Enterprise
from funding.models import Giver, Pledge, PledgeReceipt, ProjectBalance, ResourceKind
from funding.permissions import may_enter_pledge
from places.models import Area
from places.services import province_of
from programmes.models import Programme
from projects.models import DONE, DecisionMoney, ProgressState, ProgressUpdate, Project, ProjectState
from projects.services import MAX_VND

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


@dataclass(frozen=True)
class PledgeData:
    """What is typed of a promise. Either `enterprise` or `giver_name`; either `project`, or `programme`, `year` and
    `area`. `promised_vnd` None: promised without a sum."""

    giver: str
    kind: str
    what: str
    promised_on: dt.date
    paper: str
    enterprise: Enterprise | None = None
    giver_name: str = ""
    project: Project | None = None
    programme: Programme | None = None
    year: int | None = None
    area: Area | None = None
    promised_vnd: int | None = None
    due_on: dt.date | None = None
    note: str = ""


def _line(text: str) -> str:
    return " ".join(nfc(text).split())


def _province(data: PledgeData) -> Area:
    if data.project is not None:
        return data.project.province
    if data.area is None:
        raise Invalid(fields={"area": _("Choose the place.")})
    return data.area if data.area.level == "province" else province_of(data.area)


def _checked(data: PledgeData, province: Area) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: getattr(data, name) for name in PledgeData.__dataclass_fields__}
    values |= {name: _line(values[name]) for name in ("what", "paper", "giver_name")}
    values["note"] = nfc(data.note).strip()
    if data.giver not in Giver.values:
        errors["giver"] = _("Choose one of the list.")
    if data.kind not in ResourceKind.values:
        errors["kind"] = _("Choose one of the list.")
    for name, text in (("what", _("Enter what is promised.")), ("paper", _("Enter the paper that says so."))):
        if not values[name]:
            errors[name] = text
    if data.enterprise is None and not values["giver_name"]:
        errors["enterprise"] = _("Enter the establishment, or below the name of whom the registry does not have.")
    elif data.enterprise is not None and values["giver_name"]:
        errors["giver_name"] = _("Leave this empty: the establishment of the registry is given.")
    if data.project is not None:
        if data.programme or data.year or data.area:
            errors["project"] = _("Choose a project, or programme, year and place, not both.")
    else:
        for name, text in (("programme", _("Choose the project or the programme.")), ("year", _("Enter the year."))):
            if getattr(data, name) is None:
                errors[name] = text
        if data.programme and data.year and not data.programme.year_from <= data.year <= data.programme.year_to:
            errors["year"] = _("The programme runs from %(from)s to %(to)s.") % {
                "from": data.programme.year_from,
                "to": data.programme.year_to,
            }
    if data.enterprise is not None and data.enterprise.province_id != province.pk:
        errors["enterprise"] = _("This establishment is one of another province.")
    if data.giver == Giver.BENEFICIARY and "project" not in errors:
        errors |= _counterpart_faults(data)
    if data.promised_vnd is not None and not 0 < data.promised_vnd < MAX_VND:
        errors["promised_vnd"] = _("Enter an amount in đồng above zero, or nothing if no sum was promised.")
    if data.promised_on > clock.today():
        errors["promised_on"] = _("The date lies in the future.")
    elif data.promised_on.year < 2000:
        errors["promised_on"] = _("Check the date of the document.")
    if data.due_on is not None and data.due_on < data.promised_on:
        errors["due_on"] = _("This is before the promise.")
    if errors:
        raise Invalid(fields=errors)
    return {**values, "province": province}


def _counterpart_faults(data: PledgeData) -> dict[str, str]:
    if data.project is None:
        return {"project": _("Counterpart belongs to a project: choose it.")}
    if data.project.type == "task":
        return {"project": _("A task has no beneficiary and no counterpart.")}
    known = set(data.project.beneficiaries.values_list("pk", flat=True))
    if data.enterprise is not None and known and data.enterprise.pk not in known:
        return {"enterprise": _("This is no beneficiary of the project.")}
    return {}


def _require_new(values: dict[str, Any], *, but: int = 0) -> None:
    """The same paper is not entered twice for the same thing."""
    names = ("giver", "enterprise", "giver_name", "project", "programme", "year", "area", "kind", "what", "paper")
    same = Pledge.objects.filter(withdrawn_on__isnull=True, promised_on=values["promised_on"]).exclude(pk=but)
    for name in names:
        value = values[name]
        same = same.filter(**{f"{name}__isnull": True}) if value is None else same.filter(**{name: value})
    if same.exists():
        text = _("This promise is entered already.")
        raise Conflict(text, code="duplicate", fields={"paper": text})


@transaction.atomic
def promise(data: PledgeData, *, actor: "User") -> Pledge:
    """Enter a promise. Raises Invalid by field, and Conflict where it is entered already."""
    province = _province(data)
    may_enter_pledge(province.pk, actor).require()
    lock_name(f"pledges {province.pk}")
    values = _checked(data, province)
    _require_new(values)
    row: Pledge = Pledge.objects.create(**values)
    changes = {name: (None, value) for name, value in values.items() if value not in (None, "") and name != "province"}
    record(row, "create", actor=actor, changes=changes, within=row.project)
    return row


def _locked(row: Pledge, actor: "User", version: int | None = None) -> Pledge:
    row = lock(row, "province", "project", "enterprise", "area")
    may_enter_pledge(row.province_id, actor).require()
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else has changed this in the meantime. Look at it again."), code="stale")
    if row.withdrawn_on is not None:
        raise WrongState(_("This promise was withdrawn; nothing of it is changed any more."))
    return row


@transaction.atomic
def change_pledge(row: Pledge, data: PledgeData, *, actor: "User", version: int | None = None) -> Pledge:
    """Put right what was typed of it. It stays with its province; what was received stays with it."""
    row = _locked(row, actor, version)
    province = _province(data)
    if province.pk != row.province_id:
        raise Invalid(fields={"project" if data.project else "area": _("It stays in its province.")})
    values = _checked(data, province)
    _require_new(values, but=row.pk)
    changes = changed(row, values)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        record(row, "change", actor=actor, changes=changes, within=row.project)
    return row


@transaction.atomic
def withdraw_pledge(row: Pledge, reason: str, *, actor: "User") -> Pledge:
    """It is promised no longer, or was entered by mistake. What was received of it stays."""
    row = _locked(row, actor)
    reason = _line(reason)
    if not reason:
        raise Invalid(fields={"withdraw_reason": _("Give the reason.")})
    changes = {"withdrawn_on": (None, clock.today())}
    row.withdrawn_on, row.withdraw_reason, row.version = clock.today(), reason, row.version + 1
    row.save()
    record(row, "withdraw_pledge", actor=actor, note=reason, changes=changes, within=row.project)
    return row


@transaction.atomic
def receive(
    row: Pledge, amount_vnd: int, received_on: dt.date, paper: str, *, actor: "User", note: str = ""
) -> PledgeReceipt:
    """Record what was received of it, things and labour in value. More than promised is no mistake."""
    row = _locked(row, actor)
    errors: dict[str, str] = {}
    if not 0 < amount_vnd < MAX_VND:
        errors["amount_vnd"] = _("Enter an amount in đồng above zero.")
    if received_on > clock.today():
        errors["received_on"] = _("The date lies in the future.")
    elif received_on < row.promised_on:
        errors["received_on"] = _("This is before the promise.")
    paper = _line(paper)
    if not paper:
        errors["paper"] = _("Enter the paper that says so.")
    elif row.receipts.filter(
        paper=paper, received_on=received_on, amount_vnd=amount_vnd, corrects=None, corrected_by=None
    ).exists():
        errors["paper"] = _("This is recorded already.")
    if errors:
        raise Invalid(fields=errors)
    made = PledgeReceipt.objects.create(
        pledge=row, amount_vnd=amount_vnd, received_on=received_on, paper=paper, note=_line(note), recorded_by=actor
    )
    changes = {name: (None, getattr(made, name)) for name in ("amount_vnd", "received_on", "paper")}
    record(row, "receive", actor=actor, note=made.note, changes=changes, within=row.project)
    return made


@transaction.atomic
def take_back(receipt: PledgeReceipt, reason: str, *, actor: "User") -> PledgeReceipt:
    """Take a receipt back that was entered by mistake: a counter-row of the same sum, with the reason."""
    row = lock(receipt.pledge, "project")
    may_enter_pledge(row.province_id, actor).require()
    reason = _line(reason)
    if not reason:
        raise Invalid(fields={"note": _("Give the reason.")})
    if receipt.corrects_id is not None or PledgeReceipt.objects.filter(corrects=receipt).exists():
        raise WrongState(_("This is taken back already."))
    made = PledgeReceipt.objects.create(
        pledge=row,
        amount_vnd=-receipt.amount_vnd,
        received_on=receipt.received_on,
        paper=receipt.paper,
        note=reason,
        corrects=receipt,
        recorded_by=actor,
    )
    changes = {"amount_vnd": (receipt.amount_vnd, None), "paper": (receipt.paper, None)}
    record(row, "take_back", actor=actor, note=reason, changes=changes, within=row.project)
    return made


# --- sums -------------------------------------------------------------------------------------------------------------


@dataclass
class Sums:
    """Of several promises, in đồng. `promised`: those that named a sum and are not withdrawn; `without_sum`: how many
    named none; `received`: None where no receipt is recorded; `left`: still to come of what was promised."""

    count: int = 0
    promised: int | None = None
    without_sum: int = 0
    received: int | None = None
    left: int | None = None

    def add(self, row: Any) -> None:
        """A `figured` row."""
        self.count += 1
        if row.received is not None:
            self.received = (self.received or 0) + row.received
        if row.withdrawn_on is not None:
            return
        if row.promised_vnd is None:
            self.without_sum += 1
        else:
            self.promised = (self.promised or 0) + row.promised_vnd
            self.left = (self.left or 0) + row.left


def sums_of(rows: Iterable[Any]) -> Sums:
    found = Sums()
    for row in rows:
        found.add(row)
    return found


def of_years(user: "User", first: int, last: int) -> "QuerySet[Pledge]":
    """Promises of these budget years that the person sees, figured."""
    figured: Any = Pledge.objects.visible_to(user).figured()
    rows: QuerySet[Pledge] = figured.filter(of_year__range=(first, last))
    return rows


# --- counterpart: four figures side by side ---------------------------------------------------------------------------


@dataclass
class Counterpart:
    """The figures of one project in đồng; None: not known. `says`: where they differ."""

    project: Project
    decided: int | None = None
    pledges: Sums = field(default_factory=Sums)
    invested: int | None = None
    paid: int | None = None

    @property
    def shown(self) -> int | None:
        """What progress shows of money that is not public: the value invested without what was paid of support."""
        return None if self.invested is None else max(self.invested - (self.paid or 0), 0)

    @property
    def says(self) -> list[str]:
        found: list[str] = []
        sums = self.pledges
        if not sums.count:
            return found
        if self.decided is None:
            found.append(_("The decision says nothing of counterpart."))
        elif sums.promised is not None and not sums.without_sum and sums.promised != self.decided:
            found.append(
                _("Promised by paper and decided differ by %(amount)s đồng.")
                % {"amount": group(abs(sums.promised - self.decided))}
            )
        if sums.received is not None and self.shown is not None and sums.received > self.shown:
            found.append(
                _("%(amount)s đồng more are received by paper than the confirmed progress shows.")
                % {"amount": group(sums.received - self.shown)}
            )
        done = self.project.state in (*DONE, ProjectState.CLOSED)
        if done and self.decided is not None and (sums.received or 0) < self.decided:
            found.append(
                _("The project is accepted; %(amount)s đồng of the counterpart decided on are not proved by paper.")
                % {"amount": group(self.decided - (sums.received or 0))}
            )
        return found


def counterparts(projects: "QuerySet[Project]") -> list[Counterpart]:
    """The counterpart of each project of which a beneficiary promised something, in a constant number of queries."""
    promised = Pledge.objects.filter(giver=Giver.BENEFICIARY, project__in=projects.order_by().values("pk")).figured()
    rows = list(promised)
    found = {
        project.pk: Counterpart(project)
        for project in projects.filter(pk__in={row.project_id for row in rows}).order_by("-year", "code")
    }
    for row in rows:
        assert row.project_id is not None
        found[row.project_id].pledges.add(row)
    return _with_figures(found)


def counterpart_of(project: Project) -> Counterpart:
    """The same of one project, also where nothing was promised."""
    one = Counterpart(project)
    for row in project.pledges.filter(giver=Giver.BENEFICIARY).figured():
        one.pledges.add(row)
    return _with_figures({project.pk: one})[0]


def _with_figures(found: dict[int, Counterpart]) -> list[Counterpart]:
    decided = DecisionMoney.objects.filter(source=Source.COUNTERPART, decision__project__in=list(found)).order_by()
    for pk, total in decided.values_list("decision__project").annotate(total=Sum("amount_vnd")):
        found[pk].decided = total
    paid = ProjectBalance.objects.filter(project__in=list(found)).order_by()
    for pk, total in paid.values_list("project").annotate(total=Sum("paid_vnd")):
        found[pk].paid = total
    told = Q(project__in=list(found), state=ProgressState.CONFIRMED, value_invested_vnd__isnull=False)
    for pk, value in (
        ProgressUpdate.objects.filter(told).order_by("on", "id").values_list("project", "value_invested_vnd")
    ):
        found[pk].invested = value
    return list(found.values())
