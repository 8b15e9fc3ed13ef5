"""What a person may do with a project now, and all that is still missing, each with the page where it is entered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.steps import Step
from core.verdicts import Verdict, no
from projects.models import Project
from projects.requirements import CONTRACTS, MONEY, OPINION, Lack, lacking
from projects.states import PROJECT_LIFE

if TYPE_CHECKING:
    from accounts.models import User

# Where on the project's form a missing thing is entered.
INPUTS = {"activities": "id_activities_0", "beneficiaries": "id_beneficiary_q", "estimate": "id_estimate_national"}
PAGES = {OPINION: "projects:opinion", CONTRACTS: "projects:contract_new", MONEY: "funding:project_panel"}


@dataclass(frozen=True)
class Missing:
    field: str
    text: str
    url: str


@dataclass(frozen=True)
class Offer:
    """A step with the answer to «now?»; `missing` only where right and state allow it."""

    step: Step
    verdict: Verdict
    missing: tuple[Missing, ...] = ()

    @property
    def nearly(self) -> bool:
        """Only something that can be entered stands in the way."""
        return bool(self.missing)


def missing_with_pages(project: Project, step: str, actor: "User") -> list[Missing]:
    return [Missing(lack.field, lack.text, page_of(project, lack)) for lack in lacking(project, step, actor)]


def page_of(project: Project, lack: Lack) -> str:
    """The address of the page, or of the input on the project's form."""
    if lack.where in PAGES:
        return reverse(PAGES[lack.where], args=[project.public_id])
    name = lack.field.replace(".", "_")
    return f"{reverse('projects:edit', args=[project.public_id])}#{INPUTS.get(name, f'id_{name}')}"


def offers(project: Project, actor: "User") -> list[Offer]:
    """Every step of the project's life: possible, refused with the reason, or with all that is missing."""
    found = []
    for step, verdict in PROJECT_LIFE.available(project, actor):
        missing = tuple(missing_with_pages(project, step.code, actor)) if verdict else ()
        if missing:
            texts = " ".join(row.text for row in missing)
            verdict = no(_("Still missing: %(texts)s") % {"texts": texts})
        found.append(Offer(step, verdict, missing))
    return found
