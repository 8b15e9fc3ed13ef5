"""Audits: opened by a leader with auditors, days and scope; auditors draw samples of payments by chance."""

import datetime as dt
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.roles import Role
from audit.services import record
from core import clock
from core.errors import Invalid, WrongState
from core.locks import lock
from core.text import nfc
from funding.models import Account, LedgerEntry
from papers.models import Engagement, Sample
from papers.permissions import may_draw, may_open_engagement
from places.models import Area
from projects.models import Project

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_SAMPLE = 200


@dataclass(frozen=True)
class EngagementData:
    """What is typed of an audit. No `projects`: all of the years."""

    name: str
    starts_on: dt.date
    ends_on: dt.date
    year_from: int
    year_to: int
    auditors: Sequence[User]
    projects: Sequence[Project] = ()
    document_no: str = ""


def auditors_of(province: Area) -> "QuerySet[User]":
    """Who has the auditor's role for the province today."""
    granted = Grant.objects.valid_on(clock.today()).filter(role=Role.AUDITOR, area__closure_down__area=province)
    found: QuerySet[User] = User.objects.filter(pk__in=granted.values("user_id"), is_active=True)
    return found


@transaction.atomic
def open_engagement(province: Area, data: EngagementData, *, actor: User) -> Engagement:
    """Raises Invalid with what is wrong."""
    may_open_engagement(province.pk, actor).require()
    errors: dict[str, Any] = {}
    name = nfc(data.name).strip()
    if not name:
        errors["name"] = _("Enter the name.")
    if data.ends_on < data.starts_on:
        errors["ends_on"] = _("The end lies before the start.")
    if data.year_to < data.year_from:
        errors["year_to"] = _("The last year lies before the first.")
    known = set(auditors_of(province).values_list("pk", flat=True))
    if not data.auditors or any(person.pk not in known for person in data.auditors):
        errors["auditors"] = _("Choose people who have the role of an auditor for the province.")
    if any(project.province_id != province.pk for project in data.projects):
        errors["projects"] = _("Choose projects of the province.")
    if errors:
        raise Invalid(fields=errors)
    row: Engagement = Engagement.objects.create(
        province=province,
        name=name[:300],
        document_no=nfc(data.document_no).strip()[:60],
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        year_from=data.year_from,
        year_to=data.year_to,
        opened_by=actor,
    )
    row.auditors.set(data.auditors)
    row.projects.set(data.projects)
    changes = {
        "name": (None, row.name),
        "auditors": (None, [person.full_name for person in data.auditors]),
        "starts_on": (None, row.starts_on),
        "ends_on": (None, row.ends_on),
        "years": (None, f"{row.year_from}–{row.year_to}"),
    }
    if data.projects:
        changes["projects"] = (None, [project.code for project in data.projects])
    record(row, "open_engagement", actor=actor, changes=changes)
    return row


@transaction.atomic
def close_engagement(engagement: Engagement, reason: str, *, actor: User) -> Engagement:
    """No sample is drawn any more; those there are stay. Raises WrongState, Invalid."""
    engagement = lock(engagement)
    may_open_engagement(engagement.province_id, actor).require()
    require_not_closed(engagement)
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid(fields={"note": _("Give the reason.")})
    engagement.closed_at, engagement.close_reason = clock.now(), reason[:300]
    engagement.save(update_fields=["closed_at", "close_reason"])
    record(engagement, "close_engagement", actor=actor, note=reason)
    return engagement


def require_not_closed(engagement: Engagement) -> None:
    """Raises WrongState."""
    if engagement.closed_at is not None:
        raise WrongState(_("This audit has been closed already."))


def require_open(engagement: Engagement) -> None:
    """Raises WrongState unless today lies within the audit's days."""
    require_not_closed(engagement)
    if not engagement.is_open:
        raise WrongState(
            _("Samples are drawn from %(first)s to %(last)s.")
            % {"first": f"{engagement.starts_on:%d/%m/%Y}", "last": f"{engagement.ends_on:%d/%m/%Y}"}
        )


def payments_of(engagement: Engagement) -> "QuerySet[LedgerEntry]":
    """Advances, payments, returns and their corrections within the scope, oldest first."""
    rows = LedgerEntry.objects.filter(
        account=Account.PAID,
        budget__province=engagement.province_id,
        budget__year__gte=engagement.year_from,
        budget__year__lte=engagement.year_to,
    )
    chosen = list(engagement.projects.values_list("pk", flat=True))
    if chosen:
        rows = rows.filter(project__in=chosen)
    return rows.select_related("budget", "project").order_by("document_on", "pk")


def drawn(keys: Sequence[int], size: int, seed: str) -> list[int]:
    """`size` of the keys, each as likely as any other; the same seed and keys draw the same."""
    return random.Random(seed).sample(sorted(keys), min(size, len(keys)))


@transaction.atomic
def draw_sample(engagement: Engagement, size: int, *, least_vnd: int | None = None, actor: User) -> Sample:
    """Draw payments by chance and keep which. Raises WrongState outside the audit's days, Invalid where there are
    none."""
    engagement = lock(engagement)
    may_draw(engagement, actor).require()
    require_open(engagement)
    errors = {}
    if not 1 <= size <= MAX_SAMPLE:
        errors["size"] = _("Choose 1 to %(most)s.") % {"most": MAX_SAMPLE}
    rows = payments_of(engagement)
    if least_vnd is not None:
        rows = rows.filter(amount_vnd__gte=least_vnd)
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        errors["size"] = _("There is no payment in the scope of this audit.")
    if errors:
        raise Invalid(fields=errors)
    seed = secrets.token_hex(8)
    row: Sample = Sample.objects.create(
        engagement=engagement,
        seed=seed,
        size=min(size, len(keys)),
        drawn_from=len(keys),
        least_vnd=least_vnd,
        drawn_by=actor,
    )
    row.entries.set(drawn(keys, size, seed))
    record(row, "draw_sample", actor=actor, within=engagement, changes={"size": (None, row.size), "seed": (None, seed)})
    return row
