"""What an auditor asks for, found in the records: each kind with what it means and the projects it concerns.

Historical records are in those about people and repeats, and not in those about delay: they make no work.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.money import group
from funding.models import EntryKind, LedgerEntry
from funding.resources import counterpart_of, counterparts
from projects.ceilings import NOT_GIVEN, ceilings_of
from projects.models import OPEN_FOR_PROGRESS, DecisionMoney, Project

if TYPE_CHECKING:
    from accounts.models import User

QUIET = dt.timedelta(days=90)  # our own line: no rule names a number of days
SHOWN = 10


@dataclass(frozen=True)
class Kind:
    """`find` gives the rows of the projects a person sees, `note` says of a row what is noticed."""

    code: str
    title: Any
    meaning: Any
    find: Callable[["QuerySet[Project]"], Any]
    note: Callable[[Any], str]


def _days(since: dt.date) -> str:
    days = (clock.today() - since).days
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def _late(rows: "QuerySet[Project]") -> Any:
    return rows.late().order_by("ends_on", "pk")  # type: ignore[attr-defined]


def _quiet(rows: "QuerySet[Project]") -> Any:
    """Nothing reported as of a day in the last 90, and decided on before that."""
    line = clock.today() - QUIET
    open_ones = rows.filter(state__in=OPEN_FOR_PROGRESS, historical=False, decided_on__lt=line)
    found = open_ones.annotate(last_on=Max("updates__on"))
    return found.filter(Q(last_on=None) | Q(last_on__lt=line)).order_by(F("last_on").asc(nulls_first=True), "pk")


def _own(rows: "QuerySet[Project]") -> Any:
    """Decided by who entered or submitted it."""
    by_hand = Q(decisions__recorded_by=F("created_by")) | Q(decisions__recorded_by=F("submitted_by"))
    return rows.filter(by_hand).distinct().order_by("-decided_on", "pk")


def _repeated(rows: "QuerySet[Project]") -> Any:
    """The same establishment was supported for the same activity in another project, approved before."""
    earlier = Q(decided_on__lt=OuterRef("decided_on")) | Q(decided_on=OuterRef("decided_on"), pk__lt=OuterRef("pk"))
    same = Project.objects.filter(beneficiaries=OuterRef("beneficiaries"), activities=OuterRef("activities"))
    before = same.filter(earlier).exclude(state__in=NOT_GIVEN)
    found = rows.exclude(state__in=NOT_GIVEN).filter(Exists(before), decided_on__isnull=False)
    return rows.filter(pk__in=found.order_by().values("pk")).order_by("-decided_on", "pk")


def _differing(rows: "QuerySet[Project]") -> Any:
    """Of those of which a beneficiary promised counterpart by paper."""
    found = [one.project.pk for one in counterparts(rows.order_by()) if one.says]
    return rows.filter(pk__in=found).order_by("-year", "code")


def _paid_early(rows: "QuerySet[Project]") -> Any:
    """A payment (no advance) dated before the acceptance, or without any."""
    early = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT, amount_vnd__gt=0, project__historical=False)
    early = early.filter(Q(project__accepted_on=None) | Q(document_on__lt=F("project__accepted_on")))
    return rows.filter(pk__in=early.order_by().values("project")).order_by("-year", "code")


KINDS = (
    Kind(
        "paid_early",
        _("Paid before acceptance"),
        _("A payment that is no advance bears a date before the acceptance, or the project is not accepted."),
        _paid_early,
        lambda row: f"{row.accepted_on:%d/%m/%Y}" if row.accepted_on else str(_("not accepted")),
    ),
    Kind("late", _("Past their end"), _("Its last day is over and it runs on."), _late, lambda row: _days(row.ends_on)),
    Kind(
        "quiet",
        _("No progress for 90 days"),
        _("Approved, not accepted, and no progress was reported as of a day in the last 90 days, a line of ours."),
        _quiet,
        lambda row: _days(row.last_on) if row.last_on else str(_("no progress reported yet")),
    ),
    Kind(
        "own",
        _("Decided by who entered it"),
        _("The person who recorded the decision also entered or submitted the project."),
        _own,
        lambda row: f"{row.decided_on:%d/%m/%Y}" if row.decided_on else "",
    ),
    Kind(
        "counterpart",
        _("Counterpart that does not agree"),
        _("What papers promise or prove of the counterpart is not what the decision or the confirmed progress says."),
        _differing,
        lambda row: " ".join(counterpart_of(row).says),
    ),
    Kind(
        "repeated",
        _("Supported again for the same"),
        _("The same establishment was supported for the same activity in a project approved before."),
        _repeated,
        lambda row: row.repeat_reason or str(_("no reason is given")),
    ),
)


def over_norm(rows: Iterable[Project]) -> list[tuple[Project, str]]:
    """Approved above the norm of the day of the decision: possible only where the norm is not verified. Worked out
    project by project, so the rows are to be few: those of one year."""
    found = []
    for project in rows:
        money = DecisionMoney.objects.filter(decision__project=project).order_by()
        approved = {row["source"]: row["total"] for row in money.values("source").annotate(total=Sum("amount_vnd"))}
        over = sum(ceiling.over_vnd for ceiling in ceilings_of(project, project.decided_on, approved))
        if over:
            found.append((project, f"{group(over)} đồng"))
    return found


def rows_of(kind: Kind, user: "User", year: int | None) -> Any:
    seen: Any = Project.objects.worked_on_by(user)
    rows = seen.filter(year=year) if year else seen
    return kind.find(rows).select_related("area", "programme")
