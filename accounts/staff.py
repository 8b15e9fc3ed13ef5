"""The people of the programme as a list: what each has to do still, learned, and did last; and who left work behind."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Prefetch, Q
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Grant, HandOverUnit, StaffTraining, User, areas_below
from accounts.open_work import KINDS, OpenWork
from accounts.roles import Role
from audit.models import Entry
from audit.services import changed, record
from core import clock
from core.errors import Conflict, Invalid
from core.locks import lock
from core.text import fold, nfc

if TYPE_CHECKING:
    from audit.actors import Actor

FIRST_YEAR = 1960


@dataclass
class Member:
    """`open`: how much waits, by kind of open work; `last_at`: the last entry in the trail. `left`: open work stays
    behind, because the account is closed, no role is valid any more, or the role for its unit ended."""

    person: User
    grants: list[Grant]
    open: list[tuple[OpenWork, int]]
    trainings: int = 0
    last_at: dt.datetime | None = None
    left: bool = False
    ended: list[Grant] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(count for _kind, count in self.open)

    @property
    def roles_in_words(self) -> str:
        return "; ".join(f"{grant.get_role_display()}: {grant.area or '–'}" for grant in self.grants)


def open_counts(ids: Iterable[int]) -> dict[int, list[tuple[OpenWork, int]]]:
    """How much waits for each, of every kind, in one question per kind."""
    wanted = list(ids)
    found: dict[int, list[tuple[OpenWork, int]]] = {pk: [] for pk in wanted}
    for kind in KINDS.values():
        counted = kind.counts(wanted)
        for pk in wanted:
            found[pk].append((kind, counted.get(pk, 0)))
    return found


def members(people: Any) -> list[Member]:
    """Those who left work behind first, then by name. `people`: a queryset of users."""
    today = clock.today()
    grants = Grant.objects.select_related("area").order_by("role", "valid_from", "id")
    users = list(people.select_related("agency").prefetch_related(Prefetch("grants", grants, "all_grants")))
    ids = [user.pk for user in users]
    counts = open_counts(ids)
    learned = dict(StaffTraining.objects.filter(user__in=ids).order_by().values_list("user").annotate(Count("pk")))
    trail = Entry.objects.filter(actor_kind="person", actor_id__in=ids).order_by().values_list("actor_id")
    last = dict(trail.annotate(last=Max("at")))
    passed_on = set(HandOverUnit.objects.filter(hand_over__giver__in=ids).values_list("grant_number", flat=True))
    found = []
    for user in users:
        mine: list[Grant] = user.all_grants
        live = [grant for grant in mine if grant.valid_to is None or grant.valid_to >= today]
        member = Member(user, live, counts[user.pk], learned.get(user.pk, 0), last.get(user.pk))
        kept = {grant.area_id for grant in live if grant.role == Role.COLLABORATOR}
        member.ended = [
            grant for grant in mine
            if grant.role == Role.COLLABORATOR and grant not in live and grant.area_id not in kept
            and grant.pk not in passed_on
        ]  # fmt: skip
        member.left = bool(member.total) and (not user.is_active or not live or _lies_in(member))
        found.append(member)
    return sorted(found, key=lambda member: not member.left)


def _lies_in(member: Member) -> bool:
    """Does open work lie in a unit whose role ended? Asked for the few who have both."""
    areas = [grant.area_id for grant in member.ended if grant.area_id]
    if not areas:
        return False
    kept = [grant.area_id for grant in member.grants if grant.role == Role.COLLABORATOR and grant.area_id]
    only = set(areas_below(areas).values_list("area_id", flat=True))
    only -= set(areas_below(kept).values_list("area_id", flat=True))
    return bool(only) and any(kind.rows(member.person, only).exists() for kind, count in member.open if count)


# --- training taken ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrainingData:
    """What somebody learned. `days`: None is not known."""

    subject: str
    year_from: int
    provider: str = ""
    days: int | None = None
    certificate_no: str = ""
    year_to: int | None = None


def _checked(data: TrainingData) -> dict[str, Any]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {
        "subject": " ".join(nfc(data.subject).split()),
        "provider": " ".join(nfc(data.provider).split()),
        "days": data.days,
        "certificate_no": " ".join(nfc(data.certificate_no).split()),
        "year_from": data.year_from,
        "year_to": None if data.year_to == data.year_from else data.year_to,
    }
    if not values["subject"]:
        errors["subject"] = _("Enter what was learned.")
    if not FIRST_YEAR <= data.year_from <= clock.today().year:
        errors["year_from"] = _("Enter the year, not later than this one.")
    elif data.year_to is not None and not data.year_from <= data.year_to <= clock.today().year:
        errors["year_to"] = _("The last year lies between the first one and this one.")
    if data.days is not None and not 0 < data.days <= 3000:
        errors["days"] = _("Enter the number of days, or leave it empty where it is not known.")
    if errors:
        raise Invalid(fields=errors)
    return values


WORDS = {"days": "training_days"}  # «days» is another thing elsewhere in the trail


@transaction.atomic
def keep_training(
    user: User, data: TrainingData, *, actor: "Actor", row: StaffTraining | None = None, version: int | None = None
) -> StaffTraining:
    """Enter what the person learned, or change one row of it. With `version`: only if nobody changed it since."""
    permissions.may_keep_training(user, actor).require()
    values = _checked(data)
    lock(user)
    row = lock(row) if row is not None else None
    if row is not None and version is not None and version != row.version:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again."), code="stale")
    try:
        with transaction.atomic():
            if row is None:
                row = StaffTraining.objects.create(user=user, **values)
                changes: dict[str, Any] = {name: (None, value) for name, value in values.items() if value}
            else:
                changes = changed(row, values)
                for name, value in values.items():
                    setattr(row, name, value)
                row.version += 1
                row.save()
    except IntegrityError as error:
        raise Conflict(_("This training of the year is there already."), code="duplicate") from error
    if changes:
        action = "change" if row.version > 1 else "create"
        record(row, action, actor=actor, within=user, changes={WORDS.get(n, n): pair for n, pair in changes.items()})
    return row


@transaction.atomic
def remove_training(row: StaffTraining, *, actor: "Actor") -> None:
    """Take away what was entered by mistake. The trail keeps it."""
    permissions.may_keep_training(row.user, actor).require()
    row = lock(row, "user")
    changes = {"subject": (row.subject, None), "year_from": (row.year_from, None)}
    record(row, "remove", actor=actor, within=row.user, changes=changes)
    row.delete()


def search(rows: Any, text: str) -> Any:
    """By name, account, position or agency."""
    return rows.filter(Q(folded__contains=fold(text)) | Q(agency__name__icontains=text) | Q(position__icontains=text))
