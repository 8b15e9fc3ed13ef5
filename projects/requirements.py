"""What each step needs, field by field, in the life of national and of local money: a table that officials can read.

A row of the project's own form says itself when it is missing. What stands elsewhere (opinions, contracts, money) is
asked by a check that the module of it registers; what is typed with the step itself by the guards of the step. The
table is printed in docs/states.md and compared with tests/projects/requirements.csv, written by hand. What has to have
happened before a step by law is data (`projects/procedure.py`).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Invalid
from core.models import SUPPORT_SOURCES, Source
from projects.models import ProjectType

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

    Check = Callable[["Project", "User | None"], None]

# Where it is entered, with its words in the docs.
FORM, OPINION, CONTRACTS, MONEY, STEP = "form", "opinion", "contracts", "money", "step"
WHERE = {
    FORM: "the form of the project",
    OPINION: "the opinions of the appraisal",
    CONTRACTS: "the contracts",
    MONEY: "the money of the project",
    STEP: "the step itself",
}
OURS = "our design"


@dataclass(frozen=True)
class Facts:
    """What requirements ask of a project, stored or only typed. `estimate` in đồng by source."""

    type: str
    activities: int
    beneficiaries: int
    estimate: Mapping[str, int]
    investment_vnd: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None

    @property
    def is_task(self) -> bool:
        return self.type == ProjectType.TASK

    @property
    def is_flagship(self) -> bool:
        return self.type == ProjectType.FLAGSHIP

    @property
    def lasts_two_or_three_years(self) -> bool:
        """More than one year from first to last day, and three at most."""
        if self.starts_on is None or self.ends_on is None:
            return False
        years = (self.ends_on - self.starts_on).days / 365.25
        return 1 < years <= 3.01


def facts_of(project: "Project") -> Facts:
    return Facts(
        type=project.type,
        activities=len(project.activities.all()),
        beneficiaries=len(project.beneficiaries.all()),
        estimate={row.source: row.amount_vnd for row in project.estimates.all()},
        investment_vnd=project.investment_vnd,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
    )


@dataclass(frozen=True)
class Requirement:
    """`missing`: of a row of the project's form, when it is missing. `when`: for which projects, where not for all.

    `national`, `local`: the source of the rule in the life of that money (document and article, or our design); None
    where that life has no such row. `held`: whether the step is refused without it; otherwise it is only asked for.
    """

    step: str
    field: str
    words: Any
    national: str | None = OURS
    local: str | None = OURS
    missing: Callable[[Facts], bool] | None = None
    when: str = ""
    where: str = FORM
    held: bool = True

    def basis(self, source: str) -> str | None:
        return self.national if source == Source.NATIONAL else self.local


def _paper(step: str, national: str, when: str = "") -> list[Requirement]:
    """The paper of an act that national money alone knows."""
    words = {"paper.number": _("Number of the paper"), "paper.issuer": _("Issued by"), "paper.date": _("Date")}
    return [Requirement(step, field, text, national, None, when=when, where=STEP) for field, text in words.items()]


REASON = _("Reason")
DECISION = _("Decision: issuing body, number, date")
VOUCHER = _("Document number and date")
OWN_ACCOUNT = "unless the ministry does it with its own account"
NO_TASK, TASK, GROUP, OF_FLAGSHIP = "all but tasks", "tasks", "groups", "flagships"
# What a project has to say: the articles are known, their full text was not seen.
CONTENT = "36/2013/TT-BCT Điều 4-6"
FLAGSHIP = "17/2018/TT-BCT Điều 1.1"
NORM = "28/2018/TT-BTC Điều 8"
BOTH_CONTRACTS = "36/2013/TT-BCT Điều 13, 15"

REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "submit", "activities", _("Choose at least one activity."), CONTENT, OURS, missing=lambda f: not f.activities
    ),
    Requirement(
        "submit",
        "beneficiaries",
        _("Choose the beneficiary. Only a task has none."),
        CONTENT,
        missing=lambda f: not f.is_task and not f.beneficiaries,
        when=NO_TASK,
    ),
    Requirement(
        "submit",
        "beneficiaries",
        _("A group or flagship project has at least two beneficiaries."),
        f"{FLAGSHIP} (flagships); {OURS} (groups)",
        f"{FLAGSHIP} (flagships); {OURS} (groups)",
        missing=lambda f: f.type in (ProjectType.GROUP, ProjectType.FLAGSHIP) and f.beneficiaries == 1,
        when=f"{GROUP}, {OF_FLAGSHIP}",
    ),
    Requirement(
        "submit",
        "activities",
        _("A flagship project has at least two kinds of activity (Circular 17/2018/TT-BCT, Article 1.1)."),
        FLAGSHIP,
        FLAGSHIP,
        missing=lambda f: f.is_flagship and f.activities == 1,
        when=OF_FLAGSHIP,
    ),
    Requirement(
        "submit",
        "estimate",
        _("Enter the support asked for, by source."),
        CONTENT,
        missing=lambda f: not any(f.estimate.get(source) for source in SUPPORT_SOURCES),
    ),
    Requirement(
        "submit",
        "ends_on",
        _("A flagship project lasts 2 to 3 years: enter first and last day (Circular 17/2018/TT-BCT, Article 1.1)."),
        FLAGSHIP,
        FLAGSHIP,
        missing=lambda f: f.is_flagship and not f.lasts_two_or_three_years,
        when=OF_FLAGSHIP,
    ),
    Requirement(
        "submit",
        "activities",
        _("A group project has one activity for several beneficiaries."),
        missing=lambda f: f.type == ProjectType.GROUP and f.activities > 1,
        when=GROUP,
    ),
    Requirement(
        "submit",
        "estimate_counterpart",
        _("A task has no counterpart: leave it empty or enter 0."),
        missing=lambda f: f.is_task and bool(f.estimate.get(Source.COUNTERPART)),
        when=TASK,
    ),
    Requirement(
        "submit",
        "investment_vnd",
        _("Enter the total investment."),
        NORM,
        missing=lambda f: f.investment_vnd is None and not f.is_task,
        when=NO_TASK,
    ),
    # The next two are asked by checks of projects/services.py.
    Requirement(
        "submit",
        "estimate",
        _("Support within the norm of the day"),
        NORM,
        "the resolution that the norm names",
        when="with a verified norm",
    ),
    Requirement("submit", "repeat_reason", _("Why it is supported again"), when="supported before for the same"),
    *_paper("register", "36/2013/TT-BCT Điều 6; 17/2018/TT-BCT Điều 1.9"),
    Requirement("appraise", "opinion", _("An appraiser who found the file fit"), where=OPINION),
    Requirement("return", "note", REASON, where=STEP),
    Requirement("reject", "note", REASON, where=STEP),
    *_paper("ministry_appraise", f"36/2013/TT-BCT Điều 6; {OURS} for the paper", OWN_ACCOUNT),
    *_paper("ministry_return", OURS, OWN_ACCOUNT),
    Requirement("ministry_return", "note", REASON, OURS, None, where=STEP),
    *_paper("ministry_reject", OURS, OWN_ACCOUNT),
    Requirement("ministry_reject", "note", REASON, OURS, None, where=STEP),
    Requirement("approve", "decision", DECISION, "36/2013/TT-BCT Điều 6", where=STEP),
    Requirement("approve", "money", _("Money approved, by source"), "36/2013/TT-BCT Điều 6", where=STEP),
    Requirement("contract", "contracts", _("The implementation contract"), BOTH_CONTRACTS, None, where=CONTRACTS),
    Requirement("contract", "contracts", _("The implementation contract"), None, OURS, when=TASK, where=CONTRACTS),
    Requirement(
        "contract",
        "contracts",
        _("The support contract with each beneficiary"),
        BOTH_CONTRACTS,
        when=NO_TASK,
        where=CONTRACTS,
    ),
    Requirement("advance", "document_no", VOUCHER, where=MONEY),
    Requirement(
        "advance",
        "amount_vnd",
        _("Within the tier of advances"),
        "36/2013/TT-BCT Điều 13; 17/2018/TT-BCT",
        when="with a verified tier",
        where=MONEY,
    ),
    Requirement("pay", "document_no", VOUCHER, where=MONEY),
    Requirement(
        "pay",
        "amount_vnd",
        _("Minutes of acceptance before the payment that completes the support"),
        f"36/2013/TT-BCT Điều 15; {OURS} for refusing",
        where=MONEY,
    ),
    Requirement(
        "accept",
        "paper",
        _("Minutes of acceptance and who took part"),
        "36/2013/TT-BCT, mẫu 5a Phụ lục 1",
        where=STEP,
        held=False,
    ),
    Requirement("liquidate", "paper", _("Minutes of liquidation"), "36/2013/TT-BCT Điều 15", where=STEP, held=False),
    Requirement("settle", "paper", _("Approval of the settlement"), where=STEP, held=False),
    *(
        Requirement(step, "money", words, when=when, where=MONEY)
        for step in ("settle", "close")
        for words, when in (
            (_("All that was approved is paid or corrected"), ""),
            (_("Advances are cleared or recovered"), "national money, or where clearing was recorded"),
            (_("What was paid is delivered"), "with beneficiaries; as for advances"),
        )
    ),
    Requirement("stop", "note", REASON, where=STEP),
    Requirement("stop", "decision", DECISION, when="money approved and not spent", where=STEP),
)


_CHECKS: list[tuple[str, str, "Check"]] = []


def check(where: str, *steps: str) -> "Callable[[Check], Check]":
    """Register what has to stand elsewhere before a step: raises a DomainError that names the fields."""

    def keep(function: "Check") -> "Check":
        _CHECKS.extend((step, where, function) for step in steps)
        return function

    return keep


def missing_of(facts: Facts, step: str) -> dict[str, list[str]]:
    """Everything of the form the step still needs: {field: [what to do, …]}, all at once."""
    result: dict[str, list[str]] = {}
    for requirement in REQUIREMENTS:
        if requirement.step == step and requirement.missing is not None and requirement.missing(facts):
            result.setdefault(requirement.field, []).append(str(requirement.words))
    return result


@dataclass(frozen=True)
class Lack:
    """Something a step still needs: the field, what to do, and where it is entered."""

    field: str
    text: str
    where: str


def _refusals(project: "Project", step: str, actor: "User | None") -> list[tuple[str, DomainError]]:
    found: list[tuple[str, DomainError]] = []
    asked = any(row.step == step and row.missing is not None for row in REQUIREMENTS)
    missing = missing_of(facts_of(project), step) if asked else {}
    if missing:
        text = gettext("The project is not complete yet.")
        found.append((FORM, Invalid(text, code="incomplete", fields=missing)))
    for name, where, function in _CHECKS:
        if name == step:
            try:
                function(project, actor)
            except DomainError as refusal:
                found.append((where, refusal))
    return found


def lacking(project: "Project", step: str, actor: "User | None" = None) -> list[Lack]:
    """Everything a stored project still needs for the step, wherever it is entered."""
    return [
        Lack(field, text, where)
        for where, refusal in _refusals(project, step, actor)
        for field, texts in (refusal.fields or {"": [refusal.message]}).items()
        for text in texts
    ]


def missing_for(project: "Project", step: str, actor: "User | None" = None) -> dict[str, list[str]]:
    """As `lacking`, by field."""
    result: dict[str, list[str]] = {}
    for lack in lacking(project, step, actor):
        result.setdefault(lack.field, []).append(lack.text)
    return result


def require_complete(project: "Project", step: str, actor: "User | None" = None) -> None:
    """Raise what is missing: one refusal as it is, several as one Invalid with every field."""
    found = [refusal for _where, refusal in _refusals(project, step, actor)]
    if len(found) == 1:
        raise found[0]
    if found:
        fields: dict[str, list[str]] = {}
        for refusal in found:
            for name, texts in (refusal.fields or {"": [refusal.message]}).items():
                fields.setdefault(name, []).extend(texts)
        raise Invalid(gettext("The project is not complete yet."), code="incomplete", fields=fields)
