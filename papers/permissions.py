"""Who makes papers and whose templates hold."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no
from projects.permissions import sees_working_papers

if TYPE_CHECKING:
    from accounts.models import User
    from papers.models import Engagement
    from projects.models import Project


def may_change_templates(province_id: int | None, user: "User") -> Verdict:
    """`None`: in any province."""
    administered = user.sight.administers_ids
    if administered if province_id is None else province_id in administered:
        return YES
    return no(_("Only an administrator changes the templates of papers."))


def may_take_papers(project: "Project", user: "User") -> Verdict:
    """The papers of a project, and its whole file: whoever sees its working papers."""
    if sees_working_papers(project, user):
        return YES
    return no(_("Only those who work on the project take its papers."))


def may_take_registration(province_id: int | None, user: "User") -> Verdict:
    """The registration report of a province: its staff. `None`: of any province."""
    roles = (Role.OFFICER, Role.LEADER, Role.ACCOUNTANT, Role.AUDITOR)
    may = user.has_role(*roles) if province_id is None else user.sight.role_for(province_id, *roles)
    if may:
        return YES
    return no(_("Only people of the department take the registration report."))


def may_open_engagement(province_id: int | None, user: "User") -> Verdict:
    """`None`: in any province."""
    may = user.has_role(Role.LEADER) if province_id is None else user.sight.role_for(province_id, Role.LEADER)
    if may:
        return YES
    return no(_("Only a leader of the department opens and closes an audit."))


def may_draw(engagement: "Engagement", user: "User") -> Verdict:
    """An auditor of the engagement."""
    auditor = user.sight.role_for(engagement.province_id, Role.AUDITOR)
    if auditor and engagement.auditors.filter(pk=user.pk).exists():
        return YES
    return no(_("Only the auditors of this audit draw samples."))
