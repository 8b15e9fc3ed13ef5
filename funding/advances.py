"""Advances measured by their tiers, and the final payment by the acceptance."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from core import clock
from core.errors import CeilingExceeded, DomainError
from core.models import Source
from core.money import group
from funding.models import ProjectBalance
from programmes.tiers import AdvanceLimit, advance_limit
from projects.models import Project


@dataclass(frozen=True)
class Advances:
    """The advances of a project from one source, in đồng, beside the most that its tiers allow."""

    source: str
    approved_vnd: int
    paid_vnd: int
    advanced_vnd: int
    limit: AdvanceLimit

    @property
    def label(self) -> str:
        return str(Source(self.source).label)

    @property
    def most_vnd(self) -> int | None:
        return self.limit.most_vnd(self.approved_vnd)

    @property
    def left_vnd(self) -> int | None:
        """What may still be advanced; below zero: too much. None where there is no tier."""
        return None if self.most_vnd is None else self.most_vnd - self.advanced_vnd

    @property
    def basis(self) -> str:
        return "; ".join(sorted({tier.legal_basis for tier in self.limit.tiers}))

    @property
    def percent_words(self) -> str:
        return group(self.limit.percent or Decimal(0)) + "%"


def advances_of(project: Project, source: str, on: dt.date | None = None) -> Advances:
    """Measured by the tiers of the day of the voucher, or of today."""
    rows = ProjectBalance.objects.filter(project=project, budget__source=source)
    sums = rows.aggregate(
        approved=Sum("allocated_vnd", default=0),
        paid=Sum("paid_vnd", default=0),
        advanced=Sum("advanced_vnd", default=0),
    )
    limit = advance_limit(list(project.activities.all()), source, project.province, on or clock.today())
    return Advances(source, int(sums["approved"]), int(sums["paid"]), int(sums["advanced"]), limit)


def require_within_tier(project: Project, source: str, amount_vnd: int, on: dt.date) -> None:
    """Raises CeilingExceeded where a verified tier is passed. Records from before are taken as they were."""
    now = advances_of(project, source, on)
    if project.historical or not now.limit.verified or now.left_vnd is None or amount_vnd <= now.left_vnd:
        return
    left = max(now.left_vnd, 0)
    message = _(
        "At most %(percent)s of the support may be advanced (%(basis)s), that is %(most)s đồng: asked %(needed)s, "
        "still to advance %(left)s, too much %(missing)s."
    ) % {
        "percent": now.percent_words,
        "basis": now.basis,
        "most": group(now.most_vnd or 0),
        "needed": group(amount_vnd),
        "left": group(left),
        "missing": group(amount_vnd - left),
    }
    raise CeilingExceeded(
        message,
        code="over_tier",
        fields={"amount_vnd": message},
        needed_vnd=amount_vnd,
        left_vnd=left,
        missing_vnd=amount_vnd - left,
    )


def warnings_of_advance(project: Project, source: str, on: dt.date) -> list[str]:
    """What has to be said after an advance that no verified tier measured."""
    now = advances_of(project, source, on)
    if project.historical or now.limit.verified:
        return []
    if now.most_vnd is None:
        return [_("No tier of advances is entered for this source, place and time: the advance was not measured.")]
    if now.advanced_vnd <= now.most_vnd:
        return []
    return [
        _(
            "The advances are %(advanced)s đồng now, more than %(percent)s of the support (%(most)s đồng). "
            "This tier is not verified: check it before money goes out."
        )
        % {"advanced": group(now.advanced_vnd), "percent": now.percent_words, "most": group(now.most_vnd)}
    ]


def require_acceptance(project: Project, source: str, amount_vnd: int) -> None:
    """Refuses the payment that would pay all that was approved while there are no minutes of acceptance."""
    if project.historical or project.accepted_on is not None:
        return
    now = advances_of(project, source)
    if now.paid_vnd + amount_vnd == now.approved_vnd:
        text = _("The whole support is paid only after the minutes of acceptance.")
        raise DomainError(text, code="not_accepted", fields={"amount_vnd": text})
