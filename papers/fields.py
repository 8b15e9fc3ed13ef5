"""What a paper can say of a project: every name a template may use, with its words. `rows[].x` is x of each row.

`papers/content.py` fills all of them; `sample` fills each with its own mark, to see whether a template holds it.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

FIELDS: dict[str, Any] = {
    "mark": _("«DỰ THẢO» until the step is taken"),
    "paper.parent": _("Authority above the issuing office"),
    "paper.agency": _("Issuing office"),
    "paper.number": _("Number of the paper"),
    "paper.place_date": _("Place and date"),
    "paper.day": _("Day of the paper"),
    "paper.participants": _("Who took part"),
    "paper.conclusion": _("Conclusion"),
    "paper.receiver": _("To whom"),
    "project.code": _("Code of the project"),
    "project.name": _("Name of the project"),
    "project.type": _("Type of the project"),
    "project.year": _("Plan year"),
    "project.programme": _("Programme"),
    "project.place": _("Place"),
    "project.unit": _("Implementing unit"),
    "project.partner": _("Partner unit"),
    "project.activities": _("Activities"),
    "project.aim": _("Aim and main content"),
    "project.time": _("Time of carrying out"),
    "project.investment": _("Total investment"),
    "beneficiaries[].no": _("Beneficiaries: No."),
    "beneficiaries[].name": _("Beneficiaries: name"),
    "beneficiaries[].kind": _("Beneficiaries: kind"),
    "beneficiaries[].tax_code": _("Beneficiaries: tax code"),
    "beneficiaries[].address": _("Beneficiaries: address"),
    "beneficiaries[].representative": _("Beneficiaries: representative"),
    "beneficiary.name": _("Beneficiary of the contract"),
    "beneficiary.tax_code": _("Tax code of the beneficiary"),
    "beneficiary.address": _("Address of the beneficiary"),
    "beneficiary.representative": _("Representative of the beneficiary"),
    "beneficiary.phone": _("Telephone of the beneficiary"),
    "money.total": _("Cost in all, as proposed"),
    "money.support": _("Support asked for"),
    "money.support_words": _("Support asked for, in words"),
    "decided.support": _("Support decided on"),
    "decided.support_words": _("Support decided on, in words"),
    "decision.number": _("Number of the decision"),
    "decision.day": _("Date of the decision"),
    "decision.issuer": _("Who decided"),
    "results[].no": _("Results: No."),
    "results[].indicator": _("Results: indicator"),
    "results[].unit": _("Results: unit"),
    "results[].planned": _("Results: planned"),
    "results[].achieved": _("Results: achieved"),
    "results[].rate": _("Results: rate"),
    "sources[].no": _("Money by source: No."),
    "sources[].source": _("Money by source: source"),
    "sources[].estimated": _("Money by source: proposed"),
    "sources[].decided": _("Money by source: decided on"),
    "sources[].advanced": _("Money by source: advanced"),
    "sources[].paid": _("Money by source: paid in all"),
    "sources[].left": _("Money by source: not yet paid"),
    "support[].no": _("Industrial-extension money by source: No."),
    "support[].source": _("Industrial-extension money by source: source"),
    "support[].decided": _("Industrial-extension money by source: decided on"),
    "support[].advanced": _("Industrial-extension money by source: advanced"),
    "support[].paid": _("Industrial-extension money by source: paid in all"),
    "support[].left": _("Industrial-extension money by source: not yet paid"),
    "totals.estimated": _("Total proposed"),
    "totals.decided": _("Total decided on"),
    "totals.advanced": _("Total advanced"),
    "totals.paid": _("Total paid"),
    "totals.paid_words": _("Total paid, in words"),
    "totals.left": _("Total not yet paid"),
    "ledger[].no": _("Payments: No."),
    "ledger[].kind": _("Payments: kind"),
    "ledger[].number": _("Payments: number of the voucher"),
    "ledger[].day": _("Payments: date of the voucher"),
    "ledger[].source": _("Payments: source"),
    "ledger[].amount": _("Payments: amount"),
    "checklist[].no": _("Checklist: No."),
    "checklist[].criterion": _("Checklist: criterion"),
    "checklist[].finding": _("Checklist: what was found"),
    "opinions[].no": _("Opinions: No."),
    "opinions[].name": _("Opinions: appraiser"),
    "opinions[].recommendation": _("Opinions: recommendation"),
    "opinions[].support": _("Opinions: support recommended"),
    "opinions[].remarks": _("Opinions: remarks"),
    "appraisal.number": _("Number of the appraisal minutes"),
    "appraisal.day": _("Day of the appraisal"),
    "appraisal.conclusion": _("Conclusion of the appraisal"),
    "contract.number": _("Number of the contract"),
    "contract.day": _("Day of the contract"),
    "contract.party_a": _("Party A"),
    "contract.party_b": _("Party B"),
    "contract.content": _("Content of the contract"),
    "contract.value": _("Value of the contract"),
    "contract.value_words": _("Value of the contract, in words"),
    "contract.time": _("Time of the contract"),
    "contract.paid": _("Paid under the contract"),
    "contract.left": _("Not yet paid under the contract"),
    "contract.left_words": _("Not yet paid under the contract, in words"),
    "acceptance.number": _("Number of the acceptance minutes"),
    "acceptance.day": _("Day of the acceptance"),
    "settlement.number": _("Number of the paper of settlement"),
    "settlement.day": _("Day of the paper of settlement"),
    "progress.day": _("Day of the last confirmed progress"),
    "progress.invested": _("Value invested, as confirmed"),
    "progress.spent": _("Money spent, as confirmed"),
    "progress.note": _("What was done, as confirmed"),
    "progress.difficulties": _("Difficulties, as confirmed"),
    "progress.proposals": _("Proposals, as confirmed"),
}

# The letter of registration speaks of all projects of a year.
LETTER_FIELDS: dict[str, Any] = {
    **{name: words for name, words in FIELDS.items() if name.startswith("paper.") or name == "mark"},
    "year": _("Plan year"),
    "due": _("Day by which it is due"),
    "results_before": _("Results of the year before"),
    "state_now": _("State of this year"),
    "aims_next": _("Aims of the plan year"),
    "projects[].no": _("Projects: No."),
    "projects[].name": _("Projects: name"),
    "projects[].place": _("Projects: place"),
    "projects[].unit": _("Projects: implementing unit and beneficiary"),
    "projects[].time": _("Projects: time"),
    "projects[].national": _("Projects: national money"),
    "projects[].local": _("Projects: local money"),
    "projects[].counterpart": _("Projects: counterpart money"),
    "projects[].other": _("Projects: other money"),
    "projects[].total": _("Projects: total"),
    "sums.count": _("Number of projects"),
    "sums.national": _("National money in all"),
    "sums.local": _("Local money in all"),
    "sums.counterpart": _("Counterpart money in all"),
    "sums.other": _("Other money in all"),
    "sums.total": _("Cost in all"),
}


def place(context: dict[str, Any], path: str, value: str) -> None:
    """Put `value` where the path says; into the one row of a list."""
    *above, last = path.split(".")
    here: Any = context
    for name in above:
        if name.endswith("[]"):
            here = here.setdefault(name[:-2], [{}])[0]
        else:
            here = here.setdefault(name, {})
    here[last] = value


def values(context: dict[str, Any], path: str) -> list[str]:
    """What stands there: one value, or one of each row."""
    found: list[Any] = [context]
    for name in path.split("."):
        if name.endswith("[]"):
            found = [row for item in found for row in item[name[:-2]]]
        else:
            found = [item[name] for item in found]
    return found


def sample(fields: dict[str, Any]) -> dict[str, Any]:
    """A context in which every field is its own mark, for looking whether a template holds it."""
    context: dict[str, Any] = {}
    for number, path in enumerate(fields):
        place(context, path, mark_of(number))
    return context


def mark_of(number: int) -> str:
    return f"«{number:03d}»"


def absent(text: str, wanted: list[str], fields: dict[str, Any]) -> list[str]:
    """Which of the wanted fields the filled sample does not show."""
    order = list(fields)
    return [path for path in wanted if mark_of(order.index(path)) not in text]
