"""Which papers there are: their layout, what each must hold, from when it makes sense, and until when it is a draft."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.verdicts import YES, Verdict, no
from papers import layouts
from papers.fields import FIELDS, LETTER_FIELDS
from papers.layouts import Layout
from projects.models import EDITABLE, Project, ProjectType

LETTER = "registration"


def _always(project: Project) -> Verdict:
    return YES


def _submitted(project: Project) -> Verdict:
    return YES if project.submitted_at else no(_("Possible once the project is submitted."))


def _decided(project: Project) -> Verdict:
    return YES if project.decided_on else no(_("Possible once the decision is recorded."))


def _contract(project: Project) -> Verdict:
    if project.type == ProjectType.TASK:
        return no(_("A task has no support contract."))
    return _decided(project)


def _begun(project: Project) -> Verdict:
    return YES if project.started_on else no(_("Possible once the project has started."))


def _accepted(project: Project) -> Verdict:
    if project.type == ProjectType.TASK:
        return no(_("A task has no support contract."))
    return YES if project.accepted_on else no(_("Possible once acceptance is recorded."))


@dataclass(frozen=True)
class Form:
    """`step`: the step whose paper it is, if any (its number, day and people are taken from there). `final`: has its
    step been taken? `holds`: the fields without which the paper is not this paper. `whole`: all fields there are."""

    code: str
    title: Any
    file: str  # how its files are called
    layout: Layout
    step: str
    available: Callable[[Project], Verdict]
    final: Callable[[Project], bool]
    holds: tuple[str, ...]
    whole: dict[str, Any]
    per_beneficiary: bool = False
    issued_by: str = "department"  # or the implementing unit


FORMS: dict[str, Form] = {
    form.code: form
    for form in (
        Form(
            "summary",
            gettext_lazy("Summary of the project"),
            "de-an-tom-tat",
            layouts.SUMMARY,
            "submit",
            _always,
            lambda project: project.submitted_at is not None and project.state not in EDITABLE,
            (
                "mark",
                "project.code",
                "project.name",
                "project.type",
                "project.year",
                "project.place",
                "project.unit",
                "project.time",
                "project.activities",
                "project.aim",
                "beneficiaries[].name",
                "sources[].estimated",
                "money.support_words",
                "results[].planned",
            ),
            FIELDS,
            issued_by="unit",
        ),
        Form(
            "appraisal",
            gettext_lazy("Minutes of the base appraisal"),
            "bien-ban-tham-dinh",
            layouts.APPRAISAL,
            "appraise",
            _submitted,
            lambda project: project.appraised_on is not None,
            (
                "mark",
                "paper.number",
                "paper.day",
                "paper.participants",
                "paper.conclusion",
                "project.name",
                "project.unit",
                "money.support",
                "checklist[].criterion",
                "checklist[].finding",
                "opinions[].name",
                "opinions[].recommendation",
                "opinions[].remarks",
            ),
            FIELDS,
        ),
        Form(
            "submission",
            gettext_lazy("Submission for approval"),
            "to-trinh-phe-duyet",
            layouts.SUBMISSION,
            "approve",
            _submitted,
            lambda project: project.decided_on is not None,
            (
                "mark",
                "paper.number",
                "paper.place_date",
                "paper.receiver",
                "project.name",
                "project.unit",
                "project.place",
                "project.activities",
                "project.time",
                "beneficiaries[].name",
                "sources[].estimated",
                "money.support",
                "money.support_words",
                "appraisal.conclusion",
            ),
            FIELDS,
        ),
        Form(
            "contract",
            gettext_lazy("Support contract"),
            "hop-dong-ho-tro",
            layouts.CONTRACT,
            "contract",
            _contract,
            lambda project: False,  # told by the contract itself, see content
            (
                "mark",
                "contract.number",
                "contract.day",
                "contract.party_a",
                "contract.party_b",
                "contract.content",
                "contract.value",
                "contract.value_words",
                "contract.time",
                "beneficiary.tax_code",
                "beneficiary.representative",
                "decision.number",
                "project.name",
            ),
            FIELDS,
            per_beneficiary=True,
            issued_by="unit",
        ),
        Form(
            "acceptance",
            gettext_lazy("Minutes of base acceptance (form 5a)"),
            "bien-ban-nghiem-thu-mau-5a",
            layouts.ACCEPTANCE,
            "accept",
            _begun,
            lambda project: project.accepted_on is not None,
            (
                "mark",
                "paper.number",
                "paper.day",
                "paper.participants",
                "paper.conclusion",
                "project.name",
                "project.place",
                "project.unit",
                "beneficiaries[].name",
                "decision.number",
                "contract.number",
                "results[].planned",
                "results[].achieved",
                "decided.support",
            ),
            FIELDS,
            issued_by="unit",
        ),
        Form(
            "completion",
            gettext_lazy("Report of completed volume and cost (form 3b)"),
            "khoi-luong-kinh-phi-hoan-thanh-mau-3b",
            layouts.COMPLETION,
            "",
            _begun,
            lambda project: project.settled_on is not None,
            (
                "mark",
                "project.code",
                "project.name",
                "project.unit",
                "decision.number",
                "contract.number",
                "results[].indicator",
                "results[].planned",
                "results[].achieved",
                "results[].rate",
                "sources[].decided",
                "sources[].paid",
                "totals.paid_words",
                "progress.invested",
            ),
            FIELDS,
            issued_by="unit",
        ),
        Form(
            "liquidation",
            gettext_lazy("Minutes of the liquidation of the contract"),
            "bien-ban-thanh-ly",
            layouts.LIQUIDATION,
            "liquidate",
            _accepted,
            lambda project: project.liquidated_on is not None,
            (
                "mark",
                "paper.number",
                "paper.day",
                "contract.number",
                "contract.day",
                "contract.party_a",
                "contract.party_b",
                "contract.value",
                "contract.value_words",
                "contract.paid",
                "contract.left",
                "acceptance.number",
                "project.name",
            ),
            FIELDS,
            per_beneficiary=True,
            issued_by="unit",
        ),
        Form(
            "settlement",
            gettext_lazy("Settlement sheet"),
            "bang-quyet-toan",
            layouts.SETTLEMENT,
            "",
            _decided,
            lambda project: project.settled_on is not None,
            (
                "mark",
                "settlement.number",
                "project.code",
                "project.name",
                "project.unit",
                "decision.number",
                "support[].decided",
                "support[].advanced",
                "support[].paid",
                "support[].left",
                "ledger[].number",
                "ledger[].day",
                "ledger[].amount",
                "totals.paid_words",
            ),
            FIELDS,
            issued_by="unit",
        ),
        Form(
            LETTER,
            gettext_lazy("Registration report to the ministry"),
            "bao-cao-dang-ky-ke-hoach",
            layouts.REGISTRATION,
            "register",
            _always,
            lambda project: False,
            (
                "mark",
                "paper.number",
                "paper.place_date",
                "paper.receiver",
                "year",
                "results_before",
                "state_now",
                "aims_next",
                "projects[].name",
                "projects[].national",
                "projects[].counterpart",
                "projects[].total",
                "sums.count",
                "sums.national",
                "sums.total",
            ),
            LETTER_FIELDS,
        ),
    )
}
OF_PROJECT = tuple(form for form in FORMS.values() if form.code != LETTER)
