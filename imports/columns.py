"""The columns of a file to import: one definition gives the head, the help and the list in the template, and the check.

A column reads one cell and gives its value, None for an empty cell, or raises Wrong with what is wrong and how to mend
it. What it did to a cell without asking (a zero that Excel dropped, put back) it says in `notes`.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core.money import MAX_VND, group
from core.text import fold, nfc
from core.workbooks import Cell


class Wrong(Exception):
    """`args[0]`: what is wrong with a cell and what to do, in words."""


# What spreadsheets show where a formula went wrong.
_UNSTORABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)  # also what turns text round
FAULTS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def shown(cell: Cell) -> str:
    """A cell as people see it in their sheet, for messages."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("Yes") if cell else _("No")
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f").replace(".", ",")
    return str(cell)


@dataclass(frozen=True)
class Column:
    """Text of at most `most` characters. `also`: other heads people write over such a column."""

    code: str
    label: Any
    help: Any = ""
    required: bool = False
    also: Sequence[str] = ()
    example: Any = ""
    width: int = 24
    most: int = 300

    def words(self, context: Any) -> str:
        """What may stand in the column, for the template."""
        return str(self.help) or _("Text, at most %(most)s characters.") % {"most": self.most}

    def options(self, context: Any) -> list[str]:
        """What the template offers as a list; nothing where anything may stand."""
        return []

    def read(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            if self.required:
                raise Wrong(_("«%(column)s» is missing. Enter it.") % {"column": self.label})
            return None
        if isinstance(cell, str) and cell in FAULTS:
            raise Wrong(_("The formula shows %(fault)s. Enter the value itself.") % {"fault": cell})
        if isinstance(cell, str) and _UNSTORABLE.search(cell):
            raise Wrong(_("The cell holds characters that cannot be stored. Type it anew."))
        return self.value(cell, context, notes)

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        text = " ".join(nfc(shown(cell)).split())
        if len(text) > self.most:
            raise Wrong(
                _("%(count)s characters; at most %(most)s. Shorten it.") % {"count": len(text), "most": self.most}
            )
        return text


def whole(cell: Cell, example: str) -> int:
    """A whole number, typed or as text with dots between thousands. Raises Wrong."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, str):
        text = re.sub(r"[\s\u00a0]", "", cell)
        if re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+", text):
            return int(text.replace(".", ""))
        if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
            raise Wrong(
                _("«%(cell)s» can be read in two ways. Write thousands with dots or without anything: %(plain)s.")
                % {"cell": cell, "plain": text.replace(",", "")}
            )
    if isinstance(cell, float):
        thousand = round(cell * 1000)
        raise Wrong(
            _("«%(cell)s» is no whole number. If you mean %(many)s, enter %(plain)s.")
            % {"cell": shown(cell), "many": group(thousand), "plain": thousand}
        )
    raise Wrong(
        _("«%(cell)s» is no number. Enter digits, for example %(example)s.") % {"cell": shown(cell), "example": example}
    )


@dataclass(frozen=True)
class Whole(Column):
    """A whole number from `least` to `largest`."""

    least: int = 0
    largest: int = 2_000_000_000
    example: Any = "25"
    width: int = 14

    def words(self, context: Any) -> str:
        limits = {"least": group(self.least), "largest": group(self.largest)}
        return f"{self.help} " + _("A whole number from %(least)s to %(largest)s. Empty: not reported.") % limits

    def value(self, cell: Cell, context: Any, notes: list[str]) -> int:
        number = whole(cell, str(self.example))
        if not self.least <= number <= self.largest:
            limits = {"cell": group(number), "least": group(self.least), "largest": group(self.largest)}
            raise Wrong(_("%(cell)s lies outside of %(least)s to %(largest)s. Check the number.") % limits)
        return number


@dataclass(frozen=True)
class Money(Column):
    """Whole đồng, typed in the unit that the head of the column says: (đồng), (nghìn đồng), (triệu đồng), (tỷ đồng)."""

    example: Any = "300"
    width: int = 18
    unit: int = 1_000_000  # of the template

    def words(self, context: Any) -> str:
        unit = next(name for name, size in UNITS.items() if size == self.unit)
        return f"{self.help} " + _("An amount in %(unit)s, as the head says. Empty: not reported. 0: none.") % {
            "unit": unit
        }

    def in_unit(self, cell: Cell, unit: int) -> int:
        """The cell in whole đồng. Raises Wrong."""
        number = self._number(cell)
        amount = number * unit
        if amount != amount.to_integral_value():
            raise Wrong(_("«%(cell)s» is no whole number of đồng. Check the decimals.") % {"cell": shown(cell)})
        if not 0 <= amount < MAX_VND:
            raise Wrong(
                _("«%(cell)s» is below zero or too large. Check the amount and the unit.") % {"cell": shown(cell)}
            )
        return int(amount)

    def _number(self, cell: Cell) -> Decimal:
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return Decimal(repr(cell))
        text = re.sub(r"[\s\u00a0]", "", str(cell)) if isinstance(cell, str) else ""
        if re.fullmatch(r"\d{1,3}(\.\d{3})*(,\d+)?|\d+(,\d+)?", text):
            if re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
                raise Wrong(
                    _("«%(cell)s» can be read in two ways. Write thousands with dots or without anything.")
                    % {"cell": cell}
                )
            try:
                return Decimal(text.replace(".", "").replace(",", "."))
            except InvalidOperation:
                pass
        raise Wrong(
            _("«%(cell)s» is no amount. Enter digits, for example %(example)s.")
            % {"cell": shown(cell), "example": self.example}
        )


NOT_APPLICABLE = "not_applicable"  # what a figure that cannot be there is read as


def says_not_applicable(cell: Cell) -> bool:
    """«x», «không áp dụng», «KAD», «n/a»: there is no such figure for it, which is neither 0 nor «not reported»."""
    return isinstance(cell, str) and fold(cell.strip()) in {"x", "khong ap dung", "kad", "n/a", "does not apply"}


@dataclass(frozen=True)
class WholeOrNot(Whole):
    """A whole number, or that it does not apply."""

    def words(self, context: Any) -> str:
        return f"{super().words(context)} {_or_not()}"

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        return NOT_APPLICABLE if says_not_applicable(cell) else super().value(cell, context, notes)


@dataclass(frozen=True)
class MoneyOrNot(Money):
    """An amount, or that it does not apply."""

    def words(self, context: Any) -> str:
        return f"{super().words(context)} {_or_not()}"

    def in_unit(self, cell: Cell, unit: int) -> Any:
        return NOT_APPLICABLE if says_not_applicable(cell) else super().in_unit(cell, unit)


def _or_not() -> str:
    return _("x: does not apply.")


UNITS = {"đồng": 1, "nghìn đồng": 1_000, "triệu đồng": 1_000_000, "tỷ đồng": 1_000_000_000}


@dataclass(frozen=True)
class Day(Column):
    example: Any = "31/12/2026"
    width: int = 14

    def words(self, context: Any) -> str:
        return f"{self.help} " + _("A date as day/month/year, for example %(example)s.") % {"example": self.example}

    def value(self, cell: Cell, context: Any, notes: list[str]) -> dt.date:
        if isinstance(cell, str):
            match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell.strip())
            iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?: 00:00:00)?", cell.strip())
            parts = (match[3], match[2], match[1]) if match else (iso[1], iso[2], iso[3]) if iso else None
            if parts is not None:
                try:
                    cell = dt.date(*map(int, parts))
                except ValueError:
                    raise Wrong(_("There is no such day: «%(cell)s».") % {"cell": cell}) from None
        if isinstance(cell, int) and not isinstance(cell, bool) and 20_000 < cell < 80_000:
            likely = dt.date(1899, 12, 30) + dt.timedelta(days=cell)
            raise Wrong(
                _("%(cell)s is a number. If you mean %(day)s, format the cell as a date.")
                % {"cell": cell, "day": f"{likely:%d/%m/%Y}"}
            )
        if not isinstance(cell, dt.date):
            raise Wrong(
                _("«%(cell)s» is no date. Enter day/month/year, for example %(example)s.")
                % {"cell": shown(cell), "example": self.example}
            )
        if not 1990 <= cell.year <= 2100:
            raise Wrong(_("The year of %(cell)s cannot be right. Check it.") % {"cell": shown(cell)})
        return cell


@dataclass(frozen=True)
class Choice(Column):
    """One of a list. `among`: what there is, as (value, words), from the importer's context."""

    among: Callable[[Any], Iterable[tuple[Any, str]]] = field(default=lambda context: ())
    other: Callable[[Any], Iterable[tuple[Any, str]]] = field(default=lambda context: ())  # further words for them

    def words(self, context: Any) -> str:
        return f"{self.help} " + _("Choose one of the list.")

    def options(self, context: Any) -> list[str]:
        return [str(words) for _value, words in self.among(context)]

    def value(self, cell: Cell, context: Any, notes: list[str]) -> Any:
        known = context.setdefault(("choices", self.code), None)
        if known is None:
            known = {fold(str(words)): value for value, words in self.other(context)}
            for code, _name in settings.LANGUAGES:  # a file may come from a template of the other language
                with override(code):
                    known.update({fold(str(words)): value for value, words in self.among(context)})
            context["choices", self.code] = known
        found = known.get(fold(shown(cell)), Wrong)
        if found is Wrong:
            some = ", ".join(f"«{words}»" for words in self.options(context)[:6])
            raise Wrong(
                _("«%(cell)s» is not in the list. Choose among: %(some)s …") % {"cell": shown(cell)[:60], "some": some}
            )
        return found


YES_NO = ((True, gettext_lazy("Yes")), (False, gettext_lazy("No")))


def dropped_zero(label: Any, digits: str) -> str:
    said = {"column": label, "digits": digits}
    return _("%(column)s: Excel dropped the zero in front; read as 0%(digits)s.") % said


@dataclass(frozen=True)
class Digits(Column):
    """Figures that are no number: telephone, codes. Excel drops a zero in front of a number; where `whole_length` says
    how many digits there are, it is put back and told."""

    lengths: Sequence[int] = ()
    width: int = 18

    def value(self, cell: Cell, context: Any, notes: list[str]) -> str | None:
        text = shown(cell).strip()
        bare = re.sub(r"[\s.\u00a0]", "", text)
        if isinstance(cell, (int, float)) and len(bare) not in self.lengths and len(bare) + 1 in self.lengths:
            notes.append(dropped_zero(self.label, bare))
            return "0" + bare
        if len(text) > self.most:
            raise Wrong(
                _("%(count)s characters; at most %(most)s. Shorten it.") % {"count": len(text), "most": self.most}
            )
        return bare if bare.isdigit() else text
