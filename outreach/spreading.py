"""The policy library, campaigns, who was reached and who was not."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock, lock_name
from core.text import fold, nfc
from enterprises.models import Enterprise
from files.services import check_paper, store_bytes
from outreach.models import Campaign, HeadCount, ListItem, ListKind, Policy, PolicyFile, Reached
from outreach.permissions import may_answer_for, may_keep
from outreach.services import audience, check_audience, taken
from outreach.storing import change, locked, make
from places.models import Area, Level
from places.services import report_lines
from programmes.models import Activity, LegalDocument
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import User

MOST_FILES = 20


@dataclass(frozen=True)
class PolicyData:
    """What is typed of a policy. `kinds`, `communes`, `activities` empty: all."""

    title: str
    document: LegalDocument
    summary: str
    kinds: Sequence[str] = ()
    activities: Sequence[Activity] = ()
    communes: Sequence[Area] = ()
    published: bool = False


@dataclass(frozen=True)
class CampaignData:
    """What is typed of a campaign. `held_on` None: not held yet."""

    name: str
    channel: ListItem
    planned_on: dt.date
    policy: Policy | None = None
    kinds: Sequence[str] = ()
    communes: Sequence[Area] = ()
    held_on: dt.date | None = None
    project: Project | None = None


# --- policies ---------------------------------------------------------------------------------------------------------


def _checked_policy(data: PolicyData, province: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    errors: dict[str, str] = {}
    title, summary = " ".join(nfc(data.title).split()), nfc(data.summary).strip()
    if not title:
        errors["title"] = _("Enter the title.")
    if not summary:
        errors["summary"] = _("Say in plain words what it gives and to whom.")
    check_audience(data.kinds, data.communes, province, errors)
    if errors:
        raise Invalid(fields=errors)
    values = {
        "title": title,
        "document": data.document,
        "summary": summary,
        "kinds": sorted(data.kinds),
        "published": data.published,
    }
    return values, {"activities": list(data.activities), "communes": list(data.communes)}


@transaction.atomic
def create_policy(province: Area, data: PolicyData, *, actor: "User") -> Policy:
    may_keep(province, actor).require()
    values, many = _checked_policy(data, province)
    lock_name(f"policy {province.pk}")
    taken(
        Policy.objects.filter(province=province, title=values["title"]), _("There is a policy of this title."), "title"
    )
    return make(Policy, {"province": province, **values}, many, actor=actor)


@transaction.atomic
def change_policy(row: Policy, data: PolicyData, *, actor: "User", version: int | None = None) -> Policy:
    row = locked(row, version)
    may_keep(row.province_id, actor).require()
    values, many = _checked_policy(data, row.province)
    same = Policy.objects.filter(province=row.province, title=values["title"]).exclude(pk=row.pk)
    taken(same, _("There is a policy of this title."), "title")
    return change(row, values, many, actor=actor)


def add_file(row: Policy, upload: Any, title: str, *, actor: "User") -> PolicyFile:
    """A file for a policy, judged by its content. The same file twice is one."""
    may_keep(row.province_id, actor).require()
    content, mime = check_paper(upload)
    return _keep_file(row, content, mime, title, actor)


@transaction.atomic
def _keep_file(row: Policy, content: bytes, mime: str, title: str, actor: "User") -> PolicyFile:
    row = lock(row)
    title = " ".join(nfc(title).split())
    if not title:
        raise Invalid(fields={"title": _("Say what it is.")})
    if row.files.count() >= MOST_FILES:
        raise Invalid(fields={"file": _("At most %(count)s files of a policy.") % {"count": MOST_FILES}})
    made, new = PolicyFile.objects.get_or_create(
        policy=row, file=store_bytes(content, mime), defaults={"title": title[:200]}
    )
    if new:
        record(row, "add_file", actor=actor, changes={"file": (None, made.title)})
    return made


@transaction.atomic
def remove_file(row: Policy, pk: int, *, actor: "User") -> None:
    """Take a file off a policy; gone already is well."""
    row = lock(row)
    may_keep(row.province_id, actor).require()
    found = row.files.filter(pk=pk).first()
    if found is not None:
        record(row, "remove_file", actor=actor, changes={"file": (found.title, None)})
        found.delete()


def found_in(rows: Any, text: str) -> Any:
    """Policies whose title, summary or document holds every word, with or without accents."""
    for word in fold(text).split():
        rows = rows.filter(Q(folded__contains=word) | Q(document__folded__contains=word))
    return rows


def concerned(policy: Policy) -> Any:
    """Establishments a policy is for: by kind and commune."""
    return audience(policy.province_id, policy.kinds, list(policy.communes.all()))


def told_of(policy: Policy) -> Any:
    """Who was told of it, by itself or at a campaign on it."""
    return Reached.objects.filter(policy=policy)


@transaction.atomic
def tell(
    policy: Policy, enterprises: Sequence[Enterprise], channel: ListItem, on: dt.date | None, *, actor: "User"
) -> int:
    """Note that these establishments were told of a policy. Gives how many of them were not noted before."""
    policy = lock(policy)
    for enterprise in enterprises:
        may_answer_for(enterprise, actor).require()
    errors: dict[str, str] = {}
    _channel(channel, errors)
    if on is None or on > clock.today():
        errors["on"] = _("Enter the day they were told, today or before.")
    if not enterprises:
        errors["enterprises"] = _("Choose at least one establishment.")
    if errors:
        raise Invalid(fields=errors)
    assert on is not None
    known = set(Reached.objects.filter(policy=policy, campaign__isnull=True).values_list("enterprise_id", flat=True))
    new = [row for row in enterprises if row.pk not in known]
    Reached.objects.bulk_create(
        Reached(enterprise=row, policy=policy, channel=channel, on=on, told_by=actor) for row in new
    )
    if new:
        changes = {"told": (None, [row.name for row in new]), "channel": (None, channel), "told_on": (None, on)}
        record(policy, "tell", actor=actor, changes=changes)
    return len(new)


def _channel(channel: ListItem, errors: dict[str, str]) -> None:
    if channel.kind != ListKind.CHANNEL:
        errors["channel"] = _("Choose a channel of the list.")


# --- campaigns --------------------------------------------------------------------------------------------------------


def _checked_campaign(data: CampaignData, province: Area) -> tuple[dict[str, Any], dict[str, Any]]:
    errors: dict[str, str] = {}
    name = " ".join(nfc(data.name).split())
    if not name:
        errors["name"] = _("Enter the name.")
    _channel(data.channel, errors)
    if data.held_on is not None and data.held_on > clock.today():
        errors["held_on"] = _("This date lies in the future.")
    if data.policy is not None and data.policy.province_id != province.pk:
        errors["policy"] = _("Choose a policy of the province.")
    if data.project is not None and data.project.province_id != province.pk:
        errors["project"] = _("Choose a project of the province.")
    check_audience(data.kinds, data.communes, province, errors)
    if errors:
        raise Invalid(fields=errors)
    values = {
        "name": name,
        "channel": data.channel,
        "policy": data.policy,
        "kinds": sorted(data.kinds),
        "planned_on": data.planned_on,
        "held_on": data.held_on,
        "project": data.project,
    }
    return values, {"communes": list(data.communes)}


def _once(province: Area, values: Mapping[str, Any]) -> Any:
    return Campaign.objects.filter(province=province, name=values["name"], planned_on=values["planned_on"])


@transaction.atomic
def create_campaign(province: Area, data: CampaignData, *, actor: "User") -> Campaign:
    may_keep(province, actor).require()
    values, many = _checked_campaign(data, province)
    lock_name(f"campaign {province.pk}")
    taken(_once(province, values), _("There is a campaign of this name on this day."))
    return make(Campaign, {"province": province, **values}, many, actor=actor)


@transaction.atomic
def change_campaign(row: Campaign, data: CampaignData, *, actor: "User", version: int | None = None) -> Campaign:
    row = locked(row, version)
    may_keep(row.province_id, actor).require()
    values, many = _checked_campaign(data, row.province)
    if values["held_on"] is None and (row.reached.exists() or row.counts.exists()):
        raise Invalid(fields={"held_on": _("People were reached at it: say on which day it was held.")})
    taken(_once(row.province, values).exclude(pk=row.pk), _("There is a campaign of this name on this day."))
    row.reached.update(policy=values["policy"], on=values["held_on"], channel=values["channel"])
    return change(row, values, many, actor=actor)


def aimed_at(campaign: Campaign) -> Any:
    """Establishments a campaign is for."""
    return audience(campaign.province_id, campaign.kinds, list(campaign.communes.all()))


def _held(campaign: Campaign) -> dt.date:
    if campaign.held_on is None:
        raise WrongState(_("Say first on which day it was held."))
    return campaign.held_on


@transaction.atomic
def reach(campaign: Campaign, enterprises: Sequence[Enterprise], *, actor: "User") -> int:
    """Note which establishments took part in what was held. Gives how many were not noted before."""
    campaign = lock(campaign)
    may_keep(campaign.province_id, actor).require()
    on = _held(campaign)
    if not enterprises:
        raise Invalid(fields={"enterprises": _("Choose at least one establishment.")})
    known = set(campaign.reached.values_list("enterprise_id", flat=True))
    new = [row for row in enterprises if row.pk not in known]
    if any(row.province_id != campaign.province_id for row in new):
        raise Invalid(fields={"enterprises": _("Choose establishments of the province.")})
    Reached.objects.bulk_create(
        Reached(
            enterprise=row, campaign=campaign, policy=campaign.policy, channel=campaign.channel, on=on, told_by=actor
        )
        for row in new
    )
    if new:
        record(campaign, "reach", actor=actor, changes={"told": (None, [row.name for row in new])})
    return len(new)


@transaction.atomic
def count_people(campaign: Campaign, area: Area | None, people: int | None, *, actor: "User") -> HeadCount:
    """Note how many further people came from a commune; `area` None: from where is not known. Zero is a count."""
    campaign = lock(campaign)
    may_keep(campaign.province_id, actor).require()
    _held(campaign)
    errors: dict[str, str] = {}
    if people is None or not 0 <= people <= 100_000:
        errors["people"] = _("Enter a number of people, for example 35.")
    if area is not None:
        check_audience((), [area], campaign.province, errors)
    if errors:
        raise Invalid(fields={"area" if name == "communes" else name: text for name, text in errors.items()})
    row = HeadCount.objects.filter(campaign=campaign, area=area).first()
    before = row.people if row is not None else None
    row = row or HeadCount(campaign=campaign, area=area)
    row.people = people or 0
    row.save()
    if before != row.people:
        where = {"area": (None, area)} if area is not None else {}
        record(campaign, "count_people", actor=actor, changes={"people": (before, people), **where})
    return row


@dataclass
class Spread:
    """One commune of today; `area` None: not specified. `aimed` at, `reached` of them, `people`: further ones (None:
    nobody was counted)."""

    area: Area | None
    aimed: int = 0
    reached: int = 0
    people: int | None = None

    @property
    def missed(self) -> int:
        return self.aimed - self.reached


def spread_of(campaign: Campaign, rows: Any) -> list[Spread]:
    """By commune, those who were not reached first; people from nowhere in particular last. `rows`: establishments it
    was for, as far as the person sees them."""
    line = report_lines(clock.today())
    areas = {area.pk: area for area in Area.objects.exclude(level=Level.PROVINCE)}
    reached = set(campaign.reached.values_list("enterprise_id", flat=True))
    found: dict[int, Spread] = {}
    for pk, area_id in rows.order_by().values_list("pk", "area_id"):
        row = found.setdefault(line[area_id], Spread(areas[line[area_id]]))
        row.aimed += 1
        row.reached += pk in reached
    rest: list[Spread] = []
    for count in campaign.counts.select_related("area"):
        if count.area_id is None:
            rest.append(Spread(None, people=count.people))
            continue
        here = line[count.area_id]
        row = found.setdefault(here, Spread(areas[here]))
        row.people = (row.people or 0) + count.people
    return sorted(found.values(), key=lambda row: (-row.missed, row.area.folded if row.area else "")) + rest
