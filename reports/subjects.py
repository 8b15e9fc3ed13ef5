"""What a report is of beside its area and period, as its kind asks: one project, or measures chosen."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import Invalid
from places.models import Area, Level
from programmes.models import ReportingPeriod
from projects.models import Project
from reports.kinds.kind import Kind
from reports.measures.frame import Scope
from reports.measures.measure import MEASURES

if TYPE_CHECKING:
    from accounts.models import User


def measures_subject(codes: Iterable[str]) -> str:
    """Measures in the order in which they are known; nothing where all of them are meant, or none was chosen."""
    wanted = set(codes)
    if wanted - set(MEASURES):
        raise Invalid(fields={"measures": _("There is no such measure.")})
    chosen = [code for code in MEASURES if code in wanted]
    return "" if len(chosen) == len(MEASURES) else ",".join(chosen)


def measures_of_subject(subject: str) -> tuple[str, ...]:
    return tuple(subject.split(",")) if subject else tuple(MEASURES)


def project_of(scope: Scope) -> Project:
    rows = Project.objects.using(scope.db).select_related("area", "programme", "implementing_unit")
    found: Project = rows.get(public_id=scope.subject)
    return found


def name_of(kind: Kind, scope: Scope) -> str:
    """In the words of the paper; empty where the report is of nothing beside area and period."""
    if kind.asks == "project":
        project = project_of(scope)
        return f"{project.code} {project.name}"
    if kind.asks == "dates" and scope.subject:
        return "; ".join(MEASURES[code].title for code in measures_of_subject(scope.subject))[:500]
    return ""


def check(kind: Kind, period: ReportingPeriod, area: Area, subject: str, actor: "User") -> str:
    """The subject as it is kept. Raises Invalid at the field that is wrong."""
    if kind.whole_province and area.level != Level.PROVINCE:
        raise Invalid(fields={"area": _("This report is made for the whole province.")})
    if kind.asks == "project":
        return _project(area, subject, actor)
    if kind.asks == "dates":
        if area.valid_to is not None and area.valid_to < period.data_from:
            day = f"{area.valid_to:%d/%m/%Y}"
            raise Invalid(fields={"area": _("This unit ended on %(day)s: choose earlier days.") % {"day": day}})
        return measures_subject(subject.split(",") if subject else ())
    if subject:
        raise Invalid(fields={"kind": _("This report is of its period alone.")})
    return ""


def _project(area: Area, subject: str, actor: "User") -> str:
    try:
        key = UUID(subject)
    except ValueError:
        key = None
    project = Project.objects.visible_to(actor).filter(public_id=key).first() if key else None
    if project is None:
        raise Invalid(fields={"project": _("Say which project.")})
    if project.decided_on is None:
        raise Invalid(fields={"project": _("This project is not approved.")})
    if project.area_id != area.pk:
        raise Invalid(fields={"area": _("The report of a project is one of its place.")})
    return str(project.public_id)
