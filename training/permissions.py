"""Who may enter classes, who works with rosters and who may read one.

A roster names people: only who works on the project sees it (the officer of the province, the centre that
implements it). An auditor reads it after giving a reason, which is recorded. Nobody else does: not the leader, the
accountant, the administrator, a collaborator or the ministry, who see counts.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.roles import Role
from core.verdicts import YES, Verdict, no

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


def may_enter_class(project: "Project", user: "User") -> Verdict:
    sight = user.sight
    if sight.role_for(project.province_id, Role.OFFICER) or project.implementing_unit_id in sight.centre_ids:
        return YES
    return no(_("Only an officer of the department or the implementing centre enters classes."))


def may_keep_roster(project: "Project", user: "User") -> Verdict:
    """Reads and writes it."""
    if may_enter_class(project, user):
        return YES
    return no(_("Only an officer of the department or the implementing centre works with rosters."))


def may_look_at_roster(project: "Project", user: "User") -> Verdict:
    """Reads names after giving a reason."""
    if may_keep_roster(project, user) or user.sight.role_for(project.province_id, Role.AUDITOR):
        return YES
    return no(_("A roster names people: only those who work on the project and auditors read it."))
