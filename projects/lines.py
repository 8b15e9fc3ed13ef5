"""The budget table of a project: lines with their cost and the money for it by source.

A project may do without. Where lines are entered they are the estimate in detail: their sums by source are it, and
what the lines of an activity cost is the cost of which its norm takes a percentage (`projects/ceilings.py`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.models import Source
from core.money import MAX_VND, group
from core.text import nfc
from programmes.models import Activity
from projects.models import BudgetLine

if TYPE_CHECKING:
    from projects.models import Project

MAX_LINES = 200
MAX_QUANTITY = Decimal(10) ** 9
PLACES = 3  # decimals of a quantity
_NUMBER = re.compile(r"\d+|\d{1,3}(\.\d{3})+|(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
_TWO_WAYS = re.compile(r"[1-9]\d{0,2},\d{3}|0\d.*", re.ASCII)


@dataclass(frozen=True)
class LineData:
    """One line. `money`: đồng by source, nothing from a source left out. `quantity` times `unit_price_vnd` is the cost
    where both are known."""

    content: str
    activity: Activity | None = None
    unit: str = ""
    quantity: Decimal | None = None
    unit_price_vnd: int | None = None
    money: Mapping[str, int] = field(default_factory=dict)

    @property
    def total_vnd(self) -> int:
        """From all sources together: what the line costs."""
        return sum(self.money.values())

    @property
    def priced_vnd(self) -> int | None:
        """Quantity times unit price in whole đồng; None where one of them is not known."""
        if self.quantity is None or self.unit_price_vnd is None:
            return None
        return int((self.quantity * self.unit_price_vnd).to_integral_value(ROUND_HALF_UP))


def parse_quantity(text: str) -> Decimal:
    """«1.234», «1,5», «1.234,5». Raises ValueError with what to do; as with money, nothing is guessed."""
    text = text.replace("\u00a0", " ").strip()
    if not _NUMBER.fullmatch(text) or _TWO_WAYS.fullmatch(text):
        if re.search(r"[.,]", text) and not re.search(r"[^\d.,\s]", text):
            raise ValueError(_("This can be read in two ways. Write 1.234 for thousands and 1,5 for decimals."))
        raise ValueError(_("Enter a number, for example 12 or 1,5."))
    return Decimal(text.replace(".", "").replace(",", "."))


def sums(lines: Iterable[LineData]) -> dict[str, int]:
    """Đồng by source; a source that no line names is left out."""
    found: dict[str, int] = {}
    for line in lines:
        for source, amount in line.money.items():
            found[source] = found.get(source, 0) + amount
    return {source: found[source] for source in Source.values if source in found}


def with_sums(estimate: Mapping[str, int], lines: Sequence[LineData]) -> dict[str, int]:
    """The estimate, in which a source left out takes the sum of the lines."""
    return {**sums(lines), **estimate} if lines else dict(estimate)


def faults_in(lines: Sequence[LineData], activities: Sequence[Activity], estimate: Mapping[str, int]) -> dict[str, str]:
    """What is wrong, by field: `lines.<number from 0>.<column>`, and `estimate.<source>` where the sums differ."""
    errors: dict[str, str] = {}
    if len(lines) > MAX_LINES:
        errors["lines"] = _("At most %(most)s lines; these are %(count)s. Put small items together.") % {
            "most": MAX_LINES,
            "count": len(lines),
        }
        return errors
    chosen = {activity.pk for activity in activities}
    for number, line in enumerate(lines):
        errors |= {f"lines.{number}.{column}": text for column, text in _faults_of(line, chosen).items()}
    if not lines:
        return errors
    wanted = sums(lines)
    for source in Source.values:
        asked, found = estimate.get(source, 0), wanted.get(source, 0)
        if asked != found:
            errors.setdefault(
                f"estimate.{source}",
                _("The lines of the budget table add up to %(sum)s đồng, this says %(asked)s: %(by)s apart.")
                % {"sum": group(found), "asked": group(asked), "by": group(abs(asked - found))},
            )
    return errors


def _faults_of(line: LineData, chosen: set[int]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not line.content.strip():
        found["content"] = _("Say what the line is for.")
    elif len(line.content) > 300:
        found["content"] = _("Write this in 300 characters at most.")
    if len(line.unit) > 60:
        found["unit"] = _("Write this in 60 characters at most.")
    if line.activity is not None and line.activity.pk not in chosen:
        found["activity"] = _("This activity is not one of the project's.")
    if line.quantity is not None and (
        not 0 < line.quantity < MAX_QUANTITY or line.quantity != round(line.quantity, PLACES)
    ):
        found["quantity"] = _("Enter a quantity above zero with three decimals at most.")
    if line.unit_price_vnd is not None and not 0 <= line.unit_price_vnd < MAX_VND:
        found["unit_price_vnd"] = _("Enter an amount in đồng, zero or more.")
    for source, amount in line.money.items():
        if source not in Source.values or not 0 <= amount < MAX_VND:
            found[f"{source}_vnd"] = _("Enter an amount in đồng, zero or more.")
    if not found and not line.money:
        found["money"] = _("Enter the money of the line, by source.")
    priced = line.priced_vnd
    if not found and priced is not None and priced != line.total_vnd:
        found["money"] = _("Quantity times unit price is %(priced)s đồng, the sources add up to %(total)s.") % {
            "priced": group(priced),
            "total": group(line.total_vnd),
        }
    return found


def lines_of(project: "Project") -> list[LineData]:
    """The stored lines in their order."""
    return [data_of(row) for row in project.lines.select_related("activity")]


def data_of(row: BudgetLine) -> LineData:
    amounts = {source: getattr(row, f"{source}_vnd") for source in Source.values}
    return LineData(
        content=row.content,
        activity=row.activity,
        unit=row.unit,
        quantity=row.quantity,
        unit_price_vnd=row.unit_price_vnd,
        money={source: amount for source, amount in amounts.items() if amount is not None},
    )


def store_lines(project: "Project", lines: Sequence[LineData]) -> None:
    """Put these lines in the place of those that are stored."""
    project.lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(
            project=project,
            position=position,
            content=" ".join(nfc(line.content).split()),
            activity=line.activity,
            unit=" ".join(nfc(line.unit).split()),
            quantity=line.quantity,
            unit_price_vnd=line.unit_price_vnd,
            **{f"{source}_vnd": amount for source, amount in line.money.items()},
        )
        for position, line in enumerate(lines)
    )


def words_of(lines: Iterable[LineData]) -> list[str]:
    """Each line as the trail keeps it."""
    return [
        f"{number}. {line.content}: {', '.join(f'{source} {amount}' for source, amount in line.money.items())}"
        for number, line in enumerate(lines, start=1)
    ]


def cost_of(lines: Iterable[LineData], activity: Activity, only: bool) -> int | None:
    """What the lines of an activity cost; None where no line names it. `only`: the project has no other activity, so
    that lines without one are its own."""
    mine = [line for line in lines if _belongs(line, activity, only)]
    return sum(line.total_vnd for line in mine) if mine else None


def asked_for(lines: Iterable[LineData], activity: Activity, only: bool, source: str) -> int:
    """What the lines of an activity take from a source."""
    return sum(line.money.get(source, 0) for line in lines if _belongs(line, activity, only))


def _belongs(line: LineData, activity: Activity, only: bool) -> bool:
    return only if line.activity is None else line.activity.pk == activity.pk
