"""How each kind of dated rule is shown: its page, its columns, its words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags import kc
from programmes.kinds import kind_names
from programmes.models import (
    AdvanceTier,
    DatedRule,
    EligibilityRule,
    NeededPaper,
    StepRule,
    SupportNorm,
)
from programmes.norms import CapScope
from programmes.rule_forms import YEARS
from programmes.rules import KINDS, Kind, said

NONE = "–"  # does not apply; what is not known is «not reported»


@dataclass(frozen=True)
class Column:
    label: Any
    show: Callable[[Any], Any]
    number: bool = False
    unit: Any = ""


@dataclass(frozen=True)
class RulePage:
    """`name`: what a row is called; `notes`: small print below it; `columns`: the cells that only this kind has."""

    kind: Kind
    title: Any
    lead: Any
    name: Callable[[Any], str]
    notes: Callable[[Any], list[str]]
    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.kind.slug

    @property
    def url(self) -> str:
        return reverse("programmes:norms") if self.slug == "norms" else reverse("programmes:rules", args=[self.slug])


def _deadline(row: StepRule) -> str:
    if not row.deadline_day or not row.deadline_month:
        return NONE
    return f"{row.deadline_day:02}/{row.deadline_month:02} {dict(YEARS).get(row.deadline_years, row.deadline_years)}"


def _amount(row: SupportNorm) -> Any:
    elsewhere = row.ceiling_percent is not None or row.multiplier_of
    return NONE if row.ceiling_amount_vnd is None and elsewhere else kc.million(row.ceiling_amount_vnd)


def _norm_notes(row: SupportNorm) -> list[str]:
    times = ""
    if row.multiplier_of and row.multiplier is not None:
        times = _("%(times)s times the norm %(code)s") % {"times": kc.number(row.multiplier), "code": row.multiplier_of}
    known = row.cap_scope in CapScope.values and row.cap_scope != CapScope.UNKNOWN
    scope = _("The amount counts for %(what)s") % {"what": CapScope(row.cap_scope).label} if known else ""
    return [row.beneficiary_text, times, scope]


def _of_activities(row: AdvanceTier | NeededPaper) -> str:
    if row.activity is not None:
        return str(row.activity)
    return str(row.group) if row.group is not None else _("All activities")


def _kinds(row: EligibilityRule) -> str:
    names = kind_names()
    return ", ".join(names.get(code, code) for code in row.kinds.split()) or _("All kinds")


def _limits(row: EligibilityRule) -> str:
    found = []
    if row.capital_max_vnd is not None:
        found.append(_("capital %(amount)s million đồng") % {"amount": kc.million(row.capital_max_vnd)})
    if row.workers_max is not None:
        found.append(_("%(number)s workers") % {"number": kc.number(row.workers_max)})
    if row.unit_types:
        found.append(row.unit_types)
    return _(" or ").join(found) or NONE


PAGES = {
    page.slug: page
    for page in (
        RulePage(
            KINDS["norms"],
            gettext_lazy("Norms"),
            gettext_lazy(
                "How much support at most: the lower of an amount for each unit and a percentage of the cost."
            ),
            lambda row: row.activity_text,
            _norm_notes,
            (
                Column(gettext_lazy("Ceiling"), _amount, number=True, unit=gettext_lazy("million đồng")),
                Column(
                    gettext_lazy("Percent of cost"),
                    lambda row: NONE if row.ceiling_percent is None else kc.percent(row.ceiling_percent),
                    number=True,
                ),
                Column(gettext_lazy("Per"), lambda row: row.unit or NONE),
            ),
        ),
        RulePage(
            KINDS["steps"],
            gettext_lazy("Order and deadlines"),
            gettext_lazy("What must be done before a step of a project, and until when."),
            lambda row: said("step", row.step),
            lambda row: [],
            (
                Column(gettext_lazy("Before"), lambda row: f"«{said('before', row.before)}»" if row.before else NONE),
                Column(gettext_lazy("Deadline"), _deadline),
            ),
        ),
        RulePage(
            KINDS["criteria"],
            gettext_lazy("Appraisal checklist"),
            gettext_lazy("What appraisers look at in a file. The lines in force on the day of the opinion are asked."),
            lambda row: row.name,
            lambda row: [],
            (),
        ),
        RulePage(
            KINDS["papers"],
            gettext_lazy("Papers of a file"),
            gettext_lazy(
                "What a file needs for a step. Establishments see it on the public page, offices in the form."
            ),
            lambda row: row.name,
            lambda row: [row.condition],
            (
                Column(gettext_lazy("Needed for"), lambda row: said("needed_for", row.needed_for)),
                Column(gettext_lazy("Activity"), _of_activities),
            ),
            related=("activity", "group"),
        ),
        RulePage(
            KINDS["adjustments"],
            gettext_lazy("Who decides"),
            gettext_lazy("Which authority approves a project and decides which change of an approved one."),
            lambda row: row.name,
            lambda row: [],
            (
                Column(gettext_lazy("What changes"), lambda row: said("change", row.change)),
                Column(gettext_lazy("Decided by"), lambda row: said("authority", row.authority)),
            ),
        ),
        RulePage(
            KINDS["tiers"],
            gettext_lazy("Advance tiers"),
            gettext_lazy("How much of the approved support may be advanced, and on which conditions."),
            _of_activities,
            lambda row: [row.condition],
            (
                Column(gettext_lazy("Tier"), lambda row: kc.number(row.tier), number=True),
                Column(gettext_lazy("Percent of the support"), lambda row: kc.percent(row.percent), number=True),
            ),
            related=("activity", "group"),
        ),
        RulePage(
            KINDS["priorities"],
            gettext_lazy("Priorities"),
            gettext_lazy("By how much a priority raises the amount of a norm. Of several, the highest holds."),
            lambda row: row.name,
            lambda row: [],
            (
                Column(gettext_lazy("Norm that it raises"), lambda row: row.norm_code or _("All norms")),
                Column(gettext_lazy("Place with priority"), lambda row: row.place or _("Everywhere")),
                Column(gettext_lazy("Coefficient"), lambda row: kc.number(row.coefficient), number=True),
            ),
            related=("place",),
        ),
        RulePage(
            KINDS["kinds"],
            gettext_lazy("Kinds of establishment"),
            gettext_lazy("What an establishment may be. Establishments entered on a day choose among those in force."),
            lambda row: row.name,
            lambda row: [],
            (Column(gettext_lazy("Code"), lambda row: row.code),),
        ),
        RulePage(
            KINDS["trades"],
            gettext_lazy("Trades that are supported"),
            gettext_lazy("The law's own list of trades. It is not the classification of industries (VSIC)."),
            lambda row: row.name,
            lambda row: [],
            (
                Column(gettext_lazy("Code"), lambda row: row.code),
                Column(gettext_lazy("Condition"), lambda row: row.condition or NONE),
            ),
        ),
        RulePage(
            KINDS["eligibility"],
            gettext_lazy("Who is supported"),
            gettext_lazy("By these rules an establishment is judged on a day: its kind, its size and its place."),
            lambda row: row.name,
            lambda row: [row.condition],
            (
                Column(gettext_lazy("What it judges"), lambda row: row.get_subject_display()),
                Column(gettext_lazy("Kinds"), _kinds),
                Column(gettext_lazy("Limits"), _limits),
            ),
        ),
    )
}


@dataclass(frozen=True)
class Line:
    """One rule as a list shows it."""

    row: Any
    name: str
    notes: list[str]
    cells: list[tuple[Column, Any]]

    @property
    def time(self) -> str:
        """From when to when it is in force; «–» where no document says."""
        first, last = self.row.valid_from, self.row.valid_to
        if last is None:
            return kc.day(first)
        if first is None:
            return _("through %(day)s") % {"day": kc.day(last)}
        return f"{kc.day(first)} – {kc.day(last)}"


def line_of(page: RulePage, row: DatedRule) -> Line:
    notes = [text for text in (*page.notes(row), row.note) if text]
    return Line(row, page.name(row), notes, [(column, column.show(row)) for column in page.columns])
