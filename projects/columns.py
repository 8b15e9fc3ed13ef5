"""The columns of a list of projects, on the page and in the workbook. Code, name and source always stand first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """`kind`: text, state, day or money (đồng). `total`: its sum's name in `support_totals`. `bare`: a phone shows it
    without the label, as it says by itself what it is."""

    code: str
    label: Any
    kind: str
    value: Callable[[Any], Any]
    total: str = ""
    bare: bool = False


def _owners(project: Any) -> str:
    return ", ".join(str(owner) for owner in project.beneficiaries.all())


def _submitted(project: Any) -> Any:
    return timezone.localtime(project.submitted_at).date() if project.submitted_at else None


COLUMNS = (
    Column("place", _("Place"), "text", lambda p: p.area.full_name, bare=True),
    Column("year", _("Year"), "text", lambda p: str(p.year), bare=True),
    Column("state", _("State"), "state", lambda p: p.get_state_display(), bare=True),
    Column("type", _("Type"), "text", lambda p: p.get_type_display()),
    Column("unit", _("Implementing unit"), "text", lambda p: p.implementing_unit.name),
    Column("beneficiaries", _("Beneficiaries"), "text", _owners),
    Column("submitted", _("Submitted on"), "day", _submitted),
    Column("decided", _("Approved on"), "day", lambda p: p.decided_on),
    Column("starts", _("Starts on"), "day", lambda p: p.starts_on),
    Column("ends", _("Ends on"), "day", lambda p: p.ends_on),
    Column("investment", _("Total investment"), "money", lambda p: p.investment_vnd),
    Column("asked", _("Support asked for"), "money", lambda p: p.support_vnd, "support_vnd"),
    Column("approved", _("Approved"), "money", lambda p: p.approved_vnd if p.decided_on else None, "approved_vnd"),
)
FIRST = ("place", "year", "state", "asked", "approved")  # what is shown unless somebody chooses


def columns(codes: Iterable[str]) -> list[Column]:
    """In the order of the table; the usual ones for none."""
    wanted = set(codes) or set(FIRST)
    return [column for column in COLUMNS if column.code in wanted]
