"""The form of a project in sections: what each still lacks before the project can be submitted."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from projects import services
from projects.forms import ProjectForm, stored_values
from projects.line_form import column_of
from projects.models import Project
from projects.requirements import Facts, missing_of

if TYPE_CHECKING:
    from accounts.models import User

# The step whose requirements the form shows.
FIRST_STEP = "submit"

# Section of templates/projects/form.html → its fields; a name stands also for those that begin with it («estimate_…»).
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("s-general", _("General"), ()),  # and whatever stands in no other
    ("s-beneficiaries", _("Beneficiaries"), ("beneficiaries",)),
    ("s-content", _("Activities and aim"), ("activities", "aim")),
    ("s-money", _("Estimate and sources"), ("investment_vnd", "estimate", "lines", "repeat_reason")),
    ("s-results", _("Planned results"), ("planned",)),
)


@dataclass
class Section:
    """`missing`: what to do, each with the id of the input to go to."""

    id: str
    title: Any
    missing: list[dict[str, str]] = field(default_factory=list)


def missing_in(form: ProjectForm, actor: "User") -> tuple[dict[str, list[str]], bool]:
    """What the form, as typed, lacks for its first step: {field: [what to do, …]}; and whether all of it is known.

    Until the draft could be stored only what stands in the way of that is known.
    """
    if not form.is_valid():
        lacking = [name for name, errors in form.errors.as_data().items() if any(e.code == "required" for e in errors)]
        return {name: [str(form[name].label)] for name in lacking if not form[name].is_hidden}, False
    data = services.whole(form.project_data(), form.project)
    try:
        services.check(data, actor)
    except DomainError as refusal:
        return refusal.fields, False
    facts = Facts(
        type=data.type,
        activities=len(data.activities),
        beneficiaries=len(data.beneficiaries),
        estimate=data.estimate,
        investment_vnd=data.investment_vnd,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
    )
    return missing_of(facts, FIRST_STEP), True


def sections(form: ProjectForm, missing: dict[str, list[str]]) -> list[Section]:
    found = [Section(key, title) for key, title, _fields in SECTIONS]
    for name, texts in missing.items():
        section = found[_section_of(name)]
        section.missing += [{"id": _input(form, name), "text": text} for text in texts]
    return found


def _section_of(name: str) -> int:
    for number, (_key, _title, fields) in enumerate(SECTIONS):
        if any(name == one or name.startswith((f"{one}_", f"{one}.")) for one in fields):
            return number
    return 0


def _input(form: ProjectForm, name: str) -> str:
    """The id of the input where it is entered; beneficiaries are looked for first."""
    if name.startswith("lines."):
        _lines, number, field = name.split(".")
        return f"id_line-{number}-{column_of(field)}"
    name = name.replace(".", "_")
    if name == "lines":
        return "id_line-0-content"
    if name == "beneficiaries":
        return "id_beneficiary_q"
    known = [one for one in form.fields if one == name or one.startswith(f"{name}_")]
    if not known:
        return "s-general"
    bound = form[known[0]]
    return bound.id_for_label or f"{bound.auto_id}_0"


NOT_COPIED = ("version", "starts_on", "ends_on", "plan_line", "repeat_reason", "year")


def copied_values(project: Project) -> dict[str, Any]:
    """What a new project takes over from another one: its content. Dates, year and line of the plan are its own, and
    nothing that was decided, paid or achieved comes with it."""
    return {name: value for name, value in stored_values(project).items() if name not in NOT_COPIED}
